#!/bin/sh
# run.sh FUZZER SECONDS: from the seeds in tests/fuzz/seeds/<name>, new finds in build only.
set -eu
name=$(basename "$1")
corpus=$(dirname "$1")/corpus-$name
mkdir -p "$corpus" "tests/fuzz/seeds/$name"
echo "fuzz $name for $2 s"
"$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=0 \
	-verbosity=0 "$corpus" "tests/fuzz/seeds/$name"
