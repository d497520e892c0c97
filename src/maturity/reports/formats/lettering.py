"""A chart as drawing and lettering apart: typst sets texts as words, and draws those of a picture letter by letter.

svg with ``<text>`` in its layers  ->  layers without, and each text with place, side, size, colour and weight
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Final, NamedTuple

from maturity.charts import LAYER

_ELEMENT: Final = re.compile(r"<g\b([^>]*)>|(</g>)|<text\b([^>]*)>([^<]*)</text>")
_EMPTY: Final = re.compile(r"<g\b[^>]*></g>")
_ATTRIBUTE: Final = re.compile(r'([\w-]+)="([^"]*)"')
_STYLE: Final = re.compile(r"([\w-]+): ([^;]+)")
_SIDES: Final = {"start": "left", "middle": "center", "end": "right"}


class Lettering(NamedTuple):
    """A line of text, px: its place on the baseline, which side of it stands there, and how wide a white rim it has."""

    x: float
    y: float
    side: str
    size: float
    color: str
    weight: int
    rim: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, px.

    Attributes:
        layers: SVG one upon another, without any text; those of the frame are the same from one picture to the next.
        texts: what is written on them.
    """

    width: float
    height: float
    layers: tuple[str, ...]
    texts: tuple[Lettering, ...]


def apart(svg: str) -> Drawing:
    """A chart of `maturity.charts`, its texts apart from the rest.

    >>> from maturity.charts import tally
    >>> drawing = apart(tally(["A", "B"], [3, 4], shown=["3 of 7", "4 of 7"], title="How many"))
    >>> [(text.text, text.side, text.size) for text in drawing.texts if "of" in text.text]
    [('3 of 7', 'left', 12.0), ('4 of 7', 'left', 12.0)]
    >>> any("<text" in layer for layer in drawing.layers)
    False
    """
    head, *layers = svg.removesuffix("</svg>").split(LAYER)
    head = head.partition(" role=")[0] + ">"  # what follows is the enterprise's own
    size = dict(_ATTRIBUTE.findall(head))
    parts = [_layer(layer) for layer in layers]
    return Drawing(
        float(size["width"]),
        float(size["height"]),
        tuple(f"{head}{drawn}</svg>" for drawn, _ in parts if drawn),
        tuple(text for _, texts in parts for text in texts),
    )


@lru_cache(64)
def _layer(layer: str) -> tuple[str, tuple[Lettering, ...]]:
    """The lines of a layer, and its texts; what a group says holds for all in it."""
    looks: list[dict[str, str]] = [{}]
    texts = []
    for group, end, text, body in _ELEMENT.findall(layer):
        if end:
            looks.pop()
            continue
        given = dict(_ATTRIBUTE.findall(group or text))
        look = {**looks[-1], **given, **dict(_STYLE.findall(given.get("style", "")))}
        if text:
            texts.append(_lettering(look, unescape(body)))
        else:
            looks.append(look)
    return _EMPTY.sub("", _ELEMENT.sub(lambda found: "" if found[3] else found[0], layer)), tuple(texts)


def _lettering(look: dict[str, str], text: str) -> Lettering:
    return Lettering(
        float(look["x"]),
        float(look["y"]),
        _SIDES[look.get("text-anchor", "start")],
        float(look["font-size"].removesuffix("px")),
        look["fill"],
        int(look.get("font-weight", 400)),
        float(look["stroke-width"]) if "stroke" in look else 0.0,
        text,
    )
