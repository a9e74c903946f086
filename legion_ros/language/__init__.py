"""Words: sentences to embeddings, what is no instruction, and what in a scene a sentence is about."""

from legion_ros.language.encoder import SentenceEncoder
from legion_ros.language.instructions import Instructions

__all__ = ["Instructions", "SentenceEncoder"]
