"""From one frame of the camera to everything that can be said of it alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter

from legion_ros.core import Object, Tool
from legion_ros.perception.catalogue import Catalogue
from legion_ros.perception.detection import DetectionConfig, detect
from legion_ros.perception.fitting import Look
from legion_ros.perception.foreground import Frame, foreground
from legion_ros.perception.mechanisms import button_joint, drawer_joint
from legion_ros.perception.solids import Part, surface
from legion_ros.perception.surroundings import Surroundings, cast
from legion_ros.perception.viewpoint import Viewpoint

__all__ = ["Detector", "Sighting", "View"]

TOLERANCE = 0.001  # m by which things must stand nearer than table and fixtures, and the noise besides
SIGMAS = 3.0  # standard deviations of the noise
BEHIND = 0.012  # m that the camera must look past a surface to see through it
CAP = 0.024  # m: radius of the button's cap


@dataclass(frozen=True)
class View:
    """How much of a thing's near side the camera sees: shares that sum to 1 with `there`."""

    hidden: float  # something nearer is in front
    through: float  # the camera sees something farther: the thing is not there

    @property
    def there(self) -> float:
        """A surface is where the thing's should be."""
        return 1.0 - self.hidden - self.through


@dataclass(frozen=True)
class Sighting:
    """What was seen in one frame."""

    stamp: float  # s
    tool: Tool
    objects: tuple[Object, ...]  # without names
    drawer: float | None  # m: how far it is open; None: not to be seen
    button: float | None  # m: how far it is pressed; None: not to be seen
    look: Look
    catalogue: Catalogue

    def view(self, thing: Object) -> View:
        """What the camera sees where `thing` should be."""
        points, normals = _surface(thing, self.catalogue)
        points = points @ thing.rotation.T + thing.position
        camera = self.look.viewpoint
        rows, columns, depth = camera.project(points)
        line = points - camera.position
        facing = np.einsum("ni,ni->n", line, normals @ thing.rotation.T) < -0.2 * np.linalg.norm(line, axis=1)
        facing &= rows >= 0
        if not facing.any():
            return View(1.0, 0.0)
        apart = self.look.depth[rows[facing], columns[facing]] - depth[facing]
        return View(float((apart < -BEHIND).mean()), float((apart > BEHIND).mean()))


def _surface(thing: Object, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    if thing.kind in catalogue.kinds:
        return catalogue.kinds[thing.kind].surface
    return surface([Part("box", tuple(0.5 * thing.size))], 0.012)


class Detector:
    """Sees things, drawer and button in a frame.

    It keeps what does not change from frame to frame: what table and fixtures look like from where the
    camera stands.

    Args:
        catalogue: of things.
        surroundings: table and fixtures.
        noise: m: standard deviation of the depth at 1 m; it grows with the square of the distance.
    """

    def __init__(self, catalogue: Catalogue, surroundings: Surroundings, noise: float = 0.001) -> None:
        self.catalogue, self.surroundings = catalogue, surroundings
        self._config, self._noise = DetectionConfig.for_noise(noise), noise
        self._viewpoint: Viewpoint | None = None
        self._static = self._background = np.empty((0, 0), np.float32)
        self._drawer = -1.0  # m: joint that the background was made for

    def detect(self, frame: Frame, known: Sequence[Object] = (), drawer: float = 0.0) -> Sighting:
        """What is to be seen in a frame.

        Args:
            frame: from the camera.
            known: things expected where they are, see `detection.detect`.
            drawer: m: how far it is taken to be open where that can't be seen.
        """
        depth = np.nan_to_num(frame.depth)
        frame = Frame(frame.stamp, frame.color, depth, frame.viewpoint, frame.tool)
        opened = drawer_joint(frame, self.surroundings)
        pressed = button_joint(frame, self.surroundings)
        joint = drawer if opened is None else opened
        background = self._background_for(frame.viewpoint, joint)
        cloud = foreground(frame, background, self.catalogue)
        look = Look(depth, frame.viewpoint)

        def floor(x: float, y: float) -> float:
            return self.surroundings.floor(x, y, joint)

        objects = detect(cloud, look, self.catalogue, floor, known, self._config)
        return Sighting(frame.stamp, frame.tool, tuple(objects), opened, pressed, look, self.catalogue)

    def _background_for(self, viewpoint: Viewpoint, drawer: float) -> np.ndarray:
        """How near things must be to be none of table and fixtures, the drawer open by `drawer` m.

        (height, width) m. Every pixel shows the nearest of its neighbours: at an edge it may fall on
        either side.
        """
        s = self.surroundings
        if self._viewpoint is not viewpoint:
            x, y, top = s.button.position
            cap = np.array([[[x - CAP, y - CAP, 0.0], [x + CAP, y + CAP, top]]])
            self._viewpoint, self._drawer = viewpoint, -1.0
            self._static = cast(viewpoint, np.concatenate([s.static, cap]))
        if abs(drawer - self._drawer) > 0.0007:
            moved = s.moving - np.array([drawer, 0.0, 0.0])
            nearest = minimum_filter(cast(viewpoint, moved, self._static), 3)
            self._background = nearest - TOLERANCE - SIGMAS * self._noise * nearest**2
            self._drawer = drawer
        return self._background
