//! For or against? Claims and points become [`Judgement`]s, and the judgements
//! of a point's voices its [`Verdict`].
//!
//! Two questions are asked of a claim and a point: does the claim bear on it at
//! all, and if so on which side. The encoder answers the first cheaply and
//! picks the few points worth a second look; a cross-encoder that reads both
//! texts together helps with both. What it says of the side is weak on articles, so
//! calibration leaves most of the answer to how often people are for the points
//! that they speak of. Both answers are probabilities, calibrated on debates that
//! were not trained on; the numbers stand in the model's `judge.json`, with the
//! run that chose them. Members of found points are judged by nearness alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::debate::{Side, Verdict};
use crate::embed::Embeddings;
use crate::error::{Error, Result};

/// Calibration of one model, from its `judge.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Points a claim is compared with by the cross-encoder, nearest first.
    pub shortlist: usize,
    /// Weights of [`features`] for "does the claim bear on the point", the intercept last.
    pub bears: Vec<f64>,
    /// Slope and intercept on the cross-encoder's log-odds of for against against.
    pub side: [f64; 2],
    /// Members of a found point: slope and intercept, on the centred cosine, of "says what the exemplar
    /// says", and the share of those that are on its side.
    pub member: [f64; 3],
    /// Mean cosine (centred vectors) at which claims are one found point.
    pub cut: f32,
    /// Probability of bearing on a given point, on its side, from which a claim is listed.
    pub list: f32,
    /// Probability that a voice stands on its side from which it counts for a verdict.
    pub count: f32,
    /// The run that chose these numbers, for the reader of the file.
    #[serde(default)]
    pub chosen_by: String,
}

impl Calibration {
    /// Parses `judge.json`.
    pub fn parse(bytes: &[u8]) -> std::result::Result<Self, String> {
        let c: Self = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if c.bears.len() == FEATURES + 1 {
            Ok(c)
        } else {
            Err(format!("`bears` holds {} numbers where {} belong", c.bears.len(), FEATURES + 1))
        }
    }
}

/// How many numbers [`features`] gives.
pub const FEATURES: usize = 5;

/// What is known of a claim and a point: their cosine, how far it stands above
/// the claim's mean over all points, how far below the claim's best, and what
/// the cross-encoder says (log-odds of "takes a side", 0 where it was not asked)
/// with whether it was asked.
pub fn features(cosine: f32, mean: f32, best: f32, scores: Option<[f32; 3]>) -> [f64; FEATURES] {
    let taken = scores.map_or(0.0, |[none, pro, con]| log_odds(f64::from(pro + con), f64::from(none)));
    [
        f64::from(cosine),
        f64::from(cosine - mean),
        f64::from(best - cosine),
        taken,
        f64::from(u8::from(scores.is_some())),
    ]
}

fn log_odds(p: f64, q: f64) -> f64 {
    (p.max(1e-6) / q.max(1e-6)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// One claim on one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// Index of the claim.
    pub claim: usize,
    /// Index of the point.
    pub point: usize,
    /// Probability that the claim bears on the point.
    pub bears: f64,
    /// Probability that it is for it, given that it bears on it.
    pub pro: f64,
}

impl Judgement {
    /// The likelier side.
    pub fn side(&self) -> Side {
        if self.pro >= 0.5 { Side::For } else { Side::Against }
    }

    /// Probability that the claim bears on the point and is on [`Self::side`], rounded as it is printed.
    pub fn confidence(&self) -> f64 {
        let p = self.bears * self.pro.max(1.0 - self.pro);
        (p * 1000.0).round() / 1000.0
    }
}

/// Scores pairs of (claim, point) indices: probabilities `[none, for, against]`.
pub type Score<'s> = dyn FnMut(&[(usize, usize)]) -> Result<Vec<Option<[f32; 3]>>> + 's;

/// Judges every claim against the points it lies nearest to.
///
/// `claims` and `points` are unit rows of one space.
pub fn judge(
    claims: &Embeddings,
    points: &Embeddings,
    c: &Calibration,
    score: &mut Score<'_>,
) -> Result<Vec<Judgement>> {
    let mut near = Vec::new();
    let mut asked = Vec::new();
    for i in 0..claims.len() {
        let row: Vec<f32> = (0..points.len()).map(|k| cosine(claims.row(i), points.row(k))).collect();
        let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|&a, &b| row[b].total_cmp(&row[a]).then(a.cmp(&b)));
        let best = order.first().map_or(0.0, |&k| row[k]);
        for &k in order.iter().take(c.shortlist) {
            near.push((row[k], mean, best));
            asked.push((i, k));
        }
    }
    let scores = score(&asked)?;
    Ok(asked
        .into_iter()
        .zip(near)
        .zip(scores)
        .map(|(((i, k), (s, mean, best)), scores)| weigh(i, k, features(s, mean, best, scores), scores, c))
        .collect())
}

/// Judges the members of found points by how near each lies to its point's
/// exemplar, the first of the cluster. `centred` are the rows that were clustered.
///
/// Their sides are not read: between two claims of one point the cross-encoder is
/// near chance (0.525 on held-out topics). All are put on the exemplar's side, at
/// the share that was measured on articles.
pub fn judge_members(clusters: &[Vec<usize>], centred: &Embeddings, c: &Calibration) -> Vec<Judgement> {
    let [slope, intercept, same] = c.member;
    let mut judged = Vec::new();
    for (point, members) in clusters.iter().enumerate() {
        let exemplar = members[0];
        judged.push(Judgement { claim: exemplar, point, bears: 1.0, pro: 1.0 });
        judged.extend(members[1..].iter().map(|&claim| {
            let bears = sigmoid(slope * f64::from(cosine(centred.row(claim), centred.row(exemplar))) + intercept);
            Judgement { claim, point, bears, pro: same }
        }));
    }
    judged
}

/// Cosine of two unit rows. The last bits differ between processors; nothing may hang on them.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    (dot * 8192.0).round() / 8192.0
}

fn pro(scores: Option<[f32; 3]>, c: &Calibration) -> f64 {
    // without a cross-encoder the side is not known, and says so
    scores.map_or(0.5, |[_, pro, con]| sigmoid(c.side[0] * log_odds(f64::from(pro), f64::from(con)) + c.side[1]))
}

fn weigh(claim: usize, point: usize, x: [f64; FEATURES], scores: Option<[f32; 3]>, c: &Calibration) -> Judgement {
    let z: f64 = x.iter().zip(&c.bears).map(|(x, w)| x * w).sum::<f64>() + c.bears[FEATURES];
    Judgement { claim, point, bears: sigmoid(z), pro: pro(scores, c) }
}

/// Where one voice stands on one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Stand {
    /// Index of the voice.
    pub voice: usize,
    /// Its side; for a voice that changed, the later one.
    pub side: Side,
    /// Probability that this is its side.
    pub confidence: f64,
    /// Probability that it stands on the other side after all.
    pub other: f64,
    /// The dates of the earlier and the later side, when the voice changed sides.
    pub shift: Option<(String, String)>,
}

/// What one claim adds to where its voice stands.
#[derive(Debug, Clone, Copy)]
pub struct Word<'d> {
    /// Index of the voice.
    pub voice: usize,
    /// The judgement.
    pub judgement: Judgement,
    /// When the article appeared, if known.
    pub date: Option<&'d str>,
}

/// Adds up the words of each voice on one point, in voice order.
///
/// Claims of one voice speak for one mind: the chances that it is on a side grow
/// with each claim on it and shrink with each against (noisy-or of both sides,
/// compared). A voice whose claims change sides between two dates is counted
/// where it stands now.
pub fn stands(words: &[Word<'_>]) -> Vec<Stand> {
    let mut by: BTreeMap<usize, Vec<&Word<'_>>> = BTreeMap::new();
    for w in words {
        by.entry(w.voice).or_default().push(w);
    }
    by.into_iter()
        .map(|(voice, words)| {
            let (side, confidence, other) = lean(&words);
            let mut dated: BTreeMap<&str, Vec<&Word<'_>>> = BTreeMap::new();
            for &w in &words {
                if let Some(d) = w.date {
                    dated.entry(d).or_default().push(w);
                }
            }
            let turns: Vec<(&str, (Side, f64, f64))> = dated.iter().map(|(d, w)| (*d, lean(w))).collect();
            let turn = turns.windows(2).rev().find(|t| {
                let ((a, sure), (b, still)) = ((t[0].1.0, t[0].1.1), (t[1].1.0, t[1].1.1));
                a != b && sure >= 0.7 && still >= 0.7
            });
            match turn {
                Some(t) => {
                    let (side, confidence, other) = t[1].1;
                    Stand { voice, side, confidence, other, shift: Some((t[0].0.to_owned(), t[1].0.to_owned())) }
                }
                None => Stand { voice, side, confidence, other, shift: None },
            }
        })
        .collect()
}

/// The side that a voice's words come down on, and the probabilities that this
/// is right and that the other side is.
fn lean(words: &[&Word<'_>]) -> (Side, f64, f64) {
    let none = |p: fn(&Judgement) -> f64| words.iter().map(|w| 1.0 - p(&w.judgement)).product::<f64>();
    let pro = 1.0 - none(|j| j.bears * j.pro);
    let con = 1.0 - none(|j| j.bears * (1.0 - j.pro));
    // on a side and not on the other
    let (pro, con) = (pro * (1.0 - con), con * (1.0 - pro));
    let round = |p: f64| (p * 1000.0).round() / 1000.0;
    if pro >= con { (Side::For, round(pro), round(con)) } else { (Side::Against, round(con), round(pro)) }
}

/// What the stands that count amount to, and the probability that this is so,
/// taking voices as independent: for `agree` that at least two are on the side
/// and nobody is on the other, for `diverge` that somebody is on each.
pub fn verdict(stands: &[Stand], count: f64) -> (Verdict, f64) {
    let counted: Vec<&Stand> = stands.iter().filter(|x| x.confidence >= count).collect();
    let on = |s: Side| -> Vec<f64> { counted.iter().filter(|x| x.side == s).map(|x| x.confidence).collect() };
    let none = |p: &[f64]| p.iter().map(|x| 1.0 - x).product::<f64>();
    let nobody_else = counted.iter().map(|x| 1.0 - x.other).product::<f64>();
    let (pro, con) = (on(Side::For), on(Side::Against));
    let (verdict, p) = match (pro.len(), con.len()) {
        (0, 0) => (Verdict::Unclear, 0.0),
        (1, 0) | (0, 1) => (Verdict::Single, pro.iter().chain(&con).product::<f64>()),
        (_, 0) | (0, _) => {
            let side = if con.is_empty() { &pro } else { &con };
            let one: f64 = (0..side.len()).map(|i| side[i] * none(&side[..i]) * none(&side[i + 1..])).sum();
            (Verdict::Agree, (1.0 - none(side) - one).max(0.0) * nobody_else)
        }
        _ => (Verdict::Diverge, (1.0 - none(&pro)) * (1.0 - none(&con))),
    };
    (verdict, (p * 1000.0).round() / 1000.0)
}

/// A point of the reader's own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The reader's id for it.
    pub id: String,
    /// One assertable statement, in any language.
    pub text: String,
    /// Claims that are for it, in any language: they pull the point's place in the space towards them.
    #[serde(default)]
    pub r#for: Vec<String>,
    /// Claims against it: the same point, the other side.
    #[serde(default)]
    pub against: Vec<String>,
}

/// Reads a points file: `[[point]]` tables with `id`, `text` and optional examples `for`, `against`.
pub fn points(path: &std::path::Path) -> Result<Vec<Given>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        point: Vec<Given>,
    }
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    let wrong = |why: String| Error::Parse { path: path.to_owned(), what: "points file", why };
    let file: File = toml::from_str(&text)
        .map_err(|e| wrong(e.message().to_owned() + &crate::settings::line_of(&text, e.span())))?;
    let mut seen = std::collections::BTreeSet::new();
    for p in &file.point {
        if p.text.trim().is_empty() {
            return Err(wrong(format!("point {} has no text", p.id)));
        }
        if !seen.insert(&p.id) {
            return Err(wrong(format!("two points are called {}", p.id)));
        }
    }
    if file.point.is_empty() {
        return Err(wrong("it holds no [[point]]".to_owned()));
    }
    Ok(file.point)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(voice: usize, bears: f64, pro: f64, date: Option<&str>) -> Word<'_> {
        Word { voice, judgement: Judgement { claim: 0, point: 0, bears, pro }, date }
    }

    #[test]
    fn verdicts_follow_the_voices_that_count() {
        let table: [(&[(usize, f64, f64)], Verdict); 6] = [
            (&[(0, 0.9, 0.95), (1, 0.9, 0.9)], Verdict::Agree),
            (&[(0, 0.9, 0.05), (1, 0.9, 0.1)], Verdict::Agree),
            (&[(0, 0.9, 0.95), (1, 0.9, 0.1)], Verdict::Diverge),
            (&[(0, 0.9, 0.95), (1, 0.9, 0.5)], Verdict::Single),
            (&[(0, 0.4, 0.9), (1, 0.9, 0.55)], Verdict::Unclear),
            (&[], Verdict::Unclear),
        ];
        for (words, expected) in table {
            let words: Vec<Word<'_>> = words.iter().map(|&(v, b, p)| word(v, b, p, None)).collect();
            assert_eq!(verdict(&stands(&words), 0.6).0, expected, "{words:?}");
        }
    }

    #[test]
    fn more_voices_make_agreement_surer_until_one_may_be_against() {
        let of = |n: usize, pro: f64| {
            let words: Vec<Word<'_>> = (0..n).map(|v| word(v, 0.9, pro, None)).collect();
            verdict(&stands(&words), 0.5)
        };
        assert!(of(2, 1.0).1 < of(3, 1.0).1 && of(3, 1.0).1 < of(6, 1.0).1);
        assert!(of(40, 0.8).1 < of(6, 0.8).1, "one of forty may well be against");
        assert_eq!(of(6, 0.8).0, Verdict::Agree);
    }

    #[test]
    fn a_voice_that_says_it_twice_is_one_voice_and_surer() {
        let once = stands(&[word(3, 0.6, 0.9, None)]);
        let twice = stands(&[word(3, 0.6, 0.9, None), word(3, 0.6, 0.9, None)]);
        assert_eq!(twice.len(), 1);
        assert!(twice[0].confidence > once[0].confidence);
    }

    #[test]
    fn a_voice_that_changes_its_mind_counts_where_it_stands_now() {
        let s = stands(&[word(0, 0.95, 0.95, Some("2024-01-02")), word(0, 0.95, 0.05, Some("2026-01-02"))]);
        assert_eq!(s[0].side, Side::Against);
        assert_eq!(s[0].shift, Some(("2024-01-02".into(), "2026-01-02".into())));
    }

    #[test]
    fn a_points_file_says_what_is_wrong_with_it_and_where() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("points.toml");
        for (text, expected) in [
            ("", "no [[point]]"),
            ("[[point]]\nid = \"a\"\ntext = \"x\"\n[[point]]\nid = \"a\"\ntext = \"y\"\n", "two points are called a"),
            ("[[point]]\nid = \"a\"\n", "missing field `text`"),
            ("[[point]]\nid = \"a\"\ntext = \" \"\n", "no text"),
            ("[[point]\n", "line 1"),
        ] {
            std::fs::write(&path, text).expect("written");
            let error = points(&path).expect_err(text).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
