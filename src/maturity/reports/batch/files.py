"""What report files are called, and how they are written: names that any system takes, complete files or none."""

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path
from threading import get_ident
from typing import Final

_MOST: Final = 60
"""Characters of a name: in Chinese 180 bytes of the 255 that file systems allow; room in Windows' 260 for paths."""
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
"""Devices of Windows, with any ending."""


def file_names(ids: Sequence[str], *, reserved: Collection[str] = ()) -> tuple[str, ...]:
    """A file name, without ending, for each id: safe on every system, unique even where case does not count.

    An id that is itself a safe name keeps it. Any other is cleaned, and gets a piece of its own fingerprint, so that
    the name depends neither on the order of the ids nor on the run.

    >>> file_names(["示例-01", "../../x", "CON", "a", "A"])
    ('示例-01', 'x-9cdf6a50', '_CON-a3dbc4b6', 'a-ca978112', 'A-559aead0')
    """
    plain = [_safe(id) for id in ids]
    taken = Counter(map(_folded, plain)) + Counter(map(_folded, reserved))
    names: list[str] = []
    used = set(map(_folded, reserved))
    for id, safe in zip(ids, plain, strict=True):
        name = safe if safe == id and taken[_folded(safe)] == 1 else f"{safe}-{_fingerprint(id)}"
        number = 1
        while _folded(name) in used:
            number += 1
            name = f"{safe}-{_fingerprint(id)}-{number}"
        used.add(_folded(name))
        names.append(name)
    return tuple(names)


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is complete or absent, whatever interrupts."""
    # A name of its own, short: the file's may be as long as a file system allows.
    part = path.with_name(f".{os.getpid()}-{get_ident()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a full disk names no file, the others name the part
            error.filename, error.filename2 = str(path), None
        raise


def _safe(id: str) -> str:
    """An id as a file name: nothing that separates, controls or hides, no dot or blank at its ends."""
    text = unicodedata.normalize("NFC", id)
    text = "".join(" " if character.isspace() else character for character in text if not _hidden(character))
    text = re.sub(r'[<>:"/\\|?*\s]+', "-", text)[:_MOST].strip("-. ")
    return f"_{text}" if _RESERVED.fullmatch(text) else text or "report"


def _hidden(character: str) -> bool:
    """Control and format characters (a right-to-left mark can disguise a name), surrogates, unassigned ones."""
    return unicodedata.category(character)[0] == "C" and not character.isspace()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _fingerprint(id: str) -> str:
    return sha256(id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
