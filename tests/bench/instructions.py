#!/usr/bin/env python3
"""make check-speed: instructions a record, counted by valgrind's callgrind.

instructions.py BUILD.  Counts do not depend on the machine's load, so that
this can stand in the way of a change.  Prints every figure beside its bar and
ends with 1 when one is above it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no files beside the sources

import traffic  # noqa: E402

RECORDS = 200_000
# (title, row of bench-walk, bar)
CALLS = [
    ("repeated page", "hot", 90),
    ("hits over 1,024 pages", "hit-1024", 90),
    ("stage 1 walk, caches off", "walk-65536", 250),
    ("nested walk, caches on", "nested-cached-65536", 400),
]
# (title, trace, bar)
TRACES = [
    ("replay, binary trace", "t.smmutrace", 160),
    ("replay, CSV", "t.csv", 330),
]


def count(function, *argv):
    """Instructions of one program inside function, and what it printed."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--collect-atstart=no", f"--toggle-collect={function}", *map(str, argv)],
        check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), done.stdout


def rows(build):
    for title, row, bar in CALLS:
        total, printed = count("measured", build / "bench-walk", "count", row)
        yield title, total / int(printed), bar
    with tempfile.TemporaryDirectory(prefix="smmu-bench-") as name:
        folder = pathlib.Path(name)
        traffic.make(build, folder, RECORDS)
        for title, trace, bar in TRACES:
            total, _ = count("smmu_replay_run", build / "smmu", "replay", folder / "first.yaml",
                             folder / trace)
            yield title, total / RECORDS, bar


def main():
    short = 0
    print(f"{'instructions a record':<42}{'ours':>8}{'bar':>8}")
    for title, figure, bar in rows(pathlib.Path(sys.argv[1])):
        verdict = "pass" if figure <= bar else "short"
        short += verdict == "short"
        print(f"{title:<42}{figure:>8.1f}{bar:>8}  {verdict}", flush=True)
    return 1 if short else 0


sys.exit(main())
