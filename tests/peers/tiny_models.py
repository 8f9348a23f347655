"""Tiny models of Stable Diffusion 1.x, 2.x and SDXL, with weights that come from a rule.

The rule, which tests/golden_model.cpp repeats. The seed of a tensor is FNV-1a (64 bits) of "salt/folder/name", the name
as diffusers writes it and without a leading "text_model.". Number i of a tensor is the top 11 bits of the i-th output
of splitmix64 from that seed: k in 0..2047, and with it
    a bias                        (2k - 2047) / 2^14          in +-1/8
    a norm's weight               1 + (floor(k / 4) - 256) / 2^10   in 3/4..5/4
    an embedding                  (2k - 2047) / 2^13          in +-1/4
    any other weight              (2k - 2047) / 2^(11 + s)    with s the largest for which 4^s <= inputs of one output
so that a network neither dies out nor runs away, and float16 holds every number exactly.
"""
import json
import shutil
import tempfile
from pathlib import Path

import numpy
import torch
from diffusers import AutoencoderKL, DDIMScheduler, EulerDiscreteScheduler, PNDMScheduler
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SCHEDULERS = {"DDIMScheduler": DDIMScheduler, "EulerDiscreteScheduler": EulerDiscreteScheduler,
              "PNDMScheduler": PNDMScheduler}
# What all Stable Diffusion models are trained with.
NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def rule_numbers(seed_text, count):
    """The k of the rule, one for each of `count` numbers."""
    seed = 0xCBF29CE484222325
    for byte in seed_text.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        z = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(53)).astype(numpy.int64)


def rule_tensor(salt, folder, name, shape):
    name = name.removeprefix("text_model.")
    count = int(numpy.prod(shape))
    k = rule_numbers(f"{salt}/{folder}/{name}", count)
    inputs = count // shape[0]
    if name.endswith("bias"):
        values = (2 * k - 2047) / 2.0**14
    elif len(shape) == 1:
        values = 1 + (k // 4 - 256) / 2.0**10
    elif "embeddings." in name:
        values = (2 * k - 2047) / 2.0**13
    else:
        scale = 0
        while 4 ** (scale + 1) <= inputs:
            scale += 1
        values = (2 * k - 2047) / 2.0**(11 + scale)
    return torch.from_numpy(values.astype(numpy.float32).reshape(shape))


def fill(module, salt, folder):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(rule_tensor(salt, folder, name, tuple(parameter.shape)))
    return module.eval().requires_grad_(False)


def tokenizer(pad):
    words = GOLDEN / "sd15/tokenizer"
    vocabulary = json.loads((words / "vocab.json").read_text())
    merges = [tuple(line.split()) for line in (words / "merges.txt").read_text().splitlines()[1:] if line]
    try:
        return CLIPTokenizer(vocab=vocabulary, merges=merges, pad_token=pad, model_max_length=77)
    except TypeError:
        return CLIPTokenizer(str(words / "vocab.json"), str(words / "merges.txt"), pad_token=pad, model_max_length=77)


def text_encoder(salt, folder, vocabulary, shape):
    """`shape`: hidden_size, layers, heads, intermediate_size, hidden_act, projection_dim (None: no projection),
    eos_token_id."""
    config = CLIPTextConfig(vocab_size=vocabulary, hidden_size=shape["hidden_size"], num_hidden_layers=shape["layers"],
                            num_attention_heads=shape["heads"], intermediate_size=shape["intermediate_size"],
                            hidden_act=shape["hidden_act"], max_position_embeddings=77, bos_token_id=0, pad_token_id=1,
                            eos_token_id=shape.get("eos_token_id", 2),
                            projection_dim=shape.get("projection_dim") or shape["hidden_size"])
    kind = CLIPTextModelWithProjection if shape.get("projection_dim") else CLIPTextModel
    return fill(kind(config), salt, folder)


def make_pipeline(spec):
    """The model that a spec describes. `spec`: family, salt, unet, vae (their config's fields), texts (one or two
    shapes), scheduler (class name and fields that are not its defaults)."""
    salt, xl = spec["salt"], spec["family"] == "sdxl"
    words = tokenizer("!" if spec["family"] == "sd21v" else "<|endoftext|>")
    unet = fill(UNet2DConditionModel(**spec["unet"]), salt, "unet")
    vae = fill(AutoencoderKL(**spec["vae"]), salt, "vae")
    kind, fields = spec["scheduler"]
    parts = {"unet": unet, "vae": vae, "scheduler": SCHEDULERS[kind](**NOISE | fields), "tokenizer": words,
             "text_encoder": text_encoder(salt, "text_encoder", len(words), spec["texts"][0])}
    if xl:
        parts["tokenizer_2"] = tokenizer("!")
        parts["text_encoder_2"] = text_encoder(salt, "text_encoder_2", len(words), spec["texts"][1])
        pipe = StableDiffusionXLPipeline(**parts, add_watermarker=False)
    else:
        pipe = StableDiffusionPipeline(**parts, safety_checker=None, feature_extractor=None,
                                       requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def save_settings(pipe, target):
    """The folder without its weights; tokenizers in the layout of CLIP's own, where transformers 5 would write one
    tokenizer.json."""
    with tempfile.TemporaryDirectory() as scratch:
        pipe.save_pretrained(scratch)
        shutil.copytree(scratch, target, ignore=shutil.ignore_patterns("*.safetensors"))
    for folder in ("tokenizer", "tokenizer_2"):
        words = getattr(pipe, folder, None)
        if words is None:
            continue
        shutil.rmtree(target / folder)
        shutil.copytree(GOLDEN / "sd15/tokenizer", target / folder)
        for file in ("special_tokens_map.json", "tokenizer_config.json"):
            fields = json.loads((target / folder / file).read_text()) | {"pad_token": words.pad_token}
            (target / folder / file).write_text(json.dumps(fields) + "\n")


def save_weights(pipe, target):
    for folder, file in (("unet", "diffusion_pytorch_model"), ("vae", "diffusion_pytorch_model"),
                         ("text_encoder", "model"), ("text_encoder_2", "model")):
        module = getattr(pipe, folder, None)
        if module is not None:
            tensors = {k: v.contiguous() for k, v in module.state_dict().items() if not k.endswith("position_ids")}
            save_file(tensors, target / folder / f"{file}.safetensors", {"format": "pt"})

