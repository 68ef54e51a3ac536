import pytest

from mpvss.output.atomic import replacing


def test_the_file_takes_its_name_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "scores.csv"
    with replacing(target) as partial:
        partial.write_text("93.2")
        assert partial.suffix == ".csv"
        assert not target.exists()
    assert target.read_text() == "93.2"
    assert list(target.parent.iterdir()) == [target]


def test_an_interrupted_write_leaves_the_old_file_and_no_trace(tmp_path):
    target = tmp_path / "scores.csv"
    target.write_text("old")

    def write_half():
        with replacing(target) as partial:
            partial.write_text("ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
