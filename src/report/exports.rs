//! Which formats do other tools read? CSV, xAIF, Argdown, Web Annotation, GraphML.

use serde_json::json;

use super::{Index, shown};
use crate::debate::{Debate, Evidence, Side};

/// One CSV cell (RFC 4180). A cell that a spreadsheet would compute gets an apostrophe.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = header.join(",") + "\r\n";
    for row in rows {
        out += &(row.iter().map(|c| cell(c)).collect::<Vec<_>>().join(",") + "\r\n");
    }
    out
}

/// Five tables: articles, voices, claims, points, positions.
pub fn csv(debate: &Debate, evidence: &Evidence) -> Vec<(String, String)> {
    let index = Index::new(debate, evidence);
    let or = |s: &Option<String>| s.clone().unwrap_or_default();
    let side = |s: Side| if s == Side::For { "for" } else { "against" }.to_owned();
    let articles = debate.articles.iter().map(|a| {
        vec![a.id.clone(), a.path.clone(), or(&a.title), or(&a.author), or(&a.published), a.language.code.clone()]
    });
    let voices = debate.voices.iter().map(|v| vec![v.id.clone(), v.name.clone(), v.aliases.join("; ")]);
    let claims = debate.claims.iter().map(|c| {
        vec![
            c.id.clone(),
            c.article.clone(),
            c.start.to_string(),
            c.end.to_string(),
            c.language.clone(),
            c.voice.clone(),
            c.reported.to_string(),
            c.confidence.to_string(),
            index.quote(c).to_owned(),
        ]
    });
    let points = debate.points.iter().map(|p| {
        vec![p.id.clone(), p.text.clone(), super::name(p.verdict).to_owned(), p.r#for.join("; "), p.against.join("; ")]
    });
    let positions = debate.points.iter().flat_map(|p| {
        p.claims.iter().map(move |x| vec![p.id.clone(), x.claim.clone(), side(x.side), x.confidence.to_string()])
    });
    vec![
        ("articles.csv".into(), table(&["id", "path", "title", "author", "published", "language"], articles)),
        ("voices.csv".into(), table(&["id", "name", "aliases"], voices)),
        (
            "claims.csv".into(),
            table(&["id", "article", "start", "end", "language", "voice", "reported", "confidence", "text"], claims),
        ),
        ("points.csv".into(), table(&["id", "text", "verdict", "for", "against"], points)),
        ("positions.csv".into(), table(&["point", "claim", "side", "confidence"], positions)),
    ]
}

/// xAIF JSON: claims and points as I-nodes, support as RA, conflict as CA, utterances as L-nodes with participants.
pub fn xaif(debate: &Debate, evidence: &Evidence) -> String {
    let index = Index::new(debate, evidence);
    let (mut nodes, mut edges, mut locutions) = (Vec::new(), Vec::new(), Vec::new());
    let mut edge = |from: &str, to: &str| {
        let id = edges.len() + 1;
        edges.push(json!({"edgeID": id.to_string(), "fromID": from, "toID": to}));
    };
    for c in &debate.claims {
        let (l, ya) = (format!("l-{}", c.id), format!("ya-{}", c.id));
        nodes.push(json!({"nodeID": c.id, "text": index.quote(c), "type": "I"}));
        nodes
            .push(json!({"nodeID": l, "text": format!("{} : {}", index.voice(&c.voice), index.quote(c)), "type": "L"}));
        nodes.push(json!({"nodeID": ya, "text": "Asserting", "type": "YA"}));
        edge(&l, &ya);
        edge(&ya, &c.id);
        locutions.push(json!({"nodeID": l, "personID": c.voice}));
    }
    for p in &debate.points {
        nodes.push(json!({"nodeID": p.id, "text": p.text, "type": "I"}));
        for x in &p.claims {
            let (kind, word) =
                if x.side == Side::For { ("RA", "Default Inference") } else { ("CA", "Default Conflict") };
            let node = format!("{}-{}-{}", kind.to_lowercase(), p.id, x.claim);
            nodes.push(json!({"nodeID": node, "text": word, "type": kind}));
            edge(&x.claim, &node);
            edge(&node, &p.id);
        }
    }
    let participants: Vec<_> =
        debate.voices.iter().map(|v| json!({"participantID": v.id, "firstname": v.name, "surname": ""})).collect();
    let all = json!({"AIF": {"nodes": nodes, "edges": edges, "schemefulfillments": [], "locutions": locutions, "participants": participants, "descriptorfulfillments": []},
        "text": "", "OVA": {}});
    serde_json::to_string_pretty(&all).expect("JSON is JSON") + "\n"
}

/// Argdown: each point a statement, its claims for and against below it.
pub fn argdown(debate: &Debate, evidence: &Evidence) -> String {
    let index = Index::new(debate, evidence);
    // brackets and markers mean something to Argdown
    let plain = |t: &str| -> String {
        shown(t)
            .chars()
            .map(|c| if matches!(c, '[' | ']' | '<' | '>' | '{' | '}' | '#' | '*' | '_' | '@' | '/') { ' ' } else { c })
            .collect()
    };
    let mut out = String::from("===\ntitle: Counterpoint\n===\n");
    for p in &debate.points {
        out += &format!("\n[{}]: {}\n", plain(&p.id), plain(&p.text));
        for x in &p.claims {
            if let Some((c, _)) = index.claim(&x.claim) {
                let sign = if x.side == Side::For { '+' } else { '-' };
                let text = plain(index.quote(c));
                out += &format!(
                    "  {sign} <{} {}>: {} ({})\n",
                    plain(&p.id),
                    plain(&c.id),
                    text,
                    plain(index.voice(&c.voice))
                );
            }
        }
    }
    out
}

/// W3C Web Annotation: one annotation a claim, with its position and its quotation.
pub fn annotations(debate: &Debate, evidence: &Evidence) -> String {
    let index = Index::new(debate, evidence);
    let items: Vec<_> = debate
        .claims
        .iter()
        .map(|c| {
            let path = debate.articles.iter().find(|a| a.id == c.article).map_or("", |a| a.path.as_str());
            let (before, after) = index.around(c);
            let tail = |t: &str| t.chars().rev().take(32).collect::<Vec<_>>().into_iter().rev().collect::<String>();
            let points: Vec<_> = debate
                .points
                .iter()
                .flat_map(|p| p.claims.iter().filter(|x| x.claim == c.id).map(move |x| (p, x)))
                .map(|(p, x)| json!({"type": "TextualBody", "purpose": "classifying", "value": format!("{} {}", if x.side == Side::For { "for" } else { "against" }, p.id)}))
                .collect();
            json!({
                "id": format!("urn:counterpoint:{}", c.id), "type": "Annotation", "motivation": "classifying",
                "creator": {"type": "Person", "name": index.voice(&c.voice)}, "body": points,
                "target": {"source": path, "selector": [
                    {"type": "TextPositionSelector", "start": c.start, "end": c.end},
                    {"type": "TextQuoteSelector", "exact": index.quote(c), "prefix": tail(before), "suffix": after.chars().take(32).collect::<String>()}]}
            })
        })
        .collect();
    let all = json!({"@context": "http://www.w3.org/ns/anno.jsonld", "id": "urn:counterpoint:debate", "type": "AnnotationPage", "items": items});
    serde_json::to_string_pretty(&all).expect("JSON is JSON") + "\n"
}

/// Voices and points as a graph; an edge is a side.
pub fn graphml(debate: &Debate) -> String {
    let xml = |t: &str| shown(t).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n\
         <key id=\"label\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n\
         <key id=\"kind\" for=\"node\" attr.name=\"kind\" attr.type=\"string\"/>\n\
         <key id=\"side\" for=\"edge\" attr.name=\"side\" attr.type=\"string\"/>\n<graph edgedefault=\"undirected\">\n",
    );
    let mut node = |id: &str, label: &str, kind: &str| {
        out += &format!(
            "<node id=\"{}\"><data key=\"label\">{}</data><data key=\"kind\">{kind}</data></node>\n",
            xml(id),
            xml(label)
        );
    };
    debate.voices.iter().for_each(|v| node(&v.id, &v.name, "voice"));
    debate.points.iter().for_each(|p| node(&p.id, &p.text, "point"));
    for p in &debate.points {
        for (side, voices) in [("for", &p.r#for), ("against", &p.against)] {
            for v in voices {
                out += &format!(
                    "<edge source=\"{}\" target=\"{}\"><data key=\"side\">{side}</data></edge>\n",
                    xml(v),
                    xml(&p.id)
                );
            }
        }
    }
    out + "</graph>\n</graphml>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(cell("=cmd()"), "'=cmd()");
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("普通"), "普通");
    }
}
