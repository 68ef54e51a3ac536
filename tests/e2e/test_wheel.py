"""The wheel and the source distribution hold what an installation needs."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

import mpvss

ROOT = Path(__file__).parents[2]
CONF = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "conf").rglob("*.yaml"))
PACKAGED = ("src", "conf", "pyproject.toml", "setup.py", "README.md", "LICENSE")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("setuptools"), reason="needs setuptools, which builds the wheel"),
]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what is packaged, as building leaves files behind."""
    folder = tmp_path_factory.mktemp("source")
    for name in PACKAGED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def built(source, command):
    code = f"from setuptools.build_meta import {command}; print({command}('dist'))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=source, timeout=300, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return source / "dist" / answer.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(source):
    return built(source, "build_wheel")


def test_a_wheel_holds_code_configuration_and_types(wheel):
    assert wheel.name == f"mpvss-{mpvss.__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    code = {file.relative_to(ROOT / "src").as_posix() for file in (ROOT / "src" / "mpvss").rglob("*.py")}
    assert {f"mpvss/{name}" for name in CONF} | code | {"mpvss/py.typed"} <= set(names)
    assert all(name.startswith(("mpvss/", "mpvss-")) for name in names)  # no script beside the package


def test_an_installed_wheel_finds_its_configuration(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); "
        "from mpvss.commands.main import main; sys.argv[1:] = ['predict', '--cfg', 'job']; main()"
    )
    answer = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "mpvss.propagation" in answer.stdout


def test_a_source_distribution_can_be_built_from(source):
    with tarfile.open(built(source, "build_sdist")) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {*CONF, "src/mpvss/py.typed", "setup.py", "pyproject.toml"} <= inside
