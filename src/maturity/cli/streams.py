"""Parquet files scored block by block: which files, how far it is, what came out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from maturity.cli import frame
from maturity.errors import InputError, Problem
from maturity.language import Lang, say

if TYPE_CHECKING:
    from maturity.models import MaturityModel
    from maturity.scenarios import Programme

PARQUET = ".parquet"
SMALL = 20_000
"""Up to so many enterprises or rows are done before anybody would look for a sign of life."""

Sources = Annotated[
    list[Path],
    typer.Argument(
        parser=frame.path,
        help="xlsx、xls、csv、parquet 文件，文件夹，或 'answers/*.parquet' · xlsx, xls, csv or parquet files, folders, "
        "or a pattern",
    ),
]
Scheduler = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS", help="由 Dask 集群评分（parquet） · score on a Dask cluster")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="本机进程数（parquet） · processes on this machine")
]


def files_of(sources: Sequence[Path]) -> list[Path]:
    """The files and folders named, patterns such as ``answers/*.parquet`` filled in.

    Raises:
        InputError: some of them are not there.
    """
    found: list[Path] = []
    for source in sources:
        matching = [] if source.exists() else sorted(map(Path, glob(str(source))))  # noqa: PTH207  may be absolute
        found += matching or [source]
    frame.present(found)
    return found


def streamed(files: Sequence[Path], output: Path) -> list[Path]:
    """The parquet files to score block by block; none if the results are to be written as another sheet.

    Raises:
        InputError: a folder is to be written and the files are no parquet.
    """
    from maturity.sheets.arrow import parquet_files

    typed = [file for path in files for file in parquet_files(path) or [path] if file.suffix == PARQUET]
    complete = all(path.suffix == PARQUET or parquet_files(path) for path in files)
    if output.suffix and output.suffix != PARQUET and not output.is_dir():
        return []
    if not complete and (output.suffix != PARQUET or typed):
        raise InputError([Problem.of("blocks.needs-parquet", "--output", output)])
    return typed


def score(
    files: Sequence[Path],
    output: Path,
    model: "MaturityModel",
    programme: "Programme | None",
    on: date,
    chosen: Mapping[str, str],
    lang: Lang,
    *,
    strict: bool,
    workers: int | None,
    scheduler: str,
) -> None:
    """Score the files, show how far it is and what came out; exit code 1 when there was any problem."""
    from maturity.sheets import Scoring, score_parquet

    scoring = Scoring(model, programme, on if programme else None, chosen, lang)
    with shown("scoring", lang) as progress:
        scored = score_parquet(
            files, output, scoring, strict=strict, workers=workers, scheduler=scheduler, progress=progress
        )
    frame.tell("read", lang, count=scored.enterprises, problems=scored.problems, notes=scored.notes)
    for file in scored.files:
        frame.tell("written", lang, path=file)
    frame.counted(model, scored.levels, programme, scored.verdicts, lang)
    if scored.problems:
        frame.err.print(say("cli.problems", lang, count=scored.problems), markup=False)
        frame.listed(scored.first, lang)
        if scored.problems > len(scored.first):
            rest = scored.problems - len(scored.first)
            frame.err.print(say("cli.more-problems-in", lang, count=rest, path=scored.files[-1]), markup=False)
        raise typer.Exit(1)


@contextmanager
def shown(what: str, lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """How far something is: a bar on a terminal, elsewhere a line now and then."""
    if not frame.err.is_terminal:
        said = 0

        def line(done: int, total: int) -> None:
            nonlocal said
            tenth = done * 10 // max(total, 1)
            if tenth > said and total > SMALL:
                said = tenth
                frame.err.print(say(f"cli.{what}-so-far", lang, done=f"{done:,}", total=f"{total:,}"), markup=False)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=frame.err, transient=True) as progress:
        task = progress.add_task(say(f"cli.{what}", lang), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
