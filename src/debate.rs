//! What is known at the end? The [`Debate`]: the output contract, and the
//! [`Evidence`] beside it that reports show but the contract does not hold.
//!
//! Offsets are Unicode code points into the article's decoded file, end
//! exclusive: the W3C Web Annotation text position.

use serde::{Deserialize, Serialize};

use crate::attribute::Kind;
use crate::error::Skipped;

/// Names the layout of `debate.json`.
pub const SCHEMA: &str = "counterpoint/debate/1";

/// Names the layout of `evidence.json`.
pub const EVIDENCE_SCHEMA: &str = "counterpoint/evidence/1";

/// Everything a run found, in canonical order: lists sorted, numbers rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Debate {
    /// [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub provenance: Provenance,
    /// Sorted by id.
    pub articles: Vec<ArticleEntry>,
    /// Sorted by article, then start. Tight spans, without white space at the ends.
    pub sentences: Vec<SentenceEntry>,
    /// Sorted by id.
    pub voices: Vec<VoiceEntry>,
    /// Sorted by article, then start, then end.
    pub claims: Vec<ClaimEntry>,
    /// Given points in the reader's order, then found points, largest first.
    pub points: Vec<PointEntry>,
    /// Sorted by path.
    pub skipped: Vec<Skipped>,
}

/// What made a debate: enough to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// This program's version.
    pub version: String,
    /// The encoder.
    pub model: ModelEntry,
    /// Fingerprint of every setting that can change a result.
    pub settings: String,
    /// `cpu`, `cuda:0`, `metal`.
    pub device: String,
}

/// The encoder that placed the claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Its name.
    pub id: String,
    /// Its revision as its folder states it.
    pub revision: String,
    /// SHA-256 over its files.
    pub sha256: String,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleEntry {
    /// Content hash.
    pub id: String,
    /// As the reader named it.
    pub path: String,
    /// Of the file's bytes.
    pub sha256: String,
    /// If known.
    pub title: Option<String>,
    /// If known.
    pub author: Option<String>,
    /// ISO date, if known.
    pub published: Option<String>,
    /// Of the article as a whole.
    pub language: LanguageEntry,
}

/// A language and how sure the tool is of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LanguageEntry {
    /// ISO 639-3, or `und` where it is not known.
    pub code: String,
    /// Probability, 0 to 1.
    pub confidence: f64,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentenceEntry {
    /// Its article's id.
    pub article: String,
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// ISO 639-3, or `und`.
    pub language: String,
    /// What it does.
    pub kind: Kind,
}

/// A person or body that holds claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceEntry {
    /// Stable id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Other spellings met, sorted.
    pub aliases: Vec<String>,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimEntry {
    /// Stable id.
    pub id: String,
    /// Its article's id.
    pub article: String,
    /// First code point.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// ISO 639-3, or `und`.
    pub language: String,
    /// Who holds it: a voice's id.
    pub voice: String,
    /// Quoted or paraphrased by the article, rather than asserted by its author.
    pub reported: bool,
    /// Probability that it is a claim.
    pub confidence: f64,
}

/// One assertable statement, with who is for it and who against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointEntry {
    /// The reader's own id, or a stable one for a found point.
    pub id: String,
    /// The reader's wording, or the most central claim's words.
    pub text: String,
    /// Found by clustering, or given by the reader.
    pub origin: Origin,
    /// The claims that bear on it.
    pub claims: Vec<Position>,
    /// Voices for it, sorted.
    pub r#for: Vec<String>,
    /// Voices against it, sorted.
    pub against: Vec<String>,
    /// What that amounts to.
    pub verdict: Verdict,
}

/// Where a point comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From clustering.
    Found,
    /// From the reader's list.
    Given,
}

/// A claim's side on a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The claim's id.
    pub claim: String,
    /// Its side.
    pub side: Side,
    /// Probability that it bears on the point on this side.
    pub confidence: f64,
}

/// For or against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Supports the point as worded.
    For,
    /// Speaks against it.
    Against,
}

/// What the sides of a point amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// At least two voices on one side, none on the other.
    Agree,
    /// Voices on both sides.
    Diverge,
    /// One voice only.
    Single,
    /// The evidence does not suffice.
    Unclear,
}

/// What reports show beyond the contract: the texts themselves and the reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// [`EVIDENCE_SCHEMA`].
    pub schema: String,
    /// The decoded texts, in the order of the debate's articles.
    pub articles: Vec<ArticleText>,
    /// In the order of the debate's claims.
    pub claims: Vec<ClaimEvidence>,
    /// In the order of the debate's points.
    pub points: Vec<PointEvidence>,
    /// Names that may be one person and were not merged: for the reader to decide.
    pub maybe_same: Vec<(String, String)>,
}

/// An article's decoded text, to show claims in their place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleText {
    /// The article's id.
    pub article: String,
    /// Where it was published, if known.
    pub url: Option<String>,
    /// The decoded file; the debate's offsets count its code points.
    pub text: String,
}

/// Why a claim stands where it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimEvidence {
    /// The claim's id.
    pub claim: String,
    /// The rule that chose the speaker, if any.
    pub rule: Option<String>,
    /// Code points of the words the rule read.
    pub cue: Option<(usize, usize)>,
    /// The speaker as this sentence writes the name.
    pub speaker: Option<String>,
    /// Quoted by the author only to reject it.
    pub rejected: bool,
    /// The nearest claims of other voices, nearest first: claim id and cosine.
    pub similar: Vec<(String, f64)>,
}

/// How sure a point's verdict is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointEvidence {
    /// The point's id.
    pub point: String,
    /// Probability that the verdict is right.
    pub confidence: f64,
    /// Claims that bear on the point, but on which side is not clear: claim id and probability.
    pub unclear: Vec<(String, f64)>,
    /// Voices that changed side: voice, date of the first side, date of the second.
    pub shifts: Vec<(String, Option<String>, Option<String>)>,
}
