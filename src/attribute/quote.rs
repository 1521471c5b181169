//! Where does somebody's own speech begin and end?

use crate::span::Span;

/// Words between quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quote {
    /// Marks included.
    pub span: Span,
    /// Without the marks.
    pub inner: Span,
    /// Long enough to be speech: not a term, a title or a word held at arm's length.
    pub speech: bool,
    /// The next paragraph takes it up with a mark of its own, as English prints long quotations.
    pub goes_on: bool,
}

fn closing(open: char) -> &'static [char] {
    match open {
        '«' => &['»'],
        '„' | '‚' => &['“', '”', '‘', '’'],
        '“' | '‟' => &['”'],
        '‘' => &['’'],
        '「' => &['」'],
        '『' => &['』'],
        '‹' => &['›'],
        '〝' => &['〟', '〞'],
        '"' => &['"'],
        '＂' => &['＂'],
        '»' => &['«'],
        '”' => &['”'],
        _ => &[],
    }
}

/// The quotations in `text`, outermost only, in order. `paragraphs` are the
/// blocks they may stand in; a quotation that is not closed in its own may end
/// in one of the next three.
pub(super) fn quotes(text: &str, paragraphs: &[Span]) -> Vec<Quote> {
    let mut found: Vec<Quote> = Vec::new();
    let mut after = 0;
    for (p, block) in paragraphs.iter().enumerate() {
        let mut at = block.start().max(after);
        while at < block.end() {
            let Some(c) = text[at..block.end()].chars().next() else { break };
            let next = at + c.len_utf8();
            if !opens(text, *block, at, c) {
                at = next;
                continue;
            }
            match end_of(text, paragraphs, p, next, c) {
                Some((inner_end, end, goes_on)) => {
                    let inner = Span::new(next, inner_end);
                    found.push(Quote {
                        span: Span::new(at, end),
                        inner,
                        speech: is_speech(inner.of(text), c),
                        goes_on,
                    });
                    at = end;
                    after = end;
                }
                None => at = next,
            }
        }
    }
    found
}

fn opens(text: &str, block: Span, at: usize, c: char) -> bool {
    if closing(c).is_empty() {
        return false;
    }
    let before = text[block.start()..at].chars().next_back();
    let next = text[at + c.len_utf8()..block.end()].chars().next();
    let word_before = before.is_some_and(char::is_alphanumeric);
    let word_next = next.is_some_and(|n| n.is_alphanumeric() || !n.is_whitespace());
    match c {
        // an apostrophe is no quotation mark
        '‘' | '‚' => !word_before && word_next,
        // these close in most languages and open in German or Swedish print only
        '»' | '”' => {
            !word_before && next.is_some_and(char::is_alphanumeric) && before.is_none_or(char::is_whitespace)
        }
        // ditto marks after digits are inches
        '"' => !before.is_some_and(|b| b.is_ascii_digit()),
        _ => true,
    }
}

/// Where a quotation opened by `open` ends: (end of the words, end of the mark, goes on).
fn end_of(text: &str, paragraphs: &[Span], p: usize, from: usize, open: char) -> Option<(usize, usize, bool)> {
    let closers = closing(open);
    let here = paragraphs[p];
    let straight = closers == [open];
    // a straight mark says nothing about its direction, so it must close where it opened
    let reach = if straight || open == '‘' || open == '»' { 1 } else { 4 };
    let mut depth = 0;
    for (n, block) in paragraphs[p..].iter().take(reach).enumerate() {
        let start = if n == 0 { from } else { block.start() };
        for (i, c) in text[start..block.end()].char_indices() {
            let at = start + i;
            let apostrophe =
                matches!(c, '’' | '‘') && text[at + c.len_utf8()..].chars().next().is_some_and(char::is_alphanumeric);
            if closers.contains(&c) && !apostrophe {
                // „ opens at the foot: whatever mark stands at the top closes it
                if depth == 0 {
                    return Some((at, at + c.len_utf8(), false));
                }
                depth -= 1;
            } else if c == open && !straight {
                if n > 0 && text[block.start()..at].trim().is_empty() {
                    return Some((here.end(), here.end(), true));
                }
                depth += 1;
            }
        }
    }
    // never closed: it is held to run to the end of its paragraph, if it can only have opened there
    (!straight && !matches!(open, '‘' | '‚' | '»' | '”')).then_some((here.end(), here.end(), false))
}

fn is_speech(inner: &str, open: char) -> bool {
    let wide = inner.chars().filter(|c| is_wide(*c)).count();
    let words = inner.split_whitespace().filter(|w| w.chars().any(char::is_alphanumeric)).count();
    let ends = inner.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？', ',', '，', '؟']);
    if wide > 3 {
        // 『』 mostly holds titles
        if open == '『' { wide >= 14 || ends } else { wide >= 10 || (ends && wide >= 5) }
    } else if inner.chars().any(|c| matches!(c as u32, 0xAC00..=0xD7A3)) {
        // a Korean word holds what others say in two
        words >= 3 || (words >= 2 && (ends || inner.trim_end().ends_with(['다', '요', '까', '것'])))
    } else {
        words >= 4 || (ends && words >= 2)
    }
}

/// Han, kana: scripts without spaces, a character of which weighs like half a word.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c as u32, 0x3005..=0x3007 | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut blocks = Vec::new();
        let mut at = 0;
        for block in text.split("\n\n") {
            blocks.push(Span::new(at, at + block.len()));
            at += block.len() + 2;
        }
        quotes(text, &blocks).iter().filter(|q| q.speech).map(|q| q.inner.of(text)).collect()
    }

    #[test]
    fn speech_is_found_in_every_style_and_terms_are_not() {
        for (text, inner) in [
            ("Il dit : « Nous irons tous demain », puis part.", " Nous irons tous demain "),
            ("„Das wird so nicht gehen“, sagte er.", "Das wird so nicht gehen"),
            ("„To się nigdy nie uda”, mówi ona.", "To się nigdy nie uda"),
            ("“We can't do it like this,” she said.", "We can't do it like this,"),
            ("‘It’s never been done before,’ he said.", "It’s never been done before,"),
            ("\"Nobody wants to pay for it,\" he said.", "Nobody wants to pay for it,"),
            ("彼は「水道料金は必ず上がるはずだ」と言う。", "水道料金は必ず上がるはずだ"),
            ("他说：“水价一定会上涨的，谁都知道。”", "水价一定会上涨的，谁都知道。"),
            ("»Das wird so nicht gehen«, sagte er.", "Das wird so nicht gehen"),
        ] {
            assert_eq!(found(text), [inner], "{text}");
        }
        assert!(found("The so-called “smart city” is a “plan”.").is_empty());
        assert!(found("「水道」という言葉。").is_empty());
    }

    #[test]
    fn a_quotation_may_close_in_a_later_paragraph() {
        let text = "«Первое, что надо понять.\n\nВторое — надо строить», — сказал он.";
        assert_eq!(found(text).len(), 1);
        let text = "“First we must see it.\n\n“Then we must build it,” she said.";
        assert_eq!(found(text).len(), 2);
    }
}
