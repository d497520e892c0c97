"""How figures are printed: cut, never rounded up, so that none reaches a mark that the exact value misses."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import isnan

from maturity.language import printable as printable  # noqa: PLC0414  every room of a report takes it from here
from maturity.scoring import cut

NONE = "—"
"""What stands where there is no figure."""


def shown(score: float) -> str:
    """A score, cut to two decimals."""
    return NONE if isnan(score) else f"{cut(score):.2f}"


def cut_to(value: Fraction, decimals: int) -> str:
    """An exact value, cut."""
    return f"{Decimal(value.numerator * 10**decimals // value.denominator).scaleb(-decimals):f}"


def plain(value: Fraction) -> str:
    """An exact number of a definition, with the decimals that it has; one that has no end is cut to six.

    >>> plain(Fraction(4, 5)), plain(Fraction(67)), plain(Fraction(1, 3))
    ('0.8', '67', '0.333333')
    """
    text = cut_to(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def short(mark: Fraction, shown: str) -> str:
    """What a shown score misses to a mark: never less than what it really misses, because it was cut."""
    return plain(max(mark - Fraction(shown), Fraction(0)))


def span(certain: str, possible: str) -> str:
    """Both ends of an interval, once where they are the same."""
    return certain if possible in ("", certain) else f"{certain} – {possible}"


def listed(names: Sequence[str], comma: str) -> str:
    """Names in a row, each once."""
    return comma.join(dict.fromkeys(names))
