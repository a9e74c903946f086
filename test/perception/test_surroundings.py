"""What table and fixtures look like, and that config and simulator tell the same of them."""

import numpy as np
import pytest

from legion_ros.core import LegionError
from legion_ros.perception import load_cameras, load_catalogue, load_surroundings
from legion_ros.perception.surroundings import cast
from legion_ros.share import share

from .hand_made import ABOVE, CATALOGUE, SURROUNDINGS


def test_a_box_hides_the_table_where_it_stands():
    table = np.array([[0.0, -1.0, -0.1], [1.0, 1.0, 0.0]])
    box = np.array([[0.45, -0.05, 0.0], [0.55, 0.05, 0.2]])
    depth = cast(ABOVE, np.array([table, box]))
    assert depth[100, 100] == pytest.approx(0.8)  # straight down onto the box
    assert depth[100, 160] == pytest.approx(1.0)  # 0.3 m beside it


def test_a_point_is_seen_in_the_pixel_that_looks_at_it():
    rows, columns, depth = ABOVE.project(np.array([[0.5, -0.2, 0.0], [0.5, 0.0, 2.0]]))
    assert (rows[0], columns[0]) == (100, 140)
    assert depth[0] == pytest.approx(1.0)
    assert rows[1] == -1  # behind the camera
    assert ABOVE.points(np.full((200, 200), 1.0), rows[:1], columns[:1])[0] == pytest.approx(
        (0.4975, -0.2025, 0.0)
    )


def test_below_a_spot_is_the_table_or_the_floor_of_what_is_there():
    floor = SURROUNDINGS.floor
    assert floor(0.5, 0.0, 0.0) == 0.0
    assert floor(0.43, -0.46, 0.0) == 0.006
    assert floor(0.53, 0.42, 0.0) == 0.0  # the drawer is closed
    assert floor(0.53, 0.42, 0.18) == 0.012


def test_the_fixtures_are_where_the_simulator_has_them():
    model = pytest.importorskip("legion_sim.tabletop.model")
    truth = {"bin": model.BIN, "drawer": model.DRAWER, "button": model.BUTTON}
    for fixture in SURROUNDINGS.fixtures(0.0, 0.0):
        assert fixture.position == pytest.approx(truth[fixture.name].position)
        assert fixture.size == pytest.approx(truth[fixture.name].size)
        assert fixture.travel == getattr(truth[fixture.name], "travel", 0.0)
    assert SURROUNDINGS.drawer.handle == pytest.approx(model.DRAWER.handle)


def test_every_box_of_a_fixture_is_one_of_the_simulators():
    model = pytest.importorskip("legion_sim.tabletop.model").build_model(visual=False)
    bodies = ("world", "bin", "cabinet", "drawer", "button_base")
    theirs = []
    for geom in range(model.ngeom):
        body = model.body(model.geom_bodyid[geom])
        if body.name in bodies:
            middle, half = model.geom_pos[geom] + body.pos, model.geom_size[geom].copy()
            if model.geom(geom).name == "handle":  # a cylinder along y
                half = half[[0, 1, 0]]
            theirs.append([middle - half, middle + half])
    ours = np.concatenate([SURROUNDINGS.static, SURROUNDINGS.moving])
    apart = np.abs(ours[:, None] - np.array(theirs)).max(axis=(2, 3)).min(axis=1)
    assert apart.max() < 1e-6


def test_the_catalogue_has_the_simulators_kinds_and_colours():
    objects = pytest.importorskip("legion_sim.tabletop.objects")
    assert CATALOGUE.kinds.keys() == objects.KINDS.keys()
    for name, kind in objects.KINDS.items():
        ours = CATALOGUE.kinds[name]
        assert (ours.shape, tuple(ours.size)) == (kind.shape, kind.size)
        assert [(p.shape, p.size, p.position) for p in ours.parts] == [
            (p.shape, p.size, p.position) for p in kind.parts
        ]
    assert {name: tuple(rgb) for name, rgb in CATALOGUE.colors.items()} == objects.COLORS


def test_the_camera_stands_where_the_simulator_has_it():
    mujoco = pytest.importorskip("mujoco")
    build_model = pytest.importorskip("legion_sim.tabletop.model").build_model
    model = build_model(visual=True)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    for name, pose in load_cameras(share("config", "cameras.yaml")).items():
        assert pose.position == pytest.approx(data.camera(name).xpos)
        # OpenGL's camera looks along its -z and has y up
        assert pose.rotation == pytest.approx(
            data.camera(name).xmat.reshape(3, 3) @ np.diag([1, -1, -1]), abs=1e-6
        )


@pytest.mark.parametrize(
    ("load", "text", "message"),
    [
        (load_catalogue, "kinds: {}", "is no catalogue of objects"),
        (
            load_catalogue,
            "kinds: {egg: {shape: egg, size: [1, 1, 1], parts: []}}\ncolors: {}",
            "box with 3 numbers",
        ),
        (load_surroundings, "bin: 3", "does not describe the fixtures"),
        (load_cameras, "eye: {position: [0, 0, 0], quaternion: [1, 1, 0, 0]}", "has length 1.414, not 1"),
    ],
)
def test_a_file_that_says_something_else_is_refused_in_words(tmp_path, load, text, message):
    path = tmp_path / "given.yaml"
    path.write_text(text)
    with pytest.raises(LegionError, match=message):
        load(path)


@pytest.mark.parametrize("light", [0.2, 0.6, 1.0, 1.5])
def test_a_colour_is_told_in_the_shade_and_where_it_is_too_bright(light):
    names = list(CATALOGUE.colors)
    for name, rgb in CATALOGUE.colors.items():
        pixel = (255 * np.minimum(np.array(rgb) * light, 1.0)).astype(np.uint8)
        assert names[CATALOGUE.color_of(pixel[None])[0]] == name
