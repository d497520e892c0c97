"""Word documents as files that are the same every time."""

from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


def packed(document: Any, on: datetime) -> bytes:
    """The file of a document of python-docx, every part dated ``on`` instead of now.

    The parts are python-docx's own, in its order. It would pack each of them, and pictures are packed already: a tenth
    of the time of a report.
    """
    from docx.opc import pkgwriter  # noqa: PLC0415  extra "word"

    package = document.part.package
    for part in package.parts:
        part.before_marshal()
    archive = _Archive(on)
    writer: Any = pkgwriter.PackageWriter  # step by step, as its own `write`, which makes the zip file itself
    writer._write_content_types_stream(archive, package.parts)
    writer._write_pkg_rels(archive, package.rels)
    writer._write_parts(archive, package.parts)
    return archive.closed()


class _Archive:
    """What python-docx writes parts to."""

    def __init__(self, on: datetime) -> None:
        self._day = on.year, on.month, on.day, 0, 0, 0
        self._out = BytesIO()
        self._zip = ZipFile(self._out, "w")

    def write(self, name: Any, content: bytes) -> None:
        entry = ZipInfo(name.membername, self._day)
        entry.compress_type = ZIP_STORED if name.ext == "png" else ZIP_DEFLATED
        entry.create_system = 0  # else the system that wrote it is told
        self._zip.writestr(entry, content)

    def closed(self) -> bytes:
        self._zip.close()
        return self._out.getvalue()
