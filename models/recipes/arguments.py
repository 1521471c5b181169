"""The argument data that tune.py, pair.py and judge.py share, and its split by topic.

The debate bank and the stance lines are this project's own; KPA-2021 is IBM's (CDLA-Sharing-1.0),
MultiNLI's development set, IndoNLI, JNLI and RTE-3-fr are read where ../shared has them.
"""
import glob, hashlib, json, os

def lines(path):
    if not os.path.exists(path):
        print("skipped:", path, "is not here")
        return []
    return [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]

def held(topic):
    """Every fifth topic, by hash: never trained on; calibration and figures come from these."""
    return int(hashlib.sha256(topic.encode()).hexdigest(), 16) % 5 == 0

def bank(folder):
    """[(topic, key point id, key point, stance, lang, text)] of the claims, and the rest as (topic, kind, lang, text)."""
    points, claims, rest = {}, [], []
    for path in sorted(glob.glob(f"{folder}/batch*.keypoints.json")):
        points |= {k: v["text"] for k, v in json.load(open(path, encoding="utf-8")).items()}
    for path in sorted(glob.glob(f"{folder}/batch*.jsonl")):
        for r in lines(path):
            if r["kind"] == "claim":
                claims.append((r["topic"], r["key_point"], points[r["key_point"]], r["stance"], r["lang"], r["text"]))
            else:
                rest.append((r["topic"], r["kind"], r["lang"], r["text"]))
    return points, claims, rest

def stances(folder):
    """Our stance lines: [(topic, point, lang, side, text)], side for | against | none."""
    out = []
    for path in sorted(glob.glob(f"{folder}/stance-*.jsonl")):
        for r in lines(path):
            if r.get("point") and r.get("side"):
                out.append((r["topic"], r["point"], r["lang"], r["side"], r["text"]))
    return out

NLI = {"entailment": 1, "contradiction": 2, "neutral": 0}

def nli(sets):
    """[(premise, hypothesis, label)] with 0 none, 1 for, 2 against; training parts only."""
    out = []
    for path, splits in (("mnli-dev-en/mnli_dev", {"dev"}), ("indonli/indonli", {"train", "val"}), ("jglue-jnli/jnli", {"valid"}), ("rte3-fr/rte3fr", {"dev"})):
        out += [(r["text"], r["text2"], NLI[r["label"]]) for r in lines(f"{sets}/{path}.jsonl") if r["split"] in splits and r["label"] in NLI]
    return out

def kpa(sets, split):
    return [r for r in lines(f"{sets}/kpa2021/pairs.jsonl") if r["split"] == split]
