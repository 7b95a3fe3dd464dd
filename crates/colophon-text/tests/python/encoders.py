"""Reference values for the encoders, from PyTorch and transformers.

    encoders.py MODELS            writes tests/data/encoders.json and the tokenizers beside it
    encoders.py MODELS --check    computes them again and compares

MODELS is a model store (all-minilm-l6-v2 and multilingual-e5-small in it). The tiny checkpoints have
weights that a formula gives, so that the Rust test can write the same ones itself.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
)

DATA = Path(__file__).parent.parent / "data"
WORDS = (
    "the a of and to in is it that was for on with he she they cat dog fox sea lamp keeper ship city "
    "river paris france capital lights ##s ##ed ##ing old new red . , ? !"
).split()
SENTENCES = [
    "The lighthouse keeper lights the lamp at dusk.",
    "A keeper of the sea turns on the light.",
    "灯塔照亮了归来的渔船。",
    "Steuererklärungen sind bis Juli abzugeben.",
]
PAIRS = [("is the fox red ?", "the fox was old and red ."), ("the sea", "a ship is in the city"), ("cat", "dog")]


def weight(name: str, count: int) -> np.ndarray:
    """The weights of one tensor: hashes of its name and the place."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    v = np.arange(count, dtype=np.uint64) * 0x9E3779B1 & 0xFFFFFFFF
    v ^= seed
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        v ^= v >> np.uint64(shift)
        v = v * np.uint64(factor) & np.uint64(0xFFFFFFFF)
    w = (v.astype(np.float64) / 2**32 - 0.5) * 0.4
    if "ayer" in name and name.lower().endswith(("layernorm.weight", "layer_norm.weight")):
        w = 1.0 + 0.5 * w
    return w.astype(np.float32)


def fill(model: torch.nn.Module) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(weight(name, parameter.numel())).reshape(parameter.shape))
    model.eval()


def tokenizer(kind: str) -> Tokenizer:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] if kind == "bert" else ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    vocab = {word: i for i, word in enumerate(special + WORDS)}
    unk = special[1] if kind == "bert" else special[3]
    t = Tokenizer(models.WordPiece(vocab, unk_token=unk))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens(special)
    if kind == "bert":
        cls, sep = ("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])
        t.post_processor = processors.BertProcessing(sep, cls)
    else:
        cls, sep = ("<s>", 0), ("</s>", 2)
        t.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> </s> $B:0 </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    return t


SHAPE = dict(
    vocab_size=len(WORDS) + 5,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=40,
)


def tiny() -> dict:
    out = {"words": len(WORDS) + 5}
    for kind in ("bert", "roberta"):
        t = tokenizer(kind)
        fast = PreTrainedTokenizerFast(tokenizer_object=t)
        if kind == "bert":
            config = BertConfig(**SHAPE, type_vocab_size=2, pad_token_id=0)
            masked, judge = BertForMaskedLM, BertForSequenceClassification
        else:
            config = RobertaConfig(**SHAPE, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2)
            masked, judge = RobertaForMaskedLM, RobertaForSequenceClassification
        config._attn_implementation = "eager"
        mask = "[MASK]" if kind == "bert" else "<mask>"
        text = f"the {mask} lights the {mask} in the old city ."
        model = masked(config)
        fill(model)
        ids = fast(text, return_tensors="pt")
        inputs = {"input_ids": ids["input_ids"]}
        with torch.no_grad():
            chances = model(**inputs).logits.softmax(-1)[0]
        gaps = (ids["input_ids"][0] == t.token_to_id(mask)).nonzero().flatten().tolist()
        fills = []
        for gap in gaps:
            best = chances[gap].topk(5)
            fills.append([[int(i), float(p)] for i, p in zip(best.indices, best.values)])
        config.num_labels = 3
        config.id2label = {0: "contradiction", 1: "entailment", 2: "neutral"}
        judged = judge(config)
        fill(judged)
        logits = []
        for a, b in PAIRS:
            pair = t.encode(a, b)
            given = {"input_ids": torch.tensor([pair.ids])}
            if kind == "bert":
                given["token_type_ids"] = torch.tensor([pair.type_ids])
            with torch.no_grad():
                logits.append(judged(**given).logits[0].tolist())
        out[kind] = {"tokenizer": json.loads(t.to_str()), "text": text, "fills": fills, "pairs": PAIRS, "logits": logits}
    return out


def mean(model: BertModel, ids: list) -> list:
    with torch.no_grad():
        states = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
    return (states / states.norm()).tolist()


def minilm(store: Path) -> list:
    folder = store / "all-minilm-l6-v2"
    t = Tokenizer.from_file(str(folder / "tokenizer.json"))
    t.no_padding()
    model = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager").eval()
    return [mean(model, t.encode(s).ids) for s in SENTENCES]


def e5(store: Path) -> list:
    """The packed file read once more, into a BertModel of transformers."""
    data = (store / "multilingual-e5-small" / "e5-small-q4.bin").read_bytes()
    hidden, layers, heads, inner, words, positions, types = struct.unpack_from("<7i", data, 8)
    at = 44
    count, begin, end, _, unknown = struct.unpack_from("<5i", data, at)
    (letters,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    starts = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    pieces = [data[at + a : at + b].decode() for a, b in zip(starts, starts[1:])]
    at += letters
    replaced, size = struct.unpack_from("<iI", data, at)
    at += 8
    table, p = {}, at
    for _ in range(replaced):
        code, n = struct.unpack_from("<IB", data, p)
        table[code] = "".join(map(chr, struct.unpack_from(f"<{n}I", data, p + 5)))
        p += 5 + 4 * n
    at += size
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(entries):
        (n,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + n].decode()
        packed, size, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + n)
        at += 2 + n + 21
        if packed:
            blocks = np.frombuffer(data, np.uint8, size // 32 * 18, offset).reshape(-1, 18)
            scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
            nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
            tensors[name] = (nibbles * scale).reshape(-1)
        else:
            tensors[name] = np.frombuffer(data, "<f4", size, offset)
    config = BertConfig(
        vocab_size=words, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, max_position_embeddings=positions, type_vocab_size=types,
    )
    config._attn_implementation = "eager"
    model = BertModel(config, add_pooling_layer=False).eval()
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = {
        "attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
        "attention.output.dense": "ao", "attention.output.LayerNorm": "aln",
        "intermediate.dense": "fi", "output.dense": "fo", "output.LayerNorm": "oln",
    }
    for layer in range(layers):
        for long, short in parts.items():
            names[f"encoder.layer.{layer}.{long}.weight"] = f"l{layer}.{short}.w"
            names[f"encoder.layer.{layer}.{long}.bias"] = f"l{layer}.{short}.b"
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(tensors[names[name]].copy()).reshape(parameter.shape))
    t = Tokenizer(models.Unigram(list(zip(pieces, map(float, scores))), unknown, False))
    t.pre_tokenizer = pre_tokenizers.Metaspace()

    def ids(sentence: str) -> list:
        text = " ".join("".join(table.get(ord(c), c) for c in sentence).split(" "))
        return [begin, *t.encode("query: " + text).ids, end]

    return [mean(model, ids(s)) for s in SENTENCES]


def main() -> None:
    store = Path(sys.argv[1])
    fresh = {"sentences": SENTENCES, "tiny": tiny(), "minilm": minilm(store), "e5": e5(store)}
    path = DATA / "encoders.json"
    if "--check" not in sys.argv:
        rounded = json.loads(json.dumps(fresh), parse_float=lambda x: round(float(x), 6))
        path.write_text(json.dumps(rounded, ensure_ascii=False, separators=(",", ":")) + "\n")
        return
    kept = json.loads(path.read_text())

    def compare(a, b, where=""):
        if isinstance(a, float) or isinstance(b, float):
            assert abs(a - b) < 1e-4, f"{where}: {a} is not {b}"
        elif isinstance(a, dict):
            assert a.keys() == b.keys(), where
            for key in a:
                compare(a[key], b[key], f"{where}/{key}")
        elif isinstance(a, (list, tuple)):
            assert len(a) == len(b), where
            for i, (x, y) in enumerate(zip(a, b)):
                compare(x, y, f"{where}/{i}")
        else:
            assert a == b, f"{where}: {a} is not {b}"

    compare(fresh, kept)
    print("the reference values are those of transformers")


if __name__ == "__main__":
    main()
