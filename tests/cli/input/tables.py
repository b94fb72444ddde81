#!/usr/bin/env python3
"""Writes the memory of board.yaml, by hand and not by smmu.

Bit positions: IHI 0070 G.b 5.2 (STE), 5.4 (CD); DDI 0487 D8.3 (descriptors).
"""
import gzip
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
STREAM_TABLE, CDS, S1, S2 = 0x40000000, 0x40001000, 0x40002000, 0x40010000
CFG_ABORT, CFG_BYPASS, CFG_S1, CFG_S2, CFG_NESTED = 0, 4, 5, 6, 7
S1_WORD1 = 1 << 2 | 1 << 4 | 3 << 6                         # S1CIR, S1COR, S1CSH
S2_WORD2 = (7 | 25 << 32 | 1 << 38 | 1 << 40 | 1 << 42 | 3 << 44 | 4 << 48 | 1 << 51
            | 1 << 58)                            # VMID 7, T0SZ 25, SL0 1, PS 44, AA64, R
XN = 1 << 54 | 1 << 53
PAGE = 0xf43 | XN                                 # AP 0b01, ISH, AF, nG, both XN
RUNS = ((0x40000000, 0x13000), (0x46001000, 0x4000))

memory = {}


def put(pa, *words):
    for i, word in enumerate(words):
        memory[pa + 8 * i] = word


def ste(stream, config, ptr=0, *words):
    put(STREAM_TABLE + 64 * stream, 1 | config << 1 | ptr, *words)


def cd(pa, ttb, asid, record=1):
    word0 = (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 30 | 1 << 31 | 4 << 32 | 1 << 41
             | record << 45 | 1 << 46 | 1 << 47 | asid << 48)
    put(pa, word0, ttb, 0, 0xff)                  # T0SZ 25, EPD1, IPS 44, MAIR0 write-back


def streams():
    ste(0, CFG_BYPASS)
    ste(1, CFG_ABORT)
    ste(3, CFG_S1, CDS, S1_WORD1)
    ste(4, CFG_S2, 0, 0, S2_WORD2, S2)
    ste(5, CFG_NESTED, 0x1000, S1_WORD1, S2_WORD2, S2)
    ste(6, CFG_S1, CDS + 0x40, S1_WORD1)          # CD not valid
    ste(7, CFG_S1, 0x90000000, S1_WORD1)          # CD outside memory
    ste(8, CFG_S2, 0, 0, S2_WORD2 | 3 << 46, S2)     # S2TG reserved
    ste(9, CFG_S1, CDS + 0x80, S1_WORD1)          # CD.R = 0


def stage1():
    cd(CDS, S1, 1)
    cd(CDS + 0x80, S1, 2, record=0)
    put(S1, S1 + 0x1000 | 3)
    put(S1 + 0x1000 + 8 * 0x80, S1 + 0x2000 | 3, 0x44000000 | 0xf41 | XN, 0x90000000 | 3)
    put(S1 + 0x2000,
        0x42000000 | PAGE,
        0x42001000 | PAGE | 0x80,                 # read-only
        0x42002000 | PAGE & ~0x400,               # Access flag clear
        0,
        0x42004000 | PAGE & ~0x40,                # privileged only
        0x42005000 | PAGE & ~(1 << 54),           # unprivileged execution
        0x42006001,                               # reserved at level 3
        1 << 45 | PAGE)                           # beyond IPS


def stage2():
    put(S2, S2 + 0x1000 | 3)
    put(S2 + 0x1000, 0x46000000 | 0x7fd, S2 + 0x2000 | 3)
    put(S2 + 0x2000, 0x47000000 | 0x77f)          # read-only


def nested():
    """Stage 1 of stream 5, at IPAs 0x1000 to 0x4fff = PAs 0x46001000 on."""
    cd(0x46001000, 0x2000, 3)
    put(0x46002000, 0x3003)
    put(0x46003000 + 8 * 0x10, 0x4003, 0x40000003)    # the second: unmapped at stage 2
    put(0x46004000, 0x200000 | PAGE, 0x10000 | PAGE, 0x40000000 | PAGE)


def main():
    for part in (streams, stage1, stage2, nested):
        part()
    for base, size in RUNS:
        image = bytearray(size)
        for pa, word in memory.items():
            if base <= pa < base + size:
                image[pa - base:pa - base + 8] = struct.pack("<Q", word)
        with open(HERE / f"mem-{base:x}.bin.gz", "wb") as file:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                packed.write(bytes(image))


if __name__ == "__main__":
    main()
