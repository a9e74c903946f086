import pytest

from legion_ros.knowledge import Knowledge
from legion_ros.language import SentenceEncoder
from legion_ros.language.rephrasing import Rephraser
from legion_ros.share import share
from legion_ros.skills import Composer


@pytest.fixture(scope="session")
def encoder():
    return SentenceEncoder()


@pytest.fixture(scope="session")
def composer(encoder):
    """Over the knowledge that ships; nobody acts here, so the experts' tensors will do."""
    knowledge = Knowledge.load(share("config", "knowledge", "tabletop"), expert=dict)
    rephraser = Rephraser.shipped()
    return Composer(knowledge, encoder, share("config", "goals.yaml"), rephraser=rephraser)
