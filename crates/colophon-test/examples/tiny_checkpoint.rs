//! Writes a tiny diffusion checkpoint whose weights are formulas: `tiny_checkpoint NAME FOLDER [TIMES]`, where
//! the name is one of those in `data/diffusion.json` (sd, sd2, sdxl, sd3, flux-dev, …). Of `sd` one can be
//! written that is so many times as wide, to measure with.

use std::path::Path;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = || "tiny_checkpoint NAME FOLDER [TIMES]".to_owned();
    let [name, folder, rest @ ..] = arguments.as_slice() else { return Err(usage()) };
    let times: usize = rest.first().map_or(Ok(1), |text| text.parse()).map_err(|_| usage())?;
    if colophon_test::diffusion::KEPT["checkpoints"].get(name).is_none() {
        return Err(format!("there is no checkpoint '{name}'"));
    }
    if times == 1 {
        colophon_test::diffusion::write(name, Path::new(folder), false);
        return Ok(());
    }
    if name != "sd" {
        return Err("only sd can be written wider".into());
    }
    colophon_test::diffusion::write_wide(Path::new(folder), times);
    Ok(())
}
