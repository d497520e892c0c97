"""What is wrong with a programme file: every slip that can be seen without deciding anybody.

A first round finds ids that are double or lead nowhere (`references`, `proceedings`), the next ones what cannot be
compared (`fitting`), contradicts the words of its clause, or decides nothing (`meaning`). They pass over what was found
wrong before and what leans on it, so that one slip is one problem, and look at all the rest (`contents`), so that all
problems come at once.
"""

from collections.abc import Sequence

from maturity.errors import Problem
from maturity.scenarios.checks import fitting, meaning
from maturity.scenarios.checks.contents import File, asked_of, sound_part
from maturity.scenarios.checks.proceedings import proceedings
from maturity.scenarios.checks.references import references


def problems(loaded: File) -> list[Problem]:
    """All that is wrong with a programme file."""
    found = [*references(loaded), *proceedings(loaded)]
    sound = sound_part(loaded, found)
    asked = asked_of(sound, found)
    found += [*fitting.kinds(sound, asked), *fitting.measures(sound, asked), *fitting.catalogues(sound, asked)]
    found += meaning.clauses(loaded) if not _dangles(found, "clause") else ()
    sound = sound_part(sound, found)
    found += fitting.thresholds(sound, asked_of(sound, found))
    found += [*meaning.words(sound), *meaning.dates(sound), *meaning.outcomes(sound)]
    found += meaning.tiers(loaded) if not _dangles(found, "tiers") else ()
    return found


def _dangles(found: Sequence[Problem], key: str) -> bool:
    """Whether a reference of that key leads nowhere, so that what it was meant for seems to be left without use."""
    return any(problem.id == "definition.dangling" and problem.where.endswith(f".{key}") for problem in found)
