//! What does every page need to know? The [`View`]: a debate joined with its
//! evidence once, so that each format only has to lay it out.

use std::collections::{BTreeMap, BTreeSet};

use crate::debate::{ClaimEntry, ClaimEvidence, Debate, Evidence, Origin, PointEntry, Side, VoiceEntry};
use crate::span::CodePoints;

/// Below this probability a side or a verdict is called tentative.
pub(super) const TENTATIVE: f64 = 0.6;

/// From this probability on a verdict is called well supported.
pub(super) const WELL_SUPPORTED: f64 = 0.8;

/// Where a voice stands on a point, as the matrix shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stance {
    For,
    Against,
    /// Both sides, at different times or in different sentences.
    Both,
    /// Said something that bears on the point, on which side is not clear.
    Unclear,
    Silent,
}

impl Stance {
    /// The name its word, its mark and its CSS class share.
    pub(super) fn key(self) -> &'static str {
        match self {
            Stance::For => "for",
            Stance::Against => "against",
            Stance::Both => "both",
            Stance::Unclear => "unclear",
            Stance::Silent => "silent",
        }
    }

    /// Its mark in plain text: shape says the side, so colour need not.
    pub(super) fn mark(self) -> char {
        match self {
            Stance::For => '●',
            Stance::Against => '◆',
            Stance::Both => '◐',
            Stance::Unclear => '?',
            Stance::Silent => '·',
        }
    }
}

/// One claim on one point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bearing {
    /// Index into the debate's claims.
    pub(super) claim: usize,
    /// `None`: it bears on the point, on which side is not clear.
    pub(super) side: Option<Side>,
    pub(super) confidence: f64,
}

/// What one voice says on one point.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    pub(super) voice: usize,
    pub(super) stance: Stance,
    /// Probability of its surest side; 0 if it has none.
    pub(super) confidence: f64,
    /// Surest first.
    pub(super) bearings: Vec<Bearing>,
}

impl Stand {
    /// The claim to quote for `side`.
    pub(super) fn best(&self, side: Option<Side>) -> Option<&Bearing> {
        self.bearings.iter().find(|b| b.side == side)
    }
}

/// One point with everybody who speaks to it.
#[derive(Debug)]
pub(super) struct PointView<'a> {
    pub(super) entry: &'a PointEntry,
    /// Probability that the verdict is right; `None` if the evidence does not say.
    pub(super) confidence: Option<f64>,
    /// In the order of the debate's voices.
    pub(super) stands: Vec<Stand>,
    /// Languages of the claims that bear on it, sorted.
    pub(super) languages: BTreeSet<&'a str>,
    /// Language of the point's own words, where a claim has the same.
    pub(super) language: Option<&'a str>,
    pub(super) shifts: &'a [(String, Option<String>, Option<String>)],
}

impl PointView<'_> {
    /// Where `voice` stands.
    pub(super) fn stance(&self, voice: usize) -> Stance {
        self.stand(voice).map_or(Stance::Silent, |s| s.stance)
    }

    /// What `voice` says, if anything.
    pub(super) fn stand(&self, voice: usize) -> Option<&Stand> {
        self.stands.binary_search_by_key(&voice, |s| s.voice).ok().map(|i| &self.stands[i])
    }

    /// How many voices took a side.
    pub(super) fn voices(&self) -> usize {
        self.entry.r#for.iter().chain(&self.entry.against).collect::<BTreeSet<_>>().len()
    }

    /// Whether the reader gave it.
    pub(super) fn given(&self) -> bool {
        self.entry.origin == Origin::Given
    }
}

/// A debate joined with its evidence.
pub(super) struct View<'a> {
    pub(super) debate: &'a Debate,
    pub(super) evidence: &'a Evidence,
    /// Decoded text and url, in the order of the debate's articles.
    texts: Vec<(&'a str, Option<&'a str>)>,
    /// Byte ranges of the claims, in their order; `None` where the text lacks them.
    spans: Vec<Option<(usize, usize)>>,
    claims: BTreeMap<&'a str, usize>,
    voices: BTreeMap<&'a str, usize>,
    articles: BTreeMap<&'a str, usize>,
    claim_evidence: BTreeMap<&'a str, &'a ClaimEvidence>,
    pub(super) points: Vec<PointView<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn new(debate: &'a Debate, evidence: &'a Evidence) -> Self {
        let by_id: BTreeMap<&str, _> = evidence.articles.iter().map(|a| (a.article.as_str(), a)).collect();
        let texts: Vec<(&str, Option<&str>)> = debate
            .articles
            .iter()
            .map(|a| by_id.get(a.id.as_str()).map_or(("", None), |t| (t.text.as_str(), t.url.as_deref())))
            .collect();
        let articles = index(debate.articles.iter().map(|a| a.id.as_str()));
        let counts: Vec<CodePoints> = texts.iter().map(|(t, _)| CodePoints::new(t)).collect();
        let spans = debate
            .claims
            .iter()
            .map(|c| {
                let article = *articles.get(c.article.as_str())?;
                let span = counts[article].span(c.start, c.end)?;
                Some((span.start(), span.end()))
            })
            .collect();
        let mut view = Self {
            debate,
            evidence,
            texts,
            spans,
            claims: index(debate.claims.iter().map(|c| c.id.as_str())),
            voices: index(debate.voices.iter().map(|v| v.id.as_str())),
            articles,
            claim_evidence: evidence.claims.iter().map(|c| (c.claim.as_str(), c)).collect(),
            points: Vec::new(),
        };
        let reasons: BTreeMap<&str, _> = evidence.points.iter().map(|p| (p.point.as_str(), p)).collect();
        view.points = debate
            .points
            .iter()
            .map(|entry| {
                let reason = reasons.get(entry.id.as_str()).copied();
                let unclear = reason.map_or(&[][..], |r| &r.unclear);
                let bearings = view.bearings(entry, unclear);
                PointView {
                    entry,
                    confidence: reason.map(|r| r.confidence),
                    languages: bearings.iter().map(|b| debate.claims[b.claim].language.as_str()).collect(),
                    language: bearings
                        .iter()
                        .find(|b| view.quote(b.claim).trim() == entry.text.trim())
                        .map(|b| debate.claims[b.claim].language.as_str()),
                    stands: view.stands(entry, &bearings),
                    shifts: reason.map_or(&[][..], |r| &r.shifts),
                }
            })
            .collect();
        view
    }

    fn bearings(&self, entry: &PointEntry, unclear: &[(String, f64)]) -> Vec<Bearing> {
        let sided = entry.claims.iter().map(|p| (&p.claim, Some(p.side), p.confidence));
        let unsided = unclear.iter().map(|(claim, confidence)| (claim, None, *confidence));
        let mut all: Vec<Bearing> = sided
            .chain(unsided)
            .filter_map(|(id, side, confidence)| Some(Bearing { claim: self.claim(id)?, side, confidence }))
            .collect();
        // surest first; a claim with a side before one without
        all.sort_by(|a, b| {
            (a.side.is_none().cmp(&b.side.is_none()))
                .then(b.confidence.total_cmp(&a.confidence))
                .then(a.claim.cmp(&b.claim))
        });
        all
    }

    fn stands(&self, entry: &PointEntry, bearings: &[Bearing]) -> Vec<Stand> {
        let mut by_voice: BTreeMap<usize, Vec<Bearing>> = BTreeMap::new();
        for id in entry.r#for.iter().chain(&entry.against) {
            if let Some(voice) = self.voice(id) {
                by_voice.entry(voice).or_default();
            }
        }
        for &b in bearings {
            if let Some(voice) = self.voice(&self.debate.claims[b.claim].voice) {
                by_voice.entry(voice).or_default().push(b);
            }
        }
        by_voice
            .into_iter()
            .map(|(voice, bearings)| {
                let id = &self.debate.voices[voice].id;
                let stance = match (entry.r#for.contains(id), entry.against.contains(id)) {
                    (true, true) => Stance::Both,
                    (true, false) => Stance::For,
                    (false, true) => Stance::Against,
                    (false, false) => Stance::Unclear,
                };
                let confidence = bearings.iter().filter(|b| b.side.is_some()).map(|b| b.confidence).fold(0.0, f64::max);
                Stand { voice, stance, confidence, bearings }
            })
            .collect()
    }

    /// The claim's own words; empty if the evidence lacks its text.
    pub(super) fn quote(&self, claim: usize) -> &'a str {
        let entry = &self.debate.claims[claim];
        match (self.spans[claim], self.article(&entry.article)) {
            (Some((start, end)), Some(article)) => &self.texts[article].0[start..end],
            _ => "",
        }
    }

    /// Up to `n` code points before and after the claim.
    pub(super) fn around(&self, claim: usize, n: usize) -> (&'a str, &'a str) {
        let entry = &self.debate.claims[claim];
        let (Some((start, end)), Some(article)) = (self.spans[claim], self.article(&entry.article)) else {
            return ("", "");
        };
        let text = self.texts[article].0;
        let (head, tail) = (&text[..start], &text[end..]);
        let from = head.char_indices().rev().nth(n.saturating_sub(1)).map_or(0, |(i, _)| i);
        let to = tail.char_indices().nth(n).map_or(tail.len(), |(i, _)| i);
        (&head[from..], &tail[..to])
    }

    /// An article's decoded text.
    pub(super) fn text(&self, article: usize) -> &'a str {
        self.texts[article].0
    }

    /// Where an article was published.
    pub(super) fn url(&self, article: usize) -> Option<&'a str> {
        self.texts[article].1
    }

    /// Index of a claim by id.
    pub(super) fn claim(&self, id: &str) -> Option<usize> {
        self.claims.get(id).copied()
    }

    /// Index of a voice by id.
    pub(super) fn voice(&self, id: &str) -> Option<usize> {
        self.voices.get(id).copied()
    }

    /// Index of an article by id.
    pub(super) fn article(&self, id: &str) -> Option<usize> {
        self.articles.get(id).copied()
    }

    /// The name to show for a voice id; the id itself if the debate lacks it.
    pub(super) fn name<'s>(&'s self, id: &'s str) -> &'s str {
        self.voice(id).map_or(id, |v| &self.debate.voices[v].name)
    }

    /// A voice's own entry.
    pub(super) fn voice_entry(&self, voice: usize) -> &'a VoiceEntry {
        &self.debate.voices[voice]
    }

    /// A claim's own entry.
    pub(super) fn claim_entry(&self, claim: usize) -> &'a ClaimEntry {
        &self.debate.claims[claim]
    }

    /// Why a claim stands where it does.
    pub(super) fn why(&self, claim: usize) -> Option<&'a ClaimEvidence> {
        self.claim_evidence.get(self.debate.claims[claim].id.as_str()).copied()
    }

    /// An article's title, or the last part of its path.
    pub(super) fn title(&self, article: usize) -> &'a str {
        let entry = &self.debate.articles[article];
        entry
            .title
            .as_deref()
            .filter(|t| !t.trim().is_empty())
            .unwrap_or_else(|| entry.path.rsplit('/').next().unwrap_or(&entry.path))
    }

    /// Languages of articles and claims, sorted.
    pub(super) fn languages(&self) -> BTreeSet<&'a str> {
        let articles = self.debate.articles.iter().map(|a| a.language.code.as_str());
        articles.chain(self.debate.claims.iter().map(|c| c.language.as_str())).collect()
    }

    /// The surest claim in the reader's own language on a point worded in
    /// another: an existing sentence, never a translation. Those on the point's
    /// own side come first, the nearest to the point's words before others.
    pub(super) fn gloss(&self, point: usize, language: &str) -> Option<Bearing> {
        let view = &self.points[point];
        if view.language.is_none_or(|l| l == language) {
            return None;
        }
        let central = view
            .stands
            .iter()
            .flat_map(|s| &s.bearings)
            .find(|b| self.quote(b.claim).trim() == view.entry.text.trim())
            .and_then(|b| self.why(b.claim));
        let nearness = |claim: usize| {
            central.map_or(0.0, |why| {
                let id = &self.debate.claims[claim].id;
                why.similar.iter().find(|(c, _)| c == id).map_or(0.0, |(_, cosine)| *cosine)
            })
        };
        view.stands
            .iter()
            .flat_map(|s| &s.bearings)
            .filter(|b| b.side.is_some() && self.debate.claims[b.claim].language == language)
            .max_by(|a, b| {
                (b.side.cmp(&a.side))
                    .then(nearness(a.claim).total_cmp(&nearness(b.claim)))
                    .then(a.confidence.total_cmp(&b.confidence))
                    .then(b.claim.cmp(&a.claim))
            })
            .copied()
    }

    /// Points in the order a reader meets them: given ones as given, then found
    /// ones by how many voices speak to them, the surer first.
    pub(super) fn reading_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|&a, &b| {
            let (p, q) = (&self.points[a], &self.points[b]);
            if p.given() || q.given() {
                return (!p.given()).cmp(&!q.given()).then(a.cmp(&b));
            }
            (q.voices().cmp(&p.voices()))
                .then(q.confidence.unwrap_or(0.0).total_cmp(&p.confidence.unwrap_or(0.0)))
                .then(a.cmp(&b))
        });
        order
    }
}

fn index<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    ids.enumerate().map(|(i, id)| (id, i)).collect()
}

/// Text from an article made harmless for a line of plain text: control
/// characters (a terminal would obey them) and invisible direction overrides
/// (they can make a line read backwards) go, white space becomes one blank.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !steers_direction(c) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// Embeddings, overrides and isolates of the bidirectional algorithm. The
/// plain marks LRM, RLM and ALM stay: Arabic and Hebrew need them and they
/// cannot reach beyond their neighbours.
pub(super) fn steers_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
