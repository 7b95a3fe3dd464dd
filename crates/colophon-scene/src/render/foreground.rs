//! The frame in front: darkened, softly blurred plants and rocks at the lower corners.

use super::brush::{Sketch, hex, lump};
use super::stage::{Plane, Stage};
use super::trees;
use crate::graph::Setting;
use crate::layers::Motion;

/// The foreground frame of a setting; rooms have none.
pub(crate) fn frame(st: &Stage<'_>) -> Option<Plane> {
    let (p, f) = (&st.palette, st.frame);
    let mut s = Sketch::new();
    let mut rng = st.rng("foreground");
    let dim = |c: u32| p.at(hex(c), 0.0).mix(p.shade, 0.46);
    let k = f.k.max(0.6);
    // Share of the width that each corner may take.
    let reach = 0.24;
    match st.scene.setting {
        Setting::Forest
        | Setting::Bamboo
        | Setting::Garden
        | Setting::Mountain
        | Setting::Lake
        | Setting::Field
        | Setting::Village => {
            for side in [0.0f32, 1.0] {
                for i in 0..18 {
                    let t = (i as f32 / 17.0).powf(1.3) * reach;
                    let x = f.x(if side > 0.5 { 1.05 - t } else { t - 0.05 });
                    let h = (215.0 - 700.0 * t) * rng.range(0.7, 1.15) * k;
                    if h < 20.0 {
                        continue;
                    }
                    let c = dim([0x3c7a4a, 0x4f8f48, 0x2f6a50][i % 3]);
                    trees::tuft(&mut s, &mut rng, x, 1012.0, h, c);
                }
                let x = f.x(if side > 0.5 { 1.03 } else { -0.03 });
                for j in 0..4 {
                    let a = if side > 0.5 { -2.0 - 0.32 * j as f32 } else { -1.14 + 0.32 * j as f32 };
                    trees::fern(&mut s, x, 1000.0, rng.range(200.0, 290.0) * k, a, dim(0x357a52));
                }
                if st.scene.setting != Setting::Bamboo {
                    for j in 0..3 {
                        let t = 0.02 + 0.06 * j as f32;
                        let x = f.x(if side > 0.5 { 1.0 - t } else { t });
                        let petal = dim([0xf58fa0, 0xffd95c, 0xfff4e8][j]);
                        let h = rng.range(120.0, 190.0) * k;
                        trees::flower(&mut s, &mut rng, x, 1010.0, h, petal, dim(0x3f8a4a));
                    }
                }
            }
            let mut row = st.rng("foreground row");
            let mut x = 0.0;
            while x < f.full {
                let h = row.range(26.0, 52.0) * k;
                trees::tuft(&mut s, &mut row, x, 1012.0, h, dim(0x47884a));
                x += 26.0;
            }
        }
        Setting::SnowyForest => {
            for side in [0.0f32, 1.0] {
                let x = f.x(if side > 0.5 { 1.0 } else { 0.0 });
                let pts = lump(&mut rng, x, 1020.0, 300.0 * k, 92.0, 10);
                s.blob(&pts, p.at(hex(0xe4eef8), 0.0).mix(p.shade, 0.16));
                let dir = if side > 0.5 { -1.0 } else { 1.0 };
                for j in 0..6 {
                    let a = -1.57 + dir * (0.2 + 0.2 * j as f32);
                    let len = rng.range(120.0, 240.0) * k;
                    let (ex, ey) = (x + a.cos() * len, 985.0 + a.sin() * len);
                    s.line((x, 1000.0), (ex, ey), 5.0, dim(0x6a4a3a));
                    s.circle(ex, ey, 9.0, dim(0xd9413f));
                    s.circle(x + (ex - x) * 0.7 + 8.0, 985.0 + (ey - 985.0) * 0.7, 8.0, dim(0xd9413f));
                }
            }
        }
        Setting::Sea | Setting::Beach | Setting::Desert => {
            let tone = match st.scene.setting {
                Setting::Sea => 0x4a5f70,
                Setting::Beach => 0x8a7a66,
                _ => 0xa0603f,
            };
            for side in [0.0f32, 1.0] {
                for (t, w) in [(0.0, 340.0), (0.09, 200.0), (0.155, 110.0)] {
                    let x = f.x(if side > 0.5 { 1.02 - t } else { t - 0.02 });
                    trees::rock(
                        &mut s,
                        &mut rng,
                        x,
                        1030.0 - t * 40.0,
                        w * k,
                        dim(tone).vary(&mut st.rng("tone"), 0.05),
                    );
                }
                if st.scene.setting != Setting::Sea {
                    let x = f.x(if side > 0.5 { 0.93 } else { 0.07 });
                    trees::tuft(&mut s, &mut rng, x, 1010.0, 150.0 * k, dim(0x8f9a55));
                }
            }
        }
        Setting::City | Setting::Street => {
            for side in [0.0f32, 1.0] {
                let x = f.x(if side > 0.5 { 1.0 } else { 0.0 });
                for j in 0..2 {
                    let w = (330.0 - 90.0 * j as f32) * k;
                    trees::bush(&mut s, &mut rng, x, 1040.0 - 12.0 * j as f32, w, dim(0x3f7a52));
                }
                for _ in 0..10 {
                    let a = rng.range(-2.6, -0.5);
                    let q = rng.range(60.0, 120.0) * k;
                    s.circle(x + a.cos() * q, 1010.0 + a.sin() * q * 0.6, 7.0 * k, dim(0xf2a0ae));
                }
            }
        }
        Setting::Underwater => {
            for side in [0.0f32, 1.0] {
                let x = f.x(if side > 0.5 { 1.02 } else { -0.02 });
                trees::rock(&mut s, &mut rng, x, 1030.0, 360.0 * k, dim(0x3f5f78));
                for j in 0..5 {
                    let dx = (30.0 + 34.0 * j as f32) * if side > 0.5 { -1.0 } else { 1.0 };
                    let h = rng.range(160.0, 330.0) * k;
                    super::water::weed(&mut s, &mut rng, x + dx, 1010.0, h, dim(0x1f7a6c));
                }
            }
        }
        Setting::Space => {
            for side in [0.0f32, 1.0] {
                for (t, w) in [(0.0, 360.0), (0.1, 180.0)] {
                    let x = f.x(if side > 0.5 { 1.02 - t } else { t - 0.02 });
                    trees::rock(&mut s, &mut rng, x, 1036.0, w * k, dim(0x6a5f9a));
                }
            }
        }
        _ => return None,
    }
    let mut plane = Plane::new("foreground", s, 0.98, 3000.0, 640.0).moving(Motion::Sway {
        amplitude: 5.0 * f.scale,
        period: 4.2,
        phase: 1.0,
    });
    if matches!(st.scene.setting, Setting::Sea | Setting::Desert | Setting::Space | Setting::Beach) {
        plane.motion.clear();
    }
    plane.blur = 2.6;
    plane.rim = 0.0;
    plane.shadow = 0.55;
    Some(plane)
}
