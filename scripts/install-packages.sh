#!/usr/bin/env bash
# Installs the Debian packages that a task needs and that are missing: build, test, check
# or package.
set -euo pipefail

declare -A packages=(
  [build]="g++ cmake ninja-build libbz2-dev libcli11-dev libcpp-httplib-dev libeigen3-dev libfmt-dev libicu-dev
           liblzma-dev libsentencepiece-dev libyaml-cpp-dev libzstd-dev nlohmann-json3-dev
           zlib1g-dev"
  [test]="libbenchmark-dev libgtest-dev libopenmpi-dev openmpi-bin perl pkgconf procps pybind11-dev python3-dev
          python3-numpy python3-pytest"
  [package]="debootstrap dpkg-dev file lintian pybind11-dev python3-dev"
  [check]="clang clang-format clang-tidy git"
)

die() { echo "install-packages: $*" >&2; exit 1; }

missing=()
for task in "$@"; do
  [[ -v packages[$task] ]] || die "expected tasks among '${!packages[*]}', found '$task'"
  command -v dpkg-query >/dev/null ||
    die "expected Debian 12 or a system with its packages; install by hand: ${packages[*]}"
  for package in ${packages[$task]}; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
  done
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || die "sudo not found; as root, run: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
echo "== Installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
       apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  die "apt-get failed (above); see to it and run this again"
fi
