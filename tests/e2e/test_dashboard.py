import json
from types import SimpleNamespace

import pytest
import wandb_workspaces.reports.v2 as wr
import wandb_workspaces.workspaces as ws


def test_without_an_account_what_would_be_created_is_written_and_said(run_here, monkeypatch, tmp_path):
    monkeypatch.setenv("WANDB_MODE", "offline")
    answer = run_here("dashboard.py", "entity=team", "project=flows", "output=pages")
    assert answer.status == 0, answer.err
    assert answer.out.splitlines() == [
        "No W&B account on this machine (`wandb login`). Written instead:", "pages/report.json", "pages/workspace.json",
    ]  # fmt: skip
    workspace = json.loads((tmp_path / "pages" / "workspace.json").read_text())
    assert (workspace["entity"], workspace["project"], workspace["displayName"]) == ("team", "flows", "MPVSS")
    report = json.loads((tmp_path / "pages" / "report.json").read_text())
    assert report["project"] == {"name": "flows", "entityName": "team"}


@pytest.fixture
def account(monkeypatch):
    """An account at a W&B that keeps what is saved in a list."""
    saved = []

    def save(page):
        saved.append(page)
        return SimpleNamespace(url=f"https://wandb.example/{page.entity}/{page.project}/{len(saved)}")

    monkeypatch.setattr("wandb.login", lambda **options: True)
    monkeypatch.setattr("wandb.Api", lambda: SimpleNamespace(default_entity="me"))
    monkeypatch.setattr(wr.Report, "save", save)
    monkeypatch.setattr(ws.Workspace, "save", save)
    return saved


def test_with_an_account_both_are_saved_for_it_and_no_file_is_written(run_here, account, tmp_path):
    answer = run_here("dashboard.py", "output=pages")
    assert answer.status == 0, answer.err
    assert answer.out.splitlines() == [
        "Created at W&B:", "https://wandb.example/me/mpvss/1", "https://wandb.example/me/mpvss/2",
    ]  # fmt: skip
    assert [type(page).__name__ for page in account] == ["Report", "Workspace"]
    assert not (tmp_path / "pages").exists()


def test_an_account_without_an_entity_must_name_one(run_here, account, monkeypatch):
    monkeypatch.setattr("wandb.Api", lambda: SimpleNamespace(default_entity=None))
    answer = run_here("dashboard.py")
    assert (answer.status, account) == (1, [])
    assert "entity=NAME" in answer.err
