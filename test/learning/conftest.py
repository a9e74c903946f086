"""Networks this small are slowed down by threads."""

import torch

torch.set_num_threads(1)
