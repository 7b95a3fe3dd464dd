//! `colophon image`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use colophon_studio::image::dream::Dream;
use colophon_studio::image::gatys::Painting;
use colophon_studio::image::grade::Grade;
use colophon_studio::image::sketch::Pencil;
use colophon_studio::image::upscale::Quality;
use colophon_studio::{
    Behind, DiffusionRequest, Edit, FaceRequest, GeneratorRequest, MovingFormat, Partial, PictureFile,
    PictureRequest, Pictured, Sealed, SheetRequest, Studio, StudioError, TerrainRequest, Variation,
};
use colophon_types::{AnimationFormat, Cancel, ErrorCode, PictureFormat, Progress};
use serde_json::{Value, json};

use crate::args::{self, Change};
use crate::failure::Failure;

pub(crate) fn run(
    studio: &Studio,
    args: &args::Image,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    if let Some(change) = &args.change {
        return self::change(studio, change, progress, cancel);
    }
    let mut asked = args.diffusion.asked().peekable();
    let usual = if asked.peek().is_some() { "diffusion" } else { "composer" };
    let engine = args.engine.as_deref().unwrap_or(usual);
    let asked = match engine {
        "diffusion" => None,
        "stylegan" => asked.find(|flag| *flag != "--model"),
        _ => asked.next(),
    };
    if let Some(flag) = asked {
        return Err(Failure::new(ErrorCode::BadInput, format!("{flag} belongs to --engine diffusion"))
            .with_hint("leave it or --engine out"));
    }
    let transparent = args.transparent();
    if !args.direction.is_empty() && (engine != "gan" || args.prompt.is_some()) {
        return Err(Failure::new(ErrorCode::BadInput, "--direction belongs to --engine gan".to_owned())
            .with_hint("leave it out, or ask for faces: `colophon image --engine gan`"));
    }
    if args.class.is_some() && engine != "stylegan" {
        return Err(Failure::new(ErrorCode::BadInput, "--class belongs to --engine stylegan".to_owned())
            .with_hint("leave it out"));
    }
    let moves = moving(&args.output, args.seconds, 12.0);
    if let (Some(_), "gan", None, true) = (moves, engine, &args.prompt, transparent) {
        let message = "what moves has a background".to_owned();
        return Err(Failure::new(ErrorCode::BadInput, message).with_hint("leave --background out"));
    }
    if let (Some((form, seconds)), "gan", None) = (moves, engine, &args.prompt) {
        if !args.direction.is_empty() {
            let message = "a film of faces goes from face to face, along no direction".to_owned();
            return Err(Failure::new(ErrorCode::BadInput, message).with_hint("leave --direction out"));
        }
        let first = args.seed.unwrap_or_else(|| u64::from(std::process::id()));
        let seeds: Vec<u64> = (0..args.n.max(2) as u64).map(|index| first.wrapping_add(index)).collect();
        let moving = studio.faces_film(&seeds, seconds, form, progress, cancel)?;
        return deliver(vec![(moving.sealed, Value::Null)], &args.output, args.json);
    }
    if args.layers.is_some() && engine != "composer" {
        let message = "only composed pictures have layers".to_owned();
        return Err(Failure::new(ErrorCode::BadInput, message).with_hint("leave --layers or --engine out"));
    }
    if let (Some((MovingFormat::Animation(form), seconds)), "composer", Some(_)) =
        (moves, engine, &args.prompt)
    {
        let request = composed(args, "512x512", PictureFormat::default())?;
        let moving = studio.composed_animation(&request, seconds, form, progress, cancel)?;
        return deliver(vec![(moving.sealed, Value::Null)], &args.output, args.json);
    }
    if let (Some((MovingFormat::Animation(_), _)), "diffusion" | "stylegan" | "terrain") = (moves, engine) {
        let message = "composed pictures and faces move, others do not".to_owned();
        return Err(
            Failure::new(ErrorCode::BadInput, message).with_hint("leave --seconds out, or name it .png")
        );
    }
    let drawn = args.output.extension().is_some_and(|end| end.eq_ignore_ascii_case("svg"));
    if drawn && (engine, args.prompt.is_some()) == ("composer", true) {
        let request = composed(args, "1024x1024", PictureFormat::default())?;
        return deliver(
            vec![(studio.drawing(&request, progress, cancel)?, Value::Null)],
            &args.output,
            args.json,
        );
    }
    let format = format(&args.output)?;
    let made: Vec<(Sealed, Value)> = match (engine, &args.prompt) {
        ("gan", None) => {
            let request = FaceRequest {
                seed: args.seed,
                count: args.n,
                towards: args.towards,
                directions: args.direction.iter().map(|text| direction(text)).collect::<Result<_, _>>()?,
                grid: args.grid,
                transparent,
                format,
            };
            let faces = studio.faces(&request, progress, cancel)?;
            faces.into_iter().map(|sealed| (sealed, Value::Null)).collect()
        }
        ("diffusion", prompt) => {
            let request = diffusion(args, prompt.as_deref().unwrap_or_default(), format)?;
            let made = studio.diffuse(&request, &mut |partial| kept(partial, args), progress, cancel)?;
            made.into_iter().map(|sealed| (sealed, Value::Null)).collect()
        }
        ("stylegan" | "terrain", _) if transparent => {
            let message = format!("pictures of --engine {engine} have no background to leave out");
            return Err(Failure::new(ErrorCode::BadInput, message).with_hint("leave --background out"));
        }
        ("stylegan", None) => {
            let Some(model) = &args.diffusion.model else {
                let message = "no generator was named".to_owned();
                return Err(Failure::new(ErrorCode::BadInput, message)
                    .with_hint("give --model FILE, the safetensors file of a StyleGAN generator"));
            };
            let request = GeneratorRequest {
                model: model.into(),
                class: args.class,
                truncation: args.truncation,
                seed: args.seed,
                count: args.n,
                format,
            };
            let made = studio.generate(&request, progress, cancel)?;
            made.into_iter().map(|sealed| (sealed, Value::Null)).collect()
        }
        ("terrain", prompt) => {
            let request = TerrainRequest {
                prompt: prompt.clone().unwrap_or_default(),
                size: size(args.size.as_deref().unwrap_or("1024x1024"))?,
                seed: args.seed,
                count: args.n,
                lang: super::language(&args.lang)?,
                variation_of: None,
                format,
            };
            let made = studio.terrain(&request, progress, cancel)?;
            made.into_iter().map(|sealed| (sealed, Value::Null)).collect()
        }
        ("gan" | "stylegan", Some(_)) => {
            let message = "a GAN draws what it was trained on and takes no prompt";
            return Err(Failure::new(ErrorCode::BadInput, message.to_owned())
                .with_hint("leave the prompt out, or leave --engine out to have it composed"));
        }
        (_, None) => {
            let message = "no prompt was given".to_owned();
            return Err(Failure::new(ErrorCode::BadInput, message)
                .with_hint("say in a sentence what is in the picture, or see `colophon image --help`"));
        }
        (_, Some(_)) if args.layers.is_some() && args.n != 1 => {
            let message = "--layers is for one picture".to_owned();
            return Err(Failure::new(ErrorCode::BadInput, message).with_hint("leave -n out"));
        }
        (_, Some(_)) => {
            let request = composed(args, "1024x1024", format)?;
            let pictures = studio.imagine(&request, progress, cancel)?;
            if let (Some(dir), [picture]) = (&args.layers, pictures.as_slice()) {
                write_layers(picture, dir)?;
            }
            with_scenes(pictures)
        }
    };
    deliver(made, &args.output, args.json)
}

/// What is asked of the composer; `usual` is its size where none is given.
fn composed(args: &args::Image, usual: &str, format: PictureFormat) -> Result<PictureRequest, Failure> {
    Ok(PictureRequest {
        prompt: args.prompt.clone().unwrap_or_default(),
        size: size(args.size.as_deref().unwrap_or(usual))?,
        style: args.style.clone(),
        seed: args.seed,
        count: args.n,
        lang: super::language(&args.lang)?,
        variation_of: None,
        edit_of: None,
        edits: Vec::new(),
        transparent: args.transparent(),
        format,
        layers: args.layers.is_some(),
    })
}

/// Writes the layers of a picture, and what is known of them.
fn write_layers(picture: &Pictured, dir: &Path) -> Result<(), Failure> {
    let unwritten = |path: &Path, e: std::io::Error| {
        Failure::new(ErrorCode::Io, format!("cannot write {}: {e}", path.display()))
    };
    std::fs::create_dir_all(dir).map_err(|e| unwritten(dir, e))?;
    let mut rows = Vec::new();
    for (number, layer) in (1..).zip(&picture.layers) {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let file = format!("{number:02}-{}.png", layer.name.chars().map(plain).collect::<String>());
        layer.sealed.write_to(&dir.join(&file))?;
        rows.push(json!({
            "file": file, "name": layer.name, "depth": layer.depth, "blend": layer.blend,
            "opacity": layer.opacity,
        }));
    }
    let path = dir.join("scene.json");
    let text = format!("{:#}\n", json!({"layers": rows, "scene": picture.scene}));
    std::fs::write(&path, text).map_err(|e| unwritten(&path, e))
}

/// What is asked of a diffusion model.
fn diffusion(args: &args::Image, prompt: &str, format: PictureFormat) -> Result<DiffusionRequest, Failure> {
    let given = &args.diffusion;
    let open = |path: &Option<PathBuf>| path.as_deref().map(PictureFile::open).transpose();
    Ok(DiffusionRequest {
        prompt: prompt.to_owned(),
        negative: given.negative.clone(),
        model: given.model.clone().unwrap_or_default(),
        size: args.size.as_deref().map(size).transpose()?,
        steps: given.steps,
        guidance: given.guidance,
        scheduler: given.scheduler.clone(),
        seed: args.seed,
        count: args.n,
        loras: given.lora.iter().map(|text| adapter(text)).collect(),
        from: open(&given.from)?,
        strength: given.strength,
        mask: open(&given.mask)?,
        extend: given.extend.as_deref().map_or(Ok([0; 4]), margins)?,
        base: given.base.clone(),
        lang: super::language(&args.lang)?,
        transparent: args.transparent(),
        format,
        partials: given.previews,
        variation_of: None,
    })
}

/// Pixels at the left, top, right and bottom.
fn margins(text: &str) -> Result<[u32; 4], Failure> {
    let parts: Option<Vec<u32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    parts.and_then(|parts| parts.try_into().ok()).ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' says no margins"))
            .with_hint("give four numbers of pixels: left, top, right, bottom, such as 256,0,256,0")
    })
}

/// A direction of faces and how far they go along it.
fn direction(text: &str) -> Result<(String, f32), Failure> {
    let parts =
        text.split_once('=').and_then(|(name, steps)| Some((name.trim(), steps.trim().parse().ok()?)));
    parts.map(|(name, steps)| (name.to_owned(), steps)).ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' says no direction"))
            .with_hint("give a name and steps, such as mouth=3")
    })
}

/// An adapter and its strength, 1 where none stands after a colon.
fn adapter(text: &str) -> (PathBuf, f32) {
    let parts = text.rsplit_once(':').and_then(|(name, strength)| Some((name, strength.parse().ok()?)));
    let (name, strength) = parts.unwrap_or((text, 1.0));
    (PathBuf::from(name), strength)
}

/// Writes a picture on the way beside the picture. One that cannot be written is missed by nobody.
fn kept(partial: Partial, args: &args::Image) {
    let stem = args.output.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = args.output.extension().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let number = if args.n > 1 { format!("-{}", partial.picture + 1) } else { String::new() };
    let name = format!("{stem}{number}.step-{}.{ending}", partial.index + 1);
    let _ = partial.sealed.write_to(&args.output.with_file_name(name));
}

fn with_scenes(pictures: Vec<Pictured>) -> Vec<(Sealed, Value)> {
    let scene = |p: &Pictured| serde_json::to_value(&p.scene).unwrap_or_default();
    pictures.into_iter().map(|p| (scene(&p), p)).map(|(scene, p)| (p.sealed, scene)).collect()
}

/// Writes pictures, numbered where there are several, and says where they are.
fn deliver(made: Vec<(Sealed, Value)>, output: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let mut rows = Vec::new();
    for (index, (sealed, scene)) in made.iter().enumerate() {
        let file = numbered(output, index, made.len());
        sealed.write_to(&file)?;
        if as_json {
            let mut row = row(&file, sealed);
            if !scene.is_null() {
                row["scene"] = scene.clone();
            }
            rows.push(row);
        } else {
            super::print(&file.display().to_string())?;
        }
    }
    if as_json {
        super::print_json(&rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Changes a picture that is there.
fn change(
    studio: &Studio,
    change: &Change,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<ExitCode, Failure> {
    let (files, name) = change.files();
    let vary = match change {
        Change::Vary { n, size, .. } => Some((*n, size.as_deref().map(self::size).transpose()?)),
        _ => None,
    };
    let output = match &files.output {
        Some(path) => path.clone(),
        None => {
            let stem = files.input.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            PathBuf::from(format!("{stem}-{name}.png"))
        }
    };
    let file = PictureFile::open(&files.input)?;
    if let Change::Dream { seconds, guide: None, .. } = change
        && let Some((form, seconds)) = moving(&output, *seconds, 8.0)
    {
        let Edit::Dream { how, .. } = edit(change)? else { return Ok(ExitCode::FAILURE) };
        let moving = studio.dream_film(&file, &how, seconds, form, files.seed, progress, cancel)?;
        return deliver(vec![(moving.sealed, Value::Null)], &output, files.json);
    }
    let format = format(&output)?;
    if let Change::Sheet { more, columns, cell, no_names, .. } = change {
        let more: Result<Vec<PictureFile>, StudioError> = more.iter().map(|f| PictureFile::open(f)).collect();
        let files_on_it = std::iter::once(file).chain(more?).collect();
        let request =
            SheetRequest { files: files_on_it, columns: *columns, cell: *cell, names: !no_names, format };
        let sealed = studio.sheet(&request, progress, cancel)?;
        return deliver(vec![(sealed, Value::Null)], &output, files.json);
    }
    if let Change::Edit { instruction, .. } = change {
        let picture = studio.revise(&file, instruction, format, progress, cancel)?;
        return deliver(with_scenes(vec![picture]), &output, files.json);
    }
    if let Some((count, size)) = vary {
        let variation = Variation { size, seed: files.seed, count, format };
        let pictures = studio.vary(&file, &variation, progress, cancel)?;
        return deliver(with_scenes(pictures), &output, files.json);
    }
    let sealed = studio.edit(&file, &edit(change)?, files.seed, format, progress, cancel)?;
    sealed.write_to(&output)?;
    if files.json {
        super::print_json(&row(&output, &sealed))?;
    } else {
        super::print(&output.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The change that the arguments ask for.
fn edit(change: &Change) -> Result<Edit, Failure> {
    let open = |path: &PathBuf| PictureFile::open(path);
    let share = |name: &str, value: f32| {
        let wrong = || Failure::new(ErrorCode::BadInput, format!("--{name} must be 0 to 1, not {value}"));
        if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(wrong()) }
    };
    Ok(match change {
        Change::Style {
            style,
            like,
            best,
            strength,
            keep_colour,
            own_colour,
            steps,
            weight,
            longest,
            ..
        } => {
            let strength = strength.map(|s| share("strength", s)).transpose()?;
            let colour = keep_colour.then_some(true).or(own_colour.then_some(false));
            match (style, like.as_slice()) {
                (Some(name), _) => Edit::Style { name: name.clone(), strength, keep_colour: colour },
                (None, [painting]) if *best => {
                    let how = Painting {
                        style: *weight,
                        steps: *steps,
                        longest: *longest,
                        keep_colour: colour.unwrap_or(false),
                    };
                    Edit::Paint { painting: open(painting)?, how }
                }
                (None, _) if *best => {
                    let message = "--best follows one painting".to_owned();
                    return Err(Failure::new(ErrorCode::BadInput, message).with_hint("give --like once"));
                }
                (None, paintings) => Edit::Like {
                    paintings: paintings.iter().map(open).collect::<Result<_, StudioError>>()?,
                    strength: strength.unwrap_or(1.0),
                    keep_colour: colour.unwrap_or(false),
                },
            }
        }
        Change::Dream { layer, channel, guide, octaves, steps, rate, .. } => Edit::Dream {
            how: Dream {
                layer: layer.clone(),
                channel: *channel,
                octaves: *octaves,
                steps: *steps,
                rate: *rate,
                ..Dream::default()
            },
            guide: guide.as_ref().map(open).transpose()?,
        },
        Change::Upscale { factor, quality, .. } => {
            let quality = Quality::named(quality).map_err(StudioError::from)?;
            Edit::Upscale { factor: *factor, quality }
        }
        Change::Cutout { behind, .. } => {
            Edit::Cutout { behind: behind.as_deref().map(background).transpose()? }
        }
        Change::Vary { .. } | Change::Edit { .. } | Change::Sheet { .. } => {
            return Err(Failure::new(ErrorCode::Failed, "a variation is composed anew".to_owned()));
        }
        Change::Remove { mask, boxes, .. } => Edit::Remove {
            mask: mask.as_ref().map(open).transpose()?,
            boxes: boxes.iter().map(|b| numbers(b)).collect::<Result<_, _>>()?,
        },
        Change::Sketch { shade, lines, .. } => {
            let how = Pencil { shade: share("shade", *shade)?, lines: share("lines", *lines)?, seed: 0 };
            Edit::Sketch { how }
        }
        Change::Grade { look, exposure, contrast, saturation, warmth, tint, vignette, .. } => {
            let base =
                look.as_deref().map_or(Ok(Grade::default()), Grade::named).map_err(StudioError::from)?;
            let how = Grade {
                exposure: base.exposure + exposure,
                contrast: base.contrast + contrast,
                saturation: base.saturation + saturation,
                warmth: base.warmth + warmth,
                tint: base.tint + tint,
                vignette: base.vignette + vignette,
                auto: base.auto,
            };
            Edit::Grade { how }
        }
        Change::Crop { aspect, size, .. } => {
            let size = size.as_deref().map(self::size).transpose()?;
            let aspect = match (aspect, size) {
                (Some(aspect), _) => shape(aspect)?,
                (None, Some((w, h))) => w as f32 / h.max(1) as f32,
                (None, None) => 1.0,
            };
            Edit::Crop { aspect, size }
        }
    })
}

/// `LEFT,TOP,WIDTH,HEIGHT`.
fn numbers(text: &str) -> Result<[u32; 4], Failure> {
    let parts: Option<Vec<u32>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    parts.and_then(|p| p.try_into().ok()).ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' is no box"))
            .with_hint("give LEFT,TOP,WIDTH,HEIGHT in pixels, such as 10,20,100,50")
    })
}

/// How a file of this name is written.
fn format(path: &Path) -> Result<PictureFormat, Failure> {
    let end = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    PictureFormat::named(&end).ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("{} cannot be written", path.display()))
            .with_hint("name it .png, .jpg, .webp, .gif, .tif or .avif; .svg where it is composed")
    })
}

/// How a file that moves is written, and for how many seconds it does: films by their name, GIF and WebP where
/// a length is given. `film` is the length of a film where none is.
fn moving(path: &Path, seconds: Option<f64>, film: f64) -> Option<(MovingFormat, f64)> {
    let end = path.extension()?.to_str()?.to_ascii_lowercase();
    match (end.as_str(), seconds) {
        ("mp4", _) => Some((MovingFormat::Film, seconds.unwrap_or(film))),
        ("gif" | "webp", Some(seconds)) => {
            Some((MovingFormat::Animation(AnimationFormat::named(&end)?), seconds))
        }
        _ => None,
    }
}

/// `16:9` as a number.
fn shape(text: &str) -> Result<f32, Failure> {
    let parts =
        text.split_once(':').and_then(|(w, h)| Some((w.parse::<f32>().ok()?, h.parse::<f32>().ok()?)));
    parts.filter(|(w, h)| *w > 0.0 && *h > 0.0).map(|(w, h)| w / h).ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' is no shape"))
            .with_hint("give width and height, such as 16:9")
    })
}

/// `blur`, a colour such as `#ffcc00`, or a file.
fn background(what: &str) -> Result<Behind, Failure> {
    match Behind::named(what) {
        Some(behind) => Ok(behind),
        None if what.starts_with('#') => {
            let message = format!("'{what}' is no colour");
            Err(Failure::new(ErrorCode::BadInput, message)
                .with_hint("give six hexadecimal digits, such as #ffcc00"))
        }
        None => Ok(Behind::Picture(PictureFile::open(Path::new(what))?)),
    }
}

fn row(file: &Path, sealed: &Sealed) -> Value {
    let receipt = sealed.receipt();
    json!({
        "file": file, "work_id": receipt.work_id, "sha256": sealed.sha256(), "seed": receipt.seed,
        "log": sealed.log_position(), "receipt": receipt,
    })
}

fn size(text: &str) -> Result<(u32, u32), Failure> {
    let sides = text.split_once(['x', 'X', '×']);
    let parsed = sides.and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    parsed.ok_or_else(|| {
        Failure::new(ErrorCode::BadInput, format!("'{text}' is no size"))
            .with_hint("give WxH, such as 1280x720")
    })
}

/// `picture.png` alone, `picture-1.png` and so on for several.
fn numbered(path: &Path, index: usize, count: usize) -> PathBuf {
    if count == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let width = count.to_string().len();
    let end = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}-{:0width$}.{end}", index + 1))
}
