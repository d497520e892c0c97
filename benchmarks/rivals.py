"""What people write today to score GB/T 39116, as well as they write it: the benchmark runs these beside `assess`.

All of them take applicable, answered sheets only; that is most of what such scripts do.
"""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maturity.answers import Points
from maturity.models import MaturityModel


def shares(model: MaturityModel, profile: str, level: int) -> dict[str, Fraction]:
    """What each subdomain that has requirements at a level carries of the level score, exact."""
    filled = {requirement.subdomain for requirement in model.requirements if requirement.level == level}
    return dict(model.shares(profile, filled))


def fraction_loop(model: MaturityModel, points: Points, profiles: list[str]) -> NDArray[np.int8]:
    """One enterprise after the other in `Fraction`: exact, and slow."""
    levels = []
    for row, profile in zip(points.tolist(), profiles, strict=True):
        total = Fraction(0)
        for level in model.levels:
            score = Fraction(0)
            for subdomain, share in shares(model, profile, level.number).items():
                own = [
                    Fraction(row[column], model.points_per_one)
                    for column, requirement in enumerate(model.requirements)
                    if (requirement.subdomain, requirement.level) == (subdomain, level.number)
                ]
                score += share * sum(own) / len(own)
            total += 1 if score >= model.pass_mark else score
        levels.append(sum(total >= level.total_from for level in model.levels))
    return np.array(levels, np.int8)


def melt_and_groupby(model: MaturityModel, points: Points, profiles: list[str]) -> NDArray[np.int8]:
    """The pandas way: one long table of answers, means by group, merged with a table of weights, summed by group."""
    asked = pd.DataFrame(
        {
            "requirement": [requirement.id for requirement in model.requirements],
            "subdomain": [requirement.subdomain for requirement in model.requirements],
            "level": [requirement.level for requirement in model.requirements],
        }
    )
    weights = pd.DataFrame(
        [
            {"profile": profile.id, "level": level.number, "subdomain": subdomain, "weight": float(share)}
            for profile in model.profiles
            for level in model.levels
            for subdomain, share in shares(model, profile.id, level.number).items()
        ]
    )
    wide = pd.DataFrame(points / model.points_per_one, columns=asked["requirement"])
    wide["enterprise"] = np.arange(len(points))
    wide["profile"] = profiles
    long = wide.melt(id_vars=["enterprise", "profile"], var_name="requirement", value_name="score").merge(asked)
    cells = long.groupby(["enterprise", "profile", "level", "subdomain"], as_index=False)["score"].mean()
    cells = cells.merge(weights, on=["profile", "level", "subdomain"])
    cells["part"] = cells["score"] * cells["weight"]
    scores = cells.groupby(["enterprise", "level"])["part"].sum().unstack()
    return _by_float_bands(model, scores.to_numpy())


def float_matmul(model: MaturityModel, points: Points, profiles: list[str]) -> NDArray[np.int8]:
    """The numpy way: ``values[codes] @ weights`` in float64, a matrix of weights for each profile."""
    levels = np.empty(len(points), np.int8)
    own = np.array(profiles)
    for profile in model.profiles:
        weights = np.zeros((len(model.requirements), len(model.levels)))
        for k, level in enumerate(model.levels):
            for subdomain, share in shares(model, profile.id, level.number).items():
                columns = [
                    column
                    for column, requirement in enumerate(model.requirements)
                    if (requirement.subdomain, requirement.level) == (subdomain, level.number)
                ]
                weights[columns, k] = float(share) / len(columns)
        members = own == profile.id
        values = np.arange(256) / model.points_per_one
        levels[members] = _by_float_bands(model, values[points[members]] @ weights)
    return levels


def _by_float_bands(model: MaturityModel, scores: NDArray[Any]) -> NDArray[np.int8]:
    total = np.where(scores >= float(model.pass_mark), 1.0, scores).sum(axis=1)
    levels: NDArray[np.int8] = np.sum(
        [total >= float(level.total_from) for level in model.levels], axis=0, dtype=np.int8
    )
    return levels
