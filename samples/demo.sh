#!/bin/sh
# The main job, start to end: demo.sh SMMU
set -eu
smmu=$1
case $smmu in /*) ;; *) smmu=$PWD/$smmu ;; esac
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() {
	printf '\n%s\n' "$*"
}
# A status of 1 is an answer: a fault, a finding.
run() {
	printf '\n$ smmu %s\n' "$*"
	"$smmu" "$@" || [ $? = 1 ]
}

say "1. The SMMU structures of a running Linux, captured from its memory: samples/linux-6.1"
run translate linux-6.1/system.yaml --stream 0x60 --address 0x2000e5ffc --access w
run translate linux-6.1/system.yaml --stream 0x48 --address 0xffffffffffff0000
run replay linux-6.1/system.yaml linux-6.1/trace.csv
run dump linux-6.1/system.yaml --stream 0x60

say "2. A network card, described: samples/nic/board.yaml becomes images, and a trace runs through them"
run build nic/board.yaml -o "$scratch/nic"
run replay "$scratch/nic/system.yaml" nic/trace.csv --each
run translate nic/board.yaml --stream 0x10 --address 0x20001000 --access w

say "3. Why each of those accesses faulted, and what would let it pass"
run replay "$scratch/nic/system.yaml" nic/trace.csv --each --format jsonl -o "$scratch/answers.jsonl"
run explain --system nic/board.yaml "$scratch/answers.jsonl"
