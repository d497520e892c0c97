"""Spreadsheets: batches of enterprises in, results and empty forms out (xlsx, csv, json, parquet).

What works with parquet needs the extra ``arrow`` and is loaded when it is first used.
"""

from typing import TYPE_CHECKING

from maturity.sheets.arrow import import_arrow
from maturity.sheets.batch import Batch, read_batch
from maturity.sheets.costs import read_costs
from maturity.sheets.form import write_form
from maturity.sheets.results import results_object, write_results
from maturity.sheets.saved import SavedResults, read_results
from maturity.sheets.schema import schema
from maturity.sheets.tables import Table, write_tables

if TYPE_CHECKING:
    from maturity.sheets.typed.parquet import write_answers
    from maturity.sheets.typed.partitions import score_parquet
    from maturity.sheets.typed.scoring import Scoring
    from maturity.sheets.typed.streaming import Scored

_TYPED = {"Scored": "streaming", "Scoring": "scoring", "score_parquet": "partitions", "write_answers": "parquet"}

__all__ = [
    "Batch",
    "SavedResults",
    "Scored",
    "Scoring",
    "Table",
    "read_batch",
    "read_costs",
    "read_results",
    "results_object",
    "schema",
    "score_parquet",
    "write_answers",
    "write_form",
    "write_results",
    "write_tables",
]


def __getattr__(name: str) -> object:
    if name not in _TYPED:
        raise AttributeError(f"module 'maturity.sheets' has no attribute {name!r}")
    return getattr(import_arrow(_TYPED[name]), name)
