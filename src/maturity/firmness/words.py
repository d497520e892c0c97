"""How the findings are shown: numbers cut, levels and missing answers named."""

from fractions import Fraction
from math import floor
from typing import Final

from maturity.language import Lang, say

UNANSWERED_ID: Final = "unanswered"
"""How an answer that was not given is named in data."""


def shown(value: Fraction, decimals: int = 4) -> float:
    """A fraction as it is shown: cut after some decimals, never rounded up.

    >>> shown(Fraction(79999, 100000))
    0.7999
    """
    unit: int = 10**decimals
    return floor(value * unit) / unit


def level_name(level: int, lang: Lang) -> str:
    """A level as it stands within a sentence."""
    return say("firmness.level.number", lang, level=level) if level else say("firmness.level.none", lang)
