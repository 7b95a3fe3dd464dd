#!/usr/bin/env python3
"""Makes two tiny VideoSeal networks with random weights, and what the reference code computes with them.

    python3 -m venv venv && venv/bin/pip install torch torchvision omegaconf einops timm
    git clone https://github.com/facebookresearch/videoseal
    venv/bin/python crates/colophon-test/data/film_marks.py videoseal crates/colophon-test/data/videoseal

Writes y_256b_img.pth and reference.json: what the networks make of a picture (one number in 37), the marked picture (one
byte in 37), and what they read of the picture as it was.
"""

import importlib
import json
import pathlib
import sys
import types

import torch
from torch.nn import functional as F

BITS, WIDTH, HEIGHT, EVERY = 256, 120, 88, 37
SCALE = 0.2
UNET = {
    "in_channels": 1, "out_channels": 1, "z_channels": 2, "num_blocks": 2, "activation": "relu", "normalization": "batch",
    "z_channels_mults": [1, 2, 3], "last_tanh": True,
}
RESIZING = {"mode": "bilinear", "align_corners": False, "antialias": True}


def modules(checkout):
    """The modules that are needed, without the packages' own beginnings, which ask for much more."""
    for name in ("videoseal", "videoseal.modules", "videoseal.models", "videoseal.data"):
        package = types.ModuleType(name)
        package.__path__ = [str(checkout / name.replace(".", "/"))]
        sys.modules[name] = package
    load = lambda name: importlib.import_module(f"videoseal.{name}")
    return [load(f"modules.{n}") for n in ("unet", "msg_processor", "convnext", "pixel_decoder", "jnd")]


def picture():
    y, x = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    r = (x * 2 + y) % 256
    g = (x * y // 16 + 40) % 256
    b = ((x // 12 + y // 10) % 2) * 170 + 30
    return torch.stack([r, g, b])[None].to(torch.float32) / 255


def main():
    checkout, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    unet, msg_processor, convnext, pixel_decoder, jnd = modules(checkout)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    messages = msg_processor.MsgProcessor(nbits=BITS, hidden_size=5)
    embedder = torch.nn.Module()
    embedder.unet, embedder.msg_processor = unet.UNetMsg(msg_processor=messages, **UNET), messages
    detector = torch.nn.Module()
    detector.convnext = convnext.ConvNeXtV2(depths=[1, 1, 2, 1], dims=[4, 6, 8, 10])
    detector.pixel_decoder = pixel_decoder.PixelDecoder(embed_dim=10, nbits=BITS, upscale_stages=[1])
    whole = torch.nn.Module()
    whole.embedder, whole.detector = embedder, detector
    with torch.no_grad():
        for name, tensor in whole.state_dict().items():
            # What is 0 or 1 before a training.
            if name.endswith(("running_mean", "beta", "gamma", "norm.bias")):
                tensor.normal_(0, 0.3)
            elif name.endswith("running_var"):
                tensor.uniform_(0.5, 1.5)
            elif tensor.dim() > 1 and not name.endswith("embeddings.weight"):
                tensor.normal_(0, 1.5 / tensor[0].numel() ** 0.5)
        messages.msg_embeddings.weight.mul_(0.3)
        embedder.unet.outc.weight.mul_(0.2)
        embedder.unet.outc.bias.zero_()
    whole.eval()
    attenuation = jnd.JND(in_channels=1, out_channels=1)
    message = torch.tensor([[(i * i + i // 3) % 5 % 2 for i in range(BITS)]])
    shown = picture()
    with torch.no_grad():
        small = F.interpolate(shown, size=(256, 256), **RESIZING)
        grey = 0.299 * small[:, 0:1] + 0.587 * small[:, 1:2] + 0.114 * small[:, 2:3]
        change = embedder.unet(grey * 2 - 1, message)
        large = F.interpolate(change, size=(HEIGHT, WIDTH), **RESIZING)
        marked = (shown + SCALE * attenuation.heatmaps(shown) * large).clamp(0, 1)
        marked = (marked * 255).round()
        read = detector.pixel_decoder(detector.convnext(small * 2 - 1))
    torch.save({"args": {"nbits": BITS}, "model": whole.state_dict()}, folder / "y_256b_img.pth")
    reference = {
        "width": WIDTH, "height": HEIGHT, "message": message[0].tolist(), "every": EVERY,
        "change": [round(float(v), 6) for v in change.flatten()[::EVERY]],
        "marked": [int(v) for v in marked[0].permute(1, 2, 0).flatten()[::EVERY]],
        "bits": [round(float(v), 6) for v in read[0, 1:]],
    }
    (folder / "reference.json").write_text(json.dumps(reference) + "\n")
    print("change", change.min(), change.max(), "read", read.min(), read.max(), "PSNR", 10 * torch.log10(1 / ((marked / 255 - shown) ** 2).mean()))


if __name__ == "__main__":
    main()
