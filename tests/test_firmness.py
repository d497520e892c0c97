"""How firm a level is, against brute force on small random models: all change sets, corners of weights, outcomes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import product
from math import prod
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import oracle
import strategies
from maturity import firmness
from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import DefinitionError, InputError
from maturity.firmness import (
    Disagreement,
    FewestChanges,
    changes,
    compare,
    fewest_changes,
    how_firm,
    probabilities,
    weight_ranges,
)
from maturity.language import LANGUAGES, say, texts
from maturity.models import READINGS, MaturityModel, load_model, parse_model
from maturity.scoring import assess
from maturity.scoring.lines import certain, lines
from strategies import Data, Sheet, number

SEEDS = range(40)


# ---------------------------------------------------------------- small random models


def small_model(rng: Random, *, most: int = 8) -> tuple[MaturityModel, oracle.Model]:
    """One to three levels over two layers, few requirements, uneven scales; as the library and the oracle read it."""
    levels = rng.randint(1, 3)
    scales = [
        strategies.scale("wide", [Decimal(text) for text in ("0", "0.5", "0.8", "1")]),
        strategies.scale("odd", [Decimal(text) for text in ("0.1", "0.7", "1")]),
        strategies.scale("plain", [Decimal(text) for text in ("0", "1")]),
    ]
    groups = rng.randint(1, 3)
    nodes: list[Data] = []
    left = most
    for n, weight in enumerate(_weights(rng, groups)):
        nodes.append({"layer": "top", "id": f"t{n}", "name": strategies.named("t"), "weight": {"all": number(weight)}})
        leaves = rng.randint(1, 2)
        for k, share in enumerate(_weights(rng, leaves)):
            count = max(1, min(left, rng.randint(1, 3)))
            left -= count
            asked = [
                strategies.requirement(
                    f"t{n}{k}.{i}", rng.randint(1, levels), rng.choice(["wide", "wide", "odd", "plain"])
                )
                for i in range(count)
            ]
            leaf = {"layer": "leaf", "id": f"l{n}{k}", "parent": f"t{n}", "name": strategies.named("l")}
            nodes.append({**leaf, "weight": {"all": number(share)}, "requirements": asked})
    mark = rng.choice(["0.8", "0.8", "0.5", "1"])
    bands = [Decimal(mark) + n for n in range(levels)]
    if rng.random() < 0.3:
        bands = [Decimal(each) / 10 for each in sorted(rng.sample(range(1, 10 * levels), levels))]
    text = strategies.toml(
        strategies.document(
            profiles=["all"],
            scales=scales,
            bands=bands,
            layers=["top", "leaf"],
            nodes=nodes,
            pass_mark=Decimal(mark),
            rule=rng.choice(["renormalise", "renormalise", "met", "zero"]),
        )
    )
    return parse_model(text.encode("utf-8"), "small.toml"), oracle.read_model(text)


def _weights(rng: Random, count: int) -> list[Decimal]:
    cuts = sorted(rng.sample(range(1, 20), count - 1))
    return [Decimal(end - start) / 20 for start, end in zip([0, *cuts], [*cuts, 20], strict=True)]


def small_sheet(model: MaturityModel, rng: Random) -> Sheet:
    """Random answers, some of them not applicable or left out."""
    sheet = {}
    for asked in model.requirements:
        kind = rng.random()
        if kind < 0.85:
            sheet[asked.id] = rng.choice(asked.choices).id
        elif kind < 0.93:
            sheet[asked.id] = "not_applicable"
    return sheet


def small_case(seed: int) -> tuple[MaturityModel, oracle.Model, Sheet, Answers]:
    rng = Random(seed)
    model, reference = small_model(rng)
    sheet = small_sheet(model, rng)
    return model, reference, sheet, Answers.of(model, sheet, profile="all", id=f"e{seed}")


@cache
def standard() -> MaturityModel:
    return load_model("gbt39116-2020")


def random_answers(n: int, seed: int, *, reserved: float = 0.0) -> Answers:
    """Sheets of GB/T 39116, mostly good ones; some answers not applicable and as many unanswered."""
    rng = np.random.default_rng(seed)
    points = rng.choice([0, 5, 8, 10], (n, len(standard().requirements)), p=[0.05, 0.15, 0.4, 0.4]).astype(np.uint8)
    kind = rng.random(points.shape)
    points[kind < reserved] = NOT_APPLICABLE
    points[kind > 1 - reserved] = UNANSWERED
    return Answers.from_points(standard(), points, ids=[f"e{i}" for i in range(n)], profiles="discrete")


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize("seed", SEEDS)
def test_lines_are_the_level_scores(seed: int) -> None:
    """The lines of a sheet give the level scores that `assess` gives, under every rule for empty cells."""
    model, _, _, answers = small_case(seed)
    sheet = certain(answers, 0)
    scores = tuple(line.score(sheet) for line in lines(model, "all", sheet))
    assert scores == assess(answers).level_scores_exact(0)


def test_lines_of_the_standard() -> None:
    """The same for sheets of the standard with answers not applicable and unanswered."""
    answers = random_answers(5, 1, reserved=0.1)
    assessment = assess(answers)
    for i in range(len(answers)):
        sheet = certain(answers, i)
        own = lines(answers.model, "discrete", sheet)
        assert tuple(line.score(sheet) for line in own) == assessment.level_scores_exact(i)


# ---------------------------------------------------------------- the fewest changes


def every_change(answers: Answers, aim: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All sheets that steps of one direction make: points (m, q), steps of each (m, q), levels by reading (2, m)."""
    model, own = answers.model, certain(answers, 0)
    ways = []
    for column, asked in enumerate(model.requirements):
        worths = sorted({choice.points for choice in asked.choices})
        if own[column] == NOT_APPLICABLE:
            ways.append([(NOT_APPLICABLE, 0)])
        else:
            place = worths.index(own[column])
            to = range(place, -1, -1) if aim == "lose" else range(place, len(worths))
            ways.append([(worths[k], abs(k - place)) for k in to])
    all_of_them = np.array(list(product(*ways)))
    points, steps = all_of_them[:, :, 0].astype(np.uint8), all_of_them[:, :, 1]
    found = assess(Answers.from_points(model, points, ids=[""] * len(points), profiles="all"))
    return points, steps, np.array([found.level_by_reading[reading] for reading in READINGS])


@pytest.mark.parametrize("seed", SEEDS)
def test_fewest_changes_equal_brute_force(seed: int) -> None:
    """Number of steps, the pivotal answers, those in every smallest set, and the furthest total: of all change sets."""
    model, _, _, answers = small_case(seed)
    found = {(each.reading, each.aim): each for each in fewest_changes(answers)}
    for aim in ("lose", "gain"):
        points, steps, levels = every_change(answers, aim)
        counts = steps.sum(axis=1)
        for k, reading in enumerate(READINGS):
            now = int(levels[k][counts == 0][0])
            if now == (0 if aim == "lose" else len(model.levels)):
                assert (reading, aim) not in found
                continue
            result = found[reading, aim]
            assert result.level == now
            reached = levels[k] < now if aim == "lose" else levels[k] > now
            if not reached.any():
                assert result.steps is None
                assert result.changes == result.pivotal == ()
                continue
            assert result.steps == counts[reached].min()
            smallest = reached & (counts == result.steps)
            touched = steps[smallest] > 0
            ids = [asked.id for asked in model.requirements]
            assert {change.requirement.id for change in result.pivotal} == {
                ids[column] for column in np.flatnonzero(touched.any(axis=0))
            }
            assert {change.requirement.id for change in result.pivotal if change.always} == {
                ids[column] for column in np.flatnonzero(touched.all(axis=0))
            }
            assert _applied(result, answers) in points[smallest].tolist()
            totals = assess(Answers.from_points(model, points[smallest], ids=[""] * smallest.sum(), profiles="all"))
            exact = [totals.total_exact(i, reading=result.reading) for i in range(len(totals))]
            assert result.total_after == (min(exact) if aim == "lose" else max(exact))


def _applied(result: FewestChanges, answers: Answers) -> list[int]:
    sheet = list(certain(answers, result.row))
    for change in result.changes:
        column = answers.model.columns[change.requirement.id]
        assert sheet[column] == change.before.points
        sheet[column] = change.after.points
    return sheet


def test_fewest_changes_of_the_standard_do_it() -> None:
    """Applied through `assess`, a smallest set loses or gains the level; without any one of its steps it does not."""
    answers = random_answers(6, 2, reserved=0.03)
    for result in fewest_changes(answers):
        assert result.steps == sum(change.steps for change in result.changes)
        whole = _applied(result, answers)
        sheets = [whole]
        for change in result.changes:
            choices = [choice.points for choice in change.requirement.choices]
            place = choices.index(change.after.points) + (-1 if result.aim == "lose" else 1)
            less = list(whole)
            less[answers.model.columns[change.requirement.id]] = choices[place]
            sheets.append(less)
        points = np.array(sheets, np.uint8)
        levels = assess(
            Answers.from_points(answers.model, points, ids=[""] * len(points), profiles="discrete")
        ).level_by_reading[result.reading]
        done = levels < result.level if result.aim == "lose" else levels > result.level
        assert done.tolist() == [True] + [False] * len(result.changes)


def test_no_random_set_of_fewer_changes_does_it() -> None:
    """On the standard, thousands of random sets with one step less than the fewest keep the level."""
    answers, rng = random_answers(3, 3), np.random.default_rng(0)
    for result in fewest_changes(answers):
        if not result.steps or result.steps == 1:
            continue
        draws = 4000
        points = np.repeat(np.array([certain(answers, result.row)], np.uint8), draws, axis=0)
        pivotal = [answers.model.columns[change.requirement.id] for change in result.pivotal]
        step = np.zeros(256, np.uint8)
        step[[10, 8, 5, 0]] = [8, 5, 0, 0] if result.aim == "lose" else [10, 10, 8, 5]
        for _ in range(result.steps - 1):
            columns = rng.choice(pivotal, draws)
            points[np.arange(draws), columns] = step[points[np.arange(draws), columns]]
        levels = assess(
            Answers.from_points(answers.model, points, ids=[""] * draws, profiles="discrete")
        ).level_by_reading[result.reading]
        assert (levels >= result.level).all() if result.aim == "lose" else (levels <= result.level).all()


def test_steps_of_one_requirement_count_several() -> None:
    """A level of one requirement at 1: at the pass mark 0.8 one step is allowed, the second loses the level."""
    text = strategies.toml(
        strategies.document(
            profiles=["all"],
            scales=[strategies.scale("only", [Decimal(value) for value in ("0", "0.5", "0.8", "1")])],
            bands=[Decimal("0.8")],
            layers=["leaf"],
            nodes=[
                {
                    "layer": "leaf",
                    "id": "l",
                    "name": strategies.named("l"),
                    "weight": {"all": number(1)},
                    "requirements": [strategies.requirement("l.1", 1)],
                }
            ],
        )
    )
    model = parse_model(text.encode("utf-8"), "one.toml")
    (result, _) = fewest_changes(Answers.of(model, {"l.1": "c3"}, profile="all"))
    (change,) = result.changes
    assert (result.steps, change.steps, change.after.id, change.worth, change.always) == (
        2,
        2,
        "c1",
        Fraction(1, 2),
        True,
    )


def test_whole_numbers_beyond_int64_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where denominators pass int64 Python's whole numbers take over; made to, they find the same."""
    answers = random_answers(3, 5, reserved=0.1)
    found = fewest_changes(answers)
    monkeypatch.setattr(changes, "_INT64", 0)
    assert fewest_changes(answers) == found


def test_rejected_rows_have_no_firmness() -> None:
    """An enterprise without a level is left out; the others keep their row numbers."""
    answers = random_answers(2, 6)
    points = answers.points.copy()
    own = [column for column, asked in enumerate(standard().requirements) if asked.subdomain == "data"]
    points[0, own] = NOT_APPLICABLE
    mixed = Answers.from_points(standard(), points, ids=["a", "b"], profiles="discrete")
    assert mixed.rejected.tolist() == [True, False]
    (found,) = how_firm(mixed, draws=100)
    assert (found.row, found.id) == (1, "b")
    assert {change.row for change in found.changes} == {1}


# ---------------------------------------------------------------- disagreement


def exact_probabilities(answers: Answers, stated: Disagreement) -> dict[str, list[float]]:
    """Over every outcome of every answer, its probability by hand."""
    model, own = answers.model, answers.columns[:, 0].tolist()
    ways = []
    for column, asked in enumerate(model.requirements):
        worths = sorted({choice.points for choice in asked.choices})
        if own[column] >= NOT_APPLICABLE:
            ways.append([(own[column], Fraction(1))])
            continue
        place = worths.index(own[column])
        ways.append(
            [
                (worths[max(place - 1, 0)], stated.down),
                (worths[min(place + 1, len(worths) - 1)], stated.up),
                (own[column], 1 - stated.down - stated.up),
            ]
        )
    outcomes = list(product(*ways))
    points = np.array([[point for point, _ in outcome] for outcome in outcomes], np.uint8)
    chances = np.array([float(prod(chance for _, chance in outcome)) for outcome in outcomes])
    found = assess(Answers.from_points(model, points, ids=[""] * len(points), profiles="all"))
    most = len(model.levels) + 1
    return {
        **{f"{reading}": np.bincount(found.level_by_reading[reading], chances, most).tolist() for reading in READINGS},
        **{
            f"{reading} possible": np.bincount(found.level_by_reading_possible[reading], chances, most).tolist()
            for reading in READINGS
        },
    }


@pytest.mark.parametrize("seed", range(6))
def test_probabilities_are_those_of_all_outcomes(seed: int) -> None:
    """Drawn frequencies lie within five standard errors of the exact probabilities, for certain and at best."""
    _, _, _, answers = small_case(seed)
    stated = Disagreement(Fraction(1, 5), Fraction(3, 20))
    (drawn,) = probabilities(answers, stated, draws=20_000)
    exact = exact_probabilities(answers, stated)
    for reading in READINGS:
        for possible in (False, True):
            expected = exact[f"{reading} possible" if possible else reading]
            for frequency, chance in zip(drawn.probability(reading, possible=possible), expected, strict=True):
                assert abs(frequency - chance) <= 5 * drawn.standard_error(min(chance, 1)) + 1e-12


def test_certain_disagreement_moves_every_answer() -> None:
    """Down with probability 1: every draw is the sheet one choice lower; 0 and 0: every draw is the sheet."""
    answers = random_answers(1, 7)
    lower = np.array([5 if p == 8 else 8 if p == 10 else 0 for p in range(256)], np.uint8)[answers.points]
    below = assess(Answers.from_points(standard(), lower, ids=["x"], profiles="discrete"))
    now = assess(answers)
    for stated, expected in (
        (Disagreement(Fraction(1), Fraction(0)), below),
        (Disagreement(Fraction(0), Fraction(0)), now),
    ):
        (drawn,) = probabilities(answers, stated, draws=50)
        for reading in READINGS:
            assert drawn.counts[reading][expected.level_by_reading[reading][0]] == 50


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"seed": -1}, [("firmness.seed", "seed", "-1")]),
        ({"seed": 1.5}, [("firmness.seed", "seed", "1.5")]),
        ({"seed": None, "draws": 0}, [("firmness.draws", "draws", "0"), ("firmness.seed", "seed", "")]),
        ({"draws": 10.0}, [("firmness.draws", "draws", "10.0")]),
        ({"draws": "10"}, [("firmness.draws", "draws", "10")]),
        ({"draws": True}, [("firmness.draws", "draws", "True")]),
        ({"disagreement": (0.1, 0.1)}, [("arguments.kind", "disagreement", "tuple")]),
        ({"answers": None}, [("arguments.kind", "answers", "NoneType")]),
    ],
)
def test_wrong_draws_and_seeds_are_refused(change: Mapping[str, Any], expected: list[tuple[str, str, str]]) -> None:
    """By the library, with both of them at once, and not by the generator of numpy."""
    with pytest.raises(InputError) as error:
        probabilities(**{"answers": random_answers(1, 7), "draws": 10, **change})
    assert [(problem.id, problem.where, problem.value) for problem in error.value.problems] == expected
    assert all(error.value.text(lang) for lang in LANGUAGES)


def test_whole_numbers_of_numpy_are_draws_and_seeds() -> None:
    """They count as what they are, and the results can be written as JSON."""
    given = random_answers(1, 7)
    (found,) = probabilities(given, draws=np.int64(10), seed=np.uint8(3))  # type: ignore[arg-type]
    assert json.loads(json.dumps(found.plain())) == probabilities(given, draws=10, seed=3)[0].plain()


@pytest.mark.parametrize("wrong", [None, "0.1", Decimal("NaN")])
def test_probabilities_of_disagreement_are_numbers(wrong: Any) -> None:
    """What cannot be compared with 0 is no probability."""
    with pytest.raises(InputError, match="two numbers from 0"):
        Disagreement(wrong, Fraction(0))


@pytest.mark.parametrize(
    "find",
    [
        fewest_changes,
        lambda given: weight_ranges(given, 5),
        how_firm,
        lambda given: compare(random_answers(1, 7), given),
    ],
)
def test_an_assessment_is_no_answers(find: Any) -> None:
    """What is firm is asked of answers."""
    with pytest.raises(InputError, match="Assessment is given; expected: Answers"):
        find(assess(random_answers(1, 7)))


@pytest.mark.parametrize(("draws", "points"), [(50, "6.00"), (7000, "0.05"), (10_000, "0.03"), (2, "100.00")])
def test_draws_that_agree_are_no_certainty(draws: int, points: str) -> None:
    """Where every draw gives the same level, the rule of three stands in place of a standard error of 0."""
    nobody = Disagreement(Fraction(0), Fraction(0))
    (drawn,) = probabilities(random_answers(1, 7), nobody, draws=draws)
    rows = drawn.rows()
    assert {row.standard_error for row in rows} == {None}
    assert {row.error_bound for row in rows} == {min(3 / draws, 1)}
    for lang, (word, rule) in zip(LANGUAGES, (("标准误", "三法则"), ("standard error", "rule of three")), strict=True):
        sentence = drawn.sentence("bands", lang)
        assert word not in sentence
        assert rule in sentence
        assert re.search(rf"(?<![\d.]){re.escape(points)} ", sentence)


def test_the_bound_of_draws_that_agree_is_that_of_95_percent() -> None:
    """What is as likely as the bound shows itself in 95 % of runs or more; a tenth less likely, in fewer."""
    (drawn,) = probabilities(random_answers(1, 7), draws=400)
    unseen = [(1 - share * drawn.error_bound) ** drawn.draws for share in (1, 0.9)]
    assert unseen[0] < 0.05 < unseen[1]


def test_a_standard_error_is_never_shown_as_none() -> None:
    """One draw of very many apart: the error is rounded up, since it is said to be at most that."""
    (drawn,) = probabilities(random_answers(1, 7), draws=10)
    level = drawn.level["bands"]
    counts = [0] * 6
    counts[level], counts[level - 1] = 999_999, 1
    rare = replace(drawn, draws=1_000_000, counts={**drawn.counts, "bands": tuple(counts)})
    assert "standard error at most 0.01 points" in rare.sentence("bands", "en")
    assert [row.error_bound for row in rare.rows()[:6]].count(None) == 2


def test_an_enterprise_is_drawn_the_same_in_any_batch() -> None:
    """The same seed gives the same counts, alone and in a batch; another seed others."""
    answers = random_answers(3, 8)
    batch = probabilities(answers, draws=500)
    alone = probabilities(answers.take(slice(2, 3)), draws=500)[0]
    assert replace(alone, row=2) == batch[2]
    assert probabilities(answers, draws=500, seed=1)[2].counts != batch[2].counts


def test_the_default_disagreement_is_marked_as_an_assumption() -> None:
    """What ships has no source, says so, and says so in the sentence that a person reads."""
    stated = firmness.load_disagreement()
    assert stated.basis == "assumed"
    assert "assumed" in stated.sentence("en")
    assert "假定" in stated.sentence("zh")


@pytest.mark.parametrize("pair", [(-1, 0), (0, 2), (Fraction(2, 3), Fraction(1, 2))])
def test_impossible_probabilities_are_refused(pair: tuple[Fraction, Fraction]) -> None:
    """Negative ones, and a sum above 1."""
    with pytest.raises(InputError, match="probabilities"):
        Disagreement(Fraction(pair[0]), Fraction(pair[1]))


def test_a_file_of_impossible_probabilities_is_refused(tmp_path: Path) -> None:
    """The same in a user's own file, by its name."""
    own = tmp_path / "mine.toml"
    shipped = files("maturity.firmness").joinpath("one-step.toml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("down = { value = 0.1", "down = { value = 0.95"), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"mine\.toml"):
        firmness.load_disagreement(own)


def test_no_draws_are_refused() -> None:
    """At least one."""
    with pytest.raises(InputError, match="draws"):
        probabilities(random_answers(1, 1), draws=0)


# ---------------------------------------------------------------- weights


def with_weights(tree: oracle.Tree, weights: Mapping[str, Fraction]) -> oracle.Tree:
    """The oracle's tree with other weights."""
    return tuple(
        replace(
            node,
            weight=weights[f"{node.layer}.{node.id}"],
            **({"children": with_weights(node.children, weights)} if isinstance(node, oracle.Branch) else {}),  # type: ignore[arg-type]
        )
        for node in tree
    )


def by_weights(reference: oracle.Model, profile: str, sheet: Sheet, weights: Mapping[str, Fraction]) -> oracle.Outcome:
    """What the oracle says by other weights."""
    other = replace(reference, trees={profile: with_weights(reference.trees[profile], weights)})
    return oracle.outcome(other, profile, oracle.values(other, profile, sheet, unanswered="lowest"))


def sibling_groups(tree: oracle.Tree) -> Iterator[list[tuple[str, Fraction]]]:
    yield [(f"{node.layer}.{node.id}", node.weight) for node in tree]
    for node in tree:
        if isinstance(node, oracle.Branch):
            yield from sibling_groups(node.children)


def scaled(raw: list[Fraction]) -> list[Fraction]:
    return [weight / sum(raw) for weight in raw]


def corner_weights(tree: oracle.Tree, reach: Fraction) -> Iterator[dict[str, Fraction]]:
    """Every corner of every group's box."""
    groups = list(sibling_groups(tree))
    boxes = [
        [scaled(list(corner)) for corner in product(*((max(w - reach, w / 100), w + reach) for _, w in group))]
        for group in groups
    ]
    for corners in product(*boxes):
        keys = [key for group in groups for key, _ in group]
        yield dict(zip(keys, [weight for corner in corners for weight in corner], strict=True))


def sampled_weights(tree: oracle.Tree, reach: Fraction, rng: Random) -> dict[str, Fraction]:
    """Random weights inside the box, every group scaled to sum to 1."""
    weights: dict[str, Fraction] = {}
    for group in sibling_groups(tree):
        raw = []
        for _, weight in group:
            low, high = max(weight - reach, weight / 100), weight + reach
            raw.append(low + (high - low) * Fraction(rng.randrange(1001), 1000))
        weights |= dict(zip([key for key, _ in group], scaled(raw), strict=True))
    return weights


@pytest.mark.parametrize("seed", range(16))
def test_bounds_of_level_scores_equal_all_corners(seed: int) -> None:
    """A linear-fractional function over a box is extreme at a corner: the bounds are those of all corners, exactly."""
    _, reference, sheet, answers = small_case(seed)
    points = Random(seed).choice([3, 10, 40])
    (found,) = weight_ranges(answers, points)
    outcomes = [
        by_weights(reference, "all", sheet, weights)
        for weights in corner_weights(reference.trees["all"], Fraction(points, 100))
    ]
    scores = list(zip(*(outcome.level_scores for outcome in outcomes), strict=True))
    assert found.lowest_scores == tuple(min(level) for level in scores)
    assert found.highest_scores == tuple(max(level) for level in scores)
    for reading, result in found.readings.items():
        levels = [outcome.level_by_reading[reading] for outcome in outcomes]
        assert result.lowest <= min(levels) <= max(levels) <= result.highest
        assert result.lowest_found <= min(levels)
        assert result.highest_found >= max(levels)


@pytest.mark.parametrize("seed", range(16))
def test_no_sampled_weights_lead_outside(seed: int) -> None:
    """Random weights inside the box keep every level score and both levels within the ranges."""
    _, reference, sheet, answers = small_case(seed)
    (found,) = weight_ranges(answers, 7)
    rng = Random(seed)
    for _ in range(60):
        outcome = by_weights(reference, "all", sheet, sampled_weights(reference.trees["all"], Fraction(7, 100), rng))
        for low, score, high in zip(found.lowest_scores, outcome.level_scores, found.highest_scores, strict=True):
            assert low <= score <= high
        for reading, result in found.readings.items():
            assert result.lowest <= outcome.level_by_reading[reading] <= result.highest


def test_attained_ends_are_proved_by_their_weights() -> None:
    """On the standard: the weights given lie in the box, and the oracle reaches the level found by them."""
    model = standard()
    reference = oracle.read_model(model.content.decode("utf-8"))
    answers = random_answers(4, 11, reserved=0.03)
    tree = reference.trees["discrete"]
    reach = Fraction(5, 100)
    for found in weight_ranges(answers, 5):
        sheet = answers.choices(found.row)
        for reading, result in found.readings.items():
            for level, weights in (
                (result.lowest_found, result.lowest_weights),
                (result.highest_found, result.highest_weights),
            ):
                assert by_weights(reference, "discrete", sheet, weights).level_by_reading[reading] == level
                for group in sibling_groups(tree):
                    own = [weights[key] for key, _ in group]
                    assert sum(own) == 1
                    # Some factor takes the scaled weights back into the box of each of them.
                    least = max(max(w - reach, w / 100) / weight for weight, (_, w) in zip(own, group, strict=True))
                    most = min((w + reach) / weight for weight, (_, w) in zip(own, group, strict=True))
                    assert least <= most
            assert reading != "stepwise" or result.lowest_attained


def test_weights_that_stay_give_the_scores() -> None:
    """Within ± 0 the range is what `assess` says, attained at both ends."""
    answers = random_answers(2, 12, reserved=0.05)
    assessment = assess(answers)
    for i, found in enumerate(weight_ranges(answers, 0)):
        assert found.lowest_scores == found.scores == found.highest_scores == assessment.level_scores_exact(i)
        for reading, result in found.readings.items():
            assert result.lowest == result.level == result.highest == assessment.level_by_reading[reading][i]
            assert result.lowest_attained
            assert result.highest_attained


def test_holds_within_is_the_last_tenth_that_keeps_the_level() -> None:
    """At that reach the outer range is one level, a tenth of a point further it is not."""
    answers = random_answers(2, 13)
    for i, found in enumerate(weight_ranges(answers, 5)):
        for reading, result in found.readings.items():
            row = answers.take(slice(i, i + 1))
            within = Decimal(result.holds_within.numerator) / result.holds_within.denominator
            if within < 100:
                further = weight_ranges(row, within + Decimal("0.1"))[0].readings[reading]
                assert further.lowest < further.highest
            inside = weight_ranges(row, within)[0].readings[reading]
            assert inside.lowest == inside.highest


@pytest.mark.parametrize("points", ["-1", "101", "x", "NaN", "Infinity"])
def test_reaches_that_are_no_percentage_points_are_refused(points: str) -> None:
    """From 0 to 100."""
    with pytest.raises(InputError, match="percentage points"):
        weight_ranges(random_answers(1, 1), points)


# ---------------------------------------------------------------- what a person reads


def test_every_column_and_problem_has_its_text() -> None:
    """Each field of a row has a heading, in both languages; so has each text a translation."""
    rows = [each for name in firmness.__all__ if name.endswith("Row") and (each := getattr(firmness, name))]
    assert len(rows) == 7
    for row in rows:
        for field in fields(row):
            for lang in LANGUAGES:
                assert say(f"firmness.column.{field.name}", lang)
    for file in ("firmness", "problems-firmness"):
        _in_both(texts(file))


def _in_both(part: Mapping[str, object]) -> None:
    if set(part) == {"zh", "en"}:
        assert all(isinstance(text, str) and text for text in part.values())
    else:
        for inner in part.values():
            assert isinstance(inner, Mapping)
            _in_both(inner)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_firmness_speaks_and_is_json(lang: str) -> None:
    """Sentences without holes in them, tables, and a mapping that JSON holds."""
    for found in how_firm(random_answers(2, 14, reserved=0.05), draws=200):
        sentences = found.sentences(lang)  # type: ignore[arg-type]
        assert len(sentences) >= 5
        assert not any("{" in sentence or "None" in sentence for sentence in sentences)
        assert json.loads(json.dumps(found.plain()))["id"] == found.id
        assert all(row.name for change in found.changes for row in change.rows(lang))  # type: ignore[arg-type]
        assert found.probabilities.rows()[0].probability <= 1
        assert len(found.weights.rows()) == 5
