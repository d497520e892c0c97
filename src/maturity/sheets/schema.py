"""The JSON of results as a JSON Schema, for whoever reads it with another tool.

One version holds for what `write_results` writes into a ``.json`` and for what ``maturity explain --format json``
prints. What the programme asks stands once, in ``programme``; each enterprise has an ``explanation`` that names its
conditions by id, and the parts of a condition stand in the order of the parts of its rule. So quotes and thresholds,
which are the same for everybody, are written once and not once for each enterprise. Columns of scores and verdicts
follow the model and the programme; plans, firmness and what if are described where they come from.
"""

from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from maturity.scenarios import VERDICTS
from maturity.scenarios.portfolio import STANDINGS
from maturity.scenarios.tree import AskedProgramme, Explanation

SCHEMA: Final = "urn:maturity:results:1"
"""Names the schema, and its version last: the version goes up when a reader of the old one would go wrong."""
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_LEVELS: Final = {
    "level": "The level for certain; 0 below the first, null when there is none.",
    "level_possible": "The level with every unanswered requirement at its best.",
    "level_stepwise": "The level by the reading that stops at the first level that is not met.",
    "level_if_na_unmet": "The level with everything not applicable counted as unmet.",
}


def explanation_json(explanation: Explanation) -> str:
    """An explanation as JSON on one line; empty fields are left out."""
    return _explanations().dump_json(explanation, exclude_defaults=True).decode("utf-8")


def plain_programme(programme: AskedProgramme) -> dict[str, Any]:
    """What a programme asks, as JSON holds it; empty fields are left out."""
    plain: dict[str, Any] = _programmes().dump_python(programme, mode="json", exclude_defaults=True)
    return plain


def schema() -> dict[str, Any]:
    """The JSON of results as JSON Schema, draft 2020-12.

    >>> schema()["$id"], sorted(schema()["$defs"]["TierNode"]["properties"])[:3]
    ('urn:maturity:results:1', ['bans', 'best', 'depends_on_reading'])
    """
    given = [("explanation", "serialization", _explanations()), ("programme", "serialization", _programmes())]
    refs, shared = TypeAdapter.json_schemas(given)  # type: ignore[arg-type]  # a list of literals
    explanation, programme = (refs[name, "serialization"] for name in ("explanation", "programme"))
    text = {"type": "string"}
    score = {"type": ["number", "null"]}
    level = {"type": ["integer", "null"], "minimum": 0}
    model = _closed(dict.fromkeys(("id", "edition", "status", "fingerprint"), text))
    enterprise = {
        "type": "object",
        "properties": {
            "id": text,
            "name": text,
            "profile": {"type": ["string", "null"], "description": "null where nobody knows it: there is no level."},
            **{key: {**level, "description": said} for key, said in _LEVELS.items()},
            "total": {**score, "description": "S, cut to two decimals."},
            "explanation": {"anyOf": [explanation, {"type": "null"}], "description": "null without a programme."},
            "plans": {"type": "array", "items": {"type": "object"}},
            "firmness": {"type": ["object", "null"]},
            "whatif": {"type": "object"},
        },
        "patternProperties": {
            "^A[0-9]+$": {**score, "description": "Score of a level, cut."},
            "\\.": {
                "enum": [*VERDICTS, *STANDINGS],
                "description": "PROGRAMME.TIER: the verdict; PROGRAMME.QUOTA: the standing.",
            },
        },
        "additionalProperties": {**score, "description": "Score of a subdomain, by its id: the sum over the levels."},
        "required": ["id", "name", "profile", *_LEVELS, "total", "explanation"],
    }
    document = _closed(
        {
            "schema": {"const": SCHEMA},
            "library": {"type": "string", "description": "Version of the library."},
            "lang": {"enum": ["zh", "en"], "description": "The language of what is not in both."},
            "model": {"$ref": "#/$defs/Definition"},
            "programme": {"anyOf": [programme, {"type": "null"}], "description": "null without a programme."},
            "whatif_model": {"$ref": "#/$defs/Definition"},
            "enterprises": {"type": "array", "items": {"$ref": "#/$defs/Enterprise"}},
            "problems": {"type": "array", "items": {"$ref": "#/$defs/Problem"}},
            "notes": {"type": "array", "items": {"$ref": "#/$defs/Problem"}},
        },
        optional=("whatif_model",),
    )
    problem = _closed(dict.fromkeys(("id", "where", "value", "what", "hint"), text))
    own = {"Definition": model, "Enterprise": enterprise, "Problem": problem}
    return {"$schema": _DRAFT, "$id": SCHEMA, **document, "$defs": {**own, **shared["$defs"]}}


def _closed(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object that has these keys and no others."""
    required = [key for key in properties if key not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@cache
def _explanations() -> TypeAdapter[Explanation]:
    return TypeAdapter(Explanation)


@cache
def _programmes() -> TypeAdapter[AskedProgramme]:
    return TypeAdapter(AskedProgramme)
