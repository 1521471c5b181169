//! What are its sentences? Passages become [`Sentence`]s.
//!
//! The page is read first: headings, list items, quotations, by-lines and
//! hard-wrapped paragraphs become units of lines. Each unit is then cut where a
//! terminator ends a sentence by the rules of its language's data file. Nothing
//! is dropped: the tiles of all sentences join back to the article's body.

use crate::ingest::Article;
use crate::language::{Lang, Passage, SentenceData, detect};
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

/// The article's sentences, in order; their tiles cover its body exactly.
pub fn sentences(article: &Article, passages: &[Passage]) -> Vec<Sentence> {
    let text = &article.text;
    let body = article.body;
    if body.is_empty() {
        return Vec::new();
    }
    let units = units(text, body);
    let labels = speaker_labels(text, &units);
    let mut out: Vec<Sentence> = Vec::new();
    let mut passage = 0;
    for (paragraph, (unit, label)) in units.iter().zip(labels).enumerate() {
        while passage + 1 < passages.len() && passages[passage].span.end() <= unit.content.start() {
            passage += 1;
        }
        let lang = passages.get(passage).and_then(|p| p.lang);
        let mut push = |span: Span, layout: Layout| {
            let first = out.last().is_none_or(|s| s.paragraph != paragraph as u32);
            let start = if first { unit.start } else { span.start() };
            out.push(Sentence {
                // its end is set when the next one's start is known
                tile: Span::new(start, start.max(span.end())),
                span,
                lang: own_language(text, span, lang),
                layout,
                paragraph: paragraph as u32,
            });
        };
        let mut content = unit.content;
        if let Some(end) = label {
            push(Span::new(content.start(), end), Layout::Line);
            content = Span::new(end, content.end()).trim(text);
        }
        if unit.whole {
            push(content, unit.layout);
            continue;
        }
        let rules = Rules::of(lang);
        let ends = rules.ends(content.of(text));
        let alone = ends.is_empty() && unit.layout == Layout::Running && is_line(content.of(text));
        let mut from = content.start();
        for end in ends.into_iter().map(|e| content.start() + e).chain([content.end()]) {
            let span = Span::new(from, end).trim(text);
            if !span.is_empty() {
                push(span, if alone { Layout::Line } else { unit.layout });
            }
            from = end;
        }
    }
    if out.is_empty() {
        // rules and markers only
        let span = body.trim(text);
        return vec![Sentence { tile: body, span, lang: None, layout: Layout::Line, paragraph: 0 }];
    }
    tile(&mut out, body);
    out
}

/// Every tile reaches to the next one's start.
fn tile(sentences: &mut [Sentence], body: Span) {
    let starts: Vec<usize> = sentences.iter().map(|s| s.tile.start()).collect();
    for (i, sentence) in sentences.iter_mut().enumerate() {
        let start = if i == 0 { body.start() } else { starts[i] };
        let end = starts.get(i + 1).copied().unwrap_or(body.end());
        sentence.tile = Span::new(start, end);
    }
}

/// The passage's language, unless the sentence is plainly written in another script.
fn own_language(text: &str, span: Span, passage: Option<Lang>) -> Option<Lang> {
    let words = span.of(text);
    let east = words.chars().filter(|c| is_east_asian(*c)).count();
    let west = words.chars().filter(|c| c.is_alphabetic() && !is_east_asian(*c)).count();
    let other = match passage.map(Lang::code) {
        Some("zho" | "jpn" | "kor") => east == 0 && west >= 30,
        Some(_) => east * 2 > west && east >= 6,
        None => false,
    };
    if other { detect(words, passage).0.or(passage) } else { passage }
}

// --- the page ---

/// Lines that are read together.
struct Unit {
    /// Where its first line starts.
    start: usize,
    /// Its words: no markers, no white space around.
    content: Span,
    layout: Layout,
    /// One sentence whatever stands in it: a heading, a row, code.
    whole: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Blank,
    Text,
    Heading,
    Item,
    Quoted,
    Rule,
    /// A row of a table or a line of code.
    Row,
}

struct Line {
    /// Without the line break.
    span: Span,
    /// Without markers.
    content: Span,
    mark: Mark,
}

fn units(text: &str, body: Span) -> Vec<Unit> {
    let lines = lines(text, body);
    let mut units: Vec<Unit> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = &lines[at];
        match line.mark {
            Mark::Blank | Mark::Rule => at += 1,
            Mark::Heading | Mark::Row => {
                let layout = if line.mark == Mark::Heading { Layout::Heading } else { Layout::Running };
                units.push(Unit { start: line.span.start(), content: line.content, layout, whole: true });
                at += 1;
            }
            Mark::Text | Mark::Item | Mark::Quoted => {
                let block = block(text, &lines[at..]);
                let layout = match line.mark {
                    Mark::Item => Layout::Item,
                    Mark::Quoted => Layout::Quoted,
                    _ => Layout::Running,
                };
                let wrapped = is_wrapped(text, &lines[at..at + block]);
                let mut from = at;
                while from < at + block {
                    let mut to = from + 1;
                    while to < at + block && (wrapped || goes_on(text, &lines[to - 1], &lines[to])) {
                        to += 1;
                    }
                    let content = Span::new(lines[from].content.start(), lines[to - 1].content.end());
                    units.push(Unit { start: lines[from].span.start(), content, layout, whole: false });
                    from = to;
                }
                at += block;
            }
        }
    }
    units
}

/// How many lines from the first belong to one block: a paragraph, a list item, a quotation.
fn block(text: &str, lines: &[Line]) -> usize {
    let first = lines[0].mark;
    1 + lines[1..]
        .iter()
        .take_while(|l| match first {
            Mark::Item => {
                l.mark == Mark::Text
                    && (l.span.of(text).starts_with([' ', '\t', '\u{3000}']) || goes_on(text, &lines[0], l))
            }
            Mark::Quoted => l.mark == Mark::Quoted,
            _ => l.mark == Mark::Text,
        })
        .count()
}

/// Whether a block's line breaks only fill the page: each line is as long as it
/// could be, and somewhere a sentence runs on.
fn is_wrapped(text: &str, lines: &[Line]) -> bool {
    if lines.len() < 3 && !(lines.len() == 2 && lines[0].mark == Mark::Item) {
        return false;
    }
    let width = |l: &Line| columns(l.content.of(text));
    let widest = lines.iter().map(width).max().unwrap_or(0);
    if !(30..=130).contains(&widest) {
        return false;
    }
    let mut runs_on = false;
    for pair in lines.windows(2) {
        let next = pair[1].content.of(text);
        // the first word that would have had to fit
        let word = match next.chars().next() {
            Some(c) if is_east_asian(c) => 4,
            _ => 1 + columns(next.split_whitespace().next().unwrap_or("")),
        };
        if width(&pair[0]) + word < widest {
            return false;
        }
        runs_on |= !ends_sentence(pair[0].content.of(text))
            && next.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_uppercase());
    }
    runs_on
}

/// Whether the second line continues a sentence of the first.
fn goes_on(text: &str, line: &Line, next: &Line) -> bool {
    let next = next.content.of(text);
    !ends_sentence(line.content.of(text))
        && next.chars().next().is_some_and(char::is_lowercase)
        && !next.starts_with("http")
        && !line.content.of(text).ends_with(':')
}

fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(|c: char| is_closer(c) || matches!(c, '"' | '\'' | '*' | '_' | '“'));
    line.ends_with(is_terminator)
}

/// A short line without a full stop.
fn is_line(words: &str) -> bool {
    columns(words) <= 120 && !ends_sentence(words)
}

/// Width on a page: East Asian characters take two columns.
fn columns(words: &str) -> usize {
    words.chars().map(|c| 1 + usize::from(is_east_asian(c) || ('\u{3000}'..'\u{3020}').contains(&c))).sum()
}

fn lines(text: &str, body: Span) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    let mut at = body.start();
    let mut fenced = false;
    for raw in body.of(text).split_inclusive('\n') {
        let span = Span::new(at, at + raw.trim_end_matches(['\n', '\r']).len());
        at += raw.len();
        let content = span.trim(text);
        let words = content.of(text);
        if words.starts_with("```") || words.starts_with("~~~") {
            fenced = !fenced;
            out.push(Line { span, content, mark: Mark::Rule });
            continue;
        }
        let (mark, content) = if words.is_empty() {
            (Mark::Blank, content)
        } else if fenced {
            (Mark::Row, content)
        } else {
            mark(text, content)
        };
        if mark == Mark::Rule
            && underlines(words, &out, text)
            && let Some(above) = out.last_mut()
        {
            above.mark = Mark::Heading;
        }
        out.push(Line { span, content, mark });
    }
    out
}

/// Whether a rule of `=` or `-` makes the line above it a heading.
fn underlines(rule: &str, above: &[Line], text: &str) -> bool {
    let Some(line) = above.last().filter(|l| l.mark == Mark::Text) else {
        return false;
    };
    let single = above.len() < 2 || above[above.len() - 2].mark != Mark::Text;
    single && (rule.starts_with("==") || rule.starts_with("--")) && is_line(line.content.of(text))
}

/// What a line's first characters say, and its content without them.
fn mark(text: &str, content: Span) -> (Mark, Span) {
    let words = content.of(text);
    let cut = |n: usize| Span::new(content.start() + n, content.end()).trim(text);
    if words
        .chars()
        .all(|c| matches!(c, '-' | '=' | '*' | '_' | '~' | ' ' | '—' | '─' | '|' | ':' | '#' | '>' | '+' | '•'))
    {
        return (Mark::Rule, content);
    }
    let hashes = words.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) && words[hashes..].starts_with([' ', '\t', '\u{3000}']) {
        let inner = cut(hashes);
        let bare = inner.of(text).trim_end_matches('#').trim_end();
        return (Mark::Heading, unwrap(text, Span::new(inner.start(), inner.start() + bare.len())));
    }
    if words.starts_with('>') {
        let n = words.len() - words.trim_start_matches(['>', ' ']).len();
        return (Mark::Quoted, unwrap(text, cut(n)));
    }
    if words.starts_with('|') && words.len() > 1 && words.ends_with('|') {
        return (Mark::Row, content);
    }
    if let Some(n) = marker(words) {
        return (Mark::Item, unwrap(text, cut(n)));
    }
    if numbered(words) {
        return (Mark::Item, content);
    }
    let inner = unwrap(text, content);
    let bold = inner.start() >= content.start() + 2 && words.starts_with(['*', '_']);
    let kind = if bold && is_line(inner.of(text)) { Mark::Heading } else { Mark::Text };
    (kind, inner)
}

/// Length of a Markdown list marker (`- `, `* `, `1. `, `• `), which is not read.
fn marker(words: &str) -> Option<usize> {
    let first = words.chars().next()?;
    if matches!(first, '-' | '*' | '+' | '•' | '▪' | '◦' | '‣' | '●' | '■' | '◆' | '▶' | '·' | '・' | '–')
    {
        let rest = &words[first.len_utf8()..];
        let spaced = rest.starts_with([' ', '\t', '\u{3000}']);
        return (spaced || matches!(first, '•' | '▪' | '●' | '■' | '◆' | '・')).then_some(first.len_utf8());
    }
    let digits = words.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &words[digits..];
    ((1..=3).contains(&digits) && rest.starts_with(". ")).then_some(digits + 1)
}

/// A list marker that is read with its item: `1)`, `①`, `一、`, `（1）`.
fn numbered(words: &str) -> bool {
    let first = words.chars().next().unwrap_or(' ');
    if ('\u{2460}'..='\u{24FF}').contains(&first) || ('\u{2776}'..='\u{2793}').contains(&first) {
        return true;
    }
    let open = words.trim_start_matches(['(', '（']);
    let digits: usize = open
        .chars()
        .take_while(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
        .map(char::len_utf8)
        .sum();
    let after = open[digits..].chars().next().unwrap_or(' ');
    (1..=6).contains(&digits)
        && (matches!(after, ')' | '）') || after == '、' && !words.starts_with(|c: char| c.is_ascii_digit()))
}

/// Emphasis around the whole line is a marker too.
fn unwrap(text: &str, content: Span) -> Span {
    for mark in ["***", "**", "__", "*", "_"] {
        let words = content.of(text);
        if words.len() > 2 * mark.len() && words.starts_with(mark) && words.ends_with(mark) {
            let inner = &words[mark.len()..words.len() - mark.len()];
            if !inner.contains(mark) && !inner.starts_with(' ') {
                return Span::new(content.start() + mark.len(), content.end() - mark.len());
            }
        }
    }
    content
}

/// For each unit that opens with a speaker's name, where the name ends.
///
/// `Photo: X` is no speaker; a name is one that comes back, or that answers
/// another in the next line.
fn speaker_labels(text: &str, units: &[Unit]) -> Vec<Option<usize>> {
    let labels: Vec<Option<(&str, usize)>> = units.iter().map(|u| label(text, u)).collect();
    let mut times: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (name, _) in labels.iter().flatten() {
        *times.entry(name).or_default() += 1;
    }
    // whether the lines of units i and i + 1, of different names, touch
    let turn = |i: usize| match (labels.get(i), labels.get(i + 1)) {
        (Some(Some((a, _))), Some(Some((b, _)))) => {
            a != b && text[units[i].content.end()..units[i + 1].start].matches('\n').count() <= 1
        }
        _ => false,
    };
    labels
        .iter()
        .enumerate()
        .map(|(i, label)| {
            let (name, end) = (*label)?;
            let answered = turn(i) || i > 0 && turn(i - 1);
            (times[name] > 1 || answered).then_some(end)
        })
        .collect()
}

fn label<'t>(text: &'t str, unit: &Unit) -> Option<(&'t str, usize)> {
    if unit.whole || unit.layout != Layout::Running {
        return None;
    }
    let words = unit.content.of(text);
    let (at, colon) = words.char_indices().take(48).find(|(_, c)| matches!(c, ':' | '：'))?;
    let name = &words[..at];
    let rest = words[at + colon.len_utf8()..].trim_start();
    let spaced = colon == '：' || words[at + 1..].starts_with([' ', '\u{A0}', '\t']);
    let like_a_name = name.split_whitespace().count() <= 5
        && name.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
        && !name.contains(['.', '?', '!', '。', '，', '「', '“', '«', '"']);
    (spaced && like_a_name && ends_sentence(rest))
        .then(|| (name.trim_end().trim_matches('*'), unit.content.start() + at + colon.len_utf8()))
}

// --- inside a unit ---

fn is_terminator(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '…'
            | '。'
            | '！'
            | '？'
            | '．'
            | '｡'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
            | '։'
            | '။'
            | '።'
    )
}

/// Ends a sentence whatever follows.
fn is_full_width(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '．' | '｡' | '।' | '॥' | '۔' | '։' | '။' | '።')
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '”' | '’' | '»' | '›' | '」' | '』' | '）' | ')' | ']' | '】' | '》' | '〉' | '］' | '〕' | '"' | '\u{FF02}'
    )
}

fn is_opener(c: char) -> bool {
    matches!(
        c,
        '“' | '‘'
            | '«'
            | '‹'
            | '„'
            | '‚'
            | '「'
            | '『'
            | '（'
            | '('
            | '['
            | '【'
            | '《'
            | '〈'
            | '¿'
            | '¡'
            | '"'
            | '\''
            | '*'
            | '_'
    )
}

fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{20000}'..='\u{3134F}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '—' | '–' | '-' | '―' | '─')
}

/// A language's rules, and its common words: a capital on one of those begins a sentence.
struct Rules {
    data: &'static SentenceData,
    words: &'static [String],
    east_asian: bool,
}

/// A unit's characters with their byte offsets.
type Chars = [(usize, char)];

/// How far a bracket may stay open: further, it was a smiley.
const BRACKET: usize = 300;

impl Rules {
    fn of(lang: Option<Lang>) -> Self {
        // unknown languages mostly end their sentences as English does
        let lang = lang.or_else(|| Lang::from_code("eng")).expect("English has a data file");
        let data = lang.data();
        Self { data: &data.sentence, words: &data.language.words, east_asian: !data.sentence.spaced }
    }

    /// Byte offsets where sentences end inside `text`, its own end left out.
    fn ends(&self, text: &str) -> Vec<usize> {
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let mut ends = Vec::new();
        let mut start = 0; // first character of the sentence
        let mut brackets: Vec<usize> = Vec::new();
        let mut quotes: Vec<char> = Vec::new();
        let mut i = 0;
        while i < chars.len() {
            let c = chars[i].1;
            match c {
                '(' | '（' | '[' | '【' | '《' | '〈' => brackets.push(i),
                ')' | '）' | ']' | '】' | '》' | '〉' => {
                    brackets.pop();
                }
                '*' if emphasis(&chars, i) => match brackets.last() {
                    Some(b) if chars[*b].1 == '*' => {
                        brackets.pop();
                    }
                    _ => brackets.push(i),
                },
                _ => self.quote(c, &chars, i, &mut quotes),
            }
            if is_emoji(c) && i > start {
                let mut end = i + 1;
                while end < chars.len() && is_emoji(chars[end].1) {
                    end += 1;
                }
                if self.emoji_ends(&chars, end) {
                    ends.push(chars[end].0);
                    start = skip_space(&chars, end);
                }
                i = end;
                continue;
            }
            if !self.can_end(c) {
                i += 1;
                continue;
            }
            let mut run = i + 1;
            while run < chars.len() && is_terminator(chars[run].1) {
                run += 1;
            }
            let mut end = run;
            while end < chars.len() && Self::closes(&chars, end, &quotes) {
                match chars[end].1 {
                    '*' if brackets.last().is_some_and(|b| chars[*b].1 == '*') => {
                        brackets.pop();
                    }
                    ')' | '）' | ']' | '】' | '》' | '〉' => {
                        brackets.pop();
                    }
                    c => self.quote(c, &chars, end, &mut quotes),
                }
                end += 1;
            }
            end = smileys(&chars, footnote(&chars, end));
            brackets.retain(|b| i - b < BRACKET);
            brackets.drain(..brackets.len().saturating_sub(8));
            // a bracket that opened the sentence holds sentences; one inside it does not
            let inside = brackets.iter().any(|b| {
                *b > start && chars[start.max(b.saturating_sub(40))..*b].iter().any(|(_, c)| c.is_alphanumeric())
            });
            if end < chars.len() && !inside && self.is_end(&chars, start, i, run, end) {
                ends.push(chars[end].0);
                start = skip_space(&chars, end);
            }
            i = end;
        }
        ends
    }

    /// A mark of this language, or one that ends sentences wherever it stands.
    fn can_end(&self, c: char) -> bool {
        self.data.terminators.contains(c) || is_terminator(c) && !c.is_ascii() && c != '…'
    }

    /// Keeps the open quotation marks.
    fn quote(&self, c: char, chars: &Chars, at: usize, open: &mut Vec<char>) {
        if open.last() == Some(&c) {
            // an apostrophe closes nothing
            let letter = |i: usize| chars.get(i).is_some_and(|(_, c)| c.is_alphanumeric());
            if !(c == '’' && letter(at + 1)) {
                open.pop();
            }
            return;
        }
        if let Some((_, close)) = self.data.quotes.iter().find(|(o, _)| *o == c) {
            // a mark before white space does not open
            let opens =
                chars.get(at + 1).is_some_and(|(_, c)| !c.is_whitespace() || matches!(c, '\u{A0}' | '\u{202F}' | ' '));
            let before = at == 0 || !chars[at - 1].1.is_alphanumeric();
            if opens && (c != '"' || before) && open.len() < 8 {
                open.push(*close);
            }
        }
    }

    /// Whether the character after a terminator still belongs to the sentence.
    fn closes(chars: &Chars, at: usize, open: &[char]) -> bool {
        let c = chars[at].1;
        let next = chars.get(at + 1).map(|(_, c)| *c);
        let free =
            next.is_none_or(|n| n.is_whitespace() || is_closer(n) || matches!(n, ',' | '，' | '。' | ';' | ':' | '.'));
        match c {
            '*' | '_' | '\'' => free,
            '"' | '«' | '“' | '‘' => open.last() == Some(&c) || c == '"' && free,
            // French sets a thin space before the closing mark
            '\u{A0}' | '\u{202F}' | ' ' => next == Some('»') && open.last() == Some(&'»'),
            _ => is_closer(c),
        }
    }

    /// Whether the sentence from `start` ends with the terminators `i..run`,
    /// closing marks reaching to `end`.
    fn is_end(&self, chars: &Chars, start: usize, i: usize, run: usize, end: usize) -> bool {
        let c = chars[i].1;
        let closed = end > run;
        let next = chars[end].1;
        if matches!(next, ',' | '，' | '、' | ';' | '；' | ':' | '：') {
            return false;
        }
        if closed && self.carries_on(chars, end) {
            return false;
        }
        if chars[i..run].iter().any(|(_, c)| is_full_width(*c)) {
            return true;
        }
        if self.east_asian {
            return self.is_end_without_spaces(chars, start, i, run, end);
        }
        let token = token(chars, i);
        if !next.is_whitespace() {
            return self.is_end_with_missing_space(chars, i, run, end, &token);
        }
        // look at what the next sentence would begin with
        let mut at = skip_space(chars, end);
        if chars.get(at).is_some_and(|(_, c)| is_terminator(*c)) {
            return false; // ". . ."
        }
        let mut dash = false;
        while at < chars.len() && (is_opener(chars[at].1) || is_dash(chars[at].1) || dash && chars[at].1 == ' ') {
            dash |= is_dash(chars[at].1);
            at += 1;
        }
        let Some((_, first)) = chars.get(at).copied() else {
            return !chars[end..].iter().all(|(_, c)| c.is_whitespace() || is_closer(*c));
        };
        let word = word(chars, at);
        if first.is_lowercase() && self.data.cased {
            // "Yahoo! is", "etc. and", "“Why?” she asked"; but "Really? yes"
            let asks = c == '?' || run - i > 1 && chars[i..run].iter().all(|(_, c)| matches!(c, '?' | '!'));
            let casual = c == '.' && run == i + 1 && self.is_casual_end(&token, &word);
            return (asks || casual) && !closed && !dash;
        }
        if c == '.' && run == i + 1 && !closed {
            return self.full_stop_ends(chars, start, i, at, &token, &word);
        }
        true
    }

    /// People who write without capitals still set full stops: a whole word before,
    /// one of the language's common words after.
    fn is_casual_end(&self, token: &str, word: &str) -> bool {
        let small = token.to_lowercase();
        let known = |list: &[String]| list.contains(&small);
        let whole = token.chars().count() >= 3 || token.chars().count() == 2 && self.is_common(token);
        whole
            && token.chars().all(char::is_alphabetic)
            && self.is_common(word)
            && !known(&self.data.abbreviations)
            && !known(&self.data.closing_abbreviations)
    }

    /// An emoji ends a sentence where the next begins like one.
    fn emoji_ends(&self, chars: &Chars, end: usize) -> bool {
        let at = skip_space(chars, end);
        at > end && self.data.cased && chars.get(at).is_some_and(|(_, c)| c.is_uppercase() || *c == '@')
    }

    /// A single full stop followed by white space and no small letter.
    fn full_stop_ends(&self, chars: &Chars, start: usize, i: usize, at: usize, token: &str, word: &str) -> bool {
        let first = chars[at].1;
        let small = token.to_lowercase();
        let next_common = self.is_common(word);
        let next_is_initial = word.chars().count() == 1 && chars.get(at + 1).is_some_and(|(_, c)| *c == '.');
        let letters = token.chars().filter(|c| c.is_alphabetic()).count();
        if token.is_empty() {
            return true;
        }
        let digits = token.chars().all(|c| c.is_ascii_digit());
        if digits {
            let opens = i - token.chars().count() <= start;
            if opens && token.len() <= 3 {
                return false; // "1. First"
            }
            if first.is_ascii_digit() {
                return (token.len() > 4 || self.data.cased) && !self.data.ordinals; // "2024. 3. 5."
            }
            let dated = chars[..i - token.len()].iter().rev().map(|(_, c)| *c).filter(|c| !c.is_whitespace()).take(2);
            if !self.data.cased
                && token.len() <= 2
                && matches!(dated.collect::<Vec<_>>()[..], ['.', d] if d.is_ascii_digit())
            {
                return false; // the last of "2024. 3. 5."
            }
            if self.data.ordinals && token.len() <= 2 {
                return next_common && !self.data.counted.iter().any(|m| *m == word.to_lowercase());
            }
            return true;
        }
        // "l'art. 3"
        let elided = small.rsplit(['\'', '’']).next().filter(|t| t.chars().count() > 1).unwrap_or(&small);
        let known = |list: &[String]| list.iter().any(|a| *a == small || *a == elided);
        if known(&self.data.closing_abbreviations) {
            let speech = self.data.quotes.iter().any(|(open, _)| *open == chars[at - 1].1);
            return speech || next_common && !next_is_initial;
        }
        if known(&self.data.abbreviations) {
            // "no" is also a word
            let also_a_word = self.words.contains(&small) && letters > 1;
            return also_a_word && !first.is_ascii_digit() && token.chars().all(char::is_lowercase);
        }
        if letters == 1 && token.chars().count() == 1 {
            // an initial, unless it is a word or a name's end ("Plan B. The")
            let capital = token.chars().all(char::is_uppercase);
            return if capital {
                next_common && !next_is_initial
            } else {
                !next_is_initial // "a. C."
            };
        }
        let parts = || token.split('.').filter(|p| !p.is_empty());
        if token.contains('.')
            && parts().count() > 1
            && parts().all(|p| p.chars().count() <= 2 && p.chars().all(char::is_alphabetic))
        {
            return next_common && !next_is_initial; // "U.S."
        }
        if self.data.ordinals && token.chars().all(|c| matches!(c, 'I' | 'V' | 'X')) {
            return next_common;
        }
        true
    }

    /// The next sentence begins without a space: only where nothing else can be meant.
    fn is_end_with_missing_space(&self, chars: &Chars, i: usize, run: usize, end: usize, token: &str) -> bool {
        let next = chars[end].1;
        if is_east_asian(next) {
            // Korean particles hang on a closing mark
            return self.data.cased || end == run && (!next_is_hangul(next) || chars[i].1 != '.');
        }
        let address = token.contains(['/', '@', '\\', '=', '_']) || token.starts_with("www.");
        if address {
            return false;
        }
        if is_opener(next) && next != '*' && next != '_' && next != '\'' {
            return end == run
                && chars.get(end + 1).is_some_and(|(_, c)| c.is_uppercase())
                && token.chars().count() > 2
                && next != '(';
        }
        if is_dash(next) {
            let mut at = end;
            while at < chars.len() && (is_dash(chars[at].1) || chars[at].1.is_whitespace() || is_opener(chars[at].1)) {
                at += 1;
            }
            return chars.get(at).is_some_and(|(_, c)| c.is_uppercase())
                && chars.get(end + 1).is_some_and(|(_, c)| c.is_whitespace());
        }
        if !next.is_uppercase() {
            return false;
        }
        if end > run {
            return true; // `over.”Then`
        }
        let word = word(chars, end);
        let before_is_word = token.chars().count() >= 3
            && token.chars().all(char::is_alphabetic)
            && token.chars().last().is_some_and(char::is_lowercase);
        let capitalised = word.chars().skip(1).all(char::is_lowercase);
        let after = chars.get(end + word.chars().count()).map(|(_, c)| *c);
        let free = after.is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '’' | '\''));
        before_is_word && capitalised && free
    }

    /// Chinese and Japanese with ASCII marks.
    fn is_end_without_spaces(&self, chars: &Chars, start: usize, i: usize, run: usize, end: usize) -> bool {
        let c = chars[i].1;
        let next = chars[end].1;
        let before = if i == 0 { ' ' } else { chars[i - 1].1 };
        let mut at = end;
        while at < chars.len() && (chars[at].1.is_whitespace() || is_opener(chars[at].1)) {
            at += 1;
        }
        let Some((_, first)) = chars.get(at).copied() else {
            return true;
        };
        match c {
            // a pause more often than an end
            '…' => next.is_whitespace() && !first.is_lowercase(),
            '.' if run > i + 1 => next.is_whitespace() && is_east_asian(first),
            '.' => {
                let token = token(chars, i);
                let small = token.to_lowercase();
                let list = |l: &[String]| l.contains(&small);
                let numbered = token.chars().all(|c| c.is_ascii_digit()) && i - token.chars().count() <= start;
                if numbered || list(&self.data.abbreviations) {
                    return false;
                }
                let asian = is_east_asian(before) || is_closer(before) || before == '\u{30FC}';
                let spaced = next.is_whitespace();
                let by_script = asian && (spaced || !first.is_ascii_digit());
                let by_space = spaced && (is_east_asian(first) || first.is_uppercase());
                by_script || by_space || is_east_asian(first) && !before.is_ascii_digit()
            }
            _ => next.is_whitespace() || is_east_asian(first) || is_east_asian(before),
        }
    }

    /// Whether what follows a closing quotation mark belongs to the same sentence:
    /// a particle, or a few words with a verb of saying.
    fn carries_on(&self, chars: &Chars, end: usize) -> bool {
        let quoted = end > 0 && !matches!(chars[end - 1].1, ')' | '）' | ']' | '】' | '*' | '_');
        if !quoted {
            return false;
        }
        let rest = &chars[end..];
        let direct = |f: &String| f.chars().zip(rest).filter(|(a, (_, b))| a == b).count() == f.chars().count();
        if self.data.follow.iter().any(direct) {
            return true;
        }
        if self.data.saying.is_empty() {
            return false;
        }
        let reach = if self.east_asian { 16 } else { 40 };
        let stops = |c: char| is_terminator(c) || matches!(c, '，' | ',' | '、' | '：' | '“' | '「' | '"');
        let near: String = rest.iter().take(reach).map(|(_, c)| *c).take_while(|c| !stops(*c)).collect();
        if self.east_asian {
            // `他說。` closes the quotation; `他认为，` opens the next thought
            let full = rest.get(near.chars().count()).is_none_or(|(_, c)| is_terminator(*c) || *c == '：');
            full && self.data.saying.iter().any(|v| {
                near.rfind(v.as_str()).is_some_and(|at| {
                    let tail = &near[at + v.len()..];
                    tail.chars().count()
                        <= if tail.chars().any(|c| ('\u{3041}'..='\u{30FF}').contains(&c)) { 5 } else { 1 }
                })
            })
        } else {
            // `"Why?" Ann Lee asked`: names, then the verb
            near.split_whitespace()
                .take(5)
                .take_while(|w| w.starts_with(char::is_uppercase) || self.data.saying.iter().any(|v| v == w))
                .any(|w| self.data.saying.iter().any(|v| v == w))
        }
    }

    fn is_common(&self, word: &str) -> bool {
        let small = word.to_lowercase();
        self.words.contains(&small)
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{2B55}' | '\u{FE0F}' | '\u{200D}')
        && !matches!(c, '\u{2776}'..='\u{2793}')
}

fn skip_space(chars: &Chars, from: usize) -> usize {
    from + chars[from.min(chars.len())..].iter().take_while(|(_, c)| c.is_whitespace()).count()
}

/// Smileys after a full stop belong to its sentence, also behind a space.
fn smileys(chars: &Chars, end: usize) -> usize {
    let at = skip_space(chars, end);
    let emoji = chars[at.min(chars.len())..].iter().take_while(|(_, c)| is_emoji(*c)).count();
    if emoji > 0 {
        return at + emoji;
    }
    let drawn: String =
        chars[at.min(chars.len())..].iter().map(|(_, c)| *c).take_while(|c| !c.is_whitespace()).take(4).collect();
    if [":)", ":(", ":-)", ":-(", ";)", ";-)", ":D", ":P", ":-D", ":-P", "^^"].contains(&drawn.as_str()) {
        at + drawn.chars().count()
    } else {
        end
    }
}

fn next_is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}')
}

/// `[3]` after a full stop belongs to its sentence.
fn footnote(chars: &Chars, at: usize) -> usize {
    if chars.get(at).is_none_or(|(_, c)| *c != '[') {
        return at;
    }
    let digits = chars[at + 1..].iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    let close = at + 1 + digits;
    if (1..=3).contains(&digits) && chars.get(close).is_some_and(|(_, c)| *c == ']') {
        footnote(chars, close + 1)
    } else {
        at
    }
}

/// Whether the asterisk at `i` sets words off: white space on one side only.
fn emphasis(chars: &Chars, i: usize) -> bool {
    let free = |c: Option<&(usize, char)>| c.is_none_or(|(_, c)| !c.is_alphanumeric());
    let before = free(if i == 0 { None } else { chars.get(i - 1) });
    before != free(chars.get(i + 1))
}

/// What stands before the full stop at `i`, back to white space: at most 40
/// characters, opening marks left out.
fn token(chars: &Chars, i: usize) -> String {
    let from = (i.saturating_sub(40)..i)
        .rev()
        .take_while(|j| !chars[*j].1.is_whitespace() && !is_east_asian(chars[*j].1))
        .last()
        .unwrap_or(i);
    chars[from..i]
        .iter()
        .map(|(_, c)| *c)
        .collect::<String>()
        .trim_start_matches(|c: char| is_opener(c) || is_dash(c))
        .to_owned()
}

/// The letters and digits from `at` on.
fn word(chars: &Chars, at: usize) -> String {
    chars[at..].iter().map(|(_, c)| *c).take_while(|c| c.is_alphanumeric()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::article;
    use crate::language::passages;

    fn cut(text: &str) -> (Article, Vec<Sentence>) {
        let a = article("a.md", text.as_bytes()).expect("an article");
        let p = passages(&a);
        let s = sentences(&a, &p);
        (a, s)
    }

    /// The sentences of `text` cut by one language's rules.
    fn by(code: &str, text: &str) -> Vec<String> {
        let rules = Rules::of(Lang::from_code(code));
        let mut from = 0;
        let mut out = Vec::new();
        for end in rules.ends(text).into_iter().chain([text.len()]) {
            out.push(text[from..end].trim().to_owned());
            from = end;
        }
        out
    }

    #[test]
    fn sentences_end_where_a_reader_of_the_language_says() {
        // `|` marks the ends
        for (code, marked) in [
            (
                "eng",
                "The bridge cost $3.5 million.| Dr. J. P. Marsh paid for it, e.g. with bonds.| It opened at 9 a.m.| The mayor slept.",
            ),
            ("eng", "“Will it hold?” she asked.| “It held in 1952.| It will hold again,” said Mr. Toll."),
            (
                "eng",
                "Version No. 2 came in Nov. 2021.| It ran on Node.js and v1.2.3 of the tool.| See example.org/a.b for more!",
            ),
            ("eng", "He said no.| Nobody (not even Ann. B. Lee!) asked why.| \"Really?\" Ann asked.| Yes... and no."),
            ("eng", "He left the U.S. Army in May.| They moved to the U.S.| The house was sold."),
            ("eng", "It was the end.|Then it began.| A fact.[3] Another fact.".replace("[3] A", "[3]| A").as_str()),
            (
                "fra",
                "M. Rouvier, né le 3 avr. 1950, a dit non.| « Pourquoi pas ? » demande-t-elle.| Vers l'an 50 av. J.-C. tout change !| Fin.",
            ),
            (
                "deu",
                "Am 3. Oktober kam Hr. Blau, d. h. der Wirt, um ca. 9 Uhr.| Das war z. B. neu.| Im 19. Jahrhundert war es anders.| Er kam als 3.| Das reichte.",
            ),
            ("spa", "¿Quién paga el puente?| ¡Nadie!| El Sr. Lobo, p. ej., no paga.| «¿Y tú?», preguntó Ana."),
            ("por", "O Sr. Melo pagou 3,5 mil.| A Dra. Reis não.| “E agora?”, perguntou ele."),
            ("ita", "Il sig. Neri paga, ecc. ecc. e poi tace.| L'art. 3 dice di no.| Davvero?"),
            (
                "rus",
                "В 2021 г. А. С. Берёзов, т. е. автор, молчал.| Цена выросла на 3,5 млн руб. в год.| «Зачем?» — спросил он.| Это было в 2022 г.| Но всё стихло.",
            ),
            ("ukr", "У 2021 р. міст коштував 5 млн грн.| «Навіщо?» — спитав він.| Ніхто, напр. І. Я. Ліс, не знав."),
            (
                "pol",
                "Prof. dr hab. Lis mówił m.in. o moście, tj. o kosztach.| „Po co?” – zapytał.| W 2020 r. wszystko ucichło.",
            ),
            ("nld", "Dhr. Blom betaalt o.a. de brug, d.w.z. niets.| “Waarom?” vroeg zij.| Niemand weet het."),
            ("tur", "Dr. Kaya 3. katta oturuyor.| \"Neden?\" diye sordu.| Köprü 2,5 milyon tuttu!"),
            ("ind", "Dr. Budi membayar Rp3.500 untuk jembatan itu.| “Mengapa?” tanyanya.| Tidak ada yang tahu."),
            ("vie", "TS. Lan trả 3.500 đồng cho cây cầu.| “Tại sao?” cô hỏi.| Không ai biết."),
            ("ara", "هل يصمد الجسر؟| قال د. سامي إنه لا يعرف.| انتهى الأمر!"),
            (
                "kor",
                "다리는 3.5배 비싸졌다.| “왜 그럴까?”라고 그가 물었다.| 2024. 3. 5. 회의가 열렸다.| 아무도 몰랐다.",
            ),
            (
                "jpn",
                "橋は3.5倍になった。|「なぜだ？」と彼は聞いた。|「分からない。|誰も知らない」と彼女は答えた。|終わり！",
            ),
            ("jpn", "とても静かです. |次の日は雨でした. |バージョン1.5を使う。|本当ですか?|はい。"),
            ("zho", "桥贵了3.5倍。|他说：“为什么？|没有人知道。”|天黑了！|“走吧。”她说。|第二天下雨。"),
            ("zho", "他问：“怎么办？”|没有人回答。|价格(约3.5元)没有变.|后来呢?|没有后来."),
        ] {
            let plain = marked.replace('|', "");
            let want: Vec<String> = marked.split('|').map(|s| s.trim().to_owned()).collect();
            let got = by(code, &plain);
            assert_eq!(got, want, "{code}");
        }
    }

    #[test]
    fn a_page_is_read_by_its_marks() {
        let text = "# The bridge\n\nBy Ann Lee\n*Photo: Ben Toll*\n\nIt opened in May. Nobody\ncame.\n\n- First item\n- Second item. It has two sentences.\n\n1. One\n2. Two\n\n> A quoted line.\n> Another one.\n\nWhat next\n=========\n\n**Bold heading**\n\n---\n\nThe end.\n";
        let (a, s) = cut(text);
        let got: Vec<(&str, Layout)> = s.iter().map(|s| (s.span.of(&a.text), s.layout)).collect();
        assert_eq!(
            got,
            [
                ("The bridge", Layout::Heading),
                ("By Ann Lee", Layout::Line),
                ("Photo: Ben Toll", Layout::Line),
                ("It opened in May.", Layout::Running),
                ("Nobody\ncame.", Layout::Running),
                ("First item", Layout::Item),
                ("Second item.", Layout::Item),
                ("It has two sentences.", Layout::Item),
                ("One", Layout::Item),
                ("Two", Layout::Item),
                ("A quoted line.", Layout::Quoted),
                ("Another one.", Layout::Quoted),
                ("What next", Layout::Heading),
                ("Bold heading", Layout::Heading),
                ("The end.", Layout::Running),
            ]
        );
        assert_eq!(s[3].paragraph, s[4].paragraph);
        assert_ne!(s[2].paragraph, s[3].paragraph);
    }

    #[test]
    fn hard_wrapped_lines_are_one_paragraph_and_short_lines_are_not() {
        let wrapped = "The old bridge across the river was closed\nin the spring of that year, and nobody who\nlived on the other side was told why until\nthe summer. Then a letter came.\n";
        let (a, s) = cut(wrapped);
        assert_eq!(s.len(), 2);
        assert!(s[0].span.of(&a.text).ends_with("summer."));
        let (_, s) = cut("Ann Lee\nBen Toll\nPhoto by Cy Marsh\n\nThe text begins here.\n");
        assert_eq!(s.len(), 4);
    }

    #[test]
    fn a_speaker_who_answers_is_a_line_and_a_caption_is_not() {
        let (a, s) = cut(
            "Ann Lee: Why did the bridge close?\nBen Toll: Nobody paid. It was old.\n\nPhoto: Cy Marsh took it in May.\n",
        );
        let got: Vec<&str> = s.iter().map(|s| s.span.of(&a.text)).collect();
        assert_eq!(
            got,
            [
                "Ann Lee:",
                "Why did the bridge close?",
                "Ben Toll:",
                "Nobody paid.",
                "It was old.",
                "Photo: Cy Marsh took it in May."
            ]
        );
        assert_eq!((s[0].layout, s[1].layout), (Layout::Line, Layout::Running));
        assert_eq!(s[0].paragraph, s[1].paragraph);
    }

    #[test]
    fn a_disclaimer_in_another_script_has_its_own_language() {
        let (a, s) = cut(
            "The bridge is closed for the whole summer, and the town is angry about it.\n\n免责声明：本文仅供参考。不构成任何建议。\n",
        );
        let got: Vec<(&str, Option<&str>)> = s.iter().map(|s| (s.span.of(&a.text), s.lang.map(Lang::code))).collect();
        assert_eq!(got[0].1, Some("eng"));
        assert_eq!(got[1..], [("免责声明：本文仅供参考。", Some("zho")), ("不构成任何建议。", Some("zho"))]);
    }

    #[test]
    fn front_matter_has_no_sentences_and_tiles_cover_the_rest() {
        let (a, s) = cut("---\ntitle: x\n---\n\n  \n## One\r\n\r\nTwo. Three.\r\n***\n\n");
        assert_eq!(s.iter().map(|s| s.span.of(&a.text)).collect::<Vec<_>>(), ["One", "Two.", "Three."]);
        assert_eq!(s[0].tile.start(), a.body.start());
        assert_eq!(s[2].tile.end(), a.text.len());
    }
}
