"""Answers and facts -> a table of typed columns (Arrow, parquet), which `blocks` takes back unchanged."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from maturity.answers import UNANSWERED, Answers
from maturity.models import NOT_APPLICABLE_ID
from maturity.profiles import unknown_profiles
from maturity.scenarios import FactDefinition, Facts, Ledger
from maturity.scenarios.values import NONE, Column


def answer_table(answers: Answers, facts: Facts | None = None, *, names: Sequence[str] = ()) -> pa.Table:
    """Answers and facts as a table of columns, which `read_block` takes back unchanged.

    Choices are dictionaries of ids, unanswered is null; facts are typed as the first lines of `blocks` tell.
    """
    model = answers.model
    columns: dict[str, pa.Array] = {
        "id": pa.array(map(written, answers.ids), pa.string()),
        "name": pa.array(map(written, names or [""] * len(answers)), pa.string()),
        "profile": profile_column(answers),
    }
    for requirement, points in zip(model.requirements, answers.columns, strict=True):
        words = {**{choice.points: choice.id for choice in requirement.choices}, 254: NOT_APPLICABLE_ID}
        codes = np.zeros(256, np.int8)
        codes[list(words)] = np.arange(len(words))
        indices = pa.array(codes[points], mask=points == UNANSWERED)
        columns[requirement.id] = pa.DictionaryArray.from_arrays(indices, pa.array(words.values()))
    if facts:
        columns |= {fact.id: _fact_column(fact, facts.columns[fact.id]) for fact in facts.programme.facts}
        columns |= {id: _entries(ledger, len(facts)) for id, ledger in facts.ledgers.items()}
    return pa.table(columns)


def profile_column(answers: Answers) -> pa.Array:
    """(n,) ids of the profiles, null where nobody knows it."""
    own = pa.array([profile.id for profile in answers.model.profiles])
    return own.take(pa.array(answers.profile_codes, mask=unknown_profiles(answers)))


def _entries(ledger: Ledger, n: int) -> pa.Array:
    """(n,) lists of the entries of a ledger."""
    columns = [_fact_column(fact, ledger.columns[fact.id]) for fact in ledger.definition.columns]
    entries = pa.StructArray.from_arrays(columns, names=[fact.id for fact in ledger.definition.columns])
    offsets = np.searchsorted(ledger.rows, np.arange(n + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), entries)


def _fact_column(fact: FactDefinition, column: Column) -> pa.Array:
    unknown = ~column.known
    match fact.kind:
        case "yes_no":
            return pa.array(column.values.astype(np.bool_), mask=unknown)
        case "one_of" | "grade":
            options = pa.array([option.id for option in fact.options])
            return options.take(pa.array(np.where(unknown, 0, column.values), mask=unknown))
        case "number" if not fact.decimals:
            return pa.array(column.values, mask=unknown)
        case "number":
            wide = np.ascontiguousarray(np.stack([column.values, column.values >> 63], axis=1))
            bits = pa.array(column.values, mask=unknown).buffers()[0]
            return pa.Array.from_buffers(pa.decimal128(18, fact.decimals), len(wide), [bits, pa.py_buffer(wide)])
        case "date":
            return pa.array(column.values.astype("datetime64[D]"), mask=unknown)
        case "event_date":
            days = np.where(np.isnat(column.values), NONE, np.datetime_as_string(column.values))
            return pa.array(days.astype(object), pa.string(), mask=unknown)
        case "names":
            given = zip(column.names, column.known, strict=True)
            lists = [list(map(written, names)) if known else None for names, known in given]
            return pa.array(lists, pa.list_(pa.string()))
        case "text":
            return pa.array([written(names[0]) if names else None for names in column.names], pa.string())


def written(text: str) -> str:
    """A text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
