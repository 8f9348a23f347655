"""Writes tests/golden/lycoris/: adapters of every kind and what lycoris-lora and peft make of them.

    .deps/peers/bin/python tests/peers/make_lycoris_golden.py tests/golden/lycoris

Needs lycoris-lora 4.1.3 and peft 0.21 beside torch. Not needed to build, test or run.
"""
import sys
from pathlib import Path

import torch
from lycoris.modules.loha import LohaModule
from lycoris.modules.locon import LoConModule
from lycoris.modules.lokr import LokrModule
from safetensors.torch import save_file

torch.manual_seed(20)
tensors = {}


def half(tensor):
    return tensor.detach().half().float()


def layer(kind):
    if kind == "linear":
        module = torch.nn.Linear(12, 20, bias=False)
    elif kind == "square":
        module = torch.nn.Linear(12, 12, bias=False)
    else:
        module = torch.nn.Conv2d(12, 20, 3, bias=False)
    module.weight.data = half(module.weight.data)
    return module


def weight_of(forward, shape):
    """The weight that a layer acts with, read off its answers to one-hot inputs (LyCORIS 4.1.3 applies alpha / rank
    twice in get_merged_weight of LoHa and LoKr, though not in forward, so only the latter tells)."""
    if len(shape) == 2:
        return forward(torch.eye(shape[1])).t()
    ones = torch.eye(shape[1] * shape[2] * shape[3]).reshape(-1, *shape[1:])
    return forward(ones).reshape(-1, shape[0]).t().reshape(shape)


def lycoris(name, cls, kind, rank=4, alpha=2.0, **options):
    base = layer(kind)
    module = cls(name, base, 1.0, rank, alpha, **options)
    with torch.no_grad():
        for key, value in module.named_parameters():
            if key.startswith("org_module") or key == "scalar":
                continue
            if key == "dora_scale":
                value.copy_(half(value * (1 + 0.3 * torch.randn_like(value))))
            else:
                value.copy_(half(torch.randn_like(value) * 0.3))
        tensors[f"{name}.base"] = base.weight.data.clone()
        module.apply_to()
        tensors[f"{name}.merged"] = weight_of(base, base.weight.shape).contiguous()
        for key, value in module.state_dict().items():
            if not key.startswith("org_module"):
                tensors[f"lora_unet_{name}.{key}"] = value.clone().contiguous()


lycoris("locon_conv", LoConModule, "conv")
lycoris("locon_tucker", LoConModule, "conv", use_tucker=True)
lycoris("loha_linear", LohaModule, "linear")
lycoris("loha_conv", LohaModule, "conv")
lycoris("loha_tucker", LohaModule, "conv", use_tucker=True)
lycoris("lokr_whole", LokrModule, "linear", rank=100)
lycoris("lokr_pair", LokrModule, "linear", rank=2, factor=4)
lycoris("lokr_both", LokrModule, "linear", rank=1, factor=4, decompose_both=True)
lycoris("lokr_conv", LokrModule, "conv", rank=100)
lycoris("lokr_conv_pair", LokrModule, "conv", rank=2, factor=4)
lycoris("lokr_tucker", LokrModule, "conv", rank=2, factor=4, use_tucker=True)
lycoris("dora_linear", LoConModule, "linear", weight_decompose=True, wd_on_out=True)
lycoris("dora_linear_columns", LoConModule, "linear", weight_decompose=True, wd_on_out=False)
lycoris("dora_square_columns", LoConModule, "square", weight_decompose=True, wd_on_out=False)
lycoris("dora_conv", LoConModule, "conv", weight_decompose=True, wd_on_out=True)
lycoris("dora_conv_columns", LoConModule, "conv", weight_decompose=True, wd_on_out=False)
lycoris("doha_linear", LohaModule, "linear", weight_decompose=True, wd_on_out=True)


def peft_dora():
    from peft import LoraConfig, inject_adapter_in_model

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = layer("linear")
            self.conv = layer("conv")

    net = Net()
    bases = {"linear": net.linear.weight.data.clone(), "conv": net.conv.weight.data.clone()}
    inject_adapter_in_model(
        LoraConfig(r=4, lora_alpha=4, use_dora=True, target_modules=["linear", "conv"], init_lora_weights=False), net)
    for name in ("linear", "conv"):
        wrapped = getattr(net, name)
        with torch.no_grad():
            down, up = wrapped.lora_A["default"].weight, wrapped.lora_B["default"].weight
            magnitude = wrapped.lora_magnitude_vector["default"].weight
            down.copy_(half(down))
            up.copy_(half(torch.randn_like(up) * 0.3))
            magnitude.copy_(half(magnitude * (1 + 0.3 * torch.randn_like(magnitude))))
            label = f"peft_dora_{name}"
            tensors[f"{label}.base"] = bases[name]
            tensors[f"unet.{label}.lora_A.weight"] = down.clone()
            tensors[f"unet.{label}.lora_B.weight"] = up.clone()
            tensors[f"unet.{label}.lora_magnitude_vector"] = magnitude.clone()
            wrapped.merge()
            tensors[f"{label}.merged"] = wrapped.get_base_layer().weight.data.clone().contiguous()


peft_dora()
target = Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
adapters = {k: v.half() for k, v in tensors.items() if k.startswith(("lora_unet_", "unet."))}
expected = {k: (v.half() if k.endswith(".base") else v) for k, v in tensors.items() if k not in adapters}
save_file(adapters, target / "adapters.safetensors")
save_file(expected, target / "weights.safetensors")
for key in sorted(adapters):
    print(key, tuple(adapters[key].shape))
