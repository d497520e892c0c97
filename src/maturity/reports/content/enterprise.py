"""One enterprise of an assessment in one language: what every section of its report starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.language import Lang, Text, say
from maturity.models import MaturityModel, Requirement
from maturity.profiles import known_profile
from maturity.scoring import Assessment


@dataclass(frozen=True, slots=True, eq=False)
class Enterprise:
    """Row i of an assessment, and a language.

    Attributes:
        profile: id of its profile; ``""`` if nobody knows it, so that no requirement belongs to it.
        points: (q,) what was answered, in units of the model's points; 254 not applicable, 255 unanswered.
        inside: (q,) whether the requirement belongs to the profile.
        answered, not_applicable, unanswered: requirements of the profile. outside: answered, and of another profile.
    """

    assessment: Assessment
    i: int
    lang: Lang
    profile: str
    points: Sequence[int]
    inside: Sequence[bool]
    answered: Sequence[Requirement]
    not_applicable: Sequence[Requirement]
    unanswered: Sequence[Requirement]
    outside: Sequence[Requirement]

    @classmethod
    def of(cls, assessment: Assessment, i: int, lang: Lang) -> "Enterprise":
        answers = assessment.answers
        model, profile = answers.model, known_profile(answers, i)
        points = answers.columns[:, i].tolist()
        inside = _inside(model, profile)
        answered: list[Requirement] = []
        absent: list[Requirement] = []
        unanswered: list[Requirement] = []
        outside: list[Requirement] = []
        for requirement, given, own in zip(model.requirements, points, inside, strict=True):
            if own:
                (absent if given == NOT_APPLICABLE else unanswered if given == UNANSWERED else answered).append(
                    requirement
                )
            elif given < NOT_APPLICABLE:
                outside.append(requirement)
        return cls(assessment, i, lang, profile, points, inside, answered, absent, unanswered, outside)

    @property
    def model(self) -> MaturityModel:
        return self.assessment.answers.model

    @property
    def id(self) -> str:
        return self.assessment.answers.ids[self.i]

    @property
    def rejected(self) -> bool:
        """There is no level."""
        return bool(self.assessment.answers.rejected[self.i])

    @property
    def level(self) -> int:
        """The level for certain, 0 below the first, -1 without any."""
        return int(self.assessment.level[self.i])

    def say(self, key: str, /, **values: object) -> str:
        """The text of a key of ``report.toml``."""
        return say(f"report.{key}", self.lang, **values)

    def level_name(self, number: int) -> str:
        """A level as a reader calls it."""
        if number < 0:
            return self.say("level.rejected")
        if number == 0:
            return self.say("level.none")
        return self.say("level.name", number=number, name=self.model.levels[number - 1].name)


@lru_cache(16)
def _inside(model: MaturityModel, profile: str) -> Sequence[bool]:
    """(q,) whether each requirement belongs to a profile."""
    weight = {node.id: node.weight for node in model.subdomains}
    return tuple(profile in weight[requirement.subdomain] for requirement in model.requirements)


@lru_cache(16)
def subdomain_names(model: MaturityModel) -> Mapping[str, Text]:
    """Names of the subdomains by id."""
    return {node.id: node.name for node in model.subdomains}
