//! Debates to render, made by hand: a small one in six languages with hostile
//! strings, and a large one. Every sentence is written for these tests.

use counterpoint::attribute::Kind;
use counterpoint::debate::{
    ArticleEntry, ArticleText, ClaimEntry, ClaimEvidence, Debate, EVIDENCE_SCHEMA, Evidence, LanguageEntry, ModelEntry,
    Origin, PointEntry, PointEvidence, Position, Provenance, SCHEMA, SentenceEntry, Side, Verdict, VoiceEntry,
};
use counterpoint::error::Skipped;

/// Strings that would do harm wherever they were taken for more than text.
pub(crate) const HOSTILE: [&str; 4] = [
    "</script><img src=x onerror=\"document.title='owned'\">",
    "=cmd|' /C calc'!A0",
    "\u{202E}drawkcab si siht\u{202C}",
    "[free](javascript:alert(1)) `code` | pipe @everyone \u{1b}[31m",
];

struct Builder {
    debate: Debate,
    evidence: Evidence,
}

impl Builder {
    fn new() -> Self {
        Self {
            debate: Debate {
                schema: SCHEMA.into(),
                provenance: Provenance {
                    version: "0.1.0".into(),
                    model: ModelEntry {
                        id: "counterpoint-table".into(),
                        revision: "3".into(),
                        sha256: "c0ffee".repeat(10) + "c0ff",
                    },
                    settings: "5e771265".into(),
                    device: "cpu".into(),
                },
                articles: vec![],
                sentences: vec![],
                voices: vec![],
                claims: vec![],
                points: vec![],
                skipped: vec![],
            },
            evidence: Evidence {
                schema: EVIDENCE_SCHEMA.into(),
                articles: vec![],
                claims: vec![],
                points: vec![],
                maybe_same: vec![],
            },
        }
    }

    fn voice(&mut self, id: &str, name: &str, aliases: &[&str]) {
        self.debate.voices.push(VoiceEntry {
            id: id.into(),
            name: name.into(),
            aliases: aliases.iter().map(|a| (*a).into()).collect(),
        });
    }

    /// `parts`: a claim as (id, voice, text, cue, speaker), or plain text with an empty id.
    fn article(
        &mut self,
        id: &str,
        language: &str,
        title: &str,
        published: Option<&str>,
        parts: &[(&str, &str, &str, &str)],
    ) {
        let mut text = String::new();
        for (claim, voice, words, cue) in parts {
            let start = text.chars().count();
            let end = start + words.chars().count();
            let kind = if claim.is_empty() { Kind::Context } else { Kind::Claim };
            self.debate.sentences.push(SentenceEntry {
                article: id.into(),
                start,
                end: start + words.trim_end().chars().count(),
                language: language.into(),
                kind,
            });
            if !claim.is_empty() {
                let cue_at = words.find(cue).filter(|_| !cue.is_empty()).map(|byte| {
                    let at = start + words[..byte].chars().count();
                    (at, at + cue.chars().count())
                });
                let n = self.debate.claims.len();
                self.debate.claims.push(ClaimEntry {
                    id: (*claim).into(),
                    article: id.into(),
                    start,
                    end: start + words.trim_end().chars().count(),
                    language: language.into(),
                    voice: (*voice).into(),
                    reported: cue_at.is_some(),
                    confidence: 0.95 - (n % 7) as f64 * 0.05,
                });
                self.evidence.claims.push(ClaimEvidence {
                    claim: (*claim).into(),
                    rule: cue_at.map(|_| "said-that".into()),
                    cue: cue_at,
                    speaker: cue_at.map(|_| (*cue).into()),
                    rejected: false,
                    similar: vec![],
                });
            }
            text.push_str(words);
            debug_assert_eq!(text.chars().count(), end);
        }
        self.debate.articles.push(ArticleEntry {
            id: id.into(),
            path: format!("corpus/{id}.md"),
            sha256: format!("{id:0>64}"),
            title: Some(title.into()),
            author: None,
            published: published.map(Into::into),
            language: LanguageEntry { code: language.into(), confidence: 0.98 },
        });
        self.evidence.articles.push(ArticleText {
            article: id.into(),
            url: Some(format!("https://example.org/{id}")),
            text,
        });
    }

    fn point(
        &mut self,
        id: &str,
        text: &str,
        origin: Origin,
        confidence: f64,
        positions: &[(&str, Side, f64)],
        unclear: &[(&str, f64)],
    ) {
        let holders = |side: Side| {
            let mut ids: Vec<String> = positions
                .iter()
                .filter(|p| p.1 == side)
                .map(|p| {
                    let claim = self.debate.claims.iter().find(|c| c.id == p.0);
                    claim.unwrap_or_else(|| panic!("no claim {}", p.0)).voice.clone()
                })
                .collect();
            ids.sort();
            ids.dedup();
            ids
        };
        let (pro, con) = (holders(Side::For), holders(Side::Against));
        let verdict = match (pro.len(), con.len()) {
            _ if confidence < 0.4 => Verdict::Unclear,
            (0, 0) => Verdict::Unclear,
            (a, b) if a > 0 && b > 0 => Verdict::Diverge,
            (a, b) if a + b == 1 => Verdict::Single,
            _ => Verdict::Agree,
        };
        self.debate.points.push(PointEntry {
            id: id.into(),
            text: text.into(),
            origin,
            claims: positions
                .iter()
                .map(|&(claim, side, confidence)| Position { claim: claim.into(), side, confidence })
                .collect(),
            r#for: pro,
            against: con,
            verdict,
        });
        self.evidence.points.push(PointEvidence {
            point: id.into(),
            confidence,
            unclear: unclear.iter().map(|&(c, p)| (c.into(), p)).collect(),
            shifts: vec![],
        });
        // claims of different voices on the same side of a point are neighbours
        for &(claim, side, sure) in positions {
            let voice = self.debate.claims.iter().find(|c| c.id == claim).unwrap().voice.clone();
            let near: Vec<(String, f64)> = positions
                .iter()
                .filter(|p| p.1 == side && self.debate.claims.iter().any(|c| c.id == p.0 && c.voice != voice))
                .take(4)
                .map(|p| (p.0.to_owned(), (sure * p.2 * 1000.0).round() / 1000.0))
                .collect();
            let entry = self.evidence.claims.iter_mut().find(|c| c.claim == claim).unwrap();
            for pair in near {
                if entry.similar.len() < 5 && !entry.similar.iter().any(|s| s.0 == pair.0) {
                    entry.similar.push(pair);
                }
            }
        }
    }
}

/// Eight voices in six languages on one question: should night buses run until dawn?
pub(crate) fn night_buses() -> (Debate, Evidence) {
    use Side::{Against, For};
    let mut b = Builder::new();
    b.voice("v-almeida", "Rosa Almeida", &["Роза Алмейда", "ローザ・アルメイダ"]);
    b.voice("v-delorme", "Hélène Delorme", &[]);
    b.voice("v-drivers", "Drivers’ union", &["le syndicat des conducteurs"]);
    b.voice("v-hostile", &format!("Mallory {}", HOSTILE[0]), &[HOSTILE[1]]);
    b.voice("v-mansour", "سلمى منصور", &["Salma Mansour"]);
    b.voice("v-orlov", "Тимур Орлов", &[]);
    b.voice("v-qin", "秦若兰", &["Qin Ruolan"]);
    b.voice("v-tachibana", "橘千景", &[]);

    b.article("a1-eng", "eng", "The last bus should not be at midnight", Some("2025-03-04"), &[
        ("", "", "The council votes in May on a network of eleven night routes. The trial last winter carried nine hundred passengers a night.\n\n", ""),
        ("c01", "v-almeida", "A city that works at night owes its workers a ride home. ", ""),
        ("c02", "v-almeida", "Night buses make the streets safer, because people who wait together are not alone. ", ""),
        ("c03", "v-drivers", "The drivers’ union answers that its members will pay for this plan with their sleep. ", "The drivers’ union answers"),
        ("c04", "v-almeida", "The cost is small beside what the city already spends on empty car parks.\n\n", ""),
        ("", "", "A second hearing is set for the spring.\n\n", ""),
        ("c05", "v-drivers", "According to the union, no driver should be made to take two night shifts in a row.", "According to the union"),
    ]);
    b.article(
        "a2-fra",
        "fra",
        "Le bus de trois heures du matin",
        Some("2025-04-18"),
        &[
            ("", "", "Onze lignes sont à l’étude ; la mairie publiera ses comptes en juin.\n\n", ""),
            ("c06", "v-delorme", "Les bus de nuit rendent la rue plus sûre, parce qu’on n’y attend plus seul. ", ""),
            (
                "c07",
                "v-delorme",
                "Une ville qui fait travailler la nuit doit ramener chez eux ceux qui travaillent. ",
                "",
            ),
            (
                "c08",
                "v-drivers",
                "Pour le syndicat des conducteurs, c’est leur sommeil qui paiera ce projet. ",
                "Pour le syndicat des conducteurs",
            ),
            ("c09", "v-delorme", "Il faudrait pourtant commencer par trois lignes, pas par onze.", ""),
        ],
    );
    b.article(
        "a3-rus",
        "rus",
        "Ночной маршрут в никуда",
        Some("2025-05-02"),
        &[
            (
                "c10",
                "v-orlov",
                "Ночные автобусы не делают улицы безопаснее: пустая остановка в три часа ночи опаснее такси. ",
                "",
            ),
            ("c11", "v-orlov", "Деньги уйдут на пустые салоны. ", ""),
            (
                "c12",
                "v-almeida",
                "Роза Алмейда уверяет, что расходы малы рядом с пустыми парковками. ",
                "Роза Алмейда уверяет",
            ),
            ("c13", "v-orlov", "Если уж начинать, то с трёх маршрутов, а не с одиннадцати.\n\n", ""),
            ("", "", "Слушания пройдут весной.", ""),
        ],
    );
    b.article(
        "a4-zho",
        "zho",
        "夜班车上的城市",
        Some("2025-05-20"),
        &[
            ("", "", "试运行期间，每晚平均有九百名乘客。\n\n", ""),
            ("c14", "v-qin", "一座在夜里运转的城市，理应送夜班工人回家。", ""),
            ("c15", "v-qin", "夜班车让街道更安全，因为一起等车的人不再孤单。", ""),
            ("c16", "v-qin", "与空置停车场的开支相比，这点费用微不足道。", ""),
            ("c17", "v-qin", "真正的难题是司机的作息，而不是预算。", ""),
        ],
    );
    b.article(
        "a5-jpn",
        "jpn",
        "始発までの四時間",
        Some("2025-06-11"),
        &[
            ("c18", "v-tachibana", "深夜バスが走れば、停留所に人が集まり、通りは前より安全になる。", ""),
            ("c19", "v-tachibana", "しかし運転手の睡眠を削ってまで走らせるべきではない。", ""),
            (
                "c20",
                "v-almeida",
                "ローザ・アルメイダ氏は、夜に働かせる街には帰りの足を用意する義務があると語る。",
                "ローザ・アルメイダ氏は",
            ),
            ("c21", "v-tachibana", "費用は小さくない。車庫の照明だけでも年に二億円かかる。", ""),
            ("c22", "v-tachibana", "まず三路線で試すのが筋だろう。", ""),
        ],
    );
    b.article(
        "a6-ara",
        "ara",
        "حافلة الفجر",
        Some("2025-07-01"),
        &[
            ("c23", "v-mansour", "المدينة التي تعمل ليلاً مدينةٌ لعمّالها بوسيلة تعيدهم إلى بيوتهم. ", ""),
            (
                "c24",
                "v-mansour",
                "حافلات الليل تجعل الشارع أكثر أماناً لأن المنتظرين معاً ليسوا وحدهم (انظر التقرير رقم 12). ",
                "",
            ),
            ("c25", "v-mansour", "من الحكمة أن نبدأ بثلاثة خطوط ثم نتوسع.", ""),
        ],
    );
    b.article("a7-bad", "eng", &format!("A title {}", HOSTILE[3]), None, &[
        ("c26", "v-hostile", "Night buses do nothing for safety </script><img src=x onerror=\"document.title='owned'\"> and never will. ", ""),
        ("c27", "v-hostile", "=cmd|' /C calc'!A0 is what the budget amounts to. ", ""),
        ("c28", "v-hostile", "\u{202E}drawkcab si siht\u{202C} and @everyone should [read](javascript:alert(1)) it & weep.", ""),
    ]);
    b.article(
        "a8-eng",
        "eng",
        "After the hearing",
        Some("2025-09-15"),
        &[
            (
                "c29",
                "v-drivers",
                "Eleven routes at once would break the roster, the union now says; three can be staffed. ",
                "the union now says",
            ),
            ("c30", "v-almeida", "Starting with three routes is starting with an excuse. ", ""),
            ("c31", "v-almeida", "I was wrong to call the cost small: the depots alone will need new lights.", ""),
        ],
    );

    b.point(
        "K1",
        "Night buses make the streets safer.",
        Origin::Given,
        0.91,
        &[
            ("c02", For, 0.97),
            ("c06", For, 0.93),
            ("c15", For, 0.92),
            ("c18", For, 0.88),
            ("c24", For, 0.71),
            ("c10", Against, 0.94),
            ("c26", Against, 0.82),
        ],
        &[],
    );
    b.point(
        "K2",
        "The cost of the night network is small.",
        Origin::Given,
        0.74,
        &[
            ("c04", For, 0.9),
            ("c12", For, 0.78),
            ("c16", For, 0.86),
            ("c11", Against, 0.66),
            ("c21", Against, 0.91),
            ("c27", Against, 0.52),
            ("c31", Against, 0.83),
        ],
        &[("c17", 0.44)],
    );
    b.point(
        "p-home",
        "A city that works at night owes its workers a ride home.",
        Origin::Found,
        0.95,
        &[("c01", For, 0.98), ("c07", For, 0.95), ("c14", For, 0.95), ("c20", For, 0.84), ("c23", For, 0.9)],
        &[],
    );
    b.point(
        "p-three",
        "まず三路線で試すのが筋だろう。",
        Origin::Found,
        0.68,
        &[
            ("c09", For, 0.81),
            ("c13", For, 0.73),
            ("c22", For, 0.93),
            ("c25", For, 0.86),
            ("c29", For, 0.69),
            ("c30", Against, 0.77),
        ],
        &[],
    );
    b.point(
        "p-sleep",
        "Pour le syndicat des conducteurs, c’est leur sommeil qui paiera ce projet. ".trim(),
        Origin::Found,
        0.83,
        &[("c03", For, 0.92), ("c08", For, 0.95), ("c19", For, 0.64), ("c17", For, 0.58)],
        &[],
    );
    b.point(
        "p-shifts",
        "According to the union, no driver should be made to take two night shifts in a row.",
        Origin::Found,
        0.6,
        &[("c05", For, 0.9)],
        &[],
    );
    b.point(
        "p-odd",
        "\u{202E}drawkcab si siht\u{202C} and @everyone should [read](javascript:alert(1)) it & weep.",
        Origin::Found,
        0.31,
        &[("c28", For, 0.41)],
        &[("c30", 0.38)],
    );
    b.evidence.points[1].shifts = vec![("v-almeida".into(), Some("2025-03-04".into()), Some("2025-09-15".into()))];
    b.evidence.claims[11].rejected = true;
    b.evidence.maybe_same = vec![("v-qin".into(), "v-tachibana".into())];
    b.debate.skipped = vec![Skipped {
        path: "corpus/scan.pdf.md".into(),
        stage: "ingest".into(),
        error: "is not text: 43 % of its bytes are control characters; give the text itself".into(),
    }];
    (b.debate, b.evidence)
}

/// `claims` claims by forty voices in six languages on `claims / 12` points.
pub(crate) fn large(claims: usize) -> (Debate, Evidence) {
    const LANGUAGES: [&str; 6] = ["eng", "fra", "rus", "zho", "jpn", "ara"];
    const WORDS: [&str; 6] = [
        "The evening line number {} should run until the first train, whatever the accountants say. ",
        "La ligne du soir numéro {} devrait rouler jusqu’au premier train, quoi qu’en disent les comptables. ",
        "Вечерний маршрут номер {} должен ходить до первого поезда, что бы ни говорили счетоводы. ",
        "第{}号夜间线路应当一直开到头班列车，不管会计怎么说。",
        "夜の{}番線は、会計係が何と言おうと始発まで走るべきだ。",
        "يجب أن يعمل خط المساء رقم {} حتى القطار الأول مهما قال المحاسبون. ",
    ];
    let mut b = Builder::new();
    for v in 0..40 {
        b.voice(&format!("v{v:02}"), &format!("Speaker {}", v + 1), &[]);
    }
    let ids: Vec<String> = (0..claims).map(|n| format!("c{n:05}")).collect();
    let voices: Vec<String> = (0..claims).map(|n| format!("v{:02}", (n * 7 + n / 40) % 40)).collect();
    let each = 50;
    for (a, block) in ids.chunks(each).enumerate() {
        let l = a % 6;
        let texts: Vec<String> = block
            .iter()
            .enumerate()
            .map(|(i, _)| {
                let end = if i % 5 == 4 { "\n\n" } else { "" };
                WORDS[l].replace("{}", &(a * each + i).to_string()) + end
            })
            .collect();
        let parts: Vec<(&str, &str, &str, &str)> = block
            .iter()
            .zip(&texts)
            .enumerate()
            .map(|(i, (id, text))| (id.as_str(), voices[a * each + i].as_str(), text.as_str(), ""))
            .collect();
        let date = format!("20{:02}-{:02}-11", 18 + a % 8, 1 + a % 12);
        b.article(&format!("a{a:04}"), LANGUAGES[l], &format!("Report {a}"), Some(&date), &parts);
    }
    let points = claims / 12;
    for p in 0..points {
        let mine: Vec<(&str, Side, f64)> = (0..12)
            .map(|i| p + i * points)
            .map(|n| {
                let voice: usize = voices[n][1..].parse().unwrap();
                let contested = p.is_multiple_of(3);
                let side = if contested && (voice + p / 3).is_multiple_of(4) { Side::Against } else { Side::For };
                (ids[n].as_str(), side, 0.5 + (n % 50) as f64 / 100.0)
            })
            .collect();
        let text = b.evidence.articles[0].text.lines().next().unwrap_or_default().len();
        b.point(
            &format!("p{p:04}"),
            &format!("Line {p} should run until dawn ({text})."),
            Origin::Found,
            0.35 + (p % 60) as f64 / 100.0,
            &mine,
            &[],
        );
    }
    (b.debate, b.evidence)
}
