"""Joint: every lesson goes over all tasks so far, in their simulators. The upper reference, not lifelong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from legion_ros.core import Environment, StepResult
from legion_ros.core.episode import Episode
from legion_ros.learning.lesson import Learned, Lesson
from legion_ros.learning.methods.method import Encode, MethodError, Progress
from legion_ros.learning.methods.shared import SharedConfig, SharedMethod
from legion_ros.learning.methods.task_rule import TaskRule

__all__ = ["Joint", "Practice", "Together"]

Practice = Callable[[int], Environment]


class Together(Environment):
    """Several environments of the same layouts, stepped as one."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        """Wrap at least one; all are closed with this one. MethodError where their layouts differ."""
        first = environments[0]
        for other in environments[1:]:
            for kind in ("observation_layout", "action_layout"):
                if getattr(other, kind) != getattr(first, kind):
                    raise MethodError(f"tasks of different {kind}s can't be practised together")
        self.environments = tuple(environments)
        self.num_envs = sum(environment.num_envs for environment in environments)
        self.observation_layout = first.observation_layout
        self.action_layout = first.action_layout
        self.control_period = first.control_period
        self.horizon = max(environment.horizon for environment in environments)
        self._ends = np.cumsum([environment.num_envs for environment in environments])[:-1]

    @property
    def instructions(self) -> tuple[str, ...]:
        """(num_envs,) what each episode is asked to do."""
        return tuple(words for environment in self.environments for words in environment.instructions)

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As each environment's."""
        parts = [None] * len(self.environments) if where is None else np.split(where, self._ends)
        pairs = zip(self.environments, parts, strict=True)
        return np.concatenate([environment.reset(rng, part) for environment, part in pairs])

    def step(self, action: np.ndarray) -> StepResult:
        """As each environment's."""
        if len(action) != self.num_envs:
            raise ValueError(
                f"action of shape {action.shape}; {self.num_envs} rows of finite numbers are expected"
            )
        pairs = zip(self.environments, np.split(action, self._ends), strict=True)
        results = [environment.step(part) for environment, part in pairs]
        names = StepResult.__dataclass_fields__
        return StepResult(**{name: np.concatenate([getattr(r, name) for r in results]) for name in names})

    def close(self) -> None:
        """Close them all."""
        for environment in self.environments:
            environment.close()


class Joint(SharedMethod):
    """Clones and practises all tasks so far together, within the budget of one lesson.

    Half of the simulators run the task at hand, the others share the rest, at least one each. It keeps all
    demonstrations, and the tasks themselves: these can't be saved, so a restored one that is to practise
    again has to be handed them by `revisit`.
    """

    name = "joint"

    def __init__(self, encode: Encode | None = None, config: SharedConfig | None = None) -> None:
        """A network that has learned nothing."""
        super().__init__(TaskRule, encode, config)
        self._practices: list[Practice] = []
        self._shown: tuple[Episode, ...] = ()

    def revisit(self, practices: Sequence[Practice]) -> None:
        """Hand a restored one what its lessons were practised in, in their order."""
        if len(practices) != self._lessons:
            raise MethodError(f"{len(practices)} tasks to practise; joint had {self._lessons} lessons")
        self._practices = list(practices)

    def learn(self, lesson: Lesson, rng: np.random.Generator, progress: Progress) -> Learned:
        """A lesson in all tasks so far."""
        if lesson.budget.practice and len(self._practices) != self._lessons:
            raise MethodError(
                f"joint practises its {self._lessons} earlier tasks again, and a checkpoint can't hold them: "
                "hand them over with `revisit`, or begin the stream anew"
            )
        earlier = tuple(self._practices)
        everything = replace(
            lesson,
            practice=lambda count: _split(earlier, lesson.practice, count),
            demonstrations=(*self._shown, *lesson.demonstrations),
        )
        learned = super().learn(everything, rng, progress)
        self._practices.append(lesson.practice)
        self._shown = everything.demonstrations
        return learned

    @property
    def kept_transitions(self) -> int:
        """Those of all demonstrations."""
        return sum(map(len, self._shown))

    def tensors(self) -> dict[str, np.ndarray]:
        """The network, and the demonstrations under "shown/"."""
        shown = {}
        if self._shown:
            for part in ("observation", "action", "label"):
                shown[f"shown/{part}"] = np.concatenate([getattr(e, part) for e in self._shown])
            shown["shown/length"] = np.array([len(e) for e in self._shown])
        return super().tensors() | shown

    def facts(self) -> dict[str, Any]:
        """The shared method's, and what the demonstrations were told."""
        told = [[episode.instruction, episode.success] for episode in self._shown]
        return super().facts() | {"shown": told}

    def restore(self, tensors: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> None:
        """All or nothing, but for the tasks themselves (see `revisit`)."""
        kept = {path: value for path, value in tensors.items() if path.startswith("shown/")}
        shown = _episodes(kept, facts.get("shown"))
        super().restore({path: value for path, value in tensors.items() if path not in kept}, facts)
        self._shown, self._practices = shown, []


def _split(earlier: Sequence[Practice], now: Practice, count: int) -> Environment:
    """Half for the task at hand, the rest shared by the others."""
    if not earlier:
        return now(count)
    each = max(1, (count - count // 2) // len(earlier))
    return Together([*(task(each) for task in earlier), now(max(1, count - each * len(earlier)))])


def _episodes(tensors: Mapping[str, np.ndarray], told: Any) -> tuple[Episode, ...]:
    """The demonstrations of `tensors()` and `facts()`. MethodError on what are none."""
    if told == [] and not tensors:
        return ()
    names = ("observation", "action", "label", "length")
    if tensors.keys() != {f"shown/{name}" for name in names} or not isinstance(told, list):
        raise MethodError(
            f"demonstrations need tensors shown/{{{', '.join(names)}}}; these are {sorted(tensors)}"
        )
    parts = {name: np.asarray(tensors[f"shown/{name}"]) for name in names}
    length = parts.pop("length")
    fine = length.ndim == 1 and length.dtype.kind == "i" and len(length) == len(told) and (length > 0).all()
    rows = int(length.sum()) if fine else -1
    for name, value in parts.items():
        if value.ndim != 2 or len(value) != rows or not np.isfinite(value).all():
            raise MethodError(
                f"shown/{name} has shape {value.shape} or holds a NaN; {rows} rows are expected"
            )
    if parts["action"].shape != parts["label"].shape:
        raise MethodError(
            f"actions {parts['action'].shape} and labels {parts['label'].shape} differ in shape"
        )
    try:
        pairs = [(str(words), bool(success)) for words, success in told]
    except (TypeError, ValueError) as error:
        raise MethodError(f"the facts of the demonstrations are not [sentence, success]: {error}") from error
    ends = np.cumsum(length)[:-1]
    split = {name: np.split(np.array(value, np.float32), ends) for name, value in parts.items()}
    return tuple(
        Episode(words, split["observation"][i], split["action"][i], split["label"][i], success)
        for i, (words, success) in enumerate(pairs)
    )
