//! Who holds a sentence, in Chinese, Japanese and Korean?
//!
//! Chinese names the subject right before the verb; Japanese marks it with は,
//! が or も and ends in the verb, a quotation and と between them; Korean hangs
//! the mark on the word. Names have no capitals: a dot between their parts, a
//! family name, a title or what the article has named before tells them.

use crate::span::Span;

use super::cue::{Finding, Holder, Mention, View};
use super::quote::is_wide;
use super::words::Lexicon;

/// Characters that Chinese writes foreign names with, in either script.
const SOUNDS: &str = "阿埃艾爱愛安昂奥奧巴白柏班邦保堡鲍鮑贝貝本比彼毕畢宾賓波玻伯勃博卜布查昌彻徹茨达達戴丹当當道得德登邓鄧迪蒂第丁东東杜顿頓多厄恩尔爾耳法凡范菲费費芬丰豐冯馮佛夫弗福富盖蓋甘冈岡高戈哥格葛根贡貢古瓜哈海韩韓汉漢豪赫黑亨洪胡华華怀懷霍基吉纪紀季加佳嘉贾賈简簡杰傑金津京卡凯凱坎康考柯科可克肯孔库庫奎昆拉莱萊赖賴兰蘭朗劳勞勒雷蕾黎里理李利莉丽麗连連廉良列烈林琳龙龍隆卢盧鲁魯路露伦倫罗羅洛吕呂玛瑪马馬迈邁麦麥曼芒茂梅门門蒙孟米密蜜缅明莫默姆穆木纳納娜奈南瑙内內能尼妮年宁寧纽紐努诺諾欧歐帕派潘庞佩彭皮匹平珀普齐齊奇契恰强乔喬切钦琴琼瓊丘邱让讓热熱仁日荣榮瑞若撒萨薩塞森沙莎山珊尚绍紹舍申圣聖施史舒司丝絲思斯松苏蘇素索塔泰坦汤湯唐陶特提汀廷通图圖托脱瓦万萬旺威韦韋维維卫衛魏温溫文翁沃乌烏伍武西希锡錫夏香肖谢謝辛欣兴興雄休修许許逊遜雅亚亞延扬揚耶叶葉伊易因英雍尤于约約泽澤曾扎詹珍芝治朱茱兹茲佐卓祖娅婭蒂妲珂霓璐薇塔弥彌裘喀咖嘎噶纶綸缪繆铎鐸";

fn is_kana(c: char) -> bool {
    matches!(c as u32, 0x30A1..=0x30FA | 0x30FC..=0x30FE)
}

fn is_han(c: char) -> bool {
    is_wide(c) && !matches!(c as u32, 0x3040..=0x30FF)
}

fn is_hangul(c: char) -> bool {
    matches!(c as u32, 0xAC00..=0xD7A3)
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '・' | '‧' | '•' | '･' | '=' | '＝' | '゠')
}

/// Who the sentence says holds it, if it says so.
pub(super) fn read(view: &View) -> Option<Finding> {
    let masked = Masked::new(view);
    match view.lex.code {
        "jpn" => japanese(view, &masked),
        "kor" => korean(view, &masked),
        _ => chinese(view, &masked),
    }
}

/// The names in a sentence, for the article's register of them.
pub(super) fn mentions(view: &View) -> Vec<Mention> {
    let masked = Masked::new(view);
    let found = match view.lex.code {
        "jpn" => japanese_names(view, &masked),
        "kor" => korean_names(view, &masked),
        _ => chinese_names(view, &masked),
    };
    found
        .into_iter()
        .map(|n| Mention { name: n.name, span: Span::new(n.start, n.end), person: n.person, oblique: n.oblique })
        .collect()
}

/// The sentence with its speech blanked out: the same bytes, so that offsets hold.
struct Masked {
    text: String,
    base: usize,
}

impl Masked {
    fn new(view: &View) -> Masked {
        let base = view.span.start();
        let mut text = String::with_capacity(view.span.len());
        for (i, c) in view.span.of(view.text).char_indices() {
            if view.masked(base + i) {
                for _ in 0..c.len_utf8() {
                    text.push('\u{1}');
                }
            } else {
                text.push(c);
            }
        }
        Masked { text, base }
    }

    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.base + from, self.base + to)
    }
}

#[derive(Debug, Clone)]
struct Name {
    name: String,
    start: usize,
    end: usize,
    /// End of the name with its title, where a particle may stand.
    after: usize,
    person: bool,
    oblique: bool,
}

fn blocked(lex: &Lexicon, text: &str, at: usize, len: usize) -> bool {
    lex.words.not_say.iter().any(|n| text.match_indices(n.as_str()).any(|(i, m)| i < at + len && at < i + m.len()))
}

fn longest_at<'l>(list: &'l [String], text: &str) -> Option<&'l str> {
    list.iter().filter(|w| text.starts_with(w.as_str())).max_by_key(|w| w.len()).map(String::as_str)
}

fn longest_end<'l>(list: &'l [String], text: &str) -> Option<&'l str> {
    list.iter().filter(|w| text.ends_with(w.as_str())).max_by_key(|w| w.len()).map(String::as_str)
}

/// Every verb of saying outside speech: (start, end), in order.
fn verbs(lex: &Lexicon, text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(verb) = longest_at(&lex.words.say, &text[at..]) {
            // 她提醒的成本: the verb only describes what the sentence is about
            let after = &text[at + verb.len()..];
            let relative = lex.code == "zho" && after.starts_with('的') && !after.starts_with("的是");
            if !relative && !blocked(lex, text, at, verb.len()) {
                out.push((at, at + verb.len()));
            }
            at += verb.len();
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    out
}

fn hearsay(view: &View, masked: &Masked) -> Option<Finding> {
    let phrase = view.lex.words.generic.iter().find(|g| masked.text.contains(g.as_str()))?;
    let at = masked.text.find(phrase.as_str())?;
    let span = masked.span(at, at + phrase.len());
    Some(Finding { holder: Holder::Crowd, mention: span, rule: "hearsay", cue: span })
}

// ---- Chinese ----

const WALLS: &[char] = &[
    '，', '。', '；', '：', '、', '！', '？', '“', '”', '「', '」', '『', '』', '（', '）', '(', ')', ',', ';', ':',
    '!', '?', '—', '…', '《', '》', '\u{1}', '\n', '"', '〈', '〉',
];

fn chinese(view: &View, masked: &Masked) -> Option<Finding> {
    let lex = view.lex;
    let text = &masked.text;
    if let Some(found) = chinese_frame(view, masked) {
        return Some(found);
    }
    let speech = view.has_speech();
    for (from, to) in verbs(lex, text) {
        let start = text[..from].rfind(WALLS).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
        let chunk = &text[start..from];
        // why or when somebody thinks so is not what he says
        if ["因为", "因為", "如果", "虽然", "雖然", "即使", "只要", "除非", "当", "當"]
            .iter()
            .any(|w| chunk.trim_start().starts_with(w) || chunk.contains("因为") || chunk.contains("因為"))
            && !speech
        {
            continue;
        }
        let rule = if speech { "quote" } else { "said-that" };
        let mut found = chinese_subject(view, chunk, masked.base + start, true);
        if found.is_none() {
            // "奥孔乔去年在新加坡的会上，公开表示": the subject stands one comma before
            let bare = strip_particles(lex, chunk);
            if (bare.is_empty() || bare.starts_with(['在', '于', '於', '对', '對', '向', '接']))
                && start > 0
                && text[..start].ends_with(['，', ','])
            {
                let end = start - '，'.len_utf8().min(start);
                let end = if text[..start].ends_with(',') { start - 1 } else { end };
                let before =
                    text[..end].rfind(WALLS).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
                found = chinese_subject(view, &text[before..end], masked.base + before, false);
            }
        }
        match found {
            Some((Holder::Me, _)) => {
                if speech {
                    continue;
                }
                return None;
            }
            Some((holder, mention)) => {
                let rule = if holder == Holder::Back { "pronoun" } else { rule };
                return Some(Finding { holder, mention, rule, cue: masked.span(from, to) });
            }
            None => {
                // “……”说。with the subject left out; 并指出，……
                let opens = start == 0
                    && ["说", "說", "指出", "表示", "称", "稱", "补充", "補充", "强调", "強調"]
                        .iter()
                        .any(|v| text[from..to].contains(v))
                    && strip_particles(lex, chunk).is_empty()
                    && text[to..].starts_with(['，', '：', ',', ':', '说', '說', '道']);
                if text[..from].ends_with('\u{1}') && chunk.is_empty() || opens {
                    return Some(Finding {
                        holder: Holder::Dropped,
                        mention: masked.span(from, to),
                        rule: "pronoun",
                        cue: masked.span(from, to),
                    });
                }
            }
        }
    }
    // 丹尼尔不同意：“……”
    if speech
        && let Some(at) = text.find(['：', ':'])
        && text[at..].chars().nth(1) == Some('\u{1}')
    {
        let start = text[..at]
            .rfind(['，', '。', '；', '\u{1}'])
            .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
        for from in [start, 0] {
            if let Some((holder, mention)) = chinese_subject(view, &text[from..at], masked.base + from, false)
                && holder != Holder::Me
            {
                return Some(Finding {
                    holder,
                    mention,
                    rule: "quote",
                    cue: masked.span(at, at + 1 + usize::from(text[at..].starts_with('：')) * 2),
                });
            }
        }
    }
    hearsay(view, masked)
}

fn chinese_frame(view: &View, masked: &Masked) -> Option<Finding> {
    let text = &masked.text;
    for frame in &view.lex.words.frames {
        let (before, after) = frame.split_once("{}")?;
        let mut from = 0;
        while let Some(i) = find_from(text, from, if before.is_empty() { after } else { before }) {
            from = i + 1;
            while !text.is_char_boundary(from) {
                from += 1;
            }
            let (start, end) = if before.is_empty() {
                let start =
                    text[..i].rfind(WALLS).map_or(0, |k| k + text[k..].chars().next().map_or(1, char::len_utf8));
                (start, i)
            } else {
                let start = i + before.len();
                let wall = text[start..].find(WALLS).map_or(text.len(), |k| start + k);
                let Some(k) = text[start..wall].find(after) else { continue };
                (start, start + k)
            };
            if end - start > 60 {
                continue;
            }
            let chunk = &text[start..end];
            match chinese_subject(view, chunk, masked.base + start, true) {
                Some((Holder::Me, _)) | None => {}
                // 对多数企业来说 tells whom it concerns, not who says so
                Some((holder, _)) if frame.starts_with(['对', '對']) && !matches!(holder, Holder::Name(_)) => {}
                Some((holder, mention)) => {
                    let rule = if holder == Holder::Back { "pronoun" } else { "according-to" };
                    return Some(Finding {
                        holder,
                        mention,
                        rule,
                        cue: masked.span(i, i + if before.is_empty() { after.len() } else { before.len() }),
                    });
                }
            }
        }
    }
    None
}

fn find_from(text: &str, from: usize, what: &str) -> Option<usize> {
    text.get(from..)?.find(what).map(|i| i + from)
}

fn strip_particles<'t>(lex: &Lexicon, mut chunk: &'t str) -> &'t str {
    chunk = chunk.trim();
    while let Some(p) = longest_end(&lex.words.particles, chunk) {
        // the 会 of 协会 is no particle
        if longest_end(&lex.words.organisations, chunk).is_some_and(|o| o.len() > p.len()) {
            break;
        }
        chunk = chunk[..chunk.len() - p.len()].trim_end();
    }
    chunk
}

/// Who a stretch of Chinese before a verb is; `tight`: the subject must end the stretch.
fn chinese_subject(view: &View, chunk: &str, at: usize, tight: bool) -> Option<(Holder, Span)> {
    let lex = view.lex;
    let words = &lex.words;
    let mut from = chunk.len() - chunk.trim_start().len();
    loop {
        let rest = &chunk[from..];
        // connectives before the subject; 的 and 是 are none
        match longest_at(&words.particles, rest) {
            Some(p) if !matches!(p, "的" | "是" | "会" | "會" | "可" | "正" | "常") => from += p.len(),
            _ => break,
        }
    }
    let end = from + strip_particles(lex, &chunk[from..]).len().min(chunk.len() - from);
    let body = &chunk[from..end];
    if body.is_empty() {
        return None;
    }
    let span = |a: usize, b: usize| Span::new(at + from + a, at + from + b);
    // the writer, unless the writer is only spoken to (他告诉我)
    if let Some(me) = longest_end(&words.me, body).or_else(|| longest_at(&words.me, body)) {
        return Some((Holder::Me, span(0, me.len().min(body.len()))));
    }
    let names = names_in(view, body, at + from);
    let pick = if tight { names.last() } else { names.first() };
    if let Some(n) = pick {
        let tail = &view.text.get(n.after..at + end).unwrap_or("");
        // "X为中心的论证": a name that only describes; "X在上月的会议上" does not
        let describes = tight
            && tail.contains('的')
            && !tail.trim_start().starts_with(['在', '于', '於', '对', '對', '向', '就', '去', '今', '昨', '上', '近']);
        // the name opens the stretch or is the subject of what follows; "X的网络认为" has another subject
        if !tail.starts_with('的') && !describes && !body[..n.start - at - from].ends_with('对') {
            return Some((Holder::Name(n.name.clone()), Span::new(n.start, n.end)));
        }
    }
    if let Some(he) = longest_at(&words.he, body)
        && !body[he.len()..].starts_with('的')
    {
        return Some((Holder::Back, span(0, he.len())));
    }
    if let Some(he) = longest_end(&words.he, body) {
        return Some((Holder::Back, span(body.len() - he.len(), body.len())));
    }
    if let Some(c) = longest_end(&words.crowd, body).or_else(|| longest_at(&words.crowd, body)) {
        let i = body.find(c).unwrap_or(0);
        return Some((Holder::Crowd, span(i, i + c.len())));
    }
    if let Some(org) = longest_end(&words.organisations, body) {
        let count = body.chars().count();
        if body.len() == org.len() && count >= 2 {
            return Some((Holder::Crowd, span(0, body.len())));
        }
        if count <= 14 && body.len() > org.len() {
            return Some((Holder::Name(body.to_owned()), span(0, body.len())));
        }
    }
    // 一位干了二十年的老科长: somebody, whatever he is
    if ["一位", "一名", "有位", "某位"].iter().any(|o| body.starts_with(o)) && (4..=24).contains(&body.chars().count())
    {
        return Some((Holder::Crowd, span(0, body.len())));
    }
    // 这位工程师: whoever was named
    if let Some(role) = longest_end(&words.roles, body) {
        let i = body.len() - role.len();
        let holder = if body.contains("一位") || body.contains("一名") || body.contains("某") || body.contains("有")
        {
            Holder::Crowd
        } else {
            Holder::Back
        };
        let from = if holder == Holder::Crowd { 0 } else { i };
        return Some((holder, span(from, body.len())));
    }
    None
}

fn chinese_names(view: &View, masked: &Masked) -> Vec<Name> {
    names_in(view, &masked.text, masked.base)
}

/// The names in a stretch of Chinese that begins at byte `at` of the text.
fn names_in(view: &View, body: &str, at: usize) -> Vec<Name> {
    let words = &view.lex.words;
    let mut out: Vec<Name> = Vec::new();
    let mut push = |name: String, start: usize, end: usize, person: bool| {
        if !out.iter().any(|n: &Name| n.start < at + end && at + start < n.end) && end > start {
            let after =
                end + longest_at(&words.titles, &body[end..]).filter(|t| t.chars().count() > 1).map_or(0, str::len);
            out.push(Name { name, start: at + start, end: at + end, after: at + after, person, oblique: false });
        }
    };
    let chars: Vec<(usize, char)> = body.char_indices().collect();
    // 丹尼尔·奥孔乔
    for (k, &(i, c)) in chars.iter().enumerate() {
        if !is_dot(c) || k == 0 || k + 1 == chars.len() {
            continue;
        }
        let mut a = k;
        while a > 0
            && SOUNDS.contains(chars[a - 1].1)
            && k - a < 7
            && !starts_after_role(words.roles.as_slice(), &body[..chars[a].0], a < k)
        {
            a -= 1;
        }
        let mut b = k + 1;
        while b < chars.len() && (SOUNDS.contains(chars[b].1) || (is_dot(chars[b].1) && b > k + 1)) && b - k < 14 {
            b += 1;
        }
        let end = chars.get(b).map_or(body.len(), |c| c.0);
        let start = chars[a].0;
        if a < k && end > i + c.len_utf8() {
            push(body[start..end].to_owned(), start, end, true);
        }
    }
    // what the article has named
    for full in &view.known.full {
        let mut forms: Vec<&str> = vec![full];
        forms.extend(full.split([' ', '·', '・', '‧']).filter(|p| p.chars().count() >= 2));
        for form in forms {
            for (i, m) in body.match_indices(form) {
                push(full.clone(), i, i + m.len(), true);
            }
        }
    }
    // Latin names
    let mut i = 0;
    while i < body.len() {
        let rest = &body[i..];
        let c = rest.chars().next().unwrap_or(' ');
        let before = body[..i].chars().next_back();
        let handle = c == '@';
        if handle
            || (c.is_alphabetic()
                && !is_wide(c)
                && c.is_uppercase()
                && !before.is_some_and(|b| b == '$' || b == '@' || b.is_alphanumeric() && !is_wide(b)))
        {
            let len = rest
                .char_indices()
                .find(|(n, x)| {
                    *n > 0 && !(x.is_alphanumeric() && !is_wide(*x) || matches!(x, ' ' | '-' | '.' | '\'' | '’' | '_'))
                })
                .map_or(rest.len(), |(n, _)| n);
            let name = rest[..len].trim_end_matches([' ', '.', '-']);
            let words_in = name.split(' ').count();
            if !name.chars().any(|x| x.is_ascii_digit()) || handle {
                push(name.to_owned(), i, i + name.len(), handle || words_in >= 2);
            }
            i += len.max(1);
        } else {
            i += c.len_utf8();
        }
    }
    // after a role, before a title or the verb: 研究者林雅晴, 林雅晴教授
    for role in &words.roles {
        for (i, m) in body.match_indices(role.as_str()) {
            let start = i + m.len();
            let rest = &body[start..];
            let first = rest.chars().next();
            if first.is_some_and(|f| words.surnames.contains(f)) {
                let n = name_length(view, rest);
                if n >= 2 {
                    let end = start + rest.chars().take(n).map(char::len_utf8).sum::<usize>();
                    push(body[start..end].to_owned(), start, end, true);
                    continue;
                }
            }
            let sounds = rest.chars().take_while(|c| SOUNDS.contains(*c)).count();
            if (2..=7).contains(&sounds) {
                let end = start + rest.chars().take(sounds).map(char::len_utf8).sum::<usize>();
                push(body[start..end].to_owned(), start, end, true);
            }
        }
    }
    for title in words.titles.iter().filter(|t| t.chars().count() == 2 && !matches!(t.as_str(), "等人" | "本人")) {
        for (i, _) in body.match_indices(title.as_str()) {
            let before: Vec<char> = body[..i].chars().rev().take(4).collect();
            let sure = (1..=before.len().min(3)).rev().find(|&n| {
                words.surnames.contains(before[n - 1])
                    && before[..n].iter().all(|c| is_han(*c))
                    && (n == before.len() || n == 3 || !is_han(before[n]))
            });
            if let Some(n) = sure {
                let len: usize = before[..n].iter().map(|c| c.len_utf8()).sum();
                push(body[i - len..i].to_owned(), i - len, i, true);
            }
        }
    }
    // 城市规划师方晓楠: whoever ends the stretch after a word for people that no list knows
    if let Some((start, end)) = after_trade(words, body) {
        push(body[start..end].to_owned(), start, end, true);
    }
    // the whole stretch is a name: 王小明
    let whole = body.trim();
    let n = whole.chars().count();
    let start = body.len() - body.trim_start().len();
    let native = (2..=3).contains(&n)
        && whole.chars().all(is_han)
        && whole.chars().next().is_some_and(|c| words.surnames.contains(c));
    let foreign = (3..=6).contains(&n) && whole.chars().all(|c| SOUNDS.contains(c));
    if (native || foreign) && !is_common(words, whole) {
        push(whole.to_owned(), start, start + whole.len(), true);
    }
    out.sort_by_key(|n| n.start);
    out
}

/// The name at the end of a stretch whose word before it ends in 师, 家 or the like.
fn after_trade(words: &super::words::Words, body: &str) -> Option<(usize, usize)> {
    const TRADES: &str = "师師家者员員长長官授士人手工记記";
    let end = body.trim_end().len();
    let chars: Vec<(usize, char)> = body[..end].char_indices().collect();
    [3, 2].into_iter().find_map(|n| {
        let k = chars.len().checked_sub(n)?;
        let start = chars[k].0;
        let name = &body[start..end];
        let trade = k >= 3 && TRADES.contains(chars[k - 1].1) && chars[k - 3..k].iter().all(|c| is_han(c.1));
        let fits = words.surnames.contains(chars[k].1)
            && name.chars().all(is_han)
            && !is_common(words, name)
            && !is_role_word(words, name)
            && longest_end(&words.roles, name).is_none()
            && longest_at(&words.particles, name).is_none()
            // 成员, 人员: a second word for people is no given name
            && !chars[chars.len() - 1..].iter().any(|c| TRADES.contains(c.1));
        (trade && fits).then_some((start, end))
    })
}

fn is_common(words: &super::words::Words, whole: &str) -> bool {
    let any = |list: &[String]| list.iter().any(|w| whole.contains(w.as_str()));
    any(&words.he)
        || any(&words.me)
        || any(&words.crowd)
        || any(&words.organisations)
        || words.not_names.iter().any(|w| whole.starts_with(w.as_str()) || whole.ends_with(w.as_str()))
}

fn starts_after_role(roles: &[String], before: &str, begun: bool) -> bool {
    begun && longest_end(roles, before).is_some()
}

/// How many characters a Chinese name takes: two or three, up to what cannot be part of it.
fn name_length(view: &View, rest: &str) -> usize {
    let words = &view.lex.words;
    let mut n = 0;
    let mut at = 0;
    for c in rest.chars().take(3) {
        if !is_han(c) {
            break;
        }
        if n >= 2 {
            let tail = &rest[at..];
            let stop = longest_at(&words.say, tail).is_some()
                || longest_at(&words.particles, tail).is_some()
                || longest_at(&words.titles, tail).is_some()
                || matches!(
                    c,
                    '在' | '对' | '對' | '和' | '与' | '與' | '把' | '从' | '從' | '给' | '給' | '为' | '為' | '去'
                );
            if stop {
                break;
            }
        }
        n += 1;
        at += c.len_utf8();
    }
    n
}

// ---- Japanese ----

fn japanese(view: &View, masked: &Masked) -> Option<Finding> {
    let lex = view.lex;
    let text = &masked.text;
    let people = japanese_people(view, masked);
    // frames: Xによれば
    for frame in &lex.words.frames {
        let after = frame.strip_prefix("{}")?;
        if let Some(i) = text.find(after)
            && let Some((_, _, _, holder)) = people.iter().find(|p| p.2 == i && p.3 != Holder::Me)
        {
            let p = people.iter().find(|p| p.2 == i)?;
            return Some(japanese_finding(masked, p, holder.clone(), "according-to", (i, i + after.len())));
        }
    }
    let speech = view.has_speech();
    let verbs = verbs(lex, text);
    let subject = |before: usize| {
        people
            .iter()
            .find(|p| {
                p.0 < before
                    && ["は", "が", "も", "、", "ら"].iter().any(|m| text[p.2..].starts_with(m))
                    && !text[p.2..].starts_with("から")
            })
            .or_else(|| {
                people.iter().find(|p| {
                    p.0 < before
                        && p.3 != Holder::Me
                        && matches!(p.3, Holder::Crowd)
                        && ["から", "の間", "に", "の中"].iter().any(|m| text[p.2..].starts_with(m))
                })
            })
    };
    for (from, to) in &verbs {
        // without speech the verb must hang on と: 「…と述べた」, or a noun of saying on の
        let lead = &text[..*from];
        let hangs = ["と", "とも", "との", "という", "って", "として", "よう", "とは", "を", "ないと", "\u{1}と", "に"]
            .iter()
            .any(|t| lead.ends_with(t));
        let split = lead
            .rfind("と")
            .is_some_and(|i| people.iter().any(|p| p.0 >= i && p.0 <= i + 6 && p.2 < *from && *from - p.2 <= 12));
        let far = lead.contains("\u{1}と");
        if !(speech || hangs || split) {
            continue;
        }
        let marked = ["と", "とも", "との", "という"].iter().any(|t| lead.ends_with(t));
        let stands = stand(&text[*from..*to]);
        if !(speech || marked || split || stands || noun_of_saying(&text[*from..*to])) {
            continue;
        }
        let person = |p: &&Person| match &p.3 {
            Holder::Name(name) => p.1 < p.2 || view.known.whole(name).is_some(),
            _ => true,
        };
        let found = subject(*from);
        let found = if stands && !(speech || marked || split) { found.filter(person) } else { found };
        // モデルは: a word in kana without title or a second part is mostly a thing
        let thing = |p: &&Person| match &p.3 {
            Holder::Name(name) => p.1 == p.2 && name.chars().all(is_kana) && view.known.whole(name).is_none(),
            _ => false,
        };
        if found.is_some_and(|p| thing(&p)) {
            continue;
        }
        match found {
            Some(p) if p.3 == Holder::Me && !speech => {
                return None;
            }
            Some(p) => {
                let rule = if speech { "quote" } else { "said-that" };
                return Some(japanese_finding(masked, p, p.3.clone(), rule, (*from, *to)));
            }
            None if speech && far => {
                return Some(Finding {
                    holder: Holder::Dropped,
                    mention: masked.span(*from, *to),
                    rule: "pronoun",
                    cue: masked.span(*from, *to),
                });
            }
            None => {}
        }
    }
    // 「…」とX氏。
    if speech && text.contains("\u{1}と") {
        if let Some(p) =
            people.iter().rev().find(|p| p.3 != Holder::Me && (text[p.2..].starts_with('。') || text[p.2..].is_empty()))
        {
            return Some(japanese_finding(masked, p, p.3.clone(), "quote", (p.0, p.1)));
        }
        if let Some(p) = people.iter().find(|p| p.3 == Holder::Crowd) {
            return Some(japanese_finding(masked, p, Holder::Crowd, "quote", (p.0, p.1)));
        }
    }
    // 「…べきだという。」 goes on with whoever spoke
    let end = text.trim_end_matches(['。', ' ', '\n']);
    let goes_on = [
        "だという",
        "るという",
        "いという",
        "たという",
        "としている",
        "とした",
        "とのことだ",
        "とも述べた",
        "とも語った",
        "と付け加えた",
    ];
    if let Some(tail) = goes_on.iter().find(|t| end.ends_with(**t))
        && !people.iter().any(|p| p.3 == Holder::Me)
    {
        let cue = masked.span(end.len() - tail.len(), end.len());
        return Some(Finding { holder: Holder::Dropped, mention: cue, rule: "pronoun", cue });
    }
    hearsay(view, masked)
}

/// 見通し and the like report without と: 「三倍になるとの見通しを示した」.
fn noun_of_saying(verb: &str) -> bool {
    ["見通し", "見立て", "考えを示", "見方を示", "見解を示", "認識を示", "懸念", "持論を展開", "指摘", "主張"]
        .iter()
        .any(|n| verb.starts_with(n))
}

/// 廃止を求める: a stand that needs no clause, if a person takes it.
fn stand(verb: &str) -> bool {
    ["求め", "訴え", "批判", "提案", "提言", "警告", "疑問視", "否定", "要望", "要請"]
        .iter()
        .any(|n| verb.starts_with(n))
}

/// Start and end of the words, end of the title, holder.
type Person = (usize, usize, usize, Holder);

fn japanese_finding(masked: &Masked, p: &Person, holder: Holder, rule: &'static str, cue: (usize, usize)) -> Finding {
    let rule = if holder == Holder::Back { "pronoun" } else { rule };
    Finding { holder, mention: masked.span(p.0, p.1), rule, cue: masked.span(cue.0, cue.1) }
}

fn japanese_people(view: &View, masked: &Masked) -> Vec<Person> {
    let text = &masked.text;
    let words = &view.lex.words;
    let mut out: Vec<Person> = japanese_names(view, masked)
        .into_iter()
        .map(|n| (n.start - masked.base, n.end - masked.base, n.after - masked.base, Holder::Name(n.name)))
        .collect();
    let mut add = |list: &[String], holder: &Holder| {
        let mut at = 0;
        while at < text.len() {
            let step = text[at..].chars().next().map_or(1, char::len_utf8);
            if let Some(w) = longest_at(list, &text[at..]) {
                let mut end = at + w.len();
                if *holder == Holder::Crowd {
                    // 住民たち, 専門家の多く: still they
                    let more = ["たち", "ら", "側", "など", "の多く", "の一部", "の中", "の間"];
                    if let Some(m) = more.iter().find(|m| text[end..].starts_with(**m)) {
                        end += m.len();
                    }
                }
                let fresh = !out.iter().any(|p| p.0 < end && at < p.2);
                // 氏 alone points back; after a name it is its title
                let bare = w != "氏"
                    || !text[..at]
                        .chars()
                        .next_back()
                        .is_some_and(|c| is_wide(c) && !"はがもをにでと、のや".contains(c));
                if fresh && bare {
                    out.push((at, end, end, holder.clone()));
                }
                at = end;
            } else {
                at += step;
            }
        }
    };
    add(&words.he, &Holder::Back);
    add(&words.me, &Holder::Me);
    add(&words.crowd, &Holder::Crowd);
    out.sort_by_key(|p| p.0);
    out
}

fn japanese_names(view: &View, masked: &Masked) -> Vec<Name> {
    let text = &masked.text;
    let words = &view.lex.words;
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut out: Vec<Name> = Vec::new();
    let mut i = 0;
    let at = |k: usize| chars.get(k).map_or(text.len(), |c| c.0);
    while i < chars.len() {
        let c = chars[i].1;
        let latin = c.is_uppercase() && !is_wide(c) || c == '@';
        let run = |ok: &dyn Fn(char) -> bool| chars[i..].iter().take_while(|x| ok(x.1)).count();
        let n = if is_kana(c) && c != 'ー' {
            run(&|x| is_kana(x) || is_dot(x))
        } else if is_han(c) {
            run(&is_han)
        } else if latin {
            run(&|x| x.is_alphanumeric() && !is_wide(x) || matches!(x, ' ' | '-' | '.' | '_' | '@' | '\''))
        } else {
            0
        };
        if n == 0 {
            i += 1;
            continue;
        }
        let mut start = at(i);
        let mut end = at(i + n);
        let raw = &text[start..end];
        // 簡（かん）氏: a reading in brackets between the name and its title
        let mut after = end;
        if text[end..].starts_with(['（', '('])
            && let Some(close) = text[end..].find(['）', ')'])
        {
            after = end + close + text[end + close..].chars().next().map_or(1, char::len_utf8);
        }
        let title =
            longest_at(&words.titles, &text[after..]).filter(|t| !t.chars().all(is_han) || !is_han(c) || after != end);
        let mut titled = title.is_some();
        let mut full_end = if titled { after + title.map_or(0, str::len) } else { end };
        if is_han(c) && (raw.starts_with('同') || words.he.iter().any(|h| h == raw)) {
            // 同氏, 同教授 point back
            i += n;
            continue;
        }
        if is_han(c) {
            // 山田太郎氏: the title is part of the run of characters
            if let Some(t) = longest_end(&words.titles, raw).filter(|t| t.len() < raw.len()) {
                end -= t.len();
                titled = true;
            }
            let body = &text[start..end];
            if let Some(role) = words
                .roles
                .iter()
                .filter(|r| body.starts_with(r.as_str()) && r.len() < body.len())
                .max_by_key(|r| r.len())
            {
                start += role.len();
            }
            let count = text[start..end].chars().count();
            let known = view.known.whole(&text[start..end]).is_some();
            if !(known || titled && (1..=5).contains(&count)) {
                // organisations speak too
                let org = longest_end(&words.organisations, raw).is_some() && (3..=12).contains(&raw.chars().count());
                if org && !titled {
                    out.push(Name {
                        name: raw.to_owned(),
                        start: masked.base + at(i),
                        end: masked.base + at(i + n),
                        after: masked.base + at(i + n),
                        person: false,
                        oblique: false,
                    });
                }
                i += n;
                continue;
            }
            if titled && full_end < at(i + n) {
                full_end = at(i + n);
            }
        }
        let raw = text[start..end].trim_matches(|x: char| is_dot(x) || x == ' ' || x == '.');
        let parts = raw.split([' ', '·', '・', '=', '＝']).count();
        let known = view.known.whole(raw);
        let plain = raw.chars().count() >= 2 || titled;
        // イーサリアム財団: kana before a word of organisations
        let org = is_kana(c) && longest_at(&words.organisations, &text[end..]).is_some_and(|o| o.chars().count() >= 2);
        if org && !titled {
            let o = longest_at(&words.organisations, &text[end..]).map_or(0, str::len);
            out.push(Name {
                name: text[start..end + o].to_owned(),
                start: masked.base + start,
                end: masked.base + end + o,
                after: masked.base + end + o,
                person: false,
                oblique: false,
            });
        } else if plain
            && !raw.is_empty()
            && !is_role_word(words, raw)
            && !raw.chars().any(|x| x.is_ascii_digit() && !raw.starts_with('@'))
        {
            let name = known.map_or_else(|| raw.to_owned(), str::to_owned);
            out.push(Name {
                name,
                start: masked.base + start,
                end: masked.base + start + raw.len().min(end - start),
                after: masked.base + full_end.max(end),
                person: titled || parts >= 2 || known.is_some() || raw.starts_with('@'),
                oblique: false,
            });
        }
        i += n;
    }
    out
}

fn is_role_word(words: &super::words::Words, raw: &str) -> bool {
    words.roles.iter().any(|r| r == raw) || words.crowd.iter().any(|r| r == raw)
}

// ---- Korean ----

/// A word of a Korean sentence.
struct Eojeol<'t> {
    start: usize,
    text: &'t str,
    /// Speech stands before it.
    after_speech: bool,
}

fn eojeols(masked: &Masked) -> Vec<Eojeol<'_>> {
    let text = masked.text.as_str();
    let mut out = Vec::new();
    let mut at = 0;
    let mut after = false;
    for piece in text.split(|c: char| c.is_whitespace() || c == '\u{1}') {
        let start = at;
        at += piece.len() + text[at + piece.len()..].chars().next().map_or(0, char::len_utf8);
        let spoken = text[..start].ends_with('\u{1}');
        if piece.is_empty() {
            after |= spoken;
        } else {
            out.push(Eojeol { start, text: piece, after_speech: spoken || after });
            after = false;
        }
    }
    out
}

const SUBJECT: &[&str] = &["께서는", "께서", "측은", "측이", "은", "는", "이", "가", "도"];

/// A word without marks around it and without its particle.
fn bare<'t>(word: &'t str, particles: &[&str]) -> (&'t str, bool) {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
    for p in particles {
        if let Some(stem) = word.strip_suffix(p)
            && (stem.chars().count() >= 2 || matches!(stem, "씨" | "님" | "군" | "양"))
        {
            return (stem, true);
        }
    }
    (word, false)
}

fn korean(view: &View, masked: &Masked) -> Option<Finding> {
    let lex = view.lex;
    let words = &lex.words;
    let list = eojeols(masked);
    let text = &masked.text;
    if let Some(found) = korean_frame(view, masked, &list) {
        return Some(found);
    }
    let speech = view.has_speech();
    // the verb that reports: after speech, or after …다고, …라며
    let verb = list.iter().enumerate().rev().find(|(k, e)| {
        let plain = e.text.trim_matches(|c: char| !c.is_alphanumeric());
        if !words.say.iter().any(|s| plain.starts_with(s.as_str())) || blocked(lex, text, e.start, e.text.len()) {
            return false;
        }
        speech && list[..=*k].iter().any(|x| x.after_speech)
            || list[k.saturating_sub(3)..*k].iter().any(|x| {
                let w: String = x.text.chars().filter(|c| c.is_alphanumeric()).collect();
                [
                    "다고",
                    "라고",
                    "냐고",
                    "자고",
                    "다며",
                    "라며",
                    "려고",
                    "다는",
                    "라는",
                    "것으로",
                    "것이라고",
                    "거라고",
                    "으로",
                    "로",
                ]
                .iter()
                .any(|t| w.ends_with(t))
            })
    });
    let subject = || -> Option<(Holder, usize, usize)> {
        let mut doubtful = None;
        for (k, e) in list.iter().enumerate() {
            let whole = e.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
            let at = e.start + e.text.find(whole).unwrap_or(0);
            if words.me.iter().any(|m| m == whole) && whole.ends_with(['는', '도', '가']) {
                return Some((Holder::Me, at, at + whole.len()));
            }
            if words.he.iter().any(|h| h == whole) {
                return Some((Holder::Back, at, at + whole.len()));
            }
            let (stem, marked) = bare(whole, SUBJECT);
            if !marked {
                continue;
            }
            // 한 재단 연구원은: one of those that nobody names
            let one = (1..=3)
                .filter_map(|n| k.checked_sub(n))
                .any(|j| matches!(list[j].text, "한" | "어느" | "어떤" | "익명의"));
            if one && (titled(words, &list, k, stem) || words.roles.iter().any(|r| stem.ends_with(r.as_str()))) {
                return Some((Holder::Crowd, at, at + stem.len()));
            }
            if let Some(c) = words
                .crowd
                .iter()
                .filter(|c| stem.starts_with(c.as_str()) || stem.ends_with(c.as_str()))
                .max_by_key(|c| c.len())
            {
                let _ = c;
                return Some((Holder::Crowd, at, at + stem.len()));
            }
            if let Some((name, from)) = korean_name(view, &list, k, stem) {
                if vouched(view, &list, k, stem, &name) {
                    return Some((Holder::Name(name), from, at + stem.len()));
                }
                // 도시계획가: what bears no title is a name only where nobody else is
                if speech && doubtful.is_none() {
                    doubtful = Some((Holder::Name(name), from, at + stem.len()));
                }
            }
        }
        doubtful
    };
    if let Some((_, verb)) = verb {
        let plain = verb.text.trim_matches(|c: char| !c.is_alphanumeric());
        let at = verb.start + verb.text.find(plain).unwrap_or(0);
        let cue = (at, at + plain.len());
        match subject() {
            Some((Holder::Me, ..)) => return None,
            Some((holder, from, to)) => {
                let rule = match (&holder, speech) {
                    (Holder::Back, _) => "pronoun",
                    (_, true) => "quote",
                    _ => "said-that",
                };
                return Some(Finding { holder, mention: masked.span(from, to), rule, cue: masked.span(cue.0, cue.1) });
            }
            // 덧붙였다: without a subject, whoever spoke goes on
            None if speech || plain.ends_with("했다") || plain.ends_with("였다") || plain.ends_with("혔다") => {
                return Some(Finding {
                    holder: Holder::Dropped,
                    mention: masked.span(cue.0, cue.1),
                    rule: "pronoun",
                    cue: masked.span(cue.0, cue.1),
                });
            }
            None => {}
        }
    } else if speech
        && let Some((holder, from, to)) = subject()
        && holder != Holder::Me
        && (text.ends_with('\u{1}')
            || text.contains("\u{1}라")
            || text.contains("\u{1}고")
            || text.contains("\u{1}이라"))
    {
        return Some(Finding { holder, mention: masked.span(from, to), rule: "quote", cue: masked.span(from, to) });
    }
    hearsay(view, masked)
}

fn korean_frame(view: &View, masked: &Masked, list: &[Eojeol]) -> Option<Finding> {
    let words = &view.lex.words;
    let text = &masked.text;
    for frame in &words.frames {
        let after = frame.strip_prefix("{}")?;
        let Some(i) = text.find(after) else { continue };
        let Some(k) = list.iter().rposition(|e| e.start < i || (e.start == i && !after.starts_with(' '))) else {
            continue;
        };
        let word = &text[list[k].start..i.max(list[k].start)];
        let (stem, _) = bare(word, &["의", "은", "는"]);
        // "너무 순진한 생각이다" is nobody's
        let whose = word.ends_with('의') || titled(words, list, k, stem) || view.known.whole(stem).is_some();
        if stem.is_empty() || after.starts_with(' ') && !whose {
            continue;
        }
        let at = list[k].start;
        let end = at + stem.len();
        let cue = masked.span(i, i + after.len());
        let he = words.him.iter().any(|h| h == stem) || words.he.iter().any(|h| h == word);
        if he {
            return Some(Finding { holder: Holder::Back, mention: masked.span(at, end), rule: "pronoun", cue });
        }
        if words.me.iter().any(|m| m == word) {
            return None;
        }
        if words.crowd.iter().any(|c| stem.starts_with(c.as_str())) {
            return Some(Finding { holder: Holder::Crowd, mention: masked.span(at, end), rule: "according-to", cue });
        }
        if let Some((name, from)) = korean_name(view, list, k, stem) {
            // "자료에 따르면", "보고서에 따르면": papers hold nothing
            let person = view.known.whole(&name).is_some()
                || titled(words, list, k, stem)
                || name.contains(' ')
                || words.organisations.iter().any(|o| o.chars().count() > 1 && name.ends_with(o.as_str()));
            if person {
                return Some(Finding {
                    holder: Holder::Name(name),
                    mention: masked.span(from, end),
                    rule: "according-to",
                    cue,
                });
            }
        }
    }
    None
}

fn titled(words: &super::words::Words, list: &[Eojeol], k: usize, stem: &str) -> bool {
    let _ = list.get(k);
    words.titles.iter().any(|t| {
        t == stem
            || (t.chars().count() >= 1 && stem.ends_with(t.as_str()) && stem.chars().count() > t.chars().count() + 1)
    })
}

/// The name that ends in word `k`, whose stem is `stem`; with where it starts.
fn korean_name(view: &View, list: &[Eojeol], k: usize, stem: &str) -> Option<(String, usize)> {
    let words = &view.lex.words;
    let trim = |s: &str| s.trim_matches(|c: char| !c.is_alphanumeric() && c != '@').to_owned();
    let mut last = stem.to_owned();
    let mut at = k;
    let mut titled = false;
    // 노지훈 대표: the title is a word of its own
    if words.titles.contains(&last) && k > 0 && !list[k].after_speech {
        at = k - 1;
        last = trim(list[at].text);
        titled = true;
    } else if let Some(t) =
        longest_end(&words.titles, &last).filter(|t| t.chars().count() >= 2 || matches!(*t, "씨" | "님"))
    {
        let cut = last.len() - t.len();
        if last[..cut].chars().count() >= 2 {
            last.truncate(cut);
            titled = true;
        } else if last[..cut].is_empty() {
            return None;
        }
    }
    if last.is_empty() || words.not_names.contains(&last) || words.roles.contains(&last) {
        return None;
    }
    let start = list[at].start + list[at].text.find(last.as_str()).unwrap_or(0);
    if let Some(known) = view.known.whole(&last)
        && !known.ends_with(&format!(" {last}"))
    {
        return Some((known.to_owned(), start));
    }
    let hangul = last.chars().all(is_hangul);
    let latin = last.chars().next().is_some_and(|c| c.is_uppercase() || c == '@');
    if !hangul && !latin {
        return None;
    }
    let native =
        |w: &str| (2..=4).contains(&w.chars().count()) && w.chars().next().is_some_and(|c| words.surnames.contains(c));
    // 다니엘 오콘조: a word before it that is no role and bears no particle
    if at > 0 && !list[at].after_speech && !(titled && native(&last) && last.chars().count() == 3) {
        let raw = list[at - 1].text;
        let before = trim(raw);
        let open = raw.ends_with(before.as_str());
        let count = before.chars().count();
        let shape = before.chars().all(is_hangul) && (1..=5).contains(&count)
            || (latin && before.chars().next().is_some_and(char::is_uppercase));
        let particle = [
            "의", "은", "는", "을", "를", "에", "에서", "으로", "로", "와", "과", "도", "한", "된", "인", "하는", "던",
            "할", "고", "며", "들", "온", "선", "운", "간", "적", "이", "가", "지만", "면", "서", "니", "게", "듯",
        ]
        .iter()
        .any(|p| before.ends_with(p) && count > p.chars().count());
        let role = words.roles.iter().any(|r| before.ends_with(r.as_str()))
            || words.titles.iter().any(|r| before.ends_with(r.as_str()) && r.chars().count() >= 2)
            || words.organisations.iter().any(|o| before.ends_with(o.as_str()) && count > 2)
            || words.not_names.contains(&before)
            || ["자", "가", "사", "원", "관", "장", "수", "인"].iter().any(|r| before.ends_with(r) && count >= 2);
        if open && shape && !role && !particle && !before.is_empty() {
            let start = list[at - 1].start + list[at - 1].text.find(before.as_str()).unwrap_or(0);
            let name = format!("{before} {last}");
            return Some((view.known.whole(&name).map_or(name, str::to_owned), start));
        }
    }
    let name = view.known.whole(&last).map_or(last, str::to_owned);
    Some((name, start))
}

/// Whether anything but its place in the sentence says that a Korean word is a name.
fn vouched(view: &View, list: &[Eojeol], k: usize, stem: &str, name: &str) -> bool {
    let words = &view.lex.words;
    let role = list[..k].iter().rev().take(2).any(|b| words.roles.iter().any(|r| b.text.ends_with(r.as_str())));
    let native = stem.chars().count() == 3 && stem.chars().next().is_some_and(|c| words.surnames.contains(c)) && role;
    let body = words.organisations.iter().any(|o| o.chars().count() > 1 && stem.ends_with(o.as_str()));
    view.known.whole(name).is_some()
        || titled(words, list, k, stem)
        || role
        || native
        || body
        || !stem.chars().all(is_hangul)
}

/// Names of two words that only stand as somebody's subject: names if the article also
/// gives speech to the second word alone.
pub(super) fn pairs(view: &View) -> Vec<String> {
    if view.lex.code != "kor" {
        return Vec::new();
    }
    let masked = Masked::new(view);
    korean_names(view, &masked).into_iter().map(|n| n.name).filter(|n| n.contains(' ')).collect()
}

fn korean_names(view: &View, masked: &Masked) -> Vec<Name> {
    let list = eojeols(masked);
    let words = &view.lex.words;
    let mut out = Vec::new();
    for (k, e) in list.iter().enumerate() {
        let (stem, marked) = bare(e.text, SUBJECT);
        if !marked {
            continue;
        }
        let has_title = titled(words, &list, k, stem);
        let Some((name, from)) = korean_name(view, &list, k, stem) else { continue };
        let role_before =
            list[..k].iter().rev().take(2).any(|b| words.roles.iter().any(|r| b.text.ends_with(r.as_str())));
        let person = has_title
            || view.known.whole(&name).is_some()
            || (role_before && name.chars().all(|c| is_hangul(c) || c == ' '));
        let end = e.start + e.text.find(stem).unwrap_or(0) + stem.len();
        if end < from {
            continue;
        }
        out.push(Name {
            name,
            start: masked.base + from,
            end: masked.base + end,
            after: masked.base + end,
            person,
            oblique: false,
        });
    }
    out
}
