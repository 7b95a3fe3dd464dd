"""Fails when a dependency has a licence that deny.toml does not allow. Reads `cargo metadata`."""

import json
import re
import sys
import tomllib

with open("deny.toml", "rb") as f:
    deny = tomllib.load(f)["licenses"]
allowed = set(deny["allow"])
exceptions = {e["crate"]: set(e["allow"]) for e in deny.get("exceptions", [])}
clarified = {c["crate"]: c["expression"] for c in deny.get("clarify", [])}


def fits(expression, ok):
    """Whether an SPDX expression can be satisfied by the licences in `ok`."""
    expression = expression.replace("/", " OR ")
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    source = []
    i = 0
    while i < len(words):
        word = words[i]
        if word in ("(", ")"):
            source.append(word)
        elif word in ("OR", "AND"):
            source.append(word.lower())
        else:
            if i + 2 < len(words) and words[i + 1] == "WITH":
                word = f"{word} WITH {words[i + 2]}"
                i += 2
            source.append(str(word in ok))
        i += 1
    return eval(" ".join(source), {"__builtins__": {}})  # only True, False, and, or, brackets


bad = []
packages = json.load(sys.stdin)["packages"]
for package in packages:
    if package["source"] is None:
        continue
    licence = package.get("license") or clarified.get(package["name"])
    ok = allowed | exceptions.get(package["name"], set())
    if not licence or not fits(licence, ok):
        bad.append(f"{package['name']} {package['version']}: {licence or 'no licence stated'}")
for line in bad:
    print(f"licence not allowed: {line}", file=sys.stderr)
print(f"licences: {len(packages)} packages, {len(bad)} not allowed")
sys.exit(1 if bad else 0)
