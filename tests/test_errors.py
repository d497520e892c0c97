"""Errors carry their problems as data, speak both languages, and travel between processes."""

import errno
import os
import pickle

import pytest

from maturity import Answers, DefinitionError, InputError, MaturityError, Problem, load_model
from maturity.errors import near_or_known, nearest, reason


def refused() -> InputError:
    """An error with two problems."""
    with pytest.raises(InputError) as caught:
        Answers.of(load_model("gbt39116-2020"), {"data.1a": "mostley", "dat.1b": "full"}, profile="discrete", id="示例")
    return caught.value


def test_all_problems_at_once() -> None:
    """An error names every problem, each with place, value and a way out."""
    error = refused()
    assert [(problem.id, problem.where, problem.value) for problem in error.problems] == [
        ("answers.unknown-choice", "示例: data.1a", "mostley"),
        ("answers.unknown-requirement", "示例: dat.1b", "dat.1b"),
    ]
    assert "one of: full, mostly, partly, none, not_applicable" in str(error)
    assert "did you mean: data.1b" in str(error)


def test_both_languages() -> None:
    """The same problems are told in Chinese and in English."""
    error = refused()
    assert "没有选项“mostley”" in error.text("zh")
    assert error.text("en") == str(error)


def test_errors_are_pickled_with_their_problems() -> None:
    """An error that comes back from another process is the same."""
    error = refused()
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is InputError
    assert again.problems == error.problems
    assert again.text("zh") == error.text("zh")


def test_one_base_class() -> None:
    """Whoever catches MaturityError, or ValueError, catches them all."""
    assert issubclass(DefinitionError, MaturityError)
    assert issubclass(InputError, MaturityError)
    assert issubclass(MaturityError, ValueError)


def test_problem_speaks_of_names_in_the_language_asked_for() -> None:
    """A value that is a name in two languages is told in the right one."""
    model = load_model("gbt39116-2020")
    problem = Problem.of("answers.trimmed", "示例", subdomain=model.subdomains[2].name, id="data")
    assert "“数据”" in problem.text("zh")
    assert "'Data'" in problem.text("en")


@pytest.mark.parametrize(
    ("name", "zh"),
    [
        ("ENOENT", "没有这个文件或文件夹"),
        ("EACCES", "没有权限"),
        ("ENOSPC", "磁盘空间不足"),
        ("EISDIR", "这是文件夹"),
        ("ENAMETOOLONG", "文件名过长"),
        ("EROFS", "文件系统是只读的"),
    ],
)
def test_what_the_system_refuses_is_told_in_chinese_too(name: str, zh: str) -> None:
    """By the number of the error; in English it is as the system says it."""
    number = getattr(errno, name)
    said = reason(OSError(number, os.strerror(number)))
    assert said.in_("zh").startswith(zh)
    assert said.in_("en") == os.strerror(number)


def test_what_the_system_seldom_refuses_is_told_as_it_says_it() -> None:
    """Nothing is made up for an error that has no words here, or no number."""
    assert reason(OSError(errno.EPIPE, "Broken pipe")).in_("zh") == "Broken pipe"
    assert reason(OSError("the scanner is asleep")).in_("zh") == "the scanner is asleep"


def test_nearest() -> None:
    """A word is suggested when it is near, and none is when none is."""
    assert nearest("integretion", ["data", "integration"]) == "integration"
    assert nearest("xyz", ["data", "integration"]) == ""
    assert nearest("Integration ", ["data", "integration"]) == "integration"


@pytest.mark.parametrize(
    ("word", "known", "zh", "en"),
    [
        ("intelligent", ["smart", "intelligence"], "是否指：intelligence", "did you mean: intelligence"),
        ("zero", ["smart", "leading"], "现有：smart、leading", "known are: smart, leading"),
        ("zero", [f"E{k}" for k in range(9)], "现有 9 个：E0、", "9 are known: E0, E1, E2, E3, E4, E5, E6, E7 ..."),
        ("zero", [], "一个也没有", "there is none"),
    ],
)
def test_nothing_is_guessed_where_nothing_is_near(word: str, known: list[str], zh: str, en: str) -> None:
    """What there is stands in the place of a guess, shortened where it is long."""
    problem = Problem.of("improvement.unknown-tier", "target", word, near=near_or_known(word, known))
    assert problem.hint("zh").startswith(zh)
    assert problem.hint("en") == en


def test_a_requirement_that_resembles_none_is_told_which_there_are() -> None:
    """The first requirement would be no guess at what was meant."""
    with pytest.raises(InputError) as caught:
        Answers.of(load_model("gbt39116-2020"), {"zzzzz": "full"}, profile="discrete")
    assert caught.value.problems[0].hint("en").startswith("216 are known: organization_strategy.1a, ")
    assert caught.value.problems[0].hint("zh").startswith("现有 216 个：organization_strategy.1a、")
