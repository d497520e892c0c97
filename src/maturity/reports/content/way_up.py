"""What a report says of the way up: the cheapest plan to each target, as plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from maturity.improvement import Plan, Status, UpgradeRow
from maturity.improvement.plans import plain
from maturity.improvement.worth import shown
from maturity.language import Lang, say
from maturity.models import MaturityModel
from maturity.reports.content.lines import ConditionLine


@dataclass(frozen=True, slots=True)
class ScoreShift:
    """A score without the plan and with it, cut to two decimals; whether the level is met, None for the total."""

    name: str
    before: str
    after: str
    met_before: bool | None
    met_after: bool | None


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan: where it leads, what it costs, the proof, and what to do.

    Attributes:
        target, status: what is to be reached, and whether it is; ``headline`` says it with cost and proof.
        figures: (label, value) of cost, bound and proof; of budget and duration where there is one.
        same_as: an earlier plan of the report that raises the same, so that its list need not stand twice, or ``""``.
        upgrades: in the order of the plan; the first ``unanswered`` of them have no answer yet.
        open_note: what that means, ``""`` when everything raised is answered.
        timed: some upgrade has a duration.
        shifts: each level's score and the total without and with the plan; () when nothing is raised.
        shift: the level without and with the plan, as a sentence.
        work: (role, conditions), the other conditions of the tier that are not met or not known to be.
        reasons: why the target is out of reach.
    """

    target: str
    status: Status
    headline: str
    figures: tuple[tuple[str, str], ...]
    same_as: str
    upgrades: tuple[UpgradeRow, ...]
    unanswered: int
    open_note: str
    timed: bool
    shift: str
    shifts: tuple[ScoreShift, ...]
    work: tuple[tuple[str, tuple[ConditionLine, ...]], ...]
    reasons: tuple[str, ...]


def plan_pages(plans: Sequence[Plan], model: MaturityModel, lang: Lang) -> Iterator[PlanPage]:
    """The plans of one enterprise as a section of its report."""
    earlier: dict[object, str] = {}
    for plan in plans:
        raised = (plan.aim.reading, *((one.requirement.id, one.to.id, one.cost) for one in plan.upgrades))
        page = _page(plan, model, lang, earlier.get(raised, "") if plan.upgrades else "")
        earlier.setdefault(raised, page.target)
        yield page


def _page(plan: Plan, model: MaturityModel, lang: Lang, same_as: str) -> PlanPage:
    target = plan.aim.name.in_(lang)
    unanswered = sum(one.unanswered for one in plan.upgrades)
    rows = plan.rows(lang)
    shift = say(
        "report.way.shift",
        lang,
        reading=say(f"report.reading.{plan.aim.reading}", lang),
        before=_level(plan.level, lang),
        after=_level(plan.level_after, lang),
    )
    return PlanPage(
        target=target[:1].upper() + target[1:],
        status=plan.status,
        headline=plan.headline(lang),
        figures=tuple(_figures(plan, lang)) if rows else (),
        same_as=same_as,
        upgrades=rows,
        unanswered=unanswered,
        open_note=say("report.way.unanswered", lang, count=unanswered) if unanswered else "",
        timed=any(row.duration for row in rows),
        shift=shift,
        shifts=tuple(_shifts(plan, model, lang)) if rows else (),
        work=tuple(_work(plan, lang)),
        reasons=tuple(
            reason.what(lang) for reason in plan.reasons if plan.status != "no_level"
        ),  # the headline says it
    )


def _figures(plan: Plan, lang: Lang) -> Iterator[tuple[str, str]]:
    proof = "optimal" if plan.optimal else "gap"
    yield say("report.way.cost", lang), plain(plan.cost)
    yield say("report.way.bound", lang), plain(plan.bound)
    yield say("report.way.proof", lang), say(f"report.way.{proof}", lang, gap=plain(plan.gap))
    if plan.budget is not None:
        yield say("report.way.budget", lang), plain(plan.budget)
        if plan.over_budget:
            yield say("report.way.over", lang), plain(plan.over_budget)
    if plan.longest is not None:
        yield say("report.way.longest", lang), plain(plan.longest)
    if plan.duration is not None:
        yield say("report.way.duration", lang), plain(plan.duration)


def _shifts(plan: Plan, model: MaturityModel, lang: Lang) -> Iterator[ScoreShift]:
    def met(score: Fraction) -> bool:
        return score >= model.pass_mark

    for level, before, after in zip(model.levels, plan.scores, plan.scores_after, strict=True):
        name = say("report.level.name", lang, number=level.number, name=level.name)
        yield ScoreShift(name, shown(before), shown(after), met(before), met(after))
    yield ScoreShift(say("report.summary.total", lang), shown(plan.total), shown(plan.total_after), None, None)


def _work(plan: Plan, lang: Lang) -> Iterator[tuple[str, tuple[ConditionLine, ...]]]:
    for role in ("required", "production", "cultivation"):
        lines = tuple(
            ConditionLine(
                id=one.condition,
                name=one.name.in_(lang),
                truth=one.state,
                value=one.value.in_(lang),
                threshold=one.threshold.in_(lang),
                shortfall=one.shortfall.in_(lang),
                clause=one.clause.in_(lang),
                quote=one.quote,
            )
            for one in plan.aim.work
            if one.role == role
        )
        if lines:
            yield role, lines


def _level(number: int, lang: Lang) -> str:
    key = "rejected" if number < 0 else "number" if number else "none"
    return say(f"report.level.{key}", lang, number=number)
