"""From results to what a report says: each enterprise of a batch as one context (`Content`).

Every number is computed and formatted here and in the rooms beside (scores, gaps, verdicts, notes, basis, pictures),
once for every format and language.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from maturity.errors import InputError, Problem, near_or_known
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import Plan
from maturity.language import Lang
from maturity.models import READINGS
from maturity.reports.content.basis import basis, provisional
from maturity.reports.content.context import Content, ReadingLine
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import NONE, plain, printable, shown
from maturity.reports.content.firm import firmness_page
from maturity.reports.content.gaps import level_gaps, target
from maturity.reports.content.letterhead import PLAIN, Letterhead
from maturity.reports.content.notes import first_page, grouped, open_answers
from maturity.reports.content.peers import Peers
from maturity.reports.content.pictures import pictures
from maturity.reports.content.scores import NodeScores, level_lines, node_lines, told_once
from maturity.reports.content.verdicts import programme_notes, tier_pages
from maturity.reports.content.way_up import plan_pages
from maturity.reports.content.what_if import whatif_page
from maturity.scenarios import Decisions
from maturity.scenarios.explaining import Noted, notes_by_id
from maturity.scoring import Assessment

_BLOCK: Final = 256
"""Enterprises whose node scores are computed at a time: few calls, and a few megabytes at most."""


def content_of(
    assessment: Assessment,
    i: int = 0,
    *,
    decisions: Decisions | None = None,
    name: str = "",
    lang: Lang = "zh",
    plan: Plan | Sequence[Plan] | None = None,
    firmness: Firmness | None = None,
    whatif: WhatIf | None = None,
    peers: Peers | None = None,
    letterhead: Letterhead = PLAIN,
) -> Content:
    """The context of the report of one enterprise: `contents` for row i alone.

    Args:
        assessment: n enterprises.
        i: which of them.
        decisions: of the same enterprises, matched by id; without them the report says nothing of a programme.
        name: the enterprise's name; its id when there is none.
        lang: language.
        plan: the cheapest way up, or several: to the next level, to the next tier.
        firmness: how firm the level is.
        whatif: the same batch with something changed.
        peers: medians of the batch, to compare with.
        letterhead: title, issuer and logo.

    >>> from maturity import Answers, assess, load_model
    >>> answers = Answers.of(load_model("gbt39116-2020"), {"data.1a": "full"}, profile="discrete", id="示例")
    >>> content = content_of(assess(answers))
    >>> content.name, content.level_name, content.mark
    ('示例', '未达到 1 级', '0.8')
    """
    names = [name] * len(assessment) if name else ()
    i = range(len(assessment))[i]
    plans = {i: () if plan is None else (plan,) if isinstance(plan, Plan) else plan}
    (content,) = contents(
        assessment,
        [i],
        decisions=decisions,
        names=names,
        lang=lang,
        plans=plans,
        firmness={i: firmness} if firmness else {},
        whatif=whatif,
        peers=peers,
        letterhead=letterhead,
    )
    return content


def contents(
    assessment: Assessment,
    rows: Sequence[int],
    *,
    decisions: Decisions | None = None,
    names: Sequence[str] = (),
    lang: Lang = "zh",
    plans: Mapping[int, Sequence[Plan]] | None = None,
    firmness: Mapping[int, Firmness] | None = None,
    whatif: WhatIf | None = None,
    peers: Peers | None = None,
    letterhead: Letterhead = PLAIN,
) -> Iterator[Content]:
    """The contexts of the reports of some enterprises, in the order of ``rows``.

    Args:
        assessment: n enterprises.
        rows: which of them.
        decisions: of the same enterprises, in any order; matched by id.
        names: (n,) names of the enterprises, or none.
        lang: language.
        plans, firmness: by row of the assessment; a row that is not there has none.
        whatif: the same batch with something changed.
        peers: medians of the batch, to compare with.
        letterhead: title, issuer and logo.

    Raises:
        InputError: as many names as enterprises are expected, an enterprise has no decision, or a plan or firmness is
            another enterprise's.
    """
    ids = assessment.answers.ids
    if names and len(names) != len(ids):
        raise InputError([Problem.of("reports.names-count", "names", len(names), expected=len(ids))])
    if decisions and (unmatched := sorted(set(ids) - set(decisions.ids))):
        raise InputError(Problem.of("reports.unmatched", id, id) for id in unmatched)
    plans, firmness = plans or {}, firmness or {}
    given = [("plans", row, plan.id) for row, own in plans.items() for plan in own]
    given += [("firmness", row, one.id) for row, one in firmness.items()]
    if whatif:
        given += [("whatif", row, id) for row, id in zip(range(len(ids)), whatif.before.answers.ids, strict=True)]
    if others := [(key, row, id) for key, row, id in given if id != ids[row]]:
        raise InputError(
            Problem.of("reports.unknown-id", key, id, near=near_or_known(id, ids)) for key, _, id in others
        )
    return _contents(assessment, rows, decisions, names, plans, firmness, whatif, peers, letterhead, lang=lang)


def _contents(
    assessment: Assessment,
    rows: Sequence[int],
    decisions: Decisions | None,
    names: Sequence[str],
    plans: Mapping[int, Sequence[Plan]],
    firmness: Mapping[int, Firmness],
    whatif: WhatIf | None,
    peers: Peers | None,
    letterhead: Letterhead,
    *,
    lang: Lang,
) -> Iterator[Content]:
    ids = assessment.answers.ids
    places = {id: j for j, id in enumerate(decisions.ids)} if decisions else {}
    notes = notes_by_id(decisions) if decisions else {}
    for start in range(0, len(rows), _BLOCK):
        block = np.asarray(rows[start : start + _BLOCK], np.intp)
        scores = NodeScores.of(assessment, block)
        for k, i in enumerate(block.tolist()):
            own = [*notes.get(ids[i], ()), *notes.get("", ())]
            yield _content(
                Enterprise.of(assessment, i, lang),
                names[i] if names else "",
                scores,
                k,
                (decisions, places[ids[i]], own) if decisions else None,
                plans.get(i, ()),
                firmness.get(i),
                whatif,
                peers,
                letterhead,
            )


def _content(
    one: Enterprise,
    name: str,
    scores: NodeScores,
    k: int,
    decided: tuple[Decisions, int, Sequence[Noted]] | None,
    plans: Sequence[Plan],
    firmness: Firmness | None,
    whatif: WhatIf | None,
    peers: Peers | None,
    letterhead: Letterhead,
) -> Content:
    """One context; row k of ``scores``, and where something was decided, the row of the decisions and its notes."""
    decisions, j, notes = decided or (None, 0, ())
    assessment, i, model, lang = one.assessment, one.i, one.model, one.lang
    levels = level_lines(one)
    nodes = tuple(node_lines(one, scores, k))
    name = printable(name or one.id or NONE)
    level_possible = int(assessment.level_possible[i])
    total = shown(assessment.total[i])
    profile = next((known.name.in_(lang) for known in model.profiles if known.id == one.profile), NONE)
    group = peers.of(one.id, one.profile) if peers else None
    shared, tiers = tier_pages(one, decisions, j) if decisions else ((), ())
    return Content(
        lang=lang,
        title=printable(letterhead.title) or one.say("title"),
        issuer=printable(letterhead.issuer),
        logo=letterhead.logo,
        id=printable(one.id),
        name=name,
        profile=profile,
        model=model.name.in_(lang),
        programme=decisions.programme.name.in_(lang) if decisions else "",
        applied_on=str(decisions.on[j]) if decisions else "",
        provisional=provisional(model, decisions, lang),
        rejected=one.rejected,
        level=one.level,
        level_name=one.level_name(one.level),
        level_possible=level_possible,
        level_possible_name=one.level_name(level_possible),
        total=total,
        total_possible=shown(assessment.total_possible[i]),
        most=len(model.levels),
        open=bool(one.unanswered) and not one.rejected,
        answered=bool(one.answered or one.not_applicable),
        readings=() if one.rejected else tuple(_readings(one)),
        notes=tuple(first_page(one, profile)),
        peers=group.line(lang) if group else None,
        mark=plain(model.pass_mark),
        levels=levels,
        nodes=tuple(told_once(nodes)),
        pictures=pictures(one, name, levels, nodes, scores, k, group),
        target=target(one, total),
        gaps=tuple(level_gaps(one, levels)),
        plans=tuple(plan_pages(plans, model, lang)),
        firmness=firmness_page(firmness, lang) if firmness else None,
        whatif=whatif_page(one, whatif) if whatif else None,
        shared=shared,
        tiers=tiers,
        programme_notes=tuple(programme_notes(one, decisions, j, notes)) if decisions else (),
        open_notes=tuple(open_answers(one)),
        not_applicable=grouped(one, one.not_applicable),
        unanswered=grouped(one, one.unanswered),
        outside=grouped(one, one.outside),
        basis=basis(model, decisions, j, lang),
    )


def _readings(one: Enterprise) -> Iterator[ReadingLine]:
    """The level by each reading of the rule."""
    certain, possible = one.assessment.level_by_reading, one.assessment.level_by_reading_possible
    for reading in READINGS:
        yield ReadingLine(
            one.say(f"reading.{reading}"),
            one.level_name(int(certain[reading][one.i])),
            one.level_name(int(possible[reading][one.i])),
            reading == one.model.definition.reading.default,
        )
