#!/usr/bin/env bash
# Format, folder ranks, sizes of files and functions, and clang-tidy's allow-list.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { echo "== $*"; }
failed=()

scripts/install-packages.sh build test check
mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- '*.cc' '*.h' | sort -u)

step "Format (clang-format)"
clang-format --dry-run -Werror "${sources[@]}" || failed+=(format)
step "Folder ranks"
scripts/check-layers || failed+=(layers)
step "Sizes"
scripts/check-sizes || failed+=(sizes)

step "clang-tidy"
cmake --preset release >/dev/null  # a folder at a time, but for the kernels
cmake --preset debug >/dev/null    # kernels for one instruction set: once
tidy() { xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$1" 2>/dev/null || failed+=(clang-tidy); }
tidy build < <(find build/lib build/app -name 'unity_*.cxx')
tidy build-debug < <(ls lib/backend/*.cc)

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "check.sh: failed: ${failed[*]}; the lines above say where" >&2
  exit 1
fi
step "All checks passed"
