"""What the columns of a sheet are: headings matched with requirements, facts and the enterprise's own columns."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, takewhile, zip_longest
from typing import Final, Literal, NamedTuple, TypeVar

from maturity.errors import Problem
from maturity.language import Text, texts
from maturity.models import MaturityModel
from maturity.scenarios import LedgerDefinition, Programme
from maturity.sheets.cells import is_money, plain, said, suggestion, unit_in, unit_of_columns, unit_of_sheet, words
from maturity.sheets.grid import Cell, Grid, Merged

T = TypeVar("T")


class Target(NamedTuple):
    """What a column, or a row of a form, holds."""

    kind: Literal["enterprise", "requirement", "fact", "form", "aside"]
    id: str


ID: Final = Target("enterprise", "id")
CREDIT_CODE: Final = Target("enterprise", "credit_code")
NAME: Final = Target("enterprise", "name")
PROFILE: Final = Target("enterprise", "profile")
GROUPS: Final = (Target("enterprise", "industry"), Target("enterprise", "city"))
"""What a batch may be divided by; a fact of the same name comes first."""
ITEM: Final = Target("form", "item")
ANSWER: Final = Target("form", "answer")
ASIDE: Final = Target("aside", "")

_REMARKS: Final = 10
"""Rows with content at the end of a sheet in which remarks on all of it are looked for."""
SEARCHED: Final = 30
"""Rows in which the header is looked for; titles and explanations may stand above it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognised heading; ``unit`` is a unit that stands beside it, understood or not."""

    target: Target
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a sheet.

    Attributes:
        first_data_row: from 0.
        columns: column (from 0) of each recognised heading; the first one where a heading occurs twice.
        problems: unknown, ambiguous, double and contradictory headings.
        notes: what stands in brackets behind headings and was passed over.
        unnamed: cells (row and column, from 0) of the header where a column has no heading.
    """

    first_data_row: int
    columns: dict[Target, tuple[int, Heading]]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    unnamed: tuple[tuple[int, int], ...] = ()

    @property
    def known(self) -> int:
        """How many columns are of use."""
        return len(self.columns)


class _Given(NamedTuple):
    """A column of a header: what it holds, where its heading stands, what is written there, and in brackets behind."""

    column: int
    heading: Heading
    where: str
    written: str
    remark: str


class Headings:
    """The headings that are known, and what each may mean."""

    def __init__(
        self, own: Sequence[Target], named: Iterable[tuple[Target, str, Text]], units: Mapping[str, Text]
    ) -> None:
        """Make headings known.

        Args:
            own: of the enterprise and of forms; their words stand in our word list.
            named: what columns can hold, with an id and a name.
            units: of those facts that have one.
        """
        self._targets: dict[str, set[Target]] = {}
        self._units = units
        # What was looked up before: the sheets of a folder have the same headings, again and again.
        self._read: dict[str, tuple[set[Target], str]] = {}
        self._near: dict[str, Text] = {}
        listed = texts("sheets")["headings"]
        for target in own:
            self._add(target, *listed[target.id])
        for target, id, name in named:
            for word in (name.zh, name.en):
                self._add(target, id, word, f"{id} {word}")
        self._words = list(self._targets)
        for target in (*GROUPS, ASIDE) if PROFILE in own else (ASIDE,):
            for word in map(_key, listed[target.id or "aside"]):
                self._targets.setdefault(word, {target})

    @classmethod
    def of(cls, model: MaturityModel, programme: Programme | None) -> "Headings":
        """The headings of a sheet of enterprises, or of a form."""
        facts = programme.facts if programme else ()
        requirements = [(Target("requirement", one.id), one.id, one.name) for one in model.requirements]
        named = [*requirements, *((Target("fact", fact.id), fact.id, fact.name) for fact in facts)]
        units = {fact.id: fact.unit for fact in facts if fact.unit}
        return cls((ID, CREDIT_CODE, NAME, PROFILE, ITEM, ANSWER), named, units)

    @classmethod
    def of_ledger(cls, ledger: LedgerDefinition) -> "Headings":
        """The headings of a sheet of entries."""
        columns = [(Target("fact", column.id), column) for column in ledger.columns]
        named = [
            (target, id, column.name) for target, column in columns for id in (column.id, f"{ledger.id}.{column.id}")
        ]
        return cls((ID, CREDIT_CODE, NAME), named, {column.id: column.unit for column in ledger.columns if column.unit})

    def _add(self, target: Target, *words: str) -> None:
        for word in words:
            self._targets.setdefault(_key(word), set()).add(target)

    def targets(self, cell: Cell) -> tuple[set[Target], str]:
        """What a heading may mean: one target when it is clear, and the unit in brackets behind it."""
        written = said(cell)
        if written not in self._read:
            self._read[written] = self._meanings(written)
        return self._read[written]

    def _meanings(self, written: str) -> tuple[set[Target], str]:
        text = plain(written)
        if found := self._targets.get(_key(text)):
            return found, ""
        bare, unit = _without_brackets(text)
        found = self._targets.get(_key(bare)) or self._targets.get(_key(_unadorned(bare)), set())
        return found, self.unit(next(iter(found)), unit) if len(found) == 1 else ""

    def unit(self, target: Target, written: str) -> str:
        """The unit that a remark beside a heading, or beside an item of a form, gives for it; ``""`` for none."""
        unit = self._units.get(target.id) if target.kind == "fact" else None
        return unit_in(written, unit) if unit and written else ""

    def remark(self, target: Target, cell: Cell) -> str:
        """What stands in brackets behind the heading of a requirement or fact, is no unit, and may change its meaning.

        It is passed over: 计划 of a day, 2022年 of an amount. What says how to fill in the column changes nothing.
        """
        text = plain(said(cell))
        beside = "" if _key(text) in self._targets else _without_brackets(text)[1]
        bare = beside.replace(self.unit(target, beside), "").strip(" ,，、;/:")
        means = target.kind in ("requirement", "fact") and bare not in words("filling") | words("unit")
        return beside if bare and means else ""

    def is_amount(self, target: Target) -> bool:
        """Whether it is a fact in a unit of money."""
        return target.kind == "fact" and target.id in self._units and is_money(self._units[target.id])

    def suggestion(self, cell: Cell) -> object:
        """``did you mean`` for a heading that is not known."""
        written = said(cell)
        if written not in self._near:
            self._near[written] = suggestion(written, self._words)
        return self._near[written]

    def find(self, grid: Grid) -> Header | None:
        """The header of a sheet, wherever it stands within the first rows; None when the sheet has none."""
        head = grid.rows[:SEARCHED]
        found = [[self.targets(cell) for cell in row] for row in head]
        clear = [{target for targets, _ in row if len(targets) == 1 for target in targets} for row in found]
        counts = [len(targets - {ASIDE}) for targets in clear]
        if not counts or max(counts) < 2:
            return None
        main = counts.index(max(counts))
        rows = [main]
        if main + 1 < len(head):
            agreed = sum(a == b and len(a) == 1 for (a, _), (b, _) in zip(found[main], found[main + 1], strict=False))
            written = sum(bool(said(cell)) for cell in head[main + 1])
            if agreed > 1 or (counts[main + 1] > 1 and 2 * counts[main + 1] >= written):
                rows.append(main + 1)
        first_data_row = rows[-1] + 1
        units = self._units_below(head, first_data_row, [found[row] for row in rows])
        if main:
            rows.append(main - 1)
        return self._header(grid, rows, first_data_row + bool(units), found, units, self._units_of_money(grid, main))

    def _units_below(
        self, head: Sequence[Sequence[Cell]], row: int, found: Sequence[Sequence[tuple[set[Target], str]]]
    ) -> dict[int, str]:
        """The units of a row that holds nothing but units, by column; none if the row below the header is another."""
        above = zip_longest(*found, fillvalue=(set(), ""))
        texts = enumerate(map(said, head[row] if row < len(head) else ()))
        written = {column: text for column, text in texts if text.strip("-—/") and plain(text) not in words("unit")}
        units = {}
        for column, cells in enumerate(above):
            target = next((next(iter(targets)) for targets, _ in cells if len(targets) == 1), ASIDE)
            if column in written and not any(map(str.isdigit, written[column])):
                units[column] = self.unit(target, written[column])
        return units if written and all(units.get(column) for column in written) else {}

    def _units_of_money(self, grid: Grid, main: int) -> list[str]:
        """(columns,) the unit of money that lines above the main row of a header, or below the table, give for each.

        A heading above others holds as far as the next one, a line of its own for all of them. What stands above
        another header further down is about the table there.
        """
        width = max(map(len, grid.rows))
        written = islice(filter(any, reversed(grid.rows)), _REMARKS)  # a text table may go on with blank rows
        last = takewhile(lambda row: not self._heads(row), written)
        lines = [
            [(column, said(cell)) for column, cell in enumerate(row) if said(cell)]
            for row in (*last, *grid.rows[:main])
        ]
        above = lines[-main:] if main else []
        alone = [line[0][1] for line in lines if len(line) == 1]
        stated = [unit_of_sheet(text) for text in (*(text for line in above for _, text in line), *alone)]
        units = [next(filter(None, stated), "")] * width
        for line in above:
            for (column, text), (end, _) in pairwise([*line, (width, "")]):
                if unit := unit_of_columns(text):
                    first = 0 if len(line) == 1 else column
                    units[first:end] = [unit] * (end - first)
        return units

    def _heads(self, row: Sequence[Cell]) -> bool:
        """Whether two cells of a row are headings that are known."""
        found = (self.targets(cell)[0] for cell in row if isinstance(cell, str) and cell)
        return len(list(islice((targets for targets in found if len(targets - {ASIDE}) == 1), 2))) == 2

    def _header(
        self,
        grid: Grid,
        rows: Sequence[int],
        first_data_row: int,
        found: Sequence[Sequence[tuple[set[Target], str]]],
        units: Mapping[int, str],
        of_money: Sequence[str],
    ) -> Header:
        """What the header rows together say of each column: the main row first, then the one below it.

        The unit of a column is the one below its heading, else beside it; else, of an amount, the one above it.
        """
        given: dict[Target, list[_Given]] = {}
        problems: list[Problem] = []
        unnamed: list[tuple[int, int]] = []
        split: set[int] = set()  # of other columns, which are named or read with them
        wide = [one for one in grid.merged if one.first_row < first_data_row and one.first_column < one.last_column]
        width = max(map(len, grid.rows[:first_data_row]))  # rows of a text table that are longer are found later
        for column in range(width):
            here = [(row, *found[row][column]) for row in rows if column < len(found[row])]
            clear = [(row, next(iter(targets)), unit) for row, targets, unit in here if len(targets) == 1]
            main = rows[0]
            written = said(grid.rows[main][column]) if column < len(grid.rows[main]) else ""
            if column in split and not clear:
                continue
            if not clear:
                problems += self._unclear(grid, main, column, written, here[0][1] if here else set())
                unnamed += [] if written else [(main, column)]
                continue
            row, target, _ = clear[0]
            where = grid.where(row, column)
            heading = said(grid.rows[row][column])
            if target == ASIDE:
                continue
            if target.kind in ("requirement", "fact") and (below := _below(grid, found, wide, main, row, column)):
                problems.append(Problem.of("sheets.split-column", where, heading, count=len(below) + 1))
                split |= below
                continue
            if others := [other for other, told, _ in clear[1:] if told != ASIDE and not alike(told, target)]:
                other = said(grid.rows[others[0]][column])
                problems.append(Problem.of("sheets.headings-disagree", where, heading, other=other))
            own = units.get(column) or next((unit for _, _, unit in clear if unit), "")
            if not own and (self.is_amount(target) or target == ANSWER):  # of the amounts among the answers below it
                texts = (said(grid.rows[row][column]) for row, _, _ in here)
                own = next(filter(None, map(unit_of_columns, texts)), of_money[column])
            if self.is_amount(target) and (beside := _units_beside(grid, main, column + 1, first_data_row)):
                own = beside if own in ("", beside) else f"{own}, {beside}"
                split.add(column + 1)
            known = _Given(column, Heading(target, own), where, heading, self.remark(target, heading))
            given.setdefault(target, []).append(known)
        columns, twice, notes = _told_apart(given)
        return Header(first_data_row, identified(columns), (*problems, *twice), notes, tuple(unnamed))

    def _unclear(self, grid: Grid, row: int, column: int, written: str, targets: set[Target]) -> Iterator[Problem]:
        """A column that cannot be told by what is written above it."""
        where = grid.where(row, column)
        if targets:
            right = ", ".join(sorted(target.id for target in targets))
            yield Problem.of("sheets.ambiguous-column", where, written, right=right)
        elif written:
            yield Problem.of("sheets.unknown-column", where, written, near=self.suggestion(written))


def _below(
    grid: Grid,
    found: Sequence[Sequence[tuple[set[Target], str]]],
    wide: Sequence[Merged],
    main: int,
    row: int,
    column: int,
) -> set[int]:
    """The other columns with content that a heading stands above: its cells are merged (``wide``), or have others below
    them."""

    def says(at: int, column: int) -> bool:
        return column < len(grid.rows[at]) and bool(said(grid.rows[at][column]))

    def known(column: int) -> bool:
        return column < len(found[main]) and len(found[main][column][0]) == 1

    merged = (one for one in wide if one.first_row <= row <= one.last_row and one.first_column == column)
    end = max((one.last_column for one in merged), default=column)
    if row < main and says(main, column):
        while says(main, end + 1) and not says(row, end + 1) and not known(end + 1):
            end += 1
    others = (other for other in range(column + 1, end + 1) if not known(other))
    return {other for other in others if any(says(at, other) for at in range(main + 1, len(grid.rows)))}


def _units_beside(grid: Grid, main: int, column: int, first_data_row: int) -> str:
    """The units that a column of units beside an amount holds; several are none that could be converted."""
    if column >= len(grid.rows[main]) or plain(said(grid.rows[main][column])) not in words("unit"):
        return ""
    cells = {said(row[column]) for row in grid.rows[first_data_row:] if column < len(row)}
    return ", ".join(sorted({unit for unit in map(unit_of_columns, cells) if unit}))


def _told_apart(
    given: Mapping[Target, Sequence[_Given]],
) -> tuple[dict[Target, tuple[int, Heading]], list[Problem], tuple[Problem, ...]]:
    """Of the columns that hold the same the first one, or that without a remark in brackets; problems and notes.

    Where each of them has another remark (2022年, 2023年), none is the one that is asked.
    """
    columns: dict[Target, tuple[int, Heading]] = {}
    problems = []
    read = []
    for target, same in given.items():
        first = next((one for one in same if not one.remark), same[0])
        others = [one for one in same if one is not first]
        if first.remark and any(one.remark != first.remark for one in others):
            cells = ", ".join(one.where for one in others)
            problems.append(Problem.of("sheets.rival-columns", first.where, first.written, others=cells))
            continue
        problems += [Problem.of("sheets.duplicate-column", one.where, one.written, first=first.where) for one in others]
        columns[target] = (first.column, first.heading)
        read.append((first.where, first.written, first.remark))
    return columns, problems, passed_over(read)


def passed_over(read: Iterable[tuple[str, str, str]]) -> tuple[Problem, ...]:
    """A note on each remark in brackets behind headings: place, heading and remark, ``""`` for none."""
    headings: dict[str, list[tuple[str, str]]] = {}
    for where, heading, remark in read:
        if remark:
            headings.setdefault(remark, []).append((where, heading))
    return tuple(
        Problem.of("sheets.passed-over", *found[0], remark=remark, count=len(found))
        for remark, found in headings.items()
    )


def identified(columns: dict[Target, T]) -> dict[Target, T]:
    """The columns, where the credit code is the id if no other column is; beside an id it says nothing more."""
    code = columns.pop(CREDIT_CODE, None)
    return columns if code is None or ID in columns else {ID: code, **columns}


def alike(one: Target, other: Target) -> bool:
    """Whether two headings of a column say the same: the credit code is an id, too."""
    return one == other or {one, other} == {ID, CREDIT_CODE}


def _key(text: str) -> str:
    """A heading as it is compared: without blanks and the marks that forms put behind it."""
    return re.sub(r"\s+", "", plain(text)).strip("*:")


def _unadorned(text: str) -> str:
    """A heading without its number and without the word that makes a question of it.

    >>> [_unadorned(heading) for heading in ("3、是否依法登记注册", "(12) 数据", "3年投资", "4、3D 模型")]
    ['依法登记注册', '数据', '3年投资', '3D 模型']
    """
    return re.sub(r"^(?:\(\d{1,3}\)|\d{1,3}(?:[、)]|\.(?!\d)))\s*", "", text).removeprefix("是否")


def _without_brackets(text: str) -> tuple[str, str]:
    """A heading and what stands in brackets behind it."""
    matched = re.fullmatch(r"(.+?)\s*[(\[【]([^()\[\]【】]*)[)\]】]\s*\*?", text)
    return (matched[1], matched[2].strip()) if matched else (text, "")
