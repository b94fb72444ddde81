"""Descriptions for QEMU's SMMUv3, and the accesses that try them.

TTB0 only: QEMU 7.2 looks for zeros above an address of TTB1 where there must
be ones (smmu-common.c, select_tt; fixed in 8.0).  Addresses of 48 bits at most:
of higher ones its SMMU says nothing at all.
"""

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
RAM, TABLES = 0x4000_0000, 0x7000_0000
# Every device moves data to and from a page of its own, mapped in its domain.
SCRATCH_IOVA, SCRATCH_PA = 0x1F0_0000, 0x6FF0_0000
GRAN4K, GRAN16K, GRAN64K = 1 << 4, 1 << 5, 1 << 6  # SMMU_IDR5


def m(iova, pa, size, **more):
    return {"iova": iova, "pa": pa, "size": size, **more}


CASES = [
    {
        "name": "4k-pages-and-blocks",
        "needs": [GRAN4K],
        "stream-table": "{format: 2-level, split: 8, default: abort}",
        "domains": [
            # pages, a 64 KiB run, a 2 MiB block, 32 MiB of runs of blocks, read-only
            {"granule": "4K", "bits": 39, "maps": [
                m(0x1000_0000, 0x5000_3000, 12 * KIB), m(0x1001_0000, 0x5001_0000, 64 * KIB),
                m(0x1020_0000, 0x5020_0000, 2 * MIB), m(0x1200_0000, 0x5200_0000, 32 * MIB),
                m(0x7F_FFFF_F000, 0x5100_0000, 4 * KIB), m(0x2000_0000, 0x5101_0000, 4 * KIB,
                                                          access="r")]},
            # 1 GiB in one block, and the lowest addresses
            {"granule": "4K", "bits": 48, "maps": [
                m(0x80_0000_0000, 0x4000_0000, 1 * GIB), m(0, 0x5500_0000, 64 * KIB),
                m(0xFFFF_FFFF_0000, 0x5501_0000, 64 * KIB)]},
            {"granule": "4K", "bits": 32, "leaves": "pages", "maps": [
                m(0x8000_0000, 0x5600_0000, 4 * MIB)]},
        ],
        "devices": [0, 1, 2, "abort"],
        "unmapped": [0x1000_3000, 0x3000_0000, 0x80_0000_0000, 0xFFFE_FFFF_F000],
    },
    {
        "name": "linear-table",
        "needs": [GRAN4K],
        "stream-table": "{format: linear, default: bypass}",
        "domains": [
            {"granule": "4K", "bits": 40, "maps": [
                m(0xFF_FFFF_0000, 0x5700_0000, 64 * KIB),
                m(0x12_3456_7000, 0x5801_0000, 8 * KIB)]},
            {"granule": "4K", "bits": 25, "maps": [m(0x10_0000, 0x5900_0000, 1 * MIB)]},
        ],
        "devices": [0, 1, "bypass"],
        "unmapped": [0xFF_FFFE_F000, 0x100_0000_0000, 0x200_0000],
    },
    {
        "name": "64k",
        "needs": [GRAN64K],
        "stream-table": "{format: 2-level, split: 6, default: invalid}",
        "domains": [
            # pages, a 2 MiB run, a 512 MiB block
            {"granule": "64K", "bits": 48, "maps": [
                m(0x1000_0000, 0x5003_0000, 128 * KIB), m(0x1020_0000, 0x5020_0000, 2 * MIB),
                m(0x60_0000_0000, 0x4000_0000, 512 * MIB)]},
            {"granule": "64K", "bits": 30, "leaves": "blocks", "maps": [
                m(0x1200_0000, 0x5200_0000, 4 * MIB)]},
        ],
        "devices": [0, 1],
        "unmapped": [0x1002_0000, 0x60_2000_0000, 0x4000_0000],
    },
    {
        "name": "16k",
        "needs": [GRAN16K],
        "stream-table": "{format: 2-level, split: 10, default: abort}",
        "domains": [
            # pages, a 2 MiB run, a 32 MiB block, and a 48-bit space with two entries above
            {"granule": "16K", "bits": 47, "maps": [
                m(0x1000_0000, 0x5000_4000, 32 * KIB), m(0x1020_0000, 0x5020_0000, 2 * MIB),
                m(0x1200_0000, 0x5200_0000, 32 * MIB)]},
            {"granule": "16K", "bits": 48, "maps": [
                m(0x8000_1000_0000, 0x5400_0000, 4 * MIB)]},
        ],
        "devices": [0, 1],
        "unmapped": [0x1000_8000, 0x1400_0000, 0x9000_0000_0000],
    },
]


def scratch_pa(device):
    return SCRATCH_PA + device * 64 * KIB


def scratch_iova(case, device):
    """Where the device finds it: a device that bypasses, at its own address."""
    return SCRATCH_IOVA if isinstance(case["devices"][device], int) else scratch_pa(device)


def yaml_domain(number, domain, device):
    maps = domain["maps"] + [m(SCRATCH_IOVA, scratch_pa(device), 64 * KIB)]
    shown = ["{" + ", ".join(f"{k}: {hex(v) if isinstance(v, int) else v}"
                             for k, v in one.items()) + "}" for one in maps]
    leaves = f", leaves: {domain['leaves']}" if "leaves" in domain else ""
    return (f"  - {{name: d{number}, stage: 1, granule: {domain['granule']}, "
            f"input-bits: {domain['bits']}{leaves}, maps: [{', '.join(shown)}]}}")


def yaml(case, ids, streams):
    registers = ", ".join(f"{name}: {value:#x}" for name, value in ids.items())
    lines = ["version: 1", "memory:", f"  - {{name: ram, base: {RAM:#x}, size: 1G}}", "smmus:",
             "  - name: smmu0", f"    registers: {{{registers}}}",
             f"    stream-table: {case['stream-table']}",
             f"    tables: {{base: {TABLES:#x}, size: 32M}}", "domains:"]
    lines += [yaml_domain(i, d, case["devices"].index(i)) for i, d in enumerate(case["domains"])]
    lines.append("devices:")
    for i, (what, stream) in enumerate(zip(case["devices"], streams)):
        does = f"stage1: d{what}" if isinstance(what, int) else f"{what}: true"
        lines.append(f"  - {{name: edu{i}, streams: [{stream}], {does}}}")
    return "\n".join(lines) + "\n"


def accesses(case):
    """(device, IOVA, access): ends and middles of maps, what is not mapped, plain devices."""
    for device, what in enumerate(case["devices"]):
        if not isinstance(what, int):
            yield device, RAM + 0x1800_0000, "w"
            yield device, RAM + 0x1800_0000, "r"
            continue
        for one in case["domains"][what]["maps"]:
            for offset in (0, one["size"] - 16, one["size"] // 2 + 0x40):
                yield device, one["iova"] + offset, "w"
                yield device, one["iova"] + offset, "r"
        for iova in case["unmapped"]:
            yield device, iova, "w"
            yield device, iova, "r"
