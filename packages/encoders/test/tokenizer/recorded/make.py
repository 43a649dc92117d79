"""Small tokenizers drawn from all options of tokenizer.json, with ids from the Rust library `tokenizers`.

    python make.py FILE SEED [COUNT [LARGEST [TOKENIZER]]]

LARGEST is the length of a line at most; TOKENIZER a tokenizer.json with a `Precompiled` normalizer to be used as well.

One line a tokenizer: its file, and rows of text, ids, ids without special tokens, and, where there is a second text,
that text with the ids and the token types of the pair.
"""
import json
import random
import sys

from tokenizers import Regex, Tokenizer, models, normalizers as N, pre_tokenizers as P, trainers as R

out, seed = sys.argv[1], int(sys.argv[2])
count = int(sys.argv[3]) if len(sys.argv) > 3 else 100
largest = int(sys.argv[4]) if len(sys.argv) > 4 else 10**9
charsmap = json.load(open(sys.argv[5]))["normalizer"]["precompiled_charsmap"] if len(sys.argv) > 5 else None
rng = random.Random(seed)
pick = rng.choice
maybe = lambda p=0.5: rng.random() < p

corpus = [
    "The quick brown fox jumps over the lazy dog", "Sphinx of black quartz, judge my vow!",
    "né à l'été, où ça? Naïve café", "да нет, наверное", "日本語 テスト です", "don't can't won't it's I'll",
    "1 22 333 4444 3.14 1,000", "foo_bar-baz/qux x=y", "ing king sing singing rings", "hello world hello there",
    "A B C AB ABC", "x" * 12, "\n\nline one\nline two\r\n", "▁already▁ here", "<s> </s> <mask>", "🙂 🙂🙂 👩‍👩‍👧",
] * 3
texts = [
    "sing ing ringing", "né! да!", "aé ü 日本", "  lead  and   trail ", "a\tb\nc\r\nd\n", "it's I'LL 12,345.67%",
    "foo_bar--baz..!", "e\u0301te\u0301 vs été q\u0323\u0307", "zero\u200bwidth\u200djoin", "👩‍👩‍👧 ok 🙂🙂",
    "<mask> and [MASK] <s>x</s>  <mask>  ", "İstanbul ẞtraße ﬁne ſs", "A\u00a0B\u2003C\u3000D\u0085E", "\ufeffbom",
    "x" * 40, "", " ", "  ", "\n", "مرحبا بالعالم", "ab" * 15 + " ing", "Ａｂｃ １２３ ﾊﾝｶｸ", "nul\0byte\x01\x7f\x9f", "\ufffd?",
    "ΑΣ ΣΑΣ ςσ", "foo foofoo Foo FOO", "king-ing,ing_ing ing1", "▁▁x ▁ y", "½ ² ⅷ ٣ 〇", "한국어 가각", "\u0301a", "a\u0300\u0345b",
    "été ÉTÉ e\u0301t\u00e9", "abc\u2028def\u2029ghi", "  ing  ing", "中文字符x𠀀𫜴", "$5+3=8<9^`|~", "hello\u00adworld", "①②㌔", " a", "a ",
]


alphabet = list("aabbexyingTheIN  \t\n\r.,'-_!$1234") + ["é", "e\u0301", "ß", "Σ", "ς", "日", "本", "🙂", "\u200d", "\u00a0", "\u0085", "▁", "Ａ", "ﬁ", "½", "²", "ing", "foo", "été", "<s>", "\0", "\ufeff", "\ufffd", "ע", "한", "\u0323", "Ⅷ", "<0x41>", "##a"]


def random_text():
    return "".join(pick(alphabet) for _ in range(rng.randrange(1, 25)))


def normalizer(depth=0):
    kind = pick(["bert", "strip", "accents", "nfc", "nfd", "nfkc", "nfkd", "lower", "nmt", "replace", "regex", "prepend", "bytes", "sequence", "sequence", *(["precompiled"] * 3 if charsmap else [])])
    if kind == "bert":
        return {"type": "BertNormalizer", "clean_text": maybe(), "handle_chinese_chars": maybe(), "strip_accents": pick([None, True, False]), "lowercase": maybe()}
    if kind == "strip":
        return {"type": "Strip", "strip_left": maybe(), "strip_right": maybe()}
    if kind == "accents":
        return {"type": "StripAccents"}
    if kind in ("nfc", "nfd", "nfkc", "nfkd"):
        return {"type": kind.upper()}
    if kind == "lower":
        return {"type": "Lowercase"}
    if kind == "nmt":
        return {"type": "Nmt"}
    if kind == "replace":
        return {"type": "Replace", "pattern": {"String": pick([" ", "ing", "é", "a", "  ", "``", "▁"])}, "content": pick(["▁", "", "X", "ing ", "é"])}
    if kind == "regex":
        return {"type": "Replace", "pattern": {"Regex": pick([r" {2,}", r"\s+", r"[aeiou]", r"(\d)+", r"ing\b", r"^\s", r"[^\w\s]", r"\p{P}+", r"(?i)ING", r".$", r"[\r\n]+"])}, "content": pick([" ", "", "_", "ab"])}
    if kind == "prepend":
        return {"type": "Prepend", "prepend": pick(["▁", " ", "ab", "é"])}
    if kind == "bytes":
        return {"type": "ByteLevel"} if maybe(0.3) else {"type": "Lowercase"}
    if kind == "precompiled":
        return {"type": "Precompiled", "precompiled_charsmap": charsmap}
    return {"type": "Sequence", "normalizers": [normalizer(depth + 1) for _ in range(rng.randrange(4 if depth < 2 else 1))]}


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
O200K = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
REGEXES = [
    GPT2, CL100K, QWEN, O200K, r"\s", r"\s+", r"\w+|[^\w\s]+", r"[[:punct:]]", r"\d{1,3}(?=(?:\d{3})*\b)", r"[一-龥]+", r"(?<=\p{L})(?=\p{N})", r"\b",
    r"(?<!\w)ing", r"a*", r"x{2,3}", r"x{3}", r"x+?", r"x++x", r"(?>x|xx)x", r"[a-z&&[^aeiou]]+", r"(?i)foo|king", r"\R", r"^.|.$", r"\A.|.\z", r"[^\n]+", r".+", r"\p{Han}|\p{Hiragana}+",
    r"[\p{L}\p{M}]+", r"\P{L}", r"\p{^L}+", r"\h+", r"\x{e9}|\u00fc", r"(foo)|(bar)", r"(?<name>ing)", r"(?m:a.b)", r"\S+\s?", r"\W", r"[\W_]+", r"[^\W]", r"|a", r"\d|\D{2}", r"(?:ab)+", r"[.!?]+(?=\s|$)", r"\Z",
]


def pre_tokenizer(depth=0):
    kind = pick(["bert", "bytes", "delimiter", "digits", "fixed", "metaspace", "metaspace", "punctuation", "split", "split", "string", "whitespace", "words", "words", "sequence", "sequence", "sequence"])
    if kind == "bert":
        return {"type": "BertPreTokenizer"}
    if kind == "bytes":
        return {"type": "ByteLevel", "add_prefix_space": maybe(), "trim_offsets": maybe(), "use_regex": maybe(0.7)}
    if kind == "delimiter":
        return {"type": "CharDelimiterSplit", "delimiter": pick([" ", "-", "é", "🙂", "x"])}
    if kind == "digits":
        return {"type": "Digits", "individual_digits": maybe()}
    if kind == "fixed":
        return {"type": "FixedLength", "length": pick([1, 2, 5])}
    if kind == "metaspace":
        split = {} if maybe(0.3) else {"split": maybe(0.7)}
        return {"type": "Metaspace", "replacement": pick(["▁", "▁", "_", "🙂"]), "prepend_scheme": pick(["always", "first", "first", "never"]), **split}
    if kind == "punctuation":
        return {"type": "Punctuation", "behavior": pick(BEHAVIORS)}
    if kind == "split":
        return {"type": "Split", "pattern": {"Regex": pick(REGEXES)}, "behavior": pick(BEHAVIORS), "invert": maybe(0.3)}
    if kind == "string":
        return {"type": "Split", "pattern": {"String": pick([" ", "o", "ing", "é", "", ".", "  "])}, "behavior": pick(BEHAVIORS), "invert": maybe(0.3)}
    if kind == "whitespace":
        return {"type": "Whitespace"}
    if kind == "words":
        return {"type": "WhitespaceSplit"}
    return {"type": "Sequence", "pretokenizers": [pre_tokenizer(depth + 1) for _ in range(1 + rng.randrange(3 if depth < 2 else 1))]}


def train(norm, pre):
    special = ["[UNK]", "<s>", "</s>", "<mask>"]
    kind = pick(["wp", "bpe", "bpe", "bpe", "uni", "uni", "wl"])
    limit = rng.randrange(120, 260)
    if kind == "wp":
        model = models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=pick([100, 20, 5, 1]), continuing_subword_prefix=pick(["##", "@@", "", "é"]))
        trainer = R.WordPieceTrainer(vocab_size=limit, special_tokens=special, show_progress=False)
    elif kind == "bpe":
        options = {}
        if maybe(0.3): options["continuing_subword_prefix"] = pick(["##", "é", "@"])
        if maybe(0.3): options["end_of_word_suffix"] = pick(["</w>", "é", "_"])
        some = maybe(0.4)
        if some: special += [f"<0x{b:02X}>" for b in range(256)]
        model = models.BPE(unk_token="[UNK]", fuse_unk=maybe(), byte_fallback=some, **options)
        trainer = R.BpeTrainer(vocab_size=limit + 256 * some, special_tokens=special, show_progress=False, limit_alphabet=pick([20, 60, 200]), **options)
    elif kind == "uni":
        model, trainer = models.Unigram(), R.UnigramTrainer(vocab_size=limit, special_tokens=special, unk_token="[UNK]", show_progress=False)
    else:
        model, trainer = models.WordLevel(unk_token="[UNK]"), R.WordLevelTrainer(vocab_size=limit, special_tokens=special, show_progress=False)
    base = Tokenizer(model)
    file = json.loads(base.to_str())
    file["normalizer"], file["pre_tokenizer"] = norm, pre
    base = Tokenizer.from_str(json.dumps(file))
    base.train_from_iterator(corpus, trainer)
    file = json.loads(base.to_str())
    model = file["model"]
    if kind == "bpe":
        if maybe(0.3): model["ignore_merges"] = True
        if maybe(0.2): model["unk_token"] = None
        if maybe(0.1): model["dropout"] = pick([0.0, None])
        if maybe(0.3) and not any(" " in part for merge in model["merges"] for part in merge):
            model["merges"] = [" ".join(merge) for merge in model["merges"]]
        if maybe(0.2): rng.shuffle(model["merges"])
    if kind == "uni":
        if maybe(0.4):
            have = {piece for piece, _ in model["vocab"]}
            model["vocab"] += [[f"<0x{b:02X}>", -20.0] for b in range(256) if f"<0x{b:02X}>" not in have][: pick([256, 256, 100])]
            model["byte_fallback"] = True
        if maybe(0.15): model["unk_id"] = None
    return file


def added(file):
    vocabulary = file["model"]["vocab"]
    size = len(vocabulary)
    contents = rng.sample(["ing", "été", "foo", "KING", " the", "x", "日本", "🙂", "foofoo", "<mask>", "<s>", "a b", "Foo", "e\u0301t", "it's", "-", "hello", "ing ", "xx", "ΣΑ", " ", "▁", "\n", "é"], rng.randrange(7))
    tokens = [token for token in file["added_tokens"]]
    for content in contents:
        if maybe(0.1): content = content.upper()
        tokens.append({"id": size + len(tokens), "content": content, "single_word": maybe(0.4), "lstrip": maybe(0.3), "rstrip": maybe(0.3), "normalized": maybe(), "special": maybe(0.3)})
    if tokens and maybe(0.15): tokens.append({**pick(tokens), "normalized": maybe(), "special": maybe(), "lstrip": maybe()})
    if maybe(0.2): rng.shuffle(tokens)
    return tokens


def post_processor(file):
    vocabulary = file["model"]["vocab"]
    id_of = lambda token: next(i for i, entry in enumerate(vocabulary) if entry[0] == token) if isinstance(vocabulary, list) else vocabulary[token]
    begin, end = id_of("<s>"), id_of("</s>")
    token = lambda name, type_id=0: {"SpecialToken": {"id": name, "type_id": type_id}}
    text = lambda name, type_id=0: {"Sequence": {"id": name, "type_id": type_id}}
    special = {"<s>": {"id": "<s>", "ids": [begin], "tokens": ["<s>"]}, "both": {"id": "both", "ids": [end, begin], "tokens": ["</s>", "<s>"]}}
    kind = pick(["none", "bert", "roberta", "bytes", "template", "template", "sequence"])
    if kind == "none":
        return None
    if kind == "bert":
        return {"type": "BertProcessing", "sep": ["</s>", end], "cls": ["<s>", begin]}
    if kind == "roberta":
        return {"type": "RobertaProcessing", "sep": ["</s>", end], "cls": ["<s>", begin], "trim_offsets": maybe(), "add_prefix_space": maybe()}
    bytes_ = {"type": "ByteLevel", "add_prefix_space": maybe(), "trim_offsets": maybe(), "use_regex": maybe()}
    if kind == "bytes":
        return bytes_
    template = {
        "type": "TemplateProcessing",
        "single": pick([[token("<s>"), text("A")], [text("A"), token("both", 1)], [text("A", 1), text("A", 0)], [text("A")]]),
        "pair": pick([[token("<s>"), text("A"), token("both"), text("B", 1), token("<s>", 1)], [text("B"), text("A", 2)], [text("A"), text("B", 1)]]),
        "special_tokens": special,
    }
    return template if kind == "template" else {"type": "Sequence", "processors": pick([[bytes_, template], [template, bytes_], [template], []])}


def record(tokenizer):
    rows = []
    for text in texts + [random_text() for _ in range(12)]:
        try:
            row = [text, tokenizer.encode(text).ids, tokenizer.encode(text, add_special_tokens=False).ids]
            if maybe(0.4):
                pair = pick(texts)
                both = tokenizer.encode(text, pair)
                row += [pair, both.ids, both.type_ids]
            rows.append(row)
        except BaseException:
            pass  # the Rust library cannot encode it
    return rows


made = 0
with open(out, "w") as lines:
    while made < count:
        norm = normalizer() if maybe(0.7) else None
        pre = pre_tokenizer() if maybe(0.9) else None
        try:
            file = train(norm, pre)
            file["added_tokens"] = added(file)
            file["post_processor"] = post_processor(file)
            tokenizer = Tokenizer.from_str(json.dumps(file))
        except BaseException:
            continue  # the Rust library refuses it
        rows = record(tokenizer)
        if not rows:
            continue
        line = json.dumps({"name": f"{seed}-{made}", "tokenizer": file, "rows": rows}, ensure_ascii=False, separators=(",", ":"))
        if len(line) > largest:
            continue
        lines.write(line + "\n")
        made += 1
