"""``python -m maturity`` is the command ``maturity``."""

from maturity.cli import main

main()
