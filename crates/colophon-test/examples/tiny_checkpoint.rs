//! Writes a tiny diffusion checkpoint whose weights are formulas: `tiny_checkpoint NAME FOLDER`, where
//! the name is one of those in `data/diffusion.json` (sd, sd2, sdxl, sd3, flux-dev, …).

use std::path::Path;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder] = arguments.as_slice() else { return Err("tiny_checkpoint NAME FOLDER".into()) };
    if colophon_test::diffusion::KEPT["checkpoints"].get(name).is_none() {
        return Err(format!("there is no checkpoint '{name}'"));
    }
    colophon_test::diffusion::write(name, Path::new(folder), false);
    Ok(())
}
