"""What is measured: maturity models, read from the TOML files of this folder or from a user's own file."""

from pathlib import Path

from maturity.definition import Loaded, find, read
from maturity.definition import shipped as shipped_definitions
from maturity.models.checks import problems, unscorable
from maturity.models.model import (
    NOT_APPLICABLE_ID,
    OWN_COLUMNS,
    READINGS,
    RESULT_COLUMNS,
    Choice,
    Level,
    MaturityModel,
    ModelDefinition,
    Named,
    Node,
    Reading,
    Requirement,
    whole_score,
)

__all__ = [
    "NOT_APPLICABLE_ID",
    "OWN_COLUMNS",
    "READINGS",
    "RESULT_COLUMNS",
    "Choice",
    "Level",
    "MaturityModel",
    "Named",
    "Node",
    "Reading",
    "Requirement",
    "load_model",
    "parse_model",
    "shipped",
    "whole_score",
]


def load_model(ref: str | Path) -> MaturityModel:
    """A maturity model: one that the library ships, by id, or a file of the user's own, by path.

    >>> model = load_model("gbt39116-2020")
    >>> len(model.requirements), model.points_per_one, model.status
    (216, 10, 'provisional')

    Raises:
        DefinitionError: no such model, or everything that is wrong with the file.
    """
    return parse_model(*find(ref, __name__))


def shipped() -> tuple[str, ...]:
    """Ids of the models that the library ships."""
    return tuple(shipped_definitions(__name__))


def parse_model(content: bytes, file: str) -> MaturityModel:
    """A maturity model from the content of its file; ``file`` is its name in messages.

    Raises:
        DefinitionError: everything that is wrong with the file.
    """
    loaded = read(content, file, ModelDefinition)
    loaded.refuse(problems(loaded))
    model = _compile(loaded)
    loaded.refuse([*unscorable(model)])
    return model


def _compile(loaded: Loaded[ModelDefinition]) -> MaturityModel:
    """The model of a definition without problems."""
    value = loaded.value
    scales = {
        scale.id: tuple(
            Choice(choice.id, choice.name, int(choice.value * value.points_per_one))
            for choice in sorted(scale.choices, key=lambda choice: choice.value, reverse=True)
        )
        for scale in value.scales
    }
    return MaturityModel(
        id=value.id,
        edition=value.edition,
        name=value.name,
        status=value.status,
        definition=value,
        content=loaded.content,
        fingerprint=loaded.fingerprint,
        file=loaded.file,
        profiles=tuple(Named(profile.id, profile.name, profile.synonyms) for profile in value.profiles),
        levels=tuple(Level(level.number, level.name, level.total_from.exact) for level in value.levels),
        layers=tuple(Named(layer.id, layer.name) for layer in value.layers),
        nodes={
            layer.id: tuple(
                Node(node.layer, node.id, node.parent, node.name, {id: w.exact for id, w in node.weight.items()})
                for node in value.nodes
                if node.layer == layer.id
            )
            for layer in value.layers
        },
        requirements=tuple(
            Requirement(asked.id, node.id, asked.level, asked.name, scales[asked.scale or value.scales[0].id])
            for node in value.nodes
            for asked in node.requirements
        ),
        points_per_one=value.points_per_one,
        pass_mark=value.pass_mark.exact,
    )
