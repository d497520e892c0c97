"""What a condition reads like for one applicant: the value found, the threshold, and what is short."""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import Final

import numpy as np

from maturity.definition import Number
from maturity.language import Lang, listed, say
from maturity.scenarios.amounts import months_before, unit_of
from maturity.scenarios.coverage import counted, not_named
from maturity.scenarios.programme import FactDefinition, Programme, levels_of
from maturity.scenarios.rules import (
    APPLICATION,
    Aggregate,
    AllOf,
    AnyOf,
    Applied,
    Assessed,
    AtLeast,
    Before,
    Combined,
    Compare,
    Count,
    Covers,
    Dated,
    ExternalReference,
    Grade,
    Handed,
    Is,
    Judgement,
    NoEvent,
    NoneOf,
    NotBarred,
    NotListed,
    Op,
    Recognition,
    Rule,
    Share,
    Sum,
    Versus,
    WithThreshold,
)
from maturity.scenarios.truth import NO, Given, amount_of, bar_day, bar_of, declared, truth, units
from maturity.scenarios.values import NONE, UNMATCHED, amount, in_unit

_SIGNS: Final[dict[Op, str]] = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
_AT_LEAST: Final = (">=", ">")


# ---------------------------------------------------------------- what was found


def value(rule: Rule, given: Given, i: int, lang: Lang) -> str:
    """What was found for an applicant, ``""`` when nothing is known."""
    facts = given.facts
    match rule:
        case Sum() | Aggregate():
            return _sum(rule, given.take(i, rule), lang)
        case Share():
            return _share(rule, given, i, lang)
        case Versus():
            own, other = facts.shown(rule.fact, i, lang), facts.shown(rule.reference, i, lang)
            return say("programme.versus", lang, own=own, other=other) if own and other else own
        case Count():
            return _count(rule, given.take(i, rule), lang)
        case Covers():
            named = facts.shown(rule.fact, i, lang)
            return named + _to_be_mapped(rule.fact, given, i, lang) if named else ""
        case NotListed():
            on_it = facts.shown(rule.fact, i, lang)
            queried = facts.shown(rule.queried_on, i, lang) if rule.queried_on else ""
            return on_it + say("programme.queried", lang, date=queried) if on_it and queried else on_it
        case NotBarred():
            return facts.shown(rule.fact, i, lang) or _recorded(rule, given, i, lang)
        case Recognition():
            dates = [facts.shown(fact, i, lang) for fact in (rule.on, rule.valid_until) if fact]
            grade = facts.shown(rule.fact, i, lang)
            return (
                grade + say("programme.dated", lang, date=" – ".join(dates))
                if grade and all(dates) and dates
                else grade
            )
        case Handed():
            asked = [fact for fact in (rule.submitted, rule.stamped, rule.copies_given) if fact]
            shown = [(given.programme.fact(fact).name, facts.shown(fact, i, lang)) for fact in asked]
            return _join([say("programme.subject", lang, of=name) + text for name, text in shown if text], lang)
        case Applied():
            return str(given.on[i])
        case Assessed():
            return _level(rule, given, i, lang)
        case Judgement():
            return say("programme.experts", lang)
        case ExternalReference():
            return say("programme.unavailable", lang)
        case AllOf() | AnyOf() | AtLeast() | NoneOf():
            told = [(_subject(part, given.programme, lang), value(part, given, i, lang)) for part in rule.of]
            if not any(text for _, text in told):
                return ""
            # Two rules may ask the same fact, such as a day from when and until when: it is told once.
            parts = dict.fromkeys(subject + (text or say("verdict.unknown", lang)) for subject, text in told)
            return _join(list(parts), lang)
        case _:
            return facts.shown(rule.fact, i, lang)


def _recorded(rule: NotBarred, given: Given, i: int, lang: Lang) -> str:
    """What else is on record of a sanction whose day is not; that nothing is, where nothing is."""
    found = {fact: given.facts.value(fact, i) for fact in (*rule.others, *rule.recorded_by)}
    told = [
        say("programme.subject", lang, of=given.programme.fact(fact).name) + given.facts.shown(fact, i, lang)
        for fact, own in found.items()
        if (own in rule.recorded_by[fact] if fact in rule.recorded_by else own not in (None, NONE))
    ]
    return _join(told, lang) if told else say("programme.not-on-record", lang)


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


def _share(rule: Share, given: Given, i: int, lang: Lang) -> str:
    """Part, whole, and the percentage, cut to two decimals so that it reaches no mark that the share misses."""
    part, whole = given.facts.value(rule.numerator, i), given.facts.value(rule.denominator, i)
    if not isinstance(part, int | Decimal) or not isinstance(whole, int | Decimal):
        known = [given.facts.shown(fact, i, lang) for fact in (rule.numerator, rule.denominator)]
        return _join([shown for shown in known if shown], lang)
    shown = say("programme.part-of", lang, part=f"{part:,}", whole=f"{whole:,}")
    if not whole:
        return shown
    percent = amount(floor(Decimal(part) * 10_000 / Decimal(whole)), 2)
    return shown + say("programme.percent", lang, percent=percent)


def _count(rule: Count, one: Given, lang: Lang) -> str:
    least, most, known = counted(rule, one.facts)
    if not known[0]:
        return ""
    from_ledger = rule.entries is not None and len(one.facts.ledgers[rule.entries.ledger])
    shown = say("programme.count", lang, count=int(least[0]))
    if not from_ledger:
        return shown + _to_be_mapped(rule.fact, one, 0, lang)
    return shown if least[0] == most[0] else say("programme.known-so-far", lang, amount=shown)


def _to_be_mapped(fact: str, given: Given, i: int, lang: Lang) -> str:
    unmatched = int(given.facts.columns[fact].values[i, UNMATCHED])
    return say("programme.unmatched", lang, count=unmatched) if unmatched else ""


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


# ---------------------------------------------------------------- what is asked


def threshold(rule: Rule, programme: Programme, lang: Lang) -> str:
    """What a rule asks for."""
    match rule:
        case Is():
            if isinstance(rule.value, bool):
                return say("verdict.yes" if rule.value else "verdict.no", lang)
            options = [option.name.in_(lang) for option in programme.fact(rule.fact).options if option.id in rule.value]
            return say("programme.or", lang).join(options)
        case Compare() | Share() | Sum() | Aggregate() | Count():
            shown = f"{_SIGNS[rule.op]} {_bar(rule, rule.threshold, programme, lang)}"
            others = [
                f"{_subject(one.when, programme, lang)}{threshold(one.when, programme, lang)} "
                f"{_SIGNS[rule.op]} {_bar(rule, one.threshold, programme, lang)}"
                for one in rule.overlays
            ]
            return shown + (say("programme.overlays", lang, of=_join(others, lang)) if others else "")
        case Versus():
            return f"{_SIGNS[rule.op]} {rule.population.in_(lang)}"
        case Grade():
            return f"{_SIGNS[rule.op]} {_option(rule.fact, rule.grade, programme, lang)}"
        case Dated():
            return f"{_SIGNS[rule.op]} {_bar_day(rule, programme, lang)}"
        case Applied():
            opens, closes = rule.opens and rule.opens.value, rule.closes and rule.closes.value
            return f"{opens} – {closes}" if opens and closes else f"≥ {opens}" if opens else f"≤ {closes}"
        case NoEvent():
            key = "no-event-before" if rule.anchor else "no-event"
            day = programme.fact(rule.anchor).name if rule.anchor else ""
            return say(f"programme.{key}", lang, months=_whole(rule.months), day=day)
        case NotListed():
            shown = say("programme.not-on-register", lang, register=rule.register_name)
            return shown + (say("programme.query-age", lang, months=_whole(rule.months)) if rule.months else "")
        case Covers():
            return say("programme.covers", lang, of=_entries(rule, rule.required, programme, lang))
        case Assessed():
            return f"≥ {_asked_level(rule, lang)}"
        case Recognition():
            return _asked_recognition(rule, programme, lang)
        case Handed():
            return _asked_document(rule, lang)
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


def _bar(rule: WithThreshold, bar: Number, programme: Programme, lang: Lang) -> str:
    """A threshold with its unit: 2,000 万元, 20%, 5 个."""
    match rule:
        case Share():
            return f"{amount(int(bar.value.scaleb(6)), 4)}%"
        case Count():
            return say("programme.count", lang, count=_whole(bar))
        case _:
            return _money(units(rule, bar, programme), rule, programme, lang)


def _bar_day(rule: Dated, programme: Programme, lang: Lang) -> str:
    if rule.date is not None:
        day = str(rule.date.value)
    elif rule.against == APPLICATION:
        day = say("programme.application-day", lang)
    else:
        day = programme.fact(rule.against).name.in_(lang)
    return say("programme.months-before", lang, day=day, months=_whole(rule.months)) if rule.months else day


def _asked_level(rule: Assessed, lang: Lang) -> str:
    """The level that is asked, with its name if the programme names it."""
    number = _whole(rule.at_least)
    shown = say("programme.level.one", lang, level=number)
    names = [level.name for level in levels_of(rule.model) if rule.level_name and level.number == number]
    return shown + "".join(say("programme.level.name", lang, name=name) for name in names)


def _asked_recognition(rule: Recognition, programme: Programme, lang: Lang) -> str:
    shown = f"{rule.programme.in_(lang)} ≥ {_option(rule.fact, rule.at_least, programme, lang)}"
    if rule.before is not None:
        shown += say("programme.recognised-before", lang, day=_before(rule.before, lang))
    if rule.valid_until or rule.valid_months:
        shown += say("programme.still-valid", lang)
    for other in rule.equivalents:
        of = say("programme.or", lang).join(_option(rule.fact, grade, programme, lang) for grade in other.of)
        counts_as = _option(rule.fact, other.counts_as, programme, lang)
        shown += say("programme.equivalent", lang, day=_before(other.before, lang), of=of, counts_as=counts_as)
    return shown


def _before(before: Before, lang: Lang) -> str:
    return say("programme.up-to" if before.op == "<=" else "programme.before", lang, day=before.date.value)


def _asked_document(rule: Handed, lang: Lang) -> str:
    shown = rule.document.in_(lang)
    if rule.stamp is not None:
        shown += say("programme.document.stamp", lang, by=rule.stamp)
    if rule.medium is not None:
        shown += say(f"programme.document.{rule.medium}", lang)
    if rule.copies is not None:
        shown += say("programme.document.copies", lang, count=_whole(rule.copies))
    return shown + (say("programme.document.channel", lang, to=rule.channel) if rule.channel else "")


# ---------------------------------------------------------------- what is short


def shortfall(rule: Rule, given: Given, i: int, lang: Lang) -> str:
    """What an applicant misses a rule by that does not hold (NO), ``""`` when that cannot be measured."""
    one = given.take(i, rule)
    if isinstance(rule, Combined):
        parts = [part for part in rule.of if not isinstance(rule, NoneOf) and truth(part, one)[0] == NO]
        found = [(part, shortfall(part, given, i, lang)) for part in parts]
        return _join([f"{_subject(part, given.programme, lang)}{text}" for part, text in found if text], lang)
    facts, programme = one.facts, given.programme
    match rule:
        case Compare() | Share() | Sum() | Aggregate() | Count():
            return _below(rule, one, lang)
        case Versus():
            have, bar = int(facts.columns[rule.fact].values[0]), int(facts.columns[rule.reference].values[0])
            return _missed(have, bar, rule.op, programme.fact(rule.fact), lang)
        case Grade():
            return _grades(rule.fact, rule.grade, one, lang)
        case Assessed():
            bar = _whole(rule.at_least)
            # Even the possible level misses the bar, or the answers leave it open and the declared level misses it.
            by_answers = bool(one.assessed[0]) and int(one.level_possible[0]) < bar
            have = int(one.level[0]) if by_answers else int(declared(rule, one)[0][0])
            most, least = bar - have, bar - int(one.level_possible[0]) if by_answers else bar - have
            if least == most:
                return say("programme.short", lang, amount=_steps("level", most, lang))
            return say("programme.short-of-level", lang, least=least, most=most)
        case Dated():
            return _late(facts.columns[rule.fact].values[0].item(), bar_day(rule, one)[0][0].item(), lang)
        case NoEvent():
            key = "no-event-from" if rule.anchor else "holds-from"
            day = programme.fact(rule.anchor).name if rule.anchor else ""
            return say(f"programme.{key}", lang, date=holds_from(rule, one), day=day)
        case NotListed():
            return say("programme.listed", lang, register=rule.register_name)
        case Covers():
            return say("programme.lacks", lang, of=_entries(rule, not_named(rule, facts, 0), programme, lang))
        case Recognition():
            return _unrecognised(rule, one, lang)
        case Handed():
            return _not_handed(rule, one, lang)
        case Applied():
            day = one.on[0].item()
            if rule.closes is not None and day > rule.closes.value:
                return say("programme.closed-since", lang, date=rule.closes.value + timedelta(days=1))
            return say("programme.opens-on", lang, date=rule.opens.value if rule.opens else "")
        case _:
            return ""


def _below(rule: WithThreshold, one: Given, lang: Lang) -> str:
    """What one applicant's quantity is off the threshold that holds for it, at best."""
    bar, programme = bar_of(rule, one), one.programme
    match rule:
        case Compare():
            have = int(one.facts.columns[rule.fact].values[0])
            return _missed(have, units(rule, bar, programme), rule.op, programme.fact(rule.fact), lang)
        case Share():
            return _below_share(rule, bar, one, lang)
        case Count():
            least, most, _ = counted(rule, one.facts)
            # A person may map a name that matches nothing: the shortfall is that without it.
            have, wanted = int(least[0] if rule.op in _AT_LEAST else most[0]), _whole(bar)
            off = abs(wanted - have)
            counts = [say("programme.count", lang, count=count) for count in (off, wanted)]
            return _off(counts[0], off, rule.op in _AT_LEAST, counts[1], lang)
        case _:
            found = amount_of(rule, one)
            have = int((found.most if rule.op in _AT_LEAST else found.least)[0])
            return _missed(have, units(rule, bar, programme), rule.op, unit_of(rule, programme), lang)


def _below_share(rule: Share, bar: Number, one: Given, lang: Lang) -> str:
    """By how much the part would have to change while the whole stays."""
    unit, columns = one.programme.fact(rule.numerator), one.facts.columns
    decimals = unit.decimals - one.programme.fact(rule.denominator).decimals
    exact = bar.exact * int(columns[rule.denominator].values[0]) * (10**decimals if decimals >= 0 else 1)
    exact = exact if decimals >= 0 else exact / 10**-decimals
    wanted = ceil(exact) if rule.op in _AT_LEAST else floor(exact)
    return _missed(int(columns[rule.numerator].values[0]), wanted, rule.op, unit, lang)


def _grades(fact: str, grade: str, one: Given, lang: Lang) -> str:
    options = [option.id for option in one.programme.fact(fact).options]
    off = options.index(grade) - int(one.facts.columns[fact].values[0])
    return _off(_steps("grade", abs(off), lang), abs(off), off >= 0, _option(fact, grade, one.programme, lang), lang)


def _late(day: date, bar: date, lang: Lang) -> str:
    """晚 3 天 / late by 3 days; a strict comparison can be missed on the very day: then what it must not be."""
    if day == bar:
        return say("programme.not-on-the-day", lang, date=bar)
    key = "programme.late" if day >= bar else "programme.early"
    return say(key, lang, days=_steps("day", abs((day - bar).days), lang))


def _unrecognised(rule: Recognition, one: Given, lang: Lang) -> str:
    """The first thing that a recognition lacks: the grade, the day it was made, or its validity."""
    columns = one.facts.columns
    made = columns[rule.on].values[0].item() if rule.on and columns[rule.on].known[0] else None
    alone = rule.model_copy(update={"before": None, "valid_until": "", "valid_months": None})
    if truth(alone, one)[0] == NO:
        return _grades(rule.fact, rule.at_least, one, lang)
    if rule.before is not None and made is not None and truth(rule.model_copy(update={"before": None}), one)[0] != NO:
        return _late(made, rule.before.date.value, lang)
    if rule.valid_until and columns[rule.valid_until].known[0]:
        return say("programme.expired", lang, date=columns[rule.valid_until].values[0].item())
    return say("programme.no-longer-valid", lang)


def _not_handed(rule: Handed, one: Given, lang: Lang) -> str:
    columns = one.facts.columns
    if columns[rule.submitted].known[0] and not columns[rule.submitted].values[0]:
        return say("programme.document.absent", lang)
    found = []
    if rule.stamped and columns[rule.stamped].known[0] and not columns[rule.stamped].values[0]:
        found.append(say("programme.document.unstamped", lang))
    if rule.copies is not None and columns[rule.copies_given].known[0]:
        off = _whole(rule.copies) - int(columns[rule.copies_given].values[0])
        if off > 0:
            found.append(say("programme.short", lang, amount=_steps("copy", off, lang)))
    return _join(found, lang)


def holds_from(rule: NoEvent, one: Given) -> date:
    """The first day, of application or of the anchor, on which the event of one applicant lies before the window."""
    event = one.facts.columns[rule.fact].values
    months = _whole(rule.months)
    day = months_before(event, -months)  # at or before the day looked for: the clamping of short months only adds days
    while months_before(day, months)[0] <= event[0]:
        day = day + np.timedelta64(1, "D")
    found: date = day[0].item()
    return found


# ---------------------------------------------------------------- parts of a line


def _money(number: int, rule: Compare | Sum | Aggregate, programme: Programme, lang: Lang) -> str:
    unit = programme.fact(rule.fact) if isinstance(rule, Compare) else unit_of(rule, programme)
    return in_unit(amount(number, unit.decimals), unit, lang)


def _missed(have: int, bar: int, op: Op, unit: FactDefinition, lang: Lang) -> str:
    off = abs(bar - have)
    shown, mark = (in_unit(amount(number, unit.decimals), unit, lang) for number in (off, bar))
    return _off(shown, off, op in _AT_LEAST, mark, lang)


def _off(text: str, off: int, short: bool, bar: str, lang: Lang) -> str:
    """差 350 万元 / short by 350 万元; a strict comparison can be missed by nothing: then what must be passed."""
    if not off:
        return say("programme.must-exceed" if short else "programme.must-stay-below", lang, bar=bar)
    return say("programme.short" if short else "programme.over", lang, amount=text)


def _steps(of: str, count: int, lang: Lang) -> str:
    return say(f"programme.steps.{of}.{'one' if count == 1 else 'many'}", lang, count=count)


def _option(fact: str, option: str, programme: Programme, lang: Lang) -> str:
    return next(known.name.in_(lang) for known in programme.fact(fact).options if known.id == option)


def _entries(rule: Covers, ids: tuple[str, ...], programme: Programme, lang: Lang) -> str:
    """Names of entries of the catalogue that a rule looks at, in a row."""
    catalogue = programme.catalogue(rule.catalogue or programme.fact(rule.fact).catalogue)
    return listed([entry.name for entry in catalogue.entries if entry.id in ids], lang)


def about(rule: Rule, programme: Programme, lang: Lang) -> str:
    """What a rule looks at: the names of its facts, ``""`` when it looks at none."""
    if isinstance(rule, Applied):
        return say("programme.application-day", lang)
    return listed([programme.fact(fact).name for fact in programme.facts_of(rule)], lang)


def _subject(rule: Rule, programme: Programme, lang: Lang) -> str:
    """What a part of a combined rule is about, before what is said of it."""
    names = about(rule, programme, lang)
    return say("programme.subject", lang, of=names) if names else ""


def _parts(rule: Combined, programme: Programme, lang: Lang) -> list[str]:
    return [f"{_subject(part, programme, lang)}{threshold(part, programme, lang)}" for part in rule.of]


def _join(parts: list[str], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _whole(number: Number) -> int:
    return int(number.value)
