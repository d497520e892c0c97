"""Typed columns: read loud, scored block by block, in one file or many, here or elsewhere, always with one result."""

import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.cli import app
from maturity.errors import InputError, Problem
from maturity.models import load_model
from maturity.scenarios import Facts, decide, load_programme
from maturity.scoring import assess, cut
from maturity.sheets import Scoring, read_batch, read_results, score_parquet, write_answers, write_results

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
parquet = pytest.importorskip("maturity.sheets.typed.parquet")

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
SCORING = Scoring(MODEL, PROGRAMME, ON, lang="en")
FIRST, SECOND = (requirement.id for requirement in MODEL.requirements[:2])

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(
        ["=1+1", "+86", "@SUM(A1)", "'=x", "＝１", "示例企业（集团）", "𬭎🏭👩‍🔧", "N/A", "null", "007", "1e5"]
    ),
    st.text("企业示例０１ＡＢ", min_size=2, max_size=3).map(lambda text: text * 20_000),
)
NAMED = st.text("数字化设计绿色制造🏭AB", min_size=1, max_size=12)
POINTS = st.sampled_from([0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED])
STATED: Mapping[str, st.SearchStrategy[Any]] = {
    "yes_no": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    "event_date": st.one_of(st.just("none"), st.dates(date(1900, 1, 1), date(2100, 1, 1))),
    "names": st.lists(NAMED, max_size=3),
    "text": TEXTS,
}


def stated(fact: Any) -> st.SearchStrategy[Any]:
    """Values of a fact, None among them."""
    if fact.options:
        return st.one_of(st.none(), st.sampled_from([option.id for option in fact.options]))
    most = int(fact.most.value) if fact.most else 10**6
    numbers = st.decimals(0, most, places=fact.decimals) if fact.decimals else st.integers(0, most)
    return st.one_of(st.none(), STATED.get(fact.kind, numbers))


@st.composite
def batches(draw: st.DrawFn) -> tuple[Answers, Facts, list[str]]:
    """Enterprises with any names, choices and facts."""
    ids = draw(st.lists(TEXTS.filter(bool), min_size=1, max_size=5, unique=True))
    points = np.array(
        draw(st.lists(st.lists(POINTS, min_size=216, max_size=216), min_size=len(ids), max_size=len(ids)))
    )
    profiles = draw(st.lists(st.sampled_from(["discrete", "process"]), min_size=len(ids), max_size=len(ids)))
    columns = {fact.id: [draw(stated(fact)) for _ in ids] for fact in PROGRAMME.facts}
    answers = Answers.from_points(MODEL, points.astype(np.uint8), ids=ids, profiles=profiles)
    entries: dict[str, dict[str, list[Any]]] = {}
    for ledger in PROGRAMME.ledgers:
        owners = draw(st.lists(st.sampled_from(ids), max_size=6))
        own = {column.id: [draw(stated(column)) for _ in owners] for column in ledger.columns}
        entries[ledger.id] = {"enterprise": owners, **own}
    facts = Facts.from_columns(PROGRAMME, columns, ids=ids, ledgers=entries)
    return answers, facts, [draw(TEXTS) for _ in ids]


@settings(max_examples=10)
@given(batches())
def test_answers_and_facts_come_back(
    tmp_path_factory: pytest.TempPathFactory, batch: tuple[Answers, Facts, list[str]]
) -> None:
    """read(write(x)) == x for ids, names, profiles, every choice, facts of every kind, and entries of ledgers."""
    answers, facts, names = batch
    path = write_answers(tmp_path_factory.mktemp("p") / "answers.parquet", answers, facts, names=names)
    read = read_batch(path, MODEL, PROGRAMME)
    assert read.answers.ids == answers.ids
    assert read.names == tuple(names)
    assert np.array_equal(read.answers.columns, answers.columns)
    assert np.array_equal(read.answers.profile_codes, answers.profile_codes)
    assert read.facts is not None
    for fact in PROGRAMME.facts:
        own = [facts.value(fact.id, i) for i in range(len(facts))]
        assert [read.facts.value(fact.id, i) for i in range(len(facts))] == own
    for id, ledger in facts.ledgers.items():
        back = read.facts.ledgers[id]
        assert back.rows.tolist() == ledger.rows.tolist()
        for column in ledger.definition.columns:
            assert back.values(column.id) == ledger.values(column.id)
    assert {problem.id for problem in read.problems} <= {"answers.trimmed"}


def test_numbers_are_in_the_unit_of_their_heading_and_shares_are_not_guessed(tmp_path: Path) -> None:
    """As in a sheet: typed numbers are no exception; decimals, which nobody typed into a cell, stand as they are."""
    columns = {
        "id": ["E1", "E2"],
        "近3年设备购置投资（亿元）": [1.2, None],
        "近3年软件购置投资（美元）": [1.2, None],
        "digital_equipment_rate": [0.85, 85.0],
        "automatic_data_rate": pa.array([Decimal("0.85"), None], pa.decimal128(5, 2)),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    batch = read_batch(tmp_path / "a.parquet", MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [Decimal(12000), None]
    assert [batch.facts.value("digital_equipment_rate", i) for i in range(2)] == [None, Decimal(85)]
    assert batch.facts.value("automatic_data_rate", 0) == Decimal("0.85")
    assert {problem.id for problem in batch.problems} == {"sheets.unknown-unit", "sheets.bad-percentage"}
    assert "sheets.read-as" in [note.id for note in batch.notes]


def test_what_is_wrong_in_an_entry_is_named_at_its_enterprise(tmp_path: Path) -> None:
    """Values, names that no catalogue has, and columns that no ledger has; what is right beside them counts."""
    mine = [
        {"spent_on": "2024-05-06", "amount": 12.5, "state": "perhaps", "colour": "red"},
        {"spent_on": "yesterday", "amount": -1.0, "state": None, "colour": None},
    ]
    known = PROGRAMME.catalogue(PROGRAMME.ledger("scenario_list").column("scenario").catalogue).entries[0].name.zh
    named = [{"scenario": "没有这个场景"}, {"scenario": known}]
    table = pa.table(
        {
            "id": ["a", "b", "c"],
            "profile": ["discrete"] * 3,
            FIRST: ["full"] * 3,
            "investments": [None, mine, []],
            "scenario_list": [named[1:], [], named],
        }
    )
    pq.write_table(table, tmp_path / "answers.parquet")
    batch = read_batch(tmp_path / "answers.parquet", MODEL, PROGRAMME)
    found = {(one.where, one.value) for one in batch.problems}
    assert found == {
        ("answers.parquet!2: b: investments.state", "perhaps"),
        ("answers.parquet!2: b: investments.spent_on", "yesterday"),
        ("answers.parquet!2: b: investments.amount", "-1"),
        ("answers.parquet!2: b: investments.colour", "colour"),
    }
    notes = [(one.where, one.value) for one in batch.notes if one.id == "facts.unknown-name"]
    assert notes == [("answers.parquet!3: c: scenario_list.scenario", "没有这个场景")]
    assert batch.facts is not None
    money, scenes = (batch.facts.ledgers[id] for id in ("investments", "scenario_list"))
    assert money.rows.tolist() == [1, 1]
    assert money.values("amount") == (Decimal("12.5"), None)
    assert money.values("spent_on") == (date(2024, 5, 6), None)
    assert scenes.rows.tolist() == [0, 2, 2]


def test_industry_and_city_divide_the_batch_as_those_of_a_sheet_do(tmp_path: Path) -> None:
    """Headed in either language, in one file of several, dictionaries or not; nothing where nothing stands."""
    first = pa.table({"id": ["a", "b"], "profile": ["discrete"] * 2, "行业": ["汽车", None], FIRST: ["full", "none"]})
    city = pa.array([" 长春 ", "吉林"]).dictionary_encode()
    second = pa.table({"id": ["c", "d"], "profile": ["process"] * 2, "city": city, FIRST: ["full", "none"]})
    for name, table in (("a", first), ("b", second)):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    batch = read_batch([tmp_path / "a.parquet", tmp_path / "b.parquet"], MODEL)
    assert batch.groups == {"industry": ("汽车", "", "", ""), "city": ("", "", "长春", "吉林")}
    assert not batch.problems
    assert read_batch(tmp_path / "b.parquet", MODEL).groups == {"city": ("长春", "吉林")}


def test_results_and_their_problems_are_read_back(tmp_path: Path) -> None:
    """As those of every other format are; a file of answers holds no results."""
    answers = pa.table({"id": ["a", "b"], "profile": ["discrete", "?"], FIRST: ["full", "sometimes"]})
    pq.write_table(answers, tmp_path / "answers.parquet")
    score_parquet([tmp_path / "answers.parquet"], tmp_path / "r.parquet", SCORING)
    saved = read_results(tmp_path / "r.parquet", MODEL, PROGRAMME)
    assert [(row["id"], row["profile"], row["level"]) for row in saved.enterprises] == [
        ("a", "discrete", 0),
        ("b", None, None),
    ]
    assert {row[f"{PROGRAMME.id}.{tier.id}"] for row in saved.enterprises for tier in PROGRAMME.tiers} == {"undecided"}
    assert not saved.conditions
    problems = [one for one in saved.problems if one["kind"] == "problem"]
    assert {(one["where"], one["found"]) for one in problems} >= {
        ("answers.parquet!2: b: profile", "?"),
        (f"answers.parquet!2: b: {FIRST}", "sometimes"),
    }
    assert all(one["what"] and one["hint"] for one in problems)
    with pytest.raises(InputError, match="no results"):
        read_results(tmp_path / "answers.parquet", MODEL)


@settings(max_examples=10)
@given(batches())
def test_results_come_back_and_are_those_of_the_whole_batch(
    tmp_path_factory: pytest.TempPathFactory, batch: tuple[Answers, Facts, list[str]]
) -> None:
    """Streamed or written from memory: one table, with the assessment's figures, cut, and the verdicts of decide."""
    folder = tmp_path_factory.mktemp("p")
    answers, facts, names = batch
    assessment = assess(answers)
    decisions = decide(PROGRAMME, assessment, facts, on=ON)
    write_answers(folder / "answers.parquet", answers, facts, names=names)
    score_parquet([folder / "answers.parquet"], folder / "streamed.parquet", SCORING)
    write_results(folder / "written.parquet", assessment, decisions, names=names)
    streamed, written = (pq.read_table(folder / f"{name}.parquet") for name in ("streamed", "written"))
    own = {str(day) for day in decisions.on}
    assert streamed.equals(written, check_metadata=own == {str(ON)})
    rows = streamed.to_pylist()
    assert read_results(folder / "streamed.parquet", MODEL, PROGRAMME).enterprises == tuple(rows)
    assert [row["id"] for row in rows] == list(answers.ids)
    assert [row["name"] for row in rows] == names
    for i, row in enumerate(rows):
        level = int(assessment.level[i])
        assert row["level"] == (None if level < 0 else level)
        assert row["total"] == (None if level < 0 else float(cut(assessment.total[i])))
        for tier in PROGRAMME.tiers:
            assert row[f"{PROGRAMME.id}.{tier.id}"] == decisions.verdict[tier.id][i]
            flag = bool(decisions.depends_on_reading[tier.id][i])
            assert row[f"{PROGRAMME.id}.{tier.id}.depends_on_reading"] == flag


def table(path: Path, **columns: Any) -> Path:
    """A parquet file of some columns, besides ids and profiles unless these are given."""
    n = len(next(iter(columns.values())))
    own = {"id": [f"E{i}" for i in range(n)], "profile": ["discrete", "process"] * (n // 2) + ["discrete"] * (n % 2)}
    pq.write_table(pa.table({**own, **columns}), path)
    return path


def listed(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Id and place of each problem, whose texts exist in both languages."""
    for problem in problems:
        assert problem.text("zh")
        assert problem.text("en")
    return [(problem.id, problem.where) for problem in problems]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["full", "大部分满足", "50%", "0", "N/A", None]),
        pa.array(["full", "mostly", "partly", "none", "not_applicable", " "]).dictionary_encode(),
        pa.array([10, 8, 5, 0, NOT_APPLICABLE, None], pa.uint8()),
        pa.array([10, 8, 5, 0, NOT_APPLICABLE, UNANSWERED], pa.uint8()).dictionary_encode(),
        pa.array(["full", "mostly", "partly", "none", "N/A", None], pa.large_string()),
    ],
)
def test_choices_are_read_from_texts_dictionaries_and_points(column: Any, tmp_path: Path) -> None:
    """The words of sheets, and points in uint8."""
    batch = read_batch(table(tmp_path / "a.parquet", **{FIRST: column}), MODEL)
    assert batch.answers.columns[0].tolist() == [10, 8, 5, 0, NOT_APPLICABLE, UNANSWERED]
    assert batch.problems == ()


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.decimal128(3, 1)])
def test_choices_are_read_from_their_values(kind: Any, tmp_path: Path) -> None:
    """1, 0.5 and 0 in any type of number but uint8; NaN is unanswered."""
    values = [Decimal("1.0"), Decimal("0.5"), Decimal("0.0"), None]
    column = pa.array(values, pa.decimal128(3, 1)).cast(kind)
    batch = read_batch(table(tmp_path / "a.parquet", **{FIRST: column}), MODEL)
    assert batch.answers.columns[0].tolist() == [10, 5, 0, UNANSWERED]
    assert batch.problems == ()


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_a_short_float_means_the_decimal_it_stands_for(kind: str, tmp_path: Path) -> None:
    """0.8 is the choice, though the nearest float of 32 bits is 0.800000011920929; of facts as of answers."""
    column = pa.array(np.array([0.8, 0.5], kind), mask=np.array([False, False]))
    path = table(tmp_path / "a.parquet", id=["a", "b"], profile=["discrete"] * 2, **{FIRST: column})
    batch = read_batch(path, MODEL)
    assert (batch.answers.columns[0].tolist(), batch.problems) == ([8, 5], ())
    path = table(tmp_path / "b.parquet", id=["a", "b"], profile=["discrete"] * 2, investment_equipment=column)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [Decimal("0.8"), Decimal("0.5")]


def test_row_numbers_of_pandas_are_no_column(tmp_path: Path) -> None:
    """Any frame of which some rows were taken has them."""
    rows = {"__index_level_0__": pa.array([5]), FIRST: ["full"]}
    path = table(tmp_path / "a.parquet", id=["a"], profile=["discrete"], **rows)
    assert read_batch(path, MODEL).problems == ()


def test_a_file_without_ids_is_named(tmp_path: Path) -> None:
    """There may be many."""
    path = table(tmp_path / "a.parquet", id=[1.0], profile=["discrete"])
    with pytest.raises(InputError) as caught:
        read_batch(path, MODEL)
    assert listed(caught.value.problems) == [("blocks.bad-type", "a.parquet: id"), ("blocks.no-id", "a.parquet")]


def test_ids_that_a_spreadsheet_rounded_are_named(tmp_path: Path) -> None:
    """In memory and in a stream, as in every other sheet; ids that were always numbers, or look like them, are not."""
    ids = ["9.12E+17", " 9.12201e+17 ", "9.12E+17", "1E5", "91220101MA0W1E+17", None, "912201010000000001"]
    path = table(tmp_path / "a.parquet", id=ids, profile=["discrete"] * 7)
    found = listed(read_batch(path, MODEL).problems)
    assert [one for one in found if one[0] == "sheets.ruined-id"] == [
        ("sheets.ruined-id", "a.parquet!1: 9.12E+17: id"),
        ("sheets.ruined-id", "a.parquet!3: 9.12E+17 (2): id"),
        ("sheets.ruined-id", "a.parquet!2:  9.12201e+17 : id"),
    ]
    score_parquet([path], tmp_path / "r.parquet", SCORING)
    rows = pq.read_table(tmp_path / "r-problems.parquet").to_pylist()
    named = [(row["row"], row["value"]) for row in rows if row["problem"] == "sheets.ruined-id"]
    assert named == [(1, "9.12E+17"), (2, " 9.12201e+17 "), (3, "9.12E+17")]
    whole = table(tmp_path / "b.parquet", id=pa.array([912201010000000001], pa.int64()), profile=["discrete"])
    assert "sheets.ruined-id" not in [id for id, _ in listed(read_batch(whole, MODEL).problems)]


def test_what_cannot_be_read_is_named_by_file_row_and_column(tmp_path: Path) -> None:
    """All at once; such a value is unanswered or unknown, and every row is scored."""
    path = table(
        tmp_path / "a.parquet",
        id=["E0", None, "E2", "E0"],
        profile=["discrete", "process", "别的", None],
        name=["甲", "乙", "丙", "丁"],
        **{FIRST: ["full", "ful", "full", "full"], SECOND: pa.array([10, 7, 10, 10], pa.uint8())},
        organization_stratgy=["full"] * 4,
        registered=[[True]] * 4,
        digital_workshops=[1, -1, 2, 3],
    )
    batch = read_batch(path, MODEL, PROGRAMME)
    assert batch.answers.ids == ("E0", "row-2", "E2", "E0 (2)")
    assert sorted(listed(batch.problems)) == [
        ("blocks.bad-points", f"a.parquet!2: row-2: {SECOND}"),
        ("blocks.bad-profile", "a.parquet!3: E2: profile"),
        ("blocks.bad-type", "a.parquet: registered"),
        ("blocks.missing-profile", "a.parquet!4: E0 (2): profile"),
        ("facts.negative", "a.parquet!2: row-2: digital_workshops"),
        ("sheets.bad-choice", f"a.parquet!2: row-2: {FIRST}"),
        ("sheets.duplicate-id", "a.parquet!4"),
        ("sheets.missing-id", "a.parquet!2"),
        ("sheets.unknown-column", "a.parquet: organization_stratgy"),
    ]
    assert batch.answers.columns[:2].tolist() == [[10, UNANSWERED, UNANSWERED, UNANSWERED]] * 2
    scored = score_parquet([path], tmp_path / "r.parquet", SCORING)
    assert (scored.enterprises, scored.problems) == (4, 9)
    found = pq.read_table(tmp_path / "r-problems.parquet").to_pylist()
    own = [(row["problem"], row["row"], row["id"], row["column"]) for row in found if row["kind"] == "problem"]
    assert ("sheets.bad-choice", 2, None, FIRST) in own
    assert ("blocks.bad-points", 2, None, SECOND) in own
    assert ("blocks.duplicate-id", 4, "E0", "id") in own
    assert ("blocks.bad-type", None, None, "registered") in own
    assert next(row["hint"] for row in found if row["problem"] == "blocks.duplicate-id")
    assert [row["level"] for row in pq.read_table(tmp_path / "r.parquet").to_pylist()] == [0, 0, None, None]
    assert pq.read_table(tmp_path / "r.parquet")["profile"].to_pylist() == ["discrete", "process", None, None]
    score_parquet([table(path, **{FIRST: ["full", "full"]})], tmp_path / "r.parquet", SCORING)
    found = pq.read_table(tmp_path / "r-problems.parquet").to_pylist()
    assert {row["kind"] for row in found} == {"note"}


def test_without_a_programme_its_columns_are_one_note(tmp_path: Path) -> None:
    """In memory as block by block; what no programme asks is a problem."""
    columns = {"registered": [True], "近3年设备购置投资（亿元）": [1.2], "investments": [[{"amount": 1.0}]]}
    path = table(tmp_path / "a.parquet", **{FIRST: ["full"], **columns, "registerd": [True]})
    batch = read_batch(path, MODEL)
    assert listed(batch.problems) == [("sheets.unknown-column", "a.parquet: registerd")]
    notes = [(note.id, note.where, note.value) for note in batch.notes]
    assert ("sheets.unasked", "a.parquet", ", ".join(columns)) in notes
    assert score_parquet([path], tmp_path / "r.parquet", Scoring(MODEL)).problems == 1
    rows = pq.read_table(tmp_path / "r-problems.parquet").to_pylist()
    assert [row["kind"] for row in rows if row["problem"] == "sheets.unasked"] == ["note"]


@pytest.mark.parametrize("column", ["id", "name", "profile", FIRST])
def test_texts_that_are_not_utf8_are_a_problem_of_the_file(column: str, tmp_path: Path) -> None:
    """As of a program that wrote GB18030 and called it text: no traceback, whichever way the file is read."""
    texts = {"id": ["吉林"], "name": ["吉林"], "profile": ["discrete"], FIRST: ["full"]}
    octets = pa.array([value.encode("gb18030") for value in ("吉林",)], pa.binary())
    columns = {key: pa.array(values) for key, values in texts.items()}
    columns[column] = pa.Array.from_buffers(pa.string(), 1, octets.buffers())
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path)
    with pytest.raises(InputError, match=r"a\.parquet: .*(utf-8|UTF8)"):
        read_batch(path, MODEL)
    words = ["score", str(path), "-o", str(tmp_path / "r.parquet"), "--on", str(ON), "--lang", "en"]
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, "a.parquet" in result.output) == (1, True)
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("files", [1, 2])
def test_strict_writes_nothing_when_anything_is_wrong(files: int, tmp_path: Path) -> None:
    """Block by block as in memory: the old results stay; without a problem there are results as ever."""
    sources = [table(tmp_path / f"{k}.parquet", id=[f"{k}"], **{FIRST: ["full"]}) for k in range(files)]
    target = tmp_path / "results.parquet" if files == 1 else tmp_path / "results"
    score_parquet(sources, target, SCORING, strict=True, workers=1)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert len(before) == 2 * files + 1
    table(sources[0], **{FIRST: [f"{k}" for k in range(2, 52)]})
    with pytest.raises(InputError) as caught:
        score_parquet(sources, target, SCORING, strict=True, workers=1)
    assert [problem.where for problem in caught.value.problems[:2]] == [
        f"0.parquet!{row}: E{row - 1}: {FIRST}" for row in (1, 2)
    ]
    assert "there are 10 more problems" in caught.value.text("en")
    assert caught.value.text("zh")
    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert {file: after.pop(file) for file in before if file not in sources} == {
        file: content for file, content in before.items() if file not in sources
    }
    assert sorted(after) == sources


def test_strict_reaches_the_blocks_from_the_command_line(tmp_path: Path) -> None:
    """Exit code 1, and no file."""
    source = table(tmp_path / "a.parquet", **{FIRST: ["ful"]})
    words = ["score", str(source), "-o", str(tmp_path / "r.parquet"), "--on", str(ON), "--strict", "--lang", "en"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "a.parquet!1: E0: organization_strategy.1a" in result.output
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]


@pytest.mark.parametrize("other", ["b.xlsx", "b.csv", "inside/b.parquet"])
def test_a_folder_of_parquet_and_other_sheets_is_refused(other: str, tmp_path: Path) -> None:
    """Half of the enterprises would be missing without a word."""
    folder = tmp_path / "answers"
    (folder / other).parent.mkdir(parents=True)
    table(folder / "a.parquet", **{FIRST: ["full"]})
    (folder / other).touch()
    with pytest.raises(InputError, match=f"answers/{other}: parquet files cannot be read together"):
        read_batch(folder, MODEL)
    for target in ("r.xlsx", "r.parquet", "results"):
        result = CliRunner().invoke(app, ["score", str(folder), "-o", str(tmp_path / target), "--on", str(ON)])
        assert (result.exit_code, other in result.output) == (1, True)


def test_facts_are_read_from_typed_columns_and_texts(tmp_path: Path) -> None:
    """Numbers of every type exactly; texts as in a sheet, with a note where that changes the value."""
    path = table(
        tmp_path / "a.parquet",
        registered=[True, None, False],
        credit_grade=["good", "良好", None],
        investment_equipment=pa.array([Decimal("1999.99"), Decimal("0.000001"), None], pa.decimal128(18, 6)),
        investment_software=[1999.99, float("nan"), 0.1 + 0.2],
        investment_services=["1.2亿元", "800", None],
        digital_workshops=pa.array([3, 0, None], pa.int16()),
        planned_production_on=[date(2025, 1, 2), None, None],
        last_violation_on=["none", "2024-01-02", None],
        scenarios=[["数字化设计"], [], None],
    )
    batch = read_batch(path, MODEL, PROGRAMME)
    facts = batch.facts
    assert facts is not None
    values = {id: [facts.value(id, i) for i in range(3)] for id in pq.read_schema(path).names[2:]}
    assert values == {
        "registered": [True, None, False],
        "credit_grade": ["good", "good", None],
        "investment_equipment": [Decimal("1999.99"), Decimal("0.000001"), None],
        "investment_software": [Decimal("1999.99"), None, Decimal("0.3")],
        "investment_services": [Decimal(12000), Decimal(800), None],
        "digital_workshops": [3, 0, None],
        "planned_production_on": [date(2025, 1, 2), None, None],
        "last_violation_on": ["none", date(2024, 1, 2), None],
        "scenarios": [("数字化设计",), (), None],
    }
    noted = [place for id, place in listed(batch.notes) if id in ("sheets.read-as", "sheets.read-rounded")]
    assert noted == ["a.parquet!3: E2: investment_software", "a.parquet!1: E0: investment_services"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "no parquet file"), (b"PAR1 and nothing more PAR1", "no parquet file"), (None, "no column 'id'")],
)
def test_a_file_that_is_none_is_refused(content: bytes | None, words: str, tmp_path: Path) -> None:
    """With the reason, whether it is read or scored; nothing is written."""
    path = tmp_path / "a.parquet"
    if content is None:
        pq.write_table(pa.table({FIRST: ["full"]}), path)
    else:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_batch(path, MODEL)
    if content is not None:
        with pytest.raises(InputError, match=words):
            score_parquet([path], tmp_path / "r.parquet", SCORING)
    else:
        scored = score_parquet([path], tmp_path / "r.parquet", SCORING)
        assert [words in problem.text("en") for problem in scored.first] == [True]
    assert not (tmp_path / "r.parquet").exists()


def many(path: Path, n: int, seed: int = 0) -> Path:
    """Answers of n enterprises, some unanswered, some wrong."""
    rng = np.random.default_rng(seed)
    words = np.array(["none", "partly", "mostly", "full", None, "N/A", "fulll"], object)
    odds = [0.05, 0.1, 0.4, 0.4, 0.03, 0.01, 0.01]
    columns: dict[str, list[Any]] = {
        requirement.id: rng.choice(words, n, p=odds).tolist() for requirement in MODEL.requirements
    }
    columns["id"] = [f"{seed}-{i}" for i in range(n)]
    columns["registered"] = rng.choice([True, False], n).tolist()
    columns["investment_equipment"] = rng.integers(0, 5000, n).astype(float).tolist()
    return table(path, **columns)


def rows_of(*paths: Path) -> list[dict[str, Any]]:
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def test_a_block_is_scored_by_a_pure_function_that_can_be_sent_anywhere(tmp_path: Path) -> None:
    """RecordBatch -> RecordBatch, the same after pickling, and for any cut into blocks."""
    batch = pq.read_table(many(tmp_path / "a.parquet", 50)).combine_chunks().to_batches()[0]
    sent = pickle.loads(pickle.dumps(SCORING))
    whole = SCORING(batch)
    assert whole.schema.equals(SCORING.schema)
    assert sent(batch).equals(whole)
    parts = [SCORING(batch.slice(start, 7)) for start in range(0, 50, 7)]
    without = whole.schema.names[:-1]  # notes on a whole block are named once for each
    assert pa.Table.from_batches(parts).select(without).to_pylist() == whole.select(without).to_pylist()


def test_the_size_of_the_blocks_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, figures, and rows named in problems."""
    source = many(tmp_path / "a.parquet", 60)
    score_parquet([source], tmp_path / "whole.parquet", SCORING)
    monkeypatch.setattr("maturity.sheets.typed.parquet.BLOCK", 13)
    told: list[tuple[int, int]] = []
    scored = score_parquet(
        [source], tmp_path / "parts.parquet", SCORING, progress=lambda done, total: told.append((done, total))
    )
    assert told[:2] == [(13, 60), (26, 60)]
    assert told[-1] == (60, 60)
    assert rows_of(tmp_path / "parts.parquet") == rows_of(tmp_path / "whole.parquet")
    whole, parts = (
        [row for row in rows_of(tmp_path / f"{name}-problems.parquet") if row["kind"] == "problem"]
        for name in ("whole", "parts")
    )
    key = [(row["row"], row["column"], row["value"]) for row in whole]
    assert sorted(key) == sorted((row["row"], row["column"], row["value"]) for row in parts)
    assert scored.problems == len(whole) > 20


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow never holds more than a few of many blocks: neither those that are done nor those still to come."""
    monkeypatch.setattr("maturity.sheets.typed.parquet.BLOCK", 100)
    rng, blocks = np.random.default_rng(0), 60
    names = [rng.bytes(400).hex() for _ in range(100 * blocks)]
    source = tmp_path / "a.parquet"
    table = pa.table({"id": [f"E{row}" for row in range(len(names))], "name": names, FIRST: ["full"] * len(names)})
    pq.write_table(table, source, row_group_size=100)
    del table
    held, before = list[int](), pa.total_allocated_bytes()
    score_parquet(
        [source], tmp_path / "r.parquet", Scoring(MODEL), progress=lambda *_: held.append(pa.total_allocated_bytes())
    )
    assert len(held) >= blocks
    assert max(held) - before < source.stat().st_size / 3


def test_partitions_in_spawned_processes_give_what_each_gives_alone(tmp_path: Path) -> None:
    """One file of results for each, one table of problems; a damaged one does not stop the others."""
    sources = [many(tmp_path / f"{seed}.parquet", 40, seed) for seed in range(3)]
    sources[1].write_bytes(sources[1].read_bytes()[:-9] + b"\0" * 9)
    scored = score_parquet(sources, tmp_path / "results", SCORING, workers=2)
    assert scored.enterprises == 80
    assert [path.name for path in sorted((tmp_path / "results").iterdir())] == ["0.parquet", "2.parquet"]
    for seed in (0, 2):
        score_parquet([sources[seed]], tmp_path / f"alone{seed}.parquet", SCORING)
        assert rows_of(tmp_path / "results" / f"{seed}.parquet") == rows_of(tmp_path / f"alone{seed}.parquet")
    found = rows_of(tmp_path / "results-problems.parquet")
    assert [row["file"] for row in found if row["problem"] == "blocks.damaged"] == ["1.parquet"]
    alone = rows_of(*(tmp_path / f"alone{seed}-problems.parquet" for seed in (0, 2)))
    assert [row for row in found if row["file"] != "1.parquet"] == alone
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.filterwarnings("default")  # the cluster's own, which are not ours to mend
def test_a_cluster_of_two_workers_gives_what_one_process_gives(tmp_path: Path) -> None:
    """Through the address of its scheduler."""
    distributed = pytest.importorskip("distributed")
    sources = [many(tmp_path / f"{seed}.parquet", 40, seed) for seed in range(3)]
    score_parquet(sources, tmp_path / "here", SCORING, workers=1)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        scored = score_parquet(sources, tmp_path / "there", SCORING, scheduler=cluster.scheduler_address)
    assert scored.enterprises == 120
    for name in ("0", "1", "2"):
        assert rows_of(tmp_path / "there" / f"{name}.parquet") == rows_of(tmp_path / "here" / f"{name}.parquet")
    assert rows_of(tmp_path / "there-problems.parquet") == rows_of(tmp_path / "here-problems.parquet")


def test_ids_that_stand_in_two_files_are_named(tmp_path: Path) -> None:
    """With the place of the first; all rows are scored."""
    first = table(tmp_path / "a.parquet", id=["甲", "乙", "", None], **{FIRST: ["full"] * 4})
    second = table(tmp_path / "b.parquet", id=["丙", "甲", "", "乙"], **{FIRST: ["full"] * 4})
    scored = score_parquet([first, second], tmp_path / "results", SCORING, workers=1)
    found = [row for row in rows_of(tmp_path / "results-problems.parquet") if row["problem"] == "blocks.duplicate-id"]
    assert [(row["file"], row["row"], row["id"]) for row in found] == [("b.parquet", 2, "甲"), ("b.parquet", 4, "乙")]
    assert "a.parquet!2" in found[1]["what"]
    assert (scored.enterprises, scored.problems) == (8, 5)


@pytest.mark.parametrize("typed", [pa.dictionary(pa.int8(), pa.string()), pa.string(), pa.uint8(), pa.float64()])
def test_a_slice_is_scored_as_the_rows_it_shows(typed: Any) -> None:
    """Arrow hands on a part of a column as an offset into all of it, and what is null as bits that begin anywhere."""
    numbers: dict[Any, list[object]] = {pa.uint8(): [10, 5, None], pa.float64(): [1.0, 0.5, None]}
    given = numbers.get(typed, ["full", "none", None])
    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {"id": [f"E{i}" for i in range(50)], "profile": ["discrete"] * 50}
    columns |= {one.id: pa.array([given[i] for i in rng.integers(0, 3, 50)], typed) for one in MODEL.requirements}
    batch, scoring = pa.RecordBatch.from_pydict(columns), Scoring(MODEL)
    assert scoring(batch.slice(13, 21)).to_pylist() == scoring(batch).slice(13, 21).to_pylist()
    assert scoring(batch.slice(0, 0)).num_rows == 0


def test_a_slice_states_what_the_rows_it_shows_state() -> None:
    """Values that are taken over as they stand in memory are those of the slice, and so are lists."""
    rng = np.random.default_rng(0)
    given: dict[str, tuple[Any, list[object]]] = {
        "registered": (pa.bool_(), [True, False, None]),
        "planned_production_on": (pa.date32(), [date(2025, 1, 2), date(1969, 12, 31), None]),
        "investment_equipment": (pa.decimal128(18, 6), [Decimal("1999.99"), Decimal("0.000001"), None]),
        "investment_software": (pa.decimal128(9, 2), [Decimal("1999.99"), Decimal(0), None]),
        "digital_workshops": (pa.int16(), [3, 0, None]),
        "credit_grade": (pa.string(), ["good", "excellent", None]),
        "scenarios": (pa.list_(pa.string()), [["数字化设计"], [], None, ["数字化设计", "甲"], ["甲", "数字化设计"]]),
    }
    columns: dict[str, Any] = {"id": [f"E{i}" for i in range(50)]}
    for fact, (typed, values) in given.items():
        columns[fact] = pa.array([values[i] for i in rng.integers(0, len(values), 50)], typed)
    batch = pa.RecordBatch.from_pydict(columns)
    layout = parquet.Layout.of(batch.schema, MODEL, PROGRAMME)
    whole, part = SCORING.read(batch, layout).facts, SCORING.read(batch.slice(13, 21), layout).facts
    assert whole is not None
    assert part is not None
    for fact in given:
        values = [whole.value(fact, i) for i in range(13, 34)]
        assert [part.value(fact, i) for i in range(21)] == values
        assert len(set(values)) > 2


def test_a_block_of_nobody_has_the_columns_of_every_other() -> None:
    """Whoever divides a table has parts without rows."""
    columns = {"id": pa.array([], pa.string()), "registered": pa.array([], pa.bool_())}
    nobody = SCORING(pa.RecordBatch.from_pydict(columns))
    assert nobody.num_rows == 0
    assert nobody.schema.equals(SCORING.schema)


def test_lists_are_told_apart_by_their_names_and_null_is_no_name(tmp_path: Path) -> None:
    """Where one name ends and the next begins is part of a list; what is not there is neither a name nor none."""
    lists = [["甲", "乙丙"], ["甲乙", "丙"], ["甲", None, "乙丙"], [None], [], None]
    batch = read_batch(table(tmp_path / "a.parquet", scenarios=lists), MODEL, PROGRAMME)
    assert batch.facts is not None
    read = [batch.facts.value("scenarios", i) for i in range(len(lists))]
    assert read == [("甲", "乙丙"), ("甲乙", "丙"), ("甲", "乙丙"), None, (), None]
    assert [place for id, place in listed(batch.problems) if id == "facts.not-names"] == ["a.parquet!4: E3: scenarios"]


@pytest.mark.parametrize("streamed", [False, True])
def test_what_streams_need_no_free_texts_for(tmp_path: Path, streamed: bool) -> None:
    """No rule asks them; whoever reads a batch has them."""
    ledger = next(one for one in PROGRAMME.ledgers if any(column.kind == "text" for column in one.columns))
    text = next(column.id for column in ledger.columns if column.kind == "text")
    answers = Answers.of(MODEL, {}, profile="discrete", id="E1")
    facts = Facts.of(PROGRAMME, {}, id="E1", ledgers={ledger.id: [{text: "发票一"}]})
    path = write_answers(tmp_path / "a.parquet", answers, facts)
    layout, blocks = parquet.read_blocks(path, MODEL, PROGRAMME, streamed=streamed)
    scored, read = SCORING.read(next(blocks), layout).facts, read_batch(path, MODEL, PROGRAMME).facts
    assert scored is not None
    assert read is not None
    assert (scored.ledgers[ledger.id].values(text), read.ledgers[ledger.id].values(text)) == ((None,), ("发票一",))


@pytest.mark.parametrize("size", [3, 4, 5, 8, 11])
def test_row_groups_of_any_size_give_the_same(size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row group has words of its own, in lists as well, and a block may begin in one and end in another."""
    scenarios = [entry.name.zh for entry in PROGRAMME.catalogue(PROGRAMME.fact("scenarios").catalogue).entries]
    ledger = PROGRAMME.ledger("investments")
    n = 11
    entries: dict[str, list[Any]] = {"enterprise": [f"E{i % 5}" for i in range(n)], "amount": list(range(n))}
    entries |= {"description": [f"发票{i}" for i in range(n)]}
    entries |= {
        one.id: [one.options[i % len(one.options)].id for i in range(n)] for one in ledger.columns if one.options
    }
    lists = {"scenarios": [None if i % 4 == 1 else scenarios[i : 2 * i] for i in range(n)]}
    ids = [f"E{i}" for i in range(n)]
    answers = Answers.from_points(MODEL, np.full((n, 216), 8, np.uint8), ids=ids, profiles="process")
    facts = Facts.from_columns(PROGRAMME, lists, ids=ids, ledgers={ledger.id: entries})
    whole = pq.read_table(write_answers(tmp_path / "whole.parquet", answers, facts))
    for path, rows in ((tmp_path / "a.parquet", n), (tmp_path / "b.parquet", size)):
        pq.write_table(whole, path, row_group_size=rows)
    monkeypatch.setattr("maturity.sheets.typed.parquet.BLOCK", 4)
    layout, blocks = parquet.read_blocks(tmp_path / "b.parquet", MODEL, PROGRAMME, streamed=True)
    read = [SCORING.read(block, layout).facts for block in blocks]
    assert [own.value("scenarios", i) for own in read if own for i in range(len(own))] == [
        facts.value("scenarios", i) for i in range(n)
    ]
    for name in "ab":
        score_parquet([tmp_path / f"{name}.parquet"], tmp_path / f"{name}-results.parquet", SCORING)
    assert rows_of(tmp_path / "a-results.parquet") == rows_of(tmp_path / "b-results.parquet")


@pytest.mark.parametrize("unit", ["date32", "date64", "seconds"])
def test_days_that_no_calendar_of_python_has_are_named(unit: str, tmp_path: Path) -> None:
    """The year 10183, and one before Christ, beside a day that is right."""
    days, types = (
        pa.array([3_000_000, 20_000, -800_000]),
        {"date32": pa.date32(), "date64": pa.date64(), "seconds": pa.timestamp("s")},
    )
    per_day = {"date32": 1, "date64": 86_400_000, "seconds": 86_400}[unit]
    column = pa.array([day.as_py() * per_day for day in days], pa.int32() if unit == "date32" else pa.int64()).cast(
        types[unit]
    )
    batch = read_batch(table(tmp_path / "a.parquet", applied_on=column), MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [batch.facts.value("applied_on", i) for i in range(3)] == [None, date(2024, 10, 4), None]
    assert [
        (problem.where, problem.value[:7]) for problem in batch.problems if problem.where.endswith("applied_on")
    ] == [
        ("a.parquet!1: E0: applied_on", "10183-0"),
        ("a.parquet!3: E2: applied_on", "-0221-0"),
    ]


def test_a_column_of_more_words_than_an_octet_has_numbers(tmp_path: Path) -> None:
    """Three hundred remarks where an answer belongs, and two answers behind them."""
    column = [*(f"不清楚{i}" for i in range(300)), "full", "none"]
    batch = read_batch(table(tmp_path / "a.parquet", **{FIRST: column}), MODEL)
    assert batch.answers.points[:, 0].tolist() == [UNANSWERED] * 300 + [10, 0]
    assert sum(problem.where.endswith(FIRST) for problem in batch.problems) == 300


def test_a_stream_counts_the_names_in_a_ledger_as_a_batch_does(tmp_path: Path) -> None:
    """A name that is looked up in a catalogue is no free text: what it stands for counts, and a wrong one is noted."""
    ledger = next(one for one in PROGRAMME.ledgers if any(column.catalogue for column in one.columns))
    name = next(column for column in ledger.columns if column.catalogue)
    known = [entry.name.zh for entry in PROGRAMME.catalogue(name.catalogue).entries]
    options = {column.id: column.options[0].id for column in ledger.columns if column.options}
    entries = {"E1": known, "E2": [*known[:1], "无此场景"]}
    answers = Answers.from_points(MODEL, np.full((2, 216), 10, np.uint8), ids=list(entries), profiles="discrete")
    given = {
        "enterprise": [id for id, own in entries.items() for _ in own],
        name.id: [one for own in entries.values() for one in own],
        **{id: [option] * sum(map(len, entries.values())) for id, option in options.items()},
    }
    facts = Facts.from_columns(PROGRAMME, {}, ids=answers.ids, ledgers={ledger.id: given})
    path = write_answers(tmp_path / "a.parquet", answers, facts)
    decided = decide(PROGRAMME, assess(answers), facts, on=ON)
    layout, blocks = parquet.read_blocks(path, MODEL, PROGRAMME, streamed=True)
    block = SCORING.read(next(blocks), layout)
    assert block.facts is not None
    streamed = decide(PROGRAMME, assess(block.answers), block.facts, on=ON)
    for one, other in zip(decided.conditions, streamed.conditions, strict=True):
        assert np.array_equal(one.truth, other.truth)
    found = [(one.problem.id, one.problem.value, one.rows.tolist()) for one in block.findings]
    assert found == [("facts.unknown-name", "无此场景", [1])]


def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing half written beside it."""
    source = many(tmp_path / "a.parquet", 30)
    (tmp_path / "r.parquet").write_bytes(b"old")
    monkeypatch.setattr("maturity.sheets.typed.parquet.BLOCK", 10)
    results_of, calls = Scoring.results_of, []

    def stopped(self: Scoring, block: Any) -> Any:
        calls.append(block)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return results_of(self, block)

    monkeypatch.setattr(Scoring, "results_of", stopped)
    with pytest.raises(KeyboardInterrupt):
        score_parquet([source], tmp_path / "r.parquet", SCORING)
    assert (tmp_path / "r.parquet").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "r.parquet"]


def test_a_place_that_would_lose_something_is_refused(tmp_path: Path) -> None:
    """Several files into one, two into the same, results over answers."""
    (tmp_path / "sub").mkdir()
    first, second = many(tmp_path / "a.parquet", 2), many(tmp_path / "sub" / "a.parquet", 2)
    for sources, target, words in (
        ([first, second], tmp_path / "r.parquet", "give a folder"),
        ([first, second], tmp_path / "results", "would both be written"),
        ([first], tmp_path, "would replace a file that is read"),
        ([first], first, "would replace a file that is read"),
    ):
        with pytest.raises(InputError, match=words):
            score_parquet(sources, target, SCORING)


def test_a_scheduler_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is written."""
    distributed = pytest.importorskip("distributed")

    def nobody(*_: object, **__: object) -> None:
        raise OSError("nobody there")

    monkeypatch.setattr(distributed, "Client", nobody)
    with pytest.raises(InputError, match="nobody there"):
        score_parquet([many(tmp_path / "a.parquet", 2)], tmp_path / "r.parquet", SCORING, scheduler="tcp://127.0.0.1:1")
    assert not (tmp_path / "r.parquet").exists()


def maturity(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, [str(word) for word in words], terminal_width=200)


def test_the_command_scores_parquet_files_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a file or a folder, with exit code 1 when there was any problem; the same levels as in any other format."""
    monkeypatch.setattr("maturity.cli.streams.SMALL", 10)
    for seed in range(2):
        many(tmp_path / f"a{seed}.parquet", 20, seed)
    on = ("--on", "2025-06-30", "--lang", "en")
    done = maturity("score", tmp_path / "a*.parquet", "-o", tmp_path / "results", "--workers", "1", *on)
    assert done.exit_code == 1, done.output
    assert "Scored 20 of 40 enterprises" in done.stderr
    assert "Read 40 enterprises" in done.stdout
    assert "'fulll'" in done.stderr
    assert "results-problems.parquet" in done.stdout
    done = maturity("score", tmp_path / "a0.parquet", "-o", tmp_path / "r.json", *on)
    assert done.exit_code == 1, done.output
    done = maturity("score", tmp_path / "a0.parquet", "-o", tmp_path / "r.parquet", *on)
    assert rows_of(tmp_path / "r.parquet") == rows_of(tmp_path / "results" / "a0.parquet")
    clean = table(tmp_path / "clean.parquet", **{FIRST: ["full", "none"]})
    done = maturity("score", clean, "-o", tmp_path / "clean-results.parquet", "--programme", "none")
    assert done.exit_code == 0, done.output
    basis = json.loads(pq.read_schema(tmp_path / "clean-results.parquet").metadata[b"maturity"])
    assert (basis["programme"], basis["on"]) == (None, None), "no day of application where nobody applies"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-o", "r.parquet", "--plan"), "no way up"),
        (("-o", "r.csv", "--scheduler", "tcp://x:1"), "only parquet files"),
        (("nothing-*.parquet", "-o", "r.parquet"), "nothing-*.parquet"),
    ],
)
def test_the_command_names_what_cannot_be_done(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    """With the way out; nothing is written."""
    source = table(tmp_path / "a.parquet", **{FIRST: ["full"]})
    own = [str(tmp_path / word) if word.startswith("r.") else word for word in words]
    done = maturity("score", source, *own, "--on", "2025-06-30", "--lang", "en")
    assert done.exit_code in (1, 2)
    assert says in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_a_missing_extra_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyarrow for parquet, distributed for a cluster."""
    path = table(tmp_path / "a.parquet", **{FIRST: ["full"]})
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'maturity-scoring\[cluster\]'"):
        score_parquet([path], tmp_path / "r.parquet", SCORING, scheduler="tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"pip install 'maturity-scoring\[arrow\]'"):
        read_batch(path, MODEL)
    with pytest.raises(InputError, match=r"pip install 'maturity-scoring\[arrow\]'"):
        write_results(tmp_path / "r.parquet", assess(Answers.of(MODEL, {}, profile="discrete")), names=[""])
