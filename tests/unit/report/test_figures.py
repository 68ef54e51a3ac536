import matplotlib
import pytest

from mpvss.report import DataSplit, summaries
from mpvss.report.class_differences import ClassDifferences, class_differences
from mpvss.report.figures import backbone_figure, class_figure, cost_figure, drift_figure, method_figure
from mpvss.report.style import house_style, method_looks

VSPW = DataSplit("vspw", "val")


@pytest.fixture
def found(study):
    return summaries(study)[VSPW]


def lines(axes):
    """The points of each labelled curve or mark; error bars are containers of their own."""
    handles, labels = axes.get_legend_handles_labels()
    drawn = {}
    for handle, label in zip(handles, labels, strict=True):
        line = handle[0] if hasattr(handle, "has_yerr") else handle
        drawn.setdefault(label, []).extend(zip(line.get_xdata(), line.get_ydata(), strict=True))
    return drawn


def bars(container):
    return [segment[1][1] - segment[0][1] for segment in container[2][0].get_segments()]


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_each_backbone_has_a_panel_with_a_curve_per_method_and_the_papers_marks(found):
    figure = method_figure(VSPW, found, "mIoU")
    swin, tiny = figure.axes
    assert (swin.get_title(), tiny.get_title()) == ("Swin-T", "tiny")
    assert lines(swin)["query flow"] == [(2, pytest.approx(42.1)), (5, pytest.approx(41.5)), (10, pytest.approx(40.5))]
    assert [y for _, y in lines(swin)["per frame"]] == [40.0, 40.0]  # a line right across
    assert sorted(lines(swin)["paper"]) == [(5, 38.4), (5, 39.9), (5, 41.2)]
    assert "paper" not in lines(tiny)
    assert list(swin.get_xticks()) == [2, 5, 10]
    assert legend(figure) == ["per frame", "optical flow", "query flow", "paper"]


def test_error_bars_are_the_deviation_over_seeds(found):
    swin, tiny = method_figure(VSPW, found, "mIoU").axes
    with_seeds = next(c for c in swin.containers if c.get_label() == "query flow")
    assert bars(with_seeds) == pytest.approx([2 * 0.5**0.5] * 3)
    assert not any(container.has_yerr for container in tiny.containers)


def test_accuracy_and_cost_over_the_interval_have_a_curve_per_backbone(found):
    accuracy, cost = backbone_figure(VSPW, found, "query_flow").axes
    assert lines(accuracy)["tiny"] == [(2, pytest.approx(41.6)), (5, pytest.approx(41)), (10, pytest.approx(40))]
    assert lines(cost)["Swin-T"][0] == (2, pytest.approx((114.4 + 21.2) / 2))
    assert lines(cost)["paper"] == [(5, 39.7)]


def test_accuracy_stands_against_cost_on_a_logarithmic_scale(found):
    (axes,) = cost_figure(VSPW, found).axes
    assert axes.get_xscale() == "log"
    assert (pytest.approx(39.84), pytest.approx(41.5)) in lines(axes)["query flow"]
    assert (39.7, 39.9) in lines(axes)["paper"]
    assert {text.get_text() for text in axes.texts} == {"Swin-T", "tiny"}


def test_drift_goes_from_the_key_frame_to_the_last_frame_before_the_next(found):
    axes = drift_figure(found).axes[0]
    assert [x for x, _ in lines(axes)["query flow, interval 10"]] == list(range(10))


def test_bars_of_classes_are_sorted_and_coloured_by_sign(found):
    figure = class_figure(VSPW, class_differences(found, None)[0])
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["car", "sky", "road"]  # upwards
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([-0.6, 0, 3])
    assert axes.patches[0].get_facecolor() != axes.patches[2].get_facecolor()


def test_of_many_classes_the_largest_gains_and_losses_are_shown():
    scores = {f"class {index}": (100.0 - index, 50.0) for index in range(100)}
    (axes,) = class_figure(VSPW, ClassDifferences("swin_l", 5, "a", "b", scores)).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [*range(-49, -29), *range(31, 51)]
    assert "60 classes in between are left out" in axes.get_xlabel()


def test_methods_look_different_and_known_ones_always_the_same():
    methods = ["query_flow", *(f"mine_{index}" for index in range(7)), "copy"]
    looks = method_looks(methods)
    assert len(set(looks.values())) == len(methods)
    assert looks["query_flow"] == method_looks(["query_flow"])["query_flow"]


def test_matplotlibs_own_settings_stay_as_they_were():
    before = dict(matplotlib.rcParams)
    with house_style():
        assert matplotlib.rcParams["axes.grid"]
    assert dict(matplotlib.rcParams) == before
