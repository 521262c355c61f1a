#!/usr/bin/env bash
# Builds Debian packages (heed, libheed-dev, python3-heed) and a tarball to be unpacked anywhere, into build-package/:
#   scripts/package.sh          builds them; the same commit gives the same bytes
#   scripts/package.sh --check  also looks them over with lintian, installs them in a bare Debian 12 made
#                               by debootstrap, translates there, and removes them (as root)
# DEBFULLNAME and DEBEMAIL name the maintainer.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build-package
export DEBFULLNAME=${DEBFULLNAME:-The Heed authors} DEBEMAIL=${DEBEMAIL:-heed@example.org}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH

step() { echo "== $*"; }
die() { echo "package.sh: $*" >&2; exit 1; }

pack() {  # GENERATOR, and whether installed programs find their libraries by themselves
  cmake --preset package -DCMAKE_SKIP_INSTALL_RPATH="$2" >/dev/null || die "cannot configure; the reason stands above"
  cmake --build --preset package -j "$(nproc)" || die "cannot build; the first error above says why"
  (cd "$folder" && umask 022 && cpack -G "$1" >cpack.log 2>&1) || { tail "$folder/cpack.log" >&2; die "cpack failed (above)"; }
}

check() {
  step "Looking the packages over: lintian"
  lintian --fail-on error --tag-display-limit 0 "$folder"/*.deb
  step "Installing them in a bare Debian 12"
  local root
  root=$(mktemp -d)
  # shellcheck disable=SC2064  # the folder of now
  trap "rm -rf --one-file-system '$root'" EXIT
  debootstrap --variant=minbase bookworm "$root" >"$folder/debootstrap.log" 2>&1 ||
    { tail "$folder/debootstrap.log" >&2; die "debootstrap failed (above)"; }
  cp "$folder"/*.deb "$root/tmp"
  chroot "$root" sh -c 'apt-get install -y --no-install-recommends /tmp/heed_*.deb' >"$folder/apt.log" 2>&1 ||
    { tail "$folder/apt.log" >&2; die "apt-get install failed (above)"; }
  chroot "$root" heed info
  chroot "$root" sh -c 'echo "Ein Hund schläft." | LC_ALL=C.UTF-8 heed translate --quiet -m de-en' | tee "$folder/translation"
  grep -qi "dog" "$folder/translation" || die "expected a dog in the translation"
  chroot "$root" sh -c 'apt-get install -y --no-install-recommends /tmp/*.deb' >>"$folder/apt.log" 2>&1 ||
    { tail "$folder/apt.log" >&2; die "apt-get install failed (above)"; }
  chroot "$root" python3 -c 'import heed; print(heed.Translator("de-en").translate("Ein Hund schläft."))'
  chroot "$root" apt-get purge -y heed libheed-dev python3-heed >>"$folder/apt.log" 2>&1
  left=$(find "$root/usr" "$root/etc" "$root/var/lib" -path "$root/var/lib/dpkg" -prune -o -name '*heed*' -print)
  [[ -z $left ]] || die "expected nothing left behind, found $left"
}

[[ $# -eq 0 || $* == --check ]] || die "expected nothing or --check, found '$*'"
scripts/install-packages.sh build package
rm -f "$folder"/*.deb "$folder"/*.tar.gz
step "Building"
pack TGZ OFF
pack DEB ON
[[ $# -eq 0 ]] || check
step "Built"
ls -l "$folder"/*.deb "$folder"/*.tar.gz
