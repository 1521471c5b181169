//! Counterpoint reads what different people wrote about one question, in many
//! languages, and shows where they agree and where they diverge.
#![deny(unsafe_code)]

pub mod attribute;
pub mod debate;
pub mod embed;
pub mod error;
pub mod ingest;
pub mod language;
pub mod report;
pub mod segment;
pub mod span;
