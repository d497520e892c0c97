"""The report on a batch as a whole: what `maturity.cohort` finds, as plain values, and as a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from maturity import __version__, charts
from maturity.cohort import FEWEST, Cohort, Division, Group, Spread, Summary, by_profile
from maturity.language import Lang, say
from maturity.models import MaturityModel
from maturity.reports.content.basis import of_readings, provisional
from maturity.reports.content.context import Basis, Picture
from maturity.reports.content.figures import NONE, cut_to, plain
from maturity.reports.formats.templates import filled, words
from maturity.scenarios import VERDICTS, Decisions
from maturity.scoring import Assessment

_DECIMALS: Final = 2
_MOST: Final = 36
"""Characters of a label in a chart."""
_ABREAST: Final = 5
"""Groups side by side in a table of sub-domains: so many fit on a printed page."""


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """Quartiles as they are shown, cut to two decimals; "—" where there are too few values."""

    lower: str
    median: str
    upper: str


@dataclass(frozen=True, slots=True)
class CountLine:
    """Something that is counted: its name, how many, the share of all, and how many at best."""

    name: str
    count: int
    share: str
    possible: int


@dataclass(frozen=True, slots=True)
class TierLine:
    """A tier: (verdict, its name, count, share) for each verdict."""

    name: str
    verdicts: tuple[tuple[str, str, int, str], ...]


@dataclass(frozen=True, slots=True)
class SubdomainLine:
    """A subdomain: its quartiles, and the most that can be reached."""

    name: str
    spread: SpreadLine
    most: int


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group: ``pooled`` names what was put together, ``""`` for a group that stands alone.

    Attributes:
        levels: enterprises by level, from below the first; the last entry counts those without a level.
        tiers: by tier (count of eligible enterprises, count of cultivation).
        subdomains: quartiles.
    """

    name: str
    pooled: str
    size: int
    levels: tuple[int, ...]
    total: SpreadLine
    tiers: tuple[tuple[int, int], ...]
    subdomains: tuple[SpreadLine, ...]


@dataclass(frozen=True, slots=True)
class DivisionPage:
    """The batch divided: its groups, and in ``blocks`` of a few; ``note`` instead where they cannot be told apart."""

    heading: str
    note: str
    groups: tuple[GroupLine, ...]
    blocks: tuple[tuple[GroupLine, ...], ...]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class CohortContent:
    """Everything that the report on a batch says, in one language.

    Attributes:
        too_few: a sentence instead of figures, or ``""``; then the lists below are empty.
        size, rejected, open: enterprises; those without a level, and those whose level could be higher.
        levels: from the highest to "below level 1". level_names: from the lowest, as heads of columns.
        method: sentences that say how this was counted. basis: (label, value), what it rests on.
        readings: how the programme's clauses are read, as in a report.
    """

    lang: Lang
    model: str
    programme: str
    applied_on: str
    provisional: str
    too_few: str
    size: int
    rejected: int
    open: int
    total: SpreadLine
    levels: tuple[CountLine, ...]
    level_names: tuple[str, ...]
    tiers: tuple[TierLine, ...]
    subdomains: tuple[SubdomainLine, ...]
    pictures: tuple[Picture, ...]
    divisions: tuple[DivisionPage, ...]
    method: tuple[str, ...]
    basis: tuple[tuple[str, str], ...]
    readings: tuple[Basis, ...]


def cohort_page(
    assessment: Assessment,
    decisions: Decisions | None,
    by: Sequence[Division] = (),
    *,
    lang: Lang,
    index: str = "",
    templates: Path | None = None,
) -> bytes:
    """The report on a batch as a page of HTML; ``index`` is the address of the page that lists all reports."""
    content = cohort_content(assessment, decisions, by, lang=lang)
    told = partial(_told, lang)
    text = filled("cohort.html.j2", templates, cohort=content, index=index, told=told, **words(lang))
    return text.encode("utf-8", "backslashreplace")


def cohort_content(
    assessment: Assessment, decisions: Decisions | None = None, by: Sequence[Division] = (), *, lang: Lang = "zh"
) -> CohortContent:
    """What the report on a batch says: the whole, and group by group by profile and by whatever else is asked for.

    Args:
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        by: what to divide by, besides the profile; each has n labels.
        lang: language.
    """
    writer = _Writer(assessment, decisions, lang)
    return writer.content(by)


class _Writer:
    """A batch, a language."""

    def __init__(self, assessment: Assessment, decisions: Decisions | None, lang: Lang) -> None:
        self.cohort = Cohort(assessment, decisions)
        self.assessment, self.decisions, self.lang = assessment, decisions, lang

    @property
    def model(self) -> MaturityModel:
        return self.assessment.answers.model

    def say(self, key: str, /, **values: object) -> str:
        return say(f"batch.cohort.{key}", self.lang, **values)

    def level_name(self, number: int) -> str:
        if number == 0:
            return say("report.level.none", self.lang)
        return say("report.level.name", self.lang, number=number, name=self.model.levels[number - 1].name)

    def content(self, by: Sequence[Division]) -> CohortContent:
        decisions, lang = self.decisions, self.lang
        whole = self.cohort.summary()
        enough = whole.size >= FEWEST
        days = sorted({str(day) for day in decisions.on}) if decisions else []
        profile = by_profile(self.assessment)
        subdomains = tuple(self.subdomains(whole)) if enough else ()
        return CohortContent(
            lang=lang,
            model=self.model.name.in_(lang),
            programme=decisions.programme.name.in_(lang) if decisions else "",
            applied_on=" – ".join(dict.fromkeys((days[0], days[-1]))) if days else "",
            provisional=provisional(self.model, decisions, lang),
            too_few="" if enough else self.say("too-few", fewest=FEWEST),
            size=whole.size,
            rejected=whole.rejected,
            open=whole.open,
            total=_shown(whole.total),
            levels=tuple(self.levels(whole)) if enough else (),
            level_names=tuple(self.level_name(number) for number in whole.levels),
            tiers=tuple(self.tiers(whole)) if enough else (),
            subdomains=subdomains,
            pictures=(self.tally(whole), self.ranges(whole, subdomains), self.heat_map(whole)) if enough else (),
            divisions=tuple(self.division(one) for one in (profile, *by)) if enough else (),
            method=tuple(self.say(f"method-{key}", fewest=FEWEST) for key in ("groups", "quartiles", "shares")),
            basis=tuple(self.basis()),
            readings=of_readings(decisions.programme, decisions.readings, lang) if decisions else (),
        )

    def basis(self) -> Iterator[tuple[str, str]]:
        """The definitions with their fingerprints, and the library."""
        fingerprint = say("report.basis.fingerprint", self.lang)
        yield say("report.model", self.lang), f"{self.model.name.in_(self.lang)} · {self.model.id}"
        yield fingerprint, self.model.fingerprint
        if self.decisions:
            programme = self.decisions.programme
            yield say("report.programme", self.lang), f"{programme.name.in_(self.lang)} · {programme.id}"
            yield fingerprint, programme.fingerprint
        yield say("report.basis.version", self.lang), f"maturity-scoring {__version__}"

    def levels(self, whole: Summary) -> Iterator[CountLine]:
        for number in sorted(whole.levels, reverse=True):
            count = whole.levels[number]
            yield CountLine(self.level_name(number), count, _share(count, whole.size), whole.levels_possible[number])
        if whole.rejected:
            yield CountLine(self.say("rejected"), whole.rejected, _share(whole.rejected, whole.size), whole.rejected)

    def tiers(self, whole: Summary) -> Iterator[TierLine]:
        for tier in self.decisions.programme.tiers if self.decisions else ():
            counts, of = whole.verdicts[tier.id], whole.size
            yield TierLine(
                tier.name.in_(self.lang),
                tuple(
                    (verdict, say(f"verdict.{verdict}", self.lang), counts[verdict], _share(counts[verdict], of))
                    for verdict in VERDICTS
                ),
            )

    def subdomains(self, whole: Summary) -> Iterator[SubdomainLine]:
        for node, spread in zip(self.model.subdomains, whole.reaches, strict=True):
            asked = {one.level for one in self.model.requirements if one.subdomain == node.id}
            yield SubdomainLine(node.name.in_(self.lang), _shown(spread), len(asked))

    def division(self, division: Division) -> DivisionPage:
        heading = self.say("by", name=division.name)
        found = division.groups
        names = [self.group_name(division, group) for group in found]
        if len(found) < 2:
            alone = len(found) == 1 and len(found[0].labels) == 1
            note = self.say("one-group", name=names[0]) if alone else self.say("not-divided")
            return DivisionPage(heading, note, (), (), None)
        summaries = [self.cohort.summary(group.rows) for group in found]
        lines = tuple(self.group(division, *each) for each in zip(found, names, summaries, strict=True))
        counts = np.array([list(one.levels.values()) for one in summaries])
        alt = self.say("chart-groups", name=division.name)
        parts = [self.level_name(number) for number in summaries[0].levels]
        labels = [self.say("chart-group", name=shorten(line.name, _MOST), count=line.size) for line in lines]
        svg = charts.stacked(labels, parts, counts, title=alt)
        blocks = tuple(lines[start : start + _ABREAST] for start in range(0, len(lines), _ABREAST))
        return DivisionPage(heading, "", lines, blocks, Picture(svg, alt, self.say("groups-lead")))

    def group_name(self, division: Division, group: Group) -> str:
        if len(group.labels) > 1:
            return self.say("others", count=len(group.labels))
        return self.label(division, group.labels[0])

    def label(self, division: Division, label: str) -> str:
        return division.shown(label, self.lang) or self.say("unknown")

    def group(self, division: Division, group: Group, name: str, summary: Summary) -> GroupLine:
        pooled = [self.label(division, label) for label in group.labels] if len(group.labels) > 1 else []
        comma = say("report.list", self.lang)
        return GroupLine(
            name=name,
            pooled=self.say("pooled", names=comma.join(pooled)) if pooled else "",
            size=summary.size,
            levels=(*summary.levels.values(), summary.rejected),
            total=_shown(summary.total),
            tiers=tuple((counts["eligible"], counts["cultivation"]) for counts in summary.verdicts.values()),
            subdomains=tuple(map(_shown, summary.reaches)),
        )

    def tally(self, whole: Summary) -> Picture:
        lines = list(self.levels(whole))
        alt = self.say("chart-levels")
        svg = charts.tally(
            [line.name for line in lines],
            [line.count for line in lines],
            shown=[f"{line.count} · {line.share}" for line in lines],
            title=alt,
        )
        return Picture(svg, alt, "")

    def ranges(self, whole: Summary, lines: Sequence[SubdomainLine]) -> Picture:
        alt = self.say("chart-subdomains")
        svg = charts.ranges(
            [line.name for line in lines],
            np.array([_figures(spread) for spread in whole.reaches]),
            np.array([line.most for line in lines], np.float64),
            top=len(self.model.levels),
            title=alt,
        )
        return Picture(svg, alt, self.say("chart-subdomains-caption"))

    def heat_map(self, whole: Summary) -> Picture:
        alt = self.say("chart-cells")
        shown = [[NONE if median is None else cut_to(median, _DECIMALS) for median in row] for row in whole.medians]
        svg = charts.heat_map(
            [node.name.in_(self.lang) for node in self.model.subdomains],
            [(str(level.number), level.name.in_(self.lang)) for level in self.model.levels],
            # The shade goes by the figure that is printed, so that both say the same at the mark.
            np.array([[float("nan") if text == NONE else float(text) for text in row] for row in shown]),
            mark=float(self.model.pass_mark),
            title=alt,
            shown=[[(text, "") for text in row] for row in shown],
        )
        return Picture(svg, alt, self.say("chart-cells-caption", mark=plain(self.model.pass_mark)))


def shorten(name: str, most: int) -> str:
    """A name that somebody typed, cut where it would burst a chart.

    >>> shorten("长春", 3), shorten("长春新区北湖", 3)
    ('长春', '长春…')
    """
    return name if len(name) <= most else name[: most - 1] + "…"


def _told(lang: Lang, key: str, /, **values: object) -> str:
    return say(f"batch.cohort.{key}", lang, **values)


def _shown(spread: Spread | None) -> SpreadLine:
    if spread is None:
        return SpreadLine(NONE, NONE, NONE)
    return SpreadLine(*(cut_to(value, _DECIMALS) for value in (spread.lower, spread.median, spread.upper)))


def _figures(spread: Spread | None) -> tuple[float, float, float]:
    if spread is None:
        return (float("nan"),) * 3
    return float(spread.lower), float(spread.median), float(spread.upper)


def _share(count: int, of: int) -> str:
    """A part of the whole, cut to a tenth of a per cent."""
    return f"{cut_to(Fraction(100 * count, of), 1)}%"
