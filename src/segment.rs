//! What are its sentences? Passages become [`Sentence`]s.

use crate::language::Lang;
use crate::span::Span;

/// One sentence, heading, list item or other unit of reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// Where it stands, white space between sentences included: sentences tile
    /// the body and join back to it.
    pub tile: Span,
    /// The same without surrounding white space and list or heading markers.
    pub span: Span,
    /// Its passage's language, or its own where it differs.
    pub lang: Option<Lang>,
    /// What its place on the page says: a Markdown heading, a line of its own, running text.
    pub layout: Layout,
    /// Index of the paragraph (block of lines) it stands in, from 0.
    pub paragraph: u32,
}

/// What the page says about a sentence before anybody reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Part of a paragraph.
    Running,
    /// Marked as a heading (`##`, underline, bold line).
    Heading,
    /// A short line of its own without a full stop: perhaps a heading, by-line or caption.
    Line,
    /// An item of a list.
    Item,
    /// Inside a block quotation (`>`).
    Quoted,
}
