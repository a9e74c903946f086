"""Success counted over episodes, with its interval."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from legion_ros.core.attempt import Attempt
from legion_ros.evaluation.attempting import AttemptJob, attempt
from legion_ros.evaluation.practice import Practice, Tensors

__all__ = ["Success", "measure_skills"]


@dataclass(frozen=True)
class Success:
    """So many successes in so many episodes."""

    successes: int
    episodes: int

    @property
    def rate(self) -> float:
        """Fraction of episodes that succeeded."""
        return self.successes / self.episodes

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the rate."""
        from scipy.stats import binomtest

        low, high = binomtest(self.successes, self.episodes).proportion_ci(0.95, "wilson")
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.rate:.3f} [{low:.3f}, {high:.3f}] ({self.successes}/{self.episodes})"


def measure_skills(
    practice: Practice,
    experts: Mapping[str, Tensors],
    episodes: int,
    seed: int,
    shares: int = 2,
    keep: Callable[[list[Attempt]], None] = lambda attempts: None,
) -> Iterable[tuple[str, Success]]:
    """Let each expert act in fresh scenes of its skill: (skill, success) as they finish.

    Every episode starts in a new random scene with the arm anywhere over the table, and commands arrive up to
    two control periods late, as they do in the graph.

    Args:
        practice: where it runs.
        experts: tensors by skill.
        episodes: of each skill.
        seed: of the scenes; training never uses the streams that this opens (see `Job.seed`).
        shares: jobs per skill.
        keep: is handed the attempts, share by share: operators are learned from them.
    """
    work = [
        AttemptJob(
            skill=skill,
            attempts=-(-episodes // shares),
            seed=(_EVALUATION, seed, share),
            expert=expert,
            anything=False,
            chain=0.0,
            num_envs=8,
        )
        for skill, expert in experts.items()
        for share in range(shares)
    ]
    counts: dict[str, list[bool]] = {skill: [] for skill in experts}
    waiting = dict.fromkeys(experts, shares)
    for job, attempts in practice.each(attempt, work):
        keep(attempts)
        counts[job.skill] += [made.success for made in attempts]
        waiting[job.skill] -= 1
        if not waiting[job.skill]:
            yield job.skill, Success(sum(counts[job.skill]), len(counts[job.skill]))


_EVALUATION = (
    2  # first word of the seeds that measure; 0 and 1 are of demonstrations and refinement, 3 of attempts
)
