"""Answers and scoring against pinned results, in a second or two: the tests that are run for each mutant.

Quick ones and those that notice most stand first, since the first that fails ends the run.
"""

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maturity.answers import BLOCK, NOT_APPLICABLE, UNANSWERED, Answers, Profiles, _look_through, blocks
from maturity.errors import InputError
from maturity.language import LANGUAGES, Text
from maturity.models import READINGS, MaturityModel, parse_model
from maturity.scoring import Assessment, assess, cut
from maturity.scoring.arithmetic import (
    Bound,
    CellSums,
    Ratio,
    _belongs,
    _divided,
    _judged,
    _judged_closely,
    _judged_in_fractions,
    cell_sums,
)
from maturity.scoring.lines import Line, asked, certain, level_of, line, lines
from maturity.scoring.plan import Branch, Cell, Level, Plan, Tree, Unit, _digits, _narrowest, _rows, _step, plan
from pinned import MODELS, Case, model_of, model_text, pinned, ranks, sheet_of


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


# ---------------------------------------------------------------- the plan of a model, by itself


@pytest.mark.parametrize(("levels", "step"), [(1, 10**9), (9, 10**9), (10, 10**8), (11, 10**8)])
def test_steps(levels: int, step: int) -> None:
    """The highest power of ten whose square int64 adds up over the levels, and that it multiplies numerators by."""
    assert _step(1, levels) == step
    for places in range(1, 10):
        most = 2**63 // 10**places
        assert _step(most, levels) == min(10**places, step)
        assert _step(most + 1, levels) == min(10 ** (places - 1), step)


def test_rows_that_stand_one_after_the_other_are_a_slice() -> None:
    """So that they are not copied."""
    assert [_rows(rows) for rows in ([], [0], [4], [3, 4, 5], [4, 5, 6, 7])] == [
        slice(0, 0),
        slice(0, 1),
        slice(4, 5),
        slice(3, 6),
        slice(4, 8),
    ]
    assert [_rows(rows) for rows in ([3, 5], [5, 4], [0, 2, 3])] == [[3, 5], [5, 4], [0, 2, 3]]


@pytest.mark.parametrize("most", [0, 1, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**32 - 1])
def test_the_type_of_sums_holds_the_largest_one(most: int) -> None:
    """And none narrower does: a sum of one more would wrap to 0."""
    chosen = np.iinfo(_narrowest(most))
    assert chosen.max >= most
    assert all(
        np.iinfo(narrower).max < most for narrower in (np.uint8, np.uint16) if np.iinfo(narrower).max < chosen.max
    )


@pytest.mark.parametrize("points", [0, 1, 2, 3, 1000, 2**16 - 1, 2**16, 2**22, 2**23 - 1, 2**23, 2**24 - 1])
def test_digits_of_coefficients(points: int) -> None:
    """As many as it takes; they add up to the coefficient, and times all the points float32 holds each of them."""
    assert _digits([(0, 0), (0, 0), (0, 0)], points, 2).shape == (2, 1, 3)
    for most in (1, 2, 3, 1000, 2**17 - 1, 2**17, 2**24 - 1, 2**24, 2**34, 10**11):
        coefficients = [(most, 0), (0, most // 3), (1, most - 1)]
        digits = _digits(coefficients, points, 2)
        assert digits.astype(np.float64).sum(axis=1).T.tolist() == [list(each) for each in coefficients]
        assert digits[:, -1].any() or digits.shape[1] == 1
        for place in digits.astype(np.float64).transpose(1, 0, 2):
            unit = np.gcd.reduce(place.astype(np.int64), axis=None)
            assert place.max() * points < 2**24 * max(1, unit)


@pytest.mark.parametrize(
    ("bands", "marks"),
    [("0.8 1.8", 100), ("0.8 1.8001", 10**4), ("0.8 1.80002", 50_000), ("0.8 1.80001", 10**5), ("0.8 1.800008", 0)],
)
def test_marks_too_fine_for_floats(bands: str, marks: int) -> None:
    """Levels that begin at five decimals are told in floats, at six in whole numbers only: marks x 3**2 < 2**20."""
    text = model_text([("only", "a", "", "1", "1 2 3")], profiles="p", bands=f"{bands} 2.8")
    assert plan(parse_model(text.encode("utf-8"), "x.toml")).marks == marks


# ---------------------------------------------------------------- against the file


@cache
def shown(score: str | None) -> tuple[float, float, float]:
    """An exact score as a float, its last digit, and cut to hundredths; NaN for none."""
    if score is None:
        return math.nan, math.nan, math.nan
    value = Fraction(score)
    return float(value), math.ulp(float(value)), math.floor(value * 100) / 100


def close(found: NDArray[np.float64], exact: Sequence[str | None]) -> None:
    """Each float is the exact value or a neighbour, and is cut where the exact value is; NaN where there is none."""
    value, digit, below = np.array([shown(score) for score in exact]).reshape(-1, 3).T
    found = found.ravel()
    assert len(found) == len(exact)
    assert np.isnan(found).tolist() == np.isnan(value).tolist()
    assert not (np.abs(found - value) > digit).any()
    assert np.array_equal(cut(found), below, equal_nan=True)


def check(found: Assessment, cases: Sequence[Case]) -> None:
    """Levels, readings, bounds, scores and totals are what the file says."""
    assert len(found) == len(cases)
    rejected = ["rejected" in case for case in cases]
    assert found.answers.rejected.tolist() == rejected
    kept, out = (np.flatnonzero(np.array(rejected) == bad).tolist() for bad in (False, True))
    default = READINGS.index(found.answers.model.definition.reading.default)
    for end, bound in (("", "certain"), ("_possible", "possible")):
        levels = getattr(found, f"level_by_reading{end}")
        names = ("level", "total", "met", "level_scores", "readings_differ")
        level, total, met, scores, differ = (getattr(found, f"{name}{end}") for name in names)
        expected = [cases[i][bound] for i in kept]
        by_reading = [each["levels"] for each in expected]
        assert list(levels) == list(READINGS)
        assert [list(each) for each in zip(*(levels[reading][kept].tolist() for reading in READINGS), strict=True)] == (
            by_reading
        )
        assert level.tolist() == levels[READINGS[default]].tolist()
        assert differ[kept].tolist() == [each[0] != each[1] for each in by_reading]
        assert met[kept].tolist() == [each["met"] for each in expected]
        close(scores[kept], [score for each in expected for score in each["scores"]])
        close(total[kept], [each["totals"][default] for each in expected])
        for reading in READINGS:
            assert (levels[reading][out] == -1).all()
        assert np.isnan(total[out]).all()
        assert np.isnan(scores[out]).all()
        assert not met[out].any()
        assert not differ[out].any()
    assert found.level_if_na_unmet.tolist() == [case.get("na_unmet", -1) for case in cases]


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


# ---------------------------------------------------------------- the plans of all models


def test_floats_where_they_are_exact() -> None:
    """Python's own whole numbers only where weights, cells, the mark or the bands are too fine for floats."""
    fine = ["long", "long, met", "fine bands", "bytes", "bytes, few", "fine mark", "digits", "hair"]
    assert [name for name in MODELS if not plan(model_of(name)).climbable] == fine
    assert not plan(model_of("fine gaps")).climbable


def dyadic(*digits: int, mark: str = "1", bands: str = "0.5", levels: str = "1") -> MaturityModel:
    """A domain for each number, all of the same weight, in which two subdomains weigh 1 / 2**digits and the rest."""
    share = Decimal(1) / len(digits)
    nodes = []
    for k, n in enumerate(digits):
        least = Decimal(2) ** -n
        nodes += [("domain", f"d{k}", "", f"{share}", "")]
        nodes += [("leaf", f"d{k}{j}", f"d{k}", f"{w:f}", levels) for j, w in enumerate((least, 1 - least))]
    text = model_text(nodes, profiles="p", scales=("0 1",), bands=bands, mark=mark)
    return parse_model(text.encode("utf-8"), "dyadic.toml")


@pytest.mark.parametrize(
    ("digits", "other", "exact"),
    [
        # float32 adds 2**24: the weights of a branch, and with two requirements in a cell half as many
        ([23], {}, True),
        ([24], {}, False),
        ([22], {"levels": "1 1"}, True),
        ([23], {"levels": "1 1"}, False),
        # quotients are told from hundredths below 2**46: here of weights multiplied along the tree
        ([22, 22], {}, True),
        ([22, 23], {}, False),
        ([10, 10, 10, 13], {}, True),
        ([10, 10, 10, 14], {}, False),
        # float64 compares them with the mark below 2**53
        ([12, 12], {"mark": f"{1 - Decimal(2) ** -27:f}"}, True),
        ([12, 12], {"mark": f"{1 - Decimal(2) ** -28:f}"}, False),
        # bands are whole in steps of a power of ten
        ([2], {"bands": "0.81"}, True),
        ([2], {"bands": "0.85"}, True),
        ([2], {"bands": f"{Decimal(2) ** -9}"}, True),
        ([2], {"bands": f"{Decimal(2) ** -10}"}, False),
    ],
)
def test_edges_of_what_floats_hold(digits: Sequence[int], other: Mapping[str, str], exact: bool) -> None:
    """Weights, cells, marks and bands one binary digit coarser or finer than floats hold."""
    assert plan(dyadic(*digits, **other)).climbable == exact


@pytest.mark.parametrize("name", MODELS)
def test_whole_numbers_stay_in_range(name: str) -> None:
    """Sums of points times digits stay below 2**24, and the type of sums holds the points of a cell."""
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
    climbed = (tree.root.most * compiled.cell for level in compiled.levels for tree in level.trees)
    assert compiled.step == _step(max(compiled.by_means.whole, *climbed), len(compiled.levels))


def test_largest_denominator_of_a_branch() -> None:
    """Whole weights without a common factor, times the branches below; an only child stands for its parents."""
    level = plan(model_of("renormalise")).levels[0]
    root = level.trees[0].root
    assert (root.most, root.names, [weight for weight, _ in root.children]) == (5 * 20 * 10, (("", ""),), [3])
    (x,) = [branch for _, branch in root.children]
    assert (x.most, x.names, [weight for weight, _ in x.children]) == (20 * 10, (("element", "x"),), [9])
    names = [(("subdomain", "c"), ("domain", "k")), (("subdomain", "e"), ("domain", "m"), ("element", "y"))]
    assert [set(cell) for cell in level.trees[0].cells[2:]] == [set(each) for each in names]
    third = plan(model_of("renormalise")).levels[2].trees[0].root  # no requirement of a and b, so none below x.a
    assert (third.most, len(third.children)) == (5 * 10, 1)
    assert plan(model_of("sevenths")).levels[0].trees[0].root.most == 10
    assert plan(model_of("shared")).levels[0].trees[0].root.most == 2
    (alone,) = [branch for _, branch in level.trees[1].root.children] or [level.trees[1].root]
    assert alone.most == 4
    assert set(alone.names) == {("domain", "a"), ("element", "x")}


def test_cells_a_profile_has_requirements_in() -> None:
    """Not those of another profile, nor those that the rule lists although nothing is asked there."""
    assert [level.inside for level in plan(model_of("met")).levels] == [
        ([0, 1, 2, 4], slice(0, 2)),
        ([0, 1, 3], slice(0, 2)),
        (slice(2, 5), slice(0, 0)),
    ]


def test_values_are_frozen() -> None:
    """Nothing that scoring passes on can be changed, nor holds more than it says; arrays are never compared."""
    values = [Bound, CellSums, Ratio, Cell, Unit, Branch, Tree, Level, Plan, Assessment, Answers, Line]
    for value in values:
        assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
        assert set(value.__slots__) == set(value.__dataclass_fields__)  # type: ignore[attr-defined]
    assert all(value.__eq__ is object.__eq__ for value in (Tree, Level, Plan, Answers, Assessment))


# ---------------------------------------------------------------- cells


def test_cells_of_some_rows() -> None:
    """What is forgone and gone is said of the rows asked for; where nothing is, nothing is kept."""
    name = "lowest above zero"
    model, asked = model_of(name), plan(model_of(name)).levels
    points = np.array([[requirement.lowest for requirement in model.requirements]] * 3, np.uint8)
    points[1], points[2, 0] = UNANSWERED, NOT_APPLICABLE
    answers = Answers.from_points(model, points, ids=list("abc"), profiles="p")
    for row, gone in ((0, [False] * 3), (1, [False] * 3), (2, [True, False, False])):
        cells = cell_sums(plan(model), answers, np.array([row]))
        assert [own.gone for own in cells] == gone
        assert [own.forgone is None for own in cells] == [row == 0] * 3
        assert [own.lacking(level.asked).tolist() for own, level in zip(cells, asked, strict=True)] == [
            [g] for g in gone
        ]
    assert cells[0].forgone is not None
    assert cells[0].forgone.ravel().tolist() == [model.requirements[0].lowest, 0, 0, 0]


def test_profiles_that_occur() -> None:
    """Where all enterprises are of one profile, there is nothing to choose from."""
    compiled = plan(model_of("renormalise"))
    assert _belongs(compiled, np.array([1, 1], np.uint8)) == ([1], None)
    profiles, several = _belongs(compiled, np.array([1, 0, 1], np.uint8))
    assert (profiles, several is not None and several.tolist()) == ([0, 1], [[[0, 1, 0]], [[1, 0, 1]]])


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize("name", ["renormalise", "met", "zero", "lowest above zero", "samm-like.toml"])
def test_lines_give_the_scores(name: str) -> None:
    """A level score is a straight line in the points: of the sheet itself, and with one answer changed."""
    model, cases = model_of(name), [case for case in pinned()[name] if "certain" in case]
    answers = answers_of(name, cases)
    for i, case in enumerate(cases):
        sheet, profile, expected = certain(answers, i), case["profile"], case["certain"]
        found = lines(model, profile, sheet)
        scores = [own.score(sheet) for own in found]
        assert [str(score) for score in scores] == expected["scores"]
        assert [level_of(model, scores, reading) for reading in READINGS] == expected["levels"]
        for number, own in enumerate(found, start=1):
            assert own is line(model, profile, number, sheet)
            assert (own.level, set(own.columns) <= {column for column, _ in asked(model, profile)[number - 1]}) == (
                number,
                True,
            )
            worth = own.worth()
            assert list(worth) == [column for column in own.columns if sheet[column] != NOT_APPLICABLE]
            assert all(part > 0 for part in worth.values())
            rest = Fraction(own.constant, own.whole)
            assert rest + sum(part * sheet[column] for column, part in worth.items()) == scores[number - 1]
            assert math.gcd(own.whole, own.constant, *own.coefficients) == 1
        assert asked(model, profile) is asked(model, profile)


# ---------------------------------------------------------------- totals of unlike denominators


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


def test_what_is_just_below_a_band_needs_no_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut to whole steps, a total is known up to one step for each unmet level but the first."""
    compiled = plan(model_of("gbt39116-2020"))
    monkeypatch.delattr("maturity.scoring.arithmetic._judged_in_fractions")
    one, k, d = (1, 1), 2 * 10**10, 10**12 + 4
    sheets = (
        ([((4 * d - 1) // 5, d), one, one, one, one], (4, 0), 4.79),  # one unmet level, 2e-13 below its mark
        ([(1, 3), (7 * k - 1, 15 * k), one, one, one], (3, 0), 3.79),  # two, 3e-12 below: told in the second place
        ([one, (5, 10), (3, 10), (0, 1), (0, 1)], (2, 1), 1.8),  # exactly there
        ([one] * 5, (5, 5), 5.0),
    )
    numerator, denominator = np.array([levels for levels, *_ in sheets], np.float64).transpose(2, 1, 0)
    found = _judged(compiled, numerator, denominator)
    assert list(zip(*found.levels.tolist(), strict=True)) == [levels for _, levels, _ in sheets]
    assert cut(found.total).tolist() == [total for *_, total in sheets]


@pytest.mark.parametrize("name", ["renormalise", "zero"])
def test_totals_on_a_band_of_scores_that_no_decimal_holds(name: str) -> None:
    """Thirtieths that add up to the beginning of a level, by either reading, and one that is a hair below it."""
    compiled = plan(model_of(name))
    rows = [
        row
        for row in product((0, 1, 4, 7, 10, 13, 14, 20, 30), repeat=3)
        if any(sum(row) == 30 * level.total_from for level in compiled.model.levels)
    ]
    whole = 30 * 10**6
    thirtieths = np.array([*rows, *rows], np.int64).T * 10**6
    thirtieths[-1, len(rows) :] -= 1
    numerator = np.maximum(thirtieths, 0).astype(np.float64)
    denominator = np.full_like(numerator, whole)
    expected = _judged_in_fractions(compiled, numerator.astype(object), denominator.astype(object))
    rough = _judged(compiled, numerator, denominator)
    for found in (rough, _judged_closely(compiled, numerator, denominator, rough)):
        assert found.levels.tolist() == expected.levels.tolist()
        assert cut(found.total).tolist() == cut(expected.total).tolist()


def ratios(levels: int, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level scores (L, n) in lowest terms and not, with many totals exactly on a hundredth or a digit beside it."""
    random = np.random.default_rng(levels)
    denominator = random.choice(np.array([1, 2, 3, 7, 10, 100, 1000, 999, most // 3, most - 1, most]), (levels, 150))
    numerator = (denominator * random.random((levels, 150))).astype(np.int64)
    tenths = random.random((levels, 150)) < 0.5
    numerator[tenths] = (denominator * random.integers(0, 10, (levels, 150)) // 10)[tenths]
    numerator[0] = denominator[0] * random.integers(0, 2, 150)
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


def test_shares_that_come_out_even_are_divided_without_remainder() -> None:
    """Hundredths, thousandths ... of any divisor, where the float quotient is cut to one too low."""
    cases = [(k * d, 100 * d) for d in (7, 49, 10**6 + 3, 999_999_937) for k in range(100)]
    for step in (10**3, 10**6, 10**8):
        quotient, rest = _divided(np.array([a for a, _ in cases]), np.array([b for _, b in cases]), step)
        assert quotient.tolist() == [a * step // b for a, b in cases]
        assert not rest.any()


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


def test_many_levels_add_up_in_one_order() -> None:
    """Eleven levels of unlike denominators: a total is to the last bit what it is alone."""
    model = model_of("eleven unlike levels")
    random = np.random.default_rng(11)
    points = random.choice(np.array([0, 3, 7, 8, 10, NOT_APPLICABLE], np.uint8), (9, len(model.requirements)))
    found = assess(Answers.from_points(model, points, ids=[str(i) for i in range(9)], profiles="p"))
    for i, row in enumerate(points):
        alone = assess(Answers.from_points(model, row[np.newaxis], ids=["a"], profiles="p"))
        assert alone.total.tobytes() == found.total[i : i + 1].tobytes()
        assert float(found.total_exact(i)) == pytest.approx(found.total[i], abs=1e-14)


# ---------------------------------------------------------------- answers: refusals


def refused(error: pytest.ExceptionInfo[InputError]) -> list[tuple[str, str, str]]:
    """Id, place and value of the problems."""
    return [(problem.id, problem.where, problem.value) for problem in error.value.problems]


@pytest.mark.parametrize("id", ["", "e1"])
def test_unknown_answers_are_refused(id: str) -> None:
    """Unknown requirements with the nearest one, or which there are; unknown choices and profile with what is right."""
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
    first = [requirement.id for requirement in model.requirements[:8]]
    known = Text(f"现有 15 个：{'、'.join(first)} 等", f"15 are known: {', '.join(first)} ...")
    assert near == ["a.0", None, known, None, None]
    assert right == [None, "c1, c2, c0, not_applicable", None, "c1, c2, c0, not_applicable", "p, q"]
    assert "did you mean: a.0" in error.value.text("en")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"model": None}, ("arguments.kind", "model", "NoneType")),
        ({"choices": None}, ("arguments.kind", "choices", "NoneType")),
        ({"choices": [("a.0", "c0")]}, ("arguments.kind", "choices", "list")),
        ({"choices": {"a.0": 0.8}}, ("answers.unknown-choice", "E1: a.0", "0.8")),
        ({"choices": {"a.0": ["c0"]}}, ("answers.unknown-choice", "E1: a.0", "['c0']")),
        ({"choices": {1: "c0"}}, ("answers.unknown-requirement", "E1: 1", "1")),
        ({"profile": None}, ("answers.unknown-profile", "E1", "None")),
        ({"profile": ["p"]}, ("answers.unknown-profile", "E1", "['p']")),
        ({"id": 5}, ("answers.id-no-text", "ids", "5")),
    ],
)
def test_one_sheet_of_wrong_kinds_is_refused(change: Mapping[str, Any], expected: tuple[str, str, str]) -> None:
    """What is no model, no choice by requirement, no text: named, by its argument or requirement."""
    good: dict[str, Any] = {"model": model_of("renormalise"), "choices": {"a.0": "c0"}, "profile": "p", "id": "E1"}
    with pytest.raises(InputError) as error:
        Answers.of(**{**good, **change})
    assert refused(error) == [expected]


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
        ({"model": "renormalise"}, [("arguments.kind", "model", "str")]),
        ({"points": POINTS.tolist()}, [("answers.not-uint8", "points", "list")]),
        ({"points": None}, [("answers.not-uint8", "points", "NoneType")]),
        ({"points": POINTS[np.newaxis]}, [("answers.wrong-shape", "points", "(1, 2, 15)")]),
        ({"points": np.ma.masked_equal(POINTS, 8)}, [("answers.not-uint8", "points", "MaskedArray (2, 15)")]),
        ({"profiles": None}, [("answers.no-list", "profiles", "NoneType")]),
        ({"profiles": np.array([[0], [0]])}, [("answers.no-list", "profiles", "ndarray (2, 1)")]),
        ({"profiles": np.array(0)}, [("answers.no-list", "profiles", "ndarray ()")]),
        ({"profiles": {"p", "q"}}, [("answers.no-list", "profiles", "set")]),
        ({"profiles": b"pp"}, [("answers.no-list", "profiles", "bytes")]),
        (
            {"profiles": np.array([0.0, math.nan])},
            [("answers.unknown-profile", "a", "0.0"), ("answers.unknown-profile", "b", "nan")],
        ),
        ({"profiles": np.array(["p", None])}, [("answers.unknown-profile", "b", "None")]),
        (
            {"profiles": np.array([True, False])},
            [("answers.unknown-profile", "a", "True"), ("answers.unknown-profile", "b", "False")],
        ),
        ({"ids": "ab"}, [("answers.no-list", "ids", "str")]),
        ({"ids": np.array([["a"], ["b"]])}, [("answers.no-list", "ids", "ndarray (2, 1)")]),
        (
            {"points": None, "ids": None},
            [("answers.not-uint8", "points", "NoneType"), ("answers.no-list", "ids", "NoneType")],
        ),
        ({"ids": ["a", None]}, [("answers.id-no-text", "ids", "None")]),
        ({"ids": [1, math.nan]}, [("answers.id-no-text", "ids", "1"), ("answers.id-no-text", "ids", "nan")]),
    ],
)
def test_wrong_arrays_are_refused(change: Mapping[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """Type, shape, counts and profiles that do not fit."""
    good: dict[str, Any] = {"model": model_of("renormalise"), "points": POINTS, "ids": ["a", "b"], "profiles": "p"}
    kinds = {"1": "int", "None": "NoneType", "nan": "float"}
    values: dict[str, Mapping[str, object]] = {
        "arguments.kind": {"wanted": "MaturityModel"},
        "answers.no-list": {},
        "answers.not-uint8": {},
        "answers.wrong-shape": {"expected": (2, 15)},
        "answers.profiles-count": {"expected": 2},
        "answers.unknown-profile": {"right": "p, q"},
    }
    with pytest.raises(InputError) as error:
        Answers.from_points(**{**good, **change})
    assert refused(error) == expected
    for problem in error.value.problems:
        assert problem.values == values.get(problem.id, {"kind": kinds.get(problem.value)})
        assert all(problem.text(lang) for lang in LANGUAGES)


@pytest.mark.parametrize("one", [list, tuple, np.array, lambda words: np.array(words, object)])
def test_lists_and_arrays_of_ids_are_the_same(one: Any) -> None:
    """Ids and profiles may stand in a list, a tuple, an array of text or one of objects; points in a file."""
    model, ids = model_of("renormalise"), ["a", "b"]
    found = Answers.from_points(model, POINTS, ids=one(ids), profiles=one(["q", "p"]))
    assert found.ids == ("a", "b")
    assert [found.profile(i) for i in range(2)] == ["q", "p"]


def test_points_may_be_mapped_from_a_file(tmp_path: Path) -> None:
    """An array of numpy's that is read from a file as it is needed is an array like any other."""
    mapped = np.memmap(tmp_path / "points", np.uint8, "w+", shape=POINTS.shape)
    mapped[:] = POINTS
    found = Answers.from_points(model_of("renormalise"), mapped, ids=["a", "b"], profiles="p")
    assert np.array_equal(found.points, POINTS)


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


def test_choices_raise_no_suspicion() -> None:
    """Columns of one scale are looked at once: what is right in all of them needs no look at each."""
    points = np.tile(np.array([[0, 5, 8, 10, 254, 255]], np.uint8).T, (36, 7))
    assert _look_through(model_of("gbt39116-2020"), points) == ({254, 255}, set())
    points[points == UNANSWERED] = 0
    points[20, 2] = 9
    assert _look_through(model_of("gbt39116-2020"), points) == ({254}, set(range(16, 24)))


# ---------------------------------------------------------------- answers: what they hold


def test_profiles_by_name_and_by_number_are_the_same() -> None:
    """Numbers are positions among the profiles of the model; what is kept is a copy."""
    model, numbers = model_of("renormalise"), np.array([1, 0])
    named: tuple[Profiles, ...] = (["q", "p"], np.array(["q", "p"]), numbers)
    answers = [Answers.from_points(model, POINTS, ids=["a", "b"], profiles=profiles) for profiles in named]
    numbers[:] = 5
    for own in answers:
        assert own.profile_codes.tolist() == [1, 0]
        assert own.profile_codes.dtype == np.uint8


def test_what_the_first_profile_lacks_is_no_concern_of_the_second() -> None:
    """Only enterprises of the profile without the requirement are told that their answer is ignored."""
    text = model_text([("only", "a", "", "- 0.5", "1 2"), ("only", "b", "", "1 0.5", "1")], bands="0.8 1.8")
    model = parse_model(text.encode("utf-8"), "x.toml")
    points = np.zeros((4, 3), np.uint8)
    points[0, 1] = points[3, 1] = UNANSWERED
    for ids, place in ((list("abcd"), "b: "), (["a", "", "c", "d"], "")):
        notes = Answers.from_points(model, points, ids=ids, profiles=["p", "p", "q", "p"]).notes
        assert [(note.id, note.where, note.values["rows"]) for note in notes] == [
            ("answers.outside-profile", "a: a.0", 3),
            ("answers.outside-profile", f"{place}a.1", 1),
            ("answers.unasked-level", "p", 3),
        ]
    notes = Answers.from_points(model, points, ids=["", *"bcd"], profiles=["p", "p", "q", "p"]).notes
    assert [note.where for note in notes] == ["a.0", "b: a.1", "p"]


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
    """Rows by a slice or by numbers, with their ids and profiles; without a level stays so, whatever the reason."""
    answers = answers_of("renormalise", pinned()["renormalise"])
    answers = replace(answers, rejected=np.arange(len(answers)) % 5 == 2)
    some: list[Any] = [slice(3, 20, 4), np.array([5, 2, 2]), [5, -1], [], np.arange(len(answers)) % 3 == 1]
    for rows in some:
        taken = answers.take(rows)
        assert np.array_equal(taken.points, answers.points[rows])
        assert np.array_equal(taken.profile_codes, answers.profile_codes[rows])
        assert taken.ids == tuple(f"e{i}" for i in np.arange(len(answers))[rows])
        assert np.array_equal(taken.rejected, answers.rejected[rows])
        assert not taken.rejected.flags.writeable
    assert answers.take((5, 2)).ids == answers.take(range(5, 1, -3)).ids == ("e5", "e2")


@pytest.mark.parametrize("rows", [0, None, "0", ["e0"], [0.0], [28], [-29], [True], [[0, 1]], np.array([[0]])])
def test_rows_that_there_are_not_are_refused(rows: Any) -> None:
    """Numbers beyond the batch, masks of another length, and what is no list of numbers."""
    answers = answers_of("renormalise", pinned()["renormalise"])
    found = assess(answers)
    for take in (answers.take, lambda rows: found.scores(next(iter(answers.model.nodes)), rows)):
        with pytest.raises(InputError) as error:
            take(rows)
        assert [(problem.id, problem.where) for problem in error.value.problems] == [("answers.no-such-rows", "rows")]
        assert error.value.problems[0].values == {"count": 28}
        assert all(error.value.text(lang) for lang in LANGUAGES)


def test_a_refusal_of_many_rows_is_short() -> None:
    """It does not repeat a million numbers."""
    with pytest.raises(InputError) as error:
        answers_of("renormalise", pinned()["renormalise"]).take(list(range(1000)))
    assert refused(error) == [("answers.no-such-rows", "rows", "[0, 1, 2, 3, 4, 5, ...]")]


def test_what_is_no_answers_is_not_assessed() -> None:
    """A model, points, an assessment: named as what they are."""
    found = assess(answers_of("renormalise", pinned()["renormalise"]))
    for given in (found, found.answers.model, found.answers.points, None):
        with pytest.raises(InputError) as error:
            assess(given)  # type: ignore[arg-type]
        assert refused(error) == [("arguments.kind", "answers", type(given).__name__)]


def test_totals_by_a_reading_that_there_is_not_are_refused() -> None:
    """A misspelt reading is not the default one."""
    found = assess(answers_of("renormalise", pinned()["renormalise"]))
    with pytest.raises(InputError) as error:
        found.total_exact(0, reading="stepwize")  # type: ignore[arg-type]
    assert refused(error) == [("answers.unknown-reading", "reading", "stepwize")]
    assert error.value.problems[0].values == {"known": "bands, stepwise"}
    assert all(error.value.text(lang) for lang in LANGUAGES)


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


def test_scores_are_cut_right_beside_every_hundredth() -> None:
    """The float of a hundredth and the two beside it: only the one below is cut to the hundredth before."""
    marks = np.arange(1, 501) / 100
    assert cut(marks).tolist() == marks.tolist()
    assert cut(np.nextafter(marks, 9)).tolist() == marks.tolist()
    assert cut(np.nextafter(marks, 0)).tolist() == (np.arange(500) / 100).tolist()


# ---------------------------------------------------------------- smaller batches, single sheets, nodes


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
            nothing, keys = [None] * len(model.levels), [f"{layer}.{node.id}" for node in nodes]
            close(scores, [score for case in cases for key in keys for score in case["nodes"][bound].get(key, nothing)])


def test_many_cells() -> None:
    """A level 1 / 40320000 below 0.8 in a model of 160 cells is not met."""
    check(assess(answers_of("many cells", pinned()["many cells"])), pinned()["many cells"])


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_no_legal_sheet_of_the_standard_is_refused(share: float) -> None:
    """However little is applicable; a sheet has no level just where a protected subdomain keeps nothing."""
    model, random = model_of("gbt39116-2020"), np.random.default_rng(39116)
    points = random.choice(np.array([0, 5, 8, 10, UNANSWERED], np.uint8), (60, len(model.requirements)))
    points[random.random(points.shape) < share] = NOT_APPLICABLE
    profiles = [random.choice([profile.id for profile in model.profiles]) for _ in points]
    found = assess(Answers.from_points(model, points, ids=[f"{i}" for i in range(60)], profiles=profiles))
    trimmed = {int(problem.where) for problem in found.answers.problems}
    assert (
        set(np.flatnonzero(found.level < 0).tolist()) == set(np.flatnonzero(np.isnan(found.total)).tolist()) == trimmed
    )
    assert ((found.level <= found.level_possible) & (found.level_possible <= len(model.levels))).all()


# ---------------------------------------------------------------- large batches, none, types


FIELDS = (
    *("level", "level_possible", "level_if_na_unmet", "total", "total_possible", "met", "met_possible"),
    *("level_scores", "level_scores_possible", "readings_differ", "readings_differ_possible"),
)


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
        # What an array is a view of is no way around that; the user's own array stays the user's.
        assert all(array.base is None or not array.base.flags.writeable for array in arrays[shared * 2 :])
    assert repr(answers) == f"<Answers to small, enterprises: {len(points)}>"
    assert repr(found) == f"<Assessment by small, enterprises: {len(points)}>"
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
    for threads in (0, 1, 2, 3):
        assess(answers_of("zero", pinned()["zero"]), threads=threads)
    assess(answers_of("zero", pinned()["zero"]))
    assert pools == [2, 3]


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
