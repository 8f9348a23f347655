#!/bin/sh
# Trains the starter model on a GPU machine: first the autoencoder, then text encoder and denoiser.
#   app/etude/train_on_gpu.sh OUT VAE_MINUTES DIFFUSION_MINUTES [CHECKPOINT]
# OUT receives weights, vocabulary and sheets, and in OUT/etude the model as a diffusers folder. CHECKPOINT is a folder
# of an earlier run to go on from, or a finished model (resources/models/etude) to train on; minutes of 0 leave a part out.
# RATE is the denoiser's highest learning rate (3e-3), BATCH how many pictures it sees a step (768). VAE_STEPS and STEPS,
# where given, end the two parts instead of the minutes: a GPU of another speed then trains as long.
# Where the denoiser is trained in several runs, FROM and TO (0 to 1) say which stretch of the whole this one is, and
# SEED should differ, so that other pictures are drawn. Of a second GPU the autoencoder's training makes a painter;
# the denoiser's shares each batch among all GPUs.
# ETUDE names a pleinair-etude that is built already, else it is built from this source with the libtorch of TORCH_DIR
# (or of python3).
set -eu
out=$1
vae_minutes=$2
diffusion_minutes=$3
checkpoint=${4:-}
source=$(cd "$(dirname "$0")/../.." && pwd)
TORCH_DIR=${TORCH_DIR:-$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))')}
export TORCH_DIR LD_LIBRARY_PATH="$TORCH_DIR/lib:${LD_LIBRARY_PATH:-}"
start=$(date +%s)
if [ -z "${ETUDE:-}" ]; then
  build=${BUILD_DIR:-$source/build/etude}
  log=$(mktemp)
  cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPLEINAIR_GUI=OFF -DPLEINAIR_PHOTOS=OFF \
    -DPLEINAIR_TESTS=OFF >"$log" 2>&1 || { tail -n 30 "$log"; exit 1; }
  ninja -C "$build" pleinair-etude >>"$log" 2>&1 || { grep -A 12 'error' "$log" | head -n 60; exit 1; }
  ETUDE=$build/bin/pleinair-etude
fi
echo "program after $(($(date +%s) - start)) s"
mkdir -p "$out"
if [ -n "$checkpoint" ]; then
  if [ -f "$checkpoint/model_index.json" ]; then
    "$ETUDE" import --model "$checkpoint" --out "$out"
  else
    cp "$checkpoint"/*.safetensors "$out"
  fi
fi
if [ "$vae_minutes" != 0 ]; then
  "$ETUDE" train-vae --out "$out" --minutes "$vae_minutes" --batch 192 --pool 40000 --fresh 192 --learning-rate 1e-3 \
    --reuse 16 --seed "${SEED:-1}" ${VAE_STEPS:+--steps "$VAE_STEPS"}
fi
if [ "$diffusion_minutes" != 0 ]; then
  "$ETUDE" train-diffusion --out "$out" --minutes "$diffusion_minutes" --batch "${BATCH:-768}" --pool 1000000 \
    --fresh 192 --learning-rate "${RATE:-3e-3}" --reuse 32 --from "${FROM:-0}" --to "${TO:-1}" --seed "${SEED:-1}" \
    ${STEPS:+--steps "$STEPS"}
fi
"$ETUDE" export --model "$out" --out "$out/etude"
echo "all in $(($(date +%s) - start)) s"
