//! Jobs from their order to their works.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use colophon_server::ServerOptions;
use serde_json::{Value, json};

use crate::{House, MODEL};

#[test]
fn a_picture_is_made_sealed_and_kept() {
    let house = House::open();
    let request = json!({"prompt": "a lighthouse at night", "size": "512x384", "count": 2, "seed": 7});
    let body = json!({"kind": "picture", "request": request, "tags": ["coast"]});
    let answer = house.post("/v1/jobs", &body);
    assert_eq!(answer.status, 202);
    let job = house.end(&answer.json());
    assert_eq!(job["status"], "done", "{job}");
    assert_eq!(job["request"], request);
    let works = job["works"].as_array().unwrap();
    assert_eq!(works.len(), 2);
    assert_ne!(works[0]["id"], works[1]["id"]);
    for work in works {
        assert_eq!((work["width"].as_u64(), work["height"].as_u64()), (Some(512), Some(384)));
        assert_eq!((&work["modality"], &work["tags"]), (&json!("image"), &json!(["coast"])));
        assert!(work["label"].as_str().unwrap().contains("AI生成"));
        let id = work["id"].as_str().unwrap();
        let verdict = house.get(&format!("/v1/works/{id}/credential")).fine();
        assert_eq!(
            (&verdict["verdict"], &verdict["work_id"]),
            (&json!("verified"), &work["id"]),
            "{verdict}"
        );
        let file = house.get(work["url"].as_str().unwrap());
        assert_eq!((file.header("content-type"), file.header("colophon-work-id")), ("image/png", id));
        assert_eq!(file.bytes.len() as u64, work["bytes"].as_u64().unwrap());
        let small = house.get(work["thumbnail"].as_str().unwrap());
        assert!(small.bytes.starts_with(&[0xff, 0xd8]), "a JPEG picture");
    }
}

#[test]
fn a_work_goes_on_into_other_jobs() {
    let house = House::open();
    let work = house.picture();
    let file = json!({"work": work["id"]});
    let varied = house.make("picture.edit", json!({"operation": "vary", "file": file, "seed": 9}));
    assert_ne!(varied["works"][0]["sha256"], work["sha256"]);
    let winter = json!({"operation": "edit", "file": file, "instruction": "make it winter"});
    assert_eq!(house.make("picture.edit", winter)["works"].as_array().unwrap().len(), 1);
    // What was brought from outside is worked on alike, and stands in the credential.
    let bytes = house.get(work["url"].as_str().unwrap()).bytes;
    let upload = house.bring("boat.png", &bytes);
    let drawn = house.make("picture.edit", json!({"operation": "sketch", "file": {"upload": upload}}));
    let id = drawn["works"][0]["id"].as_str().unwrap();
    assert!(drawn["works"][0]["name"].as_str().unwrap().starts_with("boat-sketch"));
    assert_eq!(house.get(&format!("/v1/works/{id}/credential")).fine()["verdict"], "verified");
}

/// OpenAI's routes wait for a job; what they were sent goes, what they made stays.
#[test]
fn an_edit_over_the_synchronous_route_is_a_job() {
    let house = House::open();
    let work = house.picture();
    let bytes = house.get(work["url"].as_str().unwrap()).bytes;
    let form = house.form(
        "/v1/images/edits",
        &[
            ("model", None, b"grade"),
            ("look", None, b"mono"),
            ("output_format", None, b"jpeg"),
            ("output_compression", None, b"80"),
            ("image", Some("boat.png"), &bytes),
        ],
    );
    let answer = form.fine();
    assert_eq!(answer["output_format"], "jpeg");
    let id = answer["colophon"][0]["work_id"].as_str().unwrap();
    assert_eq!(form.header("colophon-work-id"), id);
    assert_eq!(house.get(&format!("/v1/works/{id}/credential")).fine()["verdict"], "verified");
    let jobs = house.get("/v1/jobs?kind=picture.edit").fine();
    let request = &jobs["data"][0]["request"];
    assert_eq!((&request["operation"], &request["look"]), (&json!("grade"), &json!("mono")));
    let upload = request["file"]["upload"].as_str().unwrap();
    let gone = || house.get(&format!("/v1/uploads/{upload}/content")).status == 404;
    for _ in 0..100 {
        if gone() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(gone());
    assert!(!house.studio.upload_path(upload).exists());
    let stranger =
        house.form("/v1/images/edits", &[("model", None, b"grade"), ("image", Some("a"), b"junk")]);
    assert_eq!((stranger.status, stranger.code().as_str()), (400, "bad_input"));
}

#[test]
fn every_kind_of_sound_and_text_is_a_job() {
    let house = House::open();
    let spoken = house
        .make("speech", json!({"text": "The quick brown fox jumps over the lazy dog.", "voice": "hibari"}));
    let speech = &spoken["works"][0];
    assert!(speech["seconds"].as_f64().unwrap() > 0.5 && speech["modality"] == "audio", "{speech}");
    let heard = house.make("transcription", json!({"file": {"work": speech["id"]}, "lang": "en"}));
    let words = heard["result"]["text"].as_str().unwrap().to_lowercase();
    assert!(words.contains("fox") && words.contains("lazy"), "{words}");
    assert_eq!(heard["works"], json!([]), "nothing was generated");
    let rain = house.make("sound", json!({"prompt": "heavy rain", "seconds": 3}));
    assert_eq!(rain["works"][0]["media_type"], "audio/wav");
    let music =
        house.make("music", json!({"prompt": "calm piano", "seconds": 6, "format": "mp3", "seed": 3}));
    let id = music["works"][0]["id"].as_str().unwrap();
    let files = house.get(&format!("/v1/works/{id}")).fine()["files"].clone();
    let names: Vec<&str> = files.as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["music.mp3", "music.mid"]);
    let midi = house.get(files[1]["url"].as_str().unwrap());
    assert!(midi.bytes.starts_with(b"MThd"));
    let model = "qwen2.5-coder-0.5b-instruct-q4";
    let input = "The old lighthouse keeper lights the lamp each evening. Ships find their way home by it.";
    let request = json!({"task": "translate", "input": input, "to": "zh", "model": model, "seed": 3});
    let translated = house.make("text", request);
    assert_eq!(translated["works"][0]["lang"], "zh");
    assert!(!translated["result"]["text"].as_str().unwrap().is_empty());
}

#[test]
fn a_work_made_again_is_the_same_bit_for_bit() {
    let house = House::open();
    let request = json!({"prompt": "two boats", "size": "384x256", "count": 2});
    let boats = house.make("picture", request)["works"].clone();
    let rain = house.make("sound", json!({"prompt": "rain", "seconds": 2}))["works"][0].clone();
    let words = house.make("speech", json!({"text": "Good morning.", "voice": "hibari"}))["works"][0].clone();
    let drawn = json!({"operation": "sketch", "file": {"work": boats[0]["id"]}});
    let drawn = house.make("picture.edit", drawn)["works"][0].clone();
    for work in [&boats[0], &boats[1], &rain, &words, &drawn] {
        let result = house.make("replay", json!({"work": work["id"]}))["result"].clone();
        assert_eq!(result["same"], true, "{}: {result}", work["kind"]);
        assert!(result["content_hash"].as_str().unwrap().len() == 64, "{result}");
    }
    assert_eq!(
        house.get("/v1/works").fine()["data"].as_array().unwrap().len(),
        5,
        "none is a work of its own"
    );
    let job = rain["job"].as_str().unwrap();
    house.ask("DELETE", &format!("/v1/jobs/{job}"), &[], None).fine();
    let body = json!({"kind": "replay", "request": {"work": rain["id"]}});
    assert_eq!(house.post("/v1/jobs", &body).status, 400, "the order is gone");
    let body = json!({"kind": "replay", "request": {"work": "clp-0"}});
    assert_eq!(house.post("/v1/jobs", &body).status, 404);
}

#[test]
fn what_cannot_be_done_is_said_at_once() {
    let house = House::open();
    let bad = [
        json!({"kind": "picture", "request": {"prompt": ""}}),
        json!({"kind": "picture", "request": {"prompt": "a", "size": "huge"}}),
        json!({"kind": "picture", "request": {"prompt": "a", "count": 99}}),
        json!({"kind": "picture", "request": {"prompt": "a", "colour": "red"}}),
        json!({"kind": "picture", "request": {"prompt": "a", "style": "no such style"}}),
        json!({"kind": "picture.edit", "request": {"operation": "melt", "file": {"work": "clp-1"}}}),
        json!({"kind": "film", "request": {"brief": "a", "recipe": "../../etc/passwd"}}),
        json!({"kind": "film", "request": {"brief": "a fox", "seconds": 3}}),
        json!({"kind": "speech", "request": {"text": " "}}),
        json!({"kind": "poem", "request": {}}),
        json!({"kind": "picture", "request": {"prompt": "a"}, "priority": 99}),
        json!({"kind": "picture", "request": {"prompt": "a"}, "webhook": "file:///etc/passwd"}),
        json!({"kind": "picture"}),
        json!([]),
    ];
    for body in bad {
        let answer = house.post("/v1/jobs", &body);
        assert_eq!(answer.status, 400, "{body}: {}", String::from_utf8_lossy(&answer.bytes));
    }
    for input in [json!({"upload": "upl_0"}), json!({"work": "clp-0"}), json!({"upload": "../studio.db"})] {
        let body = json!({"kind": "transcription", "request": {"file": input}});
        assert_eq!(house.post("/v1/jobs", &body).status, 404);
    }
    assert_eq!(house.get("/v1/jobs").fine()["data"], json!([]));
}

#[test]
fn a_chat_is_answered_while_a_film_is_made() {
    let house = House::open();
    let film = house.submit("film", json!({"brief": "A fox who learns to paint", "seconds": 60}));
    let path = format!("/v1/jobs/{}", film["id"].as_str().unwrap());
    while house.get(&path).fine()["progress"]["stage"] != "encode" {
        std::thread::sleep(Duration::from_millis(100));
    }
    let words = json!([{"role": "user", "content": "Say good morning."}]);
    let chat = json!({"model": MODEL, "messages": words, "max_tokens": 24, "seed": 1});
    for _ in 0..3 {
        house.post("/v1/chat/completions", &chat).fine();
    }
    let now = house.get(&path).fine();
    assert_eq!(now["status"], "running", "the film did not hold the chat up: {now}");
    house.post(&format!("{path}/cancel"), &json!({})).fine();
    assert_eq!(house.end(&film)["status"], "cancelled");
}

#[test]
fn an_idempotency_key_makes_one_job() {
    let house = House::open();
    let order = |prompt: &str| {
        let body =
            json!({"kind": "sound", "request": {"prompt": prompt, "seconds": 2}}).to_string().into_bytes();
        house.ask("POST", "/v1/jobs", &[("idempotency-key", "k1")], Some(("application/json", body)))
    };
    let first = order("rain").fine();
    assert_eq!(order("rain").fine()["id"], first["id"]);
    assert_eq!(order("wind").status, 400);
    house.end(&first);
    assert_eq!(order("rain").fine()["id"], first["id"], "still after its end");
    assert_eq!(house.get("/v1/works").fine()["data"].as_array().unwrap().len(), 1);
}

#[test]
fn jobs_are_stopped_tried_again_and_forgotten() {
    let house = House::with(ServerOptions { jobs_at_once: 1, ..ServerOptions::default() });
    let long = house.submit("music", json!({"prompt": "slow strings", "seconds": 300}));
    let waiting = house.submit("sound", json!({"prompt": "rain", "seconds": 2}));
    let path = |job: &Value, more: &str| format!("/v1/jobs/{}{more}", job["id"].as_str().unwrap());
    assert!(house.get(&path(&waiting, "")).fine()["queue_position"].as_u64().is_some());
    assert_eq!(house.ask("DELETE", &path(&waiting, ""), &[], None).status, 400, "it has not ended");
    assert_eq!(house.post(&path(&waiting, "/cancel"), &json!({})).fine()["status"], "cancelled");
    while house.get(&path(&long, "")).fine()["status"] == "queued" {
        std::thread::sleep(Duration::from_millis(20));
    }
    house.post(&path(&long, "/cancel"), &json!({})).fine();
    let stopped = house.end(&long);
    assert_eq!((&stopped["status"], &stopped["works"]), (&json!("cancelled"), &json!([])));
    let again = house.post(&path(&waiting, "/retry"), &json!({})).fine();
    assert_ne!(again["id"], waiting["id"]);
    assert_eq!(house.end(&again)["status"], "done");
    assert_eq!(house.ask("DELETE", &path(&waiting, ""), &[], None).fine()["deleted"], true);
    assert_eq!(house.get(&path(&waiting, "")).code(), "not_found");
    let listed = house.get("/v1/jobs?status=done&kind=sound").fine();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(house.get("/v1/jobs?status=lost").status, 400);
    // Nothing is left of what was stopped.
    let left: Vec<_> = std::fs::read_dir(house.home.path().join("works")).unwrap().flatten().collect();
    assert!(left.iter().all(|e| !e.file_name().to_string_lossy().starts_with(".job-")), "{left:?}");
}

#[test]
fn the_end_is_told_to_a_webhook_that_can_check_it() {
    let options = ServerOptions { private_webhooks: true, ..ServerOptions::default() };
    let house = House::with(options);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let body = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}, "webhook": hook});
    let job = house.post("/v1/jobs", &body).fine();
    let (mut stream, _) = listener.accept().unwrap();
    let (head, body) = colophon_test::http::read_request(&stream);
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
    let _ = stream.read(&mut [0]);
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&told["type"], &told["data"]["id"]), (&json!("job.done"), &job["id"]));
    let value = |name: &str| {
        let line = head.lines().find(|l| l.to_lowercase().starts_with(&format!("{name}:"))).unwrap();
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    assert_eq!(told["id"], value("webhook-id"));
    assert!(value("webhook-signature").starts_with("v1,"));
    assert!(colophon_server::webhook_secret(&house.studio).unwrap().starts_with("whsec_"));
}

#[test]
fn a_private_address_is_not_told() {
    let house = House::open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let hook = format!("http://{}/hook", listener.local_addr().unwrap());
    let body = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}, "webhook": hook});
    house.end(&house.post("/v1/jobs", &body).fine());
    std::thread::sleep(Duration::from_secs(3));
    assert!(listener.accept().is_err());
}
