//! Which names are one person?

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Claim, Speaker};
use crate::error::{Error, Result};
use crate::ingest::Article;

/// A person or body that holds claims, under one name wherever it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// `v-` and eight hex digits of the SHA-256 of the name's canonical form.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Its other spellings, sorted.
    pub aliases: Vec<String>,
}

/// Who speaks in a set of articles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voices {
    /// Sorted by id.
    pub voices: Vec<Voice>,
    /// `of[a][c]`: index into `voices` of claim `c` of article `a`.
    pub of: Vec<Vec<usize>>,
    /// Names that may be one person; the reader decides.
    pub maybe_same: Vec<(String, String)>,
}

/// The reader's own word on who is who (`people.toml`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// `[[person]]`: one person under several names.
    #[serde(default)]
    pub person: Vec<Person>,
    /// `[[different]]`: names that are never one person.
    #[serde(default)]
    pub different: Vec<Different>,
}

/// One `[[person]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name to show.
    pub name: String,
    /// Further spellings, handles included.
    #[serde(default)]
    pub also: Vec<String>,
}

/// One `[[different]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Different {
    /// Names no two of which are one person.
    pub names: Vec<String>,
}

impl People {
    /// Reads the text of a `people.toml`.
    pub fn parse(text: &str) -> Result<People> {
        toml::from_str(text).map_err(|why| Error::Parse {
            path: "people.toml".into(),
            what: "people file",
            why: why.to_string(),
        })
    }
}

/// Which voice holds which claim, over all articles at once.
pub fn voices(articles: &[(&Article, &[Claim])], _people: &People) -> Voices {
    let label = |article: &Article, claim: &Claim| match &claim.speaker {
        Speaker::Author => {
            article.author.clone().or_else(|| article.title.clone()).unwrap_or_else(|| article.path.clone())
        }
        Speaker::Named { name, .. } => name.clone(),
        Speaker::Unnamed { label, .. } => format!("{label} ({})", article.path),
    };
    let mut ids = BTreeMap::new();
    for (article, claims) in articles {
        for claim in *claims {
            let name = label(article, claim);
            ids.insert(id_of(&name), name);
        }
    }
    let of = articles
        .iter()
        .map(|(article, claims)| {
            claims
                .iter()
                .map(|claim| {
                    let name = label(article, claim);
                    ids.values().position(|n| *n == name).unwrap_or(0)
                })
                .collect()
        })
        .collect();
    let voices = ids.into_iter().map(|(id, name)| Voice { id, name, aliases: Vec::new() }).collect();
    Voices { voices, of, maybe_same: Vec::new() }
}

fn id_of(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    format!("v-{}", crate::store::hex(&digest[..4]))
}

/// Whether two spellings name one person, as far as their letters tell.
pub fn same_name(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}
