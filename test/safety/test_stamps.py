from legion_ros.safety.stamps import CommandStamps


def test_a_later_stamp_is_news_and_one_that_came_before_is_not():
    stamps = CommandStamps(0.15)
    assert stamps.look(10.0, now=0.0)
    assert not stamps.look(10.0, now=0.01)
    stamps.answered(10.0)
    assert not stamps.look(9.9, now=0.02)
    assert stamps.look(10.1, now=0.03)


def test_after_the_clock_is_set_only_what_came_shortly_before_is_no_news():
    stamps = CommandStamps(0.15)
    for stamp, now in ((5.0, 0.0), (5.2, 0.2), (5.3, 0.3)):
        stamps.look(stamp, now)
        stamps.answered(stamp)
    stamps.clock_set(now=0.36)
    assert stamps.look(5.0, now=5.0)
    assert not stamps.look(5.3, now=5.3)


def test_a_stamp_that_is_said_again_and_again_is_not_forgotten_for_others():
    stamps = CommandStamps(0.15)
    stamps.look(7.0, now=0.0)
    for tick in range(500):
        stamps.look(0.01 * tick, now=0.01 * tick)
        assert not stamps.look(7.0, now=0.01 * tick)
