import pytest

from mpvss.comparison import plan, run


def test_an_interrupted_comparison_goes_on_where_it_was(comparison, tmp_path, scripts, program):
    jobs = plan(comparison, tmp_path / "out")
    (scripts / "eval.py").write_text("import sys\nprint('no memory left')\nsys.exit(1)")
    with pytest.raises(ValueError, match=r"eval .* failed; see .*log\.txt[\s\S]*no memory left"):
        run(jobs, program, at_a_time=1)
    complete = {job.folder: (job.folder / "log.txt").stat().st_mtime_ns for job in jobs if job.folder.is_dir()}
    assert tmp_path / "out" / "seed0" / "segmentor" in complete
    assert not any(folder.name.endswith("-eval") for folder in complete)
    (scripts / "eval.py").write_text("pass")
    run(jobs, program, at_a_time=2)
    assert all(job.folder.is_dir() for job in jobs)
    assert {folder: (folder / "log.txt").stat().st_mtime_ns for folder in complete} == complete


def test_an_interrupted_training_goes_on_from_its_last_checkpoint(comparison, tmp_path, scripts, program):
    job = plan(comparison, tmp_path / "out")[0]
    train = (scripts / "train.py").read_text()
    (scripts / "train.py").write_text(train + "sys.exit('killed')\n")
    with pytest.raises(ValueError, match="killed"):
        run([job], program, at_a_time=1)
    (scripts / "train.py").write_text(train)
    run([job], program, at_a_time=1)
    assert f"ckpt_path={job.folder}.partial/checkpoints/last.ckpt" in (job.folder / "log.txt").read_text()


def test_an_interrupted_evaluation_goes_on_from_its_notes(comparison, tmp_path, scripts, program):
    (scripts / "eval.py").write_text("import sys\nprint(*sys.argv)")
    job = plan(comparison, tmp_path / "out")[-1]._replace(needs=())
    notes = job.folder.with_name(f"{job.folder.name}.partial") / "evaluation.pt"
    notes.parent.mkdir(parents=True)
    notes.touch()
    run([job], program, at_a_time=1)
    assert f"resume={notes.parent}" in (job.folder / "log.txt").read_text()


def test_a_run_with_other_overrides_is_not_taken_for_the_one_that_is_planned(comparison, tmp_path, scripts, program):
    run(plan(comparison, tmp_path / "out"), program, at_a_time=2)
    other = comparison._replace(shared=("a=2",))
    with pytest.raises(
        ValueError, match=r"seed0/segmentor is a run with other overrides: there a=1, here a=2\. Remove"
    ):
        run(plan(other, tmp_path / "out"), program, at_a_time=2)


def test_a_comparison_may_be_moved(comparison, tmp_path, scripts, program):
    run(plan(comparison, tmp_path / "out"), program, at_a_time=2)
    (tmp_path / "out").rename(tmp_path / "moved")
    (scripts / "train.py").unlink()
    run(plan(comparison, tmp_path / "moved"), program, at_a_time=1)


def test_at_least_one_process_runs(comparison, tmp_path, scripts, program):
    with pytest.raises(ValueError, match="jobs must be at least 1"):
        run(plan(comparison, tmp_path), program, at_a_time=0)
