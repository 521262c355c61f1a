#!/usr/bin/env bash
# Trains a small recurrent model with additive attention on number words, German to English, which a
# generator writes; measures it on unseen numbers, and draws what it looks at. About two minutes.
#   scripts/demo-train.sh [FOLDER]     keeps text and model there (default: a new folder in /tmp)
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }
die() { echo "demo-train.sh: $*" >&2; exit 1; }

folder=${1:-$(mktemp -d)}
mkdir -p "$folder" || die "cannot make the folder $folder"
[[ ! -e $folder/numbers.safetensors ]] || die "$folder holds a model already; name another folder"

step "Building heed (a few minutes the first time)"
scripts/build.sh heed-app heed-number-words

step "Writing number words: 20,000 pairs to train on, 200 to validate, 500 to test"
build/bin/heed-number-words 500 0 >"$folder/test.tsv"
build/bin/heed-number-words 200 500 >"$folder/valid.tsv"
build/bin/heed-number-words 20000 700 >"$folder/train.tsv"
head -n 3 "$folder/train.tsv" | sed 's/^/   /; s/\t/  →  /'

train=(build/bin/heed train --tsv -t "$folder/train.tsv" --valid-sets "$folder/valid.tsv"
       -m "$folder/numbers.safetensors" --type rnn --attention additive --vocab-size 400
       --dim-emb 64 --dim-rnn 128 --dropout 0.1 --learn-rate 0.003 --lr-warmup 200 --after 6e)
step "${train[*]}"
"${train[@]}"

step "Exact matches on unseen numbers"
cut -f 1 "$folder/test.tsv" |
  build/bin/heed translate --quiet -m "$folder/numbers.safetensors" >"$folder/test.out"
matches=$(cut -f 2 "$folder/test.tsv" | paste - "$folder/test.out" |
  awk -F '\t' '$1 == $2 { n++ } END { print n + 0 }')
echo "   $matches of 500"
((matches >= 495)) || die "expected at least 495 exact matches, found $matches"

step "Attention: tens and units change places"
echo dreiundvierzigtausendfünfhundertachtundsechzig |
  build/bin/heed translate --quiet -m "$folder/numbers.safetensors" --heatmap \
    --alignment-unit piece
echo
echo "   Text and model lie in $folder"
