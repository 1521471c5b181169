//! Do two spellings sound alike?
//!
//! Names are written out in Latin letters (kana, Hangul and Cyrillic by rule,
//! Han by its Mandarin reading, the rest through `any_ascii`), then cut into
//! sounds, and two rows of sounds are aligned. Consonants carry a name across
//! scripts; vowels come and go (オコンジョ, 奥孔乔, Okonjo), so they weigh little.

use unicode_normalization::UnicodeNormalization;

/// `word` in lower-case Latin letters, as it sounds.
pub(super) fn romanise(word: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = word.nfkc().filter(|c| !matches!(c, '\'' | '’' | 'ʼ' | 'ー' | '-' | '‑')).collect();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        let next = chars.get(i + 1).copied();
        match c as u32 {
            0x3041..=0x30FA => {
                let (text, used) = kana(c, next);
                out.push_str(text);
                // ッ doubles what follows; a name loses nothing without it
                i += used;
                continue;
            }
            0xAC00..=0xD7A3 => hangul(c, &mut out),
            0x400..=0x52F => {
                if c.to_lowercase().next() == Some('д') && next.and_then(|n| n.to_lowercase().next()) == Some('ж') {
                    out.push('j');
                    i += 2;
                    continue;
                }
                out.push_str(cyrillic(c));
            }
            _ => {
                let ascii = any_ascii::any_ascii_char(c);
                out.extend(ascii.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
            }
        }
        i += 1;
    }
    out
}

fn cyrillic(c: char) -> &'static str {
    match c.to_lowercase().next().unwrap_or(c) {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'є' => "ye",
        'ж' => "zh",
        'з' => "z",
        'и' | 'ы' | 'і' | 'й' => "i",
        'ї' => "yi",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sh",
        'ю' => "yu",
        'я' => "ya",
        'ў' => "w",
        'ј' => "y",
        'љ' => "l",
        'њ' => "n",
        'џ' => "j",
        'ђ' | 'ћ' => "ch",
        _ => "",
    }
}

fn hangul(c: char, out: &mut String) {
    const LEAD: [&str; 19] =
        ["g", "k", "n", "d", "t", "r", "m", "b", "p", "s", "s", "", "j", "j", "ch", "k", "t", "p", "h"];
    const VOWEL: [&str; 21] = [
        "a", "e", "ya", "ye", "o", "e", "yo", "ye", "o", "wa", "we", "we", "yo", "u", "wo", "we", "wi", "yu", "u",
        "ui", "i",
    ];
    const TAIL: [&str; 28] = [
        "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng",
        "t", "t", "k", "t", "p", "t",
    ];
    let n = c as usize - 0xAC00;
    out.push_str(LEAD[n / 588]);
    out.push_str(VOWEL[n % 588 / 28]);
    out.push_str(TAIL[n % 28]);
}

/// One kana, or one with a small vowel after it; and how many characters it took.
fn kana(c: char, next: Option<char>) -> (&'static str, usize) {
    // hiragana sounds like katakana
    let kata = |c: char| match c as u32 {
        n @ 0x3041..=0x3096 => char::from_u32(n + 0x60).unwrap_or(c),
        _ => c,
    };
    let c = kata(c);
    let pair = next.map(|n| (c, kata(n)));
    let two = match pair {
        Some(('ヴ', 'ァ')) => "va",
        Some(('ヴ', 'ィ')) => "vi",
        Some(('ヴ', 'ェ')) => "ve",
        Some(('ヴ', 'ォ')) => "vo",
        Some(('ヴ', 'ュ')) => "vyu",
        Some(('フ', 'ァ')) => "fa",
        Some(('フ', 'ィ')) => "fi",
        Some(('フ', 'ェ')) => "fe",
        Some(('フ', 'ォ')) => "fo",
        Some(('フ', 'ュ')) => "fyu",
        Some(('テ', 'ィ')) => "ti",
        Some(('デ', 'ィ')) => "di",
        Some(('ト', 'ゥ')) => "tu",
        Some(('ド', 'ゥ')) => "du",
        Some(('デ', 'ュ')) => "dyu",
        Some(('テ', 'ュ')) => "tyu",
        Some(('ウ', 'ィ')) => "wi",
        Some(('ウ', 'ェ')) => "we",
        Some(('ウ', 'ォ')) => "wo",
        Some(('シ', 'ェ')) => "she",
        Some(('ジ', 'ェ')) => "je",
        Some(('チ', 'ェ')) => "che",
        Some(('イ', 'ェ')) => "ye",
        Some(('ツ', 'ァ')) => "tsa",
        Some(('ツ', 'ィ')) => "tsi",
        Some(('ツ', 'ェ')) => "tse",
        Some(('ツ', 'ォ')) => "tso",
        Some(('ク', 'ァ')) => "kwa",
        Some(('ク', 'ィ')) => "kwi",
        Some(('ク', 'ェ')) => "kwe",
        Some(('ク', 'ォ')) => "kwo",
        Some(('グ', 'ァ')) => "gwa",
        Some(('シ', 'ャ')) => "sha",
        Some(('シ', 'ュ')) => "shu",
        Some(('シ', 'ョ')) => "sho",
        Some(('ジ' | 'ヂ', 'ャ')) => "ja",
        Some(('ジ' | 'ヂ', 'ュ')) => "ju",
        Some(('ジ' | 'ヂ', 'ョ')) => "jo",
        Some(('チ', 'ャ')) => "cha",
        Some(('チ', 'ュ')) => "chu",
        Some(('チ', 'ョ')) => "cho",
        Some(('キ', 'ャ')) => "kya",
        Some(('キ', 'ュ')) => "kyu",
        Some(('キ', 'ョ')) => "kyo",
        Some(('ギ', 'ャ')) => "gya",
        Some(('ギ', 'ュ')) => "gyu",
        Some(('ギ', 'ョ')) => "gyo",
        Some(('ニ', 'ャ')) => "nya",
        Some(('ニ', 'ュ')) => "nyu",
        Some(('ニ', 'ョ')) => "nyo",
        Some(('ヒ', 'ャ')) => "hya",
        Some(('ヒ', 'ュ')) => "hyu",
        Some(('ヒ', 'ョ')) => "hyo",
        Some(('ビ', 'ャ')) => "bya",
        Some(('ビ', 'ュ')) => "byu",
        Some(('ビ', 'ョ')) => "byo",
        Some(('ピ', 'ャ')) => "pya",
        Some(('ピ', 'ュ')) => "pyu",
        Some(('ピ', 'ョ')) => "pyo",
        Some(('ミ', 'ャ')) => "mya",
        Some(('ミ', 'ュ')) => "myu",
        Some(('ミ', 'ョ')) => "myo",
        Some(('リ', 'ャ')) => "rya",
        Some(('リ', 'ュ')) => "ryu",
        Some(('リ', 'ョ')) => "ryo",
        _ => "",
    };
    if !two.is_empty() {
        return (two, 2);
    }
    let one = match c {
        'ア' | 'ァ' => "a",
        'イ' | 'ィ' => "i",
        'ウ' | 'ゥ' => "u",
        'エ' | 'ェ' => "e",
        'オ' | 'ォ' => "o",
        'カ' | 'ヵ' => "ka",
        'キ' => "ki",
        'ク' => "ku",
        'ケ' | 'ヶ' => "ke",
        'コ' => "ko",
        'ガ' => "ga",
        'ギ' => "gi",
        'グ' => "gu",
        'ゲ' => "ge",
        'ゴ' => "go",
        'サ' => "sa",
        'シ' => "shi",
        'ス' => "su",
        'セ' => "se",
        'ソ' => "so",
        'ザ' => "za",
        'ジ' | 'ヂ' => "ji",
        'ズ' | 'ヅ' => "zu",
        'ゼ' => "ze",
        'ゾ' => "zo",
        'タ' => "ta",
        'チ' => "chi",
        'ツ' => "tsu",
        'テ' => "te",
        'ト' => "to",
        'ダ' => "da",
        'デ' => "de",
        'ド' => "do",
        'ナ' => "na",
        'ニ' => "ni",
        'ヌ' => "nu",
        'ネ' => "ne",
        'ノ' => "no",
        'ハ' => "ha",
        'ヒ' => "hi",
        'フ' => "fu",
        'ヘ' => "he",
        'ホ' => "ho",
        'バ' => "ba",
        'ビ' => "bi",
        'ブ' => "bu",
        'ベ' => "be",
        'ボ' => "bo",
        'パ' => "pa",
        'ピ' => "pi",
        'プ' => "pu",
        'ペ' => "pe",
        'ポ' => "po",
        'マ' => "ma",
        'ミ' => "mi",
        'ム' => "mu",
        'メ' => "me",
        'モ' => "mo",
        'ヤ' | 'ャ' => "ya",
        'ユ' | 'ュ' => "yu",
        'ヨ' | 'ョ' => "yo",
        'ラ' => "ra",
        'リ' => "ri",
        'ル' => "ru",
        'レ' => "re",
        'ロ' => "ro",
        'ワ' | 'ヮ' => "wa",
        'ヲ' => "o",
        'ン' => "n",
        'ヴ' => "vu",
        _ => "",
    };
    (one, 1)
}

/// The sounds of a romanised word: `S` sh, `C` ch, `J` j, lower case as it stands; vowels among `aeiou`.
pub(super) fn sounds(latin: &str) -> Vec<u8> {
    let b = latin.as_bytes();
    let mut out: Vec<u8> = Vec::new();
    let mut i = 0;
    while i < b.len() {
        let two = b.get(i + 1).copied().unwrap_or(0);
        let after = b.get(i + 2).copied().unwrap_or(0);
        let (row, used): (&[u8], usize) = match (b[i], two) {
            (b's', b'c') if after == b'h' => (b"S", 3),
            (b't', b'c' | b's') if after == b'h' => (b"C", 3),
            (b's', b'h') => (b"S", 2),
            (b'c', b'h' | b'z') | (b't', b's' | b'z') => (b"C", 2),
            (b'c', b'k') => (b"k", 2),
            (b'c', b'e' | b'i' | b'y') => (b"s", 1),
            (b'z', b'h') | (b'd', b'j' | b'z') => (b"J", 2),
            (b'k', b'h') => (b"h", 2),
            (b'g', b'h') => (b"g", 2),
            (b't', b'h') => (b"t", 2),
            (b'p', b'h') => (b"f", 2),
            (b'n', b'g') => (b"n", 2),
            (b'q', b'u') => (b"k", 2),
            (b'c', _) => (b"k", 1),
            (b'q', _) => (b"C", 1),
            (b'j', _) => (b"J", 1),
            (b'x', _) if i == 0 => (b"S", 1),
            (b'x', _) => (b"ks", 1),
            (c @ (b'a'..=b'z' | b'0'..=b'9'), _) => match c {
                b'y' if two == 0 || !b"aeiou".contains(&two) => (b"i", 1),
                _ => {
                    if out.last() != Some(&c) {
                        out.push(c);
                    }
                    i += 1;
                    continue;
                }
            },
            _ => (b"", 1),
        };
        for s in row {
            if out.last() != Some(s) {
                out.push(*s);
            }
        }
        i += used;
    }
    out
}

fn vowel(s: u8) -> bool {
    b"aeiou".contains(&s)
}

fn drop_cost(s: u8) -> f32 {
    match s {
        s if vowel(s) => 0.12,
        b'y' | b'w' | b'h' => 0.3,
        b'r' | b'l' | b'n' => 0.5,
        _ => 1.0,
    }
}

fn swap_cost(a: u8, b: u8) -> f32 {
    if a == b {
        return 0.0;
    }
    if vowel(a) && vowel(b) {
        return 0.12;
    }
    let pair = |x: u8, y: u8| (a == x && b == y) || (a == y && b == x);
    let of = |set: &[u8]| set.contains(&a) && set.contains(&b);
    if pair(b'l', b'r') || pair(b'v', b'w') || pair(b'y', b'i') || pair(b'C', b'J') {
        0.1
    } else if pair(b't', b'd')
        || pair(b'k', b'g')
        || pair(b'p', b'b')
        || pair(b's', b'z')
        || pair(b'b', b'v')
        || pair(b'w', b'u')
        || pair(b'f', b'v')
    {
        0.2
    } else if pair(b's', b'S')
        || pair(b'z', b'J')
        || pair(b'S', b'C')
        || pair(b'S', b'J')
        || pair(b'f', b'p')
        || pair(b'f', b'h')
    {
        0.3
    } else if of(b"sSCJzt") && !pair(b't', b's') && !pair(b't', b'z')
        || pair(b'd', b'J')
        || pair(b'k', b'C')
        || pair(b'g', b'J')
        || pair(b'n', b'm')
        || pair(b'y', b'J')
        || pair(b'b', b'w')
        || pair(b'S', b'h')
    {
        0.4
    } else if pair(b'k', b'h') || pair(b'g', b'h') {
        0.6
    } else {
        1.2
    }
}

fn weight(row: &[u8]) -> f32 {
    row.iter().map(|s| if vowel(*s) { 0.25 } else { 1.0 }).sum()
}

/// How many consonants a row of sounds has.
pub(super) fn consonants(row: &[u8]) -> usize {
    row.iter().filter(|s| !vowel(**s)).count()
}

/// How alike two rows of sounds are, 0 to 1.
pub(super) fn alike(a: &[u8], b: &[u8]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut row: Vec<f32> = std::iter::once(0.0)
        .chain(b.iter().scan(0.0, |sum, s| {
            *sum += drop_cost(*s);
            Some(*sum)
        }))
        .collect();
    for x in a {
        let mut diagonal = row[0];
        row[0] += drop_cost(*x);
        for (j, y) in b.iter().enumerate() {
            let best = (diagonal + swap_cost(*x, *y)).min(row[j] + drop_cost(*y)).min(row[j + 1] + drop_cost(*x));
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    let cost = row[b.len()];
    (1.0 - cost / weight(a).max(weight(b)).max(0.5)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(a: &str, b: &str) -> f32 {
        alike(&sounds(&romanise(a)), &sounds(&romanise(b)))
    }

    #[test]
    fn one_name_sounds_alike_in_every_script() {
        for (a, b) in [
            ("Marchetti", "マルケッティ"),
            ("Marchetti", "Маркетти"),
            ("Johansson", "요한손"),
            ("Johansson", "約翰遜"),
            ("Fernandez", "费尔南德斯"),
            ("Fernandez", "フェルナンデス"),
            ("Petrov", "彼得罗夫"),
            ("Hussein", "حسين"),
            ("Kowalska", "Ковальска"),
            ("Schneider", "シュナイダー"),
        ] {
            assert!(score(a, b) >= 0.7, "{a} {b}: {} against {}: {}", romanise(a), romanise(b), score(a, b));
        }
    }

    #[test]
    fn other_names_do_not() {
        for (a, b) in [
            ("Marchetti", "Moretti"),
            ("Johansson", "ジャクソン"),
            ("Petrov", "Pavlov"),
            ("Kim", "Кан"),
            ("Smith", "施耐德"),
        ] {
            assert!(score(a, b) < 0.8, "{a} {b}: {}", score(a, b));
        }
    }
}
