#!/usr/bin/env python3
"""Mappings that change while a trace runs: edit.py SMMU COUNT SEED.

Random described systems; a trace of map, unmap and accesses in turn.  What
each access gives is worked out from a dictionary of pages, nothing else.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

GRANULES = {"4K": 12, "16K": 14, "64K": 16}
# what one entry of the levels above the last maps, log2
BLOCKS = {"4K": (21, 30), "16K": (25,), "64K": (29,)}


class Domain:
    """Pages of one domain: input page -> (output page, access)."""

    def __init__(self, rng, stage):
        self.stage = stage
        self.name = f"d{stage}"
        self.granule = rng.choice(list(GRANULES))
        self.log2 = GRANULES[self.granule]
        self.bits = rng.choice([36, 39, 42])
        self.pages = {}

    def set(self, address, pa, size, access):
        for i in range(size >> self.log2):
            page = (address >> self.log2) + i
            if access is None:
                self.pages.pop(page, None)
            else:
                self.pages[page] = ((pa >> self.log2) + i, access)

    def answer(self, address, kind):
        found = self.pages.get(address >> self.log2)
        if not found:
            return "0x10"
        if kind not in found[1]:
            return "0x13"
        return (found[0] << self.log2) | (address & ((1 << self.log2) - 1))


def some_range(rng, domain, base):
    """Pages or a few blocks, in a window that is met again and again."""
    unit = 1 << (domain.log2 if rng.random() < 0.6 else BLOCKS[domain.granule][0])
    start = base + rng.randrange(8) * unit
    size = unit * rng.choice([1, 1, 2, 3, 16 if unit < 1 << 20 else 2])
    if rng.random() < 0.3:      # not as the unit lies
        start += (1 << domain.log2) * rng.randrange(1, 5)
    return start, size


def describe(rng, domain, seed_maps):
    key = "iova" if domain.stage == 1 else "ipa"
    maps = [{key: a, "pa": pa, "size": size, "access": access}
            for a, pa, size, access in seed_maps]
    extra = {"leaves": rng.choice(["largest", "blocks", "pages"]),
             "endian": rng.choice(["little", "big"])}
    return {
        "version": 1,
        "memory": [{"base": 0x80000000, "size": 0x20000000}],
        "smmus": [{"name": "s", "features": {
            "architecture": "v3.2", "stages": [1, 2], "granules": ["4K", "16K", "64K"],
            "output-bits": 48, "stream-bits": 4},
            "tables": {"base": 0x80000000, "size": 0x20000000}}],
        "domains": [dict({"name": domain.name, "stage": domain.stage, "granule": domain.granule,
                          "input-bits": domain.bits, "maps": maps}, **extra)],
        "devices": [{"name": "dev", "streams": [1], f"stage{domain.stage}": domain.name}],
    }


def one(rng, folder, smmu):
    domain = Domain(rng, rng.choice([1, 2]))
    base = rng.randrange(4) << 33
    first, size = some_range(rng, domain, base)
    pa = 0x100000000 + (first & 0xffffffff)
    domain.set(first, pa, size, "rw")
    system = folder / "system.yaml"
    system.write_text(json.dumps(describe(rng, domain, [(first, pa, size, "rw")])))
    lines, expected = ["op,stream,data,address,size,pa,access"], []
    for _ in range(120):
        who = rng.choice(["1,", f",{domain.name}"])
        address, size = some_range(rng, domain, base)
        roll = rng.random()
        if roll < 0.2:
            access = rng.choice(["r", "rw", "x"])
            pa = 0x200000000 + (address & 0xffffffff if rng.random() < 0.7
                                else rng.randrange(1 << 12) << 16)
            domain.set(address, pa, size, {"r": "r", "rw": "rw", "x": "rx"}[access])
            lines.append(f"map,{who},{address:#x},{size},{pa:#x},{access}")
            expected.append("none")
        elif roll < 0.35:
            domain.set(address, 0, size, None)
            lines.append(f"unmap,{who},{address:#x},{size},,")
            expected.append("none")
        else:
            at = address + rng.randrange(size)
            kind = rng.choice("rwx")
            lines.append(f"access,1,,{at:#x},,,{kind}")
            expected.append(domain.answer(at, kind))
    trace = folder / "trace.csv"
    trace.write_text("\n".join(lines) + "\n")
    done = subprocess.run([smmu, "replay", system, trace, "--each", "--format", "jsonl", "--drain"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(answers) != len(expected):
        return f"status {done.returncode}, {len(answers)} answers: {done.stderr[-400:]}"
    for line, answer, want in zip(lines[1:], answers, expected):
        got = (answer["event"]["type"] if "event" in answer
               else int(answer["pa"], 16) if "pa" in answer else answer["status"])
        if got != want:
            return f"{line}: {got!r}, expected {want!r}"
    return None


def main():
    smmu, count, seed = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    failed = 0
    for i in range(seed, seed + count):
        with tempfile.TemporaryDirectory(prefix="smmu-edit-") as folder:
            problem = one(random.Random(i), pathlib.Path(folder), smmu)
        if problem:
            failed += 1
            print(f"seed {i}: {problem}")
    print(f"changed mappings: {count - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
