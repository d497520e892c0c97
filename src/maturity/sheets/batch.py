"""A batch of enterprises from a sheet that somebody filled in: loud, lossless, one row of cells like the next."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.answers import UNANSWERED, Answers
from maturity.errors import InputError, Problem
from maturity.models import MaturityModel
from maturity.profiles import without_profile
from maturity.scenarios import Facts, Programme
from maturity.sheets.arrow import PARQUET, import_arrow, parquet_files
from maturity.sheets.cells import ROUNDED, Read, Reader, Value, answer_reader, named, one_of, plain, said, shown, words
from maturity.sheets.columns import (
    Column,
    Found,
    Records,
    below_one_header,
    lost_in_merged,
    named_by,
    read_unseen,
    report,
    report_others,
    rows_of,
    some,
    values_of,
)
from maturity.sheets.grid import LONG, Broken, Cell, Grid
from maturity.sheets.headings import (
    ANSWER,
    GROUPS,
    ID,
    ITEM,
    NAME,
    PROFILE,
    SEARCHED,
    Header,
    Heading,
    Headings,
    Target,
    passed_over,
)
from maturity.sheets.intake import TABLES, WORKBOOKS, Progress, read_grids, untold
from maturity.sheets.ledgers import Entries, Ledgers, entries_of, first_of, owned
from maturity.sheets.unasked import without_unasked

FEW_FILES: Final = 10
"""Of so many files it is told how far each is; of more, how many of them are read."""
OTHER_SHEETS: Final = (".xlsb", ".ods", ".fods", ".et", ".numbers", ".tsv", ".xltx", PARQUET)
"""Endings of sheets that are not read among others, and surely hold data."""
_LOOKED_AT: Final = 400
"""Rows and columns of a sheet without a header in which requirements are looked for."""
_OTHERS: Final = 256
"""Code of an answer that cannot be read and is one of too many different ones to keep each."""
_TROUBLE: Final = 257
"""Codes from here on number what was read with a problem or a note; below are points."""
MOST_DIFFERENT: Final = 10_000
"""So many different wrong answers are named each by its cells; further ones, as when a column of answers was filled
with descriptions, by their ranges."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What a sheet says about n enterprises.

    Attributes:
        answers: n enterprises; a cell that could not be read is unanswered.
        facts: the same enterprises, in the same order; None without a programme.
        names: (n,) names, ``""`` where there is none.
        problems: everything that was not read as it was meant, by cell; among them the problems of ``answers``.
        notes: what was read differently from what was written, what is missing as a whole, and the notes of ``answers``
            and ``facts``.
        groups: what the batch may be divided by, as far as the sheet says it: (n,) texts by ``industry`` and ``city``,
            ``""`` where there is none.
    """

    answers: Answers
    facts: Facts | None
    names: tuple[str, ...]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """The enterprises of one file."""

    table: Records
    profiles: list[str]
    known: list[bool]
    """(n,) whether the profile is known, so that the answers count."""
    points: NDArray[np.uint8]
    """(q, n)"""
    names: list[str]
    groups: dict[Target, list[str]]
    facts: dict[str, list[Value]]
    entries: Sequence[Entries]


def read_batch(
    path: str | Path | Sequence[str | Path],
    model: MaturityModel,
    programme: Programme | None = None,
    *,
    strict: bool = False,
    progress: Progress = untold,
) -> Batch:
    """The enterprises of workbooks and CSV files: their answers to a model's requirements, and facts of a programme.

    One row per enterprise below a header of ids or names, in any order; or the form for one enterprise. A cell that
    cannot be read is unanswered (or unknown) and named in ``problems``. Without a known profile there are no weights:
    such a row is named, counts as unanswered, and has no level. Several files make one batch; one of them that cannot
    be read is named, like a cell; a folder stands for all sheets in it and in the folders inside. In a CSV an
    apostrophe before a text that would begin a formula is taken away, as spreadsheets do (`guarded`).

    Args:
        path: an .xlsx, .xlsm, .xls or .csv file, a folder of them, or several of either; or .parquet files (see
            `maturity.sheets.typed.blocks`).
        model: whose requirements are answered.
        programme: whose facts are given, if any. Without one, those that a shipped programme asks are passed over, and
            each file that has such has a note that says so.
        strict: whether any problem ends the reading; all of them are in the error.
        progress: is told how far a workbook is (`maturity.sheets.intake.Progress`).

    Raises:
        InputError: no file can be opened as what it is named, or none has a header and an enterprise; any problem when
            ``strict``.
    """
    if typed := _parquet([path] if isinstance(path, str | Path) else path):
        return _or_stop(import_arrow("parquet").read_parquet(typed, model, programme), strict)
    found = Found([], [])
    headings, ledgers = Headings.of(model, programme), Ledgers(programme)
    parts: list[_Part] = []
    files = list(_files([path] if isinstance(path, str | Path) else path, found))
    many = len(files) > FEW_FILES
    within = untold if many else progress
    for number, (file, called) in enumerate(files):
        if many:
            progress("files", number, len(files))
        try:
            grids = read_grids(file, called, within, hidden=SEARCHED)
            parts.append(_part(grids, called, model, programme, headings, ledgers, found, within))
        except InputError as error:
            found.problems.extend(error.problems)
    if not any(part.profiles for part in parts):
        nobody = Problem.of("sheets.no-rows", parts[0].table.place) if parts else Problem.of("sheets.no-files", "")
        raise InputError(found.problems or [nobody])
    tables = [part.table for part in parts]
    ids = _ids(tables, found)
    points = parts[0].points if len(parts) == 1 else np.concatenate([part.points for part in parts], axis=1)
    profiles = [profile for part in parts for profile in part.profiles]
    _name_twice(parts, ids, found)
    unknown = np.array([not known for part in parts for known in part.known], np.bool_)
    answers = without_profile(Answers.from_points(model, points.T, ids=ids, profiles=profiles), unknown)
    facts = _facts(programme, parts, ids, found) if programme else None
    batch = Batch(
        answers,
        facts,
        tuple(name for part in parts for name in part.names),
        (*found.notes, *_placed([*answers.notes, *(facts.notes if facts else ())], tables, ids)),
        (*found.problems, *_placed(answers.problems, tables, ids)),
        {
            target.id: tuple(text for part in parts for text in part.groups[target])
            for target in GROUPS
            if any(target in part.table.columns for part in parts)
        },
    )
    return _or_stop(batch, strict)


def _or_stop(batch: Batch, strict: bool) -> Batch:
    if strict and batch.problems:
        raise InputError(batch.problems)
    return batch


def _parquet(paths: Sequence[str | Path]) -> list[Path]:
    """The files when they are parquet; these have typed columns, and are read together or not at all."""
    files = [file for path in map(Path, paths) for file in (parquet_files(path) or [path])]
    typed = [file for file in files if file.suffix.lower() == PARQUET]
    if typed and len(typed) < len(files):
        raise InputError([Problem.of("blocks.mixed", file.name) for file in files if file not in typed])
    return typed


def _files(paths: Sequence[str | Path], found: Found) -> Iterator[tuple[Path, str]]:
    """The files to read, and what each is called: a file of a folder by its path in there.

    Passed over are hidden files and those that spreadsheets keep beside an open workbook (``~$``); sheets of other
    programs are named, and what else is no sheet is listed in a note.
    """
    for path in map(Path, paths):
        if not path.is_dir():
            yield path, path.name
            continue
        inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith((".", "~$")))
        known = [file for file in inside if file.suffix.lower() in (*WORKBOOKS, *TABLES)]
        sheets = [file for file in inside if file.suffix.lower() in OTHER_SHEETS]
        found.problems.extend(
            Problem.of("sheets.unread-file", file.relative_to(path.parent).as_posix(), file.suffix) for file in sheets
        )
        if not known:
            found.problems.append(Problem.of("sheets.empty-folder", path.name, known=", ".join((*WORKBOOKS, *TABLES))))
        if others := [file.relative_to(path).as_posix() for file in inside if file not in [*known, *sheets]]:
            found.notes.append(Problem.of("sheets.other-files", path.name, some(others), count=len(others)))
        for file in known:
            yield file, file.relative_to(path.parent).as_posix()


def _part(
    grids: Sequence[Grid],
    called: str,
    model: MaturityModel,
    programme: Programme | None,
    headings: Headings,
    ledgers: Ledgers,
    found: Found,
    progress: Progress,
) -> _Part:
    """The enterprises of one file, without their ids, which must differ between files; and its entries of ledgers."""
    own = Found([], [])
    seen = [grid for grid in grids if not grid.hidden]
    headers = [(grid, headings.find(grid)) for grid in seen]
    lists = {grid.sheet: of for grid, header in headers if (of := ledgers.of(grid, header))}
    entries = [entries_of(grid, *lists[grid.sheet], own) for grid in seen if grid.sheet in lists]
    known = [(grid, header) for grid, header in headers if header and grid.sheet not in lists]
    found_in = {grid.sheet for grid, _ in known} | set(lists) | {""}  # a text table, whose header may be unread
    own.problems.extend(problem for grid in seen if grid.sheet in found_in for problem in grid.problems)
    own.problems.extend(_hidden([grid for grid in grids if grid.hidden], headings, ledgers))
    rest = [(grid, header) for grid, header in headers if grid.sheet not in lists]
    if known or not lists:
        table, read = _table(known, called, model, programme, headings, own)
        rest = [(grid, header) for grid, header in rest if grid not in read]
    else:
        table = Records(seen[0].place, [], {}, Path(called).stem)
    own.problems.extend(_overlooked([grid for grid, _ in rest], table, model, programme, headings))
    if programme is None:
        own = without_unasked(own, table.place, rest)
    kept, profiles, known_profiles = _enterprises(table, model, own)
    if not kept and (known or not lists):
        empty = Problem.of("sheets.empty-form" if table.called else "sheets.no-rows", table.place)
        raise InputError(own.problems or [empty])
    table = table.take(kept)
    points = _points(table, model, own, progress)
    points[:, ~np.array(known_profiles, np.bool_)] = UNANSWERED
    columns = [(fact, table.columns.get(Target("fact", fact.id))) for fact in (programme.facts if programme else ())]
    facts = {fact.id: values_of(fact, column, own) for fact, column in columns if column}
    names = _texts(table, NAME, own)
    groups = {target: _texts(table, target, own) for target in GROUPS}
    found.problems.extend(own.problems)
    found.notes.extend(own.notes)
    return _Part(table, profiles, known_profiles, points, names, groups, facts, entries)


def _placed(problems: Sequence[Problem], tables: Sequence[Records], ids: Sequence[str]) -> list[Problem]:
    """Problems that name an enterprise by its id, or what it says by id and item, with the address of row or cell."""
    if not problems:
        return []
    rows = ((table, i) for table in tables for i in range(len(table.rows)))
    places = dict(zip(ids, rows, strict=True))
    return [replace(problem, where=_place(problem.where, places)) for problem in problems]


def _place(where: str, places: Mapping[str, tuple[Records, int]]) -> str:
    id, item = (where, "") if where in places else where.rpartition(": ")[::2]
    if id not in places:  # it is about all of them
        return where
    table, i = places[id]
    cells = (table.columns.get(Target(kind, item)) for kind in ("requirement", "fact"))
    column = next(filter(None, cells), None)
    return f"{column.where(i) if column else f'{table.place}!{table.rows[i]}'}: {where}"


# --------------------------------------------------------------------------------------------------- sheets -> a table


def _table(
    headers: Sequence[tuple[Grid, Header]],
    called: str,
    model: MaturityModel,
    programme: Programme | None,
    headings: Headings,
    found: Found,
) -> tuple[Records, list[Grid]]:
    """The enterprises of the file: those of its form, or of the sheet whose header is known best; and what was read.

    Sheets that are named because they were not read are among the latter, and those in which nobody wrote anything.
    """
    filled = [one for one in headers if _filled(*one)] or headers
    empty = [grid for grid, header in headers if (grid, header) not in filled]
    forms = [(grid, header) for grid, header in filled if ITEM in header.columns and ANSWER in header.columns]
    batches = [(grid, header) for grid, header in filled if (grid, header) not in forms]
    if forms and not any(_useful(header) for _, header in batches):
        form = _form(forms, called, headings, found)
        _name_missing(form, model, programme, found)
        return form, [*empty, *(grid for grid, _ in forms)]
    if not batches:
        raise InputError(found.problems or [Problem.of("sheets.no-header", called, rows=SEARCHED)])
    best, header = max(batches, key=lambda one: one[1].known)
    read = [*empty, best]
    for grid, other in filled:
        if grid is not best and ((grid, other) in forms or _useful(other)):
            found.problems.append(Problem.of("sheets.other-sheet", grid.place, columns=other.known, read=best.sheet))
            read.append(grid)
    found.problems.extend(header.problems)
    found.notes.extend(header.notes)
    table = below_one_header(rows_of(best, header, found), headings, found)
    _name_missing(table, model, programme, found)
    return table, read


def _filled(grid: Grid, header: Header) -> bool:
    """Whether anything stands below the header in a column that is of use; numbers of rows are in none."""
    columns = [column for column, _ in header.columns.values()]
    below = grid.rows[header.first_data_row :]
    return any(_given(row[column]) for row in below for column in columns if column < len(row))


def _useful(header: Header) -> bool:
    return any(target.kind in ("requirement", "fact") for target in header.columns)


def _hidden(grids: Sequence[Grid], headings: Headings, ledgers: Ledgers) -> Iterator[Problem]:
    """Hidden sheets that look like data: of enterprises, of a form, or of a ledger."""
    for grid in grids:
        header = headings.find(grid)
        if of := ledgers.of(grid, header):
            header = of[1]
        elif header and not (_useful(header) or {ITEM, ANSWER} <= header.columns.keys()):
            continue
        if header and _filled(grid, header):
            yield Problem.of("sheets.hidden-sheet", grid.place, columns=header.known)


def _overlooked(
    grids: Sequence[Grid], table: Records, model: MaturityModel, programme: Programme | None, headings: Headings
) -> Iterator[Problem]:
    """Sheets without a header that name what is asked and stands nowhere else: a form whose headings were changed.

    Where enterprises stand in rows, a sheet that names facts explains them.
    """
    facts = programme.facts if programme and table.called else ()
    asked = {Target("requirement", one.id) for one in model.requirements} | {Target("fact", one.id) for one in facts}
    absent = asked - table.columns.keys()
    for grid in grids if absent else ():
        cells = (cell for row in grid.rows[:_LOOKED_AT] for cell in row[:_LOOKED_AT] if isinstance(cell, str) and cell)
        named = {target for cell in cells for target in headings.targets(cell)[0]} & absent
        if len(named) > 1:
            yield Problem.of("sheets.unread-sheet", grid.place, count=len(named))


def _form(forms: Sequence[tuple[Grid, Header]], called: str, headings: Headings, found: Found) -> Records:
    """The one enterprise of a form: an item in each row of its sheets."""
    columns: dict[Target, Column] = {}
    for grid, header in forms:
        (item, _), (answer, above) = header.columns[ITEM], header.columns[ANSWER]
        # Most columns of a form are there to be looked at; a second one of answers is not.
        twice = (one for one in header.problems if one.id == "sheets.duplicate-column")
        found.problems.extend(one for one in twice if headings.targets(one.value)[0] == {ANSWER})
        heads = grid.rows[header.first_data_row - 1]
        unit = next((column for column, cell in enumerate(heads) if plain(said(cell)) in words("unit")), len(heads))
        items = []
        remarks = []
        for number, row in enumerate(grid.rows[header.first_data_row :], start=header.first_data_row):
            written = said(row[item]) if item < len(row) else ""
            value = row[answer] if answer < len(row) else ""
            if not written and value == "":
                continue
            targets, beside = headings.targets(written)
            where = grid.where(number, answer)
            if len(targets) != 1:
                near = headings.suggestion(written)
                found.problems.append(Problem.of("sheets.unknown-item", grid.where(number, item), written, near=near))
                continue
            (target,) = targets
            items.append(number)
            remarks.append((grid.where(number, item), written, headings.remark(target, written)))
            if target in columns:
                if not _given(value) or value == columns[target].values[0]:  # a copy of the sheet says nothing else
                    continue
                first = columns[target].where(0)
                found.problems.append(Problem.of("sheets.duplicate-item", where, written, first=first))
                continue
            own = headings.unit(target, said(row[unit]) if unit < len(row) else "") or beside
            heading = Heading(target, own or (above.unit if headings.is_amount(target) else ""))
            columns[target] = Column(heading, [value], lambda _, at=where: at, lambda _, __, at=where: at, grid.epoch)  # type: ignore[misc]
        found.notes.extend(passed_over(remarks))
        found.notes.extend(read_unseen(grid, items, [item, answer]))
        for column in (answer, unit):
            found.problems.extend(lost_in_merged(grid, {column}, items))
    return Records(forms[0][0].place, [1], columns, Path(called).stem)


def _name_missing(table: Records, model: MaturityModel, programme: Programme | None, found: Found) -> None:
    """Requirements and facts that have no column, or no row of a form."""
    asked = [requirement.id for requirement in model.requirements]
    absent = [id for id in asked if Target("requirement", id) not in table.columns]
    facts = [fact.id for fact in programme.facts] if programme else []
    unknown = [id for id in facts if Target("fact", id) not in table.columns]
    if len(absent) == len(asked) and len(unknown) == len(facts):
        found.problems.append(Problem.of("sheets.no-requirements", table.place))
    elif absent:
        found.notes.append(Problem.of("sheets.missing-requirements", table.place, some(absent), count=len(absent)))
    if unknown:
        found.notes.append(Problem.of("sheets.missing-facts", table.place, some(unknown), count=len(unknown)))


# ------------------------------------------------------------------------------------------- a table -> its enterprises


def _enterprises(table: Records, model: MaturityModel, found: Found) -> tuple[list[int], list[str], list[bool]]:
    """The rows that are enterprises, the profile of each, and whether it is known.

    Without a known profile there are no weights, and none is guessed: the row stays, with nothing answered and no
    level; the first profile that is given for it means nothing.
    """
    options, right = named(model.profiles)
    column = table.columns.get(PROFILE)
    only = model.profiles[0] if len(model.profiles) == 1 else None
    kept, profiles, known_profiles = [], [], []
    troubled: dict[tuple[str, str], tuple[Read, list[int]]] = {}
    for i in range(len(table.rows)):
        cell = column.values[i] if column else ""
        read = one_of(cell, options, "sheets.bad-profile", right)
        if isinstance(cell, Broken):
            found.cell(read, table.where(PROFILE, i), cell)
            read = Read(None)
        known = isinstance(read.value, str)
        given = set() if known else {of for of, values in table.columns.items() if _given(values.values[i])}
        kinds = {of.kind for of in given}
        if not known and not given:
            continue
        if not known and not only and i not in table.unread:
            lonely = not kinds & {"requirement", "fact"} and not {ID, NAME} <= given
            if lonely:
                read = Read(None, "sheets.lonely-row")
            elif "requirement" not in kinds and "fact" in kinds and not read.problem:
                read = Read(None, note="sheets.profile-not-needed", details={"right": right})
            elif not read.problem:
                read = Read(None, "sheets.missing-profile", details={"right": right})
            troubled.setdefault((read.problem, shown(cell)), (read, []))[1].append(i)
            if lonely:
                continue
        kept.append(i)
        profiles.append(str(read.value) if known else model.profiles[0].id)
        known_profiles.append(known or only is not None)
    _name_troubled(table, troubled, found)
    return kept, profiles, known_profiles


def _name_troubled(table: Records, troubled: Mapping[tuple[str, str], tuple[Read, list[int]]], found: Found) -> None:
    """Name the rows whose profile nobody knows, by what is wrong with each and what stands there."""
    for (problem, written), (read, rows) in troubled.items():
        for run in named_by(rows):
            called = some([_called(table, i) for i in run])
            value = called if problem == "sheets.lonely-row" else written
            found.cell(read, table.where(PROFILE, run[0], run[-1]), value, id=called)


def _given(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _called(table: Records, i: int) -> str:
    """What to call a row in a message: its id, else its name, else what stands there of its own, else its number."""
    own = (target for target in table.columns if target.kind == "enterprise")
    cells = (table.columns[target].values[i] for target in (ID, NAME, *own) if target in table.columns)
    return next((said(cell) for cell in cells if _given(cell)), table.called or f"row-{table.rows[i]}")


def _ids(tables: Sequence[Records], found: Found) -> list[str]:
    """An id for each enterprise, no two alike; those that had to be made up are named."""
    columns = [(table, table.columns.get(ID)) for table in tables]
    taken = {_id(cell) for _, column in columns if column for cell in column.values}
    first: dict[str, str] = {}
    ids: list[str] = []
    for table, column in columns:
        if column is None and table.rows and not table.called:
            found.problems.append(Problem.of("sheets.no-id-column", table.place))
        for i, row in enumerate(table.rows):
            cell = column.values[i] if column else ""
            where = table.where(ID, i)
            id = chosen = _id(cell)
            # A spreadsheet writes a long number into a CSV as it shows it.
            if re.fullmatch(ROUNDED, cell.strip()) if isinstance(cell, str) else _is_long(cell):
                found.problems.append(Problem.of("sheets.ruined-id", where, shown(cell)))
            if not id:
                chosen = free(table.called or f"row-{row}", taken)
                problem = f"sheets.{cell.kind}-cell" if isinstance(cell, Broken) else "sheets.missing-id"
                if column or table.called:
                    found.cell(Read(None, problem, details={"id": chosen}), where, cell)
            elif id in first:
                chosen = free(id, taken)
                found.problems.append(Problem.of("sheets.duplicate-id", where, id, first=first[id], id=chosen))
            first.setdefault(chosen, where)
            taken.add(chosen)
            ids.append(chosen)
    return ids


def _is_long(cell: Cell) -> bool:
    return isinstance(cell, float | int) and abs(cell) >= LONG


def _id(cell: Cell) -> str:
    return "" if isinstance(cell, Broken) else said(cell)


def free(id: str, taken: set[str]) -> str:
    """An id like this one that nobody has."""
    chosen, number = id, 1
    while chosen in taken:
        number += 1
        chosen = f"{id} ({number})"
    return chosen


def _texts(table: Records, target: Target, found: Found) -> list[str]:
    """(n,) a column as it was written, ``""`` where there is nothing."""
    column = table.columns.get(target)
    if column is None:
        return [""] * len(table.rows)
    for i, cell in enumerate(column.values):
        if isinstance(cell, Broken):
            found.problems.append(Problem.of(f"sheets.{cell.kind}-cell", column.where(i), cell.shown))
    return ["" if isinstance(cell, Broken) else said(cell) for cell in column.values]


def _name_twice(parts: Sequence[_Part], ids: Sequence[str], found: Found) -> None:
    """A note for each enterprise that another row has the name of, under another id; or nearly the id of."""
    first: dict[str, str] = {}
    own: dict[str, str] = {}
    every = ((part, i, name) for part in parts for i, name in enumerate(part.names))
    for (part, i, name), id in zip(every, ids, strict=True):
        if name and first.setdefault(plain(name), id) != id:
            where = part.table.columns[NAME].where(i)
            found.notes.append(Problem.of("sheets.same-name", where, name, id=id, first=first[plain(name)]))
        # A spreadsheet takes zeros away from the front of a number.
        if (same := own.setdefault(plain(id).replace(" ", "").lstrip("0"), id)) != id:
            found.notes.append(Problem.of("sheets.similar-id", part.table.where(ID, i), id, first=same))


# ------------------------------------------------------------------------------------------- columns -> answers, facts


class _Codes(dict[Cell, int]):
    """Points of every content that occurs, each read once; higher codes number the troubled ones."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read
        self.troubled: list[Read] = []

    def __missing__(self, cell: Cell) -> int:
        read = self._read(cell)
        if read.problem and len(self.troubled) >= MOST_DIFFERENT:
            return _OTHERS
        if read.problem or read.note:
            self.troubled.append(read)
            code = _TROUBLE + len(self.troubled) - 1
        else:
            code = int(str(read.value))
        self[cell] = code
        return code


def _points(table: Records, model: MaturityModel, found: Found, progress: Progress) -> NDArray[np.uint8]:
    """(q, n) points of the answers."""
    points = np.full((len(model.requirements), len(table.rows)), UNANSWERED, np.uint8)
    known: dict[object, _Codes] = {}
    for row, requirement in enumerate(model.requirements):
        progress("match", row, len(model.requirements))
        column = table.columns.get(Target("requirement", requirement.id))
        if column is None:
            continue
        if requirement.choices not in known:
            known[requirement.choices] = _Codes(answer_reader(requirement.choices, model.points_per_one))
        read = known[requirement.choices]
        values = column.values
        if bool in set(map(type, values)):  # True == 1 as a key of a dictionary, but not as an answer
            values = [str(cell).upper() if isinstance(cell, bool) else cell for cell in values]
        codes = np.fromiter(map(read.__getitem__, values), np.int64, len(values))
        for code in np.unique(codes[codes >= _TROUBLE]):
            trouble = read.troubled[code - _TROUBLE]
            at = np.flatnonzero(codes == code)
            report(trouble, column, at, found)
            codes[at] = int(str(trouble.value))
        if len(others := np.flatnonzero(codes == _OTHERS)):
            report_others(column, others, found)
            codes[others] = UNANSWERED
        points[row] = codes
    return points


def _facts(programme: Programme, parts: Sequence[_Part], ids: Sequence[str], found: Found) -> Facts:
    """The facts of all files; what a file has no column for is unknown there. Entries belong to enterprises of any."""
    columns = {
        fact.id: [value for part in parts for value in part.facts.get(fact.id, [None] * len(part.profiles))]
        for fact in programme.facts
    }
    chosen = iter(ids)
    own = [[next(chosen) for _ in part.profiles] for part in parts]
    written = [first_of(zip(_written(part.table), mine, strict=True)) for part, mine in zip(parts, own, strict=True)]
    everybody = first_of(pair for pairs in ({id: id for id in ids}, *written) for pair in pairs.items())
    entries = [(one, own[k], written[k]) for k, part in enumerate(parts) for one in part.entries]
    ledgers = owned(entries, everybody, programme, found)
    return Facts.from_columns(programme, columns, ids=ids, ledgers=ledgers)


def _written(table: Records) -> list[str]:
    """(n,) ids as they stand in the sheet."""
    column = table.columns.get(ID)
    return [_id(cell) for cell in column.values] if column else [""] * len(table.rows)
