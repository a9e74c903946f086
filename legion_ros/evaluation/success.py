"""Success counted over episodes, with its interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from legion_ros.evaluation.practice import Job, Practice, Tensors, jobs

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
    practice: Practice, experts: Mapping[str, Tensors], episodes: int, seed: int, shares: int = 2
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
    """
    work = [
        part
        for skill in experts
        for part in jobs(
            Job(skills=(skill,), episodes=episodes, seed=(_EVALUATION, seed), experts=experts, teach=False),
            shares,
        )
    ]
    counts: dict[str, list[bool]] = {skill: [] for skill in experts}
    waiting = dict.fromkeys(experts, shares)
    for job, episodes_by_skill in practice.run(work):
        (skill,) = job.skills
        counts[skill] += [episode.success for episode in episodes_by_skill[skill]]
        waiting[skill] -= 1
        if not waiting[skill]:
            yield skill, Success(sum(counts[skill]), len(counts[skill]))


_EVALUATION = 2  # first word of the seeds that measure; 0 and 1 belong to demonstrations and refinement
