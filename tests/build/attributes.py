"""Attributes with which accesses leave, worked out from a description alone.

IHI 0070 chapter 13 (13.1.3 defaults, 13.1.4 replace, 13.1.5 combine, 13.1.7
consistency, 13.4), 5.2 and 5.4; DDI 0487 D8.6.  A cache level is (kind, read
allocate, write allocate, transient); memory is {"device": name or None,
"outer": level, "inner": level, "sh": ...}.
"""
from permit import half_of

NC, WT, WB = 0, 1, 2
DEVICES = ("nGnRnE", "nGnRE", "nGRE", "GRE")  # the stronger first
SHAREABILITY = ("nsh", "nsh", "osh", "ish")   # of a field; 0b01 is Reserved
STRENGTH = ("nsh", "ish", "osh")
DEFAULT_HINTS = (True, True, False)

MEMORY_KINDS = {"normal-wb": WB, "normal-wt": WT, "normal-nc": NC}
# What cd: of a domain has in MAIR0 and MAIR1 unless it says otherwise, by memory type.
MAIR_OF = {"normal-wb": 0xFF, "normal-wt": 0xBB, "normal-nc": 0x44, "device-GRE": 0x0C,
           "device-nGRE": 0x08, "device-nGnRE": 0x04, "device-nGnRnE": 0x00}
# Table D8-96.
MEMATTR_OF = {"normal-wb": 0xF, "normal-wt": 0xA, "normal-nc": 0x5, "device-GRE": 3,
              "device-nGRE": 2, "device-nGnRE": 1, "device-nGnRnE": 0}


def level(kind, hints=DEFAULT_HINTS):
    return (kind, *hints)


def normal(outer, inner, sh, hints=DEFAULT_HINTS):
    return {"device": None, "outer": level(outer, hints), "inner": level(inner, hints), "sh": sh}


def device(name, sh="osh"):
    return {**normal(NC, NC, sh), "device": name}


def is_cacheable(memory):
    return not memory["device"] and (memory["outer"][0] != NC or memory["inner"][0] != NC)


def entering(memory):
    """13.1.4: what is not cacheable comes in Outer Shareable."""
    return memory if is_cacheable(memory) else {**memory, "sh": "osh"}


def with_hints(memory, hints):
    return {**memory, **{at: level(memory[at][0], hints) for at in ("outer", "inner")}}


def supplied(access):
    """13.1.3, for what the client does not say."""
    name, alloc = access.get("memory") or "normal-wb", access.get("alloc") or "ra-wa"
    sh = access.get("sh") or "nsh"
    if name not in MEMORY_KINDS:
        return entering(device(name[len("device-"):], sh))
    kind = MEMORY_KINDS[name]
    hints = ("ra" in alloc, "wa" in alloc, False) if kind != NC else DEFAULT_HINTS
    return entering(normal(kind, kind, sh, hints))


def of_memattr(value):
    """Table D8-96; what is Reserved behaves as Device-nGnRnE (5.2 MemAttr)."""
    outer, inner = value >> 2, value & 3
    if outer == 0:
        return device(DEVICES[inner])
    if inner == 0:
        return device("nGnRnE")
    return normal(outer - 1, inner - 1, "osh")


def replaced(memory, ste):
    """5.2 MTCFG, ALLOCCFG, SHCFG; a description's STE uses the incoming SH by itself."""
    out = memory
    if ste.get("MTCFG"):
        out = {**of_memattr(ste.get("MemAttr", 0)), "sh": memory["sh"]}
        if is_cacheable(memory) and is_cacheable(out):
            out = with_hints(out, memory["inner"][1:])
    alloc = ste.get("ALLOCCFG", 0)
    if is_cacheable(out) and alloc & 8:
        out = with_hints(out, (bool(alloc & 4), bool(alloc & 2), bool(alloc & 1)))
    shcfg = ste.get("SHCFG", 1)
    if shcfg != 1:
        out = {**out, "sh": SHAREABILITY[shcfg]}
    return entering(out)


def of_mair_half(half):
    """DDI 0487 MAIR_ELx: 0b00RW transient WT, 0b01RW transient WB, 0b1... without."""
    if half == 4:
        return level(NC)
    kind = WB if half & 4 else WT
    return level(kind, (bool(half & 2), bool(half & 1), not half & 8))


def of_mair(byte):
    """5.4 MAIR0, of bytes that are not UNPREDICTABLE in VMSAv8-64."""
    if byte < 16:
        return device(DEVICES[byte >> 2])
    return {"device": None, "outer": of_mair_half(byte >> 4), "inner": of_mair_half(byte & 15)}


def mair_byte(domain, one):
    """5.4 MAIR0: with AIE, an index above 7 is that of 7."""
    cd, index = domain.get("cd", {}), one.get("descriptor", {}).get("AttrIndx")
    if index is None:
        return MAIR_OF[one.get("memory", "normal-wb")]
    mair = cd["MAIR1"] << 32 | cd["MAIR0"]
    return mair >> 8 * min(index, 7) & 0xFF


def sh_of_map(domain, one, walk_sh):
    """With DS a descriptor has no room for SH: that of the walks (5.4 DS, 5.2 S2DS)."""
    if domain["is-wide"]:
        return walk_sh
    if "sh" in one:
        return one["sh"]
    return "ish" if one.get("memory", "normal-wb") in ("normal-wb", "normal-wt") else "osh"


def number_of(sh):
    return {"osh": 2}.get(sh, sh)


def after_stage1(memory, domain, one):
    """13.4.2: all is replaced but the hints, which combine with those that came in."""
    half = f"SH{half_of(domain, one)}"
    out = of_mair(mair_byte(domain, one))
    out["sh"] = sh_of_map(domain, one, SHAREABILITY[number_of(domain.get("cd", {}).get(half, 3))])
    for at in ("outer", "inner"):
        if is_cacheable(memory):
            _, read, write, transient = memory[at]
            kind, own_read, own_write, own_transient = out[at]
            out[at] = (kind, read and own_read, write and own_write, transient or own_transient)
    return out


def stronger(a, b):
    """Tables D8-97, D8-98 and D8-103."""
    out = dict(a)
    if a["device"] or b["device"]:
        names = [m["device"] for m in (a, b) if m["device"]]
        out["device"] = min(names, key=DEVICES.index)
    for at in ("outer", "inner"):
        out[at] = (min(a[at][0], b[at][0]), *a[at][1:])
    return out


def after_stage2(memory, domain, one, features):
    """13.4.3, 13.1.6, 3.23.1."""
    ste, said = domain.get("ste", {}), one.get("descriptor", {})
    fwb = ste.get("S2FWB")
    value = said.get("MemAttr", MEMATTR_OF[one.get("memory", "normal-wb")])
    if fwb and "MemAttr" not in said:
        value = 6 if value == 0xF else value
    if not fwb and value == 4 and features.get("mte-perm"):
        value = 0xF  # NoTagAccess
    if not fwb:
        out = stronger(memory, of_memattr(value))
    elif value in (6, 14):
        hints = {at: memory[at][1:] for at in ("outer", "inner")}
        out = {"device": None, **{at: (WB, *hints[at]) for at in hints}}
    elif value in (7, 15):
        out = dict(memory)
    else:
        out = stronger(memory, of_memattr(value & 7))
    walk_sh = SHAREABILITY[number_of(ste.get("S2SH0", 3))]
    out["sh"] = max(memory["sh"], sh_of_map(domain, one, walk_sh), key=STRENGTH.index)
    return out


def level_text(one):
    """13.1.7: no hints without cacheability, no transience without allocation."""
    kind, read, write, transient = one
    if kind == NC:
        return "nc"
    return (("wt", "wb")[kind - 1] + "-ra" * read + "-wa" * write
            + "-tr" * (transient and (read or write)))


def output(memory, nosnoop):
    """13.1.7, 13.6.1.1."""
    if memory["device"]:
        return {"memory": "device", "device": memory["device"], "sh": "osh"}
    if nosnoop or not is_cacheable(memory):
        return {"memory": "normal", "inner": "nc", "outer": "nc", "sh": "osh"}
    return {"memory": "normal", "inner": level_text(memory["inner"]),
            "outer": level_text(memory["outer"]), "sh": memory["sh"]}


def pbha_of(fields, names, one):
    """5.4 HWU0nn, 5.2 S2HWUnn: the bits that hardware may use."""
    mask = sum(1 << i for i, name in enumerate(names) if fields.get(name))
    return one.get("descriptor", {}).get("PBHA", 0) & mask


def pbha(features, stage1, stage2):
    if not features.get("pbha"):
        return None
    out = {"s1": 0, "s2": 0}
    if stage1:
        domain, one = stage1
        half, cd = half_of(domain, one), domain.get("cd", {})
        if cd.get(f"HAD{half}"):
            names = [f"HWU{half}{bit}" for bit in (59, 60, 61, 62)]
            out["s1"] = pbha_of(cd, names, one)
    if stage2:
        domain, one = stage2
        out["s2"] = pbha_of(domain.get("ste", {}),
                            [f"S2HWU{bit}" for bit in (59, 60, 61, 62)], one)
    return out if any(out.values()) else None


def mpam(features, ste, stage1):
    """5.2 S1MPAM, 17.2: of the CD only where stage 1 translates."""
    source = stage1[0].get("cd", {}) if stage1 and ste.get("S1MPAM") else ste
    return {"partid": source.get("PARTID", 0), "pmg": source.get("PMG", 0)}


def of(features, ste, access, stage1, stage2):
    """
    The "attr" of an answer.  stage1 and stage2 are (domain, map) or None; access
    has the attributes that come in, and is_privileged and is_instruction as STE
    overrides leave them.
    """
    memory = supplied(access)
    if features.get("override-types", True):
        memory = replaced(memory, ste)
    if stage1:
        memory = after_stage1(memory, *stage1)
    if stage2:
        memory = after_stage2(memory, *stage2, features)
    out = {**output(memory, access.get("nosnoop")), "pas": "ns"}
    if features["architecture"] != "v3.4":  # 13.1.2
        out["privileged"] = int(access["is_privileged"])
        out["instruction"] = int(access["is_instruction"])
    if features.get("mpam"):
        out["mpam"] = mpam(features, ste, stage1)
    used = pbha(features, stage1, stage2)
    if used:
        out["pbha"] = used
    return out
