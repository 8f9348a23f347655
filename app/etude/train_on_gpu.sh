#!/bin/sh
# Trains the starter model on a GPU machine: builds pleinair-etude there, then the autoencoder, then the denoiser.
#   TORCH_DIR=… app/etude/train_on_gpu.sh OUT VAE_MINUTES DIFFUSION_MINUTES [CHECKPOINT]
# OUT receives the checkpoint (weights, sheets, logs). CHECKPOINT is a folder of an earlier run to go on from.
# Minutes of 0 leave a part out.
set -eu
out=$1
vae_minutes=$2
diffusion_minutes=$3
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD_DIR:-$source/build/etude}
TORCH_DIR=${TORCH_DIR:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))')}
export TORCH_DIR
start=$(date +%s)
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPLEINAIR_GUI=OFF -DPLEINAIR_PHOTOS=OFF \
  -DPLEINAIR_TESTS=OFF >"$out/build.txt" 2>&1 || { tail -n 30 "$out/build.txt"; exit 1; }
ninja -C "$build" pleinair-etude >>"$out/build.txt" 2>&1 || { grep -A 12 'error' "$out/build.txt" | head -n 60; exit 1; }
rm "$out/build.txt"
echo "built in $(($(date +%s) - start)) s"
mkdir -p "$out/tokenizer"
cp "$source"/resources/models/etude/tokenizer/*.* "$out/tokenizer"
if [ -n "${4:-}" ]; then
  cp "$4"/*.safetensors "$out"
fi
etude=$build/bin/pleinair-etude
if [ "$vae_minutes" != 0 ]; then
  "$etude" train-vae --out "$out" --minutes "$vae_minutes" --batch 192 --pool 12288 --fresh 192 --learning-rate 1e-3
fi
if [ "$diffusion_minutes" != 0 ]; then
  "$etude" train-diffusion --out "$out" --minutes "$diffusion_minutes" --batch 512 --pool 49152 --fresh 128 \
    --learning-rate 1.2e-3
fi
# The repository has the tokenizer, and the caller the autoencoder that was not trained here.
rm -r "$out/tokenizer"
if [ "$vae_minutes" = 0 ]; then
  rm -f "$out/vae.safetensors"
fi
echo "all in $(($(date +%s) - start)) s"
