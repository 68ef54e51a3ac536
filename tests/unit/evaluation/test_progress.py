from contextlib import suppress

import pytest

from mpvss.evaluation import EvaluationProgress


def test_notes_are_written_when_it_is_time_and_after_an_error(make_propagator, make_run, tmp_path):
    runs = [make_run(make_propagator())]
    with EvaluationProgress(tmp_path / "often", {}, every=0) as progress:
        progress.finish(0, runs)
        assert (tmp_path / "often" / "evaluation.pt").is_file()
    with suppress(KeyboardInterrupt), EvaluationProgress(tmp_path / "error", {}, every=1e9) as progress:
        progress.finish(0, runs)
        assert not (tmp_path / "error").exists()
        raise KeyboardInterrupt
    assert (tmp_path / "error" / "evaluation.pt").is_file()


def test_each_process_has_its_own(make_propagator, make_run, tmp_path):
    runs = [make_run(make_propagator())]
    for process in (0, 1):
        EvaluationProgress(tmp_path, {}, 0, process).finish(process, runs)
    for process in (0, 1):
        progress = EvaluationProgress(tmp_path, {}, 0, process)
        progress.resume(tmp_path, runs)
        assert progress.done == [process]


def test_another_evaluation_is_not_resumed(make_propagator, make_run, tmp_path):
    runs = [make_run(make_propagator())]
    EvaluationProgress(tmp_path, {"data.seed": "1", "data.name": "a"}, 0).finish(0, runs)
    with pytest.raises(ValueError, match=r"another evaluation:\n  data.seed: 1 there, 2 here\nRepeat its command"):
        EvaluationProgress(tmp_path, {"data.seed": "2", "data.name": "a"}, 0).resume(tmp_path, runs)
    with pytest.raises(FileNotFoundError, match=r"there is no nowhere/evaluation.pt"):
        EvaluationProgress(tmp_path, {}, 0).resume("nowhere", runs)
