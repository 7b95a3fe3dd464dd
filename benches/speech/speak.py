#!/usr/bin/env python3
"""Kokoro and hibari in Colophon beside onnxruntime in Python: the same phonemes, voice, speed and number
of threads, taking turns. speak.py STORE SPEAK_PACE [--threads N] [--runs N] [--voice V]

SPEAK_PACE is the example `speak_pace`, which reads sentences and answers with phonemes and times. Kokoro's
peer is its network, given the phonemes; hibari's is the package `hibari-tts`, from text to sound as
Colophon, and its network alone beside that. Prints, for each voice, real-time factors, the ratio of
Python's time to Colophon's (above 1: Colophon is faster), and the time to the first sound of a
sentence of fifteen words with the model loaded. --voice V for one of them alone."""
import json, pathlib, statistics, subprocess, sys, time

import hibari
import numpy as np
import onnxruntime as ort

SENTENCES = [
    "When the rain had finally stopped that evening, we walked home together along the quiet river.",
    "The birch canoe slid on the smooth planks.",
    "In 1969, two astronauts walked on the Moon for the first time.",
    "Rice is often served in round bowls.",
    "The company earned 3.2 million dollars last year, and it hopes for more.",
    "A pot of tea helps to pass the evening.",
]


def option(name, default):
    return type(default)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


VOICES = [option("--voice", "")] if "--voice" in sys.argv else ["hibari", "af_heart"]


def peer(store, voice, threads):
    """The network in Python: phonemes to sound, or to spectra for hibari."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    hibari = voice == "hibari"
    folder = store / ("hibari" if hibari else "kokoro-82m-int8")
    network = "hibari.onnx" if hibari else "kokoro.onnx"
    session = ort.InferenceSession(str(folder / network), options, providers=["CPUExecutionProvider"])
    vocabulary = json.loads((folder / "vocab.json").read_text())
    vocabulary = vocabulary.get("vocab", vocabulary)
    style = None
    if not hibari:
        style = np.fromfile(store / "kokoro-voices" / f"{voice}.bin", np.float32).reshape(510, 1, 256)

    def speak(phonemes):
        tokens = [vocabulary[c] for c in phonemes if c in vocabulary]
        ids = np.array([[0, *tokens, 0]], np.int64)
        speed = np.ones(1, np.float32)
        if hibari:
            return session.run(None, {"ids": ids, "speed": speed})
        return session.run(None, {"tokens": ids, "style": style[len(tokens) - 1], "speed": speed})

    return speak


def main():
    store, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    threads, runs = option("--threads", 2), option("--runs", 3)
    library = next((store / "onnxruntime").glob("libonnxruntime*"))
    for voice in VOICES:
        command = [program, str(library), str(store), "en", voice, str(threads)]
        ours = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def ask(sentence):
            ours.stdin.write(sentence + "\n")
            ours.stdin.flush()
            return json.loads(ours.stdout.readline())

        speak = peer(store, voice, threads)
        speak(ask(SENTENCES[1])["phonemes"])
        package = hibari.Hibari(threads=threads) if voice == "hibari" else None
        if package:
            package(SENTENCES[1])
        mine, theirs, whole, sound, first, first_clause = [], [], [], 0.0, [], []
        for _ in range(runs):
            took = [0.0, 0.0, 0.0]
            sound = 0.0
            for i, sentence in enumerate(SENTENCES):
                answer = ask(sentence)
                took[0] += answer["seconds"]
                sound += answer["sound"]
                start = time.perf_counter()
                speak(answer["phonemes"])
                took[1] += time.perf_counter() - start
                if package:
                    start = time.perf_counter()
                    package(sentence)
                    took[2] += time.perf_counter() - start
                if i == 0:
                    first.append(answer["seconds"])
                    first_clause.append(answer["first"])
            mine.append(took[0])
            theirs.append(took[1])
            whole.append(took[2])
        ours.stdin.close()
        ours.wait()
        a, b, c = statistics.median(mine), statistics.median(theirs), statistics.median(whole)
        beside = f"hibari-tts {c:.2f} s, ratio {c / a:.2f}; " if package else ""
        print(
            f"{voice}: {sound:.1f} s of sound; Colophon {a:.2f} s (factor {a / sound:.3f}), "
            f"onnxruntime {ort.__version__} in Python {b:.2f} s; ratio {b / a:.2f}; {beside}"
            f"first sound {1000 * statistics.median(first_clause):.0f} ms by the first clause, "
            f"{1000 * statistics.median(first):.0f} ms by the whole sentence; {threads} threads, {runs} runs"
        )


if __name__ == "__main__":
    main()
