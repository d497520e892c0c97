"""Many parquet files, each scored on its own: in processes of this machine, or by the workers of a Dask cluster.

Every file becomes one file of results, just as when it is scored alone; what was wrong in any of them stands in one
table beside them. The workers of a cluster need to see the files under the same paths as the machine that asks.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from maturity.errors import InputError, Problem, reason
from maturity.sheets.arrow import PARQUET, require
from maturity.sheets.typed.parquet import BLOCK, enterprises, opened
from maturity.sheets.typed.problems import as_found, problems_beside
from maturity.sheets.typed.repeated import twice
from maturity.sheets.typed.scoring import Scoring
from maturity.sheets.typed.streaming import FoundTable, Scored, score_file

Progress = Callable[[int, int], None]
"""Is told how many enterprises are done, of how many."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A file of answers, where its results go, and where what is found in it and the fingerprints of its ids."""

    source: Path
    target: Path
    part: Path
    scoring: Scoring

    @property
    def found(self) -> Path:
        return self.part.with_suffix(PARQUET)

    @property
    def ids(self) -> Path:
        return self.part.with_suffix(".ids")


def score_parquet(
    sources: Sequence[str | Path],
    target: str | Path,
    scoring: Scoring,
    *,
    strict: bool = False,
    workers: int | None = None,
    scheduler: str = "",
    progress: Progress | None = None,
) -> Scored:
    """Score parquet files of answers into parquet files of results.

    One file of answers makes the file ``target``, or ``target/NAME.parquet`` when that is a folder; several files need
    a folder. What was wrong stands in ``TARGET-problems.parquet``, which is there only if anything was. Ids that stand
    twice, in one file or in several, are among it. A file that cannot be read is named and does not stop the others.

    Args:
        sources: files with columns as `blocks` tells.
        target: a file that ends in .parquet, or a folder, which is made if it is not there.
        scoring: model, programme, day and readings.
        strict: whether any problem is an error, so that nothing is written.
        workers: processes on this machine for several files, by default as many as there are processors.
        scheduler: address of a Dask scheduler whose workers are to do it instead.
        progress: is told how far it is.

    Returns:
        the counts, the first problems, and the files written.

    Raises:
        InputError: no file could be scored, a place cannot be written to, or the cluster cannot be reached; the first
            problems, when ``strict`` and there are any.
    """
    files, target = [Path(source).resolve() for source in sources], Path(target).resolve()
    targets = _targets(files, target)
    beside = problems_beside(target)
    counts, unread = _looked_at(files)
    total = sum(counts.values())
    if not counts:
        raise InputError([problem for error in unread.values() for problem in error.problems] or [_no_files()])
    with _writable(target), TemporaryDirectory(dir=target.parent, prefix=f".{beside.stem}-") as parts:
        jobs = [
            _Job(file, Path(parts, f"{number}-results{PARQUET}") if strict else own, Path(parts, str(number)), scoring)
            for number, (file, own) in enumerate(zip(files, targets, strict=True))
            if file not in unread
        ]
        run = _on_cluster(scheduler) if scheduler else _here(workers)
        done: dict[Path, Scored] = {}
        for job, result in run(jobs, lambda count: progress(count, total) if progress else None):
            done[job.source] = result
            if progress:
                progress(sum(one.enterprises for one in done.values()), total)
        scored = _gathered(
            files, {job.source: (job, done[job.source]) for job in jobs}, unread, beside, scoring, strict
        )
        if not strict:
            return scored
        final = {job.target: targets[files.index(job.source)] for job in jobs}
        for job in jobs:
            job.target.replace(final[job.target])
        return replace(scored, files=tuple(final.get(file, file) for file in scored.files))


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError([Problem.of("sheets.unwritable", target.name, reason=reason(error))]) from error


def _no_files() -> Problem:
    return Problem.of("sheets.no-files", "")


def _targets(files: Sequence[Path], target: Path) -> list[Path]:
    """Where the results of each file go."""
    single = target.suffix == PARQUET and not target.is_dir()
    if single and len(files) > 1:
        raise InputError([Problem.of("blocks.needs-folder", target.name, target.name, count=len(files))])
    targets = [target] if single else [target / file.with_suffix(PARQUET).name for file in files]
    problems = [Problem.of("blocks.onto-itself", own.name, own) for own in targets if own in files]
    problems += [Problem.of("blocks.same-name", own.name, own) for own in set(targets) if targets.count(own) > 1]
    if problems:
        raise InputError(problems)
    try:
        (target.parent if single else target).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([Problem.of("sheets.unwritable", target.name, reason=reason(error))]) from error
    return targets


def _looked_at(files: Sequence[Path]) -> tuple[dict[Path, int], dict[Path, InputError]]:
    """How many enterprises each file has, and what is wrong with those that cannot be read at all."""
    counts: dict[Path, int] = {}
    unread: dict[Path, InputError] = {}
    for file in files:
        try:
            counts[file] = enterprises(file)
        except InputError as error:
            unread[file] = error
    return counts, unread


def _gathered(
    files: Sequence[Path],
    done: Mapping[Path, tuple[_Job, Scored]],
    unread: Mapping[Path, InputError],
    beside: Path,
    scoring: Scoring,
    strict: bool,
) -> Scored:
    """All results together, in the order of the files, and one table of what was found in any of them."""
    jobs = [job for job, result in done.values() if result.files]
    scored, found = Scored(), next(iter(done.values()))[0].part.with_name(beside.name)
    with FoundTable(found) as table:
        for file in files:
            if file in unread:
                about = [("problem", problem) for problem in unread[file].problems]
                scored += table.add(as_found(about, scoring.lang, file.name))
                continue
            job, result = done[file]
            scored += replace(result, problems=0, notes=0, first=())
            for rows in _rows(job.found) if job.found.exists() else ():
                scored += table.add(rows)
        sources, ids = [job.source for job in jobs], [job.ids for job in jobs]
        for rows in twice(sources, ids, scoring.model, scoring.programme, scoring.lang):
            scored += table.add(rows)
        if not scored.enterprises and not scored.problems:
            scored += table.add(as_found([("problem", Problem.of("sheets.no-rows", ""))], scoring.lang))
    if strict and scored.problems:
        rest = scored.problems - len(scored.first)
        place = files[0].name if len(files) == 1 else files[0].parent.name
        raise InputError([*scored.first, *([Problem.of("blocks.more", place, count=rest)] if rest else [])])
    if not found.exists():
        beside.unlink(missing_ok=True)
        return scored
    found.replace(beside)
    return replace(scored, files=(*scored.files, beside))


def _rows(part: Path) -> Iterator[pa.RecordBatch]:
    with opened(part) as file:
        yield from file.iter_batches(BLOCK)


# ---------------------------------------------------------------------------------------------------------- who does it


Run = Callable[[Sequence[_Job], Callable[[int], None]], Iterator[tuple[_Job, Scored]]]
"""Does some jobs, in whatever order they finish; says how many enterprises are done while one is under way."""


def _work(job: _Job, report: Callable[[int], None] | None = None) -> Scored:
    """One file; what is wrong with it as a whole is a problem of that file, not the end of all."""
    try:
        return score_file(job.source, job.target, job.found, job.ids, job.scoring, report)
    except InputError as error:
        return _failed(job, error.problems)


def _failed(job: _Job, problems: Sequence[Problem]) -> Scored:
    with FoundTable(job.found) as table:
        return table.add(as_found([("problem", one) for one in problems], job.scoring.lang, job.source.name))


def _here(workers: int | None) -> Run:
    """In this process if there is one job or worker, else in spawned ones: a forked one might hang for ever."""

    def run(jobs: Sequence[_Job], report: Callable[[int], None]) -> Iterator[tuple[_Job, Scored]]:
        count = min(workers or os.cpu_count() or 1, len(jobs))
        if count == 1:
            done = 0

            def more(count: int) -> None:
                nonlocal done
                done += count
                report(done)

            for job in jobs:
                yield job, _work(job, more)
            return
        with ProcessPoolExecutor(count, get_context("spawn"), initializer=pa.set_cpu_count, initargs=(1,)) as pool:
            running = {pool.submit(_work, job): job for job in jobs}
            try:
                for future in as_completed(running):
                    yield running[future], _outcome(running[future], future)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    return run


def _outcome(job: _Job, future: "Future[Scored] | Any") -> Scored:
    """What a worker returned; if it died, that is a problem of the file it worked on."""
    try:
        result: Scored = future.result()
    except Exception as error:  # whatever ended a worker, the others go on
        return _failed(job, [Problem.of("blocks.failed", "", f"{type(error).__name__}: {error}")])
    return result


def _on_cluster(address: str) -> Run:
    """By the workers of a Dask cluster."""

    def run(jobs: Sequence[_Job], _: Callable[[int], None]) -> Iterator[tuple[_Job, Scored]]:
        with _client(address) as client:
            running = {client.submit(_work, job, pure=False): job for job in jobs}
            for future in require("cluster").as_completed(list(running)):
                yield running[future], _outcome(running[future], future)

    return run


@contextmanager
def _client(address: str) -> Iterator[Any]:
    distributed = require("cluster")
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError([Problem.of("blocks.no-cluster", address, address, reason=error)]) from error
    with client:
        yield client
