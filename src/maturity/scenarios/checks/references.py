"""Ids in a programme file: those that are double where one must tell things apart, and those that lead nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from maturity.definition import dangling, duplicates
from maturity.errors import Problem
from maturity.models import OWN_COLUMNS
from maturity.models import shipped as shipped_models
from maturity.scenarios.checks.contents import File, asked_by, cited_parts, rules_of
from maturity.scenarios.programme import (
    ENTERPRISE,
    EntryDefinition,
    LedgerDefinition,
    ProgrammeDefinition,
)
from maturity.scenarios.rules import (
    Aggregate,
    Assessed,
    Count,
    Covers,
    Grade,
    Is,
    Recognition,
    Sum,
    Where,
    facts_of,
    parts,
)


def references(loaded: File) -> list[Problem]:
    """All that is wrong with the ids of a programme file."""
    return [*_double(loaded), *_undefined(loaded), *_undefined_in_rules(loaded)]


def _double(loaded: File) -> Iterator[Problem]:
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
        "meanings": [meaning.fact for meaning in value.meanings],
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


def _undefined(loaded: File) -> Iterator[Problem]:
    """Ids that are referred to and not defined; see also `_undefined_in_rules`."""
    value, file = loaded.value, loaded.file
    yield from dangling(value.application_date, [fact.id for fact in value.facts], f"{file}: application_date")
    yield from _undefined_in_catalogues(value, file)
    yield from _undefined_in_measures(value, file)
    yield from _undefined_in_conditions(value, file)
    sources = [source.id for source in value.sources]
    for place, cited in cited_parts(loaded):
        for source in cited.cited_sources:
            yield from dangling(source, sources, f"{place}.cite")


def _undefined_in_catalogues(value: ProgrammeDefinition, file: str) -> Iterator[Problem]:
    """Of catalogues, of interpretations, and of what is matched with a catalogue."""
    clauses = [clause.id for clause in value.clauses]
    catalogues = [catalogue.id for catalogue in value.catalogues]
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


def _undefined_in_measures(value: ProgrammeDefinition, file: str) -> Iterator[Problem]:
    clauses = [clause.id for clause in value.clauses]
    facts = [fact.id for fact in value.facts]
    ledgers = {ledger.id: ledger for ledger in value.ledgers}
    for measure in value.measures:
        place = f"{file}: measures.{measure.id}"
        yield from dangling(measure.clause, clauses, f"{place}.clause")
        yield from duplicates(measure.stated, f"{place}.stated")
        for fact_id in measure.stated:
            yield from dangling(fact_id, facts, f"{place}.stated")
        if measure.ledger:
            yield from dangling(measure.ledger, list(ledgers), f"{place}.ledger")
        if ledger := ledgers.get(measure.ledger):
            columns = [column.id for column in ledger.columns]
            yield from dangling(measure.amount, columns, f"{place}.amount")
            if measure.date:
                yield from dangling(measure.date, columns, f"{place}.date")
            yield from _where(measure.include, ledger, f"{place}.include")
            yield from _where(measure.exclude, ledger, f"{place}.exclude")


def _undefined_in_conditions(value: ProgrammeDefinition, file: str) -> Iterator[Problem]:
    """Of conditions, of the readings that change them, and of the routes that waive or require them."""
    clauses = [clause.id for clause in value.clauses]
    readings = {reading.id: [option.id for option in reading.options] for reading in value.readings}
    tiers = [tier.id for tier in value.tiers]
    for reading in value.readings:
        place = f"{file}: readings.{reading.id}"
        yield from dangling(reading.clause, clauses, f"{place}.clause")
        yield from dangling(reading.default, readings[reading.id], f"{place}.default")
    for condition in value.conditions:
        place = f"{file}: conditions.{condition.id}"
        yield from dangling(condition.clause, clauses, f"{place}.clause")
        for tier in condition.tiers:
            yield from dangling(tier, tiers, f"{place}.tiers")
        yield from _undefined_options(condition.under, readings, f"{place}.under")
    for meaning in value.meanings:
        place = f"{file}: meanings.{meaning.fact}"
        yield from dangling(meaning.fact, [fact.id for fact in value.facts], f"{place}.fact")
        yield from _undefined_options(meaning.under, readings, f"{place}.under")
    for route in value.routes:
        place = f"{file}: routes.{route.id}"
        yield from dangling(route.tier, tiers, f"{place}.tier")
        for key, ids in (("waives", route.waives), ("requires", route.requires)):
            known = [condition.id for condition in value.conditions if route.tier in condition.tiers]
            for id in ids:
                yield from dangling(id, known, f"{place}.{key}")


def _undefined_options(
    under: Mapping[str, Iterable[str]], readings: Mapping[str, Sequence[str]], place: str
) -> Iterator[Problem]:
    for reading, options in under.items():
        yield from dangling(reading, list(readings), place)
        for option in options:
            yield from dangling(option, readings.get(reading, [option]), f"{place}.{reading}")


def _undefined_in_rules(loaded: File) -> Iterator[Problem]:
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
