//! Each stage against the `diffusers` library, over the tiny checkpoints of the test kit, which also
//! holds what the library computes; `scripts/check-pictures` computes it again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::Device;
use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use colophon_test::diffusion::{KEPT, tensors_of, uniform, write, write_tensors};
use colophon_types::{Cancel, Raster};
use serde_json::json;

use super::checkpoint::{Checkpoint, DenoiserConfig, Extras};
use super::clip::Clip;
use super::pipeline::{Ask, Diffusion, Noise, Start};
use super::qwen::Qwen;
use super::schedule::{Method, Prediction, Schedule, Spacing, Training};
use super::t5::T5;
use super::tokens::{self, Tokens};
use super::unet::{Told, Unet};
use super::vae::{Decoder, Encoder, TinyDecoder};
use super::{checkpoint, naming, source::Source, weights::Weights};
use crate::agreement::agrees;
use crate::net::Tensor;
use crate::pixels;
use crate::resize::Plane;

const SIZE: (usize, usize) = (96, 64);
const LATENT: (usize, usize) = (8, 12);
const PROMPT: &str = "A red fox's den, 2 trees!";

/// A checkpoint in folders, as the library would have written it.
fn folders(name: &str, half: bool) -> tempfile::TempDir {
    crate::agreement::model("runtime");
    let dir = tempfile::tempdir().unwrap();
    write(name, dir.path(), half);
    dir
}

fn noise() -> Box<Noise<'static>> {
    let mut calls = 0;
    Box::new(move |count| {
        calls += 1;
        let scale = 3f64.sqrt();
        uniform(&format!("noise {calls}"), count).into_iter().map(|u| (u * scale) as f32).collect()
    })
}

/// Numbers −1…1 of a name.
fn numbers(name: &str, count: usize) -> Vec<f32> {
    uniform(name, count).into_iter().map(|u| u as f32).collect()
}

fn picture() -> Raster {
    let (w, h) = SIZE;
    let plane = |c: usize| {
        let at = |i: usize| {
            let (x, y) = ((i % w) as f64, (i / w) as f64);
            (0.5 + 0.5 * (0.37 * x * (c + 1) as f64 + 0.23 * y + c as f64).sin()) as f32
        };
        Plane { w, h, v: (0..w * h).map(at).collect() }
    };
    pixels::picture(&[plane(0), plane(1), plane(2)], None)
}

fn mask() -> Raster {
    let (w, h) = SIZE;
    let inside = |i: usize| (24..72).contains(&(i % w)) && (16..48).contains(&(i / w));
    let v = (0..w * h).map(|i| if inside(i) { 1.0 } else { 0.0 }).collect();
    pixels::picture(&[Plane { w, h, v }], None)
}

/// What a run of the library was told.
struct Run<'a> {
    name: &'a str,
    method: Method,
    steps: usize,
    guidance: f32,
    negative: &'a str,
    strength: Option<f32>,
    masked: bool,
}

impl Run<'_> {
    fn of(name: &str, method: Method) -> Run<'_> {
        Run { name, method, steps: 3, guidance: 5.0, negative: "blurry", strength: None, masked: false }
    }

    fn check(&self, dir: &Path, loras: &[(PathBuf, f32)]) {
        let model = Diffusion::open(dir, loras, &Extras::default(), 2).unwrap();
        self.compare(&model);
    }

    fn compare(&self, model: &Diffusion) {
        let kept = &KEPT["runs"][self.name];
        let (picture, mask) = (picture(), mask());
        let start = self.strength.map(|strength| Start {
            picture: &picture,
            strength,
            mask: self.masked.then_some(&mask),
        });
        let ask = Ask {
            prompt: PROMPT,
            negative: self.negative,
            size: (SIZE.0 as u32, SIZE.1 as u32),
            steps: self.steps,
            guidance: self.guidance,
            method: self.method,
            start,
        };
        let theirs = kept["steps"].as_array().unwrap();
        let mut steps = 0;
        let made = model
            .numbers(&ask, &mut [noise()], &Cancel::new(), &mut |seen| {
                agrees(seen.latent, &theirs[seen.done - 1], &format!("{}, step {}", self.name, seen.done));
                assert_eq!(seen.total, theirs.len(), "{}", self.name);
                steps += 1;
            })
            .unwrap();
        assert_eq!(steps, theirs.len(), "{}", self.name);
        // The library cuts what is brighter than white.
        let cut: Vec<f32> = made[0].data.iter().map(|v| v.clamp(-1.0, 1.0)).collect();
        agrees(&cut, &kept["picture"], &format!("{}, picture", self.name));
    }
}

#[test]
fn schedules_agree() {
    for (name, kept) in KEPT["schedules"].as_object().unwrap() {
        let words: Vec<&str> = name.split(' ').collect();
        let method = Method::named(words[0]).unwrap();
        let steps: usize = words[words.len() - 1].parse().unwrap();
        let mut training = Training::diffusion();
        if method == Method::FlowEuler {
            training = Training::flow(words[1].parse().unwrap(), words[2] == "True");
        } else {
            training.prediction =
                if words[1] == "epsilon" { Prediction::Noise } else { Prediction::Velocity };
            training.spacing = match words[2] {
                "leading" => Spacing::Leading,
                "trailing" => Spacing::Trailing,
                _ => Spacing::Linspace,
            };
        }
        let mut schedule = Schedule::new(method, &training, steps, 1024);
        let times = kept["times"].as_array().unwrap();
        assert_eq!(schedule.len(), times.len(), "{name}");
        let mut noise = noise();
        let mut x = schedule.start(noise(96));
        for (step, time) in times.iter().enumerate() {
            let ours = schedule.time(step);
            assert!((f64::from(ours) - time.as_f64().unwrap()).abs() < 0.01, "{name}: {ours} and {time}");
            let answer: Vec<f32> =
                schedule.shown(&x, step).iter().map(|v| (v * 1.7 + ours / 300.0).sin()).collect();
            schedule.step(&mut x, &answer, step, noise.as_mut());
        }
        agrees(&x, &kept["last"], name);
    }
}

#[test]
fn stages_agree() {
    let dir = folders("sd", false);
    let stages = &KEPT["stages"];
    let cancel = Cancel::new();
    let open = checkpoint::Checkpoint::open(dir.path(), &Extras::default()).unwrap();
    let clip = &open.encoders.clips[0];
    let tokens = clip.tokens.clip(PROMPT).unwrap();
    assert_eq!(json!(tokens.tokens), stages["tokens"]);
    let encoder = Clip::load(&clip.config, &clip.component.source(), &[], 2).unwrap();
    agrees(&encoder.read(&tokens.tokens, tokens.end, &cancel).unwrap().last.data, &stages["text"], "text");
    let latent = numbers("noise 1", 4 * LATENT.0 * LATENT.1);
    let shaped = Tensor::new(&[1, 4, LATENT.0, LATENT.1], latent.clone());
    let decoder = Decoder::load(&open.vae_config, &open.vae.source(), LATENT, 2).unwrap();
    agrees(&decoder.decode(&shaped, &cancel).unwrap().data, &stages["decoded"], "decoded");
    let encoder = Encoder::load(&open.vae_config, &open.vae.source(), LATENT, 2).unwrap();
    let mut planes = pixels::colours(&picture());
    planes.iter_mut().for_each(|p| p.v.iter_mut().for_each(|v| *v = *v * 2.0 - 1.0));
    let encoded = encoder.encode(pixels::tensor(&planes), None, &cancel).unwrap();
    agrees(&encoded.data, &stages["encoded"], "encoded");
    let checkpoint::DenoiserConfig::Unet(config) = &open.config else { panic!("no U-Net") };
    let unet = Unet::load(config, &open.denoiser.source(), &[], LATENT, 77, 2).unwrap();
    let context = Tensor::new(&[1, 77, 24], numbers("noise 2", 77 * 24));
    let answer = unet.run(latent, 481.0, &Told { context, ..Told::default() }, &cancel).unwrap();
    agrees(&answer, &stages["unet"], "U-Net");

    let dir = folders("sd3", false);
    let open = checkpoint::Checkpoint::open(dir.path(), &Extras::default()).unwrap();
    let long = open.encoders.t5.as_ref().unwrap();
    let encoder = T5::load(&long.config, &long.component.source(), 256, 2).unwrap();
    let tokens = long.tokens.t5(PROMPT, 256).unwrap();
    agrees(&encoder.read(&tokens, &cancel).unwrap().data, &stages["long"], "T5");

    let dir = folders("z-image", false);
    let open = checkpoint::Checkpoint::open(dir.path(), &Extras::default()).unwrap();
    let qwen = open.encoders.qwen.as_ref().unwrap();
    let tokens = qwen.tokens.qwen(PROMPT, 512).unwrap();
    assert_eq!(json!(tokens), stages["asked"]);
    assert_eq!(qwen.tokens.qwen(&"fox ".repeat(600), 512).unwrap().len(), 512);
    let encoder = Qwen::load(&qwen.config, &qwen.component.source(), 2).unwrap();
    agrees(&encoder.read(&tokens, &cancel).unwrap().data, &stages["read"], "Qwen3");

    let dir = folders("tiny", false);
    let weights = Weights::open(&dir.path().join("tiny"), None).unwrap();
    let tiny = TinyDecoder::load(&Source::plain(&weights), 4, LATENT, 2).unwrap();
    agrees(&tiny.decode(&shaped, &cancel).unwrap().data, &stages["tiny"], "tiny");
}

#[test]
fn long_prompts_are_read_piece_by_piece() {
    let dir = folders("sd", false);
    let cancel = Cancel::new();
    let model = Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
    let open = checkpoint::Checkpoint::open(dir.path(), &Extras::default()).unwrap();
    let clip = &open.encoders.clips[0];
    let encoder = Clip::load(&clip.config, &clip.component.source(), &[], 2).unwrap();
    let long = [PROMPT; 40].join(", ");
    let pieces = clip.tokens.clip_pieces(&long).unwrap();
    assert!(pieces.len() > 1);
    let ask = Ask {
        prompt: &long,
        negative: "",
        size: (96, 64),
        steps: 2,
        guidance: 4.0,
        method: Method::Euler,
        start: None,
    };
    let conditions = model.conditions(&ask, &cancel).unwrap();
    for (condition, words) in conditions.iter().zip([&long[..], ""]) {
        assert_eq!(condition.context.shape, [1, 77 * pieces.len(), 24]);
        let mut own = clip.tokens.clip_pieces(words).unwrap();
        own.resize(pieces.len(), clip.tokens.clip("").unwrap());
        let read = |p: &tokens::Prompt| encoder.read(&p.tokens, p.end, &cancel).unwrap().last.data;
        let whole: Vec<f32> = own.iter().flat_map(read).collect();
        assert!(whole == condition.context.data);
    }
    let made = model.draw(&ask, &[1], &cancel, &mut |_| {}).unwrap();
    let short = model.draw(&Ask { prompt: PROMPT, ..ask }, &[1], &cancel, &mut |_| {}).unwrap();
    assert!(made[0].rgba != short[0].rgba);
}

/// What is asked in the tests below.
fn plain_ask() -> Ask<'static> {
    Ask {
        prompt: PROMPT,
        negative: "blurry",
        size: (96, 64),
        steps: 2,
        guidance: 4.0,
        method: Method::Euler,
        start: None,
    }
}

#[test]
fn networks_that_are_kept_draw_the_same_without_their_files() {
    let cancel = Cancel::new();
    for (name, method) in [("sd", Method::Euler), ("sdxl", Method::Euler), ("sd3", Method::FlowEuler)] {
        let dir = folders(name, false);
        let open = || Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
        let picture = picture();
        let changed = Start { picture: &picture, strength: 0.7, mask: None };
        let ask = Ask { method, ..plain_ask() };
        let from = Ask { start: Some(changed), ..ask.clone() };
        let draw = |model: &Diffusion, ask: &Ask<'_>, seed| {
            let mut shown = Vec::new();
            let made = model.draw(ask, &[seed], &cancel, &mut |seen| shown.push((seen.show)().unwrap()));
            (made.unwrap(), shown)
        };
        let fresh = open();
        let (expected, expected_from) = (draw(&fresh, &ask, 1), draw(&fresh, &from, 2));
        assert_eq!(fresh.held(), 0, "nothing is kept unless it is asked for");
        let model = open().keeping();
        assert!(draw(&model, &from, 2) == expected_from, "{name}");
        assert!(model.held() > 0);
        // Nothing is loaded any more: the files are gone.
        dir.close().unwrap();
        assert!(draw(&model, &ask, 1) == expected, "{name}");
        assert!(draw(&model, &from, 2) == expected_from, "{name}");
        let wider = Ask { size: (128, 64), ..ask };
        assert!(model.draw(&wider, &[1], &cancel, &mut |_| {}).is_err(), "another size is another network");
    }
}

#[test]
fn pictures_of_one_model_at_the_same_time_do_not_meet() {
    let dir = folders("sd", false);
    let model = Diffusion::open(dir.path(), &[], &Extras::default(), 1).unwrap().keeping();
    let ask = plain_ask();
    let draw = |seed| model.draw(&ask, &[seed], &Cancel::new(), &mut |_| {}).unwrap();
    let alone: Vec<_> = (0..4).map(draw).collect();
    let held = model.held();
    let together: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..4).map(|seed| scope.spawn(move || draw(seed))).collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(alone == together);
    assert_eq!(model.held(), held, "one network of each kind stays");
    // A stop in the middle is heard, and what was stopped draws again.
    let cancel = Cancel::new();
    let stopped = model.draw(&ask, &[1], &cancel, &mut |_| cancel.cancel());
    assert!(matches!(stopped, Err(crate::ImageError::Cancelled(_))));
    assert!(draw(1) == alone[1]);
}

#[test]
fn weights_of_words_agree() {
    let reference: serde_json::Value = serde_json::from_str(colophon_test::diffusion::WEIGHTED).unwrap();
    let cancel = Cancel::new();
    for (checkpoint, prompts) in reference.as_object().unwrap() {
        let dir = folders(checkpoint, false);
        let model = Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
        assert!(model.heeds_weights());
        for kept in prompts.as_array().unwrap() {
            let prompt = kept["prompt"].as_str().unwrap();
            let ask = Ask { prompt, guidance: 1.0, ..plain_ask() };
            let condition = model.conditions(&ask, &cancel).unwrap().remove(0);
            assert_eq!(json!(condition.context.shape[1]), kept["tokens"], "{prompt}");
            agrees(&condition.context.data, &kept["context"], &format!("{checkpoint}, {prompt}"));
        }
    }
}

#[test]
fn a_weight_of_one_is_none_and_others_change_the_picture() {
    let cancel = Cancel::new();
    let dir = folders("sd", false);
    let model = Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
    let draw = |model: &Diffusion, method, prompt: &str, negative: &str| {
        let ask = Ask { prompt, negative, method, ..plain_ask() };
        let made = model.draw(&ask, &[5], &cancel, &mut |_| {}).unwrap();
        made.into_iter().next().unwrap().rgba
    };
    let sd = |prompt: &str, negative: &str| draw(&model, Method::Euler, prompt, negative);
    let plain = sd("a red fox, 2 trees", "the den");
    for same in ["a (red:1) fox, 2 trees", "a red fox(, 2 trees:1.0)"] {
        assert!(sd(same, "the den") == plain, "{same}");
    }
    assert!(sd("a [red] fox, 2 trees", "the den") != plain);
    assert!(sd("a (red:1.4) fox, 2 trees", "the den") != plain);
    assert!(sd("a red fox, 2 trees", "the (den:1.4)") != plain);
    // What T5 reads, too, gets the words alone.
    let dir = folders("sd3", false);
    let model = Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
    assert!(!model.heeds_weights());
    let sd3 = |prompt: &str| draw(&model, Method::FlowEuler, prompt, "");
    assert!(sd3("a (red:1.4) ((fox))") == sd3("a red fox"));
    assert!(sd3(r"a \(red\) fox") != sd3("a red fox"));
}

#[test]
fn stable_diffusion_agrees() {
    let dir = folders("sd", false);
    let five = |name, method| Run { steps: 5, strength: Some(0.7), ..Run::of(name, method) };
    Run::of("sd", Method::Ddim).check(dir.path(), &[]);
    Run { steps: 5, ..Run::of("sd dpm", Method::DpmKarras) }.check(dir.path(), &[]);
    five("sd image", Method::Ddim).check(dir.path(), &[]);
    five("sd ancestral image", Method::EulerAncestral).check(dir.path(), &[]);
    let masked = Run { strength: Some(1.0), masked: true, ..Run::of("sd mask", Method::Ddim) };
    masked.check(dir.path(), &[]);
    Run { masked: true, ..five("sd mask part", Method::Ddim) }.check(dir.path(), &[]);
    let dir = folders("sd2", false);
    Run::of("sd2", Method::Ddim).check(dir.path(), &[]);
}

#[test]
fn a_network_that_sees_masks_agrees() {
    let dir = folders("filling", false);
    let run = Run { strength: Some(1.0), masked: true, ..Run::of("filling", Method::Ddim) };
    run.check(dir.path(), &[]);
    let part = Run { name: "filling part", steps: 5, strength: Some(0.7), ..run };
    part.check(dir.path(), &[]);
}

#[test]
fn a_consistency_model_agrees() {
    let dir = folders("lcm", false);
    Run { steps: 4, guidance: 8.0, ..Run::of("lcm", Method::Lcm) }.check(dir.path(), &[]);
}

#[test]
fn adapters_agree() {
    let dir = folders("sd", false);
    let files = tempfile::tempdir().unwrap();
    let loras: Vec<(PathBuf, f32)> = [("first", 0.7), ("second", 0.4)]
        .into_iter()
        .map(|(name, strength)| {
            let path = files.path().join(format!("{name}.safetensors"));
            write_tensors(&path, &tensors_of(name, &KEPT["loras"][name]), false);
            (path, strength)
        })
        .collect();
    Run::of("sd lora", Method::Ddim).check(dir.path(), &loras);
    let other = folders("sdxl", false);
    let model = Diffusion::open(other.path(), &loras, &Extras::default(), 2).unwrap();
    let ask = Ask {
        prompt: PROMPT,
        negative: "",
        size: (96, 64),
        steps: 1,
        guidance: 1.0,
        method: Method::Euler,
        start: None,
    };
    let refused = model.draw(&ask, &[1], &Cancel::new(), &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("another size") || refused.contains("does not have"), "{refused}");
}

#[test]
fn xl_agrees() {
    let dir = folders("sdxl", false);
    Run::of("sdxl", Method::Euler).check(dir.path(), &[]);
    Run { negative: "", ..Run::of("sdxl wordless", Method::Euler) }.check(dir.path(), &[]);
    let image = Run { steps: 5, strength: Some(0.7), ..Run::of("sdxl image", Method::Euler) };
    image.check(dir.path(), &[]);
    let masked = Run { strength: Some(1.0), masked: true, ..Run::of("sdxl mask", Method::Euler) };
    masked.check(dir.path(), &[]);
}

#[test]
fn stable_diffusion_3_agrees() {
    let dir = folders("sd3", false);
    Run::of("sd3", Method::FlowEuler).check(dir.path(), &[]);
    let image = Run { steps: 5, strength: Some(0.5), ..Run::of("sd3 image", Method::FlowEuler) };
    image.check(dir.path(), &[]);
    let masked = Run { strength: Some(1.0), masked: true, ..Run::of("sd3 mask", Method::FlowEuler) };
    masked.check(dir.path(), &[]);
}

#[test]
fn flux_agrees() {
    for name in ["flux-dev", "flux-schnell"] {
        let dir = folders(name, false);
        let (image, masked) = (format!("{name} image"), format!("{name} mask"));
        let run = |name| Run { guidance: 3.5, ..Run::of(name, Method::FlowEuler) };
        run(name).check(dir.path(), &[]);
        Run { steps: 5, strength: Some(0.7), ..run(&image) }.check(dir.path(), &[]);
        Run { strength: Some(1.0), masked: true, ..run(&masked) }.check(dir.path(), &[]);
    }
}

#[test]
fn z_image_agrees() {
    let dir = folders("z-image", false);
    let run = |name| Run::of(name, Method::FlowEuler);
    run("z-image").check(dir.path(), &[]);
    Run { guidance: 0.0, ..run("z-image turbo") }.check(dir.path(), &[]);
    Run { steps: 5, strength: Some(0.7), ..run("z-image image") }.check(dir.path(), &[]);
    Run { strength: Some(1.0), masked: true, ..run("z-image mask") }.check(dir.path(), &[]);
}

#[test]
fn half_precision_is_near() {
    let (whole, half) = (folders("sd", false), folders("sd", true));
    let latent = |dir: &Path| {
        let weights = Weights::open(&dir.join("unet"), None).unwrap();
        let names: Vec<&str> = weights.names().collect();
        let kept =
            weights.floats(names.iter().find(|n| n.ends_with("conv_in.weight")).unwrap(), None).unwrap();
        kept[..8].to_vec()
    };
    for (a, b) in latent(whole.path()).iter().zip(latent(half.path())) {
        assert!((a - b).abs() < 1e-3 && *a != 0.0, "{a} {b}");
    }
    let model = Diffusion::open(half.path(), &[], &Extras::default(), 2).unwrap();
    let ask = Ask {
        prompt: PROMPT,
        negative: "",
        size: (96, 64),
        steps: 2,
        guidance: 1.0,
        method: Method::Euler,
        start: None,
    };
    let mut shown = 0;
    let made = model.draw(&ask, &[3, 4], &Cancel::new(), &mut |seen| shown += seen.done).unwrap();
    assert_eq!((made.len(), shown), (2, 6));
    assert_ne!(made[0].rgba, made[1].rgba);
    assert_eq!((made[0].width, made[0].height), (96, 64));
    let again = model.draw(&ask, &[4], &Cancel::new(), &mut |_| {}).unwrap();
    assert_eq!(again[0].rgba, made[1].rgba, "a seed gives its picture whatever else is drawn");
    drop(Tokens::open(&half.path().join("tokenizer"), "!").unwrap());
}

/// The transformer of a checkpoint under the names of its makers, which have several weights in one.
fn joined(name: &str, naming: impl Fn(&str) -> super::source::Place) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let parts = tensors_of("transformer", &KEPT["checkpoints"][name]["weights"]["transformer"]);
    type Rows = BTreeMap<usize, Vec<f32>>;
    let mut whole: BTreeMap<String, (Vec<usize>, Rows)> = BTreeMap::new();
    for (ours, (shape, mut values)) in parts {
        let (theirs, rows) = naming(&ours);
        if ours.starts_with("norm_out") {
            // Scale and shift stand the other way round there.
            let half = values.len() / 2;
            values.rotate_left(half);
        }
        let entry = whole.entry(theirs).or_insert_with(|| (shape.clone(), BTreeMap::new()));
        entry.1.insert(rows.map_or(0, |(first, _)| first), values);
        entry.0[0] =
            entry.1.values().map(Vec::len).sum::<usize>() / shape[1..].iter().product::<usize>().max(1);
    }
    let whole = whole.into_iter();
    whole.map(|(name, (shape, parts))| (name, shape, parts.into_values().flatten().collect())).collect()
}

/// Tensors as a safetensors file has them.
fn write_plain(path: &Path, tensors: Vec<(String, Vec<usize>, Vec<f32>)>) {
    let tensors = tensors.into_iter().map(|(name, shape, values)| (name, (shape, values))).collect();
    write_tensors(path, &tensors, false);
}

/// How far numbers are from others on average, as a part of the others' root mean square.
fn mean_distance(made: &[f32], exact: &[f32]) -> f64 {
    let count = exact.len() as f64;
    let apart = made.iter().zip(exact).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>() / count;
    apart / (exact.iter().map(|v| f64::from(v * v)).sum::<f64>() / count).sqrt()
}

/// Writes tensors into a GGUF file: matrices packed, and in rows of 256 numbers where `rearranged`.
fn write_gguf(path: &Path, tensors: Vec<(String, Vec<usize>, Vec<f32>)>, kind: GgmlDType, rearranged: bool) {
    let (mut notes, mut packed) = (Vec::new(), Vec::new());
    for (name, shape, values) in tensors {
        let mut rows = shape.clone();
        if rearranged && shape.len() > 1 && values.len() >= 512 && values.len().is_multiple_of(256) {
            rows = vec![values.len() / 256, 256];
            let sides = shape.iter().map(|side| gguf_file::Value::I32(*side as i32)).collect();
            notes.push((format!("comfy.gguf.orig_shape.{name}"), gguf_file::Value::Array(sides)));
        }
        let kind = if rows.len() == 2 && rows[1].is_multiple_of(32) { kind } else { GgmlDType::F32 };
        let tensor = candle_core::Tensor::from_vec(values, rows, &Device::Cpu).unwrap();
        packed.push((name, QTensor::quantize(&tensor, kind).unwrap()));
    }
    let notes: Vec<(&str, &gguf_file::Value)> =
        notes.iter().map(|(name, note)| (name.as_str(), note)).collect();
    let listed: Vec<(&str, &QTensor)> = packed.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    let mut file = std::fs::File::create(path).unwrap();
    gguf_file::write(&mut file, &notes, &listed).unwrap();
}

#[test]
fn a_network_alone_takes_the_rest_from_its_base() {
    let files = tempfile::tempdir().unwrap();
    let extras = |base: &Path| Extras {
        base: Some(base.to_owned()),
        cache: Some(files.path().join("cache")),
        ..Extras::default()
    };
    let drawn = |model: &Diffusion| {
        let ask = Ask { guidance: 1.0, steps: 2, ..plain_ask() };
        let made = model.numbers(&ask, &mut [noise()], &Cancel::new(), &mut |_| {});
        made.unwrap()[0].data.clone()
    };
    for name in ["sd", "sdxl"] {
        let dir = folders(name, false);
        let exact = drawn(&Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap());
        let checkpoint = Checkpoint::open(dir.path(), &Extras::default()).unwrap();
        let DenoiserConfig::Unet(config) = &checkpoint.config else { panic!("no U-Net") };
        let bare = |step: usize| config.depths.iter().rev().nth(step) == Some(&0);
        let ours = tensors_of("unet", &KEPT["checkpoints"][name]["weights"]["unet"]);
        let named = |ldm: bool| {
            let theirs = |name: String| {
                if ldm { format!("model.diffusion_model.{}", naming::unet(&name, &bare)) } else { name }
            };
            ours.clone()
                .into_iter()
                .map(|(name, (shape, values))| (theirs(name), shape, values))
                .collect::<Vec<_>>()
        };
        for (ldm, rearranged, kind, near) in [
            (true, false, GgmlDType::F32, 1e-4),
            (false, true, GgmlDType::F32, 1e-4),
            (true, true, GgmlDType::Q8_0, 0.02),
            (false, false, GgmlDType::Q4_0, 0.2),
            // Blocks of 256 numbers: only where they were rearranged.
            (true, true, GgmlDType::Q4K, 0.2),
        ] {
            let path = files.path().join(format!("{name}-{kind:?}-{ldm}-{rearranged}.gguf"));
            write_gguf(&path, named(ldm), kind, rearranged);
            let made = drawn(&Diffusion::open(&path, &[], &extras(dir.path()), 2).unwrap());
            let off = mean_distance(&made, &exact);
            assert!(off < near, "{name} {kind:?}: {off}");
            assert!(kind == GgmlDType::F32 || off > 0.0, "{name} {kind:?} was packed");
        }
        let path = files.path().join(format!("{name}.safetensors"));
        write_plain(&path, named(true));
        let plain = drawn(&Diffusion::open(&path, &[], &extras(dir.path()), 2).unwrap());
        assert!(plain.iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-4), "{name}");
        let said = |extras: &Extras| Diffusion::open(&path, &[], extras, 2).unwrap_err().to_string();
        assert!(said(&Extras::default()).contains("a base"));
        let other = folders(if name == "sd" { "sdxl" } else { "sd" }, false);
        assert!(said(&extras(other.path())).contains("of another kind"));
        assert!(said(&extras(folders("flux-dev", false).path())).contains("of another kind"));
    }
}

#[test]
fn packed_weights_are_near() {
    let (dir, files) = (folders("flux-schnell", false), tempfile::tempdir().unwrap());
    let noise_of = || [noise()];
    let ask = |method| Ask {
        prompt: PROMPT,
        negative: "",
        size: (96, 64),
        steps: 2,
        guidance: 1.0,
        method,
        start: None,
    };
    let exact = Diffusion::open(dir.path(), &[], &Extras::default(), 2).unwrap();
    let draw = |model: &Diffusion, noise: &mut [Box<Noise<'_>>]| {
        let made = model.numbers(&ask(Method::FlowEuler), noise, &Cancel::new(), &mut |_| {});
        made.unwrap()[0].data.clone()
    };
    let exact = draw(&exact, &mut noise_of());
    // Layers of this size are too small for the blocks of K-quants; they are read as these are.
    for (kind, near) in
        [(GgmlDType::F32, 1e-4), (GgmlDType::Q8_0, 0.02), (GgmlDType::Q5_0, 0.1), (GgmlDType::Q4_0, 0.2)]
    {
        let path = files.path().join(format!("{kind:?}.gguf"));
        write_gguf(&path, joined("flux-schnell", |ours| naming::flux(ours, 32)), kind, false);
        let extras = Extras {
            base: Some(dir.path().to_owned()),
            cache: Some(files.path().join("cache")),
            ..Extras::default()
        };
        let model = Diffusion::open(&path, &[], &extras, 2).unwrap();
        let made = draw(&model, &mut noise_of());
        let off = mean_distance(&made, &exact);
        assert!(off < near, "{kind:?}: {off}");
        assert!(kind == GgmlDType::F32 || off > 0.0, "{kind:?} was packed");
        // The packed copy is made once.
        let copies = || std::fs::read_dir(files.path().join("cache")).unwrap().count();
        let before = copies();
        Diffusion::open(&path, &[], &extras, 2).unwrap();
        assert_eq!(copies(), before);
    }
    let junk = files.path().join("junk.gguf");
    for bytes in [
        &b"GGUF"[..],
        b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0",
        b"no GGUF at all, but long",
    ] {
        std::fs::write(&junk, bytes).unwrap();
        assert!(Diffusion::open(&junk, &[], &Extras::default(), 2).is_err());
    }
}

#[test]
fn z_image_is_read_from_one_file() {
    let (dir, files) = (folders("z-image", false), tempfile::tempdir().unwrap());
    let drawn = |path: &Path, base: &Path| {
        let cache = Some(files.path().join("cache"));
        let extras = Extras { base: Some(base.to_owned()), cache, ..Extras::default() };
        let model = Diffusion::open(path, &[], &extras, 2).unwrap();
        let ask = Ask { guidance: 2.0, method: Method::FlowEuler, ..plain_ask() };
        model.numbers(&ask, &mut [noise()], &Cancel::new(), &mut |_| {}).unwrap()[0].data.clone()
    };
    let exact = drawn(dir.path(), dir.path());
    let theirs = |prefix: &str| {
        let renamed = |(name, shape, values)| (format!("{prefix}{name}"), shape, values);
        joined("z-image", |ours| naming::z_image(ours, 48)).into_iter().map(renamed).collect::<Vec<_>>()
    };
    let path = files.path().join("whole.safetensors");
    write_plain(&path, theirs("model.diffusion_model."));
    assert!(drawn(&path, dir.path()).iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-4));
    let path = files.path().join("whole.gguf");
    write_gguf(&path, theirs(""), GgmlDType::Q8_0, false);
    let off = mean_distance(&drawn(&path, dir.path()), &exact);
    assert!(off < 0.02 && off > 0.0, "{off}");

    // The language model, too, may be packed; so llama.cpp names its weights.
    let other = folders("z-image", false);
    let encoder = other.path().join("text_encoder");
    let called = |name: &str| match name.strip_prefix("layers.").and_then(|rest| rest.split_once('.')) {
        Some((layer, rest)) => {
            let rest = rest
                .replace("self_attn.q_norm", "attn_q_norm")
                .replace("self_attn.k_norm", "attn_k_norm")
                .replace("self_attn.o_proj", "attn_output")
                .replace("self_attn.", "attn_")
                .replace("post_attention_layernorm", "ffn_norm")
                .replace("input_layernorm", "attn_norm")
                .replace("mlp.", "ffn_")
                .replace("_proj", "");
            format!("blk.{layer}.{rest}")
        }
        None => name.replace("embed_tokens", "token_embd"),
    };
    let words = tensors_of("text_encoder", &KEPT["checkpoints"]["z-image"]["weights"]["text_encoder"]);
    let words = words.into_iter().map(|(name, (shape, values))| (called(&name), shape, values)).collect();
    std::fs::remove_file(encoder.join("model.safetensors")).unwrap();
    write_gguf(&encoder.join("words.gguf"), words, GgmlDType::Q8_0, false);
    let off = mean_distance(&drawn(other.path(), other.path()), &exact);
    assert!(off < 0.02 && off > 0.0, "{off}");
}
