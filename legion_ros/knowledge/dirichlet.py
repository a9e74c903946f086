"""The Dirichlet-process mixture that grows while a robot lives."""

from collections.abc import Mapping

import numpy as np

from legion_ros.knowledge import variational
from legion_ros.knowledge.change import Change, Merge
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.ledger import Ledger
from legion_ros.knowledge.moves import NEGLIGIBLE, bequest, best_merge, better_without
from legion_ros.knowledge.normal_gamma import Posterior, Prior
from legion_ros.knowledge.statistics import Statistics
from legion_ros.knowledge.variational import Batch, softmax

__all__ = ["DirichletMixture"]

SCREENED = 16  # components that a visit is compared with exactly; the rest are far
CANDIDATES = 4  # components for each point that a batch may go to, where there are very many


class DirichletMixture:
    """Diagonal Gaussians with a Dirichlet process over them, updated online by memoised variational Bayes.

    It keeps sums, no points: memory and the cost of an update depend on the number of components alone. Ids
    are handed out once and never again; `undo` of a merge brings back the id that was gone.
    """

    def __init__(self, prior: Prior) -> None:
        """Nothing known yet."""
        self.prior = prior
        self._ids: list[int] = []
        self._next = 0
        self._ledger = Ledger(prior)
        self._nothing = Posterior(prior, Statistics.none(1, prior.size))

    def __len__(self) -> int:
        """Number of components K."""
        return len(self._ids)

    @property
    def ids(self) -> tuple[int, ...]:
        """(K,) ids, in the order of the columns of `responsibilities`."""
        return tuple(self._ids)

    @property
    def statistics(self) -> Statistics:
        """Of the K components: views that the next change writes to."""
        return self._ledger.statistics

    def bound(self) -> float:
        """Evidence lower bound of all that was absorbed, nats."""
        return variational.bound(self.prior, self.statistics)

    def responsibilities(self, points: np.ndarray, observed: np.ndarray | None = None) -> np.ndarray:
        """(N, K + 1) who is responsible for each point by itself; the last column is "new". Rows add up to 1.

        Chinese restaurant prior times predictive density: mass_k St_k(x) against concentration St_0(x), where
        dimensions that are not `observed: (N, d)` bool (all when None) are marginalised.

        Raises:
            KnowledgeError: a wrong shape, or a NaN or an infinity where something was observed.
        """
        batch = self._batch(points, observed)
        known = self._ledger.predictive(batch.points, batch.observed) + np.log(self.statistics.mass)
        new = self._nothing.predictive(batch.points, batch.observed) + np.log(self.prior.concentration)
        return softmax(np.column_stack([known, new]))

    def visit(self, points: np.ndarray, observed: np.ndarray | None = None) -> np.ndarray:
        """(K + 1,) who is responsible for all of the points, known to belong together; the last is "new".

        By the marginal likelihood of all of them at once, exact for the `SCREENED` nearest components, 0 for
        the others. Raises KnowledgeError as `responsibilities`, and for no points.
        """
        batch = self._batch(points, observed)
        if not len(batch.points):
            raise KnowledgeError("a visit without points belongs to nothing; at least one is needed")
        return self._visit(self._unit(batch))

    def absorb(
        self,
        points: np.ndarray,
        observed: np.ndarray | None = None,
        *,
        together: bool = False,
        moves: bool = True,
    ) -> Change:
        """Learn from points (N, d), observed (N, d) bool or all; what is not observed may be anything.

        Args:
            points: in any order.
            observed: which dimensions of which point.
            together: the points are one visit to one task: all go to one component, old or new, and count as
                one customer of the Chinese restaurant. Otherwise every point is a customer of its own.
            moves: merge components that changed, delete the smallest that did, where the bound rises by it.

        Raises:
            KnowledgeError: as `responsibilities`; nothing is changed then.
        """
        batch = self._batch(points, observed)
        if not len(batch.points):
            return Change((), (), (), np.zeros(0, int))
        before = self._next
        assignment, changed = self._together(batch) if together else self._apart(batch)
        merged, deleted = self._moves(changed) if moves else ((), ())
        for merge in merged:
            assignment[assignment == merge.gone] = merge.kept
        orphans = np.isin(assignment, deleted)
        if orphans.any():
            shares = self.responsibilities(batch.points[orphans] + self.prior.mean, batch.observed[orphans])
            assignment[orphans] = np.array(self._ids)[shares[:, :-1].argmax(1)]
        born = tuple(i for i in self._ids if i >= before)
        return Change(born, merged, deleted, assignment)

    def assign(self, points: np.ndarray, observed: np.ndarray, component: int | None) -> Change:
        """Give one visit to `component`, or to a new one where None, whatever the mixture would have said.

        For who knows better, because it tried. Raises KnowledgeError as `visit`, and for an id not there;
        nothing is changed then.
        """
        row = None if component is None else self._row(component)
        batch = self._batch(points, observed)
        if not len(batch.points):
            raise KnowledgeError("a visit without points belongs to nothing; at least one is needed")
        given = self._given(self._unit(batch), row)
        born = (given,) if row is None else ()
        return Change(born, (), (), np.full(len(batch.points), given))

    # -- moves ---------------------------------------------------------------------------------------------

    def merge(self, kept: int, gone: int) -> Merge:
        """Component `kept` takes all that `gone` has, which is no more. KnowledgeError for ids not there."""
        row, place = self._row(kept), self._row(gone)
        if row == place:
            raise KnowledgeError(f"component {kept} can't be merged with itself; give two ids")
        before = self.statistics[[row, place]]
        after = before.total()
        self._ledger.set(np.array([row]), after)
        self._ledger.remove(place)
        del self._ids[place]
        return Merge(kept, gone, place, before, after)

    def undo(self, merge: Merge) -> None:
        """Part what was merged: as it was, to the bit. What the merged one took since stays with `kept`.

        Raises:
            KnowledgeError: `kept` is not there any more, or `gone` is there again.
        """
        row = self._row(merge.kept)
        if merge.gone in self._ids:
            raise KnowledgeError(f"component {merge.gone} is there: its merge was undone already")
        now, kept = self.statistics[[row]], merge.before[[0]]
        same = all(np.array_equal(a, b) for a, b in zip(now.arrays(), merge.after.arrays(), strict=True))
        self._ledger.set(np.array([row]), kept if same else kept + (now - merge.after))
        place = min(merge.place, len(self))
        self._ledger.insert(place, merge.before[[1]])
        self._ids.insert(place, merge.gone)

    def delete(self, component: int) -> None:
        """Take a component away; what it had goes to those that are responsible for its mean.

        Raises:
            KnowledgeError: no such component, or it is the only one.
        """
        row = self._row(component)
        if len(self) == 1:
            raise KnowledgeError(
                f"component {component} is the only one; there is none to give its points to"
            )
        rows, shared = bequest(self._ledger, row)
        self._ledger.set(rows, shared)
        self._ledger.remove(row)
        del self._ids[row]

    # -- saving --------------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, np.ndarray]:
        """Every number, by path; `from_tensors` gives the same mixture to the bit."""
        saved = {f"prior/{name}": value.copy() for name, value in self.prior.tensors().items()}
        saved |= {f"statistics/{name}": value.copy() for name, value in self.statistics.tensors().items()}
        return saved | {"ids": np.array(self._ids, np.int64), "next": np.array([self._next], np.int64)}

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, np.ndarray]) -> "DirichletMixture":
        """What `tensors()` came from. Raises KnowledgeError on anything that `tensors()` would not give."""
        parts: dict[str, dict[str, np.ndarray]] = {"prior": {}, "statistics": {}, "": {}}
        for path, value in tensors.items():
            part, _, name = path.rpartition("/")
            if part not in parts:
                raise KnowledgeError(f"a mixture has no tensor {path!r}")
            parts[part][name] = np.asarray(value)
        prior = Prior.from_tensors(parts["prior"])
        statistics = Statistics.from_tensors(parts["statistics"])
        if set(parts[""]) != {"ids", "next"}:
            raise KnowledgeError(f"a mixture needs ids and next, not {', '.join(parts['']) or 'nothing'}")
        ids, following = parts[""]["ids"], parts[""]["next"]
        if statistics.count.shape != (len(statistics), prior.size) or ids.shape != (len(statistics),):
            raise KnowledgeError(
                f"{ids.shape} ids, statistics of {statistics.count.shape}, {prior.size} dimensions: no fit"
            )
        good = ids.dtype.kind == "i" and following.dtype.kind == "i" and following.shape == (1,)
        if not good or len(set(ids.tolist())) < len(ids) or ((ids < 0) | (ids >= following)).any():
            raise KnowledgeError(f"ids {ids.tolist()[:5]}... must be whole, from 0 to below next, none twice")
        if (statistics.mass <= 0).any():
            raise KnowledgeError("a component of the mixture has no mass; each must have absorbed something")
        mixture = cls(prior)
        mixture._ids, mixture._next = ids.tolist(), int(following[0])
        mixture._ledger = Ledger(prior, statistics)
        return mixture

    # -- inside --------------------------------------------------------------------------------------------

    def _row(self, component: int) -> int:
        if component not in self._ids:
            raise KnowledgeError(f"no component {component}; there are {', '.join(map(str, self._ids))}")
        return self._ids.index(component)

    def _batch(self, points: np.ndarray, observed: np.ndarray | None) -> Batch:
        points = np.asarray(points, np.float64)
        if points.ndim != 2 or points.shape[1] != self.prior.size:
            raise KnowledgeError(f"points of shape {points.shape}; (N, {self.prior.size}) is expected")
        seen = np.ones(points.shape, bool) if observed is None else np.asarray(observed)
        if seen.shape != points.shape or seen.dtype != bool:
            raise KnowledgeError(
                f"observed is of shape {seen.shape} and type {seen.dtype}; {points.shape} bool is expected"
            )
        if not np.isfinite(points[seen]).all():
            raise KnowledgeError("points hold a NaN or an infinity where something was observed")
        return Batch(np.where(seen, points - self.prior.mean, 0.0), seen)

    @staticmethod
    def _unit(batch: Batch) -> Statistics:
        """(1,) of all points, as one visit."""
        every = Statistics.of(batch.points, batch.observed, np.ones((len(batch.points), 1)))
        return Statistics(np.ones(1), np.zeros(1), every.count, every.first, every.second)

    def _visit(self, visit: Statistics) -> np.ndarray:
        alone = Posterior(self.prior, visit).evidence()[0]
        scores = np.full(len(self) + 1, -np.inf)
        scores[-1] = np.log(self.prior.concentration) + alone
        if len(self):
            near = np.argsort(-self._ledger.expected_total(visit))[:SCREENED]
            known = self.statistics[near]
            taken = Posterior(self.prior, known + visit[np.zeros(len(near), int)]).evidence()
            scores[near] = np.log(known.mass) + taken - Posterior(self.prior, known).evidence()
        return softmax(scores[None])[0]

    def _together(self, batch: Batch) -> tuple[np.ndarray, list[int]]:
        visit = self._unit(batch)
        row = int(self._visit(visit).argmax())
        given = self._given(visit, None if row == len(self) else row)
        return np.full(len(batch.points), given), [given]

    def _given(self, visit: Statistics, row: int | None) -> int:
        """The id of the component, a new one where None, that the visit was added to."""
        if row is None:
            self._born(visit)
            return self._ids[-1]
        self._ledger.set(np.array([row]), self.statistics[[row]] + visit)
        return self._ids[row]

    def _apart(self, batch: Batch) -> tuple[np.ndarray, list[int]]:
        rows = np.arange(len(self))
        if len(self) > SCREENED * CANDIDATES:  # the others gain nothing and are left alone
            scores = self._ledger.expected(batch.points, batch.observed) + np.log(self.statistics.mass)
            rows = np.unique(np.argpartition(-scores, CANDIDATES, axis=1)[:, :CANDIDATES])
        found = variational.fit(self.prior, self.statistics[rows], batch)
        gained = np.flatnonzero(found.shares[:, : len(rows)].sum(0) > NEGLIGIBLE)
        self._ledger.set(rows[gained], found.statistics[gained])
        old = len(self)
        self._born(found.statistics[len(rows) :])
        places = np.concatenate([rows, np.arange(old, len(self))]).astype(int)
        ids = np.array(self._ids)
        changed = np.concatenate([rows[gained], places[len(rows) :]]).astype(int)
        return ids[places[found.shares.argmax(1)]], ids[changed].tolist()

    def _born(self, statistics: Statistics) -> None:
        self._ledger.append(statistics)
        self._ids += range(self._next, self._next + len(statistics))
        self._next += len(statistics)

    def _moves(self, changed: list[int]) -> tuple[tuple[Merge, ...], tuple[int, ...]]:
        """Merges of components that changed with neighbours, and one deletion, while the bound rises."""
        merged: list[Merge] = []
        while (pair := best_merge(self._ledger, self._rows(changed))) is not None:
            merged.append(self.merge(*sorted(self._ids[row] for row in pair)))  # the older one is kept
        rows = self._rows(changed)
        if not rows or len(self) == 1:
            return tuple(merged), ()
        smallest = min(rows, key=lambda row: self.statistics.mass[row])
        if not better_without(self._ledger, smallest):
            return tuple(merged), ()
        component = self._ids[smallest]
        self.delete(component)
        return tuple(merged), (component,)

    def _rows(self, components: list[int]) -> list[int]:
        """Rows of those of these that are still there."""
        return [self._ids.index(component) for component in components if component in self._ids]
