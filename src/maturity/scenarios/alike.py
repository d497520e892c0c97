"""Rows that are alike: what follows from some columns is worked out once for each kind of row, not for each row."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.scenarios.rules import Rule
from maturity.scenarios.truth import Given
from maturity.scenarios.values import Column

_MOST: Final = 2**62
_MANY: Final = 8192
_SHARE: Final = 16
_UNALIKE: Final = 0.9
"""Of so many rows the first sixteenth is looked at by itself: where nearly all of it are unlike, sorting the whole
would find no fewer (of 16,384 equally frequent kinds, a quarter of 65,536 rows, 4,096 rows have 3,624)."""

Rows = NDArray[np.intp]


def kinds(columns: Iterable[NDArray[Any]], n: int, few: float = 1) -> tuple[Rows, Rows]:
    """The first row of each kind, and (n,) the kind of each row; rows of a kind agree in all columns.

    Args:
        columns: (n,) whole numbers, truths or days.
        n: how many rows there are.
        few: when there are not that many times fewer kinds than rows, each row is a kind of its own.

    >>> kinds([np.array([7, 8, 7]), np.array([True, True, True])], 3)
    (array([0, 1]), array([0, 1, 0]))
    """
    everyone, columns = np.arange(n), list(columns)
    if few >= 2 and n >= _MANY:
        size = n // _SHARE  # which is looked at no longer than until nearly all are found to be unlike
        if len(kinds([column[:size] for column in columns], size, 1 / _UNALIKE)[0]) > _UNALIKE * size:
            return everyone, everyone
    key, span = np.zeros(n, np.int64), 1
    for column in columns:
        if not n or column.strides == (0,):  # one value throughout
            continue
        values = np.where(np.isnat(column), -1, column.astype(np.int64)) if column.dtype.kind == "M" else column
        least, most = int(values.min()), int(values.max())
        if span * (most - least + 1) > _MOST:
            found, key = np.unique(key, return_inverse=True)
            span = len(found)
            if span * few > n:
                return everyone, everyone
            if span * (most - least + 1) > _MOST:
                found, values = np.unique(values, return_inverse=True)
                least, most = 0, len(found)
        key = key * (most - least + 1) + (values.astype(np.int64) - least)
        span *= most - least + 1
    if span > n:
        _, first, rows = np.unique(key, return_index=True, return_inverse=True)
    else:  # so few possible kinds that the rows need not be sorted
        there, first = np.bincount(key, minlength=span) > 0, np.empty(span, np.intp)
        first[key[::-1]] = everyone[::-1]  # of the rows of a kind the one written last stays
        first, rows = first[there], (np.cumsum(there) - 1)[key]
    return (first, rows) if few * len(first) <= n else (everyone, everyone)


def parts(column: Column) -> list[NDArray[Any]]:
    """What tells the rows of a fact apart."""
    named = [column.names.codes] if column.names else []
    return [column.known, *(column.values.T if column.values.ndim > 1 else (column.values,)), *named]


def alike(rule: Rule, given: Given, rows: Rows) -> tuple[Rows, Rows]:
    """Of some rows: the first of each kind that a rule says the same of, and (m,) the kind of each."""
    if any(len(ledger.rows) for ledger in given.facts.ledgers.values()):
        return rows, np.arange(len(rows))
    facts = [given.facts.columns[id] for id in given.programme.facts_of(rule) if id in given.facts.columns]
    stated = (part for column in facts for part in parts(column))
    told = (given.assessed, given.level, given.level_possible, given.on, *stated)
    first, every = kinds((column[rows] for column in told), len(rows))
    return rows[first], every
