"""Compares an encoder's folder as this library reads it with what Python's transformers makes of it.

    node --conditions=@scalearn/source packages/pretrain/scripts/dump-encoder.ts FOLDER > dump.json
    python scripts/check-encoder.py FOLDER dump.json

Token ids must be equal, hidden states and masked-language-modelling logits within 1e-3. Needs torch and transformers.
"""

import json
import sys

import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

TOLERANCE = 1e-3

folder, dump_path = sys.argv[1:3]
with open(dump_path, encoding="utf-8") as file:
    dump = json.load(file)

tokenizer = AutoTokenizer.from_pretrained(folder)
wrong_ids = 0
for texts, (input_ids, token_type_ids) in zip(dump["texts"], dump["ids"]):
    encoding = tokenizer(*texts, return_token_type_ids=True)
    same = encoding["input_ids"] == input_ids and encoding["token_type_ids"] == token_type_ids
    if not same and wrong_ids < 5:
        print(f"{texts}: {encoding['input_ids']}, not {input_ids}")
    wrong_ids += not same
print(f"token ids: {len(dump['texts']) - wrong_ids} of {len(dump['texts'])} texts agree")

model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
differences = {"last": 0.0, "logits": 0.0}
for result in dump["results"]:
    input_ids, token_type_ids = dump["ids"][result["row"]]
    inputs = {"input_ids": torch.tensor([input_ids])}
    if model.config.type_vocab_size > 1:
        inputs["token_type_ids"] = torch.tensor([token_type_ids])
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    expected = {"last": output.hidden_states[-1], "logits": output.logits}
    for name, values in result["values"].items():
        difference = expected[name].flatten() - torch.tensor(values)
        differences[name] = max(differences[name], difference.abs().max().item())
print(f"largest difference: hidden states {differences['last']:.2e}, logits {differences['logits']:.2e}")
sys.exit(0 if wrong_ids == 0 and max(differences.values()) < TOLERANCE else 1)
