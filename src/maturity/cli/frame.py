"""What every command shares: its options, the language, messages, exit codes, and the steps from files to verdicts."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from errno import EISDIR
from os import strerror
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer
from rich.box import HORIZONTALS
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn
from rich.table import Table as Screen
from rich.text import Text as Cell

from maturity import __version__
from maturity.cli.usage import Commands, EmptyWordError, not_printed
from maturity.errors import InputError, MaturityError, Problem, near_or_known, reason
from maturity.language import LANGUAGES, Lang, say, texts
from maturity.language import listed as listed_words

if TYPE_CHECKING:
    from maturity.answers import Answers
    from maturity.models import MaturityModel
    from maturity.scenarios import Decisions, Programme
    from maturity.scoring import Assessment
    from maturity.sheets import Batch, Table

DEFAULT_MODEL = "gbt39116-2020"
DEFAULT_PROGRAMME = "jilin-2024-228"
NO_PROGRAMME = "none"
A = TypeVar("A")
B = TypeVar("B")
LISTED = 40
"""Lines of problems shown on the screen; all of them are in the results."""
FEW = 5
"""Places that such a line names, and so many different problems of a kind have a line each."""


class _NotPrintedError(OSError):
    """The standard output takes no more."""


class _Output(Console):
    """The standard output, whose refusals are told from those of files."""

    def print(self, *objects: Any, **options: Any) -> None:
        try:
            super().print(*objects, **options)
        except OSError as error:
            raise _NotPrintedError(error.errno, error.strerror) from None


out: Console = _Output(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="智能制造能力成熟度：评分、定级、认定、报告 · Smart-manufacturing maturity: scores, levels, tiers, reports",
)
models_app = typer.Typer(cls=Commands, no_args_is_help=False, help="成熟度模型：列出、查看、导出 · maturity models")
programmes_app = typer.Typer(
    cls=Commands, no_args_is_help=False, help="认定计划：列出、查看、导出 · recognition programmes"
)
app.add_typer(models_app, name="models", invoke_without_command=True)
app.add_typer(programmes_app, name="programmes", invoke_without_command=True)


def _version(value: bool) -> None:
    if value:
        out.print(f"maturity-scoring {__version__}", markup=False)
        raise typer.Exit


@app.callback()
def maturity(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="打印版本 · print the version")
    ] = False,
) -> None:
    """What stands before the command."""


def handed_on(context: typer.Context, **given: str | None) -> None:
    """What is given before the command of a group, as in ``programmes --on DAY show ID``, is given to the command."""
    known = {name: value for name, value in given.items() if value is not None}
    if context.invoked_subcommand:
        context.default_map = {context.invoked_subcommand: known}


def word(value: str) -> str:
    """A word as typed. An empty one would be the folder that the command is run in, or what happens to have no name."""
    if not value:
        raise EmptyWordError
    return value


def path(value: str) -> Path:
    """A path as typed."""
    return Path(word(value))


def _lang(value: str) -> str:
    if value not in LANGUAGES:
        raise typer.BadParameter(" | ".join(LANGUAGES))
    return value


def as_day(value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{value}: YYYY-MM-DD") from None


Files = Annotated[
    list[Path], typer.Argument(parser=path, help="xlsx、xls、csv 文件或文件夹 · xlsx, xls or csv files, or folders")
]
Output = Annotated[Path, typer.Option("-o", "--output", parser=path, help="写到哪里 · where to write")]
Ref = Annotated[str, typer.Argument(metavar="ID|PATH", parser=word)]
Model = Annotated[str, typer.Option("--model", metavar="ID|PATH", parser=word, help="成熟度模型 · maturity model")]
ProgrammeRef = Annotated[
    str,
    typer.Option("--programme", metavar="ID|PATH", parser=word, help="认定计划；none 为不判断 · programme, or none"),
]
On = Annotated[
    date | None,
    typer.Option("--on", metavar="YYYY-MM-DD", parser=as_day, help="申报日期，默认今天 · day of application or today"),
]
Readings = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="NAME=VALUE", help="对歧义条款的解读 · reading of an ambiguous clause"),
]
WithPlan = Annotated[bool, typer.Option("--plan", help="附提升路径 · with the way to the next level")]
WithFirmness = Annotated[bool, typer.Option("--firmness", help="附等级稳固程度 · with how firm the level is")]
Strict = Annotated[
    bool, typer.Option("--strict", help="有任何问题就停止，什么也不写 · stop at any problem, write nothing")
]
Language = Annotated[
    str, typer.Option("--lang", metavar="zh|en", callback=_lang, help="语言 · language of messages and output")
]


def as_lang(value: str) -> Lang:
    return "en" if value == "en" else "zh"


def tell(key: str, lang: Lang, /, *, aside: bool = False, **values: object) -> None:
    """A line of the command line; ``aside``: beside what the command prints, so that this can be piped on."""
    (err if aside else out).print(say(f"cli.{key}", lang, **values), markup=False)


@contextmanager
def reported(lang: Lang) -> Iterator[None]:
    """Problems printed in the language, and the exit code they ask for."""
    try:
        yield
    except _NotPrintedError as error:
        listed([not_printed(error, lang)], lang)
        raise typer.Exit(1) from None
    except OSError as error:
        listed([Problem.of("cli.not-written", str(error.filename or ""), reason=reason(error))], lang)
        raise typer.Exit(1) from None
    except MaturityError as error:
        listed(error.problems, lang)
        raise typer.Exit(2 if all(map(_misused, error.problems)) else 1) from None


_MISUSED: Final = (
    "definition.not-found",
    "programme.not-in-force",
    "reports.template-there",
    "sheets.missing-file",
    "sheets.unknown-kind",
)
"""Problems of what was typed, though they stand at a file or a day."""


def _misused(problem: Problem) -> bool:
    """Whether the command was called wrongly; an id that no sheet has may be the sheet's fault."""
    if problem.id in ("cli.unknown-enterprise", "firmness.unknown-enterprise", "reports.unknown-id"):
        return False
    return problem.id in _MISUSED or problem.where.startswith("--")


@contextmanager
def typed(options: Mapping[str, str]) -> Iterator[None]:
    """Problems of what the library calls ``budget``, placed at the option that it was typed as: ``--total-budget``."""

    def place(where: str) -> str:
        argument, colon, rest = where.partition(":")
        return options.get(where) or options.get(argument, argument) + colon + rest

    try:
        yield
    except MaturityError as error:
        raise type(error)(replace(problem, where=place(problem.where)) for problem in error.problems) from None


def as_readings(readings: Mapping[str, str], option: str = "--reading") -> AbstractContextManager[None]:
    """Problems of readings, placed at the option that chose them."""
    return typed({"readings": option} | {name: f"{option} {name}" for name in readings})


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line of a list of problems says of one or several of them."""

    where: str
    what: str
    hint: str
    count: int = 1


def _folded(problems: Sequence[Problem], lang: Lang) -> list[_Line]:
    """Problems as lines; where they would be too many, those of a sheet that say the same share one.

    A word that somebody took for an answer stands in a thousand cells. If that is still too much, those of a kind
    share one as well, such as the cells of a column that was filled with descriptions.
    """
    lines: dict[tuple[str, ...], list[str]] = {}
    for number, one in enumerate(problems):
        sheet, _, cell = one.where.partition(": ")[0].rpartition("!")  # an enterprise may stand behind it
        alone = not sheet or len(problems) <= LISTED
        key = (one.where, str(number)) if alone else (sheet, one.id)
        lines.setdefault((*key, one.what(lang), one.hint(lang)), []).append("" if alone else cell)
    kinds: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for line in lines:
        kinds.setdefault(line[:2], []).append(line)
    shared = []
    for same in kinds.values():
        for group in [same] if len(same) > FEW and len(lines) > LISTED else [[line] for line in same]:
            place, _, what, hint = group[0]
            cells = [cell for line in group for cell in lines[line]]
            if cells[0]:
                place = f"{place}!{listed_words(cells[:FEW], lang)}"
            if len(cells) > FEW:
                place = say("cli.first-places", lang, first=place, count=f"{len(cells):,}")
            if len(group) > 1:
                what = say("cli.and-like-it", lang, what=what, count=len(group) - 1)
            shared.append(_Line(place, what, hint, len(cells)))
    return shared


def listed(problems: Sequence[Problem], lang: Lang, *, all_of_them: bool = True) -> None:
    """Problems as a table on a terminal, folded if they are many; elsewhere one a line, to search and to sort.

    Without ``all_of_them``, which are in the results then, the first `LISTED` lines of the folded table anywhere.
    """
    whole = all_of_them and not err.is_terminal
    lines = [_Line(one.where, one.what(lang), one.hint(lang)) for one in problems] if whole else _folded(problems, lang)
    shown = lines if all_of_them else lines[:LISTED]
    if err.is_terminal and shown:
        table = Screen(box=HORIZONTALS, pad_edge=False)
        for key, ratio in (("where", 3), ("what", 4), ("hint", 4)):
            table.add_column(say(f"sheets.columns.{key}", lang), overflow="fold", ratio=ratio)
        for line in shown:
            table.add_row(*map(Cell, (line.where, line.what, line.hint)))
        err.print(table, soft_wrap=False)
    else:
        for line in shown:
            err.print(say("problems.line", lang, where=line.where, what=line.what, hint=line.hint), markup=False)
    if rest := len(problems) - sum(line.count for line in shown):
        err.print(say("cli.more-problems", lang, count=rest), markup=False)
    elif len(shown) < len(problems):
        err.print(say("cli.folded", lang), markup=False)


def load(model: str, programme: str, on: date) -> "tuple[MaturityModel, Programme | None]":
    from maturity.models import load_model
    from maturity.scenarios import load_programme

    def chosen() -> "Programme | None":
        return None if programme == NO_PROGRAMME else load_programme(programme, on=on)

    return both(lambda: load_model(model), chosen)


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """What two steps give that do not need each other; the problems of both of them, when either has any."""
    try:
        given = first()
    except MaturityError as error:
        try:
            second()
        except MaturityError as other:
            raise type(error)([*error.problems, *other.problems]) from None
        raise
    return given, second()


def read(
    files: Sequence[Path],
    model: "MaturityModel",
    programme: "Programme | None",
    lang: Lang,
    *,
    strict: bool = False,
    aside: bool = False,
    output: Path | None = None,
    kinds: Sequence[str] | None = None,
) -> "Batch":
    from maturity.sheets import read_batch
    from maturity.sheets.tables import KINDS

    present(files)
    spared(files, output)
    writable(output, KINDS if kinds is None else kinds)
    with _reading(lang) as progress:
        batch = read_batch(files, model, programme, strict=strict, progress=progress)
    counts = {"count": len(batch.answers), "problems": len(batch.problems), "notes": len(batch.notes)}
    tell("read", lang, aside=aside, **counts)
    return batch


def spared(paths: Iterable[Path], output: Path | None) -> None:
    """Refuse to write over a file that is read, by itself or in a folder."""
    if output and output.is_file():
        file = output.resolve()
        if any(path.samefile(file) or path.resolve() in file.parents for path in paths):
            raise InputError([Problem.of("blocks.onto-itself", "--output", output)])


def writable(output: Path | None, kinds: Sequence[str] = ()) -> None:
    """Refuse another ending, and a place that cannot be written to, before anything is read.

    Args:
        output: a file; where there are no kinds, a folder, which need not be there.
        kinds: the endings that the file may have.
    """
    if output is None:
        return
    if kinds and output.suffix.lower() not in kinds:
        raise InputError([Problem.of("sheets.unknown-kind", output.name, output.suffix, known=", ".join(kinds))])
    places = [output.resolve(), *output.resolve().parents]
    place = places[1] if kinds else next(place for place in places if place.exists())
    try:
        if kinds and output.is_dir():
            raise IsADirectoryError(EISDIR, strerror(EISDIR))
        with TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise InputError([Problem.of("sheets.unwritable", str(output), reason=reason(error))]) from None


def present(paths: Iterable[Path]) -> None:
    """Refuse what is not there, all of it, before anything is read: a name that was mistyped leaves nobody out."""
    if missing := [Problem.of("sheets.missing-file", str(path)) for path in paths if not path.exists()]:
        raise InputError(missing)


@contextmanager
def _reading(lang: Lang) -> Iterator[Callable[[str, int, int], None]]:
    """What to call as files are read: on a terminal a bar, or a sign of life where nobody can tell how far it is."""
    if not err.is_terminal:
        yield lambda stage, done, total: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task(say("cli.reading.any", lang), total=None)

        def told(stage: str, done: int, total: int) -> None:
            text = say(f"cli.reading.{stage}", lang, total=f"{total:,}")
            # Rows are opened all at once: the bar moves to and fro until they are there.
            shown.update(task, description=text, completed=done, total=total if done else None)

        yield told


def readings(words: Sequence[str] | None, programme: "Programme | None", option: str = "--reading") -> dict[str, str]:
    """The readings that an option chooses, before anything is read.

    Raises:
        InputError: the programme does not have them.
    """
    from maturity.scenarios.conditions import unknown_readings

    named = pairs(words, option)
    if named and programme is None:
        raise typer.BadParameter(f"--programme {NO_PROGRAMME}", param_hint=option)
    with as_readings(named, option):
        if wrong := [*unknown_readings(programme, named)] if programme else []:
            raise InputError(wrong)
    return named


def judge(
    batch: "Batch", programme: "Programme | None", on: date, readings: Mapping[str, str]
) -> "tuple[Assessment, Decisions | None]":
    from maturity.scenarios import decide
    from maturity.scoring import assess

    assessment = assess(batch.answers)
    if programme is None or batch.facts is None:
        return assessment, None
    return assessment, decide(programme, assessment, batch.facts, on=on, readings=readings)


def applied(on: date | None, lang: Lang, *, key: str = "applied-today", aside: bool = False) -> date:
    """The day given, or today, which is said."""
    if on is None:
        on = date.today()
        tell(key, lang, aside=aside, on=on)
    return on


def application_day(on: date | None, programme: str, lang: Lang) -> date:
    """The day of application, as given, or today, which is said; any day will do where nobody applies for anything."""
    return date.min if programme == NO_PROGRAMME else applied(on, lang)


def edition_day(on: date | None, programme: str, lang: Lang) -> date:
    """The day whose edition of the programme names the columns: as given, or today, which is said beside the output."""
    return date.min if programme == NO_PROGRAMME else applied(on, lang, key="edition-today", aside=True)


def summary(assessment: "Assessment", decisions: "Decisions | None", lang: Lang) -> None:
    """How many enterprises reach which level, and which tier."""
    levels = Counter(level if level >= 0 else None for level in assessment.level.tolist())
    verdicts = {tier: Counter(own.tolist()) for tier, own in decisions.verdict.items()} if decisions else {}
    counted(assessment.answers.model, levels, decisions.programme if decisions else None, verdicts, lang)


def counted(
    model: "MaturityModel",
    levels: Mapping[int | None, int],
    programme: "Programme | None",
    verdicts: Mapping[str, Mapping[str, int]],
    lang: Lang,
) -> None:
    """How many enterprises have which level (None: no level at all), and which verdict for each tier."""
    table = Screen(box=None, pad_edge=False)
    table.add_column(say("cli.level", lang))
    table.add_column(say("cli.enterprises", lang), justify="right")
    for level in model.levels[::-1]:
        table.add_row(f"{level.number} {level.name.in_(lang)}", str(levels.get(level.number, 0)))
    table.add_row(say("cli.below", lang), str(levels.get(0, 0)))
    if levels.get(None):
        table.add_row(say("cli.no-level", lang), str(levels[None]))
    out.print(table)
    if programme is None:
        return
    shown = ("eligible", "cultivation", "undecided", "ineligible")
    table = Screen(box=None, pad_edge=False)
    table.add_column(say("cli.tier", lang))
    for verdict in shown:
        table.add_column(say(f"verdict.{verdict}", lang), justify="right")
    for tier in programme.tiers:
        table.add_row(tier.name.in_(lang), *(str(verdicts.get(tier.id, {}).get(verdict, 0)) for verdict in shown))
    out.print()
    out.print(programme.name.in_(lang), markup=False)
    out.print(table)


def finish(problems: Sequence[Problem], lang: Lang) -> None:
    """Problems on the screen, and exit code 1 when there are any."""
    if problems:
        err.print(say("cli.problems", lang, count=len(problems)), markup=False)
        listed(problems, lang, all_of_them=False)
        raise typer.Exit(1)


def _schema(value: bool) -> None:
    if value:
        import json

        from maturity.sheets import schema

        out.print(json.dumps(schema(), ensure_ascii=False, indent=2), markup=False)
        raise typer.Exit


Schema = Annotated[
    bool,
    typer.Option("--schema", callback=_schema, is_eager=True, help="打印 JSON 结果的 JSON Schema · of results as JSON"),
]
Extra = Annotated[
    Path | None,
    typer.Option("-o", "--output", parser=path, help="写成 xlsx、csv 或 json · also write xlsx, csv or json"),
]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="只看这些 · only these")]


def chosen(batch: "Batch", only: Sequence[str] | None) -> "Answers":
    """The answers of the enterprises asked for."""
    import numpy as np

    ids = batch.answers.ids
    if unknown := [id for id in only or () if id not in ids]:
        raise InputError(
            [Problem.of("reports.unknown-id", "--only", id, near=near_or_known(id, ids)) for id in unknown]
        )
    return batch.answers.take(np.array([i for i, id in enumerate(ids) if only is None or id in only], np.intp))


def pairs(words: Sequence[str] | None, option: str) -> dict[str, str]:
    """The NAME=VALUE words of an option."""
    named: dict[str, str] = {}
    for word in words or ():
        name, found, value = word.partition("=")
        if not found:
            raise typer.BadParameter(f"{word}: NAME=VALUE", param_hint=option)
        if named.setdefault(name, value) != value:
            raise typer.BadParameter(f"{name}={named[name]}, {word}", param_hint=option)
    return named


def some_change(**given: object) -> None:
    """Refuse a question of what changes by nothing, whose answer is that nothing does; the names are the options'."""
    if not any(given.values()):
        options = " / ".join(f"--{name.replace('_', '-')}" for name in given)
        raise InputError([Problem.of("cli.no-change", options)])


SHOWN_DECIMALS = {
    **dict.fromkeys(("total_before", "total_after", "level_scores_before", "level_scores_after"), 2),
    **dict.fromkeys(("kappa_linear", "kappa_quadratic"), 2),
    **dict.fromkeys(("worth", "total_worth", "score", "lowest", "highest"), 4),
}
"""With how many decimals the columns of scores and kappas are shown: those after which they are cut."""
AMOUNTS = ("cost", "duration", "worth", "total_worth")
"""Columns of numbers that the rows of improvement hold as they are printed."""


def table_of(
    id: str,
    group: str,
    kind: type,
    rows: Sequence[object],
    lang: Lang,
    models: "Sequence[MaturityModel]" = (),
    /,
    **first: Sequence[object],
) -> "Table":
    """Frozen rows of a kind as a table, with the headings ``GROUP.FIELD``; the columns ``first`` stand before them.

    ``models`` name the profiles that the rows have the ids of.
    """
    from maturity.firmness.changes import AIMS
    from maturity.models import READINGS
    from maturity.sheets import Table

    def cell(name: str, value: object) -> object:
        return (Decimal(value) if value else None) if name in AMOUNTS and isinstance(value, str) else value

    own = [field.name for field in fields(kind)]
    titles = {name: say(f"cli.{name}", lang) for name in first} | {name: say(f"{group}.{name}", lang) for name in own}
    lines = [
        {name: values[k] for name, values in first.items()} | {name: cell(name, getattr(row, name)) for name in own}
        for k, row in enumerate(rows)
    ]
    profiles = {profile.id: profile.name.in_(lang) for model in models for profile in model.profiles}
    names: dict[str, Mapping[str, str]] = {
        "reading": {reading: say(f"report.reading.{reading}", lang) for reading in READINGS},
        "aim": {aim: say(f"sheets.aims.{aim}", lang) for aim in AIMS},
        "changed": {name: word[lang] for name, word in texts("firmness")["moved"].items()},
        "profile_before": profiles,
        "profile_after": profiles,
    }
    return Table(id, say(f"cli.table.{id}", lang), titles, lines, lang, names, SHOWN_DECIMALS)


def show(table: "Table", columns: Sequence[str]) -> None:
    """Some columns of a table on the screen; where the output goes elsewhere, each row on one line."""
    shown = Screen(box=None, pad_edge=False)
    for column in columns:
        shown.add_column(table.titles[column], overflow="fold", no_wrap=column in ("id", "requirement"))
    for row in table.rows:
        shown.add_row(*(Cell(table.printed(column, row[column])) for column in columns))
    if not out.is_terminal:
        shown.width = out.measure(shown, options=out.options.update(width=sys.maxsize)).maximum
    out.print(shown)
