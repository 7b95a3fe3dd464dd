// The unmodified `openai` package over the routes that it has and we serve: `node --test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";

const model = process.env.COLOPHON_TEST_MODEL;
const client = new OpenAI({ baseURL: process.env.COLOPHON_TEST_URL, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: "Say good morning." }];

test("models are listed", async () => {
  const list = await client.models.list();
  assert.ok(list.data.some((m) => m.id === model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

test("a chat is answered", async () => {
  const reply = await client.chat.completions.create({ model, messages, max_tokens: 16 });
  assert.ok(reply.choices[0].message.content.length > 0);
  assert.ok(reply.usage.total_tokens > 0);
});

test("a chat is streamed", async () => {
  const stream = await client.chat.completions.create({ model, messages, max_tokens: 16, stream: true });
  let words = "";
  for await (const chunk of stream) words += chunk.choices[0]?.delta?.content ?? "";
  assert.ok(words.length > 0);
});

test("a response is made and read again", async () => {
  const made = await client.responses.create({ model, input: "Say good evening.", max_output_tokens: 16 });
  assert.ok(made.output_text.length > 0);
  assert.equal((await client.responses.retrieve(made.id)).id, made.id);
});

test("a completion goes on", async () => {
  const made = await client.completions.create({ model, prompt: "Once upon a time", max_tokens: 8 });
  assert.ok(made.choices[0].text.length > 0);
});

test("texts are embedded", async () => {
  const made = await client.embeddings.create({ model: "all-minilm-l6-v2", input: ["a boat", "a ship"] });
  assert.equal(made.data.length, 2);
  assert.equal(made.data[0].embedding.length, 384);
});

test("a picture is made, and varied", async () => {
  const made = await client.images.generate({ prompt: "a red boat", size: "256x256", n: 1 });
  const png = Buffer.from(made.data[0].b64_json, "base64");
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  const image = await toFile(png, "boat.png", { type: "image/png" });
  const varied = await client.images.createVariation({ image, n: 1, size: "256x256" });
  assert.ok(varied.data[0].b64_json.length > 1000);
});

test("speech is spoken and understood", async () => {
  const spoken = await client.audio.speech.create({
    model: "tts-1", voice: "hibari", input: "The quick brown fox jumps over the lazy dog.", response_format: "wav",
  });
  const wav = Buffer.from(await spoken.arrayBuffer());
  const file = await toFile(wav, "fox.wav", { type: "audio/wav" });
  const heard = await client.audio.transcriptions.create({ model: "whisper-1", file, language: "en" });
  assert.match(heard.text.toLowerCase(), /fox/);
});

test("a film is made, read and removed", { timeout: 300_000 }, async () => {
  let film = await client.videos.create({ prompt: "A fox who learns to paint", seconds: "4" });
  assert.equal(film.object, "video");
  while (film.status === "queued" || film.status === "in_progress") {
    await new Promise((then) => setTimeout(then, 500));
    film = await client.videos.retrieve(film.id);
  }
  assert.equal(film.status, "completed", JSON.stringify(film.error));
  const content = await client.videos.downloadContent(film.id);
  const bytes = Buffer.from(await content.arrayBuffer());
  assert.equal(bytes.subarray(4, 8).toString(), "ftyp");
  const list = await client.videos.list();
  assert.ok(list.data.some((f) => f.id === film.id));
  assert.equal((await client.videos.delete(film.id)).deleted, true);
});

test("an error has its code", async () => {
  await assert.rejects(
    client.chat.completions.create({ model: "no-such-model", messages }),
    (error) => error.status === 404 && error.code === "model_not_found",
  );
});
