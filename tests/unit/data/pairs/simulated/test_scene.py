"""A scene puts back together to the image it was taken from."""

import torch

from mpvss.data.pairs.simulated.scene import Scene


def _scene(num_regions):
    generator = torch.Generator().manual_seed(0)
    image = 255 * torch.rand(3, 41, 63, generator=generator)
    labels = torch.zeros(41, 63, dtype=torch.uint8)
    labels[5:12, 8:15] = 1
    labels[22:30, 30:39] = 2
    movable = torch.zeros(256, dtype=torch.bool)
    movable[1:3] = True
    return image, labels, Scene.of(image, labels, movable, num_regions, (0.0, 1.0), generator)


def test_background_and_regions_make_up_the_image():
    image, labels, scene = _scene(2)
    assert len(scene.regions) == 2
    assert torch.equal(scene.background[:, ~scene.hidden], image[:, ~scene.hidden])
    assert scene.background_labels.eq(0).all()
    put_back = scene.background_labels.clone()
    for region in scene.regions:
        left, top, right, bottom = region.box
        window = (slice(top, bottom + 1), slice(left, right + 1))
        assert scene.hidden[window][region.mask].all()
        put_back[window][region.mask] = labels[window][region.mask]
    assert torch.equal(put_back, labels)


def test_lower_regions_are_in_front():
    _, labels, scene = _scene(2)
    assert [labels[region.top, region.left].item() for region in scene.regions] == [1, 2]


def test_without_regions_all_is_background():
    image, labels, scene = _scene(0)
    assert scene.regions == ()
    assert not scene.hidden.any()
    assert torch.equal(scene.background, image)
    assert torch.equal(scene.background_labels, labels)
