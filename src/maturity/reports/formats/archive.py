"""Zip files that are the same every time: a Word document is one."""

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo


def steady(archive: bytes, on: datetime) -> bytes:
    """The same files in the same order, dated ``on`` instead of now; pictures are packed already."""
    out = BytesIO()
    with ZipFile(BytesIO(archive)) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = ZipInfo(name, (on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type = ZIP_STORED if name.endswith(".png") else ZIP_DEFLATED
            entry.create_system = 0  # else the system that wrote it is told
            new.writestr(entry, old.read(name))
    return out.getvalue()
