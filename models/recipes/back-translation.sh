#!/usr/bin/env bash
# Trains with text that only the target language has: a model of the other direction draws a source sentence for each of its
# lines (Sennrich et al. 2016; by sampling, Edunov et al. 2018), which a mark of its own begins (Caswell et al. 2019).
#   models/recipes/back-translation.sh MODEL SOURCE TARGET VALID-SOURCE VALID-TARGET MONOLINGUAL REVERSE... [-- OPTION...]
# REVERSE, a model or several of one vocabulary, translate from the target language; OPTIONs are those of heed train, such as
# --mix 2 1, which sees true pairs twice as often. The same command goes on where it was cut off; MODEL.texts holds what it made.
# `heed` must be in PATH.
set -euo pipefail
expected="MODEL SOURCE TARGET VALID-SOURCE VALID-TARGET MONOLINGUAL REVERSE..."
. "$(dirname -- "$(readlink -f -- "$0")")/arguments.sh"
monolingual=${given[5]} reverse=("${given[@]:6}") mark=⇐

if [[ ! -e $texts/source ]]; then
  heed translate -m "${reverse[@]}" -i "$monolingual" --sampling --sentences whole -o "$texts/drawn" --resume
  sed "/./s/^/$mark /" "$texts/drawn" >"$texts/source.tmp"
  mv "$texts/source.tmp" "$texts/source"
fi
heed train -t "$source" "$target" "$texts/source" "$monolingual" --valid-sets "${valid[@]}" --user-symbols "$mark" -m "$model" "$@"
