"""Two frames of a video that never was, from one labelled image."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mpvss.data.pairs.simulated.camera_motion import draw_camera_motion
from mpvss.data.pairs.simulated.homography import bounding_box, displacement
from mpvss.data.pairs.simulated.photometric_change import PhotometricChange
from mpvss.data.pairs.simulated.region_motion import draw_region_motion
from mpvss.data.pairs.simulated.regions import Region
from mpvss.data.pairs.simulated.scene import Scene
from mpvss.types import VOID, ClassList, FramePair


class SimulatedMotion:
    """Makes a key frame and a later frame of one labelled image, with exact flow.

    The key frame is a window of the image. The later frame is the same scene after the camera moved (a projective
    map) and some regions moved by themselves (affine maps), under another exposure. What regions uncover is filled
    with background copied from beside them, labels included. The window leaves a margin of the image, from which new
    things enter; beyond the image the later frame is its reflection, and void.

    Every pixel of the later frame is read from one place of the image, so flow, labels and visibility are exact.

    Args:
        camera_speed: root mean square displacement per frame, relative to the frame's size sqrt(H * W), about, over
            pixels and pairs; each pair has a pace of its own, from standstill on, and goes at most 0.15 of the frame.
        region_speed: largest displacement per frame of a region as large as the frame, relative to the frame's size;
            smaller regions, which are farther away, move with the square root of their diameter.
        num_regions: largest number of regions that move by themselves.
        moving_classes: names of the classes whose regions may; None for all.
        region_area: least and largest area of such a region, relative to the image.
        margin: share of the image's height and width that is kept back for things to enter from.
        exposure: what changes besides the geometry, in both frames; None: nothing.

    Raises:
        ValueError: if a number is outside its range.
    """

    def __init__(
        self,
        camera_speed: float = 0.007,
        region_speed: float = 0.02,
        num_regions: int = 3,
        moving_classes: Sequence[str] | None = None,
        region_area: Sequence[float] = (0.0005, 0.1),
        margin: float = 0.1,
        exposure: PhotometricChange | None = None,
    ) -> None:
        speeds = {"camera_speed": camera_speed, "region_speed": region_speed, "num_regions": num_regions}
        for key, value in speeds.items():
            if value < 0:
                raise ValueError(f"{key} of simulated motion must be at least 0; got {value}.")
        if len(region_area) != 2 or not 0 <= region_area[0] <= region_area[1] <= 1:
            raise ValueError(f"region_area must be (least, largest) share of the image; got {tuple(region_area)}.")
        if not 0 <= margin <= 0.5:
            raise ValueError(f"margin must be a share of the image in 0..0.5; got {margin}.")
        self.camera_speed = camera_speed
        self.region_speed = region_speed
        self.num_regions = num_regions
        self.moving_classes = None if moving_classes is None else tuple(moving_classes)
        self.region_area = (float(region_area[0]), float(region_area[1]))
        self.margin = margin
        self.exposure = exposure

    def movable(self, classes: ClassList) -> Tensor:
        """Return which labels may move by themselves.

        Args:
            classes: of the images.

        Returns:
            (256,) bool; VOID never may.

        Raises:
            ValueError: if a moving class is not among them.
        """
        movable = torch.zeros(VOID + 1, dtype=torch.bool)
        if self.moving_classes is None:
            movable[: len(classes.names)] = True
            return movable
        unknown = [name for name in self.moving_classes if name not in classes.names]
        if unknown:
            raise ValueError(
                f"moving_classes must be among the classes of the data, {', '.join(classes.names)}; "
                f"got {', '.join(unknown)}. Correct data.moving_classes, or set it to null for all."
            )
        movable[[classes.names.index(name) for name in self.moving_classes]] = True
        return movable

    def __call__(
        self, image: Tensor, labels: Tensor, movable: Tensor, gap: int, generator: torch.Generator
    ) -> FramePair:
        """Make a pair.

        Args:
            image: (3, H, W) uint8 RGB.
            labels: (H, W) uint8, classes or VOID.
            movable: (256,) bool, labels that may move by themselves (see :meth:`movable`).
            gap: virtual distance of the two frames; motion is proportional to it. 0 stands still.
            generator: the only source of randomness.

        Returns:
            An unbatched pair of the window's size, with flow and visibility.
        """
        scene = Scene.of(image.float(), labels, movable, self.num_regions, self.region_area, generator)
        height, width = (max(1, round(side * (1 - self.margin))) for side in labels.shape)
        size = math.sqrt(height * width)
        pace = math.sqrt(3) * float(torch.rand((), generator=generator))  # its mean square is 1
        camera = draw_camera_motion(self.camera_speed * gap * pace, (height, width), generator)
        left, top = _place_window(camera, (height, width), labels.shape, generator)
        view = _render_background(scene, camera, (left, top), (height, width))
        for region in scene.regions:
            centre = (region.centre[0] - left, region.centre[1] - top)
            distance = self.region_speed * gap * math.sqrt(size * region.diameter)
            own = draw_region_motion(distance, centre, region.diameter, generator)
            _render_region(view, scene, region, own @ camera, (left, top))

        window = (slice(top, top + height), slice(left, left + width))
        key_frame, frame = (self._expose(one, generator) for one in (scene.image[:, *window], view.image))
        gap_tensor = torch.tensor(gap, dtype=torch.int64)
        return FramePair(key_frame, labels[window].clone(), frame, view.labels, gap_tensor, view.flow, view.visible)

    def _expose(self, image: Tensor, generator: torch.Generator) -> Tensor:
        exposed = image if self.exposure is None else self.exposure(image, generator)
        return exposed.round().clamp(0, 255).to(torch.uint8)


class _View(NamedTuple):
    """The later frame while it is painted: colours (3, h, w), labels (h, w), flow (2, h, w) and visible (h, w)."""

    image: Tensor
    labels: Tensor
    flow: Tensor
    visible: Tensor


def _place_window(
    camera: Tensor, size: tuple[int, int], image_size: torch.Size, generator: torch.Generator
) -> tuple[int, int]:
    """Draw left and top of the window so that the later frame, too, lies within the image, as far as that can be."""
    height, width = size
    first_x, first_y, last_x, last_y = bounding_box(camera, (0, 0, width - 1, height - 1))
    place = []
    for side, whole, first, last in ((width, image_size[1], first_x, last_x), (height, image_size[0], first_y, last_y)):
        slack = whole - side
        least = min(max(0, math.ceil(-first)), slack)
        most = max(0, min(slack, math.floor(whole - 1 - last)))
        if least > most:
            least = most = (least + most) // 2
        place.append(int(torch.randint(least, most + 1, (), generator=generator)))
    return place[0], place[1]


def _render_background(scene: Scene, camera: Tensor, corner: tuple[int, int], size: tuple[int, int]) -> _View:
    height, width = size
    x, y = torch.arange(width, dtype=torch.float32), torch.arange(height, dtype=torch.float32)[:, None]
    flow = displacement(camera, x, y)
    key_x, key_y = flow[0] + x, flow[1] + y
    # Rounded before the corner is added, as a reader of the key frame rounds.
    rows, columns = key_y.round().long() + corner[1], key_x.round().long() + corner[0]
    whole_height, whole_width = scene.labels.shape
    in_image = (rows >= 0) & (rows < whole_height) & (columns >= 0) & (columns < whole_width)
    rows, columns = rows.clamp(0, whole_height - 1), columns.clamp(0, whole_width - 1)
    labels = torch.where(in_image, scene.background_labels[rows, columns], VOID).to(torch.uint8)
    visible = _within(key_x, key_y, size) & ~scene.hidden[rows, columns]
    image = _sample(scene.background, key_x + corner[0], key_y + corner[1], "reflection")
    return _View(image, labels, flow, visible)


def _render_region(view: _View, scene: Scene, region: Region, motion: Tensor, corner: tuple[int, int]) -> None:
    """Paint a region where `motion`, from the later frame into the window, takes pixels to it; in place."""
    height, width = view.labels.shape
    left, top, right, bottom = region.box
    in_window = (left - corner[0], top - corner[1], right - corner[0], bottom - corner[1])
    box = bounding_box(torch.linalg.inv(motion), in_window)
    first_x, first_y = max(0, math.floor(box[0]) - 1), max(0, math.floor(box[1]) - 1)
    last_x, last_y = min(width, math.ceil(box[2]) + 2), min(height, math.ceil(box[3]) + 2)
    if first_x >= last_x or first_y >= last_y:
        return
    part = (slice(first_y, last_y), slice(first_x, last_x))
    x = torch.arange(first_x, last_x, dtype=torch.float32)
    y = torch.arange(first_y, last_y, dtype=torch.float32)[:, None]
    flow = displacement(motion, x, y)
    key_x, key_y = flow[0] + x, flow[1] + y
    # In the region's own box, with a border of one pixel that belongs to no region.
    mask = F.pad(region.mask, (1, 1, 1, 1))
    rows = (key_y.round().long() - in_window[1] + 1).clamp(0, mask.shape[0] - 1)
    columns = (key_x.round().long() - in_window[0] + 1).clamp(0, mask.shape[1] - 1)
    covered = mask[rows, columns]

    alpha = _sample(mask[None].float(), key_x - in_window[0] + 1, key_y - in_window[1] + 1, "zeros")
    colours = _sample(scene.image, key_x + corner[0], key_y + corner[1], "border")
    view.image[:, *part].lerp_(colours, alpha)
    label = scene.labels[top : bottom + 1, left : right + 1][region.mask][0]
    view.labels[part][covered] = label
    view.flow[:, *part] = torch.where(covered, flow, view.flow[:, *part])
    view.visible[part] = torch.where(covered, _within(key_x, key_y, (height, width)), view.visible[part])


def _within(x: Tensor, y: Tensor, size: tuple[int, int]) -> Tensor:
    return (x >= 0) & (x <= size[1] - 1) & (y >= 0) & (y <= size[0] - 1)


def _sample(maps: Tensor, x: Tensor, y: Tensor, padding: str) -> Tensor:
    """Read (C, H, W) maps at points (h, w), pixels, bilinearly."""
    height, width = maps.shape[-2:]
    grid = torch.stack([(2 * x + 1) / width - 1, (2 * y + 1) / height - 1], dim=-1)
    return F.grid_sample(maps[None], grid[None], padding_mode=padding, align_corners=False)[0]
