"""Computes what NVIDIA's own code makes of tiny StyleGAN generators, for `stylegan.json` beside this file:
`stylegan.py CHECKOUT` writes it, `stylegan.py CHECKOUT --check` compares. CHECKOUT is a copy of the repository
stylegan3 (its licence allows research), which is read and not kept.

Weights are formulas, so that nothing but names and shapes need be kept, and the filters.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from formulas import uniform

sys.path.insert(0, sys.argv[1])
from training import networks_stylegan2, networks_stylegan3  # noqa: E402

torch.set_grad_enabled(False)
CLASSES, CLASS = 5, 3
HERE = pathlib.Path(__file__).resolve().parent / "stylegan.json"
SMALL = dict(z_dim=12, c_dim=0, w_dim=10, img_channels=3)
THIRD = dict(img_resolution=64, num_layers=6, channel_base=256, channel_max=8, num_fp16_res=0)


def weight(name, shape):
    u = uniform(f"stylegan {name}", int(np.prod(shape)))
    if name.endswith("input.transform"):
        u = np.eye(3).flatten() + 0.1 * u
    elif name.endswith("input.freqs"):
        u = 2.0 * u
    elif len(shape) > 1:
        u = u * np.sqrt(3.0) * (100.0 if name.startswith("mapping.fc") else 1.0)
    elif name.endswith("affine.bias") or name.endswith("magnitude_ema"):
        u = 1.0 + 0.1 * u
    else:
        u = 0.1 * u
    return torch.tensor(u.astype(np.float32).reshape(shape))


def generators():
    two = dict(img_resolution=16, channel_base=128, channel_max=12, num_fp16_res=0, mapping_kwargs={"num_layers": 3})
    classes = SMALL | {"c_dim": CLASSES}
    yield "2", networks_stylegan2.Generator(**SMALL, **two), 1
    yield "2-classes", networks_stylegan2.Generator(**classes, **two), 7
    yield "2-residual", networks_stylegan2.Generator(**SMALL, **two, architecture="resnet"), 7
    yield "2-plain", networks_stylegan2.Generator(**SMALL, **two, architecture="orig"), 7
    yield "3-t", networks_stylegan3.Generator(**SMALL, **THIRD), 37
    yield "3-r", networks_stylegan3.Generator(**SMALL, **THIRD, conv_kernel=1, use_radial_filters=True), 37
    yield "3-classes", networks_stylegan3.Generator(**classes, **THIRD), 101


def main():
    found = {}
    for name, generator, step in generators():
        generator = generator.eval()
        state = generator.state_dict()
        # What blurs in the second generation is the same everywhere, and not read.
        filters = {n: t for n, t in state.items() if n.endswith("_filter") and "resample" not in n}
        shapes = {n: t.shape for n, t in state.items() if "filter" not in n}
        generator.load_state_dict({n: weight(n, tuple(s)) for n, s in shapes.items()}, strict=False)
        z = torch.tensor((uniform("stylegan z", 12) * np.sqrt(3.0)).astype(np.float32)[None])
        pictures = {}
        for psi in [1.0, 0.7]:
            told = torch.eye(CLASSES)[CLASS : CLASS + 1] if generator.c_dim else None
            picture = generator(z, told, truncation_psi=psi, noise_mode="const", force_fp32=True)
            pictures[str(psi)] = [round(float(v), 6) for v in picture.flatten()[::step]]
        found[name] = {
            "shapes": {n: list(s) for n, s in shapes.items()},
            "filters": {n: [list(t.shape), [float(v) for v in t.flatten()]] for n, t in filters.items()},
            "step": step,
            "pictures": pictures,
        }
    if "--check" in sys.argv:
        kept = json.loads(HERE.read_text())
        for name, one in found.items():
            assert kept[name]["shapes"] == one["shapes"]
            for psi, values in one["pictures"].items():
                far = np.abs(np.array(values) - np.array(kept[name]["pictures"][psi])).max()
                assert far < 1e-4, (name, psi, far)
        print("the same")
    else:
        HERE.write_text(json.dumps(found) + "\n")


main()
