//! Does the tool know who says what? Sentences and kinds come from the gold
//! labels here, so that attribution alone is measured.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use counterpoint::attribute::{Claim, Judged, Kind, People, Speaker, claims, voices};
use counterpoint::ingest::Article;
use counterpoint::language::Lang;
use counterpoint::segment::{Layout, Sentence};
use counterpoint::span::{CodePoints, Span};
use serde_json::Value;

/// An article with what the gold says of it.
struct Labelled {
    article: Article,
    sentences: Vec<Sentence>,
    kinds: Vec<Judged>,
    /// Per sentence: who holds it, for claims.
    speakers: Vec<Option<String>>,
    language: String,
}

fn read(gold: &Value, folder: &Path) -> Vec<Labelled> {
    let list = gold["articles"].as_array().expect("a gold file lists articles");
    list.iter().map(|a| labelled(a, folder)).collect()
}

fn labelled(gold: &Value, folder: &Path) -> Labelled {
    let file = gold["file"].as_str().expect("an article has a file");
    let text = std::fs::read_to_string(folder.join(file)).expect("the gold's files are there");
    let points = CodePoints::new(&text);
    let language = gold["language"].as_str().unwrap_or_default().to_owned();
    let mut sentences: Vec<Sentence> = Vec::new();
    let mut kinds = Vec::new();
    let mut speakers = Vec::new();
    let mut paragraph = 0;
    for s in gold["sentences"].as_array().expect("an article has sentences") {
        let at = |key: &str| s[key].as_u64().expect("a sentence has offsets") as usize;
        let span = points.span(at("start"), at("end")).expect("offsets lie in the text");
        if let Some(last) = sentences.last() {
            let between = &text[last.span.end()..span.start()];
            paragraph += u32::from(between.matches('\n').count() >= 2);
        }
        let line = text[..span.start()].rfind('\n').map_or(0, |i| i + 1);
        let before = text[line..span.start()].trim_start();
        let alone = text[span.end()..].trim_start_matches([' ', '*']).starts_with('\n') && before.trim_matches('*').is_empty();
        let layout = if before.starts_with('#') {
            Layout::Heading
        } else if before.starts_with('>') {
            Layout::Quoted
        } else if before.starts_with("- ") || before.starts_with("* ") {
            Layout::Item
        } else if alone && !span.of(&text).ends_with(['.', '!', '?', '。', '！', '？', '”', '»', '」']) {
            Layout::Line
        } else {
            Layout::Running
        };
        let foreign = span.of(&text).chars().filter(|c| matches!(*c as u32, 0x4E00..=0x9FFF)).count() * 2 > span.of(&text).chars().count();
        let lang = if foreign && language == "eng" { "zho" } else { &language };
        sentences.push(Sentence { tile: span, span, lang: Lang::from_code(lang), layout, paragraph });
        let kind = match s["kind"].as_str() {
            Some("claim") => Kind::Claim,
            Some("heading") => Kind::Heading,
            Some("boilerplate") => Kind::Boilerplate,
            _ => Kind::Context,
        };
        kinds.push(Judged { kind, confidence: 1.0 });
        speakers.push(s["speaker"].as_str().map(str::to_owned));
    }
    let body = Span::new(sentences.first().map_or(0, |s| s.span.start()), text.len());
    let article = Article {
        id: gold["sha256"].as_str().unwrap_or_default().chars().take(16).collect(),
        path: file.to_owned(),
        sha256: gold["sha256"].as_str().unwrap_or_default().to_owned(),
        title: None,
        author: gold["author"].as_str().map(str::to_owned),
        published: None,
        url: None,
        text,
        body,
    };
    Labelled { article, sentences, kinds, speakers, language }
}

/// Right and all claims, and a line for each miss.
fn measure(gold: &Value, folder: &Path) -> (usize, usize, Vec<String>) {
    let articles = read(gold, folder);
    let found: Vec<Vec<Claim>> =
        articles.iter().map(|a| claims(&a.article, &a.sentences, &a.kinds)).collect();
    let pairs: Vec<(&Article, &[Claim])> =
        articles.iter().zip(&found).map(|(a, c)| (&a.article, c.as_slice())).collect();
    let all = voices(&pairs, &People::default());
    let same: Vec<BTreeSet<&str>> = gold["same_person"]
        .as_array()
        .map(|groups| {
            groups
                .iter()
                .map(|g| g.as_array().into_iter().flatten().filter_map(Value::as_str).collect())
                .collect()
        })
        .unwrap_or_default();
    let (mut right, mut total, mut misses) = (0, 0, Vec::new());
    let mut per: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    // which of the voices a person of the gold is: the one most claims say
    for (a, item) in articles.iter().enumerate() {
        for (c, claim) in found[a].iter().enumerate() {
            let Some(gold) = item.speakers[claim.sentence].as_deref() else { continue };
            total += 1;
            let voice = &all.voices[all.of[a][c]];
            let spelled: BTreeSet<&str> =
                std::iter::once(voice.name.as_str()).chain(voice.aliases.iter().map(String::as_str)).collect();
            let ok = if gold == "author" {
                claim.speaker == Speaker::Author
            } else if gold.chars().next().is_some_and(char::is_lowercase) {
                matches!(claim.speaker, Speaker::Unnamed { .. })
            } else {
                claim.speaker != Speaker::Author
                    && (spelled.contains(gold)
                        || same.iter().any(|g| g.contains(gold) && !g.is_disjoint(&spelled)))
            };
            let entry = per.entry(&item.language).or_default();
            entry.1 += 1;
            if ok {
                right += 1;
                entry.0 += 1;
            } else {
                let words: String = claim.span.of(&item.article.text).chars().take(60).collect();
                misses.push(format!("{} {gold} -> {:?} {:?}: {words}", item.language, voice.name, claim.cue.as_ref().map(|c| c.rule)));
            }
        }
    }
    println!("{per:?}");
    for v in all.voices.iter().filter(|v| !v.aliases.is_empty()) {
        println!("one voice: {} = {:?}", v.name, v.aliases);
    }
    println!("maybe: {:?}", all.maybe_same);
    (right, total, misses)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn gold(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("eval").join(name)).expect("the gold is there");
    serde_json::from_str(&text).expect("the gold parses")
}

#[test]
fn the_corpus_gives_each_claim_to_whoever_holds_it() {
    let (right, total, misses) = measure(&gold("corpus.gold.json"), &root().join("corpus"));
    let share = right as f64 / total as f64;
    println!("voice accuracy on the corpus: {right} of {total} ({share:.3})\n{}", misses.join("\n"));
    assert!(share >= 0.95, "{right} of {total}:\n{}", misses.join("\n"));
}

#[test]
fn published_articles_give_each_claim_to_whoever_holds_it() {
    let shared = std::env::var("COUNTERPOINT_SHARED").map_or_else(|_| root().join("../shared"), PathBuf::from);
    let folder = shared.join("seeds");
    if !folder.is_dir() {
        println!("skipped: ../shared is not here");
        return;
    }
    let (right, total, misses) = measure(&gold("seeds.gold.json"), &folder);
    let share = right as f64 / total as f64;
    println!("voice accuracy on the seeds: {right} of {total} ({share:.3}), {} misses", misses.len());
    if std::env::var_os("COUNTERPOINT_SHOW").is_some() {
        println!("{}", misses.join("\n"));
    }
    assert!(share >= 0.90, "{right} of {total}");
}
