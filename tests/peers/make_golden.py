"""Writes tests/golden/sd21v and tests/golden/sdxl anew: tiny models without their weights, which come from the rule in
tiny_models.py, and what the reference implementations compute with them. Run by hand, when a case is to be added:

    .deps/peers/bin/python tests/peers/make_golden.py [sd21v|sdxl ...]
"""
import hashlib
import json
import os
import shutil
import sys

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from safetensors.torch import save_file

from reference_cases import Cases, is_xl
from tiny_models import GOLDEN, make_pipeline, rule_tensor, save_settings

VAE = {"block_out_channels": [32, 32, 64, 64], "down_block_types": ["DownEncoderBlock2D"] * 4,
       "up_block_types": ["UpDecoderBlock2D"] * 4, "latent_channels": 4, "layers_per_block": 1, "sample_size": 64}
SPECS = {
    # Zero terminal SNR with trailing steps, as velocity models that were trained on are used; uneven heads.
    "sd21v": {
        "family": "sd21v", "salt": "sd21v", "vae": VAE | {"scaling_factor": 0.18215},
        "unet": {"block_out_channels": [32, 64, 64], "layers_per_block": 1, "attention_head_dim": [1, 2, 4],
                 "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
                 "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
                 "cross_attention_dim": 64, "use_linear_projection": True, "sample_size": 96},
        "texts": [{"hidden_size": 64, "layers": 3, "heads": 2, "intermediate_size": 128, "hidden_act": "gelu"}],
        "scheduler": ("DDIMScheduler", {"prediction_type": "v_prediction", "clip_sample": False, "set_alpha_to_one": False,
                                        "timestep_spacing": "trailing", "rescale_betas_zero_snr": True}),
    },
    "sdxl": {
        "family": "sdxl", "salt": "sdxl", "vae": VAE | {"scaling_factor": 0.13025},
        "unet": {"block_out_channels": [32, 32, 64], "layers_per_block": 2, "attention_head_dim": [1, 2, 4],
                 "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
                 "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
                 "transformer_layers_per_block": [1, 1, 2], "cross_attention_dim": 80, "use_linear_projection": True,
                 "addition_embed_type": "text_time", "addition_time_embed_dim": 16,
                 "projection_class_embeddings_input_dim": 40 + 6 * 16, "sample_size": 128},
        "texts": [{"hidden_size": 32, "layers": 2, "heads": 2, "intermediate_size": 128, "hidden_act": "quick_gelu"},
                  {"hidden_size": 48, "layers": 3, "heads": 4, "intermediate_size": 96, "hidden_act": "gelu",
                   "projection_dim": 40, "eos_token_id": 664}],
        "scheduler": ("EulerDiscreteScheduler", {"timestep_spacing": "leading"}),
    },
}
PROMPTS = ["a photo of the sky at sunset", "an oil painting of a stormy sea, violet clouds", "", "blurry, low quality",
           "word " * 90]


def weights_note(pipe):
    """What the rule gave, for the test that repeats it: a SHA-256 over the float32 bytes in the order of the names."""
    note = {}
    for folder in ("text_encoder", "text_encoder_2", "unet", "vae"):
        module = getattr(pipe, folder, None)
        if module is None:
            continue
        named = {n.removeprefix("text_model."): p for n, p in module.named_parameters()}
        digest = hashlib.sha256()
        for name in sorted(named):
            digest.update(named[name].detach().contiguous().numpy().tobytes())
        note[folder] = {"tensors": len(named), "sha256": digest.hexdigest()}
    return note


def kohya_name(path, xl):
    """lora_unet_... of a UNet layer; in original block names for SDXL, which has two layers a block."""
    if xl:
        side, _, rest = path.partition(".")
        if side == "mid_block":
            path = rest.replace("attentions.0.", "middle_block.1.")
        else:
            block, _, attention, rest = rest.split(".", 3)
            place = 1 + 3 * int(block) + int(attention) if side == "down_blocks" else 3 * int(block) + int(attention)
            path = f"{'input' if side == 'down_blocks' else 'output'}_blocks.{place}.1.{rest}"
    return "lora_unet_" + path.replace(".", "_")


def kohya_lora(pipe, salt, rank=2, alpha=3.0):
    """On some layers of the UNet's attention and of the text encoders, all values by the rule."""
    xl, tensors = is_xl(pipe), {}
    layers = [(kohya_name(name, xl), module) for name, module in pipe.unet.named_modules()
              if name.endswith(("attn1.to_q", "attn1.to_out.0", "attn2.to_k", "attn2.to_v"))]
    for suffix, prefix in (("", "lora_te1_" if xl else "lora_te_"), ("_2", "lora_te2_")):
        encoder = getattr(pipe, "text_encoder" + suffix, None)
        for name, module in encoder.named_modules() if encoder is not None else []:
            if name.endswith(("q_proj", "k_proj", "v_proj", "out_proj", "mlp.fc1")):
                short = "text_model." + name.removeprefix("text_model.")
                layers.append((prefix + short.replace(".", "_"), module))
    for name, module in layers:
        for part, shape in (("down", (rank, module.in_features)), ("up", (module.out_features, rank))):
            tensors[f"{name}.lora_{part}.weight"] = rule_tensor(salt, "lora", f"{name}.{part}", shape).half()
        tensors[f"{name}.alpha"] = torch.tensor(alpha).half()
    return tensors


def training_start(unet, salt, rank):
    tensors = {}
    for name, module in unet.named_modules():
        if name.endswith(("to_q", "to_k", "to_v", "to_out.0")):
            tensors[f"unet.{name}.lora_A.weight"] = rule_tensor(salt, "start", name + ".A", (rank, module.in_features)).half()
            tensors[f"unet.{name}.lora_B.weight"] = rule_tensor(salt, "start", name + ".B", (module.out_features, rank)).half() / 8
    return tensors


def add_samplers(cases, velocity_model):
    all_of_them = ("ddim", "euler", "euler_a", "dpmpp_2m", "dpmpp_2m_karras", "unipc")
    for name in all_of_them if velocity_model else ("ddim", "euler", "euler_a", "unipc"):
        cases.sampler(name, 5, "v_prediction", "trailing", zero_snr=True)
    for name in ("heun", "lcm", "ddpm", "dpmpp_2m_sde_karras") if velocity_model else ():
        cases.sampler(name, 5, "v_prediction", "leading")
    for name in () if velocity_model else ("euler", "ddim"):
        cases.sampler(name, 5, "epsilon", "trailing")
    cases.noise_schedule(velocity_model)


def add_pictures(cases, velocity_model):
    first, second, _, negative, _ = PROMPTS
    cases.text_to_image("euler", first, "", 4, 5.0, 48, 48, 1007, image=True)
    cases.text_to_image("ddim", second, negative, 4, 1.0, 72, 64, 1009, image=False)
    cases.text_to_image("dpmpp_2m_karras", second, negative, 5, 7.5, 64, 96, 1008, image=False,
                        rescale=0.7 if velocity_model else 0.0)
    cases.text_to_image("euler_a", first, negative, 4, 6.0, 64, 72, 1010, image=False)
    cases.text_to_image("unipc", second, None, 5, 4.0, 64, 64, 1011, image=False)


def write(name):
    spec, target = SPECS[name], GOLDEN / name
    pipe = make_pipeline(spec)
    shutil.rmtree(target, ignore_errors=True)
    save_settings(pipe, target)
    (target / "weights.json").write_text(json.dumps(weights_note(pipe), indent=2) + "\n")
    velocity_model = name == "sd21v"
    cases = Cases(pipe, target, 5)
    cases.text(PROMPTS, 1)
    cases.unet(8, 9, [1, 500, 999], rows=32)
    cases.vae(32, 48)
    add_samplers(cases, velocity_model)
    add_pictures(cases, velocity_model)
    (target / "lora").mkdir()
    save_file(kohya_lora(pipe, name), target / "lora/kohya.safetensors",
              {"ss_base_model_version": "sdxl_base_v1-0" if is_xl(pipe) else "sd_v2"})  # several would change places
    ids = cases.ids("", PROMPTS[:1])
    cases.lora("lora/kohya.safetensors", 1.0, ids)
    cases.lora("lora/kohya.safetensors", 0.45, ids, texts=False)
    run = {"rank": 2, "alpha": 2.0, "betas": [0.9, 0.999], "eps": 1e-8, "lr": 0.002, "weight_decay": 0.01,
           "lr_schedule": "cosine", "warmup_steps": 1, "optimizer_steps": 5, "accumulate": 1, "max_grad_norm": 1.0,
           "min_snr_gamma": 5.0, "noise_offset": 0.05,
           "prediction_type": "v_prediction" if velocity_model else "epsilon"}
    cases.training("cosine_minsnr", run, training_start(pipe.unet, name, run["rank"]), 8, 8, rows=10)
    cases.write()
    size = sum(f.stat().st_size for f in target.rglob("*") if f.is_file())
    print(f"{name}: {len(cases.cases)} cases, {size / 1024:.0f} KiB", flush=True)


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    for chosen in sys.argv[1:] or SPECS:
        write(chosen)
