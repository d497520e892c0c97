"""What is pinned: small models, each with something that scoring must take care of, answer sheets, and what they score.

`cases/pinned.json` holds answer sheets and what the oracle says of them. It is written anew by

    python tests/pinned.py

from the oracle alone, never from the library. Sheets are written as ranks: 0 is the best choice of a requirement, ``-``
not applicable, ``.`` unanswered, requirements in the order of the model file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import oracle
from maturity.models import READINGS, MaturityModel, load_model, parse_model

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

    def profile(id: str) -> str:
        return f'{{ id = "{id}", name = {{ zh = "甲{id}", en = "x{id}" }} }}'

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
            f"profiles = {listed([profile(id) for id in profiles.split()])}",
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
GAPS, FINE_GAPS = (  # at each level another subdomain is missing: denominators of 97, 89, 83, 79, 79, 73
    tuple(
        ("only", f"g{n}", "", f"0.{w}", " ".join(f"{k}" for k in range(1, 7) for _ in range(asked) if k != n + 1))
        for n, w in enumerate(("03", "11", "17", "21", "21", "27"))
    )
    for asked in (6, 7)  # means of seven make the whole too fine for floats
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
    "fine gaps": model_text(FINE_GAPS, profiles="p", scales=(TENTHS,), bands="0.8 1.6 2.4 3.2 4 4.8"),
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


UNPINNED = ("many cells", "fine gaps", "eleven unlike levels", "fine bands, few levels")
MODELS = (*(name for name in SMALL if name not in UNPINNED), "gbt39116-2020", "smallest.toml", "samm-like.toml")


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


def sheet_of(case: Case, choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The answers of a case as choice id by requirement id; ``choices`` of each requirement, best first."""
    return {
        id: "not_applicable" if rank == "-" else choices[id][int(rank)]
        for id, rank in zip(choices, ranks(case), strict=True)
        if rank != "."
    }


def load_all() -> None:
    """Read all models and cases, so that they are there when they are asked for."""
    for name in (*SMALL, *MODELS):
        model_of(name)
    pinned()


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
