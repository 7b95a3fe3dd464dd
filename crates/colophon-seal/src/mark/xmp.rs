//! The XMP packet that carries the AIGC field and the IPTC source type, and a reader of both that
//! needs no XML parser: it resolves the namespace prefixes and finds the element or attribute.

use crate::mark::aigc;

/// IPTC's controlled vocabulary of source types.
pub(crate) const SOURCE_TYPES: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const SOURCE_TYPE: &str = "DigitalSourceType";
const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
/// A packet longer than this is not read.
pub(crate) const MAX: usize = 4 << 20;

/// A packet with both marks.
pub(crate) fn packet(aigc_json: &str, source_type: &str) -> String {
    let field = format!("<TC260:AIGC>{}</TC260:AIGC>\n", escape(aigc_json));
    wrap(&format!(" xmlns:TC260=\"{}\"", aigc::NAMESPACE), &field, source_type)
}

/// A packet with the source type alone, for formats where the AIGC field has another place: a file
/// holds exactly one.
pub(crate) fn source_type_packet(source_type: &str) -> String {
    wrap("", "", source_type)
}

/// A packet of someone else with both marks in place of any that it has; where that packet cannot be
/// followed, ours alone. Without a field, the source type alone.
pub(crate) fn merged(old: &str, aigc_json: Option<&str>, source_type: &str) -> String {
    let fresh = || match aigc_json {
        Some(json) => packet(json, source_type),
        None => source_type_packet(source_type),
    };
    let bare = without(&without(old, aigc::NAMESPACE, aigc::NAME), IPTC_EXT, SOURCE_TYPE);
    let clean = aigc_fields(&bare).is_empty() && self::source_type(&bare).is_none();
    let (Some(end), true) = (bare.rfind("</rdf:RDF>"), clean && bare.len() < MAX / 2) else { return fresh() };
    let fresh = fresh();
    let description = fresh
        .find("<rdf:Description")
        .zip(fresh.find("</rdf:RDF>"))
        .and_then(|(from, to)| fresh.get(from..to))
        .unwrap_or_default();
    format!("{}{description}{}", &bare[..end], &bare[end..])
}

/// A packet without a property.
fn without(packet: &str, namespace: &str, name: &str) -> String {
    let mut out = packet.to_owned();
    let prefixes: Vec<String> =
        prefixes(packet, namespace.trim_end_matches('/')).into_iter().map(str::to_owned).collect();
    for prefix in prefixes {
        let qualified = format!("{prefix}:{name}");
        for _ in 0..64 {
            let Some(range) = property(&out, &qualified) else { break };
            out.replace_range(range, "");
        }
    }
    out
}

/// Where a property is, as an element or an attribute.
fn property(packet: &str, qualified: &str) -> Option<std::ops::Range<usize>> {
    let mut from = 0;
    loop {
        let at = from + packet.get(from..)?.find(qualified)?;
        let after = at + qualified.len();
        from = after;
        let rest = &packet[after..];
        match packet[..at].chars().next_back() {
            Some('<') if rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace()) => {
                let head = rest.find('>')?;
                let end = match rest[..head].ends_with('/') {
                    true => after + head + 1,
                    false => {
                        let close = format!("</{qualified}");
                        let at = after + rest.find(&close)?;
                        at + packet[at..].find('>')? + 1
                    }
                };
                return Some(at - 1..end);
            }
            Some(c) if c.is_ascii_whitespace() => {
                if let Some(value) = attribute(rest) {
                    let start = value.as_ptr().addr() - packet.as_ptr().addr();
                    return Some(at - 1..start + value.len() + 1);
                }
            }
            _ => {}
        }
    }
}

fn wrap(namespaces: &str, properties: &str, source_type: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\"{namespaces} xmlns:Iptc4xmpExt=\"{IPTC_EXT}\">\n\
         {properties}\
         <Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>\n\
         </rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>",
        escape(source_type),
    )
}

/// The AIGC fields of a packet, as JSON text.
pub(crate) fn aigc_fields(packet: &str) -> Vec<String> {
    values(packet, aigc::NAMESPACE.trim_end_matches('/'), aigc::NAME)
}

/// The IPTC source type of a packet.
pub(crate) fn source_type(packet: &str) -> Option<String> {
    values(packet, IPTC_EXT.trim_end_matches('/'), SOURCE_TYPE).into_iter().next()
}

/// Values of a property, written as an element or as an attribute, under any prefix that is bound to
/// the namespace.
fn values(packet: &str, namespace: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    if packet.len() > MAX {
        return found;
    }
    for prefix in prefixes(packet, namespace) {
        let qualified = format!("{prefix}:{name}");
        let mut rest = packet;
        // A hostile packet may open many elements without closing them.
        for _ in 0..64 {
            let Some(at) = rest.find(&qualified) else { break };
            let before = rest[..at].chars().next_back();
            let after = &rest[at + qualified.len()..];
            let value = match before {
                Some('<') => element(after, &qualified),
                Some(c) if c.is_ascii_whitespace() => attribute(after),
                _ => None,
            };
            found.extend(value.map(unescape));
            rest = after;
        }
    }
    found
}

fn element<'a>(after: &'a str, qualified: &str) -> Option<&'a str> {
    let (attributes, body) = after.split_once('>')?;
    if !attributes.is_empty() && !attributes.starts_with(|c: char| c.is_ascii_whitespace()) {
        return None; // a longer name, or an empty element
    }
    if let Some((_, resource)) = attributes.split_once("rdf:resource") {
        return attribute(resource);
    }
    let end = body.find(&format!("</{qualified}"))?;
    Some(body[..end].trim())
}

fn attribute(after: &str) -> Option<&str> {
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = &value[1..];
    Some(&value[..value.find(quote)?])
}

/// The value of an attribute in the head of an element, `name` standing after white space.
pub(crate) fn attribute_of(head: &str, name: &str) -> Option<String> {
    let mut rest = head;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back();
        rest = &rest[at + name.len()..];
        if before.is_some_and(|c| c.is_ascii_whitespace())
            && let Some(value) = attribute(rest)
        {
            return Some(unescape(value));
        }
    }
    None
}

/// Prefixes bound to a namespace (with or without a trailing slash), each once.
fn prefixes<'a>(packet: &'a str, namespace: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut rest = packet;
    while let Some(at) = rest.find("xmlns:") {
        rest = &rest[at + 6..];
        let Some((prefix, after)) = rest.split_once('=') else { break };
        let prefix = prefix.trim_end();
        let is_name = !prefix.is_empty()
            && prefix.len() <= 64
            && prefix.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let after = after.trim_start();
        let uri = after.get(1..).unwrap_or_default();
        let bound = uri
            .strip_prefix(namespace)
            .is_some_and(|end| end.trim_start_matches('/').starts_with(['"', '\'']));
        if is_name && bound && !found.contains(&prefix) && found.len() < 8 {
            found.push(prefix);
        }
    }
    found
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text with its entities resolved.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 10).map(|end| (&rest[1..end], end));
        let decoded = entity.and_then(|(name, end)| {
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((c, end))
        });
        match decoded {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_gives_back_what_it_was_given() {
        let json = r#"{"Label":"1","ContentProducer":"a<b>&c","x":"\"\\"}"#;
        let packet = packet(json, &format!("{SOURCE_TYPES}trainedAlgorithmicMedia"));
        assert_eq!(aigc_fields(&packet), [json]);
        assert_eq!(source_type(&packet).as_deref(), Some(&*format!("{SOURCE_TYPES}trainedAlgorithmicMedia")));
    }

    #[test]
    fn what_others_wrote_stays_and_marks_are_replaced() {
        let old = packet("{\"a\":1}", "old:type").replace(
            "<rdf:Description rdf:about=\"\"",
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"d\" dc:title='kept' TC260:AIGC='{}'",
        );
        let new = merged(&old, Some(r#"{"Label":"1"}"#), "new:type");
        assert_eq!(aigc_fields(&new), [r#"{"Label":"1"}"#], "{new}");
        assert_eq!(values(&new, IPTC_EXT.trim_end_matches('/'), SOURCE_TYPE), ["new:type"]);
        assert!(new.contains("dc:title='kept'"));
        let alone = merged(&old, None, "new:type");
        assert!(aigc_fields(&alone).is_empty() && source_type(&alone).as_deref() == Some("new:type"));
        for broken in ["", "<x>", "xmlns:t='http://www.tc260.org.cn/ns/AIGC/1.0/' <t:AIGC>never closed"] {
            assert_eq!(merged(broken, Some("{}"), "x"), packet("{}", "x"));
        }
    }

    #[test]
    fn other_writers_forms_are_read() {
        let attribute = r#"<rdf:Description xmlns:t='http://www.tc260.org.cn/ns/AIGC/1.0' t:AIGC="{&quot;Label&quot;:&quot;1&quot;}"/>"#;
        assert_eq!(aigc_fields(attribute), [r#"{"Label":"1"}"#]);
        let resource = r#"<a xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"><e:DigitalSourceType rdf:resource="x:y"/></a>"#;
        assert_eq!(source_type(resource).as_deref(), Some("x:y"));
        let two = format!("{}{}", packet("{}", "a"), packet("{}", "b"));
        assert_eq!(aigc_fields(&two).len(), 2);
        assert!(aigc_fields("xmlns:x='http://www.tc260.org.cn/ns/AIGC/1.0/' <x:AIGC").is_empty());
    }
}
