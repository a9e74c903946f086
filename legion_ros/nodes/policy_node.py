"""Carries out grounded skills with the experts that learned them: scene and tool state in, commands out."""

import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future

from legion_ros.action import ExecuteSkill
from legion_ros.core import GroundedSkill, LegionError, Scene
from legion_ros.core.command import Limits
from legion_ros.knowledge import Knowledge
from legion_ros.learning.interventions import InterventionLog, Takeover
from legion_ros.msg import Scene as SceneMessage
from legion_ros.msg import ToolCommand, ToolState
from legion_ros.nodes.announced_knowledge import AnnouncedKnowledge
from legion_ros.nodes.conversions import command_from, command_message, scene_from, seconds, tool_from
from legion_ros.nodes.goal_server import GoalServer
from legion_ros.nodes.histogram import Histogram
from legion_ros.nodes.lifecycle import Health, LegionNode, NodeConfig, run
from legion_ros.nodes.newest import Newest
from legion_ros.nodes.parameters import parameter
from legion_ros.nodes.qos import COMMAND, SENSOR
from legion_ros.nodes.skill_run import SkillRun
from legion_ros.policy import Actor
from legion_ros.share import share

__all__ = ["PolicyNode", "main"]

LONGEST = 600.0  # s that a goal may ask for


@dataclass(frozen=True, kw_only=True)
class PolicyConfig(NodeConfig):
    """Parameters of policy_node."""

    knowledge: str = parameter("", "folder of what was learned; empty: the knowledge that ships")
    rate: float = parameter(20.0, "Hz at which commands are computed while a skill runs", 1, 200)
    max_age: float = parameter(0.15, "s of the node's clock after which a state is not acted on", 0.01, 5)
    input_timeout: float = parameter(1.0, "s of wall time without a state until the skill fails", 0.1, 60)
    max_force: float = parameter(40.0, "N on the tool, mean of a second, that end an attempt", 0.1, 1e4)
    interventions: str = parameter("", "folder to keep what a person did in, to learn from; empty: none")


@dataclass
class _Job:
    """The skill that is being carried out, and who asked for it."""

    run: SkillRun
    goal: ServerGoalHandle
    takeover: Takeover  # what a person makes of it
    done: Future = field(default_factory=Future)
    last_command: float | None = None  # s, monotonic


class PolicyNode(LegionNode[PolicyConfig]):
    """One skill at a time. Callbacks store, the control timer acts, the watch timer sees to the rest."""

    def __init__(self) -> None:
        super().__init__("policy_node", PolicyConfig)
        self._limits = Limits()
        self._job: _Job | None = None
        self._scene, self._tool = Newest[SceneMessage](), Newest[ToolState]()
        self._latency, self._jitter = Histogram(), Histogram()
        self._late = self._stale = 0
        self._log: InterventionLog | None = None

    def configure(self) -> None:
        """Load what was learned and connect."""
        given = self.config.knowledge
        folder = Path(given) if given else share("config", "knowledge", "tabletop")
        self._knowledge = _acting(folder)
        self._announced = AnnouncedKnowledge(self, folder, _acting)
        self._command = self.create_publisher(ToolCommand, "/legion/policy_command", COMMAND)
        self._scene.listen(self, SceneMessage, "/legion/scene", SENSOR)
        self._tool.listen(self, ToolState, "/legion/tool_state", SENSOR)
        if self.config.interventions:
            self._log = InterventionLog(Path(self.config.interventions))
            self.create_subscription(ToolCommand, "/legion/command", self._on_sent, COMMAND)
        self._server = GoalServer(
            self, ExecuteSkill, "/legion/execute_skill", self._begin, lambda: self._job is not None
        )

    def activate(self) -> None:
        """Begin to serve."""
        self._latency, self._jitter = Histogram(), Histogram()
        self.every(1.0 / self.config.rate, self._control, clock=self.get_clock())
        self.every(0.1, self._watch)

    def deactivate(self) -> None:
        """Give the skill up that is being carried out."""
        if self._job is not None:
            self._job.run.finish(False, "policy_node was deactivated")
            self._end()

    def cleanup(self) -> None:
        """Stop serving."""
        self._server.destroy()
        if self._log is not None:
            self._log.close()
            self._log = None

    def health(self) -> Health:
        """What is being done, and how promptly."""
        latency, jitter = self._latency, self._jitter
        values = {
            "skill": str(self._job.run.skill) if self._job else "none",
            "knowledge": self._announced.folder,
            "commands": latency.count,
            "latency_p50_ms": 1e3 * latency.percentile(50),
            "latency_p99_ms": 1e3 * latency.percentile(99),
            "latency_max_ms": 1e3 * latency.longest_seen,
            "jitter_p50_ms": 1e3 * jitter.percentile(50),
            "jitter_p99_ms": 1e3 * jitter.percentile(99),
            "jitter_max_ms": 1e3 * jitter.longest_seen,
            "late_states": self._late,
            "stale_states": self._stale,
        }
        if self._log is not None:
            values |= {"interventions": self._log.stored, "interventions_dropped": self._log.dropped}
            if self._log.fault:
                return Health(self._log.fault, DiagnosticStatus.WARN, values)
        silent = self._silence()
        if silent:
            return Health(silent, DiagnosticStatus.WARN, values)
        return Health(values=values)

    # -- goals --------------------------------------------------------------------------------------

    def _begin(self, goal: ServerGoalHandle) -> Future:
        request = goal.request
        skill = GroundedSkill(request.skill, request.object, request.target)
        if self._job is not None:
            raise LegionError(f"{skill} has to wait: {self._job.run.skill} is being carried out")
        if not 0.0 <= request.time_limit <= LONGEST:
            valid = f"0 to {LONGEST:g}, 0 for the skill's own"
            raise LegionError(f"time limit {request.time_limit} s is not valid: {valid}")
        scene = self._newest_scene()
        if scene is None:
            raise LegionError(self._silence() or "no scene yet")
        self._learn_of()
        skill.check(scene)
        expert = self._knowledge.component_for(skill.skill).expert
        run = SkillRun(skill, expert.act, self._limits, request.time_limit, self.config.max_force)
        self._job = _Job(run, goal, Takeover(skill, self._limits))
        return self._job.done

    def _end(self) -> None:
        """Tell whoever asked how the skill ended."""
        job, self._job = self._job, None
        outcome = job.run.outcome
        result = ExecuteSkill.Result(
            success=outcome.success, reason=outcome.reason, duration=outcome.duration
        )
        self._server.end(job.goal, job.done, result)

    # -- timers -------------------------------------------------------------------------------------

    def _control(self) -> None:
        """One command, from the newest state; none where that is stale: the safety gate then holds."""
        job = self._job
        if job is None:
            return
        now = self.get_clock().now().nanoseconds * 1e-9
        if job.goal.is_cancel_requested:
            job.run.finish(False, "canceled")
        try:
            scene = self._newest_scene()
        except LegionError as error:
            job.run.finish(False, str(error))
            self._end()
            return
        if scene is None or now - scene.stamp > self.config.max_age:
            self._stale += 1
            return
        self._late += now - scene.stamp > 0.5 / self.config.rate
        command = job.run.step(scene)
        self._command.publish(command_message(command, scene.stamp))
        self._measure(job)
        self._keep(job, scene)
        if job.run.outcome is not None:
            self._end()

    # -- interventions ------------------------------------------------------------------------------

    def _on_sent(self, message: ToolCommand) -> None:
        """What the arm was really sent."""
        command = command_from(message)
        if self._job is not None and command.finite:
            self._job.takeover.sent(command, message.intervention)

    def _keep(self, job: _Job, scene: Scene) -> None:
        """Hand the control period that ended to the worker, where it was a person's."""
        if self._log is None:
            return
        try:
            row = job.takeover.step(scene, job.run.outcome is not None)
        except LegionError:  # what the skill is about is gone: the run itself says so
            return
        if row is not None:
            self._log.put(job.run.skill.skill, row)

    def _measure(self, job: _Job) -> None:
        published = max(self._scene.published, self._tool.published)
        self._latency.add(time.time() - published)
        now = time.monotonic()
        if job.last_command is not None:
            self._jitter.add(abs(now - job.last_command - 1.0 / self.config.rate))
        job.last_command = now

    def _watch(self) -> None:
        """What must work while the robot's clock stands still: feedback, cancel, noticing that it stands."""
        job = self._job
        if job is None:
            self._learn_of()
            return
        silent = self._silence()
        if silent:
            job.run.finish(False, silent)
        elif job.goal.is_cancel_requested:
            job.run.finish(False, "canceled")
        elif not self._server.listeners:
            job.run.finish(False, "whoever asked for the skill is gone")
        if job.run.outcome is not None:
            tool = self._tool.message
            if tool is not None:
                hold = job.run.hold(tool.opening)
                self._command.publish(command_message(hold, seconds(tool.header.stamp)))
            self._end()
        else:
            job.goal.publish_feedback(ExecuteSkill.Feedback(elapsed=job.run.elapsed))

    def _learn_of(self) -> None:
        """Use knowledge that was announced; never while a skill is carried out."""
        self._knowledge = self._announced.take() or self._knowledge

    # -- state --------------------------------------------------------------------------------------

    def _newest_scene(self) -> Scene | None:
        """The newest scene with the newest tool state in it; stamped with the older of both."""
        if self._scene.message is None or self._tool.message is None:
            return None
        scene = scene_from(self._scene.message, tool_from(self._tool.message))
        return replace(scene, stamp=min(scene.stamp, seconds(self._tool.message.header.stamp)))

    def _silence(self) -> str:
        """What is missing of the robot's state, in words; "" when nothing is."""
        now = time.monotonic()
        for newest, name in ((self._tool, "tool state"), (self._scene, "scene")):
            if newest.message is None:
                return f"no {name} yet: is the robot's node (sim_node) running?"
            if now - newest.received > self.config.input_timeout:
                silent = f"{self.config.input_timeout:g} s"
                return f"no {name} for {silent}: is the robot's node (sim_node) running?"
        return ""


def _acting(folder: Path) -> Knowledge:
    """What was learned, to act with alone: without torch, a node that was killed is back sooner."""
    return Knowledge.load(folder, Actor.from_tensors)


def main() -> int:
    """Run until told to end."""
    return run(PolicyNode)


if __name__ == "__main__":
    sys.exit(main())
