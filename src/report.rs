//! What does a reader see? A [`Debate`] becomes a terminal summary, Markdown,
//! one self-contained page, or the formats that other tools read.
//!
//! Text of articles is hostile until escaped: nothing of it is ever markup,
//! script, link target or terminal control.

pub mod exports;
pub mod html;

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::debate::{
    ArticleText, ClaimEntry, ClaimEvidence, Debate, Evidence, Origin, PointEntry, Provenance, SCHEMA, Side, Verdict,
    VoiceEntry,
};
use crate::error::Result;
use crate::eval;
use crate::span::CodePoints;

pub use html::html;

/// A format that a debate can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The summary for a terminal.
    Terminal,
    /// `report.md`.
    Markdown,
    /// `report.html`.
    Html,
    /// `debate.json`.
    Json,
    /// Five tables.
    Csv,
    /// Argument Interchange Format, as xAIF JSON.
    Xaif,
    /// Argdown.
    Argdown,
    /// W3C Web Annotation.
    Annotation,
    /// Voices and points as a graph.
    Graphml,
}

const FORMATS: [(&str, Format); 9] = [
    ("terminal", Format::Terminal),
    ("md", Format::Markdown),
    ("html", Format::Html),
    ("json", Format::Json),
    ("csv", Format::Csv),
    ("xaif", Format::Xaif),
    ("argdown", Format::Argdown),
    ("webanno", Format::Annotation),
    ("graphml", Format::Graphml),
];

impl Format {
    /// The format called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// All names.
    pub fn names() -> Vec<&'static str> {
        FORMATS.iter().map(|(n, _)| *n).collect()
    }

    /// The files of this format: name and content.
    pub fn render(self, debate: &Debate, evidence: &Evidence, lang: &str) -> Result<Vec<(String, String)>> {
        let one = |name: &str, text: String| vec![(name.to_owned(), text)];
        Ok(match self {
            Format::Terminal => one("report.txt", terminal(debate, evidence, 96, false, lang)),
            Format::Markdown => one("report.md", markdown(debate, evidence, lang)),
            Format::Html => one("report.html", html(debate, evidence, lang)?),
            Format::Json => one("debate.json", serde_json::to_string_pretty(debate).expect("a debate is JSON") + "\n"),
            Format::Csv => exports::csv(debate, evidence),
            Format::Xaif => one("debate.xaif.json", exports::xaif(debate, evidence)),
            Format::Argdown => one("debate.argdown", exports::argdown(debate, evidence)),
            Format::Annotation => one("annotations.jsonld", exports::annotations(debate, evidence)),
            Format::Graphml => one("debate.graphml", exports::graphml(debate)),
        })
    }
}

/// A debate and its evidence with everything looked up by id.
pub(crate) struct Index<'d> {
    pub(crate) debate: &'d Debate,
    claims: BTreeMap<&'d str, (&'d ClaimEntry, &'d ClaimEvidence)>,
    voices: BTreeMap<&'d str, &'d VoiceEntry>,
    texts: BTreeMap<&'d str, (&'d ArticleText, CodePoints<'d>)>,
}

impl<'d> Index<'d> {
    pub(crate) fn new(debate: &'d Debate, evidence: &'d Evidence) -> Self {
        Self {
            debate,
            claims: debate.claims.iter().zip(&evidence.claims).map(|(c, e)| (c.id.as_str(), (c, e))).collect(),
            voices: debate.voices.iter().map(|v| (v.id.as_str(), v)).collect(),
            texts: evidence.articles.iter().map(|a| (a.article.as_str(), (a, CodePoints::new(&a.text)))).collect(),
        }
    }

    pub(crate) fn claim(&self, id: &str) -> Option<(&'d ClaimEntry, &'d ClaimEvidence)> {
        self.claims.get(id).copied()
    }

    pub(crate) fn voice(&self, id: &str) -> &'d str {
        self.voices.get(id).map_or("", |v| v.name.as_str())
    }

    /// The text between two code points of an article, or nothing where it is not at hand.
    pub(crate) fn text(&self, article: &str, start: usize, end: usize) -> &'d str {
        self.texts
            .get(article)
            .and_then(|(a, points)| points.span(start, end).map(|s| s.of(&a.text)))
            .unwrap_or_default()
    }

    pub(crate) fn quote(&self, c: &ClaimEntry) -> &'d str {
        self.text(&c.article, c.start, c.end)
    }

    /// The words before and after a claim within its paragraph.
    pub(crate) fn around(&self, c: &ClaimEntry) -> (&'d str, &'d str) {
        let Some((a, points)) = self.texts.get(c.article.as_str()) else { return ("", "") };
        let Some(span) = points.span(c.start, c.end) else { return ("", "") };
        let start = a.text[..span.start()].rfind('\n').map_or(0, |i| i + 1);
        let end = a.text[span.end()..].find('\n').map_or(a.text.len(), |i| span.end() + i);
        (&a.text[start..span.start()], &a.text[span.end()..end])
    }

    /// The strongest claim of `voice` on `side` of `point`.
    pub(crate) fn best(&self, point: &PointEntry, voice: &str, side: Side) -> Option<(&'d ClaimEntry, f64)> {
        point
            .claims
            .iter()
            .filter(|p| p.side == side)
            .filter_map(|p| self.claim(&p.claim).map(|(c, _)| (c, p.confidence)))
            .filter(|(c, _)| c.voice == voice)
            .max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| b.0.id.cmp(&a.0.id)))
    }
}

/// The contract's word for a verdict.
pub fn name(v: Verdict) -> &'static str {
    match v {
        Verdict::Agree => "agree",
        Verdict::Diverge => "diverge",
        Verdict::Single => "single",
        Verdict::Unclear => "unclear",
    }
}

/// `text` safe to show in a terminal or on a line: control and direction-changing
/// characters become visible, white space becomes single spaces.
pub fn shown(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}' => '\u{FFFD}',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` cut to `width` columns, an ellipsis where it was cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out + "…"
}

/// One sentence a person would quote: who is how many, on what.
pub(crate) fn finding(p: &PointEntry, w: &Words) -> String {
    let (pro, con) = (p.r#for.len(), p.against.len());
    match p.verdict {
        Verdict::Agree => w.agree.replace("{n}", &pro.max(con).to_string()),
        Verdict::Diverge => w.diverge.replace("{for}", &pro.to_string()).replace("{against}", &con.to_string()),
        Verdict::Single => w.single.to_owned(),
        Verdict::Unclear => w.unclear.to_owned(),
    }
}

/// The tool's own words in one language.
pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) agree: &'static str,
    pub(crate) diverge: &'static str,
    pub(crate) single: &'static str,
    pub(crate) unclear: &'static str,
    pub(crate) r#for: &'static str,
    pub(crate) against: &'static str,
    pub(crate) agreements: &'static str,
    pub(crate) divergences: &'static str,
    pub(crate) others: &'static str,
    pub(crate) skipped: &'static str,
    pub(crate) check: &'static str,
    pub(crate) articles: &'static str,
    pub(crate) voices: &'static str,
    pub(crate) claims: &'static str,
    pub(crate) given: &'static str,
    pub(crate) none: &'static str,
}

const WORDS: [Words; 5] = [
    Words {
        code: "eng",
        agree: "{n} voices agree",
        diverge: "{for} for, {against} against",
        single: "one voice",
        unclear: "not enough evidence",
        r#for: "for",
        against: "against",
        agreements: "Where voices agree",
        divergences: "Where they diverge",
        others: "One voice, or not clear",
        skipped: "Left out or empty",
        check: "One person? Please check",
        articles: "articles",
        voices: "voices",
        claims: "claims",
        given: "your point",
        none: "Nothing here.",
    },
    Words {
        code: "fra",
        agree: "{n} voix d’accord",
        diverge: "{for} pour, {against} contre",
        single: "une seule voix",
        unclear: "preuves insuffisantes",
        r#for: "pour",
        against: "contre",
        agreements: "Points d’accord",
        divergences: "Points de désaccord",
        others: "Une seule voix, ou incertain",
        skipped: "Écartés ou vides",
        check: "Une même personne ? À vérifier",
        articles: "articles",
        voices: "voix",
        claims: "affirmations",
        given: "votre point",
        none: "Rien ici.",
    },
    Words {
        code: "rus",
        agree: "согласны голосов: {n}",
        diverge: "за: {for}, против: {against}",
        single: "один голос",
        unclear: "данных недостаточно",
        r#for: "за",
        against: "против",
        agreements: "В чём согласны",
        divergences: "В чём расходятся",
        others: "Один голос или неясно",
        skipped: "Пропущено или пусто",
        check: "Один человек? Проверьте",
        articles: "статей",
        voices: "голосов",
        claims: "утверждений",
        given: "ваш тезис",
        none: "Пусто.",
    },
    Words {
        code: "zho",
        agree: "{n} 个声音一致",
        diverge: "{for} 个赞成，{against} 个反对",
        single: "仅一个声音",
        unclear: "证据不足",
        r#for: "赞成",
        against: "反对",
        agreements: "一致之处",
        divergences: "分歧之处",
        others: "仅一个声音或不明确",
        skipped: "跳过或为空",
        check: "是否同一人？请核对",
        articles: "篇文章",
        voices: "个声音",
        claims: "条主张",
        given: "您的论点",
        none: "无。",
    },
    Words {
        code: "jpn",
        agree: "{n} 者が一致",
        diverge: "賛成 {for}、反対 {against}",
        single: "一者のみ",
        unclear: "根拠不足",
        r#for: "賛成",
        against: "反対",
        agreements: "一致する点",
        divergences: "分かれる点",
        others: "一者のみ、または不明",
        skipped: "除外または空",
        check: "同一人物か要確認",
        articles: "記事",
        voices: "話者",
        claims: "主張",
        given: "指定の論点",
        none: "該当なし。",
    },
];

/// The tool's words in `lang`; English for a language it has none in.
pub(crate) fn words(lang: &str) -> &'static Words {
    WORDS.iter().find(|w| w.code == lang).unwrap_or(&WORDS[0])
}

/// The points in the order a reader wants them: given before found, many voices before few.
pub(crate) fn ranked<'d>(debate: &'d Debate, wanted: &[Verdict]) -> Vec<&'d PointEntry> {
    let mut points: Vec<&PointEntry> = debate.points.iter().filter(|p| wanted.contains(&p.verdict)).collect();
    points.sort_by_key(|p| (p.origin == Origin::Found, std::cmp::Reverse(p.r#for.len() + p.against.len())));
    points
}

/// The summary for a terminal of `width` columns.
pub fn terminal(debate: &Debate, evidence: &Evidence, width: usize, color: bool, lang: &str) -> String {
    use anstyle::{AnsiColor, Style};
    let w = words(lang);
    let index = Index::new(debate, evidence);
    let paint = |style: Style, text: &str| {
        if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let bold = Style::new().bold();
    let dim = Style::new().dimmed();
    let colour = |side: Side| match side {
        Side::For => AnsiColor::Blue.on_default(),
        Side::Against => AnsiColor::Yellow.on_default(),
    };
    let mut out = format!(
        "{} {} · {} {} · {} {}\n",
        debate.articles.len(),
        w.articles,
        debate.voices.len(),
        w.voices,
        debate.claims.len(),
        w.claims
    );
    for (title, verdict) in [(w.agreements, Verdict::Agree), (w.divergences, Verdict::Diverge)] {
        out += &format!("\n{}\n", paint(bold, title));
        let points = ranked(debate, &[verdict]);
        if points.is_empty() {
            out += &format!("  {}\n", w.none);
        }
        for p in points.iter().take(24) {
            let mark = if p.origin == Origin::Given { format!("{} ", p.id) } else { String::new() };
            out +=
                &format!("\n  {}\n", paint(bold, &cut(&format!("{mark}{}", shown(&p.text)), width.saturating_sub(2))));
            out += &format!("  {}\n", paint(dim, &finding(p, w)));
            for (side, voices) in [(Side::For, &p.r#for), (Side::Against, &p.against)] {
                for v in voices {
                    let Some((c, _)) = index.best(p, v, side) else { continue };
                    let (sign, word) = match side {
                        Side::For => ("+", w.r#for),
                        Side::Against => ("−", w.against),
                    };
                    let label = format!("{sign} {word:<7} {} [{}] ", cut(&shown(index.voice(v)), 24), c.language);
                    let room = width.saturating_sub(label.width() + 4).max(16);
                    out += &format!("    {}{}\n", paint(colour(side), &label), cut(&shown(index.quote(c)), room));
                }
            }
        }
        if points.len() > 24 {
            out += &format!("  … +{}\n", points.len() - 24);
        }
    }
    let rest = ranked(debate, &[Verdict::Single, Verdict::Unclear]);
    out += &format!("\n{}: {}\n", paint(bold, w.others), rest.len());
    if !evidence.maybe_same.is_empty() {
        out += &format!("\n{}\n", paint(bold, w.check));
        for (a, b) in &evidence.maybe_same {
            out += &format!("  {} = {}\n", shown(a), shown(b));
        }
    }
    out
}

/// Text as Markdown that is nothing but text.
fn plain(text: &str) -> String {
    shown(text)
        .chars()
        .flat_map(|c| {
            let special = matches!(
                c,
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '+' | '!' | '|' | '~' | '>' | '-'
            );
            let escaped = if special { Some('\\') } else { None };
            let entity = match c {
                '<' => Some("&lt;"),
                '&' => Some("&amp;"),
                _ => None,
            };
            let own = if entity.is_some() { None } else { Some(c) };
            escaped.into_iter().chain(entity.unwrap_or("").chars()).chain(own)
        })
        .collect()
}

/// `report.md`.
pub fn markdown(debate: &Debate, evidence: &Evidence, lang: &str) -> String {
    let w = words(lang);
    let index = Index::new(debate, evidence);
    let mut out = format!(
        "# Counterpoint\n\n{} {} · {} {} · {} {}\n",
        debate.articles.len(),
        w.articles,
        debate.voices.len(),
        w.voices,
        debate.claims.len(),
        w.claims
    );
    for (title, verdicts) in [
        (w.agreements, &[Verdict::Agree][..]),
        (w.divergences, &[Verdict::Diverge][..]),
        (w.others, &[Verdict::Single, Verdict::Unclear][..]),
    ] {
        out += &format!("\n## {title}\n");
        let points = ranked(debate, verdicts);
        if points.is_empty() {
            out += &format!("\n{}\n", w.none);
        }
        for p in points {
            let mark = if p.origin == Origin::Given { format!("{}: ", plain(&p.id)) } else { String::new() };
            out += &format!("\n### {mark}{}\n\n{}\n", plain(&p.text), finding(p, w));
            if p.claims.is_empty() {
                continue;
            }
            out += "\n| | | | |\n|---|---|---|---|\n";
            for position in &p.claims {
                let Some((c, _)) = index.claim(&position.claim) else { continue };
                let side = match position.side {
                    Side::For => w.r#for,
                    Side::Against => w.against,
                };
                out += &format!(
                    "| {side} {:.0} % | {} | {} | {} |\n",
                    position.confidence * 100.0,
                    plain(index.voice(&c.voice)),
                    c.language,
                    plain(index.quote(c))
                );
            }
        }
    }
    if !debate.skipped.is_empty() {
        out += &format!("\n## {}\n\n", w.skipped);
        for s in &debate.skipped {
            out += &format!("- {}: {}\n", plain(&s.path), plain(&s.error));
        }
    }
    if !evidence.maybe_same.is_empty() {
        out += &format!("\n## {}\n\n", w.check);
        for (a, b) in &evidence.maybe_same {
            out += &format!("- {} = {}\n", plain(a), plain(b));
        }
    }
    let p = &debate.provenance;
    out + &format!(
        "\n---\ncounterpoint {} · {} {} · {}\n",
        p.version,
        p.model.id,
        &p.model.sha256[..p.model.sha256.len().min(12)],
        p.settings
    )
}

/// Why does the claim, point or voice called `id` stand where it does?
pub fn explain(debate: &Debate, evidence: &Evidence, id: &str) -> Option<String> {
    let index = Index::new(debate, evidence);
    if let Some((c, e)) = index.claim(id) {
        let article = debate.articles.iter().find(|a| a.id == c.article)?;
        let (before, after) = index.around(c);
        let mut out = format!(
            "{id}: a claim of {} [{}], confidence {:.2}\n",
            shown(index.voice(&c.voice)),
            c.language,
            c.confidence
        );
        out += &format!("  in {}, code points {}..{}\n", shown(&article.path), c.start, c.end);
        out += &format!("  {} »{}« {}\n", shown(before), shown(index.quote(c)), shown(after));
        match (&e.rule, e.cue) {
            (Some(rule), Some((a, b))) => {
                out += &format!("  speaker by rule {rule}: {}\n", shown(index.text(&c.article, a, b)));
            }
            _ => out += "  no other speaker is named here, so it is the author's\n",
        }
        if e.rejected {
            out += "  the author quotes it only to reject it\n";
        }
        for p in &debate.points {
            for position in p.claims.iter().filter(|x| x.claim == id) {
                let side = if position.side == Side::For { "for" } else { "against" };
                out += &format!("  {side} {} ({:.2}): {}\n", p.id, position.confidence, shown(&p.text));
            }
        }
        for (other, cosine) in &e.similar {
            if let Some((o, _)) = index.claim(other) {
                out += &format!(
                    "  near {other} ({cosine:.2}) {} [{}]: {}\n",
                    shown(index.voice(&o.voice)),
                    o.language,
                    shown(index.quote(o))
                );
            }
        }
        return Some(out);
    }
    if let Some((p, e)) = debate.points.iter().zip(&evidence.points).find(|(p, _)| p.id == id) {
        let mut out = format!("{id}: {}\n  verdict {} ({:.2})\n", shown(&p.text), name(p.verdict), e.confidence);
        for (side, voices) in [("for", &p.r#for), ("against", &p.against)] {
            let names: Vec<String> = voices.iter().map(|v| shown(index.voice(v))).collect();
            out += &format!(
                "  {side}: {}\n",
                if names.is_empty() { "nobody that counts".to_owned() } else { names.join(", ") }
            );
        }
        for position in &p.claims {
            if let Some((c, _)) = index.claim(&position.claim) {
                let side = if position.side == Side::For { "+" } else { "−" };
                out += &format!(
                    "  {side} {:.2} {} {} [{}]: {}\n",
                    position.confidence,
                    c.id,
                    shown(index.voice(&c.voice)),
                    c.language,
                    shown(index.quote(c))
                );
            }
        }
        for (voice, from, to) in &e.shifts {
            out += &format!(
                "  {} changed sides between {} and {}\n",
                shown(index.voice(voice)),
                from.as_deref().unwrap_or("?"),
                to.as_deref().unwrap_or("?")
            );
        }
        return Some(out);
    }
    let v = debate.voices.iter().find(|v| v.id == id)?;
    let mut out = format!("{id}: {}\n", shown(&v.name));
    if !v.aliases.is_empty() {
        out += &format!("  also written {}\n", v.aliases.iter().map(|a| shown(a)).collect::<Vec<_>>().join(", "));
    }
    for c in debate.claims.iter().filter(|c| c.voice == id) {
        out += &format!("  {} [{}]: {}\n", c.id, c.language, shown(index.quote(c)));
    }
    Some(out)
}

/// A debate with nothing in it.
pub fn empty() -> Debate {
    Debate {
        schema: SCHEMA.into(),
        provenance: Provenance {
            version: String::new(),
            model: crate::debate::ModelEntry { id: String::new(), revision: String::new(), sha256: String::new() },
            settings: String::new(),
            device: String::new(),
        },
        articles: vec![],
        sentences: vec![],
        voices: vec![],
        claims: vec![],
        points: vec![],
        skipped: vec![],
    }
}

/// Scores as a table, a line a language.
pub fn scores(r: &eval::Report) -> String {
    let mut out = format!(
        "{:<6}{:>9}{:>10}{:>12}{:>9}{:>9}{:>11}{:>10}{:>11}\n",
        "", "articles", "language", "boundaries", "claims", "voice", "reported", "matches", "positions"
    );
    let mut line = |name: &str, s: &eval::Scores| {
        out += &format!(
            "{name:<6}{:>9}{:>10}{:>12.3}{:>9.3}{:>9.3}{:>11.3}{:>10.3}{:>11.3}\n",
            s.articles,
            format!("{}/{}", s.language, s.articles),
            s.boundaries.f1(),
            s.claims.f1(),
            s.voice.recall(),
            s.reported.recall(),
            s.matches.f1(),
            s.positions.f1()
        );
    };
    for (lang, s) in &r.by_language {
        line(lang, s);
    }
    line("all", &r.all);
    for (name, (low, high)) in &r.intervals {
        out += &format!("  {name}: 95 % of resampled sets of articles between {low:.3} and {high:.3}\n");
    }
    out += &format!(
        "verdicts: {} asserted, {:.3} of them right, {} missed\n",
        r.verdicts.right + r.verdicts.extra,
        r.verdicts.precision(),
        r.verdicts.missed
    );
    out += &format!(
        "found points, B-cubed: precision {:.3}, recall {:.3}, F1 {:.3}\n",
        r.b_cubed.0, r.b_cubed.1, r.b_cubed.2
    );
    out += &format!(
        "persons held as one voice: {} of {}\n",
        r.same_person.right,
        r.same_person.right + r.same_person.missed
    );
    out
}

/// The languages a point's claims are written in.
pub(crate) fn languages(p: &PointEntry, index: &Index<'_>) -> BTreeSet<String> {
    p.claims.iter().filter_map(|x| index.claim(&x.claim)).map(|(c, _)| c.language.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_control_and_no_direction_marks() {
        assert_eq!(shown("a\u{1b}[31m b\n\tc\u{202E}d"), "a\u{FFFD}[31m b c\u{FFFD}d");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(cut("以太坊网络", 7), "以太坊…");
        assert_eq!(cut("plain", 5), "plain");
    }

    #[test]
    fn markdown_from_articles_is_text() {
        assert_eq!(plain("<b> [x](y) |"), "&lt;b\\> \\[x\\]\\(y\\) \\|");
    }
}
