"""What rules ask beside what there is to be asked: kinds of facts, catalogues, measures, numbers that compare."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from maturity.definition import Number
from maturity.errors import Problem
from maturity.language import in_a_row
from maturity.scenarios.checks.contents import (
    File,
    Parts,
    asked_by,
    groups_above,
)
from maturity.scenarios.programme import (
    FACT_KINDS,
    LEDGER_KINDS,
    MOST_UNITS,
    SEPARATORS,
    FactDefinition,
    FactKind,
    LedgerDefinition,
    MeasureDefinition,
    ProgrammeDefinition,
    levels_of,
)
from maturity.scenarios.rules import (
    APPLICATION,
    Aggregate,
    Applied,
    Assessed,
    AtLeast,
    BeforeCompletion,
    CalendarYears,
    Compare,
    Count,
    Covers,
    Dated,
    Grade,
    Handed,
    Is,
    NoEvent,
    NotListed,
    Recognition,
    Rolling,
    Rule,
    Share,
    Sum,
    Versus,
    WithThreshold,
    anchors_of,
)


def _asks(rule: Rule) -> Iterator[tuple[str, tuple[FactKind, ...]]]:
    """The facts that one rule asks, with the kinds they can have; those of amounts are checked with their measures."""
    match rule:
        case Is():
            yield rule.fact, ("yes_no",) if isinstance(rule.value, bool) else ("one_of",)
        case Compare():
            yield rule.fact, ("number",)
        case Versus():
            yield from ((fact, ("number",)) for fact in (rule.fact, rule.reference))
        case Share():
            yield from ((fact, ("number",)) for fact in (rule.numerator, rule.denominator))
        case Sum():
            yield from ((fact, ("number",)) for fact in rule.facts)
        case Grade():
            yield rule.fact, ("grade",)
        case Dated():
            yield rule.fact, ("date",)
            if rule.against not in ("", APPLICATION):
                yield rule.against, ("date",)
        case NoEvent():
            yield rule.fact, ("event_date",)
            yield rule.anchor, ("date",)
        case NotListed():
            yield rule.fact, ("yes_no",)
            yield rule.queried_on, ("date",)
        case Count() | Covers():
            yield rule.fact, ("names",)
        case Assessed():
            yield from ((fact, ("number",)) for fact in (rule.declared_level, rule.declared_total))
        case Recognition():
            yield rule.fact, ("grade",)
            yield from ((fact, ("date",)) for fact in (rule.on, rule.valid_until))
        case Handed():
            yield from ((fact, ("yes_no",)) for fact in (rule.submitted, rule.stamped))
            yield rule.copies_given, ("number",)


def _lacks(rule: Rule) -> Iterator[str]:
    """Keys that a rule needs because of another key that it has."""
    match rule:
        case NotListed() if rule.months and not rule.queried_on:
            yield "queried_on"
        case Recognition() if (rule.before or rule.valid_months or rule.equivalents) and not rule.on:
            yield "on"
        case Handed() if rule.copies and not rule.copies_given:
            yield "copies_given"
        case Handed() if rule.copies_given and not rule.copies:
            yield "copies"
        case Dated() if rule.date is None and not rule.against:
            yield "date"
        case Applied() if rule.opens is None and rule.closes is None:
            yield "closes"


def kinds(loaded: File, asked: Parts) -> Iterator[Problem]:
    """Facts whose keys do not belong to their kind, and conditions that ask a fact of the wrong kind."""
    value, file = loaded.value, loaded.file
    facts = {fact.id: fact for fact in value.facts}
    own = {
        "options": ("one_of", "grade"),
        "states_of": ("one_of",),
        "planned_for": ("date",),
        "scale": ("grade",),
        "unit": ("number",),
        "decimals": ("number",),
        "negative": ("number",),
        "most": ("number",),
        "catalogue": ("names", "text"),
    }
    for reading in value.readings:
        if len(reading.options) < 2:
            where = f"{file}: readings.{reading.id}.options"
            yield Problem.of("programme.too-few-options", where, len(reading.options))
    for place, fact in asked_by(value):
        possible = LEDGER_KINDS if place.startswith("ledgers.") else FACT_KINDS
        if fact.kind not in possible:
            right = ", ".join(possible)
            yield Problem.of("programme.kind-not-here", f"{file}: {place}.kind", fact.kind, possible=right)
        for key, kinds in own.items():
            if key in fact.model_fields_set and fact.kind not in kinds:
                yield Problem.of("programme.key-of-other-kind", f"{file}: {place}.{key}", key, kind=fact.kind)
        if fact.kind in own["options"] and len(fact.options) < 2:
            yield Problem.of("programme.too-few-options", f"{file}: {place}.options", len(fact.options))
        if fact.kind == "grade" and fact.scale is None:
            yield Problem.of("definition.missing-key", f"{file}: {place}.scale")
    if value.application_date in facts:
        yield from of_kind(f"{file}: application_date", facts[value.application_date], "date")
    for meaning in value.meanings:
        if meaning.fact in facts:
            yield from of_kind(f"{file}: meanings.{meaning.fact}.fact", facts[meaning.fact], "yes_no")
    for where, part in asked:
        for id, wanted in _asks(part):
            if id and facts[id].kind not in wanted:
                shown = " / ".join(wanted)
                yield Problem.of("programme.wrong-kind", where, id, kind=facts[id].kind, wanted=shown)
        yield from (Problem.of("definition.missing-key", f"{where}.{key}") for key in _lacks(part))
        if isinstance(part, Dated) and part.date is not None and (part.against or part.months):
            yield Problem.of("programme.date-and-against", where, part.against or part.months)


def catalogues(loaded: File, asked: Parts) -> Iterator[Problem]:
    """Catalogues that repeat another, go round in a circle, do not lead to the groups that a rule counts, or whose
    names would be read as several."""
    value, file = loaded.value, loaded.file
    groups = {catalogue.id: catalogue.groups for catalogue in value.catalogues}
    names = {one.id: {entry.name.zh for entry in one.entries} for one in value.catalogues}
    for catalogue in value.catalogues:
        for entry in catalogue.entries:
            where = f"{file}: catalogues.{catalogue.id}.{entry.id}"
            written = (entry.name.zh, entry.name.en, *entry.synonyms)
            yield from (Problem.of("programme.parted-name", where, one) for one in written if SEPARATORS.search(one))
    above = {id: groups_above(id, groups) for id in groups}
    for id, chain in above.items():
        if id in chain:
            yield Problem.of("programme.circular-groups", f"{file}: catalogues.{id}.groups", groups[id])
    for first, second in combinations(names, 2):
        common = names[first] & names[second]
        if second in above[first] or first in above[second]:
            continue  # a stage and the link it belongs to may well have one name
        if 2 * len(common) >= min(len(names[first]), len(names[second])) and len(common) > 1:
            where = f"{file}: catalogues.{second}"
            yield Problem.of("programme.same-catalogue", where, second, first=first, common=in_a_row(sorted(common)))
    facts = {fact.id: fact for fact in value.facts}
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    for where, part in asked:
        if isinstance(part, Count | Covers) and facts[part.fact].kind == "names":
            own = facts[part.fact].catalogue
            if part.catalogue and part.catalogue not in (own, *above[own]):
                yield Problem.of("programme.not-grouped", f"{where}.catalogue", part.catalogue, own=own)
            if isinstance(part, Count) and part.entries:
                column = ledgers[part.entries.ledger].column(part.entries.column)
                if column.catalogue != own:
                    yield Problem.of("programme.other-catalogue", f"{where}.entries", column.id, own=own)


def measures(loaded: File, asked: Parts) -> Iterator[Problem]:
    """Measures that cannot be added, forget an option, or lack the date that a window needs."""
    value, file = loaded.value, loaded.file
    facts = {fact.id: fact for fact in value.facts}
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    measures = {measure.id: measure for measure in value.measures}
    for measure in value.measures:
        place = f"{file}: measures.{measure.id}"
        if not measure.ledger and not measure.stated:
            yield Problem.of("programme.measure-of-nothing", place, measure.id)
        if not measure.ledger:
            keys = [key for key in ("amount", "date", "include", "exclude") if getattr(measure, key)]
            yield from (Problem.of("programme.key-without-ledger", f"{place}.{key}", key) for key in keys)
        else:
            ledger = ledgers[measure.ledger]
            if measure.date:
                yield from of_kind(f"{place}.date", ledger.column(measure.date), "date")
            for id in dict.fromkeys((*measure.include, *measure.exclude)):
                named = [*measure.include.get(id, ()), *measure.exclude.get(id, ())]
                yield from of_kind(f"{place}.include", ledger.column(id), "one_of")
                for option in ledger.column(id).options:
                    if (times := named.count(option.id)) != 1:
                        yield Problem.of("programme.counts-or-not", f"{place}.include.{id}", option.id, times=times)
        for unit in _unit_of(measure, ledgers, facts):
            yield from _addable(place, unit, [unit, *(facts[id] for id in measure.stated if facts[id] is not unit)])
    for where, part in asked:
        if isinstance(part, Aggregate):
            measure = measures[part.measure]
            if part.window and measure.ledger and not measure.date:
                yield Problem.of("definition.missing-key", f"{file}: measures.{measure.id}.date")
            for key in ("window", "where") if not measure.ledger else ():
                if getattr(part, key):
                    yield Problem.of("programme.key-without-ledger", f"{where}.{key}", key)
            for unit in _unit_of(measure, ledgers, facts):
                yield from _addable(where, unit, [facts[id] for id in part.plus])
            for id in anchors_of(part.window):
                yield from of_kind(f"{where}.window", facts[id], "date")


def of_kind(where: str, column: FactDefinition, wanted: FactKind) -> Iterator[Problem]:
    """A problem when a fact, or a column of a ledger, is of another kind."""
    if column.kind != wanted:
        yield Problem.of("programme.wrong-kind", where, column.id, kind=column.kind, wanted=wanted)


def _unit_of(
    measure: MeasureDefinition, ledgers: Mapping[str, LedgerDefinition], facts: Mapping[str, FactDefinition]
) -> list[FactDefinition]:
    """The column or fact whose unit a measure has; none when it adds nothing."""
    if measure.ledger:
        return [ledgers[measure.ledger].column(measure.amount)]
    return [facts[id] for id in measure.stated[:1]]


def _addable(where: str, to: FactDefinition, parts: Sequence[FactDefinition]) -> Iterator[Problem]:
    """What is no number, or cannot be added to another."""
    for part in parts:
        if part.kind != "number":
            yield from of_kind(where, part, "number")
        elif (part.unit, part.decimals) != (to.unit, to.decimals) or part.negative:
            yield Problem.of("programme.sum-of-unlike", where, part.id, first=to.id)


def thresholds(loaded: File, asked: Parts) -> Iterator[Problem]:
    """Thresholds that no value compares with exactly, and comparisons that contradict the words of the clause."""
    facts = {fact.id: fact for fact in loaded.value.facts}
    ledgers = {ledger.id: ledger for ledger in loaded.value.ledgers}
    finest = {one.id: _unit_of(one, ledgers, facts)[0].decimals for one in loaded.value.measures}
    for where, part in asked:
        bars = [part.threshold, *(one.threshold for one in part.overlays)] if isinstance(part, WithThreshold) else []
        match part:
            case Compare():
                yield from _units(where, bars, facts[part.fact].decimals)
                yield from _reachable(where, part.op, bars, facts[part.fact].most)
            case Share():
                yield from (_share(where, bar) for bar in bars if not 0 <= bar.exact <= 1)
            case Versus():
                own, other = facts[part.fact], facts[part.reference]
                if (own.unit, own.decimals) != (other.unit, other.decimals):
                    yield Problem.of("programme.versus-unlike", where, other.id, first=own.id)
            case Sum():
                yield from _units(where, bars, facts[part.facts[0]].decimals)
                yield from _addable(where, facts[part.facts[0]], [facts[id] for id in part.facts])
            case Aggregate():
                yield from _units(where, bars, finest[part.measure])
                if isinstance(part.window, Rolling | BeforeCompletion):
                    yield from whole(f"{where}.window", part.window.months, 1, None)
                if isinstance(part.window, CalendarYears):
                    yield from whole(f"{where}.window", part.window.years, 1, None)
            case Count():
                for bar in bars:
                    yield from whole(where, bar, 0, None)
                yield from _enough(loaded.value, part, bars, where)
            case Grade():
                options = [option.id for option in facts[part.fact].options]
                if (part.op, part.grade) in ((">", options[-1]), ("<", options[0])):
                    yield Problem.of("programme.unreachable", where, part.grade, most=options[-1])
            case NoEvent():
                yield from whole(where, part.months, 1, None)
            case Dated() | NotListed():
                yield from whole(where, part.months, 1, None) if part.months else ()
            case Recognition():
                yield from whole(where, part.valid_months, 1, None) if part.valid_months else ()
            case Handed():
                yield from whole(where, part.copies, 1, None) if part.copies else ()
            case Assessed():
                yield from _level(where, part, facts)
            case AtLeast():
                yield from whole(where, part.count, 1, len(part.of))


def _units(where: str, thresholds: Sequence[Number], decimals: int) -> Iterator[Problem]:
    for threshold in thresholds:
        yield from _unit(where, threshold, decimals)


def _share(where: str, threshold: Number) -> Problem:
    return Problem.of("programme.share-above-one", where, threshold.value)


def _reachable(where: str, op: str, thresholds: Sequence[Number], most: Number | None) -> Iterator[Problem]:
    """Thresholds above the greatest number that a fact can have."""
    for threshold in thresholds:
        beyond = most is not None and (threshold.value, op == ">") > (most.value, False)
        if most is not None and beyond and op in (">=", ">"):
            yield Problem.of("programme.unreachable", where, threshold.value, most=most.value)


def _enough(value: ProgrammeDefinition, rule: Count, thresholds: Sequence[Number], where: str) -> Iterator[Problem]:
    """Counts of distinct entries that a closed catalogue does not have."""
    own = next(fact.catalogue for fact in value.facts if fact.id == rule.fact)
    catalogue = next(one for one in value.catalogues if one.id == (rule.catalogue or own))
    for threshold in thresholds:
        too_many = threshold.value > len(catalogue.entries) and rule.op in (">=", ">")
        if too_many and not catalogue.open and rule.distinct_by == "category":
            yield Problem.of("programme.unreachable", where, threshold.value, most=len(catalogue.entries))


def _level(where: str, rule: Assessed, facts: Mapping[str, FactDefinition]) -> Iterator[Problem]:
    """Levels that the model does not have, or calls by another name, and declared levels with decimals."""
    yield from whole(where, rule.at_least, 1, None)
    levels = {level.number: level for level in levels_of(rule.model)}
    level = levels.get(int(rule.at_least.value))
    if rule.at_least.value > max(levels):
        yield Problem.of("programme.no-such-level", where, rule.at_least.value, model=rule.model, most=max(levels))
    elif level and rule.level_name and rule.level_name not in (level.name.zh, level.name.en):
        yield Problem.of("programme.other-level-name", where, rule.level_name, number=level.number, name=level.name)
    if rule.declared_level and facts[rule.declared_level].decimals:
        decimals = facts[rule.declared_level].decimals
        yield Problem.of("programme.level-not-whole", where, rule.declared_level, decimals=decimals)


def _unit(where: str, threshold: Number, decimals: int) -> Iterator[Problem]:
    scaled = threshold.exact * 10**decimals
    if scaled.denominator != 1 or abs(scaled) > MOST_UNITS:
        yield Problem.of("programme.threshold-finer", f"{where}.threshold", threshold.value, decimals=decimals)


def whole(where: str, number: Number, least: int, most: int | None) -> Iterator[Problem]:
    """A problem when a number is not whole, or outside ``least`` to ``most`` (None: without end)."""
    exact: Fraction = number.exact
    if exact.denominator != 1 or exact < least or (most is not None and exact > most):
        span = f"{least} – {most}" if most is not None else f"{least} …"
        yield Problem.of("programme.not-whole", where, number.value, span=span)
