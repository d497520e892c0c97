"""The page that lists the reports of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

from maturity.language import Lang, say
from maturity.reports.basis import provisional
from maturity.reports.figures import NONE, span
from maturity.reports.templates import environment, words
from maturity.scenarios import Decisions
from maturity.scoring import Assessment, cut


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


def index_page(
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    addresses: Sequence[str],
    *,
    lang: Lang,
) -> bytes:
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
                NONE if answers.rejected[i] else span(str(level[i]), str(level_possible[i])),
                NONE if answers.rejected[i] else span(f"{total[i]:.2f}", f"{total_possible[i]:.2f}"),
                tuple((verdict, say(f"verdict.{verdict}", lang)) for verdict in verdicts),
                addresses[i],
            )
        )
    text = (
        environment()
        .get_template("index.html.j2")
        .render(
            lang=lang,
            **words(lang),
            lines=lines,
            tiers=[tier.name.in_(lang) for tier in tiers],
            model=answers.model.name.in_(lang),
            programme=decisions.programme.name.in_(lang) if decisions else "",
            provisional=provisional(answers.model, decisions, lang),
        )
    )
    return text.encode("utf-8", "backslashreplace")
