"""Why an enterprise stands where it stands, as one tree: programme, tiers, groups, conditions, and the parts of each.

Two trees of one shape. What a programme *asks* is the same for everybody (`AskedProgramme`) and in both languages; what
was *found* of one enterprise (`Explanation`) is in one language and points at what is asked. `explain` builds both;
reports, the command ``explain`` and the JSON of results all take theirs from here. As JSON an explanation leaves out
what is asked, which stands there once for all, and every field that is empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from maturity.language import Text
from maturity.scenarios.conditions import Role
from maturity.scenarios.rules import Modality
from maturity.scenarios.verdicts import Verdict

TruthWord = Literal["no", "unknown", "yes"]
TRUTHS: Final[tuple[TruthWord, ...]] = ("no", "unknown", "yes")
"""The words of NO, UNKNOWN and YES."""

_DESCRIBED: Final = ConfigDict(extra="forbid", use_attribute_docstrings=True)


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an id: a tier, a fact, a ledger."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class ChosenReading:
    """An ambiguous clause, and the way to read it that was in effect."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    id: str
    name: Text
    option: str
    """The option in effect."""
    option_name: Text
    default: str
    """The option that holds unless somebody chooses another."""
    clause: Text
    """Its place in the document."""
    quote: str
    """The words that can be read in several ways."""


@dataclass(frozen=True, slots=True)
class AskedRule:
    """What a rule asks, nested as the file of the programme nests it."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    kind: str
    """``all``, ``any``, ``at_least`` or ``none`` of its parts; else the kind of a single rule."""
    threshold: Text
    """What is asked, in words."""
    about: Text | None = None
    """The facts that it looks at, by name; null where it looks at none."""
    count: int | None = None
    """Of ``at_least``: how many parts must hold."""
    of: tuple["AskedRule", ...] = ()
    """The parts of a group."""


@dataclass(frozen=True, slots=True)
class AskedCondition:
    """A condition as it stands under the readings in effect, with the clause that it is made from."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    id: str
    name: Text
    modality: Modality
    """How binding the clause is by its own wording."""
    sanction: bool
    """Bars by what is on record; what nobody recorded bars nobody."""
    clause: Text
    """Its place in the document: 第五条第1项, article 5(1)."""
    quote: str
    """Its words."""
    readings: tuple[str, ...]
    """Ids of the readings that change it."""
    rule: AskedRule


@dataclass(frozen=True, slots=True)
class AskedProgramme:
    """All that a programme asks, under the readings in effect."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    id: str
    edition: str
    status: str
    fingerprint: str
    """The sha256 of its file."""
    name: Text
    readings: tuple[ChosenReading, ...]
    facts: tuple[Named, ...]
    """What an applicant is asked for, ledgers last."""
    tiers: tuple[Named, ...]
    conditions: tuple[AskedCondition, ...]
    """In the file's order, each once, whatever tiers it belongs to."""


# ---------------------------------------------------------------- what was found


@dataclass(frozen=True, slots=True)
class RuleNode:
    """What was found of a part of a condition; the part of ``rule`` that stands at the same place."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    asked: Annotated[AskedRule, Field(exclude=True)]
    truth: TruthWord
    value: str = ""
    """The value on record, in words; left out when nothing is known."""
    shortfall: str = ""
    """What it is missed by; left out when it holds, is unknown, need not hold, or that cannot be measured."""
    missing: tuple[str, ...] = ()
    """Why it is unknown: ids of the facts and ledgers that nobody has stated."""
    of: tuple["RuleNode", ...] = ()
    """The parts of a group, in the order of the rule."""


@dataclass(frozen=True, slots=True)
class ConditionNode:
    """What was found of a condition.

    It is as true as its rule; only a sanction of which nothing is on record holds (``yes``) though its rule is unknown.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    asked: Annotated[AskedCondition, Field(exclude=True)]
    id: str
    """Of the condition of the programme."""
    truth: TruthWord
    value: str = ""
    """The value on record, in words; left out when nothing is known."""
    shortfall: str = ""
    """What it is missed by, 差 350 万元; left out when it holds, is unknown, or that cannot be measured."""
    missing: tuple[str, ...] = ()
    """Why it is unknown: ids of the facts and ledgers that nobody has stated."""
    of: tuple[RuleNode, ...] = ()
    """The parts of its rule when that is a group; left out when it is a single rule."""

    def nodes(self) -> Iterator["ConditionNode | RuleNode"]:
        """The condition, and every part below it."""
        yield self
        yield from (inner for part in self.of for inner in _below(part))


def _below(node: RuleNode) -> Iterator[RuleNode]:
    yield node
    yield from (inner for part in node.of for inner in _below(part))


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """The conditions that do the same in a tier, all of which must hold; of advice and experts none decides."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    role: Role
    """required; production: waived by the cultivation route; cultivation: what that route asks instead."""
    conditions: tuple[ConditionNode, ...]
    truth: TruthWord | None = None
    """The least of its conditions; left out where they do not decide."""


@dataclass(frozen=True, slots=True)
class Ban:
    """A sanction that bars an application."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    condition: str
    """Id of the sanction."""
    until: date
    """The last day of the ban."""


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Another way to read a clause, and the verdict under it."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    reading: str
    option: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ToMend:
    """A rule that would have to change."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    condition: str
    """Id of the condition that it belongs to."""
    text: str
    """What it is about, and what it is short by."""


@dataclass(frozen=True, slots=True)
class TierNode:
    """A tier: the verdict, why, what settles or mends it, and the conditions."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    asked: Annotated[Named, Field(exclude=True)]
    id: str
    verdict: Verdict
    worst: Verdict
    """The worst that it can come to, whatever is still unknown."""
    best: Verdict
    """The best that it can come to."""
    headline: str
    """The verdict in a line."""
    depends_on_reading: bool
    """Another option of some reading decides otherwise."""
    groups: tuple[ConditionGroup, ...]
    """Eligible: required and production hold; cultivation: required and cultivation hold, production does not."""
    otherwise: tuple[Otherwise, ...] = ()
    """Options under which the verdict is another one, and decided."""
    bans: tuple[Ban, ...] = ()
    settling: tuple[str, ...] = ()
    """Of an undecided one: ids of the fewest facts that can settle it at its best."""
    missing: tuple[str, ...] = ()
    """Of an undecided one: ids of the facts that settle it for sure."""
    to_mend: tuple[ToMend, ...] = ()
    """Of an ineligible one: the fewest rules that would have to change; left out when no change is enough."""
    notes: tuple[str, ...] = ()
    """What else is to be said: the standing in a quota, an unknown that cannot matter."""

    def conditions(self) -> Iterator[ConditionNode]:
        """Every condition of the tier, group by group."""
        yield from (condition for group in self.groups for condition in group.conditions)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one enterprise stands where it stands in a programme, condition by condition, in one language."""

    __pydantic_config__: ClassVar[ConfigDict] = _DESCRIBED

    programme: Annotated[AskedProgramme, Field(exclude=True)]
    on: date
    """The day of application."""
    tiers: tuple[TierNode, ...]
    highest: str | None = None
    """Id of the highest tier that it is eligible for; left out for none, and where tiers are no ladder."""
    notes: tuple[str, ...] = ()
    """What somebody should look at in its facts."""
