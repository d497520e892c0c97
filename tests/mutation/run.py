"""Mutants of answers and scoring: small faults put into the code, each of which a test must notice.

    python tests/mutation/run.py --jobs 2 --log mutants.jsonl

cosmic-ray makes the mutants. For each this process forks, loads the mutated source in place of the file, and runs
`test_pinned.py` until the first test fails; everything that is not mutated was loaded before. `survivors.toml` names
the mutants that no test can notice, each with the reason; any other that survives is an error.
"""

import argparse
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import resource
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, ModuleType

TESTS = Path(__file__).resolve().parents[1]
SOURCE = TESTS.parent / "src"
sys.path[:0] = [str(SOURCE), str(TESTS)]
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[threads] = "1"  # a process that has threads must not fork
sys.dont_write_bytecode = False  # pytest rewrites the tests once then, not for each mutant

import pytest  # noqa: E402
from cosmic_ray.ast import ast_nodes, get_ast  # noqa: E402
from cosmic_ray.ast.ast_query import ASTQuery  # noqa: E402
from cosmic_ray.mutating import mutate_code  # noqa: E402
from cosmic_ray.plugins import get_operator, operator_names  # noqa: E402

import pinned  # noqa: E402

LOADED_BEFORE = ("concurrent.futures.thread", "numpy.random", "maturity.errors", "maturity.language")
MUTATED = (
    "maturity.scoring.plan",
    "maturity.scoring.lines",
    "maturity.scoring.arithmetic",
    "maturity.scoring",
    "maturity.answers",
)
ARGUMENTS = ["-x", "-q", "-s", "-o", "addopts=", "--noconftest"]
ARGUMENTS += [f"-pno:{plugin}" for plugin in ("cacheprovider", "hypothesispytest", "unraisableexception")]
BINARY = {
    "Add": ("Sub", "Mul"),
    "Sub": ("Add", "Mul"),
    "Mul": ("Add", "Div"),
    "Div": ("Mul", "FloorDiv"),
    "FloorDiv": ("Div", "Mul"),
    "Mod": ("FloorDiv", "Add"),
    "Pow": ("Mul", "Add"),
    "RShift": ("LShift", "FloorDiv"),
    "LShift": ("RShift", "Mul"),
    "BitAnd": ("BitOr", "BitXor"),
    "BitXor": ("BitOr", "BitAnd"),
}
"""What a binary operator is replaced by, unless every other one is asked for."""
SECONDS = 20
"""Of processor time, after which a mutant that runs on and on counts as noticed."""
MEMORY = 4 << 30
NO_PYTHON = "no Python"
"""The outcome of a mutant that does not compile: it is none."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the n-th place at which an operator of cosmic-ray changes a module."""

    module: str
    within: str
    operator: str
    text: str
    nth: int
    occurrence: int
    line: int


IDENTITY = ("module", "within", "operator", "text", "nth")
"""Of a mutant, wherever its line stands now: the function, the operator and the line, and which one there."""


@dataclass(frozen=True)
class Outcome:
    """What the tests said: the test that failed, ``timeout`` or ``crash``; nothing when the mutant survived."""

    noticed_by: str
    seconds: float


def source_of(module: str) -> Path:
    path = SOURCE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def mutants(module: str, every: bool) -> Iterator[Mutant]:
    """Those of a module."""
    source = source_of(module).read_text(encoding="utf-8")
    nodes, lines = list(ast_nodes(get_ast(source))), source.splitlines()
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments() or not worthwhile(name, every):
            continue
        places = [(node, start[0]) for node in nodes for start, _ in operator().mutation_positions(node)]
        seen: Counter[tuple[str, str]] = Counter()
        for occurrence, (node, line) in enumerate(places):
            within, text = ASTQuery(node).get_definition_name() or "", lines[line - 1].strip()
            seen[within, text] += 1
            if node.type == "operator" and node.parent.type == "parameters":
                continue  # the lone star that keyword-only parameters follow
            yield Mutant(module, within, name, text, seen[within, text], occurrence, line)


def worthwhile(operator: str, every: bool) -> bool:
    """Not those that replace | (here it stands in types only) or compare by identity (small numbers are the same)."""
    kind, _, change = operator.removeprefix("core/Replace").partition("Operator_")
    old, _, new = change.partition("_")
    if kind == "Comparison":
        return old.startswith("Is") == new.startswith("Is")
    return kind != "Binary" or (old != "BitOr" and (every or new in BINARY[old]))


def change(mutant: Mutant) -> tuple[str, str]:
    """The source with the fault, and its line."""
    old = source_of(mutant.module).read_text(encoding="utf-8")
    new: str = mutate_code(old, get_operator(mutant.operator)(), mutant.occurrence)
    lines = zip(old.splitlines(), new.splitlines(), strict=False)
    return new, next((after.strip() for before, after in lines if before != after), "")


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from a text in place of its file."""

    def __init__(self, module: str, text: str) -> None:
        super().__init__(module, str(source_of(module)))
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the mutated module before its file is found."""

    def __init__(self, module: str, text: str) -> None:
        self.module, self.text = module, text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, loader=Loader(fullname, self.text))


class FirstFailure:
    """Keeps the name of the first test that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid.rpartition("::")[2]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.name:
            self.name = "import"


def tested(mutant: Mutant | None, to: int) -> None:
    """In a process of its own: run the tests and write the name of the one that failed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if mutant:
        text, _ = change(mutant)
        try:
            compile(text, "", "exec")
        except SyntaxError:
            os.write(to, NO_PYTHON.encode())
            return
        sys.meta_path.insert(0, Finder(mutant.module, text))
    used = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + SECONDS, int(used) + SECONDS))
    signal.alarm(6 * SECONDS)
    first = FirstFailure()
    code = pytest.main([*ARGUMENTS, str(TESTS / "test_pinned.py")], plugins=[first])
    os.write(to, (first.name or ("exit" if code else "")).encode())


def outcomes(wanted: Sequence[Mutant | None], jobs: int) -> Iterator[tuple[Mutant | None, Outcome]]:
    """The outcome of each, as they come; None is the code as it is."""
    running: dict[int, tuple[Mutant | None, int]] = {}
    waiting = list(reversed(wanted))
    while waiting or running:
        if waiting and len(running) < jobs:
            mutant = waiting.pop()
            receive, send = os.pipe()
            child = os.fork()
            if not child:
                try:
                    tested(mutant, send)
                except BaseException:
                    os.write(send, b"crash")
                os._exit(0)
            os.close(send)
            running[child] = mutant, receive
            continue
        child, status, usage = os.wait3(0)
        mutant, receive = running.pop(child)
        with os.fdopen(receive, encoding="utf-8") as pipe:
            name = pipe.read()
        yield mutant, Outcome(name if status == 0 else "timeout or crash", round(usage.ru_utime + usage.ru_stime, 2))


def main() -> None:
    options = argparse.ArgumentParser(description="Mutation testing of answers and scoring.")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--log", type=Path, default=Path("mutants.jsonl"), help="one line for each mutant")
    options.add_argument("--every", action="store_true", help="all replacements of a binary operator, not two of them")
    options.add_argument("--again", type=Path, help="an earlier log: what was noticed then is not run again")
    options.add_argument("--within", nargs="*", default=[], help="only in these functions and classes")
    given = options.parse_args()
    pinned.load_all()
    for name in LOADED_BEFORE:
        importlib.import_module(name)
    gc.disable()
    assert not set(MUTATED) & set(sys.modules), "what is mutated must not be loaded yet"
    ((_, unchanged),) = outcomes([None], 1)
    if unchanged.noticed_by:
        sys.exit(f"The tests fail without a fault: {unchanged.noticed_by}")
    print(f"The tests take {unchanged.seconds} s of processor time.")
    found = [mutant for module in MUTATED for mutant in mutants(module, given.every)]
    found = [mutant for mutant in found if not given.within or mutant.within in given.within]
    print(f"{len(found)} mutants")
    if given.again:
        earlier = map(json.loads, given.again.read_text(encoding="utf-8").splitlines())
        noticed = {tuple(each[name] for name in IDENTITY) for each in earlier if each["noticed_by"]}
        found = [mutant for mutant in found if tuple(getattr(mutant, name) for name in IDENTITY) not in noticed]
        print(f"{len(found)} not noticed before")
    groups = tomllib.loads((Path(__file__).parent / "survivors.toml").read_text(encoding="utf-8"))["survivors"]
    named, unnamed = {fault for group in groups for fault in group["faults"]}, 0
    counts: Counter[str] = Counter()
    with given.log.open("w", encoding="utf-8") as log:
        for mutant, outcome in outcomes(found, given.jobs):
            assert mutant
            kind = {"": "survived", NO_PYTHON: NO_PYTHON}.get(outcome.noticed_by, "killed")
            counts[kind] += 1
            if kind == "survived":
                fault = f"{mutant.module} {mutant.within}: {mutant.text} -> {change(mutant)[1]}"
                unnamed += fault not in named
                print(f"line {mutant.line}{'' if fault in named else ', NOT NAMED'}: {fault}", flush=True)
            log.write(json.dumps({**asdict(mutant), **asdict(outcome)}, ensure_ascii=False) + "\n")
            log.flush()
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if unnamed:
        sys.exit(f"{unnamed} survive and are not named")


if __name__ == "__main__":
    main()
