"""Pairs are those that earlier versions drew, so that a run resumed by a later one sees what it would have seen."""

import hashlib

import pytest
import torch

from mpvss.data import EndlessPairs, SimulatedMotion, StillPairs, StoredPairs, SyntheticVideos, VideoPairs
from mpvss.types import FramePair


def _noisy(pair):
    """Stand for an augmentation: draw from torch's default generator."""
    return pair._replace(labels=torch.randint(0, 200, pair.labels.shape, dtype=torch.uint8))


def _digest(pairs):
    """Sum up what twenty pairs are, and two far beyond the first epochs."""
    digest = hashlib.sha256(str(len(pairs)).encode())
    for index in (*range(20), 1000, 54321):
        for field in pairs[index]:
            digest.update(b"-" if field is None else field.contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


@pytest.fixture
def sources(counted_videos, sparse_videos):
    class Drifting(counted_videos):
        def flow(self, video, frame, key_frame):
            return torch.full((2, 5, 7), float(key_frame - frame)), torch.ones(5, 7, dtype=torch.bool)

    return {"dense": Drifting((5, 9, 4, 1)), "sparse": sparse_videos((7, 6))}


@pytest.mark.parametrize(
    ("name", "transform", "with_flow", "num_pairs", "seed", "before"),
    [
        ("dense", None, False, None, 0, "b513438c0128"),
        ("dense", None, True, 11, 3, "8cb78a72b7f8"),
        ("dense", _noisy, True, None, 3, "1d805115041e"),
        ("sparse", None, False, None, 0, "9c008e4219fb"),
        ("sparse", _noisy, False, 9, 5, "d30a34b61685"),
    ],
)
def test_pairs_of_videos_are_as_before(sources, name, transform, with_flow, num_pairs, seed, before):
    pairs = EndlessPairs(VideoPairs(sources[name], 3, with_flow), transform, num_pairs, seed)
    assert _digest(pairs) == before


@pytest.mark.parametrize(
    ("name", "transform", "num_pairs", "seed", "before"),
    [
        ("dense", None, None, 0, "4d9d3ad8f3dc"),
        ("dense", _noisy, 11, 3, "c1156a67be72"),
        ("sparse", None, None, 2, "950386e9744e"),
        ("sparse", _noisy, 9, 5, "ca0332fd605e"),
    ],
)
def test_pairs_of_single_frames_are_as_before(sources, name, transform, num_pairs, seed, before):
    motion = SimulatedMotion(camera_speed=0, region_speed=0, margin=0)  # bytes do not depend on the processor then
    assert _digest(EndlessPairs(StillPairs(sources[name], motion, 3), transform, num_pairs, seed)) == before


def test_simulated_motion_is_as_before(sources):
    pairs = EndlessPairs(StillPairs(sources["dense"], SimulatedMotion(), 3, with_flow=True), seed=7)
    means = torch.stack([pairs[index].flow.mean() for index in range(6)])
    assert torch.allclose(
        means, torch.tensor([0.004795, -0.000815, -0.002023, 0.003392, 0.003704, 0.098187]), atol=1e-4
    )


@pytest.mark.parametrize(
    ("transform", "num_pairs", "seed", "before"), [(None, None, 0, "d176f976ae99"), (_noisy, 7, 4, "6b3ce32947f6")]
)
def test_stored_pairs_are_as_before(transform, num_pairs, seed, before):
    stored = [FramePair(*[torch.full((2, 3), number, dtype=torch.uint8)] * 4, torch.tensor(1)) for number in range(5)]
    assert _digest(EndlessPairs(StoredPairs(stored), transform, num_pairs, seed)) == before


def test_each_pair_says_where_it_comes_from(sources):
    dense, sparse = EndlessPairs(VideoPairs(sources["dense"], 3)), EndlessPairs(VideoPairs(sources["sparse"], 3))
    for pairs in (dense, sparse):
        for index in (0, 7, 30):
            (video, key, _), (_, frame, _) = (image[:, 0, 0].tolist() for image in (pairs[index][0], pairs[index][2]))
            assert pairs.describe(index) == f"video {video}, {key:05d} and {frame:05d}"
    stills = EndlessPairs(StillPairs(sources["dense"], SimulatedMotion(margin=0), 3))
    video, frame, _ = stills[3].key_frame[:, 0, 0].tolist()
    assert stills.describe(3) == f"video {video}, {frame:05d}"
    assert EndlessPairs(StoredPairs([stills[0]])).describe(5) == "pair 0"


def test_classes_are_those_of_the_videos_and_stored_pairs_have_none(sources):
    assert EndlessPairs(VideoPairs(sources["dense"], 3)).classes.names == ("a", "b", "c", "d")
    assert EndlessPairs(StoredPairs([EndlessPairs(VideoPairs(SyntheticVideos(2, 3, 9, 13), 1))[0]])).classes is None
