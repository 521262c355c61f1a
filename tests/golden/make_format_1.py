#!/usr/bin/env python3
"""Writes the model files of format 1 in this directory, without Heed and from what
lib/model/container.h and lib/model/model_file.h say, so that the format is what they say and stays
so. Values are sin(0.7 k) / 2 + 0.1 for the k-th number of a file's parameters, counted from 0."""

import json
import math
import pathlib
import struct
import zlib

OPTIONS = {
    "dim-emb": 8, "enc-depth": 1, "dec-depth": 1, "tied-embeddings": True,
    "tied-embeddings-all": True, "dim-rnn": 6, "enc-cell": "gru", "dec-cell": "gru",
    "dec-transition": "conditional", "layer-normalization": False, "attention": "additive",
    "attention-dim": 5, "attention-heads": 4, "transformer-dim-ffn": 12, "transformer-heads": 2,
    "norm": "pre", "activation": "relu", "positions": "sinusoidal", "max-positions": 512,
    "dropout": 0.1, "dropout-attention": 0, "dropout-ffn": 0, "dropout-rnn": 0,
    "dropout-source": 0, "dropout-target": 0}


def message(number, payload):
    """A field of bytes, messages or text, in Protocol Buffers."""
    return bytes([number << 3 | 2, len(payload)]) + payload


def tokenizer(words):
    """A SentencePiece model: control pieces, words and letters."""
    def piece(text, score, kind):
        fields = message(1, text.encode()) + b"\x15" + struct.pack("<f", score)
        return message(1, fields + b"\x18" + bytes([kind]))
    pieces = [piece("<unk>", 0, 2), piece("<s>", 0, 3), piece("</s>", 0, 3)]
    pieces += [piece(word, -1.5 - 0.1 * i, 1) for i, word in enumerate(words)]
    pieces += [piece(letter, -9.0, 1) for letter in "\u2581abcdefghijklmnopqrstuvwxyz-"]
    unigram = b"\x18\x01"
    return b"".join(pieces) + message(2, unigram) + message(3, message(1, b"identity")), len(pieces)


def rnn(vocabulary):
    return {
        "embedding": [vocabulary, 8], "output.bias": [1, vocabulary],
        "encoder.0.forward.input.weight": [8, 18], "encoder.0.forward.hidden.weight": [6, 18],
        "encoder.0.forward.bias": [1, 18], "encoder.0.backward.input.weight": [8, 18],
        "encoder.0.backward.hidden.weight": [6, 18], "encoder.0.backward.bias": [1, 18],
        "attention.query.weight": [6, 5], "attention.key.weight": [12, 5],
        "attention.key.bias": [1, 5], "attention.v": [1, 5],
        "decoder.initial.weight": [12, 6], "decoder.initial.bias": [1, 6],
        "decoder.0.input.weight": [8, 18], "decoder.0.hidden.weight": [6, 18],
        "decoder.0.bias": [1, 18], "decoder.0.conditional.input.weight": [12, 18],
        "decoder.0.conditional.hidden.weight": [6, 18], "decoder.0.conditional.bias": [1, 18],
        "decoder.readout.weight": [26, 16], "decoder.readout.bias": [1, 16]}


def transformer(source, target):
    shapes = {"target.embedding": [target, 8], "source.embedding": [source, 8],
              "output.bias": [1, target]}

    def linear(name, inputs, outputs):
        shapes[name + ".weight"], shapes[name + ".bias"] = [inputs, outputs], [1, outputs]

    def norm(name):
        shapes[name + ".norm.gain"] = shapes[name + ".norm.bias"] = [1, 8]

    for side, parts in [("encoder", ["self_attention"]),
                        ("decoder", ["self_attention", "cross_attention"])]:
        linear(side + ".0.self_attention.query_key_value", 8, 24)
        if "cross_attention" in parts:
            linear(side + ".0.cross_attention.query", 8, 8)
            linear(side + ".0.cross_attention.key_value", 8, 16)
        for part in parts:
            linear(f"{side}.0.{part}.output", 8, 8)
        linear(side + ".0.feed_forward.in", 8, 12)
        linear(side + ".0.feed_forward.out", 12, 8)
        for part in parts + ["feed_forward"]:
            norm(f"{side}.0.{part}")
        norm(side)
    return shapes


def parameters(shapes, letter):
    """Tensors of F32 ("f") or F16 ("e")."""
    k = 0
    tensors = []
    for name, shape in shapes.items():
        count = math.prod(shape)
        values = [math.sin(0.7 * i) / 2 + 0.1 for i in range(k, k + count)]
        k += count
        data = struct.pack(f"<{count}{letter}", *values)
        tensors.append((name, {"f": "F32", "e": "F16"}[letter], shape, data))
    return tensors


def checksum(metadata, tensors):
    def text(value):
        return struct.pack("<Q", len(value.encode())) + value.encode()
    content = b"".join(text(name) + text(metadata[name]) for name in sorted(metadata))
    for name, dtype, shape, data in sorted(tensors):
        content += text(name) + text(dtype) + text(",".join(map(str, shape))) + data
    return f"{zlib.crc32(content):08x}"


def padded(tensors):
    """Tensors of zeros after those that do not end at a multiple of 64 bytes."""
    result = []
    for tensor in tensors:
        result.append(tensor)
        padding = -len(tensor[3]) % 64
        if padding:
            result.append((f"__padding__{len(result)}", "U8", [padding], bytes(padding)))
    return result


def write(name, options, sizes, tensors, has_padding):
    vocabularies = {"source": sizes[0], "target": sizes[1], "bos": 1, "eos": 2}
    metadata = {"heed_format": "1", "heed_kind": "model", "model": json.dumps(options),
                "vocabularies": json.dumps(vocabularies), "training": json.dumps({"note": "golden"})}
    metadata["heed_checksum"] = checksum(metadata, tensors)
    header = {"__metadata__": metadata}
    offset = 0
    tensors = padded(tensors) if has_padding else tensors
    for tensor, dtype, shape, data in tensors:
        header[tensor] = {"dtype": dtype, "shape": shape,
                          "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    data = b"".join(tensor[3] for tensor in tensors)
    path = pathlib.Path(__file__).parent / name
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main():
    joint, size = tokenizer(["\u2581drei", "und", "vierzig", "\u2581forty", "three"])
    write("format-1-rnn.safetensors", {"type": "rnn"} | OPTIONS, [size, size],
          parameters(rnn(size), "f") + [("tokenizer", "U8", [len(joint)], joint)], True)
    source, source_size = tokenizer(["\u2581drei", "und", "vierzig"])
    target, target_size = tokenizer(["\u2581forty", "three"])
    write("format-1-transformer.safetensors",
          {"type": "transformer"} | OPTIONS | {"tied-embeddings-all": False},
          [source_size, target_size],
          [("tokenizer.target", "U8", [len(target)], target),
           ("tokenizer.source", "U8", [len(source)], source)]
          + parameters(transformer(source_size, target_size), "e"), False)


main()
