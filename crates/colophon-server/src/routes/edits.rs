//! `/v1/images/edits` and `/v1/images/variations`: forms with pictures in them.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::Response;
use colophon_studio::image::dream::Dream;
use colophon_studio::image::gatys::Painting;
use colophon_studio::image::grade::Grade;
use colophon_studio::image::sketch::Pencil;
use colophon_studio::image::upscale::Quality;
use colophon_studio::{Behind, DiffusionRequest, Edit, Partial, PictureFile, Studio, StudioError, Variation};
use colophon_types::{Cancel, NoProgress, PictureFormat};

use super::images::{COMPOSER, MOST, PARTIALS, format, size, streamed, whole};
use crate::app::{App, Shared};
use crate::error::ApiError;

/// What `model` may name.
const MODELS: &str =
    "style, like, paint, dream, upscale, cutout, remove, sketch, grade, crop, composer, or a diffusion model";
/// Files of one form, at most.
const FILES: usize = 16;

/// A form: words by name, and pictures in their order.
#[derive(Default)]
struct Form {
    words: HashMap<String, String>,
    images: Vec<PictureFile>,
    mask: Option<PictureFile>,
}

impl Form {
    async fn read(app: &App, request: Request) -> Result<Self, ApiError> {
        let unreadable = |why: &str| ApiError::bad(format!("the form cannot be read: {why}"), None);
        let broken = |e: MultipartError| unreadable(&e.body_text());
        let limit = app.options.max_body;
        let form = Multipart::from_request(request, &()).await;
        let mut multipart = form.map_err(|e| unreadable(&e.body_text()))?;
        let mut form = Self::default();
        let mut total = 0;
        while let Some(mut field) = multipart.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().trim_end_matches("[]").to_owned();
            // A client may send a path; only its last part is a name.
            let file = field.file_name().unwrap_or(&name);
            let file = file.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                total += chunk.len();
                if total > limit {
                    return Err(ApiError::too_large(limit));
                }
                bytes.extend_from_slice(&chunk);
            }
            match name.as_str() {
                "mask" => form.mask = Some(PictureFile { name: file, bytes: bytes.into() }),
                "image" if form.images.len() < FILES => {
                    form.images.push(PictureFile { name: file, bytes: bytes.into() });
                }
                "image" => {
                    return Err(ApiError::bad(format!("at most {FILES} images are taken"), Some("image")));
                }
                _ => {
                    let words = String::from_utf8(bytes).map_err(|e| unreadable(&e.to_string()))?;
                    form.words.insert(name, words);
                }
            }
        }
        Ok(form)
    }

    fn word(&self, name: &str) -> Option<&str> {
        self.words.get(name).map(String::as_str).filter(|w| !w.is_empty())
    }

    /// A number, or `true` or `false`.
    fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, ApiError> {
        let Some(word) = self.word(name) else { return Ok(None) };
        let bad = |_| ApiError::bad(format!("'{word}' is no value of '{name}'"), Some(name));
        word.trim().parse().map(Some).map_err(|_: T::Err| bad(()))
    }

    /// A number from 0 to 1.
    fn share(&self, name: &str) -> Result<Option<f32>, ApiError> {
        let bad = || ApiError::bad(format!("'{name}' must be 0 to 1"), Some(name));
        match self.value::<f32>(name)? {
            Some(value) if !(0.0..=1.0).contains(&value) => Err(bad()),
            value => Ok(value),
        }
    }

    fn format(&self) -> Result<PictureFormat, ApiError> {
        if let Some(other) = self.word("response_format").filter(|f| *f != "b64_json") {
            let message = format!("'{other}' is not offered; pictures come as b64_json");
            return Err(ApiError::bad(message, Some("response_format")));
        }
        format(self.word("output_format"), self.value("output_compression")?)
    }
}

pub(crate) async fn edits(State(app): Shared, request: Request) -> Result<Response, ApiError> {
    let mut form = Form::read(&app, request).await?;
    let (format, seed) = (form.format()?, form.value("seed")?);
    let stream = form.value("stream")? == Some(true);
    if form.images.is_empty() {
        return Err(ApiError::bad("no picture was sent", Some("image")));
    }
    let file = form.images.remove(0);
    if app.studio.knows_diffusion(form.word("model").unwrap_or_default()) {
        let request = diffusion(&form, file, format, seed)?;
        let work = move |studio: &Studio, watch: &mut dyn FnMut(Partial), cancel: &Cancel| {
            studio.diffuse(&request, watch, &NoProgress, cancel)
        };
        return if stream {
            Ok(streamed(&app, "image_edit", format, work))
        } else {
            whole(&app, format, work).await
        };
    }
    if form.value::<usize>("n")?.is_some_and(|n| n != 1) {
        return Err(ApiError::bad("an edit gives one picture: 'n' must be 1", Some("n")));
    }
    if form.word("model") == Some(COMPOSER) {
        let Some(instruction) = form.word("prompt").map(str::to_owned) else {
            return Err(ApiError::bad("'prompt' must say what changes", Some("prompt")));
        };
        let work = move |studio: &Studio, _: &mut dyn FnMut(Partial), cancel: &Cancel| {
            let made = studio.revise(&file, &instruction, format, &NoProgress, cancel)?;
            Ok(vec![made.sealed])
        };
        return if stream {
            Ok(streamed(&app, "image_edit", format, work))
        } else {
            whole(&app, format, work).await
        };
    }
    let edit = edit(form)?;
    let work = move |studio: &Studio, _: &mut dyn FnMut(Partial), cancel: &Cancel| {
        studio.edit(&file, &edit, seed, format, &NoProgress, cancel).map(|sealed| vec![sealed])
    };
    if stream { Ok(streamed(&app, "image_edit", format, work)) } else { whole(&app, format, work).await }
}

pub(crate) async fn variations(State(app): Shared, request: Request) -> Result<Response, ApiError> {
    let mut form = Form::read(&app, request).await?;
    let (count, format) = (count(&form)?, form.format()?);
    let seed = form.value("seed")?;
    let file = form.images.pop().ok_or_else(|| ApiError::bad("no picture was sent", Some("image")))?;
    if app.studio.knows_diffusion(form.word("model").unwrap_or_default()) {
        let request = diffusion(&form, file, format, seed)?;
        let work = move |studio: &Studio, watch: &mut dyn FnMut(Partial), cancel: &Cancel| {
            studio.diffuse(&request, watch, &NoProgress, cancel)
        };
        return whole(&app, format, work).await;
    }
    let variation = Variation { size: size(form.word("size"))?, seed, count, format };
    let work = move |studio: &Studio, _: &mut dyn FnMut(Partial), cancel: &Cancel| {
        let made = studio.vary(&file, &variation, &NoProgress, cancel)?;
        Ok(made.into_iter().map(|picture| picture.sealed).collect())
    };
    whole(&app, format, work).await
}

fn count(form: &Form) -> Result<usize, ApiError> {
    let count = form.value("n")?.unwrap_or(1);
    if (1..=MOST).contains(&count) {
        return Ok(count);
    }
    Err(ApiError::bad(format!("'n' must be between 1 and {MOST}"), Some("n")))
}

/// What a diffusion model is asked to make of a picture; a form without words asks for a variation.
fn diffusion(
    form: &Form,
    file: PictureFile,
    format: PictureFormat,
    seed: Option<u64>,
) -> Result<DiffusionRequest, ApiError> {
    let words = |name: &str| form.word(name).unwrap_or_default().to_owned();
    let partials = form.value("partial_images")?.unwrap_or(0);
    if partials > PARTIALS {
        let message = format!("'partial_images' must be between 0 and {PARTIALS}");
        return Err(ApiError::bad(message, Some("partial_images")));
    }
    Ok(DiffusionRequest {
        model: words("model"),
        prompt: words("prompt"),
        negative: words("negative_prompt"),
        size: size(form.word("size"))?,
        steps: form.value("steps")?,
        guidance: form.value("guidance")?,
        scheduler: form.word("scheduler").map(str::to_owned),
        seed,
        count: count(form)?,
        from: Some(file),
        strength: form.share("strength")?,
        mask: form.mask.clone(),
        format,
        partials,
        ..DiffusionRequest::default()
    })
}

/// The edit that a form asks for: `model` names it, fields of our own set it.
fn edit(form: Form) -> Result<Edit, ApiError> {
    let keep_colour = form.value("keep_colour")?;
    Ok(match form.word("model").unwrap_or_default() {
        "style" => {
            let name = form.word("style").or(form.word("prompt"));
            let name = name.ok_or_else(|| ApiError::bad("'style' must name a style", Some("style")))?;
            Edit::Style { name: name.to_owned(), strength: form.share("strength")?, keep_colour }
        }
        "like" | "paint" if form.images.is_empty() => {
            return Err(ApiError::bad("a second image must be the painting", Some("image")));
        }
        "like" => Edit::Like {
            strength: form.share("strength")?.unwrap_or(1.0),
            paintings: form.images,
            keep_colour: keep_colour.unwrap_or(false),
        },
        "paint" => {
            let usual = Painting::default();
            let how = Painting {
                style: form.value("weight")?.unwrap_or(usual.style),
                steps: form.value("steps")?.unwrap_or(usual.steps),
                longest: form.value("longest")?.unwrap_or(usual.longest),
                keep_colour: keep_colour.unwrap_or(usual.keep_colour),
            };
            Edit::Paint { painting: form.images[0].clone(), how }
        }
        "dream" => {
            let usual = Dream::default();
            let how = Dream {
                layer: form.word("layer").map_or(usual.layer, str::to_owned),
                channel: form.value("channel")?,
                octaves: form.value("octaves")?.unwrap_or(usual.octaves),
                steps: form.value("steps")?.unwrap_or(usual.steps),
                rate: form.value("rate")?.unwrap_or(usual.rate),
                octave_scale: usual.octave_scale,
                seed: usual.seed,
            };
            Edit::Dream { how, guide: form.images.first().cloned() }
        }
        "upscale" => {
            let quality = Quality::named(form.word("quality").unwrap_or("fast"));
            let factor = form.value("factor")?.unwrap_or(4);
            Edit::Upscale { factor, quality: quality.map_err(StudioError::from)? }
        }
        "cutout" => {
            let unknown = |what| {
                let message = format!("'{what}' is neither blur nor a colour such as #ffcc00");
                ApiError::bad(message, Some("behind"))
            };
            let behind = match (form.images.first(), form.word("behind")) {
                (Some(picture), _) => Some(Behind::Picture(picture.clone())),
                (None, None) => None,
                (None, Some(what)) => Some(Behind::named(what).ok_or_else(|| unknown(what))?),
            };
            Edit::Cutout { behind }
        }
        "remove" => match form.mask {
            Some(mask) => Edit::Remove { mask: Some(mask), boxes: Vec::new() },
            None => return Err(ApiError::bad("'mask' must say what is removed", Some("mask"))),
        },
        "sketch" => {
            let usual = Pencil::default();
            let shade = form.share("shade")?.unwrap_or(usual.shade);
            Edit::Sketch {
                how: Pencil { shade, lines: form.share("lines")?.unwrap_or(usual.lines), ..usual },
            }
        }
        "grade" => {
            let base =
                form.word("look").map_or(Ok(Grade::default()), Grade::named).map_err(StudioError::from)?;
            let added = |name: &str, base: f32| Ok::<_, ApiError>(base + form.value(name)?.unwrap_or(0.0));
            Edit::Grade {
                how: Grade {
                    exposure: added("exposure", base.exposure)?,
                    contrast: added("contrast", base.contrast)?,
                    saturation: added("saturation", base.saturation)?,
                    warmth: added("warmth", base.warmth)?,
                    tint: added("tint", base.tint)?,
                    vignette: added("vignette", base.vignette)?,
                    auto: base.auto,
                },
            }
        }
        "crop" => match size(form.word("size"))? {
            Some((width, height)) if width > 0 && height > 0 => {
                Edit::Crop { aspect: width as f32 / height as f32, size: Some((width, height)) }
            }
            _ => return Err(ApiError::bad("'size' must say the width and height to crop to", Some("size"))),
        },
        other => {
            let message = format!("there is no edit '{other}'; 'model' must be one of {MODELS}");
            return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
        }
    })
}
