"""Structures, records and expectations that the sequences are written with.

One SMMU (SMMUv3.3, both stages, 4 KiB granule) with RAM at 0x40000000.  Fields
are placed by hand from IHI 0070 G.b 5.2, 5.4, chapter 4 and DDI 0487 D8.3; nothing
here comes from the program under test.
"""

RAM, RAM_SIZE = 0x40000000, 0x2000000
STRTAB, CMDQ, EVENTQ = 0x40010000, 0x40020000, 0x40021000
CD, CD_B = 0x40030000, 0x40031000
L1, L2, L3, L3_B = 0x40100000, 0x40101000, 0x40102000, 0x40103000
L1_C, L2_C, L3_C = 0x40110000, 0x40111000, 0x40112000     # other tables of stage 1
S2_L1, S2_L2, S2_L3 = 0x40200000, 0x40201000, 0x40202000

STREAM, OTHER_STREAM = 5, 6
ASID, OTHER_ASID, VMID, OTHER_VMID = 7, 8, 3, 4
VA = 0x12345000                       # entries 0, 0x91 and 0x145 of the three levels
VA2 = VA + 0x1000
PA, PA2, NEW = 0x80000000, 0x80001000, 0x90000000
IPA = 0x80000000                      # entries 2, 0 and 0

NAMES = {0x02: "C_BAD_STREAMID", 0x04: "C_BAD_STE", 0x08: "C_BAD_SUBSTREAMID", 0x0a: "C_BAD_CD",
         0x10: "F_TRANSLATION", 0x11: "F_ADDR_SIZE", 0x12: "F_ACCESS", 0x13: "F_PERMISSION"}
C_BAD_STE, C_BAD_CD, F_TRANSLATION, F_ACCESS, F_PERMISSION = 0x04, 0x0a, 0x10, 0x12, 0x13

# Offsets of registers, 6.1.
CR0, GERROR, GERRORN = 0x20, 0x60, 0x64
CMDQ_BASE, CMDQ_PROD, CMDQ_CONS = 0x90, 0x98, 0x9c
EVENTQ_PROD, EVENTQ_CONS = 0x100a8, 0x100ac
CR2 = 0x2c

REGISTERS = {
    # S2P S1P TTF=2 COHACC HTTU=2 Hyp ASID16 VMID16 CD2L ST_LEVEL=1
    "SMMU_IDR0": 0x080c129b,
    "SMMU_IDR1": 0x0d4a4210, "SMMU_IDR3": 0x7514, "SMMU_IDR5": 0x00100075, "SMMU_AIDR": 3,
    "SMMU_CR0": 0xd, "SMMU_CR1": 0xd75, "SMMU_CR2": 2,
    "SMMU_STRTAB_BASE": STRTAB, "SMMU_STRTAB_BASE_CFG": 6,
    "SMMU_CMDQ_BASE": CMDQ | 4, "SMMU_EVENTQ_BASE": EVENTQ | 3,
}


# --- structures -------------------------------------------------------------

ABORT, BYPASS, S1, S2, NESTED = 0, 4, 5, 6, 7


def ste(config, valid=1, cd=CD, s2ttb=S2_L1, vmid=VMID, s2s=0, s2=True, mev=0):
    """Words of an STE; stage 2: T0SZ 25, SL0 1, PS 5, AA64, R."""
    second = 25 << 32 | 1 << 38 | 5 << 48 | 1 << 51 | s2s << 57 | 1 << 58
    return [valid | config << 1 | cd, mev << 19, vmid | (second if s2 else 0),
            s2ttb if s2 else 0, 0, 0, 0, 0]


def cd_words(valid=1, ttb=L1, asid=ASID, a=1, r=1, s=0, epd0=0, ha=0, hd=0):
    """Words of a CD: T0SZ 25, no TTB1, IPS 5, AA64; MAIR0[0] is Normal write-back."""
    return [25 | epd0 << 14 | 1 << 30 | valid << 31 | 5 << 32 | 1 << 41 | hd << 42 | ha << 43
            | s << 44 | r << 45 | a << 46 | asid << 48, ttb, 0, 0xff, 0, 0, 0, 0]


def page(oa, ap=1, ng=1, af=1, dbm=0):
    """Stage 1 page: AP[2:1], inner shareable."""
    return oa | dbm << 51 | ng << 11 | af << 10 | 3 << 8 | ap << 6 | 3


def block(oa, ng=1):
    return page(oa, ng=ng) & ~2


def table(at):
    return at | 3


def page2(oa, s2ap=3, af=1, dbm=0):
    """Stage 2 page: MemAttr Normal write-back."""
    return oa | dbm << 51 | af << 10 | 3 << 8 | s2ap << 6 | 15 << 2 | 3


def block2(oa, **more):
    return page2(oa, **more) & ~2


def pte(l3, va):
    return l3 + 8 * (va >> 12 & 511)


def words(*values):
    return b"".join(v.to_bytes(8, "little") for v in values)


# What stands in memory before the first record.
MEMORY = [
    (STRTAB + 64 * STREAM, words(*ste(S1))),
    (CD, words(*cd_words())),
    (L1, words(table(L2))), (L2 + 8 * 0x91, words(table(L3))),
    (pte(L3, VA), words(page(PA))), (pte(L3, VA2), words(page(PA2))),
    (L1_C, words(table(L2_C))), (L2_C + 8 * 0x91, words(table(L3_C))),
    (pte(L3_C, VA), words(page(NEW))),
    # Memory to itself, for what stage 1 fetches; IPAs from 0x80000000 through pages.
    (S2_L1 + 8, words(block2(0x40000000))), (S2_L1 + 16, words(table(S2_L2))),
    (S2_L2, words(table(S2_L3))), (S2_L3, words(page2(PA))), (S2_L3 + 8, words(page2(PA2))),
]


# --- records ----------------------------------------------------------------

class Step:
    """A record, and what must answer it: by kind of cache where that makes a difference."""

    def __init__(self, record, want=None, by=None):
        self.record, self.want, self.by = record, want or {}, by or {}

    def expected(self, caches):
        return self.by.get(caches, self.want)


def access(want, va=VA, kind="r", stream=STREAM, cached=None, **more):
    """cached: the answer with caches that keep everything, where it is another one."""
    return Step({"op": "access", "stream": stream, "address": va, "access": kind, **more}, want,
                {"ideal": cached} if cached else {})


def poke(at, *values):
    return Step({"op": "poke", "address": at, "data": words(*values).hex()}, {"status": "none"})


def mmio_write(offset, value, size=4, security="ns", **want):
    return Step({"op": "mmio", "address": offset, "access": "w", "size": size, "data": value,
                 "security": security}, {"status": "none", **want})


def mmio_read(offset, value, mask=0xffffffffffffffff, size=4, security="ns"):
    return Step({"op": "mmio", "address": offset, "access": "r", "size": size,
                 "security": security},
                {"status": "ok", "value": hex(value), "mask": hex(mask)})


def command(low, high=0, security="ns", **want):
    return Step({"op": "command", "data": f"{low:#x} {high:#x}", "security": security},
                {"status": "none", **want})


def tlbi(low, high=0):
    """A broadcast of a PE."""
    return Step({"op": "tlbi", "data": f"{low:#x} {high:#x}"}, {"status": "none"})


def sync():
    return command(0x46)


def cfgi_ste(stream=STREAM, leaf=1):
    return command(0x03 | stream << 32, leaf)


def cfgi_cd(stream=STREAM, substream=0, leaf=1):
    return command(0x05 | substream << 12 | stream << 32, leaf)


def nh_asid(asid=ASID, vmid=VMID):
    return command(0x11 | vmid << 32 | asid << 48)


def nh_va(va=VA, asid=ASID, vmid=VMID, leaf=1, pages_log2=None, ttl=0):
    """pages_log2: a range of so many 4 KiB pages (4.4.1.1: NUM 0, SCALE)."""
    ranged = pages_log2 << 20 if pages_log2 is not None else 0
    tg = 1 << 10 if pages_log2 or ttl else 0
    return command(0x12 | ranged | vmid << 32 | asid << 48, va | tg | ttl << 8 | leaf)


def nh_all(vmid=VMID):
    return command(0x10 | vmid << 32)


def s2_ipa(ipa=IPA, vmid=VMID, leaf=1):
    return command(0x2a | vmid << 32, ipa | leaf)


def s12_vmall(vmid=VMID):
    return command(0x28 | vmid << 32)


def resume(action, stag=1, stream=STREAM, **want):
    ac, ab = {"retry": (1, 0), "abort": (0, 1), "raz-wi": (0, 0)}[action]
    return command(0x44 | ac << 12 | ab << 13 | stream << 32, stag, **want)


def stall_term(stream=STREAM, **want):
    return command(0x45 | stream << 32, 0, **want)


# --- answers ----------------------------------------------------------------

def ok(pa=PA, **more):
    return {"status": "ok", "pa": hex(pa), "event": None, **more}


def stale(pa=PA):
    return ok(pa, stale=True)


def fault(number, response="abort", recorded=True, fields=None, **more):
    return {"status": "fault", "response": response,
            "event": {"type": hex(number), "name": NAMES[number], "recorded": recorded,
                      "fields": fields or {}}, **more}


def stalled(number=F_TRANSLATION, stag=1, recorded=True):
    return {"status": "stall",
            "event": {"type": hex(number), "name": NAMES[number], "recorded": recorded,
                      "fields": {"Stall": "0x1", "STAG": hex(stag)}}}


def updated(want, changes):
    """With the words that hardware update changes, none else: {address: value}."""
    return {**want, "updates_exact": True, "updates": [
        {"address": hex(at), "value": hex(value)} for at, value in changes.items()]}


def one_of(*wants):
    return {"any": list(wants)}


class Sequence:
    def __init__(self, name, sections, steps, registers=None, memory=None, options=()):
        self.name, self.sections, self.steps = name, sections, steps
        self.registers = {**REGISTERS, **(registers or {})}
        self.memory = MEMORY + (memory or [])
        self.options = list(options)
