#!/usr/bin/env python3
"""What build writes, read by QEMU's SMMUv3: run.py SMMU

Every case is a description.  Its images are loaded into the memory of a QEMU
machine, the SMMU is programmed with the registers of manifest.json, and DMA
of `edu` devices must land where `smmu translate` says, or leave the record
in the Event queue that it says (type, StreamID and InputAddr are compared).
QEMU 7.2 has stage 1 only, and granules as its SMMU_IDR5 says.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no files beside the sources

import cases  # noqa: E402
import qtest  # noqa: E402

# IHI 0070 6.3: offsets of what is programmed, CR0 last.
OFFSET = {"SMMU_IDR0": 0x0, "SMMU_IDR1": 0x4, "SMMU_IDR3": 0xC, "SMMU_IDR5": 0x14,
          "SMMU_AIDR": 0x1C, "SMMU_CR1": 0x28, "SMMU_CR2": 0x2C, "SMMU_STRTAB_BASE_CFG": 0x88,
          "SMMU_STRTAB_BASE": 0x80, "SMMU_CMDQ_BASE": 0x90, "SMMU_EVENTQ_BASE": 0xA0,
          "SMMU_CR0": 0x20}
WIDE = {"SMMU_STRTAB_BASE", "SMMU_CMDQ_BASE", "SMMU_EVENTQ_BASE"}
IDENTIFICATION = ("SMMU_IDR0", "SMMU_IDR1", "SMMU_IDR3", "SMMU_IDR5", "SMMU_AIDR")
CR0, CR0ACK, EVENTQ_PROD, EVENTQ_CONS = 0x20, 0x24, 0x100A8, 0x100AC
EVENT_BYTES, PATTERN_BYTES = 32, 16


class Wrong(Exception):
    pass


def smmu_json(smmu, *argv):
    done = subprocess.run([smmu, *map(str, argv), "--format", "json"], capture_output=True,
                          text=True, check=False)
    if done.returncode > 1 or not done.stdout:
        raise Wrong(f"smmu {' '.join(map(str, argv))}: {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def identify(machine):
    return {name: machine.read32(qtest.SMMU + OFFSET[name]) for name in IDENTIFICATION}


def load(machine, folder):
    """Images into memory, registers into the SMMU."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for region in manifest["regions"]:
        machine.write(int(region["base"], 0), (folder / region["file"]).read_bytes())
    registers = manifest["registers"]["smmu0"]
    for name in OFFSET:
        if name in IDENTIFICATION:
            continue
        write = machine.write64 if name in WIDE else machine.write32
        write(qtest.SMMU + OFFSET[name], int(registers[name], 0))
    if machine.read32(qtest.SMMU + CR0ACK) != int(registers["SMMU_CR0"], 0):
        raise Wrong("CR0 was not acknowledged")
    return int(registers["SMMU_EVENTQ_BASE"], 0)


class Events:
    """The Event queue: what has come since the last look."""

    def __init__(self, machine, base):
        self.machine = machine
        self.base, self.log2 = base & ~0x1F & (1 << 52) - 1, base & 0x1F

    def take(self):
        records = []
        prod = self.machine.read32(qtest.SMMU + EVENTQ_PROD)
        cons = self.machine.read32(qtest.SMMU + EVENTQ_CONS)
        while cons != prod:
            index = cons % (1 << self.log2)
            raw = self.machine.read(self.base + index * EVENT_BYTES, EVENT_BYTES)
            records.append([int.from_bytes(raw[i:i + 8], "little") for i in range(0, 32, 8)])
            cons = (cons + 1) % (2 << self.log2)
        self.machine.write32(qtest.SMMU + EVENTQ_CONS, cons)
        return records


def compared(record):
    """Type, StreamID and InputAddr (7.3)."""
    kind = record[0] & 0xFF
    has_address = kind >= 0x10
    return kind, record[0] >> 32, record[2] if has_address else None


def check_moved(machine, device, scratch, iova, pa, access, number):
    """DMA of a pattern no other check uses; it must be at pa, or come from there."""
    pattern = (b"%08d" % number) * 2
    if access == "w":
        machine.write(scratch[1], pattern)
        machine.write(pa, bytes(PATTERN_BYTES))
        machine.dma(device, scratch[0], PATTERN_BYTES, False)
        machine.dma(device, iova, PATTERN_BYTES, True)
        return machine.read(pa, PATTERN_BYTES) == pattern
    machine.write(pa, pattern)
    machine.write(scratch[1], bytes(PATTERN_BYTES))
    machine.dma(device, iova, PATTERN_BYTES, False)
    machine.dma(device, scratch[0], PATTERN_BYTES, True)
    return machine.read(scratch[1], PATTERN_BYTES) == pattern


def check_access(machine, events, answer, device, scratch, iova, access, number):
    if answer["status"] == "ok":
        if not check_moved(machine, device, scratch, iova, int(answer["pa"], 0), access, number):
            raise Wrong(f"the data did not go by way of {answer['pa']}")
        extra = events.take()
        if extra:
            raise Wrong(f"QEMU records {[hex(w) for w in extra[0]]}")
        return
    machine.dma(device, iova, PATTERN_BYTES, access == "w")
    records = events.take()
    if "event" not in answer:
        if records:
            raise Wrong(f"no event is called for, and QEMU records {hex(records[0][0])}")
        return
    want = compared([int(w, 0) for w in answer["event"]["record"]])
    if not records or compared(records[0]) != want:
        raise Wrong(f"want {want}, QEMU records {[compared(r) for r in records]}")


def run_case(smmu, case, folder):
    """(passed, failed) accesses of one case."""
    passed = failed = 0
    with qtest.Machine(len(case["devices"])) as machine:
        ids = identify(machine)
        if not all(ids["SMMU_IDR5"] & bit for bit in case["needs"]):
            print(f"  {case['name']}: not run, this SMMU does not have the granule")
            return 0, 0
        streams = [machine.stream(d) for d in range(len(case["devices"]))]
        board = folder / f"{case['name']}.yaml"
        board.write_text(cases.yaml(case, ids, streams))
        smmu_json(smmu, "build", board, "-o", folder / case["name"])
        events = Events(machine, load(machine, folder / case["name"]))
        for device in range(len(case["devices"])):
            machine.start_device(device)
        for number, (device, iova, access) in enumerate(cases.accesses(case)):
            answer = smmu_json(smmu, "translate", folder / case["name"] / "system.yaml",
                               "--stream", streams[device], "--address", hex(iova),
                               "--access", access)
            scratch = cases.scratch_iova(case, device), cases.scratch_pa(device)
            try:
                check_access(machine, events, answer, device, scratch, iova, access, number)
                passed += 1
            except Wrong as error:
                failed += 1
                print(f"  {case['name']}: device {device} {access} {iova:#x}: {error}")
    return passed, failed


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not shutil.which(qtest.QEMU):
        sys.exit(f"{qtest.QEMU} is missing: package qemu-system-arm")
    smmu = str(pathlib.Path(sys.argv[1]).resolve())
    total = [0, 0]
    with tempfile.TemporaryDirectory(prefix="smmu-qemu-") as scratch:
        for case in cases.CASES:
            for i, count in enumerate(run_case(smmu, case, pathlib.Path(scratch))):
                total[i] += count
    print(f"DMA through QEMU's SMMUv3: {total[0]} passed, {total[1]} failed")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
