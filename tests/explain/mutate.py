#!/usr/bin/env python3
"""One-field mutations of valid systems, traced back by `smmu explain`.

mutate.py SMMU [COUNT]

Systems of samples/ are built; of transactions that pass, single bits of the
structures on their way are flipped.  Where the transaction then ends with an
event, its record alone goes through explain, which must name the structure and
field that was changed: as what to blame, or as a change that lets it pass.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = (
    ("nic", "0x10", "0x10200000", "w", None),
    ("nic", "0x10", "0x20000040", "r", None),
    ("vm", "0x42", "0x10000000", "w", None),
    ("vm", "0x43", "0x40001000", "r", None),
    ("gpu", "0x201", "0x10000000", "w", "1"),
    ("gpu", "0x200", "0x1000", "w", None),
    ("gpu", "0x203", "0x20000040", "r", "1"),
)
WORDS = {"STE": 4, "CD": 4, "L1STD": 1, "L1CD": 1}


def number(text):
    return int(text, 0)


def run(*args, stdin=None, ok=(0,)):
    done = subprocess.run(args, input=stdin, capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode not in ok:
        raise SystemExit(f"{' '.join(args)}: status {done.returncode}: {done.stderr}")
    return done.stdout


def structures(walk):
    for step in walk:
        yield step
        yield from structures(step.get("children", []))


def field_names(smmu, name):
    """Bit to field of a structure, as --about has it."""
    about = json.loads(run(smmu, "explain", "--about", name, "--format", "json").splitlines()[0])
    names = {}
    for field in about["fields"]:
        high, _, low = field["bits"].split()[0].strip("[]").partition(":")
        for bit in range(int(low or high), int(high) + 1):
            names.setdefault(bit, set()).add(field["name"])
    return names


class System:
    """What build wrote, with single bits changed in place."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = [(number(r["base"]), r["size"], self.folder / r["file"])
                      for r in json.loads((self.folder / "manifest.json").read_text())["regions"]]

    def flip(self, address, bit):
        for base, size, path in self.files:
            size = number(size) if isinstance(size, str) else size
            if base <= address < base + size:
                data = bytearray(path.read_bytes())
                data[address - base + bit // 8] ^= 1 << bit % 8
                path.write_bytes(data)
                return True
        return False


def translate(smmu, system, case):
    _, stream, address, access, substream = case
    args = [smmu, "translate", str(system.folder / "system.yaml"), "--stream", stream,
            "--address", address, "--access", access, "--format", "json"]
    if substream:
        args += ["--substream", substream]
    return json.loads(run(*args, ok=(0, 1)))


def targets(walk, names):
    """(structure, address, bit, field) of everything that was read."""
    for step in structures(walk):
        kind = step["structure"]
        address = number(step["address"])
        if kind in WORDS:
            for bit, fields in names[kind].items():
                if bit < 64 * WORDS[kind]:
                    yield kind, address, bit, fields
        else:
            for bit in range(64):
                yield kind, address, bit, {None}


def is_traced(target, story):
    kind, address, _, fields = target
    blame = story.get("blame", {})
    # What a Table descriptor takes away is not looked for at the leaf.
    if story.get("reason", {}).get("name", "").endswith("-table"):
        return number(blame["address"]) == address
    places = [blame] + story.get("changes", [])
    for place in places:
        if "address" in place and number(place["address"]) == address:
            if kind not in WORDS or place.get("field") in fields:
                return True
    return False


def explain(smmu, system, record):
    out = run(smmu, "explain", "--system", str(system.folder / "system.yaml"), "--format", "jsonl",
              "-", stdin=" ".join(record) + "\n")
    return json.loads(out.splitlines()[0])


def main(smmu, count="400"):
    rng = random.Random(5)
    tried = traced = 0
    names = {kind: field_names(smmu, kind) for kind in WORDS}
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            built = pathlib.Path(folder) / ("-".join(filter(None, case)))
            run(smmu, "build", str(ROOT / "samples" / case[0] / "board.yaml"), "-o", str(built))
            system = System(built)
            good = translate(smmu, system, case)
            if good["status"] != "ok":
                raise SystemExit(f"{case}: {good['status']}")
            all_targets = list(targets(good["walk"], names))
            rng.shuffle(all_targets)
            wanted = int(count) // len(CASES)
            for target in all_targets:
                if not wanted:
                    break
                if not system.flip(target[1], target[2]):
                    continue
                result = translate(smmu, system, case)
                if "event" in result:
                    wanted -= 1
                    tried += 1
                    story = explain(smmu, system, result["event"]["record"])
                    if is_traced(target, story):
                        traced += 1
                    else:
                        print(f"FAIL {case} bit {target[2]} of {target[0]} at {target[1]:#x} "
                              f"{sorted(map(str, target[3]))}: {story.get('reason', story)} "
                              f"{story.get('blame')} {story.get('changes')}")
                system.flip(target[1], target[2])
    print(f"{traced} passed, {tried - traced} failed")
    return 1 if traced != tried else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
