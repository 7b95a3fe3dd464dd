"""Computes what prompts with weighted words become for the tiny checkpoints of `diffusion.json`, with NumPy
alone: `weights.py` writes `weights.json` beside this file, `weights.py --check` compares.

Its text encoder is first compared with what `transformers` gave (`stages` in `diffusion.json`).
"""

import json
import math
import pathlib
import re
import sys

import numpy as np
from formulas import uniform

HERE = pathlib.Path(__file__).resolve().parent
KEPT = json.loads((HERE / "diffusion.json").read_text())
PROMPTS = [
    "a red fox, 2 trees",
    "a (red:1.3) fox, (2 trees:0.6)",
    "((red)) [fox] (the den:0)",
    "(a (red:1.5) fox:0.8) [[den]]",
    r"a fox \(red\), (trees \[2\]:1.2)",
    "(the red fox of 2 trees:1.4), " * 9 + "[the den]",
]


def parts(prompt):
    """Well-formed prompts only: texts with their weights, neighbours of one weight being one text."""
    texts, opened = [], []
    for sign in re.findall(r"\\[()\[\]\\]|:\s*[+-]?[\d.]+\s*\)|.", prompt, re.S):
        if sign in "([":
            opened.append(len(texts))
        elif sign == ")" or sign == "]" or (len(sign) > 1 and sign[0] == ":"):
            factor = 1.1 if sign == ")" else 1 / 1.1 if sign == "]" else float(sign[1:-1])
            start = opened.pop()
            texts[start:] = [(text, weight * factor) for text, weight in texts[start:]]
        else:
            texts.append((sign[-1], 1.0))
    merged = []
    for text, weight in texts:
        if merged and abs(merged[-1][1] - weight) < 1e-9:
            merged[-1][0] += text
        else:
            merged.append([text, weight])
    return merged


class Encoder:
    """CLIP's text encoder and its tokenizer, for lower-case English without '!'."""

    def __init__(self, checkpoint, number=""):
        kept = KEPT["checkpoints"][checkpoint]
        folder, words = f"text_encoder{number}", f"tokenizer{number}"
        self.vocab = json.loads(kept["files"][f"{words}/vocab.json"])
        merges = kept["files"][f"{words}/merges.txt"].splitlines()[1:]
        self.ranks = {tuple(line.split()): rank for rank, line in enumerate(merges)}
        self.pad = json.loads(kept["files"][f"{words}/special_tokens_map.json"])["pad_token"]
        self.config = json.loads(kept["files"][f"{folder}/config.json"])
        self.weights = {}
        for key, shape in kept["weights"][folder].items():
            flat = uniform(f"{folder} {key}", int(np.prod(shape)))
            if len(shape) > 1:
                flat = flat * math.sqrt(3.0 / (len(flat) // shape[0]))
            else:
                flat = 1.0 + 0.1 * flat if key.endswith("weight") else 0.1 * flat
            self.weights[key.removeprefix("text_model.")] = flat.astype(np.float32).astype(np.float64).reshape(shape)

    def tokens(self, text):
        found = []
        for word in re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower()):
            letters = [*word[:-1], word[-1] + "</w>"]
            while len(letters) > 1:
                pairs = [(self.ranks.get(pair, math.inf), at) for at, pair in enumerate(zip(letters, letters[1:]))]
                rank, at = min(pairs)
                if rank == math.inf:
                    break
                letters[at : at + 2] = [letters[at] + letters[at + 1]]
            found += [self.vocab[letter] for letter in letters]
        return found

    def pieces(self, prompt):
        """Tokens and their weights, 77 at a time."""
        listed = [(token, weight) for text, weight in parts(prompt) for token in self.tokens(text)]
        start, stop, pad = (self.vocab[word] for word in ("<|startoftext|>", "<|endoftext|>", self.pad))
        for at in range(0, max(1, len(listed)), 75):
            piece = [(start, 1.0), *listed[at : at + 75], (stop, 1.0)]
            piece += [(pad, 1.0)] * (77 - len(piece))
            yield [token for token, _ in piece], np.array([weight for _, weight in piece])

    def linear(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normal(self, x, name):
        mean, spread = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        x = (x - mean) / np.sqrt(spread + self.config.get("layer_norm_eps", 1e-5))
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def act(self, x):
        if self.config["hidden_act"] == "quick_gelu":
            return x / (1 + np.exp(-1.702 * x))
        return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))

    def attention(self, x, name):
        heads = self.config["num_attention_heads"]
        split = lambda part: self.linear(x, f"{name}.{part}_proj").reshape(len(x), heads, -1).transpose(1, 0, 2)
        q, k, v = (split(part) for part in "qkv")
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        scores = np.where(np.tril(np.ones((len(x), len(x)))) > 0, scores, -np.inf)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = scores / scores.sum(-1, keepdims=True) @ v
        return self.linear(seen.transpose(1, 0, 2).reshape(len(x), -1), f"{name}.out_proj")

    def read(self, tokens):
        """The normalised values of the last layer, and those that go into it."""
        x = self.weights["embeddings.token_embedding.weight"][tokens] + self.weights["embeddings.position_embedding.weight"]
        for layer in range(self.config["num_hidden_layers"]):
            before, name = x, f"encoder.layers.{layer}"
            x = x + self.attention(self.normal(x, f"{name}.layer_norm1"), f"{name}.self_attn")
            wide = self.act(self.linear(self.normal(x, f"{name}.layer_norm2"), f"{name}.mlp.fc1"))
            x = x + self.linear(wide, f"{name}.mlp.fc2")
        return self.normal(x, "final_layer_norm"), before

    def weighted(self, prompt, which):
        """Each piece's values times their weights, and the mean as it was."""
        whole = []
        for tokens, weights in self.pieces(prompt):
            values = self.read(tokens)[which]
            scaled = values * weights[:, None]
            factor = values.mean() / scaled.mean()
            whole.append(scaled * factor if 0.1 <= factor <= 10 else scaled)
        return np.concatenate(whole)


def samples(array, count=48):
    flat = np.asarray(array).reshape(-1)
    step = max(1, len(flat) // count)
    values = [round(float(v), 6) for v in flat[::step][:count]]
    return {"size": len(flat), "step": step, "values": values, "mean": float(flat.mean()), "power": float((flat**2).mean())}


def compare(a, b, path=""):
    if isinstance(a, dict):
        for key in a:
            compare(a[key], b[key], f"{path}/{key}")
    elif isinstance(a, list):
        for at, (x, y) in enumerate(zip(a, b, strict=True)):
            compare(x, y, f"{path}/{at}")
    elif a != b and (isinstance(a, str) or abs(a - b) > 1e-4 * max(1.0, abs(b))):
        sys.exit(f"{path}: {a} where {b} is kept")


def main():
    plain = Encoder("sd").read(KEPT["stages"]["tokens"])[0]
    compare(samples(plain), KEPT["stages"]["text"])
    found = {}
    for name, encoders, which in (("sd", [""], 0), ("sd2", [""], 0), ("sdxl", ["", "_2"], 1)):
        encoders = [Encoder(name, number) for number in encoders]
        found[name] = []
        for prompt in PROMPTS:
            context = np.concatenate([encoder.weighted(prompt, which) for encoder in encoders], axis=1)
            found[name].append({"prompt": prompt, "tokens": len(context), "context": samples(context)})
    path = HERE / "weights.json"
    if "--check" in sys.argv:
        compare(found, json.loads(path.read_text()))
        print("the references of weighted words are as kept")
    else:
        path.write_text(json.dumps(found, separators=(",", ":")) + "\n")
        print(f"{path.stat().st_size} bytes")


main()
