"""The words of the options that ask "what if", as a batch before and after."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maturity.cli import frame

if TYPE_CHECKING:
    from maturity.answers import Answers
    from maturity.firmness import WhatIf
    from maturity.models import MaturityModel

Whatif = Annotated[
    list[str] | None,
    typer.Option(
        "--whatif",
        metavar="CHANGE",
        help="附假设分析，可多次：权重 discrete:element.resources=0.15，答案 data.1a=full，profile=ID，model=ID|PATH"
        " · with what if: a weight, an answer, profile= or model=",
    ),
]


def asked(answers: "Answers", changes: Sequence[str] | None) -> "WhatIf | None":
    """The batch with the changes of ``--whatif``; None without any."""
    from maturity.models import load_model

    given = frame.pairs(changes, "--whatif")
    profiles = {profile.id for profile in answers.model.profiles}
    weights = {key: given[key] for key in given if _profile(answers.model, key.partition(":")[0]) in profiles}
    named = {key: given[key] for key in ("profile", "model") if key in given}
    choices = {key: value for key, value in given.items() if key not in weights and key not in named}
    if not given:
        return None
    model = load_model(named["model"]) if "model" in named else None
    return changed(answers, weights, choices, profile=named.get("profile"), model=model, option="--whatif")


def changed(
    answers: "Answers",
    weights: dict[str, str],
    choices: dict[str, str],
    *,
    profile: str | None,
    model: "MaturityModel | None",
    renamed: dict[str, str] | None = None,
    option: str = "",
) -> "WhatIf":
    """The batch with weights by ``PROFILE:NODE``, choices by ``[ID:]REQUIREMENT``, another profile or model.

    ``renamed`` are requirements that have another id in the other model: that, by the one before. ``option`` is what
    all of them were typed as; without it, each has an option of its own.
    """
    from maturity.firmness import whatif

    target = model or answers.model
    by_profile: dict[str, dict[str, str]] = {}
    for key, value in weights.items():
        own, colon, node = key.partition(":")
        if not colon:
            raise typer.BadParameter(f"{key}: PROFILE:NODE=VALUE", param_hint="--weight")
        by_profile.setdefault(_profile(target, own), {})[node] = value
    answer = option or "--answer"
    typed = {"weights": option or "--weight", "profile": option or "--profile", "choices": answer}
    typed |= {"requirements": "--renamed"} | {
        f"{old} -> {new}": f"--renamed {old}" for old, new in (renamed or {}).items()
    }
    by_enterprise: dict[str, Any] = {}
    for key, value in choices.items():
        enterprise, colon, requirement = key.rpartition(":")
        if colon:
            by_enterprise.setdefault(enterprise, {})[requirement] = value
            typed[f"{enterprise}: {requirement}"] = f"{answer} {key}"
        else:
            by_enterprise[requirement] = value
            typed[requirement] = f"{answer} {key}"
    with frame.typed(typed):
        return whatif(
            answers,
            choices=by_enterprise or None,
            weights=by_profile or None,
            model=model,
            profile=None if profile is None else _profile(target, profile),
            requirements=renamed,
        )


def _profile(model: "MaturityModel", word: str) -> str:
    """The id of a profile that somebody wrote as in a sheet: its id, a name or a synonym; any other word as it is."""
    from maturity.sheets.cells import named, plain

    return named(model.profiles)[0].get(plain(word), word)
