"""With one budget for many: which enterprises to support, so that most of them reach the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from maturity.errors import InputError, Problem
from maturity.improvement.costs import total
from maturity.improvement.plans import Plan, plain
from maturity.language import Lang, say


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """The enterprises whose plans a budget pays.

    Attributes:
        supported: their plans, the cheapest first.
        already: ids of those who reach the target as it is and need nothing.
        left_out: ids of those whose plan would not be paid, the cheapest first.
        out_of_reach: ids of those whom no plan brings there.
        other_work: ids of those supported or there already who meet the maturity conditions of a tier, while others of
            its conditions, listed as the work of their plans (`Aim.work`), are still to be met.
        budget, spent: what there is, and what the supported plans cost.
        bound: at most so many can be supported with the budget, whatever is chosen.
    """

    supported: tuple[Plan, ...]
    already: tuple[str, ...]
    left_out: tuple[str, ...]
    out_of_reach: tuple[str, ...]
    other_work: tuple[str, ...]
    budget: Decimal
    spent: Decimal
    bound: int

    @property
    def optimal(self) -> bool:
        """Whether the bound proves that no more can be supported."""
        return len(self.supported) == self.bound

    @property
    def reaching(self) -> int:
        """How many enterprises reach the target with this support; of a tier, its maturity conditions."""
        return len(self.already) + len(self.supported)

    def headline(self, lang: Lang) -> str:
        """The result in a sentence, with its proof."""
        values = {
            "count": len(self.supported),
            "spent": plain(self.spent),
            "budget": plain(self.budget),
            "already": len(self.already),
            "reaching": self.reaching,
            "open": len(self.other_work),
        }
        line = say(f"improvement.support.{'maturity' if self.other_work else 'result'}", lang, **values)
        return line + say(f"improvement.support.{'optimal' if self.optimal else 'gap'}", lang, bound=self.bound)

    def named(self, lang: Lang) -> str:
        """Who is supported, with what each plan costs, the cheapest first."""
        ids = ", ".join(f"{one.id} ({plain(one.cost)})" for one in self.supported)
        return say("improvement.support.supported", lang, ids=ids or "—")

    def of_plan(self, one: Plan, lang: Lang) -> str:
        """Whether a plan is supported, in a word; not needed where the target is reached as it is."""
        key = "unneeded" if one.status == "reached" else "yes" if one in self.supported else "no"
        return say(f"improvement.support.{key}", lang)

    def as_dict(self) -> dict[str, object]:
        """For JSON; exact numbers are text."""
        return {
            "budget": str(self.budget),
            "spent": str(self.spent),
            "supported": [{"id": one.id, "cost": str(one.cost)} for one in self.supported],
            "already": list(self.already),
            "left_out": list(self.left_out),
            "out_of_reach": list(self.out_of_reach),
            "reaching": self.reaching,
            "other_work": list(self.other_work),
            "bound": self.bound,
            "optimal": self.optimal,
        }


def support(plans: Sequence[Plan], budget: Decimal | int | str) -> Support:
    """Which plans to pay with a budget, so that most enterprises reach the target; among those, at the least cost.

    Plans do no more for a tier than meet its maturity conditions; who still has others to meet is told in `other_work`.

    Every enterprise counts one, so this knapsack is solved by taking the cheapest plans first: any other choice of as
    many plans costs at least as much. The bound takes for each plan what it costs at least (`Plan.bound`), so it holds
    for plans whose search was cut short, too.

    Args:
        plans: of `plan`, one per enterprise; a budget per enterprise, if they had one, still holds.
        budget: for all together, in the unit of the costs.

    Raises:
        InputError: the budget is no number from 0.
    """
    try:
        limit = Decimal(str(budget))
    except ArithmeticError:
        limit = Decimal("NaN")
    if not limit.is_finite() or limit < 0:
        raise InputError([Problem.of("improvement.bad-cost", "budget", budget)])
    open_plans = sorted((one for one in plans if one.status == "planned"), key=lambda one: (one.cost, one.row))
    chosen = open_plans[: _fitting([one.cost for one in open_plans], limit)]
    # A plan over its own budget might be within it, if the search was cut short.
    hopeful = [one.bound for one in plans if one.status == "planned" or (one.status == "over_budget" and _open(one))]
    there = [one for one in plans if one.status == "reached"]
    return Support(
        supported=tuple(chosen),
        already=tuple(one.id for one in there),
        left_out=tuple(one.id for one in open_plans[len(chosen) :]),
        out_of_reach=tuple(one.id for one in plans if not one.reaches),
        other_work=tuple(one.id for one in [*chosen, *there] if one.aim.work),
        budget=limit,
        spent=total([one.cost for one in chosen]),
        bound=_fitting(sorted(hopeful), limit),
    )


def _open(one: Plan) -> bool:
    return one.budget is not None and one.bound <= one.budget


def _fitting(costs: Sequence[Decimal], budget: Decimal) -> int:
    """How many of the costs, in this order, a budget pays."""
    spent = Fraction(0)
    for count, cost in enumerate(costs):
        spent += Fraction(cost)
        if spent > budget:
            return count
    return len(costs)
