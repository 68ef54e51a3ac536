"""All of VSPW at 480 lines."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from mpvss.data.health.problems import BAD_CLIPS, Kind
from mpvss.data.health.scaling import HEIGHT, scale_frame, scale_mask
from mpvss.data.loading.parallel import parallel_map
from mpvss.data.sources.clip_listing import LAYOUT, ClipListing, ListedClip
from mpvss.output.atomic import replacing
from mpvss.output.progress import progress_bar

_SPLITS = ("train", "val", "test")
_NUM_SAMPLES = 16  # files that tell how large all will be
_MARGIN = 1.1


class PreparationOutcome(NamedTuple):
    """What was done.

    Attributes:
        num_clips: of all splits.
        num_written: frames and masks written now.
        num_kept: frames and masks that were there, and whole.
        problems: of the source; files that are named here are missing in the target.
    """

    num_clips: int
    num_written: int
    num_kept: int
    problems: list[str]


def prepare_480p(source: str | Path, target: str | Path, num_workers: int, quality: int) -> PreparationOutcome:
    """Scale every listed clip, then copy lists and class names, which makes the target usable.

    A file appears whole or not at all, so a killed run is taken up where it ended: what is there and can be decoded to
    the right size is kept.

    Args:
        source: VSPW as it was shot.
        target: new folder, or one that an earlier run began.
        num_workers: processes; 0 works in this one.
        quality: of JPEG, 1..95.

    Raises:
        FileNotFoundError: if the source is no folder.
        ValueError: if the source is not VSPW as it was shot, one folder holds the other, the disk is too small, or
            another run is at work on the target.
    """
    source, target = Path(source).expanduser().resolve(), Path(target).expanduser().resolve()
    if source.is_relative_to(target) or target.is_relative_to(source):
        raise ValueError(f"source and target must be apart; got {source} and {target}. Name another target.")
    clips = _list_clips(source)
    num_frames = sum(len(clip.frames) for clip in clips)
    _check_height(source, clips)
    target.mkdir(parents=True, exist_ok=True)
    _check_space(source, target, clips, quality)
    num_written = num_kept = 0
    problems: list[str] = []
    with _alone(target), progress_bar("frames") as bar:
        task = bar.add_task("scaling", total=num_frames)
        work = partial(_prepare_clip, source, target, quality)
        for clip, (written, kept, found) in zip(clips, parallel_map(work, clips, num_workers), strict=True):
            num_written, num_kept = num_written + written, num_kept + kept
            problems += found
            bar.advance(task, len(clip.frames))
        for path in _lists(source):
            with replacing(target / path.name) as copy:
                shutil.copyfile(path, copy)
    return PreparationOutcome(len(clips), num_written, num_kept, problems)


def _list_clips(source: Path) -> list[ListedClip]:
    """List the clips of all splits, each once."""
    expected = f"Expected VSPW as it was shot, with at least one of train.txt, val.txt and test.txt:\n{LAYOUT}"
    if not source.is_dir():
        raise FileNotFoundError(f"There is no folder {source}. {expected}")
    splits = [split for split in _SPLITS if (source / f"{split}.txt").is_file()]
    if not splits or not (source / "data").is_dir():
        raise ValueError(f"{source} is not VSPW. {expected}")
    listings = [ClipListing(source, split, needs_masks=split != "test") for split in splits]
    clips = list({clip.name: clip for listing in listings for clip in listing.clips}.values())
    if not any(clip.frames for clip in clips):
        raise ValueError(f"{source} is not VSPW: none of its {len(clips)} clips has a frame. {expected}")
    return clips


def _check_height(source: Path, clips: Sequence[ListedClip]) -> None:
    """Refuse VSPW_480p itself, which would only lose by being compressed again."""
    heights = set()
    for path in _sample(source, clips):
        with suppress(OSError), Image.open(path) as image:
            heights.add(image.height)
    if heights == {HEIGHT}:
        raise ValueError(
            f"{source} has frames of {HEIGHT} lines already. Use it as it is: data=vspw data.root={source}"
        )


def _check_space(source: Path, target: Path, clips: Sequence[ListedClip], quality: int) -> None:
    """Scale some files elsewhere, to tell from their size whether all will find room."""
    num_bytes = []
    with tempfile.TemporaryDirectory() as folder:
        for path in _sample(source, clips):
            mask = path.parents[1] / "mask" / f"{path.stem}.png"
            frame_copy, mask_copy = Path(folder) / path.name, Path(folder) / f"mask_{path.stem}.png"
            with suppress(ValueError):  # which the scaling of all reports
                scale_frame(path, frame_copy, quality)
                if mask.is_file():
                    scale_mask(mask, mask_copy)
            num_bytes.append(sum(copy.stat().st_size for copy in (frame_copy, mask_copy) if copy.is_file()))
            frame_copy.unlink(missing_ok=True)
            mask_copy.unlink(missing_ok=True)
    needed = _MARGIN * sum(num_bytes) / len(num_bytes) * sum(len(clip.frames) for clip in clips)
    there = sum(os.path.getsize(Path(place) / name) for place, _, names in os.walk(target) for name in names)
    free = shutil.disk_usage(target).free
    if needed - there > free:
        raise ValueError(
            f"{target} needs about {(needed - there) / 1e9:.1f} GB more; its disk has {free / 1e9:.1f} GB left. "
            "Make room, name a target on another disk, or lower quality."
        )


def _sample(source: Path, clips: Sequence[ListedClip]) -> list[Path]:
    """Choose the middle frames of a few clips, spread evenly."""
    clips = [clip for clip in clips if clip.frames]
    chosen = clips[:: -(-len(clips) // _NUM_SAMPLES)]
    return [source / "data" / clip.name / "origin" / clip.frames[len(clip.frames) // 2] for clip in chosen]


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep others off the target. Processes of a killed run hold on to the lock until they have ended, too."""
    path = target / ".prepare_data.lock"
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f"Another run is still at work on {target}. Wait for its end, or end it.") from error
        try:
            yield
        finally:
            path.unlink()


def _prepare_clip(source: Path, target: Path, quality: int, clip: ListedClip) -> tuple[int, int, list[str]]:
    """Return how many files were written and kept, and what is wrong with the source."""
    from_folder, to_folder = source / "data" / clip.name, target / "data" / clip.name
    problems = [str(problem) for problem in clip.errors]
    empty = {problem.file for problem in clip.errors if problem.kind is Kind.EMPTY_FILE}
    places = [Path("origin") / name for name in clip.frames]
    places += [Path("mask") / f"{Path(name).stem}.png" for name in clip.frames if name not in clip.unmasked]
    num_written = num_kept = 0
    for place in places:
        if str(from_folder / place) in empty:
            continue
        try:
            if place.parent.name == "origin":
                is_new = scale_frame(from_folder / place, to_folder / place, quality)
            else:
                is_new = scale_mask(from_folder / place, to_folder / place)
        except ValueError as error:
            problems.append(str(error))
            continue
        num_written += is_new
        num_kept += not is_new
    return num_written, num_kept, problems


def _lists(source: Path) -> list[Path]:
    return [
        path
        for path in sorted(source.iterdir())
        if path.is_file() and path.suffix in (".txt", ".json") and path.name != BAD_CLIPS
    ]
