#!/usr/bin/env python3
"""Writes numbers.json: the log-probability of each target token of some sentence pairs under many
small models, computed without Heed by golden_recurrent.py and golden_transformer.py, and the first
pair's attention weights. Needs NumPy (Debian: python3-numpy).

    make_numbers.py        writes the file
    make_numbers.py NAME   lists the parameters of one configuration
"""

import json
import pathlib
import sys
import zlib

import golden_recurrent
import golden_transformer
from golden_layers import Parameters

COMMON = {"enc-depth": 1, "dec-depth": 1, "tied-embeddings": True, "tied-embeddings-all": True,
          "attention-normalizer": "softmax", "attention-window-width": 10, "max-positions": 24}
RECURRENT = COMMON | {
    "type": "rnn", "dim-emb": 8, "dim-rnn": 6, "dim-rnn-encoder": 0, "enc-cell": "gru",
    "dec-cell": "gru", "dec-transition": "conditional", "layer-normalization": False,
    "attention": "additive", "attention-dim": 4, "attention-heads": 2, "attention-window": "none",
    "attention-timing": "pre", "attention-fertility": False, "input-feeding": False,
    "context-gate": "none"}
TRANSFORMER = COMMON | {
    "type": "transformer", "dim-emb": 12, "transformer-dim-ffn": 10, "transformer-heads": 2,
    "encoder-attention": "multi-head", "decoder-attention": "multi-head",
    "cross-attention": "multi-head", "kv-heads": 2, "norm": "pre", "activation": "relu",
    "positions": "sinusoidal"}

LSTM = {"enc-cell": "lstm", "dec-cell": "lstm"}
DEEP = {"enc-depth": 2, "dec-depth": 2}
SINGLE = {"dec-transition": "single"}
POST = SINGLE | {"attention-timing": "post"}
HALVES = {"dim-rnn-encoder": 3}  # both directions together are as wide as the decoder
APART = {"tied-embeddings": False, "tied-embeddings-all": False}
NORMED = {"layer-normalization": True}


def attention(kind, **options):
    return {"attention": kind} | {"attention-" + name: value for name, value in options.items()}


def everywhere(kind):
    return {"encoder-attention": kind, "decoder-attention": kind, "cross-attention": kind}


CONFIGURATIONS = {name: RECURRENT | options for name, options in {
    "bahdanau": SINGLE | APART,
    "nematus": NORMED | APART | {"tied-embeddings": True},
    "lstm_single_deep": LSTM | SINGLE | DEEP,
    "lstm_conditional_deep": LSTM | DEEP | NORMED | {"dim-rnn-encoder": 4},  # residual from words
    "none": attention("none") | DEEP,
    "none_single": attention("none") | SINGLE | {"dec-cell": "lstm"},
    "fixed": attention("fixed") | SINGLE | LSTM | DEEP,
    "mean": attention("mean") | {"enc-cell": "lstm"},
    "normed_additive": attention("normed-additive"),
    "concat": attention("concat", dim=0) | SINGLE,
    "dot_post": attention("dot") | POST | HALVES,
    "dot_monotonic_window": attention("dot", window="monotonic") | HALVES
        | {"attention-window-width": 1},
    "luong": attention("general") | POST | LSTM | DEEP | {"input-feeding": True},
    "luong_local_p": attention("general", window="predictive") | POST
        | {"attention-window-width": 2},
    "location": attention("location") | SINGLE,
    "scaled_dot_sparsemax": attention("scaled-dot", normalizer="sparsemax"),
    "multi_head_entmax15": attention("multi-head", normalizer="entmax15") | SINGLE,
    "multi_head_local_p": attention("multi-head", normalizer="entmax15", window="predictive")
        | {"attention-window-width": 2},
    "multi_head_additive_sigmoid": attention("multi-head-additive", normalizer="sigmoid"),
    "location_sensitive": attention("location-sensitive"),
    "coverage_sparsemax": attention("coverage", normalizer="sparsemax") | SINGLE,
    "coverage_fertility": attention("coverage", fertility=True),
    "gate_source": SINGLE | {"context-gate": "source"},
    "gate_target": SINGLE | {"context-gate": "target", "dec-cell": "lstm"},
    "gate_both": SINGLE | NORMED | {"context-gate": "both"},
}.items()} | {name: TRANSFORMER | options for name, options in {
    "vaswani": DEEP | {"norm": "post"},
    "gelu_learned": DEEP | APART | {"activation": "gelu", "positions": "learned"},
    "rms_swiglu_none": {"norm": "rms", "activation": "swiglu", "positions": "none",
                        "attention-normalizer": "sigmoid"},
    "relative": {"positions": "relative"},
    "t5": DEEP | {"positions": "t5"},
    "alibi": {"positions": "alibi", "norm": "post"},
    "rope_grouped_query": everywhere("grouped-query") | {
        "positions": "rope", "transformer-heads": 4, "dim-emb": 16, "norm": "rms",
        "activation": "swiglu"},
    "relative_multi_query": everywhere("multi-query") | {"positions": "relative"},
    "additive": everywhere("additive") | {"positions": "alibi"},
    "additive_sparsemax": everywhere("additive") | {
        "positions": "t5", "attention-normalizer": "sparsemax"},
    "average": {"decoder-attention": "average", "norm": "post"},
    "ssru": DEEP | {"decoder-attention": "ssru"},
    "linear": everywhere("linear"),
    "window": everywhere("window") | {
        "cross-attention": "multi-head", "attention-window-width": 2, "positions": "rope",
        "attention-normalizer": "entmax15"},
}.items()}

PLACES_FAR_APART = ("relative", "t5")  # clipped from 16, by logarithm from 8 and from 16 tokens on


def sentence(length, vocabulary, start):
    """Tokens but for <unk>, <s> and </s>, then </s>."""
    return [3 + (start + 3 * i) % (vocabulary - 3) for i in range(length - 1)] + [2]


def golden(name, options):
    is_joint = options["tied-embeddings-all"]
    vocabularies = {"source": 13 if is_joint else 11, "target": 13, "bos": 1, "eos": 2}
    lengths = [(5, 4), (1, 1), (7, 6)]
    if name in PLACES_FAR_APART:
        lengths[2] = (21, 20)
    pairs = [[sentence(length, vocabularies[side], 2 * i + start) for length, side, start in
              ((source, "source", 0), (target, "target", 1))]
             for i, (source, target) in enumerate(lengths)]
    model = golden_recurrent if options["type"] == "rnn" else golden_transformer
    parameters = Parameters()
    results = [model.run(parameters, options, vocabularies, *pair) for pair in pairs]
    weights = [[[round(w, 7) for w in head] for head in token]
               for layer in results[0][1] for token in layer]
    return {"name": name, "options": options, "vocabularies": vocabularies,
            "listing_crc32": zlib.crc32(parameters.listing().encode()),
            "source": [pair[0] for pair in pairs], "target": [pair[1] for pair in pairs],
            "log_probabilities": [[round(x, 9) for x in result[0]] for result in results],
            "weights_of_first": weights}, parameters


def main():
    if len(sys.argv) > 1:
        print(golden(sys.argv[1], CONFIGURATIONS[sys.argv[1]])[1].listing(), end="")
        return
    lines = [json.dumps(golden(name, options)[0], separators=(",", ":"))
             for name, options in CONFIGURATIONS.items()]
    path = pathlib.Path(__file__).parent / "numbers.json"
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
