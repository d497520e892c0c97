"""The closed vocabulary of conditions: what a programme file may ask, and nothing else.

Every kind is a frozen definition with a ``kind`` tag; files combine kinds with ``all``, ``any``, ``at_least`` and
``none``. There are no expressions: a new kind comes with a citation and a test.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from maturity.definition import Cited, Definition, Number, Some
from maturity.language import Text

Op = Literal[">=", ">", "<=", "<"]
"""以上、不低于、不少于 are ``>=``, 以下、以内、不超过 are ``<=``: they include the number (民法典 article 1259)."""

Modality = Literal["mandatory", "principle", "reference", "descriptive", "judgement"]
"""How binding a clause is by its own wording."""

DECIDING: Final[tuple[Modality, ...]] = ("mandatory", "principle")
"""The modalities that decide; the others are advice, or for the experts."""


class Day(Cited):
    """A cited date."""

    value: date


APPLICATION: Final = "application"
"""The day of application, where a rule compares with a day."""

Where = Mapping[str, tuple[str, ...]]
"""Entries of a ledger: by column, the options of which the entry has one."""


class Rolling(Definition):
    """The calendar months up to the application, or up to the date of the fact ``anchor``, both ends included."""

    kind: Literal["rolling"]
    months: Number
    anchor: str = ""


class CalendarYears(Definition):
    """Whole calendar years before that of the application; ``include_current``: and this one, up to the application."""

    kind: Literal["calendar_years"]
    years: Number
    include_current: bool = False


class Fixed(Definition):
    """From one day to another, both included, whenever the application is made."""

    kind: Literal["fixed"]
    first: Day
    last: Day


class BeforeCompletion(Definition):
    """The calendar months up to the day of completion, both ends included."""

    kind: Literal["before_completion"]
    months: Number
    completed_on: str


Window = Annotated[Rolling | CalendarYears | Fixed | BeforeCompletion, Field(discriminator="kind")]
"""The days that an amount is counted in."""


class Overlay(Definition):
    """Another threshold for the applicants of whom a rule holds: a region, an industry, a year. The first one wins."""

    when: "Rule"
    threshold: Number


class Is(Definition):
    """A fact has a value: a yes_no fact ``true`` or ``false``, a one_of fact one of the options listed."""

    kind: Literal["is"]
    fact: str
    value: bool | tuple[str, ...]


class Compare(Definition):
    """A number compared with a threshold."""

    kind: Literal["compare"]
    fact: str
    op: Op
    threshold: Number
    overlays: tuple[Overlay, ...] = ()


class Versus(Definition):
    """A number compared with that of a reference population, such as the mean of the industry in the province."""

    kind: Literal["versus"]
    fact: str
    op: Op
    reference: str
    population: Text


class Share(Definition):
    """A part of a whole compared with a threshold between 0 and 1, without dividing; a share of nothing is unknown."""

    kind: Literal["share"]
    numerator: str
    denominator: str
    op: Op
    threshold: Number
    overlays: tuple[Overlay, ...] = ()


class Sum(Definition):
    """The sum of several numbers compared with a threshold.

    The parts cannot be negative, so known parts that reach the threshold decide even when others are unknown.
    """

    kind: Literal["sum"]
    facts: Annotated[tuple[str, ...], Some]
    op: Op
    threshold: Number
    overlays: tuple[Overlay, ...] = ()


class Aggregate(Definition):
    """A measure, added up over the entries of its ledger in a window of days, compared with a threshold.

    Who gives no entries is judged by the facts that state the measure, whatever the window. Entries that are not known
    to count leave the sum between two bounds; amounts cannot be negative, so the known ones may decide.

    ``where`` restricts the entries further; ``plus`` adds facts that are stated beside the ledger.
    """

    kind: Literal["aggregate"]
    measure: str
    window: Window | None = None
    where: Mapping[str, tuple[str, ...]] = {}
    plus: tuple[str, ...] = ()
    op: Op
    threshold: Number
    overlays: tuple[Overlay, ...] = ()


class Grade(Definition):
    """A grade on an ordered scale compared with one of its grades."""

    kind: Literal["grade"]
    fact: str
    op: Op
    grade: str


class Dated(Definition):
    """A date compared with a date of the rule, or ``against`` another day: ``"application"`` or the date of a fact.

    ``months`` puts that other day so many calendar months earlier: founded at least 24 months before the application.
    So a state at a day, or by a day, is the date on which it began: in production by the deadline of the call.
    """

    kind: Literal["date"]
    fact: str
    op: Op
    date: Day | None = None
    against: str = ""
    months: Number | None = None


class Applied(Definition):
    """The application is made between two days, both included; what is left out is open."""

    kind: Literal["applied"]
    opens: Day | None = None
    closes: Day | None = None


class NoEvent(Definition):
    """No event in the calendar months before the application, or before the date of the fact ``anchor``.

    Both ends are included: an event exactly that many months before counts as within; the last days of a month are
    clamped. With an anchor, such as the end of the public notice, an event after the application counts as well.
    """

    kind: Literal["no_event"]
    fact: str
    months: Number
    anchor: str = ""


class NotBarred(NoEvent):
    """What a sanction asks (files write ``[[sanctions]]``): no ban that is on record is running.

    What nobody recorded bars nobody. But where another date of the sanction is on record, or a status that follows from
    it, there is a ban, and without the day from which it runs nobody knows for how long: unknown.

    Attributes:
        others: the facts with the other dates of the sanction.
        recorded_by: by one_of fact, the options that nobody has on whom it was not imposed.
    """

    others: tuple[str, ...] = ()
    recorded_by: Mapping[str, tuple[str, ...]] = {}


class NotListed(Definition):
    """Not on a public register, by a query of a known day; with ``months``, of one that is not older.

    The fact is a yes_no: listed, and not removed again, on the day of the query.
    """

    kind: Literal["not_on_register"]
    fact: str
    register_name: Text
    url: str = ""
    queried_on: str = ""
    months: Number | None = None


class Entries(Definition):
    """A column of a ledger that names entries of a catalogue, and which of its lines count."""

    ledger: str
    column: str
    where: Mapping[str, tuple[str, ...]] = {}


class Count(Definition):
    """How many entries of a catalogue a list of names covers, compared with a threshold.

    ``category`` counts distinct entries of the catalogue, ``name`` distinct names that belong to any entry. Names that
    match nothing are never counted; as the list is open they leave the condition unknown where they could decide it.

    ``catalogue`` counts the groups that the entries belong to instead, in the catalogue of that id. ``entries`` takes
    the names from a ledger, for those who keep it; the others are judged by the fact. Lines of a ledger that have one
    ``name`` count each if their other texts differ.
    """

    kind: Literal["count"]
    fact: str
    entries: Entries | None = None
    catalogue: str = ""
    distinct_by: Literal["category", "name"] = "category"
    op: Op
    threshold: Number
    overlays: tuple[Overlay, ...] = ()


class Covers(Definition):
    """A list of names covers every required entry of a catalogue, or of the ``catalogue`` that groups its entries."""

    kind: Literal["covers"]
    fact: str
    catalogue: str = ""
    required: Annotated[tuple[str, ...], Some]


class Assessed(Definition):
    """The maturity level is at least a bar: the level assessed here, else the one that the platform declared."""

    kind: Literal["assessment"]
    model: str
    at_least: Number
    level_name: str = ""
    declared_level: str = ""
    declared_total: str = ""


class Before(Definition):
    """Before a day: with ``<`` that day is out, with ``<=`` it is in."""

    op: Literal["<", "<="]
    date: Day


class Equivalent(Definition):
    """What earlier recognitions count as: those of the grades ``of``, made before a day, count as another grade."""

    of: Annotated[tuple[str, ...], Some]
    before: Before
    counts_as: str


class Recognition(Definition):
    """Recognised before, by this or another programme: at least a grade, before a day, and still valid.

    Attributes:
        programme: whose recognition it is.
        fact: the grade held; its lowest option is none at all.
        at_least: the lowest grade that will do.
        on: fact with the day of recognition, "" if the rule does not look at it.
        before: the day it must have been made before.
        valid_until: fact with the last day of validity; ``valid_months`` counts it from the day of recognition.
        equivalents: older recognitions that count as another grade.
    """

    kind: Literal["recognition"]
    programme: Text
    fact: str
    at_least: str
    on: str = ""
    before: Before | None = None
    valid_until: str = ""
    valid_months: Number | None = None
    equivalents: tuple[Equivalent, ...] = ()


class Handed(Definition):
    """A document that has been handed in: complete, stamped, in the copies asked for.

    Attributes:
        document: which.
        submitted: yes_no fact, handed in.
        stamp, stamped: whose stamp it needs, and the yes_no fact that it has it.
        copies, copies_given: how many are asked for, and the fact that says how many there are.
        medium, channel: on paper or electronically, and where it goes.
    """

    kind: Literal["document"]
    document: Text
    submitted: str
    stamp: Text | None = None
    stamped: str = ""
    copies: Number | None = None
    copies_given: str = ""
    medium: Literal["paper", "electronic", "both"] | None = None
    channel: Text | None = None


class Judgement(Definition):
    """Something only experts can judge; it is listed and never decides."""

    kind: Literal["judgement"]
    criterion: Text


class ExternalReference(Definition):
    """A standard or guide that the clause refers to and whose text is not at hand."""

    kind: Literal["external_reference"]
    document: Text
    status: Literal["unavailable"]


class AllOf(Definition):
    """Every one of the conditions holds."""

    kind: Literal["all"]
    of: Annotated[tuple["Rule", ...], Some]


class AnyOf(Definition):
    """One of the conditions holds."""

    kind: Literal["any"]
    of: Annotated[tuple["Rule", ...], Some]


class AtLeast(Definition):
    """A number of the conditions hold."""

    kind: Literal["at_least"]
    count: Number
    of: Annotated[tuple["Rule", ...], Some]


class NoneOf(Definition):
    """None of the conditions holds."""

    kind: Literal["none"]
    of: Annotated[tuple["Rule", ...], Some]


Combined = AllOf | AnyOf | AtLeast | NoneOf
Rule = Annotated[
    Is
    | Compare
    | Versus
    | Share
    | Sum
    | Aggregate
    | Grade
    | Dated
    | Applied
    | NoEvent
    | NotListed
    | Count
    | Covers
    | Assessed
    | Recognition
    | Handed
    | Judgement
    | ExternalReference
    | Combined,
    Field(discriminator="kind"),
]

WithThreshold = Compare | Share | Sum | Aggregate | Count
"""The kinds that have a threshold, and overlays of it."""

for _recursive in (Overlay, Compare, Share, Sum, Aggregate, Count, AllOf, AnyOf, AtLeast, NoneOf):
    _recursive.model_rebuild()


def parts(rule: Rule) -> Iterator[Rule]:
    """A rule and all rules below it, those that say for whom an overlay holds included."""
    yield rule
    below = rule.of if isinstance(rule, Combined) else ()
    if isinstance(rule, WithThreshold):
        below = tuple(overlay.when for overlay in rule.overlays)
    for part in below:
        yield from parts(part)


def leaves(rule: Rule) -> Iterator[Rule]:
    """The rules below the combinators, in the file's order; a rule without combinator is its own leaf."""
    if isinstance(rule, Combined):
        for part in rule.of:
            yield from leaves(part)
    else:
        yield rule


def facts_of(rule: Rule) -> tuple[str, ...]:
    """Ids of the facts that a rule names, in the file's order, each once; see also `Programme.facts_of`."""
    return tuple(dict.fromkeys(fact for part in parts(rule) for fact in asks(part)))


def asks(rule: Rule) -> Iterator[str]:
    """Ids of the facts that a rule names itself, those of the rules below it left out."""
    match rule:
        case Is() | Compare() | Grade() | Count() | Covers():
            yield rule.fact
        case NotBarred():
            yield from (rule.fact, *rule.others, *rule.recorded_by)
        case NoEvent():
            yield from filter(None, (rule.fact, rule.anchor))
        case Versus():
            yield from (rule.fact, rule.reference)
        case Share():
            yield from (rule.numerator, rule.denominator)
        case Sum():
            yield from rule.facts
        case Aggregate():
            yield from (*rule.plus, *anchors_of(rule.window))
        case Dated():
            yield rule.fact
            if rule.against not in ("", APPLICATION):
                yield rule.against
        case NotListed():
            yield from filter(None, (rule.fact, rule.queried_on))
        case Assessed():
            yield from filter(None, (rule.declared_level, rule.declared_total))
        case Recognition():
            yield from filter(None, (rule.fact, rule.on, rule.valid_until))
        case Handed():
            yield from filter(None, (rule.submitted, rule.stamped, rule.copies_given))


def anchors_of(window: Window | None) -> tuple[str, ...]:
    """Ids of the facts that a window hangs on, () when it hangs on the application alone."""
    match window:
        case Rolling() if window.anchor:
            return (window.anchor,)
        case BeforeCompletion():
            return (window.completed_on,)
        case _:
            return ()
