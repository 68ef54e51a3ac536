import pytest

from mpvss.report import summaries
from mpvss.report.class_differences import class_differences


@pytest.fixture
def found(study):
    ((found),) = summaries(study).values()
    return found


def test_classes_come_with_the_largest_gain_first(found):
    first, second = class_differences(found, None)
    assert (first.backbone, second.backbone, first.interval) == ("swin_t", "tiny", 5)
    assert list(first.gains) == ["road", "sky", "car"]
    assert list(first.gains.values()) == pytest.approx([3.0, 0.0, -0.6])
    assert first.scores["road"] == (68.0, 65.0)
    assert first.verdict("vspw") == "query_flow is better than optical_flow in 1 of 3 classes"


def test_the_papers_count_stands_beside_ours(make_record, make_result):
    pair = [make_result(backbone="swin_l", method=m, flow=m) for m in ("query_flow", "optical_flow")]
    ((found),) = summaries([make_record(*pair)]).values()
    (difference,) = class_differences(found, None)
    assert difference.verdict("vspw") == (
        "query_flow is better than optical_flow in 0 of 3 classes (paper: 91 of 124)"
    )  # a tie is no win


def test_without_a_common_interval_5_the_largest_is_taken(found):
    without_5 = [summary for summary in found if summary.interval != 5]
    assert {difference.interval for difference in class_differences(without_5, None)} == {10}


def test_any_two_methods_can_be_compared_and_others_are_refused(found):
    assert class_differences(found, ["optical_flow", "query_flow"])[0].gains["road"] == pytest.approx(-3)
    for wrong in (["query_flow"], ["query_flow", "query_flow"], ["query_flow", "raft"]):
        with pytest.raises(ValueError, match="two methods of per_frame, optical_flow, query_flow; got"):
            class_differences(found, wrong)


def test_without_optical_flow_copying_is_the_rival_and_without_any_nothing_is_compared(make_record, make_result):
    records = [make_record(make_result(), make_result(method="copy")), make_record(make_result())]
    ((both,), (alone,)) = (summaries([record]).values() for record in records)
    assert [difference.rival for difference in class_differences(both, None)] == ["copy"]
    assert class_differences(alone, None) == []
