//! Where brokers are: `nats://user:password@host:4222`, several with commas, `tls://` where encrypted.

use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr};

use crate::StoreError;

/// How often one asks a connection whether it lives.
const PING: Duration = Duration::from_secs(5);
/// Longest pause between attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Addresses at most.
const MOST: usize = 16;

/// Addresses of the servers of one broker.
pub(crate) struct Address {
    servers: Vec<ServerAddr>,
    tls: Option<rustls::ClientConfig>,
    /// For people: without user and password.
    pub(super) shown: String,
}

impl Address {
    /// Reads them. With `tls://` the connection is encrypted and the server's certificate is checked, by
    /// the public authorities or by those in the file that `?sslrootcert=FILE` names.
    pub(crate) fn read(text: &str) -> Result<Self, StoreError> {
        let fail = |why: &str| StoreError::Request(format!("this is no address of a NATS server: {why}"));
        let (places, options) = text.split_once('?').unwrap_or((text, ""));
        let mut authorities = None;
        for option in options.split('&').filter(|o| !o.is_empty()) {
            match option.split_once('=') {
                Some(("sslrootcert", file)) => authorities = Some(file),
                _ => return Err(fail(&format!("'{option}' is not known"))),
            }
        }
        let (mut servers, mut shown, mut encrypted) = (Vec::new(), Vec::new(), false);
        for place in places.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            if !(place.starts_with("nats://") || place.starts_with("tls://")) {
                return Err(fail("it does not begin with nats:// or tls://"));
            }
            let server: ServerAddr = place.parse().map_err(|e: std::io::Error| fail(&e.to_string()))?;
            if server.host().is_empty() {
                return Err(fail("it names no server"));
            }
            encrypted |= server.tls_required();
            shown.push(format!("{}://{}:{}", server.scheme(), server.host(), server.port()));
            servers.push(server);
        }
        if servers.is_empty() || servers.len() > MOST {
            return Err(fail(&format!("1 to {MOST} are given, with commas")));
        }
        let tls = match encrypted {
            true => Some(crate::postgres::tls::encrypted(authorities).map_err(|why| fail(&why))?),
            false => None,
        };
        Ok(Self { servers, tls, shown: shown.join(",") })
    }

    /// Connects, now or as soon as one is there, and again whenever it breaks; says whenever it has.
    pub(super) async fn connect(
        self,
        connected: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Client> {
        let pause = |attempt: usize| {
            let pause = Duration::from_millis(100).saturating_mul(u32::try_from(attempt).unwrap_or(u32::MAX));
            pause.min(LONGEST_PAUSE)
        };
        let told = move |event| {
            if matches!(event, Event::Connected) {
                connected();
            }
            std::future::ready(())
        };
        let mut options = ConnectOptions::new()
            .name("colophon")
            .event_callback(told)
            .retry_on_initial_connect()
            .max_reconnects(None)
            .ping_interval(PING)
            .connection_timeout(LONGEST_PAUSE)
            .reconnect_delay_callback(pause);
        if let Some(tls) = self.tls {
            options = options.tls_client_config(tls);
        }
        options.connect(self.servers).await.map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets_and_bad_ones_are_refused() {
        let one = Address::read("nats://ann:secret@broker.example,nats://other:4333").unwrap();
        assert_eq!(one.shown, "nats://broker.example:4222,nats://other:4333");
        assert!(one.tls.is_none());
        assert!(Address::read("tls://broker.example").unwrap().tls.is_some());
        for bad in ["", "http://x", "broker", "nats://", "nats://x?y=1", "tls://x?sslrootcert=/nowhere"] {
            assert!(Address::read(bad).is_err(), "{bad}");
        }
    }
}
