"""The rule of GB/T 39117-2020 clause 6 in `Fraction`s: slow, literal, and independent of the library.

Reads a model's TOML itself and imports nothing of ours. One function is one sentence of the rule, in the letters of the
standard: X a requirement, D a subdomain, C a domain, B an element, A a level, S the total. A score of None is "empty":
there is nothing applicable to score.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Sheet = Mapping[str, str]
"""Answers of one enterprise: choice id, or ``not_applicable``, by requirement id; left out = unanswered."""
Values = Mapping[str, Fraction | None]
"""What each requirement of a profile is worth; None = not applicable."""
Score = Fraction | None

NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Leaf:
    """A subdomain of a profile: its weight among its siblings and its requirements by level."""

    layer: str
    id: str
    weight: Fraction
    requirements: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True)
class Branch:
    """An element or a domain of a profile, with its children."""

    layer: str
    id: str
    weight: Fraction
    children: "tuple[Branch | Leaf, ...]"


Tree = tuple[Branch | Leaf, ...]


@dataclass(frozen=True)
class Model:
    """What the rule needs of a model file."""

    trees: Mapping[str, Tree]
    values: Mapping[str, Mapping[str, Fraction]]
    bands: tuple[Fraction, ...]
    pass_mark: Fraction
    reading: str
    empty_cell: str
    protected: tuple[str, ...]

    @property
    def levels(self) -> range:
        return range(1, len(self.bands) + 1)


@dataclass(frozen=True)
class Outcome:
    """Everything the rule says about a sheet whose every requirement has a value."""

    scores: Mapping[tuple[str, str], tuple[Score, ...]]
    level_scores: tuple[Fraction, ...]
    met: tuple[bool, ...]
    total_by_reading: Mapping[str, Fraction]
    level_by_reading: Mapping[str, int]
    total: Fraction
    level: int


@dataclass(frozen=True)
class Result:
    """A sheet for certain, at its best, and with "not applicable" taken as the lowest choice."""

    certain: Outcome
    possible: Outcome
    na_unmet: Outcome


# ---------------------------------------------------------------- reading the file


def read_model(text: str) -> Model:
    """The model of a TOML text; decimals are read exactly."""
    data = tomllib.loads(text, parse_float=Decimal)
    scales = {s["id"]: {c["id"]: Fraction(c["value"]) for c in s["choices"]} for s in data["scales"]}
    only = data["scales"][0]["id"]
    return Model(
        trees={profile["id"]: _tree(data, profile["id"], 0, "") for profile in data["profiles"]},
        values={r["id"]: scales[r.get("scale") or only] for n in data["nodes"] for r in n.get("requirements", [])},
        bands=tuple(Fraction(level["total_from"]["value"]) for level in data["levels"]),
        pass_mark=Fraction(data["pass_mark"]["value"]),
        reading=data["reading"]["default"],
        empty_cell=data["empty_cell"]["rule"],
        protected=tuple(data["trimming"]["protected"]),
    )


def _tree(data: Mapping[str, list[dict]], profile: str, depth: int, parent: str) -> Tree:  # type: ignore[type-arg]
    """The nodes below a parent that have a weight for the profile; the others do not belong to it."""
    layer = data["layers"][depth]["id"]
    found: list[Branch | Leaf] = []
    for node in data["nodes"]:
        if node["layer"] != layer or node.get("parent", "") != parent or profile not in node["weight"]:
            continue
        weight = Fraction(node["weight"][profile]["value"])
        if depth + 1 < len(data["layers"]):
            found.append(Branch(layer, node["id"], weight, _tree(data, profile, depth + 1, node["id"])))
        else:
            by_level: dict[int, tuple[str, ...]] = {}
            for requirement in node["requirements"]:
                by_level[requirement["level"]] = (*by_level.get(requirement["level"], ()), requirement["id"])
            found.append(Leaf(layer, node["id"], weight, by_level))
    return tuple(found)


def nodes(tree: Iterable[Branch | Leaf]) -> list[Branch | Leaf]:
    """All nodes of a tree, parents first."""
    return [each for node in tree for each in (node, *(nodes(node.children) if isinstance(node, Branch) else ()))]


def leaves(tree: Iterable[Branch | Leaf]) -> list[Leaf]:
    """The subdomains of a tree."""
    return [node for node in nodes(tree) if isinstance(node, Leaf)]


def asked(model: Model, profile: str) -> list[str]:
    """The requirements of a profile."""
    return [id for leaf in leaves(model.trees[profile]) for ids in leaf.requirements.values() for id in ids]


# ---------------------------------------------------------------- the rule, sentence by sentence


def values(model: Model, profile: str, sheet: Sheet, *, unanswered: str, not_applicable: str = "") -> Values:
    """X: what each requirement of the profile is worth. Answers outside the profile are ignored.

    ``unanswered`` is ``lowest`` or ``best`` of the requirement's own choices; a requirement not applicable is worth
    None, unless ``not_applicable`` is ``lowest``.
    """

    def worth(id: str) -> Fraction | None:
        choices = model.values[id]
        if id not in sheet:
            return min(choices.values()) if unanswered == "lowest" else max(choices.values())
        if sheet[id] == NOT_APPLICABLE:
            return min(choices.values()) if not_applicable == "lowest" else None
        return choices[sheet[id]]

    return {id: worth(id) for id in asked(model, profile)}


def cell_score(leaf: Leaf, level: int, x: Values, rule: str) -> Score:
    """D = (X1 + ... + Xn) / n over the applicable requirements of a subdomain at a level; without any, by the rule."""
    applicable = [worth for id in leaf.requirements.get(level, ()) if (worth := x[id]) is not None]
    if applicable:
        return sum(applicable, start=Fraction(0)) / len(applicable)
    return {"renormalise": None, "met": Fraction(1), "zero": Fraction(0)}[rule]


def weighted(parts: Iterable[tuple[Fraction, Score]]) -> Score:
    """Sum of weight * score over the parts that have a score, their weights scaled to sum to 1; without any, empty."""
    scored = [(weight, score) for weight, score in parts if score is not None]
    if not scored:
        return None
    whole = sum((weight for weight, _ in scored), start=Fraction(0))
    return sum((weight * score for weight, score in scored), start=Fraction(0)) / whole


def node_score(node: Branch | Leaf, level: int, x: Values, rule: str) -> Score:
    """C = sum of D * gamma, B = sum of C * beta: a parent's score is its children's, by their weights."""
    if isinstance(node, Leaf):
        return cell_score(node, level, x, rule)
    return weighted((child.weight, node_score(child, level, x, rule)) for child in node.children)


def anything_applicable(model: Model, profile: str, level: int, x: Values) -> bool:
    """Whether a level has at least one applicable requirement."""
    return any(x[id] is not None for leaf in leaves(model.trees[profile]) for id in leaf.requirements.get(level, ()))


def level_score(model: Model, profile: str, level: int, x: Values) -> Fraction:
    """A = sum of B * alpha; a level without any applicable requirement has A = 0."""
    if not anything_applicable(model, profile, level, x):
        return Fraction(0)
    score = weighted((node.weight, node_score(node, level, x, model.empty_cell)) for node in model.trees[profile])
    assert score is not None
    return score


def is_met(score: Fraction, mark: Fraction, anything: bool) -> bool:
    """A level is met when its score reaches the pass mark, the mark included; with nothing applicable it is not."""
    return anything and score >= mark


def total_of(level_scores: Iterable[Fraction], met: Iterable[bool], reading: str) -> Fraction:
    """S: a met level counts 1, an unmet one its actual score; ``stepwise`` counts nothing above the first unmet one."""
    total = Fraction(0)
    for score, reached in zip(level_scores, met, strict=True):
        total += 1 if reached else score
        if reading == "stepwise" and not reached:
            break
    return total


def level_of(total: Fraction, bands: Iterable[Fraction]) -> int:
    """The highest level whose band the total has reached; bands are closed below; 0 below them all."""
    return max((number for number, start in enumerate(bands, start=1) if total >= start), default=0)


def trimmed_protected(model: Model, profile: str, sheet: Sheet) -> list[str]:
    """Subdomains under a protected node that keep no applicable requirement: the sheet has no level then."""
    return [
        leaf.id
        for node in nodes(model.trees[profile])
        if f"{node.layer}.{node.id}" in model.protected
        for leaf in leaves([node])
        if all(sheet.get(id) == NOT_APPLICABLE for ids in leaf.requirements.values() for id in ids)
    ]


# ---------------------------------------------------------------- all of it


def outcome(model: Model, profile: str, x: Values) -> Outcome:
    """All that follows once every requirement has a value."""
    level_scores = tuple(level_score(model, profile, level, x) for level in model.levels)
    met = tuple(
        is_met(score, model.pass_mark, anything_applicable(model, profile, level, x))
        for level, score in zip(model.levels, level_scores, strict=True)
    )
    totals = {reading: total_of(level_scores, met, reading) for reading in ("bands", "stepwise")}
    levels = {reading: level_of(total, model.bands) for reading, total in totals.items()}
    return Outcome(
        scores={
            (node.layer, node.id): tuple(node_score(node, level, x, model.empty_cell) for level in model.levels)
            for node in nodes(model.trees[profile])
        },
        level_scores=level_scores,
        met=met,
        total_by_reading=totals,
        level_by_reading=levels,
        total=totals[model.reading],
        level=levels[model.reading],
    )


def assess(model: Model, profile: str, sheet: Sheet) -> Result:
    """Unanswered at the lowest choice, at the best, and at the lowest together with what is not applicable."""
    return Result(
        certain=outcome(model, profile, values(model, profile, sheet, unanswered="lowest")),
        possible=outcome(model, profile, values(model, profile, sheet, unanswered="best")),
        na_unmet=outcome(model, profile, values(model, profile, sheet, unanswered="lowest", not_applicable="lowest")),
    )
