import torch

from mpvss.training.callbacks import RunRecord
from mpvss.types import ClassList


def test_configuration_and_classes_are_stored_as_values_that_load_without_running_code(tmp_path):
    config = {"interval": 5, "data": {"root": "clips", "crop": [32, 64], "max_gap": "${interval}"}, "ckpt_path": None}
    classes = ClassList(("sky", "road"), ((1, 2, 3), (40, 50, 60)))
    checkpoint = {"state_dict": {"weight": torch.ones(2)}}
    RunRecord(config, classes).on_save_checkpoint(None, None, checkpoint)  # neither trainer nor module is asked
    torch.save(checkpoint, tmp_path / "last.ckpt")
    stored = torch.load(tmp_path / "last.ckpt", weights_only=True)
    assert stored["config"] == config  # interpolations as they are, for a key set later to reach them
    assert stored["classes"] == {"names": ["sky", "road"], "colours": [[1, 2, 3], [40, 50, 60]]}
    assert torch.equal(stored["state_dict"]["weight"], torch.ones(2))
