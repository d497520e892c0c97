"""Reports of a whole batch: files for each enterprise, an index of them all, and a report on the batch as a whole."""

import gc
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from maturity.cohort import Division
from maturity.errors import InputError, MaturityError, Problem, near_or_known, reason
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import Plan
from maturity.language import Lang
from maturity.reports.batch import journal
from maturity.reports.batch.cohort import cohort_page
from maturity.reports.batch.files import file_names, write
from maturity.reports.batch.fingerprints import of_reports, of_run
from maturity.reports.batch.index import index_page
from maturity.reports.batch.processes import Work
from maturity.reports.content import contents
from maturity.reports.content.context import Content
from maturity.reports.content.letterhead import PLAIN, Letterhead
from maturity.reports.content.peers import INDUSTRY, Peers
from maturity.reports.formats import FORMATS, Format, render, unknown_formats
from maturity.scenarios import Decisions
from maturity.scoring import Assessment

Progress = Callable[[int, int], object]
"""Called with the number of enterprises done, and of all."""

INDEX: Final = "index.html"
COHORT: Final = "cohort.html"

_PIECE: Final = 256
"""Pages of HTML that a process is given at a time, or as much other work: scoring a piece takes 0.03 s at any size."""
_LEAST: Final = 32
"""The same, towards the end: so that no process waits long for the last one."""
_WORK: Final[Mapping[Format, int]] = {"html": 1, "pdf": 16, "docx": 16}
"""What a report of each format takes, in reports of HTML."""
_ENOUGH: Final = 400
"""Reports of HTML that take about as long as to start a few processes: from there on they are started."""


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_reports` left behind.

    Attributes:
        paths: the complete reports of the enterprises asked for, in their order, format by format.
        kept: how many of them had been written before, from the same input.
        index, cohort: the page that lists all reports, and the report on the batch as a whole.
        problems: what could not be written, and why.
    """

    paths: tuple[Path, ...]
    kept: int
    index: Path
    cohort: Path
    problems: tuple[Problem, ...]


def write_reports(
    directory: str | Path,
    assessment: Assessment,
    decisions: Decisions | None = None,
    names: Sequence[str] = (),
    *,
    formats: Sequence[Format] = ("html",),
    lang: Lang = "zh",
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    plans: Mapping[int, Sequence[Plan]] | None = None,
    firmness: Mapping[int, Firmness] | None = None,
    whatif: WhatIf | None = None,
    by: Sequence[Division] = (),
    letterhead: Letterhead = PLAIN,
    templates: Path | None = None,
    embed_font: bool = False,
    jobs: int | None = 1,
) -> Written:
    """The reports of the enterprises, an index of them all, and a report on the batch as a whole.

    A file is complete or absent: it is written under another name first. An enterprise whose report fails does not stop
    the others; it is among the problems. Run again after an interruption, it goes on: a report that is complete and
    would come out the same is kept. File names follow from the ids of the whole batch alone, so that a second run, or
    one with ``only``, writes the same files; what is in them does not depend on ``jobs`` either.

    Args:
        directory: made when it does not exist.
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        names: (n,) names of the enterprises, or none.
        formats: of the reports; index and cohort report are pages of HTML.
        lang: language.
        only: ids of the enterprises to write; the index lists all, and links those whose reports exist.
        progress: called as enterprises are done.
        plans: by row of the assessment the cheapest ways up of an enterprise.
        firmness: by row of the assessment how firm a level is.
        whatif: the same batch with something changed.
        by: what the cohort report is divided by, besides the profile; an ``industry`` among them is also whose medians
            an enterprise is compared with.
        letterhead: title, issuer and logo.
        templates: a folder whose templates stand in for ours of the same name.
        embed_font: put the characters it needs of our font into each page of HTML.
        jobs: processes; None: one for each core, where there is enough to do. With more than one, a script that calls
            this needs ``if __name__ == "__main__":``, because each process imports it again.

    Raises:
        InputError: there is no such format, there is less than one process, ``only`` names an id that is not there, or
            names, decisions, plans, firmness or divisions do not match the assessment.
        MaturityError: the extra that a format needs is not installed, or a template cannot be run.
    """
    wrong = [*unknown_formats(formats)]
    wrong += [Problem.of("reports.processes", "jobs", jobs)] if jobs is not None and jobs < 1 else []
    if wrong:
        raise InputError(wrong)
    ids = assessment.answers.ids
    chosen = set(ids if only is None else only)
    if unknown := sorted(chosen.difference(ids)):
        raise InputError(Problem.of("reports.unknown-id", id, id, near=near_or_known(id, ids)) for id in unknown)
    if uneven := [one for one in by if len(one.labels) != len(ids)]:
        raise InputError(
            Problem.of("reports.labels-count", one.id, len(one.labels), expected=len(ids)) for one in uneven
        )
    plans, firmness = plans or {}, firmness or {}
    make = partial(contents, assessment, decisions=decisions, names=names, lang=lang)
    make([], plans=plans, firmness=firmness, whatif=whatif)  # they match
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    files = file_names(ids, reserved=[Path(page).stem for page in (INDEX, COHORT)])
    peers = Peers.of_batch(assessment, decisions, next((one for one in by if one.id == INDUSTRY), None))
    job = _Job(folder, files, assessment, decisions, names, lang, peers, letterhead, templates, embed_font, whatif)
    rows = [i for i, id in enumerate(ids) if id in chosen]
    common = f"{of_run(assessment, decisions, lang, letterhead, templates)} {embed_font}"
    fingerprint = of_reports(assessment, decisions, names, plans, firmness, whatif, peers, common)
    made_from = {i: fingerprint(i) for i in rows}
    before = journal.finished(folder)
    wanted = {i: [kind for kind in formats if before.get(job.file(i, kind)) != made_from[i]] for i in rows}
    tasks = [_Task(i, tuple(wanted[i]), made_from[i], plans.get(i, ()), firmness.get(i)) for i in rows if wanted[i]]
    # What is written anew is no longer made from what the journal says: it is taken out before a file is touched.
    journal.rewrite(folder, before, without=[job.file(task.row, kind) for task in tasks for kind in task.formats])
    problems: dict[int, Problem] = {}
    done = len(rows) - len(tasks)
    processes = min(_processes(tasks) if jobs is None else jobs, max(1, len(tasks)))
    for results in Work(_write, job, partial(_lost, ids)).run(
        _pieces(tasks, processes),
        processes,
        first=lambda: _try(job, tasks),
        meanwhile=lambda: write(
            folder / COHORT, cohort_page(assessment, decisions, by, lang=lang, index=INDEX, templates=templates)
        ),
    ):
        problems |= {one.row: one.problem for one in results if one.problem}
        done += len(results)
        if progress:
            progress(done, len(rows))
    finished = journal.finished(folder)
    journal.rewrite(folder, finished)
    there = [
        {
            kind: quote(name)
            for kind in FORMATS
            # One that was made from something else is not shown as what this batch came to.
            if (name := job.file(i, kind)) in finished and finished[name] == made_from.get(i, finished[name])
        }
        for i in range(len(ids))
    ]
    listed = index_page(assessment, decisions, names, there, by, cohort=COHORT, lang=lang, templates=templates)
    write(folder / INDEX, listed)
    kept = sum(len(formats) - len(wanted[i]) for i in rows)
    complete = [job.file(i, kind) for i in rows for kind in formats]
    paths = tuple(folder / name for name in complete if name in finished)
    return Written(paths, kept, folder / INDEX, folder / COHORT, tuple(problems[i] for i in sorted(problems)))


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What every process knows."""

    folder: Path
    files: Sequence[str]
    assessment: Assessment
    decisions: Decisions | None
    names: Sequence[str]
    lang: Lang
    peers: Peers
    letterhead: Letterhead
    templates: Path | None
    embed_font: bool
    whatif: WhatIf | None

    def file(self, row: int, kind: Format) -> str:
        return f"{self.files[row]}.{kind}"


@dataclass(frozen=True, slots=True)
class _Task:
    """An enterprise whose report is to be written, in some formats, and the fingerprint of what it is made from."""

    row: int
    formats: tuple[Format, ...]
    made_from: str
    plans: Sequence[Plan]
    firmness: Firmness | None


@dataclass(frozen=True, slots=True)
class _Result:
    """An enterprise is done; with a problem where something was not written."""

    row: int
    problem: Problem | None


def _try(job: _Job, tasks: Sequence[_Task]) -> None:
    """Raise what would be wrong with every report, once: the extra of a format is missing, a template is broken."""
    kinds = {kind for task in tasks for kind in task.formats if kind != "html" or job.templates}
    for task in tasks[:1] if kinds else ():
        try:
            (content,) = _contents(job, [task])
            for kind in sorted(kinds):
                render(content, kind, templates=job.templates)
        except MaturityError:
            raise
        except Exception:  # it is reported when its turn comes
            return


def _processes(tasks: Sequence[_Task]) -> int:
    """One for each core, where starting them takes less time than they save."""
    work = sum(_WORK[kind] for task in tasks for kind in task.formats)
    return _cores() if work >= _ENOUGH else 1


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pieces(tasks: Sequence[_Task], processes: int) -> list[Sequence[_Task]]:
    """The tasks in pieces, long ones first: each a part of what is then left for one process."""
    work = max((_WORK[kind] for task in tasks for kind in task.formats), default=1)
    most, least = max(1, _PIECE // work), max(1, _LEAST // work)
    pieces, start = [], 0
    while start < len(tasks):
        size = min(most, max(least, (len(tasks) - start) // (2 * processes)))
        pieces.append(tasks[start : start + size])
        start += size
    return pieces


def _write(job: _Job, tasks: Sequence[_Task]) -> list[_Result]:
    """Write the reports of some enterprises; whatever is wrong with one, the others get theirs."""
    results = []
    for task, found in zip(tasks, _each(job, tasks), strict=True):
        problem, id = None, job.assessment.answers.ids[task.row]
        try:
            content = found()
            for kind in task.formats:
                page = render(content, kind, templates=job.templates, index=INDEX, embed_font=job.embed_font)
                write(job.folder / job.file(task.row, kind), page)
                journal.add(job.folder, job.file(task.row, kind), task.made_from)
        except (KeyboardInterrupt, SystemExit):
            raise
        except OSError as error:
            problem = Problem.of("reports.unwritten", error.filename or id, id, reason=reason(error))
        except BaseException as error:  # a panic of typst is no Exception
            problem = Problem.of("reports.failed", id, f"{type(error).__name__}: {error}")
        results.append(_Result(task.row, problem))
    if any("docx" in task.formats for task in tasks):
        gc.collect()  # documents of Word hold themselves; uncollected they grow by some megabytes each
    return results


def _lost(ids: Sequence[str], task: _Task) -> _Result:
    return _Result(task.row, Problem.of("reports.failed", ids[task.row], "process died"))


def _each(job: _Job, tasks: Sequence[_Task]) -> Iterator[Callable[[], Content]]:
    """For each enterprise what gives its content or raises what is wrong with it; those after a bad one go on."""

    made, at = _contents(job, tasks), 0

    def after() -> Content:
        nonlocal made
        try:
            return next(made)
        except Exception:
            made = _contents(job, tasks[at + 1 :])  # a generator that raised is finished
            raise

    for at in range(len(tasks)):  # noqa: B007  read in `after`
        yield after


def _contents(job: _Job, tasks: Sequence[_Task]) -> Iterator[Content]:
    return contents(
        job.assessment,
        [task.row for task in tasks],
        decisions=job.decisions,
        names=job.names,
        lang=job.lang,
        plans={task.row: task.plans for task in tasks},
        firmness={task.row: task.firmness for task in tasks if task.firmness},
        whatif=job.whatif,
        peers=job.peers,
        letterhead=job.letterhead,
    )
