//! Places: what is heard at once in a street, an office, a wood, a café.

use crate::effects::dsp::{Dice, Mode, Signal, harmonics, ring, tone};
use crate::effects::take::Take;

/// Something that happens now and then, so many times a minute, `gain` times its loudest.
fn sometimes(
    t: &Take,
    out: &mut Signal,
    part: &str,
    a_minute: f32,
    gain: f32,
    make: impl Fn(&Take) -> Signal,
) {
    let mut dice: Dice = t.dice(part);
    for (k, at) in dice.poisson(a_minute / 60.0, t.seconds).into_iter().enumerate() {
        let mut one = t.another(&format!("{part} {k}"));
        one.pitch *= dice.range(0.92, 1.08);
        out.put(at, &make(&one).unit(), gain * dice.range(0.5, 1.0));
    }
}

/// City traffic: the drone of streets, cars that go by, a horn far away.
pub(in crate::effects) fn traffic(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.brown("drone", n).high(35.0).low(260.0).level(0.5);
    let mut dice = t.dice("cars");
    for (k, at) in dice.poisson(0.34 * t.pace, n + 5.0).into_iter().enumerate() {
        let length = dice.range(3.5, 6.5);
        let car = t.another(&format!("car {k}")).pink("tyres", length).bell(850.0, 0.8, 8.0).low(3200.0);
        let middle = length / 2.0;
        let passing = car.swell(|u| 1.0 / (1.0 + ((u - middle) / 0.55).powi(2))).fade(0.5, 0.5);
        out.put((at - 5.0).max(0.0), &passing.unit(), dice.range(0.35, 1.0));
    }
    sometimes(t, &mut out, "horn", 2.2, 0.16, |one| {
        let mut one = one.clone();
        one.count = Some(1 + (one.dice("beeps").whole(0, 1)));
        super::engines::car_horn(&one).low(1500.0)
    });
    out.lasting(n)
}

/// An office: air, keyboards, a telephone in another room, someone who talks low.
pub(in crate::effects) fn office(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.pink("air", n).high(80.0).low(900.0).level(0.16);
    for (k, gain) in [0.5, 0.3].into_iter().enumerate() {
        out = out
            .plus(&super::household::typing(&t.another(&format!("desk {k}"))).lasting(n).unit().gain(gain));
    }
    out = out.plus(&super::people::talking(&t.another("talk")).low(1100.0).level(0.06));
    sometimes(t, &mut out, "mouse", 18.0, 0.25, super::household::mouse);
    sometimes(t, &mut out, "paper", 5.0, 0.3, super::household::page);
    out.lasting(n)
}

/// A wood by day: leaves, birds near and far, a woodpecker now and then.
pub(in crate::effects) fn forest(t: &Take) -> Signal {
    let n = t.seconds;
    let leaves = super::weather::leaves(t).level(0.35);
    let birds = super::birds::songbird(&t.another("near")).unit().gain(0.5);
    let far = super::birds::songbird(&t.another("far")).unit().low(4200.0).gain(0.25);
    let mut out = leaves.plus(&birds).plus(&far);
    sometimes(t, &mut out, "woodpecker", 4.0, 0.3, super::birds::woodpecker);
    out.lasting(n)
}

/// A summer's night: crickets, a light wind, an owl.
pub(in crate::effects) fn night(t: &Take) -> Signal {
    let n = t.seconds;
    let mut quiet = t.another("wind");
    quiet.intensity = 0.2;
    let wind = super::weather::wind(&quiet).level(0.2);
    let mut chirps = t.another("crickets");
    chirps.pitch *= 0.94;
    let mut out = wind.plus(&super::insects::crickets(&chirps).unit().gain(0.5));
    sometimes(t, &mut out, "owl", 5.0, 0.5, super::birds::owl);
    out.lasting(n)
}

/// A wood in the tropics: insects, shrieks, drops.
pub(in crate::effects) fn jungle(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = super::insects::cicadas(&t.another("cicadas")).level(0.22).high(1500.0);
    out = out.plus(&super::insects::frogs(&t.another("frogs")).unit().gain(0.3));
    out = out.plus(&super::birds::songbird(&t.another("bird")).unit().gain(0.35));
    sometimes(t, &mut out, "shriek", 9.0, 0.5, super::birds::hawk);
    sometimes(t, &mut out, "whoop", 10.0, 0.6, |one| {
        tone(one.rate, 0.5, |u| (480.0 + 1100.0 * u) * one.pitch).fade(0.08, 0.1)
    });
    out.lasting(n)
}

/// A café: murmur, cups, the machine.
pub(in crate::effects) fn cafe(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = super::people::crowd(&t.another("guests")).level(0.3);
    let cups = super::household::dishes(&t.another("cups")).unit();
    out = out.plus(&cups.gain(0.7));
    sometimes(t, &mut out, "steam", 4.0, 0.35, |one| one.white("steam", 2.2).high(2500.0).fade(0.1, 0.3));
    sometimes(t, &mut out, "laugh", 3.0, 0.25, super::people::laugh);
    out.lasting(n)
}

/// A beach: waves and gulls.
pub(in crate::effects) fn beach(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = super::water::sea(t).level(0.4);
    sometimes(t, &mut out, "gull", 14.0, 0.7, super::birds::gull);
    out.lasting(n)
}

/// A harbour: lapping water, gulls, ropes, a ship's horn far out.
pub(in crate::effects) fn harbour(t: &Take) -> Signal {
    let n = t.seconds;
    let mut lap = t.glide("lap", (0.4, 1.3));
    let water =
        super::water::stream(&t.another("water")).low(900.0).level(0.5).swell(|_| 0.1 + lap.next().powi(2));
    let mut out = water;
    sometimes(t, &mut out, "gull", 9.0, 0.35, super::birds::gull);
    sometimes(t, &mut out, "rope", 14.0, 0.35, |one| super::doors::creak(one).low(1500.0));
    sometimes(t, &mut out, "bell", 8.0, 0.4, |one| {
        ring(one.rate, &[Mode::new(1120.0 * one.pitch, 1.4, 1.0), Mode::new(2650.0, 0.6, 0.4)], 1.6)
    });
    sometimes(t, &mut out, "horn", 3.0, 0.9, |one| super::engines::ship_horn(one).low(420.0));
    out.lasting(n)
}

/// A farm: hens and a cock, cows, sheep, wind.
pub(in crate::effects) fn farm(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = super::weather::leaves(&t.another("air")).level(0.06);
    out = out.plus(&super::birds::sparrow(&t.another("sparrows")).unit().gain(0.15));
    sometimes(t, &mut out, "cow", 7.0, 0.8, super::animals::cow);
    sometimes(t, &mut out, "sheep", 10.0, 0.6, super::animals::sheep);
    sometimes(t, &mut out, "cock", 4.0, 0.5, super::birds::rooster);
    sometimes(t, &mut out, "pig", 7.0, 0.5, super::animals::pig);
    sometimes(t, &mut out, "hen", 14.0, 0.35, |one| {
        let mut one = one.clone();
        one.pitch *= 1.5;
        super::birds::duck(&one)
    });
    out.lasting(n)
}

/// A playground: children's voices, high and lively.
pub(in crate::effects) fn playground(t: &Take) -> Signal {
    let n = t.seconds;
    let mut children = t.another("children");
    children.pitch *= 1.9;
    let mut out = super::people::cheer(&children).high(500.0).level(0.25);
    sometimes(t, &mut out, "laugh", 16.0, 0.7, |one| {
        let mut one = one.clone();
        one.pitch *= 1.7;
        super::people::laugh(&one)
    });
    out = out.plus(&super::birds::sparrow(&t.another("sparrows")).unit().gain(0.12));
    out.lasting(n)
}

/// A large railway station: a hall full of voices, a chime, a train that hisses.
pub(in crate::effects) fn station(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = super::people::crowd(&t.another("people")).low(1600.0).level(0.3);
    out = out.plus(&t.brown("engines", n).high(40.0).low(200.0).level(0.35));
    sometimes(t, &mut out, "chime", 5.0, 0.7, |one| {
        let mut chime = one.silence(0.0);
        for (k, hertz) in [392.0, 523.25, 659.3].into_iter().enumerate() {
            chime.put(
                0.42 * k as f32,
                &ring(one.rate, &[Mode::new(hertz, 1.4, 1.0), Mode::new(2.0 * hertz, 0.7, 0.2)], 2.0),
                1.0,
            );
        }
        chime
    });
    sometimes(t, &mut out, "brake", 3.0, 0.4, |one| {
        harmonics(one.rate, 2.5, |u| 2350.0 - 200.0 * u, &[1.0, 0.4])
            .plus(&one.white("air", 2.5).high(3000.0).level(0.3))
            .fade(0.6, 0.8)
    });
    out.lasting(n)
}

/// Outer space, as films have it: a vast, slow chord of drones.
pub(in crate::effects) fn space(t: &Take) -> Signal {
    let n = t.seconds;
    let mut out = t.brown("void", n).low(120.0).level(0.22);
    for (k, hertz) in [55.0, 82.4, 110.0, 164.8, 220.0, 329.6].into_iter().enumerate() {
        for detune in [0.998, 1.0025] {
            let mut swell = t.glide(&format!("tone {k} {detune}"), (2.5, 6.0));
            let drone = tone(t.rate, n, |_| hertz * detune * t.pitch);
            out = out.plus(&drone.swell(|_| swell.next()).gain(0.5 / (1.0 + 0.35 * k as f32)));
        }
    }
    let mut shimmer = t.glide("shimmer", (1.0, 3.0));
    out.plus(&t.white("dust", n).band(5200.0, 3.0).level(0.03).swell(|_| shimmer.next()))
}

/// A cave: drops that fall far apart, the breath of the deep.
pub(in crate::effects) fn cave(t: &Take) -> Signal {
    let n = t.seconds;
    let mut slow = t.another("drops");
    slow.pace *= 0.55;
    let mut out = t.brown("deep", n).low(140.0).level(0.12);
    out = out.plus(&super::water::drip(&slow).lasting(n).unit().gain(0.8));
    out
}

/// A quiet room: its air alone.
pub(in crate::effects) fn room(t: &Take) -> Signal {
    let n = t.seconds;
    let air = t.pink("air", n).low(320.0).level(1.0);
    air.plus(&t.white("hiss", n).band(1200.0, 0.5).level(0.06))
}

/// A swimming pool: water and children's voices in a hall.
pub(in crate::effects) fn pool(t: &Take) -> Signal {
    let n = t.seconds;
    let mut children = t.another("children");
    children.pitch *= 1.7;
    let mut out = super::people::crowd(&children).high(400.0).level(0.22);
    let mut lap = t.glide("lap", (0.25, 0.9));
    out = out.plus(
        &super::water::fountain(&t.another("water"))
            .low(3800.0)
            .level(0.35)
            .swell(|_| 0.2 + lap.next().powi(2)),
    );
    sometimes(t, &mut out, "splash", 18.0, 0.8, super::water::splash);
    sometimes(t, &mut out, "whistle", 2.0, 0.25, super::alarms::whistle);
    out.lasting(n)
}
