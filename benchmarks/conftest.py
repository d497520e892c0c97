"""Turns what pytest-benchmark measured into the table of ``benchmarks/README.md``."""

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- scoring: begin -->\n", "<!-- scoring: end -->\n"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: Any) -> None:
    """The table, once the whole file has run."""
    done = [bench for bench in config._benchmarksession.benchmarks if "row" in bench.extra_info]
    read = [bench for bench in done if bench.extra_info["row"].startswith("plain read")]
    base = [bench for bench in done if "all answered, profiles mixed" in bench.extra_info["row"]]
    if not read or len(done) < 10:
        terminalreporter.write_line("The table is written when the whole of benchmarks/bench_scoring.py runs.")
        return
    unit = read[0].stats.min / read[0].extra_info["n"]
    ours = base[-1].stats.min / base[-1].extra_info["n"]
    lines = [
        f"{machine()}; best of several runs.\n\n",
        "| what | enterprises | seconds | enterprises/s | x plain read | x `assess` | extra MiB | called too low |\n",
        "|---|--:|--:|--:|--:|--:|--:|--:|\n",
    ]
    for bench in done:
        info, seconds = bench.extra_info, bench.stats.min
        each = seconds / info["n"]
        memory = f"{info['extra_bytes'] / 2**20:.1f}" if "extra_bytes" in info else ""
        wrong = f"{info['wrong']:.0%}" if "wrong" in info else ""
        lines.append(
            f"| {info['row']} | {info['n']:,} | {seconds:.4g} | {1 / each:,.0f} | {each / unit:,.1f} |"
            f" {each / ours:,.2f} | {memory} | {wrong} |\n"
        )
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{''.join(lines)}{END}{after}", encoding="utf-8")
    terminalreporter.write_line(f"Table written to {PAGE.name}.")


def machine() -> str:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        names = [line.partition(":")[2].strip() for line in cpus.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
