"""The Transformer of lib/model/transformer.h (Vaswani et al. 2017), one sentence at a time, with
attention written as sums over heads, queries and keys."""

import math

import numpy as np

from golden_layers import (NORMALIZERS, Embeddings, layer_norm, linear, rms_norm, sigmoid)

CLIP = 16  # of relative positions
BUCKETS, LONGEST = 32, 128  # of T5's


def feed_forward(p, name, x, hidden, activation):
    if activation == "swiglu":  # Shazeer 2020, eq. 6
        gate, value = np.split(linear(p, name + ".in", x, 2 * hidden), 2, axis=1)
        y = gate * sigmoid(gate) * value
    else:
        y = linear(p, name + ".in", x, hidden)
        if activation == "relu":
            y = np.maximum(y, 0)
        else:  # x Φ(x) (Hendrycks & Gimpel 2016)
            y = y * (1 + np.vectorize(math.erf)(y / math.sqrt(2))) / 2
    return linear(p, name + ".out", y, x.shape[1])


def sinusoids(length, width):
    """Vaswani et al. 2017, 3.5"""
    table = np.zeros((length, width))
    for place in range(length):
        for i in range(0, width, 2):
            angle = place / 10000 ** (i / width)
            table[place, i:i + 2] = math.sin(angle), math.cos(angle)
    return table


def turned(x, place):
    """RoPE of one head's query or key (Su et al. 2021, eq. 34)."""
    y = np.empty(len(x))
    for i in range(0, len(x), 2):
        angle = place / 10000 ** (i / len(x))
        y[i] = x[i] * math.cos(angle) - x[i + 1] * math.sin(angle)
        y[i + 1] = x[i + 1] * math.cos(angle) + x[i] * math.sin(angle)
    return y


def t5_bucket(distance, causal):
    """Raffel et al. 2020, 2.1, with the numbers of its program; distance: key less query."""
    count, first = BUCKETS, 0
    if not causal:
        count //= 2
        first = count if distance > 0 else 0
    steps, exact = abs(distance), count // 2
    if steps < exact:
        return first + steps
    growth = math.log(steps / exact) / math.log(LONGEST / exact)
    return first + min(exact + int(growth * (count - exact)), count - 1)


class Heads:
    """Attention of the queries' rows x to rows y, over the keys that sees(i, j) allows: to itself,
    where x is y and positions count, or towards the source."""

    def __init__(self, p, o, name, kind, side=None):
        self.p, self.o, self.name, self.kind, self.side = p, o, name, kind, side
        self.heads, self.width = o["transformer-heads"], o["dim-emb"]
        self.size = self.width // self.heads
        self.groups = {"multi-query": 1, "grouped-query": o["kv-heads"]}.get(kind, self.heads)
        self.positions = o["positions"] if side else None
        self.causal = side == "decoder"

    def sees(self, i, j):
        return (not (self.causal and j > i)
                and not (self.kind == "window" and abs(i - j) > self.o["attention-window-width"]))

    def projected(self, x, y):
        """Queries [H][N, d], keys and values [H][S, d]; heads of a group share keys and values."""
        memory = self.groups * self.size
        if self.side:
            both = linear(self.p, self.name + ".query_key_value", x, self.width + 2 * memory)
            query, key, value = np.split(both, [self.width, self.width + memory], axis=1)
        else:
            query = linear(self.p, self.name + ".query", x, self.width)
            both = linear(self.p, self.name + ".key_value", y, 2 * memory)
            key, value = np.split(both, 2, axis=1)
        share = self.heads // self.groups
        return (np.split(query, self.heads, axis=1),
                [k for k in np.split(key, self.groups, axis=1) for _ in range(share)],
                [v for v in np.split(value, self.groups, axis=1) for _ in range(share)])

    def relative(self, table, i, j):
        """A row of Shaw et al. 2018, 3.2, or zeros."""
        if self.positions != "relative":
            return 0
        rows = CLIP + 1 if self.causal else 2 * CLIP + 1
        tables = self.p.matrix(f"{self.name}.relative.{table}", rows, self.size)
        return tables[max(-CLIP, min(CLIP, j - i)) + CLIP]

    def score(self, head, q, k, i, j):
        if self.kind == "linear":  # Katharopoulos et al. 2020, eq. 4, 7
            def phi(x):
                return np.where(x > 0, x + 1, np.exp(x))  # elu(x) + 1
            return phi(q) @ phi(k)
        if self.kind == "additive":
            v = self.p.vector(self.name + ".v", self.width)[head * self.size:][:self.size]
            e = v @ np.tanh(q + k)
        else:
            if self.positions == "rope":
                q, k = turned(q, i), turned(k, j)
            e = q @ (k + self.relative("keys", i, j)) / math.sqrt(self.size)
        if self.positions == "t5":
            biases = self.p.matrix(self.side + ".positions", 1, self.heads * BUCKETS)
            e += biases.reshape(self.heads, BUCKETS)[head, t5_bucket(j - i, self.causal)]
        if self.positions == "alibi":  # Press et al. 2022, 3
            e -= 2 ** (-8 * (head + 1) / self.heads) * abs(i - j)
        return e

    def normalize(self, scores):
        if self.kind == "linear":
            return scores / scores.sum()
        return NORMALIZERS[self.o["attention-normalizer"]](scores)

    def __call__(self, x, y):
        queries, keys, values = self.projected(x, y)
        contexts = np.zeros((len(x), self.width))
        all_weights = np.zeros((len(x), self.heads, len(y)))
        for h in range(self.heads):
            for i in range(len(x)):
                seen = [j for j in range(len(y)) if self.sees(i, j)]
                scores = [self.score(h, queries[h][i], keys[h][j], i, j) for j in seen]
                weights = self.normalize(np.array(scores))
                all_weights[i, h, seen] = weights
                contexts[i, h * self.size:(h + 1) * self.size] = sum(
                    w * (values[h][j] + self.relative("values", i, j))
                    for w, j in zip(weights, seen))
        return linear(self.p, self.name + ".output", contexts, self.width), all_weights


def average_attention(p, o, name, x):
    """Zhang et al. 2018, eq. 1-5"""
    means = np.cumsum(x, axis=0) / np.arange(1, len(x) + 1)[:, None]
    g = feed_forward(p, name + ".feed_forward", means, o["transformer-dim-ffn"], "relu")
    both = np.concatenate([x, g], axis=1)
    inlet, forget = np.split(sigmoid(linear(p, name + ".gate", both, both.shape[1])), 2, axis=1)
    return inlet * x + forget * g


def ssru(p, name, x):
    """Kim et al. 2019, 3.1"""
    forget = sigmoid(linear(p, name + ".forget", x, x.shape[1]))
    fresh = linear(p, name + ".input", x, x.shape[1], bias=False)
    c, rows = 0, []
    for f, w in zip(forget, fresh):
        c = f * c + (1 - f) * w
        rows.append(np.maximum(c, 0))
    return np.array(rows)


class Stack:
    """The layers of an encoder, or with m, the encoder's states, of a decoder."""

    def __init__(self, p, o, side):
        self.p, self.o, self.side = p, o, side
        self.weights = []

    def norm(self, name, x):
        return (rms_norm if self.o["norm"] == "rms" else layer_norm)(self.p, name + ".norm", x)

    def sublayer(self, name, x, function):
        if self.o["norm"] == "post":  # Vaswani et al. 2017, 3.1
            return self.norm(name, x + function(x))
        return x + function(self.norm(name, x))  # Xiong et al. 2020

    def self_attention(self, name, x):
        kind = self.o[self.side + "-attention"]
        if kind == "average":
            return average_attention(self.p, self.o, name, x)
        if kind == "ssru":
            return ssru(self.p, name, x)
        return Heads(self.p, self.o, name, kind, self.side)(x, x)[0]

    def cross_attention(self, name, x, m):
        y, weights = Heads(self.p, self.o, name, self.o["cross-attention"])(x, m)
        self.weights.append(weights)
        return y

    def embedded(self, words):
        if self.o["positions"] == "sinusoidal":
            return words + sinusoids(*words.shape)
        if self.o["positions"] == "learned":
            places = self.p.matrix("positions", self.o["max-positions"], words.shape[1])
            return words + places[:len(words)]
        return words

    def __call__(self, words, m=None):
        x = self.embedded(words)
        for layer in range(self.o[self.side[:3] + "-depth"]):
            name = f"{self.side}.{layer}"
            attention, source = name + ".self_attention", name + ".cross_attention"
            x = self.sublayer(attention, x, lambda y: self.self_attention(attention, y))
            if m is not None:
                x = self.sublayer(source, x, lambda y: self.cross_attention(source, y, m))
            last = name + ".feed_forward"
            x = self.sublayer(last, x, lambda y: feed_forward(
                self.p, last, y, self.o["transformer-dim-ffn"], self.o["activation"]))
        return x if self.o["norm"] == "post" else self.norm(self.side, x)


def run(p, o, vocabularies, source, target):
    """log p of each target token, and weights [layers][T][H][S]."""
    e = Embeddings(p, o, vocabularies)
    m = Stack(p, o, "encoder")(e.factor * e.source[source])
    decoder = Stack(p, o, "decoder")
    hidden = decoder(e.factor * e.target[[vocabularies["bos"]] + target[:-1]], m)
    return e.log_likelihood(hidden, target), decoder.weights
