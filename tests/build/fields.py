"""What domains and maps say by the architecture's names: CDs, stage 2 fields of STEs, descriptors.

Every value drawn is legal; expect.py works out what it comes to.
"""
STRIDE = {"4K": 8, "16K": 10, "64K": 12}  # of 128-bit descriptors
PAGE = {"4K": 12, "16K": 14, "64K": 16}
MAIR_HALVES = (0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF)
# Not Reserved: no access, mostly read-only, write-only and the general ones (5.2 S2POI).
OVERLAYS = (0, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
TABLE_OVERLAYS = (15, 15, 12, 14, 2, 3, 6, 7)
SH = (0, 2, 3)


def likely(rng, chance):
    return rng.random() < chance


def every(features, key):
    return all(f.get(key) for f in features)


def skip_levels(rng, domain):
    """SKL that leaves an initial table of at most 2^14 descriptors."""
    page, stride = PAGE[domain["granule"]], STRIDE[domain["granule"]]
    start = 3 - (domain["input-bits"] - 1 - page) // stride
    fits = [n for n in range(4 - start)
            if domain["input-bits"] - (page + (3 - start - n) * stride) <= 14]
    return rng.choice([n for n in fits if n < 4] or [0])


def draw_updates(rng, features, form, names):
    """HA, HD and HAFT as far as every SMMU goes (6.3.1 HTTU); VMSAv8-32 has none."""
    order = ("none", "access", "dirty", "table-access")
    has = min(order.index(f.get("httu", "none")) for f in features)
    if form == "lpae" or not has or likely(rng, 0.4):
        return {}
    out = {names[0]: 1}
    if has >= 2 and likely(rng, 0.7):
        out[names[1]] = 1
    if has == 3 and likely(rng, 0.7):
        out[names[2]] = 1
    return out


# ---- stage 1 ----

def draw_mair(rng):
    """Eight bytes: Device types, and Normal ones with every hint."""
    taken = [rng.choice((0x00, 0x04, 0x08, 0x0C)) if likely(rng, 0.25)
             else rng.choice(MAIR_HALVES) << 4 | rng.choice(MAIR_HALVES) for _ in range(8)]
    word = int.from_bytes(bytes(taken), "little")
    return {"MAIR0": word & 0xFFFF_FFFF, "MAIR1": word >> 32}


def draw_halves(rng, domain, features, form, version):
    """What a CD has for TTB0 and TTB1 each."""
    cd, d128 = {}, any(f.get("d128") for f in features)
    for half in "01":
        if likely(rng, 0.3):
            cd["SH" + half] = rng.choice(SH)
        if likely(rng, 0.2):
            cd["IR" + half] = rng.choice((0, 1, 2, 3))
        if form != "lpae" and likely(rng, 0.2):
            cd["TBI" + half] = 1
        if not form and every(features, "e0pd") and likely(rng, 0.3):
            cd["E0PD" + half] = 1
        if form == "d128" and likely(rng, 0.3):
            cd["DisCH" + half] = 1
        if not d128 and likely(rng, 0.5):
            cd["HAD" + half] = 1
            if version >= 1:
                cd.update({f"HWU{half}{bit}": 1 for bit in (59, 60, 61, 62) if likely(rng, 0.6)})
    if form == "d128" and likely(rng, 0.5):
        cd["SKL0"] = cd["SKL1"] = skip_levels(rng, domain)
    return cd


def draw_cd(rng, domain, features, version):
    form = domain.get("format")
    cd = draw_halves(rng, domain, features, form, version)
    cd.update(draw_updates(rng, features, form, ("HA", "HD", "HAFT")))
    if form is None and every(features, "s1pie") and likely(rng, 0.5):
        cd["PIE"] = 1
    direct = form != "d128" and "PIE" not in cd
    if likely(rng, 0.35):
        cd["PAN"] = 1
    if direct and form is None and every(features, "epan") and likely(rng, 0.6):
        cd["EPAN"] = 1
    if direct and likely(rng, 0.2):
        cd["WXN"] = 1
    if form == "lpae" and likely(rng, 0.4):
        cd["UWXN"] = 1
    if form is None and every(features, "the") and likely(rng, 0.5):
        cd["PnCH"] = 1
    if form != "lpae" and every(features, "aie") and likely(rng, 0.5):
        cd["AIE"] = 1
    if likely(rng, 0.5):
        cd.update(draw_mair(rng))
    if every(features, "mpam") and likely(rng, 0.5):
        cd.update(PARTID=rng.randint(1, 255), PMG=1)
    if likely(rng, 0.2):
        cd["AMAIR0"] = rng.getrandbits(32)
    return cd


# ---- stage 2 ----

def draw_stage2(rng, domain, features, version):
    form = domain.get("format")
    ste = draw_updates(rng, features, form, ("S2HA", "S2HD", "S2HAFT"))
    if form == "d128" and likely(rng, 0.5):
        ste["S2SKL"] = skip_levels(rng, domain)
    if form is None and every(features, "s2pie") and likely(rng, 0.6):
        ste["S2PIE"] = 1
    if (form == "d128" or "S2PIE" in ste) and every(features, "s2poe") and likely(rng, 0.6):
        ste["S2POE"] = 1
        ste["S2POI"] = [rng.choice(TABLE_OVERLAYS)] + [rng.choice(OVERLAYS) for _ in range(15)]
    if form != "d128" and "S2POE" not in ste and version >= 1 and likely(rng, 0.5):
        ste.update({f"S2HWU{bit}": 1 for bit in (59, 60, 61, 62) if likely(rng, 0.6)})
    if form != "lpae" and version >= 2 and every(features, "fwb") and likely(rng, 0.5):
        ste["S2FWB"] = 1
    if every(features, "the"):
        draw_hardening(rng, form, ste)
    if likely(rng, 0.2):
        ste["S2PTW"] = 1
    if likely(rng, 0.4):
        ste.update(S2SH0=rng.choice(SH), S2IR0=rng.randrange(4))
    return ste


def draw_hardening(rng, form, ste):
    """AssuredOnly without top levels, or top levels without maps that are AssuredOnly."""
    if likely(rng, 0.5):
        if form is None:
            ste["AssuredOnly"] = 1
    elif likely(rng, 0.7):
        ste.update({f"TL{half}": 1 for half in (0, 1) if likely(rng, 0.6)})


# ---- Table descriptors ----

def draw_table(rng, domain, features, is_nested):
    said, form, cd = {}, domain.get("format"), domain.get("cd", {})
    granule, bits = domain["granule"], domain["input-bits"]
    if form != "lpae":
        said["AF"] = 1
    if form == "d128":
        said["nT"] = 1
        # tables of 2^16 descriptors
        if granule == "4K" and not is_nested and domain["stage"] == 1:
            said["SKL"] = 1
    if domain["stage"] == 1:
        if "PnCH" in cd or (form == "d128" and every(features, "the")):
            said["Protected"] = 1
        if form == "d128":
            said["DisCH"] = 1
        # no leaf in the initial table: what is taken away holds for all of them
        elif form is None and not domain["is-wide"] and "WXN" not in cd and (
                (granule == "4K" and bits >= 40) or (granule == "16K" and bits >= 37)):
            said.update(PXNTable=1, UXNTable=1)
            if not any({"w", "x"} <= set(m["access"]) for m in domain["maps"]):
                said["APTable"] = rng.randrange(1, 4)
    said = {k: v for k, v in said.items() if likely(rng, 0.3)}
    if "SKL" in said:
        domain["maps"] = domain["maps"][:3]
    return said


# ---- maps ----

def is_table_map(domain, one):
    """Whether it holds structures of nested devices."""
    tables = domain.get("tables")
    return bool(tables) and tables["ipa"] <= one["input"] < tables["ipa"] + tables["size"]


def fit_maps(domain):
    """What the new permissions and memory types can say."""
    said = domain.get("ste", {})
    indirect = domain.get("format") == "d128" or "S2PIE" in said
    for one in domain["maps"]:
        if domain["stage"] == 2 and indirect:
            one["access"] = {"x": "rx", "wx": "rwx"}.get(one["access"], one["access"])
        if "S2FWB" in said and one.get("memory") == "normal-wt":
            one["memory"] = "normal-nc"
            if one.get("sh") == "ish" and domain["is-wide"]:
                one["sh"] = "osh"
        # updates of stage 1 tables are writes there
        if is_table_map(domain, one):
            one["access"] = "rw"


def of_stage1(rng, domain, one, features):
    said, cd, form = {}, domain.get("cd", {}), domain.get("format")
    indirect = form == "d128" or "PIE" in cd
    if form != "d128" and "AIE" not in cd:
        said["PBHA"] = rng.randrange(16)
    if form != "lpae":
        said["GP"] = 1
    if "PnCH" in cd or (form == "d128" and every(features, "the")):
        said["Protected"] = 1
    if not indirect and form is None and one.get("privileged") and "x" in one["access"]:
        said["UXN"] = 0  # executed by EL0, and not read
    if indirect and "w" in one["access"]:
        said["nDirty"] = 1
    if (not indirect and form is None and one["access"] == "r"
            and "APTable" not in domain.get("table-descriptor", {})):
        said["DBM"] = 1
    out = {k: v for k, v in said.items() if likely(rng, 0.4)}
    if "MAIR0" in cd:
        out["AttrIndx"] = rng.randrange(16 if "AIE" in cd else 8)
    return out


def of_stage2(rng, domain, one, features):
    said, ste, form = {}, domain.get("ste", {}), domain.get("format")
    indirect = form == "d128" or "S2PIE" in ste
    if form != "d128" and "S2POE" not in ste:
        said["PBHA"] = rng.randrange(16)
    if "S2POE" in ste:
        said["POIndex"] = rng.randrange(16)
    if "AssuredOnly" in ste or (form == "d128" and every(features, "the")
                                and "TL0" not in ste and "TL1" not in ste):
        said["AssuredOnly"] = 1
    if indirect and "w" in one["access"]:
        said["Dirty"] = 0
    if not indirect and form is None and one["access"] in ("r", "rx"):
        said["DBM"] = 1
    if not indirect and form is None:
        said["XN"] = rng.randrange(4)
    if "S2FWB" in ste:
        said["MemAttr"] = rng.choice((0, 1, 2, 3, 5, 6, 7))
    else:
        said["MemAttr"] = rng.choice((0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15)
                                     + ((4,) if every(features, "mte-perm") else ()))
    return {k: v for k, v in said.items() if likely(rng, 0.35)}


def has_neighbour(domain, one):
    end = one["input"] + one["size"]
    return any(m["input"] == end or m["input"] + m["size"] == one["input"]
               for m in domain["maps"])


def draw_descriptors(rng, domain, features):
    for one in domain["maps"]:
        if domain["stage"] == 2 and is_table_map(domain, one):
            continue
        said = (of_stage1 if domain["stage"] == 1 else of_stage2)(rng, domain, one, features)
        # of Blocks alone: beside another map, where their leaves are Pages, it would be lost
        if likely(rng, 0.2) and not has_neighbour(domain, one):
            said["nT"] = 1
        if said:
            one["descriptor"] = said


def draw(rng, domain, features, version, is_nested):
    """The oldest version and all features of the SMMUs that the domain is for."""
    key = "cd" if domain["stage"] == 1 else "ste"
    said = (draw_cd if domain["stage"] == 1 else draw_stage2)(rng, domain, features, version)
    if said and likely(rng, 0.85):
        domain[key] = said
    table = draw_table(rng, domain, features, is_nested)
    if table:
        domain["table-descriptor"] = table
    fit_maps(domain)
    draw_descriptors(rng, domain, features)
