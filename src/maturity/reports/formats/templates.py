"""Where templates are, and how those of a user are run: before ours, and in a sandbox."""

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maturity.errors import InputError, MaturityError, Problem
from maturity.language import Lang, say


def shipped() -> Path:
    """Where our templates are: in the installed package, or in the repository that an editable install points at.

    Raises:
        MaturityError: in neither.
    """
    here = Path(__file__).parents[1]
    for place in (here.parent / "_templates", here.parents[2] / "reports" / "templates"):
        if place.is_dir():
            return place
    raise MaturityError([Problem.of("reports.no-templates", "maturity")])


def found(name: str, own: Path | None = None) -> Path:
    """The file of a template: the user's where there is one of that name, else ours."""
    for folder in folders(own):
        if (folder / name).is_file():
            return folder / name
    raise MaturityError([Problem.of("reports.no-templates", name)])


def folders(own: Path | None = None) -> tuple[Path, ...]:
    """Where templates are looked for, in this order.

    Raises:
        InputError: there is no such folder of the user's.
    """
    if own is None:
        return (shipped(),)
    if not own.is_dir():
        raise InputError([Problem.of("reports.no-folder", str(own), own.name)])
    return own, shipped()


def export(folder: Path) -> list[Path]:
    """Write our templates, all or none, into a folder, to be changed and named as the user's own.

    Raises:
        InputError: one of them is there already.
    """
    files = sorted(path for path in shipped().iterdir() if path.is_file())
    if there := [path.name for path in files if (folder / path.name).exists()]:
        raise InputError(Problem.of("reports.template-there", str(folder / name), name) for name in there)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for path in files:
            written.append(folder / path.name)
            written[-1].write_bytes(path.read_bytes())
    except OSError as error:
        error.filename = str(written[-1])  # a full disk names no file
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return written


@cache
def environment(own: Path | None = None) -> Environment:
    """Where Jinja templates are run. A user's can read the context and call what we give it, and nothing else.

    Names are looked up strictly, what is inserted is escaped.
    """
    kind = Environment if own is None else ImmutableSandboxedEnvironment
    return kind(
        loader=FileSystemLoader(folders(own)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=own is not None,
    )


def filled(name: str, own: Path | None = None, /, **given: object) -> str:
    """What a Jinja template makes of what it is given.

    Raises:
        MaturityError: it is wrong, or asks for what the sandbox does not give.
    """
    try:
        return environment(own).get_template(name).render(given)
    except TemplateError as error:
        where = getattr(error, "filename", None) or name
        raise MaturityError([Problem.of("reports.bad-template", str(where), error)]) from None


def words(lang: Lang) -> dict[str, object]:
    """What a Jinja template says fixed texts with: ``say("gaps.heading")``, by the keys of ``report.toml``."""
    return {
        "say": partial(_say, lang),
        "say_verdict": lambda verdict: say(f"verdict.{verdict}", lang),
        "heading": lambda key: say(key, lang),  # the same words as in the tables of the command line
    }


def _say(lang: Lang, key: str, /, **values: object) -> str:
    return say(f"report.{key}", lang, **values)
