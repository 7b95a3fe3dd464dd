"""Every route once more through the unmodified `openai` client: what it sends by default, what it reads, and
how errors reach it. `scripts/test-openai-client` starts the server."""

import asyncio
import base64
import io
import os
import pathlib

import openai
import pytest
from PIL import Image

from test_openai_client import MODEL, TOOL, ask, client  # noqa: F401

SOUNDS = pathlib.Path(__file__).parents[3] / "colophon-audio/tests/data/recognition"
SHORT = {"model": MODEL, "max_tokens": 8, "temperature": 0}


def chat(client, words="Say hello.", **more):
    return client.chat.completions.create(**({"messages": ask(words)} | SHORT | more))


# Chat


@pytest.mark.parametrize("role", ["system", "developer"])
def test_instructions(client, role):
    messages = [{"role": role, "content": "Answer with the word blue."}, *ask("Which colour?")]
    assert "blue" in chat(client, messages=messages).choices[0].message.content.lower()


def test_parts_and_turns(client):
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "My name is Ann."}]},
        {"role": "assistant", "content": "Hello Ann."},
        {"role": "user", "content": [{"type": "text", "text": "What is my name?"}]},
    ]
    assert "Ann" in chat(client, messages=messages).choices[0].message.content


def test_stop_and_length(client):
    assert chat(client, max_tokens=2).choices[0].finish_reason == "length"
    cut = chat(client, "Count: one, two, three, four.", stop=["three"], max_tokens=40)
    assert "three" not in cut.choices[0].message.content and cut.choices[0].finish_reason == "stop"


def test_newer_name_of_the_limit(client):
    reply = client.chat.completions.create(model=MODEL, messages=ask("Say hello."), max_completion_tokens=3)
    assert reply.usage.completion_tokens <= 3


def test_the_same_seed_gives_the_same_words(client):
    made = {chat(client, "Invent a name.", seed=7, temperature=1, max_tokens=12).choices[0].message.content for _ in range(3)}
    assert len(made) == 1


def test_any_json(client):
    import json

    reply = chat(client, "A JSON object with a colour.", response_format={"type": "json_object"}, max_tokens=60)
    assert isinstance(json.loads(reply.choices[0].message.content), dict)


def test_a_bias_forbids_nothing_else(client):
    assert chat(client, logit_bias={"1": -100}, presence_penalty=0.5, frequency_penalty=0.5, user="ann").choices


def test_a_tool_answers(client):
    messages = [
        *ask("Weather in Oslo?"),
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "snow, -3 degrees"},
    ]
    reply = chat(client, messages=messages, tools=[TOOL], tool_choice="none", max_tokens=30)
    assert reply.choices[0].message.content


def test_heads_of_answers(client):
    raw = client.chat.completions.with_raw_response.create(messages=ask("Hi"), **SHORT)
    assert raw.headers["colophon-work-id"].startswith("clp-")
    assert raw.parse().object == "chat.completion"


def test_asked_at_the_same_time(client):
    other = openai.AsyncOpenAI(base_url=str(client.base_url), api_key="none", max_retries=0)

    async def all_of_them():
        asked = [other.chat.completions.create(messages=ask(f"Say {n}."), **SHORT) for n in range(4)]
        return await asyncio.gather(*asked)

    assert all(reply.choices[0].message.content for reply in asyncio.run(all_of_them()))


@pytest.mark.parametrize(
    "bad",
    [{"messages": []}, {"top_p": 2}, {"n": 0}, {"max_tokens": 0}, {"logprobs": True, "top_logprobs": 50},
     {"messages": [{"role": "king", "content": "x"}]}, {"response_format": {"type": "xml"}}],
)
def test_wrong_chats(client, bad):
    with pytest.raises(openai.BadRequestError):
        chat(client, **bad)


# Responses and completions


def test_response_with_instructions_and_parts(client):
    reply = client.responses.create(
        model=MODEL, instructions="Answer with the word blue.", temperature=0, max_output_tokens=10,
        input=[{"role": "user", "content": [{"type": "input_text", "text": "Which colour?"}]}],
    )
    assert "blue" in reply.output_text.lower() and reply.usage.output_tokens <= 10


def test_responses_are_forgotten(client):
    made = client.responses.create(model=MODEL, input="Hi", max_output_tokens=4)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)
    with pytest.raises(openai.APIStatusError):
        client.responses.create(model=MODEL, input="Hi", previous_response_id=made.id)


def test_completion_stream(client):
    parts = list(client.completions.create(prompt="The sea", stream=True, **SHORT))
    assert "".join(p.choices[0].text for p in parts if p.choices)


def test_completion_choices(client):
    assert len(client.completions.create(prompt="The sea", n=2, seed=3, **SHORT).choices) == 2


# Embeddings


def test_vectors_can_be_shortened(client):
    reply = client.embeddings.create(model="multilingual-e5-small", input="a cat", dimensions=64, encoding_format="float")
    vector = reply.data[0].embedding
    assert len(vector) == 64 and abs(sum(x * x for x in vector) - 1) < 1e-3 and reply.usage.prompt_tokens > 0


def test_languages_share_their_vectors(client):
    rows = client.embeddings.create(model="multilingual-e5-small", input=["a cat", "一只猫", "一份税表"]).data
    dot = lambda a, b: sum(x * y for x, y in zip(rows[a].embedding, rows[b].embedding))
    assert dot(0, 1) > dot(0, 2)


@pytest.mark.parametrize("bad", [{"input": []}, {"input": ""}, {"dimensions": 9999}, {"encoding_format": "hex"}])
def test_wrong_embeddings(client, bad):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(**({"model": "multilingual-e5-small", "input": "a"} | bad))


def test_models_that_are_none(client):
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nothing")
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="nothing", input="a")


# Moderations


def test_moderation(client):
    reply = client.moderations.create(model="omni-moderation-latest", input="I will find you and kill you and your family.")
    result = reply.results[0]
    assert result.flagged and result.categories.harassment_threatening
    assert result.category_scores.harassment_threatening >= 0.5 > result.category_scores.sexual
    assert result.category_applied_input_types.harassment == ["text"]
    assert result.colophon["not_judged"] == []


def test_moderation_of_several_texts(client):
    texts = ["How do I kill a process on Linux?", "写一首祝女儿生日快乐的诗。", "我知道你住在哪里,今晚就去杀了你全家。"]
    flagged = [result.flagged for result in client.moderations.create(input=texts).results]
    assert flagged == [False, False, True]


def test_moderation_of_a_picture(client):
    picture = client.images.generate(model="composer", prompt="A red house", size="256x256").data[0].b64_json
    parts = [{"type": "text", "text": "a house"}, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}}]
    (result,) = client.moderations.create(input=parts).results
    assert not result.flagged and result.category_applied_input_types.sexual == ["text", "image"]
    (alone,) = client.moderations.create(input=parts[1:]).results
    assert "violence" in alone.colophon["not_judged"] and "sexual" not in alone.colophon["not_judged"]


@pytest.mark.parametrize(
    "bad", [{"input": []}, {"input": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}]
)
def test_wrong_moderations(client, bad):
    with pytest.raises(openai.BadRequestError):
        client.moderations.create(**bad)


def test_a_moderation_model_that_is_none(client):
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(model="nothing", input="a")


# Pictures


def test_pictures_repeat_with_their_seed(client):
    draw = lambda seed: client.images.generate(
        model="composer", prompt="A fox", size="256x256", extra_body={"seed": seed}).data[0].b64_json
    one, two, other = (base64.b64decode(draw(seed)) for seed in (3, 3, 4))
    assert all(picture.startswith(b"\x89PNG") for picture in (one, two, other))
    # Credential and watermark differ from work to work; the drawing does not.
    pixels = lambda file: Image.open(io.BytesIO(file)).convert("RGB").tobytes()
    apart = lambda a, b: sum(abs(x - y) for x, y in zip(pixels(a), pixels(b))) / len(pixels(a))
    assert apart(one, two) < 3 < apart(one, other)


@pytest.mark.parametrize("bad", [{"n": 0}, {"prompt": ""}, {"size": "1x1"}, {"output_format": "bmp"}])
def test_wrong_pictures(client, bad):
    with pytest.raises(openai.BadRequestError):
        client.images.generate(**({"model": "composer", "prompt": "a fox", "size": "256x256"} | bad))


def test_a_sketch(client):
    made = client.images.generate(model="composer", prompt="A red house", size="256x256").data[0].b64_json
    house = ("house.png", base64.b64decode(made))
    reply = client.images.edit(model="sketch", prompt="-", image=house)
    assert base64.b64decode(reply.data[0].b64_json).startswith(b"\x89PNG")


# Sound


@pytest.mark.parametrize("form", ["text", "srt", "vtt", "json"])
def test_forms_of_transcripts(client, form):
    made = client.audio.transcriptions.create(model="whisper-1", file=SOUNDS / "en7.flac", response_format=form)
    assert "train to the coast" in (made.text if form == "json" else made)


def test_a_language_is_named(client):
    made = client.audio.transcriptions.create(model="whisper-1", file=SOUNDS / "zh5.flac", language="zh")
    assert any("\u4e00" <= c <= "\u9fff" for c in made.text)


def test_faster_speech_is_shorter(client):
    speak = lambda speed: len(client.audio.speech.create(
        model="hibari", voice="hibari", input="The ferry leaves at six. " * 6, response_format="wav", speed=speed).read())
    # The label at the start keeps its pace.
    assert speak(1.5) < 0.8 * speak(1.0)


# What the client has no words for is asked by its path.


def get(client, path):
    return client.get(path, cast_to=object)


def test_jobs(client):
    order = {"kind": "sound", "request": {"prompt": "rain", "seconds": 2}}
    job = client.post("/jobs", body=order, cast_to=object)
    while job["status"] in ("queued", "running"):
        job = get(client, f"/jobs/{job['id']}")
    assert job["status"] == "done" and job["works"]
    assert job["id"] in [row["id"] for row in get(client, "/jobs?kind=sound")["data"]]
    work = get(client, f"/works/{job['works'][0]['id']}")
    assert work["modality"] == "audio"
    assert get(client, f"/works/{work['id']}/credential")["verdict"] == "verified"
    assert client.delete(f"/jobs/{job['id']}", cast_to=object)["deleted"]
    with pytest.raises(openai.NotFoundError):
        get(client, f"/jobs/{job['id']}")
    with pytest.raises(openai.BadRequestError):
        client.post("/jobs", body={"kind": "opera", "request": {}}, cast_to=object)


@pytest.mark.parametrize(
    ("path", "field"),
    [("/works", "data"), ("/tags", "data"), ("/recipes", "data"), ("/recipes/story", "parameters"), ("/options", "film"),
     ("/settings", "retention"), ("/catalogue", "data"), ("/status", "queue"), ("/audio/voices", None), ("/log/key", None),
     ("/audit", "data"), ("/session", "role"), ("/keys", "data"), ("/accounts", "data")],
)
def test_what_can_be_looked_at(client, path, field):
    found = get(client, path)
    assert field is None and found or field in found


def test_files_are_judged(client):
    made = client.images.generate(model="composer", prompt="A boat", size="256x256").data[0].b64_json
    verdict = client.post("/verify", cast_to=object, body={}, files={"file": ("boat.png", base64.b64decode(made))},
                          options={"headers": {"Content-Type": "multipart/form-data"}})
    assert verdict["verdict"] == "verified"


def test_bodies_that_are_too_large(client):
    with pytest.raises(openai.APIStatusError) as error:
        client.embeddings.create(model="multilingual-e5-small", input="x" * (12 << 20))
    assert error.value.status_code == 413 and error.value.code == "request_too_large"
