//! Which models travel inside the program?

/// A model's files, by their path inside its folder.
pub(crate) type Files = &'static [(&'static str, &'static [u8])];

/// Name, one line about it, and files of every model in the binary. Weights are `static`: they are
/// read where they lie.
static MODELS: &[(&str, &str, Files)] = &[(
    "fast",
    "static vectors, 48,000 pieces x 256; no cross-encoder, so it takes no sides",
    &[
        ("config.json", include_bytes!("../../models/fast/config.json")),
        ("judge.json", include_bytes!("../../models/fast/judge.json")),
        ("kind.safetensors", include_bytes!("../../models/fast/kind.safetensors")),
        ("model.safetensors", include_bytes!("../../models/fast/model.safetensors")),
        ("tokenizer.json", include_bytes!("../../models/fast/tokenizer.json")),
    ],
)];

/// A model in the binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// What `--model` takes.
    pub name: &'static str,
    /// The size of its files.
    pub bytes: usize,
    /// One line about it.
    pub about: &'static str,
}

/// All models in the binary.
pub fn list() -> impl Iterator<Item = Builtin> {
    MODELS.iter().map(|(name, about, files)| Builtin { name, bytes: files.iter().map(|(_, b)| b.len()).sum(), about })
}

/// The files of the built-in model `name`.
pub(crate) fn find(name: &str) -> Option<Files> {
    MODELS.iter().find(|(known, ..)| *known == name).map(|(_, _, files)| *files)
}

/// The names of all built-in models.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|(name, ..)| *name)
}
