//! The setting that says where objects lie.

use std::path::PathBuf;

use rusty_s3::UrlStyle;
use url::Url;

use crate::ObjectError;

/// Bytes that the cache before a bucket may hold, where nothing else is said.
const CACHE_MB: u64 = 1024;

/// Where objects lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// In a folder that all machines mount.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(BucketAddress),
}

/// A bucket and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAddress {
    pub(crate) name: String,
    /// Empty, or ending with `/`.
    pub(crate) prefix: String,
    pub(crate) endpoint: Url,
    pub(crate) region: String,
    pub(crate) path_style: bool,
    pub(crate) roots: Option<PathBuf>,
    pub(crate) cache: u64,
}

impl BucketAddress {
    pub(crate) fn style(&self) -> UrlStyle {
        if self.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost }
    }
}

impl Address {
    /// Reads `s3://bucket/prefix?endpoint=…&region=…&style=path|virtual&sslrootcert=FILE&cache_mb=N`, or the
    /// absolute path of a folder.
    ///
    /// # Errors
    /// [`ObjectError::Setting`].
    pub fn read(text: &str) -> Result<Self, ObjectError> {
        let bad = |why: &str| ObjectError::Setting(format!("the object store of the settings {why}"));
        if text.starts_with('/') || (cfg!(windows) && PathBuf::from(text).is_absolute()) {
            return Ok(Self::Folder(text.into()));
        }
        let url = Url::parse(text).map_err(|_| bad("is neither s3://… nor the absolute path of a folder"))?;
        if url.scheme() != "s3" {
            return Err(bad(&format!("begins with {}:// and not with s3://", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("holds keys, which come from the environment alone"));
        }
        let name = url.host_str().unwrap_or_default().to_owned();
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if !(3..=63).contains(&name.len()) || !name.chars().all(fine) || url.port().is_some() {
            return Err(bad("names no bucket"));
        }
        // An address is read with `..` taken out of it.
        if text.split(['/', '?']).any(|part| matches!(part, "." | "..")) {
            return Err(bad("has a prefix with '.' or '..'"));
        }
        let prefix = url.path().trim_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
        if !prefix.chars().all(plain) || (!prefix.is_empty() && crate::checked(prefix).is_err()) {
            return Err(bad("has a prefix with other characters than a-z, 0-9, '-', '_', '.' and '/'"));
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let (mut endpoint, mut region, mut path_style) = (None, None, None);
        let (mut roots, mut cache) = (None, CACHE_MB);
        for (name, value) in url.query_pairs() {
            match name.as_ref() {
                "endpoint" => endpoint = Some(value.into_owned()),
                "region" => region = Some(value.into_owned()),
                "style" => {
                    path_style = Some(match value.as_ref() {
                        "path" => true,
                        "virtual" => false,
                        other => return Err(bad(&format!("has a style '{other}': it is path or virtual"))),
                    });
                }
                "sslrootcert" => roots = Some(PathBuf::from(value.as_ref())),
                "cache_mb" => {
                    let number = value.parse().ok().filter(|n| (1..=1 << 24).contains(n));
                    cache = number.ok_or_else(|| bad("has a cache_mb that is no number of megabytes"))?;
                }
                other => return Err(bad(&format!("says '{other}', which is not known"))),
            }
        }
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        let path_style = path_style.unwrap_or(endpoint.is_some());
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let endpoint = Url::parse(&endpoint).map_err(|_| bad("has an endpoint that is no address"))?;
        let web = matches!(endpoint.scheme(), "http" | "https") && endpoint.has_host();
        if !web || !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(bad("has an endpoint that is no plain http(s) address"));
        }
        Ok(Self::Bucket(BucketAddress {
            name,
            prefix,
            endpoint,
            region,
            path_style,
            roots,
            cache: cache << 20,
        }))
    }

    /// Bytes that a cache before it may hold.
    pub fn cache(&self) -> u64 {
        match self {
            Self::Folder(_) => 0,
            Self::Bucket(bucket) => bucket.cache,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(text: &str) -> BucketAddress {
        match Address::read(text).unwrap() {
            Address::Bucket(bucket) => bucket,
            Address::Folder(_) => panic!("{text} is a folder"),
        }
    }

    #[test]
    fn addresses_say_what_they_mean() {
        let plain = bucket("s3://works?region=eu-central-1");
        assert_eq!((plain.name.as_str(), plain.prefix.as_str(), plain.path_style), ("works", "", false));
        assert_eq!(plain.endpoint.as_str(), "https://s3.eu-central-1.amazonaws.com/");
        let own = bucket("s3://works/press/studio/?endpoint=http://minio:9000&cache_mb=2");
        assert_eq!((own.prefix.as_str(), own.path_style, own.cache), ("press/studio/", true, 2 << 20));
        assert_eq!(own.region, "us-east-1");
        assert!(!bucket("s3://works?endpoint=https://r2.example&style=virtual").path_style);
        assert_eq!(Address::read("/srv/objects").unwrap(), Address::Folder("/srv/objects".into()));
    }

    #[test]
    fn other_addresses_are_refused_and_keys_are_not_repeated() {
        for text in [
            "",
            "works",
            "http://works",
            "s3://",
            "s3://w",
            "s3://works/../up",
            "s3://works/a//b",
            "s3://works?style=both",
            "s3://works?endpoint=ftp://x",
            "s3://works?secret=hush",
            "s3://AKIA:hush@works",
            "s3://works?endpoint=http://AKIA:hush@minio",
            "s3://works?cache_mb=0",
        ] {
            let error = Address::read(text).unwrap_err().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
