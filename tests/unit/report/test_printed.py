"""Read against the paper's tables by eye; here, against what its text says of them."""

import pytest

from mpvss.report import summaries
from mpvss.report.paper import BACKBONES, SCORES
from mpvss.report.printed import paper_costs, paper_drop, paper_name, paper_note, paper_scores


@pytest.fixture
def summary_of(make_record, make_result):
    def summary(**changes):
        ((found,),) = summaries([make_record(make_result(**changes))]).values()
        return found

    return summary


def gaps(data, better, worse):
    methods = SCORES[data]
    return [round(methods[better][name][0] - methods[worse][name][0], 1) for name in BACKBONES]


def test_differences_are_those_that_the_text_gives():
    assert gaps("vspw", "query_flow", "optical_flow") == [1.4, 0.6, 1.5, 0.3, 0.5, 0.7]  # Sec. 4.3; 0.8 with 52.9
    assert gaps("cityscapes", "per_frame", "query_flow") == [1.0, 1.9, 1.4, 1.3, 1.6, 1.7]  # Sec. 4.2


def test_the_papers_numbers_are_found_by_data_method_backbone_and_interval(summary_of):
    assert paper_scores("vspw", summary_of()) == {"mIoU": 39.9, "WIoU": 62.0, "mVC8": 85.9, "mVC16": 80.4}
    assert paper_scores("vspw", summary_of(flow="copy")) == {"mIoU": 37.5}
    with_flownet = {"propagation": "dff", "flow": "optical_flow"}
    assert paper_scores("cityscapes", summary_of(**with_flownet, backbone="r101")) == {"mIoU": 77.1}
    assert paper_costs("vspw", summary_of()) == {"GMACs": 39.7, "parameters_M": 114.0, "fps": 32.86}
    for other in ({"interval": 2}, {"backbone": "tiny"}, {"flow": "raft"}, {"propagation": "dff"}):
        assert paper_scores("vspw", summary_of(**other)) == paper_costs("vspw", summary_of(**other)) == {}
    assert paper_scores("camvid", summary_of()) == paper_costs("camvid", summary_of()) == {}


def test_every_method_at_interval_1_is_per_frame_segmentation(summary_of):
    for summary in (summary_of(interval=1), summary_of(propagation="per_frame", flow=None)):
        assert paper_scores("vspw", summary)["mIoU"] == 41.2
        assert paper_costs("vspw", summary)["GMACs"] == 114.4


def test_losses_over_the_interval_are_those_that_the_figures_name(summary_of):
    assert paper_drop("vspw", summary_of(flow="optical_flow"), "WIoU") == 2.96
    assert paper_drop("vspw", summary_of(backbone="swin_l"), "mIoU") == 2.7
    assert paper_drop("vspw", summary_of(backbone="r50"), "mIoU") is None


def test_table_d_is_found_by_the_stages_of_the_motion_decoder(summary_of):
    for stages, score in ((1, 39.4), (2, 39.4), (3, 39.9), (4, 39.6)):
        assert paper_scores("vspw", summary_of(stages=stages))["mIoU"] == score
    assert paper_scores("vspw", summary_of(stages=4, backbone="swin_b")) == {"mIoU": 51.8}
    for fewer in (summary_of(stages=2, flow="query_learned"), summary_of(stages=2, backbone="r50")):
        assert paper_scores("vspw", fewer) == {}
    assert paper_costs("vspw", summary_of(stages=2)) == {}
    assert paper_drop("vspw", summary_of(stages=2), "mIoU") is None


def test_what_the_paper_prints_twice_is_said(summary_of):
    assert "52.9" in paper_note("vspw", [summary_of(backbone="swin_b")])
    for others in ([summary_of()], [summary_of(backbone="swin_b", interval=2)], []):
        assert paper_note("vspw", others) is None


def test_backbones_have_the_papers_names():
    assert (paper_name("swin_t"), paper_name("tiny")) == ("Swin-T", "tiny")
