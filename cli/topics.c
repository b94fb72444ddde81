/*
 * Help topics: short references for the forms that several commands share.
 */
#include "topic.h"

#include <stddef.h>

static const char system_text[] =
	"A system file is YAML.  Captured from a machine, it lists memory and registers:\n"
	"\n"
	"  version: 1\n"
	"  memory:\n"
	"    - {base: 0x40000000, size: 128M}         # RAM of zeros\n"
	"    - {base: 0x40000000, file: mem.bin.gz}   # bytes over it; path from here\n"
	"  smmus:\n"
	"    - name: smmu0\n"
	"      registers:                             # by architected name\n"
	"        SMMU_IDR0: 0x0d44101b\n"
	"        SMMU_CR0: 0x0000000d\n"
	"        SMMU_STRTAB_BASE: 0x40000000\n"
	"        SMMU_STRTAB_BASE_CFG: 0x00000008\n"
	"\n"
	"Registers left out read as their reset value; when any identification register\n"
	"is given, the others read as 0.  An access outside memory is an external abort.\n"
	"Where files overlap, the later one wins.\n"
	"\n"
	"Described, it says what tables are to hold.  Every command takes it as it is,\n"
	"and \"smmu build\" writes the captured form of it:\n"
	"\n"
	"  version: 1\n"
	"  memory:\n"
	"    - {name: dram, base: 0x80000000, size: 2G}\n"
	"  smmus:\n"
	"    - name: smmu0\n"
	"      features: {architecture: v3.2, stages: [1, 2], stream-bits: 16}\n"
	"      stream-table: {default: abort}          # or bypass, invalid\n"
	"      tables: {base: 0x90000000, size: 1M}    # where structures are placed\n"
	"  domains:                                    # address spaces\n"
	"    - name: nic\n"
	"      stage: 1\n"
	"      input-bits: 39\n"
	"      maps:\n"
	"        - {iova: 0x10000000, pa: 0x88000000, size: 64K, access: rw}\n"
	"        - {iova: 0x8020000, pa: 0x8020000, size: 4K, memory: device-nGnRE}\n"
	"    - name: vm\n"
	"      stage: 2\n"
	"      input-bits: 40\n"
	"      tables: {ipa: 0x5f000000, size: 1M}     # stage 1 tables of nested devices\n"
	"      maps: [{ipa: 0x40000000, pa: 0xa0000000, size: 512M}]\n"
	"  devices:\n"
	"    - {name: eth0, streams: [0x10], stage1: nic}\n"
	"    - {name: nvme0, bdf: \"0000:01:00.0\", stage1: nic, stage2: vm}\n"
	"    - {name: gpu, streams: {first: 0x20, count: 4}, stage1: nic,\n"
	"       substreams: [{id: 1, stage1: nic}]}    # PASIDs\n"
	"    - {name: uart, streams: [3], bypass: true}\n"
	"\n"
	"\"smmu check --presets\" shows what an architecture version stands for, \"smmu\n"
	"check --schema\" every key with its meaning, and \"smmu dump SYSTEM --as system\"\n"
	"a captured machine as a description.\n"
	"\n"
	"Numbers are decimal or 0x hex, may hold _ between digits, and take the suffixes\n"
	"K, M, G and T (powers of 1024).\n";

static const char trace_text[] =
	"A trace is CSV with a header line that names its columns, in any order, or\n"
	"JSONL with the same keys.  Lines that start with # are comments.\n"
	"\n"
	"  stream, address, size       numbers; size is 1 when left out\n"
	"  substream                   number; none when left out\n"
	"  access                      r, w, x (an instruction read), rw (atomic)\n"
	"  privileged, instruction     0 or 1\n"
	"  security                    ns, s, realm\n"
	"  ns                          0 or 1: NS attribute of a Secure or Realm stream\n"
	"  memory, sh, alloc, nosnoop  incoming attributes\n"
	"  smmu                        name of the SMMU; the first one when left out\n"
	"  time                        number, in ns\n"
	"  op                          access (default), ats-request, ats-translated,\n"
	"                              pri, command, poke, mmio, tlbi, map, unmap\n"
	"  data                        what the op needs beside: words, bytes, a value\n"
	"  pa, x-...                   expected answer; columns of your own\n"
	"\n"
	"A command has two 64-bit words in data, a poke hex digits in memory order, an\n"
	"mmio write its value.  A name that ends in .gz, or content that starts with the\n"
	"gzip magic, is decompressed.\n"
	"\n"
	"map and unmap change the tables of a described system: in the domain that data\n"
	"names, or in that of the stream.  address, size and pa are as in a map of the\n"
	"file, access is rw when left out.  They write tables alone; what caches hold of\n"
	"them goes with a command or tlbi.  Without stream and data, or under\n"
	"--journal-only, they are only remembered.\n"
	"\n"
	"These logs are read as traces too, seen by what they say:\n"
	"\n"
	"  ftrace  iommu:* and dma:* events of Linux: the trace file, trace-cmd report,\n"
	"          perf script; maps and unmaps, and faults as accesses\n"
	"  qemu    -trace 'smmu*': translations with their pa, faults, register accesses\n"
	"  gem5    --debug-flags=SMMUv3: translations with their pa, faults, commands\n"
	"  fvp     GenericTrace of Fast Models: what tells a stream and an address\n";

static const char caches_text[] =
	"replay keeps nothing until it is told which caches there are: none, ideal (all\n"
	"of them, of any size) or each by name, in a file for --caches or under the key\n"
	"caches of a system file:\n"
	"\n"
	"  config: {entries: 64, ways: 4, policy: rr}   # STEs, CDs, their first levels\n"
	"  micro: {entries: 32, per: device}            # TLBs, nearest first\n"
	"  interface: {entries: 2K, ways: 4, per: device}\n"
	"  main: ideal\n"
	"  walk: {entries: 512, ways: 4}                # Table descriptors\n"
	"  ipa: none                                    # stage 2 under a stage 1\n"
	"\n"
	"One that is left out is none.  entries and ways are numbers, ways divides\n"
	"entries; without ways all entries are one set.  policy is lru (default), rr,\n"
	"random or plru.  per says who has one of its own: smmu (default), device (as\n"
	"devices: names them; a stream of none is one), stream.\n"
	"\n"
	"The walk cache may be in parts, each for what it names; no part, no cache:\n"
	"\n"
	"  walk:\n"
	"    - {stage: 1, level: 1, entries: 28, ways: 4}\n"
	"    - {stage: 1, level: 2}                     # as many as there are\n"
	"    - {stage: 2, leaves: true, fetches: false}\n"
	"\n"
	"leaves: Blocks and Pages too.  fetches: false leaves out the stage 2 of CDs and\n"
	"of stage 1 descriptors.  samples/caches-gem5.yaml holds gem5's defaults.\n"
	"\n"
	"An answer that a fresh walk would contradict is marked stale.  The summary has\n"
	"a row for each cache, and for each part as walk-s1-l2.\n";

static const char status_text[] =
	"  0  done\n"
	"  1  done, and what was asked about does not hold: a fault in translate, a\n"
	"     finding in check, a contradiction in features, a difference in replay\n"
	"     --expect\n"
	"  2  the request could not be carried out: usage, input that cannot be read or\n"
	"     is malformed, an output that cannot be written\n"
	"\n"
	"replay with faults is 0: the faults are its answer.\n";

static const char environment_text[] =
	"  NO_COLOR        no colour unless --color always\n"
	"  CLICOLOR_FORCE  colour even where the output is no terminal\n"
	"  TERM            dumb: no colour\n";

const struct cli_topic cli_topics[] = {
	{"system", "the system file", system_text},
	{"trace", "columns and records of a trace", trace_text},
	{"caches", "what a replay keeps until it is invalidated", caches_text},
	{"status", "exit statuses", status_text},
	{"environment", "variables that are read", environment_text},
	{"features", "features of the architecture, and what is done with each", NULL},
	{"events", "event records", NULL},
	{"commands", "commands of the Command queue", NULL},
	{"errors", "errors of the Command queue", NULL},
	{"registers", "registers", NULL},
	{"structures", "configuration structures and descriptors", NULL},
	{"rules", "what makes an STE, a CD or a command illegal, and what registers must not hold",
	 NULL},
	{NULL, NULL, NULL},
};
