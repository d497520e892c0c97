"""Charts: arrays in, SVG text out. matplotlib draws the frame of a chart once, the values are placed into it.

An enterprise's polygon, bars or cells are plain SVG at coordinates that the transform of the frame's axes gives:
thousands a second, and what matplotlib itself would have drawn.

Every picture has a title and an `aria-label`, real text in the reader's own font, no ids (so that any number of them
fit into one page), and no reference to anything outside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import ceil, isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from maturity.charts.frames import (
    KEPT,
    LAYER,
    Floats,
    Frame,
    axis_angles,
    bars_frame,
    field_frame,
    radar_frame,
    rows_frame,
    ticks,
)
from maturity.charts.labels import legend_rows, width_of
from maturity.charts.looks import AMBER, DEEP, INK, MET, MUTED, POLYGON, SMALL, TEXT, WHITE, Style, shade, shade_of

__all__ = [
    "LAYER",
    "WHITE",
    "Series",
    "Style",
    "forget_frames",
    "heat_map",
    "level_bars",
    "radar",
    "ranges",
    "shade",
    "stacked",
    "tally",
]


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
        step: there is a ring at every multiple of it, as far as they can be told apart (`frames.ticks`).
        mark: a dashed ring of its own, which the legend calls ``mark_label``.

    >>> radar(["a", "b", "c"], [Series("now", np.array([1.0, 2.0, 3.0]), "certain")], top=5, title="T")[:40]
    '<svg xmlns="http://www.w3.org/2000/svg" '
    """
    legend = [(one.name, one.style) for one in series]
    if mark is not None:
        legend.append((mark_label, "mark"))
    frame = radar_frame(tuple(labels), top, step)
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
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{y - rim:.2f}" {POLYGON["mark"]}/>'


@lru_cache(KEPT)
def _key(legend: Sequence[tuple[str, Style]], frame: Frame) -> tuple[str, float]:
    """The legend of a radar, in rows below the frame, and how much room it takes, px."""
    rows = legend_rows(legend, frame.width - 20)
    parts = []
    for number, entries in enumerate(rows):
        y = frame.height + 14 + 22 * number
        for left, name, style in entries:
            if style in ("mark", "median"):  # too finely dashed to go around so small a corner
                sample = f'<path d="M{10 + left:.2f} {y - 4:.2f}h22"'
            else:
                sample = f'<rect x="{10 + left:.2f}" y="{y - 9:.2f}" width="20" height="10"'
            text = f'<text x="{38 + left:.2f}" y="{y:.2f}" font-size="{TEXT:g}" fill="{MUTED}">{escape(name)}</text>'
            parts.append(f"{sample} {POLYGON[style]}/>{text}")
    return "".join(parts), 22.0 * len(rows)


@lru_cache(256)  # the enterprises of a group share its median, and most of them the most there is
def _outline(frame: Frame, style: Style, values: bytes) -> str:
    """One outline of a radar; ``values`` are the bytes of (k,) float, by which it is known again."""
    reach = np.frombuffer(values)
    here = ~np.isnan(reach)
    points = frame.place(np.column_stack((axis_angles(len(reach))[here], reach[here])))
    outline = f'<polygon points="{_points(points)}" {POLYGON[style]}/>'
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
    frame = bars_frame(tuple(labels), _room(shown), mark, mark_label)
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
            fill = MET[1] if met[row] else "#a9c1da"
            parts.append(f'<rect {bars[row]} fill="{fill}" stroke="{DEEP}" stroke-width="0.8"/>')
        look = f'font-size="{TEXT:g}" fill="{INK}"' + (' font-weight="700"' if met[row] else "")
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
    frame = field_frame(tuple(rows), tuple(columns), tuple(groups))
    parts = [f'<g font-size="{SMALL + 1:g}" text-anchor="middle">']
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


@lru_cache(KEPT)
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
    frame = rows_frame(tuple(labels), 1.0, (), _room(shown) + 14, ())
    parts = []
    for row, count in enumerate(counts):
        bar = _rectangle(frame, 0.0, row - 0.3, count / most, row + 0.3)
        (x, y), *_ = frame.place(np.array([[count / most, float(row)]])).tolist()
        parts.append(f'<rect {bar} fill="{MET[0]}" stroke="{DEEP}" stroke-width="0.8"/>')
        look = f'font-size="{TEXT:g}" fill="{INK}"'
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
    shades = [shade_of(part, len(parts)) for part in range(len(parts))]
    keys = tuple(zip(parts, (fill for fill, _ in shades), strict=True))
    frame = rows_frame(tuple(labels), 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), 24.0, keys)
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
                look = f'font-size="{SMALL + 1:g}" fill="{ink}" text-anchor="middle"'
                drawn.append(f'<text x="{(x + x2) / 2:.2f}" y="{(y + y2) / 2 + 4:.2f}" {look}>{count}</text>')
            before += count
    return frame.filled("".join(drawn), title=title)


def ranges(labels: Sequence[str], spreads: Floats, most: Floats, *, top: int, title: str) -> str:
    """For each label a bar from the lower to the upper quartile, a line across it at the median.

    Args:
        labels: (m,) names.
        spreads: (m, 3) lower quartile, median and upper quartile, 0 to ``top``; NaN where there are none.
        most: (m,) the most that can be reached, drawn as a pale track.
        top: value at the right end; there is a line at every whole number, as far as there is room (`frames.ticks`).
        title: what the picture shows.
    """
    frame = rows_frame(tuple(labels), float(top), (0.0, *ticks(top, 1.0)), 14.0, (), narrow=True)
    parts = []
    for row, ((lower, median, upper), end) in enumerate(zip(spreads.tolist(), most.tolist(), strict=True)):
        track = _rectangle(frame, 0.0, row - 0.14, end, row + 0.14)
        parts.append(f'<rect {track} fill="#eef1f4" stroke="#98a2ad" stroke-width="0.6"/>')
        if median != median:
            continue
        box = _rectangle(frame, lower, row - 0.28, upper, row + 0.28)
        parts.append(f'<rect {box} fill="#a9c1da" stroke="{DEEP}" stroke-width="0.9"/>')
        (x, y), (_, y2) = frame.place(np.array([[median, row - 0.4], [median, row + 0.4]])).tolist()
        parts.append(f'<path d="M{x:.2f} {y:.2f}V{y2:.2f}" stroke="{MET[1]}" stroke-width="3.2"/>')
    return frame.filled("".join(parts), title=title)


def forget_frames() -> None:
    """Drop the frames that are kept, and what was placed in them; they are drawn anew when they are next needed."""
    for kept in (radar_frame, bars_frame, field_frame, rows_frame, _key, _outline, _cells):
        kept.cache_clear()


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
    return ceil(max(width_of(re.sub(r"\d", "0", text)) for text in shown) / 24) * 24.0
