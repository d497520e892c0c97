"""Reports of a whole batch: by several processes, again after an interruption, found in an index, summed up."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import date
from html import escape, unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maturity import Answers, assess, cut, decide, load_model, load_programme
from maturity.cohort import FEWEST, Cohort, by_column, by_fact
from maturity.errors import InputError, MaturityError
from maturity.language import LANGUAGES, Lang
from maturity.reports import (
    Content,
    Format,
    Letterhead,
    Peers,
    Written,
    cohort_content,
    cohort_page,
    content_of,
    file_names,
    render,
    write_reports,
)
from maturity.reports.batch import journal
from maturity.reports.batch.index import index_page
from maturity.reports.formats.templates import environment
from maturity.scenarios import Decisions, Facts
from maturity.scoring import Assessment

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
N = 23
CITIES = ["长春"] * 9 + ["吉林"] * 6 + ["四平"] * 4 + ["辽源"] * 2 + [""] * 2


def batch(n: int = N, *, seed: int = 5) -> Assessment:
    """Random sheets, the higher the level the emptier."""
    rng = np.random.default_rng(seed)
    level = np.array([requirement.level for requirement in MODEL.requirements])
    points = np.where(rng.random((n, len(level))) < 0.25 * level, rng.choice([0, 5, 8, 255], (n, len(level))), 10)
    profiles = [MODEL.profiles[i % 2].id for i in range(n)]
    ids = [f"E{i:02d}" for i in range(n)]
    return assess(Answers.from_points(MODEL, points.astype(np.uint8), ids=ids, profiles=profiles))


def decided(assessment: Assessment, money: int = 900) -> Decisions:
    columns: dict[str, Sequence[object]] = {
        "registered": [True] * len(assessment),
        "in_production": [i % 4 > 0 for i in range(len(assessment))],
        "investment_equipment": [money + 300 * i for i in range(len(assessment))],
    }
    return decide(PROGRAMME, assessment, Facts.from_columns(PROGRAMME, columns, ids=assessment.answers.ids), on=ON)


ASSESSMENT = batch()
DECISIONS = decided(ASSESSMENT)
NAMES = [f"示例{i}号有限公司" for i in range(N)]


def written(folder: Path, **given: Any) -> Written:
    return write_reports(folder, ASSESSMENT, DECISIONS, NAMES, **given)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The batch written by one process, with everything there is to divide by."""
    folder = tmp_path_factory.mktemp("whole")
    assert written(folder, by=[by_column("city", CITIES)]).problems == ()
    return folder


# ---------------------------------------------------------------- processes


@pytest.mark.parametrize("formats", [("html",), ("pdf", "docx")])
def test_the_files_do_not_depend_on_the_number_of_processes(tmp_path: Path, formats: Sequence[Format]) -> None:
    """Every byte is the same: pages, PDF, Word, index, cohort report, journal."""
    for extra in ("typst", "docxtpl") if "pdf" in formats else ():
        pytest.importorskip(extra)
    only = ASSESSMENT.answers.ids[:3]
    one = written(tmp_path / "one", formats=formats, only=only, jobs=1)
    two = written(tmp_path / "two", formats=formats, only=only, jobs=2)
    assert one.problems == two.problems == ()
    assert len(one.paths) == 3 * len(formats)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_template_that_no_report_gets_past_is_named_once(tmp_path: Path) -> None:
    """Not once for each enterprise."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "report.typ").write_text("#nothing-of-that-name", encoding="utf-8")
    pytest.importorskip("typst")
    with pytest.raises(MaturityError) as raised:
        written(tmp_path / "out", formats=("pdf",), templates=own)
    assert len(raised.value.problems) == 1


# ---------------------------------------------------------------- again


def test_a_second_run_keeps_what_would_come_out_the_same(tmp_path: Path) -> None:
    """No report is rendered, no file touched; the whole folder stays as it is."""
    written(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("E*.html")}
    again = written(tmp_path)
    assert (again.kept, len(again.paths)) == (N, N)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("E*.html")} == before


def test_a_run_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was complete is kept, the rest is written, and everything is as if nothing had happened."""
    done: list[str] = []

    def interrupted(content: Content, *rest: Any, **given: Any) -> bytes:
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(content.id)
        return render(content, *rest, **given)

    with monkeypatch.context() as patch:
        patch.setattr("maturity.reports.batch.render", interrupted)
        with pytest.raises(KeyboardInterrupt):
            written(tmp_path)
    assert written(tmp_path).kept == 7
    written(tmp_path / "fresh")
    fresh = files(tmp_path / "fresh")
    shutil.rmtree(tmp_path / "fresh")
    assert files(tmp_path) == fresh


CHANGES: dict[str, dict[str, Any]] = {
    "language": {"lang": "en"},
    "letterhead": {"letterhead": Letterhead(issuer="示例厅")},
    "font": {"embed_font": True},
    "reading": {},
    "facts": {},
    "names": {},
    "answers": {},
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_a_report_is_written_again_when_what_it_is_made_from_changes(tmp_path: Path, what: str) -> None:
    """And only then; what concerns one enterprise costs one report."""
    assessment, decisions, names = batch(4), decided(batch(4)), list(NAMES[:4])
    write_reports(tmp_path, assessment, decisions, names)
    everybody = what not in ("names", "answers", "facts")
    if what == "reading":
        reading = next(one for one in PROGRAMME.readings if len(one.options) > 1)
        other = next(option.id for option in reading.options if option.id != reading.default)
        decisions = decide(PROGRAMME, assessment, decisions.facts, on=ON, readings={reading.id: other})
    if what == "names":
        names[2] = "改名"
    if what == "facts":
        values = {fact.id: [decisions.facts.value(fact.id, i) for i in range(4)] for fact in PROGRAMME.facts}
        values["investment_equipment"][2] = 12345
        changed = Facts.from_columns(PROGRAMME, values, ids=assessment.answers.ids)
        decisions = decide(PROGRAMME, assessment, changed, on=ON)
    if what == "answers":
        points = assessment.answers.points.copy()
        points[2, 0] = 5 if points[2, 0] != 5 else 8
        profiles = [assessment.answers.profile(i) for i in range(4)]
        assessment = assess(Answers.from_points(MODEL, points, ids=assessment.answers.ids, profiles=profiles))
        decisions = decide(PROGRAMME, assessment, decisions.facts, on=ON)
    again = write_reports(tmp_path, assessment, decisions, names, **CHANGES[what])
    assert again.kept == (0 if everybody else 3)
    write_reports(tmp_path / "fresh", assessment, decisions, names, **CHANGES[what])
    fresh = files(tmp_path / "fresh")
    shutil.rmtree(tmp_path / "fresh")
    assert files(tmp_path) == fresh


def test_a_template_that_changes_writes_every_report_again(tmp_path: Path) -> None:
    """In the folder of the user's own."""
    own = tmp_path / "own"
    own.mkdir()
    for text, kept in (("one", 0), ("one", N), ("two", 0)):
        (own / "report.html.j2").write_text(f"{{{{ report.name }}}} {text}", encoding="utf-8")
        environment.cache_clear()  # in another run it is read anew
        found = written(tmp_path / "out", templates=own)
        assert (found.kept, found.paths[3].read_text(encoding="utf-8")) == (kept, f"{NAMES[3]} {text}")


def test_a_file_that_is_gone_or_empty_is_written_again(tmp_path: Path) -> None:
    """What the journal says counts for files that are there."""
    written(tmp_path)
    (tmp_path / "E03.html").unlink()
    (tmp_path / "E05.html").write_bytes(b"")
    assert written(tmp_path).kept == N - 2
    assert (tmp_path / "E05.html").stat().st_size > 0


def test_a_journal_that_was_cut_off_costs_one_report(tmp_path: Path) -> None:
    """Its last line says nothing any more."""
    written(tmp_path)
    lines = (tmp_path / journal.NAME).read_bytes()
    (tmp_path / journal.NAME).write_bytes(lines[:-30])
    assert written(tmp_path).kept == N - 1
    assert (tmp_path / journal.NAME).read_bytes() == lines


def test_formats_are_added_to_those_that_are_there(tmp_path: Path) -> None:
    """The pages stay, PDF joins them, and the index links both."""
    pytest.importorskip("typst")
    only = ["E00", "E01"]
    written(tmp_path, only=only)
    more = written(tmp_path, only=only, formats=("html", "pdf"))
    assert (more.kept, [path.name for path in more.paths]) == (2, ["E00.html", "E00.pdf", "E01.html", "E01.pdf"])
    links = re.findall(r'href="(E\d\d\.\w+)"', more.index.read_text(encoding="utf-8"))
    assert links == ["E00.html", "E00.pdf", "E01.html", "E01.pdf"]


def test_the_index_does_not_link_a_report_of_other_answers(tmp_path: Path) -> None:
    """A PDF made from last month's sheet stays in the folder, but it is not what this batch came to."""
    pytest.importorskip("typst")
    one = batch(1)
    write_reports(tmp_path, one, formats=("html", "pdf"))
    other = write_reports(tmp_path, batch(1, seed=6), formats=("html",))
    assert (tmp_path / "E00.pdf").is_file()
    links = re.findall(r'href="(E\d\d\.\w+)"', other.index.read_text(encoding="utf-8"))
    assert links == ["E00.html"]


# ---------------------------------------------------------------- names


HOSTILE = (
    *(
        "../../x",
        "<script>alert(1)</script>",
        "CON",
        "con.txt",
        "nul",
        "COM1",
        "a",
        "A",
        "ａ",
        "a.",
        "a ",
        " a",
        "...",
        "",
    ),
    *("é", "e\u0301", "x" * 300, "企" * 300, "𬭎" * 300, "a\u202ehtml.exe", "a\x00b", "a/b", "a\\b", "index", "COHORT"),
    *('q"', "q'", "q?", "q*", "q|", "%2e%2e", "~", "-rf", "$HOME", "`id`", "ß", "ss", "İ", "\ud800"),
)


def test_names_of_files_are_safe_on_every_system() -> None:
    """No separator, no device of Windows, no dot or blank at the end, short, and unique without regard to case."""
    names = file_names(HOSTILE, reserved=("index", "cohort"))
    assert len({name.casefold() for name in names} | {"index", "cohort"}) == len(HOSTILE) + 2
    for name in names:
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
        assert name == name.strip(". ")
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", name)
        assert 0 < len(f"{name}.docx".encode()) <= 255


def test_hostile_ids_stay_in_the_folder_and_do_not_run(tmp_path: Path) -> None:
    """One file each, nothing outside, and no element of theirs in index or report."""
    n = len(HOSTILE)
    points = np.full((n, len(MODEL.requirements)), 8, np.uint8)
    given = assess(Answers.from_points(MODEL, points, ids=HOSTILE, profiles="discrete"))
    found = write_reports(tmp_path / "in" / "out", given, names=HOSTILE)
    assert found.problems == ()
    assert len({path.name.casefold() for path in found.paths}) == n
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["out"]
    assert len(list((tmp_path / "in" / "out").iterdir())) == n + 3
    index = found.index.read_text(encoding="utf-8")
    assert index.count("<script>") == 1
    assert escape("<script>alert(1)</script>") in index
    assert all("<script>" not in path.read_text(encoding="utf-8") for path in found.paths)


# ---------------------------------------------------------------- index


def test_the_index_has_a_row_for_each_enterprise_with_what_it_is_sorted_by(whole: Path) -> None:
    """Level, total and verdicts as numbers, so that ten is not before nine; the city as it was given."""
    index = (whole / "index.html").read_text(encoding="utf-8")
    body = index[index.index("<tbody>") : index.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    assert len(rows) == N
    for i, row in enumerate(rows):
        level, total = ASSESSMENT.level[i], f"{cut(ASSESSMENT.total[i]):.2f}"
        assert f'data-key="{level}">{level}' in row
        assert f'data-key="{total}">{total}' in row
        assert f'<td class="label">{CITIES[i]}</td>' in row
        assert row.count('class="tag ') == len(PROGRAMME.tiers)


def test_an_index_of_one_is_in_the_singular(tmp_path: Path) -> None:
    written = write_reports(tmp_path, batch(1), lang="en")
    assert "1 enterprise " in written.index.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"formats": "html"}, [("reports.formats-no-list", "html")]),
        ({"formats": ["html", "PDF", "doc"]}, [("reports.unknown-format", "PDF"), ("reports.unknown-format", "doc")]),
        ({"formats": ["x"], "jobs": 0}, [("reports.unknown-format", "x"), ("reports.processes", "0")]),
    ],
)
def test_other_formats_and_no_processes_are_refused(
    given: dict[str, Any], expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    """Before anything is written."""
    with pytest.raises(InputError) as error:
        write_reports(tmp_path / "out", batch(2), **given)
    assert [(problem.id, problem.value) for problem in error.value.problems] == expected
    assert all(error.value.text(lang) for lang in LANGUAGES)
    assert not (tmp_path / "out").exists()


def test_a_page_of_another_format_is_refused() -> None:
    """It was a page of HTML."""
    other: Any = "pdfx"
    with pytest.raises(InputError, match="pdfx"):
        render(content_of(batch(1)), other)


def test_the_index_asks_for_nothing_and_runs_its_own_script_only(whole: Path) -> None:
    """By its own policy, and there is no address in it but those of the reports."""
    for page in ("index.html", "cohort.html"):
        text = (whole / page).read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
        assert set(re.findall(r'href="([^"]*)"', text)) <= {
            "index.html",
            "cohort.html",
            *(f"E{i:02d}.html" for i in range(N)),
        }


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a page says after some script of ours ran in it."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    profile = tmp_path_factory.mktemp("profile")

    def after(page: str, script: str, folder: Path) -> str:
        # The page's own policy would not let the test's script run.
        text = re.sub(r"<meta http-equiv=[^>]*>", "", page) + f"<script>{script}</script>"
        (folder / "tried.html").write_text(text, encoding="utf-8")
        command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        command += ["--virtual-time-budget=2000", "--dump-dom", f"file://{folder / 'tried.html'}"]
        return subprocess.run(command, capture_output=True, check=True, timeout=90).stdout.decode("utf-8")

    return after


def test_a_browser_searches_and_sorts_the_index(whole: Path, browser: Any, tmp_path: Path) -> None:
    """Full-width digits find half-width ones; a second choice of a column turns the order round."""
    page = (whole / "index.html").read_text(encoding="utf-8")
    script = """
      const search = document.querySelector("#search");
      search.value = "e１ 长春"; search.dispatchEvent(new Event("input"));
      const head = [...document.querySelectorAll("th button")][5];
      head.click(); head.click();
      setTimeout(() => {
        const rows = [...document.querySelectorAll("tbody tr")];
        document.title = JSON.stringify({
          shown: rows.filter(row => !row.hidden).map(row => row.cells[0].textContent),
          totals: rows.map(row => Number(row.cells[5].dataset.key)),
          order: head.parentNode.ariaSort, said: document.querySelector("output").textContent});
      }, 300);
    """
    dom = browser(page, script, tmp_path)
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title
    found = json.loads(unescape(title[1]))
    expected = {f"E{i:02d}" for i in range(N) if CITIES[i] == "长春" and "e1" in f"e{i:02d}"}
    assert set(found["shown"]) == expected
    assert found["totals"] == sorted(found["totals"], reverse=True)
    assert found["order"] == "descending"
    assert f"{len(expected)} / {N}" in found["said"]


# ---------------------------------------------------------------- cohort


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_cohort_report_has_the_figures_of_the_batch(lang: Lang) -> None:
    """Counts, shares, quartiles cut to two decimals: on the page as in the arithmetic."""
    found = cohort_content(ASSESSMENT, DECISIONS, [by_column("city", CITIES)], lang=lang)
    summary = Cohort(ASSESSMENT, DECISIONS).summary()
    assert [line.count for line in found.levels] == [summary.levels[level] for level in (5, 4, 3, 2, 1, 0)]
    assert summary.total
    assert found.total.median == f"{float(summary.total.median):.3f}"[:4]
    page = cohort_page(ASSESSMENT, DECISIONS, [by_column("city", CITIES)], lang=lang).decode("utf-8")
    for line in found.subdomains:
        assert escape(line.name) in page
        assert all(f">{figure}<" in page for figure in (line.spread.lower, line.spread.median, line.spread.upper))
    for tier in found.tiers:
        assert sum(count for _, _, count, _ in tier.verdicts) == N
    assert "— – —" not in page
    assert MODEL.fingerprint in page
    assert PROGRAMME.fingerprint in page


def test_a_group_that_is_too_small_is_nowhere_on_the_page() -> None:
    """Three small ones are put together; their names stand there, their figures do not."""
    found = cohort_content(ASSESSMENT, DECISIONS, [by_column("city", CITIES)])
    (division,) = [one for one in found.divisions if "城市" in one.heading]
    assert [(line.size, bool(line.pooled)) for line in division.groups] == [(9, False), (6, False), (8, True)]
    assert all(line.size >= FEWEST for page in found.divisions for line in page.groups)
    assert "四平" in division.groups[2].pooled
    assert "未填写" in division.groups[2].pooled
    assert sum(sum(line.levels) for line in division.groups) == N


def test_a_batch_that_is_too_small_has_no_figures() -> None:
    """Four enterprises: a sentence instead, and no table."""
    small = batch(FEWEST - 1)
    found = cohort_content(small)
    assert found.too_few
    assert (found.levels, found.subdomains, found.divisions) == ((), (), ())
    assert "<table" not in cohort_page(small, None, lang="zh").decode("utf-8")


def test_the_batch_is_divided_by_a_fact() -> None:
    """By what is stated; a number is no group, and its name is answered with those that are."""
    division = by_fact(ASSESSMENT, DECISIONS, "in_production")
    assert division.labels == tuple("yes" if i % 4 else "no" for i in range(N))
    with pytest.raises(InputError, match="in_production"):
        by_fact(ASSESSMENT, DECISIONS, "investment_equipment")


def test_an_enterprise_is_compared_with_its_industry() -> None:
    """With those of its profile in it; with nobody where it says none, or where they are too few."""
    industry = by_column("industry", ["汽车"] * 12 + ["食品"] * 9 + [""] * 2)
    peers = Peers.of_batch(ASSESSMENT, DECISIONS, industry)
    assert {(group.name.zh, group.count) for group in peers.groups.values()} == {("汽车", 6), ("食品", 5)}
    first, second = (profile.id for profile in MODEL.profiles)
    same = peers.of("E00", first)
    assert same
    rows = np.array([i for i in range(12) if i % 2 == 0])
    reaches = Cohort(ASSESSMENT).reaches(rows)
    expected = [float(one.median) if one else float("nan") for one in reaches]
    np.testing.assert_allclose(same.heights, expected, rtol=1e-12)
    assert peers.of("E22", first) is None
    assert peers.of("E13", second) is None


def test_the_median_total_of_a_report_is_that_of_the_batch() -> None:
    """Both are of the totals as they are printed: of 2.159 and 2.169 it is 2.15, not the 2.16 of what lies behind."""
    points = np.random.default_rng(1).choice(np.array([0, 5, 8, 10], np.uint8), (40, 6, len(MODEL.requirements)))
    for sheets in points:
        assessment = assess(Answers.from_points(MODEL, sheets, ids=list("abcdef"), profiles="discrete"))
        (group,) = Peers.of_batch(assessment).groups.values()
        assert group.line("zh").total == cohort_content(assessment).total.median


def test_labels_of_another_number_of_enterprises_are_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(InputError, match="labels"):
        written(tmp_path / "out", by=[by_column("city", CITIES[1:])])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_are_as_wide_as_their_window(lang: Lang, browser: Any, tmp_path: Path) -> None:
    """Nothing but tables scrolls sideways, no label is cut off and no cell is squeezed, even with long names."""
    by = [by_column("city", ["W" * 90 if city == "长春" else city for city in CITIES])]
    found = written(tmp_path / "out", only=["E00"], by=by, lang=lang)
    pages = [path.read_text(encoding="utf-8") for path in (found.index, found.cohort)]
    frames = "".join(
        f'<iframe style="width:{width}px;height:700px;border:0" srcdoc="{escape(page)}"></iframe>'
        for page in pages
        for width in (1280, 390)
    )
    script = """
      addEventListener("load", () => setTimeout(() => {
        document.title = [...document.querySelectorAll("iframe")].map(frame => {
          const root = frame.contentDocument.documentElement;
          const out = [...root.querySelectorAll("text")].filter(text => {
            const own = text.getBoundingClientRect(), all = text.closest("svg").getBoundingClientRect();
            return own.left < all.left - 1 || own.right > all.right + 1;
          });
          const narrow = [...root.querySelectorAll("td, th")].filter(cell => {
            const text = frame.contentDocument.createRange();
            text.selectNodeContents(cell);
            const lines = new Set([...text.getClientRects()].map(one => Math.round(one.top))).size;
            return lines > 2 && cell.textContent.trim().length < 2 * lines;
          });
          return [root.scrollWidth - root.clientWidth, out.length, narrow.length];
        }).join(" ");
      }, 500));
    """
    dom = browser(f'<!DOCTYPE html><meta charset="utf-8"><title></title>{frames}', script, tmp_path)
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title
    assert title[1] == "0,0,0 0,0,0 0,0,0 0,0,0"


def printed(page: bytes, folder: Path) -> list[tuple[float, float, str]]:
    """The words of a page on paper: how high each is, how much room there is beside it, and what it is."""
    if not CHROMIUM or not shutil.which("pdftotext"):
        pytest.skip("needs chromium and pdftotext on the PATH")
    (folder / "page.html").write_bytes(page)
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={folder / 'page.pdf'}", f"file://{folder / 'page.html'}"]
    subprocess.run(command, capture_output=True, check=True, timeout=90)
    command = ["pdftotext", "-bbox", str(folder / "page.pdf"), "-"]
    found = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    width = float(re.findall(r'<page width="([\d.]+)"', found)[0])
    words = re.findall(r'<word xMin="[\d.]+" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)', found)
    return [(float(bottom) - float(top), width - float(right), word) for top, right, bottom, word in words]


def test_index_and_cohort_report_are_printed_whole_and_in_full_size(tmp_path: Path) -> None:
    """The index across a broad sheet: on an upright one its last column is cut off, and the rest printed smaller."""
    by = [by_column("industry", ["专用设备制造"] * N), by_column("city", CITIES)]
    files: list[dict[Format, str]] = [{"html": "a.html", "pdf": "a.pdf", "docx": "a.docx"}] * N
    index = printed(index_page(ASSESSMENT, DECISIONS, ["长春示例装备有限公司"] * N, files, by, lang="en"), tmp_path)
    cohort = printed(cohort_page(ASSESSMENT, DECISIONS, by, lang="en"), tmp_path)
    assert sum(word == "Word" for *_, word in index) == N
    assert all(room > 30 for _, room, _ in (*index, *cohort))
    assert (index[0][2], cohort[0][2]) == ("Reports", "Report")
    assert round(index[0][0], 1) == round(cohort[0][0], 1)


def test_the_head_of_the_index_stands_on_every_printed_page(tmp_path: Path) -> None:
    """Its columns have names on the second page, too, where Chromium repeats no buttons."""
    many = batch(90)
    page = index_page(many, None, ["示例"] * 90, [{"html": "a.html"}] * 90, lang="en")
    words = printed(page, tmp_path)
    pages = int(
        subprocess.run(["pdfinfo", "page.pdf"], cwd=tmp_path, capture_output=True, check=True, text=True)
        .stdout.partition("Pages:")[2]
        .split()[0]
    )
    assert pages > 2
    assert sum(word == "Total" for *_, word in words) == pages


def test_labels_of_the_cohort_are_in_the_signs_of_the_language() -> None:
    """A group with its size: 离散型（12） in Chinese, Discrete manufacturing (12) in English."""
    zh, en = (cohort_page(ASSESSMENT, DECISIONS, lang=lang).decode("utf-8") for lang in LANGUAGES)
    assert ("离散型（12）" in zh, "(12)" in zh, "(12)" in en) == (True, False, True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_index_shows_its_links_in_a_window_of_1100(lang: Lang, browser: Any, tmp_path: Path) -> None:
    """The last column is that of the files: heads go over two lines before it is out of sight."""
    page = written(tmp_path / "out", only=["E00"], lang=lang).index.read_text(encoding="utf-8")
    frame = f'<iframe style="width:1100px;height:700px;border:0" srcdoc="{escape(page)}"></iframe>'
    script = """
      addEventListener("load", () => setTimeout(() => {
        const table = document.querySelector("iframe").contentDocument.querySelector(".scroll");
        document.title = table.scrollWidth - table.clientWidth;
      }, 500));
    """
    dom = browser(f'<!DOCTYPE html><meta charset="utf-8"><title></title>{frame}', script, tmp_path)
    assert re.findall(r"<title>(.*?)</title>", dom) == ["0"]
