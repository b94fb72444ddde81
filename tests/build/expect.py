"""What accesses meet, worked out from a description: no tables, no registers.

IHI 0070 3.3 (lookup), 3.4 (address sizes), 5.2 and 5.4; DDI 0487 D8.4
(permissions).  An answer is ("ok", pa), ("abort",) or ("fault", event number).
"""
import random

CSV_HEADER = "smmu,stream,substream,address,access,privileged\n"

C_BAD_STREAMID, C_BAD_STE, F_STREAM_DISABLED = 0x2, 0x4, 0x6
C_BAD_SUBSTREAMID, C_BAD_CD = 0x8, 0xA
F_TRANSLATION, F_ADDR_SIZE, F_PERMISSION = 0x10, 0x11, 0x13


def fault(event):
    return ("fault", event)


def of_answer(answer):
    """The same form of what replay printed."""
    if answer["status"] == "ok":
        return ("ok", int(answer["pa"], 0))
    if answer["status"] in ("fault", "stall"):
        return ("fault", int(answer["event"]["type"], 0))
    return (answer["status"],)


def find_map(domain, address):
    for one in domain["maps"]:
        if one["input"] <= address < one["input"] + one["size"]:
            return one
    return None


def el2_permits(one, access, is_indirect):
    """Table D8-66: one privilege, and UXN is the only XN; or PIIP alone."""
    may = one["access"]
    if access != "x":
        return all(c in may for c in access)
    if is_indirect:
        return "x" in may and ("w" not in may or bool(one.get("privileged")))
    return "x" in may and not one.get("privileged")


def stage1_permits(one, access, privileged, is_lpae):
    """
    Table D8-65: what the unprivileged can write, the privileged cannot execute;
    in VMSAv8-32 they can (CD.UWXN is 0), but only what can be read.
    """
    may = one["access"]
    if one.get("privileged") and not privileged:
        return False
    if access == "x" and is_lpae:
        return "x" in may and "r" in may
    if access == "x":
        return "x" in may and not (privileged and "w" in may and not one.get("privileged"))
    return all(c in may for c in access)


def overridden(device, access, privileged):
    """5.2 PRIVCFG, INSTCFG: 2 is unprivileged and data, 3 privileged and instruction."""
    ste = device.get("ste", {})
    privileged = {2: 0, 3: 1}.get(ste.get("PRIVCFG"), privileged)
    if ste.get("INSTCFG") == 2 and access == "x":
        access = "r"
    if ste.get("INSTCFG") == 3 and access == "r":
        access = "x"
    return access, privileged


def stage1(domain, device, address, access, privileged):
    """(IPA or PA, None) or (None, answer)."""
    bits = domain["input-bits"]
    is_el2 = device.get("ste", {}).get("STRW") == "el2"
    low, high = address < 1 << bits, address >= (1 << 64) - (1 << bits) and not is_el2
    one = find_map(domain, address) if low or high else None
    if not one:
        return None, fault(F_TRANSLATION)
    permits = (el2_permits(one, access, "PIE" in domain.get("cd", {})) if is_el2
               else stage1_permits(one, access, privileged, domain.get("format") == "lpae"))
    if not permits:
        return None, fault(F_PERMISSION)
    return one["pa"] + address - one["input"], None


def stage2(domain, ipa, access):
    one = find_map(domain, ipa) if ipa < 1 << domain["input-bits"] else None
    if not one:
        return fault(F_TRANSLATION)
    needs = "rx" if access == "x" and domain.get("format") == "lpae" else access
    if not all(c in one["access"] for c in needs):
        return fault(F_PERMISSION)
    return ("ok", one["pa"] + ipa - one["input"])


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

    def bypass(self, name, address):
        if address >> self.smmu[name]["features"]["output-bits"]:
            return fault(F_ADDR_SIZE)
        return ("ok", address)

    def default(self, name, stream, address):
        fallback = self.smmu[name]["stream-table"]["default"]
        if fallback == "invalid":
            return fault(C_BAD_STE if self.has_leaf(name, stream) else C_BAD_STREAMID)
        return ("abort",) if fallback == "abort" else self.bypass(name, address)

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

    def answer(self, name, stream, substream, address, access, privileged):
        if stream >> self.bits(name):
            return fault(C_BAD_STREAMID)
        device = self.device.get((name, stream))
        if device is None:
            return self.default(name, stream, address)
        if device.get("abort"):
            return ("abort",)
        if device.get("bypass"):
            return self.bypass(name, address)
        domain, answer = self.context(device, substream)
        if answer:
            return answer
        access, privileged = overridden(device, access, privileged)
        if domain:
            address, answer = stage1(domain, device, address, access, privileged)
            if answer:
                return answer
        elif address >> self.ias(name):
            return fault(F_ADDR_SIZE)  # 3.4: beyond the IAS, before stage 2
        if "stage2" not in device:
            return ("ok", address)
        return stage2(self.domain[device["stage2"]], address, access)


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
    return (one["input"] + offset) % (1 << 64)


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
            address = some_address(rng, model, device, substream)
            access = rng.choice(("r", "w", "x", "rw"))
            privileged = int(rng.random() < 0.4)
            shown = "" if substream is None else substream
            accesses.append({
                "row": f"{name},{stream:#x},{shown},{address:#x},{access},{privileged}",
                "want": model.answer(name, stream, substream, address, access, privileged)})
    return accesses
