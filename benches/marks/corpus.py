"""Test pictures: photos out of Python packages, pictures of our own, and drawings made here."""

import bz2
import glob
import io
import math
import os
import random
import tarfile
import zipfile

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Source, and the regions taken of it (all of it where there is none): large ones give several pictures.
PHOTOS = {
    "breakingbad": [(0, 28, 1024, 1080), (1000, 100, 1920, 1000)], "800px-Guido-portrait-2014": [],
    "Giunchedi%2C_Filippo_January_2015_01": [], "DepartmentStore": [(0, 0, 512, 640), (512, 128, 1024, 768)],
    "astronaut": [], "brick": [], "bus": [(0, 0, 810, 540), (0, 540, 810, 1080)], "camera": [],
    "cheetah2": [], "chelsea": [], "china": [], "coffee": [], "einstein": [(100, 100, 717, 800)],
    "face": [(0, 0, 512, 768), (512, 0, 1024, 640)], "flower": [], "grace_hopper": [], "grass": [],
    "gravel": [], "groot": [], "hubble_deep_field": [(0, 0, 512, 512), (400, 300, 1000, 872)], "ihc": [],
    "lenna": [], "mask_white": [], "moon": [], "motorcycle_left": [],
    "quokka": [(0, 0, 512, 643), (448, 0, 960, 643)], "redeye": [],
    "retina": [(100, 100, 1124, 868), (700, 700, 1300, 1300)], "rocket": [], "source": [],
    "upscale1": [(0, 0, 520, 666), (480, 100, 1000, 666)],
    "t1": [(0, 0, 640, 512), (640, 300, 1280, 886), (200, 100, 1224, 868)],
    "tongue": [(0, 0, 600, 600), (340, 340, 940, 940)], "tower": [],
    # Added when the method was finished.
    "800px-Christophe_Henner_-_June_2016": [], "800px-Katherine_Maher": [], "cheetah": [], "coins": [],
    "zidane": [(0, 0, 640, 720), (640, 0, 1280, 720), (100, 50, 1124, 720)], "convolution-true": [],
}
SIDE = 512
WORDS = "the quick brown fox jumps over a lazy dog while seven wizards brew tea at noon".split()


def files(folder):
    """Every file inside the packages in a folder and inside those that are installed."""
    import matplotlib
    import skimage
    import sklearn

    for package in (matplotlib, skimage, sklearn):
        for path in glob.glob(os.path.dirname(package.__file__) + "/**/*.*", recursive=True):
            yield path, lambda path=path: open(path, "rb").read()
    for path in sorted(glob.glob(folder + "/*")):
        if path.endswith((".whl", ".zip")):
            archive = zipfile.ZipFile(path)
            for name in archive.namelist():
                yield name, lambda a=archive, n=name: a.read(n)
        elif path.endswith(".tar.gz"):
            archive = tarfile.open(path)
            for member in archive:
                if member.isfile():
                    yield member.name, lambda a=archive, m=member: a.extractfile(m).read()


def sources(folder):
    """The whole photos, by name."""
    found = {}
    for name, read in files(folder):
        stem, end = os.path.splitext(os.path.basename(name))
        if name.endswith("misc/face.dat"):
            pixels = np.frombuffer(bz2.decompress(read()), np.uint8).reshape(768, 1024, 3)
            found["face"] = Image.fromarray(pixels)
        elif stem in PHOTOS and stem not in found and end.lower() in (".jpg", ".jpeg", ".png", ".ppm"):
            image = Image.open(io.BytesIO(read())).convert("RGB")
            if min(image.size) >= 256:
                found[stem] = image
    return found


def photos(folder):
    """Named photos of at least 512 pixels a side; smaller sources are enlarged to that."""
    whole = sources(folder)
    for name, regions in PHOTOS.items():
        if name not in whole:
            continue
        for k, box in enumerate(regions or [None]):
            image = whole[name].crop(box) if box else whole[name]
            least = min(image.size)
            if least < SIDE:
                size = [round(v * SIDE / least) for v in image.size]
                image = image.resize(size, Image.LANCZOS)
            yield f"{name}-{k}", image


def drawing(seed):
    """Shapes, gradients, line drawings, pages of text: six kinds in turn."""
    import matplotlib

    font = os.path.dirname(matplotlib.__file__) + "/mpl-data/fonts/ttf/DejaVuSans.ttf"
    dice = random.Random(seed)
    fine, kind = 2, seed % 6
    w, h = [v * fine for v in dice.choice([(512, 512), (640, 512), (768, 768), (1024, 768), (1024, 1024)])]
    colour = lambda low=0, high=255: tuple(dice.randint(low, high) for _ in range(3))
    ground = (255, 255, 255) if kind in (0, 3) else colour(0, 70) if kind == 4 else colour(150)
    image = Image.new("RGB", (w, h), ground)
    if kind in (1, 5):
        a, b = np.array(colour()), np.array(colour())
        down = np.linspace(0, 1, h)[:, None, None]
        image = Image.fromarray((a + (b - a) * down + np.zeros((h, w, 1))).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    if kind != 3:
        for _ in range(dice.randint(8, 30)):
            x, y, s = dice.randint(0, w), dice.randint(0, h), dice.randint(20 * fine, 160 * fine)
            shape, fill = dice.randint(0, 3), colour()
            if shape == 0:
                draw.ellipse((x - s, y - s, x + s, y + s * dice.uniform(0.3, 1)), fill=fill)
            elif shape == 1:
                line = (0, 0, 0) if dice.random() < 0.5 else None
                draw.rectangle((x, y, x + s, y + s * dice.uniform(0.3, 1.5)), fill, line, 3 * fine)
            elif shape == 2:
                turns = sorted(dice.uniform(0, math.tau) for _ in range(dice.randint(3, 7)))
                draw.polygon([(x + s * math.cos(t), y + s * math.sin(t)) for t in turns], fill=fill)
            else:
                to = (x + dice.randint(-s, s) * 2, y + dice.randint(-s, s) * 2)
                draw.line([(x, y), to], fill=fill, width=dice.randint(1, 8) * fine)
    else:
        for _ in range(dice.randint(5, 14)):
            x, y, s = dice.randint(0, w), dice.randint(0, h), dice.randint(20 * fine, 120 * fine)
            draw.arc((x - s, y - s, x + s, y + s), 0, dice.randint(90, 360), (0, 0, 0), 3 * fine)
    if kind in (2, 3, 5):
        for _ in range(dice.randint(2, 14)):
            at = (dice.randint(0, 60) * fine, dice.randint(0, h))
            text = " ".join(dice.choice(WORDS) for _ in range(8))
            fill = (255, 255, 255) if kind == 5 else colour(0, 120)
            draw.text(at, text, fill, ImageFont.truetype(font, dice.randint(14, 40) * fine))
    return image.resize((w // fine, h // fine), Image.LANCZOS)


def art(folder, count=50):
    """Named pictures of our own, PNG files of a folder."""
    for path in sorted(glob.glob(folder + "/*.png"))[:count] if folder else []:
        yield os.path.basename(path)[:-4], Image.open(path).convert("RGB")


def drawings(count=26):
    """Named drawings, of all six kinds."""
    for seed in range(count):
        yield f"drawing-{seed}", drawing(seed)
