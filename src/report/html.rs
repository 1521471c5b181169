//! What does the page show? One self-contained `report.html`.
//!
//! Everything is rendered here, escaped by the template engine; the script only
//! hides and shows. The content security policy allows this style and this
//! script by hash and nothing else, so that nothing from an article can ever run.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Index, finding, languages, name, ranked, shown, words};
use crate::debate::{Debate, Evidence, Origin, PointEntry, Side, Verdict};
use crate::error::{Error, Result};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Points in the map; the rest stand below it.
const MAP: usize = 24;

/// Cards a point shows; the rest are in `debate.json`.
const CARDS: usize = 60;

#[derive(Serialize)]
struct Point {
    id: String,
    text: String,
    given: bool,
    verdict: &'static str,
    finding: String,
    confidence: i64,
    languages: Vec<String>,
    one_language: bool,
    cards: Vec<Card>,
    more: usize,
    shifts: Vec<String>,
}

#[derive(Serialize)]
struct Card {
    id: String,
    first: bool,
    side: &'static str,
    side_word: &'static str,
    confidence: i64,
    sure: bool,
    voice: String,
    reported: bool,
    rejected: bool,
    rule: String,
    cue: String,
    lang: String,
    tag: &'static str,
    before: String,
    quote: String,
    after: String,
    article: String,
    date: String,
    similar: Vec<(String, String, String, String)>,
}

/// `report.html`, in the tool's words of `lang`.
pub fn html(debate: &Debate, evidence: &Evidence, lang: &str) -> Result<String> {
    let w = words(lang);
    let index = Index::new(debate, evidence);
    let mut seen = BTreeSet::new();
    let ordered = ranked(debate, &[Verdict::Agree, Verdict::Diverge])
        .into_iter()
        .chain(ranked(debate, &[Verdict::Single, Verdict::Unclear]));
    let why: BTreeMap<&str, _> = evidence.points.iter().map(|e| (e.point.as_str(), e)).collect();
    let points: Vec<Point> = ordered
        .map(|p| {
            let languages: Vec<String> = languages(p, &index).into_iter().collect();
            let e = why.get(p.id.as_str());
            Point {
                id: p.id.clone(),
                text: shown(&p.text),
                given: p.origin == Origin::Given,
                verdict: name(p.verdict),
                finding: finding(p, w),
                confidence: percent(e.map_or(0.0, |e| e.confidence)),
                one_language: languages.len() == 1 && p.claims.len() > 2,
                languages,
                more: p.claims.len().saturating_sub(CARDS),
                cards: p.claims.iter().take(CARDS).filter_map(|x| card(x, &index, &mut seen, w)).collect(),
                shifts: e.map_or_else(Vec::new, |e| {
                    e.shifts
                        .iter()
                        .map(|(v, a, b)| {
                            format!(
                                "{}: {} → {}",
                                shown(index.voice(v)),
                                a.as_deref().unwrap_or("?"),
                                b.as_deref().unwrap_or("?")
                            )
                        })
                        .collect()
                }),
            }
        })
        .collect();
    let mut per_language: BTreeMap<&str, usize> = BTreeMap::new();
    for c in &debate.claims {
        *per_language.entry(&c.language).or_default() += 1;
    }
    let mut articles: Vec<_> = debate.articles.iter().collect();
    articles.sort_by(|a, b| (&a.published, &a.path).cmp(&(&b.published, &b.path)));
    let timeline: Vec<_> = articles
        .iter()
        .map(|a| context! { date => a.published.clone().unwrap_or_default(), title => a.title.clone().unwrap_or_else(|| a.path.clone()), author => a.author.clone().unwrap_or_default(), lang => a.language.code.clone() })
        .collect();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let failed = |e: minijinja::Error| Error::Setting { key: "report template".into(), why: e.to_string() };
    environment.add_template("page", PAGE).map_err(failed)?;
    let page = environment.get_template("page").map_err(failed)?;
    page.render(context! {
        lang => tag(w.code), style => minijinja::Value::from_safe_string(STYLE.into()), script => minijinja::Value::from_safe_string(SCRIPT.into()),
        style_hash => sha256_base64(STYLE), script_hash => sha256_base64(SCRIPT),
        articles => debate.articles.len(), voices => debate.voices.len(), claims => debate.claims.len(),
        w => context! { articles => w.articles, voices => w.voices, claims => w.claims, agreements => w.agreements, divergences => w.divergences, others => w.others,
            skipped => w.skipped, check => w.check, given => w.given, none => w.none, pro => w.r#for, con => w.against },
        map => minijinja::Value::from(Serde(map(debate, &index))), points => minijinja::Value::from(Serde(&points)), timeline => timeline, languages => per_language,
        skipped => debate.skipped.iter().map(|s| (shown(&s.path), shown(&s.error))).collect::<Vec<_>>(),
        same => evidence.maybe_same.iter().map(|(a, b)| (shown(a), shown(b))).collect::<Vec<_>>(),
        model => debate.provenance.model.id.clone(), sha => debate.provenance.model.sha256.chars().take(12).collect::<String>(), version => debate.provenance.version.clone(), settings => debate.provenance.settings.clone(),
    })
    .map_err(failed)
}

fn card(x: &crate::debate::Position, index: &Index<'_>, seen: &mut BTreeSet<String>, w: &super::Words) -> Option<Card> {
    let (c, e) = index.claim(&x.claim)?;
    let article = index.debate.articles.iter().find(|a| a.id == c.article)?;
    let (before, after) = index.around(c);
    let (side, side_word) = if x.side == Side::For { ("for", w.r#for) } else { ("against", w.against) };
    Some(Card {
        // a claim may stand under several points; its link leads to the first
        first: seen.insert(c.id.clone()),
        id: c.id.clone(),
        side,
        side_word,
        confidence: percent(x.confidence),
        sure: x.confidence >= 0.6,
        voice: shown(index.voice(&c.voice)),
        reported: c.reported,
        rejected: e.rejected,
        rule: e.rule.clone().unwrap_or_default(),
        cue: e.cue.map(|(a, b)| shown(index.text(&c.article, a, b))).unwrap_or_default(),
        tag: tag(&c.language),
        lang: c.language.clone(),
        before: shown(before),
        quote: shown(index.quote(c)),
        after: shown(after),
        article: shown(article.title.as_deref().unwrap_or(&article.path)),
        date: article.published.clone().unwrap_or_default(),
        similar: e
            .similar
            .iter()
            .filter_map(|(id, _)| index.claim(id).map(|(o, _)| o))
            .filter(|o| o.language != c.language)
            .take(2)
            .map(|o| (o.id.clone(), shown(index.voice(&o.voice)), o.language.clone(), shown(index.quote(o))))
            .collect(),
    })
}

fn percent(p: f64) -> i64 {
    (p * 100.0).round() as i64
}

/// The map: voices by points, camps side by side.
#[derive(Serialize)]
struct Map {
    columns: Vec<(String, String)>,
    rows: Vec<(String, Vec<&'static str>)>,
}

/// Orders voices and points so that those alike stand together: each is placed
/// at the mean place of what it holds, in turns (barycentre heuristic, Sugiyama
/// 1981), from a fixed start.
fn map(debate: &Debate, index: &Index<'_>) -> Map {
    let mut points: Vec<&PointEntry> = ranked(debate, &[Verdict::Agree, Verdict::Diverge]);
    points.truncate(MAP);
    let holds = |p: &PointEntry, v: &str| -> i32 {
        i32::from(p.r#for.iter().any(|x| x == v)) - i32::from(p.against.iter().any(|x| x == v))
    };
    let mut voices: Vec<&str> = debate
        .voices
        .iter()
        .map(|v| v.id.as_str())
        .filter(|v| points.iter().any(|p| p.r#for.iter().chain(&p.against).any(|x| x == v)))
        .collect();
    voices.sort_unstable();
    let place = |own: &[(usize, i32)]| {
        own.iter().map(|&(i, s)| f64::from(s) * (i as f64 + 1.0)).sum::<f64>() / own.len().max(1) as f64
    };
    for _ in 0..8 {
        let at = |v: &str| {
            place(&points.iter().enumerate().map(|(i, p)| (i, holds(p, v))).filter(|x| x.1 != 0).collect::<Vec<_>>())
        };
        voices.sort_by(|a, b| at(b).total_cmp(&at(a)).then(a.cmp(b)));
        let at = |p: &PointEntry| {
            place(&voices.iter().enumerate().map(|(i, v)| (i, holds(p, v))).filter(|x| x.1 != 0).collect::<Vec<_>>())
        };
        points.sort_by(|a, b| at(a).total_cmp(&at(b)).then(a.id.cmp(&b.id)));
    }
    let sign = |p: &PointEntry, v: &&str| match (p.r#for.iter().any(|x| x == v), p.against.iter().any(|x| x == v)) {
        (true, true) => "both",
        (true, false) => "for",
        (false, true) => "against",
        (false, false) => "silent",
    };
    Map {
        columns: points.iter().map(|p| (p.id.clone(), shown(&p.text))).collect(),
        rows: voices.iter().map(|v| (shown(index.voice(v)), points.iter().map(|p| sign(p, v)).collect())).collect(),
    }
}

/// The BCP 47 tag of an ISO 639-3 code, where the short one is usual.
fn tag(code: &str) -> &'static str {
    const TAGS: [(&str, &str); 17] = [
        ("fra", "fr"),
        ("rus", "ru"),
        ("zho", "zh"),
        ("jpn", "ja"),
        ("eng", "en"),
        ("deu", "de"),
        ("spa", "es"),
        ("por", "pt"),
        ("ita", "it"),
        ("kor", "ko"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("pol", "pl"),
        ("nld", "nl"),
        ("ind", "id"),
        ("vie", "vi"),
        ("ara", "ar"),
    ];
    TAGS.iter().find(|(long, _)| *long == code).map_or("und", |(_, short)| short)
}

fn sha256_base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = Sha256::digest(text.as_bytes());
    let mut out = String::new();
    for chunk in digest.chunks(3) {
        let n = chunk.iter().fold(0u32, |n, &b| n << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = char::from(LETTERS[(n >> (18 - 6 * i) & 63) as usize]);
            out.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_hash_is_what_a_browser_computes() {
        assert_eq!(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
