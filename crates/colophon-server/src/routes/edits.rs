//! `/v1/images/edits` and `/v1/images/variations`: forms with pictures in them, as jobs.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use colophon_types::PictureFormat;
use serde_json::{Value, json};

use super::attended::Attended;
use super::images::{COMPOSER, MOST, PARTIALS, answer, format, set_format, size, streamed};
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::form::{Form, SentFile};
use crate::gate::Client;

/// What `model` may name.
const MODELS: &str =
    "style, like, paint, dream, upscale, cutout, remove, sketch, grade, crop, composer, or a diffusion model";
/// Operations of the studio that `model` may name as they are.
const OPERATIONS: [&str; 10] =
    ["style", "like", "paint", "dream", "upscale", "cutout", "remove", "sketch", "grade", "crop"];
/// Pictures of one form, at most.
const FILES: usize = 16;

/// The files of a request, and its fields. What stands for a file is its place among the files.
struct Asked {
    files: Vec<SentFile>,
    request: Value,
}

impl Asked {
    fn new(operation: &str, file: SentFile) -> Self {
        Self { files: vec![file], request: json!({"operation": operation, "file": 0}) }
    }

    /// Adds a file, and gives what stands for it.
    fn add(&mut self, file: SentFile) -> Value {
        self.files.push(file);
        json!(self.files.len() - 1)
    }

    async fn order(self, app: &Arc<App>, client: &Client) -> Result<Attended, ApiError> {
        let mut request = self.request;
        Attended::order(app, client, "picture.edit", self.files, move |inputs| {
            let resolve = |place: &mut Value| {
                let input = place.as_u64().and_then(|n| inputs.get(usize::try_from(n).ok()?));
                if let Some(input) = input {
                    *place = input.clone();
                }
            };
            for name in ["file", "mask", "guide", "behind"] {
                if let Some(place) = request.get_mut(name) {
                    resolve(place);
                }
            }
            for place in request.get_mut("paintings").and_then(Value::as_array_mut).into_iter().flatten() {
                resolve(place);
            }
            request
        })
        .await
    }
}

/// Copies fields from a form.
struct Fields<'a> {
    form: &'a Form,
    request: &'a mut Value,
}

impl Fields<'_> {
    fn words(&mut self, names: &[(&str, &str)]) {
        for (theirs, ours) in names {
            if let Some(word) = self.form.word(theirs) {
                self.request[*ours] = word.into();
            }
        }
    }

    fn numbers(&mut self, names: &[&str]) -> Result<(), ApiError> {
        for name in names {
            if let Some(value) = self.form.value::<f64>(name)? {
                self.request[*name] = json!(value);
            }
        }
        Ok(())
    }

    fn counts(&mut self, names: &[&str]) -> Result<(), ApiError> {
        for name in names {
            if let Some(value) = self.form.value::<u64>(name)? {
                self.request[*name] = json!(value);
            }
        }
        Ok(())
    }

    fn shares(&mut self, names: &[&str]) -> Result<(), ApiError> {
        for name in names {
            if self.form.value::<f64>(name)?.is_some_and(|v| !(0.0..=1.0).contains(&v)) {
                return Err(ApiError::bad(format!("'{name}' must be 0 to 1"), Some(name)));
            }
        }
        self.numbers(names)
    }

    fn size(&mut self) -> Result<(), ApiError> {
        if let Some((width, height)) = size(self.form.word("size"))? {
            self.request["size"] = format!("{width}x{height}").into();
        }
        Ok(())
    }
}

async fn read(app: &App, request: Request) -> Result<(Form, PictureFormat), ApiError> {
    let form = Form::read(request, &super::uploads::folder(app)?, app.options.max_body as u64).await?;
    if let Some(other) = form.word("response_format").filter(|f| *f != "b64_json") {
        let message = format!("'{other}' is not offered; pictures come as b64_json");
        return Err(ApiError::bad(message, Some("response_format")));
    }
    let format = format(form.word("output_format"), form.value("output_compression")?)?;
    Ok((form, format))
}

/// The first picture of a form, and the others.
fn pictures(form: &mut Form) -> Result<(SentFile, Vec<SentFile>), ApiError> {
    let mut images = form.take_files("image");
    if images.is_empty() {
        return Err(ApiError::bad("no picture was sent", Some("image")));
    }
    if images.len() > FILES {
        return Err(ApiError::bad(format!("at most {FILES} images are taken"), Some("image")));
    }
    let first = images.remove(0);
    Ok((first, images))
}

pub(crate) async fn edits(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut form, format) = read(&app, request).await?;
    let stream = form.value("stream")? == Some(true);
    let (file, more) = pictures(&mut form)?;
    let mut asked = if app.studio.knows_diffusion(form.word("model").unwrap_or_default()) {
        let mask = form.take_files("mask").pop();
        diffusion(&form, file, mask)?
    } else {
        if form.value::<usize>("n")?.is_some_and(|n| n != 1) {
            return Err(ApiError::bad("an edit gives one picture: 'n' must be 1", Some("n")));
        }
        edit(&mut form, file, more)?
    };
    Fields { form: &form, request: &mut asked.request }.counts(&["seed"])?;
    set_format(&mut asked.request, format, "jpeg_quality");
    let attended = asked.order(&app, &client).await?;
    if stream {
        Ok(streamed(&app, "image_edit", format, attended))
    } else {
        answer(&app, format, attended).await
    }
}

pub(crate) async fn variations(
    State(app): Shared,
    Extension(client): Extension<Client>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut form, format) = read(&app, request).await?;
    let (file, _) = pictures(&mut form)?;
    let mut asked = if app.studio.knows_diffusion(form.word("model").unwrap_or_default()) {
        diffusion(&form, file, None)?
    } else {
        let mut asked = Asked::new("vary", file);
        asked.request["count"] = count(&form)?.into();
        Fields { form: &form, request: &mut asked.request }.size()?;
        asked
    };
    Fields { form: &form, request: &mut asked.request }.counts(&["seed"])?;
    set_format(&mut asked.request, format, "jpeg_quality");
    answer(&app, format, asked.order(&app, &client).await?).await
}

fn count(form: &Form) -> Result<usize, ApiError> {
    let count = form.value("n")?.unwrap_or(1);
    if (1..=MOST).contains(&count) {
        return Ok(count);
    }
    Err(ApiError::bad(format!("'n' must be between 1 and {MOST}"), Some("n")))
}

/// What a diffusion model is asked to make of a picture; a form without words asks for a variation.
fn diffusion(form: &Form, file: SentFile, mask: Option<SentFile>) -> Result<Asked, ApiError> {
    let partials = form.value("partial_images")?.unwrap_or(0);
    if partials > PARTIALS {
        let message = format!("'partial_images' must be between 0 and {PARTIALS}");
        return Err(ApiError::bad(message, Some("partial_images")));
    }
    let mut asked = Asked::new("redraw", file);
    if let Some(mask) = mask {
        asked.request["mask"] = asked.add(mask);
    }
    asked.request["previews"] = partials.into();
    asked.request["count"] = count(form)?.into();
    let mut fields = Fields { form, request: &mut asked.request };
    fields.words(&[
        ("model", "model"),
        ("prompt", "prompt"),
        ("negative_prompt", "negative"),
        ("scheduler", "scheduler"),
    ]);
    fields.size()?;
    fields.counts(&["steps"])?;
    fields.numbers(&["guidance"])?;
    fields.shares(&["strength"])?;
    Ok(asked)
}

/// The edit that a form asks for: `model` names it, fields of our own set it.
fn edit(form: &mut Form, file: SentFile, mut more: Vec<SentFile>) -> Result<Asked, ApiError> {
    let model = form.word("model").unwrap_or_default().to_owned();
    if model == COMPOSER {
        let mut asked = Asked::new("edit", file);
        let Some(instruction) = form.word("prompt") else {
            return Err(ApiError::bad("'prompt' must say what changes", Some("prompt")));
        };
        asked.request["instruction"] = instruction.into();
        return Ok(asked);
    }
    if !OPERATIONS.contains(&model.as_str()) {
        let message = format!("there is no edit '{model}'; 'model' must be one of {MODELS}");
        return Err(ApiError { code: "model_not_found", ..ApiError::not_found(message) });
    }
    let mut asked = Asked::new(&model, file);
    match model.as_str() {
        "style" => {
            let Some(name) = form.word("style").or(form.word("prompt")) else {
                return Err(ApiError::bad("'style' must name a style", Some("style")));
            };
            asked.request["style"] = name.into();
        }
        "like" | "paint" if more.is_empty() => {
            return Err(ApiError::bad("a second image must be the painting", Some("image")));
        }
        "like" | "paint" => {
            let paintings: Vec<Value> = more.drain(..).map(|file| asked.add(file)).collect();
            asked.request["paintings"] = paintings.into();
        }
        "dream" if !more.is_empty() => asked.request["guide"] = asked.add(more.swap_remove(0)),
        "cutout" if !more.is_empty() => asked.request["behind"] = asked.add(more.swap_remove(0)),
        "remove" => match form.take_files("mask").pop() {
            Some(mask) => asked.request["mask"] = asked.add(mask),
            None => return Err(ApiError::bad("'mask' must say what is removed", Some("mask"))),
        },
        "crop" if size(form.word("size"))?.is_none_or(|(width, height)| width == 0 || height == 0) => {
            return Err(ApiError::bad("'size' must say the width and height to crop to", Some("size")));
        }
        _ => {}
    }
    let own: (&[&str], &[&str], &[&str], &[&str]) = match model.as_str() {
        "style" | "like" => (&[], &[], &["strength"], &[]),
        "paint" => (&[], &["weight"], &[], &["steps", "longest"]),
        "dream" => (&["layer"], &["rate"], &[], &["channel", "octaves", "steps"]),
        "upscale" => (&["quality"], &[], &[], &["factor"]),
        "cutout" if asked.request.get("behind").is_none() => (&["behind"], &[], &[], &[]),
        "sketch" => (&[], &[], &["shade", "lines"], &[]),
        "grade" => {
            (&["look"], &["exposure", "contrast", "saturation", "warmth", "tint", "vignette"], &[], &[])
        }
        _ => (&[], &[], &[], &[]),
    };
    let (words, numbers, shares, counts) = own;
    let mut fields = Fields { form, request: &mut asked.request };
    fields.words(&words.iter().map(|w| (*w, *w)).collect::<Vec<_>>());
    fields.numbers(numbers)?;
    fields.shares(shares)?;
    fields.counts(counts)?;
    match model.as_str() {
        "crop" => fields.size()?,
        "style" | "like" | "paint" => {
            if let Some(keep) = form.value::<bool>("keep_colour")? {
                asked.request["keep_colour"] = keep.into();
            }
        }
        _ => {}
    }
    Ok(asked)
}
