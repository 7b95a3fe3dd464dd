//! Weather, water, fire, places.

use super::sound::Category::{Fire, Places, Water, Weather};
use super::sound::Nature::{Event, Ground, Once, Rhythm, Steady};
use super::sound::{Sound, Surface};
use crate::effects::synth::{fire, places, water, weather};

pub(super) static WEATHER: &[Sound] = &[
    Sound::new("rain", Weather, Ground, weather::rain)
        .names(
            &[
                "rain",
                "rainfall",
                "raining",
                "rainstorm",
                "downpour",
                "drizzle",
                "rain shower",
                "rain falling",
            ],
            &["雨", "雨声", "下雨", "大雨", "小雨", "暴雨", "细雨", "雨水", "毛毛雨", "阵雨"],
        )
        .about("rain on open ground")
        .on("rain", Surface::Stone)
        .wide(1.0),
    Sound::new("rain_tin", Weather, Ground, weather::rain_tin)
        .names(&["rain on a tin roof", "rain on metal"], &["铁皮屋顶上的雨", "雨打铁皮"])
        .about("rain that rings a metal roof")
        .on("rain", Surface::Metal)
        .wide(1.0),
    Sound::new("rain_window", Weather, Ground, weather::rain_window)
        .names(
            &["rain on a window", "rain against the window", "rain on glass"],
            &["窗上的雨", "雨打窗户", "雨打玻璃"],
        )
        .about("drops against a pane")
        .on("rain", Surface::Glass)
        .at(-2.0, 1.5)
        .wide(0.8),
    Sound::new("rain_leaves", Weather, Ground, weather::rain_leaves)
        .names(
            &["rain on leaves", "rain in the forest", "rain in the woods"],
            &["树叶上的雨", "雨打芭蕉", "林中雨"],
        )
        .about("soft drops in foliage")
        .on("rain", Surface::Leaves)
        .wide(1.0),
    Sound::new("rain_umbrella", Weather, Ground, weather::rain_umbrella)
        .names(&["rain on an umbrella", "rain on a tent"], &["伞上的雨", "雨打伞", "帐篷上的雨"])
        .about("drops on taut cloth overhead")
        .on("rain", Surface::Cloth)
        .at(-1.0, 1.0)
        .wide(0.7),
    Sound::new("hail", Weather, Ground, weather::hail)
        .names(&["hail", "hailstorm", "hailstones"], &["冰雹", "下冰雹"])
        .about("hard stones that bounce")
        .wide(1.0),
    Sound::new("wind", Weather, Ground, weather::wind)
        .names(
            &["wind", "breeze", "windy", "gust", "wind blowing"],
            &["风", "风声", "微风", "刮风", "大风", "清风"],
        )
        .about("wind over open land")
        .at(-2.0, 5.0),
    Sound::new("wind_howling", Weather, Ground, weather::howl)
        .names(
            &["howling wind", "wind howling", "gale", "storm wind", "windstorm", "hurricane", "storm"],
            &["狂风", "狂风呼啸", "呼啸的风", "台风", "风暴", "暴风"],
        )
        .about("a gale that howls around corners")
        .at(0.0, 5.0),
    Sound::new("wind_leaves", Weather, Ground, weather::leaves)
        .names(
            &[
                "rustling leaves",
                "leaves rustling",
                "leaves in the wind",
                "wind in the trees",
                "wind in the leaves",
            ],
            &["树叶沙沙", "树叶沙沙作响", "风吹树叶", "树叶声"],
        )
        .about("leaves that rustle")
        .at(-4.0, 5.0),
    Sound::new("blizzard", Weather, Ground, weather::blizzard)
        .names(&["blizzard", "snowstorm", "snow storm"], &["暴风雪", "风雪", "雪暴"])
        .about("driven snow over a hollow wind"),
    Sound::new("thunder", Weather, Event(6.0, 13.0), weather::thunder)
        .names(
            &[
                "thunder",
                "thunderclap",
                "thunderstorm",
                "rolling thunder",
                "thunder rumbling",
                "lightning",
                "lightning strike",
            ],
            &["雷", "雷声", "打雷", "雷鸣", "闪电", "惊雷", "雷电"],
        )
        .about("a roll of thunder")
        .at(5.0, 600.0)
        .wide(0.5),
];

pub(super) static WATER: &[Sound] = &[
    Sound::new("sea", Water, Ground, water::sea)
        .names(
            &[
                "sea",
                "ocean",
                "wave",
                "ocean waves",
                "sea waves",
                "surf",
                "waves breaking",
                "waves crashing",
                "tide",
            ],
            &["海", "海浪", "大海", "波浪", "浪", "浪花", "潮水", "海浪声", "海潮"],
        )
        .about("waves that break on a beach")
        .wide(1.0),
    Sound::new("stream", Water, Ground, water::stream)
        .names(
            &["stream", "brook", "creek", "babbling brook", "trickling water", "running water"],
            &["小溪", "溪流", "溪水", "流水", "潺潺流水", "流水声"],
        )
        .about("a brook over stones")
        .at(-2.0, 3.0),
    Sound::new("river", Water, Ground, water::river)
        .names(&["river", "river flowing", "rapids"], &["河", "河流", "江水", "大河", "河水", "江"])
        .about("the even rush of a wide river"),
    Sound::new("waterfall", Water, Ground, water::waterfall)
        .names(&["waterfall", "cascade", "falls", "dam"], &["瀑布", "瀑布声"])
        .about("falling water, weight and spray")
        .at(1.0, 10.0),
    Sound::new("fountain", Water, Ground, water::fountain)
        .names(&["fountain", "water feature"], &["喷泉", "喷水池"])
        .about("fine splashing over a basin")
        .at(-3.0, 4.0),
    Sound::new("drip", Water, Rhythm, water::drip)
        .names(
            &[
                "dripping water",
                "water dripping",
                "drip",
                "dripping",
                "water drop",
                "leaking tap",
                "drop of water",
            ],
            &["滴水", "水滴", "滴水声", "水滴声", "漏水"],
        )
        .about("drops into still water")
        .at(-6.0, 2.0),
    Sound::new("bubbles", Water, Steady, water::bubbles)
        .names(&["bubble", "bubbling", "bubbles rising", "bubbling water"], &["气泡", "泡泡", "冒泡", "水泡"])
        .about("bubbles that rise in runs")
        .at(-4.0, 1.0),
    Sound::new("underwater", Water, Ground, water::underwater)
        .names(
            &["underwater", "under water", "deep sea", "submarine", "diving"],
            &["水下", "海底", "深海", "潜水", "水底"],
        )
        .about("muffled pressure and bubbles")
        .at(-2.0, 3.0),
    Sound::new("splash", Water, Once, water::splash)
        .names(
            &["splash", "splashing", "splash of water", "jump into water", "something falling into water"],
            &["溅水", "落水", "水花", "跳水", "落水声", "扑通"],
        )
        .about("something heavy falls into water"),
    Sound::new("pouring", Water, Once, water::pouring)
        .names(
            &[
                "pouring coffee",
                "coffee pouring",
                "pouring water",
                "pouring tea",
                "pouring",
                "pouring a drink",
                "filling a glass",
            ],
            &["倒咖啡", "倒水", "倒茶", "斟茶", "倒酒"],
        )
        .about("a cup that is filled")
        .at(-5.0, 0.8),
    Sound::new("boiling", Water, Steady, water::boiling)
        .names(
            &["boiling water", "boiling", "simmering", "pot boiling"],
            &["沸水", "水开了", "煮沸", "烧开水", "沸腾"],
        )
        .about("a pot on the boil")
        .at(-5.0, 1.0),
    Sound::new("tap", Water, Steady, water::tap)
        .names(&["tap running", "running tap", "faucet", "tap", "sink", "tap water"], &["水龙头", "自来水"])
        .about("a tap into a basin")
        .at(-3.0, 1.5),
    Sound::new("shower", Water, Steady, water::shower)
        .names(&["shower", "taking a shower", "bathroom shower"], &["淋浴", "洗澡", "花洒"])
        .about("fine jets on tiles")
        .at(-2.0, 1.5)
        .wide(0.5),
    Sound::new("flush", Water, Once, water::flush)
        .names(&["toilet flush", "toilet", "flush", "flushing toilet"], &["冲马桶", "马桶", "冲水"])
        .about("a toilet that is flushed")
        .at(-1.0, 2.0),
];

pub(super) static FIRE: &[Sound] = &[
    Sound::new("fire", Fire, Ground, fire::fire)
        .names(
            &[
                "fire",
                "campfire",
                "fireplace",
                "bonfire",
                "crackling fire",
                "fire crackling",
                "flames",
                "wood fire",
            ],
            &["火", "篝火", "火焰", "营火", "壁炉", "柴火", "火堆", "燃烧"],
        )
        .about("a wood fire that crackles")
        .at(-3.0, 2.0)
        .wide(0.4),
    Sound::new("frying", Fire, Steady, fire::frying)
        .names(
            &["frying", "sizzling", "frying pan", "sizzle", "bacon frying", "cooking"],
            &["煎炸", "煎", "炒菜", "油炸", "滋滋", "做饭"],
        )
        .about("a pan that sizzles")
        .at(-4.0, 1.0),
    Sound::new("match", Fire, Once, fire::match_strike)
        .names(
            &["match", "lighting a match", "match strike", "striking a match"],
            &["火柴", "划火柴", "点火柴"],
        )
        .about("a match that is struck")
        .at(-8.0, 0.5),
    Sound::new("fireworks", Fire, Event(1.5, 4.0), fire::firework)
        .names(&["firework", "fireworks", "rocket firework"], &["烟花", "烟火", "放烟花", "礼花"])
        .about("a rocket rises, bursts and crackles")
        .at(3.0, 150.0)
        .wide(0.3),
    Sound::new("explosion", Fire, Once, fire::explosion)
        .names(
            &["explosion", "blast", "bomb", "detonation", "exploding"],
            &["爆炸", "爆破", "炸弹", "爆炸声"],
        )
        .about("shock, roar and debris")
        .at(6.0, 60.0)
        .wide(0.3),
    Sound::new("sparks", Fire, Steady, fire::sparks)
        .names(
            &[
                "electric spark",
                "electric sparks",
                "electricity",
                "short circuit",
                "spark",
                "electric arc",
                "electric zap",
            ],
            &["电火花", "电流", "短路", "火花"],
        )
        .about("an arc that snaps")
        .at(-4.0, 2.0),
];

pub(super) static PLACES: &[Sound] = &[
    Sound::new("traffic", Places, Ground, places::traffic)
        .names(
            &[
                "city traffic",
                "traffic",
                "city",
                "street",
                "city street",
                "busy street",
                "road traffic",
                "downtown",
            ],
            &["城市", "车流", "街道", "马路", "城市交通", "街上", "交通"],
        )
        .about("a street with cars that go by")
        .wide(1.0),
    Sound::new("office", Places, Ground, places::office)
        .names(&["office", "office ambience", "open office"], &["办公室"])
        .about("keyboards, paper, low talk")
        .at(-5.0, 4.0),
    Sound::new("forest", Places, Ground, places::forest)
        .names(&["forest", "woods", "woodland", "forest ambience"], &["森林", "树林", "林间", "林子"])
        .about("leaves and birds by day")
        .at(-3.0, 8.0),
    Sound::new("night", Places, Ground, places::night)
        .names(
            &["night", "summer night", "night ambience", "nighttime", "evening"],
            &["夜晚", "夜里", "夏夜", "夜", "夜色"],
        )
        .about("crickets, a light wind, an owl")
        .at(-5.0, 8.0),
    Sound::new("jungle", Places, Ground, places::jungle)
        .names(&["jungle", "rainforest", "tropical forest"], &["丛林", "热带雨林", "雨林"])
        .about("insects, shrieks and frogs"),
    Sound::new("cafe", Places, Ground, places::cafe)
        .names(
            &["cafe", "café", "coffee shop", "restaurant", "bar", "pub", "diner"],
            &["咖啡馆", "咖啡厅", "餐厅", "饭店", "酒吧"],
        )
        .about("murmur and cups")
        .at(-3.0, 4.0),
    Sound::new("beach", Places, Ground, places::beach)
        .names(&["beach", "seaside", "shore", "coast"], &["海滩", "海边", "沙滩", "海岸"])
        .about("waves and gulls"),
    Sound::new("harbour", Places, Ground, places::harbour)
        .names(&["harbour", "harbor", "port", "marina", "dock", "pier"], &["港口", "码头", "渔港", "海港"])
        .about("lapping water, ropes, gulls, a horn"),
    Sound::new("farm", Places, Ground, places::farm)
        .names(&["farm", "farmyard", "barnyard"], &["农场", "农家", "牧场"])
        .about("cows, sheep, poultry"),
    Sound::new("playground", Places, Ground, places::playground)
        .names(
            &["playground", "children playing", "school yard", "kids playing", "children"],
            &["操场", "游乐场", "孩子们玩耍", "孩子", "儿童"],
        )
        .about("children's voices"),
    Sound::new("station", Places, Ground, places::station)
        .names(
            &["train station", "railway station", "airport", "station", "subway station", "terminal"],
            &["火车站", "车站", "机场", "地铁站"],
        )
        .about("a hall of voices and a chime"),
    Sound::new("space", Places, Ground, places::space)
        .names(
            &["space", "outer space", "spaceship", "sci-fi ambience", "cosmos"],
            &["太空", "宇宙", "外太空", "飞船", "星空"],
        )
        .about("a vast, slow drone")
        .at(-3.0, 5.0),
    Sound::new("cave", Places, Ground, places::cave)
        .names(&["cave", "cavern", "grotto"], &["洞穴", "山洞", "岩洞"])
        .about("drops far apart in the dark")
        .at(-5.0, 6.0),
    Sound::new("room", Places, Ground, places::room)
        .names(&["room tone", "quiet room", "empty room", "silence"], &["室内静音", "安静的房间", "空房间"])
        .about("the air of a closed room")
        .at(-12.0, 2.0),
    Sound::new("pool", Places, Ground, places::pool)
        .names(&["swimming pool", "pool", "water park"], &["游泳池", "泳池"])
        .about("water and children in a hall"),
];
