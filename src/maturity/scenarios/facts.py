"""Facts: what a batch of applicants states besides maturity, checked and stored column by column, exactly."""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from types import MappingProxyType
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from maturity.errors import InputError, Problem, nearest
from maturity.language import Lang, in_a_row, say
from maturity.scenarios.programme import (
    ENTERPRISE,
    MOST_UNITS,
    SEPARATORS,
    Catalogue,
    FactDefinition,
    LedgerDefinition,
    Programme,
)

NONE: Final = "none"
"""An event that never happened; a list without any name."""
CATEGORIES, NAMES, UNMATCHED = 0, 1, 2
"""What is counted of a fact of kind names, by column: distinct entries of the catalogue, distinct names that match one,
distinct names that match none."""

_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation])

Value = bool | str | int | Decimal | date | tuple[str, ...] | None
"""A fact as Python has it; None when it is unknown."""


class Names(Sequence[tuple[str, ...]]):
    """Lists of names, one for each of n applicants; each distinct list is held once, so that it is looked at once.

    Attributes:
        distinct: lists, without any that is held twice; some may be nobody's.
        codes: (n,) intp, read-only: which of them is whose.

    >>> names = Names.of([("甲", "乙"), (), ("甲", "乙")])
    >>> names.distinct, names.codes.tolist(), names[2]
    ((('甲', '乙'), ()), [0, 1, 0], ('甲', '乙'))
    """

    __slots__ = ("codes", "distinct")

    def __init__(self, distinct: tuple[tuple[str, ...], ...], codes: NDArray[np.intp]) -> None:
        self.distinct, self.codes = distinct, codes
        codes.flags.writeable = False

    @classmethod
    def of(cls, lists: Iterable[tuple[str, ...]]) -> "Names":
        """The same lists, each held once."""
        numbers: dict[tuple[str, ...], int] = {}
        codes = np.array([numbers.setdefault(one, len(numbers)) for one in lists], dtype=np.intp)
        return cls(tuple(numbers), codes)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> tuple[str, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> "Names": ...
    def __getitem__(self, at: int | slice) -> "tuple[str, ...] | Names":
        return self.take(np.arange(len(self))[at]) if isinstance(at, slice) else self.distinct[self.codes[at]]

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return map(self.distinct.__getitem__, self.codes.tolist())

    def take(self, index: NDArray[np.intp]) -> "Names":
        """Some of the lists, in the order of the positions given; never more distinct ones than positions."""
        codes = self.codes[index]
        if len(codes) >= len(self.distinct):
            return Names(self.distinct, codes)
        kept, codes = np.unique(codes, return_inverse=True)
        return Names(tuple(self.distinct[code] for code in kept.tolist()), codes)


NO_NAMES: Final = Names((), np.empty(0, np.intp))


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One fact of n applicants; the arrays are read-only.

    Attributes:
        values: by kind. yes_no: (n,) int64, 1 or 0. one_of, grade: (n,) int64, position among the options. number:
            (n,) int64 in units of ``10 ** -decimals``. date: (n,) datetime64[D]. event_date: the same, and NaT where
            it is known that it never happened. names: (n, 3) int64, see `CATEGORIES`. text: (n,) int64, a number for
            each distinct text. Where the fact is unknown the value means nothing.
        known: (n,) bool.
        names: of names and text, what was given, () where unknown; empty for other kinds.
    """

    values: NDArray[Any]
    known: NDArray[np.bool_]
    names: Names = NO_NAMES

    def __post_init__(self) -> None:
        self.values.flags.writeable = False
        self.known.flags.writeable = False

    def take(self, index: NDArray[np.intp]) -> "Column":
        """Some of the values, in the order of the positions given."""
        names = self.names.take(index) if self.names else NO_NAMES
        return Column(self.values.take(index, axis=0), self.known.take(index), names)


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
        return tuple(_value(definition, self.columns[column], i) for i in range(len(self)))


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
        own = tuple(map(str, ids))
        found = [*_shape(programme, columns, len(own)), *_ledger_shape(programme, ledgers, own)]
        if found:
            raise InputError(found)
        read: dict[str, Column] = {}
        kept: dict[str, Ledger] = {}
        for fact in programme.facts:
            given = columns.get(fact.id, [None] * len(own))
            column, refused = _taken(programme, fact, given, lambda i, id=fact.id: place(own, i, id))  # type: ignore[misc]
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
        if only is not None:
            own = {id: self.columns[id].take(index) for id in only}
            kept = {id: ledger.take(index) for id, ledger in self.ledgers.items()}
            return Facts(self.programme, tuple(self.ids[i] for i in index), own, (), kept)
        ids = tuple(self.ids[i] for i in index)
        columns = {id: column.take(index) for id, column in self.columns.items()}
        ledgers = {id: ledger.take(index) for id, ledger in self.ledgers.items()}
        return Facts(self.programme, ids, columns, tuple(_notes(self.programme, columns, ledgers, ids)), ledgers)

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
        return _value(self.programme.fact(fact), self.columns[fact], i)

    def shown(self, fact: str, i: int, lang: Lang) -> str:
        """A fact of one applicant as a person reads it, ``""`` when unknown."""
        definition, value = self.programme.fact(fact), self.value(fact, i)
        if value is None:
            return ""
        if isinstance(value, bool):
            return say("verdict.yes" if value else "verdict.no", lang)
        if isinstance(value, tuple):
            return ("、" if lang == "zh" else ", ").join(value) or say("programme.none", lang)
        if isinstance(value, int | Decimal):
            return in_unit(value, definition, lang)
        if definition.options:
            return definition.options[int(self.columns[fact].values[i])].name.in_(lang)
        return say("programme.none", lang) if value == NONE else str(value)


def _value(definition: FactDefinition, column: Column, i: int) -> Value:
    if not column.known[i]:
        return None
    stored = column.values[i]
    match definition.kind:
        case "yes_no":
            return bool(stored)
        case "one_of" | "grade":
            return definition.options[int(stored)].id
        case "number":
            return amount(int(stored), definition.decimals) if definition.decimals else int(stored)
        case "names":
            return column.names[i]
        case "text":
            return column.names[i][0]
        case _:
            day: date | None = stored.item()
            return NONE if day is None else day


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


def value_problem(definition: FactDefinition, value: object, where: str) -> Problem | None:
    """What is wrong with one value of a fact, or of a column of a ledger; None when it fits."""
    _, refused = _read(definition, [value])
    return Problem.of(f"facts.{refused[0][1]}", where, value, **refused[0][2]) if refused else None


def amount(units: int, decimals: int) -> Decimal:
    """A number of units of ``10 ** -decimals``, exact, without trailing zeros.

    >>> amount(1_999_990_000, 6)
    Decimal('1999.99')
    """
    exact = Decimal(units).scaleb(-decimals)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def in_unit(number: int | Decimal, fact: FactDefinition, lang: Lang) -> str:
    """A number with its unit, digits in groups of three: 1,650 万元."""
    shown = f"{Decimal(number):,f}"
    return f"{shown} {fact.unit.in_(lang)}" if fact.unit else shown


def plain(name: str) -> str:
    """A name for comparing: full width and case do not matter, nor do blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _unknown(programme: Programme, fact: str, where: str) -> Problem:
    known = [one.id for one in programme.facts]
    return Problem.of("facts.unknown-fact", where, fact, near=nearest(fact, known) or ", ".join(known))


def _shape(programme: Programme, columns: Mapping[str, Sequence[object] | NDArray[Any]], n: int) -> Iterator[Problem]:
    """Facts that the programme does not ask, and columns of another length."""
    asked = {fact.id for fact in programme.facts}
    yield from (_unknown(programme, fact, fact) for fact in columns if fact not in asked)
    for fact, values in columns.items():
        if len(values) != n:
            yield Problem.of("facts.length", fact, len(values), expected=n)


def _ledger_shape(
    programme: Programme, ledgers: Mapping[str, Mapping[str, Sequence[object] | NDArray[Any]]], ids: Sequence[str]
) -> Iterator[Problem]:
    """Ledgers and columns that the programme does not have, columns of another length, entries of nobody."""
    known = {ledger.id: [ENTERPRISE, *(column.id for column in ledger.columns)] for ledger in programme.ledgers}
    for ledger, columns in ledgers.items():
        if ledger not in known:
            yield Problem.of("facts.unknown-ledger", ledger, ledger, near=nearest(ledger, known) or ", ".join(known))
            continue
        if ENTERPRISE not in columns:
            yield Problem.of("facts.no-enterprise-column", ledger, ledger, column=ENTERPRISE)
            continue
        owners = [str(owner) for owner in columns[ENTERPRISE]]
        for column, values in columns.items():
            if column not in known[ledger]:
                near = nearest(column, known[ledger]) or ", ".join(known[ledger])
                yield Problem.of("facts.unknown-ledger-column", f"{ledger}.{column}", column, near=near)
            if len(values) != len(owners):
                yield Problem.of("facts.ledger-length", f"{ledger}.{column}", len(values), expected=len(owners))
        have = set(ids)
        for i, owner in enumerate(owners):
            if owner not in have:
                near = nearest(owner, ids) or ", ".join(ids[:8])
                yield Problem.of("facts.unknown-enterprise", entry_place(ledger, i), owner, near=near)


def entry_place(ledger: str, i: int, column: str = "") -> str:
    """Where a problem of an entry stands: ``investments #3: amount``."""
    return f"{ledger} #{i + 1}: {column}" if column else f"{ledger} #{i + 1}"


def _taken(
    programme: Programme,
    fact: FactDefinition,
    values: Sequence[object] | NDArray[Any],
    where: Callable[[int], str],
) -> tuple[Column | None, list[Problem]]:
    """A column of values, or what is wrong with them."""
    # Python values are faster to read than numpy's, except for dates, which would lose their type.
    as_python = isinstance(values, np.ndarray) and values.dtype.kind != "M"
    stored, refused = _read(fact, np.asarray(values).tolist() if as_python else list(values))
    if refused:
        return None, [Problem.of(f"facts.{why}", where(i), values[i], **more) for i, why, more in refused]
    return _column(programme, fact, stored), []


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
        taken, refused = _taken(
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
            yield from _unmatched(programme.catalogue(fact.catalogue), fact.id, columns[fact.id], ids)
    for ledger in programme.ledgers:
        entries = ledgers[ledger.id]
        owners = [ids[row] for row in entries.rows]
        for column in ledger.columns:
            if column.catalogue:
                where = f"{ledger.id}.{column.id}"
                yield from _unmatched(programme.catalogue(column.catalogue), where, entries.columns[column.id], owners)


_Refusal = tuple[int, str, dict[str, object]]
"""A row, the name of the problem, and what its text says."""


class _RefusedError(Exception):
    """A value that does not fit: the name of the problem and what its text says."""

    def __init__(self, why: str, **values: object) -> None:
        super().__init__(why, values)
        self.why = why
        self.values = values


def _read(fact: FactDefinition, values: Sequence[Any] | NDArray[Any]) -> tuple[list[Any], list[_Refusal]]:
    """Each value as it is stored, None when unknown; and the rows whose value does not fit, with the reason."""
    reader = _READERS[fact.kind]
    seen: dict[object, Any] = {}
    stored: list[Any] = []
    for value in values:
        key: object = (value.__class__, value)  # the class belongs to it: 1, 1.0 and True are equal
        try:
            result = seen.get(key, seen)
        except TypeError:  # lists are no keys
            key = id(value)
            result = seen.get(key, seen)
        if result is seen:
            try:
                result = None if _is_unknown(value) else reader(fact, value)
            except _RefusedError as error:
                result = error
            seen[key] = result
        stored.append(result)
    if not any(isinstance(result, _RefusedError) for result in seen.values()):
        return stored, []
    return stored, [(i, one.why, one.values) for i, one in enumerate(stored) if isinstance(one, _RefusedError)]


def _is_unknown(value: object) -> bool:
    """None, NaN, NaT, the NA of pandas, and blank text."""
    if value is None or isinstance(value, str):
        return not (value and value.strip())
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA refuses to be compared
        return True


def _yes_no(fact: FactDefinition, value: object) -> int:
    if not isinstance(value, bool | np.bool_):
        raise _RefusedError("not-yes-no")
    return int(value)


def _option(fact: FactDefinition, value: object) -> int:
    word = plain(value) if isinstance(value, str) else ""
    for position, option in enumerate(fact.options):
        if word in (plain(option.id), plain(option.name.zh), plain(option.name.en)):
            return position
    ids = [option.id for option in fact.options]
    raise _RefusedError("unknown-option", known=", ".join(ids), near=nearest(word, ids))


def _number(fact: FactDefinition, value: object) -> int:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | Decimal | str | np.number):
        raise _RefusedError("not-a-number")
    number = value.item() if isinstance(value, np.number) else value
    try:
        exact = Decimal(repr(number) if isinstance(number, float) else number)
    except (InvalidOperation, TypeError):
        raise _RefusedError("not-a-number") from None
    if not exact.is_finite():
        raise _RefusedError("not-a-number")
    if exact < 0 and not fact.negative:
        raise _RefusedError("negative")
    if fact.most is not None and exact > fact.most.value:
        raise _RefusedError("too-great", most=f"{fact.most.value:f}")
    if exact.adjusted() + fact.decimals > 18:
        raise _RefusedError("too-great", most=f"{amount(MOST_UNITS, fact.decimals):,f}")
    if exact and exact.adjusted() < -fact.decimals:
        raise _RefusedError("too-fine", decimals=fact.decimals)
    try:
        scaled = _EXACT.scaleb(exact, fact.decimals)
    except Inexact:  # more digits than any number of units has
        raise _RefusedError("too-fine", decimals=fact.decimals) from None
    units = int(scaled)
    if units != scaled:
        raise _RefusedError("too-fine", decimals=fact.decimals)
    if abs(units) > MOST_UNITS:
        raise _RefusedError("too-great", most=f"{amount(MOST_UNITS, fact.decimals):,f}")
    return units


def _date(fact: FactDefinition, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, np.datetime64):
        day: date = value.astype("datetime64[D]").item()
        return day
    try:
        return date.fromisoformat(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise _RefusedError("not-a-date") from None


def _event_date(fact: FactDefinition, value: object) -> date | str:
    if isinstance(value, str) and plain(value) == NONE:
        return NONE
    try:
        return _date(fact, value)
    except _RefusedError:
        raise _RefusedError("not-an-event-date") from None


def _names(fact: FactDefinition, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parts: Sequence[object] = () if plain(value) == NONE else SEPARATORS.split(value)
    elif isinstance(value, list | tuple):
        parts = value
    else:
        raise _RefusedError("not-names")
    if not all(isinstance(part, str) for part in parts):
        raise _RefusedError("not-names")
    names = tuple(name for part in parts if (name := str(part).strip()))
    if parts and not names:  # nothing but separators says neither which nor none
        raise _RefusedError("not-names")
    return names


def _text(fact: FactDefinition, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | date):
        raise _RefusedError("not-text")
    return str(value).strip()


_READERS: Final = {
    "yes_no": _yes_no,
    "one_of": _option,
    "grade": _option,
    "number": _number,
    "date": _date,
    "event_date": _event_date,
    "names": _names,
    "text": _text,
}


def _column(programme: Programme, fact: FactDefinition, stored: list[Any]) -> Column:
    """A column of values without problems."""
    known = np.fromiter((value is not None for value in stored), dtype=np.bool_, count=len(stored))
    if fact.kind == "names":
        names = Names.of(value or () for value in stored)
        return Column(_counts(programme.catalogue(fact.catalogue), names), known, names)
    if fact.kind == "text":
        numbers: dict[str, int] = {}
        codes = [numbers.setdefault(value or "", len(numbers)) for value in stored]
        texts = Names.of(() if value is None else (value,) for value in stored)
        return Column(np.array(codes, dtype=np.int64), known, texts)
    if fact.kind in ("date", "event_date"):
        days = [None if value == NONE else value for value in stored]  # None becomes NaT
        return Column(np.array(days, dtype="datetime64[D]"), known)
    return Column(np.array([0 if value is None else value for value in stored], dtype=np.int64), known)


def entries_by_name(catalogue: Catalogue) -> Mapping[str, str]:
    """Id of the entry that each name stands for, names as `plain` makes them."""
    return {
        plain(name): entry.id
        for entry in catalogue.entries
        for name in (entry.id, entry.name.zh, entry.name.en, *entry.synonyms)
    }


def _counts(catalogue: Catalogue, names: Names) -> NDArray[np.int64]:
    """(n, 3) what each list of names comes to, see `CATEGORIES`."""
    entries = entries_by_name(catalogue)
    counted = []
    for given in names.distinct:
        distinct = set(map(plain, given))
        matched = [entries[name] for name in distinct if name in entries]
        counted.append((len(set(matched)), len(matched), len(distinct) - len(matched)))
    return np.array(counted, dtype=np.int64).reshape(-1, 3)[names.codes]


def _unmatched(catalogue: Catalogue, fact: str, column: Column, ids: Sequence[str]) -> Iterator[Problem]:
    """A note for each name that matches nothing in the catalogue."""
    entries = entries_by_name(catalogue)
    known = [entry.name.zh for entry in catalogue.entries]
    unmatched = [
        [name for name in {plain(name): name for name in names}.values() if plain(name) not in entries]
        for names in column.names.distinct
    ]
    if any(unmatched):
        for i, code in enumerate(column.names.codes.tolist()):
            for name in unmatched[code]:
                near = nearest(name, known) or in_a_row(known)
                yield Problem.of("facts.unknown-name", place(ids, i, fact), name, catalogue=catalogue.name, near=near)
