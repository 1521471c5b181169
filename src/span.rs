//! Where in the text?
//!
//! Text is stored once; everything else is a [`Span`] into it.

use std::fmt;
use std::ops::Range;

/// A half-open range of UTF-8 byte offsets into one article's text.
///
/// Invariant: `start <= end`. Whether both ends lie on character boundaries is
/// a matter of the text; every stage that makes a span makes it so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    ///
    /// # Panics
    /// If `start > end` or `end` is 4 GiB or more; ingest refuses longer texts.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "a span runs forward: {start}..{end}");
        Self {
            start: u32::try_from(start).expect("ingest refuses texts of 4 GiB"),
            end: u32::try_from(end).expect("ingest refuses texts of 4 GiB"),
        }
    }

    /// First byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span holds nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// As a range, to slice with.
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// The text it points at.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same span without white space at either end.
    #[must_use]
    pub fn trim(self, text: &str) -> Span {
        let slice = self.of(text);
        let start = self.start() + (slice.len() - slice.trim_start().len());
        Span::new(start, start + slice.trim().len())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// Turns byte offsets of one text into Unicode code points, as the contract
/// and the W3C text position selector count them, and back.
///
/// Keeps one mark every 256 bytes, so a look-up costs a short scan.
pub struct CodePoints<'t> {
    text: &'t str,
    marks: Vec<u32>,
}

const STRIDE: usize = 256;

impl<'t> CodePoints<'t> {
    /// Index `text`; one pass.
    pub fn new(text: &'t str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut count = 0u32;
        for (i, byte) in text.bytes().enumerate() {
            if i % STRIDE == 0 {
                marks.push(count);
            }
            // bytes 10xxxxxx continue a character
            count += u32::from(byte & 0xC0 != 0x80);
        }
        Self { text, marks }
    }

    /// How many code points stand before byte `offset`.
    pub fn before(&self, offset: usize) -> usize {
        let block = (offset / STRIDE).min(self.marks.len().saturating_sub(1));
        let from = block * STRIDE;
        let mark = self.marks.get(block).copied().unwrap_or(0) as usize;
        mark + self.text.as_bytes()[from..offset].iter().filter(|&&b| b & 0xC0 != 0x80).count()
    }

    /// `span` counted in code points: `(start, end)`.
    pub fn of(&self, span: Span) -> (usize, usize) {
        (self.before(span.start()), self.before(span.end()))
    }

    /// The byte span of the code points `start..end`, if the text has them.
    pub fn span(&self, start: usize, end: usize) -> Option<Span> {
        let (a, b) = (self.offset(start)?, self.offset(end)?);
        (a <= b).then(|| Span::new(a, b))
    }

    fn offset(&self, point: usize) -> Option<usize> {
        let block = self.marks.partition_point(|&m| m as usize <= point).saturating_sub(1);
        let from = block * STRIDE;
        let mut count = self.marks.get(block).copied().unwrap_or(0) as usize;
        for (i, byte) in self.text.as_bytes()[from..].iter().enumerate() {
            if byte & 0xC0 != 0x80 {
                if count == point {
                    return Some(from + i);
                }
                count += 1;
            }
        }
        (count == point).then_some(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_and_bytes_agree_in_every_script() {
        for text in ["", "plain", "Île", "Виталик", "以太坊", "ハオティアン", "العربية", "a😀b"]
        {
            let long = text.repeat(100);
            let points = CodePoints::new(&long);
            for (n, (byte, c)) in long.char_indices().enumerate() {
                assert_eq!(points.before(byte), n);
                let span = points.span(n, n + 1).expect("the text has it");
                assert_eq!(span.of(&long), c.to_string());
                assert_eq!(points.of(span), (n, n + 1));
            }
            assert_eq!(points.span(0, long.chars().count() + 1), None);
        }
    }

    #[test]
    fn trim_leaves_only_the_words() {
        let text = "\u{3000} 見出し \n";
        assert_eq!(Span::new(0, text.len()).trim(text).of(text), "見出し");
    }
}
