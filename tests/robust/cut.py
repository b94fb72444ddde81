#!/usr/bin/env python3
"""Traces that are cut: cut.py SMMU [SEED]

Every form of a trace, plain and gzip, cut at positions of the seed and at those
around each end of a line.  What is left must end with a clear message, give
the summary of the records before the cut, and count them right: the records
that whole lines stand for are known here, from how the trace was made.
"""
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import zlib

SYSTEM = """version: 1
memory: [{base: 0x80000000, size: 1G}]
smmus:
  - name: smmu0
    features: {architecture: v3.2, stages: [1], granules: [4K], output-bits: 44, stream-bits: 16}
    tables: {base: 0x90000000, size: 1M}
domains:
  - {name: d, stage: 1, input-bits: 39, maps: [{iova: 0x10000000, pa: 0x88000000, size: 64K, access: rw}]}
devices:
  - {name: e, streams: [0x10], stage1: d}
"""
LINES = 24
POSITIONS = 8       # by chance, of each form


def access(i):
    return 0x10000000 + i * 0x1010 % 0x10000


def csv():
    return ["stream,address,access,size"], [f"0x10,{access(i):#x},r,{i + 1}" for i in range(LINES)]


def jsonl():
    return [], [json.dumps({"stream": 16, "address": hex(access(i)), "access": "w"})
                for i in range(LINES)]


def ftrace():
    return ["# tracer: nop"], [
        f"  kworker/u4:0-9 [001] .....     2.{i:06}: map: IOMMU: iova={access(i) & ~0xfff:#018x} - "
        f"{(access(i) & ~0xfff) + 4096:#018x} paddr=0x0000000088000000 size=4096"
        for i in range(LINES)]


def perf():
    return [], [f"kworker/u64:0 12 [011] 327.{i:06}: iommu:unmap: IOMMU: "
                f"iova={access(i) & ~0xfff:#018x} - {(access(i) & ~0xfff) + 4096:#018x} size=4096 "
                "unmapped_size=4096" for i in range(LINES)]


def qemu():
    return [], [f"smmuv3_translate_success smmuv3-iommu-memory-region-16-0 sid=0x10 "
                f"iova={access(i):#x} translated=0x88000000 perm=0x3 stage=1" for i in range(LINES)]


def gem5():
    return [], [f"{1000 * i}: system.smmu.ifc.port: micro TLB hit vaddr={access(i):#x} "
                "amask=0xfffffffffffff000 sid=0x10 ssid=0 paddr=0x88001000" for i in range(LINES)]


def fvp():
    return [], [f"ArchMsg.Error.error: streamid=0x10 substreamid=0xffffffff ssd_ns=1 stage=1 "
                f"trans_id={i} address={access(i):#018x}" for i in range(LINES)]


FORMS = {"csv": csv, "jsonl": jsonl, "ftrace": ftrace, "perf": perf, "qemu": qemu, "gem5": gem5,
         "fvp": fvp}


class Bench:
    def __init__(self, smmu, folder, rng):
        self.smmu, self.folder, self.rng = smmu, folder, rng
        self.system = folder / "system.yaml"
        self.system.write_text(SYSTEM)
        self.runs, self.problems = 0, []

    def replay(self, name, data):
        trace = self.folder / name
        trace.write_bytes(data)
        done = subprocess.run([self.smmu, "replay", self.system, trace, "--journal-only",
                               "--format", "json"], capture_output=True, text=True, errors="replace",
                              timeout=120)
        self.runs += 1
        summary = json.loads(done.stdout) if done.stdout else {}
        return done.returncode, summary, done.stderr

    def check(self, name, data, low, high, cut_is_known, must_speak):
        """From low to high records; what is said where the cut is (must be) known."""
        status, summary, said = self.replay(name, data)
        records = summary.get("records", 0)
        where = f"{name} cut at {len(data)}: "
        if status not in (0, 2) or (cut_is_known and status != 2):
            self.problems.append(f"{where}status {status}: {said}")
        elif not low <= records <= high:
            self.problems.append(f"{where}{records} records, not {low} to {high}: {said}")
        elif must_speak and name.split(".")[0] not in said:
            self.problems.append(f"{where}nothing is said of it: {said}")

    def positions(self, data):
        ends = [i + d for i, c in enumerate(data) if c == 10 for d in (0, 1, 2)]
        chosen = {0, 1, len(data) - 1, *self.rng.sample(range(len(data)), POSITIONS),
                  *self.rng.sample(ends, min(4, len(ends)))}
        return sorted(p for p in chosen if p < len(data))


def lines_of(text, head):
    """Whole lines of records, and what is left of the one behind them."""
    lines = text.split(b"\n")
    return max(0, len(lines) - 1 - head), lines[-1]


def cut_text(bench, form, head, data):
    """What is left of a line may be one of its own, but in JSON; it is spoken of."""
    name = f"t-{form}.{form if form in ('csv', 'jsonl') else 'txt'}"
    lines = data.split(b"\n")
    for at in bench.positions(data):
        whole, rest = lines_of(data[:at], head)
        is_record = data[:at].count(b"\n") >= head and rest
        is_whole = is_record and rest == lines[head + whole]
        most = whole + bool(is_whole if form == "jsonl" else is_record)
        bench.check(name, data[:at], whole, most, False, is_record and whole and rest.strip() and not is_whole)


def cut_gzip(bench, form, head, data):
    packed = gzip.compress(data, 6, mtime=0)
    for at in bench.positions(packed):
        left = zlib.decompressobj(31).decompress(packed[:at])
        whole, _ = lines_of(left, head)
        bench.check(f"z-{form}.gz", packed[:at], whole, whole, True, True)


def cut_binary(bench):
    head, lines = csv()
    source = bench.folder / "source.csv"
    source.write_text("\n".join(head + lines) + "\n")
    trace = bench.folder / "whole.smmutrace"
    subprocess.run([bench.smmu, "convert", source, "-o", trace], check=True)
    data = trace.read_bytes()
    for name, whole in (("b-plain.smmutrace", data), ("b-gzip.smmutrace.gz",
                                                      gzip.compress(data, 6, mtime=0))):
        for at in bench.positions(whole):
            left = whole[:at]
            if name.endswith(".gz"):
                left = zlib.decompressobj(31).decompress(left)
            records = min(LINES, max(0, (len(left) - len(data)) // 24 + 1 + LINES))
            bench.check(name, whole[:at], records, records, True, at > 0)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) == 3 else 1
    with tempfile.TemporaryDirectory(prefix="smmu-cut-") as folder:
        bench = Bench(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(folder),
                      random.Random(seed))
        for form, make in FORMS.items():
            head, lines = make()
            data = ("\n".join(head + lines) + "\n").encode()
            status, summary, said = bench.replay("whole.txt", data)
            if status or summary.get("records") != LINES:
                bench.problems.append(f"{form}: whole: status {status}, {summary}, {said}")
            cut_text(bench, form, len(head), data)
            cut_gzip(bench, form, len(head), data)
        cut_binary(bench)
        for problem in bench.problems[:20]:
            print(problem)
    print(f"cut traces: {bench.runs} runs, {len(bench.problems)} problems (seed {seed})")
    return 1 if bench.problems else 0


if __name__ == "__main__":
    sys.exit(main())
