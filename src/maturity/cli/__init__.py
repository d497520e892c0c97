"""The command line: parse, call, print. No rule and no arithmetic stands here.

Exit codes: 0 done, 1 problems in the input (outputs are still written), 2 wrong usage.
"""

import os
import sys
from codecs import backslashreplace_errors, register_error
from io import TextIOWrapper
from typing import Final

from maturity.cli import batches, definitions, explanation, policy, questions  # noqa: F401  the commands join the app when imported
from maturity.cli.frame import app

__all__ = ["app", "main"]

_LIKE: Final = {"✓": "√", "✗": "×"}
"""For marks that GBK does not have, those that it has: Chinese Windows writes in it what goes to a file or is piped."""


def _written(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for a character that the encoding of the output does not have."""
    if isinstance(error, UnicodeEncodeError) and error.encoding == "gbk" and error.object[error.start] in _LIKE:
        return _LIKE[error.object[error.start]], error.start + 1
    return backslashreplace_errors(error)


def main() -> None:
    """Entry point of the command ``maturity``."""
    # The products here are small: the threads of the linear algebra would wait for each other, and in every worker.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    register_error("maturity", _written)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # nothing is, where there is no place to write to
            stream.reconfigure(errors="maturity")
    app()
