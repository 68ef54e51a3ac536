"""Any source of videos can be looked into; one whose class can do so is opened in spite of damage."""

from functools import partial

import pytest

from mpvss.data.health.inspector import ClipInspector, open_inspector
from mpvss.data.health.problems import Kind
from mpvss.data.sources.clip_folder import ClipFolder


def test_a_source_is_looked_into_through_what_it_reads(counted_videos):
    inspector = open_inspector(partial(counted_videos, (2, 3)))
    assert [inspector.num_frames(clip) for clip in range(len(inspector))] == [2, 3]
    assert inspector.name(1) == inspector.folder(1) == "video 1"
    image, labels, problems = inspector.read(1, 2)
    assert (image[1].unique().item(), labels.unique().item(), problems) == (2, 2, ())
    assert (inspector.problems, inspector.clip_problems(0), inspector.names_on_disk()) == ((), (), ())


@pytest.mark.parametrize("error", [ValueError("torn"), FileNotFoundError("torn"), RuntimeError("torn")])
def test_what_a_source_raises_is_reported(counted_videos, error):
    class Torn(counted_videos):
        def read(self, video, frame):
            raise error

    (problem,) = open_inspector(partial(Torn, (2,))).read(0, 1).problems
    assert (problem.kind, str(problem)) == (Kind.UNREADABLE, "video 0, frame 1 cannot be read: torn")


def test_what_has_no_videos_is_refused():
    with pytest.raises(ValueError, match="Labelled videos can be checked; list is something else"):
        open_inspector(partial(list))


def test_a_class_with_an_inspector_of_its_own_is_asked_for_it(tmp_path):
    (tmp_path / "val.txt").write_text("cave")
    opened = open_inspector(partial(ClipFolder, tmp_path, "val", ["sky"], skip_bad_clips=False))
    assert isinstance(opened, ClipInspector)
    assert {problem.kind for problem in opened.clip_problems(0)} == {Kind.MISSING_FOLDER}
