"""The command line: parse, call, print. No rule and no arithmetic stands here.

Exit codes: 0 done, 1 problems in the input (outputs are still written), 2 wrong usage.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table as Screen

from maturity.errors import InputError, MaturityError, Problem, nearest
from maturity.language import LANGUAGES, Lang, say

if TYPE_CHECKING:
    from maturity.answers import Answers
    from maturity.firmness import Firmness
    from maturity.improvement import Plan
    from maturity.models import MaturityModel
    from maturity.scenarios import Decisions, Programme
    from maturity.scoring import Assessment
    from maturity.sheets import Batch, Table

DEFAULT_MODEL = "gbt39116-2020"
DEFAULT_PROGRAMME = "jilin-2024-228"
NO_PROGRAMME = "none"
DEMO_ON = date(2025, 6, 30)
"""The day on which the enterprises of the shipped example apply."""
DETAILED = 3
"""Plans that are shown step by step; of more only the result is."""
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
WithPlan = Annotated[bool, typer.Option("--plan", help="附提升路径 · with the way to the next level")]
WithFirmness = Annotated[bool, typer.Option("--firmness", help="附等级稳固程度 · with how firm the level is")]
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
    except OSError as error:
        _list([Problem.of("cli.not-written", str(error.filename or ""), error.strerror or error)], lang)
        raise typer.Exit(1) from None
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

    assessment = assess(batch.answers)
    if programme is None or batch.facts is None:
        return assessment, None
    chosen = _pairs(readings, "--reading")
    return assessment, decide(programme, assessment, batch.facts, on=on, readings=chosen)


def _applied(on: date | None, lang: Lang) -> date:
    if on is None:
        on = date.today()
        _say("applied-today", lang, on=on)
    return on


def _summary(assessment: "Assessment", decisions: "Decisions | None", lang: Lang) -> None:
    """How many enterprises reach which level, and which tier."""
    import numpy as np

    table = Screen(box=None, pad_edge=False)
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
    table = Screen(box=None, pad_edge=False)
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
        _write(output / "results.xlsx", batch, assessment, decisions, language, _Beyond())
        failed = _reports(output / "reports", batch, assessment, decisions, None, language, _Beyond())
        problems = [*batch.problems, *failed]
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
    plan: WithPlan = False,
    firmness: WithFirmness = False,
    lang: Language = "zh",
) -> None:
    """评分、定级、判断认定条件，写出结果表（xlsx、csv、json） · scores, levels and tiers into a results file"""
    language = _as_lang(lang)
    with _errors(language):
        day = _applied(on, language)
        loaded = _load(model, programme, day)
        batch = _read(files, *loaded, language)
        assessment, decisions = _judge(batch, loaded[1], day, reading)
        beyond = _beyond(assessment, range(len(assessment)), language, plan=plan, firmness=firmness)
        _write(output, batch, assessment, decisions, language, beyond)
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
    plan: WithPlan = False,
    firmness: WithFirmness = False,
    lang: Language = "zh",
) -> None:
    """为每家企业写一份带雷达图的报告 · a report with a radar chart for each enterprise"""
    language = _as_lang(lang)
    with _errors(language):
        day = _applied(on, language)
        loaded = _load(model, programme, day)
        batch = _read(files, *loaded, language)
        assessment, decisions = _judge(batch, loaded[1], day, reading)
        rows = [batch.answers.ids.index(id) for id in _chosen(batch, only).ids]
        beyond = _beyond(assessment, rows, language, plan=plan, firmness=firmness)
        failed = _reports(output, batch, assessment, decisions, only, language, beyond)
        _finish([*batch.problems, *failed], language)


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


@dataclass(frozen=True, slots=True)
class _Beyond:
    """What goes on from a level, by row of the assessment."""

    plans: "Mapping[int, Sequence[Plan]]" = field(default_factory=dict)
    firmness: "Mapping[int, Firmness]" = field(default_factory=dict)


def _beyond(assessment: "Assessment", rows: Sequence[int], lang: Lang, *, plan: bool, firmness: bool) -> _Beyond:
    """The plan to the next level, and how firm the level is, where they are asked for."""
    from maturity import improvement
    from maturity.firmness import how_firm

    with err.status(say("cli.working", lang)):
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
    )
    for file in written:
        _say("written", lang, path=file)


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
            plans=beyond.plans,
            firmness=beyond.firmness,
        )
    _say("reports-written", lang, count=len(written.paths), path=written.index)
    return written.problems


# ------------------------------------------------------------------------------------------- how firm, and what if


Extra = Annotated[
    Path | None, typer.Option("-o", "--output", help="写成 xlsx、csv 或 json · also write xlsx, csv or json")
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="只看这些 · only these")]


def _chosen(batch: "Batch", only: Sequence[str] | None) -> "Answers":
    """The answers of the enterprises asked for."""
    import numpy as np

    ids = batch.answers.ids
    if unknown := [id for id in only or () if id not in ids]:
        raise InputError([Problem.of("reports.unknown-id", id, id, near=nearest(id, ids) or ids[0]) for id in unknown])
    return batch.answers.take(np.array([i for i, id in enumerate(ids) if only is None or id in only], np.intp))


def _pairs(words: Sequence[str] | None, option: str) -> dict[str, str]:
    """The NAME=VALUE words of an option."""
    pairs = {}
    for word in words or ():
        name, found, value = word.partition("=")
        if not found:
            raise typer.BadParameter(f"{word}: NAME=VALUE", param_hint=option)
        pairs[name] = value
    return pairs


@app.command()
def firmness(
    files: Files,
    output: Extra = None,
    only: Only = None,
    points: Annotated[int, typer.Option(min=0, max=100, help="权重变动的百分点 · points that weights move")] = 5,
    draws: Annotated[int, typer.Option(min=1, help="抽样次数 · draws")] = 10_000,
    seed: Annotated[int, typer.Option(help="随机种子 · seed of the draws")] = 0,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """等级有多稳：几条答案之差、评估员分歧、权重变动 · how firm the level is"""
    from maturity.firmness import how_firm
    from maturity.sheets import write_tables

    language = _as_lang(lang)
    with _errors(language):
        batch = _read(files, *_load(model, programme, on or date.today()), language)
        names = dict(zip(batch.answers.ids, batch.names, strict=True))
        answers = _chosen(batch, only)
        with err.status(say("cli.working", language)):
            found = how_firm(answers, draws=draws, seed=seed, points=points)
        for each in found:
            out.print(f"\n{each.id}  {names[each.id]}", markup=False)
            for sentence in each.sentences(language):
                out.print(f"  {sentence}", markup=False)
        if output:
            changes = [row for each in found for change in each.changes for row in change.rows(language)]
            drawn = [row for each in found for row in each.probabilities.rows()]
            ranges = [row for each in found for row in each.weights.rows()]
            tables = [
                _table(id, "firmness.column", rows, language)
                for id, rows in (("changes", changes), ("probabilities", drawn), ("weights", ranges))
            ]
            document = {"model": answers.model.fingerprint, "firmness": [each.plain() for each in found]}
            for written in write_tables(output, tables, document):
                _say("written", language, path=written)
        _finish(batch.problems, language)


def _table(id: str, group: str, rows: Sequence[object], lang: Lang, /, **first: Sequence[object]) -> "Table":
    """Frozen rows as a table, with the headings ``GROUP.FIELD``; the columns ``first`` stand before them."""
    from maturity.sheets import Table

    own = [field.name for field in fields(type(rows[0]))] if rows else []  # type: ignore[arg-type]
    titles = {name: say(f"cli.{name}", lang) for name in first} | {name: say(f"{group}.{name}", lang) for name in own}
    listed = [
        {name: values[k] for name, values in first.items()} | {name: getattr(row, name) for name in own}
        for k, row in enumerate(rows)
    ]
    return Table(id, say(f"cli.table.{id}", lang), titles, listed)


def _show(table: "Table", columns: Sequence[str]) -> None:
    """Some columns of a table on the screen."""
    shown = Screen(box=None, pad_edge=False)
    for column in columns:
        shown.add_column(table.titles[column], overflow="fold")
    for row in table.rows:
        cells = (row[column] for column in columns)
        shown.add_row(*("、".join(map(str, cell)) if isinstance(cell, tuple) else str(cell) for cell in cells))
    out.print(shown)


@app.command()
def plan(
    files: Files,
    output: Extra = None,
    only: Only = None,
    level: Annotated[
        int | None, typer.Option(help="目标等级，默认各自的下一级 · level, default: each one's next")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="bands|stepwise", help="等级的解读 · reading of levels")
    ] = None,
    subdomain: Annotated[
        str | None, typer.Option(metavar="ID", help="只看一个能力子域的等级 · of one subdomain")
    ] = None,
    tier: Annotated[str | None, typer.Option(metavar="ID", help="目标为一个认定等次 · a tier instead")] = None,
    costs: Annotated[Path | None, typer.Option(exists=True, help="费用表 csv · table of costs")] = None,
    budget: Annotated[str | None, typer.Option(help="每家企业的预算 · budget of each enterprise")] = None,
    total_budget: Annotated[str | None, typer.Option(help="总预算，选出受支持的企业 · one budget for all")] = None,
    fixed: Annotated[list[str] | None, typer.Option("--fix", metavar="ID=CHOICE", help="必须达到 · must reach")] = None,
    forbidden: Annotated[list[str] | None, typer.Option("--forbid", metavar="ID", help="不得提升 · not raised")] = None,
    ordered: Annotated[bool, typer.Option(help="先低级后高级 · lower levels first")] = False,
    processes: Annotated[int, typer.Option(min=1, help="并行进程数 · processes")] = 1,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    lang: Language = "zh",
) -> None:
    """提升路径：达到某级或某等次的最低成本方案，附最优性证明 · the provably cheapest way to a level or tier"""
    import maturity.improvement as way
    from maturity.models import READINGS
    from maturity.sheets import write_tables

    language = _as_lang(lang)
    if by is not None and by not in READINGS:
        raise typer.BadParameter(" | ".join(READINGS), param_hint="--by")
    own = next((known for known in READINGS if known == by), None)
    if tier is not None and (level is not None or subdomain is not None):
        raise typer.BadParameter("--tier | --level", param_hint="--tier")
    if subdomain is not None and level is None:
        raise typer.BadParameter("--subdomain ID --level N", param_hint="--subdomain")
    with _errors(language):
        day = _applied(on, language) if tier else on or date.today()
        loaded = _load(model, programme, day)
        batch = _read(files, *loaded, language)
        assessment, decisions = _judge(batch, loaded[1], day, reading)
        rows = [batch.answers.ids.index(id) for id in _chosen(batch, only).ids]
        aims: dict[way.Target, Sequence[int]] = {}
        if tier is not None:
            if decisions is None or tier not in decisions.verdict:
                known = ", ".join(decisions.verdict) if decisions else NO_PROGRAMME
                raise typer.BadParameter(f"{tier}: {known}", param_hint="--tier")
            aims[way.TierTarget(decisions, tier)] = rows
        elif subdomain is not None and level is not None:
            aims[way.SubdomainTarget(subdomain, level)] = rows
        elif level is not None:
            aims[way.LevelTarget(level, own)] = rows
        else:
            aims.update(way.next_levels(assessment, rows, own))
        with err.status(say("cli.working", language)):
            plans = [
                found
                for aim, those in aims.items()
                for found in way.plan(
                    assessment,
                    aim,
                    rows=those,
                    costs=way.read_costs(costs, assessment.answers.model) if costs else None,
                    budget=budget,
                    fixed=_pairs(fixed, "--fix"),
                    forbidden=forbidden or (),
                    ordered=ordered,
                    processes=processes,
                )
            ]
        plans.sort(key=lambda found: found.row)
        for found in plans:
            out.print(f"\n{found.id}  {batch.names[found.row]}", markup=False)
            out.print(f"  {found.headline(language)}", markup=False)
            if len(plans) <= DETAILED and found.upgrades:
                steps = _table("plan", "improvement.columns", found.rows(language), language)
                _show(steps, ("requirement", "name", "level", "present", "to", "cost"))
            for work in found.aim.work if len(plans) <= DETAILED else ():
                told = (work.clause, work.name, work.threshold, work.shortfall)
                out.print("  " + "  ".join(filter(None, (text.in_(language) for text in told))), markup=False)
        document: dict[str, object] = {"model": assessment.answers.model.fingerprint}
        document["plans"] = [found.as_dict() for found in plans]
        if total_budget is not None:
            chosen = way.support(plans, total_budget)
            out.print(f"\n{chosen.headline(language)}", markup=False)
            document["support"] = chosen.as_dict()
        if output:
            listed = [(found, row) for found in plans for row in found.rows(language)]
            enterprises, targets = [found.id for found, _ in listed], [found.aim.name for found, _ in listed]
            named = [target.in_(language) for target in targets]
            upgrades = [row for _, row in listed]
            tables = [_table("plan", "improvement.columns", upgrades, language, enterprise=enterprises, target=named)]
            for written in write_tables(output, tables, document):
                _say("written", language, path=written)
        _finish(batch.problems, language)


@app.command()
def whatif(
    files: Files,
    output: Extra = None,
    weight: Annotated[
        list[str] | None,
        typer.Option("--weight", metavar="PROFILE:NODE=VALUE", help="如 discrete:element.resources=0.15 · a weight"),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option("--answer", metavar="[ID:]REQUIREMENT=CHOICE", help="如 data.1a=full · an answer"),
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="行业类型 · another profile")] = None,
    to_model: Annotated[
        str | None, typer.Option("--to-model", metavar="ID|PATH", help="另一模型 · another model")
    ] = None,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """如果……会怎样：改答案、权重、模型或行业类型，看谁变动 · what moves when something changes"""
    from maturity.firmness import whatif as compared
    from maturity.models import load_model
    from maturity.sheets import write_tables

    language = _as_lang(lang)
    with _errors(language):
        weights: dict[str, dict[str, str]] = {}
        for key, value in _pairs(weight, "--weight").items():
            own, colon, node = key.partition(":")
            if not colon:
                raise typer.BadParameter(f"{key}: PROFILE:NODE=VALUE", param_hint="--weight")
            weights.setdefault(own, {})[node] = value
        choices: dict[str, Any] = {}
        for key, value in _pairs(answer, "--answer").items():
            enterprise, colon, requirement = key.rpartition(":")
            if colon:
                choices.setdefault(enterprise, {})[requirement] = value
            else:
                choices[requirement] = value
        batch = _read(files, *_load(model, programme, on or date.today()), language)
        found = compared(
            batch.answers,
            choices=choices or None,
            weights=weights or None,
            model=load_model(to_model) if to_model else None,
            profile=profile,
        )
        for note in found.notes:
            out.print(note.text(language), markup=False)
        out.print(found.sentence(language), markup=False)
        every = found.rows()
        if rows := [row for row in every if row.changed]:
            levels = ("level_before", "level_after", "level_stepwise_before", "level_stepwise_after")
            moved = _table("whatif", "firmness.column", rows, language)
            _show(moved, ("id", *levels, "total_before", "total_after", "changed"))
        if output:
            tables = [_table("whatif", "firmness.column", every, language)]
            for written in write_tables(output, tables, {"whatif": [row.plain() for row in every]}):
                _say("written", language, path=written)
        _finish(batch.problems, language)


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
    path.write_bytes(content)
    _say("written", lang, path=path)
