//! Bells, clocks, alarms, interfaces, instruments.

use super::sound::Category::{Alarms, Bells, Clocks, Interface, Music};
use super::sound::Nature::{Event, Ground, Once, Rhythm, Steady};
use super::sound::Sound;
use crate::effects::synth::{alarms, bells, clocks, interface, music};

pub(super) static BELLS: &[Sound] = &[
    Sound::new("church_bell", Bells, Event(4.0, 7.0), bells::church)
        .names(
            &["church bell", "church bells", "bell", "bells", "bell tolling", "bell tower"],
            &["教堂钟声", "钟声", "教堂的钟", "大钟", "敲钟"],
        )
        .about("a large bell that is swung")
        .at(0.0, 60.0),
    Sound::new("handbell", Bells, Event(3.0, 6.0), bells::handbell)
        .names(
            &["handbell", "school bell", "hand bell", "small bell"],
            &["手摇铃", "上课铃", "铃铛", "铃声", "小铃"],
        )
        .about("a small bell that is shaken")
        .at(-2.0, 4.0),
    Sound::new("bicycle_bell", Bells, Event(2.5, 5.0), bells::bicycle)
        .names(&["bicycle bell", "bike bell"], &["自行车铃", "自行车铃声", "车铃"])
        .about("a striker that turns round")
        .at(-3.0, 4.0),
    Sound::new("gong", Bells, Event(7.0, 11.0), bells::gong)
        .names(&["gong", "tam-tam", "chinese gong"], &["锣", "铜锣", "敲锣", "锣声"])
        .about("low modes first, then the shimmer")
        .at(1.0, 6.0),
    Sound::new("singing_bowl", Bells, Event(7.0, 11.0), bells::bowl)
        .names(&["singing bowl", "tibetan bowl", "meditation bell"], &["颂钵", "磬", "引磬"])
        .about("few, pure, long partials")
        .at(-3.0, 2.0),
    Sound::new("wind_chimes", Bells, Ground, bells::chimes)
        .names(&["wind chime", "wind chimes", "chimes"], &["风铃", "风铃声"])
        .about("tubes of a pentatonic scale")
        .at(-6.0, 4.0)
        .wide(0.5),
    Sound::new("triangle", Bells, Event(3.0, 6.0), bells::triangle)
        .names(&["triangle", "triangle instrument"], &["三角铁"])
        .about("a bright, long ting")
        .at(-5.0, 3.0),
    Sound::new("desk_bell", Bells, Event(3.0, 6.0), bells::desk)
        .names(
            &["desk bell", "hotel bell", "service bell", "reception bell", "ding"],
            &["服务铃", "前台铃", "叮"],
        )
        .about("a bell on a counter")
        .at(-4.0, 2.0),
    Sound::new("coins", Bells, Event(2.5, 5.0), bells::coins)
        .names(
            &["coins", "coins falling", "dropping coins", "money", "loose change"],
            &["硬币", "金币", "硬币落地", "零钱"],
        )
        .about("coins that spin to rest")
        .at(-5.0, 1.0),
    Sound::new("anvil", Bells, Event(2.5, 4.5), bells::anvil)
        .names(&["anvil", "blacksmith", "hammer on anvil", "forge"], &["铁砧", "打铁", "铁匠"])
        .about("a hammer on an anvil")
        .at(1.0, 4.0),
    Sound::new("swords", Bells, Event(1.5, 3.5), bells::swords)
        .names(
            &["sword", "swords", "sword fight", "swords clashing", "sword clash", "blade"],
            &["刀剑", "剑", "击剑", "刀剑相击", "拔剑"],
        )
        .about("blades that meet and slide")
        .at(0.0, 3.0),
    Sound::new("chain", Bells, Steady, bells::chain)
        .names(&["chain", "chains", "rattling chains", "chains rattling"], &["铁链", "锁链", "链条"])
        .about("a heavy chain that is moved")
        .at(-4.0, 2.0),
];

pub(super) static CLOCKS: &[Sound] = &[
    Sound::new("clock", Clocks, Rhythm, clocks::tick)
        .names(
            &["clock", "clock ticking", "ticking clock", "ticking", "tick tock", "tick"],
            &["时钟", "钟表", "滴答", "钟表滴答", "滴答声", "嘀嗒", "闹钟滴答"],
        )
        .about("one tick a second")
        .at(-9.0, 1.5),
    Sound::new("stopwatch", Clocks, Rhythm, clocks::stopwatch)
        .names(
            &["stopwatch", "kitchen timer", "timer", "pocket watch", "watch ticking", "wristwatch"],
            &["秒表", "定时器", "怀表", "手表"],
        )
        .about("five fine ticks a second")
        .at(-11.0, 0.6),
    Sound::new("clock_chime", Clocks, Event(8.0, 12.0), clocks::chime)
        .names(
            &["grandfather clock", "clock chime", "clock striking", "clock tower", "clock chiming"],
            &["落地钟", "座钟", "钟楼", "报时"],
        )
        .about("a tall clock that strikes")
        .at(-1.0, 4.0),
    Sound::new("cuckoo_clock", Clocks, Event(6.0, 10.0), clocks::cuckoo)
        .names(&["cuckoo clock"], &["布谷鸟钟", "咕咕钟"])
        .about("wooden pipes and bellows")
        .at(-4.0, 2.5),
    Sound::new("alarm_clock", Clocks, Steady, clocks::alarm)
        .names(
            &["alarm clock", "ringing alarm clock", "alarm clock ringing", "wind-up alarm clock"],
            &["闹钟", "闹铃", "闹钟响"],
        )
        .about("a hammer between two bells")
        .at(0.0, 1.5),
    Sound::new("digital_alarm", Clocks, Rhythm, clocks::digital_alarm)
        .names(
            &["digital alarm", "digital alarm clock", "beeping alarm", "beeping", "beep", "electronic alarm"],
            &["电子闹钟", "电子表", "哔哔", "电子闹铃"],
        )
        .about("four short beeps and a rest")
        .at(-3.0, 1.5),
    Sound::new("telephone", Clocks, Event(3.0, 5.0), clocks::telephone)
        .names(
            &[
                "telephone",
                "phone ringing",
                "telephone ringing",
                "phone ring",
                "old phone",
                "landline",
                "phone",
                "ringing phone",
            ],
            &["电话", "电话铃", "电话铃声", "电话响", "老式电话"],
        )
        .about("two gongs of an old telephone")
        .at(-1.0, 2.5),
    Sound::new("ringtone", Clocks, Event(3.0, 5.0), clocks::ringtone)
        .names(
            &["ringtone", "mobile phone", "cell phone", "smartphone ringing", "cellphone"],
            &["手机铃声", "手机", "手机响", "来电"],
        )
        .about("a marimba figure")
        .at(-4.0, 1.5),
    Sound::new("vibration", Clocks, Event(2.0, 4.0), clocks::vibration)
        .names(
            &["phone vibrating", "vibration", "vibrating phone", "phone buzz", "vibrate"],
            &["手机震动", "震动", "手机振动"],
        )
        .about("a telephone that buzzes on a table")
        .at(-6.0, 1.0),
    Sound::new("busy_tone", Clocks, Rhythm, clocks::busy)
        .names(&["busy tone", "busy signal", "dial tone", "hang up tone"], &["忙音", "占线", "拨号音"])
        .about("the tone of an engaged line")
        .at(-6.0, 0.5),
];

pub(super) static ALARMS: &[Sound] = &[
    Sound::new("police_siren", Alarms, Steady, alarms::wail)
        .names(
            &["siren", "police siren", "police car", "police", "sirens", "wailing siren"],
            &["警笛", "警车", "警笛声", "警报", "警车鸣笛", "警察"],
        )
        .about("a wail, up and down in four seconds")
        .at(1.0, 20.0),
    Sound::new("ambulance", Alarms, Steady, alarms::ambulance)
        .names(&["ambulance", "ambulance siren"], &["救护车", "救护车鸣笛"])
        .about("two tones in turn")
        .at(1.0, 20.0),
    Sound::new("fire_engine", Alarms, Steady, alarms::yelp)
        .names(
            &["fire engine", "fire truck", "fire truck siren", "fire brigade", "yelp siren"],
            &["消防车", "消防车警报"],
        )
        .about("a fast yelp")
        .at(1.0, 20.0),
    Sound::new("air_raid", Alarms, Steady, alarms::air_raid)
        .names(
            &["air raid siren", "air-raid siren", "tornado siren", "civil defense siren"],
            &["防空警报", "空袭警报"],
        )
        .about("a chopper that is spun up and runs down")
        .at(2.0, 100.0),
    Sound::new("car_alarm", Alarms, Steady, alarms::car_alarm)
        .names(&["car alarm"], &["汽车警报", "汽车防盗器", "防盗警报"])
        .about("one pattern after another")
        .at(0.0, 10.0),
    Sound::new("smoke_alarm", Alarms, Rhythm, alarms::smoke)
        .names(
            &["smoke alarm", "fire alarm", "smoke detector", "alarm"],
            &["烟雾报警器", "火警", "火灾警报", "警铃", "报警器"],
        )
        .about("three beeps and a pause")
        .at(0.0, 4.0),
    Sound::new("referee", Alarms, Event(3.0, 6.0), alarms::whistle)
        .names(
            &["referee whistle", "whistle", "sports whistle", "police whistle"],
            &["哨子", "裁判哨", "吹哨", "哨声"],
        )
        .about("a pea that trills")
        .at(0.0, 5.0),
    Sound::new("buzzer", Alarms, Event(3.0, 5.0), alarms::buzzer)
        .names(&["buzzer", "game buzzer", "wrong answer buzzer"], &["蜂鸣器", "抢答器"])
        .about("a harsh, low buzz")
        .at(-1.0, 3.0),
    Sound::new("foghorn", Alarms, Event(8.0, 12.0), alarms::foghorn)
        .names(&["foghorn", "fog horn", "lighthouse horn", "lighthouse"], &["雾笛", "雾号", "灯塔"])
        .about("a low tone with a grunt")
        .at(2.0, 200.0),
    Sound::new("reversing", Alarms, Rhythm, alarms::reversing)
        .names(
            &["reversing beep", "truck reversing", "backing up beep", "reverse alarm", "truck backing up"],
            &["倒车", "倒车提示音", "倒车声"],
        )
        .about("a lorry that goes backwards")
        .at(-2.0, 8.0),
    Sound::new("heart_monitor", Alarms, Rhythm, alarms::monitor)
        .names(
            &["heart monitor", "ecg", "hospital monitor", "hospital", "heart rate monitor"],
            &["心电监护", "心电图", "医院", "监护仪"],
        )
        .about("a beep at every beat")
        .at(-5.0, 2.0),
    Sound::new("sonar", Alarms, Event(4.0, 5.0), alarms::sonar)
        .names(&["sonar", "sonar ping", "submarine sonar", "ping"], &["声呐", "声纳"])
        .about("a ping and the deep that answers")
        .at(-3.0, 4.0),
];

pub(super) static INTERFACE: &[Sound] = &[
    Sound::new("click", Interface, Once, interface::click)
        .names(
            &["click", "button click", "ui click", "button press", "button"],
            &["点击", "按钮", "按键", "点击声"],
        )
        .about("a button that is pressed")
        .at(-8.0, 1.0),
    Sound::new("notification", Interface, Once, interface::notification)
        .names(
            &["notification", "alert sound", "message received", "incoming message", "reminder"],
            &["通知", "提示音", "消息提示", "提醒", "新消息"],
        )
        .about("two notes that rise")
        .at(-5.0, 1.0),
    Sound::new("success", Interface, Once, interface::success)
        .names(
            &["success", "level up", "correct", "achievement", "win", "correct answer"],
            &["成功", "升级", "答对", "胜利", "完成"],
        )
        .about("a chord that rises")
        .at(-4.0, 1.0),
    Sound::new("error", Interface, Once, interface::error)
        .names(
            &["error", "failure", "wrong", "denied", "error message", "game over"],
            &["错误", "失败", "出错", "拒绝", "错误提示"],
        )
        .about("two low buzzes, falling")
        .at(-5.0, 1.0),
    Sound::new("warning", Interface, Once, interface::warning)
        .names(&["warning", "warning beep", "caution"], &["警告", "警告音", "注意"])
        .about("the same note again and again")
        .at(-5.0, 1.0),
    Sound::new("power_up", Interface, Once, interface::power_up)
        .names(&["power up", "turning on", "startup", "boot", "switching on"], &["开机", "启动", "上电"])
        .about("a machine that is switched on")
        .at(-4.0, 1.5),
    Sound::new("power_down", Interface, Once, interface::power_down)
        .names(&["power down", "shutdown", "turning off", "shut down", "switching off"], &["关机", "断电"])
        .about("a machine that is switched off")
        .at(-4.0, 1.5),
    Sound::new("coin", Interface, Once, interface::coin)
        .names(&["game coin", "coin", "coin pickup", "arcade coin"], &["游戏金币", "吃金币", "拾取金币"])
        .about("a coin in an old game")
        .at(-5.0, 1.0),
    Sound::new("jump", Interface, Once, interface::jump)
        .names(&["jump", "game jump", "cartoon jump"], &["跳跃", "跳", "游戏跳跃"])
        .about("a jump in an old game")
        .at(-5.0, 1.0),
    Sound::new("laser", Interface, Event(0.8, 2.0), interface::laser)
        .names(&["laser", "ray gun", "laser gun", "blaster", "laser shot"], &["激光", "激光枪", "激光炮"])
        .about("a ray gun")
        .at(-2.0, 3.0),
    Sound::new("magic", Interface, Once, interface::magic)
        .names(
            &["magic", "sparkle", "fairy dust", "magic spell", "magic wand", "twinkle"],
            &["魔法", "闪烁", "仙尘", "魔杖"],
        )
        .about("a cascade of tiny bells")
        .at(-4.0, 1.5)
        .wide(0.6),
    Sound::new("robot", Interface, Event(2.0, 4.0), interface::robot)
        .names(
            &["robot", "robot talking", "robot beeps", "droid", "computer beeps"],
            &["机器人", "机器人说话", "电脑音"],
        )
        .about("a robot that talks to itself")
        .at(-4.0, 2.0),
    Sound::new("sent", Interface, Once, interface::sent)
        .names(
            &["message sent", "email sent", "mail sent", "send"],
            &["发送", "消息发送", "邮件发送", "发送成功"],
        )
        .about("a light whoosh that rises")
        .at(-6.0, 1.0),
    Sound::new("countdown", Interface, Once, interface::countdown)
        .names(&["countdown", "count down", "race start", "countdown beeps"], &["倒计时", "倒数"])
        .about("three short beeps and a long one")
        .at(-4.0, 1.5),
    Sound::new("bubble_pop", Interface, Once, interface::bubble_pop)
        .names(&["bubble pop", "ui pop", "plop", "blop"], &["气泡音", "啵"])
        .about("a bubble that pops")
        .at(-7.0, 1.0),
];

pub(super) static MUSIC: &[Sound] = &[
    Sound::new("drum_roll", Music, Once, music::drum_roll)
        .names(&["drum roll", "drumroll", "snare roll", "snare drum"], &["鼓点", "滚鼓", "小鼓", "军鼓"])
        .about("a roll that grows, and a stroke")
        .at(0.0, 3.0),
    Sound::new("cymbal", Music, Once, music::cymbal)
        .names(&["cymbal", "cymbal crash", "crash cymbal"], &["钹", "镲", "铙钹"])
        .about("a crash cymbal")
        .at(-1.0, 3.0),
    Sound::new("taiko", Music, Event(2.5, 4.0), music::taiko)
        .names(
            &["drum", "taiko", "big drum", "war drum", "drums", "taiko drum", "war drums"],
            &["大鼓", "太鼓", "鼓", "战鼓", "鼓声", "擂鼓"],
        )
        .about("a large drum")
        .at(2.0, 5.0),
    Sound::new("temple_block", Music, Rhythm, music::temple_block)
        .names(
            &["temple block", "wooden fish", "woodblock", "temple", "metronome"],
            &["木鱼", "敲木鱼", "寺庙", "节拍器"],
        )
        .about("a hollow block, struck in time")
        .at(-4.0, 3.0),
    Sound::new("fanfare", Music, Once, music::fanfare)
        .names(
            &["fanfare", "trumpet", "trumpets", "trumpet fanfare", "bugle"],
            &["号角齐鸣", "小号", "喇叭声", "军号"],
        )
        .about("trumpets")
        .at(0.0, 5.0),
    Sound::new("horn_call", Music, Event(5.0, 8.0), music::horn_call)
        .names(
            &["horn call", "hunting horn", "alphorn", "war horn", "viking horn"],
            &["号角", "牛角号", "冲锋号"],
        )
        .about("a horn that calls")
        .at(0.0, 40.0),
    Sound::new("harp", Music, Once, music::harp)
        .names(&["harp", "harp glissando", "dream", "flashback"], &["竖琴", "梦境", "回忆"])
        .about("a harp that is swept upwards")
        .at(-3.0, 3.0)
        .wide(0.5),
];
