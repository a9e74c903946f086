import math

import pytest

from legion_ros.nodes.histogram import Histogram


def test_percentiles_are_the_upper_edges_of_their_bins():
    histogram = Histogram(width=0.001, longest=0.1)
    for milliseconds in range(100):  # 0.5, 1.5 ... 99.5 ms
        histogram.add((milliseconds + 0.5) * 1e-3)
    assert histogram.count == 100
    assert histogram.percentile(50) == pytest.approx(0.050)
    assert histogram.percentile(99) == pytest.approx(0.099)
    assert histogram.percentile(100) == pytest.approx(0.100)


def test_what_is_longer_than_all_bins_counts_in_the_last_and_is_remembered():
    histogram = Histogram(width=0.001, longest=0.01)
    histogram.add(3.0)
    assert histogram.percentile(99) == pytest.approx(0.01)
    assert histogram.longest_seen == 3.0


def test_a_clock_that_stepped_back_counts_as_zero():
    histogram = Histogram(width=0.001)
    histogram.add(-1.0)
    assert histogram.percentile(50) == pytest.approx(0.001)


def test_without_durations_there_is_no_percentile():
    assert math.isnan(Histogram().percentile(99))
