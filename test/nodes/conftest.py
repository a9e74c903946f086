import pytest
from hand_made import save_knowledge
from running_graph import RunningGraph


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory):
    """A folder of knowledge whose experts were made by hand: reach and press work, the rest stands still."""
    return save_knowledge(tmp_path_factory.mktemp("knowledge"))


@pytest.fixture(scope="session")
def whole_graph(knowledge):
    """All four nodes, as fast as they go; what is killed is started again."""
    with RunningGraph(knowledge, respawns=9, rate=0.0, seed=3) as running:
        running.wait(running.client.scene)
        yield running
