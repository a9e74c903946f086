"""The one-page summary of a demonstration: one HTML file that needs nothing else."""

import base64
import io
from dataclasses import dataclass
from html import escape

import numpy as np

from legion_ros.cli.demo_story import DONE, NOT_DONE, Step

__all__ = ["Summary", "page"]

LARGEST_VIDEO = 24 << 20  # bytes: a larger one stays beside the page

STYLE = """
:root { --ink: #1c2330; --soft: #667085; --line: #e4e7ec; --ground: #fff; --panel: #f7f8fa;
  --good: #12805c; --bad: #b42318; --bar: #3b6fd4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #98a2b3; --line: #2c3442;
  --ground: #12161d; --panel: #1a202a; --good: #4cc38a; --bad: #f97066; --bar: #6d9bf1; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 62rem; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; margin: 0 }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .6rem }
.verdict { font-weight: 600; margin: .2rem 0 1.4rem } .good { color: var(--good) } .bad { color: var(--bad) }
.soft { color: var(--soft) } figure { margin: 0 } figcaption { color: var(--soft); font-size: .85rem }
video, img { width: 100%; border-radius: .5rem; display: block; background: var(--panel) }
.film { display: grid; grid-template-columns: 2fr 1fr; gap: 1rem }
.film .pair { display: grid; gap: .6rem; align-content: start }
@media (max-width: 42rem) { .film { grid-template-columns: 1fr } }
table { border-collapse: collapse; width: 100%; font-size: .93rem }
th { text-align: left; font-weight: 500; color: var(--soft) }
th, td { padding: .38rem .7rem .38rem 0; border-bottom: 1px solid var(--line) }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.bar { width: 38%; min-width: 8rem }
.track { position: relative; height: .7rem; background: var(--panel) }
.track i { position: absolute; top: 0; bottom: 0; min-width: 2px; background: var(--bar);
  border-radius: .2rem }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .45em;
  border: 1px solid var(--line); vertical-align: -.05em }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem }
dl { margin: 0 }
dl div { background: var(--panel); border-radius: .5rem; padding: .6rem .8rem }
dt { color: var(--soft); font-size: .83rem } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere }
pre { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem; white-space: pre-wrap; margin: 0 }
"""


@dataclass(frozen=True)
class Thing:
    """An object: where it was, and where it ended up."""

    name: str
    color: str
    before: str
    after: str


@dataclass(frozen=True)
class Summary:
    """All that the page tells."""

    instruction: str
    success: bool
    verdict: str  # in a sentence
    steps: list[Step]
    duration: float  # s, simulated
    things: list[Thing]
    figures: dict[str, str]  # what was measured, in words
    command: str  # that does it again
    video: bytes | None  # mp4
    video_name: str  # of the file beside the page
    pictures: list[tuple[str, np.ndarray]]  # caption and (height, width, 3) uint8


def page(summary: Summary) -> str:
    """The HTML."""
    s = summary
    tone = "good" if s.success else "bad"
    body = [
        f"<h1>&ldquo;{escape(s.instruction)}&rdquo;</h1>",
        f'<p class="verdict {tone}">{escape(s.verdict)}</p>',
        _film(s),
        "<h2>What it did</h2>",
        _steps(s.steps, s.duration) if s.steps else '<p class="soft">Nothing: there was no plan.</p>',
        "<h2>What was on the table</h2>" if s.things else "",
        _things(s.things) if s.things else "",
        "<h2>Figures</h2>",
        "<dl>"
        + "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in s.figures.items()),
        "</dl><h2>Do it again</h2>",
        f"<pre>{escape(s.command)}</pre>",
    ]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>legion: {escape(s.instruction)}</title><style>{STYLE}</style></head><body>"
    )
    return head + "\n".join(body) + "</body></html>\n"


def _film(s: Summary) -> str:
    if s.video is None:
        return '<p class="soft">No picture came from the camera.</p>'
    small = len(s.video) <= LARGEST_VIDEO
    source = _data_url("video/mp4", s.video) if small else escape(s.video_name)
    stills = "".join(
        f'<figure><img alt="{escape(caption)}" src="{_png(pixels)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, pixels in s.pictures
    )
    poster = f' poster="{_png(s.pictures[0][1])}"' if s.pictures else ""
    video = f'<video controls muted loop playsinline{poster} src="{source}"></video>'
    return f'<div class="film"><figure>{video}</figure><div class="pair">{stills}</div></div>'


def _steps(steps: list[Step], duration: float) -> str:
    rows = "".join(_row(number, step, duration) for number, step in enumerate(steps, 1))
    times = '<th class="number">from</th><th class="number">took</th>'
    head = f"<tr><th></th><th>skill</th><th></th>{times}<th></th></tr>"
    return f"<table>{head}{rows}</table>"


def _row(number: int, step: Step, duration: float) -> str:
    """A step with its place on the time axis; one that was not begun has none."""
    start = f'<tr><td class="soft">{number}</td><td>{escape(step.skill)}</td>'
    if step.outcome not in (DONE, NOT_DONE):
        return start + '<td class="soft">not begun</td><td></td><td></td><td></td></tr>'
    took = step.end - step.start
    left, width = 100 * step.start / duration, 100 * took / duration
    return (
        f'{start}<td class="{"good" if step.outcome == DONE else "bad"}">{step.outcome}</td>'
        f'<td class="number">{step.start:.1f} s</td><td class="number">{took:.1f} s</td><td class="bar">'
        f'<div class="track"><i style="left:{left:.1f}%;width:{width:.1f}%"></i></div></td></tr>'
    )


def _things(things: list[Thing]) -> str:
    rows = "".join(
        f'<tr><td><span class="swatch" style="background:{escape(t.color)}"></span>{escape(t.name)}</td>'
        f"<td>{escape(t.before)}</td><td>{escape(t.after)}</td></tr>"
        for t in things
    )
    return f"<table><tr><th>object</th><th>before</th><th>after</th></tr>{rows}</table>"


def _png(pixels: np.ndarray) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return _data_url("image/png", file.getvalue())


def _data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
