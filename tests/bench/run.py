#!/usr/bin/env python3
"""make bench: every figure beside the machine's own limit, in the same run.

run.py BUILD LIMITS.  A row is a ratio, so that it holds on any machine.
Pinned to one core; prints `pass` or `short` a row and ends with 1 when a row
is short.
"""
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # no files beside the sources

import build_rows  # noqa: E402
import replay_rows  # noqa: E402


def compile_limit(build, limits, name, *options):
    out = build / "limits" / name
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["gcc", "-O3", "-march=x86-64-v3", str(limits / f"{name}.c"), "-o", str(out),
         *options], check=True)
    return out


def run(*argv):
    pin = ["taskset", "-c", "0"]
    return subprocess.run(pin + [str(a) for a in argv], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def walk_limits(text):
    """{(stage, pages): (raw, model)} in nanoseconds; the better of model with and without hints."""
    found, stage = {}, ""
    for line in text.splitlines():
        head = re.match(r"stage(\S+):", line)
        if head:
            stage = head.group(1)
        row = re.match(r"\s+ws\s+(\d+) pages: raw walk\s+([\d.]+) ns\s+model\s+([\d.]+) ns\s+"
                       r"model\+hints\s+([\d.]+)", line)
        if row:
            pages, raw, model, hints = int(row[1]), *map(float, row.groups()[1:])
            found[stage, pages] = raw, min(model, hints)
    return found


def main():
    build, limits = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    if not limits.is_dir():
        sys.exit(f"bench: {limits} does not exist; LIMITS=DIR names the bare loops to compare with")
    print(f"load average before: {os.getloadavg()[0]:.2f}")
    limit = walk_limits(run(compile_limit(build, limits, "walk")))
    ours = dict(line.split() for line in run(build / "bench-walk").splitlines())
    rows = [
        ("repeated page, one thread", "hot", limit["1", 1][1], 3.0),
        ("hits over 64 pages", "hit-64", limit["1", 64][1], 2.0),
        ("hits over 1,024 pages", "hit-1024", limit["1", 1024][1], 2.0),
        ("stage 1 walk, caches off, 65,536 pages", "walk-65536", limit["1", 65536][0], 4.0),
        ("nested walk, caches off", "nested-65536", limit["1+2", 65536][0], 2.5),
        ("nested walk, caches on", "nested-cached-65536", limit["1+2", 65536][1], 2.5),
    ]
    rows = [(title, float(ours[key]), bound, target) for title, key, bound, target in rows]
    rows += build_rows.rows(build, limits, run, compile_limit)
    rows += replay_rows.rows(build, limits, compile_limit)
    print(f"{'row (ns where nothing else is said)':<42}{'ours':>8}{'limit':>8}{'ratio':>8}"
          f"{'target':>8}")
    short = 0
    for title, figure, bound, target in rows:
        ratio = figure / bound
        verdict = "pass" if ratio <= target else "short"
        short += verdict == "short"
        print(f"{title:<42}{figure:>8.2f}{bound:>8.2f}{ratio:>8.2f}{target:>8.2f}  {verdict}")
    return 1 if short else 0


sys.exit(main())
