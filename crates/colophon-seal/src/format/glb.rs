//! glTF, binary: the AIGC field stands in `asset.extras`, the source type in an XMP packet of the
//! extension `KHR_xmp_json_ld`. Numbers and everything else stay as they are written.

use std::io::{Read, Seek};
use std::ops::Range;

use serde_json::{Value, json};

use super::{Marks, le32, read_at};
use crate::mark::aigc;

/// The largest description that is read.
const LARGEST: usize = 64 << 20;
const EXTENSION: &str = "KHR_xmp_json_ld";
const SOURCE_TYPE: &str = "Iptc4xmpExt:DigitalSourceType";
const IPTC: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

/// The members of an object: their keys, and where their values are. The text must be valid.
fn members(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0, 0);
    let mut found = Vec::new();
    // The key, and where its value begins.
    let mut member: Option<(String, Option<usize>)> = None;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let start = at;
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                if depth == 1 && member.is_none() {
                    member = Some((serde_json::from_str(text.get(start..=at)?).ok()?, None));
                }
            }
            b':' if depth == 1 => {
                if let Some((_, start @ None)) = &mut member {
                    *start = Some(at + 1);
                }
            }
            b'{' | b'[' => depth += 1,
            byte @ (b'}' | b']' | b',') => {
                if depth == 1
                    && let Some((key, Some(start))) = member.take()
                {
                    found.push((key, start..at));
                }
                depth -= i32::from(byte != b',');
            }
            _ => {}
        }
        at += 1;
    }
    Some(found)
}

/// An object's text with a member, in place of the one of that name.
fn with(text: &str, key: &str, value: &str) -> Option<String> {
    let member = format!("{}:{value}", Value::from(key));
    let found = members(text)?;
    if let Some((_, range)) = found.iter().find(|(known, _)| known == key) {
        return Some(format!("{}{value}{}", text.get(..range.start)?, text.get(range.end..)?));
    }
    let end = text.rfind('}')?;
    let comma = if found.is_empty() { "" } else { "," };
    Some(format!("{}{comma}{member}{}", &text[..end], &text[end..]))
}

/// A member that is an object, or an empty one.
fn object(text: &str, key: &str) -> Option<String> {
    let range = members(text)?.into_iter().find(|(known, _)| known == key).map(|(_, range)| range);
    let value = range.and_then(|range| text.get(range)).map_or("{}", str::trim);
    value.starts_with('{').then(|| value.to_owned())
}

fn marked(text: &str, json: &str, source_type: &str) -> Option<String> {
    let asset = object(text, "asset")?;
    let extras = object(&asset, "extras").unwrap_or_else(|| "{}".to_owned());
    let mut asset = with(&asset, "extras", &with(&extras, aigc::NAME, json)?)?;
    let mut text = text.to_owned();
    let extensions = object(&text, "extensions")?;
    // A packet of someone else stays: the source type stands in the credential, too.
    if !members(&extensions)?.iter().any(|(key, _)| key == EXTENSION) || is_ours(&text) {
        let packet = json!({ "@context": { "Iptc4xmpExt": IPTC }, "@id": "", SOURCE_TYPE: source_type });
        let packets = json!({ "packets": [packet] }).to_string();
        text = with(&text, "extensions", &with(&extensions, EXTENSION, &packets)?)?;
        let of_asset = object(&asset, "extensions")?;
        asset = with(&asset, "extensions", &with(&of_asset, EXTENSION, "{\"packet\":0}")?)?;
        let whole: Value = serde_json::from_str(&text).ok()?;
        let mut used = whole.get("extensionsUsed").and_then(Value::as_array).cloned().unwrap_or_default();
        if !used.contains(&json!(EXTENSION)) {
            used.push(json!(EXTENSION));
        }
        text = with(&text, "extensionsUsed", &Value::from(used).to_string())?;
    }
    with(&text, "asset", &asset)
}

/// Whether the only packet is one with a source type alone.
fn is_ours(text: &str) -> bool {
    let whole: Option<Value> = serde_json::from_str(text).ok();
    let packets = whole.as_ref().and_then(|w| w.pointer("/extensions/KHR_xmp_json_ld/packets")?.as_array());
    packets.is_some_and(|p| {
        p.len() == 1 && p[0].as_object().is_some_and(|o| o.len() == 3) && p[0].get(SOURCE_TYPE).is_some()
    })
}

/// The scene with both marks.
///
/// # Errors
/// A sentence, for a file that is no scene of version 2.
pub(crate) fn compose(glb: &[u8], json: &str, source_type: &str) -> Result<Vec<u8>, String> {
    let bad = || "the file is no glTF scene of version 2".to_owned();
    let is_scene = glb.starts_with(b"glTF") && le32(glb, 4) == Some(2) && glb.get(16..20) == Some(b"JSON");
    let length = le32(glb, 12).filter(|_| is_scene).ok_or_else(bad)? as usize;
    let end = length.checked_add(20).filter(|_| length <= LARGEST).ok_or_else(bad)?;
    let text = glb.get(20..end).and_then(|t| std::str::from_utf8(t).ok()).ok_or_else(bad)?.trim();
    let whole: Value = serde_json::from_str(text).map_err(|e| format!("the scene's description: {e}"))?;
    if !whole.is_object() {
        return Err(bad());
    }
    let mut text = marked(text, json, source_type).ok_or("the scene's description cannot be followed")?;
    if serde_json::from_str::<Value>(&text).is_err() {
        return Err("the scene's description cannot be followed".to_owned());
    }
    while !text.len().is_multiple_of(4) {
        text.push(' ');
    }
    let rest = &glb[end..];
    let number =
        |n: usize| u32::try_from(n).map(u32::to_le_bytes).map_err(|_| "the scene is too large".to_owned());
    let whole = number(20 + text.len() + rest.len())?;
    Ok([b"glTF", &2u32.to_le_bytes()[..], &whole, &number(text.len())?, b"JSON", text.as_bytes(), rest]
        .concat())
}

/// Finds the marks.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> Marks {
    let mut marks = Marks::default();
    let length = read_at(file, 12, 8, 8).filter(|head| &head[4..] == b"JSON").and_then(|head| le32(&head, 0));
    let json = length.and_then(|length| read_at(file, 20, u64::from(length), LARGEST));
    let json = json.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let Some(json) = json else { return marks };
    match json.pointer("/asset/extras/AIGC") {
        Some(Value::String(text)) => marks.aigc.add(text),
        Some(object @ Value::Object(_)) => marks.aigc.add(&object.to_string()),
        _ => {}
    }
    let packets = json.pointer("/extensions/KHR_xmp_json_ld/packets").and_then(Value::as_array);
    let index = json.pointer("/asset/extensions/KHR_xmp_json_ld/packet").and_then(Value::as_u64);
    let packet = packets.zip(index).and_then(|(all, index)| all.get(usize::try_from(index).ok()?));
    marks.source_type = packet.and_then(|p| p.get(SOURCE_TYPE)?.as_str()).map(str::to_owned);
    marks
}

/// A small scene.
#[cfg(test)]
pub(crate) fn sample() -> Vec<u8> {
    let json = r#"{"asset":{"version":"2.0","generator":"a \"}{ b"},"nodes":[{"scale":[0.10000000149011612,1e3]}]} "#;
    let binary = [&4u32.to_le_bytes()[..], b"BIN\0", &[1, 2, 3, 4]].concat();
    let whole = (20 + json.len() + binary.len()) as u32;
    let head = [b"glTF", &2u32.to_le_bytes()[..], &whole.to_le_bytes(), &(json.len() as u32).to_le_bytes()];
    [&head.concat()[..], b"JSON", json.as_bytes(), &binary].concat()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const JSON: &str = r#"{"Label":"1","ContentProducer":"p","ProduceID":"i","ReservedCode1":"","ContentPropagator":"p","PropagateID":"i","ReservedCode2":""}"#;

    #[test]
    fn marks_are_written_once_and_numbers_stay_as_they_are() {
        let mut made = sample();
        for source_type in ["a:b", "c:d"] {
            made = compose(&made, JSON, source_type).unwrap();
            let marks = read(&mut Cursor::new(&made));
            assert!(marks.aigc.valid && marks.aigc.count == 1, "{marks:?}");
            assert_eq!(marks.source_type.as_deref(), Some(source_type));
            assert_eq!(le32(&made, 8), Some(made.len() as u32));
            assert!(made.ends_with(b"BIN\0\x01\x02\x03\x04"));
            assert!(String::from_utf8_lossy(&made).contains("[0.10000000149011612,1e3]"));
        }
        let good = sample();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x3f;
            let _ = (compose(&good[..at], JSON, "x"), compose(&bad, JSON, "x"));
        }
    }
}
