use super::*;
use crate::key::Stream;

const PAYLOAD: u64 = 0x0123_abcd_0000_0000;

fn uniform(stream: &mut Stream) -> f32 {
    2.0 * stream.part() - 1.0
}

fn stream(seed: &str) -> Stream {
    Key::new(b"sounds").stream(seed)
}

/// Like speech: bursts of harmonics with a formant and a wandering pitch, hiss, and pauses.
fn speech(rate: u32, seconds: f64, seed: &str) -> Vec<f32> {
    let mut random = stream(seed);
    let n = (f64::from(rate) * seconds) as usize;
    let mut out = vec![0.0; n];
    let mut at = 0;
    while at < n {
        let length = (f64::from(rate) * (0.12 + 0.1 * f64::from(uniform(&mut random)).abs())) as usize;
        let pitch = 120.0 + 40.0 * uniform(&mut random);
        let glide = 25.0 * uniform(&mut random);
        let formant = 900.0 + 600.0 * uniform(&mut random);
        let mut phase = 0.0_f32;
        for i in 0..length.min(n - at) {
            let t = i as f32 / length as f32;
            phase += (pitch + glide * t) / rate as f32;
            let shape = (std::f32::consts::PI * t).sin();
            let voice: f32 = (1..30)
                .map(|h| {
                    let f = h as f32 * pitch;
                    let gain = 1.0 / (1.0 + ((f - formant) / 300.0).powi(2)) + 0.08;
                    gain * (std::f32::consts::TAU * (phase * h as f32).fract()).sin()
                })
                .sum();
            out[at + i] = 0.08 * shape * (voice + 0.4 * uniform(&mut random));
        }
        at += length;
        if random.below(4) == 0 {
            at += (f64::from(rate) * 0.2) as usize;
        }
    }
    out
}

/// Chords that swell and fade, with a little noise.
fn chords(rate: u32, seconds: f64, seed: &str) -> Vec<f32> {
    let mut random = stream(seed);
    let n = (f64::from(rate) * seconds) as usize;
    let beat = rate as usize / 2;
    let mut out = vec![0.0; n];
    for begin in (0..n).step_by(beat) {
        let root = 110.0 * 2_f32.powf(random.below(12) as f32 / 12.0);
        for ratio in [1.0, 1.25, 1.5, 2.0] {
            for i in 0..(2 * beat).min(n - begin) {
                let t = i as f32 / rate as f32;
                let fade = (-2.5 * t).exp() * (t / 0.01).min(1.0);
                let sum: f32 = (1..8)
                    .map(|h| {
                        let cycles = (root * ratio * h as f32 * t).fract();
                        (std::f32::consts::TAU * cycles).sin() / h as f32
                    })
                    .sum();
                out[begin + i] += 0.06 * fade * sum + 0.001 * uniform(&mut random);
            }
        }
    }
    out
}

fn marked(mut sound: Vec<f32>, rate: u32) -> Vec<f32> {
    let done = embed(&mut [&mut sound], rate, Payload::from_bits(PAYLOAD), &Key::public()).unwrap();
    assert!(done.snr_db > 17.0 && done.read == Some(true), "{done:?}");
    sound
}

fn reads(sound: &[f32], rate: u32) -> bool {
    find(&[sound], rate, &Key::public()).is_some_and(|f| f.payload == "0123abcd")
}

fn noise(sound: &[f32], below_db: f32) -> Vec<f32> {
    let mut random = stream("noise");
    let power = sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32;
    let size = (3.0 * power).sqrt() * 10_f32.powf(-below_db / 20.0);
    sound.iter().map(|x| x + size * uniform(&mut random)).collect()
}

/// At another rate, by straight lines between the samples.
fn played(sound: &[f32], speed: f64) -> Vec<f32> {
    (0..((sound.len() - 1) as f64 / speed) as usize)
        .map(|i| {
            let x = i as f64 * speed;
            let (k, part) = (x as usize, x.fract() as f32);
            sound[k] + part * (sound[k + 1] - sound[k])
        })
        .collect()
}

fn low_pass(sound: &[f32], hertz: f32, rate: u32) -> Vec<f32> {
    let keep = (-std::f32::consts::TAU * hertz / rate as f32).exp();
    let mut state = [0.0; 2];
    sound
        .iter()
        .map(|x| {
            state[0] = keep * state[0] + (1.0 - keep) * x;
            state[1] = keep * state[1] + (1.0 - keep) * state[0];
            state[1]
        })
        .collect()
}

fn telephone(sound: &[f32]) -> Vec<f32> {
    sound
        .iter()
        .map(|x| {
            let code = (x.signum() * (1.0 + 255.0 * x.abs()).ln() / 256_f32.ln() * 127.0).round() / 127.0;
            code.signum() * (256_f32.powf(code.abs()) - 1.0) / 255.0
        })
        .collect()
}

#[test]
fn attacks_leave_the_payload() {
    for (name, rate, sound) in
        [("speech", 24_000, speech(24_000, 15.0, "a")), ("chords", 44_100, chords(44_100, 15.0, "b"))]
    {
        let sound = marked(sound, rate);
        let wide = f64::from(rate) / 16_000.0;
        assert!(reads(&sound, rate), "{name}");
        assert!(reads(&noise(&sound, 30.0), rate), "{name}: noise");
        assert!(reads(&low_pass(&sound, 4000.0, rate), rate), "{name}: low-pass");
        assert!(reads(&sound.iter().map(|x| x * 0.5).collect::<Vec<_>>(), rate), "{name}: softer");
        assert!(reads(&sound.iter().map(|x| x * 2.0).collect::<Vec<_>>(), rate), "{name}: louder");
        assert!(reads(&sound[(3.21 * f64::from(rate)) as usize..], rate), "{name}: cut");
        assert!(reads(&played(&sound, wide), 16_000), "{name}: 16 kHz");
        assert!(reads(&played(&sound, 1.02), rate), "{name}: faster");
        assert!(reads(&played(&sound, 0.98), rate), "{name}: slower");
        assert!(reads(&telephone(&sound), rate), "{name}: mu-law");
    }
}

#[test]
fn one_channel_of_two_and_their_sum_can_be_read() {
    let (mut left, mut right) = (speech(44_100, 12.0, "l"), chords(44_100, 12.0, "r"));
    let before = left.clone();
    embed(&mut [&mut left, &mut right], 44_100, Payload::from_bits(PAYLOAD), &Key::public()).unwrap();
    assert_eq!(left.len(), before.len());
    assert!(find(&[&left, &right], 44_100, &Key::public()).is_some());
    let sum: Vec<f32> = left.iter().zip(&right).map(|(l, r)| (l + r) / 2.0).collect();
    assert!(reads(&left, 44_100) && reads(&right, 44_100) && reads(&sum, 44_100));
}

#[test]
fn another_key_reads_nothing() {
    let sound = marked(speech(16_000, 12.0, "k"), 16_000);
    assert_eq!(find(&[&sound], 16_000, &Key::new(b"another")), None);
}

#[test]
fn pieces_do_not_matter() {
    for rate in [8_000, 11_025, 44_100] {
        let sound = speech(rate, 6.5, "pieces");
        let new = || SoundMark::new(rate, 1, Payload::from_bits(PAYLOAD), &Key::public());
        let mut whole = sound.clone();
        lay(&mut [&mut whole], new());
        let mut mark = new();
        let (mut out, mut at, mut random) = (Vec::new(), 0, stream("cuts"));
        while at < sound.len() {
            let next = (at + random.below(3000)).min(sound.len());
            out.extend(mark.push(&[&sound[at..next]]).remove(0));
            at = next;
            assert!(at - out.len() <= rate as usize / 10, "delay {}", at - out.len());
        }
        out.extend(mark.finish().0.remove(0));
        assert!(out.len() == whole.len() && out.iter().zip(&whole).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn sound_that_is_not_marked_gives_no_payload() {
    for i in 0..30 {
        let seed = i.to_string();
        let sound = if i % 2 == 0 { speech(8_000, 8.0, &seed) } else { chords(8_000, 8.0, &seed) };
        assert_eq!(find(&[&sound], 8_000, &Key::public()), None, "{i}");
    }
}

#[test]
fn a_mark_in_a_long_sound_is_found() {
    let rate = 8_000;
    let mut sound = speech(rate, 70.0, "before");
    sound.extend(marked(speech(rate, 15.0, "marked"), rate));
    sound.extend(speech(rate, 40.0, "after"));
    assert!(reads(&sound, rate));
}

#[test]
fn thumps_in_silence_carry_a_hush() {
    let rate = 44_100;
    let mut thumps = vec![0.0_f32; 15 * rate as usize];
    for at in (rate as usize / 2..thumps.len()).step_by(2 * rate as usize) {
        for (i, x) in thumps[at..at + rate as usize / 4].iter_mut().enumerate() {
            let t = i as f32 / rate as f32;
            *x = 0.5 * (t * 60.0 * std::f32::consts::TAU).sin() * (-14.0 * t).exp();
        }
    }
    let peak = thumps.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let mean = (thumps.iter().map(|x| x * x).sum::<f32>() / thumps.len() as f32).sqrt();
    let done = embed(&mut [&mut thumps], rate, Payload::from_bits(PAYLOAD), &Key::public()).unwrap();
    assert!(done.read == Some(true) && done.snr_db > 20.0, "{done:?}");
    // In what was silent, a second after a thump: a noise 68 dB below the peak or 44 dB below the mean.
    let silent = &thumps[3 * rate as usize / 2..2 * rate as usize];
    let deviation = (silent.iter().map(|x| x * x).sum::<f32>() / silent.len() as f32).sqrt();
    assert!((0.7..1.4).contains(&(deviation / (peak * 3.98e-4).max(mean * 6.31e-3))), "{deviation}");
    // A part of it suffices, also after 16 bits.
    let coarse: Vec<f32> = thumps.iter().map(|x| (x * 32_767.0).round() / 32_767.0).collect();
    assert!(reads(&coarse[3 * rate as usize..], rate));
}

#[test]
fn a_mark_does_not_clip() {
    let mut sound: Vec<f32> =
        speech(16_000, 8.0, "loud").iter().map(|x| (x * 20.0).clamp(-1.0, 1.0)).collect();
    embed(&mut [&mut sound], 16_000, Payload::from_bits(PAYLOAD), &Key::public()).unwrap();
    assert!(sound.iter().all(|x| x.abs() <= 1.0));
}

#[test]
fn what_cannot_be_marked_is_left_alone() {
    let key = Key::public();
    let payload = Payload::from_bits(PAYLOAD);
    let mark = |sound: &mut [f32], rate| embed(&mut [sound], rate, payload, &key);
    assert_eq!(mark(&mut [0.5; 8000], 8_000), Err(Unfit::Short));
    assert_eq!(mark(&mut [], 8_000), Err(Unfit::Short));
    assert_eq!(mark(&mut vec![0.0; 80_000], 8_000), Err(Unfit::Silent));
    assert_eq!(mark(&mut vec![f32::NAN; 80_000], 8_000), Err(Unfit::Silent));
    assert_eq!(mark(&mut vec![0.5; 80_000], 1), Err(Unfit::Rate));
    assert_eq!(embed(&mut [], 8_000, payload, &key), Err(Unfit::Channels));
}

#[test]
fn nothing_breaks_it() {
    let key = Key::public();
    let mut odd = speech(8_000, 8.0, "odd");
    for (i, x) in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE].iter().enumerate()
    {
        odd[i * 777..i * 777 + 20].fill(*x);
    }
    let before = odd.clone();
    embed(&mut [&mut odd], 8_000, Payload::from_bits(PAYLOAD), &key).unwrap();
    assert!(before.iter().zip(&odd).all(|(b, a)| b.is_finite() || a.to_bits() == b.to_bits()));
    for rate in [0, 1, 7, 999, 4_000, 8_000, 192_000, 768_000, u32::MAX] {
        for sound in [&odd[..], &[], &[1.0], &[0.0; 10_000], &[f32::NAN; 10_000]] {
            find(&[sound], rate, &key);
            find(&[sound, &[]], rate, &key);
            find(&[sound, sound, sound], rate, &key);
            let mut mark = SoundMark::new(rate, 2, Payload::from_bits(0), &key);
            let out = mark.push(&[sound, sound]);
            let (rest, _) = mark.finish();
            assert_eq!(out[0].len() + rest[0].len(), sound.len());
        }
    }
    assert_eq!(find(&[], 44_100, &key), None);
    let mut none = SoundMark::new(44_100, 0, Payload::from_bits(0), &key);
    assert!(none.push(&[]).is_empty() && none.finish().0.is_empty());
}
