"""What is wrong with a programme file: every slip that can be seen without deciding anybody.

A first round finds ids that are double or lead nowhere; the second takes them for granted, and finds what cannot be
compared, contradicts the words of its clause, or decides nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from maturity.definition import Cited, Definition, Loaded, Number, dangling, duplicates
from maturity.errors import Problem
from maturity.models import shipped as shipped_models
from maturity.scenarios.procedure import refusals
from maturity.scenarios.programme import (
    ENTERPRISE,
    FACT_KINDS,
    LEDGER_KINDS,
    MOST_UNITS,
    ConditionDefinition,
    EntryDefinition,
    FactDefinition,
    FactKind,
    LedgerDefinition,
    MeasureDefinition,
    ProgrammeDefinition,
    Variant,
    amended,
    levels_of,
)
from maturity.scenarios.rules import (
    DECIDING,
    Aggregate,
    Applied,
    Assessed,
    AtLeast,
    BeforeCompletion,
    CalendarYears,
    Combined,
    Compare,
    Count,
    Dated,
    ExternalReference,
    Fixed,
    Grade,
    Is,
    Judgement,
    NoEvent,
    Rolling,
    Rule,
    Sum,
    Where,
    anchors_of,
    facts_of,
    leaves,
)

_INCLUSIVE: Final = {">": r"以上|不低于|不少于", "<": r"以下|以内|不超过|不高于"}
"""The words that include the number they name, by the strict comparison that would contradict them."""

File = Loaded[ProgrammeDefinition]


def problems(loaded: File) -> Iterator[list[Problem]]:
    """All that is wrong with a programme file, in rounds; each takes for granted that the one before found nothing."""
    yield [*_structure(loaded), *_references(loaded), *_proceedings(loaded)]
    yield [*_kinds(loaded), *_measures(loaded)]
    yield [*_thresholds(loaded), *_dates(loaded), *_outcomes(loaded)]


def _proceedings(loaded: File) -> Iterator[Problem]:
    """What is wrong with what stands around the conditions."""
    value = loaded.value
    procedures = [procedure.id for procedure in value.procedures]
    for fact in value.facts:
        if fact.states_of:
            yield from dangling(fact.states_of, procedures, f"{loaded.file}: facts.{fact.id}.states_of")
    named = {condition.id for condition in value.conditions}
    for sanction in value.sanctions:
        if sanction.id in named:
            yield from duplicates([sanction.id] * 2, f"{loaded.file}: sanctions")
    yield from refusals(
        value,
        loaded.file,
        clauses=[clause.id for clause in value.clauses],
        tiers=[tier.id for tier in value.tiers],
        facts={fact.id: fact.kind for fact in value.facts},
        readings={reading.id: [option.id for option in reading.options] for reading in value.readings},
    )


def _structure(loaded: File) -> Iterator[Problem]:
    """Ids and names that occur twice where one must tell things apart."""
    value, file = loaded.value, loaded.file
    groups: dict[str, Sequence[str]] = {
        "sources": [source.id for source in value.sources],
        "clauses": [clause.id for clause in value.clauses],
        "facts.name.zh": [fact.name.zh for fact in value.facts],
        "facts.name.en": [fact.name.en for fact in value.facts],
        "facts and ledgers": [one.id for one in value.asked],
        "measures": [measure.id for measure in value.measures],
        "catalogues": [catalogue.id for catalogue in value.catalogues],
        "readings": [reading.id for reading in value.readings],
        "tiers": [tier.id for tier in value.tiers],
        "conditions": [condition.id for condition in value.conditions],
        "routes": [route.id for route in value.routes],
        "routes.tier": [route.tier for route in value.routes],
    }
    for ledger in value.ledgers:
        groups[f"ledgers.{ledger.id}"] = [ENTERPRISE, *(column.id for column in ledger.columns)]
        groups[f"ledgers.{ledger.id}.name.zh"] = [column.name.zh for column in ledger.columns]
        groups[f"ledgers.{ledger.id}.name.en"] = [column.name.en for column in ledger.columns]
    for catalogue in value.catalogues:
        groups[f"catalogues.{catalogue.id}"] = [entry.id for entry in catalogue.entries]
        # A name that could mean two entries could not be counted; an entry may well repeat its own.
        groups[f"catalogues.{catalogue.id}.synonyms"] = [name for entry in catalogue.entries for name in _names(entry)]
    for owner, options in [
        *((f"{place}.options", fact.options) for place, fact in _asked(value)),
        *((f"readings.{reading.id}.options", reading.options) for reading in value.readings),
    ]:
        groups[owner] = [option.id for option in options]
        groups[f"{owner}.name.zh"] = [option.name.zh for option in options]
        groups[f"{owner}.name.en"] = [option.name.en for option in options]
    for group, ids in groups.items():
        yield from duplicates(ids, f"{file}: {group}")


def _asked(value: ProgrammeDefinition) -> Iterator[tuple[str, FactDefinition]]:
    """Every fact and every column of a ledger, with its place."""
    yield from ((f"facts.{fact.id}", fact) for fact in value.facts)
    for ledger in value.ledgers:
        yield from ((f"ledgers.{ledger.id}.columns.{column.id}", column) for column in ledger.columns)


def _names(entry: EntryDefinition) -> Sequence[str]:
    return list(dict.fromkeys(map(str.casefold, (entry.id, entry.name.zh, entry.name.en, *entry.synonyms))))


def _references(loaded: File) -> Iterator[Problem]:
    """Ids that are referred to and not defined."""
    value, file = loaded.value, loaded.file
    clauses = [clause.id for clause in value.clauses]
    facts = {fact.id: fact for fact in value.facts}
    catalogues = [catalogue.id for catalogue in value.catalogues]
    readings = {reading.id: [option.id for option in reading.options] for reading in value.readings}
    tiers = [tier.id for tier in value.tiers]
    conditions = {condition.id: condition for condition in value.conditions}
    yield from dangling(value.application_date, list(facts), f"{file}: application_date")
    for catalogue in value.catalogues:
        yield from dangling(catalogue.clause, clauses, f"{file}: catalogues.{catalogue.id}.clause")
    for place, fact in _asked(value):
        if fact.kind == "names" or fact.catalogue:
            yield from dangling(fact.catalogue, catalogues, f"{file}: {place}.catalogue")
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    measures = {measure.id: measure for measure in value.measures}
    for measure in value.measures:
        place = f"{file}: measures.{measure.id}"
        yield from dangling(measure.clause, clauses, f"{place}.clause")
        for fact_id in measure.stated:
            yield from dangling(fact_id, list(facts), f"{place}.stated")
        if measure.ledger:
            yield from dangling(measure.ledger, list(ledgers), f"{place}.ledger")
        if ledger := ledgers.get(measure.ledger):
            columns = [column.id for column in ledger.columns]
            yield from dangling(measure.amount, columns, f"{place}.amount")
            if measure.date:
                yield from dangling(measure.date, columns, f"{place}.date")
            yield from _where(measure.include, ledger, f"{place}.include")
            yield from _where(measure.exclude, ledger, f"{place}.exclude")
    for reading in value.readings:
        place = f"{file}: readings.{reading.id}"
        yield from dangling(reading.clause, clauses, f"{place}.clause")
        yield from dangling(reading.default, readings[reading.id], f"{place}.default")
    for condition in value.conditions:
        place = f"{file}: conditions.{condition.id}"
        yield from dangling(condition.clause, clauses, f"{place}.clause")
        for tier in condition.tiers:
            yield from dangling(tier, tiers, f"{place}.tiers")
        for name, options in condition.under.items():
            yield from dangling(name, list(readings), f"{place}.under")
            for option in options:
                yield from dangling(option, readings.get(name, [option]), f"{place}.under.{name}")
    for _, place, rule in _rules(loaded):
        for id in facts_of(rule):
            yield from dangling(id, list(facts), f"{place}.{rule.kind}")
        for leaf in leaves(rule):
            if isinstance(leaf, Aggregate):
                yield from dangling(leaf.measure, list(measures), f"{place}.aggregate.measure")
                if leaf.measure in measures and (ledger := ledgers.get(measures[leaf.measure].ledger)):
                    yield from _where(leaf.where, ledger, f"{place}.aggregate.where")
            elif isinstance(leaf, Assessed):
                yield from dangling(leaf.model, shipped_models(), f"{place}.assessment.model")
            elif isinstance(leaf, Is) and not isinstance(leaf.value, bool) and leaf.fact in facts:
                for option in leaf.value:
                    yield from dangling(option, [known.id for known in facts[leaf.fact].options], f"{place}.is.value")
            elif isinstance(leaf, Grade) and leaf.fact in facts:
                yield from dangling(
                    leaf.grade, [known.id for known in facts[leaf.fact].options], f"{place}.grade.grade"
                )
    for route in value.routes:
        place = f"{file}: routes.{route.id}"
        yield from dangling(route.tier, tiers, f"{place}.tier")
        for key, ids in (("waives", route.waives), ("requires", route.requires)):
            known = [id for id, condition in conditions.items() if route.tier in condition.tiers]
            for id in ids:
                yield from dangling(id, known, f"{place}.{key}")
    sources = [source.id for source in value.sources]
    for place, cited in _cited(loaded):
        for source in re.findall(r"\bS\d+\b", cited.cite):
            yield from dangling(source, sources, f"{place}.cite")


def _where(where: Where, ledger: LedgerDefinition, place: str) -> Iterator[Problem]:
    """Columns and options of a ledger that are referred to and not defined."""
    columns = {column.id: [option.id for option in column.options] for column in ledger.columns}
    for column, options in where.items():
        yield from dangling(column, list(columns), place)
        for option in options:
            yield from dangling(option, columns.get(column, [option]), f"{place}.{column}")


def _rules(loaded: File) -> Iterator[tuple[ConditionDefinition, str, Rule]]:
    """Every rule of a file, those of other readings included, with its condition and its place."""
    for condition in loaded.value.conditions:
        place = f"{loaded.file}: conditions.{condition.id}"
        yield condition, f"{place}.rule", condition.rule
        for reading, options in condition.under.items():
            for option, variant in options.items():
                if variant.rule is not None:
                    yield condition, f"{place}.under.{reading}.{option}.rule", variant.rule
                if variant.window is not None or variant.where:
                    yield condition, f"{place}.under.{reading}.{option}", amended(condition.rule, variant)


def _cited(loaded: File) -> Iterator[tuple[str, Cited]]:
    """Every cited part of a programme, with its place."""
    value, file = loaded.value, loaded.file
    yield from ((f"{file}: catalogues.{catalogue.id}", catalogue) for catalogue in value.catalogues)
    yield from ((f"{file}: readings.{reading.id}", reading) for reading in value.readings)
    yield from ((f"{file}: measures.{measure.id}", measure) for measure in value.measures)
    for place, fact in _asked(value):
        yield from ((f"{file}: {place}", cited) for cited in (fact.scale, fact.most) if cited)
    for _, place, rule in _rules(loaded):
        for part in _parts(rule):
            yield from ((place, given) for given in _cited_in(part))


def _cited_in(part: Definition) -> Iterator[Cited]:
    """The cited values of a rule, those of its window included."""
    for _, given in part:
        if isinstance(given, Cited):
            yield given
        elif isinstance(given, Rolling | CalendarYears | Fixed | BeforeCompletion):
            yield from _cited_in(given)


def _parts(rule: Rule) -> Iterator[Rule]:
    """A rule and all rules below it."""
    yield rule
    if isinstance(rule, Combined):
        for part in rule.of:
            yield from _parts(part)


_KINDS: Final[Mapping[type[Definition], tuple[FactKind, ...]]] = {
    Is: ("yes_no", "one_of"),
    Compare: ("number",),
    Sum: ("number",),
    Grade: ("grade",),
    Dated: ("date",),
    NoEvent: ("event_date",),
    Count: ("names",),
    Assessed: ("number",),
}
"""The kinds of facts that each kind of condition can ask; those of amounts are checked with their measures."""


def _kinds(loaded: File) -> Iterator[Problem]:
    """Facts whose keys do not belong to their kind, and conditions that ask a fact of the wrong kind."""
    value, file = loaded.value, loaded.file
    facts = {fact.id: fact for fact in value.facts}
    own = {
        "options": ("one_of", "grade"),
        "states_of": ("one_of",),
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
    for place, fact in _asked(value):
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
    if facts[value.application_date].kind != "date":
        kind = facts[value.application_date].kind
        yield Problem.of(
            "programme.wrong-kind", f"{file}: application_date", value.application_date, kind=kind, wanted="date"
        )
    for _, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            wanted = _KINDS.get(type(leaf), ())
            for id in facts_of(leaf) if wanted else ():
                yes_no = facts[id].kind == "yes_no"
                if facts[id].kind not in wanted or (isinstance(leaf, Is) and isinstance(leaf.value, bool) != yes_no):
                    shown = " / ".join(wanted)
                    where = f"{place}.{leaf.kind}"
                    yield Problem.of("programme.wrong-kind", where, id, kind=facts[id].kind, wanted=shown)


def _measures(loaded: File) -> Iterator[Problem]:
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
    for _, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            if isinstance(leaf, Aggregate):
                measure, where = measures[leaf.measure], f"{place}.{leaf.kind}"
                if leaf.window and measure.ledger and not measure.date:
                    yield Problem.of("definition.missing-key", f"{file}: measures.{measure.id}.date")
                for key in ("window", "where") if not measure.ledger else ():
                    if getattr(leaf, key):
                        yield Problem.of("programme.key-without-ledger", f"{where}.{key}", key)
                for unit in _unit_of(measure, ledgers, facts):
                    yield from _addable(where, unit, [facts[id] for id in leaf.plus])
                for id in anchors_of(leaf.window):
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


def _thresholds(loaded: File) -> Iterator[Problem]:
    """Thresholds that no value compares with exactly, and comparisons that contradict the words of the clause."""
    facts = {fact.id: fact for fact in loaded.value.facts}
    ledgers = {ledger.id: ledger for ledger in loaded.value.ledgers}
    finest = {one.id: _unit_of(one, ledgers, facts)[0].decimals for one in loaded.value.measures}
    for _, place, rule in _rules(loaded):
        for part in _parts(rule):
            where = f"{place}.{part.kind}"
            match part:
                case Compare():
                    yield from _unit(where, part.threshold, facts[part.fact].decimals)
                case Sum():
                    yield from _unit(where, part.threshold, facts[part.facts[0]].decimals)
                    yield from _addable(where, facts[part.facts[0]], [facts[id] for id in part.facts])
                case Aggregate():
                    yield from _unit(where, part.threshold, finest[part.measure])
                    if isinstance(part.window, Rolling | BeforeCompletion):
                        yield from _whole(f"{where}.window", part.window.months, 1, None)
                    if isinstance(part.window, CalendarYears):
                        yield from _whole(f"{where}.window", part.window.years, 1, None)
                case Count():
                    yield from _whole(where, part.threshold, 0, None)
                case NoEvent():
                    yield from _whole(where, part.months, 1, None)
                case Assessed():
                    yield from _whole(where, part.at_least, 1, None)
                    most = levels_of(part.model)[-1].number
                    if part.at_least.value > most:
                        yield Problem.of(
                            "programme.no-such-level", where, part.at_least.value, model=part.model, most=most
                        )
                    if part.declared_level and facts[part.declared_level].decimals:
                        decimals = facts[part.declared_level].decimals
                        yield Problem.of("programme.level-not-whole", where, part.declared_level, decimals=decimals)
                case AtLeast():
                    yield from _whole(where, part.count, 1, len(part.of))
    quotes = {clause.id: clause.quote for clause in loaded.value.clauses}
    for condition, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            op = leaf.op if isinstance(leaf, Compare | Sum | Aggregate | Grade | Dated | Count) else ""
            if op in _INCLUSIVE and (word := re.search(_INCLUSIVE[op], quotes[condition.clause])):
                yield Problem.of(
                    "programme.strict-comparison", f"{place}.{leaf.kind}.op", op, word=word[0], wanted=f"{op}="
                )


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
    for _, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            if isinstance(leaf, Aggregate) and isinstance(leaf.window, Fixed):
                first, last = leaf.window.first.value, leaf.window.last.value
                if last < first:
                    yield Problem.of("programme.closes-first", f"{place}.aggregate.window.last", last, opens=first)
            if not isinstance(leaf, Applied):
                continue
            if leaf.opens is None and leaf.closes is None:
                yield Problem.of("definition.missing-key", f"{place}.applied.closes")
            elif leaf.opens and leaf.closes and leaf.closes.value < leaf.opens.value:
                where = f"{place}.applied.closes"
                yield Problem.of("programme.closes-first", where, leaf.closes.value, opens=leaf.opens.value)


def _outcomes(loaded: File) -> Iterator[Problem]:
    """Tiers that nothing decides, conditions that block for ever, and routes and readings without effect."""
    value, file = loaded.value, loaded.file
    for condition in value.conditions:
        amounts = any(isinstance(leaf, Aggregate) for leaf in leaves(condition.rule))
        for reading, by_option in condition.under.items():
            for option, variant in by_option.items():
                of_amounts = variant.window is not None or variant.where
                if not (variant.rule or variant.modality or (of_amounts and amounts)):
                    where = f"{file}: conditions.{condition.id}.under.{reading}.{option}"
                    yield Problem.of("programme.reading-without-effect", where, option)
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
    for tier in value.tiers:
        special = {id for route in value.routes if route.tier == tier.id for id in route.requires}
        own = [one for one in value.conditions if tier.id in one.tiers and one.id not in special]
        if not any(one.modality in DECIDING for one in own):
            yield Problem.of("programme.tier-without-conditions", f"{file}: tiers.{tier.id}", tier.id)
