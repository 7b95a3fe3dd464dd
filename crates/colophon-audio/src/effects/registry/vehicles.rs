//! On the road, on the water, in the air, on rails.

use super::sound::Category::{Trains, Vehicles};
use super::sound::Nature::{Event, Once, Rhythm, Steady};
use super::sound::Sound;
use crate::effects::synth::{engines, trains};

pub(super) static ROAD: &[Sound] = &[
    Sound::new("car", Vehicles, Steady, engines::car)
        .names(
            &["car engine", "engine", "idling car", "engine running", "motor", "car idling"],
            &["汽车引擎", "引擎", "发动机", "引擎声", "马达"],
        )
        .about("a car's engine running")
        .at(-3.0, 4.0),
    Sound::new("car_road", Vehicles, Steady, engines::car_road)
        .names(
            &["car", "car driving", "driving", "car on the road", "automobile", "bus", "taxi"],
            &["汽车", "开车", "车", "轿车", "汽车行驶", "公交车", "出租车", "小汽车"],
        )
        .about("tyres and wind over an engine")
        .at(-1.0, 6.0),
    Sound::new("car_start", Vehicles, Once, engines::car_start)
        .names(
            &["car starting", "starting a car", "engine starting", "car start", "ignition"],
            &["汽车启动", "发动汽车", "启动引擎", "打火"],
        )
        .about("the starter, then the engine catches")
        .at(-1.0, 4.0),
    Sound::new("motorbike", Vehicles, Steady, engines::motorbike)
        .names(&["motorbike", "motorcycle", "scooter", "motor bike"], &["摩托车", "摩托", "机车"])
        .about("a large, sharp pair of cylinders")
        .at(1.0, 6.0),
    Sound::new("truck", Vehicles, Steady, engines::truck)
        .names(&["truck", "lorry", "diesel engine", "truck engine"], &["卡车", "货车", "柴油机"])
        .about("a diesel that knocks")
        .at(1.0, 8.0),
    Sound::new("tractor", Vehicles, Steady, engines::tractor)
        .names(&["tractor", "farm tractor"], &["拖拉机"])
        .about("two slow cylinders")
        .at(0.0, 8.0),
    Sound::new("boat", Vehicles, Steady, engines::boat)
        .names(
            &["motorboat", "boat", "speedboat", "boat engine", "outboard motor"],
            &["摩托艇", "快艇", "机动船", "汽艇", "船"],
        )
        .about("an outboard and its wake")
        .at(0.0, 10.0),
    Sound::new("jet", Vehicles, Steady, engines::jet)
        .names(
            &["aeroplane", "airplane", "jet", "plane", "aircraft", "airliner", "jet plane"],
            &["飞机", "喷气机", "客机", "战斗机"],
        )
        .about("a roar with the whine of fans")
        .at(2.0, 200.0)
        .wide(0.4),
    Sound::new("propeller", Vehicles, Steady, engines::propeller)
        .names(
            &["propeller plane", "propeller", "biplane", "small plane", "drone"],
            &["螺旋桨飞机", "螺旋桨", "小飞机", "无人机"],
        )
        .about("blades that beat")
        .at(0.0, 80.0),
    Sound::new("helicopter", Vehicles, Steady, engines::helicopter)
        .names(&["helicopter", "chopper"], &["直升机", "直升飞机"])
        .about("blades that slap the air")
        .at(2.0, 60.0),
    Sound::new("bicycle", Vehicles, Steady, engines::bicycle)
        .names(&["bicycle", "bike", "cycling", "bicycle freewheel"], &["自行车", "单车", "骑车"])
        .about("a freewheel that ticks")
        .at(-9.0, 2.0),
    Sound::new("brakes", Vehicles, Once, engines::brakes)
        .names(
            &[
                "tyre screech",
                "tire screech",
                "brakes",
                "screeching tyres",
                "screeching tires",
                "car braking",
                "skid",
            ],
            &["刹车", "急刹车", "轮胎尖叫", "刹车声"],
        )
        .about("tyres that squeal")
        .at(1.0, 8.0),
    Sound::new("rocket", Vehicles, Steady, engines::rocket)
        .names(
            &["rocket", "rocket launch", "space shuttle launch", "rocket engine"],
            &["火箭", "火箭发射", "火箭升空"],
        )
        .about("a roar that crackles")
        .at(5.0, 300.0)
        .wide(0.5),
    Sound::new("car_horn", Vehicles, Event(3.0, 7.0), engines::car_horn)
        .names(
            &["car horn", "honk", "honking", "horn honking", "horn"],
            &["汽车喇叭", "喇叭", "鸣笛", "按喇叭"],
        )
        .about("a horn of two reeds")
        .at(1.0, 10.0),
    Sound::new("ship_horn", Vehicles, Event(6.0, 10.0), engines::ship_horn)
        .names(
            &["ship horn", "ship", "ferry horn", "steamer", "boat horn", "ferry"],
            &["轮船汽笛", "汽笛", "轮船", "船笛", "渡轮"],
        )
        .about("one very low, broad tone")
        .at(3.0, 150.0),
];

pub(super) static TRAINS: &[Sound] = &[
    Sound::new("train", Trains, Steady, trains::train)
        .names(
            &["train", "railway", "train on tracks", "subway", "metro", "tram", "train passing"],
            &["火车", "列车", "铁轨", "地铁", "高铁", "电车"],
        )
        .about("steel on steel, and the joints")
        .at(2.0, 10.0)
        .wide(0.4),
    Sound::new("steam_train", Trains, Steady, trains::steam_train)
        .names(
            &["steam train", "steam locomotive", "steam engine", "locomotive"],
            &["蒸汽火车", "蒸汽机车", "蒸汽机"],
        )
        .about("the beats of the blast")
        .at(2.0, 12.0),
    Sound::new("steam_whistle", Trains, Event(5.0, 9.0), trains::steam_whistle)
        .names(&["steam whistle", "train whistle", "locomotive whistle"], &["蒸汽汽笛", "火车汽笛"])
        .about("a chord of pipes")
        .at(2.0, 40.0),
    Sound::new("train_horn", Trains, Event(6.0, 10.0), trains::horn)
        .names(&["train horn", "locomotive horn"], &["火车鸣笛", "火车喇叭", "列车鸣笛"])
        .about("five trumpets in a chord")
        .at(3.0, 80.0),
    Sound::new("crossing", Trains, Rhythm, trains::crossing)
        .names(
            &["level crossing", "railroad crossing", "railway crossing", "crossing bell"],
            &["铁路道口", "道口", "道口铃声"],
        )
        .about("the bell of a crossing")
        .at(0.0, 15.0),
];
