//! Which names are one person?
//!
//! Names inflect and are transliterated: one person across scripts is one voice.
//! Every name is brought to Latin letters (`any_ascii`) and to the consonants
//! that survive transliteration: vowels and h go, b p v f w fall together, so do
//! t d, k g, r l, and the sibilants. Two names of different scripts are one person
//! when their consonants agree word by word; two of the same script only when
//! their letters nearly agree, since there nothing was transliterated.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Claim, Speaker};
use crate::error::{Error, Result};
use crate::ingest::Article;

/// A person or body that holds claims, under one name wherever it speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// `v-` and eight hex digits of the SHA-256 of the name's canonical form.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Its other spellings, sorted.
    pub aliases: Vec<String>,
}

/// Who speaks in a set of articles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Voices {
    /// Sorted by id.
    pub voices: Vec<Voice>,
    /// `of[a][c]`: index into `voices` of claim `c` of article `a`.
    pub of: Vec<Vec<usize>>,
    /// Names that may be one person; the reader decides.
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

/// Which voice holds which claim, over all articles at once.
///
/// The result does not depend on the order of `articles`.
pub fn voices(articles: &[(&Article, &[Claim])], people: &People) -> Voices {
    // every name met, with how often
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (article, claims) in articles {
        for claim in *claims {
            *count.entry(label(article, claim)).or_default() += 1;
        }
    }
    let names: Vec<&String> = count.keys().collect();
    let mut one: Vec<usize> = (0..names.len()).collect();
    let mut maybe_same = Vec::new();
    let of_person: Vec<Option<usize>> =
        names.iter().map(|n| people.person.iter().position(|p| p.name == **n || p.also.contains(n))).collect();
    let apart = |a: &String, b: &String| people.different.iter().any(|d| d.names.contains(a) && d.names.contains(b));
    for i in 0..names.len() {
        for j in 0..i {
            if apart(names[i], names[j]) {
                continue;
            }
            let told = of_person[i].is_some() && of_person[i] == of_person[j];
            match if told { Likeness::Same } else { likeness(names[i], names[j]) } {
                Likeness::Same => join(&mut one, i, j),
                Likeness::Part => {
                    // a first or last name alone is the one full name it fits; with several it stays open
                    let short = if words(names[i]).len() < words(names[j]).len() { i } else { j };
                    let fits = (0..names.len())
                        .filter(|&k| k != short && likeness(names[short], names[k]) == Likeness::Part)
                        .map(|k| skeletons(names[k]))
                        .collect::<BTreeSet<_>>();
                    if fits.len() == 1 {
                        join(&mut one, i, j);
                    } else {
                        maybe_same.push((names[j].clone(), names[i].clone()));
                    }
                }
                Likeness::Different => {}
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for i in 0..names.len() {
        let root = representative(&one, i);
        groups.entry(root).or_default().push(i);
    }
    let mut made: Vec<(Voice, Vec<usize>)> = groups
        .into_values()
        .map(|members| {
            // Latin letters first, then the fuller name, then the more frequent, then the alphabet
            let shown = *members
                .iter()
                .max_by_key(|&&i| {
                    (latin(names[i]), words(names[i]).len(), count[names[i]], std::cmp::Reverse(names[i]))
                })
                .expect("a group holds a name");
            let told = members.iter().find_map(|&i| of_person[i]).map(|p| people.person[p].name.clone());
            let name = told.unwrap_or_else(|| names[shown].clone());
            let aliases = members.iter().map(|&i| names[i].clone()).filter(|n| *n != name).collect();
            (Voice { id: id_of(&name), name, aliases }, members)
        })
        .collect();
    made.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let mut at: BTreeMap<&String, usize> = BTreeMap::new();
    for (v, (_, members)) in made.iter().enumerate() {
        for &i in members {
            at.insert(names[i], v);
        }
    }
    let of = articles
        .iter()
        .map(|(article, claims)| claims.iter().map(|claim| at[&label(article, claim)]).collect())
        .collect();
    maybe_same.sort();
    Voices { voices: made.into_iter().map(|(v, _)| v).collect(), of, maybe_same }
}

/// The name a claim goes by before names are compared.
fn label(article: &Article, claim: &Claim) -> String {
    match &claim.speaker {
        Speaker::Author => {
            article.author.clone().or_else(|| article.title.clone()).unwrap_or_else(|| article.path.clone())
        }
        Speaker::Named { name, .. } => name.clone(),
        // nobody knows whether one article's critics are another's
        Speaker::Unnamed { label, .. } => {
            format!("{label} ({})", article.title.as_deref().unwrap_or(&article.path))
        }
    }
}

fn join(one: &mut [usize], a: usize, b: usize) {
    let (a, b) = (representative(one, a), representative(one, b));
    one[a.max(b)] = a.min(b);
}

fn representative(one: &[usize], mut i: usize) -> usize {
    while one[i] != i {
        i = one[i];
    }
    i
}

fn id_of(name: &str) -> String {
    format!("v-{}", &crate::store::hash(&[name])[..8])
}

/// Whether two spellings name one person, as far as their letters tell.
pub fn same_name(a: &str, b: &str) -> bool {
    likeness(a, b) != Likeness::Different
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// One person.
    Same,
    /// One is a first or last name of the other.
    Part,
    /// Two persons, as far as the letters tell.
    Different,
}

fn likeness(a: &str, b: &str) -> Likeness {
    // an unnamed source, labelled with its article, is like nobody
    if a == b {
        return Likeness::Same;
    }
    if a.ends_with(')') || b.ends_with(')') {
        return Likeness::Different;
    }
    let (x, y) = (words(a), words(b));
    if x.is_empty() || y.is_empty() {
        return Likeness::Different;
    }
    let (whole_x, whole_y) = (x.concat(), y.concat());
    if whole_x == whole_y && whole_x.len() > 3 {
        return Likeness::Same;
    }
    let foreign = script(a) != script(b);
    let agree = |p: &String, q: &String| alike(p, q, foreign);
    if x.len() == y.len() {
        let straight = x.iter().zip(&y).all(|(p, q)| agree(p, q));
        let turned = x.len() == 2 && agree(&x[0], &y[1]) && agree(&x[1], &y[0]);
        return if straight || turned { Likeness::Same } else { Likeness::Different };
    }
    let (short, long) = if x.len() < y.len() { (&x, &y) } else { (&y, &x) };
    let whole = short.concat();
    if short.len() == 1 && (foreign && skeleton(&whole) == skeleton(&long.concat()) && skeleton(&whole).len() >= 4) {
        return Likeness::Same;
    }
    let ends = [&long[0], &long[long.len() - 1]];
    if short.len() == 1 && ends.iter().any(|e| agree(&short[0], e)) { Likeness::Part } else { Likeness::Different }
}

/// Whether two words of two names are one name.
fn alike(a: &str, b: &str, foreign: bool) -> bool {
    let close = closeness(a, b);
    if foreign {
        let (x, y) = (skeleton(a), skeleton(b));
        // two consonants are few: then the vowels must speak for it too
        x == y && !x.is_empty() && close >= if x.len() <= 2 { 0.5 } else { 0.3 }
    } else {
        close >= 0.75 && a.chars().next() == b.chars().next() && a.len().min(b.len()) >= 3
    }
}

/// The words of a name in lower-case Latin letters; a handle is cut at its capitals.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() && name.starts_with('@') {
            spaced.push(' ');
        }
        before = c;
        // the dots and dashes between the parts of a transliterated name
        let gap = matches!(c, '·' | '・' | '=' | '＝' | '‧' | '•' | '-' | '_' | '.' | ',');
        spaced.push(if gap || c.is_whitespace() { ' ' } else { c });
    }
    spaced
        .split_whitespace()
        .map(|w| {
            let latin = any_ascii::any_ascii(w).to_lowercase();
            latin.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
        })
        .filter(|w| !w.is_empty())
        .collect()
}

fn skeletons(name: &str) -> Vec<String> {
    words(name).iter().map(|w| skeleton(w)).collect()
}

/// The consonants of a Latin word that transliteration keeps apart.
fn skeleton(word: &str) -> String {
    let mut w = word.to_owned();
    // digraphs that other scripts write as one sound
    for (from, to) in [
        ("dzh", "s"),
        ("tch", "s"),
        ("sch", "s"),
        ("dj", "s"),
        ("dz", "s"),
        ("zh", "s"),
        ("sh", "s"),
        ("ch", "s"),
        ("ts", "s"),
        ("kh", ""),
        ("ph", "p"),
        ("th", "t"),
        ("ng", "n"),
        ("ck", "k"),
        ("x", "s"),
    ] {
        w = w.replace(from, to);
    }
    let mut out = String::new();
    for c in w.chars() {
        let class = match c {
            'b' | 'p' | 'v' | 'f' | 'w' => 'p',
            't' | 'd' => 't',
            'k' | 'g' | 'c' => 'k',
            's' | 'z' | 'j' | 'q' => 's',
            'r' | 'l' => 'r',
            'm' => 'm',
            'n' => 'n',
            c if c.is_ascii_digit() => c,
            _ => continue,
        };
        if !out.ends_with(class) {
            out.push(class);
        }
    }
    out
}

fn latin(name: &str) -> bool {
    script(name) == Some(unicode_script::Script::Latin)
}

/// The script of a name's first letter; kana and Han count as two.
fn script(name: &str) -> Option<unicode_script::Script> {
    use unicode_script::UnicodeScript;
    name.chars().find(|c| c.is_alphabetic()).map(|c| c.script())
}

/// 1 minus the edit distance (Levenshtein 1966) over the longer length.
fn closeness(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    1.0 - row[b.len()] as f64 / a.len().max(b.len()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_in_many_scripts_is_one() {
        for (a, b) in [
            ("Daniel Okonjo", "Даниэль Оконджо"),
            ("Daniel Okonjo", "ダニエル・オコンジョ"),
            ("Daniel Okonjo", "丹尼尔·奥孔乔"),
            ("Даниэль Оконджо", "Даниэля Оконджо"),
            ("Lin Yaqing", "林雅晴"),
            ("Арсений Вельтман", "Arseny Veltman"),
            ("@DanielOkonjo", "Daniel Okonjo"),
        ] {
            assert_eq!(likeness(a, b), Likeness::Same, "{a} {b}: {:?} {:?}", skeletons(a), skeletons(b));
        }
    }

    #[test]
    fn two_people_stay_two() {
        for (a, b) in [
            ("Daniel Okonjo", "Maren Solvik"),
            ("Anna Berg", "Anna Lund"),
            ("Martin", "Merton"),
            ("critics (One article)", "critics (Another)"),
            ("Lee", "Lane"),
        ] {
            assert_eq!(likeness(a, b), Likeness::Different, "{a} {b}");
        }
    }

    #[test]
    fn a_family_name_alone_is_part_of_the_full_one() {
        assert_eq!(likeness("Okonjo", "Daniel Okonjo"), Likeness::Part);
        assert_eq!(likeness("Оконджо", "Daniel Okonjo"), Likeness::Part);
    }
}
