"""Lines of tables that more than one section of a report has."""

from dataclasses import dataclass
from typing import Literal

Truth = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A condition of a tier: its truth, what the enterprise has, what is asked, what is short, and the clause."""

    id: str
    name: str
    truth: Truth
    value: str
    threshold: str
    shortfall: str
    clause: str
    quote: str
