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


class Sum(Definition):
    """The sum of several numbers compared with a threshold.

    The parts cannot be negative, so known parts that reach the threshold decide even when others are unknown.
    """

    kind: Literal["sum"]
    facts: Annotated[tuple[str, ...], Some]
    op: Op
    threshold: Number


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


class Grade(Definition):
    """A grade on an ordered scale compared with one of its grades."""

    kind: Literal["grade"]
    fact: str
    op: Op
    grade: str


class Dated(Definition):
    """A date compared with a date of the rule."""

    kind: Literal["date"]
    fact: str
    op: Op
    date: Day


class Applied(Definition):
    """The application is made between two days, both included; what is left out is open."""

    kind: Literal["applied"]
    opens: Day | None = None
    closes: Day | None = None


class NoEvent(Definition):
    """No event in the calendar months before the application, both ends included.

    An event exactly that many months before the application counts as within; the last days of a month are clamped.
    """

    kind: Literal["no_event"]
    fact: str
    months: Number


class Count(Definition):
    """How many entries of a catalogue a list of names covers, compared with a threshold.

    ``category`` counts distinct entries of the catalogue, ``name`` distinct names that belong to any entry. Names that
    match nothing are never counted; as the list is open they leave the condition unknown where they could decide it.
    """

    kind: Literal["count"]
    fact: str
    distinct_by: Literal["category", "name"] = "category"
    op: Op
    threshold: Number


class Assessed(Definition):
    """The maturity level is at least a bar: the level assessed here, else the one that the platform declared."""

    kind: Literal["assessment"]
    model: str
    at_least: Number
    declared_level: str = ""
    declared_total: str = ""


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
    | Sum
    | Aggregate
    | Grade
    | Dated
    | Applied
    | NoEvent
    | Count
    | Assessed
    | Judgement
    | ExternalReference
    | Combined,
    Field(discriminator="kind"),
]

for _combined in (AllOf, AnyOf, AtLeast, NoneOf):
    _combined.model_rebuild()


def leaves(rule: Rule) -> Iterator[Rule]:
    """The rules below the combinators, in the file's order; a rule without combinator is its own leaf."""
    if isinstance(rule, Combined):
        for part in rule.of:
            yield from leaves(part)
    else:
        yield rule


def facts_of(rule: Rule) -> tuple[str, ...]:
    """Ids of the facts that a rule names, in the file's order, each once; see also `Programme.facts_of`."""
    return tuple(dict.fromkeys(fact for leaf in leaves(rule) for fact in _asked(leaf)))


def _asked(rule: Rule) -> tuple[str, ...]:
    match rule:
        case Is() | Compare() | Grade() | Dated() | NoEvent() | Count():
            return (rule.fact,)
        case Sum():
            return rule.facts
        case Aggregate():
            return (*rule.plus, *anchors_of(rule.window))
        case Assessed():
            return tuple(fact for fact in (rule.declared_level, rule.declared_total) if fact)
        case _:
            return ()


def anchors_of(window: Window | None) -> tuple[str, ...]:
    """Ids of the facts that a window hangs on, () when it hangs on the application alone."""
    match window:
        case Rolling() if window.anchor:
            return (window.anchor,)
        case BeforeCompletion():
            return (window.completed_on,)
        case _:
            return ()
