// What the mock server offers: options, models and a first set of works.

const voice = (id, name, language, gender) => ({ id, name, language, gender });

export const options = {
  languages: ["auto", "en", "zh"],
  film: {
    recipes: ["story", "news", "lesson", "ad", "explainer"],
    styles: ["paper", "flat", "ink", "line", "blueprint", "night", "print", "oil", "watercolour"],
    seconds: [15, 300],
    default_seconds: 30,
  },
  picture: {
    styles: ["paper", "flat", "ink", "line", "blueprint", "night", "print", "oil", "pencil", "watercolour"],
    sizes: ["1024x1024", "1280x720", "720x1280", "1024x768", "512x512"],
    sides: [128, 4096],
    painters: Array.from({ length: 26 }, (_, i) => ({ id: `s${String(i).padStart(2, "0")}`, name: `Painter ${i + 1}` })),
    diffusion: [{ id: "sd-turbo", installed: true }, { id: "sd-1.5", installed: false }],
    dream_layers: ["conv3_1", "conv3_3", "conv4_1", "conv4_3", "conv5_1", "conv5_3"],
    cutout_backgrounds: ["clear", "blur", "white"],
    upscale_qualities: ["fast", "best", "drawing"],
  },
  speech: {
    voices: [
      voice("af_heart", "Heart", "en-us", "female"),
      voice("am_michael", "Michael", "en-us", "male"),
      voice("bf_emma", "Emma", "en-gb", "female"),
      voice("bm_george", "George", "en-gb", "male"),
      voice("zf_xiaobei", "小贝", "zh", "female"),
      voice("zm_yunjian", "云健", "zh", "male"),
      voice("jf_alpha", "Alpha", "ja", "female"),
    ],
    formats: ["wav", "mp3", "opus", "aac", "flac"],
    speed: [0.5, 2],
  },
  music: { styles: ["calm", "cheerful", "march", "waltz"], seconds: [5, 300] },
  sound: {
    names: [
      { id: "rain", en: "rain", zh: "雨声" },
      { id: "thunder", en: "thunder", zh: "雷声" },
      { id: "waves", en: "waves", zh: "海浪" },
      { id: "fire", en: "fire", zh: "篝火" },
      { id: "wind", en: "wind", zh: "风声" },
      { id: "birds", en: "birds", zh: "鸟鸣" },
    ],
    seconds: [1, 120],
  },
  text: {
    tasks: ["chat", "write", "news", "summarize", "rewrite", "translate", "extract"],
    models: [
      { id: "qwen2.5-coder-1.5b-instruct-q4_k_m", installed: true },
      { id: "qwen2.5-coder-0.5b-instruct-q4", installed: true },
      { id: "smollm2-135m-instruct-q4_1", installed: false },
    ],
  },
  transcription: { formats: ["text", "srt", "vtt", "json"], models: ["whisper-base", "whisper-tiny"] },
  label: { profiles: ["all", "cn", "eu", "us"], corners: ["top-left", "top-right", "bottom-left", "bottom-right"] },
};

const model = (id, name, kind, licence, megabytes, installed, groups, description) => ({
  id,
  name,
  kind,
  licence,
  licence_url: null,
  bytes: Math.round(megabytes * 1e6),
  installed,
  groups,
  description,
});

export const catalogue = [
  model("qwen2.5-coder-1.5b-instruct-q4_k_m", "Qwen2.5 Coder 1.5B", "text", "Apache-2.0", 1117, true, ["default"], "Writes scripts and texts in English and Chinese."),
  model("qwen2.5-coder-0.5b-instruct-q4", "Qwen2.5 Coder 0.5B", "text", "Apache-2.0", 398, true, ["fast"], "The small writer: twice as fast, plainer prose."),
  model("kokoro-82m-int8", "Kokoro 82M", "voice", "Apache-2.0", 92, true, ["default"], "Speaks English and Mandarin with 54 voices."),
  model("hibari", "hibari", "voice", "Apache-2.0", 31, true, ["default"], "A fast English voice."),
  model("whisper-base", "Whisper base", "recognition", "MIT", 148, true, ["sound"], "Writes down what is said, in a hundred languages."),
  model("noto-art", "Noto art", "art", "Apache-2.0", 24, true, ["default"], "The drawn art that pictures are composed from."),
  model("real-esrgan", "Real-ESRGAN", "image", "BSD-3-Clause", 67, false, ["pictures"], "Enlarges and restores damaged pictures."),
  model("hed", "HED", "image", "MIT", 56, true, ["pictures"], "Finds outlines: sketches and dreams."),
  model("dcgan-faces", "DCGAN faces", "image", "MIT", 14, false, ["pictures"], "Faces of people who do not exist, for trials."),
  model("sd-turbo", "SD Turbo", "image", "Stability AI Community", 2580, true, ["diffusion"], "Pictures by diffusion in one to four steps."),
  model("performance-rnn", "Performance RNN", "music", "Apache-2.0", 12, true, ["music"], "Composes for piano."),
];

/** kind, modality, title, prompt, language, tags, favourite, number of the picture. */
export const seeds = [
  ["film", "video", "A fox who learns to paint", "A fox who learns to paint", "en", ["fable", "children"], true, 0],
  ["picture", "image", "A lighthouse on a cliff at dusk", "A lighthouse on a cliff at dusk, a boat returns", "en", ["sea"], true, 2],
  ["picture", "image", "竹林里的熊猫", "竹林里的熊猫", "zh", ["动物"], false, 4],
  ["speech", "audio", "The ferry leaves at a quarter past six", "The ferry leaves at a quarter past six.", "en", [], false, 0],
  ["picture.edit", "image", "A quiet harbour, in oil", "oil", "en", ["sea", "painted"], false, 6],
  ["text", "text", "A welcome for our library’s new readers", "A welcome for our library’s new readers", "en", ["library"], false, 0],
  ["film", "video", "海边的灯塔与归来的渔船", "海边的灯塔与归来的渔船", "zh", ["sea"], false, 3],
  ["music", "audio", "Calm piano for a rainy evening", "Calm piano for a rainy evening", "en", ["rain"], true, 0],
  ["picture", "image", "A bicycle under a plum tree in the rain", "A bicycle under a plum tree in the rain", "en", ["rain"], false, 5],
  ["picture", "image", "A night market with lanterns, seen from a very long bridge that crosses the whole river", "A night market with lanterns", "en", [], false, 7],
  ["sound", "audio", "Heavy rain on a tin roof", "Heavy rain on a tin roof with distant thunder", "en", ["rain"], false, 0],
  ["picture", "image", "The clockmaker who sold spare minutes", "The clockmaker who sold spare minutes", "en", ["fable"], false, 1],
];

export const welcome = `---
AIGC: {Label: "1", ContentProducer: "COLOPHON", ProduceID: "clp-x", ReservedCode1: "", ContentPropagator: "COLOPHON", PropagateID: "clp-x", ReservedCode2: ""}
---

本文由人工智能（AI）生成 · This text was generated by AI

# Welcome

Dear reader, the door is open and **the lamp is lit**. On these shelves stand four thousand stories, and none of them is in a hurry.

- Take a book home for three weeks.
- Ask Mara at the desk for the quiet room.
- On Thursdays we read aloud, with tea.

Come as often as you like.
`;
