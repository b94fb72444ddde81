#!/usr/bin/env python3
"""What explain and decode print: that it fits, and that JSON carries the same.

told.py SMMU ORACLES [SHARE]

For kernel logs, dmesg, queue dumps, replays of the samples and every name that
explain --about knows: no line of text is wider than 100 columns or holds an escape
sequence, and every number, section and name in the text stands in the JSON of the
same command.  Of the names one in SHARE is asked for; 1: all.
"""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys

TIMEOUT_S = 60
COLUMNS = 100
ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
# Facts of a text: hex numbers, sections, and names as the architecture spells them.
NUMBER = re.compile(r"\b0x[0-9a-f]+\b")
SECTION = re.compile(r"\b(?:IHI 0070|DDI 0487) [A-Z]?[0-9]+(?:\.[0-9]+)*")
NAME = re.compile(r"\b[A-Z][A-Za-z0-9]*_[A-Z0-9_]+\b")
COUNT = re.compile(r"\b(\d+) (?:times|events?|more events|bursts|kinds?)\b(?! with fewer)")


def run(smmu, args, text=None):
    done = subprocess.run([smmu, *args], input=text, capture_output=True, timeout=TIMEOUT_S,
                          check=False, cwd=ROOT)
    if args[:2] == ["explain", "--about"] and b"nothing is known" in done.stderr:
        return ""  # a macro that is no name of the architecture
    if done.returncode not in (0, 1):
        raise ValueError(f"status {done.returncode}: {done.stderr.decode().strip()[:200]}")
    return done.stdout.decode()


def values_of(node, numbers, texts):
    """Every number and text in a JSON document."""
    if isinstance(node, dict):
        for key, value in node.items():
            texts.append(key)
            values_of(value, numbers, texts)
    elif isinstance(node, list):
        for value in node:
            values_of(value, numbers, texts)
    elif isinstance(node, str):
        texts.append(node)
        numbers.update(int(n, 16) for n in NUMBER.findall(node))
    elif isinstance(node, (int, float)) and not isinstance(node, bool):
        numbers.add(abs(int(node)))


def too_wide(text):
    return [f"{len(line)} columns: {line[:60]}…" for line in text.splitlines()
            if len(line) > COLUMNS]


def missing(text, documents, names):
    """names: also those that what a field's value means is told with, which decode does."""
    numbers, texts = set(), []
    for document in documents:
        values_of(document, numbers, texts)
    joined = " ".join(texts)
    flat = re.sub(r"\s+", " ", text)
    gone = {n for n in NUMBER.findall(flat) if int(n, 16) not in numbers}
    gone |= {s for s in SECTION.findall(flat) if s not in joined}
    if names:
        gone |= {n for n in NAME.findall(flat) if n not in joined}
    gone |= {c for c in COUNT.findall(flat) if int(c) not in numbers}
    return [f"JSON lacks {' '.join(sorted(gone))}"] if gone else []


def judge(smmu, case):
    name, args, text, is_fact = case
    try:
        shown = run(smmu, args, text)
        lines = run(smmu, [*args, "--format", "jsonl"], text).splitlines()
        documents = [json.loads(line) for line in lines]
    except (ValueError, subprocess.TimeoutExpired) as error:
        return name, [str(error)]
    problems = too_wide(shown)
    if "\x1b" in shown:
        problems.append("an escape sequence")
    if is_fact:
        problems += missing(shown, documents, args[0] == "explain")
    return name, problems


def abouts():
    """Names of the tables that there is something about."""
    names = {f"0x{n:02x}" for n in range(1, 0x26)}
    for table in ROOT.glob("lib/**/*.def"):
        names |= set(re.findall(r"^[A-Z0-9_]+\(([A-Za-z]\w+)", table.read_text(), re.M))
    return sorted(names)


def cases(smmu, oracles):
    logs = [*sorted((oracles / "kernel-logs").glob("*.log")),
            *sorted((oracles / "dmesg").glob("*.txt"))]
    nic = SAMPLES / "nic" / "board.yaml"
    for path in logs:
        yield f"decode log {path.name}", ["decode", "log", str(path)], None, True
        yield f"explain {path.name}", ["explain", str(path)], None, True
        yield f"explain -v {path.name}", ["explain", "-v", str(path)], None, False
        yield (f"explain --system nic {path.name}",
               ["explain", "--system", str(nic), str(path)], None, True)
    for path in sorted(oracles.glob("linux-*/eventq*.bin.gz")):
        system = path.parent / "system.yaml"
        yield (f"explain {path.parent.name}/{path.name}",
               ["explain", "--system", str(system), str(path)], None, True)
        yield f"decode event {path.name}", ["decode", "event", str(path)], None, False
    for board in sorted(SAMPLES.glob("*/board.yaml")):
        trace = board.parent / "trace.csv"
        if trace.exists():
            events = run(smmu, ["replay", str(board), str(trace), "--each", "--format", "jsonl"])
            for extra in ([], ["-v"]):
                yield (f"explain {' '.join(extra)} of {board.parent.name}",
                       ["explain", "--system", str(board), *extra, "-"], events.encode(), not extra)


def about_cases(names):
    for name in names:
        yield f"about {name}", ["explain", "--about", name], None, False


def main(smmu, oracles, share="10"):
    todo = [*cases(smmu, pathlib.Path(oracles)), *about_cases(abouts()[::int(share)])]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for name, problems in pool.map(lambda case: judge(smmu, case), todo):
            failed += bool(problems)
            if problems and failed <= 40:
                print(f"FAIL {name}: " + "; ".join(problems[:3]))
    print(f"{len(todo) - failed} of {len(todo)} texts fit {COLUMNS} columns, with the same in JSON")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
