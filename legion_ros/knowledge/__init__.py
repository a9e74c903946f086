"""What was learned: components keyed by language, the mixture over them, the folder they are saved in."""

from legion_ros.knowledge.calibration import fit
from legion_ros.knowledge.component import Component, TrainingRecord
from legion_ros.knowledge.errors import KnowledgeError
from legion_ros.knowledge.key import Key
from legion_ros.knowledge.knowledge import Knowledge
from legion_ros.knowledge.mixture import Posterior

__all__ = ["Component", "Key", "Knowledge", "KnowledgeError", "Posterior", "TrainingRecord", "fit"]
