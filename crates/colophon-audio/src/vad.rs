//! Voice activity: where in a sound someone speaks (Silero VAD, Silero Team 2024), as it streams by.
//!
//! The network gives a probability of speech for every 32 ms. The [`Gate`] lets speech through with
//! 0.4 s around it and drops pauses longer than two seconds, so that a recogniser neither waits
//! through silence nor invents words in it. Its memory does not grow with the sound.

use std::path::Path;

use colophon_hub::onnx;
use colophon_types::Cancel;
use ort::session::Session;
use ort::value::TensorRef;

use crate::AudioError;
use crate::engine::run;

const NAME: &str = "silero-vad";
/// Samples a second that it hears.
pub const RATE: u32 = 16_000;
/// Samples of one probability.
pub const FRAME: usize = 512;
/// Samples before a frame that the network sees with it.
const CONTEXT: usize = 64;
const STATE: usize = 128;
/// Frames that are computed at once.
const AT_ONCE: usize = 64;

/// The network.
pub struct Vad {
    session: Session,
    hidden: Vec<f32>,
    cell: Vec<f32>,
    context: Vec<f32>,
}

impl Vad {
    /// Opens the network (`silero_vad_16k_sequence.onnx`) of a folder, for one thread.
    ///
    /// # Errors
    /// When it is not there, or the ONNX Runtime is not loaded.
    pub fn load(folder: &Path) -> Result<Self, AudioError> {
        let session = onnx::session(&folder.join("silero_vad_16k_sequence.onnx"), 1)?;
        let mut vad = Self { session, hidden: Vec::new(), cell: Vec::new(), context: Vec::new() };
        vad.forget();
        Ok(vad)
    }

    /// Begins a new sound.
    pub fn forget(&mut self) {
        (self.hidden, self.cell) = (vec![0.0; STATE], vec![0.0; STATE]);
        self.context = vec![0.0; CONTEXT];
    }

    /// The probability of speech in each of the frames; `samples` are whole frames that follow those
    /// of the last call.
    ///
    /// # Errors
    /// When the network fails, or `cancel` is set.
    pub fn probabilities(&mut self, samples: &[f32], cancel: &Cancel) -> Result<Vec<f32>, AudioError> {
        let mut out = Vec::with_capacity(samples.len() / FRAME);
        for block in samples.chunks(FRAME * AT_ONCE) {
            let frames = block.len() / FRAME;
            if frames == 0 {
                break;
            }
            let mut rows = Vec::with_capacity(frames * (CONTEXT + FRAME));
            for frame in block.chunks_exact(FRAME) {
                rows.extend_from_slice(&self.context);
                rows.extend_from_slice(frame);
                self.context = frame[FRAME - CONTEXT..].to_vec();
            }
            let failed = AudioError::engine(NAME);
            let row = [frames, CONTEXT + FRAME];
            let inputs = ort::inputs![
                "input" => TensorRef::from_array_view((row, rows.as_slice())).map_err(&failed)?,
                "h" => TensorRef::from_array_view(([1, 1, STATE], self.hidden.as_slice())).map_err(&failed)?,
                "c" => TensorRef::from_array_view(([1, 1, STATE], self.cell.as_slice())).map_err(&failed)?,
            ];
            let take = |out: &ort::session::SessionOutputs<'_>, name: &str| {
                Ok::<_, ort::Error>(out[name].try_extract_tensor::<f32>()?.1.to_vec())
            };
            let (speech, hidden, cell) = run(NAME, &mut self.session, inputs, cancel, |out| {
                Ok((take(out, "speech_probs")?, take(out, "hn")?, take(out, "cn")?))
            })?;
            out.extend(speech);
            (self.hidden, self.cell) = (hidden, cell);
        }
        Ok(out)
    }
}

/// When the gate opens and closes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GateOptions {
    /// Probability of speech from which on it opens.
    pub opens: f32,
    /// Probability below which it may close.
    pub closes: f32,
    /// Shortest speech, in seconds.
    pub least_speech: f64,
    /// How long it must be silent to close, in seconds.
    pub least_silence: f64,
    /// What is kept before and after speech, in seconds.
    pub margin: f64,
}

impl Default for GateOptions {
    fn default() -> Self {
        Self { opens: 0.5, closes: 0.35, least_speech: 0.1, least_silence: 2.0, margin: 0.4 }
    }
}

/// A stretch of sound that was let through.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// Where it began, in samples of the whole sound.
    pub at: u64,
    /// Its samples.
    pub samples: Vec<f32>,
}

/// Lets speech through.
#[derive(Debug)]
pub struct Gate {
    options: GateOptions,
    /// Samples that were neither let through nor dropped yet.
    held: Vec<f32>,
    /// Where they begin.
    at: u64,
    /// Where the next frame begins.
    next: u64,
    speech: Option<Speech>,
}

#[derive(Clone, Copy, Debug)]
struct Speech {
    frames: u64,
    /// Where the silence began that may be its end.
    silent: Option<u64>,
}

impl Gate {
    /// A closed gate.
    pub fn new(options: GateOptions) -> Self {
        Self { options, held: Vec::new(), at: 0, next: 0, speech: None }
    }

    /// Where in the whole sound those of the next frames begin in which someone speaks.
    pub fn spoken(&self, probabilities: &[f32]) -> impl Iterator<Item = u64> {
        let starts = (self.next..).step_by(FRAME);
        starts.zip(probabilities).filter(|(_, p)| **p >= self.options.opens).map(|(at, _)| at)
    }

    fn samples(seconds: f64) -> u64 {
        (seconds * f64::from(RATE)) as u64
    }

    /// Takes frames with their probabilities of speech; gives what passes, in order.
    pub fn pass(&mut self, samples: &[f32], probabilities: &[f32]) -> Vec<Passed> {
        let mut out = Vec::new();
        for (frame, probability) in samples.chunks_exact(FRAME).zip(probabilities) {
            self.held.extend_from_slice(frame);
            self.frame(*probability, &mut out);
        }
        out
    }

    /// The sound is over: gives what was held.
    pub fn finish(&mut self) -> Vec<Passed> {
        let mut out = Vec::new();
        if let Some(speech) = self.speech.take()
            && speech.frames >= self.least()
        {
            let end =
                speech.silent.map_or(self.next, |s| (s + Self::samples(self.options.margin)).min(self.next));
            self.release(end, &mut out);
        }
        out
    }

    fn least(&self) -> u64 {
        Self::samples(self.options.least_speech).div_ceil(FRAME as u64).max(1)
    }

    fn frame(&mut self, probability: f32, out: &mut Vec<Passed>) {
        let (here, margin) = (self.next, Self::samples(self.options.margin));
        self.next += FRAME as u64;
        let Some(mut speech) = self.speech else {
            if probability >= self.options.opens {
                self.speech = Some(Speech { frames: 1, silent: None });
            }
            self.forget_before(here.saturating_sub(margin));
            return;
        };
        if probability >= self.options.opens {
            speech.frames += 1;
            speech.silent = None;
        } else if probability < self.options.closes && speech.silent.is_none() {
            speech.silent = Some(here);
        }
        let confirmed = speech.frames >= self.least();
        self.speech = Some(speech);
        match speech.silent {
            None if confirmed => self.release(self.next, out),
            None => {}
            Some(since) => {
                let end = since + margin;
                if confirmed {
                    self.release(end.min(self.next), out);
                }
                if self.next - since >= Self::samples(self.options.least_silence) {
                    self.speech = None;
                    self.forget_before(self.next.saturating_sub(margin));
                }
            }
        }
    }

    fn release(&mut self, end: u64, out: &mut Vec<Passed>) {
        let count = (end.saturating_sub(self.at) as usize).min(self.held.len());
        if count == 0 {
            return;
        }
        let samples: Vec<f32> = self.held.drain(..count).collect();
        let at = self.at;
        self.at += count as u64;
        match out.last_mut() {
            Some(last) if last.at + last.samples.len() as u64 == at => last.samples.extend(samples),
            _ => out.push(Passed { at, samples }),
        }
    }

    fn forget_before(&mut self, from: u64) {
        let count = (from.saturating_sub(self.at) as usize).min(self.held.len());
        self.held.drain(..count);
        self.at += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a gate over frames of these probabilities; sample values tell where they came from.
    fn passed(probabilities: &[f32]) -> (Vec<(u64, u64)>, usize) {
        let mut gate = Gate::new(GateOptions::default());
        let (mut out, mut most): (Vec<Passed>, usize) = (Vec::new(), 0);
        for (i, p) in probabilities.iter().enumerate() {
            let frame: Vec<f32> = (0..FRAME).map(|s| (i * FRAME + s) as f32).collect();
            out.extend(gate.pass(&frame, &[*p]));
            most = most.max(gate.held.len());
        }
        out.extend(gate.finish());
        for piece in &out {
            assert!(piece.samples.iter().enumerate().all(|(i, x)| *x == (piece.at + i as u64) as f32));
        }
        let mut spans: Vec<(u64, u64)> = Vec::new();
        for piece in out {
            let end = piece.at + piece.samples.len() as u64;
            match spans.last_mut() {
                Some(last) if last.1 == piece.at => last.1 = end,
                _ => spans.push((piece.at, end)),
            }
        }
        (spans, most)
    }

    #[test]
    fn speech_passes_with_its_margins() {
        let frame = FRAME as u64;
        let mut sound = vec![0.0; 100];
        sound.extend([0.9; 50]);
        sound.extend([0.0; 200]);
        sound.extend([0.9; 10]);
        sound.extend([0.0; 30]);
        let (spans, most) = passed(&sound);
        assert_eq!(
            spans,
            [(100 * frame - 6400, 150 * frame + 6400), (350 * frame - 6400, 360 * frame + 6400)]
        );
        assert!(most <= 40_000, "{most} samples held");
    }

    #[test]
    fn short_pauses_stay_and_clicks_go() {
        let frame = FRAME as u64;
        let mut sound = vec![0.9; 20];
        sound.extend([0.1; 40]);
        sound.extend([0.9; 20]);
        assert_eq!(passed(&sound).0, [(0, 80 * frame)]);
        let mut click = vec![0.0; 100];
        click[50] = 0.9;
        assert!(passed(&click).0.is_empty());
        assert!(passed(&[]).0.is_empty());
    }
}
