#!/usr/bin/env bash
# Format, folder ranks, sizes of files and functions, and clang-tidy's allow-list.
#   scripts/check.sh [--no-tidy]
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

if [[ ${1:-} != --no-tidy ]]; then
  step "clang-tidy"
  cmake --preset debug >/dev/null  # one instruction set: one compile command for each source
  printf '%s\n' "${sources[@]}" | grep -E '^(lib|app)/.*\.cc$' |
    xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build-debug 2>/dev/null || failed+=(clang-tidy)
fi

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "check.sh: failed: ${failed[*]}; the lines above say where" >&2
  exit 1
fi
step "All checks passed"
