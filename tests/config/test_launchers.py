"""What starts the jobs of a sweep composes where its plugin is installed, and says what to install where it is not."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from mpvss.commands import extras

CONF = Path(__file__).parents[2] / "conf"
PLUGINS = {
    "launcher=basic": "hydra",
    "launcher=joblib": "hydra_plugins.hydra_joblib_launcher",
    "launcher=submitit_slurm": "hydra_plugins.hydra_submitit_launcher",
    "launcher=ray": "hydra_plugins.hydra_ray_launcher",
    "sweep=grid": "hydra",
    "sweep=optuna": "hydra_plugins.hydra_optuna_sweeper",
}


def composed(*overrides):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("train", overrides=list(overrides), return_hydra_config=True)


def is_there(module):
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def test_every_option_is_known_here():
    options = [f"{group}={file.stem}" for group in ("launcher", "sweep") for file in (CONF / group).glob("*.yaml")]
    assert sorted(options) == sorted(PLUGINS)


@pytest.mark.parametrize(
    "option",
    [
        pytest.param(option, marks=[] if is_there(module) else pytest.mark.skip(f"needs {module}"))
        for option, module in PLUGINS.items()
    ],
)
def test_every_launcher_and_sweeper_composes(option):
    hydra = composed(option).hydra
    group, name = option.split("=")
    part = hydra.launcher if group == "launcher" else hydra.sweeper
    assert part._target_.split(".")[0] in ("hydra", "hydra_plugins")
    assert {"grid": "basic"}.get(name, name.split("_")[0]) in part._target_.lower()


@pytest.mark.parametrize("option", [option for option, module in PLUGINS.items() if module != "hydra"])
def test_a_missing_plugin_is_reported_with_the_command_that_installs_it(option, monkeypatch, capsys):
    monkeypatch.setattr(extras, "_is_installed", lambda package: False)
    with pytest.raises(SystemExit, match="1"):
        extras.check_plugins(["-m", option])
    extra = {"submitit_slurm": "submitit"}.get(option.split("=")[1], option.split("=")[1])
    error = capsys.readouterr().err
    assert error.startswith(f"error: {option} needs hydra-{extra}-")
    assert f"pip install 'mpvss[{extra}]'" in error


def test_what_is_installed_is_not_reported(capsys):
    extras.check_plugins(["launcher=basic", "interval=2,5"])
    assert capsys.readouterr().err == ""


def test_what_optuna_searches_are_keys_of_the_configuration():
    cfg = composed()
    for key in OmegaConf.load(CONF / "sweep" / "optuna.yaml").hydra.sweeper.params:
        assert OmegaConf.select(cfg, key) is not None
