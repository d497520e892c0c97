"""The command line: parse, call, print. No rule and no arithmetic stands here.

Exit codes: 0 done, 1 problems in the input (outputs are still written), 2 wrong usage.
"""

import os

from maturity.cli import batches, definitions, explanation, policy, questions  # noqa: F401  the commands join the app when imported
from maturity.cli.frame import app

__all__ = ["app", "main"]


def main() -> None:
    """Entry point of the command ``maturity``."""
    # The products here are small: the threads of the linear algebra would wait for each other, and in every worker.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()
