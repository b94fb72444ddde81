"""The machine and the trace that replay is measured with (trace.c makes the records)."""
import subprocess

# As much of each stream as the trace goes over, with room behind it.
SPAN = 288 << 20


def system(nested):
    """16 streams with a space each, mapped by pages of 4 KiB."""
    lines = [
        "version: 1",
        "memory: [{name: dram, base: 0x80000000, size: 2G}]",
        "smmus:",
        "  - name: smmu0",
        "    features: {architecture: v3.2, stages: [1, 2], granules: [4K], output-bits: 48,",
        "      stream-bits: 10, substream-bits: 4}",
        "    tables: {base: 0x80000000, size: 512M}",
        "domains:",
    ]
    devices = ["devices:"]
    if nested:
        lines += ["  - name: guest", "    stage: 2", "    vmid: 1", "    input-bits: 48",
                  "    leaves: pages", "    tables: {ipa: 0x1000000, size: 64M}", "    maps:",
                  "      - {ipa: 0x1000000, pa: 0xc0000000, size: 64M, access: rw}"]
        for s in range(16):
            at = 0x80000000 + (s << 32)
            lines.append(f"      - {{ipa: {at + (1 << 39):#x}, pa: {at + (1 << 40):#x}, "
                         f"size: {SPAN:#x}, access: rw}}")
    for s in range(16):
        at = 0x80000000 + (s << 32)
        out = at + (1 << 39) if nested else at + (1 << 40)
        lines += [f"  - name: space{s}", "    stage: 1", "    input-bits: 48",
                  f"    asid: {s + 1}", "    leaves: pages", "    maps:",
                  f"      - {{iova: {at:#x}, pa: {out:#x}, size: {SPAN:#x}, access: rw}}"]
        below = ", stage2: guest" if nested else ""
        if s % 4:
            where = f"stage1: space{s}"
        else:
            where = "substreams: [" + ", ".join(
                f"{{id: {n}, stage1: space{s}}}" for n in range(1, 5)) + "]"
        devices.append(f"  - {{name: dev{s}, smmu: smmu0, streams: [{0x100 + s * 8:#x}], "
                       f"{where}{below}}}")
    return "\n".join(lines + devices) + "\n"


def make(build, folder, records):
    """Writes first.yaml, nested.yaml, t.csv and t.smmutrace into folder."""
    (folder / "first.yaml").write_text(system(False), encoding="ascii")
    (folder / "nested.yaml").write_text(system(True), encoding="ascii")
    with open(folder / "t.csv", "w", encoding="ascii") as out:
        subprocess.run([build / "bench-trace", str(records)], check=True, stdout=out)
    subprocess.run([build / "smmu", "convert", folder / "t.csv", "-o", folder / "t.smmutrace"],
                   check=True)
