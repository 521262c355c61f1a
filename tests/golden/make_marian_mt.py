#!/usr/bin/env python3
"""Writes marian_mt/: small MarianMT models in the form of Hugging Face's transformers, and in
results.json what its MarianTokenizer and MarianMTModel make of some lines: numbers of pieces, greedy
and beam translations with log p, and the greedy ones again with Marian's positions and epsilon.
Text is of number words, vocabularies are SentencePiece's, weights are trained here for some hundred
steps. Needs torch, transformers and sentencepiece; the files are of versions 2.11, 5.17 and 0.2.2,
and others, or a machine that trains to another step, make other models."""

import io
import json
import math
import os
import pathlib
import random
import time

import sentencepiece
import torch
import transformers

WORDS = {"en": "zero one two three four five six seven eight nine ten eleven twelve".split(),
         "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split(),
         "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf".split()}
TENS = {"en": "twenty thirty forty fifty sixty".split(),
        "de": "zwanzig dreißig vierzig fünfzig sechzig".split(),
        "nl": "twintig dertig veertig vijftig zestig".split()}
THINGS = {"en": "apples pears boats cows".split(), "de": "Äpfel Birnen Boote Kühe".split(),
          "nl": "appels peren boten koeien".split()}
AND = {"en": "and", "de": "und", "nl": "en"}
LONGEST = 80  # max_length: the start token, and all others with </s>
VARIANTS = [dict(name="scaled", seed=100, activation="swish", separate=False, bias=0.0, tags=[]),
            dict(name="separate", seed=102, activation="relu", separate=True, bias=0.3, tags=[]),
            dict(name="tagged", seed=103, activation="swish", separate=False, bias=0.2,
                 tags=[">>de<<", ">>nl<<"])]


def number(n, language):
    words = WORDS[language]
    if n < 13:
        return words[n]
    ten, one = TENS[language][n // 10 - 2], n % 10
    if one == 0:
        return ten
    if language == "en":
        return f"{ten}-{words[one]}"
    unit = words[one].removesuffix("s") if one == 1 else words[one]
    return f"{unit}und{ten}" if language == "de" else f"{unit}en{ten}"


def sentence(items, language):
    parts = [f"{number(n, language)} {THINGS[language][thing]}" for n, thing in items]
    text = ", ".join(parts[:-1]) + f" {AND[language]} {parts[-1]}" if parts[1:] else parts[0]
    return text[0].upper() + text[1:] + "."


def pairs(seed, count, target, longest=3):
    rng, made = random.Random(seed), []
    for _ in range(count):
        items = [(rng.choice(list(range(2, 13)) + list(range(20, 70))), rng.randrange(4))
                 for _ in range(rng.randint(1, longest))]
        made.append((sentence(items, "en"), sentence(items, target)))
    return made


def train_spm(lines):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=90, hard_vocab_limit=False,
        character_coverage=1.0, normalization_rule_name="identity", num_threads=1, minloglevel=2)
    return model.getvalue()


class Vocabularies:
    """source.spm, target.spm and numbers as OPUS-MT has them: </s> 0, <unk> 1, <pad> last."""

    def __init__(self, corpus, separate, tags):
        self.spm = [train_spm([pair[side] for pair in corpus]) for side in (0, 1)]
        self.processors = [sentencepiece.SentencePieceProcessor(model_proto=m) for m in self.spm]
        lists = [[p.IdToPiece(i) for i in range(p.GetPieceSize())
                  if not (p.IsControl(i) or p.IsUnknown(i))] for p in self.processors]
        if separate:
            most = max(map(len, lists))
            made = [["</s>", "<unk>"] + pieces + [f"<extra_{i}>" for i in range(most - len(pieces))]
                    + ["<pad>"] for pieces in lists]
        else:
            new = [p for p in lists[1] if p not in set(lists[0])]
            made = [["</s>", "<unk>"] + lists[0] + new + tags + ["<pad>"]] * 2
        self.lists, self.separate = made, separate
        self.numbers = [{piece: i for i, piece in enumerate(pieces)} for pieces in made]
        self.size, self.pad = len(made[0]), len(made[0]) - 1

    def encode(self, text, side):
        ids = []
        if side == 0 and text.startswith(">>"):
            tag, text = text.split("<<", 1)
            ids.append(self.numbers[0][tag + "<<"])
        return ids + [self.numbers[side].get(p, 1)
                      for p in self.processors[side].EncodeAsPieces(text)] + [0]

    def decode(self, ids):
        text = "".join(self.lists[1][i] for i in ids if i not in (0, self.pad))
        return text.replace("\u2581", " ").strip()

    def write(self, folder):
        for name, model in zip(("source.spm", "target.spm"), self.spm):
            (folder / name).write_bytes(model)
        names = ("vocab.json", "target_vocab.json") if self.separate else ("vocab.json",)
        for name, numbers in zip(names, self.numbers):
            (folder / name).write_text(json.dumps(numbers, ensure_ascii=False, indent=1))


def make_model(variant, vocabularies):
    pad = vocabularies.pad
    model = transformers.MarianMTModel(transformers.MarianConfig(
        vocab_size=vocabularies.size, decoder_vocab_size=vocabularies.size, d_model=24,
        encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=96,
        activation_function=variant["activation"], scale_embedding=True,
        share_encoder_decoder_embeddings=not variant["separate"], dropout=0.0,
        attention_dropout=0.0, activation_dropout=0.0, init_std=0.1, pad_token_id=pad,
        eos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0, bos_token_id=0,
        static_position_embeddings=True, normalize_before=False, normalize_embedding=False,
        add_final_layer_norm=False, add_bias_logits=False, tie_word_embeddings=True)).float()
    model.set_attn_implementation("eager")
    if variant["bias"]:
        bias = torch.randn(1, vocabularies.size) * variant["bias"]
        bias[0, pad] = 0
        model.final_logits_bias.copy_(bias)
    model.generation_config = transformers.GenerationConfig(
        bad_words_ids=[[pad]], bos_token_id=0, decoder_start_token_id=pad, eos_token_id=0,
        forced_eos_token_id=0, max_length=LONGEST, num_beams=4, pad_token_id=pad,
        renormalize_logits=True)
    return model


def batch_of(rows, fill):
    width = max(map(len, rows))
    return torch.tensor([row + [fill] * (width - len(row)) for row in rows])


def inputs_of(sources, pad):
    return dict(input_ids=batch_of(sources, pad),
                attention_mask=batch_of([[1] * len(source) for source in sources], 0))


def logits_of(model, sources, targets):
    pad = model.config.pad_token_id
    shifted = batch_of([[pad] + target[:-1] for target in targets], pad)
    return model(**inputs_of(sources, pad), decoder_input_ids=shifted, use_cache=False).logits


def train(model, vocabularies, corpus, seconds=11, steps=500):
    rng, start = random.Random(5), time.time()
    encoded = [(vocabularies.encode(s, 0), vocabularies.encode(t, 1)) for s, t in corpus]
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=1e-3, betas=(0.9, 0.98))
    model.train()
    for step in range(1, steps + 1):
        if time.time() - start > seconds:
            break
        for group in optimizer.param_groups:
            group["lr"] = 6e-3 * min(step / 40, 1) * (0.1 + 0.9 * max(0.0, 1 - step / steps))
        batch = [encoded[rng.randrange(len(encoded))] for _ in range(48)]
        logits = logits_of(model, [s for s, _ in batch], [t for _, t in batch])
        labels = batch_of([t for _, t in batch], -100)
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(),
                                                 ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    model.eval()


def translate(model, vocabularies, sources, beam):
    """Of each source the beam's translations: numbers with </s>, text, score."""
    out = model.generate(**inputs_of(sources, vocabularies.pad), num_beams=beam, do_sample=False,
                         num_return_sequences=beam, return_dict_in_generate=True,
                         output_scores=True)
    rows = [row[1:row.index(0) + 1] for row in out.sequences.tolist()]
    scores = out.sequences_scores.tolist() if beam > 1 else [0] * len(rows)
    made = [(row, vocabularies.decode(row), round(s, 5)) for row, s in zip(rows, scores)]
    return [made[i:i + beam] for i in range(0, len(made), beam)]


def log_probabilities(model, sources, targets):
    """Sums over tokens and </s>, where <pad> can't come."""
    logits = logits_of(model, sources, targets)
    logits[:, :, model.config.pad_token_id] = float("-inf")
    logs = torch.log_softmax(logits.double(), -1)
    return [round(sum(logs[b, i, token].item() for i, token in enumerate(target)), 5)
            for b, target in enumerate(targets)]


def compute_as_marian(model):
    for side in (model.model.encoder, model.model.decoder):
        rows, width = side.embed_positions.weight.shape
        frequencies = torch.exp(-math.log(10000.0) * torch.arange(width // 2).double()
                                / (width // 2 - 1))
        angles = torch.arange(rows).double()[:, None] * frequencies[None]
        side.embed_positions.weight.data.copy_(torch.cat([angles.sin(), angles.cos()], 1).float())
    for module in model.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.eps = 1e-9


def tokenizer_of(folder, separate):
    more = dict(target_vocab_file=str(folder / "target_vocab.json"), separate_vocabs=True)
    return transformers.MarianTokenizer(
        *(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")),
        **(more if separate else {}))


@torch.no_grad()
def results(model, vocabularies, folder, lines, with_marian):
    sources = [vocabularies.encode(line, 0) for line in lines]
    tokenizer = tokenizer_of(folder, vocabularies.separate)
    greedy = [found[0] for found in translate(model, vocabularies, sources, 1)]
    logs = log_probabilities(model, sources, [ids for ids, _, _ in greedy])
    beams = translate(model, vocabularies, sources, 4)
    made = [{"source": line, "source_ids": tokenizer(line).input_ids, "greedy": g[1],
             "greedy_ids": g[0], "greedy_log_p": log_p}
            for line, g, log_p in zip(lines, greedy, logs)]
    for line, (best, *_) in zip(made, beams):
        if len(best[0]) < LONGEST - 1:  # one that is cut off has </s> for nothing there
            line |= {"beam": best[1], "beam_score": best[2]}
    if with_marian:
        compute_as_marian(model)
        greedy = [found[0] for found in translate(model, vocabularies, sources, 1)]
        logs = log_probabilities(model, sources, [ids for ids, _, _ in greedy])
        for line, g, log_p in zip(made, greedy, logs):
            line |= {"marian_greedy": g[1], "marian_log_p": log_p}
    return made


def make(variant, folder):
    torch.manual_seed(variant["seed"])
    if variant["tags"]:
        pure = pairs(1, 1500, "de") + pairs(2, 1500, "nl")
        corpus = [(f">>{'de' if i < 1500 else 'nl'}<< {s}", t) for i, (s, t) in enumerate(pure)]
        lines = [f">>{l}<< {s}" for seed, l in ((11, "de"), (12, "nl"))
                 for s, _ in pairs(seed, 26, l, 5)]
    else:
        pure = corpus = pairs(1, 3000, "de")
        lines = [s for s, _ in pairs(11, 50, "de", 5)] + ["Seven ωapples.", "7 boats & 3 cows"]
    vocabularies = Vocabularies(pure, variant["separate"], variant["tags"])
    model = make_model(variant, vocabularies)
    train(model, vocabularies, corpus)
    folder.mkdir(parents=True, exist_ok=True)
    vocabularies.write(folder)
    model.save_pretrained(folder)
    if variant["name"] == "scaled":
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    (folder / "generation_config.json").unlink()
    made = results(model, vocabularies, folder, lines, not variant["tags"])
    text = ",\n".join(json.dumps(line, ensure_ascii=False) for line in made)
    (folder / "results.json").write_text(
        f'{{"max_length": {LONGEST}, "lines": [\n{text}\n]}}\n')


def main():
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for variant in VARIANTS:
        make(variant, pathlib.Path(__file__).with_name("marian_mt") / variant["name"])


if __name__ == "__main__":
    main()
