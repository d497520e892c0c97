"""The ledgers of a programme: sheets with an entry in each row, and whose entry it is."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from maturity.errors import Problem, near_or_known
from maturity.scenarios import LedgerDefinition, Programme
from maturity.sheets.cells import Value, said
from maturity.sheets.columns import Found, below_one_header, named_by, rows_of, values_of
from maturity.sheets.grid import Broken, Grid
from maturity.sheets.headings import ID, Header, Headings, Target

OWNER = "enterprise"
"""Key of the ids of the enterprises among the columns of a ledger."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries that one sheet has of one ledger.

    Attributes:
        ledger: id of the ledger.
        owners: (m,) id of the enterprise as it was written, ``""`` where none is.
        where: address of the cell that says so, or of those from one entry to another; or of the rows.
        columns: (m,) values of each column.
    """

    ledger: str
    owners: Sequence[str]
    where: Callable[[int, int], str]
    columns: Mapping[str, Sequence[Value]]


class Ledgers:
    """The ledgers that a programme makes known, and their headings."""

    def __init__(self, programme: Programme | None) -> None:
        known = programme.ledgers if programme else ()
        self._known = [(ledger, Headings.of_ledger(ledger)) for ledger in known]

    def of(self, grid: Grid, others: Header | None) -> tuple[LedgerDefinition, Header] | None:
        """The ledger that a sheet is, if its header says more of one than of enterprises (``others``)."""
        found = [(ledger, header) for ledger, headings in self._known if (header := headings.find(grid))]
        found = [
            (ledger, header) for ledger, header in found if any(target.kind == "fact" for target in header.columns)
        ]
        best = max(found, key=lambda one: one[1].known, default=None)
        return best if best and best[1].known > (others.known if others else 0) else None


def entries_of(grid: Grid, ledger: LedgerDefinition, header: Header, found: Found) -> Entries:
    """The entries of a sheet, one in each row that is not blank."""
    found.problems.extend(header.problems)
    found.notes.extend(header.notes)
    named = [column for column, _ in header.columns.values()]
    records = below_one_header(rows_of(grid, header, found, named), Headings.of_ledger(ledger), found)
    targets = {column.id: Target("fact", column.id) for column in ledger.columns}
    if absent := [id for id, target in targets.items() if target not in records.columns]:
        found.notes.append(Problem.of("sheets.missing-facts", grid.place, ", ".join(absent), count=len(absent)))
    columns = {
        column.id: values_of(column, records.columns[targets[column.id]], found)
        for column in ledger.columns
        if targets[column.id] in records.columns
    }
    whose = records.columns.get(ID)
    cells = whose.values if whose else [""] * len(records.rows)
    owners = ["" if isinstance(cell, Broken) else said(cell) for cell in cells]
    return Entries(ledger.id, owners, partial(records.where, ID), columns)


def first_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What each id means: the first that it was given to; a blank one means nobody.

    >>> first_of([("E1", "E1"), ("E1", "E1 (2)"), ("", "row-4")])
    {'E1': 'E1'}
    """
    firsts: dict[str, str] = {}
    for written, id in pairs:
        if written:
            firsts.setdefault(written, id)
    return firsts


def owned(
    entries: Sequence[tuple[Entries, Sequence[str], Mapping[str, str]]],
    ids: Mapping[str, str],
    programme: Programme,
    found: Found,
) -> dict[str, dict[str, list[object]]]:
    """The columns of each ledger with the ids of the enterprises; entries of nobody and copies are named and left out.

    Args:
        entries: of each sheet, with the ids of the enterprises of its file, and what each of those was written as.
        ids: what each enterprise of the batch was written as, and its id.
        programme: whose ledgers these are.
        found: grows by what is wrong.
    """
    ledgers: dict[str, dict[str, list[object]]] = {}
    sheets = Counter(part.ledger for part, _, _ in entries)
    seen: dict[str, set[object]] = {}
    for part, own, written in entries:
        columns = [column.id for column in programme.ledger(part.ledger).columns]
        into = ledgers.setdefault(part.ledger, {OWNER: [], **{id: [] for id in columns}})
        kept = list(_kept(part, own, written, ids, found))
        if sheets[part.ledger] > 1:
            kept = _once(part, kept, columns, seen.setdefault(part.ledger, set()), found)
        into[OWNER].extend(owner for _, owner in kept)
        for id in columns:
            values = part.columns.get(id)
            into[id].extend(values[i] if values else None for i, _ in kept)
    return ledgers


def _kept(
    part: Entries, own: Sequence[str], written: Mapping[str, str], ids: Mapping[str, str], found: Found
) -> Iterator[tuple[int, str]]:
    """The entries that belong to somebody, and to whom: of those in the same file first."""
    blank = []
    for i, owner in enumerate(part.owners):
        whose = written.get(owner) or ids.get(owner) if owner else own[0] if len(own) == 1 else None
        if whose is not None:
            yield i, whose
        elif owner:
            near = near_or_known(owner, ids)
            found.problems.append(Problem.of("sheets.unknown-owner", part.where(i, i), owner, near=near))
        else:
            blank.append(i)
    for run in named_by(blank):
        found.problems.append(Problem.of("sheets.missing-owner", part.where(run[0], run[-1])))


def _once(
    part: Entries, kept: Sequence[tuple[int, str]], columns: Sequence[str], seen: set[object], found: Found
) -> list[tuple[int, str]]:
    """The entries that no sheet before had (``seen``, which grows by them); two that are alike in one sheet are two."""
    told = {i: (owner, *(part.columns[id][i] for id in columns if id in part.columns)) for i, owner in kept}
    again = [i for i, one in told.items() if one in seen]
    if again:
        found.problems.append(Problem.of("sheets.copied-entries", part.where(again[0], again[-1]), count=len(again)))
    left_out = set(again)
    seen.update(told.values())
    return [(i, owner) for i, owner in kept if i not in left_out]
