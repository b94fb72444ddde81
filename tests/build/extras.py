"""Features, formats and devices beyond the plain: drawn over a system that is right without.

fields.py says what domains and maps have by the architecture's names; permit.py
and attributes.py follow all of it.
"""
import random

import fields

PAGE = {"4K": 12, "16K": 14, "64K": 16}


def version(smmu):
    return int(smmu["features"]["architecture"][3:])


def likely(rng, chance):
    return rng.random() < chance


def draw_newest(rng, features):
    """What SMMUv3.4 has by choice; 128-bit descriptors come with what they need."""
    has1, has2 = 1 in features["stages"], 2 in features["stages"]
    features["epan"] = has1 and likely(rng, 0.6)
    features["s1pie"] = has1 and likely(rng, 0.7)
    features["s2pie"] = has2 and likely(rng, 0.7)
    features["s2poe"] = features["s2pie"] and likely(rng, 0.7)
    features["aie"] = has1 and likely(rng, 0.5)
    features["mte-perm"] = features["fwb"] and likely(rng, 0.5)
    if has1 and has2 and likely(rng, 0.5):
        features.update({"d128": True, "s1pie": True, "s2pie": True, "s2poe": True, "aie": True,
                         "fwb": True, "mte-perm": True})
        if likely(rng, 0.3):
            features["input-bits"] = 56
    features["the"] = features["s1pie"] and features["s2pie"] and likely(rng, 0.7)


def draw_features(rng, smmu):
    features = smmu["features"]
    if likely(rng, 0.4):
        features["architecture"] = "v3.4"
    v = version(smmu)
    smmu["registers"] = {"SMMU_MPAMIDR": 0x0100FF}
    # with E2H, EL2 has two halves and EL0
    smmu["registers"]["SMMU_CR2"] = 2 | int(v >= 1 and likely(rng, 0.5))
    features["httu"] = rng.choice(("none", "access", "dirty", "dirty")
                                  + (("table-access",) * 3 if v >= 4 else ()))
    features["override-permissions"] = likely(rng, 0.8)
    if v >= 1:
        features["pbha"] = likely(rng, 0.7)
        features["xnx"] = likely(rng, 0.7)
    if v >= 2:
        features["mpam"] = likely(rng, 0.6)
        features["fwb"] = 2 in features["stages"] and likely(rng, 0.8)
    if v >= 3:
        features["e0pd"] = 1 in features["stages"] and likely(rng, 0.7)
    if v >= 4:
        draw_newest(rng, features)
    if not features.get("d128") and likely(rng, 0.5):
        features["formats"] = ["lpae", "vmsa64"]


def widen(rng, domain, bits):
    """All maps into an address space of that many bits, away from its low end in half the cases."""
    old, span = domain["input-bits"], (1 << domain["input-bits"])
    shift = rng.randrange(1 << (bits - old)) if likely(rng, 0.5) else 0
    domain["input-bits"] = bits
    for one in domain["maps"]:
        base = (1 << 64) - (1 << bits) if one["input"] >> 63 else 0
        one["input"] = base + one["input"] % span + shift * span


def draw_format(rng, domain, features, inner):
    """inner: formats of stage 1 domains nested under it (5.4 AA64: VMSAv8-32 alone)."""
    bits, stage = domain["input-bits"], domain["stage"]
    ends = [m["pa"] + m["size"] for m in domain["maps"]]
    if all(f.get("d128") for f in features) and likely(rng, 0.7):
        domain["format"] = "d128"
        domain["is-wide"] = False
        # 5.4 T0SZ: 55 bits a half of EL1 and EL2-E2H
        if stage == 1 and all(f.get("input-bits") == 56 for f in features) and likely(rng, 0.5):
            widen(rng, domain, rng.randint(bits, 55))
        return
    fits = (domain["granule"] == "4K" and 25 <= bits <= (32 if stage == 1 else 40)
            and all(end <= 1 << 40 for end in ends)
            and all(m["input"] < 1 << 40 for m in domain["maps"]))
    if fits and inner <= {"lpae"} and likely(rng, 0.8) and all("formats" in f for f in features):
        domain["format"] = "lpae"
        domain.pop("output-bits", None)
        if stage == 1 and bits < 32:
            for one in domain["maps"]:
                one["input"] += rng.choice((0, (1 << 32) - (1 << bits)))


def shrink(rng, domain, features, draw_maps):
    """Some 4K domains become small enough for VMSAv8-32, with maps of their own."""
    most = 32 if domain["stage"] == 1 else 40
    if (domain["granule"] != "4K" or domain["input-bits"] <= most or "tables" in domain
            or not all("formats" in f for f in features) or not likely(rng, 0.5)):
        return
    domain["input-bits"] = rng.randint(most - 7, most)
    domain["is-wide"] = False
    domain["output"] = min(domain["output"], 40)
    domain.pop("output-bits", None)
    domain["maps"] = draw_maps(rng, domain, domain["input-bits"], domain["output"], False,
                               rng.randint(2, 6))


def descend(rng, domain, under):
    """Maps of a stage 1 domain go where its stage 2 has something, aligned as they were."""
    for one in domain["maps"]:
        target = rng.choice(under["maps"])
        differ = one["input"] ^ one["pa"]
        align = min(differ & -differ or 1 << 30, 1 << 30)
        pa = target["input"] + rng.randrange(target["size"]) & -align
        if likely(rng, 0.3) or pa < 0 or (pa + one["size"]) >> min(domain["output"], 48):
            continue
        one["pa"] = pa | one["input"] & (align - 1)


def draw_ste(rng, device, smmu, domains):
    features, ste = smmu["features"], {}
    own = [domains[n] for n in contexts_of(device)]
    translates = own or "stage2" in device
    if device.get("abort"):
        return ste
    if features.get("override-types", True) and likely(rng, 0.5):
        # 5.2 ALLOCCFG: what it does without MTCFG is CONSTRAINED UNPREDICTABLE
        ste.update(MTCFG=1, MemAttr=rng.randrange(16), ALLOCCFG=rng.choice(
            (0, *range(8, 16))))
    if features.get("override-types", True) and likely(rng, 0.4):
        ste["SHCFG"] = rng.randrange(4)
    if translates and features["override-permissions"] and likely(rng, 0.3):
        ste.update(PRIVCFG=rng.choice((2, 3)))
    if translates and features["override-permissions"] and likely(rng, 0.3):
        ste.update(INSTCFG=rng.choice((2, 3)))
    if features.get("mpam") and likely(rng, 0.5):
        ste.update(PARTID=rng.randint(1, 255), PMG=1)
        if own and "stage2" not in device:
            ste["S1MPAM"] = 1
    if likely(rng, 0.3):
        ste.update(MEV=1, SW_RESERVED=rng.randrange(16), CONT=3)
    if own and likely(rng, 0.2):
        ste.update(S1CIR=0, S1COR=3, S1CSH="osh")
    draw_el2(rng, device, smmu, own, ste)
    return ste


def draw_el2(rng, device, smmu, own, ste):
    """IDR0.Hyp needs both stages; VMSAv9-128 is EL2-E2H's, VMSAv8-32 is EL1's here."""
    e2h = smmu["registers"]["SMMU_CR2"] & 1
    formats = {d.get("format") for d in own}
    if (own and "stage2" not in device and smmu["features"]["stages"] == [1, 2]
            and formats <= ({None, "d128"} if e2h else {None}) and likely(rng, 0.4)):
        ste["STRW"] = "el2"


def contexts_of(device):
    """Stage 1 domains, by name."""
    return ([device["stage1"]] if "stage1" in device else []) + [
        r["stage1"] for r in device.get("substreams", [])]


def contexts_under(described, name):
    return [c for d in described["devices"] if d.get("stage2") == name for c in contexts_of(d)]


def add(described, seed, draw_maps):
    """draw_maps: as in describe.py."""
    rng = random.Random(seed + 5_000_011)
    for smmu in described["smmus"]:
        smmu.setdefault("registers", {})
    if likely(rng, 0.2):
        return
    smmus = {s["name"]: s for s in described["smmus"]}
    domains = {d["name"]: d for d in described["domains"]}
    for smmu in smmus.values():
        draw_features(rng, smmu)
    nested = {c for d in described["devices"] if "stage2" in d for c in contexts_of(d)}
    for domain in sorted(domains.values(), key=lambda d: d["stage"]):
        users = [smmus[n] for n in domain["smmus"]]
        features = [u["features"] for u in users]
        shrink(rng, domain, features, draw_maps)
        inner = {domains[n].get("format") for n in contexts_under(described, domain["name"])}
        draw_format(rng, domain, features, inner)
        fields.draw(rng, domain, features, min(map(version, users)),
                    domain["name"] in nested)
    for device in described["devices"]:
        under = domains.get(device.get("stage2"))
        for name in contexts_of(device) if under and under["maps"] else ():
            descend(rng, domains[name], under)
        ste = draw_ste(rng, device, smmus[device["smmu"]], domains)
        if ste:
            device["ste"] = ste
