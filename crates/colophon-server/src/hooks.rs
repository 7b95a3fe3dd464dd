//! Webhooks: the end of a job is told to an address, signed as the Standard Webhooks specification says
//! (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,BASE64` of HMAC-SHA256 over
//! `id.timestamp.body`), until it is taken or was tried eight times.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use colophon_studio::store::Delivery;
use colophon_studio::{Studio, StudioError, trace};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tracing::field::Empty;
use tracing::info_span;

use crate::app::ServerOptions;
use crate::reply::now;

/// How often it is looked for messages.
const LOOK: Duration = Duration::from_secs(1);
/// Messages that are told one after another.
const BATCH: usize = 32;
/// The file of the secret with which messages are signed.
const SECRET: &str = "webhook.key";

/// The secret with which this studio signs, made on first use: `whsec_` and the base 64 of its bytes.
///
/// # Errors
/// [`StudioError`] when it cannot be made or read.
pub fn webhook_secret(studio: &Studio) -> Result<String, StudioError> {
    let path = studio.home().join("keys").join(SECRET);
    let failed = |e: std::io::Error| StudioError::Config(format!("{} cannot be used: {e}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(secret) => return Ok(secret.trim().to_owned()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(failed(e)),
    }
    let mut random = [0u8; 24];
    getrandom::fill(&mut random).map_err(|e| StudioError::Config(format!("no random numbers: {e}")))?;
    let secret = format!("whsec_{}", STANDARD.encode(random));
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    std::io::Write::write_all(&mut file, secret.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(secret)
}

/// The signature of a message.
fn sign(secret: &str, id: &str, time: u64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Tells what is to be told for as long as the program runs.
pub(crate) fn start(studio: &Arc<Studio>, options: &ServerOptions) {
    let (studio, private) = (Arc::clone(studio), options.private_webhooks);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(LOOK).await;
            let studio = Arc::clone(&studio);
            let round = tokio::task::spawn_blocking(move || tell_all(&studio, private)).await;
            if let Ok(Err(error)) = round {
                tracing::warn!("webhooks are not told: {error}");
            }
        }
    });
}

fn tell_all(studio: &Studio, private: bool) -> Result<(), StudioError> {
    let store = studio.store()?;
    let waiting = store.deliveries(BATCH)?;
    if waiting.is_empty() {
        return Ok(());
    }
    let secret = webhook_secret(studio)?;
    for delivery in waiting {
        let taken = tell(studio, &delivery, &secret, private);
        if !taken {
            tracing::info!("the webhook {} was not taken", delivery.id);
        }
        store.delivered(&delivery, taken)?;
    }
    Ok(())
}

/// Whether the address took the message.
fn tell(studio: &Studio, delivery: &Delivery, secret: &str, private: bool) -> bool {
    let span = info_span!(
        "webhook",
        otel.kind = "client",
        otel.status_code = Empty,
        webhook.id = delivery.id,
        webhook.attempt = delivery.attempt + 1,
    );
    trace::follow(&span, delivery.trace.as_deref());
    let _within = span.enter();
    let time = now();
    let Some(signature) = sign(secret, &delivery.id, time, &delivery.body) else { return false };
    let time = time.to_string();
    let stands = trace::traceparent(&span);
    let mut head = vec![
        ("webhook-id", delivery.id.as_str()),
        ("webhook-timestamp", time.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    head.extend(stands.as_deref().map(|stands| (trace::TRACEPARENT, stands)));
    let taken = studio.post_json(&delivery.url, &head, &delivery.body, private);
    if !taken {
        span.record("otel.status_code", "ERROR");
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn messages_are_signed_as_the_specification_says() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
