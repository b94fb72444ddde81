"""What accesses meet, worked out from a description: no tables, no registers.

IHI 0070 3.3 (lookup), 3.4 (address sizes), 5.2 and 5.4; permit.py has
permissions and attributes.py the attributes.  An answer is ("ok", pa,
attributes), ("abort",) or ("fault", event number).
"""
import random

import attributes
import permit

COLUMNS = ("address", "access", "privileged", "instruction", "memory", "sh", "alloc", "nosnoop")
CSV_HEADER = "smmu,stream,substream," + ",".join(COLUMNS) + "\n"
TYPES = ("normal-wb", "normal-wt", "normal-nc", "device-GRE", "device-nGRE", "device-nGnRE",
         "device-nGnRnE")

C_BAD_STREAMID, C_BAD_STE, F_STREAM_DISABLED = 0x2, 0x4, 0x6
C_BAD_SUBSTREAMID, C_BAD_CD = 0x8, 0xA
F_TRANSLATION, F_ADDR_SIZE, F_PERMISSION = 0x10, 0x11, 0x13


def fault(event):
    return ("fault", event)


def of_answer(answer):
    """The same form of what replay printed."""
    if answer["status"] == "ok":
        return ("ok", int(answer["pa"], 0), answer["attr"])
    if answer["status"] in ("fault", "stall"):
        return ("fault", int(answer["event"]["type"], 0))
    return (answer["status"],)


def find_map(domain, address):
    for one in domain["maps"]:
        if one["input"] <= address < one["input"] + one["size"]:
            return one
    return None


def half_of(domain, is_el2, address):
    """
    TTB1 serves what has bit 55 set, where there are two halves (3.4.1); of the 32
    bits of VMSAv8-32 the highest 2^input-bits (G5.5).
    """
    if domain.get("format") == "lpae":
        bits = domain["input-bits"]
        return int(bits < 32 and (1 << 32) - (1 << bits) <= address < 1 << 32)
    return int(address >> 55 & 1 and not is_el2)


def untagged(domain, half, address):
    """3.4.1: with TBI, bits [63:56] are as bit 55; VMSAv8-32 has none."""
    if domain.get("format") == "lpae" or not domain.get("cd", {}).get(f"TBI{half}"):
        return address
    return address & (1 << 56) - 1 | (0xFF << 56 if half else 0)


def in_range(domain, half, address):
    bits = domain["input-bits"]
    if domain.get("format") == "lpae":
        return half or address < 1 << bits
    return address >= (1 << 64) - (1 << bits) if half else address < 1 << bits


def has_table(domain, half):
    """EPD is set of a half without maps; of the lower one of EL2 it is not looked at."""
    return any(permit.half_of(domain, m) == half for m in domain["maps"])


def is_e0pd(domain, half, is_el2, access):
    """5.4 E0PD0: of VMSAv8-64, where there is EL0."""
    return (not domain.get("format") and not is_el2 and not access["is_privileged"]
            and domain.get("cd", {}).get(f"E0PD{half}"))


def overridden(device, access, features):
    """
    13.1.2, 5.2 PRIVCFG, INSTCFG: 2 is unprivileged and data, 3 privileged and
    instruction.  What writes is data whatever anybody says.
    """
    ste = device.get("ste", {}) if features.get("override-permissions", True) else {}
    reads = access["access"] in ("r", "x")
    fetches = reads and (access["access"] == "x" or access["instruction"])
    fetches = reads and {2: False, 3: True}.get(ste.get("INSTCFG"), fetches)
    privileged = {2: False, 3: True}.get(ste.get("PRIVCFG"), bool(access["privileged"]))
    return {**access, "is_privileged": privileged, "is_instruction": bool(fetches)}


def needs(access):
    """Of permissions: an atomic writes and reads."""
    return {"x"} if access["is_instruction"] else set(access["access"]) - {"x"} or {"r"}


class Model:
    def __init__(self, described):
        self.smmu = {s["name"]: s for s in described["smmus"]}
        self.domain = {d["name"]: d for d in described["domains"]}
        self.device = {}
        for device in described["devices"]:
            for run in device["streams"]:
                for stream in range(run["first"], run["first"] + run["count"]):
                    self.device[device["smmu"], stream] = device

    def bits(self, name):
        smmu = self.smmu[name]
        return smmu["stream-table"].get("stream-bits", smmu["features"]["stream-bits"])

    def has_leaf(self, name, stream):
        """Whether a second-level table holds the stream; always so in a linear table."""
        smmu = self.smmu[name]
        table = smmu["stream-table"]
        split = table.get("split", 8)
        two = smmu["features"]["two-level-streams"] and self.bits(name) > split
        if table.get("format", "2-level" if two else "linear") == "linear":
            return True
        return any(s >> split == stream >> split for n, s in self.device if n == name)

    def ias(self, name):
        """3.4: the OAS, and 40 bits at least where VMSAv8-32 is."""
        features = self.smmu[name]["features"]
        return max(features["output-bits"], 40 if "formats" in features else 0)

    def bypass(self, name, device, access):
        features = self.smmu[name]["features"]
        if access["address"] >> features["output-bits"]:
            return fault(F_ADDR_SIZE)
        attr = attributes.of(features, device.get("ste", {}), access, None, None)
        return ("ok", access["address"], attr)

    def default(self, name, stream, access):
        fallback = self.smmu[name]["stream-table"]["default"]
        if fallback == "invalid":
            return fault(C_BAD_STE if self.has_leaf(name, stream) else C_BAD_STREAMID)
        return ("abort",) if fallback == "abort" else self.bypass(name, {}, access)

    def context(self, device, substream):
        """(stage 1 domain or None, answer or None)."""
        runs = device.get("substreams", [])
        if substream is None:
            if "stage1" in device:
                return self.domain[device["stage1"]], None
            return None, fault(F_STREAM_DISABLED) if runs else None
        last = max([r["first"] + r["count"] - 1 for r in runs], default=0)
        bits = max(last.bit_length(), 1) if runs else 0
        if substream >= 1 << bits or bits == 0:
            return None, fault(C_BAD_SUBSTREAMID)
        for run in runs:
            if run["first"] <= substream < run["first"] + run["count"]:
                return self.domain[run["stage1"]], None
        two = bits > 6 and self.smmu[device["smmu"]]["features"]["two-level-contexts"]
        held = any(r["first"] >> 6 <= substream >> 6 <= (r["first"] + r["count"] - 1) >> 6
                   for r in runs) or (substream < 64 and "stage1" in device)
        return None, fault(C_BAD_CD if held or not two else C_BAD_SUBSTREAMID)

    def is_el2(self, device):
        """5.2 STRW: EL2 without CR2.E2H has one half, and one privilege."""
        registers = self.smmu[device["smmu"]].get("registers", {})
        return device.get("ste", {}).get("STRW") == "el2" and not registers.get("SMMU_CR2", 0) & 1

    def stage1(self, domain, device, access):
        """((domain, map) and IPA or PA, None), or (None, answer)."""
        is_el2 = self.is_el2(device)
        half = half_of(domain, is_el2, access["address"])
        address = untagged(domain, half, access["address"])
        if (not in_range(domain, half, address) or not has_table(domain, half)
                or is_e0pd(domain, half, is_el2, access)):
            return None, fault(F_TRANSLATION)
        if "stage2" in device:
            under = self.domain[device["stage2"]]
            tables = find_map(under, under["tables"]["ipa"])
            if permit.is_top_fault(under, tables, half):
                return None, fault(F_PERMISSION)
        one = find_map(domain, address)
        if not one:
            return None, fault(F_TRANSLATION)
        if needs(access) - permit.stage1(domain, one, access["is_privileged"], is_el2):
            return None, fault(F_PERMISSION)
        return ((domain, one), one["pa"] + address - one["input"]), None

    def stage2(self, domain, ipa, access, features):
        """The same; what stage 1 gives never is assured here: TLn leads to no AssuredOnly map."""
        one = find_map(domain, ipa) if ipa < 1 << domain["input-bits"] else None
        if not one:
            return None, fault(F_TRANSLATION)
        if permit.is_assured_only(domain, one, features):
            return None, fault(F_PERMISSION)
        if needs(access) - permit.stage2(domain, one, access["is_privileged"], features):
            return None, fault(F_PERMISSION)
        return ((domain, one), one["pa"] + ipa - one["input"]), None

    def translated(self, device, domain, access, features):
        """An answer with its attributes, where at least one stage translates."""
        first, second, at = None, None, access["address"]
        if domain:
            found, answer = self.stage1(domain, device, access)
            if answer:
                return answer
            first, at = found
        elif at >> self.ias(device["smmu"]):
            return fault(F_ADDR_SIZE)  # 3.4: beyond the IAS, before stage 2
        if "stage2" in device:
            found, answer = self.stage2(self.domain[device["stage2"]], at, access, features)
            if answer:
                return answer
            second, at = found
        attr = attributes.of(features, device.get("ste", {}), access, first, second)
        return ("ok", at, attr)

    def answer(self, name, stream, substream, access):
        if stream >> self.bits(name):
            return fault(C_BAD_STREAMID)
        features, device = self.smmu[name]["features"], self.device.get((name, stream))
        access = overridden(device or {}, access, features)
        if device is None:
            return self.default(name, stream, access)
        if device.get("abort"):
            return ("abort",)
        if device.get("bypass"):
            return self.bypass(name, device, access)
        domain, answer = self.context(device, substream)
        return answer or self.translated(device, domain, access, features)


def some_address(rng, model, device, substream):
    """Near what is mapped, mostly."""
    domain = None
    if device:
        domain, answer = model.context(device, substream)
        if not domain and not answer and "stage2" in device:
            domain = model.domain[device["stage2"]]
    if not domain or not domain["maps"] or rng.random() < 0.1:
        return rng.choice((rng.getrandbits(rng.choice((12, 30, 40, 48, 64))), 0, (1 << 64) - 1))
    one = rng.choice(domain["maps"])
    offset = rng.choice((0, one["size"] - 1, rng.randrange(one["size"]), rng.randrange(one["size"]),
                         one["size"], -1))
    under = model.domain.get(device.get("stage2")) if domain["stage"] == 1 else None
    shared = [m for m in under["maps"] if m["input"] < one["pa"] + one["size"]
              and one["pa"] < m["input"] + m["size"]] if under else []
    if shared and rng.random() < 0.7:
        target = rng.choice(shared)
        first = max(target["input"], one["pa"]) - one["pa"]
        last = min(target["input"] + target["size"], one["pa"] + one["size"]) - 1 - one["pa"]
        offset = rng.choice((first, last, rng.randint(first, last)))
    address = (one["input"] + offset) % (1 << 64)
    if domain["stage"] == 1 and rng.random() < 0.1:
        address ^= rng.getrandbits(8) << 56  # of a tag, where there is one
    return address


def some_access(rng, address):
    """With attributes that the client supplies in a third of the cases."""
    one = {"address": address, "access": rng.choice(("r", "w", "x", "rw")),
           "privileged": int(rng.random() < 0.4), "instruction": int(rng.random() < 0.1),
           "memory": "", "sh": "", "alloc": "", "nosnoop": 0}
    if rng.random() < 0.35:
        one["memory"] = rng.choice(("", *TYPES))
        one["sh"] = rng.choice(("", "nsh", "ish", "osh"))
        one["alloc"] = rng.choice(("", "none", "ra", "wa", "ra-wa"))
        one["nosnoop"] = int(rng.random() < 0.2)
    return one


def some_substream(rng, device, bits):
    """None, or a SubstreamID: mostly one that the device has."""
    runs = device.get("substreams", []) if device else []
    if not device or not bits or "stage1" not in device and not runs:
        return None
    if rng.random() < (0.3 if runs else 0.9):
        return None
    run = rng.choice(runs) if runs and rng.random() < 0.8 else None
    if run:
        return run["first"] + rng.randrange(run["count"])
    substream = rng.randrange(1 << bits)
    return substream or None


def trace(described, seed):
    """Accesses with what each must meet, and their lines of CSV."""
    rng = random.Random(seed + 1_000_003)
    model, accesses = Model(described), []
    for name in model.smmu:
        claimed = sorted(s for n, s in model.device if n == name)
        bits = model.smmu[name]["features"]["substream-bits"]
        for _ in range(60):
            stream = rng.choice(claimed) if claimed and rng.random() < 0.9 else (
                rng.randrange(1 << model.bits(name) + 1))
            device = model.device.get((name, stream))
            substream = some_substream(rng, device, bits)
            access = some_access(rng, some_address(rng, model, device, substream))
            shown = "" if substream is None else substream
            columns = ",".join(str(access[c]) for c in COLUMNS)
            accesses.append({"row": f"{name},{stream:#x},{shown},{columns}",
                             "want": model.answer(name, stream, substream, access)})
    return accesses
