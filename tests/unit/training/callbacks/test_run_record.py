import torch

from mpvss.training.callbacks import RunRecord
from mpvss.types import ClassList
from mpvss.weights import StoredRun


def test_run_and_classes_are_stored_as_values_that_load_without_running_code(tmp_path):
    run = StoredRun({"backbone": "tiny"}, {"data.root": "clips", "data.crop": [32, 64], "segmentor.dim": 32})
    classes = ClassList(("sky", "road"), ((1, 2, 3), (40, 50, 60)))
    checkpoint = {"state_dict": {"weight": torch.ones(2)}}
    RunRecord(run, classes).on_save_checkpoint(None, None, checkpoint)  # neither trainer nor module is asked
    torch.save(checkpoint, tmp_path / "last.ckpt")
    stored = torch.load(tmp_path / "last.ckpt", weights_only=True)
    assert stored["run"] == {
        "format": 2,
        "choices": {"backbone": "tiny"},
        "values": {"data.root": "clips", "data.crop": [32, 64], "segmentor.dim": 32},
    }
    assert stored["classes"] == {"names": ["sky", "road"], "colours": [[1, 2, 3], [40, 50, 60]]}
    assert torch.equal(stored["state_dict"]["weight"], torch.ones(2))
