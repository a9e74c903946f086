"""Measuring: practice in parallel processes, success with intervals, benches through the real graph."""
