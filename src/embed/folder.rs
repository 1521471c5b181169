//! What does a model folder hold? Its files, its checked header of weights, its tensors.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use half::{bf16, f16};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::builtin;
use crate::error::{Error, Result};

/// A model's files: inside the program, or in a folder.
#[derive(Debug, Clone)]
pub(crate) enum Folder {
    Builtin(String, builtin::Files),
    Disk(PathBuf),
}

impl Folder {
    /// A built-in name, or else a path.
    pub(crate) fn find(name: &str) -> Result<Self> {
        if let Some(files) = builtin::find(name) {
            return Ok(Self::Builtin(name.to_owned(), files));
        }
        let path = PathBuf::from(name);
        if path.is_dir() {
            return Ok(Self::Disk(path));
        }
        let known: Vec<_> = builtin::names().collect();
        Err(Error::Model {
            model: name.to_owned(),
            path,
            why: format!("is no folder, and no built-in model is called so (built in: {})", known.join(", ")),
        })
    }

    /// The folder a path inside this one's config points to; among built-ins its last part is a name.
    pub(crate) fn beside(&self, path: &str) -> Result<Self> {
        match self {
            Self::Builtin(..) => Self::find(path.rsplit('/').next().unwrap_or(path)),
            Self::Disk(root) => Self::find(&root.join(path).to_string_lossy()),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Builtin(name, _) => name.clone(),
            Self::Disk(path) => path.display().to_string(),
        }
    }

    /// The last part of the name: what a card is called when its config does not say.
    pub(crate) fn short_name(&self) -> String {
        match self {
            Self::Builtin(name, _) => name.clone(),
            Self::Disk(path) => {
                let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
                whole.file_name().map_or_else(|| self.name(), |n| n.to_string_lossy().into_owned())
            }
        }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        match self {
            Self::Builtin(name, _) => Path::new(name).join(file),
            Self::Disk(root) => root.join(file),
        }
    }

    pub(crate) fn error(&self, file: &str, why: impl Into<String>) -> Error {
        Error::Model { model: self.name(), path: self.path(file), why: why.into() }
    }

    /// The file's bytes, or `None` where there is no such file.
    pub(crate) fn get(&self, file: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Self::Builtin(_, files) => files.iter().find(|(n, _)| *n == file).map(|(_, b)| Cow::Borrowed(*b)),
            Self::Disk(root) => std::fs::read(root.join(file)).ok().map(Cow::Owned),
        }
    }

    pub(crate) fn has(&self, file: &str) -> bool {
        match self {
            Self::Builtin(_, files) => files.iter().any(|(n, _)| *n == file),
            Self::Disk(root) => root.join(file).is_file(),
        }
    }

    pub(crate) fn need(&self, file: &str) -> Result<Cow<'static, [u8]>> {
        self.get(file).ok_or_else(|| {
            self.error(
                file,
                format!("is missing; a model folder holds it: download the whole model again, {file} included"),
            )
        })
    }

    /// A JSON file, checked against what we read of it.
    pub(crate) fn json<T: for<'a> Deserialize<'a>>(&self, file: &str) -> Result<T> {
        serde_json::from_slice(&self.need(file)?)
            .map_err(|e| self.error(file, format!("does not parse as this model's JSON: {e}; download it again")))
    }

    /// The same where the file may be missing.
    pub(crate) fn json_if<T: for<'a> Deserialize<'a>>(&self, file: &str) -> Result<Option<T>> {
        if self.has(file) { self.json(file).map(Some) } else { Ok(None) }
    }

    /// SHA-256 over all files, sorted by their path: for each the path, a zero byte, its length
    /// (u64, little endian) and its bytes.
    pub(crate) fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        let mut take = |name: &str, bytes: &[u8]| {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        match self {
            Self::Builtin(_, files) => {
                let mut sorted = files.to_vec();
                sorted.sort_unstable_by_key(|(name, _)| *name);
                for (name, bytes) in sorted {
                    take(name, bytes);
                }
            }
            Self::Disk(root) => {
                let mut names = Vec::new();
                list(root, "", 0, &mut names);
                names.sort_unstable();
                for name in names {
                    take(&name, &std::fs::read(root.join(&name)).unwrap_or_default());
                }
            }
        }
        hash.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

/// Files below `root`, hidden ones left out, three folders deep at most (a model's layout has one).
fn list(root: &Path, under: &str, depth: usize, names: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(root.join(under)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if under.is_empty() { name.clone() } else { format!("{under}/{name}") };
        if name.starts_with('.') {
            continue;
        }
        if root.join(&path).is_file() {
            names.push(path);
        } else if depth < 3 {
            list(root, &path, depth + 1, names);
        }
    }
}

#[derive(Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// A safetensors file whose header has been checked against its length; tensors are read one at a
/// time, so that a model is never in memory twice.
#[derive(Debug)]
pub(crate) struct Weights {
    folder: Folder,
    file: String,
    entries: BTreeMap<String, Entry>,
    start: usize,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Builtin(&'static [u8]),
    Disk(Mutex<File>),
}

impl Weights {
    pub(crate) fn open(folder: &Folder, file: &str) -> Result<Self> {
        let (source, length) = match folder {
            Folder::Builtin(_, files) => {
                let bytes = files.iter().find(|(n, _)| *n == file).map(|(_, b)| *b);
                let bytes = bytes.ok_or_else(|| missing(folder, file))?;
                (Source::Builtin(bytes), bytes.len())
            }
            Folder::Disk(root) => {
                let path = root.join(file);
                if !path.is_file() {
                    return Err(missing(folder, file));
                }
                let opened = File::open(&path).map_err(Error::read(&path))?;
                let length = opened.metadata().map_err(Error::read(&path))?.len() as usize;
                (Source::Disk(Mutex::new(opened)), length)
            }
        };
        let mut weights =
            Self { folder: folder.clone(), file: file.to_owned(), entries: BTreeMap::new(), start: 8, source };
        let truncated =
            |why: String| folder.error(file, format!("is truncated or no safetensors file ({why}); download it again"));
        if length < 8 {
            return Err(truncated(format!("{length} bytes")));
        }
        let head = weights.bytes(0, 8)?;
        let size = u64::from_le_bytes(head.as_ref().try_into().expect("eight bytes"));
        if size > (length as u64 - 8).min(100_000_000) {
            return Err(truncated(format!("its header claims {size} bytes of {length}")));
        }
        let header = weights.bytes(8, 8 + size as usize)?;
        let mut entries: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(&header).map_err(|e| truncated(format!("its header does not parse: {e}")))?;
        entries.remove("__metadata__");
        weights.start = 8 + size as usize;
        for (name, value) in entries {
            let entry: Entry = serde_json::from_value(value)
                .map_err(|e| truncated(format!("tensor {name} has a malformed entry: {e}")))?;
            let (from, to) = entry.data_offsets;
            // a declared shape counts only as far as the file's own bytes carry it
            let declared = entry.shape.iter().try_fold(width(&entry.dtype).unwrap_or(1), |n, d| n.checked_mul(*d));
            let known = width(&entry.dtype).is_some();
            if from > to || to > length - weights.start || (known && declared != Some(to - from)) {
                return Err(truncated(format!(
                    "tensor {name} of shape {:?} {} should lie at bytes {from} to {to}, the file has {} bytes of tensors",
                    entry.shape,
                    entry.dtype,
                    length - weights.start
                )));
            }
            weights.entries.insert(name, entry);
        }
        Ok(weights)
    }

    fn bytes(&self, from: usize, to: usize) -> Result<Cow<'static, [u8]>> {
        match &self.source {
            Source::Builtin(all) => Ok(Cow::Borrowed(&all[from..to])),
            Source::Disk(file) => {
                let path = self.folder.path(&self.file);
                let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut bytes = vec![0; to - from];
                file.seek(SeekFrom::Start(from as u64)).map_err(Error::read(&path))?;
                file.read_exact(&mut bytes).map_err(Error::read(&path))?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.entries.get(name).map(|e| e.shape.as_slice())
    }

    /// What stands before `suffix` in the one tensor name that ends so (`bert.`, `roberta.`, nothing).
    pub(crate) fn prefix(&self, suffix: &str) -> Option<String> {
        self.entries.keys().find_map(|name| name.strip_suffix(suffix).map(str::to_owned))
    }

    pub(crate) fn error(&self, why: impl Into<String>) -> Error {
        self.folder.error(&self.file, why)
    }

    fn entry(&self, name: &str, shape: &[usize]) -> Result<&Entry> {
        let entry = self.entries.get(name).ok_or_else(|| {
            self.error(format!(
                "has no tensor {name} (expected shape {shape:?}); config.json and the weights are of different models: \
                 download both again, or name a folder of a supported architecture"
            ))
        })?;
        if entry.shape != shape {
            return Err(self.error(format!(
                "has tensor {name} of shape {:?}, expected {shape:?}; config.json and the weights are of different models: download both again",
                entry.shape
            )));
        }
        Ok(entry)
    }

    /// A tensor as f32, from F32, F16, BF16, F64, integers, or I8 with `NAME.scale` (F32, one a row).
    pub(crate) fn f32(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let table = self.table(name, shape)?;
        let mut all = vec![0.0; table.rows * table.dim];
        for (row, out) in all.chunks_exact_mut(table.dim.max(1)).enumerate() {
            table.add(row, 1.0, out);
        }
        Ok(all)
    }

    /// A tensor kept in its own type, to be read row by row.
    pub(crate) fn table(&self, name: &str, shape: &[usize]) -> Result<Table> {
        let entry = self.entry(name, shape)?;
        let (rows, dim) = match shape {
            [n] => (1, *n),
            [rows, rest @ ..] => (*rows, rest.iter().product()),
            [] => (1, 1),
        };
        let kind = Kind::of(&entry.dtype).ok_or_else(|| {
            self.error(format!(
                "has tensor {name} of type {}; F32, F16, BF16 and I8 with a scale are read: convert it",
                entry.dtype
            ))
        })?;
        let scale = match kind {
            Kind::I8 if shape.len() < 2 => {
                return Err(self.error(format!("has the vector {name} as I8; only matrices may be: store it as F32")));
            }
            Kind::I8 => Some(self.f32(&format!("{name}.scale"), &[rows])?),
            _ => None,
        };
        let (from, to) = entry.data_offsets;
        Ok(Table { bytes: self.bytes(self.start + from, self.start + to)?, kind, scale, rows, dim })
    }

    /// [`Weights::table`], held once in memory however many models share the file.
    pub(crate) fn shared_table(&self, name: &str, shape: &[usize]) -> Result<Arc<Table>> {
        static OPEN: Mutex<BTreeMap<(PathBuf, u64, String), Weak<Table>>> = Mutex::new(BTreeMap::new());
        let path = self.folder.path(&self.file);
        let changed = path.metadata().and_then(|m| m.modified()).ok();
        let changed =
            changed.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos() as u64);
        let key = (path.canonicalize().unwrap_or(path), changed, name.to_owned());
        let mut open = OPEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(table) = open.get(&key).and_then(Weak::upgrade)
            && [table.rows, table.dim] == shape
        {
            return Ok(table);
        }
        let table = Arc::new(self.table(name, shape)?);
        open.insert(key, Arc::downgrade(&table));
        Ok(table)
    }
}

fn missing(folder: &Folder, file: &str) -> Error {
    if folder.has("pytorch_model.bin") {
        return folder.error(
            "pytorch_model.bin",
            format!(
                "is a pickle, which can run code and is not opened; convert it to {file}: in Python, \
                 AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER, safe_serialization=True)"
            ),
        );
    }
    if folder.has("model.safetensors.index.json") {
        return folder.error(
            "model.safetensors.index.json",
            format!("says the weights are in parts; join them into one {file}"),
        );
    }
    folder.error(file, "is missing; the weights stand in it: download the whole model again")
}

fn width(dtype: &str) -> Option<usize> {
    Some(match dtype {
        "F64" | "I64" | "U64" => 8,
        "F32" | "I32" | "U32" => 4,
        "F16" | "BF16" | "I16" | "U16" => 2,
        "I8" | "U8" | "BOOL" => 1,
        _ => return None,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    F64,
    F32,
    F16,
    Bf16,
    I8,
    I32,
    I64,
}

impl Kind {
    fn of(dtype: &str) -> Option<Self> {
        Some(match dtype {
            "F64" => Self::F64,
            "F32" => Self::F32,
            "F16" => Self::F16,
            "BF16" => Self::Bf16,
            "I8" => Self::I8,
            "I32" => Self::I32,
            "I64" => Self::I64,
            _ => return None,
        })
    }
}

/// A matrix in the type of its file; rows are decoded as they are asked for.
#[derive(Debug)]
pub(crate) struct Table {
    bytes: Cow<'static, [u8]>,
    kind: Kind,
    scale: Option<Vec<f32>>,
    /// How many rows.
    pub(crate) rows: usize,
    /// Values a row.
    pub(crate) dim: usize,
}

impl Table {
    /// Adds `weight` times row `row` to `out`.
    pub(crate) fn add(&self, row: usize, weight: f32, out: &mut [f32]) {
        fn each<const N: usize>(bytes: &[u8], weight: f32, out: &mut [f32], read: impl Fn([u8; N]) -> f32) {
            for (o, b) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
                *o += weight * read(*b);
            }
        }
        let size = match self.kind {
            Kind::F64 | Kind::I64 => 8,
            Kind::F32 | Kind::I32 => 4,
            Kind::F16 | Kind::Bf16 => 2,
            Kind::I8 => 1,
        } * self.dim;
        let bytes = &self.bytes[row * size..(row + 1) * size];
        match self.kind {
            Kind::F64 => each(bytes, weight, out, |b| f64::from_le_bytes(b) as f32),
            Kind::F32 => each(bytes, weight, out, f32::from_le_bytes),
            Kind::F16 => each(bytes, weight, out, |b| f16::from_le_bytes(b).to_f32()),
            Kind::Bf16 => each(bytes, weight, out, |b| bf16::from_le_bytes(b).to_f32()),
            Kind::I64 => each(bytes, weight, out, |b| i64::from_le_bytes(b) as f32),
            Kind::I32 => each(bytes, weight, out, |b| i32::from_le_bytes(b) as f32),
            Kind::I8 => {
                let scale = self.scale.as_ref().map_or(1.0, |s| s[row]);
                each(bytes, weight * scale, out, |b: [u8; 1]| f32::from(b[0].cast_signed()));
            }
        }
    }
}
