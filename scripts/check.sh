#!/usr/bin/env bash
# Format, folder ranks, includes, sizes of files and functions, and clang-tidy's allow-list.
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
step "Includes of the standard library"
scripts/check-includes || failed+=(includes)
step "Sizes"
scripts/check-sizes || failed+=(sizes)

# What is compiled in a build folder, but for the tests.
commands() { sed -n 's/^ *"command": "\(.*\)",$/\1/p' "$1/compile_commands.json" | grep -e ' -o tests/.*/bench/' -e ' -o [^t]'; }
each() { xargs -r -d '\n' -P "$(nproc)" -n 1 "$@"; }

# By clang, with others' headers precompiled: whether those are named, check-includes sees. Kernels are compiled so anyway.
step "Every file by itself"
cmake --preset debug -DHEED_BENCHMARKS=ON >/dev/null
others=$PWD/build-debug/others.h
grep -rhoE '^#include <([a-z_]+|fmt/(core|format).h|nlohmann/.*)>' lib app | grep -v -e cerrno -e csignal |  # macros
  sort -u >"$others"
by_themselves() {
  commands build-debug | grep -v -e -march=x86 |
    sed 's/\\\(.\)/\1/g; s/ -o [^ ]*//; s/ -[fgmW][^ ]*//g; s/^[^ ]*/clang++ -w -fsyntax-only -fpch-instantiate-templates/'
}
by_themselves | sed -n "\|lib/util/strings.cc\$| s|-fsyntax-only\(.*\) -c .*|\1 -x c++-header $others -o $others.pch|p" | bash
by_themselves | sed "s|\$| -include-pch $others.pch|" | each bash -c || failed+=(files)

step "clang-tidy"
cmake --preset release >/dev/null
tidy() { each clang-tidy --quiet -p "$1" 2> >(grep -v 'warnings generated\|^Suppressed\|^Use -h' >&2); }
commands build | grep -o '[^ ]*/Unity/[^ ]*[.]cxx$' | tidy build || failed+=(clang-tidy)
ls lib/backend/*.cc | tidy build-debug || failed+=(clang-tidy)  # kernels: for one level

if [[ ${#failed[@]} -gt 0 ]]; then
  echo "check.sh: failed: ${failed[*]}; the lines above say where" >&2
  exit 1
fi
step "All checks passed"
