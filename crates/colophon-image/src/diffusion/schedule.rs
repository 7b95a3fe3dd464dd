//! Schedulers: at which times a network looks at a picture that is being made, and how its answer
//! moves the picture on.
//!
//! At each point of a schedule a latent is `alpha · picture + sigma · noise`. What the methods differ in
//! is where the points lie and how they go from one to the next. Points and steps are those of the
//! `diffusers` library.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Times at which networks of this kind were trained.
const TRAINED: usize = 1000;
/// How fast the steps of Karras et al. (2022) become finer.
const RHO: f64 = 7.0;
/// Times out of which a consistency network's steps are chosen.
const CONSISTENT: usize = 50;

/// A scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Song et al. 2020, without noise.
    Ddim,
    /// Karras et al. 2022, algorithm 2 without churn.
    Euler,
    /// Euler's with fresh noise in each step.
    EulerAncestral,
    /// DPM-Solver++ of the second order over several steps, with Karras's points (Lu et al. 2022).
    #[serde(rename = "dpm++2m-karras")]
    DpmKarras,
    /// Latent consistency (Luo et al. 2023): few steps, for networks that were distilled so.
    Lcm,
    /// Euler's along a straight flow (Lipman et al. 2023), for SD 3, FLUX and Z-Image.
    FlowEuler,
}

impl Method {
    /// All, by name.
    pub const NAMED: [(&'static str, Self); 6] = [
        ("ddim", Self::Ddim),
        ("euler", Self::Euler),
        ("euler-ancestral", Self::EulerAncestral),
        ("dpm++2m-karras", Self::DpmKarras),
        ("lcm", Self::Lcm),
        ("flow-euler", Self::FlowEuler),
    ];

    /// The method of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, method)| *method)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMED.iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}

/// What a network answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prediction {
    Noise,
    Velocity,
    Flow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spacing {
    Leading,
    Trailing,
    Linspace,
}

/// How a checkpoint was trained, after `scheduler_config.json`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Training {
    pub(crate) prediction: Prediction,
    pub(crate) betas: (f64, f64),
    pub(crate) scaled: bool,
    pub(crate) spacing: Spacing,
    pub(crate) offset: usize,
    pub(crate) clean_end: bool,
    /// How far the points of a flow are moved towards noise.
    pub(crate) shift: f64,
    /// Whether the shift depends on the size of the picture (FLUX dev).
    pub(crate) dynamic: bool,
    /// Whether the points are told from pure noise on and then moved, whatever the shift (Z-Image).
    pub(crate) from_one: bool,
}

impl Training {
    /// As Stable Diffusion was trained.
    pub(crate) fn diffusion() -> Self {
        Self {
            prediction: Prediction::Noise,
            betas: (0.000_85, 0.012),
            scaled: true,
            spacing: Spacing::Leading,
            offset: 1,
            clean_end: false,
            shift: 1.0,
            dynamic: false,
            from_one: false,
        }
    }

    /// As the networks of straight flows were.
    pub(crate) fn flow(shift: f64, dynamic: bool) -> Self {
        Self { prediction: Prediction::Flow, shift, dynamic, ..Self::diffusion() }
    }

    pub(crate) fn of(json: &Value) -> Self {
        let real = |key: &str| json[key].as_f64();
        if json["_class_name"].as_str().is_some_and(|name| name.starts_with("FlowMatch")) {
            return Self::flow(real("shift").unwrap_or(1.0), json["use_dynamic_shifting"] == true);
        }
        let usual = Self::diffusion();
        Self {
            prediction: match json["prediction_type"].as_str() {
                Some("v_prediction") => Prediction::Velocity,
                _ => Prediction::Noise,
            },
            betas: (real("beta_start").unwrap_or(usual.betas.0), real("beta_end").unwrap_or(usual.betas.1)),
            scaled: json["beta_schedule"].as_str() != Some("linear"),
            spacing: match json["timestep_spacing"].as_str() {
                Some("trailing") => Spacing::Trailing,
                Some("linspace") => Spacing::Linspace,
                _ => Spacing::Leading,
            },
            offset: json["steps_offset"].as_u64().unwrap_or(0) as usize,
            clean_end: json["set_alpha_to_one"].as_bool().unwrap_or(false),
            ..usual
        }
    }

    /// How much of a picture is left at each time, squared.
    fn kept(&self) -> Vec<f64> {
        let (from, to) = if self.scaled { (self.betas.0.sqrt(), self.betas.1.sqrt()) } else { self.betas };
        let mut kept = 1.0;
        (0..TRAINED)
            .map(|i| {
                let beta = from + (to - from) * i as f64 / (TRAINED - 1) as f64;
                kept *= 1.0 - if self.scaled { beta * beta } else { beta };
                kept
            })
            .collect()
    }

    /// Times for `steps` steps, the latest first.
    fn times(&self, steps: usize) -> Vec<f64> {
        match self.spacing {
            Spacing::Leading => {
                let ratio = TRAINED / steps;
                (0..steps).rev().map(|i| (i * ratio + self.offset).min(TRAINED - 1) as f64).collect()
            }
            Spacing::Trailing => {
                let ratio = TRAINED as f64 / steps as f64;
                (0..steps).map(|i| (TRAINED as f64 - i as f64 * ratio).round_ties_even() - 1.0).collect()
            }
            Spacing::Linspace => {
                let last = (TRAINED - 1) as f64;
                (0..steps).rev().map(|i| last * i as f64 / (steps - 1).max(1) as f64).collect()
            }
        }
    }
}

/// Where a schedule stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// What the network is told.
    pub(crate) time: f64,
    pub(crate) alpha: f64,
    pub(crate) sigma: f64,
}

impl Point {
    const CLEAN: Self = Self { time: 0.0, alpha: 1.0, sigma: 0.0 };

    fn at(time: f64, kept: f64) -> Self {
        Self { time, alpha: kept.sqrt(), sigma: (1.0 - kept).sqrt() }
    }
}

/// The steps of one picture.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    method: Method,
    prediction: Prediction,
    points: Vec<Point>,
    /// Where each step leads.
    next: Vec<Point>,
    /// What the first noise is multiplied with.
    first: f64,
    /// The picture that the network saw in the step before.
    before: Option<Vec<f32>>,
}

impl Schedule {
    /// A schedule of `steps` steps (1…1000) for a picture of `patches` patches of two by two numbers.
    pub(crate) fn new(method: Method, training: &Training, steps: usize, patches: usize) -> Self {
        let steps = steps.clamp(1, TRAINED);
        let kept = training.kept();
        let at = |time: f64| {
            // Times between two that were trained have the noise between theirs.
            let (low, part) = ((time.floor() as usize).min(TRAINED - 1), time.fract());
            let spread = |i: usize| ((1.0 - kept[i]) / kept[i]).sqrt();
            spread(low) + part * (spread((low + 1).min(TRAINED - 1)) - spread(low))
        };
        let followed = |points: &[Point], last: Point| -> Vec<Point> {
            points.iter().skip(1).copied().chain([last]).collect()
        };
        let mut first = 1.0;
        let (points, next) = match method {
            Method::Ddim => {
                let times = training.times(steps);
                let ratio = TRAINED / steps;
                let last = if training.clean_end { Point::CLEAN } else { Point::at(0.0, kept[0]) };
                let whole = |time: f64| (time.round_ties_even() as usize).min(TRAINED - 1);
                let points: Vec<Point> =
                    times.iter().map(|t| Point::at(whole(*t) as f64, kept[whole(*t)])).collect();
                let next = times
                    .iter()
                    .map(|t| whole(*t).checked_sub(ratio).map_or(last, |t| Point::at(t as f64, kept[t])))
                    .collect();
                (points, next)
            }
            Method::Euler | Method::EulerAncestral => {
                let points: Vec<Point> = training
                    .times(steps)
                    .into_iter()
                    .map(|time| Point { time, alpha: 1.0, sigma: at(time) })
                    .collect();
                let largest = points.first().map_or(1.0, |p| p.sigma);
                first = match training.spacing {
                    Spacing::Leading => largest.hypot(1.0),
                    Spacing::Trailing | Spacing::Linspace => largest,
                };
                let next = followed(&points, Point::CLEAN);
                (points, next)
            }
            Method::DpmKarras => {
                let (low, high) = (at(0.0).powf(1.0 / RHO), at((TRAINED - 1) as f64).powf(1.0 / RHO));
                let points: Vec<Point> = (0..steps)
                    .map(|i| {
                        let ramp = i as f64 / (steps - 1).max(1) as f64;
                        let spread = (high + ramp * (low - high)).powf(RHO);
                        let kept_here = 1.0 / (spread * spread + 1.0);
                        Point::at(time_of(spread, &at), kept_here)
                    })
                    .collect();
                let next = followed(&points, Point::CLEAN);
                (points, next)
            }
            Method::Lcm => {
                let apart = TRAINED / CONSISTENT;
                let steps = steps.min(CONSISTENT);
                let points: Vec<Point> = (0..steps)
                    .map(|i| {
                        let time = (CONSISTENT - i * CONSISTENT / steps) * apart - 1;
                        Point::at(time as f64, kept[time])
                    })
                    .collect();
                let next = followed(&points, Point::CLEAN);
                (points, next)
            }
            Method::FlowEuler => {
                let points: Vec<Point> = flow_points(training, steps, patches)
                    .into_iter()
                    .map(|sigma| Point { time: sigma * TRAINED as f64, alpha: 1.0 - sigma, sigma })
                    .collect();
                let next = followed(&points, Point::CLEAN);
                (points, next)
            }
        };
        Self { method, prediction: training.prediction, points, next, first, before: None }
    }

    /// Leaves the first steps out, so that a part `strength` (0…1) is left. At least one step is.
    pub(crate) fn shortened(mut self, strength: f64) -> Self {
        let all = self.points.len();
        let part = all as f64 * strength;
        // The pipelines of the reference round the one up and the others down.
        let left = if self.method == Method::FlowEuler { part.ceil() } else { part.floor() };
        let left = (left as usize).clamp(1, all);
        self.points.drain(..all - left);
        self.next.drain(..all - left);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.points.len()
    }

    pub(crate) fn time(&self, step: usize) -> f32 {
        self.points[step].time as f32
    }

    /// Pure noise as the first step expects it.
    pub(crate) fn start(&self, noise: Vec<f32>) -> Vec<f32> {
        noise.into_iter().map(|n| n * self.first as f32).collect()
    }

    /// A picture with the noise of a step; past the last step, without any.
    pub(crate) fn noised(&self, picture: &[f32], noise: &[f32], step: usize) -> Vec<f32> {
        let point = self.points.get(step).copied().unwrap_or(Point::CLEAN);
        let (alpha, sigma) = (point.alpha as f32, point.sigma as f32);
        picture.iter().zip(noise).map(|(p, n)| alpha * p + sigma * n).collect()
    }

    /// A latent as the network takes it.
    pub(crate) fn shown(&self, latent: &[f32], step: usize) -> Vec<f32> {
        let point = self.points[step];
        let scale = match self.method {
            Method::Euler | Method::EulerAncestral => 1.0 / point.alpha.hypot(point.sigma),
            _ => 1.0,
        } as f32;
        latent.iter().map(|v| v * scale).collect()
    }

    /// Moves a latent one step on by the network's answer. `noise` gives fresh noise to the methods that
    /// use some. Returns the picture (as a latent) that the network sees in it.
    pub(crate) fn step(
        &mut self,
        latent: &mut [f32],
        answer: &[f32],
        step: usize,
        noise: &mut dyn FnMut(usize) -> Vec<f32>,
    ) -> Vec<f32> {
        let (here, next) = (self.points[step], self.next[step]);
        let (alpha, sigma) = (here.alpha, here.sigma);
        let size = alpha.hypot(sigma);
        let pairs = latent.iter().zip(answer).map(|(x, y)| (f64::from(*x), f64::from(*y)));
        let seen: Vec<f32> = pairs
            .map(|(x, y)| match self.prediction {
                Prediction::Noise => (x - sigma * y) / alpha,
                Prediction::Velocity => (alpha * x / size - sigma * y) / size,
                Prediction::Flow => x - sigma * y,
            } as f32)
            .collect();
        let last = step + 1 == self.points.len();
        let ours = |x: f32, seen: f32| (f64::from(x) - alpha * f64::from(seen)) / sigma.max(1e-12);
        let set = |latent: &mut [f32], value: &dyn Fn(f32, f32) -> f64| {
            latent.iter_mut().zip(&seen).for_each(|(x, s)| *x = value(*x, *s) as f32);
        };
        match self.method {
            Method::Ddim | Method::Euler | Method::FlowEuler => {
                set(latent, &|x, s| next.alpha * f64::from(s) + next.sigma * ours(x, s));
            }
            Method::EulerAncestral => {
                let share = (sigma * sigma - next.sigma * next.sigma).max(0.0) / (sigma * sigma);
                let up = next.sigma * share.sqrt();
                let down = (next.sigma * next.sigma - up * up).max(0.0).sqrt();
                set(latent, &|x, s| f64::from(s) + down * ours(x, s));
                // Also in the last step, where it changes nothing: the next picture's noise is the same.
                let fresh = noise(latent.len());
                latent.iter_mut().zip(&fresh).for_each(|(x, n)| *x += up as f32 * n);
            }
            Method::DpmKarras if last => set(latent, &|_, s| f64::from(s)),
            Method::DpmKarras => {
                let lambda = |p: Point| (p.alpha / p.sigma).ln();
                let h = lambda(next) - lambda(here);
                let fall = -(next.alpha * (-h).exp_m1());
                let few = self.points.len() < 15;
                let second = self.before.as_deref().filter(|_| step > 0 && !(few && last));
                let bend = second.map(|before| {
                    let h0 = lambda(here) - lambda(self.points[step - 1]);
                    (before, 0.5 * h / h0)
                });
                for (i, x) in latent.iter_mut().enumerate() {
                    let s = f64::from(seen[i]);
                    let change = bend.map_or(0.0, |(before, k)| k * (s - f64::from(before[i])));
                    *x = (next.sigma / sigma * f64::from(*x) + fall * (s + change)) as f32;
                }
            }
            Method::Lcm => {
                let scaled = here.time * 10.0;
                let keep = 0.25 / (scaled * scaled + 0.25);
                let take = scaled / (scaled * scaled + 0.25).sqrt();
                set(latent, &|x, s| take * f64::from(s) + keep * f64::from(x));
                if !last {
                    let fresh = noise(latent.len());
                    for (x, n) in latent.iter_mut().zip(&fresh) {
                        *x = next.alpha as f32 * *x + next.sigma as f32 * n;
                    }
                }
            }
        }
        self.before = Some(seen.clone());
        seen
    }
}

/// The whole time that has a noise nearest to `spread`, measured by its logarithm.
fn time_of(spread: f64, at: &dyn Fn(f64) -> f64) -> f64 {
    let wanted = spread.max(1e-10).ln();
    let low = (0..TRAINED - 1).rev().find(|t| at(*t as f64).ln() <= wanted).unwrap_or(0);
    let (from, to) = (at(low as f64).ln(), at((low + 1) as f64).ln());
    (low as f64 + ((wanted - from) / (to - from)).clamp(0.0, 1.0)).round_ties_even()
}

/// The noise at each step of a flow.
fn flow_points(training: &Training, steps: usize, patches: usize) -> Vec<f64> {
    let shifted = |s: f64, shift: f64| shift * s / (1.0 + (shift - 1.0) * s);
    let line = |from: f64, to: f64| {
        (0..steps).map(move |i| from + (to - from) * i as f64 / (steps - 1).max(1) as f64)
    };
    if training.dynamic {
        // Larger pictures stay longer in the noise.
        let slope = (1.15 - 0.5) / (4096.0 - 256.0);
        let shift = (slope * patches as f64 + (0.5 - slope * 256.0)).exp();
        return line(1.0, 1.0 / steps as f64).map(|s| shifted(s, shift)).collect();
    }
    if training.from_one || (training.shift - 1.0).abs() < 1e-9 {
        return line(1.0, 1.0 / steps as f64).map(|s| shifted(s, training.shift)).collect();
    }
    // The ends were moved already when the scheduler was made (so it is in the reference).
    let end = shifted(1.0 / TRAINED as f64, training.shift);
    line(1.0, end).map(|s| shifted(s, training.shift)).collect()
}
