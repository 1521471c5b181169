//! Does each form of the report say what the debate says, and no more?
#![allow(clippy::print_stderr)] // tests say aloud what they skip

#[path = "browser/sample.rs"]
mod sample;

use std::path::{Path, PathBuf};
use std::process::Command;

use counterpoint::report::{self, Format};
use unicode_width::UnicodeWidthStr;

#[test]
fn the_terminal_keeps_to_its_width() {
    let (debate, evidence) = sample::night_buses();
    for lang in report::LANGUAGES {
        for width in [40, 80, 100] {
            let text = report::terminal(&debate, &evidence, width, false, lang);
            for line in text.lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }
}

#[test]
fn the_terminal_obeys_no_article() {
    let (debate, evidence) = sample::night_buses();
    let text = report::terminal(&debate, &evidence, 100, false, "eng");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202E}'));
    write("terminal.txt", &text);
}

#[test]
fn a_report_of_five_thousand_claims_stays_small() {
    let (debate, evidence) = sample::large(5000);
    let page = report::html(&debate, &evidence, "eng").unwrap();
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    write("large.html", &page);
}

#[test]
fn the_page_is_the_same_twice_and_holds_no_markup_from_an_article() {
    let (debate, evidence) = sample::night_buses();
    for lang in report::LANGUAGES {
        let page = report::html(&debate, &evidence, lang).unwrap();
        assert_eq!(page, report::html(&debate, &evidence, lang).unwrap());
        assert!(!page.contains("<img"));
        assert_eq!(page.matches("</script").count(), 2);
        assert!(!page.contains('\u{202E}'));
        write(&format!("{lang}.html"), &page);
    }
}

#[test]
fn every_form_is_the_same_twice_and_json_is_the_contract() {
    let (debate, evidence) = sample::night_buses();
    for format in Format::ALL {
        let files = format.render(&debate, &evidence).unwrap();
        assert_eq!(files, format.render(&debate, &evidence).unwrap());
        for (name, content) in &files {
            assert!(content.ends_with('\n'), "{name} ends with a line end");
            write(name, content);
        }
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
    }
    let json = Format::Json.render(&debate, &evidence).unwrap();
    assert_eq!(serde_json::from_str::<counterpoint::debate::Debate>(&json[0].1).unwrap(), debate);
    assert_eq!(serde_json::from_str::<counterpoint::debate::Evidence>(&json[1].1).unwrap(), evidence);
    let error = "docx".parse::<Format>().unwrap_err().to_string();
    assert!(error.contains("graphml"), "{error}");
}

#[test]
fn an_empty_debate_is_a_report_too() {
    let (mut debate, mut evidence) = sample::night_buses();
    debate.articles.clear();
    debate.sentences.clear();
    debate.voices.clear();
    debate.claims.clear();
    debate.points.clear();
    evidence.articles.clear();
    evidence.claims.clear();
    evidence.points.clear();
    evidence.maybe_same.clear();
    for format in Format::ALL {
        for (name, content) in format.render(&debate, &evidence).unwrap() {
            write(&format!("empty-{name}"), &content);
        }
    }
}

#[test]
fn evidence_that_is_missing_or_wrong_breaks_no_report() {
    let (mut debate, mut evidence) = sample::night_buses();
    evidence.articles.truncate(2);
    evidence.points.clear();
    evidence.claims[0].similar.push(("nowhere".into(), 0.9));
    debate.claims[0].end = 1_000_000;
    debate.claims[1].voice = "nobody".into();
    debate.points[0].r#for.push("nobody".into());
    for format in Format::ALL {
        format.render(&debate, &evidence).unwrap();
    }
}

#[test]
fn the_browser_finds_nothing_amiss() {
    let Some(chromium) = program(&["chromium", "chromium-browser", "google-chrome"]) else {
        eprintln!("skipped: no chromium here (apt-get install chromium)");
        return;
    };
    let Some(node) = program(&["node", "nodejs"]) else {
        eprintln!("skipped: no node here to drive the browser (apt-get install nodejs)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, (debate, evidence): (_, _)| {
        let path = folder.path().join(name);
        std::fs::write(&path, report::html(&debate, &evidence, "eng").unwrap()).unwrap();
        path
    };
    let small = page("small.html", sample::night_buses());
    let large = page("large.html", sample::large(5000));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/check.mjs");
    let mut check = Command::new(node);
    check.arg(script).arg(chromium).arg(small).arg(large);
    if let Some(folder) = std::env::var_os("REPORT_OUT") {
        check.arg(folder); // screenshots to look at
    }
    let ran = check.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn other_programs_read_the_exports() {
    let Some(shell) = program(&["bash"]) else {
        eprintln!("skipped: no bash here to run the validators");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (debate, evidence) = sample::night_buses();
    for format in Format::ALL {
        for (name, content) in format.render(&debate, &evidence).unwrap() {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate.sh");
    let ran = Command::new(shell).arg(script).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    eprintln!("{said}");
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
}

/// The first of `names` on the path.
fn program(names: &[&str]) -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// Where the reader asked for the pages, to look at them.
fn write(name: &str, content: &str) {
    if let Some(folder) = std::env::var_os("REPORT_OUT") {
        std::fs::write(Path::new(&folder).join(name), content).unwrap();
    }
}
