//! Bringing a file from the web to look at it: bounded in size and time, and from public addresses
//! alone, so that nobody can make this machine ask others in its own network.

use std::io::{Read, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tempfile::NamedTempFile;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::{Studio, StudioError};

/// Largest file that is brought, in bytes.
const LARGEST: u64 = 512 << 20;
const TIME_LIMIT: Duration = Duration::from_secs(120);
const REDIRECTS: u32 = 5;

/// Resolves names to public addresses alone. Looked at here, when the connection is made, a name
/// cannot mean another address a moment later.
#[derive(Debug, Default)]
struct PublicOnly(DefaultResolver);

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        // One private address among public ones is enough to refuse the name.
        match found.iter().all(|address| is_public(address.ip())) {
            true => Ok(found),
            false => Err(ureq::Error::HostNotFound),
        }
    }
}

/// Whether an address is one of the public internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(a == 0
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a >= 240
        // Shared by carriers, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    // Global unicast is 2000::/3; of it, addresses that hold an IPv4 one or are for documentation.
    let [first, second, ..] = ip.segments();
    (0x2000..0x4000).contains(&first)
        && !(first == 0x2001 && (second == 0 || second == 0xdb8))
        && first != 0x2002
}

/// Brings a file.
///
/// # Errors
/// [`StudioError::Request`] for an address that is none, is not public, or does not answer with a file.
pub(crate) fn bring(url: &str) -> Result<NamedTempFile, StudioError> {
    let bad = |why: &str| StudioError::request(format!("{url} cannot be fetched: {why}"), HINT);
    let uri: Uri = url.parse().map_err(|_| bad("it is no address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        return Err(bad("it is no http or https address"));
    }
    if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
        return Err(bad("it holds a password"));
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIME_LIMIT))
        .timeout_connect(Some(Duration::from_secs(10)))
        .max_redirects(REDIRECTS)
        // A proxy would resolve names by itself.
        .proxy(None)
        .user_agent(concat!("Colophon/", env!("CARGO_PKG_VERSION"), " (verify)"))
        .build();
    let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), PublicOnly::default());
    let mut answer = agent.get(url).call().map_err(|e| match e {
        ureq::Error::HostNotFound => bad("its host is not known or not public"),
        e => bad(&e.to_string()),
    })?;
    let mut file = NamedTempFile::new().map_err(StudioError::io("write", &std::env::temp_dir()))?;
    let mut body = answer.body_mut().as_reader().take(LARGEST + 1);
    let mut buffer = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        let read = body.read(&mut buffer).map_err(|e| bad(&e.to_string()))?;
        if read == 0 {
            break;
        }
        length += read as u64;
        if length > LARGEST {
            return Err(bad("it is larger than 512 MB"));
        }
        let path = file.path().to_path_buf();
        file.write_all(&buffer[..read]).map_err(StudioError::io("write", &path))?;
    }
    if length == 0 { Err(bad("there is nothing in it")) } else { Ok(file) }
}

impl Studio {
    /// Sends JSON to an address that someone named, and says whether it was taken. Unless `private`
    /// says that any address will do, only public ones are asked; redirections are not followed.
    pub fn post_json(&self, url: &str, head: &[(&str, &str)], body: &str, private: bool) -> bool {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(15)))
            .timeout_connect(Some(Duration::from_secs(5)))
            .max_redirects(0)
            // A proxy would resolve names by itself.
            .proxy(None)
            .user_agent(concat!("Colophon/", env!("CARGO_PKG_VERSION"), " (webhook)"))
            .build();
        let agent = match private {
            true => ureq::Agent::new_with_config(config),
            false => ureq::Agent::with_parts(config, DefaultConnector::default(), PublicOnly::default()),
        };
        let mut request = agent.post(url).header("content-type", "application/json");
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        request.send(body).is_ok_and(|answer| answer.status().is_success())
    }
}

const HINT: &str = "give a public http or https address of a file";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_asked() {
        for private in [
            "127.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "172.32.0.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn what_is_no_public_address_is_refused_in_a_sentence() {
        for url in [
            "http://127.0.0.1:1/x",
            "http://[::1]/",
            "http://localhost:9/x",
            "file:///etc/passwd",
            "ftp://example.com/x",
            "nonsense",
            "",
            "http://",
            "http://user:secret@example.com/",
            "http://0x7f000001/",
            "http://2130706433/",
        ] {
            let error = bring(url).err().unwrap().to_string();
            assert!(error.contains("cannot be fetched"), "{url}: {error}");
        }
    }
}
