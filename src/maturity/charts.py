"""Charts: arrays in, SVG text out. matplotlib draws the frame of a chart once, the values are placed into it.

The frame is everything that does not depend on an enterprise: axes, rings, labels, legend. It is drawn once for each
set of labels (so once per model, profile and language) and kept. An enterprise's polygon, bars or cells are then plain
SVG at coordinates that the axes' own transform gives: thousands a second, and what matplotlib itself would have drawn.

Every picture has a title and an `aria-label`, real text in the reader's own font, no ids (so that any number of them
fit into one page), and no reference to anything outside. Shapes differ in line and lightness, not in hue alone: they
survive grey printing and colour blindness.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from io import StringIO
from itertools import cycle
from math import ceil, isnan
from typing import Any, Final, Literal, NamedTuple, TypeVar

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from numpy.typing import NDArray

from maturity import fonts

Floats = NDArray[np.float64]
Style = Literal["certain", "possible", "most", "median", "mark"]
"""What an outline of a radar is: for certain, possible at best, the most that can be reached, the median of a group, a
mark to be reached."""

Align = Literal["left", "center", "right"]

FONT_STACK: Final = "'Microsoft YaHei','PingFang SC','Noto Sans CJK SC','Maturity Sans SC',sans-serif"
"""What text is written in: a font of the reader's system; ours where it is installed or handed to a renderer."""

WHITE: Final = "#ffffff"
INK: Final = "#1c2733"
MUTED: Final = "#5b6673"
LINE: Final = "#c6cdd5"
DEEP: Final = "#1d4a75"
AMBER: Final = "#a85400"
# From white to a pale blue below the mark, from a mid to a deep blue from the mark on: the step at the mark is visible
# in grey as well, where the text turns white.
_BELOW: Final = ("#ffffff", "#cddcec")
_MET: Final = ("#44719f", "#163a5f")

_POLYGON: Final[Mapping[Style, str]] = {
    "most": f'fill="{MUTED}" fill-opacity="0.1" stroke="#98a2ad" stroke-width="0.8"',  # the rings show through
    "median": f'fill="none" stroke="{MUTED}" stroke-width="1.3" stroke-dasharray="1.5 2.5"',
    "possible": f'fill="none" stroke="{AMBER}" stroke-width="1.5" stroke-dasharray="5 3"',
    "certain": f'fill="{DEEP}" fill-opacity="0.26" stroke="{DEEP}" stroke-width="2"',
    "mark": f'fill="none" stroke="{INK}" stroke-width="1.2" stroke-dasharray="10.8 3.6 2.4 3.6"',
}

LAYER: Final = "<!--layer-->"
"""Stands in a picture before each of its layers: those of the frame are the same from one picture to the next, so that
a program that remembers what it has read need not read them again."""

_TEXT: Final = 12.0  # px; labels
_SMALL: Final = 10.0  # px; ring and column captions
_LEADING: Final = 1.25  # distance of two lines in units of the text size
_MOST_TICKS: Final = 10  # 15 px apart on a radar, whose numbers are 10 px high
_KEPT: Final = 64  # frames; a run needs about ten, and a service that is asked for ever other labels stays small
# Fonts of a reader's system run up to this much wider than the one that is measured with (YaHei's and Arial's Latin).
_SLACK: Final = 1.06


@dataclass(frozen=True, slots=True)
class Series:
    """One outline of a radar.

    Attributes:
        name: what the legend calls it.
        values: (k,) float, from the centre outwards; NaN where the axis does not apply.
        style: how it is drawn; series are drawn in the order given.
    """

    name: str
    values: Floats
    style: Style


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


def radar(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    top: float,
    title: str,
    step: float = 1.0,
    mark: float | None = None,
    mark_label: str = "",
) -> str:
    """A radar: one axis for each label, clockwise from the top, 0 at the centre, ``top`` at the rim.

    An axis on which the last series is NaN is marked "—" at its rim; outlines pass it by.

    Args:
        labels: (k,) names of the axes, k >= 3; long ones are broken into lines.
        series: one or more, drawn in this order, each (k,).
        top: value at the rim.
        title: what the picture shows, for those who cannot see it.
        step: there is a ring at every multiple of it, as far as they can be told apart (`ticks`).
        mark: a dashed ring of its own, which the legend calls ``mark_label``.

    >>> radar(["a", "b", "c"], [Series("now", np.array([1.0, 2.0, 3.0]), "certain")], top=5, title="T")[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    legend = [(one.name, one.style) for one in series]
    if mark is not None:
        legend.append((mark_label, "mark"))
    frame = _radar_frame(tuple(labels), top, step)
    key, below = _key(tuple(legend), frame) if len(legend) > 1 else ("", 0.0)
    parts = [_outline(frame, one.style, np.asarray(one.values, np.float64).tobytes()) for one in series]
    away = np.isnan(series[-1].values)
    if away.any():
        rim = frame.place(np.column_stack((axis_angles(len(labels))[away], np.full(away.sum(), float(top)))))
        parts.extend(_dash(x, y) for x, y in rim.tolist())
    if mark is not None:
        key = _ring(frame, mark) + key
    return frame.filled("".join(parts), key, title=title, below=below)


def _ring(frame: Frame, mark: float) -> str:
    """The mark of a radar: a circle, as the rings of its frame."""
    (x, y), (_, rim) = frame.place(np.array([[0.0, 0.0], [0.0, mark]])).tolist()
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{y - rim:.2f}" {_POLYGON["mark"]}/>'


@lru_cache(_KEPT)
def _key(legend: Sequence[tuple[str, Style]], frame: Frame) -> tuple[str, float]:
    """The legend of a radar, in rows below the frame, and how much room it takes, px."""
    rows = _legend(legend, frame.width - 20)
    parts = []
    for number, entries in enumerate(rows):
        y = frame.height + 14 + 22 * number
        for left, name, style in entries:
            if style in ("mark", "median"):  # too finely dashed to go around so small a corner
                sample = f'<path d="M{10 + left:.2f} {y - 4:.2f}h22"'
            else:
                sample = f'<rect x="{10 + left:.2f}" y="{y - 9:.2f}" width="20" height="10"'
            text = f'<text x="{38 + left:.2f}" y="{y:.2f}" font-size="{_TEXT:g}" fill="{MUTED}">{escape(name)}</text>'
            parts.append(f"{sample} {_POLYGON[style]}/>{text}")
    return "".join(parts), 22.0 * len(rows)


@lru_cache(256)  # the enterprises of a group share its median, and most of them the most there is
def _outline(frame: Frame, style: Style, values: bytes) -> str:
    """One outline of a radar; ``values`` are the bytes of (k,) float, by which it is known again."""
    reach = np.frombuffer(values)
    here = ~np.isnan(reach)
    points = frame.place(np.column_stack((axis_angles(len(reach))[here], reach[here])))
    outline = f'<polygon points="{_points(points)}" {_POLYGON[style]}/>'
    if style == "certain":
        outline += f'<g fill="{DEEP}">{"".join(_dot(x, y) for x, y in points.tolist())}</g>'
    return outline


def level_bars(
    labels: Sequence[str],
    scores: Floats,
    met: Sequence[bool],
    *,
    mark: float,
    mark_label: str,
    shown: Sequence[str],
    title: str,
    possible: Floats | None = None,
) -> str:
    """One bar for each level, the lowest on top, with the pass mark across; a met level's is dark, an unmet one's pale.

    Args:
        labels: (L,) names of the levels.
        scores: (L,) float, 0 to 1; NaN where there is none, and no bar.
        met: (L,) whether each level is met.
        mark: the pass mark, 0 to 1.
        mark_label: what stands over it.
        shown: (L,) what stands at the end of each line.
        title: what the picture shows.
        possible: (L,) float; the score at best, drawn as a dashed outline where it is higher.
    """
    frame = _bars_frame(tuple(labels), _room(shown), mark, mark_label)
    rows = np.arange(len(labels), dtype=np.float64)
    bars = _rectangles(frame, scores, rows)
    best = bars if possible is None else _rectangles(frame, possible, rows)
    beside = frame.place(np.column_stack((np.ones(len(rows)), rows))).tolist()
    parts = []
    for row, (x, y) in enumerate(beside):
        if possible is not None and possible[row] > scores[row]:
            parts.append(
                f'<rect {best[row]} fill="#fff" stroke="{AMBER}" stroke-width="1.2" stroke-dasharray="4 2.5"/>'
            )
        if not isnan(scores[row]):
            fill = _MET[1] if met[row] else "#a9c1da"
            parts.append(f'<rect {bars[row]} fill="{fill}" stroke="{DEEP}" stroke-width="0.8"/>')
        look = f'font-size="{_TEXT:g}" fill="{INK}"' + (' font-weight="700"' if met[row] else "")
        parts.append(f'<text x="{x + 10:.2f}" y="{y + 4.3:.2f}" {look}>{escape(shown[row])}</text>')
    return frame.filled("".join(parts), title=title)


def _rectangles(frame: Frame, lengths: Floats, rows: Floats) -> list[str]:
    """Where the bars of some lengths in some rows lie, placed all at once: a call of numpy takes as long as a bar."""
    starts = frame.place(np.column_stack((np.zeros(len(rows)), rows - 0.32))).tolist()
    ends = frame.place(np.column_stack((lengths, rows + 0.32))).tolist()
    return [
        f'x="{x:.2f}" y="{y:.2f}" width="{x2 - x:.2f}" height="{y2 - y:.2f}"'
        for (x, y), (x2, y2) in zip(starts, ends, strict=True)
    ]


def heat_map(
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    values: Floats,
    *,
    mark: float,
    title: str,
    shown: Sequence[Sequence[tuple[str, str]]],
    groups: Sequence[int] = (),
) -> str:
    """A field of cells, k rows by L columns: the darker, the higher; from the mark on the text is white.

    Args:
        rows: (k,) labels.
        columns: (L,) a short head and a caption below it.
        values: (k, L) float, 0 to 1; NaN: the cell has no score.
        mark: where the shade jumps.
        title: what the picture shows.
        shown: for each cell its text, and a second, smaller one below it or ``""``.
        groups: indices of the rows that begin a new group; a rule is drawn above them.
    """
    frame = _field_frame(tuple(rows), tuple(columns), tuple(groups))
    parts = [f'<g font-size="{_SMALL + 1:g}" text-anchor="middle">']
    for places, line, texts in zip(_cells(frame, *values.shape), values.tolist(), shown, strict=True):
        for place, value, (first, second) in zip(places, line, texts, strict=True):
            fill, ink = shade(value, mark)
            if second:
                look = f'" fill="{ink}" font-size="8.5">{_escaped(second)}</text>'
                parts += (place.field, fill, place.upper, ink, '">', _escaped(first), place.lower, look)
            else:
                parts += (place.field, fill, place.middle, ink, '">', _escaped(first), "</text>")
    return frame.filled("".join(parts) + "</g>", title=title)


class _Cell(NamedTuple):
    """The SVG of a cell of a heat map, split where fill, ink and text go: one text in the middle, or two."""

    field: str
    middle: str
    upper: str
    lower: str


@lru_cache(_KEPT)
def _cells(frame: Frame, k: int, wide: int) -> Sequence[Sequence[_Cell]]:
    """The cells of a field, row by row: where they lie is the same for every enterprise."""
    row, column = (axis.ravel() for axis in np.mgrid[0:k, 0:wide])
    corners = frame.place(np.column_stack((column, row)).astype(np.float64)).reshape(k, wide, 2).tolist()
    (left, upper), (right, lower) = frame.place(np.array([[0.0, 0.0], [1.0, 1.0]])).tolist()
    width, height = right - left, lower - upper

    def cell(x: float, y: float) -> _Cell:
        text, middle = f'<text x="{x + width / 2:.2f}" y="', y + height / 2
        return _Cell(
            field=f'<path d="M{x:.2f} {y:.2f}h{width:.2f}v{height:.2f}h{-width:.2f}z" fill="',
            middle=f'"/>{text}{middle + 4.0:.2f}" fill="',
            upper=f'"/>{text}{middle - 0.5:.2f}" fill="',
            lower=f"</text>{text}{middle - 0.5 + 10:.2f}",
        )

    return [[cell(x, y) for x, y in line] for line in corners]


_escaped = lru_cache(4096)(escape)
"""Figures repeat from cell to cell and from one enterprise to the next."""


def tally(labels: Sequence[str], counts: Sequence[int], *, shown: Sequence[str], title: str) -> str:
    """A bar for each label, as long as its count is to the largest one.

    Args:
        labels: (m,) what is counted.
        counts: (m,) from 0.
        shown: (m,) what stands at the end of each bar.
        title: what the picture shows.
    """
    most = max(1, *counts)
    frame = _rows_frame(tuple(labels), 1.0, (), _room(shown) + 14, ())
    parts = []
    for row, count in enumerate(counts):
        bar = _rectangle(frame, 0.0, row - 0.3, count / most, row + 0.3)
        (x, y), *_ = frame.place(np.array([[count / most, float(row)]])).tolist()
        parts.append(f'<rect {bar} fill="{_MET[0]}" stroke="{DEEP}" stroke-width="0.8"/>')
        look = f'font-size="{_TEXT:g}" fill="{INK}"'
        parts.append(f'<text x="{x + 8:.2f}" y="{y + 4.3:.2f}" {look}>{escape(shown[row])}</text>')
    return frame.filled("".join(parts), title=title)


def stacked(labels: Sequence[str], parts: Sequence[str], counts: NDArray[np.integer[Any]], *, title: str) -> str:
    """A bar of equal length for each group, divided by what its members are; from light to dark in the order of parts.

    A part that is wide enough carries its count.

    Args:
        labels: (m,) names of the groups.
        parts: (p,) what members are.
        counts: (m, p) how many.
        title: what the picture shows.
    """
    shades = [_shade_of(part, len(parts)) for part in range(len(parts))]
    keys = tuple(zip(parts, (fill for fill, _ in shades), strict=True))
    frame = _rows_frame(tuple(labels), 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), 24.0, keys)
    drawn = []
    for row, line in enumerate(counts.tolist()):
        before, whole = 0, max(1, sum(line))
        for (fill, ink), count in zip(shades, line, strict=True):
            if not count:
                continue
            (x, y), (x2, y2) = frame.place(
                np.array([[before / whole, row - 0.3], [(before + count) / whole, row + 0.3]])
            ).tolist()
            bar = f'x="{x:.2f}" y="{y:.2f}" width="{x2 - x:.2f}" height="{y2 - y:.2f}"'
            drawn.append(f'<rect {bar} fill="{fill}" stroke="{DEEP}" stroke-width="0.8"/>')
            if x2 - x > 7.0 * len(str(count)) + 4:
                look = f'font-size="{_SMALL + 1:g}" fill="{ink}" text-anchor="middle"'
                drawn.append(f'<text x="{(x + x2) / 2:.2f}" y="{(y + y2) / 2 + 4:.2f}" {look}>{count}</text>')
            before += count
    return frame.filled("".join(drawn), title=title)


def ranges(labels: Sequence[str], spreads: Floats, most: Floats, *, top: int, title: str) -> str:
    """For each label a bar from the lower to the upper quartile, a line across it at the median.

    Args:
        labels: (m,) names.
        spreads: (m, 3) lower quartile, median and upper quartile, 0 to ``top``; NaN where there are none.
        most: (m,) the most that can be reached, drawn as a pale track.
        top: value at the right end; there is a line at every whole number, as far as there is room (`ticks`).
        title: what the picture shows.
    """
    frame = _rows_frame(tuple(labels), float(top), (0.0, *ticks(top, 1.0)), 14.0, (), narrow=True)
    parts = []
    for row, ((lower, median, upper), end) in enumerate(zip(spreads.tolist(), most.tolist(), strict=True)):
        track = _rectangle(frame, 0.0, row - 0.14, end, row + 0.14)
        parts.append(f'<rect {track} fill="#eef1f4" stroke="#98a2ad" stroke-width="0.6"/>')
        if median != median:
            continue
        box = _rectangle(frame, lower, row - 0.28, upper, row + 0.28)
        parts.append(f'<rect {box} fill="#a9c1da" stroke="{DEEP}" stroke-width="0.9"/>')
        (x, y), (_, y2) = frame.place(np.array([[median, row - 0.4], [median, row + 0.4]])).tolist()
        parts.append(f'<path d="M{x:.2f} {y:.2f}V{y2:.2f}" stroke="{_MET[1]}" stroke-width="3.2"/>')
    return frame.filled("".join(parts), title=title)


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
    half = max(max(abs(box.left), abs(box.right)) for box in boxes) + 6
    above = max(box.top for box in boxes) + 6
    below = -min(box.bottom for box in boxes) + 8
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
        _write(figure, x, y - _SMALL * 0.36, f"{ring:g}", "center", size=_SMALL, color=MUTED, halo=True)
    for box in boxes:
        for number, line in enumerate(box.lines):
            baseline = box.top - _TEXT * (0.88 + _LEADING * number)
            _write(figure, half + box.anchor, below + baseline, line, box.align)
    return figure, axes


def bars_axes(labels: Sequence[str], room: float, mark: float, mark_label: str) -> tuple[Figure, Axes]:
    """matplotlib's empty level bars: names on the left, a scale below, the pass mark, ``room`` px on the right."""
    lines = [lines_of(label, 18) for label in labels]
    left = max(_width(line) for name in lines for line in name) + 14
    pitch, plot = 38.0, 300.0
    width, height = left + plot + 14 + room, 26 + pitch * len(labels) + 24
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    axes = figure.add_axes((left / width, 24 / height, plot / width, pitch * len(labels) / height))
    axes.set_xlim(0, 1)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_axis_off()
    for tick in np.linspace(0, 1, 6):
        axes.plot([tick, tick], [-0.5, len(labels) - 0.5], color=LINE, linewidth=0.7, clip_on=False, zorder=1)
        _write(figure, left + tick * plot, 8, f"{tick:.1f}", "center", size=_SMALL, color=MUTED)
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
    _write(figure, left + mark * plot, height - 18, mark_label, "center", color=INK)
    for row, name in enumerate(lines):
        middle = height - 26 - pitch * (row + 0.5)
        for number, line in enumerate(name):
            baseline = middle + _TEXT * (_LEADING * (len(name) / 2 - number) - 0.88 - (_LEADING - 1.24) / 2)
            _write(figure, left - 10, baseline, line, "right")
    return figure, axes


def field_axes(rows: Sequence[str], columns: Sequence[tuple[str, str]], groups: Sequence[int]) -> tuple[Figure, Axes]:
    """matplotlib's empty field: row names on the left, column heads above, thin lines between the cells."""
    lines = [lines_of(row, 26) for row in rows]
    left = max(_width(line) for name in lines for line in name) + 12
    cell = max(46.0, *(_width(caption, _SMALL) + 6 for _, caption in columns))
    pitch, head = max(28.0, 4 + (_SMALL + 0.5) * _LEADING * max(map(len, lines))), 38.0
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
        _write(figure, middle, height - 15, short, "center", bold=True)
        _write(figure, middle, height - 30, caption, "center", size=_SMALL, color=MUTED)
    for row, name in enumerate(lines):
        middle = height - head - pitch * (row + 0.5)
        for number, line in enumerate(name):
            size = _TEXT if len(name) == 1 else _SMALL + 0.5
            baseline = middle + size * (_LEADING * (len(name) / 2 - number) - 0.88 - (_LEADING - 1.24) / 2)
            _write(figure, left - 8, baseline, line, "right", size=size)
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
    left = max(_width(line) for name in lines for line in name) + 14
    pitch, plot = max(27.0 if narrow else 34.0, 5 + _TEXT * _LEADING * max(map(len, lines))), 330.0
    key_rows = _legend(keys, left + plot + room - 20)
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
            _write(figure, left + tick / top * plot, 8, written, "center", size=_SMALL, color=MUTED)
    axes.plot([], [], gid=_SLOT, zorder=2)
    for row, name in enumerate(lines):
        middle = height - above - pitch * (row + 0.5)
        for number, line in enumerate(name):
            baseline = middle + _TEXT * (_LEADING * (len(name) / 2 - number) - 0.88 - (_LEADING - 1.24) / 2)
            _write(figure, left - 10, baseline, line, "right")
    for number, entries in enumerate(key_rows):
        for at, key, fill in entries:
            baseline = height - 18 - 22 * number
            _write(figure, 10 + at + 28, baseline, key, "left", color=MUTED)
            place = ((10 + at) / width, (baseline - 1) / height)
            swatch = Rectangle(place, 20 / width, 10 / height, facecolor=fill, edgecolor=DEEP, linewidth=0.8)
            figure.add_artist(swatch)
    return figure, axes


_SLOT: Final = "values"
_HALO: Final = "halo"
_RADIUS: Final = 150.0  # px; of a radar


@lru_cache(_KEPT)
def _radar_frame(labels: tuple[str, ...], top: float, step: float) -> Frame:
    return _drawn(lambda: radar_axes(labels, top, step))


@lru_cache(_KEPT)
def _bars_frame(labels: tuple[str, ...], room: float, mark: float, mark_label: str) -> Frame:
    return _drawn(lambda: bars_axes(labels, room, mark, mark_label))


@lru_cache(_KEPT)
def _field_frame(rows: tuple[str, ...], columns: tuple[tuple[str, str], ...], groups: tuple[int, ...]) -> Frame:
    return _drawn(lambda: field_axes(rows, columns, groups))


@lru_cache(_KEPT)
def _rows_frame(
    labels: tuple[str, ...],
    top: float,
    ticks: tuple[float, ...],
    room: float,
    keys: tuple[tuple[str, str], ...],
    narrow: bool = False,
) -> Frame:
    return _drawn(lambda: rows_axes(labels, top, ticks, room, keys, narrow))


def forget_frames() -> None:
    """Drop the frames that are kept, and what was placed in them; they are drawn anew when they are next needed."""
    for kept in (_radar_frame, _bars_frame, _field_frame, _rows_frame, _key, _outline, _cells):
        kept.cache_clear()


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
        rf'<g id="{_HALO}[^"]*">\s*<text ', '<g><text paint-order="stroke" stroke="#fff" stroke-width="3" ', svg
    )
    svg = re.sub(r'\s+id="[^"]*"', "", svg)
    svg = re.sub(r"font-family:[^;]*;\s*", "", svg)
    svg = re.sub(r' transform="rotate\(-?0 [^)]*\)"', "", svg)
    svg = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", svg)
    # Groups carry nothing any more; what a group of one line break separates may stand together.
    svg = re.sub(r"</?g>", "", svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


@contextmanager
def style() -> Iterator[None]:
    """matplotlib's own defaults, whatever the user's matplotlibrc says, with text kept as text and steady ids."""
    _our_fonts()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "maturity",
                "font.family": [fonts.FAMILY, "DejaVu Sans"],
                "font.size": _TEXT,
            }
        )
        yield


@cache
def _our_fonts() -> None:
    """Make the font that we bring along known to matplotlib, which measures labels with it."""
    for path in fonts.paths():
        font_manager.fontManager.addfont(path)


@lru_cache(4096)
def _width(text: str, size: float = _TEXT) -> float:
    """How wide a line of text is at most, px."""
    _our_fonts()
    font = font_manager.FontProperties(family=[fonts.FAMILY, "DejaVu Sans"], size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) * _SLACK


def lines_of(text: str, most: int) -> list[str]:
    """A label in as few lines as fit ``most`` half-width characters each, broken evenly: at blanks, or within Chinese.

    >>> lines_of("Safety and environmental protection", 14), lines_of("安全环保", 14)
    (['Safety and', 'environmental', 'protection'], ['安全环保'])
    """
    pieces = re.findall(r"[\u2e80-\uffef][、，。）)]?|[^\s\u2e80-\uffef]+\s*|\s+", text) or [""]
    sizes = [sum(2 if character > "\u2e7f" else 1 for character in piece) for piece in pieces]
    count = max(1, -(-sum(sizes) // most))
    while True:
        narrow = _filled(pieces, sizes, max(-(-sum(sizes) // count), *sizes))
        if len(narrow) <= count:
            return narrow
        wide = _filled(pieces, sizes, most)
        if len(wide) <= count:
            return wide
        count += 1


def _filled(pieces: Sequence[str], sizes: Sequence[int], most: int) -> list[str]:
    lines, room = [""], most
    for piece, size in zip(pieces, sizes, strict=True):
        if lines[-1] and size - (len(piece) - len(piece.rstrip())) > room:
            lines, room = [*lines, ""], most
        lines[-1] += piece
        room -= size
    return [line.strip() for line in lines]


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
    width, height = max(map(_width, lines)), _TEXT * _LEADING * len(lines)
    align: Align = "center" if abs(sine) < 0.1 else "left" if sine > 0 else "right"
    anchor, middle = radius * sine, radius * cosine + cosine * height / 2
    left = anchor - {"center": width / 2, "left": 0.0, "right": width}[align]
    return _Box(lines, align, anchor, left, left + width, middle - height / 2, middle + height / 2)


Look = TypeVar("Look", bound=str)


def _legend(entries: Sequence[tuple[str, Look]], room: float) -> list[list[tuple[float, str, Look]]]:
    """The legend's entries in rows that fit, each row centred: distance from the left, name, style or fill."""
    rows: list[list[tuple[float, str, Look]]] = []
    at = room + 1
    for name, style in entries:
        wide = 28 + _width(name)
        if at > 0 and at + wide > room:
            rows, at = [*rows, []], 0.0
        rows[-1].append((at, name, style))
        at += wide + 18
    spare = [(room - row[-1][0] - 28 - _width(row[-1][1])) / 2 for row in rows]
    return [[(left + max(0.0, shift), *rest) for left, *rest in row] for row, shift in zip(rows, spare, strict=True)]  # type: ignore[misc]


def _write(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    align: Align,
    *,
    size: float = _TEXT,
    color: str = INK,
    bold: bool = False,
    halo: bool = False,
) -> None:
    """One line of text at px of the figure. Lines are placed one by one: each is aligned by the reader's own font."""
    width, height = figure.get_size_inches() * 72
    figure.text(
        x / width,
        y / height,
        text,
        ha=align,
        va="baseline",
        fontsize=size,
        color=color,
        fontweight="bold" if bold else "normal",
        parse_math=False,
        gid=_HALO if halo else None,
    )


def _points(points: Floats) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points.tolist())


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.4"/>'


def _dash(x: float, y: float) -> str:
    """The sign at an axis that does not apply."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="6.5" fill="#fff" stroke="{MUTED}" stroke-width="0.8"/>'
        f'<path d="M{x - 3:.2f} {y:.2f}h6" stroke="{INK}" stroke-width="1.4"/>'
    )


def _rectangle(frame: Frame, left: float, upper: float, right: float, lower: float) -> str:
    (x, y), (x2, y2) = frame.place(np.array([[left, upper], [right, lower]])).tolist()
    return f'x="{x:.2f}" y="{y:.2f}" width="{x2 - x:.2f}" height="{y2 - y:.2f}"'


def _room(shown: Sequence[str]) -> float:
    """px for figures at the end of bars.

    Every figure counts as wide as 0, and the room grows in steps: so enterprises share a few frames, and few are
    measured.
    """
    return ceil(max(_width(re.sub(r"\d", "0", text)) for text in shown) / 24) * 24.0


def _shade_of(part: int, parts: int) -> tuple[str, str]:
    """Fill and ink of one of some parts, from light to dark."""
    share = part / max(1, parts - 1)
    return _mixed("#f2f5f8", _MET[1], share), INK if share < 0.55 else WHITE


def shade(value: float, mark: float) -> tuple[str, str]:
    """Fill and ink of a cell of a heat map; NaN is a cell without a score."""
    if isnan(value):
        return WHITE, MUTED
    if value < mark:
        return _mixed(*_BELOW, value / mark), INK
    return _mixed(*_MET, (value - mark) / (1 - mark) if mark < 1 else 1.0), WHITE


@cache
def _mixed(light: str, dark: str, share: float) -> str:
    """The colour that lies ``share`` of the way from one to another."""
    ends = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (light, dark)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*ends, strict=True))
