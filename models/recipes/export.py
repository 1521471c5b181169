"""Last step: what was trained becomes the folders that ship, with 8-bit weights.

Every matrix is stored as I8 with one F32 scale a row (`<name>.scale`): row = scale * i8. The loss is
measured by `counterpoint eval` on both; see the cards.

    python export.py fast       --work DIR --out ../fast
    python export.py contextual --work DIR --out ../contextual --teacher DIR
    python export.py pair       --work DIR --out ../pair       --teacher DIR
"""
import argparse, json, os, shutil

import numpy as np

def eight(x):
    """Rows of x as I8 and their scales; the largest magnitude of a row becomes 127."""
    scale = np.maximum(np.abs(x).max(1), 1e-9).astype(np.float32) / 127
    return np.clip(np.rint(x / scale[:, None]), -127, 127).astype(np.int8), scale

def pack(state):
    out = {}
    for name, x in sorted(state.items()):
        x = np.ascontiguousarray(x, dtype=np.float32)
        if x.ndim == 2 and x.shape[0] > 8:
            out[name], out[name + ".scale"] = eight(x)
        else:
            out[name] = x
    return out

def write(folder, name, value):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{name}", "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False, indent=1)
        f.write("\n")

def tokenizer(work, folder, template):
    """The trained vocabulary without white space; with [CLS] text [SEP] for the transformers."""
    t = json.load(open(f"{work}/tokenizer.json", encoding="utf-8"))
    if template:
        n = len(t["model"]["vocab"])
        for i, s in enumerate(("[CLS]", "[SEP]")):
            t["model"]["vocab"].append([s, -99.0])
            t["added_tokens"].append({"id": n + i, "content": s, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True})
        special = {s: {"id": s, "ids": [n + i], "tokens": [s]} for i, s in enumerate(("[CLS]", "[SEP]"))}
        one = [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]
        two = one + [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}]
        t["post_processor"] = {"type": "TemplateProcessing", "single": one, "pair": two, "special_tokens": special}
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/tokenizer.json", "w", encoding="utf-8") as f:
        json.dump(t, f, ensure_ascii=False, separators=(",", ":"))

def fast(a):
    from safetensors.numpy import save_file
    x = np.load(f"{a.work}/static.npy")
    tokenizer(a.work, a.out, template=False)
    save_file(pack({"embeddings": x}), f"{a.out}/model.safetensors")
    write(a.out, "config.json", {"model_type": "model2vec", "normalize": True, "hidden_dim": int(x.shape[1]), "max_length": 512, "id": "counterpoint-fast", "revision": a.revision})

def body(a, state, extra):
    config = json.load(open(f"{a.teacher}/config.json"))
    config = {k: config[k] for k in ("hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "max_position_embeddings", "model_type", "num_attention_heads", "num_hidden_layers", "type_vocab_size")}
    config |= {"vocab_size": extra.pop("vocab_size"), "pad_token_id": 0, "revision": a.revision} | extra
    write(a.out, "config.json", config)

def contextual(a):
    import torch
    from safetensors.numpy import save_file
    state = {k.removeprefix("body."): v.numpy() for k, v in torch.load(f"{a.work}/{a.state or 'tuned.pt'}").items() if k.startswith("body.") and "position_ids" not in k and "pooler" not in k}
    rows = state["embeddings.word_embeddings.weight"].shape[0]
    # texts are cut at 256 pieces: no position beyond is ever read
    state["embeddings.position_embeddings.weight"] = state["embeddings.position_embeddings.weight"][:258]
    tokenizer(a.work, a.out, template=True)
    save_file(pack(state), f"{a.out}/model.safetensors")
    body(a, state, {"architectures": ["BertModel"], "vocab_size": rows, "id": "counterpoint-contextual"})
    config = json.load(open(f"{a.out}/config.json"))
    write(a.out, "config.json", config | {"max_position_embeddings": 258})
    write(a.out, "modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])
    write(f"{a.out}/1_Pooling", "config.json", {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True})
    write(a.out, "sentence_bert_config.json", {"max_seq_length": 256, "do_lower_case": False})

def pair(a):
    import torch
    from safetensors.numpy import save_file
    state = {k.replace("body.", "bert.", 1) if k.startswith("body.") else k: v.numpy() for k, v in torch.load(f"{a.work}/{a.state or 'pair.pt'}").items() if "position_ids" not in k}
    rows = state.pop("bert.embeddings.word_embeddings.weight").shape[0]  # shared with the encoder
    state["bert.embeddings.position_embeddings.weight"] = state["bert.embeddings.position_embeddings.weight"][:258]
    os.makedirs(a.out, exist_ok=True)
    save_file(pack(state), f"{a.out}/model.safetensors")
    body(a, state, {"architectures": ["BertForSequenceClassification"], "vocab_size": rows, "id": "counterpoint-pair", "shared_embeddings": "../contextual",
                    "id2label": {"0": "none", "1": "for", "2": "against"}})
    config = json.load(open(f"{a.out}/config.json"))
    write(a.out, "config.json", config | {"max_position_embeddings": 258})

def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=["fast", "contextual", "pair"])
    ap.add_argument("--work", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--teacher")
    ap.add_argument("--state")
    ap.add_argument("--revision", default="1")
    a = ap.parse_args()
    {"fast": fast, "contextual": contextual, "pair": pair}[a.what](a)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.out) for f in fs)
    print(a.out, round(size / 1e6, 1), "MB")

if __name__ == "__main__":
    main()
