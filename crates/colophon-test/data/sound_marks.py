#!/usr/bin/env python3
"""Makes two tiny AudioSeal networks with random weights, and what the reference code computes with them.

    python3 -m venv venv && venv/bin/pip install torch audioseal 'setuptools<80'
    venv/bin/python crates/colophon-test/data/sound_marks.py crates/colophon-test/data/audioseal

Writes generator_base.pth, detector_base.pth and reference.json: samples, a message, the mark, and what is found.
"""

import json
import pathlib
import sys

import torch
from audioseal.libs.audiocraft.modules.seanet import SEANetDecoder, SEANetEncoder, SEANetEncoderKeepDimension
from audioseal.models import AudioSealDetector, AudioSealWM, MsgProcessor

MESSAGE = 0b1011_0010_1110_0001
SAMPLES = 1280

# As the published ones, but narrow, and with a second residual layer.
SHAPE = {
    "channels": 1, "dimension": 6, "n_filters": 2, "n_residual_layers": 2, "ratios": [8, 5, 4, 2], "norm": "weight_norm",
    "kernel_size": 7, "last_kernel_size": 7, "residual_kernel_size": 3, "dilation_base": 2, "causal": False,
    "pad_mode": "constant", "true_skip": True, "compress": 2, "lstm": 2,
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(5)
    messages = MsgProcessor(nbits=16, hidden_size=SHAPE["dimension"])
    generator = AudioSealWM(SEANetEncoder(**SHAPE), SEANetDecoder(**SHAPE), messages).eval()
    detector = AudioSealDetector(SEANetEncoderKeepDimension(output_dim=4, **SHAPE), nbits=16).eval()
    time = torch.arange(SAMPLES) / 16000
    sound = (0.3 * torch.sin(2 * torch.pi * 310 * time) + 0.1 * torch.sin(2 * torch.pi * 1730 * time))[None, None]
    bits = torch.tensor([[MESSAGE >> (15 - i) & 1 for i in range(16)]])
    with torch.no_grad():
        # Half of the moments are taken for marked.
        heard = detector.detector(sound)[0]
        detector.detector[1].bias[1] += (heard[0] - heard[1]).median()
        mark = generator.get_watermark(sound, message=bits)
        shares, message = detector(sound)
    share = float((shares[0, 1] > 0.5).float().mean())
    torch.save({"xp.cfg": {"nbits": 16}, "model": generator.state_dict()}, folder / "generator_base.pth")
    torch.save({"xp.cfg": {"nbits": 16}, "model": detector.state_dict()}, folder / "detector_base.pth")
    short = lambda x: [round(float(v), 7) for v in x.flatten()]
    reference = {
        "sound": short(sound), "message": MESSAGE, "mark": short(mark),
        "share": share, "bits": short(message),
    }
    (folder / "reference.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main()
