#!/usr/bin/env bash
# torchvision 0.29.2 and timm 1.0.31 (with torch 2.15.0, Python 3.11): importing either of them imports PyTorch's whole
# compiler, torch._dynamo, although nothing is compiled.
#
# Behaviour: `import torchvision` executes `from torch._dynamo.utils import is_compile_supported` in
# torchvision/ops/roi_align.py, a file that has a decorator, as its own comment says, so that dynamo is not imported
# eagerly. `import timm` decorates a method with torch.compiler.disable in timm/models/naflexvit.py, which
# imports it, too. The compiler takes longer to import than both libraries together: about 1.5 s of 3.3 s here, and some
# 900 modules, in every program that reads one picture with torchvision.io or builds one network of timm.
#
# Output seen:
#   torch alone imports the compiler: False
#   torchvision.io imports the compiler: True, by torchvision/ops/roi_align.py
#   timm, with torchvision's request left out, imports the compiler: True, by timm/models/naflexvit.py
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 timm==1.0.31
cd "$folder"

cat > who.py <<'PYTHON'
"""Say whether a statement imports torch._dynamo, and which file of torchvision or timm asks for it first."""

import sys
import traceback


class Watcher:
    """Notes who first asks for the compiler."""

    file = None

    def find_spec(self, name, path=None, target=None):
        if name == "torch._dynamo" and Watcher.file is None:
            places = [f.filename.replace("\\", "/") for f in traceback.extract_stack()]
            inside = [place.split("site-packages/")[1] for place in places if "site-packages/" in place]
            ours = [place for place in inside if place.startswith(("timm/", "torchvision/"))]
            Watcher.file = ours[-1] if ours else "something else"
        return None


sys.meta_path.insert(0, Watcher())
exec(sys.argv[1])
print("torch._dynamo" in sys.modules, Watcher.file or "")
PYTHON

alone=$(venv/bin/python who.py "import torch")
echo "torch alone imports the compiler: $alone"
vision=$(venv/bin/python who.py "import torchvision.io")
echo "torchvision.io imports the compiler: ${vision% *}, by ${vision##* }"
# torchvision's one request answered by a stand-in, so that timm's own is seen.
timm=$(venv/bin/python who.py "
import sys, types
fake = types.ModuleType('torch._dynamo.utils'); fake.is_compile_supported = lambda device: False
sys.modules['torch._dynamo'] = types.ModuleType('torch._dynamo'); sys.modules['torch._dynamo.utils'] = fake
import torchvision
del sys.modules['torch._dynamo'], sys.modules['torch._dynamo.utils']
import timm")
echo "timm, with torchvision's request left out, imports the compiler: ${timm% *}, by ${timm##* }"

[ "$alone" = "False " ]
[ "$vision" = "True torchvision/ops/roi_align.py" ]
[ "$timm" = "True timm/models/naflexvit.py" ]
