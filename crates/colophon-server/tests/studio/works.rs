//! The gallery: lists, files, changes, search, export, the trash; and films in OpenAI's shapes.

use std::io::{Cursor, Read as _};

use serde_json::json;

use crate::House;

#[test]
fn files_come_in_parts_and_to_be_kept() {
    let house = House::open();
    let work = house.picture();
    let url = work["url"].as_str().unwrap();
    let whole = house.get(url).bytes;
    let part = house.ask("GET", url, &[("range", "bytes=8-15")], None);
    assert_eq!((part.status, &part.bytes[..]), (206, &whole[8..16]));
    assert_eq!(part.header("content-range"), format!("bytes 8-15/{}", whole.len()));
    assert_eq!(house.ask("GET", url, &[("range", "bytes=99999999-")], None).status, 416);
    let kept = house.get(&format!("{url}?download=1"));
    assert!(kept.header("content-disposition").starts_with("attachment; filename=\"picture.png\""));
    assert!(kept.header("content-security-policy").contains("sandbox"));
    let id = work["id"].as_str().unwrap();
    for name in ["..%2f..%2f..%2fstudio.db", ".works.json", "studio.db", "picture.png%00"] {
        assert_eq!(house.get(&format!("/v1/works/{id}/files/{name}")).status, 404, "{name}");
    }
}

#[test]
fn a_work_is_changed_thrown_away_and_taken_back() {
    let house = House::open();
    let work = house.picture();
    let path = format!("/v1/works/{}", work["id"].as_str().unwrap());
    let patch = |body: serde_json::Value| {
        house.ask("PATCH", &path, &[], Some(("application/json", body.to_string().into_bytes())))
    };
    let changed = patch(json!({"title": "Boat", "tags": ["sea", "sea", "红"], "favourite": true})).fine();
    assert_eq!(
        (&changed["title"], &changed["tags"], &changed["favourite"]),
        (&json!("Boat"), &json!(["sea", "红"]), &json!(true))
    );
    for bad in [json!({"title": ""}), json!({"tags": [""]}), json!({"sha256": "x"}), json!({"title": "a\nb"})]
    {
        assert_eq!(patch(bad).status, 400);
    }
    let list =
        |query: &str| house.get(&format!("/v1/works?{query}")).fine()["data"].as_array().unwrap().len();
    assert_eq!(
        (list("tag=sea"), list("tag=land"), list("favourite=true&modality=image"), list("modality=audio")),
        (1, 0, 1, 0)
    );
    assert_eq!(house.get("/v1/tags").fine()["data"].as_array().unwrap().len(), 2);
    house.ask("DELETE", &path, &[], None).fine();
    assert_eq!((list(""), list("trash=true")), (0, 1));
    house.post(&format!("{path}/restore"), &json!({})).fine();
    assert_eq!(list(""), 1);
    let file = house.studio.store().unwrap().work(work["id"].as_str().unwrap()).unwrap().work;
    let file = house.studio.work_file(&file, None).unwrap().path().to_owned();
    assert!(file.exists());
    house.ask("DELETE", &format!("{path}?forever=true"), &[], None).fine();
    assert!(!file.exists());
    assert_eq!(house.get(&path).code(), "not_found");
}

#[test]
fn works_are_found_by_what_they_mean() {
    let house = House::open();
    house.picture();
    house.make("sound", json!({"prompt": "heavy rain", "seconds": 2}));
    house.make("sound", json!({"prompt": "a train", "seconds": 2}));
    let first = |q: &str| {
        let found = house.get(&format!("/v1/works?q={q}")).fine();
        let best = &found["data"][0];
        assert!(best["score"].is_number(), "{best}");
        best["prompt"].as_str().unwrap().to_owned()
    };
    assert_eq!(first("a%20storm%20with%20water%20falling"), "heavy rain");
    assert_eq!(first("railway"), "a train");
    assert_eq!(first("%E5%B8%86%E8%88%B9"), "a red boat on the sea", "a sailing boat, in Chinese");
}

#[test]
fn an_export_holds_everything_that_is_needed_to_check_it() {
    let house = House::open();
    let work = house.picture();
    let answer = house.get(&format!("/v1/works/{}/export", work["id"].as_str().unwrap()));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/zip"));
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.bytes)).unwrap();
    let mut names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    names.sort();
    assert_eq!(names, ["picture.png", "picture.png.tlog-proof", "receipt.json", "verdict.json"]);
    let mut proof = String::new();
    zip.by_name("picture.png.tlog-proof").unwrap().read_to_string(&mut proof).unwrap();
    house.studio.check_proof(&proof).unwrap();
    // The same proof is given to everyone.
    let sha256 = work["sha256"].as_str().unwrap();
    let public = house.get(&format!("/v1/log/proof/{sha256}"));
    assert_eq!(String::from_utf8(public.bytes).unwrap(), proof);
    assert!(house.get("/v1/log/checkpoint").bytes.starts_with(b"colophon.local/log"));
    assert_eq!(house.get("/v1/log/tile/0/000.p/1").bytes.len(), 32);
    for path in ["../../studio.db", "0/..%2f..%2fcheckpoint", "x", "entries"] {
        assert_eq!(house.get(&format!("/v1/log/tile/{path}")).status, 404, "{path}");
    }
}

#[test]
fn a_film_is_made_in_openais_shapes() {
    let house = House::open();
    let body = json!({"prompt": "A fox who learns to paint", "seconds": "4", "seed": 3});
    let film = house.post("/v1/videos", &body).fine();
    assert_eq!(
        (&film["object"], &film["status"], &film["seconds"]),
        (&json!("video"), &json!("queued"), &json!("15"))
    );
    let path = format!("/v1/videos/{}", film["id"].as_str().unwrap());
    assert_eq!(house.get(&format!("{path}/content")).code(), "not_ready");
    let job = json!({"id": film["colophon"]["job"]});
    let done = house.end(&job);
    assert_eq!(done["status"], "done", "{done}");
    let film = house.get(&path).fine();
    assert_eq!((&film["status"], &film["progress"]), (&json!("completed"), &json!(100)));
    let content = house.get(&format!("{path}/content"));
    assert_eq!(content.header("content-type"), "video/mp4");
    assert_eq!(&content.bytes[4..8], b"ftyp");
    assert!(house.get(&format!("{path}/content?variant=thumbnail")).bytes.starts_with(b"\x89PNG"));
    let sheet = house.get(&format!("{path}/content?variant=spritesheet")).bytes;
    let sheet = colophon_studio::image::read::picture(&sheet).unwrap().raster;
    assert_eq!((sheet.width, sheet.height), (5 * 256, 4 * 144));
    assert_eq!(house.get(&format!("{path}/content?variant=smell")).status, 400);
    let work = &done["works"][0];
    let files = house.get(&format!("/v1/works/{}", work["id"].as_str().unwrap())).fine()["files"].clone();
    let names: Vec<_> = files.as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    for name in ["film.mp4", "poster.png", "narration.wav", "script.md", "captions.vtt"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert_eq!(house.get("/v1/videos").fine()["data"][0]["id"], film["id"]);
    let remix = house.post(&format!("{path}/remix"), &json!({"prompt": "Now it is winter."})).fine();
    assert_eq!(remix["remixed_from_video_id"], film["id"]);
    let remix = format!("/v1/videos/{}", remix["id"].as_str().unwrap());
    assert_eq!(house.ask("DELETE", &remix, &[], None).fine()["deleted"], true);
    assert_eq!(house.ask("DELETE", &path, &[], None).fine()["object"], "video.deleted");
    assert_eq!(house.get(&path).status, 404);
    for bad in
        [json!({"prompt": "a", "size": "1x1"}), json!({"prompt": "a fox", "seconds": "long"}), json!({})]
    {
        assert_eq!(house.post("/v1/videos", &bad).status, 400, "{bad}");
    }
}
