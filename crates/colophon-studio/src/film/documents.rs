//! The readable documents beside a film: the script and the list of scenes.

use colophon_types::{Lang, Receipt};
use serde_json::{Value, json};

use super::line::FilmedScene;

/// The script in Markdown.
pub(super) fn script(receipt: &Receipt, logline: &str, scenes: &[FilmedScene]) -> String {
    let zh = receipt.lang == Lang::Zh;
    let mut text = format!("# {}\n\n*{logline}*\n", receipt.title);
    for (i, scene) in scenes.iter().enumerate() {
        let (heading, seen) = if zh {
            (format!("第 {} 幕", i + 1), "画面")
        } else {
            (format!("Scene {}", i + 1), "Picture")
        };
        let joiner = if zh { "" } else { " " };
        text.push_str(&format!(
            "\n## {heading} · {}\n\n{}\n\n> {seen}: {}\n",
            clock(scene.start),
            scene.text.narration.join(joiner),
            scene.text.picture,
        ));
    }
    text
}

/// Minutes and seconds.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// Times, words and scene graphs, and the plan of the music, for other programs.
pub(super) fn scenes(title: &str, scenes: &[FilmedScene], music: Option<Value>) -> Value {
    let list: Vec<Value> = scenes
        .iter()
        .map(|s| {
            let sentences: Vec<Value> = s
                .captions
                .iter()
                .map(|c| json!({ "start": s.start + c.start, "end": s.start + c.end, "text": c.text }))
                .collect();
            json!({
                "start": s.start,
                "seconds": s.seconds,
                "narration": sentences,
                "picture": s.text.picture,
                "mood": s.text.mood,
                "scene": s.graph,
            })
        })
        .collect();
    let mut document = json!({ "title": title, "scenes": list });
    if let Some(music) = music {
        document["music"] = music;
    }
    document
}
