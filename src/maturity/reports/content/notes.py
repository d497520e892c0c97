"""The sentences of a report: what its first page must say besides level and total, and what open answers change."""

from collections.abc import Iterator, Sequence

from maturity.models import READINGS, Requirement
from maturity.reports.content.context import Group, Item
from maturity.reports.content.enterprise import Enterprise, subdomain_names
from maturity.reports.content.figures import listed, shown


def first_page(one: Enterprise, profile: str) -> Iterator[str]:
    """What a reader of the first page must know besides level and total."""
    assessment, i = one.assessment, one.i
    if not one.profile:
        yield one.say("note.no-profile")
        return
    if one.rejected:
        own = [problem for problem in assessment.answers.problems if problem.where == (one.id or "answers")]
        called = subdomain_names(one.model)
        trimmed = [called[str(problem.values["id"])].in_(one.lang) for problem in own]
        yield one.say("note.rejected", subdomains=listed(trimmed, one.say("list")))
        return
    if not (one.answered or one.not_applicable):
        yield one.say("note.nothing-answered")
    possible = int(assessment.level_possible[i])
    if one.unanswered:
        yield one.say(
            "note.interval" if one.level != possible else "note.unanswered-same",
            count=len(one.unanswered),
            certain=one.level_name(one.level),
            possible=one.level_name(possible),
            total=shown(assessment.total[i]),
            total_possible=shown(assessment.total_possible[i]),
        )
    for key, differ, by_reading in (
        ("note.readings", assessment.readings_differ[i], assessment.level_by_reading),
        ("note.readings-possible", assessment.readings_differ_possible[i], assessment.level_by_reading_possible),
    ):
        if differ and (key == "note.readings" or one.unanswered):
            names = {reading: one.say(f"reading.{reading}") for reading in READINGS}
            reached = {f"level_{reading}": one.level_name(int(by_reading[reading][i])) for reading in READINGS}
            yield one.say(key, default=names[one.model.definition.reading.default], **names, **reached)
    if assessment.level_if_na_unmet[i] != one.level:
        unmet = one.level_name(int(assessment.level_if_na_unmet[i]))
        yield one.say("note.na", count=len(one.not_applicable), level=unmet)
    for level in _empty_levels(one):
        yield one.say("note.empty-level", level=one.level_name(level))
    if one.outside:
        yield one.say("note.outside", count=len(one.outside), profile=profile)


def open_answers(one: Enterprise) -> Iterator[str]:
    """What "not applicable" and "unanswered" change."""
    assessment, i = one.assessment, one.i
    if one.rejected:
        yield one.say("open.na-rejected" if one.profile else "note.no-profile")
        return
    if one.not_applicable:
        unmet = one.level_name(int(assessment.level_if_na_unmet[i]))
        yield one.say("open.na-effect", level=one.level_name(one.level), level_if=unmet)
    for level in _empty_levels(one):
        yield one.say("note.empty-level", level=one.level_name(level))
    if cells := list(_empty_cells(one)):
        yield one.say(f"open.cells-{one.model.definition.empty_cell.rule}", cells=listed(cells, one.say("list")))
    if one.unanswered:
        yield one.say(
            "open.unanswered-effect",
            certain=one.level_name(one.level),
            possible=one.level_name(int(assessment.level_possible[i])),
            total=shown(assessment.total[i]),
            total_possible=shown(assessment.total_possible[i]),
        )


def grouped(one: Enterprise, requirements: Sequence[Requirement]) -> tuple[Group, ...]:
    """Requirements by subdomain."""
    by_subdomain: dict[str, list[Item]] = {}
    for asked in requirements:
        item = Item(asked.id, asked.level, asked.name.in_(one.lang))
        by_subdomain.setdefault(asked.subdomain, []).append(item)
    names = subdomain_names(one.model)
    return tuple(Group(names[id].in_(one.lang), tuple(items)) for id, items in by_subdomain.items())


def _empty_levels(one: Enterprise) -> Sequence[int]:
    """The levels of which nothing applies."""
    asked = {requirement.level for kind in (one.answered, one.unanswered) for requirement in kind}
    return sorted({requirement.level for requirement in one.not_applicable} - asked)


def _empty_cells(one: Enterprise) -> Iterator[str]:
    """The subdomains with nothing applicable at some level, and at which; not where nothing of a level is."""
    whole = _empty_levels(one)
    applicable = {(asked.subdomain, asked.level) for kind in (one.answered, one.unanswered) for asked in kind}
    empty: dict[str, list[str]] = {}
    for absent in one.not_applicable:
        if (absent.subdomain, absent.level) not in applicable and absent.level not in whole:
            empty.setdefault(absent.subdomain, []).append(str(absent.level))
    names = subdomain_names(one.model)
    for subdomain, levels in empty.items():
        name, numbers = names[subdomain].in_(one.lang), listed(levels, one.say("list"))
        yield one.say("open.cell", subdomain=name, levels=numbers, count=len(set(levels)))
