//! Changes of a composed scene by instruction, in English or Chinese: "move the moon left, make it
//! winter, remove the boat, add a dog", 「把船移到右边，改成夜晚」.

use crate::compose::lexicon::Lexicon;
use crate::error::SceneError;
use crate::graph::{Placed, Role, Scene, TimeOfDay, Weather};
use crate::layout;
use crate::render::side_of;

/// How far "left" is, as a fraction of the frame.
const STEP: f32 = 0.18;
/// How much "bigger" is.
const LARGER: f32 = 1.35;
/// Wishes in one instruction, at most.
const MOST: usize = 16;

const TIMES: [(&[&str], TimeOfDay); 7] = [
    (&["dawn", "sunrise", "黎明", "日出", "清晨"], TimeOfDay::Dawn),
    (&["morning", "早晨", "早上", "上午"], TimeOfDay::Morning),
    (&["noon", "midday", "中午", "正午"], TimeOfDay::Noon),
    (&["afternoon", "下午"], TimeOfDay::Afternoon),
    (&["sunset", "日落", "夕阳"], TimeOfDay::Sunset),
    (&["dusk", "evening", "twilight", "黄昏", "傍晚"], TimeOfDay::Dusk),
    (&["night", "midnight", "夜"], TimeOfDay::Night),
];
const WEATHERS: [(&[&str], Weather); 7] = [
    (&["clear", "sunny", "fine weather", "晴"], Weather::Clear),
    (&["cloudy", "overcast", "clouds", "多云", "阴天"], Weather::Cloudy),
    (&["storm", "stormy", "thunderstorm", "暴风雨", "雷雨"], Weather::Storm),
    (&["rain", "rainy", "raining", "雨"], Weather::Rain),
    (&["snow", "snowy", "snowing", "winter", "雪", "冬"], Weather::Snow),
    (&["fog", "foggy", "mist", "misty", "雾"], Weather::Fog),
    (&["wind", "windy", "风"], Weather::Wind),
];
const REMOVE: [&str; 10] =
    ["remove", "delete", "erase", "without", "take away", "take out", "去掉", "删除", "移除", "不要"];
const ADD: [&str; 6] = ["add", "put in", "with", "加上", "添加", "加"];
const MOVES: [(&[&str], (f32, f32)); 4] = [
    (&["left", "左"], (-STEP, 0.0)),
    (&["right", "右"], (STEP, 0.0)),
    (&["up", "higher", "上方", "上移", "高处", "往上"], (0.0, -0.12)),
    (&["down", "lower", "下方", "下移", "低处", "往下"], (0.0, 0.12)),
];
const LARGE: [&str; 8] = ["bigger", "larger", "taller", "enlarge", "变大", "放大", "大一点", "大些"];
const SMALL: [&str; 7] = ["smaller", "shorter", "shrink", "变小", "缩小", "小一点", "小些"];
const TURN: [&str; 7] = ["flip", "turn", "mirror", "face the other way", "翻转", "转身", "掉头"];
const LIGHT: [&str; 5] = ["sun", "moon", "太阳", "月亮", "月"];

/// Composes what is to be added, from words and a seed.
type Composer<'a> = dyn FnMut(&str, u64) -> Result<Scene, SceneError> + 'a;

/// Changes a scene as an instruction says; `composer` composes what is added to it.
///
/// # Errors
/// [`SceneError::Revision`] for a wish that is not understood, or of something that is not in the
/// picture; the scene may have changed in part then. Errors of the art search.
pub fn revise(scene: &mut Scene, instruction: &str, composer: &mut Composer<'_>) -> Result<(), SceneError> {
    let wishes = wishes(instruction);
    if wishes.is_empty() {
        return Err(SceneError::Revision("the instruction is empty".into()));
    }
    if wishes.len() > MOST {
        return Err(SceneError::Revision(format!("an instruction holds at most {MOST} wishes")));
    }
    for (number, wish) in wishes.iter().enumerate() {
        one(scene, wish, number as u64, composer)?;
    }
    Ok(())
}

/// An instruction part by part.
fn wishes(instruction: &str) -> Vec<String> {
    let text = instruction.to_lowercase().replace(" and then ", ",").replace(" then ", ",");
    // "and" parts wishes where a verb follows; otherwise it joins things.
    let verbs =
        ["make", "move", "remove", "add", "delete", "put", "flip", "turn", "erase", "enlarge", "shrink"];
    let text =
        verbs.iter().fold(text, |text, verb| text.replace(&format!(" and {verb} "), &format!(",{verb} ")));
    text.split([',', ';', '.', '，', '。', '；', '、'])
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn one(scene: &mut Scene, wish: &str, number: u64, composer: &mut Composer<'_>) -> Result<(), SceneError> {
    if let Some(rest) = after(wish, &REMOVE) {
        let place = find(scene, rest)?;
        scene.objects.remove(place);
        return Ok(());
    }
    if let Some(rest) = after(wish, &ADD) {
        return add(scene, rest, number, composer);
    }
    let shift = MOVES.iter().find(|(words, _)| says(wish, words)).map(|(_, shift)| *shift);
    let scale = match (says(wish, &LARGE), says(wish, &SMALL)) {
        (true, _) => Some(LARGER),
        (_, true) => Some(1.0 / LARGER),
        _ => None,
    };
    let turn = says(wish, &TURN);
    if shift.is_some() || scale.is_some() || turn {
        if says(wish, &LIGHT) {
            let (dx, _) = shift.filter(|(dx, _)| *dx != 0.0).ok_or_else(|| {
                SceneError::Revision("sun and moon are moved to the left or to the right only".into())
            })?;
            let side = scene.light.unwrap_or_else(|| side_of(scene.seed));
            scene.light = Some((side + dx.signum()).clamp(-1.5, 1.5));
            return Ok(());
        }
        let place = find(scene, wish)?;
        let object = &mut scene.objects[place];
        if let Some((dx, dy)) = shift {
            // "to the left" of something that stands at the edge stays in the picture.
            object.x = (object.x + dx).clamp(0.06, 0.94);
            object.baseline = (object.baseline + dy).clamp(0.1, 1.02);
        }
        if let Some(scale) = scale {
            object.height = (object.height * scale).clamp(0.03, 1.1);
        }
        if turn {
            object.flip = !object.flip;
        }
        sort(scene);
        return Ok(());
    }
    let mut understood = false;
    if let Some((_, time)) = TIMES.iter().find(|(words, _)| says(wish, words)) {
        (scene.time, understood) = (*time, true);
    }
    if let Some((_, weather)) = WEATHERS.iter().find(|(words, _)| says(wish, words)) {
        (scene.weather, understood) = (*weather, true);
    }
    if understood {
        return Ok(());
    }
    Err(SceneError::Revision(format!(
        "'{wish}' is not understood: say what to add, to remove, to move (left, right, up, down), to make \
         bigger or smaller or to turn, or name an hour or a weather"
    )))
}

/// What follows the first of some words in a wish that begins with it.
fn after<'w>(wish: &'w str, words: &[&str]) -> Option<&'w str> {
    let wish = wish.strip_prefix("please ").unwrap_or(wish).trim_start_matches(['请', '把', '将']);
    // Chinese puts the verb last as well: 把船去掉.
    let last = words.iter().find_map(|word| wish.strip_suffix(word).filter(|_| !word.is_ascii()));
    let first = words.iter().find_map(|word| {
        let rest = wish.strip_prefix(word)?;
        (!word.is_ascii() || rest.starts_with(' ')).then_some(rest)
    });
    first.or(last).map(str::trim).filter(|rest| !rest.is_empty())
}

/// Whether a wish holds one of some words; English ones whole.
fn says(wish: &str, words: &[&str]) -> bool {
    let whole = |word: &str| {
        wish.match_indices(word).any(|(at, _)| {
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
            edge(wish[..at].chars().next_back()) && edge(wish[at + word.len()..].chars().next())
        })
    };
    words.iter().any(|word| if word.is_ascii() { whole(word) } else { wish.contains(word) })
}

/// The object that a wish names: by its own name, or by another word for the same thing. Of several
/// the one that matters most.
fn find(scene: &Scene, wish: &str) -> Result<usize, SceneError> {
    let lexicon = Lexicon::builtin()?;
    let words = |object: &Placed| -> Vec<String> {
        let name = object.name.to_lowercase();
        let entry = lexicon.find(&name).or_else(|| lexicon.find_english(&name).map(|(index, _)| index));
        let others = entry.and_then(|index| lexicon.entry(index)).into_iter();
        others.flat_map(|entry| entry.en.iter().chain(&entry.zh).cloned()).chain([name]).collect()
    };
    let named = |object: &Placed| {
        words(object).iter().any(|word| says(wish, &[word]) || says(wish, &[&format!("{word}s")]))
    };
    let weight = |role: Role| match role {
        Role::Hero => 2,
        Role::Support => 1,
        Role::Detail => 0,
    };
    let found = (0..scene.objects.len())
        .filter(|place| named(&scene.objects[*place]))
        .max_by_key(|place| weight(scene.objects[*place].role));
    found.ok_or_else(|| {
        let mut names: Vec<&str> = scene.objects.iter().map(|o| o.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let there = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        SceneError::Revision(format!("nothing in the picture fits '{wish}': there is {there}"))
    })
}

/// Puts something more into a scene, where it covers the least.
fn add(scene: &mut Scene, what: &str, number: u64, composer: &mut Composer<'_>) -> Result<(), SceneError> {
    let other = composer(what, scene.seed ^ (number + 1))?;
    let mut new: Vec<Placed> = other.objects.into_iter().filter(|o| o.role != Role::Detail).collect();
    if new.is_empty() {
        return Err(SceneError::Revision(format!("there is no art for '{what}'")));
    }
    for object in &mut new {
        object.role = Role::Support;
        let covered = |x: f32| -> f32 {
            let there = Placed { x, ..object.clone() };
            scene.objects.iter().map(|other| layout::overlap(&there, other)).sum()
        };
        let places = (1..10).map(|i| i as f32 / 10.0);
        if let Some(best) = places.min_by(|a, b| covered(*a).total_cmp(&covered(*b))) {
            object.x = best;
        }
        scene.objects.push(object.clone());
    }
    sort(scene);
    Ok(())
}

fn sort(scene: &mut Scene) {
    scene.objects.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::graph::{Art, Setting};

    fn object(name: &str, x: f32) -> Placed {
        Placed {
            name: name.into(),
            art: Art::Prop { prop: name.into() },
            role: Role::Support,
            x,
            baseline: 0.8,
            height: 0.3,
            flip: false,
            flying: false,
            floating: false,
            look: 0,
        }
    }

    fn scene() -> Scene {
        Scene {
            setting: Setting::Field,
            time: TimeOfDay::Noon,
            weather: Weather::Clear,
            mood: String::new(),
            horizon: 0.6,
            objects: vec![object("boat", 0.3), object("lighthouse", 0.7)],
            description: "a boat and a lighthouse".into(),
            seed: 4,
            light: None,
        }
    }

    fn revised(instruction: &str) -> Result<Scene, SceneError> {
        let mut scene = scene();
        revise(&mut scene, instruction, &mut |_, _| Err(SceneError::NothingToDraw))?;
        Ok(scene)
    }

    #[test]
    fn wishes_are_parted() {
        assert_eq!(
            wishes("Move the boat left, make it winter and remove the dog."),
            ["move the boat left", "make it winter", "remove the dog"]
        );
        assert_eq!(wishes("把船移到右边，改成夜晚"), ["把船移到右边", "改成夜晚"]);
        assert_eq!(wishes("add salt and pepper"), ["add salt and pepper"]);
    }

    #[test]
    fn things_move_grow_turn_and_go() {
        let of = |scene: &Scene, name: &str| scene.objects.iter().find(|o| o.name == name).cloned();
        let moved = revised("move the boat to the left and make the lighthouse bigger").unwrap();
        assert!(of(&moved, "boat").unwrap().x < 0.2 && of(&moved, "lighthouse").unwrap().height > 0.35);
        assert!(of(&revised("把船移到右边").unwrap(), "boat").unwrap().x > 0.4);
        assert!(of(&revised("flip the boat").unwrap(), "boat").unwrap().flip);
        assert!(of(&revised("remove the boat").unwrap(), "boat").is_none());
        assert!(of(&revised("把灯塔去掉").unwrap(), "lighthouse").is_none());
    }

    #[test]
    fn hours_weathers_and_lights_change() {
        let winter = revised("make it a winter night").unwrap();
        assert_eq!((winter.time, winter.weather), (TimeOfDay::Night, Weather::Snow));
        assert_eq!(revised("改成下雨的傍晚").unwrap().weather, Weather::Rain);
        let side = side_of(4);
        let left = revised("move the moon left").unwrap().light.unwrap();
        assert!(left < side || left <= -1.0);
        assert!(revised("move the sun up").is_err());
    }

    #[test]
    fn what_is_not_there_is_said() {
        let words = revised("remove the dragon").unwrap_err().to_string();
        assert!(words.contains("dragon") && words.contains("boat, lighthouse"), "{words}");
        assert!(revised("do something nice").unwrap_err().to_string().contains("not understood"));
        assert!(revised(" , ").is_err());
    }
}
