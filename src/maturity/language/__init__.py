"""The two languages of the library: bilingual names, and the texts that a person reads.

Texts stand in the TOML files of this folder, Chinese and English side by side, so that a translator changes them and
nobody else. The first part of a key names the file: ``say("problems-answers.unknown-choice.what", "en")``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Literal, get_args

from pydantic import ConfigDict

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = get_args(Lang)


@dataclass(frozen=True, slots=True)
class Text:
    """A name in both languages.

    >>> Text("数据", "Data").in_("en")
    'Data'
    """

    zh: str
    en: str

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", str_min_length=1)

    def in_(self, lang: Lang) -> str:
        """The name in one language."""
        return self.zh if lang == "zh" else self.en


@cache
def texts(file: str) -> Mapping[str, Any]:
    """All texts of one file of this folder, as nested mappings that end in ``{"zh": ..., "en": ...}``."""
    return tomllib.loads(files(__name__).joinpath(f"{file}.toml").read_text(encoding="utf-8"))


@cache
def flat(file: str, lang: Lang) -> Mapping[str, str]:
    """All texts of one file in a language, by key: what a template is given that cannot call `say`.

    >>> flat("verdict", "en")["eligible"]
    'eligible'
    """

    def below(entry: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
        for name, inner in entry.items():
            if lang in inner:
                yield path + name, str(inner[lang])
            else:
                yield from below(inner, f"{path}{name}.")

    return dict(below(texts(file), ""))


def say(key: str, lang: Lang, /, **values: object) -> str:
    """The text of a key in a language, with ``{name}`` replaced by the value of that name (a `Text` in that language).

    >>> say("verdict.eligible", "zh")
    '符合条件'
    """
    text = _entry(key, lang)
    if not values:
        return text
    return text.format_map({name: one.in_(lang) if isinstance(one, Text) else one for name, one in values.items()})


@cache
def _entry(key: str, lang: Lang) -> str:
    """A text as it stands in its file; a report asks for some hundred of them."""
    file, *path = key.split(".")
    entry: Any = texts(file)
    for part in path:
        entry = entry[part]
    return str(entry[lang])
