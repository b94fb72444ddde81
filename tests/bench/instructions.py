#!/usr/bin/env python3
"""make check-speed: instructions a record, counted by valgrind's callgrind.

instructions.py BUILD.  Counts do not depend on the machine's load, so that
this can stand in the way of a change.  Prints every figure beside its bar
(`pass` or `short`) and beside what it may come to now: above that the change
is one for the worse, and this ends with 1.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no files beside the sources

import traffic  # noqa: E402

RECORDS = 1_000_000
# (title, row of bench-walk, bar, the most that is let through)
CALLS = [
    ("repeated page", "hot", 90, 80),
    ("hits over 1,024 pages", "hit-1024", 90, 80),
    ("stage 1 walk, caches off", "walk-65536", 250, 250),
    ("nested walk, caches on", "nested-cached-65536", 400, 400),
]
# (title, trace, bar, the most that is let through)
TRACES = [
    ("replay, binary trace", "t.smmutrace", 160, 160),
    ("replay, CSV", "t.csv", 330, 330),
]


def count(function, *argv):
    """Instructions of one program inside function, and what it printed."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--collect-atstart=no", f"--toggle-collect={function}", *map(str, argv)],
        check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1]), done.stdout


def rows(build):
    for title, row, bar, most in CALLS:
        total, printed = count("measured", build / "bench-walk", "count", row)
        yield title, total / int(printed), bar, most
    with tempfile.TemporaryDirectory(prefix="smmu-bench-") as name:
        folder = pathlib.Path(name)
        traffic.make(build, folder, RECORDS)
        for title, trace, bar, most in TRACES:
            total, _ = count("smmu_replay_run", build / "smmu", "replay", folder / "first.yaml",
                             folder / trace)
            yield title, total / RECORDS, bar, most


def main():
    worse = 0
    print(f"{'instructions a record':<42}{'ours':>8}{'bar':>8}{'most':>8}")
    for title, figure, bar, most in rows(pathlib.Path(sys.argv[1])):
        worse += figure > most
        print(f"{title:<42}{figure:>8.1f}{bar:>8}{most:>8}  "
              f"{'WORSE' if figure > most else 'pass' if figure <= bar else 'short'}", flush=True)
    return 1 if worse else 0


sys.exit(main())
