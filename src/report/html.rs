//! What does a reader see in the browser? One file that asks nobody for anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use unicode_width::UnicodeWidthStr;

use super::seriate::seriate;
use super::terminal::{cut, finding, side_key};
use super::view::{PointView, Stance, TENTATIVE, View, WELL_SUPPORTED, steers_direction};
use super::words::{Words, percent, tag};
use crate::debate::{Debate, Evidence, Side, Verdict};
use crate::error::{Error, Result};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Findings on the first screen, each side; the rest stand in the evidence.
const FINDINGS: usize = 4;
/// Names under a finding, before the rest are only counted.
const NAMES: usize = 6;
/// The matrix holds what an eye can take in.
const ROWS: usize = 40;
const COLUMNS: usize = 30;
/// Voices in the small pictures.
const PICTURED: usize = 24;
/// Doubtful things listed; all are in the evidence.
const DOUBTS: usize = 12;

/// The whole report as one HTML file, in the words of `lang` (ISO 639-3).
///
/// It runs from disk: its only style and script stand inside it, and its
/// content security policy allows these two by their SHA-256 and nothing else,
/// so that no text from an article can load, run or send anything.
pub fn html(debate: &Debate, evidence: &Evidence, lang: &str) -> Result<String> {
    let view = View::new(debate, evidence);
    let words = Words::of(lang);
    let order = view.reading_order();
    let seen = Seen::of(&view, &order);
    let finding_list = |verdict: Verdict| -> (Vec<Value>, Option<String>) {
        let all: Vec<usize> = order.iter().copied().filter(|&p| view.points[p].entry.verdict == verdict).collect();
        let more = all.len().saturating_sub(FINDINGS);
        (
            all.iter().take(FINDINGS).map(|&p| finding_entry(&view, &words, p)).collect(),
            (more > 0).then(|| words.fill("and_more", &[("n", &more.to_string())])),
        )
    };
    let (agree, agree_more) = finding_list(Verdict::Agree);
    let (diverge, diverge_more) = finding_list(Verdict::Diverge);
    let (unclear, unclear_more) = doubtful(&view, &words, &order, Verdict::Unclear);
    let (single, single_more) = doubtful(&view, &words, &order, Verdict::Single);
    let (low, low_sides) = low_sides(&view, &words);

    let mut jinja = Environment::new();
    jinja.set_auto_escape_callback(|_| AutoEscape::Html);
    let template = |source| Error::Parse {
        path: "src/report/page.html".into(),
        what: "report template",
        why: format!("{source:#}"),
    };
    jinja.add_template("page.html", PAGE).map_err(template)?;
    let page = jinja.get_template("page.html").map_err(template)?;
    let page_data = json!({
        "tag": tag(words.lang),
        "w": words.all(),
        "css": STYLE,
        "css_hash": csp_hash(STYLE),
        "js": SCRIPT,
        "js_hash": csp_hash(SCRIPT),
        "data": embed(&data(&view, &words, &order)),
        "headline": words.count("headline", debate.voices.len()),
        "counts": counts(&view, &words),
        "agree": agree, "agree_more": agree_more, "diverge": diverge, "diverge_more": diverge_more,
        "matrix": seen.matrix(&view, &words),
        "plane": seen.plane(&view),
        "pairs": seen.pairs(&view, &words),
        "timeline": seen.timeline(&view),
        "shifts": shifts(&view, &words),
        "languages": audit(&view, &words),
        "unclear": unclear, "unclear_more": unclear_more, "single": single, "single_more": single_more,
        "low": low, "low_sides": low_sides,
        "maybe": evidence.maybe_same.iter()
            .map(|(a, b)| (tame(view.name(a)), tame(view.name(b)))).collect::<Vec<_>>(),
        "merged": debate.voices.iter().filter(|v| !v.aliases.is_empty())
            .map(|v| std::iter::once(&v.name).chain(&v.aliases).map(|n| tame(n)).collect::<Vec<_>>())
            .collect::<Vec<_>>(),
        "skipped": debate.skipped.iter()
            .map(|s| json!({"path": tame(&s.path), "stage": tame(&s.stage), "error": tame(&s.error)}))
            .collect::<Vec<_>>(),
        "made_by": words.fill("made_by", &[
            ("v", &debate.provenance.version),
            ("d", &debate.provenance.device),
            ("m", &format!("{} {}", debate.provenance.model.id, debate.provenance.model.revision)),
        ]),
        "provenance": &debate.provenance,
    });
    page.render(minijinja::Value::from(minijinja::value::Serde(&page_data))).map(|page| page + "\n").map_err(template)
}

fn counts(view: &View, words: &Words) -> Vec<String> {
    let d = view.debate;
    let mut all: Vec<String> = [
        ("n_articles", d.articles.len()),
        ("n_languages", view.languages().len()),
        ("n_voices", d.voices.len()),
        ("n_claims", d.claims.len()),
        ("n_points", d.points.len()),
    ]
    .into_iter()
    .map(|(key, n)| words.count(key, n))
    .collect();
    let dates: BTreeSet<&str> = d.articles.iter().filter_map(|a| a.published.as_deref()).collect();
    if let (Some(first), Some(last)) = (dates.first(), dates.last())
        && first != last
    {
        all.push(words.fill("dates", &[("a", &tame(first)), ("b", &tame(last))]));
    }
    all
}

fn finding_entry(view: &View, words: &Words, index: usize) -> Value {
    let point = &view.points[index];
    let stands = |wanted: &[Stance]| -> Vec<_> { point.stands.iter().filter(|s| wanted.contains(&s.stance)).collect() };
    let mut tally: Vec<_> = stands(&[Stance::For, Stance::Both, Stance::Against]);
    tally.sort_by_key(|s| match s.stance {
        Stance::For => 0,
        Stance::Both => 1,
        _ => 2,
    });
    let sides: Vec<Value> = [(Stance::For, &point.entry.r#for), (Stance::Against, &point.entry.against)]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(stance, ids)| {
            let more = ids.len().saturating_sub(NAMES);
            json!({
                "kind": stance.key(),
                "word": words.get(stance.key()),
                "names": ids.iter().take(NAMES).map(|id| tame(view.name(id))).collect::<Vec<_>>(),
                "more": (more > 0).then(|| words.fill("and_others", &[("n", &more.to_string())])),
            })
        })
        .collect();
    let both = stands(&[Stance::Both]).len();
    json!({
        "verdict": verdict_key(point.entry.verdict),
        "href": href(&point.entry.id),
        "lead": finding(words, view, point),
        "text": tame(point.entry.text.trim()),
        "tag": point.language.map(tag),
        "gloss": view.gloss(index, words.lang).map(|b| tame(view.quote(b.claim))),
        "tally": tally.iter().take(16).map(|s| json!({"kind": s.stance.key(), "hollow": s.confidence < TENTATIVE})).collect::<Vec<_>>(),
        "sides": sides,
        "given": point.given(),
        "languages": point.languages.iter().map(|l| words.language(l)).collect::<Vec<_>>(),
        "sure": point.confidence.map(|c| words.sure(c)),
        "sure_key": point.confidence.map(sure_key),
        "sure_word": point.confidence.map(|c| words.get(sure_key(c))),
        "both": (both > 0).then(|| words.fill("n_both", &[("n", &both.to_string())])),
    })
}

fn doubtful(view: &View, words: &Words, order: &[usize], verdict: Verdict) -> (Vec<Value>, Option<String>) {
    let all: Vec<&PointView> = order.iter().map(|&p| &view.points[p]).filter(|p| p.entry.verdict == verdict).collect();
    let more = all.len().saturating_sub(DOUBTS);
    let list = all
        .iter()
        .take(DOUBTS)
        .map(|p| {
            let voice = p.entry.r#for.iter().chain(&p.entry.against).next();
            json!({
                "href": href(&p.entry.id),
                "text": tame(p.entry.text.trim()),
                "tag": p.language.map(tag),
                "sure": p.confidence.map(|c| words.sure(c)),
                "voice": voice.map(|v| tame(view.name(v))),
            })
        })
        .collect();
    (list, (more > 0).then(|| words.fill("and_others", &[("n", &more.to_string())])))
}

/// The least sure sides, and a sentence that counts them all.
fn low_sides(view: &View, words: &Words) -> (Vec<Value>, String) {
    let sided: Vec<_> =
        view.points.iter().flat_map(|p| &p.stands).flat_map(|s| &s.bearings).filter(|b| b.side.is_some()).collect();
    let mut low: Vec<_> = sided.iter().filter(|b| b.confidence < TENTATIVE).collect();
    low.sort_by(|a, b| a.confidence.total_cmp(&b.confidence).then(a.claim.cmp(&b.claim)));
    let sentence = words.fill(
        "low_sides_help",
        &[("n", &low.len().to_string()), ("m", &sided.len().to_string()), ("t", &percent(TENTATIVE))],
    );
    let list = low
        .iter()
        .take(DOUBTS)
        .map(|b| {
            let claim = view.claim_entry(b.claim);
            json!({
                "kind": side_key(b.side),
                "href": href(&claim.id),
                "quote": cut(&tame(view.quote(b.claim)), 120),
                "tag": tag(&claim.language),
                "sure": words.sure(b.confidence),
            })
        })
        .collect();
    (list, sentence)
}

fn shifts(view: &View, words: &Words) -> Vec<String> {
    let mut all = Vec::new();
    for point in &view.points {
        for (voice, from, to) in point.shifts {
            let name = apart(view.name(voice));
            let text = apart(&cut(point.entry.text.trim(), 90));
            let mut line = words.fill("shift", &[("a", &name), ("b", &text)]);
            if let (Some(from), Some(to)) = (from, to) {
                let dates = words.fill("dates", &[("a", &tame(from)), ("b", &tame(to))]);
                line = format!("{line} ({dates})");
            }
            all.push(line);
        }
    }
    all.truncate(DOUBTS);
    all
}

/// What was found in each language, most claims first.
fn audit(view: &View, words: &Words) -> Vec<Value> {
    let mut rows: Vec<(usize, Value)> = view
        .languages()
        .into_iter()
        .map(|code| {
            let d = view.debate;
            let claims: Vec<_> = d.claims.iter().filter(|c| c.language == code).collect();
            let voices: BTreeSet<&str> = claims.iter().map(|c| c.voice.as_str()).collect();
            let points: Vec<_> = view.points.iter().filter(|p| p.languages.contains(code)).collect();
            let articles: Vec<_> = d.articles.iter().filter(|a| a.language.code == code).collect();
            let lowest = articles.iter().map(|a| a.language.confidence).reduce(f64::min);
            let row = json!({
                "code": code,
                "name": words.language(code),
                "articles": articles.len(),
                "voices": voices.len(),
                "claims": claims.len(),
                "points": points.len(),
                "only": points.iter().filter(|p| p.languages.len() == 1).count(),
                "certainty": lowest.map_or("–".to_owned(), |c| format!("{} %", percent(c))),
            });
            (claims.len(), row)
        })
        .collect();
    rows.sort_by_key(|(claims, _)| std::cmp::Reverse(*claims));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The voices and points that fit into the pictures, and their order there.
struct Seen {
    /// Indices into the view's points, first row first.
    rows: Vec<usize>,
    /// Indices into the debate's voices, first column first.
    columns: Vec<usize>,
    /// Where the voices of `columns` lie.
    plane: Option<Vec<(f64, f64)>>,
}

impl Seen {
    fn of(view: &View, order: &[usize]) -> Self {
        let chosen: Vec<usize> =
            order.iter().copied().filter(|&p| !view.points[p].stands.is_empty()).take(ROWS).collect();
        let heard = |v: usize| chosen.iter().filter(|&&p| view.points[p].stand(v).is_some()).count();
        let mut voices: Vec<usize> = (0..view.debate.voices.len()).filter(|&v| heard(v) > 0).collect();
        voices.sort_by_key(|&v| (std::cmp::Reverse(heard(v)), v));
        voices.truncate(COLUMNS);
        voices.sort_unstable();
        let table: Vec<Vec<i8>> =
            chosen.iter().map(|&p| voices.iter().map(|&v| sign(view.points[p].stance(v))).collect()).collect();
        let placed = seriate(&table, voices.len());
        Self {
            rows: placed.points.iter().map(|&i| chosen[i]).collect(),
            columns: placed.voices.iter().map(|&i| voices[i]).collect(),
            plane: placed.plane.map(|places| placed.voices.iter().map(|&i| places[i]).collect()),
        }
    }

    fn matrix(&self, view: &View, words: &Words) -> Value {
        let columns: Vec<Value> =
            self.columns.iter().map(|&v| json!({"voice": v, "name": tame(&view.voice_entry(v).name)})).collect();
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|&p| {
                let point = &view.points[p];
                let cells: Vec<Value> = self
                    .columns
                    .iter()
                    .map(|&v| {
                        let stance = point.stance(v);
                        let sure = point.stand(v).map_or(0.0, |s| s.confidence);
                        let mut label = format!("{}: {}", tame(&view.voice_entry(v).name), words.get(stance.key()));
                        if sure > 0.0 {
                            label = format!("{label}, {}", words.sure(sure));
                        }
                        let doubtful =
                            sure < TENTATIVE && matches!(stance, Stance::For | Stance::Against | Stance::Both);
                        json!({
                            "voice": v, "href": href(&view.voice_entry(v).id),
                            "kind": stance.key(), "hollow": doubtful, "label": label,
                        })
                    })
                    .collect();
                json!({
                    "href": href(&point.entry.id),
                    "text": tame(point.entry.text.trim()),
                    "tag": point.language.map(tag),
                    "cells": cells,
                    "verdict": verdict_key(point.entry.verdict),
                    "verdict_word": words.get(verdict_key(point.entry.verdict)),
                    "sure": point.confidence.map(|c| format!("{} %", percent(c))),
                })
            })
            .collect();
        let (points, voices) = (view.points.len(), view.debate.voices.len());
        let whole = rows.len() == points && columns.len() == voices;
        let cut = (!whole).then(|| {
            words.fill(
                "map_cut",
                &[
                    ("a", &rows.len().to_string()),
                    ("b", &points.to_string()),
                    ("c", &columns.len().to_string()),
                    ("d", &voices.to_string()),
                ],
            )
        });
        json!({"columns": columns, "rows": rows, "cut": cut})
    }

    /// Voices in the plane, those with most points first; names kept apart.
    fn plane(&self, view: &View) -> Option<Value> {
        const WIDTH: f64 = 520.0;
        const HEIGHT: f64 = 330.0;
        const EDGE: f64 = 26.0;
        let places = self.plane.as_ref()?;
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let said = |i: usize| {
            let v = self.columns[i];
            view.points.iter().filter(|p| p.stand(v).is_some()).count()
        };
        shown.sort_by_key(|&i| (std::cmp::Reverse(said(i)), i));
        shown.truncate(PICTURED);
        let reach = |axis: fn(&(f64, f64)) -> f64| {
            let values = shown.iter().map(|&i| axis(&places[i]));
            let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), x| (l.min(x), h.max(x)));
            (low, (high - low).max(1e-6))
        };
        let (x0, xs) = reach(|p| p.0);
        let (y0, ys) = reach(|p| p.1);
        // one scale for both axes, so that distances mean the same in each direction
        let scale = ((WIDTH - 6.0 * EDGE) / xs).min((HEIGHT - 2.0 * EDGE) / ys);
        let (mx, my) = ((WIDTH - xs * scale) / 2.0, (HEIGHT - ys * scale) / 2.0);
        let mut dots: Vec<(f64, f64)> =
            shown.iter().map(|&i| (mx + (places[i].0 - x0) * scale, my + (places[i].1 - y0) * scale)).collect();
        part(&mut dots, 24.0);
        let mut taken: Vec<[f64; 4]> = dots.iter().map(|&(x, y)| [x - 7.0, y - 7.0, x + 7.0, y + 7.0]).collect();
        let drawn: Vec<Value> = shown
            .iter()
            .zip(&dots)
            .map(|(&i, &(x, y))| {
                let name = tame(&view.voice_entry(self.columns[i]).name);
                let short = cut(&name, 22);
                let wide = short.width() as f64 * 6.9;
                let spots = [
                    (x + 11.0, y + 4.0, "start", x + 11.0),
                    (x - 11.0, y + 4.0, "end", x - 11.0 - wide),
                    (x, y - 12.0, "middle", x - wide / 2.0),
                    (x, y + 20.0, "middle", x - wide / 2.0),
                    (x + 9.0, y + 17.0, "start", x + 9.0),
                    (x + 9.0, y - 9.0, "start", x + 9.0),
                    (x - 9.0, y - 9.0, "end", x - 9.0 - wide),
                    (x - 9.0, y + 17.0, "end", x - 9.0 - wide),
                    (x, y - 25.0, "middle", x - wide / 2.0),
                    (x, y + 33.0, "middle", x - wide / 2.0),
                ];
                let room = |left: f64, base: f64| [left, base - 11.0, left + wide, base + 3.0];
                // how much of a label would lie on dots and names, or outside
                let covered = |b: &[f64; 4]| {
                    let outside = (-b[0]).max(0.0) + (b[2] - WIDTH).max(0.0);
                    let on = taken.iter().map(|t| {
                        (b[2].min(t[2]) - b[0].max(t[0])).max(0.0) * (b[3].min(t[3]) - b[1].max(t[1])).max(0.0)
                    });
                    outside * 14.0 + on.sum::<f64>()
                };
                let spot = spots
                    .iter()
                    .min_by(|s, t| covered(&room(s.3, s.1)).total_cmp(&covered(&room(t.3, t.1))))
                    .unwrap_or(&spots[0]);
                taken.push(room(spot.3, spot.1));
                json!({
                    "x": tenth(x), "y": tenth(y), "r": tenth(3.5 + (said(i) as f64).sqrt()),
                    "tx": tenth(spot.0), "ty": tenth(spot.1), "anchor": spot.2,
                    "name": short, "title": name,
                })
            })
            .collect();
        let mut lines = Vec::new();
        for a in 0..shown.len() {
            for b in a + 1..shown.len() {
                let (same, shared) = together(view, self.columns[shown[a]], self.columns[shown[b]]);
                if shared >= 2 && same * 3 >= shared * 2 {
                    lines.push(json!({
                        "x1": tenth(dots[a].0), "y1": tenth(dots[a].1),
                        "x2": tenth(dots[b].0), "y2": tenth(dots[b].1),
                        "opacity": tenth(same as f64 / shared as f64 * 0.8),
                    }));
                }
            }
        }
        Some(json!({"width": WIDTH, "height": HEIGHT, "dots": drawn, "lines": lines}))
    }

    /// The nearest and the furthest pair, in words.
    fn pairs(&self, view: &View, words: &Words) -> Vec<String> {
        if self.plane.is_none() {
            return Vec::new();
        }
        let mut pairs = Vec::new();
        for (i, &a) in self.columns.iter().enumerate() {
            for &b in &self.columns[i + 1..] {
                let (same, shared) = together(view, a, b);
                if shared >= 2 {
                    pairs.push((same, shared, a.min(b), a.max(b)));
                }
            }
        }
        // by share, then by how many points it rests on
        let share = |p: &(usize, usize, usize, usize)| p.0 as f64 / p.1 as f64;
        let near = pairs
            .iter()
            .max_by(|p, q| share(p).total_cmp(&share(q)).then(p.1.cmp(&q.1)).then((q.2, q.3).cmp(&(p.2, p.3))));
        let far = pairs
            .iter()
            .min_by(|p, q| share(p).total_cmp(&share(q)).then(q.1.cmp(&p.1)).then((p.2, p.3).cmp(&(q.2, q.3))));
        let say = |key: &str, p: &(usize, usize, usize, usize)| {
            words.fill(
                key,
                &[
                    ("a", &apart(&view.voice_entry(p.2).name)),
                    ("b", &apart(&view.voice_entry(p.3).name)),
                    ("n", &p.0.to_string()),
                    ("m", &p.1.to_string()),
                ],
            )
        };
        match (near, far) {
            (Some(near), Some(far)) if near != far => {
                vec![say("pair_near", near), say("pair_far", far)]
            }
            (Some(near), _) => vec![say("pair_near", near)],
            _ => Vec::new(),
        }
    }

    /// Voices over time; `None` unless two articles have different dates.
    fn timeline(&self, view: &View) -> Option<Value> {
        const WIDTH: f64 = 520.0;
        const NAMES_TO: f64 = 150.0;
        const ROW: f64 = 26.0;
        let days: Vec<Option<i64>> =
            view.debate.articles.iter().map(|a| a.published.as_deref().and_then(day)).collect();
        let first = days.iter().flatten().min()?;
        let last = days.iter().flatten().max()?;
        if first == last {
            return None;
        }
        let x = |day: i64| {
            let part = (day - first) as f64 / (last - first) as f64;
            NAMES_TO + 12.0 + part * (WIDTH - NAMES_TO - 30.0)
        };
        let mut counted: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for claim in &view.debate.claims {
            if let (Some(v), Some(a)) = (view.voice(&claim.voice), view.article(&claim.article)) {
                *counted.entry((v, a)).or_default() += 1;
            }
        }
        let rows: Vec<Value> = self
            .columns
            .iter()
            .filter(|&&v| counted.keys().any(|&(w, a)| w == v && days[a].is_some()))
            .take(PICTURED)
            .enumerate()
            .map(|(i, &v)| {
                let dots: Vec<Value> = counted
                    .range((v, 0)..(v + 1, 0))
                    .filter_map(|(&(_, a), &n)| {
                        let title = format!(
                            "{} · {}",
                            tame(view.debate.articles[a].published.as_deref()?),
                            tame(view.title(a))
                        );
                        let r = (3.0 + 1.6 * (n as f64).sqrt()).min(11.0);
                        Some(json!({"x": tenth(x(days[a]?)), "r": tenth(r), "title": title}))
                    })
                    .collect();
                json!({
                    "y": 14.0 + ROW * i as f64,
                    "name": cut(&tame(&view.voice_entry(v).name), 20),
                    "dots": dots,
                })
            })
            .collect();
        let ticks: Vec<Value> = (0..=3)
            .map(|i| first + (last - first) * i / 3)
            .map(|d| json!({"x": tenth(x(d)), "label": month(d)}))
            .collect();
        let height = ROW * rows.len() as f64 + 26.0;
        Some(json!({"width": WIDTH, "height": height, "rows": rows, "ticks": ticks}))
    }
}

fn sign(stance: Stance) -> i8 {
    match stance {
        Stance::For => 1,
        Stance::Against => -1,
        _ => 0,
    }
}

/// On how many points two voices took the same side, of those where both took one.
fn together(view: &View, a: usize, b: usize) -> (usize, usize) {
    view.points
        .iter()
        .map(|p| (sign(p.stance(a)), sign(p.stance(b))))
        .filter(|&(x, y)| x != 0 && y != 0)
        .fold((0, 0), |(same, all), (x, y)| (same + usize::from(x == y), all + 1))
}

/// Moves dots apart that lie on one another, the same way every time.
fn part(dots: &mut [(f64, f64)], distance: f64) {
    for _ in 0..80 {
        let mut moved = false;
        for a in 0..dots.len() {
            for b in a + 1..dots.len() {
                let (dx, dy) = (dots[b].0 - dots[a].0, dots[b].1 - dots[a].1);
                let gap = dx.hypot(dy);
                if gap >= distance {
                    continue;
                }
                // exactly on one another: part them at an angle of their own
                let turn = b as f64 * 2.4;
                let (ux, uy) = if gap < 1e-6 { (turn.cos(), turn.sin()) } else { (dx / gap, dy / gap) };
                let push = (distance - gap) / 2.0 + 0.01;
                dots[a] = (dots[a].0 - ux * push, dots[a].1 - uy * push);
                dots[b] = (dots[b].0 + ux * push, dots[b].1 + uy * push);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
}

/// What the script reads: indices for ids, UTF-16 offsets for code points.
fn data(view: &View, words: &Words, order: &[usize]) -> Value {
    let d = view.debate;
    let codes: Vec<&str> = view.languages().into_iter().collect();
    let code = |c: &str| codes.binary_search(&c).unwrap_or(0);
    let articles: Vec<Value> = d
        .articles
        .iter()
        .enumerate()
        .map(|(i, a)| {
            json!({
                "title": tame(view.title(i)),
                "author": a.author.as_deref().map(tame),
                "published": a.published.as_deref().map(tame),
                "language": code(&a.language.code),
                "url": view.url(i).map(tame),
                "text": tame(view.text(i)),
            })
        })
        .collect();
    let offsets: Vec<Utf16> = (0..d.articles.len()).map(|a| Utf16::new(view.text(a))).collect();
    let claims: Vec<Value> = (0..d.claims.len())
        .map(|i| {
            let c = view.claim_entry(i);
            let article = view.article(&c.article).unwrap_or(0);
            let at = |point: usize| offsets.get(article).map_or(0, |o| o.of(point));
            let why = view.why(i);
            let similar: Vec<Value> = why
                .iter()
                .flat_map(|w| &w.similar)
                .filter_map(|(id, cosine)| Some(json!([view.claim(id)?, cosine])))
                .take(6)
                .collect();
            json!([
                c.id,
                article,
                at(c.start),
                at(c.end),
                code(&c.language),
                view.voice(&c.voice).unwrap_or(0),
                u8::from(c.reported),
                c.confidence,
                why.and_then(|w| w.rule.as_deref()),
                why.and_then(|w| w.cue).map(|(a, b)| [at(a), at(b)]),
                why.and_then(|w| w.speaker.as_deref()).map(tame),
                u8::from(why.is_some_and(|w| w.rejected)),
                similar,
            ])
        })
        .collect();
    let points: Vec<Value> = order
        .iter()
        .map(|&i| {
            let p = &view.points[i];
            let mut bearings: Vec<_> = p.stands.iter().flat_map(|s| &s.bearings).collect();
            bearings.sort_by(|a, b| {
                (a.side.is_none(), a.side)
                    .cmp(&(b.side.is_none(), b.side))
                    .then(b.confidence.total_cmp(&a.confidence))
                    .then(a.claim.cmp(&b.claim))
            });
            let claims: Vec<Value> = bearings
                .iter()
                .map(|b| {
                    let side = match b.side {
                        Some(Side::For) => 0,
                        Some(Side::Against) => 1,
                        None => 2,
                    };
                    json!([b.claim, side, b.confidence])
                })
                .collect();
            json!({
                "id": p.entry.id,
                "text": tame(p.entry.text.trim()),
                "language": p.language.map(code),
                "lead": finding(words, view, p),
                "verdict": verdict_key(p.entry.verdict),
                "given": p.given(),
                "sure": p.confidence,
                "sure_key": p.confidence.map(sure_key),
                "one_language": p.languages.len() == 1 && p.voices() > 1,
                "claims": claims,
            })
        })
        .collect();
    json!({
        "words": words.all(),
        "tentative": TENTATIVE,
        "languages": codes.iter()
            .map(|c| json!({"code": c, "tag": tag(c), "name": words.language(c)}))
            .collect::<Vec<_>>(),
        "voices": d.voices.iter()
            .map(|v| json!({"id": v.id, "name": tame(&v.name),
                "aliases": v.aliases.iter().map(|a| tame(a)).collect::<Vec<_>>()}))
            .collect::<Vec<_>>(),
        "articles": articles,
        "claims": claims,
        "points": points,
    })
}

/// JSON that can stand inside a script element whatever its strings hold: no
/// `<` to end the element or open a comment, no line separators.
fn embed(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("strings and numbers always serialise");
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Code point offsets to UTF-16 ones; most texts need no table at all.
struct Utf16 {
    /// Code point indices of characters outside the basic plane, sorted.
    wide: Vec<usize>,
}

impl Utf16 {
    fn new(text: &str) -> Self {
        let wide = text.chars().enumerate().filter(|(_, c)| c.len_utf16() == 2).map(|(i, _)| i).collect();
        Self { wide }
    }

    fn of(&self, point: usize) -> usize {
        point + self.wide.partition_point(|&w| w < point)
    }
}

/// Text from an article as the page shows it: every character keeps its place
/// (offsets count them), but direction overrides become zero-width blanks and
/// control characters the replacement character, so that nothing reads other
/// than it is stored.
fn tame(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => ' ',
            c if steers_direction(c) => '\u{200B}',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect()
}

/// [`tame`]d and isolated, to stand inside a sentence of another direction.
fn apart(text: &str) -> String {
    format!("\u{2068}{}\u{2069}", tame(text))
}

/// An id as part of a link's fragment, as `encodeURIComponent` writes it.
pub(super) fn href(id: &str) -> String {
    let mut out = String::new();
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `sha256-…` of an inline style or script, as a content security policy names it.
fn csp_hash(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| w << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            if i <= three.len() {
                out.push(char::from(DIGITS[(word >> (18 - 6 * i) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

pub(super) fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agree => "agree",
        Verdict::Diverge => "diverge",
        Verdict::Single => "single",
        Verdict::Unclear => "unclear",
    }
}

/// How sure, in a word.
pub(super) fn sure_key(confidence: f64) -> &'static str {
    if confidence >= WELL_SUPPORTED {
        "well_supported"
    } else if confidence >= TENTATIVE {
        "likely"
    } else {
        "tentative"
    }
}

/// Days since 1970 of an ISO date; of its first day if it names only a month or a year.
fn day(date: &str) -> Option<i64> {
    let mut parts = date.get(..10).unwrap_or(date).split('-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: i64 = parts.next().map_or(Some(1), |m| m.parse().ok())?;
    let day: i64 = parts.next().map_or(Some(1), |d| d.parse().ok())?;
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Howard Hinnant's days_from_civil
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_century = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_century - 719_468)
}

/// `2025-03` for a day since 1970.
fn month(day: i64) -> String {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z - era * 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_one_browsers_know() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn dates_count_days_and_back() {
        for (date, days, shown) in [
            ("1970-01-01", 0, "1970-01"),
            ("2000-03-01", 11_017, "2000-03"),
            ("2024-02-29", 19_782, "2024-02"),
            ("2025", 20_089, "2025-01"),
        ] {
            assert_eq!(day(date), Some(days), "{date}");
            assert_eq!(month(days), shown);
        }
        for bad in ["", "soon", "2025-13-01", "二〇二五"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn embedded_json_cannot_leave_its_element() {
        let json = embed(&json!({"a": "</script><!-- & \u{2028}"}));
        assert!(!json.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["a"], "</script><!-- & \u{2028}");
    }

    #[test]
    fn taming_keeps_every_offset() {
        let text = "a\u{202E}b\u{1b}c😀\r\nd";
        assert_eq!(tame(text).chars().count(), text.chars().count());
        assert_eq!(Utf16::new(text).of(7), 8);
    }
}
