"""What it costs to raise a requirement by a step, and how long it takes: one per step, or the user's table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd, lcm
from typing import Final

from maturity.errors import InputError, Problem, expect, near_or_known
from maturity.improvement.worth import Asked
from maturity.models import MaturityModel, Requirement

MOST_UNITS: Final = 2**40
"""Costs are added in whole units below this, so that the solver's floating point tells one unit from the next."""
MOST_DECIMALS: Final = 9
_COLUMNS: Final = ("id", "choice", "cost", "duration")


def _number(value: object) -> Decimal | None:
    """An exact number from 0; None when it is none."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    digits = number.as_tuple().exponent
    fine = number.is_finite() and number >= 0 and isinstance(digits, int) and digits >= -MOST_DECIMALS
    return number if fine else None


@dataclass(frozen=True, slots=True)
class Price:
    """What a step up costs, and how long it takes; the units are the user's own.

    Raises:
        InputError: amounts that are no numbers from 0.
    """

    cost: Decimal
    duration: Decimal | None = None

    def __post_init__(self) -> None:
        given = {"cost": self.cost} | ({} if self.duration is None else {"duration": self.duration})
        read = {name: _number(value) for name, value in given.items()}
        if wrong := [Problem.of("improvement.bad-cost", name, given[name]) for name in read if read[name] is None]:
            raise InputError(wrong)
        for name, value in read.items():
            object.__setattr__(self, name, value)  # a float as it prints


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs of a step, by requirement or subdomain, and by the choice that the step leads to.

    The nearest entry holds: requirement and choice, requirement, subdomain and choice, subdomain, default.

    Attributes:
        default: of every step that the table does not name: 1, so that a plan's cost is its number of steps.
        table: by id of a requirement or subdomain, and choice id (``""``: every choice).
    """

    default: Price = Price(Decimal(1))
    table: Mapping[tuple[str, str], Price] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        model: MaturityModel,
        rows: Iterable[Mapping[str, object]],
        *,
        default: Decimal | str | int = 1,
        places: Sequence[Mapping[str, str]] = (),
    ) -> "Costs":
        """A table from rows with ``id`` (requirement or subdomain), ``cost``, and if wanted ``choice``, ``duration``.

        Numbers are read exactly: Decimal, int, or their text; floats are read as they print. ``places`` says where what
        each row holds stands, by the same keys, for the problems; without it rows are counted.

        >>> from maturity.models import load_model
        >>> costs = Costs.of(load_model("gbt39116-2020"), [{"id": "data", "cost": "2.5", "duration": 3}])
        >>> costs.table["data", ""]
        Price(cost=Decimal('2.5'), duration=Decimal('3'))

        Raises:
            InputError: unknown ids or choices, rows that repeat another, and costs that are no numbers from 0: all.
        """
        problems: list[Problem] = []
        table: dict[tuple[str, str], Price] = {}
        for at, row in enumerate(rows, start=1):
            expect(Mapping, **{f"costs: {at}": row})
            id, choice = str(row.get("id") or "").strip(), str(row.get("choice") or "").strip()
            where = places[at - 1] if places else dict.fromkeys(_COLUMNS, f"costs: {at}")
            found = [*unknown(model, id, choice, where)]
            if (id, choice) in table:
                found.append(Problem.of("improvement.double-cost", where["id"], f"{id} {choice}".strip()))
            cost, duration = _number(row.get("cost")), _number(row.get("duration"))
            if cost is None:
                found.append(Problem.of("improvement.bad-cost", where["cost"], row.get("cost")))
            if duration is None and str(row.get("duration") or "").strip():
                found.append(Problem.of("improvement.bad-cost", where["duration"], row.get("duration")))
            problems += found
            if cost is not None and not found:
                table[id, choice] = Price(cost, duration)
        standard = _number(default)
        if standard is None:
            problems.append(Problem.of("improvement.bad-cost", "default", default))
        if problems or standard is None:
            raise InputError(problems)
        return cls(Price(standard), table)

    def of_step(self, requirement: Requirement, choice: str) -> Price:
        """The price of the step that leads a requirement to a choice."""
        for id in (requirement.id, requirement.subdomain):
            for key in ((id, choice), (id, "")):
                if key in self.table:
                    return self.table[key]
        return self.default

    def steps(self, asked: Asked) -> tuple[Price, ...]:
        """The prices of the steps above the present answer."""
        return tuple(self.of_step(asked.requirement, choice.id) for choice in asked.above)

    def unit(self, model: MaturityModel) -> Fraction:
        """The largest amount of which every cost of a step is a whole multiple.

        Raises:
            InputError: so small that what all steps of the model cost passes the range of exact sums.
        """
        steps = [
            Fraction(self.of_step(requirement, choice.id).cost)
            for requirement in model.requirements
            for choice in requirement.choices[:-1]
        ]
        whole = lcm(*(cost.denominator for cost in steps))
        unit = Fraction(gcd(*(int(cost * whole) for cost in steps)) or 1, whole)
        if sum(steps, start=Fraction(0)) / unit >= MOST_UNITS:
            raise InputError([Problem.of("improvement.costs-range", "costs", unit, most=MOST_UNITS)])
        return unit


def unknown(model: MaturityModel, id: str, choice: str, where: Mapping[str, str]) -> Iterator[Problem]:
    """An entry of a table for what the model does not have."""
    own = [one for one in model.requirements if id in (one.id, one.subdomain)]
    if not own:
        known = [*model.columns, *(node.id for node in model.subdomains)]
        yield Problem.of("improvement.unknown-item", where["id"], id, near=near_or_known(id, known))
    elif choice and not any(choice == known.id for one in own for known in one.choices):
        right = ", ".join(dict.fromkeys(known.id for one in own for known in one.choices))
        yield Problem.of("answers.unknown-choice", where["choice"], choice, right=right)


def amount(units: int, unit: Fraction) -> Decimal:
    """So many units as a decimal, exact: the unit divides finite decimals, and so is one itself."""
    value = units * unit
    digits = 0
    while 10**digits % value.denominator:
        digits += 1
    whole = value.numerator * (10**digits // value.denominator)
    return Decimal((int(whole < 0), tuple(int(digit) for digit in str(abs(whole))), -digits))


def total(values: Sequence[Decimal]) -> Decimal:
    """A sum of decimals, exact whatever the context's precision is."""
    return amount(1, sum((Fraction(value) for value in values), start=Fraction(0)))
