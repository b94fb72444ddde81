#!/usr/bin/env python3
"""What a driver does, in the right form and in the wrong one.

run.py SMMU [FILTER...]

Each sequence (structures, tables, faults, queues, updates, indirect, secure) is replayed
without caches, with caches that keep everything, and with small ones.  The wrong form must
show where caches are permitted to show it; the right one must never.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "oracle"))

import faults  # noqa: E402
import indirect  # noqa: E402
import queues  # noqa: E402
import secure  # noqa: E402
import structures  # noqa: E402
import tables  # noqa: E402
import updates  # noqa: E402
from rig import RAM, RAM_SIZE  # noqa: E402
from sequences import compare, compare_ends  # noqa: E402

TIMEOUT_S = 60
SMALL = "config: {entries: 4, ways: 2}\nmicro: {entries: 2}\nmain: {entries: 4, policy: plru}\n" \
    "walk: {entries: 2, policy: rr}\nipa: {entries: 2, policy: random}\n"


def write_system(folder, sequence):
    lines = ["version: 1", "memory:", f"  - {{base: {RAM:#x}, size: {RAM_SIZE:#x}}}"]
    pages = {}
    for base, data in sequence.memory:
        image = pages.setdefault(base >> 12, bytearray(4096))
        image[base & 0xfff:(base & 0xfff) + len(data)] = data
    for number, image in pages.items():
        (folder / f"page-{number:x}.bin").write_bytes(bytes(image))
    lines += [f"  - {{base: {n << 12:#x}, file: page-{n:x}.bin}}" for n in pages]
    lines += ["smmus:", "  - name: smmu0", "    registers:"]
    lines += [f"      {name}: {value:#x}" for name, value in sequence.registers.items()]
    (folder / "system.yaml").write_text("\n".join(lines) + "\n")


def replay(smmu, folder, sequence, caches):
    (folder / "trace.jsonl").write_text(
        "".join(json.dumps(s.record) + "\n" for s in sequence.steps))
    (folder / "small.yaml").write_text(SMALL)
    done = subprocess.run([smmu, "replay", folder / "system.yaml", folder / "trace.jsonl", "--each",
                           "--format", "jsonl", "--caches",
                           folder / "small.yaml" if caches == "small" else caches,
                           *sequence.options],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
                          check=False)
    if done.returncode:
        return None, f"status {done.returncode}: {done.stderr.decode(errors='replace')[:400]}"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def compare_step(step, caches, got):
    """Small caches may have forgotten: either answer is right, where there are two."""
    if caches == "small" and step.by:
        return [] if not compare_answer(step.want, got) else compare_answer(step.by["ideal"], got)
    return compare_answer(step.expected(caches), got)


def compare_answer(want, got):
    problems = compare(want, got)
    attr = got.get("attr", {})
    problems += [f"attr {key}: {attr.get(key)} should be {value}"
                 for key, value in want.get("attr", {}).items() if attr.get(key) != value]
    if got.get("stale", False) != want.get("stale", False) and "any" not in want:
        problems.append(f"stale: {got.get('stale', False)}")
    return problems


def run_sequence(smmu, sequence, caches):
    with tempfile.TemporaryDirectory(prefix="smmu-sequence-") as scratch:
        folder = pathlib.Path(scratch)
        write_system(folder, sequence)
        gots, problem = replay(smmu, folder, sequence, caches)
    if problem:
        return [problem]
    answers = [g for g in gots if "resumed" not in g]
    if len(answers) != len(sequence.steps):
        return [f"{len(answers)} answers for {len(sequence.steps)} records"]
    problems = []
    for n, (step, got) in enumerate(zip(sequence.steps, answers)):
        found = compare_step(step, caches, got)
        found += compare_ends(step.want.get("ends", []),
                              [g for g in gots if g.get("resumed") == n])
        problems += [f"record {n} {step.record}: {p}" for p in found]
    return problems


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    smmu, filters = sys.argv[1], sys.argv[2:]
    passed = failed = 0
    parts = (structures, tables, faults, queues, updates, indirect, secure)
    for sequence in (s for part in parts for s in part.SEQUENCES):
        if filters and not any(f in sequence.name for f in filters):
            continue
        for caches in ("none", "ideal", "small"):
            problems = run_sequence(smmu, sequence, caches)
            passed, failed = passed + (not problems), failed + bool(problems)
            for problem in problems[:4]:
                print(f"{sequence.name} ({sequence.sections}), {caches}: {problem}")
    print(f"sequences: {passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
