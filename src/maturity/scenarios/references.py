"""Ids in a programme file: those that are double where one must tell things apart, and those that lead nowhere.

`sound_part` and `asked_of` are what is left for a further look: what is not wrong already, nor leans on what is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maturity.definition import Cited, Definition, Loaded, dangling, duplicates
from maturity.errors import Problem
from maturity.models import OWN_COLUMNS
from maturity.models import shipped as shipped_models
from maturity.scenarios.procedure import refusals
from maturity.scenarios.programme import (
    ENTERPRISE,
    ConditionDefinition,
    EntryDefinition,
    FactDefinition,
    LedgerDefinition,
    ProgrammeDefinition,
    amended,
)
from maturity.scenarios.rules import (
    Aggregate,
    Assessed,
    Count,
    Covers,
    Grade,
    Is,
    Recognition,
    Rule,
    Sum,
    Where,
    asks,
    facts_of,
    parts,
)

File = Loaded[ProgrammeDefinition]
Parts = Sequence[tuple[str, Rule]]
"""Rules, and the rules below them, each with its place."""


def unresolved(loaded: File) -> list[Problem]:
    """All that is wrong with the ids of a programme file."""
    return [*_structure(loaded), *_references(loaded), *_rule_references(loaded), *_proceedings(loaded)]


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
        "interpretations": [interpretation.id for interpretation in value.interpretations],
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
        *((f"{place}.options", fact.options) for place, fact in asked_by(value)),
        *((f"readings.{reading.id}.options", reading.options) for reading in value.readings),
    ]:
        groups[owner] = [option.id for option in options]
        groups[f"{owner}.name.zh"] = [option.name.zh for option in options]
        groups[f"{owner}.name.en"] = [option.name.en for option in options]
    for group, ids in groups.items():
        yield from duplicates(ids, f"{file}: {group}")
    for fact in value.facts:
        if fact.id in OWN_COLUMNS:
            yield Problem.of("definition.id-of-a-column", f"{file}: facts.{fact.id}.id", fact.id)


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
    entries = {catalogue.id: [entry.id for entry in catalogue.entries] for catalogue in value.catalogues}
    for catalogue in value.catalogues:
        place = f"{file}: catalogues.{catalogue.id}"
        yield from dangling(catalogue.clause, clauses, f"{place}.clause")
        if catalogue.groups:
            yield from dangling(catalogue.groups, catalogues, f"{place}.groups")
        for entry in catalogue.entries:
            if entry.group:
                known = entries.get(catalogue.groups, [] if not catalogue.groups else [entry.group])
                yield from dangling(entry.group, known, f"{place}.{entry.id}.group")
    for interpretation in value.interpretations:
        yield from dangling(interpretation.clause, clauses, f"{file}: interpretations.{interpretation.id}.clause")
    for place, fact in asked_by(value):
        if fact.kind == "names" or fact.catalogue:
            yield from dangling(fact.catalogue, catalogues, f"{file}: {place}.catalogue")
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    for measure in value.measures:
        place = f"{file}: measures.{measure.id}"
        yield from dangling(measure.clause, clauses, f"{place}.clause")
        yield from duplicates(measure.stated, f"{place}.stated")
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
    for route in value.routes:
        place = f"{file}: routes.{route.id}"
        yield from dangling(route.tier, tiers, f"{place}.tier")
        for key, ids in (("waives", route.waives), ("requires", route.requires)):
            known = [id for id, condition in conditions.items() if route.tier in condition.tiers]
            for id in ids:
                yield from dangling(id, known, f"{place}.{key}")
    sources = [source.id for source in value.sources]
    for place, cited in _cited(loaded):
        for source in cited.cited_sources:
            yield from dangling(source, sources, f"{place}.cite")


def _rule_references(loaded: File) -> Iterator[Problem]:
    """What a rule refers to and is not defined."""
    value = loaded.value
    facts = {fact.id: [option.id for option in fact.options] for fact in value.facts}
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    measures = {measure.id: measure for measure in value.measures}
    for place, rule in rules_of(loaded):
        for id in facts_of(rule):
            yield from dangling(id, list(facts), f"{place}.{rule.kind}")
        for part in parts(rule):
            where = f"{place}.{part.kind}"
            match part:
                case Sum():  # a part that is named twice would count twice
                    yield from duplicates(part.facts, f"{where}.facts")
                case Aggregate():
                    yield from dangling(part.measure, list(measures), f"{where}.measure")
                    stated = measures[part.measure].stated if part.measure in measures else ()
                    yield from duplicates([*dict.fromkeys(stated), *part.plus], f"{where}.plus")
                    if part.measure in measures and (ledger := ledgers.get(measures[part.measure].ledger)):
                        yield from _where(part.where, ledger, f"{where}.where")
                case Assessed():
                    yield from dangling(part.model, shipped_models(), f"{where}.model")
                case Is(value=tuple() as wanted):
                    for option in wanted:
                        yield from dangling(option, facts.get(part.fact, [option]), f"{where}.value")
                case Grade():
                    yield from dangling(part.grade, facts.get(part.fact, [part.grade]), f"{where}.grade")
                case Recognition():
                    for grade in _grades(part):
                        yield from dangling(grade, facts.get(part.fact, [grade]), where)
                case Count() | Covers():
                    yield from _covered(value, part, where)


def _grades(rule: Recognition) -> Iterator[str]:
    """Every grade that a rule about an earlier recognition names."""
    yield rule.at_least
    for other in rule.equivalents:
        yield from (*other.of, other.counts_as)


def _covered(value: ProgrammeDefinition, rule: Count | Covers, place: str) -> Iterator[Problem]:
    """Catalogues, entries and columns of entries that a rule about a list of names refers to, and are not defined."""
    catalogues = {catalogue.id: catalogue for catalogue in value.catalogues}
    own = next((fact.catalogue for fact in value.facts if fact.id == rule.fact), "")
    if rule.catalogue:
        yield from dangling(rule.catalogue, list(catalogues), f"{place}.catalogue")
    if isinstance(rule, Covers) and (catalogue := catalogues.get(rule.catalogue or own)):
        for entry in rule.required:
            yield from dangling(entry, [known.id for known in catalogue.entries], f"{place}.required")
    if isinstance(rule, Count) and rule.entries:
        ledgers = {ledger.id: ledger for ledger in value.ledgers}
        yield from dangling(rule.entries.ledger, list(ledgers), f"{place}.entries.ledger")
        if ledger := ledgers.get(rule.entries.ledger):
            columns = [column.id for column in ledger.columns]
            yield from dangling(rule.entries.column, columns, f"{place}.entries.column")
            yield from _where(rule.entries.where, ledger, f"{place}.entries.where")


def _where(where: Where, ledger: LedgerDefinition, place: str) -> Iterator[Problem]:
    """Columns and options of a ledger that are referred to and not defined."""
    columns = {column.id: [option.id for option in column.options] for column in ledger.columns}
    for column, options in where.items():
        yield from dangling(column, list(columns), place)
        for option in options:
            yield from dangling(option, columns.get(column, [option]), f"{place}.{column}")


def _proceedings(loaded: File) -> Iterator[Problem]:
    """What is wrong with what stands around the conditions."""
    value = loaded.value
    procedures = [procedure.id for procedure in value.procedures]
    for fact in value.facts:
        if fact.states_of:
            yield from dangling(fact.states_of, procedures, f"{loaded.file}: facts.{fact.id}.states_of")
        if fact.planned_for:
            known = [other.id for other in value.facts if other.kind == "yes_no"]
            yield from dangling(fact.planned_for, known, f"{loaded.file}: facts.{fact.id}.planned_for")
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
        options={fact.id: [option.id for option in fact.options] for fact in value.facts},
        readings={reading.id: [option.id for option in reading.options] for reading in value.readings},
    )


def sound_part(loaded: File, found: Sequence[Problem]) -> File:
    """A file without what is wrong already and without what leans on that; conditions all stay, see `asked_of`."""
    value, above = loaded.value, {catalogue.id: catalogue.groups for catalogue in loaded.value.catalogues}
    # What has no such clause or source can still be looked at.
    wrong = [problem.where for problem in found if not problem.where.endswith((".clause", ".cite"))]

    def right(id: str, *groups: str) -> bool:
        places = tuple(f"{loaded.file}: {group}.{id}." for group in groups)
        return not any(f"{where}.".startswith(places) for where in wrong)

    def grouped(id: str) -> bool:
        return all(right(one, "catalogues") for one in (id, *groups_above(id, above)))

    catalogues = tuple(one for one in value.catalogues if grouped(one.id))
    lists = {"", *(one.id for one in catalogues)}
    facts = tuple(one for one in value.facts if right(one.id, "facts", "facts and ledgers") and one.catalogue in lists)
    ledgers = tuple(
        one
        for one in value.ledgers
        if right(one.id, "ledgers", "facts and ledgers")
        and lists.issuperset(column.catalogue for column in one.columns)
    )
    entries, stated = {"", *(one.id for one in ledgers)}, {one.id for one in facts}
    measures = tuple(
        one
        for one in value.measures
        if right(one.id, "measures") and one.ledger in entries and stated.issuperset(one.stated)
    )
    routes = tuple(one for one in value.routes if right(one.id, "routes"))
    kept = {"catalogues": catalogues, "facts": facts, "ledgers": ledgers, "measures": measures, "routes": routes}
    return replace(loaded, value=value.model_copy(update=kept))


def groups_above(id: str, groups: Mapping[str, str]) -> list[str]:
    """The catalogues above one, each once."""
    found: list[str] = []
    while (id := groups.get(id, "")) and id not in found:
        found.append(id)
    return found


def asked_of(loaded: File, found: Sequence[Problem]) -> Parts:
    """Every rule, and every rule below it, that is not wrong already and refers to nothing that the file lacks."""
    value, wrong = loaded.value, {problem.where for problem in found}
    facts, measures, catalogues = ({one.id for one in many} for many in (value.facts, value.measures, value.catalogues))
    columns = {(ledger.id, column.id) for ledger in value.ledgers for column in ledger.columns}

    def resolved(part: Rule) -> bool:
        match part:
            case Aggregate() if part.measure not in measures:
                return False
            case Assessed() if part.model not in shipped_models():
                return False
            case Count() if part.entries and (part.entries.ledger, part.entries.column) not in columns:
                return False
            case Count() | Covers() if part.catalogue and part.catalogue not in catalogues:
                return False
        return facts.issuperset(asks(part))

    places = [(f"{place}.{part.kind}", part) for place, rule in rules_of(loaded) for part in parts(rule)]
    return [(place, part) for place, part in places if place not in wrong and resolved(part)]


def asked_by(value: ProgrammeDefinition) -> Iterator[tuple[str, FactDefinition]]:
    """Every fact and every column of a ledger, with its place."""
    yield from ((f"facts.{fact.id}", fact) for fact in value.facts)
    for ledger in value.ledgers:
        yield from ((f"ledgers.{ledger.id}.columns.{column.id}", column) for column in ledger.columns)


def rules_of(loaded: File) -> Iterator[tuple[str, Rule]]:
    """Every rule of a file with its place: those of other readings, and of who takes no place of a quota, included."""
    for condition in loaded.value.conditions:
        yield from rules_of_condition(condition, loaded.file)
    for quota in loaded.value.quotas:
        if quota.outside is not None:
            yield f"{loaded.file}: quotas.{quota.id}.outside", quota.outside


def rules_of_condition(condition: ConditionDefinition, file: str) -> Iterator[tuple[str, Rule]]:
    """Every rule of a condition, those of other readings included, with its place."""
    place = f"{file}: conditions.{condition.id}"
    yield f"{place}.rule", condition.rule
    for reading, options in condition.under.items():
        for option, variant in options.items():
            if variant.rule is not None:
                yield f"{place}.under.{reading}.{option}.rule", variant.rule
            if variant.window is not None or variant.where:
                yield f"{place}.under.{reading}.{option}", amended(condition.rule, variant)


def _cited(loaded: File) -> Iterator[tuple[str, Cited]]:
    """Every cited part of a programme, with its place."""
    value, file = loaded.value, loaded.file
    yield from ((f"{file}: catalogues.{catalogue.id}", catalogue) for catalogue in value.catalogues)
    yield from ((f"{file}: readings.{reading.id}", reading) for reading in value.readings)
    yield from ((f"{file}: interpretations.{one.id}", one) for one in value.interpretations)
    yield from ((f"{file}: measures.{measure.id}", measure) for measure in value.measures)
    for group, many in (
        ("deadlines", value.deadlines),
        ("procedures", value.procedures),
        ("sanctions", value.sanctions),
        ("quotas", value.quotas),
    ):
        yield from ((f"{file}: {group}.{one.id}", cited) for one in many for cited in _cited_in(one))
    for place, fact in asked_by(value):
        yield from ((f"{file}: {place}", cited) for cited in (fact.scale, fact.most) if cited)
    for place, rule in rules_of(loaded):
        for part in parts(rule):
            yield from ((place, given) for given in _cited_in(part))


def _cited_in(part: object) -> Iterator[Cited]:
    """The cited values inside a rule or a quota; rules below them are parts of their own."""
    if isinstance(part, Cited):
        yield part
    elif isinstance(part, Definition):
        for key, inner in part:
            if key not in ("of", "when", "outside"):
                yield from _cited_in(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _cited_in(inner)
