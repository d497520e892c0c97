"""Tables of typed columns (Arrow, parquet) -> answers and facts, a block of enterprises at a time.

Columns of a table of answers, in any order, headed as those of a sheet: by id, or by Chinese or English name.

    id            text or whole numbers; needed. It is handed on as it stands.
    name          text
    profile       text: id or name of the profile
    industry, city        text; what a batch may be divided by, of no use to levels and tiers
    a requirement text: id, name or value of a choice, or not_applicable; a dictionary of such texts is the fastest;
                  uint8: points as in `maturity.Answers` (GB/T 39116: tenths; 254 not applicable, 255 unanswered);
                  any other number: the value of a choice, 0 to 1. Null is unanswered.
    a fact        as in `maturity.Facts`: yes_no bool; one_of, grade text; number a number; date a date; event_date
                  text, an ISO date or ``none``; names a list of texts. Text is read as in a sheet. Null is unknown.
    a ledger      a list of structs, one for each entry, with the ledger's columns, typed as facts are
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from maturity.answers import UNANSWERED, Answers, Points
from maturity.errors import InputError, Problem
from maturity.models import MaturityModel
from maturity.profiles import without_profile
from maturity.scenarios import Facts, Programme
from maturity.sheets.cells import ROUNDED, Reader, answer_reader, named, one_of
from maturity.sheets.headings import ID, NAME, PROFILE, Target
from maturity.sheets.typed.contents import (
    Finding,
    Kind,
    Rows,
    as_dictionary,
    bits,
    cells_of,
    distinct,
    report,
    stored,
    text_of,
)
from maturity.sheets.typed.facts import facts_of
from maturity.sheets.typed.layout import Layout
from maturity.sheets.typed.tables import profile_column


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some n enterprises of a table.

    Attributes:
        ids, names, profiles: (n,) text as it stands; the profile's id, null where none is known.
        answers: whose ids are the rows, ``"0"`` to ``"n-1"``, since those of the table may not tell rows apart.
        facts: the same rows; None without a programme.
        findings: all that was not read as it stands.
    """

    ids: pa.Array
    names: pa.Array
    profiles: pa.Array
    answers: Answers
    facts: Facts | None
    findings: tuple[Finding, ...]


def read_block(
    batch: pa.RecordBatch, layout: Layout, model: MaturityModel, programme: Programme | None, *, described: bool = True
) -> Block:
    """The enterprises of a block; what cannot be read counts as unanswered or unknown, and is among the findings.

    Without ``described`` free texts of entries are unknown: no rule looks at them, and reading them takes longest.
    """
    findings: list[Finding] = []
    n, columns = batch.num_rows, layout.of_block(batch)
    keys = _keys(n)
    ids, names = (text_of(columns.get(target), n) for target in (ID, NAME))
    for texts in (ids, names):  # they are handed on as they stand, and so would be what is no UTF-8
        texts.validate(full=True)
    nameless = np.flatnonzero(pc.fill_null(pc.binary_length(ids), 0).to_numpy() == 0)
    if len(nameless):
        findings.append(Finding("problem", ID.id, Problem.of("blocks.missing-id", ""), nameless))
    findings += _ruined(ids)
    points = np.empty((len(model.requirements), n), np.uint8)
    as_they_stand = []
    for row, (requirement, read) in enumerate(zip(model.requirements, _readers(model), strict=True)):
        column = columns.get(Target("requirement", requirement.id))
        if _points(column, requirement.id, read, points[row], findings):
            as_they_stand.append(row)
    codes, known = _profiles(columns.get(PROFILE), points, model, findings)
    points[:, ~known] = UNANSWERED
    try:
        answers = Answers.from_points(model, points.T, ids=keys, profiles=codes)
    except InputError:
        findings += _illegal(model, points, as_they_stand)
        answers = Answers.from_points(model, points.T, ids=keys, profiles=codes)
    answers = without_profile(answers, ~known)
    facts = facts_of(columns, layout, programme, keys, findings, described) if programme else None
    findings += [Finding.of("problem", problem) for problem in answers.problems]
    findings += [Finding.of("note", note) for note in answers.notes]
    return Block(ids, names, profile_column(answers), answers, facts, tuple(findings))


@lru_cache(maxsize=8)
def _keys(n: int) -> tuple[str, ...]:
    """Ids of the rows of a block; Arrow writes numbers in a third of the time that Python takes."""
    return tuple(pa.array(np.arange(n)).cast(pa.string()).to_pylist())


def _ruined(ids: pa.Array) -> Iterator[Finding]:
    """Ids that were numbers in a spreadsheet before they were texts."""
    if b"+" not in bytes(ids.buffers()[2] or b""):  # found a hundred times faster than the pattern it belongs to
        return
    rows = np.flatnonzero(pc.fill_null(pc.match_substring_regex(ids, rf"^\s*{ROUNDED}\s*$"), False))
    if len(rows):
        alike, written = distinct(ids.take(pa.array(rows)))
        for at, id in enumerate(written[:-1]):
            yield Finding("problem", ID.id, Problem.of("sheets.ruined-id", "", id), rows[alike == at])


@lru_cache(maxsize=8)
def _readers(model: MaturityModel) -> tuple[Reader, ...]:
    """The reader of answers to each requirement, which remembers what it has read."""
    own = {requirement.choices for requirement in model.requirements}
    readers = {
        choices: lru_cache(maxsize=4096, typed=True)(answer_reader(choices, model.points_per_one)) for choices in own
    }
    return tuple(readers[requirement.choices] for requirement in model.requirements)


def _points(column: pa.Array | None, id: str, read: Reader, out: Points, findings: list[Finding]) -> bool:
    """Fill (n,) the points of one requirement; True when they are taken as they stand and may belong to no choice."""
    if column is None:
        out[:] = UNANSWERED
        return False
    if pa.types.is_dictionary(column.type) and pa.types.is_uint8(column.type.value_type):
        column = column.dictionary_decode()
    if as_they_stand := pa.types.is_uint8(column.type):
        numbers = column
        out[:] = stored(numbers)
    else:
        encoded = as_dictionary(column)
        numbers, cells = encoded.indices, cells_of(encoded.dictionary)
        reads = [read(cell) for cell in cells]
        _look_up(np.array([read.value for read in reads], np.uint8), stored(numbers), out)
        if any(read.problem or read.note for read in reads):
            report(reads, cells, distinct(column)[0], id, findings)
    if numbers.null_count:
        out |= bits(numbers, 0).view(np.uint8) - np.uint8(1)  # 0, or every bit: unanswered
    return bool(as_they_stand)


def _look_up(points: Points, codes: NDArray[Any], out: Points) -> None:
    """Fill (n,) the points that each code stands for; what a code without points becomes means nothing."""
    if len(points) > 256:
        np.take(points, codes, out=out, mode="clip")
        return
    octets, even = codes.astype(np.uint8), len(out) // 2 * 2
    # Two answers at a time: it is the number of look-ups that takes the time, not how much is found.
    np.take(_pairs(points.tobytes()), octets[:even].view(np.uint16), out=out[:even].view(np.uint16), mode="clip")
    np.take(points, octets[even:], out=out[even:], mode="clip")


@lru_cache(maxsize=64)
def _pairs(points: bytes) -> NDArray[np.uint16]:
    """(65536,) the points of two codes side by side, by the codes side by side."""
    by_code = np.frombuffer(points.ljust(256, b"\0"), np.uint8)
    return by_code[np.arange(2**16, dtype=np.uint16).view(np.uint8)].view(np.uint16)


def _illegal(model: MaturityModel, points: Points, rows_of_points: Sequence[int]) -> Iterator[Finding]:
    """Points that belong to no choice, which become unanswered."""
    for row in rows_of_points:
        requirement = model.requirements[row]
        right = [*sorted(choice.points for choice in requirement.choices), 254, UNANSWERED]
        for wrong in np.setdiff1d(points[row], np.array(right, np.uint8)):
            rows = np.flatnonzero(points[row] == wrong)
            points[row, rows] = UNANSWERED
            listed = ", ".join(map(str, right))
            yield Finding("problem", requirement.id, Problem.of("blocks.bad-points", "", wrong, right=listed), rows)


def _profiles(
    column: pa.Array | None, points: Points, model: MaturityModel, findings: list[Finding]
) -> tuple[Rows, NDArray[np.bool_]]:
    """(n,) the profile of each row as a position among the model's, and (n,) whether it is known.

    Without one there are no weights, and none is guessed; unless the model has but one.
    """
    options, right = named(model.profiles)
    own = {profile.id: code for code, profile in enumerate(model.profiles)}
    if column is None:
        column = pa.nulls(points.shape[1], pa.string())
    at, cells = distinct(column)
    reads = [one_of(cell, options, "blocks.bad-profile", right) for cell in cells]
    report(reads, cells, at, PROFILE.id, findings)
    known = np.array([read.value is not None for read in reads])[at]
    codes = np.array([own.get(str(read.value), 0) for read in reads], np.intp)[at]
    if len(model.profiles) == 1:
        return codes, np.ones(len(codes), np.bool_)
    blank = np.flatnonzero(np.array([read.value is None and not read.problem for read in reads])[at])
    answered = (points[:, blank] != UNANSWERED).any(axis=0)
    kinds: tuple[tuple[Kind, str, Rows], ...] = (
        ("problem", "blocks.missing-profile", blank[answered]),
        ("note", "blocks.profile-not-needed", blank[~answered]),
    )
    findings += [
        Finding(kind, PROFILE.id, Problem.of(id, "", right=right), rows) for kind, id, rows in kinds if len(rows)
    ]
    return codes, known
