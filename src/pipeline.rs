//! The stages as consecutive lines: files in, a [`Debate`] and its [`Evidence`] out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rayon::prelude::*;

use crate::attribute::{self, Claim, Judged, KindHead, People, Speaker, Voices};
use crate::cluster;
use crate::debate::{
    ArticleEntry, ArticleText, ClaimEntry, ClaimEvidence, Debate, EVIDENCE_SCHEMA, Evidence, LanguageEntry, ModelEntry,
    Origin, PointEntry, PointEvidence, Position, Provenance, SCHEMA, SentenceEntry, Verdict, VoiceEntry,
};
use crate::embed::{Embedder, Embeddings, PairScorer};
use crate::error::{Error, Result, Skipped};
use crate::ingest::{self, Article};
use crate::language::{self, Lang};
use crate::segment::{self, Sentence};
use crate::settings::Settings;
use crate::span::CodePoints;
use crate::stance::{self, Calibration, Given, Judgement, Stand, Word};
use crate::store::{self, Store};

/// What a long step tells while it runs.
pub trait Progress: Sync {
    /// A step of `total` units begins.
    fn begin(&self, step: &'static str, total: usize);
    /// `n` more units are done.
    fn advance(&self, n: usize);
    /// The step is over.
    fn end(&self);
}

/// Says nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: &'static str, _: usize) {}
    fn advance(&self, _: usize) {}
    fn end(&self) {}
}

/// One article, read and taken apart.
#[derive(Debug)]
pub struct Reading {
    /// The article.
    pub article: Article,
    /// Its language as a whole, with the probability.
    pub language: (Option<Lang>, f32),
    /// Its sentences; they tile the body.
    pub sentences: Vec<Sentence>,
    /// What each sentence does.
    pub kinds: Vec<Judged>,
    /// What it claims, and in whose name.
    pub claims: Vec<Claim>,
}

/// The models and settings of a run, loaded once.
pub struct Pipeline {
    settings: Settings,
    embedder: Embedder,
    pair: Option<PairScorer>,
    kind: KindHead,
    calibration: Calibration,
    given: Vec<Given>,
    people: People,
    fingerprint: String,
}

impl Pipeline {
    /// Loads what `settings` name.
    pub fn open(settings: Settings) -> Result<Self> {
        let embedder = Embedder::open(&settings.model, &settings.device)?;
        let given = settings.points.as_deref().map(stance::points).transpose()?.unwrap_or_default();
        // only given points are read side by side with claims
        let pair = if given.is_empty() { None } else { embedder.pair()? };
        let model_file = |name: &'static str| {
            embedder.file(name).ok_or_else(|| Error::Model {
                model: settings.model.clone(),
                path: PathBuf::from(name),
                why: "is missing: the model's calibration; copy it from models/fast or train it with models/recipes"
                    .into(),
            })
        };
        let kind = KindHead::from_bytes(&model_file("kind.safetensors")?)?;
        let mut calibration = Calibration::parse(&model_file("judge.json")?).map_err(|why| Error::Model {
            model: settings.model.clone(),
            path: PathBuf::from("judge.json"),
            why: format!("does not parse: {why}"),
        })?;
        if let Some(cut) = settings.cut {
            calibration.cut = cut;
        }
        if let Some(list) = settings.min_confidence {
            calibration.list = list;
            calibration.count = calibration.count.max(list);
        }
        let people = match &settings.people {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
                People::parse(&text)?
            }
            None => People::default(),
        };
        let fingerprint =
            settings.fingerprint(embedder.sha256(), &format!("{given:?}"), &format!("{people:?}{calibration:?}"));
        Ok(Self { settings, embedder, pair, kind, calibration, given, people, fingerprint })
    }

    /// The encoder, for those who need vectors themselves.
    pub fn embedder(&self) -> &Embedder {
        &self.embedder
    }

    /// The calibration in use.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Reads `paths` and finds the debate in them.
    pub fn run(&self, paths: &[PathBuf], store: &mut Store, progress: &dyn Progress) -> Result<(Debate, Evidence)> {
        let (found, mut skipped) = ingest::discover(paths)?;
        progress.begin("reading", found.len());
        let read: Vec<std::result::Result<Article, Skipped>> = found
            .par_iter()
            .map(|f| {
                let article = ingest::read(f);
                progress.advance(1);
                article
            })
            .collect();
        progress.end();
        let mut articles = Vec::new();
        for article in read {
            match article {
                Ok(a) => articles.push(a),
                Err(s) => skipped.push(s),
            }
        }
        // the same text twice is one article: its first path in order
        articles.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        let mut kept: Vec<Article> = Vec::new();
        for a in articles {
            match kept.last() {
                Some(first) if first.sha256 == a.sha256 => skipped.push(Skipped {
                    path: a.path.clone(),
                    stage: "ingest".into(),
                    error: format!("has the same content as {}; it counts once", first.path),
                }),
                _ => kept.push(a),
            }
        }
        for a in &kept {
            for w in &a.warnings {
                log::warn!("{}: {w}", a.path);
            }
        }
        if kept.is_empty() && skipped.is_empty() {
            return Err(Error::NoArticles { path: paths.first().cloned().unwrap_or_default() });
        }

        let readings = self.read(kept, progress)?;
        for r in &readings {
            if r.claims.is_empty() {
                let why = match r.language.0 {
                    None => "its language is not one the tool knows, and no claim was found in it",
                    Some(_) => "no claim was found in it",
                };
                skipped.push(Skipped { path: r.article.path.clone(), stage: "attribute".into(), error: why.into() });
            }
        }
        skipped.sort();
        skipped.dedup();
        self.debate(&readings, skipped, store, progress)
    }

    /// Language, sentences, kinds and claims of each article.
    pub fn read(&self, articles: Vec<Article>, progress: &dyn Progress) -> Result<Vec<Reading>> {
        progress.begin("finding claims", articles.len());
        let readings = articles
            .into_par_iter()
            .map(|article| {
                let passages = language::passages(&article);
                let language = language::of_article(&article, &passages);
                let sentences = segment::sentences(&article, &passages);
                let texts: Vec<&str> = sentences.iter().map(|s| s.span.of(&article.text)).collect();
                let sketch = self.embedder.sketch(&texts)?;
                let kinds = self.kind.judge(&article, &sentences, language.0, &sketch);
                let claims = attribute::claims(&article, &sentences, &kinds);
                progress.advance(1);
                Ok(Reading { article, language, sentences, kinds, claims })
            })
            .collect::<Result<Vec<_>>>();
        progress.end();
        readings
    }

    /// Vectors of `texts`, from the store where it has them.
    pub fn vectors(&self, texts: &[&str], store: &mut Store, progress: &dyn Progress) -> Result<Embeddings> {
        let dim = self.embedder.dim();
        let keys: Vec<String> = texts.iter().map(|t| store::hash(&[t])).collect();
        let model = self.embedder.sha256();
        let mut rows = store.vectors(model, &keys, dim)?;
        let missing: Vec<usize> = (0..rows.len()).filter(|&i| rows[i].is_none()).collect();
        progress.begin("embedding", missing.len());
        // a slice at a time, so that a killed run keeps what it had
        for part in missing.chunks(2048) {
            let batch: Vec<&str> = part.iter().map(|&i| texts[i]).collect();
            let made = self.embedder.embed(&batch, &|n| progress.advance(n))?;
            store.keep_vectors(model, part.iter().enumerate().map(|(j, &i)| (keys[i].as_str(), made.row(j))))?;
            for (j, &i) in part.iter().enumerate() {
                rows[i] = Some(made.row(j).to_vec());
            }
        }
        progress.end();
        Ok(Embeddings::new(dim, rows.into_iter().flat_map(|r| r.expect("every text has a vector now")).collect()))
    }

    /// Cross-encoder scores of (claim, point) texts, from the store where it has them;
    /// all `None` for a model without a cross-encoder.
    fn scores(
        &self,
        pairs: &[(&str, &str)],
        store: &mut Store,
        progress: &dyn Progress,
    ) -> Result<Vec<Option<[f32; 3]>>> {
        let Some(pair) = &self.pair else { return Ok(vec![None; pairs.len()]) };
        let keys: Vec<String> = pairs.iter().map(|(a, b)| store::hash(&[a, b])).collect();
        let model = self.embedder.sha256();
        let mut rows = store.pairs(model, &keys)?;
        let missing: Vec<usize> = (0..rows.len()).filter(|&i| rows[i].is_none()).collect();
        progress.begin("taking sides", missing.len());
        for part in missing.chunks(1024) {
            let batch: Vec<(&str, &str)> = part.iter().map(|&i| pairs[i]).collect();
            let made = pair.score(&batch)?;
            store.keep_pairs(model, part.iter().zip(&made).map(|(&i, &s)| (keys[i].as_str(), s)))?;
            for (&i, s) in part.iter().zip(made) {
                rows[i] = Some(s);
            }
            progress.advance(part.len());
        }
        progress.end();
        Ok(rows)
    }

    fn debate(
        &self,
        readings: &[Reading],
        skipped: Vec<Skipped>,
        store: &mut Store,
        progress: &dyn Progress,
    ) -> Result<(Debate, Evidence)> {
        // every claim of every article, in canonical order
        let place: Vec<(usize, usize)> =
            readings.iter().enumerate().flat_map(|(a, r)| (0..r.claims.len()).map(move |c| (a, c))).collect();
        let claim = |i: usize| &readings[place[i].0].claims[place[i].1];
        let text = |i: usize| claim(i).span.of(&readings[place[i].0].article.text);
        let ids: Vec<String> = (0..place.len())
            .map(|i| {
                let span = claim(i).span;
                let at = format!("{}-{}", span.start(), span.end());
                format!("c-{}", &store::hash(&[&readings[place[i].0].article.sha256, &at])[..12])
            })
            .collect();
        let voices = attribute::voices(
            &readings.iter().map(|r| (&r.article, r.claims.as_slice())).collect::<Vec<_>>(),
            &self.people,
        );
        let voice = |i: usize| voices.of[place[i].0][place[i].1];
        let texts: Vec<&str> = (0..place.len()).map(text).collect();
        let vectors = self.vectors(&texts, store, progress)?;

        let languages: Vec<Option<&str>> = (0..place.len()).map(|i| claim(i).lang.map(Lang::code)).collect();
        let centred = cluster::centred(&vectors, &languages);
        let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
        progress.begin("finding points", 1);
        let clusters = cluster::cluster(&centred, &keys, self.calibration.cut)?.clusters;
        progress.end();

        // given points: the reader's own, each claim against the nearest few
        let given = if self.given.is_empty() {
            Vec::new()
        } else {
            let places = self.given_places(store)?;
            stance::judge(&vectors, &places, &self.calibration, &mut |asked| {
                let pairs: Vec<(&str, &str)> =
                    asked.iter().map(|&(i, k)| (texts[i], self.given[k].text.as_str())).collect();
                self.scores(&pairs, store, progress)
            })?
        };
        let members = stance::judge_members(&clusters, &centred, &self.calibration);
        let found_ids = self.point_ids(&clusters, &ids, store)?;

        let mut points = Vec::new();
        let mut evidence = Vec::new();
        let shape = Shape { readings, place: &place, ids: &ids, voices: &voices };
        for (k, g) in self.given.iter().enumerate() {
            let here: Vec<Judgement> = given.iter().copied().filter(|j| j.point == k).collect();
            let (listed, rest): (Vec<_>, Vec<_>) =
                here.into_iter().partition(|j| j.confidence() >= f64::from(self.calibration.list));
            let (entry, why) = self.point(&shape, g.id.clone(), g.text.clone(), Origin::Given, listed, &rest, &voice);
            points.push(entry);
            evidence.push(why);
        }
        for (k, cluster) in clusters.iter().enumerate() {
            let here: Vec<Judgement> = members.iter().copied().filter(|j| j.point == k).collect();
            let exemplar = single_line(texts[cluster[0]]);
            let (entry, why) = self.point(&shape, found_ids[k].clone(), exemplar, Origin::Found, here, &[], &voice);
            points.push(entry);
            evidence.push(why);
        }

        let code_points: Vec<CodePoints<'_>> = readings.iter().map(|r| CodePoints::new(&r.article.text)).collect();
        let debate = Debate {
            schema: SCHEMA.into(),
            provenance: Provenance {
                version: env!("CARGO_PKG_VERSION").into(),
                model: ModelEntry {
                    id: self.embedder.id().into(),
                    revision: self.embedder.revision().into(),
                    sha256: self.embedder.sha256().into(),
                },
                settings: self.fingerprint.clone(),
                device: self.embedder.device(),
            },
            articles: readings.iter().map(article_entry).collect(),
            sentences: readings
                .iter()
                .zip(&code_points)
                .flat_map(|(r, points)| {
                    r.sentences.iter().zip(&r.kinds).filter(|(s, _)| !s.span.is_empty()).map(move |(s, kind)| {
                        let (start, end) = points.of(s.span);
                        let language = s.lang.map_or("und", Lang::code).to_owned();
                        // a sentence that carries a claim is one, whatever its kind was before it was split
                        SentenceEntry { article: r.article.id.clone(), start, end, language, kind: kind.kind }
                    })
                })
                .collect(),
            voices: voice_entries(&voices),
            claims: (0..place.len())
                .map(|i| {
                    let (start, end) = code_points[place[i].0].of(claim(i).span);
                    ClaimEntry {
                        id: ids[i].clone(),
                        article: readings[place[i].0].article.id.clone(),
                        start,
                        end,
                        language: claim(i).lang.map_or("und", Lang::code).into(),
                        voice: voices.voices[voice(i)].id.clone(),
                        reported: claim(i).reported,
                        confidence: rounded(claim(i).confidence),
                    }
                })
                .collect(),
            points,
            skipped,
        };
        let evidence = Evidence {
            schema: EVIDENCE_SCHEMA.into(),
            articles: readings
                .iter()
                .map(|r| ArticleText {
                    article: r.article.id.clone(),
                    url: r.article.url.clone(),
                    text: r.article.text.clone(),
                })
                .collect(),
            claims: (0..place.len())
                .map(|i| {
                    let c = claim(i);
                    ClaimEvidence {
                        claim: ids[i].clone(),
                        rule: c.cue.as_ref().map(|cue| cue.rule.to_owned()),
                        cue: c.cue.as_ref().map(|cue| code_points[place[i].0].of(cue.span)),
                        speaker: match &c.speaker {
                            Speaker::Author => None,
                            Speaker::Named { mention, .. } | Speaker::Unnamed { mention, .. } => {
                                Some(mention.of(&readings[place[i].0].article.text).to_owned())
                            }
                        },
                        rejected: c.rejected,
                        similar: similar(&centred, i, &ids, &voice),
                    }
                })
                .collect(),
            points: evidence,
            maybe_same: voices.maybe_same.clone(),
        };
        Ok((debate, evidence))
    }

    /// Where the given points lie: the mean of a point's wording and its examples.
    fn given_places(&self, store: &mut Store) -> Result<Embeddings> {
        let mut rows = Vec::new();
        for g in &self.given {
            let mut texts = vec![g.text.as_str()];
            texts.extend(g.r#for.iter().chain(&g.against).map(String::as_str));
            let made = self.vectors(&texts, store, &Quiet)?;
            // the wording weighs as much as all examples together
            let share = |i: usize| match (i, texts.len()) {
                (_, 1) => 1.0,
                (0, _) => 0.5,
                (_, n) => 0.5 / (n - 1) as f32,
            };
            let mut place = vec![0.0f32; made.dim()];
            for i in 0..made.len() {
                place.iter_mut().zip(made.row(i)).for_each(|(p, x)| *p += share(i) * x);
            }
            let norm = place.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-9);
            rows.extend(place.into_iter().map(|x| x / norm));
        }
        Ok(Embeddings::new(self.embedder.dim(), rows))
    }

    /// Ids of the found points: an earlier run's where most of a point's known
    /// claims had it, else made from the exemplar's id.
    fn point_ids(&self, clusters: &[Vec<usize>], ids: &[String], store: &mut Store) -> Result<Vec<String>> {
        let before = store.points(&self.fingerprint)?;
        let mut taken = BTreeSet::new();
        let mut out = Vec::new();
        for members in clusters {
            let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
            for &i in members {
                if let Some(p) = before.get(&ids[i]) {
                    *votes.entry(p).or_default() += 1;
                }
            }
            let known = votes
                .into_iter()
                .filter(|(p, _)| !taken.contains(*p))
                .max_by_key(|&(p, n)| (n, std::cmp::Reverse(p)))
                .filter(|&(_, n)| 2 * n > members.len().min(before.len()) / 2)
                .map(|(p, _)| p.to_owned());
            let id = known.unwrap_or_else(|| format!("p-{}", &ids[members[0]][2..]));
            taken.insert(id.clone());
            out.push(id);
        }
        let now = clusters
            .iter()
            .zip(&out)
            .flat_map(|(members, id)| members.iter().map(|&i| (ids[i].clone(), id.clone())))
            .collect();
        store.keep_points(&self.fingerprint, &now)?;
        Ok(out)
    }

    #[expect(clippy::too_many_arguments, reason = "one point's parts, used in two lines above")]
    fn point(
        &self,
        shape: &Shape<'_>,
        id: String,
        text: String,
        origin: Origin,
        mut listed: Vec<Judgement>,
        rest: &[Judgement],
        voice: &dyn Fn(usize) -> usize,
    ) -> (PointEntry, PointEvidence) {
        listed.sort_by(|a, b| {
            b.confidence().total_cmp(&a.confidence()).then_with(|| shape.ids[a.claim].cmp(&shape.ids[b.claim]))
        });
        let words: Vec<Word<'_>> = listed
            .iter()
            .map(|j| Word {
                voice: voice(j.claim),
                judgement: *j,
                date: shape.readings[shape.place[j.claim].0].article.published.as_deref(),
            })
            .collect();
        let stands = stance::stands(&words);
        let count = f64::from(self.calibration.count);
        let (verdict, confidence) = stance::verdict(&stands, count);
        let side = |s| {
            let mut ids: Vec<String> = stands
                .iter()
                .filter(|x| x.side == s && x.confidence >= count && verdict != Verdict::Unclear)
                .map(|x| shape.voices.voices[x.voice].id.clone())
                .collect();
            ids.sort();
            ids
        };
        let claims: Vec<Position> = listed
            .iter()
            .map(|j| Position { claim: shape.ids[j.claim].clone(), side: j.side(), confidence: j.confidence() })
            .collect();
        let mut unclear: Vec<(String, f64)> = rest
            .iter()
            .filter(|j| j.bears >= 0.3)
            .map(|j| (shape.ids[j.claim].clone(), (j.bears * 1000.0).round() / 1000.0))
            .collect();
        unclear.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let shifts = stands
            .iter()
            .filter_map(|Stand { voice, shift, .. }| {
                let (a, b) = shift.clone()?;
                Some((shape.voices.voices[*voice].id.clone(), Some(a), Some(b)))
            })
            .collect();
        let entry = PointEntry {
            id: id.clone(),
            text,
            origin,
            claims,
            r#for: side(crate::debate::Side::For),
            against: side(crate::debate::Side::Against),
            verdict,
        };
        (entry, PointEvidence { point: id, confidence, unclear, shifts })
    }

    /// The settings this pipeline was opened with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// What every point needs to know of the whole.
struct Shape<'r> {
    readings: &'r [Reading],
    place: &'r [(usize, usize)],
    ids: &'r [String],
    voices: &'r Voices,
}

fn rounded(p: f32) -> f64 {
    (f64::from(p) * 1000.0).round() / 1000.0
}

fn single_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn article_entry(r: &Reading) -> ArticleEntry {
    ArticleEntry {
        id: r.article.id.clone(),
        path: r.article.path.clone(),
        sha256: r.article.sha256.clone(),
        title: r.article.title.clone(),
        author: r.article.author.clone(),
        published: r.article.published.clone(),
        language: LanguageEntry {
            code: r.language.0.map_or("und", Lang::code).into(),
            confidence: rounded(r.language.1),
        },
    }
}

fn voice_entries(voices: &Voices) -> Vec<VoiceEntry> {
    let mut entries: Vec<VoiceEntry> = voices
        .voices
        .iter()
        .map(|v| VoiceEntry { id: v.id.clone(), name: v.name.clone(), aliases: v.aliases.clone() })
        .collect();
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    entries
}

/// The four nearest claims of other voices.
fn similar(e: &Embeddings, i: usize, ids: &[String], voice: &dyn Fn(usize) -> usize) -> Vec<(String, f64)> {
    let mut near: Vec<(String, f64)> = (0..e.len())
        .filter(|&j| voice(j) != voice(i))
        .map(|j| {
            let dot: f32 = e.row(i).iter().zip(e.row(j)).map(|(a, b)| a * b).sum();
            (ids[j].clone(), rounded(dot))
        })
        .collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    near.truncate(4);
    near
}
