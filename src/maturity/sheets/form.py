"""Empty forms: a workbook for one enterprise, or one for a batch, that comes back through `read_batch`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from maturity.errors import InputError, Problem
from maturity.language import Lang, say
from maturity.models import MaturityModel, Requirement
from maturity.scenarios import FactDefinition, Programme
from maturity.sheets.grid import letters
from maturity.sheets.writing import ID, LINES, TITLE, printed, replacing, workbook

FILLABLE: Final = 20_000
"""Rows of a batch form that have drop-down lists; more can be filled in without."""
_LISTS: Final = "lists"  # hidden; a list written into the cell's own rule may have 255 characters
_EARLIEST: Final = date(1950, 1, 1)  # the checks only catch slips of the pen; what counts is checked on reading
_LATEST: Final = date(2100, 1, 1)
_UNLOCKED: Final = {**LINES, "locked": False, "bg_color": "#FFFBE6"}
_MAY: Final = dict.fromkeys(("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter"), True)


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

    The form for one enterprise has a row for each requirement and each fact; the form for a batch has a row for each
    enterprise and a column for each requirement and fact. `read_batch` knows both.

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
            form.facts()
            form.answers()
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
        if programme:
            lines.insert(0, self._say("form.programme", programme=programme.name))
        if model.status == "provisional":
            lines.append(self._say("form.provisional"))
        sheet = self._book.add_worksheet(self._say("sheets.instructions"))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 100, self._book.add_format({"text_wrap": True, "valign": "top"}))
        title = self._say("form.title_batch" if batch else "form.title_single", model=model.name)
        sheet.write_string(0, 0, title, self._formats["title"])
        for row, line in enumerate(lines, start=2):
            sheet.write_string(row, 0, line)
        sheet.protect("", _MAY)

    def facts(self) -> None:
        """The enterprise itself, and what the programme asks of it: a row for each."""
        sheet = self._sheet("facts", {"item": 26, "question": 34, "answer": 30, "unit": 10, "help": 50, "remark": 30})
        for row, field in enumerate([*self._own(), *self._facts()], start=1):
            for column, text in ((0, field.item), (1, field.title), (3, field.unit), (4, field.help)):
                sheet.write_string(row, column, text, self._formats["id" if column == 0 else "fixed"])
            self._open(sheet, row, 2, field)
            sheet.write_blank(row, 5, None, self._formats["text"])

    def answers(self) -> None:
        """A row for each requirement."""
        asked = {"item": 26, "subdomain": 16, "level": 8, "requirement": 46}
        sheet = self._sheet("answers", {**asked, "answer": 16, "evidence": 36, "remark": 30})
        subdomains = {node.id: node.name.in_(self._lang) for node in self._model.subdomains}
        for row, requirement in enumerate(self._model.requirements, start=1):
            sheet.write_string(row, 0, requirement.id, self._formats["id"])
            sheet.write_string(row, 1, subdomains[requirement.subdomain], self._formats["fixed"])
            sheet.write_number(row, 2, requirement.level, self._formats["fixed"])
            sheet.write_string(row, 3, requirement.name.in_(self._lang), self._formats["fixed"])
            self._open(sheet, row, 4, self._answer(requirement))
            for column in (5, 6):
                sheet.write_blank(row, column, None, self._formats["text"])
        sheet.autofilter(0, 0, len(self._model.requirements), len(asked) + 2)

    def batch(self) -> None:
        """A row for each enterprise, a column for everything that is asked."""
        fields = [*self._own(), *self._facts(), *map(self._answer, self._model.requirements)]
        sheet = self._book.add_worksheet(self._say("sheets.enterprises"))
        sheet.set_row(1, 60)
        for column, field in enumerate(fields):
            unit = f"（{field.unit}）" if self._lang == "zh" else f" ({field.unit})"
            sheet.write_string(0, column, field.item, self._formats["id"])
            sheet.write_string(1, column, f"{field.title}{unit if field.unit else ''}", self._formats["head"])
            width = 28 if field.item == "name" or field.kind == "text" else 16 if field.item != field.title else 12
            sheet.set_column(column, column, width, self._format(field))
            self._check(sheet, 2, column, FILLABLE + 1, field)
        sheet.freeze_panes(2, 2)
        sheet.protect("", _MAY)
        sheet.activate()

    def lists(self) -> None:
        """The hidden sheet with what the drop-down lists offer."""
        sheet = self._book.add_worksheet(_LISTS)
        for choices, column in self._lists.items():
            sheet.write_column(0, column, choices)
        sheet.hide()

    # ------------------------------------------------------------------------------------------------------------ cells

    def _sheet(self, name: str, widths: Mapping[str, int]) -> Any:
        sheet = self._book.add_worksheet(self._say(f"sheets.{name}"))
        for column, (key, width) in enumerate(widths.items()):
            sheet.write_string(0, column, self._say(f"columns.{key}"), self._formats["head"])
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 2)
        printed(sheet, 1)
        sheet.protect("", _MAY)
        if name == "facts":
            sheet.activate()
        return sheet

    def _format(self, field: _Field) -> Any:
        return self._formats[{"text": "text", "date": "date", "event": "date"}.get(field.kind, "fill")]

    def _open(self, sheet: Any, row: int, column: int, field: _Field) -> None:
        """A cell to fill in."""
        sheet.write_blank(row, column, None, self._format(field))
        self._check(sheet, row, column, row, field)

    def _check(self, sheet: Any, row: int, column: int, last: int, field: _Field) -> None:
        """What the program says at once when something else is written; it warns, and does not forbid."""
        checks: dict[str, dict[str, object]] = {
            "list": {
                "validate": "list",
                "source": self._list(field.choices),
                "error_message": self._say("form.only_list"),
            },
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
        if check := checks.get(field.kind):
            sheet.data_validation(row, column, last, column, {**check, "error_type": "warning", "ignore_blank": True})

    def _limits(self, field: _Field) -> dict[str, object]:
        if field.most is None:
            return {"criteria": ">=", "value": 0}
        return {"criteria": "between", "minimum": 0, "maximum": field.most}

    def _list(self, choices: Sequence[str]) -> str:
        """Where the hidden sheet has a list."""
        column = self._lists.setdefault(tuple(choices), len(self._lists)) if choices else 0
        name = letters(column)
        return f"={_LISTS}!${name}$1:${name}${max(len(choices), 1)}"
