//! What does a sentence itself say about who holds it?
//!
//! Two readers answer: [`spaced`](super::spaced) for languages that write
//! spaces, [`unspaced`](super::unspaced) for Chinese, Japanese and Korean. Both
//! answer with a [`Finding`].

use crate::span::Span;

use super::base::polish_bent;
use super::quote::{Quote, is_wide};
use super::words::Lexicon;

/// Who a sentence points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// By name, in base form.
    Name(String),
    /// By a pronoun or "the economist": whoever was last named.
    Back,
    /// By a noun: "critics".
    Crowd,
    /// The writer.
    Me,
    /// Nobody, but the verb has a subject that its language may leave out.
    Dropped,
}

/// A holder with the words that named it and the cue that gave it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub holder: Holder,
    /// The words that stand for the holder.
    pub mention: Span,
    pub rule: &'static str,
    /// The verb or phrase.
    pub cue: Span,
}

/// A name that stands somewhere in an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub name: String,
    pub span: Span,
    /// Two words or more, a handle, or a name with a title: a person rather than a thing.
    pub person: bool,
    /// After a preposition, or with a possessive.
    pub oblique: bool,
}

/// One sentence as a reader of cues sees it.
pub(super) struct View<'a> {
    pub text: &'a str,
    pub span: Span,
    pub quotes: &'a [Quote],
    pub lex: &'static Lexicon,
    pub known: &'a Known,
}

impl View<'_> {
    /// Whether byte `at` stands inside speech.
    pub(super) fn masked(&self, at: usize) -> bool {
        self.quotes.iter().any(|q| q.speech && q.span.start() <= at && at < q.span.end())
    }

    /// Whether a stretch of speech touches the sentence.
    pub(super) fn has_speech(&self) -> bool {
        self.quotes.iter().any(|q| q.speech && q.span.overlaps(self.span))
    }
}

/// What the whole article tells about its names.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Names of two words or more, in base form, in order of first mention.
    pub full: Vec<String>,
    /// Words that stand in lower case somewhere, sorted: these name nobody.
    pub lower: Vec<String>,
    /// Words that stand with a capital inside a sentence, sorted.
    pub capital: Vec<String>,
    /// The article has Polish sentences, so that a Latin name may be bent.
    pub polish: bool,
}

impl Known {
    /// The one full name that `part` is a part of, whatever its ending.
    pub(super) fn whole(&self, part: &str) -> Option<&str> {
        if part.contains([' ', '·', '・']) {
            return self.full.iter().find(|f| self.alike(f, part)).map(String::as_str);
        }
        if let Some(exact) = self.full.iter().find(|f| *f == part) {
            return Some(exact);
        }
        let han = |s: &str| s.chars().all(|c| is_wide(c) && !matches!(c as u32, 0x3040..=0x30FF));
        let family = (2..=3).contains(&part.chars().count()) && han(part);
        let mut found = self.full.iter().filter(|full| {
            full.split([' ', '·', '・', '=']).any(|word| word.chars().count() >= 2 && self.bent(word, part))
                // 古川 for 古川奈央: no space parts the names
                || family && han(full) && full.starts_with(part)
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Whether two names of several words are one in two cases.
    pub(super) fn alike(&self, a: &str, b: &str) -> bool {
        let (x, y): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
        same_bent(a, b) || x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| self.bent(x, y))
    }

    fn bent(&self, a: &str, b: &str) -> bool {
        same_bent(a, b) || self.polish && polish_bent(a, b)
    }

    pub(super) fn is_capital(&self, word: &str) -> bool {
        self.capital.binary_search_by(|w| w.as_str().cmp(word)).is_ok()
    }

    pub(super) fn is_lower(&self, word: &str) -> bool {
        self.lower.binary_search_by(|w| w.as_str().cmp(word)).is_ok()
    }
}

/// Whether two words are one name in two cases: the same but for an ending.
pub(super) fn same_bent(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let (na, nb) = (a.chars().count(), b.chars().count());
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let cyrillic = a.chars().any(|c| ('\u{400}'..='\u{52F}').contains(&c));
    let bends = cyrillic || a.chars().any(|c| "ąćęłńóśźż".contains(c)) || a.is_ascii();
    // the bent ending is short, and most of the word stays
    bends && common >= 4.min(na.min(nb)) && common >= 3 && na.max(nb) - common <= if cyrillic { 3 } else { 0 }
}
