//! Marks and reads WAV files: `sound embed PAYLOAD IN OUT [IN OUT]…`, `sound find FILE…`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use colophon_watermark::{Key, Payload, sound};

type Failure = Box<dyn std::error::Error>;

fn read(path: &str) -> Result<(Vec<Vec<f32>>, u32), Failure> {
    let mut reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    let all: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>()?,
        hound::SampleFormat::Int => {
            let full = (1_i64 << (spec.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().map(|s| s.map(|s| s as f32 / full)).collect::<Result<_, _>>()?
        }
    };
    let n = usize::from(spec.channels);
    Ok(((0..n).map(|c| all.iter().skip(c).step_by(n).copied().collect()).collect(), spec.sample_rate))
}

fn write(path: &str, channels: &[Vec<f32>], rate: u32) -> Result<(), Failure> {
    let spec = hound::WavSpec {
        channels: u16::try_from(channels.len())?,
        sample_rate: rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for i in 0..channels.first().map_or(0, Vec::len) {
        for channel in channels {
            writer.write_sample(channel[i])?;
        }
    }
    Ok(writer.finalize()?)
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let key = Key::public();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["embed", payload, files @ ..] => {
            let payload = Payload::from_bits(u64::from(u32::from_str_radix(payload, 16)?) << 32);
            for pair in files.chunks_exact(2) {
                let (mut channels, rate) = read(pair[0])?;
                let seconds = channels.first().map_or(0, Vec::len) as f64 / f64::from(rate);
                let begin = Instant::now();
                let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
                let done = sound::embed(&mut slices, rate, payload, &key);
                let ms = begin.elapsed().as_secs_f64() * 1e3;
                match done {
                    Ok(e) => {
                        let read = e.read == Some(true);
                        println!("{}\t{:.2}\t{ms:.1}\t{seconds:.2}\t{read}", pair[0], e.snr_db);
                    }
                    Err(e) => println!("{}\t{e}", pair[0]),
                }
                write(pair[1], &channels, rate)?;
            }
        }
        ["find", files @ ..] => {
            for file in files {
                let (channels, rate) = read(file)?;
                let seconds = channels.first().map_or(0, Vec::len) as f64 / f64::from(rate);
                let slices: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
                let begin = Instant::now();
                let found = sound::find(&slices, rate, &key);
                let ms = begin.elapsed().as_secs_f64() * 1e3;
                match found {
                    Some(f) => println!("{file}\t{}\t{:.2}\t{ms:.1}\t{seconds:.2}", f.payload, f.score),
                    None => println!("{file}\t-\t0\t{ms:.1}\t{seconds:.2}"),
                }
            }
        }
        _ => return Err("usage: sound embed PAYLOAD IN OUT… | sound find FILE…".into()),
    }
    Ok(())
}
