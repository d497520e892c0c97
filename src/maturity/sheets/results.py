"""Results as files: xlsx, csv, json and parquet.

Columns are headed by ids, over which a workbook shows their Chinese or English titles. What is written is safe to open:
text stays text, whatever it begins with, and a file is complete or not there at all.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maturity.errors import InputError, Problem, near_or_known
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import Plan
from maturity.improvement.plans import plain
from maturity.language import Lang, say
from maturity.scenarios import Decisions, explain
from maturity.scenarios.explaining import asked
from maturity.scoring import Assessment
from maturity.sheets.arrow import PARQUET, import_arrow
from maturity.sheets.filling import Cells, Filling, filled
from maturity.sheets.findings import (
    LEAST,
    OF_PLAN,
    OF_READING,
    Once,
    Results,
    basis,
    conditions_of,
    problem_table,
    results_of,
    rows_in,
    with_least,
)
from maturity.sheets.intake import guarded
from maturity.sheets.schema import SCHEMA, explanation_json, plain_programme
from maturity.sheets.writing import ID, MOST_ROWS, TITLE, height_of, lines_in, printed, replacing

WRITTEN: Final = (".xlsx", ".csv", ".json", PARQUET)


def write_results(
    path: str | Path,
    assessment: Assessment,
    decisions: Decisions | None = None,
    *,
    names: Sequence[str],
    problems: Sequence[Problem] = (),
    notes: Sequence[Problem] = (),
    lang: Lang = "zh",
    plans: Sequence[Plan] = (),
    firmness: Sequence[Firmness] = (),
    whatif: WhatIf | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write what was found, in the format that the file's ending names.

    * ``.xlsx``: sheets of results, conditions, problems and basis, each headed by titles over ids.
    * ``.csv``: the results; the conditions, if any, in ``NAME-conditions.csv`` beside it, and problems and notes in
      ``NAME-problems.csv``. UTF-8 with a byte order mark. An apostrophe keeps text from being taken for a formula;
      `read_batch` takes it away again. Tables of an earlier run beside it are replaced, or taken away.
    * ``.json``: one object: model, what the programme asks, enterprises (each with the tree of its conditions),
      problems, notes; `maturity.sheets.schema.schema` describes it.
    * ``.parquet``: the results in typed columns (`maturity.sheets.typed.scoring`); problems in
      ``NAME-problems.parquet``.

    Plans, firmness and what if, where they are given, are further sheets, files (``NAME-plan.csv``,
    ``NAME-firmness.csv``, ``NAME-whatif.csv``) or keys of each enterprise. A plan has a row for each upgrade, or one
    row if it has none; firmness has one for each enterprise, reading and aim; what if has one for each enterprise,
    where ``total_whatif`` stands beside ``total``.

    One row per enterprise: id, name, profile, level, level_possible, total, level_stepwise, level_if_na_unmet, A1 ...
    for each level, the score of each subdomain (the sum over the levels of its scores for certain, 0 to the number of
    levels), the verdict for each tier as ``PROGRAMME.TIER``, and the standing in each quota as ``PROGRAMME.QUOTA``.
    Where there is no level, score or known profile, nothing is written. Workbooks and csv end with
    ``PROGRAMME.TIER.to_mend``: the fewest conditions that an ineligible enterprise must mend, each with what it is
    short by, as in a report.

    Args:
        path: the file to write or replace.
        assessment: n enterprises.
        decisions: of the same enterprises, or of more, in any order; matched by id.
        names: (n,) their names.
        problems, notes: listed as they are.
        lang: of titles and texts.
        plans: of any of the enterprises, any number each.
        firmness: of any of the enterprises.
        whatif: the same enterprises with something changed.
        progress: is told how many rows of a workbook are written, of how many.

    Returns:
        the files written.

    Raises:
        InputError: another ending, another number of names, an enterprise without a decision, plans or firmness of
            enterprises that are not these, or a place that cannot be written to.
    """
    path = Path(path)
    write = {".xlsx": _write_workbook, ".csv": _write_tables, ".json": _write_object}.get(path.suffix.lower())
    typed = path.suffix.lower() == PARQUET
    if write is None and not typed:
        known = ", ".join(WRITTEN)
        raise InputError([Problem.of("sheets.unknown-kind", path.name, path.suffix, known=known)])
    if len(names) != len(assessment.answers):
        raise InputError([Problem.of("sheets.bad-lengths", "names", len(names), expected=len(assessment.answers))])
    _refuse_others(assessment.answers.ids, decisions, plans, firmness, whatif)
    if write is None:
        if plans or firmness or whatif:
            raise InputError([Problem.of("blocks.not-streamed", path.name)])
        found = [("problem", one) for one in problems] + [("note", one) for one in notes]
        return _write_columns(path, assessment, decisions, names, found, lang)
    results = results_of(assessment, decisions, names, problems, notes, plans, firmness, whatif, lang, progress)
    return write(path, results)


def _refuse_others(
    ids: Sequence[str],
    decisions: Decisions | None,
    plans: Sequence[Plan] = (),
    firmness: Sequence[Firmness] = (),
    whatif: WhatIf | None = None,
) -> None:
    """A plan is for the enterprise of its row and id; one of another batch is no plan for these."""
    if decisions and (unmatched := sorted(set(ids) - set(decisions.ids))):
        raise InputError(Problem.of("reports.unmatched", id, id) for id in unmatched)
    given = [("plans", one.row, one.id) for one in plans] + [("firmness", one.row, one.id) for one in firmness]
    if whatif and tuple(whatif.before.answers.ids) != tuple(ids):
        given += [("whatif", row, id) for row, id in enumerate(whatif.before.answers.ids)]
    rows = dict(enumerate(ids))
    if others := [one for one in dict.fromkeys(given) if rows.get(one[1]) != one[2]]:
        raise InputError(
            Problem.of("reports.unknown-id", key, id, near=near_or_known(id, ids)) for key, _, id in others
        )


_BESIDE: Final = {
    "conditions": ("id", "name", "tier", "condition"),
    "problems": ("kind", "where", "found", "what", "hint"),
    "plan": OF_PLAN,
    "firmness": OF_READING,
    "whatif": ("id", "name", "profile", "profile_whatif"),
}
"""How the tables beside a csv begin."""


def _write_tables(path: Path, results: Results) -> tuple[Path, ...]:
    """The enterprises as csv; the conditions beside them."""
    conditions = conditions_of(results)
    tables = {path: with_least(results, conditions)}
    if results.decisions:
        tables[path.with_name(f"{path.stem}-conditions{path.suffix}")] = conditions
    if results.problems or results.notes:
        tables[path.with_name(f"{path.stem}-problems{path.suffix}")] = problem_table(results)
    tables |= {path.with_name(f"{path.stem}-{name}{path.suffix}"): table for name, table in results.more.items()}
    with ExitStack() as all_or_none:  # the conditions of one run do not stand beside the results of another
        for file, table in tables.items():
            cells = [list(map(Once(_csv).__getitem__, _values(table[key]))) for key in table]
            fresh = all_or_none.enter_context(replacing(file))
            with fresh.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(table.columns)
                writer.writerows(zip(*cells, strict=True))
    for name, begin in _BESIDE.items():
        beside = path.with_name(f"{path.stem}-{name}{path.suffix}")
        if beside not in tables and beside.is_file():
            _remove_ours(beside, begin)
    return tuple(tables)


def _remove_ours(file: Path, begin: Sequence[str]) -> None:
    """Take away a table of an earlier run, which would be read as one of these results; not a file of somebody else."""
    with file.open("rb") as stream:
        ours = stream.read(400).decode("utf-8-sig", "replace").startswith(",".join(begin))
    if ours:
        file.unlink()


def _write_columns(path: Path, *results: Any) -> tuple[Path, ...]:
    """The enterprises as typed columns, which need neither pandas nor the wording of conditions."""
    written: tuple[Path, ...] = import_arrow("parquet").write_scored(path, *results)
    return written


def _csv(value: object) -> object:
    """A cell of a text table: texts guarded, exact numbers without exponent and trailing zeros."""
    if isinstance(value, str):
        return guarded(value)
    return plain(value) if isinstance(value, Decimal) else value


def _values(column: "pd.Series[Any]") -> list[Any]:
    """The values of a column, None where there is none."""
    return column.astype(object).where(column.notna(), None).tolist()


def _write_object(path: Path, results: Results) -> tuple[Path, ...]:
    with replacing(path) as fresh, fresh.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.writelines(_object(results, range(len(results.assessment))))
    return (path,)


def results_object(
    assessment: Assessment,
    decisions: Decisions | None = None,
    *,
    rows: Sequence[int],
    names: Sequence[str],
    problems: Sequence[Problem] = (),
    notes: Sequence[Problem] = (),
    lang: Lang = "zh",
) -> str:
    """The same JSON as `write_results` writes, of some enterprises of a batch.

    Args:
        assessment: n enterprises.
        decisions: of the same enterprises, or of more, in any order; matched by id.
        rows: of the assessment, those to be told of.
        names: (n,) their names.
        problems, notes: listed as they are.
        lang: of texts.
    """
    _refuse_others(assessment.answers.ids, decisions)
    return "".join(_object(results_of(assessment, decisions, names, problems, notes, (), (), None, lang, None), rows))


def _object(results: Results, rows: Sequence[int]) -> Iterator[str]:
    """Everything as one JSON object, piece by piece; what has no value is null."""
    decisions = results.decisions
    document = {
        "schema": SCHEMA,
        "library": version("maturity-scoring"),
        "lang": results.lang,
        "model": _identity(results.assessment.answers.model),
        "programme": plain_programme(asked(decisions)) if decisions else None,
        **({"whatif_model": _identity(results.whatif.after.answers.model)} if results.whatif else {}),
        "enterprises": [],
        "problems": [_listed(problem, results.lang) for problem in results.problems],
        "notes": [_listed(note, results.lang) for note in results.notes],
    }
    head, empty, tail = _json(document).partition('"enterprises": []')
    yield f"{head}{empty[:-1]}"
    mark = "\n"
    for enterprise in _enterprises(results, rows):
        yield f"{mark}{enterprise}"
        mark = ",\n"
    yield f"\n ]{tail}\n" if mark == ",\n" else f"]{tail}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)


def _enterprises(results: Results, rows: Sequence[int]) -> Iterator[str]:
    """Each enterprise as JSON, two deep: its own columns, its explanation on one line, and what else was asked for."""
    own, more, decisions = _members(results.enterprises, "   "), _more(results), results.decisions
    decided = rows_in(results.assessment, decisions).tolist() if decisions else []
    for i in rows:
        told = explanation_json(explain(decisions, decided[i], results.lang)) if decisions else "null"
        rest = [f"   {_json(key)}: {_json(value)}".replace("\n", "\n   ") for key, value in more[i].items()]
        yield "  {\n" + ",\n".join([own[i], f'   "explanation": {told}', *rest]) + "\n  }"


def _members(table: pd.DataFrame, margin: str) -> list[str]:
    """(n,) the members of a JSON object for each row; each distinct value of a column is written once."""
    columns = []
    for key in table:
        name = _json(str(key))
        once = Once(lambda value, name=name: f"{margin}{name}: {_json(value)}")  # type: ignore[misc]
        columns.append([once[value] for value in _values(table[key])])
    return [",\n".join(row) for row in zip(*columns, strict=True)]


def _more(results: Results) -> list[dict[str, object]]:
    """(n,) plans and firmness of each enterprise, with all their digits; no key for what was not asked for."""
    found: list[dict[str, object]] = [{} for _ in results.assessment.answers.ids]
    if results.plans:
        plans: dict[int, list[object]] = {}
        for plan in results.plans:
            plans.setdefault(plan.row, []).append(plan.as_dict())
        for row, own in enumerate(found):
            own["plans"] = plans.get(row, [])
    if results.firmness:
        firm = {one.row: one.plain(results.lang) for one in results.firmness}
        for row, own in enumerate(found):
            own["firmness"] = firm.get(row)
    if results.whatif:
        for own, supposed in zip(found, results.whatif.rows(), strict=True):
            own["whatif"] = supposed.plain()
    return found


def _identity(document: Any) -> dict[str, str]:
    """What tells one model or programme from another."""
    return {key: getattr(document, key) for key in ("id", "edition", "status", "fingerprint")}


def _listed(problem: Problem, lang: Lang) -> dict[str, str]:
    return {
        "id": problem.id,
        "where": problem.where,
        "value": problem.value,
        "what": problem.what(lang),
        "hint": problem.hint(lang),
    }


def _write_workbook(path: Path, results: Results) -> tuple[Path, ...]:
    lang = results.lang
    rests_on = pd.DataFrame(
        basis(results.assessment, results.decisions, lang), columns=["key", "setting"], dtype=object
    )
    with replacing(path) as fresh, filled(fresh, results.progress) as (book, filling):
        sheets = _Sheets(book, filling, results)
        conditions = conditions_of(results)
        table = with_least(results, conditions)
        least = {str(key): 48 for key in table if str(key).endswith(LEAST)}
        sheets.add("results", table, widths={"id": 16, "name": 28, **least})
        if results.decisions:
            wide = {"condition": 40, "condition_name": 28, "value": 24, "threshold": 24, "shortfall": 24, "quote": 60}
            sheets.add("conditions", conditions, widths={"id": 16, "name": 28, **wide})
        for name, table in results.more.items():
            wide = {"target": 32, "reasons": 40, "requirement": 26, "requirement_name": 34, "subdomain": 18, "to": 14}
            sheets.add(name, table, widths={"id": 16, "name": 28, "present": 14, "reading": 24, "asked_by": 18, **wide})
        sheets.add("problems", problem_table(results), widths={"where": 28, "found": 20, "what": 60, "hint": 60})
        sheets.add("basis", rests_on, widths={"key": 28, "setting": 70})
    return (path,)


_WIDTH: Final = 12
"""Of a column, in characters."""
_TEXT: Final = 20
"""Columns of at least this width hold texts, which are wrapped: what does not fit would be hidden by the next cell."""


class _Sheets:
    """The sheets of a result workbook, added one after the other."""

    def __init__(self, book: Any, filling: Filling, results: Results) -> None:
        self._book, self._filling, self._results = book, filling, results
        self._title = book.add_format(TITLE)
        self._id = book.add_format(ID)
        self._plain = book.add_format({"valign": "top"})
        self._wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self._score = book.add_format({"valign": "top", "num_format": "0.00"})
        self._worth = book.add_format({"valign": "top", "num_format": "0.0000"})

    def add(self, name: str, table: pd.DataFrame, *, widths: Mapping[str, int]) -> None:
        """A table under two header rows, titles over ids; continued on further sheets where one is full."""
        title = say(f"sheets.sheets.{name}", self._results.lang)
        step = MOST_ROWS - 2
        for part, start in enumerate(range(0, max(len(table), 1), step), start=1):
            self._fill(title if part == 1 else f"{title} ({part})", table.iloc[start : start + step], widths)

    def _fill(self, name: str, table: pd.DataFrame, widths: Mapping[str, int]) -> None:
        sheet = self._book.add_worksheet(name)
        common = ("kind", "where", "found", "what", "hint", "key", "setting")
        titles = {
            **{key: say(f"sheets.columns.{key}", self._results.lang) for key in common},
            **self._results.titles,
        }
        keys = [str(key) for key in table.columns]
        wide = [widths.get(key, _WIDTH) for key in keys]
        cells = [self._cells(key, table[key], width) for key, width in zip(keys, wide, strict=True)]
        sheet.set_row(0, height_of(max(map(lines_in, map(titles.__getitem__, keys), wide))))
        for column, (key, width, own) in enumerate(zip(keys, wide, cells, strict=True)):
            sheet.set_column(column, column, width, own.look)
            sheet.write_string(0, column, titles[key], self._title)
            sheet.write_string(1, column, key, self._id)
        self._filling.put(sheet, 2, cells)
        named = 2 if "id" in table.columns else 0
        printed(sheet, 2, widths=wide, named=named)
        sheet.freeze_panes(2, named)
        if len(table):
            sheet.autofilter(1, 0, len(table) + 1, len(table.columns) - 1)

    def _cells(self, key: str, values: "pd.Series[Any]", width: int) -> Cells:
        """A column: names instead of ids; scores with two decimals, what a step adds with four, the rest as it is."""
        wide = width >= _TEXT
        look = self._wrapped if wide else self._plain
        if values.dtype.kind in "fi":
            look = self._score if values.dtype.kind == "f" else look
            return Cells(values.astype(object).where(values.notna(), None).tolist(), look)
        if names := self._results.ids.get(key, {}):
            return Cells([names.get(value, value) for value in values], look)
        if key == "worth":
            return Cells(values.tolist(), self._worth)
        return Cells(values.tolist(), look, width if wide else 0)
