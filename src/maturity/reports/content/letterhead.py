"""Whose report it is: title, issuer and logo."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from maturity.errors import InputError, Problem, reason

_MOST: Final = 512 * 1024
"""Bytes of a logo: it stands in every report."""
_SIGNS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands above a report.

    Attributes:
        title: of the report, ``""`` for the usual one.
        issuer: who issues it, or ``""``.
        logo: as a data URI, or ``""``.
    """

    title: str = ""
    issuer: str = ""
    logo: str = ""

    @classmethod
    def of(cls, *, title: str = "", issuer: str = "", logo: str | Path | None = None) -> "Letterhead":
        """A letterhead with the logo read from a file: PNG, JPEG or SVG, which its content tells, not its name.

        Raises:
            InputError: there is no such file, it is too large, or no picture of these kinds.
        """
        return cls(title, issuer, _data_uri(Path(logo)) if logo else "")


PLAIN: Final = Letterhead()
"""The usual title, nobody's logo."""


def _data_uri(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError([Problem.of("reports.logo-unreadable", str(path), reason=reason(error))]) from None
    if len(data) > _MOST:
        raise InputError([Problem.of("reports.logo-size", str(path), len(data) // 1024, most=_MOST // 1024)])
    kind = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), "image/svg+xml")
    if not (_is_svg(data) if kind == "image/svg+xml" else _is_image(data)):
        raise InputError([Problem.of("reports.logo-kind", str(path), path.suffix or path.name)])
    return f"data:{kind};base64,{b64encode(data).decode('ascii')}"


def _is_svg(data: bytes) -> bool:
    """Well-formed, and without a document type: entities could grow without end."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return False
    try:
        return ElementTree.fromstring(data).tag.rpartition("}")[2] == "svg"
    except ElementTree.ParseError:
        return False


def _is_image(data: bytes) -> bool:
    """Whole, and not cut off."""
    from PIL import Image  # noqa: PLC0415  most reports have no logo; matplotlib brings it along

    try:
        with Image.open(BytesIO(data)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True
