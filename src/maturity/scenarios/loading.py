"""Loading programmes: which are shipped, which edition holds on a day, and the way from a file to a `Programme`."""

from datetime import date
from pathlib import Path
from typing import Final

from maturity.definition import Document, find, read
from maturity.definition import shipped as shipped_definitions
from maturity.errors import DefinitionError, InputError, Problem
from maturity.scenarios.checks import problems
from maturity.scenarios.procedure import Sanction
from maturity.scenarios.programme import Condition, ConditionDefinition, Programme, ProgrammeDefinition, Variant
from maturity.scenarios.rules import NotBarred
from maturity.scenarios.values import day_of

PACKAGE: Final = "maturity.scenarios"
EDITION_MARK: Final = "@"
"""Several editions of one programme stand in ``ID@EDITION.toml``; a single one may stand in ``ID.toml``."""


def shipped() -> tuple[str, ...]:
    """Ids of the programmes that the library ships."""
    return tuple(dict.fromkeys(name.split(EDITION_MARK)[0] for name in shipped_definitions(PACKAGE)))


def load_programme(ref: str | Path, *, on: date) -> Programme:
    """A programme in the edition in force on a day: one that the library ships, by id, or a file of the user's own.

    >>> programme = load_programme("jilin-2024-228", on=date(2025, 6, 30))
    >>> [tier.id for tier in programme.tiers]
    ['digital_workshop', 'smart_factory', 'future_factory']

    Raises:
        InputError: ``on`` is no day.
        DefinitionError: no such programme, none in force on that day, or everything that is wrong with the file.
    """
    try:
        on = day_of(on)
    except ValueError:
        raise InputError([Problem.of("decide.bad-date", "on", on)]) from None
    editions = [
        parse_programme(content, f"{name}.toml")
        for name, content in shipped_definitions(PACKAGE).items()
        if ref in (name, name.split(EDITION_MARK)[0])
    ] or [parse_programme(*find(ref, PACKAGE))]
    in_force = [edition for edition in editions if _in_force(edition.definition, on)]
    if not in_force:
        spans = "; ".join(_span(edition.definition) for edition in editions)
        raise DefinitionError([Problem.of("programme.not-in-force", str(ref), on, spans=spans)])
    return max(in_force, key=lambda edition: edition.definition.in_force_from)


def _in_force(document: Document, on: date) -> bool:
    return document.in_force_from <= on and (document.in_force_to is None or on <= document.in_force_to)


def _span(document: Document) -> str:
    return f"{document.edition}: {document.in_force_from} – {document.in_force_to or ''}".rstrip()


def parse_programme(content: bytes, file: str) -> Programme:
    """A programme from the content of its file; ``file`` is its name in messages.

    Raises:
        DefinitionError: everything that is wrong with the file.
    """
    loaded = read(content, file, ProgrammeDefinition)
    loaded.refuse(problems(loaded))
    value = loaded.value
    clauses = {clause.id: clause for clause in value.clauses}
    readings = {reading.id: reading for reading in value.readings}
    return Programme(
        id=value.id,
        edition=value.edition,
        name=value.name,
        status=value.status,
        definition=value,
        content=loaded.content,
        fingerprint=loaded.fingerprint,
        file=loaded.file,
        tiers=value.tiers,
        facts=value.facts,
        ledgers=value.ledgers,
        measures=value.measures,
        catalogues=value.catalogues,
        readings=value.readings,
        clauses=value.clauses,
        conditions=(
            *(Condition.of(one, clauses[one.clause], readings, value.meanings) for one in value.conditions),
            *(Condition.of(_barring(one), clauses[one.clause], readings) for one in value.sanctions),
        ),
        routes=value.routes,
    )


def _barring(sanction: Sanction) -> ConditionDefinition:
    """A sanction as the condition that nothing on record bars the applicant."""
    dates = dict.fromkeys((sanction.event, *(day for one in sanction.event_under.values() for day in one.values())))

    def runs_from(event: str) -> NotBarred:
        return NotBarred(
            kind="no_event",
            fact=event,
            months=sanction.months,
            others=tuple(day for day in dates if day != event),
            recorded_by=sanction.recorded_by,
        )

    under = {
        reading: {option: Variant(rule=runs_from(event)) for option, event in options.items()}
        for reading, options in sanction.event_under.items()
    }
    return ConditionDefinition(
        id=sanction.id,
        name=sanction.name,
        clause=sanction.clause,
        tiers=sanction.tiers,
        modality="mandatory",
        rule=runs_from(sanction.event),
        under=under,
    )
