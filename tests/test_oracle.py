"""The oracle against numbers worked out by hand: it is what everything else is measured by."""

from fractions import Fraction

import pytest

import oracle

# Two top nodes. P (0.3) is the subdomain a; M (0.7) has the subdomains b (0.4) and c (0.6). At level 2 only b is asked.
HAND = """
pass_mark.value = 0.8
reading.default = "READING"
empty_cell.rule = "RULE"
trimming.protected = ["top.P"]
profiles = [{ id = "all" }, { id = "no_c" }]
levels = [{ number = 1, total_from.value = 0.8 }, { number = 2, total_from.value = 1.8 }]
layers = [{ id = "top" }, { id = "subdomain" }]
[[scales]]
id = "only"
choices = [
  { id = "full", value = 1 }, { id = "mostly", value = 0.8 },
  { id = "partly", value = 0.5 }, { id = "none", value = 0 },
]
[[nodes]]
layer = "top"
id = "P"
weight = { all.value = 0.3, no_c.value = 0.3 }
[[nodes]]
layer = "top"
id = "M"
weight = { all.value = 0.7, no_c.value = 0.7 }
[[nodes]]
layer = "subdomain"
id = "a"
parent = "P"
weight = { all.value = 1, no_c.value = 1 }
requirements = [{ id = "a.1a", level = 1 }, { id = "a.1b", level = 1 }]
[[nodes]]
layer = "subdomain"
id = "b"
parent = "M"
weight = { all.value = 0.4, no_c.value = 1 }
requirements = [{ id = "b.1a", level = 1 }, { id = "b.2a", level = 2 }, { id = "b.2b", level = 2 }]
[[nodes]]
layer = "subdomain"
id = "c"
parent = "M"
weight = { all.value = 0.6 }
requirements = [{ id = "c.1a", level = 1 }, { id = "c.1b", level = 1 }, { id = "c.1c", level = 1 }]
"""
# a = (1 + 0.8) / 2 = 0.9; b = 0.5; c = (1 + 0 + 0.8) / 3 = 0.6; M = 0.4 * 0.5 + 0.6 * 0.6 = 0.56
# A1 = 0.3 * 0.9 + 0.7 * 0.56 = 0.27 + 0.392 = 0.662
SHEET = {
    "a.1a": "full",
    "a.1b": "mostly",
    "b.1a": "partly",
    "c.1a": "full",
    "c.1b": "none",
    "c.1c": "mostly",
    "b.2a": "mostly",
    "b.2b": "mostly",
}


def hand(rule: str = "renormalise", reading: str = "bands") -> oracle.Model:
    return oracle.read_model(HAND.replace("RULE", rule).replace("READING", reading))


def dec(text: str) -> Fraction:
    return Fraction(text)


@pytest.mark.parametrize(
    ("scores", "additive", "additive_level", "stepwise", "stepwise_level"),
    [
        ("1 1 1 .55 0", "3.55", 3, "3.55", 3),
        (".95 .86 .62 .20 0", "2.82", 3, "2.62", 2),
        ("1 .75 .10 0 0", "1.85", 2, "1.75", 1),
        ("1 .79 .80 .30 0", "3.09", 3, "1.79", 1),
        ("1 1 .79 .79 .79", "4.37", 4, "2.79", 2),
        ("1 1 .85 0 0", "3", 3, "3", 3),
        (".79 0 0 0 0", ".79", 0, ".79", 0),
        (".80 .80 .80 .80 .80", "5", 5, "5", 5),
    ],
)
def test_totals_of_irregular_profiles(
    scores: str, additive: str, additive_level: int, stepwise: str, stepwise_level: int
) -> None:
    """Level scores to total and level under both readings: constructed vectors, worked out by hand."""
    bands = [Fraction(n) + Fraction(4, 5) for n in range(5)]
    a = [Fraction(score) for score in scores.split()]
    met = [score >= Fraction(4, 5) for score in a]
    for reading, total, level in (("bands", additive, additive_level), ("stepwise", stepwise, stepwise_level)):
        assert oracle.total_of(a, met, reading) == Fraction(total)
        assert oracle.level_of(Fraction(total), bands) == level


@pytest.mark.parametrize(
    ("total", "level"),
    [
        ("0", 0),
        ("0.79", 0),
        ("0.8", 1),
        ("1.79", 1),
        ("1.8", 2),
        ("2.8", 3),
        ("3.7999", 3),
        ("3.8", 4),
        ("4.8", 5),
        ("5", 5),
    ],
)
def test_bands_are_closed_below(total: str, level: int) -> None:
    """The start of a band belongs to it."""
    assert oracle.level_of(Fraction(total), [Fraction(n) + Fraction(4, 5) for n in range(5)]) == level


def test_means_and_weights() -> None:
    """A1 = 0.662 is not met; A2 = 0.8 is; S = 1.662 is level 1; stopping at level 1 gives 0.662, below level 1."""
    certain = oracle.assess(hand(), "all", SHEET).certain
    assert certain.level_scores == (dec("0.662"), dec("0.8"))
    assert certain.met == (False, True)
    assert certain.total_by_reading == {"bands": dec("1.662"), "stepwise": dec("0.662")}
    assert certain.level_by_reading == {"bands": 1, "stepwise": 0}
    assert certain.scores["subdomain", "c"] == (dec("0.6"), None)
    assert certain.scores["top", "M"] == (dec("0.56"), dec("0.8"))
    assert certain.scores["top", "P"] == (dec("0.9"), None)


def test_default_reading_gives_level_and_total() -> None:
    """The model's own reading decides which of the two is called the level."""
    bands = oracle.assess(hand(), "all", SHEET).certain
    assert (bands.total, bands.level) == (dec("1.662"), 1)
    stepwise = oracle.assess(hand(reading="stepwise"), "all", SHEET).certain
    assert (stepwise.total, stepwise.level) == (dec("0.662"), 0)


@pytest.mark.parametrize(
    ("rule", "a2"),
    [
        ("renormalise", "0.8"),  # b alone, with all the weight
        ("zero", "0.224"),  # 0.7 * 0.4 * 0.8
        ("met", "0.944"),  # 0.3 * 1 + 0.7 * (0.4 * 0.8 + 0.6 * 1)
    ],
)
def test_empty_cells(rule: str, a2: str) -> None:
    """Cells that the model leaves empty follow its rule."""
    assert oracle.assess(hand(rule), "all", SHEET).certain.level_scores == (dec("0.662"), dec(a2))


def test_not_applicable_leaves_the_mean() -> None:
    """What is not applicable is not counted.

    b empty at level 1: M = c = 0.6, A1 = 0.27 + 0.42 = 0.69; as the lowest choice M = 0.36, A1 = 0.27 + 0.252 = 0.522.
    c.1b not applicable: c = 1.8 / 2 = 0.9, M = 0.2 + 0.54 = 0.74, A1 = 0.27 + 0.518 = 0.788.
    """
    result = oracle.assess(hand(), "all", SHEET | {"b.1a": "not_applicable"})
    assert result.certain.level_scores[0] == dec("0.69")
    assert result.na_unmet.level_scores[0] == dec("0.522")
    assert oracle.assess(hand(), "all", SHEET | {"c.1b": "not_applicable"}).certain.level_scores[0] == dec("0.788")


def test_unanswered_has_two_bounds() -> None:
    """b.1a open: b is 0 or 1, M is 0.36 or 0.76, A1 is 0.27 + 0.252 = 0.522 or 0.27 + 0.532 = 0.802."""
    result = oracle.assess(hand(), "all", {id: choice for id, choice in SHEET.items() if id != "b.1a"})
    assert result.certain.level_scores[0] == dec("0.522")
    assert result.possible.level_scores[0] == dec("0.802")
    assert (result.certain.level, result.possible.level) == (1, 2)


@pytest.mark.parametrize("rule", ["renormalise", "met", "zero"])
def test_level_with_nothing_applicable_is_not_met(rule: str) -> None:
    """Whatever an empty cell counts for, a level without anything applicable has A = 0."""
    result = oracle.assess(hand(rule), "all", SHEET | {"b.2a": "not_applicable", "b.2b": "not_applicable"})
    assert result.certain.level_scores[1] == 0
    assert result.certain.met == (False, False)


def test_profile_without_a_subdomain() -> None:
    """no_c: M = b = 0.5, A1 = 0.27 + 0.35 = 0.62; answers about c change nothing."""
    result = oracle.assess(hand(), "no_c", SHEET).certain
    assert result.level_scores[0] == dec("0.62")
    assert ("subdomain", "c") not in result.scores
    assert oracle.assess(hand(), "no_c", SHEET | {"c.1a": "none"}).certain == result


def test_protected_subdomain_may_not_be_trimmed() -> None:
    """Everything in a not applicable is refused, one applicable requirement is enough, and b may be trimmed."""
    nothing = dict.fromkeys(SHEET, "not_applicable")
    assert oracle.trimmed_protected(hand(), "all", nothing) == ["a"]
    assert oracle.trimmed_protected(hand(), "all", nothing | {"a.1b": "none"}) == []
    assert oracle.trimmed_protected(hand(), "all", {id: choice for id, choice in nothing.items() if id != "a.1b"}) == []
