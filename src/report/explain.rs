//! Why does a claim, point or voice stand where it does? And how good is a run, as a table?

use super::view::{View, plain};
use crate::debate::{Debate, Evidence, Side, Verdict};
use crate::eval;

/// The contract's word for a verdict.
pub fn verdict_name(v: Verdict) -> &'static str {
    match v {
        Verdict::Agree => "agree",
        Verdict::Diverge => "diverge",
        Verdict::Single => "single",
        Verdict::Unclear => "unclear",
    }
}

/// `text` on one line and harmless for a terminal.
pub fn shown(text: &str) -> String {
    plain(text)
}

/// The reasons behind the claim, point or voice called `id`; `None` if nothing is.
pub fn explain(debate: &Debate, evidence: &Evidence, id: &str) -> Option<String> {
    let view = View::new(debate, evidence);
    if let Some(i) = view.claim(id) {
        return Some(claim(&view, debate, i));
    }
    if let Some((p, e)) = debate.points.iter().zip(&evidence.points).find(|(p, _)| p.id == id) {
        let mut out =
            format!("{id}: {}\n  verdict {} ({:.2})\n", plain(&p.text), verdict_name(p.verdict), e.confidence);
        for (side, voices) in [("for", &p.r#for), ("against", &p.against)] {
            let names: Vec<String> = voices.iter().map(|v| plain(view.name(v))).collect();
            out += &format!(
                "  {side}: {}\n",
                if names.is_empty() { "nobody sure enough".into() } else { names.join(", ") }
            );
        }
        for position in &p.claims {
            if let Some(i) = view.claim(&position.claim) {
                let sign = if position.side == Side::For { "+" } else { "−" };
                out += &format!("  {sign} {:.2} {}", position.confidence, line(&view, i));
            }
        }
        for (voice, from, to) in &e.shifts {
            let date = |d: &Option<String>| d.clone().unwrap_or_else(|| "?".into());
            out += &format!("  {} changed sides between {} and {}\n", plain(view.name(voice)), date(from), date(to));
        }
        return Some(out);
    }
    let v = debate.voices.iter().find(|v| v.id == id)?;
    let mut out = format!("{id}: {}\n", plain(&v.name));
    if !v.aliases.is_empty() {
        out += &format!("  also written {}\n", v.aliases.iter().map(|a| plain(a)).collect::<Vec<_>>().join(", "));
    }
    for (i, _) in debate.claims.iter().enumerate().filter(|(_, c)| c.voice == id) {
        out += &format!("  {}", line(&view, i));
    }
    Some(out)
}

fn claim(view: &View<'_>, debate: &Debate, i: usize) -> String {
    let c = view.claim_entry(i);
    let path = debate.articles.iter().find(|a| a.id == c.article).map_or("", |a| a.path.as_str());
    let (before, after) = view.around(i, 160);
    let mut out = format!(
        "{}: a claim of {} [{}], confidence {:.2}\n",
        c.id,
        plain(view.name(&c.voice)),
        c.language,
        c.confidence
    );
    out += &format!("  in {}, code points {}..{}\n", plain(path), c.start, c.end);
    out += &format!("  {} »{}« {}\n", plain(before), plain(view.quote(i)), plain(after));
    let why = view.why(i);
    match why.and_then(|e| e.rule.as_ref().map(|rule| (rule, e.speaker.as_deref().unwrap_or("")))) {
        Some((rule, words)) => out += &format!("  speaker by rule {rule}: {}\n", plain(words)),
        None => out += "  no other speaker is named here, so it is the author's\n",
    }
    if why.is_some_and(|e| e.rejected) {
        out += "  the author quotes it only to reject it\n";
    }
    for p in &debate.points {
        for position in p.claims.iter().filter(|x| x.claim == c.id) {
            let side = if position.side == Side::For { "for" } else { "against" };
            out += &format!("  {side} {} ({:.2}): {}\n", p.id, position.confidence, plain(&p.text));
        }
    }
    for (other, cosine) in why.map_or(&[][..], |e| &e.similar) {
        if let Some(o) = view.claim(other) {
            out += &format!("  near ({cosine:.2}) {}", line(view, o));
        }
    }
    out
}

/// A claim on one line.
fn line(view: &View<'_>, i: usize) -> String {
    let c = view.claim_entry(i);
    format!("{} {} [{}]: {}\n", c.id, plain(view.name(&c.voice)), c.language, plain(view.quote(i)))
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
    out += &match r.verdicts.right + r.verdicts.extra {
        0 => format!("verdicts: none asserted, {} missed\n", r.verdicts.missed),
        n => {
            let (right, missed) = (r.verdicts.precision(), r.verdicts.missed);
            format!("verdicts: {n} asserted, {right:.3} of them right, {missed} missed\n")
        }
    };
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
