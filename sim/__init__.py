"""Simulators to learn and to try things in. Imported as `legion_sim`; knows `legion_ros.core` alone."""
