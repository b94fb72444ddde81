#!/usr/bin/env python3
"""Every message of the loader and the builder has a test: check_messages.py ROOT

Takes the formats of all errors, warnings and notes out of lib/sys, lib/compile
and lib/mem, and looks for each in what golden command lines print and in what
unit tests expect.  Prints those that nothing shows, and ends with 1 then.
"""
import pathlib
import re
import sys

FOLDERS = ("lib/sys", "lib/compile", "lib/mem")

# Function: which argument is the format.
FUNCTIONS = {
    "smmu_reader_fail": 3, "smmu_reader_warn": 2, "smmu_reader_note": 2,
    "smmu_diag_error": 3, "smmu_diag_warn": 2, "smmu_diag_note": 2, "smmu_diag_errno": 3,
    "build_error": 3, "build_warn": 2, "build_note": 2,
}

# No golden case can bring these about, for the reason given.
UNREACHABLE = {
    "out of memory": "the host has none left",
    "'%s' cannot be modelled": "smmu_model_new fails for want of memory alone, told otherwise",
    "memory from 0x%x of 0x%x bytes cannot be had": "the loader has checked base and size",
    "cannot read %s": "a folder that only others may read: nothing is closed to root",
    "cannot map %s: %s": "a regular file with a size that the host does not map",
}

STRING = r'"((?:[^"\\]|\\.)*)"'
PIECE = rf"(?:{STRING}|PRI[diuxX]\w+)"
CONVERSION = re.compile(r"%[-0 #+]*(?:\.?\d+|\.\*)?(?:hh|h|ll|l|z)?([a-zA-Z%])")
NUMBER = {"d": r"-?\d+", "u": r"\d+", "x": "[0-9a-f]+", "X": "[0-9A-F]+", "c": ".",
          "s": ".*", "%": "%"}


def arguments(text, start):
    """The arguments of the call whose parenthesis is open at start."""
    depth, begin, at, args = 1, start, start, []
    while depth:
        c = text[at]
        if c == '"':
            at = re.compile(STRING).match(text, at).end()
            continue
        if c == "'":
            at += 3 if text[at + 1] != "\\" else 4
            continue
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 or (c == "," and depth == 1):
            args.append(text[begin:at])
            begin = at + 1
        at += 1
    return args


def literals(argument):
    """The strings in it, adjacent ones as one, PRIx64 and its like as conversions."""
    found = []
    for run in re.finditer(rf"{PIECE}(?:\s*{PIECE})*", argument):
        parts = []
        for piece in re.finditer(rf'{STRING}|PRI([diuxX])\w+', run.group(0)):
            parts.append(piece[2] if piece[2] else piece[1])
        found.append(re.sub(r"\\(.)", r"\1", "".join(parts)))
    return found


def formats(root):
    """(place, format) of every message."""
    calls = re.compile(r"\b(" + "|".join(FUNCTIONS) + r")\s*\(")
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.c")):
            text = path.read_text()
            for call in calls.finditer(text):
                args = arguments(text, call.end())
                if len(args) <= FUNCTIONS[call[1]]:
                    continue
                line = text.count("\n", 0, call.start()) + 1
                for one in literals(args[FUNCTIONS[call[1]]]):
                    yield f"{path.relative_to(root)}:{line}", one


def pattern(message):
    """What matches the message, and some of its own words have to."""
    out, at = [], 0
    for conversion in CONVERSION.finditer(message):
        out += [re.escape(message[at:conversion.start()]), NUMBER[conversion[1]]]
        at = conversion.end()
    return "".join(out + [re.escape(message[at:])])


def shown(root):
    """What golden cases print, a message a line, and the strings of unit tests."""
    lines = []
    for name in ("stdout", "stderr"):
        for path in sorted(root.glob(f"tests/cli/*/*/{name}")):
            for line in path.read_text(errors="replace").splitlines():
                said = re.search(r"\b(?:error|warning|note): (.*)", line)
                lines += [said[1]] if said else []
                lines += [re.sub(r"\\(.)", r"\1", m) for m in
                          re.findall(rf'"message": ?{STRING}', line)]
    for path in sorted(root.glob("tests/unit/*/*.c")):
        lines += literals(path.read_text())
    return lines


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    lines, missing, count = "\n".join(shown(root)), 0, 0
    for place, message in formats(root):
        if not re.search(r"[a-z]{2}", CONVERSION.sub("", message)):
            continue  # a message that was made elsewhere
        count += 1
        seen = re.search(rf"^{pattern(message)}(?:: [A-Z].*)?$", lines, re.MULTILINE)
        if bool(seen) == (message not in UNREACHABLE):
            continue
        print(f"{place}: {'shown, and listed as unreachable' if seen else 'no test shows'}: "
              f"{message}")
        missing += 1
    print(f"messages of the loader and builder: {count - missing} shown or explained, "
          f"{missing} not")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
