//! Which models travel inside the program?

/// A model's files, by their path inside its folder.
pub(crate) type Files = &'static [(&'static str, &'static [u8])];

/// Name, one line about it, and files of every model in the binary. Weights are `static`: they are
/// read where they lie.
static MODELS: &[(&str, &str, Files)] = &[
    (
        "default",
        "contextual and fast blended four to one, with pair to take sides on given points",
        &[
            ("blend.json", include_bytes!("../../models/default/blend.json")),
            ("judge.json", include_bytes!("../../models/default/judge.json")),
        ],
    ),
    (
        "fast",
        "static vectors, 48,000 pieces x 256; no cross-encoder, so it takes no sides",
        &[
            ("config.json", include_bytes!("../../models/fast/config.json")),
            ("judge.json", include_bytes!("../../models/fast/judge.json")),
            ("kind.safetensors", include_bytes!("../../models/fast/kind.safetensors")),
            ("model.safetensors", include_bytes!("../../models/fast/model.safetensors")),
            ("tokenizer.json", include_bytes!("../../models/fast/tokenizer.json")),
        ],
    ),
    (
        "contextual",
        "the transformer alone: 6 layers x 384, 17 languages",
        &[
            ("1_Pooling/config.json", include_bytes!("../../models/contextual/1_Pooling/config.json")),
            ("config.json", include_bytes!("../../models/contextual/config.json")),
            ("model.safetensors", include_bytes!("../../models/contextual/model.safetensors")),
            ("modules.json", include_bytes!("../../models/contextual/modules.json")),
            ("sentence_bert_config.json", include_bytes!("../../models/contextual/sentence_bert_config.json")),
            ("tokenizer.json", include_bytes!("../../models/contextual/tokenizer.json")),
        ],
    ),
    (
        "pair",
        "the cross-encoder of default: a claim and a point -> none, for, against",
        &[
            ("config.json", include_bytes!("../../models/pair/config.json")),
            ("model.safetensors", include_bytes!("../../models/pair/model.safetensors")),
            ("tokenizer.json", include_bytes!("../../models/pair/tokenizer.json")),
        ],
    ),
];

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
