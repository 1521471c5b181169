//! Does the tool know who says what? Sentences and kinds come from the gold
//! labels here, so that attribution alone is measured.
#![expect(clippy::print_stdout, reason = "a test that skips or measures says so")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use counterpoint::attribute::{Claim, Judged, Kind, People, Speaker, claims, likeness, voices};
use counterpoint::ingest::Article;
use counterpoint::language::Lang;
use counterpoint::segment::{Layout, Sentence};
use counterpoint::span::{CodePoints, Span};
use serde_json::Value;

/// An article with what the gold says of it.
struct Labelled {
    article: Article,
    sentences: Vec<Sentence>,
    kinds: Vec<Judged>,
    /// Per sentence: who holds it, for claims.
    speakers: Vec<Option<String>>,
    language: String,
}

fn read(gold: &Value, folder: &Path) -> Vec<Labelled> {
    let list = gold["articles"].as_array().expect("a gold file lists articles");
    list.iter().map(|a| labelled(a, folder)).collect()
}

fn labelled(gold: &Value, folder: &Path) -> Labelled {
    let file = gold["file"].as_str().expect("an article has a file");
    let text = std::fs::read_to_string(folder.join(file)).expect("the gold's files are there");
    let points = CodePoints::new(&text);
    let language = gold["language"].as_str().unwrap_or_default().to_owned();
    let mut sentences: Vec<Sentence> = Vec::new();
    let mut kinds = Vec::new();
    let mut speakers = Vec::new();
    let mut paragraph = 0;
    for s in gold["sentences"].as_array().expect("an article has sentences") {
        let at = |key: &str| s[key].as_u64().expect("a sentence has offsets") as usize;
        let span = points.span(at("start"), at("end")).expect("offsets lie in the text");
        if let Some(last) = sentences.last() {
            let between = &text[last.span.end()..span.start()];
            paragraph += u32::from(between.matches('\n').count() >= 2);
        }
        let line = text[..span.start()].rfind('\n').map_or(0, |i| i + 1);
        let before = text[line..span.start()].trim_start();
        let alone =
            text[span.end()..].trim_start_matches([' ', '*']).starts_with('\n') && before.trim_matches('*').is_empty();
        let layout = if before.starts_with('#') {
            Layout::Heading
        } else if before.starts_with('>') {
            Layout::Quoted
        } else if before.starts_with("- ") || before.starts_with("* ") {
            Layout::Item
        } else if alone && !span.of(&text).ends_with(['.', '!', '?', '。', '！', '？', '”', '»', '」']) {
            Layout::Line
        } else {
            Layout::Running
        };
        let foreign = span.of(&text).chars().filter(|c| matches!(*c as u32, 0x4E00..=0x9FFF)).count() * 2
            > span.of(&text).chars().count();
        let lang = if foreign && language == "eng" { "zho" } else { &language };
        sentences.push(Sentence { tile: span, span, lang: Lang::from_code(lang), layout, paragraph });
        let kind = match s["kind"].as_str() {
            Some("claim") => Kind::Claim,
            Some("heading") => Kind::Heading,
            Some("boilerplate") => Kind::Boilerplate,
            _ => Kind::Context,
        };
        kinds.push(Judged { kind, confidence: 1.0, claim: f32::from(u8::from(kind == Kind::Claim)) });
        speakers.push(s["speaker"].as_str().map(str::to_owned));
    }
    let body = Span::new(sentences.first().map_or(0, |s| s.span.start()), text.len());
    let article = Article {
        id: gold["sha256"].as_str().unwrap_or_default().chars().take(16).collect(),
        path: file.to_owned(),
        sha256: gold["sha256"].as_str().unwrap_or_default().to_owned(),
        title: None,
        author: gold["author"].as_str().map(str::to_owned),
        published: None,
        url: None,
        text,
        body,
        warnings: Vec::new(),
    };
    Labelled { article, sentences, kinds, speakers, language }
}

/// Right and all claims, and a line for each miss.
fn measure(gold: &Value, folder: &Path) -> (usize, usize, Vec<String>) {
    let articles = read(gold, folder);
    let found: Vec<Vec<Claim>> = articles.iter().map(|a| claims(&a.article, &a.sentences, &a.kinds)).collect();
    let pairs: Vec<(&Article, &[Claim])> =
        articles.iter().zip(&found).map(|(a, c)| (&a.article, c.as_slice())).collect();
    let all = voices(&pairs, &People::default());
    let same: Vec<BTreeSet<&str>> = gold["same_person"]
        .as_array()
        .map(|groups| {
            groups.iter().map(|g| g.as_array().into_iter().flatten().filter_map(Value::as_str).collect()).collect()
        })
        .unwrap_or_default();
    let (mut right, mut total, mut misses) = (0, 0, Vec::new());
    let mut per: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    // a nickname that the article translates ("the Heron") sounds like nothing: there a person of
    // the gold is the named voice that holds most of his claims, if it is nobody else's
    let mut together: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (a, item) in articles.iter().enumerate() {
        for (c, claim) in found[a].iter().enumerate() {
            if let (Some(gold), Speaker::Named { .. }) = (item.speakers[claim.sentence].as_deref(), &claim.speaker) {
                *together.entry((gold, all.voices[all.of[a][c]].id.as_str())).or_default() += 1;
            }
        }
    }
    let leads = |gold: &str, id: &str| {
        let n = together.get(&(gold, id)).copied().unwrap_or(0);
        n >= 3 && together.iter().all(|((g, v), m)| !((*g == gold) ^ (*v == id)) || *m * 2 < n)
    };
    for (a, item) in articles.iter().enumerate() {
        for (c, claim) in found[a].iter().enumerate() {
            let Some(gold) = item.speakers[claim.sentence].as_deref() else { continue };
            total += 1;
            let voice = &all.voices[all.of[a][c]];
            let spelled: BTreeSet<&str> =
                std::iter::once(voice.name.as_str()).chain(voice.aliases.iter().map(String::as_str)).collect();
            let ok = if gold == "author" {
                claim.speaker == Speaker::Author
            } else if gold.chars().next().is_some_and(char::is_lowercase) {
                matches!(claim.speaker, Speaker::Unnamed { .. })
            } else {
                claim.speaker != Speaker::Author
                    && (spelled.iter().any(|s| likeness(s, gold) >= 0.8)
                        || leads(gold, &voice.id)
                        || same.iter().any(|g| g.contains(gold) && !g.is_disjoint(&spelled)))
            };
            let entry = per.entry(&item.language).or_default();
            entry.1 += 1;
            if ok {
                right += 1;
                entry.0 += 1;
            } else {
                let words: String = claim.span.of(&item.article.text).chars().take(60).collect();
                misses.push(format!(
                    "{} {gold} -> {:?} {:?}: {words}",
                    item.language,
                    voice.name,
                    claim.cue.as_ref().map(|c| c.rule)
                ));
            }
        }
    }
    println!("{per:?}");
    for v in all.voices.iter().filter(|v| !v.aliases.is_empty()) {
        println!("one voice: {} = {:?}", v.name, v.aliases);
    }
    println!("maybe: {:?}", all.maybe_same);
    (right, total, misses)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn gold(name: &str) -> Value {
    let text = std::fs::read_to_string(root().join("eval").join(name)).expect("the gold is there");
    serde_json::from_str(&text).expect("the gold parses")
}

#[test]
fn the_corpus_gives_each_claim_to_whoever_holds_it() {
    let (right, total, misses) = measure(&gold("corpus.gold.json"), &root().join("corpus"));
    let share = right as f64 / total as f64;
    println!("voice accuracy on the corpus: {right} of {total} ({share:.3})\n{}", misses.join("\n"));
    assert!(share >= 0.95, "{right} of {total}:\n{}", misses.join("\n"));
}

#[test]
fn published_articles_give_each_claim_to_whoever_holds_it() {
    let shared = std::env::var("COUNTERPOINT_SHARED").map_or_else(|_| root().join("../shared"), PathBuf::from);
    let folder = shared.join("seeds");
    if !folder.is_dir() {
        println!("skipped: ../shared is not here");
        return;
    }
    let (right, total, misses) = measure(&gold("seeds.gold.json"), &folder);
    let share = right as f64 / total as f64;
    println!("voice accuracy on the seeds: {right} of {total} ({share:.3}), {} misses", misses.len());
    if std::env::var_os("COUNTERPOINT_SHOW").is_some() {
        println!("{}", misses.join("\n"));
    }
    assert!(share >= 0.90, "{right} of {total}");
}

/// Sentences of a little page: `|` parts sentences, a line break paragraphs; `#` marks a heading.
fn page(lang: &str, author: Option<&str>, text: &str) -> (Article, Vec<Sentence>, Vec<Judged>) {
    let mut sentences = Vec::new();
    let mut kinds = Vec::new();
    let mut body = String::new();
    for (paragraph, block) in text.split('\n').enumerate() {
        for piece in block.split('|') {
            let (kind, piece) = match piece.strip_prefix('#') {
                Some(rest) => (Kind::Heading, rest),
                None => (Kind::Claim, piece),
            };
            let (layout, piece) = match piece.strip_prefix('>') {
                Some(rest) => (Layout::Quoted, rest),
                None if kind == Kind::Heading && !piece.ends_with([':', '：']) => (Layout::Heading, piece),
                None => (Layout::Running, piece),
            };
            let start = body.len();
            body.push_str(piece);
            let span = Span::new(start, body.len()).trim(&body);
            body.push(' ');
            sentences.push(Sentence {
                tile: span,
                span,
                lang: Lang::from_code(lang),
                layout,
                paragraph: paragraph as u32,
            });
            kinds.push(Judged { kind, confidence: 0.9, claim: f32::from(u8::from(kind == Kind::Claim)) });
        }
        body.push_str("\n\n");
    }
    let article = Article {
        id: format!("{lang}-{}", text.len()),
        path: format!("{lang}.md"),
        sha256: String::new(),
        title: Some("A page".into()),
        author: author.map(str::to_owned),
        published: None,
        url: None,
        body: Span::new(0, body.len()),
        text: body,
        warnings: Vec::new(),
    };
    (article, sentences, kinds)
}

/// Who holds each claim: a name, `*` for somebody unnamed, `-` for the author.
fn holders(lang: &str, author: Option<&str>, text: &str) -> Vec<String> {
    let (article, sentences, kinds) = page(lang, author, text);
    claims(&article, &sentences, &kinds)
        .into_iter()
        .map(|c| match c.speaker {
            Speaker::Author => "-".to_owned(),
            Speaker::Named { name, .. } => name,
            Speaker::Unnamed { .. } => "*".to_owned(),
        })
        .collect()
}

/// language, page, who holds each of its claims.
const PAGES: &[(&str, &str, &[&str])] = &[
    (
        "eng",
        "“The lane will be empty by spring,” said Dr. Nadia Ferris, a transport planner.|I doubt it.",
        &["Nadia Ferris", "-"],
    ),
    (
        "eng",
        "According to Owen Pryce, trams cost more than they bring in.|He added that the city had been misled.",
        &["Owen Pryce", "Owen Pryce"],
    ),
    (
        "eng",
        "Nadia Ferris believes that buses would do.|Ferris also says the tram is a toy.",
        &["Nadia Ferris", "Nadia Ferris"],
    ),
    ("eng", "Critics argue that the toll punishes the poor.|The toll is fair.", &["*", "-"]),
    (
        "eng",
        "Owen Pryce: The tram should go.\nNadia Ferris: It should stay.|Everybody knows why.",
        &["Owen Pryce", "Nadia Ferris", "Nadia Ferris"],
    ),
    ("eng", "The report by Owen Pryce is long.|It should have been longer.", &["-", "-"]),
    (
        "eng",
        "\"Nobody rides it,\" Owen Pryce told the council. \"Nobody ever will.\"|The council is asleep.",
        &["Owen Pryce", "-"],
    ),
    ("eng", "The Transport Federation warned that jobs would go.|It is wrong.", &["Transport Federation", "-"]),
    (
        "eng",
        "@tram_watcher wrote that the line was doomed.|This so-called “smart line” is dumb.",
        &["@tram_watcher", "-"],
    ),
    ("eng", "In Owen Pryce's view, the fare is a tax.|In my view, it is a price.", &["Owen Pryce", "-"]),
    (
        "fra",
        "« Le tram sera vide au printemps », affirme Nadia Ferrand, urbaniste à Metz.|J'en doute.",
        &["Nadia Ferrand", "-"],
    ),
    (
        "fra",
        "Selon Yann Pérec, le tram coûte trop cher.|Il ajoute que la ville a été trompée.",
        &["Yann Pérec", "Yann Pérec"],
    ),
    (
        "fra",
        "Nadia Ferrand estime que les bus suffiraient.|À en croire Mme Ferrand, le tram est un jouet.",
        &["Nadia Ferrand", "Nadia Ferrand"],
    ),
    ("fra", "Pour les opposants, ce péage punit les pauvres.|Les partisans soutiennent qu'il est juste.", &["*", "*"]),
    ("fra", "— Ce tram est une folie, lance Yann Pérec.|Il a tort.", &["Yann Pérec", "-"]),
    (
        "rus",
        "«Весной трамвай будет пустым», — сказала Надежда Фирсова, урбанист.|Сомневаюсь.",
        &["Надежда Фирсова", "-"],
    ),
    (
        "rus",
        "По мнению Олега Прыткова, трамвай обходится слишком дорого.|Он добавил, что город обманули.",
        &["Олег Прытков", "Олег Прытков"],
    ),
    (
        "rus",
        "Как отмечает Надежда Фирсова, хватило бы автобусов.|По словам Фирсовой, трамвай — это игрушка.",
        &["Надежда Фирсова", "Надежда Фирсова"],
    ),
    ("rus", "Критики утверждают, что плата бьёт по бедным.|Плата справедлива.", &["*", "-"]),
    ("rus", "— Трамвай надо убрать, — говорит Олег Прытков. — Он никому не нужен.|Это не так.", &["Олег Прытков", "-"]),
    (
        "deu",
        "„Im Frühjahr wird die Bahn leer sein“, sagte Nadja Ferber, Verkehrsplanerin in Kassel.|Ich bezweifle das.",
        &["Nadja Ferber", "-"],
    ),
    (
        "deu",
        "Laut Olaf Priem kostet die Bahn mehr, als sie bringt.|Er fügte hinzu, die Stadt sei getäuscht worden.",
        &["Olaf Priem", "Olaf Priem"],
    ),
    (
        "deu",
        "Nach Ansicht von Nadja Ferber würden Busse genügen.|Kritiker behaupten, die Maut treffe die Armen.",
        &["Nadja Ferber", "*"],
    ),
    ("deu", "Der Ökonom Olaf Priem meint, die Maut sei gerecht.|Die Maut ist gerecht.", &["Olaf Priem", "-"]),
    (
        "spa",
        "«El tranvía estará vacío en primavera», afirmó Nadia Ferrer, urbanista de Gijón.|Lo dudo mucho.",
        &["Nadia Ferrer", "-"],
    ),
    (
        "spa",
        "Según Óscar Prieto, el tranvía cuesta demasiado.|Añadió que la ciudad fue engañada.",
        &["Óscar Prieto", "Óscar Prieto"],
    ),
    ("spa", "Los críticos sostienen que el peaje castiga a los pobres.|El peaje es justo.", &["*", "-"]),
    (
        "por",
        "«O bonde estará vazio na primavera», disse Nádia Ferreira, urbanista de Braga.|Duvido disso.",
        &["Nádia Ferreira", "-"],
    ),
    (
        "por",
        "Segundo Otávio Prado, o bonde custa caro demais.|Ele acrescenta que a cidade foi enganada.",
        &["Otávio Prado", "Otávio Prado"],
    ),
    ("por", "Os críticos afirmam que o pedágio castiga os pobres.|O pedágio é justo.", &["*", "-"]),
    (
        "ita",
        "«Il tram sarà vuoto in primavera», ha detto Nadia Ferri, urbanista di Pavia.|Ne dubito.",
        &["Nadia Ferri", "-"],
    ),
    (
        "ita",
        "Secondo Oscar Prandi, il tram costa troppo.|I critici sostengono che il pedaggio punisce i poveri.",
        &["Oscar Prandi", "*"],
    ),
    (
        "nld",
        "“De tram zal in het voorjaar leeg zijn”, zei Nadia Ferwerda, planoloog in Zwolle.|Ik betwijfel het.",
        &["Nadia Ferwerda", "-"],
    ),
    (
        "nld",
        "Volgens Oscar van der Prijt kost de tram te veel.|Critici beweren dat de tol de armen straft.",
        &["Oscar van der Prijt", "*"],
    ),
    (
        "pol",
        "„Tramwaj będzie wiosną pusty” – powiedziała Nadzieja Firlej, urbanistka z Łodzi.|Wątpię.",
        &["Nadzieja Firlej", "-"],
    ),
    (
        "pol",
        "Zdaniem Olafa Prysaka tramwaj kosztuje za dużo.|Krytycy twierdzą, że opłata uderza w biednych.",
        &["Olaf Prysak", "*"],
    ),
    (
        "ukr",
        "«Навесні трамвай буде порожній», — сказала Надія Фірсенко, урбаністка.|Сумніваюся.",
        &["Надія Фірсенко", "-"],
    ),
    (
        "ukr",
        "На думку Олега Притули, трамвай коштує забагато.|Критики стверджують, що плата б'є по бідних.",
        &["Олег Притула", "*"],
    ),
    ("tur", "Nadide Ferhan, tramvayın ilkbaharda boş kalacağını söyledi.|Bundan kuşkuluyum.", &["Nadide Ferhan", "-"]),
    (
        "tur",
        "Okan Pirinç'e göre tramvay çok pahalı.|Eleştirmenler, geçiş ücretinin yoksulları vurduğunu savunuyor.",
        &["Okan Pirinç", "*"],
    ),
    ("tur", "“Tramvay bahara kadar boş kalacak,” dedi Nadide Ferhan.|Ücret adildir.", &["Nadide Ferhan", "-"]),
    (
        "ind",
        "\"Trem itu akan kosong pada musim semi,\" kata Nadia Ferdian, perencana kota.|Saya ragu.",
        &["Nadia Ferdian", "-"],
    ),
    (
        "ind",
        "Menurut Oka Pratama, trem itu terlalu mahal.|Ia menambahkan bahwa kota telah ditipu.",
        &["Oka Pratama", "Oka Pratama"],
    ),
    ("ind", "Para kritikus berpendapat bahwa tol menghukum orang miskin.|Tol itu adil.", &["*", "-"]),
    ("vie", "“Xe điện sẽ vắng khách vào mùa xuân,” ông Trần Quốc Phi nói.|Tôi không tin.", &["Trần Quốc Phi", "-"]),
    (
        "vie",
        "Theo bà Lê Thu Hạnh, xe điện quá đắt.|Giới phê bình cho rằng phí này trừng phạt người nghèo.",
        &["Lê Thu Hạnh", "*"],
    ),
    ("ara", "قال المهندس سامر الحداد إن الترام سيكون فارغا في الربيع.|أشك في ذلك.", &["سامر الحداد", "-"]),
    (
        "ara",
        "وفقا لنادية فارس، يكلف الترام أكثر مما ينبغي.|ويرى المنتقدون أن الرسوم تعاقب الفقراء.",
        &["نادية فارس", "*"],
    ),
    ("ara", "«الترام لعبة غالية لا يحتاجها أحد»، تقول نادية فارس.|الرسوم عادلة.", &["نادية فارس", "-"]),
    (
        "jpn",
        "「春には路面電車は空っぽになるだろう」と都市計画家の古川奈央氏は述べた。|私はそう思わない。",
        &["古川奈央", "-"],
    ),
    (
        "jpn",
        "オスカー・プライス氏によると、路面電車は高すぎる。|同氏は市がだまされたとも指摘した。",
        &["オスカー・プライス", "オスカー・プライス"],
    ),
    ("jpn", "批判派は、通行料が貧しい人を苦しめると主張する。|通行料は公平だ。", &["*", "-"]),
    (
        "jpn",
        "古川奈央さんはバスで十分だと話す。|電車は玩具だ、というのが古川さんの考えである。",
        &["古川奈央", "古川奈央"],
    ),
    ("jpn", "この路線は失敗だと言わざるを得ない。|それは間違いないと言える。", &["-", "-"]),
    ("zho", "“到了春天，电车上就不会再有人了。”城市规划师方晓楠说。|我不信。", &["方晓楠", "-"]),
    ("zho", "在奥斯卡·普莱斯看来，电车太贵了。|他还指出，市民被骗了。", &["奥斯卡·普莱斯", "奥斯卡·普莱斯"]),
    ("zho", "批评者认为，收费是在惩罚穷人。|可以说，收费是公平的。", &["*", "-"]),
    ("zho", "方晓楠教授认为公交车就够了。|方晓楠：“电车只是玩具，谁都知道这一点。”", &["方晓楠", "方晓楠"]),
    ("zho", "都市規劃師方曉楠表示，公車就夠了。|我認為她說得對。", &["方曉楠", "-"]),
    (
        "kor",
        "“봄이면 전차는 텅 빌 것”이라고 도시계획가 나은영 교수가 말했다.|나는 그렇게 생각하지 않는다.",
        &["나은영", "-"],
    ),
    ("kor", "나은영 교수는 버스로 충분하다고 주장했다.|그는 시가 속았다고 덧붙였다.", &["나은영", "나은영"]),
    ("kor", "비판론자들은 통행료가 가난한 이를 벌한다고 주장한다.|통행료는 공정하다.", &["*", "-"]),
    ("kor", "나은영 교수에 따르면 전차는 너무 비싸다.|전차는 장난감이다.", &["나은영", "-"]),
];

/// More pages, on other questions: `voices/pages.tsv` says how they are written.
fn more_pages() -> Vec<(String, String, Vec<String>)> {
    include_str!("voices/pages.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let [lang, held, page] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("three columns, not this: {line}");
            };
            (lang.to_owned(), page.replace('¶', "\n"), held.split("; ").map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn every_language_tells_who_speaks() {
    let table = PAGES.iter().map(|(lang, text, held)| {
        ((*lang).to_owned(), (*text).to_owned(), held.iter().map(|h| (*h).to_owned()).collect())
    });
    let mut wrong = Vec::new();
    let mut all = 0;
    for (lang, text, expected) in table.chain(more_pages()) {
        all += 1;
        let got = holders(&lang, None, &text);
        if got != expected {
            wrong.push(format!("{lang} {expected:?} -> {got:?}: {text}"));
        }
    }
    println!("{} of {all} pages wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(wrong.len() * 100 <= all, "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether two articles that each give one claim to one of the names end with one voice.
fn one_voice(a: &str, b: &str) -> bool {
    let pages: Vec<(Article, Vec<Claim>)> = [a, b]
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let (mut article, sentences, kinds) = page("eng", None, &format!("{name} said so."));
            article.id = format!("page-{n}");
            let mut found = claims(&article, &sentences, &kinds);
            found.truncate(1);
            found[0].speaker = Speaker::Named { name: (*name).to_owned(), mention: Span::new(0, name.len()) };
            (article, found)
        })
        .collect();
    let pairs: Vec<(&Article, &[Claim])> = pages.iter().map(|(a, c)| (a, c.as_slice())).collect();
    let all = voices(&pairs, &People::default());
    all.of[0][0] == all.of[1][0]
}

/// One person in several scripts.
const SAME: &[&[&str]] = &[
    &["Owen Pryce", "Оуэн Прайс", "オーウェン・プライス", "欧文·普赖斯", "오언 프라이스", "أوين برايس"],
    &[
        "Sofia Lindqvist",
        "София Линдквист",
        "ソフィア・リンドクヴィスト",
        "索菲亚·林德奎斯特",
        "소피아 린드크비스트",
        "صوفيا ليندكفيست",
    ],
    &["Ravi Menon", "Рави Менон", "ラヴィ・メノン", "拉维·梅农", "라비 메논", "رافي مينون"],
    &["Jonas Reuter", "Йонас Ройтер", "ヨナス・ロイター", "约纳斯·罗伊特"],
    &["Marek Dudek", "Марек Дудек", "マレク・ドゥデク", "马雷克·杜德克", "Марека Дудека"],
    &["Tomás Herrero", "Томас Эрреро", "トマス・エレーロ", "Tomas Herrero"],
    &["Kerem Doğan", "Керем Доган", "Kerem Dogan"],
    &["方晓楠", "方曉楠", "Fang Xiaonan", "Фан Сяонань"],
    &["민유라", "Min Yura", "Мин Юра"],
    &["Vera Lapteva", "Вера Лаптева", "Віра Лаптєва", "ヴェラ・ラプテワ"],
    &["سامر الحداد", "Samer al-Haddad", "Самер аль-Хаддад"],
    &["Phạm Gia Khôi", "Pham Gia Khoi"],
    &["Hanna Zielińska", "Ханна Зелиньска", "Hanna Zielinska"],
    &["Chiara Landi", "Кьяра Ланди", "キアラ・ランディ", "基亚拉·兰迪"],
    &["Claire Vasseur", "Клер Вассёр", "クレール・ヴァスール", "克莱尔·瓦瑟尔"],
];

/// Two people, whatever their names share.
const OTHERS: &[(&str, &str)] = &[
    ("Owen Pryce", "Олег Прытков"),
    ("Owen Pryce", "オスカー・プライス"),
    ("Nadia Ferris", "Надежда Фирсова"),
    ("Jonas Reuter", "Йонас Рихтер"),
    ("Anna Petrova", "Анна Павлова"),
    ("Marek Dudek", "マレク・ノヴァク"),
    ("Sofia Lindqvist", "Сонья Лундгрен"),
    ("Ravi Menon", "ラジ・メータ"),
    ("Li Wei", "李慧"),
    ("方晓楠", "方晓明"),
    ("方晓楠", "Fang Jiaming"),
    ("Lin Yaqing", "林国栋"),
    ("민유라", "민유리"),
    ("Min Yura", "민수정"),
    ("Martin Sommer", "Martina Sommer"),
    ("Hanna Zielińska", "Hanna Zawadzka"),
    ("سامر الحداد", "Samir Haidari"),
    ("Kerem Doğan", "Керим Дурмаз"),
    ("Глеб Сухов", "Глеб Суворов"),
];

#[test]
fn one_person_is_one_voice_in_every_script() {
    let mut wrong = Vec::new();
    let mut all = 0;
    for group in SAME {
        for (i, a) in group.iter().enumerate() {
            for b in &group[i + 1..] {
                all += 1;
                if !one_voice(a, b) {
                    wrong.push(format!("apart: {a} | {b} ({:.2})", likeness(a, b)));
                }
            }
        }
    }
    let joined: Vec<String> = OTHERS
        .iter()
        .filter(|(a, b)| one_voice(a, b))
        .map(|(a, b)| format!("joined: {a} | {b} ({:.2})", likeness(a, b)))
        .collect();
    println!("{} of {all} pairs apart:\n{}\n{}", wrong.len(), wrong.join("\n"), joined.join("\n"));
    assert!(joined.is_empty(), "{}", joined.join("\n"));
    assert!(wrong.len() * 14 <= all, "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}
