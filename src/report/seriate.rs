//! In which order do camps become visible? Voices and points are placed by the
//! first two principal axes of who takes which side.

/// Where voices and points go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seriation {
    /// Points, first row first.
    pub(super) points: Vec<usize>,
    /// Voices, first column first.
    pub(super) voices: Vec<usize>,
    /// A place in the plane for each voice, by its index; voices that always
    /// take the same side lie together. `None` if no two voices ever part.
    pub(super) plane: Option<Vec<(f64, f64)>>,
}

/// Orders rows (points) and columns (voices) of `sides`: 1 for, -1 against, 0
/// both or silent. The same table gives the same order on every machine.
pub(super) fn seriate(sides: &[Vec<i8>], voices: usize) -> Seriation {
    let centred: Vec<Vec<f64>> = sides.iter().map(|row| centre(row)).collect();
    let mut gram = vec![vec![0.0; voices]; voices];
    for row in &centred {
        let heard: Vec<usize> = (0..voices).filter(|&v| row[v] != 0.0).collect();
        for &a in &heard {
            for &b in &heard {
                gram[a][b] += row[a] * row[b];
            }
        }
    }
    let (first, weight) = axis(&gram);
    let spoken: Vec<usize> = (0..voices).map(|v| sides.iter().filter(|row| row[v] != 0).count()).collect();
    let mut order: Vec<usize> = (0..voices).collect();
    if weight < 1e-9 {
        order.sort_by_key(|&v| (std::cmp::Reverse(spoken[v]), v));
        let mut points: Vec<usize> = (0..sides.len()).collect();
        points.sort_by_key(|&p| (std::cmp::Reverse(sides[p].iter().map(|&s| i64::from(s)).sum::<i64>()), p));
        return Seriation { points, voices: order, plane: None };
    }
    for (a, row) in gram.iter_mut().enumerate() {
        for (b, cell) in row.iter_mut().enumerate() {
            *cell -= weight * first[a] * first[b];
        }
    }
    let (second, second_weight) = axis(&gram);
    order.sort_by(|&a, &b| first[b].total_cmp(&first[a]).then(a.cmp(&b)));
    let lean: Vec<f64> = sides
        .iter()
        .map(|row| {
            let heard = row.iter().filter(|&&s| s != 0).count().max(1);
            let sum: f64 = row.iter().zip(&first).map(|(&s, x)| f64::from(s) * x).sum();
            settle(sum / heard as f64)
        })
        .collect();
    let mut points: Vec<usize> = (0..sides.len()).collect();
    points.sort_by(|&a, &b| lean[b].total_cmp(&lean[a]).then(a.cmp(&b)));
    let plane = (0..voices).map(|v| (first[v] * weight.sqrt(), second[v] * second_weight.max(0.0).sqrt())).collect();
    Seriation { points, voices: order, plane: Some(plane) }
}

/// What a row says about differences: a point on which all agree says nothing.
fn centre(row: &[i8]) -> Vec<f64> {
    let heard = row.iter().filter(|&&s| s != 0).count().max(1);
    let mean = row.iter().map(|&s| f64::from(s)).sum::<f64>() / heard as f64;
    row.iter().map(|&s| if s == 0 { 0.0 } else { f64::from(s) - mean }).collect()
}

/// The first eigenvector of a symmetric positive matrix and its eigenvalue, by
/// power iteration from a fixed start; its largest part is positive.
fn axis(matrix: &[Vec<f64>]) -> (Vec<f64>, f64) {
    let n = matrix.len();
    // not orthogonal to anything a small table of sides can have
    let mut x: Vec<f64> = (0..n).map(|i| 1.0 + (i as f64 * 0.618_033_988_75).fract()).collect();
    let mut weight = 0.0;
    for _ in 0..300 {
        let y: Vec<f64> = matrix.iter().map(|row| row.iter().zip(&x).map(|(a, b)| a * b).sum()).collect();
        weight = y.iter().map(|v| v * v).sum::<f64>().sqrt();
        if weight < 1e-9 {
            return (vec![0.0; n], 0.0);
        }
        x = y.iter().map(|v| v / weight).collect();
    }
    let largest = x.iter().copied().fold(0.0f64, |m, v| if v.abs() > m.abs() + 1e-9 { v } else { m });
    let sign = if largest < 0.0 { -1.0 } else { 1.0 };
    (x.iter().map(|v| settle(v * sign)).collect(), weight)
}

/// Rounded, so that the last digits of a sum decide nothing.
fn settle(x: f64) -> f64 {
    let rounded = (x * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_camps_end_up_on_two_sides() {
        // voices 0, 2, 4 against 1, 3 on every contested point
        let sides = vec![vec![1, -1, 1, -1, 1], vec![-1, 1, -1, 1, 0], vec![1, 1, 1, 1, 1], vec![0, -1, 1, -1, 1]];
        let found = seriate(&sides, 5);
        let place = |v: usize| found.voices.iter().position(|&x| x == v).unwrap();
        let camp: Vec<usize> = [0, 2, 4].map(place).to_vec();
        assert!(camp.iter().all(|&p| p < 3) || camp.iter().all(|&p| p > 1), "{found:?}");
        let plane = found.plane.unwrap();
        assert!(plane[0].0 * plane[1].0 < 0.0);
        let (agreed, split) =
            (found.points.iter().position(|&p| p == 1).unwrap(), found.points.iter().position(|&p| p == 0).unwrap());
        assert_ne!(agreed, split);
    }

    #[test]
    fn without_a_dispute_there_is_no_map() {
        let found = seriate(&[vec![1, 1, 0], vec![0, 1, 1]], 3);
        assert_eq!(found.plane, None);
        assert_eq!(found.voices, [1, 0, 2]);
    }

    #[test]
    fn an_empty_table_is_a_table() {
        assert_eq!(seriate(&[], 0).points, Vec::<usize>::new());
    }
}
