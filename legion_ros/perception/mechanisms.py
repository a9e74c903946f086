"""How far the drawer is open and the button pressed, from the points seen of them."""

import numpy as np

from legion_ros.perception.foreground import Frame, is_robot
from legion_ros.perception.surroundings import Surroundings

__all__ = ["button_joint", "drawer_joint"]

STEP = 0.001  # m between the joint values that are tried
BIN = 0.005  # m along the bar and the panel in which one point is enough
FEWEST = 8  # bins that must be seen
UNDECIDED = 0.04  # m between joint values that are as likely as each other; neighbours within 2 cm are
LEVEL = 0.006  # m about the height of what is looked for
CAP = 0.019  # m about the button's axis: its cap, less its edge
PIXELS = 20  # of the cap that must be seen


def drawer_joint(frame: Frame, surroundings: Surroundings) -> float | None:
    """How far the drawer is open in m, from where its bar and the top of its panel are; None if hidden.

    A value is as good as the number of 5 mm pieces of bar and panel that are where it puts them: things
    that stick out of the drawer are short, and an arm in front hides a part only.
    """
    s = surroundings
    (left, right), top = s.panel[:, 1], float(s.panel[1, 2])
    handle, (radius, half) = s.drawer.handle, s.bar
    low = (handle[0] - s.drawer.travel - 0.03, left, handle[2] - 0.02)
    points = _inside(frame, low, (s.panel[1, 0] + 0.02, right, top + 0.01))
    level = np.abs(points[:, 2] - top) < LEVEL
    panel = points[level & (points[:, 1] > left + 0.005) & (points[:, 1] < right - 0.005)]
    level = np.abs(points[:, 2] - handle[2] - 0.5 * radius) < LEVEL
    bar = points[level & (np.abs(points[:, 1] - handle[1]) < half - 0.01)]
    values = np.arange(0.0, s.drawer.travel + STEP / 2, STEP)
    # its upper far side is what is seen of a round bar
    windows = ((bar, handle[0] + 0.25 * radius, radius), (panel, s.panel[:, 0].mean(), 0.0075))
    score = sum(_pieces(part, middle - values, width) for part, middle, width in windows)
    if score.max() < FEWEST:
        return None
    likely = values[score >= 0.95 * score.max()]
    if np.ptp(likely) > UNDECIDED:  # two places look like it
        return None
    best = float(likely.mean())
    for margin in (0.004, 0.002):
        offsets = np.concatenate(
            [
                middle - part[np.abs(part[:, 0] - middle + best) < width + margin, 0]
                for part, middle, width in windows
            ]
        )
        if not len(offsets):
            return None
        best = float(offsets.mean())
    return float(np.clip(best, 0.0, s.drawer.travel))


def _pieces(points: np.ndarray, middles: np.ndarray, width: float) -> np.ndarray:
    """For each middle, in how many bins along y a point lies within `width` of it in x."""
    if not len(points):
        return np.zeros(len(middles))
    origin = middles.min() - 0.05
    columns = ((points[:, 0] - origin) / STEP).astype(int)
    rows = (points[:, 1] / BIN).astype(int)
    rows -= rows.min()
    seen = np.zeros((rows.max() + 1, round((middles.max() - origin + 0.1) / STEP)), int)
    fits = (columns >= 0) & (columns < seen.shape[1])
    seen[rows[fits], columns[fits]] = 1
    sums = np.concatenate([np.zeros((len(seen), 1), int), seen.cumsum(axis=1)], axis=1)
    first = np.clip(((middles - width - origin) / STEP).astype(int), 0, seen.shape[1])
    last = np.clip(((middles + width - origin) / STEP).astype(int) + 1, 0, seen.shape[1])
    return (sums[:, last] > sums[:, first]).sum(axis=0).astype(float)


def button_joint(frame: Frame, surroundings: Surroundings) -> float | None:
    """How far the button is pressed in m, from the height of its cap; None when the cap is hidden."""
    button = surroundings.button
    x, y, top = button.position
    points = _inside(frame, (x - CAP, y - CAP, 0.0), (x + CAP, y + CAP, top + 0.05))
    points = points[np.linalg.norm(points[:, :2] - (x, y), axis=1) < CAP]
    cap = points[(points[:, 2] > top - button.travel - 0.008) & (points[:, 2] < top + 0.008)]
    if len(cap) < max(PIXELS, 0.5 * len(points)):
        return None
    return float(np.clip(top - np.median(cap[:, 2]), 0.0, button.travel))


def _inside(frame: Frame, low: tuple[float, ...], high: tuple[float, ...]) -> np.ndarray:
    """Points of the picture inside a box that are not the robot's: (n, 3) m, base frame."""
    corners = np.stack(np.meshgrid(*np.transpose([low, high])), axis=-1).reshape(-1, 3)
    rows, columns, _ = frame.viewpoint.project(corners)
    if rows.min() < 0:
        raise ValueError("the camera does not see all of the drawer and the button")
    window = np.mgrid[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].reshape(2, -1)
    points = frame.viewpoint.points(np.nan_to_num(frame.depth), *window)
    points = points[np.all((points > low) & (points < high), axis=1)]
    return points[~is_robot(points, frame.tool)]
