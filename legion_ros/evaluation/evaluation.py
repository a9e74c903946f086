"""From a config to a row: what `legion evaluate` does for each method, order and seed."""

import platform
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from legion_ros.core import LegionError
from legion_ros.evaluation.run_folder import RunConfig, RunFolder, add_row, read_rows
from legion_ros.evaluation.stream_run import Progress, StreamRun
from legion_ros.evaluation.streams import ORDERS, STREAMS, Stream, stream
from legion_ros.evaluation.summary import KEY, summary, with_reference
from legion_ros.learning.methods import METHODS, Encode, Method, MethodError, make

__all__ = ["ROWS", "RUNS", "checked", "evaluate"]

ROWS, RUNS = "streams.jsonl", "runs"  # in the folder of results

_NAMED = ("legion_ros", "numpy", "torch", "scikit-learn", "envpool", "metaworld", "mujoco")


def checked(config: RunConfig) -> RunConfig:
    """The config with what it left open (`tasks`, `loops`: 0) filled in from its stream.

    Raises:
        LegionError: an unknown stream, method or order (the known ones are listed), or a number out of range.
    """
    for noun, name, known in (
        ("stream", config.stream, STREAMS),
        ("method", config.method, METHODS),
        ("order", config.order, ORDERS),
    ):
        if name not in known:
            raise (MethodError if noun == "method" else LegionError)(
                f"no {noun} {name!r}; known: {', '.join(known)}"
            )
    tasks, loops = STREAMS[config.stream]
    config = replace(config, tasks=config.tasks or len(tasks), loops=config.loops or loops)
    for name, least, most in (
        ("tasks", 1, len(tasks)),
        ("loops", 1, 100),
        ("episodes", 1, 10_000),
        ("demonstrations", 0, 10_000),
        ("practice", 0, 10**9),
        ("cloning", 0, 10**7),
    ):
        if not least <= getattr(config, name) <= most:
            raise LegionError(f"{name} {getattr(config, name)} is not valid: {least} to {most}")
    if not config.practice and not config.demonstrations:
        raise LegionError("nothing to learn from: give --practice or --demonstrations")
    return config


def evaluate(
    config: RunConfig,
    out: Path,
    encode: Encode,
    threads: int,
    progress: Progress,
    stream_of: Callable[[RunConfig], Stream] | None = None,
    make_method: Callable[[str], Method] | None = None,
) -> dict[str, Any]:
    """Run, or finish, one run, and put its row into `out`/streams.jsonl.

    Args:
        config: checked.
        out: folder of results.
        encode: sentences -> (N, D) unit embeddings.
        threads: of the simulator.
        progress: called as it goes.
        stream_of: makes the stream; that of its name when None.
        make_method: makes the method; that of its name when None.
    """
    made = (stream_of or _stream)(config)
    make_method = make_method or (lambda name: make(name, encode))
    folder = RunFolder(out / RUNS / config.name, config, _versions())
    run = StreamRun(folder, made, lambda: make_method(config.method), encode, threads, progress)
    run.run()
    names = [task.name for task in made.tasks]
    row = summary(folder, run.visits, names)
    row = with_reference(row, read_rows(out / ROWS))
    add_row(out / ROWS, row, KEY)
    return row


def _stream(config: RunConfig) -> Stream:
    return stream(config.stream).shortened(config.tasks)


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
