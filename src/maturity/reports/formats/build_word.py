"""Makes the template of the Word report, ``reports/templates/report.docx``: run it to write the file again.

    python -m maturity.reports.formats.build_word reports/templates/report.docx

The template is an ordinary document: whoever wants another look opens it in Word or WPS and changes styles, columns and
words; what stands in {{ }} and {% %} is Jinja, filled in by docxtpl. It is built and not drawn so that it can be read,
reviewed, and made again to the byte.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
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
TRUTHS: Final = {"Good": "1B5E3A", "Open": "8A4500", "Bad": "8C1D18"}
"""Character styles for what holds, is unknown, and fails."""
BUILT: Final = datetime(2025, 1, 1)
"""The date of the template: a report carries its own."""
WIDE: Final = 174.0
"""mm between the margins."""
UNUSED: Final = {"stylesWithEffects", "customXml", "thumbnail"}
"""Parts of python-docx's template that say nothing about a report."""
SIDES: Final = (72.0, 102.0)
"""mm of the first page's two columns."""


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

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """A real heading: it is found by the navigation pane and by a table of contents."""
        paragraph = self.document.add_heading(text, level)
        paragraph.paragraph_format.page_break_before = new_page

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
        size: float = 8.5,
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
                self.table(heads, cells, each, widths, right=right, size=size)
            with self.block(f"if not {condition}"):
                self.table(
                    [heads[at] for at in rest],
                    [cells[at] for at in rest],
                    each,
                    [widths[at] for at in rest],
                    right=[new for new, at in enumerate(rest) if at in right],
                    size=size,
                )
            return
        rows = [heads, [f"{{%tr for {each} %}}"], cells, ["{%tr endfor %}"]]
        table = self.document.add_table(len(rows), len(heads))
        self._look(table, widths)
        for number, row in enumerate(rows):
            for at, text in enumerate(row):
                paragraph = table.cell(number, at).paragraphs[0]
                paragraph.style = "Table Head" if number == 0 else "Table Text"
                if at in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                _written(paragraph, text, size)
        _property(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for row in table.rows:
            _property(row._tr.get_or_add_trPr(), "w:cantSplit")
        for cell in table.rows[0].cells:
            _shaded(cell, PALE)
        self.text("", "After Table")

    def pairs(self, lines: Sequence[tuple[str, str, str]], widths: tuple[float, float]) -> None:
        """Labels and values; each (condition, label, value) is a row of its own, ``""`` for always."""
        count = sum(3 if condition else 1 for condition, _, _ in lines)
        table = self.document.add_table(count, 2)
        self._look(table, widths)
        at = 0
        for condition, label, value in lines:
            if condition:
                table.cell(at, 0).paragraphs[0].add_run(f"{{%tr {condition} %}}")
                at += 1
            for column, text in enumerate((label, value)):
                paragraph = table.cell(at, column).paragraphs[0]
                paragraph.style = "Table Text"
                _written(paragraph, text, 9)
            at += 1
            if condition:
                table.cell(at, 0).paragraphs[0].add_run(f"{{%tr end{condition.split(maxsplit=1)[0]} %}}")
                at += 1
        self.text("", "After Table")

    def saved(self) -> bytes:
        """The file."""
        return packed(self.document, BUILT)

    def _look(self, table: Any, widths: Sequence[float]) -> None:
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
        table._tbl.tblPr.append(borders)
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
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        for paragraph in (head, foot):
            paragraph.style = "Note"
            paragraph.paragraph_format.space_after = Pt(0)  # a head of two lines moves no page down
        head.text = "{{ report.name | truncate(40, True, '…') }} · {{ report.model }}"
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _field(foot, "PAGE")
        foot.add_run(" / ")
        _field(foot, "NUMPAGES")


def template() -> bytes:
    """The template as a file."""
    page = Builder()
    with page.block("if logo"):
        page.text("{{ logo }}")
    with page.block("if report.issuer"):
        page.text("{{ report.issuer }}", "Lead")
    page.text("{{ report.title }}", "Title")
    _summary(page)
    with page.block("if not report.rejected"):
        _scores(page)
        _gaps(page)
    _way(page)
    _firm(page)
    _what_if(page)
    _tiers(page)
    _open(page)
    _basis(page)
    return page.saved()


def _summary(page: Builder) -> None:
    page.pairs(
        [
            ("", _say("name"), "Term|{{ report.name }}"),
            ("", _say("id"), "{{ report.id }}"),
            ("", _say("profile"), "{{ report.profile }}"),
            ("", _say("model"), "{{ report.model }}"),
            ("if report.programme", _say("programme"), "{{ report.programme }}"),
            ("if report.programme", _say("applied-on"), "{{ report.applied_on }}"),
        ],
        (32, 142),
    )
    page.heading(_say("summary.heading"), 1)
    table = page.document.add_table(1, 2)
    for at, width in enumerate(SIDES):
        table.columns[at].width = table.cell(0, at).width = Mm(width)
    with page.inside(table.cell(0, 0)):
        certain = "{% if report.open %} " + _say("summary.certain") + "{% endif %}"
        _figure(page, _say("summary.level") + certain, "{{ report.level_name }}")
        of = "{{ report.total }}| " + _say("summary.of", "most=report.most")
        _figure(page, _say("summary.total") + certain, of)
        with page.block("if report.open"):
            possible = (("level-possible", "level_possible_name"), ("total-possible", "total_possible"))
            for label, value in possible:
                _written(page.text(""), "Small|" + _say(f"summary.{label}") + f"|  |Term|{{{{ report.{value} }}}}", 10)
        with page.block("if report.readings"):
            page.text(_say("summary.readings"), "Lead")
        with page.block("for reading in report.readings"):
            name = "{{ reading.name }}{% if reading.default %}" + _say("basis.default") + "{% endif %}"
            level = "{{ reading.level }}{% if reading.level_possible != reading.level %} – {{ reading.level_possible }}"
            page.text(name + _say("colon") + level + "{% endif %}", "List Bullet")
        with page.block("if report.peers"):
            peers = "name=report.peers.name, count=report.peers.count, total=report.peers.total"
            page.text(_say("summary.peers", peers), "Lead")
        page.text("", "After Table")
    with page.inside(table.cell(0, 1)):
        with page.block("if pictures.reach"):
            page.text("{{ pictures.reach }}", "Picture")
        page.text("", "After Table")
    with page.block("if pictures.reach"):
        page.text(
            "{{ report.pictures.reach.caption }}", "Caption"
        )  # in lines as wide as the page, which needs all of it
    with page.block("for note in report.notes"):
        page.text("{{ note }}", "List Bullet")
    with page.block("if report.tiers"):
        page.heading(_say("summary.verdicts"), 2)
        with page.block("for tier in report.tiers"):
            line = "Term|{{ tier.name }}|" + _say("colon") + "{{ tier.headline }}"
            with page.block("if tier.failed"):
                tier = page.text("")
                tier.paragraph_format.keep_with_next = True
                _written(tier, line, 9)
                page.text(_say("tiers.failed", f"conditions={_joined('tier.failed')}"), "Note")
            with page.block("if not tier.failed"):
                _written(page.text(""), line, 9)
    with page.block("if report.provisional"):
        page.text("{{ report.provisional }}", "Call")


def _figure(page: Builder, label: str, value: str) -> None:
    page.text(label, "Lead")
    _written(page.text(""), "Figure|" + value, 10)


def _scores(page: Builder) -> None:
    page.heading(_say("scores.heading"), 1, new_page=True)
    page.text(_say("scores.lead", "mark=report.mark") + _say("space") + _say("scores.cut"), "Lead")
    page.picture("bars")
    met = (
        '{% if level.met %}{{ say("scores.met-yes") }}{% elif level.met_possible %}{{ say("scores.met-possible") }}'
        '{% else %}{{ say("scores.met-no") }}{% endif %}'
    )
    page.table(
        [_say(f"scores.{key}") for key in ("level", "score", "score-possible", "met", "from")],
        [
            "{{ level.number }} {{ level.name }}",
            "{{ level.score.shown }}",
            "{{ level.score.possible or level.score.shown }}",
            met,
            "{{ level.total_from }}",
        ],
        "level in report.levels",
        (50, 30, 34, 34, 26),
        right=(1, 2, 4),
        only=(2, "report.open"),
    )
    page.picture("next_level")
    page.heading(_say("scores.nodes-heading"), 1, new_page=True)
    settled = _say("scores.nodes-lead-settled")
    page.text(f"{{% if report.open %}}{_say('scores.nodes-lead')}{{% else %}}{settled}{{% endif %}}", "Lead")
    _heat_table(page)
    page.text("{{ report.pictures.heat_map.caption }}", "Caption")


def _heat_table(page: Builder) -> None:
    """Scores of the nodes, shaded as in the heat map: a table that can be edited, and the chart at once."""
    document = page.document
    table = document.add_table(4, 5)
    page._look(table, (46, 22, 22, 22, 22))
    table.autofit = True
    # docxtpl repeats columns between {%tc for %} and {%tc endfor %}; the columns of the tags themselves vanish.
    head = [_say("scores.node"), _say("scores.weight"), "{%tc for level in report.levels %}"]
    head += [_say("level.number", "number=level.number"), "{%tc endfor %}"]
    rows = [
        head,
        ["{%tr for node in report.nodes %}"],
        ["", "{{ node.weight }}", "{%tc for one in node.scores %}", "{% cellbg one.fill %}", "{%tc endfor %}"],
        ["{%tr endfor %}"],
    ]
    for number, row in enumerate(rows):
        for at, text in enumerate(row):
            paragraph = table.cell(number, at).paragraphs[0]
            paragraph.style = "Table Head" if number == 0 else "Table Text"
            if at:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if at == 1 else WD_ALIGN_PARAGRAPH.CENTER
            _runs(paragraph, [("", text)] if text else [])
    name, score = (table.cell(2, at).paragraphs[0] for at in (0, 3))
    _runs(name, [("", "{% for _ in range(node.depth) %}\u3000{% endfor %}")])
    _either(name, "node.depth == 0", ("Term", "{{ node.name }}"), ("", "{{ node.name }}"))
    figure = "{{ one.shown }}{% if one.possible %} ≤{{ one.possible }}{% endif %}"
    _either(score, "one.dark", ("White", figure), ("Plain", figure))
    _property(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for at in (0, 1, 3):
        _shaded(table.cell(0, at), PALE)
    page.text("", "After Table")


def _gaps(page: Builder) -> None:
    page.section(_say("gaps.heading"), "report.gaps | selectattr('gaps') | list")
    page.text("{{ report.target }}")
    with page.block("for level in report.gaps"):
        values = "level=level.name, score=level.score, mark=report.mark"
        page.heading(
            "{% if level.short %}"
            + _say("gaps.of-level", f"{values}, short=level.short")
            + "{% else %}"
            + _say("gaps.of-met-level", values)
            + "{% endif %}",
            2,
        )
        with page.block("if not level.gaps and level.applicable"):
            page.text(_say("gaps.all-met"))
        with page.block("if not level.applicable"):
            page.text(_say("gaps.none-applies"))
        with page.block("if level.gaps"):
            page.text(_say("gaps.lead"), "Lead")
            page.table(
                ["#", *(_say(f"gaps.{key}") for key in ("requirement", "answer", "missing", "worth", "cite"))],
                [
                    "{{ loop.index }}",
                    "{{ gap.name }}~{{ gap.subdomain }} {{ gap.id }}",
                    "{{ gap.answer }}",
                    "{{ gap.missing }}",
                    "{{ gap.worth }}",
                    "Small|{{ gap.cite }}",
                ],
                "gap in level.gaps",
                (9, 68, 23, 15, 16, 43),
                right=(0, 3, 4),
            )


def _way(page: Builder) -> None:
    with page.block("if report.plans"):
        tables = (f"report.plans | selectattr('{key}') | list" for key in ("upgrades", "work"))
        page.section(_say("way.heading"), " or ".join(tables))
        page.text(_say("way.lead"), "Lead")
        with page.block("for plan in report.plans"):
            remain = _say("way.remain", "count=plan.work | map('last') | map('length') | sum")
            status = ' [{{ say("way.status." ~ plan.status) }}]'
            page.heading("{{ plan.target }}" + status + "{% if plan.work %} [" + remain + "]{% endif %}", 2)
            page.text("{{ plan.headline }}")
            with page.block("for reason in plan.reasons"):
                page.text("{{ reason }}", "List Bullet")
            with page.block("if plan.upgrades"):
                page.text(
                    "{% for label, value in plan.figures %}{{ label }}"
                    + _say("colon")
                    + "{{ value }}{% if not loop.last %}  ·  {% endif %}{% endfor %}"
                )
                with page.block("if plan.same_as"):
                    page.text(_say("way.same", "target=plan.same_as"), "Note")
                with page.block("if plan.open_note and not plan.same_as"):
                    page.text("{{ plan.open_note }}", "Call")
                with page.block("if not plan.same_as"):
                    page.heading(_say("way.upgrades", "count=plan.upgrades | length"), 3)
                    columns = "improvement.columns."
                    page.table(
                        [
                            "#",
                            _heading(columns + "name"),
                            _heading(columns + "level"),
                            _say("way.change"),
                            _heading(columns + "cost"),
                            _heading(columns + "duration"),
                            _heading(columns + "worth"),
                        ],
                        [
                            "{{ loop.index }}",
                            "{{ row.name }}~{{ row.subdomain }} {{ row.requirement }}",
                            "{{ row.level }}",
                            "{{ row.present }} → {{ row.to }}",
                            "{{ row.cost }}",
                            '{{ row.duration or say("dash") }}',
                            "{{ row.worth }}",
                        ],
                        "row in plan.upgrades",
                        (9, 68, 15, 38, 14, 19, 23),
                        right=(0, 2, 4, 5, 6),
                        only=(5, "plan.timed"),
                    )
                    page.heading(_say("way.shifts"), 3)
                    page.text("{{ plan.shift }}", "Lead")
                    met = '{{ "" if %s is none else say("scores.met-yes") if %s else say("scores.met-no") }}'
                    page.table(
                        [
                            _say("scores.level"),
                            _say("way.before"),
                            _say("scores.met"),
                            _say("way.after"),
                            _say("scores.met"),
                        ],
                        [
                            "{{ one.name }}",
                            "{{ one.before }}",
                            met % ("one.met_before", "one.met_before"),
                            "{{ one.after }}",
                            met % ("one.met_after", "one.met_after"),
                        ],
                        "one in plan.shifts",
                        (60, 28, 28, 28, 28),
                        right=(1, 3),
                    )
            with page.block("if plan.work"):
                page.text(_say("way.work"), "Call")
                with page.block("for role, lines in plan.work"):
                    _conditions(page)


def _firm(page: Builder) -> None:
    with page.block("if report.firmness"):
        page.heading(_say("firm.heading"), 1, new_page=True)
        with page.block("for sentence in report.firmness.sentences"):
            page.text("{{ sentence }}", "List Bullet")
        with page.block("if report.firmness.moves"):
            page.heading(_say("firm.pivotal"), 2)
            page.text("{{ report.firmness.note }}" + _say("space") + _say("firm.legend"), "Lead")
            with page.block("for moves in report.firmness.moves"):
                page.heading("{{ moves.heading }}", 3)
                name = (
                    "{{ line.name }}| |Small|{{ line.id }}{% if line.always %} · " + _say("firm.always") + "{% endif %}"
                )
                page.table(
                    [
                        _heading("improvement.columns.name"),
                        _say("firm.change"),
                        _heading("firmness.column.steps"),
                        _say("firm.worth"),
                    ],
                    [
                        "?line.chosen|Term|" + name,
                        "{{ line.before }} → {{ line.after }}",
                        "{{ line.steps }}",
                        "{{ line.worth }}",
                    ],
                    "line in moves.lines",
                    (84, 54, 16, 20),
                    right=(2, 3),
                )
                with page.block("if moves.more"):
                    page.text(_say("firm.more", "count=moves.more"), "Note")


def _what_if(page: Builder) -> None:
    with page.block("if report.whatif"):
        page.heading(_say("whatif.heading"), 1, new_page=True)
        page.text(_say("whatif.lead"), "Lead")
        for title, shifts in (("given", "given"), ("moved", "shifts")):
            page.heading(_say(f"whatif.{title}"), 3)
            page.table(
                ["", _say("whatif.before"), _say("whatif.after")],
                ["?one.moved|Term|{{ one.name }}", "{{ one.before }}", "{{ one.after }}"],
                f"one in report.whatif.{shifts}",
                (90, 42, 42),
                right=(1, 2),
            )
            if title == "given":
                with page.block("if report.whatif.more"):
                    page.text(_say("whatif.more", "count=report.whatif.more"), "Note")


def _tiers(page: Builder) -> None:
    with page.block("if report.tiers"):
        page.heading(_say("tiers.heading"), 1, new_page=True)
        page.text(_say("tiers.lead", "programme=report.programme, on=report.applied_on"), "Lead")
        with page.block("for note in report.programme_notes"):
            page.text(_say("tiers.notes") + _say("colon") + "{{ note }}", "Call")
        with page.block("if report.shared"):
            page.heading(_say("tiers.shared"), 2)
            with page.block("for role, lines in report.shared"):
                _conditions(page)
        with page.block("for tier in report.tiers"):
            depends = "{% if tier.depends_on_reading %} [" + _say("tiers.depends") + "]{% endif %}"
            page.heading("{{ tier.name }} [{{ say_verdict(tier.verdict) }}]" + depends, 2)
            with page.block("if tier.headline != say_verdict(tier.verdict)"):
                page.text("{{ tier.headline }}").paragraph_format.keep_with_next = True
            with page.block("if tier.unknown_facts"):
                page.text(_say("tiers.decided-by", f"facts={_joined('tier.unknown_facts')}"), "Call")
            with page.block("if tier.failed"):
                page.text(_say("tiers.failed", f"conditions={_joined('tier.failed')}"), "Call")
            with page.block("if tier.to_mend"):
                page.text(_say("tiers.to-mend", f"rules={_joined('tier.to_mend')}"), "Call")
            with page.block("if tier.bounds"):
                page.text("{{ tier.bounds }}", "Call")
            with page.block("if report.shared and tier.conditions"):
                page.text(_say("tiers.own"), "Lead")
            with page.block("for role, lines in tier.conditions"):
                _conditions(page)


def _conditions(page: Builder) -> None:
    """Those of a role, within a loop over ``role, lines``."""
    page.heading('{{ say("tiers." ~ role) }}', 3)
    page.table(
        [_say(f"tiers.{key}") for key in ("condition", "result", "value", "threshold", "shortfall", "clause")],
        [
            "{{ line.name }}",
            "!truth",
            '{{ line.value or say("dash") }}',
            '{{ line.threshold or say("dash") }}',
            '{{ line.shortfall or say("dash") }}',
            "{{ line.clause }}~“{{ line.quote }}”",
        ],
        "line in lines",
        (34, 17, 25, 28, 21, 49),
    )


def _open(page: Builder) -> None:
    page.heading(_say("open.heading"), 1)
    with page.block("for note in report.open_notes"):
        page.text("{{ note }}")
    with page.block("if not (report.open_notes or report.outside)"):
        page.text(_say("open.none"))
    for kind, groups in (("na", "not_applicable"), ("unanswered", "unanswered"), ("outside", "outside")):
        with page.block(f"if report.{groups}"):
            count = f"count=report.{groups} | map(attribute='items') | map('length') | sum"
            page.heading(_say(f"open.{kind}", f"{count}, profile=report.profile"), 2)
            with page.block(f"for group in report.{groups}"):
                name = page.text("")
                name.paragraph_format.keep_with_next = True
                _written(name, "Term|{{ group.subdomain }}", 9)
                with page.block("for item in group['items']"):
                    _written(page.text("", "List Bullet"), "{{ item.name }} |Small|{{ item.id }}", 8.5)


def _basis(page: Builder) -> None:
    page.heading(_say("basis.heading"), 1, new_page=True)
    page.text(_say("basis.lead"), "Lead")
    with page.block("for part in report.basis"):
        page.heading("{{ part.heading }}", 2)
        page.pairs([("for label, value in part.lines", "Small|{{ label }}", "{{ value }}")], (44, 130))


def _say(key: str, values: str = "") -> str:
    """A fixed text of the report's language."""
    return f'{{{{ say("{key}"{", " + values if values else ""}) }}}}'


def _heading(key: str) -> str:
    return f'{{{{ heading("{key}") }}}}'


def _joined(names: str) -> str:
    return f'{names} | join(say("list"))'


def _written(paragraph: Any, text: str, size: float) -> None:
    """A text with character styles into a paragraph; see `Builder.table`."""
    if text == "!truth":
        shown = '{{ say("tiers." ~ line.truth) }}'
        for statement, style in (
            ("if line.truth == 'yes'", "Good"),
            ("elif line.truth == 'no'", "Bad"),
            ("else", "Open"),
        ):
            _runs(paragraph, [("", f"{{%r {statement} %}}"), (style, shown)])
        _runs(paragraph, [("", "{%r endif %}")])
        return
    condition = ""
    if text.startswith("?"):
        condition, _, text = text[1:].partition("|")
    first, _, second = text.partition("~")
    parts = _parts(first)
    if condition:
        (style, shown), *parts = parts
        _either(paragraph, condition, (style, shown), ("", shown))
    _runs(paragraph, parts, size)
    if second:
        paragraph.add_run().add_break()
        _runs(paragraph, [("Small", second)])


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


def _either(paragraph: Any, condition: str, one: tuple[str, str], other: tuple[str, str]) -> None:
    """One run where the condition holds, else another."""
    _runs(paragraph, [("", f"{{%r if {condition} %}}"), one, ("", "{%r else %}"), other, ("", "{%r endif %}")])


def _runs(paragraph: Any, runs: Sequence[tuple[str, str]], size: float = 0.0) -> None:
    for style, text in runs:
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
    style.paragraph_format.line_spacing = 1.15


def _underlined(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for old in properties.findall(qn("w:pBdr")):
        properties.remove(old)
    borders, border = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "3"), ("color", DEEP)):
        border.set(qn(f"w:{name}"), value)
    borders.append(border)
    properties.insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:contextualSpacing", "w:outlineLvl")


def _property(parent: Any, tag: Literal["w:tblHeader", "w:cantSplit"]) -> None:
    parent.append(OxmlElement(tag))


def _shaded(cell: Any, color: str) -> None:
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


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(template())
