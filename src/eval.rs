//! How good is it? A debate against labelled articles: [`Scores`], per language and in all.
//!
//! Gold labels are stand-off: offsets into the articles' own files and their
//! SHA-256, no text. A claim found and a claim labelled are the same when they
//! share more than half of their joint extent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::attribute::Kind;
use crate::debate::{Debate, Origin, Side, Verdict};
use crate::error::{Error, Result};

/// Labelled articles of one debate.
#[derive(Debug, Clone, Deserialize)]
pub struct Gold {
    /// The question.
    pub topic: String,
    /// Points that articles take sides on.
    pub key_points: Vec<KeyPoint>,
    /// The articles.
    pub articles: Vec<GoldArticle>,
    /// Spellings that are one person.
    #[serde(default)]
    pub same_person: Vec<Vec<String>>,
    /// Which points agree and which diverge.
    pub expected: Expected,
}

/// One labelled point.
#[derive(Debug, Clone, Deserialize)]
pub struct KeyPoint {
    /// Its id.
    pub id: String,
    /// Its wording.
    pub text: String,
}

/// One labelled article.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldArticle {
    /// File name.
    pub file: String,
    /// Of its bytes.
    pub sha256: String,
    /// ISO 639-3.
    pub language: String,
    /// If it names one.
    pub author: Option<String>,
    /// In order.
    pub sentences: Vec<GoldSentence>,
}

/// One labelled sentence.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldSentence {
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it does.
    pub kind: Kind,
    /// `author`, or the speaker's name in English spelling.
    #[serde(default)]
    pub speaker: Option<String>,
    /// The sides it takes.
    #[serde(default)]
    pub points: Vec<GoldPosition>,
}

/// A side taken on a point.
#[derive(Debug, Clone, Deserialize)]
pub struct GoldPosition {
    /// The point.
    pub id: String,
    /// `pro` or `con`.
    pub stance: String,
}

/// What the labels amount to.
#[derive(Debug, Clone, Deserialize)]
pub struct Expected {
    /// Points on which all voices agree.
    pub agree: Vec<String>,
    /// Points on which they diverge.
    pub diverge: Vec<String>,
}

impl Gold {
    /// Reads a gold file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
        serde_json::from_str(&text).map_err(|e| Error::Parse {
            path: path.to_owned(),
            what: "gold file",
            why: e.to_string(),
        })
    }

    /// Its points as a points file, for a run with given points.
    pub fn points_toml(&self) -> String {
        #[derive(Serialize)]
        struct Point<'k> {
            id: &'k str,
            text: &'k str,
        }
        #[derive(Serialize)]
        struct File<'k> {
            point: Vec<Point<'k>>,
        }
        let point = self.key_points.iter().map(|k| Point { id: &k.id, text: &k.text }).collect();
        toml::to_string(&File { point }).expect("strings are TOML")
    }
}

/// Right, wrongly found, missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Count {
    /// Found and labelled.
    pub right: usize,
    /// Found, not labelled.
    pub extra: usize,
    /// Labelled, not found.
    pub missed: usize,
}

impl Count {
    /// Adds `other`'s counts.
    pub fn add(&mut self, other: Count) {
        self.right += other.right;
        self.extra += other.extra;
        self.missed += other.missed;
    }

    /// right / (right + extra), 1 where nothing was found.
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.extra)
    }

    /// right / (right + missed), 1 where nothing was there to find.
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.right + self.missed)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.right, 2 * self.right + self.extra + self.missed)
    }
}

fn ratio(a: usize, b: usize) -> f64 {
    if b == 0 { 1.0 } else { a as f64 / b as f64 }
}

/// What was measured on one language's articles, or on all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Articles measured.
    pub articles: usize,
    /// Articles whose language is right.
    pub language: usize,
    /// Sentence ends.
    pub boundaries: Count,
    /// Claim sentences.
    pub claims: Count,
    /// Matched claims whose voice is right (`right`) or wrong (`missed`).
    pub voice: Count,
    /// The same, of claims that are not the author's.
    pub reported: Count,
    /// (claim, given point, side).
    pub positions: Count,
    /// (claim, given point), whatever the side.
    pub matches: Count,
}

/// Everything measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// All articles.
    pub all: Scores,
    /// By ISO 639-3 code.
    pub by_language: BTreeMap<String, Scores>,
    /// 95 % bootstrap intervals over articles, of the figures in `all`: name -> (low, high).
    pub intervals: BTreeMap<String, (f64, f64)>,
    /// Verdicts asserted (agree or diverge) on given points, and how many are right.
    pub verdicts: Count,
    /// B-cubed precision, recall and F1 of the found points over claims with labelled points.
    pub b_cubed: (f64, f64, f64),
    /// Voices that should be one and are, or should be and are not.
    pub same_person: Count,
    /// Articles of the gold file that were not among those read.
    pub absent: Vec<String>,
}

/// Scores `debate` against `gold`.
pub fn score(debate: &Debate, gold: &Gold) -> Report {
    let mut by_article = Vec::new();
    let mut absent = Vec::new();
    let people = people(gold);
    let mut matched: BTreeMap<&str, &GoldSentence> = BTreeMap::new();
    let mut same: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for g in &gold.articles {
        let Some(article) = debate.articles.iter().find(|a| a.sha256 == g.sha256) else {
            absent.push(g.file.clone());
            continue;
        };
        let mut s =
            Scores { articles: 1, language: usize::from(article.language.code == g.language), ..Scores::default() };
        let ends = |v: Vec<usize>| v.into_iter().collect::<BTreeSet<_>>();
        // the last end of a text is no decision
        let mut found = ends(debate.sentences.iter().filter(|x| x.article == article.id).map(|x| x.end).collect());
        let mut labelled = ends(g.sentences.iter().map(|x| x.end).collect());
        found.pop_last();
        labelled.pop_last();
        s.boundaries = overlap(&found, &labelled);

        let claims: Vec<_> = debate.claims.iter().filter(|c| c.article == article.id).collect();
        let mut used = BTreeSet::new();
        let mut right = 0;
        let author = author_voice(debate, &article.id);
        for sentence in g.sentences.iter().filter(|x| x.kind == Kind::Claim) {
            // two claims of one sentence are one sentence found
            let here: Vec<_> = claims
                .iter()
                .filter(|c| {
                    let joint = c.end.min(sentence.end).saturating_sub(c.start.max(sentence.start));
                    2 * joint > c.end - c.start && joint > 0
                })
                .collect();
            let covered: usize = here.iter().map(|c| c.end.min(sentence.end) - c.start.max(sentence.start)).sum();
            if 2 * covered <= sentence.end - sentence.start {
                continue;
            }
            right += 1;
            for c in here {
                used.insert(c.id.as_str());
                matched.insert(&c.id, sentence);
                let speaker = sentence.speaker.as_deref().unwrap_or("author");
                let voice = debate.voices.iter().find(|v| v.id == c.voice);
                let is_author = author.as_deref() == Some(c.voice.as_str()) || !c.reported;
                let ok = if speaker == "author" {
                    is_author || voice.is_some_and(|v| g.author.as_deref().is_some_and(|a| known_as(v, a, &people)))
                } else {
                    !is_author && voice.is_some_and(|v| known_as(v, speaker, &people))
                };
                let one =
                    if ok { Count { right: 1, ..Count::default() } } else { Count { missed: 1, ..Count::default() } };
                s.voice.add(one);
                if speaker != "author" {
                    s.reported.add(one);
                }
                let name = if speaker == "author" { g.author.as_deref() } else { Some(speaker) };
                if let Some(name) = name {
                    same.entry(people.get(&fold(name)).cloned().unwrap_or_else(|| fold(name)))
                        .or_default()
                        .insert(&c.voice);
                }
            }
        }
        let labelled = g.sentences.iter().filter(|x| x.kind == Kind::Claim).count();
        s.claims = Count {
            right,
            extra: claims.iter().filter(|c| !used.contains(c.id.as_str())).count(),
            missed: labelled - right,
        };
        by_article.push((g.language.clone(), g, s));
    }

    // positions on given points, once a sentence
    let mut predicted: BTreeMap<(usize, usize), BTreeMap<&str, BTreeSet<Side>>> = BTreeMap::new();
    for p in debate.points.iter().filter(|p| p.origin == Origin::Given) {
        for position in &p.claims {
            if let Some(c) = debate.claims.iter().find(|c| c.id == position.claim)
                && let Some(a) = by_article
                    .iter()
                    .position(|(_, g, _)| debate.articles.iter().any(|x| x.id == c.article && x.sha256 == g.sha256))
            {
                let start = matched.get(c.id.as_str()).map_or(usize::MAX - c.start, |s| s.start);
                predicted.entry((a, start)).or_default().entry(&p.id).or_default().insert(position.side);
            }
        }
    }
    for (a, (_, g, s)) in by_article.iter_mut().enumerate() {
        let mut gold_sides = BTreeSet::new();
        let mut gold_points = BTreeSet::new();
        for x in &g.sentences {
            for p in &x.points {
                let side = if p.stance == "pro" { Side::For } else { Side::Against };
                gold_sides.insert((x.start, p.id.as_str(), side));
                gold_points.insert((x.start, p.id.as_str()));
            }
        }
        let mut sides = BTreeSet::new();
        let mut points = BTreeSet::new();
        for (&(_, start), by) in predicted.iter().filter(|((x, _), _)| *x == a) {
            for (&point, both) in by {
                points.insert((start, point));
                sides.extend(both.iter().map(|&side| (start, point, side)));
            }
        }
        s.positions = overlap(&sides, &gold_sides);
        s.matches = overlap(&points, &gold_points);
    }

    let mut all = Scores::default();
    let mut by_language: BTreeMap<String, Scores> = BTreeMap::new();
    for (lang, _, s) in &by_article {
        sum(&mut all, s);
        sum(by_language.entry(lang.clone()).or_default(), s);
    }
    let mut verdicts = Count::default();
    for k in &gold.key_points {
        let expected = if gold.expected.agree.contains(&k.id) {
            Some(Verdict::Agree)
        } else if gold.expected.diverge.contains(&k.id) {
            Some(Verdict::Diverge)
        } else {
            None
        };
        let got = debate.points.iter().find(|p| p.origin == Origin::Given && p.id == k.id).map(|p| p.verdict);
        match got {
            Some(v @ (Verdict::Agree | Verdict::Diverge)) if Some(v) == expected => verdicts.right += 1,
            Some(Verdict::Agree | Verdict::Diverge) => verdicts.extra += 1,
            _ if expected.is_some() => verdicts.missed += 1,
            _ => {}
        }
    }
    let same_person = same
        .values()
        .filter(|v| !v.is_empty())
        .map(|v| {
            if v.len() == 1 { Count { right: 1, ..Count::default() } } else { Count { missed: 1, ..Count::default() } }
        })
        .fold(Count::default(), |mut a, b| {
            a.add(b);
            a
        });
    let scores: Vec<&Scores> = by_article.iter().map(|(_, _, s)| s).collect();
    Report {
        intervals: intervals(&scores),
        b_cubed: b_cubed(debate, &matched),
        all,
        by_language,
        verdicts,
        same_person,
        absent,
    }
}

fn overlap<T: Ord>(found: &BTreeSet<T>, labelled: &BTreeSet<T>) -> Count {
    let right = found.intersection(labelled).count();
    Count { right, extra: found.len() - right, missed: labelled.len() - right }
}

fn sum(total: &mut Scores, s: &Scores) {
    total.articles += s.articles;
    total.language += s.language;
    total.boundaries.add(s.boundaries);
    total.claims.add(s.claims);
    total.voice.add(s.voice);
    total.reported.add(s.reported);
    total.positions.add(s.positions);
    total.matches.add(s.matches);
}

/// The figures that get an interval, by name.
pub fn figures(s: &Scores) -> [(&'static str, f64); 6] {
    [
        ("boundaries", s.boundaries.f1()),
        ("claims", s.claims.f1()),
        ("voice", s.voice.recall()),
        ("reported", s.reported.recall()),
        ("matches", s.matches.f1()),
        ("positions", s.positions.f1()),
    ]
}

/// Percentile bootstrap over articles (Efron 1979), 1,000 samples from a fixed seed.
fn intervals(articles: &[&Scores]) -> BTreeMap<String, (f64, f64)> {
    let mut samples: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    // a small generator of our own (xorshift, Marsaglia 2003): the same intervals on every machine
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut draw = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % n as u64) as usize
    };
    if articles.is_empty() {
        return BTreeMap::new();
    }
    for _ in 0..1000 {
        let mut total = Scores::default();
        for _ in 0..articles.len() {
            sum(&mut total, articles[draw(articles.len())]);
        }
        for (name, value) in figures(&total) {
            samples.entry(name).or_default().push(value);
        }
    }
    samples
        .into_iter()
        .map(|(name, mut v)| {
            v.sort_by(f64::total_cmp);
            (name.to_owned(), (v[v.len() / 40], v[v.len() - 1 - v.len() / 40]))
        })
        .collect()
}

/// B-cubed (Bagga and Baldwin 1998) in the extended form for items of several
/// classes: two claims belong together when they share any labelled point.
fn b_cubed(debate: &Debate, matched: &BTreeMap<&str, &GoldSentence>) -> (f64, f64, f64) {
    let items: Vec<(&str, BTreeSet<&str>)> = matched
        .iter()
        .map(|(c, s)| (*c, s.points.iter().map(|p| p.id.as_str()).collect::<BTreeSet<_>>()))
        .filter(|(_, p)| !p.is_empty())
        .collect();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for (k, p) in debate.points.iter().filter(|p| p.origin == Origin::Found).enumerate() {
        for c in &p.claims {
            found.insert(&c.claim, k);
        }
    }
    let (mut precision, mut recall) = (0.0, 0.0);
    for (i, (a, points)) in items.iter().enumerate() {
        let (mut together, mut both, mut belong) = (0, 0, 0);
        for (j, (b, others)) in items.iter().enumerate() {
            let same_cluster = i == j || found.get(a).is_some_and(|k| found.get(b) == Some(k));
            let same_class = i == j || !points.is_disjoint(others);
            together += usize::from(same_cluster);
            belong += usize::from(same_class);
            both += usize::from(same_cluster && same_class);
        }
        precision += ratio(both, together);
        recall += ratio(both, belong);
    }
    let n = items.len().max(1) as f64;
    let (p, r) = (precision / n, recall / n);
    (p, r, if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 })
}

fn fold(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Every spelling of the gold file's persons -> the person's first spelling.
fn people(gold: &Gold) -> BTreeMap<String, String> {
    gold.same_person.iter().flat_map(|names| names.iter().map(|n| (fold(n), fold(&names[0])))).collect()
}

/// Whether the voice goes by `name`, or by another spelling of that person, or part of either.
fn known_as(voice: &crate::debate::VoiceEntry, name: &str, people: &BTreeMap<String, String>) -> bool {
    let person = |n: &str| people.get(&fold(n)).cloned().unwrap_or_else(|| fold(n));
    let wanted = person(name);
    std::iter::once(&voice.name).chain(&voice.aliases).any(|n| {
        let n = n.as_str();
        person(n) == wanted
            || crate::attribute::same_name(n, name)
            || people
                .iter()
                .any(|(spelling, p)| *p == wanted && (fold(n) == *spelling || crate::attribute::same_name(n, spelling)))
    })
}

/// The voice that holds an article's own (not reported) claims.
fn author_voice(debate: &Debate, article: &str) -> Option<String> {
    debate.claims.iter().find(|c| c.article == article && !c.reported).map(|c| c.voice.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_the_usual_figures() {
        let c = Count { right: 6, extra: 2, missed: 4 };
        assert!((c.precision() - 0.75).abs() < 1e-12);
        assert!((c.recall() - 0.6).abs() < 1e-12);
        assert!((c.f1() - 12.0 / 18.0).abs() < 1e-12);
    }

    #[test]
    fn intervals_hold_the_figure_and_are_the_same_each_time() {
        let s: Vec<Scores> = (0..8)
            .map(|i| Scores { claims: Count { right: 5 + i, extra: 2, missed: 3 }, ..Scores::default() })
            .collect();
        let refs: Vec<&Scores> = s.iter().collect();
        let mut all = Scores::default();
        s.iter().for_each(|x| sum(&mut all, x));
        let (low, high) = intervals(&refs)["claims"];
        assert!(low < all.claims.f1() && all.claims.f1() < high);
        assert_eq!(intervals(&refs)["claims"], (low, high));
    }
}
