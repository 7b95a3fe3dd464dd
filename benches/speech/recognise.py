"""Ours and faster-whisper in turn over the same recordings; prints seconds and their ratio."""

import json
import statistics
import subprocess
import sys
import time

import numpy
from faster_whisper import WhisperModel, decode_audio

program, library, model, threads, turns, *files = sys.argv[1:]


def ours(precision, file, beam):
    """One warm round after another that is not counted."""
    command = [program, library, model, precision, threads, str(beam), "2", file]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    row = json.loads(said[-1])
    return row["took"], row["tokens"]


def theirs(peer, file, beam):
    """As ours: decoding the file is not counted, spectrum and all after it are."""
    sound = decode_audio(file)
    sound = numpy.pad(sound, (0, 480_000 - len(sound)))
    language = "zh" if "zh" in file.rsplit("/", 1)[-1] else "en"
    started = time.perf_counter()
    segments, _ = peer.transcribe(
        sound, language=language, beam_size=beam, temperature=0.0, condition_on_previous_text=False
    )
    tokens = [token for segment in segments for token in segment.tokens]
    return time.perf_counter() - started, tokens


for precision, kind in [("float", "float32"), ("int8", "int8")]:
    peer = WhisperModel(model, device="cpu", compute_type=kind, cpu_threads=int(threads))
    theirs(peer, files[0], 1)
    for beam in [1, 5]:
        took = {"ours": [], "peer": []}
        same = 0
        for _ in range(int(turns)):
            for file in files:
                seconds, tokens = ours(precision, file, beam)
                took["ours"].append(seconds)
                peers, expected = theirs(peer, file, beam)
                took["peer"].append(peers)
                same += tokens == expected
        # The median of the pairs: what else the machine does falls on both.
        ratio = statistics.median(p / o for o, p in zip(took["ours"], took["peer"]))
        us, them = (statistics.median(took[who]) for who in ["ours", "peer"])
        print(
            f"{precision}, beam {beam}: ours {us:.2f} s, faster-whisper {them:.2f} s a recording; "
            f"ratio {ratio:.2f}; the same tokens in {same} of {len(took['ours'])}",
            flush=True,
        )
