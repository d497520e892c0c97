"""What a report says of "what if": what was changed, and what that moves, as plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.firmness import WhatIf, WhatIfRow
from maturity.language import say
from maturity.models import READINGS, MaturityModel, Requirement
from maturity.profiles import known_profile
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import NONE, shown

MOST: Final = 24
"""Changed weights, and changed answers, that are printed; JSON and results hold what came of them."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Something before and after; ``moved``: it is not exactly what it was."""

    name: str
    before: str
    after: str
    moved: bool


@dataclass(frozen=True, slots=True)
class WhatIfPage:
    """What was changed (model, profile, weights, answers), how much more was, and what came of it."""

    given: tuple[Shift, ...]
    more: int
    shifts: tuple[Shift, ...]


def whatif_page(one: Enterprise, whatif: WhatIf) -> WhatIfPage | None:
    """What if, for one enterprise, as a section of its report; None where nothing was changed for it."""
    given = tuple(_given(one, whatif))
    if not given:
        return None
    return WhatIfPage(given[:MOST], max(len(given) - MOST, 0), tuple(_shifts(one, whatif.row(one.i), one.model)))


def _given(one: Enterprise, whatif: WhatIf) -> Iterator[Shift]:
    """What was changed for this enterprise."""
    before, after = one.model, whatif.after.answers.model
    profile, other = one.profile, known_profile(whatif.after.answers, one.i)
    if before.fingerprint != after.fingerprint:
        yield Shift(one.say("whatif.model"), before.name.in_(one.lang), after.name.in_(one.lang), True)
    if profile != other:
        names = {known.id: known.name.in_(one.lang) for model in (before, after) for known in model.profiles}
        yield Shift(one.say("whatif.profile"), names[profile], names[other], True)
    known = {(layer, node.id): node for layer, nodes in before.nodes.items() for node in nodes}
    for layer, nodes in after.nodes.items():
        for node in nodes:
            old = known.get((layer, node.id))
            weights = (old.weight.get(profile) if old else None, node.weight.get(other))
            if profile == other and weights[0] != weights[1]:
                was_told, is_told = (NONE if weight is None else f"{float(weight):g}" for weight in weights)
                yield Shift(one.say("whatif.weight", name=node.name), was_told, is_told, True)
    was = dict(zip((asked.id for asked in before.requirements), one.points, strict=True))
    asked_before = {asked.id: asked for asked in before.requirements}
    columns = whatif.after.answers.columns[:, one.i].tolist()
    for asked, points in zip(after.requirements, columns, strict=True):
        if asked.id in was:
            told_before = _answer(one, asked_before[asked.id], was[asked.id])
            told_after = _answer(one, asked, points)
            if told_before != told_after:
                yield Shift(f"{asked.name.in_(one.lang)} {asked.id}", told_before, told_after, True)


def _answer(one: Enterprise, asked: Requirement, points: int) -> str:
    if points >= NOT_APPLICABLE:
        return say("firmness.unanswered" if points == UNANSWERED else "firmness.not-applicable", one.lang)
    return next(choice.name.in_(one.lang) for choice in asked.choices if choice.points == points)


def _shifts(one: Enterprise, row: WhatIfRow, model: MaturityModel) -> Iterator[Shift]:
    """Levels, total and level scores."""
    levels = {
        "level": (one.say("whatif.level"), row.level_before, row.level_after),
        "level_possible": (one.say("whatif.possible"), row.level_possible_before, row.level_possible_after),
    }
    for reading in READINGS:
        name = one.say("whatif.by", reading=one.say(f"reading.{reading}"))
        pair = (getattr(row, f"level_{reading}_before"), getattr(row, f"level_{reading}_after"))
        levels[f"level_{reading}"] = (name, *pair)
    for key, (name, before, after) in levels.items():
        yield Shift(name, one.level_name(before), one.level_name(after), key in row.changed)
    yield Shift(one.say("summary.total"), shown(row.total_before), shown(row.total_after), "total" in row.changed)
    names = {level.number: one.say("level.name", number=level.number, name=level.name) for level in model.levels}
    count = max(len(row.level_scores_before), len(row.level_scores_after))
    for number in range(1, count + 1):
        told_before, told_after = (
            shown(scores[number - 1]) if number <= len(scores) else NONE
            for scores in (row.level_scores_before, row.level_scores_after)
        )
        yield Shift(names.get(number, f"A{number}"), told_before, told_after, f"A{number}" in row.changed)
