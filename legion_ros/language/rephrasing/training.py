"""Training of the rephraser on sentences with programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from legion_ros.core import LegionError
from legion_ros.language.rephrasing import sequence as sequences
from legion_ros.language.rephrasing.network import Network, NetworkConfig
from legion_ros.language.rephrasing.notation import Example
from legion_ros.language.rephrasing.reading import Batch, Tokens
from legion_ros.language.rephrasing.sequence import START
from legion_ros.language.rephrasing.variation import joined, varied

__all__ = ["TrainingConfig", "train"]

_PADDING = -100
_POOL = 16  # batches that are drawn at once, sorted by length: less is padding


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How to train."""

    steps: int = 6000  # of the optimiser
    batch: int = 32  # examples a step
    rate: float = 6e-4  # the highest learning rate
    decay: float = 0.02  # of weights
    warm_up: float = 0.05  # share of the steps
    joined: float = 0.15  # share of examples that are two, one after the other
    smoothing: float = 0.02  # of labels
    network: NetworkConfig = NetworkConfig()


def train(
    examples: Sequence[Example],
    config: TrainingConfig,
    rng: np.random.Generator,
    tell: Callable[[int, float], None] = lambda step, loss: None,
    begin: Network | None = None,
) -> Network:
    """A network trained on variations of `examples`.

    Args:
        examples: sentences with their programs.
        config: how.
        rng: of everything that is drawn.
        tell: called with the step and the mean loss of the last hundred.
        begin: what to go on from, which is changed; a network that has read nothing yet where None.
    """
    torch.manual_seed(int(rng.integers(2**31)))
    tokens = Tokens()
    network = (begin or Network(tokens.encoder(), config.network)).train()
    learned = [value for value in network.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learned, config.rate, (0.9, 0.98), weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.rate, config.steps, pct_start=config.warm_up, anneal_strategy="cos"
    )
    recent, drawn = 0.0, []
    for step in range(1, config.steps + 1):
        drawn = drawn or _batches(examples, config, rng)
        loss = _loss(network, tokens, drawn.pop(), config.smoothing)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        schedule.step()
        recent += float(loss.detach()) / 100
        if step % 100 == 0:
            tell(step, recent)
            recent = 0.0
    return network.eval()


def _batches(
    examples: Sequence[Example], config: TrainingConfig, rng: np.random.Generator
) -> list[list[Example]]:
    """Batches of examples of about the same length, in random order."""
    drawn = sorted(_draw(examples, config, rng), key=lambda example: len(example.sentence))
    cut = [drawn[i : i + config.batch] for i in range(0, len(drawn), config.batch)]
    return [cut[i] for i in rng.permutation(len(cut))]


def _draw(examples: Sequence[Example], config: TrainingConfig, rng: np.random.Generator) -> list[Example]:
    found = []
    while len(found) < _POOL * config.batch:
        example = varied(examples[int(rng.integers(len(examples)))], rng)
        if rng.random() < config.joined:
            other = varied(examples[int(rng.integers(len(examples)))], rng)
            # a refusal does not become one by what else is said, and most of what is joined should be done
            if (
                len(example.requests) < 3
                and len(other.requests) < 3
                and (example.requests or rng.random() < 0.3)
            ):
                example = joined(example, other, rng)
        try:
            sequences.encode(example, sequences.words(example.sentence))
        except LegionError:
            continue  # a variation cut a word in two
        found.append(example)
    return found


def _loss(network: Network, tokens: Tokens, examples: list[Example], smoothing: float) -> Tensor:
    batch: Batch = tokens.batch([example.sentence for example in examples])
    targets = [sequences.encode(example, spans) for example, spans in zip(examples, batch.spans, strict=True)]
    longest = max(map(len, targets))
    goal = torch.full((len(targets), longest), _PADDING)
    for row, target in zip(goal, targets, strict=True):
        row[: len(target)] = torch.tensor(target)
    before = torch.cat([torch.full((len(goal), 1), START), goal[:, :-1].clamp(min=0)], 1)
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        scores = network(network.read(batch.pieces, batch.present, batch.first), batch.there, before)
    return _cross_entropy(scores.float(), goal, batch.there, smoothing)


def _cross_entropy(scores: Tensor, goal: Tensor, there: Tensor, smoothing: float) -> Tensor:
    """Smoothed over the symbols alone: pointers to other words are no near misses."""
    log = functional.log_softmax(scores, -1)
    asked = goal != _PADDING
    hit = log.gather(-1, goal.clamp(min=0)[..., None])[..., 0]
    spread = log[..., : len(sequences.SYMBOLS)].mean(-1)
    return -((1 - smoothing) * hit + smoothing * spread)[asked].mean()
