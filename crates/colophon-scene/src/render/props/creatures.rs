//! Creatures for which no icon stands.

use colophon_types::Seed;

use super::super::brush::{Fill, Sketch, hex};
use super::drawing::{Drawing, IRON, pick};

pub(super) fn draw(name: &str, rng: &mut Seed) -> Option<Drawing> {
    Some(match name {
        "dragonfly" => dragonfly(rng),
        "crane" => crane(),
        _ => return None,
    })
}

fn dragonfly(rng: &mut Seed) -> Drawing {
    let mut d = Drawing::new(300.0);
    let c = pick(rng, &[0xc8402f, 0x1f7f9a, 0x3f7f3f]);
    let wing = |s: &mut Sketch, outline: &str, alpha: f32| {
        s.path(outline, Fill::a(hex(0xbfe6f4), alpha));
        s.stroke(outline, 1.6, Fill::a(hex(0x4a7f96), 0.75));
    };
    let veins = |s: &mut Sketch, lines: &str| s.stroke(lines, 1.1, Fill::a(hex(0x4a7f96), 0.6));
    let s = &mut d.paint;
    wing(s, "M196,92Q236,20 292,10Q306,22 284,52Q252,88 204,104Z", 0.75);
    wing(s, "M176,98Q150,22 178,4Q200,2 206,40Q206,80 196,100Z", 0.75);
    veins(s, "M202,98Q246,54 288,20M190,96Q186,50 186,14M206,98Q250,74 282,44M196,94Q200,60 198,28");
    // The tail, from the body to its end.
    for part in 0..7 {
        let t = part as f32;
        let (x, y, r) = (160.0 - 21.7 * t, 122.0 + 10.3 * t, 8.2 - 0.75 * t);
        s.group(x, y, 1.0, 1.0, -26.0, 1.0);
        let g = s.down(c.pale(0.4), c.dark(0.6));
        s.rect(-15.0, -r, 29.0, 2.0 * r, r * 0.7, g);
        s.end();
    }
    s.path("M24,184l-16,8l4,4l16,-6Z", c.dark(0.6));
    s.group(194.0, 104.0, 1.0, 1.0, -26.0, 1.0);
    let g = s.down(c.pale(0.35), c.dark(0.6));
    s.oval(0.0, 0.0, 26.0, 16.0, g);
    s.stroke("M-12,-12Q-8,0 -12,12M4,-14Q8,0 4,14", 2.0, Fill::a(c.dark(0.5), 0.7));
    s.end();
    wing(s, "M190,112Q216,160 262,190Q282,192 276,172Q254,136 206,106Z", 0.85);
    wing(s, "M178,114Q176,168 150,196Q132,198 132,178Q146,140 168,112Z", 0.85);
    veins(s, "M196,112Q230,148 268,184M174,116Q160,160 140,188");
    s.stroke("M204,116q6,12 16,14M212,112q8,8 18,8", 2.2, IRON);
    s.circle(222.0, 92.0, 13.0, c.dark(0.8));
    s.circle(227.0, 86.0, 10.0, hex(0x8a3f4f));
    s.circle(218.0, 98.0, 8.0, hex(0x8a3f4f));
    s.circle(230.0, 83.0, 3.0, Fill::a(hex(0xffffff), 0.8));
    d
}

/// A red-crowned crane.
fn crane() -> Drawing {
    let mut d = Drawing::new(200.0);
    let (white, black) = (hex(0xfbfaf6), hex(0x2c3140));
    let s = &mut d.paint;
    s.stroke("M86,128L92,164L82,196", 4.0, black);
    s.stroke("M102,128L102,164L108,196", 4.0, black);
    for x in [82, 108] {
        s.stroke(&format!("M{x},196l14,2M{x},196l10,-5M{x},196l-8,2"), 2.6, black);
    }
    // The black feathers of the folded wing hang over the tail.
    let feathers = "M60,96Q22,104 12,142Q26,136 34,140Q40,132 50,138Q60,126 72,132Q84,120 88,108Z";
    s.path(feathers, black);
    s.stroke("M20,134Q34,116 56,108M38,134Q50,120 68,114", 1.6, Fill::a(hex(0x7f8799), 0.7));
    let g = s.down(white, white.dark(0.78));
    s.path("M44,104Q54,74 96,74Q126,76 132,96Q128,124 100,132Q62,134 44,104Z", g);
    s.path("M52,102Q70,84 102,88Q112,100 96,114Q72,124 52,102Z", white.dark(0.93));
    s.stroke("M60,104Q80,114 100,104M68,98Q86,106 104,97", 1.6, Fill::a(hex(0x9aa0a8), 0.7));
    let neck = "M112,104Q140,92 130,64Q122,40 134,26L144,32Q136,46 144,66Q152,98 126,118Z";
    s.path(neck, black.pale(0.04));
    s.path("M110,80Q134,84 134,66Q146,84 138,100Q130,116 116,118Z", white);
    s.path("M130,30Q132,14 146,14Q156,16 156,26Q152,36 142,36Q134,36 130,30Z", white);
    s.path("M134,20Q140,11 150,15Q152,19 148,21Q140,22 134,20Z", hex(0xd8433f));
    s.path("M154,20L192,30L154,30Z", hex(0xb8a06a));
    s.line((156.0, 26.0), (190.0, 30.0), 1.2, hex(0x7f6a3f));
    s.circle(148.0, 24.0, 2.4, black);
    d
}
