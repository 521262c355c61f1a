#!/usr/bin/env bash
# Feeds libFuzzer's inputs to everything that reads bytes from strangers (tests/fuzz), with sanitizers:
#   scripts/fuzz.sh [seconds-per-target | -runs=N] [target...]
# What it learns stays in build-fuzz/corpus; an input that fails is written to build-fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=${1:-60}
[[ $limit == -runs=* ]] || limit="-max_total_time=$limit"
shift || true

command -v clang++ >/dev/null || { echo "fuzz: expected clang++; apt-get install clang" >&2; exit 1; }
scripts/install-packages.sh build test
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
fuzz=build-fuzz/bin/heed-fuzz
[[ $# -gt 0 ]] || set -- $("$fuzz" --list)
for target in "$@"; do
  corpus=build-fuzz/corpus/$target
  mkdir -p "$corpus"
  "$fuzz" --seeds "$target" "$corpus"
  log=build-fuzz/$target.log
  if ! "$fuzz" "$target" "$corpus" "$limit" -max_len=16384 -timeout=10 -rss_limit_mb=2500 \
      -artifact_prefix="build-fuzz/$target-" -print_final_stats=1 >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "fuzz: $target failed; heed-fuzz $target FILE runs the input again" >&2
    exit 1
  fi
  echo "$target: $(sed -n 's/stat::number_of_executed_units: *//p' "$log") executions"
done
