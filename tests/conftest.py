"""Settings for every test."""

import torch

torch.set_num_threads(1)  # tensors are tiny, and several test processes share the cores
