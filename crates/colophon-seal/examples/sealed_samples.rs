//! Writes one sealed file of each kind, and what `verify` says of them, into a folder:
//!
//! `cargo run --release -p colophon-seal --example sealed_samples -- DIR`
//!
//! `scripts/check-c2pa-python` compares them with what another implementation reads.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use colophon_ledger::Ledger;
use colophon_seal::{LabelOptions, Sealer, SealerConfig, VerifyContext, seal, verify};
use colophon_types::{
    Cancel, DocumentFormat, Draft, FileFormat, Lang, Media, ModelUse, NoProgress, Pcm, PictureFormat, Raster,
    Receipt, Recorder, Step, WorkId,
};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("give a folder to write to")?);
    std::fs::create_dir_all(&dir)?;
    let ledger = Ledger::open(&dir.join("log"), "example.com/samples", &dir.join("keys/log.key"))?;
    let ledger: Arc<dyn Recorder> = Arc::new(ledger);
    let config = SealerConfig {
        keys_dir: dir.join("keys"),
        certificate: None,
        remote: None,
        trust_anchors: None,
        producer: "001191110000000000000XYAB12".to_owned(),
        propagator: None,
        aigc_key: None,
        label: LabelOptions::default(),
        sound_label: Default::default(),
        ffmpeg: "ffmpeg".into(),
        stamper: None,
        protected: None,
        watermarks: Vec::new(),
    };
    let sealer = Sealer::open(config, Arc::clone(&ledger))?;
    let rate = 24_000;
    let tone = (0..rate * 2).map(|i| (i as f32 * 0.06).sin() * 0.2).collect();
    let works: [(&str, Media, FileFormat); 9] = [
        ("sample.png", Media::Picture(gradient(960, 540)), FileFormat::Usual),
        ("sample.tif", Media::Picture(gradient(960, 540)), PictureFormat::Tiff.into()),
        ("sample.gif", Media::Picture(gradient(960, 540)), PictureFormat::Gif.into()),
        ("sample.avif", Media::Picture(gradient(960, 540)), PictureFormat::Avif.into()),
        ("sample.svg", document(DocumentFormat::Svg, SVG.into()), FileFormat::Usual),
        ("sample.html", document(DocumentFormat::Html, PAGE.into()), FileFormat::Usual),
        ("sample.wav", Media::Sound(Pcm { rate, samples: tone }), FileFormat::Usual),
        ("sample.md", Media::Text("# 灯塔\n\nThe lighthouse keeper waited.\n".to_owned()), FileFormat::Usual),
        ("sample.mp4", film(&dir, &sealer)?, FileFormat::Usual),
    ];
    let mut verdicts = Vec::new();
    for (name, media, format) in works {
        let path = dir.join(name);
        let draft = Draft::new(media, receipt()).written_as(format);
        seal(draft, &sealer, &Cancel::new(), &NoProgress)?.write_to(&path)?;
        let context = VerifyContext { recorder: Some(ledger.as_ref()), ..VerifyContext::default() };
        verdicts.push(verify(&path, &context)?);
    }
    std::fs::write(dir.join("verdicts.json"), serde_json::to_vec_pretty(&verdicts)?)?;
    Ok(())
}

const SVG: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"480\"><circle r=\"99\"/></svg>\n";
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>A tale</title></head><body><p>It was late.</p></body></html>\n";

fn document(format: DocumentFormat, bytes: Vec<u8>) -> Media {
    Media::Document { format, bytes }
}

fn gradient(width: u32, height: u32) -> Raster {
    let mut raster = Raster::filled(width, height, [0, 0, 0, 255]);
    for (i, pixel) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = (i as u32 % width, i as u32 / width);
        pixel[0] = (70 + x * 120 / width) as u8;
        pixel[1] = (110 + y * 90 / height) as u8;
        pixel[2] = 150;
    }
    raster
}

/// Four seconds of a labelled gradient, encoded by ffmpeg.
fn film(dir: &Path, sealer: &Sealer) -> Result<Media, Error> {
    use colophon_types::FrameMarker;
    use std::io::Write;
    let path = dir.join("draft.mp4");
    let marks = sealer.film_marker(&receipt().work_id);
    let mut encoder = Command::new("ffmpeg")
        .args([
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "960x540", "-r", "24", "-i", "-",
        ])
        .args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .spawn()?;
    let mut pipe = encoder.stdin.take().ok_or("no pipe to ffmpeg")?;
    let plain = gradient(960, 540);
    for index in 0..96 {
        let mut frame = plain.clone();
        marks.mark(index, 24, &mut frame);
        pipe.write_all(&frame.rgba)?;
    }
    drop(pipe);
    if !encoder.wait()?.success() {
        return Err("ffmpeg failed".into());
    }
    Ok(Media::Film { path, marker: marks.name().to_owned(), seconds: 4.0 })
}

fn receipt() -> Receipt {
    Receipt {
        work_id: WorkId::from_bits(0x0198_0000_0000_7000_8000_0000_0000_0002),
        title: "The lighthouse".to_owned(),
        lang: Lang::Zh,
        created: "2026-05-04T03:02:01Z".to_owned(),
        generator: "colophon".to_owned(),
        request: serde_json::json!({ "brief": "海边的灯塔" }),
        seed: 7,
        models: vec![ModelUse {
            id: "sample".to_owned(),
            role: "script".to_owned(),
            sha256: "0".repeat(64),
            licence: "Apache-2.0".to_owned(),
            variant: None,
        }],
        steps: vec![Step { name: "write".to_owned(), engine: "sample".to_owned() }],
        extra: Default::default(),
    }
}
