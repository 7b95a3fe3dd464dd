#!/usr/bin/env python3
"""Test vectors for the text watermark, by an independent implementation in plain Python.

    vectors.py > crates/colophon-text/tests/data/watermark-vectors.json

Python's integers have no bound, so 64-bit wrapping is done by hand. Source: Dathathri et al.,
"Scalable watermarking for identifying large language model outputs", Nature 634 (2024); the hash
parameters and the tournament update are those of the published reference code.
"""

import hashlib
import json
import random
import struct

MULTIPLIER, BITS = 6364136223846793005, 64


def wrap(x):
    x &= (1 << BITS) - 1
    return x - (1 << BITS) if x >> (BITS - 1) else x


def accumulate(h, data):
    for x in data:
        h = wrap(wrap(wrap(h + x) * MULTIPLIER) + 1)
    return h


def start(keys):
    digest = hashlib.sha256(b"".join(struct.pack("<q", k) for k in keys)).digest()
    return int.from_bytes(digest, "big") % (2**63 - 1)


def g_value(h):
    for _ in range(12):
        h = accumulate(h, [1]) >> 5  # arithmetic, as for a signed integer
    return (h >> 30) % 2


def g_values(keys, context, token):
    h = accumulate(start(keys), list(context) + [token])
    return [g_value(accumulate(h, [k])) for k in keys]


def tournament(keys, context, ids, probabilities):
    p = list(probabilities)
    rows = [g_values(keys, context, i) for i in ids]
    for layer in range(len(keys)):
        mass = sum(row[layer] * q for row, q in zip(rows, p))
        p = [q * (1 + row[layer] - mass) for row, q in zip(rows, p)]
    return p


def scores(keys, tokens, history=1024):
    seen, rows = [], []
    for at in range(4, len(tokens)):
        context = tuple(tokens[at - 4:at])
        if context not in seen[-history:]:
            rows.append(g_values(keys, context, tokens[at]))
        seen.append(context)
    depth = len(keys)
    weights = [10 - 9 * i / (depth - 1) for i in range(depth)]
    total = sum(weights)
    weights = [w * depth / total for w in weights]
    n = len(rows) * depth
    return {
        "scored": len(rows),
        "mean": sum(map(sum, rows)) / n,
        "weighted_mean": sum(sum(w * g for w, g in zip(weights, row)) for row in rows) / n,
    }


def main():
    dice = random.Random(20260228)
    cases = []
    for kind in range(3):
        if kind == 0:
            keys = [dice.randrange(1, 1000) for _ in range(30)]
        else:
            keys = [dice.randrange(-(2**63), 2**63) for _ in range(30)]
        bits = []
        for _ in range(20):
            context = [dice.randrange(0, 151936) for _ in range(4)]
            token = dice.choice([0, 1, 151935, 2**31 - 1, dice.randrange(0, 151936)])
            bits.append({"context": context, "token": token, "g": g_values(keys, context, token)})
        # The start of a text: missing tokens are 0.
        bits.append({"context": [7], "token": 9, "g": g_values(keys, [0, 0, 0, 7], 9)})
        draws = []
        for _ in range(4):
            context = [dice.randrange(0, 151936) for _ in range(4)]
            ids = dice.sample(range(151936), 24)
            raw = [dice.random() ** 3 for _ in ids]
            probabilities = [r / sum(raw) for r in raw]
            draws.append({
                "context": context,
                "ids": ids,
                "before": probabilities,
                "after": tournament(keys, context, ids, probabilities),
            })
        tokens = [dice.randrange(0, 300) for _ in range(150)]
        tokens = tokens + tokens[20:60] + [dice.randrange(0, 300) for _ in range(60)]
        cases.append({
            "keys": keys,
            "start": start(keys),
            "bits": bits,
            "draws": draws,
            "tokens": tokens,
            "scores": scores(keys, tokens),
        })
    print(json.dumps(cases))


if __name__ == "__main__":
    main()
