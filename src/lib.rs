//! Counterpoint reads what different people wrote about one question, in many
//! languages, and shows where they agree and where they diverge: who says it,
//! on which side, in which sentence.
//!
//! # The house
//!
//! Data flows down this list; a room uses only what stands above it, and the
//! type a stage makes lives in the stage's file.
//!
//! ```text
//!  span       where in the text?
//!  error      what went wrong, on what, and what to do about it?
//!   -- stages --
//!  ingest     what was published?           file bytes -> Article
//!  language   in which language?            Article -> Passages          (language/*.toml, one file a language)
//!  segment    what are its sentences?       passages -> Sentences
//!  embed      where does it lie in meaning? texts -> Embeddings          (table, encoder, pair, device, builtin)
//!  attribute  who claims what?              sentences -> Claims, Voices  (kind, speaker, name; attribute/*.toml
//!                                           for who speaks, attribute/kind/*.toml for what a sentence does)
//!  cluster    which claims say the same?    Embeddings -> Clustering
//!  stance     for or against?               claims, points -> judgements, verdicts
//!  debate     what is known at the end?     the output contract
//!  report     what does a reader see?       Debate -> terminal | markdown | html | exports
//!   -- around them --
//!  settings   what was asked for, and where was it said?
//!  store      what is kept between runs?    (SQLite)
//!  pipeline   the stages as consecutive lines
//!  eval       how good is it?               Debate x gold -> scores with intervals
//!  cli        what was typed, what is seen? (the only room that prints)
//! ```
//!
//! `embed` stands above `attribute` because what a sentence does (claim, context,
//! heading, boilerplate) is judged on its words *and* on its place in meaning.
//!
//! # Laws
//!
//! - Text is stored once; everything else is a [`span::Span`] into it. Sentences
//!   tile the text and join back to it.
//! - A stage never changes what an earlier stage made. Unsure is a value.
//! - A bad article is skipped and reported, never a failed run, never lost.
//! - Same articles, settings and models: the same bytes out, whatever the input
//!   order, thread count or batch size.
//!
//! # A whole program
//!
//! ```no_run
//! use counterpoint::{pipeline, settings, store};
//!
//! let settings = settings::Settings::resolve(&settings::Options::default(), &|_| None, None)?;
//! let pipeline = pipeline::Pipeline::open(settings)?;
//! let mut store = store::Store::in_memory()?;
//! let (debate, _evidence) = pipeline.run(&["corpus".into()], &mut store, &pipeline::Quiet)?;
//! for point in &debate.points {
//!     println!("{:?}: {}", point.verdict, point.text);
//! }
//! # Ok::<(), counterpoint::error::Error>(())
//! ```

pub mod attribute;
pub mod cli;
pub mod cluster;
pub mod debate;
pub mod embed;
pub mod error;
pub mod eval;
pub mod ingest;
pub mod language;
pub mod pipeline;
pub mod report;
pub mod segment;
pub mod settings;
pub mod span;
pub mod stance;
pub mod store;
