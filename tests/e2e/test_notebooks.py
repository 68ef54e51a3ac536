import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(path):
    """Run a notebook; an error in a cell is raised. Returns what it printed, and how many pictures it drew."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    return printed, sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.fixture
def kernel_environment(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.delenv("MPVSS_CKPT", raising=False)
    return monkeypatch


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_first_notebook_looks_into_a_checkpoint(kernel_environment, checkpoint):
    kernel_environment.setenv("MPVSS_CKPT", str(checkpoint))
    printed, num_pictures = executed(ROOT / "notebooks" / "01_key_and_non_key_frames.ipynb")
    assert num_pictures == 7
    assert "pixels with another label than in the key frame: 0.0 %" in printed
    assert "queries      (1, 20, 64)" in printed
    for method in ("copy of the key frame", "query flow", "segmented itself"):
        assert f"{method:22s}" in printed
    costs = re.search(r"key frame (\d+) MMACs, non-key frame (\d+) MMACs", printed)
    assert 0 < int(costs[2]) < int(costs[1])


@pytest.mark.slow
def test_the_first_notebook_trains_its_own_model_where_there_is_none(kernel_environment):
    kernel_environment.setenv("MPVSS_STEPS", "3")
    _, num_pictures = executed(ROOT / "notebooks" / "01_key_and_non_key_frames.ipynb")
    assert num_pictures == 7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "num_pictures", "lines"),
    [
        ("02_query_flow", 4, ["Eq. 4 holds for all 20 queries", "flows of wrong queries"]),
        (
            "03_propagate_a_video", 3,
            ["100.0 % of labels agree", "key frames: [0, 5, 10, 15, 20, 25]", "30 frames written; 96x160, 10 frames/s"],
        ),
    ],
)  # fmt: skip
def test_the_other_notebooks_train_a_model_and_say_what_they_find(kernel_environment, name, num_pictures, lines):
    kernel_environment.setenv("MPVSS_STEPS", "3")
    printed, drawn = executed(ROOT / "notebooks" / f"{name}.ipynb")
    assert drawn == num_pictures
    for line in lines:
        assert line in printed
