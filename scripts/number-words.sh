#!/usr/bin/env bash
# Writes the text of the small experiments (models/experiments/number-words.yaml): German and English
# number words, and the word alignments of the test set.
#   scripts/number-words.sh [FOLDER]     (default: number-words, in the current folder)
set -euo pipefail
scripts=$(dirname "$0")
generator=$scripts/../build/bin/heed-number-words
folder=${1:-number-words}
"$scripts/build.sh" heed-number-words
mkdir -p "$folder"

write() {  # NAME COUNT SKIP FEWEST MOST
  "$generator" "$2" "$3" 99 "$4" "$5" "$folder/$1.align" >"$folder/$1.tsv"
  cut -f 1 "$folder/$1.tsv" >"$folder/$1.de"
  cut -f 2 "$folder/$1.tsv" >"$folder/$1.en"
  rm "$folder/$1.tsv"
}
write test 1000 0 1 24
write valid 200 1000 1 12
write train 10000 2000 1 12
echo "$folder: 10,000 pairs to train on, 200 to validate, 1,000 to test, twice as long at most"
