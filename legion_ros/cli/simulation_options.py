"""The arguments of the simulated graph as options of a command."""

import argparse
from dataclasses import fields

from legion_ros.nodes.graph import Simulation

__all__ = ["add_simulation_options", "chosen_simulation"]


def add_simulation_options(parser: argparse.ArgumentParser, leave_out: tuple[str, ...] = ()) -> None:
    """One option for each field of Simulation that is not in `leave_out`."""
    for argument in fields(Simulation):
        if argument.name in leave_out:
            continue
        text = f"{argument.metadata['help']} (default: {argument.default!r})"
        if argument.type is bool:
            action = argparse.BooleanOptionalAction
            parser.add_argument(f"--{argument.name}", action=action, default=argument.default, help=text)
        else:
            metavar = argument.name.upper()
            parser.add_argument(
                f"--{argument.name}", metavar=metavar, default=str(argument.default), help=text
            )


def chosen_simulation(options: argparse.Namespace, **given: str) -> Simulation:
    """What was chosen, with `given` over it. Raises LegionError on a value that isn't valid."""
    names = [argument.name for argument in fields(Simulation) if hasattr(options, argument.name)]
    return Simulation.parse({name: str(getattr(options, name)) for name in names} | given)
