"""The network that reads: the sentence encoder's own, adapted, and a small decoder that points into it.

A pointer-generator decoder over a pretrained encoder (Rongali et al. 2020, "Don't Parse, Generate!",
arXiv:2001.11458); the encoder is adapted by low-rank updates (Hu et al. 2022, "LoRA", arXiv:2106.09685), so
that what ships is small.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from legion_ros.language.rephrasing.sequence import LONGEST, SYMBOLS

if TYPE_CHECKING:
    from transformers import BertModel

__all__ = ["Network", "NetworkConfig"]


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """Sizes."""

    adapted: int = 4  # layers of the encoder, the upper ones; the lower ones stay as they are
    rank: int = 32  # of the updates to each linear layer of those
    width: int = 256  # of the decoder
    layers: int = 3  # of the decoder
    heads: int = 4  # of the decoder's attention
    dropout: float = 0.1  # in the decoder


class _Adapted(nn.Module):
    """A frozen linear layer with a low-rank update that is learned."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, values: Tensor) -> Tensor:
        return self.base(values) + (values @ self.down.T) @ self.up.T


class Network(nn.Module):
    """Scores of what comes next in a program.

    Args:
        encoder: transformers' BertModel with the sentence encoder's weights; some layers are replaced.
        config: sizes of what is added.
    """

    def __init__(self, encoder: "BertModel", config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = encoder.requires_grad_(False)
        for layer in encoder.encoder.layer[-config.adapted :]:
            for module in list(layer.modules()):
                for name, child in list(module.named_children()):
                    if isinstance(child, nn.Linear):
                        setattr(module, name, _Adapted(child, config.rank))
        width = config.width
        self.memory = nn.Linear(encoder.config.hidden_size, width)
        self.key = nn.Linear(width, width)
        self.symbols = nn.Embedding(len(SYMBOLS), width)
        self.places = nn.Embedding(LONGEST, width)
        block = nn.TransformerDecoderLayer(
            width,
            config.heads,
            4 * width,
            config.dropout,
            batch_first=True,
            norm_first=True,
            activation="gelu",
        )
        self.decoder = nn.TransformerDecoder(block, config.layers, nn.LayerNorm(width))
        self.dropout = nn.Dropout(config.dropout)
        nn.init.normal_(self.symbols.weight, std=width**-0.5)
        nn.init.normal_(self.places.weight, std=0.02)

    def added(self) -> dict[str, Tensor]:
        """What was learned, by name: everything but the sentence encoder's own weights."""
        return {name: value for name, value in self.state_dict().items() if not _own(name)}

    def read(self, pieces: Tensor, present: Tensor, first: Tensor) -> Tensor:
        """(N, W, width) of each word.

        Args:
            pieces: (N, L) word pieces.
            present: (N, L) bool, False where padded.
            first: (N, W) index of each word's first piece.
        """
        values = self.encoder(input_ids=pieces, attention_mask=present).last_hidden_state
        values = self.dropout(self.memory(values))
        return values.gather(1, first[..., None].expand(-1, -1, values.shape[-1]))

    def forward(self, memory: Tensor, there: Tensor, sequence: Tensor) -> Tensor:
        """(N, T, symbols + W) scores of what follows each token.

        Args:
            memory: (N, W, width) of `read`.
            there: (N, W) bool, False where padded.
            sequence: (N, T) tokens from START on.
        """
        count, length = len(SYMBOLS), sequence.shape[1]
        known = self.symbols(sequence.clamp(max=count - 1))
        index = (sequence - count).clamp(min=0)
        pointed = memory.gather(1, index[..., None].expand(-1, -1, memory.shape[-1]))
        values = torch.where((sequence < count)[..., None], known, pointed) + self.places.weight[:length]
        causal = torch.ones(length, length, dtype=torch.bool, device=sequence.device).triu(1)
        values = self.decoder(self.dropout(values), memory, tgt_mask=causal, memory_key_padding_mask=~there)
        scale = self.config.width**-0.5
        symbols = values @ self.symbols.weight.T
        pointers = (values @ self.key(memory).transpose(1, 2)) * scale
        pointers = pointers.masked_fill(~there[:, None], -1e4)
        return torch.cat([symbols, pointers], -1)


def _own(name: str) -> bool:
    return name.startswith("encoder.") and not name.endswith((".down", ".up"))
