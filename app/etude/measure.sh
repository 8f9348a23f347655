#!/bin/sh
# Measures a starter model: every figure of its card but memory (./studio bench) and the comparison with diffusers
# (./studio check-peers); and draws the README's pictures of it, but the evolution strip, which training draws.
#   app/etude/measure.sh MODEL SUNSETS STORMS OUT
# MODEL is a diffusers folder; SUNSETS and STORMS are folders of photos that it never saw; OUT receives figures.txt,
# sheets, sets and pictures. BIN is where the programs are (build/release/bin). Forty minutes on two cores, a good part
# of it for the classifier at the end.
set -eu
model=$1
sunsets=$2
storms=$3
out=$4
source=$(cd "$(dirname "$0")/../.." && pwd)
BIN=${BIN:-$source/build/release/bin}
etude=$BIN/pleinair-etude
cli=$BIN/pleinair-cli
mkdir -p "$out"
figures=$out/figures.txt
: >"$figures"
say() { echo "$*" | tee -a "$figures"; }

say "== autoencoder"
for kind in sunset storm; do
  photos=$sunsets
  [ $kind = storm ] && photos=$storms
  "$etude" evaluate --model "$model" --photos "$photos" --out "$out/$kind-photos" | grep autoencoder | tee -a "$figures"
done
# Euler a draws fresh noise at every step, which mends what a small model guessed wrong before: fewer blots.
"$etude" sheet --model "$model" --sampler euler_a --steps 30 --out "$out/etude_sheet.jpg" | grep pictures | tee -a "$figures"
say "== speed"
start=$(date +%s%N)
"$cli" generate --model "$model" --prompt 'sunset over the sea' --steps 20 --out "$out/one" --quiet >/dev/null
say "a picture of 20 steps, with the program's start and saving: $((($(date +%s%N) - start) / 1000000)) ms"

# What 40 photos teach: captions and prompt say nothing but a new word.
learn() { # kind photos preset
  rm -rf "$out/$1-$3" "$out/$1-of-40"
  mkdir -p "$out/$1-of-40"
  LC_ALL=C ls "$2" | head -n 40 | while read -r photo; do cp "$2/$photo" "$out/$1-of-40"; done
  "$cli" import "$out/$1-of-40" --project "$out/$1-$3" --quiet
  "$cli" caption --project "$out/$1-$3" --trigger SKY --template 'a photo of the {trigger}' --quiet
  start=$(date +%s)
  "$cli" train --project "$out/$1-$3" --model "$model" --name run --preset "$3" --sample-prompt 'a photo of the SKY' \
    --seed 1 >"$out/$1-$3.log"
  say "$1: $3 training on 40 photos, $(($(date +%s) - start)) s. $(tail -n 1 "$out/$1-$3.log")"
}
draw() { # out seed count prompt [lora]
  rm -rf "$1"
  "$cli" generate --model "$model" --prompt "$4" --count "$3" --seed "$2" --out "$1" --quiet \
    ${5:+--lora "$5:1"} >/dev/null
}
# A set's main colours are still a matter of chance where it has 40 pictures (between one forty and the next the drop of
# their distance differed by 38 points); 160 say it to a few per cent.
draw "$out/before" 1 160 'a photo of the SKY'
for kind in sunset storm; do
  photos=$sunsets
  [ $kind = storm ] && photos=$storms
  learn $kind "$photos" quick
  learn $kind "$photos" balanced
  lora=$(ls "$out/$kind-balanced/runs/run/checkpoints/"step_*.safetensors | tail -n 1)
  draw "$out/$kind" 1 160 'a photo of the SKY' "$lora"
  "$etude" evaluate --reference "$photos" --set "$out/before" --set "$out/$kind" | grep apart | tee -a "$figures"
  draw "$out/$kind-noon" 1 8 'noon' "$lora"
done

pictures() { ls "$1"/*.png | head -n 8; }
"$etude" mosaic --out "$out/etude_learns.jpg" $(pictures "$out/before") \
  $(pictures "$out/sunset") $(pictures "$out/storm")
"$etude" mosaic --out "$out/noon.jpg" $(pictures "$out/sunset-noon") $(pictures "$out/storm-noon")
say "== classes and colours"
"$etude" evaluate --model "$model" --classes --colours --out "$out/asked" | tee -a "$figures"
echo "figures in $figures"
