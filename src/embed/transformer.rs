//! What does a sentence-transformers folder make of a text? Prompt, tokens, body, pooling, dense.

use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use tokenizers::{EncodeInput, Tokenizer, TruncationParams};

use candle_core::Device;

use super::encoder::{Encoder, Tokens};
use super::folder::{Folder, Weights};
use super::{Embeddings, Progress, tokenizer, unit};
use crate::error::{Error, Result};

#[derive(Debug, Deserialize)]
struct Module {
    #[serde(default)]
    path: String,
    r#type: String,
}

#[derive(Debug, Default, Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<usize>,
    #[serde(default)]
    do_lower_case: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: Option<BTreeMap<String, String>>,
    default_prompt_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DenseConfig {
    in_features: usize,
    out_features: usize,
    #[serde(default)]
    bias: bool,
    #[serde(default)]
    activation_function: String,
}

#[derive(Debug, Clone, Copy)]
enum Pool {
    First,
    Last,
    Mean,
    MeanSqrt,
    Weighted,
    Max,
}

#[derive(Debug)]
struct Dense {
    weight: Vec<f32>,
    bias: Vec<f32>,
    tanh: bool,
}

/// A sentence encoder.
#[derive(Debug)]
pub(crate) struct Transformer {
    encoder: Encoder,
    tokenizer: Tokenizer,
    pools: Vec<Pool>,
    dense: Vec<Dense>,
    prompt: String,
    /// Tokens of the prompt that pooling leaves out.
    unpooled: usize,
    lower: bool,
    dim: usize,
}

/// A tokenizer that cuts at the body's last position, checked against the body's vocabulary.
pub(crate) fn fitted(folder: &Folder, encoder: &Encoder, wanted: Option<usize>) -> Result<Tokenizer> {
    let mut tokenizer = tokenizer(folder)?;
    let pieces = tokenizer.get_vocab(true).values().copied().max().map_or(0, |id| id as usize + 1);
    if pieces > encoder.vocabulary() {
        return Err(folder.error(
            "tokenizer.json",
            format!("has {pieces} pieces, the weights have {} word vectors; they are of different models: download both again", encoder.vocabulary()),
        ));
    }
    let most = encoder.max_tokens();
    let max_length = wanted.unwrap_or(most).min(most);
    if max_length < 4 {
        return Err(folder.error(
            "config.json",
            format!("leaves room for {max_length} tokens; max_position_embeddings is too small: download it again"),
        ));
    }
    tokenizer
        .with_truncation(Some(TruncationParams { max_length, ..Default::default() }))
        .map_err(|e| Error::Tokenize(e.to_string()))?;
    Ok(tokenizer)
}

/// All texts (or pairs) as tokens, over the cores.
pub(crate) fn tokens<'a, T: Sync>(
    tokenizer: &Tokenizer,
    texts: &'a [T],
    input: impl Fn(&'a T) -> EncodeInput<'a> + Sync,
) -> Result<Vec<Tokens>> {
    texts
        .par_iter()
        .with_min_len(8)
        .map(|text| {
            let made = tokenizer.encode_fast(input(text), true).map_err(|e| Error::Tokenize(e.to_string()))?;
            Ok(Tokens { ids: made.get_ids().to_vec(), types: made.get_type_ids().to_vec() })
        })
        .collect()
}

impl Transformer {
    pub(crate) fn open(folder: &Folder, device: &Device) -> Result<Self> {
        let modules: Vec<Module> = folder.json_if("modules.json")?.unwrap_or_default();
        let (encoder, _) = Encoder::open(folder, "", device)?;
        let settings: SentenceConfig = folder.json_if("sentence_bert_config.json")?.unwrap_or_default();
        let tokenizer = fitted(folder, &encoder, settings.max_seq_length)?;
        let prompts: Prompts = folder.json_if("config_sentence_transformers.json")?.unwrap_or_default();
        let prompt = prompts.default_prompt_name.and_then(|name| prompts.prompts?.remove(&name)).unwrap_or_default();
        let (mut pools, mut dense, mut include_prompt) = (Vec::new(), Vec::new(), true);
        let mut dim = encoder.config.hidden_size;
        for module in &modules {
            match module.r#type.rsplit('.').next().unwrap_or("") {
                "Pooling" => {
                    let file = format!("{}/config.json", module.path);
                    let config: serde_json::Value = folder.json(&file)?;
                    include_prompt = config["include_prompt"].as_bool().unwrap_or(true);
                    pools = pooling(&config).ok_or_else(|| folder.error(&file, "names no pooling that can be run; cls, max, mean, mean_sqrt_len, weightedmean and lasttoken can"))?;
                    dim = pools.len() * encoder.config.hidden_size;
                }
                "Dense" => {
                    let made = Dense::open(folder, &module.path, dim)?;
                    dim = made.0;
                    dense.push(made.1);
                }
                // vectors are made unit vectors in any case: cosine does not see the difference
                "Transformer" | "Normalize" => {}
                other => return Err(folder.error("modules.json", format!("asks for a module {other}; Transformer, Pooling, Dense and Normalize can be run: choose another model"))),
            }
        }
        if pools.is_empty() {
            // sentence-transformers does the same with a bare body
            log::warn!("model {}: modules.json names no pooling, taking the mean of the tokens", folder.name());
            pools.push(Pool::Mean);
        }
        let unpooled = if include_prompt || prompt.is_empty() {
            0
        } else {
            let bare = tokenizer.encode_fast(prompt.as_str(), true).map_err(|e| Error::Tokenize(e.to_string()))?;
            bare.len().saturating_sub(1)
        };
        Ok(Self { encoder, tokenizer, pools, dense, prompt, unpooled, lower: settings.do_lower_case, dim })
    }

    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    pub(crate) fn embed(&self, texts: &[&str], progress: Progress) -> Result<Embeddings> {
        let tokens = tokens(&self.tokenizer, texts, |text| {
            let text = if self.lower { text.to_lowercase() } else { (*text).to_owned() };
            EncodeInput::Single((self.prompt.clone() + &text).into())
        })?;
        let rows = self.encoder.run(&tokens, &|_, hidden| self.pool(hidden), progress)?;
        Ok(Embeddings::new(self.dim, rows.into_iter().flatten().collect()))
    }

    fn pool(&self, hidden: &[f32]) -> Vec<f32> {
        let size = self.encoder.config.hidden_size;
        let rows: Vec<&[f32]> = hidden.chunks_exact(size).collect();
        let rows = &rows[self.unpooled.min(rows.len().saturating_sub(1))..];
        if rows.is_empty() {
            return vec![0.0; self.dim];
        }
        let mut made: Vec<f32> = self.pools.iter().flat_map(|pool| pool.of(rows, size)).collect();
        for dense in &self.dense {
            made = dense.apply(&made);
        }
        unit(&mut made);
        made
    }
}

fn pooling(config: &serde_json::Value) -> Option<Vec<Pool>> {
    let known = [
        ("cls", "pooling_mode_cls_token", Pool::First),
        ("max", "pooling_mode_max_tokens", Pool::Max),
        ("mean", "pooling_mode_mean_tokens", Pool::Mean),
        ("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", Pool::MeanSqrt),
        ("weightedmean", "pooling_mode_weightedmean_tokens", Pool::Weighted),
        ("lasttoken", "pooling_mode_lasttoken", Pool::Last),
    ];
    let named: Vec<&str> = match &config["pooling_mode"] {
        serde_json::Value::String(name) => vec![name],
        serde_json::Value::Array(names) => names.iter().filter_map(|n| n.as_str()).collect(),
        _ => vec![],
    };
    let pools: Vec<Pool> =
        known.iter().filter(|(short, long, _)| named.contains(short) || config[*long] == true).map(|k| k.2).collect();
    (!pools.is_empty()).then_some(pools)
}

impl Pool {
    fn of(self, rows: &[&[f32]], size: usize) -> Vec<f32> {
        let weighted = |weight: &dyn Fn(usize) -> f32, by: f32| {
            let mut all = vec![0.0; size];
            for (i, row) in rows.iter().enumerate() {
                let weight = weight(i);
                all.iter_mut().zip(*row).for_each(|(a, x)| *a += weight * x);
            }
            for a in &mut all {
                *a /= by;
            }
            all
        };
        let count = rows.len() as f32;
        match self {
            Self::First => rows[0].to_vec(),
            Self::Last => rows[rows.len() - 1].to_vec(),
            Self::Mean => weighted(&|_| 1.0, count),
            Self::MeanSqrt => weighted(&|_| 1.0, count.sqrt()),
            Self::Weighted => weighted(&|i| (i + 1) as f32, count * (count + 1.0) / 2.0),
            Self::Max => {
                let mut all = rows[0].to_vec();
                for row in &rows[1..] {
                    all.iter_mut().zip(*row).for_each(|(a, x)| *a = a.max(*x));
                }
                all
            }
        }
    }
}

impl Dense {
    fn open(folder: &Folder, path: &str, input: usize) -> Result<(usize, Self)> {
        let file = format!("{path}/config.json");
        let config: DenseConfig = folder.json(&file)?;
        if config.in_features != input {
            return Err(folder.error(
                &file,
                format!("takes {} values, the pooling gives {input}; download the model again", config.in_features),
            ));
        }
        let tanh = match config.activation_function.rsplit('.').next().unwrap_or("") {
            "Tanh" => true,
            "Identity" => false,
            other => {
                return Err(folder.error(&file, format!("asks for activation {other:?}; Tanh and Identity can be run")));
            }
        };
        let weights = Weights::open(folder, &format!("{path}/model.safetensors"))?;
        let weight = weights.f32("linear.weight", &[config.out_features, input])?;
        let bias = if config.bias {
            weights.f32("linear.bias", &[config.out_features])?
        } else {
            vec![0.0; config.out_features]
        };
        Ok((config.out_features, Self { weight, bias, tanh }))
    }

    fn apply(&self, input: &[f32]) -> Vec<f32> {
        affine(&self.weight, &self.bias, input).into_iter().map(|x| if self.tanh { x.tanh() } else { x }).collect()
    }
}

/// `weight` (`[out, in]`) times `input` plus `bias`.
pub(crate) fn affine(weight: &[f32], bias: &[f32], input: &[f32]) -> Vec<f32> {
    let rows = weight.chunks_exact(input.len());
    rows.zip(bias).map(|(row, b)| b + row.iter().zip(input).map(|(w, x)| w * x).sum::<f32>()).collect()
}
