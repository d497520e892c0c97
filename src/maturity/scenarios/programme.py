"""What a programme file can say, part by part, and the programme that comes out of it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from maturity.definition import Cited, Definition, Id, Number, Some
from maturity.language import LANGUAGES, Lang, Text, say
from maturity.models import Level, load_model
from maturity.scenarios.procedure import Proceedings
from maturity.scenarios.rules import (
    Aggregate,
    Combined,
    Count,
    Is,
    Modality,
    NoneOf,
    NotBarred,
    Rule,
    Window,
    asks,
    leaves,
    parts,
)

Quote = Annotated[str, StringConstraints(min_length=1)]
FactKind = Literal["yes_no", "one_of", "grade", "number", "date", "event_date", "names", "text"]

FACT_KINDS: Final[tuple[FactKind, ...]] = ("yes_no", "one_of", "grade", "number", "date", "event_date", "names")
"""The kinds of what an applicant states once."""
LEDGER_KINDS: Final[tuple[FactKind, ...]] = ("number", "date", "one_of", "text")
"""The kinds of columns that a ledger can have."""
ENTERPRISE: Final = "enterprise"
"""The column of a ledger that says whose an entry is; every ledger has it."""
SEPARATORS: Final = re.compile(r"[、､，,；;\n]")
"""What parts the names of a list that somebody typed; no name of a catalogue has one in it."""
MOST_UNITS: Final = 2**53
"""Numbers are stored as int64 in their smallest unit; below this limit a sum over every fact of a file cannot wrap."""


class Clause(Definition):
    """A clause of the document: article, item (0 when the article has none), its words without the scan's noise.

    ``modality`` says what a clause is that no condition is made of: part of the procedure, a sanction, a description.
    ``section``: a notice that has parts instead of articles, 一（四）. ``article`` 0: the text was not read, or is not
    numbered, so the place of the clause is not known.
    """

    id: Id
    article: Annotated[int, Field(strict=True, ge=0, le=99)]
    item: Annotated[int, Field(strict=True, ge=0)] = 0
    section: bool = False
    quote: Quote
    modality: Literal["principle", "descriptive", "procedure", "sanction"] | None = None

    def cite(self, lang: Lang) -> str:
        """The place as one writes it: 第五条第1项, article 5(1); 一（四）, section 1(4)."""
        if not self.article:
            return say("programme.cite.unknown", lang)
        key = ("section-" if self.section else "") + ("item" if self.item else "article")
        article = _chinese(self.article) if lang == "zh" else self.article
        item = _chinese(self.item) if lang == "zh" and self.section else self.item
        return say(f"programme.cite.{key}", lang, article=article, item=item)

    @property
    def place(self) -> Text:
        """The place in both languages."""
        return Text(*(self.cite(lang) for lang in LANGUAGES))


class OptionDefinition(Definition):
    """An answer to a one_of or grade fact, or an option of a reading."""

    id: Id
    name: Text


class FactDefinition(Definition):
    """What a programme asks besides maturity.

    Attributes:
        kind: yes_no, one_of (of the options), grade (options from the lowest to the highest), number, date,
            event_date (a date, or "none" when it never happened), names (of a catalogue), text (in a ledger only).
        unit, decimals: of a number; ``decimals`` give the smallest unit in which it is stored (6 for 万元: one fen).
        negative: a number may be below 0; others are refused.
        most: the greatest number that makes sense.
        catalogue: id of the catalogue that names, or the text of a ledger, are matched with.
        scale: what the order of the grades rests on.
        states_of: the procedure whose states are the options of a one_of fact.
        planned_for: of a date: the yes_no fact that it is the plan for, so that a plan that has passed is noticed.
    """

    id: Id
    kind: FactKind
    name: Text
    help: Text | None = None
    options: tuple[OptionDefinition, ...] = ()
    scale: Cited | None = None
    unit: Text | None = None
    decimals: Annotated[int, Field(strict=True, ge=0, le=9)] = 0
    negative: bool = False
    most: Number | None = None
    catalogue: str = ""
    states_of: str = ""
    planned_for: str = ""


class LedgerDefinition(Definition):
    """A list that an applicant keeps, one line per entry, such as the payments of a project.

    ``columns`` are defined as facts are, of the kinds `LEDGER_KINDS`; an entry belongs to the enterprise it names.
    """

    id: Id
    name: Text
    help: Text | None = None
    columns: Annotated[tuple[FactDefinition, ...], Some]

    def column(self, id: str) -> FactDefinition:
        """The column of that id."""
        return next(column for column in self.columns if column.id == id)


class MeasureDefinition(Cited):
    """An amount that several rules speak of, defined once: what counts and what does not, in the words of a clause.

    Attributes:
        clause: that defines it.
        ledger: whose entries are added.
        amount, date: its columns that hold the amount and the day that a window looks at ("" without windows).
        include, exclude: by column, the options that count and those that the clause names as not counting; together
            they are all of the column's options, so that nothing is forgotten.
        stated: facts that state the amount part by part, for those who give no entries.
    """

    id: Id
    name: Text
    clause: str
    ledger: str = ""
    amount: str = ""
    date: str = ""
    include: Mapping[str, tuple[str, ...]] = {}
    exclude: Mapping[str, tuple[str, ...]] = {}
    stated: tuple[str, ...] = ()


class EntryDefinition(Definition):
    """An entry of a catalogue, other names that people write for it, and the ``group`` it belongs to, if any."""

    id: Id
    name: Text
    group: str = ""
    synonyms: tuple[Quote, ...] = ()


class Catalogue(Cited):
    """A list of things with names; ``open`` when the document closes it with 等.

    ``groups`` is the id of a shorter catalogue whose entries these belong to; an entry may belong to none.
    """

    id: Id
    name: Text
    clause: str
    open: bool
    groups: str = ""
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


class Interpretation(Cited):
    """Words that can be read in several ways which no fact tells apart: how they are read here, and why (`cite`)."""

    id: Id
    name: Text
    clause: str
    quote: Quote
    text: Text


class Tier(Definition):
    """What an applicant can be recognised as."""

    id: Id
    name: Text


class Variant(Definition):
    """What another reading changes of a condition: how binding it is, the rule itself, or which entries count in it.

    ``window`` replaces the window of every amount in the rule and ``where`` the options that count of the entries,
    column by column, so that readings of the window and of what counts can be chosen together.
    """

    modality: Modality | None = None
    rule: Rule | None = None
    window: Window | None = None
    where: Mapping[str, tuple[str, ...]] = {}


class ConditionDefinition(Definition):
    """A condition as the file has it; ``under`` holds its variants, by reading and option."""

    id: Id
    name: Text
    clause: str
    tiers: Annotated[tuple[str, ...], Some]
    modality: Modality
    rule: Rule
    under: Mapping[str, Mapping[str, Variant]] = {}


class Meaning(Definition):
    """What other readings take a yes_no fact to mean: the rule that stands for it in every condition that asks it.

    So readings of the fact and of a condition can be chosen together. ``under`` holds the rules by reading and option,
    of which the first holds; within them, and in the ``when`` of overlays, the fact is what was stated.
    """

    fact: str
    under: Mapping[str, Mapping[str, Rule]]

    def instead(self, rule: Rule, readings: Mapping[str, str]) -> Rule:
        """A rule as it stands under an option of each reading; the same object where they change nothing."""
        meant = next((found for one, own in self.under.items() if (found := own.get(readings[one]))), None)
        return rule if meant is None else _leafwise(rule, lambda leaf: self._instead(leaf, meant))

    def _instead(self, leaf: Rule, meant: Rule) -> Rule:
        if not isinstance(leaf, Is) or leaf.fact != self.fact:
            return leaf
        return meant if leaf.value is True else NoneOf(kind="none", of=(meant,))

    def concerns(self, definition: ConditionDefinition) -> bool:
        """Whether a condition asks the fact, by some reading."""
        rules = (definition.rule, *(one.rule for options in definition.under.values() for one in options.values()))
        return any(isinstance(leaf, Is) and leaf.fact == self.fact for rule in rules if rule for leaf in leaves(rule))


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

    ``application_date`` is the id of the fact that holds it; ``ladder``: tiers stand from the lowest to the highest.
    """

    application_date: str
    ladder: bool = True
    clauses: Annotated[tuple[Clause, ...], Some]
    facts: Annotated[tuple[FactDefinition, ...], Some]
    ledgers: tuple[LedgerDefinition, ...] = ()
    measures: tuple[MeasureDefinition, ...] = ()
    catalogues: tuple[Catalogue, ...] = ()
    readings: tuple[Reading, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    tiers: Annotated[tuple[Tier, ...], Some]
    conditions: Annotated[tuple[ConditionDefinition, ...], Some]
    meanings: tuple[Meaning, ...] = ()
    routes: tuple[Route, ...] = ()

    @property
    def asked(self) -> tuple["FactDefinition | LedgerDefinition", ...]:
        """All that an applicant is asked for: the facts, then the ledgers."""
        return (*self.facts, *self.ledgers)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition of a programme.

    Attributes:
        under: the readings that change it.
        ways: modality and rule under every combination of the options of these readings, in their order. They are
            worked out once, on loading, so that a rule is one object however often it is read.
    """

    id: str
    name: Text
    clause: Clause
    tiers: tuple[str, ...]
    modality: Modality
    rule: Rule
    under: tuple[str, ...]
    ways: Mapping[tuple[str, ...], tuple[Modality, Rule]]

    def __repr__(self) -> str:
        return f"<Condition {self.id}, {self.modality}>"

    @classmethod
    def of(
        cls,
        definition: ConditionDefinition,
        clause: Clause,
        readings: Mapping[str, Reading],
        meanings: Iterable[Meaning] = (),
    ) -> "Condition":
        """A condition of a file, under every way to read it and the facts that it asks."""
        asked = [meaning for meaning in meanings if meaning.concerns(definition)]
        under = tuple(dict.fromkeys((*definition.under, *(reading for meaning in asked for reading in meaning.under))))
        known = [[option.id for option in readings[reading].options] for reading in under]
        own = len(definition.under)
        ways: dict[tuple[str, ...], tuple[Modality, Rule]] = {}
        for options in product(*known[:own]):
            modality, rule = _way(definition, options)
            for others in product(*known[own:]):
                chosen = dict(zip(under, (*options, *others), strict=True))
                read = rule
                for meaning in asked:
                    read = meaning.instead(read, chosen)
                ways[*options, *others] = modality, read
        one = definition
        return cls(one.id, one.name, clause, one.tiers, one.modality, one.rule, under, ways)

    @property
    def on_record(self) -> bool:
        """Whether it is a sanction, which bars by what is on record alone."""
        return isinstance(self.rule, NotBarred)

    def read(self, readings: Mapping[str, str]) -> "Condition":
        """The condition as it stands under an option of each reading."""
        modality, rule = self.ways[tuple(readings[reading] for reading in self.under)]
        if modality is self.modality and rule is self.rule:
            return self
        return replace(self, modality=modality, rule=rule)


def _way(definition: ConditionDefinition, options: tuple[str, ...]) -> tuple[Modality, Rule]:
    """Modality and rule under one option of each reading: whole rules first, then what changes a part of them."""
    chosen = zip(definition.under.values(), options, strict=True)
    variants = [variant for by_option, option in chosen if (variant := by_option.get(option))]
    modality, rule = definition.modality, definition.rule
    for variant in variants:
        modality, rule = variant.modality or modality, variant.rule or rule
    for variant in variants:
        rule = amended(rule, variant)
    return modality, rule


def amended(rule: Rule, variant: Variant) -> Rule:
    """The rule with another window, or other entries that count, in each of its amounts and counts."""
    return _leafwise(rule, lambda leaf: _amended(leaf, variant)) if variant.window or variant.where else rule


def _amended(leaf: Rule, variant: Variant) -> Rule:
    if isinstance(leaf, Aggregate):
        where = {**leaf.where, **variant.where}
        return leaf.model_copy(update={"window": variant.window or leaf.window, "where": where})
    if isinstance(leaf, Count) and leaf.entries and variant.where:
        entries = leaf.entries.model_copy(update={"where": {**leaf.entries.where, **variant.where}})
        return leaf.model_copy(update={"entries": entries})
    return leaf


def _leafwise(rule: Rule, changed: Callable[[Rule], Rule]) -> Rule:
    """The rule with each of its leaves changed; the same object where none of them is."""
    if not isinstance(rule, Combined):
        return changed(rule)
    below = tuple(_leafwise(part, changed) for part in rule.of)
    same = all(one is own for one, own in zip(below, rule.of, strict=True))
    return rule if same else rule.model_copy(update={"of": below})


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """A recognition programme, checked.

    Attributes:
        id, edition, name, status: as the file says; ``status`` is ``verified`` or ``provisional``.
        definition: the file's content, with ``basis`` and ``cite`` of every number.
        content, fingerprint, file: the file's bytes, their sha256, and its name.
        tiers, facts, ledgers, measures, catalogues, readings, clauses, conditions, routes: in the file's order.
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
    ledgers: tuple[LedgerDefinition, ...]
    measures: tuple[MeasureDefinition, ...]
    catalogues: tuple[Catalogue, ...]
    readings: tuple[Reading, ...]
    clauses: tuple[Clause, ...]
    conditions: tuple[Condition, ...]
    routes: tuple[Route, ...]

    def __repr__(self) -> str:
        return f"<Programme {self.id}, {self.status}, sha256 {self.fingerprint[:12]}>"

    def fact(self, id: str) -> FactDefinition:
        """The fact of that id."""
        return next(fact for fact in self.facts if fact.id == id)

    def ledger(self, id: str) -> LedgerDefinition:
        """The ledger of that id."""
        return next(ledger for ledger in self.ledgers if ledger.id == id)

    def measure(self, id: str) -> MeasureDefinition:
        """The measure of that id."""
        return next(measure for measure in self.measures if measure.id == id)

    def facts_of(self, rule: Rule) -> tuple[str, ...]:
        """Ids of the facts that a rule asks, those that state its amounts included, each once."""
        return tuple(dict.fromkeys(fact for part in parts(rule) for fact in self.facts_named(part)))

    def facts_named(self, rule: Rule) -> tuple[str, ...]:
        """Ids of the facts that a rule asks itself, those of the rules below it left out."""
        stated = self.measure(rule.measure).stated if isinstance(rule, Aggregate) else ()
        return (*stated, *asks(rule))

    def name_of(self, id: str) -> Text:
        """The name of the fact or ledger of that id."""
        return next(one.name for one in self.definition.asked if one.id == id)

    def in_order(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Ids of facts and ledgers in the file's order, each once."""
        wanted = set(ids)
        return tuple(one.id for one in self.definition.asked if one.id in wanted)

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
