"""What a condition reads like for one applicant: the value found, the threshold, and what is short."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from maturity.definition import Number
from maturity.language import Lang, say
from maturity.scenarios.amounts import months_before, unit_of
from maturity.scenarios.facts import UNMATCHED, amount, in_unit
from maturity.scenarios.programme import Programme
from maturity.scenarios.rules import (
    Aggregate,
    AllOf,
    AnyOf,
    Applied,
    Assessed,
    AtLeast,
    Combined,
    Compare,
    Count,
    Dated,
    ExternalReference,
    Grade,
    Is,
    Judgement,
    NoEvent,
    NoneOf,
    Op,
    Rule,
    Sum,
)
from maturity.scenarios.truth import NO, Given, amount_of, counted, declared, threshold_units, truth

_SIGNS: Final[dict[Op, str]] = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def value(rule: Rule, given: Given, i: int, lang: Lang) -> str:
    """What was found for an applicant, ``""`` when nothing is known."""
    facts = given.facts
    match rule:
        case Sum() | Aggregate():
            return _sum(rule, given.take(i), lang)
        case Count():
            if not facts.columns[rule.fact].known[i]:
                return ""
            shown = say("programme.count", lang, count=int(counted(rule, given, slice(i, i + 1))[0][0]))
            unmatched = int(facts.columns[rule.fact].values[i, UNMATCHED])
            return shown + (say("programme.unmatched", lang, count=unmatched) if unmatched else "")
        case Applied():
            return str(given.on[i])
        case Assessed():
            return _level(rule, given, i, lang)
        case Judgement():
            return say("programme.experts", lang)
        case ExternalReference():
            return say("programme.unavailable", lang)
        case AllOf() | AnyOf() | AtLeast() | NoneOf():
            return _join(
                [f"{_subject(part, given.programme, lang)}{value(part, given, i, lang)}" for part in rule.of], lang
            )
        case _:
            return facts.shown(rule.fact, i, lang)


def threshold(rule: Rule, programme: Programme, lang: Lang) -> str:
    """What a rule asks for."""
    match rule:
        case Is():
            if isinstance(rule.value, bool):
                return say("verdict.yes" if rule.value else "verdict.no", lang)
            options = [option.name.in_(lang) for option in programme.fact(rule.fact).options if option.id in rule.value]
            return say("programme.or", lang).join(options)
        case Compare() | Sum() | Aggregate():
            return f"{_SIGNS[rule.op]} {_money(threshold_units(rule, programme), rule, programme, lang)}"
        case Grade():
            options = [option.name.in_(lang) for option in programme.fact(rule.fact).options if option.id == rule.grade]
            return f"{_SIGNS[rule.op]} {options[0]}"
        case Dated():
            return f"{_SIGNS[rule.op]} {rule.date.value}"
        case Applied():
            opens, closes = rule.opens and rule.opens.value, rule.closes and rule.closes.value
            return f"{opens} – {closes}" if opens and closes else f"≥ {opens}" if opens else f"≤ {closes}"
        case NoEvent():
            return say("programme.no-event", lang, months=_whole(rule.months))
        case Count():
            return f"{_SIGNS[rule.op]} {say('programme.count', lang, count=_whole(rule.threshold))}"
        case Assessed():
            return f"≥ {say('programme.level.one', lang, level=_whole(rule.at_least))}"
        case Judgement():
            return rule.criterion.in_(lang)
        case ExternalReference():
            return rule.document.in_(lang)
        case AnyOf():
            return say("programme.or", lang).join(_parts(rule, programme, lang))
        case AllOf():
            return _join(_parts(rule, programme, lang), lang)
        case AtLeast():
            return say(
                "programme.at-least", lang, count=_whole(rule.count), of=_join(_parts(rule, programme, lang), lang)
            )
        case NoneOf():
            return say("programme.none-of", lang, of=_join(_parts(rule, programme, lang), lang))


def shortfall(rule: Rule, given: Given, i: int, lang: Lang) -> str:
    """What an applicant misses a rule by that does not hold (NO), ``""`` when that cannot be measured."""
    here = slice(i, i + 1)
    if isinstance(rule, Combined):
        row = given.take(i)
        parts = [part for part in rule.of if not isinstance(rule, NoneOf) and truth(part, row)[0] == NO]
        found = [(part, shortfall(part, given, i, lang)) for part in parts]
        return _join([f"{_subject(part, given.programme, lang)}{text}" for part, text in found if text], lang)
    match rule:
        case Compare():
            have = int(given.facts.columns[rule.fact].values[i])
            return _missed(have, threshold_units(rule, given.programme), rule, given.programme, lang)
        case Sum() | Aggregate():
            amount = amount_of(rule, given.take(i))
            have = int((amount.most if rule.op in (">=", ">") else amount.least)[0])
            return _missed(have, threshold_units(rule, given.programme), rule, given.programme, lang)
        case Count():
            have, bar = int(counted(rule, given, here)[0][0]), _whole(rule.threshold)
            off, short = abs(bar - have), rule.op in (">=", ">")
            text = say("programme.count", lang, count=off)
            return _off(text, off, short, say("programme.count", lang, count=bar), lang)
        case Grade():
            options = [option.id for option in given.programme.fact(rule.fact).options]
            off = options.index(rule.grade) - int(given.facts.columns[rule.fact].values[i])
            name = given.programme.fact(rule.fact).options[options.index(rule.grade)].name.in_(lang)
            return _off(_steps("grade", abs(off), lang), abs(off), off >= 0, name, lang)
        case Assessed():
            bar = _whole(rule.at_least)
            # Even the possible level misses the bar, or the answers leave it open and the declared level misses it.
            by_answers = bool(given.assessed[i]) and int(given.level_possible[i]) < bar
            have = int(given.level[i]) if by_answers else int(declared(rule, given, here)[0][0])
            return say("programme.short", lang, amount=_steps("level", bar - have, lang))
        case Dated():
            day: date = given.facts.columns[rule.fact].values[i].item()
            days = abs((day - rule.date.value).days)
            return say(
                "programme.late" if day >= rule.date.value else "programme.early", lang, days=_steps("day", days, lang)
            )
        case NoEvent():
            return say("programme.holds-from", lang, date=_holds_from(rule, given, i))
        case Applied():
            day = given.on[i].item()
            if rule.closes is not None and day > rule.closes.value:
                return say("programme.closed-since", lang, date=rule.closes.value + timedelta(days=1))
            return say("programme.opens-on", lang, date=rule.opens.value if rule.opens else "")
        case _:
            return ""


def _holds_from(rule: NoEvent, given: Given, i: int) -> date:
    """The first day of application on which the event lies before the window."""
    event = given.facts.columns[rule.fact].values[i : i + 1]
    months = _whole(rule.months)
    day = months_before(event, -months)  # at or before the day looked for: the clamping of short months only adds days
    while months_before(day, months)[0] <= event[0]:
        day = day + np.timedelta64(1, "D")
    found: date = day[0].item()
    return found


def _sum(rule: Sum | Aggregate, one: Given, lang: Lang) -> str:
    """The amount of one applicant, how much of it is known, and from how many entries."""
    found = amount_of(rule, one)
    if not found.known[0]:
        return ""
    shown = _money(int(found.least[0]), rule, one.programme, lang)
    if found.least[0] != found.most[0]:
        shown = say("programme.known-so-far", lang, amount=shown)
    entries = int(found.entries[0])
    key = "programme.entries.one" if entries == 1 else "programme.entries.many"
    return shown + (say(key, lang, count=entries) if entries else "")


def _level(rule: Assessed, given: Given, i: int, lang: Lang) -> str:
    shown = []
    if given.assessed[i]:
        low, high = int(given.level[i]), int(given.level_possible[i])
        key = "programme.level.one" if low == high else "programme.level.between"
        shown.append(say(key, lang, level=low, high=high))
    level, known = declared(rule, given, slice(i, i + 1))
    if known[0]:
        shown.append(say("programme.level.declared", lang, level=int(level[0])))
    return _join(shown, lang)


def _money(units: int, rule: Compare | Sum | Aggregate, programme: Programme, lang: Lang) -> str:
    fact = programme.fact(rule.fact) if isinstance(rule, Compare) else unit_of(rule, programme)
    number: int | Decimal = amount(units, fact.decimals)
    return in_unit(number, fact, lang)


def _missed(have: int, bar: int, rule: Compare | Sum | Aggregate, programme: Programme, lang: Lang) -> str:
    off = abs(bar - have)
    text = _money(off, rule, programme, lang)
    return _off(text, off, rule.op in (">=", ">"), _money(bar, rule, programme, lang), lang)


def _off(text: str, off: int, short: bool, bar: str, lang: Lang) -> str:
    """差 350 万元 / short by 350 万元; a strict comparison can be missed by nothing: then what must be passed."""
    if not off:
        return say("programme.must-exceed" if short else "programme.must-stay-below", lang, bar=bar)
    return say("programme.short" if short else "programme.over", lang, amount=text)


def _steps(of: str, count: int, lang: Lang) -> str:
    return say(f"programme.steps.{of}.{'one' if count == 1 else 'many'}", lang, count=count)


def _subject(rule: Rule, programme: Programme, lang: Lang) -> str:
    """What a part of a combined rule is about: the names of its facts."""
    names = [programme.fact(fact).name.in_(lang) for fact in programme.facts_of(rule)]
    return say("programme.subject", lang, of=("、" if lang == "zh" else ", ").join(names)) if names else ""


def _parts(rule: Combined, programme: Programme, lang: Lang) -> list[str]:
    return [f"{_subject(part, programme, lang)}{threshold(part, programme, lang)}" for part in rule.of]


def _join(parts: list[str], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _whole(number: Number) -> int:
    return int(number.value)
