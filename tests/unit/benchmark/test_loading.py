"""Making pairs is timed batch by batch and stage by stage."""

import time

import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.benchmark.loading import measure_loading, measure_stages
from mpvss.data import (
    EndlessPairs,
    PairTransform,
    SimulatedMotion,
    StillPairs,
    SyntheticVideos,
    VideoPairs,
    collate_pairs,
)

BATCH = 3
SLOW = 0.01


class SlowVideos(SyntheticVideos):
    """Videos that take a hundredth of a second to read, and note what was read."""

    def __init__(self):
        super().__init__(num_videos=2, num_frames=3, height=9, width=13)
        self.reads = []

    def read(self, video, frame):
        self.reads.append((video, frame))
        time.sleep(SLOW)
        return super().read(video, frame)


def videos(source, transform=None):
    return EndlessPairs(VideoPairs(source, max_gap=2), transform)


def stills(source, transform=None):
    return EndlessPairs(StillPairs(source, SimulatedMotion(), max_gap=2), transform)


def loader_of(pairs):
    return DataLoader(pairs, batch_size=BATCH, collate_fn=collate_pairs)


def test_a_batch_takes_what_its_frames_take_to_read():
    loading = measure_loading(loader_of(videos(SlowVideos())), workers=0, repeats=3, warmup=0)
    assert loading.batch.median > 2 * BATCH * SLOW
    assert loading[:2] == (0, BATCH)


def test_batches_go_on_beyond_an_epoch_and_none_is_made_for_nothing():
    source = SlowVideos()  # 4 pairs an epoch
    measure_loading(loader_of(videos(source)), workers=0, repeats=4, warmup=2)
    assert len(source.reads) == 2 * BATCH * (4 + 2)


def test_a_worker_reads_ahead():
    loading = measure_loading(loader_of(videos(SlowVideos())), workers=1, repeats=2, warmup=0)
    assert loading.workers == 1
    assert loading.batch.median > BATCH * SLOW


@pytest.mark.parametrize("wrong", [{"repeats": 0}, {"warmup": -1}, {"workers": -1}])
def test_nothing_to_time_is_refused(wrong):
    settings = {"workers": 0, "repeats": 1, "warmup": 0} | wrong
    with pytest.raises(ValueError, match="repeats must be at least 1"):
        measure_loading(loader_of(videos(SlowVideos())), **settings)


def test_the_stages_are_those_of_the_pairs():
    transform = PairTransform((8, 8))
    of_videos = measure_stages(loader_of(videos(SlowVideos(), transform)), num_pairs=4)
    assert list(of_videos) == ["read and decode", "geometry", "colour", "collate"]
    assert of_videos["read and decode"].median > 2 * SLOW
    of_stills = measure_stages(loader_of(stills(SlowVideos(), transform)), num_pairs=4)
    assert list(of_stills) == ["read and decode", "simulate motion", "geometry", "colour", "collate"]
    assert SLOW < of_stills["read and decode"].median < 2 * SLOW  # one frame a pair
    bare = measure_stages(loader_of(videos(SlowVideos())), num_pairs=2)
    assert list(bare) == ["read and decode", "collate"]


def test_timing_changes_neither_the_pairs_nor_the_number_of_threads():
    pairs = videos(SlowVideos(), PairTransform((8, 8)))
    before, threads = pairs[0], torch.get_num_threads()
    measure_stages(loader_of(pairs), num_pairs=1)
    assert torch.equal(pairs[0].frame, before.frame)
    assert torch.get_num_threads() == threads
