//! Figures: a head from the icon set on a drawn body, a rig of torso, arms, legs and clothes.
//!
//! Units: the figure is 200 high and stands on y = 200, x runs from −100 to 100, facing right.

use colophon_types::{Raster, Seed};

use super::brush::{Fill, Icon, Rgb, Sketch, hex};
use super::props;
use crate::graph::{Body, Pose};

/// A point of the rig.
type P = (f32, f32);

/// A figure, drawn on two rasters: the body, and the arm that moves by itself (empty when none).
pub(crate) struct Figure {
    /// Body, head, still arm.
    pub(crate) body: Raster,
    /// The waving arm.
    pub(crate) arm: Option<Raster>,
    /// Shoulder of the waving arm, in pixels of the raster.
    pub(crate) shoulder: (f32, f32),
}

/// Proportions of a body.
struct Build {
    head: f32,
    neck: f32,
    shoulder: f32,
    hip: f32,
    torso: f32,
    leg: f32,
    arm: f32,
    limb: f32,
}

fn build(body: Body, bust: bool) -> Build {
    match body {
        Body::Adult if bust => Build {
            head: 88.0, neck: 0.0, shoulder: 25.0, hip: 20.0, torso: 50.0, leg: 74.0, arm: 58.0, limb: 15.0,
        },
        Body::Adult => Build {
            head: 58.0, neck: 6.0, shoulder: 23.0, hip: 18.0, torso: 62.0, leg: 80.0, arm: 62.0, limb: 14.0,
        },
        Body::Child => Build {
            head: 72.0, neck: 3.0, shoulder: 21.0, hip: 18.0, torso: 56.0, leg: 68.0, arm: 50.0, limb: 14.0,
        },
        Body::Animal => Build {
            head: 84.0, neck: 0.0, shoulder: 24.0, hip: 29.0, torso: 66.0, leg: 52.0, arm: 48.0, limb: 18.0,
        },
    }
}

/// Colours of a figure.
struct Looks {
    skin: Rgb,
    pale: Rgb,
    hair: Rgb,
    top: Rgb,
    bottom: Rgb,
    shoe: Rgb,
    accent: Rgb,
}

/// Icons that show head and shoulders in clothes: the body continues the clothes.
fn is_bust(icon: &str) -> bool {
    const WORDS: [&str; 34] = [
        "teacher", "farmer", "scientist", "health-worker", "cook", "mechanic", "pilot", "astronaut",
        "judge", "singer", "student", "technologist", "artist", "firefighter", "police", "office-worker",
        "factory-worker", "construction-worker", "detective", "guard", "ninja", "prince", "princess",
        "mage", "fairy", "vampire", "elf", "santa", "claus", "superhero", "supervillain", "tuxedo",
        "veil", "headscarf",
    ];
    WORDS.iter().any(|w| icon.contains(w))
}

/// Mean colours of the head: the most common colour of its lower half (skin or fur), the lightest
/// common one, that of the upper part (hair, or fur of the ears), and that of the lowest rows.
fn read_head(r: &Raster, b: [f32; 4]) -> (Rgb, Rgb, Rgb, Rgb) {
    let n = r.height as f32;
    let zone = |x0: f32, x1: f32, y0: f32, y1: f32| -> Vec<(Rgb, usize)> {
        let (w, h) = (b[2] - b[0], b[3] - b[1]);
        let (x0, x1) = ((b[0] + w * x0) * n, (b[0] + w * x1) * n);
        let (y0, y1) = ((b[1] + h * y0) * n, (b[1] + h * y1) * n);
        // Histogram over 6 levels a channel; the mean of each bin.
        let mut bins = vec![([0.0f32; 3], 0usize); 216];
        for y in y0 as u32..(y1 as u32).min(r.height) {
            for x in x0 as u32..(x1 as u32).min(r.width) {
                let i = (y * r.width + x) as usize * 4;
                let p = &r.rgba[i..i + 4];
                if p[3] < 250 {
                    continue;
                }
                let q = |v: u8| (usize::from(v) * 6 / 256).min(5);
                let bin = &mut bins[q(p[0]) * 36 + q(p[1]) * 6 + q(p[2])];
                for (s, v) in bin.0.iter_mut().zip(p) {
                    *s += f32::from(*v);
                }
                bin.1 += 1;
            }
        }
        let mut out: Vec<_> = bins
            .into_iter()
            .filter(|b| b.1 > 0)
            .map(|(s, n)| {
                let k = 1.0 / (n as f32 * 255.0);
                (Rgb(s[0] * k, s[1] * k, s[2] * k), n)
            })
            .collect();
        out.sort_by(|a, b| b.1.cmp(&a.1));
        out
    };
    let first = |v: &[(Rgb, usize)], or: Rgb| v.first().map_or(or, |c| c.0);
    let face = zone(0.15, 0.85, 0.3, 0.9);
    let skin = first(&face, hex(0xd9a066));
    let pale = face
        .iter()
        .take(5)
        .map(|c| c.0)
        .max_by(|a, b| a.luma().total_cmp(&b.luma()))
        .unwrap_or(skin);
    let hair = first(&zone(0.1, 0.9, 0.0, 0.22), skin);
    let foot = first(&zone(0.1, 0.9, 0.9, 1.0), skin);
    (skin, pale, hair, foot)
}

/// A limb with one joint: where the joint lies between two ends, bent to one side.
fn joint(a: P, c: P, reach: f32, side: f32) -> P {
    let (dx, dy) = (c.0 - a.0, c.1 - a.1);
    let d = dx.hypot(dy).max(0.01);
    let h = ((reach / 2.0).powi(2) - (d / 2.0).powi(2)).max(0.0).sqrt() * side;
    ((a.0 + c.0) / 2.0 - dy / d * h, (a.1 + c.1) / 2.0 + dx / d * h)
}

/// The rig in a pose.
struct Rig {
    hip: P,
    chest: P,
    head: P,
    tilt: f32,
    foot_a: P,
    foot_b: P,
    knee_a: P,
    knee_b: P,
    hand_a: P,
    hand_b: P,
    bend_a: f32,
    bend_b: f32,
}

fn rig(b: &Build, pose: Pose, hold: bool, rng: &mut Seed) -> Rig {
    let j = |rng: &mut Seed, a: f32| rng.range(-a, a);
    let mut r = {
        let hip = (0.0, 200.0 - b.leg);
        let chest = (0.0, hip.1 - b.torso);
        Rig {
            hip,
            chest,
            head: (0.0, chest.1 - b.neck),
            tilt: j(rng, 3.0),
            foot_a: (-b.hip * 0.55, 197.0),
            foot_b: (b.hip * 0.6, 199.0),
            knee_a: (-b.hip * 0.56, 200.0 - b.leg * 0.5),
            knee_b: (b.hip * 0.6, 200.0 - b.leg * 0.5),
            hand_a: (-b.shoulder - b.arm * 0.22, chest.1 + b.arm * 0.94),
            hand_b: (b.shoulder + b.arm * 0.2, chest.1 + b.arm * 0.94),
            bend_a: 1.0,
            bend_b: -1.0,
        }
    };
    match pose {
        Pose::Stand => {}
        Pose::Walk => {
            r.foot_a = (-b.leg * 0.36, 194.0);
            r.foot_b = (b.leg * 0.36, 198.0);
            r.hip.1 += 4.0;
            r.chest.1 += 4.0;
            r.head.1 += 4.0;
            r.knee_a = (-b.leg * 0.06, 200.0 - b.leg * 0.42);
            r.knee_b = (b.leg * 0.26, 200.0 - b.leg * 0.5);
            r.hand_a = (b.arm * 0.52, r.chest.1 + b.arm * 0.8);
            r.hand_b = (-b.arm * 0.3, r.chest.1 + b.arm * 0.86);
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Run => {
            r.chest.0 += 12.0;
            r.head.0 += 18.0;
            r.tilt = 5.0;
            r.foot_a = (-b.leg * 0.78, 200.0 - b.leg * 0.44);
            r.knee_a = (-b.leg * 0.18, 200.0 - b.leg * 0.42);
            r.foot_b = (b.leg * 0.52, 197.0);
            r.knee_b = (b.leg * 0.46, 200.0 - b.leg * 0.62);
            r.hand_a = (b.arm * 0.84, r.chest.1 + b.arm * 0.3);
            r.hand_b = (-b.arm * 0.52, r.chest.1 + b.arm * 0.56);
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Sit | Pose::Ride => {
            let drop = b.leg * if pose == Pose::Sit { 0.52 } else { 0.2 };
            r.hip.1 += drop;
            r.chest.1 += drop;
            r.head.1 += drop;
            r.hand_a.1 += drop;
            r.hand_b.1 += drop;
            if pose == Pose::Sit {
                r.knee_a = (b.leg * 0.42, r.hip.1 - b.leg * 0.1);
                r.foot_a = (b.leg * 0.5, 195.0);
                r.knee_b = (b.leg * 0.56, r.hip.1 + b.leg * 0.02);
                r.foot_b = (b.leg * 0.66, 199.0);
                r.hand_a = (b.leg * 0.34, r.hip.1 - b.leg * 0.12);
                r.hand_b = (b.leg * 0.46, r.hip.1 - b.leg * 0.06);
            } else {
                r.knee_a = (b.leg * 0.46, r.hip.1 + b.leg * 0.28);
                r.foot_a = (b.leg * 0.3, 192.0);
                r.knee_b = (b.leg * 0.5, r.hip.1 + b.leg * 0.3);
                r.foot_b = (b.leg * 0.22, 198.0);
                r.hand_a = (b.arm * 0.84, r.chest.1 + b.arm * 0.62);
                r.hand_b = (b.arm * 0.88, r.chest.1 + b.arm * 0.66);
                r.chest.0 += 5.0;
                r.head.0 += 8.0;
            }
            r.bend_a = 1.0;
            r.bend_b = 1.0;
        }
        Pose::Hold => {
            r.hand_b = (b.shoulder + b.arm * 0.46, r.chest.1 + b.arm * 0.34);
            r.hand_a = (-b.shoulder - b.arm * 0.14, r.chest.1 + b.arm * 0.9);
            r.bend_b = 1.0;
        }
        Pose::Wave => {
            r.hand_b = (b.shoulder + b.arm * 0.62, r.chest.1 - b.arm * 0.62);
            r.bend_b = 1.0;
            r.tilt = -4.0;
        }
    }
    if hold && !matches!(pose, Pose::Hold | Pose::Wave) {
        r.hand_b = (r.chest.0 + b.shoulder + b.arm * 0.42, r.chest.1 + b.arm * 0.42);
        r.bend_b = 1.0;
    }
    r
}

/// What to draw.
pub(crate) struct Request<'a> {
    /// Icon name of the head.
    pub(crate) name: &'a str,
    /// The head.
    pub(crate) head: &'a Icon,
    /// Body.
    pub(crate) body: Body,
    /// Pose.
    pub(crate) pose: Pose,
    /// Held thing: an icon, or the name of a prop.
    pub(crate) holds: Option<Held<'a>>,
}

/// A thing in the hand.
pub(crate) enum Held<'a> {
    /// An icon and its name.
    Icon(&'a str, &'a Icon),
    /// A prop by name.
    Prop(&'a str),
}

/// Draws a figure into a raster of `w × h` pixels whose lower `foot`-th pixel row is the ground;
/// `scale` pixels a unit, the middle of the figure at half the width.
pub(crate) fn draw(q: &Request<'_>, rng: &mut Seed, w: u32, h: u32, foot: f32, scale: f32) -> Option<Figure> {
    let (bounds, tiny) = q.head.bounds()?;
    let bust = is_bust(q.name) && q.body != Body::Animal;
    let b = build(q.body, bust);
    let (skin, pale, hair, hem) = read_head(&tiny, bounds);
    let tops = [0xd9604f, 0x3f8fa0, 0xe0a53f, 0x5f7fc0, 0x7a9f52, 0xb86a9a, 0xf0e3cc, 0x8a6fb8];
    let bottoms = [0x3f4f70, 0x5a4a42, 0x6f7f88, 0x8a5f44, 0x40605a];
    let pick = |rng: &mut Seed, of: &[u32]| hex(of[(rng.next_f32() * of.len() as f32) as usize % of.len()]);
    let looks = Looks {
        skin,
        pale,
        hair,
        top: if bust { hem } else { pick(rng, &tops) },
        bottom: pick(rng, &bottoms),
        shoe: pick(rng, &[0x3a2f34, 0x7a4a34, 0xc9503f, 0xf4efe6]),
        accent: pick(rng, &[0xe0493f, 0xf2b84b, 0x2f8f8a, 0x4f6fc0, 0x7fae4a]),
    };
    let r = rig(&b, q.pose, q.holds.is_some(), rng);
    let (x0, y0) = (-(w as f32) / 2.0 / scale, 200.0 - foot / scale);
    let mut out = Raster::filled(w, h, [0; 4]);
    let variant = (rng.next_f32() * 4.0) as usize;
    let skirt = q.body != Body::Animal
        && !bust
        && ["woman", "girl", "princess"].iter().any(|n| q.name.contains(n))
        && rng.next_f32() < 0.6;
    let shoulder_a = (r.chest.0 - b.shoulder * 0.78, r.chest.1 + b.limb * 0.55);
    let shoulder_b = (r.chest.0 + b.shoulder * 0.78, r.chest.1 + b.limb * 0.55);

    // Behind: tail, far arm, far leg.
    let mut s = Sketch::new();
    if q.body == Body::Animal {
        tail(&mut s, q.name, &r, &b, &looks, rng);
    }
    let sleeve = if q.body == Body::Animal { looks.skin } else { looks.top };
    arm(&mut s, shoulder_a, r.hand_a, &b, r.bend_a, sleeve.dark(0.86), looks.skin.dark(0.92), q.body);
    leg(&mut s, &r, &b, false, &looks, q.body, skirt);
    leg(&mut s, &r, &b, true, &looks, q.body, skirt);
    torso(&mut s, &r, &b, &looks, q.body, bust, skirt, variant);
    s.paint(&mut out, x0, y0, scale);

    // Head.
    let (bw, bh) = (bounds[2] - bounds[0], bounds[3] - bounds[1]);
    let head_h = b.head;
    let head_w = (head_h * bw / bh).min(head_h * 1.25);
    let head_h = head_w * bh / bw;
    let sink = if bust { head_h * 0.02 } else if q.body == Body::Animal { head_h * 0.16 } else { head_h * 0.1 };
    let (hx, hy) = (r.head.0 - head_w / 2.0, r.head.1 - head_h + sink + if bust { b.limb * 0.9 } else { 0.0 });
    let (iw, ih) = (head_w / bw, head_h / bh);
    let (ix, iy) = (hx - bounds[0] * iw, hy - bounds[1] * ih);
    // Shadow of the head on the chest.
    if !bust {
        let mut s = Sketch::new();
        let y = r.head.1 + sink * 0.9;
        s.oval(r.head.0 + 1.5, y, head_w * 0.3, 6.0, Fill::a(hex(0x2a1f3a), 0.24));
        s.paint(&mut out, x0, y0, scale);
    }
    let to = |x: f32, y: f32| ((x - x0) * scale, (y - y0) * scale);
    let (px, py) = to(ix, iy);
    q.head.paint(&mut out, px, py, iw * scale, ih * scale, r.tilt);

    // In front: scarf, held thing, near arm.
    let mut s = Sketch::new();
    if q.body == Body::Animal {
        wear(&mut s, &r, &b, &looks, variant, rng, head_w);
    }
    s.paint(&mut out, x0, y0, scale);
    if let Some(held) = &q.holds {
        hold(&mut out, held, &r, &b, rng, (x0, y0, scale));
    }
    let mut s = Sketch::new();
    arm(&mut s, shoulder_b, r.hand_b, &b, r.bend_b, sleeve, looks.skin, q.body);
    if q.pose == Pose::Wave {
        let mut raster = Raster::filled(w, h, [0; 4]);
        s.paint(&mut raster, x0, y0, scale);
        return Some(Figure { body: out, arm: Some(raster), shoulder: to(shoulder_b.0, shoulder_b.1) });
    }
    s.paint(&mut out, x0, y0, scale);
    Some(Figure { body: out, arm: None, shoulder: to(shoulder_b.0, shoulder_b.1) })
}

#[allow(clippy::too_many_arguments)]
fn arm(s: &mut Sketch, from: P, hand: P, b: &Build, bend: f32, sleeve: Rgb, skin: Rgb, body: Body) {
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

fn leg(s: &mut Sketch, r: &Rig, b: &Build, near: bool, k: &Looks, body: Body, bare: bool) {
    let (knee, foot, side) = if near { (r.knee_b, r.foot_b, 0.5) } else { (r.knee_a, r.foot_a, -0.5) };
    let from = (r.hip.0 + b.hip * side, r.hip.1 - 3.0);
    let c = match body {
        Body::Animal => k.skin,
        _ if bare => k.skin,
        _ => k.bottom,
    };
    let c = if near { c } else { c.dark(0.84) };
    let w = b.limb * if body == Body::Animal { 1.25 } else { 1.18 };
    let end = (foot.0, foot.1 - 5.0);
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
    let shoe = if body == Body::Animal { k.skin.dark(if near { 0.8 } else { 0.7 }) } else { k.shoe };
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
fn torso(s: &mut Sketch, r: &Rig, b: &Build, k: &Looks, body: Body, bust: bool, skirt: bool, variant: usize) {
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
        cx - sh, cy + 12.0,
        cx - sh, cy + 1.0, cx - sh * 0.5, cy - 2.0,
        cy + 4.0, cx + sh * 0.5, cy - 2.0,
        cx + sh, cy + 1.0, cx + sh, cy + 12.0,
        cx + sh * 1.02, cy + b.torso * 0.5, hx + hp * 0.9, hy - b.torso * 0.3, hx + hp * 1.06,
        low + 5.0, hx - hp * 1.06,
        hx - hp * 0.9, hy - b.torso * 0.3, cx - sh * 1.02, cy + b.torso * 0.5, cx - sh, cy + 12.0
    );
    s.path(&d, g);
    match variant {
        0 => {
            // Stripes.
            for i in 0..3 {
                let y = cy + b.torso * (0.3 + 0.2 * i as f32);
                let half = sh * 0.94 - 1.2 * i as f32;
                let mx = cx + (hx - cx) * (0.3 + 0.2 * i as f32);
                s.stroke(&format!("M{:.1},{y:.1}q{half:.1},5 {:.1},0", mx - half, half * 2.0), 4.6, Fill::a(c.pale(0.62), 0.85));
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
            s.path(&format!("M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}Z", cx - sh * 0.46, cy - 1.0, cy + 7.0, cx + sh * 0.46, cy - 1.0, cy + 16.0, cx - sh * 0.46, cy - 1.0), c.pale(0.5));
        }
        _ => {}
    }
    let _ = k.hair;
}

/// Scarf, vest or ribbon of a storybook animal.
fn wear(s: &mut Sketch, r: &Rig, b: &Build, k: &Looks, variant: usize, rng: &mut Seed, head: f32) {
    let ((hx, hy), (cx, cy)) = (r.hip, r.chest);
    let c = k.accent;
    let w = (b.shoulder * 1.05).min(head * 0.46);
    let _ = rng;
    if variant == 1 || variant == 3 {
        // A vest that is open in front.
        for side in [-1.0f32, 1.0] {
            let d = format!(
                "M{:.1},{:.1}L{:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z",
                cx + side * 3.0, cy + 6.0,
                cx + side * b.shoulder * 0.86, cy + 4.0,
                cx + side * b.shoulder * 1.22, cy + b.torso * 0.34,
                hx + side * b.hip * 1.16, hy - b.torso * 0.34,
                hx + side * b.hip * 1.06, hy - 2.0,
                hx + side * b.hip * 0.7, hy + 6.0,
                hx + side * b.hip * 0.42, hy + 2.0,
                cx + side * b.shoulder * 0.5, cy + b.torso * 0.4,
                cx + side * 3.0, cy + 6.0
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
            &format!("M{:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {:.1},{y:.1}Z", cx - w * 0.66, end.0 - 7.0, y + 18.0, end.0 - 6.0, end.1, end.0 + 9.0, end.1 + 1.0, end.0 + 4.0, y + 16.0, cx - w * 0.16),
            c.dark(0.82),
        );
        for i in 0..3 {
            let x = end.0 - 4.5 + i as f32 * 5.4;
            s.line((x, end.1), (x, end.1 + 5.0), 1.8, c.dark(0.7));
        }
        s.stroke(&format!("M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}", cx - w, y - 3.0, y + 13.0, cx + w, y - 3.0), 12.0, c);
        s.stroke(&format!("M{:.1},{:.1}Q{cx:.1},{:.1} {:.1},{:.1}", cx - w * 0.96, y - 5.0, y + 9.0, cx + w * 0.96, y - 5.0), 2.4, Fill::a(c.pale(0.5), 0.7));
    }
}

/// The tail of the animal that the head's name tells of.
fn tail(s: &mut Sketch, name: &str, r: &Rig, b: &Build, k: &Looks, rng: &mut Seed) {
    let (x, y) = (r.hip.0 - b.hip * 0.7, r.hip.1 - 2.0);
    let has = |of: &[&str]| of.iter().any(|n| name.contains(n));
    if has(&["fox", "wolf", "raccoon", "skunk", "chipmunk", "squirrel"]) {
        let big = rng.range(0.95, 1.1);
        let g = s.across(k.skin.dark(0.8), k.skin);
        let at = |dx: f32, dy: f32| (x - dx * big, y - dy * big);
        let (t, m1, m2, m3, m4) = (at(62.0, 60.0), at(34.0, -30.0), at(78.0, -4.0), at(30.0, 36.0), at(26.0, 4.0));
        s.path(
            &format!("M{:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}Z", x + 6.0, y + 10.0, m1.0, m1.1, m2.0, m2.1, t.0, t.1, m3.0, m3.1, m4.0, m4.1, x + 6.0, y - 12.0),
            g,
        );
        let tip = if name.contains("fox") { hex(0xfff4e6) } else { k.skin.dark(0.5) };
        let (a, c) = (at(63.0, 22.0), at(42.0, 34.0));
        s.path(
            &format!("M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z", a.0, a.1, t.0 + 4.0, a.1 - 8.0, c.0, c.1, t.0 + 10.0, t.1 + 16.0, t.0, t.1),
            tip,
        );
        s.path(&format!("M{:.1},{:.1}Q{:.1},{:.1} {:.1},{:.1}Z", a.0, a.1, t.0 - 3.0, t.1 + 16.0, t.0, t.1), tip);
    } else if has(&["rabbit", "bear", "panda", "koala", "hamster", "sheep", "ram"]) {
        s.circle(x - 6.0, y + 2.0, 12.0, k.pale.mix(k.skin, 0.3));
    } else if has(&["cat", "monkey", "tiger", "lion", "leopard", "mouse", "rat"]) {
        let w = if has(&["mouse", "rat"]) { 4.0 } else { 9.0 };
        let d = format!("M{x:.1},{y:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{:.1}", x - 44.0, y + 16.0, x - 52.0, y - 34.0, x - 32.0, y - 56.0);
        s.stroke(&d, w, k.skin.dark(0.86));
        if name.contains("lion") {
            s.circle(x - 32.0, y - 58.0, 10.0, k.skin.dark(0.55));
        }
    } else if has(&["dog", "cow", "horse", "pig", "zebra", "unicorn"]) {
        let d = format!("M{x:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}", x - 30.0, y - 4.0, x - 32.0, y - 30.0);
        s.stroke(&d, 8.0, k.skin.dark(0.86));
    }
}

/// Draws the held thing at the hand.
fn hold(out: &mut Raster, held: &Held<'_>, r: &Rig, b: &Build, rng: &mut Seed, view: (f32, f32, f32)) {
    let (x0, y0, scale) = view;
    let (hx, hy) = r.hand_b;
    match held {
        Held::Icon(name, icon) => {
            let big = ["umbrella", "kite", "balloon", "guitar", "flag"].iter().any(|n| name.contains(n));
            let size = b.head * if big { 1.25 } else { 0.82 };
            // Long things are held by their foot, others at their middle.
            let (dx, dy, turn) = if name.contains("umbrella") || name.contains("balloon") {
                (-size * 0.5, -size * 0.92, 0.0)
            } else if ["paintbrush", "pen", "pencil", "wand", "crayon", "microphone", "torch", "flashlight"].iter().any(|n| name.contains(n)) {
                (-size * 0.42, -size * 0.62, 90.0)
            } else {
                (-size * 0.5, -size * 0.62, 0.0)
            };
            icon.paint(out, (hx + dx - x0) * scale, (hy + dy - y0) * scale, size * scale, size * scale, turn);
        }
        Held::Prop(name) => {
            if let Some(d) = props::draw(name, rng) {
                let size = b.head * 0.95;
                let k = size / 200.0;
                let (px, py) = (hx - d.width * k / 2.0, hy - size * 0.28);
                d.paint.paint(out, -(px - x0) / k, -(py - y0) / k, scale * k);
            }
        }
    }
}
