"""Figures as inline SVG: no script, no file beside the page. Colours come from the page's style."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Line", "heat_map", "line_chart", "number"]

_CELL, _LABELS, _HEAD = 40, 178, 118  # heat map: side of a cell, width of row names, height of column names
_WIDTH, _HEIGHT = 460, 250  # line chart
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 40  # margins


@dataclass(frozen=True)
class Line:
    """One line of a chart."""

    name: str
    colour: int  # of the style's palette
    points: Sequence[tuple[float, float]]
    low: Sequence[float] | None = None  # lower and upper edge of a band, at the same x
    high: Sequence[float] | None = None


def number(value: float | None, digits: int = 2) -> str:
    """As .95, 1.00 or −.03; a dash for what is not there."""
    if value is None:
        return "–"
    text = f"{abs(value):.{digits}f}"
    sign = "−" if value < 0 and float(text) else ""
    return sign + text.removeprefix("0")


def heat_map(
    matrix: Sequence[Sequence[float | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    learned: Sequence[int],
) -> str:
    """Success of every task (columns) after every visit (rows).

    Args:
        matrix: (V, K) in [0, 1]; None where it was not tried.
        rows: (V,) names of the visits.
        columns: (K,) names of the tasks.
        learned: (V,) the column of each visit; outlined.
    """
    width, height = _LABELS + _CELL * len(columns) + 60, _HEAD + _CELL * len(rows) + 4
    parts = []
    for place, name in enumerate(columns):
        x = _LABELS + _CELL * place + _CELL / 2
        parts.append(
            f'<text class="soft" transform="translate({x + 4:g} {_HEAD - 8}) rotate(-50)">'
            f"{escape(name)}</text>"
        )
    for row, name in enumerate(rows):
        y = _HEAD + _CELL * row
        parts.append(
            f'<text class="soft" x="{_LABELS - 10}" y="{y + 25}" text-anchor="end">{escape(name)}</text>'
        )
        parts += [_cell(value, _LABELS + _CELL * place, y) for place, value in enumerate(matrix[row])]
        x = _LABELS + _CELL * learned[row]
        size = _CELL - 3
        parts.append(
            f'<rect class="learned" x="{x + 1.5}" y="{y + 1.5}" width="{size}" height="{size}" rx="4"/>'
        )
    label = "success of every task after every visit"
    return (
        f'<svg class="heat" style="min-width:{min(width, 420)}px;max-width:{width}px" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _cell(value: float | None, x: float, y: float) -> str:
    place = f'x="{x + 1}" y="{y + 1}" width="{_CELL - 2}" height="{_CELL - 2}" rx="4"'
    if value is None:
        return f'<rect class="untried" {place}/>'
    tone = "on" if value > 0.55 else ""
    text = (
        f'<text class="{tone}" x="{x + _CELL / 2}" y="{y + 25}" text-anchor="middle">{number(value)}</text>'
    )
    return f'<rect class="empty" {place}/><rect class="full" fill-opacity="{value:.3f}" {place}/>{text}'


def line_chart(
    lines: Sequence[Line], x_name: str, y_name: str, y_most: float = 1.0, whole: bool = False
) -> str:
    """Lines over a common x axis that begins at its least value; y from 0 to `y_most`.

    Args:
        lines: with at least one point between them.
        x_name: what lies along the axis.
        y_name: what is drawn.
        y_most: upper end of the y axis.
        whole: both axes count things: no fractions at their ticks.
    """
    xs = [x for line in lines for x, _ in line.points]
    first, last = min(xs), max(xs)
    span = (last - first) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        right = _LEFT + (x - first) / span * (_WIDTH - _LEFT - _RIGHT)
        return round(right, 1), round(_HEIGHT - _BOTTOM - y / y_most * (_HEIGHT - _TOP - _BOTTOM), 1)

    parts = []
    for value in _ticks(0.0, y_most, whole):
        (left, y), (right, _) = at(first, value), at(first + span, value)
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        label = f"{value:g}" if whole or y_most > 1 else number(value)
        parts.append(f'<text class="soft" x="{left - 7}" y="{y + 4}" text-anchor="end">{label}</text>')
    for value in _ticks(first, last, whole):
        x, y = at(value, 0.0)
        parts.append(f'<text class="soft" x="{x}" y="{y + 18}" text-anchor="middle">{_short(value)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text class="soft" x="{middle}" y="{_HEIGHT - 4}" text-anchor="middle">{escape(x_name)}</text>'
    )
    parts += [_drawn(line, at) for line in lines]
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(y_name)} over {escape(x_name)}">{"".join(parts)}</svg>'
    )


def _drawn(line: Line, at) -> str:  # noqa: ANN001  (the chart's own scale)
    band = ""
    if line.low is not None and line.high is not None:
        x = [point[0] for point in line.points]
        edge = [at(*p) for p in zip(x, line.high, strict=True)]
        edge += reversed([at(*p) for p in zip(x, line.low, strict=True)])
        band = f'<polygon class="band c{line.colour}" points="{_path(edge)}"/>'
    places = [at(*point) for point in line.points]
    dots = ""
    if len(places) < 30:
        dots = "".join(f'<circle class="dot c{line.colour}" cx="{x}" cy="{y}" r="2.6"/>' for x, y in places)
    name = f"<title>{escape(line.name)}</title>"
    return f'<g>{name}{band}<polyline class="line c{line.colour}" points="{_path(places)}"/>{dots}</g>'


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _ticks(low: float, high: float, whole: bool) -> list[float]:
    """About five round values from `low` to `high`."""
    if high <= low:
        return [low]
    rough = (high - low) / 5
    size = 10.0 ** len(str(int(rough))) / 10 if rough >= 1 else 0.1
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.9)
    step = max(1.0, float(round(step))) if whole else step
    begin = step * -(-low // step)
    return [round(begin + step * n, 6) for n in range(int((high - begin) / step + 1e-6) + 1)]


def _short(value: float) -> str:
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
