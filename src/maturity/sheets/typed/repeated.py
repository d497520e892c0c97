"""Ids that stand in several rows of parquet files: a fingerprint of each is kept in a file, none of them in memory."""

from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.language import Lang
from maturity.models import MaturityModel
from maturity.scenarios import Programme
from maturity.sheets.headings import ID
from maturity.sheets.typed.parquet import read_ids
from maturity.sheets.typed.problems import FOUND

_HELD: Final = 2**22
"""Fingerprints of ids (8 bytes each) that are compared at a time."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
"""Spreads the bits of a number over all of its product."""
_FIRST: Final = np.array([2 ** (8 * octets) - 1 for octets in range(9)], np.uint64)
"""Keeps the first 0 to 8 octets of a word."""


def twice(
    files: Sequence[Path], ids: Sequence[Path], model: MaturityModel, programme: Programme | None, lang: Lang
) -> Iterator[pa.RecordBatch]:
    """Ids that stand in several rows, each row but the first, as rows of the table of problems.

    Args:
        files: files of answers.
        ids: the fingerprints of their ids; only those that are alike are looked up again.
        model, programme: for the columns of the files.
        lang: of the texts.
    """
    alike = _alike(ids)
    first: dict[str, str] = {}
    for file in files if len(alike) else ():
        before = 0
        for block in read_ids(file, model, programme):
            rows = []
            for i in np.flatnonzero(np.isin(fingerprints(block), alike)).tolist():
                id, place = block[i].as_py(), f"{file.name}!{before + i + 1}"
                if id and first.setdefault(id, place) != place:
                    problem = Problem.of("blocks.duplicate-id", "", id, first=first[id])
                    own = ("problem", file.name, before + i + 1, id, ID.id, problem.id, id)
                    texts = (problem.what(lang), problem.hint(lang))
                    rows.append(dict(zip(FOUND.names, (*own, *texts), strict=True)))
            yield pa.RecordBatch.from_pylist(rows, schema=FOUND)
            before += len(block)


def fingerprints(ids: pa.Array) -> NDArray[np.uint64]:
    """(n,) a number for each text, the same for the same text on every machine; 0 for what is null or empty."""
    ids = ids.fill_null("")
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    octets = bytes(ids.buffers()[2] or b"") + bytes(8)
    words = np.ndarray(len(octets) - 7, "<u8", octets, strides=(1,))  # the eight octets from each place on
    starts, lengths = offsets[:-1], np.diff(offsets)
    found = lengths.astype(np.uint64)
    shortest = int(lengths.min(initial=np.iinfo(np.int32).max))
    for start in range(0, int(lengths.max(initial=0)), 8):
        rows = slice(None) if start < shortest else np.flatnonzero(lengths > start)
        own = found[rows] ^ (words[starts[rows] + start] & _FIRST.take(lengths[rows] - start, mode="clip"))
        own *= _ODD
        found[rows] = own ^ (own >> np.uint64(29))
    return found


def _alike(kept: Sequence[Path]) -> NDArray[np.uint64]:
    """The fingerprints that occur more than once; a share of them is held in memory at a time."""
    shares = max(ceil(sum(file.stat().st_size for file in kept) / 8 / _HELD), 1)
    found = []
    for share in range(shares):
        own = [np.empty(0, np.uint64)]
        for file in kept:
            with file.open("rb") as stream:
                while len(chunk := np.fromfile(stream, np.uint64, _HELD // 4)):
                    own.append(chunk[(chunk != 0) & (chunk % np.uint64(shares) == share)])
        ordered = np.sort(np.concatenate(own))
        found.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
    return np.concatenate(found)
