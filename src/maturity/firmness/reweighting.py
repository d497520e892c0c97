"""The model with other weights, as a file that nobody has: written out, and read like any other.

So it goes through the same checks: its weights must sum to 1 under every parent.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from json import dumps
from typing import Any, Final

from maturity.definition import parsed
from maturity.errors import DefinitionError, InputError, Problem, expect, near_or_known
from maturity.language import LANGUAGES, Text, say
from maturity.models import MaturityModel, parse_model

NewWeights = Mapping[str, Mapping[str, Decimal | int | str]]
"""By profile, and by node as ``layer.id``: its new weight, ``{"discrete": {"element.resources": "0.15"}}``."""
SUFFIX: Final = "-what-if"
"""Ends the id of such a model, however often it is weighted anew."""


def reweighted(model: MaturityModel, weights: NewWeights) -> MaturityModel:
    """The model with other weights: a new file's content, checked like any other, with its own id and fingerprint.

    The new numbers have the basis ``assumed`` and the cite "what if" (假设分析); the status is ``provisional``. A node
    that a profile does not have cannot get a weight here.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> rival = reweighted(model, {"discrete": {"element.resources": "0.15", "element.manufacturing": "0.68"}})
    >>> [str(node.weight["discrete"]) for node in rival.nodes["element"]], rival.id
    (['3/50', '11/100', '3/20', '17/25'], 'gbt39116-2020-what-if')

    Raises:
        InputError: unknown profiles and nodes, and weights that are no decimal numbers: all of them.
        DefinitionError: weights that are not positive, do not sum to 1 or have too many digits.
    """
    expect(MaturityModel, model=model)
    expect(Mapping, weights=weights)
    expect(Mapping, **{f"weights: {profile}": own for profile, own in weights.items()})
    data = parsed(model.content, model.file)
    nodes = {f"{node['layer']}.{node['id']}": node for node in data["nodes"]}
    profiles = [profile.id for profile in model.profiles]
    cite = {lang: say("firmness.whatif.cite", lang) for lang in LANGUAGES}
    problems: list[Problem] = []
    for profile, own in weights.items():
        if profile not in profiles:
            problems.append(Problem.of("answers.unknown-profile", "weights", profile, right=", ".join(profiles)))
            continue
        for key, weight in own.items():
            where, value = f"weights: {profile}.{key}", _exact(weight)
            if key not in nodes:
                problems.append(Problem.of("firmness.unknown-node", where, key, near=near_or_known(key, nodes)))
            elif profile not in nodes[key]["weight"]:
                problems.append(Problem.of("firmness.outside-profile", where, key, profile=profile))
            elif value is None:
                problems.append(Problem.of("firmness.bad-weight", where, weight))
            else:
                nodes[key]["weight"][profile] = {"value": value, "basis": "assumed", "cite": cite}
    if problems:
        raise InputError(problems)
    data["id"] = data["id"].removesuffix(SUFFIX) + SUFFIX
    data["name"] = {lang: say("firmness.whatif.model", lang, name=Text(**data["name"])) for lang in LANGUAGES}
    data["status"] = "provisional"
    file = f"{data['id']}.toml"
    try:
        return parse_model(_toml(data).encode("utf-8"), file)
    except DefinitionError as error:
        # Nobody has that file: what is wrong with it are the weights asked for.
        placed = (replace(one, where=one.where.replace(file, "weights", 1)) for one in error.problems)
        raise DefinitionError(placed) from None


def _exact(weight: object) -> Decimal | None:
    """A weight as it was written; a binary float is no decimal number and has to be given as text."""
    if isinstance(weight, bool | float):
        return None
    try:
        value = Decimal(str(weight))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _toml(data: Mapping[str, Any]) -> str:
    """A definition as TOML: every key on a line, the items of long lists on lines of their own."""
    return "".join(f"{key} = {_listed(value)}\n" for key, value in data.items())


def _listed(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
    return _value(value)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain if "." in plain else f"{plain}.0"
    return value.isoformat() if isinstance(value, date) else _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    """A basic string of TOML: as in JSON, which leaves DEL as it is where TOML does not."""
    return dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
