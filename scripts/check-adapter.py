"""Compares the outputs of a trained model in this library with those of Python's `adapters` for the same folder.

    scalearn merge --model MODEL --out MERGED
    node --conditions=@scalearn/source packages/cli/scripts/dump-model.ts ENCODER MODEL > dump.json
    python scripts/check-adapter.py ENCODER MERGED dump.json

MERGED may be MODEL itself if `adapters` has the method: bottleneck, compacter++, ia3, and AdapterFusion, whose head
is not compared. Folders are loaded by a plain `load_adapter`, which reads the torch files, and run in float64.
Hidden states and logits must be within 1e-5. Needs adapters 1.3 and torch. SCALEARN_DEVICE chooses the device of the
second command.
"""

import json
import os
import sys

import torch
from adapters import AutoAdapterModel
from adapters.composition import Fuse

TOLERANCE = 1e-5


def load_model(encoder, folder):
    """Returns the model with the folder's adapter active, and the names of the outputs that can be compared."""
    model = AutoAdapterModel.from_pretrained(encoder, dtype=torch.float32)
    fusion_config = os.path.join(folder, "adapter_fusion_config.json")
    if not os.path.exists(fusion_config):
        name = model.load_adapter(folder)
        model.set_active_adapters(name)
        if model.active_head != name:
            sys.exit(f"{folder} has no prediction head that adapters loads: {model.active_head} is active")
        return model, ["hidden", "logits"]
    with open(fusion_config, encoding="utf-8") as file:
        names = json.load(file)["name"].split(",")
    for name in names:
        model.load_adapter(os.path.join(folder, name), with_head=False)
    model.load_adapter_fusion(folder, with_head=False)
    model.set_active_adapters(Fuse(*names))
    return model, ["hidden"]


encoder, folder, dump_path = sys.argv[1:4]
with open(dump_path, encoding="utf-8") as file:
    dump = json.load(file)
model, keys = load_model(encoder, folder)
model.eval().double()  # so that only this library's rounding is visible
differences = dict.fromkeys(keys, 0.0)
for result in dump["results"]:
    inputs = {"input_ids": torch.tensor([result["inputIds"]])}
    if model.config.type_vocab_size > 1:
        inputs["token_type_ids"] = torch.tensor([result["tokenTypeIds"]])
    with torch.no_grad():
        output = model(**inputs, output_hidden_states=True)
    for key in keys:
        expected = output.hidden_states[-1] if key == "hidden" else output.logits
        difference = expected.flatten() - torch.tensor(result[key], dtype=torch.float64)
        differences[key] = max(differences[key], difference.abs().max().item())

shown = ", ".join(f"{key} {difference:.2e}" for key, difference in differences.items())
print(f"{dump['method']}, {len(dump['results'])} texts, largest differences: {shown}")
sys.exit(0 if max(differences.values()) < TOLERANCE else 1)
