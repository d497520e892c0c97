"""The texts of a chart: how wide they are, where they break into lines, and how matplotlib writes them."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final, Literal, TypeVar

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

from maturity import fonts
from maturity.charts.looks import INK, TEXT

Align = Literal["left", "center", "right"]
HALO: Final = "halo"
"""Begins the ids of texts that have a white rim."""
# Fonts of a reader's system run up to this much wider than the one that is measured with (YaHei's and Arial's Latin).
_SLACK: Final = 1.06


@cache
def our_fonts() -> None:
    """Make the font that we bring along known to matplotlib, which measures labels with it."""
    for path in fonts.paths():
        font_manager.fontManager.addfont(path)


@lru_cache(4096)
def width_of(text: str, size: float = TEXT) -> float:
    """How wide a line of text is at most, px."""
    our_fonts()
    font = font_manager.FontProperties(family=[fonts.FAMILY, "DejaVu Sans"], size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) * _SLACK


def lines_of(text: str, most: int) -> list[str]:
    """A label in as few lines as fit ``most`` half-width characters each, broken evenly: at blanks, or within Chinese.

    >>> lines_of("Safety and environmental protection", 14), lines_of("安全环保", 14)
    (['Safety and', 'environmental', 'protection'], ['安全环保'])
    """
    pieces = re.findall(r"（?[\u2e80-\uffef][、，。）)]?|[^\s\u2e80-\uffef]+\s*|\s+", text) or [""]
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


Look = TypeVar("Look", bound=str)


def legend_rows(entries: Sequence[tuple[str, Look]], room: float) -> list[list[tuple[float, str, Look]]]:
    """The legend's entries in rows that fit, each row centred: distance from the left, name, style or fill."""
    rows: list[list[tuple[float, str, Look]]] = []
    at = room + 1
    for name, style in entries:
        wide = 28 + width_of(name)
        if at > 0 and at + wide > room:
            rows, at = [*rows, []], 0.0
        rows[-1].append((at, name, style))
        at += wide + 18
    spare = [(room - row[-1][0] - 28 - width_of(row[-1][1])) / 2 for row in rows]
    return [[(left + max(0.0, shift), *rest) for left, *rest in row] for row, shift in zip(rows, spare, strict=True)]  # type: ignore[misc]


def write(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    align: Align,
    *,
    size: float = TEXT,
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
        gid=HALO if halo else None,
    )
