"""Wrong usage of the command, said as every other problem is: in the language that was chosen, with a way out."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Final, cast

import typer
from typer.core import TyperGroup

from maturity.errors import Problem, near_or_known, reason
from maturity.language import LANGUAGES, Lang, Text, say, texts

_WRONG: Final = cast("type[Exception]", typer.BadParameter.mro()[1])
"""What every wrong usage is: click's ``UsageError``, or that of the copy of click in newer versions of typer."""
_LANG: Final = "maturity.lang"


class EmptyWordError(typer.BadParameter):
    """Nothing stands where a path or an id belongs, as where a variable of the shell is not set."""

    def __init__(self) -> None:
        super().__init__("")


class Commands(TyperGroup):
    """The commands, none of which prints the English of the library that reads the command line."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command; the language of all problems is looked up first."""
        if parent:  # of the group above, which tells what is wrong with these words too
            return super().make_context(info_name, args, parent, **extra)
        lang = chosen(args)
        with _told(lang):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_LANG] = lang
        return context

    def invoke(self, ctx: Any) -> Any:
        """Read the words of the command, and run it."""
        with _told(ctx.meta[_LANG], ctx):
            return super().invoke(ctx)


def chosen(words: Sequence[str]) -> Lang:
    """The language that the words of a command choose, wherever they do, also when others of them are wrong.

    >>> chosen(["score", "--lang", "en"]), chosen(["score", "--lang=en"]), chosen(["score", "--lang"])
    ('en', 'en', 'zh')
    """
    given = [word for before, word in pairwise(["", *words]) if before == "--lang"]
    given += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return "en" if "en" in given else "zh"


@contextmanager
def _told(lang: Lang, context: Any = None) -> Iterator[None]:
    """Wrong usage printed as a problem, with the exit code that it has; ``context`` is that of the words before it.

    What commands do besides printing is within `frame.reported`: the system's refusals here are those of the output.
    """
    from maturity.cli.frame import listed  # which needs the class above

    try:
        yield
    except _WRONG as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help itself, where nothing was asked for
            raise
        listed([_problem(error, context)], lang)
        raise typer.Exit(2) from None
    except OSError as error:
        listed([not_printed(error, lang)], lang)
        raise typer.Exit(1) from None


def not_printed(error: OSError, lang: Lang) -> Problem:
    """What keeps the standard output from being written, such as a full disk behind it."""
    return Problem.of("cli.not-printed", say("cli.standard-output", lang), reason=reason(error))


def _problem(error: Any, context: Any) -> Problem:
    """What is wrong, by the kind of the error; what is rare, as the library says it."""
    if error.ctx:
        command = error.ctx.command_path
    elif context:  # not every error knows its command
        command = f"{context.command_path} {context.invoked_subcommand}"
    else:
        command = "maturity"
    kind, message = type(error).__name__, error.message
    if kind == "NoSuchOption":
        params = error.ctx.command.params
        known = [option for param in params for option in param.opts if option.startswith("--")]
        near = near_or_known(error.option_name, [*known, "--help"])
        return Problem.of("cli.unknown-option", command, error.option_name, near=near, command=command)
    if kind == "MissingParameter":
        return Problem.of("cli.missing-parameter", command, _name(error), command=command)
    if kind == "BadOptionUsage":
        id = "cli.missing-value" if "requires" in message else "cli.needless-value"
        return Problem.of(id, command, error.option_name, command=command)
    if isinstance(error, EmptyWordError):
        return Problem.of("cli.empty-word", _name(error), command=command)
    if isinstance(error, typer.BadParameter):
        return Problem.of("cli.bad-parameter", _name(error), reason=_reason(error), command=command)
    commands = getattr(error.ctx.command, "commands", {}) if error.ctx else {}
    if commands and (named := re.search(r"command '(.*?)'", message)):
        return Problem.of("cli.unknown-command", command, named[1], near=near_or_known(named[1], commands))
    if extra := re.search(r"extra arguments?(?:\(s\))? \((.*)\)", message):
        return Problem.of("cli.extra-argument", command, extra[1], command=command)
    return Problem.of("cli.wrong-usage", command, message, command=command)


def _name(error: Any) -> str:
    """The option or argument as it is typed, or as the usage calls it: ``-o / --output``, ``ID|PATH``."""
    param = error.param
    argument = param and param.param_type_name == "argument" and param.metavar
    named = error.param_hint or argument or (param.opts if param else ())
    return named if isinstance(named, str) else " / ".join(named)


def _reason(error: Any) -> Text:
    """Why a value is refused: what the schema of values says of it, where that is what refused it."""
    found: dict[str, Any] = error.__cause__.errors()[0] if hasattr(error.__cause__, "errors") else {}
    if found.get("type") in texts("schema"):
        return Text(*(say(f"schema.{found['type']}", lang, **found.get("ctx", {})) for lang in LANGUAGES))
    return Text(error.message, error.message)
