"""Cases of a fixture folder (cases.json, cases.safetensors) computed by diffusers, transformers and peft in float32 on a
CPU, in the form that `pleinair-cli parity` runs."""
import copy
import json
import math

import torch
from diffusers import (DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler,
                       EulerDiscreteScheduler, HeunDiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler,
                       UniPCMultistepScheduler)
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

SAMPLERS = {
    "ddim": (DDIMScheduler, {}),
    "ddpm": (DDPMScheduler, {}),
    "pndm": (PNDMScheduler, {"skip_prk_steps": True}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler_karras": (EulerDiscreteScheduler, {"use_karras_sigmas": True}),
    "euler_a": (EulerAncestralDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++"}),
    "dpmpp_2m_karras": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    "dpmpp_2m_sde_karras": (DPMSolverMultistepScheduler,
                            {"algorithm_type": "sde-dpmsolver++", "use_karras_sigmas": True}),
    "unipc": (UniPCMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "lms": (LMSDiscreteScheduler, {}),
}
# SD 1.5's settings, which sampler cases change.
SD15 = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1,
        "set_alpha_to_one": False, "clip_sample": False}
TARGETS = ["to_k", "to_out.0", "to_q", "to_v"]
FORMULA = "0.6*tanh(x)+0.1*cos(t/100)"


def scheduler_named(name, config):
    """A sampler on a model's schedule; where the model's own scheduler does not say, SD 1.5's settings hold."""
    kind, extra = SAMPLERS[name]
    return kind.from_config({"set_alpha_to_one": False, "clip_sample": False} | dict(config), **extra)


def generator(seed):
    return torch.Generator().manual_seed(seed)


def is_xl(pipe):
    return hasattr(pipe, "text_encoder_2")


class Cases:
    """Collects cases; `lora/` and `training/` files go straight into `folder`."""

    def __init__(self, pipe, folder, seed):
        self.pipe, self.folder, self.seed = pipe, folder, seed
        self.cases, self.tensors = [], {}
        self.random = generator(seed)

    def randn(self, *shape):
        return torch.randn(*shape, generator=self.random)

    def keep(self, name, tensor):
        """A tensor that several cases share."""
        self.tensors[name] = tensor
        return name

    def add(self, name, kind, params, inputs, expected, atol, rtol):
        """Inputs and expected values: role -> tensor, or the name of one that keep() took."""
        places = []
        for side, values in (("in", inputs), ("out", expected)):
            place = {}
            for role, value in values.items():
                if not isinstance(value, str):
                    value = self.keep(f"{name}.{side}.{role}", value)
                place[role] = value
            places.append(place)
        self.cases.append({"name": name, "kind": kind, "params": params, "inputs": places[0], "expected": places[1],
                           "atol": atol, "rtol": rtol})

    def write(self):
        save_file({k: v.detach().contiguous().clone() for k, v in self.tensors.items()},
                  self.folder / "cases.safetensors")
        lines = ",\n".join("  " + json.dumps(case) for case in self.cases)
        (self.folder / "cases.json").write_text('{"version": 1, "cases": [\n' + lines + "\n]}\n")

    # Networks

    def encoders(self):
        return [("", 1)] + ([("_2", 2)] if is_xl(self.pipe) else [])

    def ids(self, suffix, prompts):
        words = getattr(self.pipe, "tokenizer" + suffix)
        return torch.tensor(words(prompts, padding="max_length", max_length=77, truncation=True).input_ids)

    def text(self, prompts, encoded):
        """Tokens of all prompts; what the encoders make of the first `encoded` of them."""
        for suffix, which in self.encoders():
            ids = self.ids(suffix, prompts)
            self.add(f"tokenize_{which}", "tokenize", {"encoder": which, "prompts": prompts}, {}, {"ids": ids}, 0, 0)
            out = getattr(self.pipe, "text_encoder" + suffix)(ids[:encoded], output_hidden_states=True)
            pooled = out.text_embeds if hasattr(out, "text_embeds") else out.pooler_output
            self.add(f"text_encoder_{which}", "text_encoder", {"encoder": which}, {"ids": ids[:encoded]},
                     {"last_hidden_state": out.last_hidden_state, "penultimate": out.hidden_states[-2],
                      "pooled": pooled}, 2e-4, 2e-4)

    def conditions(self, batch, rows):
        """What a UNet wants besides the sample, under names that cases share."""
        config = self.pipe.unet.config
        inputs = {"encoder_hidden_states": self.keep("context", self.randn(batch, rows, config.cross_attention_dim))}
        if is_xl(self.pipe):
            projection = self.pipe.text_encoder_2.config.projection_dim
            inputs["text_embeds"] = self.keep("text_embeds", self.randn(batch, projection))
            inputs["time_ids"] = self.keep("time_ids", torch.tensor([[72.0, 64, 8, 0, 64, 64], [64, 96, 0, 16, 64, 64]])[:batch])
        return inputs

    def predict(self, unet, sample, timestep, inputs):
        given = {role: self.tensors[name] if isinstance(name, str) else name for role, name in inputs.items()}
        added = {k: given[k] for k in ("text_embeds", "time_ids")} if "text_embeds" in given else None
        return unet(sample, timestep, given["encoder_hidden_states"], added_cond_kwargs=added).sample

    def unet(self, height, width, timesteps, batch=2, rows=77):
        sample = self.keep("sample", self.randn(batch, self.pipe.unet.config.in_channels, height, width))
        inputs = {"sample": sample} | self.conditions(batch, rows)
        for t in timesteps:
            self.add(f"unet_t{t}", "unet", {"timestep": t}, inputs,
                     {"sample": self.predict(self.pipe.unet, self.tensors[sample], t, inputs)}, 2e-4, 2e-4)

    def vae(self, height, width):
        vae, scale = self.pipe.vae, self.pipe.vae_scale_factor
        image = torch.rand(1, 3, height, width, generator=self.random) * 2 - 1
        found = vae.encode(image).latent_dist
        self.add("vae_encode", "vae_encode", {}, {"image": image}, {"mean": found.mean, "std": found.std}, 2e-4, 2e-4)
        latents = self.randn(1, vae.config.latent_channels, height // scale, width // scale)
        self.add("vae_decode", "vae_decode", {}, {"latents": latents}, {"image": vae.decode(latents).sample}, 2e-4, 2e-4)

    # Diffusion

    def sampler(self, name, steps, prediction, spacing, zero_snr=False):
        settings = {"prediction_type": prediction, "timestep_spacing": spacing, "rescale_betas_zero_snr": zero_snr}
        scheduler = scheduler_named(name, SD15 | settings)
        label = f"sampler_{name}.{prediction[0]}.{spacing}" + (".zero_snr" if zero_snr else "")
        noise = self.keep("sampler_noise", torch.randn(1, 4, 8, 8, generator=generator(self.seed)))
        inputs = {"noise": noise}
        if name in ("ddpm", "euler_a", "dpmpp_2m_sde_karras", "lcm"):
            draw = generator(self.seed + 1)
            inputs["step_noise"] = self.keep("step_noise", torch.stack(
                [torch.randn(1, 4, 8, 8, generator=draw) for _ in range(10)]))
        scheduler.set_timesteps(steps)
        sample = self.tensors[noise] * scheduler.init_noise_sigma
        again, trajectory = generator(self.seed + 1), []
        extra = {"generator": again} if "step_noise" in inputs else {}
        for t in scheduler.timesteps:
            x = scheduler.scale_model_input(sample, t)
            output = 0.6 * torch.tanh(x) + 0.1 * math.cos(float(t) / 100)
            sample = scheduler.step(output, t, sample, **extra).prev_sample
            trajectory.append(sample)
        expected = {"timesteps": scheduler.timesteps.double(), "trajectory": torch.stack(trajectory), "final": sample}
        if hasattr(scheduler, "sigmas"):
            expected["sigmas"] = scheduler.sigmas.float()
        self.add(label, "sampler", {"sampler": name, "steps": steps, "model": FORMULA} | settings, inputs, expected,
                 1e-4, 1e-4)

    def noise_schedule(self, zero_snr):
        alphas = DDIMScheduler.from_config(SD15 | {"rescale_betas_zero_snr": zero_snr}).alphas_cumprod
        self.add("zero_terminal_snr" if zero_snr else "scaled_linear", "noise_schedule",
                 {"rescale_betas_zero_snr": zero_snr}, {}, {"alphas_cumprod": alphas}, 1e-6, 1e-5)

    def text_to_image(self, sampler, prompt, negative, steps, guidance, height, width, seed, image, rescale=0.0):
        pipe = copy.copy(self.pipe)
        pipe.scheduler = scheduler_named(sampler, self.pipe.scheduler.config)
        latents = pipe(prompt=prompt, negative_prompt=negative, num_inference_steps=steps, guidance_scale=guidance,
                       height=height, width=width, generator=generator(seed), output_type="latent",
                       guidance_rescale=rescale).images
        expected = {"latents": latents}
        if image:
            decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample
            expected["image"] = (decoded / 2 + 0.5).clamp(0, 1)
        params = {"prompt": prompt, "negative_prompt": negative, "steps": steps, "guidance_scale": guidance,
                  "height": height, "width": width, "seed": seed, "sampler": sampler}
        if rescale:
            params["guidance_rescale"] = rescale
        name = f"txt2img_{sampler}" + ("" if negative is not None else ".no_negative")
        self.add(name, "text_to_image", params, {}, expected, 2e-3, 2e-3)

    # LoRA

    def lora(self, file, weight, ids, texts=True):
        """The LoRA as diffusers loads it: on the UNet and the text encoders. What the encoders say then is kept only
        with `texts`."""
        pipe = self.pipe
        pipe.load_lora_weights(str(self.folder / file), adapter_name="a")
        try:
            pipe.set_adapters(["a"], [weight])
            inputs = {"sample": "sample", "ids": ids, "encoder_hidden_states": "context"}
            if is_xl(pipe):
                inputs |= {"text_embeds": "text_embeds", "time_ids": "time_ids"}
            asked = {k: v for k, v in inputs.items() if k not in ("ids", "sample")}
            expected = {"sample": self.predict(pipe.unet, self.tensors["sample"], 321, asked)}
            for suffix, which in self.encoders() if texts else ():
                expected[f"text_{which}"] = getattr(pipe, "text_encoder" + suffix)(ids).last_hidden_state
            self.add(f"lora_kohya_{weight}", "lora", {"file": file, "weight": weight, "timestep": 321}, inputs, expected,
                     5e-4, 5e-4)
        finally:
            pipe.unload_lora_weights()

    def training(self, name, params, start, height, width, rows, batch=2):
        """AdamW on the UNet's attention from `start` (PEFT's names), one loss a micro step."""
        steps, accumulate = params["optimizer_steps"], params["accumulate"]
        micro, unet = steps * accumulate, copy.deepcopy(self.pipe.unet)
        inputs = {"latents": self.randn(micro, batch, 4, height, width), "noise": self.randn(micro, batch, 4, height, width),
                  "offset_noise": self.randn(micro, batch, 4, 1, 1),
                  "timesteps": torch.randint(0, 1000, (micro, batch), generator=self.random),
                  "encoder_hidden_states": self.randn(micro, batch, rows, unet.config.cross_attention_dim)}
        if is_xl(self.pipe):
            inputs["text_embeds"] = self.randn(micro, batch, self.pipe.text_encoder_2.config.projection_dim)
            inputs["time_ids"] = torch.tensor([[72.0, 64, 8, 0, 64, 64], [64, 96, 0, 16, 64, 64]]).expand(micro, 2, 6)
        (self.folder / "training").mkdir(exist_ok=True)
        params |= {"start": f"training/{name}.start.safetensors", "end": f"training/{name}.end.safetensors",
                   "targets": TARGETS, "optimizer": "adamw", "end_atol": 2e-4}
        save_file(start, self.folder / params["start"])
        end, expected = train(unet, self.pipe.scheduler, params, start, inputs)
        save_file(end, self.folder / params["end"])
        self.add(f"train_{name}", "lora_training", params, inputs, expected, 2e-4, 2e-3)


def learning_rate(params, step):
    warmup, total = params["warmup_steps"], params["optimizer_steps"]
    if step < warmup:
        return params["lr"] * step / max(1, warmup)
    if params["lr_schedule"] == "cosine":
        return params["lr"] * max(0.0, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))))
    if params["lr_schedule"] == "linear":
        return params["lr"] * max(0.0, (total - step) / max(1, total - warmup))
    return params["lr"]


def min_snr_loss(error, alphas, gamma, velocity):
    error = error.square().flatten(1).mean(1)
    if gamma <= 0:
        return error.mean()
    snr = alphas / (1 - alphas)
    capped = snr.clamp(max=gamma)
    return (error * (capped / (snr + 1) if velocity else capped / snr)).mean()


def train(unet, scheduler, params, start, inputs):
    unet.add_adapter(LoraConfig(r=params["rank"], lora_alpha=params["alpha"], target_modules=params["targets"]))
    state = {k.removeprefix("unet."): v for k, v in start.items()}
    loaded = set_peft_model_state_dict(unet, state)
    assert not loaded.unexpected_keys, loaded.unexpected_keys[:3]
    leaves = [p for n, p in unet.named_parameters() if "lora_" in n]
    for leaf in leaves:
        leaf.requires_grad_(True)
    assert len(leaves) == len(start)
    optimizer = torch.optim.AdamW(leaves, lr=params["lr"], betas=params["betas"], eps=params["eps"],
                                  weight_decay=params["weight_decay"])
    noising = DDIMScheduler.from_config(scheduler.config)
    velocity = params["prediction_type"] == "v_prediction"
    losses, rates, norms = [], [], []
    with torch.enable_grad():
        for micro in range(len(inputs["latents"])):
            row = {k: v[micro] for k, v in inputs.items()}
            noise = row["noise"] + params["noise_offset"] * row["offset_noise"]
            noisy = noising.add_noise(row["latents"], noise, row["timesteps"])
            target = noising.get_velocity(row["latents"], noise, row["timesteps"]) if velocity else noise
            added = {k: row[k] for k in ("text_embeds", "time_ids")} if "text_embeds" in row else None
            got = unet(noisy, row["timesteps"], row["encoder_hidden_states"], added_cond_kwargs=added).sample
            loss = min_snr_loss(got - target, noising.alphas_cumprod[row["timesteps"]], params["min_snr_gamma"], velocity)
            losses.append(loss.item())
            (loss / params["accumulate"]).backward()
            if (micro + 1) % params["accumulate"]:
                continue
            rates.append(learning_rate(params, len(rates)))
            norms.append(torch.nn.utils.clip_grad_norm_(leaves, params["max_grad_norm"]).item())
            for group in optimizer.param_groups:
                group["lr"] = rates[-1]
            optimizer.step()
            optimizer.zero_grad()
    end = {f"unet.{k}": v.detach().contiguous() for k, v in get_peft_model_state_dict(unet).items()}
    return end, {"loss": torch.tensor(losses, dtype=torch.float64),
                 "learning_rate": torch.tensor(rates, dtype=torch.float64),
                 "grad_norm": torch.tensor(norms, dtype=torch.float64)}
