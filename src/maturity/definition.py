"""Definition files: TOML -> frozen, exact, cited, dated, fingerprinted values; all problems in one error.

A number of a standard or rule stands in such a file and never in Python. Decimals are read exactly, as `Decimal`.
"""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, LiteralString, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from maturity.errors import DefinitionError, Problem, near_or_known
from maturity.language import Text, said, texts

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Basis = Literal["printed", "transcribed", "derived", "recalled", "assumed"]
"""What a number rests on: read in the source, read in a transcription, computed, remembered, or our own choice."""

MOST_DIGITS: Final = 10_000
"""Digits that a number has before or behind the point; ``1e999999999`` would be written out for hours."""
SHOWN: Final = 80
"""Characters of a line that a problem shows; the place says where to look in a longer one."""
_TWICE: Final = ("Cannot overwrite", "Cannot declare", "Cannot redefine", "Cannot mutate", "Duplicate")
"""How tomllib begins to say that a key or table is there already."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$")]


def _mistake(kind: LiteralString) -> PydanticCustomError:
    """A mistake of our own; what it says is looked up by its kind, as for those of pydantic."""
    return PydanticCustomError(kind, kind)


def _number(value: object) -> object:
    """TOML's ``true`` is not the number 1, and a number with millions of digits is none that can be reckoned with."""
    if isinstance(value, bool | str):
        raise _mistake("number_expected")
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > MOST_DIGITS:
        raise _mistake("number_too_long")
    return value


Exact = Annotated[Decimal, BeforeValidator(_number)]


def _some(items: tuple[object, ...]) -> tuple[object, ...]:
    if not items:
        raise _mistake("some_expected")
    return items


Some: Final = AfterValidator(_some)
"""For a tuple that may not be empty; unlike ``min_length`` it is silent when its parts are wrong already."""


def _for_both(value: object) -> object:
    """A plain string says the same to readers of either language."""
    if isinstance(value, str):
        if not value:
            raise _mistake("text_expected")
        return Text(value, value)
    if not isinstance(value, dict | Text):
        raise _mistake("words_expected")
    return value


Words = Annotated[Text, BeforeValidator(_for_both)]
"""What is said in both languages, or by one plain string where it needs no translation: ``"S4 Q33"``."""


class Definition(BaseModel):
    """A part of a definition file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Cited(Definition):
    """Something that a source says, or that we assumed: ``basis`` tells which, ``cite`` where it stands or why."""

    basis: Basis
    cite: Words

    @property
    def cited_sources(self) -> tuple[str, ...]:
        """The ids of sources that the cite names in either language, each once."""
        # ASCII: a source's id ends where Chinese words go on without a blank.
        return tuple(dict.fromkeys(re.findall(r"\bS\d+\b", f"{self.cite.zh} {self.cite.en}", re.ASCII)))


class Number(Cited):
    """A cited number, exact."""

    value: Exact

    @property
    def exact(self) -> Fraction:
        """The number as a fraction."""
        return Fraction(self.value)


class Source(Definition):
    """Where something was read."""

    id: str
    title: Words
    url: str = ""


class Document(Definition):
    """The head of every definition file."""

    id: Id
    edition: str
    status: Literal["verified", "provisional"]
    name: Text
    in_force_from: date
    in_force_to: date | None = None
    checked_on: date
    sources: tuple[Source, ...]


D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[D]):
    """A definition as read: its value, the file's bytes, their sha256, and the file's name for messages."""

    value: D
    content: bytes
    fingerprint: str
    file: str

    def refuse(self, problems: Sequence[Problem]) -> Self:
        """This definition, if there are no problems.

        Raises:
            DefinitionError: the problems, each once, whoever met it.
        """
        if problems:
            raise DefinitionError(problem for at, problem in enumerate(problems) if problem not in problems[:at])
        return self


def shipped(package: str) -> dict[str, bytes]:
    """The definition files that a package ships, by file name without its ending."""
    return {
        entry.name.removesuffix(".toml"): entry.read_bytes()
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def find(ref: str | Path, package: str) -> tuple[bytes, str]:
    """The content and file name of a definition: shipped with ``package`` under that id, or the file of that path.

    Raises:
        DefinitionError: there is neither.
    """
    known = shipped(package)
    if isinstance(ref, str) and ref in known:
        return known[ref], f"{ref}.toml"
    if not isinstance(ref, str | PathLike) or not (path := Path(ref)).is_file():
        raise DefinitionError([Problem.of("definition.not-found", str(ref), ref, known=", ".join(known))])
    return path.read_bytes(), path.name


def parsed(content: bytes, file: str) -> dict[str, Any]:
    """The content of a definition file as TOML has it, decimals exact.

    Editors of Windows begin a file with a mark that TOML does not know; it is passed over.

    Raises:
        DefinitionError: not UTF-8, or not TOML, with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DefinitionError([Problem.of("definition.not-utf-8", file, line=line)]) from error
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError([_not_toml(text, error, file)]) from error


def _not_toml(text: str, error: tomllib.TOMLDecodeError, file: str) -> Problem:
    """Where the text ceases to be TOML, in words of ours: the parser's are English, and not for whoever edits rules."""
    lines = text.splitlines() or [""]
    reason, _, place = str(error).rpartition(" (at ")
    stated = re.fullmatch(r"line (\d+), column (\d+)\)", place)  # else it is the end of the document
    line, column = map(int, stated.groups()) if stated else (len(lines), len(lines[-1]) + 1)
    shown = lines[min(line, len(lines)) - 1].strip()[:SHOWN]
    if reason.startswith(_TWICE):
        return Problem.of("definition.written-twice", file, shown, line=line)
    return Problem.of("definition.not-toml", file, shown, line=line, column=column)


def read(content: bytes, file: str, schema: type[D]) -> Loaded[D]:
    """A definition read from TOML and checked against its schema.

    Raises:
        DefinitionError: not UTF-8, not TOML, or keys, types and values that the schema does not allow: all of them.
    """
    data = parsed(content, file)
    try:
        value = schema.model_validate(data)
    except ValidationError as error:
        raise DefinitionError(_problems(error, data, file)) from error
    return Loaded(value, content, hashlib.sha256(content).hexdigest(), file)


def _problems(error: ValidationError, data: object, file: str) -> Iterator[Problem]:
    """What pydantic found, with places that name ids instead of positions."""
    for found in error.errors(include_url=False):
        place = f"{file}: {_place(data, found['loc'])}"
        given = found["input"]
        shown = "" if isinstance(given, dict | list) else given
        if found["type"] == "missing":
            yield Problem.of("definition.missing-key", place)
        elif found["type"] == "extra_forbidden" or found["type"] == "unexpected_keyword_argument":
            yield Problem.of("definition.unknown-key", place)
        else:
            yield Problem.of("definition.bad-value", place, shown, reason=_reason(found))


def _reason(found: "ErrorDetails") -> Text:
    """Why a value is refused, in both languages; what is rare, as pydantic says it."""
    if found["type"] not in texts("schema"):
        return Text(found["msg"], found["msg"])
    return said(f"schema.{found['type']}", **found.get("ctx", {}))


def _place(data: object, loc: tuple[int | str, ...]) -> str:
    """The path of a value: ``nodes.data.weight.discrete`` rather than ``nodes.5.weight.discrete``."""
    path: list[str] = []
    here: Any = data
    for step in loc:
        if isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
            named = here.get("id", here.get("number")) if isinstance(here, dict) else None
            path.append(str(step + 1 if named is None else named))
        else:
            here = here.get(step) if isinstance(here, dict) else None
            path.append(str(step))
    return ".".join(path)


def duplicates(ids: Sequence[str], place: str) -> Iterator[Problem]:
    """A problem for every id that occurs more than once."""
    for id, count in Counter(ids).items():
        if count > 1:
            yield Problem.of("definition.duplicate-id", f"{place}.{id}", id)


def dangling(id: str, known: Sequence[str], place: str) -> Iterator[Problem]:
    """A problem when an id is referred to and not defined."""
    if id not in known:
        yield Problem.of("definition.dangling", place, id, near=near_or_known(id, known))
