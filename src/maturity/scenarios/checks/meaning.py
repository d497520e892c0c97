"""What a programme file says beside what it does: clauses without use, other words than the quote, nothing decided."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from maturity.errors import Problem
from maturity.scenarios.checks.contents import File, rules_of, rules_of_condition
from maturity.scenarios.programme import Variant, amended
from maturity.scenarios.rules import (
    DECIDING,
    Aggregate,
    Applied,
    Dated,
    ExternalReference,
    Fixed,
    Grade,
    Judgement,
    Modality,
    Versus,
    WithThreshold,
    leaves,
    parts,
)

_UPWARD, _DOWNWARD = r"以上|不低于|不少于|不小于", r"以下|以内|不超过|不高于|不多于|不大于"
_INCLUSIVE: Final = {">": _UPWARD, ">=": _UPWARD, "<": _DOWNWARD, "<=": _DOWNWARD}
"""The words that include the number they name (民法典 article 1259), by comparison."""
_ABOVE, _BELOW = r"(?<!不)(?:超过|高于|大于|多于)|以外", r"不满|(?<!不)(?:低于|少于|小于)"
_EXCLUSIVE: Final = {">": _ABOVE, ">=": _ABOVE, "<": _BELOW, "<=": _BELOW}
"""The words that leave it out."""
_SOFTER: Final[Mapping[Modality, str]] = {"principle": "原则上", "reference": "参照"}
"""Words of a clause that is less than mandatory; a reading may still make it so."""


class _OfClause(Protocol):
    """What is made of a clause."""

    @property
    def clause(self) -> str: ...


def clauses(loaded: File) -> Iterator[Problem]:
    """Clauses that nothing is made of and that do not say what they are."""
    value = loaded.value
    groups: tuple[tuple[_OfClause, ...], ...] = (
        *(value.conditions, value.readings, value.interpretations, value.measures, value.catalogues),
        *(value.deadlines, value.sanctions, value.quotas),
        *(procedure.transitions for procedure in value.procedures),
        *(procedure.premises for procedure in value.procedures),
    )
    used = {one.clause for group in groups for one in group}
    for clause in value.clauses:
        if clause.id not in used and clause.modality is None:
            yield Problem.of("programme.clause-without-use", f"{loaded.file}: clauses.{clause.id}", clause.id)


def words(loaded: File) -> Iterator[Problem]:
    """Comparisons and modalities that say something else than the words of their clause."""
    quotes = {clause.id: clause.quote for clause in loaded.value.clauses}
    for condition in loaded.value.conditions:
        quote = quotes.get(condition.clause, "")
        for place, rule in rules_of_condition(condition, loaded.file):
            for leaf in leaves(rule):
                op = leaf.op if isinstance(leaf, WithThreshold | Versus | Grade | Dated) else ""
                where = f"{place}.{leaf.kind}.op"
                including, beyond = (re.search(words.get(op, "$^"), quote) for words in (_INCLUSIVE, _EXCLUSIVE))
                if op in (">", "<") and including and not beyond:
                    yield Problem.of("programme.strict-comparison", where, op, word=including[0], wanted=f"{op}=")
                if op in (">=", "<=") and beyond and not including:
                    yield Problem.of("programme.loose-comparison", where, op, word=beyond[0], wanted=op[0])
        for modality, word in _SOFTER.items():
            if condition.modality == "mandatory" and word in quote:
                where = f"{loaded.file}: conditions.{condition.id}.modality"
                yield Problem.of("programme.stronger-than-quote", where, condition.modality, word=word, wanted=modality)


def dates(loaded: File) -> Iterator[Problem]:
    """What closes before it opens."""
    value, file = loaded.value, loaded.file
    if value.in_force_to is not None and value.in_force_to < value.in_force_from:
        yield Problem.of("programme.closes-first", f"{file}: in_force_to", value.in_force_to, opens=value.in_force_from)
    for place, rule in rules_of(loaded):
        for leaf in parts(rule):
            if isinstance(leaf, Aggregate) and isinstance(leaf.window, Fixed):
                first, last = leaf.window.first.value, leaf.window.last.value
                if last < first:
                    yield Problem.of("programme.closes-first", f"{place}.aggregate.window.last", last, opens=first)
            if not isinstance(leaf, Applied):
                continue
            if leaf.opens and leaf.closes and leaf.closes.value < leaf.opens.value:
                where = f"{place}.applied.closes"
                yield Problem.of("programme.closes-first", where, leaf.closes.value, opens=leaf.opens.value)


def outcomes(loaded: File) -> Iterator[Problem]:
    """Conditions that block for ever, and routes and readings without effect."""
    value, file = loaded.value, loaded.file
    for condition in value.conditions:
        for reading, by_option in condition.under.items():
            for option, variant in by_option.items():
                if not (variant.rule or variant.modality or amended(condition.rule, variant) is not condition.rule):
                    where = f"{file}: conditions.{condition.id}.under.{reading}.{option}"
                    yield Problem.of("programme.reading-without-effect", where, option)
        for key in ("rule", "window"):
            first, *more = [
                reading
                for reading, by_option in condition.under.items()
                if any(getattr(variant, key) for variant in by_option.values())
            ] or [""]
            for other in more:
                where = f"{file}: conditions.{condition.id}.under"
                yield Problem.of("programme.readings-collide", where, other, first=first, key=key)
    for condition in value.conditions:
        place = f"{file}: conditions.{condition.id}"
        readings = {**condition.under, "": {"": Variant()}}
        for options in readings.values():
            for variant in options.values():
                modality, rule = variant.modality or condition.modality, variant.rule or condition.rule
                open_ended = [leaf.kind for leaf in leaves(rule) if isinstance(leaf, Judgement | ExternalReference)]
                if modality in DECIDING and open_ended:
                    yield Problem.of("programme.never-decided", f"{place}.modality", modality, kind=open_ended[0])
    for route in value.routes:
        for id in sorted(set(route.waives) & set(route.requires)):
            yield Problem.of("programme.waived-and-required", f"{file}: routes.{route.id}", id)
    binding = {condition.id: condition.modality for condition in value.conditions}
    for route in value.routes:
        for id in (*route.waives, *route.requires):
            if binding[id] not in DECIDING:
                yield Problem.of(
                    "programme.route-without-effect", f"{file}: routes.{route.id}", id, modality=binding[id]
                )


def tiers(loaded: File) -> Iterator[Problem]:
    """Tiers that nothing decides."""
    value, file = loaded.value, loaded.file
    for tier in value.tiers:
        special = {id for route in value.routes if route.tier == tier.id for id in route.requires}
        own = [one for one in value.conditions if tier.id in one.tiers and one.id not in special]
        if not any(one.modality in DECIDING for one in own):
            yield Problem.of("programme.tier-without-conditions", f"{file}: tiers.{tier.id}", tier.id)
