#!/usr/bin/env python3
"""Decode vectors and records of the field through the command line.

decode.py SMMU ORACLES [FILTER...]

spec-samples/decode-vectors.jsonl holds words and the fields that they must
decode to; kernel-logs/README.md states what the raw records of each log say;
the event queues that QEMU wrote must decode without a word left over.
"""
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

TIMEOUT_S = 60
Case = collections.namedtuple("Case", "id args words check")
SUMMARY = re.compile(r"^\| (\S+\.log) \| (0x\w+) (\w+) (.*?) *\|$")
RAW = re.compile(r"(?:0x)?([0-9a-f]{16})\b|0x([0-9a-f]{8}) ([0-9a-f]{8})\b")


def number(text):
    return int(text, 0)


def run(smmu, args, stdin=None):
    done = subprocess.run([smmu, "decode", *args], input=stdin, capture_output=True,
                          timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise ValueError(f"status {done.returncode}: {done.stderr.decode().strip()}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def compare_fields(want, got):
    problems = []
    for name, value in want.items():
        have = got.get(name)
        if have is None:
            problems.append(f"{name} is missing")
        elif isinstance(value, list):
            if [number(v) for v in value] != [number(v) for v in have][:len(value)]:
                problems.append(f"{name}: {have} should be {value}")
        elif number(have) != number(value):
            problems.append(f"{name}: {have} should be {value}")
    return problems


def check_vector(vector):
    expect = vector["expect"]

    def check(got):
        problems = compare_fields(expect.get("fields", {}), got["fields"])
        if got["type"] != expect["type"]:
            problems.append(f"type {got['type']} should be {expect['type']}")
        return problems
    return check


def vector_args(vector):
    context = vector["context"]
    args = [vector["kind"], "--format", "json"]
    if vector["kind"] == "register":
        args.append(vector["name"])
    for key in ("granule", "level", "ds", "oas"):
        if key in context:
            args += [f"--{key}", str(context[key]).upper()]
    if context.get("d128"):
        args.append("--d128")
    return args


def vectors(oracles):
    for line in (oracles / "spec-samples/decode-vectors.jsonl").read_text().splitlines():
        vector = json.loads(line)
        yield Case(vector["id"], vector_args(vector), vector["words"], check_vector(vector))


def claims(text):
    """Fields that a line of the README states, and those it calls not valid."""
    fields, invalid = {}, set()
    for key, field in (("sid", "StreamID"), ("stag", "STAG"), ("addr", "InputAddr")):
        found = re.search(rf"\b{key}=(0x\w+)", text)
        if found:
            fields[field] = found[1]
    words = text.split()
    pairs = (("stall", "Stall", "1"), ("terminate", "Stall", "0"), ("priv", "PnU", "1"),
             ("unpriv", "PnU", "0"), ("read", "RnW", "1"), ("write", "RnW", "0"),
             ("data", "InD", "0"), ("s1", "S2", "0"), ("s2", "S2", "1"), ("class=IN", "CLASS", "2"))
    fields.update({field: value for word, field, value in pairs if word in words})
    if "ssid=-" in words and "c_bad_substreamid" not in text.lower():
        invalid.add("SubstreamID")
    if "ipa UNKNOWN" in text:
        invalid.add("IPA")
    return fields, invalid


def check_claim(name, text):
    fields, invalid = claims(text)

    def check(got):
        problems = compare_fields(fields, got["fields"])
        if got["type"] != name:
            problems.append(f"type {got['type']} should be {name}")
        if name != "C_BAD_SUBSTREAMID":
            problems += [f"{f} should not be valid" for f in invalid - set(got.get("invalid", []))]
        return problems
    return check


def raw_records(path):
    """Records of four words, as they stand below "event 0x.. received"."""
    words, records = [], []
    for line in path.read_text(errors="replace").splitlines():
        if re.search(r"event 0x\w+ received", line):
            words = []
        found = re.search(r"0x([0-9a-f]{8}) ?([0-9a-f]{8})\b", line)
        if found and "event" not in line:
            words.append(f"0x{found[1]}{found[2]}")
        if len(words) == 4:
            records.append(words)
            words = []
    return records


def kernel_logs(oracles):
    folder = oracles / "kernel-logs"
    used = collections.Counter()
    for line in (folder / "README.md").read_text().splitlines():
        found = SUMMARY.match(line)
        if not found:
            continue
        file, code, name, text = found.groups()
        records = [r for r in raw_records(folder / file) if number(r[0]) & 0xff == number(code)]
        index = used[file, code]
        used[file, code] += 1
        case = f"kernel-logs/{file}#{index}"
        words = records[min(index, len(records) - 1)] if records else []
        yield Case(case, ["event", "--format", "json"], words, check_claim(name, text))


def queue_cases(oracles):
    for path in sorted(oracles.glob("*/eventq*.bin.gz")):
        def check(_):
            return []
        yield Case(f"{path.parent.name}/{path.name}",
                   ["event", "--format", "jsonl", str(path)], [], check)


def judge(smmu, case):
    try:
        got = run(smmu, case.args + case.words)
    except (ValueError, subprocess.TimeoutExpired) as error:
        return [str(error)]
    return case.check(got[0]) if got else [] if not case.words else ["no answer"]


def main(smmu, oracles, *filters):
    root = pathlib.Path(oracles)
    cases = [c for source in (vectors, kernel_logs, queue_cases) for c in source(root)
             if not filters or any(f in c.id for f in filters)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, problems in zip(cases, pool.map(lambda c: judge(smmu, c), cases)):
            if problems:
                failed += 1
                print(f"FAIL {case.id}: " + "; ".join(problems))
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
