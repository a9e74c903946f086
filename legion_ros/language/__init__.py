"""Words: sentences to embeddings, what is no instruction, and what in a scene a sentence is about."""

from legion_ros.language.encoder import SentenceEncoder

__all__ = ["SentenceEncoder"]
