"""The tabletop obeys physics and its limits."""

import mujoco
import numpy as np
import pytest

from legion_ros.core import SKILLS, GroundedSkill, LegionError
from legion_ros.core.command import Limits, ToolCommand
from legion_ros.core.observation import observe
from legion_ros.core.predicates import held, inside, opened
from legion_ros.learning import rollout
from legion_sim.experts.tabletop import expert_action
from legion_sim.tabletop import TabletopEnvironment, TabletopWorld
from legion_sim.tabletop.arm import HOME, ArmKinematics
from legion_sim.tabletop.layout import PlacedObject, SceneSketch, sketch_scene
from legion_sim.tabletop.objects import KINDS, SLOTS

STILL = ToolCommand(np.zeros(3), 0.0, 0.08)


def world_with(slot, position=(0.5, 0.0), color="red"):
    world = TabletopWorld()
    size = KINDS[SLOTS[slot]].size
    thing = PlacedObject(
        slot, f"{color}_{SLOTS[slot]}", color, np.array([*position, size[2] / 2]), np.array([1.0, 0, 0, 0])
    )
    world.place(SceneSketch((thing,)))
    return world


def run_expert(world, skill, steps=300):
    """True as soon as the skill has succeeded."""
    for _ in range(steps):
        scene = world.scene()
        if skill.succeeded(scene):
            return True
        world.step(world.limits.command(expert_action(skill.skill, observe(scene, skill))))
    return False


@pytest.mark.parametrize("slot", range(6), ids=SLOTS[:6])
def test_every_kind_can_be_grasped_and_lifted_by_friction_alone(slot):
    world = world_with(slot)
    put = GroundedSkill("put", world.scene().objects[0].name, "bin")
    highest = 0.0
    for _ in range(300):
        scene = world.scene()
        if put.succeeded(scene):
            break
        if held(scene.objects[0], scene):
            highest = max(highest, scene.objects[0].position[2])
        world.step(world.limits.command(expert_action("put", observe(scene, put))))
    assert put.succeeded(world.scene())
    assert highest > 0.15


def test_no_weld_holds_anything():
    model = TabletopWorld().model
    assert model.neq == 1  # the two fingers mirror each other
    assert model.eq_type[0] == mujoco.mjtEq.mjEQ_JOINT
    assert model.nmocap == 0


def test_a_thing_falls_when_the_fingers_open_in_the_air():
    world = world_with(SLOTS.index("block"))
    put = GroundedSkill("put", "red_block", "bin")
    while world.scene().objects[0].position[2] < 0.12:
        world.step(world.limits.command(expert_action("put", observe(world.scene(), put))))
        assert world.time < 20
    for _ in range(20):
        world.step(STILL)
    assert world.scene().objects[0].position[2] < 0.03


@pytest.mark.parametrize(
    "skill", [GroundedSkill("open", target="drawer"), GroundedSkill("press", target="button")], ids=str
)
def test_fixtures_move_when_they_are_pushed_or_pulled(skill):
    assert run_expert(world_with(0), skill)


def test_an_opened_drawer_can_be_closed_again():
    world = world_with(0)
    assert run_expert(world, GroundedSkill("open", target="drawer"))
    assert run_expert(world, GroundedSkill("close", target="drawer"))


def test_a_pressed_button_springs_back():
    world = world_with(0)
    press = GroundedSkill("press", target="button")
    assert run_expert(world, press)
    for _ in range(30):
        world.step(ToolCommand(np.array([0, 0, 0.3]), 0.0, 0.0))
    assert not press.succeeded(world.scene())


def test_the_tool_stays_in_the_workspace_whatever_is_asked():
    world = world_with(0)
    rng = np.random.default_rng(0)
    limits = Limits()
    for _ in range(15):
        direction = ToolCommand(rng.choice([-5.0, 5.0], 3), float(rng.choice([-9.0, 9.0])), 0.0)
        for _ in range(20):
            world.step(direction)
            tool = world.tool()
            assert (tool.position > np.array(limits.low) - 0.02).all()
            assert (tool.position < np.array(limits.high) + 0.02).all()
            assert limits.yaw[0] - 0.1 < tool.yaw < limits.yaw[1] + 0.1


@pytest.mark.parametrize("bad", [np.array([np.nan, 0, 0]), np.array([0, np.inf, 0])])
def test_a_command_that_is_not_finite_moves_nothing(bad):
    world = world_with(0)
    before = world.data.qpos.copy()
    with pytest.raises(ValueError, match="not finite"):
        world.step(ToolCommand(bad, 0.0, 0.0))
    np.testing.assert_array_equal(world.data.qpos, before)


def test_objects_of_a_random_scene_stand_apart_on_the_table():
    for seed in range(20):
        world = TabletopWorld()
        world.reset(np.random.default_rng(seed), 6, 6)
        spots = np.array([thing.position for thing in world.scene().objects])
        assert ((spots[:, 2] > 0.015) & (spots[:, 2] < 0.07)).all()
        gaps = np.linalg.norm(spots[:, None, :2] - spots[None, :, :2], axis=2) + np.eye(6)
        assert gaps.min() > 0.05


def test_names_are_unique_and_say_colour_and_kind():
    for seed in range(30):
        names = [thing.name for thing in sketch_scene(np.random.default_rng(seed), 6, 6, binned=2).objects]
        assert len(set(names)) == 8
        assert all(len(name.split("_")) == 2 for name in names)


@pytest.mark.parametrize("counts", [(0, 3), (4, 3), (3, 9)])
def test_counts_that_make_no_scene_are_an_error(counts):
    with pytest.raises(LegionError, match="1 <= least <= most, 8 in all"):
        sketch_scene(np.random.default_rng(0), *counts)


def test_inverse_kinematics_undoes_forward_kinematics():
    arm = ArmKinematics()
    joints = arm.inverse(np.array([0.45, -0.3, 0.1]), 0.7, HOME, iterations=40)
    position, yaw = arm.forward(joints)
    assert position == pytest.approx([0.45, -0.3, 0.1], abs=1e-3)
    assert yaw == pytest.approx(0.7, abs=1e-2)


def test_a_pose_out_of_reach_has_no_joint_angles():
    assert ArmKinematics().inverse(np.array([1.2, 0.0, 0.3]), 0.0, HOME, iterations=40) is None


def test_a_world_without_looks_says_how_to_get_pictures():
    with pytest.raises(RuntimeError, match="visual=True"):
        TabletopWorld().render()


@pytest.mark.parametrize("skill", SKILLS)
def test_every_skill_is_shown_well_enough_to_learn_from(skill):
    environment = TabletopEnvironment((skill,), num_envs=4)

    def teacher(observation):
        return np.stack([expert_action(skill, row) for row in observation])

    shown = rollout(environment, teacher, 8, np.random.default_rng(11))
    assert sum(episode.success for episode in shown) >= 7


def test_a_hand_moves_a_thing_to_a_free_spot_where_it_stands_still():
    world = TabletopWorld()
    world.reset(np.random.default_rng(1), 3, 3)
    name = world.scene().objects[0].name
    to = world.move(name, np.array([0.50, 0.0]))
    for _ in range(10):
        world.step(ToolCommand(np.zeros(3), 0.0, 0.08))
    there = {thing.name: thing.position for thing in world.scene().objects}
    assert np.linalg.norm(there[name] - to) < 0.005
    assert min(np.linalg.norm(at[:2] - to[:2]) for other, at in there.items() if other != name) > 0.09


def test_a_thing_that_is_not_there_cannot_be_moved():
    world = TabletopWorld()
    world.reset(np.random.default_rng(1), 3, 3)
    with pytest.raises(LegionError, match="no object 'moon' in the scene; there are: "):
        world.move("moon", np.array([0.5, 0.0]))
    with pytest.raises(LegionError, match="no room on the table near"):
        world.move(world.scene().objects[0].name, np.array([0.9, 0.9]))


def test_a_scene_can_begin_with_things_in_the_bin_and_the_drawer_open():
    world = TabletopWorld()
    world.reset(np.random.default_rng(1), 3, 3, binned=2, drawer=1.0)
    scene = world.scene()
    assert sum(inside(thing, scene.fixture("bin")) for thing in scene.objects) == 2
    assert opened(scene.fixture("drawer"))
    with pytest.raises(LegionError, match="0 .closed. to 1"):
        world.reset(np.random.default_rng(1), 3, 3, drawer=1.5)


def test_the_force_on_the_tool_says_which_way_and_how_hard_it_is_pushed():
    world = world_with(0)
    assert not world.force().any()
    for height in (0.10, 0.05):
        for _ in range(60):
            way = np.array([0.70, -0.06, height]) - world.tool().position
            world.step(ToolCommand(np.clip(7 * way, -0.2, 0.2), 0.0, 0.0))
    x, y, up = world.force()  # the button and what is under it push it up
    assert up > 2.0 and up > 2 * max(abs(x), abs(y))


def test_what_fingers_press_on_a_thing_between_them_cancels_out():
    world = world_with(SLOTS.index("block"))
    for height, opening in ((0.10, 0.08), (0.022, 0.08), (0.022, 0.0), (0.15, 0.0)):
        for _ in range(60):
            way = np.array([0.5, 0.0, height]) - world.tool().position
            world.step(ToolCommand(np.clip(7 * way, -0.2, 0.2), 0.0, opening))
    (block,) = world.scene().objects
    assert held(block, world.scene()) and block.position[2] > 0.1
    weight = 9.81 * float(world.model.body_mass[world._objects[SLOTS.index("block")].id])
    assert world.force() == pytest.approx([0.0, 0.0, -weight], abs=0.3)


def test_the_id_of_a_thing_is_that_of_its_body_from_1_whatever_else_is_there():
    for slot in (0, 4):
        assert [thing.id for thing in world_with(slot).scene().objects] == [slot + 1]
    world = TabletopWorld()
    world.reset(np.random.default_rng(3), 5, 5)
    ids = {thing.id for thing in world.scene().objects}
    world.step(ToolCommand(np.zeros(3), 0.0, 0.08))
    assert len(ids) == 5 and {thing.id for thing in world.scene().objects} == ids
