#!/usr/bin/env bash
# Installs what is missing and builds targets of the release preset in build/. A folder that is
# configured already keeps its options, so that this and test.sh can follow each other in any order.
#   scripts/build.sh TARGET...
set -euo pipefail
cd "$(dirname "$0")/.."

die() { echo "build.sh: $*" >&2; exit 1; }

scripts/install-packages.sh build
if [[ ! -e build/build.ninja ]]; then
  cmake --preset release -DHEED_TESTS=OFF >/dev/null ||
    die "cannot configure; the reason stands above"
fi
cmake --build --preset release --target "$@" -j "$(nproc)" ||
  die "cannot build; the first error above says why"
