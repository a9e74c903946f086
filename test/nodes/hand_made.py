"""Knowledge with experts made by hand, not learned: a graph can be run before anything is trained."""

from pathlib import Path

import numpy as np
import torch

from legion_ros.core import SKILLS
from legion_ros.core.command import ACTION
from legion_ros.core.observation import OBSERVATION
from legion_ros.knowledge import Component, Knowledge, TrainingRecord
from legion_ros.language import Instructions, SentenceEncoder
from legion_ros.policy import Expert
from legion_ros.policy.expert import ExpertConfig
from legion_ros.share import share

RECORD = TrainingRecord(command="by hand", seed=0, steps=0, episodes=0, success=0.0, interval=(0.0, 1.0))


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
    """Reaches and presses in a straight line, and does nothing for the rest; returns the folder."""
    encoder = SentenceEncoder()
    instructions = Instructions.load(share("config", "instructions.yaml"))
    experts = {"reach": straight_expert(), "press": straight_expert(opening=-3.0)}
    components = [
        Component.learn(
            name=skill,
            skill=skill,
            sentences=instructions.skills[skill],
            expert=experts.get(skill, straight_expert(gain=0.0)),
            record=RECORD,
            encoder=encoder,
        )
        for skill in SKILLS
    ]
    Knowledge.build(components, encoder, instructions.background).save(folder)
    return folder
