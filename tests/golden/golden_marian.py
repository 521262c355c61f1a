"""Marian's models in Marian's own names (transformer.h, s2s.h, rnn/cells.h, rnn/attention.h), one
sentence at a time and in double precision. A sentence is a matrix with a row for each token."""

import math

import numpy as np

from golden_layers import sigmoid, softmax

ACTIVATIONS = {"relu": lambda x: np.maximum(x, 0), "swish": lambda x: x * sigmoid(x)}


class Model:
    """What both kinds have in common: parameters by name, embeddings, the output layer."""

    def __init__(self, p, o, vocabularies):
        self.p, self.o, self.vocabularies = p, o, vocabularies
        self.width = o["dim-emb"]
        self.weights = []  # of each layer with attention to the source: [T, H, S]

    def affine(self, x, name, number, outputs, bias=True):
        """x W + b of nameWnumber and namebnumber."""
        y = x @ self.p.matrix(f"{name}W{number}", x.shape[-1], outputs)
        return y + self.p.vector(f"{name}b{number}", outputs) if bias else y

    def table(self, side):
        name = "Wemb" if self.o["tied-embeddings-all"] else self.name(f"{side}_Wemb")
        size = self.vocabularies["source" if side == "encoder" else "target"]
        return self.p.matrix(name, size, self.width)

    def name(self, name):
        return name

    def shifted(self, target, factor):
        """The decoder's first input is a vector of zeros."""
        words = factor * self.table("decoder")[target[:-1]]
        return np.concatenate([np.zeros((1, self.width)), words])

    def log_likelihood(self, hidden, target, layer):
        size = self.vocabularies["target"]
        tied = self.o["tied-embeddings"] or self.o["tied-embeddings-all"]
        weight = self.table("decoder") if tied else self.p.matrix(layer + "_Wt", size, self.width)
        logits = hidden @ weight.T + self.p.vector(self.name(layer + "_b"), size)
        highest = logits.max(axis=1, keepdims=True)
        log_sums = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
        return logits[np.arange(len(target)), target] - log_sums


def layer_norm(x, gain, bias, epsilon):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt((centred ** 2).mean(axis=-1, keepdims=True) + epsilon) + bias


class Transformer(Model):
    def run(self, source, target):
        factor = math.sqrt(self.width)
        m = self.stack("encoder", factor * self.table("encoder")[source], None)
        hidden = self.stack("decoder", self.shifted(target, factor), m)
        return self.log_likelihood(hidden, target, "decoder_ff_logit_out"), self.weights

    def norm(self, x, name, suffix=""):
        size = x.shape[-1]
        return layer_norm(x, self.p.vector(f"{name}_ln_scale{suffix}", size),
                          self.p.vector(f"{name}_ln_bias{suffix}", size), 1e-6)

    def sublayer(self, x, name, function):
        if self.o["transformer-preprocess"] == "n":
            return x + function(self.norm(x, name, "_pre"))
        return self.norm(x + function(x), name)

    def positions(self, length):
        """The first half has sines, the second cosines."""
        half = self.width // 2
        table = np.zeros((length, self.width))
        for place in range(length):
            for i in range(half):
                angle = place * 10000 ** (-i / (half - 1))
                table[place, i], table[place, half + i] = math.sin(angle), math.cos(angle)
        return table

    def feed_forward(self, x, name, hidden, activation):
        y = ACTIVATIONS[activation](self.affine(x, name, 1, hidden))
        return self.affine(y, name, 2, self.width)

    def heads(self, x, y, name, causal):
        """Context and weights [N, H, S]."""
        count = self.o["transformer-heads"]
        q, k, v = (np.split(self.affine(z, name, letter, self.width), count, axis=1)
                   for z, letter in ((x, "q"), (y, "k"), (y, "v")))
        contexts, weights = [], np.zeros((len(x), count, len(y)))
        for h in range(count):
            scores = q[h] @ k[h].T / math.sqrt(self.width / count)
            for i, row in enumerate(scores):
                seen = i + 1 if causal else len(y)
                weights[i, h, :seen] = softmax(row[:seen])
            contexts.append(weights[:, h] @ v[h])
        return self.affine(np.concatenate(contexts, axis=1), name, "o", self.width), weights

    def context(self, x, m, name):
        y, weights = self.heads(x, m, name, False)
        self.weights.append(weights)
        return y

    def average(self, x, name):
        means = np.cumsum(x, axis=0) / np.arange(1, len(x) + 1)[:, None]
        y = self.feed_forward(means, name, self.o["transformer-dim-aan"],
                              self.o["transformer-aan-activation"])
        return (sigmoid(self.affine(x, name, "i", self.width)) * x
                + sigmoid(self.affine(y, name, "f", self.width)) * y)

    def ssru(self, x, name):
        forget = sigmoid(self.affine(x, name, "f", self.width))
        fresh = self.affine(x, name, "", self.width, bias=False)
        c, rows = np.zeros(self.width), []
        for f, w in zip(forget, fresh):
            c = f * c + (1 - f) * w
            rows.append(np.maximum(c, 0))
        if not self.o["transformer-rnn-projection"]:
            return np.array(rows)
        return self.affine(np.array(rows), name, "o", self.width)

    def autoregressive(self, x, name):
        kind = self.o["transformer-decoder-autoreg"]
        if kind == "self-attention":
            return self.sublayer(x, name + "_self_Wo",
                                 lambda y: self.heads(y, y, name + "_self_", True)[0])
        if kind == "average-attention":
            return self.sublayer(x, name + "_aan_ffn", lambda y: self.average(y, name + "_aan_"))
        pre = self.o["transformer-preprocess"] == "n"
        return self.sublayer(x, name + ("_rnn" if pre else "_rnn_ffn"),
                             lambda y: self.ssru(y, name + "_rnn_"))

    def stack(self, side, x, m):
        if not self.o["transformer-disable-position-embeddings"]:
            x = x + self.positions(len(x))
        for layer in range(1, self.o[side[:3] + "-depth"] + 1):
            name = f"{side}_l{layer}"
            if m is None:
                x = self.sublayer(x, name + "_self_Wo",
                                  lambda y: self.heads(y, y, name + "_self_", False)[0])
            else:
                x = self.autoregressive(x, name)
                x = self.sublayer(x, name + "_context_Wo",
                                  lambda y: self.context(y, m, name + "_context_"))
            x = self.sublayer(x, name + "_ffn_ffn", lambda y: self.feed_forward(
                y, name + "_ffn_", self.o["transformer-dim-ffn"],
                self.o["transformer-ffn-activation"]))
        return self.norm(x, side + "_top") if self.o["transformer-postprocess-top"] == "n" else x


class Recurrent(Model):
    """s2s; amun and nematus have other names, those of Nematus."""

    OLD = {"encoder_Wemb": "Wemb", "decoder_Wemb": "Wemb_dec", "decoder_ff_logit_l2_b": "ff_logit_b",
           "decoder_ff_state_W": "ff_state_W", "decoder_ff_state_b": "ff_state_b",
           "decoder_ff_state_gamma": "ff_state_gamma"}
    for number, what in enumerate(("prev", "lstm", "ctx")):
        for letter in "Wb":
            OLD[f"decoder_ff_logit_l1_{letter}{number}"] = f"ff_logit_{what}_{letter}"
        OLD[f"decoder_ff_logit_l1_gamma{number}"] = f"ff_logit_l1_gamma{number}"
    for letter in ("U", "Ux", "W", "Wx", "b", "bx"):
        OLD[f"encoder_bi_{letter}"] = f"encoder_{letter}"
        OLD[f"encoder_bi_r_{letter}"] = f"encoder_r_{letter}"
        OLD[f"decoder_cell1_{letter}"] = f"decoder_{letter}"
        OLD[f"decoder_cell2_{letter}"] = f"decoder_{letter}_nl"
        for deep in range(1, 9):
            OLD[f"encoder_bi_cell{deep + 1}_{letter}"] = f"encoder_{letter}_drt_{deep}"
            OLD[f"encoder_bi_r_cell{deep + 1}_{letter}"] = f"encoder_r_{letter}_drt_{deep}"
            OLD[f"decoder_cell{deep + 2}_{letter}"] = f"decoder_{letter}_nl_drt_{deep}"
    for number in (1, 2):
        OLD[f"encoder_bi_gamma{number}"] = f"encoder_gamma{number}"
        OLD[f"encoder_bi_r_gamma{number}"] = f"encoder_r_gamma{number}"
    OLD |= {"decoder_cell2_W": "decoder_Wc", "decoder_cell2_Wx": "decoder_Wcx"}
    for letter in "sb":
        OLD[f"decoder_ff_state_ln_{letter}"] = f"ff_state_ln_{letter}"
        for number, what in enumerate(("prev", "lstm", "ctx")):
            OLD[f"decoder_ff_logit_l1_ln_{letter}{number}"] = f"ff_logit_{what}_ln_{letter}"

    def __init__(self, p, o, vocabularies):
        super().__init__(p, o, vocabularies)
        self.state, self.normed = o["dim-rnn"], o["layer-normalization"]
        self.splits = self.normed and o["type"] == "nematus"

    def name(self, name):
        if self.o["type"] == "s2s":
            return name
        end = name[-4:] if name.endswith(("_lns", "_lnb")) else ""
        base = name[:len(name) - len(end)]
        return self.OLD.get(base, base) + end

    def matrix(self, name, rows, cols):
        return self.p.matrix(self.name(name), rows, cols)

    def vector(self, name, size):
        return self.p.vector(self.name(name), size)

    def norm(self, y, name, bias=0):
        return layer_norm(y, self.vector(name, y.shape[-1]), bias, 1e-9) if self.normed else y + bias

    def gates(self, kind, prefix, letter, rows):
        """[rows, k D]: of a GRU r, z, h; of an LSTM f, i, c, o."""
        if kind == "lstm":
            return self.matrix(f"{prefix}_{letter}", rows, 4 * self.state)
        return np.concatenate([self.matrix(f"{prefix}_{letter}", rows, 2 * self.state),
                               self.matrix(f"{prefix}_{letter}x", rows, self.state)], axis=1)

    def cell(self, kind, prefix, x, state, final=False):
        """The next (h, c); x is None of a transition."""
        h, c = state
        if self.splits:
            return self.nematus_cell(prefix, x, h, final), c
        own = self.norm(h @ self.gates(kind, prefix, "U", self.state), prefix + "_gamma2")
        part = np.zeros_like(own)
        if x is not None:
            part = self.norm(x @ self.gates(kind, prefix, "W", len(x)), prefix + "_gamma1")
        b = self.gates(kind, prefix, "b", 1)[0]
        if kind == "lstm":
            forget, inlet, candidate, outlet = np.split(part + own + b, 4)
            c = sigmoid(forget) * c + sigmoid(inlet) * np.tanh(candidate)
            return sigmoid(outlet) * np.tanh(c), c
        x, u, b = np.split(part, 3), np.split(own, 3), np.split(b, 3)
        reset, update = sigmoid(x[0] + u[0] + b[0]), sigmoid(x[1] + u[1] + b[1])
        inside = x[2] + reset * (u[2] + b[2]) if final else x[2] + reset * u[2] + b[2]
        return (1 - update) * np.tanh(inside) + update * h, c

    def nematus_part(self, prefix, letter, x, inside):
        """LN(x W + b) or LN(x W), of r and z and of h apart."""
        parts = []
        for what, gates in (("", 2), ("x", 1)):
            size = gates * self.state
            y = x @ self.matrix(f"{prefix}_{letter}{what}", len(x), size)
            y = y + inside * self.vector(f"{prefix}_b{what}", size)
            norm = [self.vector(f"{prefix}_{letter}{what}_{end}", size) for end in ("lns", "lnb")]
            parts.append(layer_norm(y, *norm, 1e-5))
        return np.split(np.concatenate(parts), 3)

    def nematus_cell(self, prefix, x, h, final):
        """b is inside the norm of x W, but of the decoder's cells behind attention in that of h U,
        and outside in the encoder's transitions, which have no x."""
        outside = x is None and not final
        u = self.nematus_part(prefix, "U", h, final)
        x = np.zeros((3, self.state)) if x is None else self.nematus_part(prefix, "W", x, not final)
        b = np.zeros((3, self.state))
        if outside:
            b = np.split(np.concatenate([self.vector(prefix + "_b", 2 * self.state),
                                         self.vector(prefix + "_bx", self.state)]), 3)
        reset, update = sigmoid(x[0] + u[0] + b[0]), sigmoid(x[1] + u[1] + b[1])
        return (1 - update) * np.tanh(x[2] + reset * u[2] + b[2]) + update * h

    def direction(self, x, prefix):
        kind = self.cell_kind("enc")
        for layer in range(1, self.o["enc-depth"] + 1):
            name = prefix if layer == 1 else f"{prefix}_l{layer}"
            state, states = (np.zeros(self.state), np.zeros(self.state)), []
            for token in x:
                first = name if layer == 1 else name + "_cell1"
                state = self.cell(kind, first, token, state)
                for deep in range(2, self.o["enc-cell-depth"] + 1):
                    state = self.cell(kind, f"{name}_cell{deep}", None, state)
                states.append(state[0])
            x = np.array(states) + (x if layer > 1 and self.o["skip"] else 0)
        return x

    def cell_kind(self, side):
        return "lstm" if self.o[side + "-cell"] == "lstm" else "gru"

    def run(self, source, target):
        x = self.table("encoder")[source]
        m = np.concatenate([self.direction(x, "encoder_bi"),
                            self.direction(x[::-1], "encoder_bi_r")[::-1]], axis=1)
        start = np.tanh(self.dense(m.mean(axis=0), "decoder_ff_state", "", self.state))
        states = [(start, start)] * self.o["dec-depth"]
        hidden, weights = [], []
        for word in self.shifted(target, 1):
            context, top, a = self.step(word, m, states)
            hidden.append(np.tanh(sum(
                self.dense(part, "decoder_ff_logit_l1", number, self.width)
                for number, part in enumerate((word, top, context)))))
            weights.append([a])
        return (self.log_likelihood(np.array(hidden), target, "decoder_ff_logit_l2"),
                [np.array(weights)])

    def dense(self, x, name, number, outputs):
        y = x @ self.matrix(f"{name}_W{number}", len(x), outputs)
        if self.splits:
            y = y + self.vector(f"{name}_b{number}", outputs)
            return layer_norm(y, self.vector(f"{name}_ln_s{number}", outputs),
                              self.vector(f"{name}_ln_b{number}", outputs), 1e-5)
        return self.norm(y, f"{name}_gamma{number}", self.vector(f"{name}_b{number}", outputs))

    def attend(self, s, m):
        size = m.shape[1]
        keys = m @ self.matrix("decoder_Wc_att", size, size)
        if self.splits:
            keys = layer_norm(keys + self.vector("decoder_b_att", size),
                              self.vector("decoder_Wc_att_lns", size),
                              self.vector("decoder_Wc_att_lnb", size), 1e-5)
            query = layer_norm(s @ self.matrix("decoder_W_comb_att", len(s), size),
                               self.vector("decoder_W_comb_att_lns", size),
                               self.vector("decoder_W_comb_att_lnb", size), 1e-5)
            return self.weigh(keys, query, m)
        keys = self.norm(keys, "decoder_att_gamma1", self.vector("decoder_b_att", size))
        query = self.norm(s @ self.matrix("decoder_W_comb_att", len(s), size), "decoder_att_gamma2")
        return self.weigh(keys, query, m)

    def weigh(self, keys, query, m):
        v = self.matrix("decoder_U_att", m.shape[1], 1)
        a = softmax((np.tanh(keys + query) @ v)[:, 0])
        return a @ m, a

    def step(self, word, m, states):
        """Changes `states`."""
        kind = self.cell_kind("dec")
        state = self.cell(kind, "decoder_cell1", word, states[0])
        context, a = self.attend(state[0], m)
        for deep in range(2, self.o["dec-cell-base-depth"] + 1):
            state = self.cell(kind, f"decoder_cell{deep}", context if deep == 2 else None, state,
                              final=True)
        states[0], top = state, state[0]
        for layer in range(2, self.o["dec-depth"] + 1):
            state = self.cell(kind, f"decoder_l{layer}_cell1", top, states[layer - 1])
            for deep in range(2, self.o["dec-cell-high-depth"] + 1):
                state = self.cell(kind, f"decoder_l{layer}_cell{deep}", None, state)
            states[layer - 1] = state
            top = state[0] + (top if self.o["skip"] else 0)
        return context, top, a


def run(p, o, vocabularies, source, target):
    """log p of each target token, and weights [layers][T][H][S]."""
    kind = Transformer if o["type"] == "transformer" else Recurrent
    return kind(p, o, vocabularies).run(source, target)
