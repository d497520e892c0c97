"""The tree that explains a verdict: its words, how its truth composes, its JSON and schema, and how it is printed.

``python tests/test_explanation.py`` (with ``src`` and ``tests`` on the path) writes the printed texts anew, to be read
before they are committed.
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rich.console import Console
from typer.testing import CliRunner, Result

from maturity.answers import Answers
from maturity.cli import app, frame
from maturity.firmness import how_firm, whatif
from maturity.improvement import LevelTarget, plan
from maturity.language import LANGUAGES, Lang
from maturity.models import MaturityModel, load_model
from maturity.reports import content_of
from maturity.scenarios import Decisions, Explanation, Facts, Programme, decide, explain, load_programme
from maturity.scenarios.rules import AtLeast, Combined, Rule
from maturity.scenarios.tree import TRUTHS, AskedRule, ConditionNode, RuleNode, TierNode
from maturity.scoring import assess
from maturity.sheets import read_results, results_object, schema, write_results
from test_decide import JILIN, WRITTEN, assessed, decided
from test_reasons import DOMAINS as ANSWERS
from test_reasons import Case, applicants, decision, programme_of

HERE = Path(__file__).parent / "cases" / "explained"
CASES = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
ON: date = CASES["on"]
EXAMPLE = Path(str(files("maturity.examples").joinpath("enterprises.xlsx")))


def stated(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts of a case; a date as people write it, ``"none"`` for what is not stated."""
    return {fact: None if value == "none" else value for fact, value in facts.items()}


def tier_of(facts: Mapping[str, object], tier: str, lang: Lang = "zh", **more: Any) -> TierNode:
    """A tier of the explanation of one applicant under 228号, everything met but for what is given."""
    decisions = decided(facts, **more)
    return next(node for node in explain(decisions, 0, lang).tiers if node.id == tier)


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES["cases"]])
def test_a_condition_says_what_is_on_record_what_is_asked_and_what_is_short(
    case: Mapping[str, Any], lang: Lang
) -> None:
    node = next(
        one for one in tier_of(stated(case["facts"]), case["tier"], lang).conditions() if one.id == case["condition"]
    )
    assert node.truth == case["truth"]
    assert node.missing == tuple(case.get("missing", ()))
    assert [part.truth for part in node.of] == case.get("parts", [])
    said = {"value": node.value, "threshold": node.asked.rule.threshold.in_(lang), "shortfall": node.shortfall}
    said["clause"] = node.asked.clause.in_(lang)
    assert {key: text for key, text in said.items() if key in case} == {
        key: case[key][lang] for key in said if key in case
    }
    if "shortfall" not in case and not case.get("parts"):
        assert node.shortfall == ""
    assert node.asked.quote == JILIN.clause(next(one.clause.id for one in JILIN.conditions if one.id == node.id)).quote


@pytest.mark.parametrize("case", CASES["bans"], ids=lambda case: str(case["revoked_on"]))
def test_a_ban_tells_its_last_day(case: Mapping[str, Any]) -> None:
    """The applicant is ineligible up to that day, and eligible on the one after it."""
    facts = {"revoked_on": case["revoked_on"]}
    tier = tier_of(facts, "digital_workshop")
    assert (tier.verdict, [ban.until for ban in tier.bans]) == (case["verdict"], [case["until"]] if tier.bans else [])
    if tier.bans:
        after = date.fromordinal(case["until"].toordinal() + 1)
        assert tier_of(facts, "digital_workshop", on=case["until"]).bans
        assert not tier_of(facts, "digital_workshop", on=after).bans


def test_a_tier_names_what_settles_mends_and_would_read_otherwise() -> None:
    """An undecided one the facts, an ineligible one the fewest changes, and every one the readings it hangs on."""
    undecided = tier_of({"investment_software": None, "investment_services": None}, "future_factory")
    assert (undecided.verdict, undecided.worst, undecided.best) == ("undecided", "ineligible", "eligible")
    assert undecided.settling == ("investment_software",)
    assert undecided.missing == ("investment_software", "investment_services")
    assert (undecided.to_mend, undecided.headline) == ((), "待定（缺少：近3年软件购置投资）")
    ineligible = tier_of({"declared_level": 1}, "smart_factory")
    assert [(one.condition, one.text) for one in ineligible.to_mend] == [
        ("smart_factory.maturity", "智能制造能力成熟度：差 1 级")
    ]
    assert [(one.reading, one.option, one.verdict) for one in ineligible.otherwise] == [
        ("maturity_band", "reference", "eligible")
    ]
    assert ineligible.depends_on_reading
    assert not tier_of({}, "digital_workshop", readings={"maturity_band": "reference"}).to_mend


def test_an_unknown_that_cannot_matter_is_said_to_be_one() -> None:
    """Whatever the grade is, one of the two parts holds: the group is unknown, and the verdict known all the same."""
    grades = [{"kind": "grade", "fact": "grade", "op": op, "grade": "middle"} for op in (">=", "<")]
    programme = programme_of([({"kind": "any", "of": grades}, "required")])
    (tier,) = explain(decide(programme, None, Facts.of(programme, {}), on=ON), 0, "en").tiers
    assert (tier.verdict, tier.groups[0].truth) == ("eligible", "unknown")
    assert tier.notes == ("Something is unknown, but whatever it is, the verdict stays the same.",)
    assert tier_of({}, "digital_workshop").notes == ()


def test_a_quota_is_a_note_of_its_tier() -> None:
    heritage = load_programme("jilin-heritage-2026", on=date(2026, 5, 10))
    facts = Facts.of(heritage, WRITTEN[heritage.id]["base"] | {"rank": 1}, id="P1")
    tiers = explain(decide(heritage, None, facts, on=date(2026, 5, 10)), 0, "zh").tiers
    assert [tier.notes for tier in tiers] == [("全省推荐名额：名额内",), (), ()]


def test_the_programme_tells_which_readings_were_chosen() -> None:
    asked = explain(decided({}, readings={"maturity_band": "reference"}), 0, "zh").programme
    chosen = {reading.id: reading for reading in asked.readings}
    assert (chosen["maturity_band"].option, chosen["maturity_band"].default) == ("reference", "lower_bound")
    assert (asked.id, asked.edition, asked.fingerprint) == (JILIN.id, JILIN.edition, JILIN.fingerprint)
    band = next(one for one in asked.conditions if one.id == "digital_workshop.maturity")
    assert (band.modality, band.readings) == ("reference", ("maturity_band",))


# ---------------------------------------------------------------- how truth composes


def kleene(kind: str, truths: Sequence[str], count: int | None) -> str:
    """The truth of a group as one counts it: how many parts hold for certain, and how many may."""
    sure, may = truths.count("yes"), truths.count("yes") + truths.count("unknown")
    if kind == "none":
        return "yes" if may == 0 else "no" if sure else "unknown"
    needed = {"all": len(truths), "any": 1}.get(kind, count or 0)
    return "yes" if sure >= needed else "no" if may < needed else "unknown"


def composes(node: ConditionNode | RuleNode, asked: AskedRule, rule: Rule) -> None:
    """A node is nested as its rule is, and as true as its parts make it."""
    assert asked.kind == rule.kind
    assert len(node.of) == len(asked.of) == (len(rule.of) if isinstance(rule, Combined) else 0)
    assert (node.truth == "no") or not node.shortfall
    assert (node.truth == "unknown") or not node.missing
    if isinstance(rule, Combined):
        assert asked.count == (int(rule.count.value) if isinstance(rule, AtLeast) else None)
        assert node.truth == kleene(asked.kind, [part.truth for part in node.of], asked.count)
        for part, inner in zip(node.of, rule.of, strict=True):
            composes(part, part.asked, inner)


def verdicts(tier: TierNode) -> tuple[str, str]:
    """The worst and the best verdict that follow from the groups of a tier."""
    held = {group.role: group.truth for group in tier.groups}
    ends = []
    for least in ("yes", "unknown"):
        enough = ("yes", least)
        built = held.get("production", "yes") in enough
        if held.get("required", "yes") not in enough:
            ends.append("ineligible")
        elif built:
            ends.append("eligible")
        else:
            ends.append("cultivation" if held.get("cultivation", "no") in enough else "ineligible")
    return ends[0], ends[1]


RANK = ("ineligible", "cultivation", "eligible")


def holds_together(decisions: Decisions, i: int, explanation: Explanation) -> None:
    """The tree says what the decisions say, and every truth in it follows from what is below."""
    for tier in explanation.tiers:
        results = {one.condition.id: one for one in decisions.of_tier(tier.id)}
        assert tier.verdict == decisions.verdict[tier.id][i]
        assert (tier.worst, tier.best) == tuple(
            one[tier.id][i] for one in (decisions.verdict_worst, decisions.verdict_best)
        )
        assert sorted(node.id for node in tier.conditions()) == sorted(results)
        for group in tier.groups:
            truths = [node.truth for node in group.conditions]
            deciding = group.role in ("required", "production", "cultivation")
            assert group.truth == (kleene("all", truths, None) if deciding else None)
            for node in group.conditions:
                own = results[node.id]
                assert (node.truth, group.role) == (TRUTHS[own.truth[i]], own.role)
                if not (node.asked.sanction and node.truth == "yes"):  # nothing on record bars nobody
                    composes(node, node.asked.rule, own.condition.rule)
        worst, best = (RANK.index(end) for end in verdicts(tier))
        assert worst <= RANK.index(tier.worst) <= RANK.index(tier.best) <= best
        if worst == best:
            assert tier.verdict == RANK[worst]
        assert bool(tier.to_mend) <= (tier.verdict == "ineligible")
        assert set(tier.settling) <= set(tier.missing)


@given(applicants(), st.sampled_from(LANGUAGES))
def test_truth_composes(case: Case, lang: Lang) -> None:
    """For any nesting of groups and whatever is unknown: Kleene logic from the leaves to the verdict."""
    decisions = decision(case)
    holds_together(decisions, 0, explain(decisions, 0, lang))


@given(st.data())
def test_an_enterprise_is_explained_alike_alone_and_in_a_batch(data: st.DataObject) -> None:
    """What is worded and worked out once for all who are alike is right for each of them."""
    conditions, first = data.draw(applicants())
    applicant = st.fixed_dictionaries({fact: st.none() | st.sampled_from(ANSWERS[fact]) for fact in first})
    rows = [first, *data.draw(st.lists(applicant, min_size=1, max_size=4))]
    programme = programme_of(conditions)
    columns: dict[str, list[Any]] = {fact: [row[fact] for row in rows] for fact in first}
    ids = [f"E{i}" for i in range(len(rows))]
    batch = decide(programme, None, Facts.from_columns(programme, columns, ids=ids), on=ON)
    for i, row in enumerate(rows):
        alone = decide(programme, None, Facts.of(programme, row, id=ids[i]), on=ON)
        assert explain(batch, i, "en").tiers == explain(alone, 0, "en").tiers


@cache
def written() -> tuple[tuple[Programme, Decisions], ...]:
    """Every case of every shipped programme, decided; and for each nobody's facts."""
    return tuple(_written())


def _written() -> Iterator[tuple[Programme, Decisions]]:
    for id, one in WRITTEN.items():
        programme = load_programme(id, on=one["cases"][0]["on"])
        for case in [{"on": one["cases"][0]["on"], "facts": dict.fromkeys(one["base"])}, *one["cases"]]:
            level = (case.get("level"), case.get("possible", case.get("level")))
            assessment = assessed([level], ["E1"]) if level[0] is not None else None
            facts = {**one["base"], **case.get("facts", {})}
            given = Facts.of(programme, facts, id="E1", ledgers=case.get("ledgers", {}))
            yield programme, decide(programme, assessment, given, on=case["on"], readings=case.get("readings", {}))


def test_every_case_of_every_shipped_programme_holds_together() -> None:
    seen = set()
    for programme, decisions in written():
        holds_together(decisions, 0, explain(decisions, 0, "zh"))
        seen.add(programme.id)
    assert seen == set(WRITTEN)


# ---------------------------------------------------------------- JSON


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Of an implementation that is not ours."""
    own = schema()
    Draft202012Validator.check_schema(own)
    return Draft202012Validator(own)


def sheets(model: MaturityModel) -> Answers:
    """Four enterprises: level 2, half filled in, nothing applicable, nothing answered."""
    points = np.full((4, len(model.requirements)), 255, np.uint8)
    points[:2, [at for at, one in enumerate(model.requirements) if one.level <= 2]] = 8
    points[1, ::3], points[2] = 255, 254
    return Answers.from_points(model, points, ids=[f"E{i}" for i in range(4)], profiles="discrete")


def test_what_is_written_is_what_the_schema_says(validator: Draft202012Validator, tmp_path: Path) -> None:
    """With and without a programme, plans, firmness and what if, in both languages."""
    pytest.importorskip("highspy")
    answers = sheets(load_model("gbt39116-2020"))
    assessment = assess(answers)
    base = WRITTEN[JILIN.id]["base"]
    columns = {fact: [value, value, None, None] for fact, value in base.items()}
    decisions = decide(JILIN, assessment, Facts.from_columns(JILIN, columns, ids=answers.ids), on=ON)
    more: dict[str, Any] = {
        "plans": plan(assessment, LevelTarget(2)),
        "firmness": how_firm(answers, draws=100),
        "whatif": whatif(answers, choices={"data.1a": "none"}),
    }
    found = []
    wanted: list[tuple[str, Decisions | None, dict[str, Any]]] = [("full", decisions, more), ("bare", None, {})]
    for name, own, extra in [*wanted, ("decided", decisions, {})]:
        for lang in LANGUAGES:
            path = tmp_path / f"{name}.{lang}.json"
            write_results(path, assessment, own, names=["一", "二", "三", "四"], lang=lang, **extra)
            document = json.loads(path.read_text(encoding="utf-8"))
            found += [f"{path.name}: {error.message}" for error in validator.iter_errors(document)]
            assert (document["lang"], document["schema"]) == (lang, schema()["$id"])
    assert found == []


def test_every_shipped_programme_fits_the_schema(validator: Draft202012Validator) -> None:
    last = {programme.id: decisions for programme, decisions in written()}
    for decisions in last.values():
        assessment = assessed([(3, 4)], ["E1"])
        text = results_object(assessment, decisions, rows=[0], names=["示例"], lang="en")
        assert [error.message for error in validator.iter_errors(json.loads(text))] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "urn:maturity:results:0"),
        (("enterprises", 0, "level"), "2"),
        (("enterprises", 0, "jilin-2024-228.smart_factory"), "perhaps"),
        (("enterprises", 0, "explanation", "tiers", 0, "verdict"), "banned"),
        (("enterprises", 0, "explanation", "tiers", 0, "groups", 0, "conditions", 0, "truth"), "maybe"),
        (("enterprises", 0, "explanation", "tiers", 0, "colour"), "red"),
        (("programme", "conditions", 0, "clause"), "第三条"),
    ],
)
def test_the_schema_refuses_what_is_not_so(
    validator: Draft202012Validator, path: tuple[str | int, ...], value: object
) -> None:
    """Another version, a wrong word, a key that is not there: the schema is worth something."""
    text = results_object(assessed([(2, 2)], ["E1"]), decided({}), rows=[0], names=["示例"])
    document = json.loads(text)
    assert validator.is_valid(document)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not validator.is_valid(document)


def test_the_command_and_the_file_hold_the_same_tree(validator: Draft202012Validator, tmp_path: Path) -> None:
    """explain --format json is the results of one enterprise; reports and csv say the same of every condition."""
    batch = enterprises(tmp_path)
    words = ("--programme", HERE / "programme.toml", "--on", "2025-06-30", "--lang", "en")
    assert maturity("score", batch, "-o", tmp_path / "r.json", *words).exit_code == 0
    assert maturity("score", batch, "-o", tmp_path / "r.csv", *words).exit_code == 0
    whole = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    one = json.loads(maturity("explain", batch, "--id", "C", *words, "--format", "json").stdout)
    assert validator.is_valid(one)
    assert one["enterprises"] == [whole["enterprises"][2]]
    assert one["programme"] == whole["programme"]
    model, programme = load_model("gbt39116-2020"), load_programme(HERE / "programme.toml", on=ON)
    from_json, from_csv = (read_results(tmp_path / name, model, programme) for name in ("r.json", "r.csv"))
    assert from_json.conditions == from_csv.conditions
    assert len(from_json.conditions) == 4 * 8


def test_a_report_shows_the_same_words() -> None:
    decisions = decided({"investment_equipment": 1650, "credit_grade": None})
    assessment = assessed([(2, 3)], ["E1"])
    content = content_of(assessment, decisions=decisions, lang="zh")
    for page, tier in zip(content.tiers, explain(decisions, 0, "zh").tiers, strict=True):
        lines = [line for _, lines in (*content.shared, *page.conditions) for line in lines]
        assert sorted((line.id, line.truth, line.value, line.shortfall) for line in lines) == sorted(
            (node.id, node.truth, node.value, node.shortfall) for node in tier.conditions()
        )
        assert (page.headline, page.verdict) == (tier.headline, tier.verdict)


# ---------------------------------------------------------------- the command


ROWS: Mapping[str, Mapping[str, str]] = {
    "A": {"investment": "1200", "debt": "69.9", "quality": "是", "environment": "是", "accident": "否", "rank": "1"},
    "B": {"investment": "900", "debt": "75", "centre": "否", "quality": "是", "environment": "否", "health": "否"},
    "C": {"investment": "1200", "quality": "是", "accident": "否", "built": "否", "planned_on": "2025-12-01"},
    "D": {"investment": "1200", "debt": "50", "quality": "是", "environment": "是", "accident": "否"},
}
"""Eligible, ineligible, undecided, and barred after a recognition that was revoked."""


def enterprises(folder: Path) -> Path:
    """A batch of four; C has left the requirements of level 2 open."""
    model = load_model("gbt39116-2020")
    rows = []
    for id, facts in ROWS.items():
        answers = {one.id: "mostly" for one in model.requirements if one.level <= (1 if id == "C" else 2)}
        rest = {one.id: "none" for one in model.requirements if one.level > 2}
        common = {"id": id, "name": f"示例{id}制造有限公司", "profile": "discrete", "blacklisted": "否", "built": "是"}
        own = {"revoked_on": "2023-03-01"} if id == "D" else {}
        rows.append({**common, **facts, **own, **answers, **rest})
    rows[1]["accident"] = "是"
    path = folder / "batch.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def maturity(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def printed(batch: Path, lang: Lang, width: int | None) -> str:
    """The explanations of all four, one after the other: piped, or on a terminal of so many columns."""
    words = ("--programme", HERE / "programme.toml", "--on", "2025-06-30", "--lang", lang)
    before, texts = frame.out, []
    if width is not None:
        frame.out = Console(highlight=False, soft_wrap=True, force_terminal=True, width=width, color_system=None)
    try:
        for id in ROWS:
            done = maturity("explain", batch, "--id", id, *words)
            assert done.exit_code == 0, done.output
            texts.append("\n".join(line.rstrip() for line in done.stdout.splitlines()))
    finally:
        frame.out = before
    return "\n\n\n".join(texts) + "\n"


SHOWN = [(lang, width) for lang in LANGUAGES for width in (None, 80, 160)]


def kept(lang: Lang, width: int | None) -> Path:
    return HERE / f"{lang}-{width or 'piped'}.txt"


@pytest.mark.parametrize(("lang", "width"), SHOWN)
def test_the_text_reads_as_it_was_read(tmp_path: Path, lang: Lang, width: int | None) -> None:
    """Eligible, ineligible, undecided and barred, as a person looked at them."""
    assert printed(enterprises(tmp_path), lang, width) == kept(lang, width).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("programme", sorted(WRITTEN))
def test_every_shipped_programme_is_printed(tmp_path: Path, programme: str, lang: Lang) -> None:
    """Every word of it exists in both languages."""
    on = str(WRITTEN[programme]["cases"][0]["on"])
    path = tmp_path / "batch.csv"
    path.write_text("id,profile,data.1a\nE1,discrete,full\n", encoding="utf-8")
    done = maturity("explain", path, "--id", "E1", "--programme", programme, "--on", on, "--lang", lang)
    assert done.exit_code == 0, done.output
    for condition in load_programme(programme, on=date.fromisoformat(on)).conditions:
        assert condition.name.in_(lang) in done.stdout
        assert condition.clause.quote in done.stdout


def test_only_the_explanation_is_on_the_standard_output(tmp_path: Path) -> None:
    """What was read, and which day was taken, stand beside it: the output can be piped on."""
    done = maturity("explain", enterprises(tmp_path), "--id", "A", "--programme", HERE / "programme.toml")
    assert done.stdout.startswith("A  示例A制造有限公司\n")
    assert "按今天" in done.stderr
    assert "读入 4 家企业" in done.stderr


def test_without_a_programme_the_assessed_part_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv"
    path.write_text("id,profile,data.1a\nE1,discrete,full\n", encoding="utf-8")
    words = ("explain", path, "--id", "E1", "--programme", "none", "--lang", "en")
    done = maturity(*words)
    assert done.exit_code == 0, done.output
    assert "Below level 1; with everything unanswered at its best: Level 5 Leading\n" in done.stdout
    assert done.stdout.endswith("No programme, so nothing is decided.\n")
    one = json.loads(maturity(*words, "--format", "json").stdout)
    assert (one["programme"], one["enterprises"][0]["explanation"]) == (None, None)


def test_an_id_that_is_not_there_names_those_near_it(tmp_path: Path) -> None:
    """Exit code 1, and up to three ids that may be meant."""
    path = tmp_path / "batch.csv"
    rows = ("id,profile,data.1a", *(f"{id},discrete,full" for id in ("JL001", "JL010", "JL100", "HL777")))
    path.write_text("\n".join(rows), encoding="utf-8")
    done = maturity("explain", path, "--id", "JL01", "--on", "2025-06-30", "--lang", "en")
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = [line for line in done.stderr.splitlines() if "--id" in line]
    assert line == "--id: there is no enterprise with the id 'JL01' (of 4); did you mean: JL010, JL001, JL100"


def test_the_only_enterprise_needs_no_id(tmp_path: Path) -> None:
    """A batch of one is explained as it is with the id; as JSON, too."""
    path = tmp_path / "batch.csv"
    path.write_text("id,profile,data.1a\nE1,discrete,full\n", encoding="utf-8")
    for words in ((), ("--format", "json")):
        alone = maturity("explain", path, "--on", "2025-06-30", *words)
        assert alone.exit_code == 0, alone.output
        assert alone.stdout == maturity("explain", path, "--id", "E1", "--on", "2025-06-30", *words).stdout


@pytest.mark.parametrize(
    ("count", "named"),
    [(2, "known are: E0, E1"), (9, "9 are known: E0, E1, E2, E3, E4, E5, E6, E7 ...")],
)
def test_of_several_one_has_to_be_named(count: int, named: str, tmp_path: Path) -> None:
    """Wrong usage; some ids are there to choose from."""
    path = tmp_path / "batch.csv"
    rows = ("id,profile,data.1a", *(f"E{k},discrete,full" for k in range(count)))
    path.write_text("\n".join(rows), encoding="utf-8")
    done = maturity("explain", path, "--on", "2025-06-30", "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"--id: which enterprise is not said; give its id; {named}"


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--id", "A", "--format", "yaml"),
        ("--id", "A", "--lang", "fr"),
        ("--id", "A", "--on", "yesterday"),
        ("--id", "A", "--programme", "nowhere"),
        ("--id", "A", "--on", "2025-06-30", "--reading", "debt_ratio=sideways"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: Sequence[str]) -> None:
    assert maturity("explain", enterprises(tmp_path), *words).exit_code == 2


def test_the_excerpt_in_the_readme_is_real() -> None:
    """Every line of it is printed, in this order; … stands for those left out."""
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    command, _, shown = readme.partition("$ maturity explain ")[2].partition("```")[0].partition("\n")
    words = [EXAMPLE if word.endswith(".xlsx") else word for word in command.split()]
    lines = iter(maturity("explain", *words).stdout.splitlines())
    wanted = [line for line in shown.splitlines() if line != "…"]
    assert len(wanted) == 8
    assert all(line in lines for line in wanted)


@pytest.mark.parametrize("command", ["explain", "score"])
def test_the_schema_is_printed(command: str) -> None:
    """Without any file."""
    done = maturity(command, "--schema")
    assert (done.exit_code, json.loads(done.stdout)) == (0, schema())


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        for lang, width in SHOWN:
            kept(lang, width).write_text(printed(enterprises(Path(folder)), lang, width), encoding="utf-8")
