#!/usr/bin/env bash
# Installs what is missing, builds a preset (release unless named) and runs all its tests, or those of some folders.
#   scripts/test.sh [release|debug|asan|tsan [FOLDER...]]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
only=() chosen=()
for folder in "${@:2}"; do only+=(--target "heed-$folder-tests"); done
[[ $# -lt 2 ]] || chosen=(-R "^($(IFS='|'; echo "${*:2}"))\$")

step() { echo "== $*"; }
die() { echo "test.sh: $*" >&2; exit 1; }

scripts/install-packages.sh build test
step "Configuring and building the $preset preset"
cmake --preset "$preset" >/dev/null || die "cannot configure; the reason stands above"
cmake --build --preset "$preset" -j "$(nproc)" "${only[@]}" || die "cannot build; the first error above says why"
step "Running the tests"
ctest --preset "$preset" --no-tests=error -j "$(($(nproc) + 1))" "${chosen[@]}" ||  # some of the program's wait
  die "tests failed; again, one of them: ctest --preset $preset -R NAME"
step "All tests of the $preset preset passed"
