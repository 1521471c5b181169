//! In the reader's own language, what is that called? The tool's words, read
//! from `words.toml`; nothing from an article ever passes through here.

use std::collections::BTreeMap;

/// Languages the report speaks, by ISO 639-3 code.
pub const LANGUAGES: [&str; 5] = ["eng", "fra", "rus", "zho", "jpn"];

const TABLE: &str = include_str!("words.toml");

/// The report's words in one language.
pub(super) struct Words {
    /// ISO 639-3.
    pub(super) lang: &'static str,
    words: BTreeMap<String, String>,
}

impl Words {
    /// The words of `lang` (ISO 639-3, or its two-letter form); English where
    /// the report does not speak it.
    pub(super) fn of(lang: &str) -> Self {
        let known = LANGUAGES.into_iter().find(|code| *code == lang || tag(code) == lang).unwrap_or("eng");
        let table: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(TABLE).expect("words.toml is ours and a test reads it");
        let words = table
            .into_iter()
            .filter_map(|(key, mut by_lang)| {
                let word = by_lang.remove(known).or_else(|| by_lang.remove("eng"))?;
                Some((key, word))
            })
            .collect();
        Self { lang: known, words }
    }

    /// The word for `key`; the key itself if there is none, so that a slip shows.
    pub(super) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// The sentence for `key` with its blanks filled in one pass: what is filled
    /// in is never read for blanks again.
    pub(super) fn fill(&self, key: &str, blanks: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(key);
        while let Some(open) = rest.find('{') {
            let Some(close) = rest[open..].find('}').map(|i| open + i) else { break };
            out.push_str(&rest[..open]);
            let name = &rest[open + 1..close];
            match blanks.iter().find(|(blank, _)| *blank == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[open..=close]),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// `n` of something, in the singular where the language has one.
    pub(super) fn count(&self, key: &str, n: usize) -> String {
        let one = format!("{key}_one");
        let key = if n == 1 && self.words.contains_key(&one) { &one } else { key };
        self.fill(key, &[("n", &n.to_string())])
    }

    /// A probability as a reader takes it: whole per cent.
    pub(super) fn sure(&self, confidence: f64) -> String {
        self.fill("sure", &[("n", &percent(confidence))])
    }

    /// A language's name; its code if the table lacks it.
    pub(super) fn language<'a>(&'a self, code: &'a str) -> &'a str {
        self.words.get(&format!("lang_{code}")).map_or(code, String::as_str)
    }

    /// All words, for the page.
    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.words
    }
}

/// `0.826` as `83`. Never 100 for something short of certain.
pub(super) fn percent(confidence: f64) -> String {
    let whole = (confidence * 100.0).round().clamp(0.0, 100.0);
    format!("{}", if whole >= 100.0 && confidence < 1.0 { 99.0 } else { whole })
}

/// The BCP 47 tag for an ISO 639-3 code, as `lang` attributes want it: the
/// two-letter form where there is one. `und` has no tag.
pub(super) fn tag(code: &str) -> &str {
    const TAGS: [(&str, &str); 52] = [
        ("ara", "ar"),
        ("aze", "az"),
        ("bel", "be"),
        ("ben", "bn"),
        ("bul", "bg"),
        ("cat", "ca"),
        ("ces", "cs"),
        ("cmn", "zh"),
        ("dan", "da"),
        ("deu", "de"),
        ("ell", "el"),
        ("eng", "en"),
        ("epo", "eo"),
        ("est", "et"),
        ("fas", "fa"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("guj", "gu"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hrv", "hr"),
        ("hun", "hu"),
        ("hye", "hy"),
        ("ind", "id"),
        ("ita", "it"),
        ("jpn", "ja"),
        ("kan", "kn"),
        ("kat", "ka"),
        ("kor", "ko"),
        ("lav", "lv"),
        ("lit", "lt"),
        ("mar", "mr"),
        ("mkd", "mk"),
        ("nld", "nl"),
        ("nob", "nb"),
        ("pes", "fa"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rus", "ru"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("spa", "es"),
        ("srp", "sr"),
        ("swe", "sv"),
        ("tam", "ta"),
        ("tha", "th"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("urd", "ur"),
        ("vie", "vi"),
        ("zho", "zh"),
    ];
    if code == "und" {
        return "";
    }
    TAGS.iter().find(|(three, _)| *three == code).map_or(code, |(_, two)| two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_stands_in_every_language_with_the_same_blanks() {
        let table: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(TABLE).unwrap();
        for (key, by_lang) in table {
            let blanks = |word: &str| -> Vec<String> {
                let mut found: Vec<String> =
                    word.split('{').skip(1).filter_map(|part| part.split('}').next()).map(str::to_owned).collect();
                found.sort();
                found
            };
            for lang in LANGUAGES {
                let word = by_lang.get(lang).unwrap_or_else(|| panic!("{key} lacks {lang}"));
                assert_eq!(blanks(word), blanks(&by_lang["eng"]), "{key} in {lang}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let words = Words::of("eng");
        let text = words.fill("pair_far", &[("a", "{b}"), ("b", "B"), ("n", "1"), ("m", "2")]);
        assert!(text.contains("{b} and B"), "{text}");
    }

    #[test]
    fn a_language_is_asked_for_by_either_code() {
        for (asked, got) in [("jpn", "jpn"), ("ja", "jpn"), ("fr", "fra"), ("tlh", "eng")] {
            assert_eq!(Words::of(asked).lang, got);
        }
    }

    #[test]
    fn only_certainty_is_a_hundred_per_cent() {
        assert_eq!(percent(0.999), "99");
        assert_eq!(percent(1.0), "100");
        assert_eq!(percent(0.5), "50");
    }
}
