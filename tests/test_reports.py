"""Reports: the figures of the assessment in both languages, harmless, complete, and the same every time."""

import re
import shutil
import subprocess
import tomllib
from datetime import date
from fractions import Fraction
from html import escape, unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import maturity
from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError
from maturity.language import LANGUAGES, Lang, say
from maturity.models import load_model, parse_model
from maturity.reports import Content, content_of, contents, file_names, render, write_reports
from maturity.reports.batch import files
from maturity.reports.content.scores import level_lines
from maturity.scenarios import Decisions, Facts, decide, load_programme, parse_programme
from maturity.scoring import Assessment, assess, cut
from test_programme import MINIMAL

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
HERITAGE = Path(__file__).parent / "cases" / "jilin-heritage-2026.toml"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

IDS = ("half", "not-applicable", "trimmed", "rejected", "readings", "top", "process", "empty", "plain")
NAMES = tuple(f"示例{id}有限公司" for id in IDS)

SAY_READINGS = {lang: say("report.basis.readings", lang) for lang in LANGUAGES}


def columns(subdomain: str = "", levels: tuple[int, ...] = (1, 2, 3, 4, 5)) -> list[int]:
    return [
        column
        for column, asked in enumerate(MODEL.requirements)
        if asked.level in levels and subdomain in ("", asked.subdomain)
    ]


def sheets() -> Assessment:
    """Nine enterprises, each with something that a report has to say."""
    level = np.array([requirement.level for requirement in MODEL.requirements])
    points = (
        np.select([level == 1, level == 2, level == 3], [10, 8, 5], 0)
        .astype(np.uint8)[np.newaxis]
        .repeat(len(IDS), axis=0)
    )
    row = {id: points[i] for i, id in enumerate(IDS)}
    row["half"][100:] = UNANSWERED
    row["not-applicable"][columns("procurement", (2,))] = NOT_APPLICABLE
    row["not-applicable"][columns(levels=(2,))[:3]] = 5
    row["trimmed"][columns("logistics")] = NOT_APPLICABLE
    row["rejected"][columns("data")] = NOT_APPLICABLE
    row["readings"][columns(levels=(1,))] = 5
    row["readings"][columns(levels=(3,))] = 10
    row["top"][:] = 10
    row["empty"][:] = UNANSWERED
    profiles = ["process" if id == "process" else "discrete" for id in IDS]
    return assess(Answers.from_points(MODEL, points, ids=IDS, profiles=profiles))


ASSESSMENT = sheets()


def facts() -> Facts:
    """Of the same enterprises: some with money, one in cultivation, one of which nothing is known."""
    programme = load_programme("jilin-2024-228", on=ON)
    good = programme.fact("credit_grade").options[-1].id
    base: dict[str, Any] = {
        "registered": True,
        "legal_status": "legal_person",
        "project_in_jilin": True,
        "transformation": "implemented",
        "operation_sound": True,
        "finance_sound": True,
        "last_violation_on": "none",
        "last_major_problem_on": "none",
        "credit_grade": good,
        "in_production": True,
        "investment_equipment": 2500,
        "investment_software": 0,
        "investment_services": 0,
        "c3mep_self_assessment_completed": True,
    }
    rows = [dict(base) for _ in IDS]
    rows[IDS.index("plain")] |= {"investment_equipment": 1500}
    rows[IDS.index("process")] |= {"in_production": False, "planned_production_on": date(2025, 11, 30)}
    rows[IDS.index("process")] |= {"transformation": "implementing"}
    rows[IDS.index("empty")] = {}
    names = dict.fromkeys(name for row in rows for name in row)
    return Facts.from_columns(programme, {name: [row.get(name) for row in rows] for name in names}, ids=IDS)


DECISIONS = decide(facts().programme, ASSESSMENT, facts(), on=ON)


def content(id: str, lang: Lang = "zh", decisions: Decisions | None = DECISIONS) -> Content:
    (found,) = contents(ASSESSMENT, [IDS.index(id)], decisions=decisions, names=NAMES, lang=lang)
    return found


def html(assessment: Assessment, i: int = 0, **given: Any) -> str:
    return render(content_of(assessment, i, **given)).decode("utf-8")


def page(id: str, lang: Lang = "zh", decisions: Decisions | None = DECISIONS) -> str:
    return html(ASSESSMENT, IDS.index(id), decisions=decisions, name=NAMES[IDS.index(id)], lang=lang)


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize("id", IDS)
def test_the_first_page_has_the_level_and_total_of_the_assessment(id: str) -> None:
    """The figures are those of the assessment, the total cut from the exact one."""
    i, found = IDS.index(id), content(id)
    assert (found.level, found.level_possible) == (ASSESSMENT.level[i], ASSESSMENT.level_possible[i])
    if id != "rejected":
        exact = ASSESSMENT.total_exact(i)
        assert Fraction(found.total) <= exact < Fraction(found.total) + Fraction(1, 100)
        assert Fraction(found.total_possible) <= ASSESSMENT.total_exact(i, possible=True)
    assert all(text in page(id) for text in (found.level_name, found.total, NAMES[i]))


@pytest.mark.parametrize("id", [id for id in IDS if id != "rejected"])
def test_every_node_has_the_score_of_the_assessment(id: str) -> None:
    """Each node of the profile with its score by level, cut; '—' where there is none.

    What is all of its parent and has the same name stands in the parent's line.
    """
    i = IDS.index(id)
    lines = {(node.layer, node.id): node.scores for node in content(id).nodes}
    every = dict(lines)
    for above, layer in zip((None, *MODEL.layers), MODEL.layers, strict=False):
        certain = ASSESSMENT.scores(layer.id, slice(i, i + 1))[0]
        possible = ASSESSMENT.scores(layer.id, slice(i, i + 1), possible=True)[0]
        for node, scores, best in zip(MODEL.nodes[layer.id], certain, possible, strict=True):
            if ASSESSMENT.answers.profile(i) not in node.weight:
                assert (layer.id, node.id) not in lines
                continue
            place = layer.id, node.id
            if place not in every:
                assert above is not None
                place = above.id, node.parent
                sisters = [one for one in MODEL.children(*place) if ASSESSMENT.answers.profile(i) in one.weight]
                assert [one.id for one in sisters] == [node.id]
                assert node.name == next(one.name for one in MODEL.nodes[above.id] if one.id == node.parent)
            shown = every[place]
            lines.pop((layer.id, node.id), None)
            assert [one.shown for one in shown] == ["—" if np.isnan(a) else f"{cut(a):.2f}" for a in scores]
            assert [one.possible or one.shown for one in shown] == [
                "—" if np.isnan(a) else f"{cut(a):.2f}" for a in best
            ]
    assert not lines
    names = [node.name for node in content(id).nodes]
    assert not [name for name, below in pairwise(names) if name == below]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["plain", "process", "rejected"])
def test_the_heat_map_has_a_row_for_every_subdomain_of_the_profile(id: str, lang: Lang) -> None:
    """In the order of the model, and a cell for each level of each."""
    profile = ASSESSMENT.answers.profile(IDS.index(id))
    names = [node.name.in_(lang) for node in MODEL.nodes["subdomain"] if profile in node.weight]
    svg = content(id, lang).pictures.heat_map.svg
    labels = [unescape(text) for text in re.findall(r"text-anchor: end[^>]*>([^<]*)</text>", svg)]
    assert "".join(" ".join(labels).split()) == "".join("".join(names).split())
    assert len(re.findall(r'<path d="M[\d.]+ [\d.]+h', svg)) == len(names) * len(MODEL.levels)


def test_no_printed_score_reaches_a_mark_that_the_exact_one_misses() -> None:
    """A level whose score is 0.79703 is printed as 0.79, and as not met."""
    sheet = {requirement.id: "full" for requirement in MODEL.requirements}
    sheet |= {MODEL.requirements[column].id: "mostly" for column in columns(levels=(4,))}
    sheet[next(iter(MODEL.requirements[column].id for column in columns("equipment_management", (4,))))] = "partly"
    (found,) = contents(assess(Answers.of(MODEL, sheet, profile="discrete")), [0])
    line = found.levels[3]
    assert not line.met
    assert line.score.shown == "0.79"
    assert found.gaps == () or all(level.number != 4 or level.short for level in found.gaps)


@pytest.mark.parametrize("id", ["half", "not-applicable", "trimmed", "readings", "process", "plain"])
def test_a_gap_is_worth_what_the_levels_score_gains(id: str) -> None:
    """Answering a requirement fully raises that level's exact score by its worth; gaps stand in order of it."""
    i = IDS.index(id)
    levels = content(id).gaps
    assert levels[-1].number == ASSESSMENT.level[i] + 1
    for level in levels:
        worth = [Fraction(gap.worth) for gap in level.gaps]
        assert worth == sorted(worth, reverse=True)
        before = ASSESSMENT.level_scores_exact(i)[level.number - 1]
        for gap in (*level.gaps[:1], *level.gaps[-1:]):
            points = ASSESSMENT.answers.points[i : i + 1].copy()
            points[0, MODEL.columns[gap.id]] = 10
            changed = Answers.from_points(MODEL, points, ids=[id], profiles=ASSESSMENT.answers.profile(i))
            gain = assess(changed).level_scores_exact(0)[level.number - 1] - before
            assert Fraction(gap.worth) <= gain < Fraction(gap.worth) + Fraction(1, 10**4)


@pytest.mark.parametrize("id", ["half", "not-applicable", "plain", "readings"])
def test_gaps_are_every_requirement_of_the_next_level_that_is_not_fully_met(id: str) -> None:
    """None is left out, unanswered ones among them; what is not applicable or fully met is no gap."""
    i = IDS.index(id)
    target = int(ASSESSMENT.level[i]) + 1
    expected = {
        MODEL.requirements[column].id
        for column in columns(levels=(target,))
        if ASSESSMENT.answers.points[i, column] not in (10, NOT_APPLICABLE)
    }
    (level,) = [level for level in content(id).gaps if level.number == target]
    assert {gap.id for gap in level.gaps} == expected
    text = page(id)
    assert all(escape(gap.name) in text and gap.id in text for gap in level.gaps)


def test_a_level_of_which_nothing_applies_is_not_called_met() -> None:
    """It scores 0 though nothing is missing; where all that applies is fully met, the page says that instead."""
    points = np.full((2, len(MODEL.requirements)), 10, np.uint8)
    points[:, columns(levels=(3, 4, 5))] = NOT_APPLICABLE
    points[1, columns(levels=(1,))] = 0
    points[1, columns(levels=(2, 3))] = 10
    lone, met = contents(
        assess(Answers.from_points(MODEL, points, ids=("a", "b"), profiles="discrete")), range(2), lang="en"
    )
    assert [(level.number, level.score, level.applicable, level.gaps) for level in lone.gaps] == [
        (3, "0.00", False, ())
    ]
    text = render(lone).decode("utf-8")
    assert "Everything at this level is marked not applicable, so that it scores 0 and is not met." in text
    assert "Every requirement of this level is fully met." not in text
    assert [(level.number, level.applicable, bool(level.gaps)) for level in met.gaps] == [
        (1, True, True),
        (3, True, False),
    ]
    assert "Every requirement of this level is fully met." in render(met).decode("utf-8")


def test_the_pass_mark_is_the_models() -> None:
    """Another edition's mark is drawn and printed, here 0.7; nothing in the report knows 0.8."""
    text = MODEL.content.decode("utf-8").replace("[pass_mark]\nvalue = 0.8", "[pass_mark]\nvalue = 0.7")
    other = parse_model(text.encode("utf-8"), "other.toml")
    found = html(assess(Answers.of(other, {"data.1a": "full"}, profile="discrete")))
    assert "满足线 0.7" in found
    assert "满足线 0.8" not in found


# ---------------------------------------------------------------- sentences


def test_unanswered_requirements_make_an_interval() -> None:
    """A half-filled sheet says what is certain and what is possible, and lists what is missing."""
    i, found = IDS.index("half"), content("half")
    assert found.open
    assert found.level < found.level_possible
    assert any(found.level_name in note and found.level_possible_name in note for note in found.notes)
    listed = {item.id for group in found.unanswered for item in group.items}
    assert listed == {
        asked.id for asked, given in zip(MODEL.requirements, ASSESSMENT.answers.points[i], strict=True) if given == 255
    }


def test_readings_that_differ_are_both_printed() -> None:
    """Where adding up and level by level give two levels, the first page names both."""
    i = IDS.index("readings")
    assert ASSESSMENT.readings_differ[i]
    levels = {int(by[i]) for by in ASSESSMENT.level_by_reading.values()}
    (note,) = [note for note in content("readings", "en").notes if "reading" in note]
    assert all((f"Level {level}" if level else "Below level 1") in note for level in levels)
    assert not any("reading" in note for note in content("plain", "en").notes)


def test_not_applicable_is_listed_with_what_it_changes() -> None:
    """The requirements, the cells left empty, and where it differs the level with them counted as the lowest choice."""
    found = content("trimmed", "en")
    assert {item.id.split(".")[0] for group in found.not_applicable for item in group.items} == {"logistics"}
    assert any("Logistics (levels 1, 2, 3, 4, 5)" in note for note in found.open_notes)
    i = IDS.index("trimmed")
    if ASSESSMENT.level_if_na_unmet[i] != ASSESSMENT.level[i]:
        assert any("not applicable" in note for note in found.notes)


def test_a_level_of_which_nothing_applies_gives_its_weight_to_nobody() -> None:
    """It scores 0, which is said; weight goes to siblings only where there are any."""
    points = np.full((1, len(MODEL.requirements)), 8, np.uint8)
    points[:, columns(levels=(3,))] = NOT_APPLICABLE
    points[:, columns("sales", (2,))] = NOT_APPLICABLE
    assessment = assess(Answers.from_points(MODEL, points, ids=["a"], profiles="discrete"))
    _, empty, cells = content_of(assessment, lang="en").open_notes
    assert empty == "Everything at 'Level 3 Integration' is marked not applicable, so that it scores 0 and is not met."
    assert cells == "Nothing is applicable here, so that the weight goes to the siblings: Sales (level 2)."


def test_one_level_is_in_the_singular() -> None:
    (_, note, *_) = content("not-applicable", "en").open_notes
    assert note == "Nothing is applicable here, so that the weight goes to the siblings: Procurement (level 2)."


def test_a_rejected_row_gets_a_report_that_says_why() -> None:
    """No level, no gaps, and the subdomain that may not be trimmed by name."""
    found = content("rejected", "en")
    assert found.rejected
    assert found.gaps == ()
    assert any("Data" in note for note in found.notes)
    assert [note for note in found.notes if "Data" in note] == [
        "There is no level: everything is marked not applicable in what may not be trimmed: Data."
    ]
    assert "No level" in page("rejected", "en")
    assert "nan" not in re.sub(r"<[^>]*>", " ", page("rejected", "en")).lower().split()


def test_a_sheet_without_any_answer_says_so() -> None:
    """Nothing answered is not level 0: the first page says that it says nothing."""
    assert any("No requirement is answered" in note for note in content("empty", "en").notes)


def test_provisional_is_printed_in_plain_words() -> None:
    """On the first page and on the basis page, for whichever definition is provisional; a verified one is not named."""
    assert MODEL.status == "provisional"
    assert "暂行数据" in page("plain")
    assert "尚未与正式文本核对" in page("plain")
    assert "Provisional" in page("plain", "en")
    verified = parse_model(MODEL.content.replace(b'status = "provisional"', b'status = "verified"', 1), "v.toml")
    assert "暂行数据" not in html(assess(Answers.of(verified, {"data.1a": "full"}, profile="discrete")))


def test_the_basis_page_is_enough_to_repeat_the_report() -> None:
    """Model, edition, fingerprints, readings, date of application, version of the library."""
    found = page("plain", "en")
    programme = DECISIONS.programme
    for text in (MODEL.id, MODEL.fingerprint, programme.id, programme.fingerprint, "2025-06-30", maturity.__version__):
        assert text in found
    assert all(escape(reading.name.en) in found for reading in programme.readings)


def test_a_gap_rests_on_sources_that_the_basis_page_explains() -> None:
    """Cites in the reader's language; each source that one names stands in the list, in the same language."""
    zh, en = (content("plain", lang) for lang in LANGUAGES)
    cites = [gap.cite for level in zh.gaps for gap in level.gaps]
    assert "仅凭记忆" in cites
    assert [cite for cite in cites if re.search("[a-z]{2,}", cite)] == []
    assert "memory only" in [gap.cite for level in en.gaps for gap in level.gaps]
    (listed,) = [dict(part.lines) for part in zh.basis if part.heading == say("report.basis.sources", "zh")]
    assert {source for cite in cites for source in re.findall(r"S\d+", cite)} <= set(listed)
    assert "题库" in listed["S4"]
    assert "Question bank" in {key: value for part in en.basis for key, value in part.lines}["S4"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_readings_of_clauses_are_a_list_of_their_own(lang: Lang) -> None:
    """What is read one way or another, and how; the heading says once that these are readings."""
    (listed,) = [dict(part.lines) for part in content("plain", lang).basis if part.heading == SAY_READINGS[lang]]
    chosen = DECISIONS.readings
    for reading in DECISIONS.programme.readings:
        told = reading.option(chosen[reading.id]).name.in_(lang)
        assert listed[reading.name.in_(lang)].startswith(told)
    assert len(listed) == len(DECISIONS.programme.readings)


@pytest.mark.parametrize(("lang", "possible"), [("zh", "最高可能 {}"), ("en", "possible: {}")])
def test_a_gap_from_a_score_that_is_open_says_so(lang: Lang, possible: str) -> None:
    """What is missing counts from the score for certain: beside it stands what it could be."""
    half, settled = content("half", lang), content("plain", lang)
    scores = {line.number: line.score for line in half.levels}
    opened = [level for level in half.gaps if scores[level.number].possible]
    assert opened
    assert all(possible.format(scores[level.number].possible) in level.title for level in opened)
    assert half.total_possible in half.target
    words = possible.format("")
    assert words not in settled.target + "".join(level.title for level in settled.gaps)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_names_that_a_catalogue_does_not_have_are_one_note(lang: Lang) -> None:
    """Sixty of them in a ledger, which the note names; in a box each they filled three pages."""
    programme = DECISIONS.programme
    names = [f"自拟{number}" for number in range(60)]
    entries = {"enterprise": ["E1"] * 60, "scenario": names}
    stated = Facts.from_columns(programme, {"scenarios": [["另拟"]]}, ids=["E1"], ledgers={"scenario_list": entries})
    answers = Answers.of(MODEL, {"data.1a": "full"}, profile="discrete", id="E1")
    assessment = assess(answers)
    found = content_of(assessment, decisions=decide(programme, assessment, stated, on=ON), lang=lang)
    (ledger,) = [note for note in found.programme_notes if names[0] in note]
    assert say("report.list", lang).join(names) in ledger
    (called,) = [one.name.in_(lang) for one in programme.ledgers if one.id == "scenario_list"]
    assert ledger.startswith(called + say("report.colon", lang))
    (own,) = [note for note in found.programme_notes if "另拟" in note]
    assert own.startswith(programme.fact("scenarios").name.in_(lang) + say("report.colon", lang))


# ---------------------------------------------------------------- tiers


def test_every_condition_stands_in_the_report_with_clause_and_quote() -> None:
    """With its truth, value, threshold and shortfall, under the role that it has."""
    i, found = IDS.index("plain"), content("plain")
    text = unescape(page("plain"))
    for tier in found.tiers:
        results = [result for result in DECISIONS.conditions if result.tier == tier.id]
        by_role = [*found.shared, *tier.conditions]
        lines = [line for _, own in by_role for line in own]
        assert sorted(line.id for line in lines) == sorted(result.condition.id for result in results)
        for result in results:
            (line,) = [line for line in lines if line.id == result.condition.id]
            assert line.truth == ("no", "unknown", "yes")[result.truth[i]]
            assert line.shortfall == result.shortfall(i, "zh")
            assert line.clause in text
            assert line.quote in text
        advice = {line.id for role, own in by_role if role == "advice" for line in own}
        assert advice == {result.condition.id for result in results if result.role == "advice"}


def test_a_condition_of_every_tier_is_shown_once() -> None:
    """Alike word for word, under the same role; what differs anywhere stands with each tier."""
    found = content("plain")
    assert len(found.tiers) > 1
    own = [{(role, line) for role, lines in tier.conditions for line in lines} for tier in found.tiers]
    assert set.intersection(*own) == set()
    shared = {(role, line) for role, lines in found.shared for line in lines}
    assert shared
    for tier in found.tiers:
        results = {result.condition.id for result in DECISIONS.conditions if result.tier == tier.id}
        assert {line.id for _, line in shared} < results
    text = page("plain")
    for _, line in shared:
        assert text.count(f'<tr><th scope="row">{escape(line.name)}</th>') == 1
    assert say("report.tiers.shared", "zh") in text
    assert text.count(say("report.tiers.own", "zh")) == len(found.tiers)


def test_with_a_single_tier_nothing_is_set_apart() -> None:
    programme = parse_programme(MINIMAL, "minimal.toml")
    assert len(programme.tiers) == 1
    decisions = decide(programme, ASSESSMENT, Facts.from_columns(programme, {}, ids=IDS), on=ON)
    found = content("plain", decisions=decisions)
    assert found.shared == ()
    assert found.tiers[0].conditions
    text = page("plain", decisions=decisions)
    assert say("report.tiers.shared", "zh") not in text
    assert say("report.tiers.own", "zh") not in text


def test_an_ineligible_verdict_says_why_on_the_first_page() -> None:
    """The condition that fails, with its shortfall."""
    tier = content("plain", "en").tiers[0]
    assert tier.verdict == "ineligible"
    assert any("500" in reason for reason in tier.failed)


def test_the_least_to_mend_stands_where_it_is_less_than_what_failed() -> None:
    """Two routes fail in several conditions, one of them is enough; where all must be mended it is not repeated."""
    found = [
        (id, tier.id, len(tier.failed), len(DECISIONS.to_mend(tier.id, IDS.index(id))), len(tier.to_mend))
        for id in IDS
        for tier in content(id).tiers
        if tier.verdict == "ineligible"
    ]
    assert all(shown == (0 if least == failed else least) for _, _, failed, least, shown in found)
    assert any(shown for *_, shown in found)
    assert any(not shown for *_, shown in found)


def test_the_least_to_mend_stands_where_it_is_something_else_than_what_failed() -> None:
    """As many as failed, but others: two parts of one condition, and of two routes that fail one alone."""
    row = IDS.index("process")
    stated = {fact.id: facts().value(fact.id, row) for fact in DECISIONS.programme.facts}
    stated |= {"operation_sound": False, "finance_sound": False, "planned_production_on": date(2026, 3, 1)}
    assessment = assess(ASSESSMENT.answers.take(np.array([row])))
    decisions = decide(DECISIONS.programme, assessment, Facts.of(DECISIONS.programme, stated, id="process"), on=ON)
    tier = content_of(assessment, decisions=decisions, lang="en").tiers[0]
    assert tier.failed == (
        "Operation and finances sound",
        "In production",
        "Production planned by the end of December 2025 (late by 60 days)",
    )
    assert len(tier.to_mend) == 3
    assert not any("2025" in rule for rule in tier.to_mend)
    assert sum("sound" in rule for rule in tier.to_mend) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_open_besides_the_facts_is_said(lang: Lang) -> None:
    """Where no fact declares the level, the sheet has to be answered as well before anything is settled."""
    text = re.sub(rb'declared_(level|total) = "declared_\1"\n', b"", DECISIONS.programme.content)
    programme = parse_programme(text, "jilin.toml")
    level = np.array([requirement.level for requirement in MODEL.requirements])
    points = np.select([level == 1, level == 2], [10, UNANSWERED], 0).astype(np.uint8)[np.newaxis]
    assessment = assess(Answers.from_points(MODEL, points, ids=["a"], profiles="discrete"))
    decisions = decide(programme, assessment, Facts.of(programme, {}, id="a"), on=ON)
    workshop, factory = content_of(assessment, decisions=decisions, lang=lang).tiers[:2]
    assert say("explanation.answers", lang) not in workshop.bounds  # level 1 is reached for certain
    assert factory.bounds.startswith(say("explanation.answers", lang) + say("report.space", lang))
    assert say("verdict.eligible", lang) in factory.bounds


@pytest.mark.parametrize(("rank", "standing"), [(1, "within the quota"), (6, "beyond the quota")])
def test_how_an_enterprise_stands_in_a_quota_is_said(rank: int, standing: str) -> None:
    """Who is eligible and comes sixth where five are recommended learns it from the own report."""
    heritage = load_programme("jilin-heritage-2026", on=date(2026, 5, 10))
    base = tomllib.loads(HERITAGE.read_text(encoding="utf-8"))["base"]
    ids = [f"P{number}" for number in range(1, 7)]
    columns = {fact: [value] * len(ids) for fact, value in base.items()} | {"rank": list(range(1, 7))}
    decisions = decide(heritage, None, Facts.from_columns(heritage, columns, ids=ids), on=date(2026, 5, 10))
    points = np.full((6, len(MODEL.requirements)), 8, np.uint8)
    assessment = assess(Answers.from_points(MODEL, points, ids=ids, profiles="discrete"))
    found = content_of(assessment, rank - 1, decisions=decisions, lang="en")
    assert decisions.places["n8.quota"].shown(rank - 1, "en") == standing
    assert [note for note in found.programme_notes if note.endswith(f": {standing}")]


def test_an_undecided_verdict_says_what_it_can_come_to() -> None:
    """At worst and at best, in every tier that is open."""
    for tier in content("empty", "en").tiers:
        worst, best = (by[tier.id][IDS.index("empty")] for by in (DECISIONS.verdict_worst, DECISIONS.verdict_best))
        assert (worst in tier.bounds and best in tier.bounds) == (tier.verdict == "undecided")


def test_an_undecided_verdict_names_the_facts_that_would_decide_it() -> None:
    """An enterprise of which nothing is known is undecided, and the report lists what to ask."""
    tier = content("empty").tiers[0]
    assert tier.verdict == "undecided"
    assert DECISIONS.programme.fact("registered").name.zh in tier.unknown_facts
    text = page("empty")
    assert all(escape(fact) in text for fact in tier.unknown_facts)


def test_decisions_are_matched_by_id() -> None:
    """Their rows may stand in another order than the assessment's."""
    turned = facts()
    names = [fact.id for fact in turned.programme.facts]
    order = list(reversed(range(len(IDS))))
    given = {name: [turned.value(name, i) for i in order] for name in names}
    other = Facts.from_columns(turned.programme, given, ids=[IDS[i] for i in order])
    assert page("plain", decisions=decide(turned.programme, ASSESSMENT, other, on=ON)) == page("plain")


def test_without_a_programme_there_is_no_word_of_one() -> None:
    """A report needs no decisions."""
    found = page("plain", "en", None)
    assert "Programme" not in found
    assert "Recognition" not in found


# ---------------------------------------------------------------- languages


class Cells(HTMLParser):
    """The numbers of a page: cells that are right-aligned, the key figures, and the text of the charts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in ("td", "dd", "text", "small") else ""

    def handle_data(self, data: str) -> None:
        if self.inside and re.fullmatch(r"[≤ ]*-?\d[\d.]*( – [\d.]+)?%?", data.strip()):
            self.found.append(data.strip())


@pytest.mark.parametrize("id", IDS)
def test_both_languages_have_the_same_numbers(id: str) -> None:
    """In the same places: tables, key figures and charts."""
    found = {}
    for lang in LANGUAGES:
        cells = Cells()
        cells.feed(page(id, lang))
        found[lang] = cells.found
    assert len(found["zh"]) > (2 if id == "rejected" else 100)  # which has no scores
    assert found["zh"] == found["en"]


def test_an_english_report_is_english() -> None:
    """Chinese is left only in names and in the words of a clause."""
    text = re.sub(r'<span class="quote".*?</span>', "", page("half", "en"), flags=re.DOTALL).replace(NAMES[0], "")
    text = text.replace(DECISIONS.programme.name.en, "")
    text = re.sub(r"<style>.*?</style>|font-family=\"[^\"]*\"", "", text, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if re.search(r"[\u4e00-\u9fff]", line)]
    # The wording of a clause in a verdict line, and titles of sources stay as they are.
    assert not [line for line in lines if not re.search(r"the text|吉工信|Civil Code|《", line)]
    assert not [line for line in text.splitlines() if re.search(r"万元|\(s\)|lower_bound", line)]


# ---------------------------------------------------------------- harmless, the same, complete


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "../../x", "名" * 300]
)
def test_a_name_is_only_a_name(name: str) -> None:
    """Whatever an enterprise is called, the page has no more tags than one of a quiet name."""
    loud, quiet = (html(ASSESSMENT, 0, decisions=DECISIONS, name=one) for one in (name, "示例"))
    assert escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in loud
    assert re.findall(r"<(\w+)", loud) == re.findall(r"<(\w+)", quiet)


def test_a_page_loads_nothing() -> None:
    """No script, no link to a style sheet, image, font or frame, no address but the SVG namespace."""
    found = page("half")
    assert not re.search(r"<(script|link|img|iframe|object|embed|base)\b|@import|url\(|\ssrc=|\son\w+=", found)
    assert set(re.findall(r'(?:href|xmlns)="([^"]*)"', found)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_input_gives_the_same_bytes(lang: Lang, tmp_path: Path) -> None:
    """Every file of a batch, also when its enterprises are written one by one."""
    first, second = tmp_path / "first", tmp_path / "second"
    write_reports(first, ASSESSMENT, DECISIONS, NAMES, lang=lang)
    for id in IDS:
        write_reports(second, ASSESSMENT, DECISIONS, NAMES, lang=lang, only=[id])
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def test_a_batch_has_a_page_each_and_an_index(tmp_path: Path) -> None:
    """The index links every page, and progress is told up to the last."""
    told: list[tuple[int, int]] = []
    written = write_reports(tmp_path, ASSESSMENT, DECISIONS, NAMES, progress=lambda done, of: told.append((done, of)))
    assert [path.name for path in written.paths] == [f"{id}.html" for id in IDS]
    assert written.problems == ()
    assert told == sorted(set(told))
    assert told[-1] == (len(IDS), len(IDS))
    index = written.index.read_text(encoding="utf-8")
    assert re.findall(r'<a href="([^"]*)"', index) == ["cohort.html", *(f"{id}.html" for id in IDS)]
    others = [".reports", "cohort.html", "index.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, *(f"{id}.html" for id in IDS)])


def test_one_bad_enterprise_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its problem is returned, its page is absent, the index says so."""

    def fails(content: Content, *rest: Any, **given: Any) -> bytes:
        if content.id == "trimmed":
            raise RuntimeError("broken")
        return render(content, *rest, **given)

    monkeypatch.setattr("maturity.reports.batch.render", fails)
    written = write_reports(tmp_path, ASSESSMENT, DECISIONS, NAMES)
    assert len(written.paths) == len(IDS) - 1
    (problem,) = written.problems
    assert (problem.id, problem.where) == ("reports.failed", "trimmed")
    assert "broken" in problem.text("zh")
    assert 'href="trimmed.html"' not in written.index.read_text(encoding="utf-8")


def test_a_bad_row_does_not_stop_those_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong before the page is drawn costs that report only."""

    def fails(one: Any) -> Any:
        if one.i in (1, 4):
            raise ZeroDivisionError
        return level_lines(one)

    monkeypatch.setattr("maturity.reports.content.level_lines", fails)
    written = write_reports(tmp_path, ASSESSMENT, DECISIONS, NAMES)
    assert [problem.where for problem in written.problems] == [IDS[1], IDS[4]]
    assert [path.stem for path in written.paths] == [id for i, id in enumerate(IDS) if i not in (1, 4)]


def test_a_name_that_is_not_unicode_is_shown_as_far_as_possible(tmp_path: Path) -> None:
    """Half a surrogate pair is written as its code."""
    written = write_reports(tmp_path, ASSESSMENT, None, ["企业\ud800", *NAMES[1:]])
    assert written.problems == ()
    assert "企业\\ud800" in written.paths[0].read_text(encoding="utf-8")


def test_an_interrupted_file_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before stays, and no half-written file is left behind."""
    target = tmp_path / "a.html"
    files.write(target, b"before")

    def interrupted(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert target.read_text(encoding="utf-8") == "before"


def test_unknown_ids_and_missing_decisions_are_refused(tmp_path: Path) -> None:
    """With the nearest id; nothing is written."""
    with pytest.raises(InputError, match="plain"):
        write_reports(tmp_path, ASSESSMENT, only=["plian"])
    with pytest.raises(InputError):
        write_reports(tmp_path, ASSESSMENT, names=["one"])
    few = assess(ASSESSMENT.answers.take(slice(0, 2)))
    programme = DECISIONS.programme
    with pytest.raises(InputError, match="top"):
        write_reports(
            tmp_path, ASSESSMENT, decide(programme, few, Facts.from_columns(programme, {}, ids=IDS[:2]), on=ON)
        )
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- file names


SEPARATORS = ["../../x", "..", ".", "a/b", "a\\b", "C:\\x", "<script>", 'a"b', "a|b", "a?b*", "~"]
DEVICES = ["CON", "con.txt", "COM1", "lpt9", "nul ", "COM\u00b9", "index", "INDEX"]
ENDS = ["", "a.", "a ", " a", "-rf", ".hidden", "x" * 300, "名" * 300]
HIDDEN = ["a\0b", "a\nb", "a\u202eb", "\ud800", "\ufeffa", "\u00b2"]


@pytest.mark.parametrize("id", [*SEPARATORS, *DEVICES, *ENDS, *HIDDEN])
def test_a_file_name_is_safe_on_every_system(id: str) -> None:
    """No separator, no device, no blank or dot at its ends, short enough, and something is left."""
    (name,) = file_names([id], reserved=["index"])
    assert re.fullmatch(r'[^<>:"/\\|?*\x00-\x1f\u202e]+', name)
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d|com¹)(\.|$)", name, re.IGNORECASE)
    assert name == name.strip(" .")
    assert not name.startswith(("-", "."))
    assert 0 < len(name.encode("utf-8")) <= 200
    assert name.casefold() != "index"


def test_file_names_are_unique_where_case_does_not_count() -> None:
    """Ids that differ in case, in composition, in what is cleaned away, or not at all."""
    ids = ["a", "A", "é", "e\u0301", "a/b", "a\\b", "a-b", "", " ", "dup", "dup", "STRASSE", "straße"]
    names = file_names(ids)
    assert len({name.casefold() for name in names}) == len(ids)
    assert names[6] == file_names(ids[4:7])[2]


def test_a_plain_id_keeps_its_name_and_no_order_changes_any() -> None:
    """A second run over a sorted file writes the same names."""
    ids = ["示例-01", "91220101MA0X", "E 7", "a", "A", "x:y"]
    names = dict(zip(ids, file_names(ids), strict=True))
    assert [names[id] for id in ids[:2]] == ids[:2]
    turned = ids[::-1]
    assert dict(zip(turned, file_names(turned), strict=True)) == names


# ---------------------------------------------------------------- as seen


def chromium(*options: str, cwd: Path) -> str:
    """What headless Chromium prints, with a profile of its own and without a network."""
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
    command += ["--disable-background-networking", f"--user-data-dir={cwd / 'profile'}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, cwd=cwd).stdout


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH")
def test_charts_keep_a_white_ground_where_a_reader_forces_dark_colours(tmp_path: Path) -> None:
    """Their labels are dark: on the black of a high contrast they would be gone."""
    from PIL import Image  # noqa: PLC0415

    chart = re.search(r"<figure>.*?</figure>", page("plain"), re.DOTALL)
    style = re.search(r"<style>.*?</style>", page("plain"), re.DOTALL)
    assert chart
    assert style
    (tmp_path / "dark.html").write_text(f'<meta charset="utf-8">{style[0]}{chart[0]}', encoding="utf-8")
    flags = ["--force-dark-mode", "--force-high-contrast", "--enable-features=ForcedColors,WebContentsForceDark"]
    window = ["--window-size=600,700", f"--screenshot={tmp_path / 'dark.png'}"]
    chromium(*flags, *window, f"file://{tmp_path / 'dark.html'}", cwd=tmp_path)
    with Image.open(tmp_path / "dark.png") as shown:
        colours = shown.convert("L").histogram()
    black, white = sum(colours[:40]), sum(colours[250:])
    assert black > 50_000, "colours are not forced"
    assert white > 100_000


MEASURE = """<!DOCTYPE html><meta charset="utf-8"><body>{frames}<pre></pre><script>
onload = () => document.querySelector("pre").textContent = [...document.querySelectorAll("iframe")].map(frame => {{
  const root = frame.contentDocument.documentElement
  const out = [...root.querySelectorAll("text")].filter(text => {{
    const own = text.getBoundingClientRect(), all = text.closest("svg").getBoundingClientRect()
    return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1
  }})
  const narrow = [...root.querySelectorAll("td, th")].filter(cell => {{
    const text = frame.contentDocument.createRange()
    text.selectNodeContents(cell)
    const lines = new Set([...text.getClientRects()].map(one => Math.round(one.top))).size
    return lines > 2 && cell.textContent.trim().length < 2 * lines
  }})
  return [frame.clientWidth, root.scrollWidth, out.length + narrow.length]
}}).join(";")
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH")
def test_no_page_scrolls_sideways_and_no_label_is_cut_off(tmp_path: Path) -> None:
    """At 390 and 1280 px, in both languages, for the fullest and the emptiest sheet, in a real browser.

    Nor is any cell so narrow that its words stand in a column of single characters.
    """
    pages = [page(id, lang) for lang in LANGUAGES for id in ("half", "rejected")]
    pages += [html(ASSESSMENT, 0, name="W" * 300, lang="en")]
    frames = [
        f'<iframe style="width:{width}px;height:900px" srcdoc="{escape(one)}"></iframe>'
        for one in pages
        for width in (390, 1280)
    ]
    (tmp_path / "measure.html").write_text(MEASURE.format(frames="".join(frames)), encoding="utf-8")
    dumped = chromium("--dump-dom", f"file://{tmp_path / 'measure.html'}", cwd=tmp_path)
    measured = re.search(r"<pre>([\d,;]+)</pre>", dumped)
    assert measured is not None
    sizes = [tuple(map(int, one.split(","))) for one in measured[1].split(";")]
    assert len(sizes) == len(frames)
    assert all(scrolled <= shown and hard_to_read == 0 for shown, scrolled, hard_to_read in sizes), sizes
