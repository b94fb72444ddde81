"""Attach, detach, and hitless updates of STEs and CDs (IHI 0070 G.b 3.21.3)."""
from rig import (ABORT, BYPASS, C_BAD_CD, C_BAD_STE, CD, CD_B, F_TRANSLATION, L1_C, NESTED, NEW,
                 OTHER_ASID, OTHER_STREAM, PA, PA2, S1, S2, STREAM, STRTAB, VA, IPA, L3, Sequence,
                 access, cd_words, cfgi_cd, cfgi_ste, command, fault, nh_asid, ok, poke, pte, ste,
                 stale, sync, words, page)

STE, OTHER = STRTAB + 64 * STREAM, STRTAB + 64 * OTHER_STREAM
NO_STE = [(STE, words(*ste(S1, valid=0, cd=0)))]


def still(want):
    return {**want, "stale": True}


SEQUENCES = [
    Sequence("attach: valid in two steps, each invalidated", "3.21.3.1, 4.3.1", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1, valid=0)), cfgi_ste(), sync(),
        access(fault(C_BAD_STE)),
        poke(STE, ste(S1)[0]), cfgi_ste(), sync(),
        access(ok()),
    ], memory=NO_STE),
    # 3.21.3: whether marked as valid or not, a structure may be cached.
    Sequence("attach without CMD_CFGI_STE: the invalid STE is still there", "3.21.3", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1)),
        access(ok(), cached=still(fault(C_BAD_STE))),
    ], memory=NO_STE),
    Sequence("attach, CMD_CFGI_STE of another stream", "3.21.3, 4.3.1", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1)), cfgi_ste(OTHER_STREAM), sync(),
        access(ok(), cached=still(fault(C_BAD_STE))),
    ], memory=NO_STE),
    Sequence("attach by CMD_CFGI_STE_RANGE", "4.3.2", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1)), command(0x04 | 4 << 32, 0), sync(),     # streams 4 and 5
        access(ok()),
    ], memory=NO_STE),
    Sequence("attach by a range that ends before the stream", "4.3.2", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1)), command(0x04 | 2 << 32, 0), sync(),     # streams 2 and 3
        access(ok(), cached=still(fault(C_BAD_STE))),
    ], memory=NO_STE),
    Sequence("attach by CMD_CFGI_ALL", "4.3.6", [
        access(fault(C_BAD_STE)),
        poke(STE, *ste(S1)), command(0x04, 31), sync(),
        access(ok()),
    ], memory=NO_STE),

    Sequence("detach: V == 0, CMD_CFGI_STE, CMD_TLBI_NH_ASID", "3.21.3.1, 4.3.1", [
        access(ok()),
        poke(STE, ste(S1, valid=0)[0]), cfgi_ste(), nh_asid(), sync(),
        access(fault(C_BAD_STE)),
    ]),
    Sequence("detach without CMD_CFGI_STE: the device goes on", "3.21.3", [
        access(ok()),
        poke(STE, ste(S1, valid=0)[0]), nh_asid(), sync(),
        access(fault(C_BAD_STE), cached=still(ok())),
    ]),
    Sequence("detach to abort: no event", "5.2 Config, 4.3.1", [
        access(ok()),
        poke(STE, ste(ABORT)[0]), cfgi_ste(), sync(),
        access({"status": "abort", "event": None}),
    ]),
    # 3.17: an ASID that is used again finds what it left in the TLB.
    Sequence("detach, then other tables by the same ASID, CMD_TLBI_NH_ASID between",
             "3.17, 3.21.3.1", [
                 access(ok()),
                 poke(STE, ste(S1, valid=0)[0]), cfgi_ste(), nh_asid(), sync(),
                 poke(CD, *cd_words(ttb=L1_C)), poke(STE, ste(S1)[0]), cfgi_ste(), sync(),
                 access(ok(NEW)),
             ]),
    Sequence("detach, then other tables by the same ASID, no CMD_TLBI_NH_ASID", "3.17, 3.21.3.1", [
        access(ok()),
        poke(STE, ste(S1, valid=0)[0]), cfgi_ste(), sync(),
        poke(CD, *cd_words(ttb=L1_C)), poke(STE, ste(S1)[0]), cfgi_ste(), sync(),
        access(ok(NEW), cached=stale()),
    ]),
    Sequence("detach, then other tables by another ASID: nothing to invalidate", "3.17", [
        access(ok()),
        poke(STE, ste(S1, valid=0)[0]), cfgi_ste(), sync(),
        poke(CD, *cd_words(ttb=L1_C, asid=OTHER_ASID)), poke(STE, ste(S1)[0]), cfgi_ste(), sync(),
        access(ok(NEW)),
    ]),

    # One aligned 64-bit word at a time: what is written first is not looked at before the last.
    Sequence("hitless STE: stage 2 fields first, then Config", "3.21.3, 5.2 Config", [
        access(ok()),
        poke(STE + 16, *ste(S2)[2:4]),
        access(ok()),
        cfgi_ste(), sync(),
        access(ok()),
        poke(STE, ste(S2, cd=0)[0]), cfgi_ste(), sync(),
        access(ok(PA), va=IPA),
    ], memory=[(STE, words(*ste(S1, s2=False)))]),
    Sequence("hitless STE: Config before the stage 2 fields is ILLEGAL meanwhile",
             "3.21.3, 5.2 S2AA64", [
                 access(ok()),
                 poke(STE, ste(S2, cd=0)[0]),
                 access(fault(C_BAD_STE), va=IPA, cached=still(fault(F_TRANSLATION))),
                 poke(STE + 16, *ste(S2)[2:4]), cfgi_ste(), sync(),
                 access(ok(PA), va=IPA),
             ], memory=[(STE, words(*ste(S1, s2=False)))]),
    Sequence("hitless STE: translation to bypass in one word", "3.21.3", [
        access(ok()),
        poke(STE, ste(BYPASS, cd=0)[0]), cfgi_ste(), sync(),
        access(ok(VA)),
    ]),
    Sequence("hitless STE: bypass, no CMD_CFGI_STE", "3.21.3", [
        access(ok()),
        poke(STE, ste(BYPASS, cd=0)[0]),
        access(ok(VA), cached=stale()),
        cfgi_ste(), sync(),
        access(ok(VA)),
    ]),
    # The CD was found through S1ContextPtr: it goes with the STE.
    Sequence("hitless STE: another S1ContextPtr, CMD_CFGI_STE takes the CD along", "4.3.1", [
        access(ok()),
        poke(STE, ste(S1, cd=CD_B)[0]), cfgi_ste(), sync(),
        access(ok(NEW)),
    ], memory=[(CD_B, words(*cd_words(ttb=L1_C, asid=OTHER_ASID)))]),

    Sequence("hitless CD: another ASID in one word", "3.21.3, 4.3.3", [
        access(ok()),
        poke(pte(L3, VA), page(NEW)),          # unseen by the old ASID
        poke(CD, cd_words(asid=OTHER_ASID)[0]), cfgi_cd(), sync(),
        access(ok(NEW)),
    ]),
    Sequence("hitless CD: another ASID, no CMD_CFGI_CD", "3.21.3", [
        access(ok()),
        poke(pte(L3, VA), page(NEW)),
        poke(CD, cd_words(asid=OTHER_ASID)[0]), sync(),
        access(ok(NEW), cached=stale()),
    ]),
    Sequence("hitless CD: CMD_CFGI_CD of another substream", "4.3.3", [
        access(ok()),
        poke(CD, cd_words(asid=OTHER_ASID, ttb=L1_C)[0], L1_C), cfgi_cd(substream=1), sync(),
        access(ok(NEW), cached=stale()),
    ]),
    # 4.3.3: a CD that two streams share is cached for each of them.
    Sequence("hitless CD: shared by two streams, invalidated for one", "4.3.3", [
        access(ok()), access(ok(), stream=OTHER_STREAM),
        poke(CD, cd_words(asid=OTHER_ASID, ttb=L1_C)[0], L1_C), cfgi_cd(), sync(),
        access(ok(NEW)),
        access(ok(NEW), stream=OTHER_STREAM, cached=stale()),
        cfgi_cd(OTHER_STREAM), sync(),
        access(ok(NEW), stream=OTHER_STREAM),
    ], memory=[(OTHER, words(*ste(S1)))]),
    Sequence("CD through V == 0: two words change", "3.21.3.1", [
        access(ok()),
        poke(CD, cd_words(valid=0)[0]), cfgi_cd(), sync(),
        access(fault(C_BAD_CD)),
        poke(CD, cd_words(valid=0, asid=OTHER_ASID)[0], L1_C), cfgi_cd(), sync(),
        access(fault(C_BAD_CD)),
        poke(CD, cd_words(asid=OTHER_ASID)[0]), cfgi_cd(), sync(),
        access(ok(NEW)),
    ]),
    # The new TTB0 is seen under the old ASID: what it cached there stays.
    Sequence("CD with V == 1, TTB0 before ASID: the old ASID is polluted", "3.17, 3.21.3", [
        poke(CD + 8, L1_C),
        access(ok(NEW)),
        poke(CD, cd_words(asid=OTHER_ASID)[0]), cfgi_cd(), sync(),
        access(ok(NEW)),
        poke(CD, cd_words()[0], cd_words()[1]), cfgi_cd(), sync(),
        access(ok(), cached=stale(NEW)),
        nh_asid(), sync(),
        access(ok()),
    ]),
    Sequence("EPD0 stops walks, not what is cached", "5.4 EPD0, 3.21.3", [
        access(ok()),
        poke(CD, cd_words(epd0=1)[0]), cfgi_cd(), nh_asid(), sync(),
        access(fault(F_TRANSLATION)),
    ]),
    Sequence("nested: a CD moves under stage 2", "3.21.3, 4.3.3", [
        access(ok(PA2)),
        poke(CD, cd_words(valid=0)[0]), cfgi_cd(), sync(),
        access(fault(C_BAD_CD)),
        poke(CD, cd_words()[0]), cfgi_cd(), sync(),
        access(ok(PA2)),
    ], memory=[(STE, words(*ste(NESTED))), (pte(L3, VA), words(page(IPA + 0x1000)))]),

    # What is stale shows in the response and attributes alone.
    Sequence("CD.A cleared without CMD_CFGI_CD: still an abort", "3.12.2, 5.4 A", [
        access(fault(F_TRANSLATION)), poke(CD, *cd_words(a=0)),
        access(fault(F_TRANSLATION, response="raz-wi"), cached=still(fault(F_TRANSLATION))),
        cfgi_cd(), sync(), access(fault(F_TRANSLATION, response="raz-wi")),
    ], memory=[(pte(L3, VA), words(0))]),
    Sequence("STE.PRIVCFG changed without CMD_CFGI_STE: as it was", "5.2 PRIVCFG, 13.1.2", [
        access(ok(attr={"privileged": 0})), poke(STE + 8, 3 << 48),
        access(ok(attr={"privileged": 1}), cached=stale() | {"attr": {"privileged": 0}}),
        cfgi_ste(), sync(), access(ok(attr={"privileged": 1})),
    ]),
    Sequence("STE.PRIVCFG changed, CMD_CFGI_STE of another stream", "5.2 PRIVCFG, 13.1.2", [
        access(ok()), poke(STE + 8, 3 << 48), cfgi_ste(OTHER_STREAM), sync(),
        access(ok(attr={"privileged": 1}), cached=stale() | {"attr": {"privileged": 0}}),
    ]),
]
