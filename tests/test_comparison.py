"""Two decisions about the same enterprises: who changes, from what to what, and by which conditions."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from maturity.cli import definitions, frame, policy  # noqa: F401  the commands join the app when imported
from maturity.errors import InputError
from maturity.language import LANGUAGES
from maturity.scenarios import Comparison, Decisions, Facts, Programme, compare, decide, parse_programme, shipped
from test_decide import CASES, JILIN, KNOWN, POOLS, TIERS
from test_programme import ON

EXAMPLE = Path(__file__).parents[1] / "src" / "maturity" / "examples" / "enterprises.xlsx"


def decided_twice(rows: list[dict[str, Any]], first: dict[str, Any], second: dict[str, Any]) -> Comparison:
    columns = {fact: [{**CASES["base"], **row}.get(fact) for row in rows] for fact in CASES["base"]}
    facts = Facts.from_columns(JILIN, columns, ids=[f"E{i}" for i in range(len(rows))])
    return compare(*(decide(JILIN, None, facts, **{"on": ON, **more}) for more in (first, second)))


def told(comparison: Comparison) -> list[tuple[str, str, str, str, list[tuple[str, str, str]]]]:
    return [
        (
            one.id,
            one.tier,
            one.before,
            one.after,
            [(hinge.condition, hinge.before, hinge.after) for hinge in one.hinges],
        )
        for one in comparison.changes
    ]


def test_a_reading_that_makes_the_band_advice() -> None:
    """Only the two that the band alone keeps out change, and the band is the condition."""
    rows: list[dict[str, Any]] = [
        {"declared_level": 2},
        {},
        {"declared_level": 2, "registered": False},
        {"declared_level": None},
    ]
    found = decided_twice(rows, {}, {"readings": {"maturity_band": "reference"}})
    unknown = [
        ("E3", tier, "undecided", "eligible", [(f"{tier}.maturity", "unknown", "")])
        for tier in ("digital_workshop", "smart_factory", "future_factory")
    ]
    own = ("E0", "future_factory", "ineligible", "eligible", [("future_factory.maturity", "no", "")])
    assert told(found) == [own, *unknown]
    assert found.flows["future_factory"] == {
        ("ineligible", "eligible"): 1,
        ("eligible", "eligible"): 1,
        ("ineligible", "ineligible"): 1,
        ("undecided", "eligible"): 1,
    }
    assert found.sentence("zh") == "4 家企业中有 2 家的结论不同。"
    assert found.changes[0].hinges[0].line("zh") == "智能制造能力成熟度：否 → 不参与判定"


def test_a_later_date_closes_the_route() -> None:
    """Cultivation is over, and the condition that says so is named; whoever is in production is not touched."""
    under_way = {"in_production": False, "transformation": "implementing", "planned_production_on": "2025-10-01"}
    found = decided_twice([under_way, {}], {}, {"on": date(2026, 2, 1)})
    assert told(found) == [
        ("E0", tier, "cultivation", "ineligible", [(f"{tier}.route_open", "yes", "no")]) for tier in TIERS
    ]


def test_a_violation_leaves_the_window() -> None:
    found = decided_twice([{"last_violation_on": "2023-06-30"}], {}, {"on": date(2025, 7, 1)})
    assert {hinge.condition for change in found.changes for hinge in change.hinges} == {"no_violation"}
    assert {change.after for change in found.changes} == {"eligible"}


def other_edition() -> Programme:
    """The same document asking more money of a digital workshop, and no self-assessment."""
    text = JILIN.content.decode("utf-8")
    begin = text.index('[[conditions]]\nid = "digital_workshop.self_assessment"')
    end = text.index("[[", begin + 1)
    text = text[:begin] + text[end:]
    assert "value = 2000" in text
    text = text.replace("value = 2000", "value = 9000").replace('edition = "2024"', 'edition = "draft"')
    text = text.replace('id = "5.4.self_assessment"\n', 'id = "5.4.self_assessment"\nmodality = "descriptive"\n')
    return parse_programme(text.encode("utf-8"), "draft.toml")


def test_another_edition() -> None:
    """Conditions are matched by id; one that is gone counts as not deciding."""
    draft = other_edition()
    rows: list[dict[str, Any]] = [{}, {"investment_equipment": 9000, "c3mep_self_assessment_completed": False}]
    columns = {fact: [{**CASES["base"], **row}.get(fact) for row in rows] for fact in CASES["base"]}
    both: list[Decisions] = []
    for programme in (JILIN, draft):
        facts = Facts.from_columns(programme, columns, ids=["A", "B"])
        both.append(decide(programme, None, facts, on=ON))
    assert [line for line in told(compare(*both)) if line[1] == "digital_workshop"] == [
        ("A", "digital_workshop", "eligible", "ineligible", [("digital_workshop.investment", "yes", "no")]),
        ("B", "digital_workshop", "ineligible", "eligible", [("digital_workshop.self_assessment", "no", "")]),
    ]


def test_enterprises_are_matched_by_id() -> None:
    """In any order; those that are missing on a side are named."""
    columns = {fact: [value] * 2 for fact, value in CASES["base"].items()}
    columns["declared_level"] = [2, 5]
    first = decide(JILIN, None, Facts.from_columns(JILIN, columns, ids=["A", "B"]), on=ON)
    turned = {**columns, "declared_level": [5, 2]}
    second = decide(JILIN, None, Facts.from_columns(JILIN, turned, ids=["B", "A"]), on=ON)
    assert compare(first, second).changes == ()
    other = decide(JILIN, None, Facts.from_columns(JILIN, columns, ids=["A", "C"]), on=ON)
    with pytest.raises(InputError) as error:
        compare(first, other)
    assert [(problem.id, problem.value) for problem in error.value.problems] == [
        ("decide.missing-id", "B"),
        ("decide.missing-id", "C"),
    ]
    assert all(error.value.text(lang) for lang in LANGUAGES)


@given(st.lists(KNOWN, min_size=1, max_size=6), st.sampled_from(["reference", "upper_bound"]))
def test_every_change_has_a_condition_and_nobody_else_is_listed(rows: list[dict[str, Any]], option: str) -> None:
    """Flows add up; who is listed changes, who changes is listed, and some condition counts otherwise."""
    columns = {fact: [row[fact] for row in rows] for fact in POOLS}
    facts = Facts.from_columns(JILIN, columns, ids=[str(i) for i in range(len(rows))])
    first = decide(JILIN, None, facts, on=ON)
    second = decide(JILIN, None, facts, on=date(2026, 1, 1), readings={"maturity_band": option})
    found = compare(first, second)
    moved = {
        (str(i), tier) for tier in TIERS for i in range(len(rows)) if first.verdict[tier][i] != second.verdict[tier][i]
    }
    assert {(change.id, change.tier) for change in found.changes} == moved
    assert all(change.hinges for change in found.changes)
    assert all(sum(flows.values()) == len(rows) for flows in found.flows.values())
    assert compare(first, first).changes == ()


# ---------------------------------------------------------------- the command line


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(frame.app, [*words])
    return result.exit_code, result.output


def test_compare_on_the_command_line(tmp_path: Path) -> None:
    """On the screen and as a workbook, csv and JSON, in both languages."""
    words = ("compare", str(EXAMPLE), "--on", "2025-06-30", "--against-reading", "maturity_band=reference")
    code, shown = run(*words)
    assert code == 0
    assert "家的结论不同" in shown
    code, shown = run(*words, "--lang", "en", "-o", str(tmp_path / "out.json"))
    assert code == 0
    assert "come out differently" in shown
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["before"]["readings"]["maturity_band"] == "lower_bound"
    assert document["after"]["readings"]["maturity_band"] == "reference"
    assert {change["conditions"][0]["after"] for change in document["changes"]} == {""}
    run(*words, "-o", str(tmp_path / "out.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["变化", "去向", "依据"]
    assert book["变化"].max_row == 2 + len(document["changes"])
    assert "violations=any、" in book["依据"]["C3"].value
    run(*words, "--lang", "en", "-o", str(tmp_path / "out.xlsx"))
    assert "violations=any, " in openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[2]["C3"].value


def test_compare_moves_the_days_that_enterprises_state_themselves(tmp_path: Path) -> None:
    """All 14 state their own day: to compare two days each day that is named holds for everybody, and it is said."""
    words = ("compare", str(EXAMPLE), "--lang", "en")
    assert "state their own day" not in run(*words, "--on", "2025-06-30")[1]
    moved = []
    for first, told in ((("--on", "2025-06-30"), "it is left aside"), ((), "it holds at first")):
        out = tmp_path / "out.json"
        shown = run(*words, *first, "--against-on", "2026-02-01", "-o", str(out))[1]
        assert "14 of 14 enterprises state their own day" in shown
        assert told in " ".join(shown.split())
        document = json.loads(out.read_text(encoding="utf-8"))
        assert (document["before"]["on"], document["after"]["on"]) == ("2025-06-30", "2026-02-01")
        moved.append(document["changes"])
    assert moved[0] == moved[1] != []
    hinges = {hinge["id"].partition(".")[2] for change in moved[0] for hinge in change["conditions"]}
    assert "route_open" in hinges


def test_facts_without_the_day_of_application() -> None:
    """The day given holds then; every other fact stays."""
    stated = {**CASES["base"], "applied_on": "2026-02-01", "in_production": False, "transformation": "implementing"}
    facts = Facts.of(JILIN, {**stated, "planned_production_on": "2025-12-01", "scenarios": "数字设计、其他"}, id="E1")
    found = compare(decide(JILIN, None, facts, on=ON), decide(JILIN, None, facts.without("applied_on"), on=ON))
    assert [(change.before, change.after) for change in found.changes] == [
        ("ineligible", "cultivation"),
        ("ineligible", "cultivation"),
    ]
    without = facts.without("scenarios")
    assert [without.value(fact, 0) for fact in ("scenarios", "applied_on")] == [None, date(2026, 2, 1)]
    assert len(facts.notes) == 1
    assert not without.notes


def test_compare_with_another_file(tmp_path: Path) -> None:
    """An edition of the user's own; both are named with what tells them apart."""
    draft = tmp_path / "draft.toml"
    draft.write_bytes(other_edition().content)
    out = str(tmp_path / "out.json")
    code, _ = run("compare", str(EXAMPLE), "--on", "2025-06-30", "--against", str(draft), "-o", out)
    assert code == 0
    document = json.loads(Path(out).read_text(encoding="utf-8"))
    assert (document["before"]["programme"]["edition"], document["after"]["programme"]["edition"]) == ("2024", "draft")
    assert run("compare", str(EXAMPLE), "--against", "none")[0] == 2


def test_calendar_on_the_command_line(tmp_path: Path) -> None:
    """Nothing is due where the document names no day; a reading moves the last day."""
    code, shown = run("calendar", "jilin-heritage-2026", "--on", "2026-05-15", "-o", str(tmp_path / "out.csv"))
    assert code == 0
    assert "今日到期" in shown
    assert "未指定 --on" not in shown
    assert "未指定 --on" in run("calendar", "jilin-heritage-2026")[1]
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 9
    code, shown = run("calendar", "jilin-heritage-2026", "--on", "2026-05-15", "--reading", "before=exclusive")
    assert "今日到期" not in shown
    assert run("calendar", "jilin-2024-228", "--on", "2026-01-01", "--lang", "en")[0] == 0
    run("calendar", "jilin-2024-228", "--on", "2026-01-01", "--lang", "en", "-o", str(tmp_path / "en.csv"))
    assert "names no deadlines" in run("calendar", "national-smart-factory", "--on", "2026-01-01", "--lang", "en")[1]
    code, shown = run("calendar", "zhejiang-2025-174", "--on", "2026-01-01")
    assert (code, "2026-10-31" in shown) == (0, True)
    assert "Digital workshop; Smart factory; Future factory" in (tmp_path / "en.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("id", shipped())
def test_why_words_are_read_as_they_are_is_said_in_english_too(id: str) -> None:
    """Readings, interpretations and measures give their reason in English; Chinese stands in quotes alone."""
    _, shown = run("programmes", "show", id, "--on", "2026-05-01", "--lang", "en")
    reasons = [line for line in shown.splitlines() if "because:" in line]
    assert reasons
    assert [line for line in reasons if re.search(r"[\u4e00-\u9fff]", re.sub("“[^”]*”", "", line))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["jilin-2024-228", "jilin-heritage-2026"])
def test_show_prints_what_stands_around_the_conditions(id: str, lang: str) -> None:
    code, shown = run("programmes", "show", id, "--on", "2026-05-01", "--lang", lang)
    assert code == 0
    said = {
        "zh": ("程序：", "期限", "以“符合条件”为前提"),
        "en": ("Procedure:", "Deadlines", "only with the verdict eligible"),
    }
    for words in said[lang]:
        assert words in shown
