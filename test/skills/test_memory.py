"""What is remembered of things that are out of sight."""

from dataclasses import replace

from legion_ros.core.facts import Fact, facts
from legion_ros.skills.memory import Memory

from .scenes import SPOTS, scene

WANTED = frozenset({Fact("in", ("red_can", "bin"))})


def seen(*names, **renamed):
    """A scene of these things; `renamed` gives one of them another name."""
    here = scene({name: SPOTS[name] for name in (*names, *renamed)})
    things = tuple(replace(thing, name=renamed.get(thing.name, thing.name)) for thing in here.objects)
    return replace(here, objects=things)


def remembering(*scenes, asked=WANTED):
    memory = Memory()
    for second, here in enumerate(scenes):
        memory.look(replace(here, stamp=float(second)), facts(here), asked)
    return memory


def test_what_was_lost_goes_by_the_name_of_the_only_thing_like_it():
    found = seen("white_mug", red_can="red_can_2")
    memory = remembering(seen("red_can", "white_mug"), found)
    assert memory.renamed(WANTED) == {Fact("in", ("red_can_2", "bin"))}
    assert memory.lost(found, WANTED) == frozenset()


def test_what_comes_back_gets_its_own_name_back():
    memory = remembering(seen("red_can"), seen(red_can="red_can_2"), seen("red_can"))
    assert memory.renamed(WANTED) == WANTED


def test_what_was_there_all_the_time_is_something_else():
    here = seen("white_mug", blue_can="red_can_2")
    here = replace(
        here, objects=tuple(replace(o, color="red") if o.kind == "can" else o for o in here.objects)
    )
    before = replace(here, objects=(*here.objects, *seen("red_can").objects))
    memory = remembering(before, here)
    assert memory.renamed(WANTED) == WANTED
    assert memory.lost(here, WANTED) == WANTED


def test_nothing_of_another_colour_or_kind_takes_its_place():
    here = seen("blue_can", "white_mug")
    memory = remembering(seen("red_can", "blue_can", "white_mug"), here)
    assert memory.renamed(WANTED) == WANTED
    assert memory.lost(here, WANTED) == WANTED


def test_what_is_asked_for_itself_takes_nobodys_place():
    both = WANTED | {Fact("in", ("red_can_2", "bin"))}
    two = seen("red_can", blue_can="red_can_2")
    two = replace(two, objects=tuple(replace(thing, color="red") for thing in two.objects))
    one = replace(two, objects=tuple(thing for thing in two.objects if thing.name == "red_can_2"))
    memory = remembering(two, one, asked=both)
    assert memory.renamed(both) == both
    assert memory.lost(one, both) == WANTED


def test_what_was_seen_to_hold_is_not_lost_out_of_sight():
    there = scene({"red_can": SPOTS["red_can"]}, inside={"red_can"})
    nothing = replace(there, objects=())
    memory = remembering(seen("red_can"), there, nothing)
    assert memory.lost(nothing, WANTED) == frozenset()
