//! Every phrase that is understood, as tokens, with its meaning.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::registry::{Sound, Surface, sounds};
use super::super::scene::Room;
use super::joints::{AND, EMPTY, THEN};
use super::token::tokens;

/// A change to a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// Added to the intensity.
    Intensity(f32),
    /// Times the pitch.
    Pitch(f32),
    /// Times the pace.
    Pace(f32),
    /// Times the distance.
    Distance(f32),
    /// From −1 to 1.
    Direction(f32),
    /// How many.
    Count(u32),
    /// Only once.
    Once,
    /// Again and again.
    Often,
    /// Goes past.
    Passing,
    /// What it falls or walks on.
    On(Surface),
    /// Where it is heard; of the whole scene when it stands alone.
    In(Room),
    /// Pitch, intensity and pace of something large or small.
    Size(f32),
}

/// What a phrase means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// A sound.
    Sound(&'static Sound),
    /// A change to the sound that follows, or else the one before.
    Before(Change),
    /// A change to the sound before, or else the one that follows.
    After(Change),
    /// What follows is another layer at the same time.
    And,
    /// What follows comes later.
    Then,
    /// Nothing.
    Empty,
}

const BEFORE: &[(&[&str], Change)] = &[
    (
        &[
            "torrential",
            "violent",
            "fierce",
            "raging",
            "ferocious",
            "furious",
            "massive",
            "暴",
            "猛烈",
            "剧烈",
            "狂暴",
            "倾盆",
            "汹涌",
            "震耳欲聋",
            "deafening",
            "extreme",
        ],
        Change::Intensity(0.5),
    ),
    (
        &[
            "heavy",
            "strong",
            "loud",
            "intense",
            "hard",
            "powerful",
            "thunderous",
            "wild",
            "roaring",
            "pouring",
            "rough",
            "busy",
            "crowded",
            "lively",
            "猛",
            "强烈",
            "响亮",
            "沉重",
            "热烈",
            "激烈",
            "喧闹",
            "很大",
            "大声",
            "响",
            "强",
            "繁忙",
            "热闹",
            "很响",
        ],
        Change::Intensity(0.35),
    ),
    (
        &[
            "light",
            "soft",
            "gentle",
            "quiet",
            "mild",
            "calm",
            "faint",
            "subtle",
            "weak",
            "low",
            "muted",
            "slight",
            "轻柔",
            "轻轻",
            "轻",
            "柔和",
            "微弱",
            "温和",
            "平静",
            "安静",
            "小声",
            "微微",
            "淅淅沥沥",
            "淅沥",
            "隐约",
            "很轻",
            "细",
        ],
        Change::Intensity(-0.35),
    ),
    (
        &["distant", "far", "far off", "faraway", "remote", "远处", "远方", "遥远", "远", "远远", "很远"],
        Change::Distance(5.0),
    ),
    (
        &[
            "near", "nearby", "close", "close up", "closeup", "近处", "附近", "近", "身边", "很近", "眼前",
            "耳边",
        ],
        Change::Distance(0.4),
    ),
    (
        &["slow", "slowly", "leisurely", "lazy", "缓慢", "慢慢", "慢", "慢速", "缓缓", "慢悠悠"],
        Change::Pace(0.65),
    ),
    (
        &[
            "fast", "quick", "rapid", "hurried", "running", "frantic", "hasty", "racing", "急促", "快速",
            "快", "急", "飞快", "匆匆", "急速", "迅速", "奔跑", "跑步",
        ],
        Change::Pace(1.5),
    ),
    (
        &[
            "big", "large", "huge", "giant", "enormous", "great", "deep", "巨大", "大型", "大", "庞大",
            "低沉", "巨型",
        ],
        Change::Size(0.75),
    ),
    (&["small", "little", "tiny", "mini", "baby", "小", "小型", "微小", "细小", "迷你"], Change::Size(1.4)),
    (&["high pitched", "high-pitched", "high", "shrill", "尖锐", "高音", "尖"], Change::Pitch(1.3)),
    (&["low pitched", "low-pitched", "低音"], Change::Pitch(0.75)),
    (&["single", "one", "a single", "一声", "一下", "一次", "单", "一个", "一只", "一记"], Change::Once),
    (&["two", "twice", "double", "两声", "两下", "两次", "二声", "两"], Change::Count(2)),
    (&["three", "three times", "triple", "三声", "三下", "三次", "三"], Change::Count(3)),
    (&["four", "四声", "四下", "四次"], Change::Count(4)),
    (&["five", "五声", "五下", "五次"], Change::Count(5)),
    (&["six", "六声", "六下", "六次"], Change::Count(6)),
    (&["seven", "七声", "七下"], Change::Count(7)),
    (&["eight", "八声", "八下"], Change::Count(8)),
    (&["nine", "九声", "九下"], Change::Count(9)),
    (&["ten", "十声", "十下"], Change::Count(10)),
    (&["eleven", "十一声", "十一下"], Change::Count(11)),
    (&["twelve", "十二声", "十二下", "dozen"], Change::Count(12)),
];

const AFTER: &[(&[&str], Change)] = &[
    (
        &["in the distance", "far away", "from afar", "at a distance", "on the horizon", "从远处传来"],
        Change::Distance(5.0),
    ),
    (&["very far away", "miles away", "极远"], Change::Distance(12.0)),
    (&["up close", "close by", "next to me", "in front of me"], Change::Distance(0.4)),
    (&["softly", "gently", "quietly", "faintly", "lightly", "calmly"], Change::Intensity(-0.35)),
    (&["loudly", "heavily", "strongly", "violently", "fiercely", "hard", "wildly"], Change::Intensity(0.35)),
    (&["quickly", "rapidly", "fast", "hurriedly"], Change::Pace(1.5)),
    (
        &[
            "repeatedly",
            "again and again",
            "over and over",
            "several times",
            "many times",
            "不断",
            "反复",
            "阵阵",
            "一阵阵",
            "连续",
            "不停",
            "此起彼伏",
        ],
        Change::Often,
    ),
    (&["once", "one time"], Change::Once),
    (
        &[
            "on the left",
            "from the left",
            "to the left",
            "left",
            "on the left side",
            "左边",
            "左侧",
            "左面",
            "从左边传来",
        ],
        Change::Direction(-0.85),
    ),
    (
        &[
            "on the right",
            "from the right",
            "to the right",
            "right",
            "on the right side",
            "右边",
            "右侧",
            "右面",
        ],
        Change::Direction(0.85),
    ),
    (&["in the middle", "in the centre", "in the center", "正前方", "中间"], Change::Direction(0.0)),
    (
        &[
            "passing by",
            "passes by",
            "passing",
            "driving past",
            "drives past",
            "driving by",
            "drive by",
            "pass by",
            "going past",
            "flying past",
            "flying over",
            "flying overhead",
            "flies over",
            "rushing past",
            "speeding past",
            "speeding by",
            "goes by",
            "驶过",
            "经过",
            "飞过",
            "开过",
            "路过",
            "飞驰而过",
            "疾驰而过",
            "掠过",
        ],
        Change::Passing,
    ),
    (
        &[
            "on a tin roof",
            "on tin",
            "on a metal roof",
            "on metal",
            "on a roof",
            "on the roof",
            "tin roof",
            "metal roof",
            "on iron",
            "on steel",
            "on a grate",
            "roof",
            "rooftop",
            "铁皮屋顶",
            "铁皮",
            "屋顶",
            "金属",
            "铁板",
            "房顶",
            "瓦片",
            "屋檐",
            "铁皮屋顶上",
        ],
        Change::On(Surface::Metal),
    ),
    (
        &[
            "on a window",
            "on the window",
            "on glass",
            "against a window",
            "against the window",
            "on a windowpane",
            "on window",
            "window",
            "windowpane",
            "窗户",
            "窗",
            "玻璃",
            "窗子",
            "窗台",
        ],
        Change::On(Surface::Glass),
    ),
    (
        &[
            "on leaves",
            "on the leaves",
            "in leaves",
            "through leaves",
            "through dry leaves",
            "in the leaves",
            "on dry leaves",
            "in dry leaves",
            "on foliage",
            "树叶",
            "落叶",
            "叶子",
            "芭蕉",
        ],
        Change::On(Surface::Leaves),
    ),
    (
        &["on an umbrella", "on a tent", "on canvas", "umbrella", "tent", "雨伞", "伞", "帐篷"],
        Change::On(Surface::Cloth),
    ),
    (
        &[
            "on wood",
            "on a wooden floor",
            "on wooden floor",
            "on the stairs",
            "on stairs",
            "on a wooden bridge",
            "on floorboards",
            "on parquet",
            "wooden",
            "木地板",
            "木板",
            "楼梯",
            "地板",
            "木头",
            "木桥",
        ],
        Change::On(Surface::Wood),
    ),
    (
        &[
            "on concrete",
            "on stone",
            "on asphalt",
            "on pavement",
            "on the pavement",
            "on the street",
            "on tiles",
            "on the ground",
            "水泥地",
            "石板路",
            "石板",
            "人行道",
            "地面",
            "大理石",
        ],
        Change::On(Surface::Stone),
    ),
    (
        &[
            "on gravel",
            "on a gravel path",
            "on pebbles",
            "on stones",
            "gravel",
            "gravel path",
            "碎石",
            "碎石路",
            "砾石",
            "石子路",
            "石子",
            "鹅卵石",
        ],
        Change::On(Surface::Gravel),
    ),
    (
        &[
            "in snow",
            "in the snow",
            "on snow",
            "through snow",
            "through deep snow",
            "snow",
            "雪地",
            "雪",
            "积雪",
        ],
        Change::On(Surface::Snow),
    ),
    (
        &[
            "on grass",
            "on the grass",
            "through grass",
            "on a lawn",
            "on earth",
            "on soil",
            "grass",
            "草地",
            "草坪",
            "草",
            "泥地",
        ],
        Change::On(Surface::Grass),
    ),
    (
        &[
            "in water",
            "in puddles",
            "through puddles",
            "through water",
            "in shallow water",
            "puddle",
            "水坑",
            "水洼",
            "积水",
        ],
        Change::On(Surface::Water),
    ),
    (
        &[
            "indoors",
            "inside",
            "in a room",
            "in the room",
            "inside a house",
            "in a house",
            "in a small room",
            "室内",
            "屋里",
            "房间里",
            "房间",
            "屋内",
        ],
        Change::In(Room::Room),
    ),
    (
        &["in a bathroom", "in the bathroom", "bathroom", "浴室", "浴室里", "洗手间"],
        Change::In(Room::Bathroom),
    ),
    (
        &[
            "in a hall",
            "in a large hall",
            "in the hall",
            "in a concert hall",
            "in a big hall",
            "in an empty hall",
            "in a gym",
            "in a warehouse",
            "in a corridor",
            "in a hallway",
            "hall",
            "concert hall",
            "大厅",
            "大厅里",
            "走廊",
            "走廊里",
            "礼堂",
            "音乐厅",
            "仓库",
            "体育馆",
        ],
        Change::In(Room::Hall),
    ),
    (
        &[
            "in a church",
            "in a cathedral",
            "in the church",
            "in the cathedral",
            "cathedral",
            "church",
            "教堂",
            "教堂里",
            "大教堂",
        ],
        Change::In(Room::Church),
    ),
    (
        &[
            "in a cave",
            "inside a cave",
            "in the cave",
            "in a cavern",
            "洞穴里",
            "洞穴中",
            "山洞里",
            "山洞中",
            "在洞里",
        ],
        Change::In(Room::Cave),
    ),
    (
        &["in a tunnel", "in the tunnel", "through a tunnel", "tunnel", "隧道", "隧道里", "隧道中"],
        Change::In(Room::Tunnel),
    ),
    (&["heard underwater", "from under water", "从水下听"], Change::In(Room::Underwater)),
    (
        &[
            "through a wall",
            "through the wall",
            "behind a wall",
            "next door",
            "behind a door",
            "behind the door",
            "behind a closed door",
            "from another room",
            "muffled",
            "through a closed window",
            "隔壁",
            "门外",
            "墙外",
            "窗外",
            "隔着墙",
            "outside the window",
        ],
        Change::In(Room::Wall),
    ),
    (
        &[
            "through a phone",
            "over the phone",
            "on the phone",
            "through a telephone",
            "through a radio",
            "on the radio",
            "over the radio",
            "电话里",
            "收音机里",
        ],
        Change::In(Room::Telephone),
    ),
    (&["outdoors", "outside", "in the open", "户外", "室外", "外面"], Change::In(Room::Open)),
];

/// Phrases by their tokens, and the length of the longest.
pub(super) struct Lexicon {
    phrases: HashMap<Vec<String>, Meaning>,
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::build);

impl Lexicon {
    pub(super) fn get() -> &'static Self {
        &LEXICON
    }

    fn build() -> Self {
        let mut lexicon = Self { phrases: HashMap::new(), longest: 0 };
        // Sounds go first: a name is more than a modifier.
        for sound in sounds() {
            for name in sound.en.iter().chain(sound.zh) {
                lexicon.add(name, Meaning::Sound(sound));
            }
        }
        let changes = |table: &'static [(&[&str], Change)], wrap: fn(Change) -> Meaning| {
            table.iter().flat_map(move |(phrases, change)| phrases.iter().map(move |p| (*p, wrap(*change))))
        };
        for (phrase, meaning) in changes(BEFORE, Meaning::Before).chain(changes(AFTER, Meaning::After)) {
            lexicon.add(phrase, meaning);
        }
        for phrase in THEN {
            lexicon.add(phrase, Meaning::Then);
        }
        for phrase in AND {
            lexicon.add(phrase, Meaning::And);
        }
        for phrase in EMPTY {
            lexicon.add(phrase, Meaning::Empty);
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, meaning: Meaning) {
        let key: Vec<String> = tokens(phrase).into_iter().map(|t| t.form).collect();
        self.longest = self.longest.max(key.len());
        self.phrases.entry(key).or_insert(meaning);
    }

    /// The longest phrase at the beginning of some tokens, with its length.
    pub(super) fn at(&self, forms: &[String]) -> Option<(Meaning, usize)> {
        let most = self.longest.min(forms.len());
        (1..=most).rev().find_map(|n| self.phrases.get(&forms[..n]).map(|m| (*m, n)))
    }
}
