"""What a model file can say, part by part, and the maturity model that comes out of it.

A model is a tree of nodes (GB/T 39116: element, domain, subdomain) whose leaves hold requirements at levels. Every kind
of manufacturer (`profile`) has its own weights; a node without a weight for a profile does not belong to it.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from maturity.definition import Cited, Definition, Document, Exact, Id, Number, Some
from maturity.language import Text

Reading = Literal["bands", "stepwise"]
READINGS: Final[tuple[Reading, ...]] = get_args(Reading)
"""What levels above an unmet one count for: all add up (``bands``), or stop at the first unmet one (``stepwise``)."""

NOT_APPLICABLE_ID: Final = "not_applicable"
"""The answer that takes a requirement out of the mean; it belongs to every scale."""
OWN_COLUMNS: Final[tuple[str, ...]] = ("id", "name", "profile", "credit_code")
"""Columns of a sheet that say who an enterprise is; the others are headed by ids, none of which is one of these."""
RESULT_COLUMNS: Final[tuple[str, ...]] = (
    *("level", "level_possible", "total", "level_stepwise", "level_if_na_unmet"),
    *("explanation", "plans", "firmness", "whatif"),
)
"""What results say of an enterprise beside the score of each subdomain, which is headed by its id."""


class ChoiceDefinition(Cited):
    """A degree of satisfaction and what it is worth, 0 to 1."""

    id: Id
    name: Text
    value: Annotated[Exact, Field(ge=0, le=1)]


class ScaleDefinition(Definition):
    """The choices that answer a requirement."""

    id: Id
    name: Text
    choices: Annotated[tuple[ChoiceDefinition, ...], Some]


class LevelDefinition(Definition):
    """A maturity level; it is reached when the total is at least ``total_from``."""

    number: Annotated[int, Field(strict=True)]
    name: Text
    total_from: Number


class NamedDefinition(Definition):
    """An id with its name."""

    id: Id
    name: Text


class ProfileDefinition(NamedDefinition):
    """A kind of manufacturer, and other spellings of its name that people write."""

    synonyms: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class RequirementDefinition(Cited):
    """One requirement of a leaf node, at one level."""

    id: Id
    level: Annotated[int, Field(strict=True)]
    name: Text
    scale: str = ""


class NodeDefinition(Definition):
    """A node of the tree, its weight among its siblings by profile, and at a leaf its requirements."""

    layer: Id
    id: Id
    parent: str = ""
    name: Text
    weight: Mapping[str, Number]
    requirements: tuple[RequirementDefinition, ...] = ()


class ReadingDefinition(Cited):
    """Which reading gives the level when the two differ."""

    default: Reading


class EmptyCellDefinition(Cited):
    """What a cell without any applicable requirement counts for."""

    rule: Literal["renormalise", "met", "zero"]


class TrimmingDefinition(Cited):
    """The nodes, as ``layer.id``, under which no subdomain may be trimmed."""

    protected: tuple[str, ...]


class ModelDefinition(Document):
    """A whole model file."""

    method: Text
    pass_mark: Number
    reading: ReadingDefinition
    empty_cell: EmptyCellDefinition
    trimming: TrimmingDefinition
    profiles: Annotated[tuple[ProfileDefinition, ...], Some]
    scales: Annotated[tuple[ScaleDefinition, ...], Some]
    levels: Annotated[tuple[LevelDefinition, ...], Some]
    layers: Annotated[tuple[NamedDefinition, ...], Some]
    nodes: Annotated[tuple[NodeDefinition, ...], Some]

    @property
    def points_per_one(self) -> int:
        """Points of a requirement worth 1: the least number that makes every choice whole."""
        return lcm(*(Fraction(choice.value).denominator for scale in self.scales for choice in scale.choices))


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a scale: ``points`` are whole units of ``1 / model.points_per_one``."""

    id: str
    name: Text
    points: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement (成熟度要求) of one subdomain at one level; ``choices`` are its answers, best first."""

    id: str
    subdomain: str
    level: int
    name: Text
    choices: tuple[Choice, ...]

    @property
    def best(self) -> int:
        """Points of the best choice."""
        return self.choices[0].points

    @property
    def lowest(self) -> int:
        """Points of the lowest choice."""
        return self.choices[-1].points


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the tree: element, domain or subdomain. ``parent`` is an id of the layer above, ``""`` at the top."""

    layer: str
    id: str
    parent: str
    name: Text
    weight: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Named:
    """An id with its name: a profile, a layer; ``synonyms`` are other spellings of the name."""

    id: str
    name: Text
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A level (成熟度等级); it is reached when the total is at least ``total_from``."""

    number: int
    name: Text
    total_from: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class MaturityModel:
    """A maturity model, checked and exact.

    Attributes:
        id, edition, name, status: as the file says; ``status`` is ``verified`` or ``provisional``.
        definition: the file's content, with ``basis`` and ``cite`` of every number.
        fingerprint: sha256 of the file.
        requirements: in column order.
        layers: from the root downwards; the last one is the subdomain layer.
        nodes: the nodes of each layer, in the file's order.
        points_per_one: points that a requirement worth 1 has; the smallest unit in which every choice is whole.
        pass_mark: a level is met when its score reaches it.
    """

    id: str
    edition: str
    name: Text
    status: str
    definition: ModelDefinition
    content: bytes
    fingerprint: str
    file: str
    profiles: tuple[Named, ...]
    levels: tuple[Level, ...]
    layers: tuple[Named, ...]
    nodes: Mapping[str, tuple[Node, ...]]
    requirements: tuple[Requirement, ...]
    points_per_one: int
    pass_mark: Fraction

    def __repr__(self) -> str:
        return f"<MaturityModel {self.id}, {self.status}, sha256 {self.fingerprint[:12]}>"

    @property
    def subdomains(self) -> tuple[Node, ...]:
        """The nodes that hold requirements."""
        return self.nodes[self.layers[-1].id]

    @property
    def columns(self) -> Mapping[str, int]:
        """Column of each requirement id."""
        return {requirement.id: column for column, requirement in enumerate(self.requirements)}

    def children(self, layer: str, id: str) -> tuple[Node, ...]:
        """The nodes right below a node; those of the top layer for ``("", "")``."""
        names = [known.id for known in self.layers]
        below = names[names.index(layer) + 1] if layer else names[0]
        return tuple(node for node in self.nodes[below] if node.parent == id)

    def protected_subdomains(self) -> tuple[str, ...]:
        """Ids of the subdomains that must keep at least one applicable requirement (`trimming`)."""
        return tuple(
            dict.fromkeys(
                leaf for key in self.definition.trimming.protected for leaf in self._leaves(*key.split(".", 1))
            )
        )

    def _leaves(self, layer: str, id: str) -> Iterator[str]:
        if layer == self.layers[-1].id:
            yield id
        else:
            for child in self.children(layer, id):
                yield from self._leaves(child.layer, child.id)

    def shares(self, profile: str, scored: Set[str]) -> Mapping[str, Fraction]:
        """What each subdomain of a profile carries of a level's score, when just those ``scored`` have one there.

        The weights along the path from the root, multiplied; under the rule ``renormalise`` the weights of those
        siblings that have a score are first scaled to sum to 1. GB/T 39117-2020 clause 6: D, C, B, A with the weights
        of subdomain, domain and element.

        Args:
            profile: id of the profile.
            scored: ids of the subdomains with an applicable requirement at that level.

        Returns:
            share by subdomain id, exact; a subdomain outside the profile has none.
        """
        renormalise = self.definition.empty_cell.rule == "renormalise"
        below: dict[tuple[str, str], list[Node]] = {}
        for above, layer in pairwise(("", *(layer.id for layer in self.layers))):
            for node in self.nodes[layer]:
                if profile in node.weight:
                    below.setdefault((above, node.parent), []).append(node)

        def carries(node: Node) -> bool:
            if node.layer == self.layers[-1].id:
                return node.id in scored
            return any(map(carries, below.get((node.layer, node.id), ())))

        def parted(share: Fraction, layer: str, id: str) -> Iterator[tuple[str, Fraction]]:
            if layer == self.layers[-1].id:
                yield id, share
                return
            children = [child for child in below.get((layer, id), ()) if not renormalise or carries(child)]
            whole = sum((child.weight[profile] for child in children), start=Fraction(0))
            scaled = share / whole if renormalise and whole not in (0, 1) else share  # seldom needed, and slow
            for child in children:
                yield from parted(scaled * child.weight[profile], child.layer, child.id)

        return dict(parted(Fraction(1), "", ""))


def whole_score(model: MaturityModel, profile: str, level: int) -> int:
    """The smallest whole number that makes every score of a level whole, when all requirements are applicable."""
    counts: dict[str, int] = {}
    for requirement in model.requirements:
        if requirement.level == level:
            counts[requirement.subdomain] = counts.get(requirement.subdomain, 0) + 1
    shares = model.shares(profile, counts.keys())
    return lcm(*((share / counts.get(id, 1) / model.points_per_one).denominator for id, share in shares.items()))
