"""An enterprise whose industry type nobody knows: named, without a level, never under a profile that is not its own."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from maturity.answers import UNANSWERED, Answers
from maturity.cohort import Cohort, by_profile
from maturity.firmness import compare, whatif
from maturity.models import load_model
from maturity.profiles import known_profile, unknown_profiles
from maturity.reports import cohort_content, contents, render, write_reports
from maturity.scenarios import decide, load_programme
from maturity.scoring import assess
from maturity.sheets import Batch, Scoring, read_batch, read_results, score_parquet, write_answers, write_results

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
ASKED = [requirement.id for requirement in MODEL.requirements]
GIVEN = ["离散型", "", "process", "混合", "", "离散、流程", "", "未知", "流程型"]
KNOWN = ["discrete", "", "process", "", "", "", "", "", "process"]
ROWS = [[f"E{i}", profile, "是", *["full"] * len(ASKED)] for i, profile in enumerate(GIVEN)]
HEAD = ["id", "profile", "registered", *ASKED]


def sheet(path: Path, rows: Sequence[Sequence[str]] = ROWS) -> Path:
    """The enterprises as a sheet of the kind that the ending names; without one a folder of sheets."""
    if not path.suffix:
        path.mkdir()
        for number, some in enumerate((rows[:4], rows[4:])):
            sheet(path / f"{number}.csv", some)
    elif path.suffix == ".parquet":
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        cells = {head: [row[at] or None for row in rows] for at, head in enumerate(HEAD)}
        pq.write_table(pa.table({head: pa.array(own, pa.string()) for head, own in cells.items()}), path)
    elif path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows([HEAD, *rows])
    else:
        xlsxwriter = pytest.importorskip("xlsxwriter")
        with xlsxwriter.Workbook(path) as book:
            own = book.add_worksheet()
            for number, row in enumerate([HEAD, *rows]):
                own.write_row(number, 0, row)
    return path


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return read_batch(sheet(tmp_path_factory.mktemp("sheets") / "b.csv"), MODEL, PROGRAMME)


@pytest.mark.parametrize("name", ["b.xlsx", "b.csv", "b.parquet", "folder"])
def test_every_kind_of_sheet_says_the_same(name: str, tmp_path: Path) -> None:
    """No profile, no level, no total; whatever does not rest on the level is decided as for everybody."""
    batch = read_batch(sheet(tmp_path / name), MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [known_profile(batch.answers, i) for i in range(len(KNOWN))] == KNOWN
    assert (batch.answers.columns[:, 1] == UNANSWERED).all()
    assessment = assess(batch.answers)
    decisions = decide(PROGRAMME, assessment, batch.facts, on=ON)
    assert assessment.level.tolist() == [5 if known else -1 for known in KNOWN]
    assert np.isnan(assessment.total).tolist() == [not known for known in KNOWN]
    assert set(decisions.verdict["smart_factory"].tolist()) == {"undecided"}
    assert sum("profile" in problem.id for problem in batch.problems) == KNOWN.count("")
    for ending in ("xlsx", "csv", "json", "parquet"):
        path = tmp_path / f"results.{ending}"
        write_results(path, assessment, decisions, names=batch.names)
        rows = read_results(path, MODEL, PROGRAMME).enterprises
        assert [row["profile"] for row in rows] == [known or None for known in KNOWN]
        assert [row["level"] for row in rows] == [5 if known else None for known in KNOWN]
        assert [row["total"] for row in rows] == [5.0 if known else None for known in KNOWN]


def test_a_stream_says_what_the_batch_says(tmp_path: Path) -> None:
    """Block by block as in memory."""
    pytest.importorskip("pyarrow")
    scored = score_parquet([sheet(tmp_path / "b.parquet")], tmp_path / "r.parquet", Scoring(MODEL, PROGRAMME, ON))
    assert scored.levels == {5: 3, None: 6}
    rows = read_results(tmp_path / "r.parquet", MODEL, PROGRAMME).enterprises
    assert [(row["profile"], row["level"], row["readings_differ"]) for row in rows] == [
        (known or None, 5 if known else None, False if known else None) for known in KNOWN
    ]


def test_written_answers_come_back(batch: Batch, tmp_path: Path) -> None:
    """Nobody has a profile afterwards who had none before."""
    pytest.importorskip("pyarrow")
    write_answers(tmp_path / "a.parquet", batch.answers)
    back = read_batch(tmp_path / "a.parquet", MODEL).answers
    assert unknown_profiles(back).tolist() == unknown_profiles(batch.answers).tolist()
    assert (back.columns == batch.answers.columns).all()


def test_some_of_them_and_what_if_leave_them_without_a_level(batch: Batch) -> None:
    """Neither a choice of rows nor an assumption makes a level of answers that were never kept."""
    assert unknown_profiles(batch.answers.take(np.array([2, 1]))).tolist() == [False, True]
    found = whatif(batch.answers, choices={ASKED[0]: "none"}, profile="process")
    assert (found.before.level[1], found.after.level[1], found.row(1).changed) == (-1, -1, ())
    assert (found.row(1).profile_before, found.row(1).profile_after) == ("", "")


def test_two_assessors_of_whom_one_knows_the_profile_are_not_compared(batch: Batch) -> None:
    """As when each gives another one."""
    known = Answers.from_points(MODEL, batch.answers.points, ids=batch.answers.ids, profiles="discrete")
    found = compare(batch.answers, known)
    assert found.first.answers.ids == ("E0",)
    assert [note.value for note in found.notes][:2] == ["—, discrete", "process, discrete"]


def test_the_cohort_counts_them_as_unknown(batch: Batch) -> None:
    """Not under the first profile, and not below level 1."""
    assessment = assess(batch.answers)
    assert by_profile(assessment).labels == tuple(KNOWN)
    summary = Cohort(assessment).summary()
    assert (summary.rejected, summary.levels[0], summary.open) == (6, 0, 0)
    assert cohort_content(assessment, lang="en").rejected == 6
    again = assess(batch.answers.take(np.repeat(np.arange(len(KNOWN)), 5)))
    page = cohort_content(again, lang="en").divisions[0]
    assert [(group.name, group.size, group.levels[-1]) for group in page.groups] == [
        ("Discrete manufacturing", 5, 0),
        ("Process manufacturing", 10, 0),
        ("unknown", 30, 30),
    ]


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_the_report_says_why_there_is_no_level(kind: str, batch: Batch, tmp_path: Path) -> None:
    """It is written, for the verdicts, and names neither a profile, nor weights, nor anything unanswered."""
    for extra in {"pdf": ["typst"], "docx": ["docxtpl"]}.get(kind, []):
        pytest.importorskip(extra)
    assert batch.facts is not None
    assessment = assess(batch.answers)
    decisions = decide(PROGRAMME, assessment, batch.facts, on=ON)
    supposed = whatif(batch.answers, profile="process")
    (content,) = contents(assessment, [1], decisions=decisions, lang="en", whatif=supposed)
    assert content.notes == (
        "The industry type is missing or not known, so that there are no weights: no answer counts, "
        "and there is no level.",
    )
    assert (content.profile, content.level_name, content.total) == ("—", "No level", "—")
    assert {node.weight for node in content.nodes} == {"—"}
    assert {score.shown for node in content.nodes for score in node.scores} == {"—"}
    assert (content.unanswered, content.gaps, content.peers) == ((), (), None)
    assert render(content, kind)  # type: ignore[arg-type]
    if kind == "html":
        assert "Every requirement is answered" not in render(content, "html").decode("utf-8")
        found = write_reports(tmp_path, assessment, decisions, batch.names)
        assert (len(found.paths), found.problems) == (9, ())
        index = found.index.read_text(encoding="utf-8")
        assert index.count('<td class="tag-cell">—</td>') == 6
