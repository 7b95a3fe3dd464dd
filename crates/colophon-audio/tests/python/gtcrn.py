"""Writes tests/data/gtcrn.safetensors: GTCRN by ONNX Runtime in Python, for Rust to be compared with.

    python gtcrn.py gtcrn_simple.onnx ../data/gtcrn.safetensors

Needs numpy, onnxruntime, safetensors. The sound is made here: a vowel-like buzz under noise.
"""

import sys

import numpy as np
import onnxruntime
from safetensors.numpy import save_file

RATE, FFT, HOP, LENGTH = 16_000, 512, 256, 9_700


def main():
    random, time = np.random.default_rng(3), np.arange(LENGTH) / RATE
    phase = 2.0 * np.pi * np.cumsum(150.0 + 30.0 * np.sin(2.0 * np.pi * 2.0 * time)) / RATE
    buzz = sum(np.cos(k * phase) / (1.0 + ((k * 150.0 - 800.0) / 400.0) ** 2) for k in range(1, 40))
    sound = 0.1 * buzz * (np.sin(2.0 * np.pi * 3.0 * time) > -0.3) + 0.03 * random.standard_normal(LENGTH)
    sound = (np.round(sound * 32767.0) / 32767.0).astype(np.float32)
    window = np.sqrt(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FFT) / FFT))
    frames = -(-LENGTH // HOP) + 1
    padded = np.zeros((frames + 1) * HOP)
    padded[HOP : HOP + LENGTH] = sound
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    caches = [np.zeros(i.shape, np.float32) for i in session.get_inputs()[1:]]
    names = [i.name for i in session.get_inputs()]
    out = np.zeros(len(padded))
    for t in range(frames):
        spectrum = np.fft.rfft(padded[t * HOP : t * HOP + FFT] * window)
        mix = np.stack([spectrum.real, spectrum.imag], -1).astype(np.float32)[None, :, None]
        made, *caches = session.run(None, dict(zip(names, [mix, *caches])))
        clean = made[0, :, 0, 0] + 1j * made[0, :, 0, 1]
        out[t * HOP : t * HOP + FFT] += np.fft.irfft(clean) * window
    save_file({"noisy": sound, "clean": out[HOP : HOP + LENGTH].astype(np.float32)}, sys.argv[2])


if __name__ == "__main__":
    main()
