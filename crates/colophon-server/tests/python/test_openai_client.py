"""The unmodified `openai` client against a running server: `scripts/test-openai-client` starts both."""

import base64
import hashlib
import json
import os
import pathlib

import openai
import pytest
from pydantic import BaseModel

MODEL = os.environ["COLOPHON_TEST_MODEL"]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


class Pet(BaseModel):
    name: str
    age: int


@pytest.fixture(scope="session")
def client():
    return openai.OpenAI(base_url=os.environ["COLOPHON_TEST_URL"], api_key="none", max_retries=0)


def ask(words):
    return [{"role": "user", "content": words}]


def test_models(client):
    assert MODEL in [m.id for m in client.models.list()]
    assert client.models.retrieve(MODEL).id == MODEL


def test_chat(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=ask("What is the capital of France?"), temperature=0, max_tokens=20
    )
    assert "Paris" in reply.choices[0].message.content
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert reply.colophon[0]["sealed"] is True


def test_stream_with_usage(client):
    chunks = list(client.chat.completions.create(
        model=MODEL, messages=ask("Count to three."), max_tokens=20, stream=True,
        stream_options={"include_usage": True},
    ))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert chunks[-1].usage.completion_tokens > 0


def test_stream_helper(client):
    with client.chat.completions.stream(model=MODEL, messages=ask("Say hello."), temperature=0, max_tokens=200) as stream:
        kinds = {event.type for event in stream}
        assert "content.delta" in kinds
        assert stream.get_final_completion().choices[0].message.content


def test_logprobs_and_choices(client):
    reply = client.chat.completions.create(
        model=MODEL, messages=ask("Say hello."), max_tokens=4, n=2, logprobs=True, top_logprobs=2, seed=5
    )
    assert len(reply.choices) == 2
    first = reply.choices[0].logprobs.content[0]
    assert first.logprob <= 0 and len(first.top_logprobs) == 2


def test_tools(client):
    for choice in ["required", {"type": "function", "function": {"name": "get_weather"}}]:
        reply = client.chat.completions.create(
            model=MODEL, messages=ask("Weather in Oslo?"), tools=[TOOL], tool_choice=choice, max_tokens=60
        )
        call = reply.choices[0].message.tool_calls[0]
        assert reply.choices[0].finish_reason == "tool_calls"
        assert call.function.name == "get_weather" and "city" in call.function.arguments


def test_tools_in_a_stream(client):
    name, arguments = "", ""
    for chunk in client.chat.completions.create(
        model=MODEL, messages=ask("Weather in Oslo?"), tools=[TOOL], tool_choice="required",
        max_tokens=60, stream=True,
    ):
        for call in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
            name += call.function.name or ""
            arguments += call.function.arguments or ""
    assert name == "get_weather" and "city" in arguments


def test_structured_output(client):
    reply = client.chat.completions.parse(
        model=MODEL, messages=ask("Invent a pet."), response_format=Pet, max_tokens=80
    )
    assert isinstance(reply.choices[0].message.parsed, Pet)
    reply = client.responses.parse(model=MODEL, input="Invent a pet.", text_format=Pet, max_output_tokens=80)
    assert isinstance(reply.output_parsed, Pet)


def test_responses(client):
    first = client.responses.create(model=MODEL, input="My name is Ann.", max_output_tokens=30)
    assert first.output_text
    then = client.responses.create(
        model=MODEL, input="What is my name?", previous_response_id=first.id, temperature=0,
        max_output_tokens=30,
    )
    assert "Ann" in then.output_text
    assert client.responses.retrieve(first.id).id == first.id


def test_responses_stream(client):
    with client.responses.stream(model=MODEL, input="Say hello.", max_output_tokens=8) as stream:
        kinds = [event.type for event in stream]
    assert kinds[0] == "response.created" and kinds[-1] in ("response.completed", "response.incomplete")
    assert "response.output_text.delta" in kinds


def test_completions(client):
    reply = client.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=8)
    assert reply.choices[0].text and reply.usage.completion_tokens <= 8


def test_embeddings(client):
    # The client asks for base64 by default and decodes it.
    reply = client.embeddings.create(model="all-minilm-l6-v2", input=["a cat", "a kitten", "a tax form"])
    one, two, three = (row.embedding for row in reply.data)
    dot = lambda a, b: sum(x * y for x, y in zip(a, b))
    assert len(one) == 384 and dot(one, two) > dot(one, three)


def test_errors(client):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="nothing", messages=ask("x"))
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model=MODEL, messages=ask("x"), temperature=-1)
    assert error.value.param == "temperature"
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model=MODEL, messages=ask("word " * 30000))
    assert error.value.code == "context_length_exceeded"


def test_images(client):
    """One picture, sealed: a PNG with a C2PA box."""
    reply = client.images.generate(model="composer", prompt="A fox in the snow", size="256x256", n=2)
    files = [base64.b64decode(row.b64_json) for row in reply.data]
    assert all(f.startswith(b"\x89PNG") and b"caBX" in f for f in files)
    assert files[0] != files[1]
    with pytest.raises(openai.BadRequestError):
        client.images.generate(model="composer", prompt="A fox", size="big")
    for name, magic in (("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF")):
        reply = client.images.generate(model="composer", prompt="A fox", size="256x256", output_format=name)
        assert reply.output_format == name
        assert base64.b64decode(reply.data[0].b64_json).startswith(magic)


def test_image_edits_and_variations(client):
    """What was made is changed and varied, each time sealed."""
    made = client.images.generate(model="composer", prompt="A red house", size="256x256").data[0].b64_json
    house = base64.b64decode(made)
    larger = client.images.edit(model="upscale", prompt="-", image=("house.png", house), extra_body={"factor": 2})
    larger = base64.b64decode(larger.data[0].b64_json)
    assert larger[16:24] == (512).to_bytes(4, "big") * 2 and b"c2pa.opened" in larger
    painted = client.images.edit(model="style", prompt="oil", image=("house.png", house), output_format="jpeg")
    assert base64.b64decode(painted.data[0].b64_json).startswith(b"\xff\xd8\xff")
    both = [("house.png", house), ("painting.png", larger)]
    assert client.images.edit(model="like", prompt="-", image=both).data[0].b64_json
    other = client.images.create_variation(image=("house.png", house), n=2)
    assert len(other.data) == 2 and other.data[0].b64_json != made
    for model, image in (("nothing", house), ("sketch", b"no picture"), ("remove", house), ("like", house)):
        with pytest.raises(openai.APIStatusError) as error:
            client.images.edit(model=model, prompt="-", image=("a.png", image))
        assert 400 <= error.value.status_code < 500
    with pytest.raises(openai.BadRequestError):
        client.images.create_variation(image=("a.png", larger))


def test_diffusion(client):
    """A diffusion model draws, shows pictures on the way, changes within a mask, varies."""
    few = {"steps": 4, "seed": 5}
    made = client.images.generate(model="tiny", prompt="a red fox", size="128x128", n=2, extra_body=few)
    first = base64.b64decode(made.data[0].b64_json)
    assert first.startswith(b"\x89PNG") and b"caBX" in first and made.data[1].b64_json != made.data[0].b64_json
    events = list(
        client.images.generate(
            model="tiny", prompt="a red fox", size="128x128", stream=True, partial_images=2, extra_body=few
        )
    )
    assert [event.type for event in events] == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    shown = [base64.b64decode(event.b64_json) for event in events]
    assert len(set(shown)) == 3 and all(b"caBX" in picture for picture in shown)
    mask = bytearray(first)
    changed = client.images.edit(
        model="tiny", prompt="snow", image=("fox.png", first), mask=("mask.png", bytes(mask)), extra_body=few
    )
    assert b"c2pa.opened" in base64.b64decode(changed.data[0].b64_json)
    other = client.images.create_variation(model="tiny", image=("fox.png", first), n=2)
    assert len(other.data) == 2
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="/etc/passwd", prompt="a fox")
    with pytest.raises(openai.BadRequestError):
        client.images.generate(model="tiny", prompt="a fox", extra_body={"steps": 0})
    whole = list(client.images.generate(model="composer", prompt="A fox", size="256x256", stream=True))
    assert [event.type for event in whole] == ["image_generation.completed"]


@pytest.mark.parametrize(
    ("form", "head"),
    [("wav", b"RIFF"), ("mp3", b"ID3"), ("opus", b"OggS"), ("flac", b"fLaC"), ("aac", b"\xff"), ("pcm", b"")],
)
def test_speech(client, form, head):
    """The voice that every example names, in every format."""
    with client.audio.speech.with_streaming_response.create(
        model="kokoro", voice="alloy", input="The ferry leaves at six.", response_format=form
    ) as reply:
        pieces = list(reply.iter_bytes(4096))
        assert reply.headers["colophon-work-id"]
    sound = b"".join(pieces)
    assert sound.startswith(head) and len(sound) > 8_000
    if form in ("wav", "mp3", "opus", "flac"):
        assert b"AIGC" in sound[:4096]


def test_speech_events(client):
    """Sentence by sentence, as server-sent events; the last one carries the marks of the whole."""
    words = "The ferry leaves at six. Dogs need a ticket. Bicycles travel free of charge."
    with client.audio.speech.with_streaming_response.create(
        model="hibari", voice="hibari", input=words, response_format="pcm", stream_format="sse"
    ) as reply:
        events = [json.loads(line[6:]) for line in reply.iter_lines() if line.startswith("data: {")]
    kinds = [event["type"] for event in events]
    assert kinds.count("speech.audio.delta") >= 3 and kinds[-1] == "speech.audio.done"
    sound = b"".join(base64.b64decode(e["audio"]) for e in events if e["type"] == "speech.audio.delta")
    assert hashlib.sha256(sound).hexdigest() == events[-1]["colophon"]["sha256"]
    assert b"c2pa" in base64.b64decode(events[-1]["colophon"]["c2pa"])
    for bad in ({"voice": "nobody"}, {"response_format": "doc"}, {"speed": 9.0}, {"input": ""}):
        with pytest.raises(openai.BadRequestError):
            client.audio.speech.create(**({"model": "kokoro", "voice": "alloy", "input": "x"} | bad))


def test_spoken_chat(client):
    """Answers with sound: whole, and as a stream."""
    asked = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Say hello in five words."}],
        "modalities": ["text", "audio"],
        "max_tokens": 24,
        "temperature": 0,
    }
    reply = client.chat.completions.create(audio={"voice": "alloy", "format": "mp3"}, **asked)
    audio = reply.choices[0].message.audio
    assert audio.transcript and base64.b64decode(audio.data).startswith(b"ID3")
    sound, words = b"", ""
    for chunk in client.chat.completions.create(audio={"voice": "hibari", "format": "pcm16"}, stream=True, **asked):
        for choice in chunk.choices:
            # A field of its own in newer clients, and something extra in older ones.
            part = getattr(choice.delta, "audio", None) or {}
            part = part if isinstance(part, dict) else part.model_dump()
            sound += base64.b64decode(part.get("data") or "")
            words += part.get("transcript") or ""
    assert words.strip() == audio.transcript.strip() and len(sound) > 24_000
    for bad in ({"modalities": ["smell"]}, {"audio": None}, {"audio": {"voice": "alloy", "format": "doc"}}):
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(**({"audio": {"voice": "alloy", "format": "wav"}} | asked | bad))


def test_transcription(client):
    """Speech is written down in every shape, as it is heard, and in English."""
    folder = pathlib.Path(__file__).parents[3] / "colophon-audio/tests/data/recognition"
    sound = folder / "en7.flac"
    plain = client.audio.transcriptions.create(model="whisper-1", file=sound)
    assert "train to the coast" in plain.text
    verbose = client.audio.transcriptions.create(
        model="whisper-1", file=sound, response_format="verbose_json", timestamp_granularities=["word", "segment"]
    )
    assert verbose.language == "english" and verbose.segments[0].avg_logprob < 0
    assert verbose.words[1].word == "train" and verbose.words[1].start < verbose.words[1].end
    assert client.audio.transcriptions.create(model="whisper-1", file=sound, response_format="vtt").startswith("WEBVTT")
    events = list(client.audio.transcriptions.create(model="whisper-1", file=sound, stream=True))
    assert events[-1].type == "transcript.text.done" and events[-1].text == plain.text
    assert "".join(e.delta for e in events if e.type == "transcript.text.delta") == plain.text
    assert client.audio.translations.create(model="whisper-1", file=folder / "zh5.flac").text.isascii()
    with pytest.raises(openai.BadRequestError):
        client.audio.transcriptions.create(model="whisper-1", file=("x.mp3", b"no sound"))


def test_videos(client):
    film = client.videos.create_and_poll(prompt="A fox who learns to paint", seconds="4", poll_interval_ms=500)
    assert film.status == "completed", film.error
    assert film.progress == 100 and film.size == "1280x720"
    content = client.videos.download_content(film.id).read()
    assert content[4:8] == b"ftyp"
    assert client.videos.download_content(film.id, variant="thumbnail").read()[:4] == b"\x89PNG"
    assert client.videos.list(limit=1).data[0].id == film.id
    assert client.videos.retrieve(film.id).id == film.id
    remix = client.videos.remix(film.id, prompt="Now it is winter.")
    assert remix.remixed_from_video_id == film.id
    assert client.videos.delete(remix.id).deleted
    assert client.videos.delete(film.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(film.id)
    with pytest.raises(openai.BadRequestError):
        client.videos.create(prompt="a", size="720x1280")
