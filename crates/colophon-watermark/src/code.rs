//! The code that protects a payload: a CRC says whether it was read whole, and a tail-biting
//! convolutional code of rate 1/4 and constraint length 11 mends what attacks broke.
//!
//! Generators 2327, 2353, 2671 and 3175 (octal): the best of their length, from the tables of
//! J. G. Proakis, *Digital Communications*. The start of a tail-biting word is found by running the
//! Viterbi algorithm three times round and keeping the middle.

/// Coded bits a payload bit.
pub const RATE: usize = 4;
const GENERATORS: [u32; RATE] = [0o2327, 0o2353, 0o2671, 0o3175];
const MEMORY: usize = 10;
const STATES: usize = 1 << MEMORY;
/// Bits of the CRC.
pub const CHECK: usize = 16;

/// The coded bits of the low `bits` bits of `payload`: [`RATE`] · (`bits` + [`CHECK`]) of them.
pub fn encode(payload: u64, bits: usize) -> Vec<bool> {
    let mut word = unpack(payload, bits);
    word.extend(unpack(u64::from(crc(&word)), CHECK));
    let n = word.len();
    let mut out = Vec::with_capacity(n * RATE);
    for i in 0..n {
        // The newest bit on top, then those before it, round the end of the word.
        let register = (0..=MEMORY).fold(0_u32, |r, k| r << 1 | u32::from(word[(i + n - k % n) % n]));
        out.extend(GENERATORS.iter().map(|g| (register & g).count_ones() % 2 == 1));
    }
    out
}

/// Reads a payload of `bits` bits from log-likelihood ratios (positive: the bit is 1), one for each
/// coded bit. `None` when the CRC says that it was not read whole.
pub fn decode(llr: &[f32], bits: usize) -> Option<u64> {
    let n = bits + CHECK;
    if llr.len() != n * RATE {
        return None;
    }
    let word = viterbi(llr, n);
    let (payload, check) = word.split_at(bits);
    (u64::from(crc(payload)) == pack(check)).then(|| pack(payload))
}

fn unpack(value: u64, bits: usize) -> Vec<bool> {
    (0..bits).rev().map(|i| value >> i & 1 == 1).collect()
}

fn pack(bits: &[bool]) -> u64 {
    bits.iter().fold(0, |v, b| v << 1 | u64::from(*b))
}

/// CRC-16 with polynomial 0x1021 from 0xffff.
fn crc(bits: &[bool]) -> u16 {
    bits.iter().fold(0xffff, |crc: u16, bit| {
        let top = (crc >> 15 == 1) != *bit;
        (crc << 1) ^ if top { 0x1021 } else { 0 }
    })
}

/// The most likely word of `n` bits.
fn viterbi(llr: &[f32], n: usize) -> Vec<bool> {
    const ROUNDS: usize = 3;
    // The outputs of each register, as signs.
    let outputs: Vec<u8> = (0..STATES * 2)
        .map(|register| {
            GENERATORS
                .iter()
                .enumerate()
                .fold(0, |bits, (k, g)| bits | (((register as u32 & g).count_ones() & 1) as u8) << k)
        })
        .collect();
    let mut metric = vec![0.0_f32; STATES];
    let mut next = vec![0.0_f32; STATES];
    // One bit a state and step: which of the two states before it was the better.
    let mut from = vec![0_u64; ROUNDS * n * STATES / 64];
    let mut gains = [0.0_f32; 1 << RATE];
    for step in 0..ROUNDS * n {
        let at = step % n * RATE;
        for (pattern, gain) in gains.iter_mut().enumerate() {
            *gain = (0..RATE).map(|k| if pattern >> k & 1 == 1 { llr[at + k] } else { -llr[at + k] }).sum();
        }
        let row = &mut from[step * STATES / 64..(step + 1) * STATES / 64];
        // A register is the newest bit on top of the state (the ten bits before it, newest on top);
        // the next state is its upper ten bits, so two states that differ in the last bit lead there.
        for (state, best) in next.iter_mut().enumerate() {
            let (a, b) = (state << 1, state << 1 | 1);
            let (before_a, before_b) = (a & (STATES - 1), b & (STATES - 1));
            let va = metric[before_a] + gains[outputs[a] as usize];
            let vb = metric[before_b] + gains[outputs[b] as usize];
            let second = vb > va;
            *best = if second { vb } else { va };
            row[state / 64] |= u64::from(second) << (state % 64);
        }
        std::mem::swap(&mut metric, &mut next);
        let top = metric.iter().copied().fold(f32::MIN, f32::max);
        metric.iter_mut().for_each(|m| *m -= top);
    }
    let mut state = (0..STATES).max_by(|a, b| metric[*a].total_cmp(&metric[*b])).unwrap_or(0);
    let mut word = vec![false; n];
    for step in (0..ROUNDS * n).rev() {
        let newest = state >> (MEMORY - 1) == 1;
        if step / n == 1 {
            word[step % n] = newest;
        }
        let second = from[(step * STATES + state) / 64] >> (state % 64) & 1;
        state = (state << 1 | second as usize) & (STATES - 1);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    fn noisy(payload: u64, bits: usize, deviation: f32, seed: &str) -> Vec<f32> {
        let mut stream = Key::public().stream(seed);
        encode(payload, bits)
            .iter()
            .map(|b| {
                let gauss = (0..12).map(|_| stream.part()).sum::<f32>() - 6.0;
                (if *b { 1.0 } else { -1.0 }) + deviation * gauss
            })
            .collect()
    }

    #[test]
    fn a_payload_comes_back() {
        for (payload, bits) in [(0, 64), (u64::MAX, 64), (0x0123_4567_89ab_cdef, 64), (0xdead_beef, 32)] {
            assert_eq!(decode(&noisy(payload, bits, 0.0, "x"), bits), Some(payload));
        }
    }

    #[test]
    fn noise_is_mended() {
        // Eb/N0 of 2 dB at rate 1/4: a deviation of 1.12 about ±1.
        let read = (0..50)
            .filter(|i| decode(&noisy(0xfeed_f00d_1234_5678, 64, 1.12, &i.to_string()), 64).is_some())
            .count();
        assert!(read >= 46, "{read} of 50");
    }

    #[test]
    fn noise_alone_is_refused() {
        let mut stream = Key::public().stream("noise");
        let read = (0..200)
            .filter(|_| {
                let llr: Vec<f32> = (0..320).map(|_| stream.sign()).collect();
                decode(&llr, 64).is_some()
            })
            .count();
        assert_eq!(read, 0);
    }
}
