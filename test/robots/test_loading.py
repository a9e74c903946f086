"""An arm's yaml: read strictly, and held against its model."""

import re
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from legion_ros.core.command import Limits
from legion_ros.core.robot import RobotError
from legion_ros.perception import load_cameras
from legion_ros.robots import load_robot, robot_names
from legion_ros.robots.checking import checked_kinematics
from legion_ros.robots.loading import robot_file


def changed(tmp_path, **changes):
    """The Franka's file with other values, keys joined by two underscores; returns its path."""
    content = yaml.safe_load(robot_file("franka").read_text())
    for keys, value in changes.items():
        *sections, last = keys.split("__")
        section = content
        for name in sections:
            section = section[name]
        section[last] = value
    path = tmp_path / "arm.yaml"
    path.write_text(yaml.safe_dump(content))
    return str(path)


@pytest.mark.parametrize("name", robot_names())
def test_every_arm_that_ships_fits_its_model(name):
    config = load_robot(name)
    kinematics = checked_kinematics(config)
    place, yaw = kinematics.forward(np.array(config.home))
    assert place[2] > 0.1
    assert yaw == pytest.approx(0.0, abs=1e-6)


def test_the_franka_has_the_workspace_that_the_experts_learned_in():
    assert load_robot("franka").limits == Limits()


def test_the_recipe_for_the_camera_in_the_docs_finds_where_the_camera_stands():
    from scipy.spatial.transform import Rotation

    text = (Path(__file__).parents[2] / "docs" / "robots.md").read_text()
    recipe = textwrap.dedent("\n".join(re.findall(r"^ {7}(?:from|turn|position|quat|left).*$", text, re.M)))
    stands = load_robot("franka").cameras["depth"]
    there = Rotation.from_quat(stands.quaternion, scalar_first=True)
    camera = np.random.default_rng(0).uniform(-0.3, 0.3, (6, 3))
    found = {"camera": camera, "base": there.apply(camera) + stands.position}
    exec(recipe, found)
    assert np.allclose(found["position"], stands.position, atol=1e-6)
    assert abs(found["quaternion"] @ stands.quaternion) == pytest.approx(1.0)
    assert np.abs(found["left"]).max() < 1e-6


def test_perception_reads_where_the_cameras_stand_from_the_arms_own_file():
    from legion_ros.share import share

    ours, shipped = load_cameras(robot_file("franka")), load_cameras(share("config", "cameras.yaml"))
    assert ours.keys() == shipped.keys()
    assert np.allclose(ours["depth"].position, shipped["depth"].position)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colour": "red"}, "arm.yaml: no key colour; known: back_end, model, joints"),
        ({"workspace__speed": 1.0}, "arm.yaml: workspace: no key speed; known: low, high, yaw"),
        ({"workspace": 3}, "workspace: 3 is no section of keys and values"),
        ({"cameras": []}, "cameras: [] is no section of keys and values"),
        ({"home": "up"}, "home: 'up' is no list"),
        ({"payload": "heavy"}, "payload: 'heavy' is not a finite number"),
        ({"payload": float("nan")}, "payload: nan is not a finite number"),
        ({"franka__realtime": 1}, "franka: realtime: 1 is not true or false"),
        ({"back_end": True}, "back_end: True is not a word"),
        ({"ros2_control": {"fingers_commanded": 1.5}}, "fingers_commanded: 1.5 is not a whole number"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_would_be_valid(tmp_path, changes, message):
    with pytest.raises(RobotError, match=re.escape(message)):
        load_robot(changed(tmp_path, **changes))


def test_a_key_that_is_missing_is_named(tmp_path):
    path = tmp_path / "arm.yaml"
    path.write_text("back_end: franka\n")
    with pytest.raises(RobotError, match="model, joints, home, .* is missing"):
        load_robot(str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("panda9", "no robot 'panda9'; there are: fr3_ros2_control, franka, or a .yaml of your own"),
        ("nowhere.yaml", "robot 'nowhere.yaml' is not a file"),
    ],
)
def test_an_arm_that_is_not_there_is_answered_with_those_that_are(name, message):
    with pytest.raises(RobotError, match=re.escape(message)):
        load_robot(name)


def test_what_is_no_yaml_is_said_to_be_none(tmp_path):
    path = tmp_path / "arm.yaml"
    path.write_text("a: [")
    with pytest.raises(RobotError, match="arm.yaml is not YAML"):
        load_robot(str(path))


def loaded(inertia):
    """1.2 kg with that inertia in g m^2."""
    return {"payload": 1.2, "payload_inertia": [1e-3 * number for number in inertia]}


HOME = [0.0, -0.46, 0.0, -2.36, 0.0, 1.90, 0.785398163]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"back_end": "magic"}, "back_end 'magic' is not valid: franka or ros2_control"),
        ({"home": HOME[:6]}, "home has 6 numbers; 7 are needed"),
        ({"workspace__low": [0.3, -0.5]}, "workspace low has 2 numbers; 3 are needed"),
        ({"speed_scale": 0.0}, "speed_scale 0 is not valid: above 0, at most 1"),
        ({"speed_scale": 1.2}, "speed_scale 1.2 is not valid: above 0, at most 1"),
        ({"payload": 3.5}, "payload 3.5 kg is not valid: the arm can carry 3 kg"),
        ({"payload_centre": [0.0, 0.1]}, "payload_centre has 2 numbers; 3 are needed"),
        ({"payload_inertia": [1.0, 2.0]}, "payload_inertia has 2 numbers; 9 are needed"),
        ({"payload_centre": [0.0, 0.0, 5.0]}, "payload_centre is 5.00 m from the flange; 0.5 m at most"),
        (loaded([1, 2, 0, 0, 1, 0, 0, 0, 1]), "is not symmetric"),
        (loaded([1, 0, 0, 0, -1, 0, 0, 0, 1]), "has the moments [-0.001, 0.001, 0.001] kg m^2; no body has"),
        (loaded([1, 0, 0, 0, 1, 0, 0, 0, 3]), "none above the sum of the two others"),
        (loaded([900, 0, 0, 0, 900, 0, 0, 0, 900]), "moment of 0.9 kg m^2; 1.2 kg within 0.5 m have 0.3 at"),
        ({"payload_inertia": [1e-3, 0, 0, 0, 1e-3, 0, 0, 0, 1e-3]}, "0 kg within 0.5 m have 0 at most"),
        ({"franka__dynamics": 2.0}, "franka dynamics 2 is not valid: above 0, at most 1"),
        ({"gripper__force": -1.0}, "gripper force -1 is not valid: it must be above 0"),
        ({"contact__max_force": 0.0}, "contact max_force 0 is not valid: it must be above 0"),
        ({"joint_speed": [2, 2, 2, 0, 2, 2, 2]}, "joint_speed of fr3_joint4 0 is not valid"),
        ({"workspace__max_yaw_lead": 0.0}, "workspace max_yaw_lead 0 is not valid: it must be above 0"),
        ({"workspace__max_acceleration": 0.0}, "workspace max_acceleration 0 is not valid: 0.1 to 100"),
        ({"workspace__max_yaw_acceleration": 1e4}, "workspace max_yaw_acceleration 10000 is not valid"),
        ({"workspace__yaw": [1.0, -1.0]}, "yaw from [1.0] to [-1.0]: the smaller number comes first"),
        ({"cameras__depth__quaternion": [1, 1, 0, 0]}, "camera depth: quaternion has length 1.4142"),
        ({"cameras__depth__position": [1, 1]}, "camera depth: position is 3 numbers, quaternion 4"),
        ({"joint_high": [2.9, 1.74, 2.86, -0.19, 2.77, 4.48, 2.98]}, "is beyond the model's -2.7437 to"),
        ({"home": [0.0, -0.46, 0.0, -0.1, 0.0, 1.9, 0.7854]}, "home: fr3_joint4 at -0.1 rad"),
        ({"home": [0.0, -0.46, 0.0, -2.36, 0.0, 1.70, 0.7854]}, "home: the tool is 11.5 degrees off"),
        ({"model__tool_offset": 0.5}, "home: the tool is at z = -"),
        ({"workspace__low": [0.6, -0.5, 0.0]}, "home: the tool is at [0."),
        ({"workspace__high": [1.2, 0.54, 0.42]}, "workspace: the arm can't reach [1.2"),
        ({"model__package": "no_such_package"}, "model: no Python package 'no_such_package' is installed"),
        ({"model__file": "x.urdf"}, "model: no file 'x.urdf' in franky_sim"),
        ({"model__file": "constants.py"}, "constants.py is no model that can be used"),
        ({"model__frame": "finger"}, "fr3.xml has no frame 'finger'; it has: "),
        ({"joints": ["a"] * 7}, "fr3.xml has no joint a, a, a, a, a, a, a; it has: fr3_joint1"),
    ],
)
def test_a_file_that_does_not_fit_the_arm_is_refused(tmp_path, changes, message):
    config = load_robot(changed(tmp_path, **changes))
    with pytest.raises(RobotError, match=re.escape(message)):
        checked_kinematics(config)


def test_a_payload_that_is_a_body_is_taken(tmp_path):
    config = load_robot(changed(tmp_path, payload_centre=[0, 0, 0.05], **loaded([2, 1, 0, 1, 2, 0, 0, 0, 2])))
    checked_kinematics(config)


def test_joints_that_do_not_follow_one_another_are_refused():
    config = load_robot("franka")
    mixed = replace(config, joints=(*config.joints[1:], config.joints[0]))
    with pytest.raises(RobotError, match="don't follow one another in fr3.xml"):
        checked_kinematics(mixed)


def by_urdf(config):
    """The same arm, its model a URDF: without the hand, whose frame is turned by an eighth."""
    from importlib.util import find_spec

    folder = Path(find_spec("franky_sim").origin).parent
    model = replace(config.model, file=str(folder / "assets" / "fr3_clean.urdf"), package="", frame="link8")
    joints = tuple(f"joint{i}" for i in range(1, 8))
    return replace(config, model=model, joints=joints, home=(*config.home[:6], config.home[6] - np.pi / 4))


@pytest.mark.parametrize("name", robot_names())
def test_joints_are_no_faster_than_the_model_has_them_where_it_says(name):
    config = by_urdf(load_robot(name))  # an MJCF says nothing of speeds
    checked_kinematics(config)
    fast = replace(config, joint_speed=(2.0, 2.7, *config.joint_speed[2:]))
    with pytest.raises(
        RobotError, match=re.escape("joint_speed of joint2 2.7 rad/s is beyond the model's 2.62")
    ):
        checked_kinematics(fast)


def test_a_urdf_will_do_as_well():
    config = load_robot("franka")
    urdf = by_urdf(config)
    place, _ = checked_kinematics(urdf).forward(np.array(urdf.home))
    ours, _ = checked_kinematics(config).forward(np.array(config.home))
    assert np.abs(place - ours).max() < 2e-3
