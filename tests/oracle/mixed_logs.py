#!/usr/bin/env python3
"""Kernel logs mixed, shuffled and cut, through `smmu decode log`.

mixed_logs.py SMMU ORACLES [ROUNDS [SEED]]

What is true is read from the raw lines of kernel-logs and dmesg by the positions
of the event record (see log.py), never from the program.  Whatever is done to a
log, a record whose lines survive is reported once with exactly these values, a
damaged one at most once and only with values that are true, and nothing else is.

 - cut: every prefix and every suffix, byte by byte;
 - wounded: one line broken off somewhere, the rest of the log behind it;
 - interleaved: lines of several logs between each other, each in a form of its own;
 - shuffled: records and other lines of a log in another order;
 - torn: all lines in any order, where only values that stand in the log may come out.
"""
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from log import HEADER, WORD, bits, fields_of, forms, number, strip

TIMEOUT_S = 120
BATCH = 2000
PROSE = re.compile(r"event: (\w+) client: .* sid: (0x\w+) ssid: (0x\w+)(?: iova: (0x\w+))?")
PROSE2 = re.compile(r"(un)?priv (data|inst) (read|write) s([12]) ")
TYPES = {"C_BAD_STREAMID": 0x02, "C_BAD_STE": 0x04, "F_STREAM_DISABLED": 0x06, "C_BAD_CD": 0x0a,
         "F_WALK_EABT": 0x0b, "F_TRANSLATION": 0x10, "F_ADDR_SIZE": 0x11, "F_ACCESS": 0x12,
         "F_PERMISSION": 0x13, "F_CD_FETCH": 0x09}

# lines: places in the log, from 0, of all that belongs to the record.
Record = collections.namedtuple("Record", "lines fields has_words")
Log = collections.namedtuple("Log", "name lines records")


# ---- What is true. ----

def all_fields(words):
    """fields_of() and the rest of what 7.3 defines, as Linux arm-smmu-v3.h has it."""
    fields = fields_of(words)
    if fields["Type"] != 0x08:
        fields["SSV"] = bits(words[0], 11, 1)
    fields["SubstreamID"] = bits(words[0], 12, 20)
    if fields["Type"] in (0x03, 0x09) and len(words) == 4:
        fields["FetchAddr"] = bits(words[3], 3, 49) << 3
    return fields


def said_fields(line, following):
    """Of a record that only prose tells of."""
    found = PROSE.search(line)
    fields = {"Type": TYPES[found[1]], "StreamID": number(found[2])}
    if found[4]:
        fields["InputAddr"] = number(found[4])
    access = PROSE2.search(following)
    if access:
        fields.update(PnU=int(access[1] is None), InD=int(access[2] == "inst"),
                      RnW=int(access[3] == "read"), S2=int(access[4] == "2"))
    return fields


def records_of(lines):
    """The records of an undamaged log, whose lines stand one behind another."""
    records, at = [], 0
    while at < len(lines):
        mine, words = [at], []
        if HEADER.search(lines[at]):
            at += 1
            while at < len(lines) and len(words) < 4 and (word := WORD.search(lines[at])):
                mine.append(at)
                words.append(int(word[1] + word[2], 16))
                at += 1
            for prose in (PROSE, PROSE2):
                if at < len(lines) and prose.search(lines[at]):
                    mine.append(at)
                    at += 1
            records.append(Record(mine, all_fields(words), True))
        elif PROSE.search(lines[at]):
            mine += [at + 1] if PROSE2.search(lines[at + 1]) else []
            records.append(Record(mine, said_fields(lines[at], lines[at + 1]), False))
            at += len(mine)
        else:
            at += 1
    return records


def load(root):
    logs = []
    for path in [*sorted((root / "kernel-logs").glob("*.log")),
                 *sorted((root / "dmesg").glob("*.txt"))]:
        lines = path.read_text(errors="replace").splitlines()
        logs.append(Log(path.name, lines, records_of(lines)))
    return logs


def part(log, start, end):
    """Lines start to end of a log, with the records that are whole in it."""
    records = [r._replace(lines=[at - start for at in r.lines]) for r in log.records
               if start <= r.lines[0] and r.lines[-1] < end]
    return Log(f"{log.name}:{start + 1}", log.lines[start:end], records)


def excerpts(logs):
    """(log, lines): small logs whole; of others a record of each form, and the next one."""
    found, seen = [], set()
    for log in logs:
        if len(log.lines) < 20:
            found.append((log, len(log.lines)))
            continue
        for record, after in zip(log.records, log.records[1:] + log.records[-1:]):
            form = record.fields["Type"], len(record.lines)
            if form not in seen:
                seen.add(form)
                found.append((part(log, record.lines[0], after.lines[-1] + 1), len(record.lines)))
    return found


# ---- What must come out. ----

def is_same(want, event):
    fields = event["fields"]
    return all(name in fields and number(fields[name]) == value for name, value in want.items())


def is_true(want, event):
    """Nothing but what is true, though it may be less."""
    return all(number(value) == want.get(name, number(value))
               for name, value in event["fields"].items())


def judge(items, whole, damaged):
    """whole: records that must come out, exactly; damaged: such that may, in part."""
    left = [item for item in items if "type" in item]
    problems = []
    for record in whole:
        match = next((event for event in left if is_same(record.fields, event)), None)
        if match is None:
            problems.append(f"lost {record.fields}")
        else:
            left.remove(match)
    for record in damaged:
        match = next((event for event in left if is_true(record.fields, event)), None)
        if match is not None:
            left.remove(match)
    return problems + [f"invented {event}" for event in left]


def run(smmu, folder, texts):
    """The items of each text; many in one run, since starting a program takes long."""
    paths = [folder / f"{at}" for at in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_bytes(text)
    done = subprocess.run([smmu, "decode", "log", "--format", "jsonl", *map(str, paths)],
                          capture_output=True, timeout=TIMEOUT_S, check=False)
    said = done.stderr.decode().splitlines()
    empty = [one for one in said if one.endswith(": warning: nothing in it comes from an SMMU")]
    others = [one for one in said
              if one not in empty and not one.endswith("more warnings not shown")]
    if done.returncode != 0 or others:
        text = "; ".join(others)
        raise ValueError(f"status {done.returncode}: {text[:400]}")
    items = [[] for _ in texts]
    for line in done.stdout.decode().splitlines():
        item = json.loads(line)
        items[int(item["file"].rsplit("/", 1)[1]) if "file" in item else 0].append(item)
    for one in empty:
        if items[int(one.split(":")[0].rsplit("/", 1)[1])]:
            raise ValueError(f"not so: {one}")
    return items


# ---- What is done to logs; each yields (name, text, check of the items). ----

def survivors(log, keeps):
    whole = [r for r in log.records if all(keeps(at) for at in r.lines)]
    return whole, [r for r in log.records if r not in whole]


def cut(log, places):
    """Prefixes and suffixes of the text, byte by byte of its first lines."""
    text = "\n".join(log.lines) + "\n"
    ends = [0]
    for line in log.lines:
        ends.append(ends[-1] + len(line) + 1)
    for at in range(ends[places] + 1):
        # Without its last newline a line may be whole, or not: nobody can tell.
        whole, damaged = survivors(log, lambda i, at=at: ends[i + 1] <= at)
        yield (f"{log.name} up to {at}", text[:at],
               lambda items, w=whole, d=damaged: judge(items, w, d))
        whole, damaged = survivors(log, lambda i, at=at: ends[i] >= at)
        yield (f"{log.name} from {at}", text[at:],
               lambda items, w=whole, d=damaged: judge(items, w, d))


def wounded(log, rng):
    at = rng.randrange(len(log.lines))
    lines = list(log.lines)
    lines[at] = lines[at][:rng.randrange(len(lines[at]) + 1)]
    whole, damaged = survivors(log, lambda i: i != at)
    return (f"{log.name} wounded in {at + 1}", "\n".join(lines),
            lambda items: judge(items, whole, damaged))


def renamed(log, serial):
    """Every log speaks of an SMMU of its own: the name is all that tells lines apart."""
    return [re.sub(r"(arm-smmu-v3 )[\w.-]+:", rf"\g<1>arm-smmu-v3.{serial}.auto:", line)
            for line in log.lines]


ONE_LINE_FORMS = ("bare", "crlf", "quoted", "piped", "syslog", "level", "cix", "journal", "color",
                  "broken words", "as it is")


def dressed(lines, rng):
    form = rng.choice(ONE_LINE_FORMS)
    return next((new for name, new in forms(lines) if name == form), lines)


def interleaved(logs, rng):
    chosen = rng.sample(logs, rng.randrange(2, 6))
    queues = [dressed(renamed(log, at), rng) for at, log in enumerate(chosen)]
    lines = []
    while any(queues):
        lines.append(rng.choice([q for q in queues if q]).pop(0))
    whole = [r for log in chosen for r in log.records]
    return ("interleaved " + ", ".join(log.name for log in chosen), "\n".join(lines),
            lambda items: judge(items, whole, []))


def shuffled(log, rng):
    """Records stay together, everything else is anywhere."""
    inside = {at for r in log.records for at in r.lines}
    # Words behind "skipping command" belong to it.
    blocks = [[log.lines[at] for at in r.lines] for r in log.records]
    for at, line in enumerate(log.lines):
        if at in inside:
            continue
        if WORD.search(line) and blocks:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    rng.shuffle(blocks)
    lines = [line for block in blocks for line in block]
    return (f"{log.name} shuffled", "\n".join(lines),
            lambda items: judge(items, log.records, []))


def torn(log, rng):
    lines = list(log.lines)
    rng.shuffle(lines)
    text = "\n".join(lines)
    words = {int(found[1] + found[2], 16) for line in lines if (found := WORD.search(line))}
    said = {number(value) for line in lines if PROSE.search(line)
            for value in re.findall(r"0x[0-9a-f]+", line)}
    streams = {bits(word, 32, 32) for word in words} | said
    places = {"StreamID": streams, "InputAddr": words | said,
              "IPA": {bits(word, 12, 44) << 12 for word in words} | said,
              "STAG": {bits(word, 0, 16) for word in words} | said,
              "Type": {bits(word, 0, 8) for word in words} |
                      {number(found[1]) for line in lines if (found := HEADER.search(line))}}

    def check(items):
        return [f"{name} of {event} is nowhere" for event in items if "type" in event
                for name, values in places.items()
                if name in event["fields"] and number(event["fields"][name]) not in values]
    return f"{log.name} torn", text, check


def cases(logs, rounds, seed):
    for log, places in excerpts(logs):
        yield from cut(log, places)
    rng = random.Random(seed)
    events = [log for log in logs if log.records]
    for _ in range(rounds):
        yield interleaved(logs, rng)
        yield wounded(rng.choice(events), rng)
        yield shuffled(rng.choice(events), rng)
        yield torn(rng.choice(events), rng)


def main(smmu, oracles, rounds="150", seed="1"):
    logs = load(pathlib.Path(oracles))
    todo = list(cases(logs, int(rounds), int(seed)))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(todo), BATCH):
            batch = todo[start:start + BATCH]
            answers = run(smmu, pathlib.Path(folder),
                          [text.encode() for _, text, _ in batch])
            for (name, _, check), items in zip(batch, answers):
                problems = check(items)
                failed += bool(problems)
                if problems and failed <= 20:
                    print(f"FAIL {name}: " + "; ".join(problems[:3]))
    records = sum(len(log.records) for log in logs)
    print(f"{len(todo) - failed} of {len(todo)} mixed, shuffled and cut logs passed "
          f"({records} records in {len(logs)} logs)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
