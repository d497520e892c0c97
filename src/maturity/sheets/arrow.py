"""The way to what needs the extra ``arrow``: parquet files, and what they are called."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from maturity.errors import InputError, Problem
from maturity.sheets.intake import TABLES, WORKBOOKS

PARQUET: Final = ".parquet"
_PACKAGES: Final = {"arrow": "pyarrow", "cluster": "distributed"}


def import_arrow(module: str) -> Any:
    """A module of `maturity.sheets.typed`, which works with pyarrow.

    Raises:
        InputError: pyarrow is not installed; the problem says how to install it.
    """
    require("arrow")
    return import_module(f"maturity.sheets.typed.{module}")


def require(extra: str) -> Any:
    """What an extra installs.

    Raises:
        InputError: it is not installed; the problem says how to install it.
    """
    package = _PACKAGES[extra]
    try:
        return import_module(package)
    except ImportError as error:
        command = f"pip install 'maturity-scoring[{extra}]'"
        raise InputError([Problem.of("blocks.missing-extra", package, package, command=command)]) from error


def parquet_files(folder: Path) -> list[Path]:
    """The parquet files of a folder, in the order of their names; none if it is no folder or has none.

    Hidden files, and those that begin with an underscore, are what programs leave beside the parts of a table.

    Raises:
        InputError: beside them, or in a folder inside, there are other sheets, which would not be read.
    """
    own = [file for file in sorted(folder.glob(f"*{PARQUET}")) if _is_data(file)] if folder.is_dir() else []
    if own:
        endings = (*WORKBOOKS, *TABLES, PARQUET)
        inside = (file for file in sorted(folder.rglob("*")) if file.suffix.lower() in endings and _is_data(file))
        if others := [file for file in inside if file not in own]:
            raise InputError(Problem.of("blocks.mixed", file.relative_to(folder.parent).as_posix()) for file in others)
    return own


def _is_data(file: Path) -> bool:
    return file.is_file() and not file.name.startswith((".", "_", "~$"))
