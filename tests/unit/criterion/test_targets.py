"""Mask targets equal a slow loop over classes and pixels."""

import pytest
import torch

from mpvss.criterion.targets import mask_targets
from mpvss.types import VOID


def test_masks_are_those_of_a_loop_over_pixels():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 6, (3, 5, 7), generator=generator, dtype=torch.uint8)
    labels[labels == 5] = VOID
    labels[1][labels[1] == 2] = 0
    for label_map, target in zip(labels, mask_targets(labels, num_classes=5), strict=True):
        classes = sorted({int(label) for label in label_map.flatten()} - {VOID})
        assert target.classes.tolist() == classes
        assert target.classes.dtype == torch.int64
        assert target.masks.dtype == torch.bool
        for index, label in enumerate(classes):
            for y in range(5):
                for x in range(7):
                    assert target.masks[index, y, x] == (label_map[y, x] == label)


def test_a_frame_of_only_void_has_no_masks():
    (target,) = mask_targets(torch.full((1, 5, 7), VOID, dtype=torch.uint8), num_classes=4)
    assert target.classes.shape == (0,)
    assert target.masks.shape == (0, 5, 7)


def test_a_label_outside_the_classes_is_refused():
    with pytest.raises(ValueError, match=r"below num_classes = 4 .*got 4"):
        mask_targets(torch.full((1, 2, 3), 4, dtype=torch.uint8), num_classes=4)


@pytest.mark.parametrize("labels", [torch.zeros(2, 3, dtype=torch.uint8), torch.zeros(1, 2, 3, dtype=torch.int64)])
def test_another_shape_or_type_is_refused(labels):
    with pytest.raises(ValueError, match=r"\(B, H, W\) uint8; got"):
        mask_targets(labels, num_classes=4)
