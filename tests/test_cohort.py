"""What a batch comes to: the figures of a plain count, exact quartiles, and no group that is too small or derivable."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import oracle
from maturity import Answers, assess, load_model, load_programme
from maturity.cohort import FEWEST, Cohort, Spread, groups, medians
from maturity.errors import DefinitionError, InputError
from maturity.models import MaturityModel, parse_model
from maturity.scenarios import VERDICTS, Facts, decide
from maturity.scoring import Assessment
from strategies import models, random_sheet, sheets, toml

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
COUNT = 23

Filled = tuple[list[oracle.Sheet], list[str]]
"""Sheets and their profiles."""


def batch(model: MaturityModel, given: Sequence[oracle.Sheet], profiles: Sequence[str]) -> Assessment:
    points = [
        Answers.of(model, sheet, profile=profile).points[0] for sheet, profile in zip(given, profiles, strict=True)
    ]
    ids = [str(i) for i in range(len(given))]
    return assess(Answers.from_points(model, np.array(points), ids=ids, profiles=list(profiles)))


def quartile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """The value at position share x count in ascending order, rounded up; where that is whole, half way to the next."""
    ascending, position = sorted(values), share * len(values)
    if position.denominator == 1:
        return (ascending[int(position) - 1] + ascending[int(position)]) / 2
    return ascending[ceil(position) - 1]


def spread(values: Sequence[Fraction]) -> Spread | None:
    return Spread(*(quartile(values, Fraction(k, 4)) for k in (1, 2, 3))) if len(values) >= FEWEST else None


def expected_reaches(
    model: oracle.Model, ids: Sequence[str], given: Sequence[oracle.Sheet], profiles: Sequence[str]
) -> tuple[Spread | None, ...]:
    """By subdomain the quartiles of what each enterprise that has a score adds up to over the levels."""
    scores = [
        {leaf.id: [oracle.cell_score(leaf, level, x, model.empty_cell) for level in model.levels] for leaf in leaves}
        for sheet, profile in zip(given, profiles, strict=True)
        for leaves in [oracle.leaves(model.trees[profile])]
        for x in [oracle.values(model, profile, sheet, unanswered="lowest")]
    ]
    own = [[one[id] for one in scores if id in one and any(score is not None for score in one[id])] for id in ids]
    return tuple(spread([sum((s for s in one if s is not None), Fraction(0)) for one in of_node]) for of_node in own)


@settings(max_examples=40)
@given(st.data())
def test_subdomains_have_the_quartiles_of_exact_scores(data: st.DataObject) -> None:
    """For any model, with gaps, nothing applicable, and a profile that lacks nodes."""
    source = data.draw(models())
    source["trimming"]["protected"] = []
    text = toml(source)
    try:
        model = parse_model(text.encode("utf-8"), "random.toml")
    except DefinitionError:
        assume(False)
    given = data.draw(st.lists(sheets(source), min_size=4, max_size=9))
    profiles = [data.draw(st.sampled_from([one.id for one in model.profiles])) for _ in given]
    found = Cohort(batch(model, given, profiles)).summary()
    ids = [node.id for node in model.subdomains]
    assert found.reaches == expected_reaches(oracle.read_model(text), ids, given, profiles)


@pytest.fixture(scope="module")
def filled() -> Filled:
    """Sheets of the shipped model: some half filled, some with much that does not apply."""
    rule, rng = oracle.read_model(MODEL.content.decode("utf-8")), Random(7)
    styles = ("near the mark", "anything", "any choice", "mark, some not applicable")
    given: list[oracle.Sheet] = [random_sheet(rule, rng, styles[i % len(styles)]) for i in range(COUNT)]
    return given, [MODEL.profiles[i % 3 == 0].id for i in range(COUNT)]


def test_a_summary_counts_what_the_oracle_counts(filled: Filled) -> None:
    """Levels for certain and at best, who is open, the printed totals' quartiles, and each cell's median."""
    rule = oracle.read_model(MODEL.content.decode("utf-8"))
    given, profiles = filled
    found = Cohort(batch(MODEL, given, profiles)).summary()
    results = [oracle.assess(rule, profile, sheet) for profile, sheet in zip(profiles, given, strict=True)]
    assert (found.size, found.rejected) == (COUNT, 0)
    for levels, kind in ((found.levels, "certain"), (found.levels_possible, "possible")):
        counted = Counter(getattr(result, kind).level for result in results)
        assert levels == {number: counted[number] for number in range(6)}
    assert found.open == sum(result.possible.level > result.certain.level for result in results)
    assert found.total == spread([Fraction(floor(result.certain.total * 100), 100) for result in results])
    for node, row in zip(MODEL.subdomains, found.medians, strict=True):
        cells = [result.certain.scores.get(("subdomain", node.id)) for result in results]
        for level, median in enumerate(row):
            own = [score for one in cells if one is not None and (score := one[level]) is not None]
            assert median == (quartile(own, Fraction(1, 2)) if len(own) >= FEWEST else None)


def test_verdicts_are_counted_by_id(filled: Filled) -> None:
    """The decisions' rows may stand in another order than the assessment's."""
    assessment = batch(MODEL, *filled)
    ids = list(reversed(assessment.answers.ids))
    money = [500 * i for i in range(COUNT)]
    columns: dict[str, list[object]] = {
        "registered": [i % 5 > 0 or None for i in range(COUNT)],
        "investment_equipment": [*money],
    }
    decisions = decide(PROGRAMME, assessment, Facts.from_columns(PROGRAMME, columns, ids=ids), on=ON)
    rows = groups(["low"] * 8 + ["high"] * (COUNT - 8), ["low"])[0].rows
    found = Cohort(assessment, decisions).summary(rows).verdicts
    for tier in PROGRAMME.tiers:
        counted = Counter(str(decisions.verdict[tier.id][ids.index(id)]) for id in assessment.answers.ids[:8])
        assert found[tier.id] == {verdict: counted[verdict] for verdict in VERDICTS}


def test_an_enterprise_without_a_decision_is_named(filled: Filled) -> None:
    """Counting the others only would pass for all."""
    assessment = batch(MODEL, *filled)
    decisions = decide(PROGRAMME, None, Facts.from_columns(PROGRAMME, {}, ids=assessment.answers.ids[1:]), on=ON)
    with pytest.raises(InputError, match="0"):
        Cohort(assessment, decisions)


def test_who_has_no_level_is_counted_as_that() -> None:
    """A sheet that calls everything not applicable has no level and no score, and moves no median."""
    sheet = dict.fromkeys((requirement.id for requirement in MODEL.requirements), oracle.NOT_APPLICABLE)
    full = dict.fromkeys(sheet, "full")
    points = np.array(
        [
            np.full(len(sheet), 254),
            *(Answers.of(MODEL, full, profile="discrete").points[0] for _ in range(FEWEST)),
        ],
        np.uint8,
    )
    ids = [str(i) for i in range(FEWEST + 1)]
    found = Cohort(assess(Answers.from_points(MODEL, points, ids=ids, profiles="discrete"))).summary()
    assert (found.rejected, found.levels[5]) == (1, FEWEST)
    assert found.total == Spread(Fraction(5), Fraction(5), Fraction(5))
    asked = {
        node.id: {one.level for one in MODEL.requirements if one.subdomain == node.id} for node in MODEL.subdomains
    }
    assert [one and one.median for one in found.reaches] == [len(levels) for levels in asked.values()]


# ---------------------------------------------------------------- groups that are too small


LABELS = st.lists(st.sampled_from("abcdefg"), max_size=60).map(sorted)


@given(LABELS, st.permutations("abcdefg"))
def test_no_group_is_smaller_than_the_fewest_and_everybody_is_in_one(labels: list[str], order: list[str]) -> None:
    """Each enterprise is in exactly one group, or there are no groups at all because there are too few enterprises."""
    found = groups(labels, order)
    if len(labels) < FEWEST:
        assert found == ()
        return
    assert sorted(i for group in found for i in group.rows.tolist()) == list(range(len(labels)))
    assert all(len(group.rows) >= FEWEST for group in found)
    assert all({labels[i] for i in group.rows} == set(group.labels) for group in found)


@given(LABELS)
def test_a_small_group_is_not_the_whole_less_the_others(labels: list[str]) -> None:
    """What is left when every group that stands alone is taken away is at least two groups, and enough enterprises."""
    counts = Counter(labels)
    found = groups(labels)
    small = {label for label in counts if counts[label] < FEWEST}
    for group in found:
        if small & set(group.labels):
            assert small <= set(group.labels)
            assert len(group.labels) > 1 or len(counts) == 1
    alone = {label for group in found if len(group.labels) == 1 for label in group.labels}
    if small and len(counts) > 1 and found:
        assert len(counts.keys() - alone) > 1
        assert sum(counts[label] for label in counts.keys() - alone) >= FEWEST


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 9, "b": 5}, [("a",), ("b",)]),
        ({"a": 9, "b": 6, "c": 4}, [("a",), ("b", "c")]),
        ({"a": 9, "b": 6, "c": 1, "d": 2}, [("a",), ("b", "c", "d")]),
        ({"a": 9, "b": 6, "c": 4, "d": 2}, [("a",), ("b",), ("c", "d")]),
        ({"a": 4, "b": 2}, [("a", "b")]),
        ({"a": 4}, []),
        ({"": 7, "a": 5}, [("",), ("a",)]),
    ],
)
def test_small_groups_are_pooled(sizes: dict[str, int], shown: list[tuple[str, ...]]) -> None:
    """With each other, and with the next smallest where that is not enough; no label is a group like another."""
    labels = [label for label, size in sizes.items() for _ in range(size)]
    assert [group.labels for group in groups(labels)] == shown


def test_groups_stand_in_the_order_asked_for() -> None:
    """Then the largest first, and the pool last."""
    labels = ["x"] * 6 + ["y"] * 5 + ["z"] * 8 + ["p"] * 3 + ["q"] * 2
    assert [group.labels for group in groups(labels, ["y"])] == [("y",), ("z",), ("x",), ("p", "q")]


def test_medians_of_an_industry(filled: Filled) -> None:
    """Of those in it, by subdomain; none for an industry of four, nor for enterprises without one."""
    rule = oracle.read_model(MODEL.content.decode("utf-8"))
    given, profiles = filled
    labels = ["cars"] * 9 + ["food"] * 4 + [""] * (COUNT - 13)
    found = medians(batch(MODEL, given, profiles), labels)
    assert found.keys() == {"cars", "food"}
    assert found["food"] is None
    expected = expected_reaches(rule, [node.id for node in MODEL.subdomains], given[:9], profiles[:9])
    assert found["cars"] == tuple(one.median if one else None for one in expected)
