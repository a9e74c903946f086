"""Knowledge with experts made by hand, not learned: what they can do is known beforehand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from legion_ros.core.command import ACTION
from legion_ros.core.observation import OBSERVATION
from legion_ros.knowledge import Knowledge
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig
from legion_ros.share import share


def straight_expert(gain: float = 8.0, opening: float = 3.0) -> Expert:
    """Moves straight to the goal: velocity = tanh(gain * (goal - tool)). With gain 0 it stays where it is."""
    n = OBSERVATION.size
    expert = Expert(np.zeros(n), np.ones(n), ACTION.size, ExpertConfig(hidden=(6,)))
    first, last = expert.network[0], expert.network[2]
    goal = OBSERVATION.slices["goal_from_tool"].start
    with torch.no_grad():
        for parameter in expert.network.parameters():
            parameter.zero_()
        for axis in range(3):
            for sign, unit in ((1.0, axis), (-1.0, axis + 3)):
                first.weight[unit, goal + axis] = sign
                last.weight[axis, unit] = sign * gain
        last.bias[ACTION.slices["opening"].start] = opening
    return expert


def save_knowledge(folder: Path) -> Path:
    """What ships, but reaching and pressing in a straight line, and nothing for the rest."""
    shipped = Knowledge.load(share("config", "knowledge", "tabletop"))
    experts = {"reach": straight_expert(), "press": straight_expert(opening=-3.0)}
    components = tuple(
        replace(component, expert=experts.get(component.skill, straight_expert(gain=0.0)))
        for component in shipped.components
    )
    replace(shipped, components=components).save(folder)
    return folder
