"""The recurrent model of lib/model/rnn.h: a bidirectional encoder and a decoder with attention
(Bahdanau et al. 2015), one sentence and one token at a time. m are the encoder's states [S, D]."""

import numpy as np

from golden_layers import (NORMALIZERS, Embeddings, layer_norm, linear, sigmoid)


class Cell:
    """A recurrent cell. What it reads besides x is added to its input part."""

    def __init__(self, p, name, kind, width, has_norm):
        self.p, self.name, self.width, self.has_norm = p, name, width, has_norm
        self.kind, self.gates = kind, {"gru": 3, "lstm": 4}[kind] * width

    def normed(self, part, x):
        return layer_norm(self.p, f"{self.name}.{part}.norm", x) if self.has_norm else x

    def input_part(self, x):
        y = linear(self.p, self.name + ".input", x, self.gates, bias=False)
        return self.normed("input", y) + self.p.vector(self.name + ".bias", self.gates)

    def __call__(self, part, state, gate=1):
        """The next (h, c) from an input part; `gate` scales the state's part."""
        h, c = state
        own = gate * self.normed(
            "hidden", linear(self.p, self.name + ".hidden", h, self.gates, bias=False))
        if self.kind == "gru":  # Cho et al. 2014, eq. 5-8; reset after the product, as in Nematus
            x, u = np.split(part, 3), np.split(own, 3)
            reset, update = sigmoid(x[0] + u[0]), sigmoid(x[1] + u[1])
            candidate = np.tanh(x[2] + reset * u[2])
            return update * h + (1 - update) * candidate, None
        inlet, forget, candidate, outlet = np.split(part + own, 4)  # Gers et al. 2000
        c = sigmoid(forget) * c + sigmoid(inlet) * np.tanh(candidate)
        return sigmoid(outlet) * np.tanh(c), c


def encode(p, o, x):
    """The states of all tokens and [last forward; last backward] of the top layer."""
    width = o["dim-rnn-encoder"] or o["dim-rnn"]
    for layer in range(o["enc-depth"]):
        directions = []
        for direction, step in (("forward", 1), ("backward", -1)):
            cell = Cell(p, f"encoder.{layer}.{direction}", o["enc-cell"], width,
                        o["layer-normalization"])
            state, states = (np.zeros(width), np.zeros(width)), []
            for token in x[::step]:
                state = cell(cell.input_part(token), state)
                states.append(state[0])
            directions.append(states[::step])
        both = np.concatenate(directions, axis=1)
        summary = np.concatenate([directions[0][-1], directions[1][0]])
        x = x + both if x.shape == both.shape else both  # residual where widths agree
    return x, summary


class Attention:
    """Context and weights [H, S] of the query q of each step in turn."""

    def __init__(self, p, o, m, summary):
        self.p, self.o, self.m, self.summary = p, o, m, summary
        self.kind, self.hidden = o["attention"], o["attention-dim"] or o["dim-rnn"]
        self.heads = o["attention-heads"] if self.kind.startswith("multi-head") else 1
        self.step = 0
        self.past = np.zeros(len(m))  # weights: of the step before, or the sum of all

    def project(self, name, x, width=None, bias=False):
        return linear(self.p, "attention." + name, x, width or self.hidden, bias)

    def __call__(self, q):
        if self.kind == "none":
            return None, None
        if self.kind in ("fixed", "mean"):
            return (self.summary if self.kind == "fixed" else self.m.mean(axis=0)), None
        weights = self.weigh(self.scores(q), q)
        self.step += 1
        self.past = weights[0] + (self.past if self.kind == "coverage" else 0)
        values = self.project("value", self.m) if self.heads > 1 else self.m
        values = np.split(values, self.heads, axis=1)
        context = np.concatenate([w @ v for w, v in zip(weights, values)])
        if self.heads > 1:
            context = self.project("output", context, self.m.shape[1])
        return context, weights

    def scores(self, q):
        """[H, S]"""
        if self.kind == "dot":  # Luong et al. 2015, eq. 8, and the next two
            return (self.m @ q)[None]
        if self.kind == "general":
            return (self.project("key", self.m, len(q)) @ q)[None]
        if self.kind == "location":
            return self.project("position", q, self.o["max-positions"])[None, :len(self.m)]
        query = self.project("query", q)
        keys = self.project("key", self.m,
                            bias=self.kind not in ("concat", "scaled-dot", "multi-head"))
        if self.kind in ("scaled-dot", "multi-head"):  # Vaswani et al. 2017, eq. 1
            terms = query * keys / np.sqrt(self.hidden / self.heads)
        else:  # Bahdanau et al. 2015, A.1.2
            terms = self.direction() * np.tanh(query + keys + self.third_term())
        return np.array([part.sum(axis=1) for part in np.split(terms, self.heads, axis=1)])

    def direction(self):
        v = self.p.vector("attention.v", self.hidden)
        if self.kind != "normed-additive":
            return v
        scaled_gain = self.p.vector("attention.gain", 1)  # g √d (lib/nn/additive_attention.h)
        return scaled_gain / np.sqrt(self.hidden) * v / np.sqrt(v @ v + 1e-6 * self.hidden)

    def third_term(self):
        if self.kind == "location-sensitive":  # Chorowski et al. 2015, eq. 8, 9
            padded = np.pad(self.past, 2)
            frames = np.array([padded[j:j + 5] for j in range(len(self.m))])
            return self.project("location", self.project("filters", frames, 8))
        if self.kind == "coverage":  # Tu et al. 2016, 3.1.1
            fertility = 1
            if self.o["attention-fertility"]:  # eq. 9
                fertility = 2 * sigmoid(self.project("fertility", self.m, 1)[:, 0])
            return self.project("coverage", (self.past / fertility)[:, None])
        return 0

    def weigh(self, scores, q):
        """Luong et al. 2015, 3.2, for windows."""
        normalize = NORMALIZERS[self.o["attention-normalizer"]]
        length, reach = len(self.m), self.o["attention-window-width"]
        centre = None
        if self.o["attention-window"] == "monotonic":
            centre = min(self.step, length - 1)
        if self.o["attention-window"] == "predictive":
            hidden = np.tanh(self.project("window.query", q))
            centre = length * sigmoid(self.project("window.v", hidden, 1)[0])
        if centre is None:
            return np.array([normalize(z) for z in scores])
        places = np.arange(length)
        inside = abs(places - centre) <= reach
        weights = np.zeros(scores.shape)
        for head, z in enumerate(scores):
            weights[head, inside] = normalize(z[inside])
        if self.o["attention-window"] == "predictive":
            weights *= np.exp(-(places - centre) ** 2 / (2 * (reach / 2) ** 2))
        return weights


class Decoder:
    """lib/model/recurrent_decoder.h"""

    def __init__(self, p, o, m, summary):
        self.p, self.o, self.width = p, o, o["dim-rnn"]
        self.attention = Attention(p, o, m, summary)
        starts = linear(p, "decoder.initial", summary, self.width * o["dec-depth"])
        self.states = [(np.tanh(start), np.zeros(self.width))
                       for start in np.split(starts, o["dec-depth"])]
        self.cells = [self.cell(f"decoder.{layer}") for layer in range(o["dec-depth"])]
        self.attentional = np.zeros(self.width)

    def cell(self, name):
        return Cell(self.p, name, self.o["dec-cell"], self.width, self.o["layer-normalization"])

    def project(self, name, x, width):
        return linear(self.p, "decoder." + name, x, width, bias=False)

    def first_layer(self, word):
        """Layer 0 with timing pre; returns context and weights."""
        cell, state = self.cells[0], self.states[0]
        words = cell.input_part(word)
        if self.o["dec-transition"] == "conditional":  # Sennrich et al. 2017
            self.states[0] = cell(words, state)
            context, weights = self.attention(self.states[0][0])
            if context is not None:
                second = self.cell("decoder.0.conditional")
                self.states[0] = second(second.input_part(context), self.states[0])
            return context, weights
        context, weights = self.attention(state[0])  # Bahdanau et al. 2015, A.2.2
        if context is None:
            self.states[0] = cell(words, state)
        else:
            part = self.project("0.context", context, cell.gates)
            of_source, of_target = self.context_gates(word, state[0], context)
            self.states[0] = cell(of_target * words + of_source * part, state, of_target)
        return context, weights

    def context_gates(self, word, h, context):
        """Tu et al. 2017: factors of the source's and of the target's part, for each gate."""
        kind = self.o["context-gate"]
        if kind == "none":
            return 1, 1
        z = sigmoid(linear(self.p, "decoder.0.context_gate.word", word, self.width)
                    + self.project("0.context_gate.state", h, self.width)
                    + self.project("0.context_gate.context", context, self.width))
        z = np.tile(z, self.cells[0].gates // self.width)
        return {"source": (z, 1), "target": (1, z), "both": (z, 1 - z)}[kind]

    def upper_layers(self):
        top = self.states[0][0]
        for layer in range(1, self.o["dec-depth"]):
            cell = self.cells[layer]
            self.states[layer] = cell(cell.input_part(top), self.states[layer])
            top = top + self.states[layer][0]
        return top

    def attend_after(self, word):
        """Luong et al. 2015, eq. 5, 3.3."""
        part = self.cells[0].input_part(word)
        if self.o["input-feeding"]:
            part = part + self.project("0.feeding", self.attentional, self.cells[0].gates)
        self.states[0] = self.cells[0](part, self.states[0])
        top = self.upper_layers()
        context, weights = self.attention(top)
        both = np.concatenate([context, top])
        self.attentional = np.tanh(self.project("attentional", both, self.width))
        return self.attentional, weights

    def __call__(self, word):
        """What the output layer reads, and the weights."""
        if self.o["attention-timing"] == "post":
            state, weights = self.attend_after(word)
            parts = [state, word]
        else:
            context, weights = self.first_layer(word)
            parts = [self.upper_layers(), word] + ([] if context is None else [context])
        wide = linear(self.p, "decoder.readout", np.concatenate(parts), 2 * self.o["dim-emb"])
        return np.maximum(wide[0::2], wide[1::2]), weights  # maxout


def run(p, o, vocabularies, source, target):
    """log p of each target token, and weights [layers][T][H][S]."""
    e = Embeddings(p, o, vocabularies)
    m, summary = encode(p, o, e.factor * e.source[source])
    decoder = Decoder(p, o, m, summary)
    steps = [decoder(e.factor * e.target[token])
             for token in [vocabularies["bos"]] + target[:-1]]
    hidden, weights = zip(*steps)
    has_weights = weights[0] is not None
    return e.log_likelihood(np.array(hidden), target), [weights] if has_weights else []
