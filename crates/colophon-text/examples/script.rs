//! Writes a script: `script MODEL.gguf RECIPE SCENES "BRIEF"`.

use std::time::Instant;

use colophon_text::script::{Recipe, ScriptWriter};
use colophon_text::{Llama, LlamaOptions, sentences};
use colophon_types::{Cancel, Lang, Seed};

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, recipe, scenes, brief] = args.as_slice() else {
        return Err("usage: script MODEL.gguf RECIPE SCENES BRIEF".into());
    };
    let started = Instant::now();
    let llama = Llama::load("model", model.as_ref(), LlamaOptions::single(2048, 2))?;
    println!("loaded in {:.2?}", started.elapsed());
    let recipe = Recipe::find(recipe)?;
    let lang = Lang::detect(brief);
    let cancel = Cancel::new();
    let scenes = scenes.parse()?;
    let target = if lang == Lang::En { recipe.words_per_scene } else { recipe.words_per_scene * 17 / 10 };
    let mut writer = ScriptWriter::start(&llama, &recipe, brief, lang, scenes, Seed(7), &cancel)?;
    println!("{:.2?} {:#?}", started.elapsed(), writer.outline());
    for _ in 0..scenes {
        let scene = writer.next_scene(target as usize, &cancel, &mut |_| ())?;
        let units: usize = scene.narration.iter().map(|s| sentences::units(s, lang)).sum();
        println!("{:.2?} {units}/{target} {scene:#?}", started.elapsed());
    }
    Ok(())
}
