"""One cell -> one value, for every kind of column: pure functions that never guess.

What a person wrote is recognised in any of the ways that mean one thing; anything else is a problem with the way out.
A reading that changes the value (亿元 to 万元, a serial number to a date) is a note.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import Any, Final

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.errors import nearest
from maturity.language import LANGUAGES, Text, say, texts
from maturity.models import Choice, Named
from maturity.scenarios import FactDefinition
from maturity.sheets.grid import FROM_1900, Broken, Cell

Value = int | str | bool | date | Decimal | tuple[str, ...] | None
"""What a cell says, in the form that answers and facts take; None says nothing."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell says; ``problem`` or ``note`` are ids of texts in problems-sheets.toml, ``""`` when there is none."""

    value: Value
    problem: str = ""
    note: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


Reader = Callable[[Cell], Read]

ROUNDED: Final = r"\d(\.\d+)?[eE]\+\d\d"
"""How a spreadsheet shows a long number: 9.12E+17. Of an id that was one its last digits are lost."""

EMPTY: Final = Read(None)
_NONE_OF_PYTHON: Final = "None"
"""What a script writes for an empty cell. It is also the id of the lowest choice, and of no event, with a capital."""
_SERIALS: Final = date(1990, 1, 1), date(2099, 12, 31)
"""Days whose serial numbers are taken for dates: 2025 may be one of 1905, or a year."""
_YEARS: Final = range(1900, 2101)
"""Numbers of days that are a year rather: 2025 in a cell formatted as a date is shown as 1905-07-17."""
_NUMBER: Final = re.compile(r"¥?([+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?)(?![\d.,])\s*(.*)")
_NUMERAL: Final = re.compile(r"([〇一二三四五六七八九十])\s*(\D+)")
_LABELLED: Final = re.compile(r"([^()]+)\(([^()]+)\)")
_MOST: Final = Decimal("1e15")  # digits beyond are lost when a spreadsheet stores a number
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d\d)(\d\d))"
    r"(?:[T ]0?0:00(?::00(?:\.0+)?)?)?"
)
_POWER: Final = re.compile("[十百千仟万萬亿億]+[元圆]?")
"""What can be a unit of money only, behind the word 单位."""
_AROUND: Final = r"""\s()\[\]【】“”"'「」"""
"""Marks around a unit."""
_DIGITS: Final = Decimal("1e-12")  # a spreadsheet computes with 15 digits: 0.1 + 0.7 is stored as 0.7999999999999999


_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WITHIN_CHINESE: Final = re.compile("(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@lru_cache(maxsize=16_384)  # the same headings and words in every sheet of a folder
def plain(text: str) -> str:
    """A text as it is compared: half-width, trimmed, lower case, blanks in a row as one, and none within Chinese.

    What nobody sees does not count: marks without width that come along when a text is copied from a web page.

    >>> plain("  ＦＵＬＬ　 met "), plain("全 部　满足\u200b")
    ('full met', '全部满足')
    """
    if text.isascii():  # as ids are, of which there are many
        return " ".join(text.casefold().split())
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _WITHIN_CHINESE.sub("", " ".join(seen.casefold().split()))


def shown(cell: Cell) -> str:
    """A cell's content as the sender sees it.

    >>> shown(5.0), shown(0.85), shown(True)
    ('5', '0.85', 'TRUE')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        exact = Decimal(repr(cell))
        return f"{exact:f}".removesuffix(".0") if exact.is_finite() else repr(cell)
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return str(cell)


def said(cell: Cell) -> str:
    """A text as the sender wrote it, trimmed; a whole number without its decimal point."""
    return shown(cell).strip()


def suggestion(word: str, known: Iterable[str]) -> Text:
    """``did you mean`` for a hint; empty when nothing is near, or when the word stands in several that are known."""
    word, known = plain(word), list(known)
    near = "" if sum(word in plain(one) for one in known) > 1 else nearest(word, known)
    return Text(*(say("sheets.near", lang, near=near) if near else "" for lang in LANGUAGES))


@cache
def words(kind: str) -> frozenset[str]:
    """The words of one meaning that our word list knows."""
    return frozenset(plain(word) for word in texts("sheets")["words"][kind])


def common(cell: Cell) -> Read | None:
    """What is read alike in every column: nothing at all, broken cells, and what may be either of these."""
    if isinstance(cell, Broken):
        return Read(None, f"sheets.{cell.kind}-cell")
    if cell == _NONE_OF_PYTHON:
        return Read(None, "sheets.none-cell")
    return EMPTY if isinstance(cell, str) and not cell.strip() else None


def one_of(cell: Cell, options: Mapping[str, str], problem: str, right: Text) -> Read:
    """An id or name among options: ``options`` gives the id of every plain word."""
    if read := common(cell):
        return read
    word = plain(said(cell))
    if word in options and not isinstance(cell, bool):
        return Read(options[word])
    return Read(None, problem, details={"right": right, "near": suggestion(word, options)})


def named(options: Iterable[Named | Choice | Any]) -> tuple[dict[str, str], Text]:
    """The plain words of things with id and name, their synonyms too, and how the names are listed in a hint."""
    known: dict[str, str] = {}
    for option in options:
        for word in (option.id, option.name.zh, option.name.en, *getattr(option, "synonyms", ())):
            known[plain(word)] = option.id
    return known, Text("、".join(o.name.zh for o in options), ", ".join(o.name.en for o in options))


def answer_reader(choices: Sequence[Choice], points_per_one: int) -> Reader:
    """The reader of answers to a requirement: points of the choice, by its id, name, value or percentage.

    >>> from maturity.models import load_model
    >>> read = answer_reader(load_model("gbt39116-2020").requirements[0].choices, 10)
    >>> [read(cell).value for cell in ("大部分满足", "mostly", 0.8, "８０％", "不适用", "")]
    [8, 8, 8, 8, 254, 255]
    """
    points: dict[str, int] = dict.fromkeys(words("not_applicable"), NOT_APPLICABLE)
    values: dict[Fraction, int] = {}
    for choice in choices:
        values[Fraction(choice.points, points_per_one)] = choice.points
        points |= {plain(word): choice.points for word in (choice.id, choice.name.zh, choice.name.en)}
    worth = [f"{float(value):g}" for value in values]
    right = Text(
        "、".join(f"{choice.name.zh}（{value}）" for choice, value in zip(choices, worth, strict=True))
        + "、"
        + say("sheets.form.not_applicable_label", "zh"),
        ", ".join(f"{choice.id} ({value})" for choice, value in zip(choices, worth, strict=True)) + ", not_applicable",
    )

    labels = [label for choice in choices for label in (choice.id, choice.name.zh, choice.name.en)]

    def read(cell: Cell) -> Read:
        if found := common(cell):
            return Read(UNANSWERED, found.problem)
        word = plain(said(cell)).replace(" %", "%")
        if word in points and not isinstance(cell, bool):
            return Read(points[word])
        number = _decimal(cell, word.removesuffix("%"))
        if number is not None:
            number = number / 100 if isinstance(cell, str) and word.endswith("%") else number
            rounded = number.quantize(_DIGITS, ROUND_HALF_EVEN) if abs(number) <= 1 else number
            if Fraction(rounded) in values:
                note = "" if rounded == number else "sheets.read-rounded"
                return Read(values[Fraction(rounded)], note=note, details={"read": f"{rounded.normalize():f}"})
        if both := _LABELLED.fullmatch(word):  # as hints list them: 部分满足（0.5）
            label, value = read(both[1]), read(both[2])
            if label.value == value.value and not label.problem:
                return label
        near = suggestion(word, labels if number is None else ())
        return Read(UNANSWERED, "sheets.bad-choice", details={"right": right, "near": near})

    return read


def _decimal(cell: Cell, word: str) -> Decimal | None:
    """A number, or the text of one without grouping and unit, exactly as the sender sees it."""
    if isinstance(cell, bool) or not isinstance(cell, float | int | str):
        return None
    try:
        number = Decimal(word if isinstance(cell, str) else repr(cell))
    except InvalidOperation:
        return None
    ordinary = not isinstance(cell, str) or re.fullmatch(r"[+-]?\d*\.?\d*", word)  # no exponents, no underscores
    return number if number.is_finite() and ordinary else None


# ---------------------------------------------------------------------------------------------------------------- facts


def fact_reader(fact: FactDefinition, heading_unit: str = "", epoch: date = FROM_1900) -> Reader:
    """The reader of a fact's column.

    Args:
        fact: what the column holds.
        heading_unit: the unit that its heading gives, if any.
        epoch: the day from which its numbers count, if it holds dates.
    """
    readers: dict[str, Callable[[], Reader]] = {
        "yes_no": lambda: _read_yes_no,
        "one_of": lambda: _option_reader(fact),
        "grade": lambda: _option_reader(fact),
        "number": lambda: _number_reader(fact, heading_unit),
        "date": lambda: partial(_read_date, epoch=epoch),
        "event_date": lambda: partial(_read_event_date, epoch=epoch),
        "names": lambda: _read_names,
        "text": lambda: _read_text,
    }
    return readers[fact.kind]()


def _read_yes_no(cell: Cell) -> Read:
    if read := common(cell):
        return read
    if isinstance(cell, bool):
        return Read(cell)
    word = plain(said(cell))
    if word in words("yes") or word in words("no"):
        return Read(word in words("yes"))
    if word in ("1", "0"):
        as_word = Text(*(say(f"verdict.{'yes' if word == '1' else 'no'}", lang) for lang in LANGUAGES))
        return Read(word == "1", note="sheets.read-as", details={"read": as_word})
    return Read(None, "sheets.bad-yes-no")


def _option_reader(fact: FactDefinition) -> Reader:
    options, right = named(fact.options)
    return lambda cell: one_of(cell, options, "sheets.bad-option", right)


def _number_reader(fact: FactDefinition, heading_unit: str) -> Reader:
    unit = fact.unit or Text("", "")
    smallest = Decimal(1).scaleb(-fact.decimals)
    own = _yuan(unit.zh)
    by_heading = _scale(heading_unit, unit, own)
    wrong = Read(None, "sheets.bad-number" if fact.unit else "sheets.bad-plain-number", details={"unit": unit})
    unknown_unit = Read(None, "sheets.unknown-unit", details={"heading": heading_unit, "unit": unit})
    percent = is_percentage(fact)

    def read(cell: Cell) -> Read:
        if found := common(cell):
            return found
        word = plain(said(cell))
        matched = _NUMBER.fullmatch(word) if isinstance(cell, str) else None
        number = _decimal(cell, re.sub(r"[, ]", "", matched[1]) if matched else word)
        written = matched[2] if matched else ""
        if numeral := _NUMERAL.fullmatch(word):
            number, written = Decimal(_numerals()[numeral[1]]), numeral[2]
        scale = _scale(written, unit, own) if written else by_heading
        if number is None or (scale is None and written) or abs(number) >= _MOST:
            return wrong
        if scale is None:
            return unknown_unit
        if percent and not written and 0 < abs(number) <= 1:  # a spreadsheet keeps 85 % as 0.85
            return Read(None, "sheets.bad-percentage", details={"percent": f"{(number * 100).normalize():f}"})
        scaled = number * scale.numerator / scale.denominator
        value = scaled.quantize(smallest, ROUND_HALF_EVEN)
        if not fact.decimals and abs(value - scaled) > _DIGITS * max(Decimal(1), abs(scaled)):
            return wrong  # 2.7 workshops are not 3: only what a computation left behind the last digit is rounded off
        note = "sheets.read-rounded" if value != scaled else "sheets.read-as" if value != number or numeral else ""
        with_unit = (f"{value.normalize():f} {one}".strip() for one in (unit.zh, unit.en))
        return Read(value, note=note, details={"read": Text(*with_unit)})

    return read


@cache
def _numerals() -> Mapping[str, int]:
    return {numeral: number for number, numeral in enumerate(texts("sheets")["words"]["numerals"])}


def _yuan(unit: str) -> Fraction | None:
    worth = texts("sheets")["units"]
    return next((Fraction(yuan) for name, yuan in worth.items() if plain(name) == plain(unit)), None)


def _scale(written: str, unit: Text, own: Fraction | None) -> Fraction | None:
    """What one of the written unit is in the fact's unit; None when it cannot be told."""
    if not written or plain(written) in (_spellings(unit) if unit.zh else words("counters")):
        return Fraction(1)
    theirs = _yuan(written)
    return theirs / own if theirs and own else None


@cache
def _spellings(unit: Text) -> frozenset[str]:
    """How a unit is written behind a number: of workshop(s) one workshop, or two workshops."""
    english = (unit.en.replace("(s)", end) for end in ("(s)", "s", ""))
    return frozenset(map(plain, (unit.zh, *english)))


def is_percentage(fact: FactDefinition) -> bool:
    """Whether a fact is asked in percent, so that a bare number from 0 to 1 may mean a hundred times as much."""
    return fact.unit is not None and plain(fact.unit.zh) == "%"


def as_written(fact: FactDefinition, heading_unit: str) -> bool:
    """Whether a bare number in the column of a fact is its value, whatever unit the heading gives."""
    unit = fact.unit or Text("", "")
    return _scale(heading_unit, unit, _yuan(unit.zh)) == 1


def unit_in(written: str, unit: Text) -> str:
    """The unit that a remark beside a heading names, also one that is not understood; ``""`` when it names none.

    >>> amount = Text("万元", "CNY 10,000")
    >>> [unit_in(remark, amount) for remark in ("单位：亿元", "近三年，万元", "美元", "必填")]
    ['亿元', '万元', '美元', '']
    """
    text = plain(written)
    parts = [_bare_unit(part) for part in (text, *re.split(r"[,，、;/]", text))]
    if known := next((part for part in parts if part and _scale(part, unit, _yuan(unit.zh)) is not None), ""):
        return known
    return text if any(word in text for word in words("quantities")) else ""


def unit_of_sheet(written: str) -> str:
    """The unit of money that a line above a table, or below it, gives for all of it; ``""`` when it gives none.

    One that cannot be converted (十亿元, 億元) is given, too: it is not the one that is asked.

    >>> [unit_of_sheet(line) for line in ("单位：亿元", "2025年　单位：万美元", "注：以亿元计", "填报单位：某厂")]
    ['亿元', '万美元', '亿元', '']
    >>> [unit_of_sheet(line) for line in ("单位统一为“亿元”", "单位：亿元（人民币）", "单位：台（套）、亿元")]
    ['亿元', '亿元', '亿元']
    """
    announced = rf"(?:{_unit_marks()})\s*(?::|(?:均|都|统一|一律)?(?:为|是):?)[{_AROUND}]*"
    announced += r"([a-z0-9][a-z0-9 ,]*)?([^。;]*)"  # in English with blanks: CNY 10,000; of several one is of money
    for line in (written, *written.split()):  # a blank within Chinese may part words, or may not
        for found in re.finditer(announced, plain(line)):
            first, *others = re.split(rf"[{_AROUND},，、:/]+", found[2])
            for unit in map(_bare_unit, ((found[1] or "") + first, found[1] or "", *others)):
                if _is_unit(unit) or _POWER.fullmatch(unit) or any(word in unit for word in words("foreign")):
                    return unit
    given = (found[1] for found in re.finditer(r"[以按](\w{0,3}元)(?:为单位|计|填)", plain(written)))
    return next(filter(_is_unit, given), "")


def unit_of_columns(written: str) -> str:
    """The unit of money that a heading above other headings, or a title, gives for what is below it.

    >>> [unit_of_columns(heading) for heading in ("投资（亿元）", "亿元", "产值（含税，万美元）", "万家企业（2025）")]
    ['亿元', '亿元', '万美元', '']
    >>> [unit_of_columns(line) for line in ("投资（亿元）表（2025年）", "Unit: CNY 10,000", "Amounts in RMB million")]
    ['亿元', 'cny 10,000', 'rmb million']
    """
    if unit := unit_of_sheet(written):
        return unit
    text = plain(written)
    bracketed = re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]", text)
    units = [_bare_unit(part) for one in bracketed or [text] for part in (*re.split(r"[,，、;/]", one), one)]
    return next((unit for unit in units if _is_unit(unit) or unit.endswith(tuple(words("foreign")))), "")


def _is_unit(unit: str) -> bool:
    return _yuan(unit) is not None


def is_money(unit: Text) -> bool:
    """Whether a unit is one of money."""
    return _yuan(unit.zh) is not None


def _bare_unit(text: str) -> str:
    """A unit without brackets, and without the words that announce it or stand behind it (RMB万元, 亿元人民币)."""
    chinese = "|".join(words("renminbi"))
    marks = rf"^(?:{_unit_marks()})\s*:?\s*|(?:{_unit_marks()})$|^(?:{chinese})\s*(?=[\u3400-\u9fff])"
    return re.sub(marks, "", text.strip(" ()[]【】")).strip()


@cache
def _unit_marks() -> str:
    """The words that announce a unit, as alternatives of a pattern, the longest first."""
    return "|".join(map(re.escape, sorted(words("unit"), key=len, reverse=True)))


def _read_date(cell: Cell, *, epoch: date) -> Read:
    if read := common(cell):
        return read
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        if (day - epoch).days in _YEARS:
            return Read(None, "sheets.bad-date")
        note = "sheets.read-as" if isinstance(cell, datetime) and cell.time() != time() else ""
        return Read(day, note=note, details={"read": day.isoformat()})
    word = re.sub(" ?([年月日]) ?", r"\1", plain(said(cell)))
    if isinstance(cell, bool | timedelta) or not word:
        return Read(None, "sheets.bad-date")
    if matched := _DATE.fullmatch(word):
        year, *rest = [int(part) for part in matched.groups() if part]
        try:
            value = date(year, *rest)
        except ValueError:
            return Read(None, "sheets.no-such-date")
        return Read(value, note="" if matched[10] is None else "sheets.read-as", details={"read": value.isoformat()})
    number = _decimal(cell, word)
    first, last = ((day - epoch).days for day in _SERIALS)
    if number is not None and first <= int(number) <= last:
        value = epoch + timedelta(days=int(number))
        return Read(value, note="sheets.read-as", details={"read": value.isoformat()})
    return Read(None, "sheets.bad-date")


def _read_event_date(cell: Cell, *, epoch: date) -> Read:
    if isinstance(cell, str) and not common(cell) and plain(cell) in words("never"):
        return Read("none")
    read = _read_date(cell, epoch=epoch)
    return Read(None, "sheets.bad-event-date") if read.problem == "sheets.bad-date" else read


def _read_text(cell: Cell) -> Read:
    return Read(_NONE_OF_PYTHON) if cell == _NONE_OF_PYTHON else common(cell) or Read(said(cell))


def _read_names(cell: Cell) -> Read:
    if read := common(cell):
        return read
    if plain(said(cell)) in words("nothing"):
        return Read(())
    parts = re.split("|".join(map(re.escape, texts("sheets")["words"]["separators"])), said(cell))
    return Read(tuple(part.strip() for part in parts if part.strip()))
