"""What is missing, and the provably cheapest way to a level, a level of a subdomain, or a tier.

`gaps` lists what is unmet and what each step up is worth; `plan` finds the cheapest steps that reach a target, for one
enterprise or a province; `support` spends one budget so that most enterprises reach it.
"""

from maturity.improvement.costs import Costs, Price
from maturity.improvement.gaps import Gap, GapRow, Gaps, Raise, gaps
from maturity.improvement.plans import STATUSES, OverviewRow, Plan, Status, Upgrade, UpgradeRow, plan
from maturity.improvement.support import Support, support
from maturity.improvement.targets import LevelTarget, SubdomainTarget, Target, TierTarget, Work, next_levels

__all__ = [
    "STATUSES",
    "Costs",
    "Gap",
    "GapRow",
    "Gaps",
    "LevelTarget",
    "OverviewRow",
    "Plan",
    "Price",
    "Raise",
    "Status",
    "SubdomainTarget",
    "Support",
    "Target",
    "TierTarget",
    "Upgrade",
    "UpgradeRow",
    "Work",
    "gaps",
    "next_levels",
    "plan",
    "support",
]
