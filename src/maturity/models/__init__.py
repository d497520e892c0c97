"""What is measured: maturity models, read from the TOML files of this folder or from a user's own file.

A model is a tree of nodes (GB/T 39116: element, domain, subdomain) whose leaves hold requirements at levels. Every kind
of manufacturer (`profile`) has its own weights; a node without a weight for a profile does not belong to it.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from math import lcm
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from maturity.definition import (
    Cited,
    Definition,
    Document,
    Exact,
    Id,
    Loaded,
    Number,
    Some,
    dangling,
    duplicates,
    find,
    read,
)
from maturity.definition import shipped as shipped_definitions
from maturity.errors import Problem
from maturity.language import Text, in_a_row

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
MOST_POINTS: Final = 253
"""Answers are stored as uint8 points; 254 and 255 are reserved for "not applicable" and "unanswered"."""
MOST_POINTS_AT_A_LEVEL: Final = 2**23
"""All points of a level are added in float32 with weights of at least one binary digit, which leaves so many."""
EXACT: Final = 2**46
"""Whole numbers in which scores are added and compared stay below this: exact in float64 (2**53), and so far below that
no quotient is rounded across a hundredth either."""


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


def load_model(ref: str | Path) -> MaturityModel:
    """A maturity model: one that the library ships, by id, or a file of the user's own, by path.

    >>> model = load_model("gbt39116-2020")
    >>> len(model.requirements), model.points_per_one, model.status
    (216, 10, 'provisional')

    Raises:
        DefinitionError: no such model, or everything that is wrong with the file.
    """
    return parse_model(*find(ref, __name__))


def shipped() -> tuple[str, ...]:
    """Ids of the models that the library ships."""
    return tuple(shipped_definitions(__name__))


def parse_model(content: bytes, file: str) -> MaturityModel:
    """A maturity model from the content of its file; ``file`` is its name in messages.

    Raises:
        DefinitionError: everything that is wrong with the file.
    """
    loaded = read(content, file, ModelDefinition)
    tree = [*_tree(loaded)]
    # The weights of a tree that does not hang together would be called wrong for the same mistake.
    loaded.refuse(
        [*_structure(loaded), *tree, *_references(loaded), *([] if tree else _weights(loaded)), *_scales(loaded)]
    )
    model = _compile(loaded)
    loaded.refuse([*_range(model)])
    return model


def _structure(loaded: Loaded[ModelDefinition]) -> Iterator[Problem]:
    """Ids that occur twice, and levels that are not 1, 2, 3 ... with rising totals."""
    value, file = loaded.value, loaded.file
    yield from duplicates([source.id for source in value.sources], f"{file}: sources")
    # A word that means two profiles would give the weights of either; a profile may well repeat its own.
    meant: dict[str, list[str]] = {}
    for profile in value.profiles:
        for word in (profile.id, profile.name.zh, profile.name.en, *profile.synonyms):
            meant.setdefault(" ".join(word.casefold().split()), []).append(profile.id)
    for word, ids in meant.items():
        if len(own := dict.fromkeys(ids)) > 1:
            yield Problem.of("definition.two-profiles", f"{file}: profiles", word, profiles=in_a_row([*own]))
    yield from duplicates([scale.id for scale in value.scales], f"{file}: scales")
    for scale in value.scales:
        place = f"{file}: scales.{scale.id}"
        ids = [choice.id for choice in scale.choices]
        values = [str(choice.value.normalize()) for choice in scale.choices]
        if len(values) == 1:
            yield Problem.of("definition.one-choice", f"{place}.choices")
        yield from duplicates([*ids, NOT_APPLICABLE_ID], place)
        yield from duplicates(values, f"{place}.value")
    asked = [requirement.id for node in value.nodes for requirement in node.requirements]
    yield from duplicates(asked, f"{file}: requirements")
    for expected, level in enumerate(value.levels, start=1):
        if level.number != expected:
            yield Problem.of("definition.level-number", f"{file}: levels", level.number, expected=expected)
        if not 0 <= level.total_from.value <= len(value.levels):
            place = f"{file}: levels.{level.number}.total_from"
            yield Problem.of("definition.band-out-of-reach", place, level.total_from.value, most=len(value.levels))
    for lower, upper in zip(value.levels, value.levels[1:], strict=False):
        if upper.total_from.value <= lower.total_from.value:
            place = f"{file}: levels.{upper.number}.total_from"
            yield Problem.of("definition.band-order", place, upper.total_from.value, lower=lower.total_from.value)
    if not 0 < value.pass_mark.value <= 1:
        yield Problem.of("definition.pass-mark", f"{file}: pass_mark.value", value.pass_mark.value)


def _tree(loaded: Loaded[ModelDefinition]) -> Iterator[Problem]:
    """Layers, profiles and nodes that occur twice, and nodes that stand at the wrong place."""
    value, file = loaded.value, loaded.file
    layers = [layer.id for layer in value.layers]
    known = {layer: [node.id for node in value.nodes if node.layer == layer] for layer in layers}
    profiles = [profile.id for profile in value.profiles]
    yield from duplicates(profiles, f"{file}: profiles")
    yield from duplicates(layers, f"{file}: layers")
    yield from duplicates([f"{node.layer}.{node.id}" for node in value.nodes], f"{file}: nodes")
    leaves = [node for node in value.nodes if node.layer == layers[-1]]
    columns = [(f"nodes.{node.layer}.{node.id}", node.id, (*OWN_COLUMNS, *RESULT_COLUMNS)) for node in leaves]
    columns += [(f"requirements.{one.id}", one.id, OWN_COLUMNS) for node in leaves for one in node.requirements]
    for place, id, others in columns:
        if id in others:
            yield Problem.of("definition.id-of-a-column", f"{file}: {place}.id", id)
    for node in value.nodes:
        place = f"{file}: nodes.{node.layer}.{node.id}"
        yield from dangling(node.layer, layers, f"{place}.layer")
        for profile in node.weight:
            yield from dangling(profile, profiles, f"{place}.weight")
        if node.layer not in layers:
            continue
        depth = layers.index(node.layer)
        if depth:
            yield from dangling(node.parent, known[layers[depth - 1]], f"{place}.parent")
        elif node.parent:
            yield Problem.of("definition.parent-of-top", f"{place}.parent", node.parent)


def _references(loaded: Loaded[ModelDefinition]) -> Iterator[Problem]:
    """Ids that are referred to and not defined, and requirements that stand where none belong."""
    value, file = loaded.value, loaded.file
    leaf = value.layers[-1].id
    layers = [layer.id for layer in value.layers]
    scales = [scale.id for scale in value.scales]
    for node in value.nodes:
        place = f"{file}: nodes.{node.layer}.{node.id}"
        if node.requirements and node.layer in layers and node.layer != leaf:
            yield Problem.of("definition.requirements-above-leaf", place, node.layer, leaf=leaf)
        if not node.requirements and node.layer == leaf:
            yield Problem.of("definition.no-requirements", place)
        for requirement in node.requirements:
            if not 1 <= requirement.level <= len(value.levels):
                where = f"{file}: requirements.{requirement.id}.level"
                yield Problem.of("definition.unknown-level", where, requirement.level, most=len(value.levels))
            if requirement.scale or len(scales) > 1:
                yield from dangling(requirement.scale, scales, f"{file}: requirements.{requirement.id}.scale")
    nodes = [f"{node.layer}.{node.id}" for node in value.nodes]
    for key in value.trimming.protected:
        yield from dangling(key, nodes, f"{file}: trimming.protected")
    sources = [source.id for source in value.sources]
    for place, cited in _cited(value):
        for source in cited.cited_sources:
            yield from dangling(source, sources, f"{file}: {place}.cite")


def _cited(value: ModelDefinition) -> Iterator[tuple[str, Cited]]:
    """Every cited part of a model, with its place."""
    yield "pass_mark", value.pass_mark
    yield "reading", value.reading
    yield "empty_cell", value.empty_cell
    yield "trimming", value.trimming
    yield from ((f"scales.{scale.id}.{choice.id}", choice) for scale in value.scales for choice in scale.choices)
    yield from ((f"levels.{level.number}.total_from", level.total_from) for level in value.levels)
    for node in value.nodes:
        yield from (
            (f"nodes.{node.layer}.{node.id}.weight.{profile}", weight) for profile, weight in node.weight.items()
        )
        yield from ((f"requirements.{requirement.id}", requirement) for requirement in node.requirements)


def _weights(loaded: Loaded[ModelDefinition]) -> Iterator[Problem]:
    """Weights that are not positive or do not sum to 1, and nodes cut off from the tree in a profile."""
    value, file = loaded.value, loaded.file
    layers = [layer.id for layer in value.layers]
    for profile in (profile.id for profile in value.profiles):
        inside = [node for node in value.nodes if profile in node.weight]
        for node in inside:
            if node.weight[profile].value <= 0:
                place = f"{file}: nodes.{node.layer}.{node.id}.weight.{profile}"
                yield Problem.of("definition.weight-not-positive", place, node.weight[profile].value)
        for above, layer in zip(["", *layers], layers, strict=False):
            parents = [node.id for node in inside if node.layer == above] if above else [""]
            for parent in dict.fromkeys([*parents, *(node.parent for node in inside if node.layer == layer)]):
                weights = [
                    node.weight[profile].value for node in inside if (node.layer, node.parent) == (layer, parent)
                ]
                place = f"{file}: nodes.{above}.{parent}" if above else f"{file}: nodes"
                if parent not in parents:
                    yield Problem.of("definition.parent-outside-profile", place, parent, profile=profile)
                elif (total := _sum(weights)) != 1:
                    shown = " + ".join(str(weight) for weight in weights) or "-"
                    yield Problem.of(
                        "definition.weights-sum", place, total, profile=profile, weights=shown, layer=layer
                    )


def _sum(weights: Sequence[Decimal]) -> Decimal:
    """The exact sum of weights of up to a thousand digits; Decimal's own would be rounded to 28."""
    with localcontext(prec=1000):
        return sum(weights, start=Decimal(0))


def _scales(loaded: Loaded[ModelDefinition]) -> Iterator[Problem]:
    """Choices that cannot be stored as whole points below the reserved values."""
    points_per_one = _points_per_one(loaded.value)
    most = max(choice.value for scale in loaded.value.scales for choice in scale.choices)
    if points_per_one * most > MOST_POINTS:
        yield Problem.of("definition.points-range", f"{loaded.file}: scales", points_per_one * most, most=MOST_POINTS)


def _points_per_one(value: ModelDefinition) -> int:
    return lcm(*(Fraction(choice.value).denominator for scale in value.scales for choice in scale.choices))


def _range(model: MaturityModel) -> Iterator[Problem]:
    """Weights with so many digits that the scores of sheets without "not applicable" pass the exact range."""
    whole = lcm(*(whole_score(model, profile.id, level.number) for profile in model.profiles for level in model.levels))
    for level in model.levels:
        points = sum(requirement.best for requirement in model.requirements if requirement.level == level.number)
        if points >= MOST_POINTS_AT_A_LEVEL:
            yield Problem.of("definition.points-at-level", f"{model.file}: levels.{level.number}", points)
    fine = whole * len(model.levels) * model.pass_mark.denominator
    if fine >= EXACT:
        # Thousands of digits are more than Python spells, and than anybody reads.
        shown = fine if fine < EXACT**3 else f"> {EXACT**3}"
        yield Problem.of("definition.exact-range", f"{model.file}: nodes", shown, most=EXACT)


def whole_score(model: MaturityModel, profile: str, level: int) -> int:
    """The smallest whole number that makes every score of a level whole, when all requirements are applicable."""
    counts: dict[str, int] = {}
    for requirement in model.requirements:
        if requirement.level == level:
            counts[requirement.subdomain] = counts.get(requirement.subdomain, 0) + 1
    shares = model.shares(profile, counts.keys())
    return lcm(*((share / counts.get(id, 1) / model.points_per_one).denominator for id, share in shares.items()))


def _compile(loaded: Loaded[ModelDefinition]) -> MaturityModel:
    """The model of a definition without problems."""
    value = loaded.value
    points_per_one = _points_per_one(value)
    scales = {
        scale.id: tuple(
            Choice(choice.id, choice.name, int(choice.value * points_per_one))
            for choice in sorted(scale.choices, key=lambda choice: choice.value, reverse=True)
        )
        for scale in value.scales
    }
    return MaturityModel(
        id=value.id,
        edition=value.edition,
        name=value.name,
        status=value.status,
        definition=value,
        content=loaded.content,
        fingerprint=loaded.fingerprint,
        file=loaded.file,
        profiles=tuple(Named(profile.id, profile.name, profile.synonyms) for profile in value.profiles),
        levels=tuple(Level(level.number, level.name, level.total_from.exact) for level in value.levels),
        layers=tuple(Named(layer.id, layer.name) for layer in value.layers),
        nodes={
            layer.id: tuple(
                Node(node.layer, node.id, node.parent, node.name, {id: w.exact for id, w in node.weight.items()})
                for node in value.nodes
                if node.layer == layer.id
            )
            for layer in value.layers
        },
        requirements=tuple(
            Requirement(asked.id, node.id, asked.level, asked.name, scales[asked.scale or value.scales[0].id])
            for node in value.nodes
            for asked in node.requirements
        ),
        points_per_one=points_per_one,
        pass_mark=value.pass_mark.exact,
    )
