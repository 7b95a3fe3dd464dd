//! People, their bodies and their steps.

use super::sound::Category::{Footsteps, People};
use super::sound::Nature::{Event, Ground, Once, Rhythm, Steady};
use super::sound::{Sound, Surface};
use crate::effects::synth::{bodies, footsteps, people};

pub(super) static PEOPLE: &[Sound] = &[
    Sound::new("crowd", People, Ground, people::crowd)
        .names(
            &[
                "crowd",
                "crowd murmur",
                "murmur",
                "people talking",
                "crowd talking",
                "audience",
                "market",
                "chatter",
                "voices",
            ],
            &["人群", "嘈杂的人群", "人声", "人们交谈", "观众", "集市", "市场", "喧闹"],
        )
        .about("many people who talk")
        .at(-3.0, 6.0),
    Sound::new("talking", People, Steady, people::talking)
        .names(
            &["someone talking", "talking", "mumbling", "man talking", "woman talking", "person talking"],
            &["有人说话", "说话", "嘟囔", "讲话"],
        )
        .about("one voice without words")
        .at(-5.0, 3.0),
    Sound::new("applause", People, Steady, people::applause)
        .names(
            &["applause", "clapping", "crowd clapping", "people clapping", "ovation", "audience clapping"],
            &["掌声", "鼓掌", "热烈的掌声", "喝彩"],
        )
        .about("many hands")
        .at(0.0, 8.0)
        .wide(0.9),
    Sound::new("clap", People, Event(2.0, 4.0), people::clap)
        .names(&["hand clap", "clap", "single clap"], &["拍手", "击掌", "拍一下手"])
        .about("single claps")
        .at(-2.0, 2.0),
    Sound::new("snap", People, Event(1.5, 3.0), people::snap)
        .names(&["finger snap", "snap", "snapping fingers", "fingers snapping"], &["响指", "打响指"])
        .about("a snap of the fingers")
        .at(-5.0, 1.0),
    Sound::new("cheer", People, Steady, people::cheer)
        .names(
            &["cheering", "cheer", "crowd cheering", "cheers", "stadium"],
            &["欢呼", "欢呼声", "呐喊", "体育场", "球场"],
        )
        .about("a crowd that cheers")
        .at(2.0, 15.0)
        .wide(0.9),
    Sound::new("laugh", People, Event(2.5, 5.0), people::laugh)
        .names(&["laugh", "laughing", "laughter", "giggle", "chuckle"], &["笑", "笑声", "大笑", "哈哈"])
        .about("someone laughing")
        .at(-3.0, 3.0),
    Sound::new("baby", People, Event(2.0, 4.0), people::baby)
        .names(
            &["baby crying", "baby", "crying baby", "infant", "crying"],
            &["婴儿", "婴儿哭", "宝宝哭", "婴儿啼哭", "哭声"],
        )
        .about("a baby that cries")
        .at(0.0, 3.0),
    Sound::new("whistling", People, Steady, people::whistling)
        .names(&["whistling", "person whistling", "whistle a tune", "whistling a tune"], &["口哨", "吹口哨"])
        .about("a whistled tune")
        .at(-4.0, 3.0),
    Sound::new("cough", People, Event(3.0, 6.0), people::cough)
        .names(&["cough", "coughing", "throat clearing"], &["咳嗽", "咳"])
        .about("a cough")
        .at(-3.0, 2.5),
    Sound::new("heartbeat", People, Rhythm, bodies::heartbeat)
        .names(
            &["heartbeat", "heart", "heart beating", "beating heart", "pulse"],
            &["心跳", "心跳声", "心脏"],
        )
        .about("two dull beats, seventy times a minute")
        .at(-2.0, 0.5),
    Sound::new("breathing", People, Rhythm, bodies::breathing)
        .names(
            &["breathing", "breath", "heavy breathing", "panting", "inhale", "exhale"],
            &["呼吸", "呼吸声", "喘气", "喘息"],
        )
        .about("in and out")
        .at(-8.0, 0.5),
    Sound::new("snoring", People, Rhythm, bodies::snoring)
        .names(&["snoring", "snore", "sleeping man"], &["打鼾", "鼾声", "打呼"])
        .about("someone who snores")
        .at(-3.0, 1.5),
    Sound::new("kiss", People, Once, bodies::kiss)
        .names(&["kiss", "smooch"], &["亲吻", "吻", "飞吻"])
        .about("a kiss")
        .at(-9.0, 0.5),
];

pub(super) static FOOTSTEPS: &[Sound] = &[
    Sound::new("footsteps", Footsteps, Rhythm, footsteps::concrete)
        .names(
            &[
                "footstep",
                "footsteps",
                "steps",
                "walking",
                "running",
                "someone walking",
                "footsteps on concrete",
                "jogging",
            ],
            &["脚步", "脚步声", "走路", "行走", "步伐", "跑步", "奔跑"],
        )
        .about("hard heels on stone")
        .on("footsteps", Surface::Stone)
        .at(-4.0, 3.0),
    Sound::new("footsteps_wood", Footsteps, Rhythm, footsteps::wood)
        .names(
            &["footsteps on wood", "footsteps on a wooden floor", "footsteps on stairs"],
            &["木地板上的脚步声", "楼梯上的脚步声"],
        )
        .about("boards that ring")
        .on("footsteps", Surface::Wood)
        .at(-4.0, 3.0),
    Sound::new("footsteps_metal", Footsteps, Rhythm, footsteps::metal)
        .names(&["footsteps on metal"], &["铁板上的脚步声", "金属上的脚步声"])
        .about("a grating that rings")
        .on("footsteps", Surface::Metal)
        .at(-3.0, 3.0),
    Sound::new("footsteps_gravel", Footsteps, Rhythm, footsteps::gravel)
        .names(&["footsteps on gravel"], &["碎石上的脚步声", "砾石上的脚步声"])
        .about("stones that crunch")
        .on("footsteps", Surface::Gravel)
        .at(-5.0, 3.0),
    Sound::new("footsteps_snow", Footsteps, Rhythm, footsteps::snow)
        .names(
            &["footsteps in snow", "footsteps on snow", "walking in the snow"],
            &["雪地里的脚步声", "踏雪", "雪上的脚步声"],
        )
        .about("snow that creaks")
        .on("footsteps", Surface::Snow)
        .at(-6.0, 3.0),
    Sound::new("footsteps_leaves", Footsteps, Rhythm, footsteps::leaves)
        .names(&["footsteps in leaves", "footsteps on leaves"], &["落叶上的脚步声", "踩落叶"])
        .about("dry leaves that rustle")
        .on("footsteps", Surface::Leaves)
        .at(-6.0, 3.0),
    Sound::new("footsteps_grass", Footsteps, Rhythm, footsteps::grass)
        .names(&["footsteps on grass"], &["草地上的脚步声"])
        .about("a soft brush")
        .on("footsteps", Surface::Grass)
        .at(-9.0, 3.0),
    Sound::new("footsteps_water", Footsteps, Rhythm, footsteps::water)
        .names(&["footsteps in water", "wading", "footsteps in puddles"], &["水中的脚步声", "蹚水", "踩水"])
        .about("splashing steps")
        .on("footsteps", Surface::Water)
        .at(-4.0, 3.0),
    Sound::new("heels", Footsteps, Rhythm, footsteps::heels)
        .names(&["high heels", "heels", "high heel footsteps"], &["高跟鞋", "高跟鞋声"])
        .about("hard tips that click")
        .at(-5.0, 3.0),
];
