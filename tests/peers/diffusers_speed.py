"""What diffusers takes for the steps that `pleinair-bench families` times, on the same folder and machine.

Prints one JSON object: load, "guided step", decode and "LoRA step" in seconds (medians; the better of its two memory
layouts), and its peak in MiB. Needs torch, diffusers, transformers and peft; used for checks only, never by the program.
"""
import argparse
import json
import resource
import statistics
import time

import torch
from diffusers import AutoencoderKL, DiffusionPipeline, UNet2DConditionModel
from peft import LoraConfig


def timed(work, repeats, device):
    times = []
    for i in range(repeats + 1):
        began = time.perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        if i > 0 or repeats == 0:  # the first one warms up
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def conditions(unet, batch, size, dtype, device):
    """The inputs of one pass: SDXL also takes pooled text and sizes."""
    inputs = {
        "sample": torch.randn(batch, 4, size // 8, size // 8, dtype=dtype, device=device),
        "encoder_hidden_states": torch.randn(batch, 77, unet.config.cross_attention_dim, dtype=dtype, device=device),
    }
    if unet.config.addition_embed_type == "text_time":
        pooled = unet.config.projection_class_embeddings_input_dim - 6 * unet.config.addition_time_embed_dim
        inputs["added_cond_kwargs"] = {
            "text_embeds": torch.randn(batch, pooled, dtype=dtype, device=device),
            "time_ids": torch.tensor([[size, size, 0, 0, size, size]] * batch, dtype=dtype, device=device),
        }
    return inputs


def lora_step(unet, size, dtype, device):
    unet.requires_grad_(False)
    unet.add_adapter(LoraConfig(r=16, lora_alpha=16, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    trainable = [p for p in unet.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=1e-4)
    inputs = conditions(unet, 1, size, dtype, device)
    noise = torch.randn_like(inputs["sample"])

    def step():
        guess = unet(timestep=torch.tensor([500], device=device), **inputs).sample
        torch.nn.functional.mse_loss(guess.float(), noise.float()).backward()
        torch.nn.utils.clip_grad_norm_(trainable, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return step


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--precision", choices=["fp32", "bf16", "fp16"], default="fp32")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[options.precision]
    device = options.device
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False

    began = time.perf_counter()
    pipe = DiffusionPipeline.from_pretrained(options.folder, torch_dtype=dtype).to(device)
    figures = {"load": time.perf_counter() - began}
    unet: UNet2DConditionModel = pipe.unet
    vae: AutoencoderKL = pipe.vae
    latents = torch.randn(1, 4, options.size // 8, options.size // 8, dtype=dtype, device=device)
    inputs = conditions(unet, 2, options.size, dtype, device)
    step_times, decode_times = [], []
    for layout in (torch.contiguous_format, torch.channels_last):
        unet.to(memory_format=layout)
        vae.to(memory_format=layout)
        with torch.no_grad():
            step_times.append(timed(lambda: unet(timestep=500, **inputs).sample, options.steps, device))
            decode_times.append(timed(lambda: vae.decode(latents).sample, 2, device))
    figures |= {"guided step": min(step_times), "decode": min(decode_times)}
    if options.precision != "fp16":  # its small gradients vanish without a scaler
        figures["LoRA step"] = timed(lora_step(unet, options.size, dtype, device), max(1, options.steps - 1), device)
    figures["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
