"""Step 5: argument tuning of the student.

A claim meets its key point and not the other points of its topic: in-batch contrast (temperature
0.05), half of each batch from one topic so that the negatives are hard. Every fourth batch is
translated pairs against the teacher, so that the alignment holds. Body and input vectors move.

Reads   <work>/student.pt and the data of arguments.py
Writes  <work>/tuned.pt

    python tune.py --work DIR --teacher DIR --shared DIR [--minutes 8]
"""
import argparse, collections, json, os, random, sys, time

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(__file__))
from arguments import bank, held, kpa, stances
from pairs import PROSE
from student import Student

HERE = os.path.dirname(os.path.abspath(__file__))

def which_of_five(embed, points, claims):
    """Share of held-out claims that lie nearest to their own among their topic's key points, by language."""
    ids = sorted({c[1] for c in claims})
    at = dict(zip(ids, embed([points[k] for k in ids])))
    topic = collections.defaultdict(list)
    for t, k in sorted({(c[0], c[1]) for c in claims}):
        topic[t].append(k)
    right = collections.defaultdict(list)
    for c, x in zip(claims, embed([c[5] for c in claims])):
        best = max(topic[c[0]], key=lambda k: float(at[k] @ x))
        right[c[4]].append(best == c[1])
    out = {l: round(float(np.mean(v)), 3) for l, v in sorted(right.items())}
    out["mean5"] = round(float(np.mean([out[l] for l in ("fra", "rus", "zho", "jpn", "eng") if l in out])), 3)
    return out

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", required=True)
    ap.add_argument("--teacher", required=True)
    ap.add_argument("--shared", required=True)
    ap.add_argument("--minutes", type=float, default=8)
    ap.add_argument("--batch", type=int, default=48)
    a = ap.parse_args()
    torch.manual_seed(0)
    rng = random.Random(0)
    s = Student(a.teacher, f"{a.work}/tokenizer.json", None)
    s.load_state_dict(torch.load(f"{a.work}/student.pt"))
    points, claims, _ = bank(f"{a.shared}/bank")
    test = [c for c in claims if held(c[0])]
    groups = collections.defaultdict(list)
    for c in claims:
        if not held(c[0]):
            groups["bank " + c[0]].append((c[5], c[2]))
    for t, p, _, side, text in stances(f"{HERE}/data"):
        if side != "none" and not held(t):
            groups["stance " + t].append((text, p))
    for r in kpa(f"{a.shared}/sets", "train"):
        if r["label"] == 1:
            groups["kpa " + r["topic"] + str(r["stance"])].append((r["text"], r["text2"]))
    everything = [x for g in groups.values() for x in g]
    names = sorted(groups)
    weight = [min(len(groups[n]), 120) for n in names]
    print(len(everything), "claims with their points,", len(names), "groups;", "before", which_of_five(s.embed, points, test), flush=True)

    from transformers import AutoModel, AutoTokenizer
    teacher, english = AutoModel.from_pretrained(a.teacher).eval(), AutoTokenizer.from_pretrained(a.teacher)
    pairs = []
    for line in open(f"{a.work}/pairs.jsonl", encoding="utf-8"):
        r = json.loads(line)
        if r["source"] in PROSE and 40 <= len(r["en"]) <= 150 and rng.random() < 0.15:
            pairs.append((r["en"], r["other"]))
    rng.shuffle(pairs)

    dense = [p for n, p in s.body.named_parameters() if "word_embeddings" not in n and "pooler" not in n]
    for p in dense:
        p.requires_grad = True
    o1 = torch.optim.AdamW(dense, lr=3e-5)
    o2 = torch.optim.SparseAdam([s.body.embeddings.word_embeddings.weight], lr=3e-4)
    began, step, used = time.time(), 0, 0
    while (done := (time.time() - began) / (a.minutes * 60)) < 1:
        for o, lr in ((o1, 3e-5), (o2, 3e-4)):
            for g in o.param_groups:
                g["lr"] = lr * min(1, (step + 1) / 30) * (1 - done) + 1e-8
        if step % 4 == 3:
            b = pairs[used % len(pairs):][:a.batch]
            used += len(b)
            x = english([e for e, _ in b], padding=True, truncation=True, max_length=64, return_tensors="pt")
            with torch.no_grad():
                h = teacher(**x).last_hidden_state
            m = x["attention_mask"].unsqueeze(-1).float()
            t = torch.nn.functional.normalize((h * m).sum(1) / m.sum(1), dim=-1)
            y = s([o for _, o in b])
            loss = torch.nn.functional.cross_entropy(y @ t.T * 20, torch.arange(len(b))) + (1 - (y * t).sum(-1)).mean()
        else:
            g = groups[rng.choices(names, weight)[0]]
            b = rng.sample(g, min(a.batch // 2, len(g)))
            b += rng.sample(everything, a.batch - len(b))
            # one wording of a point once a batch: its other claims are no negatives
            kp = sorted({p for _, p in b})
            where = torch.tensor([kp.index(p) for _, p in b])
            x, k = s([c for c, _ in b]), s(kp)
            loss = torch.nn.functional.cross_entropy(x @ k.T * 20, where)
        o1.zero_grad(set_to_none=True)
        o2.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(dense, 1.0)
        o1.step()
        o2.step()
        step += 1
        if step % 50 == 0:
            print(step, round(loss.item(), 3), int(time.time() - began), flush=True)
    torch.save(s.state_dict(), f"{a.work}/tuned.pt")
    print("after", step, which_of_five(s.embed, points, test))

if __name__ == "__main__":
    main()
