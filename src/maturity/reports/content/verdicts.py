"""What a report says of a programme: the verdict for each tier, why, and every condition with its clause."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
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
_MOST_LINES: Final = 64
"""Lines of a condition that are kept: all of what is answered yes or no; of amounts, which differ, not too many."""

Noted = tuple[str, Problem]
"""A note, and the id of the fact that it is about or ``""``."""


def tier_pages(one: Enterprise, decisions: Decisions, j: int) -> Iterator[TierPage]:
    """The verdict for each tier, with every condition under the heading of its role; row j of the decisions."""
    facts = _fact_names(decisions, one.lang)
    stated = decisions.conditions[0].given.stated(j) if decisions.conditions else {}
    for tier in decisions.programme.tiers:
        conditions = _conditions(decisions, one.lang)[tier.id]
        lines = {role: tuple(condition.line(j, stated) for condition in own) for role, own in conditions.items()}
        verdict = str(decisions.verdict[tier.id][j])
        failed = tuple(_failed(one, lines)) if verdict == "ineligible" else ()
        mend = decisions.to_mend(tier.id, j)
        yield TierPage(
            id=tier.id,
            name=tier.name.in_(one.lang),
            verdict=verdict,
            failed=failed,
            headline=decisions.headline(tier.id, j, one.lang),
            depends_on_reading=bool(decisions.depends_on_reading[tier.id][j]),
            deciding=tuple((role, lines[role]) for role in _DECIDING if role in lines),
            advice=lines.get("advice", ()),
            experts=lines.get("experts", ()),
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


class _Condition:
    """A condition in one language, and the lines of the applicants that it told apart so far.

    Most conditions ask what is answered yes or no, so that a batch shares a few lines: worked out anew for everybody
    they took 0.7 ms of a report.
    """

    def __init__(self, result: ConditionResult, lang: Lang) -> None:
        condition = result.condition
        self._result, self._lang = result, lang
        self._name, self._clause = condition.name.in_(lang), condition.clause.cite(lang)
        self._threshold = result.threshold(lang)
        self._goes_by = result.goes_by
        self._known: dict[tuple[Hashable, ...], ConditionLine] = {}

    def line(self, j: int, stated: Mapping[str, Hashable]) -> ConditionLine:
        """What the condition says of row j, of whom that is stated."""
        if self._goes_by is None:
            return self._line(j)
        key = tuple([stated[fact] for fact in self._goes_by])
        line = self._known.get(key)
        if line is None:
            if len(self._known) == _MOST_LINES:
                self._known.clear()
            line = self._known[key] = self._line(j)
        return line

    def _line(self, j: int) -> ConditionLine:
        result, lang = self._result, self._lang
        return ConditionLine(
            id=result.condition.id,
            name=self._name,
            truth=_TRUTHS[int(result.truth[j])],
            value=printable(result.value(j, lang)),
            threshold=self._threshold,
            shortfall=result.shortfall(j, lang),
            clause=self._clause,
            quote=result.condition.clause.quote,
        )


@lru_cache(2)  # of the batch in hand
def _conditions(decisions: Decisions, lang: Lang) -> Mapping[str, Mapping[str, Sequence[_Condition]]]:
    """The conditions of each tier, by role."""
    found: dict[str, dict[str, list[_Condition]]] = {tier.id: {} for tier in decisions.programme.tiers}
    for result in decisions.conditions:
        found[result.tier].setdefault(result.role, []).append(_Condition(result, lang))
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
