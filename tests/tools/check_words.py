#!/usr/bin/env python3
"""Architected words are taken apart by accessors of lib/spec only.

Looks for shifts, masks with a literal, and smmu_bits() in expressions over a
word of a structure, descriptor, command, event or register in the folders
above spec.  words_allowed.txt beside this file holds what was reviewed:
PATH  CODE  REASON, split by two blanks or more; CODE is part of the line.  An
entry that matches nothing is a problem too.
"""
import pathlib
import re
import sys

FOLDERS = ("model", "compile", "replay", "explain")
# What holds architected bits: words, descriptors, registers, or what an accessor returned.
WORD = (r"(?:\bword\[[^]]*\]|\b(?:\w+(?:->|\.))*desc\b(?!\w)|\bregs\[[^]]*\]|"
        r"\bsmmu_(?:ste|cd|l1std|l1cd|vms|evt|cmd|pri|s[12]desc(?:128)?|s[12]table(?:128)?|"
        r"[A-Z]\w*)_[A-Z]\w*\((?:[^()]|\([^()]*\))*\))")
LITERAL = r"(?:~?\(?(?:0x[0-9a-fA-F]+|\d+|UINT64_C\([^)]*\))u?\b)"
PATTERNS = [
    re.compile(WORD + r"\)?\s*(?:>>|<<)"),
    re.compile(WORD + r"\)?\s*&\s*" + LITERAL),
    re.compile(LITERAL + r"\s*&\s*\(?" + WORD),
    re.compile(r"\bsmmu_bits?(?:_set)?\(\s*(?:\*\s*)?" + WORD),
]
COMMENT = re.compile(r"/\*.*?\*/|//.*|\"(?:\\.|[^\"])*\"")


def findings(root):
    for folder in FOLDERS:
        for path in sorted((root / "lib" / folder).glob("*.[ch]")):
            inside = False
            for number, line in enumerate(path.read_text().splitlines(), 1):
                code = COMMENT.sub("", line)
                if inside:
                    inside = "*/" not in code
                    continue
                if "/*" in code:
                    inside = True
                    code = code.split("/*")[0]
                if any(p.search(code) for p in PATTERNS):
                    yield path.relative_to(root).as_posix(), number, line.strip()


def allowed(path):
    rows = []
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            parts = re.split(r"\s{2,}", line, maxsplit=2)
            if len(parts) != 3:
                sys.exit(f"{path.name}: not PATH  CODE  REASON: {line}")
            rows.append(tuple(parts))
    return rows


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    rows = allowed(pathlib.Path(__file__).with_name("words_allowed.txt"))
    used, problems = set(), []
    for path, number, line in findings(root):
        hits = [row for row in rows if row[0] == path and row[1] in line]
        used.update(hits)
        if not hits:
            problems.append(f"{path}:{number}: an architected word without accessor: {line}")
    problems += [f"words_allowed.txt: matches nothing: {row[0]}  {row[1]}"
                 for row in rows if row not in used]
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(f"words: {len(used)} reviewed expressions, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
