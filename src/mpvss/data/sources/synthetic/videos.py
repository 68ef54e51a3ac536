"""Videos made of a ground and blobs, with exact labels and exact flow."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mpvss.classes import default_colours
from mpvss.data.sources.source import VideoSource
from mpvss.data.sources.synthetic.blob import SHAPES, Blob
from mpvss.data.sources.synthetic.camera import Camera
from mpvss.data.sources.synthetic.ground import Ground
from mpvss.data.sources.synthetic.texture import PATTERNS, Texture
from mpvss.types import ClassList

_MAX_BANDS = 3
_PACE = 1.4
"""Time units in which things cross a frame's size, camera motion included: makes `speed` what it says."""


class SyntheticVideos(VideoSource):
    """Endless supply of labelled video, a pure function of (seed, video, frame): nothing is stored.

    The first classes are stuff, the bands of a panning and zooming ground; the others are things, textured objects
    that move, turn, grow and deform over it, occlude each other, leave the frame and come back. A class keeps
    its colour, pattern and, for things, shape in every video and under every seed; tint, scale, brightness and paths
    vary.

    Args:
        num_videos: videos of this set.
        num_frames: frames of each video.
        height: H, pixels.
        width: W, pixels.
        num_classes: K, 2..255; about two fifths are stuff.
        num_objects: things in each video, not all of them in the frame at once.
        speed: root mean square motion of things per frame, relative to the frame's size sqrt(H * W), camera motion
            included; 0 stands still.
        seed: sets with different seeds share the classes and nothing else.
        noise: standard deviation of the pixel noise, grey levels.

    Raises:
        ValueError: if a number is outside its range.
    """

    def __init__(
        self,
        num_videos: int,
        num_frames: int,
        height: int,
        width: int,
        num_classes: int = 8,
        num_objects: int = 5,
        speed: float = 0.025,
        seed: int = 0,
        noise: float = 6.0,
    ) -> None:
        for key, value, least in (
            ("num_videos", num_videos, 1),
            ("num_frames", num_frames, 1),
            ("height", height, 1),
            ("width", width, 1),
            ("num_classes", num_classes, 2),
            ("num_objects", num_objects, 0),
            ("speed", speed, 0),
            ("seed", seed, 0),
            ("noise", noise, 0),
        ):
            if value < least:
                raise ValueError(f"{key} of synthetic video must be at least {least}; got {value}.")
        self.height = height
        self.width = width
        self.num_objects = num_objects
        self.speed = speed
        self.seed = seed
        self.noise = noise
        self._num_videos = num_videos
        self._num_frames = num_frames
        self._looks = _looks(num_classes)
        self._num_stuff = _num_stuff(num_classes)
        self.classes = ClassList(tuple(look.name for look in self._looks), default_colours(num_classes))

    def __len__(self) -> int:
        return self._num_videos

    def name(self, video: int) -> str:
        """Return the video's name: seed and number."""
        return f"synthetic_{self.seed}_{video:04d}"

    def num_frames(self, video: int) -> int:
        """Return the number of frames, the same for every video."""
        return self._num_frames

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        """Render a frame.

        Args:
            video: 0..len - 1.
            frame: 0..num_frames - 1.

        Returns:
            (3, H, W) uint8 RGB and (H, W) uint8 classes.

        Raises:
            IndexError: if there is no such video or frame.
        """
        scene, time = self._scene(video), self._time(frame)
        image = np.zeros((3, self.height, self.width), np.float32)
        labels = np.zeros((self.height, self.width), np.uint8)
        scene.ground.paint(image, labels, scene.camera, time)
        for blob in scene.blobs:
            blob.paint(image, labels, scene.camera, time)
        image *= np.array(scene.light, np.float32)[:, None, None]
        if self.noise:
            rng = np.random.default_rng([self.seed, video, frame + 1])  # + 1: apart from the scene's
            image += self.noise * rng.standard_normal(image.shape, dtype=np.float32)
        return torch.from_numpy(np.clip(image, 0, 255).round().astype(np.uint8)), torch.from_numpy(labels)

    def flow(self, video: int, frame: int, key_frame: int) -> tuple[Tensor, Tensor]:
        """Return where each pixel of `frame` lies in `key_frame`.

        Convention:
            Pixel p of `frame` shows the surface point that is at p + flow(p) in `key_frame`; channel 0 is x (right),
            channel 1 is y (down); integers are pixel centres.

        Args:
            video: 0..len - 1.
            frame: the frame whose pixels are followed.
            key_frame: the frame they are followed into, earlier or later.

        Returns:
            (2, H, W) float32 displacement in pixels, and (H, W) bool, whether that surface point can be seen in
            `key_frame`: between the centres of its border pixels, with no object in front of it.

        Raises:
            IndexError: if there is no such video or frame.
        """
        scene, time, key_time = self._scene(video), self._time(frame), self._time(key_frame)
        y, x = np.mgrid[: self.height, : self.width].astype(np.float64)
        world_x, world_y = scene.camera.to_world(x, y, time)
        key_world_x, key_world_y = world_x.copy(), world_y.copy()  # the ground rests
        layer = np.zeros(x.shape, np.int64)
        for index, blob in enumerate(scene.blobs, start=1):
            on = blob.covers(world_x, world_y, time)
            layer[on] = index
            u, v = blob.to_surface(world_x[on], world_y[on], time)
            key_world_x[on], key_world_y[on] = blob.to_world(u, v, key_time)

        key_x, key_y = scene.camera.to_frame(key_world_x, key_world_y, key_time)
        visible = (key_x >= 0) & (key_x <= self.width - 1) & (key_y >= 0) & (key_y <= self.height - 1)
        for index, blob in enumerate(scene.blobs, start=1):
            visible &= (layer >= index) | ~blob.covers(key_world_x, key_world_y, key_time)
        flow = np.stack([key_x - x, key_y - y]).astype(np.float32)
        return torch.from_numpy(flow), torch.from_numpy(visible)

    def _time(self, frame: int) -> float:
        if not 0 <= frame < self._num_frames:
            raise IndexError(f"frame must be in 0..{self._num_frames - 1}; got {frame}.")
        return _PACE * self.speed * frame

    def _scene(self, video: int) -> "_Scene":
        if not 0 <= video < self._num_videos:
            raise IndexError(f"video must be in 0..{self._num_videos - 1}; got {video}.")
        rng = np.random.default_rng([self.seed, video])
        camera = Camera.draw(rng, self.height, self.width)
        stuff = rng.permutation(self._num_stuff)[:_MAX_BANDS].tolist()
        ground = Ground.draw(rng, [(label, self._stuff(rng, label)) for label in stuff])
        num_things = len(self._looks) - self._num_stuff
        order = (self._num_stuff + rng.permutation(num_things)).tolist()
        blobs = [self._thing(rng, order[index % num_things]) for index in range(self.num_objects)]
        # Small things go in front, so that none hides for long.
        blobs.sort(key=lambda blob: -blob.log_scale.centre)
        brightness = rng.uniform(0.75, 1.15)
        light = tuple((brightness * rng.uniform(0.94, 1.06, 3)).tolist())
        return _Scene(camera, ground, tuple(blobs), light)

    def _stuff(self, rng: np.random.Generator, label: int) -> Texture:
        # Muted, so that things stand out.
        red, green, blue = ((channel + 130) // 2 for channel in self.classes.colours[label])
        return Texture.draw(rng, self._looks[label].pattern, (red, green, blue), contrast=0.35, frequency=45.0)

    def _thing(self, rng: np.random.Generator, label: int) -> Blob:
        look = self._looks[label]
        texture = Texture.draw(rng, look.pattern, self.classes.colours[label], contrast=0.8, frequency=9.0)
        size = math.sqrt(self.height * self.width)
        return Blob.draw(rng, label, look.shape, texture, (self.width / size, self.height / size))


class _Scene(NamedTuple):
    """All of one video but its time: camera, ground, blobs from back to front, and the light on RGB."""

    camera: Camera
    ground: Ground
    blobs: tuple[Blob, ...]
    light: tuple[float, ...]


class _Look(NamedTuple):
    """What makes a class recognisable, besides its colour."""

    name: str
    pattern: str
    shape: str


def _num_stuff(num_classes: int) -> int:
    return max(1, math.floor(0.4 * num_classes))


def _looks(num_classes: int) -> tuple[_Look, ...]:
    """Name the classes after their pattern and shape; numbered where a look comes again in another colour."""
    patterns, shapes = tuple(PATTERNS), tuple(SHAPES)
    num_stuff = _num_stuff(num_classes)
    looks = []
    for index in range(num_classes):
        if index < num_stuff:
            turn, pattern, shape = index // len(patterns), patterns[index % len(patterns)], "ground"
        else:
            thing = index - num_stuff
            turn = thing // (len(shapes) * len(patterns))
            shape = shapes[thing % len(shapes)]
            # Each round through the shapes starts at another pattern, so pairs differ for as long as they can.
            pattern = patterns[(thing + thing // len(shapes)) % len(patterns)]
        name = f"{pattern} {shape}" if turn == 0 else f"{pattern} {shape} {turn + 1}"
        looks.append(_Look(name, pattern, shape))
    return tuple(looks)
