//! What was published? File bytes become an [`Article`].
//!
//! [`discover`] finds the files, [`read`] opens one, [`article`] makes sense of
//! its bytes: the encoding, the front matter, the title, the author, the date.
//! Whatever is wrong with one file is a [`Skipped`], never the end of the run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result, Skipped};
use crate::span::Span;

/// The largest file that is read, in bytes: a book is one or two megabytes.
pub const LIMIT: u64 = 64 * 1024 * 1024;

/// One published text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// First 16 hex digits of `sha256`: the same text has the same id anywhere.
    pub id: String,
    /// The path as the reader gave it, with `/` between folders.
    pub path: String,
    /// SHA-256 of the file's bytes, in hex.
    pub sha256: String,
    /// From front matter, else from the first heading.
    pub title: Option<String>,
    /// From front matter, else from a by-line.
    pub author: Option<String>,
    /// ISO date (`2026-02-11`), from front matter.
    pub published: Option<String>,
    /// Where it was published.
    pub url: Option<String>,
    /// The whole decoded file, front matter included; every span points into it.
    pub text: String,
    /// The part of `text` that is the article itself: all but the front matter.
    pub body: Span,
    /// What could not be read as it was meant, each a line for the reader.
    pub warnings: Vec<String>,
}

/// A file that may hold an article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// As the reader would name it, with `/` between folders.
    pub shown: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// The article files under `paths`, sorted by name, and what could not be entered.
///
/// A file named outright is taken whatever its extension; folders are searched
/// for `.txt`, `.md`, `.markdown` and names without an extension. Names that
/// begin with a dot are left out, and so is a file that was already found.
///
/// # Errors
/// If there is nothing to read at all: a path that does not exist, or folders without articles.
pub fn discover(paths: &[PathBuf]) -> Result<(Vec<Found>, Vec<Skipped>)> {
    let mut search = Search::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => search.folder(path),
            Ok(_) => search.file(path),
            Err(why) => search.skip(path, format!("cannot be read: {why}")),
        }
    }
    if search.found.is_empty() {
        if let Some(missing) = paths.iter().find(|p| !p.exists()) {
            let source = fs::metadata(missing).err().unwrap_or_else(|| std::io::ErrorKind::NotFound.into());
            return Err(Error::Read { path: missing.clone(), source });
        }
        if search.skipped.is_empty() {
            let path = paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
            return Err(Error::NoArticles { path });
        }
    }
    search.found.sort();
    search.skipped.sort();
    Ok((search.found, search.skipped))
}

#[derive(Default)]
struct Search {
    found: Vec<Found>,
    skipped: Vec<Skipped>,
    /// Real paths of the files that were taken.
    taken: BTreeSet<PathBuf>,
    /// Real paths of the folders that were entered.
    entered: BTreeSet<PathBuf>,
}

impl Search {
    fn skip(&mut self, path: &Path, error: String) {
        self.skipped.push(skipped(&shown(path), error));
    }

    fn file(&mut self, path: &Path) {
        // one file by two roads is one article
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.taken.insert(real) {
            self.found.push(Found { shown: shown(path), path: path.to_owned() });
        }
    }

    fn folder(&mut self, path: &Path) {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(why) => return self.skip(path, format!("cannot be entered: {why}")),
        };
        if !self.entered.insert(real.clone()) {
            // reached by name a second time is no loop; only a link can lead back
            if path.is_symlink() {
                self.skip(path, format!("is a link back to {}, which was already read", shown(&real)));
            }
            return;
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(why) => return self.skip(path, format!("cannot be entered: {why}")),
        };
        let mut inside: Vec<PathBuf> = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => inside.push(entry.path()),
                Err(why) => self.skip(path, format!("has an entry that cannot be read: {why}")),
            }
        }
        inside.sort();
        for entry in inside {
            if entry.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')) {
                continue;
            }
            match fs::metadata(&entry) {
                Ok(meta) if meta.is_dir() => self.folder(&entry),
                Ok(meta) if meta.is_file() && has_article_name(&entry) => self.file(&entry),
                Ok(_) => {}
                Err(why) if is_loop(&why) => {
                    self.skip(&entry, "is a link that leads back to itself".into());
                }
                Err(why) => self.skip(&entry, format!("cannot be read: {why}")),
            }
        }
    }
}

fn is_loop(why: &std::io::Error) -> bool {
    // ErrorKind::FilesystemLoop is not stable; ELOOP is 40 on Linux and 62 on the BSDs
    matches!(why.raw_os_error(), Some(40 | 62))
}

fn has_article_name(path: &Path) -> bool {
    match path.extension() {
        None => true,
        Some(ext) => ["txt", "md", "markdown"].iter().any(|e| ext.eq_ignore_ascii_case(e)),
    }
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn skipped(shown: &str, error: impl Into<String>) -> Skipped {
    Skipped { path: shown.to_owned(), stage: "ingest".to_owned(), error: error.into() }
}

/// Read one file.
///
/// # Errors
/// A [`Skipped`] that says why the file holds no article.
pub fn read(found: &Found) -> std::result::Result<Article, Skipped> {
    let fail = |error: String| skipped(&found.shown, error);
    let meta = fs::metadata(&found.path).map_err(|why| fail(format!("cannot be read: {why}")))?;
    if meta.len() > LIMIT {
        return Err(fail(too_large(meta.len())));
    }
    let bytes = fs::read(&found.path).map_err(|why| fail(format!("cannot be read: {why}")))?;
    article(&found.shown, &bytes)
}

fn too_large(bytes: u64) -> String {
    format!(
        "is too large: {} MB, and the limit is {} MB; split it into articles",
        bytes.div_ceil(1024 * 1024),
        LIMIT / (1024 * 1024)
    )
}

/// The article in `bytes`; `shown` is the name it goes by.
///
/// # Errors
/// A [`Skipped`] for what is empty, binary or too large.
pub fn article(shown: &str, bytes: &[u8]) -> std::result::Result<Article, Skipped> {
    let fail = |error: String| skipped(shown, error);
    if bytes.len() as u64 > LIMIT {
        return Err(fail(too_large(bytes.len() as u64)));
    }
    if bytes.is_empty() {
        return Err(fail("is empty".into()));
    }
    let mut warnings = Vec::new();
    let text = decode(bytes, &mut warnings).map_err(fail)?;
    if text.trim().is_empty() {
        return Err(fail("holds nothing but white space".into()));
    }
    let front = FrontMatter::of(&text, &mut warnings);
    let body = Span::new(front.end, text.len());
    if body.of(&text).trim().is_empty() {
        return Err(fail("holds front matter and no text".into()));
    }
    for warning in &warnings {
        log::warn!("{shown}: {warning}");
    }
    let sha256 = hex(&Sha256::digest(bytes));
    let title = front.title.or_else(|| first_heading(body.of(&text)));
    let author = front.author.or_else(|| by_line(body.of(&text)));
    Ok(Article {
        id: sha256[..16].to_owned(),
        path: shown.to_owned(),
        sha256,
        title,
        author,
        published: front.published,
        url: front.url,
        body,
        text,
        warnings,
    })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

// --- encodings ---

/// The text in `bytes`, or why there is none. A byte order mark is not part of it.
fn decode(bytes: &[u8], warnings: &mut Vec<String>) -> std::result::Result<String, String> {
    if let Some(kind) = known_binary(bytes) {
        return Err(format!("is {kind}, not text; save it as plain text or Markdown"));
    }
    if let Some(text) = utf32(bytes) {
        return Ok(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if broken {
            warnings.push(format!("some bytes are not {} and were replaced by \u{FFFD}", encoding.name()));
        }
        return readable(text.into_owned());
    }
    if has_control_bytes(bytes) {
        // text in one byte a letter has no control bytes; UTF-16 is full of them
        return utf16(bytes).ok_or_else(|| "is binary, not text".to_owned());
    }
    // ISO-2022-JP is ASCII throughout; its escapes give it away
    let shifted = bytes.windows(2).any(|w| w == b"\x1B$");
    if let (Ok(text), false) = (std::str::from_utf8(bytes), shifted) {
        return readable(text.to_owned());
    }
    if let Some(text) = damaged_utf8(bytes) {
        warnings.push("some bytes are not UTF-8 and were replaced by \u{FFFD}".into());
        return Ok(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    // GB18030 holds all of GBK and more
    let encoding = if guess == GBK { GB18030 } else { guess };
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    if broken {
        let lost = text.chars().filter(|&c| c == '\u{FFFD}').count();
        if lost * 50 > text.chars().count() {
            return Err("is in no encoding that is known here; save it as UTF-8".into());
        }
        warnings.push(format!("was read as {}; some bytes do not fit and were replaced by \u{FFFD}", encoding.name()));
    } else {
        log::info!("read as {}", encoding.name());
    }
    readable(text.into_owned())
}

/// Refuses what decoded well but is not writing.
fn readable(text: String) -> std::result::Result<String, String> {
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace() && *c != '\u{1b}').count();
    if odd > 0 && odd * 200 > text.chars().count() { Err("is binary, not text".into()) } else { Ok(text) }
}

fn known_binary(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF file"),
        (b"PK\x03\x04", "a ZIP, Word or EPUB file"),
        (b"\x89PNG", "a PNG image"),
        (b"\xFF\xD8\xFF", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"\x1F\x8B", "a gzip file"),
        (b"\xD0\xCF\x11\xE0", "an old Word file"),
        (b"{\\rtf", "an RTF file"),
        (b"\x7FELF", "a program"),
        (b"SQLite format 3", "a database"),
    ];
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

fn has_control_bytes(bytes: &[u8]) -> bool {
    bytes.iter().any(|&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1B))
}

fn utf32(bytes: &[u8]) -> Option<String> {
    let big = match bytes {
        [0xFF, 0xFE, 0, 0, ..] => false,
        [0, 0, 0xFE, 0xFF, ..] => true,
        _ => return None,
    };
    let text: String = bytes[4..]
        .chunks_exact(4)
        .map(|c| {
            let c = [c[0], c[1], c[2], c[3]];
            let point = if big { u32::from_be_bytes(c) } else { u32::from_le_bytes(c) };
            char::from_u32(point).unwrap_or('\u{FFFD}')
        })
        .collect();
    (!text.contains('\u{FFFD}')).then_some(text)
}

/// UTF-16 without a byte order mark: whichever order reads as writing.
fn utf16(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 4 {
        return None;
    }
    [UTF_16LE, UTF_16BE]
        .into_iter()
        .filter_map(|encoding| {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            let (mut all, mut plain, mut common) = (0usize, 0usize, 0usize);
            for c in text.chars() {
                all += 1;
                plain += usize::from(is_plain(c));
                common +=
                    usize::from(matches!(c, ' ' | '\n' | 'a' | 'e' | 'о' | 'а' | '。' | '、' | '，' | '的' | 'の'));
            }
            // one wrong byte at the very end is forgiven
            let sound = !broken || bytes.len() % 2 == 1;
            (sound && plain * 100 >= all * 97 && common * 80 >= all).then(|| (common, text.into_owned()))
        })
        .max_by_key(|(common, _)| *common)
        .map(|(_, text)| text)
}

fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{7E}' | '\u{A0}'..='\u{52F}' | '\u{590}'..='\u{6FF}'
        | '\u{900}'..='\u{E7F}' | '\u{1E00}'..='\u{1FFF}' | '\u{2010}'..='\u{206F}' | '\u{20A0}'..='\u{20BF}'
        | '\u{2100}'..='\u{22FF}' | '\u{3000}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF00}'..='\u{FFEF}' | '\u{1F300}'..='\u{1FAFF}')
}

/// UTF-8 with a few broken bytes: a file cut short, a bad join.
fn damaged_utf8(bytes: &[u8]) -> Option<String> {
    let (mut sound, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    (sound >= 4 && sound >= broken * 10).then(|| UTF_8.decode_without_bom_handling(bytes).0.into_owned())
}

// --- front matter ---

/// What stands between `---` or `+++` at the head of the file.
#[derive(Default)]
struct FrontMatter {
    title: Option<String>,
    author: Option<String>,
    published: Option<String>,
    url: Option<String>,
    /// Where the body begins, in bytes.
    end: usize,
}

/// A front matter's values, from YAML or TOML, as far as an article needs them.
enum Value {
    Text(String),
    List(Vec<String>),
}

impl Value {
    fn joined(self) -> Option<String> {
        let text = match self {
            Self::Text(text) => text,
            Self::List(items) => items.join(", "),
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl FrontMatter {
    fn of(text: &str, warnings: &mut Vec<String>) -> Self {
        let Some(block) = Block::at_head(text) else {
            return Self::default();
        };
        let fields = match block.fields() {
            Ok(Some(fields)) => fields,
            // a rule, a paragraph and another rule
            Ok(None) => return Self::default(),
            Err((line, why)) => {
                warnings.push(format!("line {line}: the front matter does not parse and was left out: {why}"));
                return Self { end: block.end, ..Self::default() };
            }
        };
        let mut front = Self { end: block.end, ..Self::default() };
        for (key, value) in fields {
            let slot = match key.to_lowercase().as_str() {
                "title" => &mut front.title,
                "author" | "authors" | "by" => &mut front.author,
                "url" | "link" | "source" | "canonical" => &mut front.url,
                "date" | "published" | "pubdate" => {
                    let Some(written) = value.joined() else {
                        continue;
                    };
                    match iso_date(&written) {
                        Some(date) => front.published = front.published.or(Some(date)),
                        None => {
                            warnings.push(format!("the date {written:?} is not understood; write it as 2026-02-11"));
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            if slot.is_none() {
                *slot = value.joined();
            }
        }
        front
    }
}

/// Keys and values in their order.
type Fields = Vec<(String, Value)>;

/// The file's line, and what is wrong there.
type Fault = (usize, String);

struct Block<'t> {
    inside: &'t str,
    toml: bool,
    end: usize,
}

impl<'t> Block<'t> {
    fn at_head(text: &'t str) -> Option<Self> {
        let mut lines = text.split_inclusive('\n');
        let first = lines.next()?;
        let toml = match first.trim_end() {
            "---" => false,
            "+++" => true,
            _ => return None,
        };
        let mut at = first.len();
        for line in lines.take(500) {
            let mark = line.trim_end();
            if (toml && mark == "+++") || (!toml && (mark == "---" || mark == "...")) {
                return Some(Self { inside: &text[first.len()..at], toml, end: at + line.len() });
            }
            at += line.len();
        }
        None
    }

    /// Keys and values; `None` if the block is no front matter; else the file's line and the reason.
    fn fields(&self) -> std::result::Result<Option<Fields>, Fault> {
        if self.toml { self.toml_fields().map(Some) } else { self.yaml_fields() }
    }

    fn toml_fields(&self) -> std::result::Result<Fields, Fault> {
        let table: toml::Table = toml::from_str(self.inside).map_err(|e| {
            let before = e.span().map_or(0, |s| self.inside[..s.start.min(self.inside.len())].matches('\n').count());
            (before + 2, e.message().to_owned())
        })?;
        let text = |v: toml::Value| match v {
            toml::Value::String(s) => Some(s),
            toml::Value::Datetime(d) => Some(d.to_string()),
            toml::Value::Integer(n) => Some(n.to_string()),
            toml::Value::Table(mut t) => match t.remove("name") {
                Some(toml::Value::String(s)) => Some(s),
                _ => None,
            },
            _ => None,
        };
        Ok(table
            .into_iter()
            .filter_map(|(key, value)| match value {
                toml::Value::Array(items) => Some((key, Value::List(items.into_iter().filter_map(text).collect()))),
                other => text(other).map(|t| (key, Value::Text(t))),
            })
            .collect())
    }

    fn yaml_fields(&self) -> std::result::Result<Option<Fields>, Fault> {
        use serde_norway::Value as Yaml;
        let looks_like_fields =
            || self.inside.lines().next().is_some_and(|l| l.contains(": ") || l.trim_end().ends_with(':'));
        let value: Yaml = match serde_norway::from_str(self.inside) {
            Ok(value) => value,
            Err(_) if !looks_like_fields() && self.inside.contains("\n\n") => return Ok(None),
            Err(e) => {
                let line = e.location().map_or(1, |l| l.line());
                return Err((line + 1, e.to_string()));
            }
        };
        let fields = match value {
            Yaml::Mapping(fields) => fields,
            // `---` twice with nothing between
            Yaml::Null => return Ok(Some(Vec::new())),
            _ => return Ok(None),
        };
        let text = |v: Yaml| match v {
            Yaml::String(s) => Some(s),
            Yaml::Number(n) => Some(n.to_string()),
            Yaml::Bool(b) => Some(b.to_string()),
            Yaml::Mapping(mut m) => match m.remove("name") {
                Some(Yaml::String(s)) => Some(s),
                _ => None,
            },
            _ => None,
        };
        Ok(Some(
            fields
                .into_iter()
                .filter_map(|(key, value)| {
                    let key = key.as_str()?.to_owned();
                    match value {
                        Yaml::Sequence(items) => Some((key, Value::List(items.into_iter().filter_map(text).collect()))),
                        other => text(other).map(|t| (key, Value::Text(t))),
                    }
                })
                .collect(),
        ))
    }
}

/// `2026-02-11` from the ways people write dates; `None` rather than a guess
/// where day and month could be swapped.
fn iso_date(written: &str) -> Option<String> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut numbers: Vec<(usize, u32)> = Vec::new(); // digits, value
    let mut month_name = None;
    let mut dotted = false;
    for part in written.split(|c: char| !c.is_alphanumeric()) {
        // `11T08:30` and `2026年2月11日` are several parts
        let mut digits = String::new();
        for c in part.chars().chain(std::iter::once(' ')) {
            if c.is_ascii_digit() {
                digits.push(c);
            } else if !digits.is_empty() {
                numbers.push((digits.len(), digits.parse().ok()?));
                digits.clear();
            }
        }
        if month_name.is_none() && part.chars().next().is_some_and(char::is_alphabetic) && part.len() >= 3 {
            let head: String = part.chars().take(3).collect::<String>().to_lowercase();
            month_name = MONTHS.iter().position(|m| *m == head).map(|m| m as u32 + 1);
        }
    }
    dotted |= written.contains('.');
    let (year, month, day) = match (month_name, numbers.as_slice()) {
        (Some(m), [(4, y), (_, d), ..] | [(1 | 2, d), (4, y), ..]) => (*y, m, *d),
        (None, [(4, y), (1 | 2, m), (1 | 2, d), ..]) => (*y, *m, *d),
        (None, [(8, whole), ..]) => (whole / 10000, whole / 100 % 100, whole % 100),
        (None, [(1 | 2, a), (1 | 2, b), (4, y), ..]) => match (*a, *b) {
            (d, m) if d > 12 || dotted || d == m => (*y, m, d),
            (m, d) if d > 12 => (*y, m, d),
            _ => return None,
        },
        _ => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    ((1..=days).contains(&day) && (1000..=9999).contains(&year)).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

// --- title and by-line ---

fn first_heading(body: &str) -> Option<String> {
    let mut lines = body.lines().peekable();
    let mut fenced = false;
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let hashes = line.len() - line.trim_start_matches('#').len();
        if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t', '\u{3000}']) {
            let title = line[hashes..].trim().trim_end_matches('#').trim_matches(['*', '_', ' ']);
            if !title.is_empty() {
                return Some(title.to_owned());
            }
        }
        let underlined = lines.peek().is_some_and(|next| {
            let next = next.trim_end();
            next.len() >= 3 && next.bytes().all(|b| b == b'=')
        });
        if underlined && !line.trim().is_empty() {
            return Some(line.trim().to_owned());
        }
    }
    None
}

/// Words that open a by-line and cannot open anything else.
const BY_LABELS: &[&str] = &[
    "Author:",
    "Authors:",
    "Written by",
    "Words by",
    "Auteur :",
    "Auteur:",
    "Auteure :",
    "Autor:",
    "Autorin:",
    "Autora:",
    "Autore:",
    "Autrice:",
    "Text:",
    "Texte :",
    "Texto:",
    "Testo di",
    "Автор:",
    "Авторы:",
    "Автор —",
    "Текст:",
    "Автор тексту:",
    "作者:",
    "作者：",
    "作者／",
    "作者/",
    "文/",
    "文／",
    "文＝",
    "文=",
    "文：",
    "文:",
    "撰文:",
    "撰文：",
    "記者/",
    "執筆:",
    "執筆：",
    "執筆＝",
    "執筆/",
    "著者:",
    "著者：",
    "筆者：",
    "글=",
    "글·",
    "글:",
    "글 ",
    "글쓴이:",
    "기자=",
    "Yazar:",
    "Yazan:",
    "Penulis:",
    "Oleh:",
    "Tác giả:",
    "Tekst:",
    "Door:",
    "الكاتب:",
    "بقلم:",
    "بقلم ",
    "كتب:",
];

/// Prepositions that open a by-line when only a name follows.
const BY_WORDS: &[&str] =
    &["By ", "BY ", "Par ", "Von ", "Por ", "Di ", "De ", "Da ", "Door ", "Oleh ", "Przez ", "Bởi ", "от "];

/// A short line near the top or the end that says who wrote the article.
fn by_line(body: &str) -> Option<String> {
    let lines: Vec<&str> = body.lines().map(str::trim).filter(|l| !l.is_empty()).take(4000).collect();
    let top = lines.iter().take(6);
    let end = lines.iter().skip(6.max(lines.len().saturating_sub(6)));
    top.chain(end).find_map(|line| by_line_name(line))
}

fn by_line_name(line: &str) -> Option<String> {
    let line = line.trim_matches(['*', '_', '|', '—', '–', '-', '(', ')', '（', '）', ' ']);
    if line.chars().count() > 80 {
        return None;
    }
    let (rest, certain) = BY_LABELS
        .iter()
        .find_map(|label| line.strip_prefix(label).map(|rest| (rest, true)))
        .or_else(|| BY_WORDS.iter().find_map(|word| line.strip_prefix(word).map(|rest| (rest, false))))?;
    // what follows a comma or a bar is an office, a paper or a date
    let name = rest.split([',', '|', '，', '、', '(', '（', ';', '；', '·', '•']).next()?.trim();
    let name = ["기자", "記者", "记者"].iter().fold(name, |n, office| n.strip_suffix(office).unwrap_or(n)).trim();
    let name = name.trim_matches(['*', '_', ' ', '"', '«', '»', '“', '”']);
    let words: Vec<&str> = name.split_whitespace().collect();
    let short = (1..=6).contains(&words.len()) && name.chars().count() <= 40;
    let clean = !name.contains(['.', '?', '!', '。', '？', '！', ':', '：']) || words.iter().all(|w| w.len() <= 14);
    let ends_like_a_sentence = name.ends_with(['?', '!', '。', '？', '！', ':', '：', '.']);
    let capital = |w: &&str| w.chars().next().is_some_and(|c| c.is_uppercase() || c == '@');
    // "von", "de la" may stand inside a name; the first and last word are the person's
    let like_a_name = words.first().is_some_and(capital)
        && words.last().is_some_and(capital)
        && words.iter().filter(|w| capital(w)).count() * 2 >= words.len()
        && !name.contains(|c: char| c.is_ascii_digit());
    (short && clean && !ends_like_a_sentence && (certain || like_a_name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Article {
        article("a.md", text.as_bytes()).expect("an article")
    }

    #[test]
    fn yaml_and_toml_front_matter_say_the_same() {
        let yaml = "---\ntitle: \"Два моста\"\nauthor: [Ана Коваль, Ben Ode]\ndate: 2026-02-11\nurl: https://example.org/x\n---\nBody.\n";
        let toml = "+++\ntitle = \"Два моста\"\nauthor = [\"Ана Коваль\", \"Ben Ode\"]\ndate = 2026-02-11\nurl = \"https://example.org/x\"\n+++\nBody.\n";
        for text in [yaml, toml, &yaml.replace('\n', "\r\n")] {
            let a = read_text(text);
            assert_eq!(a.title.as_deref(), Some("Два моста"));
            assert_eq!(a.author.as_deref(), Some("Ана Коваль, Ben Ode"));
            assert_eq!(a.published.as_deref(), Some("2026-02-11"));
            assert_eq!(a.url.as_deref(), Some("https://example.org/x"));
            assert_eq!(a.body.of(&a.text).trim(), "Body.");
            assert!(a.warnings.is_empty());
        }
    }

    #[test]
    fn front_matter_that_does_not_parse_is_left_out_with_its_line() {
        for (text, line) in [
            ("---\ntitle: \"open\nauthor: [a\n---\nThe body stays.\n", "line"),
            ("+++\ntitle = \"good\"\nauthor = what is this\n+++\nThe body stays.\n", "line 3"),
        ] {
            let a = read_text(text);
            assert_eq!(a.body.of(&a.text), "The body stays.\n");
            assert!(a.warnings[0].contains(line), "{:?}", a.warnings);
        }
    }

    #[test]
    fn two_rules_around_a_paragraph_are_not_front_matter() {
        let a = read_text("---\nA paragraph of its own\n---\nAnd more.\n");
        assert_eq!(a.body.start(), 0);
        let a = read_text("---\nNo second rule.\n");
        assert_eq!(a.body.start(), 0);
    }

    #[test]
    fn dates_become_iso_or_nothing() {
        for (written, iso) in [
            ("2026-02-11", Some("2026-02-11")),
            ("2026-02-11T08:30:00+09:00", Some("2026-02-11")),
            ("2026/2/1", Some("2026-02-01")),
            ("2026年2月11日", Some("2026-02-11")),
            ("20260211", Some("2026-02-11")),
            ("11.02.2026", Some("2026-02-11")),
            ("25/12/2025", Some("2025-12-25")),
            ("12/25/2025", Some("2025-12-25")),
            ("February 11, 2026", Some("2026-02-11")),
            ("11 Feb 2026", Some("2026-02-11")),
            ("03/04/2025", None),
            ("2025-02-30", None),
            ("soon", None),
        ] {
            assert_eq!(iso_date(written).as_deref(), iso, "{written}");
        }
    }

    #[test]
    fn every_encoding_gives_back_the_same_text() {
        let japanese = "東京の港では、朝から霧が濃い。船は昼まで待つことになった。";
        let chinese = "港口的雾很大，船要等到中午才能出发。大家都很着急，但是没有办法。";
        let russian = "Над портом стоит туман, и корабли ждут полудня. Никто не торопится.";
        let korean = "항구에 안개가 짙어서 배는 정오까지 기다려야 한다. 아무도 서두르지 않는다.";
        let traditional = "港口的霧很大，船要等到中午才能出發。大家都很著急，但是沒有辦法。";
        for (text, encoding) in [
            (japanese, encoding_rs::SHIFT_JIS),
            (japanese, encoding_rs::EUC_JP),
            (japanese, encoding_rs::ISO_2022_JP),
            (chinese, GB18030),
            (traditional, encoding_rs::BIG5),
            (russian, encoding_rs::WINDOWS_1251),
            (russian, encoding_rs::KOI8_R),
            (korean, encoding_rs::EUC_KR),
            ("Där står båten än, och ingen vet när den går härifrån.", encoding_rs::WINDOWS_1252),
        ] {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost);
            let a = article("a.txt", &bytes).unwrap_or_else(|s| panic!("{}: {}", encoding.name(), s.error));
            assert_eq!(a.text, text, "{}", encoding.name());
        }
        for text in [japanese, chinese, russian, korean, "Plain old words.\nTwo lines.\n"] {
            let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let wide: Vec<u8> =
                std::iter::once('\u{FEFF}').chain(text.chars()).flat_map(|c| (c as u32).to_le_bytes()).collect();
            for bytes in [
                le.clone(),
                be.clone(),
                [b"\xFF\xFE".as_slice(), &le].concat(),
                [b"\xFE\xFF".as_slice(), &be].concat(),
                [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
                wide,
            ] {
                assert_eq!(article("a.txt", &bytes).expect("text").text, text);
            }
        }
    }

    #[test]
    fn utf8_with_a_broken_byte_is_kept_and_said() {
        let mut bytes = "Корабли ждут полудня, и никто не торопится".as_bytes().to_vec();
        bytes.pop();
        let a = article("a.txt", &bytes).expect("text");
        assert!(a.text.starts_with("Корабли ждут"));
        assert_eq!(a.warnings.len(), 1);
    }

    #[test]
    fn what_is_no_article_is_skipped_with_a_reason() {
        for (bytes, reason) in [
            (b"".as_slice(), "empty"),
            (b" \n\t\r\n", "white space"),
            (b"\xEF\xBB\xBF\n", "white space"),
            (b"---\ntitle: x\n---\n\n", "no text"),
            (b"%PDF-1.7 whatever", "PDF"),
            (b"\x00\x01\x02\x03\x80\xFF\x00\x10\x00", "binary"),
            (b"PK\x03\x04\x14\x00", "ZIP"),
        ] {
            let skipped = article("x.txt", bytes).expect_err("no article");
            assert!(skipped.error.contains(reason), "{}", skipped.error);
            assert_eq!((skipped.path.as_str(), skipped.stage.as_str()), ("x.txt", "ingest"));
        }
    }

    #[test]
    fn the_first_heading_is_the_title_when_nobody_says_otherwise() {
        for (text, title) in [
            ("Intro.\n\n## **Зачем мост**\n\nText.", Some("Зачем мост")),
            ("Why bridges\n===========\n\nText.", Some("Why bridges")),
            ("#hashtag is no heading", None),
        ] {
            assert_eq!(read_text(text).title.as_deref(), title);
        }
    }

    #[test]
    fn a_by_line_names_the_author() {
        for (line, author) in [
            ("By Ada Marsh", Some("Ada Marsh")),
            ("*By Ada Marsh, staff writer*", Some("Ada Marsh")),
            ("By and large the plan works", None),
            ("By Monday it was over.", None),
            ("Par Inès de la Tour", Some("Inès de la Tour")),
            ("Von Karl Ebert", Some("Karl Ebert")),
            ("Автор: Юлия Седова, «Маяк»", Some("Юлия Седова")),
            ("作者：陈小舟", Some("陈小舟")),
            ("文／陳小舟", Some("陳小舟")),
            ("執筆：森下あかり", Some("森下あかり")),
            ("글·한서윤 기자", Some("한서윤")),
            ("De nombreux lecteurs", None),
        ] {
            let a = read_text(&format!("{line}\n\nSome text that follows here.\n"));
            assert_eq!(a.author.as_deref(), author, "{line}");
        }
        let end = format!("{}Автор: Юлия Седова\n", "Строка текста.\n".repeat(20));
        assert_eq!(read_text(&end).author.as_deref(), Some("Юлия Седова"));
    }

    #[test]
    fn folders_are_searched_in_order_and_loops_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("b/deep")).expect("made");
        for name in ["z.txt", "a.md", "b/deep/c.markdown", "b/noext", "b/image.png", ".hidden.txt"] {
            fs::write(at(name), "text").expect("written");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path(), at("b/again")).expect("linked");
            std::os::unix::fs::symlink(at("nowhere"), at("b/broken.txt")).expect("linked");
            std::os::unix::fs::symlink(at("b/self"), at("b/self")).expect("linked");
        }
        let (found, skipped) = discover(&[dir.path().to_owned()]).expect("articles");
        let root = shown(dir.path());
        let names: Vec<&str> = found.iter().map(|f| &f.shown[root.len() + 1..]).collect();
        assert_eq!(names, ["a.md", "b/deep/c.markdown", "b/noext", "z.txt"]);
        #[cfg(unix)]
        assert_eq!(skipped.len(), 3, "{skipped:?}");
        let (found, _) = discover(&[at("b/image.png"), at("b/image.png")]).expect("named outright");
        assert_eq!(found.len(), 1);
        assert!(matches!(discover(&[at("missing")]), Err(Error::Read { .. })));
        fs::create_dir(at("empty")).expect("made");
        assert!(matches!(discover(&[at("empty")]), Err(Error::NoArticles { .. })));
    }
}
