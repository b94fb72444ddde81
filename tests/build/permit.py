"""What maps permit, worked out from a description alone.

DDI 0487 D8.4.1 (stage 1), D8.4.2 (stage 2, base and overlay), G5.6 (VMSAv8-32);
IHI 0070 5.4 (PAN, EPAN, WXN, UWXN), 3.26.  A permission is a set out of "r",
"w" and "x".
"""
NONE, WO = 0b0000, 0b0100        # table D8-82
MRO_BIT, GENERAL = 0b0010, 0b1000
BASES = {"r": 0b1000, "w": WO, "rw": 0b1100, "rx": 0b1011, "rwx": 0b1111}


def is_indirect(domain):
    fields = domain.get("cd" if domain["stage"] == 1 else "ste", {})
    form = domain.get("format")
    return form == "d128" or (not form and bool(
        fields.get("PIE" if domain["stage"] == 1 else "S2PIE")))


def half_of(domain, one):
    """Which of TTB0 and TTB1 a map is by: in the upper half, addresses have ones above."""
    return int(one["input"] >= 1 << domain["input-bits"])


# ---- stage 1 ----

def limits(domain, one):
    """
    What Table descriptors take away (table D8-64, D8.4.1.2.3), where HAD, indirect
    permissions and AIE leave them that; the table that holds no leaf is above all.
    """
    cd = domain.get("cd", {})
    if cd.get(f"HAD{half_of(domain, one)}") or is_indirect(domain) or cd.get("AIE"):
        return {}
    return domain.get("table-descriptor", {})


def of_indices(domain, one, is_el2):
    """PIIU and PIIP grant what the map says, but no execution of what EL0 can write (5.4)."""
    may = set(one["access"])
    privileged = may - {"x"} if may == set("rwx") and not one.get("privileged") else set(may)
    unprivileged = privileged if is_el2 else set() if one.get("privileged") else set(may)
    if one.get("descriptor", {}).get("nDirty") and not domain.get("cd", {}).get("HD"):
        privileged, unprivileged = privileged - {"w"}, unprivileged - {"w"}
    return privileged, unprivileged


def can_write(one, fields, managed):
    """What is clean can be written where hardware makes it dirty (3.13)."""
    clean = one.get("descriptor", {}).get("DBM") and fields.get(managed)
    return "w" in one["access"] or bool(clean)


def of_one_level(domain, one):
    """Table D8-66: AP[1] counts as 1, and UXN is the only XN."""
    cd, said, taken = domain.get("cd", {}), one.get("descriptor", {}), limits(domain, one)
    writes = can_write(one, cd, "HD") and not taken.get("APTable", 0) & 2
    never = taken.get("UXNTable") or said.get(
        "UXN", int("x" not in one["access"] or bool(one.get("privileged"))))
    may = {"r"} | ({"w"} if writes else set())
    return may if never or (writes and cd.get("WXN")) else may | {"x"}


def of_two_levels(domain, one):
    """Tables D8-65 and D8-71; VMSAv8-32 has one XN, and what is fetched must be readable."""
    cd, said, lpae = domain.get("cd", {}), one.get("descriptor", {}), domain.get("format") == "lpae"
    taken = limits(domain, one)
    mine = bool(one.get("privileged") or taken.get("APTable", 0) & 1)
    writes = can_write(one, cd, "HD") and not taken.get("APTable", 0) & 2
    uxn = taken.get("UXNTable") or said.get("UXN", int(
        "x" not in one["access"] or (bool(one.get("privileged")) and not lpae)))
    pxn = "x" not in one["access"] or taken.get("PXNTable")
    data = {"r"} | ({"w"} if writes else set())
    privileged, unprivileged = set(data), set() if mine else set(data)
    shared = writes and not mine  # what EL0 can write
    if lpae:
        executes = not pxn and not uxn and not (cd.get("UWXN") and shared)
    else:
        executes = not pxn and not shared
    if executes and not (cd.get("WXN") and writes):
        privileged.add("x")
    if not uxn and not (lpae and mine) and not (cd.get("WXN") and shared):
        unprivileged.add("x")
    return privileged, unprivileged


def pan(domain, privileged, unprivileged):
    """5.4 PAN and EPAN; 3.26.1: with indirect permissions any access counts."""
    cd = domain.get("cd", {})
    seen = set("rwx") if is_indirect(domain) or cd.get("EPAN") else set("rw")
    return privileged - set("rw") if cd.get("PAN") and unprivileged & seen else privileged


def stage1(domain, one, is_privileged, is_el2):
    if is_indirect(domain):
        privileged, unprivileged = of_indices(domain, one, is_el2)
    elif is_el2:
        return of_one_level(domain, one)
    else:
        privileged, unprivileged = of_two_levels(domain, one)
    if is_el2:
        return privileged
    return pan(domain, privileged, unprivileged) if is_privileged else unprivileged


# ---- stage 2 ----

def is_mro(value):
    return not value & GENERAL and bool(value & MRO_BIT)


def combined(base, overlay):
    """D8.4.2.2.4 with tables D8-83 and D8-84; neither is Reserved here."""
    if base & GENERAL and overlay & GENERAL:
        return base & overlay
    if NONE in (base, overlay):
        return NONE
    if not (base | overlay) & GENERAL:
        if is_mro(base) and is_mro(overlay):
            return base | overlay
        return base if base == overlay else NONE
    special, general = (overlay, base) if base & GENERAL else (base, overlay)
    if general & WO:
        return special
    return GENERAL if is_mro(special) else NONE


def of_encoding(value, is_privileged):
    """Tables D8-79 and D8-80, for what a client asks."""
    if is_mro(value):
        return {"r"}
    if not value & GENERAL:
        return {"w"} if value == WO else set()
    may = {"r"} | ({"w"} if value & WO else set())
    return may | {"x"} if value & (2 if is_privileged else 1) else may


def encoding(domain, one):
    """Base and overlay together, of a domain with indirect permissions."""
    ste, base = domain.get("ste", {}), BASES[one["access"]]
    if not ste.get("S2POE"):
        return base
    return combined(base, ste.get("S2POI", [15] * 16)[one.get("descriptor", {}).get("POIndex", 0)])


def top_levels(domain, one):
    """{TopLevel0, TopLevel1} of an IPA (table D8-81)."""
    if not is_indirect(domain):
        return False, False
    value = encoding(domain, one)
    return is_mro(value) and bool(value & 4), is_mro(value) and bool(value & 1)


def stage2(domain, one, is_privileged, features):
    ste, said = domain.get("ste", {}), one.get("descriptor", {})
    if is_indirect(domain):
        may = of_encoding(encoding(domain, one), is_privileged)
        if said.get("Dirty") == 0 and not ste.get("S2HD"):
            may -= {"w"}
        return may
    may = set(one["access"]) - {"x"} | ({"w"} if can_write(one, ste, "S2HD") else set())
    never = said.get("XN", 0 if "x" in one["access"] else 2)
    if not features.get("xnx"):
        never &= 2
    # tables D8-77 and D8-78
    executes = never == 0 or never == (3 if is_privileged else 1)
    if executes and not (domain.get("format") == "lpae" and "r" not in may):
        may.add("x")
    return may


def is_top_fault(domain, tables, half):
    """Tables D8-14 and D8-15, for the initial table in the map that holds the tables."""
    ste, top = domain.get("ste", {}), top_levels(domain, tables)
    mine, other = (bool(ste.get(f"TL{half}")), bool(ste.get(f"TL{1 - half}")))
    if mine:
        return not top[half]
    return other and not top[half] and top[1 - half]


def is_assured_only(domain, one, features):
    """DDI 0487 D8.2.7.3; always there in VMSAv9-128 (5.2 AssuredOnly)."""
    if not features.get("the") or domain.get("format") == "lpae":
        return False
    checks = domain.get("format") == "d128" or domain.get("ste", {}).get("AssuredOnly")
    return bool(checks and one.get("descriptor", {}).get("AssuredOnly"))
