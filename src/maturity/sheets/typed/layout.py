"""The columns of a table of typed columns (Arrow, parquet): what each is, headed as those of a sheet are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from maturity.errors import InputError, Problem
from maturity.models import MaturityModel
from maturity.scenarios import Programme
from maturity.sheets.columns import Found, some
from maturity.sheets.headings import CREDIT_CODE, GROUPS, ID, NAME, PROFILE, Heading, Headings, Target, identified
from maturity.sheets.unasked import without_unasked

_INDEX: Final = r"__index_level_\d+__"
"""How pandas calls row numbers that it keeps."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table are.

    Attributes:
        columns: name and heading of each column that is of use; of several with one name it is the first.
        problems: unknown, ambiguous and double columns, and those of a type that nothing can be read from.
        notes: requirements and facts that have no column, and facts of a shipped programme where none is given.
    """

    columns: Mapping[Target, tuple[str, Heading]]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @classmethod
    def of(cls, schema: pa.Schema, model: MaturityModel, programme: Programme | None) -> "Layout":
        """The layout of a table.

        Raises:
            InputError: there is no column of ids.
        """
        headings = Headings.of(model, programme)
        ledgers = {ledger.id: {Target("fact", ledger.id)} for ledger in programme.ledgers} if programme else {}
        columns: dict[Target, tuple[str, Heading]] = {}
        problems: list[Problem] = []
        for column in schema:
            if re.fullmatch(_INDEX, column.name):
                continue
            targets, unit = headings.targets(column.name)
            targets = ledgers.get(column.name, targets)
            useful = [target for target in targets if target.kind in ("enterprise", "requirement", "fact")]
            if len(targets) > 1:
                right = ", ".join(sorted(target.id for target in targets))
                problems.append(Problem.of("sheets.ambiguous-column", column.name, column.name, right=right))
            elif not targets or (not useful and next(iter(targets)).kind == "form"):
                near = headings.suggestion(column.name)
                problems.append(Problem.of("sheets.unknown-column", column.name, column.name, near=near))
            elif useful and useful[0] in columns:
                first = columns[useful[0]][0]
                problems.append(Problem.of("sheets.duplicate-column", column.name, column.name, first=first))
            elif useful and not _readable(useful[0], column.type, programme):
                right = _right_type(useful[0], programme)
                problems.append(Problem.of("blocks.bad-type", column.name, column.type, right=right))
            elif useful:
                columns[useful[0]] = (column.name, Heading(useful[0], unit))
        columns = identified(columns)
        found = Found(problems, list(_missing(columns, model, programme)))
        if programme is None:
            found = without_unasked(found, "")
        if ID not in columns:
            raise InputError([*found.problems, Problem.of("blocks.no-id", "")])
        return cls(columns, tuple(found.problems), tuple(found.notes))

    def of_block(self, batch: pa.RecordBatch) -> dict[Target, pa.Array]:
        """The columns of a block that are of use."""
        positions = {name: at for at, name in reversed(list(enumerate(batch.schema.names)))}
        return {target: batch.column(positions[name]) for target, (name, _) in self.columns.items()}


def _missing(columns: Mapping[Target, object], model: MaturityModel, programme: Programme | None) -> Iterator[Problem]:
    for kind, ids in (
        ("requirement", [requirement.id for requirement in model.requirements]),
        ("fact", [fact.id for fact in programme.facts] if programme else []),
    ):
        if absent := [id for id in ids if Target(kind, id) not in columns]:  # type: ignore[arg-type]
            yield Problem.of(f"sheets.missing-{kind}s", "", some(absent), count=len(absent))


def _value_type(of: pa.DataType) -> pa.DataType:
    return of.value_type if pa.types.is_dictionary(of) else of


def is_text(of: pa.DataType) -> bool:
    """Whether a column holds texts, or nothing at all."""
    types = pa.types
    own = _value_type(of)
    return bool(types.is_string(own) or types.is_large_string(own) or types.is_string_view(own) or types.is_null(own))


def is_list(of: pa.DataType) -> bool:
    return bool(pa.types.is_list(of) or pa.types.is_large_list(of))


def _readable(target: Target, of: pa.DataType, programme: Programme | None) -> bool:
    """Whether there is a way to read such a column at all; each value is looked at later."""
    types, own = pa.types, _value_type(of)
    if target in (ID, CREDIT_CODE):
        return is_text(of) or bool(types.is_integer(own))
    if target in (NAME, PROFILE, *GROUPS):
        return is_text(of)
    if target.kind == "fact" and programme and target.id in (ledger.id for ledger in programme.ledgers):
        return is_list(of) and bool(types.is_struct(of.value_type))
    if target.kind == "fact" and programme and programme.fact(target.id).kind == "names" and is_list(of):
        return is_text(of.value_type)
    plain = (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_date, types.is_timestamp)
    return is_text(of) or any(test(own) for test in plain)


def _right_type(target: Target, programme: Programme | None) -> str:
    if target in (ID, CREDIT_CODE):
        return "string, int64"
    if target.kind == "enterprise":
        return "string"
    if target.kind == "requirement":
        return "dictionary, string, uint8, double"
    right = {"yes_no": "bool", "number": "int64, decimal128, double", "date": "date32", "names": "list<string>"}
    fact = next((fact for fact in programme.facts if fact.id == target.id), None) if programme else None
    return right.get(fact.kind, "string") if fact else "list<struct>"
