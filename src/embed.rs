//! Where does it lie in meaning? Texts become [`Embeddings`].

/// Unit vectors, one a text, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    dim: usize,
    rows: Vec<f32>,
}

impl Embeddings {
    /// `rows` holds `n * dim` finite values, each row of unit length (or all zero for an empty text).
    pub fn new(dim: usize, rows: Vec<f32>) -> Self {
        assert!(dim > 0 && rows.len().is_multiple_of(dim), "rows of {dim} values each");
        Self { dim, rows }
    }

    /// Values a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len() / self.dim
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Row `i`.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.dim..(i + 1) * self.dim]
    }

    /// All rows, one after another.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }
}
