"""What follows from a level: how firm it is, the way up, and what if."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maturity.cli import changes, frame
from maturity.cli.frame import (
    DEFAULT_MODEL,
    DEFAULT_PROGRAMME,
    NO_PROGRAMME,
    Extra,
    Files,
    Language,
    Model,
    On,
    Only,
    ProgrammeRef,
    Readings,
    app,
)
from maturity.errors import InputError, Problem, near_or_known
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.improvement import Gaps
    from maturity.sheets import Table

DETAILED = 3
"""Plans that are shown step by step; of more only the result is."""


@app.command()
def firmness(
    files: Files,
    output: Extra = None,
    only: Only = None,
    points: Annotated[int, typer.Option(min=0, max=100, help="权重变动的百分点 · points that weights move")] = 5,
    draws: Annotated[int, typer.Option(min=1, help="抽样次数 · draws")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 · seed of the draws")] = 0,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """等级有多稳：几条答案之差、评估员分歧、权重变动 · how firm the level is"""
    from maturity.firmness import ChangeRow, ProbabilityRow, WeightRow, how_firm
    from maturity.sheets import write_tables

    language = frame.as_lang(lang)
    with frame.reported(language):
        loaded = frame.load(model, programme, frame.edition_day(on, programme, language))
        batch = frame.read(files, *loaded, language, output=output)
        names = dict(zip(batch.answers.ids, batch.names, strict=True))
        answers = frame.chosen(batch, only)
        with frame.err.status(say("cli.working", language)), frame.typed({"points": "--points", "draws": "--draws"}):
            found = how_firm(answers, draws=draws, seed=seed, points=points)
        for each in found:
            frame.out.print(f"\n{each.id}  {names[each.id]}", markup=False)
            for sentence in each.sentences(language):
                frame.out.print(f"  {sentence}", markup=False)
        if output:
            changes = [row for each in found for change in each.changes for row in change.rows(language)]
            drawn = [row for each in found for row in each.probabilities.rows()]
            ranges = [row for each in found for row in each.weights.rows()]
            tables = [
                frame.table_of(id, "firmness.column", kind, rows, language)
                for id, kind, rows in (
                    ("changes", ChangeRow, changes),
                    ("probabilities", ProbabilityRow, drawn),
                    ("weights", WeightRow, ranges),
                )
            ]
            document = {"model": answers.model.fingerprint, "firmness": [each.plain(language) for each in found]}
            for written in write_tables(output, tables, document):
                frame.tell("written", language, path=written)
        frame.finish(batch.problems, language)


@app.command()
def agreement(
    first: Annotated[Path, typer.Argument(parser=frame.path, help="甲的表格 · the first assessor's sheets")],
    second: Annotated[Path, typer.Argument(parser=frame.path, help="乙的表格 · the second assessor's sheets")],
    output: Extra = None,
    layer: Annotated[
        str, typer.Option("--layer", metavar="ID", help="按哪一层分列，默认能力域 · by which layer, default: domains")
    ] = "",
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """两位评估员对照：加权 kappa、对等级的影响、需要商定的答案 · how far two assessors agree"""
    from maturity.firmness import AgreementRow, DisputeRow, LevelRow, compare
    from maturity.sheets import write_tables

    language = frame.as_lang(lang)
    with frame.reported(language):
        frame.present((first, second))
        loaded = frame.load(model, programme, frame.edition_day(on, programme, language))
        ours, theirs = (frame.read([path], *loaded, language, output=output) for path in (first, second))
        with frame.typed({"layer": "--layer", "first": str(first), "second": str(second)}):
            found = compare(ours.answers, theirs.answers, layer=layer)
        for note in found.notes:
            frame.out.print(note.text(language), markup=False)
        shares = [each.row(language) for each in found.agreement]
        levels, disputes = found.levels(), [each.table_row(language) for each in found.disputes]
        tables = {
            id: frame.table_of(id, "firmness.column", kind, rows, language)
            for id, kind, rows in (
                ("agreement", AgreementRow, shares),
                ("levels", LevelRow, levels),
                ("disputes", DisputeRow, disputes),
            )
        }
        frame.out.print(found.sentence(language), markup=False)
        counts = ("compared", "equal", "kappa_linear", "kappa_quadratic", "one_not_applicable", "one_unanswered")
        frame.show(tables["agreement"], ("name", *counts))
        if any(row.differs for row in levels):
            moved = [row for row in levels if row.differs]
            unlike = frame.table_of("levels", "firmness.column", LevelRow, moved, language)
            frame.show(unlike, ("id", "reading", "level_first", "level_second"))
        if disputes:
            frame.tell("disputes", language, count=len(disputes), shown=min(len(disputes), frame.LISTED))
            top = frame.table_of("disputes", "firmness.column", DisputeRow, disputes[: frame.LISTED], language)
            frame.show(top, ("id", "requirement", "name", "first", "second", "worth", "decides"))
        if output:
            document = {"model": ours.answers.model.fingerprint, "agreement": found.plain()}
            for written in write_tables(output, list(tables.values()), document):
                frame.tell("written", language, path=written)
        frame.finish([*ours.problems, *theirs.problems], language)


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
    costs: Annotated[Path | None, typer.Option(parser=frame.path, help="费用表 xlsx、csv · table of costs")] = None,
    budget: Annotated[str | None, typer.Option(help="每家企业的预算 · budget of each enterprise")] = None,
    total_budget: Annotated[str | None, typer.Option(help="总预算，选出受支持的企业 · one budget for all")] = None,
    fixed: Annotated[list[str] | None, typer.Option("--fix", metavar="ID=CHOICE", help="必须达到 · must reach")] = None,
    forbidden: Annotated[list[str] | None, typer.Option("--forbid", metavar="ID", help="不得提升 · not raised")] = None,
    max_duration: Annotated[
        str | None, typer.Option(help="单项要求的最长工期 · longest work on any one requirement")
    ] = None,
    ordered: Annotated[bool, typer.Option(help="先低级后高级 · lower levels first")] = False,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="另列差距：每项要求每提高一档值多少 · also what each step of each is worth")
    ] = False,
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
    from maturity.sheets import read_costs, write_tables

    language = frame.as_lang(lang)
    if by is not None and by not in READINGS:
        raise typer.BadParameter(" | ".join(READINGS), param_hint="--by")
    own = next((known for known in READINGS if known == by), None)
    if tier is not None and (level is not None or subdomain is not None):
        raise typer.BadParameter("--tier | --level", param_hint="--tier")
    if subdomain is not None and level is None:
        raise typer.BadParameter("--subdomain ID --level N", param_hint="--subdomain")
    with frame.reported(language):
        given = [*files, *([costs] if costs else [])]
        frame.present(given)
        frame.spared(given, output)
        day = frame.applied(on, language) if tier else frame.edition_day(on, programme, language)
        loaded = frame.load(model, programme, day)
        readings = frame.readings(reading, loaded[1])
        if tier is not None:
            if loaded[1] is None:
                raise typer.BadParameter(f"--programme {NO_PROGRAMME}", param_hint="--tier")
            tiers = [known.id for known in loaded[1].tiers]
            if tier not in tiers:
                near = near_or_known(tier, tiers)
                raise InputError([Problem.of("improvement.unknown-tier", "--tier", tier, near=near)])
        batch = frame.read(files, *loaded, language, output=output)
        assessment, decisions = frame.judge(batch, loaded[1], day, readings)
        rows = [batch.answers.ids.index(id) for id in frame.chosen(batch, only).ids]
        aims: dict[way.Target, Sequence[int]] = {}
        target = "--tier" if tier is not None else "--level" if subdomain is None else "--subdomain --level"
        options = {"target": target, "fixed": "--fix", "forbidden": "--forbid", "costs": "--costs"}
        options |= {"budget": "--budget", "max_duration": "--max-duration"}
        if tier is not None and decisions is not None:
            aims[way.TierTarget(decisions, tier)] = rows
        elif subdomain is not None and level is not None:
            aims[way.SubdomainTarget(subdomain, level)] = rows
        elif level is not None:
            aims[way.LevelTarget(level, own)] = rows
        else:
            aims.update(way.next_levels(assessment, rows, own))
        if total_budget is not None:  # which is refused before the plans are searched for
            with frame.typed({"budget": "--total-budget"}):
                way.support((), total_budget)
        priced = read_costs(costs, assessment.answers.model) if costs else None
        with frame.err.status(say("cli.working", language)), frame.typed(options):
            plans = [
                found
                for aim, those in aims.items()
                for found in way.plan(
                    assessment,
                    aim,
                    rows=those,
                    costs=priced,
                    budget=budget,
                    fixed=frame.pairs(fixed, "--fix"),
                    forbidden=forbidden or (),
                    ordered=ordered,
                    max_duration=max_duration,
                    processes=processes,
                )
            ]
        plans.sort(key=lambda found: found.row)
        missing: dict[int, way.Gaps] = {}
        for aim, those in aims.items() if gaps else ():
            missing |= {one.row: one for one in way.gaps(assessment, aim, rows=those)}
        if any(found.upgrades for found in plans):
            frame.tell("cost", language)
        for found in plans:
            frame.out.print(f"\n{found.id}  {batch.names[found.row]}", markup=False)
            frame.out.print(f"  {found.headline(language)}", markup=False)
            if found.longest is not None:
                frame.out.print(f"  {found.timing(language)}", markup=False)
            for reason in found.reasons:
                frame.out.print(f"  {reason.text(language)}", markup=False)
            if found.row in missing:
                frame.out.print(f"  {missing[found.row].headline(language)}", markup=False)
            if len(plans) <= DETAILED and found.upgrades:
                steps = frame.table_of("plan", "improvement.columns", way.UpgradeRow, found.rows(language), language)
                frame.show(steps, ("requirement", "name", "level", "present", "to", "cost"))
            for work in found.aim.work if len(plans) <= DETAILED else ():
                told = (work.clause, work.name, work.threshold, work.shortfall)
                frame.out.print("  " + "  ".join(filter(None, (text.in_(language) for text in told))), markup=False)
        document: dict[str, object] = {"model": assessment.answers.model.fingerprint}
        document["plans"] = [found.as_dict() for found in plans]
        if gaps:
            document["gaps"] = [missing[found.row].as_dict() for found in plans]
        supported: dict[str, list[str]] = {}
        if total_budget is not None:
            chosen = way.support(plans, total_budget)
            frame.out.print(f"\n{chosen.headline(language)}", markup=False)
            frame.out.print(chosen.named(language), markup=False)
            document["support"] = chosen.as_dict()
            supported["supported"] = [chosen.of_plan(found, language) for found in plans]
        if output:
            listed = [(found, row) for found in plans for row in found.rows(language)]
            enterprises, targets = [found.id for found, _ in listed], [found.aim.name for found, _ in listed]
            named = [target.in_(language) for target in targets]
            upgrades = [row for _, row in listed]
            tables = [
                frame.table_of(
                    "plan",
                    "improvement.columns",
                    way.UpgradeRow,
                    upgrades,
                    language,
                    enterprise=enterprises,
                    target=named,
                ),
                frame.table_of(
                    "overview",
                    "improvement.overview",
                    way.OverviewRow,
                    [found.overview(language) for found in plans],
                    language,
                    enterprise=[found.id for found in plans],
                    name=[batch.names[found.row] for found in plans],
                    target=[found.aim.name.in_(language) for found in plans],
                    **supported,
                ),
                *([_gaps_table([missing[found.row] for found in plans], language)] if gaps else []),
            ]
            for written in write_tables(output, tables, document):
                frame.tell("written", language, path=written)
        frame.finish(batch.problems, language)


def _gaps_table(missing: "Sequence[Gaps]", lang: Lang) -> "Table":
    """What each step of each requirement is worth, enterprise by enterprise, those worth most first."""
    from maturity.improvement import GapRow

    listed = [(found, row) for found in missing for row in found.rows(lang)]
    ids, targets = [found.id for found, _ in listed], [found.aim.name.in_(lang) for found, _ in listed]
    rows = [row for _, row in listed]
    return frame.table_of("gaps", "improvement.columns", GapRow, rows, lang, enterprise=ids, target=targets)


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
        str | None, typer.Option("--to-model", metavar="ID|PATH", parser=frame.word, help="另一模型 · another model")
    ] = None,
    renamed: Annotated[
        list[str] | None,
        typer.Option("--renamed", metavar="OLD=NEW", help="要求在另一模型中的编号 · its id in the other model"),
    ] = None,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    lang: Language = "zh",
) -> None:
    """如果……会怎样：改答案、权重、模型或行业类型，看谁变动 · what moves when something changes"""
    from maturity.firmness import WhatIfRow
    from maturity.models import load_model
    from maturity.sheets import write_tables

    language = frame.as_lang(lang)
    with frame.reported(language):
        frame.some_change(weight=weight, answer=answer, profile=profile, to_model=to_model)
        day = frame.edition_day(on, programme, language)
        loaded, other = frame.both(
            lambda: frame.load(model, programme, day), lambda: load_model(to_model) if to_model else None
        )
        batch = frame.read(files, *loaded, language, output=output)
        found = changes.changed(
            batch.answers,
            frame.pairs(weight, "--weight"),
            frame.pairs(answer, "--answer"),
            profile=profile,
            model=other,
            renamed=frame.pairs(renamed, "--renamed"),
        )
        for note in found.notes:
            frame.out.print(note.text(language), markup=False)
        frame.out.print(found.sentence(language), markup=False)
        every = found.rows()
        if rows := [row for row in every if row.changed]:
            levels = ("level_before", "level_after", "level_stepwise_before", "level_stepwise_after")
            moved = frame.table_of("whatif", "firmness.column", WhatIfRow, rows, language)
            frame.show(moved, ("id", *levels, "total_before", "total_after", "changed"))
        if output:
            models = found.before.answers.model, found.after.answers.model
            table = frame.table_of("whatif", "firmness.column", WhatIfRow, every, language, models)
            for written in write_tables(output, [table], found.plain()):
                frame.tell("written", language, path=written)
        frame.finish(batch.problems, language)
