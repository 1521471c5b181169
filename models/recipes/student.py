"""Step 4: the contextual student (`models/contextual`), distilled.

The English sentence encoder all-MiniLM-L6-v2 (Apache-2.0) is the teacher. The student is its body
behind the transplanted vocabulary of align.py; only the input vectors are trained, so that the
student's vector of a translation meets the teacher's vector of the English original: cosine plus
in-batch contrast. Checkpoints every five minutes; `--resume` goes on from the last.

Reads   <work>/pairs.jsonl, <work>/tokenizer.json, <work>/transplant.npy, the teacher's folder
Writes  <work>/student.pt (state dict)

    python student.py --work DIR --teacher DIR [--minutes 45] [--resume]
"""
import argparse, collections, json, os, random, sys, time

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer

sys.path.insert(0, os.path.dirname(__file__))
from pairs import PROSE

# How often a language is drawn, against 1 for the others.
SHARE = {"fra": 4, "rus": 6, "zho": 5, "jpn": 5, "deu": 2, "spa": 2}

class Student(torch.nn.Module):
    """The teacher's body behind our vocabulary: texts -> unit vectors [n, 384], mean-pooled."""

    def __init__(self, teacher, tokenizer, table):
        super().__init__()
        self.body = AutoModel.from_pretrained(teacher)
        for m in self.body.modules():
            if isinstance(m, torch.nn.Dropout):
                m.p = 0.0
        self.tok = Tokenizer.from_file(tokenizer)
        self.vocab = self.tok.get_vocab_size()
        if table is None:
            table = torch.zeros(self.vocab + 2, self.body.config.hidden_size)
        self.body.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(table, freeze=False, sparse=True)

    def ids(self, texts, length=62):
        return [[self.vocab] + e.ids[:length] + [self.vocab + 1] for e in self.tok.encode_batch(texts)]

    def hidden(self, ids, types=None):
        n = max(map(len, ids))
        x = torch.zeros(len(ids), n, dtype=torch.long)
        m = torch.zeros(len(ids), n, dtype=torch.long)
        t = torch.zeros(len(ids), n, dtype=torch.long)
        for i, row in enumerate(ids):
            x[i, :len(row)] = torch.tensor(row)
            m[i, :len(row)] = 1
            if types is not None:
                t[i, :len(row)] = torch.tensor(types[i])
        return self.body(input_ids=x, attention_mask=m, token_type_ids=t).last_hidden_state, m

    def forward(self, texts):
        h, m = self.hidden(self.ids(texts))
        m = m.unsqueeze(-1).float()
        return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1)

    @torch.no_grad()
    def embed(self, texts, size=64):
        order = sorted(range(len(texts)), key=lambda i: len(texts[i].encode()))
        out = torch.zeros(len(texts), self.body.config.hidden_size)
        for b in range(0, len(order), size):
            ix = order[b:b + size]
            out[ix] = self([texts[i] for i in ix])
        return out

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", required=True)
    ap.add_argument("--teacher", required=True)
    ap.add_argument("--minutes", type=float, default=45)
    ap.add_argument("--batch", type=int, default=64)
    ap.add_argument("--resume", action="store_true")
    a = ap.parse_args()
    torch.manual_seed(0)
    rng = random.Random(0)
    teacher = AutoModel.from_pretrained(a.teacher).eval()
    english = AutoTokenizer.from_pretrained(a.teacher)
    s = Student(a.teacher, f"{a.work}/tokenizer.json", torch.from_numpy(np.load(f"{a.work}/transplant.npy")))
    for n, p in s.body.named_parameters():
        p.requires_grad = "word_embeddings" in n
    opt = torch.optim.SparseAdam([s.body.embeddings.word_embeddings.weight], lr=1e-3)
    if a.resume:
        s.load_state_dict(torch.load(f"{a.work}/student.pt"))

    def teach(texts):
        x = english(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
        with torch.no_grad():
            h = teacher(**x).last_hidden_state
        m = x["attention_mask"].unsqueeze(-1).float()
        return torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1)

    by = collections.defaultdict(list)
    for line in open(f"{a.work}/pairs.jsonl", encoding="utf-8"):
        r = json.loads(line)
        if not 20 <= len(r["en"]) <= 170:
            continue
        # prose first: every pair of it, one in three of the rest
        if r["source"] in PROSE or rng.random() < 0.33:
            by[r["lang"]].append((r["en"], r["other"]))
    held = {}
    for l, rows in by.items():
        rng.shuffle(rows)
        held[l], by[l] = rows[:200], rows[200:]
    print({l: len(v) for l, v in by.items()}, flush=True)
    names = sorted(by)
    weights = [SHARE.get(l, 1) for l in names]
    at = collections.Counter()

    def stream():
        """Batches of like length, drawn over languages by share."""
        while True:
            part = []
            for l in rng.choices(names, weights, k=64 * a.batch):
                part.append(by[l][at[l] % len(by[l])])
                at[l] += 1
            part.sort(key=lambda r: len(r[1].encode()))
            chunks = [part[i:i + a.batch] for i in range(0, len(part), a.batch)]
            rng.shuffle(chunks)
            yield from chunks

    def accuracy():
        out = {}
        for l in ("fra", "rus", "zho", "jpn", "deu", "tur", "ara"):
            x, y = s.embed([r[1] for r in held[l]]), teach([r[0] for r in held[l]])
            out[l] = round(float(((x @ y.T).argmax(1) == torch.arange(len(x))).float().mean()), 3)
        return out

    print("before", accuracy(), flush=True)
    began, saved, step, seen = time.time(), time.time(), 0, 0
    for batch in stream():
        done = (time.time() - began) / (a.minutes * 60)
        if done >= 1:
            break
        for g in opt.param_groups:
            g["lr"] = 1e-3 * min(1, (step + 1) / 50) * (1 - done) + 1e-6
        target = teach([r[0] for r in batch])
        x = s([r[1] if rng.random() < 0.88 else r[0] for r in batch])
        gold = torch.arange(len(batch))
        loss = torch.nn.functional.cross_entropy(x @ target.T * 20, gold) + 2 * (1 - (x * target).sum(-1)).mean()
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        step += 1
        seen += len(batch)
        if step % 100 == 0:
            print(step, seen, round(loss.item(), 3), f"cos {(x * target).sum(-1).mean().item():.3f}", int(time.time() - began), flush=True)
        if time.time() - saved > 300:
            torch.save(s.state_dict(), f"{a.work}/student.part")
            os.replace(f"{a.work}/student.part", f"{a.work}/student.pt")
            saved = time.time()
            print("checkpoint", accuracy(), flush=True)
    torch.save(s.state_dict(), f"{a.work}/student.pt")
    print("after", step, seen, accuracy())

if __name__ == "__main__":
    main()
