"""Step 3: a multilingual vocabulary for an English body.

IBM Model 1 (Brown et al. 1993), run over pieces: for every language, which English WordPieces does a
piece of ours stand beside? The new piece's input vector is the expectation of the English input
vectors under that translation table, so the English body reads a rough word-by-word gloss before a
single step of training. English pieces are aligned by character offsets, which is exact.

Reads   <work>/pairs.jsonl, <work>/tokenizer.json, the teacher's folder
Writes  <work>/transplant.npy  (V + 2) x 384, f32; the last two rows are the teacher's [CLS], [SEP]

    python align.py --work DIR --teacher DIR
"""
import argparse, collections, json, time

import numba
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

PER_LANGUAGE = 60_000
ROUNDS = 5

@numba.njit(cache=False)
def cells(f, fo, e, eo, base, out):
    n = 0
    for s in range(len(fo) - 1):
        for j in range(eo[s], eo[s + 1]):
            for i in range(fo[s], fo[s + 1]):
                out[n] = f[i] * base + e[j]
                n += 1
    return n

@numba.njit(cache=False)
def expect(fo, eo, where, t, counts):
    """One E step: counts[k] += probability that English piece j was made by our piece i."""
    n = 0
    for s in range(len(fo) - 1):
        w = fo[s + 1] - fo[s]
        for _ in range(eo[s], eo[s + 1]):
            z = 1e-9
            for i in range(w):
                z += t[where[n + i]]
            for i in range(w):
                counts[where[n + i]] += t[where[n + i]] / z
            n += w

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", required=True)
    ap.add_argument("--teacher", required=True)
    a = ap.parse_args()
    rng = np.random.default_rng(0)
    ours = Tokenizer.from_file(f"{a.work}/tokenizer.json")
    theirs = Tokenizer.from_file(f"{a.teacher}/tokenizer.json")
    theirs.no_padding()
    theirs.no_truncation()
    base, vocab = theirs.get_vocab_size(), ours.get_vocab_size()
    by = collections.defaultdict(list)
    for line in open(f"{a.work}/pairs.jsonl", encoding="utf-8"):
        r = json.loads(line)
        by[r["lang"]].append((r["en"], r["other"]))
    total = collections.Counter()  # key f * base + e -> expected count
    began = time.time()

    english = sorted({en for rows in by.values() for en, _ in rows[:20_000]})[:200_000]
    for start in range(0, len(english), 20_000):
        part = english[start:start + 20_000]
        keys = []
        for x, y in zip(ours.encode_batch(part), theirs.encode_batch(part, add_special_tokens=False)):
            j = 0
            for f, (s, t) in zip(x.ids, x.offsets):
                while j < len(y.ids) and y.offsets[j][1] <= s:
                    j += 1
                k = j
                while k < len(y.ids) and y.offsets[k][0] < t:
                    keys.append(f * base + y.ids[k])
                    k += 1
        keys, n = np.unique(np.array(keys, dtype=np.int64), return_counts=True)
        for k, c in zip(keys.tolist(), n.tolist()):
            total[k] += c
    print("english", len(total), int(time.time() - began), flush=True)

    for lang, rows in sorted(by.items()):
        pick = rng.permutation(len(rows))[:PER_LANGUAGE]
        en = [e.ids[:48] or [100] for e in theirs.encode_batch([rows[i][0] for i in pick], add_special_tokens=False)]
        ot = [e.ids[:48] or [1] for e in ours.encode_batch([rows[i][1] for i in pick])]
        f, fo = np.concatenate([np.array(x, dtype=np.int64) for x in ot]), np.cumsum([0] + [len(x) for x in ot])
        e, eo = np.concatenate([np.array(x, dtype=np.int64) for x in en]), np.cumsum([0] + [len(x) for x in en])
        size = int(((fo[1:] - fo[:-1]) * (eo[1:] - eo[:-1])).sum())
        flat = np.empty(size, dtype=np.int64)
        cells(f, fo, e, eo, base, flat)
        keys, where = np.unique(flat, return_inverse=True)
        where = where.astype(np.int32)
        del flat
        piece = keys // base
        t = np.full(len(keys), 1.0, dtype=np.float32)
        for _ in range(ROUNDS):
            counts = np.zeros(len(keys), dtype=np.float32)
            expect(fo, eo, where, t, counts)
            mass = np.bincount(piece, weights=counts, minlength=vocab)
            t = (counts / np.maximum(mass[piece], 1e-9)).astype(np.float32)
        keep = (t > 0.02) & (counts > 0.3)
        for k, c in zip(keys[keep].tolist(), counts[keep].tolist()):
            total[k] += c
        print(lang, len(pick), size, int(keep.sum()), int(time.time() - began), flush=True)

    source = load_file(f"{a.teacher}/model.safetensors")
    name = next(k for k in source if k.endswith("word_embeddings.weight"))
    source = source[name].astype(np.float32)
    keys = np.array(list(total), dtype=np.int64)
    count = np.array(list(total.values()), dtype=np.float64)
    f, e = keys // base, keys % base
    mass = np.bincount(f, weights=count, minlength=vocab)
    p = (count / mass[f]) ** 1.5  # sharpened: what is left of Model 1's smear over function words
    p /= np.bincount(f, weights=p, minlength=vocab)[f]
    new = np.zeros((vocab + 2, source.shape[1]), dtype=np.float32)
    np.add.at(new, f, (p[:, None] * source[e]).astype(np.float32))
    bare = np.flatnonzero(mass == 0)
    new[bare] = source.mean(0)
    new[vocab] = source[theirs.token_to_id("[CLS]")]
    new[vocab + 1] = source[theirs.token_to_id("[SEP]")]
    np.save(f"{a.work}/transplant.npy", new)
    print("pieces never seen", len(bare), "of", vocab, int(time.time() - began))
    inverse = {v: k for k, v in theirs.get_vocab().items()}
    for word in ("▁сеть", "▁не", "以太坊", "需要", "▁jamais", "▁marché", "市場", "▁değil", "▁nunca", "▁wird"):
        i = ours.token_to_id(word)
        if i is not None:
            top = np.argsort(-np.where(f == i, p, 0))[:5]
            print(word, [(inverse[int(e[k])], round(float(p[k]), 2)) for k in top])

if __name__ == "__main__":
    main()
