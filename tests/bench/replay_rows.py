"""Rows of replaying traces, beside limits/replay, inflate, startup and mt, and mawk and gzip."""
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import traffic

RECORDS = 10_000_000
ROUNDS = 5
# The limit of inflate holds its input several times in memory.
PREFIX_LINES = 2_800_000
# (what --stats takes, times of a replay without)
STATS = [("footprint", 8.0), ("hottest", 8.0), ("working-set", 8.0), ("journal", 4.0),
         ("reuse", 20.0), ("all", 25.0)]


def seconds(argv, pinned=True):
    """Median seconds of a command, its output thrown away."""
    pin = ["taskset", "-c", "0"] if pinned else []
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(pin + [str(a) for a in argv], check=True, stdout=subprocess.DEVNULL)
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def peak_bytes(argv):
    """Peak resident bytes of a command."""
    child = subprocess.Popen([str(a) for a in argv], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, argv
    return usage.ru_maxrss * 1024


def per_second(text):
    return float(re.search(r"([\d.]+) M rec/s", text)[1]) * 1e6


class Traces:
    """The traces of one run, and what replaying them takes without the set-up of the system."""

    def __init__(self, build, folder):
        self.smmu, self.folder = build / "smmu", folder
        traffic.make(build, folder, RECORDS)
        with open(folder / "t.csv", "rb") as trace, open(folder / "one.csv", "wb") as one:
            one.write(trace.readline() + trace.readline())
        with open(folder / "t.csv.gz", "wb") as out:
            subprocess.run(["gzip", "-c", folder / "t.csv"], check=True, stdout=out)
        self.start = {}

    def replay(self, trace, system="first", jobs=1, stats=None):
        argv = [self.smmu, "replay", "--jobs", jobs, self.folder / f"{system}.yaml"]
        if system not in self.start:
            self.start[system] = seconds(argv + [self.folder / "one.csv"])
        more = [f"--stats={stats}"] if stats else []
        return seconds(argv + more + [self.folder / trace], jobs == 1) - self.start[system]

    def limit(self, program, kind, *more):
        """Seconds of limits/replay, which reads traces of a form of its own."""
        name = self.folder / ("limit.csv" if kind == "csv" else "limit.bin")
        return RECORDS / per_second(run_pinned(program, kind, name, *more))

    def memory(self):
        argv = [self.smmu, "replay", self.folder / "first.yaml"]
        return (peak_bytes(argv + [self.folder / "t.csv"]) -
                peak_bytes(argv + [self.folder / "one.csv"])) / 2**20


def run_pinned(*argv):
    return subprocess.run(["taskset", "-c", "0"] + [str(a) for a in argv], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def inflate_seconds(program, folder):
    """Seconds that zlib alone would take for the whole trace, from a part of it."""
    with open(folder / "t.csv", "rb") as trace, open(folder / "part.csv", "wb") as part:
        for _ in range(PREFIX_LINES):
            part.write(trace.readline())
    text = run_pinned(program, folder / "part.csv", PREFIX_LINES)
    os.unlink(folder / "part.csv")
    return RECORDS / per_second(next(line for line in text.splitlines() if "zlib -6" in line))


def scaling(text, row):
    line = next(line for line in text.splitlines() if line.startswith(row))
    return float(re.search(r"scaling ([\d.]+)x", line)[1])


def start_up(build, limits, compile_limit, folder):
    """Microseconds of `smmu --version` and of an empty program with the same libraries."""
    needed = subprocess.run(["ldd", build / "smmu"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    libraries = [line.split()[2] for line in needed.splitlines() if "=> /" in line]
    (folder / "empty.c").write_text("int main(void) { return 0; }\n", encoding="ascii")
    subprocess.run(["gcc", "-O2", folder / "empty.c", "-o", folder / "empty",
                    "-Wl,--no-as-needed", *libraries], check=True)
    program = compile_limit(build, limits, "startup")

    def median(*command):
        return float(re.search(r"median\s+([\d.]+)", run_pinned(program, 1000, *command))[1])

    return median(build / "smmu", "--version"), median(folder / "empty")


def single(traces, build, limits, compile_limit):
    replay = compile_limit(build, limits, "replay", "-w", "-lz")
    csv, binary = traces.replay("t.csv"), traces.replay("t.smmutrace")
    limit = traces.folder / "limit"
    subprocess.run([compile_limit(build, limits, "gentrace"), str(RECORDS), f"{limit}.csv",
                    f"{limit}.bin"], check=True)
    mawk = seconds(["mawk", "-F,", "{s += $5} END {print s}", traces.folder / "t.csv"])
    ns = 1e9 / RECORDS
    return [
        ("replay: binary, ns a record", binary * ns, traces.limit(replay, "bin") * ns, 2.0),
        ("replay: binary, nested, ns a record", traces.replay("t.smmutrace", "nested") * ns,
         traces.limit(replay, "bin", "two") * ns, 2.0),
        ("replay: CSV, ns a record", csv * ns, traces.limit(replay, "csv") * ns, 1.9),
        ("replay: CSV beside mawk's sum of a column, s", csv, mawk, 0.5),
        ("replay: 10 M records, MiB beside one", traces.memory(), 16.0, 1.0),
    ]


def statistic_rows(traces):
    """What --stats asks for, beside the same replay without: lookups of more pages than caches
    hold, and for reuse a tree of them.  Its memory has a test of its own."""
    ns = 1e9 / RECORDS
    plain = traces.replay("t.smmutrace") * ns
    return [(f"replay --stats {what}, ns a record",
             traces.replay("t.smmutrace", stats=what) * ns, plain, target)
            for what, target in STATS]


def threads(traces, build, limits, compile_limit):
    inflate = compile_limit(build, limits, "inflate", "-lz", "-ldeflate", "-lzstd")
    gzip = traces.replay("t.csv.gz", jobs=2)
    two = subprocess.run([compile_limit(build, limits, "mt", "-lpthread")], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    bound = 0.9 * scaling(two, "random lookups in 256 KiB")
    unpacked = ["gzip", "-dc", traces.folder / "t.csv.gz"]

    def gain(trace):
        return traces.replay(trace) / traces.replay(trace, jobs=2)

    return [
        ("replay: CSV in gzip, 2 threads, s", gzip, inflate_seconds(inflate, traces.folder), 1.35),
        ("replay: the same beside gzip -dc, s", gzip, seconds(unpacked), 1.0),
        # a gain is better when it is larger
        ("2 threads' gain wanted beside it, binary", bound, gain("t.smmutrace"), 1.0),
        ("2 threads' gain wanted beside it, CSV", 1.4, gain("t.csv"), 1.0),
        ("2 threads' gain wanted beside it, gzip", 1.4, gain("t.csv.gz"), 1.0),
    ]


def rows(build, limits, compile_limit):
    """(title, figure, bound, target) each; compile_limit is that of run.py."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="smmu-bench-", dir="/dev/shm"))
    try:
        traces = Traces(build, folder)
        found = single(traces, build, limits, compile_limit)
        found += threads(traces, build, limits, compile_limit)
        found += statistic_rows(traces)
        ours, empty = start_up(build, limits, compile_limit, folder)
        return found + [("start-up: smmu --version, us", ours, empty, 1.15)]
    finally:
        shutil.rmtree(folder)
