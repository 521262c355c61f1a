# Read by the recipes, whose `expected` names their arguments: those before -- become `given` and, as all recipes have them first,
# model, source, target and valid; those after it, options of heed train, remain "$@". `texts` is a folder for what is made.

die() { echo "${0##*/}: $*" >&2; exit 1; }

given=()
while (($# > 0)) && [[ $1 != -- ]]; do given+=("$1"); shift; done
(($# == 0)) || shift
read -ra names <<<"$expected"
((${#given[@]} >= ${#names[@]})) || die "expected $expected [-- OPTION...], found ${#given[@]} before --"
model=${given[0]} source=${given[1]} target=${given[2]} valid=("${given[@]:3:2}") texts=${given[0]}.texts
mkdir -p "$texts"
