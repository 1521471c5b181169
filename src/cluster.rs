//! Which claims say the same? [`Embeddings`] become a [`Clustering`].
//!
//! Average linkage over cosine (Sokal and Michener 1958), cut at one
//! similarity. Two clusters merge only while their mean similarity reaches the
//! cut, so at least one pair does, and so every cluster lies inside one
//! connected component of the graph of pairs that reach it: the components are
//! found first, by blocked products and without the whole matrix, and linkage
//! runs inside each.
//!
//! Similarities are rounded to integers before anything is compared, sums of
//! integers do not depend on their order, and ties go to the claim with the
//! smaller key: the same claims give the same clusters whatever their order.

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use crate::embed::Embeddings;
use crate::error::{Error, Result};

/// Steps a unit of cosine. Coarse enough that the last bits of a product,
/// which differ between processors, do not move a comparison.
const STEPS: f32 = 8192.0;

/// Claims a component may hold before linkage, quadratic in it, is refused and
/// the component is cut apart at a higher similarity first.
const LARGEST: usize = 6000;

/// Rows multiplied at a time.
const BLOCK: usize = 1024;

/// Which claims belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clustering {
    /// Each a list of at least two claims, most central first; the largest cluster first.
    pub clusters: Vec<Vec<usize>>,
}

/// Takes out of every row what all rows share, and half of what its language
/// shares, and scales the rest to unit length.
///
/// Claims of one debate share a direction (its topic) and claims of one
/// language another (its words); left in, the first makes everything alike and
/// the second makes a cluster a language. A language of few claims is moved
/// little: its mean is still mostly its claims' own meaning.
pub fn centred(embeddings: &Embeddings, language: &[Option<&str>]) -> Embeddings {
    let (n, dim) = (embeddings.len(), embeddings.dim());
    let mean = |rows: &[usize]| -> Vec<f64> {
        let mut sum = vec![0.0; dim];
        for &i in rows {
            for (s, &x) in sum.iter_mut().zip(embeddings.row(i)) {
                *s += f64::from(x);
            }
        }
        sum.iter().map(|s| s / rows.len().max(1) as f64).collect()
    };
    // with a handful of claims the mean is no topic yet, only those claims
    let weight = |n: usize| n as f64 / (n as f64 + 24.0);
    let all: Vec<usize> = (0..n).collect();
    let common = mean(&all);
    let mut languages: Vec<Option<&str>> = language.to_vec();
    languages.sort_unstable();
    languages.dedup();
    let mut rows = embeddings.rows().to_vec();
    for lang in languages {
        let members: Vec<usize> = all.iter().copied().filter(|&i| language[i] == lang).collect();
        let own = mean(&members);
        for &i in &members {
            let row = &mut rows[i * dim..(i + 1) * dim];
            for ((x, c), o) in row.iter_mut().zip(&common).zip(&own) {
                let shift = weight(n) * c + 0.5 * weight(members.len()) * (o - c);
                *x = (f64::from(*x) - shift) as f32;
            }
            let norm = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
            if norm > 1e-9 {
                row.iter_mut().for_each(|x| *x = (f64::from(*x) / norm) as f32);
            }
        }
    }
    Embeddings::new(dim, rows)
}

/// Clusters `embeddings` (unit rows) at mean cosine `cut`.
///
/// `keys` are the claims' content ids, all different; they alone decide ties.
pub fn cluster(embeddings: &Embeddings, keys: &[&str], cut: f32) -> Result<Clustering> {
    let n = embeddings.len();
    assert_eq!(n, keys.len(), "one key a claim");
    if n == 0 {
        return Ok(Clustering { clusters: Vec::new() });
    }
    // work in key order, so that input order cannot matter
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| keys[i]);
    let sorted = order.iter().flat_map(|&i| embeddings.row(i).iter().copied()).collect();
    let sorted = Embeddings::new(embeddings.dim(), sorted);

    let mut clusters: Vec<Vec<usize>> = Vec::new();
    let mut waiting = vec![((0..n).collect::<Vec<usize>>(), cut)];
    while let Some((members, cut)) = waiting.pop() {
        for component in components(&sorted, &members, quantised(cut))? {
            if component.len() > LARGEST {
                log::warn!(
                    "{} claims hang together at similarity {cut:.2}; they are cut apart at {:.2}",
                    component.len(),
                    cut + 0.03
                );
                waiting.push((component, cut + 0.03));
            } else if component.len() > 1 {
                clusters.extend(link(&sorted, &component, quantised(cut))?);
            }
        }
    }
    clusters.sort_by_key(|c| (std::cmp::Reverse(c.len()), c[0]));
    for c in &mut clusters {
        c.iter_mut().for_each(|i| *i = order[*i]);
    }
    Ok(Clustering { clusters })
}

fn quantised(similarity: f32) -> i32 {
    (similarity * STEPS).round() as i32
}

/// Connected components of `members` joined by pairs of at least `cut`, each sorted.
fn components(e: &Embeddings, members: &[usize], cut: i32) -> Result<Vec<Vec<usize>>> {
    let mut root: Vec<usize> = (0..members.len()).collect();
    let starts: Vec<usize> = (0..members.len()).step_by(BLOCK).collect();
    for &a in &starts {
        let rows = &members[a..(a + BLOCK).min(members.len())];
        for &b in starts.iter().filter(|&&b| b >= a) {
            let columns = &members[b..(b + BLOCK).min(members.len())];
            let product = similarities(e, rows, columns)?;
            for (i, row) in product.chunks(columns.len()).enumerate() {
                for (j, &s) in row.iter().enumerate() {
                    if s >= cut && a + i < b + j {
                        let (x, y) = (find(&mut root, a + i), find(&mut root, b + j));
                        root[x.max(y)] = x.min(y);
                    }
                }
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    for (i, &member) in members.iter().enumerate() {
        let r = find(&mut root, i);
        groups[r].push(member);
    }
    groups.retain(|g| !g.is_empty());
    Ok(groups)
}

/// The representative of `i`'s set (union-find, halving paths on the way).
fn find(root: &mut [usize], mut i: usize) -> usize {
    while root[i] != i {
        root[i] = root[root[i]];
        i = root[i];
    }
    i
}

/// Rounded cosines of `rows` against `columns`, row after row.
fn similarities(e: &Embeddings, rows: &[usize], columns: &[usize]) -> Result<Vec<i32>> {
    let pack = |ids: &[usize]| {
        let flat: Vec<f32> = ids.iter().flat_map(|&i| e.row(i).iter().copied()).collect();
        Tensor::from_vec(flat, (ids.len(), e.dim()), &Device::Cpu)
    };
    let product =
        || -> candle_core::Result<Vec<f32>> { pack(rows)?.matmul(&pack(columns)?.t()?)?.flatten_all()?.to_vec1() };
    let product = product().map_err(Error::compute("similarities"))?;
    Ok(product.into_par_iter().map(quantised).collect())
}

/// Average linkage inside one component: the pair of clusters with the highest
/// mean similarity merges, until none reaches `cut`.
fn link(e: &Embeddings, members: &[usize], cut: i32) -> Result<Vec<Vec<usize>>> {
    let m = members.len();
    let pair: Vec<i32> = similarities(e, members, members)?;
    // sum[i * m + j]: similarities between the members of clusters i and j
    let mut sum: Vec<i64> = pair.iter().map(|&s| i64::from(s)).collect();
    let mut group: Vec<Vec<usize>> = (0..m).map(|i| vec![i]).collect();
    let mut alive: Vec<usize> = (0..m).collect();
    // mean similarity a / (size) compared as fractions: no rounding, no ties by accident
    let better = |a: (i64, i64), b: (i64, i64)| i128::from(a.0) * i128::from(b.1) > i128::from(b.0) * i128::from(a.1);
    let nearest = |i: usize, alive: &[usize], group: &[Vec<usize>], sum: &[i64]| {
        let mut best: Option<((i64, i64), usize)> = None;
        for &j in alive.iter().filter(|&&j| j != i) {
            let mean = (sum[i * m + j], (group[i].len() * group[j].len()) as i64);
            if best.is_none_or(|(b, _)| better(mean, b)) {
                best = Some((mean, j));
            }
        }
        best
    };
    let mut near: Vec<Option<((i64, i64), usize)>> = (0..m).map(|i| nearest(i, &alive, &group, &sum)).collect();
    loop {
        let mut best: Option<((i64, i64), usize)> = None;
        for &i in &alive {
            if let Some((mean, _)) = near[i]
                && best.is_none_or(|(b, _)| better(mean, b))
            {
                best = Some((mean, i));
            }
        }
        let Some(((s, n), i)) = best else { break };
        if i128::from(s) < i128::from(cut) * i128::from(n) {
            break;
        }
        let j = near[i].expect("the best has a partner").1;
        let (keep, gone) = (i.min(j), i.max(j));
        for &k in &alive {
            if k != keep && k != gone {
                let joint = sum[keep * m + k] + sum[gone * m + k];
                sum[keep * m + k] = joint;
                sum[k * m + keep] = joint;
            }
        }
        let moved = std::mem::take(&mut group[gone]);
        group[keep].extend(moved);
        alive.retain(|&k| k != gone);
        for &k in &alive {
            if k == keep || near[k].is_some_and(|(_, partner)| partner == keep || partner == gone) {
                near[k] = nearest(k, &alive, &group, &sum);
            } else if let Some((mean, partner)) = near[k] {
                let merged = (sum[k * m + keep], (group[k].len() * group[keep].len()) as i64);
                if better(merged, mean) || (!better(mean, merged) && keep < partner) {
                    near[k] = Some((merged, keep));
                }
            }
        }
    }
    Ok(alive
        .into_iter()
        .filter(|&i| group[i].len() > 1)
        .map(|i| {
            // most central first: the largest total similarity to the others
            let mut g = group[i].clone();
            g.sort_unstable();
            let total = |a: usize| g.iter().map(|&b| i64::from(pair[a * m + b])).sum::<i64>();
            let mut ranked: Vec<(i64, usize)> = g.iter().map(|&a| (total(a), a)).collect();
            ranked.sort_by_key(|&(t, a)| (std::cmp::Reverse(t), a));
            ranked.into_iter().map(|(_, a)| members[a]).collect()
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(rows: &[[f32; 3]]) -> Embeddings {
        let flat = rows
            .iter()
            .flat_map(|r| {
                let n = r.iter().map(|x| x * x).sum::<f32>().sqrt();
                r.map(|x| x / n)
            })
            .collect();
        Embeddings::new(3, flat)
    }

    #[test]
    fn near_claims_join_and_lonely_ones_stay_alone() {
        let e = unit(&[[1.0, 0.0, 0.0], [0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.9, 0.2], [0.0, 0.0, 1.0]]);
        let c = cluster(&e, &["a", "b", "c", "d", "e"], 0.7).expect("five claims cluster");
        assert_eq!(c.clusters, vec![vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn the_order_of_claims_does_not_matter() {
        let rows: Vec<[f32; 3]> = (0..60u32)
            .map(|i| {
                let x = f32::from((i * 37 % 61) as u16) / 61.0;
                let y = f32::from((i * 17 % 53) as u16) / 53.0;
                [x, y, 0.4]
            })
            .collect();
        let keys: Vec<String> = (0..60).map(|i| format!("{:02}", i * 7 % 60)).collect();
        let named = |perm: &[usize]| {
            let e = unit(&perm.iter().map(|&i| rows[i]).collect::<Vec<_>>());
            let k: Vec<&str> = perm.iter().map(|&i| keys[i].as_str()).collect();
            let c = cluster(&e, &k, 0.95).expect("sixty claims cluster");
            c.clusters.iter().map(|c| c.iter().map(|&i| k[i].to_owned()).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let straight: Vec<usize> = (0..60).collect();
        let expected = named(&straight);
        assert!(expected.len() > 1);
        for step in [7, 11, 13, 59] {
            let perm: Vec<usize> = (0..60).map(|i| i * step % 60).collect();
            assert_eq!(named(&perm), expected, "step {step}");
        }
    }

    #[test]
    fn nothing_clusters_to_nothing() {
        let none = Embeddings::new(3, Vec::new());
        assert!(cluster(&none, &[], 0.5).expect("no claims").clusters.is_empty());
    }
}
