"""From a batch to its results and reports: demo, form, score, report, check."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress

from maturity.cli import changes, frame, streams
from maturity.cli.changes import Whatif
from maturity.cli.frame import (
    DEFAULT_MODEL,
    DEFAULT_PROGRAMME,
    NO_PROGRAMME,
    Files,
    Language,
    Model,
    On,
    Output,
    ProgrammeRef,
    Readings,
    Schema,
    Strict,
    WithFirmness,
    WithPlan,
    app,
)
from maturity.errors import InputError, Problem
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.cohort import Division
    from maturity.firmness import Firmness, WhatIf
    from maturity.improvement import Plan
    from maturity.reports import Format, Letterhead
    from maturity.scenarios import Decisions
    from maturity.scoring import Assessment
    from maturity.sheets import Batch


def _formats(value: str) -> str:
    from maturity.reports import FORMATS

    if set(value.split(",")) - set(FORMATS):
        raise typer.BadParameter(f"{value}: {','.join(FORMATS)}")
    return value


DEMO_ON = date(2025, 6, 30)
"""The day on which the enterprises of the shipped example apply."""


@app.command()
def demo(
    output: Output = Path("maturity-demo"),
    lang: Language = "zh",
) -> None:
    """用内置示例走一遍：评分、判断、报告 · the whole way on the shipped example"""
    from maturity.sheets.writing import replacing

    language = frame.as_lang(lang)
    with frame.reported(language), as_file(files("maturity.examples").joinpath("enterprises.xlsx")) as example:
        frame.writable(output)
        frame.tell("demo", language, on=DEMO_ON)
        output.mkdir(parents=True, exist_ok=True)
        batch_file = output / "enterprises.xlsx"
        with replacing(batch_file) as fresh:
            shutil.copyfile(example, fresh)
        model, programme = frame.load(DEFAULT_MODEL, DEFAULT_PROGRAMME, DEMO_ON)
        batch = frame.read([batch_file], model, programme, language)
        assessment, decisions = frame.judge(batch, programme, DEMO_ON, {})
        _write(output / "results.xlsx", batch, assessment, decisions, language, _Beyond())
        failed = _reports(output / "reports", batch, assessment, decisions, None, language, _Beyond())
        problems = [*batch.problems, *failed]
        frame.summary(assessment, decisions, language)
        frame.finish(problems, language)


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

    language = frame.as_lang(lang)
    with frame.reported(language):
        loaded = frame.load(model, programme, frame.edition_day(on, programme, language))
        if output.exists():
            raise InputError([Problem.of("cli.form-exists", "--output", output)])
        write_form(output, *loaded, batch=batch, lang=language)
        frame.tell("written", language, path=output)


@app.command()
def score(
    sources: streams.Sources,
    output: Output,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    plan: WithPlan = False,
    firmness: WithFirmness = False,
    whatif: Whatif = None,
    strict: Strict = False,
    scheduler: streams.Scheduler = "",
    workers: streams.Workers = None,
    schema: Schema = False,
    lang: Language = "zh",
) -> None:
    """评分、定级、判断，写出结果（xlsx、csv、json、parquet） · scores, levels and tiers into a file"""
    from maturity.sheets.results import WRITTEN

    language = frame.as_lang(lang)
    with frame.reported(language):
        files = streams.files_of(sources)
        day = frame.application_day(on, programme, language)
        loaded = frame.load(model, programme, day)
        readings = frame.readings(reading, loaded[1])
        if blockwise := streams.streamed(files, output):
            if plan or firmness or whatif:
                raise InputError([Problem.of("blocks.not-streamed", "--output")])
            frame.writable(output, WRITTEN if output.suffix and not output.is_dir() else ())
            streams.score(
                blockwise, output, *loaded, day, readings, language, strict=strict, workers=workers, scheduler=scheduler
            )
            return
        if scheduler:
            raise InputError([Problem.of("blocks.needs-parquet", "--output", output)])
        batch = frame.read(files, *loaded, language, strict=strict, output=output, kinds=WRITTEN)
        assessment, decisions = frame.judge(batch, loaded[1], day, readings)
        beyond = _beyond(assessment, range(len(assessment)), language, plan=plan, firmness=firmness, whatif=whatif)
        _write(output, batch, assessment, decisions, language, beyond)
        frame.summary(assessment, decisions, language)
        frame.finish(batch.problems, language)


@app.command()
def report(
    files: Files,
    output: Output,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="只写这些 · only these")] = None,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    plan: WithPlan = False,
    firmness: WithFirmness = False,
    whatif: Whatif = None,
    format: Annotated[
        str, typer.Option("--format", metavar="html,pdf,docx", callback=_formats, help="报告格式 · formats")
    ] = "html",
    title: Annotated[str, typer.Option(help="报告标题 · title of the reports")] = "",
    issuer: Annotated[str, typer.Option(help="出具单位 · who issues them")] = "",
    logo: Annotated[
        Path | None, typer.Option(metavar="FILE", parser=frame.path, help="徽标：PNG、JPEG 或 SVG · logo of the issuer")
    ] = None,
    templates: Annotated[
        Path | None,
        typer.Option(metavar="DIR", parser=frame.path, help="自己的模板，见 maturity templates · your own templates"),
    ] = None,
    embed_font: Annotated[
        bool, typer.Option("--embed-font", help="HTML 内嵌字体 · put the font into each page of HTML")
    ] = False,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="FACT", help="总体报告另按此事实分组 · divide the cohort by a fact too"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="并行进程数，默认为核数 · processes, default: one a core"),
    ] = None,
    strict: Strict = False,
    lang: Language = "zh",
) -> None:
    """为每家企业写一份带雷达图的报告 · a report with a radar chart for each enterprise"""
    from maturity.reports import FORMATS, Letterhead

    language = frame.as_lang(lang)
    with frame.reported(language):
        letterhead = Letterhead.of(title=title, issuer=issuer, logo=logo)
        kinds = [kind for kind in FORMATS if kind in format.split(",")]
        look = _Look(kinds, letterhead, templates, embed_font, by or (), jobs)
        day = frame.application_day(on, programme, language)
        loaded = frame.load(model, programme, day)
        readings = frame.readings(reading, loaded[1])
        frame.present(files)
        frame.writable(output)
        batch = frame.read(files, *loaded, language, strict=strict)
        assessment, decisions = frame.judge(batch, loaded[1], day, readings)
        rows = [batch.answers.ids.index(id) for id in frame.chosen(batch, only).ids]
        beyond = _beyond(assessment, rows, language, plan=plan, firmness=firmness, whatif=whatif)
        failed = _reports(output, batch, assessment, decisions, only, language, beyond, look)
        frame.finish([*batch.problems, *failed], language)


@app.command()
def check(
    files: Files,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """只检查：列出表格中的全部问题 · list every problem of the sheets, write nothing"""
    language = frame.as_lang(lang)
    with frame.reported(language):
        loaded = frame.load(model, programme, frame.edition_day(on, programme, language))
        batch = frame.read(files, *loaded, language)
        for note in batch.notes:
            frame.out.print(note.text(language), markup=False)
        frame.listed(batch.problems, language)
        if batch.problems:
            raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What goes on from a level, by row of the assessment."""

    plans: "Mapping[int, Sequence[Plan]]" = field(default_factory=dict)
    firmness: "Mapping[int, Firmness]" = field(default_factory=dict)
    whatif: "WhatIf | None" = None


@dataclass(frozen=True, slots=True)
class _Look:
    """How reports look and are made: their formats, what stands above them, whose templates, by how many processes."""

    formats: "Sequence[Format]"
    letterhead: "Letterhead"
    templates: Path | None
    embed_font: bool
    by: Sequence[str] = ()
    jobs: int | None = None


def _beyond(
    assessment: "Assessment",
    rows: Sequence[int],
    lang: Lang,
    *,
    plan: bool,
    firmness: bool,
    whatif: Sequence[str] | None,
) -> _Beyond:
    """The plan to the next level, how firm the level is, and what if, where they are asked for."""
    from maturity import improvement
    from maturity.firmness import how_firm

    supposed = changes.asked(assessment.answers, whatif)
    for note in supposed.notes if supposed else ():
        frame.out.print(note.text(lang), markup=False)
    with frame.err.status(say("cli.working", lang)):
        aims = improvement.next_levels(assessment, rows) if plan else {}
        plans = [one for aim, those in aims.items() for one in improvement.plan(assessment, aim, rows=those)]
        firm = how_firm(assessment.answers) if firmness else ()
    wanted = set(rows)
    by_row = {one.row: one for one in firm if one.row in wanted}
    return _Beyond({one.row: (one,) for one in plans}, by_row, supposed)


def _write(
    path: Path,
    batch: "Batch",
    assessment: "Assessment",
    decisions: "Decisions | None",
    lang: Lang,
    beyond: _Beyond,
) -> None:
    from maturity.sheets import write_results

    with streams.shown("writing", lang) as progress:
        written = write_results(
            path,
            assessment,
            decisions,
            names=batch.names,
            problems=batch.problems,
            notes=[*batch.notes, *(decisions.notes if decisions else ())],
            lang=lang,
            plans=[one for plans in beyond.plans.values() for one in plans],
            firmness=list(beyond.firmness.values()),
            whatif=beyond.whatif,
            progress=progress,
        )
    for file in written:
        frame.tell("written", lang, path=file)


def _reports(
    directory: Path,
    batch: "Batch",
    assessment: "Assessment",
    decisions: "Decisions | None",
    only: Iterable[str] | None,
    lang: Lang,
    beyond: _Beyond,
    look: "_Look | None" = None,
) -> Sequence[Problem]:
    from maturity.reports import Letterhead, no_shape, write_reports

    look = look or _Look(("html",), Letterhead(), None, embed_font=False)
    if "pdf" in look.formats:  # it is shown, and the report is complete: a note, not a problem of the input
        for note in no_shape(batch.answers.ids, batch.names):
            frame.out.print(note.text(lang), markup=False)
    with _progress(lang) as progress:
        written = write_reports(
            directory,
            assessment,
            decisions,
            batch.names,
            lang=lang,
            only=None if only is None else list(only),
            progress=progress,
            plans=beyond.plans,
            firmness=beyond.firmness,
            whatif=beyond.whatif,
            formats=look.formats,
            by=_divisions(batch, assessment, decisions, look.by),
            letterhead=look.letterhead,
            templates=look.templates,
            embed_font=look.embed_font,
            jobs=look.jobs,
        )
    if written.kept:
        frame.tell("reports-kept", lang, count=written.kept)
    frame.tell("reports-written", lang, count=len(written.paths) - written.kept, path=written.index)
    frame.tell("written", lang, path=written.cohort)
    return written.problems


def _divisions(
    batch: "Batch", assessment: "Assessment", decisions: "Decisions | None", facts: Sequence[str]
) -> "Sequence[Division]":
    """What the cohort report is divided by, besides the profile: columns of the sheet, and facts that are asked for."""
    from maturity.cohort import by_column, by_fact

    columns = [by_column(id, batch.groups[id]) for id in ("industry", "city") if id in batch.groups]
    own = {fact.id for fact in decisions.programme.facts} if decisions else set()
    # Profile and columns divide it unasked; a programme may have a fact of that name.
    others = [fact for fact in facts if fact in own or fact not in ("profile", *batch.groups)]
    if others and decisions is None:
        raise typer.BadParameter(f"--programme {NO_PROGRAMME}", param_hint="--by")
    with frame.typed({"by": "--by"}):
        return [*columns, *(by_fact(assessment, decisions, fact) for fact in others if decisions)]


@contextmanager
def _progress(lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """What to call as reports are done: a bar on a terminal, elsewhere a line for each tenth."""
    told = 0

    def line(done: int, total: int) -> None:
        nonlocal told
        if (tenths := 10 * done // total) > told:
            told = tenths
            frame.err.print(say("cli.reports-progress", lang, done=done, total=total), markup=False)

    if not frame.err.is_terminal:
        yield line
        return
    shown = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*shown, console=frame.err, transient=True) as progress:
        task = progress.add_task(say("cli.reports", lang), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
