"""Reports of a whole batch: a file for each enterprise, and an index of them all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from maturity.errors import InputError, Problem, nearest
from maturity.firmness import Firmness
from maturity.improvement import Plan
from maturity.language import Lang
from maturity.reports.content import contents
from maturity.reports.context import Content
from maturity.reports.files import file_names, write
from maturity.reports.formats import render
from maturity.reports.index import index_page
from maturity.reports.peers import Peers
from maturity.scenarios import Decisions
from maturity.scoring import Assessment

Progress = Callable[[int, int], object]
"""Called with the number of enterprises done, and of all."""

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_reports` wrote: the page of each enterprise, in their order, the index, and what went wrong."""

    paths: tuple[Path, ...]
    index: Path
    problems: tuple[Problem, ...]


def write_reports(
    directory: str | Path,
    assessment: Assessment,
    decisions: Decisions | None = None,
    names: Sequence[str] = (),
    *,
    lang: Lang = "zh",
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    plans: Mapping[int, Sequence[Plan]] | None = None,
    firmness: Mapping[int, Firmness] | None = None,
) -> Written:
    """A page for each enterprise and an index of them all.

    A file is complete or absent: it is written under another name first. An enterprise whose report fails does not stop
    the others; it is among the problems. File names follow from the ids of the whole batch alone, so that a second run,
    or one with ``only``, writes the same files.

    Args:
        directory: made when it does not exist.
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        names: (n,) names of the enterprises, or none.
        lang: language.
        only: ids of the enterprises to write; the index lists all, and links those whose page exists.
        progress: called after each enterprise.
        plans: by row of the assessment the cheapest ways up of an enterprise.
        firmness: by row of the assessment how firm a level is.

    Raises:
        InputError: ``only`` names an id that is not there, or names, decisions, plans or firmness do not match the
            assessment.
    """
    ids = assessment.answers.ids
    if unknown := [id for id in dict.fromkeys(only or ()) if id not in ids]:
        raise InputError(Problem.of("reports.unknown-id", id, id, near=nearest(id, ids) or ids[0]) for id in unknown)
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    files = [f"{name}.html" for name in file_names(ids, reserved=(Path(INDEX).stem,))]
    rows = [i for i, id in enumerate(ids) if only is None or id in only]
    make = partial(contents, assessment, decisions=decisions, names=names, lang=lang, plans=plans, firmness=firmness)
    make = partial(make, peers=Peers.of_batch(assessment, decisions))
    paths, problems = [], []
    for done, (i, found) in enumerate(_each(make, rows), start=1):
        target = directory / files[i]
        try:
            write(target, render(found(), "html", index=INDEX))
            paths.append(target)
        except Exception as error:  # whatever is wrong with one enterprise, the others get their reports
            problems.append(Problem.of("reports.failed", ids[i], f"{type(error).__name__}: {error}"))
        if progress:
            progress(done, len(rows))
    index = directory / INDEX
    addresses = [quote(file) if (directory / file).is_file() else "" for file in files]
    write(index, index_page(assessment, decisions, names, addresses, lang=lang))
    return Written(tuple(paths), index, tuple(problems))


def _each(
    make: Callable[[Sequence[int]], Iterator[Content]], rows: Sequence[int]
) -> Iterator[tuple[int, Callable[[], Content]]]:
    """Each row, and what gives its content or raises what is wrong with it; the rows after a bad one go on."""
    made, at = make(rows), 0

    def after() -> Content:
        nonlocal made
        try:
            return next(made)
        except Exception:
            made = make(rows[at + 1 :])  # a generator that raised is finished
            raise

    for at, row in enumerate(rows):  # noqa: B007  read in `after`
        yield row, after
