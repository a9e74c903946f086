"""The skills of our own table as tasks of a stream, asked for in people's words."""

import re
from functools import partial

import numpy as np

from legion_ros.core import Environment, GroundedSkill, LegionError
from legion_ros.core.environment import Wrapped
from legion_ros.core.episode import Episode
from legion_ros.evaluation.streams import StreamTask
from legion_ros.language import Instructions
from legion_ros.language.template import embeddable
from legion_ros.learning.rollout import rollout
from legion_ros.share import share

__all__ = ["Worded", "tabletop_task"]

_HELD_OUT = 4  # every fourth sentence of config/instructions.yaml is a paraphrase here: measured on alone
_AT_ONCE = 10  # tables
_ROUNDS = 20  # of as many episodes as are wanted, before a teacher counts as unable


def tabletop_task(skill: str) -> StreamTask:
    """A skill of `legion_ros.core.SKILLS` as a task; its scripted expert demonstrates."""
    sentences = Instructions.load(share("config", "instructions.yaml")).skills[skill]
    paraphrases = sentences[_HELD_OUT - 1 :: _HELD_OUT]
    told = tuple(sentence for sentence in sentences if sentence not in paraphrases)
    return StreamTask(
        skill, told, paraphrases, partial(_table, skill), partial(_demonstrate, skill, told), _AT_ONCE
    )


class Worded(Wrapped):
    """A tabletop whose episodes are asked for by sentences with slots, as the composer embeds them.

    The sentence names the fixture that is aimed at; which thing it is about is seen, not heard.
    """

    def __init__(self, environment, sentences: tuple[str, ...]) -> None:  # noqa: ANN001
        """Wrap a TabletopEnvironment, which is closed with this one."""
        super().__init__(environment)
        self._tabletop = environment
        self._words = tuple(environment.instructions)
        self._sentences = sentences

    @property
    def instructions(self) -> tuple[str, ...]:
        """(num_envs,) what each episode is asked to do."""
        return self._words

    def reset(self, rng: np.random.Generator, where: np.ndarray | None = None) -> np.ndarray:
        """As the environment's; every new episode draws a sentence."""
        observation = self.environment.reset(rng, where)
        words = list(self._words)
        for i in np.flatnonzero(np.ones(self.num_envs, bool) if where is None else where):
            fitting = fitting_sentences(self._sentences, self._tabletop.skills[i])
            words[i] = embeddable(fitting[int(rng.integers(len(fitting)))])
        self._words = tuple(words)
        return observation


def fitting_sentences(sentences: tuple[str, ...], skill: GroundedSkill) -> tuple[str, ...]:
    """Those that name the skill's bin or drawer and no other; all of them where none does."""
    named = {sentence: set(re.findall(r"\{(bin|drawer)\}", sentence)) for sentence in sentences}
    return tuple(s for s in sentences if named[s] == {skill.target}) or sentences


def _table(skill: str, num_envs: int, threads: int, sentences: tuple[str, ...]) -> Environment:
    from legion_sim.tabletop import TabletopEnvironment

    return Worded(TabletopEnvironment((skill,), num_envs, threads), sentences)


def _demonstrate(
    skill: str, sentences: tuple[str, ...], episodes: int, rng: np.random.Generator, threads: int
) -> tuple[tuple[Episode, ...], int]:
    from legion_sim.experts.tabletop import expert_action

    def teacher(observation: np.ndarray) -> np.ndarray:
        return np.stack([expert_action(skill, row) for row in observation])

    kept: list[Episode] = []
    tries = 0
    environment = _table(skill, min(episodes, _AT_ONCE), threads, sentences)
    try:
        while len(kept) < episodes and tries < _ROUNDS * episodes:
            for episode in rollout(environment, teacher, environment.num_envs, rng):
                if len(kept) == episodes:
                    break
                tries += 1
                if episode.success:
                    kept.append(episode)
    finally:
        environment.close()
    if len(kept) < episodes:
        raise LegionError(f"the scripted expert for {skill} succeeded {len(kept)} times in {tries} episodes")
    return tuple(kept), tries
