"""Results: the same numbers in every format, scores cut, text kept as text, files complete or not there."""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError, Problem
from maturity.firmness import Firmness, how_firm, whatif
from maturity.improvement import LevelTarget, Plan, plan
from maturity.language import LANGUAGES, Lang
from maturity.models import OWN_COLUMNS, RESULT_COLUMNS, load_model
from maturity.scenarios import Decisions, Facts, decide, load_programme
from maturity.scoring import Assessment, assess, cut
from maturity.sheets import Table, read_results, results_object, write_results, write_tables
from maturity.sheets.headings import Headings
from maturity.sheets.intake import read_grids

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
NAMES = ["=cmd|' /C calc'!A0", "示例\n企业 🏭", "@SUM(A1)", "\x01\ttext\ud800"]
IDS = ["E1", "-2+3", "示例", "007"]
HEAD = ["id", "name", "profile", "level", "level_possible", "total", "level_stepwise", "level_if_na_unmet"]
HEAD += ["A1", "A2", "A3", "A4", "A5", *(node.id for node in MODEL.subdomains)]
TIERS = [f"jilin-2024-228.{tier}" for tier in ("digital_workshop", "smart_factory", "future_factory")]
HEAD += TIERS
LEAST = [f"{tier}.to_mend" for tier in TIERS]
"""Columns of sheets and csv alone."""


def results() -> tuple[Assessment, Decisions]:
    """Four enterprises: all on the mark, half filled in, without a level, nothing answered."""
    points = np.full((4, 216), 8, np.uint8)
    points[1, 100:] = UNANSWERED
    points[2] = NOT_APPLICABLE
    points[3] = UNANSWERED
    profiles = ["discrete", "process", "discrete", "process"]
    assessment = assess(Answers.from_points(MODEL, points, ids=IDS, profiles=profiles))
    facts = Facts.from_columns(PROGRAMME, {"registered": [True, False, None, None]}, ids=IDS[::-1])
    return assessment, decide(PROGRAMME, assessment, facts, on=ON)


PROBLEM = Problem.of("sheets.bad-yes-no", "batch.xlsx!企业!F12", "=1")


def write(path: Path) -> tuple[Path, ...]:
    assessment, decisions = results()
    return write_results(path, assessment, decisions, names=NAMES, problems=[PROBLEM], notes=[PROBLEM])


def column(rows: Sequence[Sequence[Any]], key: str) -> list[Any]:
    """A column below a header that has the key."""
    return [row[list(rows[0]).index(key)] for row in rows[1:]]


def test_no_subdomain_can_have_the_id_of_a_column_of_results() -> None:
    """What results say beside the subdomains: a model in which one of them is called that is refused."""
    assessment, decisions = results()
    (enterprise,) = json.loads(results_object(assessment, decisions, rows=[0], names=NAMES))["enterprises"]
    beside = [key for key in (*HEAD, *enterprise) if key.islower() and "." not in key]
    assert set(beside) - {node.id for node in MODEL.subdomains} <= {*OWN_COLUMNS, *RESULT_COLUMNS}


def test_json_has_every_enterprise_with_its_conditions_and_null_where_there_is_no_level(tmp_path: Path) -> None:
    """One object, plain UTF-8, the ids of the columns as keys."""
    write(tmp_path / "r.json")
    text = (tmp_path / "r.json").read_bytes().decode("utf-8")
    document = json.loads(text, parse_constant=pytest.fail)
    assert [list(enterprise)[:-1] for enterprise in document["enterprises"]] == [HEAD] * 4
    first, half, rejected, empty = document["enterprises"]
    assert (first["level"], first["total"], first["A5"], first["data"]) == (5, 5.0, 0.8, 4.0)
    assert (half["product_design"], half["profile"]) == (None, "process")
    assert {rejected[key] for key in ("level", "level_possible", "total", "level_stepwise", "A1", "data")} == {None}
    assert (empty["level"], empty["level_possible"], empty["total"]) == (0, 5, 0.0)
    assert (document["model"]["fingerprint"], document["programme"]["id"]) == (MODEL.fingerprint, "jilin-2024-228")
    assert document["problems"][0]["where"] == "batch.xlsx!企业!F12"
    assert "示例" in text
    tier = empty["explanation"]["tiers"][0]
    registered = next(one for group in tier["groups"] for one in group["conditions"] if one["id"] == "registered")
    asked = {one["id"]: one for one in document["programme"]["conditions"]}["registered"]
    assert (registered["truth"], asked["clause"]["zh"], tier["id"]) == ("yes", "第四条", "digital_workshop")
    groups = [group for tier in first["explanation"]["tiers"] for group in tier["groups"]]
    assert sum(len(group["conditions"]) for group in groups) == len(results()[1].conditions)


def test_csv_is_headed_by_ids_and_its_conditions_stand_beside_it(tmp_path: Path) -> None:
    """The same figures as in json; empty where there is none; formula-like texts behind an apostrophe."""
    files = write(tmp_path / "r.csv")
    write(tmp_path / "r.json")
    assert files == (tmp_path / "r.csv", tmp_path / "r-conditions.csv", tmp_path / "r-problems.csv")
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbfid,name")
    with files[0].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == HEAD + LEAST
    assert column(rows, "id") == ["E1", "'-2+3", "示例", "007"]
    assert [name[:2] for name in column(rows, "name")] == ["'=", "示例", "'@", "\x01\t"]
    enterprises = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
    for key in HEAD[3:]:
        figures = [enterprise[key] for enterprise in enterprises]
        same = ["" if figure is None else str(figure) for figure in figures]
        assert column(rows, key) == same
    with files[1].open(encoding="utf-8-sig", newline="") as stream:
        conditions = list(csv.reader(stream))
    assert conditions[0][:4] == ["id", "name", "tier", "condition"]
    assert len(conditions) - 1 == 4 * len(results()[1].conditions)


def test_a_workbook_has_titles_over_ids_and_four_sheets(tmp_path: Path) -> None:
    """Chinese titles; names instead of ids of profiles and verdicts; nothing is a formula."""
    write(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["结果", "条件", "问题", "依据"]
    rows = list(book["结果"].iter_rows(values_only=True))
    assert rows[0][:4] == ("编号", "企业名称", "行业类型", "等级")
    assert list(rows[1]) == HEAD + LEAST
    assert rows[0][-3:] == ("数字化车间：至少须补足", "智能工厂：至少须补足", "未来工厂：至少须补足")
    assert column(rows[1:], "name")[:3] == NAMES[:3]
    assert column(rows[1:], "profile") == ["离散型", "流程型", "离散型", "流程型"]
    assert column(rows[1:], "level") == [5, 1, None, 0]
    assert column(rows[1:], "jilin-2024-228.digital_workshop")[3] == "待定"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    basis = dict(book["依据"].iter_rows(min_row=3, values_only=True))
    assert basis["模型 文件 sha256"] == MODEL.fingerprint
    assert basis["模型 状态"].startswith("暂行")
    assert basis["申报日期"] == "2025-06-30"
    assert not {"lower_bound", "bands"} & set(basis.values())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("ledgers", [False, True])
def test_sheets_say_what_must_be_mended_at_least(lang: Lang, ledgers: bool, tmp_path: Path) -> None:
    """For the ineligible, the words of `Decisions.to_mend`, whoever else is in the batch and in whatever order."""
    stated: dict[str, list[object]] = {
        "registered": [True, False, False, None],
        "operation_sound": [False, True, False, None],
        "finance_sound": [True, True, False, None],
        "investment_equipment": [1650, 1650, 2000, 0],
        "investment_software": [0, 0, 0, 0],
        "investment_services": [0, 0, 0, 0],
        "in_production": [False, True, False, True],
        "applied_on": ["2026-03-01", "2025-06-30", "2026-03-01", "2025-06-30"],
    }
    spent: dict[str, list[object]] = {
        "enterprise": ["E1"],
        "spent_on": ["2025-01-01"],
        "amount": [1000],
        "category": ["equipment"],
    }
    spent |= {"project": ["this"], "state": ["paid"]}
    sheets = {"investments": spent} if ledgers else {}
    assessment = assess(Answers.from_points(MODEL, np.full((4, 216), 8, np.uint8), ids=IDS, profiles="discrete"))
    facts = Facts.from_columns(PROGRAMME, stated, ids=IDS[::-1], ledgers=sheets)
    decisions = decide(PROGRAMME, assessment, facts, on=ON)
    write_results(tmp_path / "r.csv", assessment, decisions, names=NAMES, lang=lang)
    saved = read_results(tmp_path / "r.csv", MODEL, PROGRAMME)
    found = {
        (row["id"], tier.id): str(row[f"jilin-2024-228.{tier.id}.to_mend"])
        for row in saved.enterprises
        for tier in PROGRAMME.tiers
    }
    wanted = {
        (id, tier.id): ("；" if lang == "zh" else "; ").join(one.line(lang) for one in decisions.to_mend(tier.id, i))
        for i, id in enumerate(decisions.ids)
        for tier in PROGRAMME.tiers
    }
    assert found == wanted
    if lang == "zh":
        assert "近3年软硬件完成投资：差 350 万元" in found[IDS[2], "digital_workshop"]
        assert found[IDS[3], "digital_workshop"].startswith("生产运营和财务状况良好（生产运营状况良好）：应为 是")
    assert {decisions.verdict[tier][i] for tier, i in (("digital_workshop", 3), ("digital_workshop", 0))} == {
        "ineligible"
    }


def test_results_come_back_through_our_own_header_finder(tmp_path: Path) -> None:
    """Two header rows are known for what they are, and texts are what they were."""
    for name, first in (("r.xlsx", 2), ("r.csv", 1)):
        grid = read_grids(write(tmp_path / name)[0])[0]
        header = Headings.of(MODEL, PROGRAMME).find(grid)
        assert header is not None
        assert header.first_data_row == first
        assert {target.id for target in header.columns} == {"id", "name", "profile"}
        assert [row[0] for row in grid.rows[first:]] == IDS
        assert [row[1] for row in grid.rows[first:]] == [*NAMES[:3], "\x01\ttext?"]


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json", "parquet"])
def test_some_of_those_decided_on_can_be_written(ending: str, tmp_path: Path) -> None:
    """What each has in the results of all; the others are not there."""
    assessment, decisions = results()
    some = assess(assessment.answers.take(np.array([2, 0])))
    write_results(tmp_path / f"all.{ending}", assessment, decisions, names=NAMES)
    write_results(tmp_path / f"some.{ending}", some, decisions, names=[NAMES[2], NAMES[0]])
    whole, part = (read_results(tmp_path / f"{name}.{ending}", MODEL, PROGRAMME) for name in ("all", "some"))
    assert part.enterprises == (whole.enterprises[2], whole.enterprises[0])
    ids = [one["id"] for one in part.enterprises]
    assert part.conditions == tuple(one for id in ids for one in whole.conditions if one["id"] == id)


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json", "parquet"])
def test_an_enterprise_nobody_decided_on_is_named(ending: str, tmp_path: Path) -> None:
    """Nothing is written."""
    _, decisions = results()
    other = assess(Answers.of(MODEL, {}, profile="discrete", id="E9"))
    with pytest.raises(InputError) as refused:
        write_results(tmp_path / f"r.{ending}", other, decisions, names=["x"])
    assert [(problem.id, problem.value) for problem in refused.value.problems] == [("reports.unmatched", "E9")]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
def test_decisions_on_nobody_are_not_none(ending: str, tmp_path: Path) -> None:
    """A batch of nobody has the columns of its programme; for a batch of others such decisions are the wrong ones."""
    nobody = assess(results()[0].answers.take([]))
    decisions = decide(PROGRAMME, nobody, Facts.from_columns(PROGRAMME, {}, ids=[]), on=ON)
    file = write_results(tmp_path / f"results.{ending}", nobody, decisions, names=[])[0]
    assert (len(decisions), bool(decisions)) == (0, True)
    if ending == "xlsx":
        assert [cell.value for cell in openpyxl.load_workbook(file).worksheets[0][2]][-len(LEAST) :] == LEAST
    elif ending == "csv":
        assert file.read_text(encoding="utf-8-sig").strip().endswith(",".join(LEAST))
    else:
        assert json.loads(file.read_text(encoding="utf-8"))["programme"]["id"] == PROGRAMME.id
    with pytest.raises(InputError) as error:
        write_results(file, results()[0], decisions, names=NAMES)
    assert {problem.id for problem in error.value.problems} == {"reports.unmatched"}
    assert whatif(nobody.answers, choices={"data.1a": "full"})


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with both header rows; all of them are read back as one. 30,000 enterprises have so many conditions."""
    write(tmp_path / "whole.xlsx")
    monkeypatch.setattr("maturity.sheets.results.MOST_ROWS", 102)
    write(tmp_path / "parts.xlsx")
    book = openpyxl.load_workbook(tmp_path / "parts.xlsx")
    parts = [sheet for sheet in book if sheet.title.startswith("条件")]
    assert [sheet.title for sheet in parts] == ["条件", "条件 (2)", "条件 (3)", "条件 (4)"]
    assert [sheet.max_row for sheet in parts] == [102, 102, 102, 6]
    assert len({tuple(cell.value for row in sheet["A1:E2"] for cell in row) for sheet in parts}) == 1
    whole, read = (read_results(tmp_path / f"{name}.xlsx", MODEL, PROGRAMME) for name in ("whole", "parts"))
    assert read == whole


def test_a_workbook_prints_legibly(tmp_path: Path) -> None:
    """A sheet too wide for a page goes on over as few as may be, each with id and name; no text ends at its cell."""
    write(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for title in sheet[1]:
            lines = -(-2 * len(title.value) // round(sheet.column_dimensions[title.column_letter].width))
            assert (sheet.row_dimensions[1].height or 15) >= 15 * lines
    across = [(sheet.print_title_cols, sheet.page_setup.fitToWidth or 1) for sheet in book.worksheets]
    assert across == [("$A:$B", 5), ("$A:$B", 2), (None, 1), (None, 1)]
    conditions = book.worksheets[1]
    quote = next(cell for cell in conditions["L"][2:] if len(cell.value) > 60)
    assert quote.alignment.wrap_text
    assert conditions.row_dimensions[quote.row].height >= 2 * 15
    assert conditions.row_dimensions[3].height is None  # which fits on a line
    assert max(len(cell.value) for cell in conditions["D"][2:]) <= conditions.column_dimensions["D"].width


def test_a_table_is_as_wide_and_as_high_as_its_texts(tmp_path: Path) -> None:
    """A Chinese character is as wide as two; beyond 48 a text goes on in the next line."""
    rows = [{"name": "示例四号轴承制造有限公司", "note": "短"}, {"name": "二", "note": "长" * 60}]
    write_tables(tmp_path / "t.xlsx", [Table("t", "表", {"name": "名称", "note": "说明"}, rows)], {})
    (sheet,) = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets
    assert [round(sheet.column_dimensions[letter].width) for letter in "AB"] == [27, 49]
    assert [sheet.row_dimensions[row].height for row in (3, 4)] == [None, 48]


def test_english_is_the_option(tmp_path: Path) -> None:
    """Titles, verdicts and sheets."""
    assessment, decisions = results()
    write_results(tmp_path / "r.xlsx", assessment, decisions, names=NAMES, lang="en")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Results", "Conditions", "Problems", "Basis"]
    assert book["Results"]["A1"].value == "Enterprise ID"
    assert book["Results"]["AJ6"].value == "undecided"


def test_scores_are_cut_and_never_rounded_up_to_a_mark(tmp_path: Path) -> None:
    """A score a hair below 0.8 is shown as 0.79."""
    points = np.full((1, 216), 8, np.uint8)
    points[0, MODEL.columns["information_security.4a"]] = 5
    assessment = assess(Answers.from_points(MODEL, points, ids=["E1"], profiles="process"))
    assert 0.795 < assessment.level_scores[0, 3] < 0.8
    write_results(tmp_path / "r.json", assessment, names=["示例"])
    (enterprise,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
    assert (enterprise["A4"], enterprise["total"], enterprise["explanation"]) == (0.79, 4.79, None)


def test_without_a_programme_there_is_one_csv_and_no_sheet_of_conditions(tmp_path: Path) -> None:
    """Scoring alone is a use of its own."""
    assessment, _ = results()
    assert write_results(tmp_path / "r.csv", assessment, names=NAMES) == (tmp_path / "r.csv",)
    write_results(tmp_path / "r.xlsx", assessment, names=NAMES)
    assert openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames == ["结果", "问题", "依据"]


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complete or not there."""
    path = tmp_path / "r.json"
    path.write_text("old", encoding="utf-8")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("interrupted")

    monkeypatch.setattr("maturity.sheets.results._enterprises", fail)
    with pytest.raises(RuntimeError, match="interrupted"):
        write(path)
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_file_with_the_longest_name_there_is_can_be_written(tmp_path: Path) -> None:
    """What is written beside it until it is complete has a shorter one."""
    path = tmp_path / f"{'企' * 83}.json"  # 254 bytes
    assert write(path) == (path,)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written anew; whoever reads that place has the new results."""
    (tmp_path / "share").mkdir()
    (tmp_path / "r.json").symlink_to(tmp_path / "share" / "results.json")
    for _ in range(2):  # what it leads to is not there yet; then it is
        write(tmp_path / "r.json")
        assert (tmp_path / "r.json").is_symlink()
        assert json.loads((tmp_path / "share" / "results.json").read_text(encoding="utf-8"))["enterprises"]
        assert [file.name for file in (tmp_path / "share").iterdir()] == ["results.json"]


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json"])
def test_a_full_disk_is_told_and_leaves_the_old_files(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of one run or none of it: no conditions beside the results of another run."""
    for file in write(tmp_path / f"r.{ending}"):
        file.write_text("old", encoding="utf-8")
    names = {file.name for file in tmp_path.iterdir()}
    opened = Path.open

    def full(self: Path, mode: str = "r", **options: Any) -> Any:
        if "w" in mode and "conditions" in self.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(self, mode, **options)

    def too_much(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    monkeypatch.setattr("maturity.sheets.filling.zipfile.ZipFile", too_much)
    monkeypatch.setattr("maturity.sheets.results._object", too_much)
    with pytest.raises(InputError, match="No space left on device"):
        write(tmp_path / f"r.{ending}")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == dict.fromkeys(names, b"old")


def test_the_same_results_are_the_same_bytes(tmp_path: Path) -> None:
    """In each format."""
    for ending in ("xlsx", "csv", "json"):
        (first, *_), (second, *_) = write(tmp_path / f"a.{ending}"), write(tmp_path / f"b.{ending}")
        assert first.read_bytes() == second.read_bytes()


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Another ending, another number of names, a folder that is not there."""
    assessment, _ = results()
    with pytest.raises(InputError, match=r"ending '\.docx'"):
        write_results(tmp_path / "r.docx", assessment, names=NAMES)
    with pytest.raises(InputError, match="3 names are given"):
        write_results(tmp_path / "r.csv", assessment, names=NAMES[:3])
    with pytest.raises(InputError, match="cannot be written"):
        write_results(tmp_path / "none" / "r.csv", assessment, names=NAMES)


# ---------------------------------------------------------------- read back

# What a workbook cannot hold in any way: surrogates and the two that are no characters; a csv ends lines by a return.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\ufffe\uffff\r\x00")
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=30),
    st.sampled_from(
        [
            "=1+1",
            "+86",
            "-5",
            "@SUM(A1)",
            "'=x",
            "''",
            "＝１",
            "𬭎🏭👩‍🔧",
            "N/A",
            "#N/A",
            "nan",
            "007",
            "1e5",
            "TRUE",
            "_x0041_",
        ]
    ),
    st.sampled_from(["企", "Ａ０", "x\ny", " "]).map(lambda text: f"{text * 9000}."),
)
IDENTITIES = st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=4, unique_by=lambda pair: pair[0])
ENDINGS: list[tuple[str, Lang]] = [("xlsx", "zh"), ("xlsx", "en"), ("csv", "zh"), ("json", "en")]


@pytest.mark.parametrize(("ending", "lang"), ENDINGS)
@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_results_come_back_as_they_were_written(
    ending: str, lang: Lang, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """read(write(x)) == x for ids, names, levels, scores, verdicts, conditions, problems, in every format."""
    ids, names = zip(*data.draw(IDENTITIES), strict=True)
    choices = st.sampled_from([0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED])
    points = np.array([data.draw(st.lists(choices, min_size=216, max_size=216)) for _ in ids], np.uint8)
    profiles = ["discrete", "process", "discrete", "process"][: len(ids)]
    assessment = assess(Answers.from_points(MODEL, points, ids=ids, profiles=profiles))
    decisions = decide(PROGRAMME, assessment, Facts.from_columns(PROGRAMME, {}, ids=ids), on=ON)
    found = Problem.of("sheets.bad-yes-no", data.draw(TEXTS), data.draw(TEXTS))
    path = tmp_path_factory.mktemp("results") / f"r.{ending}"
    write_results(path, assessment, decisions, names=names, problems=[found], notes=[found], lang=lang)
    saved = read_results(path, MODEL, PROGRAMME)
    for i, row in enumerate(saved.enterprises):
        level = int(assessment.level[i])
        assert list(row) == (HEAD if ending == "json" else HEAD + LEAST)
        assert (row["id"], row["name"], row["profile"]) == (ids[i], names[i], profiles[i])
        assert (row["level"], row["total"]) == (
            (level, float(cut(assessment.total[i]))) if level >= 0 else (None, None)
        )
        for number, score in enumerate(assessment.level_scores[i], start=1):
            assert row[f"A{number}"] == (None if level < 0 or np.isnan(score) else float(cut(score)))
        for tier in PROGRAMME.tiers:
            assert row[f"{PROGRAMME.id}.{tier.id}"] == decisions.verdict[tier.id][i]
    expected = [(id, one.tier, one.condition.id, one.role) for id in ids for one in decisions.conditions]
    assert [(row["id"], row["tier"], row["condition"], row["role"]) for row in saved.conditions] == expected
    assert [row["verdict"] for row in saved.conditions] == [
        ("no", "unknown", "yes")[one.truth[i]] for i in range(len(ids)) for one in decisions.conditions
    ]
    assert [(row["kind"], row["where"], row["found"], row["what"]) for row in saved.problems] == [
        (kind, found.where, found.value, found.what(lang)) for kind in ("problem", "note")
    ]


@pytest.mark.parametrize(("ending", "lang"), ENDINGS)
@settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(data=st.data())
def test_what_if_comes_back_as_it_was_written(
    ending: str, lang: Lang, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """read(write(x)) == x for everything as it is and as it would be, side by side, in every format."""
    ids, names = zip(*data.draw(IDENTITIES), strict=True)
    choices = st.sampled_from([0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED])
    points = np.array([data.draw(st.lists(choices, min_size=216, max_size=216)) for _ in ids], np.uint8)
    answers = Answers.from_points(
        MODEL, points, ids=ids, profiles=["discrete", "process", "discrete", "process"][: len(ids)]
    )
    words = [choice.id for choice in MODEL.requirements[0].choices] + ["not_applicable", "unanswered"]
    change = dict.fromkeys((one.id for one in MODEL.requirements[::3]), data.draw(st.sampled_from(words)))
    supposed = whatif(answers, profile=data.draw(st.sampled_from(["discrete", "process"])), choices=change)
    path = tmp_path_factory.mktemp("whatif") / f"r.{ending}"
    write_results(path, supposed.before, names=names, lang=lang, whatif=supposed)
    saved = read_results(path, MODEL).further["whatif"]
    assert [(row["id"], row["name"]) for row in saved] == list(zip(ids, names, strict=True))
    for row, one in zip(saved, supposed.rows(), strict=True):
        if ending == "json":
            assert {key: row[key] for key in one.plain() if key != "id"} == {
                key: value for key, value in json.loads(json.dumps(one.plain())).items() if key != "id"
            }
            continue
        assert (row["profile"], row["profile_whatif"]) == (one.profile_before, one.profile_after)
        assert row["changed"] == ", ".join(one.changed)
        pairs = {
            key: (f"{key}_before", f"{key}_after") for key in ("level", "level_possible", "level_stepwise", "total")
        }
        meant = {key: tuple(getattr(one, end) for end in ends) for key, ends in pairs.items()}
        for number, scores in enumerate(zip(one.level_scores_before, one.level_scores_after, strict=True), start=1):
            meant[f"A{number}"] = scores
        for key, values in meant.items():
            for text, value in zip((row[key], row[f"{key}_whatif"]), values, strict=True):
                assert (text == "") == (value == -1 or value != value)
                assert text == "" or float(text) == value


def test_every_format_reads_back_alike(tmp_path: Path) -> None:
    """Whichever was kept."""
    for ending in ("xlsx", "csv", "json"):
        write(tmp_path / f"r.{ending}")
    first, *others = (read_results(tmp_path / f"r.{ending}", MODEL, PROGRAMME) for ending in ("json", "xlsx", "csv"))
    assert len(first.enterprises) == 4
    assert first.conditions
    alike = [[{key: row[key] for key in HEAD} for row in one.enterprises[:3]] for one in (first, *others)]
    assert alike == [alike[0]] * 3  # the fourth name has a control


@pytest.mark.parametrize(
    ("name", "content"),
    [("r.json", b"{}"), ("r.json", b"\xff"), ("r.csv", b"id,name\n1,2\n"), ("r.csv", b"\n")],
)
def test_a_file_without_results_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    """As is a file of another kind."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="no results"):
        read_results(tmp_path / name, MODEL)
    with pytest.raises(InputError, match=r"ending '\.docx'"):
        read_results(tmp_path / "r.docx", MODEL)
    with pytest.raises(InputError, match="cannot be opened"):
        read_results(tmp_path / "none.json", MODEL)


def test_figures_that_somebody_changed_into_words_are_named(tmp_path: Path) -> None:
    """By enterprise and column; what somebody wrote behind the last column is nobody's figure."""
    (tmp_path / "r.csv").write_text("id,name,level,total\nE1,示例,二级,1.2\nE2,示例,2,,备注\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"r\.csv: E1: level: '二级' is no level") as caught:
        read_results(tmp_path / "r.csv", MODEL)
    assert len(caught.value.problems) == 1
    (tmp_path / "r.csv").write_text("id,name,level,total\nE2,示例,2,,备注\n", encoding="utf-8")
    assert read_results(tmp_path / "r.csv", MODEL).enterprises == (
        {"id": "E2", "name": "示例", "level": 2, "total": None},
    )


INTERRUPTED = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job may have been started without it
from maturity.answers import Answers
from maturity.models import load_model
from maturity.scoring import assess
from maturity.sheets import read_results, write_results
import numpy as np

model = load_model("gbt39116-2020")
n = 5000
answers = Answers.from_points(model, np.full((n, 216), 8, np.uint8), ids=[str(i) for i in range(n)], profiles="process")
assessment = assess(answers)
print("begun", flush=True)
while True:
    write_results(sys.argv[1], assessment, names=answers.ids)
"""


@pytest.mark.parametrize("stopped", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_run_leaves_the_old_file_or_the_new_one(stopped: signal.Signals, tmp_path: Path) -> None:
    """Whenever it ends, and however: what stands there can be read. Who is asked to stop leaves nothing beside it."""
    path = tmp_path / "r.xlsx"
    write(path)
    old = path.read_bytes()
    words = [sys.executable, "-c", INTERRUPTED, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"begun\n"
        time.sleep(0.4)
        run.send_signal(stopped)
        try:
            run.wait(timeout=60)
        finally:
            run.kill()
    saved = read_results(path, MODEL, PROGRAMME)
    assert path.read_bytes() == old or len(saved.enterprises) == 5000
    if stopped == signal.SIGINT:
        assert [file.name for file in tmp_path.iterdir()] == ["r.xlsx"]


# ---------------------------------------------------------------- plans and firmness


def worked_out() -> tuple[tuple[Plan, ...], tuple[Firmness, ...]]:
    """To level 2 for all: reached as it is, a plan, no level, a plan over budget; and how firm they are."""
    pytest.importorskip("highspy")
    assessment, _ = results()
    return plan(assessment, LevelTarget(2), budget=60), how_firm(assessment.answers, draws=1000)


def write_more(path: Path, **only: Any) -> tuple[Path, ...]:
    assessment, decisions = results()
    plans, firmness = worked_out()
    more = only or {"plans": plans, "firmness": firmness}
    return write_results(path, assessment, decisions, names=NAMES, **more)


def test_json_has_plans_and_firmness_of_each_enterprise(tmp_path: Path) -> None:
    """As the plan and the firmness say them themselves; null where there is no level; no key when not asked for."""
    plans, firmness = worked_out()
    write_more(tmp_path / "r.json")
    enterprises = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
    assert [list(one)[-3:] for one in enterprises] == [["explanation", "plans", "firmness"]] * 4
    for one, own in zip(enterprises, plans, strict=True):
        assert one["plans"] == [json.loads(json.dumps(own.as_dict()))]
    by_row = {one.row: json.loads(json.dumps(one.plain())) for one in firmness}
    assert [one["firmness"] for one in enterprises] == [by_row.get(row) for row in range(4)]
    assert enterprises[2]["firmness"] is None
    write_more(tmp_path / "p.json", plans=plans[:1])
    enterprises = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["enterprises"]
    assert [len(one["plans"]) for one in enterprises] == [1, 0, 0, 0]
    assert "firmness" not in enterprises[0]


@pytest.mark.parametrize(("lang", "begins"), [("zh", "无出处"), ("en", "no source")])
def test_json_says_in_the_language_of_the_run_what_firmness_rests_on(tmp_path: Path, lang: Any, begins: str) -> None:
    """One string, as before there were two languages of it."""
    assessment, decisions = results()
    firmness = how_firm(assessment.answers, draws=10)
    write_results(tmp_path / "r.json", assessment, decisions, names=NAMES, lang=lang, firmness=firmness)
    (first, *_) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
    assert first["firmness"]["probabilities"]["cite"].startswith(begins)


def test_csv_has_a_row_for_each_upgrade_and_each_aim_beside_it(tmp_path: Path) -> None:
    """Figures are the plan's; a plan without upgrades has one row; texts stay behind their apostrophe."""
    plans, firmness = worked_out()
    assert [one.status for one in plans] == ["reached", "planned", "no_level", "over_budget"]
    files = write_more(tmp_path / "r.csv")
    assert [file.name for file in files] == ["r.csv", "r-conditions.csv", "r-plan.csv", "r-firmness.csv"]
    with files[2].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == sum(max(len(one.upgrades), 1) for one in plans)
    for id, one in zip(["E1", "'-2+3", "示例", "007"], plans, strict=True):
        own = [row for row in rows if row["id"] == id]
        assert {row["status"] for row in own} == {one.status}
        assert [row["requirement"] for row in own if row["requirement"]] == [up.requirement.id for up in one.upgrades]
        assert [row["cost"] for row in own if row["cost"]] == [str(up.cost) for up in one.upgrades]
        assert [row["steps"] for row in own if row["steps"]] == [str(up.steps) for up in one.upgrades]
        level = "" if one.status == "no_level" else str(one.level_after)
        assert {(row["plan_cost"], row["level_after"]) for row in own} == {(str(one.cost) if level else "", level)}
    assert {row["over_budget"] for row in rows if row["id"] == "007"} == {str(plans[3].over_budget)}
    assert rows[0]["name"].startswith("'=")
    with files[3].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = [(firm, change) for firm in firmness for change in firm.changes]
    assert len(rows) == len(found)
    for row, (firm, change) in zip(rows, found, strict=True):
        assert (row["reading"], row["aim"], row["steps"]) == (change.reading, change.aim, str(change.steps))
        assert (row["pivotal"], float(row["kept"])) == (
            str(len(change.pivotal)),
            firm.probabilities.kept(change.reading),
        )
        error, bound = (row[key] and float(row[key]) for key in ("standard_error", "error_bound"))
        agreed = float(row["kept"]) in (0, 1)
        assert (error, bound) == (
            ("", 0.003) if agreed else (firm.probabilities.standard_error(float(row["kept"])), "")
        )
        weights = firm.weights.readings[change.reading]
        assert (row["lowest"], row["highest"]) == (str(weights.lowest), str(weights.highest))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_plans_and_firmness_are_read_back(tmp_path: Path, lang: Any) -> None:
    """A workbook and the files of a .csv hold the same rows, in either language; a .json has the objects."""
    assessment, decisions = results()
    plans, firmness = worked_out()
    for ending in ("xlsx", "csv", "json"):
        more: dict[str, Any] = {"plans": plans, "firmness": firmness, "lang": lang}
        write_results(tmp_path / f"r.{ending}", assessment, decisions, names=NAMES, **more)
    book, table, document = (
        read_results(tmp_path / f"r.{ending}", MODEL, PROGRAMME) for ending in ("xlsx", "csv", "json")
    )
    assert list(table.further) == list(book.further) == list(document.further) == ["plan", "firmness"]
    for name, rows in table.further.items():
        assert [_figures(row) for row in book.further[name]] == [_figures(row) for row in rows]
    assert {row["status"] for row in book.further["plan"]} == {one.status for one in plans}
    assert {row["aim"] for row in book.further["firmness"]} == {"lose", "gain"}
    own = [json.loads(json.dumps(one.as_dict())) for one in plans]
    assert [{key: row[key] for key in one} for row, one in zip(document.further["plan"], own, strict=True)] == own
    assert [row["id"] for row in document.further["firmness"]] == [IDS[one.row] for one in firmness]
    write(tmp_path / "plain.xlsx")
    assert not read_results(tmp_path / "plain.xlsx", MODEL, PROGRAMME).further


def _figures(row: Any) -> dict[str, Any]:
    """A row whose numbers count as numbers: a workbook keeps 2.50 as 2.5; the name with a control character aside."""
    found: dict[str, Any] = {}
    for key, text in row.items():
        try:
            found[key] = float(text)
        except ValueError:
            found[key] = text
    return {key: value for key, value in found.items() if key != "name"}


@pytest.mark.parametrize(
    ("lang", "sheets", "reached"),
    [("zh", ["提升方案", "等级稳固度"], "无需提升"), ("en", ["Plan", "Firmness"], "nothing to raise")],
)
def test_a_workbook_has_sheets_of_plan_and_firmness(tmp_path: Path, lang: Any, sheets: list[str], reached: str) -> None:
    """Titles over ids, names instead of ids, figures as numbers that are not rounded, nothing a formula."""
    assessment, decisions = results()
    plans, firmness = worked_out()
    write_results(tmp_path / "r.xlsx", assessment, decisions, names=NAMES, lang=lang, plans=plans, firmness=firmness)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames[2:4] == sheets
    rows = list(book[sheets[0]].iter_rows(values_only=True))[1:]
    raised = [one for own in plans for one in own.upgrades]
    assert [cost for cost in column(rows, "cost") if cost is not None] == [float(one.cost) for one in raised]
    assert [id for id in column(rows, "requirement") if id] == [one.requirement.id for one in raised]
    assert column(rows, "status")[0] == reached
    assert column(rows, "plan_cost")[0] == 0
    rows = list(book[sheets[1]].iter_rows(values_only=True))[1:]
    assert column(rows, "kept") == [
        one.probabilities.kept(change.reading) for one in firmness for change in one.changes
    ]
    assert all(cell.number_format == "General" for row in book[sheets[1]].iter_rows(min_row=3) for cell in row)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_tables_of_an_earlier_run_do_not_stay_beside_a_csv(tmp_path: Path) -> None:
    """They would be read as those of the new results; what somebody else wrote there stays."""
    assessment, decisions = results()
    plans, firmness = worked_out()
    supposed = whatif(assessment.answers, profile="process")
    more: dict[str, Any] = {"problems": [PROBLEM], "plans": plans, "firmness": firmness, "whatif": supposed}
    files = write_results(tmp_path / "r.csv", assessment, decisions, names=NAMES, **more)
    assert len(files) == 6
    assert write_results(tmp_path / "r.csv", assessment, names=NAMES) == (tmp_path / "r.csv",)
    assert [file.name for file in tmp_path.iterdir()] == ["r.csv"]
    (tmp_path / "r-problems.csv").write_text("our own list\n", encoding="utf-8")
    write_results(tmp_path / "r.csv", assessment, names=NAMES)
    assert (tmp_path / "r-problems.csv").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_of_what_if_shows_scores_like_scores_and_is_read_back(tmp_path: Path, lang: Lang) -> None:
    """Totals and level scores have two decimals in both columns; what changed is named, and read back by its ids."""
    assessment, _ = results()
    supposed = whatif(assessment.answers, choices={"data.1a": "none"})
    for ending in ("xlsx", "csv"):
        write_results(tmp_path / f"r.{ending}", assessment, names=NAMES, whatif=supposed, lang=lang)
    table = list(openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[1].iter_rows(min_row=2))
    looks = {str(head.value): cell.number_format for head, cell in zip(table[0], table[1], strict=True)}
    assert {looks[key] for key in ("total", "total_whatif", "A1", "A5_whatif")} == {"0.00"}
    named = dict(zip([cell.value for cell in table[0]], [cell.value for cell in table[1]], strict=True))["changed"]
    assert str(named).startswith({"zh": "等级、可能等级、", "en": "level, possible level, "}[lang])
    book, text = (read_results(tmp_path / f"r.{ending}", MODEL) for ending in ("xlsx", "csv"))
    assert [row["changed"] for row in book.further["whatif"]] == [row["changed"] for row in text.further["whatif"]]
    assert text.further["whatif"][0]["changed"].startswith("level, level_possible, level_bands")


def test_plans_of_another_batch_are_refused(tmp_path: Path) -> None:
    """By row and id; nothing is written."""
    assessment, _ = results()
    _, firmness = worked_out()
    other = how_firm(assessment.answers.take(slice(1, 2)), draws=10)
    for ending in ("xlsx", "csv", "json"):
        with pytest.raises(InputError, match=r"-2\+3"):
            write_more(tmp_path / f"r.{ending}", firmness=[*firmness, *other])
    assert list(tmp_path.iterdir()) == []
