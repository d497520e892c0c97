"""Reports: one row of results -> a self-contained page, and a directory of them for a batch.

What a report says is decided in `content` (every number once, for every format), how a file is called in `files`; here
it is put into a template and written. jinja2 lives only here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from maturity import charts
from maturity.errors import InputError, MaturityError, Problem, nearest
from maturity.firmness import Firmness
from maturity.improvement import Plan
from maturity.language import Lang, say
from maturity.reports.content import Content, NodeLine, Reach, Score, contents, provisional
from maturity.reports.files import file_names, write
from maturity.scenarios import Decisions
from maturity.scoring import Assessment, cut

__all__ = ["Content", "Written", "contents", "file_names", "render", "write_reports"]

Progress = Callable[[int, int], object]
"""Called with the number of enterprises done, and of all."""

INDEX: Final = "index.html"


@dataclass(frozen=True, slots=True)
class Written:
    """What `write_reports` wrote: the page of each enterprise, in their order, the index, and what went wrong."""

    paths: tuple[Path, ...]
    index: Path
    problems: tuple[Problem, ...]


def render(
    assessment: Assessment,
    i: int = 0,
    *,
    decisions: Decisions | None = None,
    name: str = "",
    lang: Lang = "zh",
    plan: Plan | Sequence[Plan] | None = None,
    firmness: Firmness | None = None,
) -> str:
    """The report of one enterprise: a page of HTML that needs nothing else, not even a network.

    Args:
        assessment: n enterprises.
        i: which of them.
        decisions: of the same enterprises, matched by id; without them the report says nothing of a programme.
        name: the enterprise's name; its id when there is none.
        lang: language.
        plan: the cheapest way up, or several: to the next level, to the next tier.
        firmness: how firm the level is.

    Without the last two the report says nothing of them.

    >>> from maturity import Answers, assess, load_model
    >>> model = load_model("gbt39116-2020")
    >>> page = render(assess(Answers.of(model, {"data.1a": "full"}, profile="discrete", id="示例")))
    >>> page[:15], "示例" in page
    ('<!DOCTYPE html>', True)
    """
    names = [name] * len(assessment) if name else ()
    i = range(len(assessment))[i]
    plans = {i: () if plan is None else (plan,) if isinstance(plan, Plan) else plan}
    firm = {i: firmness} if firmness else {}
    (content,) = contents(assessment, [i], decisions=decisions, names=names, lang=lang, plans=plans, firmness=firm)
    return page(content)


def page(content: Content, *, index: str = "") -> str:
    """A report as HTML; ``index`` is the address of the page that lists all reports."""
    return _template("report.html.j2").render(
        report=content,
        pictures=_pictures(content),
        say=partial(_say, content.lang),
        say_verdict=lambda verdict: say(f"verdict.{verdict}", content.lang),
        heading=lambda key: say(key, content.lang),  # the same words as in the tables of the command line
        index=index,
    )


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
    paths, problems = [], []
    for done, (i, found) in enumerate(_each(make, rows), start=1):
        target = directory / files[i]
        try:
            write(target, page(found(), index=INDEX))
            paths.append(target)
        except Exception as error:  # whatever is wrong with one enterprise, the others get their reports
            problems.append(Problem.of("reports.failed", ids[i], f"{type(error).__name__}: {error}"))
        if progress:
            progress(done, len(rows))
    index = directory / INDEX
    addresses = [quote(file) if (directory / file).is_file() else "" for file in files]
    write(index, _index(assessment, decisions, names, addresses, lang=lang))
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


@dataclass(frozen=True, slots=True)
class Pictures:
    """The charts of a report, as SVG. ``reaches`` belong to the `Reach` of the same place."""

    reaches: tuple[Markup, ...]
    bars: Markup
    heat_map: Markup


def _pictures(content: Content) -> Pictures:
    """Every chart of a report; the frames are drawn once, the values placed into them."""
    say = partial(_say, content.lang)
    name = content.name
    return Pictures(
        tuple(Markup(_radar(content, reach)) for reach in content.reaches),
        Markup(_bars(content, say("chart.bars", name=name))),
        Markup(_heat_map(content, say("chart.heat", name=name))),
    )


def _radar(content: Content, reach: Reach) -> str:
    """What is certain over what is possible over the most that can be reached."""
    say = partial(_say, content.lang)
    most = charts.Series(say("chart.most"), np.array(reach.most), "most")
    possible = charts.Series(say("chart.possible"), np.array(reach.possible), "possible")
    certain = charts.Series(say("chart.certain"), np.array(reach.certain), "certain")
    series = [most, possible, certain] if content.open else [most, certain]
    return charts.radar(
        reach.names, series, top=content.most, title=say("chart.radar", name=content.name, layer=reach.layer)
    )


def _bars(content: Content, title: str) -> str:
    levels = content.levels
    return charts.level_bars(
        [f"{level.number} {level.name}" for level in levels],
        np.array([level.score.value for level in levels]),
        [level.met for level in levels],
        mark=content.mark_value,
        mark_label=_say(content.lang, "chart.mark", mark=content.mark),
        shown=[_with_possible(level.score) for level in levels],
        title=title,
        possible=np.array([level.score.value_possible for level in levels]) if content.open else None,
    )


def _heat_map(content: Content, title: str) -> str:
    leaves = [node for node in content.nodes if node.depth == max(node.depth for node in content.nodes)]
    return charts.heat_map(
        [node.name for node in leaves],
        [(str(level.number), level.name) for level in content.levels],
        # The shade goes by the figure that is printed, so that both say the same at the mark.
        np.array([[_printed(score) for score in node.scores] for node in leaves]),
        mark=content.mark_value,
        title=title,
        shown=[
            [(score.shown, f"≤ {score.possible}" if score.possible else "") for score in node.scores] for node in leaves
        ],
        groups=_group_starts(content.nodes),
    )


def _group_starts(nodes: Sequence[NodeLine]) -> list[int]:
    """The leaves, by their number, before which a node of the top layer begins."""
    deepest = max(node.depth for node in nodes)
    starts, leaves = [], 0
    for node in nodes:
        if node.depth == 0 and leaves:
            starts.append(leaves)
        leaves += node.depth == deepest
    return starts


def _printed(score: Score) -> float:
    return float("nan") if score.value != score.value else float(score.shown)


def _with_possible(score: Score) -> str:
    return f"{score.shown} – {score.possible}" if score.possible else score.shown


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise in the index; ``address`` is ``""`` when its page does not exist."""

    id: str
    name: str
    profile: str
    level: str
    total: str
    verdicts: tuple[tuple[str, str], ...]
    address: str


def _index(
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    addresses: Sequence[str],
    *,
    lang: Lang,
) -> str:
    """The page that lists every enterprise of the batch; ``addresses`` (n,) are ``""`` where there is no report."""
    answers = assessment.answers
    tiers = decisions.programme.tiers if decisions else ()
    places = {id: j for j, id in enumerate(decisions.ids)} if decisions else {}
    profiles = {profile.id: profile.name.in_(lang) for profile in answers.model.profiles}
    level, level_possible = assessment.level.tolist(), assessment.level_possible.tolist()
    total, total_possible = cut(assessment.total), cut(assessment.total_possible)
    lines = []
    for i, id in enumerate(answers.ids):
        verdicts = [str(decisions.verdict[tier.id][places[id]]) for tier in tiers] if decisions else []
        lines.append(
            Line(
                id,
                names[i] if names else "",
                profiles[answers.profile(i)],
                "—" if answers.rejected[i] else _span(str(level[i]), str(level_possible[i])),
                "—" if answers.rejected[i] else _span(f"{total[i]:.2f}", f"{total_possible[i]:.2f}"),
                tuple((verdict, say(f"verdict.{verdict}", lang)) for verdict in verdicts),
                addresses[i],
            )
        )
    return _template("index.html.j2").render(
        lang=lang,
        say=partial(_say, lang),
        lines=lines,
        tiers=[tier.name.in_(lang) for tier in tiers],
        model=answers.model.name.in_(lang),
        programme=decisions.programme.name.in_(lang) if decisions else "",
        provisional=provisional(answers.model, decisions, lang),
    )


def _span(certain: str, possible: str) -> str:
    return certain if certain == possible else f"{certain} – {possible}"


def _say(lang: Lang, key: str, /, **values: object) -> str:
    return say(f"report.{key}", lang, **values)


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def templates() -> Path:
    """Where the templates are: in the installed package, or in the repository that an editable install points at.

    Raises:
        MaturityError: in neither.
    """
    here = Path(__file__).parent
    for place in (here.parent / "_templates", here.parents[2] / "reports" / "templates"):
        if place.is_dir():
            return place
    raise MaturityError([Problem.of("reports.no-templates", "maturity")])
