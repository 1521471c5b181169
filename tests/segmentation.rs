//! Do sentences end where people say they do, and does no text break the rules?
#![expect(clippy::print_stdout, reason = "a test that skips or measures says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use counterpoint::ingest::{Article, article};
use counterpoint::language::passages;
use counterpoint::segment::{Sentence, sentences};
use counterpoint::span::CodePoints;
use proptest::prelude::*;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shared(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("COUNTERPOINT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = base.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared is not here");
    None
}

fn cut(article: &Article) -> Vec<Sentence> {
    sentences(article, &passages(article))
}

/// Hits, false ends, missed ends.
#[derive(Default, Clone, Copy)]
struct Score(usize, usize, usize);

impl Score {
    fn add(&mut self, got: &BTreeSet<usize>, want: &BTreeSet<usize>) {
        let hits = got.intersection(want).count();
        self.0 += hits;
        self.1 += got.len() - hits;
        self.2 += want.len() - hits;
    }

    fn f1(self) -> f64 {
        2.0 * self.0 as f64 / (2 * self.0 + self.1 + self.2) as f64
    }
}

fn ends(article: &Article) -> BTreeSet<usize> {
    let points = CodePoints::new(&article.text);
    cut(article).iter().map(|s| points.of(s.span).1).collect()
}

fn against_gold(gold: &Path, folder: &Path) -> f64 {
    let gold: Value = serde_json::from_str(&fs::read_to_string(gold).expect("gold")).expect("gold is JSON");
    let mut score = Score::default();
    for labelled in gold["articles"].as_array().expect("articles") {
        let file = labelled["file"].as_str().expect("file");
        let a = article(file, &fs::read(folder.join(file)).expect("the article")).expect("readable");
        let want = labelled["sentences"].as_array().expect("sentences");
        let want = want.iter().map(|s| s["end"].as_u64().expect("end") as usize).collect();
        score.add(&ends(&a), &want);
    }
    score.f1()
}

#[test]
fn the_corpus_is_cut_as_it_is_labelled() {
    let f1 = against_gold(&root().join("eval/corpus.gold.json"), &root().join("corpus"));
    println!("corpus: F1 {f1:.4}");
    assert!(f1 >= 0.98, "{f1}");
}

#[test]
fn the_seeds_are_cut_as_they_are_labelled() {
    let Some(folder) = shared("seeds") else {
        return;
    };
    let f1 = against_gold(&root().join("eval/seeds.gold.json"), &folder);
    println!("seeds: F1 {f1:.4}");
    assert!(f1 >= 0.98, "{f1}");
}

/// Scores by treebank over the documents whose split begins with `split`.
fn score_documents(path: &Path, split: &str) -> BTreeMap<String, Score> {
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for line in fs::read_to_string(path).expect("documents").lines() {
        let doc: Value = serde_json::from_str(line).expect("JSON");
        let Some(bank) = doc["split"].as_str().filter(|s| s.starts_with(split)).and(doc["treebank"].as_str()) else {
            continue;
        };
        let a = article("doc", doc["text"].as_str().expect("text").as_bytes()).expect("readable");
        let mut got = ends(&a);
        let mut want: BTreeSet<usize> =
            doc["ends"].as_array().expect("ends").iter().map(|e| e.as_u64().expect("offset") as usize).collect();
        // the end of the document is given away
        let last = [got.last().copied(), want.last().copied()];
        for end in last.into_iter().flatten() {
            got.remove(&end);
            want.remove(&end);
        }
        scores.entry(bank.to_owned()).or_default().add(&got, &want);
    }
    scores
}

/// The floors hold what was reached on the test split, below the 0.97 that is aimed at. Much of EWT (mail headers,
/// notes without a full stop) and of Taiga (verse, chains of emoji) ends its
/// sentences with no mark at all.
#[test]
fn universal_dependencies_documents_are_cut_alike() {
    let Some(path) = shared("sets/ud-segmentation/docs.jsonl") else {
        return;
    };
    let scores = score_documents(&path, "test:");
    for (bank, score) in &scores {
        println!("{bank}: F1 {:.4} (hits {}, false {}, missed {})", score.f1(), score.0, score.1, score.2);
    }
    for (bank, floor) in FLOORS {
        let f1 = scores[*bank].f1();
        assert!(f1 >= *floor, "{bank}: {f1}");
    }
}

/// News and encyclopaedia text, as articles are written.
#[test]
fn news_in_thirteen_languages_is_cut_as_its_translators_cut_it() {
    let Some(path) = shared("sets/ud-pud/segmentation_docs.jsonl") else {
        return;
    };
    let scores = score_documents(&path, "test");
    for bank in [
        "Arabic",
        "Chinese",
        "English",
        "French",
        "German",
        "Indonesian",
        "Italian",
        "Korean",
        "Polish",
        "Portuguese",
        "Russian",
        "Spanish",
        "Turkish",
    ] {
        let f1 = scores[&format!("PUD-{bank}")].f1();
        println!("PUD {bank}: F1 {f1:.4}");
        assert!(f1 >= 0.97, "{bank}: {f1}");
    }
}

const FLOORS: &[(&str, f64)] = &[
    ("Chinese-GSDSimp", 0.99),
    ("English-EWT", 0.885),
    ("French-GSD", 0.96),
    ("German-GSD", 0.91),
    ("Japanese-GSD", 0.97),
    ("Russian-GSD", 0.975),
    ("Russian-Taiga", 0.95),
    ("Turkish-BOUN", 0.925),
];

fn holds(text: &str) {
    let Ok(a) = article("a.md", text.as_bytes()) else {
        return;
    };
    let passages = passages(&a);
    let mut at = a.body.start();
    for p in &passages {
        assert_eq!(p.span.start(), at, "passages tile");
        assert!(a.text.is_char_boundary(p.span.end()) && (0.0..=1.0).contains(&p.confidence));
        at = p.span.end();
    }
    assert_eq!(at, a.body.end(), "passages reach the end");
    let mut at = a.body.start();
    let mut paragraph = 0;
    for s in sentences(&a, &passages) {
        assert_eq!(s.tile.start(), at, "sentences tile");
        assert!(s.tile.contains(s.span), "the words stand in the tile");
        assert_eq!(s.span.trim(&a.text), s.span, "no white space around");
        assert!(a.text.is_char_boundary(s.tile.end()) && a.text.is_char_boundary(s.span.end()));
        assert!(s.paragraph >= paragraph);
        (at, paragraph) = (s.tile.end(), s.paragraph);
    }
    assert_eq!(at, a.body.end(), "sentences reach the end");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_tiled(text in "\\PC{0,200}") {
        holds(&text);
    }

    #[test]
    fn any_text_of_marks_is_tiled(text in "([.!?…。！？\"'“”„«»「」()（）\\[\\]*_#>|=~`:—-]|[ \n\r\t\u{3000}\u{A0}]|[aBжЯ字かア한ع1२😀é]|\\. |1\\. |## |- |> |---\n|```\n){0,80}") {
        holds(&text);
    }

    #[test]
    fn any_bytes_are_an_article_or_skipped(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(a) = article("a.txt", &bytes) {
            holds(&a.text);
        }
    }
}

#[test]
fn long_and_hostile_lines_are_cut_without_losing_anything() {
    for unit in ["(.", "\"?", "a. ", "。", "((((a. ", "「。」", ". ", "😀 A", "[1].", "*a. b", "слово ", "A: b.\n"]
    {
        let started = std::time::Instant::now();
        holds(&unit.repeat(100_000));
        println!("{unit:?}: {:?}", started.elapsed());
    }
}
