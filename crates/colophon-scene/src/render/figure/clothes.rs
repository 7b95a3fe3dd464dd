//! Limbs and clothes: what is drawn along the bones of the rig.

use colophon_types::Seed;

use super::super::brush::{Fill, Rgb, Sketch, hex};
use super::looks::Looks;
use super::rig::{Build, P, Rig, joint};
use crate::graph::Body;

#[allow(clippy::too_many_arguments)]
pub(super) fn arm(
    s: &mut Sketch,
    from: P,
    hand: P,
    b: &Build,
    bend: f32,
    sleeve: Rgb,
    skin: Rgb,
    body: Body,
) {
    let elbow = joint(from, hand, b.arm, bend);
    let w = b.limb;
    let d = format!(
        "M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}",
        from.0,
        from.1,
        elbow.0 * 1.5 - (from.0 + hand.0) * 0.25,
        elbow.1 * 1.5 - (from.1 + hand.1) * 0.25,
        hand.0,
        hand.1
    );
    s.stroke(&d, w, sleeve);
    if body == Body::Animal {
        s.circle(hand.0, hand.1, w * 0.6, sleeve.dark(0.9));
    } else {
        // Cuff and hand.
        let (dx, dy) = (hand.0 - elbow.0, hand.1 - elbow.1);
        let l = dx.hypot(dy).max(0.1);
        let tip = (hand.0 + dx / l * w * 0.35, hand.1 + dy / l * w * 0.35);
        s.line((hand.0 - dx / l * 2.0, hand.1 - dy / l * 2.0), hand, w * 1.06, sleeve.dark(0.8));
        s.circle(tip.0, tip.1, w * 0.5, skin);
        s.line(tip, (tip.0 + dx / l * w * 0.3 + 2.0, tip.1 + dy / l * w * 0.3 - 2.0), w * 0.34, skin);
    }
}

pub(super) fn leg(s: &mut Sketch, r: &Rig, b: &Build, near: bool, k: &Looks, body: Body, bare: bool) {
    let (knee, foot, side) = if near { (r.knee_b, r.foot_b, 0.5) } else { (r.knee_a, r.foot_a, -0.5) };
    let from = (r.hip.0 + b.hip * side, r.hip.1 - 3.0);
    let c = match body {
        Body::Animal => k.limb,
        _ if bare => k.skin,
        _ => k.bottom,
    };
    let c = if near { c } else { c.dark(0.84) };
    let w = b.limb * if body == Body::Animal { 1.25 } else { 1.18 };
    let end = (foot.0, foot.1 - w * 0.5 - 1.5);
    let d = format!(
        "M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}",
        from.0,
        from.1,
        knee.0 * 1.5 - (from.0 + end.0) * 0.25,
        knee.1 * 1.5 - (from.1 + end.1) * 0.25,
        end.0,
        end.1
    );
    s.stroke(&d, w, c);
    let shoe = if body == Body::Animal { k.limb.dark(if near { 0.8 } else { 0.7 }) } else { k.shoe };
    let (fx, fy) = foot;
    let len = b.limb * if body == Body::Animal { 1.0 } else { 0.92 };
    s.path(
        &format!(
            "M{:.1},{fy:.1}Q{:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {:.1},{fy:.1}Z",
            fx - w * 0.56,
            fx - w * 0.62,
            fy - w * 0.95,
            fx - w * 0.3,
            fy - w * 0.95,
            fx + w * 0.42,
            fy - w * 0.9,
            fx + len * 1.3,
            fy - w * 0.75,
            fx + len * 1.25
        ),
        shoe,
    );
    if body != Body::Animal {
        s.line((fx - w * 0.5, fy - 0.8), (fx + len * 1.16, fy - 0.8), 2.4, shoe.dark(0.55));
    }
}

#[allow(clippy::too_many_arguments)]
pub(super) fn torso(
    s: &mut Sketch,
    r: &Rig,
    b: &Build,
    k: &Looks,
    body: Body,
    bust: bool,
    skirt: bool,
    variant: usize,
) {
    let ((hx, hy), (cx, cy)) = (r.hip, r.chest);
    let (sh, hp) = (b.shoulder, b.hip);
    if body == Body::Animal {
        // A pear of fur with a pale belly.
        let g = s.across(k.skin.pale(0.08), k.skin.dark(0.84));
        s.path(
            &format!(
                "M{:.1},{cy:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Q{hx:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{cy:.1}Q{cx:.1},{:.1} {:.1},{cy:.1}Z",
                cx - sh * 0.8,
                cx - sh * 1.25, cy + b.torso * 0.3,
                hx - hp * 1.3, hy - b.torso * 0.3,
                hx - hp * 0.92, hy + 10.0,
                hy + 24.0,
                hx + hp * 0.92, hy + 10.0,
                hx + hp * 1.3, hy - b.torso * 0.3,
                cx + sh * 1.25, cy + b.torso * 0.3,
                cx + sh * 0.8,
                cy - 10.0,
                cx - sh * 0.8
            ),
            g,
        );
        let belly = if (k.pale.luma() - k.skin.luma()).abs() < 0.06 { k.skin.pale(0.35) } else { k.pale };
        let (bx, by) = ((cx + hx) / 2.0 + 2.0, hy - b.torso * 0.3);
        s.oval(bx, by, hp * 0.66, b.torso * 0.42, belly.mix(k.skin, 0.12));
        return;
    }
    // Neck.
    if !bust {
        s.rect(cx - b.limb * 0.42, r.head.1 - 8.0, b.limb * 0.84, b.neck + 16.0, 4.0, k.skin.dark(0.86));
    }
    if skirt {
        let g = s.across(k.accent.pale(0.08), k.accent.dark(0.76));
        let y = hy + b.leg * 0.5;
        let (l, rr) = (hx - hp * 1.75, hx + hp * 1.75);
        s.path(
            &format!(
                "M{:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {rr:.1},{y:.1}Q{hx:.1},{:.1} {l:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}Z",
                hx - hp * 0.9, hy - 10.0,
                hx + hp * 0.9, hy - 10.0,
                hx + hp * 1.2, hy + 10.0,
                y + 9.0,
                hx - hp * 1.2, hy + 10.0,
                hx - hp * 0.9, hy - 10.0
            ),
            g,
        );
        for t in [-0.5, 0.1, 0.6] {
            s.line((hx + hp * t, hy), (hx + hp * t * 2.1, y + 1.0), 1.4, Fill::a(k.accent.dark(0.6), 0.5));
        }
    } else {
        let g = s.across(k.bottom.pale(0.06), k.bottom.dark(0.8));
        s.rect(hx - hp, hy - 12.0, hp * 2.0, 24.0, 8.0, g);
    }
    let c = k.top;
    let g = s.across(c.pale(0.1), c.dark(0.8));
    let low = hy + if variant == 1 { 12.0 } else { 4.0 };
    let d = format!(
        "M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{low:.1}Q{hx:.1},{:.1} {:.1},{low:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Z",
        cx - sh,
        cy + 12.0,
        cx - sh,
        cy + 1.0,
        cx - sh * 0.5,
        cy - 2.0,
        cy + 4.0,
        cx + sh * 0.5,
        cy - 2.0,
        cx + sh,
        cy + 1.0,
        cx + sh,
        cy + 12.0,
        cx + sh * 1.02,
        cy + b.torso * 0.5,
        hx + hp * 0.9,
        hy - b.torso * 0.3,
        hx + hp * 1.06,
        low + 5.0,
        hx - hp * 1.06,
        hx - hp * 0.9,
        hy - b.torso * 0.3,
        cx - sh * 1.02,
        cy + b.torso * 0.5,
        cx - sh,
        cy + 12.0
    );
    s.path(&d, g);
    match variant {
        0 => {
            // Stripes.
            for i in 0..3 {
                let y = cy + b.torso * (0.3 + 0.2 * i as f32);
                let half = sh * 0.94 - 1.2 * i as f32;
                let mx = cx + (hx - cx) * (0.3 + 0.2 * i as f32);
                s.stroke(
                    &format!("M{:.1},{y:.1}q{half:.1},5 {:.1},0", mx - half, half * 2.0),
                    4.6,
                    Fill::a(c.pale(0.62), 0.85),
                );
            }
        }
        1 => {
            // A coat with buttons and a belt.
            s.line((cx + 1.0, cy + 6.0), (hx + 1.0, low + 2.0), 1.6, c.dark(0.6));
            for i in 0..3 {
                s.circle(cx + 5.0, cy + b.torso * (0.28 + 0.22 * i as f32), 2.0, k.accent.pale(0.4));
            }
            s.line((hx - hp * 0.92, hy - 6.0), (hx + hp * 0.92, hy - 6.0), 5.0, c.dark(0.56));
        }
        2 => {
            // Dungarees over the shirt.
            let o = k.bottom;
            s.rect(cx - sh * 0.58, cy + b.torso * 0.36, sh * 1.16, b.torso * 0.66, 5.0, o);
            s.line((cx - sh * 0.48, cy + b.torso * 0.4), (cx - sh * 0.56, cy + 2.0), 5.0, o.dark(0.9));
            s.line((cx + sh * 0.48, cy + b.torso * 0.4), (cx + sh * 0.56, cy + 2.0), 5.0, o.dark(0.9));
            s.rect(cx - sh * 0.28, cy + b.torso * 0.54, sh * 0.56, b.torso * 0.22, 3.0, o.pale(0.14));
            for t in [-0.46, 0.46] {
                s.circle(cx + sh * t, cy + b.torso * 0.42, 2.2, hex(0xf0cf6a));
            }
        }
        _ if !bust => {
            s.path(
                &format!(
                    "M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}Z",
                    cx - sh * 0.46,
                    cy - 1.0,
                    cy + 7.0,
                    cx + sh * 0.46,
                    cy - 1.0,
                    cy + 16.0,
                    cx - sh * 0.46,
                    cy - 1.0
                ),
                c.pale(0.5),
            );
        }
        _ => {}
    }
    let _ = k.hair;
}

/// Scarf, vest or ribbon of a storybook animal.
pub(super) fn wear(s: &mut Sketch, r: &Rig, b: &Build, k: &Looks, variant: usize, rng: &mut Seed, head: f32) {
    let ((hx, hy), (cx, cy)) = (r.hip, r.chest);
    let c = k.accent;
    let w = (b.shoulder * 1.05).min(head * 0.46);
    let _ = rng;
    if variant == 1 || variant == 3 {
        // A vest that is open in front.
        for side in [-1.0f32, 1.0] {
            let d = format!(
                "M{:.1},{:.1}L{:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z",
                cx + side * 3.0,
                cy + 6.0,
                cx + side * b.shoulder * 0.86,
                cy + 4.0,
                cx + side * b.shoulder * 1.22,
                cy + b.torso * 0.34,
                hx + side * b.hip * 1.16,
                hy - b.torso * 0.34,
                hx + side * b.hip * 1.06,
                hy - 2.0,
                hx + side * b.hip * 0.7,
                hy + 6.0,
                hx + side * b.hip * 0.42,
                hy + 2.0,
                cx + side * b.shoulder * 0.5,
                cy + b.torso * 0.4,
                cx + side * 3.0,
                cy + 6.0
            );
            s.path(&d, if side < 0.0 { c } else { c.dark(0.86) });
            s.circle(hx + side * b.hip * 0.56, hy - b.torso * 0.34, 2.2, hex(0xf6e3a8));
        }
    }
    if variant != 1 {
        // A scarf with hanging ends.
        let y = cy + 6.0;
        let end = (cx - w * 0.5, y + 34.0);
        s.path(
            &format!(
                "M{:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {:.1},{y:.1}Z",
                cx - w * 0.66,
                end.0 - 7.0,
                y + 18.0,
                end.0 - 6.0,
                end.1,
                end.0 + 9.0,
                end.1 + 1.0,
                end.0 + 4.0,
                y + 16.0,
                cx - w * 0.16
            ),
            c.dark(0.82),
        );
        for i in 0..3 {
            let x = end.0 - 4.5 + i as f32 * 5.4;
            s.line((x, end.1), (x, end.1 + 5.0), 1.8, c.dark(0.7));
        }
        s.stroke(
            &format!("M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}", cx - w, y - 3.0, y + 13.0, cx + w, y - 3.0),
            12.0,
            c,
        );
        s.stroke(
            &format!(
                "M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}",
                cx - w * 0.96,
                y - 5.0,
                y + 9.0,
                cx + w * 0.96,
                y - 5.0
            ),
            2.4,
            Fill::a(c.pale(0.5), 0.7),
        );
    }
}

/// What a sitting person sits on: a stool or a stump.
pub(super) fn seat(s: &mut Sketch, r: &Rig, b: &Build, indoors: bool) {
    let (x, top) = (r.hip.0 + b.hip * 0.15, r.hip.1 + b.limb * 0.62);
    let w = b.hip * 1.55;
    let c = hex(0xa8754a);
    if indoors {
        for t in [-0.78, 0.0, 0.78] {
            s.line((x + w * t * 0.8, top + 4.0), (x + w * t, 199.0), 6.0, c.dark(0.74));
        }
        let g = s.down(hex(0xd9604f), hex(0xa8433f));
        s.rect(x - w, top - 5.0, w * 2.0, 12.0, 6.0, g);
        return;
    }
    let g = s.across(c.pale(0.06), c.dark(0.62));
    s.path(
        &format!(
            "M{:.1},{top:.1}L{:.1},{top:.1}Q{:.1},190 {:.1},200L{:.1},200Q{:.1},190 {:.1},{top:.1}Z",
            x - w * 0.92,
            x + w * 0.92,
            x + w * 0.9,
            x + w * 1.16,
            x - w * 1.16,
            x - w * 0.9,
            x - w * 0.92
        ),
        g,
    );
    for t in [-0.5, -0.1, 0.4] {
        s.line((x + w * t, top + 8.0), (x + w * t * 1.1, 194.0), 1.4, Fill::a(c.dark(0.5), 0.5));
    }
    s.oval(x, top, w * 0.94, 6.0, c.pale(0.45));
    s.oval(x, top, w * 0.55, 3.2, c.pale(0.22));
}

/// The tail of the animal that the head's name tells of.
pub(super) fn tail(s: &mut Sketch, name: &str, r: &Rig, b: &Build, k: &Looks, rng: &mut Seed) {
    let (x, y) = (r.hip.0 - b.hip * 0.7, r.hip.1 - 2.0);
    let has = |of: &[&str]| of.iter().any(|n| name.contains(n));
    if has(&["fox", "wolf", "raccoon", "skunk", "chipmunk", "squirrel"]) {
        let big = rng.range(0.95, 1.1);
        let g = s.across(k.skin.dark(0.8), k.skin);
        let at = |dx: f32, dy: f32| (x - dx * big, y - dy * big);
        let (t, m1, m2, m3, m4) =
            (at(62.0, 60.0), at(34.0, -30.0), at(78.0, -4.0), at(30.0, 36.0), at(26.0, 4.0));
        s.path(
            &format!(
                "M{:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Z",
                x + 6.0,
                y + 10.0,
                m1.0,
                m1.1,
                m2.0,
                m2.1,
                t.0,
                t.1,
                m3.0,
                m3.1,
                m4.0,
                m4.1,
                x + 6.0,
                y - 12.0
            ),
            g,
        );
        let tip = if name.contains("fox") { hex(0xfff4e6) } else { k.skin.dark(0.5) };
        let (a, c) = (at(63.0, 22.0), at(42.0, 34.0));
        s.path(
            &format!(
                "M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z",
                a.0,
                a.1,
                t.0 + 4.0,
                a.1 - 8.0,
                c.0,
                c.1,
                t.0 + 10.0,
                t.1 + 16.0,
                t.0,
                t.1
            ),
            tip,
        );
        s.path(
            &format!("M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z", a.0, a.1, t.0 - 3.0, t.1 + 16.0, t.0, t.1),
            tip,
        );
    } else if has(&["rabbit", "bear", "panda", "koala", "hamster", "sheep", "ram"]) {
        s.circle(x - 6.0, y + 2.0, 12.0, k.pale.mix(k.skin, 0.3));
    } else if has(&["cat", "monkey", "tiger", "lion", "leopard", "mouse", "rat"]) {
        let w = if has(&["mouse", "rat"]) { 4.0 } else { 9.0 };
        let d = format!(
            "M{x:.1},{y:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}",
            x - 44.0,
            y + 16.0,
            x - 52.0,
            y - 34.0,
            x - 32.0,
            y - 56.0
        );
        s.stroke(&d, w, k.skin.dark(0.86));
        if name.contains("lion") {
            s.circle(x - 32.0, y - 58.0, 10.0, k.skin.dark(0.55));
        }
    } else if has(&["dog", "cow", "horse", "pig", "zebra", "unicorn"]) {
        let d = format!("M{x:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}", x - 30.0, y - 4.0, x - 32.0, y - 30.0);
        s.stroke(&d, 8.0, k.skin.dark(0.86));
    }
}
