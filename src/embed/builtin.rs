//! Which models travel inside the program?

/// A model's files, by their path inside its folder.
pub(crate) type Files = &'static [(&'static str, &'static [u8])];

/// Name and files of every model in the binary. Weights are `static`: they are read where they lie.
static MODELS: &[(&str, Files)] = &[];

/// The files of the built-in model `name`.
pub(crate) fn find(name: &str) -> Option<Files> {
    MODELS.iter().find(|(known, _)| *known == name).map(|(_, files)| *files)
}

/// The names of all built-in models.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|(name, _)| *name)
}
