//! What does a sentence do in its article: claim, context, heading or boilerplate?
//!
//! Two readers, one after the other. [`rule`] decides what the page itself says
//! (a Markdown heading, "Photo: ...", "not investment advice"), and only where
//! no other reading is sensible. Everything else goes to [`KindHead`], a
//! multinomial logistic regression over [`FEATURES`], each of which a person can
//! read off the sentence, and over the sentence's static embedding.
//!
//! The words it listens for are data: `kind/<code>.toml`, one file a language.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use super::{Judged, Kind};
use crate::embed::Embeddings;
use crate::error::{Error, Result};
use crate::ingest::Article;
use crate::language::Lang;
use crate::segment::{Layout, Sentence};

/// The kinds in the order of the weight file's rows.
pub const KINDS: [Kind; 4] = [Kind::Claim, Kind::Context, Kind::Heading, Kind::Boilerplate];

/// What is read off a sentence, in the order of the weight file's columns.
pub const FEATURES: [&str; 70] = [
    // the page
    "layout-heading",
    "layout-line",
    "layout-item",
    "layout-quoted",
    "first-three-of-article",
    "last-two-of-article",
    "opens-paragraph",
    "closes-paragraph",
    "alone-in-paragraph",
    // size, in words (two characters make a word where words are not spaced)
    "words-to-4",
    "words-to-8",
    "words-from-30",
    "words-log",
    // marks
    "question",
    "exclamation",
    "ellipsis",
    "stops",
    "ends-in-colon",
    "colon-inside",
    "colon-near-start",
    "semicolon",
    "dash",
    "brackets",
    "quotes",
    "all-quoted",
    "commas-log",
    "title-marks",
    "separators",
    // figures and addresses
    "digits-share",
    "numbers-log",
    "year",
    "percent",
    "money",
    "link",
    "handle",
    "ticker",
    "copyright",
    // letters
    "capitals-share",
    "acronym",
    "starts-small",
    "unspaced-script",
    "other-language",
    "other-script",
    "other-language-at-end",
    // words, ln(1 + how many cues)
    "opinion",
    "must",
    "hedge",
    "self",
    "cause",
    "contrast",
    "compare",
    "absolute",
    "negation",
    "say",
    "report",
    "past",
    "define",
    "measure",
    "byline",
    "notice",
    // combinations
    "any-claim-cue",
    "any-context-cue",
    "claim-minus-context",
    "report-and-figure",
    "define-no-claim-cue",
    "say-and-quotes",
    "opens-with-contrast",
    "opens-with-byline",
    "title-word",
    // no embedding was given
    "blind",
];

/// Probability from which a sentence is a claim. Below one half: a claim that is
/// missed is lost to the reader, one too many finds no point. At this ridge the
/// best of 0.5, 0.4, 0.3 and 0.2 for a head trained on the bank alone and read on
/// `corpus/`, whose writers it never saw: claim F1 0.887, against 0.874 at 0.5
/// (`models/recipes/kind.rs --sweep`; other ridges reach 0.898).
pub const CLAIM_FROM: f32 = 0.4;

/// Where a sentence stands in its article. The default is the middle of a
/// paragraph in the middle of an article: what is assumed of a sentence without one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent yes-or-no features")]
pub struct Place {
    /// Among the first three sentences.
    pub first: bool,
    /// Among the last two.
    pub last: bool,
    /// First of its paragraph.
    pub opens: bool,
    /// Last of its paragraph.
    pub closes: bool,
}

/// One sentence as the features see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'t> {
    /// Its words, without surrounding white space and markers.
    pub text: &'t str,
    /// Its language.
    pub lang: Option<Lang>,
    /// Its article's main language.
    pub article_lang: Option<Lang>,
    /// What the page says.
    pub layout: Layout,
    /// Where it stands.
    pub place: Place,
    /// The article's title, if it has one.
    pub title: Option<&'t str>,
    /// The article's author, if it names one.
    pub author: Option<&'t str>,
}

/// Sees every sentence in its place.
pub fn look<'t>(article: &'t Article, sentences: &[Sentence], article_lang: Option<Lang>) -> Vec<Seen<'t>> {
    let n = sentences.len();
    let paragraph = |i: usize| sentences.get(i).map(|s| s.paragraph);
    (0..n)
        .map(|i| Seen {
            text: sentences[i].span.of(&article.text),
            lang: sentences[i].lang,
            article_lang,
            layout: sentences[i].layout,
            place: Place {
                first: i < 3,
                last: i + 2 >= n,
                opens: i == 0 || paragraph(i - 1) != paragraph(i),
                closes: paragraph(i + 1) != paragraph(i),
            },
            title: article.title.as_deref(),
            author: article.author.as_deref(),
        })
        .collect()
}

// ---------------------------------------------------------------- cues

/// The cue lists of one language, as its data file has them.
///
/// A cue is one or more words; `word*` matches any word that starts so, `*word`
/// any that ends so, and a leading `^` only matches at the start of the sentence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    /// Cues are runs of letters, not words: for scripts or grammars where words are not cut by spaces.
    #[serde(default)]
    letters: bool,
    /// Letters that cling to the front of a word and are not part of it (Arabic `و`).
    #[serde(default)]
    proclitics: Vec<char>,
    opinion: Vec<String>,
    must: Vec<String>,
    hedge: Vec<String>,
    #[serde(rename = "self")]
    me: Vec<String>,
    cause: Vec<String>,
    contrast: Vec<String>,
    compare: Vec<String>,
    absolute: Vec<String>,
    negation: Vec<String>,
    say: Vec<String>,
    report: Vec<String>,
    past: Vec<String>,
    define: Vec<String>,
    measure: Vec<String>,
    /// Labels that open a by-line, credit or source line: "photo", "by", "source".
    byline: Vec<String>,
    /// Words that boilerplate likes, but others use too.
    notice: Vec<String>,
    /// Phrases that stand in boilerplate only.
    boilerplate: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    kind: Lists,
}

/// How many cue lists are counted as features.
const COUNTED: usize = 16;
const CONTRAST: usize = 5;
const BYLINE: usize = 14;
const SURE: usize = 16;

/// The cue lists of one language, ready to match.
struct Cues {
    code: &'static str,
    letters: bool,
    proclitics: Vec<char>,
    /// Word cues by the first letter of their first word; those that may start anywhere in it under `None`.
    words: BTreeMap<Option<char>, Vec<(usize, Cue)>>,
    /// Letter cues.
    runs: Vec<(usize, bool, String)>,
}

struct Cue {
    anchored: bool,
    words: Vec<Pattern>,
}

struct Pattern {
    text: String,
    open_start: bool,
    open_end: bool,
}

impl Pattern {
    fn new(word: &str) -> Self {
        Self {
            text: word.trim_matches('*').to_owned(),
            open_start: word.starts_with('*'),
            open_end: word.ends_with('*'),
        }
    }

    fn matches(&self, word: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => word == self.text,
            (false, true) => word.starts_with(&self.text),
            (true, false) => word.ends_with(&self.text),
            (true, true) => word.contains(&self.text),
        }
    }
}

/// A sentence made comparable: folded, and cut into words.
struct Reading {
    folded: String,
    words: Vec<String>,
}

/// Lower case, one form for each letter: NFKC, no Arabic vowel signs, ё as е, ı as i.
fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !matches!(c, '\u{064B}'..='\u{0652}' | '\u{0640}' | '\u{0307}'))
        .map(|c| match c {
            'ё' => 'е',
            'ı' => 'i',
            'أ' | 'إ' | 'آ' => 'ا',
            'ى' => 'ي',
            c => c,
        })
        .collect()
}

/// Cuts at everything that is no letter or digit; `*` stays for the cues' sake.
fn words_of(folded: &str, proclitics: &[char]) -> Vec<String> {
    folded
        .split(|c: char| !c.is_alphanumeric() && c != '*')
        .filter(|w| !w.is_empty())
        .map(|w| {
            let clung = !proclitics.is_empty() && w.chars().count() > 3 && w.starts_with(proclitics);
            let cut = if clung { w.chars().next().map_or(0, char::len_utf8) } else { 0 };
            w[cut..].to_owned()
        })
        .collect()
}

impl Reading {
    fn new(text: &str, proclitics: &[char]) -> Self {
        let folded = fold(text).replace('*', " ");
        let words = words_of(&folded, proclitics);
        Self { folded, words }
    }
}

impl Cues {
    fn parse(code: &'static str, source: &str) -> Result<Self, String> {
        let lists: Lists = toml::from_str::<File>(source).map_err(|e| format!("{code}.toml: {e}"))?.kind;
        let mut cues = Cues {
            code,
            letters: lists.letters,
            proclitics: lists.proclitics,
            words: BTreeMap::new(),
            runs: Vec::new(),
        };
        let all = [
            lists.opinion,
            lists.must,
            lists.hedge,
            lists.me,
            lists.cause,
            lists.contrast,
            lists.compare,
            lists.absolute,
            lists.negation,
            lists.say,
            lists.report,
            lists.past,
            lists.define,
            lists.measure,
            lists.byline,
            lists.notice,
            lists.boilerplate,
        ];
        for (list, entries) in all.into_iter().enumerate() {
            for entry in entries {
                cues.add(list, &entry);
            }
        }
        Ok(cues)
    }

    fn add(&mut self, list: usize, entry: &str) {
        let (anchored, entry) = entry.strip_prefix('^').map_or((false, entry), |rest| (true, rest));
        let folded = fold(entry);
        if self.letters {
            self.runs.push((list, anchored, folded));
            return;
        }
        let words: Vec<Pattern> = words_of(&folded, &self.proclitics).iter().map(|w| Pattern::new(w)).collect();
        if let Some(first) = words.first() {
            let key = if first.open_start { None } else { first.text.chars().next() };
            self.words.entry(key).or_default().push((list, Cue { anchored, words }));
        }
    }

    /// Calls `found(list, position)` for every cue in the sentence; position counts words, or bytes for letter cues.
    fn find(&self, reading: &Reading, mut found: impl FnMut(usize, usize)) {
        if self.letters {
            for (list, anchored, run) in &self.runs {
                let place = if *anchored {
                    reading.folded.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(run).then_some(0)
                } else {
                    reading.folded.find(run)
                };
                if let Some(at) = place {
                    found(*list, at);
                }
            }
            return;
        }
        for (at, word) in reading.words.iter().enumerate() {
            for key in [word.chars().next(), None] {
                for (list, cue) in self.words.get(&key).into_iter().flatten() {
                    let here = &reading.words[at..];
                    let fits = here.len() >= cue.words.len() && cue.words.iter().zip(here).all(|(p, w)| p.matches(w));
                    if fits && (at == 0 || !cue.anchored) {
                        found(*list, at);
                    }
                }
            }
        }
    }
}

macro_rules! languages {
    ($($code:literal),*) => {
        [$(($code, include_str!(concat!("kind/", $code, ".toml")))),*]
    };
}

/// Every language's cues, parsed once.
static CUES: LazyLock<Vec<Cues>> = LazyLock::new(|| {
    let files = languages![
        "ara", "deu", "eng", "fra", "ind", "ita", "jpn", "kor", "nld", "pol", "por", "rus", "spa", "tur", "ukr", "vie",
        "zho"
    ];
    files.iter().map(|&(code, source)| Cues::parse(code, source).expect("the data files are tested")).collect()
});

fn cues_of(lang: Option<Lang>) -> Option<&'static Cues> {
    CUES.iter().find(|c| Some(c.code) == lang.map(Lang::code))
}

// ---------------------------------------------------------------- rules

/// What the page itself says about a sentence, if it leaves no doubt.
pub fn rule(seen: &Seen) -> Option<Kind> {
    if seen.layout == Layout::Heading {
        return Some(Kind::Heading);
    }
    let text = seen.text.trim();
    let reading = Reading::new(text, &[]);
    if stands_under_any_article(seen, text, &reading) {
        return Some(Kind::Boilerplate);
    }
    let own_line = seen.layout == Layout::Line || (seen.place.opens && seen.place.closes);
    let short = size(text) <= 14.0;
    if is_speaker_line(text)
        || (short && own_line && is_named(&reading, seen))
        || (short && !asks_or_stops(text) && is_credit(seen, text, &reading))
    {
        return Some(Kind::Heading);
    }
    None
}

/// A disclaimer, an invitation to read on, a note on where the text came from, in any language.
fn stands_under_any_article(seen: &Seen, text: &str, reading: &Reading) -> bool {
    if text.chars().any(|c| matches!(c, '©' | 'ⓒ' | 'Ⓒ')) && size(text) <= 30.0 {
        return true;
    }
    // a quotation mark around the sentence: somebody says it
    if opens_quote(text) || seen.layout == Layout::Quoted {
        return false;
    }
    let arabic = text.chars().any(|c| c.script() == Script::Arabic);
    CUES.iter().any(|cues| {
        let mut sure = false;
        let mut note = |list: usize, _: usize| sure |= list == SURE;
        if cues.proclitics.is_empty() {
            cues.find(reading, &mut note);
        } else if arabic {
            cues.find(&Reading::new(text, &cues.proclitics), &mut note);
        }
        sure
    })
}

/// "Name:" alone, as interviews have it.
fn is_speaker_line(text: &str) -> bool {
    let Some(name) = text.strip_suffix([':', '：']) else { return false };
    let letters = name.chars().any(char::is_alphabetic);
    let plain = !name.contains([',', '，', '、', ';', '；', '.', '。', ':', '：', '?', '？']) || name.ends_with(')');
    letters && plain && size(name) <= 5.0 && (is_unspaced(name) || starts_big(name))
}

/// The line repeats the article's title or its author's name.
fn is_named(reading: &Reading, seen: &Seen) -> bool {
    let same = |name: Option<&str>| name.is_some_and(|n| words_of(&fold(n), &[]) == reading.words);
    !reading.words.is_empty() && (same(seen.title) || same(seen.author))
}

/// "Photo: ...", "By ...", "Source: ...": opens with such a label and names somebody or something.
fn is_credit(seen: &Seen, text: &str, reading: &Reading) -> bool {
    let own_line = seen.layout == Layout::Line || (seen.place.opens && seen.place.closes);
    let has_mark = text.chars().take(24).any(|c| matches!(c, ':' | '：' | '/' | '／' | '＝' | '·' | '｜' | '|'));
    if !own_line && !has_mark {
        return false;
    }
    let english = Lang::from_code("eng");
    [seen.lang, seen.article_lang, english].into_iter().filter_map(cues_of).any(|cues| {
        let own = Reading::new(text, &cues.proclitics);
        let mut first = false;
        let readable = if cues.proclitics.is_empty() { reading } else { &own };
        cues.find(readable, |list, at| first |= list == BYLINE && at == 0);
        first
    })
}

fn asks_or_stops(text: &str) -> bool {
    text.trim_end_matches(is_closing).ends_with(['.', '。', '!', '！', '?', '？', '؟', '…'])
}

// ---------------------------------------------------------------- features

/// Reads [`FEATURES`] off one sentence. `blind` says that it comes without an embedding.
pub fn features(seen: &Seen, blind: bool) -> [f32; FEATURES.len()] {
    let text = seen.text.trim();
    let marks = Marks::of(text);
    let cues = cues_of(seen.lang).or_else(|| cues_of(seen.article_lang)).or_else(|| cues_of(Lang::from_code("eng")));
    let mut count = [0u32; COUNTED];
    let mut opens_with = [false; COUNTED];
    let mut words = 0.0;
    let mut title_word = false;
    if let Some(cues) = cues {
        let reading = Reading::new(text, &cues.proclitics);
        words = reading.words.len() as f32;
        cues.find(&reading, |list, at| {
            if list < COUNTED {
                count[list] += 1;
                opens_with[list] |= at == 0;
            } else {
                count[COUNTED - 1] += 2;
            }
        });
        title_word = seen.title.is_some_and(|t| fold(t) == reading.folded);
    }
    let n = if is_unspaced(text) { size(text) } else { words };
    let tally = |lists: std::ops::Range<usize>| count[lists].iter().sum::<u32>() as f32;
    let claim = tally(0..9);
    let context = tally(10..14);
    let foreign = matches!((seen.lang, seen.article_lang), (Some(a), Some(b)) if a != b);
    let place = seen.place;
    let flag = |b: bool| f32::from(u8::from(b));
    let log = |x: f32| (1.0 + x).ln();
    let page = [
        flag(seen.layout == Layout::Heading),
        flag(seen.layout == Layout::Line),
        flag(seen.layout == Layout::Item),
        flag(seen.layout == Layout::Quoted),
        flag(place.first),
        flag(place.last),
        flag(place.opens),
        flag(place.closes),
        flag(place.opens && place.closes),
        flag(n <= 4.0),
        flag(n <= 8.0),
        flag(n >= 30.0),
        log(n),
        flag(marks.question),
        flag(marks.exclamation),
        flag(text.contains('…') || text.contains("...")),
        flag(asks_or_stops(text)),
        flag(text.ends_with([':', '：'])),
        flag(marks.colon),
        flag(marks.early_colon),
        flag(marks.semicolon),
        flag(marks.dash),
        flag(marks.brackets),
        flag(marks.quotes > 0),
        flag(opens_quote(text) && text.ends_with(is_closing)),
        log(marks.commas as f32),
        flag(marks.headline_signs),
        flag(marks.separators),
        marks.digits as f32 / marks.chars.max(1) as f32,
        log(marks.numbers as f32),
        flag(marks.year),
        flag(marks.percent),
        flag(marks.money),
        flag(text.contains("://") || text.contains("www.")),
        flag(marks.handle),
        flag(marks.ticker),
        flag(text.contains(['©', 'ⓒ', 'Ⓒ', '®', '™', '※'])),
        if cues.is_some_and(|c| c.code == "deu") { 0.0 } else { marks.capitals },
        flag(marks.acronym),
        flag(text.chars().next().is_some_and(char::is_lowercase)),
        flag(is_unspaced(text)),
        flag(foreign),
        flag(foreign && other_script(seen)),
        flag(foreign && place.last),
    ];
    let rest = [
        flag(claim > 0.0),
        flag(context > 0.0),
        (claim - context).clamp(-4.0, 4.0),
        flag(count[10] > 0 && marks.numbers > 0),
        flag(count[12] > 0 && claim < 1.0),
        flag(count[9] > 0 && marks.quotes > 0),
        flag(opens_with[CONTRAST]),
        flag(opens_with[BYLINE]),
        flag(title_word),
        flag(blind),
    ];
    let mut f = [0.0; FEATURES.len()];
    let values = page.into_iter().chain(count.map(|c| log(c as f32))).chain(rest);
    f.iter_mut().zip(values).for_each(|(slot, value)| *slot = value);
    f
}

/// What the punctuation and digits of a sentence say.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature of its own")]
struct Marks {
    chars: usize,
    digits: usize,
    numbers: usize,
    commas: usize,
    quotes: usize,
    question: bool,
    exclamation: bool,
    colon: bool,
    early_colon: bool,
    semicolon: bool,
    dash: bool,
    brackets: bool,
    headline_signs: bool,
    separators: bool,
    year: bool,
    percent: bool,
    money: bool,
    handle: bool,
    ticker: bool,
    acronym: bool,
    capitals: f32,
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut m = Marks::default();
        let mut run = String::new();
        let chars: Vec<char> = text.chars().collect();
        for (i, &c) in chars.iter().enumerate() {
            let next = chars.get(i + 1).copied().unwrap_or(' ');
            m.chars += usize::from(!c.is_whitespace());
            match c {
                '?' | '？' | '؟' => m.question = true,
                '!' | '！' => m.exclamation = true,
                ':' | '：' if i + 1 < chars.len() && !next.is_ascii_digit() => {
                    m.colon = true;
                    m.early_colon |= i < 24;
                }
                ';' | '；' | '؛' => m.semicolon = true,
                '—' | '–' => m.dash = true,
                '(' | '（' | '[' => m.brackets = true,
                ',' | '，' | '、' | '،' => m.commas += 1,
                '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '‘' => m.quotes += 1,
                '【' | '《' | '〈' | '※' | '■' | '▼' | '▶' => m.headline_signs = true,
                '|' | '｜' | '／' | '·' | '•' | '/' if !next.is_ascii_digit() => m.separators = true,
                '%' | '％' | '‰' => m.percent = true,
                '€' | '£' | '¥' | '￥' | '₽' | '₩' | '₹' | '₴' | '₺' => m.money = true,
                '$' if next.is_ascii_digit() => m.money = true,
                '$' if next.is_ascii_uppercase() => m.ticker = true,
                '@' if next.is_alphanumeric() => m.handle = true,
                _ => {}
            }
            if c.is_numeric() || c == '〇' {
                m.digits += 1;
                run.push(c);
            } else if !(run.is_empty() || matches!(c, '.' | ',') && next.is_ascii_digit()) {
                m.close(&mut run);
            }
        }
        m.close(&mut run);
        let words: Vec<&str> = text.split_whitespace().skip(1).filter(|w| w.starts_with(char::is_alphabetic)).collect();
        let big = words.iter().filter(|w| starts_big(w)).count();
        m.capitals = big as f32 / words.len().max(1) as f32;
        m.acronym = text.split(|c: char| !c.is_alphanumeric()).any(|w| {
            w.chars().count() >= 2
                && w.chars().all(|c| c.is_uppercase() || c.is_numeric())
                && w.chars().any(char::is_uppercase)
        });
        m
    }

    /// Ends a run of digits.
    fn close(&mut self, run: &mut String) {
        if !run.is_empty() {
            self.numbers += 1;
            let century = ["19", "20", "一九", "二〇", "１９", "２０"].iter().any(|c| run.starts_with(c));
            self.year |= run.chars().count() == 4 && century;
            run.clear();
        }
    }
}

/// Length in words; where words are not spaced, two characters make one.
fn size(text: &str) -> f32 {
    let unspaced = text.chars().filter(|&c| unspaced_char(c)).count();
    let spaced =
        text.split_whitespace().filter(|w| w.chars().any(|c| c.is_alphanumeric() && !unspaced_char(c))).count();
    unspaced as f32 / 2.0 + spaced as f32
}

fn unspaced_char(c: char) -> bool {
    matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Thai)
}

fn is_unspaced(text: &str) -> bool {
    let (mut yes, mut no) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if unspaced_char(c) { yes += 2 } else { no += 1 }
    }
    yes > no
}

fn starts_big(word: &str) -> bool {
    word.chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(|c| c.is_uppercase() || (c.is_alphabetic() && !c.is_lowercase()))
}

fn opens_quote(text: &str) -> bool {
    text.starts_with(['"', '“', '„', '«', '「', '『', '‘', '»'])
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '”' | '“' | '»' | '«' | '」' | '』' | '’' | ')' | '）' | '*' | '_' | ' ')
}

/// Whether the sentence is written in a script its article's language does not use.
fn other_script(seen: &Seen) -> bool {
    let group = |code: &str| match code {
        "rus" | "ukr" => 'c',
        "ara" => 'a',
        "zho" | "jpn" => 'h',
        "kor" => 'k',
        _ => 'l',
    };
    match (seen.lang, seen.article_lang) {
        (Some(a), Some(b)) => group(a.code()) != group(b.code()),
        _ => false,
    }
}

// ---------------------------------------------------------------- the model

/// The trained judge of kinds.
///
/// The file has three tensors of f32, rows in the order of [`KINDS`]:
/// `features` (4 × [`FEATURES`]), `sketch` (4 × the embedding's dimension) and
/// `bias` (4). Its metadata entry `features` names the columns, separated by
/// spaces, so that weights of an older list are refused rather than misread.
#[derive(Debug, Clone, PartialEq)]
pub struct KindHead {
    features: Vec<f32>,
    sketch: Vec<f32>,
    bias: Vec<f32>,
    dim: usize,
}

/// How sure a rule is: measured on the project's corpus, where none erred; a little is left for other pages.
const RULE_CONFIDENCE: f32 = 0.98;

impl KindHead {
    /// Reads a weight file.
    pub fn from_bytes(bytes: &[u8]) -> Result<KindHead> {
        let refuse = |why: String| Error::Model {
            model: "kind".to_owned(),
            path: PathBuf::from("kind.safetensors"),
            why: format!("{why}; fetch it again or train it with `cargo run --example train-kind`"),
        };
        let (_, header) =
            SafeTensors::read_metadata(bytes).map_err(|e| refuse(format!("is no safetensors file ({e})")))?;
        let names = header.metadata().as_ref().and_then(|m| m.get("features")).cloned().unwrap_or_default();
        if !names.split(' ').eq(FEATURES) {
            return Err(refuse("was trained on other features than this version reads".to_owned()));
        }
        let file = SafeTensors::deserialize(bytes).map_err(|e| refuse(format!("is damaged ({e})")))?;
        let tensor = |name: &str| -> Result<(Vec<f32>, Vec<usize>)> {
            let view = file.tensor(name).map_err(|_| refuse(format!("has no tensor `{name}`")))?;
            if view.dtype() != Dtype::F32 {
                return Err(refuse(format!("has `{name}` in {:?}, not in f32", view.dtype())));
            }
            let values: Vec<f32> =
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            if values.iter().any(|v| !v.is_finite()) {
                return Err(refuse(format!("has values in `{name}` that are no numbers")));
            }
            Ok((values, view.shape().to_vec()))
        };
        let (features, shape) = tensor("features")?;
        let (sketch, sketch_shape) = tensor("sketch")?;
        let (bias, bias_shape) = tensor("bias")?;
        let &[4, dim] = sketch_shape.as_slice() else {
            return Err(refuse(format!("has `sketch` of shape {sketch_shape:?}, not [4, dimension]")));
        };
        if shape != [4, FEATURES.len()] || bias_shape != [4] {
            return Err(refuse(format!(
                "has `features` {shape:?} and `bias` {bias_shape:?}, not [4, {}] and [4]",
                FEATURES.len()
            )));
        }
        Ok(KindHead { features, sketch, bias, dim })
    }

    /// The kind of every sentence of one article.
    ///
    /// `sketch` holds one static embedding a sentence. It may be empty, or of
    /// another dimension than the model's: then the features alone decide.
    ///
    /// # Panics
    /// If `sketch` has rows, but not one a sentence.
    pub fn judge(
        &self,
        article: &Article,
        sentences: &[Sentence],
        article_lang: Option<Lang>,
        sketch: &Embeddings,
    ) -> Vec<Judged> {
        assert!(sketch.is_empty() || sketch.len() == sentences.len(), "one embedding a sentence");
        if !sketch.is_empty() && sketch.dim() != self.dim {
            log::warn!("kinds are judged without embeddings: they have {} values, not {}", sketch.dim(), self.dim);
        }
        look(article, sentences, article_lang)
            .iter()
            .enumerate()
            .map(|(i, seen)| {
                if let Some(kind) = rule(seen) {
                    let claim = (1.0 - RULE_CONFIDENCE) / 2.0;
                    return Judged { kind, confidence: RULE_CONFIDENCE, claim };
                }
                let fits = !sketch.is_empty() && sketch.dim() == self.dim;
                let row = if fits { sketch.row(i) } else { &[] };
                let p = self.probabilities(seen, row);
                let best = if p[0] >= CLAIM_FROM {
                    0
                } else {
                    (1..4).fold(1, |best, k| if p[k] > p[best] { k } else { best })
                };
                Judged { kind: KINDS[best], confidence: p[best], claim: p[0] }
            })
            .collect()
    }

    /// Probability of each of [`KINDS`], by the model alone; `row` is empty where there is no embedding.
    pub fn probabilities(&self, seen: &Seen, row: &[f32]) -> [f32; 4] {
        let blind = row.iter().all(|&v| v == 0.0);
        let f = features(seen, blind);
        let mut p = [0.0f32; 4];
        for (k, score) in p.iter_mut().enumerate() {
            let dot = |w: &[f32], x: &[f32]| w.iter().zip(x).map(|(w, x)| w * x).sum::<f32>();
            let sketch = &self.sketch[k * self.dim..(k + 1) * self.dim];
            *score = self.bias[k] + dot(&self.features[k * f.len()..], &f) + dot(sketch, row);
        }
        softmax(p)
    }

    /// What speaks most for `kind` in this sentence: feature names with their part of the score, largest first.
    pub fn why(&self, seen: &Seen, kind: Kind) -> Vec<(&'static str, f32)> {
        let k = KINDS.iter().position(|&x| x == kind).unwrap_or(0);
        let f = features(seen, false);
        let mut parts: Vec<_> = FEATURES
            .iter()
            .zip(f.iter().zip(&self.features[k * f.len()..]))
            .map(|(&name, (x, w))| (name, x * w))
            .filter(|&(_, part)| part != 0.0)
            .collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        parts
    }
}

fn softmax(scores: [f32; 4]) -> [f32; 4] {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let e = scores.map(|s| (s - top).exp());
    let sum: f32 = e.iter().sum();
    e.map(|x| x / sum)
}
