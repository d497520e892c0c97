"""What decides a tier: its conditions as they are read, and the answers that their rules tell apart."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Final, Literal

import numpy as np

from maturity.errors import Problem
from maturity.scenarios.programme import MOST_UNITS, Condition, Programme, Route
from maturity.scenarios.rules import (
    DECIDING,
    Assessed,
    Compare,
    Dated,
    Grade,
    Is,
    NotBarred,
    Op,
    Rule,
    leaves,
)
from maturity.scenarios.rules import parts as all_parts
from maturity.scenarios.truth import thresholds

Role = Literal["required", "production", "cultivation", "advice", "experts"]
"""What a condition does in a tier: required; waived by the cultivation route (production); asked by that route
(cultivation); advice and experts never decide."""
DECIDING_ROLES: Final[tuple[Role, ...]] = ("required", "production", "cultivation")

Part = tuple[Role, Condition]
"""A condition with what it does in a tier."""
Parts = Sequence[Part]


def role(condition: Condition, route: Route | None) -> Role:
    """What a condition does in a tier with that route."""
    if condition.modality not in DECIDING:
        return "experts" if condition.modality == "judgement" else "advice"
    if route is not None and condition.id in route.waives:
        return "production"
    return "cultivation" if route is not None and condition.id in route.requires else "required"


@dataclass(frozen=True, eq=False)
class Conditions:
    """The conditions of a tier under some readings, and what follows from them alone.

    The latter is found out once and not for each batch of applicants: for a block of a stream, of which few kinds of
    rows are decided, it is most of the work.

    Attributes:
        rules: of the programme.
        route: of the tier.
        readings: the option of each reading.
        parts: in the file's order, each with what it does.
    """

    rules: "Rules"
    route: Route | None
    readings: Mapping[str, str]
    parts: tuple[Part, ...]
    _asking: dict[tuple[str, ...], tuple[tuple[Part, ...], "Conditions"]] = field(default_factory=dict, init=False)
    _reread: dict[tuple[str, str], "Rereading"] = field(default_factory=dict, init=False)

    @cached_property
    def deciding(self) -> tuple[Part, ...]:
        """The conditions that are not left to advice or experts."""
        return tuple(part for part in self.parts if part[0] in DECIDING_ROLES)

    @cached_property
    def firm(self) -> tuple[Part, ...]:
        """Those that decide and that no reading touches."""
        return tuple(part for part in self.deciding if not part[1].under)

    @cached_property
    def readable(self) -> tuple[Part, ...]:
        """Those that decide and that readings touch."""
        return tuple(part for part in self.deciding if part[1].under)

    @cached_property
    def splits(self) -> Mapping[str, tuple[Any, ...]]:
        """The facts that must be given all their answers for an exact interval, with these answers.

        Those asked in several places, and those asked by a rule that every answer meets, or none; left out are numbers
        and dates that other kinds of rules than comparisons ask.
        """
        asking: dict[str, list[Rule]] = {}
        for leaf in (leaf for _, condition in self.deciding for leaf in leaves(condition.rule)):
            for fact in self.rules.facts_of(leaf):
                asking.setdefault(fact, []).append(leaf)
        told = {fact: self.rules.to_try(fact, own) for fact, own in asking.items()}
        return {fact: answers for fact, answers in told.items() if answers}

    def asking(self, facts: tuple[str, ...]) -> tuple[tuple[Part, ...], "Conditions"]:
        """Those that decide and ask any of some facts, and the others."""
        if facts not in self._asking:
            those = tuple(
                part for part in self.deciding if not set(facts).isdisjoint(self.rules.facts_of(part[1].rule))
            )
            self._asking[facts] = those, self._of(part for part in self.deciding if part not in those)
        return self._asking[facts]

    def reread(self, reading: str, option: str) -> "Rereading":
        """What another option of a reading changes."""
        if (reading, option) not in self._reread:
            readings = {**self.readings, reading: option}
            other = replace(
                self,
                readings=readings,
                parts=tuple(
                    _read(one, readings, self.route) if reading in one.under else (own, one) for own, one in self.parts
                ),
            )
            pairs = list(zip(self.parts, other.parts, strict=True))
            changed = [(here, there) for here, there in pairs if here != there]
            facts = {fact for pair in changed for _, one in pair for fact in self.rules.facts_of(one.rule)}
            self._reread[reading, option] = Rereading(
                other,
                self._of(here for here, _ in changed),
                self._of(there for _, there in changed),
                self._of(here for here, there in pairs if here == there),
                not facts.isdisjoint([*self.splits, *other.splits]),
            )
        return self._reread[reading, option]

    def _of(self, parts: Iterable[Part]) -> "Conditions":
        return replace(self, parts=tuple(parts))


@dataclass(frozen=True, slots=True, eq=False)
class Rereading:
    """What another option of a reading changes.

    Attributes:
        other: the conditions under that option.
        before, after: those that it changes, as they were and as they are then.
        unchanged: the others.
        splits: whether those ask a fact that must be given all its answers.
    """

    other: Conditions
    before: Conditions
    after: Conditions
    unchanged: Conditions
    splits: bool


def conditions_of(programme: Programme, tier: str, readings: Mapping[str, str]) -> Conditions:
    """The conditions of a tier under some readings, each with what it does."""
    return _conditions_of(programme, tier, tuple(readings.items()))


@lru_cache(64)
def _conditions_of(programme: Programme, tier: str, readings: tuple[tuple[str, str], ...]) -> Conditions:
    route, options = programme.route(tier), dict(readings)
    own = tuple(_read(one, options, route) for one in programme.conditions if tier in one.tiers)
    return Conditions(Rules.of(programme), route, options, own)


def _read(condition: Condition, readings: Mapping[str, str], route: Route | None) -> Part:
    read = condition.read(readings)
    return role(read, route), read


def unknown_readings(programme: Programme, chosen: Mapping[str, str]) -> Iterator[Problem]:
    """Readings, and options of readings, that a programme does not have."""
    known = {reading.id: [option.id for option in reading.options] for reading in programme.readings}
    for reading, option in chosen.items():
        if reading not in known:
            yield Problem.of("decide.unknown-reading", "readings", reading, known=", ".join(known))
        elif option not in known[reading]:
            yield Problem.of("decide.unknown-option", reading, option, known=", ".join(known[reading]))


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What the rules of a programme say and ask, by their identity: they live as long as it does.

    Attributes:
        programme: whose rules.
        told: what a rule says and the facts that it asks, with the rule itself, so that its identity lasts.
        tried: by fact and the rules that ask it, the answers to be tried.
    """

    programme: Programme
    told: dict[int, tuple[Rule, str, tuple[str, ...]]]
    tried: dict[tuple[str, tuple[int, ...]], tuple[Any, ...]]

    @staticmethod
    @lru_cache(4)
    def of(programme: Programme) -> "Rules":
        """Those of a programme, with what was found out about them so far."""
        return Rules(programme, {}, {})

    def tell(self, rule: Rule) -> tuple[Rule, str, tuple[str, ...]]:
        """A rule, what it says, and the facts that it asks; what is on record is never assumed of who has not said."""
        if id(rule) not in self.told:
            asks = (rule.fact,) if isinstance(rule, NotBarred) else self.programme.facts_of(rule)
            self.told[id(rule)] = rule, rule.model_dump_json(serialize_as_any=True), asks
        return self.told[id(rule)]

    def facts_of(self, rule: Rule) -> tuple[str, ...]:
        """The facts that a rule asks."""
        return self.tell(rule)[2]

    def to_try(self, fact: str, rules: Sequence[Rule]) -> tuple[Any, ...]:
        """The answers to a fact that some rules tell apart, () where one look at each of them is exact."""
        key = fact, tuple(map(id, rules))
        if key not in self.tried:
            several = len(rules) > 1 or _in_vain(rules[0], fact, self.programme)
            self.tried[key] = told_apart(fact, rules, self.programme) if several else ()
        return self.tried[key]


# ---------------------------------------------------------------------- answers that the rules tell apart


def told_apart(fact: str, rules: Sequence[Rule], programme: Programme) -> tuple[Any, ...]:
    """Answers to a fact, as stored, at least one of every kind that some rules tell apart; () if that is not known."""
    definition = programme.fact(fact)
    asking = [part for rule in rules for part in all_parts(rule) if fact in programme.facts_named(part)]
    match definition.kind:
        case "yes_no":
            return (0, 1)
        case "one_of" | "grade":
            return tuple(range(len(definition.options)))
        case "number" if all(isinstance(rule, Compare | Assessed) for rule in asking):
            bars = {bar for rule in asking for bar in _bars(rule, fact, programme)}
            least = -MOST_UNITS if definition.negative else 0
            most = MOST_UNITS if definition.most is None else int(definition.most.exact * 10**definition.decimals)
            near = {number for bar in bars for number in (bar - 1, bar, bar + 1)}
            return tuple(sorted(number for number in near if least <= number <= most))
        case "date" if all(isinstance(rule, Dated) and rule.date and not rule.months for rule in asking):
            fixed = (rule.date for rule in asking if isinstance(rule, Dated))
            days = {np.datetime64(day.value, "D") for day in fixed if day is not None}
            step = np.timedelta64(1, "D")
            return tuple(sorted({day for bar in days for day in (bar - step, bar, bar + step)}))
    return ()


def _bars(rule: Rule, fact: str, programme: Programme) -> Iterator[int]:
    """Where a number begins to be told apart."""
    if isinstance(rule, Compare):
        yield from thresholds(rule, programme)
    elif isinstance(rule, Assessed) and fact == rule.declared_level:
        yield int(rule.at_least.value)


def _in_vain(rule: Rule, fact: str, programme: Programme) -> bool:
    """Whether every answer meets a rule, or none does."""
    if not isinstance(rule, Is | Grade | Compare):
        return False
    told = told_apart(fact, [rule], programme)
    options = [option.id for option in programme.fact(fact).options]
    match rule:
        case Is() if not isinstance(rule.value, bool):
            met = {options[stored] in rule.value for stored in told}
        case Grade():
            met = {_compared(stored, rule.op, options.index(rule.grade)) for stored in told}
        case Compare() if not rule.overlays:
            met = {_compared(stored, rule.op, *thresholds(rule, programme)) for stored in told}
        case _:
            return False
    return len(met) == 1


def _compared(stored: int, op: Op, bar: int) -> bool:
    return {">=": stored >= bar, ">": stored > bar, "<=": stored <= bar, "<": stored < bar}[op]
