"""Facts: what a batch of applicants states besides maturity, checked and stored column by column, exactly."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maturity.answers import kind_of, length, wrong_ids
from maturity.errors import InputError, Problem, expect, near_or_known, nearest
from maturity.language import Lang, in_a_row, listed, say
from maturity.scenarios.programme import ENTERPRISE, Catalogue, LedgerDefinition, Programme
from maturity.scenarios.values import (
    NONE,
    Column,
    Names,
    Value,
    entries_by_name,
    in_unit,
    plain,
    read_column,
    value_of,
    value_problem,
)


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """The entries of n applicants in one list, those of an applicant together, in the order given; read-only.

    Attributes:
        definition: which columns there are.
        rows: (m,) intp, never falling: the row of the enterprise that each entry belongs to.
        columns: by column id, one value per entry.
        owners: (k,) intp, the rows that have entries, rising.
        starts: (k,) intp, the first entry of each owner.
    """

    definition: LedgerDefinition
    rows: NDArray[np.intp]
    columns: Mapping[str, Column]
    owners: NDArray[np.intp]
    starts: NDArray[np.intp]

    @classmethod
    def of(cls, definition: LedgerDefinition, rows: NDArray[np.intp], columns: Mapping[str, Column]) -> "Ledger":
        """A ledger of entries that stand together by enterprise."""
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        owners = rows[starts]
        for array in (rows, owners, starts):
            array.flags.writeable = False
        return cls(definition, rows, columns, owners, starts)

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: NDArray[np.intp]) -> "Ledger":
        """The entries of some of the rows, as entries of rows 0, 1, …"""
        if not len(self):
            return self
        starts, ends = np.searchsorted(self.rows, rows, "left"), np.searchsorted(self.rows, rows, "right")
        counts = ends - starts
        first = np.repeat(starts - (np.cumsum(counts) - counts), counts)
        entries = np.arange(len(first)) + first
        columns = {id: column.take(entries) for id, column in self.columns.items()}
        return Ledger.of(self.definition, np.repeat(np.arange(len(rows)), counts), columns)

    def values(self, column: str) -> tuple[Value, ...]:
        """A column, entry by entry, as `Facts.value` gives values."""
        definition = self.definition.column(column)
        return tuple(value_of(definition, self.columns[column], i) for i in range(len(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What n applicants state, checked against a programme.

    Attributes:
        programme: whose facts these are.
        ids: the applicants, by row.
        columns: by fact id, one for every fact of the programme.
        notes: names that match nothing in the catalogue; they are listed here and never counted.
        ledgers: by ledger id, one for every ledger of the programme, without entries where none were given.
    """

    programme: Programme
    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    notes: tuple[Problem, ...]
    ledgers: Mapping[str, Ledger]

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Facts for {self.programme.id}, enterprises: {len(self)}>"

    @classmethod
    def of(
        cls,
        programme: Programme,
        values: Mapping[str, object],
        *,
        id: str = "",
        ledgers: Mapping[str, Sequence[Mapping[str, object]]] = MappingProxyType({}),
    ) -> "Facts":
        """The facts of one applicant; what is left out is unknown.

        Args:
            programme: which facts there are.
            values: by fact id.
            id: of the applicant.
            ledgers: by ledger id, the entries, each by column id.

        Raises:
            InputError: unknown facts and values that do not fit, all of them.
        """
        expect(Mapping, values=values, ledgers=ledgers)
        columns = {fact: [value] for fact, value in values.items()}
        sheets: dict[str, dict[str, list[object]]] = {
            ledger: {
                ENTERPRISE: [id] * len(entries),
                **{key: [entry.get(key) for entry in entries] for key in dict.fromkeys(k for e in entries for k in e)},
            }
            for ledger, entries in ledgers.items()
        }
        return cls.from_columns(programme, columns, ids=[id], ledgers=sheets)

    @classmethod
    def from_columns(
        cls,
        programme: Programme,
        columns: Mapping[str, Sequence[object] | NDArray[Any]],
        *,
        ids: Sequence[str],
        ledgers: Mapping[str, Mapping[str, Sequence[object] | NDArray[Any]]] = MappingProxyType({}),
    ) -> "Facts":
        """The facts of n applicants, one sequence of n values by fact id; a fact left out is unknown for all.

        None, NaN and ``""`` are unknown. Numbers are taken as they are written: a float counts as its shortest decimal.

        Args:
            programme: which facts there are.
            columns: yes_no: bool; one_of, grade: id or name of an option; number: int, float, Decimal or text; date:
                date or ISO text; event_date: the same, or ``"none"``; names: text parted by 、, or a list.
            ids: the applicants, by row.
            ledgers: by ledger id, its columns: ``"enterprise"`` holds the ids that the entries belong to, the others
                have the ids of the ledger's columns; a column left out is unknown for all entries.

        Raises:
            InputError: unknown facts, ledgers, columns and enterprises, columns of another length, and values that do
                not fit, all of them.
        """
        expect(Programme, programme=programme)
        expect(Mapping, columns=columns, ledgers=ledgers)
        if wrong := [*wrong_ids(ids)]:
            raise InputError(wrong)
        own = tuple(ids)
        found = [*_shape(programme, columns, len(own)), *_ledger_shape(programme, ledgers, own)]
        if found:
            raise InputError(found)
        read: dict[str, Column] = {}
        kept: dict[str, Ledger] = {}
        for fact in programme.facts:
            given = columns.get(fact.id, [None] * len(own))
            column, refused = read_column(programme, fact, given, lambda i, id=fact.id: place(own, i, id))  # type: ignore[misc]
            found += refused
            if column is not None:
                read[fact.id] = column
        for ledger in programme.ledgers:
            entries, refused = _ledger(programme, ledger, ledgers.get(ledger.id, {}), own)
            found += refused
            if entries is not None:
                kept[ledger.id] = entries
        if found:
            raise InputError(found)
        return cls(programme, own, read, tuple(_notes(programme, read, kept, own)), kept)

    def take(self, rows: Sequence[int] | NDArray[np.intp], only: Collection[str] | None = None) -> "Facts":
        """The facts of some of the rows, in the order given; with ``only`` those columns alone, and no notes."""
        index = np.asarray(rows, dtype=np.intp)
        ids = tuple(map(self.ids.__getitem__, index.tolist()))
        columns = {id: self.columns[id].take(index) for id in (self.columns if only is None else only)}
        ledgers = {id: ledger.take(index) for id, ledger in self.ledgers.items()}
        notes = tuple(_notes(self.programme, columns, ledgers, ids)) if only is None else ()
        return Facts(self.programme, ids, columns, notes, ledgers)

    def without(self, fact: str) -> "Facts":
        """The same facts, one of them unknown for everybody.

        Without the day of application, the day given to `decide` holds for those too who stated their own.
        """
        own = self.columns[fact]
        unknown = Column(own.values, np.zeros_like(own.known), Names.of([()] * len(own.names)))
        columns = {**self.columns, fact: unknown}
        return Facts(
            self.programme,
            self.ids,
            columns,
            tuple(_notes(self.programme, columns, self.ledgers, self.ids)),
            self.ledgers,
        )

    def value(self, fact: str, i: int) -> Value:
        """A fact of one applicant: bool, option id, int or Decimal, date, ``"none"``, names; None when unknown."""
        return value_of(self.programme.fact(fact), self.columns[fact], i)

    def shown(self, fact: str, i: int, lang: Lang) -> str:
        """A fact of one applicant as a person reads it, ``""`` when unknown."""
        definition, value = self.programme.fact(fact), self.value(fact, i)
        if value is None:
            return ""
        if isinstance(value, bool):
            return say("verdict.yes" if value else "verdict.no", lang)
        if isinstance(value, tuple):
            return listed(value, lang) or say("programme.none", lang)
        if isinstance(value, int | Decimal):
            return in_unit(value, definition, lang)
        if definition.options:
            return definition.options[int(self.columns[fact].values[i])].name.in_(lang)
        return say("programme.none", lang) if value == NONE else str(value)


def place(ids: Sequence[str], i: int, fact: str = "") -> str:
    """Where a problem of a row stands: its id, or its number when the id is empty, and the fact."""
    row = ids[i] or f"#{i + 1}"
    return f"{row}: {fact}" if fact else row


def fact_problem(programme: Programme, fact: str, value: object, where: str) -> Problem | None:
    """What is wrong with one value of a fact, None when it fits; for readers that name the cell it stands in."""
    definition = next((known for known in programme.facts if known.id == fact), None)
    if definition is None:
        return _unknown(programme, fact, where)
    return value_problem(definition, value, where)


def _unknown(programme: Programme, fact: str, where: str) -> Problem:
    known = [one.id for one in programme.facts]
    return Problem.of("facts.unknown-fact", where, fact, near=near_or_known(fact, known))


def _shape(programme: Programme, columns: Mapping[str, Sequence[object] | NDArray[Any]], n: int) -> Iterator[Problem]:
    """Facts that the programme does not ask, and columns of another length."""
    asked = {fact.id for fact in programme.facts}
    yield from (_unknown(programme, fact, fact) for fact in columns if fact not in asked)
    for fact, values in columns.items():
        count = length(values)
        if count is None:
            yield Problem.of("answers.no-list", fact, kind_of(values))
        elif count != n:
            yield Problem.of("facts.length", fact, count, expected=n)


def _ledger_shape(
    programme: Programme, ledgers: Mapping[str, Mapping[str, Sequence[object] | NDArray[Any]]], ids: Sequence[str]
) -> Iterator[Problem]:
    """Ledgers and columns that the programme does not have, columns of another length, entries of nobody."""
    known = {ledger.id: [ENTERPRISE, *(column.id for column in ledger.columns)] for ledger in programme.ledgers}
    for ledger, columns in ledgers.items():
        if ledger not in known:
            yield Problem.of("facts.unknown-ledger", ledger, ledger, near=near_or_known(ledger, known))
            continue
        if ENTERPRISE not in columns:
            yield Problem.of("facts.no-enterprise-column", ledger, ledger, column=ENTERPRISE)
            continue
        owners = [str(owner) for owner in columns[ENTERPRISE]]
        for column, values in columns.items():
            if column not in known[ledger]:
                near = near_or_known(column, known[ledger])
                yield Problem.of("facts.unknown-ledger-column", f"{ledger}.{column}", column, near=near)
            if len(values) != len(owners):
                yield Problem.of("facts.ledger-length", f"{ledger}.{column}", len(values), expected=len(owners))
        have = set(ids)
        for i, owner in enumerate(owners):
            if owner not in have:
                near = near_or_known(owner, ids)
                yield Problem.of("facts.unknown-enterprise", entry_place(ledger, i), owner, near=near)


def entry_place(ledger: str, i: int, column: str = "") -> str:
    """Where a problem of an entry stands: ``investments #3: amount``."""
    return f"{ledger} #{i + 1}: {column}" if column else f"{ledger} #{i + 1}"


def _ledger(
    programme: Programme,
    ledger: LedgerDefinition,
    columns: Mapping[str, Sequence[object] | NDArray[Any]],
    ids: Sequence[str],
) -> tuple[Ledger | None, list[Problem]]:
    """The entries, sorted by the enterprise they belong to, or what is wrong with them."""
    owners = [str(owner) for owner in columns.get(ENTERPRISE, ())]
    at = {id: row for row, id in reversed(list(enumerate(ids)))}
    rows = np.fromiter((at[owner] for owner in owners), dtype=np.intp, count=len(owners))
    order = np.argsort(rows, kind="stable")
    found: list[Problem] = []
    read: dict[str, Column] = {}
    for column in ledger.columns:
        values = columns.get(column.id, [None] * len(owners))
        taken, refused = read_column(
            programme,
            column,
            values,
            lambda i, id=column.id: entry_place(ledger.id, i, id),  # type: ignore[misc]
        )
        found += refused
        if taken is not None:
            read[column.id] = taken.take(order)
    return (None if found else Ledger.of(ledger, rows[order], read)), found


def _notes(
    programme: Programme, columns: Mapping[str, Column], ledgers: Mapping[str, Ledger], ids: Sequence[str]
) -> Iterator[Problem]:
    """The names that match nothing in their catalogue: those of facts, then those of ledgers."""
    for fact in programme.facts:
        if fact.kind == "names":
            yield from _placed(programme.catalogue(fact.catalogue), fact.id, columns[fact.id].names, ids)
    for ledger in programme.ledgers:
        entries = ledgers[ledger.id]
        owners = [ids[row] for row in entries.rows]
        for column in ledger.columns:
            if column.catalogue:
                where = f"{ledger.id}.{column.id}"
                yield from _placed(
                    programme.catalogue(column.catalogue), where, entries.columns[column.id].names, owners
                )


def _placed(catalogue: Catalogue, fact: str, names: Names, ids: Sequence[str]) -> Iterator[Problem]:
    """What `unmatched` finds, at the place of each row."""
    notes = unmatched(catalogue, names.distinct)
    if any(notes):
        for i, code in enumerate(names.codes.tolist()):
            yield from (replace(note, where=place(ids, i, fact)) for note in notes[code])


def unmatched(catalogue: Catalogue, lists: Iterable[tuple[str, ...]]) -> list[list[Problem]]:
    """For each list of names a note, without a place, for each of them that matches nothing in the catalogue."""
    entries = entries_by_name(catalogue)
    known = {name: entry.name for entry in catalogue.entries for name in (entry.name.zh, entry.name.en)}
    every = in_a_row([entry.name for entry in catalogue.entries])

    def note(name: str) -> Problem:
        near = known.get(nearest(name, known), every)
        return Problem.of("facts.unknown-name", "", name, catalogue=catalogue.name, near=near)

    return [
        [note(name) for key, name in {plain(name): name for name in names}.items() if key not in entries]
        for names in lists
    ]
