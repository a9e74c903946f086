"""Scenes made by hand: a table, a bin, a drawer, a button; a camera straight above; things seen or hidden."""

import numpy as np

from legion_ros.core import Object, Tool
from legion_ros.core.pinhole import Pinhole
from legion_ros.perception import load_catalogue, load_surroundings
from legion_ros.perception.detector import View
from legion_ros.perception.viewpoint import Viewpoint
from legion_ros.share import share

CATALOGUE = load_catalogue(share("config", "objects.yaml"))
SURROUNDINGS = load_surroundings(share("config", "fixtures.yaml"))
UPRIGHT = np.array([1.0, 0.0, 0.0, 0.0])
AWAY = Tool(np.array([0.40, 0.0, 0.40]), 0.0, 0.08)  # high over the table, open
# 1 m over (0.5, 0); the picture's rows run along -x, its columns along -y of the base frame
ABOVE = Viewpoint(
    Pinhole(200, 200, (200.0, 200.0), (100.0, 100.0)),
    np.array([0.5, 0.0, 1.0]),
    np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]),
)


def thing(kind="can", color="red", at=(0.5, 0.0), z=None, confidence=1.0, turn=UPRIGHT):
    """Something of the catalogue that stands on the table, unless z says otherwise."""
    made = CATALOGUE.kinds[kind]
    height = 0.5 * made.size[2] if z is None else z
    return Object("", kind, color, made.shape, np.array([*at, height]), turn, np.array(made.size), confidence)


def there(_):
    return View(hidden=0.0, through=0.0)


def hidden(_):
    return View(hidden=1.0, through=0.0)


def gone(_):
    return View(hidden=0.0, through=1.0)
