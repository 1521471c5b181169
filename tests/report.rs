//! Does each form of the report say what the debate says, and no more?

#[path = "browser/sample.rs"]
mod sample;

use counterpoint::report;
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

/// Where the reader asked for the pages, to look at them.
fn write(name: &str, content: &str) {
    if let Some(folder) = std::env::var_os("REPORT_OUT") {
        std::fs::write(std::path::Path::new(&folder).join(name), content).unwrap();
    }
}
