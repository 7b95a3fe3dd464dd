"""Writes a Stable Diffusion 1.5 checkpoint in the layout of `diffusers` in half precision: in the same layout, as one
file with the names of the first publication, and as GGUF (matrices of eight bits, kernels of half precision):
`whole.py FOLDER HALF FILE.safetensors FILE.gguf`. `diffusers` reads the one file back, and has to find every weight.
"""

import pathlib
import re
import shutil
import sys

import gguf
import numpy as np
import torch
from diffusers import UNet2DConditionModel, AutoencoderKL
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from safetensors.torch import load_file, save_file

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
          "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection"}
ENDS = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
        "conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def swapped(name, table):
    for ours, theirs in table.items():
        if name.startswith(ours + "."):
            return theirs + name[len(ours):]
    return name


def unet(name):
    if found := re.fullmatch(r"(down|up)_blocks\.(\d)\.(resnets|attentions)\.(\d)\.(.+)", name):
        way, block, kind, at, rest = found.groups()
        place = 3 * int(block) + int(at) + (way == "down")
        side, rest = ("1", rest) if kind == "attentions" else ("0", swapped(rest, RESNET))
        return f"{'input' if way == 'down' else 'output'}_blocks.{place}.{side}.{rest}"
    if found := re.fullmatch(r"down_blocks\.(\d)\.downsamplers\.0\.conv\.(.+)", name):
        return f"input_blocks.{3 * int(found[1]) + 3}.0.op.{found[2]}"
    if found := re.fullmatch(r"up_blocks\.(\d)\.upsamplers\.0\.(.+)", name):
        return f"output_blocks.{3 * int(found[1]) + 2}.{1 if found[1] == '0' else 2}.{found[2]}"
    if found := re.fullmatch(r"mid_block\.resnets\.(\d)\.(.+)", name):
        return f"middle_block.{2 * int(found[1])}.{swapped(found[2], RESNET)}"
    if name.startswith("mid_block.attentions.0."):
        return "middle_block.1." + name[len("mid_block.attentions.0."):]
    return swapped(name, ENDS)


def vae(name):
    name = name.replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
    if found := re.fullmatch(r"(.+)mid_block\.attentions\.0\.(.+)", name):
        return f"{found[1]}mid.attn_1.{swapped(found[2], ATTENTION)}"
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
    name = re.sub(r"down_blocks\.(\d)\.resnets\.(\d)", r"down.\1.block.\2", name)
    name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
    name = re.sub(r"up_blocks\.(\d)\.resnets\.(\d)", lambda m: f"up.{3 - int(m[1])}.block.{m[2]}", name)
    return re.sub(r"up_blocks\.(\d)\.upsamplers\.0", lambda m: f"up.{3 - int(m[1])}.upsample", name)


def main():
    folder, half, whole, packed = map(pathlib.Path, sys.argv[1:])
    parts = {"unet": unet, "vae": vae, "text_encoder": lambda name: name}
    prefixes = {"unet": "model.diffusion_model.", "vae": "first_stage_model.",
                "text_encoder": "cond_stage_model.transformer."}
    tensors = {}
    for part, called in parts.items():
        file = next((folder / part).glob("*model.safetensors"))
        exact = load_file(file)
        (half / part).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / part / "config.json", half / part)
        save_file({name: tensor.half() for name, tensor in exact.items()}, half / part / file.name)
        for name, tensor in exact.items():
            theirs = called(name)
            if part == "vae" and re.search(r"attn_1\.(q|k|v|proj_out)\.weight", theirs):
                tensor = tensor[:, :, None, None]
            if part == "text_encoder" and not theirs.startswith("text_model."):
                theirs = f"text_model.{theirs}"
            tensors[prefixes[part] + theirs] = tensor.half().contiguous()
    save_file(tensors, whole)
    # What the library itself makes of those names.
    found = convert_ldm_unet_checkpoint(dict(tensors), UNet2DConditionModel.load_config(folder / "unet"))
    wanted = load_file(folder / "unet/diffusion_pytorch_model.safetensors")
    assert set(found) == set(wanted), sorted(set(found) ^ set(wanted))[:4]
    assert all(torch.equal(found[name], tensor.half()) for name, tensor in wanted.items())
    found = convert_ldm_vae_checkpoint(dict(tensors), AutoencoderKL.load_config(folder / "vae"))
    wanted = load_file(folder / "vae/diffusion_pytorch_model.safetensors")
    assert set(found) == set(wanted), sorted(set(found) ^ set(wanted))[:4]
    assert all(torch.equal(found[name].flatten(), tensor.half().flatten()) for name, tensor in wanted.items())
    writer = gguf.GGUFWriter(packed, "sd1")
    kinds = gguf.GGMLQuantizationType
    for name, tensor in tensors.items():
        numbers = tensor.float().numpy()
        if numbers.ndim == 2 and numbers.shape[1] % 32 == 0 and "embedding" not in name:
            writer.add_tensor(name, gguf.quants.quantize(numbers, kinds.Q8_0), raw_dtype=kinds.Q8_0)
        else:
            writer.add_tensor(name, numbers.astype(np.float16) if numbers.ndim > 1 else numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"{len(tensors)} weights")


main()
