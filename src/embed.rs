//! Where does it lie in meaning? Texts become [`Embeddings`].

pub mod builtin;
mod device;
mod encoder;
mod folder;
mod pair;
mod table;
mod transformer;

use std::borrow::Cow;
use std::sync::OnceLock;

use candle_core::Device;
use rayon::prelude::*;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use self::folder::Folder;
pub use self::pair::PairScorer;
use crate::error::{Error, Result};

/// Unit vectors, one a text, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    dim: usize,
    rows: Vec<f32>,
}

impl Embeddings {
    /// `rows` holds `n * dim` finite values, each row of unit length (or all zero for an empty text).
    ///
    /// # Panics
    /// When `dim` is zero or does not divide the number of values.
    pub fn new(dim: usize, rows: Vec<f32>) -> Self {
        assert!(dim > 0 && rows.len().is_multiple_of(dim), "rows of {dim} values each");
        Self { dim, rows }
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len() / self.dim
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.dim..(i + 1) * self.dim]
    }

    /// All rows, one after another.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }
}

/// Reports how many texts are done, so far and in all calls.
pub type Progress<'a> = &'a (dyn Fn(usize) + Sync);

/// A model that turns texts into vectors: a table of token vectors, a transformer, or a blend.
#[derive(Debug)]
pub struct Embedder {
    folder: Folder,
    device: Device,
    id: String,
    revision: String,
    sha256: OnceLock<String>,
    /// The folder of the cross-encoder its config names.
    pair: Option<Folder>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Table(Box<table::Table>),
    Transformer(Box<transformer::Transformer>),
    /// The square root of each member's weight, and the member.
    Blend(Vec<(f32, Embedder)>),
}

#[derive(Deserialize)]
struct Card {
    id: Option<String>,
    revision: Option<String>,
    pair: Option<String>,
}

#[derive(Deserialize)]
struct Blend {
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    path: String,
    weight: f32,
}

impl Embedder {
    /// Opens a built-in model by its name, or a folder: a Model2Vec table (`config.json`,
    /// `tokenizer.json`, `model.safetensors` with `embeddings`), a sentence-transformers folder,
    /// or a blend (`blend.json`). `device` is `cpu`, `auto`, `cuda[:N]` or `metal`.
    pub fn open(name: &str, device: &str) -> Result<Self> {
        Self::open_folder(Folder::find(name)?, &device::open(device)?, 0)
    }

    fn open_folder(folder: Folder, device: &Device, depth: usize) -> Result<Self> {
        let blend = folder.has("blend.json");
        let card: Card = folder.json(if blend { "blend.json" } else { "config.json" })?;
        let kind = if blend {
            let blend: Blend = folder.json("blend.json")?;
            if depth > 2 || blend.members.is_empty() {
                return Err(folder.error("blend.json", "names no members, or itself; list the folders to blend"));
            }
            if blend.members.iter().any(|m| !m.weight.is_finite() || m.weight <= 0.0) {
                return Err(
                    folder.error("blend.json", "has a weight that is not positive; give each member a weight above 0")
                );
            }
            let sum: f32 = blend.members.iter().map(|m| m.weight).sum();
            let open = |m: &Member| {
                Ok(((m.weight / sum).sqrt(), Self::open_folder(folder.beside(&m.path)?, device, depth + 1)?))
            };
            Kind::Blend(blend.members.par_iter().map(open).collect::<Result<_>>()?)
        } else if table::Table::is(&folder)? {
            Kind::Table(Box::new(table::Table::open(&folder)?))
        } else {
            Kind::Transformer(Box::new(transformer::Transformer::open(&folder, device)?))
        };
        let id = card.id.unwrap_or_else(|| folder.short_name());
        let revision = card.revision.or_else(|| card_revision(&folder)).unwrap_or_default();
        let pair = card.pair.map(|path| folder.beside(&path)).transpose()?;
        Ok(Self { folder, device: device.clone(), id, revision, sha256: OnceLock::new(), pair, kind })
    }

    /// What the model calls itself, or the name of its folder.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The revision its config or card states, or nothing.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// SHA-256 over its files, sorted by name; those of its members and of its cross-encoder
    /// count too. Computed when first asked for.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| {
            let members = || -> Vec<&str> {
                match &self.kind {
                    Kind::Blend(members) => members.par_iter().map(|(_, m)| m.sha256()).collect(),
                    _ => vec![],
                }
            };
            let own = || (self.folder.sha256(), self.pair.as_ref().map(Folder::sha256));
            let (members, (own, pair)) = rayon::join(members, own);
            if members.is_empty() && pair.is_none() {
                return own;
            }
            let mut hash = Sha256::new();
            hash.update(own);
            for part in members.into_iter().chain(pair.as_deref()) {
                hash.update(part);
            }
            hash.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
        })
    }

    /// The cross-encoder that the config's `pair` names (a path beside the model), if it names one.
    pub fn pair(&self) -> Result<Option<PairScorer>> {
        self.pair.clone().map(|folder| PairScorer::open_folder(folder, &self.device)).transpose()
    }

    /// Values a vector.
    pub fn dim(&self) -> usize {
        match &self.kind {
            Kind::Table(table) => table.dim(),
            Kind::Transformer(transformer) => transformer.dim(),
            Kind::Blend(members) => members.iter().map(|(_, m)| m.dim()).sum(),
        }
    }

    /// Where it computes: `cpu`, `cuda:0`, `metal:0`.
    pub fn device(&self) -> String {
        device::name(&self.device)
    }

    /// A file that lies beside the weights, such as a head; a blend also looks into its members.
    pub fn file(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.folder.get(name).or_else(|| match &self.kind {
            Kind::Blend(members) => members.iter().find_map(|(_, m)| m.folder.get(name)),
            _ => None,
        })
    }

    /// One unit vector a text, in the order of the texts. On the CPU a text's vector does not
    /// depend, to the bit, on the texts beside it or on the number of threads. `progress` hears
    /// how many more texts are done.
    pub fn embed(&self, texts: &[&str], progress: Progress) -> Result<Embeddings> {
        match &self.kind {
            Kind::Table(table) => table.embed(texts, progress),
            Kind::Transformer(transformer) => transformer.embed(texts, progress),
            Kind::Blend(members) => {
                let dim = self.dim();
                let mut rows = vec![0.0; texts.len() * dim];
                let mut start = 0;
                for (i, (weight, member)) in members.iter().enumerate() {
                    let part = if i == 0 { member.embed(texts, progress)? } else { member.embed(texts, &|_| ())? };
                    for (to, from) in rows.chunks_exact_mut(dim).zip(part.rows().chunks_exact(part.dim())) {
                        for (t, f) in to[start..start + part.dim()].iter_mut().zip(from) {
                            *t = weight * f;
                        }
                    }
                    start += part.dim();
                }
                // a text that one member has no word for still is a unit vector
                rows.chunks_exact_mut(dim).for_each(unit);
                Ok(Embeddings::new(dim, rows))
            }
        }
    }

    /// A cheap view of the same texts: the blend's table if it has one, else [`Embedder::embed`].
    pub fn sketch(&self, texts: &[&str]) -> Result<Embeddings> {
        let Kind::Blend(members) = &self.kind else { return self.embed(texts, &|_| ()) };
        let table = members.iter().find(|(_, m)| matches!(m.kind, Kind::Table(_)));
        match table {
            Some((_, member)) => member.embed(texts, &|_| ()),
            None => self.embed(texts, &|_| ()),
        }
    }
}

/// `revision:` of the front matter of the model's README.
fn card_revision(folder: &Folder) -> Option<String> {
    let card = folder.get("README.md")?;
    let card = String::from_utf8_lossy(&card);
    let matter = card.strip_prefix("---")?.split("\n---").next()?;
    matter.lines().find_map(|l| l.strip_prefix("revision:")).map(|r| r.trim().to_owned())
}

/// Scales a row to length one; a row of zeros stays.
pub(crate) fn unit(row: &mut [f32]) {
    let norm = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if norm > 0.0 {
        for x in row {
            *x = (f64::from(*x) / norm) as f32;
        }
    }
}

/// `tokenizer.json`, without the padding and truncation it may have been saved with.
pub(crate) fn tokenizer(folder: &Folder) -> Result<tokenizers::Tokenizer> {
    let mut tokenizer = tokenizers::Tokenizer::from_bytes(folder.need("tokenizer.json")?).map_err(|e| {
        folder.error("tokenizer.json", format!("does not parse as a tokenizer: {e}; download it again"))
    })?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| Error::Tokenize(e.to_string()))?;
    Ok(tokenizer)
}
