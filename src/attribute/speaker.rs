//! Who holds this claim?
//!
//! Read in order down the page, the way a person reads: a speaker line opens a
//! turn, a heading ends it; a quotation belongs to whoever the sentences at its
//! ends name; a pronoun points back to whoever was named last.

use std::collections::BTreeMap;

use crate::ingest::Article;
use crate::language::Lang;
use crate::segment::{Layout, Sentence};
use crate::span::Span;

use super::cue::{Finding, Holder, Known, Mention, View, same_bent};
use super::quote::{Quote, is_wide, quotes};
use super::words::{lexicon, lexicons, longest};
use super::{Claim, Cue, Judged, Kind, Speaker, spaced, unspaced};

/// Whether a sentence of two opposed clauses becomes two claims. Off: on the
/// project's corpus the halves lose more meaning than they gain, since the
/// second half mostly leans on the first ("but it is wrong").
const HALVES: bool = false;

/// How many paragraphs back a pronoun may point.
const MEMORY: u32 = 2;

/// Every sentence judged a claim, with whoever holds it.
///
/// `kinds` runs along `sentences`; where it is shorter, the rest is no claim.
pub fn claims(article: &Article, sentences: &[Sentence], kinds: &[Judged]) -> Vec<Claim> {
    let page = Page::new(article, sentences, kinds);
    let verdicts = page.verdicts();
    let rejected = page.rejections(&verdicts);
    let mut out = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        if page.kind(index) != Some(Kind::Claim) {
            continue;
        }
        let (speaker, cue) = match &verdicts[index] {
            Some(v) => (v.speaker.clone(), v.cue.clone()),
            None => (Speaker::Author, None),
        };
        let reported = speaker != Speaker::Author;
        let claim = Claim {
            sentence: index,
            span: sentence.span,
            lang: sentence.lang,
            speaker,
            reported,
            rejected: reported && rejected[index],
            confidence: kinds[index].confidence,
            cue,
        };
        match page.halves(sentence).filter(|_| HALVES && !reported) {
            Some((first, second)) => {
                out.push(Claim { span: first, ..claim.clone() });
                out.push(Claim { span: second, ..claim });
            }
            None => out.push(claim),
        }
    }
    out
}

/// Who holds a sentence that is not its author's.
#[derive(Debug, Clone, PartialEq)]
struct Verdict {
    speaker: Speaker,
    cue: Option<Cue>,
}

/// An article laid out for reading.
struct Page<'a> {
    article: &'a Article,
    sentences: &'a [Sentence],
    kinds: &'a [Judged],
    quotes: Vec<Quote>,
    known: Known,
    /// The names in each sentence.
    mentions: Vec<Vec<Mention>>,
    /// For each sentence the speaker it announces.
    lines: Vec<Option<Line>>,
}

/// A line that says who speaks next.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    /// `None`: the one who asks, the author.
    name: Option<String>,
    span: Span,
    /// The same sentence holds what is said.
    inline: bool,
}

/// Whoever was named last.
#[derive(Debug, Clone)]
struct Last {
    name: String,
    mention: Span,
    paragraph: u32,
}

impl<'a> Page<'a> {
    fn new(article: &'a Article, sentences: &'a [Sentence], kinds: &'a [Judged]) -> Page<'a> {
        let text = article.text.as_str();
        let quotes = quotes(text, &blocks(sentences));
        let mut page = Page {
            article,
            sentences,
            kinds,
            quotes,
            known: Known::default(),
            mentions: Vec::new(),
            lines: Vec::new(),
        };
        page.known = page.register();
        page.mentions = (0..sentences.len()).map(|i| page.mentions_of(i)).collect();
        page.lines = page.speaker_lines();
        page
    }

    fn kind(&self, index: usize) -> Option<Kind> {
        self.kinds.get(index).map(|k| k.kind)
    }

    fn lang(&self, index: usize) -> Option<Lang> {
        self.sentences[index].lang
    }

    fn view(&self, index: usize) -> View<'_> {
        View {
            text: &self.article.text,
            span: self.sentences[index].span,
            quotes: &self.quotes,
            lex: lexicon(self.lang(index)),
            known: &self.known,
        }
    }

    fn mentions_of(&self, index: usize) -> Vec<Mention> {
        let view = self.view(index);
        if is_unspaced(view.lex.code) { unspaced::mentions(&view) } else { spaced::mentions(&view) }
    }

    fn read(&self, index: usize) -> Option<Finding> {
        let view = self.view(index);
        let found = if is_unspaced(view.lex.code) { unspaced::read(&view) } else { spaced::read(&view) };
        found.filter(|f| !self.answered(index, f))
    }

    /// "It is often said that …, but …": the writer tells what others say only to go on against it.
    fn answered(&self, index: usize, finding: &Finding) -> bool {
        const AGAINST: &[&str] = &[
            "but",
            "yet",
            "mais",
            "or",
            "aber",
            "doch",
            "jedoch",
            "pero",
            "mas",
            "porém",
            "ma",
            "però",
            "maar",
            "doch",
            "ale",
            "jednak",
            "но",
            "однако",
            "але",
            "проте",
            "однак",
            "ama",
            "ancak",
            "oysa",
            "tetapi",
            "tapi",
            "namun",
            "padahal",
            "nhưng",
            "song",
            "لكن",
            "ولكن",
            "，但",
            "，可",
            "，不过",
            "，不過",
            "，然而",
            "，其实",
            "，其實",
            "，却",
            "，卻",
            "が、",
            "けれども、",
            "けれど、",
            "지만,",
            "지만",
            "으나,",
        ];
        if finding.holder != Holder::Crowd {
            return false;
        }
        let lex = lexicon(self.lang(index));
        let span = self.sentences[index].span;
        let from = finding.cue.end().max(finding.mention.end()).clamp(span.start(), span.end());
        let rest = &self.article.text[from..span.end()];
        let head: String = rest.chars().take(if lex.code == "jpn" { 6 } else { 12 }).collect();
        AGAINST.iter().any(|b| match lex.code {
            "zho" => b.starts_with('，') && rest.contains(b),
            // とよく言われるが、
            "jpn" => b.ends_with('、') && head.contains(b),
            "kor" => (b.contains("지만") || b.ends_with("나,")) && head.contains(b),
            _ => {
                !b.starts_with('，')
                    && [", ", "; ", "، ", "؛ ", " — ", " – ", ": "].iter().any(|m| rest.contains(&format!("{m}{b} ")))
            }
        })
    }

    /// The full names of the article, each once, in base form: the straight form where the text has it.
    fn register(&self) -> Known {
        let mut known = Known::default();
        let readable =
            |i: &usize| self.kind(*i) != Some(Kind::Boilerplate) && self.sentences[*i].layout != Layout::Heading;
        for i in (0..self.sentences.len()).filter(readable) {
            let view = self.view(i);
            if !is_unspaced(view.lex.code) {
                known.lower.extend(spaced::lower_words(&view));
                known.capital.extend(spaced::capital_words(&view));
            }
        }
        known.polish = self.sentences.iter().any(|s| s.lang.is_some_and(|l| l.code() == "pol"));
        known.capital.sort();
        known.capital.dedup();
        known.lower.sort();
        known.lower.dedup();
        let mut straight: Vec<(String, &'static str)> = Vec::new();
        let mut bent: Vec<(String, &'static str)> = Vec::new();
        for i in (0..self.sentences.len()).filter(readable) {
            let view = View { known: &known, ..self.view(i) };
            let found = if is_unspaced(view.lex.code) { unspaced::mentions(&view) } else { spaced::mentions(&view) };
            for m in found.into_iter().filter(|m| m.person) {
                let parts = m.name.split([' ', '·', '・', '‧']).count();
                let whole = parts >= 2 || (is_unspaced(view.lex.code) && m.name.chars().count() >= 2);
                if !whole || m.name.starts_with('@') || parts > 4 {
                    continue;
                }
                if m.oblique { bent.push((m.name, view.lex.code)) } else { straight.push((m.name, view.lex.code)) }
            }
        }
        for (name, _) in straight {
            let seen = known.full.iter().any(|f| known.alike(f, &name));
            if !seen {
                known.full.push(name);
            } else if let Some(at) = known.full.iter().position(|f| {
                known.alike(f, &name)
                    && f.chars().count() > name.chars().count()
                    && f.ends_with(['а', 'я', 'у', 'ю', 'м'])
            }) {
                // Даниэлю and Даниэль: the shorter is the base
                known.full[at] = name;
            }
        }
        let (mut pairs, mut spoken) = (Vec::new(), Vec::new());
        for i in (0..self.sentences.len()).filter(readable) {
            let view = View { known: &known, ..self.view(i) };
            if view.lex.code != "kor" {
                continue;
            }
            pairs.extend(unspaced::pairs(&view));
            if let Some(Finding { holder: Holder::Name(name), .. }) = unspaced::read(&view) {
                spoken.push(name);
            }
            spoken.extend(announced(view.span.of(view.text)).map(|a| a.0));
        }
        for pair in pairs {
            let last = pair.rsplit(' ').next().unwrap_or_default();
            if spoken.iter().any(|s| s == last || *s == pair) && !known.full.contains(&pair) {
                known.full.push(pair);
            }
        }
        for (name, code) in bent {
            let base = super::base::base_form(&name, code, super::base::Case::Oblique);
            if !known.full.iter().any(|f| known.alike(f, &name) || known.alike(f, &base)) {
                known.full.push(base);
            }
        }
        // Arabic has no capitals: its names are those that somebody speaks under
        for i in (0..self.sentences.len()).filter(readable) {
            let view = View { known: &known, ..self.view(i) };
            if view.lex.code == "ara"
                && let Some(Finding { holder: Holder::Name(name), .. }) = spaced::read(&view)
                && (2..=3).contains(&name.split(' ').count())
                && !known.full.contains(&name)
            {
                known.full.push(name);
            }
        }
        // 古川 beside 古川奈央 is no other person
        let han = |s: &str| s.chars().all(|c| is_wide(c) && !matches!(c as u32, 0x3040..=0x30FF));
        let all = known.full.clone();
        let inside = |f: &str, o: &str| {
            o.len() > f.len()
                && (han(f) && o.starts_with(f) || o.split(['·', '・', '‧', '=', '＝']).any(|part| part == f))
        };
        known.full.retain(|f| all.iter().filter(|o| inside(f, o)).count() != 1);
        known
    }

    /// Lines of their own, or openings of paragraphs, that announce a speaker.
    fn speaker_lines(&self) -> Vec<Option<Line>> {
        let text = &self.article.text;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut raw: Vec<Option<(String, Span, bool)>> = Vec::with_capacity(self.sentences.len());
        for (i, sentence) in self.sentences.iter().enumerate() {
            let body = sentence.span.of(text);
            let found = announced(body).map(|(name, end, inline)| {
                (name, Span::new(sentence.span.start(), sentence.span.start() + end), inline)
            });
            // running text opens a turn only where a paragraph does
            let opens =
                i == 0 || self.sentences[i - 1].paragraph != sentence.paragraph || self.kind(i) == Some(Kind::Heading);
            let found = found.filter(|f| !f.2 || opens);
            if let Some((name, _, _)) = &found {
                *counts.entry(name.clone()).or_default() += 1;
            }
            raw.push(found);
        }
        raw.into_iter()
            .enumerate()
            .map(|(i, line)| {
                let (name, span, inline) = line?;
                let lex = lexicon(self.lang(i));
                let low = name.to_lowercase();
                if lexicons().any(|l| l.words.interviewer.iter().any(|w| *w == low || *w == name)) {
                    return Some(Line { name: None, span, inline });
                }
                let repeated = counts.get(&name).copied().unwrap_or(0) >= 2;
                let own = !inline && self.kind(i) != Some(Kind::Claim);
                let single = is_capital_or_wide(&name) && name.split_whitespace().count() <= 4;
                // a role in brackets says that it is somebody
                let role = span.of(text).contains(['(', '（']) && own && single;
                let person = self.is_name(&name, i) || role;
                // a heading that ends in a colon is no speaker
                if !(person && (own || repeated || self.known.whole(&name).is_some())
                    || repeated && name.chars().count() <= 24 && is_capital_or_wide(&name))
                {
                    return None;
                }
                if lex.words.not_names.contains(&low) {
                    return None;
                }
                if self.is_author(&name) {
                    return Some(Line { name: None, span, inline });
                }
                let name = self.known.whole(&name).map_or(name, str::to_owned);
                Some(Line { name: Some(name), span, inline })
            })
            .collect()
    }

    fn is_name(&self, name: &str, _index: usize) -> bool {
        if self.known.whole(name).is_some() || name.starts_with('@') || self.is_author(name) {
            return true;
        }
        let words: Vec<&str> = name.split_whitespace().collect();
        let capital = |w: &&str| w.chars().next().is_some_and(char::is_uppercase);
        let small = |w: &&str| w.chars().count() <= 3;
        if name.chars().any(is_wide) || name.chars().any(|c| matches!(c as u32, 0xAC00..=0xD7A3)) {
            let count = name.chars().count();
            let dotted = name.contains(['·', '・', '‧']);
            let first = name.chars().next();
            let family = lexicons().any(|l| first.is_some_and(|c| l.words.surnames.contains(c)));
            let kana = name.chars().all(|c| matches!(c as u32, 0x30A0..=0x30FF));
            return dotted
                || (family && (2..=4).contains(&count))
                || kana && count >= 3
                || words.len() >= 2 && count <= 10;
        }
        if name.chars().any(|c| matches!(c as u32, 0x600..=0x6FF)) {
            return (2..=4).contains(&words.len());
        }
        (2..=4).contains(&words.len())
            && capital(&words[0])
            && words.iter().all(|w| capital(w) || small(w))
            && words.last().is_some_and(capital)
            || words.len() == 1 && capital(&words[0]) && self.known.whole(name).is_some()
    }

    fn is_author(&self, name: &str) -> bool {
        let Some(author) = self.article.author.as_deref() else { return false };
        if author == name {
            return true;
        }
        let parts = |s: &str| s.split([' ', '·', '・']).map(str::to_owned).collect::<Vec<_>>();
        let (mine, theirs) = (parts(author), parts(name));
        match theirs.len() {
            1 => mine.len() > 1 && mine.iter().any(|w| same_bent(w, name)),
            _ => mine.len() == theirs.len() && mine.iter().zip(&theirs).all(|(a, b)| same_bent(a, b)),
        }
    }

    /// For every sentence, who holds it if not the author.
    fn verdicts(&self) -> Vec<Option<Verdict>> {
        let mut out: Vec<Option<Verdict>> = vec![None; self.sentences.len()];
        let mut owners: BTreeMap<usize, Option<Verdict>> = BTreeMap::new();
        let mut turn: Option<Verdict> = None;
        let mut turn_quote_end: Option<usize> = None;
        let mut last: Option<Last> = None;
        for (i, sentence) in self.sentences.iter().enumerate() {
            if let Some(line) = &self.lines[i] {
                turn = line.name.as_ref().map(|name| Verdict {
                    speaker: Speaker::Named { name: name.clone(), mention: line.span },
                    cue: Some(Cue { rule: "speaker-line", span: line.span }),
                });
                if let Some(name) = &line.name {
                    last = Some(Last { name: name.clone(), mention: line.span, paragraph: sentence.paragraph });
                }
                // a turn that opens with a quotation mark ends with it
                let next = if line.inline { i } else { i + 1 };
                turn_quote_end = self.sentences.get(next).and_then(|s| {
                    let from = if line.inline { line.span.end() } else { s.span.start() };
                    self.quotes
                        .iter()
                        .find(|q| q.speech && q.span.start() >= from && q.span.start() <= from + 4)
                        .map(|q| q.span.end())
                });
                if line.inline {
                    out[i].clone_from(&turn);
                }
                continue;
            }
            match self.kind(i) {
                Some(Kind::Boilerplate) => continue,
                Some(Kind::Heading) => {
                    turn = None;
                    last = None;
                    continue;
                }
                _ if sentence.layout == Layout::Heading => {
                    turn = None;
                    last = None;
                    continue;
                }
                _ => {}
            }
            if turn_quote_end.is_some_and(|end| sentence.span.start() >= end) {
                turn = None;
                turn_quote_end = None;
            }
            let verdict = self.verdict(i, &mut owners, turn.as_ref(), last.as_ref(), &out);
            if let Some(Speaker::Named { name, mention }) = verdict.as_ref().map(|v| &v.speaker) {
                last = Some(Last { name: name.clone(), mention: *mention, paragraph: sentence.paragraph });
            } else {
                let named = self.mentions[i].iter().find(|m| {
                    m.person
                        && !self.is_author(&m.name)
                        && (self.known.whole(&m.name).is_some() || m.name.starts_with('@'))
                });
                if let Some(m) = named {
                    last = Some(Last { name: m.name.clone(), mention: m.span, paragraph: sentence.paragraph });
                }
            }
            out[i] = verdict;
        }
        out
    }

    fn verdict(
        &self,
        i: usize,
        owners: &mut BTreeMap<usize, Option<Verdict>>,
        turn: Option<&Verdict>,
        last: Option<&Last>,
        before: &[Option<Verdict>],
    ) -> Option<Verdict> {
        let sentence = &self.sentences[i];
        let own = self.read(i).map(|f| self.resolve(&f, i, last));
        let own = own.flatten();
        if let Some(q) = self.quote_over(i) {
            if let Some(known) = owners.get(&q) {
                return known.clone().or(own).or_else(|| turn.cloned());
            }
            let owner = own.clone().or_else(|| self.owner(q, i, turn, last, before));
            owners.insert(q, owner.clone());
            if owner.is_some() {
                return owner;
            }
        }
        if own.is_some() {
            return own;
        }
        if sentence.layout == Layout::Quoted {
            return self.block_quotation(i, last).or_else(|| turn.cloned());
        }
        if let Some(v) = self.goes_on(i, before) {
            return Some(v);
        }
        turn.cloned()
    }

    /// German tells by the verb's mood that a sentence still reports the speaker before it.
    fn goes_on(&self, i: usize, before: &[Option<Verdict>]) -> Option<Verdict> {
        const MOOD: &[&str] = &["sei", "seien", "könne", "müsse", "solle", "dürfe", "wolle", "werde", "habe", "gebe"];
        if self.lang(i)?.code() != "deu" || self.sentences[i].paragraph != self.sentences[i.checked_sub(1)?].paragraph {
            return None;
        }
        let words: Vec<String> = self.sentences[i]
            .span
            .of(&self.article.text)
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect();
        let has = |w: &str| words.iter().any(|x| x == w);
        // "es sei denn", "sei es", and the writer's own "ich habe"
        let own = has("ich") || has("denn") || words.first().is_some_and(|w| w == "sei") || has("man");
        (!own && MOOD.iter().any(|m| has(m))).then(|| before[i - 1].clone())?
    }

    /// The stretch of speech that makes up most of the sentence, or all that matters of it.
    fn quote_over(&self, i: usize) -> Option<usize> {
        let text = &self.article.text;
        let span = self.sentences[i].span;
        let weight = |s: Span| s.of(text).chars().filter(|c| c.is_alphanumeric()).count();
        let total = weight(span);
        self.quotes
            .iter()
            .enumerate()
            .filter(|(_, q)| q.speech && q.span.overlaps(span))
            .find(|(_, q)| {
                let part = Span::new(
                    q.inner.start().max(span.start()).min(span.end()),
                    q.inner.end().min(span.end()).max(span.start()),
                );
                let part = if part.start() <= part.end() { weight(part) } else { 0 };
                // a sentence inside a longer quotation, or mostly quotation
                part * 2 >= total || q.span.start() < span.start() || q.span.end() > span.end()
            })
            .map(|(k, _)| k)
    }

    /// Whose quotation `q` is, first met in sentence `i`, which does not say.
    fn owner(
        &self,
        q: usize,
        i: usize,
        turn: Option<&Verdict>,
        last: Option<&Last>,
        before: &[Option<Verdict>],
    ) -> Option<Verdict> {
        let quote = self.quotes[q];
        let span = self.sentences[i].span;
        // the sentence in which it ends, and the one after that, if it begins like "said X"
        let end = (i..self.sentences.len())
            .take_while(|&k| self.sentences[k].span.start() < quote.span.end())
            .last()
            .unwrap_or(i);
        if end > i
            && let Some(v) = self.read(end).and_then(|f| self.resolve(&f, end, last))
        {
            return Some(v);
        }
        let same = |k: usize| self.sentences.get(k).is_some_and(|s| s.paragraph == self.sentences[end].paragraph);
        if same(end + 1)
            && self.kind(end + 1) != Some(Kind::Heading)
            && self.opens_with_verb(end + 1)
            && let Some(v) = self.read(end + 1).and_then(|f| self.resolve(&f, end + 1, last))
        {
            return Some(v);
        }
        // a quotation that takes up the one before
        if q > 0 && self.quotes[q - 1].goes_on && i > 0 && before[i - 1].is_some() {
            return before[i - 1].clone();
        }
        if turn.is_some() {
            return turn.cloned();
        }
        // only whole sentences are anybody's without a word beside them
        let alone = quote.span.start() <= span.start() + 6 && quote.span.end() + 6 >= self.sentences[end].span.end();
        if !alone {
            return None;
        }
        let cue = |m: Span| Some(Cue { rule: "quote", span: m });
        if i > 0
            && self.lines[i - 1].is_none()
            && self.kind(i - 1) != Some(Kind::Heading)
            && self.kind(i - 1) != Some(Kind::Boilerplate)
        {
            let near = self.sentences[i].paragraph - self.sentences[i - 1].paragraph <= 1;
            if near && let Some(m) = self.mentions[i - 1].iter().find(|m| m.person && !self.is_author(&m.name)) {
                return Some(Verdict {
                    speaker: Speaker::Named { name: m.name.clone(), mention: m.span },
                    cue: cue(m.span),
                });
            }
            if near
                && let Some(v) = &before[i - 1]
                && self.sentences[i - 1].paragraph == self.sentences[i].paragraph
            {
                return Some(v.clone());
            }
        }
        let last = last.filter(|l| self.sentences[i].paragraph - l.paragraph <= 1)?;
        Some(Verdict {
            speaker: Speaker::Named { name: last.name.clone(), mention: last.mention },
            cue: cue(last.mention),
        })
    }

    /// "So the minister." / "says X": a sentence that only tells whose the quotation before it was.
    fn opens_with_verb(&self, i: usize) -> bool {
        let lex = lexicon(self.lang(i));
        let body = self.sentences[i].span.of(&self.article.text);
        let first: String = body.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if body.chars().count() > 120 {
            return false;
        }
        if is_unspaced(lex.code) {
            return lex.words.say.iter().any(|s| first.starts_with(s.as_str()));
        }
        let words: Vec<&str> =
            first.split_whitespace().take(5).map(|w| w.trim_matches(|c: char| !c.is_alphanumeric())).collect();
        longest(&lex.say, &words).is_some() || body.starts_with(['—', '–', '-'])
    }

    /// A block quotation: its last line may name its speaker; else whoever was named last.
    fn block_quotation(&self, i: usize, last: Option<&Last>) -> Option<Verdict> {
        let mut end = i;
        while self.sentences.get(end + 1).is_some_and(|s| s.layout == Layout::Quoted) {
            end += 1;
        }
        let text = &self.article.text;
        for k in [end, end + 1] {
            let Some(s) = self.sentences.get(k) else { continue };
            let body = s.span.of(text);
            let signed = body.trim_start_matches(['—', '–', '-', ' ', '―']);
            if signed.len() < body.len() && signed.chars().count() <= 60 {
                let name = signed.split([',', '，', '(', '（']).next().unwrap_or(signed).trim().trim_end_matches('.');
                if self.is_name(name, k) && !self.is_author(name) {
                    let at = s.span.start() + (body.len() - signed.len());
                    let span = Span::new(at, at + name.len());
                    return Some(Verdict {
                        speaker: Speaker::Named { name: name.to_owned(), mention: span },
                        cue: Some(Cue { rule: "block-quotation", span }),
                    });
                }
            }
        }
        let last = last.filter(|l| self.sentences[i].paragraph - l.paragraph <= 2)?;
        Some(Verdict {
            speaker: Speaker::Named { name: last.name.clone(), mention: last.mention },
            cue: Some(Cue { rule: "block-quotation", span: last.mention }),
        })
    }

    /// Turns what a sentence points to into a speaker; `None` where it is the author after all.
    fn resolve(&self, finding: &Finding, i: usize, last: Option<&Last>) -> Option<Verdict> {
        let cue = Some(Cue { rule: finding.rule, span: finding.cue });
        let label = || finding.mention.of(&self.article.text).to_owned();
        let speaker = match finding.holder {
            Holder::Me => return None,
            Holder::Name(ref name) => {
                if self.is_author(name) {
                    return None;
                }
                Speaker::Named {
                    name: self.known.whole(name).map_or_else(|| name.clone(), str::to_owned),
                    mention: finding.mention,
                }
            }
            Holder::Crowd => Speaker::Unnamed { label: label(), mention: finding.mention },
            Holder::Back | Holder::Dropped => {
                let near = last.filter(|l| self.sentences[i].paragraph.saturating_sub(l.paragraph) <= MEMORY);
                match near {
                    Some(l) => Speaker::Named { name: l.name.clone(), mention: finding.mention },
                    None if finding.holder == Holder::Dropped => return None,
                    None => Speaker::Unnamed { label: label(), mention: finding.mention },
                }
            }
        };
        Some(Verdict { speaker, cue })
    }

    /// Which sentences their author quotes only to reject them.
    fn rejections(&self, verdicts: &[Option<Verdict>]) -> Vec<bool> {
        let text = &self.article.text;
        let mut out = vec![false; self.sentences.len()];
        for i in 1..self.sentences.len() {
            let sentence = &self.sentences[i];
            if verdicts[i].is_some() || sentence.paragraph.saturating_sub(self.sentences[i - 1].paragraph) > 1 {
                continue;
            }
            let lex = lexicon(sentence.lang);
            let body = sentence.span.of(text).to_lowercase();
            let rejects = if is_unspaced(lex.code) {
                let head: String = body.chars().take(24).collect();
                lex.words.reject.iter().any(|r| head.contains(r.as_str()))
            } else {
                let words: Vec<String> = body
                    .split_whitespace()
                    .flat_map(|w| {
                        super::words::split_word(w.trim_matches(|c: char| !c.is_alphanumeric() && c != '\''), 0)
                    })
                    .map(|p| p.2)
                    .collect();
                (0..words.len().min(5)).any(|k| longest(&lex.reject, &words[k..]).is_some())
            };
            if !rejects {
                continue;
            }
            // the whole run of reported sentences before it
            for k in (0..i).rev() {
                let Some(v) = &verdicts[k] else { break };
                if verdicts[i - 1].as_ref().is_none_or(|w| w.speaker != v.speaker && k + 1 != i) {
                    break;
                }
                out[k] = true;
            }
        }
        out
    }

    /// The two halves of a sentence that sets one clause against another.
    fn halves(&self, sentence: &Sentence) -> Option<(Span, Span)> {
        if !HALVES {
            return None;
        }
        let text = &self.article.text;
        let lex = lexicon(sentence.lang);
        let body = sentence.span.of(text);
        let full = |s: &str| {
            let wide = s.chars().filter(|c| is_wide(*c)).count();
            wide >= 14 || s.split_whitespace().count() >= 6
        };
        lex.words.but.iter().find_map(|but| {
            let mark = if is_unspaced(lex.code) { but.clone() } else { format!(", {but} ") };
            let at = body.find(&mark)?;
            let (first, second) = body.split_at(at);
            let skip = second.chars().next().map_or(0, char::len_utf8);
            let start = sentence.span.start();
            (full(first) && full(second))
                .then(|| (Span::new(start, start + at), Span::new(start + at + skip, sentence.span.end()).trim(text)))
        })
    }
}

fn is_unspaced(code: &str) -> bool {
    matches!(code, "zho" | "jpn" | "kor")
}

fn is_capital_or_wide(name: &str) -> bool {
    name.chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || is_wide(c) || c == '@' || (c.is_alphabetic() && !c.is_lowercase()))
}

/// The paragraphs of the sentences, as spans.
fn blocks(sentences: &[Sentence]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    let mut number = None;
    for s in sentences {
        match out.last_mut() {
            Some(block) if number == Some(s.paragraph) && s.span.end() >= block.start() => {
                *block = Span::new(block.start(), s.span.end().max(block.end()));
            }
            _ => out.push(s.span),
        }
        number = Some(s.paragraph);
    }
    out
}

/// Reads "Name:", "Name (role):", "Name, role:" at the start of a sentence: the
/// name, where the announcement ends, and whether more follows on the line.
fn announced(body: &str) -> Option<(String, usize, bool)> {
    let body_trim = body.trim_start_matches(['*', '_', '—', '–', '-', ' ', '#']);
    let lead = body.len() - body_trim.len();
    let colon = body_trim.char_indices().take(90).find(|(_, c)| matches!(c, ':' | '：'))?;
    let head = &body_trim[..colon.0];
    let after = lead + colon.0 + colon.1.len_utf8();
    let rest = body[after..].trim_matches(['*', '_', ' ', '\u{3000}', '\n']);
    let name = head.split(['(', '（', '[', ',', '，']).next().unwrap_or(head);
    let name = name.trim().trim_matches(['*', '_']).trim();
    let role = head.len() > name.len() + 4;
    // "Daniel Okonjo, who leads the work, disagrees: …" is a sentence
    if !rest.is_empty() && head.contains([',', '，']) {
        return None;
    }
    if name.is_empty()
        || name.chars().count() > 40
        || name.contains(['.', '。', '?', '!', '«', '“', '"', '「', ';']) && !name.contains(". ")
    {
        return None;
    }
    if name.split_whitespace().count() > 5 || (role && head.chars().count() > 90) {
        return None;
    }
    Some((name.to_owned(), after, !rest.is_empty()))
}
