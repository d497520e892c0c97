"""What stands around the conditions of a programme: who acts, by when, in which order, what is punished, how many.

All of it is data, to be printed, checked and looked up; nothing here runs anything. `Proceedings` is the part of a
programme file that holds it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import model_validator

from maturity.definition import Cited, Definition, Document, Id, Number, Some
from maturity.language import Text
from maturity.scenarios.rules import Day, Rule

OptionOf = Mapping[str, str]
"""An option by reading: what is said of it holds where one of these readings takes that option."""


class Actor(Definition):
    """Who does something: an office, an applicant, experts."""

    id: Id
    name: Text


class Deadline(Definition):
    """What an actor has to do by a day.

    Attributes:
        tiers: that it belongs to.
        by: the day the document names; it is the last day, but where a reading leaves it out (``excluded_under``):
            then the day before is, and each further reading of the kind takes one more.
        after: deadlines that come before it; a chain that goes backwards is refused.
        documents: what has to be handed in.
    """

    id: Id
    name: Text
    clause: str
    actor: str
    tiers: Annotated[tuple[str, ...], Some]
    by: Day
    after: tuple[str, ...] = ()
    excluded_under: Mapping[str, str] = {}
    documents: tuple[Text, ...] = ()

    def last_day(self, readings: Mapping[str, str]) -> date:
        """The last day on which it is done in time."""
        left_out = sum(readings[reading] == option for reading, option in self.excluded_under.items())
        return self.by.value - timedelta(days=left_out)


class State(Definition):
    """Where an application stands."""

    id: Id
    name: Text


class Transition(Cited):
    """A step from one of some states to another; without ``sources`` it begins the procedure.

    ``cite`` says where it stands, or that it is only implied (``basis = "assumed"``); not all take an ``optional`` one.
    """

    id: Id
    name: Text
    sources: tuple[str, ...] = ()
    target: str
    actor: str
    clause: str
    guard: Text | None = None
    optional: bool = False


class Premise(Cited):
    """What the words of a clause presuppose of whoever has reached some states: that the verdict is one of these."""

    states: Annotated[tuple[str, ...], Some]
    verdicts: Annotated[tuple[Literal["eligible", "cultivation"], ...], Some]
    clause: str


class Procedure(Definition):
    """The states of an application and the steps between them.

    ``premises``: what some states presuppose; where verdicts contradict the status it is noted, and decides nothing.

    ``status`` and ``status_before`` are the facts that hold where an application stands, and where it stood when it was
    last looked at; "" when nobody asks.
    """

    id: Id
    name: Text
    tiers: Annotated[tuple[str, ...], Some]
    states: Annotated[tuple[State, ...], Some]
    transitions: Annotated[tuple[Transition, ...], Some]
    premises: tuple[Premise, ...] = ()
    status: str = ""
    status_before: str = ""

    def state(self, id: str) -> State:
        """The state of that id."""
        return next(state for state in self.states if state.id == id)

    def after(self, state: str) -> tuple[str, ...]:
        """The states that can follow one, in the file's order."""
        return tuple(dict.fromkeys(step.target for step in self.transitions if state in step.sources))


class Sanction(Cited):
    """What bars an applicant for some calendar months after an event, both ends included.

    Only what is on record bars: what nobody recorded bars nobody, and leaves nothing undecided. Where it is on record
    that there is a ban, and the day from which it runs is not, the applicant is undecided (`NotBarred`).

    Attributes:
        event: the fact that holds the day from which it runs.
        event_under: another fact, by reading and option.
        recorded_by: by one_of fact, such as a status, the options that only those have on whom it was imposed.
        consequences: what else follows.
    """

    id: Id
    name: Text
    clause: str
    tiers: Annotated[tuple[str, ...], Some]
    months: Number
    event: str
    event_under: Mapping[str, Mapping[str, str]] = {}
    recorded_by: Mapping[str, tuple[str, ...]] = {}
    consequences: tuple[Text, ...] = ()


class Quota(Cited):
    """At most so many of a batch, in the order of a rank that the user gives.

    Attributes:
        tier: whose eligible applicants share the places.
        most: how many places there are.
        per: the fact by whose values the batch is parted; "" when all of it shares the places.
        rank: the fact that holds the rank; 1 comes first.
        outside: who takes no place, where one of the options of ``outside_under`` holds.
    """

    id: Id
    name: Text
    clause: str
    tier: str
    most: Number
    per: str = ""
    rank: str
    outside: Rule | None = None
    outside_under: Mapping[str, str] = {}


def holds_under(options: OptionOf, readings: Mapping[str, str]) -> bool:
    """Whether one of the readings takes the option named for it."""
    return any(readings[reading] == option for reading, option in options.items())


class Proceedings(Document):
    """The part of a programme file that stands around its conditions."""

    actors: tuple[Actor, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    sanctions: tuple[Sanction, ...] = ()
    quotas: tuple[Quota, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _states_as_options(cls, data: Any) -> Any:
        """A fact with ``states_of`` has the states of that procedure as its options, so that they are written once."""
        if not isinstance(data, dict):
            return data
        procedures, facts = (
            [one for one in many if isinstance(one, dict)] if isinstance(many, list) else []
            for many in (data.get("procedures"), data.get("facts"))
        )
        states = {str(one.get("id")): one.get("states") for one in procedures}  # what is no text is refused below
        for fact in facts:
            if "states_of" in fact and "options" not in fact:
                fact["options"] = states.get(str(fact["states_of"])) or []
        return data

    def actor(self, id: str) -> Actor:
        """The actor of that id."""
        return next(actor for actor in self.actors if actor.id == id)
