"""Whether nodes are active is asked until it is answered."""

from types import SimpleNamespace

from lifecycle_msgs.msg import State
from rclpy.task import Future

from legion_ros.nodes import readiness
from legion_ros.nodes.readiness import Readiness


class FakeNode:
    """Has a service whose first answers are lost; then it says that the node is active."""

    def __init__(self, lost):
        self.lost, self.asked, self.removed = lost, 0, 0

    def create_client(self, kind, name):
        return self

    def destroy_client(self, client):
        pass

    def service_is_ready(self):
        return True

    def remove_pending_request(self, answer):
        self.removed += 1

    def call_async(self, request):
        self.asked += 1
        answer = Future()
        if self.asked > self.lost:
            state = SimpleNamespace(id=State.PRIMARY_STATE_ACTIVE)
            answer.set_result(SimpleNamespace(current_state=state))
        return answer


def test_an_answer_that_is_lost_is_asked_for_again(monkeypatch):
    monkeypatch.setattr(readiness, "ANSWER", 0.0)
    node = FakeNode(lost=2)
    ready = Readiness(node, ["safety_node"], again=0.0)
    polls = 0
    while ready.poll():
        polls += 1
        assert polls < 20
    assert (node.asked, node.removed) == (3, 2)


def test_an_answer_on_its_way_is_waited_for():
    node = FakeNode(lost=99)
    ready = Readiness(node, ["safety_node"])
    for _ in range(10):
        assert ready.poll() == ["safety_node"]
    assert node.asked == 1


def test_an_answer_that_is_slow_counts_although_it_was_asked_for_again():
    node = FakeNode(lost=99)
    answers, call = [], node.call_async
    node.call_async = lambda request: answers.append(call(request)) or answers[-1]
    ready = Readiness(node, ["safety_node"], again=0.0)
    while len(answers) < 3:
        assert ready.poll() == ["safety_node"]
    answers[0].set_result(SimpleNamespace(current_state=SimpleNamespace(id=State.PRIMARY_STATE_ACTIVE)))
    assert ready.poll() == []
