import pickle
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from hydra.errors import InstantiationException

from mpvss.commands import processes
from mpvss.commands.processes import in_processes

CONF = Path(__file__).parents[3] / "conf"


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    for name in ("LOCAL_RANK", "RANK", "TORCHELASTIC_RUN_ID", "SLURM_NTASKS", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def started(monkeypatch):
    """A job, and how many processes each call of it asked for."""
    counts = []
    monkeypatch.setattr(processes, "_run_in_all", lambda job, cfg, count: counts.append(count))

    def job(cfg):
        counts.append("here")

    return in_processes(job), counts


def composed(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", overrides=list(overrides), return_hydra_config=True)
    cfg.hydra.overrides.hydra = [override for override in overrides if override.startswith("hydra.")]
    HydraConfig.instance().set_config(cfg)
    return cfg


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [(["trainer=cpu"], "here"), (["trainer=ddp_cpu"], 2), (["trainer=ddp_cpu", "trainer.devices=3"], 3)],
)
def test_a_job_runs_in_as_many_processes_as_devices(started, overrides, expected):
    job, counts = started
    job(composed(*overrides))
    assert counts == [expected]


@pytest.mark.parametrize(
    "environment",
    [
        {"LOCAL_RANK": "0", "RANK": "0", "TORCHELASTIC_RUN_ID": "none"},
        {"SLURM_NTASKS": "2", "SLURM_PROCID": "0", "SLURM_JOB_NAME": "train"},
    ],
)
def test_what_torchrun_or_srun_has_started_runs_as_it_is_in_a_folder_that_is_named(started, environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    job, counts = started
    with pytest.raises(ValueError, match=r"must share a folder.*hydra\.run\.dir=FOLDER"):
        job(composed("trainer=ddp_cpu"))
    job(composed("trainer=ddp_cpu", "trainer.num_nodes=2", "hydra.run.dir=run"))
    assert counts == ["here"]


def test_one_task_of_slurms_starts_the_processes_of_its_machine_itself(started, monkeypatch):
    monkeypatch.setenv("SLURM_NTASKS", "1")
    monkeypatch.setenv("SLURM_JOB_NAME", "train")
    job, counts = started
    job(composed("trainer=ddp_cpu"))
    assert counts == [2]


def test_several_machines_need_torchrun_or_srun(started):
    with pytest.raises(ValueError, match=r"trainer\.num_nodes=2 machines.*torchrun.*srun"):
        started[0](composed("trainer=ddp_cpu", "trainer.num_nodes=2"))


def test_an_error_comes_out_of_its_process_with_cause_and_traceback(tmp_path):
    error = InstantiationException("outer")
    error.__cause__ = ValueError("inner")
    error.add_note("In process 1: ...")
    (tmp_path / "error1").write_bytes(processes._pickled(error))
    failed = processes._what_failed(tmp_path, ended=None)
    assert isinstance(failed, InstantiationException)
    assert (str(failed.__cause__), failed.__notes__) == ("inner", ["In process 1: ..."])


def test_an_error_that_cannot_be_pickled_comes_out_as_its_words():
    class LocalError(Exception):
        pass

    error = LocalError("something local")
    error.add_note("note")
    copied, cause, notes = pickle.loads(processes._pickled(error))
    assert (type(copied), str(copied), cause, notes) == (RuntimeError, "LocalError: something local", None, ["note"])
