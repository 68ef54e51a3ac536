#!/usr/bin/env bash
# timm 1.0.31: `import timm` imports wandb where wandb happens to be installed, although no experiment is tracked.
#
# Behaviour: importing timm imports timm.utils, and timm/utils/summary.py, made for timm's own training scripts, has
# `try: import wandb` at its top. A program that builds one network to predict with so imports the whole client of an
# experiment tracker (here 0.31.0: some 240 modules, a third of a second) if some other program of the environment needs
# it; without wandb in the environment, nothing is missed. How fast a service starts depends on a package that it does not
# use.
#
# Output seen:
#   wandb is imported: True, by timm/utils/summary.py
#   timm works with wandb hidden: mobilenetv3_small_050
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    timm==1.0.31 torch==2.15.0 torchvision==0.29.2 wandb==0.31.0
cd "$folder"

cat > who.py <<'PYTHON'
import sys
import traceback


class Watcher:
    file = None

    def find_spec(self, name, path=None, target=None):
        if name == "wandb" and Watcher.file is None:
            places = [f.filename for f in traceback.extract_stack() if "site-packages/timm/" in f.filename]
            Watcher.file = places[-1].split("site-packages/")[1]
        return None


sys.meta_path.insert(0, Watcher())
import timm

print("wandb" in sys.modules, Watcher.file)
PYTHON

found=$(venv/bin/python who.py)
echo "wandb is imported: ${found% *}, by ${found##* }"
hidden=$(venv/bin/python -c "
import sys
sys.modules['wandb'] = None
import timm
print(timm.create_model('mobilenetv3_small_050').pretrained_cfg['architecture'])")
echo "timm works with wandb hidden: $hidden"

[ "$found" = "True timm/utils/summary.py" ]
[ "$hidden" = "mobilenetv3_small_050" ]
