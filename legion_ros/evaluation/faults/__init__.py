"""Faults made on purpose, and whether what they must not do happens: one file for each figure."""

from legion_ros.evaluation.faults.figure import FaultFigure

__all__ = ["FaultFigure"]
