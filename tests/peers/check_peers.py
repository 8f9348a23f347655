"""Opens what this program saves in the programs that others use: diffusers, transformers and peft.

    .deps/peers/bin/python tests/peers/check_peers.py build/release/bin [FIXTURES_DIR]

For each model folder (tests/golden: SD 1.x, SD 2.x-v, SDXL; sd15, sd21v, sdxl of FIXTURES_DIR where that is there):
  - a LoRA converted by us to kohya's, diffusers' and PEFT's keys is loaded by diffusers;
  - the model with the LoRA merged by us, as a folder and as a single file, is loaded by diffusers;
  - the model written anew by our saver, as a folder and as a single file, is loaded by diffusers: a whole picture, and
    UNet and VAE from the single file.
A LoRA of each family trained by us on the spot is loaded in its three formats, and the starter model that we saved gives
a whole picture. What diffusers then computes becomes the expected values of a fixture folder, and our own
`pleinair-cli parity` computes the same with the LoRA beside the untouched model: both must agree within 5e-3. How much
the LoRA changes is told beside it, so that agreement cannot come from a LoRA that does nothing.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import numpy
import peft
import torch
import transformers
from diffusers import AutoencoderKL, StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from reference_cases import scheduler_named

diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

TOLERANCE = 5e-3
ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.argv[1]).resolve()
torch.set_grad_enabled(False)
results = []


def cli(*arguments):
    done = subprocess.run([BIN / "pleinair-cli", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"pleinair-cli {' '.join(map(str, arguments))}: {done.stderr or done.stdout}")
    return done.stdout


def is_sdxl(model):
    return (model / "text_encoder_2").exists()


def load(model):
    kind = StableDiffusionXLPipeline if is_sdxl(model) else StableDiffusionPipeline
    extra = {} if is_sdxl(model) else {"safety_checker": None}
    pipe = kind.from_pretrained(model, torch_dtype=torch.float32, **extra)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def inputs_for(pipe):
    generator = torch.Generator().manual_seed(11)
    config = pipe.unet.config
    inputs = {"sample": torch.randn(2, config.in_channels, 16, 16, generator=generator),
              "encoder_hidden_states": torch.randn(2, 77, config.cross_attention_dim, generator=generator),
              "ids": torch.tensor(pipe.tokenizer(["the sky at dusk", "a stormy sea"], padding="max_length",
                                                 max_length=77).input_ids)}
    if hasattr(pipe, "text_encoder_2"):
        inputs["text_embeds"] = torch.randn(2, pipe.text_encoder_2.config.projection_dim, generator=generator)
        inputs["time_ids"] = torch.tensor([[256.0, 256, 0, 0, 256, 256]] * 2)
    return inputs


def outputs_of(pipe, inputs, timestep=321):
    added = {"text_embeds": inputs["text_embeds"], "time_ids": inputs["time_ids"]} if "text_embeds" in inputs else None
    outputs = {"sample": pipe.unet(inputs["sample"], timestep, inputs["encoder_hidden_states"],
                                   added_cond_kwargs=added).sample,
               "text_1": pipe.text_encoder(inputs["ids"]).last_hidden_state}
    if hasattr(pipe, "text_encoder_2"):
        outputs["text_2"] = pipe.text_encoder_2(inputs["ids"]).last_hidden_state
    return outputs


def largest(first, second):
    return max((first[name] - second[name]).abs().max().item() for name in first)


def parity(folder, model, cases, tensors):
    """A fixture folder of the model's own parts, these cases and these tensors, run by our program."""
    folder.mkdir()
    for part in model.iterdir():
        if part.name not in ("cases.json", "cases.safetensors"):
            (folder / part.name).symlink_to(part)
    save_file({k: v.contiguous().clone() for k, v in tensors.items()}, folder / "cases.safetensors")
    (folder / "cases.json").write_text(json.dumps({"version": 1, "cases": cases}))
    done = subprocess.run([BIN / "pleinair-cli", "parity", folder, "--device", "cpu", "--json"], capture_output=True,
                          text=True)
    return [json.loads(line) for line in done.stdout.splitlines()], done


def check(what, model, ours_lora, expected, base, inputs):
    """Our UNet and text encoders with the LoRA beside them, against what diffusers computed."""
    with tempfile.TemporaryDirectory() as scratch:
        tensors = {f"in.{k}": v for k, v in inputs.items()} | {f"out.{k}": v for k, v in expected.items()}
        case = {"name": "peer", "kind": "lora", "params": {"file": str(ours_lora), "weight": 1.0, "timestep": 321},
                "inputs": {k: f"in.{k}" for k in inputs}, "expected": {k: f"out.{k}" for k in expected},
                "atol": TOLERANCE, "rtol": 0.0}
        lines, done = parity(Path(scratch) / "fixture", model, [case], tensors)
    verdict = next((line for line in lines if line.get("case") == "peer"), {})
    passed = done.returncode == 0 and verdict.get("status") == "passed"
    error = verdict.get("problem") or verdict.get("largest_error", done.stderr.strip()[-300:] or done.stdout[-300:])
    effect = largest(expected, base)
    enough = effect > 4 * TOLERANCE
    results.append(passed and enough)
    shown = f"{error:.2e}" if isinstance(error, float) else str(error)
    print(f"{'ok  ' if passed and enough else 'FAIL'}  {what:52s} largest difference {shown}, the LoRA changes {effect:.3g}",
          flush=True)


def with_lora(model, file):
    pipe = load(model)
    pipe.load_lora_weights(str(file.parent), weight_name=file.name)
    return pipe


def check_lora(label, model, lora, scratch):
    plain = load(model)
    inputs = inputs_for(plain)
    base = outputs_of(plain, inputs)
    for form in ("kohya", "diffusers", "peft"):
        file = scratch / f"{label}_{form}.safetensors".replace(" ", "_").replace(":", "")
        cli("lora", "convert", lora, file, "--to", form)
        check(f"{label}: {form} LoRA in diffusers", model, lora, outputs_of(with_lora(model, file), inputs), base, inputs)
    return inputs, base


def check_merged(label, model, lora, scratch, inputs, base):
    # Merged weights are rounded to the model's own type: the effect of that is measured with the same tolerance.
    folder = scratch / f"{label}_merged"
    cli("lora", "merge", model, folder, "--lora", lora)
    check(f"{label}: merged folder in diffusers", model, lora, outputs_of(load(folder), inputs), base, inputs)
    single = model / "single_file.safetensors"
    if not single.exists():
        return
    merged = scratch / f"{label}_merged.safetensors"
    cli("lora", "merge", single, merged, "--lora", lora)
    pipe = load(model)
    pipe.unet = UNet2DConditionModel.from_single_file(str(merged), config=str(model), subfolder="unet",
                                                      torch_dtype=torch.float32)
    tensors = load_file(merged)
    for encoder in ("text_encoder", "text_encoder_2"):
        if hasattr(pipe, encoder):
            take_text_layers(getattr(pipe, encoder), tensors, second=encoder == "text_encoder_2")
    check(f"{label}: merged single file in diffusers", model, lora, outputs_of(pipe, inputs), base, inputs)


def take_text_layers(encoder, tensors, second):
    """Puts a single file's text layers into transformers' encoder: diffusers 0.42 cannot with transformers 5, which
    dropped "text_model." from its names, and guesses sizes from the real models."""
    first = "conditioner.embedders.0." if any(k.startswith("conditioner.") for k in tensors) else "cond_stage_model."
    prefix = "conditioner.embedders.1." if second else first
    clip = {k.removeprefix(prefix + "transformer.").removeprefix("text_model."): v for k, v in tensors.items()
            if k.startswith(prefix + "transformer.")}
    open_clip = {k.split("resblocks.", 1)[1]: v for k, v in tensors.items()
                 if k.startswith((prefix + "model.transformer.resblocks.", prefix + "model.resblocks."))}
    for key, value in open_clip.items():
        layer, _, name = key.partition(".")
        into = f"encoder.layers.{layer}."
        if name == "attn.in_proj_weight":
            for projection, rows in zip("qkv", value.chunk(3)):
                clip[f"{into}self_attn.{projection}_proj.weight"] = rows
        elif name in ("attn.out_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight"):
            names = {"attn.out_proj": "self_attn.out_proj", "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2"}
            clip[into + names[name.removesuffix(".weight")] + ".weight"] = value
    taken = 0
    for name, parameter in encoder.named_parameters():
        short = name.removeprefix("text_model.")
        if "encoder.layers." in short and short.endswith("weight") and short in clip:
            parameter.copy_(clip[short])
            taken += 1
    assert taken > 0, "the single file's text encoder was not found"


def write_photos(folder):
    from PIL import Image
    folder.mkdir()
    rng = numpy.random.default_rng(5)
    for i in range(3):
        Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=numpy.uint8)).save(folder / f"{i}.png")


def check_trained(label, model, photos, scratch):
    """Ten steps on pictures made here, saved by our trainer."""
    project = scratch / f"{label} project".replace(" ", "_")
    cli("import", photos, "--project", project, "--quiet")
    cli("train", "--project", project, "--model", model, "--name", "peer", "--rank", "4", "--steps", "10", "--resolution",
        "64", "--learning-rate", "0.02", "--text-encoder", "--sample-every", "0", "--quiet", "--device", "cpu",
        "--precision", "fp32")
    trained = sorted((project / "runs/peer/checkpoints").glob("*.safetensors"))[-1]
    check_lora(f"{label}: trained on the spot", model, trained, scratch)


def tell(what, passed, difference, problem=""):
    results.append(passed)
    print(f"{'ok  ' if passed else 'FAIL'}  {what:52s} largest difference {difference:.2e} {problem}", flush=True)


def check_picture(what, model, scratch, size, **asked):
    """A whole picture that diffusers draws with a folder of ours, against our own."""
    pipe = load(model)
    pipe.scheduler = scheduler_named("ddim", pipe.scheduler.config)
    params = {"prompt": "red sky over a calm sea", "negative_prompt": "rain", "steps": 6, "guidance_scale": 4.0, "seed": 21,
              "width": size, "height": size, "sampler": "ddim"} | asked
    latents = pipe(params["prompt"], negative_prompt=params["negative_prompt"], num_inference_steps=params["steps"],
                   guidance_scale=params["guidance_scale"], height=size, width=size,
                   generator=torch.Generator().manual_seed(params["seed"]), output_type="latent").images
    image = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
    tensors = {"latents": latents, "image": (image / 2 + 0.5).clamp(0, 1)}
    case = {"name": "peer", "kind": "text_to_image", "params": params, "inputs": {}, "expected": {k: k for k in tensors},
            "atol": TOLERANCE, "rtol": 0.0}
    lines, done = parity(scratch / (what.replace(" ", "_") + "_picture"), model, [case], tensors)
    verdict = next((line for line in lines if line.get("case") == "peer"), {})
    tell(what, done.returncode == 0, verdict.get("largest_error", float("nan")),
         verdict.get("problem") or done.stderr.strip()[-300:])


def check_saved(label, model, scratch, inputs, base):
    """The model written anew by our saver: what diffusers computes with it is what it computes with the original."""
    saved = scratch / f"{label} saved".replace(" ", "_")
    subprocess.run([BIN / "golden_model", "save", model, saved], check=True)
    single = saved / "single_file.safetensors"
    difference = largest(base, outputs_of(load(saved), inputs))
    tell(f"{label}: saved folder in diffusers", difference <= TOLERANCE, difference)
    check_picture(f"{label}: saved folder, one picture", saved, scratch, 64)
    pipe = load(model)
    latents = inputs["sample"][:1, :, :8, :8]
    wanted = pipe.vae.decode(latents).sample
    pipe.unet = UNet2DConditionModel.from_single_file(str(single), config=str(saved), subfolder="unet",
                                                      torch_dtype=torch.float32)
    vae = AutoencoderKL.from_single_file(str(single), config=str(saved), subfolder="vae", torch_dtype=torch.float32)
    difference = max(largest(base, outputs_of(pipe, inputs)), (vae.decode(latents).sample - wanted).abs().max().item())
    tell(f"{label}: saved single file in diffusers", difference <= TOLERANCE, difference)


def main():
    print(f"diffusers {diffusers.__version__}, transformers {transformers.__version__}, peft {peft.__version__}, "
          f"torch {torch.__version__}")
    fixtures = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT.parent / "shared/fixtures"
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        models = [("golden sd15", ROOT / "tests/golden/sd15")]
        for name in ("sd21v", "sdxl"):
            subprocess.run([BIN / "golden_model", "complete", ROOT / "tests/golden" / name, scratch / name], check=True)
            models.append((f"golden {name}", scratch / name))
        golden = list(models)
        models += [(name, fixtures / name) for name in ("sd15", "sd21v", "sdxl") if (fixtures / name).exists()]
        for label, model in models:
            lora = model / "lora/kohya.safetensors"
            inputs, base = check_lora(label, model, lora, scratch)
            check_merged(label, model, lora, scratch, inputs, base)
            check_saved(label, model, scratch, inputs, base)
        write_photos(scratch / "photos")
        for label, model in golden:
            check_trained(label, model, scratch / "photos", scratch)
        starter = ROOT / "resources/models/etude"
        if (starter / "unet/diffusion_pytorch_model.safetensors").exists():
            check_picture("the starter model, one picture", starter, scratch, 128)
    print(f"{sum(results)} of {len(results)} checks passed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
