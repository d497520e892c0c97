"""How figures are printed: cut, never rounded up, so that none reaches a mark that the exact value misses."""

from collections.abc import Sequence
from fractions import Fraction
from math import isnan

from maturity.language import cut_to as cut_to  # noqa: PLC0414  every room of a report takes them from here
from maturity.language import plain as plain  # noqa: PLC0414
from maturity.language import printable as printable  # noqa: PLC0414
from maturity.scoring import cut

NONE = "—"
"""What stands where there is no figure."""


def shown(score: float) -> str:
    """A score, cut to two decimals."""
    return NONE if isnan(score) else f"{cut(score):.2f}"


def short(mark: Fraction, shown: str) -> str:
    """What a shown score misses to a mark: never less than what it really misses, because it was cut."""
    return plain(max(mark - Fraction(shown), Fraction(0)))


def span(certain: str, possible: str) -> str:
    """Both ends of an interval, once where they are the same."""
    return certain if possible in ("", certain) else f"{certain} – {possible}"


def listed(names: Sequence[str], comma: str) -> str:
    """Names in a row, each once."""
    return comma.join(dict.fromkeys(names))
