"""The shipped models, programmes and report templates: list, show, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Screen

from maturity.cli import frame
from maturity.cli.frame import Language, On, Output, Ref, app, models_app, programmes_app
from maturity.errors import DefinitionError, InputError, Problem
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.models import MaturityModel
    from maturity.scenarios import Programme


@models_app.callback()
def models(context: typer.Context, lang: Language = "zh") -> None:
    """列出内置模型 · list the shipped models"""
    from maturity.models import load_model, shipped

    frame.handed_on(context, lang=lang)
    if context.invoked_subcommand is None:
        language = frame.as_lang(lang)
        for id in shipped():
            model = load_model(id)
            frame.out.print(f"{id}  {model.name.in_(language)}  [{_status(model, language)}]", markup=False)


def _status(document: "MaturityModel | Programme", lang: Lang) -> str:
    """Whether somebody compared a definition with the text, as a person reads it."""
    return say(f"sheets.basis.{document.status}", lang)


@models_app.command("show")
def show_model(ref: Ref, lang: Language = "zh") -> None:
    """显示结构、权重及其依据 · structure and weights, with what they rest on"""
    from maturity.models import load_model

    language = frame.as_lang(lang)
    with frame.reported(language):
        model = load_model(ref)
        head = model.definition
        frame.out.print(f"{model.name.in_(language)}  {model.id}  [{_status(model, language)}]", markup=False)
        frame.tell(
            "model-head", language, sha256=model.fingerprint, checked=head.checked_on, count=len(model.requirements)
        )
        mark = head.pass_mark
        frame.tell("model-mark", language, mark=mark.value, basis=say(f"basis.{mark.basis}", language), cite=mark.cite)
        for level in head.levels:
            frame.out.print(f"  {level.number} {level.name.in_(language)}: S ≥ {level.total_from.value}", markup=False)
        table = Screen(box=None, pad_edge=False)
        table.add_column(say("cli.node", language))
        for profile in model.profiles:
            table.add_column(profile.name.in_(language), justify="right")
            table.add_column(say("cli.basis", language))
        for node in head.nodes:
            depth = [layer.id for layer in head.layers].index(node.layer)
            cells = []
            for profile in model.profiles:
                weight = node.weight.get(profile.id)
                cells += [str(weight.value), say(f"basis.{weight.basis}", language)] if weight else ["—", ""]
            table.add_row("  " * depth + node.name.in_(language), *cells)
        frame.out.print(table)


@models_app.command("export")
def export_model(ref: Ref, output: Output, lang: Language = "zh") -> None:
    """导出为文件，改正其中的数字后用 --model 引用 · write the file, correct a number, use it with --model"""
    from maturity.models import load_model

    with frame.reported(frame.as_lang(lang)):
        _export(output, load_model(ref).content, frame.as_lang(lang))


@programmes_app.callback()
def programmes(context: typer.Context, on: On = None, lang: Language = "zh") -> None:
    """列出内置认定计划 · list the shipped programmes"""
    from maturity.scenarios import load_programme, shipped

    frame.handed_on(context, lang=lang, on=str(on) if on else None)
    if context.invoked_subcommand is None:
        language = frame.as_lang(lang)
        day = frame.applied(on, language, key="today")
        for id in shipped():
            try:
                programme = load_programme(id, on=day)
            except DefinitionError as error:  # listed all the same: on another day it may be in force
                frame.out.print(error.text(language), markup=False)
                continue
            frame.out.print(f"{id}  {programme.name.in_(language)}  [{_status(programme, language)}]", markup=False)


@programmes_app.command("show")
def show_programme(ref: Ref, on: On = None, lang: Language = "zh") -> None:
    """显示各级条件、条款与解读 · tiers, conditions, clauses and readings"""
    from maturity.scenarios import load_programme
    from maturity.scenarios.wording import threshold

    language = frame.as_lang(lang)
    with frame.reported(language):
        programme = load_programme(ref, on=frame.applied(on, language, key="today"))
        frame.out.print(
            f"{programme.name.in_(language)}  {programme.id}  [{_status(programme, language)}]", markup=False
        )
        frame.tell("programme-head", language, sha256=programme.fingerprint, since=programme.definition.in_force_from)
        for tier in programme.tiers:
            frame.out.print(f"\n{tier.name.in_(language)}  {tier.id}", markup=False)
            table = Screen(box=None, pad_edge=False, show_header=False)
            for _ in range(4):
                table.add_column(overflow="fold")
            for condition in programme.conditions:
                if tier.id in condition.tiers:
                    read = condition.read(programme.default_readings)
                    table.add_row(
                        read.clause.cite(language),
                        read.name.in_(language),
                        threshold(read.rule, programme, language),
                        say(f"modality.{read.modality}", language),
                    )
            frame.out.print(table)
        for reading in programme.readings:
            options = " | ".join(
                f"{option.id}{' *' if option.id == reading.default else ''}" for option in reading.options
            )
            frame.out.print(f"\n--reading {reading.id}= {options}\n  {reading.name.in_(language)}", markup=False)
            for option in reading.options:
                mark = "*" if option.id == reading.default else " "
                frame.out.print(
                    say("programme.show.option", language, mark=mark, id=option.id, name=option.name), markup=False
                )
            frame.out.print(say("programme.show.why", language, why=reading.cite), markup=False)
        _understanding(programme, language)
        _proceedings(programme, language)


def _understanding(programme: "Programme", lang: Lang) -> None:
    """How words are read that no fact tells apart, what amounts comprise, and the clauses that ask for nothing."""

    def line(key: str, **values: object) -> None:
        frame.out.print(say(f"programme.show.{key}", lang, **values), markup=False)

    def heading(key: str) -> None:
        frame.out.print("")
        line(key)

    head = programme.definition
    listed = "、" if lang == "zh" else ", "
    if head.interpretations:
        heading("interpretations")
    for one in head.interpretations:
        line("interpretation", cite=programme.clause(one.clause).cite(lang), name=one.name, quote=one.quote)
        line("read-as", text=one.text)
        line("why", why=one.cite)
    if head.measures:
        heading("measures")
    for measure in head.measures:
        line("measure", cite=programme.clause(measure.clause).cite(lang), name=measure.name)
        for key, columns in (("includes", measure.include), ("excludes", measure.exclude)):
            for column, options in columns.items():
                known = programme.ledger(measure.ledger).column(column).options
                line(key, of=listed.join(option.name.in_(lang) for option in known if option.id in options))
        line("why", why=measure.cite)
    if head.ledgers:
        heading("ledgers")
    for ledger in head.ledgers:
        line("ledger", name=ledger.name, columns=listed.join(column.name.in_(lang) for column in ledger.columns))
    if aside := [clause for clause in programme.clauses if clause.modality]:
        heading("clauses")
    for clause in aside:
        line("clause", cite=clause.cite(lang), quote=clause.quote)


def _proceedings(programme: "Programme", lang: Lang) -> None:
    """Deadlines, quotas, sanctions, and each procedure step by step."""

    def heading(key: str, **values: object) -> None:
        frame.out.print("\n" + say(f"deadlines.{key}.head", lang, **values), markup=False)

    def clause(id: str) -> str:
        return programme.clause(id).cite(lang)

    head = programme.definition
    if head.deadlines:
        heading("deadline")
        steps = Screen(box=None, pad_edge=False, show_header=False)
        for deadline in head.deadlines:
            who, what = head.actor(deadline.actor).name.in_(lang), deadline.name.in_(lang)
            steps.add_row(str(deadline.by.value), who, what, clause(deadline.clause))
        frame.out.print(steps)
    if head.quotas:
        heading("quota")
        for quota in head.quotas:
            values = {"name": quota.name, "tier": programme.tier(quota.tier).name, "most": quota.most.value}
            rank = programme.fact(quota.rank).name
            line = say("deadlines.quota.line", lang, **values, rank=rank, clause=clause(quota.clause))
            frame.out.print(f"  {line}", markup=False)
    if head.sanctions:
        heading("sanction")
        for sanction in head.sanctions:
            event = programme.fact(sanction.event).name
            values = {"name": sanction.name, "event": event, "months": sanction.months.value}
            line = say("deadlines.sanction.line", lang, **values, clause=clause(sanction.clause))
            frame.out.print(f"  {line}", markup=False)
            for consequence in sanction.consequences:
                frame.out.print(f"    {consequence.in_(lang)}", markup=False)
    for procedure in head.procedures:
        heading("procedure", name=procedure.name)
        steps = Screen(box=None, pad_edge=False, show_header=False)
        for _ in range(5):
            steps.add_column(overflow="fold")
        for step in procedure.transitions:
            sources = " / ".join(procedure.state(state).name.in_(lang) for state in step.sources)
            way = {"sources": sources or say("deadlines.procedure.begins", lang)}
            target = procedure.state(step.target).name
            what = step.name.in_(lang)
            if step.guard:
                what = say("deadlines.procedure.guard", lang, name=step.name, guard=step.guard)
            marks = [say("deadlines.procedure.optional", lang)] if step.optional else []
            marks += [say("deadlines.procedure.assumed", lang)] if step.basis == "assumed" else []
            steps.add_row(
                say("deadlines.procedure.step", lang, **way, target=target),
                head.actor(step.actor).name.in_(lang),
                what,
                clause(step.clause),
                " · ".join(marks),
            )
        frame.out.print(steps)
        for premise in procedure.premises:
            states = " / ".join(procedure.state(state).name.in_(lang) for state in premise.states)
            verdicts = " / ".join(say(f"verdict.{verdict}", lang) for verdict in premise.verdicts)
            values = {"states": states, "verdicts": verdicts, "clause": clause(premise.clause)}
            frame.out.print(f"  {say('deadlines.procedure.premise', lang, **values)}", markup=False)


@programmes_app.command("export")
def export_programme(
    ref: Ref,
    output: Output,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """导出为文件，修改后用 --programme 引用 · write the file, change it, use it with --programme"""
    from maturity.scenarios import load_programme

    language = frame.as_lang(lang)
    with frame.reported(language):
        _export(output, load_programme(ref, on=frame.applied(on, language, key="today")).content, language)


@app.command()
def templates(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", parser=frame.path, help="写到哪个文件夹 · folder to write to"),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="打印模板可用内容的 JSON Schema · what templates find")
    ] = False,
    lang: Language = "zh",
) -> None:
    """导出报告模板，修改后用 report --templates 引用 · write the report templates, to be changed"""
    import json

    from maturity.reports import export
    from maturity.reports import schema as of_context

    language = frame.as_lang(lang)
    if output is None and not schema:
        raise typer.BadParameter("-o DIR | --schema", param_hint="--output")
    with frame.reported(language):
        if schema:
            frame.out.print(json.dumps(of_context(), ensure_ascii=False, indent=2), markup=False)
        for path in export(output) if output else ():
            frame.tell("written", language, path=path)


def _export(path: Path, content: bytes, lang: Lang) -> None:
    from maturity.sheets.writing import replacing

    if path.exists():
        raise InputError([Problem.of("cli.definition-exists", "--output", path)])
    with replacing(path) as fresh:
        fresh.write_bytes(content)
    frame.tell("written", lang, path=path)
