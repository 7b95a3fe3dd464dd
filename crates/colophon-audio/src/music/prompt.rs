//! What a prompt asks for: words of both languages that name a style, a mood, an instrument, a tempo
//! or a metre.

use super::style::{Instrument, Metre};
use super::styles;
use super::theory::{Key, Mode};

/// What was found in a prompt; what it does not say is `None` or neutral.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Style by its id.
    pub style: Option<&'static str>,
    /// −1 sad or dark, 1 happy or bright.
    pub valence: f32,
    /// −1 calm, 1 wild.
    pub energy: f32,
    /// Quarter notes a minute.
    pub tempo: Option<f64>,
    /// −1 slower, 1 faster than usual.
    pub pace: f32,
    /// Metre.
    pub metre: Option<Metre>,
    /// Key.
    pub key: Option<Key>,
    /// Mode alone.
    pub mode: Option<bool>,
    /// Instrument of the melody.
    pub instrument: Option<Instrument>,
    /// No drums.
    pub no_drums: bool,
    /// No bass.
    pub no_bass: bool,
    /// Only one instrument.
    pub solo: bool,
}

/// Style, its weight, and words that name it. Later words of a prompt do not outweigh earlier ones;
/// the sum of the weights decides.
const STYLES: &[(&str, f32, &[&str])] = &[
    (
        "chinese",
        3.0,
        &[
            "chinese",
            "guzheng",
            "erhu",
            "pipa",
            "dizi",
            "guqin",
            "oriental",
            "中国风",
            "国风",
            "古风",
            "中国",
            "江南",
            "民乐",
            "古筝",
            "二胡",
            "琵琶",
            "笛子",
            "竹笛",
            "古琴",
            "五声",
            "武侠",
            "水墨",
        ],
    ),
    ("lofi", 3.0, &["lofi", "lo-fi", "lo fi", "chillhop", "study beats", "低保真", "学习节拍"]),
    ("lofi", 1.2, &["chill", "study", "studying", "coffee shop", "学习", "放松节拍", "自习"]),
    (
        "orchestral",
        3.0,
        &[
            "orchestral",
            "orchestra",
            "symphonic",
            "symphony",
            "cinematic",
            "film score",
            "trailer",
            "管弦",
            "交响",
            "电影配乐",
            "史诗",
        ],
    ),
    (
        "orchestral",
        1.5,
        &[
            "epic",
            "heroic",
            "majestic",
            "battle",
            "adventure",
            "triumphant",
            "恢弘",
            "战斗",
            "英雄",
            "壮丽",
            "冒险",
            "大气",
        ],
    ),
    (
        "electronic",
        3.0,
        &[
            "electronic",
            "edm",
            "techno",
            "house",
            "trance",
            "synthwave",
            "dance",
            "电子",
            "舞曲",
            "电音",
            "合成器",
        ],
    ),
    ("electronic", 1.2, &["cyberpunk", "club", "synth", "neon", "赛博", "夜店", "科技"]),
    ("jazz", 3.0, &["jazz", "swing", "bebop", "爵士", "摇摆乐"]),
    ("bossa", 3.2, &["bossa", "bossa nova", "samba", "latin", "巴萨", "波萨诺瓦", "拉丁"]),
    ("ambient", 3.0, &["ambient", "drone", "soundscape", "氛围", "环境音乐"]),
    (
        "ambient",
        1.4,
        &[
            "meditation",
            "meditative",
            "sleep",
            "space",
            "underwater",
            "floating",
            "冥想",
            "助眠",
            "睡眠",
            "太空",
            "空灵",
            "瑜伽",
        ],
    ),
    ("rock", 3.0, &["rock", "metal", "punk", "grunge", "摇滚", "金属乐"]),
    ("rock", 1.2, &["electric guitar", "电吉他"]),
    ("pop", 3.0, &["pop", "流行"]),
    ("pop", 0.8, &["upbeat", "advert", "commercial", "corporate", "欢快", "广告", "宣传"]),
    ("folk", 3.0, &["folk", "acoustic", "country", "bluegrass", "celtic", "民谣", "乡村", "木吉他", "原声"]),
    ("folk", 1.3, &["guitar", "campfire", "ukulele", "banjo", "吉他", "篝火", "尤克里里"]),
    ("waltz", 3.2, &["waltz", "圆舞曲", "华尔兹"]),
    ("waltz", 1.2, &["ballroom", "music box", "carousel", "八音盒", "舞会", "旋转木马"]),
    ("classical", 3.0, &["classical", "baroque", "sonata", "mozart", "chopin", "古典", "巴洛克", "奏鸣曲"]),
    ("classical", 1.6, &["string quartet", "chamber", "弦乐四重奏", "室内乐"]),
    ("piano", 2.0, &["piano", "钢琴"]),
    ("piano", 0.8, &["ballad", "romantic", "rain", "rainy", "抒情", "浪漫", "雨"]),
];

/// Valence, energy, and words with that mood.
const MOODS: &[(f32, f32, &[&str])] = &[
    (
        0.1,
        -0.7,
        &[
            "calm", "quiet", "peaceful", "gentle", "soft", "relaxing", "soothing", "tender", "安静", "宁静",
            "平静", "温柔", "舒缓", "轻柔", "放松", "静谧", "悠扬",
        ],
    ),
    (
        -0.8,
        -0.4,
        &[
            "sad",
            "melancholy",
            "melancholic",
            "sorrow",
            "lonely",
            "grief",
            "mournful",
            "悲伤",
            "忧伤",
            "忧郁",
            "孤独",
            "伤感",
            "哀愁",
            "凄凉",
        ],
    ),
    (
        -0.5,
        -0.3,
        &[
            "rain",
            "rainy",
            "night",
            "autumn",
            "nostalgic",
            "wistful",
            "雨",
            "夜",
            "秋",
            "怀旧",
            "思念",
            "乡愁",
        ],
    ),
    (
        -0.7,
        0.4,
        &[
            "dark",
            "tense",
            "suspense",
            "ominous",
            "scary",
            "mysterious",
            "thriller",
            "黑暗",
            "紧张",
            "悬疑",
            "恐怖",
            "神秘",
        ],
    ),
    (
        0.9,
        0.5,
        &[
            "happy", "joyful", "cheerful", "fun", "playful", "bright", "sunny", "upbeat", "快乐", "欢快",
            "开心", "愉快", "明亮", "阳光", "活泼", "喜庆",
        ],
    ),
    (
        0.6,
        0.1,
        &[
            "hopeful",
            "uplifting",
            "inspiring",
            "warm",
            "morning",
            "spring",
            "希望",
            "温暖",
            "励志",
            "清晨",
            "早晨",
            "春",
        ],
    ),
    (
        0.1,
        0.9,
        &[
            "epic",
            "energetic",
            "powerful",
            "intense",
            "driving",
            "fierce",
            "battle",
            "wild",
            "激昂",
            "热血",
            "激烈",
            "有力",
            "震撼",
            "战斗",
            "史诗",
            "激情",
        ],
    ),
    (0.4, 0.0, &["romantic", "love", "dreamy", "浪漫", "爱", "梦幻"]),
];

/// Faster or slower.
const PACES: &[(f32, &[&str])] = &[
    (-0.8, &["slow", "slowly", "adagio", "largo", "lento", "慢板", "缓慢", "慢"]),
    (-0.3, &["andante", "行板"]),
    (0.7, &["fast", "quick", "allegro", "lively", "快板", "快速", "轻快", "急"]),
    (1.0, &["presto", "very fast", "急板"]),
];

/// Words for instruments, with the melody's program.
const INSTRUMENTS: &[(u8, &str, &[&str])] = &[
    (0, "grand piano", &["piano", "钢琴"]),
    (4, "electric piano", &["electric piano", "rhodes", "电钢琴"]),
    (10, "music box", &["music box", "八音盒"]),
    (11, "vibraphone", &["vibraphone", "vibes", "颤音琴"]),
    (12, "marimba", &["marimba", "马林巴"]),
    (15, "dulcimer", &["dulcimer", "yangqin", "扬琴"]),
    (19, "church organ", &["organ", "管风琴"]),
    (21, "accordion", &["accordion", "手风琴"]),
    (22, "harmonica", &["harmonica", "口琴"]),
    (24, "nylon guitar", &["classical guitar", "nylon guitar", "古典吉他"]),
    (27, "electric guitar", &["electric guitar", "电吉他"]),
    (25, "steel guitar", &["guitar", "acoustic guitar", "吉他"]),
    (40, "violin", &["violin", "小提琴"]),
    (42, "cello", &["cello", "大提琴"]),
    (46, "harp", &["harp", "竖琴"]),
    (52, "choir", &["choir", "合唱"]),
    (56, "trumpet", &["trumpet", "小号"]),
    (60, "horn", &["french horn", "horn", "圆号"]),
    (65, "saxophone", &["saxophone", "sax", "萨克斯"]),
    (68, "oboe", &["oboe", "双簧管"]),
    (71, "clarinet", &["clarinet", "单簧管"]),
    (73, "flute", &["flute", "长笛"]),
    (75, "pan flute", &["pan flute", "排箫"]),
    (77, "bamboo flute", &["dizi", "bamboo flute", "shakuhachi", "笛子", "竹笛", "箫"]),
    (106, "pipa", &["pipa", "琵琶"]),
    (107, "guzheng", &["guzheng", "zither", "koto", "古筝", "古琴"]),
    (110, "erhu", &["erhu", "fiddle", "二胡"]),
];

/// Reads a prompt.
pub fn read(prompt: &str) -> Wish {
    let text = Text::new(prompt);
    let mut wish = Wish::default();
    let mut scores: Vec<(&'static str, f32)> = Vec::new();
    for (id, weight, words) in STYLES {
        let found = words.iter().filter(|w| text.has(w)).count().min(2) as f32;
        if found > 0.0 {
            match scores.iter_mut().find(|(known, _)| known == id) {
                Some((_, score)) => *score += weight * found.sqrt(),
                None => scores.push((id, weight * found.sqrt())),
            }
        }
    }
    let best = scores.iter().copied().reduce(|best, s| if s.1 > best.1 { s } else { best });
    wish.style = best.map(|(id, _)| id);
    let mut moods = 0f32;
    for (valence, energy, words) in MOODS {
        if words.iter().any(|w| text.has(w)) {
            wish.valence += valence;
            wish.energy += energy;
            moods += 1.0;
        }
    }
    wish.valence /= moods.max(1.0);
    wish.energy /= moods.max(1.0);
    wish.pace = PACES.iter().filter(|(_, words)| words.iter().any(|w| text.has(w))).map(|(p, _)| p).sum();
    wish.tempo = text.tempo();
    wish.metre = text.metre();
    wish.mode = text.mode();
    wish.key = text.key();
    wish.instrument = text.instrument();
    wish.no_drums = text.any(&["no drums", "without drums", "drumless", "不要鼓", "无鼓", "没有鼓"]);
    wish.no_bass = text.any(&["no bass", "without bass", "不要贝斯", "无贝斯"]);
    wish.solo = text.any(&["solo", "alone", "only piano", "独奏"]);
    wish
}

struct Text {
    /// Lower case, words with single blanks around them, Chinese as it is.
    words: String,
}

impl Text {
    fn new(prompt: &str) -> Self {
        let mut words = String::from(" ");
        for c in prompt.chars().take(4_000).flat_map(char::to_lowercase) {
            let keep = c.is_alphanumeric() || matches!(c, '-' | '#' | '/' | '♭' | '♯');
            match (keep, words.ends_with(' ')) {
                (true, _) => words.push(c),
                (false, false) => words.push(' '),
                (false, true) => {}
            }
        }
        words.push(' ');
        Self { words }
    }

    /// A word of English stands alone, one of Chinese anywhere.
    fn has(&self, word: &str) -> bool {
        if word.is_ascii() { self.words.contains(&format!(" {word} ")) } else { self.words.contains(word) }
    }

    fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.has(w))
    }

    fn tempo(&self) -> Option<f64> {
        let all: Vec<&str> = self.words.split(' ').collect();
        for (i, word) in all.iter().enumerate() {
            let number = match word.strip_suffix("bpm") {
                Some("") => all.get(i.wrapping_sub(1)).copied(),
                Some(digits) => Some(digits),
                None => None,
            };
            if let Some(n) = number.and_then(|n| n.parse::<f64>().ok()).filter(|n| (30.0..=260.0).contains(n))
            {
                return Some(n);
            }
        }
        None
    }

    fn metre(&self) -> Option<Metre> {
        if self.any(&["3/4", "三拍", "三拍子", "四三拍"]) {
            Some(Metre::Three)
        } else if self.any(&["6/8", "六八拍"]) {
            Some(Metre::Six)
        } else if self.any(&["4/4", "四拍", "四四拍"]) {
            Some(Metre::Four)
        } else {
            None
        }
    }

    /// Whether a minor mode is named.
    fn mode(&self) -> Option<bool> {
        if self.any(&["minor", "小调", "dorian"]) {
            Some(true)
        } else if self.any(&["major", "大调"]) {
            Some(false)
        } else {
            None
        }
    }

    /// "in A minor", "c# major", "d小调".
    fn key(&self) -> Option<Key> {
        let all: Vec<&str> = self.words.split(' ').collect();
        for pair in all.windows(2) {
            let letter = pair[0].len() <= 2 && pair[0].starts_with(|c: char| ('a'..='g').contains(&c));
            if letter
                && matches!(pair[1], "major" | "minor" | "dorian" | "mixolydian" | "lydian")
                && let Ok(key) = Key::parse(&format!("{} {}", pair[0], pair[1]))
            {
                return Some(key);
            }
        }
        let at = self.words.find("大调").or_else(|| self.words.find("小调"))?;
        let end = at + "大调".len();
        (1..=3).rev().find_map(|n| {
            let start = self.words[..at].char_indices().rev().nth(n - 1)?.0;
            Key::parse(&self.words[start..end]).ok()
        })
    }

    fn instrument(&self) -> Option<Instrument> {
        let mut best: Option<(usize, usize, Instrument)> = None;
        for (program, name, words) in INSTRUMENTS {
            for word in words.iter().filter(|w| self.has(w)) {
                // The first that is named; of two at one place the longer word.
                let at = self.words.find(word).unwrap_or(0);
                let end = at + word.len();
                let found = Instrument { program: *program, name };
                if best.as_ref().is_none_or(|(e, l, _)| end < *e || (end == *e && word.len() > *l)) {
                    best = Some((end, word.len(), found));
                }
            }
        }
        best.map(|(_, _, i)| i)
    }
}

/// Mode of the mood and the style: whether minor.
pub(crate) fn wants_minor(wish: &Wish, style: &super::Style) -> bool {
    match wish.mode {
        Some(minor) => minor,
        None if wish.valence > 0.15 => false,
        None if wish.valence < -0.15 => true,
        None => style.minor,
    }
}

/// The style for a prompt that names none: by its mood and its instrument.
pub(crate) fn fallback(wish: &Wish) -> &'static str {
    match wish.instrument.map(|i| i.program) {
        Some(106 | 107 | 110 | 77) => return "chinese",
        Some(40 | 42 | 60 | 52) => return "orchestral",
        Some(56 | 65 | 11) => return "jazz",
        Some(24 | 25 | 21 | 22) => return "folk",
        Some(27) => return "rock",
        Some(73 | 68 | 71 | 46) => return "classical",
        _ => {}
    }
    match (wish.energy, wish.valence) {
        (e, _) if e > 0.6 => "orchestral",
        (e, v) if e > 0.2 && v > 0.0 => "pop",
        (e, _) if e > 0.2 => "electronic",
        (e, _) if e < -0.5 => "piano",
        (_, v) if v > 0.5 => "folk",
        _ => "piano",
    }
}

/// A style by its id or another of its names.
pub fn style_named(name: &str) -> Option<&'static super::Style> {
    let name = name.trim().to_lowercase();
    let id = match name.as_str() {
        "lo-fi" => "lofi",
        "cinematic" => "orchestral",
        "acoustic" => "folk",
        "bossa nova" => "bossa",
        "edm" => "electronic",
        other => other,
    };
    let all = styles::ALL;
    all.iter().copied().find(|s| s.id == id).or_else(|| {
        let found =
            STYLES.iter().find(|(_, weight, words)| *weight >= 2.0 && words.contains(&name.as_str()))?;
        all.iter().copied().find(|s| s.id == found.0)
    })
}

/// A mode that the mood asks for, of those that a style offers.
pub(crate) fn mode_of(modes: &'static [Mode], dice: f32) -> Mode {
    modes[((dice * modes.len() as f32) as usize).min(modes.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_styles_moods_and_instruments() {
        for (prompt, style) in [
            ("calm piano for a rainy evening", "piano"),
            ("雨夜里的安静钢琴曲", "piano"),
            ("lo-fi beats to study to", "lofi"),
            ("epic orchestral battle music", "orchestral"),
            ("江南水乡的古筝与竹笛", "chinese"),
            ("欢快的电子舞曲", "electronic"),
            ("smoky jazz club with a saxophone", "jazz"),
            ("冥想用的空灵氛围音乐", "ambient"),
            ("heavy rock with electric guitar", "rock"),
            ("乡村木吉他民谣", "folk"),
            ("a Viennese waltz", "waltz"),
            ("baroque string quartet", "classical"),
            ("bossa nova on the beach", "bossa"),
            ("upbeat pop for an advert", "pop"),
        ] {
            assert_eq!(read(prompt).style, Some(style), "{prompt}");
        }
        let rainy = read("雨夜里的安静钢琴曲");
        assert!(rainy.energy < -0.3 && rainy.valence < 0.0);
        assert_eq!(rainy.instrument.map(|i| i.program), Some(0));
        assert!(read("happy morning").valence > 0.5);
    }

    #[test]
    fn keys_tempi_and_metres_are_read() {
        let wish = read("A slow piece in F# minor at 72 bpm, 3/4, no drums");
        assert_eq!(wish.key, Some(Key { tonic: 6, mode: Mode::Minor }));
        assert_eq!((wish.tempo, wish.metre, wish.no_drums), (Some(72.0), Some(Metre::Three), true));
        assert_eq!(read("降B大调的圆舞曲").key, Some(Key { tonic: 10, mode: Mode::Major }));
        assert_eq!(read("120bpm techno").tempo, Some(120.0));
        for odd in ["", "😀😀", "bpm", "大调", "小调小调", &"a ".repeat(100_000)] {
            let _ = read(odd);
        }
    }
}
