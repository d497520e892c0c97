"""What a report says of a programme: the verdict for each tier, why, and every condition with its clause."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from maturity.errors import Problem
from maturity.language import Lang, say
from maturity.reports.content.context import TierPage
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import listed, printable
from maturity.reports.content.lines import ConditionLine
from maturity.scenarios import Decisions, explain
from maturity.scenarios.conditions import DECIDING_ROLES, Role
from maturity.scenarios.explaining import Noted
from maturity.scenarios.tree import ConditionNode, TierNode

Conditions = tuple[ConditionLine, ...]


def tier_pages(
    one: Enterprise, decisions: Decisions, j: int
) -> tuple[tuple[tuple[str, Conditions], ...], tuple[TierPage, ...]]:
    """The conditions that every tier has, word for word, by role; and the verdict for each tier, with those of its own.

    Row j of the decisions.
    """
    tiers = explain(decisions, j, one.lang).tiers
    by_role = [
        {group.role: tuple(_condition(node, one.lang) for node in group.conditions) for group in tier.groups}
        for tier in tiers
    ]
    here = [{(role, line) for role, lines in own.items() for line in lines} for own in by_role]
    shared = frozenset.intersection(*map(frozenset, here)) if len(here) > 1 else frozenset()
    return _listed(by_role[0], shared.__contains__), tuple(_pages(one, decisions, tiers, by_role, shared))


def _listed(
    by_role: Mapping[Role, Conditions], wanted: Callable[[tuple[Role, ConditionLine]], bool]
) -> tuple[tuple[str, Conditions], ...]:
    """(role, conditions), in the order of the roles; those without any are left out."""
    own = ((role, tuple(line for line in by_role.get(role, ()) if wanted((role, line)))) for role in get_args(Role))
    return tuple((role, lines) for role, lines in own if lines)


def _pages(
    one: Enterprise,
    decisions: Decisions,
    tiers: Sequence[TierNode],
    conditions: Sequence[Mapping[Role, Conditions]],
    shared: Set[tuple[Role, ConditionLine]],
) -> Iterator[TierPage]:
    facts = _fact_names(decisions, one.lang)
    for tier, by_role in zip(tiers, conditions, strict=True):
        failed = tuple(_failed(by_role)) if tier.verdict == "ineligible" else ()
        mended = sorted(rule.condition for rule in tier.to_mend)
        yield TierPage(
            id=tier.id,
            name=tier.asked.name.in_(one.lang),
            verdict=tier.verdict,
            failed=tuple(_told(one, line) for line in failed),
            headline=tier.headline,
            depends_on_reading=tier.depends_on_reading,
            conditions=_listed(by_role, lambda one: one not in shared),
            unknown_facts=tuple(facts.get(id, id) for id in tier.missing),
            to_mend=() if mended == sorted(line.id for line in failed) else tuple(rule.text for rule in tier.to_mend),
            bounds=one.say("space").join(_bounds(one, tier)),
        )


def _bounds(one: Enterprise, tier: TierNode) -> Iterator[str]:
    """What is unknown besides the facts, or cannot matter, and what an undecided verdict can come to."""
    said = (say(f"explanation.{remark}", one.lang) for remark in ("whatever", "answers"))
    yield from (remark for remark in said if remark in tier.notes)
    if tier.verdict == "undecided":
        worst, best = (say(f"verdict.{bound}", one.lang) for bound in (tier.worst, tier.best))
        yield one.say("tiers.bounds", worst=worst, best=best)


@lru_cache(2)
def _fact_names(decisions: Decisions, lang: Lang) -> Mapping[str, str]:
    """By fact and by column of a ledger, which is called as the ledger."""
    programme = decisions.programme
    columns = {f"{ledger.id}.{column.id}": ledger.name for ledger in programme.ledgers for column in ledger.columns}
    names = {one.id: one.name for one in programme.definition.asked} | columns
    return {id: name.in_(lang) for id, name in names.items()}


def programme_notes(one: Enterprise, decisions: Decisions, j: int, notes: Sequence[Noted]) -> Iterator[str]:
    """What somebody should look at: the standing of row j in a quota, and notes, with the name of their fact."""
    for places in decisions.places.values():
        if standing := places.shown(j, one.lang):
            yield places.quota.name.in_(one.lang) + one.say("colon") + standing
    names = _fact_names(decisions, one.lang)
    alike: dict[tuple[str, str], list[Problem]] = {}
    for fact, problem in notes:
        alike.setdefault((fact, replace(problem, value="").what(one.lang)), []).append(problem)
    for (fact, _), problems in alike.items():
        # Sixty names that a catalogue does not have are one note: each in a box of its own they filled three pages.
        told = replace(problems[0], value=listed([problem.value for problem in problems], one.say("list")))
        yield (names[fact] + one.say("colon") if fact else "") + told.what(one.lang)


def _failed(by_role: Mapping[Role, Conditions]) -> Iterator[ConditionLine]:
    """The conditions that make a tier unreachable, and those of the other route where production is not reached."""
    for role in DECIDING_ROLES:
        lines = [line for line in by_role.get(role, ()) if line.truth == "no"]
        if role == "production" and not lines:
            return
        yield from lines


def _told(one: Enterprise, failed: ConditionLine) -> str:
    """A condition that fails, with what it is short by."""
    return one.say("tiers.failed-by", name=failed.name, by=failed.shortfall) if failed.shortfall else failed.name


def _condition(node: ConditionNode, lang: Lang) -> ConditionLine:
    asked = node.asked
    return ConditionLine(
        id=node.id,
        name=asked.name.in_(lang),
        truth=node.truth,
        value=printable(node.value),
        threshold=asked.rule.threshold.in_(lang),
        shortfall=node.shortfall,
        clause=asked.clause.in_(lang),
        quote=asked.quote,
    )
