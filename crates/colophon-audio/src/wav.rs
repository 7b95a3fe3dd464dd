//! WAV files: 16-bit PCM of one channel are written; PCM of 8 to 32 bits and floats are read.

use colophon_types::Pcm;
use hound::{SampleFormat, WavReader};

use crate::AudioError;

/// A complete RIFF/WAVE file. Samples are clipped to ±1 and rounded to the nearest of 65,535
/// steps, without dither, so that the same sound always gives the same bytes. Sounds longer than
/// a RIFF file can hold (about 24 hours at 24 kHz) are cut there.
pub fn encode(sound: &Pcm) -> Vec<u8> {
    const HEADER: usize = 44;
    let longest = (u32::MAX as usize - HEADER) / 2;
    let samples = &sound.samples[..sound.samples.len().min(longest)];
    let data = samples.len() as u32 * 2;
    let mut out = Vec::with_capacity(HEADER + data as usize);
    out.extend(b"RIFF");
    out.extend((data + 36).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(sound.rate.to_le_bytes());
    out.extend((sound.rate.saturating_mul(2)).to_le_bytes());
    out.extend(2u16.to_le_bytes());
    out.extend(16u16.to_le_bytes());
    out.extend(b"data");
    out.extend(data.to_le_bytes());
    for &x in samples {
        let x = if x.is_finite() { x.clamp(-1.0, 1.0) } else { 0.0 };
        out.extend(((x * 32767.0).round() as i16).to_le_bytes());
    }
    out
}

/// Reads a WAV file: whole numbers of 8 to 32 bits or 32-bit floats. Several channels are mixed into one;
/// samples that are no numbers become 0. A file that ends early gives what there is.
///
/// # Errors
/// [`AudioError::Sound`] for what is no such file or holds no sample.
pub fn decode(bytes: &[u8]) -> Result<Pcm, AudioError> {
    let bad = |problem: String| AudioError::Sound { problem };
    let reader =
        WavReader::new(bytes).map_err(|e| bad(format!("it is no WAV file that can be read: {e}")))?;
    let spec = reader.spec();
    if spec.sample_rate == 0 || spec.channels == 0 {
        return Err(bad("its header says that it has no channel or no sample rate".into()));
    }
    let channels = usize::from(spec.channels);
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().map_while(Result::ok).collect(),
        SampleFormat::Int => {
            let scale = (-f32::from(spec.bits_per_sample.clamp(1, 32) - 1)).exp2();
            reader.into_samples::<i32>().map_while(Result::ok).map(|x| x as f32 * scale).collect()
        }
    };
    let mixed = |frame: &[f32]| {
        let sum: f32 = frame.iter().map(|x| if x.is_finite() { x.clamp(-8.0, 8.0) } else { 0.0 }).sum();
        sum / channels as f32
    };
    let samples: Vec<f32> = samples.chunks_exact(channels).map(mixed).collect();
    if samples.is_empty() {
        return Err(bad("it holds no sample".into()));
    }
    Ok(Pcm { rate: spec.sample_rate, samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_reader_finds_the_same_samples() {
        let sound = Pcm { rate: 24_000, samples: vec![0.0, 0.5, -1.0, 2.0, f32::NAN, 1e-9] };
        let mut reader = hound::WavReader::new(std::io::Cursor::new(encode(&sound))).expect("a WAV file");
        assert_eq!(
            (reader.spec().sample_rate, reader.spec().channels, reader.spec().bits_per_sample),
            (24_000, 1, 16)
        );
        let samples: Vec<i16> = reader.samples().map(|s| s.expect("sample")).collect();
        assert_eq!(samples, [0, 16384, -32767, 32767, 0, 0]);
    }

    fn written(
        spec: hound::WavSpec,
        mut write: impl FnMut(&mut hound::WavWriter<std::io::Cursor<&mut Vec<u8>>>),
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = hound::WavWriter::new(std::io::Cursor::new(&mut bytes), spec).expect("a writer");
        write(&mut writer);
        writer.finalize().expect("a file");
        bytes
    }

    #[test]
    fn whole_numbers_floats_and_several_channels_are_read() {
        for bits_per_sample in [8, 16, 24, 32] {
            let spec = hound::WavSpec {
                channels: 2,
                sample_rate: 8_000,
                bits_per_sample,
                sample_format: SampleFormat::Int,
            };
            let half = 1i32 << (bits_per_sample - 2);
            let bytes = written(spec, |w| {
                for x in [half, half, half, 0, -half, half] {
                    w.write_sample(x).expect("a sample");
                }
            });
            let sound = decode(&bytes).expect("a sound");
            assert_eq!((sound.rate, &sound.samples[..]), (8_000, &[0.5, 0.25, 0.0][..]), "{bits_per_sample}");
        }
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 48_000,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let bytes = written(spec, |w| {
            for x in [0.25f32, f32::NAN, -1.5] {
                w.write_sample(x).expect("a sample");
            }
        });
        assert_eq!(decode(&bytes).expect("a sound").samples, [0.25, 0.0, -1.5]);
    }

    #[test]
    fn broken_files_are_refused_or_read_as_far_as_they_go() {
        let whole = encode(&Pcm { rate: 16_000, samples: vec![0.5; 100] });
        assert!(decode(&[]).is_err() && decode(b"RIFF").is_err() && decode(&whole[..44]).is_err());
        assert_eq!(decode(&whole[..144]).expect("half a file").samples.len(), 50);
        for i in 0..44 {
            let mut bytes = whole.clone();
            bytes[i] ^= 0xff;
            if let Ok(sound) = decode(&bytes) {
                assert!(sound.samples.len() <= 200 && sound.samples.iter().all(|x| x.is_finite()));
            }
        }
    }
}
