"""Makes the template of the Word report, ``reports/templates/report.docx``: run it to write the file again.

    python -m maturity.reports.formats.build_word reports/templates/report.docx

The template is an ordinary document: whoever wants another look opens it in Word or WPS and changes styles, columns and
words; what stands in {{ }} and {% %} is Jinja, filled in by docxtpl. It is built and not drawn so that it can be read,
reviewed, and made again to the byte.
"""

import sys
from pathlib import Path
from typing import Final

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from maturity.reports.formats.document import PALE, Builder, either, flagged, runs, shaded, written

SIDES: Final = (72.0, 102.0)
"""mm of the first page's two columns."""


def template() -> bytes:
    """The template as a file."""
    page = Builder()
    with page.block("if logo or report.issuer"):  # on one line: with two the first page of some runs over
        page.text("{% if logo %}{{ logo }}  {% endif %}{{ report.issuer }}", "Lead")
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
    page.heading(_say("summary.heading"), 1).paragraph_format.space_before = Pt(6)  # the page has to hold it all
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
                written(page.text(""), "Small|" + _say(f"summary.{label}") + f"|  |Term|{{{{ report.{value} }}}}", 10)
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
                written(tier, line, 9)
                page.text(_say("tiers.failed", f"conditions={_joined('tier.failed')}"), "Note")
            with page.block("if not tier.failed"):
                written(page.text(""), line, 9)
    with page.block("if report.provisional"):
        page.text("{{ report.provisional }}", "Call")


def _figure(page: Builder, label: str, value: str) -> None:
    page.text(label, "Lead")
    written(page.text(""), "Figure|" + value, 10)


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
    page.look(table, (46, 22, 22, 22, 22))
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
            runs(paragraph, [("", text)] if text else [])
    name, score = (table.cell(2, at).paragraphs[0] for at in (0, 3))
    runs(name, [("", "{% for _ in range(node.depth) %}\u3000{% endfor %}")])
    either(name, "node.depth == 0", ("Term", "{{ node.name }}"), ("", "{{ node.name }}"))
    figure = "{{ one.shown }}{% if one.possible %} ≤{{ one.possible }}{% endif %}"
    either(score, "one.dark", ("White", figure), ("Plain", figure))
    flagged(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for at in (0, 1, 3):
        shaded(table.cell(0, at), PALE)
    page.text("", "After Table")


def _gaps(page: Builder) -> None:
    page.section(_say("gaps.heading"), "report.gaps | selectattr('gaps') | list")
    page.text("{{ report.target }}")
    with page.block("for level in report.gaps"):
        page.heading("{{ level.title }}", 2)
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
            page.heading(_say(f"whatif.{title}"), 2)
            page.table(
                [_say("whatif.what"), _say("whatif.before"), _say("whatif.after")],
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
                written(name, "Term|{{ group.subdomain }}", 9)
                with page.block("for item in group['items']"):
                    written(page.text("", "List Bullet"), "{{ item.name }} |Small|{{ item.id }}", 8.5)


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


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(template())
