"""Random maturity models and answer sheets, and sheets that lie exactly on a mark.

A model is the mapping that its TOML file would give (`toml` writes it), so that a test can change a part of it and read
it again. Nothing here knows how the library scores: marks are aimed at with the oracle.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

import oracle

Data = dict[str, Any]
"""A model file as `tomllib` reads it."""
Sheet = dict[str, str]


# ---------------------------------------------------------------- TOML


def toml(data: Mapping[str, Any]) -> str:
    """A mapping as TOML, every value on the line of its key."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in data.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {_value(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Decimal):
        shown = f"{value:f}"
        return shown if "." in shown else f"{shown}.0"
    return value.isoformat() if isinstance(value, date) else str(value)


def number(value: Decimal | str | int) -> Data:
    """A cited number."""
    return {"value": Decimal(value), "basis": "assumed", "cite": "made up"}


def named(text: str) -> Data:
    """A name in both languages."""
    return {"zh": f"名{text}", "en": f"name {text}"}


def document(
    *,
    profiles: Sequence[str],
    scales: Sequence[Data],
    bands: Sequence[Decimal],
    layers: Sequence[str],
    nodes: Sequence[Data],
    pass_mark: Decimal = Decimal("0.8"),
    reading: str = "bands",
    rule: str = "renormalise",
    protected: Sequence[str] = (),
) -> Data:
    """A whole model file around its parts."""
    cited = {"basis": "assumed", "cite": "made up"}
    return {
        "id": "random",
        "edition": "1",
        "status": "provisional",
        "name": named("model"),
        "method": named("method"),
        "in_force_from": date(2020, 1, 1),
        "checked_on": date(2020, 1, 1),
        "sources": [],
        "pass_mark": number(pass_mark),
        "reading": {"default": reading, **cited},
        "empty_cell": {"rule": rule, **cited},
        "trimming": {"protected": list(protected), **cited},
        "profiles": [{"id": id, "name": named(id)} for id in profiles],
        "scales": list(scales),
        "levels": [{"number": n, "name": named(str(n)), "total_from": number(b)} for n, b in enumerate(bands, start=1)],
        "layers": [{"id": id, "name": named(id)} for id in layers],
        "nodes": list(nodes),
    }


def scale(id: str, values: Sequence[Decimal]) -> Data:
    """A scale with a choice ``c0``, ``c1`` ... for each value."""
    return {
        "id": id,
        "name": named(id),
        "choices": [{"id": f"c{i}", "name": named(f"c{i}"), **number(value)} for i, value in enumerate(values)],
    }


def requirement(id: str, level: int, scale: str = "") -> Data:
    """A requirement; ``scale`` may be left out where a model has only one."""
    asked = {"id": id, "level": level, "name": named(id), "basis": "assumed", "cite": "made up"}
    return {**asked, "scale": scale} if scale else asked


# ---------------------------------------------------------------- random models

_VALUES = [Decimal(text) for text in ("0", "0.1", "0.2", "0.25", "0.3", "0.4", "0.5", "0.6", "0.75", "0.9", "1")]
_MARK = Decimal("0.8")


@st.composite
def _scale(draw: st.DrawFn, id: str) -> Data:
    """Two to five choices in any order; most scales hold the pass mark; the lowest need not be 0 nor the best 1."""
    values = draw(st.lists(st.sampled_from(_VALUES), min_size=1, max_size=4, unique=True))
    if len(values) == 1 or draw(st.integers(0, 3)):
        values = draw(st.permutations([*values, _MARK]))
    return scale(id, values)


@st.composite
def _weights(draw: st.DrawFn, count: int) -> list[Decimal]:
    """``count`` positive exact decimals that sum to 1."""
    unit = draw(st.sampled_from([10, 20]))
    cuts = sorted(draw(st.lists(st.integers(1, unit - 1), min_size=count - 1, max_size=count - 1, unique=True)))
    return [Decimal(end - start) / unit for start, end in zip([0, *cuts], [*cuts, unit], strict=True)]


@st.composite
def _bands(draw: st.DrawFn, count: int) -> list[Decimal]:
    """As in the standard (0.8, 1.8, ...), or any rising totals."""
    if draw(st.booleans()):
        return [Decimal(n) + _MARK for n in range(count)]
    tenths = draw(st.sets(st.integers(1, 10 * count), min_size=count, max_size=count))
    return [Decimal(each) / 10 for each in sorted(tenths)]


@st.composite
def models(draw: st.DrawFn, *, rules: Sequence[str] = ("renormalise", "met", "zero")) -> Data:
    """Any tree of 1 to 4 layers, 1 to 6 levels; uneven counts, empty cells, 1 to 3 scales, a profile that lacks nodes.

    Nodes of different layers share ids, as in GB/T 39116, and stand in any order. A model may still be refused for
    weights with too many digits ("exact-range"); `maturity.models` decides that.
    """
    depth, levels = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    layers = [f"layer{n}" for n in range(depth)]
    scales = [draw(_scale(f"scale{n}")) for n in range(draw(st.integers(1, 3)))]
    names = [each["id"] for each in scales] if len(scales) > 1 else draw(st.sampled_from([[""], [scales[0]["id"]]]))
    tree: list[list[Data]] = []
    for n, layer in enumerate(layers):
        parents = [node["id"] for node in tree[-1]] if tree else [""]
        most = (6, 3, 3, 3)[depth - 1] if n == 0 else 2
        widths = [draw(st.integers(1, most)) for _ in parents]
        owners = [parent for parent, width in zip(parents, widths, strict=True) for _ in range(width)]
        tree.append(
            [{"layer": layer, "id": f"n{i}", "parent": owner, "name": named(f"{i}")} for i, owner in enumerate(owners)]
        )
    for leaf in tree[-1]:
        counts = draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 5, 6]), min_size=levels, max_size=levels))
        if not any(counts):
            counts[draw(st.integers(0, levels - 1))] = 1
        leaf["requirements"] = [
            requirement(f"{leaf['id']}.{level}{'abcdef'[i]}", level, draw(st.sampled_from(names)))
            for level, count in enumerate(counts, start=1)
            for i in range(count)
        ]
    kept = draw(st.sets(st.sampled_from([leaf["id"] for leaf in tree[-1]]), min_size=1))
    _weigh(draw, tree, "whole", {leaf["id"] for leaf in tree[-1]})
    _weigh(draw, tree, "part", kept)
    for node in (node for layer_nodes in tree for node in layer_nodes if not node["parent"]):
        del node["parent"]
    nodes = [node for layer_nodes in tree for node in layer_nodes]
    keys = [f"{node['layer']}.{node['id']}" for node in nodes]
    return document(
        profiles=draw(st.permutations(["whole", "part"])),
        scales=scales,
        bands=draw(_bands(levels)),
        layers=layers,
        nodes=draw(st.permutations(nodes)) if draw(st.booleans()) else nodes,
        pass_mark=draw(st.sampled_from([_MARK, _MARK, _MARK, Decimal("0.5"), Decimal("0.75"), Decimal(1)])),
        reading=draw(st.sampled_from(["bands", "bands", "stepwise"])),
        rule=draw(st.sampled_from(rules)),
        protected=draw(st.lists(st.sampled_from(keys), max_size=2, unique=True)),
    )


def _weigh(draw: st.DrawFn, tree: list[list[Data]], profile: str, leaves: set[str]) -> None:
    """Weights for the profile along every path to one of its leaves."""
    kept = [leaves]
    for below in reversed(tree[1:]):
        kept.insert(0, {node["parent"] for node in below if node["id"] in kept[0]})
    for layer_nodes, inside in zip(tree, kept, strict=True):
        for parent in dict.fromkeys(node["parent"] for node in layer_nodes):
            family = [node for node in layer_nodes if node["parent"] == parent and node["id"] in inside]
            for node, weight in zip(family, draw(_weights(len(family))) if family else [], strict=True):
                node.setdefault("weight", {})[profile] = number(weight)
        for node in layer_nodes:
            node.setdefault("weight", {})


# ---------------------------------------------------------------- random sheets

STYLES: Mapping[str, list[str]] = {  # how often each kind of answer is drawn
    "mark": ["mark"],
    "mark, some not applicable": ["mark"] * 3 + ["na"],
    "near the mark": ["mark"] * 6 + ["other"],
    "any choice": ["mark"] + ["other"] * 3,
    "anything": ["mark", "mark", "other", "other", "na", "open"],
    "mostly not applicable": ["mark", "other", "na", "na", "na"],
    "mostly open": ["mark", "other", "open", "open", "open"],
}


@st.composite
def sheets(draw: st.DrawFn, data: Data, *, styles: Sequence[str] = tuple(STYLES)) -> Sheet:
    """Answers to a model, biased to the choice that is worth the pass mark; also outside the profile."""
    model = oracle.read_model(toml(data))
    style = STYLES[draw(st.sampled_from(styles))]
    ids = [asked["id"] for node in data["nodes"] for asked in node.get("requirements", [])]
    kinds = draw(st.lists(st.sampled_from(style), min_size=len(ids), max_size=len(ids)))
    picks = draw(st.lists(st.integers(0, 4), min_size=len(ids), max_size=len(ids)))
    return {
        id: answer
        for id, kind, pick in zip(ids, kinds, picks, strict=True)
        if (answer := _answer(model.values[id], model.pass_mark, kind, pick))
    }


def random_sheet(model: oracle.Model, rng: Random, style: str = "anything", ids: Sequence[str] = ()) -> Sheet:
    """The same for models too large to draw answer by answer; for all requirements, or just for ``ids``."""
    return {
        id: answer
        for id in ids or model.values
        if (answer := _answer(model.values[id], model.pass_mark, rng.choice(STYLES[style]), rng.randrange(5)))
    }


def _answer(choices: Mapping[str, Fraction], mark: Fraction, kind: str, pick: int) -> str:
    if kind in ("na", "open"):
        return {"na": oracle.NOT_APPLICABLE, "open": ""}[kind]
    at_mark = [id for id, worth in choices.items() if worth == mark]
    return at_mark[0] if kind == "mark" and at_mark else list(choices)[pick % len(choices)]


# ---------------------------------------------------------------- sheets exactly on a mark


def reaching(
    model: oracle.Model, profile: str, level: int, sheet: Sheet, target: Fraction, *, seed: int
) -> Sheet | None:
    """Answers to the applicable requirements of a level that make its score exactly ``target``; None if not found.

    A is linear in what the requirements are worth. Two halves of them are answered at random, often, around the mean
    that the target asks for, and a pair of halves is looked for whose parts add up to the target exactly.
    """
    cells = [leaf.requirements.get(level, ()) for leaf in oracle.leaves(model.trees[profile])]
    cells = [tuple(id for id in cell if sheet.get(id) != oracle.NOT_APPLICABLE) for cell in cells]
    ids = [id for cell in cells for id in cell]
    if not ids:
        return None
    every: dict[str, Fraction | None] = dict.fromkeys(oracle.asked(model, profile))
    nothing = every | dict.fromkeys(ids, Fraction(0))
    base = oracle.level_score(model, profile, level, nothing)
    share: dict[str, Fraction] = {}
    for cell in filter(None, cells):  # the requirements of a cell count the same
        one = oracle.level_score(model, profile, level, nothing | {cell[0]: Fraction(1)}) - base
        share |= dict.fromkeys(cell, one)
    parts = {id: [share[id] * worth for worth in model.values[id].values()] for id in ids}
    unit = lcm((target - base).denominator, *(part.denominator for worth in parts.values() for part in worth))
    if unit >= 2**60:
        return None
    rng = np.random.default_rng(seed)
    rng.shuffle(ids)
    odds = _odds(parts, float(target - base))
    picks = [{id: rng.choice(len(parts[id]), SAMPLES, p=odds[id]) for id in half} for half in (ids[::2], ids[1::2])]

    def sums(pick: Mapping[str, NDArray[np.int64]]) -> NDArray[np.int64]:
        whole = np.zeros(SAMPLES, np.int64)
        for id, chosen in pick.items():
            whole += np.array([int(part * unit) for part in parts[id]])[chosen]
        return whole

    rest = int((target - base) * unit) - sums(picks[0])
    _, left, right = np.intersect1d(rest, sums(picks[1]), return_indices=True)
    if not len(left):
        return None
    found = int(rng.integers(len(left)))
    rows = (left[found], right[found])
    return {id: list(model.values[id])[pick[id][row]] for pick, row in zip(picks, rows, strict=True) for id in pick}


SAMPLES = 30_000
"""Random answers tried for each half."""


def _odds(parts: Mapping[str, Sequence[Fraction]], mean: float) -> dict[str, NDArray[np.float64]]:
    """How often to draw each choice, so that the parts add up to about ``mean``: the best e**tilt times the worst."""
    floats = {id: np.array([float(part) for part in each]) for id, each in parts.items()}
    low, high, odds = -30.0, 30.0, {}
    for _ in range(30):
        tilt = (low + high) / 2
        odds = {id: np.exp(tilt * each / (each.max() or 1)) for id, each in floats.items()}
        odds = {id: each / each.sum() for id, each in odds.items()}
        drawn = sum(float(odds[id] @ floats[id]) for id in floats)
        low, high = (tilt, high) if drawn < mean else (low, tilt)
    return odds


def on_edge(model: oracle.Model, profile: str, sheet: Sheet, edge: Fraction, seed: int) -> Sheet | None:
    """The sheet, with the answers of one level changed so that the total is exactly ``edge``; None if none were found.

    Unanswered requirements count as the lowest choice and stay so elsewhere; those of the changed level are answered.
    """
    rng = Random(seed)
    now = oracle.assess(model, profile, sheet).certain
    for level in rng.sample(model.levels, len(model.levels)):
        rest = now.total - (1 if now.met[level - 1] else now.level_scores[level - 1])
        if 0 <= edge - rest < model.pass_mark:
            found = reaching(model, profile, level, sheet, edge - rest, seed=seed)
            if found and oracle.assess(model, profile, {**sheet, **found}).certain.total == edge:
                return {**sheet, **found}
    return None


def decimal(value: Fraction) -> Decimal | None:
    """The fraction as a finite decimal; None where it has none."""
    digits = 0
    while (value * 10**digits).denominator > 1:
        digits += 1
        if digits > 60:
            return None
    whole = int(value * 10**digits)
    return Decimal((int(whole < 0), tuple(map(int, str(abs(whole)))), -digits))


@st.composite
def on_a_mark(draw: st.DrawFn) -> tuple[Data, str, Sheet]:
    """A model, a profile and a sheet, with the pass mark moved onto one of its level scores and a band onto its total.

    Now and then the mark or the band is moved a hair above instead: then it must be missed.
    """
    data = draw(models())
    profile = draw(st.sampled_from(["whole", "part"]))
    sheet = draw(sheets(data))
    bound = draw(st.sampled_from(["certain", "possible"]))
    hairs = [Decimal(0)] * 3 + [Decimal("1e-25")]

    def now() -> oracle.Outcome:
        result = oracle.assess(oracle.read_model(toml(data)), profile, sheet)
        return result.certain if bound == "certain" else result.possible

    if marks := [exact for score in now().level_scores if 0 < score < 1 and (exact := decimal(score))]:
        data["pass_mark"] = number(draw(st.sampled_from(marks)))
    total = decimal(now().total)
    if total:
        most = len(data["levels"])  # no total is greater, so that no band may begin above it
        start = min(total + draw(st.sampled_from(hairs)), Decimal(most))
        place = draw(st.integers(0, most - 1)) if start < most else most - 1
        step = min(total, most - start) if start < most else total
        for n, level in enumerate(data["levels"]):
            level["total_from"] = number(start + (n - place) * step / 16)
    return data, profile, sheet
