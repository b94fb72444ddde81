"""What descriptions say by the architecture's names: drawn over a system that is right without.

Most of it leaves every answer as it is (attributes, partitions, hardware updates
that nothing needs, indirect permissions that say the same); what does not is
followed by expect.py: PRIVCFG, INSTCFG, EL2.
"""
import random

STRIDE = {"4K": 8, "16K": 10, "64K": 12}  # of 128-bit descriptors
PAGE = {"4K": 12, "16K": 14, "64K": 16}


def version(smmu):
    return int(smmu["features"]["architecture"][3:])


def draw_features(rng, smmu):
    features, v = smmu["features"], version(smmu)
    smmu["registers"] = {"SMMU_MPAMIDR": 0x0100FF}
    if v >= 2:
        features["mpam"] = rng.random() < 0.6
    if v >= 4:
        both = features["stages"] == [1, 2]
        features["s1pie"] = 1 in features["stages"] and rng.random() < 0.7
        features["s2pie"] = 2 in features["stages"] and rng.random() < 0.7
        features["s2poe"] = features["s2pie"] and rng.random() < 0.7
        features["aie"] = 1 in features["stages"] and rng.random() < 0.5
        if both and rng.random() < 0.5:
            features.update(d128=True, s1pie=True, s2pie=True, s2poe=True, aie=True)
    if not features.get("d128") and rng.random() < 0.4:
        features["formats"] = ["lpae", "vmsa64"]


def skip_levels(rng, domain):
    """SKL that leaves an initial table of at most 2^14 descriptors."""
    page, stride = PAGE[domain["granule"]], STRIDE[domain["granule"]]
    start = 3 - (domain["input-bits"] - 1 - page) // stride
    fits = [n for n in range(4 - start)
            if domain["input-bits"] - (page + (3 - start - n) * stride) <= 14]
    return rng.choice([n for n in fits if n < 4] or [0])


def draw_format(rng, domain, features, is_nested):
    bits, stage = domain["input-bits"], domain["stage"]
    ends = [m["pa"] + m["size"] for m in domain["maps"]]
    if all(f.get("d128") for f in features) and rng.random() < 0.6:
        domain["format"] = "d128"
        domain["is-wide"] = False
        return
    fits = (domain["granule"] == "4K" and 25 <= bits <= (32 if stage == 1 else 40)
            and all(end <= 1 << 40 for end in ends)
            and all(m["input"] < 1 << 40 for m in domain["maps"]))
    if fits and not (stage == 2 and is_nested) and rng.random() < 0.7 and all(
            "formats" in f for f in features):
        domain["format"] = "lpae"
        domain.pop("output-bits", None)


def draw_cd(rng, domain, features, versions):
    cd, form = {}, domain.get("format")
    old = min(versions) < 1
    if form != "lpae" and rng.random() < 0.3:
        cd.update(HA=1, HD=rng.choice((0, 1)))
    if form == "d128":
        if rng.random() < 0.5:
            cd["SKL0"] = cd["SKL1"] = skip_levels(rng, domain)
        if rng.random() < 0.3:
            cd["DisCH0"] = cd["DisCH1"] = 1
    elif not any(f.get("d128") for f in features) and rng.random() < 0.4:
        cd.update(HAD0=1, HAD1=1)
        if not old and rng.random() < 0.7:
            cd.update(HWU059=1, HWU162=1)
    if form is None and all(f.get("s1pie") for f in features) and rng.random() < 0.5:
        cd["PIE"] = 1
    if form != "lpae" and all(f.get("aie") for f in features) and rng.random() < 0.3:
        cd["AIE"] = 1
    if rng.random() < 0.3:
        cd.update(MAIR0=0x04BB_44FF, MAIR1=0x0C08_00F4)
    if all(f.get("mpam") for f in features) and rng.random() < 0.5:
        cd.update(PARTID=rng.randint(1, 255), PMG=1)
    if rng.random() < 0.2:
        cd.update(SH0="osh", IR1=0, AMAIR0=rng.getrandbits(32))
    return cd


def draw_stage2(rng, domain, features, versions):
    ste, form = {}, domain.get("format")
    if form != "lpae" and rng.random() < 0.3:
        ste.update(S2HA=1, S2HD=rng.choice((0, 1)))
    if form == "d128" and rng.random() < 0.5:
        ste["S2SKL"] = skip_levels(rng, domain)
    if form is None and all(f.get("s2pie") for f in features) and rng.random() < 0.5:
        ste["S2PIE"] = 1
    if (form == "d128" or "S2PIE" in ste) and all(f.get("s2poe") for f in features):
        ste["S2POE"] = rng.choice((0, 1))
    if form != "d128" and "S2POE" not in ste and min(versions) >= 1 and rng.random() < 0.4:
        ste.update(S2HWU60=1, S2HWU61=1)
    if form != "lpae" and min(versions) >= 2 and rng.random() < 0.4:
        ste["S2FWB"] = 1
    if rng.random() < 0.2:
        ste["S2PTW"] = 1
    if rng.random() < 0.2:
        ste.update(S2SH0=2, S2IR0=2)
    return ste


def fit_maps(domain):
    """What the new permissions and memory types can say."""
    fields = domain.get("ste", {})
    indirect = domain.get("format") == "d128" or "S2PIE" in fields
    for one in domain["maps"]:
        if domain["stage"] == 2 and indirect:
            one["access"] = {"x": "rx", "wx": "rwx"}.get(one["access"], one["access"])
        if "S2FWB" in fields and one.get("memory") == "normal-wt":
            one["memory"] = "normal-nc"
            if one.get("sh") == "ish" and domain["is-wide"]:
                one["sh"] = "osh"


def draw_descriptors(rng, domain):
    form, stage = domain.get("format"), domain["stage"]
    fields = domain.get("cd" if stage == 1 else "ste", {})
    for one in domain["maps"]:
        said = {}
        if form != "d128" and not fields.get("AIE") and not fields.get("S2POE"):
            said["PBHA"] = rng.randrange(16)
        if fields.get("S2POE"):
            said["POIndex"] = rng.randrange(16)
        if rng.random() < 0.3:
            said["nT"] = 1
        if form != "lpae" and stage == 1:
            said["GP"] = 1
        if said and rng.random() < 0.3:
            one["descriptor"] = said


def draw_ste(rng, device, smmu, domains):
    features, ste = smmu["features"], {}
    own = [domains[n] for n in [device.get("stage1")] + [
        r["stage1"] for r in device.get("substreams", [])] if n]
    translates = own or "stage2" in device
    if device.get("abort"):
        return ste
    if features.get("override-types", True) and rng.random() < 0.4:
        ste.update(MTCFG=1, MemAttr=rng.choice((0, 5, 10, 15)), SHCFG=rng.randrange(4),
                   ALLOCCFG=rng.choice((0, 8, 15)))
    if translates and rng.random() < 0.3:
        ste.update(PRIVCFG=rng.choice((2, 3)))
    if translates and rng.random() < 0.3:
        ste.update(INSTCFG=rng.choice((2, 3)))
    if features.get("mpam") and rng.random() < 0.5:
        ste.update(PARTID=rng.randint(1, 255), PMG=1)
        if own and "stage2" not in device:
            ste["S1MPAM"] = 1
    if rng.random() < 0.3:
        ste.update(MEV=1, SW_RESERVED=rng.randrange(16), CONT=3)
    if own and rng.random() < 0.2:
        ste.update(S1CIR=0, S1COR=3, S1CSH="osh")
    # IDR0.Hyp needs both stages
    if (own and "stage2" not in device and features["stages"] == [1, 2] and rng.random() < 0.3
            and all("format" not in d for d in own)):
        ste["STRW"] = "el2"
    return ste


def add(described, seed):
    rng = random.Random(seed + 5_000_011)
    if rng.random() < 0.3:
        return
    smmus = {s["name"]: s for s in described["smmus"]}
    domains = {d["name"]: d for d in described["domains"]}
    nested = {d["stage2"] for d in described["devices"]
              if "stage2" in d and ("stage1" in d or "substreams" in d)}
    for smmu in smmus.values():
        draw_features(rng, smmu)
    for domain in domains.values():
        users = [smmus[n] for n in domain["smmus"]]
        features, versions = [u["features"] for u in users], [version(u) for u in users]
        draw_format(rng, domain, features, domain["name"] in nested)
        key = "cd" if domain["stage"] == 1 else "ste"
        fields = (draw_cd if domain["stage"] == 1 else draw_stage2)(rng, domain, features, versions)
        if fields and rng.random() < 0.8:
            domain[key] = fields
        fit_maps(domain)
        draw_descriptors(rng, domain)
    for device in described["devices"]:
        fields = draw_ste(rng, device, smmus[device["smmu"]], domains)
        if fields:
            device["ste"] = fields
