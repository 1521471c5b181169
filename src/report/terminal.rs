//! What does a reader see in the terminal?

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::view::{PointView, Stance, Stand, TENTATIVE, View, plain};
use super::words::Words;
use crate::debate::{Debate, Evidence, Side, Verdict};

/// The columns a reader of running text still likes.
const WIDEST: usize = 110;

/// Voices quoted under one point, before the rest are only counted.
const QUOTED: usize = 8;

/// The summary for a terminal `width` columns wide, in the words of `lang`;
/// `color` writes ANSI colours, which the caller decides (`NO_COLOR`, a pipe).
///
/// Agreements first, then divergences; given points before found ones; under
/// each the voices with a quote, its language and its side. Then the points
/// with one voice or no clear side, articles left out and names to check.
pub fn terminal(debate: &Debate, evidence: &Evidence, width: usize, color: bool, lang: &str) -> String {
    let view = View::new(debate, evidence);
    let mut page = Page { out: String::new(), words: Words::of(lang), width: width.clamp(24, WIDEST), color };
    page.head(&view);
    let order = view.reading_order();
    for (verdict, title, none) in
        [(Verdict::Agree, "they_agree", "none_agree"), (Verdict::Diverge, "they_diverge", "none_diverge")]
    {
        page.section(title);
        let mut any = false;
        for &p in order.iter().filter(|&&p| view.points[p].entry.verdict == verdict) {
            page.point(&view, p);
            any = true;
        }
        if !any {
            let none = page.words.get(none).to_owned();
            page.wrapped(2, &none);
            page.out.push('\n');
        }
    }
    page.doubts(&view);
    page.out
}

/// The sentence that says what a point's voices amount to.
pub(super) fn finding(words: &Words, view: &View, point: &PointView) -> String {
    let (pro, con) = (point.entry.r#for.len(), point.entry.against.len());
    let all = view.debate.voices.len().to_string();
    match point.entry.verdict {
        Verdict::Agree if pro >= con => words.fill("agree_for", &[("n", &pro.to_string()), ("m", &all)]),
        Verdict::Agree => words.fill("agree_against", &[("n", &con.to_string()), ("m", &all)]),
        Verdict::Diverge => words.fill("diverge_on", &[("a", &pro.to_string()), ("b", &con.to_string())]),
        Verdict::Single if pro > 0 || con == 0 => words.get("single_for").to_owned(),
        Verdict::Single => words.get("single_against").to_owned(),
        Verdict::Unclear => words.get("unclear_on").to_owned(),
    }
}

struct Page {
    out: String,
    words: Words,
    width: usize,
    color: bool,
}

impl Page {
    fn head(&mut self, view: &View) {
        let d = view.debate;
        let headline = self.words.count("headline", d.voices.len());
        for line in self.folded(0, &headline) {
            let line = self.paint(&line, "1");
            self.line(&line);
        }
        let counts = [
            ("n_articles", d.articles.len()),
            ("n_languages", view.languages().len()),
            ("n_voices", d.voices.len()),
            ("n_claims", d.claims.len()),
            ("n_points", d.points.len()),
        ]
        .map(|(key, n)| self.words.count(key, n))
        .join(" · ");
        self.wrapped(0, &counts);
    }

    fn section(&mut self, key: &str) {
        let title = self.words.get(key).to_owned();
        let rule = "─".repeat(self.width.saturating_sub(title.width() + 1));
        self.out.push('\n');
        let line = format!("{} {}", self.paint(&title, "1"), self.paint(&rule, "2"));
        self.line(&line);
    }

    fn point(&mut self, view: &View, index: usize) {
        let point = &view.points[index];
        let finding = finding(&self.words, view, point);
        let mut facts: Vec<String> = Vec::new();
        if point.given() {
            facts.push(format!("{} {}", self.words.get("given"), plain(&point.entry.id)));
        }
        facts.push(point.languages.iter().copied().collect::<Vec<_>>().join(" "));
        if let Some(confidence) = point.confidence {
            facts.push(self.words.sure(confidence));
            if confidence < TENTATIVE {
                facts.push(self.words.get("tentative").to_owned());
            }
        }
        self.out.push('\n');
        let facts = facts.join(" · ");
        let room = self.width.saturating_sub(2 + finding.width() + 2);
        if facts.width() <= room {
            let line = format!("  {}  {}", self.paint(&finding, "1"), self.paint(&facts, "2"));
            self.line(&line);
        } else {
            self.wrapped(2, &finding);
            self.wrapped(2, &facts);
        }
        let text = plain(&point.entry.text);
        self.wrapped(2, &format!("{}{text}{}", self.words.get("open"), self.words.get("shut")));
        if let Some(near) = view.gloss(index, self.words.lang) {
            let label = self.words.get("nearest_in_yours").to_owned();
            let side = self.words.get(side_key(near.side)).to_owned();
            self.wrapped(2, &format!("({label}, {side}: {})", plain(view.quote(near.claim))));
        }
        self.voices(view, point);
    }

    fn voices(&mut self, view: &View, point: &PointView) {
        let mut stands: Vec<&Stand> = point.stands.iter().collect();
        stands.sort_by_key(|s| (s.stance, s.voice));
        let names: Vec<String> = stands.iter().map(|s| plain(&view.voice_entry(s.voice).name)).collect();
        let name_room = match self.width {
            70.. => 20,
            50.. => 14,
            _ => 9,
        };
        let name_width = names.iter().take(QUOTED).map(|n| n.width()).max().unwrap_or(0).min(name_room);
        let word_width = [Stance::For, Stance::Against, Stance::Both, Stance::Unclear]
            .map(|s| self.words.get(s.key()).width())
            .into_iter()
            .max()
            .unwrap_or(0);
        for (stand, name) in stands.iter().zip(&names).take(QUOTED) {
            // a voice on both sides is quoted once for each
            let sides: &[Option<Side>] = match stand.stance {
                Stance::For => &[Some(Side::For)],
                Stance::Against => &[Some(Side::Against)],
                Stance::Both => &[Some(Side::For), Some(Side::Against)],
                Stance::Unclear | Stance::Silent => &[None],
            };
            for &side in sides {
                let shown = match side {
                    Some(Side::For) => Stance::For,
                    Some(Side::Against) => Stance::Against,
                    None => Stance::Unclear,
                };
                let head = format!("{} {}", shown.mark(), pad(self.words.get(shown.key()), word_width));
                let name = self.paint(&pad(&cut(name, name_width), name_width), "1");
                let Some(bearing) = stand.best(side).or(stand.bearings.first()) else {
                    let line = format!("    {}  {name}", self.paint(&head, shade(shown)));
                    self.line(&line);
                    continue;
                };
                let tag = format!("{:<3}", plain(&view.claim_entry(bearing.claim).language));
                let tail = if bearing.confidence < TENTATIVE {
                    format!("  {}", self.words.sure(bearing.confidence))
                } else {
                    String::new()
                };
                let before = 4 + head.width() + 2 + name_width + 2 + tag.width() + 2;
                let quote = plain(view.quote(bearing.claim));
                let (head, tag) = (self.paint(&head, shade(shown)), self.paint(&tag, "2"));
                let room = self.width.saturating_sub(before + tail.width());
                let line = if room >= 24 {
                    let quote = self.quoted(&quote, room);
                    format!("    {head}  {name}  {tag}  {quote}{}", self.paint(&tail, "2"))
                } else {
                    // the quote on a line of its own, how sure behind it
                    let room = self.width.saturating_sub(6 + tail.width());
                    let quote = self.quoted(&quote, room);
                    let tail = self.paint(&tail, "2");
                    format!("  {head}  {name}  {tag}\n      {quote}{tail}")
                };
                self.line(&line);
            }
        }
        if stands.len() > QUOTED {
            let more = self.words.fill("and_others", &[("n", &(stands.len() - QUOTED).to_string())]);
            self.wrapped(4, &more);
        }
    }

    fn doubts(&mut self, view: &View) {
        self.section("doubts");
        let d = view.debate;
        for (verdict, key) in [(Verdict::Unclear, "unclear_points"), (Verdict::Single, "single_points")] {
            let n = d.points.iter().filter(|p| p.verdict == verdict).count();
            self.wrapped(2, &format!("{}: {n}", self.words.get(key)));
        }
        let merged: Vec<_> = d.voices.iter().filter(|v| !v.aliases.is_empty()).collect();
        if !merged.is_empty() || !view.evidence.maybe_same.is_empty() {
            self.wrapped(2, &format!("{}:", self.words.get("names_to_check")));
        }
        for voice in merged {
            let aliases: Vec<String> = voice.aliases.iter().map(|a| plain(a)).collect();
            let line = format!("{} = {}", plain(&voice.name), aliases.join(" = "));
            self.wrapped(4, &line);
        }
        for (a, b) in &view.evidence.maybe_same {
            let (a, b) = (plain(view.name(a)), plain(view.name(b)));
            let line = format!("{a} ≟ {b}  ({})", self.words.get("maybe_same"));
            self.wrapped(4, &line);
        }
        if !d.skipped.is_empty() {
            self.wrapped(2, &format!("{}: {}", self.words.get("skipped"), d.skipped.len()));
            for s in &d.skipped {
                self.wrapped(4, &format!("{} ({}): {}", plain(&s.path), plain(&s.stage), plain(&s.error)));
            }
        }
    }

    fn quoted(&self, quote: &str, room: usize) -> String {
        let (open, shut) = (self.words.get("open"), self.words.get("shut"));
        format!("{open}{}{shut}", cut(quote, room.saturating_sub(open.width() + shut.width())))
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        for line in self.folded(indent, text) {
            self.line(&line);
        }
    }

    /// Breaks at blanks, or anywhere between wide characters, which have none.
    fn folded(&self, indent: usize, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        let room = self.width.saturating_sub(indent).max(8);
        let mut rest = text.trim();
        while !rest.is_empty() {
            let end = fits(rest, room);
            let end = if end == rest.len() { end } else { breaking(rest, end) };
            lines.push(format!("{}{}", " ".repeat(indent), rest[..end].trim_end()));
            rest = rest[end..].trim_start();
        }
        lines
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.color && !text.trim().is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Blue and yellow: told apart by every common kind of colour vision.
fn shade(stance: Stance) -> &'static str {
    match stance {
        Stance::For => "34",
        Stance::Against => "33",
        _ => "2",
    }
}

pub(super) fn side_key(side: Option<Side>) -> &'static str {
    match side {
        Some(Side::For) => "for",
        Some(Side::Against) => "against",
        None => "unclear",
    }
}

/// How many bytes of `text` fit in `room` columns.
fn fits(text: &str, room: usize) -> usize {
    let mut used = 0;
    for (i, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room {
            return i;
        }
    }
    text.len()
}

/// The last place before `end` where a line may break, else `end`; at least one character.
fn breaking(text: &str, end: usize) -> usize {
    let at = text[..end]
        .char_indices()
        .rev()
        .find(|(_, c)| *c == ' ' || c.width() == Some(2))
        .map_or(end, |(i, c)| i + c.len_utf8());
    // a break that would waste more than half of the line is no good break
    let at = if at * 2 < end { end } else { at };
    at.max(text.chars().next().map_or(0, char::len_utf8))
}

/// `text` in at most `room` columns; cut at a word where that costs little.
pub(super) fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let end = fits(text, room.saturating_sub(1));
    let end = if end == 0 { 0 } else { breaking(text, end) };
    format!("{}…", text[..end].trim_end_matches([' ', ',', ';', ':', '、', '，', '—']))
}

/// `text` filled with blanks to `room` columns.
fn pad(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_exceeds_its_room_in_any_script() {
        for text in ["a plain sentence of words", "夜間バスは街を安全にする", "Ночные автобусы нужны", "حافلات الليل"]
        {
            for room in 0..30 {
                assert!(cut(text, room).width() <= room.max(1), "{text} in {room}");
            }
        }
    }

    #[test]
    fn a_cut_falls_between_words() {
        assert_eq!(cut("the night bus is late", 15), "the night bus…");
    }

    #[test]
    fn wide_characters_fill_two_columns() {
        assert_eq!(pad("声", 4), "声  ");
    }
}
