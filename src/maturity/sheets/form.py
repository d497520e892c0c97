"""Empty forms: a workbook for one enterprise, or one for a batch, that comes back through `read_batch`.

Everything in them works alike in Excel, WPS and LibreOffice: lists stand on a hidden sheet, counts are plain formulas
whose first results are written too, and what is locked is locked without a password.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from maturity.errors import InputError, Problem
from maturity.language import Lang, say
from maturity.models import MaturityModel, Node, Requirement
from maturity.scenarios import FactDefinition, LedgerDefinition, Programme
from maturity.sheets.grid import letters
from maturity.sheets.writing import ID, LINES, TITLE, height_of, lines_in, printed, replacing, workbook

ENTRIES: Final = 1000
"""Rows of a ledger in the form for one enterprise that have drop-down lists and are counted."""
FILLABLE: Final = 20_000
"""Rows of a batch form that have drop-down lists; more can be filled in without."""
_LISTS: Final = "lists"  # hidden; a list written into the cell's own rule may have 255 characters
_EARLIEST: Final = date(1950, 1, 1)  # the checks only catch slips of the pen; what counts is checked on reading
_LATEST: Final = date(2100, 1, 1)
_PROFILE_ROW: Final = 4
"""Row of the industry type on the sheet of facts; its third column is the one to fill in."""
_ANSWER: Final = "F"
"""Column of the answers on their sheet."""
_GREENER: Final = {
    "type": "2_color_scale",
    "min_type": "num",
    "max_type": "num",
    "min_value": 0,
    "max_value": 1,
    "min_color": "#FFFFFF",
    "max_color": "#A9D08E",
}
"""The more is filled in; a bar would need an extension that not every program knows."""
_UNLOCKED: Final = {**LINES, "locked": False, "bg_color": "#FFFBE6"}
_LOOK: Final = dict.fromkeys(("format_columns", "format_rows", "sort", "autofilter"), True)
_MAY: Final = {**_LOOK, "insert_rows": True, "delete_rows": True}
"""What a locked sheet allows: one with a fixed list of rows, and one that grows row by row."""
_TITLES: Final = 16
"""Width of a column whose title is wrapped."""
_PRINTABLE: Final = 20
"""Columns that a page has room for."""
_MESSAGE: Final = 255
"""Characters that a spreadsheet shows as the message of a cell."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One thing to fill in: its item, its title, and what may be written."""

    item: str
    title: str
    kind: str
    choices: tuple[str, ...] = ()
    unit: str = ""
    help: str = ""
    decimals: int = 0
    most: float | None = None


def write_form(
    path: str | Path,
    model: MaturityModel,
    programme: Programme | None = None,
    *,
    batch: bool = False,
    lang: Lang = "zh",
) -> None:
    """Write an empty form as .xlsx, with drop-down lists, frozen headers and locked ids (no password).

    The form for one enterprise has a row for each requirement and each fact, and counts what is filled in while it is;
    the form for a batch has a row for each enterprise and a column for each requirement and fact. `read_batch` knows
    both.

    Raises:
        InputError: another ending than .xlsx, or a place that cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise InputError([Problem.of("sheets.unknown-kind", path.name, path.suffix, known=".xlsx")])
    with replacing(path) as fresh, workbook(fresh) as book:
        form = _Form(book, model, programme, lang)
        form.instructions(batch=batch)
        if batch:
            form.batch()
        else:
            form.progress()
            form.facts()
            form.answers()
        form.ledgers(batch=batch)
        form.lists()


class _Form:
    """The sheets of a form, written one after the other."""

    def __init__(
        self, book: xlsxwriter.Workbook, model: MaturityModel, programme: Programme | None, lang: Lang
    ) -> None:
        self._book, self._model, self._programme, self._lang = book, model, programme, lang
        self._formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(TITLE),
            "id": book.add_format(ID),
            "fixed": book.add_format({**LINES, "text_wrap": True}),
            "fill": book.add_format(_UNLOCKED),
            "text": book.add_format({**_UNLOCKED, "num_format": "@", "text_wrap": True}),
            "date": book.add_format({**_UNLOCKED, "num_format": "yyyy-mm-dd"}),
            "share": book.add_format({**LINES, "num_format": "0%"}),
            "sum": book.add_format({**TITLE, "num_format": "0"}),
            "sum_share": book.add_format({**TITLE, "num_format": "0%"}),
        }
        self._lists: dict[tuple[str, ...], int] = {}

    def _say(self, key: str, **values: object) -> str:
        return say(f"sheets.{key}", self._lang, **values)

    # ---------------------------------------------------------------------------------------------------- what is asked

    def _own(self) -> list[_Field]:
        profiles = tuple(profile.name.in_(self._lang) for profile in self._model.profiles)
        return [
            _Field("id", self._say("columns.id"), "text", help=self._say("form.required")),
            _Field("name", self._say("columns.name"), "text"),
            _Field("profile", self._say("columns.profile"), "list", profiles, help=self._say("form.required")),
        ]

    def _facts(self) -> list[_Field]:
        return [self._fact(fact) for fact in (self._programme.facts if self._programme else ())]

    def _fact(self, fact: FactDefinition) -> _Field:
        choices = tuple(option.name.in_(self._lang) for option in fact.options)
        help = fact.help.in_(self._lang) if fact.help else ""
        if fact.kind == "yes_no":
            choices = (self._say("form.yes"), self._say("form.no"))
        if fact.kind in ("event_date", "names") and not help:
            help = self._say(f"form.{fact.kind}", never=self._say("form.never"))
        kinds = {"yes_no": "list", "one_of": "list", "grade": "list", "names": "text", "event_date": "event"}
        if fact.kind == "text" and fact.catalogue and self._programme:  # others may be written all the same
            entries = self._programme.catalogue(fact.catalogue).entries
            choices, kinds = tuple(entry.name.in_(self._lang) for entry in entries), {"text": "suggested"}
        return _Field(
            fact.id,
            fact.name.in_(self._lang),
            kinds.get(fact.kind, fact.kind),
            choices,
            fact.unit.in_(self._lang) if fact.unit else "",
            help,
            fact.decimals,
            float(fact.most.value) if fact.most else None,
        )

    def _answer(self, requirement: Requirement) -> _Field:
        return _Field(requirement.id, requirement.name.in_(self._lang), "list", self._choices(requirement))

    def _choices(self, requirement: Requirement) -> tuple[str, ...]:
        labels = (choice.name.in_(self._lang) for choice in requirement.choices)
        return (*labels, self._say("form.not_applicable_label"))

    # ----------------------------------------------------------------------------------------------------------- sheets

    def instructions(self, *, batch: bool) -> None:
        """What to do, in a sheet of its own."""
        model, programme = self._model, self._programme
        named = {key: self._say(f"sheets.{key}") for key in ("facts", "answers", "enterprises")}
        comma = "、" if self._lang == "zh" else ", "
        lines = [
            self._say("form.fill_batch" if batch else "form.fill_single", **named),
            self._say("form.choices", choices=comma.join(self._choices(model.requirements[0]))),
            self._say("form.blank"),
            self._say("form.not_applicable", not_applicable=self._say("form.not_applicable_label")),
            self._say("form.profile", profiles=comma.join(profile.name.in_(self._lang) for profile in model.profiles)),
            self._say("form.date"),
        ]
        for ledger in programme.ledgers if programme else ():
            help = self._say("form.bracketed", help=ledger.help) if ledger.help else ""
            key = "form.ledger_batch" if batch else "form.ledger_single"
            lines.append(self._say(key, ledger=self._ledger(ledger), help=help))
        if not batch:
            lines.append(self._say("form.progress", progress=self._say("sheets.progress")))
        if programme:
            lines.insert(0, self._say("form.programme", programme=programme.name))
        if model.status == "provisional":
            lines.append(self._say("form.provisional"))
        sheet = self._book.add_worksheet(self._say("sheets.instructions"))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 100, self._book.add_format({"text_wrap": True, "valign": "top"}))
        title = self._say("form.title_batch" if batch else "form.title_single", model=model.name)
        sheet.write_string(0, 0, title, self._formats["title"])
        self._fit(sheet, 0, [(title, 65)])  # of the title's own, larger characters
        for row, line in enumerate(lines, start=2):
            sheet.write_string(row, 0, line)
            self._fit(sheet, row, [(line, 100)])
        printed(sheet, 1)
        sheet.protect("", _LOOK)

    def progress(self) -> None:
        """How much is filled in, subdomain by subdomain, counted by the spreadsheet itself.

        A subdomain that the industry type does not have asks nothing.
        """
        widths = {"subdomain": 34, "asked": 12, "filled": 12, "open": 12, "share": 24}
        sheet = self._sheet("progress", widths, frozen=(2, 1))
        facts, answers = (self._say(f"sheets.{name}") for name in ("facts", "answers"))
        nodes = self._model.subdomains
        last = len(nodes) + 3
        sums = [f"=SUM({letter}3:{letter}{last})" for letter in "BCD"]
        whole = len(self._model.requirements) + len(self._facts())
        self._counted(sheet, 1, self._say("form.all"), sums[0], sums[1], whole, ("head", "sum", "sum_share"))
        begin = 2
        for row, node in enumerate(nodes, start=2):
            own = [one for one in self._model.requirements if one.subdomain == node.id]
            asked: str | int = len(own)
            if others := [profile for profile in self._model.profiles if profile.id not in node.weight]:
                names = [other.name.in_(self._lang).replace('"', '""') for other in others]
                cells = [f"'{facts}'!$C${_PROFILE_ROW}=\"{name}\"" for name in names]
                asked = f"=IF(OR({','.join(cells)}),0,{len(own)})"
            filled = f"=COUNTA('{answers}'!${_ANSWER}${begin}:${_ANSWER}${begin + len(own) - 1})"
            self._counted(sheet, row, self._subdomain(node), asked, filled, len(own))
            begin += len(own)
        items = len(self._facts())
        first = _PROFILE_ROW + 1
        filled = f"=COUNTA('{facts}'!$C${first}:$C${first + items - 1})" if items else "=0"
        self._counted(sheet, last - 1, facts, items, filled, items)
        sheet.conditional_format(1, 4, last - 1, 4, _GREENER)
        for row, ledger in enumerate(self._programme.ledgers if self._programme else (), start=last):
            name = self._ledger(ledger)
            counts = (f"COUNTA('{name}'!${c}$3:${c}${ENTRIES + 2})" for c in map(letters, range(len(ledger.columns))))
            sheet.write_string(row, 0, self._say("form.entries", ledger=name), self._formats["fixed"])
            sheet.write_blank(row, 1, None, self._formats["fixed"])
            sheet.write_formula(row, 2, f"=MAX({','.join(counts)})", self._formats["fixed"], 0)

    def _counted(
        self,
        sheet: Any,
        row: int,
        name: str,
        asked: str | int,
        filled: str,
        whole: int,
        looks: tuple[str, str, str] = ("fixed", "fixed", "share"),
    ) -> None:
        """A line of the progress: how much is asked, filled in, open, and which share; nothing is filled in yet."""
        title, number, share = (self._formats[look] for look in looks)
        sheet.write_string(row, 0, name, title)
        if isinstance(asked, int):
            sheet.write_number(row, 1, asked, number)
        else:
            sheet.write_formula(row, 1, asked, number, whole)
        line = row + 1
        sheet.write_formula(row, 2, filled, number, 0)
        sheet.write_formula(row, 3, f"=MAX(B{line}-C{line},0)", number, whole)
        sheet.write_formula(row, 4, f"=IF(B{line}=0,1,MIN(C{line}/B{line},1))", share, 0 if whole else 1)

    def facts(self) -> None:
        """The enterprise itself, and what the programme asks of it: a row for each."""
        widths = {"item": 24, "question": 40, "answer": 30, "unit": 12, "help": 50, "remark": 30}
        sheet = self._sheet("facts", widths)
        for row, field in enumerate([*self._own(), *self._facts()], start=1):
            for column, text in ((0, field.item), (1, field.title), (3, field.unit), (4, field.help)):
                sheet.write_string(row, column, text, self._formats["id" if column == 0 else "fixed"])
            self._fit(sheet, row, [(field.title, widths["question"]), (field.help, widths["help"])])
            self._open(sheet, row, 2, field)
            sheet.write_blank(row, 5, None, self._formats["text"])

    def answers(self) -> None:
        """A row for each requirement."""
        asked = {"item": 24, "subdomain": 22, "level": 8, "clause": 24, "requirement": 50}
        sheet = self._sheet("answers", {**asked, "answer": 16, "evidence": 36, "remark": 30})
        subdomains = {node.id: self._subdomain(node) for node in self._model.subdomains}
        cites = {one.id: one.cite for node in self._model.definition.nodes for one in node.requirements}
        for row, requirement in enumerate(self._model.requirements, start=1):
            sheet.write_string(row, 0, requirement.id, self._formats["id"])
            sheet.write_string(row, 1, subdomains[requirement.subdomain], self._formats["fixed"])
            sheet.write_number(row, 2, requirement.level, self._formats["fixed"])
            cite, name = cites[requirement.id].in_(self._lang), requirement.name.in_(self._lang)
            sheet.write_string(row, 3, cite, self._formats["fixed"])
            sheet.write_string(row, 4, name, self._formats["fixed"])
            subdomain = subdomains[requirement.subdomain]
            texts = [(cite, asked["clause"]), (name, asked["requirement"]), (subdomain, asked["subdomain"])]
            self._fit(sheet, row, texts)
            self._open(sheet, row, 5, self._answer(requirement))
            for column in (6, 7):
                sheet.write_blank(row, column, None, self._formats["text"])
        sheet.autofilter(0, 0, len(self._model.requirements), len(asked) + 2)

    def batch(self) -> None:
        """A row for each enterprise, a column for everything that is asked."""
        fields = [*self._own(), *self._facts(), *map(self._answer, self._model.requirements)]
        self._columns(self._say("sheets.enterprises"), fields, FILLABLE, frozen=2).activate()

    def _columns(self, name: str, fields: Sequence[_Field], rows: int, *, frozen: int) -> Any:
        """A sheet with a column for each field, ids over titles, to be filled in row by row."""
        sheet = self._book.add_worksheet(name)
        lines = 1
        for column, field in enumerate(fields):
            unit = f"（{field.unit}）" if self._lang == "zh" else f" ({field.unit})"
            title = f"{field.title}{unit if field.unit else ''}"
            width = 28 if field.item == "name" or field.kind in ("text", "suggested") else _TITLES
            width = max(width, ceil(len(field.item) * 0.8))  # ids are smaller than other texts
            lines = max(lines, lines_in(title, width))
            sheet.write_string(0, column, field.item, self._formats["id"])
            sheet.write_string(1, column, title, self._formats["head"])
            sheet.set_column(column, column, width, self._format(field))
            self._check(sheet, 2, column, rows + 1, field)
        sheet.set_row(1, height_of(lines))
        sheet.freeze_panes(2, frozen)
        if len(fields) <= _PRINTABLE:
            printed(sheet, 2)
        sheet.protect("", _MAY)
        return sheet

    def ledgers(self, *, batch: bool) -> None:
        """A sheet for each ledger, with an entry in each row; in a batch it begins with the id of the enterprise."""
        owner = _Field("id", self._say("columns.id"), "text", help=self._say("form.owner"))
        for ledger in self._programme.ledgers if self._programme else ():
            fields = [replace(self._fact(column), item=f"{ledger.id}.{column.id}") for column in ledger.columns]
            rows = FILLABLE if batch else ENTRIES
            self._columns(self._ledger(ledger), [owner] * batch + fields, rows, frozen=int(batch))

    def _ledger(self, ledger: LedgerDefinition) -> str:
        """The name of a ledger's sheet: what a spreadsheet allows, and no other sheet has."""
        name = re.sub(r"[\[\]:*?/\\']", " ", ledger.name.in_(self._lang))[:31].strip()
        taken = {self._say(f"sheets.{key}") for key in ("instructions", "progress", "facts", "answers", "enterprises")}
        return ledger.id[:31] if not name or name in taken else name

    def lists(self) -> None:
        """The hidden sheet with what the drop-down lists offer."""
        sheet = self._book.add_worksheet(_LISTS)
        for choices, column in self._lists.items():
            sheet.write_column(0, column, choices)
        sheet.hide()

    # ------------------------------------------------------------------------------------------------------------ cells

    def _subdomain(self, node: Node) -> str:
        """A subdomain's name, with the industry types that have it when not all do."""
        having = [profile.name.in_(self._lang) for profile in self._model.profiles if profile.id in node.weight]
        name = node.name.in_(self._lang)
        if len(having) == len(self._model.profiles):
            return name
        return f"{name}（{'、'.join(having)}）" if self._lang == "zh" else f"{name} ({', '.join(having)})"

    def _sheet(self, name: str, widths: Mapping[str, int], frozen: tuple[int, int] = (1, 2)) -> Any:
        """A sheet with a fixed list of rows below its titles."""
        sheet = self._book.add_worksheet(self._say(f"sheets.{name}"))
        for column, (key, width) in enumerate(widths.items()):
            sheet.write_string(0, column, self._say(f"columns.{key}"), self._formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(*frozen)
        printed(sheet, 1)
        sheet.protect("", _LOOK)
        if name == "facts":
            sheet.activate()
        return sheet

    def _fit(self, sheet: Any, row: int, texts: Sequence[tuple[str, int]]) -> None:
        """A row high enough for texts in columns of these widths; one line needs nothing, so that it may still grow."""
        if (lines := max(lines_in(text, width) for text, width in texts)) > 1:
            sheet.set_row(row, height_of(lines))

    def _format(self, field: _Field) -> Any:
        return self._formats[
            {"text": "text", "suggested": "text", "date": "date", "event": "date"}.get(field.kind, "fill")
        ]

    def _open(self, sheet: Any, row: int, column: int, field: _Field) -> None:
        """A cell to fill in."""
        sheet.write_blank(row, column, None, self._format(field))
        self._check(sheet, row, column, row, field)

    def _check(self, sheet: Any, row: int, column: int, last: int, field: _Field) -> None:
        """What the program says at once when something else is written; it warns, and does not forbid."""
        listed: dict[str, object] = {
            "validate": "list",
            "source": self._list(field.choices),
            "error_message": self._say("form.only_list"),
        }
        checks: dict[str, dict[str, object]] = {
            "list": listed,
            "suggested": {**listed, "error_message": self._say("form.not_listed")},
            "number": {
                "validate": "decimal" if field.decimals else "integer",
                **self._limits(field),
                "error_message": self._say("form.only_number", unit=field.unit or "-"),
            },
            "date": {
                "validate": "date",
                "criteria": "between",
                "minimum": _EARLIEST,
                "maximum": _LATEST,
                "error_message": self._say("form.only_date"),
            },
        }
        if check := checks.get(field.kind, {"validate": "any"} if field.help else None):
            told = {"input_message": field.help[:_MESSAGE]} if field.help else {}
            rule = {**check, **told, "error_type": "warning", "ignore_blank": True}
            sheet.data_validation(row, column, last, column, rule)

    def _limits(self, field: _Field) -> dict[str, object]:
        if field.most is None:
            return {"criteria": ">=", "value": 0}
        return {"criteria": "between", "minimum": 0, "maximum": field.most}

    def _list(self, choices: Sequence[str]) -> str:
        """Where the hidden sheet has a list."""
        column = self._lists.setdefault(tuple(choices), len(self._lists)) if choices else 0
        name = letters(column)
        return f"={_LISTS}!${name}$1:${name}${max(len(choices), 1)}"
