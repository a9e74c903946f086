"""What others published, and under which conditions: only what the same conditions gave can be compared."""

from dataclasses import dataclass
from functools import partial

__all__ = ["PUBLISHED", "PublishedResult"]


@dataclass(frozen=True, kw_only=True)
class PublishedResult:
    """One figure of a paper."""

    stream: str  # ours that it belongs beside
    method: str
    order: str
    average_success: float
    spread: str = ""  # as published
    forgetting: float | None = None
    shown: str = "none"  # demonstrations
    task_id: str  # what the learner is told of which task it is
    goals: str
    time: str = "–"  # of training
    budget: str = ""
    source: str
    remark: str = ""


_legion = partial(
    PublishedResult,
    stream="legion10",
    task_id="a fixed sentence embedding",
    goals="fixed",
    time="69-71 h",
    budget="a GPU, 1M steps a task",
    source="Meng et al. 2025",
    remark="from its released data",
)
_ablation = partial(
    _legion,
    order="curriculum",
    time="–",
    budget="",
    remark="rounded; order and budget taken to be LEGION's",
)
_continual_world = partial(
    PublishedResult,
    stream="cw20",
    order="curriculum",
    task_id="an id",
    goals="random",
    budget="1M steps a task",
    source="Wolczyk et al. 2021",
)

PUBLISHED: tuple[PublishedResult, ...] = (
    _legion(method="LEGION", order="curriculum", average_success=0.788, spread="± .045, 7 runs"),
    _legion(method="LEGION", order="random", average_success=0.712, spread="± .077"),
    _legion(method="LEGION", order="reverse", average_success=0.545, spread="± .150"),
    _ablation(method="LEGION, Gaussian prior", average_success=0.57),
    _ablation(method="SAC with language", average_success=0.46),
    _ablation(method="SAC", average_success=0.20),
    _continual_world(method="PackNet", average_success=0.803, forgetting=-0.003),
    _continual_world(method="EWC", average_success=0.603),
    _continual_world(method="Reservoir", average_success=0.121),
    _continual_world(method="A-GEM", average_success=0.070),
    _continual_world(method="Fine-tuning", average_success=0.055),
    PublishedResult(
        stream="cw10",
        method="SSDE",
        order="curriculum",
        average_success=0.95,
        forgetting=0.0,
        task_id="an id",
        goals="not known here",
        source="the SSDE paper",
    ),
)
