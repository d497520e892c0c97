"""A table of costs from a workbook or a text table: what a step up costs, and how long it takes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from maturity.errors import InputError, Problem
from maturity.improvement import Costs
from maturity.language import LANGUAGES, say, texts
from maturity.models import MaturityModel
from maturity.sheets.cells import plain, said
from maturity.sheets.grid import Cell, Grid
from maturity.sheets.intake import read_whole_grids

NEEDED: Final = ("id", "cost")
TITLES: Final = 10
"""The heading line stands among so many first ones; above it there may be titles."""


def read_costs(path: str | Path, model: MaturityModel) -> Costs:
    """A table of costs, xlsx or csv, with a heading line in Chinese or English.

    Columns: 编号 id (of a requirement or subdomain), 选项 choice (its id or name; empty: every choice), 费用 cost,
    工期 duration; choice and duration may be left out or empty. The first sheet with an id and a cost is read.

    Raises:
        InputError: columns that are missing or unknown, and everything that `Costs.of` refuses, with its cell.
    """
    grids = read_whole_grids(path)
    words = {
        plain(say(f"improvement.costs.{key}", lang)): key for key in texts("improvement")["costs"] for lang in LANGUAGES
    }
    found = [
        (grid, row, _headed(grid.rows[row], words)) for grid in grids for row in range(min(len(grid.rows), TITLES))
    ]
    grid, at, columns = max(found, key=lambda one: sum(key in NEEDED for key in one[2].values()), default=(None, 0, {}))
    if grid is None:
        raise InputError([Problem.of("improvement.no-cost-column", Path(path).name, NEEDED[0], right=", ".join(words))])
    if problems := _wrong_headings(grid, at, columns, words):
        raise InputError(problems)
    choices = {
        plain(name): choice.id
        for requirement in model.requirements
        for choice in requirement.choices
        for name in (choice.id, *(choice.name.in_(lang) for lang in LANGUAGES))
    }
    rows: list[dict[str, object]] = []
    places: list[dict[str, str]] = []
    for number, cells in enumerate(grid.rows[at + 1 :], start=at + 1):
        own: dict[str, object] = {key: said(cells[column]) for column, key in columns.items() if column < len(cells)}
        if any(own.values()):
            own["choice"] = choices.get(plain(str(own.get("choice", ""))), own.get("choice", ""))
            rows.append(own)
            places.append({key: grid.where(number, column) for column, key in columns.items()})
    return Costs.of(model, rows, places=places)


def _headed(cells: list[Cell], words: Mapping[str, str]) -> dict[int, str]:
    """Columns of a row that say what they hold; the first one of each."""
    named: dict[str, int] = {}
    for column, cell in enumerate(cells):
        if key := words.get(plain(said(cell))):
            named.setdefault(key, column)
    return {column: key for key, column in named.items()}


def _wrong_headings(grid: Grid, at: int, columns: Mapping[int, str], words: Mapping[str, str]) -> list[Problem]:
    """Headings that are not known, and those that are missing."""
    right = ", ".join(words)
    problems = [
        Problem.of("improvement.cost-column", grid.where(at, column), said(cell), right=right)
        for column, cell in enumerate(grid.rows[at])
        if said(cell) and column not in columns
    ]
    missing = [key for key in NEEDED if key not in columns.values()]
    return problems + [Problem.of("improvement.no-cost-column", grid.place, key, right=right) for key in missing]
