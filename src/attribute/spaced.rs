//! Who holds a sentence, in languages that put spaces between words?

use crate::span::Span;

use super::base::{Case, base_form};
use super::cue::{Finding, Holder, Mention, View};
use super::words::{Frame, Lexicon, Phrase, longest, split_word};

/// A word with what stands before it.
#[derive(Debug, Clone)]
struct Token {
    start: usize,
    end: usize,
    low: String,
    capital: bool,
    /// Speech stands between it and the word before.
    after_speech: bool,
    /// Marks between it and the word before, without white space.
    gap: String,
}

impl AsRef<str> for Token {
    fn as_ref(&self) -> &str {
        &self.low
    }
}

/// How far a subject may stand from its verb, in words.
const REACH: usize = 18;

/// What one place in the sentence may stand for.
#[derive(Debug, Clone)]
struct Candidate {
    from: usize,
    to: usize,
    holder: Holder,
    /// A name of one capital word that nothing else vouches for.
    weak: bool,
    oblique: bool,
    role: bool,
    name: String,
    person: bool,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{200c}' | '\u{0640}') || is_mark(c)
}

/// Combining marks belong to the letter before.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36F | 0x610..=0x61A | 0x64B..=0x65F | 0x670 | 0x900..=0x903 | 0x93A..=0x94F)
}

fn tokens(view: &View) -> Vec<Token> {
    let text = view.span.of(view.text);
    let base = view.span.start();
    let mut out: Vec<Token> = Vec::new();
    let mut gap = String::new();
    let mut after_speech = false;
    let mut chars = text.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        if view.masked(base + i) {
            after_speech = true;
            continue;
        }
        let handle = c == '@' && chars.peek().is_some_and(|(_, n)| n.is_alphanumeric() || *n == '_');
        if !(is_word(c) || handle) {
            if !c.is_whitespace() {
                gap.push(c);
            }
            continue;
        }
        let mut end = i + c.len_utf8();
        while let Some(&(j, n)) = chars.peek() {
            let joins = matches!(n, '-' | '\'' | '’' | 'ʼ' | '‑')
                && text[j + n.len_utf8()..].chars().next().is_some_and(char::is_alphanumeric)
                && !view.masked(base + j + n.len_utf8());
            if !(is_word(n) || joins) || view.masked(base + j) {
                break;
            }
            end = j + n.len_utf8();
            chars.next();
        }
        let mut pieces = split_word(&text[i..end], base + i);
        if view.lex.code == "ara" {
            pieces = unglue(pieces, out.last());
        }
        for (start, end, piece) in pieces {
            // Turkish has two letters i, and every other language one
            let low = if view.lex.code == "tur" {
                piece.replace('İ', "i").replace('I', "ı").to_lowercase()
            } else {
                piece.to_lowercase()
            };
            out.push(Token {
                start,
                end,
                capital: handle || piece.chars().next().is_some_and(char::is_uppercase),
                low,
                after_speech: std::mem::take(&mut after_speech),
                gap: std::mem::take(&mut gap),
            });
        }
    }
    out
}

/// Arabic writes "according to" as one letter on the next word: لأحمد is ل and أحمد.
fn unglue(pieces: Vec<(usize, usize, String)>, before: Option<&Token>) -> Vec<(usize, usize, String)> {
    let opens = before.is_some_and(|t| {
        matches!(t.low.as_str(), "وفقا" | "وفقًا" | "وفقاً" | "طبقا" | "طبقًا" | "طبقاً" | "ووفقا" | "ووفقًا")
    });
    if !opens {
        return pieces;
    }
    let mut out = Vec::new();
    for (start, end, piece) in pieces {
        match piece.strip_prefix('ل') {
            Some(rest) if !rest.is_empty() && out.is_empty() => {
                let cut = start + 'ل'.len_utf8();
                out.push((start, cut, "ل".to_owned()));
                out.push((cut, end, rest.to_owned()));
            }
            _ => out.push((start, end, piece)),
        }
    }
    out
}

fn listed(list: &[String], low: &str) -> bool {
    list.iter().any(|w| w == low)
}

/// Marks that a subject's search does not cross.
fn is_wall(gap: &str) -> bool {
    gap.contains([';', ':', '!', '?', '؛', '؟', '…'])
}

/// The names in a sentence, for the article's register of them.
pub(super) fn mentions(view: &View) -> Vec<Mention> {
    let tokens = tokens(view);
    if view.lex.code == "ara" {
        return Vec::new();
    }
    let framed = framed_words(view.lex, &tokens);
    names(view, &tokens)
        .into_iter()
        .filter_map(|c| {
            let Holder::Name(_) = c.holder else { return None };
            // "по мнению экономиста Ивана Петрова": the frame's case, past what the person is
            let mut k = c.from;
            while k > 0 && tokens[k].gap.is_empty() && longest(&view.lex.roles, &tokens[k - 1..k]).is_some() {
                k -= 1;
            }
            let in_frame = k > 0 && framed[k - 1] && !is_as(&tokens[..k]);
            Some(Mention {
                name: c.name.clone(),
                span: Span::new(tokens[c.from].start, tokens[c.to - 1].end),
                person: c.person,
                oblique: c.oblique || in_frame,
            })
        })
        .collect()
}

/// "as X says": the words before a name that leave it a subject.
const AS: &[&str] =
    &["as", "wie", "como", "comme", "come", "zoals", "gelijk", "как", "як", "jak", "seperti", "sebagaimana", "như"];

/// Whether the words end in a frame that begins with "as" and puts its holder in the nominative.
fn is_as(before: &[Token]) -> bool {
    before.iter().rev().take(3).any(|t| AS.contains(&t.low.as_str()))
}

/// Which words open a frame: they are no part of the name after them ("Nach Ansicht von Jane Doe").
fn framed_words(lex: &Lexicon, tokens: &[Token]) -> Vec<bool> {
    let mut out = vec![false; tokens.len()];
    for i in 0..tokens.len() {
        for frame in lex.frames.iter().filter(|f| !f.before.is_empty()) {
            if frame.opens && i > 0 {
                continue;
            }
            if let Some(n) = frame.before.matches(&tokens[i..]) {
                out[i..i + n].fill(true);
            }
        }
    }
    out
}

/// Words in lower case, for telling names from sentence openers.
pub(super) fn lower_words(view: &View) -> Vec<String> {
    tokens(view).into_iter().filter(|t| !t.capital).map(|t| t.low).collect()
}

/// Words with a capital that no sentence or quotation opens with.
pub(super) fn capital_words(view: &View) -> Vec<String> {
    tokens(view)
        .into_iter()
        .skip(1)
        .filter(|t| t.capital && t.gap.is_empty() && !t.after_speech)
        .map(|t| t.low)
        .collect()
}

fn names(view: &View, tokens: &[Token]) -> Vec<Candidate> {
    let lex = view.lex;
    let words = &lex.words;
    let mut out = Vec::new();
    let framed = framed_words(lex, tokens);
    let mut i = 0;
    while i < tokens.len() {
        let handle = view.text[tokens[i].start..].starts_with('@');
        if handle {
            let name = view.text[tokens[i].start..tokens[i].end].to_owned();
            out.push(Candidate {
                from: i,
                to: i + 1,
                holder: Holder::Name(name.clone()),
                weak: false,
                oblique: is_oblique(lex, tokens, i),
                role: false,
                name,
                person: true,
            });
            i += 1;
            continue;
        }
        if !starts_name(view, tokens, i) || (framed[i] && tokens.get(i + 1).is_some_and(|t| framed[i + 1] || t.capital))
        {
            i += 1;
            continue;
        }
        let mut to = i + 1;
        while to < tokens.len() {
            let next = &tokens[to];
            let initial = tokens[to - 1].low.chars().count() <= 2 || listed(&words.titles, &tokens[to - 1].low);
            let tight = !next.after_speech && (next.gap.is_empty() || (next.gap == "." && initial));
            if !tight {
                break;
            }
            if next.capital && !next.low.chars().any(|c| c.is_ascii_digit()) && next.low != "l2" {
                to += 1;
            } else if let Some(n) = inside(lex, tokens, to)
                // "Ursula von der Leyen", but "Daniel Okonjo von Tidewater"
                && (to == i + 1 || !listed(&words.prep, &next.low))
            {
                to += n + 1;
            } else {
                break;
            }
        }
        let candidate = name_of(view, tokens, i, to);
        i = to;
        if let Some(c) = candidate {
            out.push(c);
        }
    }
    out
}

/// How many small words of a name (`von der`, `de la`) stand at `at` before a capital.
fn inside(lex: &Lexicon, tokens: &[Token], at: usize) -> Option<usize> {
    let small = |t: &Token| !t.capital && t.gap.is_empty() && !t.after_speech && listed(&lex.words.inside, &t.low);
    // "Direktor der Museumsinsel", "eine Studie von Rang": only von opens a German name's small words
    if lex.code == "deu"
        && (tokens.get(at).is_some_and(|t| matches!(t.low.as_str(), "der" | "den"))
            || at >= 2
                && tokens[at].low == "von"
                && (german_attribute(lex, tokens, at - 1) || listed(&lex.words.definite, &tokens[at - 2].low))
            || at >= 1 && longest(&lex.roles, &tokens[at - 1..at]).is_some())
    {
        return None;
    }
    let n = tokens[at..].iter().take(3).take_while(|t| small(t)).count();
    (n > 0 && tokens.get(at + n).is_some_and(|t| t.capital && t.gap.is_empty() && !t.after_speech)).then_some(n)
}

fn starts_name(view: &View, tokens: &[Token], i: usize) -> bool {
    let t = &tokens[i];
    let words = &view.lex.words;
    if !t.capital || t.low.chars().any(|c| c.is_ascii_digit()) {
        return false;
    }
    // a ticker is no name
    if t.gap.ends_with('$') || t.gap.ends_with('#') {
        return false;
    }
    if listed(&words.titles, &t.low) {
        return true;
    }
    if longest(&view.lex.crowd, &tokens[i..=i]).is_some() {
        // Fontes, "sources", may also be somebody the article has named
        return i > 0 && view.known.whole(&view.text[t.start..t.end]).is_some();
    }
    !listed(&words.not_names, &t.low)
}

fn name_of(view: &View, tokens: &[Token], mut from: usize, mut to: usize) -> Option<Candidate> {
    let lex = view.lex;
    let words = &lex.words;
    let first = from;
    let mut titled = false;
    while from < to && listed(&words.titles, &tokens[from].low) {
        titled = true;
        from += 1;
    }
    while to > from + 1 && listed(&words.titles, &tokens[to - 1].low) {
        titled = true;
        to -= 1;
    }
    // Kütüphaneci Derya Aksoy: the Turkish ending of trades, but not of ordinals
    if lex.code == "tur" && from == 0 && to - from >= 3 {
        let low = &tokens[from].low;
        let trade = ["cı", "ci", "cu", "cü", "çı", "çi", "çu", "çü"].iter().any(|e| low.ends_with(e));
        if trade && !["ncı", "nci", "ncu", "ncü"].iter().any(|e| low.ends_with(e)) {
            titled = true;
            from += 1;
        }
    }
    // a role written with a capital: at the start of a sentence, or any German noun
    while to - from >= 2 && (longest(&lex.roles, &tokens[from..=from]).is_some()) {
        titled = true;
        from += 1;
    }
    if to - from >= 2
        && lex.code == "deu"
        && from == first
        && view.known.whole(&text_of(view, tokens, from, to)).is_none()
    {
        let noun = from > 0 && {
            let low = &tokens[from - 1].low;
            listed(&words.definite, low)
                || listed(&words.indefinite, low)
                || low.starts_with("kein")
                || low.starts_with("jede")
        };
        if noun {
            from += 1;
        } else if from > 0 && german_attribute(lex, tokens, from) {
            return None;
        }
        while from < to && !tokens[from].capital {
            from += 1;
        }
        if from < to && NOUNS.iter().any(|n| tokens[to - 1].low.ends_with(n)) && !organisation(lex, &tokens[to - 1].low)
        {
            return None;
        }
    }
    // a sentence opener that the capital does not make a name
    if from < to
        && from == 0
        && to - from >= 2
        && view.known.is_lower(&tokens[from].low)
        && lex.code != "deu"
        && lex.code != "vie"
    {
        from += 1;
    }
    if from >= to {
        return None;
    }
    // "Полюс" Иван Петров: a change of script parts two names
    if to - from >= 3 {
        let latin =
            |t: &Token| t.low.chars().next().is_some_and(|c| matches!(c as u32, 0x41..=0x24F | 0x1E00..=0x1EFF));
        if let Some(cut) = (from + 1..to).find(|&k| latin(&tokens[k]) != latin(&tokens[k - 1])) {
            if to - cut >= 2 {
                from = cut;
            } else {
                to = cut;
            }
        }
    }
    let raw = text_of(view, tokens, from, to);
    let single = to - from == 1;
    // "арбитр ФИФА", "астроном Пулковской обсерватории": what stands after the role is its body's
    let after_role = from > 0
        && tokens[from].gap.is_empty()
        && !tokens[from].after_speech
        && longest(&lex.roles, &tokens[from - 1..from]).is_some();
    if single && (titled || after_role) && matches!(lex.code, "rus" | "ukr" | "pol") && view.known.whole(&raw).is_none()
    {
        let low = &tokens[from].low;
        let genitive =
            ["ской", "цкой", "ского", "ної", "ської", "ого", "ии", "ії", "cji", "ji", "skiej", "skiego", "ów"];
        let acronym = raw.chars().count() >= 2 && raw.chars().all(char::is_uppercase);
        if acronym || genitive.iter().any(|e| low.ends_with(e)) {
            return None;
        }
    }
    let oblique = is_oblique(lex, tokens, first) || tokens.get(to).is_some_and(|t| t.low == "'s" && t.gap.is_empty());
    let known = view.known.whole(&raw);
    if single && known.is_none() && !titled {
        let low = &tokens[from].low;
        if low.chars().count() < 2 || view.known.is_lower(low) {
            return None;
        }
        // German writes every noun with a capital
        if lex.code == "deu" && !organisation(lex, low) {
            let article = from > 0
                && (listed(&words.definite, &tokens[from - 1].low) || listed(&words.indefinite, &tokens[from - 1].low));
            let said = from > 0 && longest(&lex.say, &tokens[from - 1..from]).is_some();
            if article || from == 0 || !said {
                return None;
            }
        } else if from == 0 && !view.known.is_capital(low) && body_end(lex, tokens, from, to) == to {
            // every sentence opens with a capital
            return None;
        }
    }
    let (name, to) = match known {
        Some(known) => (known.to_owned(), to),
        None if single => {
            let to = body_end(lex, tokens, from, to);
            (text_of(view, tokens, from, to), to)
        }
        None => (raw, to),
    };
    Some(Candidate {
        from: first,
        to,
        holder: Holder::Name(name.clone()),
        weak: single && known.is_none() && !titled,
        oblique,
        role: false,
        person: titled || !single || known.is_some(),
        name,
    })
}

/// Eigenständigkeit, Leute: ends of German nouns that no family name has.
const NOUNS: &[&str] = &[
    "ung",
    "heit",
    "keit",
    "schaft",
    "tion",
    "tät",
    "ismus",
    "leute",
    "nis",
    "ment",
    "studie",
    "kosten",
    "zuschauer",
    "milliarden",
    "millionen",
];

/// Whether the word before a German capital is its adjective or number.
fn german_attribute(lex: &Lexicon, tokens: &[Token], at: usize) -> bool {
    let t = &tokens[at - 1];
    !t.capital
        && tokens[at].gap.is_empty()
        && !tokens[at].after_speech
        && longest(&lex.say, std::slice::from_ref(t)).is_none()
        && !listed(&lex.words.prep, &t.low)
        && ["e", "er", "es", "en", "em", "hundert", "tausend", "zig"].iter().any(|e| t.low.ends_with(e))
}

/// "Ligue des rivières": where the name of a body ends that goes on in small words.
fn body_end(lex: &Lexicon, tokens: &[Token], from: usize, to: usize) -> usize {
    let tight = |k: usize| tokens.get(k).is_some_and(|t| t.gap.is_empty() && !t.after_speech);
    if !organisation(lex, &tokens[from].low) {
        return to;
    }
    // "Союз пассажиров требует": genitives up to the verb
    if matches!(lex.code, "rus" | "ukr" | "pol") {
        let verb = (to + 1..to + 5).find(|&k| tight(k) && longest(&lex.say, &tokens[k..]).is_some());
        return verb.filter(|&v| (to..v).all(|k| tight(k) && !listed(&lex.words.prep, &tokens[k].low))).unwrap_or(to);
    }
    if !matches!(lex.code, "fra" | "spa" | "ita" | "por") {
        return to;
    }
    let mut end = to;
    while end < to + 3 && tight(end) && listed(&lex.words.inside, &tokens[end].low) {
        end += 1;
    }
    if end > to && tight(end) && longest(&lex.say, &tokens[end..]).is_none() { end + 1 } else { to }
}

fn organisation(lex: &Lexicon, low: &str) -> bool {
    lex.words.organisations.iter().any(|o| match o.strip_prefix('*') {
        Some(ending) => low.ends_with(ending),
        None => low == o,
    })
}

fn text_of(view: &View, tokens: &[Token], from: usize, to: usize) -> String {
    let raw = &view.text[tokens[from].start..tokens[to - 1].end];
    raw.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether what stands at `at` hangs on a preposition, articles, titles and roles between them passed over.
fn is_oblique(lex: &Lexicon, tokens: &[Token], at: usize) -> bool {
    let words = &lex.words;
    let mut k = at;
    while k > 0 {
        if !tokens[k].gap.is_empty() && tokens[k].gap != "«" && tokens[k].gap != "\"" && tokens[k].gap != "“" {
            return false;
        }
        let before = &tokens[k - 1].low;
        if listed(&words.prep, before) {
            // "as X once put it" leaves X a subject
            let says = || (at + 1..tokens.len().min(at + 6)).any(|v| longest(&lex.say, &tokens[v..]).is_some());
            return !(AS.contains(&before.as_str()) && says());
        }
        // "глава компании Полюс": the one word after it is the company's name
        let single = !tokens.get(at + 1).is_some_and(|t| t.capital && t.gap.is_empty());
        if single && listed(&words.bodies, before) {
            return true;
        }
        if listed(&words.definite, before) || listed(&words.titles, before) {
            k -= 1;
        } else {
            return false;
        }
    }
    false
}

/// Everybody the sentence could be pointing at, in order.
fn candidates(view: &View, tokens: &[Token]) -> Vec<Candidate> {
    let lex = view.lex;
    let words = &lex.words;
    let mut out = if lex.code == "ara" { Vec::new() } else { names(view, tokens) };
    let taken = |out: &[Candidate], i: usize| out.iter().any(|c| c.from <= i && i < c.to);
    let mut extra = Vec::new();
    let plain = |from: usize, to: usize, holder: Holder, role: bool| Candidate {
        from,
        to,
        holder,
        weak: false,
        oblique: is_oblique(lex, tokens, from) || tokens.get(to).is_some_and(|t| t.low == "'s" && t.gap.is_empty()),
        role,
        name: String::new(),
        person: false,
    };
    let mut i = 0;
    while i < tokens.len() {
        if taken(&out, i) {
            i += 1;
            continue;
        }
        let low = &tokens[i].low;
        if let Some((n, _)) = longest(&lex.crowd, &tokens[i..]) {
            let relative = tokens.get(i + n).is_some_and(|t| {
                t.gap.is_empty()
                    && matches!(
                        t.low.as_str(),
                        "who"
                            | "whose"
                            | "that"
                            | "which"
                            | "of"
                            | "qui"
                            | "que"
                            | "die"
                            | "der"
                            | "das"
                            | "che"
                            | "quem"
                    )
            });
            if !relative {
                extra.push(plain(i, i + n, Holder::Crowd, false));
            }
            i += n;
            continue;
        }
        let pair = tokens.get(i + 1).map(|t| format!("{low} {}", t.low));
        if pair.as_ref().is_some_and(|p| listed(&words.he, p)) {
            extra.push(plain(i, i + 2, Holder::Back, false));
            i += 2;
            continue;
        }
        if listed(&words.he, low) {
            extra.push(plain(i, i + 1, Holder::Back, false));
        } else if listed(&words.me, low) {
            extra.push(plain(i, i + 1, Holder::Me, false));
        } else if let Some((n, _)) = longest(&lex.roles, &tokens[i..]) {
            let unknown = (i.saturating_sub(2)..i).any(|k| {
                listed(&words.indefinite, &tokens[k].low) && tokens[k + 1..=i].iter().all(|t| t.gap.is_empty())
            });
            let holder = if unknown { Holder::Crowd } else { Holder::Back };
            extra.push(plain(i, i + n, holder, true));
            i += n;
            continue;
        }
        i += 1;
    }
    out.append(&mut extra);
    out.sort_by_key(|c| c.from);
    out
}

/// A verb of saying: words `from..to`.
#[derive(Debug, Clone, Copy)]
struct Verb {
    from: usize,
    to: usize,
    by_speech: bool,
}

fn verbs(view: &View, tokens: &[Token]) -> Vec<Verb> {
    let lex = view.lex;
    let words = &lex.words;
    let mut blocked = vec![false; tokens.len()];
    for phrase in words.not_say.iter().map(|p| Phrase::of(p)) {
        for i in 0..tokens.len() {
            if let Some(n) = phrase.matches(&tokens[i..]) {
                blocked[i..i + n].fill(true);
            }
        }
    }
    let last_speech = view
        .quotes
        .iter()
        .any(|q| q.speech && q.span.overlaps(view.span) && tokens.last().is_some_and(|t| q.span.start() >= t.end));
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let Some((n, phrase)) = longest(&lex.say, &tokens[i..]) else {
            i += 1;
            continue;
        };
        if blocked[i] {
            i += 1;
            continue;
        }
        let before = i.checked_sub(1).map(|k| tokens[k].low.as_str());
        // "the claims", "her fears", "Kosten": a noun
        let noun = tokens[i].gap.is_empty()
            && n == 1
            && !tokens[i].after_speech
            && before.is_some_and(|b| {
                (listed(&words.definite, b)
                    && !listed(&words.he, b)
                    && !matches!(lex.code, "rus" | "ukr" | "pol" | "ind" | "tur" | "deu"))
                    || (listed(&words.indefinite, b) && lex.words.crowd.iter().all(|c| c != b))
                    || (listed(&words.prep, b) && !matches!(lex.code, "fra"))
                    || b == "'s"
            });
        let capital_noun =
            lex.code == "deu" && tokens[i].capital && i > 0 && !tokens[i].after_speech && tokens[i].gap.is_empty();
        let next = tokens.get(i + n);
        let opens_clause = next.is_none_or(|t| {
            t.after_speech
                || t.gap.contains(':')
                || t.gap.contains('«')
                || t.gap.contains('"')
                || t.gap.contains('“')
                || longest(&lex.that, std::slice::from_ref(t)).is_some()
        }) || tokens[i].after_speech;
        // "nennt man", "said I"
        let mine = next.is_some_and(|t| t.gap.is_empty() && !t.after_speech && listed(&words.me, &t.low));
        if !noun && !mine && !capital_noun && (!phrase.strict || opens_clause) {
            let by_speech =
                tokens[i].after_speech || next.is_some_and(|t| t.after_speech) || (next.is_none() && last_speech);
            out.push(Verb { from: i, to: i + n, by_speech });
        }
        i += n;
    }
    out
}

/// Who the sentence says holds it, if it says so.
pub(super) fn read(view: &View) -> Option<Finding> {
    let tokens = tokens(view);
    if tokens.is_empty() {
        return None;
    }
    let people = candidates(view, &tokens);
    framed(view, &tokens, &people)
        .or_else(|| spoken(view, &tokens, &people))
        .or_else(|| introduced(view, &tokens, &people))
        .or_else(|| hearsay(view, &tokens))
}

fn finding(
    view: &View,
    tokens: &[Token],
    c: &Candidate,
    rule: &'static str,
    cue: (usize, usize),
    case: Case,
) -> Finding {
    let holder = match &c.holder {
        Holder::Name(name) => {
            let known = view.known.whole(name).is_some();
            // the register holds base forms already
            Holder::Name(if known { name.clone() } else { base_form(name, view.lex.code, case) })
        }
        other => other.clone(),
    };
    let rule = if holder == Holder::Back { "pronoun" } else { rule };
    Finding {
        holder,
        mention: Span::new(tokens[c.from].start, tokens[c.to - 1].end),
        rule,
        cue: Span::new(tokens[cue.0].start, tokens[cue.1 - 1].end),
    }
}

/// "according to X", "X'e göre".
fn framed(view: &View, tokens: &[Token], people: &[Candidate]) -> Option<Finding> {
    let lex = view.lex;
    for i in 0..tokens.len() {
        if let Some((n, _)) = longest(&lex.his, &tokens[i..]) {
            let c = Candidate { to: i + n, ..back(i) };
            let c = named_before(people, &c).unwrap_or(c);
            return Some(finding(view, tokens, &c, "according-to", (i, i + n), Case::Straight));
        }
        for Frame { before, after, opens } in &lex.frames {
            if *opens && i > 0 {
                continue;
            }
            if before.is_empty() {
                let Some(n) = after.matches(&tokens[i..]) else { continue };
                let holder = people
                    .iter()
                    .rev()
                    .find(|c| c.to == i && c.holder != Holder::Me)
                    .cloned()
                    .or_else(|| pronoun_at(lex, tokens, i.checked_sub(1)?))
                    .or_else(|| {
                        people.iter().rev().find(|c| c.to + 1 == i && matches!(c.holder, Holder::Name(_))).cloned()
                    });
                if let Some(c) = holder {
                    return Some(finding(view, tokens, &c, "according-to", (i, i + n), Case::Oblique));
                }
                continue;
            }
            let Some(n) = before.matches(&tokens[i..]) else { continue };
            let from = i + n;
            let Some(c) = frame_holder(view, tokens, people, from) else { continue };
            if n == 1 && FOR.contains(&tokens[i].low.as_str()) && !fits_for(lex, tokens, &c, i) {
                continue;
            }
            if *opens && !(c.person && matches!(c.holder, Holder::Name(_)) && !c.weak) {
                continue;
            }
            let end = tokens[c.to - 1].end;
            if let Some(mark) = after.mark()
                && !tokens.get(c.to).is_some_and(|t| t.gap.contains(mark))
                && !view.text[end..view.span.end().max(end)].trim_start().starts_with(mark)
            {
                continue;
            }
            if !after.is_empty() && after.matches(&tokens[c.to..]).is_none() {
                continue;
            }
            if c.holder == Holder::Me {
                return None;
            }
            let c = named_before(people, &c).unwrap_or(c);
            let case = if lex.words.frames.len() > 1
                && tokens[i].low.starts_with("как") | tokens[i].low.starts_with("як")
            {
                Case::Straight
            } else {
                Case::Oblique
            };
            return Some(finding(view, tokens, &c, "according-to", (i, from), case));
        }
    }
    None
}

/// Frames of one short word, which mostly mean something else.
const FOR: &[&str] = &[
    "for", "pour", "para", "per", "für", "so", "voor", "dla", "для", "bagi", "với", "to", "nach", "by", "in", "on",
    "from",
];

/// "For Jane Doe, …": the holder stands right behind the word, and the word opens its clause.
fn fits_for(lex: &Lexicon, tokens: &[Token], c: &Candidate, i: usize) -> bool {
    let between = &tokens[i + 1..c.from.max(i + 1)];
    let near = between.iter().all(|t| {
        listed(&lex.words.definite, &t.low)
            || listed(&lex.words.titles, &t.low)
            || longest(&lex.roles, std::slice::from_ref(t)).is_some()
    });
    let opens = i <= 1 || !tokens[i].gap.is_empty() || tokens[i].after_speech;
    let certain = match c.holder {
        Holder::Name(_) => c.person && !c.weak,
        _ => i <= 1,
    };
    // "in Jane Doe's view" may stand anywhere
    near && certain && (opens || matches!(tokens[i].low.as_str(), "by" | "in" | "on" | "from"))
}

fn pronoun_at(lex: &Lexicon, tokens: &[Token], i: usize) -> Option<Candidate> {
    listed(&lex.words.him, &tokens.get(i)?.low).then(|| back(i))
}

/// A word that points back.
fn back(i: usize) -> Candidate {
    Candidate {
        from: i,
        to: i + 1,
        holder: Holder::Back,
        weak: false,
        oblique: false,
        role: false,
        name: String::new(),
        person: false,
    }
}

fn frame_holder(view: &View, tokens: &[Token], people: &[Candidate], from: usize) -> Option<Candidate> {
    if tokens.get(from)?.after_speech {
        return None;
    }
    if let Some(c) = pronoun_at(view.lex, tokens, from) {
        // "theo bà Lê Thu Hạnh": what calls her is also the pronoun
        let named = people.iter().find(|n| {
            n.from <= from + 1
                && n.to > from + 1
                && matches!(n.holder, Holder::Name(_))
                && tokens[from + 1].gap.is_empty()
        });
        return Some(named.cloned().unwrap_or(c));
    }
    if view.lex.code == "ara" {
        return arabic_name(view, tokens, from);
    }
    let mut end = from;
    while end < tokens.len() && end < from + 9 {
        if end > from && (tokens[end].gap.contains([',', ';', ':', '(', '—', '–']) || tokens[end].after_speech) {
            // "по словам ведущего инженера, Ивана Петрова" goes on after its comma
            break;
        }
        end += 1;
    }
    let inside: Vec<&Candidate> = people.iter().filter(|c| c.from >= from && c.to <= end).collect();
    let first = inside.first()?;
    // "theo chuyên gia kinh tế Phạm Gia Khôi": without a plural, experts are also one of them
    let singular = matches!(view.lex.code, "vie" | "ind") && first.holder == Holder::Crowd;
    if first.from == from && !first.role && !singular {
        return Some((*first).clone());
    }
    let named = inside.iter().find(|c| matches!(c.holder, Holder::Name(_)) && (!c.oblique || c.from == from));
    if let Some(c) = named {
        return Some((*c).clone());
    }
    // "по словам инженера, Ивана Петрова"
    let apposed =
        people.iter().find(|c| c.from == end && matches!(c.holder, Holder::Name(_)) && c.person && first.role);
    if let Some(c) = apposed {
        return Some(c.clone());
    }
    inside.iter().find(|c| c.from <= from + 3).map(|c| (*c).clone())
}

/// "X said", "said X".
fn spoken(view: &View, tokens: &[Token], people: &[Candidate]) -> Option<Finding> {
    let mut verbs = verbs(view, tokens);
    let speech = view.has_speech();
    if speech {
        verbs.sort_by_key(|v| !v.by_speech);
    }
    let mut dropped = None;
    for verb in verbs {
        let rule = if speech { "quote" } else { "said-that" };
        let cue = (verb.from, verb.to);
        // "— This is wrong — says X.": the dash of a dialogue closes the speech before it
        let dialogue = view.span.of(view.text).starts_with(['—', '–', '-', '―'])
            && tokens[verb.from].gap.contains(['—', '–', '―']);
        let after_quote = tokens[verb.from].after_speech || dialogue;
        // "so klagt der Verband", "как пишет X"
        let so = verb.from > 0
            && tokens[verb.from - 1].gap.contains([',', '—', '–'])
            && (AS.contains(&tokens[verb.from - 1].low.as_str())
                || matches!(
                    tokens[verb.from - 1].low.as_str(),
                    "so" | "así" | "ainsi" | "così" | "zo" | "assim" | "tak" | "так"
                ));
        let inverted = after_quote
            || so
            || (verb.from == 0 && (speech || view.lex.code == "ara" || view.span.start() > 0))
            || tokens[verb.from].gap.contains([',', '—', '–', '-', '»', '”', '"', '“', '’'])
            || view.lex.code == "ara"
            || (speech && verb.from <= 2 && tokens[..=verb.from].iter().any(|t| t.after_speech))
            || (view.lex.code == "ind" && speech);
        let before = subject_before(view, tokens, people, verb.from);
        let after = || if inverted { subject_after(view, tokens, people, verb.to) } else { None };
        // "a-t-elle déclaré", "hat Müller gesagt": between the parts of the verb
        let within = people
            .iter()
            .find(|c| verb.from < c.from && c.to < verb.to && (c.person || c.holder == Holder::Back && !c.role))
            .cloned();
        // "What X said about it does not matter"
        if !speech && is_what(&tokens[0].low) && verb.from <= 6 {
            continue;
        }
        if !speech && idle(view.lex, tokens, verb) {
            continue;
        }
        // ", sagt die Bundesbankerin,": an insertion has its subject behind the verb
        let inserted = !speech
            && view.lex.code != "eng"
            && verb.from > 1
            && tokens[verb.from].gap.contains([',', '—', '–'])
            && !tokens.get(verb.to).is_some_and(|t| {
                longest(&view.lex.that, std::slice::from_ref(t)).is_some() && !listed(&view.lex.words.definite, &t.low)
            });
        let behind = if inserted {
            after().filter(|c| c.from <= verb.to + 2).or_else(|| described(view, tokens, verb))
        } else {
            None
        };
        let within = within.or(behind);
        let found = if within.is_some() {
            within
        } else if after_quote {
            after().or_else(|| before.clone())
        } else {
            before.clone().or_else(after)
        };
        match found {
            Some(c) if c.holder == Holder::Me => {
                if speech && !after_quote {
                    continue;
                }
                return None;
            }
            Some(c) => {
                let c = named_before(people, &c).unwrap_or(c);
                return Some(finding(view, tokens, &c, rule, cue, Case::Straight));
            }
            None if (verb.by_speech || adds(view, tokens, verb)) && dropped.is_none() && drops(view.lex) => {
                dropped = Some(Finding {
                    holder: Holder::Dropped,
                    mention: Span::new(tokens[verb.from].start, tokens[verb.to - 1].end),
                    rule: "pronoun",
                    cue: Span::new(tokens[verb.from].start, tokens[verb.to - 1].end),
                });
            }
            None => {}
        }
    }
    dropped
}

/// "When Veltman left, he said": the pronoun's person stands in the sentence.
fn named_before(people: &[Candidate], c: &Candidate) -> Option<Candidate> {
    if c.holder != Holder::Back || c.role {
        return None;
    }
    people.iter().rev().find(|n| n.to <= c.from && n.person && !n.oblique).cloned()
}

/// "sagt die Entwicklungsleiterin": somebody told only by what no list knows.
fn described(view: &View, tokens: &[Token], verb: Verb) -> Option<Candidate> {
    let words = &view.lex.words;
    let (t, noun) = (tokens.get(verb.to)?, tokens.get(verb.to + 1)?);
    let article = t.gap.is_empty() && noun.gap.is_empty() && !t.after_speech && !noun.after_speech;
    let holder = if listed(&words.definite, &t.low) && !listed(&words.he, &t.low)
        || matches!(
            (view.lex.code, t.low.as_str()),
            ("deu", "die") | ("spa", "el") | ("por", "o" | "a") | ("ita", "il")
        ) {
        Holder::Back
    } else if listed(&words.indefinite, &t.low) {
        Holder::Crowd
    } else {
        return None;
    };
    let noun = noun.capital == (view.lex.code == "deu") && noun.low.chars().count() >= 3;
    (article && noun).then(|| Candidate { to: verb.to + 2, holder, role: true, ..back(verb.to) })
}

/// Whether the verb is a relative clause's, or nobody's in particular.
fn idle(lex: &Lexicon, tokens: &[Token], verb: Verb) -> bool {
    let words = &lex.words;
    let relative =
        verb.from > 0 && listed(&words.which, &tokens[verb.from - 1].low) && tokens[verb.from].gap.is_empty();
    relative || tokens[verb.from..verb.to].iter().any(|t| listed(&words.other, &t.low))
}

/// Whether a candidate before the verb has another subject, or "because", between them.
fn cut_off(lex: &Lexicon, tokens: &[Token], c: &Candidate, verb: usize) -> bool {
    let words = &lex.words;
    if lex.code == "tur" {
        return false;
    }
    // a clause set off by commas after its subject may hold anything
    let apposed = tokens[c.to..=verb].iter().filter(|t| t.gap.contains([',', '—', '–'])).count() >= 2;
    let other = !apposed && tokens[c.to..verb].iter().any(|t| listed(&words.other, &t.low));
    let first =
        (0..c.from).rev().find(|&k| !listed(&words.definite, &tokens[k].low) && !listed(&words.titles, &tokens[k].low));
    let cause = first.is_some_and(|k| {
        listed(&words.cause, &tokens[k].low)
            && tokens[k + 1..=verb].iter().all(|t| !t.gap.contains([',', ':', ';', '—']))
    });
    // "some kids will sneak in": who many are must stand by the verb
    let many = c.holder == Holder::Crowd && c.to - c.from == 1 && verb - c.to > 5;
    let none = first.is_some_and(|k| c.role && listed(&words.other, &tokens[k].low));
    // "Oxford researchers say": a word that may be a name must stand by the verb
    let far = c.weak && !apposed && verb - c.to > 3;
    other || cause || many || none || far
}

/// A word that makes what somebody said the subject of the sentence.
fn is_what(low: &str) -> bool {
    matches!(low, "what" | "whatever" | "whether")
}

/// "Añadió que …": a verb that opens the sentence and has its clause behind it.
fn adds(view: &View, tokens: &[Token], verb: Verb) -> bool {
    const THAT: &[&str] = &["que", "che", "że", "iż", "что", "що", "أن", "إن", "بأن"];
    if view.lex.code == "tur" {
        // "… gerektiğini de söyledi": the sentence ends in its verb
        let report = |t: &Token| ["nı", "ni", "nu", "nü", "diye", "na", "ne"].iter().any(|e| t.low.ends_with(e));
        return verb.to == tokens.len() && verb.from >= 2 && tokens[verb.from - 2..verb.from].iter().any(report);
    }
    verb.from <= 1
        && tokens[verb.from].gap.is_empty()
        && tokens.get(verb.to).is_some_and(|t| THAT.contains(&t.low.as_str()))
        && view.lex.words.generic.iter().all(|g| !g.starts_with(&tokens[verb.from].low))
        // ", dice, "
        || verb.from > 1
            && tokens[verb.from].gap.contains(',')
            && verb.to - verb.from == 1
            && tokens.get(verb.to).is_some_and(|t| t.gap.contains(','))
}

/// Whether the language leaves out a subject that is plain.
fn drops(lex: &Lexicon) -> bool {
    matches!(lex.code, "spa" | "ita" | "por" | "pol" | "rus" | "ukr" | "tur" | "ara" | "ind")
}

fn subject_before(view: &View, tokens: &[Token], people: &[Candidate], verb: usize) -> Option<Candidate> {
    if view.lex.code == "ara" {
        return arabic_before(view, tokens, verb);
    }
    let mut wall = verb;
    while wall > 0 && verb - wall < REACH {
        if is_wall(&tokens[wall].gap) || (tokens[wall].after_speech && wall != verb) {
            break;
        }
        if tokens[wall].after_speech && wall == verb {
            break;
        }
        wall -= 1;
    }
    // verb-final languages name the subject long before the verb, a quotation between them
    if view.lex.code == "tur" {
        wall = 0;
    }
    let speech = view.has_speech();
    let inside: Vec<&Candidate> = people
        .iter()
        .filter(|c| c.from >= wall && c.to <= verb && !c.oblique)
        .filter(|c| speech || !cut_off(view.lex, tokens, c, verb))
        .collect();
    // a pronoun stands next to its verb; further off another verb stands between them
    let pick = |c: &&Candidate| -> bool { !c.role && (c.holder != Holder::Back || verb - c.to <= 4) };
    if view.lex.code == "tur" {
        return inside
            .iter()
            .find(|c| {
                matches!(c.holder, Holder::Name(_))
                    && (c.person || !c.weak || c.from <= 3)
                    && !bent_turkish(tokens, c.to)
            })
            .or_else(|| inside.iter().find(|c| pick(c)))
            .or_else(|| inside.iter().find(|c| c.role && verb - c.to <= 1))
            .or_else(|| inside.iter().find(|c| c.role && tokens.get(c.to).is_some_and(|t| t.gap.contains(','))))
            .map(|c| (*c).clone());
    }
    let nearest = inside.iter().rev().find(|c| pick(c));
    if let Some(c) = nearest {
        // a thing between a person and the verb: "Okonjo, whose Tidewater builds them, says"
        if c.weak
            && let Some(person) = inside.iter().rev().find(|p| {
                p.person
                    && p.from < c.from
                    && tokens[p.to..c.from]
                        .iter()
                        .chain([&tokens[c.from]])
                        .any(|t| t.gap.contains([',', '(', '—', '–']))
            })
        {
            return Some((*person).clone());
        }
        return Some((*c).clone());
    }
    inside.iter().rev().find(|c| c.role && verb - c.to <= 6).map(|c| (*c).clone())
}

/// Whether a Turkish name carries a case that no subject has: 'ı 'a 'da 'ın.
fn bent_turkish(tokens: &[Token], to: usize) -> bool {
    tokens.get(to).is_some_and(|t| t.low.starts_with('\'') && t.gap.is_empty())
}

fn subject_after(view: &View, tokens: &[Token], people: &[Candidate], from: usize) -> Option<Candidate> {
    if view.lex.code == "ara" {
        return arabic_name(view, tokens, from);
    }
    let mut end = from;
    while end < tokens.len() && end - from < 12 {
        let t = &tokens[end];
        if t.after_speech
            || is_wall(&t.gap)
            || t.gap.contains(['«', '“', '„'])
            || (end > from
                && longest(&view.lex.that, std::slice::from_ref(t)).is_some()
                && t.low.chars().count() > 2
                && !listed(&view.lex.words.definite, &t.low))
        {
            break;
        }
        end += 1;
    }
    let inside: Vec<&Candidate> = people.iter().filter(|c| c.from >= from && c.to <= end).collect();
    if let Some(c) = inside.first()
        && c.from == from
        && !c.role
    {
        return Some((*c).clone());
    }
    // a person by name, past what he is: "explains its treasurer, Jane Doe"
    inside
        .iter()
        .find(|c| matches!(c.holder, Holder::Name(_)) && !c.oblique && (c.person || c.from <= from + 2))
        .or_else(|| {
            inside.iter().find(|c| matches!(c.holder, Holder::Crowd | Holder::Back) && c.from <= from + 3 && !c.oblique)
        })
        .or_else(|| {
            inside.iter().find(|c| matches!(c.holder, Holder::Name(_)) && c.person && c.oblique && c.from <= from + 4)
        })
        .map(|c| (*c).clone())
}

/// "X: «…»" without a verb the lists know.
fn introduced(view: &View, tokens: &[Token], people: &[Candidate]) -> Option<Finding> {
    let speech =
        view.quotes.iter().find(|q| q.speech && view.span.contains(Span::new(q.span.start(), q.span.start())))?;
    let before = tokens.iter().rposition(|t| t.end <= speech.span.start())?;
    let between = &view.text[tokens[before].end..speech.span.start()];
    if !between.contains([':', '：']) {
        return None;
    }
    let c = people
        .iter()
        .rev()
        .filter(|c| c.to <= before + 1 && c.holder != Holder::Me)
        .find(|c| matches!(c.holder, Holder::Name(_)) && !c.oblique)
        .or_else(|| people.iter().rev().find(|c| c.to <= before + 1 && c.holder != Holder::Me && !c.oblique))?;
    Some(finding(view, tokens, c, "quote", (c.from, c.to), Case::Straight))
}

/// "it is often said that".
fn hearsay(view: &View, tokens: &[Token]) -> Option<Finding> {
    let reach = if view.lex.code == "tur" { tokens.len() } else { tokens.len().min(8) };
    (0..reach).find_map(|i| {
        let (n, _) = longest(&view.lex.generic, &tokens[i..])?;
        // Turkish says so at the end
        if view.lex.code == "tur" && i + n == tokens.len() {
            let span = Span::new(tokens[i].start, tokens[i + n - 1].end);
            return Some(Finding { holder: Holder::Crowd, mention: span, rule: "hearsay", cue: span });
        }
        let next = tokens.get(i + n)?;
        let opens = next.after_speech
            || next.gap.contains([',', ':', '،', '—'])
            || longest(&view.lex.that, &tokens[i + n..=i + n]).is_some();
        if !opens {
            return None;
        }
        let span = Span::new(tokens[i].start, tokens[i + n - 1].end);
        Some(Finding { holder: Holder::Crowd, mention: span, rule: "hearsay", cue: span })
    })
}

/// Arabic has no capitals: the name is what stands between the verb and إن, less what the person is.
fn arabic_name(view: &View, tokens: &[Token], from: usize) -> Option<Candidate> {
    let mut end = from;
    while end < tokens.len() && end - from < 9 {
        let t = &tokens[end];
        if t.after_speech
            || (end > from && t.gap.contains([':', '،', ',', '؛', '«', '"', '“', '(', '.']))
            || listed(&view.lex.words.that, &t.low)
            || listed(&view.lex.words.prep, &t.low)
            || end > from && listed(&view.lex.words.not_names, &t.low)
            || longest(&view.lex.say, &tokens[end..]).is_some() && end > from
        {
            break;
        }
        end += 1;
    }
    arabic_span(view, tokens, from, end)
}

fn arabic_before(view: &View, tokens: &[Token], verb: usize) -> Option<Candidate> {
    let mut from = verb;
    while from > 0 && verb - from < 7 {
        if tokens[from].after_speech || (!tokens[from].gap.is_empty() && from != verb) {
            break;
        }
        if listed(&view.lex.words.that, &tokens[from - 1].low)
            || listed(&view.lex.words.prep, &tokens[from - 1].low)
            || listed(&view.lex.words.not_names, &tokens[from - 1].low)
        {
            break;
        }
        from -= 1;
    }
    arabic_span(view, tokens, from, verb)
}

fn arabic_span(view: &View, tokens: &[Token], mut from: usize, end: usize) -> Option<Candidate> {
    let lex = view.lex;
    let words = &lex.words;
    let make = |from: usize, to: usize, holder: Holder, name: String| Candidate {
        from,
        to,
        holder,
        weak: false,
        oblique: false,
        role: false,
        name,
        person: true,
    };
    if from >= end {
        return None;
    }
    if let Some((n, _)) = longest(&lex.crowd, &tokens[from..end]) {
        return Some(make(from, from + n, Holder::Crowd, String::new()));
    }
    if listed(&words.he, &tokens[from].low) {
        return Some(make(from, from + 1, Holder::Back, String::new()));
    }
    if listed(&words.me, &tokens[from].low) {
        return Some(make(from, from + 1, Holder::Me, String::new()));
    }
    let start = from;
    let mut role = false;
    while from < end {
        let low = &tokens[from].low;
        let is_role = longest(&lex.roles, &tokens[from..=from]).is_some() || listed(&words.titles, low);
        if is_role || (low.starts_with("ال") && role) {
            role = true;
            from += 1;
        } else {
            break;
        }
    }
    if from < end {
        let low = &tokens[from].low;
        if listed(&words.not_names, low) {
            return None;
        }
        if organisation(lex, low) && !role {
            let to = end.min(from + 4);
            let name = text_of(view, tokens, from, to);
            return Some(make(from, to, Holder::Name(name.clone()), name));
        }
        // "محافظ سابق للمصرف": what somebody is, not his name
        let (next, single) = (tokens.get(from + 1).filter(|_| from + 1 < end), end - from == 1);
        let tells = matches!(
            low.as_str(),
            "سابق" | "سابقة" | "كبير" | "بارز" | "بارزة" | "شاب" | "شابة" | "محلي" | "في" | "من"
        ) || low.starts_with("لل")
            || next.is_some_and(|t| {
                t.low.starts_with("لل") || matches!(t.low.as_str(), "سابق" | "سابقة" | "بارز" | "بارزة")
            });
        if (tells || role && single && !low.starts_with("ال"))
            && view.known.whole(low).is_none()
            && (tells || low.chars().count() < 3)
        {
            return Some(make(start, from.max(start + 1), Holder::Crowd, String::new()));
        }
        // what follows an organisation is its name, not a person's: "مدير شركة نور أحمد"
        if organisation(lex, low) && end - from > 3 {
            from = end - 2;
        }
        let to = end.min(from + 4);
        let raw = text_of(view, tokens, from, to);
        let name = view.known.whole(&raw).map_or(raw, str::to_owned);
        return Some(make(from, to, Holder::Name(name.clone()), name));
    }
    role.then(|| make(start, from, Holder::Back, String::new()))
}
