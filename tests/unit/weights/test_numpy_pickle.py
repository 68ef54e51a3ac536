import os
import pickle
import pickletools
from collections import OrderedDict

import numpy as np
import pytest

from mpvss.weights.numpy_pickle import read_numpy_pickle


class _Malicious:
    """Makes a folder while it is unpickled."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_plain_values_are_read(protocol, tmp_path):
    rng = np.random.default_rng(0)
    content = {
        "model": OrderedDict(
            weight=rng.normal(size=(3, 4)).astype(np.float32),
            columns=np.asfortranarray(rng.normal(size=(3, 5))),
            half=rng.normal(size=7).astype(np.float16),
            count=np.int64(5),
            flags=np.array([True, False]),
            empty=np.zeros((0, 2)),
        ),
        "names": ["a", ("b", None, 1.5, True)],
    }
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(content, protocol))
    loaded = read_numpy_pickle(path)
    assert loaded["names"] == content["names"]
    assert list(loaded["model"]) == list(content["model"])
    for key, array in content["model"].items():
        assert np.array_equal(loaded["model"][key], array)
        assert loaded["model"][key].dtype == array.dtype


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_pickles_of_numpy_1_are_read(protocol, tmp_path):
    data = pickle.dumps({"model": {"weight": np.arange(6.0).reshape(2, 3)}}, protocol)
    names = [str(argument) for _, argument, _ in pickletools.genops(data) if argument is not None]
    assert any("numpy._core" in name for name in names)
    # Protocol 4 writes the length of a name before it.
    old = data.replace(b"\x16numpy._core.multiarray", b"\x15numpy.core.multiarray").replace(
        b"numpy._core", b"numpy.core"
    )
    # Drop the frame, whose length is no longer right; it is optional.
    old = old[:2] + old[11:] if protocol == 4 else old
    (tmp_path / "old.pkl").write_bytes(old)
    assert read_numpy_pickle(tmp_path / "old.pkl")["model"]["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_malicious_pickle_does_not_run_and_says_why(tmp_path):
    made = tmp_path / "made"
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps({"model": {"weight": _Malicious(made)}}))
    with pytest.raises(
        ValueError, match=r"evil\.pkl: refused: this pickle wants to import \w+\.mkdir, which could run"
    ):
        read_numpy_pickle(path)
    assert not made.exists()
    pickle.loads(path.read_bytes())
    assert made.exists()  # it would have


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "eval"),
        ("numpy", "load"),
        ("numpy._core.multiarray", "fromfile"),
        ("os", "system"),
        ("torch", "load"),
    ],
)
def test_other_names_are_refused(module, name, tmp_path):
    path = tmp_path / "name.pkl"
    path.write_bytes(f"c{module}\n{name}\n.".encode())
    with pytest.raises(ValueError, match=rf"refused: this pickle wants to import {module}\.{name}"):
        read_numpy_pickle(path)


@pytest.mark.parametrize("protocol", [4, 5])
def test_arrays_of_objects_do_not_run_code_either(protocol, tmp_path):
    made = tmp_path / "made"
    path = tmp_path / "objects.pkl"
    path.write_bytes(pickle.dumps(np.array([_Malicious(made)], dtype=object), protocol))
    with pytest.raises(ValueError, match="refused"):
        read_numpy_pickle(path)
    assert not made.exists()


def test_other_encodings_than_array_data_are_refused(tmp_path):
    path = tmp_path / "codec.pkl"
    path.write_bytes(b"c_codecs\nencode\n(Vx\nVhex\ntR.")
    with pytest.raises(ValueError, match="written as latin1; got 'hex'"):
        read_numpy_pickle(path)


@pytest.mark.parametrize("damage", [lambda data: data[:50], lambda data: b"not a pickle", lambda data: b""])
def test_a_damaged_pickle_is_named(damage, tmp_path):
    path = tmp_path / "broken.pkl"
    path.write_bytes(damage(pickle.dumps({"model": {"weight": np.zeros(100)}})))
    with pytest.raises(ValueError, match=r"broken\.pkl"):
        read_numpy_pickle(path)
