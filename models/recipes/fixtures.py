"""Tiny random models and the vectors the Python libraries make of them, for the parity tests.

Writes <out>/{table,table-i8,bert,bert-i8,xlmr,distilbert,pairs,pairs-xlmr}/ and <out>/expected.json.
Needs torch, transformers, tokenizers and safetensors; the seed is fixed, a CPU and seconds suffice.

    python fixtures.py --out tests/fixtures/models

With --teacher, only this: the vectors sentence-transformers makes of 1,024 sentences, and how long it
took, for the parity and speed test with real weights.

    python fixtures.py --teacher all-MiniLM-L6-v2 --out expected.json [--sentences FILE]
"""
import argparse, json, os, time

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (BertConfig, BertForSequenceClassification, BertModel, DistilBertConfig, DistilBertModel,
                          XLMRobertaConfig, XLMRobertaForSequenceClassification, XLMRobertaModel)

TEXTS = ["the bridge will open", "no", "", "the council builds the bridge and the bridge will pay for the ferry",
         "мост откроют", "unknownword bridge", "the ferry will not pay, the bridge will"]
PAIRS = [["the bridge will pay", "the ferry will not pay"], ["no", "the council builds the bridge and the ferry"], ["", "no"]]
WORDS = "the bridge will open no council builds and pay for ferry not мост откроют , . a b c d e f g h".split()

def tokenizer(folder, roberta=False):
    special = ["<s>", "<pad>", "</s>", "<unk>"] if roberta else ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocab = {w: i for i, w in enumerate(special + WORDS)}
    unk = "<unk>" if roberta else "[UNK]"
    tok = Tokenizer(models.WordLevel(vocab, unk_token=unk))
    tok.normalizer = normalizers.Lowercase()
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if roberta:
        tok.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    else:
        tok.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tok.save(f"{folder}/tokenizer.json")
    return tok, len(vocab)

def shake(model):
    """Random everywhere, so that no bias or norm hides behind zeros and ones."""
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p + torch.randn_like(p) * 0.15)
    return model.eval()

def hidden(model, tok, text):
    e = tok.encode(text) if isinstance(text, str) else tok.encode(*text)
    kw = {"token_type_ids": torch.tensor([e.type_ids])} if model.config.model_type == "bert" else {}
    with torch.no_grad():
        return model(input_ids=torch.tensor([e.ids]), **kw)

def unit(x):
    n = np.linalg.norm(x)
    return (x / n if n else x).astype(float).tolist()

def pooling(folder, mode):
    os.makedirs(f"{folder}/1_Pooling", exist_ok=True)
    json.dump({"pooling_mode_cls_token": mode == "cls", "pooling_mode_mean_tokens": mode == "mean"}, open(f"{folder}/1_Pooling/config.json", "w"))
    json.dump([{"idx": i, "name": str(i), "path": p, "type": f"sentence_transformers.models.{t}"} for i, (p, t) in enumerate(
        [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])], open(f"{folder}/modules.json", "w"))

def eight(source, target, only=None):
    """Every matrix as I8 with a scale a row; returns nothing, writes both into `target`."""
    out = {}
    for name, t in load_file(source).items():
        if t.ndim == 2:
            scale = np.maximum(np.abs(t).max(1), 1e-8) / 127
            out[name] = np.rint(t / scale[:, None]).astype(np.int8)
            out[f"{name}.scale"] = scale.astype(np.float32)
        else:
            out[name] = t
    save_file(out, target)
    return {n: (t.astype(np.float32) * out[f"{n}.scale"][:, None] if t.dtype == np.int8 else t) for n, t in out.items() if not n.endswith(".scale")}

def teacher(folder, sentences, out):
    from sentence_transformers import SentenceTransformer
    rng = np.random.default_rng(0)
    if sentences:
        texts = [line for line in open(sentences, encoding="utf-8").read().split("\n") if line]
    else:
        texts = [" ".join(rng.choice(WORDS, rng.integers(4, 40))) for _ in range(1024)]
    model = SentenceTransformer(folder, device="cpu")
    model.encode(texts[:32])
    began = time.time()
    rows = model.encode(texts, batch_size=32)
    json.dump({"texts": texts, "rows": rows.tolist(), "seconds": time.time() - began}, open(out, "w"), ensure_ascii=False)

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("--teacher", help="a sentence-transformers folder")
    ap.add_argument("--sentences", help="one a line; made of the fixtures' words when left out")
    a = ap.parse_args()
    out = a.out
    if a.teacher:
        return teacher(a.teacher, a.sentences, out)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    want = {"texts": TEXTS, "pairs": PAIRS, "embed": {}, "score": {}}
    fold = lambda n: (os.makedirs(f"{out}/{n}", exist_ok=True), f"{out}/{n}")[1]

    f = fold("table")
    tok, size = tokenizer(f)
    json.dump({"model_type": "model2vec", "normalize": True, "id": "tiny-table", "revision": "r1"}, open(f"{f}/config.json", "w"))
    table, weights = rng.normal(size=(size, 12)).astype(np.float32), rng.random(size).astype(np.float32)
    save_file({"embeddings": table.astype(np.float16), "weights": weights}, f"{f}/model.safetensors")
    mean = lambda rows, t: unit(np.mean([rows[i] for i in tok.encode(t, add_special_tokens=False).ids if i != 1] or [np.zeros(12)], axis=0))
    want["embed"]["table"] = [mean(table.astype(np.float16).astype(np.float32) * weights[:, None], t) for t in TEXTS]
    f = fold("table-i8")
    tokenizer(f)
    json.dump({"model_type": "model2vec", "normalize": True}, open(f"{f}/config.json", "w"))
    save_file({"embeddings": table}, f"{f}/model.safetensors")
    rows = eight(f"{f}/model.safetensors", f"{f}/model.safetensors")["embeddings"]
    want["embed"]["table-i8"] = [mean(rows, t) for t in TEXTS]

    common = dict(vocab_size=size, hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
    tiny = {
        "bert": ("mean", BertModel(BertConfig(max_position_embeddings=32, **common))),
        "xlmr": ("mean", XLMRobertaModel(XLMRobertaConfig(max_position_embeddings=34, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, layer_norm_eps=1e-5, **common))),
        "distilbert": ("cls", DistilBertModel(DistilBertConfig(vocab_size=size, dim=24, n_layers=2, n_heads=3, hidden_dim=40, max_position_embeddings=32))),
    }
    for name, (mode, model) in tiny.items():
        f = fold(name)
        tok, _ = tokenizer(f, name == "xlmr")
        shake(model).save_pretrained(f)
        pooling(f, mode)
        read = lambda m, t: (lambda h: unit((h[0] if mode == "cls" else h.mean(0)).numpy()))(hidden(m, tok, t).last_hidden_state[0])
        want["embed"][name] = [read(model, t) for t in TEXTS]
        if name == "bert":
            g = fold("bert-i8")
            tokenizer(g)
            model.config.save_pretrained(g)
            pooling(g, mode)
            state = eight(f"{f}/model.safetensors", f"{g}/model.safetensors")
            model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()}, strict=False)
            want["embed"]["bert-i8"] = [read(model, t) for t in TEXTS]

    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    heads = {
        "pairs": BertForSequenceClassification(BertConfig(max_position_embeddings=32, id2label=labels, label2id={v: k for k, v in labels.items()}, **common)),
        "pairs-xlmr": XLMRobertaForSequenceClassification(XLMRobertaConfig(max_position_embeddings=34, pad_token_id=1, type_vocab_size=1, layer_norm_eps=1e-5, id2label=labels, label2id={v: k for k, v in labels.items()}, **common)),
    }
    for name, model in heads.items():
        f = fold(name)
        tok, _ = tokenizer(f, name == "pairs-xlmr")
        shake(model).save_pretrained(f)
        want["score"][name] = [torch.softmax(hidden(model, tok, p).logits[0], -1)[[2, 1, 0]].tolist() for p in PAIRS]
    f = fold("blend")
    json.dump({"id": "tiny-blend", "revision": "r2", "members": [{"path": "../bert", "weight": 0.5}, {"path": "../table", "weight": 0.5}]}, open(f"{f}/blend.json", "w"))
    json.dump(want, open(f"{out}/expected.json", "w"), ensure_ascii=False)

if __name__ == "__main__":
    main()
