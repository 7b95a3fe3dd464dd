//! What a page needs to know of this studio: `/v1/options`, `/v1/recipes`, `/v1/settings`,
//! `/v1/catalogue`, `/v1/status`.

use axum::body::Body;
use axum::extract::State;
use axum::{Extension, Json};
use colophon_studio::hub::{self, Role};
use colophon_studio::{SettingsEdit, Studio, sounds, voices};
use colophon_types::{Cancel, Lang, NoProgress, SoundFormat};
use serde_json::{Value, json};

use crate::app::{Path, Shared, read_json};
use crate::error::ApiError;
use crate::gate::Client;

/// Sizes of pictures that are offered; any other within the sides is taken too.
const SIZES: [&str; 7] =
    ["1024x1024", "1536x1024", "1024x1536", "1280x720", "720x1280", "2048x2048", "512x512"];

/// What forms may offer.
pub(crate) async fn options(State(app): Shared) -> Result<Json<Value>, ApiError> {
    Ok(Json(app.blocking(|studio| Ok(choices(studio))).await?))
}

fn choices(studio: &Studio) -> Value {
    let catalogue = studio.hub().licences();
    let of_role = |role: Role| -> Vec<Value> {
        let these = catalogue.iter().filter(|l| l.role == role && !l.id.contains("lora"));
        these.map(|l| json!({"id": l.id, "installed": is_installed(&l.status)})).collect()
    };
    let voice = |v: &colophon_studio::Voice| json!({"id": v.id, "name": v.title, "language": v.lang.tag(), "gender": format!("{:?}", v.gender).to_lowercase()});
    let sound = |s: &&colophon_studio::Sound| json!({"id": s.id, "en": s.en.first(), "zh": s.zh.first()});
    let painters: Vec<Value> =
        colophon_studio::image::Stylizer::names().map(|id| json!({"id": id, "name": id})).collect();
    let models: Vec<Value> =
        studio.text_models().iter().map(|m| json!({"id": m.id, "installed": m.installed})).collect();
    let formats: Vec<SoundFormat> = SoundFormat::ALL.into_iter().filter(|f| *f != SoundFormat::Pcm).collect();
    json!({
        "languages": ["auto", "en", "zh"],
        "film": {
            "recipes": colophon_studio::Recipe::names().collect::<Vec<_>>(),
            "styles": colophon_studio::styles(),
            "music": ["none", "auto"],
            "seconds": [15, 300],
            "default_seconds": 30,
        },
        "picture": {
            "styles": colophon_studio::styles(),
            "sizes": SIZES,
            "sides": [128, 4096],
            "painters": painters,
            "diffusion": of_role(Role::Diffusion),
            "dream_layers": colophon_studio::image::dream::layers(),
            "cutout_backgrounds": ["clear", "blur", "#ffffff", "#000000"],
            "upscale_qualities": ["fast", "best", "drawing"],
        },
        "speech": {
            "voices": voices().iter().map(voice).collect::<Vec<_>>(),
            "formats": formats,
            "speed": [0.5, 2],
        },
        "music": {"styles": colophon_studio::composing::styles::ALL.iter().map(|s| s.id).collect::<Vec<_>>(), "seconds": [2, 600]},
        "sound": {"names": sounds().iter().map(sound).collect::<Vec<_>>(), "seconds": [1, 600]},
        "text": {
            "tasks": ["write", "news", "summarize", "rewrite", "translate", "extract"],
            "models": models,
        },
        "transcription": {"formats": ["text", "srt", "vtt", "json"], "models": of_role(Role::Asr)},
        "label": {
            "profiles": ["all", "cn", "eu", "us"],
            "corners": ["top-left", "top-right", "bottom-left", "bottom-right"],
        },
    })
}

fn is_installed(status: &hub::Status) -> bool {
    *status == hub::Status::Present
}

/// The recipes of films.
pub(crate) async fn recipes() -> Result<Json<Value>, ApiError> {
    let mut data = Vec::new();
    for name in colophon_studio::Recipe::names() {
        data.push(recipe(name)?);
    }
    Ok(Json(json!({"object": "list", "data": data})))
}

/// One recipe.
pub(crate) async fn one_recipe(Path(name): Path<String>) -> Result<Json<Value>, ApiError> {
    // A recipe on the command line may be a file; here it is one of those that come with the program.
    if !colophon_studio::Recipe::names().any(|n| n == name) {
        return Err(ApiError::not_found(format!("there is no recipe '{name}'")));
    }
    Ok(Json(recipe(&name)?))
}

fn recipe(name: &str) -> Result<Value, ApiError> {
    let recipe = colophon_studio::Recipe::find(name).map_err(colophon_studio::StudioError::from)?;
    let both =
        |text: &colophon_studio::Bilingual| json!({"en": text.get(Lang::En), "zh": text.get(Lang::Zh)});
    Ok(json!({
        "id": name,
        "object": "recipe",
        "kind": "film",
        "title": both(&recipe.title),
        "beats": recipe.beats.iter().map(both).collect::<Vec<_>>(),
        "parameters": {
            "brief": {"type": "string", "required": true},
            "lang": {"enum": ["auto", "en", "zh"]},
            "seconds": {"type": "integer", "minimum": 15, "maximum": 300, "default": 30},
            "voice": {"type": "string"},
            "style": {"type": "string"},
            "music": {"type": "string", "default": "none"},
            "seed": {"type": "integer"},
        },
    }))
}

pub(crate) async fn settings(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let mut value = studio.settings()?;
        if client.must_be_admin().is_ok() {
            value["home"] = studio.home().display().to_string().into();
        }
        Ok(value)
    });
    Ok(Json(value.await?))
}

pub(crate) async fn change_settings(
    State(app): Shared,
    Extension(client): Extension<Client>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let edit: SettingsEdit = read_json(&app, body).await?;
    let value = app.blocking(move |studio| {
        let about = serde_json::to_string(&edit).unwrap_or_default();
        studio.store()?.note_deed(&client.name, "settings.change", &about, "done")?;
        studio.change_settings(edit)?;
        Ok(studio.settings()?)
    });
    Ok(Json(value.await?))
}

/// The models that are known here, with their terms.
pub(crate) async fn catalogue(State(app): Shared) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(|studio| {
        let catalogue = studio.hub().catalogue();
        let row = |l: &hub::Licence| {
            let entry = catalogue.entry(&l.id).ok();
            let groups = catalogue.groups().iter().filter(|(_, ids)| ids.contains(&l.id)).map(|(g, _)| g);
            json!({
                "id": l.id,
                "object": "catalogue.model",
                "name": l.title,
                "kind": l.role.as_str(),
                "licence": l.licence,
                "licence_note": l.note,
                "licence_url": null,
                "origin": l.origin,
                "bytes": entry.map(|e| e.size()),
                "installed": is_installed(&l.status),
                "groups": groups.collect::<Vec<_>>(),
                "description": l.title,
            })
        };
        Ok(json!({"object": "list", "data": studio.hub().licences().iter().map(row).collect::<Vec<_>>()}))
    });
    Ok(Json(value.await?))
}

pub(crate) async fn remove_model(
    State(app): Shared,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    client.must_be_admin()?;
    let value = app.blocking(move |studio| {
        let freed = studio.hub().remove(&id, &NoProgress, &Cancel::new());
        let freed = freed.map_err(colophon_studio::StudioError::from)?;
        studio.store()?.note_deed(&client.name, "model.remove", &id, "done")?;
        Ok(json!({"id": id, "deleted": true, "freed_bytes": freed}))
    });
    Ok(Json(value.await?))
}

/// How the studio stands.
pub(crate) async fn status(
    State(app): Shared,
    Extension(client): Extension<Client>,
) -> Result<Json<Value>, ApiError> {
    let value = app.blocking(move |studio| {
        let store = studio.store()?;
        let (depth, (count, bytes)) = (store.queue_depth()?, store.works_total()?);
        let used = store.usage(&client.name)?;
        let checkpoint = studio.ledger()?.checkpoint().map_err(colophon_studio::StudioError::from)?;
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "queue": {"queued": depth.queued, "running": depth.running},
            "works": {"count": count, "bytes": bytes},
            "log": {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root},
            "disk": {"free_bytes": hub::tools::free_space(studio.home())},
            "usage_today": used,
            "quota": client.quota,
        }))
    });
    Ok(Json(value.await?))
}
