"""Answers and scoring against pinned results, in about a second: the tests that are run for each mutant.

`cases/pinned.json` holds answer sheets and what the oracle says of them. It is written anew by

    python tests/test_pinned.py

from the oracle alone, never from the library. Sheets are written as ranks: 0 is the best choice of a requirement, ``-``
not applicable, ``.`` unanswered, requirements in the order of the model file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import oracle
from maturity.answers import BLOCK, NOT_APPLICABLE, UNANSWERED, Answers, Profiles, blocks
from maturity.errors import InputError
from maturity.models import READINGS, MaturityModel, load_model, parse_model
from maturity.scoring import Assessment, assess, cut
from maturity.scoring.arithmetic import Bound, _divided, _judged, _judged_closely, _judged_in_fractions
from maturity.scoring.plan import Plan, _narrowest, plan

if __name__ == "__main__":
    import strategies

TESTS = Path(__file__).parent
PINNED = TESTS / "cases" / "pinned.json"
Case = Mapping[str, Any]

# ---------------------------------------------------------------- small models

_CITED = 'basis = "assumed", cite = "-"'
_NAME = 'name = { zh = "甲", en = "x" }'


def model_text(
    nodes: Sequence[tuple[str, str, str, str, str]],
    *,
    bands: str = "0.8 1.8 2.8",
    profiles: str = "p q",
    scales: Sequence[str] = ("0 0.5 0.8 1",),
    rule: str = "renormalise",
    reading: str = "bands",
    mark: str = "0.8",
    protected: Sequence[str] = (),
) -> str:
    """A model file; a node: layer, id, parent, weights by profile (``-``: none), requirements: level or level:scale."""

    def number(value: str) -> str:
        return f"{{ value = {value}, {_CITED} }}"

    def named(id: str) -> str:
        return f'{{ id = "{id}", {_NAME} }}'

    def listed(items: Sequence[str]) -> str:
        return "[" + ", ".join(items) + "]"

    def scale(n: int, values: str) -> str:
        choices = [f'{{ id = "c{k}", {_NAME}, value = {v}, {_CITED} }}' for k, v in enumerate(values.split())]
        return f'{{ id = "s{n}", {_NAME}, choices = {listed(choices)} }}'

    def node(layer: str, id: str, parent: str, weights: str, asked: str) -> str:
        weight = [f"{p} = {number(w)}" for p, w in zip(profiles.split(), weights.split(), strict=True) if w != "-"]
        parts = [f'layer = "{layer}", id = "{id}", {_NAME}, weight = {{ {", ".join(weight)} }}']
        parts += [f'parent = "{parent}"'] if parent else []
        words = [(*word.split(":"), "0")[:2] for word in asked.split()]
        requirements = [
            f'{{ id = "{id}.{k}", level = {level}, {_NAME}, scale = "s{kind}", {_CITED} }}'
            for k, (level, kind) in enumerate(words)
        ]
        parts += [f"requirements = {listed(requirements)}"] if asked else []
        return f"{{ {', '.join(parts)} }}"

    layers = list(dict.fromkeys(layer for layer, *_ in nodes))
    levels = [
        f"{{ number = {n}, {_NAME}, total_from = {number(band)} }}" for n, band in enumerate(bands.split(), start=1)
    ]
    return "\n".join(
        [
            f'id = "small"\nedition = "1"\nstatus = "provisional"\n{_NAME}\nmethod = {{ zh = "乙", en = "y" }}',
            "in_force_from = 2020-01-01\nchecked_on = 2020-01-01\nsources = []",
            f"pass_mark = {number(mark)}",
            f'reading = {{ default = "{reading}", {_CITED} }}',
            f'empty_cell = {{ rule = "{rule}", {_CITED} }}',
            f"trimming = {{ protected = {json.dumps(list(protected))}, {_CITED} }}",
            f"profiles = {listed([named(id) for id in profiles.split()])}",
            f"layers = {listed([named(id) for id in layers])}",
            f"levels = {listed(levels)}",
            f"scales = {listed([scale(n, values) for n, values in enumerate(scales)])}",
            f"nodes = {listed([node(*each) for each in nodes])}",
        ]
    )


RAGGED = (  # empty cells at every level; q lacks an element and has nothing at level 3; ids occur in two layers
    ("element", "x", "", "0.6 1", ""),
    ("element", "y", "", "0.4 -", ""),
    ("domain", "a", "x", "0.45 1", ""),
    ("domain", "k", "x", "0.55 -", ""),
    ("domain", "m", "y", "1 -", ""),
    ("subdomain", "a", "a", "0.7 0.25", "1 1 2"),
    ("subdomain", "b", "a", "0.3 0.75", "2 1 2 2"),
    ("subdomain", "c", "k", "1 -", "1 1 3"),
    ("subdomain", "d", "m", "0.9 -", "3 2 3"),
    ("subdomain", "e", "m", "0.1 -", "1 3"),
)
LONG = (  # the denominators that trimming leads to pass the exact range, those of full sheets do not
    ("element", "x", "", "0.317 1", ""),
    ("element", "y", "", "0.683 -", ""),
    *(("domain", f"x{n}", "x", w, "") for n, w in enumerate(("0.251 0.5", "0.352 0.25", "0.397 0.25"))),
    *(("domain", f"y{n}", "y", w, "") for n, w in enumerate(("0.323 -", "0.334 -", "0.343 -"))),
    *(
        ("subdomain", f"{domain}{k}", domain, w if domain[0] == "x" else f"{w[:5]} -", asked)
        for domain in ("x0", "x1", "x2", "y0", "y1", "y2")
        for k, (w, asked) in enumerate((("0.127 0.1", "1 2"), ("0.314 0.4", "1 1 2"), ("0.559 0.5", "1 2 2 2")))
    ),
)
THIRDS = (("only", "a", "", "1", "1 1 1 1 2 2 2 2 3 3 3 3"),)
SEVENTHS = tuple(("only", id, "", w, "1 2") for id, w in (("a", "0.1"), ("b", "0.2"), ("c", "0.4"), ("d", "0.3")))
TENTHS = "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"
PRIMES = (101, 97, 89, 83, 79, 73, 71, 67, 61, 59)
HAIR = tuple(
    node
    for p in PRIMES  # of the three subdomains of a domain, the one of weight 1 - p / 1000 is not applicable
    for node in (
        ("domain", f"d{p}", "", "0.1", ""),
        ("subdomain", f"a{p}", f"d{p}", "0.001", "1"),
        ("subdomain", f"b{p}", f"d{p}", f"{(p - 1) / 1000}", "1"),
        ("subdomain", f"c{p}", f"d{p}", f"{(1000 - p) / 1000}", "1"),
    )
)
GAPS = tuple(  # at each level another subdomain is missing: denominators of 97, 89, 83, 79, 79, 73
    ("only", f"g{n}", "", f"0.{w}", " ".join(f"{level}" for level in range(1, 7) for _ in range(7) if level != n + 1))
    for n, w in enumerate(("03", "11", "17", "21", "21", "27"))
)
FRINGE_WEIGHTS = {7: 16, 11: 17, 13: 16, 17: 18, 19: 16, 23: 17}
FRINGE = tuple(  # trimmed by a third of the weight in each domain: denominators of 7 x 11 x 13 x 17 x 19 x 23
    node
    for p, u in FRINGE_WEIGHTS.items()
    for node in (
        ("domain", f"d{p}", "", f"0.{u}", ""),
        ("subdomain", f"a{p}", f"d{p}", "0.04", "1 2"),
        ("subdomain", f"b{p}", f"d{p}", f"{(p - 1) / 25}", "1 2"),
        ("subdomain", f"c{p}", f"d{p}", f"{(25 - p) / 25}", "1 2"),
    )
)
CLOSE_PRIMES = {"x": 999_983, "y": 999_979}
CLOSE = tuple(  # the last subdomain of a domain is not applicable; the others make any number of millionths
    node
    for id, p in CLOSE_PRIMES.items()
    for node in (
        ("domain", id, "", "0.5", ""),
        *(
            ("leaf", f"{id}{k}", id, f"{w / 10**6:.6f}", "1 2")
            for k, w in enumerate((1, 10, 100, 1000, 10**4, 10**5, p - 111_111, 10**6 - p))
        ),
    )
)
MANY = (  # 160 cells, means in units of 1 / 252000: more than float32 adds exactly
    *(("domain", f"d{k}", "", "0.25", "") for k in range(4)),
    *(("leaf", f"l{n}", f"d{n // 40}", "0.025", "1 " * (8, 9, 10, 7, 2, 1)[min(n, 5)]) for n in range(160)),
)
HUNDREDTHS = " ".join(f"{n / 100}" for n in range(101))
SMALL = {
    "renormalise": model_text(RAGGED, protected=["element.y", "subdomain.b"]),
    "met": model_text(RAGGED, rule="met", bands="0.5 1.25 2.8"),
    "zero": model_text(RAGGED, rule="zero", reading="stepwise", mark="0.5", bands="0.3 0.9 1.4"),
    "lowest above zero": model_text(
        [(*node[:4], " ".join(f"{w}:{k % 2}" for k, w in enumerate(node[4].split()))) for node in RAGGED],
        scales=("0.2 1 0.6", "0.8 0.1"),
        bands="0.6 1.1 1.7",
    ),
    "long": model_text(LONG, bands="0.8 1.8"),
    "long, met": model_text(LONG, bands="0.8 1.8", rule="met", reading="stepwise", scales=("0.25 0.75 1",)),
    "fine bands": model_text(RAGGED, bands="0.7999999999999 1.8 2.8"),
    "thirds": model_text(THIRDS, profiles="p", scales=(TENTHS,), bands="0.8 1 2"),
    "thirds, stepwise": model_text(THIRDS, profiles="p", scales=(TENTHS,), bands="0.8 1 2", reading="stepwise"),
    "wide": model_text(
        (("only", "a", "", "0.25", "1 1 1 1 2 2 2 2"), ("only", "b", "", "0.75", "1 1 1 2 2 2 2 3 3 3 3")),
        profiles="p",
        scales=("0 0.01 0.33 0.5 0.8 0.99 1",),
    ),
    "close": model_text(CLOSE, profiles="p", scales=(TENTHS,), bands="0.8 1.5"),
    "many cells": model_text(MANY, profiles="p", scales=(HUNDREDTHS,), bands="0.8"),
    "shared": model_text(
        [("only", id, "", w, asked) for id, w, asked in (("a", "0.4", "1 2"), ("b", "0.4", "1"), ("c", "0.2", "2"))],
        profiles="p",
        bands="0.8 1.8",
    ),
    "sevenths": model_text(SEVENTHS, profiles="p", scales=("0 1",), bands="0.5 1"),
    "five levels": model_text(
        [("only", "a", "", "1", "1 2 3 4 5 1 2")], profiles="p", bands="0.8 1.8 2.8 3.8 4.8", scales=("0 1",)
    ),
    "eleven levels": model_text(
        [("only", "a", "", "1", "1 2 3 4 5 6 7 8 9 10 11 10 11")],
        profiles="p",
        bands=" ".join(f"{n}.8" for n in range(11)),
        scales=("0 1",),
    ),
    "fine bands, few levels": model_text(RAGGED, bands="0.800001 1.8 2.8"),
    "eleven unlike levels": model_text(
        [
            ("only", id, "", w, " ".join(f"{n} {n}" if n % 3 else f"{n}" for n in range(1, 12)))
            for id, w in (("a", "0.3"), ("b", "0.31"), ("c", "0.39"))
        ],
        profiles="p",
        bands=" ".join(f"{n}.8" for n in range(11)),
        scales=(TENTHS,),
    ),
    "bytes": model_text(  # sums of points of 255, 260 and 75,000, counts of 300
        [("only", "a", "", "1", " ".join(["1"] * 51 + ["2"] * 52 + ["3:1"] * 300))],
        profiles="p",
        scales=("0 0.2 1", "0 0.004 1"),
    ),
    "bytes, few": model_text(
        [("only", "a", "", "1", " ".join(["1"] * 51 + ["2"] * 52))], profiles="p", bands="0.8 1.8", scales=("0 0.2 1",)
    ),
    "fine mark": model_text(FRINGE, profiles="p", scales=(TENTHS,), bands="0.8 1.5", mark="0.79999"),
    "gaps": model_text(GAPS, profiles="p", scales=(TENTHS,), bands="0.8 1.6 2.4 3.2 4 4.8"),
    "gaps, fine mark": model_text(
        GAPS, profiles="p", scales=(TENTHS,), bands="0.8 1.6 2.4 3.2 4 4.8", mark="0.85", reading="stepwise"
    ),
    "digits": model_text(
        [("only", id, "", f"{w} -", "1 1 2") for id, w in (("a", "0.123457"), ("b", "0.376543"))]
        + [("only", "c", "", "0.5 1", "1 2 2")],
        bands="0.8 1.8",
    ),
    "hair": model_text(HAIR, profiles="p", scales=(HUNDREDTHS,), bands="0.8"),
    "fringe": model_text(FRINGE, profiles="p", scales=(HUNDREDTHS,), bands="0.8 1.5"),
}


@cache
def model_of(name: str) -> MaturityModel:
    """The model of a case as the library reads it."""
    if name in SMALL:
        return parse_model(SMALL[name].encode("utf-8"), f"{name}.toml")
    return load_model(name if name.startswith("gbt39116-2020") else TESTS / "models" / name)


# ---------------------------------------------------------------- the file


@cache
def pinned() -> Mapping[str, Sequence[Case]]:
    """The cases of each model."""
    cases: Mapping[str, Sequence[Case]] = json.loads(PINNED.read_text(encoding="utf-8"))
    return cases


def ranks(case: Case) -> Sequence[str]:
    """The answers of a case, one a requirement."""
    answers: str = case["answers"]
    return answers.split() if " " in answers else answers


def points_of(model: MaturityModel, cases: Sequence[Case]) -> NDArray[np.uint8]:
    """(n, q) points of cases."""
    reserved = {"-": NOT_APPLICABLE, ".": UNANSWERED}
    rows = [
        [
            reserved[rank] if rank in reserved else asked.choices[int(rank)].points
            for rank, asked in zip(ranks(case), model.requirements, strict=True)
        ]
        for case in cases
    ]
    return np.array(rows, np.uint8).reshape(len(cases), len(model.requirements))


def answers_of(name: str, cases: Sequence[Case]) -> Answers:
    """The answers of cases, ids e0, e1 ..."""
    model = model_of(name)
    ids, profiles = [f"e{i}" for i in range(len(cases))], [case["profile"] for case in cases]
    return Answers.from_points(model, points_of(model, cases), ids=ids, profiles=profiles)


def sheet_of(case: Case, choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The answers of a case as choice id by requirement id; ``choices`` of each requirement, best first."""
    return {
        id: "not_applicable" if rank == "-" else choices[id][int(rank)]
        for id, rank in zip(choices, ranks(case), strict=True)
        if rank != "."
    }


# ---------------------------------------------------------------- against the file


def close(shown: NDArray[np.float64], exact: Sequence[Fraction | None]) -> None:
    """Each float is the exact value or a neighbour, and is cut where the exact value is; NaN where there is none."""
    for score, below, value in zip(shown.tolist(), cut(shown).tolist(), exact, strict=True):
        if value is None:
            assert math.isnan(score)
        else:
            assert abs(score - float(value)) <= math.ulp(float(value))
            assert below == math.floor(value * 100) / 100


def fractions(texts: Sequence[str | None]) -> list[Fraction | None]:
    return [None if text is None else Fraction(text) for text in texts]


def check(found: Assessment, cases: Sequence[Case]) -> None:
    """Levels, readings, bounds, scores and totals are what the file says."""
    assert len(found) == len(cases)
    for end, bound in (("", "certain"), ("_possible", "possible")):
        levels = getattr(found, f"level_by_reading{end}")
        names = ("level", "total", "met", "level_scores", "readings_differ")
        arrays = [getattr(found, f"{name}{end}") for name in names]
        for i, case in enumerate(cases):
            level, total, met, scores, differ = (array[i] for array in arrays)
            if "rejected" in case:
                assert found.answers.rejected[i]
                assert [level, *(levels[reading][i] for reading in READINGS), found.level_if_na_unmet[i]] == [-1] * 4
                assert np.isnan([total, *scores]).all()
                assert not met.any()
                assert not differ
                continue
            expected = case[bound]
            default = found.answers.model.definition.reading.default
            assert not found.answers.rejected[i]
            assert [int(levels[reading][i]) for reading in READINGS] == expected["levels"]
            assert level == levels[default][i]
            assert differ == (expected["levels"][0] != expected["levels"][1])
            assert met.tolist() == expected["met"]
            close(scores, fractions(expected["scores"]))
            close(np.array([total]), fractions([expected["totals"][READINGS.index(default)]]))
            assert found.level_if_na_unmet[i] == case["na_unmet"]


UNPINNED = ("many cells", "eleven unlike levels", "fine bands, few levels")
MODELS = (*(name for name in SMALL if name not in UNPINNED), "gbt39116-2020", "smallest.toml", "samm-like.toml")


@pytest.mark.parametrize("name", MODELS)
def test_every_case(name: str) -> None:
    """All cases of a model in one batch, profiles mixed."""
    found = assess(answers_of(name, pinned()[name]))
    check(found, pinned()[name])
    last = max(i for i, case in enumerate(pinned()[name]) if "certain" in case)
    assert [str(score) for score in found.level_scores_exact(last)] == pinned()[name][last]["certain"]["scores"]
    trimmed = [(f"e{i}", id) for i, case in enumerate(pinned()[name]) for id in case.get("rejected", ())]
    assert sorted((problem.where, str(problem.values["id"])) for problem in found.answers.problems) == sorted(trimmed)
    assert {problem.id for problem in found.answers.problems} <= {"answers.trimmed"}


def test_many_cells() -> None:
    """A level 1 / 40320000 below 0.8 in a model of 160 cells is not met."""
    check(assess(answers_of("many cells", pinned()["many cells"])), pinned()["many cells"])


@pytest.mark.parametrize("name", MODELS)
def test_cases_by_what_they_hold(name: str) -> None:
    """Batches in which all is answered and applicable, or some is not applicable, or some unanswered."""
    kinds: dict[tuple[bool, bool], list[Case]] = {}
    for case in pinned()[name]:
        kinds.setdefault(("-" in case["answers"], "." in case["answers"]), []).append(case)
    kinds[True, False] = kinds.get((True, False), []) + kinds.get((False, False), [])
    for (not_applicable, unanswered), cases in kinds.items():
        answers = answers_of(name, cases)
        assert (answers.unanswered, answers.not_applicable and not not_applicable) == (unanswered, False)
        check(assess(answers), cases)


@pytest.mark.parametrize("name", [name for name in MODELS if name in ("met", "zero", "long", "gbt39116-2020")])
def test_each_profile_alone(name: str) -> None:
    """Batches of one profile only."""
    for profile in model_of(name).profiles:
        cases = [case for case in pinned()[name] if case["profile"] == profile.id]
        check(assess(answers_of(name, cases)), cases)


@pytest.mark.parametrize("name", MODELS)
def test_each_case_alone_and_exact(name: str) -> None:
    """Batches of one; level scores and totals as fractions, by both readings."""
    default = READINGS.index(model_of(name).definition.reading.default)
    for case in [case for case in pinned()[name] if "nodes" in case]:
        found, certain, possible = assess(answers_of(name, [case])), case["certain"], case["possible"]
        check(found, [case])
        assert [str(score) for score in found.level_scores_exact(0)] == certain["scores"]
        assert [str(score) for score in found.level_scores_exact(0, possible=True)] == possible["scores"]
        assert str(found.total_exact(0)) == certain["totals"][default]
        assert str(found.total_exact(0, possible=True)) == possible["totals"][default]
        assert str(found.total_exact(0, reading=READINGS[1 - default])) == certain["totals"][1 - default]


@pytest.mark.parametrize("name", MODELS)
def test_scores_of_nodes(name: str) -> None:
    """Scores of every node of every layer; NaN where the profile lacks it or nothing is applicable."""
    model, cases = model_of(name), [case for case in pinned()[name] if "nodes" in case]
    found = assess(answers_of(name, cases))
    for layer, nodes in model.nodes.items():
        for bound, scores in (("certain", found.scores(layer)), ("possible", found.scores(layer, possible=True))):
            assert scores.shape == (len(cases), len(nodes), len(model.levels))
            for row, case in zip(scores, cases, strict=True):
                for shown, node in zip(row, nodes, strict=True):
                    nothing = [None] * len(model.levels)
                    close(shown, fractions(case["nodes"][bound].get(f"{layer}.{node.id}", nothing)))


# ---------------------------------------------------------------- answers: refusals


def refused(error: pytest.ExceptionInfo[InputError]) -> list[tuple[str, str, str]]:
    """Id, place and value of the problems."""
    return [(problem.id, problem.where, problem.value) for problem in error.value.problems]


@pytest.mark.parametrize("id", ["", "e1"])
def test_unknown_answers_are_refused(id: str) -> None:
    """Unknown requirements with the nearest one, or else the first; unknown choices and profile with what is right."""
    model = model_of("lowest above zero")
    sheet = {"a.00": "c0", "a.0": "c9", "zzzzz": "c0", "a.1": "c0", "b.0": "na"}
    with pytest.raises(InputError) as error:
        Answers.of(model, sheet, profile="r", id=id)
    place = f"{id}: " if id else ""
    assert refused(error) == [
        ("answers.unknown-requirement", f"{place}a.00", "a.00"),
        ("answers.unknown-choice", f"{place}a.0", "c9"),
        ("answers.unknown-requirement", f"{place}zzzzz", "zzzzz"),
        ("answers.unknown-choice", f"{place}b.0", "na"),
        ("answers.unknown-profile", id or "profile", "r"),
    ]
    near = [problem.values.get("near") for problem in error.value.problems]
    right = [problem.values.get("right") for problem in error.value.problems]
    assert near == ["a.0", None, "a.0", None, None]
    assert right == [None, "c1, c2, c0, not_applicable", None, "c1, c2, c0, not_applicable", "p, q"]
    assert "did you mean: a.0" in error.value.text("en")


def test_trimming_one_sheet_is_refused() -> None:
    """A protected subdomain without anything applicable refuses a single sheet, unless the profile does not have it."""
    model = model_of("renormalise")
    nothing = dict.fromkeys(("d.0", "d.1", "d.2", "e.0", "e.1"), "not_applicable")
    with pytest.raises(InputError) as error:
        Answers.of(model, nothing, profile="p")
    assert refused(error) == [("answers.trimmed", "answers", "")] * 2
    assert [problem.values["id"] for problem in error.value.problems] == ["d", "e"]
    assert not Answers.of(model, nothing, profile="q").rejected.any()
    for only in ("d.0", "d.1", "d.2"):  # one that is answered, or still open, is enough
        for kept in (
            {**nothing, only: "c0", "e.1": "c1"},
            {id: nothing[id] for id in nothing if id not in (only, "e.0")},
        ):
            answers = Answers.of(model, kept, profile="p")
            assert (answers.rejected.tolist(), answers.problems) == ([False], ())


POINTS = np.zeros((2, 15), np.uint8)


def test_profiles_by_name_and_by_number_are_the_same() -> None:
    """Numbers are positions among the profiles of the model; what is kept is a copy."""
    model, numbers = model_of("renormalise"), np.array([1, 0])
    named: tuple[Profiles, ...] = (["q", "p"], np.array(["q", "p"]), numbers)
    answers = [Answers.from_points(model, POINTS, ids=["a", "b"], profiles=profiles) for profiles in named]
    numbers[:] = 5
    for own in answers:
        assert own.profile_codes.tolist() == [1, 0]
        assert own.profile_codes.dtype == np.uint8


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"points": POINTS.astype(np.int64)}, [("answers.not-uint8", "points", "int64")]),
        ({"points": POINTS.astype(np.int8)}, [("answers.not-uint8", "points", "int8")]),
        ({"points": POINTS[:, :-1]}, [("answers.wrong-shape", "points", "(2, 14)")]),
        ({"points": POINTS[0]}, [("answers.wrong-shape", "points", "(15,)")]),
        ({"points": POINTS[:1]}, [("answers.wrong-shape", "points", "(1, 15)")]),
        ({"profiles": ["p"]}, [("answers.profiles-count", "profiles", "1")]),
        ({"profiles": ["p", "q", "p"]}, [("answers.profiles-count", "profiles", "3")]),
        ({"profiles": "r"}, [("answers.unknown-profile", "a", "r")]),
        ({"profiles": ["p", "r"]}, [("answers.unknown-profile", "b", "r")]),
        (
            {"profiles": ["r", "s"], "ids": ["", "b"]},
            [("answers.unknown-profile", "profile", "r"), ("answers.unknown-profile", "b", "s")],
        ),
        ({"profiles": ["r", "r"]}, [("answers.unknown-profile", "a", "r")]),
        ({"profiles": np.array([1])}, [("answers.profiles-count", "profiles", "1")]),
        ({"profiles": np.array([1, 2])}, [("answers.unknown-profile", "b", "2")]),
        ({"profiles": np.array([-1, 0])}, [("answers.unknown-profile", "a", "-1")]),
        (
            {"profiles": np.array([256, 257])},
            [("answers.unknown-profile", "a", "256"), ("answers.unknown-profile", "b", "257")],
        ),
        (
            {"points": np.zeros((3, 14)), "profiles": ["p"]},
            [
                ("answers.not-uint8", "points", "float64"),
                ("answers.wrong-shape", "points", "(3, 14)"),
                ("answers.profiles-count", "profiles", "1"),
            ],
        ),
    ],
)
def test_wrong_arrays_are_refused(change: Mapping[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """Type, shape, counts and profiles that do not fit."""
    good: dict[str, Any] = {"points": POINTS, "ids": ["a", "b"], "profiles": "p"}
    values: dict[str, Mapping[str, object]] = {
        "answers.not-uint8": {},
        "answers.wrong-shape": {"expected": (2, 15)},
        "answers.profiles-count": {"expected": 2},
        "answers.unknown-profile": {"right": "p, q"},
    }
    with pytest.raises(InputError) as error:
        Answers.from_points(model_of("renormalise"), **{**good, **change})
    assert refused(error) == expected
    for problem in error.value.problems:
        assert problem.values == values[problem.id]


def test_points_of_no_choice_are_refused() -> None:
    """For each requirement the first enterprise with wrong points, its points, what is right, how many have them."""
    model = model_of("lowest above zero")  # tenths; two scales by turns: 2 6 10 and 1 8
    points = np.array([[asked.lowest for asked in model.requirements]] * 4, np.uint8)
    points[1, 0], points[3, 0], points[2, 1], points[0, 14], points[3, 13] = 8, 3, 10, 253, 0
    with pytest.raises(InputError) as error:
        Answers.from_points(model, points, ids=list("abcd"), profiles="p")
    assert refused(error) == [
        ("answers.illegal-points", "b: a.0", "8"),
        ("answers.illegal-points", "c: a.1", "10"),
        ("answers.illegal-points", "d: e.0", "0"),
        ("answers.illegal-points", "a: e.1", "253"),
    ]
    assert [problem.values["rows"] for problem in error.value.problems] == [2, 1, 1, 1]
    assert [problem.values["right"] for problem in error.value.problems] == [
        "2, 6, 10, 254, 255",
        "1, 8, 254, 255",
        "2, 6, 10, 254, 255",
        "1, 8, 254, 255",
    ]


@pytest.mark.parametrize(("column", "foreign"), [(0, 8), (0, 1), (1, 2), (14, 10), (13, 8)])
def test_points_of_another_scale_are_refused(column: int, foreign: int) -> None:
    """Points that are right for other requirements only, with nothing else wrong."""
    model = model_of("lowest above zero")
    points = np.array([[asked.best for asked in model.requirements]] * 2, np.uint8)
    points[1, column] = foreign
    with pytest.raises(InputError) as error:
        Answers.from_points(model, points, ids=["a", "b"], profiles="p")
    assert refused(error) == [("answers.illegal-points", f"b: {model.requirements[column].id}", str(foreign))]


@pytest.mark.parametrize("column", [0, 15, 16, 17, 31, 32, 214, 215])
@pytest.mark.parametrize("wrong", [1, 11, 253])
def test_wrong_points_are_found_in_every_column(column: int, wrong: int) -> None:
    """One wrong answer, wherever it stands, among answers of all kinds."""
    model = model_of("gbt39116-2020")
    points = np.tile(np.array([0, 5, 8, 10, 254, 255], np.uint8), (3, 36))
    Answers.from_points(model, points, ids=list("abc"), profiles="process")
    points[1, column] = wrong
    with pytest.raises(InputError) as error:
        Answers.from_points(model, points, ids=list("abc"), profiles="process")
    assert refused(error) == [("answers.illegal-points", f"b: {model.requirements[column].id}", str(wrong))]


# ---------------------------------------------------------------- answers: what they hold


def test_answers_outside_the_profile_are_noted() -> None:
    """One note for each requirement that enterprises answered outside their profile, with the first and the count."""
    model = model_of("renormalise")
    points = np.full((4, 15), UNANSWERED, np.uint8)
    points[:, 9], points[1, 11], points[2, 11], points[3, 7] = NOT_APPLICABLE, 10, 0, 5
    for ids, first, last in ((list("abcd"), "b: ", "d: "), ([""] * 4, "", "")):
        answers = Answers.from_points(model, points, ids=ids, profiles=["p", "q", "q", "q"])
        assert [(note.id, note.where, note.values["rows"]) for note in answers.notes] == [
            ("answers.outside-profile", f"{last}c.0", 1),
            ("answers.outside-profile", f"{first}d.1", 2),
            ("answers.unasked-level", "q", 3),
        ]
        assert {note.values["profile"] for note in answers.notes} == {model.profiles[1].name}
        assert answers.notes[0].values["requirement"] == model.requirements[7].name
    assert Answers.from_points(model, points, ids=list("abcd"), profiles="p").notes == ()


def test_empty_levels_are_noted() -> None:
    """A level is noted at which an enterprise called everything not applicable; not one without requirements."""
    model = model_of("met")
    at = np.array([asked.level for asked in model.requirements])
    points = np.zeros((5, 15), np.uint8)
    points[:, at == 2] = NOT_APPLICABLE
    points[1, 2], points[2, 9:12], points[3, at == 3] = UNANSWERED, UNANSWERED, NOT_APPLICABLE
    profiles = ["p", "p", "q", "p", "q"]
    notes = Answers.from_points(model, points, ids=["a", "b", "c", "", "e"], profiles=profiles).notes
    found = [(note.where, note.values["number"]) for note in notes if note.id == "answers.empty-level"]
    assert found == [("a", 2), ("answers", 2), ("answers", 3), ("c", 2), ("e", 2)]
    assert all(note.values["level"] == model.levels[0].name for note in notes if note.id == "answers.empty-level")
    open_ones = np.where(points == NOT_APPLICABLE, UNANSWERED, points)
    assert not any(
        note.id == "answers.empty-level"
        for note in Answers.from_points(model, open_ones, ids=list("abcde"), profiles=profiles).notes
    )


def test_levels_without_requirements_are_noted() -> None:
    """q has no requirement at level 3: said once for all its enterprises, whatever they answered, and only if any."""
    model = model_of("renormalise")
    points = np.full((4, 15), UNANSWERED, np.uint8)
    for profiles, rows in (("qppq", 2), ("pppq", 1), ("pppp", 0)):
        notes = Answers.from_points(model, points, ids=list("abcd"), profiles=list(profiles)).notes
        assert [(note.id, note.where) for note in notes] == [("answers.unasked-level", "q")] * (rows > 0)
        for note in notes:
            assert note.values["profile"] == model.profiles[1].name
            assert (note.values["number"], note.values["rows"]) == (3, rows)
            assert note.values["level"] == model.levels[2].name


@pytest.mark.parametrize("name", ["renormalise", "lowest above zero"])
def test_choices_round_trip(name: str) -> None:
    """What `of` takes, `choices` gives back; the points are those of the file."""
    model = model_of(name)
    order = {asked.id: [choice.id for choice in asked.choices] for asked in model.requirements}
    cases = [case for case in pinned()[name] if "rejected" not in case]
    batch = answers_of(name, cases)
    for i, case in enumerate(cases):
        answers = Answers.of(model, sheet_of(case, order), profile=case["profile"], id="x")
        assert answers.choices(0) == batch.choices(i) == sheet_of(case, order)
        assert np.array_equal(answers.points[0], batch.points[i])
        assert (answers.profile(0), answers.ids, len(answers)) == (batch.profile(i), ("x",), 1)
    assert Answers.of(model, {}, profile="q").ids == ("",)


def test_take() -> None:
    """Rows by a slice or by numbers, with their ids and profiles."""
    answers = answers_of("renormalise", pinned()["renormalise"])
    for rows in (slice(3, 20, 4), np.array([5, 2, 2])):
        taken = answers.take(rows)
        assert np.array_equal(taken.points, answers.points[rows])
        assert np.array_equal(taken.profile_codes, answers.profile_codes[rows])
        assert taken.ids == tuple(f"e{i}" for i in np.arange(len(answers))[rows])


def test_arrays_are_read_only() -> None:
    """Nothing of answers or results can be written to; Fortran order is kept as a view, C order is copied."""
    model = model_of("renormalise")
    points = points_of(model, pinned()["renormalise"])
    for given, shared in ((points, False), (np.asfortranarray(points), True)):
        answers = Answers.from_points(model, given, ids=[""] * len(points), profiles="p")
        assert np.shares_memory(answers.points, given) is shared
        assert given.flags.writeable
        assert np.array_equal(answers.points, points)
        found = assess(answers)
        arrays = [answers.columns, answers.points, answers.profile_codes, answers.rejected]
        arrays += [getattr(found, name) for name in FIELDS]
        arrays += [*found.level_by_reading.values(), *found.level_by_reading_possible.values()]
        assert not any(array.flags.writeable for array in arrays)
    assert repr(answers) == f"<Answers of {len(points)} enterprises to small>"
    assert repr(found) == f"<Assessment of {len(points)} enterprises by small>"
    assert len({answers, found, Answers.from_points(model, points, ids=answers.ids, profiles="p")}) == 3
    with pytest.raises(AttributeError):
        answers.ids = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        found.total = found.total_possible  # type: ignore[misc]
    with pytest.raises(AttributeError):
        plan(model).step = 1  # type: ignore[misc]
    assert plan(model) is plan(model)


def test_one_thread_or_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for two threads or more there is a pool, of so many."""
    pools = []

    class Pool(ThreadPoolExecutor):
        def __init__(self, threads: int) -> None:
            pools.append(threads)
            super().__init__(threads)

    monkeypatch.setattr("maturity.scoring.ThreadPoolExecutor", Pool)
    for threads in (1, 2, 3):
        assess(answers_of("zero", pinned()["zero"]), threads=threads)
    assess(answers_of("zero", pinned()["zero"]))
    assert pools == [2, 3]


# ---------------------------------------------------------------- the plan of a model


def test_floats_where_they_are_exact() -> None:
    """Python's own whole numbers only where weights, cells, the mark or the bands are too fine for floats."""
    fine = ["long", "long, met", "fine bands", "bytes", "bytes, few", "fine mark", "gaps, fine mark", "digits", "hair"]
    assert [name for name in MODELS if not plan(model_of(name)).climbable] == fine


@pytest.mark.parametrize("name", MODELS)
def test_whole_numbers_stay_in_range(name: str) -> None:
    """Sums of points times digits stay below 2**24; the step is the largest whose square and numerators int64 holds."""
    compiled = plan(model_of(name))
    best = [asked.best for asked in compiled.model.requirements]
    for level in compiled.levels:
        sums = [int(np.array(best)[cell.rows].sum()) for cell in level.cells]
        top = max(*sums, int(level.asked.max()))
        assert level.sums == next(kind for kind in (np.uint8, np.uint16, np.uint32) if top <= np.iinfo(kind).max)
        digits = [(level.coefficients, sums)]
        digits += [(level.shares, [compiled.cell] * len(level.cells))] if compiled.climbable else []
        for rows, most in digits:
            for row in rows.reshape(-1, rows.shape[-1]).astype(int).tolist():
                assert sum(d * m for d, m in zip(row, most, strict=True)) < 2**24 * max(1, math.gcd(*row))
    if compiled.climbable:
        bound = max(
            compiled.by_means.whole, *(compiled.cell * tree.root.most for lv in compiled.levels for tree in lv.trees)
        )
        steps = [10**k for k in range(1, 19)]
        levels = len(compiled.levels)
        assert compiled.step == max(s for s in steps if bound * s < 2**63 and s**2 * levels * 100 < 2**63)


def test_largest_denominator_of_a_branch() -> None:
    """Whole weights without a common factor, times the branches below; an only child stands for its parents."""
    level = plan(model_of("renormalise")).levels[0]
    root = level.trees[0].root
    assert (root.most, root.names, [weight for weight, _ in root.children]) == (5 * 20 * 10, (("", ""),), [3])
    (x,) = [branch for _, branch in root.children]
    assert (x.most, x.names, [weight for weight, _ in x.children]) == (20 * 10, (("element", "x"),), [9])
    names = [(("subdomain", "c"), ("domain", "k")), (("subdomain", "e"), ("domain", "m"), ("element", "y"))]
    assert [set(cell) for cell in level.trees[0].cells[2:]] == [set(each) for each in names]
    assert plan(model_of("sevenths")).levels[0].trees[0].root.most == 10
    assert plan(model_of("shared")).levels[0].trees[0].root.most == 2
    (alone,) = [branch for _, branch in level.trees[1].root.children] or [level.trees[1].root]
    assert alone.most == 4
    assert set(alone.names) == {("domain", "a"), ("element", "x")}


def test_many_levels_add_up_in_one_order() -> None:
    """Eleven levels of unlike denominators: a total is to the last bit what it is alone."""
    model = model_of("eleven unlike levels")
    random = np.random.default_rng(11)
    points = random.choice(np.array([0, 3, 7, 8, 10, NOT_APPLICABLE], np.uint8), (60, len(model.requirements)))
    found = assess(Answers.from_points(model, points, ids=[str(i) for i in range(60)], profiles="p"))
    for i, row in enumerate(points):
        alone = assess(Answers.from_points(model, row[np.newaxis], ids=["a"], profiles="p"))
        assert alone.total.tobytes() == found.total[i : i + 1].tobytes()
        assert float(found.total_exact(i)) == pytest.approx(found.total[i], abs=1e-14)


@pytest.mark.parametrize("step", [10**3, 10**6, 10**8])
def test_division_is_that_of_whole_numbers(step: int) -> None:
    """Remainders of 0, 1 and one less than the divisor, where a float quotient is one too low or one too high."""
    random = Random(step)
    largest = min(2**47, 2**63 // step)
    above, below = [0, 1, 0], [1, 2, largest - 1]
    for divisor in [*range(2, 60), *(random.randrange(largest // 2, largest) for _ in range(3000))]:
        for near in (0, 1, 2, divisor - 2, divisor - 1):
            one = math.gcd(step, divisor)
            # The fraction of this divisor whose multiple by `step` leaves the remainder, if there is one.
            if near >= 0 and near % one == 0:
                above.append(near // one * pow(step // one, -1, divisor // one) % (divisor // one))
                below.append(divisor)
    quotient, rest = _divided(np.array(above), np.array(below), step)
    expected = [divmod(a * step, b) for a, b in zip(above, below, strict=True)]
    assert list(zip(quotient.tolist(), rest.tolist(), strict=True)) == expected
    rough = (np.array(above) * (step / np.array(below))).astype(np.int64)
    assert (rough < quotient).any()
    assert (rough > quotient).any()


def ratios(levels: int, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level scores (L, n) in lowest terms and not, with many totals exactly on a hundredth or a digit beside it."""
    random = np.random.default_rng(levels)
    denominator = random.choice(np.array([1, 2, 3, 7, 10, 100, 1000, 999, most // 3, most - 1, most]), (levels, 300))
    numerator = (denominator * random.random((levels, 300))).astype(np.int64)
    tenths = random.random((levels, 300)) < 0.5
    numerator[tenths] = (denominator * random.integers(0, 10, (levels, 300)) // 10)[tenths]
    numerator[0] = denominator[0] * random.integers(0, 2, 300)
    return numerator.astype(np.float64), denominator.astype(np.float64)


@pytest.mark.parametrize("name", ["gbt39116-2020", "zero", "eleven unlike levels", "fine bands, few levels"])
def test_totals_of_unlike_denominators(name: str) -> None:
    """Floats and the closer look give what fractions give, on the marks and beside them."""
    compiled = plan(model_of(name))
    numerator, denominator = ratios(len(compiled.levels), compiled.by_means.whole)
    expected = _judged_in_fractions(compiled, numerator.astype(np.int64), denominator.astype(np.int64))
    rough = _judged(compiled, numerator, denominator)
    for found in (rough, _judged_closely(compiled, numerator, denominator, rough)):
        assert found.levels.tolist() == expected.levels.tolist()
        assert found.met.tolist() == expected.met.tolist()
        assert cut(found.total).tolist() == cut(expected.total).tolist()
        assert cut(found.scores).tolist() == cut(expected.scores).tolist()


def test_few_totals_need_a_closer_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals far from every mark are decided in floats; exact hundredths in whole numbers; neither needs fractions."""
    compiled = plan(model_of("gbt39116-2020"))
    looked_at: list[int] = []

    def counted(plan: Plan, numerator: NDArray[Any], *others: Any) -> Bound:
        looked_at.append(numerator.shape[1])
        return _judged_closely(plan, numerator, *others)

    monkeypatch.setattr("maturity.scoring.arithmetic._judged_closely", counted)
    monkeypatch.delattr("maturity.scoring.arithmetic._judged_in_fractions")
    denominator = np.tile([[3.0], [7.0], [8.0], [5.0], [9.0]], 6)
    numerator = np.array(
        [[3, 3, 2, 2, 0, 0], [1, 6, 2, 5, 0, 0], [4, 5, 1, 3, 4, 6], [2, 3, 1, 0, 2, 3], [1, 2, 4, 7, 0, 0]]
    )
    found = _judged(compiled, numerator.astype(np.float64), denominator)
    assert looked_at == [2]
    assert cut(found.total).tolist() == [2.15, 3.44, 1.72, 2.53, 0.9, 1.35]
    assert found.levels[0].tolist() == [2, 3, 1, 2, 1, 1]


def test_marks_too_fine_for_floats() -> None:
    """Levels that begin at four decimals are told in floats, at six and more in whole numbers only."""
    for bands, marks in (("0.8 1.8", 100), ("0.8 1.8001", 10**4), ("0.8 1.800001", 0), ("0.8 1.80000001", 0)):
        model = parse_model(model_text(RAGGED, bands=f"{bands} 2.8").encode("utf-8"), "x.toml")
        assert plan(model).marks == marks


# ---------------------------------------------------------------- large batches

FIELDS = (
    *("level", "level_possible", "level_if_na_unmet", "total", "total_possible", "met", "met_possible"),
    *("level_scores", "level_scores_possible", "readings_differ", "readings_differ_possible"),
)


def same(left: Assessment, right: Assessment, rows: NDArray[np.intp]) -> None:
    """The left assessment's ``rows`` are all of the right one, bit for bit."""
    for name in FIELDS:
        ours, theirs = getattr(left, name)[rows], getattr(right, name)
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes(), name


@pytest.mark.parametrize("name", ["renormalise", "lowest above zero"])
def test_large_batches(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one block, in either memory order, by several threads: each row is what it is in the small batch."""
    size = 4096
    monkeypatch.setattr("maturity.answers.BLOCK", size)
    monkeypatch.setattr("maturity.scoring.arithmetic._PART", 512)
    monkeypatch.setattr("maturity.scoring.arithmetic._LONG_PART", 768)
    small, model = answers_of(name, pinned()[name]), model_of(name)
    rows = np.random.default_rng(1).integers(len(small), size=size + 411)
    points, profiles = small.points[rows], [small.profile(i) for i in rows]
    ids = [f"r{i}" for i in range(len(rows))]
    expected = assess(small)
    for given, threads in ((points, 1), (np.asfortranarray(points), 2)):
        answers = Answers.from_points(model, given, ids=ids, profiles=profiles)
        assert np.array_equal(answers.points, points)
        found = assess(answers, threads=threads)
        same(expected, found, rows)
    assert np.array_equal(answers.rejected, small.rejected[rows])
    trimmed = [(problem.where, problem.values["id"]) for problem in answers.problems]
    own: dict[str, list[object]] = {f"e{i}": [] for i in range(len(small))}
    for problem in small.problems:
        own[problem.where].append(problem.values["id"])
    assert sorted(trimmed) == sorted((f"r{i}", id) for i, row in enumerate(rows) for id in own[f"e{row}"])
    for layer in model.nodes:
        assert found.scores(layer).tobytes() == expected.scores(layer)[rows].tobytes()
        for some in (np.array([len(rows) - 1, 5, size, size - 1]), slice(size - 92, size + 108, 7)):
            assert found.scores(layer, some).tobytes() == expected.scores(layer)[rows[some]].tobytes()


def test_answers_of_the_last_block_count() -> None:
    """What is not applicable, unanswered or wrong in the last block only is seen."""
    model = model_of("smallest.toml")
    points = np.zeros((BLOCK + 1, 1), np.uint8)
    ids = [str(i) for i in range(len(points))]
    for value, kind in ((0, (False, False)), (254, (True, False)), (255, (False, True))):
        points[-1] = value
        answers = Answers.from_points(model, points, ids=ids, profiles="p")
        assert (answers.not_applicable, answers.unanswered) == kind
    points[-1] = 2
    with pytest.raises(InputError) as error:
        Answers.from_points(model, points, ids=ids, profiles="p")
    assert refused(error) == [("answers.illegal-points", f"{BLOCK}: r", "2")]


def test_blocks() -> None:
    """The rows 0 .. n - 1 in order, at most `BLOCK` at a time."""
    assert list(blocks(0)) == []
    assert list(blocks(1)) == [slice(0, 1)]
    assert list(blocks(BLOCK)) == [slice(0, BLOCK)]
    assert list(blocks(2 * BLOCK + 1)) == [slice(0, BLOCK), slice(BLOCK, 2 * BLOCK), slice(2 * BLOCK, 2 * BLOCK + 1)]


def test_no_enterprises() -> None:
    """No rows in, no rows out."""
    model = model_of("renormalise")
    found = assess(Answers.from_points(model, np.empty((0, 15), np.uint8), ids=[], profiles="p"), threads=2)
    assert (len(found), found.level_scores.shape, found.scores("domain").shape) == (0, (0, 3), (0, 3, 3))


def test_types() -> None:
    """Levels are int8, scores float64, met bool."""
    found = assess(answers_of("zero", pinned()["zero"]))
    kinds = ["int8"] * 3 + ["float64"] * 2 + ["bool"] * 2 + ["float64"] * 2 + ["bool"] * 2
    assert [str(getattr(found, name).dtype) for name in FIELDS] == kinds
    assert found.scores("domain").dtype == np.float64


# ---------------------------------------------------------------- what is shown


def test_cut() -> None:
    """Scores are cut, never rounded up; what is a decimal already stays; any shape; NaN stays."""
    hundredths = np.arange(501) / 100
    assert cut(hundredths).tolist() == hundredths.tolist()
    assert cut(np.nextafter(hundredths[1:], 0)).tolist() == hundredths[:-1].tolist()
    assert cut(np.nextafter(hundredths, 9)).tolist() == hundredths.tolist()
    assert cut(np.array([[0.79703, 0.456], [1.0, 0.0]])).tolist() == [[0.79, 0.45], [1.0, 0.0]]
    assert np.isnan(cut(math.nan))
    assert [float(cut(4.8765, n)) for n in range(5)] == [4.0, 4.8, 4.87, 4.876, 4.8765]
    assert cut(0.29).shape == ()


# ---------------------------------------------------------------- writing the file


def describe(text: str, profile: str, answers: str, *, whole: bool) -> Case:
    """A case with what the oracle says of it; with the scores of all nodes if ``whole``."""
    model = oracle.read_model(text)
    choices = {id: sorted(worth, key=worth.__getitem__, reverse=True) for id, worth in model.values.items()}
    case: dict[str, Any] = {"profile": profile, "answers": answers}
    sheet = sheet_of(case, choices)
    if trimmed := oracle.trimmed_protected(model, profile, sheet):
        return {**case, "rejected": list(dict.fromkeys(trimmed))}
    result = oracle.assess(model, profile, sheet)

    def show(score: Fraction | None) -> str | None:
        return None if score is None else str(score)

    for bound, outcome in (("certain", result.certain), ("possible", result.possible)):
        case[bound] = {
            "levels": [outcome.level_by_reading[reading] for reading in READINGS],
            "met": list(outcome.met),
            "scores": [show(score) for score in outcome.level_scores],
            "totals": [show(outcome.total_by_reading[reading]) for reading in READINGS],
        }
    case["na_unmet"] = result.na_unmet.level
    if whole:
        case["nodes"] = {
            bound: {f"{layer}.{id}": [show(s) for s in scores] for (layer, id), scores in outcome.scores.items()}
            for bound, outcome in (("certain", result.certain), ("possible", result.possible))
        }
    return case


def any_sheets(text: str, rng: Random) -> list[tuple[str, str]]:
    """Profile and answers: all the same, and at random with more or less that is not applicable or unanswered."""
    model = oracle.read_model(text)
    found = []
    for profile in model.trees:
        count = min(map(len, model.values.values()))
        found += [(profile, rank * len(model.values)) for rank in (*map(str, range(min(count, 10))), "-", ".")]
        for reserved in ("", "", "-", "-", ".", "-.", "--...", "---"):
            kinds = ["", "", "", *reserved]
            drawn = [rng.choice(kinds) or str(rng.randrange(len(worth))) for worth in model.values.values()]
            found.append((profile, (" " if max(map(len, drawn)) > 1 else "").join(drawn)))
    return found


def hair_sheets() -> list[tuple[str, str]]:
    """Sheets whose only level is 1 / (1000 P) below 0.8, exactly there, and as much above; P the product of `PRIMES`.

    With n hundredths of p in a domain, A = sum(n / p) / 1000. Modulo each p that fixes n (Chinese remainders); what is
    left are whole numbers, spread evenly. A subdomain of weight 1 and one of p - 1 give any n up to 100 p.
    """
    whole, found = math.prod(PRIMES), []
    for hair in (-1, 0, 1):
        rests = [hair * pow(whole // p, -1, p) % p for p in PRIMES]
        left = int(800 + Fraction(hair, whole) - sum(Fraction(r, p) for r, p in zip(rests, PRIMES, strict=True)))
        answers = []
        for k, (rest, p) in enumerate(zip(rests, PRIMES, strict=True)):
            n = rest + p * (left // 10 + (k < left % 10))
            big = min(100, n // (p - 1))
            answers += [str(100 - (n - big * (p - 1))), str(100 - big), "-"]
        found.append(("p", " ".join(answers)))
    return found


def fringe_sheets() -> list[tuple[str, str]]:
    """Sheets whose total is a band, a hundredth or a round decimal, or some smallest steps beside it.

    As `hair_sheets`, on two levels: A = sum(u n / p) / 10000 with the weights u of the domains.
    """
    rng, whole, found = Random(5), math.prod(FRINGE_WEIGHTS), []

    def level(target: int, hair: int) -> list[str]:
        """Answers that make the score of a level target / 10000 + hair / (10000 product)."""
        rests = [hair * pow(u * (whole // p), -1, p) % p for p, u in FRINGE_WEIGHTS.items()]
        parts = [Fraction(u * r, p) for r, (p, u) in zip(rests, FRINGE_WEIGHTS.items(), strict=True)]
        left = target + Fraction(hair, whole) - sum(parts)
        assert left.denominator == 1
        units, most = list(FRINGE_WEIGHTS.values()), 99
        while True:
            mean = min(most, int(left) // sum(units))
            wholes = [max(0, min(most, mean + rng.randint(-9, 9))) for _ in units]
            wholes[-1] += (int(left) - sum(u * w for u, w in zip(units, wholes, strict=True))) // units[-1]
            if 0 <= wholes[-1] <= most and sum(u * w for u, w in zip(units, wholes, strict=True)) == left:
                break
        answers = []
        for rest, times, p in zip(rests, wholes, FRINGE_WEIGHTS, strict=True):
            big = min(100, (rest + p * times) // (p - 1))
            answers += [str(100 - (rest + p * times - big * (p - 1))), str(100 - big), "-"]
        return answers

    for target, first in ((8000, 3700), (15000, 7400), (3700, 3100), (10100, 7000), (1234, 700), (12345, 7990)):
        for hair in (0, -1, -2, -3, -7, 1, 2, 0, 0):
            own = rng.choice((0, 1, -1, 5, 7 * 11, rng.randrange(whole // 10_000)))
            levels = level(first, own), level(target - first, hair - own)
            found.append(("p", " ".join(answer for pair in zip(*levels, strict=True) for answer in pair)))
    return found


def close_sheets() -> list[tuple[str, str]]:
    """Sheets whose total is 1e-17 or so below a hundredth; level 1 in a millionth of a float's last digit below 1e-5.

    A of level 1 is (x / 999983 + y / 999979 + k) / 20, so that 10**5 A is a few 1 / (999983 * 999979) below a whole
    number: a product of floats calls it whole. Level 2 is a whole number of 1e-5.
    """
    (p, q), found = CLOSE_PRIMES.values(), []

    def answers(n: int, p: int, last: str) -> list[str]:
        """Tenths of the weights that add up to n."""
        big = min(10, n // (p - 111_111))
        digits = f"{n - big * (p - 111_111):06d}"
        return [str(10 - int(digit)) for digit in reversed(digits)] + [str(10 - big), last]

    for short in (1, 2, 3, 4, 5, 6, 7, 8):
        whole = -short * pow(5000, -1, p * q) % (p * q)
        x, y = whole * pow(q, -1, p) % p, whole * pow(p, -1, q) % q
        first = Fraction(x, p) + Fraction(y, q) + 3
        below = math.floor(first / 20 * 10**5)
        rest = -(below + 1) % 1000 + 20_000
        ones = answers(x + p, p, "-") + answers(y + 2 * q, q, "-")
        twos = answers(200 * rest, p, "10") + ["10"] * 8
        found.append(("p", " ".join(answer for pair in zip(ones, twos, strict=True) for answer in pair)))
    exact = [("p", " ".join([*[f"{a} {b}"] * 15, f"- {b}"])) for a, b in ((5, 7), (5, 0), (9, 9), (6, 7))]
    return found + exact


def many_sheets() -> list[tuple[str, str]]:
    """Sheets some 1 / 40320000 below 0.8, exactly there, and above; one requirement of the fifth subdomain is left out.

    Subdomains of 8, 9, 10 and 7 requirements count 315, 280, 252 and 360 a hundredth, those with one 2520.
    """
    found = []
    for hair in (-1, -2, -3, 0, 1):
        target = 32_256_000 + hair
        few = next(
            each
            for each in product(range(8), range(9), range(10), range(7))
            if (target - sum(n * unit for n, unit in zip(each, (315, 280, 252, 360), strict=True))) % 2520 == 0
        )
        rest = (target - sum(n * unit for n, unit in zip(few, (315, 280, 252, 360), strict=True))) // 2520
        points = [part for n, count in zip(few, (8, 9, 10, 7), strict=True) for part in (n, *[0] * (count - 1))]
        points += [rest // 156 + (k < rest % 156) for k in range(156)]
        answers = [str(100 - part) for part in points]
        found.append(("p", " ".join((*answers[:35], "-", *answers[35:]))))
    return found


def wide_sheets() -> list[tuple[str, str]]:
    """Sheets of three applicable requirements in each cell whose second and third level add up to 0.8, or just not."""
    worth = (100, 99, 80, 50, 33, 1, 0)
    three = {sum(each): each for each in product(worth, repeat=3)}
    found = []
    for a, b, c in product(three, three, three):  # A2 = (a / 12 + b / 4) / 100, A3 = c / 300
        if a % 3 and a + 3 * b + 4 * c in (960, 959) and a + 3 * b < 960 and c < 240 and (a * 7 + b) % 11 == 3:
            answers = [f"{''.join(str(worth.index(w)) for w in three[each])}-" for each in (a, b, c)]
            found.append(("p", f"6666{answers[0]}666{answers[1]}{answers[2]}"))
    alike = [(a, b) for a in "6543" for b in "6543"]  # hundredths exactly, of which a product of floats may be short
    return found[:: len(found) // 12] + [("p", f"{a * 4}{b * 4}{a * 3}{b * 4}666-") for a, b in alike]


def thirds_sheets() -> list[tuple[str, str]]:
    """Sheets with three requirements applicable at each level: level scores in thirtieths, the totals often round.

    Decimals of each level cannot tell 1/3 + 7/15 from 0.8: that is left to fractions.
    """
    thirtieths = [(a, b, c) for a in (0, 10, 23, 24) for b in (0, 5, 10, 14, 20) for c in (0, 1, 4, 10)]
    thirtieths = [row for row in thirtieths if sum(row) % 3 == 0 or sum(row) == 23]
    every = [(a, b, c) for a in range(24) for b in range(24) for c in range(24)]
    below = [row for row in every if sum(n / 30 for n in row) < sum(row) / 30]
    thirtieths += [row for row in below if sum(row) % 3 == 0 and all(row)][::25]  # floats lose a last digit
    spread = [[" ".join(f"{10 - n // 3 - (k < n % 3)}" for k in range(3)) + " -" for n in row] for row in thirtieths]
    return [("p", " ".join(row)) for row in spread]


if __name__ == "__main__":

    def rank_of(model: oracle.Model, id: str, sheet: Mapping[str, str]) -> str:
        """The answer to a requirement as it stands in the file."""
        if id not in sheet:
            return "."
        best_first = sorted(model.values[id], key=model.values[id].__getitem__, reverse=True)
        return "-" if sheet[id] == "not_applicable" else str(best_first.index(sheet[id]))

    def standard_sheets(text: str) -> list[tuple[str, str]]:
        """GB/T 39116: of all kinds, on the mark, on the edges of the bands, and with ragged denominators."""
        model, rng, rows = oracle.read_model(text), Random(39116), []
        at = {id: int(id.split(".")[1][0]) for id in model.values}
        for profile in model.trees:
            rows += [(profile, strategies.random_sheet(model, rng, style)) for style in strategies.STYLES]
            for level in model.levels:
                asked = [id for id in oracle.asked(model, profile) if at[id] == level]
                for part in (0, 0.2):
                    sheet = dict.fromkeys(oracle.asked(model, profile), "none")
                    sheet |= {id: "not_applicable" for id in asked if rng.random() < part}
                    reached = strategies.reaching(model, profile, level, sheet, Fraction(4, 5), seed=level)
                    rows += [(profile, sheet | reached)] if reached else []
                sheet = {id: "full" if at[id] < level else "partly" if at[id] == level else "none" for id in at}
                edge = strategies.on_edge(model, profile, sheet, level - Fraction(1, 5), seed=level)
                rows += [(profile, edge)] if edge else []
            for _ in range(4):
                sheet = strategies.random_sheet(model, rng, "any choice", oracle.asked(model, profile))
                for leaf in oracle.leaves(model.trees[profile]):
                    for ids in leaf.requirements.values():
                        emptied = rng.random() < 0.35
                        sheet |= {id: "not_applicable" for id in ids[not emptied :] if emptied or rng.random() < 0.2}
                rows.append((profile, sheet))
        return [(profile, "".join(rank_of(model, id, sheet) for id in at)) for profile, sheet in rows]

    def rewrite() -> None:
        """Write the file anew from the oracle."""
        lines = []
        for name in (*MODELS, "many cells"):
            path = TESTS / "models" / name
            if name == "gbt39116-2020":
                path = TESTS.parent / "src" / "maturity" / "models" / f"{name}.toml"
            text = SMALL[name] if name in SMALL else path.read_text(encoding="utf-8")
            if name == "gbt39116-2020":
                rows = standard_sheets(text)
            elif name == "hair":
                rows = hair_sheets()
            elif name == "fringe":
                rows = fringe_sheets()
            elif name == "many cells":
                rows = many_sheets()
            elif name == "sevenths":  # two levels that add up to 1, in the three subdomains that are left
                sevenths = ["".join(f"{b}{1 - b}" for b in bits) + "--" for bits in product((0, 1), repeat=3)]
                rows = any_sheets(text, Random(name)) + [("p", answers) for answers in sevenths]
            elif name == "close":
                rows = close_sheets()
            elif name == "wide":
                rows = any_sheets(text, Random(name)) + wide_sheets()
            elif name.startswith("thirds"):
                rows = any_sheets(text, Random(name)) + thirds_sheets()
            else:
                rows = any_sheets(text, Random(name))
            step = 6 if name in ("renormalise", "met", "zero", "lowest above zero") else 12
            cases = [describe(text, *row, whole=k % step == 0) for k, row in enumerate(rows)]
            shown = [json.dumps(case, separators=(",", ":")) for case in cases]
            lines.append(f"{json.dumps(name)}: [\n" + ",\n".join(shown) + "\n]")
        PINNED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    rewrite()


@pytest.mark.parametrize("most", [0, 1, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**32 - 1])
def test_the_type_of_sums_holds_the_largest_one(most: int) -> None:
    """And none narrower does: a sum of one more would wrap to 0."""
    chosen = np.iinfo(_narrowest(most))
    assert chosen.max >= most
    assert all(
        np.iinfo(narrower).max < most for narrower in (np.uint8, np.uint16) if np.iinfo(narrower).max < chosen.max
    )


@pytest.mark.parametrize("name", ["gbt39116-2020", "samm-like.toml"])
def test_points_of_no_choice_are_refused_wherever_they_stand(name: str) -> None:
    """Choices of other requirements, values beside a choice and the last one below the reserved values."""
    model = model_of(name)
    best = [max(choice.points for choice in requirement.choices) for requirement in model.requirements]
    answered = np.array([best], np.uint8)
    known = {choice.points for requirement in model.requirements for choice in requirement.choices}
    beside = {value + off for value in known for off in (0, 1)} | {NOT_APPLICABLE - 1, NOT_APPLICABLE, UNANSWERED}
    for column in (1, len(model.requirements) - 1):
        legal = {choice.points for choice in model.requirements[column].choices} | {NOT_APPLICABLE, UNANSWERED}
        for value in sorted(beside):
            points = answered.copy()
            points[0, column] = value
            if value in legal:
                Answers.from_points(model, points, ids=["e"], profiles=model.profiles[0].id)
                continue
            with pytest.raises(InputError) as refused:
                Answers.from_points(model, points, ids=["e"], profiles=model.profiles[0].id)
            assert [problem.where for problem in refused.value.problems] == [f"e: {model.requirements[column].id}"]


def test_only_who_has_no_use_for_an_answer_is_told() -> None:
    """A requirement that one profile has and another has not: the note names the enterprise of the other one."""
    model = model_of("gbt39116-2020")
    for own, other in (("discrete", "process"), ("process", "discrete")):
        weights = {node.id: node.weight for node in model.subdomains}
        asked = [
            column
            for column, requirement in enumerate(model.requirements)
            if own in weights[requirement.subdomain] and other not in weights[requirement.subdomain]
        ]
        points = np.full((2, len(model.requirements)), UNANSWERED, np.uint8)
        points[0, asked] = [model.requirements[column].lowest for column in asked]
        found = Answers.from_points(model, points, ids=["a", "b"], profiles=[own, other])
        assert not [note for note in found.notes if note.id == "answers.outside-profile"]
        found = Answers.from_points(model, points[::-1], ids=["a", "b"], profiles=[own, other])
        told = [note.where for note in found.notes if note.id == "answers.outside-profile"]
        assert told == [f"b: {model.requirements[column].id}" for column in asked]


def test_scores_are_cut_right_beside_every_hundredth() -> None:
    """The float of a hundredth and the two beside it: only the one below is cut to the hundredth before."""
    marks = np.arange(1, 501) / 100
    assert cut(marks).tolist() == marks.tolist()
    assert cut(np.nextafter(marks, 9)).tolist() == marks.tolist()
    assert cut(np.nextafter(marks, 0)).tolist() == (np.arange(500) / 100).tolist()
