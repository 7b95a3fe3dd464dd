//! Birds, mammals, insects.

use super::sound::Category::{Animals, Birds, Insects};
use super::sound::Nature::{Event, Ground, Once, Rhythm, Steady};
use super::sound::Sound;
use crate::effects::synth::{animals, birds, insects};

pub(super) static BIRDS: &[Sound] = &[
    Sound::new("songbird", Birds, Steady, birds::songbird)
        .names(
            &[
                "songbird",
                "bird",
                "bird song",
                "birdsong",
                "nightingale",
                "robin",
                "canary",
                "bird singing",
                "bird chirping",
            ],
            &["鸟", "鸟鸣", "鸟叫", "小鸟", "夜莺", "鸟儿", "鸟声"],
        )
        .about("one songbird, phrase after phrase")
        .at(-4.0, 8.0),
    Sound::new("dawn_chorus", Birds, Ground, birds::chorus)
        .names(
            &[
                "dawn chorus",
                "many birds",
                "flock of birds",
                "birds singing",
                "birds chirping",
                "birds",
                "morning birds",
            ],
            &["群鸟", "百鸟齐鸣", "鸟群", "清晨鸟鸣", "众鸟"],
        )
        .about("many birds at daybreak")
        .at(-4.0, 10.0),
    Sound::new("sparrow", Birds, Steady, birds::sparrow)
        .names(&["sparrow", "sparrows", "chirping sparrows"], &["麻雀", "叽叽喳喳"])
        .about("short, sharp chirps")
        .at(-5.0, 6.0),
    Sound::new("chicks", Birds, Steady, birds::chicks)
        .names(&["chick", "chicks", "baby chickens", "peeping chicks"], &["小鸡", "雏鸟", "小鸡叫"])
        .about("thin peeps")
        .at(-5.0, 2.0),
    Sound::new("cuckoo", Birds, Event(2.5, 5.0), birds::cuckoo)
        .names(&["cuckoo", "cuckoo bird"], &["布谷鸟", "杜鹃", "布谷"])
        .about("a falling third")
        .at(-4.0, 30.0),
    Sound::new("owl", Birds, Event(5.0, 9.0), birds::owl)
        .names(&["owl", "owl hooting", "hoot", "hooting"], &["猫头鹰", "夜枭"])
        .about("a hoot, then a long wavering one")
        .at(-4.0, 25.0),
    Sound::new("pigeon", Birds, Event(1.5, 4.0), birds::pigeon)
        .names(&["pigeon", "dove", "cooing", "dove cooing"], &["鸽子", "斑鸠", "咕咕"])
        .about("a dove that coos")
        .at(-6.0, 5.0),
    Sound::new("crow", Birds, Event(2.0, 5.0), birds::crow)
        .names(&["crow", "raven", "cawing", "crow cawing"], &["乌鸦", "乌鸦叫"])
        .about("hoarse caws")
        .at(-2.0, 15.0),
    Sound::new("gull", Birds, Event(1.5, 4.5), birds::gull)
        .names(&["seagull", "gull", "seagulls", "sea gull"], &["海鸥", "海鸥叫"])
        .about("a long cry and a laughing run")
        .at(-2.0, 20.0),
    Sound::new("rooster", Birds, Event(4.0, 8.0), birds::rooster)
        .names(
            &["rooster", "cock", "cockerel", "cock crowing", "rooster crowing"],
            &["公鸡", "鸡鸣", "公鸡打鸣", "鸡叫"],
        )
        .about("a cock's crow")
        .at(0.0, 12.0),
    Sound::new("duck", Birds, Event(1.5, 4.0), birds::duck)
        .names(&["duck", "quack", "quacking", "duck quacking"], &["鸭子", "鸭", "鸭叫", "嘎嘎"])
        .about("quacks")
        .at(-2.0, 5.0),
    Sound::new("hawk", Birds, Event(4.0, 8.0), birds::hawk)
        .names(&["hawk", "eagle", "falcon", "eagle screech"], &["鹰", "老鹰", "雄鹰", "猎鹰"])
        .about("a high, hoarse scream")
        .at(-3.0, 40.0),
    Sound::new("woodpecker", Birds, Event(2.5, 6.0), birds::woodpecker)
        .names(&["woodpecker", "woodpecker drumming"], &["啄木鸟"])
        .about("a drum roll on a trunk")
        .at(-3.0, 20.0),
    Sound::new("wings", Birds, Once, birds::wings)
        .names(
            &[
                "wing flapping",
                "flapping wings",
                "wings",
                "bird taking off",
                "birds taking off",
                "wings flapping",
            ],
            &["翅膀", "拍翅膀", "振翅", "鸟飞起"],
        )
        .about("a bird that takes off")
        .at(-5.0, 3.0),
];

pub(super) static MAMMALS: &[Sound] = &[
    Sound::new("dog", Animals, Event(2.0, 5.0), animals::dog)
        .names(
            &["dog", "dog barking", "bark", "barking", "puppy", "dog bark"],
            &["狗", "狗叫", "犬吠", "小狗", "狗吠"],
        )
        .about("barks")
        .at(1.0, 6.0),
    Sound::new("growl", Animals, Steady, animals::growl)
        .names(&["growl", "growling", "growling dog", "snarl", "dog growling"], &["低吼", "狗低吼", "咆哮"])
        .about("a dog that growls")
        .at(-3.0, 2.0),
    Sound::new("cat", Animals, Event(2.5, 6.0), animals::cat)
        .names(
            &["cat", "meow", "meowing", "kitten", "cat meowing", "miaow"],
            &["猫", "猫叫", "喵", "小猫", "喵喵"],
        )
        .about("a meow")
        .at(-3.0, 3.0),
    Sound::new("purr", Animals, Steady, animals::purr)
        .names(
            &["purr", "purring", "cat purring", "purring cat", "kitten purring"],
            &["猫打呼噜", "呼噜", "猫咪呼噜"],
        )
        .about("a cat that purrs")
        .at(-9.0, 0.5),
    Sound::new("cow", Animals, Event(4.0, 9.0), animals::cow)
        .names(&["cow", "moo", "mooing", "cattle", "cow mooing", "bull"], &["牛", "牛叫", "奶牛", "哞"])
        .about("a long low")
        .at(1.0, 10.0),
    Sound::new("sheep", Animals, Event(2.0, 5.0), animals::sheep)
        .names(
            &["sheep", "lamb", "bleat", "bleating", "goat", "sheep bleating"],
            &["羊", "绵羊", "羊叫", "山羊", "咩"],
        )
        .about("a bleat that shakes")
        .at(-1.0, 8.0),
    Sound::new("pig", Animals, Event(1.5, 4.0), animals::pig)
        .names(&["pig", "oink", "pig grunting", "hog", "grunting pig"], &["猪", "猪叫", "小猪"])
        .about("grunts")
        .at(-2.0, 4.0),
    Sound::new("neigh", Animals, Event(5.0, 9.0), animals::neigh)
        .names(
            &["horse neighing", "neigh", "whinny", "horse", "neighing", "pony"],
            &["马嘶", "马叫", "马", "马鸣", "嘶鸣"],
        )
        .about("a whinny that shakes its way down")
        .at(0.0, 8.0),
    Sound::new("hooves", Animals, Rhythm, animals::hooves)
        .names(
            &[
                "horse hooves",
                "hooves",
                "horse galloping",
                "galloping",
                "galloping horse",
                "hoofbeats",
                "horse trotting",
                "horse walking",
                "gallop",
            ],
            &["马蹄", "马蹄声", "奔马", "骏马奔跑", "马跑"],
        )
        .about("hooves on a road")
        .at(-2.0, 6.0),
    Sound::new("wolf", Animals, Event(5.0, 9.0), animals::wolf)
        .names(
            &["wolf", "wolf howl", "wolf howling", "howling wolf", "wolves", "coyote"],
            &["狼", "狼嚎", "狼叫"],
        )
        .about("a long howl")
        .at(-1.0, 60.0),
    Sound::new("lion", Animals, Event(5.0, 9.0), animals::lion)
        .names(
            &[
                "lion",
                "lion roar",
                "roar",
                "roaring lion",
                "tiger",
                "bear",
                "monster",
                "dragon",
                "lion roaring",
                "beast",
            ],
            &["狮子", "狮吼", "老虎", "虎啸", "怪兽", "熊", "龙"],
        )
        .about("a low, rough roar")
        .at(3.0, 12.0),
    Sound::new("elephant", Animals, Event(4.0, 8.0), animals::elephant)
        .names(&["elephant", "elephant trumpeting", "trumpeting elephant"], &["大象", "象", "大象叫"])
        .about("a trumpet call")
        .at(3.0, 15.0),
];

pub(super) static INSECTS: &[Sound] = &[
    Sound::new("crickets", Insects, Ground, insects::crickets)
        .names(
            &["cricket", "crickets", "crickets chirping", "chirping crickets"],
            &["蟋蟀", "蛐蛐", "虫鸣", "蝈蝈", "虫声"],
        )
        .about("chirps near 4.5 kHz")
        .at(-6.0, 6.0),
    Sound::new("cicadas", Insects, Ground, insects::cicadas)
        .names(&["cicada", "cicadas"], &["蝉", "知了", "蝉鸣"])
        .about("a dense, swelling buzz")
        .at(-4.0, 8.0),
    Sound::new("bees", Insects, Steady, insects::bees)
        .names(
            &["bee", "bees", "beehive", "wasp", "buzzing bees", "swarm of bees", "hive"],
            &["蜜蜂", "蜂群", "蜂", "黄蜂"],
        )
        .about("wing beats of a hive")
        .at(-5.0, 2.0)
        .wide(0.6),
    Sound::new("mosquito", Insects, Steady, insects::mosquito)
        .names(&["mosquito", "gnat", "mosquitoes"], &["蚊子", "蚊虫"])
        .about("a thin, wandering whine")
        .at(-12.0, 0.4),
    Sound::new("fly", Insects, Steady, insects::fly)
        .names(&["fly", "fly buzzing", "housefly", "buzzing fly", "flies"], &["苍蝇"])
        .about("a rough buzz in bursts")
        .at(-10.0, 0.7),
    Sound::new("frogs", Insects, Ground, insects::frogs)
        .names(
            &["frog", "frogs", "toad", "frog croaking", "croaking", "frogs croaking"],
            &["青蛙", "蛙", "蛙鸣", "蛤蟆", "蛙声"],
        )
        .about("croaks at a pond")
        .at(-3.0, 8.0),
    Sound::new("rattlesnake", Insects, Steady, insects::rattlesnake)
        .names(&["rattlesnake", "snake", "snake hissing", "rattle"], &["响尾蛇", "蛇"])
        .about("a tail that rattles")
        .at(-6.0, 2.0),
];
