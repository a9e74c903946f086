"""Saying again in plain words: a small network that was trained on sentences with what they ask for."""

from legion_ros.language.rephrasing.rephraser import Rephrased, Rephraser

__all__ = ["Rephrased", "Rephraser"]
