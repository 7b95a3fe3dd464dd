//! Plants: pines, round trees, birches, palms, bamboo, bushes, grass, flowers, ferns, leaves.

use colophon_types::Seed;

use super::brush::{Fill, Rgb, Sketch, hex, lump, smooth};

/// A pine of stacked curved tiers; `x` is its centre, `y` the foot, `h` the height.
pub(crate) fn pine(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb, snow: f32) {
    let tiers = 4 + (h > 150.0) as usize;
    let w = h * rng.range(0.36, 0.46);
    let trunk = c.mix(hex(0x4a2f22), 0.75);
    s.rect(x - h * 0.022, y - h * 0.16, h * 0.044, h * 0.16, 1.0, trunk);
    let white = hex(0xf4f8fc).mix(c, 0.12);
    for i in 0..tiers {
        let t = i as f32 / tiers as f32;
        // From the lowest tier up.
        let foot = y - h * (0.1 + 0.72 * t);
        let half = w * 0.5 * (1.0 - t * 0.78);
        let top = foot - h * (0.36 - 0.06 * t);
        let tone = c.dark(0.86 + 0.2 * t);
        let side = s.across(tone.pale(0.08), tone.dark(0.84));
        let sag = h * 0.035;
        let d = format!(
            "M{x:.1},{top:.1}C{:.1},{:.1} {:.1},{:.1} {:.1},{foot:.1}Q{:.1},{:.1} {x:.1},{:.1}\
             Q{:.1},{:.1} {:.1},{foot:.1}C{:.1},{:.1} {:.1},{:.1} {x:.1},{top:.1}Z",
            x + half * 0.14,
            top + (foot - top) * 0.5,
            x + half * 0.55,
            foot - h * 0.03,
            x + half,
            x + half * 0.5,
            foot + sag,
            foot + sag * 0.55,
            x - half * 0.5,
            foot + sag,
            x - half,
            x - half * 0.55,
            foot - h * 0.03,
            x - half * 0.14,
            top + (foot - top) * 0.5
        );
        s.path(&d, side);
        if snow > 0.0 {
            let q = half * 0.62;
            let mid = top + (foot - top) * 0.6;
            let d = format!(
                "M{x:.1},{top:.1}Q{:.1},{:.1} {:.1},{mid:.1}Q{:.1},{:.1} {:.1},{:.1}Q{x:.1},{:.1} \
                 {:.1},{:.1}Q{:.1},{:.1} {:.1},{mid:.1}Q{:.1},{:.1} {x:.1},{top:.1}Z",
                x + q * 0.2,
                top + (mid - top) * 0.6,
                x + q,
                x + q * 0.66,
                mid - h * 0.004,
                x + q * 0.4,
                mid - h * 0.03,
                mid + h * 0.02,
                x - q * 0.4,
                mid - h * 0.03,
                x - q * 0.66,
                mid - h * 0.004,
                x - q,
                x - q * 0.2,
                top + (mid - top) * 0.6
            );
            s.path(&d, Fill::a(white, snow));
        }
    }
}

/// A broad-leaved tree with a crown of lumps.
pub(crate) fn round_tree(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb) {
    let bark = c.mix(hex(0x5a3b2a), 0.8);
    let w = h * 0.07;
    let d = format!(
        "M{:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}Q{:.1},{:.1} {:.1},{y:.1}Z",
        x - w * 1.1,
        x - w * 0.4,
        y - h * 0.12,
        x - w * 0.45,
        y - h * 0.55,
        x + w * 0.45,
        y - h * 0.55,
        x + w * 0.4,
        y - h * 0.12,
        x + w * 1.1
    );
    let f = s.across(bark.pale(0.1), bark.dark(0.78));
    s.path(&d, f);
    s.line((x, y - h * 0.36), (x + h * 0.13, y - h * 0.52), w * 0.45, bark);
    s.line((x, y - h * 0.32), (x - h * 0.14, y - h * 0.5), w * 0.45, bark);
    let r = h * 0.27;
    let cy = y - h * 0.66;
    let lumps = [
        (0.0, 0.10, 1.12, 0.80),
        (-0.62, 0.16, 0.72, 0.86),
        (0.64, 0.12, 0.74, 0.88),
        (-0.34, -0.42, 0.78, 1.0),
        (0.36, -0.46, 0.76, 1.02),
        (0.0, -0.78, 0.66, 1.12),
    ];
    for (dx, dy, k, tone) in lumps {
        let pts = lump(rng, x + dx * r, cy + dy * r, r * k, r * k * 0.9, 9);
        let base = c.dark(tone);
        let f = s.down(base.pale(0.1), base.dark(0.84));
        s.blob(&pts, f);
    }
    for _ in 0..9 {
        let (a, q) = (rng.range(0.0, 6.28), rng.next_f32().sqrt() * r * 1.05);
        let (px, py) = (x + a.cos() * q, cy - r * 0.2 + a.sin() * q * 0.8);
        let arc = format!("M{:.1},{py:.1}q{:.1},{:.1} {:.1},0", px - r * 0.1, r * 0.1, -r * 0.1, r * 0.2);
        s.stroke(&arc, h * 0.007, Fill::a(c.pale(0.35), 0.55));
    }
}

/// A slim tree with a single oval crown, for avenues and far rows.
pub(crate) fn poplar(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb) {
    s.rect(x - h * 0.025, y - h * 0.3, h * 0.05, h * 0.3, 0.0, c.mix(hex(0x513626), 0.7));
    let f = s.across(c.pale(0.1), c.dark(0.8));
    let pts = lump(rng, x, y - h * 0.58, h * 0.2, h * 0.42, 11);
    s.blob(&pts, f);
}

/// A palm with curved trunk; `lean` moves the crown sideways as a share of the height.
pub(crate) fn palm(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, lean: f32, c: Rgb) {
    let bark = c.mix(hex(0x8a5f3c), 0.85);
    let (tx, ty) = (x + lean * h, y - h * 0.8);
    let (mx, my) = (x + lean * h * 0.12, y - h * 0.42);
    let w = h * 0.032;
    let d = format!(
        "M{:.1},{y:.1}Q{:.1},{my:.1} {:.1},{ty:.1}L{:.1},{ty:.1}Q{:.1},{my:.1} {:.1},{y:.1}Z",
        x - w * 1.5,
        mx - w,
        tx - w * 0.7,
        tx + w * 0.7,
        mx + w,
        x + w * 1.5
    );
    let f = s.across(bark.pale(0.12), bark.dark(0.75));
    s.path(&d, f);
    for i in 1..9 {
        let t = i as f32 / 9.0;
        let q = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
        let (px, py) = (q(x, mx, tx), q(y, my, ty));
        s.line((px - w, py), (px + w, py + 2.0), h * 0.006, Fill::a(bark.dark(0.6), 0.6));
    }
    for i in 0..9 {
        let a = (i as f32 / 8.0 - 0.5) * 3.7 - 1.57 + rng.range(-0.1, 0.1);
        let len = h * rng.range(0.3, 0.4);
        let (ex, ey) = (tx + a.cos() * len, ty + a.sin() * len * 0.55 + len * 0.38);
        let (cx, cy) = (tx + a.cos() * len * 0.6, ty + a.sin() * len * 0.9 - len * 0.12);
        let tone = c.dark(0.82 + 0.26 * rng.next_f32());
        let d = format!(
            "M{tx:.1},{ty:.1}Q{cx:.1},{:.1} {ex:.1},{ey:.1}Q{:.1},{:.1} {tx:.1},{:.1}Z",
            cy - len * 0.1,
            cx * 0.98 + tx * 0.02,
            cy + len * 0.2,
            ty + h * 0.02
        );
        s.path(&d, tone);
        let vein = format!("M{tx:.1},{ty:.1}Q{cx:.1},{cy:.1} {ex:.1},{ey:.1}");
        s.stroke(&vein, h * 0.005, Fill::a(tone.pale(0.35), 0.7));
    }
    for (dx, dy) in [(-0.02, 0.03), (0.025, 0.035), (0.0, 0.05)] {
        s.circle(tx + dx * h, ty + dy * h, h * 0.022, bark.dark(0.62));
    }
}

/// A culm of bamboo from foot to beyond the top, with sprays of leaves.
pub(crate) fn bamboo(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, w: f32, c: Rgb) {
    let lean = rng.range(-0.04, 0.04) * h;
    let n = ((h / (w * 7.5)).round() as usize).clamp(3, 14);
    for i in 0..n {
        let (t0, t1) = (i as f32 / n as f32, (i + 1) as f32 / n as f32);
        let at = |t: f32| (x + lean * t * t, y - h * t);
        let ((x0, y0), (x1, y1)) = (at(t0), at(t1));
        let (w0, w1) = (w * (1.0 - 0.4 * t0) * 0.5, w * (1.0 - 0.4 * t1) * 0.5);
        let tone = c.dark(0.92 + 0.12 * rng.next_f32());
        let f = s.gradient(
            (1.0, 0.0),
            &[(0.0, tone.dark(0.82), 1.0), (0.3, tone.pale(0.3), 1.0), (1.0, tone.dark(0.72), 1.0)],
        );
        let d = format!(
            "M{:.1},{y0:.1}Q{:.1},{:.1} {:.1},{y1:.1}L{:.1},{y1:.1}Q{:.1},{:.1} {:.1},{y0:.1}Z",
            x0 - w0 * 1.12,
            (x0 + x1) / 2.0 - w0 * 0.88,
            (y0 + y1) / 2.0,
            x1 - w1 * 1.12,
            x1 + w1 * 1.12,
            (x0 + x1) / 2.0 + w0 * 0.88,
            (y0 + y1) / 2.0,
            x0 + w0 * 1.12
        );
        s.path(&d, f);
        s.rect(x1 - w1 * 1.2, y1 - w * 0.05, w1 * 2.4, w * 0.1, w * 0.05, tone.dark(0.62));
        if i > 1 && rng.next_f32() < 0.6 {
            let side = if rng.next_f32() < 0.5 { -1.0 } else { 1.0 };
            let len = w * rng.range(2.4, 4.2);
            spray(s, rng, x1 + side * w1, y1, len, side, c);
        }
    }
}

/// A twig of pointed leaves that hang to one side.
pub(crate) fn spray(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, len: f32, side: f32, c: Rgb) {
    let (ex, ey) = (x + side * len * 0.7, y - len * 0.35);
    s.line((x, y), (ex, ey), len * 0.025, c.dark(0.7));
    for _ in 0..5 {
        let t = rng.range(0.35, 1.0);
        let (px, py) = (x + (ex - x) * t, y + (ey - y) * t);
        let a = if side > 0.0 { 0.0 } else { std::f32::consts::PI }
            + side * rng.range(-0.35, 1.0);
        let tone = c.vary(rng, 0.14).dark(0.95);
        leaf(s, px, py, len * rng.range(0.4, 0.62), a, 0.16, tone);
    }
}

/// A pointed leaf from (`x`, `y`) in direction `a` (radians).
pub(crate) fn leaf(s: &mut Sketch, x: f32, y: f32, len: f32, a: f32, width: f32, c: Rgb) {
    let (ux, uy) = (a.cos(), a.sin());
    let at = |t: f32, o: f32| (x + ux * len * t - uy * len * o, y + uy * len * t + ux * len * o);
    let (p1, p2, e) = (at(0.4, width), at(0.4, -width), at(1.0, 0.0));
    let d = format!(
        "M{x:.1},{y:.1}Q{:.1},{:.1} {:.1},{:.1}Q{:.1},{:.1} {x:.1},{y:.1}Z",
        p1.0, p1.1, e.0, e.1, p2.0, p2.1
    );
    s.path(&d, c);
}

/// A low bush of lumps.
pub(crate) fn bush(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, w: f32, c: Rgb) {
    for (dx, k, tone) in [(-0.3, 0.6, 0.82), (0.3, 0.62, 0.86), (0.02, 0.86, 1.0)] {
        let r = w * 0.36 * k;
        let mut pts = lump(rng, x + dx * w, y - r * 0.72, r * 1.08, r * 0.92, 9);
        for p in &mut pts {
            p.1 = p.1.min(y + 2.0);
        }
        let t = c.dark(tone);
        let f = s.down(t.pale(0.12), t.dark(0.8));
        s.blob(&pts, f);
    }
}

/// A tuft of grass blades.
pub(crate) fn tuft(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb) {
    let n = 4 + (rng.next_f32() * 4.0) as usize;
    let mut d = String::new();
    for i in 0..n {
        let t = i as f32 / (n - 1) as f32 - 0.5;
        let (bx, len) = (x + t * h * 0.5, h * rng.range(0.6, 1.0));
        let (ex, ey) = (bx + t * h * 0.9 + rng.range(-0.1, 0.1) * h, y - len);
        let w = h * 0.055;
        d += &format!(
            "M{:.1},{y:.1}Q{:.1},{:.1} {ex:.1},{ey:.1}Q{:.1},{:.1} {:.1},{y:.1}Z",
            bx - w,
            bx - w * 0.4,
            y - len * 0.5,
            bx + w * 1.4,
            y - len * 0.45,
            bx + w
        );
    }
    s.path(&d, c);
}

/// A small flower on a stem.
pub(crate) fn flower(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb, stem: Rgb) {
    let bend = rng.range(-0.2, 0.2) * h;
    let (tx, ty) = (x + bend, y - h);
    s.stroke(
        &format!("M{x:.1},{y:.1}Q{x:.1},{:.1} {tx:.1},{ty:.1}", y - h * 0.5),
        h * 0.05,
        stem,
    );
    leaf(s, x, y - h * 0.3, h * 0.35, -0.6, 0.18, stem.pale(0.06));
    let r = h * 0.15;
    if rng.next_f32() < 0.3 {
        // A cup, as a tulip.
        let d = format!(
            "M{:.1},{:.1}Q{tx:.1},{:.1} {:.1},{:.1}L{:.1},{:.1}L{tx:.1},{:.1}L{:.1},{:.1}Z",
            tx - r,
            ty - r,
            ty + r * 2.2,
            tx + r,
            ty - r,
            tx + r * 0.5,
            ty - r * 0.3,
            ty - r * 1.3,
            tx - r * 0.5,
            ty - r * 0.3
        );
        s.path(&d, c);
        return;
    }
    let turn = rng.range(0.0, 1.2);
    for i in 0..5 {
        let a = turn + i as f32 * 1.2566;
        s.circle(tx + a.cos() * r * 0.8, ty + a.sin() * r * 0.8, r * 0.66, c);
    }
    s.circle(tx, ty, r * 0.55, hex(0xf7c948).lit(c.pale(0.8)));
}

/// A fern: a curved rib with paired leaflets.
pub(crate) fn fern(s: &mut Sketch, x: f32, y: f32, len: f32, a: f32, c: Rgb) {
    let n = 11;
    let mut prev = (x, y);
    for i in 1..=n {
        let t = i as f32 / n as f32;
        let dir = a + t * t * 0.9 * a.cos().signum();
        let p = (prev.0 + dir.cos() * len / n as f32, prev.1 + dir.sin() * len / n as f32);
        s.line(prev, p, len * 0.018 * (1.2 - t), c);
        let l = len * 0.3 * (1.0 - t * 0.85) * (0.4 + 0.6 * (t * 5.0).min(1.0));
        leaf(s, p.0, p.1, l, dir - 1.0, 0.2, c.pale(0.05));
        leaf(s, p.0, p.1, l, dir + 1.0, 0.2, c.dark(0.9));
        prev = p;
    }
}

/// A cactus with two arms.
pub(crate) fn cactus(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, h: f32, c: Rgb) {
    let w = h * 0.17;
    let f = s.gradient(
        (1.0, 0.0),
        &[(0.0, c.pale(0.16), 1.0), (0.5, c, 1.0), (1.0, c.dark(0.7), 1.0)],
    );
    let (a, b) = (rng.range(0.36, 0.5), rng.range(0.5, 0.66));
    let arm = |side: f32, at: f32, up: f32| {
        let (ax, ay) = (x + side * h * 0.22, y - h * at);
        format!(
            "M{x:.1},{ay:.1}L{:.1},{ay:.1}Q{ax:.1},{ay:.1} {ax:.1},{:.1}L{ax:.1},{:.1}",
            x + side * h * 0.12,
            ay - h * 0.1,
            ay - h * up
        )
    };
    s.stroke(&arm(-1.0, a, 0.3), w * 0.62, c.dark(0.93));
    s.stroke(&arm(1.0, b, 0.24), w * 0.58, c.dark(0.8));
    s.rect(x - w / 2.0, y - h, w, h + 2.0, w / 2.0, f);
    for i in 0..3 {
        let lx = x + (i as f32 - 1.0) * w * 0.26;
        s.line((lx, y - h * 0.93), (lx, y - 4.0), h * 0.008, Fill::a(c.dark(0.55), 0.5));
    }
    s.circle(x, y - h, w * 0.2, hex(0xf0718c).lit(c.pale(0.7)));
}

/// A rounded rock with a lit top.
pub(crate) fn rock(s: &mut Sketch, rng: &mut Seed, x: f32, y: f32, w: f32, c: Rgb) {
    let h = w * rng.range(0.45, 0.68);
    let pts = [
        (x - w * 0.5, y),
        (x - w * rng.range(0.4, 0.47), y - h * rng.range(0.45, 0.65)),
        (x - w * rng.range(0.1, 0.2), y - h),
        (x + w * rng.range(0.14, 0.26), y - h * rng.range(0.82, 0.98)),
        (x + w * rng.range(0.38, 0.46), y - h * rng.range(0.4, 0.58)),
        (x + w * 0.5, y),
    ];
    let f = s.down(c.pale(0.12), c.dark(0.72));
    s.path(&(smooth(&pts, false) + "Z"), f);
    let lit = [
        (x - w * 0.36, y - h * 0.55),
        (x - w * 0.14, y - h * 0.9),
        (x + w * 0.16, y - h * 0.84),
        (x + w * 0.02, y - h * 0.62),
        (x - w * 0.18, y - h * 0.5),
    ];
    s.blob(&lit, Fill::a(c.pale(0.32), 0.55));
}
