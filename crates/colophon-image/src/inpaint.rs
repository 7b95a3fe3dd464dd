//! Removing things from pictures without a network: the hole is filled with patches from elsewhere in
//! the picture that fit together (Wexler et al. 2007), found by PatchMatch (Barnes et al. 2009), coarse
//! to fine.

use colophon_types::{Cancel, Raster, Seed};

use crate::resize::Plane;
use crate::{ImageError, pixels};

/// Pixels from the middle of a patch to its edge.
const HALF: isize = 3;
/// Rounds of search and vote at the coarsest size; finer ones need fewer.
const COARSEST: usize = 10;
/// Passes of the search in a round.
const PASSES: usize = 3;
/// Side below which a picture is not made smaller, and places to copy from that must be left.
const SMALLEST: usize = 40;
const SOURCES: usize = 200;

/// What is to be removed: true where a pixel is not to stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    width: usize,
    height: usize,
    gone: Vec<bool>,
}

impl Hole {
    /// A hole from a picture of it: where it has clear pixels these are removed, as with OpenAI's masks;
    /// else the light ones.
    ///
    /// # Errors
    /// [`ImageError::Setting`] when the mask is of another size than the picture or removes nothing or all.
    pub fn of_mask(mask: &Raster, image: &Raster) -> Result<Self, ImageError> {
        pixels::check(mask)?;
        if (mask.width, mask.height) != (image.width, image.height) {
            return Err(ImageError::Setting(format!(
                "the mask has {}×{} pixels and the picture {}×{}",
                mask.width, mask.height, image.width, image.height
            )));
        }
        let pixels = mask.rgba.as_chunks::<4>().0;
        let clear = pixels.iter().any(|p| p[3] < 128);
        let gone = pixels.iter().map(|p| if clear { p[3] < 128 } else { p[1] > 127 }).collect();
        Self { width: mask.width as usize, height: mask.height as usize, gone }.checked()
    }

    /// A hole of boxes (left, top, width, height), in pixels.
    ///
    /// # Errors
    /// [`ImageError::Setting`] when a box lies outside the picture or nothing or all is removed.
    pub fn of_boxes(boxes: &[[u32; 4]], image: &Raster) -> Result<Self, ImageError> {
        let (width, height) = (image.width as usize, image.height as usize);
        let mut gone = vec![false; width * height];
        for [left, top, w, h] in boxes {
            let (x0, y0) = (*left as usize, *top as usize);
            let (x1, y1) = ((x0 + *w as usize).min(width), (y0 + *h as usize).min(height));
            if x0 >= x1 || y0 >= y1 {
                return Err(ImageError::Setting(format!(
                    "the box {left},{top},{w},{h} holds nothing of a picture of {width}×{height} pixels"
                )));
            }
            for y in y0..y1 {
                gone[y * width + x0..y * width + x1].fill(true);
            }
        }
        Self { width, height, gone }.checked()
    }

    fn checked(self) -> Result<Self, ImageError> {
        let count = self.gone.iter().filter(|g| **g).count();
        if count == 0 {
            return Err(ImageError::Setting("nothing is to be removed: the mask is empty".into()));
        }
        if count * 10 > self.gone.len() * 7 {
            return Err(ImageError::Setting("too little would be left to fill the hole from".into()));
        }
        Ok(self)
    }

    /// The box around the hole: left, top, right, bottom (past the end).
    fn bounds(&self) -> (usize, usize, usize, usize) {
        let mut found = (self.width, self.height, 0, 0);
        for (i, _) in self.gone.iter().enumerate().filter(|(_, g)| **g) {
            let (x, y) = (i % self.width, i / self.width);
            found = (found.0.min(x), found.1.min(y), found.2.max(x + 1), found.3.max(y + 1));
        }
        found
    }
}

/// Removes what lies in the hole; `tell` hears how many of how many rounds are done.
///
/// # Errors
/// A picture without pixels or of another size than the hole; too little around the hole; a stop.
pub fn remove(
    image: &Raster,
    hole: &Hole,
    seed: u64,
    cancel: &Cancel,
    tell: &mut dyn FnMut(usize, usize),
) -> Result<Raster, ImageError> {
    pixels::check(image)?;
    let (w, h) = (image.width as usize, image.height as usize);
    if (w, h) != (hole.width, hole.height) {
        return Err(ImageError::Setting("the hole is of another picture".into()));
    }
    // What is far away seldom helps and always costs.
    let (x0, y0, x1, y1) = hole.bounds();
    let around = ((x1 - x0).max(y1 - y0) * 3 / 2).max(160);
    let (left, top) = (x0.saturating_sub(around), y0.saturating_sub(around));
    let (right, bottom) = ((x1 + around).min(w), (y1 + around).min(h));
    let (cw, ch) = (right - left, bottom - top);
    let colours = pixels::colours(image);
    let part = |p: &Plane| p.part(left as isize, top as isize, cw, ch);
    let gone = Plane { w, h, v: hole.gone.iter().map(|g| f32::from(u8::from(*g))).collect() };
    let gone = part(&gone).v.iter().map(|g| *g > 0.5).collect();
    let mut levels = vec![Level { w: cw, h: ch, colours: colours.iter().map(part).collect(), gone }];
    while let Some(next) = levels.last().and_then(Level::halved) {
        levels.push(next);
    }
    let coarsest = levels.len() - 1;
    let rounds = |level: usize| if level == coarsest { COARSEST } else { (2 + level).min(4) };
    let total = (0..levels.len()).map(rounds).sum();
    let mut dice = Seed(seed).derive("inpaint");
    let mut done = 0;
    let mut coarser: Option<(Field, usize)> = None;
    for level in (0..levels.len()).rev() {
        let work = &mut levels[level];
        let mut field = Field::new(work, coarser.as_ref().map(|(f, w)| (f, *w)), &mut dice)?;
        match coarser {
            None => work.diffuse(),
            Some(_) => field.vote(work),
        }
        for _ in 0..rounds(level) {
            cancel.check()?;
            tell(done, total);
            field.search(work, &mut dice);
            field.vote(work);
            done += 1;
        }
        coarser = Some((field, work.w));
    }
    tell(total, total);
    let made = &levels[0];
    let mut planes = colours;
    for (plane, new) in planes.iter_mut().zip(&made.colours) {
        for y in 0..ch {
            for x in 0..cw {
                if made.gone[y * cw + x] {
                    plane.v[(y + top) * w + x + left] = new.v[y * cw + x];
                }
            }
        }
    }
    Ok(pixels::picture(&planes, pixels::opacity(image).as_ref()))
}

/// A picture at one size.
struct Level {
    w: usize,
    h: usize,
    colours: Vec<Plane>,
    gone: Vec<bool>,
}

impl Level {
    /// The picture at half the size; `None` when it would be too small to copy from.
    fn halved(&self) -> Option<Self> {
        let (w, h) = (self.w / 2, self.h / 2);
        if w < SMALLEST || h < SMALLEST {
            return None;
        }
        let four = |i: usize| {
            let (x, y) = (i % w * 2, i / w * 2);
            [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| y * self.w + x)
        };
        let gone: Vec<bool> = (0..w * h).map(|i| four(i).iter().any(|q| self.gone[*q])).collect();
        let mean = |p: &Plane| Plane {
            w,
            h,
            v: (0..w * h).map(|i| four(i).map(|q| p.v[q]).iter().sum::<f32>() / 4.0).collect(),
        };
        let next = Self { w, h, colours: self.colours.iter().map(mean).collect(), gone };
        (next.sources().iter().filter(|s| **s).count() >= SOURCES).then_some(next)
    }

    /// Where the middle of a patch may lie.
    fn inside(&self, x: isize, y: isize) -> bool {
        (HALF..self.w as isize - HALF).contains(&x) && (HALF..self.h as isize - HALF).contains(&y)
    }

    /// Whether the patch around each pixel has any that are gone.
    fn touched(&self) -> Vec<bool> {
        let gone =
            Plane { w: self.w, h: self.h, v: self.gone.iter().map(|g| f32::from(u8::from(*g))).collect() };
        gone.blurred(HALF as usize).v.iter().map(|v| *v > 1e-4).collect()
    }

    /// The middles of patches that are whole.
    fn sources(&self) -> Vec<bool> {
        let touched = self.touched();
        (0..self.w * self.h)
            .map(|i| !touched[i] && self.inside((i % self.w) as isize, (i / self.w) as isize))
            .collect()
    }

    /// Fills the hole from its edge inwards, smoothly: a first guess.
    fn diffuse(&mut self) {
        let mut known: Vec<bool> = self.gone.iter().map(|g| !g).collect();
        loop {
            let edge: Vec<(usize, Vec<usize>)> = (0..known.len())
                .filter(|i| !known[*i])
                .map(|i| {
                    let (x, y) = ((i % self.w) as isize, (i / self.w) as isize);
                    let near = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)));
                    let inside = near.filter(|(x, y)| {
                        (0..self.w as isize).contains(x) && (0..self.h as isize).contains(y)
                    });
                    (i, inside.map(|(x, y)| y as usize * self.w + x as usize).filter(|q| known[*q]).collect())
                })
                .filter(|(_, near): &(usize, Vec<usize>)| !near.is_empty())
                .collect();
            if edge.is_empty() {
                return;
            }
            for (i, near) in &edge {
                for plane in &mut self.colours {
                    plane.v[*i] = near.iter().map(|q| plane.v[*q]).sum::<f32>() / near.len() as f32;
                }
            }
            edge.iter().for_each(|(i, _)| known[*i] = true);
        }
    }

    /// How much two patches differ; more than `most` is not counted to its end.
    fn apart(&self, a: usize, b: usize, most: f32) -> f32 {
        let mut sum = 0.0;
        for dy in -HALF..=HALF {
            let (a, b) = (
                a.wrapping_add_signed(dy * self.w as isize - HALF),
                b.wrapping_add_signed(dy * self.w as isize - HALF),
            );
            let length = (2 * HALF + 1) as usize;
            for plane in &self.colours {
                let pairs = plane.v[a..a + length].iter().zip(&plane.v[b..b + length]);
                sum += pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
            }
            if sum > most {
                return sum;
            }
        }
        sum
    }
}

/// For each patch that touches the hole the whole patch that is most like it.
struct Field {
    /// Middles of the patches, row by row.
    targets: Vec<usize>,
    /// By pixel: the middle of the patch that is copied from, and how far apart they are.
    from: Vec<usize>,
    apart: Vec<f32>,
    sources: Vec<bool>,
    list: Vec<usize>,
}

impl Field {
    fn new(level: &Level, coarser: Option<(&Self, usize)>, dice: &mut Seed) -> Result<Self, ImageError> {
        let sources = level.sources();
        let list: Vec<usize> = (0..sources.len()).filter(|i| sources[*i]).collect();
        if list.is_empty() {
            return Err(ImageError::Setting("too little is left around the hole to fill it from".into()));
        }
        let touched = level.touched();
        let inside = |i: &usize| level.inside((i % level.w) as isize, (i / level.w) as isize);
        let targets: Vec<usize> = (0..touched.len()).filter(|i| touched[*i]).filter(inside).collect();
        let mut from = vec![usize::MAX; sources.len()];
        for target in &targets {
            let (x, y) = (target % level.w, target / level.w);
            let guess = coarser.and_then(|(field, w)| {
                let source = *field.from.get(y / 2 * w + x / 2).filter(|s| **s != usize::MAX)?;
                Some((source / w * 2 + y % 2) * level.w + source % w * 2 + x % 2)
            });
            let random = list[dice.next_u64() as usize % list.len()];
            from[*target] = guess.filter(|g| sources.get(*g) == Some(&true)).unwrap_or(random);
        }
        Ok(Self { targets, apart: vec![f32::MAX; from.len()], from, sources, list })
    }

    /// Looks for better patches: those beside what the neighbours copy, and others ever nearer.
    fn search(&mut self, level: &Level, dice: &mut Seed) {
        for target in &self.targets {
            self.apart[*target] = level.apart(*target, self.from[*target], f32::MAX);
        }
        for pass in 0..PASSES {
            let backwards = pass % 2 == 1;
            for index in 0..self.targets.len() {
                let index = if backwards { self.targets.len() - 1 - index } else { index };
                let target = self.targets[index];
                let step = if backwards { -1 } else { 1 };
                for beside in [step, step * level.w as isize] {
                    let neighbour = target.wrapping_add_signed(-beside);
                    let Some(source) = self.from.get(neighbour).filter(|s| **s != usize::MAX) else {
                        continue;
                    };
                    self.offer(level, target, source.wrapping_add_signed(beside));
                }
                let mut reach = level.w.max(level.h) as isize;
                let any = self.list[dice.next_u64() as usize % self.list.len()];
                self.offer(level, target, any);
                while reach > 1 {
                    let place =
                        |at: usize, dice: &mut Seed| at as isize + dice.next_u64() as isize % (reach + 1);
                    let best = self.from[target];
                    let (x, y) = (place(best % level.w, dice), place(best / level.w, dice));
                    if level.inside(x, y) {
                        self.offer(level, target, y as usize * level.w + x as usize);
                    }
                    reach /= 2;
                }
            }
        }
    }

    fn offer(&mut self, level: &Level, target: usize, source: usize) {
        if self.sources.get(source) != Some(&true) || source == self.from[target] {
            return;
        }
        let apart = level.apart(target, source, self.apart[target]);
        if apart < self.apart[target] {
            (self.from[target], self.apart[target]) = (source, apart);
        }
    }

    /// Every patch says what its pixels should be; those that fit well count for more.
    fn vote(&self, level: &mut Level) {
        let mut known: Vec<f32> =
            self.targets.iter().map(|t| self.apart[*t]).filter(|a| *a < f32::MAX).collect();
        known.sort_by(f32::total_cmp);
        let usual = known.get(known.len() * 3 / 4).copied().unwrap_or(1.0).max(1e-4);
        let mut sums = vec![[0.0f32; 4]; level.gone.len()];
        for target in &self.targets {
            let apart = if self.apart[*target] < f32::MAX { self.apart[*target] } else { usual };
            let weight = (-apart / (2.0 * usual)).exp().max(1e-6);
            let source = self.from[*target];
            for dy in -HALF..=HALF {
                for dx in -HALF..=HALF {
                    let by = dy * level.w as isize + dx;
                    let (at, from) = (target.wrapping_add_signed(by), source.wrapping_add_signed(by));
                    if level.gone[at] {
                        let sum = &mut sums[at];
                        for (s, plane) in sum.iter_mut().zip(&level.colours) {
                            *s += weight * plane.v[from];
                        }
                        sum[3] += weight;
                    }
                }
            }
        }
        for (i, sum) in sums.iter().enumerate().filter(|(_, s)| s[3] > 0.0) {
            for (c, plane) in level.colours.iter_mut().enumerate().take(3) {
                plane.v[i] = sum[c] / sum[3];
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A pattern that repeats, with a red disc upon it.
    fn scene(disc: bool) -> Raster {
        let mut image = Raster::filled(160, 120, [0, 0, 0, 255]);
        for (i, pixel) in image.rgba.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let (x, y) = ((i % 160) as f32, (i / 160) as f32);
            let v = if ((x / 10.0) as i32 + (y / 10.0) as i32) % 2 == 0 { 200 } else { 60 };
            let red = disc && (x - 82.0).hypot(y - 57.0) < 16.0;
            *pixel = if red { [230, 20, 20, 255] } else { [v, v, v / 2, 255] };
        }
        image
    }

    #[test]
    fn a_thing_is_removed_and_the_pattern_goes_on() {
        let (with, without) = (scene(true), scene(false));
        let hole = Hole::of_boxes(&[[64, 39, 38, 38]], &with).unwrap();
        let made = remove(&with, &hole, 1, &Cancel::new(), &mut |_, _| {}).unwrap();
        let off: f64 = made.rgba.iter().zip(&without.rgba).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let mean = off / (38.0 * 38.0 * 3.0);
        assert!(mean < 12.0, "{mean} levels a channel from the pattern without the disc");
        let red = made.rgba.as_chunks::<4>().0.iter().filter(|p| p[0] > 150 && p[1] < 60).count();
        assert_eq!(red, 0);
        assert_eq!(made, remove(&with, &hole, 1, &Cancel::new(), &mut |_, _| {}).unwrap());
        for (i, (a, b)) in made.rgba.chunks_exact(4).zip(with.rgba.chunks_exact(4)).enumerate() {
            assert!(hole.gone[i] || a == b, "what lies outside stays");
        }
    }

    #[test]
    fn holes_that_make_no_sense_are_refused() {
        let image = scene(false);
        assert!(Hole::of_boxes(&[[200, 0, 5, 5]], &image).is_err());
        assert!(Hole::of_boxes(&[[0, 0, 160, 120]], &image).is_err());
        assert!(Hole::of_mask(&Raster::filled(10, 10, [255; 4]), &image).is_err());
        assert!(Hole::of_mask(&Raster::filled(160, 120, [0, 0, 0, 255]), &image).is_err());
        let mut mask = Raster::filled(160, 120, [0, 0, 0, 255]);
        mask.rgba[..4].fill(0);
        assert_eq!(Hole::of_mask(&mask, &image).unwrap().gone.iter().filter(|g| **g).count(), 1);
    }
}
