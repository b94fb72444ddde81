"""Map, unmap, remap: TLBI and CMD_SYNC, done and forgotten (IHI 0070 G.b 3.17, 3.21.1, 4.4)."""
from rig import (ASID, CD, F_PERMISSION, F_TRANSLATION, IPA, L2, L3, L3_B, NESTED, NEW,
                 OTHER_ASID, OTHER_VMID, PA, PA2, S2, S2_L3, STREAM, STRTAB, VA, VA2, VMID,
                 REGISTERS, Sequence, access, block, cd_words, command, fault, nh_all, nh_asid,
                 nh_va, ok, one_of, page, page2, poke, pte, s12_vmall, s2_ipa, stale, ste, sync,
                 table, tlbi, words)

STE = STRTAB + 64 * STREAM
ENTRY, ENTRY2, ABOVE = pte(L3, VA), pte(L3, VA2), L2 + 8 * 0x91
UNMAPPED = [(ENTRY, words(0))]
NESTED_TABLES = [(STE, words(*ste(NESTED))), (ENTRY, words(page(IPA))),
                 (ENTRY2, words(page(IPA + 0x1000)))]
READ_ONLY = [(ENTRY, words(page(PA, ap=3)))]
GLOBAL = [(ENTRY, words(page(PA, ng=0)))]
BTM = {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | 1 << 5}
RANGE = [access(ok()), access(ok(PA2), va=VA2), poke(ENTRY, 0, 0)]


def gone(*commands, right, first=None, memory=None, registers=None):
    """A page is used, unmapped, and used again after the commands."""
    after = access(fault(F_TRANSLATION), cached=None if right else stale())
    return dict(steps=[access(ok()), *(first or []), poke(ENTRY, 0), *commands, after],
                memory=memory, registers=registers)


SEQUENCES = [
    # 3.21.1: only valid translations are cached.
    Sequence("map: nothing to invalidate", "3.21.1", [
        access(fault(F_TRANSLATION)), poke(ENTRY, page(PA)), access(ok()),
    ], memory=UNMAPPED),
    Sequence("map with a new table: filled, then linked", "3.21.1", [
        access(fault(F_TRANSLATION)), poke(pte(L3_B, VA), page(NEW)), poke(ABOVE, table(L3_B)),
        access(ok(NEW)),
    ], memory=[(ABOVE, words(0))]),
    Sequence("map with a new table: linked before it is filled", "3.21.1", [
        poke(ABOVE, table(L3_B)),
        access(fault(F_TRANSLATION, fields={"CLASS": "0x2"})),
        poke(pte(L3_B, VA), page(NEW)),
        access(ok(NEW)),
    ], memory=[(ABOVE, words(0))]),
    Sequence("map at stage 2", "3.21.1", [
        access(fault(F_TRANSLATION, fields={"S2": "0x1"})), poke(S2_L3, page2(PA)), access(ok()),
    ], memory=NESTED_TABLES + [(S2_L3, words(0))]),

    Sequence("unmap, no TLBI", "3.21.1", **gone(right=False)),
    Sequence("unmap, CMD_SYNC alone", "3.21.1, 4.7.3", **gone(sync(), right=False)),
    # Consumed, not complete: both answers are permitted until CMD_SYNC is.
    Sequence("unmap, TLBI without CMD_SYNC", "3.21.1, 4.7.3", [
        access(ok()), poke(ENTRY, 0), nh_va(),
        access(one_of(fault(F_TRANSLATION), ok())), sync(), access(fault(F_TRANSLATION)),
    ]),
    Sequence("unmap by CMD_TLBI_NH_VA", "4.4.2.4", **gone(nh_va(), sync(), right=True)),
    Sequence("unmap, another address", "4.4.2.4", **gone(nh_va(VA2), sync(), right=False)),
    Sequence("unmap, another ASID", "4.4.2.4", **gone(nh_va(asid=OTHER_ASID), sync(), right=False)),
    Sequence("unmap, another VMID", "4.4.2.4", **gone(nh_va(vmid=OTHER_VMID), sync(), right=False)),
    Sequence("unmap by CMD_TLBI_NH_VAA", "4.4.2.3",
             **gone(command(0x13 | VMID << 32, VA | 1), sync(), right=True)),
    Sequence("unmap by CMD_TLBI_NH_ASID", "4.4.2.2", **gone(nh_asid(), sync(), right=True)),
    Sequence("unmap by CMD_TLBI_NH_ALL", "4.4.2.1", **gone(nh_all(), sync(), right=True)),
    Sequence("unmap by CMD_TLBI_NH_ALL of another VMID", "4.4.2.1",
             **gone(nh_all(OTHER_VMID), sync(), right=False)),
    Sequence("unmap by CMD_TLBI_S12_VMALL", "4.4.3.2", **gone(s12_vmall(), sync(), right=True)),
    Sequence("unmap by CMD_TLBI_NSNH_ALL", "4.4.4.1", **gone(command(0x30), sync(), right=True)),
    Sequence("unmap by CMD_TLBI_EL2_ALL: another StreamWorld", "4.4.2.7",
             **gone(command(0x20), sync(), right=False)),
    Sequence("unmap by CMD_TLBI_S2_IPA: of stage 2 alone", "4.4.3.1",
             **gone(s2_ipa(VA), sync(), right=False)),
    Sequence("unmap by CMD_CFGI_ALL: configuration alone", "4.3.6",
             **gone(command(0x04, 31), sync(), right=False)),
    Sequence("unmap with the level of the page", "4.4.1.1",
             **gone(nh_va(ttl=3), sync(), right=True)),
    Sequence("unmap with another level", "4.4.1.1", **gone(nh_va(ttl=2), sync(), right=False)),

    Sequence("unmap a global page by CMD_TLBI_NH_ASID", "3.17.1, 4.4.2.2",
             **gone(nh_asid(), sync(), right=False, memory=GLOBAL)),
    Sequence("unmap a global page by the VA of another ASID", "3.17.1, 4.4.2.4",
             **gone(nh_va(asid=OTHER_ASID), sync(), right=True, memory=GLOBAL)),

    Sequence("unmap two pages by a range", "4.4.1.1", [
        *RANGE, nh_va(pages_log2=1), sync(),
        access(fault(F_TRANSLATION)), access(fault(F_TRANSLATION), va=VA2),
    ]),
    Sequence("unmap two pages, a range of one", "4.4.1.1", [
        *RANGE, nh_va(), sync(),
        access(fault(F_TRANSLATION)), access(fault(F_TRANSLATION), va=VA2, cached=stale(PA2)),
    ]),

    # A table that is freed: the Table descriptor is cached, too.
    Sequence("unmap a table, all levels", "4.4.1.1 Leaf", [
        access(ok()), poke(ABOVE, 0), nh_va(leaf=0), sync(),
        access(fault(F_TRANSLATION)), access(fault(F_TRANSLATION), va=VA2),
    ]),
    Sequence("unmap a table, last level alone", "4.4.1.1 Leaf", [
        access(ok()), poke(ABOVE, 0), nh_va(leaf=1), sync(),
        access(fault(F_TRANSLATION), cached=stale()),
        access(fault(F_TRANSLATION), va=VA2, cached=stale(PA2)),
    ]),

    Sequence("remap: break, TLBI, CMD_SYNC, make", "3.21.1.1", [
        access(ok()), poke(ENTRY, 0), nh_va(), sync(),
        access(fault(F_TRANSLATION)), poke(ENTRY, page(NEW)), access(ok(NEW)),
    ]),
    Sequence("remap without break: old or new until TLBI and CMD_SYNC", "3.21.1.1", [
        access(ok()), poke(ENTRY, page(NEW)), access(one_of(ok(), ok(NEW))),
        nh_va(), sync(), access(ok(NEW)),
    ]),
    Sequence("remap, make before TLBI: old for ever", "3.21.1.1", [
        access(ok()), poke(ENTRY, 0), poke(ENTRY, page(NEW)),
        access(ok(NEW), cached=stale()), access(ok(NEW), cached=stale()),
    ]),
    Sequence("block to table: break, TLBI, CMD_SYNC, make", "3.21.1.1", [
        access(ok(0x80145000)), poke(ABOVE, 0), nh_va(), sync(), access(fault(F_TRANSLATION)),
        poke(ABOVE, table(L3)), access(ok()),
    ], memory=[(ABOVE, words(block(0x80000000)))]),
    # 3.21.1.3: level 2 needs neither break nor nT; what is cached may be used until TLBI.
    Sequence("block to an equivalent table, BBML 2", "3.21.1.3", [
        access(ok(0x80145000)),
        *[poke(L3_B + 8 * i, page(0x80000000 + 0x1000 * i)) for i in (0x144, 0x145, 0x146)],
        poke(ABOVE, table(L3_B)), access(one_of(ok(0x80145000))),
        nh_va(0x12200000, pages_log2=9), sync(),
        access(ok(0x80145000)), access(ok(0x80146000), va=VA2),
    ], memory=[(ABOVE, words(block(0x80000000)))]),
    Sequence("table to block, one of its pages invalidated: the others stay", "4.4.1.1", [
        access(ok()), access(ok(PA2), va=VA2),
        poke(ABOVE, block(0x80000000)), nh_va(leaf=0), sync(),
        access(ok(0x80145000)), access(ok(0x80146000), va=VA2, cached=stale(PA2)),
    ]),

    Sequence("more rights: a fault from what is cached until TLBI", "3.21.1", [
        access(ok()), poke(ENTRY, page(PA)),
        access(ok(), kind="w", cached={**fault(F_PERMISSION), "stale": True}),
        nh_va(), sync(), access(ok(), kind="w"),
    ], memory=READ_ONLY),
    Sequence("fewer rights, no TLBI: still writable", "3.21.1", [
        access(ok(), kind="w"), poke(ENTRY, page(PA, ap=3)),
        access(fault(F_PERMISSION), kind="w", cached=stale()),
        nh_va(), sync(), access(fault(F_PERMISSION), kind="w"),
    ]),

    Sequence("unmap at stage 2, both stages invalidated", "4.4.3.1", [
        access(ok()), poke(S2_L3, 0), s2_ipa(), sync(), nh_all(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1", "IPA": hex(IPA)})),
    ], memory=NESTED_TABLES),
    # What stage 1 was combined with is named by VA alone.
    Sequence("unmap at stage 2 by CMD_TLBI_S2_IPA alone", "4.4.3.1", [
        access(ok()), poke(S2_L3, 0), s2_ipa(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"}), cached=stale()),
    ], memory=NESTED_TABLES),
    Sequence("unmap at stage 2 by CMD_TLBI_NH_ALL alone: stage 2 is cached by IPA", "4.4.2.1", [
        access(ok()), poke(S2_L3, 0), nh_all(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"}), cached=stale()),
    ], memory=NESTED_TABLES),
    Sequence("unmap at stage 2 by CMD_TLBI_S12_VMALL", "4.4.3.2", [
        access(ok()), poke(S2_L3, 0), s12_vmall(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"})),
    ], memory=NESTED_TABLES),
    Sequence("unmap for a stream of stage 2 alone", "4.4.3.1", [
        access(ok(), va=IPA), poke(S2_L3, 0), s2_ipa(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"}), va=IPA),
    ], memory=[(STE, words(*ste(S2)))]),
    Sequence("unmap for a stream of stage 2 alone, another IPA", "4.4.3.1", [
        access(ok(), va=IPA), poke(S2_L3, 0), s2_ipa(IPA + 0x1000), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"}), va=IPA, cached=stale()),
    ], memory=[(STE, words(*ste(S2)))]),
    Sequence("unmap for a stream of stage 2 alone by CMD_TLBI_NH_ALL", "4.4.2.1", [
        access(ok(), va=IPA), poke(S2_L3, 0), nh_all(), sync(),
        access(fault(F_TRANSLATION, fields={"S2": "0x1"}), va=IPA, cached=stale()),
    ], memory=[(STE, words(*ste(S2)))]),

    Sequence("unmap by a PE's broadcast", "3.17, 6.3.1 BTM",
             **gone(tlbi(0x12 | VMID << 32 | ASID << 48, VA | 1), right=True, registers=BTM)),
    Sequence("unmap by a broadcast that the SMMU does not hear", "3.17, 6.3.1 BTM",
             **gone(tlbi(0x12 | VMID << 32 | ASID << 48, VA | 1), right=False)),
    Sequence("unmap by a broadcast, PTM set", "6.3.12 PTM",
             **gone(tlbi(0x12 | VMID << 32 | ASID << 48, VA | 1), right=False,
                    registers={**BTM, "SMMU_CR2": 6})),
    # ASET: an address space of its own takes no part in broadcasts by ASID.
    Sequence("unmap by a broadcast, ASET set", "5.4 ASET",
             **gone(tlbi(0x11 | VMID << 32 | ASID << 48), right=False, registers=BTM,
                    memory=[(CD, words(cd_words()[0] | 1 << 47))])),
    # 3.17: by VA for all ASIDs is no operation that matches with one.
    Sequence("unmap a global page by a broadcast of its VA, ASET set", "3.17",
             **gone(tlbi(0x12 | VMID << 32 | ASID << 48, VA | 1), right=False, registers=BTM,
                    memory=GLOBAL + [(CD, words(cd_words()[0] | 1 << 47))])),
    Sequence("unmap a global page by a broadcast for all ASIDs, ASET set", "3.17",
             **gone(tlbi(0x13 | VMID << 32, VA | 1), right=True, registers=BTM,
                    memory=GLOBAL + [(CD, words(cd_words()[0] | 1 << 47))])),
    Sequence("unmap a page by a broadcast for all ASIDs, ASET set", "3.17",
             **gone(tlbi(0x13 | VMID << 32, VA | 1), right=True, registers=BTM,
                    memory=[(CD, words(cd_words()[0] | 1 << 47))])),
    Sequence("unmap by CMD_TLBI_NH_ASID, ASET set", "5.4 ASET",
             **gone(nh_asid(), sync(), right=True, registers=BTM,
                    memory=[(CD, words(cd_words()[0] | 1 << 47))])),
]
