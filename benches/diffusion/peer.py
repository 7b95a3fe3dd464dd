"""A U-Net of Stable Diffusion 1.5's size in `diffusers` on PyTorch: `peer.py FOLDER SIDE STEPS` prints
what `diffusion_pace` prints."""

import json
import os
import sys
import time

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

torch.set_grad_enabled(False)
torch.set_num_threads(min(2, os.cpu_count() or 1))


def timed(job):
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def peak():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main():
    folder, side, steps = sys.argv[1], int(sys.argv[2]) // 8, int(sys.argv[3])
    unet = UNet2DConditionModel.from_pretrained(f"{folder}/unet").eval()
    latent, words = torch.randn(1, 4, side, side), torch.randn(1, 77, 768)
    each = [timed(lambda: unet(latent, 481, words)) for _ in range(steps)]
    held = peak()
    del unet
    vae = AutoencoderKL.from_pretrained(f"{folder}/vae").eval()
    decoding = timed(lambda: vae.decode(latent))
    print(json.dumps({"steps": each[1:], "decoding": decoding, "peak": held}))


main()
