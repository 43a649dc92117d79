"""Writes src/tokenizer/unicode-tables.ts: sets of characters as the Rust library `tokenizers` 0.22 has them.

    python scripts/unicode-tables.py > src/tokenizer/unicode-tables.ts

Its crates keep tables of Unicode 8 and 9. What JavaScript says of `\\p{P}` or `\\p{M}` is another set, and a different one
in every engine. Needs Node 24 or later.
"""
import json
import subprocess

from tokenizers import normalizers as N, pre_tokenizers as P

characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]


def escaped(character):
    code = ord(character)
    return f"\\\\u{code:04x}" if code < 0x10000 else f"\\\\u{{{code:x}}}"


def ranges(chosen):
    result = []
    for character in chosen:
        if result and ord(result[-1][1]) + 1 == ord(character):
            result[-1][1] = character
        else:
            result.append([character, character])
    parts = [escaped(first) if first == last else f"{escaped(first)}-{escaped(last)}" for first, last in result]
    lines, line = [], ""
    for part in parts:
        if len(line) + len(part) > 100:
            lines.append(line)
            line = ""
        line += part
    return " +\n  ".join(f"'{line}'" for line in [*lines, line])


def removed_by(normalizer):
    return [c for c in characters if normalizer.normalize_str(f"a{c}b") == "ab"]


NODE = r"""
const found = {};
for (let code = 0; code < 0x110000; code++) {
  if (code >= 0xd800 && code <= 0xdfff) continue;
  const c = String.fromCodePoint(code);
  if (!/\p{M}/u.test(c) && c.normalize('NFKD') === c) continue;
  const probes = [c, `a\u0315${c}b`, `a${c}\u0334b`, `a${c}\u0301b`, `a\u0301${c}\u0316b`];
  found[code] = ['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) => probes.map((probe) => [probe, probe.normalize(form)]));
}
console.log(JSON.stringify(found));
"""


def normalized_since():
    """Characters that Node's newer Unicode decomposes or reorders in another way than the crate."""
    forms = [N.NFC(), N.NFD(), N.NFKC(), N.NFKD()]
    found = json.loads(subprocess.run(["node", "-e", NODE], check=True, capture_output=True).stdout)
    differs = lambda results: any(
        normalizer.normalize_str(probe) != result for normalizer, pairs in zip(forms, results) for probe, result in pairs
    )
    return [chr(int(code)) for code, results in found.items() if differs(results)]


tables = {
    "CONTROLS": ("Control, format and private-use characters (`BertNormalizer`).", removed_by(N.BertNormalizer(True, False, False, False))),
    "NONSPACING_MARKS": ("Nonspacing marks (`BertNormalizer`).", removed_by(N.BertNormalizer(False, False, True, False))),
    "COMBINING_MARKS": ("Combining marks (`StripAccents`).", removed_by(N.StripAccents())),
    "NORMALIZED_SINCE": ("Characters that only later Unicode decomposes or reorders (`NFC`, `NFD`, `NFKC`, `NFKD`).", normalized_since()),
    "PUNCTUATION": ("Punctuation (`BertPreTokenizer`, `Punctuation`).", [c for c in characters if len(P.Punctuation().pre_tokenize_str(f"a{c}b")) == 3]),
}
print("// Written by scripts/unicode-tables.py. Each is the inside of a class of a regular expression with flag u.")
for name, (comment, chosen) in tables.items():
    print(f"\n/** {comment} */\nexport const {name}: string =\n  {ranges(chosen)};")
