"""What single components of the Rust library `tokenizers` give: python components.py > components.json"""
import json

from tokenizers import Regex, normalizers as N, pre_tokenizers as P

texts = [
    "Hello, World!", "  lead and  trail ", "né É e\u0301 ñ ǰ Å", "İI ΑΣ ς ẞß ǅ", "a\tb\r\nc\u0085d\u2028e\u00a0f\u3000g", "\ufeffA\u200bB\u200dC\u00adD\0E\x07F\x7f",
    "中文 日本語 한국어 𠀀 🙂👩‍👩‍👧", "ﬁ Ａ① ½ ² ㌔ ˆ ︙", "don't I'LL they've 'x", "12,345.67 ٣٤ Ⅷ x2y", "foo_bar--baz ...!? $5<^`|~", "▁a ▁▁b_c", "aaa aa a", "x\n\ny\n", " ", "\n", "\u0301a", "\u07fdb \u0897c", "ing king-ing",
]
bert = lambda *options: N.BertNormalizer(*options)
normalizers = {
    "BertNormalizer, everything": bert(True, True, None, True),
    "BertNormalizer, only cleaning": bert(True, False, False, False),
    "BertNormalizer, only Chinese characters": bert(False, True, False, False),
    "BertNormalizer, only accents": bert(False, False, True, False),
    "BertNormalizer, only lower case": bert(False, False, False, True),
    "NFC": N.NFC(), "NFD": N.NFD(), "NFKC": N.NFKC(), "NFKD": N.NFKD(), "Lowercase": N.Lowercase(), "StripAccents": N.StripAccents(), "Nmt": N.Nmt(),
    "Strip": N.Strip(), "Strip, left": N.Strip(left=True, right=False), "Strip, right": N.Strip(left=False, right=True),
    "Prepend": N.Prepend("▁"), "ByteLevel": N.ByteLevel(),
    "Replace of a text": N.Replace("a", "bc"), "Replace of a text that is no pattern": N.Replace(".", "$&"), "Replace of a pattern": N.Replace(Regex(r"\s+"), " "),
    "Sequence in a Sequence": N.Sequence([N.NFD(), N.Sequence([N.StripAccents(), N.Lowercase()]), N.Sequence([])]),
}
behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
gpt2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
cl100k = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
o200k = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
deepseek = r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
regexes = [
    gpt2, cl100k, o200k, deepseek, r"\w+|[^\w\s]+", r"\W", r"[^\w]", r"\b", r"\B", r"^", r"$", r"\A.", r".\z", r".\Z", r"a*", r"|a", r"a{2}", r"a{,2}", r"a{2,}", r"a+?", r"a++a", r"a?+a", r"(?>aa|a)a", r"(?<=a)b|(?<=bc|o)d",
    r"(?<!\w)ing", r"a(?=a)", r"a(?!a)", r"(?i)i|k", r"(?m:.)", r"(?:ab|cd)+", r"(x)(2)", r"(?<name>y)", r"[a-c&&[^b]]", r"[^a-z&&^x]", r"[[:punct:]]+", r"[[:^alpha:]]", r"[[:space:]]", r"\h", r"\R", r"\p{Han}+", r"\p{^L}", r"\P{L}+",
    r"\x{e9}|\u4e2d", r"[]a]", r"[a-]", r"(?#note)a", r"\p{Lu}\p{Ll}*", r"\.", r"{", r"a{", r"[\]\\\-]",
]
pre_tokenizers = {
    "BertPreTokenizer": P.BertPreTokenizer(), "Whitespace": P.Whitespace(), "WhitespaceSplit": P.WhitespaceSplit(),
    "Digits": P.Digits(False), "Digits, one by one": P.Digits(True), "CharDelimiterSplit": P.CharDelimiterSplit("a"),
    "FixedLength": P.FixedLength(3), "ByteLevel": P.ByteLevel(False), "ByteLevel with a blank before": P.ByteLevel(True), "ByteLevel in one piece": P.ByteLevel(True, use_regex=False),
    **{f"Punctuation, {behavior}": P.Punctuation(behavior) for behavior in behaviors},
    **{f"Metaspace, {scheme}, split {split}": P.Metaspace("▁", scheme, split) for scheme in ["always", "first", "never"] for split in [True, False]},
    **{f"Split at a text, {behavior}, invert {invert}": P.Split("a", behavior, invert) for behavior in behaviors for invert in [False, True]},
    **{f"Split at a pattern, {behavior}, invert {invert}": P.Split(Regex(r"\s+"), behavior, invert) for behavior in behaviors for invert in [False, True]},
    "Split at nothing": P.Split("", "isolated"),
    **{f"pattern {regex}": P.Split(Regex(regex), "isolated") for regex in regexes},
    "Metaspace first behind a step that removes the first character": P.Sequence([P.WhitespaceSplit(), P.Metaspace("▁", "first")]),
    "Sequence in a Sequence": P.Sequence([P.Whitespace(), P.Sequence([P.Digits(True), P.Punctuation()])]),
}


def config(component):
    return json.loads(component.__getstate__())


print(json.dumps({
    "texts": texts,
    "normalizers": [{"name": name, "config": config(n), "results": [n.normalize_str(text) for text in texts]} for name, n in normalizers.items()],
    "preTokenizers": [{"name": name, "config": config(p), "results": [[piece for piece, _ in p.pre_tokenize_str(text)] for text in texts]} for name, p in pre_tokenizers.items()],
}, ensure_ascii=False, indent=0))
