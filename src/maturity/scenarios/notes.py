"""Notes on the rows of a batch: what reads alike is put into words once, however many applicants it is about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.scenarios.facts import place
from maturity.scenarios.kinds import kinds

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Notes of one kind on some of n applicants.

    Attributes:
        rows: (m,) intp, rising: whom each is about.
        codes: (m,) intp: which of the ``distinct`` notes that is.
        distinct: what they say; the place of each is the fact it is about, ``""`` for the applicant as a whole.
    """

    rows: Rows
    codes: Rows
    distinct: tuple[Problem, ...]

    @classmethod
    def on(cls, rows: Rows, told_apart: Sequence[NDArray[Any]], note: Callable[[int], Problem]) -> "Notes":
        """A note on each of some rows.

        Args:
            rows: (m,) rising.
            told_apart: by (m,) whole numbers or days each: rows that agree in all of them have the same note.
            note: what is to be said of a row; its place is a fact.
        """
        first, codes = kinds(told_apart, len(rows))
        return cls(rows, codes, tuple(note(int(row)) for row in rows[first]))

    def by_words(self) -> Iterator[tuple[Problem, Rows]]:
        """Each of the distinct notes, with the (k,) rows that have it, rising."""
        ordered = self.rows[np.argsort(self.codes, kind="stable")]
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.distinct)))
        return zip(self.distinct, np.split(ordered, ends), strict=False)  # after the last end there is nothing

    def each(self, ids: Sequence[str]) -> Iterator[Problem]:
        """One note after the other, in the order of the rows, each at its place."""
        for row, code in zip(self.rows.tolist(), self.codes.tolist(), strict=True):
            note = self.distinct[code]
            yield replace(note, where=place(ids, row, note.where))
