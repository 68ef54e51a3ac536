"""All that the paper prints and we show beside ours: costs and scores, by table and figure.

Its "GFLOPs" are 1e9 multiply-accumulates. Methods with two segmentors are listed under both backbones, that of the key
frames first. `mpvss.report.printed` finds what is printed of a method.
"""

from typing import NamedTuple


class MethodCosts(NamedTuple):
    """Costs of a method, as Tables 1 and 2 print them.

    Attributes:
        gmacs: of a frame, averaged over clips of 15 frames.
        parameters: in millions.
        fps: frames per second, in print on one V100; None if not measured.
    """

    gmacs: float
    parameters: float
    fps: float | None


INTERVAL = 5
"""Of the key frames, in every table."""

DROP_INTERVALS = (2, 10)
"""Of Figs. 3 and A, whose text gives how much is lost from the one to the other."""

BACKBONES = {
    "r50": "R50",
    "r101": "R101",
    "swin_t": "Swin-T",
    "swin_s": "Swin-S",
    "swin_b": "Swin-B",
    "swin_l": "Swin-L",
}
"""The paper's backbones: our option, its name."""

STAGES = 3
"""S of the motion decoder, in every table but D."""

TABLE_3B = {
    "optical_flow": 38.68,
    "query_random": 37.56,
    "query_learned": 37.56,
    "query_for_pf": 40.08,
    "query_flow": 40.08,
}
"""Parameters of the flow module, in millions."""

TABLE_1 = {  # VSPW, 480x853, interval 5
    "Mask2Former": {
        "r50": MethodCosts(110.6, 44.0, 19.4),
        "r101": MethodCosts(141.3, 63.0, 16.90),
        "swin_t": MethodCosts(114.4, 47.4, 17.13),
        "swin_s": MethodCosts(152.2, 68.9, 14.52),
        "swin_b": MethodCosts(223.5, 107.1, 11.45),
        "swin_l": MethodCosts(402.7, 215.1, 8.41),
    },
    "MPVSS": {
        "r50": MethodCosts(38.9, 84.1, 33.93),
        "r101": MethodCosts(45.1, 103.1, 32.38),
        "swin_t": MethodCosts(39.7, 114.0, 32.86),
        "swin_s": MethodCosts(47.3, 108.0, 30.61),
        "swin_b": MethodCosts(61.5, 147.0, 27.38),
        "swin_l": MethodCosts(97.3, 255.4, 23.22),
    },
}

TABLE_2 = {  # Cityscapes, 1024x2048, interval 5
    "Mask2Former": {
        "r50": MethodCosts(529.9, 44.0, 6.58),
        "r101": MethodCosts(685.5, 63.0, 5.68),
        "swin_t": MethodCosts(543.6, 47.4, 5.41),
        "swin_s": MethodCosts(730.1, 68.7, 4.31),
        "swin_b": MethodCosts(1057.0, 107.0, 3.26),
        "swin_l": MethodCosts(1911.3, 215.0, 2.11),
    },
    "Mask2Former-DFF": {
        "r101": MethodCosts(457.4, 101.7, 7.14),
        "swin_b": MethodCosts(525.3, 145.7, 6.09),
    },
    "Mask2Former-Accel": {
        "r101+r50": MethodCosts(594.8, 145.7, 5.78),
        "swin_b+swin_t": MethodCosts(680.1, 193.1, 4.40),
    },
    "MPVSS": {
        "r50": MethodCosts(173.2, 84.1, 13.43),
        "r101": MethodCosts(204.3, 103.1, 12.55),
        "swin_t": MethodCosts(175.9, 114.0, 12.33),
        "swin_s": MethodCosts(213.2, 108.0, 10.98),
        "swin_b": MethodCosts(278.6, 147.0, 9.54),
        "swin_l": MethodCosts(449.5, 255.4, 7.24),
    },
}

TABLE_F_KEY = {  # GMACs of a key frame
    "vspw": {"r50": 110.6, "r101": 141.3, "swin_t": 114.4, "swin_s": 152.2, "swin_b": 223.5, "swin_l": 402.7},
    "cityscapes": {"r50": 529.9, "r101": 685.5, "swin_t": 543.6, "swin_s": 730.1, "swin_b": 1057.0, "swin_l": 1911.3},
}

TABLE_F_NON_KEY = {"vspw": 21.0, "cityscapes": 84.0}
"""GMACs of a non-key frame, whatever the backbone."""

TABLE_H_NON_KEY = {  # Cityscapes, 1024x2048, whatever the backbone
    ("masks", "optical_flow"): 47.3,
    ("bidirectional", "optical_flow"): 89.6,
    ("masks", "query_flow"): 84.7,
}
"""GMACs of a non-key frame, by propagation and flow."""


def _by_backbone(*scores: float) -> dict[str, tuple[float, ...]]:
    return {backbone: (score,) for backbone, score in zip(BACKBONES, scores, strict=True)}


SCORES: dict[str, dict[str, dict[str, tuple[float, ...]]]] = {
    "vspw": {
        "per_frame": {  # Table 1, Mask2Former
            "r50": (38.5, 60.2, 81.3, 76.4),
            "r101": (39.3, 60.1, 82.5, 77.6),
            "swin_t": (41.2, 62.6, 84.5, 80.0),
            "swin_s": (42.1, 63.1, 84.7, 79.3),
            "swin_b": (54.1, 70.3, 86.6, 82.9),
            "swin_l": (56.1, 70.8, 87.6, 84.1),
        },
        "query_flow": {  # Table 1, MPVSS; Tables 3a and 3b print 52.9 mIoU for Swin-B
            "r50": (37.5, 59.0, 84.1, 77.2),
            "r101": (38.8, 59.0, 84.8, 79.6),
            "swin_t": (39.9, 62.0, 85.9, 80.4),
            "swin_s": (40.4, 62.0, 86.0, 80.7),
            "swin_b": (52.6, 68.4, 89.5, 85.9),
            "swin_l": (53.9, 69.1, 89.6, 85.8),
        },
        "copy": _by_backbone(35.7, 37.1, 37.5, 38.7, 49.3, 50.4),  # Table 3a, and so is the next
        "optical_flow": _by_backbone(36.1, 38.2, 38.4, 40.1, 52.1, 53.2),
        "query_random": {"swin_t": (38.1,), "swin_b": (50.9,)},  # Table 3b, and so are the next two
        "query_learned": {"swin_t": (39.2,), "swin_b": (52.4,)},
        "query_for_pf": {"swin_t": (38.5,), "swin_b": (52.3,)},
        "query_flow, 1 stages": {"swin_t": (39.4,), "swin_b": (51.8,)},  # Table D, whose row of 3 is Table 1's
        "query_flow, 2 stages": {"swin_t": (39.4,), "swin_b": (52.0,)},
        "query_flow, 4 stages": {"swin_t": (39.6,), "swin_b": (51.8,)},
    },
    "cityscapes": {  # Tables 2 and E
        "per_frame": _by_backbone(79.4, 80.1, 82.1, 82.6, 83.3, 83.3),
        "optical_flow": _by_backbone(76.6, 77.7, 79.6, 80.4, 80.5, 80.7),
        "query_learned": _by_backbone(77.3, 77.8, 80.2, 80.7, 80.8, 81.2),
        "query_flow": _by_backbone(78.4, 78.2, 80.7, 81.3, 81.7, 81.6),
        "dff optical_flow": {"r101": (77.1,), "swin_b": (79.9,)},
        "accel optical_flow": {"r101": (78.9,), "swin_b": (81.4,)},
        "bidirectional optical_flow": {"swin_t": (80.2,), "swin_b": (81.1,)},  # Table H
    },
}
"""mIoU, and where they are printed WIoU, mVC8 and mVC16, in percent, by data, method and backbone."""

DROPS = {
    ("vspw", "query_flow", "swin_t"): {"mIoU": 1.1, "WIoU": 0.7},  # Fig. 3c
    ("vspw", "optical_flow", "swin_t"): {"mIoU": 2.63, "WIoU": 2.96},
    ("vspw", "query_flow", "swin_l"): {"mIoU": 2.7},  # Fig. A
}
"""How many points scores lose from the first to the second of `DROP_INTERVALS`, by data, method and backbone."""

CLASSES_WON = {("vspw", "swin_l", "query_flow", "optical_flow"): (91, 124)}
"""Fig. B, by data, backbone, method and rival: in how many of all classes the method has the higher IoU."""
