"""Skills declared by data: what they aim at, when they have succeeded, and what declares none."""

import json
from dataclasses import replace

import numpy as np
import pytest

from legion_ros.core import SKILLS, GroundedSkill, LegionError, Object, Scene, Tool
from legion_ros.core import skill as skill_module
from legion_ros.core.declaration import Declaration
from legion_ros.core.facts import Fact
from legion_ros.core.skill import PLACES, groundings

STACK = Declaration.of_reward("pile", ["on(?object, ?target)"], ("block",), ("block", "box"))


def thing(kind, color, x, z, size):
    at, upright = np.array([x, 0.0, z]), np.array([1.0, 0, 0, 0])
    return Object(f"{color}_{kind}", kind, color, "box", at, upright, np.array(size))


def scene(z=0.0225, x=0.5, opening=0.08, tool=(0.3, 0.0, 0.3)):
    """A red block at (x, z), a blue box at x = .6, a red mug at x = .4."""
    block = thing("block", "red", x, z, [0.045, 0.045, 0.045])
    box = thing("box", "blue", 0.6, 0.045, [0.05, 0.08, 0.09])
    mug = thing("mug", "red", 0.4, 0.04, [0.078, 0.062, 0.08])
    return Scene(0.0, (block, box, mug), (), Tool(np.array(tool), 0.0, opening))


@pytest.fixture(autouse=True)
def declared():
    STACK.register()
    yield
    skill_module._known.pop("pile", None)  # no skill of other tests


def test_a_reward_tells_what_the_skill_takes_and_where_it_aims():
    assert STACK.takes_object and STACK.targets == ("object",) and STACK.aim == "on_top"
    aims = {
        "near(?object, ?target)": ("at_place", tuple(PLACES)),
        "in(?object, ?target)": ("at_fixture", ("bin", "drawer")),
        "in(?object, bin)": ("at_fixture", ("bin",)),
        "pressed(?target)": ("at_handle", ("button",)),
        "holding(?object)": ("at_object", ()),
    }
    for reward, expected in aims.items():
        made = Declaration.of_reward("some", [reward])
        assert (made.aim, made.targets) == expected
    assert not Declaration.of_reward("some", ["open(?target)"]).takes_object


def test_stacking_aims_at_where_the_middle_of_the_upper_thing_will_be():
    goal = GroundedSkill("pile", "red_block", "blue_box").goal(scene())
    assert goal == pytest.approx([0.6, 0.0, 0.09 + 0.0225])


def test_stacking_has_succeeded_when_the_thing_stands_there_and_is_let_go():
    pile = GroundedSkill("pile", "red_block", "blue_box")
    assert not pile.succeeded(scene())
    assert pile.succeeded(scene(x=0.61, z=0.114))
    assert not pile.succeeded(scene(x=0.61, z=0.114, tool=(0.61, 0.0, 0.114), opening=0.045))  # held
    assert not pile.succeeded(scene(x=0.66, z=0.114))  # beside it


def test_arguments_of_other_kinds_are_refused_with_those_that_will_do():
    GroundedSkill("pile", "red_block", "blue_box").check(scene())
    for skill, words in {
        GroundedSkill("pile", "blue_box", "red_block"): "blue_box is a box; pile was learned with: block",
        GroundedSkill("pile", "red_block", "red_mug"): "no target 'red_mug' for pile; known: blue_box",
        GroundedSkill("pile", "red_block", "red_block"): "no target 'red_block' for pile; known: blue_box",
        GroundedSkill("pile", "red_block", ""): "no target '' for pile; known: blue_box",
        GroundedSkill("pile", "", "blue_box"): "pile takes an object",
        GroundedSkill("pile", "red_can", "blue_box"): "no object 'red_can'",
    }.items():
        with pytest.raises(LegionError, match=words):
            skill.check(scene())
    assert groundings("pile", scene()) == (GroundedSkill("pile", "red_block", "blue_box"),)


def test_a_declaration_survives_json():
    assert Declaration.parse(json.loads(json.dumps(STACK.described()))) == STACK


def test_the_skills_that_the_robot_begins_with_stay_as_they_are():
    before = SKILLS["put"]
    with pytest.raises(LegionError, match="'put' can't be declared anew"):
        replace(STACK, name="put").register()
    assert SKILLS["put"] is before
    with pytest.raises(TypeError):
        SKILLS["put"] = before  # a view: `register` is the only way in


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Pile up"}, "'Pile up' can't name a skill"),
        ({"aim": "moon"}, "no aim 'moon'; known: on_top"),
        ({"targets": ("moon",)}, "no target moon; known: left"),
        ({"targets": ("bin",)}, "the aim on_top goes with targets among object"),
        ({"targets": ()}, "the aim on_top goes with targets among object"),
        ({"success": ()}, "succeeds with nothing; facts of \\?object or \\?target are expected"),
        ({"success": (Fact.parse("open(drawer)"),)}, "succeeds with open\\(drawer\\)"),
        ({"success": (Fact.parse("on(?object, ?other)"),)}, "\\?other is no argument"),
        ({"success": (Fact.parse("clear(?target)"),)}, "for a skill that takes an object"),
        ({"time_limit": 0.0}, "time limit 0.0 s is not valid"),
        ({"time_limit": float("nan")}, "time limit nan s is not valid"),
        ({"time_limit": "long"}, "time limit 'long' s is not valid"),
    ],
)
def test_what_contradicts_itself_declares_no_skill(wrong, words):
    with pytest.raises(LegionError, match=words):
        replace(STACK, **wrong)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("pile", "'?pile'? declares no skill"),
        ({"name": "pile"}, "declares no skill; aim, kinds, name, success"),
        (STACK.described() | {"success": "on"}, "success of a declared skill is on; a list of texts"),
        (STACK.described() | {"success": ["flies(?object)"]}, "is no fact"),
        (STACK.described() | {"kinds": [3]}, "a list of texts is expected"),
    ],
)
def test_what_is_no_declaration_is_refused(entry, words):
    with pytest.raises(LegionError, match=words):
        Declaration.parse(entry)


def test_a_reward_that_tells_no_aim_is_refused_with_those_that_do():
    with pytest.raises(LegionError, match="where to aim can't be told from that; name one of: on, near"):
        Declaration.of_reward("some", ["clear(?object)"])
