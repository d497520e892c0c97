"""Spreadsheets: batches of enterprises in, results and empty forms out (xlsx, csv, json)."""

from maturity.sheets.batch import Batch, read_batch
from maturity.sheets.form import write_form
from maturity.sheets.results import write_results
from maturity.sheets.saved import SavedResults, read_results
from maturity.sheets.tables import Table, write_tables

__all__ = [
    "Batch",
    "SavedResults",
    "Table",
    "read_batch",
    "read_results",
    "write_form",
    "write_results",
    "write_tables",
]
