#!/usr/bin/env bash
# Trains on what a model of each direction makes of the training text beside the text itself (data diversification; Nguyen et al.
# 2020): source sentences with their translations by FORWARD, and translations by REVERSE with the target sentences that they come
# from. It needs no other text, and leaves the model's shape and decoding as they are.
#   models/recipes/data-diversification.sh MODEL SOURCE TARGET VALID-SOURCE VALID-TARGET FORWARD REVERSE [-- OPTION...]
# OPTIONs are those of heed train. The same command goes on where it was cut off; MODEL.texts holds what it made. BEAM (5) says how
# they translate. `heed` must be in PATH.
set -euo pipefail
expected="MODEL SOURCE TARGET VALID-SOURCE VALID-TARGET FORWARD REVERSE"
. "$(dirname -- "$(readlink -f -- "$0")")/arguments.sh"

# translate MODEL TEXT TRANSLATION
translate() {
  [[ -e $3 ]] && return
  heed translate -m "$1" -i "$2" -b "${BEAM:-5}" --sentences whole -o "$3.tmp" --resume
  mv "$3.tmp" "$3"
}

translate "${given[5]}" "$source" "$texts/target"
translate "${given[6]}" "$target" "$texts/source"
heed train -t "$source" "$target" "$source" "$texts/target" "$texts/source" "$target" --valid-sets "${valid[@]}" -m "$model" "$@"
