"""Makes the speech that the network learns from.

    python data.py --text alice.txt --out speech --minutes 40

Reads the sentences of a plain text file with the voice `heart` of hibari (the network and the
weights of `colophon speech --voice hibari-heart`), brings them to 16 kHz and writes one array per
sentence with its words. Every tenth sentence goes into `held-out/` and is never learnt from.
"""

import argparse
import pathlib
import re

import numpy as np
from hibari import Hibari
from scipy.signal import resample_poly

from features import RATE


def sentences(text):
    text = re.sub(r"\[[^\]]*\]|[*_]", "", text)
    text = text.replace("`", "'").replace("--", ", ")
    text = re.sub(r"\s+", " ", text)
    for sentence in re.split(r"(?<=[.!?])['\")]*\s+", text):
        sentence = sentence.strip(" '\"()")
        if 25 <= len(sentence) <= 220 and not re.search(r"[A-Z]{3}|[0-9]", sentence):
            yield sentence


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("--text", type=pathlib.Path, required=True)
    args.add_argument("--out", type=pathlib.Path, required=True)
    args.add_argument("--minutes", type=float, default=40.0)
    args = args.parse_args()
    voice = Hibari("heart", threads=1)
    for name in ("train", "held-out"):
        (args.out / name).mkdir(parents=True, exist_ok=True)
    total, random = 0.0, np.random.default_rng(5)
    for index, sentence in enumerate(sentences(args.text.read_text(errors="replace"))):
        if total >= args.minutes * 60.0:
            break
        held_out = index % 10 == 9
        speed = 1.0 if held_out else random.uniform(0.85, 1.15)
        sound = voice(sentence, speed=speed, seed=index)
        sound = resample_poly(sound, 2, 3).astype(np.float32)
        peak = np.abs(sound).max()
        if peak < 1e-3:
            continue
        total += len(sound) / RATE
        path = args.out / ("held-out" if held_out else "train") / f"{index:05d}"
        np.save(path.with_suffix(".npy"), sound)
        path.with_suffix(".txt").write_text(sentence + "\n")
    print(f"{total / 60.0:.1f} minutes")


if __name__ == "__main__":
    main()
