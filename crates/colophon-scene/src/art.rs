//! The Noto icon set (`icons.json` of `@iconify-json/noto`, Apache-2.0): names and SVG bodies.
//!
//! Immutable after loading; may be shared between threads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::SceneError;

/// One icon: what stands between `<svg>` and `</svg>`, and the box it is drawn in.
#[derive(Clone, Debug, Deserialize)]
struct Icon {
    body: String,
    #[serde(default)]
    left: f32,
    #[serde(default)]
    top: f32,
    width: Option<f32>,
    height: Option<f32>,
}

/// Another name of an icon.
#[derive(Debug, Deserialize)]
struct Alias {
    parent: String,
}

#[derive(Debug, Deserialize)]
struct File {
    icons: Icons,
    #[serde(default)]
    aliases: BTreeMap<String, Alias>,
    #[serde(default = "default_side")]
    width: f32,
    #[serde(default = "default_side")]
    height: f32,
}

fn default_side() -> f32 {
    128.0
}

/// Icons sorted by name. A skin tone of a person is left out: figures take the neutral one.
#[derive(Debug)]
struct Icons(Vec<(String, Icon)>);

impl<'de> Deserialize<'de> for Icons {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = Vec<(String, Icon)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of icons")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut rows = Vec::with_capacity(2048);
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    if has_skin_tone(&name) {
                        map.next_value::<serde::de::IgnoredAny>()?;
                    } else {
                        rows.push((name.into_owned(), map.next_value::<Icon>()?));
                    }
                }
                rows.sort_by(|a, b| a.0.cmp(&b.0));
                Ok(rows)
            }
        }

        deserializer.deserialize_map(Rows).map(Self)
    }
}

/// Whether a name is that of a skin-tone variant.
fn has_skin_tone(name: &str) -> bool {
    name.contains("skin-tone")
        || name.rsplit_once("-tone").is_some_and(|(_, n)| n.bytes().all(|b| b.is_ascii_digit()))
}

/// The icon set in memory.
#[derive(Debug)]
pub struct NotoArt {
    icons: Vec<(String, Icon)>,
    aliases: BTreeMap<String, String>,
    width: f32,
    height: f32,
}

impl NotoArt {
    /// Reads `icons.json` (25 MB).
    ///
    /// # Errors
    /// [`SceneError::ArtMissing`] without the file, [`SceneError::Art`] when it is not an icon set.
    pub fn load(path: &Path) -> Result<Self, SceneError> {
        if !path.is_file() {
            return Err(SceneError::ArtMissing(path.to_owned()));
        }
        let fail = |reason: String| SceneError::Art { file: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let file: File = serde_json::from_str(&text).map_err(|e| fail(e.to_string()))?;
        let aliases = file.aliases.into_iter().map(|(name, alias)| (name, alias.parent)).collect();
        Ok(Self { icons: file.icons.0, aliases, width: file.width, height: file.height })
    }

    fn find(&self, name: &str) -> Option<&Icon> {
        let at = |n: &str| self.icons.binary_search_by(|(k, _)| k.as_str().cmp(n)).ok();
        let index = at(name).or_else(|| at(self.aliases.get(name)?))?;
        self.icons.get(index).map(|(_, icon)| icon)
    }

    /// Whether the set has an icon of that name or alias.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Names of the icons, sorted, without aliases and skin tones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.icons.iter().map(|(name, _)| name.as_str())
    }

    /// The icon as a complete SVG document; its view box is that of the set (128 × 128).
    pub fn svg(&self, name: &str) -> Option<String> {
        let icon = self.find(name)?;
        let (w, h) = (icon.width.unwrap_or(self.width), icon.height.unwrap_or(self.height));
        Some(format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" "#,
                r#"viewBox="{} {} {} {}" width="{}" height="{}">{}</svg>"#
            ),
            icon.left, icon.top, w, h, w, h, icon.body
        ))
    }
}
