"""Dirty state of the Indirect Permission Scheme (IHI 0070 G.b 3.13.3.2, 3.26; DDI 0487 D8.5.2)."""
from rig import (CD, F_PERMISSION, IPA, L2, L3, PA, REGISTERS, S1, S2, S2_L3, STREAM, STRTAB, VA,
                 Sequence, access, cd_words, fault, nh_va, ok, page, page2, poke, pte, s2_ipa, ste,
                 sync, table, updated, words)

STE, ENTRY, ABOVE = STRTAB + 64 * STREAM, pte(L3, VA), L2 + 8 * 0x91
HD, HA, PIE = 1 << 42, 1 << 43, 1 << 59          # CD words 0 and 2 (5.4)
S1PIE, S2PIE = 1 << 24, 1 << 60                  # STE words 1 and 2 (5.2)
S2HD, S2HA = 1 << 55, 1 << 56
DIRTY_BIT = 1 << 7                               # nDirty of stage 1, Dirty of stage 2
# PIIndex [3:0] is in bits 54, 53, 51 and 6: 1 is read, 2 read and write, 4 none.
READ, WRITE, NONE = 1 << 6, 1 << 51, 1 << 53
PII = 1 << 3 | 5 << 6                            # 5.4 PIIU, PIIP: 0b001, 0b101, 0b000
S2PII = 0x8 << 4 | 0xc << 8                      # 6.3.17: 0b1000 read-only, 0b1100 read-write
WITH = {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] & ~0xc0 | 2 << 6, "SMMU_AIDR": 4,
        "SMMU_IDR3": REGISTERS["SMMU_IDR3"] | 3 << 18}


def leaf(index, dirty_bit, af=1):
    return page(PA, ap=0, af=af) | index | dirty_bit


def leaf2(index, dirty_bit, af=1):
    return page2(PA, s2ap=0, af=af) | index | dirty_bit


CLEAN, DIRTY = leaf(WRITE, DIRTY_BIT), leaf(WRITE, 0)
CLEAN2, DIRTY2 = leaf2(WRITE, 0), leaf2(WRITE, DIRTY_BIT)


def memory1(flags, desc):
    cd = cd_words()
    cd[0] |= flags
    cd[2] |= PIE
    cd[6] = cd[7] = PII
    words_of_ste = ste(S1)
    words_of_ste[1] |= S1PIE
    return [(STE, words(*words_of_ste)), (CD, words(*cd)), (ENTRY, words(desc))]


def memory2(flags, desc):
    words_of_ste = ste(S2, cd=0)
    words_of_ste[2] |= flags | S2PIE
    return [(STE, words(*words_of_ste)), (S2_L3, words(desc))]


def one(stage, name, sections, flags, desc, after=None, want=None, kind="r", more=()):
    """One access; what is left of the descriptor, None: as it was."""
    at, va, memory = (ENTRY, VA, memory1) if stage == 1 else (S2_L3, IPA, memory2)
    return Sequence(f"indirect, stage {stage}: {name}", sections, [
        access(updated(want or ok(), {} if after is None else {at: after}), va=va, kind=kind),
    ], memory=memory(flags, desc) + list(more),
        registers=WITH if stage == 1 else {**WITH, "SMMU_S2PII": S2PII})


def denied(dirty, **fields):
    """7.3.16: DirtyBit is set where nothing but the dirty state stands in the way."""
    return fault(F_PERMISSION, fields={"DirtyBit": hex(dirty), **fields})


SEQUENCES = [
    one(1, "clean, write, HD", "3.13.3.2", HA | HD, CLEAN, DIRTY, kind="w"),
    one(1, "clean, atomic, HD", "3.13.3.2", HA | HD, CLEAN, DIRTY, kind="rw"),
    one(1, "clean, read, HD", "3.13.3.2", HA | HD, CLEAN),
    one(1, "dirty, write, HD", "3.13.3.2", HA | HD, DIRTY, kind="w"),
    one(1, "dirty, write, software's", "3.13.3.2", 0, DIRTY, kind="w"),
    one(1, "clean, write, software's", "D8.5.2 R_PPGMC", 0, CLEAN, want=denied(1), kind="w"),
    one(1, "clean, write, HA alone", "D8.5.2 I_CPTSY", HA, CLEAN, want=denied(1), kind="w"),
    one(1, "clean, AF 0, write, HD: both", "3.13.2", HA | HD, leaf(WRITE, DIRTY_BIT, af=0), DIRTY,
        kind="w"),
    one(1, "clean, AF 0, read, HD: AF alone", "3.13.2", HA | HD, leaf(WRITE, DIRTY_BIT, af=0),
        CLEAN),
    # There is no DBM: bit 51 is of PIIndex, and the index says what may be written.
    one(1, "read-only, write, HD", "3.13.3.2", HA | HD, leaf(READ, DIRTY_BIT), want=denied(0),
        kind="w"),
    one(1, "no access, write, HD", "3.13.3.2", HA | HD, leaf(NONE, DIRTY_BIT), want=denied(0),
        kind="w"),
    one(1, "read-only, read: nDirty says nothing", "D8.5.2", 0, leaf(READ, DIRTY_BIT)),
    # D8.4.1.2: hierarchical control is not of the Indirect Permission Scheme.
    one(1, "clean below APTable read-only, write, HD", "D8.4.1.2", HA | HD, CLEAN, DIRTY, kind="w",
        more=[(ABOVE, words(table(L3) | 2 << 61))]),

    one(2, "clean, write, S2HD", "3.13.3.2", S2HA | S2HD, CLEAN2, DIRTY2, kind="w"),
    one(2, "clean, read, S2HD", "3.13.3.2", S2HA | S2HD, CLEAN2),
    one(2, "dirty, write, software's", "3.13.3.2", 0, DIRTY2, kind="w"),
    one(2, "clean, write, software's", "D8.5.2 R_PPGMC", 0, CLEAN2, want=denied(1, S2="0x1"),
        kind="w"),
    one(2, "clean, write, S2HA alone", "D8.5.2 I_ZCPYX", S2HA, CLEAN2, want=denied(1, S2="0x1"),
        kind="w"),
    one(2, "read-only, write, S2HD", "3.13.3.2", S2HA | S2HD, leaf2(READ, 0),
        want=denied(0, S2="0x1"), kind="w"),
    one(2, "clean, AF 0, write, S2HD: both", "3.13.2", S2HA | S2HD, leaf2(WRITE, 0, af=0), DIRTY2,
        kind="w"),

    # 3.13.4: a clean copy in a TLB is no leave to skip the update, nor a dirty one to repeat it.
    Sequence("indirect: read, then written", "3.13.3.2", [
        access(updated(ok(), {})), access(updated(ok(), {ENTRY: DIRTY}), kind="w"),
        access(updated(ok(), {}), kind="w"),
    ], memory=memory1(HA | HD, CLEAN), registers=WITH),
    Sequence("indirect: cleaned by software, TLBI", "3.13.3.2", [
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"), poke(ENTRY, CLEAN), nh_va(), sync(),
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"),
    ], memory=memory1(HA | HD, CLEAN), registers=WITH),
    Sequence("indirect: cleaned by software, no TLBI: the write goes unseen", "3.13.3.2", [
        access(updated(ok(), {ENTRY: DIRTY}), kind="w"), poke(ENTRY, CLEAN),
        access(updated(ok(), {ENTRY: DIRTY}), kind="w", cached=updated(ok(), {})),
    ], memory=memory1(HA | HD, CLEAN), registers=WITH),
    Sequence("indirect, stage 2: cleaned by software, CMD_TLBI_S2_IPA", "3.13.3.2", [
        access(updated(ok(), {S2_L3: DIRTY2}), va=IPA, kind="w"), poke(S2_L3, CLEAN2),
        s2_ipa(), sync(), access(updated(ok(), {S2_L3: DIRTY2}), va=IPA, kind="w"),
    ], memory=memory2(S2HA | S2HD, CLEAN2), registers={**WITH, "SMMU_S2PII": S2PII}),
]
