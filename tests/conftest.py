"""Settings for every test."""

import torch

pytest_plugins = ("fixtures.models", "fixtures.videos")

torch.set_num_threads(1)  # tensors are tiny, and several test processes share the cores
