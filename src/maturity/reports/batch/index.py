"""The page that lists the reports of a batch: a table that a browser can search and sort, and that is whole without."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from maturity.cohort import Division
from maturity.language import Lang, say
from maturity.profiles import known_profile
from maturity.reports.content.basis import provisional
from maturity.reports.content.figures import NONE, span
from maturity.reports.formats import Format
from maturity.reports.formats.templates import filled, found, words
from maturity.scenarios import VERDICTS, Decisions
from maturity.scoring import Assessment, cut


@dataclass(frozen=True, slots=True)
class Line:
    """An enterprise in the index.

    Attributes:
        labels: in each division.
        level_key, total_key: what the column is sorted by; those without a level come first.
        verdicts: by tier what the column is sorted by, the verdict, and what it is called.
        files: (what a format is called, address of the report), those that exist.
    """

    id: str
    name: str
    profile: str
    labels: tuple[str, ...]
    level: str
    level_key: int
    total: str
    total_key: str
    verdicts: tuple[tuple[int, str, str], ...]
    files: tuple[tuple[str, str], ...]


def index_page(
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    files: Sequence[Mapping[Format, str]],
    by: Sequence[Division] = (),
    *,
    cohort: str = "",
    lang: Lang,
    templates: Path | None = None,
) -> bytes:
    """The page that lists every enterprise of the batch.

    Args:
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        names: (n,) names, or none.
        files: (n,) the address of each report that exists, by format.
        by: a column for each division.
        cohort: address of the report on the whole batch.
        lang: language.
        templates: a folder whose templates stand in for ours of the same name.
    """
    answers = assessment.answers
    tiers = decisions.programme.tiers if decisions else ()
    places = {id: j for j, id in enumerate(decisions.ids)} if decisions else {}
    verdicts = [decisions.verdict[tier.id].tolist() for tier in tiers] if decisions else []
    spoken = {verdict: (at, verdict, say(f"verdict.{verdict}", lang)) for at, verdict in enumerate(VERDICTS)}
    profiles = {"": NONE, **{profile.id: profile.name.in_(lang) for profile in answers.model.profiles}}
    level, level_possible = assessment.level.tolist(), assessment.level_possible.tolist()
    total, total_possible = cut(assessment.total), cut(assessment.total_possible)
    lines = [
        Line(
            id=id,
            name=names[i] if names else "",
            profile=profiles[known_profile(answers, i)],
            labels=tuple(one.shown(one.labels[i], lang) for one in by),
            level=NONE if answers.rejected[i] else span(str(level[i]), str(level_possible[i])),
            level_key=level[i],
            total=NONE if answers.rejected[i] else span(f"{total[i]:.2f}", f"{total_possible[i]:.2f}"),
            total_key="-1" if answers.rejected[i] else f"{total[i]:.2f}",
            verdicts=tuple(spoken[given[places[id]]] for given in verdicts),
            files=tuple((say(f"batch.index.{kind}", lang), address) for kind, address in files[i].items()),
        )
        for i, id in enumerate(answers.ids)
    ]
    script = found("index.js", templates).read_text(encoding="utf-8")
    text = filled(
        "index.html.j2",
        templates,
        lang=lang,
        told=partial(_told, lang),
        **words(lang),
        lines=lines,
        divisions=[_heading(one.name.in_(lang)) for one in by],
        tiers=[tier.name.in_(lang) for tier in tiers],
        cohort=cohort,
        found=say("batch.index.found", lang),  # the script puts the figures in
        model=answers.model.name.in_(lang),
        programme=decisions.programme.name.in_(lang) if decisions else "",
        provisional=provisional(answers.model, decisions, lang),
        script=Markup(script),
        script_hash=_hash_of(script),
    )
    return text.encode("utf-8", "backslashreplace")


def _heading(name: str) -> str:
    return name[:1].upper() + name[1:]


def _hash_of(script: str) -> str:
    """What the page's own policy allows to run: this script, and nothing that a name might smuggle in."""
    return f"sha256-{b64encode(sha256(script.encode('utf-8')).digest()).decode('ascii')}"


def _told(lang: Lang, key: str, /, **values: object) -> str:
    return say(f"batch.index.{key}", lang, **values)
