//! WAV files of 16-bit PCM in one channel, as they are written; [`crate::decode`] reads them.

use colophon_types::Pcm;

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
}
