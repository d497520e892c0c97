"""What a report says of how firm the level is: the findings, and the answers that it hangs on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from maturity.firmness import FewestChanges, Firmness
from maturity.language import Lang, say

MOST: Final = 12
"""Pivotal answers that are printed of a smallest set of changes; JSON holds all of them."""


@dataclass(frozen=True, slots=True)
class PivotalLine:
    """An answer that the level hangs on.

    Attributes:
        before, after: the answer, and what it would be.
        worth: what that moves the score of its level by, cut to four decimals.
        chosen: one of the smallest set that is shown. always: in every smallest set.
    """

    id: str
    name: str
    before: str
    after: str
    steps: int
    worth: str
    chosen: bool
    always: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """The fewest changes that lose a level or gain the next one; ``more``: how many further answers are not listed."""

    heading: str
    lines: tuple[PivotalLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class FirmnessPage:
    """How firm the level is: sentences, what a step is, and the answers it hangs on."""

    sentences: tuple[str, ...]
    note: str
    moves: tuple[Moves, ...]


def firmness_page(firmness: Firmness, lang: Lang) -> FirmnessPage:
    """What makes a level firm as a section of a report."""
    return FirmnessPage(firmness.sentences(lang), say("firmness.changes.note", lang), tuple(_moves(firmness, lang)))


def _moves(firmness: Firmness, lang: Lang) -> Iterator[Moves]:
    """A table for each set; one for both readings where they hang on the same answers."""
    groups: dict[object, list[FewestChanges]] = {}
    for found in firmness.changes:
        if found.steps is not None:
            # A single step does it alone, so that it does not matter which one is shown in bold.
            chosen = found.changes if found.steps > 1 else ()
            groups.setdefault((found.aim, found.level, found.steps, chosen, found.pivotal), []).append(found)
    for same in groups.values():
        first = same[0]
        readings = say("report.list", lang).join(say(f"report.reading.{one.reading}", lang) for one in same)
        rows = first.rows(lang)
        lines = tuple(
            PivotalLine(
                id=row.requirement,
                name=row.name,
                before=row.before,
                after=row.after,
                steps=row.steps,
                worth=f"{row.worth:.4f}",
                chosen=row.chosen,
                always=row.always,
            )
            for row in rows[:MOST]
        )
        heading = say(f"report.firm.{first.aim}", lang, readings=readings, level=first.target, count=first.steps)
        yield Moves(heading, lines, len(rows) - len(lines))
