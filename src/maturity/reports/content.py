"""What a report says: one row of results as plain values, from which every format is rendered.

Every number is computed and formatted here, once, so that HTML, PDF and Word, Chinese and English carry the same
figures. A template places what it finds here and decides nothing. `Content` is the interface for whoever writes one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor, isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity import __version__
from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.definition import Cited
from maturity.errors import InputError, Problem
from maturity.firmness import Firmness
from maturity.improvement import Plan
from maturity.language import Lang, Text, say
from maturity.models import READINGS, MaturityModel, Requirement
from maturity.reports.firm import FirmnessPage, firmness_page
from maturity.reports.lines import ConditionLine, Truth
from maturity.reports.way_up import PlanPage, plan_pages
from maturity.scenarios import ConditionResult, Decisions, Programme
from maturity.scoring import Assessment, cut

_TRUTHS: Final[tuple[Truth, ...]] = ("no", "unknown", "yes")
_BLOCK: Final = 256
"""Enterprises whose node scores are computed at a time: few calls, and a few megabytes at most."""
_WORTH_DECIMALS: Final = 4
"""A requirement moves a level's score by a few thousandths."""


@dataclass(frozen=True, slots=True)
class Score:
    """A score as it is shown.

    Attributes:
        shown: cut to two decimals, "—" where there is none.
        possible: the score at best, ``""`` where it is no higher as shown.
        value, value_possible: the figures behind it, for charts; NaN where there is none.
    """

    shown: str
    possible: str
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
class Reach:
    """For a radar, by node of a layer: the sum of its scores over the levels, at best, and the most it can be.

    NaN where nothing of the node applies.
    """

    layer: str
    names: tuple[str, ...]
    certain: tuple[float, ...]
    possible: tuple[float, ...]
    most: tuple[float, ...]


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
    """What is missing at a level, the most valuable first. ``short``: to the pass mark, ``""`` when it is met."""

    number: int
    name: str
    score: str
    short: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class TierPage:
    """A tier: the verdict, why, and the conditions.

    Attributes:
        verdict: eligible, cultivation, ineligible or undecided; ``headline`` says it in a line.
        failed: for an ineligible one the conditions that fail, each with its shortfall.
        unknown_facts: for an undecided one the facts that would decide it.
        deciding: (role, conditions); roles without any are left out. advice, experts: what never decides.
    """

    id: str
    name: str
    verdict: str
    headline: str
    failed: tuple[str, ...]
    depends_on_reading: bool
    deciding: tuple[tuple[str, tuple[ConditionLine, ...]], ...]
    advice: tuple[ConditionLine, ...]
    experts: tuple[ConditionLine, ...]
    unknown_facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """A titled list of (label, value): what a definition is and says of itself."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that a report says about one enterprise, in one language.

    Attributes:
        lang: ``zh`` or ``en``.
        id, name, profile: of the enterprise; ``name`` is the id when there is none.
        model, programme, applied_on: names and date; ``""`` without a programme.
        provisional: a sentence that names the definitions which nobody has compared with their source yet, or ``""``.
        rejected: there is no level; ``notes`` say why.
        level, level_possible: number, or -1. ``level_name``, ``level_possible_name`` as a reader calls them.
        total, total_possible: shown; ``most`` is the highest total there is.
        open: something is unanswered, so that certain and possible can differ.
        answered: whether anything is answered at all.
        notes: sentences that a reader of the first page must know.
        mark: the pass mark as shown, ``mark_value`` the figure behind it.
        levels, nodes: scores.
        reaches: for radars, of the subdomains and of the layer above; a layer of fewer than three nodes has none.
        target: what the next level asks, as a sentence. gaps: what is missing, by level.
        plans: the cheapest ways up, firmness: how firm the level is; () and None unless they were worked out.
        tiers: verdicts, () without a programme. programme_notes: what was seen and not counted.
        open_notes: what "not applicable" and "unanswered" change.
        not_applicable, unanswered, outside: the requirements, by subdomain.
        basis: what all this rests on.
    """

    lang: Lang
    id: str
    name: str
    profile: str
    model: str
    programme: str
    applied_on: str
    provisional: str
    rejected: bool
    level: int
    level_name: str
    level_possible: int
    level_possible_name: str
    total: str
    total_possible: str
    most: int
    open: bool
    answered: bool
    notes: tuple[str, ...]
    mark: str
    mark_value: float
    levels: tuple[LevelLine, ...]
    nodes: tuple[NodeLine, ...]
    reaches: tuple[Reach, ...]
    target: str
    gaps: tuple[LevelGaps, ...]
    plans: tuple[PlanPage, ...]
    firmness: FirmnessPage | None
    tiers: tuple[TierPage, ...]
    programme_notes: tuple[str, ...]
    open_notes: tuple[str, ...]
    not_applicable: tuple[Group, ...]
    unanswered: tuple[Group, ...]
    outside: tuple[Group, ...]
    basis: tuple[Basis, ...]


def contents(
    assessment: Assessment,
    rows: Sequence[int],
    *,
    decisions: Decisions | None = None,
    names: Sequence[str] = (),
    lang: Lang = "zh",
    plans: Mapping[int, Sequence[Plan]] | None = None,
    firmness: Mapping[int, Firmness] | None = None,
) -> Iterator[Content]:
    """The contents of the reports of some enterprises, in the order of ``rows``.

    Args:
        assessment: n enterprises.
        rows: which of them.
        decisions: of the same enterprises, in any order; matched by id.
        names: (n,) names of the enterprises, or none.
        lang: language.
        plans, firmness: by row of the assessment; a row that is not there has none.

    Raises:
        InputError: as many names as enterprises are expected, an enterprise has no decision, or a plan or firmness is
            another enterprise's.
    """
    ids = assessment.answers.ids
    if names and len(names) != len(ids):
        raise InputError([Problem.of("reports.names-count", "names", len(names), expected=len(ids))])
    if decisions and (unmatched := sorted(set(ids) - set(decisions.ids))):
        raise InputError(Problem.of("reports.unmatched", id, id) for id in unmatched)
    plans, firmness = plans or {}, firmness or {}
    given = [("plans", row, plan.id) for row, own in plans.items() for plan in own]
    given += [("firmness", row, one.id) for row, one in firmness.items()]
    if others := [(key, row, id) for key, row, id in given if id != ids[row]]:
        raise InputError(Problem.of("reports.unknown-id", key, id, near=ids[row]) for key, row, id in others)
    return _contents(assessment, rows, decisions, names, plans, firmness, lang=lang)


def _contents(
    assessment: Assessment,
    rows: Sequence[int],
    decisions: Decisions | None,
    names: Sequence[str],
    plans: Mapping[int, Sequence[Plan]],
    firmness: Mapping[int, Firmness],
    *,
    lang: Lang,
) -> Iterator[Content]:
    ids = assessment.answers.ids
    places = {id: j for j, id in enumerate(decisions.ids)} if decisions else {}
    notes = _notes_by_id(decisions) if decisions else {}
    for start in range(0, len(rows), _BLOCK):
        block = np.asarray(rows[start : start + _BLOCK], np.intp)
        scores = _NodeScores.of(assessment, block)
        for k, i in enumerate(block.tolist()):
            own = [*notes.get(ids[i], ()), *notes.get("", ())]
            decided = (decisions, places[ids[i]], own) if decisions else None
            writer = _Writer(assessment, i, lang)
            yield writer.content(
                names[i] if names else "", scores, k, decided, tuple(plans.get(i, ())), firmness.get(i)
            )


def _notes_by_id(decisions: Decisions) -> Mapping[str, list[tuple[str, Problem]]]:
    """What was noted about each enterprise, with the fact that it is about; under ``""`` what concerns them all."""
    rows = {id or f"#{j + 1}": id for j, id in enumerate(decisions.ids)}
    found: dict[str, list[tuple[str, Problem]]] = {}
    for problem in (*decisions.facts.notes, *decisions.notes):
        row, _, fact = problem.where.rpartition(": ")
        if problem.where in rows:
            row, fact = problem.where, ""
        found.setdefault(rows.get(row, ""), []).append((fact if row in rows else "", problem))
    return found


def provisional(model: MaturityModel, decisions: Decisions | None, lang: Lang) -> str:
    """The sentence that names the definitions which nobody has compared with their source yet, ``""`` without any."""
    known: list[MaturityModel | Programme] = [model, decisions.programme] if decisions else [model]
    names = [one.name.in_(lang) for one in known if one.status != "verified"]
    return say("report.provisional", lang, names=say("report.and", lang).join(names)) if names else ""


@dataclass(frozen=True, slots=True)
class _NodeScores:
    """Node scores of a block of enterprises, by layer (m, k, L), for certain and at best, and as they are shown."""

    certain: Mapping[str, NDArray[np.float64]]
    possible: Mapping[str, NDArray[np.float64]]
    certain_cut: Mapping[str, NDArray[np.float64]]
    possible_cut: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, assessment: Assessment, rows: NDArray[np.intp]) -> "_NodeScores":
        layers = [layer.id for layer in assessment.answers.model.layers]
        certain = {layer: assessment.scores(layer, rows) for layer in layers}
        possible = {layer: assessment.scores(layer, rows, possible=True) for layer in layers}
        return cls(
            certain,
            possible,
            {layer: cut(scores) for layer, scores in certain.items()},
            {layer: cut(scores) for layer, scores in possible.items()},
        )


@dataclass(frozen=True, slots=True)
class _Writer:
    """One enterprise, one language."""

    assessment: Assessment
    i: int
    lang: Lang

    @property
    def model(self) -> MaturityModel:
        return self.assessment.answers.model

    def say(self, key: str, /, **values: object) -> str:
        return say(f"report.{key}", self.lang, **values)

    def content(
        self,
        name: str,
        scores: _NodeScores,
        k: int,
        decided: tuple[Decisions, int, Sequence[tuple[str, Problem]]] | None,
        plans: Sequence[Plan] = (),
        firmness: Firmness | None = None,
    ) -> Content:
        """The content; row k of ``scores``, and where something was decided, the row of the decisions and its notes."""
        decisions, j, notes = decided or (None, 0, ())
        assessment, i, model, lang = self.assessment, self.i, self.model, self.lang
        answers = assessment.answers
        profile = answers.profile(i)
        points = answers.columns[:, i].tolist()
        inside = [profile in _weight(model)[requirement.subdomain] for requirement in model.requirements]
        kinds: dict[str, list[Requirement]] = {"na": [], "unanswered": [], "answered": [], "outside": []}
        for requirement, given, own in zip(model.requirements, points, inside, strict=True):
            if own:
                kind = {NOT_APPLICABLE: "na", UNANSWERED: "unanswered"}.get(given, "answered")
                kinds[kind].append(requirement)
            elif given < NOT_APPLICABLE:
                kinds["outside"].append(requirement)
        level, level_possible = int(assessment.level[i]), int(assessment.level_possible[i])
        rejected = bool(answers.rejected[i])
        total, total_possible = _shown(assessment.total[i]), _shown(assessment.total_possible[i])
        levels = self.levels()
        profile_name = next(known.name for known in model.profiles if known.id == profile).in_(lang)
        programme = decisions.programme if decisions else None
        return Content(
            lang=lang,
            id=answers.ids[i],
            name=name or answers.ids[i] or "—",
            profile=profile_name,
            model=model.name.in_(lang),
            programme=programme.name.in_(lang) if programme else "",
            applied_on=str(decisions.on[j]) if decisions else "",
            provisional=provisional(model, decisions, lang),
            rejected=rejected,
            level=level,
            level_name=self.level_name(level),
            level_possible=level_possible,
            level_possible_name=self.level_name(level_possible),
            total=total,
            total_possible=total_possible,
            most=len(model.levels),
            open=bool(kinds["unanswered"]) and not rejected,
            answered=bool(kinds["answered"] or kinds["na"]),
            notes=tuple(self.notes(kinds, profile_name)),
            mark=_plain(model.pass_mark),
            mark_value=float(model.pass_mark),
            levels=levels,
            nodes=tuple(self.nodes(scores, k, profile)),
            reaches=self.reaches(scores, k, profile),
            target=self.target(level, total),
            gaps=() if rejected else tuple(self.gaps(profile, points, inside, levels)),
            plans=tuple(plan_pages(plans, model, lang)),
            firmness=firmness_page(firmness, lang) if firmness else None,
            tiers=tuple(self.tiers(decisions, j)) if decisions else (),
            programme_notes=tuple(self.programme_notes(decisions, notes)) if decisions else (),
            open_notes=tuple(self.open_notes(kinds, profile, points, inside)),
            not_applicable=self.groups(kinds["na"]),
            unanswered=self.groups(kinds["unanswered"]),
            outside=self.groups(kinds["outside"]),
            basis=tuple(self.basis(decisions, j)),
        )

    def level_name(self, number: int) -> str:
        if number < 0:
            return self.say("level.rejected")
        if number == 0:
            return self.say("level.none")
        return self.say("level.name", number=number, name=self.model.levels[number - 1].name)

    def levels(self) -> tuple[LevelLine, ...]:
        """A of each level."""
        assessment, i = self.assessment, self.i
        certain, possible = assessment.level_scores[i], assessment.level_scores_possible[i]
        shown = zip(certain.tolist(), possible.tolist(), cut(certain).tolist(), cut(possible).tolist(), strict=True)
        met, met_possible = assessment.met[i].tolist(), assessment.met_possible[i].tolist()
        return tuple(
            LevelLine(
                level.number,
                level.name.in_(self.lang),
                _plain(level.total_from),
                _score(*figures),
                met[level.number - 1],
                met_possible[level.number - 1],
            )
            for level, figures in zip(self.model.levels, shown, strict=True)
        )

    def notes(self, kinds: Mapping[str, Sequence[Requirement]], profile: str) -> Iterator[str]:
        """What a reader of the first page must know besides level and total."""
        assessment, i = self.assessment, self.i
        if assessment.answers.rejected[i]:
            id = assessment.answers.ids[i]
            why = [
                problem.what(self.lang)
                for problem in assessment.answers.problems
                if problem.where in (id, id or "answers")
            ]
            yield self.say("note.rejected", why=self.say("list").join(dict.fromkeys(why)))
            return
        if len(kinds["answered"]) + len(kinds["na"]) == 0:
            yield self.say("note.nothing-answered")
        certain, possible = int(assessment.level[i]), int(assessment.level_possible[i])
        if kinds["unanswered"]:
            yield self.say(
                "note.interval" if certain != possible else "note.unanswered-same",
                count=len(kinds["unanswered"]),
                certain=self.level_name(certain),
                possible=self.level_name(possible),
                total=_shown(assessment.total[i]),
                total_possible=_shown(assessment.total_possible[i]),
            )
        for key, differ, by_reading in (
            ("note.readings", assessment.readings_differ[i], assessment.level_by_reading),
            ("note.readings-possible", assessment.readings_differ_possible[i], assessment.level_by_reading_possible),
        ):
            if differ and (key == "note.readings" or kinds["unanswered"]):
                names = {reading: self.say(f"reading.{reading}") for reading in READINGS}
                reached = {f"level_{reading}": self.level_name(int(by_reading[reading][i])) for reading in READINGS}
                yield self.say(key, default=names[self.model.definition.reading.default], **names, **reached)
        if assessment.level_if_na_unmet[i] != certain:
            yield self.say(
                "note.na", count=len(kinds["na"]), level=self.level_name(int(assessment.level_if_na_unmet[i]))
            )
        asked = {requirement.level for kind in ("answered", "unanswered") for requirement in kinds[kind]}
        for level in sorted({requirement.level for requirement in kinds["na"]} - asked):
            yield self.say("note.empty-level", level=self.level_name(level))
        if kinds["outside"]:
            yield self.say("note.outside", count=len(kinds["outside"]), profile=profile)

    def nodes(self, scores: _NodeScores, k: int, profile: str) -> Iterator[NodeLine]:
        """The tree of the profile, from the top, each node before its children."""
        figures = {
            layer: list(
                zip(
                    *(
                        part[layer][k].tolist()
                        for part in (scores.certain, scores.possible, scores.certain_cut, scores.possible_cut)
                    ),
                    strict=True,
                )
            )
            for layer in scores.certain
        }
        for position, depth, layer, id, name, weight in _tree(self.model, profile, self.lang):
            by_level = zip(*figures[layer][position], strict=True)
            yield NodeLine(layer, depth, id, name, weight, tuple(_score(*figure) for figure in by_level))

    def reaches(self, scores: _NodeScores, k: int, profile: str) -> tuple[Reach, ...]:
        """How far up the nodes of the two lowest layers reach."""
        found = []
        for layer in reversed(self.model.layers[-2:]):
            nodes = [(at, node) for at, node in enumerate(self.model.nodes[layer.id]) if profile in node.weight]
            if len(nodes) < 3:  # no polygon
                continue
            own = [at for at, _ in nodes]
            certain, possible = scores.certain[layer.id][k, own], scores.possible[layer.id][k, own]
            most = (~np.isnan(certain)).sum(axis=1).astype(np.float64)
            nothing = np.where(most > 0, 0.0, np.nan)
            found.append(
                Reach(
                    layer.name.in_(self.lang),
                    tuple(node.name.in_(self.lang) for _, node in nodes),
                    tuple((np.nansum(certain, axis=1) + nothing).tolist()),
                    tuple((np.nansum(possible, axis=1) + nothing).tolist()),
                    tuple((most + nothing).tolist()),
                )
            )
        return tuple(found)

    def target(self, level: int, total: str) -> str:
        """What the next level asks."""
        if self.assessment.answers.rejected[self.i]:
            return self.say("gaps.none")
        if level == len(self.model.levels):
            return self.say("gaps.top")
        start = self.model.levels[level].total_from
        return self.say(
            "gaps.target",
            level=self.level_name(level + 1),
            from_total=_plain(start),
            total=total,
            short=_short(start, total),
        )

    def gaps(
        self, profile: str, points: Sequence[int], inside: Sequence[bool], levels: Sequence[LevelLine]
    ) -> Iterator[LevelGaps]:
        """What is missing at the next level, and at every level below it that is not met."""
        reached = int(self.assessment.level[self.i])
        for line in levels[: reached + 1]:
            if line.met and line.number <= reached:
                continue
            gaps = self.gaps_of(profile, points, inside, line.number)
            if gaps or line.number == reached + 1:
                short = "" if line.met else _short(self.model.pass_mark, line.score.shown)
                yield LevelGaps(line.number, self.level_name(line.number), line.score.shown, short, gaps)

    def gaps_of(self, profile: str, points: Sequence[int], inside: Sequence[bool], level: int) -> tuple[Gap, ...]:
        """The requirements of a level that are not fully met, by what the level's score gains from each.

        In a cell of c applicable requirements, one that misses p points gains p / points_per_one / c for the cell,
        times the cell's share of the level score.
        """
        model = self.model
        asked = [
            (column, requirement)
            for column, requirement in enumerate(model.requirements)
            if requirement.level == level and inside[column] and points[column] != NOT_APPLICABLE
        ]
        counts: dict[str, int] = {}
        for _, requirement in asked:
            counts[requirement.subdomain] = counts.get(requirement.subdomain, 0) + 1
        shares = _shares(model, profile, frozenset(counts))
        missing = {
            column: requirement.best - (requirement.lowest if points[column] == UNANSWERED else points[column])
            for column, requirement in asked
        }
        worth = {
            column: shares[requirement.subdomain]
            * missing[column]
            / (counts[requirement.subdomain] * model.points_per_one)
            for column, requirement in asked
            if missing[column]
        }
        return tuple(
            self.gap(column, missing[column], worth[column])
            for column in sorted(worth, key=lambda column: (-worth[column], column))
        )

    def gap(self, column: int, missing: int, worth: Fraction) -> Gap:
        model, lang = self.model, self.lang
        requirement = model.requirements[column]
        given = self.assessment.answers.columns[column, self.i]
        choice = next((choice.name.in_(lang) for choice in requirement.choices if choice.points == given), "")
        return Gap(
            id=requirement.id,
            name=requirement.name.in_(lang),
            subdomain=_names(model)[requirement.subdomain].in_(lang),
            answer=choice or self.say("answer.unanswered"),
            answered=bool(choice),
            missing=_plain(Fraction(missing, model.points_per_one)),
            worth=_cut(worth, _WORTH_DECIMALS),
            cite=_cites(model)[requirement.id],
        )

    def tiers(self, decisions: Decisions, j: int) -> Iterator[TierPage]:
        """The verdict for each tier, with every condition under the heading of its role."""
        lang = self.lang
        facts = {fact.id: fact.name.in_(lang) for fact in decisions.programme.facts}
        for tier in decisions.programme.tiers:
            by_role: dict[str, list[ConditionLine]] = {}
            for result in decisions.conditions:
                if result.tier == tier.id:
                    by_role.setdefault(result.role, []).append(self.condition(result, j))
            verdict = str(decisions.verdict[tier.id][j])
            yield TierPage(
                id=tier.id,
                name=tier.name.in_(lang),
                verdict=verdict,
                failed=tuple(self.failed(by_role)) if verdict == "ineligible" else (),
                headline=decisions.headline(tier.id, j, lang),
                depends_on_reading=bool(decisions.depends_on_reading[tier.id][j]),
                deciding=tuple(
                    (role, tuple(by_role[role]))
                    for role in ("required", "production", "cultivation")
                    if role in by_role
                ),
                advice=tuple(by_role.get("advice", ())),
                experts=tuple(by_role.get("experts", ())),
                unknown_facts=tuple(facts.get(id, id) for id in decisions.unknown_facts(tier.id, j)),
            )

    def failed(self, by_role: Mapping[str, Sequence[ConditionLine]]) -> Iterator[str]:
        """The conditions that make a tier unreachable, and those of the other route where production is not reached."""
        for role in ("required", "production", "cultivation"):
            lines = [line for line in by_role.get(role, ()) if line.truth == "no"]
            if role == "production" and not lines:
                return
            for line in lines:
                yield self.say("tiers.failed-by", name=line.name, by=line.shortfall) if line.shortfall else line.name

    def condition(self, result: ConditionResult, j: int) -> ConditionLine:
        lang, condition = self.lang, result.condition
        return ConditionLine(
            id=condition.id,
            name=condition.name.in_(lang),
            truth=_TRUTHS[int(result.truth[j])],
            value=result.value(j, lang),
            threshold=result.threshold(lang),
            shortfall=result.shortfall(j, lang),
            clause=condition.clause.cite(lang),
            quote=condition.clause.quote,
        )

    def programme_notes(self, decisions: Decisions, notes: Sequence[tuple[str, Problem]]) -> Iterator[str]:
        """What somebody should look at in the facts of this enterprise, each with the name of the fact."""
        names = {fact.id: fact.name.in_(self.lang) for fact in decisions.programme.facts}
        for fact, problem in notes:
            subject = names.get(fact, "") + self.say("colon") if fact else ""
            yield subject + problem.what(self.lang)

    def open_notes(
        self, kinds: Mapping[str, Sequence[Requirement]], profile: str, points: Sequence[int], inside: Sequence[bool]
    ) -> Iterator[str]:
        """What "not applicable" and "unanswered" change."""
        assessment, i = self.assessment, self.i
        level = int(assessment.level[i])
        if assessment.answers.rejected[i]:
            yield self.say("open.na-rejected")
            return
        if kinds["na"]:
            yield self.say(
                "open.na-effect",
                level=self.level_name(level),
                level_if=self.level_name(int(assessment.level_if_na_unmet[i])),
            )
        applicable: dict[tuple[str, int], bool] = {}
        for column, requirement in enumerate(self.model.requirements):
            if inside[column]:
                cell = (requirement.subdomain, requirement.level)
                applicable[cell] = applicable.get(cell, False) or points[column] != NOT_APPLICABLE
        empty: dict[str, list[str]] = {}
        for (subdomain, at), any_applicable in applicable.items():
            if not any_applicable:
                empty.setdefault(_names(self.model)[subdomain].in_(self.lang), []).append(str(at))
        if empty:
            comma = self.say("list")
            cells = [self.say("open.cell", subdomain=name, levels=comma.join(found)) for name, found in empty.items()]
            yield self.say(f"open.cells-{self.model.definition.empty_cell.rule}", cells=comma.join(cells))
        if kinds["unanswered"]:
            yield self.say(
                "open.unanswered-effect",
                certain=self.level_name(level),
                possible=self.level_name(int(assessment.level_possible[i])),
                total=_shown(assessment.total[i]),
                total_possible=_shown(assessment.total_possible[i]),
            )

    def groups(self, requirements: Sequence[Requirement]) -> tuple[Group, ...]:
        by_subdomain: dict[str, list[Item]] = {}
        for one in requirements:
            by_subdomain.setdefault(one.subdomain, []).append(Item(one.id, one.level, one.name.in_(self.lang)))
        names = _names(self.model)
        return tuple(Group(names[id].in_(self.lang), tuple(items)) for id, items in by_subdomain.items())

    def basis(self, decisions: Decisions | None, j: int) -> Iterator[Basis]:
        """What the report rests on: the model, the programme and its readings, and the library."""
        model, say = self.model, self.say
        definition = model.definition
        rule, empty = definition.reading, definition.empty_cell
        yield Basis(
            say("basis.model"),
            (
                (say("model"), model.name.in_(self.lang)),
                (say("basis.method"), definition.method.in_(self.lang)),
                (say("basis.id"), model.id),
                (say("basis.edition"), model.edition),
                (say("basis.status"), say(f"status.{model.status}")),
                (say("basis.file"), model.file),
                (say("basis.fingerprint"), model.fingerprint),
                (say("basis.pass-mark"), self.cited(_plain(model.pass_mark), definition.pass_mark)),
                (
                    say("basis.reading"),
                    self.cited(
                        say(f"reading.{rule.default}") + say("colon") + say(f"reading.{rule.default}-help"), rule
                    ),
                ),
                (say("basis.empty-cell"), self.cited(say(f"basis.empty-cell-{empty.rule}"), empty)),
            ),
        )
        yield Basis(say("basis.sources"), tuple((source.id, source.title) for source in definition.sources))
        if decisions:
            programme = decisions.programme
            yield Basis(
                say("programme"),
                (
                    (say("programme"), programme.name.in_(self.lang)),
                    (say("basis.id"), programme.id),
                    (say("basis.edition"), programme.edition),
                    (say("basis.status"), say(f"status.{programme.status}")),
                    (say("basis.file"), programme.file),
                    (say("basis.fingerprint"), programme.fingerprint),
                    (say("applied-on"), str(decisions.on[j])),
                    *((source.id, source.title) for source in programme.definition.sources),
                    *(
                        (
                            say("basis.readings") + say("colon") + reading.name.in_(self.lang),
                            reading.option(decisions.readings[reading.id]).name.in_(self.lang)
                            + (say("basis.default") if decisions.readings[reading.id] == reading.default else ""),
                        )
                        for reading in programme.readings
                    ),
                ),
            )
        yield Basis(say("basis.version"), (("maturity-scoring", __version__),))

    def cited(self, value: str, source: Cited) -> str:
        return self.say("basis.cited", value=value, basis=self.say(f"basis.{source.basis}"), cite=source.cite)


@lru_cache(64)
def _tree(model: MaturityModel, profile: str, lang: Lang) -> tuple[tuple[int, int, str, str, str, str], ...]:
    """The nodes of a profile, each before its children: position in its layer, depth, layer, id, name, weight."""
    depths = {layer.id: depth for depth, layer in enumerate(model.layers)}
    positions = {(layer, node.id): at for layer, nodes in model.nodes.items() for at, node in enumerate(nodes)}

    def below(layer: str, id: str) -> Iterator[tuple[int, int, str, str, str, str]]:
        for node in model.children(layer, id):
            if profile in node.weight:
                weight = f"{_plain(node.weight[profile] * 100)}%"
                place = positions[node.layer, node.id]
                yield place, depths[node.layer], node.layer, node.id, node.name.in_(lang), weight
                if node.layer != model.layers[-1].id:
                    yield from below(node.layer, node.id)

    return tuple(below("", ""))


@lru_cache(256)
def _shares(model: MaturityModel, profile: str, scored: frozenset[str]) -> Mapping[str, Fraction]:
    """`MaturityModel.shares`, kept: most sheets of a batch have a score in the same cells."""
    return model.shares(profile, scored)


@lru_cache(16)
def _names(model: MaturityModel) -> Mapping[str, Text]:
    return {node.id: node.name for node in model.subdomains}


@lru_cache(16)
def _weight(model: MaturityModel) -> Mapping[str, Mapping[str, Fraction]]:
    return {node.id: node.weight for node in model.subdomains}


@lru_cache(16)
def _cites(model: MaturityModel) -> Mapping[str, str]:
    return {requirement.id: requirement.cite for node in model.definition.nodes for requirement in node.requirements}


def _score(value: float, value_possible: float, shown: float, shown_possible: float) -> Score:
    if isnan(value):
        return Score("—", "", value, value)
    return Score(f"{shown:.2f}", f"{shown_possible:.2f}" if shown_possible > shown else "", value, value_possible)


def _shown(score: float) -> str:
    """A score, cut to two decimals."""
    return "—" if isnan(score) else f"{cut(score):.2f}"


def _cut(value: Fraction, decimals: int) -> str:
    """An exact value, cut."""
    return f"{Decimal(floor(value * 10**decimals)).scaleb(-decimals):f}"


def _plain(value: Fraction) -> str:
    """An exact number of a definition, with the decimals that it has; one that has no end is cut to six.

    >>> _plain(Fraction(4, 5)), _plain(Fraction(67)), _plain(Fraction(1, 3))
    ('0.8', '67', '0.333333')
    """
    text = _cut(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(mark: Fraction, shown: str) -> str:
    """What a shown score misses to a mark: never less than what it really misses, because it was cut."""
    short = mark - Fraction(shown)
    return _plain(max(short, Fraction(0)))
