//! Does the program do its job, and say clearly when it cannot? Whole processes, real files.
#![expect(clippy::print_stdout, reason = "a skipped test says so aloud")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use counterpoint::debate::{Debate, Evidence};
use counterpoint::span::CodePoints;

fn counterpoint(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_counterpoint"))
        .args(["--isolated"])
        .args(args)
        .env_remove("COUNTERPOINT_DEVICE")
        .env_remove("COUNTERPOINT_JOBS")
        .env_remove("COUNTERPOINT_STORE")
        .output()
        .expect("the program starts")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The paths of the corpus articles whose names hold one of `parts`.
fn corpus(parts: &[&str]) -> Vec<String> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root().join("corpus"))
        .expect("the corpus is part of the project")
        .map(|e| e.expect("a readable entry").path())
        .filter(|p| parts.iter().any(|part| p.to_string_lossy().contains(part)))
        .collect();
    found.sort();
    found.into_iter().map(|p| p.to_string_lossy().into_owned()).collect()
}

fn run(paths: &[String], out: &Path, more: &[&str]) -> Output {
    let mut args = vec!["run", "--model", "fast", "--out", out.to_str().expect("a plain path")];
    args.extend(more);
    args.extend(paths.iter().map(String::as_str));
    counterpoint(&args)
}

fn load(out: &Path) -> (Debate, Evidence) {
    let read = |name: &str| std::fs::read_to_string(out.join(name)).expect("the run wrote it");
    (
        serde_json::from_str(&read("debate.json")).expect("the contract"),
        serde_json::from_str(&read("evidence.json")).expect("the evidence"),
    )
}

#[test]
fn the_same_articles_give_the_same_bytes_whatever_the_order_and_the_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut paths = corpus(&[".eng.", ".jpn.", ".fra."]);
    assert!(paths.len() >= 5);
    let bytes = |name: &str| std::fs::read(folder.path().join(name).join("debate.json")).expect("written");
    assert!(run(&paths, &folder.path().join("a"), &["--jobs", "1"]).status.success());
    paths.reverse();
    assert!(run(&paths, &folder.path().join("b"), &["--jobs", "2"]).status.success());
    paths.rotate_left(2);
    assert!(run(&paths, &folder.path().join("c"), &["--jobs", "7"]).status.success());
    // and once more over the store of the first
    assert!(run(&paths, &folder.path().join("a"), &[]).status.success());
    assert_eq!(bytes("a"), bytes("b"));
    assert_eq!(bytes("a"), bytes("c"));
}

#[test]
fn the_default_model_gives_the_same_bytes_too_and_lists_claims_under_a_given_point() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let points = folder.path().join("points.toml");
    std::fs::write(&points, "[[point]]\nid = \"K1\"\ntext = \"General-purpose layer-2 networks will lose out.\"\n")
        .expect("written");
    let mut paths = corpus(&["toll-booth", "rokujubun"]);
    assert_eq!(paths.len(), 2);
    let mut outputs = Vec::new();
    for jobs in ["1", "3"] {
        let out = folder.path().join(jobs);
        let mut args = vec!["run", "--model", "default", "--jobs", jobs, "--points"];
        args.extend([points.to_str().expect("a plain path"), "--out", out.to_str().expect("a plain path")]);
        args.extend(paths.iter().map(String::as_str));
        assert!(counterpoint(&args).status.success());
        outputs.push(std::fs::read(out.join("debate.json")).expect("written"));
        paths.reverse();
    }
    assert_eq!(outputs[0], outputs[1]);
    let (debate, _) = load(&folder.path().join("1"));
    assert!(debate.points.iter().any(|p| p.id == "K1" && !p.claims.is_empty()), "a claim is listed under the point");
}

#[test]
fn every_span_of_the_contract_points_at_what_the_file_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths = corpus(&[".rus.", ".zho."]);
    assert!(run(&paths, folder.path(), &[]).status.success());
    let (debate, _) = load(folder.path());
    assert!(debate.claims.len() > 20);
    for article in &debate.articles {
        let text = std::fs::read_to_string(&article.path).expect("the article is there");
        let points = CodePoints::new(&text);
        let mut end = 0;
        for s in debate.sentences.iter().filter(|s| s.article == article.id) {
            assert!(end <= s.start && s.start < s.end, "sentences run forward");
            end = s.end;
            let words = points.span(s.start, s.end).expect("inside the text").of(&text);
            assert_eq!(words.trim(), words, "tight");
        }
        for c in debate.claims.iter().filter(|c| c.article == article.id) {
            assert!(points.span(c.start, c.end).is_some());
            assert!(debate.voices.iter().any(|v| v.id == c.voice), "a voice for every claim");
            assert!(debate.sentences.iter().any(|s| s.article == c.article && s.start <= c.start && c.end <= s.end));
        }
    }
}

#[test]
fn bad_input_is_named_skipped_and_harms_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let articles = folder.path().join("articles");
    std::fs::create_dir(&articles).expect("made");
    let good = corpus(&["toll-booth"]);
    std::fs::copy(&good[0], articles.join("good.md")).expect("copied");
    std::fs::copy(&good[0], articles.join("twin.md")).expect("copied");
    std::fs::write(articles.join("empty.txt"), "").expect("written");
    std::fs::write(articles.join("binary.txt"), [0u8, 159, 146, 150, 0, 1, 2, 3, 0, 255]).expect("written");
    std::fs::write(articles.join("numbers.txt"), "12 34 56\n78 90\n").expect("written");
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS
        .encode("市場は伸びると思う。だが誰も使わない橋を建てるべきではない。手数料は高すぎるからだ。");
    std::fs::write(articles.join("sjis.txt"), shift_jis).expect("written");
    let out = folder.path().join("out");
    let result = run(&[articles.to_string_lossy().into_owned()], &out, &[]);
    let talk = String::from_utf8_lossy(&result.stderr).into_owned();
    assert_eq!(result.status.code(), Some(1), "{talk}");
    let (debate, evidence) = load(&out);
    let skipped = |name: &str| debate.skipped.iter().any(|s| s.path.ends_with(name));
    for name in ["empty.txt", "binary.txt", "numbers.txt"] {
        assert!(skipped(name), "{name}: {:?}", debate.skipped);
        assert!(talk.contains(name), "{name} on stderr: {talk}");
    }
    assert!(skipped("good.md") != skipped("twin.md"), "the same content counts once");
    assert!(evidence.articles.iter().any(|a| a.text.contains("市場は伸びる")), "legacy encodings are decoded");
    assert!(debate.claims.len() > 5, "the good article is unharmed");
}

#[test]
fn what_is_not_there_fails_with_one_clear_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().to_str().expect("a plain path");
    for (args, expected) in [
        (vec!["run", "/nowhere/at/all", "--out", out], "/nowhere/at/all"),
        (vec!["run", "--model", "/no/model", "--out", out], "/no/model"),
        (vec!["run", "--points", "/no/points.toml", "--out", out], "/no/points.toml"),
        (vec!["run", "--cut", "3", "--out", out], "setting cut"),
        (vec!["report", "/no/run"], "/no/run"),
        (vec!["report", "/no/run", "--format", "pdf"], "/no/run"),
    ] {
        let result = counterpoint(&args);
        let talk = String::from_utf8_lossy(&result.stderr).into_owned();
        assert_ne!(result.status.code(), Some(0), "{args:?}");
        assert!(talk.contains(expected), "{args:?}: {talk}");
    }
}

#[test]
fn add_takes_an_article_in_once_and_says_what_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path().join("corpus");
    std::fs::create_dir(&here).expect("made");
    let first = corpus(&["toll-booth"]);
    std::fs::copy(&first[0], here.join("first.md")).expect("copied");
    let out = folder.path().join("out");
    let (here, out) = (here.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
    assert!(run(std::slice::from_ref(&here), Path::new(&out), &[]).status.success());
    let new = corpus(&["pustye"]);
    let args = ["add", &new[0], "--corpus", &here, "--out", &out, "--model", "fast"];
    let said = String::from_utf8_lossy(&counterpoint(&args).stdout).into_owned();
    assert!(said.contains("1 article(s) added") && said.contains("new voice"), "{said}");
    let grown = std::fs::read(Path::new(&out).join("debate.json")).expect("written");
    let again = String::from_utf8_lossy(&counterpoint(&args).stdout).into_owned();
    assert!(again.contains("0 article(s) added"), "{again}");
    assert_eq!(
        grown,
        std::fs::read(Path::new(&out).join("debate.json")).expect("written"),
        "nothing new, nothing changed"
    );
    let cold = folder.path().join("cold");
    assert!(run(std::slice::from_ref(&here), &cold, &[]).status.success());
    let (one, _) = load(Path::new(&out));
    let (other, _) = load(&cold);
    assert_eq!((one.claims, one.voices), (other.claims, other.voices), "grown or built at once");
}

#[test]
fn hostile_text_is_only_ever_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("hostile.md");
    let text = "---\ntitle: \"<script>alert(1)</script>\"\nauthor: \"=cmd()\"\n---\n\n\
        We must never trust this </script><img src=x onerror=alert(2)> network, because it will certainly fail its users.\n\
        The other one should be stopped at once \u{202E} and nobody ought to defend it, I think.\n";
    std::fs::write(&path, text).expect("written");
    let out = folder.path().join("out");
    run(&[path.to_string_lossy().into_owned()], &out, &[]);
    // a namespace is a name: nothing is fetched from it
    let page =
        std::fs::read_to_string(out.join("report.html")).expect("written").replace("http://www.w3.org/2000/svg", "");
    for bad in ["<script>alert", "<img", "http:", "https:", "\u{202E}"] {
        assert!(!page.contains(bad), "{bad} in the page");
    }
    assert!(page.contains("default-src &#x27;none&#x27;") || page.contains("default-src 'none'"));
    let table = counterpoint(&["report", out.to_str().expect("a plain path"), "--format", "csv"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(!table.contains(",=cmd()") && table.contains("'=cmd()"), "{table}");
}

#[test]
fn every_format_renders_an_earlier_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(run(&corpus(&[".deu.", ".spa."]), folder.path(), &[]).status.success());
    let shown = folder.path().to_str().expect("a plain path");
    for format in ["terminal", "md", "html", "json", "csv", "xaif", "argdown", "webanno", "graphml"] {
        let result = counterpoint(&["report", shown, "--format", format]);
        assert!(result.status.success() && !result.stdout.is_empty(), "{format}");
        if matches!(format, "json" | "xaif" | "webanno") {
            let parsed: serde_json::Result<serde_json::Value> = serde_json::from_slice(&result.stdout);
            assert!(parsed.is_ok(), "{format} is JSON");
        }
    }
    let (debate, _) = load(folder.path());
    let why = counterpoint(&["explain", &debate.claims[0].id, "--run", shown]);
    assert!(String::from_utf8_lossy(&why.stdout).contains("code points"));
    let lost = counterpoint(&["explain", "c-nothing", "--run", shown]);
    assert_eq!(lost.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&lost.stderr).contains("nearest:"));
}

#[test]
fn the_real_articles_run_where_they_are() {
    let shared = std::env::var_os("COUNTERPOINT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let seeds = shared.join("seeds");
    if !seeds.is_dir() {
        println!("skipped: ../shared is not here");
        return;
    }
    let gold = root().join("eval/seeds.gold.json");
    let result = counterpoint(&[
        "eval",
        seeds.to_str().expect("a plain path"),
        "--gold",
        gold.to_str().expect("a plain path"),
        "--model",
        "fast",
        "--json",
    ]);
    let report: counterpoint::eval::Report = serde_json::from_slice(&result.stdout).expect("scores");
    assert_eq!(report.all.language, 5, "all five languages");
    assert!(report.all.boundaries.f1() >= 0.97, "sentences {:.3}", report.all.boundaries.f1());
    // gates hold what was reached, a little below, not what was hoped for; eval/README.md has the figures
    assert!(report.all.claims.f1() >= 0.75, "claims {:.3}", report.all.claims.f1());
}
