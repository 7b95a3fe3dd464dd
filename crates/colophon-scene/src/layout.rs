//! Layout: where things stand. A pure function from a list of things to their places.
//!
//! Numbers are fractions of the frame (x of its width, all else of its height), measured on a
//! prototype by eye. Captions are burned into the lowest 14 % of the frame, so feet stand above
//! [`CAPTIONS`]; only the legs of a close-up reach below.

use std::collections::HashMap;
use std::sync::OnceLock;

use colophon_types::Seed;

use crate::compose::lexicon::Class;
use crate::compose::words::Count;
use crate::graph::{Art, Body, Placed, Role, Setting};
use crate::render::props;

/// Where the band for captions begins.
pub const CAPTIONS: f32 = 0.86;
/// Width of the frame over its height, for which widths are reckoned.
const ASPECT: f32 = 16.0 / 9.0;
/// Most things placed, members of groups counted.
const MAX_PLACED: usize = 24;
/// Free edge at either side.
const EDGE: f32 = 0.02;
/// Largest part of the smaller of two things that may be covered.
const MAX_OVERLAP: f32 = 0.3;

/// How near the camera is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shot {
    /// The place, with the hero in it.
    Wide,
    /// The hero, with the place around.
    Medium,
    /// The hero fills the frame; details are left out.
    Close,
}

impl Shot {
    /// The shot of a film's `scene`-th scene; no two in a row are alike.
    pub fn of_scene(scene: u32) -> Self {
        match scene % 7 {
            0 | 3 | 5 => Self::Medium,
            1 | 4 => Self::Wide,
            _ => Self::Close,
        }
    }

    fn hero_scale(self) -> f32 {
        match self {
            Self::Wide => 1.0,
            Self::Medium => 1.22,
            Self::Close => 1.22 * 1.35,
        }
    }
}

/// How a thing stands to another, by its index in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Stands for itself.
    Free,
    /// Rides it, or sits in it.
    Rides(usize),
    /// Is on it.
    On(usize),
    /// Sits on it (chair, bench, bed).
    SitsOn(usize),
    /// Stands or sits behind it (desk, table).
    Behind(usize),
    /// Stands beside it.
    Beside(usize),
}

/// One thing to place.
#[derive(Clone, Debug)]
pub struct Item {
    /// In the words of the description.
    pub name: String,
    /// How it is drawn.
    pub art: Art,
    /// Where it may stand.
    pub class: Class,
    /// How much it matters.
    pub role: Role,
    /// Height, before the scale of shot and role.
    pub height: f32,
    /// Other looks for the members of a group, used in turn.
    pub others: Vec<Art>,
    /// How many.
    pub count: Count,
    /// How it stands to another.
    pub link: Link,
    /// Seed of its own looks.
    pub look: u64,
}

/// What the layout needs to know of the scene.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Where it plays.
    pub setting: Setting,
    /// How near the camera is.
    pub shot: Shot,
    /// Decides sides and small shifts.
    pub seed: Seed,
    /// Number of the scene in the film: sides change with it.
    pub scene: u32,
    /// In space: whether there is ground to stand on (the moon's, a planet's).
    pub ground: bool,
}

impl Stage {
    fn horizon(&self) -> f32 {
        horizon(self.setting)
    }

    /// Whether things float about.
    fn weightless(&self) -> bool {
        self.setting == Setting::Space && !self.ground
    }

    fn indoors(&self) -> bool {
        self.setting.is_indoors()
    }
}

/// The horizon of a setting (in rooms, the edge of the floor), from the top.
pub fn horizon(setting: Setting) -> f32 {
    match setting {
        Setting::Sea => 0.58,
        Setting::Beach | Setting::Lake => 0.55,
        Setting::Field | Setting::Garden | Setting::Desert => 0.56,
        Setting::Forest | Setting::Mountain => 0.66,
        Setting::Village => 0.64,
        Setting::SnowyForest => 0.70,
        Setting::City | Setting::Street => 0.72,
        Setting::Bamboo => 0.78,
        Setting::Space | Setting::Underwater => 0.80,
        Setting::Room
        | Setting::Classroom
        | Setting::Library
        | Setting::Kitchen
        | Setting::Office
        | Setting::Hospital => 0.74,
        Setting::Abstract => 0.72,
    }
}

/// Where the water of a beach or a lake ends and the land begins: like the horizon, a fraction of the frame's height.
pub(crate) fn shore(horizon: f32) -> f32 {
    lerp(horizon, 1.0, 0.35)
}

/// Width of a drawing over its height: of icons from a table measured on the set, of props from
/// the drawings themselves.
pub fn width_over_height(art: &Art) -> f32 {
    match art {
        Art::Figure { body, .. } => match body {
            Body::Adult => 0.42,
            Body::Child => 0.50,
            Body::Animal => 0.62,
        },
        Art::Icon { icon } => icon_widths().get(icon.as_str()).copied().unwrap_or(1.0),
        Art::Prop { prop } => props::draw(prop, &mut Seed(0)).map_or(1.0, |d| d.width / 200.0),
    }
}

/// Icons whose width is not their height (`data/widths.toml`).
fn icon_widths() -> &'static HashMap<String, f32> {
    #[derive(serde::Deserialize)]
    struct File {
        width: Vec<Row>,
    }
    #[derive(serde::Deserialize)]
    struct Row {
        ratio: f32,
        icons: String,
    }
    static WIDTHS: OnceLock<HashMap<String, f32>> = OnceLock::new();
    WIDTHS.get_or_init(|| {
        // A damaged table costs precision, not the picture; a test reads it.
        let file: File =
            toml::from_str(include_str!("../data/widths.toml")).unwrap_or(File { width: Vec::new() });
        let rows = file.width.iter();
        rows.flat_map(|row| row.icons.split(',').map(|icon| (icon.trim().to_owned(), row.ratio))).collect()
    })
}

/// A rectangle of the frame.
#[derive(Clone, Copy, Debug)]
struct Rect {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

impl Rect {
    fn of(placed: &Placed) -> Self {
        let half = placed.height * width_over_height(&placed.art) / ASPECT / 2.0;
        Self {
            left: placed.x - half,
            right: placed.x + half,
            top: placed.baseline - placed.height,
            bottom: placed.baseline,
        }
    }

    fn area(&self) -> f32 {
        (self.right - self.left).max(0.0) * (self.bottom - self.top).max(0.0)
    }

    /// Part of the smaller of the two that lies under the other.
    fn overlap(&self, other: &Self) -> f32 {
        let w = self.right.min(other.right) - self.left.max(other.left);
        let h = self.bottom.min(other.bottom) - self.top.max(other.top);
        if w <= 0.0 || h <= 0.0 {
            return 0.0;
        }
        w * h / self.area().min(other.area()).max(1e-6)
    }
}

/// Part of the smaller of two placed things that lies under the other, by their boxes.
pub fn overlap(a: &Placed, b: &Placed) -> f32 {
    Rect::of(a).overlap(&Rect::of(b))
}

/// How a rider sits on what it rides.
struct Saddle {
    /// Height of the rider's feet over the mount's base, as a part of the mount's height.
    feet: f32,
    /// Height of the rider over that of the mount.
    rider: f32,
    /// Shift towards the mount's front, as a part of its height.
    shift: f32,
}

fn saddle(mount: &Art) -> Saddle {
    let name = match mount {
        Art::Icon { icon } => icon.as_str(),
        Art::Prop { prop } => prop.as_str(),
        Art::Figure { .. } => "",
    };
    let (feet, rider, shift) = match name {
        "boat" => (0.24, 1.40, 0.0),
        "canoe" => (0.30, 1.7, 0.0),
        "sailboat" => (0.12, 0.50, -0.12),
        "ship" | "ferry" | "passenger-ship" => (0.50, 0.36, -0.1),
        "motor-boat" | "speedboat" => (0.36, 0.8, -0.05),
        "bicycle" | "motorcycle" | "motor-scooter" => (0.12, 1.55, -0.08),
        "kick-scooter" | "skateboard" => (0.16, 1.9, 0.0),
        "elephant" | "mammoth" | "sauropod" => (0.55, 0.72, 0.0),
        "sled" => (0.20, 1.6, 0.0),
        "cart" => (0.40, 1.1, 0.0),
        _ => (0.30, 1.10, 0.0),
    };
    Saddle { feet, rider, shift }
}

/// Height of the surface of a thing on which others stand, as a part of its height.
fn surface(art: &Art) -> f32 {
    match art {
        Art::Prop { prop } => match prop.as_str() {
            "table" | "desk" => 0.94,
            "bed" | "hospital_bed" => 0.52,
            "bench" | "chair" => 0.48,
            "stove" => 0.72,
            "cart" | "boat" => 0.5,
            _ => 0.96,
        },
        _ => 0.9,
    }
}

/// Places the things. The result is sorted from back to front; every number is finite and every
/// thing lies within the frame.
pub fn place(items: &[Item], stage: &Stage) -> Vec<Placed> {
    let mut seed = stage.seed.derive("layout");
    let hero = items.iter().position(|i| i.role == Role::Hero);
    // The hero changes sides from scene to scene.
    let side =
        if (stage.seed.derive("side").next_u64() ^ u64::from(stage.scene)) & 1 == 0 { 1.0 } else { -1.0 };
    let mut placed: Vec<Option<Placed>> = vec![None; items.len()];
    let mut done: Vec<Placed> = Vec::new();
    let mut rank = 0;

    // The hero (or what the hero rides) first, then the others in order; linked things last.
    let anchor = hero.map(|h| match items[h].link {
        Link::Rides(other) | Link::Behind(other) | Link::SitsOn(other) | Link::On(other)
            if other < items.len() && other != h =>
        {
            other
        }
        _ => h,
    });
    let mut order: Vec<usize> = anchor.into_iter().collect();
    let free = |i: usize| matches!(items[i].link, Link::Free | Link::Beside(_));
    order.extend((0..items.len()).filter(|&i| Some(i) != anchor && free(i)));
    for &i in &order {
        let item = &items[i];
        let leads = Some(i) == anchor;
        if !leads && stage.shot == Shot::Close && item.role == Role::Detail {
            continue;
        }
        let rider = items.iter().find(|r| r.link == Link::Rides(i));
        let mut base = standing(item, stage, leads, rider, &mut seed);
        let wanted = if leads {
            0.5 + side * hero_offset(stage, item)
        } else if let Some(other) = beside(item, &placed) {
            other
        } else {
            let wanted = slot(item, rank, side, &mut seed);
            if !matches!(item.class, Class::Sky | Class::Flying) {
                rank += 1;
            }
            wanted
        };
        let wish = base.height;
        settle(&mut base, wanted, &done, leads);
        // No room: better left out than a toy.
        if item.role == Role::Detail && base.height < 0.6 * wish {
            continue;
        }
        let others = done.len();
        for member in group(item, &base, &mut seed) {
            // Of a crowd, those who would hide somebody else stay away.
            let hides = |d: &Placed| overlap(d, &member) > MAX_OVERLAP;
            let first = member.height == base.height && member.baseline == base.baseline;
            if done.len() < MAX_PLACED && (first || !done[..others].iter().any(hides)) {
                done.push(member);
            }
        }
        placed[i] = Some(base);
    }
    for (i, item) in items.iter().enumerate() {
        if placed[i].is_some() || free(i) {
            continue;
        }
        let siblings =
            items[..i].iter().filter(|o| matches!(o.link, Link::On(_)) && o.link == item.link).count();
        if let Some(member) = linked(item, siblings, &placed, stage) {
            done.push(member.clone());
            placed[i] = Some(member);
        }
    }
    for p in &mut done {
        clamp(p);
    }
    done.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    done
}

fn hero_offset(stage: &Stage, item: &Item) -> f32 {
    if stage.setting == Setting::Abstract || item.count != Count::One {
        return 0.03;
    }
    match stage.shot {
        Shot::Wide => 0.19,
        Shot::Medium => 0.13,
        Shot::Close => 0.11,
    }
}

/// Height and baseline of a thing; x is settled later.
fn standing(item: &Item, stage: &Stage, leads: bool, rider: Option<&Item>, seed: &mut Seed) -> Placed {
    let horizon = stage.horizon();
    let scale = if leads && item.role == Role::Hero || rider.is_some() {
        stage.shot.hero_scale()
    } else if leads {
        stage.shot.hero_scale().min(1.3)
    } else {
        match (item.role, stage.shot) {
            (Role::Detail, _) => 0.85,
            (_, Shot::Close) => 1.1,
            _ => 1.0,
        }
    };
    let mut height = item.height * scale;
    let mut flying = false;
    let mut floating = false;
    let near = match stage.shot {
        Shot::Wide => 0.82,
        Shot::Medium => 0.855,
        Shot::Close => 0.93,
    };
    let ground = match stage.setting {
        Setting::Beach | Setting::Lake => shore(horizon) + 0.045,
        _ => (horizon + 0.07).min(0.83),
    };
    let jitter = seed.next_f32();
    let mut baseline = match item.class {
        _ if leads && stage.setting == Setting::Abstract => {
            height = height.max(0.44);
            flying = !item.class.is_living();
            if flying { 0.42 + height / 2.0 } else { 0.82 }
        }
        _ if floats(item) && has_water(stage.setting) => {
            floating = true;
            let front = if stage.setting == Setting::Sea { 0.82 } else { shore(horizon) - 0.02 };
            if leads { front } else { lerp(horizon + 0.06, front - 0.02, jitter) }
        }
        Class::Person | Class::Animal if leads => near,
        Class::Person | Class::Animal => lerp(ground, 0.835, jitter),
        Class::Sky => {
            flying = true;
            if leads { 0.30 + height / 2.0 } else { 0.19 + height / 2.0 }
        }
        Class::Flying => {
            flying = true;
            if leads {
                height = height.max(0.22) * 1.2;
                0.42 + height / 2.0
            } else {
                lerp(0.20, 0.36, jitter) + height / 2.0
            }
        }
        Class::Swimming if stage.setting == Setting::Underwater => {
            flying = true;
            height *= if leads { 1.5 } else { 1.0 };
            if leads { 0.48 + height / 2.0 } else { lerp(0.24, 0.66, jitter) + height / 2.0 }
        }
        Class::Swimming | Class::Boat if leads => 0.82,
        Class::Swimming | Class::Boat => lerp(ground, 0.80, jitter),
        Class::Structure if stage.setting == Setting::Lake => ground,
        Class::Structure => {
            let far = if leads { 0.11 } else { 0.035 + 0.03 * jitter };
            (horizon + far).min(0.82)
        }
        Class::Plant if item.height > 0.4 => {
            let far = if stage.setting == Setting::Lake { ground } else { horizon + 0.04 };
            lerp(far, ground + 0.03, jitter)
        }
        Class::Wall => 0.36 + height / 2.0,
        Class::Symbol => {
            flying = stage.setting == Setting::Abstract || stage.indoors();
            if flying { 0.40 + height / 2.0 } else { 0.82 }
        }
        Class::Small => lerp(0.83, CAPTIONS, jitter),
        Class::Ground if item.height < 0.15 && !leads => lerp(0.78, 0.85, jitter),
        Class::Vehicle | Class::Ground | Class::Furniture | Class::Plant => {
            if leads {
                0.845
            } else {
                lerp(ground, 0.84, jitter)
            }
        }
    };
    // Where there is no wall to hang on, and no ground to stand on.
    if item.class == Class::Wall && !stage.indoors() {
        baseline = 0.30 + height / 2.0;
    }
    if stage.weightless() && !matches!(item.class, Class::Sky | Class::Flying) {
        flying = true;
        floating = false;
        baseline = if leads { 0.46 + height / 2.0 } else { lerp(0.34, 0.64, jitter) + height / 2.0 };
    }
    // A mount takes its size from its rider, as far as the frame allows.
    if let Some(rider) = rider {
        let saddle = saddle(&item.art);
        let wish = rider.height * 0.72 * scale / saddle.rider;
        height = height.max(wish).min(0.74 / (saddle.feet + saddle.rider)).min(0.62);
        if floating || !flying {
            baseline = baseline.clamp(horizon + 0.05, 0.85);
        }
    }
    let most = if leads && stage.shot == Shot::Close { 0.84 } else { 0.74 };
    height = height.clamp(0.04, most);
    baseline = baseline.max(height + 0.03);
    let flip = seed.next_u64() & 1 == 0 && mirrors(item);
    Placed {
        name: item.name.clone(),
        art: item.art.clone(),
        role: item.role,
        x: 0.5,
        baseline,
        height,
        flip,
        flying,
        floating,
        look: item.look,
    }
}

/// Whether a thing may be drawn mirrored: things with writing or a fixed side may not.
fn mirrors(item: &Item) -> bool {
    match &item.art {
        Art::Icon { icon } => !matches!(
            icon.as_str(),
            "bank"
                | "hospital"
                | "school"
                | "hotel"
                | "atm-sign"
                | "convenience-store"
                | "bar-chart"
                | "chart-increasing"
                | "chart-decreasing"
                | "clapper-board"
                | "newspaper"
                | "musical-notes"
        ),
        Art::Prop { .. } | Art::Figure { .. } => true,
    }
}

/// Whether a setting has water whose surface is seen.
pub(crate) fn has_water(setting: Setting) -> bool {
    matches!(setting, Setting::Sea | Setting::Beach | Setting::Lake)
}

/// Whether an icon is of a bird that swims; its feet are under water then.
pub(crate) fn is_waterfowl(icon: &str) -> bool {
    matches!(icon, "duck" | "goose" | "swan")
}

/// Whether a thing is in the water where there is some.
fn floats(item: &Item) -> bool {
    match &item.art {
        Art::Icon { icon } if is_waterfowl(icon) || icon == "lotus" => true,
        _ => matches!(item.class, Class::Swimming | Class::Boat),
    }
}

/// Where a thing beside another would stand.
fn beside(item: &Item, placed: &[Option<Placed>]) -> Option<f32> {
    let Link::Beside(other) = item.link else { return None };
    let other = placed.get(other)?.as_ref()?;
    let half = |art: &Art, height: f32| height * width_over_height(art) / ASPECT / 2.0;
    let gap = half(&other.art, other.height) + half(&item.art, item.height) + 0.01;
    Some(if other.x > 0.5 { other.x - gap } else { other.x + gap })
}

/// The place that a thing would like, by its rank among the supports.
fn slot(item: &Item, rank: usize, side: f32, seed: &mut Seed) -> f32 {
    let jitter = seed.range(-0.03, 0.03);
    match item.class {
        Class::Sky => {
            if side > 0.0 {
                0.25 + jitter
            } else {
                0.74 + jitter
            }
        }
        Class::Flying => 0.5 - side * seed.range(0.05, 0.34),
        _ => {
            let offset = match rank {
                0 => -0.14,
                1 => 0.32,
                2 => -0.32,
                3 => 0.02,
                4 => -0.42,
                _ => 0.42,
            };
            0.5 + side * offset + jitter
        }
    }
}

/// Moves a thing to the place nearest to the wanted one where it covers little and is little
/// covered; makes it smaller where there is no room.
fn settle(thing: &mut Placed, wanted: f32, done: &[Placed], leads: bool) {
    for _ in 0..12 {
        let half = thing.height * width_over_height(&thing.art) / ASPECT / 2.0;
        let (low, high) = (EDGE + half, 1.0 - EDGE - half);
        if low > high {
            thing.x = 0.5;
            thing.height *= 0.9;
            continue;
        }
        let mut best = (f32::INFINITY, wanted.clamp(low, high), 0.0);
        for step in 0..=40 {
            let x = if step == 0 {
                wanted.clamp(low, high)
            } else {
                low + (high - low) * (step - 1) as f32 / 39.0
            };
            let rect = Rect::of(&Placed { x, ..thing.clone() });
            let worst = done.iter().map(|d| rect.overlap(&Rect::of(d))).fold(0.0, f32::max);
            let sum: f32 = done.iter().map(|d| rect.overlap(&Rect::of(d))).sum();
            let cost = 1.5 * worst + 0.5 * sum + (x - wanted).abs();
            if cost < best.0 {
                best = (cost, x, worst);
            }
        }
        thing.x = best.1;
        if leads || best.2 <= MAX_OVERLAP {
            return;
        }
        thing.height *= 0.9;
    }
}

/// The members of a group, the given one among them.
fn group(item: &Item, base: &Placed, seed: &mut Seed) -> Vec<Placed> {
    let count = match item.count {
        Count::One => return vec![base.clone()],
        Count::Two => 2,
        Count::Few => 3,
        Count::Many => 5,
    };
    let width = base.height * width_over_height(&base.art) / ASPECT;
    let step = if base.flying { width * 1.25 } else { width * 0.96 };
    let room = (1.0 - 2.0 * EDGE - width).max(0.0);
    let step = step.min(room / (count - 1) as f32);
    let lead = count / 2;
    // The lead stays where it was put, as far as the others then fit into the frame.
    let (low, high) = (EDGE + width / 2.0, 1.0 - EDGE - width / 2.0 - step * (count - 1) as f32);
    let first = (base.x - step * lead as f32).clamp(low, high.max(low));
    (0..count)
        .map(|i| {
            let mut member = base.clone();
            member.x = first + step * i as f32;
            if i != lead {
                member.height *= seed.range(0.82, 0.95);
                member.baseline +=
                    if member.flying { seed.range(-0.07, 0.07) } else { seed.range(-0.04, -0.005) };
                member.look = item.look.wrapping_add(i as u64 + 1);
                if !item.others.is_empty() {
                    member.art = item.others[i % item.others.len()].clone();
                }
            }
            member
        })
        .collect()
}

/// A thing that rides, sits on or lies on another.
fn linked(item: &Item, siblings: usize, placed: &[Option<Placed>], stage: &Stage) -> Option<Placed> {
    let (other, kind) = match item.link {
        Link::Rides(other) => (other, 0),
        Link::On(other) => (other, 1),
        Link::SitsOn(other) => (other, 2),
        Link::Behind(other) => (other, 3),
        _ => return None,
    };
    let base = placed.get(other)?.as_ref();
    let mut member = Placed {
        name: item.name.clone(),
        art: item.art.clone(),
        role: item.role,
        x: 0.5,
        baseline: 0.83,
        height: item.height.clamp(0.04, 0.7),
        flip: false,
        flying: false,
        floating: false,
        look: item.look,
    };
    let Some(base) = base else {
        return (stage.shot != Shot::Close || item.role != Role::Detail).then_some(member);
    };
    match kind {
        0 => {
            let saddle = saddle(&base.art);
            let facing = if base.flip { -1.0 } else { 1.0 };
            member.x = base.x + facing * saddle.shift * base.height / ASPECT;
            member.baseline = base.baseline - saddle.feet * base.height;
            member.height = (saddle.rider * base.height).min(member.baseline - 0.03);
            member.flip = base.flip;
            member.floating = base.floating;
            member.flying = base.flying;
        }
        1 => {
            // Side by side with what lies there already.
            let shift = [-0.2, 0.2, 0.0, 0.36].get(siblings).copied().unwrap_or(-0.36);
            let room = base.height * width_over_height(&base.art) / ASPECT;
            member.height = member.height.min(base.height * 0.9).max(0.05);
            member.x = base.x + room * shift;
            member.baseline = base.baseline - surface(&base.art) * base.height;
            member.flying = base.flying;
        }
        3 => {
            // Beside the middle, where a desk's screen would hide the face.
            let width = base.height * width_over_height(&base.art) / ASPECT;
            member.x = base.x + width * if base.flip { 0.2 } else { -0.2 };
            let scale = if item.role == Role::Hero { stage.shot.hero_scale().min(1.4) } else { 1.0 };
            member.height = item.height * scale;
            member.baseline = base.baseline - 0.02;
        }
        _ => {
            member.x = base.x;
            member.height =
                item.height * if item.role == Role::Hero { stage.shot.hero_scale().min(1.3) } else { 1.0 };
            member.baseline = base.baseline + 0.004;
            member.floating = base.floating;
        }
    }
    Some(member)
}

fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Keeps a thing finite and within the frame.
fn clamp(p: &mut Placed) {
    let fix = |v: f32, or: f32| if v.is_finite() { v } else { or };
    p.height = fix(p.height, 0.2).clamp(0.03, 0.9);
    p.baseline = fix(p.baseline, 0.83).clamp(p.height + 0.01, 0.97);
    let half = (p.height * width_over_height(&p.art) / ASPECT / 2.0).min(0.5);
    p.x = fix(p.x, 0.5).clamp(half, 1.0 - half);
}
