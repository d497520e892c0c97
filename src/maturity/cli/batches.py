"""From a batch to its results and reports: demo, form, score, report, check."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from maturity.cli import frame, streams
from maturity.cli.frame import (
    DEFAULT_MODEL,
    DEFAULT_PROGRAMME,
    Files,
    Language,
    Model,
    On,
    Output,
    ProgrammeRef,
    Readings,
    Strict,
    WithFirmness,
    WithPlan,
    app,
)
from maturity.errors import InputError, Problem
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.firmness import Firmness
    from maturity.improvement import Plan
    from maturity.scenarios import Decisions
    from maturity.scoring import Assessment
    from maturity.sheets import Batch


DEMO_ON = date(2025, 6, 30)
"""The day on which the enterprises of the shipped example apply."""


@app.command()
def demo(
    output: Output = Path("maturity-demo"),
    lang: Language = "zh",
) -> None:
    """用内置示例走一遍：评分、判断、报告 · the whole way on the shipped example"""
    language = frame.as_lang(lang)
    with frame.reported(language), as_file(files("maturity.examples").joinpath("enterprises.xlsx")) as example:
        frame.tell("demo", language, on=DEMO_ON)
        output.mkdir(parents=True, exist_ok=True)
        batch_file = output / "enterprises.xlsx"
        shutil.copyfile(example, batch_file)
        model, programme = frame.load(DEFAULT_MODEL, DEFAULT_PROGRAMME, DEMO_ON)
        batch = frame.read([batch_file], model, programme, language)
        assessment, decisions = frame.judge(batch, programme, DEMO_ON, None)
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
        write_form(output, *frame.load(model, programme, on or date.today()), batch=batch, lang=language)
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
    strict: Strict = False,
    scheduler: streams.Scheduler = "",
    workers: streams.Workers = None,
    lang: Language = "zh",
) -> None:
    """评分、定级、判断，写出结果（xlsx、csv、json、parquet） · scores, levels and tiers into a file"""
    language, files = frame.as_lang(lang), streams.files_of(sources)
    with frame.reported(language):
        day = frame.applied(on, language)
        loaded = frame.load(model, programme, day)
        if blockwise := streams.streamed(files, output):
            if plan or firmness:
                raise InputError([Problem.of("blocks.not-streamed", str(output))])
            streams.score(blockwise, output, *loaded, day, reading, language, workers=workers, scheduler=scheduler)
            return
        if scheduler:
            raise InputError([Problem.of("blocks.needs-parquet", str(output), output)])
        batch = frame.read(files, *loaded, language, strict=strict)
        assessment, decisions = frame.judge(batch, loaded[1], day, reading)
        beyond = _beyond(assessment, range(len(assessment)), language, plan=plan, firmness=firmness)
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
    strict: Strict = False,
    lang: Language = "zh",
) -> None:
    """为每家企业写一份带雷达图的报告 · a report with a radar chart for each enterprise"""
    language = frame.as_lang(lang)
    with frame.reported(language):
        day = frame.applied(on, language)
        loaded = frame.load(model, programme, day)
        batch = frame.read(files, *loaded, language, strict=strict)
        assessment, decisions = frame.judge(batch, loaded[1], day, reading)
        rows = [batch.answers.ids.index(id) for id in frame.chosen(batch, only).ids]
        beyond = _beyond(assessment, rows, language, plan=plan, firmness=firmness)
        failed = _reports(output, batch, assessment, decisions, only, language, beyond)
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
        batch = frame.read(files, *frame.load(model, programme, on or date.today()), language)
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


def _beyond(assessment: "Assessment", rows: Sequence[int], lang: Lang, *, plan: bool, firmness: bool) -> _Beyond:
    """The plan to the next level, and how firm the level is, where they are asked for."""
    from maturity import improvement
    from maturity.firmness import how_firm

    with frame.err.status(say("cli.working", lang)):
        aims = improvement.next_levels(assessment, rows) if plan else {}
        plans = [one for aim, those in aims.items() for one in improvement.plan(assessment, aim, rows=those)]
        firm = how_firm(assessment.answers) if firmness else ()
    wanted = set(rows)
    return _Beyond({one.row: (one,) for one in plans}, {one.row: one for one in firm if one.row in wanted})


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
) -> Sequence[Problem]:
    from maturity.reports import write_reports

    with Progress(console=frame.err, disable=not frame.err.is_terminal, transient=True) as progress:
        task = progress.add_task(say("cli.reports", lang), total=None)
        written = write_reports(
            directory,
            assessment,
            decisions,
            batch.names,
            lang=lang,
            only=None if only is None else list(only),
            progress=lambda done, total: progress.update(task, completed=done, total=total),
            plans=beyond.plans,
            firmness=beyond.firmness,
        )
    frame.tell("reports-written", lang, count=len(written.paths), path=written.index)
    return written.problems
