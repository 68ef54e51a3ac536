import torch

from mpvss.benchmark import random_pairs


def test_a_batch_has_the_shapes_of_real_pairs():
    pairs = random_pairs(2, (9, 13), num_classes=124)
    assert pairs.key_frame.shape == pairs.frame.shape == (2, 3, 9, 13)
    assert pairs.key_labels.shape == pairs.labels.shape == (2, 9, 13)
    assert {tensor.dtype for tensor in pairs[:4]} == {torch.uint8}
    assert pairs.gap.tolist() == [1, 1]


def test_a_frame_has_about_a_dozen_segments_of_the_classes():
    labels = random_pairs(3, (30, 40), num_classes=50).labels
    for image in labels:
        assert image.max() < 50
        assert 6 < len(image.unique()) <= 12
        assert (image[:10, :10] == image[0, 0]).all()  # a rectangle
