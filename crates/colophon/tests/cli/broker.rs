//! A studio of several processes over PostgreSQL and NATS, any of which dies at any moment: no job is lost,
//! none is done twice, nothing comes out unsealed.

use std::time::{Duration, Instant};

use colophon_test::partition::Way;
use colophon_test::{nats, postgres};
use serde_json::json;

use crate::cluster::Worker;
use crate::serving::{Orders, Server, dice, reckon};
use crate::{Home, text};

/// What one worker makes, and what the other does: together everything.
const ENGINES: [&str; 2] = ["text,image,audio", "audio,image,video,mark,models"];

/// A studio: a server that takes orders, and two workers.
struct Cluster<'a> {
    home: &'a Home,
    database: String,
    broker: String,
}

impl Cluster<'_> {
    fn settings(&self) -> [(&str, &str); 2] {
        [("COLOPHON_DATABASE", &self.database), ("COLOPHON_NATS", &self.broker)]
    }

    fn server(&self) -> Server {
        Server::of(self.home, &["--jobs", "0"], &self.settings())
    }

    fn worker(&self, number: usize) -> Worker {
        Worker::of(self.home, &["--engines", ENGINES[number], "--lease", "4"], &self.settings())
    }
}

/// What is told of a run.
#[derive(Debug, Default)]
struct Toll {
    server: usize,
    workers: usize,
    broker: usize,
    emptied: usize,
    frozen: usize,
}

/// Orders jobs, kills the server or a worker `kills` times and now and then does something to the broker;
/// then lets the jobs end, and counts.
fn survive(count: usize, kills: usize, broker_every: usize) {
    let began = Instant::now();
    let home = Home::new();
    let (records, broker) = (postgres::Server::start(), nats::Server::start());
    let cluster = Cluster { home: &home, database: records.database(), broker: broker.url() };
    let mut roll = dice();
    let (mut orders, mut toll) = (Orders::new(count), Toll::default());
    let mut server = cluster.server();
    let mut workers = [cluster.worker(0), cluster.worker(1)];
    for kill in 0..kills {
        let span = Duration::from_millis(300 + roll(2_200));
        orders.give_for(span, &server, &mut || roll(60));
        match roll(3) {
            0 => {
                server.kill();
                server = cluster.server();
                toll.server += 1;
            }
            number => {
                let number = number as usize - 1;
                workers[number].kill();
                workers[number] = cluster.worker(number);
                toll.workers += 1;
            }
        }
        if kill % broker_every == broker_every - 1 {
            match (kill / broker_every) % 3 {
                0 => {
                    broker.kill();
                    std::thread::sleep(Duration::from_millis(roll(1_500)));
                    broker.start_again();
                    toll.broker += 1;
                }
                1 => {
                    broker.freeze();
                    std::thread::sleep(Duration::from_millis(500 + roll(5_000)));
                    broker.thaw();
                    toll.frozen += 1;
                }
                _ => {
                    broker.kill();
                    broker.empty();
                    broker.start_again();
                    toll.emptied += 1;
                }
            }
        }
    }
    let jobs = orders.give_rest(&server);
    reckon(&home, server, &jobs, count);
    eprintln!("{count} jobs outlived {toll:?} in {:.0} s", began.elapsed().as_secs_f64());
}

#[test]
fn a_cluster_whose_processes_die_loses_nothing_and_does_nothing_twice() {
    survive(12, 4, 2);
}

#[test]
#[ignore = "takes minutes: 200 jobs, 30 kills and 10 falls of the broker"]
fn a_cluster_whose_processes_die_thirty_times_loses_none_of_two_hundred_jobs() {
    survive(200, 30, 3);
}

#[test]
fn a_worker_that_is_cut_off_does_nothing_twice() {
    let home = Home::new();
    let (records, broker) = (postgres::Server::start(), nats::Server::start());
    let cluster = Cluster { home: &home, database: records.database(), broker: broker.url() };
    let server = cluster.server();
    // One worker reaches database and broker by ways that are cut while it works, together and each alone.
    let (to_records, to_broker) = (Way::to(records.port()), Way::to(broker.port()));
    let by = |url: &str, port: u16, way: &Way| url.replace(&format!(":{port}"), &format!(":{}", way.port()));
    let far_records = by(&cluster.database, records.port(), &to_records);
    let far_broker = by(&cluster.broker, broker.port(), &to_broker);
    let engines = ENGINES.join(",");
    let settings = [("COLOPHON_DATABASE", far_records.as_str()), ("COLOPHON_NATS", &far_broker)];
    let _far = Worker::of(&home, &["--engines", &engines, "--lease", "4"], &settings);
    let mut orders = Orders::new(18);
    orders.give_for(Duration::from_secs(3), &server, &mut || 300);
    let mut near = None;
    for cut in [&[&to_records, &to_broker][..], &[&to_records], &[&to_broker]] {
        cut.iter().for_each(|way| way.cut());
        // The other takes up what the first holds when its lease is over, and the first still works on it.
        near.get_or_insert_with(|| {
            Worker::of(&home, &["--engines", &engines, "--lease", "4"], &cluster.settings())
        });
        orders.give_for(Duration::from_secs(7), &server, &mut || 1_500);
        cut.iter().for_each(|way| way.open());
        orders.give_for(Duration::from_secs(2), &server, &mut || 500);
    }
    let jobs = orders.give_rest(&server);
    reckon(&home, server, &jobs, 18);
}

#[test]
fn a_stop_reaches_a_worker_and_readiness_tells_of_the_broker() {
    let home = Home::new();
    let (records, broker) = (postgres::Server::start(), nats::Server::start());
    let cluster = Cluster { home: &home, database: records.database(), broker: broker.url() };
    let server = cluster.server();
    let _worker = cluster.worker(1);
    let page = |what: &str| {
        let page = ureq::get(format!("{}{what}", server.base())).call().expect("an answer");
        page.into_body().read_to_string().expect("a text")
    };
    assert_eq!(page("/readyz"), "ok\n");
    assert!(page("/metrics").contains("\ncolophon_broker_up 1\n"));
    let film = json!({"kind": "film", "request": {"brief": "A fox who learns to paint", "seconds": 200}});
    let job = server.post("/v1/jobs", "one", &film).expect("an answer");
    let one = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    let state = || server.get(&one).expect("the job")["status"].as_str().expect("a state").to_owned();
    let until = |wanted: &dyn Fn() -> bool| {
        let patience = Instant::now() + Duration::from_secs(60);
        while !wanted() {
            assert!(Instant::now() < patience, "it does not come to that: {}", state());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(&|| state() == "running");
    server.post(&format!("{one}/cancel"), "stop", &json!({})).expect("an answer");
    until(&|| state() == "cancelled");
    broker.kill();
    until(&|| page("/readyz").contains("the database hands out the jobs"));
    assert!(page("/metrics").contains("\ncolophon_broker_up 0\n"));
    // Work goes on.
    let sound = json!({"kind": "sound", "request": {"prompt": "rain", "seconds": 2}});
    let job = server.post("/v1/jobs", "two", &sound).expect("an answer");
    let two = format!("/v1/jobs/{}", job["id"].as_str().expect("an id"));
    until(&|| server.get(&two).expect("the job")["status"] == "done");
    broker.start_again();
    until(&|| page("/readyz") == "ok\n");
    server.kill();
}

#[test]
fn a_broker_without_a_database_is_refused() {
    let home = Home::without_models();
    let refused =
        home.colophon(&["serve", "keys", "list"]).env("COLOPHON_NATS", "nats://127.0.0.1:1").output();
    let refused = refused.expect("it runs");
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("COLOPHON_DATABASE"), "{}", text(&refused.stderr));
}
