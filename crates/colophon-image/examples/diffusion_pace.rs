//! Times the steps of a diffusion model: `diffusion_pace RUNTIME CHECKPOINT [SIDE [STEPS [PICTURES]]]` prints
//! the seconds that loading took, those of each step, those of decoding, and the peak of memory in bytes. With
//! several pictures it keeps the model between them, and prints the seconds of each, and what is held after it.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use colophon_image::diffusion::{Ask, Extras};
use colophon_image::{Diffusion, ImageError};
use colophon_types::Cancel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runtime, checkpoint, rest @ ..] = arguments.as_slice() else {
        return Err("diffusion_pace RUNTIME CHECKPOINT [SIDE [STEPS [PICTURES]]]".into());
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
    let pictures = number(2, 1)?;
    if pictures > 1 {
        let model = model.keeping();
        let (mut seconds, mut held) = (Vec::new(), Vec::new());
        for picture in 0..pictures {
            let begun = if picture == 0 { started } else { Instant::now() };
            model.draw(&ask, &[picture as u64], &Cancel::new(), &mut |_| {})?;
            seconds.push((begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0);
            held.push(status("VmRSS:").unwrap_or(0));
        }
        let peak = status("VmHWM:").unwrap_or(0);
        println!("{{\"pictures\":{seconds:?},\"held\":{held:?},\"peak\":{peak}}}");
        return Ok(());
    }
    let mut times = vec![started];
    let made = model.draw(&ask, &[1], &Cancel::new(), &mut |_| times.push(Instant::now()))?;
    let decoded = times.last().map_or(0.0, |last| last.elapsed().as_secs_f64());
    let each: Vec<f64> = times.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_secs_f64()).collect();
    // The first holds the loading as well.
    let steady = each.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
    let loading = each.first().map_or(0.0, |first| first - steady);
    let peak = status("VmHWM:").unwrap_or(0);
    println!(
        "{{\"loading\":{loading:.3},\"steps\":{:?},\"decoding\":{decoded:.3},\"peak\":{peak}}}",
        each.get(1..).unwrap_or_default(),
    );
    if made.is_empty() {
        return Err(Box::new(ImageError::Network("no picture came out".into())));
    }
    Ok(())
}

/// What the system says of this process's memory, in bytes: `VmRSS:` now, `VmHWM:` the most so far.
fn status(what: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(what))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
