from collections.abc import Callable

import pytest

from mpvss.evaluation.record import MethodResult, ResultRecord

RESULT = MethodResult(
    method="query_flow", backbone="swin_t", flow="query_flow", propagation="masks", interval=5, checkpoint="best.ckpt",
    checkpoint_sha256="a", scores={"mIoU": 40.0, "WIoU": 60.0}, class_iou={"sky": 90.0, "road": 70.0, "car": 50.0},
    drift={0: 42.0, 1: 41.0, 2: 40.0, 3: 39.0, 4: 38.0}, key_gmacs=114.4, non_key_gmacs=21.2, gmacs=39.84,
    parameters=87_520_000, frames_per_second=20.0,
)  # fmt: skip


@pytest.fixture(scope="session")
def make_result() -> Callable[..., MethodResult]:
    """A function that makes a result: query flow on Swin-T at interval 5, except for what is named."""
    return lambda **changes: RESULT._replace(**changes)


@pytest.fixture(scope="session")
def make_record() -> Callable[..., ResultRecord]:
    """A function that makes a record of VSPW's validation split from results; keywords change it."""

    def make(*results: MethodResult, **changes: object) -> ResultRecord:
        record = ResultRecord(
            data="vspw", split="val", num_videos=2, num_frames=60, seed=0, created="2026-01-01T00:00:00+00:00",
            command="python src/eval.py", code_version="abc", environment={}, config={}, results=results,
        )  # fmt: skip
        return record._replace(**changes)

    return make


@pytest.fixture(scope="session")
def study(make_result, make_record) -> list[ResultRecord]:
    """Three methods on two backbones at three intervals; one of them with two seeds."""
    records = []
    for backbone, seeds in (("swin_t", "ab"), ("tiny", "a")):
        for seed in seeds:
            per_frame = make_result(
                method="per_frame", flow=None, propagation="per_frame", interval=1, drift={0: 43.0}, gmacs=114.4
            )
            results = [per_frame._replace(backbone=backbone, checkpoint_sha256=seed)]
            for method, loss in (("optical_flow", 0.5), ("query_flow", 0.2)):
                for interval in (2, 5, 10):
                    score = 42 - loss * interval + (seed == "b")
                    results.append(
                        make_result(
                            method=method, flow=method, backbone=backbone, interval=interval, checkpoint_sha256=seed,
                            scores={"mIoU": score, "WIoU": score + 20}, drift=dict.fromkeys(range(interval), score),
                            class_iou={"sky": 90.0, "road": 70 - 10 * loss, "car": 50 + 2 * loss},
                            gmacs=(114.4 + 21.2 * (interval - 1)) / interval,
                        )
                    )  # fmt: skip
            records.append(make_record(*results))
    return records
