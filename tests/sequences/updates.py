"""Hardware update of Access flag and dirty state (IHI 0070 G.b 3.13, DDI 0487 D8.5)."""
from rig import (C_BAD_CD, C_BAD_STE, CD, F_ACCESS, F_PERMISSION, F_TRANSLATION, IPA, L1, L2, L3,
                 NESTED, PA, REGISTERS, S2, S2_L1, S2_L2, S2_L3, STREAM, STRTAB, VA, Sequence,
                 access, block, block2, cd_words, fault, nh_va, ok, page, page2, poke, pte, s2_ipa,
                 ste, sync, table, updated, words)

STE = STRTAB + 64 * STREAM
ENTRY, ABOVE = pte(L3, VA), L2 + 8 * 0x91
S2_MEMORY, CD_FAR = 0x40210000, 0x40400000       # level 2 of stage 2 for memory; a CD elsewhere

# Bits of CD word 0 (5.4) and of STE word 2 (5.2).
ENDI, AFFD, WXN, HD, HA, HAFT = 1 << 15, 1 << 35, 1 << 36, 1 << 42, 1 << 43, 1 << 3
S2AFFD, S2HD, S2HA, S2HAFT = 1 << 53, 1 << 55, 1 << 56, 1 << 59
RW, RO, PRIV_RW, PRIV_RO = 1, 3, 0, 2            # AP[2:1]
AF = 1 << 10

CLEAN = page(PA, ap=RO, dbm=1)
DIRTY = page(PA, ap=RW, dbm=1)
IDR0 = REGISTERS["SMMU_IDR0"] & ~0xc0


def htt(support):
    """IDR0.HTTU: none, AF, AF and dirty, tables too (SMMUv3.4)."""
    return {"SMMU_IDR0": IDR0 | support << 6, "SMMU_AIDR": 4 if support == 3 else 3}


def stage1(name, sections, flags, desc, after=None, want=None, kind="r", support=2, **more):
    """One access through one stage 1 page; what is left of its descriptor, None: as it was."""
    changes = {} if after is None else {ENTRY: after}
    return Sequence(f"stage 1: {name}", sections, [
        access(updated(want or ok(), changes), kind=kind, **more),
    ], memory=[(CD, words(cd_words()[0] | flags)), (ENTRY, words(desc))], registers=htt(support))


def stage2(name, sections, flags, desc, after=None, want=None, kind="r", support=2, **more):
    words_of_ste = ste(S2, cd=0)
    words_of_ste[2] |= flags
    changes = {} if after is None else {S2_L3: after}
    return Sequence(f"stage 2: {name}", sections, [
        access(updated(want or ok(), changes), va=IPA, kind=kind, **more),
    ], memory=[(STE, words(*words_of_ste)), (S2_L3, words(desc))], registers=htt(support))


def nested(name, sections, cd_flags, s2_flags, want, changes, kind="r", leaf=page(IPA),
           final=page2(PA), tables=block2(0x40000000), cd=block2(CD_FAR)):
    """Both stages: tables maps those of stage 1, cd the CD, final the IPA that they lead to."""
    words_of_ste = ste(NESTED, cd=CD_FAR)
    words_of_ste[2] |= s2_flags
    want = want if changes is None else updated(want, changes)
    return Sequence(f"nested: {name}", sections, [access(want, kind=kind)], memory=[
        (STE, words(*words_of_ste)), (ENTRY, words(leaf)), (S2_L3, words(final)),
        (CD_FAR, words(cd_words()[0] | cd_flags, *cd_words()[1:])),
        (S2_L1 + 8, words(table(S2_MEMORY))), (S2_MEMORY, words(tables)),
        (S2_MEMORY + 16, words(cd)),
    ], registers=htt(2))


PERMISSION = fault(F_PERMISSION)
TABLE_DENIED = fault(F_PERMISSION, fields={"S2": "0x1", "CLASS": "0x1", "TTRnW": "0x0"})

SEQUENCES = [
    # 3.13.2: the Access flag.
    stage1("AF 0 without HTTU", "3.13.2", 0, page(PA, af=0), want=fault(F_ACCESS)),
    stage1("AF 0, AFFD", "5.4 AFFD", AFFD, page(PA, af=0)),
    stage1("AF 0, HA", "3.13.2", HA, page(PA, af=0), page(PA)),
    stage1("AF 1, HA", "3.13.2", HA, page(PA)),
    stage1("AF 0, HA where flags alone are updated", "3.13.2", HA, page(PA, af=0), page(PA),
           support=1),
    stage1("AFFD is ignored with HA", "5.4 AFFD", HA | AFFD, page(PA, af=0), page(PA)),
    stage1("AF 0, HD without HA is no HTTU", "5.4 HA", HD, page(PA, af=0), want=fault(F_ACCESS)),
    stage1("AF 0, write", "3.13.2", HA, page(PA, af=0), page(PA), kind="w"),
    stage1("AF 0, atomic", "3.13.2", HA, page(PA, af=0), page(PA), kind="rw"),
    stage1("AF 0, instruction", "3.13.2", HA, page(PA, af=0), page(PA), kind="x"),
    stage1("HA where nothing is updated is ILLEGAL", "5.4 HA", HA, page(PA), support=0,
           want=fault(C_BAD_CD)),
    stage1("HD where flags alone are updated is ILLEGAL", "5.4 HD", HA | HD, page(PA), support=1,
           want=fault(C_BAD_CD)),
    # 3.13.1: an Access fault comes before a Permission fault.
    stage1("AF 0 and no permission, no HTTU", "3.13.1", 0, page(PA, ap=RO, af=0), kind="w",
           want=fault(F_ACCESS)),
    stage1("AF 1 and no permission", "3.13.1", 0, page(PA, ap=RO), kind="w", want=PERMISSION),
    stage1("invalid descriptor with AF 0", "3.13.2", HA, 0, want=fault(F_TRANSLATION)),
    Sequence("stage 1: AF 0 of a block", "3.13.2", [
        access(updated(ok(0x80145000), {ABOVE: block(0x80000000)})),
        access(updated(ok(0x80145000), {})),
    ], memory=[(CD, words(cd_words()[0] | HA)), (ABOVE, words(block(0x80000000) & ~AF))]),

    # 3.13.3: the dirty state.
    stage1("clean page, write", "3.13.3.1", HA | HD, CLEAN, DIRTY, kind="w"),
    stage1("clean page, atomic", "3.13.3.1", HA | HD, CLEAN, DIRTY, kind="rw"),
    stage1("clean page, read", "3.13.3.1", HA | HD, CLEAN),
    stage1("clean page, instruction", "3.13.3.1", HA | HD, CLEAN, kind="x"),
    stage1("clean page with AF 0, write: both", "3.13.2", HA | HD, CLEAN & ~AF, DIRTY, kind="w"),
    stage1("clean page with AF 0, read: AF alone", "3.13.2", HA | HD, CLEAN & ~AF, CLEAN),
    stage1("dirty page, write", "3.13.3.1", HA | HD, DIRTY, kind="w"),
    stage1("clean page, write, HA alone", "3.13.3.1", HA, CLEAN, kind="w", want=PERMISSION),
    stage1("clean page, write, no HTTU", "3.13.3.1", 0, CLEAN, kind="w", want=PERMISSION),
    stage1("no DBM, write", "3.13.3.1", HA | HD, page(PA, ap=RO), kind="w", want=PERMISSION),
    stage1("privileged clean page, privileged write", "3.13.3.1", HA | HD,
           page(PA, ap=PRIV_RO, dbm=1), page(PA, ap=PRIV_RW, dbm=1), kind="w", privileged=1),
    # Clean is not the only reason that the write is not permitted.
    stage1("privileged clean page, unprivileged write", "3.13.3.1", HA | HD,
           page(PA, ap=PRIV_RO, dbm=1), kind="w", want=PERMISSION),
    Sequence("stage 1: clean page below APTable read-only", "3.13.3.1", [
        access(updated(PERMISSION, {}), kind="w"),
    ], memory=[(CD, words(cd_words()[0] | HA | HD)), (ENTRY, words(CLEAN)),
               (ABOVE, words(table(L3) | 2 << 61))]),
    # 3.13.8: what execution asks about is writable, clean or dirty.
    stage1("clean page, instruction, WXN", "3.13.8", HA | HD | WXN, CLEAN, kind="x",
           want=PERMISSION),
    stage1("read-only page, instruction, WXN", "3.13.8", HA | HD | WXN, page(PA, ap=RO), kind="x"),
    stage1("clean page, instruction, WXN, no HD", "3.13.8", HA | WXN, CLEAN, kind="x"),

    stage2("AF 0 without HTTU", "3.13.2", 0, page2(PA, af=0), want=fault(F_ACCESS)),
    stage2("AF 0, S2AFFD", "5.2 S2AFFD", S2AFFD, page2(PA, af=0)),
    stage2("AF 0, S2HA", "3.13.2", S2HA, page2(PA, af=0), page2(PA)),
    stage2("S2AFFD is ignored with S2HA", "5.2 S2AFFD", S2HA | S2AFFD, page2(PA, af=0), page2(PA)),
    stage2("S2HA where nothing is updated is ILLEGAL", "5.2 S2HA", S2HA, page2(PA), support=0,
           want=fault(C_BAD_STE)),
    stage2("S2HD where flags alone are updated is ILLEGAL", "5.2 S2HD", S2HA | S2HD, page2(PA),
           support=1, want=fault(C_BAD_STE)),
    stage2("clean page, write", "3.13.3.1", S2HA | S2HD, page2(PA, s2ap=1, dbm=1),
           page2(PA, s2ap=3, dbm=1), kind="w"),
    stage2("clean page, atomic", "3.13.3.1", S2HA | S2HD, page2(PA, s2ap=1, dbm=1),
           page2(PA, s2ap=3, dbm=1), kind="rw"),
    stage2("clean page, read", "3.13.3.1", S2HA | S2HD, page2(PA, s2ap=1, dbm=1)),
    stage2("clean page without read permission, write", "3.13.3.1", S2HA | S2HD,
           page2(PA, s2ap=0, dbm=1), page2(PA, s2ap=2, dbm=1), kind="w"),
    stage2("clean page without read permission, read", "3.13.3.1", S2HA | S2HD,
           page2(PA, s2ap=0, dbm=1), want=PERMISSION),
    # The read half is not permitted: not the dirty state alone.
    stage2("clean page without read permission, atomic", "3.13.3.1", S2HA | S2HD,
           page2(PA, s2ap=0, dbm=1), want=PERMISSION, kind="rw"),
    stage2("clean page with AF 0, write: both", "3.13.2", S2HA | S2HD,
           page2(PA, s2ap=1, dbm=1, af=0), page2(PA, s2ap=3, dbm=1), kind="w"),
    stage2("clean page, write, S2HA alone", "3.13.3.1", S2HA, page2(PA, s2ap=1, dbm=1), kind="w",
           want=PERMISSION),
    stage2("no DBM, write", "3.13.3.1", S2HA | S2HD, page2(PA, s2ap=1), kind="w", want=PERMISSION),

    # 3.13.5: one access, several descriptors.
    nested("AF of both stages", "3.13.5", HA, S2HA, ok(), {ENTRY: page(IPA), S2_L3: page2(PA)},
           leaf=page(IPA, af=0), final=page2(PA, af=0)),
    nested("AF of the stage 2 descriptors of tables and CD", "3.13.2, 3.13.5", 0, S2HA, ok(),
           {S2_MEMORY: block2(0x40000000), S2_MEMORY + 16: block2(CD_FAR)},
           tables=block2(0x40000000, af=0), cd=block2(CD_FAR, af=0)),
    nested("a CD is fetched: AF, never the dirty state", "3.13.3.1", 0, S2HA | S2HD, ok(),
           {S2_MEMORY + 16: block2(CD_FAR, s2ap=1, dbm=1)},
           cd=block2(CD_FAR, s2ap=1, dbm=1, af=0)),
    nested("both stages clean, write", "3.13.5", HA | HD, S2HA | S2HD, ok(),
           {ENTRY: page(IPA, ap=RW, dbm=1), S2_L3: page2(PA, s2ap=3, dbm=1)}, kind="w",
           leaf=page(IPA, ap=RO, dbm=1), final=page2(PA, s2ap=1, dbm=1)),
    nested("an update of stage 1 makes the table's page dirty", "3.13.5", HA, S2HA | S2HD, ok(),
           {ENTRY: page(IPA), S2_MEMORY: block2(0x40000000, dbm=1)},
           leaf=page(IPA, af=0), tables=block2(0x40000000, s2ap=1, dbm=1)),
    nested("stage 2 does not permit the update of stage 1", "3.13.5", HA, S2HA | S2HD,
           TABLE_DENIED, {}, leaf=page(IPA, af=0), tables=block2(0x40000000, s2ap=1)),
    nested("stage 2 does not permit it: clean, but no S2HD", "3.13.5", HA, S2HA, TABLE_DENIED, {},
           leaf=page(IPA, af=0), tables=block2(0x40000000, s2ap=1, dbm=1)),
    nested("read-only tables, nothing to update", "3.13.5", HA, S2HA | S2HD, ok(), {},
           tables=block2(0x40000000, s2ap=1)),
    nested("stage 1 denies the write: stage 2 stays clean", "3.13.3.1", HA | HD, S2HA | S2HD,
           PERMISSION, {}, kind="w", leaf=page(IPA, ap=RO), final=page2(PA, s2ap=1, dbm=1)),
    # The dirty state of stage 1 may have been set by then (D8.5.2.1).
    nested("stage 2 denies the write", "3.13.3.1", HA | HD, S2HA | S2HD,
           fault(F_PERMISSION, fields={"S2": "0x1", "CLASS": "0x2"}), None, kind="w",
           leaf=page(IPA, ap=RO, dbm=1), final=page2(PA, s2ap=1)),

    # 3.13.6: Table descriptors.
    Sequence("tables: AF of each on the way", "3.13.6", [
        access(updated(ok(), {L1: table(L2) | AF, ABOVE: table(L3) | AF})),
        access(updated(ok(), {})),
    ], memory=[(CD, words(cd_words()[0] | HA, L1 | HAFT))], registers=htt(3)),
    Sequence("tables: AF 0 is no fault without HAFT, and stays", "3.13.6", [
        access(updated(ok(), {})),
    ], memory=[(CD, words(cd_words()[0] | HA))], registers=htt(3)),
    Sequence("tables: HAFT without HA is ILLEGAL", "5.4 HAFT", [
        access(updated(fault(C_BAD_CD), {})),
    ], memory=[(CD, words(cd_words()[0], L1 | HAFT))], registers=htt(3)),
    Sequence("tables: HAFT where there is none is ignored", "5.4 HAFT", [
        access(updated(ok(), {})),
    ], memory=[(CD, words(cd_words()[0] | HA, L1 | HAFT))]),
    Sequence("tables: AF of those of stage 2", "3.13.6", [
        access(updated(ok(), {S2_L1 + 16: table(S2_L2) | AF, S2_L2: table(S2_L3) | AF}), va=IPA),
    ], memory=[(STE, words(*[w | (S2HA | S2HAFT) * (i == 2)
                             for i, w in enumerate(ste(S2, cd=0))]))], registers=htt(3)),

    Sequence("big-endian tables are updated in their order", "3.13.2, 5.4 ENDI", [
        access(updated(ok(), {ENTRY: int.from_bytes(words(page(PA)), "big")})),
    ], memory=[(CD, words(cd_words()[0] | HA | ENDI))] + [
        (at, words(desc)[::-1]) for at, desc in
        ((L1, table(L2)), (ABOVE, table(L3)), (ENTRY, page(PA, af=0)))]),

    # 3.13.1, D8.5.1: entries with AF 0 are not cached; clean ones are.
    Sequence("AF set by software: nothing to invalidate", "3.13.1", [
        access(fault(F_ACCESS)), poke(ENTRY, page(PA)), access(ok()),
    ], memory=[(ENTRY, words(page(PA, af=0)))]),
    Sequence("AF cleared by software, TLBI: set once more", "3.13.1", [
        access(ok()), poke(ENTRY, page(PA, af=0)), nh_va(), sync(),
        access(updated(ok(), {ENTRY: page(PA)})),
    ], memory=[(CD, words(cd_words()[0] | HA))]),
    Sequence("AF cleared by software, no TLBI: the access goes unseen", "3.13.1", [
        access(ok()), poke(ENTRY, page(PA, af=0)),
        access(updated(ok(), {ENTRY: page(PA)}), cached=updated(ok(), {})),
    ], memory=[(CD, words(cd_words()[0] | HA))]),
    Sequence("cleaned by software, TLBI: made dirty once more", "3.13.3.1", [
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"), poke(ENTRY, CLEAN), nh_va(), sync(),
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"),
    ], memory=[(CD, words(cd_words()[0] | HA | HD)), (ENTRY, words(CLEAN))]),
    Sequence("cleaned by software, no TLBI: the write goes unseen", "3.13.3.1", [
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"), poke(ENTRY, CLEAN),
        access(updated(ok(), {ENTRY: DIRTY}), kind="w", cached=updated(ok(), {})),
    ], memory=[(CD, words(cd_words()[0] | HA | HD)), (ENTRY, words(CLEAN))]),
    # D8.5.2.1: the copy in a TLB is checked against memory before an update.
    Sequence("clean in the cache, unmapped in memory, write", "D8.5.2.1 R_SGJBL", [
        access(ok()), poke(ENTRY, 0), access(updated(fault(F_TRANSLATION), {}), kind="w"),
    ], memory=[(CD, words(cd_words()[0] | HA | HD)), (ENTRY, words(CLEAN))]),
    Sequence("made dirty by software, TLBI", "3.13.1", [
        access(ok()), access(PERMISSION, kind="w"), poke(ENTRY, DIRTY), nh_va(), sync(),
        access(ok(), kind="w"),
    ], memory=[(ENTRY, words(CLEAN))]),
    Sequence("made dirty by software, no TLBI: still a fault", "3.13.1", [
        access(ok()), access(PERMISSION, kind="w"), poke(ENTRY, DIRTY),
        access(ok(), kind="w", cached={**PERMISSION, "stale": True}),
    ], memory=[(ENTRY, words(CLEAN))]),
    Sequence("stage 2 cleaned by software, CMD_TLBI_S2_IPA", "3.13.3.1", [
        access(ok(), va=IPA, kind="w"), poke(S2_L3, page2(PA, s2ap=1, dbm=1)), s2_ipa(), sync(),
        access(updated(ok(), {S2_L3: page2(PA, dbm=1)}), va=IPA, kind="w"),
    ], memory=[(STE, words(*[w | (S2HA | S2HD) * (i == 2)
                             for i, w in enumerate(ste(S2, cd=0))]))]),
]
