import torch

from mpvss.benchmark.memory import peak_memory

MIB = 2**20
CPU = torch.device("cpu")


def test_the_peak_is_of_this_call_and_not_of_an_earlier_one():
    small = peak_memory(lambda: torch.ones(1), CPU)
    large = peak_memory(lambda: torch.ones(64 * MIB), CPU)
    again = peak_memory(lambda: torch.ones(1), CPU)
    if small is None:  # a system that does not tell
        assert large is None
        return
    assert large - small > 200 * MIB  # of 256
    assert large - again > 200 * MIB


def test_without_the_system_s_help_it_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr("mpvss.benchmark.memory._CLEAR", tmp_path / "missing" / "clear_refs")
    assert peak_memory(lambda: None, CPU) is None
