//! In which language? An article becomes [`Passage`]s, each with its language.

use crate::span::Span;

/// A language the tool has a data file for, by its ISO 639-3 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(&'static str);

impl Lang {
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
