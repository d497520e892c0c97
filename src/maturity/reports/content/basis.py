"""What a report rests on: the model, the programme and its readings, and the library."""

from collections.abc import Mapping
from functools import lru_cache, partial

from maturity import __version__
from maturity.definition import Cited
from maturity.language import Lang, say
from maturity.models import MaturityModel
from maturity.reports.content.context import Basis
from maturity.reports.content.figures import plain
from maturity.scenarios import Decisions, Programme


def provisional(model: MaturityModel, decisions: Decisions | None, lang: Lang) -> str:
    """The sentence that names the definitions which nobody has compared with their source yet, ``""`` without any."""
    known: list[MaturityModel | Programme] = [model, decisions.programme] if decisions else [model]
    names = [one.name.in_(lang) for one in known if one.status != "verified"]
    return say("report.provisional", lang, names=say("report.and", lang).join(names)) if names else ""


def basis(model: MaturityModel, decisions: Decisions | None, j: int, lang: Lang) -> tuple[Basis, ...]:
    """Everything that is needed to check the figures of a report; row j of the decisions."""
    if decisions is None:
        return _basis(model, None, (), "", lang)
    return _basis(model, decisions.programme, tuple(decisions.readings.items()), str(decisions.on[j]), lang)


@lru_cache(16)  # a batch has a few days of application at most
def _basis(
    model: MaturityModel, programme: Programme | None, readings: tuple[tuple[str, str], ...], on: str, lang: Lang
) -> tuple[Basis, ...]:
    say = partial(_say, lang)
    definition = model.definition
    rule, empty = definition.reading, definition.empty_cell
    reading = say(f"reading.{rule.default}") + say("colon") + say(f"reading.{rule.default}-help")
    of_model = Basis(
        say("basis.model"),
        (
            (say("model"), model.name.in_(lang)),
            (say("basis.method"), definition.method.in_(lang)),
            (say("basis.id"), model.id),
            (say("basis.edition"), model.edition),
            (say("basis.status"), say(f"status.{model.status}")),
            (say("basis.file"), model.file),
            (say("basis.fingerprint"), model.fingerprint),
            (say("basis.pass-mark"), _cited(plain(model.pass_mark), definition.pass_mark, lang)),
            (say("basis.reading"), _cited(reading, rule, lang)),
            (say("basis.empty-cell"), _cited(say(f"basis.empty-cell-{empty.rule}"), empty, lang)),
        ),
    )
    sources = Basis(say("basis.sources"), tuple((source.id, source.title.in_(lang)) for source in definition.sources))
    of_programme = _programme(programme, dict(readings), on, lang) if programme else ()
    return of_model, sources, *of_programme, Basis(say("basis.version"), (("maturity-scoring", __version__),))


def of_readings(programme: Programme, chosen: Mapping[str, str], lang: Lang) -> tuple[Basis, ...]:
    """How the clauses are read of which there are several readings; () where each can be read in one way only."""
    say = partial(_say, lang)
    readings = []
    for reading in programme.readings:
        option = chosen[reading.id]
        default = say("basis.default") if option == reading.default else ""
        readings.append((reading.name.in_(lang), reading.option(option).name.in_(lang) + default))
    return (Basis(say("basis.readings"), tuple(readings)),) if readings else ()


def _programme(programme: Programme, chosen: Mapping[str, str], on: str, lang: Lang) -> tuple[Basis, ...]:
    say = partial(_say, lang)
    definition = Basis(
        say("programme"),
        (
            (say("programme"), programme.name.in_(lang)),
            (say("basis.id"), programme.id),
            (say("basis.edition"), programme.edition),
            (say("basis.status"), say(f"status.{programme.status}")),
            (say("basis.file"), programme.file),
            (say("basis.fingerprint"), programme.fingerprint),
            (say("applied-on"), on),
            *((source.id, source.title.in_(lang)) for source in programme.definition.sources),
        ),
    )
    return definition, *of_readings(programme, chosen, lang)


def _say(lang: Lang, key: str, /, **values: object) -> str:
    return say(f"report.{key}", lang, **values)


def _cited(value: str, source: Cited, lang: Lang) -> str:
    """A value with what it rests on."""
    return _say(lang, "basis.cited", value=value, basis=_say(lang, f"basis.{source.basis}"), cite=source.cite)
