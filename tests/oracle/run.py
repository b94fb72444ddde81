#!/usr/bin/env python3
"""Answers of other implementations and vectors from the specification.

run.py SMMU ORACLES [FILTER...]

Compares `smmu replay --each --format jsonl` with what ORACLES holds: systems
that Linux and QEMU wrote, and vectors worked out from the specification, each
with its own registers and memory.  departures.txt beside this file lists the
cases where the recorded answer departs from the specification; such a case
must really differ.
"""
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = ("spec-samples/translate", "spec-samples/legality", "extension-samples/attr",
           "extension-samples/d128", "extension-samples/lpae", "extension-samples/perm",
           "extension-samples/vmsa64", "extension-samples/worlds")
FIELDS_BY_NAME = ("NSIPA", "GPCF", "Overlay", "AssuredOnly", "DirtyBit")
PAGE = 4096
TIMEOUT_S = 120

Case = collections.namedtuple("Case", "id rule problems got expected")


def number(text):
    return int(text, 0) if isinstance(text, str) else text


def compare_record(want, mask, got):
    """Problems of an event record, word by word under its mask."""
    if got is None:
        return ["no record"]
    return [f"record word {i}: {got[i]} should be {want[i]} under {mask[i]}"
            for i in range(4)
            if (number(want[i]) ^ number(got[i])) & number(mask[i])]


def compare_attr(want, got):
    """Only the keys given; transience is never compared."""
    def plain(value):
        return value.replace("-tr", "") if isinstance(value, str) else value
    problems = []
    for key, value in want.items():
        have = (got or {}).get(key)
        if isinstance(value, dict):
            problems += compare_attr(value, have)
        elif plain(have) != plain(value):
            problems.append(f"attr.{key}: {have} should be {value}")
    return problems


def compare_pa(want, got):
    if want.get("pa") is None:
        return []
    if got.get("pa") is None or number(got["pa"]) != number(want["pa"]):
        return [f"pa: {got.get('pa')} should be {want['pa']}"]
    return []


def compare_captured(want, got):
    """An object of expected.jsonl: only the keys it gives."""
    problems = []
    for key in ("status", "response"):
        if key in want and got.get(key) != want[key]:
            problems.append(f"{key}: {got.get(key)} should be {want[key]}")
    problems += compare_pa(want, got)
    event, have = want.get("event"), got.get("event")
    if event and not have:
        problems.append(f"no event, should be {event['type']}")
    elif event:
        if number(have["type"]) != number(event["type"]):
            problems.append(f"event: {have['type']} should be {event['type']}")
        elif "record" in event:
            mask = event.get("mask", ["0xffffffffffffffff"] * 4)
            problems += compare_record(event["record"], mask, have.get("record"))
    return problems


def compare_vector(want, got):
    """The expectation of a vector; event is the name there, fields go by name."""
    problems = []
    have = got.get("event")
    if got.get("status") != want["status"]:
        problems.append(f"status: {got.get('status')} should be {want['status']}")
    if (have or {}).get("name") != want.get("event"):
        problems.append(f"event: {(have or {}).get('name')} should be {want.get('event')}")
    if problems:
        return problems
    problems += compare_pa(want, got)
    if "record" in want and have:
        problems += compare_record(want["record"], want["mask"], have["record"])
        for name in FIELDS_BY_NAME:
            value, is_value = want.get("fields", {}).get(name), have["fields"].get(name)
            if value is not None and (is_value is None or number(is_value) != number(value)):
                problems.append(f"field {name}: {is_value} should be {value}")
    if "attr" in want:
        problems += compare_attr(want["attr"], got.get("attr"))
    return problems


def compare_either(want, got):
    """want, or one of its alternatives."""
    problems = compare_vector(want, got)
    if problems and any(not compare_vector(a, got) for a in want.get("alternatives", [])):
        return []
    return problems


def replay(smmu, system, trace, *options):
    """The answers, or the reason why there are none."""
    try:
        done = subprocess.run([smmu, "replay", system, trace, "--each", "--format", "jsonl",
                               *options], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return None, "timed out"
    if done.returncode:
        return None, f"status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def run_captured(smmu, folder, name):
    """A folder with system.yaml, trace.csv and expected.jsonl."""
    wants = [json.loads(line) for line in (folder / "expected.jsonl").open()]
    gots, reason = replay(smmu, folder / "system.yaml", folder / "trace.csv")
    trace = [line for line in (folder / "trace.csv").read_text().splitlines()
             if line and not line.startswith("#")]
    if gots is None:
        return [Case(name, "the run", [reason], None, None)]
    if len(gots) != len(wants):
        return [Case(name, "the run", [f"{len(gots)} answers for {len(wants)} records"], None,
                     None)]
    return [Case(f"{name}:{want['n']}", trace[want["n"] + 1], compare_captured(want, got), got,
                 want) for want, got in zip(wants, gots)]


def pages_of(memory):
    """The whole 4 KiB pages around sparse bytes, as runs of (base, bytes)."""
    pages = {}
    for run in memory:
        base, data = number(run["base"]), bytes.fromhex(run["hex"])
        for i, byte in enumerate(data):
            page = pages.setdefault((base + i) // PAGE, bytearray(PAGE))
            page[(base + i) % PAGE] = byte
    return pages


def write_system(folder, vector):
    lines = ["version: 1", "memory:"]
    for page, data in sorted(pages_of(vector["memory"]).items()):
        (folder / f"{page:x}.bin").write_bytes(data)
        lines.append(f"  - {{base: {page * PAGE:#x}, file: {page:x}.bin}}")
    if len(lines) == 2:
        lines[1] = "memory: []"
    lines += ["smmus:", "  - name: smmu0", "    registers:"]
    lines += [f"      {name}: {value}" for name, value in vector["registers"].items()]
    (folder / "system.yaml").write_text("\n".join(lines) + "\n")


def trace_of(transactions):
    columns = sorted({key for t in transactions for key, value in t.items() if value is not None})
    rows = [",".join(columns)]
    for transaction in transactions:
        values = (transaction.get(c) for c in columns)
        rows.append(",".join("" if v is None else str(int(v)) if isinstance(v, bool) else str(v)
                             for v in values))
    return "\n".join(rows) + "\n"


def compare_memory(runs, folder, vector):
    """memory_after: descriptors that hardware update changed."""
    before = pages_of(vector["memory"])
    for change in json.loads((folder / "after.json").read_text()):
        base = number(change["base"])
        for i, byte in enumerate(bytes.fromhex(change["hex"])):
            before.setdefault((base + i) // PAGE, bytearray(PAGE))[(base + i) % PAGE] = byte
    problems = []
    for run in runs:
        base, want = number(run["base"]), bytes.fromhex(run["hex"])
        have = bytes(before.get((base + i) // PAGE, bytearray(PAGE))[(base + i) % PAGE]
                     for i in range(len(want)))
        if have != want:
            problems.append(f"memory at {base:#x}: {have.hex()} should be {want.hex()}")
    return problems


def run_vector(smmu, vector):
    """One vector and what follows it (then), in a system of its own."""
    steps = [vector] + vector.get("then", [])
    with tempfile.TemporaryDirectory(prefix="smmu-oracle-") as scratch:
        folder = pathlib.Path(scratch)
        write_system(folder, vector)
        (folder / "trace.csv").write_text(trace_of([s["transaction"] for s in steps]))
        options = ["--memory-after", folder / "after.json"] \
            if "memory_after" in vector["expect"] else []
        gots, reason = replay(smmu, folder / "system.yaml", folder / "trace.csv", *options)
        if gots is None or len(gots) != len(steps):
            return Case(vector["id"], vector["rule"], [reason or "answers are missing"], None,
                        vector["expect"])
        problems = [p for step, got in zip(steps, gots)
                    for p in compare_either(step["expect"], got)]
        if options:
            problems += compare_memory(vector["expect"]["memory_after"], folder, vector)
    return Case(vector["id"], vector["rule"], problems, gots, [s["expect"] for s in steps])


def jobs_of(smmu, oracles):
    """Pairs of a name and a function that gives cases."""
    for folder in sorted([*oracles.glob("linux-*"), *oracles.glob("qemu/*/")]):
        if (folder / "expected.jsonl").exists():
            name = str(folder.relative_to(oracles))
            yield name, lambda f=folder, n=name: run_captured(smmu, f, n)
    for name in VECTORS:
        path = oracles / f"{name}.jsonl"
        for line in path.open() if path.exists() else []:
            vector = json.loads(line)
            yield f"{name}/{vector['id']}", lambda v=vector: [run_vector(smmu, v)]


def departures():
    """id -> (section, reason); a line is "ID  SECTION  REASON" in columns split by two blanks."""
    listed = {}
    for line in (HERE / "departures.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, section, reason = line.split("  ", 2)
            listed[name] = (section.strip(), reason.strip())
    return listed


def report(case, listed):
    """Prints what is wrong with a case; whether it passed."""
    if case.id in listed:
        if case.problems:
            return True
        print(f"{case.id}: agrees, although departures.txt says that it departs")
        return False
    if not case.problems:
        return True
    print(f"{case.id}: {case.rule}")
    for problem in case.problems:
        print(f"    {problem}")
    print(f"    expected {json.dumps(case.expected)}\n    got      {json.dumps(case.got)}")
    return False


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    smmu, oracles = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    listed, seen = departures(), set()
    jobs = [job for name, job in jobs_of(smmu, oracles)
            if not sys.argv[3:] or any(f in name for f in sys.argv[3:])]
    counts = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for cases in pool.map(lambda job: job(), jobs):
            for case in cases:
                seen.add(case.id)
                counts[report(case, listed)] += 1
    for name in sorted(set(listed) - seen) if not sys.argv[3:] else []:
        print(f"{name}: in departures.txt, but there is no such case")
        counts[False] += 1
    print(f"oracles: {counts[True]} passed, {counts[False]} failed"
          f" ({len(seen & set(listed))} listed departures)")
    return 1 if counts[False] or not counts[True] else 0


if __name__ == "__main__":
    sys.exit(main())
