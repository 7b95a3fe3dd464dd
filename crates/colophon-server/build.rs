//! Puts the built web studio (`ui/dist`) into the program; a page that says how to build it where it is
//! not there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What stands in the place of a studio that was not built.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Colophon</title>\
    <p>The web studio was not built into this program: run <code>make build</code>. \
    The API is at <code>/v1</code>, and files can be checked at <a href=\"/verify\">/verify</a>.</p></html>";

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../ui/dist");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    if root.join("index.html").is_file() {
        collect(&root, &root, &mut files)?;
    } else {
        files.push(("index.html".to_owned(), MISSING.as_bytes().to_vec()));
    }
    files.sort();
    let mut table = String::from("static ASSETS: &[Asset] = &[\n");
    for (number, (path, bytes)) in files.iter().enumerate() {
        let packed = out.join(format!("ui-{number}.gz"));
        let mut gzip = flate2::write::GzEncoder::new(fs::File::create(&packed)?, flate2::Compression::best());
        gzip.write_all(bytes)?;
        gzip.finish()?;
        let media_type = media_type(path);
        table.push_str(&format!(
            "    Asset {{ path: {path:?}, media_type: {media_type:?}, \
             gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/ui-{number}.gz\")) }},\n"
        ));
    }
    table.push_str("];\n");
    fs::write(out.join("ui.rs"), table)
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        println!("cargo:rerun-if-changed={}", path.display());
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_none_or(|e| e != "map") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}
