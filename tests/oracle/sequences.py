#!/usr/bin/env python3
"""Stateful sequences worked out from the specification.

sequences.py SMMU ORACLES [FILTER...]

Runs `smmu replay --each` over every folder of ORACLES/sequence-samples: the
answers, the stalled transactions each record ends, and the memory that the run
leaves behind.  Only keys that a folder gives are compared (its README.txt).

The Command queues that Linux left in ORACLES/linux-* must be consumed without
an error, and the accesses recorded there be answered alike before and after,
with and without caches, never from a stale entry.
"""
import gzip
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ALL_ONES = "0xffffffffffffffff"
TIMEOUT_S = 120
COMMAND_BYTES = 16


def number(text):
    return int(text, 0) if isinstance(text, str) else text


def compare_event(want, got):
    """want is None when there must be no event."""
    if want is None:
        return [f"event {got['name']}, should be none"] if got else []
    if not got:
        return [f"no event, should be {want['type']}"]
    problems = []
    if number(want["type"]) != number(got["type"]):
        problems.append(f"event {got['type']} should be {want['type']}")
    if "name" in want and want["name"] != got.get("name"):
        problems.append(f"event {got.get('name')} should be {want['name']}")
    if "record" in want:
        masks = want.get("mask", [ALL_ONES] * 4)
        problems += [f"record word {i}: {got['record'][i]} should be {word} under {masks[i]}"
                     for i, word in enumerate(want["record"])
                     if (number(word) ^ number(got["record"][i])) & number(masks[i])]
    if want.get("merged", False) != got.get("merged", False):
        problems.append(f"merged: {got.get('merged', False)}")
    if "recorded" in want and want["recorded"] != got.get("recorded", True):
        problems.append(f"recorded: {got.get('recorded', True)}")
    return problems


def compare_updates(want, got, exact):
    def plain(updates):
        return {number(u["address"]): number(u["value"]) for u in updates}
    want, got = plain(want), plain(got)
    if want == got or (not exact and want.items() <= got.items()):
        return []
    return [f"updates: {got} should be {want}"]


def compare_subset(path, want, got):
    """Keys without rules of their own: what is given must be there; numbers by value."""
    if isinstance(want, dict):
        got = got if isinstance(got, dict) else {}
        return [p for k, v in want.items() for p in compare_subset(f"{path}.{k}", v, got.get(k))]
    if want == got:
        return []
    try:
        if number(want) == number(got):
            return []
    except (TypeError, ValueError):
        pass
    return [f"{path}: {got} should be {want}"]


def compare(want, got):
    """One expected object, or one of its alternatives."""
    problems = []
    for key, value in want.items():
        if key == "any":
            found = [compare(one, got) for one in value]
            if all(found):
                problems.append("none of the alternatives: " + " | ".join(p[0] for p in found))
        elif key == "event":
            problems += compare_event(value, got.get("event"))
        elif key == "value":
            mask = number(want.get("mask", ALL_ONES))
            if "value" not in got or (number(value) ^ number(got["value"])) & mask:
                problems.append(f"value: {got.get('value')} should be {value} under {mask:#x}")
        elif key == "updates":
            problems += compare_updates(value, got.get("updates", []),
                                        want.get("updates_exact", False))
        elif key == "pri_code":
            code = got.get("pri", {}).get("response")
            if code is None or number(code) != number(value):
                problems.append(f"automatic response: {code} should be {value}")
        elif key not in ("n", "mask", "ends", "updates_exact"):
            problems += compare_subset(key, value, got.get(key))
    return problems


def compare_ends(wants, gots):
    """Objects with resumed: by n, those of one n in order."""
    if len(wants) != len(gots):
        return [f"{len(gots)} transactions ended, should be {len(wants)}: {gots}"]
    wants = sorted(wants, key=lambda w: w.get("n", 0))
    return [f"ended {got['n']}: {p}" for want, got in zip(wants, gots)
            for p in ([] if want.get("n", got["n"]) == got["n"] else [f"not {want['n']}"])
            + compare(want, got)]


def run_replay(smmu, folder, trace, memory_after):
    options = shlex.split((folder / "options.txt").read_text())
    command = [smmu, "replay", folder / "system.yaml", trace, "--each", "--format", "jsonl",
               "--memory-after", memory_after, *options]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return None, "timed out"
    if done.returncode:
        return None, f"status {done.returncode}: {done.stderr.decode(errors='replace')[:400]}"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def stag_of(got):
    return number(got["event"]["record"][1]) & 0xffff


def with_stags(folder, scratch, smmu):
    """The trace with each command's STAG as the event of its record gave it."""
    stags = json.loads((folder / "stags.json").read_text()) \
        if (folder / "stags.json").exists() else {}
    trace = folder / "trace.csv"
    for record in sorted(stags, key=int):
        source, flip = stags[record]
        answers, problem = run_replay(smmu, folder, trace, scratch / "unused.json")
        if problem:
            return trace
        by_n = {a["n"]: a for a in answers if a["n"] == source and "event" in a
                and a.get("resumed", -1) < int(record)}
        if source not in by_n:
            continue
        lines = (trace.read_text()).splitlines()
        cells = lines[int(record) + 1].split(",")
        words = [number(w) for w in cells[-1].split()]
        words[1] = (words[1] & ~0xffff) | ((stag_of(by_n[source]) ^ flip) & 0xffff)
        cells[-1] = " ".join(f"{w:#018x}" for w in words)
        lines[int(record) + 1] = ",".join(cells)
        trace = scratch / "trace.csv"
        trace.write_text("\n".join(lines) + "\n")
    return trace


def bytes_at(memory, base, size):
    """Bytes after the run where it changed them, None elsewhere."""
    out = [None] * size
    for run in memory:
        start, data = number(run["base"]), bytes.fromhex(run["hex"])
        for i in range(max(start, base), min(start + len(data), base + size)):
            out[i - base] = data[i - start]
    return out


def compare_memory(wants, after, before):
    problems = []
    for want in wants:
        base, data, mask = number(want["base"]), bytes.fromhex(want["hex"]), \
            bytes.fromhex(want["mask"])
        got = [b if b is not None else before(base + i)
               for i, b in enumerate(bytes_at(after, base, len(data)))]
        if any((a ^ b) & m for a, b, m in zip(data, got, mask)):
            problems.append(f"memory at {base:#x}: {bytes(got).hex()} should be {want['hex']} "
                            f"under {want['mask']}")
    return problems


def memory_before(folder):
    """Reads the bytes that the system file lays into memory; zero elsewhere."""
    files = []
    for base, name in re.findall(r"base:\s*(\w+),\s*file:\s*([^,}\s]+)",
                                 (folder / "system.yaml").read_text()):
        data = (folder / name).read_bytes()
        files.append((int(base, 0), gzip.decompress(data) if name.endswith(".gz") else data))

    def read(address):
        for base, data in reversed(files):
            if base <= address < base + len(data):
                return data[address - base]
        return 0
    return read


def run_folder(smmu, folder):
    wants = [json.loads(line) for line in (folder / "expected.jsonl").open()]
    with tempfile.TemporaryDirectory(prefix="smmu-sequence-") as scratch:
        scratch = pathlib.Path(scratch)
        trace = with_stags(folder, scratch, smmu)
        gots, problem = run_replay(smmu, folder, trace, scratch / "after.json")
        if problem:
            return [problem]
        after = json.loads((scratch / "after.json").read_text())
    answers = [g for g in gots if "resumed" not in g]
    if len(answers) != len(wants):
        return [f"{len(answers)} answers for {len(wants)} records"]
    problems = []
    for want, got in zip(wants, answers):
        found = compare(want, got)
        if "ends" in want:
            found += compare_ends(want["ends"],
                                  [g for g in gots if g.get("resumed") == want["n"]])
        problems += [f"{want['n']}: {p}" for p in found]
    if (folder / "memory.json").exists():
        problems += compare_memory(json.loads((folder / "memory.json").read_text()), after,
                                   memory_before(folder))
    return problems


def captured_trace(folder, queue):
    """The accesses, every command of the queue, the accesses again."""
    lines = [line for line in (folder / "trace.csv").read_text().splitlines()
             if line and not line.startswith("#")]
    columns = lines[0].split(",")
    smmu = re.search(r"smmu\d+", queue.name)
    data = gzip.decompress(queue.read_bytes())
    commands = []
    for at in range(0, len(data), COMMAND_BYTES):
        low, high = (int.from_bytes(data[i:i + 8], "little") for i in (at, at + 8))
        if low or high:
            cells = {"smmu": smmu.group() if smmu else ""}
            commands.append(",".join(cells.get(c, "") for c in columns)
                            + f",command,{low:#x} {high:#x}")
    accesses = [line + ",access," for line in lines[1:]]
    return "\n".join([lines[0] + ",op,data"] + accesses + commands + accesses) + "\n", \
        len(accesses), len(commands)


def run_captured_queue(smmu, folder, queue, caches):
    text, accesses, commands = captured_trace(folder, queue)
    with tempfile.TemporaryDirectory(prefix="smmu-queue-") as scratch:
        trace = pathlib.Path(scratch) / "trace.csv"
        trace.write_text(text)
        done = subprocess.run([smmu, "replay", folder / "system.yaml", trace, "--each", "--drain",
                               "--format", "jsonl", "--caches", caches], capture_output=True,
                              timeout=TIMEOUT_S, check=False)
    if done.returncode:
        return [f"status {done.returncode}: {done.stderr.decode(errors='replace')[:400]}"]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    problems = [f"{a['n']}: stale" for a in answers if a.get("stale")]
    for a in answers[accesses:accesses + commands]:
        if a["status"] != "none" or "consumed" in a:
            problems.append(f"command {a['n'] - accesses}: {a}")
    for before, after in zip(answers[:accesses], answers[accesses + commands:]):
        after["n"] = before["n"]
        if before != after and not before.get("updates"):
            problems.append(f"{before['n']}: {before} before, {after} after")
    return problems


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    smmu, root, filters = sys.argv[1], pathlib.Path(sys.argv[2]) / "sequence-samples", sys.argv[3:]
    passed = failed = 0
    for folder in sorted(f.parent for f in root.glob("*/*/trace.csv")):
        name = str(folder.relative_to(root))
        if filters and not any(f in name for f in filters):
            continue
        problems = run_folder(smmu, folder)
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems[:6]:
            print(f"{name}: {problem}")
    for queue in sorted(pathlib.Path(sys.argv[2]).glob("linux-*/cmdq*.bin.gz")):
        for caches in ("none", "ideal"):
            name = f"{queue.parent.name}/{queue.name} {caches}"
            if filters and not any(f in name for f in filters):
                continue
            problems = run_captured_queue(smmu, queue.parent, queue, caches)
            passed, failed = passed + (not problems), failed + bool(problems)
            for problem in problems[:6]:
                print(f"{name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
