"""Results: the same numbers in every format, scores cut, text kept as text, files complete or not there."""

import csv
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError, Problem
from maturity.models import load_model
from maturity.scenarios import Decisions, Facts, decide, load_programme
from maturity.scoring import Assessment, assess
from maturity.sheets import write_results
from maturity.sheets.headings import Headings
from maturity.sheets.intake import read_grids

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
NAMES = ["=cmd|' /C calc'!A0", "示例\n企业 🏭", "@SUM(A1)", "\x01\ttext\ud800"]
IDS = ["E1", "-2+3", "示例", "007"]
HEAD = ["id", "name", "profile", "level", "level_possible", "total", "level_stepwise", "level_if_na_unmet"]
HEAD += ["A1", "A2", "A3", "A4", "A5", *(node.id for node in MODEL.subdomains)]
HEAD += [f"jilin-2024-228.{tier}" for tier in ("digital_workshop", "smart_factory", "future_factory")]


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
    registered = next(one for one in empty["conditions"] if one["condition"] == "registered")
    assert (registered["verdict"], registered["clause"], registered["tier"]) == ("yes", "第四条", "digital_workshop")
    assert len(first["conditions"]) == len(results()[1].conditions)


def test_csv_is_headed_by_ids_and_its_conditions_stand_beside_it(tmp_path: Path) -> None:
    """The same figures as in json; empty where there is none; formula-like texts behind an apostrophe."""
    files = write(tmp_path / "r.csv")
    write(tmp_path / "r.json")
    assert files == (tmp_path / "r.csv", tmp_path / "r-conditions.csv")
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbfid,name")
    with files[0].open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == HEAD
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
    assert list(rows[1]) == HEAD
    assert column(rows[1:], "name")[:3] == NAMES[:3]
    assert column(rows[1:], "profile") == ["离散型", "流程型", "离散型", "流程型"]
    assert column(rows[1:], "level") == [5, 1, None, 0]
    assert column(rows[1:], "jilin-2024-228.digital_workshop")[3] == "待定"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    basis = dict(book["依据"].iter_rows(min_row=3, values_only=True))
    assert basis["模型 文件 sha256"] == MODEL.fingerprint
    assert basis["模型 状态"].startswith("暂行")
    assert basis["申报日期"] == "2025-06-30"
    assert "lower_bound" not in basis.values()


def test_results_come_back_through_our_own_header_finder(tmp_path: Path) -> None:
    """Two header rows are known for what they are, and texts are what they were."""
    for name, first in (("r.xlsx", 2), ("r.csv", 1)):
        grid = read_grids(write(tmp_path / name)[0])[0]
        header = Headings(MODEL, PROGRAMME).find(grid)
        assert header is not None
        assert header.first_data_row == first
        assert {target.id for target in header.columns} == {"id", "name", "profile"}
        assert [row[0] for row in grid.rows[first:]] == IDS
        assert [row[1] for row in grid.rows[first:]] == [*NAMES[:3], "\x01\ttext?"]


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
    assert (enterprise["A4"], enterprise["total"], enterprise["conditions"]) == (0.79, 4.79, [])


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

    monkeypatch.setattr("maturity.sheets.results.json.dump", fail)
    with pytest.raises(RuntimeError, match="interrupted"):
        write(path)
    assert [file.name for file in tmp_path.iterdir()] == ["r.json"]
    assert path.read_text(encoding="utf-8") == "old"


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
