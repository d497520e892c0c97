"""One context, three formats: HTML, PDF and Word say the same, in both languages, and are harmless and repeatable."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache, reduce
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest

from maturity import fonts
from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError, MaturityError
from maturity.language import LANGUAGES, Lang, say, texts
from maturity.reports import (
    FORMATS,
    Content,
    Format,
    Letterhead,
    Peers,
    content_of,
    no_shape,
    render,
    schema,
    write_reports,
)
from maturity.reports.content.context import Picture, as_json
from maturity.reports.formats.lettering import apart
from maturity.reports.formats.templates import export, shipped
from maturity.scenarios.conditions import Role
from maturity.scoring import assess, cut
from test_cli import maturity
from test_reports import ASSESSMENT, CHROMIUM, DECISIONS, IDS, MODEL, NAMES, chromium

typst = pytest.importorskip("typst")
docx = pytest.importorskip("docx")
pytest.importorskip("docxtpl")

PDFTOTEXT = shutil.which("pdftotext")
OFFICE = shutil.which("libreoffice") if Path("/usr/lib/libreoffice/program/libswlo.so").exists() else None
LOUD = (
    "<script>alert(1)</script>",
    "../../x",
    "{{ 7*7 }} {% raw %}",
    "#panic() $x$ @a *b* \\u{41}",
    '`#panic()` ```x``` "q" \\',
    "行\u2028段\u2029下\x85末",
    "名" * 300,
    "W" * 300,
)
PEERS = Peers.of_batch(ASSESSMENT, DECISIONS)


@cache
def context(id: str, lang: Lang = "zh") -> Content:
    if id == EVERYTHING:
        return full(lang)
    i = IDS.index(id)
    return content_of(ASSESSMENT, i, decisions=DECISIONS, name=NAMES[i], lang=lang, peers=PEERS)


EVERYTHING = "everything"
"""An enterprise of the example, with plans, firmness and a what-if: a report with every section there is."""


@cache
def full(lang: Lang) -> Content:
    from maturity.firmness import whatif  # noqa: PLC0415
    from test_reports_plan import judged, plans, row  # noqa: PLC0415

    assessment, decisions, firmness = judged()
    i = row("JL005")
    changed = whatif(assessment.answers, choices={"data.1a": "none", "data.3a": "full"}, profile="discrete")
    given = {"plan": plans("JL005"), "firmness": firmness[i], "whatif": changed}
    return content_of(assessment, i, decisions=decisions, lang=lang, **given)  # type: ignore[arg-type]


@cache
def made(id: str, format: Format, lang: Lang = "zh") -> bytes:
    return render(context(id, lang), format)


class Words(HTMLParser):
    """The text of a page, without style and without charts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.skipping = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping = self.skipping or (tag if tag in ("style", "svg", "head") else "")

    def handle_endtag(self, tag: str) -> None:
        self.skipping = "" if tag == self.skipping else self.skipping

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.found.append(data)


def text_of(file: bytes, format: Format) -> str:
    """What a person could copy out of a report: text, in the order in which it stands in the file."""
    if format == "html":
        words = Words()
        words.feed(file.decode("utf-8"))
        return "\n".join(words.found)
    if format == "pdf":
        command = [str(PDFTOTEXT), "-raw", "-enc", "UTF-8", "-", "-"]
        return subprocess.run(command, input=file, capture_output=True, check=True).stdout.decode("utf-8")
    with ZipFile(BytesIO(file)) as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    return "\n".join(map(unescape, re.findall(r"<w:t(?: [^>]*)?>([^<]*)", body)))


def packed(text: str) -> str:
    """Without blanks and line ends, which each format sets as it needs."""
    return re.sub(r"\s|\u200b", "", text)


def said(value: object) -> Iterator[str]:
    """Every text of a context that a reader sees: not the charts, and not the names that only a template uses."""
    if isinstance(value, Picture):
        yield value.caption
    elif is_dataclass(value):
        hidden = {"fill", "layer", "truth", "lang", "logo", "verdict", "status"}
        if isinstance(value, Content) and value.rejected:
            hidden |= {"levels", "nodes", "pictures", "target"}  # there is no score to tell
        own = {field.name for field in fields(value)}
        # Ids of nodes, tiers and conditions; those of requirements and of the enterprise are printed.
        hidden |= {"id"} if {"scores", "conditions", "threshold"} & own else set()
        for field in fields(value):
            if field.name not in hidden:
                yield from said(getattr(value, field.name))
    elif isinstance(value, tuple):
        # (role, conditions): the role is printed in words.
        roles = set(get_args(Role))
        yield from (text for one in value for text in said(one) if text not in roles)
    elif isinstance(value, str):
        yield value


readable = [
    pytest.param(
        format, marks=pytest.mark.skipif(format == "pdf" and not PDFTOTEXT, reason="needs pdftotext on the PATH")
    )
    for format in FORMATS
]


# ---------------------------------------------------------------- the same in every format


@pytest.mark.parametrize("format", readable)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["half", "plain", "rejected", EVERYTHING])
def test_every_number_level_clause_and_verdict_stands_in_every_format(id: str, lang: Lang, format: Format) -> None:
    """Each text of the context, whole, as often as it is said: figures, levels, conditions, clauses, quotes, basis."""
    content = context(id, lang)
    found = packed(text_of(made(id, format, lang), format))
    expected = [packed(text) for text in said(content) if text]
    expected += [packed(say(f"verdict.{tier.verdict}", lang)) for tier in content.tiers]
    assert len(expected) > 300
    assert [text for text in dict.fromkeys(expected) if text not in found] == []


def numbers(text: str) -> Counter[str]:
    """Every number that is printed, and how often; fingerprints are not numbers."""
    return Counter(re.findall(r"\d+(?:\.\d+)?%?", re.sub(r"\b[0-9a-f]{32,}\b", "", text)))


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["half", "plain", "trimmed", EVERYTHING])
def test_no_format_prints_a_number_that_another_does_not(id: str, lang: Lang) -> None:
    """Word has every number of the page as often; PDF draws the charts besides, and counts its pages."""
    html, pdf, word = (numbers(text_of(made(id, format, lang), format)) for format in FORMATS)
    assert html - word == Counter()
    assert html - pdf == Counter()
    assert set(word) == set(html)
    pages = {str(page) for page in range(1, 40)}
    drawn = set(numbers(" ".join(re.findall(r"<text[^>]*>([^<]*)", made(id, "html", lang).decode("utf-8")))))
    assert set(pdf) - set(html) - drawn - pages == set()


@pytest.mark.parametrize("format", readable)
@pytest.mark.parametrize("id", ["half", "plain", "process"])
def test_both_languages_print_the_same_scores(id: str, format: Format) -> None:
    """Every figure with decimals, as often in either language."""
    decimals = [
        {number: count for number, count in numbers(text_of(made(id, format, lang), format)).items() if "." in number}
        for lang in LANGUAGES
    ]
    assert decimals[0] == decimals[1]
    assert sum(decimals[0].values()) > 100


# ---------------------------------------------------------------- the same every time


AGAIN = """
import sys
from hashlib import sha256
sys.path.insert(0, "tests")
from test_reports_formats import made
print(*(sha256(made("half", format)).hexdigest() for format in ("html", "pdf", "docx")))
"""


def test_another_process_on_another_day_makes_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the hash seed, the time zone and the clock."""
    root = Path(__file__).parents[1]
    environment = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    environment |= {"PYTHONPATH": str(root / "src"), "SOURCE_DATE_EPOCH": "86400"}
    ran = subprocess.run(
        [sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True, cwd=root, env=environment
    )
    assert ran.stdout.split() == [sha256(made("half", format)).hexdigest() for format in FORMATS]


def test_dates_are_those_of_the_application() -> None:
    """In the properties of both documents, and of every file in the zip; a report without one has none of today."""
    document = docx.Document(BytesIO(made("plain", "docx")))
    assert document.core_properties.created.date() == document.core_properties.modified.date() == date(2025, 6, 30)
    with ZipFile(BytesIO(made("plain", "docx"))) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2025, 6, 30)}
    assert re.search(rb"/CreationDate ?\(D:20250630", made("plain", "pdf"))
    undated = content_of(ASSESSMENT, 0)
    assert b"/CreationDate" not in render(undated, "pdf")
    with ZipFile(BytesIO(render(undated, "docx"))) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}
    this_year = str(datetime.now().year).encode()
    assert this_year not in re.sub(rb"\d{5,}", b"", render(undated, "html"))


# ---------------------------------------------------------------- harmless


@pytest.mark.parametrize("name", LOUD)
def test_a_name_is_only_a_name_in_every_format(name: str) -> None:
    """It is printed as it is, and read by nobody: no tag, no formula, no template, no path."""
    content = content_of(ASSESSMENT, 0, name=name)
    quiet = content_of(ASSESSMENT, 0, name="示例")
    for format in FORMATS:
        if format == "pdf" and PDFTOTEXT is None:
            continue
        file = render(content, format)
        assert packed(name) in packed(text_of(file, format)), format
    parts = [
        re.findall(rb"<(w:\w+|pic:\w+)", ZipFile(BytesIO(render(one, "docx"))).read("word/document.xml"))
        for one in (content, quiet)
    ]
    assert parts[0] == parts[1]


def test_what_no_format_could_carry_is_shown() -> None:
    """Control characters and broken halves of characters stand as signs, and cost no report."""
    content = content_of(ASSESSMENT, 0, name="甲\x00乙\x1b丙\ud800丁\n戊")
    assert content.name == "甲\ufffd乙\ufffd丙\\ud800丁 戊"
    assert all(render(content, format) for format in FORMATS)


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_a_character_without_a_shape_is_marked_and_named() -> None:
    """PDF shows 〓 and says which character it was; the others carry the character for the reader's own fonts."""
    name = "㐂镕𬭩科技"
    content = content_of(ASSESSMENT, 0, name=name)
    assert fonts.missing(name) == "㐂"
    text = packed(text_of(render(content, "pdf"), "pdf"))
    assert "〓镕𬭩科技" in text
    assert "U+3402" in text
    assert all(name in packed(text_of(render(content, format), format)) for format in ("html", "docx"))
    (note,) = no_shape(["a", "b"], [name, "镕𬭩"])
    assert (note.where, note.value) == ("a", "㐂 U+3402")
    assert "〓" in note.text("zh")


# ---------------------------------------------------------------- PDF


def pages_of(file: bytes) -> list[str]:
    """The text of each page."""
    return text_of(file, "pdf").split("\f")[:-1]


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", IDS)
def test_the_first_page_is_the_summary_and_nothing_runs_over(id: str, lang: Lang) -> None:
    """Page 1 has level, verdicts and what is provisional, page 2 the scores if there are any; pages are counted."""
    content, pages = context(id, lang), pages_of(made(id, "pdf", lang))
    first = packed(pages[0])
    assert all(packed(text) in first for text in (content.level_name, content.total, content.provisional))
    assert all(packed(tier.headline) in first for tier in content.tiers)
    next_section = "tiers" if content.rejected else "scores"
    assert packed(say(f"report.{next_section}.heading", lang)) in packed(pages[1])[:160]
    assert packed(pages[-1]).endswith(f"{len(pages)}/{len(pages)}2025-06-30")


@pytest.mark.parametrize("format", readable)
def test_without_a_level_there_are_no_tables_of_dashes(format: Format) -> None:
    """Neither scores nor a next level, whose headings would stand over nothing."""
    headings = [packed(say(f"report.{key}.heading", "zh")) for key in ("scores", "gaps")]
    for id, told in (("plain", True), ("rejected", False)):
        text = packed(text_of(made(id, format), format))
        assert [heading in text for heading in headings] == [told, told]


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_a_section_of_a_sentence_has_no_page_of_its_own() -> None:
    """At the highest level nothing is missing: that is said below the scores, in PDF, Word and on paper."""
    heading = say("report.gaps.heading", "zh")
    for id, alone in (("plain", True), ("top", False)):
        (page,) = (one for one in pages_of(made(id, "pdf")) if heading in one)
        assert (packed(say("report.scores.node", "zh")) not in packed(page)) == alone
        (found,) = (one for one in docx.Document(BytesIO(made(id, "docx"))).paragraphs if one.text == heading)
        assert bool(found.paragraph_format.page_break_before) == alone
        before, _, _ = made(id, "html").decode("utf-8").partition(f">{heading}<")
        assert before.rpartition("<section")[2].startswith(' class="page"') == alone


@pytest.mark.parametrize("format", readable)
def test_what_was_changed_besides_is_counted_where_the_changes_stand(format: Format) -> None:
    """Not below what came of them."""
    content = full("zh")
    assert content.whatif is not None
    text = packed(text_of(render(replace(content, whatif=replace(content.whatif, more=17)), format), format))
    more, moved = packed(say("report.whatif.more", "zh", count=17)), packed(say("report.whatif.moved", "zh"))
    assert -1 < text.find(more) < text.find(moved)


def test_one_change_that_is_not_listed_is_counted_alike_in_every_format() -> None:
    """typst fills in texts by itself and knows no singular: what it says is right of one and of many."""
    content = full("en")
    assert content.whatif is not None
    content = replace(content, whatif=replace(content.whatif, more=1))
    for format in FORMATS:
        found = text_of(render(content, format), format)
        assert packed("Changes that are not listed: 1 more.") in packed(found), format
    asked = re.findall(r'say\("([a-z.-]+)"', (shipped() / "report.typ").read_text(encoding="utf-8"))
    entries = texts("report")
    alone = [key for key in asked if "en_one" in reduce(lambda part, name: part.get(name, {}), key.split("."), entries)]
    assert len(asked) > 80
    assert not alone


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_each_level_has_a_line_of_its_table_in_english() -> None:
    """Its name, and that it is possibly met, are not parted."""
    lines = pages_of(made("empty", "pdf", "en"))[1].splitlines()
    assert context("empty", "en").open
    for level in context("empty", "en").levels:
        assert any(f"{level.number} {level.name} 0.00 1.00 possibly met" in line for line in lines), level.name


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_the_issuer_begins_where_the_title_does() -> None:
    """Without a logo no room is left for one."""
    file = render(content_of(ASSESSMENT, 0, letterhead=Letterhead(title="Report", issuer="Office")), "pdf")
    command = [str(PDFTOTEXT), "-bbox", "-l", "1", "-", "-"]
    found = subprocess.run(command, input=file, capture_output=True, check=True).stdout.decode("utf-8")
    issuer, title = (re.search(rf'xMin="(\d+)[^>]*>{word}<', found) for word in ("Office", "Report"))
    assert issuer is not None
    assert title is not None
    assert abs(int(issuer[1]) - int(title[1])) <= 2


def test_a_pdf_carries_its_fonts_and_asks_for_nothing() -> None:
    """Every font is embedded and ours; no address, no script, no file of another kind inside."""
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(BytesIO(made("half", "pdf")))
    names, embedded = set(), []
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            (inner,) = font.get_object()["/DescendantFonts"]
            names.add(str(inner.get_object()["/BaseFont"]))
            embedded.append("/FontFile2" in inner.get_object()["/FontDescriptor"])
    assert {name.partition("+")[2] for name in names} == {"MaturitySansSC-Regular", "MaturitySansSC-Bold"}
    assert all(embedded)
    assert not re.search(rb"/URI|/JavaScript|/JS\b|/EmbeddedFile|/Launch", made("half", "pdf"))
    assert reader.metadata is not None
    assert NAMES[0] in str(reader.metadata.title)
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_charts_stay_drawings_in_a_pdf() -> None:
    """Vectors, not pictures: a page may be enlarged."""
    assert b"/Subtype /Image" not in made("plain", "pdf")
    assert b"/Subtype/Image" not in made("plain", "pdf")


WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">')


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["half", "trimmed", EVERYTHING])
def test_no_line_of_a_pdf_runs_into_another(id: str, lang: Lang) -> None:
    """Rows of tables whose height is given, and texts of charts, among them: a line below is a line's height below."""
    command = [str(PDFTOTEXT), "-bbox", "-", "-"]
    found = subprocess.run(command, input=made(id, "pdf", lang), capture_output=True, check=True).stdout.decode("utf-8")
    for page in found.split("<page")[1:]:
        words = sorted((float(y2), float(y1), float(x1), float(x2)) for x1, y1, x2, y2 in WORD.findall(page))
        for at, (low, high, left, right) in enumerate(words):
            for low2, high2, left2, right2 in words[at + 1 :]:
                if low2 - low > low2 - high2:
                    break
                if low2 - low > 2 and min(right, right2) - max(left, left2) > 1:
                    assert low2 - low >= 0.95 * min(low - high, low2 - high2)


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_a_row_that_is_higher_than_a_page_goes_on_on_the_next() -> None:
    """All that an enterprise stated is there, down to the last of eighty names, and nothing runs over the foot."""
    names = [f"{number:03d}号自拟的典型场景，面向订单的柔性排产与质量追溯一体化" for number in range(80)]
    found = context("plain")
    (role, (line, *others)), *groups = found.tiers[0].conditions
    tier = replace(found.tiers[0], conditions=((role, (replace(line, value="、".join(names)), *others)), *groups))
    pages = pages_of(render(replace(found, tiers=(tier, *found.tiers[1:])), "pdf"))
    told = [packed(re.sub(r"\S+ / \d+\s[\d\s-]*$", "", page)) for page in pages]
    assert [name[:4] for name in names] == re.findall(r"\d{3}号", "".join(told).replace("228号", ""))
    assert all(re.search(r"\d+ / \d+\s+2025-06-30\s*$", page) for page in pages)


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_the_few_scores_of_a_plan_stand_on_one_page() -> None:
    """Wherever the list before them ends: heading, levels and total are not parted."""
    content = full("zh")
    (plan, *_) = (plan for plan in content.plans if plan.upgrades and not plan.same_as)
    for count in range(15, 20):
        upgrades = tuple(plan.upgrades[number % len(plan.upgrades)] for number in range(count))
        found = replace(content, plans=(replace(plan, upgrades=upgrades, work=()),))
        (page,) = (page for page in pages_of(render(found, "pdf")) if say("report.way.shifts", "zh") in page)
        below = page.partition(say("report.way.shifts", "zh"))[2]
        assert all(one.name in below for one in plan.shifts), count


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_a_list_of_two_columns_begins_below_its_heading() -> None:
    """At the foot of a page, where the first group fits no more, the heading moves with it; no column stays empty."""
    level = np.array([asked.level for asked in MODEL.requirements])
    order = np.random.default_rng(5).permutation(len(level))
    headings = 0
    for absent in range(20, 44, 2):
        points = np.where(level == 1, 10, 8).astype(np.uint8)
        points[order[:absent]] = NOT_APPLICABLE
        points[order[-60:]] = UNANSWERED
        answers = Answers.from_points(MODEL, points[np.newaxis], ids=["a"], profiles="discrete")
        found = content_of(assess(answers), lang="en")
        command = [str(PDFTOTEXT), "-layout", "-", "-"]
        printed = subprocess.run(command, input=render(found, "pdf"), capture_output=True, check=True).stdout
        lines = [line for line in printed.decode("utf-8").splitlines() if line.strip()]
        for above, below in pairwise(lines):
            if above.strip().startswith(("Not applicable (", "Unanswered (")):
                headings += 1
                assert len(below) - len(below.lstrip()) < 12, below
    assert headings == 24


IN_SVG = "{http://www.w3.org/2000/svg}"
SHAPES = ("path", "rect", "circle", "polygon", "line", "polyline")


def written_in(element: ElementTree.Element, look: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """Every text of a picture as a reader of SVG sees it: what an element says of its look holds for all in it."""
    style = (pair.split(":") for pair in element.get("style", "").split(";") if pair)
    look = {**look, **element.attrib, **{key.strip(): value.strip() for key, value in style}}
    if element.tag == f"{IN_SVG}text":
        rim = float(look["stroke-width"]) if look.get("stroke") == "#fff" else 0.0
        side = {"middle": "center", "end": "right"}.get(look.get("text-anchor", "start"), "left")
        size, weight = float(look["font-size"].replace("px", "")), int(look.get("font-weight", "400"))
        yield float(look["x"]), float(look["y"]), side, size, look["fill"], weight, rim, element.text
    for child in element:
        yield from written_in(child, look)


@pytest.mark.parametrize("id", ["half", "readings", "rejected", EVERYTHING])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_texts_of_a_chart_are_set_where_they_stand(id: str, lang: Lang) -> None:
    """PDF sets them itself: each is where SVG has it, and looks so; no line of the drawing gets lost."""
    pictures = context(id, lang).pictures
    for picture in (pictures.reach, pictures.next_level, pictures.bars, pictures.heat_map):
        if not picture:
            continue
        whole, drawing = ElementTree.fromstring(picture.svg), apart(picture.svg)
        assert (drawing.width, drawing.height) == (float(whole.attrib["width"]), float(whole.attrib["height"]))
        assert [tuple(text) for text in drawing.texts] == list(written_in(whole, {}))
        assert len(drawing.texts) >= 10
        layers = [ElementTree.fromstring(layer) for layer in drawing.layers]
        drawn = [one.attrib for layer in layers for one in layer.iter() if one.tag.removeprefix(IN_SVG) in SHAPES]
        assert drawn == [one.attrib for one in whole.iter() if one.tag.removeprefix(IN_SVG) in SHAPES]
        assert {(layer.attrib["viewBox"], layer.attrib["width"]) for layer in layers} == {
            (whole.attrib["viewBox"], whole.attrib["width"])
        }
        assert not any(layer.findall(f".//{IN_SVG}text") for layer in layers)


# ---------------------------------------------------------------- Word


def test_headings_tables_and_pictures_are_those_of_word() -> None:
    """The navigation pane lists the sections, heads of tables repeat, pictures say what they show."""
    content = context("half")
    document = docx.Document(BytesIO(made("half", "docx")))
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    for key in ("summary.heading", "scores.heading", "gaps.heading", "tiers.heading", "open.heading", "basis.heading"):
        assert say(f"report.{key}", "zh") in headings
    heads = [table for table in document.tables if "w:tblHeader" in table.rows[0]._tr.xml]
    assert len(heads) > 8
    nodes = next(table for table in heads if table.cell(0, 0).text == say("report.scores.node", "zh"))
    assert [row.cells[0].text.strip() for row in nodes.rows[1:]] == [node.name for node in content.nodes]
    shades = re.findall(r'<w:shd [^>]*w:fill="(\w+)"', nodes.rows[1]._tr.xml)
    assert shades == [score.fill for score in content.nodes[0].scores]
    alts = re.findall(r'<wp:docPr [^>]*descr="([^"]*)"', document.element.xml)
    pictures = (content.pictures.reach, content.pictures.bars, content.pictures.next_level)
    assert alts == [one.alt for one in pictures if one]


@pytest.mark.parametrize("id", ["half", "plain", EVERYTHING])
@pytest.mark.parametrize("format", readable)
def test_a_column_that_would_say_nothing_is_left_out_of_every_format(id: str, format: Format) -> None:
    """Possible scores stand only where something is unanswered, durations only where they were given."""
    content, text = context(id), packed(text_of(made(id, format), format))
    heads = ["得分", *(["可能得分"] if content.open else []), "是否满足", "总分起点"]
    assert "等级" + "".join(heads) in text
    heads = [say(f"improvement.columns.{key}", "zh") for key in ("cost", "duration", "worth")]
    assert "".join(heads) not in text
    assert ("".join(heads[::2]) in text) == any(one.upgrades for one in content.plans)
    timed = replace(content, plans=tuple(replace(one, timed=True) for one in content.plans))
    assert ("".join(heads) in packed(text_of(render(timed, format), format))) == bool(content.plans)


def test_what_belongs_together_stays_on_a_page_in_word() -> None:
    """What stands above a list or a table stays with it: names of subdomains, a tier's verdict.

    On the first page a tier stays with what it misses, and that lets the next tier go to another page.
    """
    kept: dict[str, list[bool]] = {}
    for paragraph in docx.Document(BytesIO(made(EVERYTHING, "docx"))).paragraphs:
        own, style = paragraph.paragraph_format.keep_with_next, paragraph.style.paragraph_format.keep_with_next
        kept.setdefault(paragraph.text, []).append(bool(style if own is None else own))
    content = context(EVERYTHING)
    names = [group.subdomain for group in content.unanswered]
    names += [tier.headline for tier in content.tiers if tier.headline != say(f"verdict.{tier.verdict}", "zh")]
    assert len(names) > len(content.unanswered) > 0
    assert [name for name in names if not all(kept[name])] == []
    colon = say("report.colon", "zh")
    failing = {f"{tier.name}{colon}{tier.headline}": bool(tier.failed) for tier in content.tiers}
    assert {name: kept[name][0] for name in failing} == failing
    assert set(failing.values()) == {True, False}
    comma = say("report.list", "zh")
    misses = [
        say("report.tiers.failed", "zh", conditions=comma.join(one.failed)) for one in content.tiers if one.failed
    ]
    assert [kept[missed] for missed in misses] == [[False, True]] * len(misses)  # in the summary, and where it is told


def test_what_a_table_of_word_looks_like_is_said_in_the_order_of_the_format() -> None:
    """Its properties are a sequence by the schema; a program may pass over what stands out of it."""
    order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"]
    for table in docx.Document(BytesIO(made("half", "docx"))).tables:
        said = [one.tag.rpartition("}")[2] for one in table._tbl.tblPr]
        assert said == [name for name in order if name in said]


def test_chinese_has_a_font_of_its_own_in_word() -> None:
    """Every style names one for East Asian text: else Word takes what its theme says, which is none for Chinese."""
    with ZipFile(BytesIO(made("plain", "docx"))) as archive:
        styles = archive.read("word/styles.xml").decode("utf-8")
    document = docx.Document(BytesIO(made("plain", "docx")))
    used = {one.style.name for one in document.paragraphs} | {"Table Text", "Table Head"}
    for name in used:
        style = next(one for one in document.styles if one.name == name)
        assert 'w:eastAsia="Microsoft YaHei"' in style.element.xml, name
    assert "w:eastAsia" in styles


@pytest.mark.parametrize("format", ["html", "docx"])
def test_possible_scores_are_explained_where_there_are_any(format: Format) -> None:
    """Where every requirement is answered nobody reads of a sign that does not stand there."""
    ids = ("plain", "half")
    assert [bool(context(id).open) for id in ids] == [False, True]
    assert ["后为可能得分" in text_of(made(id, format), format) for id in ids] == [False, True]


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_fingerprints_are_copied_and_found_as_they_are() -> None:
    """Nothing invisible stands within them in a PDF."""
    text = text_of(made("plain", "pdf"), "pdf")
    assert {MODEL.fingerprint, DECISIONS.programme.fingerprint} <= set(text.split())


@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
@pytest.mark.parametrize(
    ("issuer", "foot"),
    [
        ("Bureau of Industry and Information Technology", "Bureau of Industry and Information Technology"),
        ("某" * 24, "某" * 24),
        ("某" * 25, "某" * 23 + "…"),
        ("i " * 24 + "i", "i " * 23 + "i…"),
    ],
)
def test_the_foot_of_a_page_names_the_issuer_as_far_as_there_is_room(issuer: str, foot: str) -> None:
    """Latin letters take half of the room that Chinese characters do."""
    written = replace(context("plain"), issuer=issuer)
    assert f"{foot} " in pages_of(render(written, "pdf"))[1] + " "


def test_word_knows_chinese_for_chinese() -> None:
    """East Asian text is marked as Chinese: programs break its lines, shape its commas and spell by that."""
    written = ZipFile(BytesIO(made("plain", "docx"))).read("word/styles.xml").decode()
    (language,) = re.findall("<w:lang [^>]*>", written)
    assert 'w:eastAsia="zh-CN"' in language


def test_the_shipped_template_is_what_its_script_makes() -> None:
    """To the byte: what is in it can be read in the script."""
    build = pytest.importorskip("maturity.reports.formats.build_word")
    assert build.template() == (shipped() / "report.docx").read_bytes()


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice Writer")
@pytest.mark.skipif(PDFTOTEXT is None, reason="needs pdftotext on the PATH")
def test_an_office_program_opens_the_word_report(tmp_path: Path) -> None:
    """LibreOffice prints it: the level on page 1, and no tag of the template left."""
    (tmp_path / "half.docx").write_bytes(made("half", "docx"))
    command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "half.docx"], cwd=tmp_path, capture_output=True, check=True, timeout=180)
    pages = pages_of((tmp_path / "half.pdf").read_bytes())
    assert packed(context("half").level_name) in packed(pages[0])
    assert not re.search(r"\{\{|\{%", "".join(pages))
    assert 8 <= len(pages) <= 20


# ---------------------------------------------------------------- peers


def test_the_median_is_that_of_the_same_profile_and_small_groups_have_none() -> None:
    """Of those with a level and an answer; a group of four is not shown, nor an axis that applies to four."""
    (group,) = PEERS.groups.values()
    own = [i for i, id in enumerate(IDS) if id not in ("process", "rejected", "empty")]
    assert group.count == len(own)
    assert float(group.total) == np.median(cut(ASSESSMENT.total[own]))
    leaves = ASSESSMENT.scores(MODEL.layers[-1].id, np.array(own))
    assert np.allclose(group.heights, np.nanmedian(np.nansum(leaves, axis=2), axis=0), equal_nan=True, atol=1.0)
    assert context("process").peers is None
    line = context("plain").peers
    assert line is not None
    assert line.count == len(own)
    assert say("report.chart.median", "zh") in made("plain", "html").decode("utf-8")
    assert say("report.chart.median", "zh") not in made("process", "html").decode("utf-8")
    four = assess(ASSESSMENT.answers.take(np.array(own[:4])))
    assert Peers.of_batch(four).groups == {}


def test_a_median_is_exactly_the_middle() -> None:
    """Of five, the third; of six, half way between the third and the fourth."""
    points = np.zeros((6, len(MODEL.requirements)), np.uint8)
    ones = [column for column, asked in enumerate(MODEL.requirements) if asked.level == 1]
    for row, value in enumerate((0, 5, 5, 8, 10, 10)):
        points[row, ones] = value
    for count, expected in ((5, 0.5), (6, 0.65)):
        answers = Answers.from_points(MODEL, points[:count], ids=list("abcdef")[:count], profiles="discrete")
        (group,) = Peers.of_batch(assess(answers)).groups.values()
        scores = group.scores[:, 0]
        assert np.allclose(scores[~np.isnan(scores)], expected)


# ---------------------------------------------------------------- letterhead


def image(kind: str) -> bytes:
    from PIL import Image  # noqa: PLC0415

    out = BytesIO()
    Image.new("RGB", (40, 20), "#1d4a75").save(out, kind)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#1d4a75"/></svg>'


@pytest.mark.parametrize("data", [image("PNG"), image("JPEG"), SVG], ids=["png", "jpeg", "svg"])
def test_title_issuer_and_logo_stand_in_every_format(data: bytes, tmp_path: Path) -> None:
    """The logo within the file, whatever the name of its own was."""
    (tmp_path / "logo.bin").write_bytes(data)
    head = Letterhead.of(title="自评估报告", issuer="某省工业和信息化厅", logo=tmp_path / "logo.bin")
    content = content_of(ASSESSMENT, 0, letterhead=head)
    for format in FORMATS:
        file = render(content, format)
        if format == "pdf" and PDFTOTEXT is None:
            continue
        found = packed(text_of(file, format))
        assert "自评估报告" in found
        assert "某省工业和信息化厅" in found
    assert f'<img src="{head.logo}"' in render(content).decode("utf-8")
    plain = content_of(ASSESSMENT, 0)
    pictures = [len(docx.Document(BytesIO(render(one, "docx"))).inline_shapes) for one in (content, plain)]
    assert pictures[0] == pictures[1] + 1
    assert len(render(content, "pdf")) != len(render(plain, "pdf"))
    document = docx.Document(BytesIO(render(content, "docx")))
    assert "某省工业和信息化厅" in document.paragraphs[0].text
    assert document.paragraphs[0]._p.xpath(".//wp:inline")


def test_pictures_in_word_begin_where_the_text_does() -> None:
    """Nothing is kept free around them; where a file does not say so, LibreOffice moves them in."""
    document = docx.Document(BytesIO(made("plain", "docx")))
    inline = document.element.body.xpath(".//wp:inline")
    assert inline
    assert all(one.get(f"dist{side}") == "0" for one in inline for side in "TBLR")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "reports.logo-unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 600_000, "reports.logo-size"),
        (image("PNG")[:60], "reports.logo-kind"),
        (b"GIF89a", "reports.logo-kind"),
        (b"", "reports.logo-kind"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>', "reports.logo-kind"),
        (b"<html/>", "reports.logo-kind"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused(data: bytes | None, problem: str, tmp_path: Path) -> None:
    """With its place and what would be right."""
    path = tmp_path / "logo.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        Letterhead.of(logo=path)
    (found,) = refused.value.problems
    assert (found.id, found.where) == (problem, str(path))
    assert found.text("zh") != found.text("en")


# ---------------------------------------------------------------- own templates


def test_a_template_of_the_users_stands_in_for_ours(tmp_path: Path) -> None:
    """By its name; what the folder does not have comes from us."""
    (tmp_path / "report.html.j2").write_text(
        '{{ report.name }}|{{ say("title") }}|{{ report.total }}', encoding="utf-8"
    )
    content = context("plain")
    expected = f"{content.name}|{say('report.title', 'zh')}|{content.total}"
    assert render(content, templates=tmp_path).decode("utf-8") == expected
    assert render(content, "docx", templates=tmp_path) == made("plain", "docx")
    (tmp_path / "index.html.j2").write_text("mine", encoding="utf-8")
    (tmp_path / "cohort.html.j2").write_text("mine, too", encoding="utf-8")
    written = write_reports(tmp_path / "out", ASSESSMENT, only=["plain"], templates=tmp_path)
    assert [path.read_text(encoding="utf-8") for path in (written.index, written.cohort)] == ["mine", "mine, too"]
    (tmp_path / "report.typ").write_text("#let made(report, words, more) = report.total", encoding="utf-8")
    if PDFTOTEXT:
        assert text_of(render(content, "pdf", templates=tmp_path), "pdf").split() == [content.total]
    own = docx.Document()
    own.add_paragraph("{{ report.name }}: {{ report.total }}")
    own.save(str(tmp_path / "report.docx"))
    found = docx.Document(BytesIO(render(content, "docx", templates=tmp_path)))
    assert [one.text for one in found.paragraphs] == [f"{content.name}: {content.total}"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ say.func.__globals__ }}",
        "{{ report.__init__.__globals__ }}",
        "{% set _ = report.gaps.append(1) %}",
        "{{ pictures.reach.document.save('x.docx') }}",
        "{{ pictures.reach._held[0].save('x.docx') }}",
        "{% include '/etc/hostname' %}",
        "{{ report.nothing }}",
        "{% if %}",
    ],
)
def test_a_template_reads_the_context_and_nothing_else(text: str, tmp_path: Path) -> None:
    """In HTML as in Word: what reaches further is refused, with the template's name."""
    (tmp_path / "report.html.j2").write_text(text, encoding="utf-8")
    own = docx.Document()
    own.add_paragraph(text)
    own.save(str(tmp_path / "report.docx"))
    for format in ("html", "docx"):
        with pytest.raises(MaturityError) as refused:
            render(context("plain"), format, templates=tmp_path)
        (problem,) = refused.value.problems
        assert problem.id == "reports.bad-template"


def test_a_broken_template_is_named(tmp_path: Path) -> None:
    """A file that typst or Word cannot read, a folder that is not there."""
    (tmp_path / "report.typ").write_text("#panic(", encoding="utf-8")
    (tmp_path / "report.docx").write_bytes(b"no zip")
    for format in ("pdf", "docx"):
        with pytest.raises(MaturityError) as refused:
            render(context("plain"), format, templates=tmp_path)
        assert refused.value.problems[0].id == "reports.bad-template"
        assert str(tmp_path) in refused.value.problems[0].where
    with pytest.raises(InputError, match="none"):
        render(context("plain"), templates=tmp_path / "none")


@pytest.mark.parametrize("path", ["/etc/hostname", "../../etc/hostname"])
def test_a_template_of_typst_reads_its_own_folder_alone(path: str, tmp_path: Path) -> None:
    """A file elsewhere is not there for it."""
    (tmp_path / "report.typ").write_text(f'#read("{path}")', encoding="utf-8")
    with pytest.raises(MaturityError) as refused:
        render(context("plain"), "pdf", templates=tmp_path)
    assert refused.value.problems[0].id == "reports.bad-template"


def test_a_template_of_typst_fetches_nothing(tmp_path: Path) -> None:
    """A package of the network is refused by file, line and name before anything is asked of anybody."""
    (tmp_path / "report.typ").write_text('// #import "@preview/old:1.0.0"\n#import "own.typ": made\n', encoding="utf-8")
    (tmp_path / "own.typ").write_text('#import "@preview/cetz:0.3.0": canvas\n#let made = panic', encoding="utf-8")
    with pytest.raises(MaturityError) as refused:
        render(context("plain"), "pdf", templates=tmp_path)
    (problem,) = refused.value.problems
    assert (problem.id, problem.value) == ("reports.package", "@preview/cetz:0.3.0")
    assert problem.where == f"{tmp_path / 'own.typ'}:1"


def test_ours_can_be_taken_as_a_start(tmp_path: Path) -> None:
    """Written into a folder and used from there they give the same reports; nothing of the user's is overwritten."""
    export(tmp_path / "own")
    for format in FORMATS:
        assert render(context("plain"), format, templates=tmp_path / "own") == made("plain", format)
    with pytest.raises(InputError) as refused:
        export(tmp_path / "own")
    assert {problem.id for problem in refused.value.problems} == {"reports.template-there"}


def test_the_schema_describes_the_context() -> None:
    """Every key that a template finds, down to the last table, with what it means; a missing figure is null."""
    described = schema()
    assert set(described["properties"]) == {field.name for field in fields(Content)}
    assert all("description" in one for one in described["$defs"].values())

    def check(value: Any, kind: dict[str, Any]) -> None:
        kind = kind.get("anyOf", [kind])[0]
        if "$ref" in kind:
            kind = described["$defs"][kind["$ref"].rpartition("/")[2]]
        if isinstance(value, dict):
            assert set(value) == set(kind["properties"])
            for name, inner in value.items():
                check(inner, kind["properties"][name])
        elif isinstance(value, list) and "items" in kind:
            for inner in value:
                check(inner, kind["items"])

    check(json.loads(as_json(context("half"))), described)


# ---------------------------------------------------------------- extras


@pytest.mark.parametrize(("format", "module"), [("pdf", "typst"), ("docx", "docxtpl")])
def test_a_missing_extra_is_named_with_the_command(
    format: Format, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without typst there is no PDF, without docxtpl no Word; HTML needs neither."""
    from maturity.reports.formats import pdf, word  # noqa: PLC0415

    content = context("plain")
    pdf._compiler.cache_clear()
    word._library.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MaturityError) as refused:
        render(content, format)
    (problem,) = refused.value.problems
    assert problem.id == "reports.no-extra"
    assert f"pip install 'maturity-scoring[{ {'pdf': 'pdf', 'docx': 'word'}[format] }]'" in problem.text("zh")
    assert render(content) == made("plain", "html")


# ---------------------------------------------------------------- as seen


def test_an_embedded_font_has_what_the_page_needs() -> None:
    """Both weights, with every character of the page that ours has; the same bytes every time; nothing from outside."""
    pytest.importorskip("fontTools")
    from base64 import b64decode  # noqa: PLC0415

    from fontTools.ttLib import TTFont  # noqa: PLC0415

    page = render(context("plain"), embed_font=True)
    assert page == render(context("plain"), embed_font=True)
    text = page.decode("utf-8")
    faces = re.findall(r"url\(data:font/woff2?;base64,([^)]*)\)", text)
    assert len(faces) == 2
    shown = set("".join(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL).split()))
    for face in faces:
        has = set(map(chr, TTFont(BytesIO(b64decode(face))).getBestCmap()))
        assert {one for one in shown if not fonts.missing(one)} <= has
    assert not re.search(r"url\((?!data:)|https?://(?!www\.w3\.org/2000/svg)", text)


@pytest.mark.skipif(CHROMIUM is None or PDFTOTEXT is None, reason="needs chromium and pdftotext on the PATH")
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", ["plain", "half"])
def test_a_page_prints_section_by_section(id: str, lang: Lang, tmp_path: Path) -> None:
    """The summary on a sheet of its own, then each section on a new one, none blank.

    Where every requirement is answered, that is a sentence, and what the report rests on follows on the same sheet.
    """
    (tmp_path / "page.html").write_bytes(made(id, "html", lang))
    printed = tmp_path / "page.pdf"
    chromium(f"--print-to-pdf={printed}", "--no-pdf-header-footer", f"file://{tmp_path / 'page.html'}", cwd=tmp_path)
    pages = [packed(page) for page in pages_of(printed.read_bytes())]
    assert packed(context(id, lang).level_name) in pages[0]
    assert all(len(page) > 20 for page in pages)
    for key in ("scores.heading", "gaps.heading", "tiers.heading", "open.heading", "basis.heading"):
        heading = packed(say(f"report.{key}", lang))
        begun = any(re.match(rf"(\d+/\d+)?{re.escape(heading)}", page) for page in pages[1:])
        assert begun == (key != "basis.heading" or bool(context(id, lang).unanswered)), key


@pytest.mark.skipif(CHROMIUM is None or PDFTOTEXT is None, reason="needs chromium and pdftotext on the PATH")
def test_a_page_is_printed_in_its_full_size_and_begins_with_its_summary(tmp_path: Path) -> None:
    """Where a table is wider than the paper, Chromium prints the whole report smaller: no title is.

    The summary takes a sheet, down to what is provisional, though there are sentences on both readings and the rest.
    """
    sizes = set()
    for id in ("rejected", "half", "readings", EVERYTHING):
        printed = tmp_path / f"{id}.pdf"
        (tmp_path / "page.html").write_bytes(made(id, "html", "en"))
        chromium(
            f"--print-to-pdf={printed}", "--no-pdf-header-footer", f"file://{tmp_path / 'page.html'}", cwd=tmp_path
        )
        command = [str(PDFTOTEXT), "-bbox", "-l", "1", str(printed), "-"]
        found = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
        (title,) = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">Intelligent<', found)
        sizes.add(round(float(title[1]) - float(title[0])))
        assert packed(context(id, "en").provisional) in packed(pages_of(printed.read_bytes())[0]), id
    assert len(sizes) == 1


# ---------------------------------------------------------------- command line


EXAMPLE = Path(str(files("maturity.examples").joinpath("enterprises.xlsx")))


def test_formats_letterhead_and_templates_are_options(tmp_path: Path) -> None:
    """Each format asked for, by the title and issuer given; the template of the user's folder."""
    own = tmp_path / "own"
    own.mkdir()
    (own / "report.html.j2").write_text("{{ report.title }}|{{ report.issuer }}|{{ report.id }}", encoding="utf-8")
    words: list[str | Path] = [
        "--format",
        "docx,html,pdf",
        "--title",
        "自评估",
        "--issuer",
        "某厅",
        "--templates",
        own,
        "--jobs",
        "1",
    ]
    done = maturity("report", EXAMPLE, "-o", tmp_path / "out", "--on", "2025-06-30", "--only", "JL003", *words)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "JL003.html").read_text(encoding="utf-8") == "自评估|某厅|JL003"
    assert docx.Document(str(tmp_path / "out" / "JL003.docx")).core_properties.author == "某厅"
    assert (tmp_path / "out" / "JL003.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--format", "html,odt"], 2, "odt"),
        (["--logo", "none.png"], 1, "none.png"),
        (["--templates", "nowhere"], 1, "nowhere"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_written(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    """An unknown format, a logo or a folder that is not there."""
    done = maturity("report", EXAMPLE, "-o", tmp_path / "out", "--on", "2025-06-30", "--only", "JL003", *words)
    assert done.exit_code == code
    assert said in done.output
    assert not list(tmp_path.glob("out/*.html"))


def test_templates_are_written_out_with_their_schema(tmp_path: Path) -> None:
    """To be changed and named with --templates; the schema is JSON."""
    done = maturity("templates", "-o", tmp_path / "own")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "own" / "report.typ").read_bytes() == (shipped() / "report.typ").read_bytes()
    assert json.loads(maturity("templates", "--schema").output) == schema()
    assert maturity("templates").exit_code == 2
