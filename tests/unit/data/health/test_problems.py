import pytest

from mpvss.data.health.problems import read_bad_clips, write_bad_clips

REASONS = {("train", "beach"): "empty file: a b", ("val", "beach"): "unknown label", ("train", "# alley"): "leak"}


def test_what_is_written_is_read_by_split(tmp_path):
    path = tmp_path / "bad_clips.txt"
    write_bad_clips(path, REASONS)
    assert read_bad_clips(path, "train") == {"beach": "empty file: a b", "# alley": "leak"}
    assert read_bad_clips(path, "val") == {"beach": "unknown label"}
    assert read_bad_clips(path, "test") == {}


def test_nothing_bad_takes_an_old_list_away(tmp_path):
    path = tmp_path / "bad_clips.txt"
    write_bad_clips(path, REASONS)
    write_bad_clips(path, {})
    assert not path.exists()
    write_bad_clips(path, {})


def test_a_line_of_another_form_is_named(tmp_path):
    path = tmp_path / "bad_clips.txt"
    path.write_text("# a remark\n\ntrain\tbeach\twet\nalley\n")
    with pytest.raises(ValueError, match=r"line 4 of .*bad_clips\.txt must be split, clip and reason.*got 'alley'"):
        read_bad_clips(path, "train")
