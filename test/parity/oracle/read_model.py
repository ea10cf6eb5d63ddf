"""Reads a model directory (config.json + model.safetensors) in plain PyTorch and prints the logits of token ids as JSON.

It stands for other people's tools: it knows the published file formats and nothing of this project.
Run it: echo '[[1, 2, 3]]' | /usr/bin/python3 test/parity/oracle/read_model.py MODEL_DIRECTORY
"""
import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

folder = pathlib.Path(sys.argv[1])
config = json.loads((folder / "config.json").read_text())
blob = (folder / "model.safetensors").read_bytes()
(header_bytes,) = struct.unpack("<Q", blob[:8])
header, values = json.loads(blob[8 : 8 + header_bytes]), blob[8 + header_bytes :]
weights = {
    name: torch.frombuffer(bytearray(values[slice(*entry["data_offsets"])]), dtype=torch.float32).view(entry["shape"])
    for name, entry in header.items()
    if name != "__metadata__" and entry["dtype"] == "F32"
}
if config["tie_word_embeddings"]:
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
D, epsilon = config["head_dim"], config["rms_norm_eps"]
activation = {"silu": F.silu, "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh")}[config["hidden_act"]]


def norm(x, name):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + epsilon) * weights[name]


def heads(x, at, name, normed):
    y = F.linear(x, weights[f"{at}{name}_proj.weight"]).unflatten(-1, (-1, D))  # (B, T, H, D)
    if normed and f"{at}{name}_norm.weight" in weights:
        y = norm(y, f"{at}{name}_norm.weight")
    return y.transpose(1, 2)


def rotate(x):
    T, half = x.shape[2], D // 2
    angles = torch.arange(T)[:, None] / config["rope_theta"] ** (torch.arange(half) / half)  # (T, D / 2)
    a, b = x[..., :half], x[..., half:]
    return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)


ids = torch.tensor(json.load(sys.stdin))
x = weights["model.embed_tokens.weight"][ids]
for layer in range(config["num_hidden_layers"]):
    at = f"model.layers.{layer}.self_attn."
    h = norm(x, f"model.layers.{layer}.input_layernorm.weight")
    q, k, v = rotate(heads(h, at, "q", True)), rotate(heads(h, at, "k", True)), heads(h, at, "v", False)
    k, v = (y.repeat_interleave(config["num_attention_heads"] // config["num_key_value_heads"], 1) for y in (k, v))
    scores = (q @ k.mT / D**0.5).masked_fill(torch.ones(ids.shape[1], ids.shape[1]).triu(1) > 0, float("-inf"))
    x = x + F.linear((scores.softmax(-1) @ v).transpose(1, 2).flatten(2), weights[at + "o_proj.weight"])
    h, at = norm(x, f"model.layers.{layer}.post_attention_layernorm.weight"), f"model.layers.{layer}.mlp."
    gated = activation(F.linear(h, weights[at + "gate_proj.weight"])) * F.linear(h, weights[at + "up_proj.weight"])
    x = x + F.linear(gated, weights[at + "down_proj.weight"])
print(json.dumps(F.linear(norm(x, "model.norm.weight"), weights["lm_head.weight"]).tolist()))
