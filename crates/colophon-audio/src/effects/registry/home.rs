//! Doors, things at home, machines, blows.

use super::sound::Category::{Doors, Home, Impacts, Machines};
use super::sound::Nature::{Event, Once, Rhythm, Steady};
use super::sound::Sound;
use crate::effects::synth::{doors, household, impacts, machines};

pub(super) static DOORS: &[Sound] = &[
    Sound::new("knock", Doors, Event(2.5, 5.0), doors::knock)
        .names(
            &[
                "knock",
                "knocking",
                "door knock",
                "knock on the door",
                "knocking on a door",
                "knock at the door",
            ],
            &["敲门", "敲门声", "敲"],
        )
        .about("knuckles on a door")
        .at(-2.0, 2.5),
    Sound::new("door_open", Doors, Once, doors::open)
        .names(
            &["door opening", "door opens", "open door", "opening a door", "door"],
            &["开门", "门打开", "门开了", "打开门", "推开门", "门"],
        )
        .about("handle, latch and hinge")
        .at(-4.0, 3.0),
    Sound::new("door_close", Doors, Once, doors::close)
        .names(
            &["door closing", "door closes", "close door", "closing a door", "door shutting", "door shut"],
            &["关门", "门关上", "门关了", "关上门", "关门声"],
        )
        .about("the frame and the latch")
        .at(-2.0, 3.0),
    Sound::new("door_slam", Doors, Once, doors::slam)
        .names(
            &["door slam", "slamming door", "door slamming", "slam", "door slams"],
            &["摔门", "猛关门", "砰地关门", "门砰"],
        )
        .about("a door that is slammed")
        .at(3.0, 4.0),
    Sound::new("creak", Doors, Event(3.0, 6.0), doors::creak)
        .names(
            &[
                "creak",
                "creaking",
                "creaking door",
                "door creaking",
                "creaky door",
                "squeaky hinge",
                "floorboard creaking",
                "squeak",
            ],
            &["吱呀", "嘎吱", "门吱呀", "吱嘎", "门轴"],
        )
        .about("a dry hinge")
        .at(-4.0, 2.5),
    Sound::new("lock", Doors, Once, doors::lock)
        .names(
            &["lock", "key turning", "unlocking", "locking a door", "key in a lock", "door lock"],
            &["锁门", "开锁", "钥匙开门", "门锁", "锁"],
        )
        .about("pins, then the bolt")
        .at(-7.0, 1.0),
    Sound::new("keys", Doors, Event(2.0, 4.0), doors::keys)
        .names(&["key", "keys", "jingling keys", "keys jingling"], &["钥匙", "钥匙串", "钥匙叮当"])
        .about("keys that jingle")
        .at(-7.0, 1.0),
    Sound::new("doorbell", Doors, Event(4.0, 8.0), doors::doorbell)
        .names(&["doorbell", "door bell", "ding dong"], &["门铃", "叮咚"])
        .about("ding and dong")
        .at(-2.0, 5.0),
    Sound::new("zip", Doors, Once, doors::zip)
        .names(&["zip", "zipper", "zipping"], &["拉链"])
        .about("a zip that is closed")
        .at(-8.0, 0.7),
];

pub(super) static HOME: &[Sound] = &[
    Sound::new("typing", Home, Rhythm, household::typing)
        .names(
            &["typing", "keyboard", "keyboard typing", "typing on a keyboard", "computer keyboard"],
            &["打字", "键盘", "敲键盘", "键盘声"],
        )
        .about("keys in bursts")
        .at(-6.0, 1.0),
    Sound::new("typewriter", Home, Rhythm, household::typewriter)
        .names(&["typewriter", "old typewriter"], &["打字机", "老式打字机"])
        .about("type bars, bell and carriage")
        .at(-2.0, 1.5),
    Sound::new("mouse", Home, Event(0.6, 2.5), household::mouse)
        .names(&["mouse click", "clicking a mouse", "computer mouse"], &["鼠标", "点击鼠标", "鼠标点击"])
        .about("a mouse button")
        .at(-12.0, 0.7),
    Sound::new("kettle", Home, Steady, household::kettle)
        .names(
            &["kettle", "whistling kettle", "kettle whistling", "tea kettle", "boiling kettle"],
            &["水壶", "烧水壶", "水壶鸣叫", "开水壶"],
        )
        .about("a kettle that begins to whistle")
        .at(-3.0, 2.0),
    Sound::new("page", Home, Event(2.0, 5.0), household::page)
        .names(
            &["page turn", "turning pages", "page", "book pages", "page turning", "turning a page"],
            &["翻页", "翻书", "书页"],
        )
        .about("a page that is turned")
        .at(-8.0, 0.7),
    Sound::new("crumple", Home, Once, household::crumple)
        .names(
            &["crumpling paper", "paper crumpling", "crumple", "paper", "paper rustling"],
            &["揉纸", "纸张", "纸团"],
        )
        .about("paper that is crumpled")
        .at(-7.0, 0.7),
    Sound::new("tear", Home, Once, household::tear)
        .names(
            &["tearing paper", "paper tearing", "ripping", "tear", "ripping cloth"],
            &["撕纸", "撕", "撕裂"],
        )
        .about("paper that is torn")
        .at(-6.0, 0.7),
    Sound::new("writing", Home, Steady, household::writing)
        .names(
            &["writing", "pencil", "pencil writing", "pen", "scribbling", "writing on paper", "drawing"],
            &["写字", "铅笔", "书写", "钢笔"],
        )
        .about("a pencil on paper")
        .at(-11.0, 0.6),
    Sound::new("scissors", Home, Event(2.0, 4.0), household::scissors)
        .names(&["scissors", "cutting paper", "haircut"], &["剪刀", "剪纸", "剪"])
        .about("blades that slide and close")
        .at(-7.0, 0.7),
    Sound::new("dishes", Home, Steady, household::dishes)
        .names(
            &["dishes", "cutlery", "plates", "washing dishes", "clattering dishes", "silverware"],
            &["餐具", "碗碟", "洗碗", "刀叉", "碗筷"],
        )
        .about("cutlery and plates")
        .at(-4.0, 2.0)
        .wide(0.4),
    Sound::new("ice", Home, Once, household::ice)
        .names(&["ice cube", "ice cubes", "ice in a glass", "ice"], &["冰块", "加冰"])
        .about("ice that falls into a glass")
        .at(-6.0, 0.7),
    Sound::new("switch", Home, Event(2.0, 5.0), household::switch)
        .names(&["light switch", "switch", "toggle"], &["电灯开关", "开关", "开灯", "关灯"])
        .about("a switch on the wall")
        .at(-9.0, 1.0),
    Sound::new("lift", Home, Event(4.0, 8.0), household::lift)
        .names(&["elevator ding", "elevator", "lift", "elevator bell"], &["电梯", "电梯叮"])
        .about("one clear chime")
        .at(-5.0, 2.5),
    Sound::new("register", Home, Once, household::register)
        .names(&["cash register", "ka-ching", "till"], &["收银机", "收银台"])
        .about("keys, bell and drawer")
        .at(-2.0, 2.0),
    Sound::new("radio", Home, Steady, household::radio_static)
        .names(
            &["radio static", "static", "white noise", "radio tuning", "radio noise", "tv static", "radio"],
            &["收音机杂音", "静电噪音", "无线电噪声", "收音机", "白噪音"],
        )
        .about("a radio between stations")
        .at(-6.0, 1.0),
    Sound::new("vinyl", Home, Steady, household::vinyl)
        .names(
            &["vinyl crackle", "record crackle", "old record", "gramophone", "vinyl"],
            &["黑胶唱片", "唱片噪音", "留声机"],
        )
        .about("dust in a groove")
        .at(-9.0, 1.5),
    Sound::new("crunching", Home, Event(1.5, 3.0), household::crunching)
        .names(
            &["eating", "crunching", "chewing", "biting an apple", "eating chips"],
            &["咀嚼", "吃东西", "嚼", "咬苹果"],
        )
        .about("something crisp is eaten")
        .at(-6.0, 0.6),
    Sound::new("spray", Home, Event(1.5, 3.0), household::spray)
        .names(&["spray", "spray can", "aerosol", "spraying"], &["喷雾", "喷漆", "喷罐"])
        .about("a spray can")
        .at(-7.0, 0.8),
    Sound::new("cork", Home, Once, household::cork)
        .names(
            &["cork pop", "champagne", "opening a bottle", "cork", "bottle opening", "uncorking"],
            &["开香槟", "开瓶", "瓶塞", "香槟"],
        )
        .about("a cork that leaves a bottle")
        .at(-3.0, 1.0),
];

pub(super) static MACHINES: &[Sound] = &[
    Sound::new("vacuum", Machines, Steady, machines::vacuum)
        .names(&["vacuum cleaner", "vacuum", "hoover", "vacuuming"], &["吸尘器"])
        .about("a fast motor and its air")
        .at(-1.0, 2.0),
    Sound::new("fan", Machines, Steady, machines::fan)
        .names(&["fan", "electric fan", "ventilator", "computer fan"], &["风扇", "电风扇", "电扇"])
        .about("blades that pass")
        .at(-7.0, 2.0),
    Sound::new("hair_dryer", Machines, Steady, machines::dryer)
        .names(&["hair dryer", "hairdryer", "blow dryer"], &["吹风机", "电吹风"])
        .about("bright air over a whine")
        .at(-3.0, 1.0),
    Sound::new("fridge", Machines, Steady, machines::fridge)
        .names(&["refrigerator", "fridge", "fridge hum", "compressor"], &["冰箱", "压缩机"])
        .about("a compressor that hums")
        .at(-10.0, 2.0),
    Sound::new("hum", Machines, Steady, machines::hum)
        .names(
            &[
                "electric hum",
                "transformer",
                "neon light",
                "electrical hum",
                "fluorescent light",
                "mains hum",
            ],
            &["电流声", "变压器", "霓虹灯", "日光灯"],
        )
        .about("the mains at 100 Hz")
        .at(-8.0, 2.0),
    Sound::new("washing_machine", Machines, Steady, machines::washing)
        .names(&["washing machine", "laundry", "washer", "dishwasher"], &["洗衣机", "洗碗机"])
        .about("a drum that turns")
        .at(-4.0, 2.0),
    Sound::new("microwave", Machines, Once, machines::microwave)
        .names(&["microwave", "microwave oven"], &["微波炉"])
        .about("a hum, and the bell")
        .at(-5.0, 1.5),
    Sound::new("printer", Machines, Rhythm, machines::printer)
        .names(&["printer", "printing", "inkjet", "photocopier"], &["打印机", "复印机", "打印"])
        .about("a carriage that runs across")
        .at(-5.0, 1.5),
    Sound::new("camera", Machines, Event(1.0, 3.0), machines::camera)
        .names(
            &["camera shutter", "camera", "shutter", "taking a photo", "camera click", "photograph"],
            &["快门", "相机", "拍照", "照相机", "相机快门"],
        )
        .about("mirror and curtains")
        .at(-5.0, 1.0),
    Sound::new("drill", Machines, Steady, machines::drill)
        .names(&["drill", "drilling", "power drill", "dentist drill"], &["电钻", "钻孔", "钻"])
        .about("a motor under load")
        .at(1.0, 3.0),
    Sound::new("chainsaw", Machines, Steady, machines::chainsaw)
        .names(&["chainsaw", "chain saw", "lawn mower", "lawnmower"], &["电锯", "链锯", "割草机", "油锯"])
        .about("a small two-stroke engine")
        .at(2.0, 6.0),
    Sound::new("sawing", Machines, Rhythm, machines::sawing)
        .names(&["sawing wood", "saw", "sawing", "hand saw"], &["锯木头", "锯子", "锯", "锯木"])
        .about("teeth in wood")
        .at(-4.0, 2.0),
    Sound::new("factory", Machines, Steady, machines::factory)
        .names(
            &["factory", "machinery", "industrial machines", "workshop", "construction site"],
            &["工厂", "车间", "机器", "工地"],
        )
        .about("presses, motors, steam")
        .at(0.0, 10.0)
        .wide(0.8),
    Sound::new("air_conditioner", Machines, Steady, machines::air_conditioner)
        .names(
            &["air conditioner", "air conditioning", "ventilation", "aircon"],
            &["空调", "通风", "中央空调"],
        )
        .about("a steady stream of air")
        .at(-8.0, 2.5),
    Sound::new("airlock", Machines, Once, machines::airlock)
        .names(
            &[
                "airlock",
                "hydraulic door",
                "sliding door",
                "bus door",
                "spaceship door",
                "sci-fi door",
                "automatic door",
            ],
            &["气闸", "自动门", "滑动门", "舱门"],
        )
        .about("air, a slide, a stop")
        .at(-2.0, 3.0),
];

pub(super) static IMPACTS: &[Sound] = &[
    Sound::new("clink", Impacts, Event(2.0, 4.0), impacts::clink)
        .names(
            &["glass clink", "clinking glasses", "clink", "toast", "glasses clinking"],
            &["碰杯", "玻璃碰撞", "干杯", "酒杯"],
        )
        .about("two glasses that touch")
        .at(-4.0, 1.0),
    Sound::new("shatter", Impacts, Once, impacts::shatter)
        .names(
            &[
                "glass breaking",
                "breaking glass",
                "glass shattering",
                "shattering",
                "shatter",
                "window breaking",
                "glass break",
                "broken glass",
            ],
            &["玻璃碎", "玻璃破碎", "打碎玻璃", "碎玻璃", "玻璃碎裂", "摔碎"],
        )
        .about("a pane that breaks")
        .at(1.0, 3.0),
    Sound::new("thud", Impacts, Once, impacts::thud)
        .names(
            &["thud", "impact", "thump", "body fall", "something falling", "heavy impact", "fall", "hit"],
            &["撞击", "重击", "砰", "倒地", "闷响", "重物落地", "摔倒"],
        )
        .about("a dull, heavy blow")
        .at(0.0, 3.0),
    Sound::new("punch", Impacts, Event(1.0, 2.0), impacts::punch)
        .names(&["punch", "fist", "fight", "punching", "slap"], &["拳击", "出拳", "一拳", "打架", "耳光"])
        .about("a fist that lands")
        .at(-1.0, 2.0),
    Sound::new("clang", Impacts, Once, impacts::clang)
        .names(
            &["metal clang", "clang", "metal impact", "pot falling", "metal hit", "pan"],
            &["金属撞击", "铁器碰撞", "哐当", "铁锅"],
        )
        .about("a sheet of metal that is struck")
        .at(1.0, 3.0),
    Sound::new("wood_hit", Impacts, Event(1.5, 3.0), impacts::wood_hit)
        .names(&["wood hit", "wooden block", "wood knock", "plank"], &["木头碰撞", "木板", "敲木头"])
        .about("wood on wood")
        .at(-3.0, 2.0),
    Sound::new("hammering", Impacts, Event(2.0, 4.0), impacts::hammering)
        .names(&["hammering", "hammer", "hammer and nail", "nailing"], &["锤子", "敲钉子", "钉钉子"])
        .about("a nail that is driven in")
        .at(0.0, 3.0),
    Sound::new("whoosh", Impacts, Once, impacts::whoosh)
        .names(&["whoosh", "woosh", "fly by", "flyby"], &["嗖", "呼啸而过", "嗖的一声"])
        .about("something fast flies past")
        .at(-1.0, 2.0)
        .wide(0.4),
    Sound::new("swish", Impacts, Event(0.8, 2.0), impacts::swish)
        .names(&["swish", "swoosh", "whip", "sword swing", "swing"], &["挥动", "挥剑", "甩动", "唰"])
        .about("a stick through the air")
        .at(-5.0, 1.5),
    Sound::new("arrow", Impacts, Once, impacts::arrow)
        .names(&["arrow", "bow and arrow", "archery", "arrow shot"], &["射箭", "箭", "弓箭"])
        .about("string, flight and hit")
        .at(-3.0, 3.0),
    Sound::new("boom", Impacts, Once, impacts::boom)
        .names(
            &["boom", "cinematic boom", "deep impact", "cinematic hit", "trailer hit", "bass drop"],
            &["低沉的轰鸣", "震撼音效", "轰", "轰鸣"],
        )
        .about("a hit and a sub that sinks")
        .at(3.0, 4.0)
        .wide(0.3),
    Sound::new("riser", Impacts, Once, impacts::riser)
        .names(&["riser", "tension riser", "build up", "suspense riser"], &["渐强音效", "悬念", "紧张气氛"])
        .about("noise and tone that climb")
        .at(0.0, 3.0)
        .wide(0.5),
    Sound::new("tree_fall", Impacts, Once, impacts::tree_fall)
        .names(&["tree falling", "falling tree", "tree fall", "timber"], &["树倒下", "大树倒下", "伐木"])
        .about("a tree that cracks and falls")
        .at(3.0, 15.0)
        .wide(0.3),
    Sound::new("pop", Impacts, Event(1.0, 3.0), impacts::pop)
        .names(&["balloon pop", "pop", "balloon", "balloon bursting"], &["气球爆", "气球", "气球爆炸"])
        .about("a balloon that bursts")
        .at(1.0, 2.0),
];
