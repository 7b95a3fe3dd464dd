//! What the ground is made of: rock, soil, grass, sand, snow and trees, by height, slope and season.

use super::field::Field;
use super::light::{Light, Vec3, srgb};
use super::noise::{Noise, floor, hash, mix, smoothstep, unit};
use super::relief::Hit;
use super::words::{Land, Plan, Season};

/// Metres between trees.
const SPACING: f32 = 8.5;

/// The height of the trees at a place, how far below the top of its own tree it is (0…1), and a number of
/// that tree. `density` is 0…1. Where trees are smaller than a pixel they are an even cover.
pub(super) fn canopy(plan: Plan, x: f32, z: f32, density: f32, pixel: f32) -> (f32, f32, u32) {
    let pointed = plan.land == Land::Mountains || plan.season == Season::Winter;
    let shrub = plan.land == Land::Canyon;
    let (gx, gz) = (x / SPACING - 0.5, z / SPACING - 0.5);
    let (ix, iz) = (floor(gx), floor(gz));
    let mut best = (0.0f32, 1.0f32, 0u32);
    for (cx, cz) in [(ix, iz), (ix + 1, iz), (ix, iz + 1), (ix + 1, iz + 1)] {
        let number = hash(cx, cz, 71);
        let part = |shift: u32| ((number >> shift) & 255) as f32 / 255.0;
        if part(0) > density * 1.15 {
            continue;
        }
        let (px, pz) = (cx as f32 + 0.5 + (part(8) - 0.5) * 0.5, cz as f32 + 0.5 + (part(16) - 0.5) * 0.5);
        let tall = (9.0 + 9.0 * part(24)) * (0.55 + 0.45 * density) * if shrub { 0.13 } else { 1.0 };
        let radius = tall
            * if shrub {
                0.95
            } else if pointed {
                0.24
            } else {
                0.31
            };
        let away = ((x / SPACING - px).powi(2) + (z / SPACING - pz).powi(2)).sqrt() * SPACING;
        // Ragged edges: branches.
        let ragged = if pixel < 1.2 && pointed {
            1.0 + 0.35 * (unit((x * 2.2) as i32, (z * 2.2) as i32, 5) - 0.5)
        } else {
            1.0
        };
        let mut r = away * ragged / radius;
        if !pointed && !shrub && pixel < 2.5 {
            // Crowns are lumpy.
            r *= 1.0 + 0.30 * Noise(number).at(x * 0.55, z * 0.55);
        }
        if r < 1.0 {
            let shape = if pointed { 1.0 - r } else { (1.0 - r * r).sqrt() };
            let up = tall * if pointed { 0.12 + 0.88 * shape } else { 0.2 + 0.8 * shape };
            if up > best.0 {
                best = (up, 1.0 - shape, number);
            }
        }
    }
    // Far away: the mean of it.
    let fade = smoothstep(2.5, 7.0, pixel);
    let mean = if shrub { 0.4 } else { 7.5 } * density;
    (mix(best.0, mean, fade), best.1, best.2)
}

/// The light that a point of the ground sends, without the air before it, and its height.
pub(super) fn shade(field: &Field, light: &Light, hit: Hit) -> (Vec3, f32) {
    let Hit { x, z, pixel, .. } = hit;
    let (up, dx, dz) = field.ground(x, z, pixel);
    let normal = Vec3(-dx, 1.0, -dz).unit();
    let ground = Ground::at(field, hit, up, normal);
    let mut colour = ground.colour;
    let mut normal = normal;
    let mut open = Field::read(&field.sky, x, z);
    let mut tree = 0.0;
    let density = Field::read(&field.trees, x, z);
    if density > 0.02 {
        let (tall, below, number) = canopy(field.plan, x, z, density, pixel);
        let fade = smoothstep(2.0, 6.5, pixel);
        tree = mix(if tall > 0.6 { 1.0 } else { 0.0 }, density.powf(0.6), fade);
        if tree > 0.0 {
            let (colour_of, bend) = leaves(field.plan, number, below, fade, field.noise, hit);
            let step = (pixel * 0.8).max(0.5);
            let beside = canopy(field.plan, x + step, z, density, pixel).0;
            let behind = canopy(field.plan, x, z + step, density, pixel).0;
            let rounded = Vec3(
                normal.0 - (beside - tall) / step * 0.5 * bend,
                1.0,
                normal.2 - (behind - tall) / step * 0.5 * bend,
            );
            normal = normal.mix(rounded.unit(), tree).unit();
            // Dark between the trees and at their feet.
            open *= 1.0 - tree * mix(0.62 * below, 0.25, fade);
            let white = ground.snow * smoothstep(0.85, 0.35, below) * 0.75;
            colour = colour.mix(colour_of.mix(srgb(0xdfe8f2), white), tree);
        } else {
            open *= 1.0 - 0.35 * density;
        }
    }
    let sun = Field::read(&field.sun, x, z);
    let facing = normal.dot(light.to);
    // Snow and leaves let light through.
    let soft = 0.12 * ground.snow + 0.22 * tree;
    let direct = ((facing + soft) / (1.0 + soft)).max(0.0) * sun * (0.55 + 0.45 * open);
    let dome = light.ambient.mix(light.air(Vec3(normal.0, normal.1.max(0.1), normal.2).unit()), 0.25);
    let ambient = dome * (open * (0.35 + 0.65 * open) * (0.55 + 0.45 * normal.1));
    // Light that the ground about it throws back.
    let bounce = light.sun * (0.07 * (1.0 - normal.1 * 0.6) * light.to.1.max(0.12) * sun);
    let lit = light.sun * direct + ambient + bounce;
    // Back light through leaves and grass.
    let through = hit.way.dot(light.to).max(0.0).powi(6) * (tree * 0.5 + ground.grass * 0.35) * sun;
    let mut out = colour * lit + colour * light.sun * through;
    if ground.snow > 0.3 {
        let half = (light.to + hit.way * -1.0).unit();
        out = out + light.sun * (normal.dot(half).max(0.0).powi(24) * 0.10 * ground.snow * sun);
    }
    (out, up)
}

struct Ground {
    colour: Vec3,
    snow: f32,
    grass: f32,
}

impl Ground {
    fn at(field: &Field, hit: Hit, up: f32, normal: Vec3) -> Self {
        let plan = field.plan;
        let Hit { x, z, pixel, .. } = hit;
        let noise = Noise(field.noise.0 ^ 0x1234);
        let wide = noise.fbm(x / 420.0, z / 420.0, 3);
        let fine = if pixel < 9.0 { noise.fbm(x / 14.0, z / 14.0, 3) } else { 0.0 };
        let grain = if pixel < 1.5 { noise.fbm(x / 1.7, z / 1.7, 2) } else { 0.0 };
        let steep = (1.0 - normal.1 * normal.1).sqrt() / normal.1.max(0.05);
        let wet = Field::read(&field.wet, x, z);
        let layers =
            noise.at(up / 13.0 + wide * 1.8, wide) * 0.6 + noise.at(up / 4.2, wide * 3.0 + 7.0) * 0.4;
        let rock = match plan.land {
            Land::Canyon | Land::Dunes => {
                let band = (up / 21.0 + wide * 1.3).sin() * 0.5 + layers * 0.9;
                srgb(0x97603f)
                    .mix(srgb(0xc59468), smoothstep(-0.6, 0.7, band))
                    .mix(srgb(0x6b4334), smoothstep(0.45, 0.9, -band) * 0.7)
            }
            Land::Coast => srgb(0x8b8272).mix(srgb(0x59544d), 0.5 + 0.6 * layers),
            Land::Islands => srgb(0x6f675d).mix(srgb(0x4b463f), 0.5 + 0.6 * layers),
            Land::Mountains | Land::Hills => {
                srgb(0x77706a).mix(srgb(0x4c4a4b), 0.5 + 0.55 * layers + 0.2 * wide)
            }
        };
        let rock = rock * (1.0 + 0.35 * fine + 0.25 * grain);
        let (soil, grass, bare) = turf(plan, wide, fine);
        let grass = grass * (1.0 + 0.3 * fine + 0.3 * grain);
        let bloom = flowers(plan, x, z, pixel, wide);
        let grass = grass.mix(bloom.0, bloom.1);
        let rough = if plan.land == Land::Dunes { 0.15 } else { 1.0 };
        let slide = soil * (1.0 + rough * (0.25 * fine + 0.3 * grain));
        let rocky = smoothstep(0.5, 0.82, steep + 0.22 * fine + 0.1 * wide)
            * if plan.land == Land::Dunes { 0.0 } else { 1.0 };
        let height = smoothstep(field.tree_line() + 80.0, field.tree_line() + 520.0, up + wide * 260.0);
        let green = (1.0 - height) * (1.0 - smoothstep(0.32, 0.62, steep + fine * 0.18)) * bare;
        let ground = slide.mix(grass, green);
        let mut colour = ground.mix(rock, rocky);
        // Beds of streams are paler.
        colour = colour
            .mix(srgb(0x8d877b), 0.28 * smoothstep(0.35, 0.9, wet) * rocky.max(0.3) * (1.0 - green * 0.8));
        let above = up - field.level;
        let shore = 1.0 - smoothstep(1.5, 5.5, above + fine * 3.0);
        if field.level > -1000.0 && shore > 0.0 {
            let sand = match plan.land {
                Land::Islands => srgb(0xe3d2a6),
                Land::Coast => srgb(0xb7a483),
                _ => srgb(0x8c8372),
            };
            let damp = 1.0 - 0.45 * smoothstep(1.6, 0.2, above);
            colour = colour.mix(sand * damp * (1.0 + 0.2 * grain), shore * (1.0 - 0.7 * rocky));
        }
        let line = field.snow_line();
        let lies = smoothstep(-130.0, 190.0, up - line + wide * 330.0 + fine * 90.0);
        let holds =
            1.0 - smoothstep(0.62, 1.05, steep + fine * 0.16 - 0.25 * smoothstep(200.0, 1100.0, up - line));
        let snow = lies * holds * if above > 0.6 { 1.0 } else { 0.4 };
        let white = srgb(0xf2f5fa) * (1.0 + 0.03 * grain);
        Self { colour: colour.mix(white, snow), snow, grass: green * (1.0 - rocky) * (1.0 - snow) }
    }
}

/// Bare soil, what grows on it, and how much of it is covered.
fn turf(plan: Plan, wide: f32, fine: f32) -> (Vec3, Vec3, f32) {
    let t = (0.5 + 0.9 * wide + 0.3 * fine).clamp(0.0, 1.0);
    match plan.land {
        Land::Dunes => (srgb(0xd8b587).mix(srgb(0xcfa673), t), srgb(0xd6a868), 0.0),
        Land::Canyon => {
            let soil = srgb(0xb98a66).mix(srgb(0xa3714f), t);
            (soil, srgb(0x8a8454).mix(srgb(0x6d6f48), t), 0.35 * smoothstep(0.35, 0.75, t))
        }
        _ => {
            let soil = srgb(0x7b6d58).mix(srgb(0x655a4a), t);
            let (a, b) = match (plan.season, plan.land) {
                (Season::Spring, _) => (0x7b8b58, 0x5f7648),
                (Season::Autumn, _) => (0xa88c48, 0x7d6f3a),
                (Season::Winter, _) => (0x8a8260, 0x6a6650),
                (Season::Summer, Land::Mountains) => (0x74794a, 0x565f38),
                (Season::Summer, Land::Islands) => (0x66803e, 0x4a6434),
                (Season::Summer, _) => (0x868558, 0x66704a),
            };
            (soil, srgb(a).mix(srgb(b), t), 1.0)
        }
    }
}

/// Flowers of the spring: their colour, and how much of the ground they cover.
fn flowers(plan: Plan, x: f32, z: f32, pixel: f32, wide: f32) -> (Vec3, f32) {
    if plan.season != Season::Spring || matches!(plan.land, Land::Canyon | Land::Dunes) || pixel > 4.0 {
        return (Vec3::default(), 0.0);
    }
    let colours = [0xcfb04a, 0xb05a72, 0x9a7cb4, 0xd6d2c4];
    let field = Noise(plan.land as u32 + 31).fbm(x / 130.0, z / 130.0, 3);
    let kind = colours[(((field + 1.0) * 6.0) as usize) % 4];
    let spot = unit((x * 3.6) as i32, (z * 3.6) as i32, 17);
    let thick = smoothstep(0.05, 0.45, field.abs() + 0.3 * wide) * 0.2;
    let single = if spot < thick { 1.0 } else { 0.0 };
    (srgb(kind), mix(single, thick, smoothstep(0.25, 1.2, pixel)) * (1.0 - smoothstep(2.0, 4.0, pixel)) * 0.9)
}

/// The colour of a tree, and how round it is lit.
fn leaves(plan: Plan, number: u32, below: f32, fade: f32, noise: Noise, hit: Hit) -> (Vec3, f32) {
    let part = ((number >> 4) & 255) as f32 / 255.0;
    let patch = 0.5 + noise.fbm(hit.x / 240.0 + 50.0, hit.z / 240.0, 3);
    let part = mix(part, patch, fade);
    let green = |a: u32, b: u32| srgb(a).mix(srgb(b), part);
    let pointed = plan.land == Land::Mountains;
    if plan.land == Land::Canyon {
        return (green(0x6b6a48, 0x8a8560) * (1.0 - 0.35 * below), 1.0);
    }
    let base = match (plan.season, pointed) {
        (Season::Autumn, true) => {
            let gold = smoothstep(0.42, 0.58, patch * 0.6 + part * 0.4);
            green(0x26371f, 0x3a4d27).mix(srgb(0xb98526).mix(srgb(0xd0a03a), part), gold * 0.85)
        }
        (Season::Autumn, false) => {
            let kinds = [srgb(0x9c4a2a), srgb(0xb8863a), srgb(0xa8653a), srgb(0x6a7038), srgb(0x7c3a2a)];
            let at = (part * 0.7 + patch.clamp(0.0, 1.0) * 0.3) * 4.0;
            let i = (at as usize).min(3);
            kinds[i].mix(kinds[i + 1], at - i as f32)
        }
        (Season::Spring, false) => green(0x4c6b34, 0x7f944d),
        (Season::Spring, true) => green(0x2c4726, 0x486a35),
        (Season::Winter, _) => green(0x232d24, 0x37402f),
        (_, true) => green(0x202d20, 0x39472d),
        (_, false) => green(0x33492a, 0x56693a),
    };
    let inner = 1.0 - (0.3 * below + 0.45 * smoothstep(0.72, 0.98, below)) * (1.0 - fade);
    (base * inner, 1.0 - fade * 0.7)
}
