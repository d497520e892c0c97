"""Answers: a checked batch of answer sheets, n enterprises by q requirements. One enterprise is a batch of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from reprlib import repr as shortened
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from maturity.errors import InputError, Problem, expect, near_or_known
from maturity.models import NOT_APPLICABLE_ID, MaturityModel, Requirement

NOT_APPLICABLE: Final = 254
"""Among points: the requirement does not apply to the enterprise; it leaves the mean."""
UNANSWERED: Final = 255
"""Among points: nobody answered the requirement; for certain it counts as the lowest choice, at best as the best."""

Points = NDArray[np.uint8]
Profiles = str | Sequence[str] | NDArray[np.integer[Any]]
"""Profile ids, one for all or one for each; or whole numbers, index into ``MaturityModel.profiles``."""
Rows = slice | Sequence[int] | NDArray[np.intp] | NDArray[np.bool_]
"""Some of the enterprises: their numbers from 0, negative ones from the end, or for each whether it is meant."""

BLOCK: Final = 65536
"""Enterprises that are worked on at a time: few enough for little memory (some 30 MiB with gaps), and so many that
threads seldom wait for each other between the calls of numpy."""
_TILE: Final = 1024
"""Rows that are turned into columns at a time, measured: of 64 to 8192 the fastest."""
_BAND: Final = 8
"""Columns that are checked at a time, measured: enough to make the calls cheap, few enough to stay in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A checked batch of answer sheets; made by `Answers.of` or `Answers.from_points`.

    Attributes:
        model: what was answered.
        ids: (n,) ids of the enterprises.
        profile_codes: (n,) uint8, index into ``model.profiles``.
        columns: (q, n) uint8, read-only, points in units of ``1 / model.points_per_one``, one requirement after the
            other; 254 not applicable, 255 unanswered.
        not_applicable, unanswered: whether any answer of the batch is.
        rejected: (n,) bool; a subdomain that may not be trimmed has nothing applicable, so that the row has no level.
        problems: one for each such subdomain of each rejected row.
        notes: one for each requirement that was answered outside the profile it belongs to, where it is ignored; one
            for each level at which a profile has no requirement, and one for each level of an enterprise at which
            nothing is applicable, so that it is not met.
    """

    model: MaturityModel
    ids: tuple[str, ...]
    profile_codes: NDArray[np.uint8]
    columns: Points
    not_applicable: bool
    unanswered: bool
    rejected: NDArray[np.bool_]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    @classmethod
    def of(cls, model: MaturityModel, choices: Mapping[str, str], *, profile: str, id: str = "") -> Self:
        """The answers of one enterprise: choice id, or ``not_applicable``, by requirement id; left out = unanswered.

        >>> from maturity.models import load_model
        >>> model = load_model("gbt39116-2020")
        >>> answers = Answers.of(model, {"data.1a": "full", "data.1b": "mostly"}, profile="discrete", id="示例")
        >>> len(answers), answers.choices(0)
        (1, {'data.1a': 'full', 'data.1b': 'mostly'})

        Raises:
            InputError: unknown requirements, choices or profile, or a subdomain that may not be trimmed: all of them.
        """
        expect(MaturityModel, model=model)
        expect(Mapping, choices=choices)
        points = np.full(len(model.requirements), UNANSWERED, np.uint8)
        columns = model.columns
        problems = []
        for requirement, choice in choices.items():
            where = f"{id}: {requirement}" if id else requirement
            if requirement not in columns:
                problems.append(
                    Problem.of(
                        "answers.unknown-requirement", where, requirement, near=near_or_known(requirement, columns)
                    )
                )
                continue
            known = _points(model.requirements[columns[requirement]])
            if not isinstance(choice, str) or choice not in known:
                right = ", ".join(known)
                problems.append(Problem.of("answers.unknown-choice", where, choice, right=right))
                continue
            points[columns[requirement]] = known[choice]
        _refuse([*problems, *_unknown_profiles(model, [str(profile)], [id])])
        answers = cls.from_points(model, points[np.newaxis], ids=[id], profiles=profile)
        _refuse(answers.problems)
        return answers

    @classmethod
    def from_points(
        cls,
        model: MaturityModel,
        points: Points,
        *,
        ids: Sequence[str],
        profiles: Profiles,
    ) -> Self:
        """A batch from an array of points.

        An array in Fortran order (one requirement after the other) is kept as a read-only view: do not change it
        afterwards. One in C order is copied once.

        Args:
            model: what was answered.
            points: (n, q) uint8 in units of ``1 / model.points_per_one`` (GB/T 39116: tenths), columns in the order of
                ``model.requirements``; 254 not applicable, 255 unanswered.
            ids: (n,) ids of the enterprises.
            profiles: id of the profile, one for all or one for each; or (n,) whole numbers, index into
                ``model.profiles``.

        Raises:
            InputError: wrong shape or type, unknown profiles, and points that belong to no choice, by requirement.
        """
        expect(MaturityModel, model=model)
        _refuse(_wrong_shape(model, points, ids, profiles))
        profile_codes = _profile_codes(model, profiles, ids)
        columns = _requirement_major(points)
        ids = tuple(ids)
        reserved, suspects = _look_through(model, columns)
        _refuse(_illegal_points(model, columns, suspects, ids))
        rejected, problems = _trimmed(model, columns, profile_codes, ids)
        notes = [*_outside_profile(model, columns, profile_codes, ids), *_unasked_levels(model, profile_codes)]
        if NOT_APPLICABLE in reserved:
            notes += _empty_levels(model, columns, profile_codes, ids)
        for array in (profile_codes, rejected):
            array.flags.writeable = False
        return cls(
            model=model,
            ids=ids,
            profile_codes=profile_codes,
            columns=columns,
            not_applicable=NOT_APPLICABLE in reserved,
            unanswered=UNANSWERED in reserved,
            rejected=rejected,
            problems=problems,
            notes=tuple(notes),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Answers to {self.model.id}, enterprises: {len(self)}>"

    @property
    def points(self) -> Points:
        """(n, q) uint8, read-only: the same answers, one enterprise a row."""
        return self.columns.T

    def profile(self, i: int) -> str:
        """Profile id of enterprise i."""
        return self.model.profiles[int(self.profile_codes[i])].id

    def choices(self, i: int) -> dict[str, str]:
        """What enterprise i answered: choice id by requirement id; unanswered is left out. The inverse of `of`."""
        given = zip(self.model.requirements, self.columns[:, i].tolist(), strict=True)
        return {
            requirement.id: next(id for id, known in _points(requirement).items() if known == points)
            for requirement, points in given
            if points != UNANSWERED
        }

    def take(self, rows: Rows) -> "Answers":
        """Some of the enterprises, in the order of ``rows``; those without a level for want of a profile stay so.

        Raises:
            InputError: rows that the batch does not have, or that are no numbers.
        """
        chosen = numbers(rows, len(self))
        taken = Answers.from_points(
            self.model,
            self.points[chosen],
            ids=[self.ids[i] for i in chosen],
            profiles=self.profile_codes[chosen],
        )
        rejected = self.rejected[chosen]
        rejected.flags.writeable = False
        return replace(taken, rejected=rejected)


def _refuse(problems: Sequence[Problem] | Iterator[Problem]) -> None:
    if found := tuple(problems):
        raise InputError(found)


def _points(requirement: Requirement) -> dict[str, int]:
    """Points of each answer to a requirement."""
    return {**{choice.id: choice.points for choice in requirement.choices}, NOT_APPLICABLE_ID: NOT_APPLICABLE}


def numbers(rows: Rows, n: int) -> NDArray[np.intp]:
    """(m,) the numbers, from 0, of some of n enterprises.

    Raises:
        InputError: there are no such rows, or they are no numbers.
    """
    try:
        chosen = np.arange(n)[rows if isinstance(rows, slice) else list(rows)]
        (_,) = chosen.shape  # lists of lists make a table
    except (IndexError, TypeError, ValueError):
        raise InputError([Problem.of("answers.no-such-rows", "rows", shortened(rows), count=n)]) from None
    return chosen


def wrong_ids(ids: Sequence[str]) -> Iterator[Problem]:
    """Ids that are no list, and one of each type that is no text."""
    if length(ids) is None:
        yield Problem.of("answers.no-list", "ids", kind_of(ids))
        return
    for kind, example in {type(id): id for id in ids}.items():
        if not issubclass(kind, str):
            yield Problem.of("answers.id-no-text", "ids", repr(example), kind=kind.__name__)


def length(given: Any) -> int | None:
    """How long a list or an array of one dimension is; None for what is neither, such as a text or a set."""
    shape = getattr(given, "shape", None)  # of numpy, pandas and others
    one_row = isinstance(given, Sequence) and not isinstance(given, str | bytes) if shape is None else len(shape) == 1
    return len(given) if one_row else None


def kind_of(given: object) -> str:
    """What an argument is, to a person: ``list``, ``ndarray (3, 2)``."""
    return f"{type(given).__name__} {getattr(given, 'shape', '')}".strip()


def _wrong_shape(model: MaturityModel, points: Points, ids: Sequence[str], profiles: Profiles) -> Iterator[Problem]:
    """Points, ids and profiles of another kind or shape than the model, and each other, ask for."""
    # Of other arrays not every entry counts as it stands: one may be masked.
    plain = type(points) in (np.ndarray, np.memmap)
    if not plain or points.dtype != np.uint8:
        yield Problem.of("answers.not-uint8", "points", points.dtype if plain else kind_of(points))
    yield from wrong_ids(ids)
    count = length(ids)
    if count is None:
        return
    expected = (count, len(model.requirements))
    if plain and points.shape != expected:
        yield Problem.of("answers.wrong-shape", "points", points.shape, expected=expected)
    given = count if isinstance(profiles, str) else length(profiles)
    if given is None:
        yield Problem.of("answers.no-list", "profiles", kind_of(profiles))
    elif given != count:
        yield Problem.of("answers.profiles-count", "profiles", given, expected=count)


def _profile_codes(model: MaturityModel, profiles: Profiles, ids: Sequence[str]) -> NDArray[np.uint8]:
    """(n,) index into ``model.profiles``, an array of its own.

    Raises:
        InputError: profiles that the model does not have.
    """
    if isinstance(profiles, np.ndarray) and profiles.dtype.kind in "iu":
        wrong = np.flatnonzero(~((profiles >= 0) & (profiles < len(model.profiles))))
        _refuse(_unknown_profiles(model, profiles[wrong].tolist(), [ids[i] for i in wrong.tolist()]))
        return profiles.astype(np.uint8)
    names = (profiles,) * len(ids) if isinstance(profiles, str) else [str(name) for name in profiles]
    _refuse(_unknown_profiles(model, names, ids))
    codes = {profile.id: code for code, profile in enumerate(model.profiles)}
    return np.fromiter((codes[name] for name in names), np.uint8, len(names))


def _unknown_profiles(model: MaturityModel, profiles: Sequence[str | int], ids: Sequence[str]) -> Iterator[Problem]:
    """Profiles that the model does not have, each with the first enterprise that has it."""
    known = [profile.id for profile in model.profiles]
    for name in dict.fromkeys(profiles):
        if name not in known:
            yield Problem.of(
                "answers.unknown-profile", ids[list(profiles).index(name)] or "profile", name, right=", ".join(known)
            )


def _requirement_major(points: Points) -> Points:
    """(q, n) read-only: a view of an array in Fortran order, a copy of any other."""
    columns = points.T
    if not columns.flags.c_contiguous:
        columns = np.empty(columns.shape, np.uint8)
        for start in range(0, points.shape[0], _TILE):
            columns[:, start : start + _TILE] = points[start : start + _TILE].T
    columns.flags.writeable = False  # of a view, or of the only array that there is
    return columns


def blocks(n: int) -> Iterator[slice]:
    """The rows 0..n-1 in blocks that stay in cache."""
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))


def _look_through(model: MaturityModel, columns: Points) -> tuple[set[int], set[int]]:
    """The reserved values that occur, and the columns that may hold points of no choice."""
    reserved: set[int] = set()
    suspects: set[int] = set()
    legal = [{choice.points for choice in requirement.choices} for requirement in model.requirements]
    bands = [range(start, min(start + _BAND, len(columns))) for start in range(0, len(columns), _BAND)]
    for rows in blocks(columns.shape[1]):
        for band in bands:
            points = columns[band.start : band.stop, rows]
            right = points >= NOT_APPLICABLE
            if right.any():
                reserved.update(
                    value for value in (NOT_APPLICABLE, UNANSWERED) if value not in reserved and value in points
                )
            # A choice of one scale may be none of another: columns of several scales are told apart afterwards.
            for value in set().union(*(legal[column] for column in band)):
                right |= points == value
            if not right.all() or any(legal[column] != legal[band.start] for column in band):
                suspects.update(band)
    return reserved, suspects


def _illegal_points(model: MaturityModel, columns: Points, suspects: set[int], ids: Sequence[str]) -> Iterator[Problem]:
    """Points that belong to no choice: for each requirement the first of them, and how many enterprises have one."""
    for column in sorted(suspects):
        requirement = model.requirements[column]
        right = [*sorted({choice.points for choice in requirement.choices}), NOT_APPLICABLE, UNANSWERED]
        wrong = np.flatnonzero(~np.isin(columns[column], right))
        if len(wrong):
            yield Problem.of(
                "answers.illegal-points",
                f"{ids[wrong[0]]}: {requirement.id}",
                columns[column, wrong[0]],
                right=", ".join(str(value) for value in right),
                rows=len(wrong),
            )


def _trimmed(
    model: MaturityModel, columns: Points, profile_codes: NDArray[np.uint8], ids: Sequence[str]
) -> tuple[NDArray[np.bool_], tuple[Problem, ...]]:
    """Rows in which a subdomain that may not be trimmed has nothing applicable, and a problem for each."""
    rejected = np.zeros(columns.shape[1], np.bool_)
    problems = []
    protected = model.protected_subdomains()
    for node in model.subdomains:
        if node.id not in protected:
            continue
        inside = [code for code, profile in enumerate(model.profiles) if profile.id in node.weight]
        own = [column for column, requirement in enumerate(model.requirements) if requirement.subdomain == node.id]
        for rows in blocks(columns.shape[1]):
            empty = np.ones(rows.stop - rows.start, np.bool_)
            for column in own:
                if not empty.any():
                    break
                empty &= columns[column, rows] == NOT_APPLICABLE
            for i in np.flatnonzero(empty) + rows.start:
                if profile_codes[i] in inside:
                    rejected[i] = True
                    problems.append(Problem.of("answers.trimmed", ids[i] or "answers", subdomain=node.name, id=node.id))
    return rejected, tuple(problems)


def _outside_profile(
    model: MaturityModel, columns: Points, profile_codes: NDArray[np.uint8], ids: Sequence[str]
) -> Iterator[Problem]:
    """Requirements that enterprises answered although their profile does not have them."""
    weights = {node.id: node.weight for node in model.subdomains}
    for code, profile in enumerate(model.profiles):
        outside = [
            (column, requirement)
            for column, requirement in enumerate(model.requirements)
            if profile.id not in weights[requirement.subdomain]
        ]
        member = profile_codes == code
        for column, requirement in outside:
            answered = member & (columns[column] < NOT_APPLICABLE)
            if answered.any():
                first = ids[answered.argmax()]
                yield Problem.of(
                    "answers.outside-profile",
                    f"{first}: {requirement.id}" if first else requirement.id,
                    requirement=requirement.name,
                    profile=profile.name,
                    rows=int(np.count_nonzero(answered)),
                )


def _unasked_levels(model: MaturityModel, profile_codes: NDArray[np.uint8]) -> Iterator[Problem]:
    """Levels at which the model has no requirement for a profile: named once for all its enterprises."""
    weights = {node.id: node.weight for node in model.subdomains}
    for code, profile in enumerate(model.profiles):
        rows = int(np.count_nonzero(profile_codes == code))
        asked = {known.level for known in model.requirements if profile.id in weights[known.subdomain]}
        for level in model.levels if rows else ():
            if level.number not in asked:
                values = {"profile": profile.name, "level": level.name, "number": level.number, "rows": rows}
                yield Problem.of("answers.unasked-level", profile.id, **values)


def _empty_levels(
    model: MaturityModel, columns: Points, profile_codes: NDArray[np.uint8], ids: Sequence[str]
) -> Iterator[Problem]:
    """Levels at which an enterprise called everything not applicable."""
    weights = {node.id: node.weight for node in model.subdomains}
    for code, profile in enumerate(model.profiles):
        for level in model.levels:
            own = [
                column
                for column, requirement in enumerate(model.requirements)
                if requirement.level == level.number and profile.id in weights[requirement.subdomain]
            ]
            empty = profile_codes == code if own else np.zeros(len(ids), np.bool_)
            for column in own:
                if not empty.any():
                    break
                empty = empty & (columns[column] == NOT_APPLICABLE)
            for i in np.flatnonzero(empty).tolist():
                yield Problem.of("answers.empty-level", ids[i] or "answers", level=level.name, number=level.number)
