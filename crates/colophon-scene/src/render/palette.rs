//! Palettes: the colours and the light of each time of day, bent by weather and setting.

use super::brush::{Rgb, hex};
use crate::graph::{Setting, TimeOfDay, Weather};

/// Colours and light of one scene.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    /// Sky from zenith to horizon.
    pub(crate) sky: [Rgb; 3],
    /// Colour into which distance fades.
    pub(crate) haze: Rgb,
    /// How thick the air is, 0…1.
    pub(crate) air: f32,
    /// Colour of the light on things (paint is multiplied by it).
    pub(crate) light: Rgb,
    /// Colour of shadows.
    pub(crate) shade: Rgb,
    /// Colour of the sun or moon and of the rims that it lights.
    pub(crate) glow: Rgb,
    /// Strength of rims and glows, 0…1.
    pub(crate) shine: f32,
    /// 0 by day, 1 at night: windows and lamps are lit, stars out.
    pub(crate) night: f32,
    /// Whether the light in the sky is the moon.
    pub(crate) moon: bool,
    /// Where the sun or moon stands, as fractions of the frame; `None` when hidden.
    pub(crate) sun: Option<(f32, f32)>,
    /// Colour of clouds and of their undersides.
    pub(crate) cloud: [Rgb; 2],
}

impl Palette {
    /// The palette of a scene. `side` is −1 for light from the left, +1 from the right.
    pub(crate) fn of(setting: Setting, time: TimeOfDay, weather: Weather, side: f32) -> Self {
        use TimeOfDay::{Afternoon, Dawn, Dusk, Morning, Night, Noon, Sunset};
        let p = |sky: [u32; 3], haze, light: [f32; 3], shade, glow, cloud: [u32; 2]| Self {
            sky: sky.map(hex),
            haze: hex(haze),
            air: 0.5,
            light: Rgb(light[0], light[1], light[2]),
            shade: hex(shade),
            glow: hex(glow),
            shine: 0.5,
            night: 0.0,
            moon: false,
            sun: None,
            cloud: cloud.map(hex),
        };
        let mut out = match time {
            Dawn => Self {
                shine: 0.8,
                air: 0.62,
                sun: Some((0.5 + 0.24 * side, 0.44)),
                ..p(
                    [0x6f8fc4, 0xf0b7b0, 0xffe6bf],
                    0xf4cdb8,
                    [1.0, 0.91, 0.88],
                    0x5a4a72,
                    0xffe0a8,
                    [0xfff0e2, 0xe9a9a6],
                )
            },
            Morning => Self {
                shine: 0.55,
                sun: Some((0.5 + 0.27 * side, 0.2)),
                ..p(
                    [0x62b4e2, 0xa8dcee, 0xfdf3d9],
                    0xdcecea,
                    [1.0, 0.99, 0.95],
                    0x3e5a78,
                    0xfff1b8,
                    [0xffffff, 0xcfe3ee],
                )
            },
            Noon => Self {
                shine: 0.45,
                air: 0.42,
                sun: Some((0.5 + 0.2 * side, 0.13)),
                ..p(
                    [0x3f9fe4, 0x84cdf2, 0xd9f2f4],
                    0xcfe9f2,
                    [1.0, 1.0, 0.98],
                    0x35567c,
                    0xfff6c9,
                    [0xffffff, 0xc9e0f0],
                )
            },
            Afternoon => Self {
                shine: 0.6,
                sun: Some((0.5 + 0.26 * side, 0.24)),
                ..p(
                    [0x58a6dc, 0xb2daea, 0xfff0d0],
                    0xf0e6cf,
                    [1.0, 0.97, 0.90],
                    0x4c5672,
                    0xffe7a0,
                    [0xfffaf0, 0xe0d2bc],
                )
            },
            Sunset => Self {
                shine: 1.0,
                air: 0.62,
                night: 0.3,
                sun: Some((0.5 + 0.22 * side, 0.45)),
                ..p(
                    [0x5a4a94, 0xf07f66, 0xffd283],
                    0xf2a47c,
                    [0.98, 0.80, 0.70],
                    0x3f2c5c,
                    0xffcf78,
                    [0xffc79a, 0xb8627c],
                )
            },
            Dusk => Self {
                shine: 0.8,
                air: 0.6,
                night: 0.8,
                moon: true,
                sun: Some((0.5 + 0.25 * side, 0.19)),
                ..p(
                    [0x2b3a78, 0x7b68ae, 0xf4a891],
                    0x8d7db4,
                    [0.74, 0.69, 0.88],
                    0x1d1c48,
                    0xffe9d0,
                    [0xb79ac4, 0x6a5c98],
                )
            },
            Night => Self {
                shine: 0.85,
                air: 0.55,
                night: 1.0,
                moon: true,
                sun: Some((0.5 + 0.25 * side, 0.19)),
                ..p(
                    [0x0f1d4a, 0x22407c, 0x5578ae],
                    0x3c5f9c,
                    [0.60, 0.67, 0.92],
                    0x070d2c,
                    0xf6efcf,
                    [0x5d78ae, 0x35508a],
                )
            },
        };
        out.weather(weather);
        out.setting(setting);
        out
    }

    fn weather(&mut self, weather: Weather) {
        match weather {
            Weather::Clear | Weather::Wind => {}
            Weather::Cloudy => self.overcast(hex(0xc4d0da), 0.35, 1.0),
            Weather::Rain => self.overcast(hex(0x8fa3b5), 0.55, 0.88),
            Weather::Storm => self.overcast(hex(0x5b6a80), 0.68, 0.76),
            Weather::Snow => self.overcast(hex(0xd5dfea), 0.32, 1.0),
            Weather::Fog => {
                self.overcast(hex(0xd6dcdc), 0.38, 0.98);
                self.air = 0.85;
            }
        }
    }

    /// Clouds before the light: everything goes towards `veil` (as dark as the hour is).
    fn overcast(&mut self, veil: Rgb, t: f32, brightness: f32) {
        let dim = 0.46 + 0.54 * (1.0 - self.night);
        let brightness = 1.0 - (1.0 - brightness) * (1.0 - self.night);
        let veil = veil.lit(self.light).dark(dim);
        self.sky = self.sky.map(|c| c.mix(veil, t));
        self.haze = self.haze.mix(veil, t);
        self.cloud = [self.cloud[0].mix(veil.pale(0.25), t), self.cloud[1].mix(veil.dark(0.8), t)];
        self.light = self.light.grey(t * 0.5).dark(brightness);
        self.air = (self.air + 0.2).min(1.0);
        self.shine *= 1.0 - t;
        if t > 0.5 {
            self.sun = None;
        }
    }

    fn setting(&mut self, setting: Setting) {
        match setting {
            Setting::Sea | Setting::Beach => {
                self.sky[2] = self.sky[2].mix(hex(0xc9f2ee), 0.15 * (1.0 - self.night));
            }
            Setting::SnowyForest => {
                self.sky = self.sky.map(|c| c.pale(0.12 * (1.0 - self.night)));
                self.haze = self.haze.pale(0.2 * (1.0 - self.night));
            }
            Setting::Desert => {
                self.sky[2] = self.sky[2].mix(hex(0xffd9a0), 0.35 * (1.0 - self.night));
                self.haze = self.haze.mix(hex(0xf0c48c), 0.35 * (1.0 - self.night));
            }
            Setting::Bamboo => {
                let veil = hex(0xd8ecc0).lit(self.light);
                self.sky = self.sky.map(|c| c.mix(veil, 0.35));
                self.haze = self.haze.mix(veil, 0.5);
                self.air = self.air.max(0.7);
            }
            Setting::Space => {
                self.sky = [hex(0x0a0f30), hex(0x1c1b52), hex(0x46307a)];
                self.haze = hex(0x3a2f74);
                self.light = Rgb(0.94, 0.92, 1.0);
                self.shade = hex(0x05061c);
                self.glow = hex(0xbfd8ff);
                self.shine = 0.9;
                self.night = 1.0;
                self.air = 0.25;
                self.sun = None;
            }
            Setting::Underwater => {
                let deep = 1.0 - self.night * 0.45;
                self.sky = [0x9fe8e4, 0x2fa9c4, 0x0f5f92].map(|c| hex(c).dark(deep));
                self.haze = hex(0x2f9dbd).dark(deep);
                self.light = Rgb(0.82, 0.97, 1.0).dark(0.8 + 0.2 * deep);
                self.shade = hex(0x06284c);
                self.glow = hex(0xd8fff2);
                self.shine = 0.6;
                self.air = 0.6;
                self.sun = None;
            }
            room if room.is_indoors() => {
                // Lamps are lit indoors when it is dark outside.
                let warm = Rgb(1.0, 0.93, 0.82);
                self.light = self.light.mix(warm, 0.35 + 0.35 * self.night);
                self.shine *= 0.6;
                self.air = 0.0;
            }
            _ => {}
        }
    }

    /// Paint at a distance: lit, then faded into the haze (`far` 0 near, 1 at the horizon).
    pub(crate) fn at(&self, c: Rgb, far: f32) -> Rgb {
        c.lit(self.light).mix(self.haze, far * self.air)
    }

    /// Light that falls from this side: −1 left, +1 right.
    pub(crate) fn side(&self) -> f32 {
        match self.sun {
            Some((x, _)) if x > 0.5 => 1.0,
            _ => -1.0,
        }
    }
}
