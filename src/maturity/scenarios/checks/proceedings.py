"""What stands around the conditions of a programme file: deadlines, states, sanctions, quotas."""

from collections.abc import Iterator, Mapping, Sequence

from maturity.definition import dangling, duplicates
from maturity.errors import Problem
from maturity.scenarios.checks.contents import File
from maturity.scenarios.checks.fitting import of_kind, whole
from maturity.scenarios.procedure import Deadline, OptionOf, Premise, Procedure, Quota, Sanction, Transition
from maturity.scenarios.programme import FactDefinition, FactKind

Facts = Mapping[str, FactDefinition]
Options = Mapping[str, Sequence[str]]
"""The options of each reading."""


def proceedings(loaded: File) -> Iterator[Problem]:
    """What is wrong with actors, deadlines, procedures, sanctions and quotas, and with the facts that lean on them."""
    value, file = loaded.value, loaded.file
    procedures = [procedure.id for procedure in value.procedures]
    for fact in value.facts:
        if fact.states_of:
            yield from dangling(fact.states_of, procedures, f"{file}: facts.{fact.id}.states_of")
        if fact.planned_for:
            known = [other.id for other in value.facts if other.kind == "yes_no"]
            yield from dangling(fact.planned_for, known, f"{file}: facts.{fact.id}.planned_for")
    named = {condition.id for condition in value.conditions}
    for sanction in value.sanctions:
        if sanction.id in named:
            yield from duplicates([sanction.id] * 2, f"{file}: sanctions")
    facts = {fact.id: fact for fact in value.facts}
    readings = {reading.id: [option.id for option in reading.options] for reading in value.readings}
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
    actors, clauses = [actor.id for actor in value.actors], [clause.id for clause in value.clauses]
    for place, part in cited:
        yield from dangling(part.clause, clauses, f"{place}.clause")
        if isinstance(part, Deadline | Transition):
            yield from dangling(part.actor, actors, f"{place}.actor")
    for place, served in [
        *((f"{file}: deadlines.{one.id}", one.tiers) for one in value.deadlines),
        *((f"{file}: procedures.{one.id}", one.tiers) for one in value.procedures),
        *((f"{file}: sanctions.{one.id}", one.tiers) for one in value.sanctions),
        *((f"{file}: quotas.{one.id}", (one.tier,)) for one in value.quotas),
    ]:
        for tier in served:
            yield from dangling(tier, [known.id for known in value.tiers], f"{place}.tiers")
    yield from _chains(value.deadlines, file, readings)
    for sanction in value.sanctions:
        yield from _sanction(sanction, f"{file}: sanctions.{sanction.id}", facts, readings)
    for quota in value.quotas:
        yield from _quota(quota, f"{file}: quotas.{quota.id}", facts, readings)


def _procedure(procedure: Procedure, place: str, facts: Facts) -> Iterator[Problem]:
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


def _chains(deadlines: Sequence[Deadline], file: str, readings: Options) -> Iterator[Problem]:
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
    facts: Facts,
    readings: Options,
) -> Iterator[Problem]:
    yield from _fact(sanction.event, f"{place}.event", facts, "event_date")
    for reading, by_option in sanction.event_under.items():
        yield from dangling(reading, list(readings), f"{place}.event_under")
        for option, fact in by_option.items():
            yield from dangling(option, readings.get(reading, [option]), f"{place}.event_under.{reading}")
            yield from _fact(fact, f"{place}.event_under.{reading}.{option}", facts, "event_date")
    for fact, recorded in sanction.recorded_by.items():
        yield from _fact(fact, f"{place}.recorded_by", facts, "one_of")
        options = [option.id for option in facts[fact].options] if fact in facts else recorded
        for option in recorded:
            yield from dangling(option, options, f"{place}.recorded_by.{fact}")
    yield from whole(f"{place}.months", sanction.months, 1, None)


def _quota(quota: Quota, place: str, facts: Facts, readings: Options) -> Iterator[Problem]:
    yield from _fact(quota.rank, f"{place}.rank", facts, "number")
    if quota.per:
        yield from _fact(quota.per, f"{place}.per", facts, "one_of")
    yield from _options(quota.outside_under, f"{place}.outside_under", readings)
    yield from whole(f"{place}.most", quota.most, 1, None)


def _fact(fact: str, place: str, facts: Facts, wanted: FactKind) -> Iterator[Problem]:
    yield from dangling(fact, list(facts), place)
    if fact in facts:
        yield from of_kind(place, facts[fact], wanted)


def _options(options: OptionOf, place: str, readings: Options) -> Iterator[Problem]:
    for reading, option in options.items():
        yield from dangling(reading, list(readings), place)
        yield from dangling(option, readings.get(reading, [option]), f"{place}.{reading}")
