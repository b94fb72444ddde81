"""Random descriptions that are right: a dictionary, and its YAML.

All of it follows from the seed.  What is drawn covers every granule, stage,
nesting, SubstreamIDs, both kinds of tables, TTB1, blocks, Contiguous runs,
privileged and global maps, attributes, big-endian tables, stalls, PCI addresses,
domains in several uses and one or two SMMUs.
"""
import random

import extras

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
GRANULE = {"4K": 12, "16K": 14, "64K": 16}
# Sizes of blocks and Contiguous runs by granule, DDI 0487 D8.2 and D8.7.1.
LARGE = {"4K": (16, 21, 25, 30), "16K": (21, 25, 30), "64K": (21, 29, 34)}
RAM = 0x4000_0000
TABLES = 64 * MIB


def draw_features(rng):
    version = rng.choice((0, 1, 2, 3, 4))
    features = {
        "architecture": f"v3.{version}",
        "stages": [1, 2] if rng.random() < 0.8 else [rng.choice((1, 2))],
        "granules": rng.choice((["4K"], ["4K", "64K"], ["4K", "16K", "64K"], ["16K"], ["64K"])),
        "output-bits": rng.choice((32, 36, 40, 42, 44, 48, 48) + ((52,) if version else ())),
        "stream-bits": rng.choice((1, 4, 5, 7, 9, 12)),
        "substream-bits": rng.choice((0, 1, 4, 6, 7, 10)),
        "two-level-contexts": rng.random() < 0.7,
        "two-level-streams": rng.random() < 0.8,
    }
    if 1 in features["stages"]:
        features["asid-bits"] = rng.choice((8, 16))
    if 2 in features["stages"]:
        features["vmid-bits"] = rng.choice((8, 16))
    if version >= 1:
        features["stt"] = rng.random() < 0.5
        features["input-bits"] = rng.choice((48, 52))
        features["lpa2"] = features["input-bits"] == 52 and rng.random() < 0.4
        features["override-types"] = rng.random() < 0.7
    features["stall"] = rng.choice(("never", "possible", "possible", "forced"))
    features["pri"] = rng.random() < 0.7
    return features


def largest_input(features, granule, stage):
    wide = granule == "64K" or features.get("lpa2")
    most = features["output-bits"] if stage == 2 else features.get("input-bits", 48)
    return min(most, 52 if wide else 48)


def smallest_input(features, granule):
    return 25 if not features.get("stt") else 17 if granule == "64K" else 16


class Space:
    """Addresses of [0, end) that are not taken yet."""

    def __init__(self, end):
        self.end, self.taken = end, []

    def take(self, start, size):
        if start + size > self.end:
            return False
        if any(start < b and a < start + size for a, b in self.taken):
            return False
        self.taken.append((start, start + size))
        return True


def draw_size(rng, granule, pages_only):
    unit = GRANULE[granule]
    kind = rng.random()
    if kind < 0.4 or (pages_only and kind >= 0.7):
        return rng.randint(1, 40) << unit, unit
    if kind < 0.7:
        return rng.randint(1, 8 * MIB >> unit) << unit, unit
    large = rng.choice(LARGE[granule])
    tail = rng.choice((0, 0, rng.randint(1, 20) << unit))
    return (rng.randint(1, 3) << large) + tail, large


def draw_attributes(rng, stage, is_wide):
    access = rng.choice(("r", "rw", "rw", "rx", "rwx") if stage == 1
                        else ("r", "w", "rw", "rw", "rx", "rwx", "x", "wx"))
    one = {"access": access}
    if rng.random() < 0.3 and "x" not in access:
        one["memory"] = rng.choice(("normal-wt", "normal-nc", "device-GRE", "device-nGRE",
                                    "device-nGnRE", "device-nGnRnE"))
    if rng.random() < 0.2:
        # descriptors with 52-bit addresses have no room for a choice
        cached = one.get("memory", "normal-wb") in ("normal-wb", "normal-wt")
        one["sh"] = ("ish" if cached else "osh") if is_wide else rng.choice(("nsh", "ish", "osh"))
    if stage == 1 and rng.random() < 0.2:
        one["privileged"] = True
    if stage == 1 and rng.random() < 0.1:
        one["global"] = True
    return one


def draw_maps(rng, domain, input_bits, output_bits, high, count):
    """Up to count maps that do not overlap; high: in the upper half."""
    space, maps = Space(1 << input_bits), []
    stage, granule = domain["stage"], domain["granule"]
    for _ in range(count):
        size, log2 = draw_size(rng, granule, domain.get("leaves") == "pages")
        if size > 1 << input_bits or size > 1 << output_bits:
            continue
        before = maps[-1] if maps and rng.random() < 0.3 else None
        if before:
            start = before["input"] + before["size"]
            pa = before["pa"] + before["size"]
            attributes = {k: v for k, v in before.items() if k not in ("input", "pa", "size")}
            size = rng.randint(1, 64) << GRANULE[granule]
        else:
            start = rng.randrange(0, (1 << input_bits) - size + 1) >> log2 << log2
            pa = rng.randrange(0, (1 << output_bits) - size + 1) >> log2 << log2
            attributes = draw_attributes(rng, stage, domain["is-wide"])
            # the output is not aligned as the input is: all of it takes Pages
            if size <= 256 * MIB and rng.random() < 0.2:
                pa += 1 << GRANULE[granule]
        if pa + size > 1 << output_bits or not space.take(start, size):
            continue
        maps.append({"input": start, "pa": pa, "size": size, **attributes})
    if high:
        for one in maps:
            one["input"] += (1 << 64) - (1 << input_bits)
    return maps


def wants_wide(features, granule):
    return granule == "64K" or features.get("lpa2")


def draw_domain(rng, name, stage, smmus):
    """A domain that all of smmus can use."""
    granules = [g for g in GRANULE if all(g in s["features"]["granules"] for s in smmus)]
    usable = [s["features"] for s in smmus]
    if not granules or any(stage not in f["stages"] for f in usable):
        return None
    granule = rng.choice(granules)
    domain = {"name": name, "stage": stage, "granule": granule}
    low = max(smallest_input(f, granule) for f in usable)
    high = min(largest_input(f, granule, stage) for f in usable)
    if granule != "64K" and rng.random() < 0.7:
        high = min(high, 48)
    if low > high:
        return None
    domain["input-bits"] = rng.choice((low, high, rng.randint(low, high), min(high, 39)))
    domain["input-bits"] = max(low, domain["input-bits"])
    output = min(f["output-bits"] for f in usable)
    ds = domain["input-bits"] > 48 and granule != "64K"
    if granule != "64K" and not ds:
        output = min(output, 48)
    if rng.random() < 0.2:
        sizes = [b for b in (32, 36, 40, 42, 44, 48) if b <= output]
        domain["output-bits"] = output = rng.choice(sizes)
    elif ds and output > 48:
        domain["output-bits"] = 52
    if rng.random() < 0.25:
        domain["leaves"] = rng.choice(("blocks", "pages"))
    if rng.random() < 0.1:
        domain["endian"] = "big"
    if rng.random() < 0.1 and all(f["stall"] != "never" for f in usable):
        domain["stall"] = True
    domain["is-wide"] = granule != "64K" and max(
        domain["input-bits"], domain.get("output-bits", 0)) > 48
    bits = domain["input-bits"]
    maps = draw_maps(rng, domain, bits, output, False, rng.randint(0, 6))
    if stage == 1 and rng.random() < 0.4:
        maps += draw_maps(rng, domain, bits, output, True, rng.randint(0, 4))
    rng.shuffle(maps)
    domain["maps"] = maps
    domain["output"] = output
    return domain


def give_tables(rng, domain, ram):
    """A stage 2 domain gets an IPA range for the structures of nested devices."""
    unit = 1 << GRANULE[domain["granule"]]
    size, pieces = 16 * MIB, rng.choice((1, 1, 2))
    if domain["input-bits"] < 27:
        return False
    # a stage 1 domain cannot be told to lie above its own output size
    space = Space(1 << min(domain["input-bits"], 32))
    space.taken = [(m["input"], m["input"] + m["size"]) for m in domain["maps"]]
    for _ in range(20):
        start = rng.randrange(0, space.end - size + 1) // unit * unit
        if space.take(start, size):
            break
    else:
        return False
    piece = size // pieces
    for i in range(pieces):
        pa = ram["next"]
        ram["next"] += piece + (unit if i == 0 else 0)
        ram["next"] = -(-ram["next"] // (64 * KIB)) * (64 * KIB)
        if ram["next"] > ram["end"]:
            return False
        domain["maps"].append({"input": start + i * piece, "pa": pa, "size": piece,
                               "access": rng.choice(("r", "rw"))})
    domain["tables"] = {"ipa": start, "size": size}
    return True


class Streams:
    def __init__(self, bits):
        self.free = list(range(1 << bits))

    def take(self, rng, count):
        start = rng.choice(self.free) if self.free else None
        if start is None:
            return None
        run = [s for s in range(start, start + count) if s in self.free]
        run = [s for i, s in enumerate(run) if s == start + i]
        self.free = [s for s in self.free if s not in run]
        return {"first": run[0], "count": len(run)} if run else None


def draw_substreams(rng, bits, names, has_stage1, asids):
    """Runs of SubstreamIDs; asids gives the next one that nobody has."""
    runs, at = [], 1 if has_stage1 else 0
    while at < 1 << bits and len(runs) < 4:
        count = rng.choice((1, 1, 1, rng.randint(2, 70)))
        count = min(count, (1 << bits) - at)
        run = {"first": at, "count": count, "stage1": rng.choice(names)}
        kind = rng.random()
        if kind < 0.2:
            run["asid"] = asids.take(1)
        elif kind < 0.4 and count > 1:
            run["asid-steps"] = asids.take(count)
        if run.get("asid", 0) is None or run.get("asid-steps", 0) is None:
            break
        runs.append(run)
        at += count + rng.choice((0, 1, rng.randint(0, 80)))
    return runs


class Asids:
    """Numbers from the top that no domain is given."""

    def __init__(self, bits):
        self.next = (1 << bits) - 1

    def take(self, count):
        if self.next - count < 64:
            return None
        self.next -= count
        return self.next + 1


def draw_device(rng, name, smmu, domains, streams, asids):
    runs = [r for r in (streams.take(rng, rng.choice((1, 1, 3)))
                        for _ in range(rng.choice((1, 1, 2)))) if r]
    if not runs:
        return None
    device = {"name": name, "smmu": smmu["name"], "streams": runs}
    if len(runs) == 1 and runs[0]["count"] == 1 and rng.random() < 0.5:
        device["bdf"] = runs[0]["first"]
    fits = [d for d in domains if smmu["name"] in d["smmus"]]
    stage1 = [d["name"] for d in fits if d["stage"] == 1]
    stage2 = [d for d in fits if d["stage"] == 2]
    kind = rng.random()
    if kind < 0.1 or not fits:
        device[rng.choice(("bypass", "abort"))] = True
        return device
    under = rng.choice(stage2) if stage2 and rng.random() < 0.5 else None
    if under:
        device["stage2"] = under["name"]
    if stage1 and (not under or "tables" in under):
        if rng.random() < 0.8:
            device["stage1"] = rng.choice(stage1)
        bits = smmu["features"]["substream-bits"]
        if bits and rng.random() < 0.5:
            device["substreams"] = draw_substreams(rng, bits, stage1, "stage1" in device, asids)
    if not any(k in device for k in ("stage1", "stage2", "substreams")):
        device["abort"] = True
    return device


def draw_smmu(rng, i, count):
    name = f"smmu{i}"
    features = draw_features(rng)
    table = {"default": rng.choice(("abort", "bypass", "invalid"))}
    if rng.random() < 0.8:
        table["format"] = rng.choice(("linear", "2-level"))
        if not features["two-level-streams"]:
            table["format"] = "linear"
        if table["format"] == "2-level" and rng.random() < 0.7:
            table["split"] = rng.choice((6, 8, 10))
    if rng.random() < 0.2:
        table["stream-bits"] = rng.randint(1, features["stream-bits"])
    smmu = {"name": name, "features": features, "stream-table": table,
            "tables": {"base": RAM + i * TABLES + rng.choice((0, 4 * KIB, 20 * KIB)),
                       "size": TABLES - 64 * KIB}}
    if rng.random() < 0.3:
        smmu["queues"] = {"command": 1 << rng.randint(0, 10), "event": 1 << rng.randint(0, 10)}
        if features["pri"] and rng.random() < 0.5:
            smmu["queues"]["pri"] = 1 << rng.randint(0, 8)
    if count > 1 or rng.random() < 0.5:
        smmu["base"] = 0x2B40_0000 + i * 0x40000
    return smmu


def draw_domains(rng, smmus, ram):
    domains = []
    for i in range(rng.randint(1, 5)):
        stage = rng.choice((1, 1, 2))
        users = smmus if rng.random() < 0.4 else [rng.choice(smmus)]
        domain = draw_domain(rng, f"{'s1' if stage == 1 else 'vm'}-{i}", stage, users)
        if not domain:
            continue
        domain["smmus"] = [s["name"] for s in users]
        # one IPA range serves one SMMU: on two, two sets of tables go into it
        if stage == 2 and rng.random() < 0.7:
            give_tables(rng, domain, ram)
        if rng.random() < 0.5:
            domain["asid" if stage == 1 else "vmid"] = 10 + 3 * i
        domains.append(domain)
    return domains


def system(seed):
    rng = random.Random(seed)
    smmus = [draw_smmu(rng, i, 0) for i in range(rng.choice((1, 1, 1, 2)))]
    ram = {"next": RAM + len(smmus) * TABLES, "end": RAM + GIB}
    domains = draw_domains(rng, smmus, ram)
    devices = []
    for smmu in smmus:
        bits = smmu["stream-table"].get("stream-bits", smmu["features"]["stream-bits"])
        streams = Streams(bits)
        asids = Asids(smmu["features"].get("asid-bits", 16))
        for i in range(rng.randint(1, 6)):
            device = draw_device(rng, f"{smmu['name']}-dev{i}", smmu, domains, streams, asids)
            if device:
                devices.append(device)
    rng.shuffle(devices)
    described = {"smmus": smmus, "domains": domains, "devices": devices}
    extras.add(described, seed, draw_maps)
    return described


# ---- as YAML ----

def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return hex(value) if isinstance(value, int) and value > 9999 else str(value)


def yaml_map(one, stage):
    return {("iova" if stage == 1 else "ipa"): one["input"],
            **{k: v for k, v in one.items() if k != "input"}}


def yaml_run(run):
    out = {"id": run["first"]} if run["count"] == 1 else {"first": run["first"],
                                                          "count": run["count"]}
    out["stage1"] = run["stage1"]
    if "asid" in run:
        out["asid"] = run["asid"]
    if "asid-steps" in run:
        out["asid"] = {"first": run["asid-steps"]}
    return out


def yaml(described):
    lines = ["version: 1", "memory:", f"  - {{name: ram, base: {RAM:#x}, size: 1G}}", "smmus:"]
    lines += [f"  - {flow(s)}" for s in described["smmus"]]
    if described["domains"]:
        lines.append("domains:")
    for domain in described["domains"]:
        out = {k: v for k, v in domain.items() if k not in ("maps", "smmus", "output", "is-wide")}
        out["maps"] = [yaml_map(m, domain["stage"]) for m in domain["maps"]]
        lines.append(f"  - {flow(out)}")
    if described["devices"]:
        lines.append("devices:")
    for device in described["devices"]:
        out = dict(device)
        if "bdf" in out:  # its StreamID is the same number
            del out["streams"]
            out["bdf"] = '"{:02x}:{:02x}.{:x}"'.format(out["bdf"] >> 8, out["bdf"] >> 3 & 31,
                                                        out["bdf"] & 7)
        if "substreams" in out:
            out["substreams"] = [yaml_run(r) for r in out["substreams"]]
        lines.append(f"  - {flow(out)}")
    return "\n".join(lines) + "\n"
