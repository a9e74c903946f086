"""A recording as a story: what was asked, what was planned, how it went, when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from legion_ros.recording.errors import RecordingError
from legion_ros.recording.recording import Entry, Recording

__all__ = ["Happening", "Timeline", "timeline"]

_CLOCK, _GOAL, _STATUS = "/clock", "/legion/goal", "/legion/goal_status"
_SAFETY, _DIAGNOSTICS = "/legion/safety_state", "/diagnostics"
TOPICS = (_CLOCK, _GOAL, _STATUS, _SAFETY, _DIAGNOSTICS)
_LEVELS = {0: "ok", 1: "warning", 2: "error", 3: "stale"}
_LONGEST = 200  # characters of an instruction that are shown


@dataclass(frozen=True)
class Happening:
    """Something worth a line."""

    stamp: int  # ns since the epoch
    robot_time: float | None  # s on /clock, None where there was none yet
    what: str  # said, goal, plan, why, step, trouble, replan, help, done, failed, canceled, ...
    text: str


@dataclass
class _Story:
    """What is known of one goal so far."""

    began: float | None  # s on /clock
    plan: tuple[str, ...] | None = None
    step: int | None = None
    state: str = ""
    reason: str = ""


@dataclass
class _Teller:
    """Turns messages into happenings: each says only what is new."""

    states: dict[int, str]  # of GoalStatus
    modes: dict[int, str]  # of SafetyState
    clock: float | None = None
    stories: dict[str, _Story] = field(default_factory=dict)
    safety: tuple[str, str] = ("", "")
    taken: bool = False  # a person has taken over
    health: dict[str, tuple[int, str]] = field(default_factory=dict)

    def tell(self, topic: str, message: Any) -> Iterator[tuple[str, str]]:
        """(what, text) of whatever is new in a message."""
        if topic == _CLOCK:
            self.clock = message.clock.sec + message.clock.nanosec * 1e-9
        elif topic == _GOAL:
            yield "said", repr(_cut(message.data))
        elif topic == _STATUS:
            yield from self._status(message)
        elif topic == _SAFETY:
            yield from self._safety(message)
        elif topic == _DIAGNOSTICS:
            yield from self._diagnostics(message)

    def _status(self, message: Any) -> Iterator[tuple[str, str]]:
        state = self.states.get(message.state, f"state {message.state}")
        if state == "REJECTED":
            yield "rejected", f"{_cut(message.instruction)!r}: {message.reason}"
            return
        story = self.stories.get(message.goal_id)
        if story is None:
            story = self.stories[message.goal_id] = _Story(self.clock)
            yield "goal", repr(_cut(message.instruction))
        plan = tuple(message.plan)
        if plan != story.plan:
            yield "plan" if story.plan is None else "replan", _listed(plan)
            story.step = None
        if state == "ACCEPTED":
            for line in filter(None, message.reason.split("; ")):
                yield "why", line
        elif state in ("SUCCEEDED", "FAILED", "CANCELED"):
            yield from self._end(state, story, message.reason)
        else:
            yield from self._going_on(state, story, message)
        story.plan, story.state, story.reason = plan, state, message.reason

    def _going_on(self, state: str, story: _Story, message: Any) -> Iterator[tuple[str, str]]:
        if message.reason and message.reason != story.reason:
            yield "help" if state == "HELP" else "trouble", message.reason
        if message.step != story.step and message.step < len(message.plan):
            yield "step", f"{message.step + 1}/{len(message.plan)} {message.plan[message.step]}"
        elif state == "RUNNING" and story.state == "HELP":
            yield "step", f"{message.step + 1}/{len(message.plan)} goes on"
        story.step = message.step

    def _end(self, state: str, story: _Story, reason: str) -> Iterator[tuple[str, str]]:
        began, now = story.began, self.clock
        took = "" if began is None or now is None else f" after {now - began:.1f} s"
        what = {"SUCCEEDED": "done", "FAILED": "failed", "CANCELED": "canceled"}[state]
        yield what, f"{reason or what}{took}"

    def _safety(self, message: Any) -> Iterator[tuple[str, str]]:
        mode = self.modes.get(message.state, f"state {message.state}")
        now = (mode, message.reason)
        latched = {"STOPPED", "RETREATING"} & {mode, self.safety[0]}
        if now != self.safety and latched:
            yield "safety", f"{mode.lower()}{': ' if message.reason else ''}{message.reason}"
        taken = getattr(message, "intervention", False)  # recordings of before have none
        if taken != self.taken:
            yield "safety", "a person has taken over" if taken else "the person has let go"
        self.safety, self.taken = now, taken

    def _diagnostics(self, message: Any) -> Iterator[tuple[str, str]]:
        for status in message.status:
            now = (int(status.level), status.message)
            before = self.health.get(status.name, (0, ""))
            if now[0] != before[0] or (now[0] and now != before):
                text = f": {status.message}" if status.message else ""
                yield "health", f"{status.name} {_LEVELS.get(now[0], now[0])}{text}"
            self.health[status.name] = now


class Timeline:
    """Says what is worth a line, entry by entry.

    Raises:
        RecordingError: the recording has no goals in it.
    """

    def __init__(self, recording: Recording) -> None:
        if not {_GOAL, _STATUS} & recording.kinds.keys():
            found = ", ".join(sorted(recording.kinds)) or "none"
            raise RecordingError(f"{recording.path} is no recording of this robot: its topics are {found}")
        self._recording = recording
        goals, gate = (_constants(recording, topic) for topic in (_STATUS, _SAFETY))
        self._teller = _Teller(goals, gate)

    def tell(self, entry: Entry) -> list[Happening]:
        """What of it is worth a line. Raises RecordingError where its definition says other things."""
        if entry.topic not in TOPICS:
            return []
        message = self._recording.decode(entry)
        try:
            told = list(self._teller.tell(entry.topic, message))
        except (AttributeError, TypeError) as error:
            raise RecordingError(
                f"{self._recording.path}: {entry.topic} is of another definition of {entry.kind} than this"
                f" package's, and says other things: {error}"
            ) from error
        return [Happening(entry.stamp, self._teller.clock, what, text) for what, text in told]


def timeline(recording: Recording) -> Iterator[Happening]:
    """All that is worth a line, in the order in which it happened. Raises RecordingError as Timeline does."""
    story = Timeline(recording)
    for entry in recording.entries(TOPICS):
        yield from story.tell(entry)


def _constants(recording: Recording, topic: str) -> dict[int, str]:
    """Value -> name of the constants of a topic's messages, as the bag defines them."""
    kind = recording.kinds.get(topic)
    if kind is None:
        return {}
    constants = recording.types.fielddefs[kind][0]
    return {value: name for name, _, value in constants if isinstance(value, int)}


def _listed(plan: tuple[str, ...]) -> str:
    return ", ".join(plan) or "nothing to do"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
