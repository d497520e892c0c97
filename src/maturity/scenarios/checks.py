"""What is wrong with a programme file: every slip that can be seen without deciding anybody.

A first round finds ids that are double or lead nowhere; the next ones find what cannot be compared, contradicts the
words of its clause, or decides nothing. They pass over what was found wrong before and what leans on it, so that one
slip is one problem, and look at all the rest, so that all problems come at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final, Protocol

from maturity.definition import Number
from maturity.errors import Problem
from maturity.language import in_a_row
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
    Variant,
    amended,
    levels_of,
)
from maturity.scenarios.references import (
    File,
    Parts,
    asked_by,
    asked_of,
    groups_above,
    rules_of,
    rules_of_condition,
    sound_part,
    unresolved,
)
from maturity.scenarios.rules import (
    APPLICATION,
    DECIDING,
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
    ExternalReference,
    Fixed,
    Grade,
    Handed,
    Is,
    Judgement,
    Modality,
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
    leaves,
    parts,
)

_UPWARD, _DOWNWARD = r"以上|不低于|不少于|不小于", r"以下|以内|不超过|不高于|不多于|不大于"
_INCLUSIVE: Final = {">": _UPWARD, ">=": _UPWARD, "<": _DOWNWARD, "<=": _DOWNWARD}
"""The words that include the number they name (民法典 article 1259), by comparison."""
_ABOVE, _BELOW = r"(?<!不)(?:超过|高于|大于|多于)|以外", r"不满|(?<!不)(?:低于|少于|小于)"
_EXCLUSIVE: Final = {">": _ABOVE, ">=": _ABOVE, "<": _BELOW, "<=": _BELOW}
"""The words that leave it out."""
_SOFTER: Final[Mapping[Modality, str]] = {"principle": "原则上", "reference": "参照"}
"""Words of a clause that is less than mandatory; a reading may still make it so."""


def problems(loaded: File) -> list[Problem]:
    """All that is wrong with a programme file."""
    found = unresolved(loaded)
    sound = sound_part(loaded, found)
    asked = asked_of(sound, found)
    found += [*_kinds(sound, asked), *_measures(sound, asked), *_catalogues(sound, asked)]
    found += _clauses(loaded) if not _dangles(found, "clause") else ()
    sound = sound_part(sound, found)
    found += [*_thresholds(sound, asked_of(sound, found)), *_words(sound), *_dates(sound), *_outcomes(sound)]
    found += _tiers(loaded) if not _dangles(found, "tiers") else ()
    return found


def _dangles(found: Sequence[Problem], key: str) -> bool:
    """Whether a reference of that key leads nowhere, so that what it was meant for seems to be left without use."""
    return any(problem.id == "definition.dangling" and problem.where.endswith(f".{key}") for problem in found)


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


def _kinds(loaded: File, asked: Parts) -> Iterator[Problem]:
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
        yield from _column(f"{file}: application_date", facts[value.application_date], "date")
    for where, part in asked:
        for id, wanted in _asks(part):
            if id and facts[id].kind not in wanted:
                shown = " / ".join(wanted)
                yield Problem.of("programme.wrong-kind", where, id, kind=facts[id].kind, wanted=shown)
        yield from (Problem.of("definition.missing-key", f"{where}.{key}") for key in _lacks(part))
        if isinstance(part, Dated) and part.date is not None and (part.against or part.months):
            yield Problem.of("programme.date-and-against", where, part.against or part.months)


def _catalogues(loaded: File, asked: Parts) -> Iterator[Problem]:
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


class _OfClause(Protocol):
    """What is made of a clause."""

    @property
    def clause(self) -> str: ...


def _clauses(loaded: File) -> Iterator[Problem]:
    """Clauses that nothing is made of and that do not say what they are."""
    value = loaded.value
    groups: tuple[tuple[_OfClause, ...], ...] = (
        *(value.conditions, value.readings, value.interpretations, value.measures, value.catalogues),
        *(value.deadlines, value.sanctions, value.quotas),
        *(procedure.transitions for procedure in value.procedures),
        *(procedure.premises for procedure in value.procedures),
    )
    used = {one.clause for group in groups for one in group}
    for clause in value.clauses:
        if clause.id not in used and clause.modality is None:
            yield Problem.of("programme.clause-without-use", f"{loaded.file}: clauses.{clause.id}", clause.id)


def _measures(loaded: File, asked: Parts) -> Iterator[Problem]:
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
                yield from _column(f"{place}.date", ledger.column(measure.date), "date")
            for id in dict.fromkeys((*measure.include, *measure.exclude)):
                named = [*measure.include.get(id, ()), *measure.exclude.get(id, ())]
                yield from _column(f"{place}.include", ledger.column(id), "one_of")
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
                yield from _column(f"{where}.window", facts[id], "date")


def _column(where: str, column: FactDefinition, wanted: FactKind) -> Iterator[Problem]:
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
            yield from _column(where, part, "number")
        elif (part.unit, part.decimals) != (to.unit, to.decimals) or part.negative:
            yield Problem.of("programme.sum-of-unlike", where, part.id, first=to.id)


def _thresholds(loaded: File, asked: Parts) -> Iterator[Problem]:
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
                    yield from _whole(f"{where}.window", part.window.months, 1, None)
                if isinstance(part.window, CalendarYears):
                    yield from _whole(f"{where}.window", part.window.years, 1, None)
            case Count():
                for bar in bars:
                    yield from _whole(where, bar, 0, None)
                yield from _enough(loaded.value, part, bars, where)
            case Grade():
                options = [option.id for option in facts[part.fact].options]
                if (part.op, part.grade) in ((">", options[-1]), ("<", options[0])):
                    yield Problem.of("programme.unreachable", where, part.grade, most=options[-1])
            case NoEvent():
                yield from _whole(where, part.months, 1, None)
            case Dated() | NotListed():
                yield from _whole(where, part.months, 1, None) if part.months else ()
            case Recognition():
                yield from _whole(where, part.valid_months, 1, None) if part.valid_months else ()
            case Handed():
                yield from _whole(where, part.copies, 1, None) if part.copies else ()
            case Assessed():
                yield from _level(where, part, facts)
            case AtLeast():
                yield from _whole(where, part.count, 1, len(part.of))


def _words(loaded: File) -> Iterator[Problem]:
    """Comparisons and modalities that say something else than the words of their clause."""
    quotes = {clause.id: clause.quote for clause in loaded.value.clauses}
    for condition in loaded.value.conditions:
        quote = quotes.get(condition.clause, "")
        for place, rule in rules_of_condition(condition, loaded.file):
            for leaf in leaves(rule):
                op = leaf.op if isinstance(leaf, WithThreshold | Versus | Grade | Dated) else ""
                where = f"{place}.{leaf.kind}.op"
                including, beyond = (re.search(words.get(op, "$^"), quote) for words in (_INCLUSIVE, _EXCLUSIVE))
                if op in (">", "<") and including and not beyond:
                    yield Problem.of("programme.strict-comparison", where, op, word=including[0], wanted=f"{op}=")
                if op in (">=", "<=") and beyond and not including:
                    yield Problem.of("programme.loose-comparison", where, op, word=beyond[0], wanted=op[0])
        for modality, word in _SOFTER.items():
            if condition.modality == "mandatory" and word in quote:
                where = f"{loaded.file}: conditions.{condition.id}.modality"
                yield Problem.of("programme.stronger-than-quote", where, condition.modality, word=word, wanted=modality)


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
    yield from _whole(where, rule.at_least, 1, None)
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


def _whole(where: str, number: Number, least: int, most: int | None) -> Iterator[Problem]:
    exact: Fraction = number.exact
    if exact.denominator != 1 or exact < least or (most is not None and exact > most):
        span = f"{least} – {most}" if most is not None else f"{least} …"
        yield Problem.of("programme.not-whole", where, number.value, span=span)


def _dates(loaded: File) -> Iterator[Problem]:
    """What closes before it opens."""
    value, file = loaded.value, loaded.file
    if value.in_force_to is not None and value.in_force_to < value.in_force_from:
        yield Problem.of("programme.closes-first", f"{file}: in_force_to", value.in_force_to, opens=value.in_force_from)
    for place, rule in rules_of(loaded):
        for leaf in parts(rule):
            if isinstance(leaf, Aggregate) and isinstance(leaf.window, Fixed):
                first, last = leaf.window.first.value, leaf.window.last.value
                if last < first:
                    yield Problem.of("programme.closes-first", f"{place}.aggregate.window.last", last, opens=first)
            if not isinstance(leaf, Applied):
                continue
            if leaf.opens and leaf.closes and leaf.closes.value < leaf.opens.value:
                where = f"{place}.applied.closes"
                yield Problem.of("programme.closes-first", where, leaf.closes.value, opens=leaf.opens.value)


def _outcomes(loaded: File) -> Iterator[Problem]:
    """Conditions that block for ever, and routes and readings without effect."""
    value, file = loaded.value, loaded.file
    for condition in value.conditions:
        for reading, by_option in condition.under.items():
            for option, variant in by_option.items():
                if not (variant.rule or variant.modality or amended(condition.rule, variant) is not condition.rule):
                    where = f"{file}: conditions.{condition.id}.under.{reading}.{option}"
                    yield Problem.of("programme.reading-without-effect", where, option)
        for key in ("rule", "window"):
            first, *more = [
                reading
                for reading, by_option in condition.under.items()
                if any(getattr(variant, key) for variant in by_option.values())
            ] or [""]
            for other in more:
                where = f"{file}: conditions.{condition.id}.under"
                yield Problem.of("programme.readings-collide", where, other, first=first, key=key)
    for condition in value.conditions:
        place = f"{file}: conditions.{condition.id}"
        readings = {**condition.under, "": {"": Variant()}}
        for options in readings.values():
            for variant in options.values():
                modality, rule = variant.modality or condition.modality, variant.rule or condition.rule
                open_ended = [leaf.kind for leaf in leaves(rule) if isinstance(leaf, Judgement | ExternalReference)]
                if modality in DECIDING and open_ended:
                    yield Problem.of("programme.never-decided", f"{place}.modality", modality, kind=open_ended[0])
    for route in value.routes:
        for id in sorted(set(route.waives) & set(route.requires)):
            yield Problem.of("programme.waived-and-required", f"{file}: routes.{route.id}", id)
    binding = {condition.id: condition.modality for condition in value.conditions}
    for route in value.routes:
        for id in (*route.waives, *route.requires):
            if binding[id] not in DECIDING:
                yield Problem.of(
                    "programme.route-without-effect", f"{file}: routes.{route.id}", id, modality=binding[id]
                )


def _tiers(loaded: File) -> Iterator[Problem]:
    """Tiers that nothing decides."""
    value, file = loaded.value, loaded.file
    for tier in value.tiers:
        special = {id for route in value.routes if route.tier == tier.id for id in route.requires}
        own = [one for one in value.conditions if tier.id in one.tiers and one.id not in special]
        if not any(one.modality in DECIDING for one in own):
            yield Problem.of("programme.tier-without-conditions", f"{file}: tiers.{tier.id}", tier.id)
