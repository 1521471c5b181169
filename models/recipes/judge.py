"""Last but one: calibrates the judgements (`judge.json` of a model).

Chooses, on debates that no model was trained on (held-out bank topics, and this project's own
articles in corpus/), the weights that turn cosines and cross-encoder scores into "bears on this
point", the slope and the prior of the side, the similarity at which claims are one found point and
what a member's similarity to the exemplar is worth, and the two thresholds. The bank writes as many claims against a point as for it; people do not, so the
prior of the side comes from the articles. Features, clustering and verdicts are those of
src/stance.rs and src/cluster.rs.

    python judge.py --work DIR --teacher DIR --shared DIR --root ../.. --model default --out ../default/judge.json
"""
import argparse, collections, json, os, random, sys

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

sys.path.insert(0, os.path.dirname(__file__))
from arguments import bank, held
from pair import Pair
from student import Student

SHORTLIST = 3

def static(work):
    table, tok = np.load(f"{work}/static.npy"), Tokenizer.from_file(f"{work}/tokenizer.json")
    def embed(texts):
        x = np.stack([table[e.ids].mean(0) if e.ids else np.zeros(table.shape[1]) for e in tok.encode_batch(texts)])
        return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    return embed

def labelled(gold, folder):
    """Claims of labelled articles: [(language, text, {point: stance}, article, speaker)], and the points."""
    g = json.load(open(gold, encoding="utf-8"))
    out = []
    for a in g["articles"]:
        text = open(f"{folder}/{a['file']}", encoding="utf-8", newline="").read()
        for s in a["sentences"]:
            if s["kind"] == "claim":
                out.append((a["language"], text[s["start"]:s["end"]], {p["id"]: p["stance"] for p in s["points"]}, a["file"], s["speaker"]))
    return out, [(k["id"], k["text"]) for k in g["key_points"]]

def centred(x, langs):
    weight = lambda n: n / (n + 24)
    common, out = x.mean(0), x.copy()
    for l in set(langs):
        ix = [i for i, m in enumerate(langs) if m == l]
        own = x[ix].mean(0)
        out[ix] -= weight(len(x)) * common + 0.5 * weight(len(ix)) * (own - common)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)

def b_cubed(labels, sets):
    n, p, r = len(sets), 0, 0
    for i in range(n):
        same = [j for j in range(n) if j == i or labels[i] == labels[j]]
        cls = [j for j in range(n) if j == i or sets[i] & sets[j]]
        both = sum(1 for j in same if j == i or sets[i] & sets[j])
        p, r = p + both / len(same), r + both / len(cls)
    p, r = p / n, r / n
    return 2 * p * r / (p + r)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("work", "teacher", "shared", "root", "out"):
        ap.add_argument(f"--{name}", required=True)
    ap.add_argument("--model", choices=["fast", "default"], required=True)
    ap.add_argument("--state", default="tuned.pt")
    ap.add_argument("--pair", default="pair.pt")
    ap.add_argument("--weight", type=float, default=0.5, help="share of the contextual member in the blend")
    ap.add_argument("--exam", action="store_true", help="also score the seed articles, which choose nothing")
    a = ap.parse_args()
    rng = random.Random(0)
    fast = static(a.work)
    pair = None
    if a.model == "default":
        s = Student(a.teacher, f"{a.work}/tokenizer.json", None)
        s.load_state_dict(torch.load(f"{a.work}/{a.state}"))
        embed = lambda t: np.concatenate([s.embed(t).numpy() * a.weight ** 0.5, fast(t) * (1 - a.weight) ** 0.5], axis=1)
        pair = Pair(Student(a.teacher, f"{a.work}/tokenizer.json", None))
        pair.load_state_dict(torch.load(f"{a.work}/{a.pair}"))
    else:
        embed = fast

    def judged(claims, points):
        """Rows (claim, point, features, side log-odds) of the shortlist of every claim."""
        x, k = embed([c for c in claims]), embed([t for _, t in points])
        cos = np.round(x @ k.T * 8192) / 8192
        rows, ask = [], []
        for i in range(len(claims)):
            for j in np.argsort(-cos[i], kind="stable")[:SHORTLIST]:
                rows.append((i, int(j), cos[i, j], cos[i].mean(), cos[i].max()))
                ask.append((claims[i], points[j][1]))
        scores = pair.score(ask) if pair else [None] * len(ask)
        out = []
        for (i, j, c, m, b), z in zip(rows, scores):
            taken = 0.0 if z is None else np.log(max(z[1] + z[2], 1e-6) / max(z[0], 1e-6))
            side = 0.0 if z is None else np.log(max(z[1], 1e-6) / max(z[2], 1e-6))
            out.append((i, j, [c, c - m, b - c, taken, float(z is not None)], side))
        return out

    points, claims, rest = bank(f"{a.shared}/bank")
    test = [c for c in claims if held(c[0])]
    topics = sorted({c[0] for c in test})
    X, y, w, S, sy, sides_by = [], [], [], [], [], []
    for t in topics:
        here = [c for c in test if c[0] == t]
        other = [(r[3], None) for r in rest if r[0] == t and r[1] == "context"]
        kp = sorted({(c[1], c[2]) for c in here})
        texts = [c[5] for c in here] + [o[0] for o in other]
        for i, j, f, side in judged(texts, kp):
            hit = i < len(here) and here[i][1] == kp[j][0]
            X.append(f); y.append(hit); w.append(1.0)
            if hit:
                S.append([side, 0.0]); sy.append(here[i][3] == "pro")
    own, own_points = labelled(f"{a.root}/eval/corpus.gold.json", f"{a.root}/corpus")
    own_rows = judged([c[1] for c in own], own_points)
    for i, j, f, side in own_rows:
        stance = own[i][2].get(own_points[j][0])
        X.append(f); y.append(stance is not None); w.append(2.0)
        if stance:
            S.append([side, 1.0]); sy.append(stance == "pro")
    X, y = np.array(X), np.array(y)
    model = LogisticRegression(C=10, max_iter=1000).fit(X, y, sample_weight=w)
    bears = [*map(float, model.coef_[0]), float(model.intercept_[0])]
    if pair:
        m = LogisticRegression(C=10).fit(np.array(S), np.array(sy))
        side = [float(m.coef_[0][0]), float(m.intercept_[0] + m.coef_[0][1])]
    else:
        side = [0.0, 0.0]
    print("bears", np.round(bears, 3), "side", np.round(side, 3))

    def confidence(f, s):
        p = 1 / (1 + np.exp(-(np.dot(f, bears[:5]) + bears[5])))
        q = 1 / (1 + np.exp(-(s * side[0] + side[1])))
        return p * max(q, 1 - q), q >= 0.5

    def positions(rows, claims, points, cut):
        got = {(i, points[j][0], "pro" if pro else "con") for i, j, f, s in rows for c, pro in [confidence(f, s)] if c >= cut}
        gold = {(i, k, v) for i, c in enumerate(claims) for k, v in c[2].items()}
        return 2 * len(got & gold) / max(1, len(got) + len(gold)), len(got & gold) / max(1, len(got)), len(got)

    grid = np.arange(0.05, 0.8, 0.025)
    best = max(grid, key=lambda c: positions(own_rows, own, own_points, c)[0])
    print("corpus positions at", best, positions(own_rows, own, own_points, best))
    # the verdicts of the labelled articles, from what is listed: noisy-or over a voice's claims
    def verdicts(rows, claims, points, gold, cut):
        """Right, asserted and expected verdicts when voices count from `cut` on."""
        words = collections.defaultdict(list)
        for i, j, f, s in rows:
            p = 1 / (1 + np.exp(-(np.dot(f, bears[:5]) + bears[5])))
            q = 1 / (1 + np.exp(-(s * side[0] + side[1])))
            if p * max(q, 1 - q) >= best:
                speaker = claims[i][3] if claims[i][4] == "author" else claims[i][4]
                words[points[j][0], speaker].append((p * q, p * (1 - q)))
        stands = collections.defaultdict(list)
        for (k, _), w in words.items():
            pro, con = (1 - np.prod([1 - x[n] for x in w]) for n in (0, 1))
            pro, con = pro * (1 - con), con * (1 - pro)
            if max(pro, con) >= cut:
                stands[k].append(pro >= con)
        got = {k: "diverge" if len(set(v)) == 2 else "agree" for k, v in stands.items() if len(v) > 1}
        want = {k: v for v in ("agree", "diverge") for k in gold[v]}
        return sum(want.get(k) == v for k, v in got.items()), len(got), len(want)
    expected = json.load(open(f"{a.root}/eval/corpus.gold.json"))["expected"]
    f1 = lambda v: 2 * v[0] / (v[1] + v[2])
    tried = {float(round(c, 1)): verdicts(own_rows, own, own_points, expected, c) for c in np.arange(0.1, 0.9, 0.1)}
    print("verdicts (right, asserted, labelled) from", tried)
    # the most cautious threshold that gives up no more than a tenth of the best
    count = max(c for c in tried if f1(tried[c]) >= 0.9 * max(map(f1, tried.values())))
    # a model that takes no sides asserts no verdict: no side of it reaches one half
    count = count if pair else 0.6

    # the cut of found points: B-cubed on thinned held-out topics and on the corpus
    def clusters(x, langs, cut):
        return fcluster(linkage(centred(x, langs), "average", metric="cosine"), 1 - cut, "distance")
    cases, case_sides = [], []
    for t in topics:
        for _ in range(3):
            pick = [c for k in sorted({c[1] for c in test if c[0] == t}) for c in rng.sample([c for c in test if c[1] == k], rng.randint(2, 9))]
            cases.append((embed([c[5] for c in pick]), [c[4] for c in pick], [{c[1]} for c in pick]))
            case_sides.append([{c[1]: c[3]} for c in pick])
    have = [c for c in own if c[2]]
    own_x, own_l, own_s = embed([c[1] for c in have]), [c[0] for c in have], [set(c[2]) for c in have]
    own_v = [c[2] for c in have]
    table = {}
    for cut in np.arange(0.05, 0.6, 0.025):
        table[cut] = np.mean([b_cubed(clusters(x, l, cut), s) for x, l, s in cases]), b_cubed(clusters(own_x, own_l, cut), own_s)
        print("cut", round(cut, 3), "bank", round(table[cut][0], 3), "corpus", round(table[cut][1], 3), "clusters", len(set(clusters(own_x, own_l, cut))))
    cut = max(table, key=lambda c: sum(table[c]))
    # does a member say what its point's exemplar, the most central claim, says? and on the same side?
    M, my, same = [], [], []
    for x, langs, sets, sides in [*[(x, l, s, v) for (x, l, s), v in zip(cases, case_sides)], (own_x, own_l, own_s, own_v)]:
        y, label = centred(x, langs), clusters(x, langs, cut)
        for c in set(label):
            ix = np.flatnonzero(label == c)
            sim = y[ix] @ y[ix].T
            first = ix[int(sim.sum(1).argmax())]
            for i in ix[ix != first]:
                both = sets[i] & sets[first]
                M.append([float(y[i] @ y[first])]); my.append(bool(both))
                if sides is own_v:
                    same += [sides[i][p] == sides[first][p] for p in both]
    m = LogisticRegression(C=10).fit(np.array(M), np.array(my))
    member = [float(m.coef_[0][0]), float(m.intercept_[0]), float(np.mean(same))]
    print("members of found points", len(M), "say what the exemplar says", np.mean(my), "on its side", np.mean(same))
    out = {"shortlist": SHORTLIST, "bears": [round(b, 5) for b in bears], "side": [round(v, 5) for v in side], "member": [round(v, 5) for v in member], "cut": round(float(cut), 3), "list": round(float(best), 3), "count": round(count, 3),
           "chosen_by": f"models/recipes/judge.py on {len(topics)} held-out bank topics and corpus/: positions F1 on corpus {positions(own_rows, own, own_points, best)[0]:.3f}, verdicts (right, asserted, labelled) {verdicts(own_rows, own, own_points, expected, count)}, B-cubed F1 {table[cut][0]:.3f} (bank) {table[cut][1]:.3f} (corpus)"}
    os.makedirs(os.path.dirname(os.path.abspath(a.out)), exist_ok=True)
    with open(a.out, "w") as f:
        json.dump(out, f, indent=1)
        f.write("\n")
    print(out)
    if pair:
        for name, gold, folder in [("corpus", f"{a.root}/eval/corpus.gold.json", f"{a.root}/corpus")] + [("seeds", f"{a.shared}/gold/seeds.gold.json", f"{a.shared}/seeds")] * a.exam:
            claims, kp = labelled(gold, folder)
            rows = [(c[1], dict(kp)[k], v == "pro") for c in claims for k, v in c[2].items()]
            z = pair.score([r[:2] for r in rows])
            print(f"area under the curve of the side, {name}: {roc_auc_score([r[2] for r in rows], np.log(z[:, 1] / z[:, 2])):.3f}")
    if a.exam:
        seeds, kp = labelled(f"{a.shared}/gold/seeds.gold.json", f"{a.shared}/seeds")
        rows = judged([c[1] for c in seeds], kp)
        print("seeds positions", positions(rows, seeds, kp, best))
        print("seeds verdicts", verdicts(rows, seeds, kp, json.load(open(f"{a.shared}/gold/seeds.gold.json"))["expected"], count))
        x, k = embed([c[1] for c in seeds]), embed([t for _, t in kp])
        cos = x @ k.T
        nearest = np.mean([kp[int(cos[i].argmax())][0] in c[2] for i, c in enumerate(seeds) if c[2]])
        aps = []
        for j, (kid, _) in enumerate(kp):
            rel = np.array([kid in c[2] for c in seeds])
            if rel.any():
                r = rel[np.argsort(-cos[:, j])]
                aps.append(((np.cumsum(r) / np.arange(1, len(r) + 1)) * r).sum() / rel.sum())
        have = [i for i, c in enumerate(seeds) if c[2]]
        sc, lab = [], []
        for n, i in enumerate(have):
            for j in have[:n]:
                if seeds[i][0] != seeds[j][0]:
                    sc.append(x[i] @ x[j]); lab.append(bool(set(seeds[i][2]) & set(seeds[j][2])))
        sc, lab = np.array(sc), np.array(lab)
        rank = np.argsort(np.argsort(sc))
        auc = (rank[lab].sum() - lab.sum() * (lab.sum() - 1) / 2) / (lab.sum() * (~lab).sum())
        b3 = b_cubed(clusters(x[have], [seeds[i][0] for i in have], cut), [set(seeds[i][2]) for i in have])
        print(f"seeds mAP {np.mean(aps):.3f} nearest {nearest:.3f} AUC {auc:.3f} B-cubed {b3:.3f}")

if __name__ == "__main__":
    main()
