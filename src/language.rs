//! In which language? An article becomes [`Passage`]s, each with its language.

use crate::span::Span;

/// A language the tool has a data file for, by its ISO 639-3 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(&'static str);

const CODES: [&str; 17] = [
    "ara", "deu", "eng", "fra", "ind", "ita", "jpn", "kor", "nld", "pol", "por", "rus", "spa",
    "tur", "ukr", "vie", "zho",
];

impl Lang {
    /// The language of an ISO 639-3 code, if there is a data file for it.
    pub fn from_code(code: &str) -> Option<Lang> {
        CODES.iter().find(|c| **c == code).map(|c| Lang(c))
    }

    /// Every language with a data file, by code.
    pub fn all() -> impl Iterator<Item = Lang> {
        CODES.iter().map(|c| Lang(c))
    }

    /// ISO 639-3 code, such as `fra`.
    pub fn code(self) -> &'static str {
        self.0
    }
}

/// A run of text in one language: a paragraph, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Where it stands. Passages tile the article's body.
    pub span: Span,
    /// Its language; `None` where the tool does not know.
    pub lang: Option<Lang>,
    /// Probability that `lang` is right, 0 to 1.
    pub confidence: f32,
}
