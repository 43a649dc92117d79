"""Times products and steps of RoBERTa-base shape in PyTorch on a GPU, as the reference implementation computes them: fp16
autocast, padded to 128 or to the longest row. Arguments: the tokens of each row. Prints one JSON object on each line."""
import json
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print(json.dumps({"event": "left out", "reason": "torch is not installed"}))
    sys.exit()
if not torch.cuda.is_available():
    print(json.dumps({"event": "left out", "reason": "torch sees no GPU"}))
    sys.exit()
device = torch.device("cuda")
torch.manual_seed(0)
lengths = [int(text) for text in sys.argv[1:]]
layers, hidden, inner, heads, sources, width = 12, 768, 3072, 12, 8, 48


def timed(work, runs=9):
    work()
    times = []
    for _ in range(runs):
        torch.cuda.synchronize()
        start = time.perf_counter()
        work()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def say(**line):
    print(json.dumps({"torch": torch.__version__, "gpu": torch.cuda.get_device_name(), **line}), flush=True)


for size in (1024, 4096):
    for dtype in (torch.float32, torch.float16):
        a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
        seconds = timed(lambda: a @ b.T)
        say(event="product", size=size, type=str(dtype), milliseconds=seconds * 1e3, gflops=2 * size**3 / seconds / 1e9)


def linear(outputs, inputs, trained=False):
    weight = torch.randn(outputs, inputs, device=device) * 0.02
    return weight.requires_grad_(trained), torch.zeros(outputs, device=device, requires_grad=trained)


def encoder(stage):
    count = sources if stage == 2 else 1
    trained = stage == 1
    made = []
    for _ in range(layers):
        layer = {name: linear(hidden, hidden) for name in "qkvo"}
        layer["in"], layer["out"] = linear(inner, hidden), linear(hidden, inner)
        layer["down"] = [linear(width, hidden, trained) for _ in range(count)]
        layer["up"] = [linear(hidden, width, trained) for _ in range(count)]
        made.append(layer)
    return made


def step_of(stage, padded):
    rows, length = len(lengths), padded or max(lengths)
    parts = encoder(stage)
    omega = [torch.full((sources, hidden), 1 / sources, device=device, requires_grad=True) for _ in range(layers)]
    head = [*linear(hidden, hidden, True), *linear(2, hidden, True)]
    adapters = [tensor for part in parts for pairs in (part["down"], part["up"]) for pair in pairs for tensor in pair]
    parameters = head + (omega if stage == 2 else adapters)
    optimizer = torch.optim.AdamW(parameters, lr=1e-4)
    scaler = torch.amp.GradScaler("cuda")
    mask = torch.zeros(rows, 1, 1, length, device=device)
    for row, tokens in enumerate(lengths):
        mask[row, ..., min(tokens, length):] = float("-inf")
    labels = torch.randint(0, 2, (rows,), device=device)
    x0 = torch.randn(rows, length, hidden, device=device) * 0.1
    norm = lambda x: F.layer_norm(x, (hidden,))
    split = lambda x: x.view(rows, length, heads, -1).transpose(1, 2)

    def step():
        with torch.autocast("cuda", dtype=torch.float16):
            x = x0
            for part, weights in zip(parts, omega):
                q, k, v = (split(F.linear(x, *part[name])) for name in "qkv")
                context = F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype), dropout_p=0.1)
                context = F.linear(context.transpose(1, 2).reshape(rows, length, hidden), *part["o"])
                x = norm(F.dropout(context, 0.1) + x)
                h = F.dropout(F.linear(F.gelu(F.linear(x, *part["in"])), *part["out"]), 0.1)
                z = norm(h + x)
                ups = [F.linear(F.relu(F.linear(z, *down)), *up) for down, up in zip(part["down"], part["up"])]
                if stage == 2:
                    total = (F.dropout(weights, 0.3)[:, None, None, :] * torch.stack(ups)).sum(0)
                else:
                    total = ups[0]
                x = norm(total + h + x)
            logits = F.linear(torch.tanh(F.linear(x[:, 0], head[0], head[1])), head[2], head[3])
            loss = F.cross_entropy(logits, labels)
        optimizer.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        scaler.step(optimizer)
        scaler.update()

    return step


for stage in (1, 2):
    for padded in (128, 0):
        torch.cuda.reset_peak_memory_stats()
        seconds = timed(step_of(stage, padded))
        say(
            event="step",
            stage=stage,
            padded=padded or max(lengths),
            milliseconds=seconds * 1e3,
            tokensPerSecond=sum(lengths) / seconds,
            memory=torch.cuda.max_memory_allocated(),
        )
