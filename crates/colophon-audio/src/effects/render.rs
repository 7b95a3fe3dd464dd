//! Renders a scene: takes of every layer, placed in time and space, mixed and mastered.
//!
//! What goes on is made in stretches of half a minute that cross over, so that memory stays bounded
//! and a request can be stopped; what happens is made event by event.

use colophon_types::{Cancel, Event, Progress, Seed, Stage, Stereo};

use super::dsp::{Dice, Signal};
use super::master;
use super::place::{Pair, gain_for, spatial};
use super::registry::Nature;
use super::scene::{Layer, Scene};
use super::take::Take;
use crate::AudioError;

/// Longest scene, in seconds.
pub const LONGEST: f64 = 600.0;
/// Shortest scene, in seconds.
pub const SHORTEST: f64 = 0.1;
/// Sample rates that scenes can be made at, in hertz.
pub const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;
/// Length of one stretch of a continuous sound, in seconds.
const STRETCH: f32 = 30.0;
/// Longest crossing of two stretches, in seconds.
const CROSSING: f32 = 1.5;
/// Length of a scene of which nothing was said, in seconds.
const USUAL: f32 = 10.0;
/// Length of a step that has no length of its own, in seconds.
const STEP: f32 = 4.0;
/// Length of something that goes past, in seconds.
const PASSAGE: f32 = 7.0;

/// What is asked of the renderer.
#[derive(Clone, Copy, Debug)]
pub struct Render {
    /// Length in seconds; `None` for as long as the events last, or ten seconds.
    pub seconds: Option<f64>,
    /// Samples a second.
    pub rate: u32,
    /// What is random.
    pub seed: Seed,
    /// Whether the end goes on seamlessly at the beginning.
    pub round: bool,
}

/// Renders a scene. The same request gives the same samples.
///
/// # Errors
/// [`AudioError::Sound`] for a length or rate out of range or a scene with nothing in it;
/// [`AudioError::Cancelled`].
pub fn render(
    scene: &Scene,
    request: &Render,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Stereo, AudioError> {
    check(scene, request)?;
    let mut desk = Desk::new(scene, request, progress, cancel);
    let times = desk.timetable()?;
    desk.mix.resize(times.total, request.rate);
    for (index, layer) in scene.layers.iter().enumerate() {
        let (start, end) = times.spans[index];
        if layer.is_event() {
            desk.events(index, layer, start, end, &times)?;
        } else {
            desk.goes_on(index, layer, start, end)?;
        }
        desk.tell(index + 1);
    }
    Ok(desk.finish(&times))
}

fn check(scene: &Scene, request: &Render) -> Result<(), AudioError> {
    let problem = |problem: String| Err(AudioError::Sound { problem });
    if scene.layers.is_empty() {
        return problem("there is nothing in the scene".into());
    }
    if !RATES.contains(&request.rate) {
        return problem(format!("its rate would be {} Hz; 8000 to 96000 Hz can be made", request.rate));
    }
    match request.seconds {
        Some(s) if !(SHORTEST..=LONGEST).contains(&s) => {
            problem(format!("it would last {s} seconds; {SHORTEST} to {LONGEST} seconds can be made"))
        }
        _ => Ok(()),
    }
}

/// When each layer is heard, in seconds.
struct Times {
    total: f32,
    /// Start and end of each layer.
    spans: Vec<(f32, f32)>,
    /// Whether something goes on under the events.
    ground: bool,
}

/// The mix so far; grows where something rings beyond the end.
#[derive(Default)]
struct Mix {
    pair: Pair,
}

impl Mix {
    fn resize(&mut self, seconds: f32, rate: u32) {
        let rate = rate as f32;
        self.pair = Pair { left: Signal::silence(rate, seconds), right: Signal::silence(rate, seconds) };
    }

    fn put(&mut self, at: f32, other: &Pair) {
        self.pair.left.put(at, &other.left, 1.0);
        self.pair.right.put(at, &other.right, 1.0);
    }
}

struct Desk<'a> {
    scene: &'a Scene,
    request: &'a Render,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    mix: Mix,
    /// The first event of each layer, made for its length and used once.
    first: Vec<Option<Pair>>,
}

impl<'a> Desk<'a> {
    fn new(scene: &'a Scene, request: &'a Render, progress: &'a dyn Progress, cancel: &'a Cancel) -> Self {
        let first = scene.layers.iter().map(|_| None).collect();
        Self { scene, request, progress, cancel, mix: Mix::default(), first }
    }

    fn rate(&self) -> f32 {
        self.request.rate as f32
    }

    fn tell(&self, done: usize) {
        let (done, total) = (done as u64, self.scene.layers.len() as u64);
        self.progress.event(Event::Progress { stage: Stage::Play, done, total, what: None });
    }

    fn dice(&self, index: usize) -> Dice {
        Dice(self.request.seed.derive(&format!("{} {index}", self.scene.layers[index].sound.id)))
    }

    /// Takes of a layer: one, or two that differ where it is wide and may be in two places.
    fn takes(
        &self,
        index: usize,
        part: &str,
        seconds: f32,
        cycle: Option<f32>,
        started: bool,
    ) -> Vec<Signal> {
        let layer = &self.scene.layers[index];
        let wide = layer.sound.width > 0.3 && !layer.passing && layer.distance < 4.0 && !layer.is_event();
        let names: &[&str] = if wide { &["left", "right"] } else { &["middle"] };
        names
            .iter()
            .map(|name| {
                let take = Take {
                    rate: self.rate(),
                    seconds,
                    cycle,
                    started,
                    intensity: layer.intensity.clamp(0.0, 1.0),
                    pitch: layer.pitch.clamp(0.25, 4.0),
                    pace: layer.pace.clamp(0.2, 5.0),
                    count: layer.count,
                    distance: layer.metres(),
                    dice: self.dice(index).part(part).part(name),
                };
                (layer.sound.synth)(&take)
            })
            .collect()
    }

    /// The direction of a layer: as it was said, or one of its own that keeps clear of the others.
    fn direction(&self, index: usize) -> f32 {
        let layer = &self.scene.layers[index];
        if let Some(direction) = layer.direction {
            return direction;
        }
        if layer.sound.width > 0.7 || self.scene.layers.len() == 1 {
            return 0.0;
        }
        let mut dice = self.dice(index).part("direction");
        let side = if index.is_multiple_of(2) { -1.0 } else { 1.0 };
        side * dice.range(0.1, 0.6)
    }

    /// Plays one event: its take at its level, in its place.
    fn event(&self, index: usize, which: usize) -> Pair {
        let layer = &self.scene.layers[index];
        let part = format!("event {which}");
        let length = if layer.sound.goes_on() { PASSAGE / layer.pace.clamp(0.4, 2.5) } else { USUAL };
        let takes = self.takes(index, &part, length, None, false);
        let mut dice = self.dice(index).part(&part).part("place");
        let (level, turn) =
            if which == 0 { (1.0, 0.0) } else { (dice.range(0.72, 1.0), dice.range(-0.25, 0.25)) };
        let gain = takes.first().map_or(0.0, |t| gain_for(layer, t)) * level;
        let takes: Vec<Signal> = takes.into_iter().map(|t| t.gain(gain).fade(0.002, 0.01)).collect();
        let spread = if layer.direction.is_some() { 0.3 } else { 1.0 };
        spatial(layer, self.scene.room, &takes, self.direction(index) + spread * turn)
    }

    /// When the layers are heard: steps follow one another; the ground of a step stays for the others.
    fn timetable(&mut self) -> Result<Times, AudioError> {
        let scene = self.scene;
        let layers = &scene.layers;
        let stages = self.scene.stages();
        let mut own = vec![0f32; stages];
        let mut flexible = vec![false; stages];
        for (index, layer) in layers.iter().enumerate() {
            self.cancel.check()?;
            if layer.is_event() {
                let one = self.event(index, 0);
                let length = one.left.seconds();
                self.first[index] = Some(one);
                own[layer.stage] = own[layer.stage].max(length);
            } else {
                flexible[layer.stage] = true;
            }
        }
        let ground = flexible.iter().any(|f| *f);
        let asked = self.request.seconds.map(|s| s as f32);
        let total = asked.unwrap_or_else(|| match stages {
            1 if ground => USUAL.max(own[0]),
            _ => own.iter().zip(&flexible).map(|(o, f)| if *f { STEP.max(*o) } else { *o + 0.15 }).sum(),
        });
        let total = total.min(LONGEST as f32);
        let starts = stage_starts(&own, &flexible, total);
        let spans = layers
            .iter()
            .map(|layer| {
                let start = starts[layer.stage];
                let end = match layer.sound.nature {
                    Nature::Ground => total,
                    _ => starts.get(layer.stage + 1).copied().unwrap_or(total),
                };
                (start, end.max(start))
            })
            .collect();
        Ok(Times { total, spans, ground })
    }

    /// Lays the events of a layer between two times.
    fn events(
        &mut self,
        index: usize,
        layer: &Layer,
        start: f32,
        end: f32,
        times: &Times,
    ) -> Result<(), AudioError> {
        let mut dice = self.dice(index).part("times");
        let several = match layer.sound.nature {
            Nature::Event(low, high) if !layer.once && !layer.passing => Some((low, high)),
            _ => None,
        };
        let steps = self.scene.stages() > 1;
        // Alone it begins at once; over a ground a little later.
        let lead = if steps {
            0.05
        } else if times.ground {
            dice.range(0.06, 0.2) * (end - start).min(15.0)
        } else {
            0.0
        };
        let stagger = if steps { 0.12 * self.before(index) as f32 } else { 0.25 * self.before(index) as f32 };
        let mut at = start + lead + stagger;
        let asked = self.request.seconds.is_some() || times.ground;
        let mut which = 0;
        while at < end || which == 0 {
            self.cancel.check()?;
            let made = self.first[index].take().filter(|_| which == 0);
            let one = made.unwrap_or_else(|| self.event(index, which));
            let length = one.left.seconds();
            if which > 0 && at + 0.6 * length > end && !self.request.round {
                break;
            }
            let latest = if self.request.round { at } else { (times.total - length).max(0.0) };
            self.mix.put(if which == 0 { at.min(latest) } else { at }, &one);
            let Some((low, high)) = several.filter(|_| asked) else { break };
            at += length.min(3.0) + dice.range(low, high) / layer.pace.clamp(0.3, 3.0);
            which += 1;
        }
        Ok(())
    }

    /// How many events of the same step come before this one in the scene.
    fn before(&self, index: usize) -> usize {
        let stage = self.scene.layers[index].stage;
        self.scene.layers[..index].iter().filter(|l| l.is_event() && l.stage == stage).count()
    }

    /// Lays a layer that goes on between two times, in stretches that cross over.
    fn goes_on(&mut self, index: usize, layer: &Layer, start: f32, end: f32) -> Result<(), AudioError> {
        let length = end - start;
        let rhythm = layer.sound.nature == Nature::Rhythm;
        let whole =
            start <= 0.0 && end >= self.request.seconds.map_or(end, |s| s as f32) && self.request.round;
        let parts = (length / STRETCH).ceil().max(1.0) as usize;
        let stretch = length / parts as f32;
        let crossing = CROSSING.min(0.25 * stretch);
        let direction = self.direction(index);
        let mut gain = None;
        for part in 0..parts {
            self.cancel.check()?;
            let last = part + 1 == parts;
            let joined = whole || !last;
            // A rhythm begins its beats within the stretch and rings on; the others reach into the next.
            let seconds = if rhythm || !joined { stretch } else { stretch + crossing };
            let cycle = joined.then_some(stretch);
            let takes = self.takes(index, &format!("stretch {part}"), seconds, cycle, part > 0);
            let gain = *gain.get_or_insert_with(|| takes.first().map_or(0.0, |t| gain_for(layer, t)));
            let (rise, fall) = match (rhythm, part == 0 && !whole, joined) {
                (true, ..) => (0.0, 0.0),
                (false, first, joined) => {
                    let soft = if start > 0.0 { 0.4f32.min(0.3 * stretch) } else { 0.0 };
                    (if first { soft } else { crossing }, if joined { crossing } else { 0.0 })
                }
            };
            let takes: Vec<Signal> = takes
                .into_iter()
                .map(|take| {
                    let take = if rhythm { take } else { take.lasting(seconds) };
                    cross(take.gain(gain), rise, fall)
                })
                .collect();
            let mut pair = spatial(layer, self.scene.room, &takes, direction);
            // What ends before the scene does is faded, not cut.
            if !joined && end < self.mix.pair.left.seconds() - 0.01 && !rhythm {
                let tail = 0.5f32.min(0.3 * stretch);
                pair = Pair { left: pair.left.fade(0.0, tail), right: pair.right.fade(0.0, tail) };
            }
            self.mix.put(start + part as f32 * stretch, &pair);
        }
        Ok(())
    }

    /// The mix, cut or wound round to its length, and mastered.
    fn finish(self, times: &Times) -> Stereo {
        let rate = self.request.rate;
        let count = (f64::from(times.total) * f64::from(rate)).round() as usize;
        let count = self.request.seconds.map_or(count, |s| (s * f64::from(rate)).round() as usize);
        let round = self.request.round;
        let (rise, fall) = if round {
            (0.0, 0.0)
        } else {
            (
                if times.ground { 0.02 } else { 0.001 },
                (if times.ground { 0.6f32 } else { 0.08 }).min(0.25 * times.total),
            )
        };
        let cut = |mut signal: Signal| -> Vec<f32> {
            if round && count > 0 {
                for i in count..signal.x.len() {
                    signal.x[i % count] += signal.x[i];
                }
            }
            signal.x.resize(count, 0.0);
            signal.fade(rise, fall).x
        };
        let Pair { left, right } = self.mix.pair;
        let mut sound = Stereo { rate, left: cut(left), right: cut(right) };
        master::master(&mut sound, round);
        sound
    }
}

/// Start of each step. Steps of events take the time of their events; the others share what is left.
fn stage_starts(own: &[f32], flexible: &[bool], total: f32) -> Vec<f32> {
    if own.len() < 2 {
        return vec![0.0; own.len()];
    }
    let fixed: f32 = own.iter().zip(flexible).filter(|(_, f)| !**f).map(|(o, _)| o + 0.15).sum();
    let free = flexible.iter().filter(|f| **f).count();
    let share =
        if free > 0 { ((total - fixed) / free as f32).max(0.15 * total / own.len() as f32) } else { 0.0 };
    let mut at = 0.0;
    let mut starts: Vec<f32> = own
        .iter()
        .zip(flexible)
        .map(|(o, f)| {
            let start = at;
            at += if *f { share } else { o + 0.15 };
            start
        })
        .collect();
    if at > total * 1.001 {
        // Too much for the time: the steps move together.
        let factor = total / at;
        starts.iter_mut().for_each(|s| *s *= factor);
    }
    starts
}

/// Fades along a quarter sine, so that two crossing stretches keep their power.
fn cross(mut signal: Signal, rise: f32, fall: f32) -> Signal {
    let n = signal.x.len();
    let quarter =
        |i: usize, count: usize| ((i as f32 + 0.5) / count as f32 * std::f32::consts::FRAC_PI_2).sin();
    let (up, down) = (((rise * signal.rate) as usize).min(n), ((fall * signal.rate) as usize).min(n));
    for i in 0..up {
        signal.x[i] *= quarter(i, up);
    }
    for i in 0..down {
        signal.x[n - 1 - i] *= quarter(i, down);
    }
    signal
}
