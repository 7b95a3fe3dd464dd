//! Figures: a head from the icon set on a drawn body, a rig of torso, arms, legs and clothes.
//!
//! Units: the figure is 200 high and stands on y = 200, x runs from −100 to 100, facing right.

use colophon_types::{Raster, Seed};

mod clothes;
mod looks;
mod rig;

use super::brush::{Fill, Icon, Rgb, Sketch, Surface, hex};
use super::props;
use crate::graph::{Body, Pose};
use clothes::{arm, leg, seat, tail, torso, wear};
use looks::Looks;
use rig::{Build, Rig, build, rig};

/// A figure, drawn on two surfaces: the body, and the arm that moves by itself (empty when none).
pub(crate) struct Figure<S> {
    /// Body, head, still arm.
    pub(crate) body: S,
    /// The waving arm.
    pub(crate) arm: Option<S>,
    /// Shoulder of the waving arm, in pixels of the raster.
    pub(crate) shoulder: (f32, f32),
}

/// Icons that show head and shoulders in clothes: the body continues the clothes.
fn is_bust(icon: &str) -> bool {
    const WORDS: [&str; 34] = [
        "teacher",
        "farmer",
        "scientist",
        "health-worker",
        "cook",
        "mechanic",
        "pilot",
        "astronaut",
        "judge",
        "singer",
        "student",
        "technologist",
        "artist",
        "firefighter",
        "police",
        "office-worker",
        "factory-worker",
        "construction-worker",
        "detective",
        "guard",
        "ninja",
        "prince",
        "princess",
        "mage",
        "fairy",
        "vampire",
        "elf",
        "santa",
        "claus",
        "superhero",
        "supervillain",
        "tuxedo",
        "veil",
        "headscarf",
    ];
    WORDS.iter().any(|w| icon.contains(w))
}

/// Whether an icon shows a whole body already, so that it needs none of ours.
pub(crate) fn is_whole(icon: &str) -> bool {
    const WORDS: [&str; 17] = [
        "fairy",
        "superhero",
        "supervillain",
        "genie",
        "merm",
        "merperson",
        "raccoon",
        "-dancing",
        "-dancer",
        "-standing",
        "-walking",
        "-running",
        "-kneeling",
        "-biking",
        "-swimming",
        "-surfing",
        "-climbing",
    ];
    WORDS.iter().any(|w| icon.contains(w))
}

/// Icons whose clothes are of one colour from neck to foot.
const SUITS: [&str; 6] = ["astronaut", "ninja", "santa", "firefighter", "superhero", "mechanic"];

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
        out.sort_by_key(|c| std::cmp::Reverse(c.1));
        out
    };
    let first = |v: &[(Rgb, usize)], or: Rgb| v.first().map_or(or, |c| c.0);
    let face = zone(0.15, 0.85, 0.3, 0.9);
    let skin = first(&face, hex(0xd9a066));
    let pale = face.iter().take(5).map(|c| c.0).max_by(|a, b| a.luma().total_cmp(&b.luma())).unwrap_or(skin);
    let hair = first(&zone(0.1, 0.9, 0.0, 0.22), skin);
    let foot = first(&zone(0.1, 0.9, 0.9, 1.0), skin);
    (skin, pale, hair, foot)
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
    /// Whether a seat is furniture or a tree stump.
    pub(crate) indoors: bool,
}

/// A thing in the hand.
pub(crate) enum Held<'a> {
    /// An icon and its name.
    Icon(&'a str, &'a Icon),
    /// A prop by name.
    Prop(&'a str),
}

/// Draws a figure on a surface of `w × h` pixels whose lower `foot`-th pixel row is the ground;
/// `scale` pixels a unit, the middle of the figure at half the width.
pub(crate) fn draw<S: Surface>(
    q: &Request<'_>,
    rng: &mut Seed,
    w: u32,
    h: u32,
    foot: f32,
    scale: f32,
) -> Option<Figure<S>> {
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
        bottom: if SUITS.iter().any(|w| q.name.contains(w)) { hem.dark(0.9) } else { pick(rng, &bottoms) },
        shoe: pick(rng, &[0x3a2f34, 0x7a4a34, 0xc9503f, 0xf4efe6]),
        accent: pick(rng, &[0xe0493f, 0xf2b84b, 0x2f8f8a, 0x4f6fc0, 0x7fae4a]),
        limb: if q.name.contains("panda") { hex(0x3a3a42) } else { skin },
    };
    let r = rig(&b, q.pose, q.holds.is_some(), rng);
    let (x0, y0) = (-(w as f32) / 2.0 / scale, 200.0 - foot / scale);
    let mut out = S::clear(w, h);
    let variant = (rng.next_f32() * 4.0) as usize;
    // Clothes that an icon brings along stay plain.
    let variant = if bust { [1, 3][variant % 2] } else { variant };
    let skirt = q.body != Body::Animal
        && !bust
        && ["woman", "girl", "princess"].iter().any(|n| q.name.contains(n))
        && rng.next_f32() < 0.6;
    let drop = b.limb * if q.body == Body::Animal { 1.0 } else { 0.55 };
    let shoulder_a = (r.chest.0 - b.shoulder * 0.78, r.chest.1 + drop);
    let shoulder_b = (r.chest.0 + b.shoulder * 0.78, r.chest.1 + drop);
    let shelter = matches!(&q.holds, Some(Held::Icon(name, _)) if is_shelter(name));

    // Behind: tail, far arm, far leg.
    let mut s = Sketch::new();
    if q.body == Body::Animal {
        tail(&mut s, q.name, &r, &b, &looks, rng);
    }
    if q.pose == Pose::Sit && q.body != Body::Animal {
        seat(&mut s, &r, &b, q.indoors);
    }
    let sleeve = if q.body == Body::Animal { looks.limb } else { looks.top };
    arm(&mut s, shoulder_a, r.hand_a, &b, r.bend_a, sleeve.dark(0.86), looks.skin.dark(0.92), q.body);
    leg(&mut s, &r, &b, false, &looks, q.body, skirt);
    leg(&mut s, &r, &b, true, &looks, q.body, skirt);
    torso(&mut s, &r, &b, &looks, q.body, bust, skirt, variant);
    s.paint(&mut out, x0, y0, scale);
    // An umbrella stands behind the head.
    if let (Some(held), true) = (&q.holds, shelter) {
        hold(&mut out, held, &r, &b, rng, (x0, y0, scale));
    }

    // Head.
    let (bw, bh) = (bounds[2] - bounds[0], bounds[3] - bounds[1]);
    let head_h = b.head;
    let head_w = (head_h * bw / bh).min(head_h * 1.25);
    let head_h = head_w * bh / bw;
    let sink = if bust {
        head_h * 0.02
    } else if q.body == Body::Animal {
        head_h * 0.16
    } else {
        head_h * 0.1
    };
    let (hx, hy) =
        (r.head.0 - head_w / 2.0, r.head.1 - head_h + sink + if bust { b.limb * 0.9 } else { 0.0 });
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
    if let (Some(held), false) = (&q.holds, shelter) {
        hold(&mut out, held, &r, &b, rng, (x0, y0, scale));
    }
    let mut s = Sketch::new();
    arm(&mut s, shoulder_b, r.hand_b, &b, r.bend_b, sleeve, looks.skin, q.body);
    if q.pose == Pose::Wave {
        let waving = s.on(w, h, x0, y0, scale);
        return Some(Figure { body: out, arm: Some(waving), shoulder: to(shoulder_b.0, shoulder_b.1) });
    }
    s.paint(&mut out, x0, y0, scale);
    Some(Figure { body: out, arm: None, shoulder: to(shoulder_b.0, shoulder_b.1) })
}

/// Whether a held icon is an open umbrella.
fn is_shelter(name: &str) -> bool {
    matches!(name, "umbrella" | "umbrella-with-rain-drops")
}

/// Draws the held thing at the hand.
fn hold<S: Surface>(out: &mut S, held: &Held<'_>, r: &Rig, b: &Build, rng: &mut Seed, view: (f32, f32, f32)) {
    let (x0, y0, scale) = view;
    let (hx, hy) = r.hand_b;
    match held {
        Held::Icon(name, icon) => {
            let big = ["umbrella", "kite", "balloon", "guitar", "flag"].iter().any(|n| name.contains(n));
            let size = b.head
                * if is_shelter(name) {
                    2.15
                } else if big {
                    1.25
                } else {
                    0.82
                };
            // Long things are held by their foot, others at their middle.
            let (dx, dy, turn) = if is_shelter(name) {
                (-size * 0.56, -size * 0.93, -4.0)
            } else if name.contains("umbrella") || name.contains("balloon") {
                (-size * 0.5, -size * 0.92, 0.0)
            } else if ["paintbrush", "pen", "pencil", "wand", "crayon", "microphone", "torch", "flashlight"]
                .iter()
                .any(|n| name.contains(n))
            {
                (-size * 0.42, -size * 0.62, 90.0)
            } else {
                (-size * 0.5, -size * 0.62, 0.0)
            };
            icon.paint(out, (hx + dx - x0) * scale, (hy + dy - y0) * scale, size * scale, size * scale, turn);
        }
        Held::Prop(name) => {
            if let Some(d) = props::draw(name, rng) {
                let grip = props::grip(name);
                let k = b.head * grip.size / 200.0;
                let (px, py) = (hx - grip.x.unwrap_or(d.width / 2.0) * k, hy - grip.y * k);
                d.paint.paint(out, -(px - x0) / k, -(py - y0) / k, scale * k);
            }
        }
    }
}
