//! Trains the judge of kinds and measures it: `cargo run --example train-kind -- --work DIR --bank DIR`.
//!
//! Reads   <bank>/batch*.jsonl, an optional second bank (`--extra`), `corpus/` with `eval/corpus.gold.json`,
//!         <work>/tokenizer.json and <work>/static.npy (V x 256, f32)
//! Writes  models/fast/kind.safetensors
//!
//! Multinomial logistic regression, full-batch Adam, L2 per block. Sentences that a rule decides are left out.
//! The bank's kinds are weighted to the corpus's shares; a corpus sentence weighs three times a bank sentence.
#![allow(clippy::print_stdout, missing_docs)]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use clap::Parser;
use counterpoint::attribute::Kind;
use counterpoint::attribute::kind::{CLAIM_FROM, FEATURES, KINDS, Place, Seen, features, rule};
use counterpoint::language::Lang;
use counterpoint::segment::Layout;
use serde::Deserialize;
use tokenizers::Tokenizer;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const DIM: usize = 256;
const WIDTH: usize = FEATURES.len() + DIM + 1;

#[derive(Parser)]
struct Args {
    #[arg(long)]
    work: PathBuf,
    #[arg(long, default_value = "../shared/bank")]
    bank: PathBuf,
    #[arg(long)]
    extra: Option<PathBuf>,
    #[arg(long, default_value = "models/fast/kind.safetensors")]
    out: PathBuf,
    /// Only train and write, measure nothing.
    #[arg(long)]
    quick: bool,
    /// Ridge on the features.
    #[arg(long, default_value_t = 0.1)]
    l2: f32,
    /// Ridge on the embedding.
    #[arg(long, default_value_t = 1.0)]
    sketch_l2: f32,
    /// Train on the bank alone, try several ridges and thresholds, and measure on the corpus.
    #[arg(long)]
    sweep: bool,
}

#[derive(Deserialize)]
struct Line {
    topic: String,
    kind: Kind,
    lang: String,
    text: String,
}

#[derive(Deserialize)]
struct Gold {
    articles: Vec<GoldArticle>,
}

#[derive(Deserialize)]
struct GoldArticle {
    file: String,
    language: String,
    author: Option<String>,
    sentences: Vec<GoldSentence>,
}

#[derive(Deserialize)]
struct GoldSentence {
    start: usize,
    end: usize,
    kind: Kind,
}

struct Row {
    x: Vec<f32>,
    y: usize,
    weight: f32,
    group: String,
    lang: String,
    ruled: Option<Kind>,
    corpus: bool,
    /// A varied copy: trained on, never measured.
    copy: bool,
}

struct Table {
    tokenizer: Tokenizer,
    values: Vec<f32>,
}

impl Table {
    fn open(work: &Path) -> Result<Self> {
        let tokenizer = Tokenizer::from_file(work.join("tokenizer.json"))?;
        let tensor = Tensor::read_npy(work.join("static.npy"))?;
        Ok(Self { tokenizer, values: tensor.flatten_all()?.to_vec1()? })
    }

    fn sketch(&self, text: &str) -> Result<Vec<f32>> {
        let mut sum = vec![0f32; DIM];
        for &id in self.tokenizer.encode(text, false)?.get_ids() {
            let row = &self.values[id as usize * DIM..][..DIM];
            sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
        }
        let norm = sum.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9);
        Ok(sum.iter().map(|v| v / norm).collect())
    }
}

fn row(seen: &Seen, sketch: Option<&[f32]>) -> Vec<f32> {
    let mut x = features(seen, sketch.is_none()).to_vec();
    x.extend(sketch.map_or_else(|| vec![0.0; DIM], <[f32]>::to_vec));
    x.push(1.0);
    x
}

fn index(kind: Kind) -> usize {
    KINDS.iter().position(|&k| k == kind).expect("KINDS has them all")
}

fn stops(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', '」', '』', '’', ')', '）', '*'])
        .ends_with(['.', '。', '!', '！', '?', '？', '؟', '…'])
}

fn bank(paths: &[PathBuf], table: &Table) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let langs: Vec<String> = ["eng", "fra", "rus", "zho", "jpn", "deu", "spa"].map(str::to_owned).to_vec();
    for path in paths {
        for (n, line) in std::fs::read_to_string(path)?.lines().enumerate() {
            let line: Line = serde_json::from_str(line)?;
            let text = line.text.trim();
            let lang = Lang::from_code(&line.lang);
            let plain = Layout::Running;
            let layout = if line.kind == Kind::Heading || (!stops(text) && text.chars().count() < 90) {
                Layout::Line
            } else {
                plain
            };
            let y = index(line.kind);
            // The order of the bank goes round the languages: mix it before anything is drawn from it.
            let n = ((n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize;
            // Nobody knows where a bank sentence would stand. Many pages give every sentence a paragraph,
            // so that standing alone must say little about claims and facts.
            let alone = y >= 2 || n.is_multiple_of(3);
            let draw = n / 3;
            let place = Place {
                opens: alone || draw.is_multiple_of(4),
                closes: alone || draw % 4 == 1,
                first: if y == 2 { draw.is_multiple_of(3) } else { draw.is_multiple_of(8) },
                last: if y == 3 { draw % 3 < 2 } else { draw.is_multiple_of(12) },
            };
            let seen = Seen { text, lang, article_lang: lang, layout, place, title: None, author: None };
            let sketch = table.sketch(text)?;
            let mut push = |seen: &Seen, x: Vec<f32>, weight: f32, copy: bool| {
                rows.push(Row {
                    x,
                    y,
                    weight,
                    group: line.topic.clone(),
                    lang: line.lang.clone(),
                    ruled: rule(seen),
                    corpus: false,
                    copy,
                });
            };
            push(&seen, row(&seen, Some(&sketch)), 1.0, false);
            push(&seen, row(&seen, None), 0.25, true);
            // Pages are set in more ways than the bank: posts without full stops, lists, quotations,
            // articles whose small print is in another language.
            if y < 2 && draw.is_multiple_of(8) {
                let bare = text.trim_end_matches(['.', '。']);
                let place = Place { opens: true, closes: true, ..place };
                let seen = Seen { text: bare, layout: Layout::Line, place, ..seen };
                push(&seen, row(&seen, Some(&sketch)), 0.5, true);
            }
            if y < 2 && draw % 8 == 1 {
                let layout = if draw % 16 == 1 { Layout::Item } else { Layout::Quoted };
                let seen = Seen { layout, ..seen };
                push(&seen, row(&seen, Some(&sketch)), 0.5, true);
            }
            if y == 3 {
                let other = &langs[n % langs.len()];
                let place = Place { last: n.is_multiple_of(2), opens: true, closes: true, first: false };
                let seen = Seen { article_lang: Lang::from_code(other), place, ..seen };
                push(&seen, row(&seen, Some(&sketch)), 1.0, true);
            }
        }
    }
    Ok(rows)
}

/// The gold sentences of a folder, seen in their places.
fn articles(gold: &Path, folder: &Path, table: &Table) -> Result<Vec<Row>> {
    let gold: Gold = serde_json::from_str(&std::fs::read_to_string(gold)?)?;
    let mut rows = Vec::new();
    for article in gold.articles {
        let text: Vec<char> = std::fs::read_to_string(folder.join(&article.file))?.chars().collect();
        let lang = Lang::from_code(&article.language);
        let n = article.sentences.len();
        let between = |a: usize, b: usize| text[a..b].iter().collect::<String>();
        let breaks = |i: usize| {
            let end = article.sentences.get(i).map_or(text.len(), |s| s.start);
            let start = if i == 0 { 0 } else { article.sentences[i - 1].end };
            i == 0 || i >= n || between(start, end).matches('\n').count() > 0
        };
        for (i, s) in article.sentences.iter().enumerate() {
            let own = between(s.start, s.end);
            let before = between(s.start.saturating_sub(6), s.start);
            let marker = before.rsplit('\n').next().unwrap_or("").trim_start();
            let place = Place { first: i < 3, last: i + 2 >= n, opens: breaks(i), closes: breaks(i + 1) };
            let layout = match marker {
                m if m.starts_with('#') => Layout::Heading,
                m if m.starts_with('>') => Layout::Quoted,
                m if m.starts_with("- ") || m.starts_with(|c: char| c.is_ascii_digit()) && m.contains(". ") => {
                    Layout::Item
                }
                _ if place.opens && place.closes && !stops(&own) && own.chars().count() < 90 => Layout::Line,
                _ => Layout::Running,
            };
            let (found, _) = counted(&own, lang);
            let seen = Seen {
                text: &own,
                lang: found,
                article_lang: lang,
                layout,
                place,
                title: None,
                author: article.author.as_deref(),
            };
            let sketch = table.sketch(&own)?;
            let mut push = |x: Vec<f32>, weight: f32, copy: bool| {
                rows.push(Row {
                    x,
                    y: index(s.kind),
                    weight,
                    group: article.file.clone(),
                    lang: article.language.clone(),
                    ruled: rule(&seen),
                    corpus: true,
                    copy,
                });
            };
            push(row(&seen, Some(&sketch)), 3.0, false);
            push(row(&seen, None), 0.75, true);
            if index(s.kind) < 2 {
                // the same page with a paragraph a sentence
                let place = Place { opens: true, closes: true, ..place };
                push(row(&Seen { place, ..seen }, Some(&sketch)), 1.0, true);
            }
        }
    }
    Ok(rows)
}

/// The sentence's own language where its script gives it away, else the article's.
fn counted(text: &str, lang: Option<Lang>) -> (Option<Lang>, usize) {
    let han = text.chars().filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(c)).count();
    let kana = text.chars().filter(|c| ('\u{3040}'..='\u{30FF}').contains(c)).count();
    let east = lang.is_some_and(|l| matches!(l.code(), "zho" | "jpn" | "kor"));
    if !east && han >= 4 && kana == 0 { (Lang::from_code("zho"), han) } else { (lang, han) }
}

/// Weights of shape `WIDTH` x 4, in the features' own scale.
fn train(rows: &[&Row], (l2, sketch_l2): (f32, f32), steps: usize) -> Result<Vec<f32>> {
    let rows: Vec<&&Row> = rows.iter().filter(|r| r.ruled.is_none()).collect();
    let n = rows.len();
    // the bank's kinds get the corpus's shares
    let mut share = [[1e-6f32; 4]; 2];
    for r in &rows {
        share[usize::from(r.corpus)][r.y] += r.weight;
    }
    let total = |s: &[f32; 4]| s.iter().sum::<f32>();
    let weight: Vec<f32> = rows
        .iter()
        .map(|r| {
            // without a corpus: half claims, as in the press at large
            let shares = if total(&share[1]) < 1.0 { [0.55, 0.33, 0.06, 0.06] } else { share[1] };
            let (b, c) = (share[0][r.y] / total(&share[0]), shares[r.y].max(0.03 * total(&shares)) / total(&shares));
            if r.corpus { r.weight } else { r.weight * c / b }
        })
        .collect();
    let sum: f32 = weight.iter().sum();
    let mut mean = vec![0f32; WIDTH];
    let mut std = vec![0f32; WIDTH];
    for r in &rows {
        mean.iter_mut().zip(&r.x).for_each(|(m, v)| *m += v / n as f32);
    }
    for r in &rows {
        std.iter_mut().zip(r.x.iter().zip(&mean)).for_each(|(s, (v, m))| *s += (v - m).powi(2) / n as f32);
    }
    for s in &mut std {
        *s = s.sqrt().max(0.02);
    }
    mean[WIDTH - 1] = 0.0;
    std[WIDTH - 1] = 1.0;
    let scaled: Vec<f32> =
        rows.iter().flat_map(|r| (0..WIDTH).map(|j| (r.x[j] - mean[j]) / std[j]).collect::<Vec<_>>()).collect();
    let dev = Device::Cpu;
    let x = Tensor::from_vec(scaled, (n, WIDTH), &dev)?;
    let xt = x.t()?.contiguous()?;
    let mut w = vec![0f32; WIDTH * 4];
    let (mut m, mut v) = (w.clone(), w.clone());
    for step in 1..=steps {
        let scores = x.matmul(&Tensor::from_slice(&w, (WIDTH, 4), &dev)?)?.flatten_all()?.to_vec1::<f32>()?;
        let mut error = vec![0f32; n * 4];
        for i in 0..n {
            let s = &scores[i * 4..i * 4 + 4];
            let top = s.iter().copied().fold(f32::MIN, f32::max);
            let e: Vec<f32> = s.iter().map(|v| (v - top).exp()).collect();
            let z: f32 = e.iter().sum();
            for k in 0..4 {
                error[i * 4 + k] = (e[k] / z - f32::from(u8::from(k == rows[i].y))) * weight[i] / sum;
            }
        }
        let g = xt.matmul(&Tensor::from_vec(error, (n, 4), &dev)?)?.flatten_all()?.to_vec1::<f32>()?;
        let rate = 0.05 * (1.0 - step as f32 / (steps + 1) as f32);
        for j in 0..w.len() {
            let block = if j / 4 == WIDTH - 1 {
                0.0
            } else if j / 4 < FEATURES.len() {
                l2
            } else {
                sketch_l2
            };
            let grad = g[j] + block * w[j];
            m[j] = 0.9 * m[j] + 0.1 * grad;
            v[j] = 0.999 * v[j] + 0.001 * grad * grad;
            let (mh, vh) = (m[j] / (1.0 - 0.9f32.powi(step as i32)), v[j] / (1.0 - 0.999f32.powi(step as i32)));
            w[j] -= rate * mh / (vh.sqrt() + 1e-8);
        }
    }
    for k in 0..4 {
        for j in 0..WIDTH - 1 {
            w[j * 4 + k] /= std[j];
            w[(WIDTH - 1) * 4 + k] -= w[j * 4 + k] * mean[j];
        }
    }
    Ok(w)
}

fn judge(w: &[f32], r: &Row) -> usize {
    judge_at(w, r, CLAIM_FROM)
}

/// How a model of the bank alone does on the corpus: a stand-in for articles by writers never seen.
fn sweep(rows: &[Row]) -> Result<()> {
    let kept: Vec<&Row> = rows.iter().filter(|r| !r.corpus).collect();
    for ridge in [(0.01, 0.05), (0.03, 0.2), (0.03, 1.0), (0.1, 0.2), (0.1, 1.0), (0.1, 5.0), (0.3, 1.0)] {
        let w = train(&kept, ridge, 200)?;
        for bar in [0.5, 0.4, 0.3, 0.2] {
            let mut score = Confusion::default();
            for r in rows.iter().filter(|r| r.corpus && !r.copy) {
                score.0[r.y][judge_at(&w, r, bar)] += 1;
            }
            score.say(&format!("bank to corpus, ridge {ridge:?}, claim from {bar}"));
        }
    }
    Ok(())
}

fn judge_at(w: &[f32], r: &Row, bar: f32) -> usize {
    if let Some(kind) = r.ruled {
        return index(kind);
    }
    let scores: Vec<f32> = (0..4).map(|k| r.x.iter().enumerate().map(|(j, v)| v * w[j * 4 + k]).sum::<f32>()).collect();
    let z: f32 = scores.iter().map(|s| (s - scores[0]).exp()).sum();
    if 1.0 / z >= bar { 0 } else { (1..4).fold(1, |best, k| if scores[k] > scores[best] { k } else { best }) }
}

#[derive(Default, Clone)]
struct Confusion([[usize; 4]; 4]);

impl Confusion {
    fn f1(&self, k: usize) -> f32 {
        let hit = self.0[k][k] as f32;
        let gold: usize = self.0[k].iter().sum();
        let said: usize = self.0.iter().map(|r| r[k]).sum();
        2.0 * hit / (gold + said).max(1) as f32
    }

    fn say(&self, name: &str) {
        let f: Vec<f32> = (0..4).map(|k| self.f1(k)).collect();
        let macro_f1 = f.iter().sum::<f32>() / 4.0;
        println!(
            "{name:42} macro {macro_f1:.3}  claim {:.3} context {:.3} heading {:.3} boilerplate {:.3}",
            f[0], f[1], f[2], f[3]
        );
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let table = Table::open(&args.work)?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&args.bank)?
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    paths.sort();
    paths.extend(args.extra.clone());
    let mut rows = bank(&paths, &table)?;
    rows.extend(articles(Path::new("eval/corpus.gold.json"), Path::new("corpus"), &table)?);
    println!("{} rows", rows.len());

    let ridge = (args.l2, args.sketch_l2);
    if args.sweep {
        return sweep(&rows);
    }
    let all: Vec<&Row> = rows.iter().collect();
    let w = train(&all, ridge, 400)?;
    let columns = |from: usize, to: usize| -> Vec<u8> {
        (0..4).flat_map(|k| (from..to).map(move |j| (j, k))).flat_map(|(j, k)| w[j * 4 + k].to_le_bytes()).collect()
    };
    let parts = [
        ("features", vec![4, FEATURES.len()], columns(0, FEATURES.len())),
        ("sketch", vec![4, DIM], columns(FEATURES.len(), FEATURES.len() + DIM)),
        ("bias", vec![4], columns(WIDTH - 1, WIDTH)),
    ];
    let views = parts
        .iter()
        .map(|(name, shape, data)| {
            Ok((*name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), data)?))
        })
        .collect::<Result<Vec<_>>>()?;
    let about = HashMap::from([("features".to_owned(), FEATURES.join(" "))]);
    std::fs::write(&args.out, safetensors::serialize(views, Some(about))?)?;
    println!("wrote {}", args.out.display());

    if let Some(shared) = std::env::var_os("COUNTERPOINT_SHARED").map(PathBuf::from) {
        let mut score = Confusion::default();
        for r in articles(Path::new("eval/seeds.gold.json"), &shared.join("seeds"), &table)?.iter().filter(|r| !r.copy)
        {
            score.0[r.y][judge(&w, r)] += 1;
        }
        score.say("seeds (never trained on)");
    }
    if args.quick {
        return Ok(());
    }
    let files: BTreeSet<&str> = rows.iter().filter(|r| r.corpus).map(|r| r.group.as_str()).collect();
    let mut score = Confusion::default();
    let mut ruled = Confusion::default();
    for file in files {
        let (held, kept): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| r.group == file);
        let w = train(&kept, ridge, 200)?;
        for r in held.iter().filter(|r| !r.copy) {
            score.0[r.y][judge(&w, r)] += 1;
            if let Some(kind) = r.ruled {
                ruled.0[r.y][index(kind)] += 1;
            }
        }
    }
    score.say("corpus, leave one article out");
    println!("  gold x judged {:?}; by rules {:?}", score.0, ruled.0);

    let topics: Vec<&str> =
        rows.iter().filter(|r| !r.corpus).map(|r| r.group.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut whole = Confusion::default();
    let mut by_lang: BTreeMap<&str, Confusion> = BTreeMap::new();
    for fold in 0..5 {
        let held: BTreeSet<&str> =
            topics.iter().copied().enumerate().filter(|(i, _)| i % 5 == fold).map(|(_, t)| t).collect();
        let (test, kept): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| held.contains(r.group.as_str()));
        let w = train(&kept, ridge, 200)?;
        for r in test.iter().filter(|r| !r.copy) {
            let said = judge(&w, r);
            whole.0[r.y][said] += 1;
            by_lang.entry(&r.lang).or_default().0[r.y][said] += 1;
        }
    }
    whole.say("bank, topics held out");
    println!("  gold x judged {:?}", whole.0);
    for (lang, score) in by_lang {
        score.say(lang);
    }
    Ok(())
}
