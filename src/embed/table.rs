//! What is the mean of a text's token vectors? The Model2Vec layout.

use rayon::prelude::*;
use serde::Deserialize;
use tokenizers::Tokenizer;

use super::folder::{self, Folder, Weights};
use super::{Embeddings, Progress, tokenizer, unit};
use crate::error::{Error, Result};

/// Model2Vec reads at most so many tokens of a text unless told otherwise.
const MAX_TOKENS: usize = 512;

#[derive(Debug, Deserialize)]
struct Config {
    #[serde(alias = "max_length")]
    seq_length: Option<usize>,
}

/// A table of token vectors, with its tokenizer.
#[derive(Debug)]
pub(crate) struct Table {
    tokenizer: Tokenizer,
    rows: folder::Table,
    weights: Option<Vec<f32>>,
    mapping: Option<Vec<f32>>,
    unknown: Option<u32>,
    max_tokens: usize,
    /// Bytes beyond which a text cannot reach into its first `max_tokens` tokens, with room to spare.
    max_bytes: usize,
}

impl Table {
    /// Whether the folder holds a table rather than a transformer.
    pub(crate) fn is(folder: &Folder) -> Result<bool> {
        let config: serde_json::Value = folder.json("config.json")?;
        Ok(config["model_type"] == "model2vec"
            || config["architectures"][0] == "StaticModel"
            || (config.get("model_type").is_none() && Weights::open(folder, "model.safetensors")?.has("embeddings")))
    }

    pub(crate) fn open(folder: &Folder) -> Result<Self> {
        let config: Config = folder.json("config.json")?;
        let weights = Weights::open(folder, "model.safetensors")?;
        let shape = match weights.shape("embeddings") {
            Some(&[rows, dim]) if rows > 0 && dim > 0 => [rows, dim],
            other => {
                let found = other.map_or_else(|| "is not there".to_owned(), |s| format!("has shape {s:?}"));
                return Err(weights.error(format!("tensor embeddings {found}, expected [vocabulary, dimensions]; this is no Model2Vec table: download it again")));
            }
        };
        let rows = weights.table("embeddings", &shape)?;
        let tokenizer = tokenizer(folder)?;
        let vocabulary = tokenizer.get_vocab_size(true);
        let one = |name: &str| {
            weights.has(name).then(|| weights.f32(name, &[weights.shape(name).map_or(0, |s| s[0])])).transpose()
        };
        let (piece_weights, mapping) = (one("weights")?, one("mapping")?);
        let covered = mapping.as_ref().map_or(shape[0], Vec::len);
        if covered < vocabulary {
            return Err(weights.error(format!(
                "tensor embeddings has {covered} rows, tokenizer.json has {vocabulary} pieces; they are of different models: download both again"
            )));
        }
        if mapping.iter().flatten().any(|row| *row < 0.0 || *row >= shape[0] as f32)
            || piece_weights.as_ref().is_some_and(|w| w.len() < covered)
        {
            return Err(
                weights.error("tensor mapping or weights does not fit tensor embeddings; download the model again")
            );
        }
        let model: serde_json::Value = folder.json("tokenizer.json")?;
        let unknown = model["model"]["unk_token"].as_str().and_then(|t| tokenizer.token_to_id(t));
        let unknown = unknown.or_else(|| model["model"]["unk_id"].as_u64().map(|id| id as u32));
        let longest = tokenizer.get_vocab(false).keys().map(String::len).max().unwrap_or(1);
        let max_tokens = config.seq_length.unwrap_or(MAX_TOKENS).max(1);
        Ok(Self {
            tokenizer,
            rows,
            weights: piece_weights,
            mapping,
            unknown,
            max_tokens,
            max_bytes: max_tokens * longest.clamp(16, 64),
        })
    }

    pub(crate) fn dim(&self) -> usize {
        self.rows.dim
    }

    pub(crate) fn embed(&self, texts: &[&str], progress: Progress) -> Result<Embeddings> {
        let mut rows = vec![0.0; texts.len() * self.dim()];
        rows.par_chunks_exact_mut(self.dim()).zip(texts.par_iter()).with_min_len(16).try_for_each(|(row, text)| {
            self.one(text, row)?;
            progress(1);
            Ok::<_, Error>(())
        })?;
        Ok(Embeddings::new(self.dim(), rows))
    }

    fn one(&self, text: &str, row: &mut [f32]) -> Result<()> {
        let text = &text[..text.floor_char_boundary(self.max_bytes)];
        let encoding = self.tokenizer.encode_fast(text, false).map_err(|e| Error::Tokenize(e.to_string()))?;
        let mut count = 0;
        for &id in encoding.get_ids().iter().filter(|id| Some(**id) != self.unknown).take(self.max_tokens) {
            let weight = self.weights.as_ref().map_or(1.0, |w| w[id as usize]);
            let at = self.mapping.as_ref().map_or(id as usize, |m| m[id as usize] as usize);
            self.rows.add(at, weight, row);
            count += 1;
        }
        // the mean's divisor falls out of the unit vector, but keeps the sum in range
        for x in row.iter_mut() {
            *x /= count.max(1) as f32;
        }
        unit(row);
        Ok(())
    }
}
