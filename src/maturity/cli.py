"""The command line: parse, call, print. No rule and no arithmetic stands here.

Exit codes: 0 done, 1 problems in the input (outputs are still written), 2 wrong usage.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from maturity.errors import InputError, MaturityError, Problem
from maturity.language import LANGUAGES, Lang, say

if TYPE_CHECKING:
    from maturity.models import MaturityModel
    from maturity.scenarios import Decisions, Programme
    from maturity.scoring import Assessment
    from maturity.sheets import Batch

DEFAULT_MODEL = "gbt39116-2020"
DEFAULT_PROGRAMME = "jilin-2024-228"
NO_PROGRAMME = "none"
DEMO_ON = date(2025, 6, 30)
"""The day on which the enterprises of the shipped example apply."""
LISTED = 40
"""Problems shown on the screen; all of them are in the results."""

out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="智能制造能力成熟度：评分、定级、认定、报告 · Smart-manufacturing maturity: scores, levels, tiers, reports",
)
models_app = typer.Typer(no_args_is_help=False, help="成熟度模型：列出、查看、导出 · maturity models")
programmes_app = typer.Typer(no_args_is_help=False, help="认定计划：列出、查看、导出 · recognition programmes")
app.add_typer(models_app, name="models", invoke_without_command=True)
app.add_typer(programmes_app, name="programmes", invoke_without_command=True)


def main() -> None:
    """Entry point of the command ``maturity``."""
    app()


# -------------------------------------------------------------------------------------------------- what is asked for


def _lang(value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter(" | ".join(LANGUAGES))
    return value


def _day(value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{value}: YYYY-MM-DD") from None


Files = Annotated[list[Path], typer.Argument(exists=True, help="xlsx 或 csv 文件 · xlsx or csv files")]
Output = Annotated[Path, typer.Option("-o", "--output", help="写到哪里 · where to write")]
Model = Annotated[str, typer.Option("--model", metavar="ID|PATH", help="成熟度模型 · maturity model")]
ProgrammeRef = Annotated[
    str, typer.Option("--programme", metavar="ID|PATH", help="认定计划；none 为不判断 · programme, or none")
]
On = Annotated[
    date | None,
    typer.Option("--on", metavar="YYYY-MM-DD", parser=_day, help="申报日期，默认今天 · day of application or today"),
]
Readings = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="NAME=VALUE", help="对歧义条款的解读 · reading of an ambiguous clause"),
]
Language = Annotated[
    str, typer.Option("--lang", metavar="zh|en", callback=_lang, help="语言 · language of messages and output")
]


def _as_lang(value: str) -> Lang:
    return "en" if value == "en" else "zh"


def _say(key: str, lang: Lang, /, **values: object) -> None:
    out.print(say(f"cli.{key}", lang, **values), markup=False)


@contextmanager
def _errors(lang: Lang) -> Iterator[None]:
    """Problems printed in the language, and the exit code they ask for."""
    try:
        yield
    except MaturityError as error:
        _list(error.problems, lang)
        misused = all(problem.id in ("definition.not-found", "decide.unknown-reading") for problem in error.problems)
        raise typer.Exit(2 if misused else 1) from None


def _list(problems: Sequence[Problem], lang: Lang, *, all_of_them: bool = True) -> None:
    for problem in problems if all_of_them else problems[:LISTED]:
        err.print(problem.text(lang), markup=False)
    if not all_of_them and len(problems) > LISTED:
        err.print(say("cli.more-problems", lang, count=len(problems) - LISTED), markup=False)


def _load(model: str, programme: str, on: date) -> "tuple[MaturityModel, Programme | None]":
    from maturity.models import load_model
    from maturity.scenarios import load_programme

    return load_model(model), None if programme == NO_PROGRAMME else load_programme(programme, on=on)


def _read(files: Sequence[Path], model: "MaturityModel", programme: "Programme | None", lang: Lang) -> "Batch":
    from maturity.sheets import read_batch

    with err.status(say("cli.reading", lang)):
        batch = read_batch(files, model, programme)
    _say("read", lang, count=len(batch.answers), problems=len(batch.problems), notes=len(batch.notes))
    return batch


def _judge(
    batch: "Batch", programme: "Programme | None", on: date, readings: list[str] | None
) -> "tuple[Assessment, Decisions | None]":
    from maturity.scenarios import decide
    from maturity.scoring import assess

    chosen = {}
    for reading in readings or []:
        name, found, value = reading.partition("=")
        if not found:
            raise typer.BadParameter(f"{reading}: NAME=VALUE", param_hint="--reading")
        chosen[name] = value
    assessment = assess(batch.answers)
    if programme is None or batch.facts is None:
        return assessment, None
    return assessment, decide(programme, assessment, batch.facts, on=on, readings=chosen)


def _applied(on: date | None, lang: Lang) -> date:
    if on is None:
        on = date.today()
        _say("applied-today", lang, on=on)
    return on


def _summary(assessment: "Assessment", decisions: "Decisions | None", lang: Lang) -> None:
    """How many enterprises reach which level, and which tier."""
    import numpy as np

    table = Table(box=None, pad_edge=False)
    table.add_column(say("cli.level", lang))
    table.add_column(say("cli.enterprises", lang), justify="right")
    for level in assessment.answers.model.levels[::-1]:
        table.add_row(f"{level.number} {level.name.in_(lang)}", str(int((assessment.level == level.number).sum())))
    table.add_row(say("cli.below", lang), str(int((assessment.level == 0).sum())))
    if (assessment.level < 0).any():
        table.add_row(say("cli.no-level", lang), str(int((assessment.level < 0).sum())))
    out.print(table)
    if decisions is None:
        return
    verdicts = ("eligible", "cultivation", "undecided", "ineligible")
    table = Table(box=None, pad_edge=False)
    table.add_column(say("cli.tier", lang))
    for verdict in verdicts:
        table.add_column(say(f"verdict.{verdict}", lang), justify="right")
    for tier in decisions.programme.tiers:
        counts = [str(int(np.sum(decisions.verdict[tier.id] == verdict))) for verdict in verdicts]
        table.add_row(tier.name.in_(lang), *counts)
    out.print()
    out.print(decisions.programme.name.in_(lang), markup=False)
    out.print(table)


def _finish(problems: Sequence[Problem], lang: Lang) -> None:
    """Problems on the screen, and exit code 1 when there are any."""
    if problems:
        err.print(say("cli.problems", lang, count=len(problems)), markup=False)
        _list(problems, lang, all_of_them=False)
        raise typer.Exit(1)


# ------------------------------------------------------------------------------------------------------- the commands


@app.command()
def demo(
    output: Output = Path("maturity-demo"),
    lang: Language = "zh",
) -> None:
    """用内置示例走一遍：评分、判断、报告 · the whole way on the shipped example"""
    language = _as_lang(lang)
    with _errors(language), as_file(files("maturity.examples").joinpath("enterprises.xlsx")) as example:
        _say("demo", language, on=DEMO_ON)
        output.mkdir(parents=True, exist_ok=True)
        batch_file = output / "enterprises.xlsx"
        shutil.copyfile(example, batch_file)
        model, programme = _load(DEFAULT_MODEL, DEFAULT_PROGRAMME, DEMO_ON)
        batch = _read([batch_file], model, programme, language)
        assessment, decisions = _judge(batch, programme, DEMO_ON, None)
        _write(output / "results.xlsx", batch, assessment, decisions, language)
        problems = [*batch.problems, *_reports(output / "reports", batch, assessment, decisions, None, language)]
        _summary(assessment, decisions, language)
        _finish(problems, language)


@app.command()
def form(
    output: Output,
    batch: Annotated[bool, typer.Option("--batch", help="每家企业一行 · one row per enterprise")] = False,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """写一份空白表格供填写 · write an empty form to fill in"""
    from maturity.sheets import write_form

    language = _as_lang(lang)
    with _errors(language):
        write_form(output, *_load(model, programme, on or date.today()), batch=batch, lang=language)
        _say("written", language, path=output)


@app.command()
def score(
    files: Files,
    output: Output,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    lang: Language = "zh",
) -> None:
    """评分、定级、判断认定条件，写出结果表（xlsx、csv、json） · scores, levels and tiers into a results file"""
    language = _as_lang(lang)
    with _errors(language):
        day = _applied(on, language)
        loaded = _load(model, programme, day)
        batch = _read(files, *loaded, language)
        assessment, decisions = _judge(batch, loaded[1], day, reading)
        _write(output, batch, assessment, decisions, language)
        _summary(assessment, decisions, language)
        _finish(batch.problems, language)


@app.command()
def report(
    files: Files,
    output: Output,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="只写这些 · only these")] = None,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    lang: Language = "zh",
) -> None:
    """为每家企业写一份带雷达图的报告 · a report with a radar chart for each enterprise"""
    language = _as_lang(lang)
    with _errors(language):
        day = _applied(on, language)
        loaded = _load(model, programme, day)
        batch = _read(files, *loaded, language)
        assessment, decisions = _judge(batch, loaded[1], day, reading)
        _finish([*batch.problems, *_reports(output, batch, assessment, decisions, only, language)], language)


@app.command()
def check(
    files: Files,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """只检查：列出表格中的全部问题 · list every problem of the sheets, write nothing"""
    language = _as_lang(lang)
    with _errors(language):
        batch = _read(files, *_load(model, programme, on or date.today()), language)
        for note in batch.notes:
            out.print(note.text(language), markup=False)
        _list(batch.problems, language)
        if batch.problems:
            raise typer.Exit(1)


def _write(path: Path, batch: "Batch", assessment: "Assessment", decisions: "Decisions | None", lang: Lang) -> None:
    from maturity.sheets import write_results

    notes = [*batch.notes, *(decisions.notes if decisions else ())]
    for written in write_results(
        path, assessment, decisions, names=batch.names, problems=batch.problems, notes=notes, lang=lang
    ):
        _say("written", lang, path=written)


def _reports(
    directory: Path,
    batch: "Batch",
    assessment: "Assessment",
    decisions: "Decisions | None",
    only: Iterable[str] | None,
    lang: Lang,
) -> Sequence[Problem]:
    from maturity.reports import write_reports

    with Progress(console=err, disable=not err.is_terminal, transient=True) as progress:
        task = progress.add_task(say("cli.reports", lang), total=None)
        written = write_reports(
            directory,
            assessment,
            decisions,
            batch.names,
            lang=lang,
            only=None if only is None else list(only),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    _say("reports-written", lang, count=len(written.paths), path=written.index)
    return written.problems


# ------------------------------------------------------------------------------------------------ models, programmes


@models_app.callback()
def models(context: typer.Context, lang: Language = "zh") -> None:
    """列出内置模型 · list the shipped models"""
    from maturity.models import load_model, shipped

    if context.invoked_subcommand is None:
        for id in shipped():
            model = load_model(id)
            out.print(f"{id}  {model.name.in_(_as_lang(lang))}  [{model.status}]", markup=False)


@models_app.command("show")
def show_model(ref: Annotated[str, typer.Argument(metavar="ID|PATH")], lang: Language = "zh") -> None:
    """显示结构、权重及其依据 · structure and weights, with what they rest on"""
    from maturity.models import load_model

    language = _as_lang(lang)
    with _errors(language):
        model = load_model(ref)
        head = model.definition
        out.print(f"{model.name.in_(language)}  {model.id}  [{model.status}]", markup=False)
        _say("model-head", language, sha256=model.fingerprint, checked=head.checked_on, count=len(model.requirements))
        mark = head.pass_mark
        _say("model-mark", language, mark=mark.value, basis=say(f"basis.{mark.basis}", language), cite=mark.cite)
        for level in head.levels:
            out.print(f"  {level.number} {level.name.in_(language)}: S ≥ {level.total_from.value}", markup=False)
        table = Table(box=None, pad_edge=False)
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
        out.print(table)


@models_app.command("export")
def export_model(ref: Annotated[str, typer.Argument(metavar="ID|PATH")], output: Output, lang: Language = "zh") -> None:
    """导出为文件，改正其中的数字后用 --model 引用 · write the file, correct a number, use it with --model"""
    from maturity.models import load_model

    with _errors(_as_lang(lang)):
        _export(output, load_model(ref).content, _as_lang(lang))


@programmes_app.callback()
def programmes(context: typer.Context, on: On = None, lang: Language = "zh") -> None:
    """列出内置认定计划 · list the shipped programmes"""
    from maturity.scenarios import load_programme, shipped

    if context.invoked_subcommand is None:
        for id in shipped():
            programme = load_programme(id, on=on or date.today())
            out.print(f"{id}  {programme.name.in_(_as_lang(lang))}  [{programme.status}]", markup=False)


@programmes_app.command("show")
def show_programme(
    ref: Annotated[str, typer.Argument(metavar="ID|PATH")], on: On = None, lang: Language = "zh"
) -> None:
    """显示各级条件、条款与解读 · tiers, conditions, clauses and readings"""
    from maturity.scenarios import load_programme
    from maturity.scenarios.wording import threshold

    language = _as_lang(lang)
    with _errors(language):
        programme = load_programme(ref, on=on or date.today())
        out.print(f"{programme.name.in_(language)}  {programme.id}  [{programme.status}]", markup=False)
        _say("programme-head", language, sha256=programme.fingerprint, since=programme.definition.in_force_from)
        for tier in programme.tiers:
            out.print(f"\n{tier.name.in_(language)}  {tier.id}", markup=False)
            table = Table(box=None, pad_edge=False, show_header=False)
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
            out.print(table)
        for reading in programme.readings:
            options = " | ".join(
                f"{option.id}{' *' if option.id == reading.default else ''}" for option in reading.options
            )
            out.print(f"\n--reading {reading.id}= {options}\n  {reading.name.in_(language)}", markup=False)


@programmes_app.command("export")
def export_programme(
    ref: Annotated[str, typer.Argument(metavar="ID|PATH")], output: Output, on: On = None, lang: Language = "zh"
) -> None:
    """导出为文件，修改后用 --programme 引用 · write the file, change it, use it with --programme"""
    from maturity.scenarios import load_programme

    with _errors(_as_lang(lang)):
        _export(output, load_programme(ref, on=on or date.today()).content, _as_lang(lang))


def _export(path: Path, content: bytes, lang: Lang) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError([Problem.of("cli.not-written", str(path), error.strerror)]) from error
    _say("written", lang, path=path)
