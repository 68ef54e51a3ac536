"""Oscillations are what their formula says."""

import math

import numpy as np
import pytest

from mpvss.data.sources.synthetic.motion import Oscillation


def test_values_are_those_of_the_formula():
    swing = Oscillation(centre=1.0, amplitude=2.0, frequency=math.pi, phase=math.pi / 6)
    assert swing.at(0.0) == pytest.approx(2.0)
    assert swing.at(1 / 3) == pytest.approx(3.0)
    assert swing.at(5 / 6) == pytest.approx(1.0)


def test_a_drawn_oscillation_keeps_all_but_the_phase():
    rng = np.random.default_rng(0)
    one, other = (Oscillation.draw(rng, 1.0, 2.0, 3.0) for _ in range(2))
    assert one[:3] == other[:3] == (1.0, 2.0, 3.0)
    assert one.phase != other.phase
