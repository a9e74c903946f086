"""What the knowledge space sees of an episode: its words, and what it has a name for of its observations."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from legion_ros.core.episode import Episode
from legion_ros.core.layout import Layout
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.layouts import layout_of, rows_of
from legion_ros.knowledge.space import KnowledgeSpace
from legion_ros.learning.methods.method import Encode, MethodError
from legion_ros.learning.trial import Trial

__all__ = ["Sight"]

MOST = 64  # episodes of a lesson that are looked at
Evidence = tuple[Any, ...]  # embeddings, observation, early, reward, layout: as Recall takes them

_log = logging.getLogger(__name__)


class Sight:
    """Evidence for a Recall. Observations come without a name: their layout is told by their length.

    A layout is met in a lesson. Of one that is not the space's, only fields that all layouts share are read;
    that is said once.
    """

    def __init__(self, space: KnowledgeSpace) -> None:
        """Knowing the space's own layout."""
        self.space = space
        self._layouts: dict[int, Layout] = {}

    def meet(self, layout: Layout) -> None:
        """A lesson's observations are laid out so.

        Raises:
            MethodError: another layout of as many numbers is known: episodes of the two would be mixed up.
        """
        known = self._layout(layout.size)
        if known not in (None, layout):
            raise MethodError(
                f"observations of {layout.size} numbers are {list(known.slices)}; these are "
                f"{list(layout.slices)}, and can't be told from them"
            )
        if known is None:
            self._layouts[layout.size] = layout
            _log.warning(
                "tasks with observations %s are told apart by %s", list(layout.slices), self._read(layout)
            )

    def of_probe(self, probe: Trial, shown: Sequence[Episode], encode: Encode) -> Evidence:
        """The evidence of a probe; and of what is shown, where that says as much.

        It does in another layout than the space's: first moves are not read there. A small budget probes in
        a few episodes, too few to tell the next one's task by.
        """
        embeddings = encode(probe.instructions)
        more = shown[: max(0, MOST - len(embeddings))]
        if more and self._layout(probe.last.shape[1]) != self.space.layout:
            words, starts = self.of_shown(more, encode)[:2]
            if starts is not None:
                both = np.concatenate((embeddings, words)), np.concatenate((probe.observation[0], starts))
                return self.of(*both)
        after, earned = probe.following.swapaxes(0, 1), probe.reward.T
        return self.of(embeddings, probe.observation[0], after, earned)

    def of_shown(self, shown: Sequence[Episode], encode: Encode) -> Evidence:
        """The evidence of demonstrations."""
        starts = [episode.observation[0] for episode in shown]
        return self.of(encode(tuple(episode.instruction for episode in shown)), np.stack(starts))

    def of(
        self,
        embeddings: np.ndarray,
        observation: np.ndarray,
        after: np.ndarray | None = None,
        reward: np.ndarray | None = None,
    ) -> Evidence:
        """The evidence of N episodes that begin with `observation: (N, O)`, `after: (N, H, O)` follows."""
        layout = self._layout(observation.shape[1])
        if layout is None:
            return embeddings, None, None, None, None
        return embeddings, observation, after, None if after is None else reward, layout

    def facts(self) -> list[Any]:
        """The layouts that were met, as JSON."""
        return [rows_of(layout) for layout in self._layouts.values()]

    @classmethod
    def of_facts(cls, space: KnowledgeSpace, facts: Any) -> "Sight":
        """What `facts` gave, or nothing met where that is None. MethodError on anything else."""
        sight = cls(space)
        if facts is not None and not isinstance(facts, list):
            raise MethodError(f"{facts!r:.80} are no layouts of observations")
        try:
            layouts = [layout_of(rows) for rows in facts or ()]
        except KnowledgeError as error:
            raise MethodError(str(error)) from error
        sight._layouts = {layout.size: layout for layout in layouts}
        return sight

    def _layout(self, size: int) -> Layout | None:
        return self.space.layout if size == self.space.observation_size else self._layouts.get(size)

    def _read(self, layout: Layout) -> str:
        """What is read of it, in words."""
        places = self.space.places(layout)
        named = [name for name, part in layout.slices.items() if part.start in places]
        return f"their words and {', '.join(named)}" if named else "their words and a try alone"
