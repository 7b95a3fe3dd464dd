//! All routes of the server, each with what it does.

use crate::openapi::{Api, does};
use crate::routes::{
    chat, completions, consents, edits, embeddings, health, house, images, jobs, log, models, moderations,
    oidc, people, responses, session, speech, transcriptions, uploads, verify, videos, works,
};
use crate::{ui, wire};

/// All routes.
pub(crate) fn api() -> Api {
    let families = [language, pictures, sound, films, jobs_and_uploads, gallery, trust, persons, place];
    families.into_iter().fold(Api::new(), |api, add| add(api))
}

/// Language, in OpenAI's shapes.
fn language(api: Api) -> Api {
    api.get("/v1/models", models::list, does("Models on this machine").gives("ModelList"))
        .get("/v1/models/{*id}", models::one, does("One model").gives("Model"))
        .post(
            "/v1/chat/completions",
            chat::post,
            does("Answer a chat").json::<wire::ChatBody>().gives("ChatCompletion").or_events().names_work(),
        )
        .post(
            "/v1/completions",
            completions::post,
            does("Go on with a text").json::<completions::CompletionBody>().or_events(),
        )
        .post(
            "/v1/responses",
            responses::post,
            does("Answer, and keep the answer to be gone on from")
                .json::<responses::ResponseBody>()
                .or_events(),
        )
        .get("/v1/responses/{id}", responses::get, does("A kept answer"))
        .delete("/v1/responses/{id}", responses::delete, does("Forget an answer").removes())
        .post(
            "/v1/embeddings",
            embeddings::post,
            does("Embed texts").json::<embeddings::EmbeddingBody>().gives("EmbeddingList"),
        )
        .post(
            "/v1/moderations",
            moderations::post,
            does("Judge texts and pictures").json::<moderations::ModerationBody>().gives("Moderation"),
        )
}

/// Pictures, in OpenAI's shapes.
fn pictures(api: Api) -> Api {
    api.post(
        "/v1/images/generations",
        images::generations,
        does("Make pictures of words").json::<images::ImageBody>().gives("Pictures").or_events().names_work(),
    )
    .post(
        "/v1/images/edits",
        edits::edits,
        does("Change a picture").form("EditForm").gives("Pictures").or_events().names_work(),
    )
    .post(
        "/v1/images/variations",
        edits::variations,
        does("Make a picture anew with other seeds")
            .form("VariationForm")
            .gives("Pictures")
            .or_events()
            .names_work(),
    )
}

/// Sound, in OpenAI's shapes.
fn sound(api: Api) -> Api {
    api.post(
        "/v1/audio/speech",
        speech::post,
        does("Speak a text")
            .json::<speech::SpeechBody>()
            .sends(&["audio/mpeg", "audio/ogg", "audio/aac", "audio/flac", "audio/wav"])
            .or_events()
            .names_work(),
    )
    .post(
        "/v1/audio/transcriptions",
        transcriptions::transcriptions,
        does("Write down what is said in a sound").form("TranscriptionForm").sends(&[
            "application/json",
            "text/plain",
            "text/vtt",
            "text/event-stream",
        ]),
    )
    .post(
        "/v1/audio/translations",
        transcriptions::translations,
        does("Write down in English what is said in a sound").form("TranslationForm").sends(&[
            "application/json",
            "text/plain",
            "text/vtt",
            "text/event-stream",
        ]),
    )
    .get("/v1/audio/voices", speech::list, does("Voices"))
    .get(
        "/v1/audio/voice_consents",
        consents::list,
        does("Consents to the use of a voice, newest first")
            .query::<consents::ListQuery>()
            .lists("VoiceConsent"),
    )
    .post(
        "/v1/audio/voice_consents",
        consents::create,
        does("Bring a recording of the consent phrase; a record alone, as no voice is made of recordings")
            .form("VoiceConsentForm")
            .gives("VoiceConsent"),
    )
    .get("/v1/audio/voice_consents/{id}", consents::get, does("One consent").gives("VoiceConsent"))
    .post(
        "/v1/audio/voice_consents/{id}",
        consents::update,
        does("Give it another label").json::<consents::RenameBody>().gives("VoiceConsent"),
    )
    .delete(
        "/v1/audio/voice_consents/{id}",
        consents::delete,
        does("Remove it and its recording").removes(),
    )
}

/// Films, in OpenAI's shapes.
fn films(api: Api) -> Api {
    api.get(
        "/v1/videos",
        videos::list,
        does("Films, newest first").query::<videos::ListQuery>().lists("Video"),
    )
    .post(
        "/v1/videos",
        videos::create,
        does("Make a narrated film").json::<videos::VideoBody>().form("VideoForm").gives("Video"),
    )
    .get("/v1/videos/{id}", videos::get, does("One film").gives("Video"))
    .delete(
        "/v1/videos/{id}",
        videos::delete,
        does("Remove a film, or stop one that is being made").removes(),
    )
    .get(
        "/v1/videos/{id}/content",
        videos::content,
        does("The sealed film").query::<videos::ContentQuery>().sends(&[
            "video/mp4",
            "image/png",
            "image/jpeg",
        ]),
    )
    .post(
        "/v1/videos/{id}/remix",
        videos::remix,
        does("Make a film anew with something changed").json::<videos::RemixBody>().gives("Video"),
    )
}

/// Everything that takes longer than an instant, and the files that it works on.
fn jobs_and_uploads(api: Api) -> Api {
    api
        .get("/v1/jobs", jobs::list, does("Jobs, newest first").query::<jobs::ListQuery>().lists("Job"))
        .post("/v1/jobs", jobs::create, does("Order something that takes longer than an instant").header("Idempotency-Key", "The same key gives the same job").json::<jobs::JobBody>().gives("Job").status(202))
        .get("/v1/jobs/{id}", jobs::get, does("One job").gives("Job"))
        .delete("/v1/jobs/{id}", jobs::delete, does("Forget a job that has ended; its works stay").removes())
        .post("/v1/jobs/{id}/cancel", jobs::cancel, does("Stop a job, at once or within a step").gives("Job"))
        .post("/v1/jobs/{id}/retry", jobs::retry, does("Order the same again").gives("Job").status(202))
        .get("/v1/jobs/{id}/events", jobs::events, does("What happens to a job, as server-sent events `state`, `progress`, `preview` and `text`; ends with the job").header("Last-Event-ID", "Goes on after this event").sends(&["text/event-stream"]))
        .get("/v1/jobs/{id}/preview", jobs::preview, does("The newest preview of a job that runs").query::<jobs::PreviewQuery>().sends(&["image/*"]))
        .get("/v1/events", jobs::all_events, does("What happens to all of one's jobs from now on, as server-sent events `job`").sends(&["text/event-stream"]))
        .post("/v1/uploads", uploads::create, does("Bring a file for jobs to work on; it is kept for a day").form("UploadForm").gives("Upload"))
        .get("/v1/uploads/{id}/content", uploads::content, does("A file that was brought").sends(&["*/*"]))
}

/// What was made.
fn gallery(api: Api) -> Api {
    api.get(
        "/v1/works",
        works::list,
        does("The gallery, newest first; with `q` what means something like it, nearest first")
            .query::<works::ListQuery>()
            .lists("Work"),
    )
    .get("/v1/works/{id}", works::get, does("One work with its receipt and all of its files").gives("Work"))
    .patch(
        "/v1/works/{id}",
        works::patch,
        does("Change its title, its tags, or whether it is a favourite")
            .json::<colophon_studio::store::WorkEdit>()
            .gives("Work"),
    )
    .delete(
        "/v1/works/{id}",
        works::delete,
        does("Put it into the trash, or remove it for ever").query::<works::DeleteQuery>(),
    )
    .post("/v1/works/{id}/restore", works::restore, does("Take it out of the trash").gives("Work"))
    .get(
        "/v1/works/{id}/content",
        works::content,
        does("The sealed file, whole or in parts").query::<works::ContentQuery>().sends(&["*/*"]),
    )
    .get(
        "/v1/works/{id}/files/{name}",
        works::further,
        does("A further file of a work").query::<works::ContentQuery>().sends(&["*/*"]),
    )
    .get("/v1/works/{id}/thumbnail", works::thumbnail, does("A small picture of it").sends(&["image/jpeg"]))
    .get("/v1/works/{id}/credential", works::credential, does("What verification says of its file"))
    .get(
        "/v1/works/{id}/export",
        works::export,
        does("All of its files with receipt, log proof and verdict").sends(&["application/zip"]),
    )
    .get("/v1/tags", works::tags, does("All tags, the most frequent first").lists("Thing"))
}

/// What anyone may ask: what a file carries, and what the log holds.
fn trust(api: Api) -> Api {
    api
        .post("/v1/verify", verify::post, does("What is known of a file or an address: label, watermark, metadata, credential, log entry. Needs no key and keeps nothing").json::<verify::Asked>().form("VerifyForm").gives("Verdict").open())
        .get("/verify", verify::page, does("The same for people: a page with a form").page().open())
        .post("/verify", verify::form, does("A verdict as a page").form("VerifyForm").page().open())
        .get("/v1/log/checkpoint", log::checkpoint, does("The signed head of the log (C2SP tlog-checkpoint)").sends(&["text/plain"]).open())
        .get("/v1/log/key", log::key, does("The key with which the log signs").open())
        .get("/v1/log/tile/{*path}", log::tile, does("A tile of hashes or entries (C2SP tlog-tiles)").sends(&["*/*"]).open())
        .get("/v1/log/proof/{sha256}", log::proof, does("The proof that a file is in the log").sends(&["text/plain"]).open())
}

/// Who may come in, and what they did.
fn persons(api: Api) -> Api {
    api.get("/v1/session", session::get, does("Who asks").gives("Session").open())
        .post(
            "/v1/session",
            session::sign_in,
            does("Sign in").json::<session::Credentials>().gives("Session").open(),
        )
        .delete("/v1/session", session::sign_out, does("Sign out").open())
        .get(
            "/v1/session/oidc",
            oidc::begin,
            does("Sign in through the identity provider: sends the browser there").page().status(303).open(),
        )
        .get(
            "/v1/session/oidc/callback",
            oidc::callback,
            does("Where the identity provider sends the browser back to")
                .query::<oidc::Back>()
                .page()
                .status(303)
                .open(),
        )
        .post(
            "/v1/setup",
            session::setup,
            does("Make the first account, on the studio's own machine")
                .json::<session::Credentials>()
                .gives("Session")
                .open(),
        )
        .get("/v1/keys", people::keys, does("API keys (admins)").lists("Key"))
        .post(
            "/v1/keys",
            people::add_key,
            does("Make an API key; it is shown once (admins)").json::<people::KeyBody>().gives("Key"),
        )
        .delete("/v1/keys/{name}", people::remove_key, does("Remove an API key (admins)").removes())
        .get("/v1/accounts", people::accounts, does("Accounts (admins)").lists("Thing"))
        .post(
            "/v1/accounts",
            people::add_account,
            does("Make an account (admins)").json::<people::AccountBody>(),
        )
        .delete(
            "/v1/accounts/{name}",
            people::remove_account,
            does("Remove an account; the last admin stays (admins)").removes(),
        )
        .get(
            "/v1/audit",
            people::audit,
            does("What was done, newest first (compliance, admins)")
                .query::<people::AuditQuery>()
                .lists("Thing"),
        )
}

/// The place itself: settings, models, health, the page.
fn place(api: Api) -> Api {
    api.get("/healthz", health::alive, does("Whether the server lives").sends(&["text/plain"]).open())
        .get(
            "/readyz",
            health::ready,
            does("Whether it can answer; says where the broker is away and the database stands in")
                .sends(&["text/plain"])
                .open(),
        )
        .get(
            "/metrics",
            health::metrics,
            does("Counters, in the text format of Prometheus").sends(&["text/plain"]),
        )
        .get("/v1/recipes", house::recipes, does("Recipes of films").lists("Recipe"))
        .get("/v1/recipes/{name}", house::one_recipe, does("One recipe").gives("Recipe"))
        .get("/v1/options", house::options, does("What forms may offer: styles, voices, models, sizes"))
        .get(
            "/v1/settings",
            house::settings,
            does("The settings; `fixed` names those that are set in the configuration").gives("Settings"),
        )
        .put(
            "/v1/settings",
            house::change_settings,
            does("Change settings; the next work is made with them (admins)")
                .json::<colophon_studio::SettingsEdit>()
                .gives("Settings"),
        )
        .get(
            "/v1/catalogue",
            house::catalogue,
            does("Models that are known here, with their terms").lists("Thing"),
        )
        .delete(
            "/v1/catalogue/{id}",
            house::remove_model,
            does("Remove a model from the disk (admins)").removes(),
        )
        .get("/v1/status", house::status, does("Queue, gallery, log, disk, and what one used today"))
        .get("/", ui::page, does("The web studio").page().open())
        .get("/assets/{*path}", ui::asset, does("Files of the web studio").sends(&["*/*"]).open())
        .get("/openapi.json", health::openapi, does("This document"))
}
