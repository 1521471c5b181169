//! Who claims what? Sentences become [`Claim`]s, each with its [`Speaker`].

mod base;
mod cue;
pub mod kind;
pub mod name;
mod quote;
mod sound;
mod spaced;
pub mod speaker;
mod unspaced;
mod words;

pub use kind::KindHead;
pub use name::{Different, People, Person, Voice, Voices, likeness, same_name, voices};
pub use speaker::claims;

use serde::{Deserialize, Serialize};

use crate::language::Lang;
use crate::span::Span;

/// What a sentence does in its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody asserts an opinion, evaluation, prediction, causal judgement or recommendation.
    Claim,
    /// Facts, news, history, definitions, told without taking a position.
    Context,
    /// Title, section heading, by-line, speaker line, caption.
    Heading,
    /// Disclaimers, share buttons, cookie lines, "first published at".
    Boilerplate,
}

/// What a sentence was judged to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The likeliest kind.
    pub kind: Kind,
    /// Probability of that kind, 0 to 1.
    pub confidence: f32,
    /// Probability that the sentence is a claim, 0 to 1.
    pub claim: f32,
}

/// Who holds a claim, as the article says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaker {
    /// The article's own author.
    Author,
    /// A person or body the text names.
    Named {
        /// In base form as far as the language's rules can tell (`Виталик Бутерин` for `Виталика Бутерина`).
        name: String,
        /// Where the name stands.
        mention: Span,
    },
    /// Somebody the text does not name: "critics", "an SEC member".
    Unnamed {
        /// As written.
        label: String,
        /// Where it stands.
        mention: Span,
    },
}

/// Why a claim was given to its speaker: the rule and the words it read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Short stable name, such as `quote`, `said-that`, `according-to`, `speaker-line`, `pronoun`.
    pub rule: &'static str,
    /// The words.
    pub span: Span,
}

/// Something somebody asserts, as a span of one article.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Index of the sentence it stands in.
    pub sentence: usize,
    /// The claim's own words: the sentence, or a part of it.
    pub span: Span,
    /// Its language.
    pub lang: Option<Lang>,
    /// Who holds it.
    pub speaker: Speaker,
    /// Whether the text reports it (quotes or paraphrases somebody) rather than its author asserting it.
    pub reported: bool,
    /// Whether the author quotes it only to reject it.
    pub rejected: bool,
    /// Probability that this is a claim, 0 to 1.
    pub confidence: f32,
    /// The evidence for the speaker; `None` for the author by default.
    pub cue: Option<Cue>,
}
