"""From decisions to explanations: the tree of one enterprise, built from the same words for whoever shows it.

A condition is worded once for all who state the same, and what settles or mends a verdict is looked for once for all
whose conditions stand the same; so a batch costs little more than its distinct cases.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, cast

import numpy as np

from maturity.errors import Problem
from maturity.language import LANGUAGES, Lang, Text, say
from maturity.scenarios import wording
from maturity.scenarios.alike import Rows, alike
from maturity.scenarios.conditions import DECIDING_ROLES, Role
from maturity.scenarios.decisions import ConditionResult, Decisions
from maturity.scenarios.programme import Condition, Programme
from maturity.scenarios.reasons import Mend
from maturity.scenarios.rules import Applied, AtLeast, Combined, NoEvent, NoneOf, Rule, leaves
from maturity.scenarios.tree import (
    TRUTHS,
    AskedCondition,
    AskedProgramme,
    AskedRule,
    Ban,
    ChosenReading,
    ConditionGroup,
    ConditionNode,
    Explanation,
    Named,
    Otherwise,
    RuleNode,
    TierNode,
    ToMend,
)
from maturity.scenarios.truth import NO, UNKNOWN, YES, Given, missing, truth
from maturity.scenarios.verdicts import Verdict, ranks

Noted = tuple[str, Problem]
"""A note, and the id of the fact that it is about or ``""``."""

_ORDER: Final[tuple[Role, ...]] = (*DECIDING_ROLES, "advice", "experts")


def explain(decisions: Decisions, i: int, lang: Lang) -> Explanation:
    """Why an applicant stands where it stands, condition by condition.

    Args:
        decisions: of n applicants.
        i: which of them.
        lang: of the words; what is asked is in both languages.

    >>> from maturity import Facts, load_programme, decide
    >>> programme = load_programme("jilin-2024-228", on=date(2025, 6, 30))
    >>> facts = Facts.of(programme, {"registered": False}, id="示例")
    >>> tier = explain(decide(programme, None, facts, on=date(2025, 6, 30)), 0, "zh").tiers[0]
    >>> condition = next(node for node in tier.conditions() if node.id == "registered")
    >>> tier.verdict, condition.asked.name.zh, condition.truth, condition.value, condition.asked.clause.zh
    ('ineligible', '依法登记注册', 'no', '否', '第四条')
    """
    return _worded(decisions, lang).explanation(range(len(decisions))[i])


def asked(decisions: Decisions) -> AskedProgramme:
    """All that the programme of some decisions asks, under the readings in effect."""
    return _asked(decisions)


def notes_by_id(decisions: Decisions) -> Mapping[str, Sequence[Noted]]:
    """What was noted about each enterprise, with the fact that it is about; under ``""`` what concerns them all."""
    rows = {id or f"#{j + 1}": id for j, id in enumerate(decisions.ids)}
    found: dict[str, list[Noted]] = {}
    for problem in (*decisions.facts.notes, *decisions.notes):
        if problem.id == "decide.without-ledger":  # of the batch it says how many; of one it holds or does not
            own = Problem.of("decide.without-own-ledger", problem.where, **problem.values)
            given = set(decisions.facts.ledgers[problem.where].owners.tolist())
            for id in (id for j, id in enumerate(decisions.ids) if j not in given):
                found.setdefault(id, []).append(("", own))
            continue
        row, _, fact = problem.where.rpartition(": ")
        if problem.where in rows:
            row, fact = problem.where, ""
        found.setdefault(rows.get(row, ""), []).append((fact if row in rows else "", problem))
    return found


# ---------------------------------------------------------------- what is asked


@lru_cache(2)  # of the batch in hand
def _asked(decisions: Decisions) -> AskedProgramme:
    programme = decisions.programme
    conditions = {result.condition.id: result.condition for result in decisions.conditions}
    return AskedProgramme(
        programme.id,
        programme.edition,
        programme.status,
        programme.fingerprint,
        programme.name,
        tuple(_chosen(programme, decisions.readings)),
        tuple(Named(one.id, one.name) for one in programme.definition.asked),
        tuple(Named(tier.id, tier.name) for tier in programme.tiers),
        tuple(_condition(conditions[one.id], programme) for one in programme.conditions if one.id in conditions),
    )


def _chosen(programme: Programme, readings: Mapping[str, str]) -> Iterator[ChosenReading]:
    for reading in programme.readings:
        option = reading.option(readings[reading.id])
        place = programme.clause(reading.clause).place
        yield ChosenReading(reading.id, reading.name, option.id, option.name, reading.default, place, reading.quote)


def _condition(condition: Condition, programme: Programme) -> AskedCondition:
    clause = condition.clause
    return AskedCondition(
        condition.id,
        condition.name,
        condition.modality,
        condition.id in [sanction.id for sanction in programme.definition.sanctions],
        clause.place,
        clause.quote,
        condition.under,
        _rule(condition.rule, programme),
    )


def _rule(rule: Rule, programme: Programme) -> AskedRule:
    thresholds, about = (
        [said(rule, programme, lang) for lang in LANGUAGES] for said in (wording.threshold, wording.about)
    )
    return AskedRule(
        rule.kind,
        Text(*thresholds),
        Text(*about) if all(about) else None,
        int(rule.count.value) if isinstance(rule, AtLeast) else None,
        tuple(_rule(part, programme) for part in rule.of) if isinstance(rule, Combined) else (),
    )


# ---------------------------------------------------------------- what was found


@dataclass(frozen=True, slots=True)
class _Told:
    """A condition of a tier for n applicants.

    Attributes:
        kind: (n,) applicants of a kind state the same to it.
        found: by kind, what was found of those who were asked for so far, and how it stands: `_standing`.
    """

    result: ConditionResult
    asked: AskedCondition
    kind: Rows
    found: dict[int, tuple[ConditionNode, tuple[int, ...]]]

    def of(self, i: int, lang: Lang) -> tuple[ConditionNode, tuple[int, ...]]:
        kind = int(self.kind[i])
        if kind not in self.found:
            self.found[kind] = self._node(i, lang), _standing(self.result, i, kind)
        return self.found[kind]

    def _node(self, i: int, lang: Lang) -> ConditionNode:
        result, rule = self.result, self.result.condition.rule
        held = int(result.truth[i])
        below = rule.of if isinstance(rule, Combined) else ()
        wanted = not isinstance(rule, NoneOf)
        return ConditionNode(
            self.asked,
            self.asked.id,
            TRUTHS[held],
            _readable(result.value(i, lang)),
            _readable(result.shortfall(i, lang)),
            _missing(rule, result.given, i) if held == UNKNOWN else (),
            tuple(_part(*pair, result.given, i, wanted, lang) for pair in zip(below, self.asked.rule.of, strict=True)),
        )


def _part(rule: Rule, told: AskedRule, given: Given, i: int, wanted: bool, lang: Lang) -> RuleNode:
    """A part of a condition; ``wanted``: it must hold, so that it can be short of something."""
    held = int(truth(rule, given.take(i, rule))[0])
    below = rule.of if isinstance(rule, Combined) else ()
    inner = wanted != isinstance(rule, NoneOf)
    return RuleNode(
        told,
        TRUTHS[held],
        _readable(wording.value(rule, given, i, lang)),
        _readable(wording.shortfall(rule, given, i, lang)) if held == NO and wanted else "",
        _missing(rule, given, i) if held == UNKNOWN else (),
        tuple(_part(*pair, given, i, inner, lang) for pair in zip(below, told.of, strict=True)),
    )


def _missing(rule: Rule, given: Given, i: int) -> tuple[str, ...]:
    return given.programme.in_order(missing(rule, given.take(i, rule)))


def _readable(text: str) -> str:
    """Without halves of characters, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _standing(result: ConditionResult, i: int, kind: int) -> tuple[int, ...]:
    """Those who agree in this for every condition of a tier have the same to settle and the same to mend.

    The truth of each leaf is enough where all are known; an unknown one, and a window of application that may open or
    have closed, also hang on what was stated.
    """
    below = tuple(leaves(result.condition.rule))
    if below == (result.condition.rule,):
        held: tuple[int, ...] = (int(result.truth[i]),)
    else:
        held = tuple(int(truth(leaf, result.given.take(i, leaf))[0]) for leaf in below)
    return (*held, kind) if UNKNOWN in held or any(isinstance(leaf, Applied) for leaf in below) else held


@dataclass(frozen=True, slots=True)
class _Why:
    """What settles a verdict, what mends it, and what else is to be said of it."""

    settling: tuple[str, ...]
    missing: tuple[str, ...]
    mend: tuple[Mend, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Worded:
    """Decisions in one language, with what was worded and worked out so far."""

    decisions: Decisions
    lang: Lang
    asked: AskedProgramme
    told: Mapping[str, Mapping[Role, Sequence[_Told]]]
    notes: Mapping[str, Sequence[Noted]]
    why: dict[tuple[object, ...], _Why]

    def explanation(self, i: int) -> Explanation:
        decisions = self.decisions
        return Explanation(
            self.asked,
            cast(date, decisions.on[i].item()),
            tuple(self._tier(tier, i) for tier in self.asked.tiers),
            decisions.highest(i),
            tuple(self._noted([*self.notes.get(decisions.ids[i], ()), *self.notes.get("", ())])),
        )

    def _noted(self, notes: Iterable[Noted]) -> Iterator[str]:
        for fact, problem in notes:
            about = self.decisions.programme.name_of(fact).in_(self.lang) if fact in self._facts else ""
            what = _readable(problem.what(self.lang))
            yield say("programme.subject", self.lang, of=about) + what if about else what

    @property
    def _facts(self) -> set[str]:
        return {fact.id for fact in self.asked.facts}

    def _tier(self, tier: Named, i: int) -> TierNode:
        decisions, lang = self.decisions, self.lang
        found = {role: [told.of(i, lang) for told in own] for role, own in self.told[tier.id].items()}
        groups = tuple(_group(role, [node for node, _ in own]) for role, own in found.items())
        verdict, worst, best = (
            cast(Verdict, str(own[tier.id][i]))
            for own in (decisions.verdict, decisions.verdict_worst, decisions.verdict_best)
        )
        key = (tier.id, verdict, best, *(standing for own in found.values() for _, standing in own))
        if key not in self.why:
            self.why[key] = _Why(
                decisions.settling(tier.id, i),
                decisions.unknown_facts(tier.id, i),
                decisions.to_mend(tier.id, i),
                tuple(self._remarks(verdict, groups)),
            )
        why = self.why[key]
        return TierNode(
            asked=tier,
            id=tier.id,
            verdict=verdict,
            worst=worst,
            best=best,
            headline=decisions.headline(tier.id, i, lang, settling=why.settling),
            depends_on_reading=bool(decisions.depends_on_reading[tier.id][i]),
            groups=groups,
            otherwise=tuple(
                Otherwise(reading.id, option, other) for reading, option, other in decisions.otherwise(tier.id, i)
            ),
            bans=tuple(ban for own in self.told[tier.id].values() for told in own for ban in _bans(told, i)),
            settling=why.settling,
            missing=why.missing,
            to_mend=tuple(_to_mend(mend, groups, lang) for mend in why.mend),
            notes=(*why.remarks, *self._standings(tier.id, i)),
        )

    def _remarks(self, verdict: Verdict, groups: Sequence[ConditionGroup]) -> Iterator[str]:
        """What is to be said of what is unknown: that it cannot matter, or that no fact alone settles it."""
        if verdict != "undecided" and len(set(_verdicts(groups))) > 1:
            yield say("explanation.whatever", self.lang)
        if verdict == "undecided" and any(_hangs_on_answers(group) for group in groups):
            yield say("explanation.answers", self.lang)

    def _standings(self, tier: str, i: int) -> Iterator[str]:
        """How an applicant stands in the quotas of a tier."""
        for places in self.decisions.places.values():
            if places.quota.tier == tier and (standing := places.shown(i, self.lang)):
                yield say("programme.mend.line", self.lang, name=places.quota.name, shortfall=standing)


@lru_cache(2)  # of the batch in hand
def _worded(decisions: Decisions, lang: Lang) -> _Worded:
    programme = _asked(decisions)
    conditions = {condition.id: condition for condition in programme.conditions}
    told: dict[str, dict[Role, list[_Told]]] = {tier.id: {} for tier in programme.tiers}
    for result in sorted(decisions.conditions, key=lambda result: _ORDER.index(result.role)):
        _, kind = alike(result.condition.rule, result.given, np.arange(len(decisions)))
        own = _Told(result, conditions[result.condition.id], kind, {})
        told[result.tier].setdefault(result.role, []).append(own)
    return _Worded(decisions, lang, programme, told, notes_by_id(decisions), {})


def _group(role: Role, nodes: Sequence[ConditionNode]) -> ConditionGroup:
    """The conditions that do the same; where they decide, the group is as true as the least of them."""
    least = min(TRUTHS.index(node.truth) for node in nodes) if role in DECIDING_ROLES else None
    return ConditionGroup(role, tuple(nodes), None if least is None else TRUTHS[least])


def _verdicts(groups: Sequence[ConditionGroup]) -> tuple[int, int]:
    """The ranks of the worst and the best verdict that follow from the groups, each condition by itself."""
    held = {group.role: TRUTHS.index(group.truth) for group in groups if group.truth}
    worst, best = ranks(np.array([[held.get(role, YES)] for role in DECIDING_ROLES], np.int8))
    return int(worst[0]), int(best[0])


def _hangs_on_answers(group: ConditionGroup) -> bool:
    """Whether a condition that decides is open for want of answers, and no fact declares the level instead."""
    return group.truth == "unknown" and any(
        asked.kind == "assessment" and node.truth == "unknown" and not node.missing
        for condition in group.conditions
        for node in condition.nodes()
        for asked in (node.asked.rule if isinstance(node, ConditionNode) else node.asked,)
    )


def _bans(told: _Told, i: int) -> Iterator[Ban]:
    """The sanction that bars an applicant, with the last day of it."""
    result = told.result
    if not told.asked.sanction or result.truth[i] != NO:
        return
    for rule in leaves(result.condition.rule):
        one = result.given.take(i, rule)
        if isinstance(rule, NoEvent) and truth(rule, one)[0] == NO:
            yield Ban(result.condition.id, wording.holds_from(rule, one) - timedelta(days=1))


def _to_mend(mend: Mend, groups: Sequence[ConditionGroup], lang: Lang) -> ToMend:
    """What an applicant must mend, which may have been found for another one with the same rules to mend."""
    node = next(node for group in groups for node in group.conditions if node.id == mend.condition.id)
    ends = [inner for inner in node.nodes() if not inner.of]
    (at,) = (k for k, leaf in enumerate(leaves(mend.condition.rule)) if leaf is mend.rule)
    return ToMend(node.id, mend.line(lang, ends[at].shortfall))
