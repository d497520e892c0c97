"""Enterprises whose profile nobody knows: no weights are theirs, so that no answer counts, and they have no level.

Such a row is unanswered throughout and rejected, which no other row can be: what is rejected for its answers called
something not applicable. Its profile code means nothing.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maturity.answers import UNANSWERED, Answers


def without_profile(answers: Answers, rows: NDArray[np.bool_]) -> Answers:
    """The same answers, where nobody knows the profile of some rows.

    Args:
        answers: n enterprises.
        rows: (n,) which; they are unanswered throughout.
    """
    rejected = answers.rejected | rows
    rejected.flags.writeable = False
    return replace(answers, rejected=rejected)


def unknown_profiles(answers: Answers) -> NDArray[np.bool_]:
    """(n,) whether nobody knows the profile of each row."""
    unknown = answers.rejected.copy()
    unknown[unknown] = (answers.columns[:, answers.rejected] == UNANSWERED).all(axis=0)
    return unknown


def known_profile(answers: Answers, i: int) -> str:
    """Profile id of enterprise i, ``""`` if nobody knows it."""
    unknown = answers.rejected[i] and bool((answers.columns[:, i] == UNANSWERED).all())
    return "" if unknown else answers.profile(i)
