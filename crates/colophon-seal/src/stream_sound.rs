//! Sealing a sound while it is being made.
//!
//! The label and the metadata come first, so that what is heard is marked from its first second; the
//! credential and the log entry need the whole and follow at the end. [`SoundSeal::piece`] is the one
//! way to turn made samples into bytes that can be sent. The credential lies beside the bytes, as no
//! player waits for the end of a stream to read its start again.

use std::io::{BufWriter, Read, Write};
use std::process::ChildStdin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use colophon_ffmpeg::{Ffmpeg, Pipes};
use colophon_types::{Cancel, LogPosition, Pcm, Receipt, SoundFormat};
use colophon_watermark::Payload;
use colophon_watermark::sound::{self as heard, SoundMark};
use sha2::{Digest, Sha256};

use crate::format::sound::{self, Tags};
use crate::format::wav;
use crate::mark::credential::Claim;
use crate::mark::watermark::{self, Bound};
use crate::mark::{iscc, xmp};
use crate::pipeline::{Traces, ledger_step, source_type};
use crate::{SealError, Sealer, SoundPlace, Step};

/// Bytes of a sound that may be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoundPiece(Vec<u8>);

impl SoundPiece {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// This piece with the one that follows it.
    #[must_use]
    pub fn followed_by(mut self, next: Self) -> Self {
        self.0.extend(next.0);
        self
    }
}

/// The seal of one growing sound of one channel.
pub struct SoundSeal {
    sealer: Arc<Sealer>,
    receipt: Receipt,
    format: SoundFormat,
    rate: u32,
    encoder: Option<Encoder>,
    digest: Sha256,
    mark: Option<SoundMark>,
    payload: Payload,
    samples: u64,
    print: iscc::Print,
    /// Where the label is, and its words.
    label: Option<(String, String)>,
}

/// A running encoder and what comes out of it.
struct Encoder {
    process: Ffmpeg,
    input: BufWriter<ChildStdin>,
    output: Receiver<Vec<u8>>,
}

/// A sealed sound, all of which was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SealedSound {
    /// The last bytes, to be sent after the others.
    pub last: SoundPiece,
    /// The C2PA manifest store of all bytes together.
    pub manifest: Vec<u8>,
    /// How the sound was made.
    pub receipt: Receipt,
    /// SHA-256 of all bytes, lower-case hex.
    pub sha256: String,
    /// Where the log has it.
    pub position: LogPosition,
}

impl SoundSeal {
    /// A seal for a sound of `rate` hertz that is about to be made, and its first bytes: metadata and
    /// the audible label, at the level of speech of the root mean square `level`.
    ///
    /// # Errors
    /// [`SealError`] when the encoder cannot be started, or cancelled.
    pub fn begin(
        sealer: Arc<Sealer>,
        receipt: Receipt,
        format: SoundFormat,
        rate: u32,
        level: f32,
        cancel: &Cancel,
    ) -> Result<(Self, SoundPiece), SealError> {
        let source_type = source_type(&receipt, false);
        let aigc = sealer.aigc_field(&receipt.work_id)?.to_json();
        let tags = Tags { aigc: &aigc, source_type: &source_type };
        let mut head = Vec::new();
        let encoder = match format {
            SoundFormat::Pcm => None,
            SoundFormat::Wav => {
                head = wav::stream_head(rate, tags.aigc, &xmp::source_type_packet(tags.source_type));
                None
            }
            _ => Some(Encoder::start(&sealer, format, rate, tags, cancel)?),
        };
        let payload = Payload::of(&receipt.work_id);
        let mark = Some(SoundMark::new(rate, 1, payload, &sealer.key));
        let digest = Sha256::new();
        let print = iscc::Print::new(rate);
        let mut seal = Self {
            sealer,
            receipt,
            format,
            rate,
            encoder,
            digest,
            mark,
            payload,
            samples: 0,
            print,
            label: None,
        };
        seal.digest.update(&head);
        if seal.sealer.shows_label(&seal.receipt.work_id)? {
            let clip = seal.sealer.sound_clip(seal.receipt.lang, rate, level)?;
            head.extend(seal.piece(&clip.sound)?.0);
            seal.label = Some((clip.told(SoundPlace::Start), clip.text));
        }
        Ok((seal, SoundPiece(head)))
    }

    /// Number of the work.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Takes more samples; gives the bytes that are ready. An encoder may keep some back.
    ///
    /// # Errors
    /// [`SealError`] for samples of another rate, or when the encoder has ended.
    pub fn piece(&mut self, sound: &Pcm) -> Result<SoundPiece, SealError> {
        let fail = |reason: &str| SealError::step(Step::Metadata, reason);
        if sound.rate != self.rate || sound.samples.iter().any(|x| !x.is_finite()) {
            return Err(fail("the samples are not of this sound"));
        }
        self.samples += sound.samples.len() as u64;
        match &mut self.mark {
            Some(mark) => {
                let marked = mark.push(&[&sound.samples]);
                self.send(&marked)
            }
            None => Err(fail("the sound has ended")),
        }
    }

    /// Sends samples that carry the mark.
    fn send(&mut self, marked: &[Vec<f32>]) -> Result<SoundPiece, SealError> {
        let mono = marked.first().map(Vec::as_slice).unwrap_or_default();
        self.print.push(mono);
        let samples = sound::interleaved(&[mono]);
        let bytes = match &mut self.encoder {
            None => samples,
            Some(encoder) => {
                encoder.input.write_all(&samples).and_then(|()| encoder.input.flush()).map_err(|e| {
                    SealError::step(Step::Metadata, format!("the encoder took no more sound: {e}"))
                })?;
                encoder.output.try_iter().flatten().collect()
            }
        };
        self.digest.update(&bytes);
        Ok(SoundPiece(bytes))
    }

    /// Seals the whole.
    ///
    /// # Errors
    /// [`SealError`] names the step that failed; then the sound has no credential and no log entry.
    pub fn finish(mut self, cancel: &Cancel) -> Result<SealedSound, SealError> {
        let mut last = match self.mark.take() {
            Some(mark) => self.send(&mark.finish().0)?.0,
            None => Vec::new(),
        };
        last.extend(match self.encoder.take() {
            None => Vec::new(),
            Some(Encoder { process, input, output }) => {
                drop(input);
                let rest = output.iter().flatten().collect();
                process.wait(cancel).map_err(|e| SealError::from_ffmpeg(Step::Metadata, e))?;
                self.digest.update(&rest);
                rest
            }
        });
        let Self { sealer, receipt, format, rate, digest, payload, samples, print, label, .. } = self;
        let hash = digest.finalize();
        let source_type = source_type(&receipt, false);
        let seconds = samples as f64 / f64::from(rate);
        let bound = match seconds < heard::SHORTEST {
            true => Bound::None(format!("a sound of {seconds:.1} seconds is too short")),
            false => Bound::carried(heard::NAME, watermark::short(payload)),
        };
        let iscc = print.code();
        let claim = Claim {
            receipt: &receipt,
            source_type: &source_type,
            label: label.as_ref().map(|(place, words)| (words.as_str(), place.as_str())),
            no_label: None,
            bound: &bound,
            iscc: iscc.as_deref(),
            sources: &[],
            thumbnail: None,
        };
        let manifest = claim
            .sign_bare(&sealer.credentials, &hash, |_| None, cancel)
            .map_err(|e| SealError::step(Step::Credential, e))?;
        let sha256 = colophon_types::hex(&hash);
        let position = ledger_step(
            streamed_type(format),
            &sha256,
            &receipt,
            Traces { payload, bound: &bound, iscc },
            &sealer,
        )?;
        Ok(SealedSound { last: SoundPiece(last), manifest, receipt, sha256, position })
    }
}

/// The media type of a streamed sound: AAC comes as a stream of frames, not in MPEG-4.
pub fn streamed_type(format: SoundFormat) -> &'static str {
    match format {
        SoundFormat::Aac => "audio/aac",
        format => format.media_type(),
    }
}

impl Encoder {
    fn start(
        sealer: &Sealer,
        format: SoundFormat,
        rate: u32,
        tags: Tags<'_>,
        cancel: &Cancel,
    ) -> Result<Self, SealError> {
        let mut args = sound::input(rate, 1);
        args.extend(sound::coding(format, rate, 1));
        args.extend(sound::marks(format, tags));
        args.extend(sound::container(format, true));
        args.extend(["-flush_packets".to_owned(), "1".to_owned(), "pipe:1".to_owned()]);
        let failed = |e| SealError::from_ffmpeg(Step::Metadata, e);
        let pipes = Pipes { input: true, output: true };
        let mut process =
            Ffmpeg::start(&sealer.ffmpeg, &args, "encoding sound", pipes, cancel, &Cancel::new())
                .map_err(failed)?;
        let none = || SealError::step(Step::Metadata, "the encoder has no pipe");
        let input = process.take_input().ok_or_else(none)?;
        let mut from = process.take_output().ok_or_else(none)?;
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 32 << 10];
            while let Ok(read) = from.read(&mut buffer) {
                if read == 0 || send.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, input: BufWriter::with_capacity(64 << 10, input), output })
    }
}
