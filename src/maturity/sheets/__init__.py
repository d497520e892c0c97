"""Spreadsheets: batches of enterprises in, results and empty forms out (xlsx, csv, json)."""

from maturity.sheets.batch import Batch, read_batch
from maturity.sheets.form import write_form
from maturity.sheets.results import write_results

__all__ = ["Batch", "read_batch", "write_form", "write_results"]
