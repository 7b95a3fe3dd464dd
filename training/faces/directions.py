"""Finds directions in the latent space of the face generator (model `dcgan-faces`):

    directions.py WEIGHTS.tar [FACES]

draws so many random faces (8000), measures simple things in their pixels, fits each by a linear function of the
latent numbers, and writes `crates/colophon-image/data/face-directions.tsv`. NumPy alone; no network judges.

Of the fitted functions those directions are taken along which one measure rises and the others stay, to first
order (the columns of the pseudo-inverse), each of length 1. Three quarters of the faces are fitted; how well the
functions tell the measures of the rest is printed and written down (Pearson's correlation).
"""

import collections
import io
import pathlib
import pickle
import sys
import zipfile

import numpy as np

TABLE = pathlib.Path(__file__).resolve().parents[2] / "crates/colophon-image/data/face-directions.tsv"
LATENT, AT_ONCE = 100, 100


class Unpickler(pickle.Unpickler):
    """Reads tensors, and nothing else, from a file of PyTorch."""

    def __init__(self, file, root):
        super().__init__(io.BytesIO(file.read(f"{root}/data.pkl")))
        self.file, self.root = file, root

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, shape, *_: storage[offset:][: int(np.prod(shape))].reshape(shape)
        return collections.OrderedDict if name == "OrderedDict" else name

    def persistent_load(self, pid):
        kind = np.int64 if pid[1] == "LongStorage" else np.float32
        return np.frombuffer(self.file.read(f"{self.root}/data/{pid[2]}"), kind)


def weights(path):
    with zipfile.ZipFile(path) as file:
        return Unpickler(file, file.namelist()[0].split("/")[0]).load()["netG_state_dict"]


def spread(x, kernel, stride, pad):
    """A transposed convolution."""
    high, side = x.shape[2], kernel.shape[2]
    parts = np.tensordot(x, kernel, axes=([1], [0])).transpose(0, 3, 1, 2, 4, 5)
    out = (high - 1) * stride + side
    whole = np.zeros((len(x), kernel.shape[1], out, out), np.float32)
    for i in range(side):
        for j in range(side):
            whole[:, :, i : i + stride * high : stride, j : j + stride * high : stride] += parts[..., i, j]
    return whole[:, :, pad : out - pad, pad : out - pad]


def draw(net, latents):
    """Faces 0…1, `[faces, 3, 64, 64]`."""
    x = latents.reshape(-1, LATENT, 1, 1).astype(np.float32)
    for index, layer in enumerate((0, 3, 6, 9, 12)):
        x = spread(x, net[f"main.{layer}.weight"], 1 if index == 0 else 2, 0 if index == 0 else 1)
        if index == 4:
            return np.tanh(x) / 2 + 0.5
        gain, bias, mean, variance = (
            net[f"main.{layer + 1}.{name}"] for name in ("weight", "bias", "running_mean", "running_var")
        )
        factor = gain / np.sqrt(variance + 1e-5)
        x = np.maximum(x * factor[:, None, None] + (bias - mean * factor)[:, None, None], 0)


def measures(x):
    """What is measured in faces. Boxes are rows and columns of 64 pixels, where the mean face has its parts."""
    light = np.tensordot([0.2126, 0.7152, 0.0722], x, axes=([0], [1]))
    face = light[:, 20:56, 18:46].mean((1, 2))
    colour = x[:, :, 20:56, 18:46].mean((2, 3))
    edges = np.concatenate([x[:, :, 4:40, :6], x[:, :, 4:40, 58:]], 3).mean((2, 3))
    detail = np.abs(np.diff(light[:, 24:56, 8:57], axis=2)).mean(1)
    return {
        # How light the face is.
        "light": face,
        # How light it is above the forehead: hair, hats, or none.
        "hair": light[:, 2:12, 18:46].mean((1, 2)),
        # How light the sides of the picture are.
        "backdrop": edges @ [0.2126, 0.7152, 0.0722],
        # Red less blue in the face.
        "warm": colour[:, 0] - colour[:, 2],
        # How much lighter its right half is than its left one.
        "side": light[:, 20:56, 32:46].mean((1, 2)) - light[:, 20:56, 18:32].mean((1, 2)),
        # How far to the right eyes, nose and mouth are: where neighbours differ most, in columns.
        "turn": (detail * np.arange(detail.shape[1])).sum(1) / detail.sum(1),
        # Contrast around the mouth, by the light of the face.
        "mouth": light[:, 46:58, 22:42].std((1, 2)) / (face + 0.05),
        # How much greener than grey the sides of the picture are.
        "green": edges[:, 1] - (edges[:, 0] + edges[:, 2]) / 2,
    }


def main():
    net, count = weights(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8000
    latents = np.random.default_rng(1).standard_normal((count, LATENT))
    found = [measures(draw(net, latents[at : at + AT_ONCE])) for at in range(0, count, AT_ONCE)]
    names = list(found[0])
    values = np.stack([np.concatenate([part[name] for part in found]) for name in names], 1)
    values = (values - values.mean(0)) / values.std(0)
    fitted = count * 3 // 4
    functions = np.linalg.lstsq(latents[:fitted], values[:fitted], rcond=None)[0]
    told = latents[fitted:] @ functions
    directions = np.linalg.pinv(functions.T)
    directions /= np.linalg.norm(directions, axis=0)
    lines = []
    for index, name in enumerate(names):
        near = np.corrcoef(told[:, index], values[fitted:, index])[0, 1]
        print(f"{name:9} correlation {near:.2f}, rises {functions[:, index] @ directions[:, index]:.2f} of its spread a step")
        numbers = " ".join(f"{number:.4f}" for number in directions[:, index])
        lines.append(f"{name}\t{near:.2f}\t{numbers}\n")
    TABLE.write_text("".join(lines))


main()
