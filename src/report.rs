//! What does a reader see? A [`Debate`](crate::debate::Debate) laid out for a
//! terminal, a code host, a browser, or another program.
//!
//! Every word that comes from an article is data here, never markup: each
//! format escapes it in its own way, and the tests feed each one hostile text.

mod html;
mod seriate;
mod terminal;
mod view;
mod words;

pub use html::html;
pub use terminal::terminal;
pub use words::LANGUAGES;
