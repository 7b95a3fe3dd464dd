//! Landscapes without a model: a height field of ridged multifractal noise, eroded by water and gravity,
//! seen in perspective with sun, shadow, haze, water, snow and trees.
//!
//! The same plan, size and seed give the same picture, whatever the number of threads.

use colophon_types::{Cancel, Raster, Seed};

mod field;
mod finish;
mod light;
mod matter;
mod noise;
mod relief;
mod view;
mod words;

pub use words::{Air, Hour, Land, Plan, Season};

use crate::ImageError;
use field::Field;
use finish::Plate;
use light::{Light, Vec3};
use view::View;

/// Shortest and longest side, in pixels.
pub const SIDES: std::ops::RangeInclusive<u32> = 64..=4096;

/// A column of the picture: its number, its colours, and which part of each pixel is sky.
type Column<'a> = (usize, &'a mut [Vec3], &'a mut [f32]);

/// Draws a landscape. `tell` hears of columns done and columns in all.
///
/// # Errors
/// [`ImageError::Setting`] for a size that is not possible, [`ImageError::Cancelled`] when `cancel` is set.
pub fn draw(
    plan: Plan,
    (width, height): (u32, u32),
    seed: u64,
    threads: usize,
    cancel: &Cancel,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<Raster, ImageError> {
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        let message =
            format!("a landscape of {width}×{height} pixels is not possible: its sides are 64 to 4096");
        return Err(ImageError::Setting(message));
    }
    let threads = threads.clamp(1, 64);
    let mut field = Field::new(plan, seed, threads, cancel)?;
    let side = if Seed(seed).derive("terrain sun").next_f32() < 0.5 { -1.0 } else { 1.0 };
    let light = Light::of(plan, side);
    field.cast_shadows([light.to.0, light.to.1, light.to.2], threads);
    cancel.check()?;
    let view = View::new(&field, light, (width, height));
    let (w, h) = (width as usize, height as usize);
    let mut columns = vec![Vec3::default(); w * h];
    let mut open = vec![0.0; w * h];
    // Columns are dealt out in turn, so that every thread has its share of the slow ones.
    let mut shares: Vec<Vec<Column<'_>>> = (0..threads).map(|_| Vec::new()).collect();
    for (column, (colours, open)) in columns.chunks_exact_mut(h).zip(open.chunks_exact_mut(h)).enumerate() {
        shares[column % threads].push((column, colours, open));
    }
    std::thread::scope(|scope| {
        for share in shares {
            let view = &view;
            scope.spawn(move || {
                for (column, colours, open) in share {
                    if cancel.is_cancelled() {
                        return;
                    }
                    if column % 32 == 0 {
                        tell(column, w);
                    }
                    view.column(column, colours, open);
                }
            });
        }
    });
    cancel.check()?;
    let turned = |i: usize| i % w * h + i / w;
    let light_of = (0..w * h).map(|i| columns[turned(i)]).collect();
    let sky_of = (0..w * h).map(|i| open[turned(i)]).collect();
    let mut plate = Plate { width: w, height: h, light: light_of, open: sky_of };
    let rays = match (plan.hour, plan.air) {
        (Hour::Night, _) | (_, Air::Overcast | Air::Storm) => 0.0,
        (_, Air::Mist) => 0.4,
        (Hour::Dawn | Hour::Sunset | Hour::Dusk, _) => 0.26,
        _ => 0.12,
    };
    plate.spread(view.sun_at(), rays);
    let exposure = match plan.hour {
        Hour::Night => 2.0,
        Hour::Dusk => 1.0,
        Hour::Dawn => 0.85,
        _ => 0.62,
    };
    Ok(plate.develop(exposure, seed as u32))
}
