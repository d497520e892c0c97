"""What is wrong, where, and the way out: problems as data, and the errors that carry them.

One error class per reader: `DefinitionError` speaks to whoever edits a model or programme, `InputError` to whoever
fills sheets or calls the library. Either carries *all* problems found, not the first one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from errno import errorcode
from typing import Self

from maturity.language import LANGUAGES, Lang, Text, listed, say, texts

NAMED = 8
"""Known words that a problem names where none is near; of more, how many there are."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        id: stable name, ``answers.unknown-choice``; its texts stand in ``language/problems-answers.toml``.
        where: the place, ``batch.xlsx!企业!F12`` or ``my-model.toml: nodes.data.weight.discrete``.
        value: the offending value as it was found, ``""`` when there is none.
        values: what else the text names: the choices that would be right; ``near``, what may have
            been meant.
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
        return say(f"problems-{self.id}.hint", lang, value=self.value, meant=self._meant(lang), **self.values)

    def _meant(self, lang: Lang) -> str:
        """What ``near`` says: did you mean that; or, where nothing is near the value, what there is."""
        near = self.values.get("near", "")
        if isinstance(near, Text):
            return near.in_(lang)
        words = near if isinstance(near, tuple) else (near,)
        return say("problems.near", lang, near=listed(words, lang)) if near else ""

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


def expect(*kinds: type, **given: object) -> None:
    """Refuse arguments of another kind than a function works on, such as answers where their assessment belongs.

    Raises:
        InputError: each of them.
    """
    wanted = " / ".join(kind.__name__ for kind in kinds)
    if wrong := [
        Problem.of("arguments.kind", name, type(value).__name__, wanted=wanted)
        for name, value in given.items()
        if not isinstance(value, kinds)
    ]:
        raise InputError(wrong)


def reason(error: OSError) -> Text:
    """What the operating system refused, in both languages; what is rare, as the system says it.

    >>> reason(PermissionError(13, "Permission denied")).in_("zh")
    '没有权限，或文件正被其他程序占用'
    """
    said, name = error.strerror or str(error), errorcode.get(error.errno or 0, "")
    return Text(say(f"system.{name}", "zh") if name in texts("system") else said, said)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that a person most probably meant, ``""`` when none is near.

    >>> nearest("mostley", ["full", "mostly", "partly"])
    'mostly'
    >>> nearest("MOSTLEY", ["full", "mostly", "partly"])
    'mostly'
    """
    folded = {one.casefold(): one for one in known}
    # A column that nobody named is headed by its number, whatever the types promise.
    return next((folded[near] for near in get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)), "")


def near_or_known(word: str, known: Iterable[str]) -> str | Text:
    """The ``near`` of a problem: the known word that was probably meant; where none is near, which ones there are.

    >>> near_or_known("mostley", ["full", "mostly"]), near_or_known("x", ["full", "mostly"]).in_("en")
    ('mostly', 'known are: full, mostly')
    """
    known = list(known)
    if near := nearest(word, known):
        return near
    key = "none" if not known else "all" if len(known) <= NAMED else "some"
    return Text(
        *(say(f"problems.{key}", lang, known=listed(known[:NAMED], lang), count=len(known)) for lang in LANGUAGES)
    )
