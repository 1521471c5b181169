//! What do other programs read? The debate in the formats the field speaks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::html::verdict_key;
use super::terminal::side_key;
use super::view::{Stance, View, plain};
use super::words::{Words, tag};
use crate::debate::{Origin, Side};

/// From this cosine on, two claims of different voices on one side of one
/// point are exported as rephrasing each other.
const REPHRASES: f64 = 0.8;

/// Code points of context in a text quote selector, as annotation clients use.
const CONTEXT: usize = 32;

/// Five tables, RFC 4180: a heading line, CRLF, quotes doubled. Text fields that
/// a spreadsheet would take for a formula get a leading apostrophe.
pub(super) fn csv(view: &View) -> Vec<(String, String)> {
    let d = view.debate;
    let mut articles =
        Table::new(&["id", "path", "sha256", "title", "author", "published", "url", "language", "language_confidence"]);
    for (i, a) in d.articles.iter().enumerate() {
        articles.row(&[
            Text(&a.id),
            Text(&a.path),
            Text(&a.sha256),
            Text(a.title.as_deref().unwrap_or("")),
            Text(a.author.as_deref().unwrap_or("")),
            Text(a.published.as_deref().unwrap_or("")),
            Text(view.url(i).unwrap_or("")),
            Text(&a.language.code),
            Number(a.language.confidence),
        ]);
    }
    let mut voices = Table::new(&["id", "name", "aliases"]);
    for v in &d.voices {
        voices.row(&[Text(&v.id), Text(&v.name), Text(&v.aliases.join("; "))]);
    }
    let mut claims = Table::new(&[
        "id",
        "article",
        "start",
        "end",
        "language",
        "voice",
        "reported",
        "rejected",
        "confidence",
        "rule",
        "speaker",
        "text",
    ]);
    for (i, c) in d.claims.iter().enumerate() {
        let why = view.why(i);
        claims.row(&[
            Text(&c.id),
            Text(&c.article),
            Count(c.start),
            Count(c.end),
            Text(&c.language),
            Text(&c.voice),
            Text(if c.reported { "true" } else { "false" }),
            Text(if why.is_some_and(|w| w.rejected) { "true" } else { "false" }),
            Number(c.confidence),
            Text(why.and_then(|w| w.rule.as_deref()).unwrap_or("")),
            Text(why.and_then(|w| w.speaker.as_deref()).unwrap_or("")),
            Text(view.quote(i)),
        ]);
    }
    let mut points = Table::new(&["id", "text", "origin", "verdict", "confidence", "for", "against"]);
    let mut positions = Table::new(&["point", "claim", "voice", "side", "confidence"]);
    for p in &view.points {
        points.row(&[
            Text(&p.entry.id),
            Text(&p.entry.text),
            Text(origin(p.entry.origin)),
            Text(verdict_key(p.entry.verdict)),
            p.confidence.map_or(Text(""), Number),
            Text(&p.entry.r#for.join("; ")),
            Text(&p.entry.against.join("; ")),
        ]);
        for stand in &p.stands {
            for b in &stand.bearings {
                let claim = view.claim_entry(b.claim);
                positions.row(&[
                    Text(&p.entry.id),
                    Text(&claim.id),
                    Text(&claim.voice),
                    Text(side_key(b.side)),
                    Number(b.confidence),
                ]);
            }
        }
    }
    [
        ("articles.csv", articles),
        ("voices.csv", voices),
        ("claims.csv", claims),
        ("points.csv", points),
        ("positions.csv", positions),
    ]
    .into_iter()
    .map(|(name, table)| (name.to_owned(), table.0))
    .collect()
}

use Field::{Count, Number, Text};

enum Field<'a> {
    Text(&'a str),
    Number(f64),
    Count(usize),
}

struct Table(String);

impl Table {
    fn new(heading: &[&str]) -> Self {
        Self(format!("{}\r\n", heading.join(",")))
    }

    fn row(&mut self, fields: &[Field]) {
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.0.push(',');
            }
            match field {
                Text(text) => self.0.push_str(&csv_text(text)),
                Number(x) => self.0.push_str(&x.to_string()),
                Count(n) => self.0.push_str(&n.to_string()),
            }
        }
        self.0.push_str("\r\n");
    }
}

fn csv_text(text: &str) -> String {
    // a spreadsheet looks past blanks, and some read the full-width signs too
    let first = text.trim_start().chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'))
        || text.starts_with(['\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n', '\'']) || text != text.trim() {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Found => "found",
        Origin::Given => "given",
    }
}

/// Extended AIF, as the argument technology tools exchange it: claims and points
/// are I-nodes, each claim has its locution (L) anchored by an asserting (YA),
/// support is RA, conflict CA, rephrase MA.
pub(super) fn xaif(view: &View) -> Value {
    let d = view.debate;
    let mut graph = Graph::default();
    let mut text = String::new();
    let mut locutions = Vec::new();
    let participants: Vec<Value> = d
        .voices
        .iter()
        .enumerate()
        .map(|(i, v)| json!({"participantID": format!("p{i}"), "firstname": v.name, "surname": ""}))
        .collect();
    for (i, c) in d.claims.iter().enumerate() {
        let quote = view.quote(i);
        graph.node(&format!("c{i}"), quote, "I");
        let _ = write!(
            text,
            "<span id=\"node{}\">{} : {}</span><br>",
            format_args!("l{i}"),
            xml(view.name(&c.voice)),
            xml(quote)
        );
        graph.node(&format!("l{i}"), &format!("{} : {quote}", view.name(&c.voice)), "L");
        graph.through(format!("y{i}"), "Asserting", "YA", &format!("l{i}"), &format!("c{i}"));
        locutions.push(json!({
            "nodeID": format!("l{i}"),
            "personID": view.voice(&c.voice).map(|v| format!("p{v}")),
        }));
    }
    for (p, point) in view.points.iter().enumerate() {
        let node = format!("q{p}");
        graph.node(&node, &point.entry.text, "I");
        let mut same: Vec<(usize, Side)> = Vec::new();
        for b in point.stands.iter().flat_map(|s| &s.bearings) {
            let Some(side) = b.side else { continue };
            same.push((b.claim, side));
            let (claim, scheme) = (format!("c{}", b.claim), format!("s{p}_{}", b.claim));
            match side {
                Side::For => graph.through(scheme, "Default Inference", "RA", &claim, &node),
                Side::Against => graph.through(scheme, "Default Conflict", "CA", &claim, &node),
            }
        }
        for &(a, side) in &same {
            for (id, cosine) in view.why(a).iter().flat_map(|w| &w.similar) {
                let Some(b) = view.claim(id) else { continue };
                if a < b && *cosine >= REPHRASES && same.contains(&(b, side)) {
                    let (from, to) = (format!("c{a}"), format!("c{b}"));
                    let scheme = format!("m{a}_{b}");
                    graph.through(scheme, "Default Rephrase", "MA", &from, &to);
                }
            }
        }
    }
    json!({
        "AIF": {
            "nodes": graph.nodes,
            "edges": graph.edges,
            "schemefulfillments": [],
            "descriptorfulfillments": [],
            "participants": participants,
            "locutions": locutions,
        },
        "text": {"txt": text},
        "ova": {"firstname": "", "surname": "", "url": "", "nodes": [], "edges": []},
        "dialog": true,
    })
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Value>,
    edges: Vec<Value>,
    known: std::collections::BTreeSet<String>,
}

impl Graph {
    fn node(&mut self, id: &str, text: &str, kind: &str) {
        self.nodes.push(json!({"nodeID": id, "text": text, "type": kind}));
    }

    /// A scheme node between two others; once, however many points repeat it.
    fn through(&mut self, id: String, text: &str, kind: &str, from: &str, to: &str) {
        if self.known.contains(&id) {
            return;
        }
        for (from, to) in [(from, id.as_str()), (id.as_str(), to)] {
            let edge = format!("e{}", self.edges.len());
            self.edges.push(json!({"edgeID": edge, "fromID": from, "toID": to}));
        }
        self.node(&id, text, kind);
        self.known.insert(id);
    }
}

/// Argdown: each point a statement, the claims for it under `+`, those against
/// it under `-`, each with voice, language and article as data.
pub(super) fn argdown(view: &View, words: &Words) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "===\ntitle: \"{}\"\nmodel:\n  removeTagsFromText: false\n===\n",
        words.count("headline", view.debate.voices.len())
    );
    for p in &view.points {
        let _ = writeln!(out, "[{}]: {}", argdown_id(&p.entry.id), argdown_text(&p.entry.text));
        for b in p.stands.iter().flat_map(|s| &s.bearings) {
            let sign = match b.side {
                Some(Side::For) => '+',
                Some(Side::Against) => '-',
                None => continue,
            };
            let c = view.claim_entry(b.claim);
            let data = json!({
                "voice": plain(view.name(&c.voice)),
                "language": c.language,
                "article": c.article,
                "confidence": b.confidence,
            });
            // Argdown's data is YAML, of which JSON is a part; braces inside its
            // strings would end it early
            let data = escape_braces(&data.to_string());
            let _ = writeln!(
                out,
                "  {sign} <{}>: {} {data}",
                argdown_id(&format!("{} · {}", plain(view.name(&c.voice)), c.id)),
                argdown_text(view.quote(b.claim))
            );
        }
        out.push('\n');
    }
    out
}

/// A title between brackets: none of Argdown's own signs.
fn argdown_id(id: &str) -> String {
    plain(id)
        .chars()
        .map(|c| if "[]<>{}\\#@*_()+:".contains(c) { ' ' } else { c })
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn argdown_text(text: &str) -> String {
    let mut out = String::new();
    for c in plain(text).chars() {
        // a hyphen is a sign only where a line begins
        let sign = if c == '-' { out.is_empty() } else { "\\[]<>{}*_#@()+".contains(c) };
        if sign {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Escapes braces inside the strings of a flat JSON object.
fn escape_braces(json: &str) -> String {
    let inner = &json[1..json.len() - 1];
    let inner = inner.replace('{', "\\u007b").replace('}', "\\u007d");
    format!("{{{inner}}}")
}

/// W3C Web Annotations: each claim an annotation of its article, found again by
/// position and by its words.
pub(super) fn webanno(view: &View) -> Value {
    let d = view.debate;
    let mut bodies: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for p in &view.points {
        for b in p.stands.iter().flat_map(|s| &s.bearings) {
            let text = format!("{}: {}", side_key(b.side), p.entry.text);
            let mut body = json!({
                "type": "TextualBody",
                "purpose": "classifying",
                "format": "text/plain",
                "value": text,
            });
            if let Some(code) = p.language.map(tag).filter(|t| !t.is_empty()) {
                body["language"] = json!(code);
            }
            bodies.entry(b.claim).or_default().push(body);
        }
    }
    let items: Vec<Value> = d
        .claims
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let (prefix, suffix) = view.around(i, CONTEXT);
            let article = view.article(&c.article);
            let sha = article.map_or("", |a| d.articles[a].sha256.as_str());
            let mut source = json!({"id": format!("urn:sha256:{sha}"), "type": "Text"});
            if !tag(&c.language).is_empty() {
                source["language"] = json!(tag(&c.language));
            }
            let mut body = bodies.remove(&i).unwrap_or_default();
            body.insert(
                0,
                json!({
                    "type": "TextualBody",
                    "purpose": "tagging",
                    "format": "text/plain",
                    "value": view.name(&c.voice),
                }),
            );
            json!({
                "id": format!("urn:counterpoint:claim:{}", urn(&c.id)),
                "type": "Annotation",
                "motivation": "classifying",
                "body": body,
                "target": {
                    "source": source,
                    "selector": [
                        {"type": "TextPositionSelector", "start": c.start, "end": c.end},
                        {"type": "TextQuoteSelector", "exact": view.quote(i),
                         "prefix": prefix, "suffix": suffix},
                    ],
                },
            })
        })
        .collect();
    json!({
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": format!("urn:counterpoint:debate:{}", urn(&d.provenance.settings)),
        "type": "AnnotationCollection",
        "label": "Counterpoint",
        "total": items.len(),
        "first": {
            "id": format!("urn:counterpoint:debate:{}:1", urn(&d.provenance.settings)),
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    })
}

fn urn(id: &str) -> String {
    super::html::href(id)
}

/// GraphML: voices and points as nodes, one edge from a voice to each point it
/// speaks to, with its side and how sure.
pub(super) fn graphml(view: &View) -> String {
    let mut out = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" ",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"",
        "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
    ));
    for (id, of, kind) in [
        ("kind", "node", "string"),
        ("label", "node", "string"),
        ("verdict", "node", "string"),
        ("side", "edge", "string"),
        ("confidence", "edge", "double"),
        ("claims", "edge", "int"),
    ] {
        let _ = writeln!(out, "  <key id=\"{id}\" for=\"{of}\" attr.name=\"{id}\" attr.type=\"{kind}\"/>");
    }
    out.push_str("  <graph id=\"debate\" edgedefault=\"directed\">\n");
    for v in &view.debate.voices {
        let _ = writeln!(
            out,
            "    <node id=\"voice:{}\"><data key=\"kind\">voice</data><data key=\"label\">{}</data></node>",
            xml(&v.id),
            xml(&v.name)
        );
    }
    for p in &view.points {
        let _ = writeln!(
            out,
            "    <node id=\"point:{}\"><data key=\"kind\">point</data><data key=\"label\">{}</data><data key=\"verdict\">{}</data></node>",
            xml(&p.entry.id),
            xml(&p.entry.text),
            verdict_key(p.entry.verdict)
        );
    }
    for p in &view.points {
        for s in p.stands.iter().filter(|s| s.stance != Stance::Silent) {
            let _ = writeln!(
                out,
                "    <edge source=\"voice:{}\" target=\"point:{}\"><data key=\"side\">{}</data><data key=\"confidence\">{}</data><data key=\"claims\">{}</data></edge>",
                xml(&view.voice_entry(s.voice).id),
                xml(&p.entry.id),
                s.stance.key(),
                s.confidence,
                s.bearings.len()
            );
        }
    }
    out.push_str("  </graph>\n</graphml>\n");
    out
}

/// Text for XML 1.0: its signs escaped, characters it cannot hold left out.
fn xml(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' => out.push(c),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_takes_no_field_for_a_formula() {
        for (text, field) in [
            ("=cmd()", "\"'=cmd()\""),
            ("  +1", "\"'  +1\""),
            ("－1", "\"'－1\""),
            ("@SUM", "\"'@SUM\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("two\nlines", "\"two\nlines\""),
            ("夜のバス", "夜のバス"),
            ("", ""),
        ] {
            assert_eq!(csv_text(text), field);
        }
    }

    #[test]
    fn xml_holds_no_control_character() {
        assert_eq!(xml("a<b>&\u{1b}\u{FFFF}'"), "a&lt;b&gt;&amp;&apos;");
    }
}
