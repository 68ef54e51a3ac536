import shutil
from pathlib import Path

import pytest

from mpvss.building import conf_folder as module
from mpvss.building.conf_folder import conf_folder

CONF = Path(__file__).parents[3] / "conf"


def test_a_checkout_has_it_at_the_top():
    assert conf_folder() == CONF


def test_an_installed_package_has_it_inside(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "__file__", str(tmp_path / "mpvss" / "building" / "conf_folder.py"))
    with pytest.raises(FileNotFoundError, match="No configuration: expected"):
        conf_folder()
    shutil.copytree(CONF, tmp_path / "mpvss" / "conf")
    assert conf_folder() == tmp_path / "mpvss" / "conf"
