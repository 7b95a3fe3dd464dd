//! From a wish to a plan: key, tempo, metre, and the form with the energy and chords of each section.

use colophon_types::Seed;
use serde::{Deserialize, Serialize};

use super::prompt::{self, Wish};
use super::style::{Changes, Instrument, Metre, Style};
use super::styles;
use super::theory::{Chord, Key};
use crate::AudioError;

/// Shortest and longest piece in seconds.
pub const SECONDS: (f64, f64) = (2.0, 600.0);
/// Slowest and fastest tempo in quarter notes a minute.
pub const TEMPI: (f64, f64) = (30.0, 260.0);
/// Longest prompt in characters.
const PROMPT: usize = 4_000;
/// Most cuts.
const CUTS: usize = 400;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// What the music should be, in English or Chinese.
    pub prompt: String,
    /// Length in seconds, 2 to 600.
    pub seconds: f64,
    /// Style by name; else the prompt decides.
    #[serde(default)]
    pub style: Option<String>,
    /// Key such as "Am"; else the prompt or the seed decides.
    #[serde(default)]
    pub key: Option<String>,
    /// Quarter notes a minute; else the prompt or the mood decides.
    #[serde(default)]
    pub tempo: Option<f64>,
    /// The end leads into the beginning again.
    #[serde(default)]
    pub looped: bool,
    /// Times in seconds at which a new section, or an accent, should fall: a film's cuts.
    #[serde(default)]
    pub cuts: Vec<f64>,
}

impl Brief {
    /// A brief of which only prompt and length are given.
    pub fn new(prompt: &str, seconds: f64) -> Self {
        Self {
            prompt: prompt.to_owned(),
            seconds,
            style: None,
            key: None,
            tempo: None,
            looped: false,
            cuts: Vec::new(),
        }
    }
}

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Before the theme.
    Intro,
    /// Theme.
    A,
    /// Second theme, or chorus.
    B,
    /// Bridge.
    C,
    /// After the theme.
    Outro,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intro => "intro",
            Self::A => "A",
            Self::B => "B",
            Self::C => "bridge",
            Self::Outro => "outro",
        }
    }
}

/// A chord for a while.
#[derive(Clone, Debug)]
pub struct Harmony {
    /// Start in quarter notes from the start of the piece.
    pub beat: f64,
    /// Length in quarter notes.
    pub beats: f64,
    /// The chord.
    pub chord: Chord,
    /// The key it is in.
    pub key: Key,
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// What it is for.
    pub kind: Kind,
    /// First bar, counted from the start.
    pub bar: usize,
    /// Number of bars.
    pub bars: usize,
    /// 0 quiet to 1 full.
    pub energy: f32,
    /// Key.
    pub key: Key,
    /// Quarter notes a minute.
    pub tempo: f64,
}

/// Everything that is decided before a note is written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Style.
    pub style: &'static Style,
    /// Key.
    pub key: Key,
    /// Metre.
    pub metre: Metre,
    /// Quarter notes a minute of the first section.
    pub tempo: f64,
    /// The wish that it follows.
    pub wish: Wish,
    /// Instrument of the melody, where the prompt names one.
    pub lead: Option<Instrument>,
    /// Form.
    pub sections: Vec<Section>,
    /// Chords, one after the other, to the last bar; then the last chord.
    pub harmony: Vec<Harmony>,
    /// Length in seconds.
    pub seconds: f64,
    /// Seconds for which the last chord rings; 0 for a loop.
    pub tail: f64,
    /// Whether the end leads into the beginning.
    pub looped: bool,
    /// Times in seconds that get an accent and no new section.
    pub accents: Vec<f64>,
}

impl Plan {
    /// Bars before the last chord.
    pub fn bars(&self) -> usize {
        self.sections.last().map_or(0, |s| s.bar + s.bars)
    }

    /// The section that a bar belongs to.
    pub(crate) fn section_at(&self, beat: f64) -> &Section {
        let bar = (beat / self.metre.quarters() + 1e-6) as usize;
        let found = self.sections.iter().rev().find(|s| s.bar <= bar);
        found.unwrap_or(&self.sections[0])
    }

    /// The chord that sounds at a beat.
    pub(crate) fn chord_at(&self, beat: f64) -> &Harmony {
        let after = self.harmony.partition_point(|h| h.beat <= beat + 1e-6);
        &self.harmony[after.saturating_sub(1)]
    }

    /// Makes the plan of a brief. The same brief and seed give the same plan.
    ///
    /// # Errors
    /// [`AudioError::Music`]: an empty prompt, a length, tempo, key or style that cannot be.
    pub fn new(brief: &Brief, seed: Seed) -> Result<Self, AudioError> {
        check(brief)?;
        let wish = prompt::read(&brief.prompt);
        let style = style_of(brief, &wish)?;
        let mut dice = seed.derive("plan").derive(brief.prompt.trim());
        let given = match &brief.key {
            Some(key) => Some(Key::parse(key)?),
            None => wish.key,
        };
        let minor = given.map_or_else(|| prompt::wants_minor(&wish, style), |k| k.mode.is_minor());
        let changes = if minor { &style.minor_changes } else { &style.major_changes };
        let key = key_of(given, changes, &mut dice);
        let metre = match wish.metre {
            Some(metre) if style.metres.contains(&metre) => metre,
            _ => style.metres[0],
        };
        let lead = wish.instrument;
        let asked = brief.tempo.or(wish.tempo);
        let mut plan = Self {
            style,
            key,
            metre,
            tempo: asked.unwrap_or_else(|| tempo_of(style, &wish, &mut dice)),
            wish,
            lead,
            sections: Vec::new(),
            harmony: Vec::new(),
            seconds: brief.seconds,
            tail: 0.0,
            looped: brief.looped,
            accents: Vec::new(),
        };
        if brief.cuts.is_empty() {
            plan.lay_out(asked.is_some());
        } else {
            plan.lay_out_on_cuts(&brief.cuts);
        }
        plan.set_energies(&mut dice);
        plan.set_keys();
        plan.harmonise(changes, &mut dice);
        Ok(plan)
    }

    /// Seconds of a bar at the tempo.
    fn bar_seconds(&self) -> f64 {
        self.metre.quarters() * 60.0 / self.tempo
    }

    /// Chooses the number of bars, bends the tempo so that they fill the length, and divides them.
    fn lay_out(&mut self, keep_tempo: bool) {
        let bar = self.bar_seconds();
        let slowing = self.slowing();
        let bars;
        if self.looped {
            let n = (self.seconds / bar).round().max(1.0);
            // Whole phrases, unless the loop is short or its tempo is given.
            let n = if n >= 6.0 && !keep_tempo { (n / 4.0).round() * 4.0 } else { n };
            self.tempo = n * self.metre.quarters() * 60.0 / self.seconds;
            bars = n as usize;
        } else {
            let ring = (0.9 * bar).clamp(1.2, 3.2).min(0.45 * self.seconds);
            let room = (self.seconds - ring) / bar - slowing;
            let mut n = room.floor().max(0.0);
            if !keep_tempo {
                let whole = ((room / 4.0).round() * 4.0).max(4.0);
                let bent = self.tempo * (whole + slowing) / room.max(0.1);
                // Two bars more or less where four would bend the tempo too far.
                let pair = ((room / 2.0).round() * 2.0).max(1.0);
                n = if (0.86..1.16).contains(&(bent / self.tempo)) { whole } else { pair };
                let fitted = (n + slowing) * self.metre.quarters() * 60.0 / (self.seconds - ring);
                self.tempo =
                    if n > 0.0 { fitted.clamp(self.tempo * 0.8, self.tempo * 1.25) } else { self.tempo };
                n = n.min(((self.seconds - 0.4) / self.bar_seconds() - slowing).floor().max(0.0));
            }
            bars = n as usize;
            self.tail = self.seconds - (n + if n >= 2.0 { slowing } else { 0.0 }) * self.bar_seconds();
        }
        let mut at = 0;
        for (kind, bars) in form(bars, self.looped) {
            self.push_section(kind, at, bars, self.tempo);
            at += bars;
        }
        if self.sections.is_empty() {
            self.push_section(Kind::Outro, 0, 0, self.tempo);
        }
    }

    fn push_section(&mut self, kind: Kind, bar: usize, bars: usize, tempo: f64) {
        self.sections.push(Section { kind, bar, bars, energy: 0.5, key: self.key, tempo });
    }

    /// Extra bars' worth of time that slowing down at the end takes.
    pub(crate) fn slowing(&self) -> f64 {
        let short = self.sections.last().is_some_and(|s| s.bars < 2);
        if self.looped || short { 0.0 } else { ritard_bars(self.style.ritard) }
    }

    /// Sections from cut to cut, each at a tempo at which whole bars fill it; cuts that are too close
    /// to one another become accents.
    fn lay_out_on_cuts(&mut self, cuts: &[f64]) {
        let bar = self.bar_seconds();
        let ring = if self.looped { 0.0 } else { (0.9 * bar).clamp(1.2, 3.2).min(0.45 * self.seconds) };
        let end = self.seconds - ring;
        let mut sorted: Vec<f64> =
            cuts.iter().copied().filter(|c| *c > 0.2 && *c < self.seconds - 0.2).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup_by(|a, b| (*a - *b).abs() < 0.15);
        let mut bounds = vec![0.0];
        for cut in sorted {
            let from = bounds.last().copied().unwrap_or(0.0);
            let n = ((cut - from) / bar).round();
            let stretch = n * bar / (cut - from);
            let fits = n >= 2.0 && (0.84..1.19).contains(&stretch) && cut < end - 1.6 * bar;
            if fits { bounds.push(cut) } else { self.accents.push(cut) }
        }
        bounds.push(end.max(0.0));
        let pieces = bounds.len() - 1;
        let mut at = 0;
        for (i, pair) in bounds.windows(2).enumerate() {
            let last = i + 1 == pieces;
            let slowing = if last { self.slowing() } else { 0.0 };
            let length = pair[1] - pair[0];
            let bars = ((length / bar) - slowing).round().max(0.0);
            let slowing = if bars < 2.0 { 0.0 } else { slowing };
            let tempo = if bars > 0.0 {
                (bars + slowing) * self.metre.quarters() * 60.0 / length
            } else {
                self.tempo
            };
            let kind = match (i, last) {
                (0, false) if bars <= 4.0 => Kind::Intro,
                (0, _) => Kind::A,
                (_, true) if pieces > 2 => Kind::Outro,
                _ => [Kind::A, Kind::B, Kind::A, Kind::C, Kind::B][i % 5],
            };
            self.push_section(kind, at, bars as usize, tempo);
            at += bars as usize;
        }
        self.tempo = self.sections.first().map_or(self.tempo, |s| s.tempo);
        self.tail = if self.looped { 0.0 } else { ring };
        if at == 0 {
            self.tail = self.seconds;
        }
    }

    /// The curve of energy over the form.
    fn set_energies(&mut self, dice: &mut Seed) {
        let mood = 0.16 * self.wish.energy;
        let mut seen = [0usize; 5];
        let total = self.sections.len();
        for (i, section) in self.sections.iter_mut().enumerate() {
            let again = seen[section.kind as usize];
            seen[section.kind as usize] += 1;
            let base = match section.kind {
                Kind::Intro => 0.28,
                Kind::A => 0.46 + 0.12 * again.min(2) as f32,
                Kind::B => 0.72 + 0.12 * again.min(2) as f32,
                Kind::C => 0.5,
                Kind::Outro => 0.36,
            };
            // A piece of one section should not sound like a beginning only.
            let alone = if total <= 2 { 0.14 } else { 0.0 };
            let late = 0.06 * i as f32 / total.max(1) as f32;
            section.energy = (base + mood + alone + late + dice.range(-0.03, 0.03)).clamp(0.12, 1.0);
        }
    }

    /// Modulations: the bridge, and the last return of a long form.
    fn set_keys(&mut self) {
        let (bridge, last) = self.style.moves;
        let final_b = self.sections.iter().rposition(|s| s.kind == Kind::B);
        let long = self.bars() >= 40 && !self.looped;
        let n = self.sections.len();
        for i in 0..n {
            let risen = long && last != 0 && final_b.is_some_and(|b| b >= 3 && i >= b);
            let moved = if risen {
                last
            } else if self.sections[i].kind == Kind::C {
                bridge
            } else {
                0
            };
            self.sections[i].key = self.key.moved(moved);
        }
    }

    fn harmonise(&mut self, changes: &Changes, dice: &mut Seed) {
        let mut pick = |all: &'static [&'static str]| all[(dice.next_u64() % all.len() as u64) as usize];
        let (intro, a, b, c) = (pick(changes.intro), pick(changes.a), pick(changes.b), pick(changes.c));
        let cadence = pick(changes.cadence);
        let quarters = self.metre.quarters();
        let total = self.bars();
        let mut harmony = Vec::new();
        for (i, section) in self.sections.iter().enumerate() {
            let text = match section.kind {
                Kind::Intro => intro,
                Kind::A | Kind::Outro => a,
                Kind::B => b,
                Kind::C => c,
            };
            let bars: Vec<&str> = text.split('|').map(str::trim).collect();
            let closing: Vec<&str> = cadence.split('|').map(str::trim).collect();
            let last_section = i + 1 == self.sections.len();
            for bar in 0..section.bars {
                let at = section.bar + bar;
                let mut symbols = bars[bar % bars.len()];
                let from_end = section.bars - 1 - bar;
                if last_section && !self.looped && section.bars >= 2 && from_end < 2 {
                    symbols = closing[1 - from_end.min(1)];
                } else if from_end == 0 && section.bars % bars.len() != 0 || (self.looped && at + 1 == total)
                {
                    symbols = changes.turn;
                }
                push_bar(&mut harmony, symbols, section.key, at as f64 * quarters, quarters);
            }
        }
        let key = self.sections.last().map_or(self.key, |s| s.key);
        if !self.looped {
            push_bar(&mut harmony, changes.last, key, total as f64 * quarters, 4.0 * quarters);
        }
        self.harmony = harmony;
    }
}

/// Time that the last two bars take beyond two bars when the tempo falls by `share` towards the end.
fn ritard_bars(share: f64) -> f64 {
    // Each quarter of the two bars is slower than the one before.
    (0..8).map(|i| 0.25 * (1.0 / (1.0 - share * f64::from(i + 1) / 8.0) - 1.0)).sum()
}

/// Tempo factors of the eighths of the last two bars.
pub(crate) fn ritard(share: f64) -> [f64; 8] {
    std::array::from_fn(|i| 1.0 - share * (i + 1) as f64 / 8.0)
}

fn push_bar(harmony: &mut Vec<Harmony>, symbols: &str, key: Key, beat: f64, quarters: f64) {
    let all: Vec<Chord> = symbols.split_whitespace().filter_map(|s| Chord::parse(s, key)).collect();
    // Two chords in three quarters: the second has the last.
    let lengths: Vec<f64> = match all.len() {
        2 if quarters == 3.0 => vec![2.0, 1.0],
        n => vec![quarters / n.max(1) as f64; n],
    };
    let mut at = beat;
    for (chord, beats) in all.into_iter().zip(lengths) {
        harmony.push(Harmony { beat: at, beats, chord, key });
        at += beats;
    }
}

/// Sections for a number of bars.
fn form(bars: usize, looped: bool) -> Vec<(Kind, usize)> {
    use Kind::{A, B, C, Intro, Outro};
    let mut out = match bars {
        0 => return Vec::new(),
        1..=8 => return vec![(A, bars)],
        9..=12 if looped => return vec![(A, 8), (B, bars - 8)],
        9..=12 => vec![(Intro, bars - 8), (A, 8)],
        13..=16 => vec![(A, 8), (B, bars - 8)],
        17..=23 if looped => vec![(A, 8), (B, 8), (A, bars - 16)],
        17..=21 => vec![(Intro, bars - 16), (A, 8), (B, 8)],
        22..=23 => vec![(Intro, 4), (A, 8), (B, 8), (Outro, bars - 20)],
        _ => Vec::new(),
    };
    if !out.is_empty() {
        return out;
    }
    // Longer: themes in turn between an intro and an outro.
    if !looped {
        out.push((Intro, 4));
    }
    let ends = if looped { 0 } else { 8 };
    let mut left = bars - ends;
    for kind in [A, B, A, C, B, A, B, C].iter().cycle() {
        if left < 8 {
            break;
        }
        out.push((*kind, 8));
        left -= 8;
    }
    let rest = left;
    if looped {
        if rest > 0 {
            out.push((A, rest));
        }
    } else {
        out.push((Outro, 4 + rest));
    }
    out
}

fn check(brief: &Brief) -> Result<(), AudioError> {
    let bad = |problem: String, hint: &str| Err(AudioError::Music { problem, hint: hint.to_owned() });
    let length = brief.prompt.chars().count();
    if brief.prompt.trim().is_empty() {
        return bad(
            "the prompt is empty".into(),
            "say what the music should be, e.g. \"calm piano for a rainy evening\"",
        );
    }
    if length > PROMPT {
        return bad(
            format!("the prompt has {length} characters; at most {PROMPT} are read"),
            "say it shorter",
        );
    }
    if !(SECONDS.0..=SECONDS.1).contains(&brief.seconds) {
        return bad(
            format!("{} seconds is not a length that can be composed", brief.seconds),
            "give 2 to 600 seconds",
        );
    }
    if let Some(tempo) = brief.tempo.filter(|t| !(TEMPI.0..=TEMPI.1).contains(t)) {
        return bad(format!("a tempo of {tempo} cannot be played"), "give 30 to 260 quarter notes a minute");
    }
    if brief.cuts.len() > CUTS || brief.cuts.iter().any(|c| !c.is_finite()) {
        return bad("the cuts cannot be used".into(), "give at most 400 times in seconds");
    }
    Ok(())
}

fn style_of(brief: &Brief, wish: &Wish) -> Result<&'static Style, AudioError> {
    let names = || styles::ALL.iter().map(|s| s.id).collect::<Vec<_>>().join(", ");
    if let Some(name) = &brief.style {
        return prompt::style_named(name).ok_or_else(|| AudioError::Music {
            problem: format!(
                "there is no style of music called \"{}\"",
                name.chars().take(40).collect::<String>()
            ),
            hint: format!("use one of {}", names()),
        });
    }
    let id = wish.style.unwrap_or_else(|| prompt::fallback(wish));
    Ok(styles::ALL.iter().copied().find(|s| s.id == id).unwrap_or(styles::ALL[0]))
}

fn key_of(given: Option<Key>, changes: &Changes, dice: &mut Seed) -> Key {
    // Tonics that lie well for most instruments.
    const TONICS: [u8; 9] = [0, 2, 3, 4, 5, 7, 8, 9, 10];
    let mode = prompt::mode_of(changes.modes, dice.next_f32());
    let tonic = TONICS[(dice.next_u64() % TONICS.len() as u64) as usize];
    match given {
        // A plain major or minor key becomes the style's own kind of it; other modes stay.
        Some(key) if matches!(key.mode, super::theory::Mode::Major | super::theory::Mode::Minor) => {
            let plain = changes.modes.iter().copied().find(|m| *m == key.mode || m.is_pentatonic());
            Key { tonic: key.tonic, mode: plain.unwrap_or(key.mode) }
        }
        Some(key) if changes.modes[0].is_pentatonic() == key.mode.is_pentatonic() => key,
        Some(key) => Key { tonic: key.tonic, mode },
        None => Key { tonic, mode },
    }
}

fn tempo_of(style: &Style, wish: &Wish, dice: &mut Seed) -> f64 {
    let (slow, usual, fast) = style.tempo;
    let lean = (f64::from(wish.pace) + 0.45 * f64::from(wish.energy) + f64::from(dice.range(-0.15, 0.15)))
        .clamp(-1.0, 1.0);
    if lean < 0.0 { usual + (usual - slow) * lean } else { usual + (fast - usual) * lean }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(prompt: &str, seconds: f64) -> Plan {
        Plan::new(&Brief::new(prompt, seconds), Seed(3)).expect("a plan")
    }

    #[test]
    fn every_progression_of_every_style_can_be_read() {
        for style in styles::ALL {
            for (changes, minor) in [(&style.major_changes, false), (&style.minor_changes, true)] {
                let mode = changes.modes[0];
                assert_eq!(mode.is_minor(), minor, "{}", style.id);
                let key = Key { tonic: 0, mode };
                let ends = [changes.last, changes.turn];
                let all = [changes.intro, changes.a, changes.b, changes.c, changes.cadence, &ends];
                for text in all.iter().flat_map(|list| list.iter()) {
                    for symbol in text.split(['|', ' ']).filter(|s| !s.is_empty()) {
                        assert!(Chord::parse(symbol, key).is_some(), "{}: {symbol}", style.id);
                    }
                }
                for text in [changes.a, changes.b, changes.c].iter().flat_map(|l| l.iter()) {
                    assert_eq!(text.split('|').count(), 8, "{}: {text}", style.id);
                }
                assert!(changes.cadence.iter().all(|c| c.split('|').count() == 2), "{}", style.id);
            }
        }
    }

    #[test]
    fn forms_cover_every_number_of_bars() {
        for bars in 0..400 {
            for looped in [false, true] {
                assert_eq!(form(bars, looped).iter().map(|(_, n)| n).sum::<usize>(), bars);
            }
        }
    }

    #[test]
    fn lengths_and_tempi_fit() {
        for style in styles::ALL {
            for seconds in [2.0, 3.7, 8.0, 15.0, 30.0, 60.0, 95.5, 600.0] {
                for looped in [false, true] {
                    let mut brief = Brief::new(style.title, seconds);
                    brief.style = Some(style.id.into());
                    brief.looped = looped;
                    let plan = Plan::new(&brief, Seed(1)).expect("a plan");
                    let extra = if plan.bars() >= 2 { plan.slowing() } else { 0.0 };
                    let whole = (plan.bars() as f64 + extra) * plan.bar_seconds() + plan.tail;
                    assert!((whole - seconds).abs() < 1e-6, "{} {seconds}: {whole}", style.id);
                    assert!(looped || plan.tail > 0.35, "{} {seconds}: {}", style.id, plan.tail);
                    if seconds >= 15.0 && !looped {
                        let (slow, _, fast) = style.tempo;
                        assert!(
                            (slow * 0.85..fast * 1.18).contains(&plan.tempo),
                            "{} {}",
                            style.id,
                            plan.tempo
                        );
                        assert!(plan.tail < 7.5, "{} {seconds}: {}", style.id, plan.tail);
                    }
                }
            }
        }
    }

    #[test]
    fn a_given_tempo_and_key_are_kept() {
        let mut brief = Brief::new("calm piano for a rainy evening", 60.0);
        (brief.tempo, brief.key) = (Some(72.0), Some("Am".into()));
        let plan = Plan::new(&brief, Seed(9)).expect("a plan");
        assert_eq!((plan.tempo, plan.key.to_string().as_str()), (72.0, "A minor"));
    }

    #[test]
    fn sections_land_on_cuts() {
        let mut brief = Brief::new("epic orchestral", 60.0);
        brief.cuts = vec![11.3, 12.0, 25.8, 41.0, 47.5];
        let plan = Plan::new(&brief, Seed(2)).expect("a plan");
        let mut at = 0.0;
        let mut starts = Vec::new();
        for section in &plan.sections {
            starts.push(at);
            at += section.bars as f64 * plan.metre.quarters() * 60.0 / section.tempo;
        }
        for cut in &brief.cuts {
            let section = starts.iter().any(|s: &f64| (s - cut).abs() < 1e-6);
            assert!(section || plan.accents.contains(cut), "{cut}: {starts:?} {:?}", plan.accents);
        }
        assert!(starts.len() >= 4, "{starts:?}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for seconds in [0.0, -3.0, f64::NAN, f64::INFINITY, 601.0] {
            assert!(Plan::new(&Brief::new("x", seconds), Seed(0)).is_err(), "{seconds}");
        }
        assert!(Plan::new(&Brief::new("  ", 10.0), Seed(0)).is_err());
        assert!(Plan::new(&Brief::new(&"雨".repeat(5000), 10.0), Seed(0)).is_err());
        for (style, key, tempo) in
            [(Some("polka"), None, None), (None, Some("H"), None), (None, None, Some(f64::NAN))]
        {
            let mut brief = Brief::new("x", 10.0);
            brief.style = style.map(str::to_owned);
            brief.key = key.map(str::to_owned);
            brief.tempo = tempo;
            assert!(Plan::new(&brief, Seed(0)).is_err());
        }
        assert_eq!(plan("something without any known word", 20.0).style.id, "piano");
    }
}
