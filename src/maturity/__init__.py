"""Smart-manufacturing maturity, exactly: GB/T 39116/39117 scores and levels, and the tiers of recognition programmes.

Names are loaded when they are first used, so that ``import maturity`` costs next to nothing.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
    from maturity.errors import DefinitionError, InputError, MaturityError, Problem
    from maturity.models import MaturityModel, load_model
    from maturity.scenarios import Decisions, Facts, Programme, decide, load_programme
    from maturity.scoring import Assessment, assess, cut

_HOME = {
    "Answers": "answers",
    "Assessment": "scoring",
    "Decisions": "scenarios",
    "DefinitionError": "errors",
    "Facts": "scenarios",
    "InputError": "errors",
    "MaturityError": "errors",
    "MaturityModel": "models",
    "NOT_APPLICABLE": "answers",
    "Problem": "errors",
    "Programme": "scenarios",
    "UNANSWERED": "answers",
    "assess": "scoring",
    "cut": "scoring",
    "decide": "scenarios",
    "load_model": "models",
    "load_programme": "scenarios",
}

__all__ = [
    "NOT_APPLICABLE",
    "UNANSWERED",
    "Answers",
    "Assessment",
    "Decisions",
    "DefinitionError",
    "Facts",
    "InputError",
    "MaturityError",
    "MaturityModel",
    "Problem",
    "Programme",
    "assess",
    "cut",
    "decide",
    "load_model",
    "load_programme",
]

__version__ = version("maturity-scoring")


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'maturity' has no attribute {name!r}")
    return getattr(import_module(f"maturity.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
