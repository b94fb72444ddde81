#!/bin/sh
# The main job, start to end: demo.sh SMMU
set -eu
smmu=$1
cd "$(dirname "$0")/linux-6.1"
case $smmu in /*) ;; *) smmu=../../$smmu ;; esac

run() {
	printf '\n$ smmu %s\n' "$*"
	"$smmu" "$@" || [ $? = 1 ]
}

echo "The SMMU structures of a running Linux, captured from its memory: samples/linux-6.1"
run check system.yaml
run translate system.yaml --stream 0x60 --address 0x2000e5ffc --access w
run translate system.yaml --stream 0x48 --address 0xffffffffffff0000
run replay system.yaml trace.csv
run dump system.yaml --stream 0x60 --as map
