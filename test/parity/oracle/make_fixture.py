"""Makes the PyTorch fixtures of the parity tests: logits, loss, gradients and ten training losses of two tiny models.

It knows nothing of this project's engine: the model is written from the published definitions of `Qwen3ForCausalLM`
and `LlamaForCausalLM` in Hugging Face transformers, in plain PyTorch, so that the two sides share no code.

How to run it (Debian: apt-get install python3-torch; only torch and the standard library are used):

    /usr/bin/python3 test/parity/oracle/make_fixture.py

It rewrites test/parity/fixtures/{qwen3-tied,llama-untied}/ with the same bytes on the same version of PyTorch.
"""
import json
import math
import pathlib
import struct

import torch
import torch.nn.functional as F

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures"
SEED = 20261122
LAYERS, WIDTH, HEADS, KEY_VALUE_HEADS, HEAD_WIDTH, MLP_WIDTH, VOCABULARY = 2, 64, 4, 2, 16, 128, 300
CONTEXT, BATCH, TRAINING_STEPS = 32, 2, 10
OPTIMIZER = {"learningRate": 1e-3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1, "clipNorm": 1.0}
# Relative. float32 on both sides differs by about 1e-6; the order of sums is all that may differ.
TOLERANCES = {"logits": 1e-5, "loss": 1e-5, "gradients": 1e-5, "trainingLosses": 1e-5, "distances": 1e-4}
# Each shape: its directory, whether heads are normalised (QK-norm), whether the output projection is the embedding.
SHAPES = [("qwen3-tied", "qwen3", True), ("llama-untied", "llama", False)]


def make_config(model_type, tied):
    return {
        "architectures": ["Qwen3ForCausalLM" if model_type == "qwen3" else "LlamaForCausalLM"],
        "model_type": model_type, "vocab_size": VOCABULARY, "hidden_size": WIDTH, "intermediate_size": MLP_WIDTH,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KEY_VALUE_HEADS,
        "head_dim": HEAD_WIDTH, "hidden_act": "silu", "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-6,
        "rope_theta": 10000.0, "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0,
        "tie_word_embeddings": tied, "torch_dtype": "float32",
    }


def make_parameters(config, generator):
    """Matrices from N(0, 0.08), norms from N(1, 0.1): far enough from the usual start that no gradient is trivial."""
    matrix = lambda rows, columns: torch.randn(rows, columns, generator=generator) * 0.08
    norm = lambda width: 1 + torch.randn(width, generator=generator) * 0.1
    parameters = {"model.embed_tokens.weight": matrix(VOCABULARY, WIDTH)}
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        parameters[at + "input_layernorm.weight"] = norm(WIDTH)
        parameters[at + "self_attn.q_proj.weight"] = matrix(HEADS * HEAD_WIDTH, WIDTH)
        parameters[at + "self_attn.k_proj.weight"] = matrix(KEY_VALUE_HEADS * HEAD_WIDTH, WIDTH)
        parameters[at + "self_attn.v_proj.weight"] = matrix(KEY_VALUE_HEADS * HEAD_WIDTH, WIDTH)
        parameters[at + "self_attn.o_proj.weight"] = matrix(WIDTH, HEADS * HEAD_WIDTH)
        if config["model_type"] == "qwen3":
            parameters[at + "self_attn.q_norm.weight"] = norm(HEAD_WIDTH)
            parameters[at + "self_attn.k_norm.weight"] = norm(HEAD_WIDTH)
        parameters[at + "post_attention_layernorm.weight"] = norm(WIDTH)
        parameters[at + "mlp.gate_proj.weight"] = matrix(MLP_WIDTH, WIDTH)
        parameters[at + "mlp.up_proj.weight"] = matrix(MLP_WIDTH, WIDTH)
        parameters[at + "mlp.down_proj.weight"] = matrix(WIDTH, MLP_WIDTH)
    parameters["model.norm.weight"] = norm(WIDTH)
    if not config["tie_word_embeddings"]:
        parameters["lm_head.weight"] = matrix(VOCABULARY, WIDTH)
    return parameters


def rms_norm(x, weight, epsilon):
    variance = x.float().pow(2).mean(-1, keepdim=True)
    return weight * (x.float() * torch.rsqrt(variance + epsilon))


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


def rotary_tables(config, positions):
    """cos and sin, each (T, D): the frequencies theta^(-2i/D), repeated for the second half."""
    width = config["head_dim"]
    frequencies = 1.0 / config["rope_theta"] ** (torch.arange(0, width, 2).float() / width)
    angles = torch.outer(torch.arange(positions).float(), frequencies)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def repeat_key_values(x, times):
    """(B, K, T, D) to (B, K * times, T, D), each head next to its copies."""
    batch, heads, length, width = x.shape
    return x[:, :, None].expand(batch, heads, times, length, width).reshape(batch, heads * times, length, width)


def attention(p, at, x, config, cos, sin):
    batch, length, _ = x.shape
    heads = lambda name: F.linear(x, p[at + name]).view(batch, length, -1, config["head_dim"])  # (B, T, H, D)
    q, k, v = heads("q_proj.weight"), heads("k_proj.weight"), heads("v_proj.weight")
    if at + "q_norm.weight" in p:
        q = rms_norm(q, p[at + "q_norm.weight"], config["rms_norm_eps"])
        k = rms_norm(k, p[at + "k_norm.weight"], config["rms_norm_eps"])
    q, k, v = (y.transpose(1, 2) for y in (q, k, v))  # (B, H, T, D)
    q, k = (y * cos + rotate_half(y) * sin for y in (q, k))
    times = config["num_attention_heads"] // config["num_key_value_heads"]
    k, v = repeat_key_values(k, times), repeat_key_values(v, times)
    scores = q @ k.transpose(2, 3) / math.sqrt(config["head_dim"])  # (B, H, T, S)
    future = torch.ones(length, length, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(future, torch.finfo(torch.float32).min).softmax(-1)
    return F.linear((weights @ v).transpose(1, 2).reshape(batch, length, -1), p[at + "o_proj.weight"])


def forward(p, config, ids):
    """ids (B, T) to logits (B, T, V)."""
    epsilon = config["rms_norm_eps"]
    cos, sin = rotary_tables(config, ids.shape[1])
    x = F.embedding(ids, p["model.embed_tokens.weight"])  # (B, T, C)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        x = x + attention(p, at + "self_attn.", rms_norm(x, p[at + "input_layernorm.weight"], epsilon), config, cos, sin)
        h = rms_norm(x, p[at + "post_attention_layernorm.weight"], epsilon)
        gated = F.silu(F.linear(h, p[at + "mlp.gate_proj.weight"])) * F.linear(h, p[at + "mlp.up_proj.weight"])
        x = x + F.linear(gated, p[at + "mlp.down_proj.weight"])
    x = rms_norm(x, p["model.norm.weight"], epsilon)
    return F.linear(x, p.get("lm_head.weight", p["model.embed_tokens.weight"]))


def weighted_loss(p, config, batch):
    """sum(w * nll) / sum(w) over the positions of the batch, and the logits."""
    logits = forward(p, config, torch.tensor(batch["ids"]))
    nll = F.cross_entropy(logits.flatten(0, 1), torch.tensor(batch["targets"]).flatten(), reduction="none")
    weights = torch.tensor(batch["weights"]).flatten()
    return (weights * nll).sum() / weights.sum(), logits


def make_batch(generator):
    """A sequence that is partly predictable (so that training learns) and weights of which a quarter are zero."""
    ids = torch.randint(VOCABULARY, (BATCH, CONTEXT + 1), generator=generator)
    follows = torch.rand(BATCH, CONTEXT, generator=generator) < 0.7
    for t in range(CONTEXT):
        ids[:, t + 1] = torch.where(follows[:, t], (ids[:, t] * 7 + 11) % VOCABULARY, ids[:, t + 1])
    weights = torch.randint(4, (BATCH, CONTEXT), generator=generator) / 2  # 0, 0.5, 1 or 1.5
    return {"ids": ids[:, :-1].tolist(), "targets": ids[:, 1:].tolist(), "weights": weights.tolist()}


def train(parameters, config, batches):
    """Losses before each update, gradient norms before clipping, and how far each parameter went in all steps."""
    p = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    groups = [
        {"params": [v for v in p.values() if v.dim() >= 2], "weight_decay": OPTIMIZER["weightDecay"]},
        {"params": [v for v in p.values() if v.dim() < 2], "weight_decay": 0.0},
    ]
    betas = (OPTIMIZER["beta1"], OPTIMIZER["beta2"])
    optimizer = torch.optim.AdamW(groups, lr=OPTIMIZER["learningRate"], betas=betas, eps=OPTIMIZER["epsilon"])
    losses, norms = [], []
    for batch in batches:
        optimizer.zero_grad()
        loss, _ = weighted_loss(p, config, batch)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(p.values(), OPTIMIZER["clipNorm"])))
        optimizer.step()
        losses.append(float(loss))
    distances = {name: float((value.detach() - parameters[name]).norm()) for name, value in p.items()}
    return losses, norms, distances


def write_safetensors(file, tensors):
    """https://huggingface.co/docs/safetensors: length of the header, JSON header, raw little-endian values."""
    header, chunks, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, value in sorted(tensors.items()):
        data = value.detach().contiguous().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [offset, offset + len(data)]}
        chunks.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def make_fixture(name, model_type, tied, seed):
    generator = torch.Generator().manual_seed(seed)
    config = make_config(model_type, tied)
    parameters = make_parameters(config, generator)
    batch = make_batch(generator)
    batches = [make_batch(generator) for _ in range(TRAINING_STEPS)]
    p = {key: value.clone().requires_grad_() for key, value in parameters.items()}
    loss, logits = weighted_loss(p, config, batch)
    loss.backward()
    losses, norms, distances = train(parameters, config, batches)
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", parameters)
    write_safetensors(folder / "logits.safetensors", {"logits": logits})
    write_safetensors(folder / "gradients.safetensors", {key: value.grad for key, value in p.items()})
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    fixture = {
        "madeBy": "test/parity/oracle/make_fixture.py", "torch": torch.__version__, "seed": seed,
        "tolerances": TOLERANCES, **batch, "loss": float(loss),
        "training": {**OPTIMIZER, "losses": losses, "gradientNorms": norms, "distances": distances,
                     "batches": batches},
    }
    (folder / "fixture.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
    print(name, "loss", float(loss), "training", losses[0], "to", losses[-1], "norms", min(norms), "to", max(norms))


if __name__ == "__main__":
    torch.set_num_threads(1)
    for index, (name, model_type, tied) in enumerate(SHAPES):
        make_fixture(name, model_type, tied, SEED + index)
