#!/usr/bin/env bash
# Translates one large plain file on many machines with Slurm: a part of its lines in each task of an array, joined in order when
# all are done. `heed` must be in PATH, and the files on a disk that all machines see.
#   scripts/translate-array.sh PARTS MODEL INPUT OUTPUT [FLAG...]     FLAGs are those of heed translate
# By hand, without Slurm: heed translate -m MODEL -i INPUT --part K/PARTS -o OUTPUT.part.K, K = 1 to PARTS, and cat.
set -euo pipefail

die() { echo "translate-array.sh: $*" >&2; exit 1; }

[[ $# -ge 4 ]] || die "expected PARTS MODEL INPUT OUTPUT [FLAG...], found $# of them"
parts=$1 model=$2 input=$3 output=$4
[[ $parts =~ ^[1-9][0-9]*$ ]] || die "expected a number of parts, found '$parts'"
part_file() { printf '%s.part.%06d' "$output" "$1"; }

case ${HEED_STEP:-submit} in
  submit)
    array=$(HEED_STEP=part sbatch --parsable --array="1-$parts" "$0" "$@")
    HEED_STEP=join sbatch --dependency="afterok:$array" "$0" "$@"
    ;;
  part)
    part=$SLURM_ARRAY_TASK_ID
    heed translate --quiet -m "$model" -i "$input" --part "$part/$parts" "${@:5}" -o "$(part_file "$part").tmp"
    mv "$(part_file "$part").tmp" "$(part_file "$part")"
    ;;
  join)
    for ((part = 1; part <= parts; part++)); do
      [[ -e $(part_file "$part") ]] || die "part $part is missing: $(part_file "$part")"
    done
    for ((part = 1; part <= parts; part++)); do cat "$(part_file "$part")"; done >"$output.tmp"
    mv "$output.tmp" "$output"
    for ((part = 1; part <= parts; part++)); do rm "$(part_file "$part")"; done
    ;;
esac
