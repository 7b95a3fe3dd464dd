//! What the players of a band play over a plan: one function for each kind of part.

pub(crate) mod bass;
pub(crate) mod chords;
pub(crate) mod drums;

use super::plan::Plan;
use super::style::Levels;

/// A stroke of a pattern: where in the bar and how long, in quarter notes, and its letter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) at: f64,
    pub(crate) beats: f64,
    pub(crate) letter: char,
}

/// Quiet, middle or full.
pub(crate) fn level(energy: f32) -> usize {
    match energy {
        e if e < 0.42 => 0,
        e if e < 0.7 => 1,
        _ => 2,
    }
}

/// The pattern of a bar.
pub(crate) fn pattern(levels: &Levels, energy: f32, bar: usize) -> &'static str {
    let bars = levels[level(energy)];
    bars[bar % bars.len()]
}

/// The strokes of a pattern in a plan's metre. Patterns are written for the first metre of the style:
/// a shorter bar loses the end, a longer one repeats its last quarter.
pub(crate) fn strokes(plan: &Plan, pattern: &str) -> Vec<Stroke> {
    let written = plan.style.metres[0].quarters();
    let quarters = plan.metre.quarters();
    let letters: Vec<char> = pattern.chars().collect();
    let step = written / letters.len() as f64;
    let wanted = (quarters / step).round() as usize;
    let quarter = (1.0 / step).round().max(1.0) as usize;
    let letter = |i: usize| {
        if i < letters.len() {
            letters[i]
        } else {
            letters[letters.len().saturating_sub(quarter) + (i - letters.len()) % quarter]
        }
    };
    let mut out: Vec<Stroke> = Vec::new();
    for i in 0..wanted {
        match letter(i) {
            '.' => {}
            '-' => {
                if let Some(last) = out.last_mut() {
                    last.beats += step;
                }
            }
            letter => out.push(Stroke { at: i as f64 * step, beats: step, letter }),
        }
    }
    out
}

/// How loud a passage is: the velocity of its notes.
pub(crate) fn loudness(energy: f32) -> f32 {
    54.0 + 42.0 * energy
}

/// Louder on the beats that carry the metre.
pub(crate) fn accent(plan: &Plan, within: f64) -> f32 {
    let middle = if plan.metre.quarters() == 4.0 { 2.0 } else { 1.5 };
    if within < 0.01 {
        1.06
    } else if (within - middle).abs() < 0.01 {
        1.0
    } else if (within - within.round()).abs() < 0.01 {
        0.97
    } else {
        0.9
    }
}

pub(crate) fn velocity(value: f32) -> u8 {
    value.clamp(12.0, 124.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::plan::Brief;
    use colophon_types::Seed;

    #[test]
    fn patterns_fill_bars_of_every_metre() {
        for (prompt, quarters) in [("piano", 4.0), ("piano in 3/4", 3.0), ("waltz", 3.0)] {
            let plan = Plan::new(&Brief::new(prompt, 30.0), Seed(1)).expect("a plan");
            assert_eq!(plan.metre.quarters(), quarters);
            let all =
                strokes(&plan, if plan.style.metres[0].quarters() == 3.0 { "x-----" } else { "x-------" });
            assert_eq!(all, [Stroke { at: 0.0, beats: quarters, letter: 'x' }], "{prompt}");
        }
    }
}
