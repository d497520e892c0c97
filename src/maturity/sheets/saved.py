"""Results that were written, read back: the same figures and words whichever format they were kept in."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile, zip_longest
from pathlib import Path
from typing import Any, Final

from maturity.errors import InputError, Problem, reason
from maturity.improvement import STATUSES
from maturity.language import LANGUAGES, say, texts
from maturity.models import READINGS, MaturityModel
from maturity.scenarios import VERDICTS, Programme
from maturity.scenarios.tree import TRUTHS
from maturity.sheets.arrow import PARQUET, import_arrow
from maturity.sheets.cells import shown
from maturity.sheets.findings import KINDS, ROLES
from maturity.sheets.grid import Cell, Grid
from maturity.sheets.intake import read_whole_grids
from maturity.sheets.results import WRITTEN

Kept = str | int | float | None
_TABLES: Final = ("results", "conditions", "problems")
_FURTHER: Final = ("plan", "firmness", "whatif")
"""What goes on from a level, where it was asked for."""
_LISTED: Final = ("where", "found", "what", "hint")
_WORDS: Final = frozenset({"id", "name", "profile"})
"""Columns of the enterprises that hold texts; so do verdicts, whose keys have a full stop."""


@dataclass(frozen=True, slots=True)
class SavedResults:
    """What a file of results says.

    Attributes:
        enterprises: a row each: id, name, profile, whole levels, scores as they were shown, and the verdict for each
            tier as ``PROGRAMME.TIER``; None where there is none.
        conditions: a row for each condition of each enterprise; texts in the language that they were written in.
        problems: what was wrong, and what was read differently (``kind`` problem or note).
        further: ``plan``, ``firmness`` and ``whatif``, as far as they were asked for. Of a workbook and a .csv: their
            rows, all as text. Of a .json: the objects that it holds, with the enterprise's ``id`` and ``name``.
    """

    enterprises: tuple[Mapping[str, Kept], ...]
    conditions: tuple[Mapping[str, str], ...]
    problems: tuple[Mapping[str, str], ...]
    further: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)


def read_results(path: str | Path, model: MaturityModel, programme: Programme | None = None) -> SavedResults:
    """What `write_results` wrote, from any of its formats and in either language.

    A .csv is read with the tables beside it, a .parquet, which holds no conditions, with the problems beside it. A
    workbook that was edited since, in the same cells, is read as it is now; nothing is scored anew.

    Args:
        path: the file.
        model: whose profiles a workbook shows by name.
        programme: whose tiers it shows by name.

    Raises:
        InputError: the file cannot be opened, or holds no results; or figures that somebody made into something else.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITTEN:
        raise InputError([Problem.of("sheets.unknown-kind", path.name, path.suffix, known=", ".join(WRITTEN))])
    if path.suffix.lower() == ".json":
        return _from_object(path)
    if path.suffix.lower() == PARQUET:
        return SavedResults(*import_arrow("parquet").read_scored(path))
    if path.suffix.lower() == ".csv":
        beside = [path.with_name(f"{path.stem}-{name}{path.suffix}") for name in (*_TABLES[1:], *_FURTHER)]
        tables = [_rows([(read_whole_grids(file)[0], 0)]) if file.exists() else [] for file in (path, *beside)]
    else:
        grids = read_whole_grids(path)
        tables = [_rows([(grid, 1) for grid in _sheets(grids, name)]) for name in (*_TABLES, *_FURTHER)]
    if not tables[0] or not {"id", "level"} <= tables[0][0].keys():
        raise InputError([Problem.of("sheets.no-results", path.name)])
    ids = _ids(model, programme)
    wrong = [
        Problem.of("sheets.bad-result", f"{path.name}: {shown(row['id'])}: {key}", shown(cell))
        for row in tables[0]
        for key, cell in row.items()
        if not _is_word(key) and not _is_figure(cell)
    ]
    if wrong:
        raise InputError(wrong)
    enterprises = tuple(
        {key: _value(key, cell, ids["verdict" if "." in key else key]) for key, cell in row.items()}
        for row in tables[0]
    )
    conditions, problems = (
        tuple({key: ids[key].get(str(cell), str(cell)) for key, cell in row.items()} for row in table)
        for table in tables[1 : len(_TABLES)]
    )
    further = {
        name: tuple({key: _back(shown(cell), ids[key], key) for key, cell in row.items()} for row in table)
        for name, table in zip(_FURTHER, tables[len(_TABLES) :], strict=True)
        if table
    }
    return SavedResults(enterprises, conditions, problems, further)


def _sheets(grids: Sequence[Grid], name: str) -> Iterator[Grid]:
    """The sheets of a table, in either language; a long one goes on in ``NAME (2)``."""
    titles = {say(f"sheets.sheets.{name}", lang) for lang in LANGUAGES}
    return (grid for grid in grids if grid.sheet in titles or grid.sheet.rpartition(" (")[0] in titles)


def _rows(grids: Sequence[tuple[Grid, int]]) -> list[dict[str, Cell]]:
    """The rows below the header of ids."""
    rows: list[dict[str, Cell]] = []
    for grid, header in grids:
        keys = [str(key) for key in grid.rows[header]] if len(grid.rows) > header else []
        below = grid.rows[header + 1 :]
        rows.extend(dict(zip_longest(keys, row[: len(keys)], fillvalue="")) for row in below)
    return rows


class _Ids(dict[str, dict[str, str]]):
    """The id of each name that a workbook shows, by column."""

    def __missing__(self, column: str) -> dict[str, str]:
        return {}


def _ids(model: MaturityModel, programme: Programme | None) -> _Ids:
    known = _Ids()
    known["profile_whatif"] = {profile.name.in_(lang): profile.id for profile in model.profiles for lang in LANGUAGES}
    for column, named in (("profile", model.profiles), ("tier", programme.tiers if programme else ())):
        known[column] = {one.name.in_(lang): one.id for one in named for lang in LANGUAGES}
    words = {
        "verdict": ("verdict", (*VERDICTS, *TRUTHS)),
        "role": ("sheets.roles", ROLES),
        "kind": ("sheets.kinds", KINDS),
        "status": ("report.way.status", STATUSES),
        "reading": ("report.reading", READINGS),
        "aim": ("sheets.aims", ("lose", "gain")),
    }
    moved = texts("firmness")["moved"]
    known["changed"] = {word[lang]: id for id, word in moved.items() for lang in LANGUAGES}
    words |= dict.fromkeys(("optimal", "lowest_attained", "highest_attained"), ("sheets.form", ("yes", "no")))
    for column, (group, ids) in words.items():
        known[column] = {say(f"{group}.{id}", lang): id for id in ids for lang in LANGUAGES}
    return known


def _is_word(key: str) -> bool:
    return key in _WORDS or "." in key


def _is_figure(cell: Cell) -> bool:
    """Whether a cell holds a level or a score, or nothing."""
    return cell == "" or isinstance(cell, float) or re.fullmatch(r"-?\d+(\.\d+)?", shown(cell)) is not None


def _back(text: str, ids: Mapping[str, str], key: str) -> str:
    """The id of a name; of what changed there are several in a row."""
    parts = text.replace("、", ", ").split(", ") if key == "changed" else [text]
    return ", ".join(ids.get(part, part) for part in parts)


def _value(key: str, cell: Cell, ids: Mapping[str, str]) -> Kept:
    if cell == "" and (key == "profile" or not _is_word(key)):
        return None
    if _is_word(key):
        return ids.get(str(cell), str(cell))
    number = float(str(cell))
    return int(number) if key.startswith("level") else number


def _from_object(path: Path) -> SavedResults:
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        enterprises, conditions = [], []
        further: dict[str, list[Mapping[str, Any]]] = {}
        asked = _asked(document)
        for one in document["enterprises"]:
            # What goes on from a level follows its explanation.
            own = dict(takewhile(lambda pair: pair[0] != "explanation", one.items()))
            enterprises.append(own)
            named = {key: own[key] for key in ("id", "name")}
            conditions += [{**named, **found} for found in _conditions(one["explanation"] or {"tiers": ()}, asked)]
            for name, key in (("plan", "plans"), ("firmness", "firmness"), ("whatif", "whatif")):
                held = one.get(key) or []
                for object in held if isinstance(held, list) else [held]:
                    further.setdefault(name, []).append({**object, **named})
        problems = [
            {"kind": kind, **dict(zip(_LISTED, (one["where"], one["value"], one["what"], one["hint"]), strict=True))}
            for kind, listed in zip(KINDS, ("problems", "notes"), strict=True)
            for one in document[listed]
        ]
    except OSError as error:
        raise InputError([Problem.of("sheets.unreadable", path.name, reason=reason(error))]) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError([Problem.of("sheets.no-results", path.name)]) from error
    kept = {name: tuple(objects) for name, objects in further.items()}
    return SavedResults(tuple(enterprises), tuple(conditions), tuple(problems), kept)


def _asked(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """By id of a condition, what it asks of everybody, in the language of the document and the file's order."""
    lang = document["lang"]
    return {
        one["id"]: {
            "condition_name": one["name"][lang],
            "threshold": one["rule"]["threshold"][lang],
            "clause": one["clause"][lang],
            "quote": one["quote"],
        }
        for one in (document["programme"] or {"conditions": ()})["conditions"]
    }


def _conditions(explanation: Mapping[str, Any], asked: Mapping[str, Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """The conditions of an explanation, one after the other, as the other formats list them."""
    order = list(asked)
    for tier in explanation["tiers"]:
        found = [(group["role"], one) for group in tier["groups"] for one in group["conditions"]]
        for role, one in sorted(found, key=lambda pair: order.index(pair[1]["id"])):
            own = {"tier": tier["id"], "condition": one["id"], "role": role, "verdict": one["truth"]}
            yield {**own, **asked[one["id"]], "value": one.get("value", ""), "shortfall": one.get("shortfall", "")}
