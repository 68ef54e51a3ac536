"""timm and torchvision are imported without PyTorch's compiler, and work as they do with it."""

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[3] / "src"
# What torchvision 0.29.2 and timm 1.0.31 import (findings/vision-libraries-import-compiler.sh shows it without us).
LIGHT = "import sys; from mpvss.backbone.light_timm import timm; import torch, torchvision; "


def printed_by(statements):
    environment = {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", statements], capture_output=True, text=True, check=True, env=environment
    ).stdout.strip()


def test_neither_the_compiler_nor_wandb_is_imported():
    loaded = "print(*({'torch._dynamo', 'torch._dynamo.utils', 'wandb'} & set(sys.modules)), 'timm' in sys.modules)"
    assert printed_by(f"{LIGHT}{loaded}") == "True"
    assert printed_by(f"{LIGHT}import torchvision.transforms.v2; {loaded}") == "True"


def test_the_compiler_and_wandb_can_be_imported_afterwards():
    later = "import torch._dynamo, wandb; print(torch._dynamo.is_compiling(), wandb.__name__)"
    assert printed_by(f"{LIGHT}{later}") == "False wandb"


def test_functions_that_ask_the_compiler_do_so_when_they_are_called():
    boxes = "torch.tensor([[0.0, 0.0, 0.0, 4.0, 4.0]])"
    pooled = f"torchvision.ops.roi_align(torch.arange(64.0).reshape(1, 1, 8, 8), {boxes}, 2).flatten().tolist()"
    wrapped = "torchvision.tv_tensors.wrap(torch.ones(3, 2, 2), like=torchvision.tv_tensors.Image(torch.ones(3, 2, 2)))"
    statements = f"print({pooled}, type({wrapped}).__name__)"
    assert printed_by(f"{LIGHT}{statements}") == printed_by(f"import torch, torchvision.tv_tensors; {statements}")


def test_where_the_compiler_is_there_already_nothing_stands_in_for_it():
    statements = "import torch._dynamo as real; " + LIGHT + "print(sys.modules['torch._dynamo'] is real)"
    assert printed_by(statements) == "True"


def test_a_version_that_asks_for_more_of_the_compiler_is_imported_with_it(tmp_path):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("from torch._dynamo import is_compiling\nname = 'another'\n")
    (tmp_path / "torchvision" / "tv_tensors.py").write_text("")
    (tmp_path / "timm.py").write_text("import torchvision\n")
    statements = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.path.insert(0, {str(SRC)!r}); "
    statements += "import importlib.util as u; "
    file = SRC / "mpvss" / "backbone" / "light_timm.py"
    statements += f"spec = u.spec_from_file_location('light', {str(file)!r}); light = u.module_from_spec(spec); "
    statements += (
        "spec.loader.exec_module(light); print(light.timm.torchvision.name, 'torch._dynamo.utils' in sys.modules)"
    )
    assert printed_by(statements) == "another True"
