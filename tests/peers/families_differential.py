"""Models that nobody has seen: tiny ones with random shapes of every family, computed by diffusers and by this program.

    .deps/peers/bin/python tests/peers/families_differential.py build/release/bin [FOLDERS_A_FAMILY] [SEED]

Each model becomes a fixture folder (as in tests/golden) with text encoders, UNet, VAE and whole pictures; pleinair-cli
parity must pass all of it, from the folder and from one single file that our own test program made of it."""
import json
import os
import random
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import diffusers
import torch
import transformers

from reference_cases import SAMPLERS, Cases
from tiny_models import make_pipeline, save_settings, save_weights

FAMILIES = ("sd15", "sd21v", "sdxl")
WORDS = ("sky sea storm violet sunset cloud clouds painting oil photo quiet cold light evening, morning; (mist) 1.5 "
         "o'clock naïve café — ЗАКАТ 夕焼け blurry low-quality !!! rain").split()


def heads_for(rng, width):
    return rng.choice([h for h in (1, 2, 3, 4, 8) if width % h == 0 and width // h >= 4])


def number_or_list(rng, count, choices):
    return rng.choice(choices) if rng.random() < 0.4 else [rng.choice(choices) for _ in range(count)]


def unet_shape(rng, family, texts, linear):
    levels, groups = rng.choice((2, 3, 3, 4)), rng.choice((8, 16, 32))
    widths = [rng.choice((32, 64, 96)) for _ in range(levels)]
    cross = [rng.random() < 0.7 for _ in range(levels)]
    up = cross[::-1] if rng.random() < 0.8 else [rng.random() < 0.7 for _ in range(levels)]
    layers = number_or_list(rng, levels, (1, 2, 3))
    heads = rng.choice((1, 2, 4, 8)) if rng.random() < 0.3 else [heads_for(rng, w) for w in widths]
    shape = {"block_out_channels": widths, "layers_per_block": layers, "attention_head_dim": heads,
             "down_block_types": ["CrossAttnDownBlock2D" if c else "DownBlock2D" for c in cross],
             "up_block_types": ["CrossAttnUpBlock2D" if c else "UpBlock2D" for c in up],
             "transformer_layers_per_block": number_or_list(rng, levels, (1, 2, 3) if family == "sdxl" else (1, 1, 2)),
             "cross_attention_dim": sum(t["hidden_size"] for t in texts), "use_linear_projection": linear,
             "norm_num_groups": groups, "norm_eps": rng.choice((1e-5, 1e-6)), "sample_size": rng.choice((32, 64, 96)),
             "flip_sin_to_cos": rng.random() < 0.8, "freq_shift": rng.choice((0, 0, 1))}
    if family == "sdxl":
        size = rng.choice((8, 16, 32))
        shape |= {"addition_embed_type": "text_time", "addition_time_embed_dim": size,
                  "projection_class_embeddings_input_dim": texts[-1]["projection_dim"] + 6 * size}
    return shape


def vae_shape(rng):
    levels, groups = rng.choice((2, 3, 4)), rng.choice((8, 16, 32))
    quant = rng.random() < 0.8
    return {"block_out_channels": [rng.choice((32, 64, 96)) for _ in range(levels)], "latent_channels": 4,
            "down_block_types": ["DownEncoderBlock2D"] * levels, "up_block_types": ["UpDecoderBlock2D"] * levels,
            "layers_per_block": rng.choice((1, 2, 3)), "norm_num_groups": groups, "sample_size": 64,
            "scaling_factor": rng.choice((0.18215, 0.13025, 0.3)), "use_quant_conv": quant, "use_post_quant_conv": quant,
            "mid_block_add_attention": rng.random() < 0.8}


def text_shape(rng, projected):
    width = rng.choice((32, 48, 64, 80))
    shape = {"hidden_size": width, "layers": rng.choice((1, 2, 3, 5)), "heads": heads_for(rng, width),
             "intermediate_size": rng.choice((64, 100, 160)), "hidden_act": rng.choice(("gelu", "quick_gelu")),
             "eos_token_id": rng.choice((2, 664))}
    return shape | ({"projection_dim": rng.choice((24, 40, 64))} if projected else {})


def schedule(rng, velocity):
    kind = rng.choice(("DDIMScheduler", "EulerDiscreteScheduler", "PNDMScheduler"))
    fields = {"beta_end": rng.choice((0.012, 0.012, 0.0145)), "steps_offset": rng.choice((0, 1))}
    if rng.random() < 0.5:
        fields["timestep_spacing"] = "trailing"
    if kind == "DDIMScheduler":
        fields |= {"clip_sample": False, "set_alpha_to_one": rng.random() < 0.5}
    if kind == "PNDMScheduler":
        fields |= {"skip_prk_steps": True, "set_alpha_to_one": False}
    if velocity:
        fields["prediction_type"] = "v_prediction"
        if kind != "PNDMScheduler" and rng.random() < 0.5:
            fields["rescale_betas_zero_snr"] = True
    return kind, fields


def random_spec(rng, family, label):
    texts = [text_shape(rng, False)] + ([text_shape(rng, True)] if family == "sdxl" else [])
    linear = rng.random() < (0.2 if family == "sd15" else 0.8)
    velocity = rng.random() < {"sd15": 0.2, "sd21v": 0.8, "sdxl": 0.3}[family]
    return {"family": family, "salt": label, "texts": texts, "vae": vae_shape(rng),
            "unet": unet_shape(rng, family, texts, linear), "scheduler": schedule(rng, velocity)}


def add_cases(rng, cases):
    prompts = [" ".join(rng.choices(WORDS, k=rng.choice((1, 3, 8, 30, 90)))) for _ in range(4)] + [""]
    cases.text(prompts, 3)
    cases.unet(rng.choice((4, 8, 9)), rng.choice((6, 8, 11)), rng.sample(range(1000), 2), rows=rng.choice((1, 20, 77)))
    cases.vae(*rng.choices((32, 48, 64), k=2))
    names = [n for n in SAMPLERS if n != "lms"]  # which wants scipy
    # 9 to 12 latents: at one latent a channel, which smaller ones come down to, diffusers itself refuses to normalise.
    scale = cases.pipe.vae_scale_factor
    sizes = [pixels for pixels in range(8, 104, 8) if 9 <= pixels / scale <= 12]
    for name in rng.sample(names, 3):
        height, width = rng.choices(sizes, k=2)
        cases.text_to_image(name, prompts[0], rng.choice((prompts[1], "", None)), rng.choice((2, 4, 7)),
                            rng.choice((1.0, 3.0, 7.5)), height, width, rng.randrange(2**31), image=True,
                            rescale=rng.choice((0.0, 0.0, 0.7)))


def run_parity(bin_folder, folder, *flags):
    done = subprocess.run([bin_folder / "pleinair-cli", "parity", folder, "--device", "cpu", "--json", *flags],
                          capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    cases = [line for line in lines if "case" in line]
    failed = [f"{c['case']}: {c['problem'] or c['worst']} {c['share_of_tolerance']:.3g} of tolerance" for c in cases
              if c["status"] != "passed"]
    if done.returncode != 0 and not failed:
        failed = [(done.stderr or done.stdout)[-400:]]
    return cases, failed


def compare(bin_folder, family, index, seed, scratch):
    label = f"{family}-{seed}-{index}"
    rng = random.Random(label)
    spec = random_spec(rng, family, label)
    pipe = make_pipeline(spec)
    folder = scratch / label
    save_settings(pipe, folder)
    save_weights(pipe, folder)
    cases = Cases(pipe, folder, index)
    add_cases(rng, cases)
    cases.write()
    problems, share, count = [], 0.0, 0
    again = scratch / (label + "-saved")
    saved = subprocess.run([bin_folder / "golden_model", "save", folder, again], capture_output=True, text=True)
    if saved.returncode != 0:
        problems.append("saving: " + saved.stderr.strip())
    else:
        os.replace(again / "single_file.safetensors", folder / "single_file.safetensors")
    for flags in ((), ("--single-file",)):
        ran, failed = run_parity(bin_folder, folder, *flags)
        count += len(ran)
        share = max([share] + [c["share_of_tolerance"] for c in ran if c["status"] == "passed"])
        problems += [" ".join(flags) + " " + text for text in failed]
    shape = spec["unet"]
    print(f"{'FAIL' if problems else 'ok  '}  {label:14s} {count} cases, at most {share:.3f} of tolerance; widths "
          f"{shape['block_out_channels']}, heads {shape['attention_head_dim']}, {spec['scheduler'][0]}", flush=True)
    for problem in problems:
        print("        " + problem)
    if problems:
        print("        " + json.dumps(spec))
    return not problems


def main():
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    warnings.simplefilter("ignore")  # diffusers would rather have steps_offset 1
    torch.set_grad_enabled(False)
    bin_folder = Path(sys.argv[1]).resolve()
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    results = []
    for family in FAMILIES:
        for index in range(many):
            with tempfile.TemporaryDirectory() as scratch:
                results.append(compare(bin_folder, family, index, seed, Path(scratch)))
    print(f"{sum(results)} of {len(results)} unseen models agree with diffusers")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
