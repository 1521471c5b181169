//! Which words of a language say who speaks?
//!
//! One data file a language, all under `[voice]`. Phrases are written in lower
//! case; `*` at the end of a word stands for any ending, at its start for any
//! beginning, `~` for up to four words, and a `+` after a verb asks for "that", a colon or a quotation next
//! to it ("wrote" alone reports nothing). In `frames`, `{}` is where the holder stands;
//! one that begins with `^` counts only where it opens the sentence before a person's name.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::language::Lang;

/// A language's `[voice]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Words {
    /// Verbs of saying and holding, in the forms of the third person.
    pub say: Vec<String>,
    /// Around a holder: "according to {}", "{} によると".
    pub frames: Vec<String>,
    /// "that", and what else opens the reported clause.
    pub that: Vec<String>,
    /// Pronouns as subject.
    pub he: Vec<String>,
    /// Pronouns inside a frame.
    pub him: Vec<String>,
    /// The writer about himself.
    pub me: Vec<String>,
    /// "In his view", "to her mind": whoever was named last.
    pub his: Vec<String>,
    /// Subjects that are nobody in particular ("nobody", "it"): whoever stands before one is not its verb's subject.
    pub other: Vec<String>,
    /// Relative pronouns: the verb right after one tells only which person is meant.
    pub which: Vec<String>,
    /// "Because", "if": what somebody says inside is the writer's reason.
    pub cause: Vec<String>,
    /// People nobody names.
    pub crowd: Vec<String>,
    /// "It is often said that".
    pub generic: Vec<String>,
    /// What a person is, before or instead of a name.
    pub roles: Vec<String>,
    /// Before or after a name, never part of it.
    pub titles: Vec<String>,
    /// Prepositions: a name after one is no subject.
    pub prep: Vec<String>,
    /// Nouns of bodies in the genitive: the one word after them is the body's name.
    pub bodies: Vec<String>,
    /// Articles that point back ("the economist").
    pub definite: Vec<String>,
    /// Articles that do not ("a reader").
    pub indefinite: Vec<String>,
    /// Small words that stand between the parts of a name.
    pub inside: Vec<String>,
    /// Capitalised words that name nobody: days, months, sentence openers.
    pub not_names: Vec<String>,
    /// Speaker lines of whoever asks.
    pub interviewer: Vec<String>,
    /// How an author rejects what he just quoted.
    pub reject: Vec<String>,
    /// Marks between two opposed clauses.
    pub but: Vec<String>,
    /// Words that hold a verb of saying and report nothing.
    pub not_say: Vec<String>,
    /// Endings or words of organisations.
    pub organisations: Vec<String>,
    /// Particles and endings after a name.
    pub particles: Vec<String>,
    /// Family names that tell a name from other words.
    pub surnames: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    voice: Words,
}

const FILES: [(&str, &str); 17] = [
    ("ara", include_str!("ara.toml")),
    ("deu", include_str!("deu.toml")),
    ("eng", include_str!("eng.toml")),
    ("fra", include_str!("fra.toml")),
    ("ind", include_str!("ind.toml")),
    ("ita", include_str!("ita.toml")),
    ("jpn", include_str!("jpn.toml")),
    ("kor", include_str!("kor.toml")),
    ("nld", include_str!("nld.toml")),
    ("pol", include_str!("pol.toml")),
    ("por", include_str!("por.toml")),
    ("rus", include_str!("rus.toml")),
    ("spa", include_str!("spa.toml")),
    ("tur", include_str!("tur.toml")),
    ("ukr", include_str!("ukr.toml")),
    ("vie", include_str!("vie.toml")),
    ("zho", include_str!("zho.toml")),
];

/// A data file made ready for reading along a sentence's words.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    pub code: &'static str,
    pub words: Words,
    pub say: Vec<Phrase>,
    pub generic: Vec<Phrase>,
    pub his: Vec<Phrase>,
    pub crowd: Vec<Phrase>,
    pub roles: Vec<Phrase>,
    pub reject: Vec<Phrase>,
    pub that: Vec<Phrase>,
    pub frames: Vec<Frame>,
}

/// What stands around a holder.
#[derive(Debug)]
pub(super) struct Frame {
    pub before: Phrase,
    pub after: Phrase,
    /// Written with `^`: only at the start of the sentence, and only around a person.
    pub opens: bool,
}

/// A few words in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrase {
    parts: Vec<Part>,
    mark: Option<char>,
    /// Written with `+`: counts only next to a reported clause.
    pub strict: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Word(String),
    Start(String),
    End(String),
    Gap,
}

impl Phrase {
    /// A phrase as a data file writes it.
    pub(super) fn of(text: &str) -> Phrase {
        let strict = text.ends_with('+');
        let mut parts = Vec::new();
        let text = text.trim();
        let (text, mark) = match text.chars().next_back() {
            Some(c @ (',' | ':' | '.')) => (&text[..text.len() - 1], Some(c)),
            _ => (text, None),
        };
        for word in text.trim_end_matches('+').split_whitespace() {
            if word == "~" {
                parts.push(Part::Gap);
                continue;
            }
            if !word.chars().any(char::is_alphanumeric) {
                continue;
            }
            if let Some(end) = word.strip_prefix('*') {
                parts.push(Part::End(end.to_lowercase()));
                continue;
            }
            for (_, _, piece) in split_word(word.trim_end_matches('*'), 0) {
                parts.push(Part::Word(piece.to_lowercase()));
            }
            if word.ends_with('*')
                && let Some(Part::Word(last)) = parts.pop()
            {
                parts.push(Part::Start(last));
            }
        }
        Phrase { parts, mark, strict }
    }

    /// The punctuation it asks for behind it.
    pub(super) fn mark(&self) -> Option<char> {
        self.mark
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// How many of `words` from the first on it takes, if it matches there.
    pub(super) fn matches<S: AsRef<str>>(&self, words: &[S]) -> Option<usize> {
        fn go<S: AsRef<str>>(parts: &[Part], words: &[S], taken: usize) -> Option<usize> {
            let Some((first, rest)) = parts.split_first() else {
                return Some(taken);
            };
            let here = words.get(taken).map(AsRef::as_ref);
            match first {
                Part::Word(word) => (here? == word).then(|| go(rest, words, taken + 1))?,
                Part::Start(start) => here?.starts_with(start.as_str()).then(|| go(rest, words, taken + 1))?,
                Part::End(end) => here?.ends_with(end.as_str()).then(|| go(rest, words, taken + 1))?,
                Part::Gap => (0..=4).find_map(|n| go(rest, words, taken + n)),
            }
        }
        if self.parts.is_empty() { None } else { go(&self.parts, words, 0) }
    }
}

/// The longest of `phrases` that matches at the start of `words`.
pub(super) fn longest<'p, S: AsRef<str>>(phrases: &'p [Phrase], words: &[S]) -> Option<(usize, &'p Phrase)> {
    phrases.iter().filter_map(|p| p.matches(words).map(|n| (n, p))).max_by_key(|(n, p)| (*n, p.strict))
}

static LEXICONS: LazyLock<Vec<Lexicon>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(code, text)| {
            let words: Words = match toml::from_str::<File>(text) {
                Ok(file) => file.voice,
                // a test reads every file; a broken one must not stop a reader
                Err(why) => {
                    log::error!("attribute/{code}.toml: {why}");
                    Words::default()
                }
            };
            let phrases = |list: &[String]| list.iter().map(|p| Phrase::of(p)).collect();
            Lexicon {
                code,
                say: phrases(&words.say),
                generic: phrases(&words.generic),
                his: phrases(&words.his),
                crowd: phrases(&words.crowd),
                roles: phrases(&words.roles),
                reject: phrases(&words.reject),
                that: phrases(&words.that),
                frames: words
                    .frames
                    .iter()
                    .map(|frame| {
                        let plain = frame.trim_start_matches('^');
                        let (before, after) = plain.split_once("{}").unwrap_or((plain, ""));
                        Frame { before: Phrase::of(before), after: Phrase::of(after), opens: plain.len() < frame.len() }
                    })
                    .collect(),
                words,
            }
        })
        .collect()
});

static NONE: LazyLock<Lexicon> = LazyLock::new(Lexicon::default);

/// What the data file of `lang` says; nothing where the language is unknown.
pub(super) fn lexicon(lang: Option<Lang>) -> &'static Lexicon {
    lang.and_then(|l| LEXICONS.iter().find(|x| x.code == l.code())).unwrap_or(&NONE)
}

/// Every language's data.
pub(super) fn lexicons() -> impl Iterator<Item = &'static Lexicon> {
    LEXICONS.iter()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '＇')
}

/// Cuts one run of letters where small words hang on by apostrophe or hyphen:
/// `l'|ingénieur`, `Okonjo|'s`, `Yılmaz|'a`, `écrit|il`; `O'Brien` stays whole.
/// Each piece as (start, end, its text with a plain apostrophe), offset by `at`.
pub(super) fn split_word(word: &str, at: usize) -> Vec<(usize, usize, String)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let plain = |s: &str| -> String { s.chars().map(|c| if is_apostrophe(c) { '\'' } else { c }).collect() };
    for (i, c) in word.char_indices() {
        if i < start {
            continue;
        }
        let after = i + c.len_utf8();
        if i < start {
            // the "-t-" of "affirme-t-il" went with its verb
            continue;
        }
        let (left, right) = (&word[start..i], &word[after..]);
        if left.is_empty() || right.is_empty() {
            continue;
        }
        if is_apostrophe(c) {
            let short = left.chars().count() <= 2
                || matches!(
                    left.to_lowercase().as_str(),
                    "dell" | "nell" | "sull" | "dall" | "all" | "coll" | "jusqu" | "lorsqu" | "puisqu" | "quell"
                );
            let upper_left = left.chars().next().is_some_and(char::is_uppercase);
            let upper_right = right.chars().next().is_some_and(char::is_uppercase);
            if short && upper_left && upper_right && left == "O" {
                continue;
            }
            if short {
                pieces.push((at + start, at + after, plain(&word[start..after])));
                start = after;
            } else if right.chars().count() <= 6 && !upper_right {
                pieces.push((at + start, at + i, plain(left)));
                start = i;
            }
        } else if c == '-' {
            let low = right.to_lowercase();
            if matches!(
                low.as_str(),
                "il" | "elle" | "ils" | "elles" | "on" | "je" | "t-il" | "t-elle" | "t-on" | "t-ils" | "t-elles"
            ) {
                pieces.push((at + start, at + i, plain(left)));
                start = after + if low.starts_with("t-") { 2 } else { 0 };
            }
        }
    }
    if start < word.len() {
        pieces.push((at + start, at + word.len(), plain(&word[start..])));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_file_parses_and_has_verbs() {
        for (code, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|why| panic!("{code}: {why}"));
            assert!(file.voice.say.len() >= 20, "{code} has too few verbs");
            assert!(!file.voice.frames.is_empty(), "{code} has no frames");
            assert!(Lang::from_code(code).is_some());
        }
    }

    #[test]
    fn small_words_come_off_and_names_stay_whole() {
        let cut = |w| split_word(w, 0).into_iter().map(|p| p.2).collect::<Vec<_>>();
        assert_eq!(cut("l’ingénieur"), ["l'", "ingénieur"]);
        assert_eq!(cut("Okonjo's"), ["Okonjo", "'s"]);
        assert_eq!(cut("O'Brien"), ["O'Brien"]);
        assert_eq!(cut("poursuit-elle"), ["poursuit", "elle"]);
        assert_eq!(cut("affirme-t-il"), ["affirme", "il"]);
        assert_eq!(cut("Jean-Pierre"), ["Jean-Pierre"]);
    }
}
