//! What the words of a prompt choose, in English and Chinese; what they leave open, the seed does.

use colophon_types::Seed;

/// The kind of land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Land {
    /// High mountains about a valley.
    Mountains,
    /// Green hills.
    Hills,
    /// Table mountains and dry ground.
    Canyon,
    /// Dunes of sand.
    Dunes,
    /// Cliffs by the sea.
    Coast,
    /// Islands in the sea.
    Islands,
}

/// The hour, by its light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hour {
    /// Before and at sunrise.
    Dawn,
    /// A clear morning.
    Morning,
    /// High sun.
    Noon,
    /// The golden hour.
    Afternoon,
    /// The sun on the horizon.
    Sunset,
    /// After sunset.
    Dusk,
    /// Moonlight.
    Night,
}

/// The season.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    /// Fresh green, flowers.
    Spring,
    /// Full green.
    Summer,
    /// Yellow and red woods.
    Autumn,
    /// Snow down to the valley.
    Winter,
}

/// How the air is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Air {
    /// Clear, with some clouds.
    Clear,
    /// A grey sky.
    Overcast,
    /// Mist in the valleys.
    Mist,
    /// Dark clouds.
    Storm,
}

/// What is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The kind of land.
    pub land: Land,
    /// The hour.
    pub hour: Hour,
    /// The season.
    pub season: Season,
    /// The air.
    pub air: Air,
    /// A lake in the foreground of mountains or hills.
    pub lake: bool,
    /// Woods: thick, or as the land has them, or none.
    pub woods: Option<bool>,
}

type Words<T> = &'static [(T, &'static [&'static str])];

const LANDS: Words<Land> = &[
    (Land::Islands, &["island", "islands", "archipelago", "atoll", "岛"]),
    (
        Land::Coast,
        &[
            "coast", "cliff", "cliffs", "shore", "beach", "sea", "ocean", "bay", "fjord", "海岸", "海滨",
            "海边", "海滩", "悬崖", "峡湾", "大海", "海湾", "海",
        ],
    ),
    (Land::Dunes, &["dune", "dunes", "sand", "sahara", "沙丘", "沙漠"]),
    (
        Land::Canyon,
        &[
            "canyon", "mesa", "mesas", "butte", "buttes", "badlands", "desert", "峡谷", "戈壁", "荒漠",
            "丹霞", "台地",
        ],
    ),
    (
        Land::Mountains,
        &[
            "mountain",
            "mountains",
            "peak",
            "peaks",
            "alps",
            "alpine",
            "summit",
            "ridge",
            "glacier",
            "himalaya",
            "山峰",
            "雪山",
            "高山",
            "群山",
            "山脉",
            "冰川",
            "山",
        ],
    ),
    (
        Land::Hills,
        &[
            "hill",
            "hills",
            "meadow",
            "meadows",
            "plain",
            "plains",
            "steppe",
            "grassland",
            "prairie",
            "moor",
            "countryside",
            "丘陵",
            "草原",
            "草地",
            "山坡",
            "田野",
            "平原",
        ],
    ),
];

const HOURS: Words<Hour> = &[
    (
        Hour::Night,
        &["night", "moonlight", "moonlit", "moon", "stars", "starry", "midnight", "夜", "月", "星空"],
    ),
    (Hour::Sunset, &["sunset", "sundown", "日落", "夕阳", "落日"]),
    (Hour::Dusk, &["dusk", "twilight", "gloaming", "黄昏", "暮"]),
    (Hour::Dawn, &["dawn", "sunrise", "daybreak", "日出", "黎明", "拂晓", "破晓"]),
    (Hour::Noon, &["noon", "midday", "中午", "正午"]),
    (Hour::Morning, &["morning", "早晨", "清晨", "上午", "早上"]),
    (Hour::Afternoon, &["afternoon", "evening", "golden", "下午", "傍晚"]),
];

const SEASONS: Words<Season> = &[
    (Season::Winter, &["winter", "snow", "snowy", "snowfall", "frozen", "冬", "雪地", "下雪", "大雪"]),
    (Season::Autumn, &["autumn", "fall", "autumnal", "秋"]),
    (Season::Spring, &["spring", "blossom", "flowers", "春", "花"]),
    (Season::Summer, &["summer", "夏"]),
];

const AIRS: Words<Air> = &[
    (Air::Storm, &["storm", "stormy", "thunder", "rain", "rainy", "暴风", "雷", "雨"]),
    (Air::Mist, &["mist", "misty", "fog", "foggy", "haze", "hazy", "雾", "云海"]),
    (Air::Overcast, &["overcast", "cloudy", "grey", "gray", "阴", "多云"]),
    (Air::Clear, &["clear", "sunny", "晴"]),
];

/// The first entry of which a word occurs.
fn find<T: Copy>(prompt: &str, words: &[&str], table: Words<T>) -> Option<T> {
    let occurs = |word: &str| match word.is_ascii() {
        true => words.contains(&word),
        false => prompt.contains(word),
    };
    table.iter().find_map(|(value, names)| names.iter().any(|name| occurs(name)).then_some(*value))
}

impl Plan {
    /// Reads a prompt, which may be empty. The seed chooses what it does not say.
    pub fn of(prompt: &str, seed: u64) -> Self {
        let lower = prompt.to_lowercase();
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let says = |names: &'static [&'static str]| {
            names.iter().any(|name| if name.is_ascii() { words.contains(name) } else { lower.contains(name) })
        };
        let mut dice = Seed(seed).derive("terrain plan");
        let mut pick = |n: usize| (dice.next_f32() * n as f32) as usize % n.max(1);
        let lands = [Land::Mountains, Land::Mountains, Land::Hills, Land::Canyon, Land::Coast, Land::Islands];
        let hours = [Hour::Afternoon, Hour::Sunset, Hour::Morning, Hour::Dawn];
        let airs = [Air::Clear, Air::Clear, Air::Mist];
        let (land, hour, air, lake) = (lands[pick(6)], hours[pick(4)], airs[pick(3)], pick(2) == 0);
        let snow = says(PEAKS);
        let season = find(&lower, &words, SEASONS);
        let water = says(LAKES);
        let given = find(&lower, &words, LANDS);
        let land = match given {
            // 雪山 is a mountain, not the season.
            Some(land) => land,
            None if water || snow || season == Some(Season::Winter) => Land::Mountains,
            None if says(WOODS) => Land::Hills,
            None => land,
        };
        let wooded = says(WOODS).then_some(true);
        let bare = says(BARE).then_some(false);
        Self {
            land,
            hour: find(&lower, &words, HOURS).unwrap_or(hour),
            season: season.unwrap_or(Season::Summer),
            air: find(&lower, &words, AIRS).unwrap_or(air),
            lake: water || (given.is_none() && lake),
            woods: bare.or(wooded),
        }
    }
}

const LAKES: &[&str] = &["lake", "lakes", "tarn", "pond", "river", "reflection", "湖", "河", "倒影"];
const PEAKS: &[&str] = &["雪山", "glacier", "冰川"];
const WOODS: &[&str] =
    &["forest", "forests", "wood", "woods", "pine", "pines", "trees", "森林", "树林", "松", "林"];
const BARE: &[&str] = &["bare", "barren", "treeless", "荒"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_in_both_languages() {
        let plan = Plan::of("A lake in the mountains at dawn, autumn, misty", 1);
        let told = (plan.land, plan.hour, plan.season, plan.air, plan.lake);
        assert_eq!(told, (Land::Mountains, Hour::Dawn, Season::Autumn, Air::Mist, true));
        let plan = Plan::of("冬天的雪山，日落，湖", 1);
        let told = (plan.land, plan.hour, plan.season, plan.lake);
        assert_eq!(told, (Land::Mountains, Hour::Sunset, Season::Winter, true));
        for (words, land) in [
            ("sand dunes", Land::Dunes),
            ("沙漠", Land::Dunes),
            ("desert mesas", Land::Canyon),
            ("大峡谷", Land::Canyon),
            ("cliffs by the sea", Land::Coast),
            ("热带群岛", Land::Islands),
            ("rolling green hills", Land::Hills),
            ("草原", Land::Hills),
        ] {
            assert_eq!(Plan::of(words, 3).land, land, "{words}");
        }
        assert_eq!(Plan::of("", 9), Plan::of("", 9));
    }
}
