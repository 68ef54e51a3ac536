"""The costs that the paper prints, by table. Its "GFLOPs" are 1e9 multiply-accumulates.

Methods with two segmentors are listed under both backbones, that of the key frames first.
"""

from typing import NamedTuple


class MethodCosts(NamedTuple):
    """Costs of a method, as Tables 1 and 2 print them.

    Attributes:
        gmacs: of a frame, averaged over 15 frames.
        parameters: in millions.
        fps: frames per second, in print on one V100; None if not measured.
    """

    gmacs: float
    parameters: float
    fps: float | None


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
