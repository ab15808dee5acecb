"""A subnet of AutoFormer."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from layers import Weights, linear

HEAD_WIDTH = 64
MAX_DISTANCE = 14
LAYER_NORM_EPSILON = 1e-5


def build(spec: dict, architecture: dict, weights: Weights) -> nn.Module:
    return AutoFormer(spec, architecture, weights)


class AutoFormer(nn.Module):
    def __init__(self, spec: dict, architecture: dict, weights: Weights):
        super().__init__()
        width, patch = architecture["embed_dim"][0], spec["patch"]
        grid = spec["resolution"] // patch
        name = "patch_embed_super.proj"
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.patches.weight.data = weights[f"{name}.weight"][:width].contiguous()
        self.patches.bias.data = weights[f"{name}.bias"][:width].contiguous()
        self.class_token = nn.Parameter(weights["cls_token"][..., :width].contiguous())
        self.positions = nn.Parameter(weights["pos_embed"][..., :width].contiguous())
        self.blocks = nn.Sequential(
            *(
                Block(weights, f"blocks.{layer}", width, heads, ratio, grid)
                for layer, (heads, ratio) in enumerate(
                    zip(architecture["num_heads"], architecture["mlp_ratio"], strict=True)
                )
            )
        )
        self.norm = layer_norm(weights, "norm", width)
        self.head = linear(weights["head.weight"][:, :width], weights["head.bias"])

    def forward(self, images: Tensor) -> Tensor:
        patches = self.patches(images).flatten(2).transpose(1, 2)
        class_tokens = self.class_token.expand(images.shape[0], -1, -1)
        tokens = torch.cat((class_tokens, patches), 1) + self.positions
        tokens = self.norm(self.blocks(tokens))
        return self.head(tokens[:, 1:].mean(1))


class Block(nn.Module):
    def __init__(
        self, weights: Weights, name: str, width: int, heads: int, ratio: float, grid: int
    ):
        super().__init__()
        hidden = int(width * ratio)
        self.attention_norm = layer_norm(weights, f"{name}.attn_layer_norm", width)
        self.attention = Attention(weights, f"{name}.attn", width, heads, grid)
        self.mlp_norm = layer_norm(weights, f"{name}.ffn_layer_norm", width)
        self.expand = prefix_linear(weights, f"{name}.fc1", hidden, width)
        self.reduce = prefix_linear(weights, f"{name}.fc2", width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x))
        return x + self.reduce(functional.gelu(self.expand(self.mlp_norm(x))))


class Attention(nn.Module):
    """
    Attention with relative positions on keys and values. The tables of all pairs depend on the
    weights alone, so they are made once; the original gathers them in every forward pass.
    scaled_dot_product_attention is no use here, in any version: the positions of the values need
    the attention itself, which it does not give.
    """

    def __init__(self, weights: Weights, name: str, width: int, heads: int, grid: int):
        super().__init__()
        self.heads = heads
        inner = HEAD_WIDTH * heads
        weight, bias = weights[f"{name}.qkv.weight"], weights[f"{name}.qkv.bias"]
        # Rows of query, key and value lie interleaved in the weight, but not in the bias. Scores
        # are divided by the root of the head width: in the query, which costs nothing.
        parts = [weight[part : 3 * inner : 3, :width] for part in range(3)]
        parts[0] = parts[0] * HEAD_WIDTH**-0.5
        bias = bias[: 3 * inner].clone()
        bias[:inner] *= HEAD_WIDTH**-0.5
        self.qkv = linear(torch.cat(parts), bias)
        self.projection = prefix_linear(weights, f"{name}.proj", width, inner)
        keys, values = (
            relative_positions(weights, f"{name}.rel_pos_embed_{part}", grid) for part in "kv"
        )
        self.keys = nn.Parameter(keys.transpose(1, 2).contiguous())  # [query, head width, key]
        self.values = nn.Parameter(values)  # [query, key, head width]

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, _ = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        query, key, value = qkv.unbind(0)  # each [batch, heads, tokens, head width]
        scores = query @ key.transpose(2, 3)
        # One product for each query token, with the tokens in front: [tokens, batch * heads, ...].
        by_token = query.permute(2, 0, 1, 3).reshape(tokens, batch * self.heads, HEAD_WIDTH)
        positions = (by_token @ self.keys).view(tokens, batch, self.heads, tokens)
        attention = (scores + positions.permute(1, 2, 0, 3)).softmax(-1)
        by_token = attention.permute(2, 0, 1, 3).reshape(tokens, batch * self.heads, tokens)
        positions = (by_token @ self.values).view(tokens, batch, self.heads, HEAD_WIDTH)
        output = (attention @ value).transpose(1, 2) + positions.transpose(0, 1)
        return self.projection(output.reshape(batch, tokens, self.heads * HEAD_WIDTH))


def relative_positions(weights: Weights, name: str, grid: int) -> Tensor:
    """The vector of each pair of query and key: [tokens, tokens, head width]."""
    line = torch.arange(grid)
    distance = (line[None] - line[:, None]).clamp(-MAX_DISTANCE, MAX_DISTANCE) + MAX_DISTANCE + 1
    patches = grid * grid
    rows, columns = (torch.zeros(1 + patches, 1 + patches, dtype=torch.long) for _ in range(2))
    rows[1:, 1:] = distance.repeat_interleave(grid, 0).repeat_interleave(grid, 1)
    columns[1:, 1:] = distance.repeat(grid, grid)
    vertical, horizontal = (weights[f"{name}.embeddings_table_{axis}"] for axis in "vh")
    return vertical[rows] + horizontal[columns]


def layer_norm(weights: Weights, name: str, width: int) -> nn.LayerNorm:
    layer = nn.LayerNorm(width, eps=LAYER_NORM_EPSILON)
    layer.weight.data = weights[f"{name}.weight"][:width].clone()
    layer.bias.data = weights[f"{name}.bias"][:width].clone()
    return layer


def prefix_linear(weights: Weights, name: str, outputs: int, inputs: int) -> nn.Linear:
    return linear(weights[f"{name}.weight"][:outputs, :inputs], weights[f"{name}.bias"][:outputs])
