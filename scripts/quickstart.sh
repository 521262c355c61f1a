#!/usr/bin/env bash
# Builds heed, translates a few German sentences with the shipped model, and draws an attention.
set -euo pipefail
cd "$(dirname "$0")/.."
model=models/multi30k-de-en/de-en.safetensors

step() { printf '\n== %s\n' "$*"; }
die() { echo "quickstart.sh: $*" >&2; exit 1; }

[[ -f $model ]] || die "expected the shipped model $model, found nothing there; restore it with: git checkout -- $model"
step "Building heed (a few minutes the first time)"
scripts/build.sh heed-app

sentences='Ein Mann mit einem roten Hut spielt im Park Gitarre.
Zwei Kinder laufen mit ihrem Hund am Strand entlang.
Eine alte Frau verkauft auf dem Markt frisches Obst.
EIN HUND LÄUFT DURCH DEN SCHNEE. 😀 Drei Mädchen sitzen auf einer Bank und essen Eis.'

step "heed translate -m $model"
paste -d '\n' <(sed 's/^/   de  /' <<<"$sentences") \
  <(build/bin/heed translate --quiet -m "$model" <<<"$sentences" | sed 's/^/   en  /')

step "What the model looks at: heed translate -m $model --heatmap"
head -n 1 <<<"$sentences" | build/bin/heed translate --quiet -m "$model" --heatmap

step "Next"
echo '   export PATH="$PWD/build/bin:$PATH"'
echo "   echo 'Ein Hund schläft.' | heed translate -m $model"
echo "   heed train --help"
