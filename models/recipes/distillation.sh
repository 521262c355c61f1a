#!/usr/bin/env bash
# Trains a small model, the student, on what a large one or an ensemble writes: sequence-level interpolation (Kim & Rush 2016,
# section 3.3). Of the N best translations of each training sentence the student learns the one nearest to the reference, which is
# easier to learn than the reference, and to search for with a narrow beam.
#   models/recipes/distillation.sh STUDENT SOURCE TARGET VALID-SOURCE VALID-TARGET TEACHER... [-- OPTION...]
# OPTIONs are those of heed train, such as --dim-emb 96 --dec-depth 1. The same command goes on where it was cut off; STUDENT.texts
# holds what it made. N_BEST (8) and BEAM (8) say how the teacher searches. `heed` must be in PATH.
set -euo pipefail
expected="STUDENT SOURCE TARGET VALID-SOURCE VALID-TARGET TEACHER..."
. "$(dirname -- "$(readlink -f -- "$0")")/arguments.sh"
teachers=("${given[@]:5}") n=${N_BEST:-8}

if [[ ! -e $texts/target ]]; then
  heed translate -m "${teachers[@]}" -i "$source" -b "${BEAM:-8}" --n-best "$n" --sentences whole -o "$texts/n-best" --resume
  awk -F ' [|][|][|] ' '{ print $2 }' "$texts/n-best" >"$texts/hypotheses"
  # A line of the reference for each of its translations, which begin with its number, from 0.
  gzip -cdf -- "$target" | awk 'FNR == NR { line[NR - 1] = $0; next } { print line[$1] }' - "$texts/n-best" >"$texts/references"
  heed evaluate "$texts/references" -i "$texts/hypotheses" -m chrf --sentence-level -b -w 4 -q >"$texts/scores"
  paste -d '\t' "$texts/scores" <(cut -d ' ' -f 1 "$texts/n-best") "$texts/hypotheses" |
    awk -F '\t' '$2 != number { if (NR > 1) print best; number = $2; most = -1 } $1 > most { most = $1; best = $3 } END { print best }' \
      >"$texts/target.tmp"
  mv "$texts/target.tmp" "$texts/target"
fi
heed train -t "$source" "$texts/target" --valid-sets "${valid[@]}" -m "$model" "$@"
