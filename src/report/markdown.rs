//! What does a reader see on a code host? The report as Markdown.

use std::fmt::Write as _;

use super::html::{sure_key, verdict_key};
use super::seriate::seriate;
use super::terminal::{finding, side_key};
use super::view::{PointView, Stance, View, plain};
use super::words::Words;
use crate::debate::{Debate, Evidence, Side, Verdict};

/// Columns a table on a code host still shows without scrolling.
const COLUMNS: usize = 14;
/// Rows of the table of voices and points.
const ROWS: usize = 30;
/// Points written out with their quotes, of each verdict.
const POINTS: usize = 60;

/// The report as GitHub-flavoured Markdown, in the words of `lang` (ISO 639-3).
/// Text from articles is escaped: it makes no link, mention, image or HTML.
pub fn markdown(debate: &Debate, evidence: &Evidence, lang: &str) -> String {
    let view = View::new(debate, evidence);
    let words = Words::of(lang);
    let mut out = String::new();
    let order = view.reading_order();
    head(&mut out, &view, &words, &order);
    table(&mut out, &view, &words, &order);
    for (verdict, title, none) in [
        (Verdict::Agree, "they_agree", Some("none_agree")),
        (Verdict::Diverge, "they_diverge", Some("none_diverge")),
        (Verdict::Unclear, "unclear_points", None),
        (Verdict::Single, "single_points", None),
    ] {
        let points: Vec<usize> = order.iter().copied().filter(|&p| view.points[p].entry.verdict == verdict).collect();
        if points.is_empty() && none.is_none() {
            continue;
        }
        let _ = writeln!(out, "\n## {}\n", words.get(title));
        if let (true, Some(none)) = (points.is_empty(), none) {
            let _ = writeln!(out, "{}", words.get(none));
        }
        for &p in points.iter().take(POINTS) {
            point(&mut out, &view, &words, p);
        }
        if points.len() > POINTS {
            let more = (points.len() - POINTS).to_string();
            let _ = writeln!(out, "{}\n", words.fill("and_others", &[("n", &more)]));
        }
    }
    doubts(&mut out, &view, &words);
    out
}

fn head(out: &mut String, view: &View, words: &Words, order: &[usize]) {
    let d = view.debate;
    let counts = [
        ("n_articles", d.articles.len()),
        ("n_languages", view.languages().len()),
        ("n_voices", d.voices.len()),
        ("n_claims", d.claims.len()),
        ("n_points", d.points.len()),
    ]
    .map(|(key, n)| words.count(key, n))
    .join(" · ");
    let _ = writeln!(out, "# {}\n\n{counts}\n", words.count("headline", d.voices.len()));
    for verdict in [Verdict::Agree, Verdict::Diverge] {
        let first = order.iter().filter(|&&p| view.points[p].entry.verdict == verdict).take(3);
        for &p in first {
            let point = &view.points[p];
            let _ = writeln!(
                out,
                "- **{}** {} ({})",
                finding(words, view, point),
                quoted(words, &point.entry.text),
                facts(words, point)
            );
        }
    }
}

fn facts(words: &Words, point: &PointView) -> String {
    let mut facts: Vec<String> = Vec::new();
    if point.given() {
        facts.push(words.get("given_long").to_owned());
    }
    if !point.languages.is_empty() {
        let names: Vec<String> = point.languages.iter().map(|l| escape(words.language(l))).collect();
        facts.push(names.join(", "));
    }
    if let Some(confidence) = point.confidence {
        facts.push(format!("{}, {}", words.get(sure_key(confidence)), words.sure(confidence)));
    }
    facts.join("; ")
}

fn table(out: &mut String, view: &View, words: &Words, order: &[usize]) {
    let rows: Vec<usize> = order.iter().copied().filter(|&p| view.points[p].voices() > 1).take(ROWS).collect();
    let heard = |v: usize| rows.iter().filter(|&&p| view.points[p].stand(v).is_some()).count();
    let mut voices: Vec<usize> = (0..view.debate.voices.len()).filter(|&v| heard(v) > 0).collect();
    voices.sort_by_key(|&v| (std::cmp::Reverse(heard(v)), v));
    voices.truncate(COLUMNS);
    voices.sort_unstable();
    if rows.is_empty() || voices.is_empty() {
        return;
    }
    let sides: Vec<Vec<i8>> = rows
        .iter()
        .map(|&p| {
            voices
                .iter()
                .map(|&v| match view.points[p].stance(v) {
                    Stance::For => 1,
                    Stance::Against => -1,
                    _ => 0,
                })
                .collect()
        })
        .collect();
    let placed = seriate(&sides, voices.len());
    let columns: Vec<usize> = placed.voices.iter().map(|&i| voices[i]).collect();
    let legend = [Stance::For, Stance::Against, Stance::Both, Stance::Unclear, Stance::Silent]
        .map(|s| format!("{} {}", s.mark(), words.get(s.key())))
        .join(" · ");
    let _ = writeln!(out, "\n## {}\n\n{legend}\n", words.get("the_map"));
    let names: Vec<String> = columns.iter().map(|&v| escape(&view.voice_entry(v).name)).collect();
    let _ = writeln!(out, "| {} | {} | |", words.get("point"), names.join(" | "));
    let _ = writeln!(out, "|:--|{}:--|", ":-:|".repeat(columns.len()));
    for p in placed.points.iter().map(|&i| rows[i]) {
        let point = &view.points[p];
        let marks: Vec<String> = columns.iter().map(|&v| point.stance(v).mark().to_string()).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            escape(&point.entry.text),
            marks.join(" | "),
            words.get(verdict_key(point.entry.verdict))
        );
    }
    let (all_points, all_voices) = (view.points.len(), view.debate.voices.len());
    if rows.len() < all_points || columns.len() < all_voices {
        let cut = words.fill(
            "map_cut",
            &[
                ("a", &rows.len().to_string()),
                ("b", &all_points.to_string()),
                ("c", &columns.len().to_string()),
                ("d", &all_voices.to_string()),
            ],
        );
        let _ = writeln!(out, "\n{cut}");
    }
}

fn point(out: &mut String, view: &View, words: &Words, index: usize) {
    let point = &view.points[index];
    let _ = writeln!(out, "### {}\n", escape(&point.entry.text));
    let counts = [(Stance::For, &point.entry.r#for), (Stance::Against, &point.entry.against)]
        .into_iter()
        .filter(|(_, voices)| !voices.is_empty())
        .fold(String::new(), |all, (stance, voices)| {
            all + &format!(" · {} {} {}", stance.mark(), voices.len(), words.get(stance.key()))
        });
    let verdict = words.get(verdict_key(point.entry.verdict));
    let _ = writeln!(out, "**{verdict}**{counts} · {}\n", facts(words, point));
    if let Some(near) = view.gloss(index, words.lang) {
        let _ = writeln!(
            out,
            "*{}* ({}): {}\n",
            words.get("nearest_in_yours"),
            words.get(side_key(near.side)),
            quoted(words, view.quote(near.claim))
        );
    }
    for side in [Some(Side::For), Some(Side::Against), None] {
        for stand in &point.stands {
            let Some(bearing) = stand.best(side) else { continue };
            if side.is_none() && stand.stance != Stance::Unclear {
                continue;
            }
            let claim = view.claim_entry(bearing.claim);
            let mark = match side {
                Some(Side::For) => Stance::For,
                Some(Side::Against) => Stance::Against,
                None => Stance::Unclear,
            };
            let article = view.article(&claim.article);
            let title = article.map_or(String::new(), |a| {
                let date = view.debate.articles[a].published.as_deref();
                let date = date.map_or(String::new(), |d| format!(", {}", escape(d)));
                format!(" · *{}*{date}", escape(view.title(a)))
            });
            let _ = writeln!(
                out,
                "- {} {} · **{}** · {}{title} · {}  \n  {}",
                mark.mark(),
                words.get(mark.key()),
                escape(&view.voice_entry(stand.voice).name),
                escape(words.language(&claim.language)),
                words.sure(bearing.confidence),
                quoted(words, view.quote(bearing.claim)),
            );
        }
    }
    for (voice, from, to) in point.shifts {
        let shift = words.fill("shift", &[("a", &escape(view.name(voice))), ("b", &escape(&point.entry.text))]);
        let dates = match (from, to) {
            (Some(a), Some(b)) => format!(" ({} → {})", escape(a), escape(b)),
            _ => String::new(),
        };
        let _ = writeln!(out, "\n{shift}{dates}");
    }
    out.push('\n');
}

fn doubts(out: &mut String, view: &View, words: &Words) {
    let d = view.debate;
    let _ = writeln!(out, "\n## {}\n", words.get("doubts"));
    let merged: Vec<_> = d.voices.iter().filter(|v| !v.aliases.is_empty()).collect();
    if !merged.is_empty() || !view.evidence.maybe_same.is_empty() {
        let _ = writeln!(out, "### {}\n", words.get("names_to_check"));
        for (a, b) in &view.evidence.maybe_same {
            let (a, b) = (escape(view.name(a)), escape(view.name(b)));
            let _ = writeln!(out, "- {}: {a} ≟ {b}", words.get("maybe_same"));
        }
        for voice in merged {
            let aliases: Vec<String> = voice.aliases.iter().map(|a| escape(a)).collect();
            let names = format!("{} = {}", escape(&voice.name), aliases.join(" = "));
            let _ = writeln!(out, "- {}: {names}", words.get("merged"));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "### {}\n\n{}\n", words.get("audit"), words.get("audit_help"));
    let columns = ["language", "articles", "claims", "points", "only_here"].map(|k| words.get(k));
    let _ = writeln!(out, "| {} |\n|:--|--:|--:|--:|--:|", columns.join(" | "));
    for code in view.languages() {
        let points: Vec<_> = view.points.iter().filter(|p| p.languages.contains(code)).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            escape(words.language(code)),
            d.articles.iter().filter(|a| a.language.code == code).count(),
            d.claims.iter().filter(|c| c.language == code).count(),
            points.len(),
            points.iter().filter(|p| p.languages.len() == 1).count(),
        );
    }
    let _ = writeln!(out, "\n### {}\n", words.get("skipped"));
    if d.skipped.is_empty() {
        let _ = writeln!(out, "{}", words.get("none_skipped"));
    }
    for s in &d.skipped {
        let (path, stage, error) = (escape(&s.path), escape(&s.stage), escape(&s.error));
        let _ = writeln!(out, "- {path} ({stage}): {error}");
    }
    let made = words.fill(
        "made_by",
        &[
            ("v", &escape(&d.provenance.version)),
            ("d", &escape(&d.provenance.device)),
            ("m", &escape(&d.provenance.model.id)),
        ],
    );
    let _ = writeln!(out, "\n---\n\n{made}");
}

fn quoted(words: &Words, text: &str) -> String {
    format!("{}{}{}", words.get("open"), escape(text), words.get("shut"))
}

/// One line of text that Markdown reads as text: its signs are escaped, and a
/// word joiner keeps hosts from making links of addresses and mentions.
pub(super) fn escape(text: &str) -> String {
    const JOINER: char = '\u{2060}';
    let mut out = String::new();
    let text = plain(text);
    for (i, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '~' | '!' | '$' | '^' => {
                out.push('\\');
                out.push(c);
            }
            // a mention or issue number; "://" and "www." would become links
            '@' | '#' => {
                out.push('\\');
                out.push(c);
                out.push(JOINER);
            }
            ':' if text[i..].starts_with("://") => out.extend([':', JOINER]),
            '.' if text[..i].to_ascii_lowercase().ends_with("www") => out.extend(['.', JOINER]),
            // only at the start of a line would these begin a list
            '-' | '+' | '=' if i == 0 => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_an_article_makes_no_markdown() {
        for (text, safe) in [
            ("[a](javascript:x)", "\\[a\\](javascript:x)"),
            ("<img src=x>", "&lt;img src=x&gt;"),
            ("*b* _c_ `d` | e", "\\*b\\* \\_c\\_ \\`d\\` \\| e"),
            ("ask @all or see #12", "ask \\@\u{2060}all or see \\#\u{2060}12"),
            ("http://x.org www.x.org", "http:\u{2060}//x.org www.\u{2060}x.org"),
            ("two\nlines \u{202E}turned", "two lines turned"),
            ("夜のバス", "夜のバス"),
        ] {
            assert_eq!(escape(text), safe);
        }
    }
}
