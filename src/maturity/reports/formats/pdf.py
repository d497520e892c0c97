"""A report as PDF, and a chart as PNG: typst, with our font alone, so that every machine makes the same file."""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from pydantic_core import to_json

from maturity import fonts
from maturity.errors import MaturityError, Problem
from maturity.language import Lang, flat
from maturity.reports.content.context import Content, as_json
from maturity.reports.content.figures import printable
from maturity.reports.formats.lettering import apart
from maturity.reports.formats.templates import found, shipped

SUBSTITUTE: Final = "〓"
"""What printers set where a character is missing."""
_ASCII: Final = bytes(range(128))
_PACKAGE: Final = re.compile(r'^[^/]*\bimport\s+"(@[^"]+)"')
"""A package that a line of a template asks for; a line of comment does not."""


def rendered(content: Content, *, templates: Path | None = None) -> bytes:
    """The document: vector charts, the font embedded, dated by the day of application."""
    report = as_json(content)
    # The characters that JSON is made of are all there: only the others are looked up.
    missing = fonts.missing(report.translate(None, _ASCII).decode("utf-8"))
    charts = {field.name: getattr(content.pictures, field.name) for field in fields(content.pictures)}
    more = to_json(
        {
            # Bytes as typst takes them.
            "logo_bytes": list(b64decode(content.logo.partition(",")[2])) if content.logo else None,
            "logo_format": _format(content.logo),
            "no_shape": [f"U+{ord(character):04X}" for character in missing],
            "drawings": {name: apart(chart.svg) for name, chart in charts.items() if chart},
        }
    )
    for character in missing:
        report, more = (text.replace(character.encode(), SUBSTITUTE.encode()) for text in (report, more))
    given = report, _words(content.lang), more
    return bytes(_compiled(found("report.typ", templates), given, "pdf"))


def png(pictures: Sequence[str], *, dpi: int = 200) -> list[bytes]:
    """Charts as they are, dots instead of lines: for programs that cannot draw SVG."""
    pages: bytes | list[bytes] = _compiled(shipped() / "pictures.typ", [json.dumps(pictures).encode()], "png", dpi)
    return [pages] if isinstance(pages, bytes) else list(pages)


def no_shape(ids: Sequence[str], names: Sequence[str] = ()) -> Iterator[Problem]:
    """The enterprises with characters in id or name that our font has no shape for, and so stand as 〓 in a PDF.

    >>> [problem.value for problem in no_shape(["a", "b"], ["镕基", "㐂田"])]
    ['㐂 U+3402']
    """
    for id, text in zip(ids, map("".join, zip(ids, names or [""] * len(ids), strict=True)), strict=True):
        if missing := fonts.missing(printable(text)):
            shown = ", ".join(f"{character} U+{ord(character):04X}" for character in missing)
            yield Problem.of("reports.no-glyph", id, shown)


def _compiled(template: Path, given: Sequence[bytes], format: str, dpi: int = 144) -> Any:
    """What the function ``made`` of a template makes of some JSON.

    The call is a program of its own. Data in ``sys.inputs`` would be part of typst's library, which every layout
    depends on, so that nothing would be remembered from one report to the next.
    """
    data = b", ".join(b"json(bytes(`%s`.text))" % _raw(one) for one in given)
    program = b'#import "/%s": made\n#made(%s)' % (template.name.encode(), data)
    try:
        return _compiler(template.parent).compile(program, format=format, ppi=float(dpi))
    except _typst().TypstError as error:
        raise MaturityError([Problem.of("reports.bad-template", str(template), str(error).strip())]) from None


_NOT_RAW: Final = {text.encode(): f"\\u{ord(text):04x}".encode() for text in "`\x85\u2028\u2029"}
"""What would end typst's raw text, or a line of it, as JSON writes it instead."""


def _raw(text: bytes) -> bytes:
    """JSON as raw text of a typst program: taken as it stands, where a quoted one is read character by character."""
    for own, escaped in _NOT_RAW.items():
        if own in text:
            text = text.replace(own, escaped)
    return text


@cache
def _compiler(folder: Path) -> Any:
    """One for each folder of templates, kept: it reads the fonts once. It sees that folder and nothing else.

    Raises:
        MaturityError: a template names a package, which typst would fetch from the network, or take from this user's
            cache alone: neither is a report that is the same on every machine.
    """
    if problems := [
        Problem.of("reports.package", f"{path}:{line}", package)
        for path in sorted(folder.rglob("*.typ"))
        for line, text in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        for package in _PACKAGE.findall(text)
    ]:
        raise MaturityError(problems)
    return _typst().Compiler(root=str(folder), font_paths=[str(path) for path in _fonts()], ignore_system_fonts=True)


def _typst() -> ModuleType:
    try:
        import typst  # noqa: PLC0415  extra "pdf"
    except ImportError:
        command = "pip install 'maturity-scoring[pdf]'"
        raise MaturityError([Problem.of("reports.no-extra", "typst", "pdf", command=command)]) from None
    return typst


def _fonts() -> Sequence[Path]:
    return list(dict.fromkeys(path.parent for path in fonts.paths()))


@cache
def _words(lang: Lang) -> bytes:
    """The fixed texts: those of ``report.toml`` by their own keys, the others by file and key."""
    texts = dict(flat("report", lang))
    for file in ("verdict", "improvement", "firmness"):
        texts |= {f"{file}.{key}": text for key, text in flat(file, lang).items()}
    return json.dumps(texts, ensure_ascii=False).encode()


def _format(uri: str) -> str:
    kind = uri.partition(";")[0].rpartition("/")[2]
    return {"svg+xml": "svg", "jpeg": "jpg"}.get(kind, kind)
