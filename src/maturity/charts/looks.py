"""How charts look: sizes, colours, lines and shades.

Shapes differ in line and lightness, not in hue alone: they survive grey printing and colour blindness.
"""

from collections.abc import Mapping
from functools import cache
from math import isnan
from typing import Final, Literal

Style = Literal["certain", "possible", "most", "median", "mark"]
"""What an outline of a radar is: for certain, possible at best, the most that can be reached, the median of a group, a
mark to be reached."""

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
MET: Final = ("#44719f", "#163a5f")
PALES: Final = ("#f2f5f8", "#a9c1da")

POLYGON: Final[Mapping[Style, str]] = {
    "most": f'fill="{MUTED}" fill-opacity="0.1" stroke="#98a2ad" stroke-width="0.8"',  # the rings show through
    "median": f'fill="none" stroke="{MUTED}" stroke-width="1.3" stroke-dasharray="1.5 2.5"',
    "possible": f'fill="none" stroke="{AMBER}" stroke-width="1.5" stroke-dasharray="5 3"',
    "certain": f'fill="{DEEP}" fill-opacity="0.26" stroke="{DEEP}" stroke-width="2"',
    "mark": f'fill="none" stroke="{INK}" stroke-width="1.2" stroke-dasharray="10.8 3.6 2.4 3.6"',
}

TEXT: Final = 12.0  # px; labels
SMALL: Final = 10.0  # px; ring and column captions
LEADING: Final = 1.25  # distance of two lines in units of the text size


def shade_of(part: int, parts: int) -> tuple[str, str]:
    """Fill and ink of one of some parts, from light to dark; on what lies between, neither ink could be read well."""
    light = (parts + 1) // 2
    ends, ink, at, of = (PALES, INK, part, light) if part < light else (MET, WHITE, part - light, parts - light)
    return _mixed(*ends, at / max(1, of - 1)), ink


def shade(value: float, mark: float) -> tuple[str, str]:
    """Fill and ink of a cell of a heat map; NaN is a cell without a score."""
    if isnan(value):
        return WHITE, MUTED
    if value < mark:
        return _mixed(*_BELOW, value / mark), INK
    return _mixed(*MET, (value - mark) / (1 - mark) if mark < 1 else 1.0), WHITE


@cache
def _mixed(light: str, dark: str, share: float) -> str:
    """The colour that lies ``share`` of the way from one to another."""
    ends = [[int(color[at : at + 2], 16) for at in (1, 3, 5)] for color in (light, dark)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*ends, strict=True))
