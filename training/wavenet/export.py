"""Writes what Rust reads, and what its tests compare with.

    python export.py --run run --out ../../crates/colophon-audio/data/wavenet.safetensors
    python export.py --run run --speech speech --fixture ../../crates/colophon-audio/tests/data/wavenet.safetensors

The network is the running mean of the weights, as f16. The fixture is a stretch of a held-out sentence
with its spectrum, its predictors, the mixtures of the network as it reads along (the weights rounded
to f16 first), and what it says by itself when the likeliest mean is always taken.
"""

import argparse
import pathlib

import numpy as np
import torch
from safetensors.torch import save_file

import features
from model import MIXTURE, WaveNet
from train import MEAN, SPREAD, prepare, squash

FRAMES, ALONE = 10, 3


def network(run):
    saved = torch.load(run / "last.pt", weights_only=True)
    weights = {name: value.half().float() for name, value in saved["mean"].items()}
    channels = weights["first.weight"].shape[0]
    net = WaveNet(channels=channels, skip=weights["head_in.weight"].shape[0])
    net.load_state_dict(weights)
    return net.eval(), saved


def padded(mel):
    """Normalised, with the ends repeated, [1, mels, frames + 4]."""
    mel = (np.concatenate([mel[:1], mel[:1], mel, mel[-1:], mel[-1:]]) - MEAN) / SPREAD
    return torch.from_numpy(mel.T[None].astype(np.float32))


def alone(net, mel, coefficients, gains, frames):
    """The excitations that the network chooses when it hears only itself."""
    hop, order = features.HOP, features.ORDER
    history, chosen, inputs = np.zeros(order), [], np.zeros((3, frames * hop), np.float32)
    last, condition = 0.0, padded(mel)[:, :, : frames + 4]
    for t in range(frames * hop):
        a, g = coefficients[t // hop].astype(np.float64), float(gains[t // hop])
        predicted = float(a @ history)
        inputs[:, t] = squash(np.array([history[0] / g, last, predicted / g]))
        until = t // hop + 1
        with torch.no_grad():
            out = net(torch.from_numpy(inputs[None, :, : until * hop]), condition[:, :, : until + 4], hop)[0, :, t]
        last = float(out[MIXTURE + int(out[:MIXTURE].argmax())])
        chosen.append(last)
        history = np.concatenate([[predicted + g * last], history[:-1]])
    return np.array(chosen, np.float32)


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--run", type=pathlib.Path, required=True)
    args.add_argument("--out", type=pathlib.Path)
    args.add_argument("--speech", type=pathlib.Path)
    args.add_argument("--fixture", type=pathlib.Path)
    args = args.parse_args()
    net, saved = network(args.run)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        notes = {"dilations": ",".join(map(str, net.dilations)), "steps": str(saved["step"])}
        save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, args.out, metadata=notes)
        print(f"step {saved['step']}, {saved['seconds'] / 60.0:.0f} minutes, {args.out.stat().st_size} bytes")
    if args.fixture:
        sound = np.load(sorted((args.speech / "held-out").glob("*.npy"))[3]).astype(np.float64)
        at = int(np.argmax(np.convolve(sound**2, np.ones(1280), "valid")))
        sound = np.round(sound[at : at + FRAMES * features.HOP] * 32767.0) / 32767.0
        mel = features.log_mel(sound).astype(np.float32)
        coefficients, gains = features.predictor(mel)
        lead = features.HOP
        # A silent frame in front is the past of the first sample.
        signal = np.concatenate([np.zeros(lead), features.emphasise(sound)])
        before = lambda rows: np.concatenate([rows[:1], rows])
        inputs, target = prepare(signal, before(coefficients), before(gains), 1, FRAMES, 0.0, None)
        with torch.no_grad():
            mixtures = net(torch.from_numpy(inputs[None].astype(np.float32)), padded(mel), features.HOP)[0]
        fixture = {
            "sound": sound, "mel": mel, "taps": coefficients, "gains": gains, "excitation": target,
            "mixtures": mixtures.numpy().T, "alone": alone(net, mel, coefficients, gains, ALONE),
        }
        args.fixture.parent.mkdir(parents=True, exist_ok=True)
        save_file({k: torch.from_numpy(np.ascontiguousarray(v, np.float32)) for k, v in fixture.items()}, args.fixture)
        print(f"fixture of {FRAMES} frames, {args.fixture.stat().st_size} bytes")


if __name__ == "__main__":
    main()
