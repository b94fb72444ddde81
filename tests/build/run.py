#!/usr/bin/env python3
"""Random descriptions through build, dump and replay: run.py SMMU [COUNT [SEED]]

Each description is checked in three ways:
  - what build wrote answers a trace as the description itself does;
  - dump --as system of it builds to the same files;
  - every answer is what expect.py works out from the description alone.
"""
import concurrent.futures
import filecmp
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no files beside the sources

import describe  # noqa: E402
import expect  # noqa: E402

TIMEOUT_S = 120
# Streams that have the default, or an STE in common, are not always of who they were.
DEVICES = re.compile(r"^devices:\n(?:[- ].*\n)*", re.M)


def run(smmu, *argv):
    done = subprocess.run([smmu, *map(str, argv)], capture_output=True, text=True,
                          timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"smmu {' '.join(map(str, argv))}: {done.returncode}\n{done.stderr}")
    return done.stdout


def same_folder(one, other):
    names = sorted(p.name for p in one.iterdir())
    if names != sorted(p.name for p in other.iterdir()):
        return f"other files: {names}, {sorted(p.name for p in other.iterdir())}"
    differ = [n for n in names if n != "system.yaml"
              and not filecmp.cmp(one / n, other / n, shallow=False)]
    texts = [(folder / "system.yaml").read_text() for folder in (one, other)]
    if DEVICES.sub("", texts[0]) != DEVICES.sub("", texts[1]):
        differ.append("system.yaml")
    return f"other bytes in {', '.join(differ)}" if differ else None


def replay(smmu, system, trace):
    return run(smmu, "replay", system, trace, "--each", "--format", "jsonl", "-q")


def compare(accesses, answers):
    """The first answer that is not what the description calls for."""
    if len(answers) != len(accesses):
        return f"{len(answers)} answers to {len(accesses)} accesses"
    for access, answer in zip(accesses, answers):
        want, got = access["want"], expect.of_answer(answer)
        if got != want:
            return f"{access['row']}: want {want}, got {got}"
    return None


def check(smmu, seed, folder):
    """None, or what is wrong with the description of this seed."""
    system = describe.system(seed)
    accesses = expect.trace(system, seed)
    board, trace = folder / "board.yaml", folder / "trace.csv"
    board.write_text(describe.yaml(system))
    trace.write_text(expect.CSV_HEADER + "".join(f"{a['row']}\n" for a in accesses))
    try:
        run(smmu, "build", board, "-o", folder / "one", "-q")
        run(smmu, "dump", folder / "one/system.yaml", "--as", "system", "-o", folder / "again.yaml")
        run(smmu, "build", folder / "again.yaml", "-o", folder / "two", "-q")
        described = replay(smmu, board, trace)
        built = replay(smmu, folder / "one/system.yaml", trace)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        return str(error)
    if described != built:
        return "what was built answers otherwise than the description"
    return (same_folder(folder / "one", folder / "two")
            or compare(accesses, [json.loads(line) for line in described.splitlines()]))


def check_seed(smmu, seed):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"smmu-build-{seed}-"))
    problem = check(smmu, seed, folder)
    if problem:
        print(f"seed {seed} ({folder}): {problem}", flush=True)
        return False
    shutil.rmtree(folder)
    return True


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    smmu = str(pathlib.Path(sys.argv[1]).resolve())
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        passed = sum(pool.map(lambda seed: check_seed(smmu, seed), range(first, first + count)))
    print(f"random descriptions: {passed} passed, {count - passed} failed")
    return 1 if passed < count else 0


if __name__ == "__main__":
    sys.exit(main())
