"""What is wrong with a model file: every slip that can be seen without scoring anybody."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, localcontext
from math import lcm
from typing import Final

from maturity.definition import Cited, Loaded, dangling, duplicates
from maturity.errors import Problem
from maturity.language import in_a_row
from maturity.models.model import (
    NOT_APPLICABLE_ID,
    OWN_COLUMNS,
    RESULT_COLUMNS,
    MaturityModel,
    ModelDefinition,
    whole_score,
)

File = Loaded[ModelDefinition]

MOST_POINTS: Final = 253
"""Answers are stored as uint8 points; 254 and 255 are reserved for "not applicable" and "unanswered"."""
MOST_POINTS_AT_A_LEVEL: Final = 2**23
"""All points of a level are added in float32 with weights of at least one binary digit, which leaves so many."""
EXACT: Final = 2**46
"""Whole numbers in which scores are added and compared stay below this: exact in float64 (2**53), and so far below that
no quotient is rounded across a hundredth either."""


def problems(loaded: File) -> list[Problem]:
    """All that is wrong with a model file, but for what shows in the model alone: `unscorable`."""
    tree = [*_tree(loaded)]
    # The weights of a tree that does not hang together would be called wrong for the same mistake.
    weights = [] if tree else _weights(loaded)
    return [*_structure(loaded), *tree, *_references(loaded), *weights, *_scales(loaded)]


def _structure(loaded: File) -> Iterator[Problem]:
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


def _tree(loaded: File) -> Iterator[Problem]:
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


def _references(loaded: File) -> Iterator[Problem]:
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


def _weights(loaded: File) -> Iterator[Problem]:
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


def _scales(loaded: File) -> Iterator[Problem]:
    """Choices that cannot be stored as whole points below the reserved values."""
    points_per_one = loaded.value.points_per_one
    most = max(choice.value for scale in loaded.value.scales for choice in scale.choices)
    if points_per_one * most > MOST_POINTS:
        yield Problem.of("definition.points-range", f"{loaded.file}: scales", points_per_one * most, most=MOST_POINTS)


def unscorable(model: MaturityModel) -> Iterator[Problem]:
    """More points at a level, or weights with more digits, than scores stay exact with; "not applicable" left out."""
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
