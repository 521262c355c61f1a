#!/usr/bin/env python3
"""Writes subwords.json: codes that byte pair encoding learns from number words (Sennrich, Haddow and
Birch 2016, figure 1), of both versions of subword-nmt's files, and the pieces into which they cut
words: merge by merge as learnt, each over the whole word, without Heed. And codes that nobody would
learn, with which the order of merges shows."""

import collections
import json
import pathlib

TENS = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
ONES = "ein zwei drei vier fünf sechs sieben acht neun".split()
WORDS = [one + "und" + ten for one in ONES for ten in TENS] + TENS + ONES + ["hundert", "tausend"]
OTHERS = ["a", "zw", "zweihunderttausend", "undundund", "ßß", "Zwei", "zwei</w>", "</w>", "日本語und",
          "eineinein", "@@", "x@@y", "hunderthundert"]
STRANGE = {"#version: 0.2": ["ab c", "a b", "abc ab", "a a", "aa a", "b </w>", "c</w> d", "a b"],
           "#version: 0.1": ["abc </w>", "ab c", "a b", "a a", "c </w>"],
           "": ["a b", "b </w>", "a b</w>"]}
STRANGE_WORDS = ["abcabc", "aaaa", "aaaaa", "abab", "abcab", "ab", "b", "c", "caab", "abcd", "bab"]


def symbols(word, version):
    return list(word) + ["</w>"] if version != "0.2" else list(word[:-1]) + [word[-1] + "</w>"]


def merge(word, pair):
    merged, i = [], 0
    while i < len(word):
        if tuple(word[i:i + 2]) == pair:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(word[i])
            i += 1
    return merged


def learn(version, count):
    words, codes = [symbols(word, version) for word in WORDS], []
    for _ in range(count):
        pairs = collections.Counter(pair for word in words for pair in zip(word, word[1:]))
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        words = [merge(word, best) for word in words]
        codes.append(" ".join(best))
    return codes


def cut(word, codes, version):
    """The first of the codes that the word has, all its places, and again."""
    ordered = list(dict.fromkeys(tuple(code.split(" ")) for code in codes))
    parts = symbols(word, version)
    while True:
        there = [pair for pair in ordered if pair in set(zip(parts, parts[1:]))]
        if not there:
            break
        parts = merge(parts, there[0])
    if parts[-1] == "</w>":
        parts.pop()
    elif parts[-1].endswith("</w>"):
        parts[-1] = parts[-1][:-len("</w>")]
    return [part + "@@" for part in parts[:-1]] + parts[-1:]


def main():
    cases = []
    for version in ("0.1", "0.2"):
        cases.append(("#version: " + version, learn(version, 60), WORDS[::7] + OTHERS))
    cases += [(head, codes, STRANGE_WORDS) for head, codes in STRANGE.items()]
    result = [{"codes": "\n".join([head] * bool(head) + codes) + "\n",
               "pieces": {word: cut(word, codes, "0.2" if "0.2" in head else "0.1") for word in words}}
              for head, codes, words in cases]
    path = pathlib.Path(__file__).with_name("subwords.json")
    path.write_text(json.dumps(result, ensure_ascii=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
