"""The Secure interface: address translation operations (chapter 9), tags of stage 1 (3.17, 5.2)."""
from rig import (ASID, CR0, F_TRANSLATION, L1_C, L2_C, L3_C, NESTED, NEW, PA, REGISTERS, S1,
                 STREAM, STRTAB, VA, VMID, Sequence, access, cd_words, command, fault, mmio_read,
                 mmio_write, ok, page, poke, pte, stale, ste, table, words)

S_STRTAB, S_CD, S_CMDQ = 0x40040000, 0x40050000, 0x40060000
S_STE, ENTRY = S_STRTAB + 64 * STREAM, pte(L3_C, VA)
# CTRL of each group; SID, ADDR and PAR follow (6.1).
GATOS, S_GATOS, S_VATOS, S_VATOS_SEL = 0x100, 0x8100, 0x30a00, 0x8180
SSEC, READ, TYPE_S1, TYPE_S2, TYPE_BOTH = 1 << 53, 1 << 8, 1 << 10, 2 << 10, 3 << 10
SEL2, ATOS, VATOS = 1 << 29, 1 << 15, 1 << 20
# 6.3.40 PAR: MAIR byte 0xff, Inner Shareable; REASON 0 and FAULT.
FOUND, FAULT = 0xff << 56 | 3 << 8, 1
C_BAD_STE, INV_STAGE, INV_REQ, INTERNAL_ERR = 0x04, 0xfe, 0xff, 0xfd

# SECURE_IMPL and a StreamID size of 16; the Secure stream's tables lead VA to NEW.
WITH = {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | ATOS | VATOS, "SMMU_S_IDR1": 1 << 31 | 16,
        "SMMU_S_CR0": 0xd, "SMMU_S_CR1": 0xd75, "SMMU_S_STRTAB_BASE": S_STRTAB,
        "SMMU_S_STRTAB_BASE_CFG": 6, "SMMU_S_CMDQ_BASE": S_CMDQ | 4}
# 6.3.54 BA_S_VATOS: at 0x20000 + 0x10000.
WITH_SEL2 = {**WITH, "SMMU_S_IDR1": 1 << 31 | SEL2 | 16, "SMMU_S_IDR2": 1}
MEMORY = [(S_STE, words(*ste(S1, cd=S_CD, s2=False))), (S_CD, words(*cd_words(ttb=L1_C)))]


def ask(base, par, sid=STREAM, kind=TYPE_S1, security="s"):
    return [mmio_write(base + 8, sid, 8, security), mmio_write(base + 16, VA | READ | kind, 8, security),
            mmio_write(base, 1, 4, security), mmio_read(base, 0, security=security),
            mmio_read(base + 24, par, size=8, security=security)]


def failed(code, reason=0):
    return FAULT | reason << 1 | code << 4


def asked(name, sections, *steps, registers=None, memory=None):
    return Sequence(f"ATOS: {name}", sections, list(steps), registers=registers or WITH,
                    memory=MEMORY + (memory or []))


def secure(want, **more):
    return access(want, security="s", ns=0, **more)


def stage1_tag(name, command_low, right):
    """A page of a Secure stream with stage 1 alone, whose STE has an S2VMID all the same."""
    return Sequence(f"Secure stage 1 alone: {name}", "5.2 S2VMID, 3.17", [
        secure(ok(NEW)), poke(ENTRY, 0), command(command_low, VA | 1, security="s"),
        command(0x46, security="s"),
        secure(fault(F_TRANSLATION, recorded=False), cached=None if right else stale(NEW)),
    ], registers=WITH_SEL2, memory=MEMORY)


def global_page(name, ns_table, right):
    """3.17.1: CMD_TLBI_NH_ASID leaves global pages, unless Non-secure memory holds them."""
    return Sequence(f"Secure global page: {name}", "3.17.1", [
        secure(ok(NEW)), poke(ENTRY, 0), command(0x11 | ASID << 48, security="s"),
        command(0x46, security="s"),
        secure(fault(F_TRANSLATION, recorded=False), cached=None if right else stale(NEW)),
    ], registers=WITH, memory=MEMORY + [
        (ENTRY, words(page(NEW, ng=0))),
        (L2_C + 8 * 0x91, words(table(L3_C) | ns_table << 63))])


SEQUENCES = [
    global_page("from Secure memory", 0, False),
    global_page("from Non-secure memory, which makes it none", 1, True),
    asked("S_GATOS, SSEC 1: a Secure stream", "9.1.2", *ask(S_GATOS, FOUND | NEW, STREAM | SSEC)),
    asked("S_GATOS, SSEC 0: a Non-secure stream", "9.1.2", *ask(S_GATOS, FOUND | PA)),
    asked("S_GATOS: each of the two Stream tables", "9.1.2",
          poke(STRTAB + 64 * STREAM, 0), *ask(S_GATOS, failed(C_BAD_STE)),
          *ask(S_GATOS, FOUND | NEW, STREAM | SSEC),
          poke(STRTAB + 64 * STREAM, *ste(S1)), poke(S_STE, 0), *ask(S_GATOS, FOUND | PA),
          *ask(S_GATOS, failed(C_BAD_STE), STREAM | SSEC)),
    asked("GATOS has no SSEC", "9.1.2", poke(STRTAB + 64 * STREAM, 0),
          *ask(GATOS, failed(C_BAD_STE), STREAM | SSEC, security="ns")),
    asked("S_GATOS is RAZ/WI to Non-secure software", "6.3.83",
          mmio_write(S_GATOS + 8, STREAM | SSEC, 8), mmio_write(S_GATOS, 1),
          mmio_read(S_GATOS + 24, 0, size=8)),
    asked("S_GATOS, a stage 2 that Secure state does not have", "9.1.3",
          *ask(S_GATOS, failed(INV_STAGE), STREAM | SSEC, TYPE_S2),
          *ask(S_GATOS, failed(INV_STAGE), STREAM | SSEC, TYPE_BOTH)),
    asked("S_GATOS, SSEC 0, both stages of a Non-secure stream", "9.1.3",
          *ask(S_GATOS, FOUND | PA, kind=TYPE_BOTH),
          memory=[(STRTAB + 64 * STREAM, words(*ste(NESTED)))]),
    asked("S_GATOS, SSEC 0, the Non-secure interface off", "9.1.1",
          *ask(S_GATOS, FOUND | PA), mmio_write(CR0, 0xc),
          *ask(S_GATOS, failed(INTERNAL_ERR)), *ask(S_GATOS, FOUND | NEW, STREAM | SSEC)),
    asked("S_GATOS, the Secure interface off: ignored", "6.3.37, 6.3.83",
          *ask(S_GATOS, FOUND | NEW, STREAM | SSEC), mmio_write(0x8020, 0xc, security="s"),
          *ask(S_GATOS, FOUND | NEW)),
    # 9.1.6: VMID 0 where stage 1 is alone, whatever STE.S2VMID holds.
    asked("S_VATOS, stage 1 alone has VMID 0", "9.1.6",
          mmio_write(S_VATOS_SEL, VMID, 4, "s"), *ask(S_VATOS, failed(C_BAD_STE)),
          mmio_write(S_VATOS_SEL, 0, 4, "s"), *ask(S_VATOS, FOUND | NEW), registers=WITH_SEL2),
    asked("S_VATOS sees Secure streams, whatever is written to SSEC", "9.1.2",
          mmio_write(S_VATOS_SEL, 0, 4, "s"), *ask(S_VATOS, FOUND | NEW, STREAM),
          *ask(S_VATOS, FOUND | NEW, STREAM | SSEC), registers=WITH_SEL2),
    asked("S_VATOS, stage 1 alone can be asked about", "9.1.3",
          mmio_write(S_VATOS_SEL, 0, 4, "s"), *ask(S_VATOS, failed(INV_REQ), kind=TYPE_S2),
          *ask(S_VATOS, failed(INV_REQ), kind=TYPE_BOTH), registers=WITH_SEL2),
    asked("S_VATOS without Secure stage 2 is none", "6.3.103",
          mmio_write(S_VATOS, 1, 4, "s"), mmio_read(S_VATOS + 24, 0, size=8, security="s")),

    stage1_tag("CMD_TLBI_NH_VA of VMID 0", 0x12 | ASID << 48, True),
    stage1_tag("CMD_TLBI_NH_VA of the VMID in the STE", 0x12 | VMID << 32 | ASID << 48, False),
    stage1_tag("CMD_TLBI_NH_VA on the Non-secure namespace's ASID alone", 0x12 | 8 << 48, False),
    stage1_tag("CMD_TLBI_NH_ALL of VMID 0", 0x10, True),
    stage1_tag("CMD_TLBI_SNH_ALL", 0x60, True),
]
