#!/usr/bin/env python3
"""Layer check: a folder includes only folders of a lower layer.

design.md, Layers.  Also: no "../" in includes, no _priv.h from outside its
folder, and lib never includes cli.
"""
import pathlib
import re
import sys

LAYERS = {
    "base": 0,
    "spec": 1,
    "mem": 2, "sys": 2, "trace": 2,
    "model": 3, "image": 3, "fw": 3,
    "compile": 4, "replay": 4, "explain": 4, "lint": 4,
    "report": 5, "diff": 5, "plan": 5,
    "cli": 6,
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def folder_of(path):
    return path.parts[1] if path.parts[0] == "lib" else path.parts[0]


def problems_of(root, path):
    here = folder_of(path)
    if here not in LAYERS:
        yield f"{path}: folder {here} is not in the table of layers"
        return
    for number, line in enumerate((root / path).read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        name = match.group(1)
        if ".." in name:
            yield f"{path}:{number}: include by folder, without ../: {name}"
            continue
        there = name.split("/")[0] if "/" in name else here
        if there not in LAYERS:
            yield f"{path}:{number}: {name} is in no known folder"
        elif there != here and LAYERS[there] >= LAYERS[here]:
            yield f"{path}:{number}: {here} may not include {there} ({name})"
        if name.endswith("_priv.h") and there != here:
            yield f"{path}:{number}: {name} is private to {there}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = sorted(
        f.relative_to(root)
        for top in ("lib", "cli")
        for f in (root / top).rglob("*")
        if f.suffix in (".c", ".h", ".def") and f.name != "smmu.h"
    )
    found = [p for f in files for p in problems_of(root, f)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    print(f"layers: {len(files)} files read, {len(found)} problems")
    return 1 if found or not files else 0


sys.exit(main())
