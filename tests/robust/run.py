#!/usr/bin/env python3
"""Hostile input: whatever is damaged, an answer or a clear error.

run.py SMMU ORACLES [--seed N] [--cases N] [--only KIND] [--keep DIR]

Takes the systems of samples/ and ORACLES, damages one thing (bytes of memory,
a register, the text of a file, its length) and runs a command on it.  A run
must end by itself within bounds of time and memory with status 0, 1 or 2; 2
comes with words on standard error; no sanitizer speaks; a system that `check`
refuses is refused by every command and no other; JSON stays JSON.  The same
seed gives the same cases.  --keep leaves the input of what failed in DIR.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile

TIME_S = 10
MEMORY = 1 << 30
TRACE_RECORDS = 200  # of a long trace; damage is in structures more than in numbers of accesses
BUILT_MAX = 1 << 24  # bytes of a built region worth damaging
SANITIZER = re.compile(rb"AddressSanitizer|runtime error:|LeakSanitizer|UndefinedBehavior")
KINDS = ("event", "command", "ste", "cd", "l1std", "l1cd", "vms", "pri", "s1desc", "s2desc",
         "gpt", "dpt", "register", "log")
WORDS = {"event": 4, "command": 2, "ste": 8, "cd": 8, "vms": 8, "pri": 2}


class Program:
    """The program under test and what every run of it must keep to."""

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.sanitized = b"__asan_init" in pathlib.Path(path).read_bytes()
        self.time_s = TIME_S * (3 if self.sanitized else 1)

    def limit(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if not self.sanitized:  # its shadow memory alone is larger
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def run(self, args, cwd, stdin=b""):
        """Status, standard output, problems."""
        try:
            done = subprocess.run([self.path, *args], cwd=cwd, input=stdin, check=False,
                                  capture_output=True, timeout=self.time_s,
                                  preexec_fn=self.limit)
        except subprocess.TimeoutExpired:
            return None, b"", [f"did not end within {self.time_s} s"]
        problems = []
        if done.returncode not in (0, 1, 2):
            problems.append(f"status {done.returncode}")
        if done.returncode == 2 and not done.stderr.strip():
            problems.append("status 2 without a word")
        if SANITIZER.search(done.stderr):
            problems.append(done.stderr.decode("utf-8", "replace")[:1500])
        if "jsonl" in args:
            problems += json_problems(done.stdout)
        return done.returncode, done.stdout, problems


def json_problems(output):
    try:
        for line in output.decode("utf-8").splitlines():
            json.loads(line)
    except ValueError as error:
        return [f"not JSON: {error}"]
    return []


class System:
    """Files of one system in memory: {name: bytes}, images decompressed."""

    def __init__(self, name, files):
        self.name = name
        self.files = files
        self.images = [n for n in files if n.endswith((".bin", ".bin.gz"))]

    def write(self, where, changed=None):
        for name, data in {**self.files, **(changed or {})}.items():
            (where / name).write_bytes(data)


def load_captured(folder):
    files = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("mem-") or path.name == "system.yaml":
            data = path.read_bytes()
            name = path.name
            if name.endswith(".gz"):
                data, name = gzip.decompress(data), name[:-3]
            files[name] = data
    files["system.yaml"] = files["system.yaml"].replace(b".bin.gz", b".bin")
    lines = (folder / "trace.csv").read_bytes().splitlines(keepends=True)
    files["trace.csv"] = b"".join(lines[:TRACE_RECORDS + 1])
    return System(folder.name, files)


def load_built(program, sample, scratch):
    """What a described sample builds to, with its trace."""
    out = scratch / sample.name
    done = subprocess.run([program.path, "build", str(sample / "board.yaml"), "-q", "-o",
                           str(out)], check=True, capture_output=True)
    assert done.returncode == 0
    files = {p.name: p.read_bytes() for p in sorted(out.iterdir())
             if p.name != "manifest.json" and p.stat().st_size <= BUILT_MAX}
    files["trace.csv"] = (sample / "trace.csv").read_bytes()
    return System(f"built {sample.name}", files)


def load_described(sample):
    return System(f"described {sample.name}", {
        "system.yaml": (sample / "board.yaml").read_bytes(),
        "trace.csv": (sample / "trace.csv").read_bytes()})


def find_systems(program, samples, oracles, scratch):
    folders = [samples / "linux-6.1"]
    if oracles.is_dir():
        folders += sorted(oracles.glob("linux-*")) + sorted(oracles.glob("qemu/*/")) + \
                   sorted(oracles.glob("sequence-samples/*/*/"))
    systems = [load_captured(f) for f in folders if (f / "trace.csv").is_file()]
    for board in sorted(samples.glob("*/board.yaml")):
        systems += [load_built(program, board.parent, scratch), load_described(board.parent)]
    return systems


def flip(rng, data, places):
    """Other bytes at some of places."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 40))):
        if places:
            data[rng.choice(places)] ^= rng.choice((1 << rng.randrange(8), rng.randrange(1, 256)))
    return bytes(data)


def damage_memory(rng, system):
    """Bytes of structures: those that are not zero, and their neighbours."""
    if not system.images:
        return damage_text(rng, system)
    changed = {}
    for name in rng.sample(system.images, rng.randint(1, len(system.images))):
        data = system.files[name]
        near = [i for m in re.finditer(rb"[^\0]+", data)
                for i in range(max(0, m.start() - 8), min(len(data), m.end() + 8))]
        changed[name] = flip(rng, data, near or list(range(len(data))))
        if rng.random() < 0.1:
            changed[name] = rng.randbytes(len(data))
    return changed


def damage_register(rng, system):
    """Another value of some registers: one bit, or anything."""
    text = system.files["system.yaml"].decode()
    places = list(re.finditer(r"(SMMU_\w+: *)(0x[0-9a-fA-F]+)", text))
    if not places:
        return damage_text(rng, system)
    for m in sorted(rng.sample(places, min(len(places), rng.choice((1, 1, 2, 6)))),
                    key=lambda m: -m.start()):
        digits = len(m[2]) - 2
        value = rng.choice((int(m[2], 16) ^ (1 << rng.randrange(digits * 4)),
                            rng.getrandbits(digits * 4), (1 << digits * 4) - 1))
        text = text[:m.start(2)] + f"0x{value:0{digits}x}" + text[m.end(2):]
    return {"system.yaml": text.encode()}


def damage_text(rng, system):
    """The system file: bytes, pieces in twice, pieces elsewhere, numbers out of bounds."""
    data = system.files["system.yaml"]
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    big = rng.choice((b"0xffffffffffffffff", b"-1", b"0", b"16T", b"1e99", b"[]", b"{}", b"~",
                      b"99999999999999999999", b"*x", b"&x {<<: *x}", b"|\n"))
    numbers = list(re.finditer(rb"\b(0x[0-9a-fA-F]+|\d+[KMGT]?)\b", data))
    number = rng.choice(numbers)
    return {"system.yaml": rng.choice((
        flip(rng, data, range(len(data))), data[:a] + data[b:], data[:b] + data[a:],
        data[:number.start()] + big + data[number.end():],
        data[:a] + rng.randbytes(16) + data[b:]))}


def damage_trace(rng, system):
    data = system.files["trace.csv"]
    a, b = sorted(rng.randrange(len(data)) for _ in range(2))
    return {"trace.csv": rng.choice((
        flip(rng, data, range(len(data))), data[:a] + data[b:], data[a:], data * 3,
        data[:a] + rng.randbytes(rng.choice((1, 16, 5000))) + data[b:],
        data[:a] + b"9" * rng.choice((30, 70000)) + data[a:], rng.randbytes(3000)))}


def damage_length(rng, system):
    """A file that ends early, plain or in the middle of its gzip stream."""
    name = rng.choice(list(system.files))
    data = system.files[name]
    if name in system.images and rng.random() < 0.7:
        text = system.files["system.yaml"].replace(name.encode(), name.encode() + b".gz")
        packed = gzip.compress(data, 1)
        packed = rng.choice((packed[:rng.randrange(len(packed))],
                             flip(rng, packed, range(len(packed)))))
        return {"system.yaml": text, name + ".gz": packed}
    return {name: data[:rng.randrange(len(data) + 1)]}


DAMAGE = {"memory": damage_memory, "register": damage_register, "text": damage_text,
          "trace": damage_trace, "length": damage_length}


def a_translate(rng, system):
    """A translation for something the trace names, or for anything."""
    rows = [r.split(b",") for r in system.files["trace.csv"].splitlines()[1:] if b"," in r]
    cells = [c.decode("ascii", "ignore") for c in (rng.choice(rows) if rows else [])]
    numbers = [c for c in cells if re.fullmatch(r"0x[0-9a-f]{1,16}|\d{1,15}", c)]
    args = ["translate", "system.yaml", "--stream", min(numbers, default="0", key=len)[:10],
            "--address", rng.choice(numbers + [hex(rng.getrandbits(64))]),
            "--access", rng.choice(("r", "w", "x", "rw")),
            "--security", rng.choice(("ns", "ns", "s", "realm"))]
    if rng.random() < 0.3:
        args += ["--substream", hex(rng.getrandbits(rng.choice((2, 20))))]
    return args + ["--op", rng.choice(("access", "access", "ats-request", "ats-translated"))]


def run_system(program, rng, system, where):
    """check, and one more command, which must agree on whether the system is one."""
    command = rng.choice((
        ["replay", "system.yaml", "trace.csv", "--each"], ["replay", "system.yaml", "trace.csv"],
        ["dump", "system.yaml"], ["dump", "system.yaml", "--as", "map"],
        ["dump", "system.yaml", "--as", "system"], ["explain", "--system", "system.yaml"],
        ["convert", "trace.csv", "--to", rng.choice(("jsonl", "binary"))],
        a_translate(rng, system), a_translate(rng, system)))
    refused, _, problems = program.run(["check", "system.yaml"], where)
    if command[0] not in ("convert", "dump") or "system" not in command and "--to" not in command:
        command += ["--format", rng.choice(("jsonl", "jsonl", "text"))]
    status, _, more = program.run(command, where)
    problems += more
    if refused and command[0] != "convert" and status not in (2, None):
        problems.append(f"check says {refused}, {command[0]} says {status}")
    if refused == 0 and status == 2 and command[0] in ("translate", "explain"):
        problems.append(f"check is content, {command[0]} is not")
    return command, problems


def case_system(kind):
    def run(program, rng, systems, where):
        system = rng.choice(systems)
        changed = DAMAGE[kind](rng, system)
        system.write(where, changed)
        command, problems = run_system(program, rng, system, where)
        return f"{system.name}: {' '.join(command)}", problems
    return run


def some_words(rng, kind):
    return [f"0x{rng.getrandbits(rng.choice((64, 64, 16))):x}" for _ in range(WORDS.get(kind, 1))]


LOG = b"""[   12.3] arm-smmu-v3 arm-smmu-v3.0.auto: event 0x10 received:
[   12.3] arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000010000000010
[   12.3] arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000020000000000
[   12.3] arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000000040001000
[   12.3] arm-smmu-v3 arm-smmu-v3.0.auto: \t0x0000000000000000
[   13.0] arm-smmu-v3 arm-smmu-v3.0.auto: CMDQ error (cons 0x01000002): Illegal command
"""


def case_log(program, rng, where):
    """A kernel log, told and explained."""
    data = flip(rng, LOG * rng.choice((1, 9)), range(len(LOG)))[:rng.randrange(9 * len(LOG))]
    if rng.random() < 0.2:
        data += rng.choice((b"\0" * 3000, b"event " * 9000, rng.randbytes(3000)))
    (where / "input").write_bytes(data)
    args = rng.choice((["decode", "log", "-"], ["explain", "-"])) + \
        ["--format", rng.choice(("jsonl", "text"))]
    _, _, problems = program.run(args, where, data)
    return " ".join(args), problems


def case_decode(program, rng, systems, where):
    """Anything as entries of any kind, in any form and of any length."""
    kind = rng.choice(KINDS)
    args = ["decode", kind]
    if kind == "register":
        args.append(rng.choice(("SMMU_IDR0", "SMMU_CR0", "SMMU_STRTAB_BASE", "SMMU_GBPA")))
    if kind == "log":
        return case_log(program, rng, where)
    if kind.endswith("desc"):
        args += ["--level", str(rng.randint(1, 3)), "--granule", rng.choice(("4K", "16K", "64K"))]
    data = b""
    if rng.random() < 0.3:
        args += some_words(rng, kind)[rng.random() < 0.1:]
    else:
        hexed = " ".join(some_words(rng, kind) * rng.randint(1, 9)).encode()
        data = rng.choice((rng.randbytes(rng.randrange(600)), hexed,
                           hexed[:rng.randrange(len(hexed) + 1)],
                           flip(rng, hexed, range(len(hexed))),
                           gzip.compress(rng.randbytes(500))[:rng.randrange(1, 520)]))
        args += ["-", "--input", rng.choice(("auto", "raw", "hex", "xxd"))]
        (where / "input").write_bytes(data)
    args += ["--format", rng.choice(("jsonl", "text"))]
    _, _, problems = program.run(args, where, data)
    return " ".join(args), problems


CASES = {"memory": (case_system("memory"), 6), "register": (case_system("register"), 4),
         "text": (case_system("text"), 4), "trace": (case_system("trace"), 2),
         "length": (case_system("length"), 3), "decode": (case_decode, 4)}


def keep(where, to, name):
    shutil.copytree(where, pathlib.Path(to) / name, dirs_exist_ok=True)


def run_case(program, options, systems, scratch, n):
    """Problems of case n, which depends on the seed and n alone."""
    rng = random.Random(f"{options.seed} {n}")
    names = [options.only] if options.only else list(CASES)
    kind = rng.choices(names, [CASES[k][1] for k in names])[0]
    where = scratch / "case"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir()
    what, problems = CASES[kind][0](program, rng, systems, where)
    for problem in problems:
        print(f"FAIL case {n}, {kind}: {what}\n  {problem}")
    if problems and options.keep:
        keep(where, options.keep, f"case-{n}")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("smmu")
    parser.add_argument("oracles", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=800)
    parser.add_argument("--first", type=int, default=0, help="the first case to run")
    parser.add_argument("--only", choices=list(CASES))
    parser.add_argument("--keep")
    options = parser.parse_args()
    program = Program(options.smmu)
    samples = pathlib.Path(__file__).resolve().parents[2] / "samples"
    counts = {True: 0, False: 0}
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        systems = find_systems(program, samples, options.oracles, scratch)
        for n in range(options.first, options.first + options.cases):
            counts[run_case(program, options, systems, scratch, n)] += 1
    print(f"hostile input: {counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0


if __name__ == "__main__":
    sys.exit(main())
