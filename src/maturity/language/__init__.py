"""The two languages of the library: bilingual names, and the texts that a person reads.

Texts stand in the TOML files of this folder, Chinese and English side by side, so that a translator changes them and
nobody else. The first part of a key names the file: ``say("problems-answers.unknown-choice.what", "en")``.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, Literal, get_args
from unicodedata import category

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

    Where the English needs it, a text has ``en_one`` besides, for a ``count`` of 1.

    >>> say("verdict.eligible", "zh")
    '符合条件'
    >>> say("cli.problems", "en", count=2), say("cli.problems", "en", count=1)
    ('2 problems:', '1 problem:')
    """
    text = _entry(key, lang, one=values.get("count") == 1)
    if not values:
        return text
    return text.format_map({name: one.in_(lang) if isinstance(one, Text) else one for name, one in values.items()})


def said(key: str, /, **values: object) -> Text:
    """What `say` says, in both languages.

    >>> said("verdict.eligible")
    Text(zh='符合条件', en='eligible')
    """
    return Text(*(say(key, lang, **values) for lang in LANGUAGES))


@cache
def _entry(key: str, lang: Lang, *, one: bool) -> str:
    """A text as it stands in its file; a report asks for some hundred of them."""
    file, *path = key.split(".")
    entry: Any = texts(file)
    for part in path:
        entry = entry[part]
    return str(entry.get(f"{lang}_one", entry[lang]) if one else entry[lang])


def listed(words: Iterable[object], lang: Lang) -> str:
    """Words in a row, parted as the language parts them; a `Text` in that language.

    >>> listed(["P4", "P5"], "zh"), listed(["P4", Text("数据", "Data")], "en")
    ('P4、P5', 'P4, Data')
    """
    return ("、" if lang == "zh" else ", ").join(one.in_(lang) if isinstance(one, Text) else str(one) for one in words)


def parted(clauses: Iterable[object], lang: Lang) -> str:
    """Clauses one after the other, parted as the language parts them.

    >>> parted(["甲", "乙"], "zh"), parted(["a", "b"], "en")
    ('甲；乙', 'a; b')
    """
    return ("；" if lang == "zh" else "; ").join(map(str, clauses))


def in_a_row(words: Sequence[object]) -> Text:
    """Words in a row, for a text of either language."""
    return Text(listed(words, "zh"), listed(words, "en"))


def cut_to(value: Fraction, decimals: int) -> str:
    """An exact number from 0, cut: it never reads as a mark that it misses.

    >>> cut_to(Fraction(79703, 100000), 2)
    '0.79'
    """
    return f"{Decimal(value.numerator * 10**decimals // value.denominator).scaleb(-decimals):f}"


def plain(value: Fraction) -> str:
    """An exact number of a definition, with the decimals that it has; one that has no end is cut to six.

    >>> plain(Fraction(4, 5)), plain(Fraction(67)), plain(Fraction(1, 3))
    ('0.8', '67', '0.333333')
    """
    text = cut_to(value, 6)
    return text.rstrip("0").rstrip(".") if "." in text else text


def printable(text: str) -> str:
    r"""A text of the user's as every format and terminal takes it, nothing hidden in it: broken characters are shown.

    >>> printable("a\x00b\tc")
    'a�b c'
    """
    if text.isprintable():
        return text
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(" " if one.isspace() else "\ufffd" if category(one) in ("Cc", "Cs") else one for one in shown)
