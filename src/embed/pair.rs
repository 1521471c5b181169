//! Does this text speak for that one, against it, or neither? A cross-encoder over pairs.

use std::collections::BTreeMap;

use candle_core::Device;
use serde::Deserialize;
use tokenizers::{EncodeInput, Tokenizer};

use super::encoder::{Encoder, Family};
use super::folder::Folder;
use super::transformer::{affine, fitted, tokens};
use super::{Progress, device};
use crate::error::Result;

#[derive(Debug, Deserialize)]
struct Config {
    id2label: BTreeMap<String, String>,
}

/// A sequence classifier of two texts (Hugging Face's `…ForSequenceClassification` layout).
#[derive(Debug)]
pub struct PairScorer {
    folder: Folder,
    encoder: Encoder,
    tokenizer: Tokenizer,
    /// The layer before the last, over the first token: weight, bias, and whether its activation is
    /// a rectifier (DistilBERT) rather than a hyperbolic tangent.
    inner: (Vec<f32>, Vec<f32>, bool),
    last: (Vec<f32>, Vec<f32>),
    /// For each output: 0 none, 1 for, 2 against.
    labels: Vec<usize>,
}

impl PairScorer {
    /// Opens a built-in model by name, or a folder with `config.json` (`id2label`),
    /// `tokenizer.json` and `model.safetensors`. With the config key `shared_embeddings` the word
    /// vectors are those of another folder. `device` as for [`super::Embedder::open`].
    pub fn open(name: &str, device: &str) -> Result<Self> {
        Self::open_folder(Folder::find(name)?, &device::open(device)?)
    }

    pub(crate) fn open_folder(folder: Folder, device: &Device) -> Result<Self> {
        let (encoder, weights) = Encoder::open(&folder, "", device)?;
        let config: Config = folder.json("config.json")?;
        let mut named: Vec<(usize, &String)> =
            config.id2label.iter().filter_map(|(id, label)| Some((id.parse().ok()?, label))).collect();
        named.sort_unstable();
        let labels: Option<Vec<usize>> = named.iter().map(|(_, label)| side(label)).collect();
        let labels = labels.filter(|all| all.contains(&1) && named.iter().enumerate().all(|(i, (id, _))| i == *id)).ok_or_else(|| {
            let found: Vec<_> = named.iter().map(|(_, label)| label.as_str()).collect();
            folder.error(
                "config.json",
                format!("has the labels {found:?}; none/for/against or neutral/entailment/contradiction are understood: name them so in id2label"),
            )
        })?;
        let (hidden, count) = (encoder.config.hidden_size, labels.len());
        let prefix = &encoder.prefix;
        let (inner, last) = match encoder.family {
            Family::Bert => (format!("{prefix}pooler.dense"), "classifier"),
            Family::Roberta => ("classifier.dense".to_owned(), "classifier.out_proj"),
            Family::DistilBert => ("pre_classifier".to_owned(), "classifier"),
        };
        let inner = (
            weights.f32(&format!("{inner}.weight"), &[hidden, hidden])?,
            weights.f32(&format!("{inner}.bias"), &[hidden])?,
            encoder.family == Family::DistilBert,
        );
        let last = (
            weights.f32(&format!("{last}.weight"), &[count, hidden])?,
            weights.f32(&format!("{last}.bias"), &[count])?,
        );
        let tokenizer = fitted(&folder, &encoder, None)?;
        Ok(Self { folder, encoder, tokenizer, inner, last, labels })
    }

    /// What the model is called: its folder's name.
    pub fn id(&self) -> String {
        self.folder.short_name()
    }

    /// SHA-256 over its files, sorted by name; computed at each call.
    pub fn sha256(&self) -> String {
        self.folder.sha256()
    }

    /// A file that lies beside the weights.
    pub fn file(&self, name: &str) -> Option<std::borrow::Cow<'_, [u8]>> {
        self.folder.get(name)
    }

    /// Probabilities `[none, for, against]` that the first text of each pair speaks to the second,
    /// summing to one.
    pub fn score(&self, pairs: &[(&str, &str)]) -> Result<Vec<[f32; 3]>> {
        self.score_with(pairs, &|_| ())
    }

    /// [`PairScorer::score`], telling `progress` how many more pairs are done.
    pub fn score_with(&self, pairs: &[(&str, &str)], progress: Progress) -> Result<Vec<[f32; 3]>> {
        let tokens = tokens(&self.tokenizer, pairs, |pair| EncodeInput::Dual(pair.0.into(), pair.1.into()))?;
        let rows = self.encoder.run(&tokens, &|_, hidden| self.classify(hidden).to_vec(), progress)?;
        Ok(rows.into_iter().map(|row| [row[0], row[1], row[2]]).collect())
    }

    fn classify(&self, hidden: &[f32]) -> [f32; 3] {
        let size = self.encoder.config.hidden_size;
        if hidden.len() < size {
            return [1.0, 0.0, 0.0];
        }
        let (weight, bias, rectify) = &self.inner;
        let bend = |x: f32| if *rectify { x.max(0.0) } else { x.tanh() };
        let pooled: Vec<f32> = affine(weight, bias, &hidden[..size]).into_iter().map(bend).collect();
        let logits = affine(&self.last.0, &self.last.1, &pooled);
        let top = logits.iter().copied().fold(f32::MIN, f32::max);
        let raised: Vec<f32> = logits.iter().map(|l| (l - top).exp()).collect();
        let total: f32 = raised.iter().sum();
        let mut out = [0.0; 3];
        for (p, label) in raised.iter().zip(&self.labels) {
            out[*label] += p / total;
        }
        out
    }
}

/// Where a label's probability goes: 0 none, 1 for, 2 against.
fn side(label: &str) -> Option<usize> {
    match label.to_lowercase().replace(['-', ' '], "_").as_str() {
        "none" | "neutral" | "unrelated" | "not_entailment" => Some(0),
        "for" | "entailment" | "pro" | "support" | "supports" => Some(1),
        "against" | "contradiction" | "con" | "refute" | "refutes" => Some(2),
        _ => None,
    }
}
