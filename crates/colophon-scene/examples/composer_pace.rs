//! Times the composer without the language model: `composer_pace MODELS [SIDE [TURNS]]` prints the median
//! of the milliseconds from words to pixels for several pictures in every treatment.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use colophon_scene::{ArtIndex, ArtPaths, Treatment, compose, render};
use colophon_types::Cancel;

const WORDS: [&str; 4] = [
    "A lighthouse on a cliff at dusk, a boat returns",
    "A fox in a red scarf walks through a snowy forest",
    "竹林里的熊猫，远处有一座塔",
    "A busy market street at noon with a girl on a bicycle",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [models, rest @ ..] = arguments.as_slice() else {
        return Err("composer_pace MODELS [SIDE [TURNS]]".into());
    };
    let models = Path::new(models);
    let number = |place: usize, usual: usize| rest.get(place).map_or(Ok(usual), |text| text.parse());
    let (side, turns) = (number(0, 1024)? as u32, number(1, 7)?);
    let paths = ArtPaths {
        icons: models.join("noto-art/icons.json"),
        emojibase_en: models.join("emojibase/en.json"),
        emojibase_zh: models.join("emojibase/zh.json"),
        emojilib: models.join("emojilib/emoji-en-US.json"),
    };
    let index = ArtIndex::load(&paths, None, None)?;
    for treatment in Treatment::ALL {
        let mut times = Vec::new();
        for turn in 0..=turns {
            for words in WORDS {
                let started = Instant::now();
                let (scene, _) = compose(words, "", turn as u64, None, &index, None)?;
                let picture = render(&scene, &index, (side, side), treatment, &Cancel::new())?.flatten();
                // The first turn warms up.
                if turn > 0 && picture.width == side {
                    times.push(started.elapsed().as_secs_f64() * 1000.0);
                }
            }
        }
        times.sort_by(f64::total_cmp);
        println!("{:10} {:6.0} ms", treatment.name(), times[times.len() / 2]);
    }
    Ok(())
}
