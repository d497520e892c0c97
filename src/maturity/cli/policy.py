"""Questions of who runs or watches a programme: who changes under another rule, what is due."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from maturity.cli import frame
from maturity.cli.frame import (
    DEFAULT_MODEL,
    DEFAULT_PROGRAMME,
    NO_PROGRAMME,
    Extra,
    Files,
    Language,
    Model,
    On,
    Readings,
    Ref,
    app,
)
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.scenarios import Comparison, Decisions
    from maturity.sheets import Table

AgainstOn = Annotated[
    date | None,
    typer.Option(
        "--against-on",
        metavar="YYYY-MM-DD",
        parser=frame.as_day,
        help="另一申报日期；它和给出的 --on 对自填了申报日期的企业也算数"
        " · another day of application; it, and --on where given, holds for those too who state their own day",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="ID|PATH", parser=frame.word, help="另一版本或另一认定计划 · another edition or programme"
    ),
]
AgainstReadings = Annotated[
    list[str] | None,
    typer.Option("--against-reading", metavar="NAME=VALUE", help="另一解读 · another reading"),
]


@app.command()
def compare(
    files: Files,
    output: Extra = None,
    programme: Annotated[
        str, typer.Option("--programme", metavar="ID|PATH", parser=frame.word, help="认定计划 · programme")
    ] = DEFAULT_PROGRAMME,
    against: Against = None,
    reading: Readings = None,
    against_reading: AgainstReadings = None,
    on: On = None,
    against_on: AgainstOn = None,
    model: Model = DEFAULT_MODEL,
    lang: Language = "zh",
) -> None:
    """换一个版本、解读或日期，谁的结论变了，因为哪些条件 · who changes under another edition, reading or date"""
    from maturity.models import load_model
    from maturity.scenarios import compare as compared
    from maturity.scenarios import decide, load_programme
    from maturity.scoring import assess
    from maturity.sheets import read_batch, write_tables

    language = frame.as_lang(lang)
    if NO_PROGRAMME in (programme, against):
        hint = "--programme" if programme == NO_PROGRAMME else "--against"
        raise typer.BadParameter(NO_PROGRAMME, param_hint=hint)
    with frame.reported(language):
        frame.some_change(against=against, against_reading=against_reading, against_on=against_on)
        day = frame.applied(on, language)
        other_day = against_on or day
        (loaded, own), other = frame.both(
            lambda: frame.both(lambda: load_model(model), lambda: load_programme(programme, on=day)),
            lambda: load_programme(against or programme, on=other_day),
        )
        chosen = frame.readings(reading, own)
        against_chosen = frame.readings(against_reading, other, "--against-reading")
        # What is said of the first decision holds for the second one too, where the second programme knows it.
        kept = {name: option for name, option in chosen.items() if name in other.default_readings}
        batch = frame.read(files, loaded, own, language, output=output)
        same = own.fingerprint == other.fingerprint
        facts = batch.facts if same else read_batch(files, loaded, other).facts
        if batch.facts is None or facts is None:
            raise typer.BadParameter(NO_PROGRAMME, param_hint="--programme")
        first, second = batch.facts, facts
        if against_on:  # to compare two days, each day that is named holds for everybody
            stated = int(first.columns[own.definition.application_date].known.sum())
            if stated:
                key = "own-day-aside" if on else "own-day-before"
                frame.tell(key, language, count=stated, total=len(first), on=day, against=against_on)
            first = first.without(own.definition.application_date) if on else first
            second = second.without(other.definition.application_date)
        assessment = assess(batch.answers)
        before = decide(own, assessment, first, on=day, readings=chosen)
        after = decide(other, assessment, second, on=other_day, readings=kept | against_chosen)
        found = compared(before, after)
        _show(found, language)
        if output:
            names = dict(zip(batch.answers.ids, batch.names, strict=True))
            for written in write_tables(output, _tables(found, names, language), _document(found, names, language)):
                frame.tell("written", language, path=written)
        frame.finish(batch.problems, language)


def _show(found: "Comparison", lang: Lang) -> None:
    frame.out.print(found.sentence(lang), markup=False)
    for tier, flows in found.flows.items():
        moved = {pair: count for pair, count in flows.items() if pair[0] != pair[1]}
        for (before, after), count in moved.items():
            values = {"before": say(f"verdict.{before}", lang), "after": say(f"verdict.{after}", lang)}
            name = found.before.programme.tier(tier).name
            frame.out.print("  " + say("comparison.flow", lang, tier=name, count=count, **values), markup=False)
    for change in found.changes[: frame.LISTED]:
        was, is_ = say(f"verdict.{change.before}", lang), say(f"verdict.{change.after}", lang)
        frame.out.print(f"\n{change.id}  {change.tier_name.in_(lang)}: {was} → {is_}", markup=False)
        for hinge in change.hinges:
            frame.out.print(f"  {hinge.line(lang)}", markup=False)
    if len(found.changes) > frame.LISTED:
        frame.out.print(say("comparison.more", lang, count=len(found.changes) - frame.LISTED), markup=False)


def _tables(found: "Comparison", names: Mapping[str, str], lang: Lang) -> "list[Table]":
    from maturity.sheets import Table

    def titled(*columns: str) -> dict[str, str]:
        return {column: say(f"comparison.column.{column}", lang) for column in columns}

    changes = [
        {
            "id": change.id,
            "name": names.get(change.id, ""),
            "tier": change.tier_name.in_(lang),
            "before": say(f"verdict.{change.before}", lang),
            "after": say(f"verdict.{change.after}", lang),
            "conditions": tuple(hinge.line(lang) for hinge in change.hinges),
        }
        for change in found.changes
    ]
    flows = [
        {
            "tier": found.before.programme.tier(tier).name.in_(lang),
            "before": say(f"verdict.{before}", lang),
            "after": say(f"verdict.{after}", lang),
            "count": count,
        }
        for tier, own in found.flows.items()
        for (before, after), count in own.items()
    ]
    sides = [
        {
            "side": say(f"comparison.side.{side}", lang),
            "programme": f"{decisions.programme.id} {decisions.programme.edition} {decisions.programme.fingerprint}",
            "readings": tuple(f"{name}={option}" for name, option in decisions.readings.items()),
            "on": _days(decisions),
        }
        for side, decisions in (("before", found.before), ("after", found.after))
    ]
    return [
        Table("changes", say("comparison.table.changes", lang), titled(*_CHANGES), changes, lang),
        Table("flows", say("comparison.table.flows", lang), titled("tier", "before", "after", "count"), flows, lang),
        Table("sides", say("comparison.table.sides", lang), titled("side", "programme", "readings", "on"), sides, lang),
    ]


_CHANGES = ("id", "name", "tier", "before", "after", "conditions")


def _document(found: "Comparison", names: Mapping[str, str], lang: Lang) -> dict[str, object]:
    sides = {
        side: {
            "programme": {key: getattr(decisions.programme, key) for key in ("id", "edition", "status", "fingerprint")},
            "readings": dict(decisions.readings),
            "on": _days(decisions),
        }
        for side, decisions in (("before", found.before), ("after", found.after))
    }
    changes = [
        {
            "id": change.id,
            "name": names.get(change.id, ""),
            "tier": change.tier,
            "before": change.before,
            "after": change.after,
            "conditions": [
                {"id": hinge.condition, "name": hinge.name.in_(lang), "before": hinge.before, "after": hinge.after}
                for hinge in change.hinges
            ],
        }
        for change in found.changes
    ]
    flows = [
        {"tier": tier, "before": before, "after": after, "count": count}
        for tier, own in found.flows.items()
        for (before, after), count in own.items()
    ]
    return {**sides, "enterprises": len(found.before), "flows": flows, "changes": changes}


def _days(decisions: "Decisions") -> str:
    days = sorted({str(day) for day in decisions.on})
    return days[0] if len(days) == 1 else f"{days[0]} – {days[-1]}" if days else ""


@app.command()
def calendar(
    ref: Ref,
    output: Extra = None,
    on: Annotated[
        date | None,
        typer.Option("--on", metavar="YYYY-MM-DD", parser=frame.as_day, help="看哪一天，默认今天 · day to look at"),
    ] = None,
    reading: Readings = None,
    lang: Language = "zh",
) -> None:
    """某日之前谁该办什么：已过、当日、下一项 · what is due, late, next, and for whom"""
    from maturity.scenarios import calendar as deadlines
    from maturity.scenarios import load_programme
    from maturity.sheets import Table, write_tables
    from maturity.sheets.tables import KINDS

    language = frame.as_lang(lang)
    with frame.reported(language):
        day = frame.applied(on, language, key="today")
        programme = load_programme(ref, on=day)
        chosen = frame.readings(reading, programme)
        frame.writable(output, KINDS)
        frame.out.print(f"{programme.name.in_(language)}  {day}", markup=False)
        found = deadlines(programme, on=day, readings=chosen)
        if not found:
            frame.out.print(say("deadlines.none", language), markup=False)
        titles = {column: say(f"deadlines.column.{column}", language) for column in _CALENDAR}
        parted = "、" if language == "zh" else "; "
        rows = [
            {
                "when": say(f"deadlines.when.{due.when}", language),
                "last_day": str(due.last_day),
                "days": due.days,
                "actor": due.actor.name.in_(language),
                "deadline": due.deadline.name.in_(language),
                "tiers": parted.join(programme.tier(tier).name.in_(language) for tier in due.deadline.tiers),
                "documents": parted.join(document.in_(language) for document in due.deadline.documents),
                "clause": programme.clause(due.deadline.clause).cite(language),
            }
            for due in found
        ]
        table = Table("calendar", say("deadlines.table", language), titles, rows, language)
        if found:
            frame.show(table, ("when", "last_day", "days", "actor", "deadline", "tiers", "clause"))
        if output:
            plain = [
                {
                    "when": due.when,
                    "deadline": due.deadline.id,
                    "actor": due.actor.id,
                    "last_day": str(due.last_day),
                    "days": due.days,
                    "tiers": list(due.deadline.tiers),
                }
                for due in found
            ]
            document = {"programme": programme.id, "on": str(day), "deadlines": plain}
            for written in write_tables(output, [table], document):
                frame.tell("written", language, path=written)


_CALENDAR = ("when", "last_day", "days", "actor", "deadline", "tiers", "documents", "clause")
