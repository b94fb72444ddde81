"""Stall and resume (IHI 0070 G.b 3.12.2, 4.7.1, 4.7.2, 6.3.9.6, 7.2.1)."""
from rig import (ABORT, CD, CR0, EVENTQ, EVENTQ_CONS, EVENTQ_PROD, F_PERMISSION, F_TRANSLATION,
                 IPA, L3, NESTED, OTHER_STREAM, PA, PA2, S1, S2_L3, STREAM, STRTAB, VA, VA2,
                 REGISTERS, Sequence, access, cd_words, cfgi_ste, fault, mmio_read, mmio_write,
                 ok, page, page2, poke, pte, resume, stall_term, stalled, ste, sync, words)

STE = STRTAB + 64 * STREAM
ENTRY, ENTRY2 = pte(L3, VA), pte(L3, VA2)
STALLING = [(CD, words(*cd_words(s=1))), (ENTRY, words(0)), (ENTRY2, words(0)),
            (STRTAB + 64 * OTHER_STREAM, words(*ste(S1)))]
STALLING2 = [(STE, words(*ste(NESTED, s2s=1))), (ENTRY, words(page(IPA))), (S2_L3, words(0))]
TERM_MODEL = {"SMMU_IDR0": REGISTERS["SMMU_IDR0"] | 1 << 26}
SMALL = {"SMMU_EVENTQ_BASE": EVENTQ | 1}          # two records


def ended(n, want):
    return {**want, "n": n}


ABORTED, RAZ_WI = {"status": "abort", "event": None}, {"status": "raz-wi", "event": None}

SEQUENCES = [
    Sequence("stall, mapped, retried", "3.12.2, 4.7.1", [
        access(stalled()), poke(ENTRY, page(PA)), resume("retry", ends=[ended(0, ok())]),
        access(ok()), mmio_read(EVENTQ_PROD, 1),
    ], memory=STALLING),
    Sequence("stall, retried without a reason: a new event", "3.12.2, 4.7.1", [
        access(stalled()), resume("retry", ends=[ended(0, stalled())]), mmio_read(EVENTQ_PROD, 2),
        resume("abort", ends=[ended(0, ABORTED)]),
    ], memory=STALLING),
    Sequence("stall, retried, another fault", "3.12.2", [
        access(stalled(), kind="w"), poke(ENTRY, page(PA, ap=3)),
        resume("retry", ends=[ended(0, stalled(F_PERMISSION))]), mmio_read(EVENTQ_PROD, 2),
    ], memory=STALLING),
    # The new configuration says how the retry ends.
    Sequence("stall, made to terminate, retried", "3.12.2", [
        access(stalled()), poke(STE, ste(ABORT)[0]), cfgi_ste(), sync(),
        resume("retry", ends=[ended(0, ABORTED)]),
    ], memory=STALLING),
    Sequence("stall, terminated by abort", "4.7.1", [
        access(stalled()), resume("abort", ends=[ended(0, ABORTED)]), resume("abort", ends=[]),
    ], memory=STALLING),
    Sequence("stall, terminated RAZ/WI", "4.7.1", [
        access(stalled()), resume("raz-wi", ends=[ended(0, RAZ_WI)]),
    ], memory=STALLING),
    Sequence("stall, terminated RAZ/WI where TERM_MODEL knows abort alone",
             "4.7.1, 6.3.1 TERM_MODEL", [
                 access(stalled()), resume("raz-wi", ends=[ended(0, ABORTED)]),
             ], memory=STALLING, registers=TERM_MODEL),
    Sequence("stall at stage 2, terminated RAZ/WI all the same", "4.7.1", [
        access(stalled()), resume("raz-wi", ends=[ended(0, RAZ_WI)]),
    ], memory=STALLING2),
    Sequence("stall at stage 2, mapped, retried", "3.12.2", [
        access(stalled()), poke(S2_L3, page2(PA)), resume("retry", ends=[ended(0, ok())]),
    ], memory=STALLING2),
    Sequence("resumed by a wrong STAG: nothing", "4.7.1", [
        access(stalled()), poke(ENTRY, page(PA)), resume("retry", stag=2, ends=[]),
        resume("retry", ends=[ended(0, ok())]),
    ], memory=STALLING),
    Sequence("resumed for another stream: nothing", "4.7.1", [
        access(stalled()), poke(ENTRY, page(PA)), resume("retry", stream=OTHER_STREAM, ends=[]),
        resume("retry", ends=[ended(0, ok())]),
    ], memory=STALLING),
    Sequence("two stalls, resumed in the other order", "4.7.1", [
        access(stalled()), access(stalled(stag=2), va=VA2), poke(ENTRY, page(PA), page(PA2)),
        resume("retry", stag=2, ends=[ended(1, ok(PA2))]),
        resume("retry", stag=1, ends=[ended(0, ok())]),
    ], memory=STALLING),
    Sequence("a STAG is free once its transaction ended", "3.12.2", [
        access(stalled()), access(stalled(stag=2), va=VA2),
        resume("abort", ends=[ended(0, ABORTED)]),
        access(stalled(stag=1)),
    ], memory=STALLING),
    Sequence("CMD_STALL_TERM: all of one stream, after the STE was made to abort", "4.7.2", [
        access(stalled()), access(stalled(stag=2), va=VA2),
        access(stalled(stag=3), stream=OTHER_STREAM),
        poke(STE, ste(ABORT)[0]), cfgi_ste(), sync(),
        stall_term(ends=[ended(0, ABORTED), ended(1, ABORTED)]),
        resume("abort", stag=3, stream=OTHER_STREAM, ends=[ended(2, ABORTED)]),
    ], memory=STALLING),
    Sequence("SMMUEN 0 aborts what is stalled", "6.3.9.6", [
        access(stalled()), mmio_write(CR0, 0xc, ends=[ended(0, ABORTED)]),
        mmio_write(CR0, 0xd), resume("retry", ends=[]), access(stalled()),
    ], memory=STALLING),

    # A stall record is never discarded and makes no overflow.
    Sequence("stall with a full Event queue: recorded when there is room", "3.12.2, 7.2.1, 7.4", [
        access(stalled()), access(stalled(stag=2), va=VA2),
        access(stalled(stag=3, recorded=False), va=VA + 0x2000),
        mmio_read(EVENTQ_PROD, 2),
        mmio_write(EVENTQ_CONS, 1), mmio_read(EVENTQ_PROD, 3),
        resume("abort", stag=3, ends=[ended(2, ABORTED)]),
    ], memory=STALLING, registers=SMALL),
    Sequence("stall with a full Event queue, mapped meanwhile: retried, no record", "7.2.1", [
        access(stalled(), va=VA2), access(stalled(stag=2), va=VA2),
        access(stalled(stag=3, recorded=False)), poke(ENTRY, page(PA)),
        mmio_write(EVENTQ_CONS, 1, ends=[ended(2, ok())]), mmio_read(EVENTQ_PROD, 2),
    ], memory=STALLING, registers=SMALL),
    Sequence("no stall where the CD says terminate", "3.12.1, 5.5", [
        access(fault(F_TRANSLATION, fields={"Stall": "0x0"})), resume("retry", ends=[]),
    ], memory=[(ENTRY, words(0))]),
]
