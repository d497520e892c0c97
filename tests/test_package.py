"""The package as others meet it: what importing costs, what the wheel holds, which way imports go."""

import ast
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import maturity
from maturity.language import LANGUAGES, texts

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "maturity"
CLOCKS = ("date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time")


def run(*command: str | Path) -> str:
    """What a command prints."""
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_is_light() -> None:
    """Importing the library and using its core loads no pandas, matplotlib, jinja2 or spreadsheet library."""
    code = (
        "import sys, maturity\n"
        "assert 'numpy' not in sys.modules and 'pydantic' not in sys.modules, 'names are not lazy'\n"
        "for name in maturity.__all__: getattr(maturity, name)\n"
        "heavy = {'pandas', 'matplotlib', 'jinja2', 'xlsxwriter', 'python_calamine', 'typer', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert run(sys.executable, "-c", code).strip() == "[]"


def test_public_names() -> None:
    """The public names are sorted, all there, and no others are promised."""
    assert maturity.__all__ == sorted(maturity.__all__, key=lambda name: (name.upper() != name, name.islower(), name))
    assert set(maturity.__all__) <= set(dir(maturity))
    with pytest.raises(AttributeError, match="no attribute 'scroe'"):
        maturity.scroe  # noqa: B018


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_source_habits(path: Path) -> None:
    """Text files are opened with an encoding, nothing is evaluated, the clock is read by the command line only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        keywords = {keyword.arg for keyword in node.keywords}
        if name in ("read_text", "write_text"):
            assert "encoding" in keywords, f"line {node.lineno}"
        assert not (isinstance(node.func, ast.Name) and name in ("eval", "exec")), f"line {node.lineno}"
        clock = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) in CLOCKS
        assert not clock or path.parent.name == "cli", f"line {node.lineno}"


def languages_of(entry: object, path: str) -> list[tuple[str, dict[str, str]]]:
    """The texts below an entry, with their keys."""
    assert isinstance(entry, dict), path
    if any(language in entry for language in LANGUAGES):
        return [(path, entry)]
    inner = [(f"{path}.{key}", value) for key, value in entry.items() if isinstance(value, dict)]
    return [found for key, value in inner for found in languages_of(value, key)]


@pytest.mark.parametrize("file", sorted(path.stem for path in (SOURCE / "language").glob("*.toml")))
def test_texts_exist_in_both_languages(file: str) -> None:
    """Every text is there in Chinese and in English, and names the same values in both; but a singular no count."""
    for key, entry in languages_of(dict(texts(file)), file):
        assert set(entry) - {"en_one"} == set(LANGUAGES), key
        named = {language: set(re.findall(r"{(\w+)", text)) for language, text in entry.items()}
        # A reading's option goes by its name in Chinese and, as the option of the command line, by its id in English.
        assert named["zh"] == named["en"] or key == "programme.headline.option", key
        assert named.get("en_one", named["en"] - {"count"}) == named["en"] - {"count"}, key


@pytest.mark.parametrize(("en", "zh"), [("Programme", "认定计划"), ("Tier", "认定等次")])
def test_a_heading_is_the_word_of_the_glossary(en: str, zh: str) -> None:
    """On the screen, in sheets and in reports: a programme and a tier have one name."""
    files = sorted(path.stem for path in (SOURCE / "language").glob("*.toml"))
    entries = [entry for file in files for _, entry in languages_of(dict(texts(file)), file)]
    headings = [entry["zh"] for entry in entries if entry["en"].partition(":")[0] == en]
    assert {heading.partition("：")[0] for heading in headings} == {zh}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_data(wheel: Path) -> None:
    """Models, programmes, texts, templates, fonts with licence and the example are in the wheel; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "maturity/models/gbt39116-2020.toml",
        "maturity/scenarios/jilin-2024-228.toml",
        "maturity/language/problems-answers.toml",
        "maturity/_templates/report.html.j2",
        "maturity/examples/enterprises.xlsx",
        "maturity/fonts/OFL.txt",
        "maturity/py.typed",
    ):
        assert needed in names, needed
    assert not [name for name in names if name.startswith(("tests", "benchmarks"))]


def test_installed_wheel_runs_the_main_job(wheel: Path, tmp_path: Path) -> None:
    """Installed into an environment of its own, the wheel turns the example into results and reports."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=False, system_site_packages=False)
    site = next(home.glob("lib/python*/site-packages")) if sys.platform != "win32" else home / "Lib" / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies come from the environment of the tests, so that nothing is fetched twice.
    own = {str(Path(path)) for path in sys.path if path.endswith("site-packages")}
    (site / "dependencies.pth").write_text("\n".join(sorted(own)), encoding="utf-8")
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    where = run(python, "-c", "import maturity; print(maturity.__file__)").strip()
    assert Path(where).is_relative_to(site)
    run(python, "-m", "maturity", "demo", "-o", tmp_path / "demo")
    assert (tmp_path / "demo" / "results.xlsx").stat().st_size > 10_000
    assert "<svg" in (tmp_path / "demo" / "reports" / "JL008.html").read_text(encoding="utf-8")
