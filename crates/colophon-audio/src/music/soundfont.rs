//! Soundfonts: SF2, and SF3, whose samples are Vorbis streams. Only what a score needs is decoded: a
//! soundfont of 40 MB holds hundreds of megabytes of sound.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use colophon_types::Cancel;

use crate::AudioError;

/// Largest soundfont in bytes.
const LARGEST: u64 = 2 << 30;
/// Longest decoded sample in frames (a minute and a half).
const LONGEST: usize = 4 << 20;
/// Silence after each sample, which the format asks for.
const GAP: usize = 46;

const KEY_RANGE: u16 = 43;
const VELOCITY_RANGE: u16 = 44;
const INSTRUMENT: u16 = 41;
const SAMPLE: u16 = 53;
const VORBIS: u16 = 0x10;

/// What a score needs of one program: which keys at which velocities.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) bank: u16,
    pub(crate) program: u16,
    pub(crate) strikes: Vec<(u8, u8)>,
    /// How long the longest of them is held, in seconds.
    pub(crate) longest: f64,
}

/// A soundfont file, in memory.
pub struct SoundBank {
    file: Vec<u8>,
    /// Where the parts of the file lie: start and length in bytes.
    chunks: BTreeMap<[u8; 4], (usize, usize)>,
    name: String,
}

#[derive(Clone, Debug)]
struct Zone {
    generators: Vec<(u16, u16)>,
}

impl Zone {
    fn get(&self, operator: u16) -> Option<u16> {
        self.generators.iter().find(|g| g.0 == operator).map(|g| g.1)
    }

    fn hears(&self, strikes: &[(u8, u8)]) -> bool {
        let within = |operator: u16, value: u8| {
            self.get(operator).is_none_or(|r| (r as u8..=(r >> 8) as u8).contains(&value))
        };
        strikes.iter().any(|(key, velocity)| within(KEY_RANGE, *key) && within(VELOCITY_RANGE, *velocity))
    }
}

impl SoundBank {
    /// Reads a soundfont.
    ///
    /// # Errors
    /// [`AudioError::Model`] when the file is missing or is no soundfont.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        let bad = AudioError::model::<String>(path);
        let size = std::fs::metadata(path).map_err(AudioError::model(path))?.len();
        if size > LARGEST {
            return Err(bad("it is larger than 2 GB".into()));
        }
        let file = std::fs::read(path).map_err(AudioError::model(path))?;
        let chunks = index(&file).ok_or_else(|| bad("it is no SoundFont 2 or 3 file".into()))?;
        let name = path.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { file, chunks, name })
    }

    /// Its file name without the ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn chunk(&self, id: &[u8; 4]) -> &[u8] {
        self.chunks.get(id).map_or(&[], |(at, n)| &self.file[*at..*at + *n])
    }

    fn word(&self, id: &[u8; 4], at: usize) -> u16 {
        let b = self.chunk(id);
        if at + 2 <= b.len() { u16::from_le_bytes([b[at], b[at + 1]]) } else { 0 }
    }

    fn long(&self, id: &[u8; 4], at: usize) -> usize {
        self.word(id, at) as usize | (self.word(id, at + 2) as usize) << 16
    }

    /// Zones of record `index` of presets (`phdr`) or instruments (`inst`).
    fn zones(&self, preset: bool, index: usize) -> Vec<Zone> {
        let (head, size, at, bag, generator) =
            if preset { (b"phdr", 38, 24, b"pbag", b"pgen") } else { (b"inst", 22, 20, b"ibag", b"igen") };
        let first = self.word(head, index * size + at) as usize;
        let end = self.word(head, (index + 1) * size + at) as usize;
        (first..end.max(first))
            .map(|b| {
                let from = self.word(bag, b * 4) as usize;
                let to = (self.word(bag, (b + 1) * 4) as usize).max(from);
                let pair = |g: usize| (self.word(generator, g * 4), self.word(generator, g * 4 + 2));
                Zone { generators: (from..to).map(pair).collect() }
            })
            .collect()
    }

    /// The preset for a bank and program: itself, else that of General MIDI, else the first.
    fn preset(&self, bank: u16, program: u16) -> Option<usize> {
        let n = (self.chunk(b"phdr").len() / 38).saturating_sub(1);
        let find = |bank: u16, program: u16| {
            (0..n).find(|i| {
                self.word(b"phdr", i * 38 + 20) == program && self.word(b"phdr", i * 38 + 22) == bank
            })
        };
        let general = if bank == 128 { find(128, 0) } else { find(0, program) };
        find(bank, program).or(general).or(if n > 0 { Some(0) } else { None })
    }

    /// A soundfont with only what is wanted, its samples decoded by `threads` threads.
    pub(crate) fn load(
        &self,
        wanted: &[Wanted],
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Arc<rustysynth::SoundFont>, AudioError> {
        let fail = |problem: String| AudioError::Engine { engine: "the soundfont", problem };
        let mut part = Part::default();
        for want in wanted {
            if let Some(index) = self.preset(want.bank, want.program) {
                self.take_preset(&mut part, want, index);
            }
        }
        if part.samples.is_empty() {
            return Err(fail(format!("{} has none of the instruments", self.name)));
        }
        // Time to ring on after the key, and room for samples that are played higher than recorded.
        let seconds = 1.4 * (wanted.iter().map(|w| w.longest).fold(0.0, f64::max) + 2.5);
        let sounds = self.decode(&part.samples, seconds, threads, cancel)?;
        let bytes = self.write(&part, &sounds);
        let font = rustysynth::SoundFont::new(&mut Cursor::new(bytes)).map_err(|e| fail(e.to_string()))?;
        Ok(Arc::new(font))
    }

    fn take_preset(&self, part: &mut Part, want: &Wanted, index: usize) {
        let mut zones = Vec::new();
        for (i, mut zone) in self.zones(true, index).into_iter().enumerate() {
            match zone.get(INSTRUMENT) {
                Some(instrument) if zone.hears(&want.strikes) => {
                    let new = self.take_instrument(part, usize::from(instrument), &want.strikes);
                    if let Some(new) = new {
                        zone.generators.retain(|g| g.0 != INSTRUMENT);
                        zone.generators.push((INSTRUMENT, new));
                        zones.push(zone);
                    }
                }
                None if i == 0 => zones.push(zone),
                _ => {}
            }
        }
        part.presets.push((want.bank, want.program, zones));
    }

    fn take_instrument(&self, part: &mut Part, index: usize, strikes: &[(u8, u8)]) -> Option<u16> {
        let mut zones = Vec::new();
        let mut heard = false;
        for (i, mut zone) in self.zones(false, index).into_iter().enumerate() {
            match zone.get(SAMPLE) {
                Some(sample) if zone.hears(strikes) => {
                    let sample = usize::from(sample);
                    let known = part.samples.iter().position(|s| *s == sample);
                    let new = known.unwrap_or_else(|| {
                        part.samples.push(sample);
                        part.samples.len() - 1
                    });
                    zone.generators.retain(|g| g.0 != SAMPLE);
                    zone.generators.push((SAMPLE, new as u16));
                    zones.push(zone);
                    heard = true;
                }
                None if i == 0 => zones.push(zone),
                _ => {}
            }
        }
        part.instruments.push(zones);
        heard.then_some((part.instruments.len() - 1) as u16)
    }

    fn decode(
        &self,
        samples: &[usize],
        seconds: f64,
        threads: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Vec<i16>>, AudioError> {
        let next = std::sync::atomic::AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Vec<i16>)>, AudioError> {
            let mut out = Vec::new();
            loop {
                let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some(sample) = samples.get(i) else { return Ok(out) };
                cancel.check()?;
                out.push((i, self.sound(*sample, seconds)?));
            }
        };
        type Sounds = Vec<(usize, Vec<i16>)>;
        let parts: Vec<Result<Sounds, AudioError>> = std::thread::scope(|scope| {
            let handles: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let mut all = vec![work()];
            all.extend(handles.into_iter().filter_map(|h| h.join().ok()));
            all
        });
        let mut sounds = vec![Vec::new(); samples.len()];
        for part in parts {
            for (i, sound) in part? {
                sounds[i] = sound;
            }
        }
        Ok(sounds)
    }

    /// The frames of a sample.
    fn sound(&self, sample: usize, seconds: f64) -> Result<Vec<i16>, AudioError> {
        let at = sample * 46;
        let (start, end) = (self.long(b"shdr", at + 20), self.long(b"shdr", at + 24));
        let data = self.chunk(b"smpl");
        if self.word(b"shdr", at + 44) & VORBIS != 0 {
            let most = (seconds * self.long(b"shdr", at + 36) as f64) as usize;
            return vorbis(data.get(start..end).unwrap_or(&[]), most.clamp(1, LONGEST));
        }
        let bytes = data.get(start * 2..end * 2).unwrap_or(&[]);
        Ok(bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect())
    }

    /// The file of a soundfont of version 2.
    fn write(&self, part: &Part, sounds: &[Vec<i16>]) -> Vec<u8> {
        let mut wave: Vec<u8> = vec![0; 2 * GAP];
        let mut heads = Vec::new();
        for (sample, sound) in part.samples.iter().zip(sounds) {
            let at = sample * 46;
            let compressed = self.word(b"shdr", at + 44) & VORBIS != 0;
            let start = wave.len() / 2;
            // An unusable sample becomes a short silence.
            let silence = [0i16; GAP];
            let frames: &[i16] = if sound.len() < 8 { &silence } else { sound };
            let base = if compressed { 0 } else { self.long(b"shdr", at + 20) };
            let inside =
                |field: usize| self.long(b"shdr", at + field).saturating_sub(base).min(frames.len() - 1);
            let (from, to) = (inside(28), inside(32));
            wave.extend(frames.iter().flat_map(|s| s.to_le_bytes()));
            wave.extend([0; 2 * GAP]);
            heads.extend_from_slice(&self.chunk(b"shdr")[at..at + 20]);
            for value in [start, start + frames.len(), start + from, start + to] {
                heads.extend_from_slice(&(value as u32).to_le_bytes());
            }
            heads.extend_from_slice(&self.chunk(b"shdr")[at + 36..at + 42]);
            // No link, a single channel: stereo pairs are panned by their generators.
            heads.extend_from_slice(&[0, 0, 1, 0]);
        }
        heads.extend_from_slice(&[0; 46]);
        let (presets, preset_bags, preset_generators) = part.preset_tables();
        let (instruments, instrument_bags, instrument_generators) = part.instrument_tables();
        let info =
            [riff(b"ifil", &[2, 0, 1, 0]), riff(b"isng", b"EMU8000\0"), riff(b"INAM", b"score\0")].concat();
        let parameters = [
            riff(b"phdr", &presets),
            riff(b"pbag", &preset_bags),
            riff(b"pmod", &[0; 10]),
            riff(b"pgen", &preset_generators),
            riff(b"inst", &instruments),
            riff(b"ibag", &instrument_bags),
            riff(b"imod", &[0; 10]),
            riff(b"igen", &instrument_generators),
            riff(b"shdr", &heads),
        ]
        .concat();
        let list = |kind: &[u8; 4], body: &[u8]| riff(b"LIST", &[kind.as_slice(), body].concat());
        let body =
            [list(b"INFO", &info), list(b"sdta", &riff(b"smpl", &wave)), list(b"pdta", &parameters)].concat();
        riff(b"RIFF", &[b"sfbk".as_slice(), &body].concat())
    }
}

/// The part of a soundfont that is wanted, numbered anew.
#[derive(Default)]
struct Part {
    presets: Vec<(u16, u16, Vec<Zone>)>,
    instruments: Vec<Vec<Zone>>,
    /// Samples of the file.
    samples: Vec<usize>,
}

type Tables = (Vec<u8>, Vec<u8>, Vec<u8>);

impl Part {
    fn preset_tables(&self) -> Tables {
        let (mut heads, mut bags, mut generators) = Tables::default();
        for (bank, program, zones) in &self.presets {
            heads.extend_from_slice(&[b'p'; 20]);
            for value in [*program, *bank, (bags.len() / 4) as u16] {
                heads.extend_from_slice(&value.to_le_bytes());
            }
            heads.extend_from_slice(&[0; 12]);
            write_zones(zones, &mut bags, &mut generators);
        }
        heads.extend_from_slice(&[0; 24]);
        heads.extend_from_slice(&((bags.len() / 4) as u16).to_le_bytes());
        heads.extend_from_slice(&[0; 12]);
        close(&mut bags, &mut generators);
        (heads, bags, generators)
    }

    fn instrument_tables(&self) -> Tables {
        let (mut heads, mut bags, mut generators) = Tables::default();
        for zones in &self.instruments {
            heads.extend_from_slice(&[b'i'; 20]);
            heads.extend_from_slice(&((bags.len() / 4) as u16).to_le_bytes());
            write_zones(zones, &mut bags, &mut generators);
        }
        heads.extend_from_slice(&[0; 20]);
        heads.extend_from_slice(&((bags.len() / 4) as u16).to_le_bytes());
        close(&mut bags, &mut generators);
        (heads, bags, generators)
    }
}

fn write_zones(zones: &[Zone], bags: &mut Vec<u8>, generators: &mut Vec<u8>) {
    for zone in zones {
        bags.extend_from_slice(&((generators.len() / 4) as u16).to_le_bytes());
        bags.extend_from_slice(&[0, 0]);
        // The order that the format asks for: ranges first, the sample or instrument last.
        let rank = |operator: u16| match operator {
            KEY_RANGE => 0,
            VELOCITY_RANGE => 1,
            INSTRUMENT | SAMPLE => 3,
            _ => 2,
        };
        let mut all = zone.generators.clone();
        all.sort_by_key(|g| rank(g.0));
        for (operator, amount) in all {
            generators.extend_from_slice(&operator.to_le_bytes());
            generators.extend_from_slice(&amount.to_le_bytes());
        }
    }
}

fn close(bags: &mut Vec<u8>, generators: &mut Vec<u8>) {
    bags.extend_from_slice(&((generators.len() / 4) as u16).to_le_bytes());
    bags.extend_from_slice(&[0, 0]);
    generators.extend_from_slice(&[0; 4]);
}

fn riff(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 9);
    out.extend_from_slice(id);
    // Of an odd length, filled up: readers differ on whether the filling counts.
    let odd = body.len() % 2;
    out.extend_from_slice(&((body.len() + odd) as u32).to_le_bytes());
    out.extend_from_slice(body);
    out.resize(out.len() + odd, 0);
    out
}

/// Where the chunks of a soundfont lie. Chunks of odd length may or may not be filled up.
fn index(file: &[u8]) -> Option<BTreeMap<[u8; 4], (usize, usize)>> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"sfbk" {
        return None;
    }
    let mut chunks = BTreeMap::new();
    for (id, at, size) in walk(file, 12, file.len()) {
        if &id == b"LIST" && size >= 4 {
            for (id, at, size) in walk(file, at + 4, at + size) {
                chunks.insert(id, (at, size));
            }
        }
    }
    let size = |id: &[u8; 4]| chunks.get(id).map_or(0, |c: &(usize, usize)| c.1);
    let whole = size(b"phdr") >= 76 && size(b"inst") >= 44 && size(b"shdr") >= 92 && size(b"smpl") > 0;
    whole.then_some(chunks)
}

fn walk(file: &[u8], from: usize, to: usize) -> Vec<([u8; 4], usize, usize)> {
    let mut out = Vec::new();
    let mut at = from;
    while at + 8 <= to.min(file.len()) {
        if file[at] == 0 {
            at += 1;
            continue;
        }
        let id = [file[at], file[at + 1], file[at + 2], file[at + 3]];
        let size = u32::from_le_bytes([file[at + 4], file[at + 5], file[at + 6], file[at + 7]]) as usize;
        let size = size.min(file.len() - at - 8);
        out.push((id, at + 8, size));
        at += 8 + size;
    }
    out
}

fn vorbis(data: &[u8], most: usize) -> Result<Vec<i16>, AudioError> {
    let fail = AudioError::engine::<lewton::VorbisError>("the soundfont");
    let mut reader = lewton::inside_ogg::OggStreamReader::new(Cursor::new(data)).map_err(&fail)?;
    let channels = usize::from(reader.ident_hdr.audio_channels).max(1);
    let mut out = Vec::new();
    while let Some(packet) = reader.read_dec_packet_itl().map_err(&fail)? {
        out.extend(packet.iter().step_by(channels));
        if out.len() > most {
            break;
        }
    }
    Ok(out)
}
