"""Faults made on purpose in graphs that run: what `legion bench faults` measures over DDS."""
