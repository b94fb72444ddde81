"""Event queue overflow, queue aborts and command errors, with recovery (7.1, 7.2.2, 7.4, 7.5)."""
from rig import (CD, CMDQ, CMDQ_BASE, CMDQ_CONS, CMDQ_PROD, CR0, C_BAD_STE, EVENTQ, EVENTQ_CONS,
                 EVENTQ_PROD, F_TRANSLATION, GERROR, GERRORN, L3, REGISTERS, S1, STREAM, STRTAB,
                 Sequence, VA, VA2, access, cd_words, command, fault, mmio_read, mmio_write,
                 nh_va, ok, poke, pte, stalled, ste, sync, words)

STE, ENTRY = STRTAB + 64 * STREAM, pte(L3, VA)
UNMAPPED = [(ENTRY, words(0))]
SMALL = {"SMMU_EVENTQ_BASE": EVENTQ | 1}          # two records: WR [0], wrap [1]
NOWHERE = 0x20000000                              # no memory there
RECORDED, LOST = access(fault(F_TRANSLATION)), access(fault(F_TRANSLATION, recorded=False))
CMDQ_ERR, EVENTQ_ABT_ERR = 1, 4
ILL, ABT = {"status": "error", "error": "CERROR_ILL"}, {"status": "error", "error": "CERROR_ABT"}


def illegal(name, sections, low, high=0, registers=None):
    """7.1: the command, its reason, and the queue that goes on once it was replaced."""
    return Sequence(f"illegal: {name}", f"{sections}, 7.1", [
        access(ok()),
        sync(), command(low, high, **ILL),
        mmio_read(CMDQ_CONS, 1 << 24 | 1), mmio_read(GERROR, CMDQ_ERR),
        # 4.1.5: a CMD_SYNC in its place, then the acknowledgement.
        poke(CMDQ + 16, 0x46, 0), mmio_write(GERRORN, CMDQ_ERR),
        mmio_read(CMDQ_CONS, 1 << 24 | 2), mmio_read(GERROR, CMDQ_ERR),
        poke(ENTRY, 0), nh_va(), sync(), access(fault(F_TRANSLATION)),
    ], registers=registers)


ATS = {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | 1 << 10}
ATC_INV = 0x40 | 5 << 32, 52                      # of the whole address space


def late(name, steps):
    """7.1: CERROR_ATC_INV_SYNC at the CMD_SYNC behind a CMD_ATC_INV."""
    return Sequence(f"CERROR_ATC_INV_SYNC, {name}", "3.9.1.4, 7.1", [
        mmio_read(CMDQ_CONS, 3 << 24 | 1), mmio_read(GERROR, CMDQ_ERR), *steps,
    ], registers={**ATS, "SMMU_CMDQ_PROD": 2, "SMMU_CMDQ_CONS": 3 << 24 | 1,
                  "SMMU_GERROR": CMDQ_ERR, "SMMU_GERRORN": 0},
        memory=[(CMDQ, words(*ATC_INV, 0x46, 0))])


def told(want):
    """By the record before."""
    return {**want, "event": {**want["event"], "merged": True}}


def repeats(va, **more):
    return access(fault(F_TRANSLATION), va=va, **more)


def repeated(va, **more):
    return access(told(fault(F_TRANSLATION)), va=va, **more)


def merged(name, steps, mev=1, options=("--merge-events",), memory=None, registers=None):
    return Sequence(f"merging: {name}", "7.3.1, 3.5.5", steps, registers=registers, options=options,
                    memory=[(STE, words(*ste(S1, mev=mev))), (ENTRY, words(0, 0)), *(memory or [])])


SEQUENCES = [
    Sequence("overflow, acknowledged, and once more", "7.4", [
        RECORDED, RECORDED, mmio_read(EVENTQ_PROD, 2),
        LOST, mmio_read(EVENTQ_PROD, 1 << 31 | 2),
        LOST, mmio_read(EVENTQ_PROD, 1 << 31 | 2),
        mmio_write(EVENTQ_CONS, 1 << 31 | 2), RECORDED, RECORDED, mmio_read(EVENTQ_PROD, 1 << 31),
        LOST, mmio_read(EVENTQ_PROD, 0),
    ], memory=UNMAPPED, registers=SMALL),
    # Records go on; a second overflow cannot be told.
    Sequence("overflow, records taken but not acknowledged", "7.4", [
        RECORDED, RECORDED, LOST, mmio_read(EVENTQ_PROD, 1 << 31 | 2),
        mmio_write(EVENTQ_CONS, 2), RECORDED, RECORDED, mmio_read(EVENTQ_PROD, 1 << 31),
        LOST, mmio_read(EVENTQ_PROD, 1 << 31),
        mmio_write(EVENTQ_CONS, 1 << 31), RECORDED, mmio_read(EVENTQ_PROD, 1 << 31 | 1),
    ], memory=UNMAPPED, registers=SMALL),
    Sequence("overflow acknowledged, nothing taken: still full", "7.4", [
        RECORDED, RECORDED, LOST,
        mmio_write(EVENTQ_CONS, 1 << 31), LOST, mmio_read(EVENTQ_PROD, 2),
    ], memory=UNMAPPED, registers=SMALL),
    Sequence("EVENTQEN 0: discarded without overflow", "7.4, 6.3.9.4", [
        mmio_write(CR0, 0x9), LOST, LOST, mmio_read(EVENTQ_PROD, 0),
        mmio_write(CR0, 0xd), RECORDED, mmio_read(EVENTQ_PROD, 1),
    ], memory=UNMAPPED),
    Sequence("a write to the Event queue aborts: acknowledged without memory, then with", "7.2.2", [
        LOST, mmio_read(GERROR, EVENTQ_ABT_ERR), mmio_read(EVENTQ_PROD, 0),
        LOST, mmio_read(GERROR, EVENTQ_ABT_ERR),
        mmio_write(GERRORN, EVENTQ_ABT_ERR), LOST, mmio_read(GERROR, 0),
        mmio_write(CR0, 0x9), mmio_write(0xa0, EVENTQ | 3, size=8), mmio_write(CR0, 0xd),
        LOST, mmio_write(GERRORN, 0), RECORDED, mmio_read(EVENTQ_PROD, 1),
    ], memory=UNMAPPED, registers={"SMMU_EVENTQ_BASE": NOWHERE | 3}),

    # 7.3.1: within a page, with MEV, one behind the other.
    merged("the same page, MEV", [repeats(VA), repeated(VA), repeated(VA + 8),
                                  mmio_read(EVENTQ_PROD, 1)]),
    merged("the same page, no MEV", [repeats(VA), repeats(VA + 8), mmio_read(EVENTQ_PROD, 2)],
           mev=0),
    merged("not asked for", [repeats(VA), repeats(VA + 8), mmio_read(EVENTQ_PROD, 2)], options=()),
    merged("another page", [repeats(VA), repeats(VA2), repeats(VA), mmio_read(EVENTQ_PROD, 3)]),
    merged("another access", [repeats(VA), repeats(VA, kind="w"), repeats(VA, privileged=1),
                              mmio_read(EVENTQ_PROD, 3)]),
    merged("taken by software in between", [
        repeats(VA), mmio_write(EVENTQ_CONS, 1), repeats(VA), mmio_read(EVENTQ_PROD, 2)]),
    merged("no overflow of a full queue", [
        repeats(VA), repeats(VA2), repeated(VA2), mmio_read(EVENTQ_PROD, 2),
        access(fault(F_TRANSLATION, recorded=False)), mmio_read(EVENTQ_PROD, 1 << 31 | 2),
    ], registers=SMALL),
    merged("stalls never", [
        access(stalled()), access(stalled(stag=2)), mmio_read(EVENTQ_PROD, 2),
    ], memory=[(CD, words(*cd_words(s=1)))]),
    merged("C_BAD_STE whatever MEV is", [
        access(fault(C_BAD_STE)), access(told(fault(C_BAD_STE)), va=VA2),
        mmio_read(EVENTQ_PROD, 1),
    ], memory=[(STE, words(*ste(S1, valid=0)))]),

    Sequence("command error, acknowledged without a repair: again", "7.1, 7.5", [
        command(0xff, **ILL), mmio_read(GERROR, CMDQ_ERR),
        mmio_write(GERRORN, CMDQ_ERR),
        mmio_read(GERROR, 0), mmio_read(CMDQ_CONS, 1 << 24),
        poke(CMDQ, 0x46, 0), mmio_write(GERRORN, 0), mmio_read(CMDQ_CONS, 1 << 24 | 1),
    ]),
    Sequence("command error, repaired but not acknowledged: stands still", "7.1", [
        access(ok()), command(0xff, **ILL), poke(CMDQ, 0x46, 0), poke(ENTRY, 0),
        command(0x12 | 3 << 32 | 7 << 48, VA | 1, consumed=False),
        mmio_read(CMDQ_CONS, 1 << 24),
        access(fault(F_TRANSLATION), cached=ok(stale=True)),
        mmio_write(GERRORN, CMDQ_ERR), mmio_read(CMDQ_CONS, 1 << 24 | 2),
        access(fault(F_TRANSLATION)),
    ]),
    # 7.1: PROD may go back to CONS while the error is active.
    Sequence("command error, the commands withdrawn", "7.1", [
        sync(), command(0xff, **ILL), command(0x46, consumed=False),
        mmio_write(CMDQ_PROD, 1), mmio_write(GERRORN, CMDQ_ERR), mmio_read(CMDQ_CONS, 1 << 24 | 1),
        mmio_read(GERROR, CMDQ_ERR), sync(), mmio_read(CMDQ_CONS, 1 << 24 | 2),
    ]),
    Sequence("commands behind an error have no effect before it is repaired", "7.1", [
        access(ok()), poke(ENTRY, 0), command(0xff, **ILL),
        command(0x30, consumed=False), command(0x46, consumed=False),
        access(fault(F_TRANSLATION), cached=ok(stale=True)),
        poke(CMDQ, 0x46, 0), mmio_write(GERRORN, CMDQ_ERR), mmio_read(CMDQ_CONS, 1 << 24 | 3),
        access(fault(F_TRANSLATION)),
    ]),
    Sequence("command fetch aborts: another queue", "7.1", [
        command(0x46, **ABT), mmio_read(CMDQ_CONS, 2 << 24), mmio_read(GERROR, CMDQ_ERR),
        mmio_write(CR0, 0x5), mmio_write(CMDQ_BASE, CMDQ | 4, size=8), mmio_write(CMDQ_PROD, 0),
        mmio_write(CMDQ_CONS, 0), mmio_write(GERRORN, CMDQ_ERR), mmio_write(CR0, 0xd),
        sync(), mmio_read(CMDQ_CONS, 1), mmio_read(GERROR, CMDQ_ERR),
    ], registers={"SMMU_CMDQ_BASE": NOWHERE | 4}),
    Sequence("command fetch aborts: acknowledged alone, it aborts again", "7.1", [
        command(0x46, **ABT), mmio_write(GERRORN, CMDQ_ERR), mmio_read(GERROR, 0),
        mmio_read(CMDQ_CONS, 2 << 24),
    ], registers={"SMMU_CMDQ_BASE": NOWHERE | 4}),
    # 3.9.1.4: found as an SMMU left it after a timeout; CONS is at the CMD_SYNC.
    late("acknowledged: CMD_SYNC is consumed", [
        mmio_write(GERRORN, CMDQ_ERR), mmio_read(CMDQ_CONS, 3 << 24 | 2),
        mmio_read(GERROR, CMDQ_ERR), sync(), mmio_read(CMDQ_CONS, 3 << 24 | 3),
    ]),
    late("not acknowledged: stands still", [
        command(0x46, consumed=False), mmio_read(CMDQ_CONS, 3 << 24 | 1),
    ]),
    late("the invalidation once more in place of CMD_SYNC", [
        poke(CMDQ + 16, *ATC_INV), command(0x46, consumed=False), mmio_write(GERRORN, CMDQ_ERR),
        mmio_read(CMDQ_CONS, 3 << 24 | 3), mmio_read(GERROR, CMDQ_ERR),
    ]),
    # The next error replaces the code.
    late("an illegal command behind it", [
        command(0xff, consumed=False), mmio_write(GERRORN, CMDQ_ERR),
        mmio_read(CMDQ_CONS, 1 << 24 | 2), mmio_read(GERROR, 0),
    ]),
    Sequence("CMD_ATC_INV and CMD_SYNC, answered in time", "4.5.1, 4.7.3", [
        command(*ATC_INV), sync(), mmio_read(CMDQ_CONS, 2), mmio_read(GERROR, 0),
    ], registers=ATS),
    Sequence("CMDQEN 0: consumed once it is 1", "6.3.9.3", [
        mmio_write(CR0, 0x5), command(0x46, consumed=False), mmio_read(CMDQ_CONS, 0),
        mmio_write(CR0, 0xd), mmio_read(CMDQ_CONS, 1),
    ]),

    illegal("opcode that is none", "4.1.1", 0xff),
    illegal("CMD_SYNC with a reserved CS", "4.7.3", 0x46 | 3 << 12),
    illegal("SSec on the Non-secure queue", "4.1.6", 0x03 | 1 << 10 | 5 << 32),
    illegal("CMD_TLBI_EL3_ALL", "4.4.2.5", 0x18),
    illegal("CMD_TLBI_S_EL2_ALL", "4.4.2.11", 0x50),
    illegal("CMD_TLBI_SNH_ALL", "4.4.4.2", 0x60),
    illegal("CMD_ATC_INV without ATS", "4.5.1", 0x40 | 5 << 32),
    illegal("CMD_PRI_RESP without PRI", "4.5.2", 0x41 | 5 << 32),
    illegal("CMD_DPTI_ALL without DPT", "4.6.1", 0x70),
    illegal("CMD_CFGI_VMS_PIDM without MPAM", "4.3.5", 0x07),
    illegal("a granule without range or level", "4.4.1.1", 0x12 | 3 << 32 | 7 << 48, VA | 1 << 10),
    illegal("CMD_RESUME without stalls", "4.7.1", 0x44 | 5 << 32, 1,
            {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | 1 << 24}),
    illegal("CMD_STALL_TERM without stalls", "4.7.2", 0x45 | 5 << 32, 0,
            {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | 1 << 24}),
    illegal("CMD_TLBI_EL2_ALL without Hyp", "4.4.2.7", 0x20, 0,
            {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] & ~(1 << 9)}),
]
