//! In which language? An article becomes [`Passage`]s, each with its language.
//!
//! Evidence is read in the order of its strength: first the script (kana before
//! Han, Hangul, Arabic), then the letters that only some languages have (`ё ы`
//! against `і ї`), then groups of letters weighed by a small table that was
//! trained on translated pairs (`language/grams.txt`), and the languages' common
//! words. whatlang is asked where that evidence is thin, and whether a text is
//! in a language that has no data file here; "unknown" is an answer.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::ingest::Article;
use crate::span::Span;

/// A language the tool has a data file for, by its ISO 639-3 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(&'static str);

/// The data files. A new language is a new line here.
const FILES: &[(&str, &str)] = &[
    ("ara", include_str!("language/ara.toml")),
    ("deu", include_str!("language/deu.toml")),
    ("eng", include_str!("language/eng.toml")),
    ("fra", include_str!("language/fra.toml")),
    ("ind", include_str!("language/ind.toml")),
    ("ita", include_str!("language/ita.toml")),
    ("jpn", include_str!("language/jpn.toml")),
    ("kor", include_str!("language/kor.toml")),
    ("nld", include_str!("language/nld.toml")),
    ("pol", include_str!("language/pol.toml")),
    ("por", include_str!("language/por.toml")),
    ("rus", include_str!("language/rus.toml")),
    ("spa", include_str!("language/spa.toml")),
    ("tur", include_str!("language/tur.toml")),
    ("ukr", include_str!("language/ukr.toml")),
    ("vie", include_str!("language/vie.toml")),
    ("zho", include_str!("language/zho.toml")),
];

impl Lang {
    /// ISO 639-3 code, such as `fra`.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// Every language with a data file, by code.
    pub fn all() -> impl Iterator<Item = Lang> {
        FILES.iter().map(|(code, _)| Lang(code))
    }

    /// The language of an ISO 639-3 code, if there is a data file for it.
    pub fn from_code(code: &str) -> Option<Lang> {
        Self::all().find(|l| l.0 == code)
    }

    /// What its data file says.
    ///
    /// # Panics
    /// If a data file that ships does not parse, which a test rules out.
    pub fn data(self) -> &'static Data {
        let at = FILES.iter().position(|(code, _)| *code == self.0).expect("a Lang is made from FILES");
        &DATA[at]
    }

    /// The data file itself, for the stages that read tables of their own.
    pub fn source(self) -> &'static str {
        FILES.iter().find(|(code, _)| *code == self.0).map_or("", |(_, text)| text)
    }
}

/// A language's data file, as far as this stage and the next read it.
#[derive(Debug, Clone, Deserialize)]
pub struct Data {
    /// `[language]`
    pub language: About,
    /// `[sentence]`
    pub sentence: SentenceData,
}

/// `[language]`: what tells it from others.
#[derive(Debug, Clone, Deserialize)]
pub struct About {
    /// ISO 639-3.
    pub code: String,
    /// In English.
    pub name: String,
    /// In the language itself.
    pub native: String,
    /// ISO 15924, except `Han` for either Chinese script.
    pub script: String,
    /// Letters beyond a-z it is written with, or that tell it from its neighbours.
    #[serde(default)]
    pub letters: String,
    /// The commonest words, most common first, in lower case.
    #[serde(default)]
    pub words: Vec<String>,
}

/// `[sentence]`: where its sentences end. See [`crate::segment`].
#[derive(Debug, Clone, Deserialize)]
pub struct SentenceData {
    /// Marks that can end a sentence.
    pub terminators: String,
    /// Whether a space stands between sentences.
    pub spaced: bool,
    /// Whether sentences begin with a capital letter.
    pub cased: bool,
    /// Whether a number with a full stop is an ordinal.
    #[serde(default)]
    pub ordinals: bool,
    /// Lower case, without the last full stop; never the end of a sentence.
    #[serde(default)]
    pub abbreviations: Vec<String>,
    /// The same, but often the end of a sentence.
    #[serde(default)]
    pub closing_abbreviations: Vec<String>,
    /// What an ordinal number counts (months), in lower case.
    #[serde(default)]
    pub counted: Vec<String>,
    /// Opening and closing quotation marks.
    #[serde(default)]
    pub quotes: Vec<(char, char)>,
    /// What carries the sentence on right after a closing quotation mark.
    #[serde(default)]
    pub follow: Vec<String>,
    /// Verbs of saying that may stand in the few words after a quotation.
    #[serde(default)]
    pub saying: Vec<String>,
}

static DATA: LazyLock<Vec<Data>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(code, text)| toml::from_str(text).unwrap_or_else(|e| panic!("src/language/{code}.toml: {e}")))
        .collect()
});

/// A run of text in one language: a paragraph, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Where it stands. Passages tile the article's body.
    pub span: Span,
    /// Its language; `None` where the tool does not know.
    pub lang: Option<Lang>,
    /// Probability that `lang` is right, 0 to 1.
    pub confidence: f32,
}

// --- one text ---

/// How much of a long text is read: the evidence is overwhelming by then.
const ENOUGH: usize = 6000;

/// How much a prior weighs against the evidence, as a logit: about three common words.
const PRIOR: f32 = 2.0;

/// The language of `text`, and the probability that it is right.
///
/// `prior` is the language its surroundings are in; it decides where the text
/// itself says little. `None` for what is no language with a data file.
pub fn detect(text: &str, prior: Option<Lang>) -> (Option<Lang>, f32) {
    let text = head(text, ENOUGH);
    let counts = Letters::of(text);
    let Some(family) = counts.family() else {
        // digits and punctuation are in the language of what surrounds them
        return prior.map_or((None, 0.0), |l| (Some(l), 0.5));
    };
    match family {
        Family::Japanese => certain("jpn", &counts),
        Family::Korean => certain("kor", &counts),
        Family::Han => han(text, prior),
        Family::Arabic => arabic(text, &counts, prior),
        Family::Cyrillic => cyrillic(text, &counts, prior),
        Family::Latin => latin(text, &counts, prior),
        Family::Other => (None, 0.95),
    }
}

fn head(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn lang(code: &'static str) -> Lang {
    debug_assert!(Lang::from_code(code).is_some());
    Lang(code)
}

fn certain(code: &'static str, counts: &Letters) -> (Option<Lang>, f32) {
    let n = counts.all as f32;
    (Some(lang(code)), (1.0 - 0.3 / (n + 1.0)).min(0.999))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Japanese,
    Korean,
    Han,
    Arabic,
    Cyrillic,
    Latin,
    Other,
}

#[derive(Default)]
struct Letters {
    all: usize,
    latin: usize,
    cyrillic: usize,
    arabic: usize,
    han: usize,
    kana: usize,
    hangul: usize,
    other: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut n = Self::default();
        for c in text.chars() {
            let slot = match c {
                'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' | '\u{FF21}'..='\u{FF5A}' => {
                    &mut n.latin
                }
                '\0'..='\u{BF}' => continue,
                '\u{400}'..='\u{52F}' => &mut n.cyrillic,
                '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}'
                    if c.is_alphabetic() =>
                {
                    &mut n.arabic
                }
                '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{FF66}'..='\u{FF9D}' => &mut n.kana,
                '\u{3400}'..='\u{4DBF}'
                | '\u{4E00}'..='\u{9FFF}'
                | '\u{F900}'..='\u{FAFF}'
                | '\u{20000}'..='\u{3134F}' => &mut n.han,
                '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' => &mut n.hangul,
                c if c.is_alphabetic() && !matches!(c, 'ー' | '々' | '\u{2B0}'..='\u{2FF}') => &mut n.other,
                _ => continue,
            };
            *slot += 1;
            n.all += 1;
        }
        n
    }

    /// Which group of languages it can be. East Asian text is full of Latin
    /// names, and Cyrillic text too, so Latin must clearly prevail.
    fn family(&self) -> Option<Family> {
        if self.all == 0 {
            return None;
        }
        let asian = 2 * (self.han + self.kana + self.hangul);
        let rest = self.latin + self.cyrillic + self.arabic + self.other;
        if asian * 3 >= rest {
            return Some(if self.hangul >= self.kana && self.hangul * 3 >= self.han && self.hangul > 0 {
                Family::Korean
            } else if self.kana * 20 >= self.han && self.kana > 0 {
                Family::Japanese
            } else {
                Family::Han
            });
        }
        let pairs = [
            (self.latin, Family::Latin),
            (self.cyrillic * 2, Family::Cyrillic),
            (self.arabic * 2, Family::Arabic),
            (self.other * 2, Family::Other),
        ];
        pairs.into_iter().max_by_key(|(n, _)| *n).map(|(_, f)| f)
    }
}

/// Han without kana: Chinese, unless the characters or the surroundings say Japanese.
fn han(text: &str, prior: Option<Lang>) -> (Option<Lang>, f32) {
    let share = |code| {
        let letters = &lang(code).data().language.letters;
        text.chars().filter(|c| letters.contains(*c)).count()
    };
    let n = text.chars().filter(|c| *c >= '\u{3400}').count();
    let (chinese, japanese) = (share("zho"), share("jpn"));
    // long Japanese without a single kana does not exist
    if prior == Some(lang("jpn")) && n < 30 && japanese >= chinese {
        return (Some(lang("jpn")), 0.9);
    }
    if japanese > chinese + 1 && n < 12 && prior != Some(lang("zho")) {
        return (Some(lang("jpn")), 0.7);
    }
    let sure = if n < 4 && prior.is_none() { 0.8 } else { 0.99 };
    (Some(lang("zho")), sure)
}

fn arabic(text: &str, counts: &Letters, prior: Option<Lang>) -> (Option<Lang>, f32) {
    // Persian, Urdu, Pashto, Kurdish: letters Arabic does not have
    let foreign = text
        .chars()
        .filter(|c| {
            matches!(c, 'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی' | 'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ے' | 'ھ' | 'ۆ' | 'ێ' | 'ڕ' | 'ې')
        })
        .count();
    if foreign * 40 > counts.arabic {
        return (None, 0.9);
    }
    let sure = if counts.arabic >= 10 || prior == Some(lang("ara")) { 0.99 } else { 0.9 };
    (Some(lang("ara")), sure)
}

fn cyrillic(text: &str, counts: &Letters, prior: Option<Lang>) -> (Option<Lang>, f32) {
    let (mut russian, mut ukrainian, mut foreign, mut hard) = (0usize, 0usize, 0usize, 0usize);
    for c in text.chars() {
        match c {
            'ы' | 'э' | 'ё' | 'Ы' | 'Э' | 'Ё' => russian += 1,
            'ї' | 'є' | 'ґ' | 'Ї' | 'Є' | 'Ґ' | 'і' | 'І' => ukrainian += 1,
            'ъ' | 'Ъ' => hard += 1,
            // Belarusian, Serbian, Macedonian, Kazakh, Tatar, Mongolian and others
            '\u{45E}'
            | '\u{40E}'
            | '\u{452}'
            | '\u{402}'
            | '\u{458}'..='\u{45C}'
            | '\u{408}'..='\u{40C}'
            | '\u{453}'
            | '\u{45F}'
            | '\u{40F}'
            | '\u{48A}'..='\u{48F}'
            | '\u{492}'..='\u{52F}' => foreign += 1,
            _ => {}
        }
    }
    if foreign * 60 > counts.cyrillic {
        return (None, 0.95);
    }
    let words = Words::of(text);
    // Belarusian has ы and і, Bulgarian ъ in every second word and neither
    if counts.cyrillic >= 12
        && russian == 0
        && ukrainian == 0
        && hard >= 2
        && hard * 60 > counts.cyrillic
        && !words.know(lang("rus"), 0.25)
    {
        return (None, 0.8);
    }
    let mut scores = CYRILLIC.score(&words);
    let n = counts.cyrillic as f32;
    for score in &mut scores {
        // one letter in twelve is Ukrainian alone, one in forty Russian alone: none at all says something too
        if score.0 == lang("rus") {
            score.1 += (russian as f32 * 3.0).min(12.0);
            score.1 += if ukrainian == 0 { (n * 0.08).min(4.0) } else { 0.0 };
        } else {
            score.1 += (ukrainian as f32 * 3.0).min(12.0);
            score.1 += if russian == 0 { (n * 0.024).min(4.0) } else { 0.0 };
        }
    }
    let (best, sure) = choose(&mut scores, prior);
    if russian == 0 && words.neighbour(best) {
        return (None, 0.8);
    }
    let plain = n >= 25.0 && russian == 0 && ukrainian == 0;
    if plain && words.covered(best) < 0.1 && sure < 0.9 && outsider(text, best, &words) {
        return (None, 0.7);
    }
    (Some(best), sure)
}

fn latin(text: &str, counts: &Letters, prior: Option<Lang>) -> (Option<Lang>, f32) {
    let words = Words::of(text);
    if words.list.is_empty() {
        return prior.map_or((None, 0.0), |l| (Some(l), 0.5));
    }
    let mut scores = LATIN.score(&words);
    let foreign =
        text.chars().filter(|c| *c > '\u{7F}' && c.is_alphabetic() && !LATIN_LETTERS.contains(&lower(*c))).count();
    if foreign >= 2 && foreign * 50 > counts.latin {
        return (None, 0.9);
    }
    let (best, mut sure) = choose(&mut scores, prior);
    let covered = words.covered(best);
    if words.neighbour(best) {
        return (None, 0.8);
    }
    let enough = words.list.len() >= 4;
    if enough && covered < 0.2 {
        if LATIN.known(&words) < 0.22 {
            // no letter group of any language: a key was pressed at random
            return (None, 0.8);
        }
        if outsider(text, best, &words) {
            return (None, 0.7);
        }
    }
    // names are in no language: a few words of no list are in their surroundings'
    if let Some(prior) = prior.filter(|p| family_of(*p) == Family::Latin)
        && words.list.len() <= 4
        && covered == 0.0
        && sure < 0.95
    {
        return (Some(prior), 0.6);
    }
    // a few words known to no list prove little
    if !enough && covered == 0.0 && prior != Some(best) {
        if LATIN.known(&words) < 0.2 {
            return prior.map_or((None, 0.5), |l| (Some(l), 0.5));
        }
        sure *= 0.85;
    }
    (Some(best), sure)
}

/// Common words of languages without a data file that pass for one of ours.
const NEIGHBOURS: &[&[&str]] = &[
    // Bulgarian, Serbian
    &[
        "е",
        "са",
        "се",
        "това",
        "който",
        "която",
        "ще",
        "със",
        "беше",
        "няма",
        "този",
        "тази",
        "или",
        "като",
        "през",
        "защо",
        "които",
        "бъде",
        "според",
        "си",
    ],
    &["је", "су", "се", "да", "који", "која", "овај", "ова", "није", "били", "као"],
    // Catalan, Galician, Romanian
    &[
        "és", "amb", "els", "està", "aquesta", "aquest", "i", "però", "una", "dels", "seva", "ser", "molt", "són",
        "en", "per", "com",
    ],
    &[
        "non", "unha", "máis", "é", "ao", "coa", "polo", "pola", "dos", "tamén", "foi", "onde", "súa", "seu", "nun",
        "nunha", "cando", "o", "ou", "os",
    ],
    &["și", "este", "în", "care", "nu", "din", "pentru", "cu", "sunt", "mai", "că", "să", "această"],
    // Danish and Norwegian, Swedish
    &["og", "ikke", "på", "af", "av", "til", "som", "det", "er", "jeg", "fra", "han", "også", "blev", "ble", "har"],
    &["och", "är", "att", "det", "inte", "som", "på", "till", "av", "har", "med", "ett", "jag", "från", "den", "för"],
    // Czech, Finnish, Afrikaans, Malay is too near to Indonesian to be told
    &["je", "se", "že", "byl", "byla", "jsou", "který", "která", "jako", "ve", "podle", "jeho", "také"],
    &["ja", "on", "ei", "se", "oli", "että", "hän", "mutta", "joka", "ovat", "myös", "sen"],
    &["nie", "het", "is", "en", "hulle", "vir", "ek", "die", "sy", "was", "met"],
];

/// Whether whatlang, asked about all its languages, is sure of one that has no data file here.
fn outsider(text: &str, best: Lang, words: &Words) -> bool {
    let Some(info) = whatlang::detect(text) else {
        return false;
    };
    let theirs = info.lang().code();
    // whatlang says `cmn` for Chinese, which never comes here
    theirs != best.code()
        && Lang::from_code(theirs).is_none()
        && (info.is_reliable() || words.list.len() >= 8 && info.confidence() > 0.3 && words.covered(best) < 0.08)
}

/// Best language and its probability.
fn choose(scores: &mut [(Lang, f32)], prior: Option<Lang>) -> (Lang, f32) {
    if let Some(prior) = prior {
        for score in scores.iter_mut().filter(|s| s.0 == prior) {
            score.1 += PRIOR;
        }
    }
    // ties by code, so that the answer never depends on the order of a table
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let top = scores[0].1;
    let sum: f32 = scores.iter().map(|s| (s.1 - top).exp()).sum();
    (scores[0].0, (1.0 / sum).min(0.999))
}

fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    match (all.next(), all.next()) {
        (Some(l), None) => l,
        _ => c,
    }
}

static LATIN_LETTERS: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut letters: Vec<char> = Lang::all()
        .filter(|l| l.data().language.script == "Latn")
        .flat_map(|l| l.data().language.letters.chars().map(lower))
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters
});

/// The words of a text that are language: no tickers, handles, tags, addresses or code.
struct Words {
    list: Vec<Vec<char>>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut list = Vec::new();
        let mut code = false;
        for chunk in text.split_whitespace() {
            // `inline code` may run over several chunks
            let ticks = chunk.matches('`').count();
            let inside = code || ticks > 0;
            if ticks % 2 == 1 {
                code = !code;
            }
            let named = chunk.starts_with(['$', '@', '#'])
                || chunk.contains("://")
                || chunk.starts_with("www.")
                || chunk.contains('@');
            if inside || named {
                continue;
            }
            let mut word = Vec::new();
            for c in chunk.chars().chain(std::iter::once(' ')) {
                if c.is_alphabetic() || ('\u{300}'..'\u{370}').contains(&c) {
                    word.push(lower(c));
                } else if !word.is_empty() {
                    list.push(std::mem::take(&mut word));
                }
            }
            if list.len() > 400 {
                break;
            }
        }
        Self { list }
    }

    /// Share of the words that are among the language's common ones.
    fn covered(&self, lang: Lang) -> f32 {
        let common = &COMMON[FILES.iter().position(|(code, _)| *code == lang.0).unwrap_or(0)];
        let hits = self.list.iter().filter(|w| common.binary_search(w).is_ok()).count();
        hits as f32 / self.list.len().max(1) as f32
    }

    /// Whether a neighbour's common words stand here more often than the language's own.
    fn neighbour(&self, lang: Lang) -> bool {
        if self.list.len() < 4 {
            return false;
        }
        let own = (self.covered(lang) * self.list.len() as f32).round() as usize;
        NEIGHBOURS.iter().any(|common| {
            let hits = self.list.iter().filter(|w| common.iter().any(|c| c.chars().eq(w.iter().copied()))).count();
            hits >= 2 && hits * 6 >= self.list.len() && hits > own
        })
    }

    fn know(&self, lang: Lang, share: f32) -> bool {
        self.covered(lang) >= share
    }
}

/// Each language's common words, sorted, in the order of [`FILES`].
static COMMON: LazyLock<Vec<Vec<Vec<char>>>> = LazyLock::new(|| {
    DATA.iter()
        .map(|data| {
            let mut words: Vec<Vec<char>> = data.language.words.iter().map(|w| w.chars().collect()).collect();
            words.sort();
            words
        })
        .collect()
});

// --- the table of letter groups ---

/// Weights of groups of 1 to 4 letters for the languages of one script.
struct Grams {
    langs: Vec<Lang>,
    offsets: Vec<f32>,
    /// Open-addressing table of (group, row); a group is up to four 16-bit letters, 0 is empty.
    slots: Vec<(u64, u32)>,
    /// `langs.len()` weights a row, in hundredths.
    weights: Vec<i16>,
}

static TABLES: LazyLock<Vec<Grams>> = LazyLock::new(|| Grams::parse(include_str!("language/grams.txt")));
static LATIN: LazyLock<&'static Grams> = LazyLock::new(|| &TABLES[0]);
static CYRILLIC: LazyLock<&'static Grams> = LazyLock::new(|| &TABLES[1]);

impl Grams {
    fn parse(text: &'static str) -> Vec<Self> {
        let mut tables: Vec<Self> = Vec::new();
        let mut rows: Vec<Vec<(u64, u32)>> = Vec::new();
        for line in text.lines() {
            let mut cells = line.split(' ');
            match cells.next() {
                Some("#") | None => {}
                Some("!") => {
                    let langs = cells.filter_map(Lang::from_code).collect();
                    tables.push(Self { langs, offsets: Vec::new(), slots: Vec::new(), weights: Vec::new() });
                    rows.push(Vec::new());
                }
                Some("=") => {
                    let table = tables.last_mut().expect("a table is opened first");
                    table.offsets = cells.filter_map(|c| c.parse::<f32>().ok()).map(|w| w / 100.0).collect();
                }
                Some(group) => {
                    let table = tables.last_mut().expect("a table is opened first");
                    let row = table.weights.len() / table.langs.len();
                    table.weights.extend(cells.filter_map(|c| c.parse::<i16>().ok()));
                    let key = group.chars().fold(0, push);
                    rows.last_mut().expect("with its table").push((key, row as u32));
                }
            }
        }
        for (table, rows) in tables.iter_mut().zip(rows) {
            table.slots = vec![(0, 0); (rows.len() * 2).next_power_of_two()];
            for (key, row) in rows {
                let mut at = table.place(key);
                while table.slots[at].0 != 0 {
                    at = (at + 1) & (table.slots.len() - 1);
                }
                table.slots[at] = (key, row);
            }
        }
        tables
    }

    fn place(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (self.slots.len() - 1)
    }

    fn row(&self, key: u64) -> Option<&[i16]> {
        let mut at = self.place(key);
        loop {
            match self.slots[at] {
                (0, _) => return None,
                (found, row) if found == key => {
                    let k = self.langs.len();
                    return Some(&self.weights[row as usize * k..][..k]);
                }
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// A logit a language: the weights of all groups over the root of their number,
    /// which is how the table was trained.
    fn score(&self, words: &Words) -> Vec<(Lang, f32)> {
        let mut sums = vec![0i64; self.langs.len()];
        let mut n = 0u32;
        for word in &words.list {
            groups(word, |key, _| {
                if let Some(row) = self.row(key) {
                    n += 1;
                    for (sum, w) in sums.iter_mut().zip(row) {
                        *sum += i64::from(*w);
                    }
                }
            });
        }
        let scale = 100.0 * (n.max(1) as f32).sqrt();
        self.langs.iter().zip(&self.offsets).zip(sums).map(|((l, o), s)| (*l, o + s as f32 / scale)).collect()
    }

    /// Share of the groups of three letters that are in the table.
    fn known(&self, words: &Words) -> f32 {
        let (mut all, mut known) = (0u32, 0u32);
        for word in &words.list {
            groups(word, |key, len| {
                if len == 3 {
                    all += 1;
                    known += u32::from(self.row(key).is_some());
                }
            });
        }
        known as f32 / all.max(1) as f32
    }
}

fn push(key: u64, c: char) -> u64 {
    (key << 16) | u64::from(c as u32 & 0xFFFF).max(1)
}

/// Every group of 1 to 4 letters of `word` with its edges.
fn groups(word: &[char], mut each: impl FnMut(u64, usize)) {
    let at = |i: usize| {
        if i == 0 || i > word.len() { '_' } else { word[i - 1] }
    };
    let len = word.len() + 2;
    for start in 0..len {
        let mut key = 0;
        for n in 1..=4.min(len - start) {
            key = push(key, at(start + n - 1));
            // the edge alone says nothing
            if n > 1 || at(start) != '_' {
                each(key, n);
            }
        }
    }
}

// --- an article ---

/// The article's text as passages: a block of lines each, cut where a line is in another language.
///
/// Short lines lean on the article: a heading of two words takes its language
/// unless its own letters speak clearly for another.
pub fn passages(article: &Article) -> Vec<Passage> {
    let text = &article.text;
    let lines = lines(article);
    // what the article is mostly in, from lines that can speak for themselves
    let alone: Vec<(Option<Lang>, f32)> = lines.iter().map(|l| detect(l.of(text), None)).collect();
    let main = majority(lines.iter().zip(&alone).map(|(l, (lang, sure))| (*lang, weight(l.of(text)) * sure)));
    let mut out: Vec<Passage> = Vec::new();
    let mut open = false;
    for (line, alone) in lines.iter().zip(alone) {
        let words = line.of(text).trim();
        if words.is_empty() {
            // white space belongs to the passage before it
            match out.last_mut() {
                Some(last) => last.span = Span::new(last.span.start(), line.end()),
                None => out.push(Passage { span: *line, lang: main, confidence: 0.5 }),
            }
            open = false;
            continue;
        }
        let long = weight(words) >= 150.0;
        let (lang, sure) = if long { alone } else { detect(words, main) };
        // a short line in no known language, in an article that is in one
        let (lang, sure) = match lang {
            None if !long && Letters::of(words).family() == main.map(family_of) => (main, 0.5),
            _ => (lang, sure),
        };
        match out.last_mut() {
            Some(last) if last.span.of(text).trim().is_empty() => {
                *last = Passage { span: Span::new(last.span.start(), line.end()), lang, confidence: sure };
            }
            Some(last) if open && last.lang == lang => {
                last.span = Span::new(last.span.start(), line.end());
                last.confidence = last.confidence.max(sure);
            }
            _ => out.push(Passage { span: *line, lang, confidence: sure }),
        }
        open = true;
    }
    out
}

fn family_of(lang: Lang) -> Family {
    match lang.data().language.script.as_str() {
        "Cyrl" => Family::Cyrillic,
        "Han" => Family::Han,
        "Jpan" => Family::Japanese,
        "Hang" => Family::Korean,
        "Arab" => Family::Arabic,
        _ => Family::Latin,
    }
}

/// The body's lines, line breaks included.
fn lines(article: &Article) -> Vec<Span> {
    let mut at = article.body.start();
    article
        .body
        .of(&article.text)
        .split_inclusive('\n')
        .map(|line| {
            let span = Span::new(at, at + line.len());
            at += line.len();
            span
        })
        .collect()
}

/// Letters, with an East Asian one counted as three.
fn weight(text: &str) -> f32 {
    let n = Letters::of(text);
    (n.all + 2 * (n.han + n.kana + n.hangul)) as f32
}

fn majority(votes: impl Iterator<Item = (Option<Lang>, f32)>) -> Option<Lang> {
    tally(votes).first().and_then(|(lang, _)| *lang)
}

/// Languages by weight, heaviest first.
fn tally(votes: impl Iterator<Item = (Option<Lang>, f32)>) -> Vec<(Option<Lang>, f32)> {
    let mut sums: std::collections::BTreeMap<Option<Lang>, f32> = std::collections::BTreeMap::new();
    for (lang, weight) in votes {
        *sums.entry(lang).or_default() += weight;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sums
}

/// The language of most of the article, and the probability that it is right.
pub fn of_article(article: &Article, passages: &[Passage]) -> (Option<Lang>, f32) {
    let votes = passages.iter().map(|p| (p.lang, weight(p.span.of(&article.text)) * p.confidence));
    let sums = tally(votes);
    let Some((best, most)) = sums.first().copied() else {
        return (None, 0.0);
    };
    let all: f32 = sums.iter().map(|s| s.1).sum();
    if most <= 0.0 {
        return (best, 0.0);
    }
    // the passages of one language, together, leave less doubt than each alone
    let (mut sure, mut heavy) = (0.0f32, 0.0f32);
    for p in passages.iter().filter(|p| p.lang == best) {
        let w = weight(p.span.of(&article.text));
        sure += p.confidence * w;
        heavy += w;
    }
    let mean = sure / heavy.max(1.0);
    let share = most / all;
    (best, (mean * (0.5 + 0.5 * share)).clamp(0.0, 0.999))
}
