//! The llama.cpp engine with a real model (SmolLM2 135M; tools with Qwen2.5 0.5B).

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use colophon_test::models_dir;
use colophon_text::chat::{
    Chat, Delta, Dry, Finish, Format, GenerateRequest, ImageInput, Lora, Message, Mirostat, Prompt, Reply,
    Role, Sampling, Tool, ToolChoice, WatermarkState, Xtc,
};
use colophon_text::{Llama, LlamaOptions, TextError};
use colophon_types::{Cancel, ErrorCode, Explain};
use serde_json::{Value, json};

#[path = "common/gguf.rs"]
mod gguf;

fn options() -> LlamaOptions {
    LlamaOptions { slots: 4, ..LlamaOptions::single(2048, 2) }
}

fn load(options: LlamaOptions) -> Llama {
    Llama::load("smollm2", &models_dir().join("smollm2-135m-instruct-q4_1/model.gguf"), options).unwrap()
}

fn engine() -> &'static Llama {
    static ENGINE: OnceLock<Llama> = OnceLock::new();
    ENGINE.get_or_init(|| load(options()))
}

fn qwen() -> &'static Llama {
    static ENGINE: OnceLock<Llama> = OnceLock::new();
    let path = models_dir().join("qwen2.5-coder-0.5b-instruct-q4/model.gguf");
    ENGINE.get_or_init(|| Llama::load("qwen", &path, options()).unwrap())
}

fn greedy(words: &str, max_tokens: usize) -> GenerateRequest {
    GenerateRequest {
        max_tokens: Some(max_tokens),
        sampling: Sampling { temperature: 0.0, ..Sampling::default() },
        ..GenerateRequest::chat(vec![Message::user(words)])
    }
}

fn ask(engine: &dyn Chat, request: GenerateRequest) -> Result<Reply, TextError> {
    engine.generate(request, &Cancel::new(), &mut |_| true)
}

fn refused(request: GenerateRequest) -> TextError {
    let error = ask(engine(), request).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadInput, "{error}");
    error
}

#[test]
fn it_answers_and_counts_its_tokens() {
    let mut heard = String::new();
    let request = greedy("What is the capital of France?", 40);
    let reply = qwen()
        .generate(request, &Cancel::new(), &mut |t| {
            heard.push_str(t);
            true
        })
        .unwrap();
    assert!(reply.text.contains("Paris"), "{}", reply.text);
    assert_eq!(heard, reply.text);
    assert_eq!(reply.finish, Finish::Stop);
    assert_eq!(reply.usage.completion_tokens, qwen().count_tokens(&reply.text).unwrap());
    assert!(reply.usage.prompt_tokens > 10);
    assert_eq!(reply.watermark, WatermarkState::NoKey);
}

#[test]
fn many_at_once_say_what_each_says_alone() {
    let questions = [
        "Name a colour.",
        "What is two plus two?",
        "Who wrote Hamlet?",
        "Name an animal.",
        "What is snow?",
        "Name a city.",
    ];
    let alone: Vec<_> = questions.iter().map(|q| ask(engine(), greedy(q, 24)).unwrap().text).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = questions
            .iter()
            .map(|q| scope.spawn(move || ask(engine(), greedy(q, 24)).unwrap().text))
            .collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    // Batches of other shapes round differently; a token may tip over late, the start may not.
    for (a, b) in alone.iter().zip(&together) {
        let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        assert!(same >= 10.min(a.chars().count()), "{a:?} and {b:?}");
    }
}

#[test]
fn a_seed_repeats_and_another_differs() {
    let engine = load(LlamaOptions { speculate: false, slots: 1, ..options() });
    let say = |seed| {
        let sampling = Sampling { temperature: 1.0, seed: Some(seed), ..Sampling::default() };
        let request = GenerateRequest { sampling, ..greedy("Tell a story about a cat.", 60) };
        ask(&engine, request).unwrap()
    };
    let (first, again, other) = (say(7), say(7), say(8));
    assert_eq!(first.text, again.text);
    assert_ne!(first.text, other.text);
    assert_eq!(first.seed, 7);
}

#[test]
fn a_shared_beginning_is_evaluated_once() {
    let engine = load(options());
    let system = "You answer in one short sentence. ".repeat(60);
    let with = |question: &str| GenerateRequest {
        max_tokens: Some(8),
        ..GenerateRequest::chat(vec![Message::system(system.clone()), Message::user(question)])
    };
    let first = ask(&engine, with("What is rain?")).unwrap();
    assert_eq!(first.usage.cached_tokens, 0);
    let second = ask(&engine, with("What is snow?")).unwrap();
    assert!(second.usage.cached_tokens > 400, "{:?}", second.usage);
    // Both at once, with a beginning that nobody has read yet: it is read once.
    let system = "Your words are few and kind. ".repeat(60);
    let system = &system;
    let cached: usize = std::thread::scope(|scope| {
        let ask = |question: &'static str| {
            let engine = &engine;
            scope.spawn(move || {
                let messages = vec![Message::system(system.clone()), Message::user(question)];
                ask(engine, GenerateRequest { max_tokens: Some(8), ..GenerateRequest::chat(messages) })
                    .unwrap()
                    .usage
                    .cached_tokens
            })
        };
        let (a, b) = (ask("What is ice?"), ask("What is fog?"));
        a.join().unwrap() + b.join().unwrap()
    });
    assert!(cached > 400, "{cached}");
}

#[test]
fn stop_texts_end_the_answer_and_are_not_shown() {
    let request = GenerateRequest { stop: vec!["4".into()], ..greedy("Count from 1 to 9, with commas.", 60) };
    let mut heard = String::new();
    let reply = engine()
        .generate(request, &Cancel::new(), &mut |t| {
            heard.push_str(t);
            true
        })
        .unwrap();
    assert_eq!(reply.finish, Finish::Stop);
    assert!(reply.text.contains('3') && !reply.text.contains('4'), "{}", reply.text);
    assert_eq!(heard, reply.text);
}

#[test]
fn answers_fit_a_schema_or_a_grammar() {
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}, "kind": {"enum": ["cat", "dog"]}},
        "required": ["name", "age", "kind"], "additionalProperties": false
    });
    for seed in 0..3 {
        let request = GenerateRequest {
            format: Format::JsonSchema(schema.clone()),
            sampling: Sampling { temperature: 1.2, seed: Some(seed), ..Sampling::default() },
            ..greedy("Invent a pet.", 120)
        };
        let reply = ask(engine(), request).unwrap();
        let pet: Value = serde_json::from_str(&reply.text).unwrap();
        assert!(pet["age"].is_i64() && (pet["kind"] == "cat" || pet["kind"] == "dog"), "{pet}");
    }
    let request = GenerateRequest {
        format: Format::Grammar("root ::= (\"yes\" | \"no\") \"!\"".into()),
        ..greedy("Is water wet?", 20)
    };
    let text = ask(engine(), request).unwrap().text;
    assert!(text == "yes!" || text == "no!", "{text}");
}

#[test]
fn every_sampler_works() {
    let base = Sampling { temperature: 0.8, seed: Some(1), ..Sampling::default() };
    let all = [
        Sampling { top_k: 0, top_p: 1.0, ..base.clone() },
        Sampling { min_p: 0.1, typical_p: 0.9, ..base.clone() },
        Sampling { repeat_penalty: 1.3, frequency_penalty: 0.5, presence_penalty: 0.5, ..base.clone() },
        Sampling {
            dry: Some(Dry { multiplier: 0.8, base: 1.75, allowed_length: 2, last_n: -1 }),
            ..base.clone()
        },
        Sampling { xtc: Some(Xtc { probability: 0.5, threshold: 0.1 }), ..base.clone() },
        Sampling { mirostat: Some(Mirostat { version: 1, tau: 5.0, eta: 0.1 }), ..base.clone() },
        Sampling { mirostat: Some(Mirostat { version: 2, tau: 5.0, eta: 0.1 }), ..base.clone() },
    ];
    for sampling in all {
        let request = GenerateRequest { sampling: sampling.clone(), ..greedy("Describe the sea.", 24) };
        let reply = ask(engine(), request).unwrap();
        assert!(reply.text.split_whitespace().count() > 5, "{sampling:?}: {}", reply.text);
    }
    // A strong bias forces a token.
    let token = engine().tokens(" banana").unwrap()[0] as u32;
    let sampling = Sampling { temperature: 0.0, logit_bias: vec![(token, 100.0)], ..Sampling::default() };
    let reply = ask(engine(), GenerateRequest { sampling, ..greedy("Hello", 3) }).unwrap();
    assert_eq!(engine().tokens(&reply.text).unwrap(), [token as i32; 3]);
}

#[test]
fn log_probabilities_come_with_the_tokens() {
    let reply = ask(engine(), GenerateRequest { logprobs: Some(3), ..greedy("Say hello.", 6) }).unwrap();
    let list = reply.logprobs.unwrap();
    assert_eq!(list.len(), reply.usage.completion_tokens);
    assert_eq!(list.iter().map(|t| t.token.as_str()).collect::<String>(), reply.text);
    for token in &list {
        assert_eq!(token.top.len(), 3);
        // Greedy: what was drawn is the likeliest.
        assert_eq!(token.top[0].token, token.token);
        assert!(token.logprob <= 0.0 && token.top[0].logprob >= token.top[2].logprob);
    }
}

#[test]
fn guessing_changes_the_speed_and_not_the_words() {
    let text =
        "The northern harbour opens at six. The southern harbour opens at seven. The old bridge is closed. "
            .repeat(3);
    let words = format!("Repeat this text exactly:\n{text}");
    let plain = load(LlamaOptions { speculate: false, slots: 1, ..options() });
    let guessing = load(LlamaOptions { speculate: true, slots: 1, ..options() });
    let (a, b) = (ask(&plain, greedy(&words, 80)).unwrap(), ask(&guessing, greedy(&words, 80)).unwrap());
    assert_eq!(a.text, b.text);
    assert_eq!(a.usage.speculated_tokens, 0);
    // How many guesses pay depends on the machine.
    assert!(b.usage.speculated_tokens > 0, "{:?}", b.usage);
}

#[test]
fn tools_are_called() {
    let weather = Tool {
        name: "get_weather".into(),
        description: "The weather of a city".into(),
        parameters: json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}),
    };
    let chat = |messages, tool_choice| GenerateRequest {
        prompt: Prompt::Chat {
            messages,
            tools: vec![weather.clone()],
            tool_choice,
            parallel_tool_calls: true,
        },
        ..greedy("", 80)
    };
    let question = Message::user("What is the weather in Oslo?");
    let mut shown = String::new();
    for choice in [ToolChoice::Auto, ToolChoice::Required, ToolChoice::Named("get_weather".into())] {
        let request = chat(vec![question.clone()], choice.clone());
        let reply = qwen()
            .generate(request, &Cancel::new(), &mut |t| {
                shown.push_str(t);
                true
            })
            .unwrap();
        assert_eq!(reply.finish, Finish::ToolCalls, "{choice:?}: {}", reply.text);
        assert_eq!(reply.tool_calls[0].name, "get_weather");
        let arguments: Value = serde_json::from_str(&reply.tool_calls[0].arguments).unwrap();
        assert!(arguments["city"].as_str().unwrap().contains("Oslo"), "{arguments}");
        assert!(!reply.tool_calls[0].id.is_empty());
    }
    assert_eq!(shown, "");
    let reply = ask(qwen(), chat(vec![question.clone()], ToolChoice::Required)).unwrap();
    let mut called = Message::assistant("");
    called.tool_calls = reply.tool_calls.clone();
    let mut result = Message::new(Role::Tool, "{\"temperature\": -7, \"sky\": \"snow\"}");
    result.tool_call_id = Some(reply.tool_calls[0].id.clone());
    let told = ask(qwen(), chat(vec![question, called, result], ToolChoice::None)).unwrap();
    assert!(told.text.contains('7') || told.text.to_lowercase().contains("snow"), "{}", told.text);
}

#[test]
fn cancelling_ends_within_a_token_and_leaves_others_running() {
    let cancel = Cancel::new();
    let (send, receive) = mpsc::channel();
    let stop = cancel.clone();
    let pieces = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&pieces);
    let sink = move |delta| {
        if matches!(delta, Delta::Text(..)) && count.fetch_add(1, Ordering::Relaxed) == 3 {
            stop.cancel();
        }
        send.send(delta).is_ok()
    };
    let long = greedy("Write a very long story about a river.", 1500);
    engine().submit(long.clone(), &cancel, Box::new(sink)).unwrap();
    let other = std::thread::spawn(move || ask(engine(), greedy("Name a fruit.", 12)).unwrap());
    let last = receive.iter().last().unwrap();
    assert!(matches!(&last, Delta::Failed(e) if e.code() == ErrorCode::Cancelled), "{last:?}");
    assert!(pieces.load(Ordering::Relaxed) <= 6);
    assert!(!other.join().unwrap().text.is_empty());
    // A receiver that has enough gets what there is.
    let mut seen = 0;
    let reply = engine()
        .generate(long, &Cancel::new(), &mut |_| {
            seen += 1;
            seen < 5
        })
        .unwrap();
    assert_eq!(reply.finish, Finish::Receiver);
    assert!(reply.usage.completion_tokens < 60, "{:?}", reply.usage);
}

#[test]
fn requests_beyond_the_slots_wait_and_all_end() {
    let engine = load(LlamaOptions { slots: 2, context: 512, ..options() });
    let engine = &engine;
    let replies: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..6)
            .map(|i| {
                scope.spawn(move || {
                    let words = format!(
                        "Number {i}. {}",
                        "Write a long story about the sea and its ships. ".repeat(8)
                    );
                    ask(engine, GenerateRequest { client: format!("c{}", i % 3), ..greedy(&words, 40) })
                })
            })
            .collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    });
    for reply in replies {
        let reply = reply.unwrap();
        assert!(reply.usage.completion_tokens > 5, "{reply:?}");
    }
}

#[test]
fn turns_are_fair_and_a_full_line_refuses() {
    let engine = load(LlamaOptions { slots: 1, queue: 6, ..options() });
    let (send, receive) = mpsc::channel();
    let submit = |client: &str, i: usize| {
        let send = send.clone();
        let name = format!("{client}{i}");
        let request = GenerateRequest { client: client.into(), ..greedy("Hello", 4) };
        let sink = move |delta| {
            if matches!(delta, Delta::Done(_)) {
                return send.send(name.clone()).is_ok();
            }
            true
        };
        engine.submit(request, &Cancel::new(), Box::new(sink))
    };
    // One client asks five times before the other asks once.
    for i in 0..5 {
        submit("a", i).unwrap();
    }
    submit("b", 0).unwrap();
    let busy = (0..4).filter_map(|i| submit("c", i).err()).next().unwrap();
    assert_eq!(busy.code(), ErrorCode::Busy);
    let order: Vec<String> = (0..6).map(|_| receive.recv_timeout(Duration::from_secs(60)).unwrap()).collect();
    let b = order.iter().position(|n| n == "b0").unwrap();
    assert!(b <= 2, "{order:?}");
}

#[test]
fn a_long_prompt_does_not_stall_a_running_stream() {
    let engine = load(options());
    let (send, receive) = mpsc::channel();
    let sink = move |delta| matches!(delta, Delta::Text(..)) && send.send(Instant::now()).is_ok();
    engine.submit(greedy("Write a long story about a river.", 300), &Cancel::new(), Box::new(sink)).unwrap();
    receive.recv().unwrap();
    let long = "The train stops at every small station on the way to the coast. ".repeat(100);
    let reading = Instant::now();
    std::thread::scope(|scope| {
        let engine = &engine;
        let reader = scope.spawn(move || ask(engine, greedy(&long, 2)).unwrap());
        reader.join().unwrap()
    });
    let read = reading.elapsed();
    drop(engine);
    let times: Vec<Instant> = receive.iter().filter(|t| *t > reading && *t < reading + read).collect();
    assert!(times.len() > 8, "{} pieces in {read:?}", times.len());
}

#[test]
fn bad_requests_are_refused_with_one_sentence() {
    let nan = Sampling { temperature: f32::NAN, ..Sampling::default() };
    assert!(refused(GenerateRequest { sampling: nan, ..greedy("x", 4) }).to_string().contains("temperature"));
    let negative = Sampling { top_p: -1.0, ..Sampling::default() };
    assert!(refused(GenerateRequest { sampling: negative, ..greedy("x", 4) }).to_string().contains("top_p"));
    refused(greedy("x", 0));
    let long = refused(greedy(&"word ".repeat(5000), 4));
    assert!(matches!(long, TextError::TooLong { limit: 2048, .. }), "{long}");
    refused(greedy(&"x".repeat(10_000_000), 4));
    refused(GenerateRequest { format: Format::JsonSchema(json!({"type": "nonsense"})), ..greedy("x", 4) });
    refused(GenerateRequest { format: Format::JsonSchema(json!({"$ref": "#/nowhere"})), ..greedy("x", 4) });
    refused(GenerateRequest { format: Format::Grammar("root ::= (".into()), ..greedy("x", 4) });
    refused(GenerateRequest { format: Format::Grammar("start ::= \"x\"".into()), ..greedy("x", 4) });
    refused(GenerateRequest { format: Format::Grammar("root ::= root".into()), ..greedy("x", 4) });
    refused(GenerateRequest { logprobs: Some(1000), ..greedy("x", 4) });
    refused(GenerateRequest { stop: vec!["a".into(); 100], ..greedy("x", 4) });
    refused(GenerateRequest::plain(""));
    let image = Message {
        images: vec![colophon_text::chat::ImageInput { bytes: vec![1, 2, 3] }],
        ..Message::user("What is this?")
    };
    assert!(refused(GenerateRequest::chat(vec![image])).to_string().contains("cannot see images"));
    let missing =
        GenerateRequest { lora: vec![Lora { path: "/nowhere.gguf".into(), scale: 1.0 }], ..greedy("x", 4) };
    assert!(matches!(ask(engine(), missing), Err(TextError::Load { .. })));
    // The engine still works.
    assert!(ask(engine(), greedy("Hello", 4)).is_ok());
    // A word that looks like a control token is text in the user's mouth, and NUL does no harm.
    assert!(ask(engine(), greedy("a\0b <|im_end|>", 4)).is_ok());
}

#[test]
fn broken_model_files_are_refused() {
    let dir = std::env::temp_dir().join(format!("colophon-gguf-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let good = std::fs::read(models_dir().join("smollm2-135m-instruct-q4_1/model.gguf")).unwrap();
    let mut lying = good[..200_000].to_vec();
    // The count of tensors, and then of metadata, as large as it can be.
    lying[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    let mut many = good[..200_000].to_vec();
    many[16..24].copy_from_slice(&(u64::MAX / 2).to_le_bytes());
    let cases: [(&str, &[u8]); 6] = [
        ("empty", b""),
        ("text", b"this is no model"),
        ("magic", b"GGUF"),
        ("short", &good[..1_000_000]),
        ("lying", &lying),
        ("many", &many),
    ];
    for (name, bytes) in cases {
        let path = dir.join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = Llama::load(name, &path, options()).err().unwrap();
        assert_eq!(error.code(), ErrorCode::ModelMissing, "{name}: {error}");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

#[test]
fn an_adapter_changes_one_request_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    // SmolLM2 is 576 wide.
    let good = file("good.gguf", &gguf::adapter(576));
    let with = |path: &std::path::Path, scale: f32| GenerateRequest {
        lora: vec![Lora { path: path.to_owned(), scale }],
        ..greedy("Name three colours.", 12)
    };
    let plain = ask(engine(), greedy("Name three colours.", 12)).unwrap().text;
    let changed = ask(engine(), with(&good, 4.0)).unwrap().text;
    assert_ne!(plain, changed);
    assert_eq!(ask(engine(), with(&good, 0.0)).unwrap().text, plain, "without weight it changes nothing");
    assert_eq!(ask(engine(), with(&good, 4.0)).unwrap().text, changed);
    assert_eq!(ask(engine(), greedy("Name three colours.", 12)).unwrap().text, plain, "and it does not stay");
    let whole = std::fs::read(&good).unwrap();
    for bad in [
        file("short.gguf", &whole[..whole.len() / 2]),
        file("other.gguf", &gguf::adapter(640)),
        file("noise.gguf", b"GGUF is not enough"),
        dir.path().join("nowhere.gguf"),
    ] {
        let error = ask(engine(), with(&bad, 1.0)).unwrap_err();
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
    assert_eq!(
        ask(engine(), greedy("Name three colours.", 12)).unwrap().text,
        plain,
        "bad files harm nobody"
    );
}

/// A picture of one colour: a BMP file of 8 by 8 pixels.
fn picture([r, g, b]: [u8; 3]) -> ImageInput {
    let mut bytes = b"BM".to_vec();
    for n in [54 + 8 * 8 * 3_u32, 0, 54, 40, 8, 8] {
        bytes.extend(n.to_le_bytes());
    }
    bytes.extend([1, 0, 24, 0]);
    for n in [0_u32, 8 * 8 * 3, 2835, 2835, 0, 0] {
        bytes.extend(n.to_le_bytes());
    }
    bytes.extend([b, g, r].repeat(64));
    ImageInput { bytes }
}

#[test]
fn pictures_are_read_where_a_model_has_a_projector() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mmproj.gguf");
    std::fs::write(&path, gguf::projector(576)).unwrap();
    let seeing = load(LlamaOptions { mmproj: Some(path.clone()), slots: 1, ..options() });
    assert!(seeing.info().vision && !engine().info().vision);
    let request = |images: &[[u8; 3]]| {
        let mut user = Message::user("What is this?");
        user.images = images.iter().map(|rgb| picture(*rgb)).collect();
        GenerateRequest {
            max_tokens: Some(12),
            sampling: Sampling { temperature: 0.0, ..Sampling::default() },
            ..GenerateRequest::chat(vec![user])
        }
    };
    let none = ask(&seeing, request(&[])).unwrap();
    let red = ask(&seeing, request(&[[255, 0, 0]])).unwrap();
    let both = ask(&seeing, request(&[[255, 0, 0], [0, 0, 255]])).unwrap();
    // Four positions a picture, and what the template puts around it.
    assert!(red.usage.prompt_tokens >= none.usage.prompt_tokens + 4, "{:?}", red.usage);
    assert!(both.usage.prompt_tokens >= red.usage.prompt_tokens + 4, "{:?}", both.usage);
    assert_eq!(ask(&seeing, request(&[[255, 0, 0]])).unwrap().text, red.text);
    let others = [[0, 0, 255], [0, 255, 0], [255, 255, 255], [0, 0, 0]];
    assert!(others.iter().any(|c| ask(&seeing, request(&[*c])).unwrap().text != red.text), "{}", red.text);
    // Words alone are as with the model alone.
    assert_eq!(none.text, ask(engine(), request(&[])).unwrap().text);
    let mut broken = request(&[[1, 2, 3]]);
    if let Prompt::Chat { messages, .. } = &mut broken.prompt {
        messages[0].images[0].bytes.truncate(20);
    }
    assert_eq!(ask(&seeing, broken).unwrap_err().code(), ErrorCode::BadInput);
    assert_eq!(refused(request(&[[1, 2, 3]])).code(), ErrorCode::BadInput);
    let whole = std::fs::read(&path).unwrap();
    for bad in [&whole[..whole.len() / 3], &b"GGUF"[..]] {
        std::fs::write(&path, bad).unwrap();
        let options = LlamaOptions { mmproj: Some(path.clone()), slots: 1, ..options() };
        let model = models_dir().join("smollm2-135m-instruct-q4_1/model.gguf");
        let loaded = Llama::load("smollm2", &model, options);
        let failed = loaded.and_then(|engine| ask(&engine, request(&[[1, 2, 3]])));
        assert!(failed.is_err_and(|e| e.to_string().lines().count() == 1));
    }
}
