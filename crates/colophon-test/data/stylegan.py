"""Computes what NVIDIA's own code makes of a tiny StyleGAN2 generator, for `stylegan.json` beside this file:
`stylegan.py CHECKOUT` writes it, `stylegan.py CHECKOUT --check` compares. CHECKOUT is a copy of the
repository stylegan2-ada-pytorch (its licence allows research), which is read and not kept.

Weights are formulas, so that nothing but names and shapes need be kept.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from formulas import uniform

sys.path.insert(0, sys.argv[1])
from training.networks import Generator  # noqa: E402

torch.set_grad_enabled(False)
HERE = pathlib.Path(__file__).resolve().parent / "stylegan.json"


def weight(name, shape):
    count = int(np.prod(shape))
    u = uniform(f"stylegan {name}", count)
    if len(shape) > 1:
        u = u * np.sqrt(3.0) * (100.0 if name.startswith("mapping.fc") else 1.0)
    elif name.endswith("affine.bias"):
        u = 1.0 + 0.1 * u
    else:
        u = 0.1 * u
    return torch.tensor(u.astype(np.float32).reshape(shape))


def main():
    generator = Generator(
        z_dim=12,
        c_dim=0,
        w_dim=10,
        img_resolution=16,
        img_channels=3,
        mapping_kwargs={"num_layers": 3},
        synthesis_kwargs={"channel_base": 128, "channel_max": 12, "num_fp16_res": 0},
    ).eval()
    state = {name: weight(name, tuple(t.shape)) for name, t in generator.state_dict().items() if "filter" not in name}
    generator.load_state_dict(state, strict=False)
    z = torch.tensor((uniform("stylegan z", 12) * np.sqrt(3.0)).astype(np.float32)[None])
    made = {}
    for psi in [1.0, 0.7]:
        picture = generator(z, None, truncation_psi=psi, noise_mode="const", force_fp32=True)
        made[str(psi)] = [round(float(v), 6) for v in picture.flatten()]
    found = {"shapes": {name: list(t.shape) for name, t in state.items()}, "pictures": made}
    if "--check" in sys.argv:
        kept = json.loads(HERE.read_text())
        assert kept["shapes"] == found["shapes"]
        for psi, values in found["pictures"].items():
            far = np.abs(np.array(values) - np.array(kept["pictures"][psi])).max()
            assert far < 1e-4, (psi, far)
        print("the same")
    else:
        HERE.write_text(json.dumps(found) + "\n")


main()
