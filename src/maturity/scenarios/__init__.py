"""What a maturity level is used for: recognition programmes as cited, dated data, and the decision who is eligible.

A programme is a TOML file of this folder or of the user's own. It names tiers, the facts it asks, clauses with their
words, and conditions made from a closed vocabulary (`maturity.scenarios.rules`). `decide` takes facts and a maturity
assessment and gives, for every tier, a verdict with the reason, clause by clause; what is not known stays unknown.
"""

from maturity.scenarios.comparison import Change, Comparison, compare
from maturity.scenarios.deadlines import Due, calendar
from maturity.scenarios.decisions import ConditionResult, Decisions, decide
from maturity.scenarios.explaining import explain
from maturity.scenarios.facts import Facts, Ledger, fact_problem
from maturity.scenarios.loading import load_programme, parse_programme, shipped
from maturity.scenarios.programme import (
    Catalogue,
    Clause,
    Condition,
    FactDefinition,
    LedgerDefinition,
    MeasureDefinition,
    Programme,
    Reading,
    Tier,
)
from maturity.scenarios.reasons import Mend, Mending
from maturity.scenarios.tree import Explanation
from maturity.scenarios.truth import NO, UNKNOWN, YES
from maturity.scenarios.values import value_problem
from maturity.scenarios.verdicts import VERDICTS, Verdict

__all__ = [
    "NO",
    "UNKNOWN",
    "VERDICTS",
    "YES",
    "Catalogue",
    "Change",
    "Clause",
    "Comparison",
    "Condition",
    "ConditionResult",
    "Decisions",
    "Due",
    "Explanation",
    "FactDefinition",
    "Facts",
    "Ledger",
    "LedgerDefinition",
    "MeasureDefinition",
    "Mend",
    "Mending",
    "Programme",
    "Reading",
    "Tier",
    "Verdict",
    "calendar",
    "compare",
    "decide",
    "explain",
    "fact_problem",
    "load_programme",
    "parse_programme",
    "shipped",
    "value_problem",
]
