"""Which of the things that were learned is this, or is it new? The knowledge space with the mixture in it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from legion_ros.core.layout import Layout
from legion_ros.knowledge.change import Change
from legion_ros.knowledge.dirichlet import DirichletMixture
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.space import KnowledgeSpace
from legion_ros.share import share

__all__ = ["Recall"]


class Recall:
    """A knowledge space and the Dirichlet-process mixture that grows in it.

        recall = Recall.shipped()
        change = recall.learn(embeddings, observation, early, reward)  # one visit to a task, N episodes
        component, new = change.assignment[0], bool(change.born)
        shares = recall.posterior(embeddings, observation)             # (N, K + 1), each episode by itself
        component = recall.known(embeddings, observation)              # (N,) ids: the nearest that is known

    Everywhere: embeddings (N, D) unit, observation (N, O) the first of each episode, early (N, H, O) the H
    observations after it, reward (N, H); what is None was not observed. `layout` is of the observations, the
    space's own when None. The space was calibrated with H = 10 control periods of random actions.
    """

    def __init__(self, space: KnowledgeSpace, mixture: DirichletMixture | None = None) -> None:
        """Nothing learned yet, unless a mixture is given.

        Raises:
            KnowledgeError: the mixture lives in another space.
        """
        self.space = space
        self.mixture = DirichletMixture(space.prior) if mixture is None else mixture
        if self.mixture.prior.size != space.size:
            raise KnowledgeError(
                f"a mixture over {self.mixture.prior.size} dimensions does not fit a space of {space.size}"
            )

    @classmethod
    def shipped(cls) -> "Recall":
        """Nothing learned yet, in the knowledge space that ships."""
        return cls(KnowledgeSpace.load(share("config", "knowledge", "space")))

    @property
    def ids(self) -> tuple[int, ...]:
        """(K,) of the components, in the order of the columns of `posterior`."""
        return self.mixture.ids

    def posterior(
        self,
        embeddings: np.ndarray | None,
        observation: np.ndarray | None = None,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
        layout: Layout | None = None,
    ) -> np.ndarray:
        """(N, K + 1) which component each episode asks for, by itself; the last column is "new"."""
        points = self.space.point(embeddings, observation, early, reward, layout)
        return self.mixture.responsibilities(*points)

    def known(
        self,
        embeddings: np.ndarray | None,
        observation: np.ndarray | None = None,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
        layout: Layout | None = None,
    ) -> np.ndarray:
        """(N,) id of the component that each episode is nearest to, new or not.

        Raises:
            KnowledgeError: nothing was learned yet.
        """
        if not self.ids:
            raise KnowledgeError("nothing was learned yet: no component is nearest")
        shares = self.posterior(embeddings, observation, early, reward, layout)
        return np.array(self.ids)[shares[:, :-1].argmax(1)]

    def visit(
        self,
        embeddings: np.ndarray | None,
        observation: np.ndarray | None = None,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
        layout: Layout | None = None,
    ) -> np.ndarray:
        """(K + 1,) which component all episodes, known to be of one task, ask for; the last is "new"."""
        return self.mixture.visit(*self._points(embeddings, observation, early, reward, layout))

    def learn(
        self,
        embeddings: np.ndarray | None,
        observation: np.ndarray | None = None,
        early: np.ndarray | None = None,
        reward: np.ndarray | None = None,
        layout: Layout | None = None,
        *,
        moves: bool = False,
    ) -> Change:
        """Take in one visit to one task: into the component that explains it, or into a new one.

        With `moves` components may merge or be deleted afterwards; whoever holds an expert for each component
        has to follow the Change then.
        """
        return self.mixture.absorb(
            *self._points(embeddings, observation, early, reward, layout), together=True, moves=moves
        )

    def take(self, component: int | None, *evidence: Any) -> Change:
        """Take in one visit, of evidence as `learn`'s, as this component's, or as a new one's for None.

        For who knows better than the mixture, because it tried. KnowledgeError for an id not there.
        """
        points, observed = self._points(*evidence)
        return self.mixture.assign(points, observed, component)

    def tensors(self) -> dict[str, np.ndarray]:
        """Every number of the mixture, by path; the space has a file of its own."""
        return self.mixture.tensors()

    @classmethod
    def from_tensors(cls, space: KnowledgeSpace, tensors: Mapping[str, np.ndarray]) -> "Recall":
        """What `tensors()` came from, to the bit. KnowledgeError on what can't be, or from another space."""
        mixture = DirichletMixture.from_tensors(tensors)
        ours, theirs = space.prior.tensors(), mixture.prior.tensors()
        if any(not np.array_equal(ours[name], theirs[name]) for name in ours):
            raise KnowledgeError("the mixture was learned in another knowledge space: its prior differs")
        return cls(space, mixture)

    def _points(self, embeddings: np.ndarray | None, *behaviour: Any) -> tuple:
        """Points of one visit; a sentence that is said again says nothing new, so it counts once."""
        points, observed = self.space.point(embeddings, *behaviour)
        if embeddings is not None:
            rows = np.ascontiguousarray(embeddings)
            first = {row.tobytes(): number for number, row in reversed(list(enumerate(rows)))}
            again = np.setdiff1d(np.arange(len(rows)), list(first.values()))
            observed[again, : self.space.language.shape[1]] = False
        return points, observed
