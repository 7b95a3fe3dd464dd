//! Events: heard from the start, and taken up again where they were left.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::House;

/// An event: its number, its name, its data.
type Event = (i64, String, Value);

/// Listens until the stream ends, or `enough` says so.
fn listen(
    house: &House,
    path: &str,
    last: Option<i64>,
    enough: &mut dyn FnMut(&Event) -> bool,
) -> Vec<Event> {
    let mut stream = TcpStream::connect(house.address).unwrap();
    let resume = last.map_or(String::new(), |n| format!("Last-Event-ID: {n}\r\n"));
    let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{resume}\r\n", house.address);
    stream.write_all(head.as_bytes()).unwrap();
    let (mut events, mut number, mut name) = (Vec::new(), 0, String::new());
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap();
        if let Some(id) = line.strip_prefix("id: ") {
            number = id.parse().unwrap();
        } else if let Some(event) = line.strip_prefix("event: ") {
            name = event.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            let event = (number, std::mem::take(&mut name), serde_json::from_str(data).unwrap());
            let over = enough(&event);
            events.push(event);
            if over {
                break;
            }
        }
    }
    events
}

#[test]
fn a_job_is_heard_from_its_order_to_its_works() {
    let house = House::open();
    let job = house.submit("picture", json!({"prompt": "a house by a lake", "size": "256x256"}));
    let path = format!("/v1/jobs/{}/events", job["id"].as_str().unwrap());
    let heard = listen(&house, &path, None, &mut |_| false);
    let last = heard.last().unwrap();
    assert_eq!((last.1.as_str(), &last.2["status"]), ("state", &json!("done")));
    assert_eq!(last.2["works"].as_array().unwrap().len(), 1);
    assert!(heard.windows(2).all(|w| w[0].0 < w[1].0), "numbers grow");
    // Whoever comes back after the first event hears the others, and after the last none.
    let again = listen(&house, &path, Some(heard[0].0), &mut |_| false);
    assert_eq!(again.last().unwrap().0, last.0);
    assert!(listen(&house, &path, Some(last.0), &mut |_| false).is_empty());
    assert_eq!(house.ask("GET", &path, &[("last-event-id", "x")], None).status, 400);
}

#[test]
fn words_are_heard_as_they_are_written() {
    let house = House::open();
    let model = "qwen2.5-coder-0.5b-instruct-q4";
    // The keys of this house lead what a small model says, and now and then it says that it cannot help.
    let told = |heard: &[Event]| -> String {
        heard.iter().filter(|e| e.1 == "text").map(|e| e.2["delta"].as_str().unwrap().to_owned()).collect()
    };
    let write = |what: &str| {
        let input = format!("A short walk through {what} in the morning.");
        let order = json!({"task": "write", "input": input, "length": 60, "model": model, "seed": 4});
        let job = house.submit("text", order);
        let path = format!("/v1/jobs/{}/events", job["id"].as_str().unwrap());
        let heard = listen(&house, &path, None, &mut |_| false);
        let end = &heard.last().unwrap().2;
        assert_eq!(end["status"], "done", "{end}");
        heard
    };
    let places = ["a quiet harbour", "an old garden", "a town by a river", "a forest"];
    let heard = places.into_iter().map(write).find(|heard| told(heard).split_whitespace().count() > 10);
    let heard = heard.unwrap();
    assert!(heard.iter().filter(|e| e.1 == "text").count() > 3, "piece by piece");
}

#[test]
fn all_jobs_are_heard_at_one_place() {
    let house = House::open();
    std::thread::scope(|scope| {
        let listener = scope.spawn(|| listen(&house, "/v1/events", None, &mut |e| e.2["status"] == "done"));
        std::thread::sleep(std::time::Duration::from_millis(300));
        let job = house.submit("sound", json!({"prompt": "wind", "seconds": 2}));
        let heard = listener.join().unwrap();
        assert!(heard.iter().all(|e| e.1 == "job" && e.2["id"] == job["id"]));
        assert!(heard.iter().all(|e| e.2.get("request").is_none()));
    });
}
