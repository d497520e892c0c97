"""Values: one fact of an applicant as people write it, read and stored exactly; and a column of them."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.language import Lang
from maturity.scenarios.programme import MOST_UNITS, SEPARATORS, Catalogue, FactDefinition, Programme

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


def read_column(
    programme: Programme,
    fact: FactDefinition,
    values: Sequence[object] | NDArray[Any],
    where: Callable[[int], str],
) -> tuple[Column | None, list[Problem]]:
    """A column of values, or what is wrong with them; ``where`` says where a row stands."""
    # Python values are faster to read than numpy's, except for dates, which would lose their type.
    as_python = isinstance(values, np.ndarray) and values.dtype.kind != "M"
    stored, refused = _read(fact, np.asarray(values).tolist() if as_python else list(values))
    if refused:
        return None, [Problem.of(f"facts.{why}", where(i), values[i], **more) for i, why, more in refused]
    return _column(programme, fact, stored), []


def value_of(definition: FactDefinition, column: Column, i: int) -> Value:
    """One value of a column: bool, option id, int or Decimal, date, ``"none"``, names, text; None when unknown."""
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
    """A number with its unit, digits in groups of three: 1,650 万元; of a unit such as workshop(s): 1 workshop."""
    shown = f"{Decimal(number):,f}"
    unit = fact.unit.in_(lang).replace("(s)", "" if number == 1 else "s") if fact.unit else ""
    return f"{shown} {unit}".rstrip()


def plain(name: str) -> str:
    """A name for comparing: full width and case do not matter, nor do blanks around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


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
    raise _RefusedError("unknown-option", known=", ".join(ids))


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


def day_of(value: object) -> date:
    """A day: a date, one of numpy's, its ISO text, or a time, of which the day that it shows counts.

    Raises:
        ValueError: it is none, such as a number, or what numpy would read besides: "now", "2025-06".
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, np.datetime64) and not np.isnat(value):
        day: date = value.astype("datetime64[D]").item()
        return day
    return date.fromisoformat(value.strip() if isinstance(value, str) else "")


def _date(fact: FactDefinition, value: object) -> date:
    try:
        return day_of(value)
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
