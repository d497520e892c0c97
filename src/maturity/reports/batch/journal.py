"""What the finished reports of a folder were made from, so that a second run goes on where the first one stopped.

A line for each file, its fingerprint and its name, is added once the file is complete. The fingerprint is that of all
that went into the report; a file whose fingerprint is still the same need not be written again.
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from maturity.reports.batch.files import write

NAME: Final = ".reports"
"""The journal's own file in the folder of the reports."""


def finished(folder: Path) -> dict[str, str]:
    """The fingerprint of each complete file of a folder, by name; what is not there any more is left out.

    A line that was cut off when a run was interrupted says nothing.
    """
    try:
        lines = (folder / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    parted = (line.partition(" ") for line in lines)
    known = {name: fingerprint for fingerprint, _, name in parted if len(fingerprint) == 64 and name}
    return {name: fingerprint for name, fingerprint in known.items() if _complete(folder / name)}


def rewrite(folder: Path, entries: Mapping[str, str], without: Collection[str] = ()) -> None:
    """The whole journal, in the order of the names: the same entries are the same bytes."""
    kept = sorted(entries.keys() - set(without))
    write(folder / NAME, _lines((entries[name], name) for name in kept))


def add(folder: Path, name: str, fingerprint: str) -> None:
    """A file is complete. Several processes may say so at once: each adds its line in one piece."""
    path = folder / NAME
    try:
        with path.open("ab", buffering=0) as journal:
            journal.write(_lines([(fingerprint, name)]))
    except OSError as error:
        error.filename = str(path)  # a full disk names no file
        raise


def _lines(entries: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{fingerprint} {name}\n" for fingerprint, name in entries).encode("utf-8")


def _complete(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
