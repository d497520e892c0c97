"""The context of a report: everything that it says about one enterprise, as plain values in one language.

This is the interface for whoever writes a template: every figure is already cut and formatted, every text is in the
language of the report, every chart is a finished picture. A template places what it finds here and decides nothing, so
that HTML, PDF and Word, Chinese and English carry the same figures. `schema` describes it as JSON Schema.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter

from maturity.language import Lang
from maturity.reports.content.firm import FirmnessPage
from maturity.reports.content.lines import ConditionLine
from maturity.reports.content.way_up import PlanPage
from maturity.reports.content.what_if import WhatIfPage


@dataclass(frozen=True, slots=True)
class Score:
    """A score as it is shown.

    Attributes:
        shown: cut to two decimals, "—" where there is none.
        possible: the score at best, ``""`` where it is no higher as shown.
        fill: its shade in the heat map, as 163a5f. dark: text on it is white.
        value, value_possible: the figures behind it, for charts; NaN where there is none.
    """

    shown: str
    possible: str
    fill: str
    dark: bool
    value: float
    value_possible: float


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level: its name, the total it begins at, the enterprise's score, whether it is met, and whether at best."""

    number: int
    name: str
    total_from: str
    score: Score
    met: bool
    met_possible: bool


@dataclass(frozen=True, slots=True)
class NodeLine:
    """An element, domain or subdomain of the profile, with its scores by level. ``depth``: 0 for an element."""

    layer: str
    depth: int
    id: str
    name: str
    weight: str
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement in a list."""

    id: str
    level: int
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """Requirements of one subdomain."""

    subdomain: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A requirement that is not fully met.

    Attributes:
        answer: the choice's name, or "unanswered".
        missing: value that is missing to the best choice, 0 to 1.
        worth: what the level's score gains when it is fully met, cut to four decimals.
        cite: what the requirement's text rests on.
    """

    id: str
    name: str
    subdomain: str
    answer: str
    answered: bool
    missing: str
    worth: str
    cite: str


@dataclass(frozen=True, slots=True)
class LevelGaps:
    """What is missing at a level, the most valuable first.

    Attributes:
        title: name, score and what is missing, in a line.
        short: what is missing to the pass mark, ``""`` when it is met.
        applicable: anything of the level applies; without gaps, all that does is fully met.
    """

    number: int
    name: str
    title: str
    score: str
    short: str
    applicable: bool
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class TierPage:
    """A tier: the verdict, why, and the conditions.

    Attributes:
        verdict: eligible, cultivation, ineligible or undecided; ``headline`` says it in a line.
        failed: for an ineligible one the conditions that fail, each with its shortfall.
        to_mend: the fewest rules that would have to change for it not to be ineligible, each with what it is short by;
            () when that is all that failed.
        unknown_facts: for an undecided one the facts that settle it for sure.
        bounds: what is open besides them and what it can come to, as sentences; of another one ``""``, or that what is
            unknown cannot matter.
        conditions: (role, conditions) that are this tier's own; roles without any are left out. What is advice, or for
            the experts, never decides.
    """

    id: str
    name: str
    verdict: str
    headline: str
    failed: tuple[str, ...]
    depends_on_reading: bool
    conditions: tuple[tuple[str, tuple[ConditionLine, ...]], ...]
    unknown_facts: tuple[str, ...]
    to_mend: tuple[str, ...]
    bounds: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A titled list of (label, value): what a definition is and says of itself."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart.

    Attributes:
        svg: the picture, drawn; it carries its own title, and nothing from outside. ``<!--layer-->`` stands before each
            of its layers, of which those of the frame are the same in every report.
        alt: what it shows, for those who cannot see it.
        caption: what stands below it.
    """

    svg: str
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """The charts of a report.

    Attributes:
        reach: radar, how far up each subdomain reaches. next_level: radar, the subdomains at the next level. Both None
            where a model has fewer than three subdomains, or there is no level.
        bars: a bar for each level, with the pass mark.
        heat_map: subdomain by level.
    """

    reach: Picture | None
    next_level: Picture | None
    bars: Picture
    heat_map: Picture


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading of the level rule, and the level that it gives; ``default``: the one that this report follows."""

    name: str
    level: str
    level_possible: str
    default: bool


@dataclass(frozen=True, slots=True)
class PeersLine:
    """The enterprises of the same kind in the batch: what they are called, how many, and their median total."""

    name: str
    count: int
    total: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a report says about one enterprise, in one language."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(use_attribute_docstrings=True)

    lang: Lang
    title: str
    """Of the report."""
    issuer: str
    """Who issues it, or ``""``."""
    logo: str
    """Of the issuer, as a data URI, or ``""``."""
    id: str
    name: str
    """Of the enterprise; its id when it has none."""
    profile: str
    model: str
    programme: str
    """``""`` without one."""
    applied_on: str
    """Day of application, as 2025-06-30; ``""`` without a programme."""
    provisional: str
    """A sentence that names the definitions which nobody has compared with their source yet, or ``""``."""
    rejected: bool
    """There is no level; the notes say why."""
    level: int
    """For certain; 0 below the first, -1 when there is none."""
    level_name: str
    level_possible: int
    """With every unanswered requirement at its best."""
    level_possible_name: str
    total: str
    total_possible: str
    most: int
    """The highest total there is."""
    open: bool
    """Something is unanswered, so that certain and possible can differ."""
    answered: bool
    """Anything is answered at all."""
    readings: tuple[ReadingLine, ...]
    """The readings of the level rule; () when there is no level."""
    notes: tuple[str, ...]
    """Sentences that a reader of the first page must know."""
    peers: PeersLine | None
    """The enterprises of the same kind; None without a batch, or when there are fewer than five."""
    mark: str
    """The pass mark."""
    levels: tuple[LevelLine, ...]
    nodes: tuple[NodeLine, ...]
    """Elements, domains and subdomains, each before what belongs to it."""
    pictures: Pictures
    target: str
    """What the next level asks, as a sentence."""
    gaps: tuple[LevelGaps, ...]
    """What is missing for it, by level."""
    plans: tuple[PlanPage, ...]
    """The cheapest ways up; () unless they were worked out."""
    firmness: FirmnessPage | None
    """How firm the level is; None unless it was worked out."""
    whatif: WhatIfPage | None
    """What something changed would move; None unless it was asked, and something is changed for this enterprise."""
    shared: tuple[tuple[str, tuple[ConditionLine, ...]], ...]
    """(role, conditions) that every tier has, word for word, and none of the tiers repeats."""
    tiers: tuple[TierPage, ...]
    """Verdicts; () without a programme."""
    programme_notes: tuple[str, ...]
    """What somebody should look at in the facts of the enterprise, and how it stands in a quota."""
    open_notes: tuple[str, ...]
    """What "not applicable" and "unanswered" change."""
    not_applicable: tuple[Group, ...]
    unanswered: tuple[Group, ...]
    outside: tuple[Group, ...]
    """Answered, but of another profile, so that they do not count."""
    basis: tuple[Basis, ...]
    """What all this rests on."""


def schema() -> dict[str, Any]:
    """The context as JSON Schema: what a template finds, for whoever writes one.

    >>> schema()["properties"]["mark"]["description"]
    'The pass mark.'
    """
    return _adapter().json_schema(mode="serialization")


def as_json(content: Content) -> bytes:
    """A context as JSON, as `schema` describes it; a figure that is not there is null."""
    return _adapter().dump_json(content)


@cache
def _adapter() -> TypeAdapter[Content]:
    return TypeAdapter(Content)
