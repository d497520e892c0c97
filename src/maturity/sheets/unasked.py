"""What a shipped programme asks, in a sheet by which none is decided: passed over, and said once."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from maturity.definition import shipped
from maturity.errors import Problem
from maturity.scenarios import Programme, parse_programme
from maturity.scenarios.loading import PACKAGE
from maturity.sheets.columns import Found, some
from maturity.sheets.grid import Grid
from maturity.sheets.headings import Header, Headings, Target
from maturity.sheets.ledgers import Ledgers

_UNKNOWN: Final = ("sheets.unknown-column", "sheets.unknown-item")


def without_unasked(found: Found, place: str, unread: Sequence[tuple[Grid, Header | None]] = ()) -> Found:
    """What was found where no programme is given: facts and ledgers of a shipped one are no problems, but one note.

    Args:
        found: with a problem for each heading that is not known.
        place: of the note.
        unread: sheets that were not read, and their headers.
    """
    columns = [problem.value for problem in found.problems if _is_unasked(problem)]
    sheets = [grid.sheet for grid, header in unread if any(ledgers.of(grid, header) for ledgers in _ledgers())]
    if not columns and not sheets:
        return found
    note = Problem.of("sheets.unasked", place, some([*columns, *sheets]), count=len(columns) + len(sheets))
    return Found([problem for problem in found.problems if not _is_unasked(problem)], [*found.notes, note])


def _is_unasked(problem: Problem) -> bool:
    """Whether it is that of a heading, or of an item of a form, which only a programme makes known."""
    return problem.id in _UNKNOWN and any(target.kind == "fact" for target in _facts().targets(problem.value)[0])


@cache
def _programmes() -> tuple[Programme, ...]:
    """Every edition of every programme that the library ships; they are read when the question first comes up."""
    return tuple(parse_programme(content, f"{name}.toml") for name, content in shipped(PACKAGE).items())


@cache
def _facts() -> Headings:
    """The headings of their facts, and of their ledgers, which are columns of parquet files."""
    facts = [(fact.id, fact.name) for programme in _programmes() for fact in programme.facts]
    ledgers = [(ledger.id, ledger.name) for programme in _programmes() for ledger in programme.ledgers]
    return Headings((), [(Target("fact", id), id, name) for id, name in [*facts, *ledgers]], {})


@cache
def _ledgers() -> tuple[Ledgers, ...]:
    return tuple(map(Ledgers, _programmes()))
