//! What did the reader type, and what do they see? The only room that writes
//! to stdout and stderr. stdout is data, stderr is talk.
#![expect(clippy::print_stderr, reason = "this is the room that talks")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::debate::{Debate, Evidence, Verdict};
use crate::embed;
use crate::error::{Error, Result};
use crate::eval::{self, Gold, Report};
use crate::ingest;
use crate::pipeline::{Pipeline, Progress};
use crate::report::{self, Format};
use crate::settings::{Options, Settings};
use crate::store::Store;

/// Reads what different people wrote about one question, in many languages, and shows where they
/// agree and where they diverge: who says it, on which side, in which sentence. Works offline.
#[derive(Debug, Parser)]
#[command(name = "counterpoint", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say less: only errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to colour the summary
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Settings file; without it the nearest counterpoint.toml above the working folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read no settings file
    #[arg(long, global = true, conflicts_with = "config")]
    isolated: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read articles and find the debate in them
    Run(Run),
    /// Take new articles into the corpus folder and update the debate
    Add(Add),
    /// Show an earlier run again, in another format; computes nothing
    Report(Show),
    /// Why does a claim or a point stand where it does?
    Explain(Explain),
    /// Score the pipeline against labelled claims
    Eval(Eval),
    /// The models that are built in
    Models,
    /// Every setting, its value and where it was said
    Config(What),
}

/// What to compute; each also a key of counterpoint.toml.
#[derive(Debug, Clone, Default, Args)]
struct What {
    /// Built-in model (`default`, `fast`) or model folder
    #[arg(long, value_name = "NAME|FOLDER")]
    model: Option<String>,
    /// The reader's own key points (TOML: `[[point]]` id, text)
    #[arg(long, value_name = "FILE")]
    points: Option<PathBuf>,
    /// Who is who (TOML: `[[person]]` name, also; `[[different]]` names)
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Mean cosine at which claims are one point [default: the model's own]
    #[arg(long, value_name = "0..1")]
    cut: Option<f32>,
    /// Probability from which a claim is listed under a given point [default: the model's own]
    #[arg(long, value_name = "0..1")]
    min_confidence: Option<f32>,
    /// auto, cpu, cuda:N or metal (also COUNTERPOINT_DEVICE)
    #[arg(long, value_name = "DEVICE")]
    device: Option<String>,
    /// Threads; 0 is one a core (also COUNTERPOINT_JOBS)
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Where vectors and point ids are kept (also COUNTERPOINT_STORE) [default: OUT/store.sqlite]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Run {
    /// Articles and folders of articles
    #[arg(default_value = "corpus")]
    paths: Vec<PathBuf>,
    /// Where debate.json, report.html and report.md go
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Language of the tool's own words: eng, fra, rus, zho, jpn
    #[arg(long, default_value = "eng", value_name = "CODE")]
    lang: String,
    #[command(flatten)]
    what: What,
}

#[derive(Debug, Args)]
struct Add {
    /// New articles
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The folder that holds the corpus
    #[arg(long, default_value = "corpus", value_name = "DIR")]
    corpus: PathBuf,
    /// Where the debate stands
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Language of the tool's own words: eng, fra, rus, zho, jpn
    #[arg(long, default_value = "eng", value_name = "CODE")]
    lang: String,
    #[command(flatten)]
    what: What,
}

#[derive(Debug, Args)]
struct Show {
    /// Folder of an earlier run
    #[arg(default_value = "out")]
    run: PathBuf,
    /// The format; all but `terminal` and `json` may be several files
    #[arg(short, long, default_value = "terminal", value_name = "FORMAT")]
    format: String,
    /// Write the files here instead of to stdout
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Language of the tool's own words: eng, fra, rus, zho, jpn
    #[arg(long, default_value = "eng", value_name = "CODE")]
    lang: String,
}

#[derive(Debug, Args)]
struct Explain {
    /// Id of a claim (c-…), a point (p-… or your own) or a voice (v-…)
    id: String,
    /// Folder of the run
    #[arg(long, default_value = "out", value_name = "DIR")]
    run: PathBuf,
}

#[derive(Debug, Args)]
struct Eval {
    /// The labelled articles
    paths: Vec<PathBuf>,
    /// The labels
    #[arg(long, value_name = "FILE")]
    gold: PathBuf,
    /// Scores for machines
    #[arg(long)]
    json: bool,
    /// Scores of an earlier `--json`: exit 1 where a figure fell below its interval
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    what: What,
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExitStatus {
    /// Done.
    Done = 0,
    /// Done, but something was skipped or a gate was missed.
    Partly = 1,
    /// Not done.
    Failed = 2,
}

/// The program: parses the command line, runs it, prints the error chain, says how it ended.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = match (cli.quiet, cli.verbose) {
        (true, _) => log::LevelFilter::Error,
        (_, 0) => log::LevelFilter::Warn,
        (_, 1) => log::LevelFilter::Info,
        _ => log::LevelFilter::Debug,
    };
    if log::set_logger(&Stderr).is_ok() {
        log::set_max_level(level);
    }
    let status = match cli.command {
        Command::Run(ref args) => run(&cli, args),
        Command::Add(ref args) => add(&cli, args),
        Command::Report(ref args) => show(&cli, args),
        Command::Explain(ref args) => explain(args),
        Command::Eval(ref args) => evaluate(&cli, args),
        Command::Models => models(),
        Command::Config(ref args) => config(&cli, args),
    };
    let status = status.unwrap_or_else(|error| {
        // a reader that went away (`| head`) is no failure
        if broken_pipe(&error) {
            return ExitStatus::Done;
        }
        eprintln!("error: {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(s) = source {
            eprintln!("  because: {s}");
            source = s.source();
        }
        ExitStatus::Failed
    });
    ExitCode::from(status as u8)
}

fn broken_pipe(error: &Error) -> bool {
    matches!(error, Error::Write { source, .. } if source.kind() == std::io::ErrorKind::BrokenPipe)
}

struct Stderr;

impl log::Log for Stderr {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("counterpoint")
    }
    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let word = match record.level() {
                log::Level::Error => "error: ",
                log::Level::Warn => "warning: ",
                _ => "",
            };
            eprintln!("{word}{}", record.args());
        }
    }
    fn flush(&self) {}
}

/// Bars on a terminal, nothing elsewhere.
struct Bars(std::sync::Mutex<Option<ProgressBar>>, bool);

impl Bars {
    fn new(quiet: bool) -> Self {
        Self(std::sync::Mutex::new(None), !quiet && std::io::stderr().is_terminal())
    }
}

impl Progress for Bars {
    fn begin(&self, step: &'static str, total: usize) {
        if self.1 && total > 0 {
            let style = ProgressStyle::with_template("{msg:>16} {bar:32} {pos}/{len} {eta}").expect("a valid template");
            let bar = ProgressBar::new(total as u64).with_style(style).with_message(step);
            *self.0.lock().expect("no thread died holding the bar") = Some(bar);
        }
    }
    fn advance(&self, n: usize) {
        if let Some(bar) = &*self.0.lock().expect("no thread died holding the bar") {
            bar.inc(n as u64);
        }
    }
    fn end(&self) {
        if let Some(bar) = self.0.lock().expect("no thread died holding the bar").take() {
            bar.finish_and_clear();
        }
    }
}

fn stdout(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(Error::write(Path::new("standard output")))
}

fn settings(cli: &Cli, what: &What) -> Result<Settings> {
    let flags = Options {
        model: what.model.clone(),
        points: what.points.clone(),
        people: what.people.clone(),
        cut: what.cut,
        min_confidence: what.min_confidence,
        device: what.device.clone(),
        jobs: what.jobs,
        store: what.store.clone(),
    };
    let path = match (&cli.config, cli.isolated) {
        (Some(path), _) => Some(path.clone()),
        (None, true) => None,
        (None, false) => std::env::current_dir()
            .ok()
            .and_then(|dir| dir.ancestors().map(|d| d.join("counterpoint.toml")).find(|p| p.is_file())),
    };
    let file = path.as_deref().map(Options::read).transpose()?;
    Settings::resolve(&flags, &|key| std::env::var(key).ok(), path.as_deref().zip(file.as_ref()))
}

/// Starts as many threads as the settings say; the first caller decides.
fn threads(settings: &Settings) {
    if let Err(e) = rayon::ThreadPoolBuilder::new().num_threads(settings.jobs).build_global() {
        log::debug!("threads were started before: {e}");
    }
}

fn run(cli: &Cli, args: &Run) -> Result<ExitStatus> {
    let settings = settings(cli, &args.what)?;
    threads(&settings);
    let (debate, evidence) = compute(cli, settings, &args.paths, &args.out)?;
    write_run(&args.out, &debate, &evidence, &args.lang)?;
    summary(cli, &debate, &evidence, &args.out, &args.lang)
}

fn compute(cli: &Cli, settings: Settings, paths: &[PathBuf], out: &Path) -> Result<(Debate, Evidence)> {
    let path = settings.store.clone().unwrap_or_else(|| out.join("store.sqlite"));
    let pipeline = Pipeline::open(settings)?;
    let mut store = Store::open(&path)?;
    pipeline.run(paths, &mut store, &Bars::new(cli.quiet))
}

/// Writes the files of a run, each whole or not at all.
fn write_run(out: &Path, debate: &Debate, evidence: &Evidence, lang: &str) -> Result<()> {
    std::fs::create_dir_all(out).map_err(Error::write(out))?;
    replace(&out.join("evidence.json"), &json(evidence))?;
    replace(&out.join("report.md"), &report::markdown(debate, evidence, lang))?;
    replace(&out.join("report.html"), &report::html(debate, evidence, lang)?)?;
    // last, so that a debate.json that is there has its companions
    replace(&out.join("debate.json"), &json(debate))
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).expect("these types are JSON") + "\n"
}

/// Puts `text` in the place of `path` in one step: a reader sees the old file or the new one.
fn replace(path: &Path, text: &str) -> Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(|source| {
        // the half-written part is ours; if it cannot be removed, the error above says enough
        let _ = std::fs::remove_file(&part);
        Error::Write { path: path.to_owned(), source }
    })
}

fn summary(cli: &Cli, debate: &Debate, evidence: &Evidence, out: &Path, lang: &str) -> Result<ExitStatus> {
    if !cli.quiet {
        stdout(&report::terminal(debate, evidence, width(), colour(cli), lang))?;
        eprintln!("report: {}", out.join("report.html").display());
    }
    for s in &debate.skipped {
        eprintln!("skipped {} ({}): {}", report::shown(&s.path), s.stage, report::shown(&s.error));
    }
    Ok(if debate.skipped.is_empty() { ExitStatus::Done } else { ExitStatus::Partly })
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(96, |(w, _)| usize::from(w.0)).clamp(40, 140)
}

fn colour(cli: &Cli) -> bool {
    match cli.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    }
}

fn load(run: &Path) -> Result<(Debate, Evidence)> {
    fn read<T: serde::de::DeserializeOwned>(path: &Path, what: &'static str) -> Result<T> {
        let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
        serde_json::from_str(&text).map_err(|e| Error::Parse { path: path.to_owned(), what, why: e.to_string() })
    }
    Ok((read(&run.join("debate.json"), "debate")?, read(&run.join("evidence.json"), "evidence file")?))
}

fn add(cli: &Cli, args: &Add) -> Result<ExitStatus> {
    let settings = settings(cli, &args.what)?;
    threads(&settings);
    std::fs::create_dir_all(&args.corpus).map_err(Error::write(&args.corpus))?;
    let (here, _) = ingest::discover(std::slice::from_ref(&args.corpus)).unwrap_or_default();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for f in &here {
        if let Ok(a) = ingest::read(f) {
            known.insert(a.sha256, a.path);
        }
    }
    let (found, mut refused) = ingest::discover(&args.files)?;
    let mut taken = 0;
    for f in found {
        let article = match ingest::read(&f) {
            Ok(a) => a,
            Err(s) => {
                refused.push(s);
                continue;
            }
        };
        if let Some(same) = known.get(&article.sha256) {
            eprintln!("{} is already in the corpus as {same}", report::shown(&f.shown));
            continue;
        }
        let target = free_name(&args.corpus, &f.path);
        let bytes = std::fs::read(&f.path).map_err(Error::read(&f.path))?;
        let part = target.with_extension("part");
        std::fs::write(&part, bytes).map_err(Error::write(&part))?;
        std::fs::rename(&part, &target).map_err(Error::write(&target))?;
        known.insert(article.sha256, target.display().to_string());
        taken += 1;
    }
    for s in &refused {
        eprintln!("not added: {}: {}", report::shown(&s.path), report::shown(&s.error));
    }
    let before = load(&args.out).ok();
    let (debate, evidence) = compute(cli, settings, std::slice::from_ref(&args.corpus), &args.out)?;
    write_run(&args.out, &debate, &evidence, &args.lang)?;
    let mut text = format!("{taken} article(s) added\n");
    text += &changes(before.as_ref().map(|(d, _)| d), &debate);
    stdout(&text)?;
    let whole = debate.skipped.is_empty() && refused.is_empty();
    Ok(if whole { ExitStatus::Done } else { ExitStatus::Partly })
}

/// A name in `corpus` that no file has: the file's own, else with a number.
fn free_name(corpus: &Path, file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_else(|| "article.txt".as_ref());
    let mut target = corpus.join(name);
    let (stem, extension) = (Path::new(name).file_stem().unwrap_or(name), Path::new(name).extension());
    let mut n = 2;
    while target.exists() {
        let mut numbered = stem.to_owned();
        numbered.push(format!("-{n}"));
        target = corpus.join(numbered);
        if let Some(e) = extension {
            target.set_extension(e);
        }
        n += 1;
    }
    target
}

/// What is new since `before`, a line each.
fn changes(before: Option<&Debate>, now: &Debate) -> String {
    let Some(before) = before else { return String::new() };
    let mut text = String::new();
    let old: BTreeMap<&str, Verdict> = before.points.iter().map(|p| (p.id.as_str(), p.verdict)).collect();
    for p in &now.points {
        let words = report::shown(&p.text);
        match old.get(p.id.as_str()) {
            None => text += &format!("new point {}: {words}\n", p.id),
            Some(&v) if v != p.verdict => {
                text += &format!(
                    "{} turned from {} to {}: {words}\n",
                    p.id,
                    report::verdict_name(v),
                    report::verdict_name(p.verdict)
                );
            }
            Some(_) => {}
        }
    }
    let ids: BTreeSet<&str> = now.points.iter().map(|p| p.id.as_str()).collect();
    for p in before.points.iter().filter(|p| !ids.contains(p.id.as_str())) {
        text += &format!("point gone {}: {}\n", p.id, report::shown(&p.text));
    }
    let voices: BTreeSet<&str> = before.voices.iter().map(|v| v.id.as_str()).collect();
    for v in now.voices.iter().filter(|v| !voices.contains(v.id.as_str())) {
        text += &format!("new voice: {}\n", report::shown(&v.name));
    }
    if text.is_empty() {
        text += "no point changed its verdict and no voice is new\n";
    }
    text
}

fn show(cli: &Cli, args: &Show) -> Result<ExitStatus> {
    let (debate, evidence) = load(&args.run)?;
    let format: Format = args.format.parse()?;
    if format == Format::Terminal {
        stdout(&report::terminal(&debate, &evidence, width(), colour(cli), &args.lang))?;
        return Ok(ExitStatus::Done);
    }
    let files = format.render_in(&debate, &evidence, &args.lang)?;
    match &args.out {
        Some(out) => {
            std::fs::create_dir_all(out).map_err(Error::write(out))?;
            for (name, text) in files {
                replace(&out.join(&name), &text)?;
                eprintln!("wrote {}", out.join(name).display());
            }
        }
        // the contract alone, so that it can be piped
        None if format == Format::Json => stdout(&files[0].1)?,
        None => {
            for (name, text) in &files {
                if files.len() > 1 {
                    stdout(&format!("--- {name}\n"))?;
                }
                stdout(text)?;
            }
        }
    }
    Ok(ExitStatus::Done)
}

fn explain(args: &Explain) -> Result<ExitStatus> {
    let (debate, evidence) = load(&args.run)?;
    match report::explain(&debate, &evidence, &args.id) {
        Some(text) => stdout(&text).map(|()| ExitStatus::Done),
        None => Err(Error::Unknown { id: args.id.clone(), hint: hint(&debate, &args.id) }),
    }
}

/// The names nearest to `id` by their common beginning.
fn hint(debate: &Debate, id: &str) -> String {
    let all = debate
        .claims
        .iter()
        .map(|c| &c.id)
        .chain(debate.points.iter().map(|p| &p.id))
        .chain(debate.voices.iter().map(|v| &v.id));
    let common = |other: &str| id.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let mut near: Vec<(usize, &String)> = all.map(|x| (common(x), x)).collect();
    near.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let names: Vec<&str> = near.iter().take(3).map(|(_, x)| x.as_str()).collect();
    format!("nearest: {}", names.join(", "))
}

fn evaluate(cli: &Cli, args: &Eval) -> Result<ExitStatus> {
    let gold = Gold::read(&args.gold)?;
    let mut settings = settings(cli, &args.what)?;
    threads(&settings);
    let folder = std::env::temp_dir().join(format!("counterpoint-eval-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
    if settings.points.is_none() {
        let points = folder.join("points.toml");
        std::fs::write(&points, gold.points_toml()).map_err(Error::write(&points))?;
        settings.points = Some(points);
    }
    let paths = if args.paths.is_empty() { vec![PathBuf::from("corpus")] } else { args.paths.clone() };
    let pipeline = Pipeline::open(settings);
    // read and done with; a folder that stays behind in the temporary folder harms nobody
    let _ = std::fs::remove_dir_all(&folder);
    let (debate, _) = pipeline?.run(&paths, &mut Store::in_memory()?, &Bars::new(cli.quiet))?;
    let scores = eval::score(&debate, &gold);
    if args.json {
        stdout(&json(&scores))?;
    } else {
        stdout(&report::scores(&scores))?;
    }
    for file in &scores.absent {
        eprintln!("{file} of {} is not among the articles read", args.gold.display());
    }
    let Some(path) = &args.baseline else { return Ok(ExitStatus::Done) };
    let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
    let baseline: Report = serde_json::from_str(&text).map_err(|e| Error::Parse {
        path: path.clone(),
        what: "baseline",
        why: e.to_string(),
    })?;
    let mut status = ExitStatus::Done;
    let now: BTreeMap<&str, f64> = eval::figures(&scores.all).into();
    for (name, (low, _)) in &baseline.intervals {
        if let Some(&value) = now.get(name.as_str())
            && value < *low
        {
            eprintln!("{name} fell to {value:.3}, below the baseline's interval (from {low:.3})");
            status = ExitStatus::Partly;
        }
    }
    Ok(status)
}

fn models() -> Result<ExitStatus> {
    let mut text = String::new();
    for m in embed::builtin::list() {
        text += &format!("{:<12} {:>6.1} MB  {}\n", m.name, m.bytes as f64 / 1e6, m.about);
    }
    text += "Any sentence-transformers or Model2Vec folder works too: --model FOLDER\n";
    stdout(&text).map(|()| ExitStatus::Done)
}

fn config(cli: &Cli, what: &What) -> Result<ExitStatus> {
    let s = settings(cli, what)?;
    let path = |p: &Option<PathBuf>| p.as_ref().map_or_else(|| "-".to_owned(), |p| p.display().to_string());
    let number = |n: Option<f32>| n.map_or_else(|| "the model's own".to_owned(), |n| n.to_string());
    let values = [
        ("model", s.model.clone()),
        ("points", path(&s.points)),
        ("people", path(&s.people)),
        ("cut", number(s.cut)),
        ("min-confidence", number(s.min_confidence)),
        ("device", s.device.clone()),
        ("jobs", s.jobs.to_string()),
        ("store", s.store.as_ref().map_or_else(|| "OUT/store.sqlite".to_owned(), |p| p.display().to_string())),
    ];
    let mut text = String::new();
    for (key, value) in values {
        text += &format!("{key:<15} {value:<24} ({})\n", s.origin[key]);
    }
    stdout(&text).map(|()| ExitStatus::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn changes_name_what_is_new_and_what_turned() {
        use crate::debate::{Origin, PointEntry};
        let point = |id: &str, verdict| PointEntry {
            id: id.into(),
            text: format!("text of {id}"),
            origin: Origin::Found,
            claims: vec![],
            r#for: vec![],
            against: vec![],
            verdict,
        };
        let debate = |points| Debate {
            schema: String::new(),
            provenance: crate::debate::Provenance {
                version: String::new(),
                model: crate::debate::ModelEntry { id: String::new(), revision: String::new(), sha256: String::new() },
                settings: String::new(),
                device: String::new(),
            },
            articles: vec![],
            sentences: vec![],
            voices: vec![],
            claims: vec![],
            points,
            skipped: vec![],
        };
        let before = debate(vec![point("a", Verdict::Agree), point("gone", Verdict::Single)]);
        let now = debate(vec![point("a", Verdict::Diverge), point("b", Verdict::Single)]);
        let text = changes(Some(&before), &now);
        assert!(text.contains("a turned from agree to diverge: text of a"), "{text}");
        assert!(text.contains("new point b"), "{text}");
        assert!(text.contains("point gone gone"), "{text}");
    }
}
