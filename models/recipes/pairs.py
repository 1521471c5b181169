"""Step 1: choose translated pairs and train the vocabulary.

Reads   <parallel>/*.tsv.zst     english TAB other TAB source
Writes  <work>/pairs.jsonl       one kept pair a line: lang, en, other, source
        <work>/tokenizer.json    Unigram, 48,000 pieces, NFKC + lower case, Metaspace

    python pairs.py --parallel DIR --work DIR [--bank DIR]
"""
import argparse, collections, glob, json, os, random, re, subprocess

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

# Sources whose sentences read like prose. They keep every pair; the others
# (help pages of business software, strings of user interfaces) are capped, so
# that "purchase order" does not become the centre of the space.
PROSE = {
    "tatoeba-manythings", "ethereum-org-md", "ethereum-org-intl", "bitcoin.org", "privacyguides",
    "opensource.guide", "plurality-book", "monero-site", "hf-course", "astro-docs", "letsencrypt",
    "canada-laws", "react.dev", "staking-launchpad", "dash-docs", "djangogirls",
}
CAP = 24_000
MARKUP = re.compile(r"[<>{}|\\]|https?:|%s|\$\(|==|->|::|`")

def pairs(path, rng):
    """Pairs of one language, cleaned, de-duplicated and capped a source."""
    lang = os.path.basename(path).split(".")[0]
    text = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout.decode("utf-8")
    seen, by = set(), collections.defaultdict(list)
    for line in text.split("\n"):
        row = line.split("\t")
        if len(row) != 3:
            continue
        en, other, source = row
        if not 12 <= len(en) <= 320 or len(other) < 4 or len(other) > 360 or en == other:
            continue
        if MARKUP.search(en) or MARKUP.search(other) or (en, other) in seen:
            continue
        # UI labels teach nothing about sentences
        if source not in PROSE and len(en.split()) < 5:
            continue
        seen.add((en, other))
        by[source].append((en, other))
    for source, rows in sorted(by.items()):
        rng.shuffle(rows)
        for en, other in rows if source in PROSE else rows[:CAP]:
            yield {"lang": lang, "en": en, "other": other, "source": source}

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--parallel", required=True)
    ap.add_argument("--work", required=True)
    ap.add_argument("--vocab", type=int, default=48_000)
    a = ap.parse_args()
    rng = random.Random(0)
    os.makedirs(a.work, exist_ok=True)
    text, count = collections.defaultdict(list), collections.Counter()
    with open(f"{a.work}/pairs.jsonl", "w", encoding="utf-8") as out:
        for path in sorted(glob.glob(f"{a.parallel}/*.tsv.zst")):
            for p in pairs(path, rng):
                out.write(json.dumps(p, ensure_ascii=False) + "\n")
                count[p["lang"]] += 1
                text[p["lang"]].append(p["other"])
                text["eng"].append(p["en"])
    print(dict(count), sum(count.values()), flush=True)
    sample = []
    for lang, rows in sorted(text.items()):
        rows = sorted(set(rows))
        rng.shuffle(rows)
        sample += rows[: 120_000 if lang == "eng" else 70_000 if lang in ("fra", "rus", "zho", "jpn") else 32_000]
    tok = Tokenizer(models.Unigram())
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tok.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Metaspace(),
        pre_tokenizers.Digits(individual_digits=False),
        pre_tokenizers.Punctuation(),
    ])
    tok.train_from_iterator(sample, trainers.UnigramTrainer(
        vocab_size=a.vocab, special_tokens=["<pad>", "<unk>", "<s>", "</s>"], unk_token="<unk>",
        max_piece_length=12, show_progress=False))
    tok.save(f"{a.work}/tokenizer.json")
    print("vocabulary", tok.get_vocab_size(), "from", len(sample), "sentences")

if __name__ == "__main__":
    main()
