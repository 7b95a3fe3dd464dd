"""Enlarges reduced test pictures four times and compares with the originals.

The top sixth of each picture, where the label is, is left out.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

NAMES = ["astronaut", "cat", "coffee", "rocket"]


def scores(original, made):
    top = original.shape[0] // 6
    a, b = original[top:], made[top:]
    return peak_signal_noise_ratio(a, b), structural_similarity(a, b, channel_axis=2)


def run(program, source, target, *more):
    subprocess.run([program, "image", "upscale", source, "-o", target, *more], check=True, capture_output=True)
    return np.array(Image.open(target).convert("RGB"))


def main():
    program = sys.argv[1]
    print(f"{'picture':10} {'bicubic':>16} {'fast (SPAN)':>16} {'best (ESRGAN)':>16}   PSNR, dB / SSIM")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rows = []
        for name in NAMES:
            image = Image.fromarray(getattr(data, name)()[..., :3])
            w, h = image.width // 4 * 4, image.height // 4 * 4
            image = image.crop((0, 0, w, h))
            small = image.resize((w // 4, h // 4), Image.BICUBIC)
            small.save(folder / "small.png")
            original = np.array(image)
            row = [scores(original, np.array(small.resize((w, h), Image.BICUBIC)))]
            for quality in ["fast", "best"]:
                made = run(program, folder / "small.png", folder / "large.png", "--quality", quality)
                row.append(scores(original, made))
            rows.append(row)
            print(f"{name:10} " + " ".join(f"{p:8.2f} / {s:.3f}" for p, s in row), flush=True)
        mean = np.array(rows).mean(0)
        print(f"{'mean':10} " + " ".join(f"{p:8.2f} / {s:.3f}" for p, s in mean))
        # Tiles are 192 pixels and less: two columns of a picture of 384 meet at 192.
        image = Image.fromarray(data.astronaut()[:, 64:448])
        image.save(folder / "wide.png")
        wide = run(program, folder / "wide.png", folder / "a.png").astype(float)
        image.crop((96, 0, 288, 512)).save(folder / "middle.png")
        middle = run(program, folder / "middle.png", folder / "b.png").astype(float)
        # The same columns: at a border of tiles in one, in the middle of a tile in the other.
        rows = slice(512, 1900)
        apart = np.abs(wide[rows, 4 * 192 - 8 : 4 * 192 + 8] - middle[rows, 4 * 96 - 8 : 4 * 96 + 8])
        print(f"at a border of tiles: {apart.mean():.3f} of 255 from the picture in one tile, at most {apart.max():.0f}")


main()
