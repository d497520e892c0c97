"""Tables of typed columns (Arrow, parquet) <-> answers and facts, a block of enterprises at a time.

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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from maturity.answers import UNANSWERED, Answers, Points
from maturity.errors import InputError, Problem, near_or_known
from maturity.models import NOT_APPLICABLE_ID, MaturityModel
from maturity.profiles import unknown_profiles, without_profile
from maturity.scenarios import (
    FactDefinition,
    Facts,
    Ledger,
    LedgerDefinition,
    Programme,
    value_problem,
)
from maturity.scenarios.facts import unmatched
from maturity.scenarios.programme import MOST_UNITS
from maturity.scenarios.values import NO_NAMES, NONE, Column, Names, Value, read_column
from maturity.sheets.cells import (
    ROUNDED,
    Read,
    Reader,
    answer_reader,
    as_written,
    fact_reader,
    is_percentage,
    named,
    one_of,
    shown,
)
from maturity.sheets.grid import Cell
from maturity.sheets.headings import ID, NAME, PROFILE, Target
from maturity.sheets.layout import Layout, is_list, is_text

Kind = Literal["problem", "note"]
Rows = NDArray[np.intp]

_DAYS: Final = np.dtype("datetime64[D]")
_CALENDAR: Final = np.array([date.min, date.max], _DAYS).astype(np.int32)
"""The first and the last day that Python has, counted from 1970 on."""
_EXACT: Final = 10**15
"""Below, a float has one shortest decimal, and a whole number is a float."""


# ------------------------------------------------------------------------------------------- a block -> its enterprises


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in some rows of a column of a block, or was read differently; ``problem`` has no place."""

    kind: Kind
    column: str
    problem: Problem
    rows: Rows

    @classmethod
    def of(cls, kind: Kind, problem: Problem) -> "Finding":
        """A problem whose place begins with the key of a row; any other place is named at the first row."""
        key, _, column = problem.where.partition(": ")
        return cls(
            kind, column if key.isdigit() else problem.where, problem, np.array([int(key) if key.isdigit() else 0])
        )


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
    ids, names = (_text(columns.get(target), n) for target in (ID, NAME))
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
    facts = _facts(columns, layout, programme, keys, findings, described) if programme else None
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
        alike, written = _distinct(ids.take(pa.array(rows)))
        for at, id in enumerate(written[:-1]):
            yield Finding("problem", ID.id, Problem.of("sheets.ruined-id", "", id), rows[alike == at])


def _text(column: pa.Array | None, n: int) -> pa.Array:
    return pa.nulls(n, pa.string()) if column is None else column.cast(pa.string())


def _distinct(column: pa.Array) -> tuple[Rows, list[Cell]]:
    """(n,) which of the distinct contents stands in each row, and these; what is null or NaN is ``""``."""
    if is_list(column.type):
        return _distinct_lists(column)
    encoded = _encoded(column)
    indices, cells = encoded.indices, _cells(encoded.dictionary)
    codes = _stored(indices).astype(np.intp)
    return np.where(_valid(indices), codes, len(cells) - 1) if indices.null_count else codes, cells


def _encoded(column: pa.Array) -> pa.Array:
    """A column as a dictionary of its distinct contents."""
    return column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)


def _cells(contents: pa.Array) -> list[Cell]:
    """Contents as the cells of a sheet hold them, and last what stands for null.

    A number of less than 64 bits means the shortest decimal that it stands for: 0.8, not 0.800000011920929.
    """
    if pa.types.is_float16(contents.type) or pa.types.is_float32(contents.type):
        contents = pa.array([float(str(one)) for one in contents.to_numpy(zero_copy_only=False)])
    try:
        return [*map(_cell, contents.to_pylist()), ""]
    except (OverflowError, ValueError):  # days that Python's calendar does not have
        return [*map(_day_or_text, contents, contents.cast(pa.string()).to_pylist()), ""]


def _day_or_text(content: pa.Scalar, text: str) -> Cell:
    """A day as the cell of a sheet holds it; as text, which names it, where Python's calendar does not have it."""
    try:
        return _cell(content.as_py())
    except (OverflowError, ValueError):
        return text


def _distinct_lists(column: pa.Array) -> tuple[Rows, list[Cell]]:
    """The same for lists of texts: lists that have the same texts at every place are one."""
    codes, texts = _distinct(column.flatten())
    numbers = codes.astype(np.int32)
    lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy()
    offsets = numbers.itemsize * np.append(0, np.cumsum(np.maximum(lengths, 0)))
    # Arrow tells no lists apart, but octets: those of the numbers of a list's texts.
    octets = pa.Array.from_buffers(pa.large_binary(), len(column), [None, pa.py_buffer(offsets), pa.py_buffer(numbers)])
    encoded = pc.dictionary_encode(octets)
    lists = [tuple(map(texts.__getitem__, np.frombuffer(one, np.int32))) for one in encoded.dictionary.to_pylist()]
    return np.where(lengths < 0, len(lists), encoded.indices.to_numpy()), [*cast("list[Cell]", lists), ""]


def _cell(content: Any) -> Cell:
    """A content as the cell of a sheet holds it."""
    if content is None or content != content:
        return ""
    return f"{content:f}" if isinstance(content, Decimal) else cast("Cell", content)


def _report(reads: Sequence[Read], cells: Sequence[Cell], codes: Rows, column: str, findings: list[Finding]) -> None:
    """Keep the problem and the note of each content, with the rows in which it stands."""
    for at, (read, cell) in enumerate(zip(reads, cells, strict=True)):
        if (read.problem or read.note) and len(rows := np.flatnonzero(codes == at)):
            ids: tuple[tuple[Kind, str], ...] = (("problem", read.problem), ("note", read.note))
            findings += [
                Finding(kind, column, Problem.of(id, "", _shown(cell), **read.details), rows) for kind, id in ids if id
            ]


def _shown(cell: Cell) -> str:
    return "、".join(cell) if isinstance(cell, tuple) else shown(cell)


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
        out[:] = _stored(numbers)
    else:
        encoded = _encoded(column)
        numbers, cells = encoded.indices, _cells(encoded.dictionary)
        reads = [read(cell) for cell in cells]
        _look_up(np.array([read.value for read in reads], np.uint8), _stored(numbers), out)
        if any(read.problem or read.note for read in reads):
            _report(reads, cells, _distinct(column)[0], id, findings)
    if numbers.null_count:
        out |= _bits(numbers, 0).view(np.uint8) - np.uint8(1)  # 0, or every bit: unanswered
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


def _stored(numbers: pa.Array) -> NDArray[Any]:
    """(n,) an array of numbers as it stands in memory; what stands where it is null means nothing."""
    if numbers.null_count:
        stored = [None, numbers.buffers()[1]]
        numbers = pa.Array.from_buffers(numbers.type, len(numbers), stored, offset=numbers.offset)
    return np.asarray(numbers.to_numpy())


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
    at, cells = _distinct(column)
    reads = [one_of(cell, options, "blocks.bad-profile", right) for cell in cells]
    _report(reads, cells, at, PROFILE.id, findings)
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


# ----------------------------------------------------------------------------------------------------- columns -> facts


def _facts(
    given: Mapping[Target, pa.Array],
    layout: Layout,
    programme: Programme,
    keys: tuple[str, ...],
    findings: list[Finding],
    described: bool,
) -> Facts:
    """The facts of a block: each distinct content is read once, and numbers that are whole units not one by one."""
    read: dict[str, _Read] = {}
    for fact in programme.facts:
        target = Target("fact", fact.id)
        if target in given:
            read[fact.id] = _column(fact, layout.columns[target][1].unit, given[target], fact.id, findings)
    few = {fact.id: _few(programme, fact, read.get(fact.id)) for fact in programme.facts}
    for fact in programme.facts:
        if fact.id in read and fact.catalogue:
            codes, notes = read[fact.id].codes, unmatched(programme.catalogue(fact.catalogue), few[fact.id].names)
            for at, own in enumerate(notes):
                findings += [Finding("note", fact.id, note, np.flatnonzero(codes == at)) for note in own]
    columns = {id: _all_rows(column, read.get(id), len(keys)) for id, column in few.items()}
    ledgers = {
        ledger.id: _ledger(programme, ledger, given.get(Target("fact", ledger.id)), findings, described)
        for ledger in programme.ledgers
    }
    return Facts(programme, keys, columns, (), ledgers)


@dataclass(frozen=True, slots=True)
class _Read:
    """A column of facts that was read.

    Attributes:
        contents: its distinct values, at least one; None where nothing is known.
        codes: (n,) which of them stands in each row.
        stored: of a column whose values were taken over as they stand, (n,) these and (n,) which they are; these win.
    """

    contents: list[Value]
    codes: Rows
    stored: tuple[NDArray[Any], NDArray[np.bool_]] | None


def _column(fact: FactDefinition, unit: str, column: pa.Array, name: str, findings: list[Finding]) -> _Read:
    stored = _taken_over(fact, unit, column)
    if stored:
        if np.count_nonzero(stored[1]) + column.null_count == len(column):  # nothing is left to be read
            return _Read([None], np.broadcast_to(np.intp(0), len(column)), stored)
        column = pc.if_else(pa.array(stored[1]), pa.scalar(None, column.type), column)
    codes, cells = _distinct(column)
    reads = list(map(_reader(fact, unit), cells))
    _report(reads, cells, codes, name, findings)
    return _Read([read.value for read in reads], codes, stored)


def _few(programme: Programme, fact: FactDefinition, read: _Read | None) -> Column:
    """A column of its distinct values, which were found to be right; of one unknown value if there is no column."""
    column, refused = read_column(programme, fact, read.contents if read else [None], str)
    assert column, refused
    return column


def _all_rows(few: Column, read: _Read | None, n: int) -> Column:
    """A column of n rows from the one of its distinct values."""
    if read is None:
        return _throughout(few, n)
    if read.stored is None:
        return few.take(read.codes)
    own, exact = read.stored
    if len(read.contents) == 1:
        return Column(own, exact)
    rest = few.take(read.codes)
    return Column(np.where(exact, own, rest.values), rest.known | exact)


def _throughout(column: Column, n: int) -> Column:
    """The first value of a column, n times, in the memory of one."""
    values = np.broadcast_to(column.values[:1], (n, *column.values.shape[1:]))
    names = Names(column.names.distinct, np.broadcast_to(column.names.codes[:1], n)) if column.names else NO_NAMES
    return Column(values, np.broadcast_to(column.known[:1], n), names)


@lru_cache(maxsize=1024)
def _reader(fact: FactDefinition, unit: str) -> Reader:
    """The reader of a column of facts, which remembers what it has read: contents come again in every block.

    What the definition of a fact refuses is unknown, and named.
    """
    read = fact_reader(fact, unit)

    def allowed(cell: Cell) -> Read:
        given = Read(cell) if isinstance(cell, tuple) else read(cell)
        refused = value_problem(fact, given.value, "")
        return Read(None, refused.id, details=refused.values) if refused else given

    return lru_cache(maxsize=4096, typed=True)(allowed)


def _ledger(
    programme: Programme,
    definition: LedgerDefinition,
    column: pa.Array | None,
    findings: list[Finding],
    described: bool,
) -> Ledger:
    """The entries of a block; what is wrong in one is named at the row of its enterprise."""
    entries = column.flatten() if column is not None and len(column.flatten()) else None
    rows = np.empty(0, np.intp) if entries is None else pc.list_parent_indices(column).to_numpy().astype(np.intp)
    read: dict[str, _Read] = {}
    own: list[Finding] = []
    free = free_texts(definition)
    for fact in definition.columns:
        at = -1 if entries is None else entries.type.get_field_index(fact.id)
        if entries is None or at < 0:
            continue
        column, name = pc.struct_field(entries, at), f"{definition.id}.{fact.id}"
        if described or fact.id not in free or not is_text(column.type):  # nothing can be wrong with a free text
            read[fact.id] = _column(fact, "", column, name, own)
    few = {fact.id: _few(programme, fact, read.get(fact.id)) for fact in definition.columns}
    for fact in definition.columns:
        if fact.id in read and fact.catalogue:
            names = few[fact.id].names
            notes = unmatched(programme.catalogue(fact.catalogue), names)
            for note in {note.value: note for own_notes in notes for note in own_notes}.values():
                held = [at for at, given in enumerate(names) if note.value in given]  # by all entries with that name
                holders = np.flatnonzero(np.isin(read[fact.id].codes, held))
                own.append(Finding("note", f"{definition.id}.{fact.id}", note, holders))
    findings += [replace(found, rows=np.unique(rows[found.rows])) for found in own]
    for field_ in entries.type if entries is not None else ():
        if field_.name not in {fact.id for fact in definition.columns}:
            near = near_or_known(field_.name, [fact.id for fact in definition.columns])
            unknown = Problem.of("facts.unknown-ledger-column", "", field_.name, near=near)
            findings.append(Finding("problem", f"{definition.id}.{field_.name}", unknown, np.unique(rows)))
    return Ledger.of(definition, rows, {id: _all_rows(one, read.get(id), len(rows)) for id, one in few.items()})


def free_texts(ledger: LedgerDefinition) -> set[str]:
    """Ids of the columns that describe an entry: no rule looks at them."""
    return {fact.id for fact in ledger.columns if fact.kind == "text" and not fact.catalogue}


def _taken_over(fact: FactDefinition, unit: str, column: pa.Array) -> tuple[NDArray[Any], NDArray[np.bool_]] | None:
    """(n,) values of a column as `Column` has them, 0 where nothing is known, and (n,) which are right; None for texts.

    The others are read one by one, so that what is wrong with them gets its name.
    """
    types, of = pa.types, column.type
    if fact.kind == "yes_no" and types.is_boolean(of):
        known = _valid(column)
        return (_bits(column, 1) & known).astype(np.int64), known
    if fact.kind in ("date", "event_date") and types.is_date32(of):
        days = _stored(column.view(pa.int32()))
        known = _valid(column) & (days >= _CALENDAR[0]) & (days <= _CALENDAR[1])
        return (days * known).astype(_DAYS), known
    return _units(fact, column) if fact.kind == "number" and as_written(fact, unit) else None


def _units(fact: FactDefinition, column: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """The same for numbers, in units of ``10 ** -decimals``: right is what is exactly that, and allowed."""
    of, scale, step, exact = column.type, 10**fact.decimals, 1, _valid(column)
    if pa.types.is_floating(of):
        numbers = _stored(column.cast(pa.float64()))
        with np.errstate(invalid="ignore", over="ignore"):
            whole = np.rint(numbers * scale)
            exact = exact & (np.abs(whole) < _EXACT) & (whole / scale == numbers)
        if is_percentage(fact):  # 0.85 out of a spreadsheet may mean 85 %; decimals were not typed by hand
            exact &= (numbers == 0) | (np.abs(numbers) > 1)
    elif pa.types.is_integer(of):
        whole, step = _stored(column), scale
    elif pa.types.is_decimal128(of) and of.precision <= 18 and of.scale >= 0:
        whole = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :: 2][: len(column)]
        step = 10 ** max(fact.decimals - of.scale, 0)
        if of.scale > fact.decimals:
            whole, rest = np.divmod(whole, 10 ** (of.scale - fact.decimals))
            exact = exact & (rest == 0)
    else:
        return None
    least = -MOST_UNITS if fact.negative else 0
    most = MOST_UNITS if fact.most is None else min(int(fact.most.exact * scale), MOST_UNITS)
    exact = exact & (whole >= -(-least // step)) & (whole <= most // step)
    return np.where(exact, whole, 0).astype(np.int64, copy=False) * step, exact


def _valid(column: pa.Array) -> NDArray[np.bool_]:
    """(n,) whether anything stands in each row."""
    return _bits(column, 0) if column.null_count else np.ones(len(column), np.bool_)


def _bits(column: pa.Array, buffer: int) -> NDArray[np.bool_]:
    """(n,) what a buffer of a column has a bit for in each row: the first, whether anything stands there."""
    octets = np.frombuffer(column.buffers()[buffer], np.uint8)[column.offset // 8 :]
    start = column.offset % 8
    return np.unpackbits(octets, count=start + len(column), bitorder="little")[start:].view(np.bool_)


# ----------------------------------------------------------------------------------------------- enterprises -> columns


def answer_table(answers: Answers, facts: Facts | None = None, *, names: Sequence[str] = ()) -> pa.Table:
    """Answers and facts as a table of columns, which `read_block` takes back unchanged.

    Choices are dictionaries of ids, unanswered is null; facts are typed as this module's first lines tell.
    """
    model = answers.model
    columns: dict[str, pa.Array] = {
        "id": pa.array(map(written, answers.ids), pa.string()),
        "name": pa.array(map(written, names or [""] * len(answers)), pa.string()),
        "profile": profile_column(answers),
    }
    for requirement, points in zip(model.requirements, answers.columns, strict=True):
        words = {**{choice.points: choice.id for choice in requirement.choices}, 254: NOT_APPLICABLE_ID}
        codes = np.zeros(256, np.int8)
        codes[list(words)] = np.arange(len(words))
        indices = pa.array(codes[points], mask=points == UNANSWERED)
        columns[requirement.id] = pa.DictionaryArray.from_arrays(indices, pa.array(words.values()))
    if facts:
        columns |= {fact.id: _fact_column(fact, facts.columns[fact.id]) for fact in facts.programme.facts}
        columns |= {id: _entries(ledger, len(facts)) for id, ledger in facts.ledgers.items()}
    return pa.table(columns)


def profile_column(answers: Answers) -> pa.Array:
    """(n,) ids of the profiles, null where nobody knows it."""
    own = pa.array([profile.id for profile in answers.model.profiles])
    return own.take(pa.array(answers.profile_codes, mask=unknown_profiles(answers)))


def _entries(ledger: Ledger, n: int) -> pa.Array:
    """(n,) lists of the entries of a ledger."""
    columns = [_fact_column(fact, ledger.columns[fact.id]) for fact in ledger.definition.columns]
    entries = pa.StructArray.from_arrays(columns, names=[fact.id for fact in ledger.definition.columns])
    offsets = np.searchsorted(ledger.rows, np.arange(n + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), entries)


def written(text: str) -> str:
    """A text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _fact_column(fact: FactDefinition, column: Column) -> pa.Array:
    unknown = ~column.known
    match fact.kind:
        case "yes_no":
            return pa.array(column.values.astype(np.bool_), mask=unknown)
        case "one_of" | "grade":
            options = pa.array([option.id for option in fact.options])
            return options.take(pa.array(np.where(unknown, 0, column.values), mask=unknown))
        case "number" if not fact.decimals:
            return pa.array(column.values, mask=unknown)
        case "number":
            wide = np.ascontiguousarray(np.stack([column.values, column.values >> 63], axis=1))
            bits = pa.array(column.values, mask=unknown).buffers()[0]
            return pa.Array.from_buffers(pa.decimal128(18, fact.decimals), len(wide), [bits, pa.py_buffer(wide)])
        case "date":
            return pa.array(column.values.astype(_DAYS), mask=unknown)
        case "event_date":
            days = np.where(np.isnat(column.values), NONE, np.datetime_as_string(column.values))
            return pa.array(days.astype(object), pa.string(), mask=unknown)
        case "names":
            given = zip(column.names, column.known, strict=True)
            lists = [list(map(written, names)) if known else None for names, known in given]
            return pa.array(lists, pa.list_(pa.string()))
        case "text":
            return pa.array([written(names[0]) if names else None for names in column.names], pa.string())
