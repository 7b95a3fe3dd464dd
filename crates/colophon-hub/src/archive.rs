//! Reading named files out of wheels (zip) and npm packages (gzip-compressed tar).
//!
//! Nothing is ever unpacked under a name that the package chooses: the caller asks for members by
//! the catalogue's path and receives their bytes. A package with a path that would leave its folder
//! is refused all the same, because an honest one has none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::HubError;
use crate::entry::Registry;

/// More entries than any package of models has.
const MOST_ENTRIES: usize = 50_000;
/// More unpacked bytes than any package of models has: a bound on decompression.
const MOST_BYTES: u64 = 8 << 30;

/// A member that is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) path: &'a str,
    pub(crate) size: u64,
}

/// Calls `take` with the index and the contents of every wanted member, each once.
pub(crate) fn members(
    package: &Path,
    what: &str,
    registry: Registry,
    wanted: &[Wanted<'_>],
    take: &mut dyn FnMut(usize, &mut dyn Read) -> Result<(), HubError>,
) -> Result<(), HubError> {
    let bad = |problem: String| HubError::BadPackage { what: what.to_owned(), problem };
    let file = BufReader::new(File::open(package).map_err(HubError::io("reading", package))?);
    match registry {
        Registry::Pip => wheel(file, wanted, &bad, take),
        Registry::Npm => tarball(file, wanted, &bad, take),
    }
}

type Bad<'a> = &'a dyn Fn(String) -> HubError;
type Take<'a> = &'a mut dyn FnMut(usize, &mut dyn Read) -> Result<(), HubError>;

fn wheel(file: BufReader<File>, wanted: &[Wanted<'_>], bad: Bad<'_>, take: Take<'_>) -> Result<(), HubError> {
    let mut zip = zip::ZipArchive::new(file).map_err(|e| bad(format!("it is no wheel ({e})")))?;
    if zip.len() > MOST_ENTRIES {
        return Err(bad(format!("it has {} entries", zip.len())));
    }
    if let Some(name) = zip.file_names().find(|name| leaves(name)) {
        return Err(bad(format!("it holds the path {name:?}")));
    }
    for (i, Wanted { path, size }) in wanted.iter().enumerate() {
        let mut member = zip.by_name(path).map_err(|e| bad(format!("{path} cannot be read ({e})")))?;
        if !member.is_file() {
            return Err(bad(format!("{path} is no file")));
        }
        check_size(path, member.size(), *size, bad)?;
        take(i, &mut member)?;
    }
    Ok(())
}

fn tarball(
    file: BufReader<File>,
    wanted: &[Wanted<'_>],
    bad: Bad<'_>,
    take: Take<'_>,
) -> Result<(), HubError> {
    let mut left: BTreeMap<&str, (usize, u64)> =
        wanted.iter().enumerate().map(|(i, w)| (w.path, (i, w.size))).collect();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(file).take(MOST_BYTES));
    let unreadable = |e: std::io::Error| bad(format!("it is no npm package ({e})"));
    for (count, entry) in tar.entries().map_err(unreadable)?.enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if count >= MOST_ENTRIES {
            return Err(bad(format!("it has more than {MOST_ENTRIES} entries")));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if leaves(&name) {
            return Err(bad(format!("it holds the path {name:?}")));
        }
        if let Some((i, size)) = left.remove(name.as_str()) {
            if !entry.header().entry_type().is_file() {
                return Err(bad(format!("{name} is no file")));
            }
            check_size(&name, entry.size(), size, bad)?;
            take(i, &mut entry)?;
        }
    }
    match left.keys().next() {
        Some(path) => Err(bad(format!("{path} is not in it"))),
        None => Ok(()),
    }
}

fn check_size(path: &str, found: u64, expected: u64, bad: Bad<'_>) -> Result<(), HubError> {
    if found == expected {
        return Ok(());
    }
    Err(bad(format!("{path} claims {found} bytes where the catalogue records {expected}")))
}

/// Whether a path inside a package would lead out of the folder that it is unpacked into.
fn leaves(name: &str) -> bool {
    name.starts_with(['/', '\\'])
        || name.contains('\0')
        || name.as_bytes().get(1) == Some(&b':')
        || name.split(['/', '\\']).any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn wheel(bytes: &[u8]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("in/f", zip::write::SimpleFileOptions::default()).expect("a member");
        zip.write_all(bytes).expect("its bytes");
        zip.finish().expect("a zip").into_inner()
    }

    fn tarball(bytes: &[u8]) -> Vec<u8> {
        let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        let mut tar = tar::Builder::new(gz);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, "in/f", bytes).expect("a member");
        tar.into_inner().expect("a tar").finish().expect("a gzip")
    }

    #[test]
    fn damaged_packages_are_read_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("package");
        let contents: Vec<u8> = (0..600_u32).map(|i| (i * i % 251) as u8).collect();
        let mut x = 0x2545_F491_4F6C_DD1D_u64;
        let mut random = move |n: usize| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            (x % n as u64) as usize
        };
        for (registry, whole) in [(Registry::Pip, wheel(&contents)), (Registry::Npm, tarball(&contents))] {
            let mut read = 0;
            for round in 0..500 {
                let mut bytes = whole.clone();
                for _ in 0..round % 5 {
                    let at = random(bytes.len());
                    bytes[at] = random(256) as u8;
                }
                if round % 7 == 6 {
                    bytes.truncate(random(bytes.len()));
                }
                std::fs::write(&path, &bytes).expect("written");
                let wanted = [Wanted { path: "in/f", size: contents.len() as u64 }];
                let result = members(&path, "p", registry, &wanted, &mut |_, reader| {
                    let mut sink = Vec::new();
                    let limited = &mut reader.take(1 << 20);
                    limited.read_to_end(&mut sink).map_err(HubError::io("reading", &path))?;
                    read += usize::from(sink == contents);
                    Ok(())
                });
                if round % 5 == 0 && round % 7 != 6 {
                    assert!(result.is_ok(), "an undamaged package");
                }
            }
            assert!(read >= 80, "{read} were read");
        }
    }
}
