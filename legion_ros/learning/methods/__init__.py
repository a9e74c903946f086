"""The continual-learning methods, by the names that `--methods` takes."""

from importlib import import_module

from legion_ros.learning.methods.method import Encode, Method, MethodError

__all__ = ["METHODS", "Method", "MethodError", "make"]

# {name: (module here, class in it)}: imported when asked for, since learning is heavy. Each class takes
# `encode=`: what embeds the sentences of episodes after `restore`; a lesson brings its own.
METHODS: dict[str, tuple[str, str]] = {
    "experts": ("experts", "Experts"),
    "legion": ("legion", "Legion"),
    "finetune": ("finetune", "Finetune"),
    "reservoir": ("reservoir", "Reservoir"),
    "perfect_memory": ("perfect_memory", "PerfectMemory"),
    "agem": ("agem", "AGEM"),
    "ewc": ("ewc", "EWC"),
    "packnet": ("packnet", "PackNet"),
    "joint": ("joint", "Joint"),
}


def make(name: str, encode: Encode | None = None) -> Method:
    """A method that has learned nothing yet.

    Args:
        name: one of `METHODS`.
        encode: sentences -> (N, D) float32 unit embeddings, for methods that act before they see a lesson
            (restored ones); all-MiniLM-L6-v2 when None.

    Raises:
        MethodError: no method has this name.
    """
    if name not in METHODS:
        raise MethodError(f"no method {name!r}; known: {', '.join(METHODS)}")
    module, kind = METHODS[name]
    made = getattr(import_module(f"{__name__}.{module}"), kind)
    return made() if encode is None else made(encode=encode)
