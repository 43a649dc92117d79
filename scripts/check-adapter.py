"""Compares a trained model as this library runs it with what Python's `adapters` makes of it, merged.

    scalearn merge --model MODEL --out MERGED
    node --conditions=@scalearn/source packages/encoders/scripts/dump-adapter.ts ENCODER MODEL > dump.json
    python scripts/check-adapter.py ENCODER MERGED dump.json

MERGED is loaded by a plain `load_adapter`, which reads the torch files, and run in float64. Hidden states and logits
must be within 1e-5. Needs adapters 1.3 and torch. SCALEARN_DEVICE chooses the device of the second command.
"""

import json
import sys

import torch
from adapters import AutoAdapterModel

TOLERANCE = 1e-5

encoder, folder, dump_path = sys.argv[1:4]
with open(dump_path, encoding="utf-8") as file:
    dump = json.load(file)

model = AutoAdapterModel.from_pretrained(encoder, dtype=torch.float32)
name = model.load_adapter(folder)
model.set_active_adapters(name)
if model.active_head != name:
    sys.exit(f"{folder} has no prediction head that adapters loads: it made {model.active_head} active")
model.eval().double()  # this library's rounding alone is to be seen

differences = {"hidden": 0.0, "logits": 0.0}
for result in dump["results"]:
    inputs = {"input_ids": torch.tensor([result["inputIds"]])}
    if model.config.type_vocab_size > 1:
        inputs["token_type_ids"] = torch.tensor([result["tokenTypeIds"]])
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    expected = {"hidden": output.hidden_states[-1], "logits": output.logits}
    for key, values in expected.items():
        difference = values.flatten() - torch.tensor(result[key], dtype=torch.float64)
        differences[key] = max(differences[key], difference.abs().max().item())

width = model.get_adapter(name)[0]["output_adapter"].adapter_down[0].out_features
print(f"{dump['method']}, merged to an adapter of width {width}, {len(dump['results'])} texts")
print(f"largest difference: hidden states {differences['hidden']:.2e}, logits {differences['logits']:.2e}")
sys.exit(0 if max(differences.values()) < TOLERANCE else 1)
