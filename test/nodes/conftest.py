import pytest
from hand_made import save_knowledge


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory):
    """A folder of knowledge whose experts were made by hand: reach and press work, the rest stands still."""
    return save_knowledge(tmp_path_factory.mktemp("knowledge"))
