"""Writes what faster-whisper (CTranslate2) hears in the sound files beside it, token for token, and
the times of its words: the reference of `tests/audio/recognition.rs`.

    pip install faster-whisper
    python whisper_reference.py MODEL_FOLDER ../data/recognition

Sounds are followed by silence up to 30 s, as the original decoder has it; faster-whisper by itself
follows them by zeros in the spectrum, which are not silence.
"""

import json
import pathlib
import sys

import numpy
from faster_whisper import WhisperModel, decode_audio

model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
whisper = WhisperModel(model, device="cpu", compute_type="float32")
rows = []
for path in sorted(folder.glob("*.flac")):
    sound = decode_audio(str(path))
    sound = numpy.pad(sound, (0, 480_000 - len(sound)))
    language = path.stem[:2]
    segments, _ = whisper.transcribe(
        sound, language=language, beam_size=1, temperature=0.0, word_timestamps=True
    )
    segments = list(segments)
    _, found = whisper.transcribe(sound, beam_size=1, temperature=0.0)
    rows.append({
        "file": path.name,
        "language": found.language,
        "probability": round(found.language_probability, 4),
        "tokens": [token for segment in segments for token in segment.tokens],
        "words": [
            [word.word, round(word.start, 2), round(word.end, 2)]
            for segment in segments
            for word in segment.words
        ],
    })
lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
(folder / "expected.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
