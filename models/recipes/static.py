"""Step 2: the static table (`models/fast`).

One vector a vocabulary piece, a text is the mean of its pieces. Symmetric in-batch InfoNCE over
translated pairs (temperature 0.05), batches of 1,024 pairs of one language, sparse Adam at 5e-3
falling to 0: about eight minutes on two CPU cores.

Reads   <work>/pairs.jsonl, <work>/tokenizer.json
Writes  <work>/ids.npz (the tokenised pairs), <work>/static.npy (V x 256, f32)

    python static.py --work DIR [--minutes 8]
"""
import argparse, json, os, time

import numpy as np
import torch
from tokenizers import Tokenizer

def flat(rows):
    return np.concatenate(rows), np.cumsum([0] + [len(r) for r in rows])

def tokenise(work):
    """Both sides of every pair, flat ids and offsets, cached."""
    path = f"{work}/ids.npz"
    if not os.path.exists(path):
        tok = Tokenizer.from_file(f"{work}/tokenizer.json")
        langs, sides = [], ([], [])
        rows = [json.loads(line) for line in open(f"{work}/pairs.jsonl", encoding="utf-8")]
        for start in range(0, len(rows), 50_000):
            part = rows[start:start + 50_000]
            langs += [r["lang"] for r in part]
            for side, key in zip(sides, ("en", "other")):
                side += [np.array(e.ids[:96] or [1], dtype=np.int32) for e in tok.encode_batch([r[key] for r in part])]
            print("tokenised", len(langs), flush=True)
        (a, ao), (b, bo) = flat(sides[0]), flat(sides[1])
        np.savez(path, a=a, ao=ao, b=b, bo=bo, lang=np.array(langs))
    return np.load(path)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", required=True)
    ap.add_argument("--minutes", type=float, default=8)
    ap.add_argument("--dim", type=int, default=256)
    a = ap.parse_args()
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    z = {k: v for k, v in tokenise(a.work).items()}
    vocab = Tokenizer.from_file(f"{a.work}/tokenizer.json").get_vocab_size()
    bag = torch.nn.EmbeddingBag(vocab, a.dim, mode="mean", sparse=True)
    torch.nn.init.normal_(bag.weight, std=0.1)

    def vectors(ids, off, ix):
        parts = [ids[off[i]:off[i + 1]] for i in ix]
        offsets = np.cumsum([0] + [len(p) for p in parts[:-1]])
        out = bag(torch.from_numpy(np.concatenate(parts).astype(np.int64)), torch.from_numpy(offsets))
        return torch.nn.functional.normalize(out, dim=-1)

    by = {l: np.flatnonzero(z["lang"] == l) for l in sorted(set(z["lang"].tolist()))}
    held = {l: ix[-500:] for l, ix in by.items()}
    by = {l: ix[:-500] for l, ix in by.items()}
    names = list(by)
    weight = np.array([len(by[l]) ** 0.6 for l in names])
    weight /= weight.sum()
    opt = torch.optim.SparseAdam(list(bag.parameters()), lr=5e-3)
    began, step = time.time(), 0
    while (done := (time.time() - began) / (a.minutes * 60)) < 1:
        for g in opt.param_groups:
            g["lr"] = 5e-3 * (1 - done) + 1e-5
        l = names[rng.choice(len(names), p=weight)]
        ix = rng.choice(by[l], 1024, replace=False)
        s = vectors(z["a"], z["ao"], ix) @ vectors(z["b"], z["bo"], ix).T / 0.05
        gold = torch.arange(len(ix))
        loss = (torch.nn.functional.cross_entropy(s, gold) + torch.nn.functional.cross_entropy(s.T, gold)) / 2
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
        if step % 500 == 0:
            with torch.no_grad():
                acc = {l: round(float(((vectors(z["a"], z["ao"], h) @ vectors(z["b"], z["bo"], h).T).argmax(1).numpy() == np.arange(len(h))).mean()), 3) for l, h in held.items()}
            print(step, round(loss.item(), 3), int(time.time() - began), acc, flush=True)
    np.save(f"{a.work}/static.npy", bag.weight.detach().numpy())
    print("steps", step)

if __name__ == "__main__":
    main()
