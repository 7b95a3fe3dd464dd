"""Writes tests/data/melgan.safetensors: MelGAN by PyTorch, for the Rust engine to be compared with.

    python melgan.py melgan_pretrained.pt ../data/melgan.safetensors

Needs torch, numpy, safetensors. The sound is made here: a vowel-like buzz that glides.
"""

import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import weight_norm

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "training/wavenet"))
from features import filters  # noqa: E402

RATE, FFT, HOP, FRAMES = 22_050, 1024, 256, 150


class Block(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.block = nn.Sequential(
            nn.LeakyReLU(0.2),
            nn.ReflectionPad1d(dilation),
            weight_norm(nn.Conv1d(channels, channels, 3, dilation=dilation)),
            nn.LeakyReLU(0.2),
            weight_norm(nn.Conv1d(channels, channels, 1)),
        )
        self.shortcut = weight_norm(nn.Conv1d(channels, channels, 1))

    def forward(self, x):
        return self.shortcut(x) + self.block(x)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [nn.ReflectionPad1d(3), weight_norm(nn.Conv1d(80, 512, 7))], 512
        for ratio in (8, 8, 2, 2):
            layers += [nn.LeakyReLU(0.2)]
            layers += [weight_norm(nn.ConvTranspose1d(channels, channels // 2, 2 * ratio, ratio, ratio // 2))]
            channels //= 2
            layers += [Block(channels, 3**j) for j in range(3)]
        layers += [nn.LeakyReLU(0.2), nn.ReflectionPad1d(3), weight_norm(nn.Conv1d(channels, 1, 7)), nn.Tanh()]
        self.model = nn.Sequential(*layers)


def log_mel(sound):
    pad = (FFT - HOP) // 2
    padded = F.pad(sound[None, None], (pad, pad), "reflect")[0, 0]
    spectrum = torch.stft(padded, FFT, HOP, FFT, torch.hann_window(FFT), center=False, return_complex=True).abs()
    basis = torch.from_numpy(filters(RATE, FFT, 80, RATE / 2).astype(np.float32))
    return torch.log10(torch.clamp(basis @ spectrum, min=1e-5))


def main():
    time = np.arange(FRAMES * HOP) / RATE
    phase = 2.0 * np.pi * np.cumsum(140.0 + 60.0 * np.sin(2.0 * np.pi * 1.3 * time)) / RATE
    buzz = sum(np.cos(k * phase) / (1.0 + ((k * 140.0 - 700.0) / 300.0) ** 2) for k in range(1, 40))
    sound = np.round(buzz / np.abs(buzz).max() * 0.5 * np.minimum(1.0, 4.0 * time) * 32767.0) / 32767.0
    sound = torch.from_numpy(sound.astype(np.float32))
    net = Generator()
    net.load_state_dict(torch.load(sys.argv[1], map_location="cpu", weights_only=True))
    with torch.no_grad():
        mel = log_mel(sound)
        made = net.model(mel[None])[0, 0]
    # Both ends, and around the place where Rust joins two stretches.
    parts = {"start": made[:2048], "seam": made[127 * HOP : 130 * HOP], "end": made[-2048:]}
    parts |= {"mel": mel.T, "sound": sound[: 40 * HOP]}
    save_file({name: value.contiguous() for name, value in parts.items()}, sys.argv[2])


if __name__ == "__main__":
    main()
