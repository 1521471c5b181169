//! What was published? File bytes become an [`Article`].

use crate::span::Span;

/// One published text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// First 16 hex digits of `sha256`: the same text has the same id anywhere.
    pub id: String,
    /// The path as the reader gave it, with `/` between folders.
    pub path: String,
    /// SHA-256 of the file's bytes, in hex.
    pub sha256: String,
    /// From front matter, else from the first heading.
    pub title: Option<String>,
    /// From front matter, else from a by-line.
    pub author: Option<String>,
    /// ISO date (`2026-02-11`), from front matter.
    pub published: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// The whole decoded file, front matter included; every span points into it.
    pub text: String,
    /// The part of `text` that is the article itself: all but the front matter.
    pub body: Span,
}
