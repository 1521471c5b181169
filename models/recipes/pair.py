"""Step 6: the cross-encoder (`models/pair`): does a claim take a side on a point, and which?

Reads both texts together: [CLS] claim [SEP] point [SEP] -> none | for | against. It starts from the
tuned student and shares its input vectors, which stay as they are; the body moves. Trained on
inference sets (entailment, contradiction, neutral), KPA-2021 (argument against topic and key point),
the debate bank (claim against key point, and claim against claim, as found points need it) and the
stance lines. Held-out topics are never seen.

Reads   <work>/tuned.pt and the data of arguments.py
Writes  <work>/pair.pt (or --out)

    python pair.py --work DIR --teacher DIR --shared DIR [--minutes 25] [--resume] [--out pair2.pt]
"""
import argparse, collections, os, random, sys, time

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(__file__))
from arguments import bank, held, kpa, nli, stances
from student import Student

HERE = os.path.dirname(os.path.abspath(__file__))

class Pair(torch.nn.Module):
    """The student's body, its pooler and a layer of three outputs."""

    def __init__(self, student):
        super().__init__()
        self.body, self.tok, self.vocab, self.student = student.body, student.tok, student.vocab, [student]
        self.classifier = torch.nn.Linear(student.body.config.hidden_size, 3)

    def forward(self, pairs):
        a = self.tok.encode_batch([x for x, _ in pairs])
        b = self.tok.encode_batch([y for _, y in pairs])
        ids, types = [], []
        for x, y in zip(a, b):
            x, y = x.ids[:48], y.ids[:28]
            ids.append([self.vocab] + x + [self.vocab + 1] + y + [self.vocab + 1])
            types.append([0] * (len(x) + 2) + [1] * (len(y) + 1))
        h, _ = self.student[0].hidden(ids, types)
        return self.classifier(torch.tanh(self.body.pooler.dense(h[:, 0])))

    @torch.no_grad()
    def score(self, pairs, size=64):
        order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0].encode()) + len(pairs[i][1].encode()))
        out = torch.zeros(len(pairs), 3)
        for b in range(0, len(order), size):
            ix = order[b:b + size]
            out[ix] = torch.softmax(self([pairs[i] for i in ix]), -1)
        return out.numpy()

def exam(p, points, claims):
    """On held-out topics: side accuracy by language given the point, and between two claims of one point."""
    right = collections.defaultdict(list)
    for c, s in zip(claims, p.score([(c[5], c[2]) for c in claims])):
        right[c[4]].append((s[1] >= s[2]) == (c[3] == "pro"))
    out = {l: round(float(np.mean(v)), 3) for l, v in sorted(right.items())}
    out["mean5"] = round(float(np.mean([out[l] for l in ("fra", "rus", "zho", "jpn", "eng") if l in out])), 3)
    rng = random.Random(1)
    by = collections.defaultdict(list)
    for c in claims:
        by[c[1]].append(c)
    two = [rng.sample(v, 2) for v in by.values() for _ in range(6)]
    s = p.score([(x[5], y[5]) for x, y in two])
    out["claims"] = round(float(np.mean([(r[1] >= r[2]) == (x[3] == y[3]) for r, (x, y) in zip(s, two)])), 3)
    return out

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", required=True)
    ap.add_argument("--teacher", required=True)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--minutes", type=float, default=25)
    ap.add_argument("--batch", type=int, default=32)
    ap.add_argument("--resume", action="store_true", help="go on from <work>/pair.pt")
    ap.add_argument("--out", default="pair.pt")
    a = ap.parse_args()
    torch.manual_seed(0)
    rng = random.Random(0)
    student = Student(a.teacher, f"{a.work}/tokenizer.json", None)
    student.load_state_dict(torch.load(f"{a.work}/tuned.pt"))
    p = Pair(student)
    if a.resume:
        p.load_state_dict(torch.load(f"{a.work}/pair.pt"))
    points, claims, rest = bank(f"{a.shared}/bank")
    test = [c for c in claims if held(c[0])]
    train = [c for c in claims if not held(c[0])]
    of_topic, of_point = collections.defaultdict(set), collections.defaultdict(list)
    for c in train:
        of_topic[c[0]].add(c[2])
        of_point[c[1]].append(c)

    def from_bank():
        c = rng.choice(train)
        r = rng.random()
        if r < 0.62:
            return c[5], c[2], 1 if c[3] == "pro" else 2
        if r < 0.80:
            return c[5], rng.choice(sorted(of_topic[c[0]] - {c[2]})), 0
        d = rng.choice(of_point[c[1]])
        return (c[5], d[5], 1 if c[3] == d[3] else 2) if d[5] != c[5] else (c[5], c[2], 1 if c[3] == "pro" else 2)

    triples = [(text, point, ("none", "for", "against").index(side)) for t, point, _, side, text in stances(f"{HERE}/data") if not held(t)]
    inference = nli(f"{a.shared}/sets")
    arguments = []
    seen = set()
    for r in kpa(f"{a.shared}/sets", "train"):
        if r["arg_id"] not in seen:
            seen.add(r["arg_id"])
            arguments.append((r["text"], r["topic"], 1 if r["stance"] == 1 else 2))
        if r["label"] == 1 or rng.random() < 0.15:
            arguments.append((r["text"], r["text2"], r["label"]))
    print("bank", len(train), "stance", len(triples), "inference", len(inference), "kpa", len(arguments), flush=True)
    for n, q in p.named_parameters():
        # the two lowest layers read words, and read them well already
        q.requires_grad = "embeddings" not in n and ".layer.0." not in n and ".layer.1." not in n
    opt = torch.optim.AdamW([q for q in p.parameters() if q.requires_grad], lr=1e-4, weight_decay=0.01)
    began, step = time.time(), 0
    while (done := (time.time() - began) / (a.minutes * 60)) < 1:
        for g in opt.param_groups:
            g["lr"] = 1e-4 * min(1, (step + 1) / 60) * (1 - done) + 1e-8
        # inference first, where the idea of contradiction is learnt; the domain last
        share = 0.4 - 0.3 * done
        pool = []
        for _ in range(a.batch * 8):
            r = rng.random()
            if r < share:
                pool.append(rng.choice(inference))
            elif r < share + (1 - share) * 0.5:
                pool.append(from_bank())
            elif r < share + (1 - share) * 0.8 and triples:
                pool.append(rng.choice(triples))
            else:
                pool.append(rng.choice(arguments))
        pool.sort(key=lambda x: len(x[0].encode()) + len(x[1].encode()))
        chunks = [pool[i:i + a.batch] for i in range(0, len(pool), a.batch)]
        rng.shuffle(chunks)
        for b in chunks:
            loss = torch.nn.functional.cross_entropy(p([(x, y) for x, y, _ in b]), torch.tensor([l for _, _, l in b]), label_smoothing=0.05)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(p.parameters(), 1.0)
            opt.step()
            step += 1
            if step % 100 == 0:
                print(step, round(loss.item(), 3), int(time.time() - began), flush=True)
            if step % 400 == 0:
                print("exam", exam(p, points, test), flush=True)
                torch.save(p.state_dict(), f"{a.work}/{a.out}")
    torch.save(p.state_dict(), f"{a.work}/{a.out}")
    print("after", step, exam(p, points, test))

if __name__ == "__main__":
    main()
