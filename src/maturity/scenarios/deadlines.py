"""What is due on a day: the deadlines of a programme, by who has to meet them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, get_args

from maturity.errors import InputError
from maturity.scenarios.conditions import unknown_readings
from maturity.scenarios.procedure import Actor, Deadline
from maturity.scenarios.programme import Programme

When = Literal["late", "due", "next", "later"]
"""Of a deadline on a day: over; its last day; the next one of its actor, or of those on one day; a later one."""
WHENS: Final[tuple[When, ...]] = get_args(When)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it stands on a day.

    Attributes:
        actor: who has to meet it.
        last_day: the last day on which it is met, under the readings in effect.
        days: from the day looked at to the last one; below 0 when it is over.
        when: late is what is over; whether it was done in time is not known here.
    """

    deadline: Deadline
    actor: Actor
    last_day: date
    days: int
    when: When


def calendar(programme: Programme, *, on: date, readings: Mapping[str, str] | None = None) -> tuple[Due, ...]:
    """The deadlines of a programme as they stand on a day, the earliest first.

    >>> from maturity.scenarios import load_programme
    >>> heritage = load_programme("jilin-heritage-2026", on=date(2026, 5, 15))
    >>> [(due.actor.id, due.when, due.days) for due in calendar(heritage, on=date(2026, 5, 15))][:3]
    [('localities', 'late', -21), ('applicant', 'due', 0), ('cities', 'next', 5)]

    Raises:
        InputError: unknown readings, or options of them.
    """
    if isinstance(on, datetime):  # is a date too, and cannot be compared with one
        on = on.date()
    chosen = {**programme.default_readings, **(readings or {})}
    if wrong := [*unknown_readings(programme, chosen)]:
        raise InputError(wrong)
    in_order = sorted(programme.definition.deadlines, key=lambda deadline: deadline.last_day(chosen))
    found = []
    coming: dict[str, date] = {}
    for deadline in in_order:
        last_day = deadline.last_day(chosen)
        when: When = "late" if last_day < on else "due"
        if last_day > on:
            when = "next" if coming.setdefault(deadline.actor, last_day) == last_day else "later"
        actor = programme.definition.actor(deadline.actor)
        found.append(Due(deadline, actor, last_day, (last_day - on).days, when))
    return tuple(found)
