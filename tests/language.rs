//! Is each text in the language it is in, and is "unknown" an answer?
#![expect(clippy::print_stdout, reason = "a test that skips or measures says so")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use counterpoint::ingest::article;
use counterpoint::language::{Lang, detect, of_article, passages};

fn code(text: &str) -> Option<&'static str> {
    detect(text, None).0.map(Lang::code)
}

#[test]
fn a_sentence_is_in_its_language() {
    for (text, want) in [
        ("Le vieux pont a été fermé au printemps sans que personne ne sache pourquoi.", "fra"),
        ("Старый мост закрыли весной, и никто не знает почему.", "rus"),
        ("Старый мост закрыт, но город не протестует.", "rus"),
        ("Старий міст закрили навесні, і ніхто не знає чому.", "ukr"),
        ("老桥在春天被关闭了，没有人知道为什么。", "zho"),
        ("老橋在春天被關閉了，沒有人知道為什麼。", "zho"),
        ("古い橋は春に閉鎖されたが、理由は誰も知らない。", "jpn"),
        ("The old bridge was closed in the spring and nobody knows why.", "eng"),
        ("Die alte Brücke wurde im Frühling geschlossen, und niemand weiß warum.", "deu"),
        ("El viejo puente se cerró en primavera y nadie sabe por qué.", "spa"),
        ("A velha ponte foi fechada na primavera e ninguém sabe por quê.", "por"),
        ("Il vecchio ponte è stato chiuso in primavera e nessuno sa perché.", "ita"),
        ("오래된 다리는 봄에 폐쇄되었고 아무도 이유를 모른다.", "kor"),
        ("Eski köprü ilkbaharda kapatıldı ve kimse nedenini bilmiyor.", "tur"),
        ("Stary most został zamknięty wiosną i nikt nie wie dlaczego.", "pol"),
        ("De oude brug werd in het voorjaar gesloten en niemand weet waarom.", "nld"),
        ("Jembatan tua itu ditutup pada musim semi dan tidak ada yang tahu mengapa.", "ind"),
        ("Cây cầu cũ bị đóng vào mùa xuân và không ai biết tại sao.", "vie"),
        ("أغلق الجسر القديم في الربيع ولا أحد يعرف السبب.", "ara"),
        // code-mixed: names, tickers, handles and addresses are no language
        ("$KSTL и @someone пишут, что Layer2 и Rollup больше не нужны https://example.org/why", "rus"),
        ("以太坊 Rollup 和 Layer2 的 sequencer 都由一家公司运营", "zho"),
        ("Layer2のRollupはEthereumに依存している", "jpn"),
        ("@first @second $KSTL $ETH il ne reste plus rien de la promesse #layer2", "fra"),
    ] {
        assert_eq!(code(text), Some(want), "{text}");
    }
}

#[test]
fn what_has_no_data_file_is_unknown() {
    for text in [
        "Η παλιά γέφυρα έκλεισε την άνοιξη και κανείς δεν ξέρει γιατί.",
        "पुराना पुल वसंत में बंद कर दिया गया और कोई नहीं जानता क्यों।",
        "הגשר הישן נסגר באביב ואיש אינו יודע מדוע.",
        "پل قدیمی در بهار بسته شد و هیچ کس نمی‌داند چرا.",
        "Den gamla bron stängdes på våren och ingen vet varför det är så.",
        "Starý most byl na jaře uzavřen a nikdo neví proč, ale město se zlobí.",
        "Старият мост беше затворен през пролетта и никой не знае защо е така.",
        "xkcd plmz qqrt wvvk zzxx brrt gfds hjkl",
        "12:30 -- 45 %, 3.5 ...",
        "",
    ] {
        assert_eq!(code(text), None, "{text}");
    }
}

#[test]
fn short_lines_lean_on_their_article() {
    let fra = Lang::from_code("fra");
    let jpn = Lang::from_code("jpn");
    assert_eq!(detect("Solutions", fra).0, fra);
    assert_eq!(detect("東京都", jpn).0, jpn);
    assert_eq!(detect("2024", fra).0, fra);
    // clear evidence beats the surroundings
    assert_eq!(detect("Read this article in English on our website today", fra).0, Lang::from_code("eng"));
    assert_eq!(detect("这是免责声明", jpn).0, Lang::from_code("zho"));
}

#[test]
fn a_disclaimer_in_another_language_is_a_passage_of_its_own() {
    let text = "# The bridge\n\nBy Ann Lee\n\nThe old bridge was closed in the spring, and the town is angry about it.\nNobody was asked.\n\n本文仅供参考，不构成建议。\n";
    let a = article("a.md", text.as_bytes()).expect("an article");
    let p = passages(&a);
    let zho: Vec<&str> =
        p.iter().filter(|p| p.lang == Lang::from_code("zho")).map(|p| p.span.of(&a.text).trim()).collect();
    assert_eq!(zho, ["本文仅供参考，不构成建议。"]);
    assert!(p.iter().filter(|p| p.lang != Lang::from_code("zho")).all(|p| p.lang == Lang::from_code("eng")));
    assert_eq!(of_article(&a, &p).0, Lang::from_code("eng"));
}

#[test]
fn every_data_file_speaks_for_itself() {
    assert_eq!(Lang::all().count(), 17);
    for lang in Lang::all() {
        let data = lang.data();
        assert_eq!(data.language.code, lang.code());
        assert!(!data.language.name.is_empty() && !data.language.words.is_empty());
        assert!(!data.sentence.terminators.is_empty() && !data.sentence.quotes.is_empty());
        assert_eq!(Lang::from_code(lang.code()), Some(lang));
    }
    assert_eq!(Lang::from_code("ell"), None);
}

fn shared(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("COUNTERPOINT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = base.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared is not here");
    None
}

#[test]
fn whole_articles_are_never_wrong() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![(root.join("eval/corpus.gold.json"), root.join("corpus"))];
    folders.extend(shared("seeds").map(|seeds| (root.join("eval/seeds.gold.json"), seeds)));
    for (gold, folder) in folders {
        let gold = std::fs::read_to_string(gold).expect("gold");
        let gold: serde_json::Value = serde_json::from_str(&gold).expect("gold is JSON");
        for labelled in gold["articles"].as_array().expect("articles") {
            let file = labelled["file"].as_str().expect("file");
            let a = article(file, &std::fs::read(folder.join(file)).expect("the article")).expect("readable");
            let (lang, sure) = of_article(&a, &passages(&a));
            assert_eq!(lang.map(Lang::code), labelled["language"].as_str(), "{file}");
            assert!(sure > 0.9, "{file}: {sure}");
        }
    }
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01B3))
}

/// Sentences of the translated pairs that `models/recipes/language.py` never trains on.
fn held_out(folder: &Path, lang: &str, most: usize) -> Option<Vec<String>> {
    let file = folder.join(format!("{}.tsv.zst", if lang == "eng" { "deu" } else { lang }));
    let out = Command::new("zstd").arg("-dcq").arg(file).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let mut kept = Vec::new();
    for line in text.lines().step_by(11) {
        let mut cells = line.split('\t');
        let (Some(english), Some(other), Some(_)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let sentence = if lang == "eng" { english } else { other };
        if english != other && fnv(sentence).is_multiple_of(10) {
            kept.push(sentence.to_owned());
        }
    }
    // a sample over the whole file
    let step = kept.len().div_ceil(most).max(1);
    Some(kept.into_iter().step_by(step).collect())
}

#[test]
fn held_out_sentences_are_in_their_language() {
    let Some(folder) = shared("parallel") else {
        return;
    };
    let mut per: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    // the tables are read once, not once a sentence
    let _ = detect("warm up", None);
    for lang in Lang::all() {
        let Some(sentences) = held_out(&folder, lang.code(), 700) else {
            println!("skipped: zstd is not here");
            return;
        };
        for sentence in sentences {
            let started = Instant::now();
            let found = detect(&sentence, None).0;
            ours += started.elapsed();
            let started = Instant::now();
            let _ = whatlang::detect(&sentence);
            theirs += started.elapsed();
            let score = per.entry(lang.code()).or_default();
            score.0 += usize::from(found == Some(lang));
            score.1 += 1;
        }
    }
    let (right, all) = per.values().fold((0, 0), |(a, b), s| (a + s.0, b + s.1));
    for (lang, (right, all)) in &per {
        println!("{lang}: {right}/{all} = {:.4}", *right as f64 / *all as f64);
        assert!(*right as f64 >= 0.985 * *all as f64, "{lang}");
    }
    println!("all: {right}/{all} = {:.4}; {ours:?}, whatlang {theirs:?}", right as f64 / all as f64);
    assert!(right as f64 >= 0.995 * all as f64, "{right}/{all}");
}
