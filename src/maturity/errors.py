"""What is wrong, where, and the way out: problems as data, and the errors that carry them.

One error class per reader: `DefinitionError` speaks to whoever edits a model or programme, `InputError` to whoever
fills sheets or calls the library. Either carries *all* problems found, not the first one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Self

from maturity.language import Lang, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        id: stable name, ``answers.unknown-choice``; its texts stand in ``language/problems-answers.toml``.
        where: the place, ``batch.xlsx!企业!F12`` or ``my-model.toml: nodes.data.weight.discrete``.
        value: the offending value as it was found, ``""`` when there is none.
        values: what else the text names: the choices that would be right, the nearest known id.
    """

    id: str
    where: str
    value: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, id: str, where: str, value: object = "", /, **values: object) -> Self:
        """A problem whose text names ``values``."""
        return cls(id, where, "" if value is None else str(value), values)

    def what(self, lang: Lang = "en") -> str:
        """What is wrong, in one sentence."""
        return say(f"problems-{self.id}.what", lang, value=self.value, **self.values)

    def hint(self, lang: Lang = "en") -> str:
        """What would be right, or how to get there."""
        return say(f"problems-{self.id}.hint", lang, value=self.value, **self.values)

    def text(self, lang: Lang = "en") -> str:
        """Place, what is wrong, and the way out, on one line."""
        return say("problems.line", lang, where=self.where, what=self.what(lang), hint=self.hint(lang))


class MaturityError(ValueError):
    """Base of the library's errors; ``problems`` holds every problem found, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """All problems, one a line."""
        return "\n".join(problem.text(lang) for problem in self.problems)


class DefinitionError(MaturityError):
    """A model or programme file is wrong, or there is none of that name."""


class InputError(MaturityError):
    """Answers, facts, a sheet or an argument are wrong."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that a person most probably meant, ``""`` when none is near.

    >>> nearest("mostley", ["full", "mostly", "partly"])
    'mostly'
    """
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")
