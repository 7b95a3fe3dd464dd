"""See benches/marks/films."""

import argparse
import concurrent.futures
import os
import random
import subprocess
import sys
import tempfile

import corpus
import numpy as np
from PIL import Image, ImageDraw

W, H, RATE, FRAMES = 1280, 720, 30, 60
# Unmarked clips are shorter: what a clip shows matters there, not how long.
SHORT = 10
MASTER = ["-c:v", "libx264", "-crf", "20", "-preset", "medium", "-threads", "1", "-pix_fmt", "yuv420p"]
CRF28 = ["-c:v", "libx264", "-crf", "28", "-preset", "medium", "-threads", "1", "-pix_fmt", "yuv420p"]
# Filters of ffmpeg and the size that they leave. Each is followed by H.264 at CRF 28.
ATTACKS = {
    "CRF 28": ("null", (W, H)),
    "480p": ("scale=854:480:flags=bicubic", (854, 480)),
    "crop 10 %": ("crop=1214:684:31:17", (1214, 684)),
    "20 % of frames dropped": ("select='mod(n,5)'", (W, H)),
    "24 fps": ("fps=24", (W, H)),
    "all of these": ("crop=1214:684:31:17,scale=854:480:flags=bicubic,select='mod(n,5)',fps=24", (854, 480)),
}


def pan(pictures, noise, seed, frames=FRAMES):
    """A slow pan and zoom over each picture, faded in, with noise of a deviation."""
    dice = np.random.default_rng(seed)
    per = frames // len(pictures)
    for image in pictures:
        scale = max(W * 1.35 / image.width, H * 1.35 / image.height, 1)
        image = image.resize([round(v * scale) for v in image.size], Image.BICUBIC)
        x0, y0, x1, y1 = dice.uniform(0, 1, 4)
        zoom = dice.uniform(0.85, 1)
        for k in range(per):
            t = k / per
            z = 1 + (zoom - 1) * t
            w, h = W * z, H * z
            x = (image.width - w) * (x0 + (x1 - x0) * t * 0.4)
            y = (image.height - h) * (y0 + (y1 - y0) * t * 0.4)
            frame = np.asarray(image.resize((W, H), Image.BILINEAR, box=(x, y, x + w, y + h)), np.float32)
            frame = frame + dice.normal(0, noise, (H, W, 1)) if noise else frame
            yield (frame * min((k + 1) / 8, 1)).round().clip(0, 255).astype(np.uint8)


def animation(seed):
    """Shapes that move over a plain ground, two scenes, a bar as of captions."""
    dice = random.Random(seed)
    colour = lambda low=0, high=255: tuple(dice.randint(low, high) for _ in range(3))
    for _ in range(2):
        ground, hill = colour(120), colour(40, 180)
        things = [
            (dice.randint(0, W), dice.randint(0, H), dice.randint(20, 130), colour(), dice.uniform(-5, 5),
             dice.uniform(-3, 3), dice.random() < 0.5)
            for _ in range(14)
        ]
        for k in range(FRAMES // 2):
            image = Image.new("RGB", (W, H), ground)
            draw = ImageDraw.Draw(image)
            draw.ellipse((-300 - k * 2, H - 250, W + 300 - k * 2, H + 500), fill=hill)
            for x, y, s, fill, dx, dy, round_one in things:
                box = (x + dx * k - s, y + dy * k - s, x + dx * k + s, y + dy * k + s)
                if round_one:
                    draw.ellipse(box, fill=fill)
                else:
                    draw.rectangle(box, fill, (0, 0, 0), 3)
            draw.rectangle((200, H - 110, W - 200, H - 60), fill=(20, 20, 20))
            yield np.asarray(image)


def filmed(path):
    """The first frames of a real clip, fitted."""
    fit = f"scale={W}:{H}:force_original_aspect_ratio=increase,crop={W}:{H},fps={RATE}"
    out = ["-frames:v", str(FRAMES), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-vf", fit, *out], capture_output=True).stdout
    yield from np.frombuffer(data, np.uint8).reshape(-1, H, W, 3)


def clips(args, folder, photos, flat):
    """Kind, name and frames of each clip; the frames are made when they are asked for."""
    for k in range(args.clips):
        dice = random.Random(k)
        some = dice.sample(photos, 2)
        yield "natural", f"photos {k}", pan(some, dice.choice([0, 2, 3]), k)
        some = dice.sample(flat, 3)
        yield "flat", f"pictures {k}", pan(some, 0, 100 + k)
        yield "flat", f"animation {k}", animation(k)
    for name, read in corpus.files(f"{args.target}/peer/photos"):
        if os.path.basename(name) in ("bikes.mp4", "bigbuckbunny.mp4"):
            path = f"{folder}/{os.path.basename(name)}"
            open(path, "wb").write(read())
            kind = "natural" if "bikes" in name else "flat"
            yield kind, os.path.basename(name), filmed(path)


def ffmpeg(*words, **more):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *words], check=True, **more)


def raw(size):
    return ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{size[0]}x{size[1]}", "-r", str(RATE), "-i", "-"]


def rgba(frames):
    return np.stack([np.dstack([f, np.full(f.shape[:2], 255, np.uint8)]) for f in frames])


def find(args, film, size):
    """What a film carries, and the milliseconds of a look at a frame and of the last one."""
    data = ffmpeg("-threads", "1", "-i", film, "-f", "rawvideo", "-pix_fmt", "rgba", "-", capture_output=True).stdout
    words = [f"{args.target}/release/examples/mark", "film-find", str(size[0]), str(size[1])]
    payload, _, add, last = subprocess.run(words, input=data, capture_output=True, check=True).stdout.decode().split()
    return payload, float(add), float(last)


def survive(args, folder, kind, name, frames):
    """What of a clip's mark comes back after each attack."""
    payload = f"{random.Random(name).getrandbits(64):016x}"
    plain = rgba(frames)
    words = [f"{args.target}/release/examples/mark", "film-embed", payload, str(W), str(H)]
    done = subprocess.run(words, input=plain.tobytes(), capture_output=True, check=True)
    marked = np.frombuffer(done.stdout, np.uint8).reshape(plain.shape)
    decibels = []
    for a, b in zip(plain[::10], marked[::10]):
        error = np.mean((a[..., :3].astype(np.float32) - b[..., :3]) ** 2)
        decibels.append(10 * np.log10(255**2 / max(error, 1e-9)))
    del plain, marked
    film = f"{folder}/{name}.mp4"
    ffmpeg(*raw((W, H)), *MASTER, film, input=done.stdout)
    found = {}
    for attack, (change, size) in ATTACKS.items():
        ffmpeg("-threads", "1", "-i", film, "-vf", change, *CRF28, f"{film}.attacked.mp4")
        what, add, last = find(args, f"{film}.attacked.mp4", size)
        found[attack] = (what == payload, add, last)
    return kind, name, decibels, float(done.stderr), found


def bare(args, folder, k, pictures):
    """What an unmarked clip seems to carry."""
    dice = random.Random(k)
    film = f"{folder}/bare-{k}.mp4"
    frames = pan(dice.sample(pictures, 1), dice.choice([0, 0, 2]), 1000 + k, SHORT)
    scale = dice.choice(["1280:720", "854:480", "640:360"])
    words = [*raw((W, H)), "-vf", f"scale={scale}", *CRF28[:-2], "-pix_fmt", "yuv420p", film]
    ffmpeg(*words, input=rgba(frames).tobytes())
    found = find(args, film, [int(v) for v in scale.split(":")])[0]
    os.remove(film)
    return found != "-"


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("target")
    ask.add_argument("--art", default="")
    ask.add_argument("--clips", type=int, default=33, help="of each of three kinds")
    ask.add_argument("--unmarked", type=int, default=1000)
    ask.add_argument("--jobs", type=int, default=2)
    args = ask.parse_args()
    photos = [image for _, image in corpus.photos(f"{args.target}/peer/photos")]
    flat = [image for _, image in [*corpus.art(args.art), *corpus.drawings()]]
    told = lambda what, count, of: print(f"\r{count} {what} of {of}  ", end="", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        works = [pool.submit(survive, args, folder, *clip) for clip in clips(args, folder, photos, flat)]
        done = []
        for work in works:
            done.append(work.result())
            told("clips", len(done), len(works))
        pictures, alarms = photos + flat, 0
        works = [pool.submit(bare, args, folder, k, pictures) for k in range(args.unmarked)]
        for count, work in enumerate(works):
            alarms += work.result()
            told("unmarked", count + 1, len(works))
    print(file=sys.stderr)
    print(f"{len(done)} clips of {FRAMES / RATE:.0f} s, {W}x{H}, {RATE} fps, written at CRF 20 before the attack.\n")
    print("| attack, then CRF 28 | natural | flat |\n|---|---:|---:|")
    for attack in ATTACKS:
        wins = {kind: [found[attack][0] for of, _, _, _, found in done if of == kind] for kind in ("natural", "flat")}
        print(f"| {attack} | " + " | ".join(f"{sum(w)}/{len(w)}" for w in wins.values()) + " |")
    decibels = [value for clip in done for value in clip[2]]
    looks = [found["CRF 28"] for *_, found in done]
    last = [value for *_, found in done for _, _, value in found.values()]
    print(f"\nPSNR of frames: mean {np.mean(decibels):.1f}, least {min(decibels):.1f} dB. Marking a frame takes "
          f"{np.median([clip[3] for clip in done]):.1f} ms, looking at one {np.median([l[1] for l in looks]):.1f} ms, "
          f"the last look {np.median(last):.0f} ms (most {max(last):.0f}), of the wall clock, {args.jobs} at once.")
    failed = [f"{name} after {attack}" for _, name, _, _, found in done for attack in ATTACKS if not found[attack][0]]
    print(f"Unmarked clips of {SHORT} frames that gave a payload: {alarms} of {args.unmarked}. "
          f"Failed: {', '.join(failed) or 'none'}.")


if __name__ == "__main__":
    main()
