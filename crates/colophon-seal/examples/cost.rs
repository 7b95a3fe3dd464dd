//! What sealing costs, step by step of the medium: a picture of 1024² pixels as PNG, a minute of stereo
//! sound as WAV, a page of text. Prints medians in milliseconds, of `N` rounds (default 15).

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::sync::Arc;
use std::time::Instant;

use colophon_ledger::Ledger;
use colophon_seal::{LabelOptions, Sealer, SealerConfig, seal};
use colophon_types::{
    Cancel, Draft, FileFormat, Lang, Media, NoProgress, PictureFormat, Raster, Receipt, Recorder, Stereo,
    WorkId,
};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let rounds = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(15);
    let dir = tempfile::tempdir()?;
    let ledger = Ledger::open(&dir.path().join("log"), "example.com/cost", &dir.path().join("keys/log.key"))?;
    let config = SealerConfig {
        keys_dir: dir.path().join("keys"),
        certificate: None,
        remote: None,
        trust_anchors: None,
        producer: "example".to_owned(),
        propagator: None,
        aigc_key: None,
        label: LabelOptions::default(),
        sound_label: Default::default(),
        ffmpeg: "ffmpeg".into(),
        stamper: None,
        protected: None,
        watermarks: Vec::new(),
    };
    let sealer = Sealer::open(config, Arc::new(ledger) as Arc<dyn Recorder>)?;
    type Make = fn() -> Media;
    let jpeg = FileFormat::from(PictureFormat::Jpeg { quality: PictureFormat::QUALITY });
    let usual = FileFormat::default();
    let kinds: [(&str, Make, FileFormat); 4] = [
        ("picture 1024x1024, PNG", picture, usual),
        ("picture 1024x1024, JPEG", picture, jpeg),
        ("sound 60 s, WAV", sound, usual),
        ("text", text, usual),
    ];
    for (name, make, format) in kinds {
        let mut times = Vec::new();
        for round in 0..rounds {
            let draft = Draft::new(make(), receipt(round)).written_as(format);
            let started = Instant::now();
            let _sealed = seal(draft, &sealer, &Cancel::new(), &NoProgress)?;
            times.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        println!("{name}: {median:.1} ms (least {:.1})", times.first().copied().unwrap_or_default());
    }
    Ok(())
}

/// Soft shapes with a little grain, as pictures have.
fn picture() -> Media {
    let mut raster = Raster::filled(1024, 1024, [0, 0, 0, 255]);
    let mut grain = 1_u32;
    for (i, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = ((i % 1024) as f32, (i / 1024) as f32);
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (grain >> 29) as f32;
        let hill = if y > 600.0 + 60.0 * (x * 0.011).sin() { 0.5 } else { 1.0 };
        p[0] = ((90.0 + 60.0 * (x * 0.007).sin()) * hill + noise) as u8;
        p[1] = ((120.0 + y * 0.08) * hill + noise) as u8;
        p[2] = (160.0 * hill + noise) as u8;
    }
    Media::Picture(raster)
}

fn sound() -> Media {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for i in 0..44_100 * 60 {
        let t = i as f32 / 44_100.0;
        let note = 196.0 * [1.0, 1.335, 1.498, 1.122][(t as usize) % 4];
        let tone: f32 =
            (1..7).map(|k| (t * note * k as f32 * std::f32::consts::TAU).sin() / (k + 1) as f32).sum();
        left.push(tone * 0.2);
        right.push(tone * 0.18);
    }
    Media::Stereo(Stereo { rate: 44_100, left, right })
}

fn text() -> Media {
    Media::Text("The keeper lit the lamp before dusk and listened to the sea.\n".repeat(40))
}

fn receipt(round: u64) -> Receipt {
    Receipt {
        work_id: WorkId::from_bits(u128::from(round) + 1),
        title: "cost".to_owned(),
        lang: Lang::En,
        created: "2026-01-01T00:00:00Z".to_owned(),
        generator: "cost".to_owned(),
        request: serde_json::json!({}),
        seed: round,
        models: Vec::new(),
        steps: Vec::new(),
        extra: Default::default(),
    }
}
