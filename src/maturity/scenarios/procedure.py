"""What stands around the conditions of a programme: who acts, by when, in which order, what is punished, how many.

All of it is data, to be printed, checked and looked up; nothing here runs anything. `Proceedings` is the part of a
programme file that holds it, and `refusals` what is wrong with such a part.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import model_validator

from maturity.definition import Cited, Definition, Document, Id, Number, Some, dangling, duplicates
from maturity.errors import Problem
from maturity.language import Text
from maturity.scenarios.rules import Day, Rule

OptionOf = Mapping[str, str]
"""An option by reading: what is said of it holds where one of these readings takes that option."""


class Actor(Definition):
    """Who does something: an office, an applicant, experts."""

    id: Id
    name: Text


class Deadline(Definition):
    """What an actor has to do by a day.

    Attributes:
        tiers: that it belongs to.
        by: the day the document names; it is the last day, but where a reading leaves it out (``excluded_under``):
            then the day before is, and each further reading of the kind takes one more.
        after: deadlines that come before it; a chain that goes backwards is refused.
        documents: what has to be handed in.
    """

    id: Id
    name: Text
    clause: str
    actor: str
    tiers: Annotated[tuple[str, ...], Some]
    by: Day
    after: tuple[str, ...] = ()
    excluded_under: Mapping[str, str] = {}
    documents: tuple[Text, ...] = ()

    def last_day(self, readings: Mapping[str, str]) -> date:
        """The last day on which it is done in time."""
        left_out = sum(readings[reading] == option for reading, option in self.excluded_under.items())
        return self.by.value - timedelta(days=left_out)


class State(Definition):
    """Where an application stands."""

    id: Id
    name: Text


class Transition(Cited):
    """A step from one of some states to another; without ``sources`` it begins the procedure.

    ``cite`` says where it stands, or that it is only implied (``basis = "assumed"``); not all take an ``optional`` one.
    """

    id: Id
    name: Text
    sources: tuple[str, ...] = ()
    target: str
    actor: str
    clause: str
    guard: Text | None = None
    optional: bool = False


class Premise(Cited):
    """What the words of a clause presuppose of whoever has reached some states: that the verdict is one of these."""

    states: Annotated[tuple[str, ...], Some]
    verdicts: Annotated[tuple[Literal["eligible", "cultivation"], ...], Some]
    clause: str


class Procedure(Definition):
    """The states of an application and the steps between them.

    ``premises``: what some states presuppose; where verdicts contradict the status it is noted, and decides nothing.

    ``status`` and ``status_before`` are the facts that hold where an application stands, and where it stood when it was
    last looked at; "" when nobody asks.
    """

    id: Id
    name: Text
    tiers: Annotated[tuple[str, ...], Some]
    states: Annotated[tuple[State, ...], Some]
    transitions: Annotated[tuple[Transition, ...], Some]
    premises: tuple[Premise, ...] = ()
    status: str = ""
    status_before: str = ""

    def state(self, id: str) -> State:
        """The state of that id."""
        return next(state for state in self.states if state.id == id)

    def after(self, state: str) -> tuple[str, ...]:
        """The states that can follow one, in the file's order."""
        return tuple(dict.fromkeys(step.target for step in self.transitions if state in step.sources))


class Sanction(Cited):
    """What bars an applicant for some calendar months after an event, both ends included.

    Only what is on record bars: what nobody recorded bars nobody, and leaves nothing undecided. Where it is on record
    that there is a ban, and the day from which it runs is not, the applicant is undecided (`NotBarred`).

    Attributes:
        event: the fact that holds the day from which it runs.
        event_under: another fact, by reading and option.
        recorded_by: by one_of fact, such as a status, the options that only those have on whom it was imposed.
        consequences: what else follows.
    """

    id: Id
    name: Text
    clause: str
    tiers: Annotated[tuple[str, ...], Some]
    months: Number
    event: str
    event_under: Mapping[str, Mapping[str, str]] = {}
    recorded_by: Mapping[str, tuple[str, ...]] = {}
    consequences: tuple[Text, ...] = ()


class Quota(Cited):
    """At most so many of a batch, in the order of a rank that the user gives.

    Attributes:
        tier: whose eligible applicants share the places.
        most: how many places there are.
        per: the fact by whose values the batch is parted; "" when all of it shares the places.
        rank: the fact that holds the rank; 1 comes first.
        outside: who takes no place, where one of the options of ``outside_under`` holds.
    """

    id: Id
    name: Text
    clause: str
    tier: str
    most: Number
    per: str = ""
    rank: str
    outside: Rule | None = None
    outside_under: Mapping[str, str] = {}


def holds_under(options: OptionOf, readings: Mapping[str, str]) -> bool:
    """Whether one of the readings takes the option named for it."""
    return any(readings[reading] == option for reading, option in options.items())


class Proceedings(Document):
    """The part of a programme file that stands around its conditions."""

    actors: tuple[Actor, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    quotas: tuple[Quota, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _states_as_options(cls, data: Any) -> Any:
        """A fact with ``states_of`` has the states of that procedure as its options, so that they are written once."""
        if not isinstance(data, dict):
            return data
        procedures, facts = (
            [one for one in many if isinstance(one, dict)] if isinstance(many, list) else []
            for many in (data.get("procedures"), data.get("facts"))
        )
        states = {str(one.get("id")): one.get("states") for one in procedures}  # what is no text is refused below
        for fact in facts:
            if "states_of" in fact and "options" not in fact:
                fact["options"] = states.get(str(fact["states_of"])) or []
        return data

    def actor(self, id: str) -> Actor:
        """The actor of that id."""
        return next(actor for actor in self.actors if actor.id == id)


# ---------------------------------------------------------------------- what is refused


Kind = Literal["yes_no", "one_of", "grade", "number", "date", "event_date", "names", "text"]


def refusals(
    value: Proceedings,
    file: str,
    *,
    clauses: Sequence[str],
    tiers: Sequence[str],
    facts: Mapping[str, str],
    options: Mapping[str, Sequence[str]],
    readings: Mapping[str, Sequence[str]],
) -> Iterator[Problem]:
    """What is wrong with deadlines, procedures, sanctions and quotas.

    ``facts`` holds the kind of each fact, ``options`` its options, ``readings`` those of each reading.
    """
    for group in ("actors", "deadlines", "procedures", "sanctions", "quotas"):
        yield from duplicates([one.id for one in getattr(value, group)], f"{file}: {group}")
    cited: list[tuple[str, Deadline | Transition | Premise | Sanction | Quota]] = [
        *((f"{file}: deadlines.{one.id}", one) for one in value.deadlines),
        *((f"{file}: sanctions.{one.id}", one) for one in value.sanctions),
        *((f"{file}: quotas.{one.id}", one) for one in value.quotas),
    ]
    for procedure in value.procedures:
        place = f"{file}: procedures.{procedure.id}"
        cited += [(f"{place}.transitions.{step.id}", step) for step in procedure.transitions]
        cited += [(f"{place}.premises", premise) for premise in procedure.premises]
        yield from _procedure(procedure, place, facts)
    actors = [actor.id for actor in value.actors]
    for place, part in cited:
        yield from dangling(part.clause, clauses, f"{place}.clause")
        if isinstance(part, Deadline | Transition):
            yield from dangling(part.actor, actors, f"{place}.actor")
    for place, named in [
        *((f"{file}: deadlines.{one.id}", one.tiers) for one in value.deadlines),
        *((f"{file}: procedures.{one.id}", one.tiers) for one in value.procedures),
        *((f"{file}: sanctions.{one.id}", one.tiers) for one in value.sanctions),
        *((f"{file}: quotas.{one.id}", (one.tier,)) for one in value.quotas),
    ]:
        for tier in named:
            yield from dangling(tier, tiers, f"{place}.tiers")
    yield from _chains(value.deadlines, file, readings)
    for sanction in value.sanctions:
        yield from _sanction(sanction, f"{file}: sanctions.{sanction.id}", facts, options, readings)
    for quota in value.quotas:
        yield from _quota(quota, f"{file}: quotas.{quota.id}", facts, readings)


def _procedure(procedure: Procedure, place: str, facts: Mapping[str, str]) -> Iterator[Problem]:
    states = [state.id for state in procedure.states]
    yield from duplicates(states, f"{place}.states")
    yield from duplicates([step.id for step in procedure.transitions], f"{place}.transitions")
    for step in procedure.transitions:
        for state in (*step.sources, step.target):
            yield from dangling(state, states, f"{place}.transitions.{step.id}")
    reached: set[str] = set()
    while more := {
        step.target
        for step in procedure.transitions
        if step.target not in reached and (not step.sources or reached & set(step.sources))
    }:
        reached |= more
    for state in states:
        if state not in reached:
            yield Problem.of("programme.state-out-of-reach", f"{place}.states.{state}", state)
    presuming = [state for premise in procedure.premises for state in premise.states]
    yield from duplicates(presuming, f"{place}.premises")
    for state in presuming:
        yield from dangling(state, states, f"{place}.premises")
    if presuming and not procedure.status:
        yield Problem.of("definition.missing-key", f"{place}.status")
    for key, fact in (("status", procedure.status), ("status_before", procedure.status_before)):
        if fact:
            yield from _fact(fact, f"{place}.{key}", facts, "one_of")


def _chains(deadlines: Sequence[Deadline], file: str, readings: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    known = {deadline.id: deadline for deadline in deadlines}
    for deadline in deadlines:
        place = f"{file}: deadlines.{deadline.id}"
        yield from _options(deadline.excluded_under, f"{place}.excluded_under", readings)
        for before in deadline.after:
            yield from dangling(before, list(known), f"{place}.after")
            if before in known and known[before].by.value > deadline.by.value:
                day = known[before].by.value
                yield Problem.of("programme.goes-backwards", place, deadline.by.value, before=before, day=day)
        if _comes_back(deadline.id, known):
            yield Problem.of("programme.goes-in-circles", place, deadline.id)


def _comes_back(id: str, known: Mapping[str, Deadline]) -> bool:
    """Whether a deadline comes after itself."""
    seen: set[str] = set()
    todo = list(known[id].after)
    while todo:
        before = todo.pop()
        if before == id:
            return True
        if before in known and before not in seen:
            seen.add(before)
            todo += known[before].after
    return False


def _sanction(
    sanction: Sanction,
    place: str,
    facts: Mapping[str, str],
    options: Mapping[str, Sequence[str]],
    readings: Mapping[str, Sequence[str]],
) -> Iterator[Problem]:
    yield from _fact(sanction.event, f"{place}.event", facts, "event_date")
    for reading, by_option in sanction.event_under.items():
        yield from dangling(reading, list(readings), f"{place}.event_under")
        for option, fact in by_option.items():
            yield from dangling(option, readings.get(reading, [option]), f"{place}.event_under.{reading}")
            yield from _fact(fact, f"{place}.event_under.{reading}.{option}", facts, "event_date")
    for fact, recorded in sanction.recorded_by.items():
        yield from _fact(fact, f"{place}.recorded_by", facts, "one_of")
        for option in recorded:
            yield from dangling(option, options.get(fact, [option]), f"{place}.recorded_by.{fact}")
    yield from _whole(sanction.months, f"{place}.months")


def _quota(
    quota: Quota, place: str, facts: Mapping[str, str], readings: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    yield from _fact(quota.rank, f"{place}.rank", facts, "number")
    if quota.per:
        yield from _fact(quota.per, f"{place}.per", facts, "one_of")
    yield from _options(quota.outside_under, f"{place}.outside_under", readings)
    yield from _whole(quota.most, f"{place}.most")


def _fact(fact: str, place: str, facts: Mapping[str, str], wanted: Kind) -> Iterator[Problem]:
    yield from dangling(fact, list(facts), place)
    if facts.get(fact, wanted) != wanted:
        yield Problem.of("programme.wrong-kind", place, fact, kind=facts[fact], wanted=wanted)


def _options(options: OptionOf, place: str, readings: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    for reading, option in options.items():
        yield from dangling(reading, list(readings), place)
        yield from dangling(option, readings.get(reading, [option]), f"{place}.{reading}")


def _whole(number: Number, place: str) -> Iterator[Problem]:
    if number.exact.denominator != 1 or number.exact < 1:
        yield Problem.of("programme.not-whole", place, number.value, span="1 …")
