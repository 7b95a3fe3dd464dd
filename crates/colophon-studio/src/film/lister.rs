//! Asking the language model what is in a picture.

use colophon_scene::Listing;
use colophon_text::chat::{Chat, Format, GenerateRequest, Message, Sampling, WatermarkChoice};
use colophon_types::{Cancel, Lang};

use crate::StudioError;

/// Models with fewer weights list what the example lists, not what they read.
const ABLE: u64 = 1_000_000_000;
/// Room for the longest answer that the schema allows.
const MAX_TOKENS: usize = 220;

/// What the model says is in the picture; nothing where it is too small or gives no usable answer.
pub(super) fn list(
    engine: &dyn Chat,
    picture: &str,
    lang: Lang,
    cancel: &Cancel,
) -> Result<Option<Listing>, StudioError> {
    if engine.info().parameters < ABLE {
        return Ok(None);
    }
    let (system, user) = colophon_scene::listing_prompt(picture, lang);
    let schema = serde_json::from_str(colophon_scene::listing_schema()).unwrap_or_default();
    let request = GenerateRequest {
        max_tokens: Some(MAX_TOKENS),
        sampling: Sampling { temperature: 0.0, seed: Some(0), ..Sampling::default() },
        format: Format::JsonSchema(schema),
        watermark: WatermarkChoice::Intermediate,
        ..GenerateRequest::chat(vec![Message::system(system), Message::user(user)])
    };
    let reply = engine.generate(request, cancel, &mut |_| true)?;
    let listing = Listing::parse(&reply.text);
    tracing::debug!(picture, answer = reply.text, used = listing.is_some(), "listing");
    Ok(listing)
}
