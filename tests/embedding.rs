//! Do our vectors equal the reference's, alone and in company, and are damaged models refused?
//! The fixtures and `expected.json` are made by `models/recipes/fixtures.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use counterpoint::embed::{Embedder, Embeddings, PairScorer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    texts: Vec<String>,
    pairs: Vec<(String, String)>,
    embed: BTreeMap<String, Vec<Vec<f32>>>,
    score: BTreeMap<String, Vec<[f32; 3]>>,
}

fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models").join(name).display().to_string()
}

fn expected() -> Expected {
    serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap()
}

fn embed(model: &Embedder, texts: &[&str]) -> Embeddings {
    model.embed(texts, &|_| ()).unwrap()
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn every_kind_of_model_gives_the_vectors_of_the_reference() {
    let expected = expected();
    let texts: Vec<&str> = expected.texts.iter().map(String::as_str).collect();
    for (name, rows) in &expected.embed {
        let model = Embedder::open(&fixture(name), "cpu").unwrap();
        let made = embed(&model, &texts);
        for (i, row) in rows.iter().enumerate() {
            assert!(apart(made.row(i), row) <= 1e-5, "{name}, {:?}: off by {}", texts[i], apart(made.row(i), row));
        }
    }
}

#[test]
fn every_cross_encoder_gives_the_probabilities_of_the_reference() {
    let expected = expected();
    let pairs: Vec<(&str, &str)> = expected.pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    for (name, rows) in &expected.score {
        let made = PairScorer::open(&fixture(name), "cpu").unwrap().score(&pairs).unwrap();
        for (made, row) in made.iter().zip(rows) {
            assert!(apart(made, row) <= 1e-5, "{name}: {made:?} {row:?}");
        }
    }
}

/// Sentences of many lengths over the fixtures' words.
fn sentences(count: usize) -> Vec<String> {
    let words = ["the", "bridge", "will", "open", "no", "council", "ferry", "pay", "мост", "a", "b"];
    let mut state = 7usize;
    (0..count)
        .map(|i| {
            let length = i * 5 % 27;
            let word = |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                words[(state >> 33) % words.len()]
            };
            (0..length).map(word).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn company_changes_nothing(model: &Embedder, name: &str) {
    let own = sentences(120);
    let texts: Vec<&str> = own.iter().map(String::as_str).collect();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| embed(model, &texts))
    };
    let (one, two) = (on(1), on(2));
    assert_eq!(one, two, "{name}: threads");
    for (i, text) in texts.iter().enumerate() {
        assert_eq!(embed(model, &[text]).row(0), one.row(i), "{name}, alone: {text}");
    }
    for i in [4, 33, 60] {
        let equal = vec![texts[i]; 7];
        assert_eq!(embed(model, &equal).row(6), one.row(i), "{name}, equal lengths");
    }
}

#[test]
fn a_text_embeds_alike_alone_in_company_and_on_any_number_of_threads() {
    for name in expected().embed.keys().map(String::as_str).chain(["blend"]) {
        company_changes_nothing(&Embedder::open(&fixture(name), "cpu").unwrap(), name);
    }
}

#[test]
fn a_blend_is_the_weighted_mean_of_its_members_cosines() {
    let [blend, bert, table] = ["blend", "bert", "table"].map(|n| Embedder::open(&fixture(n), "cpu").unwrap());
    let texts = ["the bridge will open", "the ferry will not pay"];
    let cosine = |m: &Embedder| {
        let e = embed(m, &texts);
        e.row(0).iter().zip(e.row(1)).map(|(a, b)| a * b).sum::<f32>()
    };
    assert!((cosine(&blend) - f32::midpoint(cosine(&bert), cosine(&table))).abs() < 1e-6);
    assert_eq!(blend.dim(), bert.dim() + table.dim());
    assert_eq!((blend.id(), blend.revision(), blend.device().as_str()), ("tiny-blend", "r2", "cpu"));
    assert_eq!(blend.sketch(&texts).unwrap(), embed(&table, &texts));
    assert_eq!(blend.sha256().len(), 64);
    assert_ne!(blend.sha256(), bert.sha256());
    assert!(bert.file("config.json").is_some() && bert.file("no.json").is_none());
}

fn copy(name: &str, into: &Path) {
    for file in ["config.json", "tokenizer.json", "model.safetensors", "modules.json", "1_Pooling/config.json"] {
        let from = PathBuf::from(fixture(name)).join(file);
        let to = into.join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        if from.exists() {
            std::fs::copy(from, to).unwrap();
        }
    }
}

/// A safetensors file with one header and so many bytes after it.
fn tensors(header: &str, bytes: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.resize(file.len() + bytes, 0);
    file
}

#[test]
fn a_damaged_model_is_refused_in_one_sentence_that_names_the_file_and_the_mend() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage, &[&str]); 11] = [
        ("bert", |d| std::fs::remove_file(d.join("config.json")).unwrap(), &["config.json", "missing", "download"]),
        ("bert", |d| std::fs::remove_file(d.join("tokenizer.json")).unwrap(), &["tokenizer.json", "missing"]),
        ("bert", |d| std::fs::remove_file(d.join("model.safetensors")).unwrap(), &["model.safetensors", "missing"]),
        (
            "bert",
            |d| std::fs::rename(d.join("model.safetensors"), d.join("pytorch_model.bin")).unwrap(),
            &["pytorch_model.bin", "pickle", "safe_serialization"],
        ),
        (
            "bert",
            |d| {
                let path = d.join("model.safetensors");
                let bytes = std::fs::read(&path).unwrap();
                std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
            },
            &["model.safetensors", "truncated", "download it again"],
        ),
        ("bert", |d| std::fs::write(d.join("model.safetensors"), b"PK").unwrap(), &["model.safetensors", "2 bytes"]),
        (
            "bert",
            |d| {
                let header = r#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,16]}}"#;
                std::fs::write(d.join("model.safetensors"), tensors(header, 16)).unwrap();
            },
            &["embeddings.word_embeddings.weight", "4611686018427387904", "16 bytes"],
        ),
        (
            "bert",
            |d| std::fs::write(d.join("model.safetensors"), u64::MAX.to_le_bytes()).unwrap(),
            &["header claims 18446744073709551615"],
        ),
        (
            "bert",
            |d| {
                let path = d.join("config.json");
                let text = std::fs::read_to_string(&path)
                    .unwrap()
                    .replace("\"intermediate_size\": 40", "\"intermediate_size\": 48");
                std::fs::write(path, text).unwrap();
            },
            &["encoder.layer.0.intermediate.dense.weight", "[40, 24]", "[48, 24]", "download both again"],
        ),
        (
            "bert",
            |d| {
                let path = d.join("config.json");
                let text = std::fs::read_to_string(&path)
                    .unwrap()
                    .replace("\"model_type\": \"bert\"", "\"model_type\": \"llama\"");
                std::fs::write(path, text).unwrap();
            },
            &["config.json", "llama", "xlm-roberta", "choose"],
        ),
        (
            "table",
            |d| {
                let header = r#"{"embeddings":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
                std::fs::write(d.join("model.safetensors"), tensors(header, 16)).unwrap();
            },
            &["model.safetensors", "2 rows", "tokenizer.json"],
        ),
    ];
    for (name, damage, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        copy(name, folder.path());
        damage(folder.path());
        let error = Embedder::open(&folder.path().display().to_string(), "cpu").unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{word:?} is not in: {error}");
        }
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert!(Embedder::open("no-such-model", "cpu").unwrap_err().to_string().contains("no folder"));
}

#[test]
fn a_cross_encoder_may_borrow_its_word_vectors_and_must_name_its_labels() {
    let all = tempfile::tempdir().unwrap();
    let own = all.path().join("pairs");
    copy("pairs", &own);
    copy("pairs", &all.path().join("words"));
    let pairs = [("the bridge will pay", "no")];
    let before = PairScorer::open(&own.display().to_string(), "cpu").unwrap().score(&pairs).unwrap();
    // take the table away: rename its tensor, which keeps the header's length
    let path = own.join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(15).position(|w| w == b"word_embeddings").unwrap();
    bytes[at..at + 15].copy_from_slice(b"gone_embeddings");
    std::fs::write(&path, bytes).unwrap();
    let error = PairScorer::open(&own.display().to_string(), "cpu").unwrap_err().to_string();
    assert!(error.contains("embeddings.word_embeddings.weight"), "{error}");
    let config = std::fs::read_to_string(own.join("config.json")).unwrap();
    let config = config.replacen('{', r#"{"shared_embeddings": "../words","#, 1);
    std::fs::write(own.join("config.json"), &config).unwrap();
    assert_eq!(PairScorer::open(&own.display().to_string(), "cpu").unwrap().score(&pairs).unwrap(), before);
    let words = all.path().join("words");
    assert!(Embedder::open(&words.display().to_string(), "cpu").unwrap().pair().unwrap().is_none());
    let bert = std::fs::read_to_string(words.join("config.json")).unwrap();
    std::fs::write(words.join("config.json"), bert.replacen('{', r#"{"pair": "../pairs","#, 1)).unwrap();
    let named = Embedder::open(&words.display().to_string(), "cpu").unwrap().pair().unwrap().unwrap();
    assert_eq!(named.score(&pairs).unwrap(), before);
    std::fs::write(own.join("config.json"), config.replace("\"neutral\"", "\"LABEL_2\"")).unwrap();
    let error = PairScorer::open(&own.display().to_string(), "cpu").unwrap_err().to_string();
    assert!(error.contains("LABEL_2") && error.contains("id2label"), "{error}");
}

#[derive(Deserialize)]
struct Reference {
    texts: Vec<String>,
    rows: Vec<Vec<f32>>,
    /// What sentence-transformers took for `texts`.
    seconds: f64,
}

/// `COUNTERPOINT_MINILM` is a folder of all-MiniLM-L6-v2; `COUNTERPOINT_MINILM_EXPECTED` a file that
/// `models/recipes/fixtures.py --teacher FOLDER` made of it.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn the_real_minilm_gives_the_vectors_of_sentence_transformers() {
    let (Ok(folder), Ok(expected)) =
        (std::env::var("COUNTERPOINT_MINILM"), std::env::var("COUNTERPOINT_MINILM_EXPECTED"))
    else {
        eprintln!("skipped: COUNTERPOINT_MINILM and COUNTERPOINT_MINILM_EXPECTED are not set");
        return;
    };
    let expected: Reference = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let texts: Vec<&str> = expected.texts.iter().map(String::as_str).collect();
    let model = Embedder::open(&folder, "cpu").unwrap();
    let began = std::time::Instant::now();
    let made = embed(&model, &texts);
    let seconds = began.elapsed().as_secs_f64();
    let worst = expected.rows.iter().enumerate().map(|(i, row)| apart(made.row(i), row)).fold(0.0, f32::max);
    eprintln!(
        "{} texts in {seconds:.2} s, reference {:.2} s: ratio {:.2}; worst difference {worst:e}",
        texts.len(),
        expected.seconds,
        expected.seconds / seconds
    );
    assert!(worst <= 1e-4);
    for i in [0, 17, 101] {
        assert_eq!(embed(&model, &[texts[i]]).row(0), made.row(i), "alone: {}", texts[i]);
    }
}
