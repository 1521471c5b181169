//! What is kept between runs? Vectors, pair scores and point ids, in SQLite.
//!
//! Everything here can be computed again: deleting the file changes no result,
//! only the time it takes and, for `add`, which ids the found points keep.
//! Vectors are keyed by the model's hash and the text's hash, so a new model or
//! an edited sentence never meets an old value. Each batch is one transaction:
//! a killed program keeps what was finished and nothing half-written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Layout of the database. Version 1 is the first.
pub const FORMAT_VERSION: i64 = 1;

/// The open database.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    db: Connection,
}

/// SHA-256 of `parts`, each preceded by its length, in hex.
pub fn hash(parts: &[&str]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update((part.len() as u64).to_le_bytes());
        sha.update(part.as_bytes());
    }
    hex(&sha.finalize())
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        write!(s, "{b:02x}").expect("a string takes everything");
        s
    })
}

impl Store {
    /// Opens or makes the database at `path`.
    ///
    /// A damaged file is moved aside (`….damaged`) and a new one begun: nothing
    /// in it is beyond computing again. A newer format is refused.
    pub fn open(path: &Path) -> Result<Self> {
        match Self::attempt(path) {
            Err(Error::Store { why, .. }) if why.contains("not a database") || why.contains("malformed") => {
                let aside = path.with_extension("damaged");
                log::warn!("store {} is damaged ({why}); moved to {} and begun anew", path.display(), aside.display());
                std::fs::rename(path, &aside).map_err(Error::write(&aside))?;
                Self::attempt(path)
            }
            other => other,
        }
    }

    /// A store that is forgotten at the end.
    pub fn in_memory() -> Result<Self> {
        let path = PathBuf::from(":memory:");
        let db = Connection::open_in_memory().map_err(|e| failed(&path, &e))?;
        Self::prepare(path, db)
    }

    fn attempt(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::write(folder))?;
        }
        let db = Connection::open(path).map_err(|e| failed(path, &e))?;
        Self::prepare(path.to_owned(), db)
    }

    fn prepare(path: PathBuf, db: Connection) -> Result<Self> {
        let ready = || -> rusqlite::Result<i64> {
            // two processes on one corpus take turns
            db.busy_timeout(Duration::from_mins(1))?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "NORMAL")?;
            db.pragma_query_value(None, "user_version", |r| r.get(0))
        };
        let version = ready().map_err(|e| failed(&path, &e))?;
        if version > FORMAT_VERSION {
            return Err(Error::Store {
                path,
                why: format!(
                    "was written by a newer version of counterpoint (format {version}, this one knows \
                     {FORMAT_VERSION}); update counterpoint, or delete the file: it will be computed again"
                ),
            });
        }
        let tables = format!(
            "BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS vector(model TEXT, text TEXT, value BLOB, PRIMARY KEY(model, text)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS pair(model TEXT, text TEXT, none REAL, pro REAL, con REAL, PRIMARY KEY(model, text)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS point(settings TEXT, claim TEXT, point TEXT, PRIMARY KEY(settings, claim)) WITHOUT ROWID;
             PRAGMA user_version = {FORMAT_VERSION};
             COMMIT;"
        );
        db.execute_batch(&tables).map_err(|e| failed(&path, &e))?;
        Ok(Self { path, db })
    }

    /// Stored vectors of the texts whose hashes are given; `None` where there is none of `dim` values.
    pub fn vectors(&self, model: &str, texts: &[String], dim: usize) -> Result<Vec<Option<Vec<f32>>>> {
        let read = || -> rusqlite::Result<Vec<Option<Vec<f32>>>> {
            let mut query = self.db.prepare_cached("SELECT value FROM vector WHERE model = ?1 AND text = ?2")?;
            texts
                .iter()
                .map(|text| {
                    let blob: Option<Vec<u8>> = query.query_row(params![model, text], |r| r.get(0)).optional()?;
                    Ok(blob.filter(|b| b.len() == dim * 4).map(|b| floats(&b)))
                })
                .collect()
        };
        read().map_err(|e| failed(&self.path, &e))
    }

    /// Keeps vectors, all or none.
    pub fn keep_vectors<'v>(&mut self, model: &str, rows: impl Iterator<Item = (&'v str, &'v [f32])>) -> Result<()> {
        let write = |db: &mut Connection| -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            {
                let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO vector VALUES(?1, ?2, ?3)")?;
                for (text, row) in rows {
                    let blob: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
                    insert.execute(params![model, text, blob])?;
                }
            }
            tx.commit()
        };
        write(&mut self.db).map_err(|e| failed(&self.path, &e))
    }

    /// Stored scores `[none, for, against]` of the pairs whose hashes are given.
    pub fn pairs(&self, model: &str, texts: &[String]) -> Result<Vec<Option<[f32; 3]>>> {
        let read = || -> rusqlite::Result<Vec<Option<[f32; 3]>>> {
            let mut query = self.db.prepare_cached("SELECT none, pro, con FROM pair WHERE model = ?1 AND text = ?2")?;
            texts
                .iter()
                .map(|text| query.query_row(params![model, text], |r| Ok([r.get(0)?, r.get(1)?, r.get(2)?])).optional())
                .collect()
        };
        read().map_err(|e| failed(&self.path, &e))
    }

    /// Keeps pair scores, all or none.
    pub fn keep_pairs<'v>(&mut self, model: &str, rows: impl Iterator<Item = (&'v str, [f32; 3])>) -> Result<()> {
        let write = |db: &mut Connection| -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            {
                let mut insert = tx.prepare_cached("INSERT OR REPLACE INTO pair VALUES(?1, ?2, ?3, ?4, ?5)")?;
                for (text, [none, pro, con]) in rows {
                    insert.execute(params![model, text, none, pro, con])?;
                }
            }
            tx.commit()
        };
        write(&mut self.db).map_err(|e| failed(&self.path, &e))
    }

    /// Which found point each claim belonged to when these settings last ran.
    pub fn points(&self, settings: &str) -> Result<BTreeMap<String, String>> {
        let read = || -> rusqlite::Result<BTreeMap<String, String>> {
            let mut query = self.db.prepare_cached("SELECT claim, point FROM point WHERE settings = ?1")?;
            query.query_map([settings], |r| Ok((r.get(0)?, r.get(1)?)))?.collect()
        };
        read().map_err(|e| failed(&self.path, &e))
    }

    /// Replaces the memory of which claim belongs to which found point.
    pub fn keep_points(&mut self, settings: &str, points: &BTreeMap<String, String>) -> Result<()> {
        let write = |db: &mut Connection| -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            tx.execute("DELETE FROM point WHERE settings = ?1", [settings])?;
            {
                let mut insert = tx.prepare_cached("INSERT INTO point VALUES(?1, ?2, ?3)")?;
                for (claim, point) in points {
                    insert.execute(params![settings, claim, point])?;
                }
            }
            tx.commit()
        };
        write(&mut self.db).map_err(|e| failed(&self.path, &e))
    }
}

fn floats(blob: &[u8]) -> Vec<f32> {
    blob.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn failed(path: &Path, source: &rusqlite::Error) -> Error {
    Error::Store { path: path.to_owned(), why: source.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_other_models_do_not_see_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/store.sqlite");
        let keys = vec!["t1".to_owned(), "t2".to_owned()];
        {
            let mut store = Store::open(&path).expect("a new store opens");
            store.keep_vectors("m", [("t1", [1.0f32, 0.5].as_slice())].into_iter()).expect("kept");
            store.keep_pairs("m", [("t2", [0.1f32, 0.2, 0.7])].into_iter()).expect("kept");
        }
        let store = Store::open(&path).expect("an old store opens");
        assert_eq!(store.vectors("m", &keys, 2).expect("read"), vec![Some(vec![1.0, 0.5]), None]);
        assert_eq!(store.vectors("m", &keys, 3).expect("read"), vec![None, None], "another dimension");
        assert_eq!(store.vectors("other", &keys, 2).expect("read"), vec![None, None]);
        assert_eq!(store.pairs("m", &keys).expect("read")[1], Some([0.1, 0.2, 0.7]));
    }

    #[test]
    fn a_damaged_store_is_moved_aside_and_a_newer_one_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("store.sqlite");
        std::fs::write(&path, b"this was never a database, and is long enough to say so".repeat(30)).expect("written");
        let store = Store::open(&path).expect("begun anew");
        assert!(folder.path().join("store.damaged").exists());
        store.db.pragma_update(None, "user_version", FORMAT_VERSION + 1).expect("set");
        drop(store);
        let error = Store::open(&path).expect_err("newer").to_string();
        assert!(error.contains("newer version"), "{error}");
    }
}
