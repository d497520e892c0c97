"""Answer sheets for the benchmarks: random ones, and ones that lie exactly on the pass mark at every level."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers, Points
from maturity.models import MaturityModel


def profiles(model: MaturityModel, n: int) -> list[str]:
    """The profiles in turn, so that every block has all of them."""
    return [model.profiles[i % len(model.profiles)].id for i in range(n)]


def random_columns(model: MaturityModel, n: int, *, reserved: float = 0.0, seed: int = 20210501) -> Points:
    """(q, n) random choices; a share ``reserved`` of them not applicable, and as many unanswered, scattered."""
    random = np.random.default_rng(seed)
    columns = np.empty((len(model.requirements), n), np.uint8)
    for column, requirement in zip(columns, model.requirements, strict=True):
        column[:] = np.array([choice.points for choice in requirement.choices], np.uint8)[random.integers(0, 4, n)]
        if reserved:
            drawn = random.random(n, dtype=np.float32)
            column[drawn < reserved] = NOT_APPLICABLE
            column[(drawn >= reserved) & (drawn < 2 * reserved)] = UNANSWERED
    return columns


def on_the_mark(model: MaturityModel, n: int, *, seed: int = 20210501) -> tuple[Points, list[str]]:
    """(n, q) sheets whose five level scores are all exactly 0.8, in many ways.

    Everything is 0.8 at first. Then, among requirements that weigh the same, three are raised to 1 and two are lowered
    to 0.5, again and again: 3 x 0.2 = 2 x 0.3.
    """
    random = np.random.default_rng(seed)
    own = profiles(model, n)
    points = np.full((n, len(model.requirements)), 8, np.uint8)
    groups = {profile.id: _weighing_the_same(model, profile.id) for profile in model.profiles}
    for row, profile in zip(points, own, strict=True):
        for columns in groups[profile]:
            shuffled = random.permutation(columns)
            for start in range(0, 5 * int(random.integers(0, len(columns) // 5 + 1)), 5):
                row[shuffled[start : start + 3]] = 10
                row[shuffled[start + 3 : start + 5]] = 5
    return points, own


def _weighing_the_same(model: MaturityModel, profile: str) -> list[NDArray[np.intp]]:
    groups: dict[tuple[int, Fraction], list[int]] = {}
    for level in model.levels:
        at_level = [(c, r) for c, r in enumerate(model.requirements) if r.level == level.number]
        share = model.shares(profile, {requirement.subdomain for _, requirement in at_level})
        for column, requirement in at_level:
            count = sum(other.subdomain == requirement.subdomain for _, other in at_level)
            if requirement.subdomain in share:
                groups.setdefault((level.number, share[requirement.subdomain] / count), []).append(column)
    return [np.array(columns, np.intp) for columns in groups.values()]


def batch(model: MaturityModel, columns: Points) -> Answers:
    """A batch of (q, n) columns, with the profiles in turn."""
    n = columns.shape[1]
    return Answers.from_points(model, columns.T, ids=[str(i) for i in range(n)], profiles=profiles(model, n))
