//! What does a reader see? A [`Debate`] laid out for a terminal, a code host, a
//! browser, or another program.
//!
//! Every word that comes from an article is data here, never markup: each
//! format escapes it in its own way, and the tests feed each one hostile text.

mod explain;
mod exports;
mod html;
mod markdown;
mod seriate;
mod terminal;
mod view;
mod words;

pub use explain::{explain, scores, shown, verdict_name};
pub use html::html;
pub use markdown::markdown;
pub use terminal::terminal;
pub use words::LANGUAGES;

use std::str::FromStr;

use serde::Serialize;

use crate::debate::{Debate, Evidence};
use crate::error::{Error, Result};

/// The forms a debate can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// `report.md`: Markdown for a code host.
    Md,
    /// `report.html`: one self-contained page.
    Html,
    /// `debate.json` and `evidence.json`: the contract itself.
    Json,
    /// Five tables: articles, voices, claims, points, positions.
    Csv,
    /// `debate.xaif.json`: extended Argument Interchange Format.
    Xaif,
    /// `debate.argdown`: Argdown.
    Argdown,
    /// `annotations.jsonld`: W3C Web Annotations of the articles.
    Webanno,
    /// `debate.graphml`: voices and points as a graph.
    Graphml,
    /// `report.txt`: the terminal's summary, without colour, 100 columns wide.
    Terminal,
}

impl Format {
    /// All of them, in the order the manual lists them.
    pub const ALL: [Format; 9] = [
        Format::Md,
        Format::Html,
        Format::Json,
        Format::Csv,
        Format::Xaif,
        Format::Argdown,
        Format::Webanno,
        Format::Graphml,
        Format::Terminal,
    ];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Md => "md",
            Format::Html => "html",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Xaif => "xaif",
            Format::Argdown => "argdown",
            Format::Webanno => "webanno",
            Format::Graphml => "graphml",
            Format::Terminal => "terminal",
        }
    }

    /// The files of this form, each as name and content, in English.
    pub fn render(&self, debate: &Debate, evidence: &Evidence) -> Result<Vec<(String, String)>> {
        self.render_in(debate, evidence, "eng")
    }

    /// The same with the tool's own words in `lang` (ISO 639-3, see [`LANGUAGES`]).
    pub fn render_in(&self, debate: &Debate, evidence: &Evidence, lang: &str) -> Result<Vec<(String, String)>> {
        let view = || view::View::new(debate, evidence);
        let one = |name: &str, content: String| vec![(name.to_owned(), content)];
        Ok(match self {
            Format::Md => one("report.md", markdown(debate, evidence, lang)),
            Format::Html => one("report.html", html(debate, evidence, lang)?),
            Format::Json => {
                vec![("debate.json".to_owned(), pretty(debate)), ("evidence.json".to_owned(), pretty(evidence))]
            }
            Format::Csv => exports::csv(&view()),
            Format::Xaif => one("debate.xaif.json", pretty(&exports::xaif(&view()))),
            Format::Argdown => one("debate.argdown", exports::argdown(&view(), &words::Words::of(lang))),
            Format::Webanno => one("annotations.jsonld", pretty(&exports::webanno(&view()))),
            Format::Graphml => one("debate.graphml", exports::graphml(&view())),
            Format::Terminal => one("report.txt", terminal(debate, evidence, 100, false, lang)),
        })
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Format::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| Error::Setting {
            key: "format".to_owned(),
            why: format!("{name} is not one of {}", Format::ALL.map(Format::name).join(", ")),
        })
    }
}

/// JSON for people and diffs: fields in the order of their types, one newline at the end.
fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("strings and numbers always serialise");
    text.push('\n');
    text
}
