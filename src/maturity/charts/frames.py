"""Charts without data: matplotlib draws each once, split where the values go.

The frame is everything that does not depend on an enterprise: axes, rings, labels, legend. It is drawn once for each
set of labels (so once per model, profile and language) and kept.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import StringIO
from itertools import cycle
from math import ceil
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from maturity import fonts
from maturity.charts.labels import HALO, Align, legend_rows, lines_of, our_fonts, width_of, write
from maturity.charts.looks import DEEP, FONT_STACK, INK, LEADING, LINE, MUTED, SMALL, TEXT

Floats = NDArray[np.float64]

LAYER: Final = "<!--layer-->"
"""Stands in a picture before each of its layers: those of the frame are the same from one picture to the next, so that
a program that remembers what it has read need not read them again."""

_MOST_TICKS: Final = 10  # 15 px apart on a radar, whose numbers are 10 px high
KEPT: Final = 64  # frames; a run needs about ten, and a service that is asked for ever other labels stays small
_SLOT: Final = "values"
_RADIUS: Final = 150.0  # px; of a radar


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A chart without data, split where the values go.

    Attributes:
        width, height: px.
        before, after: SVG under and over the values.
        place: data coordinates (m, 2) -> SVG coordinates (m, 2), by the axes' own transform.
    """

    width: float
    height: float
    before: str
    after: str
    place: Callable[[Floats], Floats]

    def filled(self, *layers: str, title: str, below: float = 0.0) -> str:
        """The whole picture, with the values placed into it, and ``below`` it room for something more, px.

        What is the enterprise's own stands in ``role`` and behind it, and in the title.
        """
        height = self.height + below
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {height:g}" width="{self.width:g}" '
            f'height="{height:g}" font-family="{FONT_STACK}" stroke-linejoin="round" role="img" '
            f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
            f"{''.join(LAYER + layer for layer in (self.before, *layers, self.after))}</svg>"
        )


def ticks(top: float, step: float) -> list[float]:
    """Where a scale from 0 has its lines: at each step up to ``top``, which has one in any case.

    Where that would be more than ten, at each 2, 5, 10, 20 ... steps; one that would run into the last is left out.

    >>> ticks(5, 1.0), ticks(38, 1.0), ticks(21, 1.0)
    ([1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 38.0], [5.0, 10.0, 15.0, 21.0])
    """
    wide = step
    for more in cycle((2, 2.5, 2)):
        if top / wide < _MOST_TICKS + 0.5:
            break
        wide *= more
    return [*(wide * number for number in range(1, ceil(top / wide - 0.5))), float(top)]


def axis_angles(k: int) -> Floats:
    """(k,) angle of each axis of a radar in radians, clockwise from the top."""
    return np.linspace(0.0, 2 * np.pi, k, endpoint=False, dtype=np.float64)


def radar_axes(labels: Sequence[str], top: float, step: float = 1.0) -> tuple[Figure, Axes]:
    """matplotlib's empty radar: rings, spokes, and labels broken into lines."""
    rings = ticks(top, step)
    angles = axis_angles(len(labels))
    boxes = _around(angles, [lines_of(label, 14) for label in labels])
    half = max(_RADIUS, *(max(-box.left, box.right) for box in boxes)) + 6  # three labels leave out a side of the rim
    above = max(box.top for box in boxes) + 6
    below = max(_RADIUS, *(-box.bottom for box in boxes)) + 8
    width, height = 2 * half, above + below
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    place = ((half - _RADIUS) / width, (below - _RADIUS) / height, 2 * _RADIUS / width, 2 * _RADIUS / height)
    axes: Any = figure.add_axes(place, projection="polar")
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(0, top)
    axes.set_axis_off()
    around = np.linspace(0, 2 * np.pi, 91)
    for ring in rings:
        color = MUTED if ring is rings[-1] else LINE
        axes.plot(around, np.full(91, ring), color=color, linewidth=0.7, clip_on=False, zorder=1)
    for angle in angles:
        axes.plot([angle, angle], [0, top], color=LINE, linewidth=0.7, clip_on=False, zorder=1)
    axes.plot([], [], gid=_SLOT, zorder=2)
    for ring in rings:
        # Between the first two spokes, where a polygon's outline is least likely to run along the number.
        x, y = half + np.sin(angles[1] / 2) * _RADIUS * ring / top, below + np.cos(angles[1] / 2) * _RADIUS * ring / top
        write(figure, x, y - SMALL * 0.36, f"{ring:g}", "center", size=SMALL, color=MUTED, halo=True)
    for box in boxes:
        for number, line in enumerate(box.lines):
            baseline = box.top - TEXT * (0.88 + LEADING * number)
            write(figure, half + box.anchor, below + baseline, line, box.align)
    return figure, axes


def bars_axes(labels: Sequence[str], room: float, mark: float, mark_label: str) -> tuple[Figure, Axes]:
    """matplotlib's empty level bars: names on the left, a scale below, the pass mark, ``room`` px on the right."""
    lines = [lines_of(label, 18) for label in labels]
    left = max(width_of(line) for name in lines for line in name) + 14
    pitch, plot = max(38.0, 5 + TEXT * LEADING * max(map(len, lines))), 300.0
    width, height = left + plot + 14 + room, 26 + pitch * len(labels) + 24
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    axes = figure.add_axes((left / width, 24 / height, plot / width, pitch * len(labels) / height))
    axes.set_xlim(0, 1)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_axis_off()
    for tick in np.linspace(0, 1, 6):
        axes.plot([tick, tick], [-0.5, len(labels) - 0.5], color=LINE, linewidth=0.7, clip_on=False, zorder=1)
        write(figure, left + tick * plot, 8, f"{tick:.1f}", "center", size=SMALL, color=MUTED)
    axes.plot([], [], gid=_SLOT, zorder=2)
    axes.plot(
        [mark, mark],
        [-0.5, len(labels) - 0.5],
        color=INK,
        linewidth=1.4,
        linestyle=(0, (4, 2.5)),
        clip_on=False,
        zorder=3,
    )
    write(figure, left + mark * plot, height - 18, mark_label, "center", color=INK)
    for row, name in enumerate(lines):
        middle = height - 26 - pitch * (row + 0.5)
        for number, line in enumerate(name):
            baseline = middle + TEXT * (LEADING * (len(name) / 2 - number) - 0.88 - (LEADING - 1.24) / 2)
            write(figure, left - 10, baseline, line, "right")
    return figure, axes


def field_axes(rows: Sequence[str], columns: Sequence[tuple[str, str]], groups: Sequence[int]) -> tuple[Figure, Axes]:
    """matplotlib's empty field: row names on the left, column heads above, thin lines between the cells."""
    lines = [lines_of(row, 26) for row in rows]
    left = max(width_of(line) for name in lines for line in name) + 12
    cell = max(46.0, *(width_of(caption, SMALL) + 6 for _, caption in columns))
    pitch, head = max(28.0, 4 + (SMALL + 0.5) * LEADING * max(map(len, lines))), 38.0
    width, height = left + cell * len(columns) + 1, head + pitch * len(rows) + 1
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    axes = figure.add_axes((left / width, 1 / height, cell * len(columns) / width, pitch * len(rows) / height))
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_axis_off()
    axes.plot([], [], gid=_SLOT, zorder=2)
    for row in range(len(rows) + 1):
        rule = row in groups or row in (0, len(rows))
        color, thick = (MUTED, 1.0) if rule else (LINE, 0.6)
        axes.plot([0, len(columns)], [row, row], color=color, linewidth=thick, clip_on=False, zorder=3)
    for column in range(len(columns) + 1):
        axes.plot([column, column], [0, len(rows)], color=LINE, linewidth=0.6, clip_on=False, zorder=3)
    for column, (short, caption) in enumerate(columns):
        middle = left + cell * (column + 0.5)
        write(figure, middle, height - 15, short, "center", bold=True)
        write(figure, middle, height - 30, caption, "center", size=SMALL, color=MUTED)
    for row, name in enumerate(lines):
        middle = height - head - pitch * (row + 0.5)
        for number, line in enumerate(name):
            size = TEXT if len(name) == 1 else SMALL + 0.5
            baseline = middle + size * (LEADING * (len(name) / 2 - number) - 0.88 - (LEADING - 1.24) / 2)
            write(figure, left - 8, baseline, line, "right", size=size)
    return figure, axes


def rows_axes(
    labels: Sequence[str],
    top: float,
    ticks: Sequence[float],
    room: float,
    keys: Sequence[tuple[str, str]],
    narrow: bool,
) -> tuple[Figure, Axes]:
    """matplotlib's empty rows: names on the left, a scale below, ``room`` px on the right, a legend above.

    Args:
        labels: names of the rows.
        top: value at the right end.
        ticks: where the scale has lines; shares are written in per cent.
        room: px on the right.
        keys: (name, fill) of the legend.
        narrow: rows stand closer.
    """
    lines = [lines_of(label, 26) for label in labels]
    left = max(width_of(line) for name in lines for line in name) + 14
    pitch, plot = max(27.0 if narrow else 34.0, 5 + TEXT * LEADING * max(map(len, lines))), 330.0
    key_rows = legend_rows(keys, left + plot + room - 20)
    above, below = 10.0 + 22 * len(key_rows), 24.0 if ticks else 8.0
    width, height = left + plot + room, above + pitch * len(labels) + below
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    axes = figure.add_axes((left / width, below / height, plot / width, pitch * len(labels) / height))
    axes.set_xlim(0, top)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_axis_off()
    for tick in ticks or (0.0,):
        axes.plot([tick, tick], [-0.5, len(labels) - 0.5], color=LINE, linewidth=0.7, clip_on=False, zorder=1)
        if ticks:
            written = f"{tick:.0%}" if top == 1 else f"{tick:g}"
            write(figure, left + tick / top * plot, 8, written, "center", size=SMALL, color=MUTED)
    axes.plot([], [], gid=_SLOT, zorder=2)
    for row, name in enumerate(lines):
        middle = height - above - pitch * (row + 0.5)
        for number, line in enumerate(name):
            baseline = middle + TEXT * (LEADING * (len(name) / 2 - number) - 0.88 - (LEADING - 1.24) / 2)
            write(figure, left - 10, baseline, line, "right")
    for number, entries in enumerate(key_rows):
        for at, key, fill in entries:
            baseline = height - 18 - 22 * number
            write(figure, 10 + at + 28, baseline, key, "left", color=MUTED)
            place = ((10 + at) / width, (baseline - 1) / height)
            swatch = Rectangle(place, 20 / width, 10 / height, facecolor=fill, edgecolor=DEEP, linewidth=0.8)
            figure.add_artist(swatch)
    return figure, axes


@lru_cache(KEPT)
def radar_frame(labels: tuple[str, ...], top: float, step: float) -> Frame:
    return _drawn(lambda: radar_axes(labels, top, step))


@lru_cache(KEPT)
def bars_frame(labels: tuple[str, ...], room: float, mark: float, mark_label: str) -> Frame:
    return _drawn(lambda: bars_axes(labels, room, mark, mark_label))


@lru_cache(KEPT)
def field_frame(rows: tuple[str, ...], columns: tuple[tuple[str, str], ...], groups: tuple[int, ...]) -> Frame:
    return _drawn(lambda: field_axes(rows, columns, groups))


@lru_cache(KEPT)
def rows_frame(
    labels: tuple[str, ...],
    top: float,
    ticks: tuple[float, ...],
    room: float,
    keys: tuple[tuple[str, str], ...],
    narrow: bool = False,
) -> Frame:
    return _drawn(lambda: rows_axes(labels, top, ticks, room, keys, narrow))


def _drawn(draw: Callable[[], tuple[Figure, Axes]]) -> Frame:
    """What matplotlib draws, split at the slot for the values."""
    with style():
        figure, axes = draw()
        body = svg_body(figure)
    before, after = re.split(rf'<g id="{_SLOT}"\s*/>|<g id="{_SLOT}">.*?</g>', body, maxsplit=1, flags=re.DOTALL)
    width, height = (float(side) for side in figure.get_size_inches() * 72)
    return Frame(round(width, 2), round(height, 2), _lean(before), _lean(after), _placing(axes, height))


def _placing(axes: Axes, height: float) -> Callable[[Floats], Floats]:
    """Data coordinates -> SVG coordinates: the axes' own transform, turned upside down.

    It is asked for three points, once for a frame: from them follows every other, and much faster for the few points of
    a chart. Upright axes are linear in x and y; polar ones in the radius, and in sine and cosine of the angle.
    """
    to_pixels: Any = axes.transData

    def svg(x: float, y: float) -> Floats:
        right, up = to_pixels.transform((x, y))
        return np.array([right, height - up])

    if axes.name == "polar":
        centre = svg(0.0, 0.0)
        along, across = svg(0.0, 1.0) - centre, svg(np.pi / 2, 1.0) - centre

        def around(data: Floats) -> Floats:
            angle, radius = data[:, :1], data[:, 1:]
            return np.asarray(centre + radius * (np.cos(angle) * along + np.sin(angle) * across))

        return around
    origin = svg(0.0, 0.0)
    matrix = np.array([svg(1.0, 0.0) - origin, svg(0.0, 1.0) - origin])
    return lambda data: np.asarray(data @ matrix + origin)


def svg_body(figure: Figure) -> str:
    """What matplotlib writes between ``<svg>`` and ``</svg>``: no date, no version, the same bytes every time."""
    out = StringIO()
    with style():
        figure.savefig(
            out, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
        )
    text = out.getvalue()
    return text[text.index("<g id=") : text.rindex("</svg>")]


def _lean(svg: str) -> str:
    """Without ids (they would clash in a page of several charts), fonts (the root names them) and needless digits."""
    svg = re.sub(
        rf'<g id="{HALO}[^"]*">\s*<text ', '<g><text paint-order="stroke" stroke="#fff" stroke-width="3" ', svg
    )
    svg = re.sub(r"<[^>]*>", lambda tag: _lean_tag(tag[0]), svg)
    # Groups carry nothing any more; what a group of one line break separates may stand together.
    svg = re.sub(r"</?g>", "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


def _lean_tag(tag: str) -> str:
    """A tag alone: a label may hold a number that has as many digits."""
    tag = re.sub(r'\s+id="[^"]*"', "", tag)
    tag = re.sub(r"font-family:[^;]*;\s*", "", tag)
    tag = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", tag)
    return re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", tag)


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's own defaults, whatever the user's matplotlibrc says, with text kept as text and steady ids."""
    our_fonts()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "maturity",
                "font.family": [fonts.FAMILY, "DejaVu Sans"],
                "font.size": TEXT,
            }
        )
        yield


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a label of a radar stands, px from the centre, y upwards."""

    lines: Sequence[str]
    align: Align
    anchor: float
    left: float
    right: float
    bottom: float
    top: float

    def overlaps(self, other: "_Box") -> bool:
        return (
            self.left < other.right + 4
            and other.left < self.right + 4
            and self.bottom < other.top + 2
            and other.bottom < self.top + 2
        )


def _around(angles: Floats, labels: Sequence[list[str]]) -> list[_Box]:
    """Labels around a circle, each pushed outwards until it is clear of those before it."""
    boxes: list[_Box] = []
    for angle, lines in zip(angles.tolist(), labels, strict=True):
        for away in range(14, 400, 4):
            box = _box(angle, lines, _RADIUS + away)
            if not any(box.overlaps(other) for other in boxes):
                break
        boxes.append(box)
    return boxes


def _box(angle: float, lines: list[str], radius: float) -> _Box:
    sine, cosine = float(np.sin(angle)), float(np.cos(angle))
    width, height = max(map(width_of, lines)), TEXT * LEADING * len(lines)
    align: Align = "center" if abs(sine) < 0.1 else "left" if sine > 0 else "right"
    anchor, middle = radius * sine, radius * cosine + cosine * height / 2
    left = anchor - {"center": width / 2, "left": 0.0, "right": width}[align]
    return _Box(lines, align, anchor, left, left + width, middle - height / 2, middle + height / 2)
