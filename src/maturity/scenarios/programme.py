"""Programme files: their schema, the checks on loading, and the programme that comes out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from maturity.definition import Cited, Definition, Document, Id, Loaded, Number, Some, dangling, duplicates, find, read
from maturity.definition import shipped as shipped_definitions
from maturity.errors import DefinitionError, Problem
from maturity.language import Lang, Text, say
from maturity.models import Level, load_model
from maturity.models import shipped as shipped_models
from maturity.scenarios.procedure import Proceedings, Sanction, refusals
from maturity.scenarios.rules import (
    DECIDING,
    Applied,
    Assessed,
    AtLeast,
    Combined,
    Compare,
    Count,
    Dated,
    ExternalReference,
    Grade,
    Is,
    Judgement,
    Modality,
    NoEvent,
    Rule,
    Sum,
    facts_of,
    leaves,
)

Quote = Annotated[str, StringConstraints(min_length=1)]
FactKind = Literal["yes_no", "one_of", "grade", "number", "date", "event_date", "names"]

PACKAGE: Final = "maturity.scenarios"
EDITION_MARK: Final = "@"
"""Several editions of one programme stand in ``ID@EDITION.toml``; a single one may stand in ``ID.toml``."""
MOST_UNITS: Final = 2**53
"""Numbers are stored as int64 in their smallest unit; below this limit a sum over every fact of a file cannot wrap."""
_INCLUSIVE: Final = {">": r"以上|不低于|不少于", "<": r"以下|以内|不超过|不高于"}
"""The words that include the number they name, by the strict comparison that would contradict them."""


class Clause(Definition):
    """A clause of the document: article, item (0 when the article has none), its words without the scan's noise."""

    id: Id
    article: Annotated[int, Field(ge=1, le=99)]
    item: Annotated[int, Field(ge=0)] = 0
    quote: Quote

    def cite(self, lang: Lang) -> str:
        """The place as one writes it: 第五条第1项, article 5(1)."""
        key = "programme.cite.item" if self.item else "programme.cite.article"
        return say(key, lang, article=_chinese(self.article) if lang == "zh" else self.article, item=self.item)


class OptionDefinition(Definition):
    """An answer to a one_of or grade fact, or an option of a reading."""

    id: Id
    name: Text


class FactDefinition(Definition):
    """What a programme asks besides maturity.

    Attributes:
        kind: yes_no, one_of (of the options), grade (options from the lowest to the highest), number, date,
            event_date (a date, or "none" when it never happened), names (of a catalogue).
        unit, decimals: of a number; ``decimals`` give the smallest unit in which it is stored (6 for 万元: one fen).
        negative: a number may be below 0; others are refused.
        most: the greatest number that makes sense.
        catalogue: id of the catalogue that names are matched with.
        scale: what the order of the grades rests on.
        states_of: the procedure whose states are the options of a one_of fact.
    """

    id: Id
    kind: FactKind
    name: Text
    help: Text | None = None
    options: tuple[OptionDefinition, ...] = ()
    scale: Cited | None = None
    unit: Text | None = None
    decimals: Annotated[int, Field(ge=0, le=9)] = 0
    negative: bool = False
    most: Number | None = None
    catalogue: str = ""
    states_of: str = ""


class EntryDefinition(Definition):
    """An entry of a catalogue, and other names that people write for it."""

    id: Id
    name: Text
    synonyms: tuple[Quote, ...] = ()


class Catalogue(Cited):
    """A list of things with names; ``open`` when the document closes it with 等."""

    id: Id
    name: Text
    clause: str
    open: bool
    entries: Annotated[tuple[EntryDefinition, ...], Some]


class Reading(Cited):
    """An ambiguous clause, the ways to read it, which one holds unless somebody chooses another, and why (`cite`)."""

    id: Id
    name: Text
    clause: str
    quote: Quote
    default: str
    options: Annotated[tuple[OptionDefinition, ...], Some]

    def option(self, id: str) -> OptionDefinition:
        """The option of that id."""
        return next(option for option in self.options if option.id == id)


class Tier(Definition):
    """What an applicant can be recognised as."""

    id: Id
    name: Text


class Variant(Definition):
    """What another reading changes of a condition: how binding it is, the rule itself, or both."""

    modality: Modality | None = None
    rule: Rule | None = None


class ConditionDefinition(Definition):
    """A condition as the file has it; ``under`` holds its variants, by reading and option."""

    id: Id
    name: Text
    clause: str
    tiers: Annotated[tuple[str, ...], Some]
    modality: Modality
    rule: Rule
    under: Mapping[str, Mapping[str, Variant]] = {}


class Route(Definition):
    """A second way into a tier for those who miss just the conditions that it waives: what it requires instead."""

    id: Id
    name: Text
    tier: str
    verdict: Literal["cultivation"]
    waives: Annotated[tuple[str, ...], Some]
    requires: Annotated[tuple[str, ...], Some]


class ProgrammeDefinition(Proceedings):
    """A whole programme file.

    ``application_date`` is the id of the fact that holds it; ``ladder``: the tiers stand from the lowest to the highest.
    """

    application_date: str
    ladder: bool = True
    clauses: Annotated[tuple[Clause, ...], Some]
    facts: Annotated[tuple[FactDefinition, ...], Some]
    catalogues: tuple[Catalogue, ...] = ()
    readings: tuple[Reading, ...] = ()
    tiers: Annotated[tuple[Tier, ...], Some]
    conditions: Annotated[tuple[ConditionDefinition, ...], Some]
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition of a programme; ``under`` holds what other readings change of it."""

    id: str
    name: Text
    clause: Clause
    tiers: tuple[str, ...]
    modality: Modality
    rule: Rule
    under: Mapping[str, Mapping[str, Variant]]
    on_record: bool = False
    """A sanction: it bars by what is on record, and what nobody recorded bars nobody."""

    def read(self, readings: Mapping[str, str]) -> "Condition":
        """The condition as it stands under an option of each reading."""
        modality, rule = self.modality, self.rule
        for reading, options in self.under.items():
            if variant := options.get(readings[reading]):
                modality, rule = variant.modality or modality, variant.rule or rule
        if modality is self.modality and rule is self.rule:
            return self
        return replace(self, modality=modality, rule=rule)


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A recognition programme, checked.

    Attributes:
        id, edition, name, status: as the file says; ``status`` is ``verified`` or ``provisional``.
        definition: the file's content, with ``basis`` and ``cite`` of every number.
        content, fingerprint, file: the file's bytes, their sha256, and its name.
        tiers, facts, catalogues, readings, clauses, conditions, routes: in the file's order.
    """

    id: str
    edition: str
    name: Text
    status: str
    definition: ProgrammeDefinition
    content: bytes
    fingerprint: str
    file: str
    tiers: tuple[Tier, ...]
    facts: tuple[FactDefinition, ...]
    catalogues: tuple[Catalogue, ...]
    readings: tuple[Reading, ...]
    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    routes: tuple[Route, ...]

    def fact(self, id: str) -> FactDefinition:
        """The fact of that id."""
        return next(fact for fact in self.facts if fact.id == id)

    def catalogue(self, id: str) -> Catalogue:
        """The catalogue of that id."""
        return next(catalogue for catalogue in self.catalogues if catalogue.id == id)

    def clause(self, id: str) -> Clause:
        """The clause of that id."""
        return next(clause for clause in self.clauses if clause.id == id)

    def tier(self, id: str) -> Tier:
        """The tier of that id."""
        return next(tier for tier in self.tiers if tier.id == id)

    def route(self, tier: str) -> Route | None:
        """The second way into a tier, if the programme has one."""
        return next((route for route in self.routes if route.tier == tier), None)

    @property
    def default_readings(self) -> Mapping[str, str]:
        """The default option of each reading."""
        return {reading.id: reading.default for reading in self.readings}


def shipped() -> tuple[str, ...]:
    """Ids of the programmes that the library ships."""
    return tuple(dict.fromkeys(name.split(EDITION_MARK)[0] for name in shipped_definitions(PACKAGE)))


def load_programme(ref: str | Path, *, on: date) -> Programme:
    """A programme in the edition in force on a day: one that the library ships, by id, or a file of the user's own.

    >>> programme = load_programme("jilin-2024-228", on=date(2025, 6, 30))
    >>> [tier.id for tier in programme.tiers]
    ['digital_workshop', 'smart_factory', 'future_factory']

    Raises:
        DefinitionError: no such programme, none in force on that day, or everything that is wrong with the file.
    """
    editions = [
        parse_programme(content, f"{name}.toml")
        for name, content in shipped_definitions(PACKAGE).items()
        if ref in (name, name.split(EDITION_MARK)[0])
    ] or [parse_programme(*find(ref, PACKAGE))]
    in_force = [edition for edition in editions if _in_force(edition.definition, on)]
    if not in_force:
        spans = "; ".join(_span(edition.definition) for edition in editions)
        raise DefinitionError([Problem.of("programme.not-in-force", str(ref), on, spans=spans)])
    return max(in_force, key=lambda edition: edition.definition.in_force_from)


def _in_force(document: Document, on: date) -> bool:
    return document.in_force_from <= on and (document.in_force_to is None or on <= document.in_force_to)


def _span(document: Document) -> str:
    return f"{document.edition}: {document.in_force_from} – {document.in_force_to or ''}".rstrip()


def parse_programme(content: bytes, file: str) -> Programme:
    """A programme from the content of its file; ``file`` is its name in messages.

    Raises:
        DefinitionError: everything that is wrong with the file.
    """
    loaded = read(content, file, ProgrammeDefinition)
    loaded.refuse([*_structure(loaded), *_references(loaded), *_proceedings(loaded)])
    loaded.refuse([*_kinds(loaded), *_thresholds(loaded), *_dates(loaded), *_outcomes(loaded)])
    value = loaded.value
    clauses = {clause.id: clause for clause in value.clauses}
    return Programme(
        id=value.id,
        edition=value.edition,
        name=value.name,
        status=value.status,
        definition=value,
        content=loaded.content,
        fingerprint=loaded.fingerprint,
        file=loaded.file,
        tiers=value.tiers,
        facts=value.facts,
        catalogues=value.catalogues,
        readings=value.readings,
        clauses=value.clauses,
        conditions=(
            *(
                Condition(one.id, one.name, clauses[one.clause], one.tiers, one.modality, one.rule, one.under)
                for one in value.conditions
            ),
            *(_barring(sanction, clauses) for sanction in value.sanctions),
        ),
        routes=value.routes,
    )


def _barring(sanction: Sanction, clauses: Mapping[str, Clause]) -> Condition:
    """A sanction as the condition that nothing on record bars the applicant."""

    def runs_from(event: str) -> NoEvent:
        return NoEvent(kind="no_event", fact=event, months=sanction.months)

    under = {
        reading: {option: Variant(rule=runs_from(event)) for option, event in options.items()}
        for reading, options in sanction.event_under.items()
    }
    clause, rule = clauses[sanction.clause], runs_from(sanction.event)
    return Condition(sanction.id, sanction.name, clause, sanction.tiers, "mandatory", rule, under, on_record=True)


def _proceedings(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
    """What is wrong with what stands around the conditions."""
    value = loaded.value
    for fact in value.facts:
        if fact.states_of:
            procedures = [procedure.id for procedure in value.procedures]
            yield from dangling(fact.states_of, procedures, f"{loaded.file}: facts.{fact.id}.states_of")
    conditions = [one.id for one in (*value.conditions, *value.sanctions)]
    if len(set(conditions)) < len(conditions):
        yield from duplicates(conditions, f"{loaded.file}: sanctions")
    yield from refusals(
        value,
        loaded.file,
        clauses=[clause.id for clause in value.clauses],
        tiers=[tier.id for tier in value.tiers],
        facts={fact.id: fact.kind for fact in value.facts},
        readings={reading.id: [option.id for option in reading.options] for reading in value.readings},
    )


def _structure(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
    """Ids and names that occur twice where one must tell things apart."""
    value, file = loaded.value, loaded.file
    groups: dict[str, Sequence[str]] = {
        "sources": [source.id for source in value.sources],
        "clauses": [clause.id for clause in value.clauses],
        "facts": [fact.id for fact in value.facts],
        "facts.name.zh": [fact.name.zh for fact in value.facts],
        "facts.name.en": [fact.name.en for fact in value.facts],
        "catalogues": [catalogue.id for catalogue in value.catalogues],
        "readings": [reading.id for reading in value.readings],
        "tiers": [tier.id for tier in value.tiers],
        "conditions": [condition.id for condition in value.conditions],
        "routes": [route.id for route in value.routes],
        "routes.tier": [route.tier for route in value.routes],
    }
    for catalogue in value.catalogues:
        groups[f"catalogues.{catalogue.id}"] = [entry.id for entry in catalogue.entries]
        # A name that could mean two entries could not be counted; an entry may well repeat its own.
        groups[f"catalogues.{catalogue.id}.synonyms"] = [name for entry in catalogue.entries for name in _names(entry)]
    for owner, options in [
        *((f"facts.{fact.id}.options", fact.options) for fact in value.facts),
        *((f"readings.{reading.id}.options", reading.options) for reading in value.readings),
    ]:
        groups[owner] = [option.id for option in options]
        groups[f"{owner}.name.zh"] = [option.name.zh for option in options]
        groups[f"{owner}.name.en"] = [option.name.en for option in options]
    for group, ids in groups.items():
        yield from duplicates(ids, f"{file}: {group}")


def _names(entry: EntryDefinition) -> Sequence[str]:
    return list(dict.fromkeys(map(str.casefold, (entry.id, entry.name.zh, entry.name.en, *entry.synonyms))))


def _references(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
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
    for fact in value.facts:
        if fact.kind == "names":
            yield from dangling(fact.catalogue, catalogues, f"{file}: facts.{fact.id}.catalogue")
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
            if isinstance(leaf, Assessed):
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


def _rules(loaded: Loaded[ProgrammeDefinition]) -> Iterator[tuple[ConditionDefinition, str, Rule]]:
    """Every rule of a file, those of other readings included, with its condition and its place."""
    for condition in loaded.value.conditions:
        place = f"{loaded.file}: conditions.{condition.id}"
        yield condition, f"{place}.rule", condition.rule
        for reading, options in condition.under.items():
            for option, variant in options.items():
                if variant.rule is not None:
                    yield condition, f"{place}.under.{reading}.{option}.rule", variant.rule


def _cited(loaded: Loaded[ProgrammeDefinition]) -> Iterator[tuple[str, Cited]]:
    """Every cited part of a programme, with its place."""
    value, file = loaded.value, loaded.file
    yield from ((f"{file}: catalogues.{catalogue.id}", catalogue) for catalogue in value.catalogues)
    yield from ((f"{file}: readings.{reading.id}", reading) for reading in value.readings)
    for fact in value.facts:
        yield from ((f"{file}: facts.{fact.id}", cited) for cited in (fact.scale, fact.most) if cited)
    for _, place, rule in _rules(loaded):
        for part in _parts(rule):
            for _, given in part:
                if isinstance(given, Cited):
                    yield place, given


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
"""The kinds of facts that each kind of condition can ask."""


def _kinds(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
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
        "catalogue": ("names",),
    }
    for reading in value.readings:
        if len(reading.options) < 2:
            where = f"{file}: readings.{reading.id}.options"
            yield Problem.of("programme.too-few-options", where, len(reading.options))
    for fact in value.facts:
        for key, kinds in own.items():
            if key in fact.model_fields_set and fact.kind not in kinds:
                yield Problem.of("programme.key-of-other-kind", f"{file}: facts.{fact.id}.{key}", key, kind=fact.kind)
        if fact.kind in own["options"] and len(fact.options) < 2:
            yield Problem.of("programme.too-few-options", f"{file}: facts.{fact.id}.options", len(fact.options))
        if fact.kind == "grade" and fact.scale is None:
            yield Problem.of("definition.missing-key", f"{file}: facts.{fact.id}.scale")
    if facts[value.application_date].kind != "date":
        kind = facts[value.application_date].kind
        yield Problem.of(
            "programme.wrong-kind", f"{file}: application_date", value.application_date, kind=kind, wanted="date"
        )
    for _, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            wanted = _KINDS.get(type(leaf), ())
            for id in facts_of(leaf):
                yes_no = facts[id].kind == "yes_no"
                if facts[id].kind not in wanted or (isinstance(leaf, Is) and isinstance(leaf.value, bool) != yes_no):
                    shown = " / ".join(wanted)
                    where = f"{place}.{leaf.kind}"
                    yield Problem.of("programme.wrong-kind", where, id, kind=facts[id].kind, wanted=shown)


def _thresholds(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
    """Thresholds that no value compares with exactly, and comparisons that contradict the words of the clause."""
    facts = {fact.id: fact for fact in loaded.value.facts}
    for _, place, rule in _rules(loaded):
        for part in _parts(rule):
            where = f"{place}.{part.kind}"
            match part:
                case Compare():
                    yield from _unit(where, part.threshold, facts[part.fact].decimals)
                case Sum():
                    yield from _unit(where, part.threshold, facts[part.facts[0]].decimals)
                    first = facts[part.facts[0]]
                    for fact in (facts[id] for id in part.facts):
                        if (fact.unit, fact.decimals) != (first.unit, first.decimals) or fact.negative:
                            yield Problem.of("programme.sum-of-unlike", where, fact.id, first=first.id)
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
            op = leaf.op if isinstance(leaf, Compare | Sum | Grade | Dated | Count) else ""
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


def _dates(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
    """What closes before it opens."""
    value, file = loaded.value, loaded.file
    if value.in_force_to is not None and value.in_force_to < value.in_force_from:
        yield Problem.of("programme.closes-first", f"{file}: in_force_to", value.in_force_to, opens=value.in_force_from)
    for _, place, rule in _rules(loaded):
        for leaf in leaves(rule):
            if not isinstance(leaf, Applied):
                continue
            if leaf.opens is None and leaf.closes is None:
                yield Problem.of("definition.missing-key", f"{place}.applied.closes")
            elif leaf.opens and leaf.closes and leaf.closes.value < leaf.opens.value:
                where = f"{place}.applied.closes"
                yield Problem.of("programme.closes-first", where, leaf.closes.value, opens=leaf.opens.value)


def _outcomes(loaded: Loaded[ProgrammeDefinition]) -> Iterator[Problem]:
    """Tiers that nothing decides, conditions that block for ever, and routes that contradict themselves."""
    value, file = loaded.value, loaded.file
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


@cache  # a shipped file does not change, and reading a model takes longer than deciding
def levels_of(model: str) -> tuple[Level, ...]:
    """The levels of a shipped model, the lowest first."""
    return load_model(model).levels


def _chinese(number: int) -> str:
    """A number from 1 to 99 in Chinese, as articles are counted: 五, 十二, 二十."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")
