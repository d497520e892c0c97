"""What a report says of a programme: the verdict for each tier, why, and every condition with its clause."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from maturity.errors import Problem
from maturity.language import Lang, say
from maturity.reports.content.context import TierPage
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import printable
from maturity.reports.content.lines import ConditionLine, Truth
from maturity.scenarios import ConditionResult, Decisions

_TRUTHS: Final[tuple[Truth, ...]] = ("no", "unknown", "yes")
_DECIDING: Final = ("required", "production", "cultivation")

Noted = tuple[str, Problem]
"""A note, and the id of the fact that it is about or ``""``."""


def tier_pages(one: Enterprise, decisions: Decisions, j: int) -> Iterator[TierPage]:
    """The verdict for each tier, with every condition under the heading of its role; row j of the decisions."""
    facts = _fact_names(decisions, one.lang)
    for tier in decisions.programme.tiers:
        by_role: dict[str, list[ConditionLine]] = {}
        for result, fixed in _conditions(decisions, one.lang)[tier.id]:
            by_role.setdefault(result.role, []).append(_condition(result, fixed, j, one.lang))
        verdict = str(decisions.verdict[tier.id][j])
        failed = tuple(_failed(one, by_role)) if verdict == "ineligible" else ()
        mend = decisions.to_mend(tier.id, j)
        yield TierPage(
            id=tier.id,
            name=tier.name.in_(one.lang),
            verdict=verdict,
            failed=failed,
            headline=decisions.headline(tier.id, j, one.lang),
            depends_on_reading=bool(decisions.depends_on_reading[tier.id][j]),
            deciding=tuple((role, tuple(by_role[role])) for role in _DECIDING if role in by_role),
            advice=tuple(by_role.get("advice", ())),
            experts=tuple(by_role.get("experts", ())),
            unknown_facts=tuple(facts.get(id, id) for id in decisions.unknown_facts(tier.id, j)),
            to_mend=tuple(rule.line(one.lang) for rule in mend) if len(mend) != len(failed) else (),
            bounds=_bounds(one, decisions, tier.id, j) if verdict == "undecided" else "",
        )


def _bounds(one: Enterprise, decisions: Decisions, tier: str, j: int) -> str:
    """What an undecided verdict can come to, whatever is still unknown."""
    worst, best = (
        say(f"verdict.{bound[tier][j]}", one.lang) for bound in (decisions.verdict_worst, decisions.verdict_best)
    )
    return one.say("tiers.bounds", worst=worst, best=best)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What a condition says to everybody."""

    id: str
    name: str
    threshold: str
    clause: str
    quote: str


@lru_cache(2)  # of the batch in hand
def _conditions(decisions: Decisions, lang: Lang) -> Mapping[str, Sequence[tuple[ConditionResult, _Fixed]]]:
    """The conditions of each tier, with what does not depend on the enterprise."""
    found: dict[str, list[tuple[ConditionResult, _Fixed]]] = {tier.id: [] for tier in decisions.programme.tiers}
    for result in decisions.conditions:
        condition = result.condition
        name, clause = condition.name.in_(lang), condition.clause
        fixed = _Fixed(condition.id, name, result.threshold(lang), clause.cite(lang), clause.quote)
        found[result.tier].append((result, fixed))
    return found


@lru_cache(2)
def _fact_names(decisions: Decisions, lang: Lang) -> Mapping[str, str]:
    return {one.id: one.name.in_(lang) for one in decisions.programme.definition.asked}


def programme_notes(one: Enterprise, decisions: Decisions, notes: Sequence[Noted]) -> Iterator[str]:
    """What somebody should look at in the facts of this enterprise, each with the name of the fact."""
    names = _fact_names(decisions, one.lang)
    for fact, problem in notes:
        subject = names.get(fact, "") + one.say("colon") if fact else ""
        yield subject + problem.what(one.lang)


def notes_by_id(decisions: Decisions) -> Mapping[str, Sequence[Noted]]:
    """What was noted about each enterprise, with the fact that it is about; under ``""`` what concerns them all."""
    rows = {id or f"#{j + 1}": id for j, id in enumerate(decisions.ids)}
    found: dict[str, list[Noted]] = {}
    for problem in (*decisions.facts.notes, *decisions.notes):
        row, _, fact = problem.where.rpartition(": ")
        if problem.where in rows:
            row, fact = problem.where, ""
        found.setdefault(rows.get(row, ""), []).append((fact if row in rows else "", problem))
    return found


def _failed(one: Enterprise, by_role: Mapping[str, Sequence[ConditionLine]]) -> Iterator[str]:
    """The conditions that make a tier unreachable, and those of the other route where production is not reached."""
    for role in _DECIDING:
        lines = [line for line in by_role.get(role, ()) if line.truth == "no"]
        if role == "production" and not lines:
            return
        for line in lines:
            yield one.say("tiers.failed-by", name=line.name, by=line.shortfall) if line.shortfall else line.name


def _condition(result: ConditionResult, fixed: _Fixed, j: int, lang: Lang) -> ConditionLine:
    return ConditionLine(
        id=fixed.id,
        name=fixed.name,
        truth=_TRUTHS[int(result.truth[j])],
        value=printable(result.value(j, lang)),
        threshold=fixed.threshold,
        shortfall=result.shortfall(j, lang),
        clause=fixed.clause,
        quote=fixed.quote,
    )
