"""The vocabulary of conditions: what each kind says on and beside its mark, as cases that a person wrote down."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity.language import LANGUAGES
from maturity.scenarios import NO, UNKNOWN, YES, Facts, decide, load_programme, parse_programme, shipped
from maturity.scenarios.rules import Rule, parts
from test_decide import assessed

HERE = Path(__file__).parent / "cases"
CASES = tomllib.loads((HERE / "vocabulary.toml").read_text(encoding="utf-8"), parse_float=Decimal)
PROGRAMME = parse_programme((HERE / CASES["programme"]).read_bytes(), CASES["programme"])
LEDGERS = parse_programme((HERE / "ledger-programme.toml").read_bytes(), "ledger-programme.toml")
TRUTH = {"yes": YES, "no": NO, "unknown": UNKNOWN}
ON = date(2025, 6, 30)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_case(case: Mapping[str, Any]) -> None:
    """Truth, value, shortfall and what is missing come out as they were written down."""
    entries = [{"scenario": scenario, "state": state} for scenario, state in case.get("lists", [])]
    facts = Facts.of(PROGRAMME, case.get("facts", {}), id="E1", ledgers={"scenario_list": entries} if entries else {})
    levels = (case.get("level", 0), case.get("possible", case.get("level", 0)))
    assessment = assessed([levels], ["E1"]) if "level" in case else None
    decisions = decide(PROGRAMME, assessment, facts, on=case.get("on", ON))
    (one,) = decisions.of_tier(case["condition"])
    assert one.truth[0] == TRUTH[case["truth"]]
    assert decisions.unknown_facts(case["condition"], 0) == () or one.truth[0] == UNKNOWN
    if "value" in case:
        assert one.value(0, "zh") == case["value"]
    if "shortfall" in case:
        assert one.shortfall(0, "zh") == case["shortfall"]
    if "missing" in case:
        assert list(decisions.unknown_facts(case["condition"], 0)) == case["missing"]
    for lang in LANGUAGES:
        for other in decisions.conditions:
            assert other.threshold(lang)
            assert (other.shortfall(0, lang) == "") or other.truth[0] == NO
            assert isinstance(other.value(0, lang), str)
            assert decisions.headline(other.tier, 0, lang)


def test_every_kind_of_condition_is_tried() -> None:
    """No kind is left that neither a shipped programme nor the cases show."""
    programmes = [PROGRAMME, LEDGERS, *(load_programme(id, on=date(2026, 5, 1)) for id in shipped())]
    shown = {part.kind for one in programmes for condition in one.conditions for part in parts(condition.rule)}
    kinds = {kind for rule in get_args(get_args(Rule)[0]) for kind in get_args(rule.model_fields["kind"].annotation)}
    # a sum of facts and the count of what holds are tried with the truth tables of the decisions
    assert kinds - shown <= {"sum", "at_least"}


def test_cases_are_told_apart() -> None:
    ids = [case["id"] for case in CASES["cases"]]
    assert len(ids) == len(set(ids))
    assert {case["condition"] for case in CASES["cases"]} == {condition.id for condition in PROGRAMME.conditions}


@given(st.integers(0, 2**53), st.integers(1, 2**53))
def test_shares_are_exact_however_large(part: int, whole: int) -> None:
    """Numerator and denominator are compared as whole numbers that do not wrap."""
    facts = Facts.of(PROGRAMME, {"ai_scenes": part, "scenes": whole, "county": "other"})
    (one,) = decide(PROGRAMME, None, facts, on=ON).of_tier("share")
    assert (one.truth[0] == YES) == (Fraction(part, whole) >= Fraction(1, 5))
    assert one.value(0, "en").endswith("%)")
