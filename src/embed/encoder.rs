//! What does each token mean in its text? The forward pass of BERT, XLM-RoBERTa and DistilBERT.
//!
//! On the CPU the tokens of several texts lie in one `[tokens, hidden]` matrix without padding.
//! Every row of a matrix product is summed in an order that depends on the weights' shape alone,
//! and all else is done row by row or text by text: so a text's numbers do not depend on the texts
//! packed with it. On an accelerator batches are padded and run through candle's own ops.

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, DType, Device, InplaceOp1, InplaceOp2, Layout, Shape, Tensor};
use rayon::prelude::*;
use serde::Deserialize;

use super::Progress;
use super::folder::{Folder, Table, Weights};
use crate::error::{Error, Result};

/// Tokens a packed batch holds at most: its activations stay within the caches.
const PACKED: usize = 512;
/// Tokens, padding included, that an accelerator gets at once.
const PADDED: usize = 32_768;

/// What `config.json` says; the second names are DistilBERT's.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    #[serde(alias = "dim")]
    pub(crate) hidden_size: usize,
    #[serde(alias = "n_layers")]
    num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    intermediate_size: usize,
    #[serde(alias = "activation")]
    hidden_act: String,
    #[serde(default = "epsilon")]
    layer_norm_eps: f64,
    max_position_embeddings: usize,
    vocab_size: usize,
    #[serde(default)]
    type_vocab_size: usize,
    #[serde(default)]
    pad_token_id: u32,
    position_embedding_type: Option<String>,
    shared_embeddings: Option<String>,
}

fn epsilon() -> f64 {
    1e-12
}

/// Which names the tensors bear, and where positions begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Bert,
    Roberta,
    DistilBert,
}

#[derive(Debug, Clone, Copy)]
enum Activation {
    Gelu,
    GeluTanh,
    Relu,
}

/// Tokens of one text (or pair).
#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    pub(crate) ids: Vec<u32>,
    pub(crate) types: Vec<u32>,
}

#[derive(Debug)]
struct Linear {
    /// `[in, out]`: laid out once the way the product reads it.
    weight: Tensor,
    bias: Vec<f32>,
    bias_tensor: Tensor,
}

#[derive(Debug)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    tensors: (Tensor, Tensor),
    eps: f32,
}

#[derive(Debug)]
struct Layer {
    qkv: Linear,
    out: Linear,
    norm: Norm,
    up: Linear,
    down: Linear,
    last: Norm,
}

/// A transformer's body.
#[derive(Debug)]
pub(crate) struct Encoder {
    pub(crate) config: Config,
    pub(crate) family: Family,
    /// What stands before the body's tensor names (`bert.`).
    pub(crate) prefix: String,
    device: Device,
    activation: Activation,
    words: Arc<Table>,
    positions: Table,
    types: Option<Table>,
    norm: Norm,
    layers: Vec<Layer>,
}

/// Loads tensors onto one device.
struct Loader<'a> {
    weights: &'a Weights,
    device: &'a Device,
    eps: f32,
}

impl Loader<'_> {
    /// Several `[out, in]` matrices with their biases, side by side as one `[in, sum of out]`.
    fn linear(&self, names: &[String], output: usize, input: usize) -> Result<Linear> {
        let total = output * names.len();
        let mut laid = vec![0.0; input * total];
        let mut bias = Vec::with_capacity(total);
        for (part, name) in names.iter().enumerate() {
            let rows = self.weights.f32(&format!("{name}.weight"), &[output, input])?;
            for (o, row) in rows.chunks_exact(input).enumerate() {
                for (i, value) in row.iter().enumerate() {
                    laid[i * total + part * output + o] = *value;
                }
            }
            bias.extend(self.weights.f32(&format!("{name}.bias"), &[output])?);
        }
        let load = Error::compute("the weights' layout");
        let weight = Tensor::from_vec(laid, (input, total), self.device).map_err(load)?;
        let bias_tensor = self.tensor(&bias)?;
        Ok(Linear { weight, bias, bias_tensor })
    }

    fn norm(&self, name: &str, size: usize) -> Result<Norm> {
        // checkpoints converted from TensorFlow call them gamma and beta
        let old = self.weights.has(&format!("{name}.gamma"));
        let (w, b) = if old { ("gamma", "beta") } else { ("weight", "bias") };
        let weight = self.weights.f32(&format!("{name}.{w}"), &[size])?;
        let bias = self.weights.f32(&format!("{name}.{b}"), &[size])?;
        let tensors = (self.tensor(&weight)?, self.tensor(&bias)?);
        Ok(Norm { weight, bias, tensors, eps: self.eps })
    }

    fn tensor(&self, values: &[f32]) -> Result<Tensor> {
        Tensor::new(values, self.device).map_err(Error::compute("the weights' layout"))
    }
}

impl Encoder {
    pub(crate) fn open(folder: &Folder, at: &str, device: &Device) -> Result<(Self, Weights)> {
        let file = format!("{at}config.json");
        let raw: serde_json::Value = folder.json(&file)?;
        let model_type = raw["model_type"].as_str().unwrap_or("");
        let family = match model_type {
            "bert" => Family::Bert,
            "xlm-roberta" | "roberta" | "camembert" => Family::Roberta,
            "distilbert" => Family::DistilBert,
            other => {
                return Err(folder.error(
                    &file,
                    format!("says model_type {other:?}; bert, roberta, xlm-roberta, camembert, distilbert and model2vec can be run: choose a model of these"),
                ));
            }
        };
        let config: Config = folder.json(&file)?;
        if config.position_embedding_type.as_deref().is_some_and(|p| p != "absolute") {
            return Err(folder.error(
                &file,
                "asks for relative positions; only absolute position embeddings can be run: choose another model",
            ));
        }
        let activation = match config.hidden_act.as_str() {
            "gelu" => Activation::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" => Activation::GeluTanh,
            "relu" => Activation::Relu,
            other => {
                return Err(
                    folder.error(&file, format!("says hidden_act {other:?}; gelu, gelu_new and relu can be run"))
                );
            }
        };
        let (hidden, heads, inner) = (config.hidden_size, config.num_attention_heads, config.intermediate_size);
        if hidden == 0 || heads == 0 || inner == 0 || hidden % heads != 0 {
            return Err(folder.error(
                &file,
                format!(
                    "has hidden_size {hidden} and {heads} attention heads; the first must be a multiple of the second"
                ),
            ));
        }
        let weights = Weights::open(folder, &format!("{at}model.safetensors"))?;
        let stack = if family == Family::DistilBert { "transformer.layer" } else { "encoder.layer" };
        let probe = if family == Family::DistilBert { "attention.q_lin.weight" } else { "attention.self.query.weight" };
        let prefix = weights.prefix(&format!("{stack}.0.{probe}")).unwrap_or_default();
        let word_shape = [config.vocab_size, hidden];
        let word_name = "embeddings.word_embeddings.weight";
        let words = match &config.shared_embeddings {
            Some(path) if !weights.has(&format!("{prefix}{word_name}")) => {
                let other = folder.beside(path)?;
                let theirs = Weights::open(&other, "model.safetensors")?;
                let full = theirs.prefix(word_name).unwrap_or_default() + word_name;
                theirs.shared_table(&full, &word_shape)?
            }
            _ => weights.shared_table(&format!("{prefix}{word_name}"), &word_shape)?,
        };
        let positions = weights.table(
            &format!("{prefix}embeddings.position_embeddings.weight"),
            &[config.max_position_embeddings, hidden],
        )?;
        let types = (config.type_vocab_size > 0 && family != Family::DistilBert)
            .then(|| {
                weights.table(
                    &format!("{prefix}embeddings.token_type_embeddings.weight"),
                    &[config.type_vocab_size, hidden],
                )
            })
            .transpose()?;
        let load = Loader { weights: &weights, device, eps: config.layer_norm_eps as f32 };
        let norm = load.norm(&format!("{prefix}embeddings.LayerNorm"), hidden)?;
        let mut layers = Vec::new();
        for i in 0..config.num_hidden_layers {
            let name = |part: &str| format!("{prefix}{stack}.{i}.{part}");
            let names: [&str; 8] = if family == Family::DistilBert {
                [
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm",
                ]
            } else {
                [
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                    "attention.output.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm",
                ]
            };
            layers.push(Layer {
                qkv: load.linear(&[name(names[0]), name(names[1]), name(names[2])], hidden, hidden)?,
                out: load.linear(&[name(names[3])], hidden, hidden)?,
                norm: load.norm(&name(names[4]), hidden)?,
                up: load.linear(&[name(names[5])], inner, hidden)?,
                down: load.linear(&[name(names[6])], hidden, inner)?,
                last: load.norm(&name(names[7]), hidden)?,
            });
        }
        let encoder =
            Self { config, family, prefix, device: device.clone(), activation, words, positions, types, norm, layers };
        Ok((encoder, weights))
    }

    /// The most tokens of a text that have a position.
    pub(crate) fn max_tokens(&self) -> usize {
        let reserved = if self.family == Family::Roberta { self.config.pad_token_id as usize + 1 } else { 0 };
        self.config.max_position_embeddings.saturating_sub(reserved)
    }

    pub(crate) fn vocabulary(&self) -> usize {
        self.words.rows
    }

    /// Runs all texts and hands each one's `[tokens, hidden]` rows to `read`; what it makes of them
    /// comes back in the order of the texts.
    pub(crate) fn run(
        &self,
        texts: &[Tokens],
        read: &(dyn Fn(usize, &[f32]) -> Vec<f32> + Sync),
        progress: Progress,
    ) -> Result<Vec<Vec<f32>>> {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| (std::cmp::Reverse(texts[i].ids.len()), i));
        let batches = self.batches(texts, &order);
        let one = |batch: &&[usize]| -> Result<Vec<Vec<f32>>> {
            let hidden = if self.device.is_cpu() { self.packed(texts, batch) } else { self.padded(texts, batch) };
            let hidden = hidden.map_err(Error::compute("a batch of texts"))?;
            let mut made = Vec::with_capacity(batch.len());
            let mut start = 0;
            for &i in *batch {
                let end = start + texts[i].ids.len() * self.config.hidden_size;
                made.push(read(i, &hidden[start..end]));
                start = end;
            }
            progress(batch.len());
            Ok(made)
        };
        let made: Vec<Vec<Vec<f32>>> = if self.device.is_cpu() {
            batches.par_iter().map(one).collect::<Result<_>>()?
        } else {
            batches.iter().map(one).collect::<Result<_>>()?
        };
        let mut sorted = vec![Vec::new(); texts.len()];
        for (i, row) in order.into_iter().zip(made.into_iter().flatten()) {
            sorted[i] = row;
        }
        Ok(sorted)
    }

    /// Consecutive texts of `order` (longest first), cut by token budget; small work is still
    /// spread over the cores.
    fn batches<'a>(&self, texts: &[Tokens], order: &'a [usize]) -> Vec<&'a [usize]> {
        let total: usize = texts.iter().map(|t| t.ids.len()).sum();
        let budget =
            if self.device.is_cpu() { (total / (2 * rayon::current_num_threads())).clamp(32, PACKED) } else { PADDED };
        let mut batches = Vec::new();
        let (mut start, mut used) = (0, 0);
        for (n, &i) in order.iter().enumerate() {
            let cost = if self.device.is_cpu() { texts[i].ids.len() } else { texts[order[start]].ids.len() };
            if n > start && used + cost > budget {
                batches.push(&order[start..n]);
                (start, used) = (n, 0);
            }
            used += cost;
        }
        if start < order.len() {
            batches.push(&order[start..]);
        }
        batches
    }

    /// Word, position and type vectors summed and normalised, into `out` (`[tokens, hidden]`).
    fn embed(&self, text: &Tokens, out: &mut [f32]) {
        let mut position = 0;
        for ((&id, &kind), row) in text.ids.iter().zip(&text.types).zip(out.chunks_exact_mut(self.config.hidden_size)) {
            let at = if self.family == Family::Roberta {
                let pad = self.config.pad_token_id;
                position += usize::from(id != pad);
                if id == pad { pad as usize } else { pad as usize + position }
            } else {
                position += 1;
                position - 1
            };
            self.words.add(id as usize, 1.0, row);
            if let Some(types) = &self.types {
                types.add((kind as usize).min(types.rows - 1), 1.0, row);
            }
            self.positions.add(at, 1.0, row);
            normalise(row, &self.norm);
        }
    }

    fn packed(&self, texts: &[Tokens], batch: &[usize]) -> candle_core::Result<Vec<f32>> {
        let size = self.config.hidden_size;
        let lengths: Vec<usize> = batch.iter().map(|&i| texts[i].ids.len()).collect();
        // a product with a single row takes another path with another order of summation
        let rows = lengths.iter().sum::<usize>().max(2);
        let mut x = vec![0.0; rows * size];
        let mut rest = x.as_mut_slice();
        for &i in batch {
            let (own, after) = rest.split_at_mut(texts[i].ids.len() * size);
            self.embed(&texts[i], own);
            rest = after;
        }
        let mut x = Tensor::from_vec(x, (rows, size), &Device::Cpu)?;
        for layer in &self.layers {
            let qkv = x.matmul(&layer.qkv.weight)?;
            let op = Attention { lengths: &lengths, heads: self.config.num_attention_heads, bias: &layer.qkv.bias };
            let context = qkv.apply_op1_no_bwd(&op)?;
            let y = context.matmul(&layer.out.weight)?;
            y.inplace_op2(&x, &AddNorm { bias: &layer.out.bias, norm: &layer.norm })?;
            let inner = y.matmul(&layer.up.weight)?;
            inner.inplace_op1(&Activate { bias: &layer.up.bias, activation: self.activation })?;
            x = inner.matmul(&layer.down.weight)?;
            x.inplace_op2(&y, &AddNorm { bias: &layer.down.bias, norm: &layer.last })?;
        }
        x.flatten_all()?.to_vec1()
    }

    /// The same through candle's ops on padded batches, for accelerators.
    fn padded(&self, texts: &[Tokens], batch: &[usize]) -> candle_core::Result<Vec<f32>> {
        let (size, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let longest = batch.iter().map(|&i| texts[i].ids.len()).max().unwrap_or(0).max(1);
        let mut x = vec![0.0; batch.len() * longest * size];
        let mut mask = vec![f32::MIN; batch.len() * longest];
        for ((&i, rows), mask) in
            batch.iter().zip(x.chunks_exact_mut(longest * size)).zip(mask.chunks_exact_mut(longest))
        {
            let length = texts[i].ids.len();
            self.embed(&texts[i], &mut rows[..length * size]);
            mask[..length].fill(0.0);
        }
        let mask = Tensor::from_vec(mask, (batch.len(), 1, 1, longest), &self.device)?;
        let mut x = Tensor::from_vec(x, (batch.len() * longest, size), &self.device)?;
        let linear = |x: &Tensor, l: &Linear| x.matmul(&l.weight)?.broadcast_add(&l.bias_tensor);
        let norm =
            |x: Tensor, n: &Norm| candle_nn::ops::layer_norm(&x.contiguous()?, &n.tensors.0, &n.tensors.1, n.eps);
        let scale = 1.0 / ((size / heads) as f64).sqrt();
        for layer in &self.layers {
            let qkv = linear(&x, &layer.qkv)?
                .reshape((batch.len(), longest, 3, heads, size / heads))?
                .permute((2, 0, 3, 1, 4))?;
            let (q, k, v) = (qkv.get(0)?.contiguous()?, qkv.get(1)?.contiguous()?, qkv.get(2)?.contiguous()?);
            let scores = (q.matmul(&k.t()?)? * scale)?.broadcast_add(&mask)?;
            let context = candle_nn::ops::softmax_last_dim(&scores)?.matmul(&v)?;
            let context = context.transpose(1, 2)?.contiguous()?.reshape((batch.len() * longest, size))?;
            let y = norm((linear(&context, &layer.out)? + &x)?, &layer.norm)?;
            let inner = linear(&y, &layer.up)?;
            let inner = match self.activation {
                Activation::Gelu => inner.gelu_erf()?,
                Activation::GeluTanh => inner.gelu()?,
                Activation::Relu => inner.relu()?,
            };
            x = norm((linear(&inner, &layer.down)? + &y)?, &layer.last)?;
        }
        let all: Vec<f32> = x.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let rows = batch.iter().zip(all.chunks_exact(longest * size));
        Ok(rows.flat_map(|(&i, rows)| rows[..texts[i].ids.len() * size].iter().copied()).collect())
    }
}

fn values(storage: &CpuStorage) -> candle_core::Result<&[f32]> {
    match storage {
        CpuStorage::F32(values) => Ok(values),
        _ => candle_core::bail!("expected f32 activations"),
    }
}

fn values_mut(storage: &mut CpuStorage) -> candle_core::Result<&mut [f32]> {
    match storage {
        CpuStorage::F32(values) => Ok(values),
        _ => candle_core::bail!("expected f32 activations"),
    }
}

/// Adds the bias and applies the activation, in place, row by row.
struct Activate<'a> {
    bias: &'a [f32],
    activation: Activation,
}

impl InplaceOp1 for Activate<'_> {
    fn name(&self) -> &'static str {
        "bias-activation"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> candle_core::Result<()> {
        for row in values_mut(storage)?.chunks_exact_mut(self.bias.len()) {
            let each = row.iter_mut().zip(self.bias);
            match self.activation {
                Activation::Gelu => each.for_each(|(x, b)| *x = gelu(*x + b)),
                Activation::GeluTanh => each.for_each(|(x, b)| {
                    let v = *x + b;
                    *x = 0.5 * v * (1.0 + (0.797_884_6 * (v + 0.044_715 * v * v * v)).tanh());
                }),
                Activation::Relu => each.for_each(|(x, b)| *x = (*x + b).max(0.0)),
            }
        }
        Ok(())
    }
}

/// `dst = norm(dst + bias + residual)`, row by row.
struct AddNorm<'a> {
    bias: &'a [f32],
    norm: &'a Norm,
}

impl InplaceOp2 for AddNorm<'_> {
    fn name(&self) -> &'static str {
        "residual-norm"
    }

    fn cpu_fwd(&self, dst: &mut CpuStorage, _: &Layout, residual: &CpuStorage, _: &Layout) -> candle_core::Result<()> {
        let size = self.bias.len();
        let residual = values(residual)?;
        for (row, residual) in values_mut(dst)?.chunks_exact_mut(size).zip(residual.chunks_exact(size)) {
            for ((x, b), r) in row.iter_mut().zip(self.bias).zip(residual) {
                *x += b + r;
            }
            normalise(row, self.norm);
        }
        Ok(())
    }
}

/// `[tokens, 3 * hidden]` products of query, key and value to `[tokens, hidden]` contexts, each
/// text attending to itself.
struct Attention<'a> {
    lengths: &'a [usize],
    heads: usize,
    bias: &'a [f32],
}

impl CustomOp1 for Attention<'_> {
    fn name(&self) -> &'static str {
        "packed-attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (rows, triple) = layout.shape().dims2()?;
        let qkv = values(storage)?;
        let size = triple / 3;
        let mut context = vec![0.0; rows * size];
        let mut start = 0;
        for &length in self.lengths {
            self.one(
                &qkv[start * triple..(start + length) * triple],
                &mut context[start * size..(start + length) * size],
                length,
            );
            start += length;
        }
        Ok((CpuStorage::F32(context), Shape::from((rows, size))))
    }
}

impl Attention<'_> {
    fn one(&self, qkv: &[f32], context: &mut [f32], length: usize) {
        let triple = self.bias.len();
        let size = triple / 3;
        let head = size / self.heads;
        let scale = 1.0 / (head as f32).sqrt();
        let mut keys = vec![0.0; head * length];
        let mut held = vec![0.0; length * head];
        let mut scores = vec![0.0; length];
        for h in 0..self.heads {
            let (q, k, v) = (h * head, size + h * head, 2 * size + h * head);
            // keys transposed: a query's scores are sums of contiguous rows
            for (j, row) in qkv.chunks_exact(triple).enumerate() {
                for d in 0..head {
                    keys[d * length + j] = row[k + d] + self.bias[k + d];
                    held[j * head + d] = row[v + d] + self.bias[v + d];
                }
            }
            for (row, out) in qkv.chunks_exact(triple).zip(context.chunks_exact_mut(size)) {
                scores.fill(0.0);
                for (d, key) in keys.chunks_exact(length).enumerate() {
                    let query = (row[q + d] + self.bias[q + d]) * scale;
                    scores.iter_mut().zip(key).for_each(|(s, k)| *s += query * k);
                }
                let top = scores.iter().copied().fold(f32::MIN, f32::max);
                for score in &mut scores {
                    *score = exp(*score - top);
                }
                let share = 1.0 / sum(&scores, |x| x);
                let out = &mut out[q..q + head];
                for (score, value) in scores.iter().zip(held.chunks_exact(head)) {
                    let weight = score * share;
                    out.iter_mut().zip(value).for_each(|(o, v)| *o += weight * v);
                }
            }
        }
    }
}

/// A sum in eight lanes: fast, and in an order that the length alone decides.
fn sum(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (blocks, rest) = row.as_chunks::<8>();
    for block in blocks {
        for (lane, x) in lanes.iter_mut().zip(block) {
            *lane += of(*x);
        }
    }
    for (lane, x) in lanes.iter_mut().zip(rest) {
        *lane += of(*x);
    }
    lanes.iter().sum()
}

fn normalise(row: &mut [f32], norm: &Norm) {
    let count = row.len() as f32;
    let mean = sum(row, |x| x) / count;
    let variance = sum(row, |x| (x - mean) * (x - mean)) / count;
    let scale = 1.0 / (variance + norm.eps).sqrt();
    for ((x, w), b) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
        *x = (*x - mean) * scale * w + b;
    }
}

/// e to the x for x <= 0, to two units in the last place (Cephes' polynomial), without a branch.
fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // adding 1.5 * 2^23 leaves the nearest integer in the low bits
    let x = x.max(-87.0);
    let n = x * std::f32::consts::LOG2_E + ROUND - ROUND;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 0.166_666_65;
    let p = p * r + 0.5;
    let p = p * r * r + r + 1.0;
    p * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

/// x times the normal distribution function, by the error function.
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function as a quotient of polynomials (Eigen's `generic_fast_erf`), within 2e-7.
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let s = x * x;
    let p = -2.726_142_3e-10;
    let p = p * s + 2.770_681_4e-8;
    let p = p * s - 2.101_024e-6;
    let p = p * s - 5.692_506_4e-5;
    let p = p * s - 7.349_906_3e-4;
    let p = p * s - 2.954_6e-3;
    let p = p * s - 1.609_603_3e-2;
    let q = -1.456_607_2e-5;
    let q = q * s - 2.133_740_5e-4;
    let q = q * s - 1.682_827e-3;
    let q = q * s - 7.373_329e-3;
    let q = q * s - 1.426_473_9e-2;
    x * p / q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_batches_give_what_packed_ones_give() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
        for name in ["bert", "xlmr", "distilbert"] {
            let folder = Folder::find(&root.join(name).display().to_string()).unwrap();
            let (encoder, _) = Encoder::open(&folder, "", &Device::Cpu).unwrap();
            let text = |n: usize| Tokens { ids: (0..n as u32).map(|i| 4 + i % 20).collect(), types: vec![0; n] };
            let texts = [text(9), text(3), text(9), text(1)];
            let (a, b) =
                (encoder.packed(&texts, &[0, 1, 2, 3]).unwrap(), encoder.padded(&texts, &[0, 1, 2, 3]).unwrap());
            assert_eq!(a.len(), b.len());
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5), "{name}");
        }
    }

    #[test]
    fn the_fast_functions_follow_the_exact_ones() {
        for i in -6000..6000 {
            let x = i as f32 / 1000.0;
            let exact = candle_core::cpu::erf::erf_f64(f64::from(x)) as f32;
            assert!((erf(x) - exact).abs() < 5e-7, "erf {x}: {} {exact}", erf(x));
            let x = i as f32 / 100.0 - 60.0;
            if x > -87.0 {
                let exact = f64::from(x).exp() as f32;
                assert!((exp(x) - exact).abs() <= exact * 5e-7, "exp {x}: {} {exact}", exp(x));
            }
        }
    }
}
