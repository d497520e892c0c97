"""The way up and how firm the level is, in reports: the figures of plan and firmness, both languages, or no word."""

import re
import shutil
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

import example_batch
from maturity import Assessment, Decisions, assess, decide, load_model, load_programme
from maturity.errors import InputError
from maturity.firmness import Firmness, how_firm, whatif
from maturity.improvement import LevelTarget, Plan, Target, TierTarget, plan
from maturity.improvement.plans import plain
from maturity.language import LANGUAGES, Lang, say
from maturity.reports import content_of, contents, render, write_reports
from maturity.reports.content.firm import MOST
from maturity.reports.content.way_up import PlanPage
from maturity.scoring import cut
from maturity.sheets import read_batch
from test_reports import ASSESSMENT, IDS, MEASURE, chromium, html

pytest.importorskip("highspy")

WORKBOOK = Path(str(files("maturity.examples").joinpath("enterprises.xlsx")))


@cache
def judged() -> tuple[Assessment, Decisions, tuple[Firmness, ...]]:
    """The example, assessed, decided, and how firm each level is."""
    programme = load_programme("jilin-2024-228", on=example_batch.ON)
    batch = read_batch(WORKBOOK, load_model("gbt39116-2020"), programme)
    assert batch.facts is not None
    assessment = assess(batch.answers)
    decisions = decide(programme, assessment, batch.facts, on=example_batch.ON)
    return assessment, decisions, how_firm(batch.answers, draws=1000)


def row(id: str) -> int:
    return judged()[0].answers.ids.index(id)


@cache
def plans(id: str) -> tuple[Plan, ...]:
    """To the next level, and to the two higher tiers."""
    assessment, decisions, _ = judged()
    higher = [TierTarget(decisions, tier) for tier in ("smart_factory", "future_factory")]
    targets: list[Target] = [LevelTarget(int(assessment.level[row(id)]) + 1), *higher]
    return tuple(plan(assessment, target, rows=[row(id)])[0] for target in targets)


@cache
def page(id: str, lang: Lang = "zh") -> str:
    assessment, decisions, firmness = judged()
    return html(assessment, row(id), decisions=decisions, lang=lang, plan=plans(id), firmness=firmness[row(id)])


def section(text: str, heading: str) -> str:
    """The section that a heading begins, without entities."""
    return unescape(text.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0])


class Table(HTMLParser):
    """The cells of the tables of a class, row by row, as they read."""

    def __init__(self, of_class: str) -> None:
        super().__init__()
        self.of_class, self.rows, self.inside, self.body = of_class, list[list[str]](), False, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.inside = dict(attrs).get("class") == self.of_class
        if self.inside and tag == "tr":
            self.rows.append([])
        if tag in ("thead", "tbody"):
            self.body = tag == "tbody"
        if self.inside and self.body and tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "table"

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    @classmethod
    def read(cls, text: str, of_class: str) -> list[list[str]]:
        table = cls(of_class)
        table.feed(text)
        return [[cell.strip() for cell in cells] for cells in table.rows if cells]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["JL003", "JL005", "JL010"])
def test_each_plan_stands_with_cost_proof_and_every_upgrade_in_order(id: str, lang: Lang) -> None:
    """Headline, cost and bound; id, names, level, from, to and cost of each upgrade; a list that two share, once."""
    text = page(id, lang)
    way = section(text, say("report.way.heading", lang))
    shown, expected = [], []
    for one in plans(id):
        assert one.headline(lang) in way
        assert f"<dd>{plain(one.cost)}</dd>" in way
        assert f"<dd>{plain(one.bound)}</dd>" in way
        raised = [upgrade.requirement.id for upgrade in one.upgrades]
        if raised not in shown:
            shown.append(raised)
            expected += list(enumerate(one.rows(lang), start=1))
    found = Table.read(text, "upgrades")
    assert len(found) == len(expected)
    for cells, (number, line) in zip(found, expected, strict=True):
        assert cells[0] == str(number)
        assert cells[1] == f"{line.name}{line.subdomain} {line.requirement}"
        assert cells[2:] == [str(line.level), f"{line.present} → {line.to}", line.cost, line.worth]


def test_scores_without_and_with_the_plan_are_the_exact_ones_cut() -> None:
    """Of each level, and the total, by the reading of the target; those without are those of the assessment."""
    (first, *_) = plans("JL003")
    found = Table.read(html(judged()[0], row("JL003"), plan=first), "shifts")
    exact = [*zip(first.scores, first.scores_after, strict=True), (first.total, first.total_after)]
    assert [(cells[1], cells[3]) for cells in found] == [
        (f"{cut(float(before)):.2f}", f"{cut(float(after)):.2f}") for before, after in exact
    ]
    (content,) = contents(judged()[0], [row("JL003")])
    assert [cells[1] for cells in found] == [*(level.score.shown for level in content.levels), content.total]


def test_what_is_unanswered_stands_first_and_is_marked() -> None:
    """A half-filled sheet is told to find out how things are."""
    (content,) = contents(judged()[0], [row("JL005")], plans={row("JL005"): plans("JL005")[2:]})
    (found,) = content.plans
    assert 0 < found.unanswered <= len(found.upgrades)
    assert all(line.present == "未作答" for line in found.upgrades[: found.unanswered])
    assert not any(line.present == "未作答" for line in found.upgrades[found.unanswered :])
    assert str(found.unanswered) in found.open_note
    assert page("JL005").count('<span class="unknown">未作答</span>') == sum(
        page.unanswered for page in shown_in_full("JL005")
    )


def shown_in_full(id: str) -> list[PlanPage]:
    (content,) = contents(judged()[0], [row(id)], plans={row(id): plans(id)})
    return [page for page in content.plans if not page.same_as]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_conditions_of_a_tier_are_listed_with_clause_and_shortfall(lang: Lang) -> None:
    """Under their roles; the target is not said to be reached by the plan alone."""
    way = section(page("JL010", lang), say("report.way.heading", lang))
    work = [one for plan in plans("JL010") for one in plan.aim.work]
    assert len(work) == len(Table.read(way, "conditions")) > 0
    for one in work:
        for text in (one.name.in_(lang), one.clause.in_(lang), one.quote, one.shortfall.in_(lang)):
            assert text in way
    assert say("report.way.remain", lang, count=3) in way


def test_a_long_table_is_folded_on_screen_and_whole_in_the_file() -> None:
    """Only beyond forty upgrades, and by the style for screens alone: paper gets every row."""
    text = page("JL009")
    assert len(plans("JL009")[2].upgrades) > 40
    assert text.count("<details") == 1
    assert "<details" not in page("JL003")
    assert re.search(
        r"@media screen\{\.fold:not\(\[open\]\)\+\.scroll tbody tr:nth-child\(n\+13\)\{display:none\}\}", text
    )


def test_a_target_out_of_reach_or_over_budget_says_why() -> None:
    """The reasons instead of a table; the budget and what it is passed by."""
    assessment, i = judged()[0], row("JL003")
    everything = [node.id for node in assessment.answers.model.subdomains]
    (out,) = plan(assessment, LevelTarget(2), rows=[i], forbidden=everything)
    found = unescape(html(assessment, i, plan=out))
    assert out.status == "out_of_reach"
    assert out.reasons
    assert all(reason.what("zh") in found for reason in out.reasons)
    assert Table.read(found, "upgrades") == []
    (over,) = plan(assessment, LevelTarget(2), rows=[i], budget=3)
    (content,) = contents(assessment, [i], plans={i: [over]}, lang="en")
    assert ("Budget", "3") in content.plans[0].figures
    assert ("Over the budget", plain(over.over_budget)) in content.plans[0].figures


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["JL001", "JL004", "JL005"])
def test_how_firm_the_level_is_stands_in_sentences_and_pivotal_answers(id: str, lang: Lang) -> None:
    """Every sentence; of each smallest set at most twelve answers, and how many more there are."""
    firmness = judged()[2][row(id)]
    found = section(page(id, lang), say("report.firm.heading", lang))
    assert all(sentence in found for sentence in firmness.sentences(lang))
    for change in firmness.changes:
        rows = change.rows(lang)
        for line in rows[:MOST]:
            assert line.requirement in found
            assert f"{line.before} → {line.after}" in found
            assert f"{line.worth:.4f}" in found
        if more := len(rows[MOST:]):
            assert say("report.firm.more", lang, count=more) in found


def test_readings_that_hang_on_the_same_answers_share_a_table() -> None:
    """Where one answer loses the level by either reading, the table stands once and names both."""
    assessment, _, firmness = judged()
    (content,) = contents(assessment, [row("JL004")], firmness={row("JL004"): firmness[row("JL004")]})
    assert content.firmness is not None
    lose = [moves.heading for moves in content.firmness.moves if "失去" in moves.heading]
    assert lose == ["失去 2 级：1 步（累加解读、逐级解读）"]


def test_without_plan_and_firmness_there_is_no_word_of_them() -> None:
    """The report is what it was; each of the two stands alone."""
    assessment, _, firmness = judged()
    i = row("JL003")
    way, firm = say("report.way.heading", "zh"), say("report.firm.heading", "zh")
    bare = html(assessment, i)
    assert way not in bare
    assert firm not in bare
    assert bare == html(assessment, i, plan=())
    only_plan, only_firm = html(assessment, i, plan=plans("JL003")), html(assessment, i, firmness=firmness[i])
    assert (way in only_plan, firm in only_plan) == (True, False)
    assert (way in only_firm, firm in only_firm) == (False, True)


def test_a_way_up_without_steps_is_a_sentence_and_needs_no_page() -> None:
    """Below what stands before it, in every format; that there is no level is said once."""
    docx = pytest.importorskip("docx")
    level = {"top": LevelTarget(5), "rejected": LevelTarget(1), "half": LevelTarget(5)}
    for id, target in level.items():
        i = IDS.index(id)
        found = content_of(ASSESSMENT, i, plan=plan(ASSESSMENT, target, rows=[i]))
        assert (found.plans[0].status, found.plans[0].reasons) == (
            {"top": "reached", "rejected": "no_level", "half": "planned"}[id],
            (),
        )
        before = render(found).decode("utf-8").partition("<h2>提升路径</h2>")[0]
        (heading,) = (one for one in docx.Document(BytesIO(render(found, "docx"))).paragraphs if one.text == "提升路径")
        own = id == "half"
        assert before.rpartition("<section")[2].startswith(' class="page"') == own
        assert bool(heading.paragraph_format.page_break_before) == own


def test_what_if_stands_where_something_is_changed() -> None:
    """Of a batch that is all discrete in the what-if, those that are discrete already say nothing of it."""
    assessment = judged()[0]
    changed = whatif(assessment.answers, profile="discrete")
    rows = range(len(assessment))
    found = [bool(content.whatif) for content in contents(assessment, rows, whatif=changed)]
    assert found == [assessment.answers.profile(i) == "process" for i in rows]
    assert 0 < sum(found) < len(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_screen_reader_finds_its_way(lang: Lang) -> None:
    """No heading skips a level, heads say of what, frames that scroll have a name, bold is not the stroke alone."""
    assessment, decisions, firmness = judged()
    i = row("JL005")
    changed = whatif(assessment.answers, choices={"data.1a": "none"})
    text = html(
        assessment, i, decisions=decisions, lang=lang, plan=plans("JL005"), firmness=firmness[i], whatif=changed
    )
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert all(below <= above + 1 for above, below in pairwise([0, *levels]))
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", text))
    assert not re.search(r"<th[^>]*></th>", text)
    for table in re.findall(r"<tbody>.*?</tbody>", text, re.DOTALL):
        if 'class="id"' not in table:  # a list of requirements, numbered or by name
            assert table.count('<th scope="row">') == table.count("<tr")
    frames = re.findall(r'<div class="scroll"[^>]*>', text)
    assert len(frames) > 10
    assert all(re.search(r'tabindex="0" role="group" aria-label="[^"]', frame) for frame in frames)
    assert "<strong>" in section(text, say("report.firm.heading", lang))
    assert "<strong>" in section(text, say("report.whatif.heading", lang))


def test_both_languages_have_the_same_numbers() -> None:
    """In the cells of both sections."""
    for of_class in ("upgrades", "shifts", "conditions"):
        numbers = {
            lang: [
                [cell for cell in cells if re.fullmatch(r"[\d.]+", cell)]
                for cells in Table.read(page("JL010", lang), of_class)
            ]
            for lang in LANGUAGES
        }
        assert numbers["zh"] == numbers["en"] != []


def test_what_a_programme_says_is_only_text() -> None:
    """Names and clauses in the plan cannot bring tags."""
    assessment, decisions, _ = judged()
    i = row("JL010")
    loud = "<script>alert(1)</script>"
    (one,) = plan(assessment, TierTarget(decisions, "future_factory"), rows=[i])
    for work in one.aim.work:
        object.__setattr__(work, "quote", loud)
    found = html(assessment, i, plan=one)
    assert "<script" not in found
    assert found.count(escape(loud)) == len(one.aim.work)


def test_a_batch_of_reports_has_the_plans_of_each_row(tmp_path: Path) -> None:
    """By row of the assessment; an enterprise without a plan has none; the same bytes as one by one."""
    assessment, decisions, firmness = judged()
    given = {row(id): plans(id) for id in ("JL003", "JL010")}
    firm = {one.row: one for one in firmness if one.id != "JL001"}
    written = write_reports(tmp_path, assessment, decisions, plans=given, firmness=firm)
    assert written.problems == ()
    pages = {path.stem: path.read_text(encoding="utf-8") for path in written.paths}
    assert {id for id, text in pages.items() if "<h2>提升路径</h2>" in text} == {"JL003", "JL010"}
    assert {id for id, text in pages.items() if "<h2>等级有多稳</h2>" not in text} == {"JL001"}
    assert section(pages["JL003"], "提升路径") == section(page("JL003"), "提升路径")


def test_the_plan_of_another_enterprise_is_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    assessment, _, firmness = judged()
    with pytest.raises(InputError, match="JL010"):
        html(assessment, row("JL003"), plan=plans("JL010"))
    with pytest.raises(InputError, match="JL010"):
        write_reports(tmp_path / "none", assessment, firmness={row("JL003"): firmness[row("JL010")]})
    assert not list(tmp_path.glob("none/*.html"))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium on the PATH")
def test_what_if_fits_into_the_page(tmp_path: Path) -> None:
    """Long names of models wrap: on paper a column would be cut off, and the whole report be printed smaller."""
    assessment = judged()[0]
    weights = {"discrete": {"element.resources": "0.15", "element.manufacturing": "0.68"}}
    changed = whatif(assessment.answers, choices={"data.1a": "none"}, weights=weights)
    text = html(assessment, row("JL005"), lang="en", whatif=changed)
    script = """<script>document.title = [...document.querySelectorAll(".scroll:has(.shifts)")]
      .map(frame => `${frame.scrollWidth - frame.clientWidth}`).join()</script>"""
    (tmp_path / "page.html").write_text(text + script, encoding="utf-8")
    dumped = chromium("--dump-dom", "--window-size=1280,900", f"file://{tmp_path / 'page.html'}", cwd=tmp_path)
    assert "<title>0,0</title>" in dumped


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium on the PATH")
def test_no_page_with_plans_scrolls_sideways(tmp_path: Path) -> None:
    """At 390 and 1280 px, in both languages, in a real browser."""
    frames = [
        f'<iframe style="width:{width}px;height:900px" srcdoc="{escape(page("JL010", lang))}"></iframe>'
        for lang in LANGUAGES
        for width in (390, 1280)
    ]
    (tmp_path / "measure.html").write_text(MEASURE.format(frames="".join(frames)), encoding="utf-8")
    dumped = chromium("--dump-dom", f"file://{tmp_path / 'measure.html'}", cwd=tmp_path)
    measured = re.search(r"<pre>([\d,;]+)</pre>", dumped)
    assert measured is not None
    sizes = [tuple(map(int, one.split(","))) for one in measured[1].split(";")]
    assert len(sizes) == len(frames)
    assert all(scrolled <= shown and cut_off == 0 for shown, scrolled, cut_off in sizes), sizes
