#!/usr/bin/env bash
# Measures a model on spoiled forms of a test set (scripts/make-noise), and prints a table of them:
#   scripts/robustness.sh MODEL SOURCE REFERENCE [SEED] [-- FLAGS of heed translate]
# BLEU is sacreBLEU's (13a), cased and lower-cased, with the difference to the clean text's. Where
# something was put into each line, `held` is the share of translations that have it, and BLEU that
# of the rest. Texts may be gz. HEED names another program than build/bin/heed.
set -euo pipefail
here=$(realpath "$(dirname "$0")")
heed=${HEED:-$here/../build/bin/heed}

die() { echo "robustness.sh: $*" >&2; exit 1; }

arguments=()
while (($# > 0)) && [[ $1 != -- ]]; do arguments+=("$1"); shift; done
(($# == 0)) || shift
((${#arguments[@]} == 3 || ${#arguments[@]} == 4)) ||
  die "expected MODEL SOURCE REFERENCE [SEED] [-- FLAGS], found ${#arguments[@]} arguments"
model=${arguments[0]} source=${arguments[1]} reference=${arguments[2]} seed=${arguments[3]:-1}
[[ -x $heed ]] || die "expected the program $heed, found none; build it: scripts/build.sh heed-app"
perl -MUnicode::Normalize -e 1 2>/dev/null ||
  die "expected perl with its core modules, found none; install the package perl"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
gzip -cdf -- "$source" >"$folder/source"
gzip -cdf -- "$reference" >"$folder/reference"

bleu() {  # HYPOTHESIS REFERENCE [FLAG]
  "$heed" evaluate "$2" -i "$1" -m bleu -b -w 2 -q "${@:3}"
}

row() { printf '%-10s %7s %7s %7s %7s %7s\n' "$@"; }
difference() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%+.2f", a - b }'; }

row set BLEU diff lower diff held
for set in $("$here/make-noise" --sets); do
  output=$folder/output reference=$folder/reference held=
  "$here/make-noise" "$set" "$seed" "$folder/spans" <"$folder/source" >"$folder/noisy"
  "$heed" translate --quiet -m "$model" "$@" -i "$folder/noisy" >"$output"
  if [[ $set == joined ]]; then
    "$here/make-noise" joined "$seed" <"$folder/reference" >"$folder/joined"
    reference=$folder/joined
  elif grep -q . "$folder/spans"; then
    held=$("$here/make-noise" --held "$folder/spans" <"$output")%
    "$here/make-noise" --rest "$folder/spans" <"$output" >"$folder/rest"
    output=$folder/rest
  fi
  cased=$(bleu "$output" "$reference")
  lower=$(bleu "$output" "$reference" --lowercase)
  [[ $set != clean ]] || clean=$cased clean_lower=$lower
  row "$set" "$cased" "$(difference "$cased" "$clean")" \
    "$lower" "$(difference "$lower" "$clean_lower")" "$held"
done
