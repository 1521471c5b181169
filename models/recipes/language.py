"""Trains src/language/grams.txt: which letter groups speak for which language.

A linear softmax over groups of 1 to 4 letters (words padded with `_`), one for the
languages in Latin letters and one for those in Cyrillic. Reads the translated pairs
(`english TAB other TAB source`, zstd) and the debate bank; lines whose FNV-1a hash is
a multiple of ten are never trained on: tests/language.rs measures on those.

    python language.py SHARED OUT
"""
import collections, glob, json, random, subprocess, sys
import numpy as np, torch

LATIN = "fra eng deu spa por ita tur pol nld ind vie".split()
CYRILLIC = "rus ukr".split()
PER = 24000


def fnv(text):
    h = 0xCBF29CE484222325
    for b in text.encode():
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def rows(shared, lang):
    """Sentences of one language: clean enough to be worth reading."""
    code = "fra" if lang == "eng" else lang
    raw = subprocess.run(["zstd", "-dc", f"{shared}/parallel/{code}.tsv.zst"], capture_output=True).stdout.decode()
    out, per_source = [], collections.Counter()
    lines = raw.split("\n")
    random.Random(1).shuffle(lines)
    for line in lines:
        cells = line.split("\t")
        if len(cells) != 3:
            continue
        text = cells[0] if lang == "eng" else cells[1]
        if fnv(text) % 10 == 0 or cells[0] == cells[1]:
            continue
        # one source must not be the language
        if per_source[cells[2]] >= PER // 3:
            continue
        if sum(c.isalpha() for c in text) < 12:
            continue
        per_source[cells[2]] += 1
        out.append(text)
        if len(out) >= PER:
            break
    for path in sorted(glob.glob(f"{shared}/bank/batch*.jsonl")):
        for line in open(path, encoding="utf8"):
            r = json.loads(line)
            if r["lang"] == lang and fnv(r["text"]) % 10:
                out.append(r["text"])
    return out


def words(text):
    """Lower-case runs of letters, without tickers, handles, tags and addresses."""
    out = []
    for chunk in text.split():
        if chunk[0] in "@#$" or "://" in chunk or chunk.startswith("www."):
            continue
        w = ""
        for c in chunk:
            if c.isalpha():
                w += c.lower() if len(c.lower()) == 1 else c
            elif w:
                out.append(w)
                w = ""
        if w:
            out.append(w)
    return out


def grams(ws):
    out = []
    for w in ws:
        p = "_" + w + "_"
        for n in (1, 2, 3, 4):
            for i in range(len(p) - n + 1):
                g = p[i:i + n]
                if g != "_":
                    out.append(g)
    return out


def train(shared, langs, size):
    rng = random.Random(2)
    data = []
    for y, lang in enumerate(langs):
        rs = rows(shared, lang)
        print(lang, len(rs), file=sys.stderr)
        for text in rs:
            ws = words(text)[:40]
            if not ws:
                continue
            # half the time a fragment: short lines are the hard ones
            if rng.random() < 0.5 and len(ws) > 3:
                n = rng.randint(2, min(8, len(ws)))
                i = rng.randint(0, len(ws) - n)
                ws = ws[i:i + n]
            data.append((grams(ws), y))
    rng.shuffle(data)
    count = [collections.Counter() for _ in langs]
    for gs, y in data[:60000]:
        count[y].update(set(gs))
    keep = set()
    for c in count:
        keep.update(g for g, _ in c.most_common(size))
    vocab = {g: i for i, g in enumerate(sorted(keep))}
    print("vocab", len(vocab), file=sys.stderr)
    flat, offs, ys, ns = [], [0], [], []
    for gs, y in data:
        ids = [vocab[g] for g in gs if g in vocab]
        flat.extend(ids)
        offs.append(len(flat))
        ys.append(y)
    flat = torch.tensor(flat, dtype=torch.int32); offs = torch.tensor(offs); ys = torch.tensor(ys)
    V, K = len(vocab), len(langs)
    W = torch.zeros(V, K, requires_grad=True)
    b = torch.zeros(K, requires_grad=True)
    opt = torch.optim.Adam([W, b], lr=0.05)
    n_all, B = len(ys), 1024
    epochs = 4
    steps, total = 0, epochs * (n_all // B)
    for ep in range(epochs):
        perm = torch.randperm(n_all)
        tot = ok = 0
        for i in range(0, n_all - B + 1, B):
            ix = perm[i:i + B].tolist()
            ids = torch.cat([flat[offs[j]:offs[j + 1]] for j in ix]).long()
            lens = torch.tensor([offs[j + 1] - offs[j] for j in ix])
            off = torch.cat([torch.zeros(1, dtype=torch.long), lens.cumsum(0)[:-1]])
            s = torch.nn.functional.embedding_bag(ids, W, off, mode="sum")
            z = s / lens.clamp(min=1).sqrt().unsqueeze(1) + b
            loss = torch.nn.functional.cross_entropy(z, ys[ix]) + 2e-6 * W.abs().sum()
            opt.param_groups[0]["lr"] = 0.05 * (1 - steps / total) + 1e-4
            opt.zero_grad(); loss.backward(); opt.step()
            steps += 1
            tot += B; ok += (z.argmax(1) == ys[ix]).sum().item()
        print("epoch", ep, ok / tot, float(loss), file=sys.stderr)
    return vocab, W.detach().numpy(), b.detach().numpy()


def main():
    torch.manual_seed(0); torch.set_num_threads(1)
    shared, out = sys.argv[1:3]
    with open(out, "w", encoding="utf8") as f:
        f.write("# Made by models/recipes/language.py from translated pairs; see there. Each line: letter group, then\n")
        f.write("# one weight a language in hundredths; `_` is a word's edge. A `!` line opens a table and names its\n# languages; its second line holds the offsets.\n")
        for langs, size, cap in ((LATIN, 1500, 5000), (CYRILLIC, 1200, 1500)):
            vocab, W, b = train(shared, langs, size)
            names = sorted(vocab)
            order = np.argsort(-np.abs(W).max(1) )[:cap]
            f.write("! " + " ".join(langs) + "\n")
            f.write("= " + " ".join(str(int(round(x * 100))) for x in b) + "\n")
            for i in sorted(order):
                row = [int(np.clip(round(float(x) * 100), -999, 999)) for x in W[i]]
                f.write(names[i] + " " + " ".join(map(str, row)) + "\n")


main()
