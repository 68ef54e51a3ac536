import pytest
import torch

from mpvss.benchmark import Setting, count_costs, measure
from mpvss.propagation import FixedInterval

SETTING = Setting("narrow", "made up", 5, (23, 41), 3)
CPU = torch.device("cpu")


def test_costs_alone_are_counted_on_shapes(build):
    measurement = measure(build, SETTING, ["costs"], CPU)
    assert build.devices == ["meta"]
    assert measurement.costs == count_costs(build().eval(), (23, 41), FixedInterval(3))  # computed in earnest
    assert measurement.setting == SETTING
    assert measurement.speed is measurement.reference is None


def test_speed_is_measured_on_the_device(build):
    measurement = measure(build, SETTING, ["speed"], CPU, repeats=1, warmup=0)
    assert build.devices == ["cpu"]
    assert measurement.costs is None
    assert measurement.speed.key.median > 0


def test_what_cannot_be_measured_is_named(build):
    with pytest.raises(ValueError, match="only costs, speed, transformers can be measured; got memory, time"):
        measure(build, SETTING, ["costs", "time", "memory"], CPU)
    assert build.devices == []
