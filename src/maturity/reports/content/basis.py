"""What a report rests on: the model, the programme and its readings, and the library."""

from collections.abc import Iterator

from maturity import __version__
from maturity.language import Lang, say
from maturity.models import MaturityModel
from maturity.reports.content.context import Basis
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import plain
from maturity.scenarios import Decisions, Programme


def provisional(model: MaturityModel, decisions: Decisions | None, lang: Lang) -> str:
    """The sentence that names the definitions which nobody has compared with their source yet, ``""`` without any."""
    known: list[MaturityModel | Programme] = [model, decisions.programme] if decisions else [model]
    names = [one.name.in_(lang) for one in known if one.status != "verified"]
    return say("report.provisional", lang, names=say("report.and", lang).join(names)) if names else ""


def basis(one: Enterprise, decisions: Decisions | None, j: int) -> Iterator[Basis]:
    """Everything that is needed to check the figures of a report; row j of the decisions."""
    model, say = one.model, one.say
    definition = model.definition
    rule, empty = definition.reading, definition.empty_cell
    reading = say(f"reading.{rule.default}") + say("colon") + say(f"reading.{rule.default}-help")
    yield Basis(
        say("basis.model"),
        (
            (say("model"), model.name.in_(one.lang)),
            (say("basis.method"), definition.method.in_(one.lang)),
            (say("basis.id"), model.id),
            (say("basis.edition"), model.edition),
            (say("basis.status"), say(f"status.{model.status}")),
            (say("basis.file"), model.file),
            (say("basis.fingerprint"), model.fingerprint),
            (say("basis.pass-mark"), one.cited(plain(model.pass_mark), definition.pass_mark)),
            (say("basis.reading"), one.cited(reading, rule)),
            (say("basis.empty-cell"), one.cited(say(f"basis.empty-cell-{empty.rule}"), empty)),
        ),
    )
    yield Basis(say("basis.sources"), tuple((source.id, source.title) for source in definition.sources))
    if decisions:
        yield _programme(one, decisions, j)
    yield Basis(say("basis.version"), (("maturity-scoring", __version__),))


def _programme(one: Enterprise, decisions: Decisions, j: int) -> Basis:
    programme, say = decisions.programme, one.say
    readings = []
    for reading in programme.readings:
        option = decisions.readings[reading.id]
        default = say("basis.default") if option == reading.default else ""
        name = say("basis.readings") + say("colon") + reading.name.in_(one.lang)
        readings.append((name, reading.option(option).name.in_(one.lang) + default))
    return Basis(
        say("programme"),
        (
            (say("programme"), programme.name.in_(one.lang)),
            (say("basis.id"), programme.id),
            (say("basis.edition"), programme.edition),
            (say("basis.status"), say(f"status.{programme.status}")),
            (say("basis.file"), programme.file),
            (say("basis.fingerprint"), programme.fingerprint),
            (say("applied-on"), str(decisions.on[j])),
            *((source.id, source.title) for source in programme.definition.sources),
            *readings,
        ),
    )
