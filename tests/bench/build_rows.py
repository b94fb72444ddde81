"""Rows of building and dumping, beside the machine's memory bandwidth (limits/membw)."""
import re
import tempfile


def bandwidth(text, row):
    """Seconds a GB of a row of membw."""
    line = next(line for line in text.splitlines() if line.startswith(row))
    return 1 / float(re.search(r"([\d.]+) GB/s", line)[1])


def rows(build, limits, run, compile_limit):
    """(title, figure, bound, target); run and compile_limit are those of run.py."""
    limit = run(compile_limit(build, limits, "membw"))
    with tempfile.TemporaryDirectory(prefix="smmu-bench-", dir="/dev/shm") as folder:
        ours = {k: float(v) for k, v in
                (line.split() for line in run(build / "bench-build", folder).splitlines())}
    return [
        # tables lie in huge pages where there are any, as those of this row
        ("build: tables in memory, s/GB", ours["tables-s/GB"],
         bandwidth(limit, "[2M] PTE fill 1 GiB fresh"), 2.0),
        ("build: tables to a file, s/GB", ours["file-s/GB"],
         bandwidth(limit, "fill 1 MiB + write() x1024 -> /dev/shm"), 1.6),
        ("dump: tables as ranges, s/GB", ours["dump-s/GB"],
         bandwidth(limit, "[2M] seq read sum"), 3.0),
        ("build: 100,000 regions, s", ours["regions-s"], ours["regions-yaml-s"], 4.0),
        # n log n beside what takes n, which 6 % of the bar cover
        ("build: 200,000 regions, s", ours["regions-twice-s"], ours["regions-twice-yaml-s"],
         4.0 * 1.06),
        ("build: 1 TiB of pages, bytes a page", ours["page-bytes"], 8.1, 1.0),
        ("build: 10 M SubstreamIDs, bytes each", ours["cds-bytes"], 66, 1.0),
        ("build: 10 M SubstreamIDs, ns each", ours["cds-ns"], 60, 1.0),
        ("translate: 1,000 streams beside one, ns", ours["streams-ns"], ours["stream-ns"], 3.0),
    ]
