#!/usr/bin/env python3
"""The JSON Schema of system files: run.py [--update] SMMU ORACLES

The committed schema and presets are what the tables of the program give; an
independent validator accepts every sample and every recorded system by that
schema, and rejects files that say something else.  Where the schema rejects a
file, so does the program.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCHEMA = ROOT / "schemas" / "system.schema.json"
PRESETS = ROOT / "schemas" / "presets.yaml"

ONE = "version: 1\nsmmus: [{name: s, registers: {SMMU_IDR0: 3}}]\n"
MAP = "version: 1\nsmmus: [{name: s, features: {architecture: v3.2}}]\n" \
      "domains: [{name: d, stage: 1, maps: [%s]}]\n"
DEVICE = "version: 1\nmemory: [{base: 0, size: 16M}]\n" \
         "smmus: [{name: s, features: {architecture: v3.2}, tables: {base: 1M, size: 1M}}]\n" \
         "domains: [{name: d, stage: 1}]\ndevices: [%s]\n"
FEATURES = "version: 1\nsmmus: [{name: s, features: {architecture: v3.2, %s}}]\n"

# Both the schema and the program accept these.
GOOD = {
    "one register": ONE,
    "number with suffix": ONE + "memory: [{base: 2G, size: 0x10M}]\n",
    "number with underscores": ONE + "memory: [{base: 0x8000_0000, size: 1_024K}]\n",
    "number in quotes": ONE + "memory: [{base: '0x1000', size: '4096'}]\n",
    "64-bit register": "version: 1\nsmmus: [{name: s, registers: {SMMU_IDR0: 3, "
                       "SMMU_STRTAB_BASE: 0x4000000000000000}}]\n",
    "ideal caches": ONE + "caches: ideal\n",
    "no caches": ONE + "caches: none\n",
    "caches of every form": ONE + "caches: {config: ideal, micro: {entries: 8}, main: "
                            "{entries: 64, ways: 4, policy: plru}, walk: none, ipa: {entries: 1K}}\n",
    "caches of devices and streams": ONE + "caches: {micro: {per: device}, interface: {entries: 8, "
                                     "per: stream}, main: {entries: 8, per: smmu}}\n",
    "a walk cache in parts": ONE + "caches: {walk: [{stage: 1, level: -1, entries: 4, ways: 2}, "
                             "{stage: 1, level: 0, leaves: true}, {stage: 2, fetches: false}]}\n",
    "iova": MAP % "{iova: 0xffff000000000000, pa: 0, size: 4K, access: rwx, sh: ish}",
    "map of every key": MAP % "{iova: 0, pa: 0, size: 4K, access: r, memory: device-nGnRE, "
                              "privileged: true, global: true}",
    "bdf": DEVICE % "{name: n, bdf: '0000:01:00.0', stage1: d}",
    "one stream": DEVICE % "{name: n, streams: 3, bypass: true}",
    "ranges of streams": DEVICE % "{name: n, streams: [1, {first: 2, count: 3}], abort: true}",
    "substreams": DEVICE % "{name: n, streams: {first: 1}, substreams: [{id: 0, stage1: d}, "
                           "{first: 1, count: 8, stage1: d, asid: {first: 16}}]}",
    "features": FEATURES % "stages: [1], granules: [4K, 64K], output-bits: 44, bbml: 1, hyp: false",
    "stream table": "version: 1\nsmmus: [{name: s, base: 0x2b400000, "
                    "features: {architecture: v3.2}, tables: {base: 0x1000, size: 4M}, "
                    "queues: {command: 256, event: 128, pri: 64}, stream-table: "
                    "{format: 2-level, split: 8, default: invalid, stream-bits: 12}}]\n"
                    "memory: [{base: 0, size: 16M}]\n",
}

# Both reject these.
BAD = {
    "not a mapping": "[1, 2]\n",
    "no version": "smmus: [{name: s, registers: {SMMU_IDR0: 3}}]\n",
    "another version": "version: 2\nsmmus: [{name: s, registers: {SMMU_IDR0: 3}}]\n",
    "no smmus": "version: 1\n",
    "empty smmus": "version: 1\nsmmus: []\n",
    "unknown key at the top": ONE + "memroy: []\n",
    "unknown word for caches": ONE + "caches: perfect\n",
    "unknown cache": ONE + "caches: {tlb: ideal}\n",
    "cache without entries": ONE + "caches: {main: {ways: 4}}\n",
    "cache per core": ONE + "caches: {main: {entries: 4, per: core}}\n",
    "walk cache of level 4": ONE + "caches: {walk: [{level: 4}]}\n",
    "walk cache of level -3": ONE + "caches: {walk: [{level: -3}]}\n",
    "walk cache of stage 3": ONE + "caches: {walk: [{stage: 3}]}\n",
    "walk cache of no part": ONE + "caches: {walk: []}\n",
    "parts of another cache": ONE + "caches: {main: [{stage: 1}]}\n",
    "cache of 0 entries": ONE + "caches: {main: {entries: 0}}\n",
    "unknown policy": ONE + "caches: {main: {entries: 4, policy: fifo}}\n",
    "cache is a list": ONE + "caches: {main: [ideal]}\n",
    "memory is no list": ONE + "memory: {base: 0, size: 4K}\n",
    "memory without base": ONE + "memory: [{size: 4K}]\n",
    "memory without size and file": ONE + "memory: [{base: 0}]\n",
    "memory of size 0": ONE + "memory: [{base: 0, size: 0}]\n",
    "memory beyond 56 bits": ONE + "memory: [{base: 0x100000000000000, size: 4K}]\n",
    "unknown space": ONE + "memory: [{base: 0, size: 4K, space: nonsecure}]\n",
    "negative number": ONE + "memory: [{base: -1, size: 4K}]\n",
    "fraction": ONE + "memory: [{base: 0, size: 4.5}]\n",
    "unknown suffix": ONE + "memory: [{base: 0, size: 4KB}]\n",
    "number is text": ONE + "memory: [{base: zero, size: 4K}]\n",
    "number is null": ONE + "memory: [{base: , size: 4K}]\n",
    "smmu without name": "version: 1\nsmmus: [{registers: {SMMU_IDR0: 3}}]\n",
    "name with a space": "version: 1\nsmmus: [{name: 'a b', registers: {SMMU_IDR0: 3}}]\n",
    "unknown register": "version: 1\nsmmus: [{name: s, registers: {SMMU_IDR00: 3}}]\n",
    "register without SMMU_": "version: 1\nsmmus: [{name: s, registers: {IDR0: 3}}]\n",
    "register too wide": "version: 1\nsmmus: [{name: s, registers: {SMMU_IDR0: 0x100000000}}]\n",
    "features without architecture": "version: 1\nsmmus: [{name: s, features: {stages: [1]}}]\n",
    "unknown architecture": "version: 1\nsmmus: [{name: s, features: {architecture: v4.0}}]\n",
    "unknown feature": FEATURES % "stage: [1]",
    "stage 3": FEATURES % "stages: [1, 3]",
    "no stages": FEATURES % "stages: []",
    "33 stream bits": FEATURES % "stream-bits: 33",
    "41 output bits": FEATURES % "output-bits: 41",
    "feature is no truth value": FEATURES % "hyp: maybe",
    "split 7": "version: 1\nsmmus: [{name: s, features: {architecture: v3.2}, "
               "stream-table: {format: 2-level, split: 7}}]\n",
    "tables without size": "version: 1\nsmmus: [{name: s, features: {architecture: v3.2}, "
                           "tables: {base: 0}}]\n",
    "domain without stage": DEVICE.replace(", stage: 1", "") % "",
    "domain of stage 3": DEVICE.replace("stage: 1", "stage: 3") % "",
    "map without input": MAP % "{pa: 0, size: 4K}",
    "map with iova and ipa": MAP % "{iova: 0, ipa: 0, pa: 0, size: 4K}",
    "map without size": MAP % "{iova: 0, pa: 0}",
    "unknown access": MAP % "{iova: 0, pa: 0, size: 4K, access: wr}",
    "unknown memory type": MAP % "{iova: 0, pa: 0, size: 4K, memory: device-ngnre}",
    "device without name": DEVICE % "{streams: [1], bypass: true}",
    "bad bdf": DEVICE % "{name: n, bdf: '01:20.0', bypass: true}",
    "stream beyond 32 bits": DEVICE % "{name: n, streams: [0x100000000], bypass: true}",
    "empty streams": DEVICE % "{name: n, streams: [], bypass: true}",
    "range without first": DEVICE % "{name: n, streams: {count: 2}, bypass: true}",
    "substream with id and first": DEVICE % "{name: n, streams: [1], substreams: "
                                            "[{id: 1, first: 1, stage1: d}]}",
    "substream beyond 20 bits": DEVICE % "{name: n, streams: [1], substreams: "
                                         "[{id: 0x100000, stage1: d}]}",
    "substream without stage1": DEVICE % "{name: n, streams: [1], substreams: [{id: 1}]}",
    "unknown key of asid": DEVICE % "{name: n, streams: [1], substreams: "
                                    "[{first: 1, stage1: d, asid: {start: 1}}]}",
}


def output_of(smmu, *args):
    return subprocess.run([smmu, *args], capture_output=True, text=True, check=True).stdout


def check_status(smmu, path):
    done = subprocess.run([smmu, "check", "-q", path], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


class Counter:
    def __init__(self):
        self.passed = self.failed = 0

    def expect(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}")


def pretty(schema):
    return json.dumps(schema, indent=1) + "\n"


def check_committed(smmu, update, count):
    files = ((SCHEMA, pretty(json.loads(output_of(smmu, "check", "--schema")))),
             (PRESETS, output_of(smmu, "check", "--presets")))
    for path, text in files:
        if update:
            path.write_text(text)
        count.expect(path.exists() and path.read_text() == text,
                     f"{path.relative_to(ROOT)} is not what the tables give; --update rewrites it")


def problems(validator, text):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in validator.iter_errors(yaml.safe_load(text))]


def check_files(smmu, validator, folders, count):
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
            text = path.read_text()
            if not text.startswith("version:") and "\nversion:" not in text:
                continue
            found = problems(validator, text)
            count.expect(not found, f"{path}: the schema rejects it: {found}")
            status, stderr = check_status(smmu, path)
            count.expect(status == 0, f"{path}: smmu check fails:\n{stderr}")


def check_rows(smmu, validator, count):
    with tempfile.TemporaryDirectory(prefix="smmu-schema-") as scratch:
        path = pathlib.Path(scratch) / "system.yaml"
        for rows, good in ((GOOD, True), (BAD, False)):
            for row, text in rows.items():
                path.write_text(text)
                found = problems(validator, text)
                count.expect(bool(found) != good, f"{row}: the schema says {found}")
                status, stderr = check_status(smmu, path)
                count.expect(status == (0 if good else 1),
                             f"{row}: smmu check ends with {status}:\n{stderr}")


def main():
    args = [a for a in sys.argv[1:] if a != "--update"]
    if len(args) != 2:
        sys.exit(__doc__)
    smmu = pathlib.Path(args[0]).resolve()
    count = Counter()
    check_committed(smmu, "--update" in sys.argv[1:], count)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    check_files(smmu, validator, (ROOT / "samples", args[1]), count)
    check_rows(smmu, validator, count)
    print(f"schema: {count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
