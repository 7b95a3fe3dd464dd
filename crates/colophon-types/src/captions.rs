//! Captions, and the files that carry them.

use std::fmt::Write as _;

use crate::Caption;

fn stamp(seconds: f64, comma: char) -> String {
    let ms = (seconds.max(0.0) * 1000.0).round().min(359_999_999.0) as u64;
    let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{h:02}:{m:02}:{s:02}{comma}{:03}", ms % 1000)
}

/// Lines of a cue without blank ones, which would end the cue.
fn cue_lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Captions as SubRip.
pub fn to_srt(captions: &[Caption]) -> String {
    let mut out = String::new();
    let shown = captions.iter().map(|c| (c, cue_lines(&c.text))).filter(|(_, text)| !text.is_empty());
    for (i, (c, text)) in shown.enumerate() {
        // SubRip has no escapes: a word joiner keeps players from taking `<b>` for markup.
        let text = text.replace("-->", "→").replace('<', "<\u{2060}");
        let times = format!("{} --> {}", stamp(c.start, ','), stamp(c.end, ','));
        let _ = write!(out, "{}\n{times}\n{text}\n\n", i + 1);
    }
    out
}

/// Captions as WebVTT (W3C), with `&`, `<` and `>` escaped.
pub fn to_vtt(captions: &[Caption]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for c in captions {
        let text = cue_lines(&c.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        if !text.is_empty() {
            let _ = write!(out, "{} --> {}\n{text}\n\n", stamp(c.start, '.'), stamp(c.end, '.'));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caption(text: &str) -> Caption {
        Caption { start: 3661.5, end: 3665.25, text: text.into() }
    }

    #[test]
    fn srt_and_vtt_follow_their_formats() {
        let c = [caption("A <b> & c --> d\n\nnext")];
        assert_eq!(to_srt(&c), "1\n01:01:01,500 --> 01:01:05,250\nA <\u{2060}b> & c → d\nnext\n\n");
        assert_eq!(
            to_vtt(&c),
            "WEBVTT\n\n01:01:01.500 --> 01:01:05.250\nA &lt;b&gt; &amp; c --&gt; d\nnext\n\n"
        );
        assert_eq!(to_srt(&[caption("  \n ")]), "");
    }
}
