#!/usr/bin/env python3
"""Kernel logs through `smmu decode log`.

log.py SMMU ORACLES [FILTER...]

kernel-logs/README.md states by hand what each file holds; in dmesg every
"event ... received" line must give the record of the words below it.  Both are
then disfigured in the ways that logs are (prefixes, quoting, wrapping, cutting,
interleaving, lost lines): no event may be lost or invented.
"""
import collections
import concurrent.futures
import json
import pathlib
import random
import re
import subprocess
import sys

TIMEOUT_S = 60
SUMMARY = re.compile(r"^\| (\S+\.log) \| (0x\w+) (\w+) (.*?) *\|$")
HEADER = re.compile(r"event (0x[0-9a-f]+) received")
WORD = re.compile(r"(?::|^\|?)\s*(?:\S+:)?\s*0x([0-9a-f]{8}) ?([0-9a-f]{8})\s*$")
PREFIX = re.compile(r"^(\| |> )?(\[ *\d+\.\d+\] )?")
Case = collections.namedtuple("Case", "id text check")


def number(text):
    return int(text, 0)


# What is said of a log in which there is nothing to find.
NOTHING = b"<stdin>: warning: nothing in it comes from an SMMU\n"


def decode(smmu, text):
    done = subprocess.run([smmu, "decode", "log", "--format", "jsonl"], input=text,
                          capture_output=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != 0 or done.stderr != (b"" if done.stdout else NOTHING):
        raise ValueError(f"status {done.returncode}: {done.stderr.decode().strip()}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def events(items):
    return [item for item in items if "type" in item]


# ---- What is true, found without the program. ----

def bits(word, low, width):
    return word >> low & ((1 << width) - 1)


def fields_of(words):
    """Positions by 7.3 as Linux arm-smmu-v3.h (EVTQ_*) has them, of what the words give."""
    fields = {"Type": bits(words[0], 0, 8), "StreamID": bits(words[0], 32, 32)}
    kind = fields["Type"]
    if kind in (0x10, 0x11, 0x12, 0x13):
        if len(words) > 1:
            fields.update(STAG=bits(words[1], 0, 16), Stall=bits(words[1], 31, 1),
                          PnU=bits(words[1], 33, 1), InD=bits(words[1], 34, 1),
                          RnW=bits(words[1], 35, 1), S2=bits(words[1], 39, 1),
                          CLASS=bits(words[1], 40, 2))
        if len(words) > 2:
            fields["InputAddr"] = words[2]
        if len(words) > 3:
            fields["IPA"] = bits(words[3], 12, 40) << 12
    return fields


def raw_events(text):
    """(line, words) of every header line, of an undamaged log."""
    found = []
    for at, line in enumerate(text.splitlines(), 1):
        if HEADER.search(line):
            found.append((at, []))
            continue
        word = WORD.search(line)
        if word and found and len(found[-1][1]) < 4:
            found[-1][1].append(int(word[1] + word[2], 16))
    return found


def compare(want, got):
    problems = []
    for name, value in want.items():
        have = got["fields"].get(name)
        if have is None:
            problems.append(f"{name} is missing")
        elif number(have) != value:
            problems.append(f"{name} {have} should be {value:#x}")
    return problems


def check_raw(text):
    """Exactly the events of the headers, and those that only prose tells of."""
    wanted = raw_events(text)

    def check(items):
        have = events(items)
        at_line = {e["line"]: e for e in have}
        problems = [f"no event for line {line}" for line, _ in wanted if line not in at_line]
        for line, words in wanted:
            if words and line in at_line:
                problems += [f"line {line}: {p}"
                             for p in compare(fields_of(words), at_line[line])]
        lines = [e["line"] for e in have]
        if lines != sorted(lines):
            problems.append("events are not in order")
        return problems
    return check


def check_count(count):
    def check(items):
        have = len(events(items))
        return [] if have == count else [f"{have} events, should be {count}"]
    return check


def signature(event):
    return tuple(event["fields"].get(name) for name in ("Type", "StreamID", "InputAddr"))


def check_same(wanted):
    """The same events in the same order, whatever was done to the lines."""
    wanted = [signature(e) for e in wanted]

    def check(items):
        have = [signature(e) for e in events(items)]
        return [] if have == wanted else [f"events {have[:4]}… should be {wanted[:4]}…"]
    return check


def check_none_invented(true_events, headers, words=()):
    """As many events as headers, or more by prose; every value one that was there."""
    streams = {number(e["fields"]["StreamID"]) for e in true_events}
    addresses = {number(e["fields"].get("InputAddr", "0x0")) for e in true_events} | set(words)

    def check(items):
        have, problems = events(items), []
        if len(have) < headers:
            problems.append(f"{len(have)} events, {headers} headers")
        for event in have:
            fields = event["fields"]
            if "StreamID" in fields and number(fields["StreamID"]) not in streams:
                problems.append(f"line {event['line']}: StreamID {fields['StreamID']} is invented")
            if "InputAddr" in fields and number(fields["InputAddr"]) not in addresses:
                problems.append(f"line {event['line']}: {fields['InputAddr']} is invented")
        return problems
    return check


# ---- Stated records. ----

def claims(code, text):
    fields = {"Type": number(code)}
    for key, field in (("sid", "StreamID"), ("stag", "STAG"), ("addr", "InputAddr")):
        found = re.search(rf"\b{key}=(0x\w+)", text)
        if found:
            fields[field] = number(found[1])
    words = text.split()
    pairs = (("stall", "Stall", 1), ("terminate", "Stall", 0), ("priv", "PnU", 1),
             ("unpriv", "PnU", 0), ("read", "RnW", 1), ("write", "RnW", 0), ("data", "InD", 0),
             ("s1", "S2", 0), ("s2", "S2", 1), ("class=IN", "CLASS", 2))
    fields.update({field: value for word, field, value in pairs if word in words})
    invalid = {"IPA"} if "ipa UNKNOWN" in text else set()
    if "ssid=-" in words and number(code) != 0x08:
        invalid.add("SubstreamID")
    return fields, invalid


def check_stated(stated):
    def check(items):
        left, problems = events(items), []
        for code, name, text in stated:
            fields, invalid = claims(code, text)
            match = [e for e in left if e["type"] == name and not compare(fields, e)
                     and invalid <= set(e.get("invalid", []))]
            if match:
                left = left[left.index(match[0]) + 1:]
            else:
                problems.append(f"no {name} {text}")
        return problems
    return check


def stated_cases(folder):
    stated = collections.defaultdict(list)
    for line in (folder / "README.md").read_text().splitlines():
        found = SUMMARY.match(line)
        if found:
            stated[found[1]].append(found.groups()[1:])
    for path in sorted(folder.glob("*.log")):
        text = path.read_bytes()
        yield Case(f"kernel-logs/{path.name}", text, check_stated(stated[path.name]))
        if not stated[path.name]:
            yield Case(f"kernel-logs/{path.name}#none", text, check_count(0))


# ---- Logs as they come. ----

def strip(line):
    return PREFIX.sub("", line)


def wrapped(line, width):
    """At blanks, as mailers do; a line that has no blank stays long."""
    parts = []
    while len(line) > width and " " in line[20:width].rstrip():
        cut = line.rindex(" ", 20, width)
        parts.append(line[:cut])
        line = line[cut + 1:]
    return parts + [line]


def forms(lines):
    """The same log with other prefixes and ends."""
    yield "bare", [strip(line) for line in lines]
    yield "crlf", [line + "\r" for line in lines]
    yield "quoted", ["> > " + line for line in lines]
    yield "piped", ["| " + line for line in lines]
    yield "syslog", ["Nov 24 06:23:37 host kernel: " + line for line in lines]
    yield "level", ["<6>" + line for line in lines]
    yield "cix", [re.sub(r"^(\[ *\d+\.\d+\]) ", r"\1 [pid:123,cpu4,irq/99-arm-smmu]", line)
                  for line in lines]
    yield "journal", [json.dumps({"_TRANSPORT": "kernel", "MESSAGE": strip(line)})
                      for line in lines]
    yield "color", [f"\x1b[32m{line[:15]}\x1b[0m{line[15:]}" if line.startswith("[") else line
                    for line in lines]
    yield "broken words", [re.sub(r"0x([0-9a-f]{8})([0-9a-f]{8})$", r"0x\1 \2", line)
                           for line in lines]
    yield "no 0x", [re.sub(r"0x([0-9a-f]{16})$", r"\1", line) for line in lines]
    yield "wrapped", [part for line in lines for part in wrapped(line, 72)]
    noise = ("[  478.947552] hisi_zip 0000:31:00.0: qm_axi_rresp [error status=0x1] found",
             "[  479.1] nvme nvme0: 72/0/0 default/read/poll queues", "")
    yield "interleaved", [part for at, line in enumerate(lines)
                          for part in (line, noise[at % len(noise)])]


def other_instance(line):
    return line.replace("9050000.smmuv3", "9060000.smmuv3")


def interleave(lines, rng):
    """Two SMMUs whose messages stand between each other."""
    queues, out = [list(lines), [other_instance(line) for line in lines]], []
    while any(queues):
        queue = rng.choice([q for q in queues if q])
        out.append(queue.pop(0))
    return out


def dmesg_cases(smmu, folder):
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(errors="replace")
        lines = text.splitlines()
        true = events(decode(smmu, text.encode()))
        yield Case(f"dmesg/{path.name}", text.encode(), check_raw(text))
        for name, form in forms(lines):
            yield Case(f"dmesg/{path.name}#{name}", "\n".join(form).encode(), check_same(true))
        rng = random.Random(1)
        for at in range(8):
            mixed = interleave(lines, rng)
            yield Case(f"dmesg/{path.name}#two{at}", "\n".join(mixed).encode(),
                       check_count(2 * len(true)))
        # Four words out of two records that both lost lines cannot be told from one.
        words = [word for _, event in raw_events(text) for word in event]
        for at in range(24):
            kept = [line for line in lines if rng.random() > 0.15]
            headers = sum(bool(HEADER.search(line)) for line in kept)
            yield Case(f"dmesg/{path.name}#lost{at}", "\n".join(kept).encode(),
                       check_none_invented(true, headers, words))
        for at in range(24):
            cut = [line[:rng.randrange(len(line) + 1)] if rng.random() < 0.1 else line
                   for line in lines]
            yield Case(f"dmesg/{path.name}#cut{at}", "\n".join(cut).encode(),
                       check_none_invented(true, 0))


def log_cases(smmu, folder):
    for path in sorted(folder.glob("*.log")):
        lines = path.read_text(errors="replace").splitlines()
        true = events(decode(smmu, path.read_bytes()))
        for name, form in forms(lines):
            if true and name != "wrapped":
                yield Case(f"kernel-logs/{path.name}#{name}", "\n".join(form).encode(),
                           check_same(true))


def judge(smmu, case):
    try:
        return case.check(decode(smmu, case.text))
    except (ValueError, subprocess.TimeoutExpired) as error:
        return [str(error)]


def main(smmu, oracles, *filters):
    root = pathlib.Path(oracles)
    cases = [*stated_cases(root / "kernel-logs"), *log_cases(smmu, root / "kernel-logs"),
             *dmesg_cases(smmu, root / "dmesg")]
    cases = [c for c in cases if not filters or any(f in c.id for f in filters)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for case, problems in zip(cases, pool.map(lambda c: judge(smmu, c), cases)):
            if problems:
                failed += 1
                print(f"FAIL {case.id}: " + "; ".join(problems[:4]))
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
