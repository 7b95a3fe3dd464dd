//! Water: bubbles are what is heard of it (van den Doel 2005), and noise where there are too many.

use crate::effects::dsp::{Dice, Signal, tone};
use crate::effects::take::Take;

/// A bubble of air: it rings at Minnaert's frequency, decays as its radius says, and rises in pitch
/// the nearer it is to the surface (`rise`, 0 for a deep one).
pub(in crate::effects) fn bubble(rate: f32, hertz: f32, rise: f32) -> Signal {
    let radius = 3.0 / hertz.max(50.0); // metres: f = 3 / r
    let decay = 0.13 / radius + 0.0072 * radius.powf(-1.5); // a second
    let t60 = (6.9 / decay).clamp(0.004, 0.3);
    tone(rate, t60, |t| hertz * (1.0 + rise * decay * t * 0.25)).decay(0.0008, t60).fade(0.0, t60 * 0.2)
}

/// Bubbles of radii between two pitches; the larger ones are louder.
fn bubbles_between(t: &Take, part: &str, count: usize, low: f32, high: f32, rise: f32) -> Vec<Signal> {
    (0..count)
        .map(|i| {
            let mut dice = t.dice(part).nth(i);
            let hertz = dice.log_range(low, high) * t.pitch;
            let up = if dice.chance(0.6) { rise * dice.range(0.3, 1.0) } else { 0.05 };
            bubble(t.rate, hertz, up).gain((low / hertz).powf(0.4))
        })
        .collect()
}

/// Waves on a beach: each swells, breaks and runs back over the sand.
pub(in crate::effects) fn sea(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.brown("deep", n).low(220.0).level(0.25);
    let period = t.period(t.between(6.5, 9.0));
    for (part, level, offset) in [("first", 1.0, 0.15), ("second", 0.55, 0.62)] {
        let mut dice = t.dice(part);
        let waves: Vec<(f32, f32, f32)> = (0..(n / period) as usize + 3)
            .map(|k| {
                let at = (k as f32 - 1.0 + offset + dice.range(-0.08, 0.08)) * period;
                (at, dice.range(0.65, 1.0), dice.range(0.85, 1.15))
            })
            .collect();
        let swell = |time: f32| -> f32 {
            waves
                .iter()
                .map(|(at, height, stretch)| {
                    let u = (time - at) / (period * stretch);
                    if !(0.0..1.0).contains(&u) {
                        return 0.0;
                    }
                    let p = if u < 0.34 { (u / 0.34).powf(1.6) } else { ((1.0 - u) / 0.66).powf(1.5) };
                    p * height
                })
                .sum()
        };
        let breaking = t
            .white(part, n)
            .swept_low(0.6, |time| 260.0 + (2400.0 + 2200.0 * t.intensity) * swell(time).powf(1.3))
            .high(90.0)
            .level(1.0)
            .swell(|time| 0.05 + swell(time).powf(1.2));
        let foam = t.white(&format!("{part} foam"), n).high(3500.0).level(0.22);
        let foam = foam.swell(|time| swell(time - 0.9).powi(2));
        out = out.plus(&breaking.plus(&foam).gain(level));
    }
    out
}

/// A brook: bubbles of every size over stones.
pub(in crate::effects) fn stream(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.pink("flow", n).band(700.0, 0.5).level(0.22);
    for (part, low, high, density) in
        [("gurgle", 350.0, 900.0, 22.0), ("babble", 700.0, 2200.0, 90.0), ("spray", 2000.0, 6000.0, 160.0)]
    {
        let pool = bubbles_between(t, part, 40, low, high, 1.2);
        let mut flow = t.glide(&format!("{part} flow"), (0.3, 1.5));
        let mut seen = 0f32;
        let mut now = 0.5;
        let grains = t.grains(part, n, density * t.pace * t.between(0.6, 1.4), &pool, |time| {
            while seen < time {
                seen += 32.0 / t.rate;
                now = flow.next();
            }
            0.25 + 0.75 * now
        });
        out = out.plus(&grains.level(0.6));
    }
    out
}

/// A wide river: a low, even rush.
pub(in crate::effects) fn river(t: &Take) -> Signal {
    let n = t.seconds;
    let mut flow = t.glide("flow", (0.6, 2.0));
    let rush = t.pink("rush", n).band(420.0, 0.45).level(1.0).swell(|_| 0.8 + 0.4 * flow.next());
    let pool = bubbles_between(t, "bubbles", 30, 250.0, 900.0, 0.8);
    let lap = t.grains("bubbles", n, 45.0 * t.pace, &pool, |_| 1.0).level(0.35);
    rush.plus(&lap).plus(&t.white("hiss", n).high(3000.0).level(t.between(0.03, 0.14)))
}

/// A waterfall: noise with weight below and spray above, hardly changing.
pub(in crate::effects) fn waterfall(t: &Take) -> Signal {
    let n = t.seconds;
    let mut roar = t.glide("roar", (0.2, 0.8));
    let fall = t.brown("fall", n).high(60.0).low(900.0).level(0.8).swell(|_| 0.85 + 0.3 * roar.next());
    let spray = t.white("spray", n).high(600.0).low(7500.0 * t.pitch).level(t.between(0.6, 1.1));
    fall.plus(&spray)
}

/// A fountain: fine, bright splashing over a basin.
pub(in crate::effects) fn fountain(t: &Take) -> Signal {
    let n = t.seconds;
    let pool = bubbles_between(t, "drops", 40, 1400.0, 5200.0, 1.0);
    let drops = t.grains("drops", n, 700.0 * t.pace * t.between(0.6, 1.4), &pool, |_| 1.0).level(1.0);
    let basin = bubbles_between(t, "basin", 20, 450.0, 1100.0, 0.8);
    let basin = t.grains("basin", n, 30.0, &basin, |_| 1.0).level(0.35);
    drops.plus(&basin).plus(&t.white("mist", n).high(2500.0).level(0.3))
}

/// Drops that fall into still water, one after another.
pub(in crate::effects) fn drip(t: &Take) -> Signal {
    let mut dice = t.dice("drops");
    let mut out = t.silence(t.seconds);
    let period = t.period(1.05);
    for at in dice.steady(period, 0.25, t.seconds) {
        let hertz = dice.log_range(750.0, 1250.0) * t.pitch;
        let tick = crate::effects::dsp::white(t.rate, 0.004, dice.part("tick").nth(at as usize));
        let gain = dice.range(0.6, 1.0);
        out.put(at, &tick.high(2500.0).decay(0.0002, 0.004), 0.25 * gain);
        let body = tone(t.rate, 0.14, |u| hertz * (1.0 + 5.5 * u)).decay(0.002, 0.12);
        out.put(at + 0.012, &body, gain);
        if dice.chance(0.5) {
            out.put(at + 0.06, &bubble(t.rate, hertz * 1.7, 1.0), 0.35 * gain);
        }
    }
    out
}

/// Bubbles that rise in water, in runs.
pub(in crate::effects) fn bubbles(t: &Take) -> Signal {
    let mut dice = t.dice("runs");
    let mut out = t.silence(t.seconds);
    let mut at = dice.range(0.0, 0.15);
    while at < t.seconds {
        let home = dice.log_range(300.0, 700.0) * t.pitch;
        for _ in 0..dice.whole(6, 18) {
            let hertz = home * dice.log_range(0.7, 1.7);
            let u = dice.unit();
            let note = tone(t.rate, 0.09, |s| hertz * (1.0 + 6.0 * s)).decay(0.004, 0.1).fade(0.0, 0.02);
            out.put(at, &note, 0.3 + 0.7 * u);
            at += dice.range(0.03, 0.12) / t.pace;
        }
        at += dice.range(0.1, 0.5) / t.pace;
    }
    out.lasting(t.seconds)
}

/// Under water: a muffled pressure, slow movement, bubbles now and then.
pub(in crate::effects) fn underwater(t: &Take) -> Signal {
    let n = t.seconds;
    let mut sway = t.glide("sway", (1.5, 4.0));
    let mass = t.brown("mass", n).swept_low(1.2, |_| 120.0 + 260.0 * sway.next()).level(1.0);
    let mut dice = t.dice("runs");
    let mut out = mass;
    for at in dice.poisson(0.35, n) {
        let mut when = at;
        for _ in 0..dice.whole(4, 9) {
            let hertz = dice.log_range(180.0, 420.0) * t.pitch;
            let note = tone(t.rate, 0.12, |s| hertz * (1.0 + 4.0 * s)).decay(0.006, 0.13).fade(0.0, 0.03);
            out.put(when, &note, dice.range(0.3, 1.1));
            when += dice.range(0.05, 0.13);
        }
    }
    out.lasting(n).low(900.0)
}

/// Something heavy falls into water: the slap, the cavity that closes, the drops that fall back.
pub(in crate::effects) fn splash(t: &Take) -> Signal {
    let mut dice = t.dice("splash");
    let mut out =
        t.white("slap", 0.5).swept_low(0.7, |u| 600.0 + 6500.0 * (-u / 0.05).exp()).decay(0.002, 0.45);
    out = out.level(1.0);
    let hertz = dice.range(120.0, 190.0) * t.pitch;
    let cavity = tone(t.rate, 0.3, |u| hertz * (1.0 + 1.8 * u)).decay(0.02, 0.3).fade(0.0, 0.05);
    out.put(0.07, &cavity, 1.1 * t.between(0.6, 1.4));
    let pool = bubbles_between(t, "drops", 40, 600.0, 4500.0, 1.0);
    let fall = t.grains("drops", 1.3, 260.0, &pool, |u| (-u / 0.4).exp());
    out.put(0.12, &fall.level(0.5), 1.0);
    let spray = t.white("spray", 1.1).high(1800.0).swell(|u| (u / 0.05).min(1.0) * (-u / 0.22).exp());
    out.put(0.03, &spray, 0.25);
    out.fade(0.0, 0.2)
}

/// Pouring into a cup: the tone of the air that is left rises as it fills.
pub(in crate::effects) fn pouring(t: &Take) -> Signal {
    let n = (4.2 / t.pace).min(20.0);
    let pool = bubbles_between(t, "bubbles", 50, 700.0, 3200.0, 0.8);
    let bubbling = t.grains("bubbles", n, 240.0, &pool, |_| 1.0).level(1.0);
    let jet = t.white("jet", n).band(2600.0, 0.6).level(0.35);
    let both = bubbling.plus(&jet);
    // A quarter wave over the liquid: 9 cm of air when empty, 2 cm when full.
    let pipe = |u: f32| 343.0 / (4.0 * (0.09 - 0.07 * (u / n).clamp(0.0, 1.0))) * t.pitch;
    let air = both.clone().swept_band(9.0, pipe).level(0.9);
    let second = both.clone().swept_band(9.0, move |u| 2.9 * pipe(u)).level(0.35);
    let glugs = t.glide("glug", (0.08, 0.22));
    let mut glugs = glugs;
    both.gain(0.5).plus(&air).plus(&second).swell(|_| 0.65 + 0.6 * glugs.next()).fade(0.08, 0.25)
}

/// A pot on the boil: large bubbles without end, and the lid of steam above.
pub(in crate::effects) fn boiling(t: &Take) -> Signal {
    let n = t.seconds;
    let large = bubbles_between(t, "large", 40, 140.0, 420.0, 1.6);
    let rolling = t.grains("large", n, 110.0 * t.pace * t.between(0.5, 1.5), &large, |_| 1.0).level(1.0);
    let small = bubbles_between(t, "small", 30, 600.0, 1500.0, 1.0);
    let small = t.grains("small", n, 140.0, &small, |_| 1.0).level(0.3);
    rolling.plus(&small).plus(&t.white("steam", n).high(5000.0).level(0.05))
}

/// A tap running into a basin.
pub(in crate::effects) fn tap(t: &Take) -> Signal {
    let n = t.seconds;
    let mut waver = t.glide("waver", (0.05, 0.2));
    let jet = t.white("jet", n).band(3400.0 * t.pitch, 0.8).level(0.8).swell(|_| 0.85 + 0.3 * waver.next());
    let basin = t.white("basin", n).resonate(
        &[
            crate::effects::dsp::Mode::new(310.0, 0.05, 1.0),
            crate::effects::dsp::Mode::new(840.0, 0.04, 1.2),
            crate::effects::dsp::Mode::new(1420.0, 0.03, 1.0),
        ],
        0.0,
    );
    let pool = bubbles_between(t, "bubbles", 40, 900.0, 2400.0, 0.7);
    let bubbling = t.grains("bubbles", n, 200.0, &pool, |_| 1.0).level(0.4);
    jet.plus(&basin.level(0.55)).plus(&bubbling)
}

/// A shower: fine jets on tiles.
pub(in crate::effects) fn shower(t: &Take) -> Signal {
    let n = t.seconds;
    let jets = t.white("jets", n).high(1500.0).bell(5200.0, 0.8, 7.0).level(1.0);
    let pool: Vec<Signal> = (0..24)
        .map(|i| {
            let mut dice: Dice = t.dice("tile").nth(i);
            let corner = dice.log_range(900.0, 2400.0);
            crate::effects::dsp::white(t.rate, 0.01, dice).band(corner, 3.0).decay(0.0005, 0.01)
        })
        .collect();
    jets.plus(&t.grains("tiles", n, 500.0, &pool, |_| 1.0).level(0.55))
}

/// A toilet that is flushed: the rush, the whirl that sinks in pitch, the gulp, the refill.
pub(in crate::effects) fn flush(t: &Take) -> Signal {
    let n = 6.5;
    let rush = |u: f32| (u / 0.15).min(1.0) * if u < 3.0 { 1.0 } else { (-(u - 3.0) / 0.5).exp() };
    let water = t
        .white("water", n)
        .swept_low(0.8, |u| 900.0 + 2600.0 * (-(u - 0.4).abs() / 1.1).exp())
        .level(1.0)
        .swell(rush);
    let mut whirl = t.glide("whirl", (0.05, 0.15));
    let gurgle = t
        .pink("gurgle", n)
        .swept_band(5.0, |u| 620.0 - 110.0 * u.min(4.0) + 160.0 * whirl.next())
        .level(1.0)
        .swell(|u| rush(u - 0.3) * 0.9);
    let fill =
        t.white("fill", n).band(2900.0, 2.0).level(0.16).swell(|u| (u - 2.6).clamp(0.0, 1.0) * rush(0.3));
    water.plus(&gurgle).plus(&fill).fade(0.02, 0.8)
}
