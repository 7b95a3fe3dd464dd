"""Trains the WaveNet on the speech of `data.py`. Stops and resumes at any time.

    python train.py --speech speech --run run [--minutes 60]

The run folder holds `last.pt` (network, running mean of the weights, optimiser, steps and seconds so
far) and `log.tsv`. Ctrl-C and SIGTERM save.
"""

import argparse
import pathlib
import signal
import time

import numpy as np
import torch

import features
from model import WaveNet, negative_log_likelihood

MEAN, SPREAD = -5.0, 2.5


class Sentences:
    """All speech in memory: pre-emphasised samples, mels, predictors."""

    def __init__(self, folder):
        self.items = []
        for path in sorted(folder.glob("*.npy")):
            sound = np.load(path).astype(np.float64)
            sound *= 0.3 / max(np.abs(sound).max(), 1e-3)
            mel = features.log_mel(sound).astype(np.float32)
            coefficients, gains = features.predictor(mel)
            frames = len(mel)
            signal = np.zeros(frames * features.HOP)
            signal[: len(sound)] = features.emphasise(sound)
            self.items.append((signal.astype(np.float32), mel, coefficients.astype(np.float32), gains.astype(np.float32)))

    def batch(self, random, size, frames, noise):
        """Inputs [size, 3, time], mel [size, 80, frames + 4], target [size, time]."""
        inputs, mels, targets = [], [], []
        while len(inputs) < size:
            signal, mel, coefficients, gains = self.items[random.integers(len(self.items))]
            if len(mel) < frames + 4:
                continue
            at = random.integers(2, len(mel) - frames - 1)
            inputs_, target = prepare(signal, coefficients, gains, at, frames, noise * random.random(), random)
            # The level of speech varies; the network must not know the one of the training set.
            level = random.uniform(-2.0, 1.5)
            inputs.append(inputs_)
            targets.append(target)
            mels.append((mel[at - 2 : at + frames + 2].T + level - MEAN) / SPREAD)
        stack = lambda rows: torch.from_numpy(np.stack(rows).astype(np.float32))
        return stack(inputs), stack(mels), stack(targets)


def prepare(signal, coefficients, gains, at, frames, noise, random):
    """Network inputs and residual targets of frames `at`..`at+frames`; `noise` in units of the gain."""
    hop, order = features.HOP, features.ORDER
    begin, end = at * hop, (at + frames) * hop
    gain = np.repeat(gains[at : at + frames], hop)
    history = signal[begin - order - 1 : end].copy()
    if noise > 0.0:
        spread = np.concatenate([np.full(order + 1, gain[0]), gain])
        history += random.standard_normal(len(history)).astype(np.float32) * spread * noise
    taps = np.repeat(coefficients[at : at + frames], hop, axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(history, order)
    # Window t ends just before sample t; coefficient k is for the sample k + 1 back.
    predicted = np.einsum("tk,tk->t", windows[1 : 1 + len(gain), ::-1], taps)
    target = (signal[begin:end] - predicted) / gain
    noisy = history[order + 1 :]
    residual = (noisy - predicted) / gain
    past = np.concatenate([[0.0], residual[:-1]])
    # Of the sample before: its value and what the predictor left over. Of this one: the prediction.
    inputs = np.stack([squash(history[order:-1] / gain), squash(past), squash(predicted / gain)])
    return inputs, np.clip(target, -40.0, 40.0)


def squash(x):
    """Keeps the sign and tames the size."""
    return np.sign(x) * np.log1p(np.abs(x))


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--speech", type=pathlib.Path, required=True)
    args.add_argument("--run", type=pathlib.Path, required=True)
    args.add_argument("--minutes", type=float, default=1e9)
    args.add_argument("--rate", type=float, default=2e-3)
    args.add_argument("--half-life", type=float, default=2500.0, help="steps in which the rate halves")
    args.add_argument("--threads", type=int, default=1)
    args.add_argument("--channels", type=int, default=48)
    args.add_argument("--batch", type=int, default=4)
    args.add_argument("--frames", type=int, default=32)
    args.add_argument("--noise", type=float, default=0.3)
    args.add_argument("--compile", action="store_true", help="with torch.compile: 1.7 times as fast")
    args = args.parse_args()
    torch.set_num_threads(args.threads)
    args.run.mkdir(parents=True, exist_ok=True)
    data, held_out = Sentences(args.speech / "train"), Sentences(args.speech / "held-out")
    torch.manual_seed(5)
    net = WaveNet(channels=args.channels, skip=args.channels)
    mean = {k: v.clone() for k, v in net.state_dict().items()}
    optimiser = torch.optim.Adam(net.parameters(), lr=args.rate, betas=(0.9, 0.99))
    step, spent, last = 0, 0.0, args.run / "last.pt"
    if last.exists():
        saved = torch.load(last, weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        mean, step, spent = saved["mean"], saved["step"], saved["seconds"]
    random = np.random.default_rng(step + 5)
    print(f"{sum(p.numel() for p in net.parameters())} weights, {len(data.items)} sentences, step {step}", flush=True)

    def save():
        state = {"net": net.state_dict(), "mean": mean, "optimiser": optimiser.state_dict(), "step": step, "seconds": spent}
        torch.save(state, last.with_suffix(".new"))
        last.with_suffix(".new").replace(last)

    run = torch.compile(net, dynamic=False) if args.compile else net
    begun, loss_mean = time.time(), None
    # Also where a shell has started this in the background, and with it has turned Ctrl-C off.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        while spent < args.minutes * 60.0:
            rate = args.rate * min(1.0, (step + 1) / 100.0) * 0.5 ** (step / args.half_life)
            for group in optimiser.param_groups:
                group["lr"] = rate
            inputs, mel, target = data.batch(random, args.batch, args.frames, args.noise)
            # Each piece begins without a past: its first samples are not judged.
            loss = negative_log_likelihood(run(inputs, mel, features.HOP), target)[:, 256:].mean()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            step += 1
            keep = min(0.998, (step + 1) / (step + 20))
            with torch.no_grad():
                for name, value in net.state_dict().items():
                    mean[name].lerp_(value, 1.0 - keep)
            now = time.time()
            spent, begun = spent + now - begun, now
            loss_mean = loss.item() if loss_mean is None else loss_mean + 0.02 * (loss.item() - loss_mean)
            if step % 50 == 0:
                line = f"{step}\t{spent:.0f}\t{loss_mean:.4f}\t{rate:.2e}"
                print(line, flush=True)
                with open(args.run / "log.tsv", "a") as log:
                    log.write(line + "\n")
            if step % 250 == 0:
                save()
    except KeyboardInterrupt:
        pass
    save()
    raw = {k: v.clone() for k, v in net.state_dict().items()}
    net.load_state_dict(mean)
    with torch.no_grad():
        random = np.random.default_rng(1)
        scores = []
        for _ in range(8):
            inputs, mel, target = held_out.batch(random, 8, args.frames, 0.0)
            scores.append(negative_log_likelihood(net(inputs, mel, features.HOP), target)[:, 1024:].mean().item())
    net.load_state_dict(raw)
    print(f"held out: {np.mean(scores):.4f} nats a sample")


if __name__ == "__main__":
    main()
