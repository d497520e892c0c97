"""A Word document, written from top to bottom: its page, its styles, and paragraphs and tables with Jinja in them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Literal

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from maturity.reports.formats.archive import packed

FONTS: Final = {"ascii": "Arial", "hAnsi": "Arial", "eastAsia": "Microsoft YaHei", "cs": "Arial"}
"""By script: of every Windows with Chinese, and of WPS; elsewhere the program takes its own."""
INK, MUTED, DEEP, PALE, LINE = "1C2733", "5B6673", "1D4A75", "F1F4F7", "C6CDD5"
CHINESE: Final = "zh-CN"
"""The language of Chinese characters, quotes in an English report among them: by it a program spells, breaks lines, and
picks shapes; python-docx's template says English."""
TRUTHS: Final = {"Good": "1B5E3A", "Open": "8A4500", "Bad": "8C1D18"}
"""Character styles for what holds, is unknown, and fails."""
BUILT: Final = datetime(2025, 1, 1)
"""The date of the template: a report carries its own."""
WIDE: Final = 174.0
"""mm between the margins."""
UNUSED: Final = {"stylesWithEffects", "customXml", "thumbnail"}
"""Parts of python-docx's template that say nothing about a report."""


class Builder:
    """A document, written from top to bottom."""

    def __init__(self) -> None:
        self.document: Any = Document()
        self.document.core_properties.created = self.document.core_properties.modified = BUILT
        self.document.core_properties.title = self.document.core_properties.author = "maturity"
        self.document.core_properties.comments = ""
        self.place: Any = self.document
        self._unburden()
        self._styles()
        self._page()

    def text(self, text: str, style: str = "Normal") -> Any:
        """A paragraph."""
        return self.place.add_paragraph(text, style)

    @contextmanager
    def inside(self, cell: Any) -> Iterator[None]:
        """Paragraphs within a cell of a table."""
        self.place = cell
        yield
        cell._tc.remove(cell.paragraphs[0]._p)  # the one that every new cell has
        self.place = self.document

    def heading(self, text: str, level: int, *, new_page: bool = False) -> Any:
        """A real heading: it is found by the navigation pane and by a table of contents."""
        paragraph = self.document.add_heading(text, level)
        paragraph.paragraph_format.page_break_before = new_page
        return paragraph

    def section(self, text: str, has_tables: str) -> None:
        """The heading of a section that begins a page where it ``has_tables``: a sentence needs none of its own."""
        for condition, new_page in ((has_tables, True), (f"not ({has_tables})", False)):
            with self.block(f"if {condition}"):
                self.heading(text, 1, new_page=new_page)

    @contextmanager
    def block(self, statement: str) -> Iterator[None]:
        """Paragraphs and tables within a ``for`` or an ``if`` of Jinja."""
        self.text(f"{{%p {statement} %}}")
        yield
        self.text(f"{{%p end{statement.split(maxsplit=1)[0]} %}}")

    def picture(self, name: str) -> None:
        """A chart with its caption."""
        with self.block(f"if pictures.{name}"):
            self.text(f"{{{{ pictures.{name} }}}}", "Picture")
            self.text(f"{{{{ report.pictures.{name}.caption }}}}", "Caption")

    def table(
        self,
        heads: Sequence[str],
        cells: Sequence[str],
        each: str,
        widths: Sequence[float],
        *,
        right: Sequence[int] = (),
        only: tuple[int, str] | None = None,
    ) -> None:
        """A table with its head repeated on every page, and a row for each turn of a loop.

        A cell is text; ``~`` begins a small second line; ``Style|text`` picks a character style. ``only`` names a
        column that is there where a condition holds: the template then has the table with it and the one without.
        """
        if only:
            column, condition = only
            rest = [at for at in range(len(heads)) if at != column]
            with self.block(f"if {condition}"):
                self.table(heads, cells, each, widths, right=right)
            with self.block(f"if not {condition}"):
                self.table(
                    [heads[at] for at in rest],
                    [cells[at] for at in rest],
                    each,
                    [widths[at] for at in rest],
                    right=[new for new, at in enumerate(rest) if at in right],
                )
            return
        rows = [heads, [f"{{%tr for {each} %}}"], cells, ["{%tr endfor %}"]]
        table = self.document.add_table(len(rows), len(heads))
        self.look(table, widths)
        for number, row in enumerate(rows):
            for at, text in enumerate(row):
                paragraph = table.cell(number, at).paragraphs[0]
                paragraph.style = "Table Head" if number == 0 else "Table Text"
                if at in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                written(paragraph, text, 8.5)
        flagged(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for row in table.rows:
            flagged(row._tr.get_or_add_trPr(), "w:cantSplit")
        for cell in table.rows[0].cells:
            shaded(cell, PALE)
        self.text("", "After Table")

    def pairs(self, lines: Sequence[tuple[str, str, str]], widths: tuple[float, float]) -> None:
        """Labels and values; each (condition, label, value) is a row of its own, ``""`` for always."""
        count = sum(3 if condition else 1 for condition, _, _ in lines)
        table = self.document.add_table(count, 2)
        self.look(table, widths)
        at = 0
        for condition, label, value in lines:
            if condition:
                table.cell(at, 0).paragraphs[0].add_run(f"{{%tr {condition} %}}")
                at += 1
            for column, text in enumerate((label, value)):
                paragraph = table.cell(at, column).paragraphs[0]
                paragraph.style = "Table Text"
                written(paragraph, text, 9)
            at += 1
            if condition:
                table.cell(at, 0).paragraphs[0].add_run(f"{{%tr end{condition.split(maxsplit=1)[0]} %}}")
                at += 1
        self.text("", "After Table")

    def saved(self) -> bytes:
        """The file."""
        return packed(self.document, BUILT)

    def look(self, table: Any, widths: Sequence[float]) -> None:
        """Thin lines between the rows, heavier ones above and below; fixed columns, together as wide as the text."""
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        scale = WIDE / sum(widths)
        borders = OxmlElement("w:tblBorders")
        for side, size, color in (("top", 8, INK), ("bottom", 8, INK), ("insideH", 4, LINE)):
            border = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", str(size)), ("space", "0"), ("color", color)):
                border.set(qn(f"w:{name}"), value)
            borders.append(border)
        table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width * scale)
            for cell in column.cells:
                cell.width = Mm(width * scale)

    def _unburden(self) -> None:
        """Drop what python-docx's own template brings along: a hundred styles of tables, which Word has built in, a
        copy of all styles for Word 2007, and a thumbnail. Every report would read, write and pack them anew.
        """
        for style in [style for style in self.document.styles if style.type == WD_STYLE_TYPE.TABLE]:
            if style.name not in ("Normal Table", "Table Grid"):
                style.delete()
        part = self.document.part
        for relations in (part.rels, part.package.rels):
            for key in [key for key, one in relations.items() if one.reltype.rpartition("/")[2] in UNUSED]:
                del relations[key]

    def _styles(self) -> None:
        styles = self.document.styles
        (language,) = styles.element.xpath("w:docDefaults//w:lang")
        language.set(qn("w:eastAsia"), CHINESE)
        for name, size, color, before, after in (
            ("Normal", 10, INK, 0, 4),
            ("Title", 21, DEEP, 0, 8),
            ("Heading 1", 14, DEEP, 16, 8),
            ("Heading 2", 11.5, INK, 12, 5),
            ("Heading 3", 10, MUTED, 8, 4),
            ("Caption", 8, MUTED, 0, 8),
            ("List Bullet", 9.5, INK, 0, 3),
        ):
            _dressed(styles[name], size, color, before, after)
        for name, size, color, after in (
            ("Lead", 9, MUTED, 6),
            ("Note", 9, MUTED, 6),
            ("Call", 9, "5A3A06", 6),
            ("Picture", 10, INK, 2),
            ("Table Text", 8.5, INK, 0),
            ("Table Head", 8.5, INK, 0),
            ("After Table", 4, INK, 4),
        ):
            style = styles.add_style(name, 1)
            style.base_style = styles["Normal"]
            _dressed(style, size, color, 0, after)
        styles["Table Head"].font.bold = True
        styles["Caption"].font.bold = False
        for name in ("Lead", "Call", "Picture", "Table Head"):
            styles[name].paragraph_format.keep_with_next = True
        for name, color in (
            *TRUTHS.items(),
            ("Small", MUTED),
            ("White", "FFFFFF"),
            ("Plain", INK),
            ("Figure", DEEP),
            ("Term", INK),
        ):
            style = styles.add_style(name, 2)
            style.font.color.rgb = RGBColor.from_string(color)
            style.font.bold = name not in ("Small", "White", "Plain")
        for name in ("Small", "White", "Plain"):
            styles[name].font.size = Pt(8)
        styles["Figure"].font.size = Pt(15)
        for style in ("Title", "Heading 1"):
            _underlined(styles[style])

    def _page(self) -> None:
        (section,) = self.document.sections
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(18)
        section.top_margin, section.bottom_margin = Mm(22), Mm(19)
        section.header_distance = Mm(10)  # two lines end above the logo
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        for paragraph in (head, foot):
            paragraph.style = "Note"
            paragraph.paragraph_format.space_after = Pt(0)  # a head of two lines moves no page down
        head.text = "{{ report.name | truncate(40, True, '…') }} · {{ report.model }}"
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")
        foot.add_run(" / ")
        _field(foot, "NUMPAGES")


def written(paragraph: Any, text: str, size: float) -> None:
    """A text with character styles into a paragraph; see `Builder.table`."""
    if text == "!truth":
        shown = '{{ say("tiers." ~ line.truth) }}'
        for statement, style in (
            ("if line.truth == 'yes'", "Good"),
            ("elif line.truth == 'no'", "Bad"),
            ("else", "Open"),
        ):
            runs(paragraph, [("", f"{{%r {statement} %}}"), (style, shown)])
        runs(paragraph, [("", "{%r endif %}")])
        return
    condition = ""
    if text.startswith("?"):
        condition, _, text = text[1:].partition("|")
    first, _, second = text.partition("~")
    parts = _parts(first)
    if condition:
        (style, shown), *parts = parts
        either(paragraph, condition, (style, shown), ("", shown))
    runs(paragraph, parts, size)
    if second:
        paragraph.add_run().add_break()
        runs(paragraph, [("Small", second)])


def _parts(text: str) -> list[tuple[str, str]]:
    """``Style|text|text|Style|text`` as (style, text); a piece that names no style has none."""
    known = {*TRUTHS, "Small", "Figure", "Term"}
    found, style = [], ""
    for piece in _pieces(text):
        if piece in known:
            style = piece
        else:
            found.append((style, piece))
            style = ""
    return found


def _pieces(text: str) -> list[str]:
    """Split at ``|`` outside of Jinja, where it is a filter."""
    pieces, depth = [""], 0
    for at, character in enumerate(text):
        depth += (text[at : at + 2] in ("{{", "{%")) - (text[at - 1 : at + 1] in ("}}", "%}") if at else 0)
        if character == "|" and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces


def either(paragraph: Any, condition: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    """One run where the condition holds, else another."""
    runs(paragraph, [("", f"{{%r if {condition} %}}"), one, ("", "{%r else %}"), other, ("", "{%r endif %}")])


def runs(paragraph: Any, parts: Sequence[tuple[str, str]], size: float = 0.0) -> None:
    """Texts of a paragraph, each in a character style or in this size."""
    for style, text in parts:
        run = paragraph.add_run(text)
        if style:
            run.style = style
        elif size:
            run.font.size = Pt(size)


def _dressed(style: Any, size: float, color: str, before: float, after: float) -> None:
    """Size, colour and spacing, and a font for either script: without ``w:eastAsia`` Word takes another for Chinese."""
    style.font.size = Pt(size)
    style.font.italic = False
    style.font.color.rgb = RGBColor.from_string(color)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script, font in FONTS.items():
        fonts.set(qn(f"w:{script}"), font)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.05  # fonts of Chinese have high lines: with more the first page runs over


def _underlined(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    borders, border = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "3"), ("color", DEEP)):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)
    properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:contextualSpacing", "w:outlineLvl")


def flagged(parent: Any, tag: Literal["w:tblHeader", "w:cantSplit"]) -> None:
    """What a row of a table is: a head that is repeated, or one that stays on a page."""
    parent.append(OxmlElement(tag))


def shaded(cell: Any, color: str) -> None:
    """A cell on a ground of a colour."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", color)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _field(paragraph: Any, code: str) -> None:
    """A number that the program keeps up to date."""
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text or None
        run._r.append(element)
