//! What the tests share: a sealer with a log in a temporary folder, drafts of every kind, programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use colophon_ledger::Ledger;
use colophon_seal::{
    LabelOptions, SealError, Sealed, Sealer, SealerConfig, Verdict, VerifyContext, seal, verify,
};
use colophon_types::{
    Cancel, Draft, FrameMarker, Lang, Media, ModelUse, NoProgress, Pcm, Raster, Receipt, Recorder, Step,
    WorkId,
};
use tempfile::TempDir;

pub(crate) const PRODUCER: &str = "001191110000000000000XYAB12";

pub(crate) struct Studio {
    pub(crate) dir: TempDir,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) sealer: Arc<Sealer>,
}

impl Studio {
    pub(crate) fn new() -> Self {
        Self::with(None, None)
    }

    pub(crate) fn with(certificate: Option<(PathBuf, PathBuf)>, trust_anchors: Option<PathBuf>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger =
            Ledger::open(&dir.path().join("log"), "example.com/test", &dir.path().join("keys/log.key"))
                .unwrap();
        let ledger = Arc::new(ledger);
        let config = SealerConfig { certificate, trust_anchors, ..config(dir.path()) };
        let sealer = Sealer::open(config, Arc::clone(&ledger) as Arc<dyn Recorder>).unwrap();
        Self { dir, ledger, sealer: Arc::new(sealer) }
    }

    /// Opens a sealer with its own choices over this log.
    pub(crate) fn open(&self, config: SealerConfig) -> Result<Sealer, SealError> {
        Sealer::open(config, Arc::clone(&self.ledger) as Arc<dyn Recorder>)
    }

    /// What a sealer of this studio is opened with.
    pub(crate) fn config(&self) -> SealerConfig {
        config(self.dir.path())
    }

    pub(crate) fn seal(&self, media: Media) -> Sealed {
        seal(Draft::new(media, receipt()), &self.sealer, &Cancel::new(), &NoProgress).unwrap()
    }

    /// A film of the kit's work, as if its frames had been marked.
    pub(crate) fn film(&self, path: PathBuf, seconds: f64) -> Media {
        let marker = self.sealer.film_marker(&receipt().work_id).name().to_owned();
        Media::Film { path, marker, seconds }
    }

    /// Seals and writes; gives the path.
    pub(crate) fn make(&self, media: Media, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        self.seal(media).write_to(&path).unwrap();
        path
    }

    pub(crate) fn verify(&self, path: &Path) -> Verdict {
        let context = VerifyContext { ffmpeg: Some(Path::new("ffmpeg")), ..self.context() };
        verify(path, &context).unwrap()
    }

    /// Everything but ffmpeg.
    pub(crate) fn context(&self) -> VerifyContext<'_> {
        VerifyContext {
            recorder: Some(self.ledger.as_ref()),
            trust_anchors: self.sealer.trust_anchors(),
            ffmpeg: None,
            text_watermark: None,
            watermarks: &[],
            signers: None,
        }
    }

    /// Verifies bytes under a name.
    pub(crate) fn verify_bytes(&self, bytes: &[u8], name: &str) -> Verdict {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        self.verify(&path)
    }
}

fn config(dir: &Path) -> SealerConfig {
    SealerConfig {
        keys_dir: dir.join("keys"),
        certificate: None,
        remote: None,
        trust_anchors: None,
        producer: PRODUCER.to_owned(),
        propagator: None,
        aigc_key: None,
        label: LabelOptions::default(),
        sound_label: Default::default(),
        ffmpeg: "ffmpeg".into(),
        stamper: None,
        protected: None,
        watermarks: Vec::new(),
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        work_id: WorkId::from_bits(0x0198_0000_0000_7000_8000_0000_0000_0001),
        title: "灯塔 & <the> \"lighthouse\"".to_owned(),
        lang: Lang::Zh,
        created: "2026-05-04T03:02:01Z".to_owned(),
        generator: "colophon 0.1.0".to_owned(),
        request: serde_json::json!({ "brief": "海边的灯塔", "seconds": 60 }),
        seed: u64::MAX - 5,
        models: vec![ModelUse {
            id: "test-model".to_owned(),
            role: "script".to_owned(),
            sha256: "0".repeat(64),
            licence: "Apache-2.0".to_owned(),
            variant: None,
        }],
        steps: vec![Step { name: "write".to_owned(), engine: "test 1".to_owned() }],
        extra: BTreeMap::new(),
    }
}

/// A picture with gradients and some noise, opaque or with a transparent part.
pub(crate) fn picture(width: u32, height: u32, opaque: bool) -> Raster {
    let mut raster = Raster::filled(width, height, [0, 0, 0, 255]);
    for (i, p) in raster.rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = (i as u32 % width, i as u32 / width);
        let noise = (i as u32).wrapping_mul(2_654_435_761) >> 29;
        p[0] = (x * 200 / width + noise) as u8;
        p[1] = (y * 200 / height + noise) as u8;
        p[2] = 120;
        if !opaque && x > width / 2 && y > height / 2 {
            p.copy_from_slice(&[40, 30, 20, 60]);
        }
    }
    raster
}

/// Something like speech: bursts of a modulated tone.
pub(crate) fn sound(seconds: f64) -> Pcm {
    let rate = 24_000u32;
    let samples = (0..(seconds * f64::from(rate)) as usize)
        .map(|i| {
            let t = i as f32 / rate as f32 * std::f32::consts::TAU;
            (t * 140.0).sin() * (t * 3.0).sin().max(0.0) * 0.3
        })
        .collect();
    Pcm { rate, samples }
}

pub(crate) const WORDS: &str = "# 灯塔\n\nThe lighthouse keeper waited.\n\n他在等船。Cafe\u{301}\n";

/// A film as an encoder leaves it, in a file of its own.
pub(crate) fn film(dir: &Path, seconds: u32, faststart: bool, extra: &[&str]) -> PathBuf {
    let path = dir.join(format!("draft-{seconds}-{faststart}-{}.mp4", extra.len()));
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-f", "lavfi", "-i"]);
    command.arg(format!("testsrc=size=320x240:rate=24:duration={seconds}"));
    command.args(["-f", "lavfi", "-i", &format!("sine=440:duration={seconds}")]);
    command.args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]);
    if faststart {
        command.args(["-movflags", "+faststart"]);
    }
    let status = command.args(extra).arg(&path).status().expect("ffmpeg is installed");
    assert!(status.success());
    path
}

/// A film whose frames were marked on their way into the encoder.
pub(crate) fn marked_film(studio: &Studio, seconds: u64) -> PathBuf {
    let path = studio.dir.path().join("marked.mp4");
    film_marked_by(&studio.sealer, &path, seconds);
    path
}

/// The same, its frames marked by a sealer of its own.
pub(crate) fn film_marked_by(sealer: &Sealer, path: &Path, seconds: u64) {
    use std::io::Write;
    let mut encoder = Command::new("ffmpeg")
        .args([
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "640x360", "-r", "24", "-i", "-",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart"])
        .arg(path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed");
    let mut pipe = encoder.stdin.take().unwrap();
    let marks = sealer.film_marker(&receipt().work_id);
    for index in 0..seconds * 24 {
        let mut frame = picture(640, 360, true);
        marks.mark(index, 24, &mut frame);
        pipe.write_all(&frame.rgba).unwrap();
    }
    drop(pipe);
    assert!(encoder.wait().unwrap().success());
}

/// Runs a program and gives its standard output.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
