"""The command line, as a person meets it: what it writes, what it says, and how it ends."""

import csv
import errno
import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from fractions import Fraction
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from rich.console import Console
from typer.testing import CliRunner, Result

from maturity.cli import app, frame
from maturity.errors import Problem

EXAMPLE = Path(str(files("maturity.examples").joinpath("enterprises.xlsx")))
ON = ("--on", "2025-06-30")


def maturity(*words: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, [str(word) for word in words], terminal_width=200)


def test_demo_is_the_whole_way(tmp_path: Path) -> None:
    """The demo leaves the batch, the results and a report with a chart for each enterprise, and says on which day."""
    done = maturity("demo", "-o", tmp_path)
    assert done.exit_code == 0, done.output
    assert "2025-06-30" in done.output
    assert (tmp_path / "results.xlsx").is_file()
    pages = sorted(path.stem for path in (tmp_path / "reports").glob("JL*.html"))
    assert pages == [f"JL{number:03}" for number in range(1, 15)]
    assert all("<svg" in (tmp_path / "reports" / f"{page}.html").read_text(encoding="utf-8") for page in pages)


def test_score_by_extension(tmp_path: Path) -> None:
    """xlsx, csv and json hold the same levels and verdicts, headed by ids."""
    for name in ("r.csv", "r.json", "r.xlsx"):
        done = maturity("score", EXAMPLE, "-o", tmp_path / name, *ON)
        assert done.exit_code == 0, done.output
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    enterprises = {one["id"]: one for one in found["enterprises"]}
    sheet = load_workbook(tmp_path / "r.xlsx").worksheets[0]
    header = [cell.value for cell in sheet[2]]
    book = {row[0]: dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert set(rows) == set(enterprises) == set(book)
    assert (rows["JL008"]["level"], rows["JL008"]["level_stepwise"], rows["JL008"]["A2"]) == ("3", "1", "0.78")
    for id, row in rows.items():
        tier = "jilin-2024-228.digital_workshop"
        assert row["level"] == str(enterprises[id]["level"]) == str(book[id]["level"])
        assert row[tier] == enterprises[id][tier]
    assert (tmp_path / "r-conditions.csv").is_file()
    with (tmp_path / "r-problems.csv").open(encoding="utf-8-sig", newline="") as file:
        noted = {row["found"]: row["what"] for row in csv.DictReader(file) if row["kind"] == "note"}
    assert noted["1.2亿元"] == "“1.2亿元”读作 12000 万元", "what was read differently is listed"


def test_reading_changes_the_verdict(tmp_path: Path) -> None:
    """With --reading the band is advice only."""
    verdicts = []
    for reading in ((), ("--reading", "maturity_band=reference")):
        maturity("score", EXAMPLE, "-o", tmp_path / "r.json", *ON, *reading)
        found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
        verdicts.append({one["id"]: one["jilin-2024-228.digital_workshop"] for one in found}["JL013"])
    assert verdicts == ["ineligible", "eligible"]


def test_report_of_one(tmp_path: Path) -> None:
    """--only writes one page, --lang en writes it in English."""
    done = maturity("report", EXAMPLE, "-o", tmp_path, "--only", "JL005", "--lang", "en", *ON)
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.glob("JL*.html")] == ["JL005.html"]
    assert '<html lang="en"' in (tmp_path / "JL005.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("batch", [(), ("--batch",)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_form_comes_back(tmp_path: Path, batch: tuple[str, ...], lang: str) -> None:
    """A form is written, and an empty one is refused for having no enterprise, not for being unreadable."""
    done = maturity("form", "-o", tmp_path / "form.xlsx", *batch, "--lang", lang)
    assert done.exit_code == 0, done.output
    checked = maturity("check", tmp_path / "form.xlsx", "--lang", lang)
    assert checked.exit_code == 1
    assert "form.xlsx" in checked.output


def test_a_form_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    """It may have been filled in for days."""
    (tmp_path / "form.xlsx").write_bytes(b"filled in")
    done = maturity("form", "-o", tmp_path / "form.xlsx", "--lang", "en")
    assert (done.exit_code, (tmp_path / "form.xlsx").read_bytes()) == (2, b"filled in")
    assert "may have been filled in" in done.stderr


@pytest.mark.parametrize("words", [("models", "gbt39116-2020"), ("programmes", "jilin-2024-228")])
def test_a_definition_that_is_there_is_not_replaced(words: tuple[str, str], tmp_path: Path) -> None:
    """A number may have been corrected in it."""
    (tmp_path / "own.toml").write_bytes(b"corrected")
    done = maturity(words[0], "export", words[1], "-o", tmp_path / "own.toml", "--lang", "en")
    assert (done.exit_code, (tmp_path / "own.toml").read_bytes()) == (2, b"corrected")
    assert "may have been changed" in done.stderr


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [("gbk", ("√", "×", "示例")), ("ascii", (r"\u2713", r"\u2717", r"\u793a")), ("utf-8", ("✓", "✗", "示例"))],
)
def test_output_goes_to_files_of_any_encoding(encoding: str, marks: tuple[str, ...]) -> None:
    """What Chinese Windows writes to a file or a pipe is GBK: what that lacks is written another way, not lost."""
    words = (sys.executable, "-m", "maturity", "explain", str(EXAMPLE), "--id", "JL003", *ON)
    done = subprocess.run(words, capture_output=True, check=False, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert all(mark in done.stdout.decode(encoding) for mark in marks)


def test_check_lists_every_problem(tmp_path: Path) -> None:
    """Problems come all at once, each with its cell, and the exit code is 1; scoring still writes its results."""
    book = load_workbook(EXAMPLE)
    sheet = book.worksheets[0]
    headings = {cell.value: cell.column_letter for cell in sheet[2]}
    number = f"{next(letter for name, letter in headings.items() if str(name).startswith('统一管理的数字化车间数'))}3"
    answer = f"{sheet.cell(4, sheet.max_column).column_letter}4"
    sheet[number], sheet[answer], sheet["C5"] = "大部分满意", "三分之一", "离散形"
    book.save(tmp_path / "bad.xlsx")
    checked = maturity("check", tmp_path / "bad.xlsx", *ON)
    assert checked.exit_code == 1
    for cell in (number, answer, "C5"):
        assert f"bad.xlsx!企业汇总表!{cell}" in checked.output, checked.output
    assert maturity("score", tmp_path / "bad.xlsx", "-o", tmp_path / "r.csv", *ON).exit_code == 1
    assert (tmp_path / "r.csv").is_file()


def test_corrected_model(tmp_path: Path) -> None:
    """An exported model with one number corrected is used by path, and changes what it should."""
    own = tmp_path / "own.toml"
    assert maturity("models", "export", "gbt39116-2020", "-o", own).exit_code == 0
    text = own.read_text(encoding="utf-8")
    assert text.count("[pass_mark]\nvalue = 0.8\n") == 1
    own.write_text(text.replace("[pass_mark]\nvalue = 0.8\n", "[pass_mark]\nvalue = 0.9\n"), encoding="utf-8")
    levels = []
    for model in ("gbt39116-2020", own):
        maturity("score", EXAMPLE, "-o", tmp_path / "r.json", "--model", model, *ON)
        found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]
        levels.append({one["id"]: one["level"] for one in found}["JL004"])
    assert levels == [2, 1]


def test_corrected_programme(tmp_path: Path) -> None:
    """An exported programme is used by path; without a programme no tier is decided."""
    own = tmp_path / "own.toml"
    assert maturity("programmes", "export", "jilin-2024-228", "-o", own, *ON).exit_code == 0
    assert maturity("score", EXAMPLE, "-o", tmp_path / "r.json", "--programme", own, *ON).exit_code == 0
    done = maturity("score", EXAMPLE, "-o", tmp_path / "n.json", "--programme", "none", *ON)
    assert (done.exit_code, "39 列" in (tmp_path / "n.json").read_text(encoding="utf-8")) == (0, True), "one note"
    assert "digital_workshop" not in (tmp_path / "n.json").read_text(encoding="utf-8").partition("problems")[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("score", "nowhere.xlsx", "-o", "r.csv"), "nowhere.xlsx"),
        (("score", EXAMPLE), "--output"),
        (("score", EXAMPLE, "-o", "r.csv", "--on", "30.6.2025"), "YYYY-MM-DD"),
        (("score", EXAMPLE, "-o", "r.csv", "--lang", "fr"), "zh"),
        (("score", EXAMPLE, "-o", "r.csv", "--model", "gbt39116"), "gbt39116-2020"),
        (("score", EXAMPLE, "-o", "r.csv", "--reading", "maturity_band", *ON), "NAME=VALUE"),
        (("score", EXAMPLE, "-o", "r.csv", "--reading", "band=reference", *ON), "maturity_band"),
        (("models", "show", "gbt"), "gbt39116-2020"),
        (("nonsense",), "nonsense"),
    ],
)
def test_wrong_usage(words: tuple[str | Path, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong usage ends with 2, and says what would be right."""
    monkeypatch.chdir(tmp_path)
    done = maturity(*words)
    assert done.exit_code == 2, done.output
    assert said in done.output


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("score", "", "-o", "r.csv"), "sources"),
        (("check", ""), "files"),
        (("check", EXAMPLE, ""), "files"),
        (("report", "", "-o", "r"), "files"),
        (("explain", ""), "files"),
        (("firmness", ""), "files"),
        (("plan", ""), "files"),
        (("whatif", "", "--answer", "data.1a=full"), "files"),
        (("compare", "", "--against-on", "2026-01-01"), "files"),
        (("agreement", "", EXAMPLE), "first"),
        (("agreement", EXAMPLE, ""), "second"),
        (("score", EXAMPLE, "-o", ""), "-o / --output"),
        (("report", EXAMPLE, "-o", ""), "-o / --output"),
        (("plan", EXAMPLE, "-o", ""), "-o / --output"),
        (("demo", "-o", ""), "-o / --output"),
        (("form", "-o", ""), "-o / --output"),
        (("templates", "-o", ""), "-o / --output"),
        (("models", "export", "gbt39116-2020", "-o", ""), "-o / --output"),
        (("report", EXAMPLE, "-o", "r", "--templates", ""), "--templates"),
        (("report", EXAMPLE, "-o", "r", "--logo", ""), "--logo"),
        (("plan", EXAMPLE, "--costs", ""), "--costs"),
        (("check", EXAMPLE, "--model", ""), "--model"),
        (("check", EXAMPLE, "--programme", ""), "--programme"),
        (("whatif", EXAMPLE, "--to-model", ""), "--to-model"),
        (("compare", EXAMPLE, "--against", ""), "--against"),
        (("programmes", "show", ""), "ID|PATH"),
        (("calendar", ""), "ID|PATH"),
    ],
)
def test_an_empty_path_is_wrong_usage(
    words: tuple[str | Path, ...], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no folder: a variable that is not set would read, or write into, the one that somebody stands in."""
    monkeypatch.chdir(tmp_path)
    for lang, said in (("zh", f"{where}：给出的值是空的；"), ("en", f"{where}: the value given is empty; ")):
        done = maturity(*words, "--lang", lang)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(said), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("score", EXAMPLE, "-o", "r.csv"),
        ("report", EXAMPLE, "-o", "r"),
        ("explain", EXAMPLE, "--id", "JL003"),
        ("plan", EXAMPLE),
        ("compare", EXAMPLE, "--against-on", "2026-01-01"),
    ],
)
def test_wrong_readings_are_told_before_anything_is_read(
    words: tuple[str | Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option and a reading that there are not, and words that are no pair; nobody waits for a province first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("maturity.sheets.read_batch", None)
    against = ("--against-reading",) if words[0] == "compare" else ()
    for option in ("--reading", *against):
        for wrong, told in (("maturity_band=x", "lower_bound"), ("band=x", "maturity_band"), ("band", "NAME=VALUE")):
            done = maturity(*words, option, wrong, *ON)
            assert done.exit_code == 2, done.output
            assert done.stderr.startswith(option)
            assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reading_without_a_programme_is_wrong_usage(tmp_path: Path) -> None:
    """It was passed over."""
    done = maturity(
        "score", EXAMPLE, "-o", tmp_path / "r.csv", "--programme", "none", "--reading", "maturity_band=reference"
    )
    assert (done.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert done.stderr.startswith("--reading：值不对：--programme none")


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (("score", EXAMPLE, *ON), ".xlsx, .csv, .json, .parquet"),
        (("firmness", EXAMPLE), ".xlsx, .csv, .json"),
        (("plan", EXAMPLE), ".xlsx, .csv, .json"),
        (("whatif", EXAMPLE, "--answer", "data.1a=full"), ".xlsx, .csv, .json"),
        (("agreement", EXAMPLE, EXAMPLE), ".xlsx, .csv, .json"),
        (("compare", EXAMPLE, "--against-on", "2026-01-01", *ON), ".xlsx, .csv, .json"),
        (("calendar", "jilin-heritage-2026", "--on", "2026-05-01"), ".xlsx, .csv, .json"),
        (("report", EXAMPLE, *ON), ""),
        (("demo",), ""),
    ],
)
def test_places_that_cannot_be_written_to_are_told_before_anything_is_read(
    words: tuple[str | Path, ...], kinds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another ending, a folder that is not there, or that is a file, a file that is a folder: nothing is left there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("maturity.sheets.read_batch", None)
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    before = sorted(tmp_path.iterdir())
    ending = [("r.docx", 2, f"r.docx：不认识扩展名“.docx”；支持：{kinds}\n")] if kinds else []
    place = [("nowhere/r.csv", 1, "没有这个文件或文件夹")] if kinds else []
    place += [("folder.csv", 1, "这是文件夹")] if kinds and words[0] != "score" else []  # which may score into one
    for output, code, told in (*ending, *place, ("file/r.csv", 1, "路径中有一段是文件")):
        done = maturity(*words, "-o", output)
        assert (done.exit_code, told in done.stderr) == (code, True), done.output
        assert "读入" not in done.output
    assert sorted(tmp_path.iterdir()) == before


def test_a_tier_that_there_is_not_is_told_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programme knows its tiers."""
    monkeypatch.setattr("maturity.sheets.read_batch", None)
    done = maturity("plan", EXAMPLE, "--tier", "smart_plant", *ON)
    assert (done.exit_code, done.stderr.startswith("--tier：没有认定等次“smart_plant”")) == (2, True), done.output


def test_options_before_the_command_of_a_group_hold_for_it(tmp_path: Path) -> None:
    """The language and the day; what stands behind the command goes before; they were passed over."""
    shown = maturity("models", "--lang", "en", "show", "gbt39116-2020")
    assert shown.stdout.startswith("Maturity model of intelligent manufacturing capability")
    shown = maturity("programmes", "--on", "2025-06-30", "--lang", "en", "show", "jilin-2024-228")
    assert shown.stdout.startswith("Jilin Province"), "the day is given, and English"
    early = maturity("programmes", "--on", "2020-01-01", "export", "jilin-2024-228", "-o", tmp_path / "own.toml")
    assert (early.exit_code, list(tmp_path.iterdir())) == (2, [])
    shown = maturity("programmes", "--on", "2020-01-01", "show", "jilin-2024-228", *ON)
    assert shown.stdout.startswith("吉林省")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        ("models",),
        ("models", "show", "gbt39116-2020"),
        ("programmes", *ON),
        ("score", "--help"),
        ("explain", "--schema"),
        ("explain", str(EXAMPLE), "--id", "JL003", *ON),
        ("check", str(EXAMPLE), *ON),
    ],
)
def test_a_full_standard_output_is_named(words: tuple[str, ...]) -> None:
    """A word on what is full, and no listing of our code; the same in the language chosen."""
    english = () if words[0].startswith("--") else ("--lang", "en")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            (sys.executable, "-m", "maturity", *words, *english),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
    told = "standard output: the output cannot be written" if english else "标准输出：输出写不进去：磁盘空间不足"
    assert (done.returncode, told in done.stderr.decode()) == (1, True), done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "none.xlsx", "nor this.csv"),
        ("check", EXAMPLE, "none.xlsx", "nor this.csv"),
        ("score", "none.xlsx", EXAMPLE, "nor this.csv", "-o", "r.csv"),
        ("agreement", "none.xlsx", "nor this.csv"),
        ("plan", "none.xlsx", "--costs", "nor this.csv"),
        ("compare", "none.xlsx", "nor this.csv", "--against-on", "2026-01-01"),
    ],
)
def test_files_that_are_not_there(
    words: tuple[str | Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are named in the language, nothing is written: nobody is left out for a mistyped name."""
    monkeypatch.chdir(tmp_path)
    done = maturity(*words, *ON)
    assert done.exit_code == 2, done.output
    named = [line for line in done.stderr.splitlines() if line.endswith("：没有这个文件；请检查路径和文件名")]
    assert [line.partition("：")[0] for line in named] == ["none.xlsx", "nor this.csv"]
    assert list(tmp_path.iterdir()) == []


def test_broken_model_is_a_problem(tmp_path: Path) -> None:
    """A model file that is wrong ends with 1, and names what is wrong in the language asked for."""
    own = tmp_path / "own.toml"
    own.write_text('id = "x"\n', encoding="utf-8")
    for lang, said in (("zh", "缺少这一项"), ("en", "this key is missing")):
        done = maturity("check", EXAMPLE, "--model", own, "--lang", lang)
        assert done.exit_code == 1
        assert "own.toml" in done.output
        assert said in done.output


@pytest.mark.parametrize(("command", "said"), [("models", "gbt39116-2020"), ("programmes", "jilin-2024-228")])
def test_lists_and_shows(command: str, said: str) -> None:
    """Models and programmes are listed and shown, in both languages."""
    assert said in maturity(command).output
    for lang in ("zh", "en"):
        done = maturity(command, "show", said, "--lang", lang)
        assert done.exit_code == 0, done.output
        assert said in done.output


def test_show_names_what_numbers_rest_on() -> None:
    """The model's weights come with their basis, the programme's conditions with their clause."""
    for command in (("models",), ("models", "show", "gbt39116-2020")):
        assert "[暂行：未与原文核对]" in maturity(*command).output
    shown = maturity("models", "show", "gbt39116-2020", "--lang", "en").output
    assert "provisional" in shown
    for basis in ("derived", "recalled", "transcribed", "assumed"):
        assert basis in shown
    shown = maturity("programmes", "show", "jilin-2024-228", *ON).output
    assert "第五条" in shown
    assert "2,000 万元" in shown or "2000 万元" in shown


def test_today_is_said(tmp_path: Path) -> None:
    """Without --on the day of application is today, and the command says so."""
    done = maturity("score", EXAMPLE, "-o", tmp_path / "r.csv")
    assert date.today().isoformat() in done.output


def test_where_nobody_applies_there_is_no_day(tmp_path: Path) -> None:
    """Without a programme nothing hangs on a day: none is said, and none is written into the results."""
    today = date.today().isoformat()
    for name in ("r.json", "r.parquet"):
        assert today not in maturity("score", EXAMPLE, "-o", tmp_path / name, "--programme", "none").output
    assert (
        maturity("report", EXAMPLE, "-o", tmp_path, "--only", "JL005", "--programme", "none").stdout.count(today) == 0
    )
    assert not [path for path in tmp_path.glob("*.*") if today.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    "words",
    [
        ("form", "-o", "form.xlsx"),
        ("check", EXAMPLE),
        ("firmness", EXAMPLE, "--only", "JL013", "--draws", "1"),
        ("whatif", EXAMPLE, "--answer", "data.1a=full"),
        ("agreement", EXAMPLE, EXAMPLE),
        ("plan", EXAMPLE, "--only", "JL005"),
    ],
    ids=lambda words: str(words[0]),
)
def test_the_day_whose_edition_is_read_by_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str | Path, ...]
) -> None:
    """Without --on columns are those of today's edition, as is said beside the output; nothing where no day counts."""
    monkeypatch.chdir(tmp_path)
    said = f"No --on given: the programme is the edition in force today, {date.today()}."
    done = maturity(*words, "--lang", "en")
    assert (said in done.stderr.splitlines(), said in done.stdout) == (True, False)
    for more in (ON, ("--programme", "none")):
        assert "--on" not in maturity(*words, *more, "--lang", "en").output


@pytest.mark.parametrize("words", [("show", "jilin-2024-228"), (), ("export", "jilin-2024-228", "-o")])
def test_the_day_whose_programmes_are_shown_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    """An edition is that of a day: without --on it is today's, as the command says; with --on nothing is to be said."""
    more = [tmp_path / "own.toml"] if "-o" in words else []
    said = f"No --on given: as of today, {date.today()}."
    assert said in maturity("programmes", *words, *more, "--lang", "en").output.splitlines()
    assert (
        "--on" not in maturity("programmes", *words, *more, "--on", "2025-06-30", "--lang", "en").output.split("\n")[0]
    )


def test_plan_to_the_next_level(tmp_path: Path) -> None:
    """The plan of one enterprise is shown with its proof, and written with all its digits."""
    done = maturity("plan", EXAMPLE, "--only", "JL013", "-o", tmp_path / "plan.json", *ON)
    assert done.exit_code == 0, done.output
    assert "已证明没有更省的方案" in done.output
    (found,) = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["plans"]
    assert (found["id"], found["status"], found["optimal"], found["target_level"]) == ("JL013", "planned", True, 1)
    maturity("plan", EXAMPLE, "--only", "JL013", "-o", tmp_path / "plan.csv", *ON)
    with (tmp_path / "plan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["cost"]) for row in rows) == int(found["cost"])
    assert {row["enterprise"] for row in rows} == {"JL013"}


def in_ids(path: Path, sheet: int = 0) -> list[dict[str, Cell]]:
    """The rows of a sheet that is headed by titles over ids, by id."""
    rows = list(load_workbook(path).worksheets[sheet].iter_rows(min_row=2))
    return [dict(zip([str(cell.value) for cell in rows[0]], row, strict=True)) for row in rows[1:]]


def test_a_plan_as_a_workbook_has_numbers_to_reckon_with(tmp_path: Path) -> None:
    """Cost, duration and worth are number cells, worth with four decimals; a step without a duration has none."""
    book = Workbook()
    for words in (["编号", "费用", "工期"], ["data", 12.5, 6], ["logistics", 3, None]):
        book.worksheets[0].append(words)
    book.save(tmp_path / "costs.xlsx")
    asked = ("plan", EXAMPLE, "--only", "JL013", "--costs", tmp_path / "costs.xlsx", *ON)
    assert maturity(*asked, "-o", tmp_path / "p.xlsx").exit_code == 0
    assert maturity(*asked, "-o", tmp_path / "p.json").exit_code == 0
    (plan,) = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["plans"]
    rows = in_ids(tmp_path / "p.xlsx")
    assert sum(row["cost"].value for row in rows) == float(plan["cost"])
    assert [row["duration"].value for row in rows] == [
        one["duration"] and float(one["duration"]) for one in plan["upgrades"]
    ]
    assert {(row["cost"].data_type, row["worth"].data_type, row["worth"].number_format) for row in rows} == {
        ("n", "n", "0.0000")
    }


@pytest.mark.parametrize(
    ("lang", "profile", "reading", "moved"),
    [
        ("zh", "离散型", "逐级解读", "总分、A2、A4"),
        ("en", "Discrete manufacturing", "Level by level (stepwise)", "total, A2, A4"),
    ],
)
def test_workbooks_of_answers_name_what_has_a_name(
    tmp_path: Path, lang: str, profile: str, reading: str, moved: str
) -> None:
    """Profiles, readings and what changed stand in words, totals with two decimals; csv keeps the ids."""
    rival = ("--weight", "discrete:element.resources=0.15", "--weight", "discrete:element.manufacturing=0.68")
    whatif, firmness = ("whatif", EXAMPLE, *rival, *ON), ("firmness", EXAMPLE, "--only", "JL008", "--draws", "9", *ON)
    for words, name in ((whatif, "w"), (firmness, "f")):
        for ending in ("xlsx", "csv"):
            assert maturity(*words, "--lang", lang, "-o", tmp_path / f"{name}.{ending}").exit_code == 0
    row = next(row for row in in_ids(tmp_path / "w.xlsx") if row["id"].value == "JL008")
    assert (row["profile_after"].value, row["changed"].value) == (profile, moved)
    assert (row["total_after"].value, row["total_after"].number_format) == (3.02, "0.00")
    assert str(row["level_scores_before"].value).endswith("0.00")
    assert reading in {row["reading"].value for row in in_ids(tmp_path / "f.xlsx")}
    assert "discrete" in (tmp_path / "w.csv").read_text(encoding="utf-8-sig")
    assert "stepwise,lose" in (tmp_path / "f.csv").read_text(encoding="utf-8-sig")


def test_rows_that_go_elsewhere_stay_on_a_line() -> None:
    """Beside a terminal nothing is folded, ids least of all, and totals have the same decimals."""
    rival = ("--weight", "discrete:element.resources=0.15", "--weight", "discrete:element.manufacturing=0.68")
    rows = [line.split() for line in maturity("whatif", EXAMPLE, *rival, "--lang", "en", *ON).output.splitlines()]
    assert ["JL007", "2", "2", "2", "2", "2.66", "2.66", "total,", "A1,", "A2,", "A3"] in rows
    assert ["JL010", "1", "1", "1", "1", "1.50", "1.50", "A1"] in rows
    plan = maturity("plan", EXAMPLE, "--only", "JL004", "--level", "3", "--lang", "en", *ON).output
    row = "equipment_management.5a Machine learning: self-learning equipment models 5 Not met Mostly met 2"
    assert row in [" ".join(line.split()) for line in plan.splitlines()]


def test_long_tables_go_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet that is full is followed by another one; no row is lost."""
    monkeypatch.setattr("maturity.sheets.tables.MOST_ROWS", 12)
    assert maturity("plan", EXAMPLE, *ON, "-o", tmp_path / "p.xlsx").exit_code == 0
    book = load_workbook(tmp_path / "p.xlsx")
    assert book.sheetnames[:2] == ["提升路径", "提升路径 (2)"]
    ids = [row[0].value for sheet in book if sheet.title.startswith("方案一览") for row in sheet.iter_rows(min_row=3)]
    assert ids == [f"JL{number:03}" for number in range(1, 15)]


def test_plan_to_a_tier_names_the_other_work() -> None:
    """On the way to a tier, what no answer changes is listed with its clause and shortfall."""
    done = maturity("plan", EXAMPLE, "--tier", "smart_factory", "--only", "JL013", "--lang", "en", *ON)
    assert done.exit_code == 0, done.output
    assert "short by 900 × 10,000 yuan" in done.output
    assert "short by 1 workshop\n" in done.output


@pytest.mark.parametrize(
    "aim", [("--tier", "smart_factory"), ("--level", "3"), ("--subdomain", "data", "--level", "4")]
)
def test_gaps_say_what_each_step_is_worth(tmp_path: Path, aim: tuple[str, ...]) -> None:
    """For each kind of target: a row for each better choice, what the best adds most first; exact in JSON."""
    asked: tuple[str | Path, ...] = ("plan", EXAMPLE, "--only", "JL013", "--only", "JL001", *aim, "--gaps", *ON)
    for name in ("p.xlsx", "p.csv", "p.json"):
        assert maturity(*asked, "-o", tmp_path / name).exit_code == 0
    found = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["gaps"]
    assert [one["id"] for one in found] == ["JL001", "JL013"]
    steps = [
        (one["id"], gap["requirement"], raised["to"], Fraction(raised["worth"]))
        for one in found
        for gap in one["gaps"]
        for raised in gap["raises"]
    ]
    rows = in_ids(tmp_path / "p.xlsx", 2)
    assert [(row["enterprise"].value, row["requirement"].value) for row in rows] == [step[:2] for step in steps]
    off = [step[3] - Fraction(str(row["worth"].value)) for row, step in zip(rows, steps, strict=True)]
    assert all(0 <= each < Fraction(1, 10**4) for each in off)
    best = [gap["raises"][-1]["worth"] for gap in found[1]["gaps"]]
    assert best == sorted(best, key=Fraction, reverse=True)
    assert (tmp_path / "p-gaps.csv").is_file()
    assert "尚未达到" in maturity(*asked).output


def test_one_of_a_kind_is_singular() -> None:
    """English has a singular for one requirement, one enterprise; the same sentence counts several."""
    one, some = (maturity("plan", EXAMPLE, "--only", id, "--lang", "en", *ON).output for id in ("JL005", "JL013"))
    assert "raise 1 requirement, at cost 1" in one
    assert "raise 3 requirements, at cost 4" in some


def test_one_budget_for_all(tmp_path: Path) -> None:
    """With a total budget, the plans worth paying are chosen, and the cost stays within it."""
    target = ("--level", "3", "--by", "stepwise", "--total-budget", "200")
    done = maturity("plan", EXAMPLE, *target, "-o", tmp_path / "plan.json", *ON)
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    costs = {one["id"]: float(one["cost"]) for one in found["plans"]}
    supported = found["support"]["supported"]
    assert supported
    assert sum(costs[one["id"]] for one in supported) == float(found["support"]["spent"]) <= 200
    for one in supported:
        assert f"{one['id']} ({one['cost']})" in done.output
    maturity("plan", EXAMPLE, *target, "--lang", "en", "-o", tmp_path / "plan.csv", *ON)
    with (tmp_path / "plan-overview.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["enterprise"]: row for row in csv.DictReader(file)}
    assert {id for id, row in rows.items() if row["supported"] == "yes"} == {one["id"] for one in supported}
    assert {id: float(row["plan_cost"]) for id, row in rows.items() if row["plan_cost"]} == costs


def test_the_overview_says_what_a_tier_asks_besides_and_why_a_target_is_out_of_reach(tmp_path: Path) -> None:
    """Every enterprise has a line, also those without any upgrade."""
    tier = ("plan", EXAMPLE, "--tier", "smart_factory", "--lang", "en", "-o", tmp_path / "t.csv", *ON)
    assert maturity(*tier).exit_code == 0
    closed = ("--only", "JL013", "--subdomain", "data", "--level", "3", "--forbid", "data.1a", "--ordered")
    assert maturity("plan", EXAMPLE, *closed, "--lang", "en", "-o", tmp_path / "f.csv", *ON).exit_code == 0
    found: dict[tuple[str, str], dict[str, str]] = {}
    for name in ("t", "f"):
        with (tmp_path / f"{name}-overview.csv").open(encoding="utf-8-sig", newline="") as file:
            found |= {(name, row["enterprise"]): row for row in csv.DictReader(file)}
    assert len(found) == 14 + 1
    assert found["t", "JL004"]["status"] == "maturity holds"
    assert "article 6(1)" in found["t", "JL004"]["other_work"]
    assert found["f", "JL013"]["plan_cost"] == ""
    assert "cannot mature first" in found["f", "JL013"]["reasons"]


def test_firmness(tmp_path: Path) -> None:
    """How firm a level is, in sentences and in three tables."""
    words = ("firmness", EXAMPLE, "--only", "JL008", "--draws", "200", "--lang", "en")
    done = maturity(*words, "-o", tmp_path / "firm.xlsx")
    assert done.exit_code == 0, done.output
    assert "at least 2 steps down to lose level 3" in done.output
    assert len(load_workbook(tmp_path / "firm.xlsx").sheetnames) == 3


def test_whatif(tmp_path: Path) -> None:
    """One better answer moves the level by the stepwise reading; the rival weights move totals."""
    done = maturity("whatif", EXAMPLE, "--answer", "JL008:logistics.2a=mostly", "-o", tmp_path / "w.json")
    assert done.exit_code == 0, done.output
    rows = {row["id"]: row for row in json.loads((tmp_path / "w.json").read_text(encoding="utf-8"))["enterprises"]}
    assert (rows["JL008"]["level_stepwise_before"], rows["JL008"]["level_stepwise_after"]) == (1, 3)
    rival = ("--weight", "discrete:element.resources=0.15", "--weight", "discrete:element.manufacturing=0.68")
    assert "JL001" in maturity("whatif", EXAMPLE, *rival).output
    named = [word.replace("discrete", "离散制造") for word in rival]
    assert maturity("whatif", EXAMPLE, *named).output == maturity("whatif", EXAMPLE, *rival).output
    refused = maturity("whatif", EXAMPLE, *rival[:2], "--lang", "en")
    assert refused.exit_code == 2
    assert "--weight: nodes: weights of layer element" in refused.output
    assert "must sum to exactly 1" in refused.output


def test_requirements_may_have_other_ids_in_another_model(tmp_path: Path) -> None:
    """Said with --renamed, no answer is left behind; an id that a model does not have is wrong usage."""
    own = tmp_path / "own.toml"
    maturity("models", "export", "gbt39116-2020", "-o", own)
    own.write_text(own.read_text(encoding="utf-8").replace('"data.1a"', '"data.1x"'), encoding="utf-8")
    words = ("whatif", EXAMPLE, "--to-model", own, "--lang", "en", *ON)
    assert "data.1a: the other model has no such requirement" in maturity(*words).output
    done = maturity(*words, "--renamed", "data.1a=data.1x")
    assert done.exit_code == 0, done.output
    assert "data.1" not in done.output
    refused = maturity(*words, "--renamed", "data.1q=data.1x")
    assert refused.exit_code == 2
    assert "--renamed data.1q" in refused.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("score", EXAMPLE, "-o", "r.docx", *ON), "r.docx"),
        (("form", "-o", "f.docx", *ON), "f.docx"),
        (("check", "batch.docx", *ON), "batch.docx"),
        (("score", EXAMPLE, "-o", "r.xlsx", "--on", "2020-01-01"), "2020-01-01"),
        (("templates", "-o", "."), "report.html.j2"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(
    words: tuple[str | Path, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ending that nothing is written or read as, a day before the rules, templates that would be lost."""
    monkeypatch.chdir(tmp_path)
    for name in ("batch.docx", "report.html.j2"):
        (tmp_path / name).write_text("", encoding="utf-8")
    done = maturity(*words)
    assert done.exit_code == 2, done.output
    assert told in done.output


@pytest.mark.parametrize("word", ["流程型", "Process", "流程制造"])
def test_whatif_takes_a_profile_as_sheets_do(word: str, tmp_path: Path) -> None:
    """By id, by either name, and by a synonym; on its own and beside results."""
    known, named = (maturity("whatif", EXAMPLE, "--profile", one, *ON).output for one in ("process", word))
    assert known == named
    for one in ("process", word):
        done = maturity("score", EXAMPLE, "-o", tmp_path / f"{one}.csv", "--whatif", f"profile={one}", *ON)
        assert done.exit_code == 0, done.output
    content, same = ((tmp_path / f"{one}-whatif.csv").read_bytes() for one in ("process", word))
    assert content == same


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("score", EXAMPLE, "-o", "r.csv", "--model", "moodel", "--programme", "rules"), ("moodel", "rules")),
        (("whatif", EXAMPLE, "--model", "moodel", "--to-model", "other"), ("moodel", "other")),
        (
            ("compare", EXAMPLE, "--model", "moodel", "--programme", "rules", "--against", "other"),
            ("moodel", "rules", "other"),
        ),
    ],
)
def test_definitions_that_are_not_there_are_named_at_once(
    words: tuple[str | Path, ...], names: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Model and programme, the one and the other."""
    monkeypatch.chdir(tmp_path)
    done = maturity(*words, *ON)
    assert done.exit_code == 2
    assert [name for name in names if f"没有名为“{name}”的定义" not in done.output] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_if_stands_in_results_and_reports(lang: str, tmp_path: Path) -> None:
    """Beside what is, what would be; without --whatif there is no word of it."""
    changes = ("--whatif", "JL008:logistics.2a=mostly", "--whatif", "discrete:element.resources=0.15")
    asked = (*changes, "--whatif", "discrete:element.manufacturing=0.68", "--lang", lang, *ON)
    for name in ("r.xlsx", "r.csv", "r.json"):
        assert maturity("score", EXAMPLE, "-o", tmp_path / name, *asked).exit_code == 0
    found = {one["id"]: one for one in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]}
    assert (found["JL008"]["level_stepwise"], found["JL008"]["whatif"]["level_stepwise_after"]) == (1, 3)
    with (tmp_path / "r-whatif.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert (rows["JL008"]["level_stepwise"], rows["JL008"]["level_stepwise_whatif"]) == ("1", "3")
    assert {"zh": "假设分析", "en": "What if"}[lang] in load_workbook(tmp_path / "r.xlsx").sheetnames
    title = {"zh": "<h2>假设分析</h2>", "en": "<h2>What if</h2>"}[lang]
    for folder, words in (("with", asked), ("without", ("--lang", lang, *ON))):
        assert maturity("report", EXAMPLE, "--only", "JL008", "-o", tmp_path / folder, *words).exit_code == 0
        assert (title in (tmp_path / folder / "JL008.html").read_text(encoding="utf-8")) == (folder == "with")


def test_two_assessors_agree_so_far(tmp_path: Path) -> None:
    """Kappa by domain, the levels that differ, and what to settle, those first that decide a level; in every format."""
    book = load_workbook(EXAMPLE)
    sheet = book.worksheets[0]
    columns = {str(cell.value).split()[0]: cell.column for cell in sheet[2]}
    row = next(cell.row for cell in sheet["A"] if cell.value == "JL008")
    sheet.cell(row, columns["logistics.2a"]).value = "大部分满足"
    sheet.cell(row, columns["data.1a"]).value = "不满足"
    book.save(tmp_path / "second.xlsx")
    words = ("agreement", EXAMPLE, tmp_path / "second.xlsx")
    done = maturity(*words, "--lang", "en", "-o", tmp_path / "a.json")
    assert done.exit_code == 0, done.output
    assert "The level differs for 1" in done.output
    found = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["agreement"]
    assert {one["requirement"]: one["decides"] for one in found["disputes"]} == {"logistics.2a": True, "data.1a": False}
    assert found["disputes"][0]["requirement"] == "logistics.2a"
    assert {one["node"] for one in found["agreement"] if one["equal"] < one["compared"]} == {"logistics", "data", ""}
    assert maturity(*words, "-o", tmp_path / "a.xlsx").exit_code == 0
    assert load_workbook(tmp_path / "a.xlsx").sheetnames == ["一致程度", "两方等级", "需要商定的答案"]
    assert maturity(*words[:2], EXAMPLE, "-o", tmp_path / "a.csv").exit_code == 0
    assert (tmp_path / "a-disputes.csv").read_text(encoding="utf-8-sig").startswith("id,requirement")


def test_costs_and_durations_from_a_workbook(tmp_path: Path) -> None:
    """The plan's cost is that of the table, its durations are said, and a duration that is too long is a reason."""
    book = Workbook()
    for words in (["编号", "费用", "工期"], ["data", 40, 6]):
        book.worksheets[0].append(words)
    book.save(tmp_path / "costs.xlsx")
    aim = ("--only", "JL001", "--subdomain", "data", "--level", "4")
    plan = ("plan", EXAMPLE, *aim, "--costs", tmp_path / "costs.xlsx")
    done = maturity(*plan, "--lang", "en", "-o", tmp_path / "p.json", *ON)
    assert done.exit_code == 0, done.output
    (found,) = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["plans"]
    assert (int(found["cost"]) % 40, int(found["duration"])) == (0, 6 * int(found["cost"]) // 40)
    assert f"{found['longest']} side by side" in done.output
    late = maturity(*plan, "--lang", "en", "--max-duration", "5", *ON)
    assert "what takes too long" in late.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", EXAMPLE, "--by", "both"), "bands"),
        (("plan", EXAMPLE, "--tier", "factory", *ON), "smart_factory"),
        (("plan", EXAMPLE, "--tier", "smart_factory", "--level", "2", *ON), "--tier"),
        (("plan", EXAMPLE, "--subdomain", "data"), "--level"),
        (("whatif", EXAMPLE, "--weight", "element.resources=0.15"), "PROFILE:NODE=VALUE"),
        (("firmness", EXAMPLE, "--points", "101"), "100"),
        (("firmness", EXAMPLE, "--seed", "-1"), "--seed"),
        (("plan", EXAMPLE, "--tier", "smart_factory", "--programme", "none", *ON), "--programme none"),
        (("compare", EXAMPLE, "--against", "none", *ON), "--against"),
        (("compare", EXAMPLE, *ON), "--against / --against-reading / --against-on：没有指明改变什么"),
        (("whatif", EXAMPLE, "--renamed", "data.1a=data.1b"), "--to-model：没有指明改变什么"),
        (
            (
                "score",
                EXAMPLE,
                "-o",
                "r.csv",
                *ON,
                *("--reading", "maturity_band=reference") * 2,
                "--reading",
                "maturity_band=x",
            ),
            "maturity_band=reference, maturity_band=x",
        ),
    ],
)
def test_wrong_usage_of_what_goes_on_from_a_level(words: tuple[str | Path, ...], said: str) -> None:
    """Wrong usage of plan, whatif and firmness ends with 2, and says what would be right."""
    done = maturity(*words)
    assert done.exit_code == 2, done.output
    assert said in done.output


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("plan", EXAMPLE, "--level", "9"), "--level: there is no level 9"),
        (("plan", EXAMPLE, "--subdomain", "dta", "--level", "2"), "--subdomain --level: the model has no subdomain"),
        (
            ("plan", EXAMPLE, "--tier", "smart"),
            "--tier: the programme has no tier 'smart'; known are: digital_workshop",
        ),
        (("plan", EXAMPLE, "--budget", "much"), "--budget: 'much'"),
        (("plan", EXAMPLE, "--total-budget", "much"), "--total-budget: 'much'"),
        (("plan", EXAMPLE, "--max-duration", "long"), "--max-duration: 'long'"),
        (("plan", EXAMPLE, "--fix", "data.1a=best"), "--fix: data.1a: there is no choice 'best'"),
        (("plan", EXAMPLE, "--forbid", "none"), "--forbid: the model has no requirement or subdomain 'none'"),
        (("agreement", EXAMPLE, EXAMPLE, "--layer", "domian"), "--layer: the model has no layer 'domian'"),
        (("whatif", EXAMPLE, "--answer", "JL008:data.9z=full"), "--answer JL008:data.9z: the model has no requirement"),
        (("whatif", EXAMPLE, "--answer", "data.9z=full"), "--answer data.9z: the model has no requirement"),
        (("whatif", EXAMPLE, "--weight", "discrete:mars=1"), "--weight: discrete.mars: the model has no node"),
        (("whatif", EXAMPLE, "--profile", "mixed"), "--profile: there is no profile 'mixed'"),
        (("score", EXAMPLE, "-o", "r.csv", "--whatif", "profile=mixed"), "--whatif: there is no profile 'mixed'"),
        (("score", EXAMPLE, "-o", "r.csv", "--reading", "maturity_band=x"), "--reading maturity_band: the reading has"),
        (("compare", EXAMPLE, "--against-reading", "band=x"), "--against-reading: there is no reading 'band'"),
        (("calendar", "jilin-2024-228", "--reading", "band=x"), "--reading: there is no reading 'band'"),
        (("report", EXAMPLE, "-o", "reports", "--by", "colour"), "--by: the batch cannot be divided by 'colour'"),
    ],
)
def test_what_is_wrong_with_an_option_stands_at_the_option_as_it_was_typed(
    words: tuple[str | Path, ...], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the name that the library has for it; it is wrong usage, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    done = maturity(*words, "--lang", "en", *ON)
    assert done.exit_code == 2, done.output
    assert f"\n{place}" in f"\n{done.stderr}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (("score",), "score：缺少 sources；用法见", "score: sources is missing; for usage see"),
        (("score", EXAMPLE), "score：缺少 -o / --output", "score: -o / --output is missing"),
        (("scor",), "没有命令“scor”；是否指：score", "there is no command 'scor'; did you mean: score"),
        (("models", "list"), "没有命令“list”；现有：show、export", "no command 'list'; known are: show, export"),
        (("check", EXAMPLE, "--modle", "x"), "check：没有选项 --modle；是否指：--model", "did you mean: --model"),
        (("check", EXAMPLE, "--model"), "--model 后面缺少值", "--model needs a value behind it"),
        (("plan", EXAMPLE, "--gaps=1"), "--gaps 后面不能有值", "--gaps takes no value"),
        (("calendar", "a", "b"), "calendar：多余的参数：b", "calendar: there is too much: b"),
        (("firmness", EXAMPLE, "--points", "101"), "--points：值不对：应小于或等于 100", "less than or equal to 100"),
        (
            ("firmness", EXAMPLE, "--draws", "many"),
            "--draws：值不对：应为整数",
            "should be a whole number",
        ),
        (("check", EXAMPLE, "--on", "2025"), "--on：值不对：2025: YYYY-MM-DD", "--on: wrong value: 2025: YYYY-MM-DD"),
        (("plan", EXAMPLE, "--by", "both"), "--by：值不对：bands | stepwise", "--by: wrong value: bands | stepwise"),
    ],
)
def test_wrong_usage_is_said_in_the_language_that_was_chosen(words: tuple[str | Path, ...], zh: str, en: str) -> None:
    """Chinese, unless --lang asks for English; whatever else is wrong with the words, the exit code is 2."""
    chinese = maturity(*words)
    assert (chinese.exit_code, zh in chinese.stderr) == (2, True), chinese.output
    assert not re.search("Usage|Missing|Invalid|No such|Error", chinese.output)
    if len(words) > 1 and words[-1] != "--model":
        english = maturity(*words, "--lang", "en")
        assert (english.exit_code, en in english.stderr) == (2, True), english.output


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("check", EXAMPLE, "--model"), "check"),
        (("models", "--lang"), "models"),
        (("models", "show", "--lang"), "models show"),
    ],
)
def test_a_missing_value_is_told_with_the_help_of_its_command(words: tuple[str | Path, ...], command: str) -> None:
    """Not with that of all commands; in the language that was chosen before."""
    chinese, english = maturity(*words), maturity(*words[:-1], "--lang", "en", words[-1])
    assert (chinese.exit_code, english.exit_code) == (2, 2)
    assert f" {command}：{words[-1]} 后面缺少值；用法见 " in f" {chinese.stderr}"
    assert f" {command}: {words[-1]} needs a value behind it; for usage see " in f" {english.stderr}"
    assert chinese.stderr.endswith(f" {command} --help\n")
    assert english.stderr.endswith(f" {command} --help\n")


def test_the_installed_version_is_printed() -> None:
    """As the results name it."""
    done = maturity("--version")
    assert (done.exit_code, done.output) == (0, f"maturity-scoring {version('maturity-scoring')}\n")


@pytest.mark.parametrize(("lang", "said"), [("zh", "每步为 1"), ("en", "costs 1 unless --costs says otherwise")])
def test_a_plan_says_what_a_cost_is(lang: str, said: str) -> None:
    """Once for all plans; not where nothing is raised."""
    done = maturity("plan", EXAMPLE, "--only", "JL013", "--only", "JL005", "--lang", lang, *ON)
    assert done.stdout.count(said) == 1
    reached = maturity("plan", EXAMPLE, "--only", "JL008", "--level", "1", "--lang", lang, *ON)
    assert reached.exit_code == 0, reached.output
    assert said not in reached.stdout


@pytest.mark.parametrize("programme", ["jilin-2024-228", "none"])
def test_what_divides_a_batch_anyway_may_be_asked_for(programme: str, tmp_path: Path) -> None:
    """The page of the cohort is the one that it is without asking."""
    path = tmp_path / "batch.csv"
    rows = (f"E{k},discrete,full,{'长春' if k % 2 else '吉林'}" for k in range(10))
    path.write_text("\n".join(("id,profile,data.1a,city", *rows)), encoding="utf-8")
    words = ("report", path, "--programme", programme, "--only", "E1", "--jobs", "1", *ON)
    pages = []
    for folder, by in (("plain", ()), ("asked", ("--by", "city", "--by", "profile"))):
        done = maturity(*words, "-o", tmp_path / folder, *by)
        assert done.exit_code == 0, done.output
        pages.append((tmp_path / folder / "cohort.html").read_text(encoding="utf-8"))
    assert "长春" in pages[0]
    assert pages[0] == pages[1]


def test_a_fact_that_has_the_name_of_a_column_still_divides_the_batch(tmp_path: Path) -> None:
    """The industry that Zhejiang asks for is not the industry beside it in the sheet."""
    path = tmp_path / "batch.csv"
    rows = (f"E{k},discrete,full,{'石化' if k % 2 else '有色'},化工" for k in range(10))
    path.write_text("\n".join(("id,profile,data.1a,industry,所属行业", *rows)), encoding="utf-8")
    words = ("report", path, "--programme", "zhejiang-2025-174", "--only", "E1", "--jobs", "1", *ON)
    done = maturity(*words, "-o", tmp_path / "out", "--by", "industry")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert "有色" in page
    assert "化工" in page


def test_report_and_results_say_how_to_go_on(tmp_path: Path) -> None:
    """With --plan and --firmness, report and results say the way up and how firm the level is; else they do not."""
    words = (EXAMPLE, "--only", "JL004", *ON)
    for folder, extra in (("without", ()), ("with", ("--plan", "--firmness"))):
        assert maturity("report", *words, "-o", tmp_path / folder, *extra).exit_code == 0
        page = (tmp_path / folder / "JL004.html").read_text(encoding="utf-8")
        assert ("提升路径" in page, "等级有多稳" in page) == ((folder == "with",) * 2)
    maturity("score", EXAMPLE, "-o", tmp_path / "r.json", "--plan", *ON)
    found = {one["id"]: one for one in json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["enterprises"]}
    assert found["JL013"]["plans"][0]["target_level"] == 1


@pytest.mark.parametrize("command", ["demo", "form", "score", "report", "models"])
def test_a_place_that_cannot_be_written_to(command: str, tmp_path: Path) -> None:
    """It is named in a sentence, with exit code 1 and no traceback."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    place = tmp_path / "file" / "below.xlsx"
    words: dict[str, tuple[str | Path, ...]] = {
        "demo": ("demo",),
        "form": ("form",),
        "score": ("score", EXAMPLE, *ON),
        "report": ("report", EXAMPLE, *ON),
        "models": ("models", "export", "gbt39116-2020"),
    }
    done = maturity(*words[command], "-o", place, "--lang", "en")
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert "below.xlsx" in done.output


@pytest.mark.parametrize(("lang", "said"), [("zh", "没有这个文件或文件夹"), ("en", "No such file or directory")])
def test_why_a_place_cannot_be_written_to_is_told_in_the_language(lang: str, said: str, tmp_path: Path) -> None:
    """No English of the operating system inside a Chinese sentence."""
    place = tmp_path / "none" / "below.toml"
    done = maturity("models", "export", "gbt39116-2020", "-o", place, "--lang", lang)
    assert done.exit_code == 1
    assert f"{place}{'：文件无法写入：' if lang == 'zh' else ': the file cannot be written: '}{said}" in done.stderr


@pytest.mark.parametrize(
    ("words", "place", "room"),
    [
        (("report", EXAMPLE, "--only", "JL001", "--jobs", "1", *ON), "cohort.html", 1_000),
        (("report", EXAMPLE, "--only", "JL001", "--jobs", "1", *ON), "JL001.html", 100_000),
        (("models", "export", "gbt39116-2020"), "", 1_000),
        (("templates",), "batch.css", 1_000),
    ],
)
def test_a_full_disk(
    words: tuple[str | Path, ...], place: str, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is named, the way out too, and no part of it is left; the system itself names no file."""
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if len(content) > room:
            write(path, content[:room])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    done = maturity(*words, "-o", tmp_path / "out")
    assert done.exit_code == 1, done.output
    (line,) = [line for line in done.stderr.splitlines() if "磁盘空间不足" in line]
    assert line.startswith(f"{tmp_path / 'out' / place}：")
    assert "磁盘是否还有空间" in line or "磁盘还有空间" in line
    assert not (tmp_path / "out" / place).is_file()
    assert [path.name for path in tmp_path.rglob("*") if "part" in path.name or path.name.startswith(".out")] == []


@pytest.mark.parametrize("command", ["score", "plan", "firmness", "whatif", "compare", "agreement"])
@pytest.mark.parametrize("source", ["answers/sheet.xlsx", "answers"])
def test_answers_are_never_written_over(
    command: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not where the file itself is named as the output, nor where it lies in the folder that is read."""
    monkeypatch.chdir(tmp_path)
    sheet = Path("answers", "sheet.xlsx")
    sheet.parent.mkdir()
    sheet.write_bytes(EXAMPLE.read_bytes())
    twice = (source, source) if command == "agreement" else (source,)
    change = {"whatif": ("--profile", "process"), "compare": ("--against-on", "2025-12-31")}.get(command, ())
    done = maturity(command, *twice, *change, "-o", tmp_path / sheet, *ON)
    assert done.exit_code == 2, done.output
    assert "--output：结果会覆盖所读的文件" in done.stderr
    assert sheet.read_bytes() == EXAMPLE.read_bytes()


def test_strict_writes_nothing(tmp_path: Path) -> None:
    """With --strict any problem ends the run with 1 before anything is written; a sound batch is scored as ever."""
    book = load_workbook(EXAMPLE)
    book.worksheets[0]["X3"] = "大部分满意"
    book.save(tmp_path / "bad.xlsx")
    for command, place in (("score", "r.xlsx"), ("report", "reports")):
        done = maturity(command, tmp_path / "bad.xlsx", "-o", tmp_path / place, "--strict", *ON)
        assert done.exit_code == 1
        assert "bad.xlsx!企业汇总表!X3" in done.output
        assert not (tmp_path / place).exists()
    assert maturity("score", EXAMPLE, "-o", tmp_path / "r.csv", "--strict", *ON).exit_code == 0


def test_a_folder_is_one_batch(tmp_path: Path) -> None:
    """Every sheet in it is read; what was wrong stands in the results, too."""
    (tmp_path / "forms").mkdir()
    for name in ("长春.xlsx", "吉林.xlsx"):
        (tmp_path / "forms" / name).write_bytes(EXAMPLE.read_bytes())
    done = maturity("score", tmp_path / "forms", "-o", tmp_path / "r.csv", *ON)
    assert done.exit_code == 1
    assert "forms/长春.xlsx!企业汇总表!A3" in done.output
    with (tmp_path / "r-problems.csv").open(encoding="utf-8-sig", newline="") as file:
        problems = [row["where"] for row in csv.DictReader(file) if row["kind"] == "problem"]
    assert problems[0] == "forms/长春.xlsx!企业汇总表!A3"


def test_problems_are_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Place, what is wrong and the way out side by side; nothing in a cell is taken for markup."""
    screen = Console(file=io.StringIO(), force_terminal=True, width=150, color_system=None)
    monkeypatch.setattr(frame, "err", screen)
    frame.listed([Problem.of("sheets.bad-yes-no", "[b]batch.xlsx!企业!F12", "[red]x[/red]")], "en")
    assert isinstance(screen.file, io.StringIO)
    shown = screen.file.getvalue()
    assert re.search(r"Where +What +Way out", shown)
    assert re.search(r"\[b\]batch\.xlsx!企业!F12 +'\[red\]x\[/red\]' is neither yes nor no", shown)


@pytest.mark.parametrize("terminal", [True, False])
def test_many_problems_that_say_the_same_share_a_line(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """A word in hundreds of cells hides nothing else; only a list that goes to a file names every cell."""
    screen = Console(file=io.StringIO(), force_terminal=terminal, width=300, color_system=None)
    monkeypatch.setattr(frame, "err", screen)
    same = [Problem.of("sheets.bad-yes-no", f"b.xlsx!企业!F{row}", "优秀") for row in range(2, 102)]
    kind = [Problem.of("sheets.bad-date", f"b.xlsx!企业!G{row}: E{row}: on", f"第{row}天") for row in range(2, 102)]
    alone = Problem.of("sheets.empty-file", "c.xlsx")
    frame.listed([*same, *kind, alone], "en", all_of_them=False)
    frame.listed([*same, alone], "zh")
    assert isinstance(screen.file, io.StringIO)
    shown = screen.file.getvalue()
    assert "b.xlsx!企业!F2, F3, F4, F5, F6 … (100 places)" in shown
    assert "b.xlsx!企业!G2, G3, G4, G5, G6 … (100 places)" in shown
    assert "'第2天' is not a definite date; it counts as unknown (and 99 more like it)" in shown
    assert shown.count("c.xlsx") == 2
    assert ("b.xlsx!企业!F2、F3、F4、F5、F6 等 100 处" in shown) == terminal
    assert (shown.count("优秀") == 101) != terminal


@pytest.mark.parametrize("terminal", [True, False])
def test_how_far_reading_is_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    """What is done with a workbook, by name; nothing where nobody watches."""
    screen = Console(file=io.StringIO(), force_terminal=terminal, width=150, color_system=None)
    monkeypatch.setattr(frame, "err", screen)
    model, _ = frame.load(frame.DEFAULT_MODEL, frame.NO_PROGRAMME, date(2025, 6, 30))
    with frame._reading("en") as told:
        told("open", 0, 20_000)
        told("match", 54, 216)
    frame.read([EXAMPLE], model, None, "en")
    assert isinstance(screen.file, io.StringIO)
    shown = screen.file.getvalue()
    assert bool(shown) == terminal
    assert ("Matching 216 requirements" in shown) == terminal
