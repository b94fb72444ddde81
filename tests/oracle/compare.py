#!/usr/bin/env python3
"""Runs beside what was recorded of other implementations.

compare.py SMMU ORACLES

`smmu replay --expect` over ORACLES/linux-*: the recorded answers, the run's own
answers, and the log of QEMU.  Of that log every line smmuv3_translate_success
agrees with the model, or is reported as changed later; the line that is named
for it must come later in the log and invalidate the page, by a reading of the
log of our own.  Where the log ends before that line, the rest of the Command
queue that Linux left must hold the invalidation.
"""
import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

TIMEOUT_S = 300
PAGE = 4096
ASID_LSB = 48
CMD_TLBI_NH_VA = 0x12


def run(smmu, *args):
    done = subprocess.run([smmu, "replay", "-q", *map(str, args)], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout


def summary(smmu, *args):
    status, text = run(smmu, *args, "--format", "json")
    return status, json.loads(text)


def check_answers(smmu, folder, problems):
    """The recorded answers, and our own as if they were recorded."""
    inputs = (folder / "system.yaml", folder / "trace.csv")
    count = len((folder / "expected.jsonl").read_text().splitlines())
    status, told = summary(smmu, *inputs, "--expect", folder / "expected.jsonl")
    if status or told["differences"] or told["expected"] != count:
        problems.append(f"{folder.name}: {told['differences']} differ, status {status}: "
                        f"{told.get('first_difference')}")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as own:
        own.write(run(smmu, *inputs, "--each", "--format", "jsonl")[1])
        own.flush()
        status, told = summary(smmu, *inputs, f"--expect={own.name}")
        if status or told["differences"] or told["expected"] != count:
            problems.append(f"{folder.name}: differs from itself")
        # one address changed, and one answer too many
        lines = pathlib.Path(own.name).read_text().splitlines()
        changed = json.loads(lines[0])
        changed["pa"] = hex(int(changed["pa"], 0) ^ PAGE)
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as other:
            extra = json.dumps({"n": count, "status": "ok"})
            other.write("\n".join([json.dumps(changed), *lines[1:], extra]) + "\n")
            other.flush()
            status, told = summary(smmu, *inputs, f"--expect={other.name}")
            first = told.get("first_difference", {})
            if status != 1 or told["differences"] != 2 or first.get("n") != 0 or \
                    not first.get("walk") or first["expected"]["pa"] != changed["pa"]:
                problems.append(f"{folder.name}: a changed answer is told as {first}")
    return count


def number(text):
    return int(text, 0)


def translations(lines):
    """(line, stream, iova, pa, asid) of every success, in order."""
    asid = None
    for i, line in enumerate(lines, 1):
        if line.startswith("smmu_iotlb_lookup_"):
            asid = int(re.search(r"asid=(\d+)", line)[1])
        elif line.startswith("smmuv3_translate_success"):
            sid, iova, pa = (number(re.search(rf"{key}=(0x[0-9a-f]+)", line)[1])
                             for key in ("sid", "iova", "translated"))
            yield i, sid, iova, pa, asid


def covers(line, event, stream, iova, asid):
    """Whether a line invalidates the page."""
    if not line.startswith(event):
        return False
    values = {key: number(value) for key, value in
              re.findall(r"(\w+)=(0x[0-9a-f]+|\d+)", line)}
    if event == "smmuv3_range_inval":
        granule = PAGE << 2 * (values["tg"] - 1)
        return values["asid"] == asid and \
            0 <= iova - values["addr"] < values["num_pages"] * granule
    if event == "smmu_iotlb_inv_asid_vmid":
        return values["asid"] == asid
    if event == "smmu_config_cache_inv":
        return values["sid"] == stream
    return event in ("smmu_iotlb_inv_all", "smmu_configs_inv_sid_range")


def left_commands(folder, lines):
    """(asid, page) of the CMD_TLBI_NH_VA behind those that the log shows."""
    done = sum(line.startswith("smmuv3_cmdq_opcode") for line in lines)
    queue = gzip.decompress((folder / "cmdq.bin.gz").read_bytes())[done * 16:]
    return {(low >> ASID_LSB, high & ~(PAGE - 1)) for low, high in struct.iter_unpack("<QQ", queue)
            if low & 0xff == CMD_TLBI_NH_VA}


def check_log(smmu, oracles, problems):
    folder = oracles / "linux-6.1.176-strict"
    log = oracles / "qemu-trace" / "6.1.176.log.gz"
    lines = gzip.decompress(log.read_bytes()).decode().splitlines()
    said = list(translations(lines))
    _, told = summary(smmu, folder / "system.yaml", log, "--expect", log)
    _, text = run(smmu, folder / "system.yaml", log, "--expect", log, "--each", "-v",
                  "--format", "jsonl")
    left = left_commands(folder, lines)
    rest = iter(said)
    counts = {"changed": 0, "left": 0}
    for answer in map(json.loads, text.splitlines()):
        if "expected" not in answer:
            continue
        want = tuple(number(answer[key]) for key in ("stream", "address", "expected"))
        line, stream, iova, _, asid = next(x for x in rest if x[1:4] == want)
        if "changed" in answer:
            at, event = answer["changed"]["line"], answer["changed"]["by"]
            counts["changed"] += 1
            if at <= line or not covers(lines[at - 1], event, stream, iova, asid):
                problems.append(f"line {line}: {lines[at - 1]} does not say so")
        elif (asid, iova & ~(PAGE - 1)) in left:
            counts["left"] += 1
        else:
            problems.append(f"line {line}: {lines[line - 1]}: differs, and nothing says why")
    if told["expected"] != len(said) or told["changed_later"] != counts["changed"] or \
            told["differences"] != counts["left"]:
        problems.append(f"log: {told['expected']} of {len(said)} compared, {counts}")
    return (len(said), len(said) - sum(counts.values()), counts["changed"], counts["left"])


def main():
    smmu, oracles = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    problems = []
    answers = sum(check_answers(smmu, folder, problems) for folder in
                  sorted(oracles.glob("linux-*")))
    log = check_log(smmu, oracles, problems)
    for problem in problems[:20]:
        print(problem)
    print(f"comparison: {answers} answers; log: {log[0]} translations, {log[1]} agree, {log[2]} "
          f"changed later, {log[3]} behind its end; {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
