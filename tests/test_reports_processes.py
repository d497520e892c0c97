"""Several processes: the same results as one, and neither a dead one nor a dead parent does harm."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import maturity
from maturity.reports.batch.processes import Work

PIECES = [[f"a{k}", f"b{k}"] for k in range(4)]


def doubled(deadly: str, items: Sequence[str]) -> list[str]:
    if deadly in items:
        os._exit(3)
    return [item * 2 for item in items]


def twice(item: str) -> str:
    return item * 2


def lasting(folder: Path, items: Sequence[str]) -> list[str]:
    (folder / f"{os.getpid()}.pid").touch()
    time.sleep(120)
    return list(items)


@pytest.mark.parametrize("deadly", ["", "b1"])
def test_every_item_has_its_result_even_when_one_kills_its_process(deadly: str) -> None:
    """The guilty one is found among those under way, and everything else is done."""
    work = Work(doubled, deadly, lambda item: f"lost {item}")
    found = sorted(result for results in work.run(PIECES, 2) for result in results)
    assert found == sorted(f"lost {item}" if item == deadly else item * 2 for piece in PIECES for item in piece)


def refused() -> None:
    raise LookupError


@pytest.mark.parametrize("processes", [1, 2])
def test_nothing_is_done_when_what_comes_first_raises(processes: int, tmp_path: Path) -> None:
    """Even where processes have been started in the meantime."""
    work = Work(noted, tmp_path, str)
    with pytest.raises(LookupError):
        list(work.run(PIECES, processes, first=refused))
    assert not list(tmp_path.iterdir())


def noted(folder: Path, items: Sequence[str]) -> list[str]:
    for item in items:
        (folder / item).touch()
    return list(items)


@pytest.mark.parametrize(("processes", "pieces"), [(1, PIECES), (2, PIECES), (2, [])])
def test_what_is_done_besides_is_done_once(processes: int, pieces: list[list[str]]) -> None:
    """First and meanwhile, in this order, whether or not there is anything to do, or a process dies."""
    done: list[str] = []
    work = Work(doubled, "b1" if processes == 2 else "", twice)
    first, meanwhile = (lambda: done.append("first")), (lambda: done.append("meanwhile"))
    found = [result for results in work.run(pieces, processes, first=first, meanwhile=meanwhile) for result in results]
    assert done == ["first", "meanwhile"]
    assert sorted(found) == sorted(item * 2 for piece in pieces for item in piece)


def unchanged(_: object, items: Sequence[str]) -> list[str]:
    return list(items)


class Deadly:
    """What kills the process that it is handed to."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (3,)


def test_processes_that_cannot_start_lose_every_item() -> None:
    """And the run comes to an end."""
    work = Work(unchanged, Deadly(), "lost {}".format)
    found = sorted(result for results in work.run([["a"], ["b"]], 2) for result in results)
    assert found == ["lost a", "lost b"]


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="looks into /proc")
def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """Even when it is killed, and they are in the middle of something."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from maturity.reports.batch.processes import Work\n"
        "from test_reports_processes import PIECES, lasting\n"
        "if __name__ == '__main__':\n"
        "    list(Work(lasting, Path.cwd(), str).run(PIECES, 2))\n",
        encoding="utf-8",
    )
    search = os.pathsep.join([str(Path(__file__).parent), str(Path(maturity.__file__).parents[1])])
    run = subprocess.Popen([sys.executable, script], cwd=tmp_path, env={**os.environ, "PYTHONPATH": search})
    try:
        started = _waited(lambda: sorted(tmp_path.glob("*.pid")), lambda found: len(found) == 2)
    finally:
        run.kill()
        run.wait()
    _waited(lambda: [path for path in started if _runs(path.stem)], lambda found: not found)


def _runs(pid: str) -> bool:
    """Whether a process does anything any more; one that ended may stand in the list until it is collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def _waited(look: Callable[[], list[Path]], enough: Callable[[list[Path]], bool]) -> list[Path]:
    for _ in range(1200):
        if enough(found := look()):
            return found
        time.sleep(0.05)
    pytest.fail(f"still {found}")
