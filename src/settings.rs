//! What did the reader ask for, and where was it said?
//!
//! [`Options`] are as written, in `counterpoint.toml` or as flags; [`Settings`]
//! are checked and complete. A flag beats the environment, which beats the
//! nearest `counterpoint.toml`, which beats the default. The environment may
//! set only *how* a run is done (device, jobs, store), never *what* comes out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::store;

/// The model when none is named.
pub const DEFAULT_MODEL: &str = "default";

/// Settings as written; everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// A built-in model's name or a model folder.
    pub model: Option<String>,
    /// The reader's own points.
    pub points: Option<PathBuf>,
    /// Who is who: names that are one person, or not.
    pub people: Option<PathBuf>,
    /// Mean cosine at which claims are one point; the model's own when not set.
    pub cut: Option<f32>,
    /// Probability from which a claim counts as bearing on a point.
    pub min_confidence: Option<f32>,
    /// `auto`, `cpu`, `cuda:N`, `metal`.
    pub device: Option<String>,
    /// Threads; 0 is one a core.
    pub jobs: Option<usize>,
    /// The store's file.
    pub store: Option<PathBuf>,
}

impl Options {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
        toml::from_str(&text).map_err(|e| Error::Parse {
            path: path.to_owned(),
            what: "settings file",
            why: e.message().to_owned() + &line_of(&text, e.span()),
        })
    }
}

/// ` (line N)` for an error's place in `text`.
pub(crate) fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> String {
    span.map_or_else(String::new, |s| {
        let line = text[..s.start.min(text.len())].matches('\n').count() + 1;
        format!(" (line {line})")
    })
}

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// On the command line.
    Flag,
    /// In this environment variable.
    Environment(&'static str),
    /// In this file.
    File(PathBuf),
    /// Nowhere.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Flag => f.write_str("flag"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// Checked settings, nothing missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// A built-in model's name or a model folder.
    pub model: String,
    /// The reader's own points.
    pub points: Option<PathBuf>,
    /// Who is who.
    pub people: Option<PathBuf>,
    /// Overrides the model's own cut.
    pub cut: Option<f32>,
    /// Overrides the model's own threshold.
    pub min_confidence: Option<f32>,
    /// `auto`, `cpu`, `cuda:N`, `metal`.
    pub device: String,
    /// Threads; 0 is one a core.
    pub jobs: usize,
    /// The store's file; `None` keeps nothing.
    pub store: Option<PathBuf>,
    /// Where each was said.
    pub origin: BTreeMap<&'static str, Origin>,
}

impl Settings {
    /// Puts the sources in order and checks what they say.
    ///
    /// `environment` looks a variable up; passed in so that only the program reads the real one.
    pub fn resolve(
        flags: &Options,
        environment: &dyn Fn(&str) -> Option<String>,
        file: Option<(&Path, &Options)>,
    ) -> Result<Self> {
        let mut origin = BTreeMap::new();
        let empty = Options::default();
        let (path, written) = file.unwrap_or((Path::new(""), &empty));
        // paths in a file are relative to the file, as its writer sees them
        let beside = |p: &PathBuf| path.parent().map_or_else(|| p.clone(), |folder| folder.join(p));
        let from_file = || Origin::File(path.to_owned());
        let mut pick = |key: &'static str, flag: bool, file: bool, env: Option<&'static str>| {
            let from = match (flag, env.filter(|e| environment(e).is_some()), file) {
                (true, _, _) => Origin::Flag,
                (_, Some(name), _) => Origin::Environment(name),
                (_, _, true) => from_file(),
                _ => Origin::Default,
            };
            origin.insert(key, from);
        };
        pick("model", flags.model.is_some(), written.model.is_some(), None);
        pick("points", flags.points.is_some(), written.points.is_some(), None);
        pick("people", flags.people.is_some(), written.people.is_some(), None);
        pick("cut", flags.cut.is_some(), written.cut.is_some(), None);
        pick("min-confidence", flags.min_confidence.is_some(), written.min_confidence.is_some(), None);
        pick("device", flags.device.is_some(), written.device.is_some(), Some("COUNTERPOINT_DEVICE"));
        pick("jobs", flags.jobs.is_some(), written.jobs.is_some(), Some("COUNTERPOINT_JOBS"));
        pick("store", flags.store.is_some(), written.store.is_some(), Some("COUNTERPOINT_STORE"));
        let jobs_env = environment("COUNTERPOINT_JOBS")
            .map(|v| {
                v.parse::<usize>().map_err(|_| Error::Setting {
                    key: "COUNTERPOINT_JOBS".to_owned(),
                    why: format!("{v:?} is not a number of threads"),
                })
            })
            .transpose()?;
        let settings = Self {
            model: flags.model.clone().or_else(|| written.model.clone()).unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
            points: flags.points.clone().or_else(|| written.points.as_ref().map(beside)),
            people: flags.people.clone().or_else(|| written.people.as_ref().map(beside)),
            cut: flags.cut.or(written.cut),
            min_confidence: flags.min_confidence.or(written.min_confidence),
            device: flags
                .device
                .clone()
                .or_else(|| environment("COUNTERPOINT_DEVICE"))
                .or_else(|| written.device.clone())
                .unwrap_or_else(|| "cpu".to_owned()),
            jobs: flags.jobs.or(jobs_env).or(written.jobs).unwrap_or(0),
            store: flags
                .store
                .clone()
                .or_else(|| environment("COUNTERPOINT_STORE").map(PathBuf::from))
                .or_else(|| written.store.as_ref().map(beside)),
            origin,
        };
        for (key, value) in [("cut", settings.cut), ("min-confidence", settings.min_confidence)] {
            if let Some(v) = value
                && !(0.0..=1.0).contains(&v)
            {
                return Err(Error::Setting { key: key.to_owned(), why: format!("{v} is not between 0 and 1") });
            }
        }
        if settings.jobs > 4096 {
            return Err(Error::Setting {
                key: "jobs".to_owned(),
                why: format!("{} threads are too many", settings.jobs),
            });
        }
        Ok(settings)
    }

    /// Name of everything that can change a result: the model by its hash, the
    /// points and people by their text. Device, jobs and store are not in it.
    pub fn fingerprint(&self, model: &str, points: &str, people: &str) -> String {
        let number = |v: Option<f32>| v.map_or_else(|| "model".to_owned(), |v| format!("{v}"));
        let all = store::hash(&[
            env!("CARGO_PKG_VERSION"),
            model,
            points,
            people,
            &number(self.cut),
            &number(self.min_confidence),
        ]);
        all[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
        let file =
            Options { device: Some("file".into()), jobs: Some(3), points: Some("p.toml".into()), ..Options::default() };
        let env = |k: &str| (k == "COUNTERPOINT_DEVICE").then(|| "env".to_owned());
        let path = Path::new("folder/counterpoint.toml");
        let s = Settings::resolve(&Options::default(), &env, Some((path, &file))).expect("valid");
        assert_eq!((s.device.as_str(), s.jobs), ("env", 3));
        assert_eq!(s.points.as_deref(), Some(Path::new("folder/p.toml")));
        assert_eq!(s.origin["jobs"], Origin::File(path.to_owned()));
        assert_eq!(s.origin["model"], Origin::Default);
        let flags = Options { device: Some("flag".into()), ..Options::default() };
        let s = Settings::resolve(&flags, &env, Some((path, &file))).expect("valid");
        assert_eq!(s.device, "flag");
    }

    #[test]
    fn wrong_values_are_refused_by_name() {
        let none = |_: &str| None;
        let flags = Options { cut: Some(1.5), ..Options::default() };
        let error = Settings::resolve(&flags, &none, None).expect_err("out of range").to_string();
        assert_eq!(error, "setting cut: 1.5 is not between 0 and 1");
        let jobs = |k: &str| (k == "COUNTERPOINT_JOBS").then(|| "many".to_owned());
        let error = Settings::resolve(&Options::default(), &jobs, None).expect_err("not a number").to_string();
        assert!(error.contains("\"many\" is not a number of threads"), "{error}");
    }

    #[test]
    fn only_what_changes_a_result_changes_the_fingerprint() {
        let none = |_: &str| None;
        let a = Settings::resolve(&Options::default(), &none, None).expect("valid");
        let b = Settings { jobs: 7, device: "cuda:0".into(), ..a.clone() };
        assert_eq!(a.fingerprint("m", "", ""), b.fingerprint("m", "", ""));
        assert_ne!(a.fingerprint("m", "", ""), a.fingerprint("m", "x", ""));
        let c = Settings { cut: Some(0.5), ..a.clone() };
        assert_ne!(a.fingerprint("m", "", ""), c.fingerprint("m", "", ""));
    }
}
