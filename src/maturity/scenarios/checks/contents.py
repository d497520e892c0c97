"""A programme file part by part, each with its place; and what of it is sound, for the rounds that look further."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maturity.definition import Cited, Definition, Loaded
from maturity.errors import Problem
from maturity.models import shipped as shipped_models
from maturity.scenarios.programme import ConditionDefinition, FactDefinition, ProgrammeDefinition, amended
from maturity.scenarios.rules import Aggregate, Assessed, Count, Covers, Rule, asks, parts

File = Loaded[ProgrammeDefinition]
Parts = Sequence[tuple[str, Rule]]
"""Rules, and the rules below them, each with its place."""


def asked_by(value: ProgrammeDefinition) -> Iterator[tuple[str, FactDefinition]]:
    """Every fact and every column of a ledger, with its place."""
    yield from ((f"facts.{fact.id}", fact) for fact in value.facts)
    for ledger in value.ledgers:
        yield from ((f"ledgers.{ledger.id}.columns.{column.id}", column) for column in ledger.columns)


def rules_of(loaded: File) -> Iterator[tuple[str, Rule]]:
    """Every rule of a file with its place: those of other readings, of what facts mean, and of quotas included."""
    for condition in loaded.value.conditions:
        yield from rules_of_condition(condition, loaded.file)
    for meaning in loaded.value.meanings:
        for reading, options in meaning.under.items():
            place = f"{loaded.file}: meanings.{meaning.fact}.under.{reading}"
            yield from ((f"{place}.{option}", rule) for option, rule in options.items())
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


def cited_parts(loaded: File) -> Iterator[tuple[str, Cited]]:
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


# ---------------------------------------------------------------- what is sound


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
