//! Who holds this claim?

use super::{Claim, Judged, Kind, Speaker};
use crate::ingest::Article;
use crate::segment::Sentence;

/// Every sentence judged a claim, with whoever holds it.
///
/// `kinds` runs along `sentences`; missing judgements count as no claim.
pub fn claims(_article: &Article, sentences: &[Sentence], kinds: &[Judged]) -> Vec<Claim> {
    sentences
        .iter()
        .zip(kinds)
        .enumerate()
        .filter(|(_, (_, judged))| judged.kind == Kind::Claim)
        .map(|(index, (sentence, judged))| Claim {
            sentence: index,
            span: sentence.span,
            lang: sentence.lang,
            speaker: Speaker::Author,
            reported: false,
            rejected: false,
            confidence: judged.confidence,
            cue: None,
        })
        .collect()
}
