"""A report as a page of HTML that needs nothing else, not even a network."""

from base64 import b64encode
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Final

from jinja2.runtime import Macro
from markupsafe import Markup

from maturity import fonts
from maturity.language import Lang
from maturity.reports.content.context import Content
from maturity.reports.formats.templates import filled, words

_SLOT: Final = "/* font */"
"""Where the font goes: which characters it needs is known when the page is written."""
_MOST_KEPT: Final = 4096
"""Pieces of pages that are remembered, a few megabytes."""


def rendered(content: Content, *, templates: Path | None = None, index: str = "", embed_font: bool = False) -> bytes:
    """The page; ``index`` is the address of the page that lists all reports, ``embed_font`` makes it look the same
    everywhere, at some 100 KB and a second or two a page."""
    font = Markup(_SLOT) if embed_font else ""
    # What a macro of the user's makes may depend on more than the argument.
    kept = _kept(content.lang) if templates is None else _made
    text = filled("report.html.j2", templates, report=content, index=index, font=font, kept=kept, **words(content.lang))
    if embed_font:
        text = text.replace(_SLOT, _font_faces(text), 1)
    # Half a surrogate pair, left over from a broken sheet, is shown as \ud800 and does not cost the report.
    return text.encode("utf-8", "backslashreplace")


def _made(macro: Macro, things: Iterable[Hashable]) -> Markup:
    """What a macro makes of each of some things, line by line."""
    return Markup("\n").join(map(macro, things))


@cache
def _kept(lang: Lang) -> Callable[[Macro, Iterable[Hashable]], Markup]:
    """`_made`, remembered: rows of tables, and their wording, repeat from one enterprise to the next.

    Conditions and gaps are 140 rows of a report, and took 1.6 of 2.5 ms; of a batch most of them are the same.
    """
    known: dict[tuple[str, Hashable], str] = {}

    def kept(macro: Macro, things: Iterable[Hashable]) -> Markup:
        made = []
        for thing in things:
            key = macro.name, thing
            one = known.get(key)
            if one is None:
                if len(known) == _MOST_KEPT:
                    known.clear()
                one = known[key] = macro(thing)
            made.append(one)
        # A macro has escaped what it inserted, so its text is joined as it is: escaping anew takes as long as the rest.
        return Markup("\n".join(made))

    return kept


def _font_faces(text: str) -> str:
    """Our font, both weights, with the characters of a text alone."""
    faces = []
    for weight, path in zip((400, 700), fonts.paths(), strict=True):
        kind, data = _subset(path, "".join(sorted(set(text))))
        source = f"url(data:font/{kind};base64,{b64encode(data).decode('ascii')}) format('{kind}')"
        faces.append(f"@font-face{{font-family:'{fonts.FAMILY}';font-weight:{weight};src:{source}}}")
    return "".join(faces) + f"body{{font-family:'{fonts.FAMILY}',sans-serif}}"


def _subset(path: Path, characters: str) -> tuple[str, bytes]:
    """A font with some characters: woff2 where Brotli is installed, which packs better, else woff."""
    from fontTools import subset  # noqa: PLC0415  matplotlib brings it along; few pages need it

    kind = "woff2" if find_spec("brotli") else "woff"
    options = subset.Options(flavor=kind, notdef_outline=True, recalc_timestamp=False)
    font = subset.load_font(BytesIO(_file(path)), options)
    chosen = subset.Subsetter(options)
    chosen.populate(text=characters)
    chosen.subset(font)
    out = BytesIO()
    subset.save_font(font, out, options)
    return kind, out.getvalue()


@cache
def _file(path: Path) -> bytes:
    return path.read_bytes()
