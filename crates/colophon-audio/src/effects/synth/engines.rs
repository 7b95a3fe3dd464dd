//! Engines on the road, on the water and in the air.

use std::f32::consts::TAU;

use crate::effects::dsp::{Signal, harmonics, saw, white};
use crate::effects::take::Take;

/// A combustion engine.
struct Engine {
    /// Ignitions per turn of the shaft (half the cylinders of a four-stroke).
    firings: f32,
    /// Sharpness of the pulse in the exhaust.
    sharp: f32,
    /// Length of the exhaust, as the delay of its echo in seconds.
    pipe: f32,
    /// Corner of the silencer in hertz.
    muffle: f32,
    /// How uneven the cylinders are.
    uneven: f32,
    /// Share of noise: gas, chain, valves.
    noise: f32,
}

impl Engine {
    /// `turns` of the shaft a second, as a function of the time.
    fn sound(&self, t: &Take, part: &str, n: f32, mut turns: impl FnMut(f32) -> f32) -> Signal {
        let mut dice = t.dice(part);
        let strengths: Vec<f32> = (0..8).map(|_| 1.0 - self.uneven * dice.unit()).collect();
        let cylinders = (self.firings * 2.0).max(1.0) as usize;
        let (mut phase, mut shot, mut luck) = (0f32, 0usize, 1.0f32);
        let gas = white(t.rate, n, dice.part("gas"));
        let mut gas_at = gas.x.iter();
        let pulses = t.silence(n).shape(|u, _| {
            phase += turns(u) * self.firings / t.rate;
            if phase >= 1.0 {
                phase -= 1.0;
                shot = (shot + 1) % cylinders;
                luck = 1.0 - 0.5 * self.uneven * dice.unit();
            }
            let pulse = (-phase * self.sharp).exp() * (1.0 - (-phase * 60.0).exp());
            let noise = gas_at.next().copied().unwrap_or(0.0);
            pulse * strengths[shot % 8] * luck * (1.0 + self.noise * noise)
        });
        let piped = pulses.high(22.0).comb(self.pipe, -0.55, 0.4).low(self.muffle * 1.6);
        piped.low(self.muffle).level(1.0)
    }
}

/// Speed that wavers a little.
fn idle(t: &Take, part: &str, home: f32, waver: f32) -> impl FnMut(f32) -> f32 {
    let mut drift = t.glide(part, (0.3, 1.2));
    let (mut now, mut i) = (0.5, 0usize);
    move |_| {
        if i % 32 == 0 {
            now = drift.next();
        }
        i += 1;
        home * (1.0 + waver * (2.0 * now - 1.0))
    }
}

const CAR: Engine =
    Engine { firings: 2.0, sharp: 5.0, pipe: 0.0085, muffle: 420.0, uneven: 0.12, noise: 0.25 };

/// A car's engine running.
pub(in crate::effects) fn car(t: &Take) -> Signal {
    let turns = t.between(12.0, 32.0) * t.pitch * t.pace;
    let engine = CAR.sound(t, "engine", t.seconds, idle(t, "speed", turns, 0.025));
    let belts = t.pink("belts", t.seconds).band(1500.0, 0.6).level(0.14);
    engine.plus(&belts)
}

/// A car on the road: tyres and wind over the engine.
pub(in crate::effects) fn car_road(t: &Take) -> Signal {
    let turns = t.between(28.0, 48.0) * t.pitch * t.pace;
    let engine = CAR.sound(t, "engine", t.seconds, idle(t, "speed", turns, 0.015)).level(0.6);
    let tyres = t.pink("tyres", t.seconds).bell(900.0, 0.8, 9.0).low(2600.0).high(90.0).level(1.0);
    engine.plus(&tyres).plus(&t.white("wind", t.seconds).high(2000.0).level(0.08))
}

/// A car that starts: the starter turns the engine over, it catches and settles.
pub(in crate::effects) fn car_start(t: &Take) -> Signal {
    let n = 3.6;
    let cranking = harmonics(
        t.rate,
        1.0,
        |u| 172.0 * (1.0 + 0.10 * (TAU * 7.5 * u).sin()),
        &[0.7, 1.0, 0.8, 0.6, 0.5, 0.3, 0.3, 0.2],
    )
    .shape(|u, x| x * (0.55 + 0.45 * (TAU * 7.5 * u).sin()))
    .plus(&t.white("gears", 1.0).band(2400.0, 1.0).gain(0.25))
    .fade(0.02, 0.05)
    .level(0.6);
    let mut out = cranking;
    let turns = |u: f32| 14.0 + 24.0 * (u / 0.12).min(1.0) * (-(u - 0.12).max(0.0) / 0.5).exp();
    let running = CAR.sound(t, "engine", n - 0.95, move |u| turns(u) * t.pitch);
    out.put(0.95, &running.fade(0.05, 0.5), 1.2);
    out
}

/// A motorbike: one large, sharp cylinder pair, revved now and then.
pub(in crate::effects) fn motorbike(t: &Take) -> Signal {
    let engine = Engine { firings: 1.0, sharp: 7.0, pipe: 0.0042, muffle: 1900.0, uneven: 0.3, noise: 0.5 };
    let mut throttle = t.glide("throttle", (0.5, 1.6));
    let (mut now, mut i) = (0.3, 0usize);
    let home = t.between(22.0, 62.0) * t.pitch * t.pace;
    engine.sound(t, "engine", t.seconds, move |_| {
        if i % 32 == 0 {
            now = throttle.next();
        }
        i += 1;
        home * (0.75 + 0.7 * now * now)
    })
}

/// A lorry's diesel: slow, hard knocks, and the turbine behind.
pub(in crate::effects) fn truck(t: &Take) -> Signal {
    let engine = Engine { firings: 3.0, sharp: 9.0, pipe: 0.019, muffle: 260.0, uneven: 0.35, noise: 0.6 };
    let turns = t.between(9.0, 18.0) * t.pitch * t.pace;
    let low = engine.sound(t, "engine", t.seconds, idle(t, "speed", turns, 0.03));
    let mut phase = 0f32;
    let knock = t.white("knock", t.seconds).band(1250.0, 1.5).level(1.0).shape(|_, x| {
        phase = (phase + turns * 3.0 / t.rate).fract();
        x * (-phase * 9.0).exp()
    });
    let turbo = t.white("turbo", t.seconds).band(3300.0, 4.0).level(0.09);
    low.plus(&knock.level(0.4)).plus(&turbo)
}

/// A tractor: two slow cylinders, each beat heard alone.
pub(in crate::effects) fn tractor(t: &Take) -> Signal {
    let engine = Engine { firings: 1.0, sharp: 12.0, pipe: 0.011, muffle: 700.0, uneven: 0.3, noise: 0.8 };
    let turns = t.between(7.0, 13.0) * t.pitch * t.pace;
    engine.sound(t, "engine", t.seconds, idle(t, "speed", turns, 0.02))
}

/// A motorboat: the outboard's burble through the water it throws up.
pub(in crate::effects) fn boat(t: &Take) -> Signal {
    let engine = Engine { firings: 2.0, sharp: 6.0, pipe: 0.006, muffle: 650.0, uneven: 0.25, noise: 0.5 };
    let turns = t.between(18.0, 38.0) * t.pitch * t.pace;
    let motor = engine.sound(t, "engine", t.seconds, idle(t, "speed", turns, 0.05));
    let mut wave = t.glide("wave", (0.25, 0.9));
    let wake =
        t.white("wake", t.seconds).band(1300.0, 0.5).level(1.0).swell(|_| 0.2 + 0.9 * wave.next().powi(2));
    motor.plus(&wake.gain(0.65))
}

/// An aeroplane with jet engines: a roar, and the fan's whine in it.
pub(in crate::effects) fn jet(t: &Take) -> Signal {
    let n = t.seconds;
    let mut sway = t.glide("sway", (0.5, 2.0));
    let roar = t
        .pink("roar", n)
        .bell(180.0, 0.6, 7.0)
        .low(3800.0)
        .high(40.0)
        .level(1.0)
        .swell(|_| 0.85 + 0.3 * sway.next());
    let mut fan = idle(t, "fan", 2650.0 * t.pitch, 0.006);
    let whine = harmonics(t.rate, n, &mut fan, &[1.0, 0.4]).gain(0.035);
    let buzz = saw(t.rate, n, idle(t, "buzz", 88.0 * t.pitch, 0.004)).band(620.0, 0.8).level(0.12);
    roar.plus(&whine).plus(&buzz)
}

/// An aeroplane with a propeller: blades in step with the engine, beating slowly.
pub(in crate::effects) fn propeller(t: &Take) -> Signal {
    let n = t.seconds;
    let home = 78.0 * t.pitch * t.pace;
    let amplitudes = [1.0, 0.9, 0.75, 0.6, 0.5, 0.42, 0.33, 0.27, 0.2, 0.15, 0.11, 0.08];
    let first = harmonics(t.rate, n, idle(t, "first", home, 0.008), &amplitudes);
    let second = harmonics(t.rate, n, idle(t, "second", home * 1.012, 0.008), &amplitudes);
    first.plus(&second.gain(0.8)).level(1.0).plus(&t.pink("air", n).band(500.0, 0.5).level(0.22))
}

/// A helicopter: two blades that slap the air eleven times a second, the tail rotor, the turbine.
pub(in crate::effects) fn helicopter(t: &Take) -> Signal {
    let n = t.seconds;
    let beat = t.period(1.0 / 11.0);
    let mut phase = 0f32;
    let slap = t.pink("slap", n).low(1400.0).level(1.0).shape(|_, x| {
        phase = (phase + 1.0 / (beat * t.rate)).fract();
        let chop = (-phase * 6.0).exp() + 0.35 * (-(phase - 0.5).powi(2) / 0.006).exp();
        x * chop
    });
    let mut turn = 0f32;
    let thump = t.silence(n).shape(|_, _| {
        turn = (turn + 1.0 / (beat * t.rate)).fract();
        (-turn * 10.0).exp() - 0.1
    });
    let thump = thump.high(25.0).low(130.0).level(0.9);
    let tail = harmonics(t.rate, n, |_| 62.0 * t.pitch, &[0.3, 0.6, 1.0, 0.6, 0.4]).level(0.2);
    let whine = t.white("turbine", n).band(3900.0 * t.pitch, 9.0).level(0.1);
    slap.level(1.0).plus(&thump).plus(&tail).plus(&whine)
}

/// A bicycle that rolls: the pawls of its freewheel tick.
pub(in crate::effects) fn bicycle(t: &Take) -> Signal {
    let n = t.seconds;
    let pool: Vec<Signal> = (0..6)
        .map(|i| {
            let mut dice = t.dice("pawl").nth(i);
            white(t.rate, 0.006, dice.part("tick"))
                .band(dice.range(3600.0, 4600.0) * t.pitch, 3.0)
                .decay(0.0002, 0.006)
        })
        .collect();
    let mut out = t.silence(n);
    let period = t.period(1.0 / 26.0);
    let mut dice = t.dice("ticks");
    for (k, at) in dice.steady(period, 0.06, n).into_iter().enumerate() {
        out.put(at, &pool[k % 6], dice.range(0.85, 1.0));
    }
    out.lasting(n).level(1.0).plus(&t.pink("tyres", n).band(700.0, 0.6).level(0.1))
}

/// Brakes: tyres that squeal on asphalt.
pub(in crate::effects) fn brakes(t: &Take) -> Signal {
    let n = t.between(1.2, 2.2);
    let mut shake = t.glide("shake", (0.01, 0.05));
    let (mut now, mut i) = (0.5, 0usize);
    let mut pitch = move |u: f32| {
        if i % 32 == 0 {
            now = shake.next();
        }
        i += 1;
        (980.0 - 160.0 * u / n + 70.0 * now) * t.pitch
    };
    let squeal = harmonics(t.rate, n, &mut pitch, &[1.0, 0.5, 0.55, 0.25, 0.3, 0.12]);
    let rubber = t.white("rubber", n).band(1900.0, 0.7).level(0.5);
    squeal.plus(&rubber).swell(|u| (u / 0.05).min(1.0) * (1.0 - 0.3 * u / n)).fade(0.0, 0.12)
}

/// A rocket that takes off: a roar that never ends, crackling.
pub(in crate::effects) fn rocket(t: &Take) -> Signal {
    let n = t.seconds;
    let roar = t.brown("roar", n).high(28.0).bell(90.0, 0.6, 5.0).low(1800.0).level(1.0);
    let mut tear = t.glide("tear", (0.004, 0.02));
    let crackle = t.white("crackle", n).low(4500.0).level(1.0).swell(|_| tear.next().powi(4) * 1.8);
    roar.plus(&crackle.gain(0.55))
}

/// A horn of two reeds a third apart, pressed once or several times.
pub(in crate::effects) fn car_horn(t: &Take) -> Signal {
    let mut dice = t.dice("horn");
    let mut out = t.silence(0.0);
    let times = t.many(1);
    for k in 0..times {
        let n = if times == 1 { dice.range(0.8, 1.1) } else { dice.range(0.22, 0.3) };
        let amplitudes = [0.5, 0.8, 1.0, 0.9, 0.7, 0.6, 0.45, 0.35, 0.25, 0.2, 0.14, 0.1];
        let reed = |hertz: f32| harmonics(t.rate, n, |_| hertz * t.pitch, &amplitudes);
        let horn = reed(415.0).plus(&reed(523.0)).fade(0.012, 0.03);
        out = out.then(if k == 0 { 0.0 } else { 0.14 / t.pace }, &horn);
    }
    out
}

/// A ship's horn: one very low, broad tone.
pub(in crate::effects) fn ship_horn(t: &Take) -> Signal {
    let mut out = t.silence(0.0);
    for k in 0..t.many(1) {
        let amplitudes: Vec<f32> = (1..26).map(|h| 1.0 / (h as f32).powf(0.75)).collect();
        let pitch = |u: f32| 78.0 * t.pitch * (0.97 + 0.03 * (u / 0.25).min(1.0));
        let tone = harmonics(t.rate, 3.2, pitch, &amplitudes);
        let beat = harmonics(t.rate, 3.2, |u| 1.006 * pitch(u), &amplitudes);
        let horn = tone.plus(&beat.gain(0.7)).low(900.0).plus(&t.pink("steam", 3.2).low(1200.0).level(0.12));
        out = out.then(if k == 0 { 0.0 } else { 1.4 }, &horn.fade(0.18, 0.5));
    }
    out
}
