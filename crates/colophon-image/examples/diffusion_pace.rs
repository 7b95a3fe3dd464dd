//! Times the steps of a diffusion model: `diffusion_pace RUNTIME CHECKPOINT [SIDE [STEPS]]` prints the
//! seconds that loading took, those of each step, those of decoding, and the peak of memory in bytes.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use colophon_image::diffusion::{Ask, Extras};
use colophon_image::{Diffusion, ImageError};
use colophon_types::Cancel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runtime, checkpoint, rest @ ..] = arguments.as_slice() else {
        return Err("diffusion_pace RUNTIME CHECKPOINT [SIDE [STEPS]]".into());
    };
    let number = |place: usize, usual: usize| rest.get(place).map_or(Ok(usual), |text| text.parse());
    let (side, steps) = (number(0, 512)? as u32, number(1, 4)?);
    colophon_hub::onnx::init(Path::new(runtime))?;
    let threads = std::thread::available_parallelism()?.get();
    let started = Instant::now();
    let model = Diffusion::open(Path::new(checkpoint), &[], &Extras::default(), threads)?;
    let ask = Ask {
        prompt: "a lighthouse",
        negative: "",
        size: (side, side),
        steps,
        guidance: 1.0,
        method: model.method(),
        start: None,
    };
    let mut times = vec![started];
    let made = model.draw(&ask, &[1], &Cancel::new(), &mut |_| times.push(Instant::now()))?;
    let decoded = times.last().map_or(0.0, |last| last.elapsed().as_secs_f64());
    let each: Vec<f64> = times.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64()).collect();
    // The first holds the loading as well.
    let steady = each.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
    let loading = each.first().map_or(0.0, |first| first - steady);
    let peak = peak().unwrap_or(0);
    println!(
        "{{\"loading\":{loading:.3},\"steps\":{:?},\"decoding\":{decoded:.3},\"peak\":{peak}}}",
        each.get(1..).unwrap_or_default(),
    );
    if made.is_empty() {
        return Err(Box::new(ImageError::Network("no picture came out".into())));
    }
    Ok(())
}

/// The most memory that this process has held, in bytes.
fn peak() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
