"""Trains small SentencePiece models and records the tokenizers that transformers makes of them.

Usage: python sentencepiece.py FOLDER. Needs sentencepiece 0.2, protobuf and transformers 4.57.
A table of replacements of its own keeps the models small: that of nmt_nfkc has 240 kB.
"""
import json, os, random, sys
import sentencepiece as spm
from transformers import DebertaV2TokenizerFast, XLMRobertaTokenizerFast

out = sys.argv[1]
corpus = [
    "the cat sat on the mat and it was good", "Hello world! This is a test of the tokenizer.",
    "a film that is very good, and a film that is bad", "caf\u00e9 na\u00efve \u00fcber stra\u00dfe",
    "\u4e2d\u6587\u5b57\u7b26 \u6d4b\u8bd5", "emoji \U0001f600 \U0001f44d\U0001f3fd test", "numbers 123 456 and 3.14",
] * 8
table = {"\ufb01": "fi", "\u2460": "1", "A\u0301": "\u00c1", "\u00a0": " ", "\t": " ", "\n": " ", "\u200b": "", "\uff21": "A"}
deberta = dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]")
mask = {"__type": "AddedToken", "content": "[MASK]", "lstrip": True, "rstrip": False, "normalized": True, "single_word": False}
word = {"content": "word", "lstrip": False, "rstrip": False, "normalized": True, "single_word": True, "special": False}
cases = {
    "identity": ("deberta-v2", dict(deberta, normalization_rule_name="identity"), {"do_lower_case": False, "vocab_type": "spm"}, {}),
    "table": ("deberta-v2", dict(deberta, table=True), {"do_lower_case": True, "split_by_punct": True, "sp_model_kwargs": {}}, {}),
    "symbols": ("deberta-v2", dict(deberta, table=True, user_defined_symbols=["[MASK]", "good film", "<x>"], control_symbols=["<ctl>"]), {}, {"mask_token": "[MASK]", "additional_special_tokens": ["<x>", "<new>"]}),
    "bytes": ("deberta-v2", dict(deberta, vocab_size=400, byte_fallback=True, normalization_rule_name="identity"), {"mask_token": mask}, {}),
    "added": ("deberta-v2", dict(deberta, normalization_rule_name="identity"), {"added_tokens_decoder": {"next": {key: value for key, value in mask.items() if key != "__type"} | {"special": True}, "second": word}}, {}),
    "foreign": ("deberta-v2", dict(normalization_rule_name="identity"), {}, {}),
    "xlm-roberta": ("xlm-roberta", dict(table=True, user_defined_symbols=["<x>"]), {}, {}),
}
texts = [
    "", " ", "  two  spaces   here ", "tab\there\tand\nnew\r\nline", "\x00nul\x01\x02ctl\x7f", "\ufb01ne \ufb02ow \u2460 \uff21\uff22",
    "\U0001f600\U0001f44d\U0001f3fd ok", "a\u200db \u200b zero", "[CLS] x [SEP] y [MASK] z [PAD] [UNK]", "text[MASK]text",
    "<s> a </s> <mask> <unk> <pad>", "good film good  film <x><new><ctl>", "Hello, WORLD!!! (what?) -- it's", "A\u0301e\u0301 cafe\u0301",
    "\u4e2d\u6587\u6df7\u5408English\u6587\u672c", "\u2581already\u2581meta \u2581", "<0x41><0x0A>", "\u0130stanbul \u1e9e", "\u00a0nbsp\u3000\u2028ls\u0085nel",
    "word wordy aword", "$1.50 + 2 = 3^4", "\uac00\ub098\ub2e4 \u1112\u1161\u11ab", "\u00ad soft\u00adhyphen \ufeffbom",
]
draw = random.Random(7)
alphabet = [c for text in corpus[:7] + texts for c in text] + [" "] * 60
texts += ["".join(draw.choice(alphabet) for _ in range(draw.randint(1, 24))) for _ in range(40)]
os.makedirs(out, exist_ok=True)
with open(f"{out}/corpus.txt", "w") as file:
    file.write("\n".join(corpus))
with open(f"{out}/table.tsv", "w") as file:
    for source, target in table.items():
        file.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
for name, (kind, options, config, special) in cases.items():
    folder = f"{out}/{name}"
    os.makedirs(folder, exist_ok=True)
    if options.pop("table", False):
        options["normalization_rule_tsv"] = f"{out}/table.tsv"
    common = dict(input=f"{out}/corpus.txt", model_prefix=f"{folder}/m", model_type="unigram", hard_vocab_limit=False)
    spm.SentencePieceTrainer.train(**common, **{"vocab_size": 120, "minloglevel": 2, "num_threads": 1, **options})
    os.remove(f"{folder}/m.vocab")
    file = f"{folder}/{'spm.model' if kind == 'deberta-v2' else 'sentencepiece.bpe.model'}"
    model = open(f"{folder}/m.model", "rb").read().replace(out.encode(), b"." * len(out))
    os.remove(f"{folder}/m.model")
    open(file, "wb").write(model)
    size = spm.SentencePieceProcessor(model_file=file).get_piece_size()
    if "added_tokens_decoder" in config:
        config["added_tokens_decoder"] = dict(zip([str(size), str(size + 1)], config["added_tokens_decoder"].values()))
    for each, content in {"config.json": {"model_type": kind}, "tokenizer_config.json": config, "special_tokens_map.json": special}.items():
        with open(f"{folder}/{each}", "w") as stream:
            stream.write(json.dumps(content) + "\n")
    python_class = DebertaV2TokenizerFast if kind == "deberta-v2" else XLMRobertaTokenizerFast
    fast = python_class.from_pretrained(folder)
    lines = []
    for i, text in enumerate(texts):
        pair = texts[(i * 7 + 3) % len(texts)] if i % 3 == 0 else None
        lines.append([text, pair, fast(text, pair)["input_ids"] if pair is not None else fast(text)["input_ids"]])
    tokenizer = json.loads(fast.backend_tokenizer.to_str())
    with open(f"{folder}/recorded.jsonl", "w") as stream:
        for line in [tokenizer, *lines]:
            stream.write(json.dumps(line, separators=(",", ":")) + "\n")
os.remove(f"{out}/corpus.txt")
os.remove(f"{out}/table.tsv")
