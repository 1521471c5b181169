//! Which names are one person?
//!
//! Names are gathered over all articles, compared by sound and joined from the
//! surest pair down; two people whom one article names in full are never
//! joined, and what stays in doubt is listed for the reader.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::cue::same_bent;
use super::quote::is_wide;
use super::sound::{alike, consonants, romanise, sounds};
use super::words::lexicons;
use super::{Claim, Speaker};
use crate::error::{Error, Result};
use crate::ingest::Article;

/// From here on two full names are one person (0 to 1, mean over the parts of the name).
const SAME: f32 = 0.8;
/// Below this no part of a name may fall.
const PART: f32 = 0.66;
/// Where scripts render each other closely, no part may fall below this.
const CLOSE: f32 = 0.8;
/// From here on two names are listed as perhaps one person.
const MAYBE: f32 = 0.68;

/// A person or body that holds claims, under one name wherever it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// `v-` and eight hex digits of the SHA-256 of the name's canonical form.
    pub id: String,
    /// The name to show: in Latin letters where one article has it so, else the most frequent.
    pub name: String,
    /// Its other spellings, sorted.
    pub aliases: Vec<String>,
}

/// Who speaks in a set of articles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voices {
    /// Sorted by id.
    pub voices: Vec<Voice>,
    /// `of[a][c]`: index into `voices` of the holder of claim `c` of article `a`.
    pub of: Vec<Vec<usize>>,
    /// Names that may be one person, each pair sorted; the reader decides in `people.toml`.
    pub maybe_same: Vec<(String, String)>,
}

/// The reader's own word on who is who (`people.toml`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// `[[person]]`: one person under several names.
    #[serde(default)]
    pub person: Vec<Person>,
    /// `[[different]]`: names that are never one person.
    #[serde(default)]
    pub different: Vec<Different>,
}

/// One `[[person]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name to show.
    pub name: String,
    /// Further spellings, handles included.
    #[serde(default)]
    pub also: Vec<String>,
}

/// One `[[different]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Different {
    /// Names no two of which are one person.
    pub names: Vec<String>,
}

impl People {
    /// Reads the text of a `people.toml`.
    pub fn parse(text: &str) -> Result<People> {
        toml::from_str(text).map_err(|why| Error::Parse {
            path: "people.toml".into(),
            what: "people file",
            why: why.to_string(),
        })
    }
}

/// What the holder of a claim is called before names are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Called {
    /// By a name, which may be somebody's elsewhere.
    Name(String),
    /// By what only its article tells: an unnamed author, "critics". The name and what makes it its article's own.
    Only(String, String),
}

/// A name over all articles.
#[derive(Debug, Clone)]
struct Spelling {
    name: String,
    /// Articles that use it.
    articles: BTreeSet<usize>,
    /// How many claims and by-lines.
    count: usize,
    /// Its readings: the name itself, and what brackets after it say.
    readings: Vec<Reading>,
}

/// One way to say a name: the sounds of each of its parts.
#[derive(Debug, Clone)]
struct Reading {
    parts: Vec<Vec<u8>>,
    latin: Vec<String>,
    script: Script,
    /// A Chinese or Korean name: short, so that likeness means less.
    brief: bool,
    handle: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Kana,
    Han,
    Hangul,
    Other,
}

/// How sure it is that two names, in whatever scripts, are one person's full name: 0 to 1;
/// from 0.8 on [`voices`] joins them where nothing speaks against it.
pub fn likeness(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    let (x, y) = (readings(a), readings(b));
    x.iter().flat_map(|p| y.iter().map(move |q| whole(p, q))).fold(0.0, f32::max)
}

/// Which voice holds which claim, over all articles at once.
///
/// The result does not depend on the order of the articles but for the order of `of`.
pub fn voices(articles: &[(&Article, &[Claim])], people: &People) -> Voices {
    let called: Vec<Vec<Called>> = articles
        .iter()
        .map(|(article, claims)| claims.iter().map(|claim| call(article, &claim.speaker)).collect())
        .collect();
    let spellings = gather(articles, &called, people);
    let mut groups = Groups::new(&spellings, people);
    groups.join();
    let maybe_same = groups.doubts();
    let shown = groups.shown(people);

    let mut names: BTreeMap<Called, String> = BTreeMap::new();
    let mut found: BTreeMap<String, Voice> = BTreeMap::new();
    for who in called.iter().flatten() {
        if names.contains_key(who) {
            continue;
        }
        let voice = match who {
            Called::Only(name, place) => {
                Voice { id: id_of(&format!("{name}\u{0}{place}")), name: name.clone(), aliases: Vec::new() }
            }
            Called::Name(name) => {
                let at = spellings.iter().position(|s| s.name == *name).unwrap_or_default();
                shown.get(&groups.root(at)).cloned().unwrap_or_else(|| Voice {
                    id: id_of(name),
                    name: name.clone(),
                    aliases: Vec::new(),
                })
            }
        };
        names.insert(who.clone(), voice.id.clone());
        found.insert(voice.id.clone(), voice);
    }
    let order: BTreeMap<&str, usize> = found.keys().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
    let of = called.iter().map(|claims| claims.iter().map(|who| order[names[who].as_str()]).collect()).collect();
    Voices { of, maybe_same, voices: found.into_values().collect() }
}

fn call(article: &Article, speaker: &Speaker) -> Called {
    match speaker {
        Speaker::Author => match author_of(article) {
            Some(author) => Called::Name(author),
            None => Called::Only(
                article.title.clone().unwrap_or_else(|| article.path.rsplit('/').next().unwrap_or_default().to_owned()),
                article.id.clone(),
            ),
        },
        Speaker::Named { name, .. } => Called::Name(name.clone()),
        Speaker::Unnamed { label, .. } => Called::Only(label.clone(), article.id.clone()),
    }
}

/// The author's name without what he is: "Jane Doe, staff writer", "王小明（记者）".
fn author_of(article: &Article) -> Option<String> {
    let author = article.author.as_deref()?;
    let name = author.split([',', '，', '(', '（', '|']).next().unwrap_or(author).trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn gather(articles: &[(&Article, &[Claim])], called: &[Vec<Called>], people: &People) -> Vec<Spelling> {
    let mut all: BTreeMap<String, Spelling> = BTreeMap::new();
    let mut add = |name: &str, article: Option<usize>| {
        let s = all.entry(name.to_owned()).or_insert_with(|| Spelling {
            name: name.to_owned(),
            articles: BTreeSet::new(),
            count: 0,
            readings: readings(name),
        });
        if let Some(a) = article {
            s.articles.insert(a);
            s.count += 1;
        }
    };
    for (a, who) in called.iter().enumerate() {
        for w in who {
            if let Called::Name(name) = w {
                add(name, Some(a));
            }
        }
        if let Some(author) = author_of(articles[a].0) {
            add(&author, Some(a));
        }
    }
    for p in &people.person {
        add(&p.name, None);
        for also in &p.also {
            add(also, None);
        }
    }
    let mut all: Vec<Spelling> = all.into_values().collect();
    for s in &mut all {
        let aliases: BTreeSet<String> =
            s.articles.iter().flat_map(|&a| bracketed(&articles[a].0.text, &s.name)).collect();
        for alias in aliases {
            s.readings.extend(readings(&alias));
        }
    }
    all
}

/// What stands in brackets right after a name, where it is in another script: a reading of it.
fn bracketed(text: &str, name: &str) -> Vec<String> {
    text.match_indices(name)
        .filter_map(|(i, m)| {
            let rest = text[i + m.len()..].trim_start_matches(' ');
            let rest = rest.strip_prefix(['（', '('])?;
            let inner = &rest[..rest.find(['）', ')', '\n'])?];
            let inner = inner.split([',', '，', '、', ';']).next()?.trim();
            let words = inner.split_whitespace().count();
            let capital = inner.chars().next().is_some_and(|c| !c.is_lowercase());
            (script_of(inner) != script_of(name)
                && words <= 4
                && capital
                && inner.chars().count() <= 40
                && inner.chars().count() >= 2)
                .then(|| inner.to_owned())
        })
        .collect()
}

fn script_of(name: &str) -> Script {
    let mut script = Script::Other;
    for c in name.chars() {
        let this = match c as u32 {
            0x3041..=0x30FE => return Script::Kana,
            0xAC00..=0xD7A3 => Script::Hangul,
            0x400..=0x52F => Script::Cyrillic,
            _ if is_wide(c) => Script::Han,
            0x41..=0x24F | 0x1E00..=0x1EFF => Script::Latin,
            _ => continue,
        };
        script = this;
    }
    script
}

fn readings(name: &str) -> Vec<Reading> {
    let script = script_of(name);
    let handle = name.starts_with('@');
    let clean: String = name.trim_start_matches('@').to_owned();
    let mut parts: Vec<String> = if handle {
        camel(&clean)
    } else {
        clean
            .split(|c: char| c.is_whitespace() || matches!(c, '·' | '・' | '‧' | '•' | '＝' | '=' | '･'))
            .filter(|p| p.chars().any(char::is_alphanumeric))
            .map(str::to_owned)
            .collect()
    };
    let dotted = parts.len() > 1;
    // 林雅晴, 노지훈: the family name is the first character, or one of the double ones
    let mut brief = false;
    if parts.len() == 1 && matches!(script, Script::Han | Script::Hangul) {
        let word = parts[0].clone();
        let count = word.chars().count();
        let family = lexicons()
            .filter(|l| matches!(l.code, "zho" | "kor"))
            .any(|l| word.chars().next().is_some_and(|c| l.words.surnames.contains(c)));
        if family && (2..=3).contains(&count) {
            let cut = word.chars().next().map_or(0, char::len_utf8);
            parts = vec![word[..cut].to_owned(), word[cut..].to_owned()];
            brief = true;
        }
    }
    if script == Script::Han && !dotted {
        brief = true;
    }
    let latin: Vec<String> = parts.iter().map(|p| romanise(p)).collect();
    let reading = Reading { parts: latin.iter().map(|l| sounds(l)).collect(), latin, script, brief, handle };
    if reading.parts.iter().all(Vec::is_empty) { Vec::new() } else { vec![reading] }
}

/// `VitalikButerin`, `okonjo_orders`: the parts of a handle.
fn camel(handle: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut low = false;
    for c in handle.chars() {
        if (!c.is_alphanumeric() || c.is_ascii_digit() || (c.is_uppercase() && low)) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.push(c);
        }
        low = c.is_lowercase();
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

impl Reading {
    fn full(&self) -> bool {
        self.parts.len() >= 2
    }

    fn joined(&self, reverse: bool) -> Vec<u8> {
        let latin: String =
            if reverse { self.latin.iter().rev().map(String::as_str).collect() } else { self.latin.concat() };
        sounds(&latin)
    }

    fn consonants(&self) -> usize {
        self.parts.iter().map(|p| consonants(p)).sum()
    }
}

/// Whether two spellings name one person, as far as their sounds tell; a name that is part of a fuller one counts.
pub fn same_name(a: &str, b: &str) -> bool {
    let (x, y) = (readings(a), readings(b));
    x.iter().any(|p| y.iter().any(|q| whole(p, q) >= SAME || part_of(p, q) >= PART || part_of(q, p) >= PART))
}

/// How alike two readings are as whole names, 0 to 1.
fn whole(a: &Reading, b: &Reading) -> f32 {
    if a.handle != b.handle && a.parts.len() != b.parts.len() {
        // @vitalikbuterin
        let joined = [false, true].map(|r| alike(&a.joined(false), &b.joined(r)));
        let best = joined[0].max(joined[1]);
        return if best >= 0.97 { best } else { 0.0 };
    }
    if a.script == b.script && a.script != Script::Other {
        return same_script(a, b);
    }
    let (n, m) = (a.parts.len(), b.parts.len());
    if n == 1 && m == 1 {
        let score = alike(&a.parts[0], &b.parts[0]);
        let few = consonants(&a.parts[0]).min(consonants(&b.parts[0])) < 3;
        // one short word is soon like another
        return if few && score < 0.93 {
            score * 0.8
        } else if score < 0.85 {
            score * 0.9
        } else {
            score
        };
    }
    if n >= 2 && m >= 2 {
        let ends = |r: &Reading| [r.parts[0].clone(), r.parts[r.parts.len() - 1].clone()];
        let (x, y) = (ends(a), ends(b));
        let latin_cyrillic =
            matches!((a.script, b.script), (Script::Latin, Script::Cyrillic) | (Script::Cyrillic, Script::Latin));
        let pair = |i: usize, j: usize| {
            let (p, q) = (alike(&x[0], &y[i]), alike(&x[1], &y[j]));
            // Petrova and Павлова, 晓楠 and Jiaming: these scripts tell family or given names closely
            let close = latin_cyrillic && q < CLOSE || (a.brief || b.brief) && p.min(q) < CLOSE;
            if p.min(q) < PART || close { 0.0 } else { f32::midpoint(p, q) }
        };
        let straight = pair(0, 1);
        let turned = pair(1, 0);
        let score = straight.max(turned);
        // Lin and Li, Wei and Hui: short names must agree closely
        let brief = a.brief || b.brief || a.consonants().min(b.consonants()) <= 3;
        let by_parts = if brief && score < 0.86 { score * 0.85 } else { score };
        // 彼得·范德贝尔赫 writes "van der Berg" as one
        let all = alike(&a.joined(false), &b.joined(false));
        let by_whole = if n != m && all >= 0.86 { all } else { 0.0 };
        return by_parts.max(by_whole);
    }
    // one of them is cut into parts and the other is not
    let all = alike(&a.joined(false), &b.joined(false)).max(alike(&a.joined(true), &b.joined(false)));
    if all >= 0.9 { all } else { 0.0 }
}

/// In one script only spelling habits may differ: Arseny and Arseni, Müller and Mueller.
fn same_script(a: &Reading, b: &Reading) -> f32 {
    let key = |r: &Reading| -> Vec<String> { r.latin.iter().map(|l| habit(l)).collect() };
    let (x, y) = (key(a), key(b));
    if x == y {
        return 1.0;
    }
    let mut turned = y.clone();
    turned.reverse();
    if x == turned && a.full() {
        return 0.95;
    }
    if matches!(a.script, Script::Han | Script::Hangul) {
        return 0.0;
    }
    if a.script == Script::Cyrillic && x.len() == y.len() && a.latin.iter().zip(&b.latin).all(|(p, q)| bent(p, q)) {
        return 0.9;
    }
    if a.full() && b.full() {
        // middle names, initials: John R. Smith, J. Smith
        let last = x[x.len() - 1] == y[y.len() - 1];
        let (p, q) = (&x[0], &y[0]);
        if last && p == q {
            return 0.9;
        }
        let initial = p.len() == 1 || q.len() == 1;
        if last && initial && p.chars().next() == q.chars().next() {
            return 0.85;
        }
        let score = a.parts.iter().zip(&b.parts).map(|(p, q)| alike(p, q)).fold(1.0, f32::min);
        // one letter apart: the reader decides
        if a.parts.len() == b.parts.len() && score >= 0.9 { MAYBE } else { 0.0 }
    } else {
        0.0
    }
}

/// Romanised Russian in two cases: the same but for a short ending.
fn bent(a: &str, b: &str) -> bool {
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    a == b || (common >= 3 && common + 3 >= a.len() && common + 3 >= b.len() && common * 2 > a.len().max(b.len()))
}

/// A romanised word without what writers do differently.
fn habit(latin: &str) -> String {
    let mut out = String::new();
    let text = latin
        .replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
        .replace("kh", "h")
        .replace("ph", "f")
        .replace("iy", "i")
        .replace("yi", "i")
        .replace("ii", "i")
        .replace("ck", "k");
    for c in text.chars() {
        let c = match c {
            'y' | 'j' => 'i',
            'w' => 'v',
            'c' => 'k',
            c => c,
        };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// How well a one-word name is part of a full one, 0 to 1.
fn part_of(part: &Reading, full: &Reading) -> f32 {
    if part.parts.len() != 1 || !full.full() || part.handle {
        return 0.0;
    }
    if full.handle {
        return 0.0;
    }
    let few = consonants(&part.parts[0]) < 2;
    full.parts
        .iter()
        .zip(&full.latin)
        .map(|(sound, latin)| {
            if part.script == full.script {
                let same = habit(latin) == habit(&part.latin[0])
                    || (part.script == Script::Cyrillic && bent(latin, &part.latin[0]));
                return if same { 1.0 } else { 0.0 };
            }
            if few {
                return 0.0;
            }
            let score = alike(sound, &part.parts[0]);
            if full.brief || part.brief && consonants(&part.parts[0]) < 3 { score * 0.85 } else { score }
        })
        .fold(0.0, f32::max)
}

/// The names joined so far.
struct Groups<'s> {
    spellings: &'s [Spelling],
    parent: Vec<usize>,
    /// Pairs of spellings that are never one person.
    apart: BTreeSet<(usize, usize)>,
    doubts: BTreeSet<(usize, usize)>,
}

impl<'s> Groups<'s> {
    fn new(spellings: &'s [Spelling], people: &People) -> Groups<'s> {
        let mut groups = Groups {
            spellings,
            parent: (0..spellings.len()).collect(),
            apart: BTreeSet::new(),
            doubts: BTreeSet::new(),
        };
        let at = |name: &str| spellings.iter().position(|s| s.name == name);
        for d in &people.different {
            for (i, a) in d.names.iter().enumerate() {
                for b in &d.names[i + 1..] {
                    if let (Some(a), Some(b)) = (at(a), at(b)) {
                        groups.apart.insert((a.min(b), a.max(b)));
                    }
                }
            }
        }
        for (a, one) in spellings.iter().enumerate() {
            for (b, two) in spellings.iter().enumerate().skip(a + 1) {
                if named_apart(one, two) {
                    groups.apart.insert((a, b));
                }
            }
        }
        for p in &people.person {
            for also in &p.also {
                if let (Some(a), Some(b)) = (at(&p.name), at(also)) {
                    groups.apart.remove(&(a.min(b), a.max(b)));
                    groups.unite(a, b);
                }
            }
        }
        groups
    }

    fn root(&self, mut i: usize) -> usize {
        while self.parent[i] != i {
            i = self.parent[i];
        }
        i
    }

    fn members(&self, root: usize) -> Vec<usize> {
        (0..self.parent.len()).filter(|&i| self.root(i) == root).collect()
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        // the smaller index, so the smaller name, stays: no order of joining shows
        let (low, high) = (a.min(b), a.max(b));
        self.parent[high] = low;
    }

    fn may_unite(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.members(self.root(a)), self.members(self.root(b)));
        !x.iter().any(|&i| y.iter().any(|&j| self.apart.contains(&(i.min(j), i.max(j)))))
    }

    fn join(&mut self) {
        // full names first, the surest pair first
        let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
        for a in 0..self.spellings.len() {
            for b in a + 1..self.spellings.len() {
                let score = best(&self.spellings[a], &self.spellings[b], whole);
                if score >= MAYBE {
                    pairs.push((score, a, b));
                }
            }
        }
        pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
        for (score, a, b) in pairs {
            if self.root(a) == self.root(b) {
                continue;
            }
            if score >= SAME && self.may_unite(a, b) {
                self.unite(a, b);
            } else if self.may_unite(a, b) {
                self.doubts.insert((a, b));
            }
        }
        self.join_parts();
    }

    /// Then names of one word, where just one person fits.
    fn join_parts(&mut self) {
        for a in 0..self.spellings.len() {
            let one = &self.spellings[a];
            if one.readings.iter().any(Reading::full) {
                continue;
            }
            let mut fits: BTreeMap<usize, (f32, bool, usize)> = BTreeMap::new();
            for b in 0..self.spellings.len() {
                let two = &self.spellings[b];
                if a == b || self.root(a) == self.root(b) {
                    continue;
                }
                let score = best(one, two, part_of);
                let near = one.articles.iter().any(|x| two.articles.contains(x));
                let root = self.root(b);
                let entry = fits.entry(root).or_insert((0.0, false, b));
                if score > entry.0 {
                    *entry = (score, entry.1, b);
                }
                entry.1 |= near && score >= 0.8;
            }
            let mut fits: Vec<(f32, bool, usize)> = fits.into_values().filter(|f| f.0 >= 0.8).collect();
            // whom the same article names comes first
            fits.sort_by(|x, y| y.1.cmp(&x.1).then(y.0.total_cmp(&x.0)).then(x.2.cmp(&y.2)));
            let Some(&(score, near, b)) = fits.first() else { continue };
            let rivals = fits.iter().skip(1).filter(|f| f.1 == near && f.0 + 0.08 >= score).count();
            let long = one.readings.iter().any(|r| consonants(&r.parts[0]) >= 3 || r.latin[0].len() >= 5);
            if rivals == 0 && (near || (score >= 0.85 && long)) && self.may_unite(a, b) {
                self.unite(a, b);
            } else {
                for f in fits {
                    if self.may_unite(a, f.2) {
                        self.doubts.insert((a.min(f.2), a.max(f.2)));
                    }
                }
            }
        }
        // a handle that holds a person's name and more: the reader decides
        for a in 0..self.spellings.len() {
            let handle = &self.spellings[a];
            if !handle.name.starts_with('@') {
                continue;
            }
            for b in 0..self.spellings.len() {
                let two = &self.spellings[b];
                if two.name.starts_with('@') || self.root(a) == self.root(b) {
                    continue;
                }
                let shares =
                    handle.readings.iter().flat_map(|r| &r.latin).any(|h| {
                        h.len() >= 4 && two.readings.iter().flat_map(|r| &r.latin).any(|l| habit(l) == habit(h))
                    });
                if shares {
                    self.doubts.insert((a.min(b), a.max(b)));
                }
            }
        }
    }

    /// Pairs still in doubt, by the names of those who speak.
    fn doubts(&self) -> Vec<(String, String)> {
        let mut out: BTreeSet<(String, String)> = BTreeSet::new();
        for &(a, b) in &self.doubts {
            if self.root(a) == self.root(b) || !self.may_unite(a, b) {
                continue;
            }
            let (x, y) = (self.spellings[a].name.clone(), self.spellings[b].name.clone());
            out.insert(if x <= y { (x, y) } else { (y, x) });
        }
        out.into_iter().collect()
    }

    fn shown(&self, people: &People) -> BTreeMap<usize, Voice> {
        let roots: BTreeSet<usize> = (0..self.parent.len()).map(|i| self.root(i)).collect();
        roots
            .into_iter()
            .filter_map(|root| {
                let members = self.members(root);
                let told = people.person.iter().find(|p| members.iter().any(|&m| self.spellings[m].name == p.name));
                let name = if let Some(p) = told {
                    p.name.clone()
                } else {
                    let rank = |i: usize| {
                        let s = &self.spellings[i];
                        let full = s.readings.first().is_some_and(|r| r.full() && !r.handle);
                        let latin = s.readings.first().is_some_and(|r| r.script == Script::Latin && !r.handle);
                        (full, latin, s.articles.len(), s.count)
                    };
                    let best = members.iter().copied().max_by(|&x, &y| {
                        rank(x).cmp(&rank(y)).then_with(|| self.spellings[y].name.cmp(&self.spellings[x].name))
                    })?;
                    self.spellings[best].name.clone()
                };
                let mut aliases: Vec<String> =
                    members.iter().map(|&m| self.spellings[m].name.clone()).filter(|n| *n != name).collect();
                aliases.sort();
                aliases.dedup();
                // two people of one name, kept apart by the reader, need two ids
                let id = id_of(&name);
                Some((root, Voice { id, name, aliases }))
            })
            .collect()
    }
}

/// Whether one article names both in full, so that they are two people.
fn named_apart(a: &Spelling, b: &Spelling) -> bool {
    let full = |s: &Spelling| s.readings.first().is_some_and(|r| r.full() && !r.handle);
    if !full(a) || !full(b) || a.articles.is_disjoint(&b.articles) {
        return false;
    }
    let (x, y) = (script_of(&a.name), script_of(&b.name));
    if x != y {
        // one article may give one name in two scripts
        return best(a, b, whole) < 0.85;
    }
    let bends = {
        let (p, q): (Vec<&str>, Vec<&str>) = (a.name.split(' ').collect(), b.name.split(' ').collect());
        p.len() == q.len() && p.iter().zip(&q).all(|(p, q)| same_bent(p, q))
    };
    !bends && best(a, b, whole) < 0.95
}

fn best(a: &Spelling, b: &Spelling, measure: fn(&Reading, &Reading) -> f32) -> f32 {
    a.readings.iter().flat_map(|x| b.readings.iter().map(move |y| measure(x, y))).fold(0.0, f32::max)
}

fn id_of(name: &str) -> String {
    format!("v-{}", crate::store::hex(&Sha256::digest(name.as_bytes())[..4]))
}
