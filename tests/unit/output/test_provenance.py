import hashlib
import re

import torch

from mpvss.output import code_version, environment, file_hash


def test_a_files_hash_is_that_of_its_bytes(tmp_path):
    (tmp_path / "file").write_bytes(b"weights")
    assert file_hash(tmp_path / "file") == hashlib.sha256(b"weights").hexdigest()
    assert file_hash(tmp_path) is None


def test_the_environment_names_hardware_and_versions():
    found = environment(torch.device("cpu"), 2)
    assert found["torch"] == torch.__version__
    assert found["device"].startswith("cpu, ")
    assert (found["processes"], found["cpu_threads"]) == (2, torch.get_num_threads())


def test_the_code_version_is_a_commit_or_nothing():
    version = code_version()
    assert version is None or re.fullmatch(r"[0-9a-f]{40}\+?", version)
