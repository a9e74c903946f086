"""A task that is one number to say, and methods that remember it: a stream in milliseconds."""

from functools import partial

import numpy as np

from legion_ros.core import StepResult
from legion_ros.core.episode import Episode
from legion_ros.core.layout import Field, Layout
from legion_ros.evaluation.evaluation import evaluate
from legion_ros.evaluation.run_folder import RunConfig
from legion_ros.evaluation.streams import Stream, StreamTask
from legion_ros.learning.lesson import Learned
from legion_ros.learning.methods.method import MethodError

CONFIG = RunConfig(
    stream="cw10",
    method="finetune",
    order="curriculum",
    seed=0,
    demonstrations=3,
    practice=120,
    cloning=10,
    episodes=8,
    loops=1,
    tasks=3,
)


class FakeGuess:
    """The observation is a number; success is to answer within .1 of secret + a tenth of that number."""

    observation_layout = Layout((Field("number", 1, "1"),))
    action_layout = Layout((Field("answer", 1, "1"),))
    control_period = 0.1
    horizon = 3

    def __init__(self, secret, num_envs, threads, sentences):
        self.num_envs, self.secret, self.sentences = num_envs, secret, sentences
        self.instructions = (sentences[0],) * num_envs
        self.number = np.zeros((num_envs, 1), np.float32)
        self.elapsed = np.zeros(num_envs, int)

    def reset(self, rng, where=None):
        where = np.ones(self.num_envs, bool) if where is None else where
        self.number[where] = rng.uniform(-1, 1, (int(where.sum()), 1))
        words = np.array(self.instructions, dtype=object)
        words[where] = rng.choice(self.sentences, int(where.sum()))
        self.instructions = tuple(words)
        self.elapsed[where] = 0
        return self.number.copy()

    def step(self, action):
        self.elapsed += 1
        success = np.abs(action - self.secret - 0.1 * self.number)[:, 0] < 0.1
        over = self.elapsed >= self.horizon
        none = np.zeros(self.num_envs, bool)
        return StepResult(self.number.copy(), success.astype(np.float32), none, over, success)

    def close(self):
        pass


def demonstrate(secret, sentence, episodes, rng, threads):
    seen = rng.uniform(-1, 1, (episodes, 3, 1)).astype(np.float32)
    done = (secret + 0.1 * seen).astype(np.float32)
    shown = tuple(Episode(sentence, o, a, a, True) for o, a in zip(seen, done, strict=True))
    return shown, episodes + 1


def fake_stream(count=3):
    """Tasks whose secrets lie .4 apart, asked for by their names."""
    tasks = []
    for number in range(count):
        secret, words = -0.5 + 0.4 * number, (f"say {number}", f"tell {number}")
        make, show = partial(FakeGuess, secret), partial(demonstrate, secret, words[0])
        tasks.append(StreamTask(f"task-{number}", words, (f"utter {number}",), make, show, parallel=8))
    return Stream("fake", tuple(tasks))


def fake_encode(sentences):
    return np.array([[float(words[-1]), 1.0] for words in sentences], np.float32)


class FakeMethod:
    """Practises a little, then answers with each task's secret, or (forgetful) with the last one."""

    name = "fake"
    needs_task_id = False

    def __init__(self, forgetful=False, needs_task_id=False):
        self.forgetful, self.needs_task_id = forgetful, needs_task_id
        self.secrets: dict[int, float] = {}
        self.lessons = 0

    def learn(self, lesson, rng, progress):
        environment = lesson.practice(4)
        try:
            environment.reset(rng)
            for period in range(lesson.budget.practice // 4):
                result = environment.step(rng.uniform(-1, 1, (4, 1)).astype(np.float32))
                if (result.terminated | result.truncated).any():
                    environment.reset(rng, result.terminated | result.truncated)
                progress(4 * (period + 1), lesson.budget.practice)
            words = environment.instructions[0]
        finally:
            environment.close()
        number = lesson.task_id if self.needs_task_id else int(words[-1])
        secret = float(np.mean([e.action - 0.1 * e.observation for e in lesson.demonstrations]))
        born = number not in self.secrets
        self.secrets[number] = secret + 0.001 * float(rng.standard_normal())  # resuming must repeat it
        if self.forgetful:
            self.secrets = dict.fromkeys(range(10), self.secrets[number])
        self.lessons += 1
        return Learned(4 * (lesson.budget.practice // 4), 7, component=number, born=born)

    def actor(self, instructions, observation, task_id=None):
        if not self.secrets:
            raise MethodError("nothing was learned yet")
        numbers = [task_id if self.needs_task_id else int(words[-1]) for words in instructions]
        if self.needs_task_id and task_id not in self.secrets:
            raise MethodError(f"no task {task_id}")
        secret = np.array([[self.secrets.get(number, 5.0)] for number in numbers])
        return lambda seen: (secret + 0.1 * seen).astype(np.float32)

    @property
    def kept_transitions(self):
        return self.lessons

    def tensors(self):
        return {f"secret/{number}": np.array([secret]) for number, secret in self.secrets.items()}

    def facts(self):
        return {"lessons": self.lessons}

    def restore(self, tensors, facts):
        self.secrets = {int(name.split("/")[1]): float(value[0]) for name, value in tensors.items()}
        self.lessons = facts["lessons"]


class FakeMixture(FakeMethod):
    """Knows for certain which of its tasks it is asked for."""

    @property
    def components(self):
        return len(self.secrets)

    def novelty(self, instructions, observation, early=None, reward=None):
        return np.array([0.1 if int(words[-1]) in self.secrets else 0.9 for words in instructions])

    def assigned(self, instructions, observation, early=None, reward=None):
        return np.array([int(words[-1]) for words in instructions])


def ran(out, config=CONFIG, make=FakeMethod):
    """The row of one run of a stream of guesses."""
    return evaluate(
        config,
        out,
        fake_encode,
        1,
        lambda what, done, total: None,
        stream_of=lambda config: fake_stream(config.tasks),
        make_method=lambda name: make(),
    )
