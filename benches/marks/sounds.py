"""Marks, attacks and reads sounds; see benches/marks/sounds."""

import argparse
import contextlib
import io
import re
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import soundfile

warnings.filterwarnings("ignore")
SECONDS = 15
PAYLOAD = "1f9a3c57"
KINDS = ["speech", "music", "effects"]


def codec(extension, *options):
    def attack(source, target, rate, channels):
        layout = "mono" if channels == 1 else "stereo"
        coded = target.with_suffix(extension)
        ffmpeg("-i", source, "-af", f"aformat=channel_layouts={layout}", *options, coded)
        ffmpeg("-i", coded, "-ar", rate, "-c:a", "pcm_f32le", target)
        coded.unlink()
    return attack


def graph(filters):
    def attack(source, target, rate, channels):
        filled = filters.format(faster=round(rate * 1.02), slower=round(rate * 0.98))
        ffmpeg("-i", source, "-af", f"{filled},aresample={rate}", "-c:a", "pcm_f32le", target)
    return attack


def samples(change):
    def attack(source, target, rate, channels):
        sound, _ = soundfile.read(source, always_2d=True)
        soundfile.write(target, change(sound, rate), rate, subtype="FLOAT")
    return attack


def noise(sound, rate):
    size = np.sqrt((sound**2).mean()) * 10 ** (-30 / 20)
    return sound + size * np.random.default_rng(1).standard_normal(sound.shape)


def part(begin, seconds):
    return samples(lambda sound, rate: sound[int(begin * rate):int((begin + seconds) * rate)])


ATTACKS = {
    "none": samples(lambda sound, rate: sound),
    "MP3 128 kbit/s": codec(".mp3", "-b:a", "128k"),
    "MP3 64 kbit/s": codec(".mp3", "-b:a", "64k"),
    "Opus 32 kbit/s": codec(".opus", "-c:a", "libopus", "-b:a", "32k"),
    "AAC 96 kbit/s": codec(".m4a", "-c:a", "aac", "-b:a", "96k"),
    "16 kHz and back": graph("aresample=16000"),
    "white noise, 30 dB below": samples(noise),
    "low-pass 4 kHz": graph("lowpass=f=4000,lowpass=f=4000"),
    "+6 dB": graph("volume=6dB"),
    "-6 dB": graph("volume=-6dB"),
    "first 3.21 s cut": part(3.21, 99),
    "tempo +2 %": graph("atempo=1.02"),
    "tempo -2 %": graph("atempo=0.98"),
    "speed +2 %": graph("asetrate={faster}"),
    "speed -2 %": graph("asetrate={slower}"),
    "one channel": lambda s, t, r, c: ffmpeg("-i", s, "-ac", "1", "-c:a", "pcm_f32le", t),
    "10 s of it": part(1.7, 10),
    "8 s of it": part(1.7, 8),
    "6 s of it": part(1.7, 6),
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


def noise_to_mask(host, marked, rate):
    """Mean noise-to-mask ratio in dB, and the share of frames above 0, after ITU-R BS.1387 (basic)
    without its time spreading: quarter-Bark bands, level-dependent spreading, 3 dB or z/4 dB below."""
    size = int(rate * 2048 / 48000) // 2 * 2
    hertz = np.fft.rfftfreq(size, 1 / rate)
    # Outer and middle ear, and the internal noise.
    k = np.maximum(hertz, 20) / 1000
    ear = -0.6 * 3.64 * k**-0.8 + 6.5 * np.exp(-0.6 * (k - 3.3) ** 2) - 1e-3 * k**3.6
    z = 7 * np.arcsinh(hertz / 650)
    band = ((z - z[hertz >= 80][0]) / 0.25).astype(int)
    band[hertz < 80] = -1
    bands = band.max() + 1
    centre = 650 * np.sinh((np.arange(bands) * 0.25 + 0.125 + 7 * np.arcsinh(80 / 650)) / 7)
    inside = 10 ** (0.4 * 0.364 * (centre / 1000) ** -0.8)
    below = np.where(np.arange(bands) * 0.25 <= 12, 3, 0.25 * np.arange(bands) * 0.25)
    window = np.hanning(size)
    full = 10 ** (92 / 10) / (window.sum() / 2) ** 2
    weight = full * 10 ** (ear / 10)
    means = []
    for at in range(0, len(host) - size, size):
        power = []
        for sound in (host, marked - host):
            spectrum = np.abs(np.fft.rfft(sound[at:at + size] * window)) ** 2 * weight
            power.append(np.bincount(band[band >= 0], spectrum[band >= 0], bands))
        energy = power[0] + inside
        level = 10 * np.log10(energy)
        if power[0].sum() < 1e3:
            continue
        d = (np.arange(bands)[None, :] - np.arange(bands)[:, None]) * 0.25
        up = -24 - 230 / centre + 0.2 * level
        spread = 10 ** (np.where(d < 0, 27 * d, np.minimum(up, -2)[:, None] * d) / 10)
        spread /= spread.sum(1, keepdims=True)
        mask = (energy[:, None] * spread).sum(0) * 10 ** (-below / 10)
        means.append((power[1] / mask).mean())
    return (10 * np.log10(np.mean(means)), float(np.mean(np.array(means) > 1))) if means else (-99.0, 0.0)


class Ours:
    def __init__(self, binary):
        self.binary = binary

    def call(self, *arguments):
        done = subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, check=True)
        return [line.split("\t") for line in done.stdout.splitlines()]


def peer():
    try:
        import perth
        import torch
        torch.set_num_threads(1)
        with contextlib.redirect_stdout(io.StringIO()):
            return perth.PerthImplicitWatermarker()
    except Exception as problem:
        print(f"Perth could not be run ({type(problem).__name__}: {problem}): no number for it.\n")
        return None


def said(mark, path):
    sound, rate = soundfile.read(path, always_2d=True)
    return float(np.mean(mark.get_watermark(sound.mean(1), sample_rate=rate))) >= 0.5


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skip", type=int, default=0, help="leave out the first files of each kind")
    parser.add_argument("--peer-files", type=int, default=10, help="files of each kind that Perth gets")
    options = parser.parse_args()
    ours, perth = Ours(options.binary), peer()
    number = lambda p: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", p.name)]
    with tempfile.TemporaryDirectory() as folder:
        measure(ours, perth, Path(folder), {
            kind: sorted((options.folder / kind).glob("*.wav"), key=number)[options.skip:] for kind in KINDS
        }, options.peer_files)


def measure(ours, perth, work, files, peer_files):
    hosts, marked, unfit, other = {}, {}, {}, []
    print("| | sounds | SNR, dB (lowest) | noise to mask, dB (highest) | frames above 0 dB | embedding and reading back, ms a minute |")
    print("|---|---|---|---|---|---|")
    for kind, paths in files.items():
        hosts[kind] = []
        for i, path in enumerate(paths):
            host = work / f"{kind}-{i}.wav"
            ffmpeg("-i", path, "-t", SECONDS, "-c:a", "pcm_f32le", host)
            hosts[kind].append(host)
        pairs = [(h, h.with_suffix(".marked.wav")) for h in hosts[kind]]
        lines = ours.call("embed", PAYLOAD, *[p for pair in pairs for p in pair])
        fit = [len(line) > 2 for line in lines]
        marked[kind] = [m for (_, m), f in zip(pairs, fit) if f]
        unfit[kind] = len(pairs) - len(marked[kind])
        snr = [float(line[1]) for line in lines if len(line) > 2]
        poor = sum(line[-1] == "false" for line in lines)
        ratios = []
        for (h, m), f in zip(pairs, fit):
            if f:
                (a, rate), (b, _) = soundfile.read(h, always_2d=True), soundfile.read(m, always_2d=True)
                ratios.append(noise_to_mask(a[:, 0], b[:, 0], rate))
        ms = sum(float(x[2]) for x in lines if len(x) > 2) / sum(float(x[3]) for x in lines if len(x) > 2) * 60
        worst = max(r[0] for r in ratios)
        print(f"| {kind} | {len(snr)}, {unfit[kind]} refused, {poor} told to be unreadable | {np.mean(snr):.1f} ({min(snr):.1f}) | "
              f"{np.mean([r[0] for r in ratios]):.1f} ({worst:.1f}) | "
              f"{100 * np.mean([r[1] for r in ratios]):.2f} % | {ms:.0f} |", flush=True)
    if perth:
        spent, ratios, seconds = 0.0, [], 0.0
        for kind in files:
            for host in hosts[kind][:peer_files]:
                sound, rate = soundfile.read(host, always_2d=True)
                begin = time.perf_counter()
                done = perth.apply_watermark(sound.mean(1), sample_rate=rate)
                spent += time.perf_counter() - begin
                seconds += len(sound) / rate
                n = min(len(done), len(sound))
                ratios.append(noise_to_mask(sound.mean(1)[:n], done[:n], rate))
                out = host.with_suffix(".peer.wav")
                soundfile.write(out, done, rate, subtype="FLOAT")
                other.append(out)
        print(f"| Perth, all kinds | {len(other)} | | {np.mean([r[0] for r in ratios]):.1f} "
              f"({max(r[0] for r in ratios):.1f}) | {100 * np.mean([r[1] for r in ratios]):.2f} % | "
              f"{spent / seconds * 60e3:.0f} |", flush=True)
    print(f"\n| payload whole after | {' | '.join(files)} | Perth says marked |")
    print("|---|" + "---|" * (len(files) + 1))
    spent = seconds = 0.0
    for name, attack in ATTACKS.items():
        cells = []
        for kind in files:
            lines = ours.call("find", *[attacked(attack, m, work / f"a{i}.wav") for i, m in enumerate(marked[kind])])
            cells.append(f"{sum(line[1] == PAYLOAD for line in lines)} of {len(lines)}")
            spent += sum(float(line[3]) for line in lines)
            seconds += sum(float(line[4]) for line in lines)
        told = [said(perth, attacked(attack, m, work / "p.wav")) for m in other] if perth else []
        cells.append(f"{sum(told)} of {len(told)}" if perth else "not run")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nFinding takes {spent / seconds * 60:.0f} ms a minute of sound.")
    unmarked(ours, perth, work, hosts)


def attacked(attack, source, target):
    about = soundfile.info(source)
    attack(source, target, about.samplerate, about.channels)
    return target


def unmarked(ours, perth, work, hosts, at_least=1000, seconds=8):
    everything = [h for kind in hosts.values() for h in kind]
    each = -(-at_least // len(everything))
    alarms = told = looked = asked = 0
    for host in everything:
        sound, rate = soundfile.read(host, always_2d=True)
        pieces = []
        for i, at in enumerate(np.linspace(0, len(sound) - seconds * rate, each).astype(int)):
            pieces.append(work / f"u{i}.wav")
            soundfile.write(pieces[-1], sound[at:at + seconds * rate], rate, subtype="FLOAT")
        alarms += sum(line[1] != "-" for line in ours.call("find", *pieces))
        looked += len(pieces)
        if perth:
            told += said(perth, pieces[0])
            asked += 1
    print(f"\nUnmarked: {alarms} of {looked} pieces of {seconds} s give a payload (by construction at most "
          f"{6 / 65536:.1e} of all)." + (f" Perth calls {told} of {asked} marked." if perth else ""))


if __name__ == "__main__":
    main()
