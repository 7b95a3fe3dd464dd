//! Weights where they lie: safetensors files, whose numbers the runtime maps into memory in place.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::packing::{PACK, PACKED};
use crate::ImageError;
use crate::net::{Kind, Stored};

/// Longest header of a safetensors file that we read (the format's own limit is the same).
const LONGEST_HEADER: u64 = 100_000_000;

/// Where a tensor lies.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    file: usize,
    pub(crate) shape: Vec<usize>,
    kind: Kind,
    offset: u64,
    length: u64,
}

/// Named tensors of one or several files in one folder.
#[derive(Debug, Default)]
pub(crate) struct Weights {
    folder: PathBuf,
    files: Vec<String>,
    index: HashMap<String, Entry>,
    /// What the header of a file says of it (`ss_network_dim` and the like).
    pub(crate) notes: BTreeMap<String, String>,
}

impl Weights {
    /// Opens a safetensors file, or those of a folder: the shards that its index lists, else the one
    /// without a variant in its name, else the half-precision one. Of a GGUF file a packed copy is opened,
    /// which is kept in `cache`.
    ///
    /// # Errors
    /// [`ImageError::Model`] for what is no such file, or a damaged one.
    pub(crate) fn open(path: &Path, cache: Option<&Path>) -> Result<Self, ImageError> {
        if let Some(gguf) = quantised(path) {
            let temporary = std::env::temp_dir().join("colophon-weights");
            return Self::open(&super::gguf::converted(&gguf, cache.unwrap_or(&temporary))?, None);
        }
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
        let mut weights = Self { folder: folder.to_owned(), ..Self::default() };
        for file in files(path)? {
            weights.add(&file)?;
        }
        Ok(weights)
    }

    fn add(&mut self, path: &Path) -> Result<(), ImageError> {
        let bad = |reason: &str| ImageError::model(path, reason.to_owned());
        let mut file = File::open(path).map_err(|e| bad(&e.to_string()))?;
        let size = file.metadata().map_err(|e| bad(&e.to_string()))?.len();
        let mut start = [0; 8];
        file.read_exact(&mut start).map_err(|_| bad("it is no safetensors file"))?;
        let header = u64::from_le_bytes(start);
        if header > LONGEST_HEADER || header + 8 > size {
            return Err(bad("it is no safetensors file, or its end is missing"));
        }
        let mut text = vec![0; header as usize];
        file.read_exact(&mut text).map_err(|e| bad(&e.to_string()))?;
        let entries: serde_json::Map<String, Value> =
            serde_json::from_slice(&text).map_err(|_| bad("its header is no JSON object"))?;
        let place = self.files.len();
        for (name, entry) in entries {
            if name == "__metadata__" {
                for (key, value) in entry.as_object().into_iter().flatten() {
                    self.notes.insert(key.clone(), value.as_str().unwrap_or_default().to_owned());
                }
                continue;
            }
            let entry = read_entry(&entry, place, header + 8, size)
                .ok_or_else(|| bad(&format!("its tensor {name} does not fit")))?;
            // Counters and the like, in types that no layer of ours has, are passed by.
            if let Some(entry) = entry {
                self.index.insert(name, entry);
            }
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.files.push(name);
        Ok(())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.shape(name).is_some()
    }

    /// The shape of a weight, packed or not.
    pub(crate) fn shape(&self, name: &str) -> Option<Vec<usize>> {
        if let Some(entry) = self.index.get(name) {
            return Some(entry.shape.clone());
        }
        let packed = PACKED.iter().find_map(|end| self.index.get(&format!("{name}.{end}")))?;
        let [out, blocks, _] = packed.shape[..] else { return None };
        Some(vec![out, blocks * PACK])
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// Bytes that all tensors whose names begin so take in memory as `f32`: those of half precision for
    /// a while beside what they were.
    pub(crate) fn memory_of(&self, prefix: &str) -> u64 {
        let bytes = |e: &Entry| {
            let whole = e.shape.iter().product::<usize>() as u64 * 4;
            match e.kind {
                Kind::F32 => whole,
                Kind::F16 | Kind::Bf16 => whole + e.length,
                // The runtime lays packed weights out anew.
                Kind::U8 | Kind::I8 => 2 * e.length,
            }
        };
        self.index.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, e)| bytes(e)).sum()
    }

    pub(crate) fn entry(&self, name: &str) -> Result<&Entry, ImageError> {
        self.index
            .get(name)
            .ok_or_else(|| ImageError::model(&self.folder, format!("it has no tensor {name}")))
    }

    /// Some rows (of the first dimension) of a tensor, for a graph to point at.
    pub(crate) fn stored(&self, name: &str, rows: Option<(usize, usize)>) -> Result<Stored, ImageError> {
        let entry = self.cut(self.entry(name)?, rows, name)?;
        Ok(Stored {
            file: self.files[entry.file].clone(),
            shape: entry.shape,
            kind: entry.kind,
            offset: entry.offset,
            length: entry.length,
        })
    }

    /// Some rows of a tensor as numbers.
    pub(crate) fn floats(&self, name: &str, rows: Option<(usize, usize)>) -> Result<Vec<f32>, ImageError> {
        let entry = self.cut(self.entry(name)?, rows, name)?;
        let mut raw = vec![0; entry.length as usize];
        let path = self.folder.join(&self.files[entry.file]);
        File::open(&path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(entry.offset))?;
                file.read_exact(&mut raw)
            })
            .map_err(|e| ImageError::model(&path, e.to_string()))?;
        numbers(&raw, entry.kind).ok_or_else(|| ImageError::model(&path, format!("{name} holds no numbers")))
    }

    /// A tensor of two dimensions, to be read row by row.
    pub(crate) fn table(&self, name: &str) -> Result<Table, ImageError> {
        let entry = self.entry(name)?;
        let path = self.folder.join(&self.files[entry.file]);
        let &[_, width] = entry.shape.as_slice() else {
            return Err(ImageError::model(&path, format!("{name} is no table")));
        };
        let file = File::open(&path).map_err(|e| ImageError::model(&path, e.to_string()))?;
        Ok(Table { file: Mutex::new(file), path, entry: entry.clone(), width })
    }

    fn cut(&self, entry: &Entry, rows: Option<(usize, usize)>, name: &str) -> Result<Entry, ImageError> {
        let Some((first, count)) = rows else { return Ok(entry.clone()) };
        let all = entry.shape.first().copied().unwrap_or(0);
        if all == 0 || first + count > all {
            return Err(ImageError::model(&self.folder, format!("{name} has {all} rows only")));
        }
        let row = entry.length / all as u64;
        let mut cut = entry.clone();
        cut.shape[0] = count;
        cut.offset += row * first as u64;
        cut.length = row * count as u64;
        Ok(cut)
    }
}

/// A tensor of two dimensions whose rows are read when they are needed: its file stays open.
#[derive(Debug)]
pub(crate) struct Table {
    file: Mutex<File>,
    path: PathBuf,
    entry: Entry,
    width: usize,
}

impl Table {
    /// Numbers of a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Some rows, one after the other.
    ///
    /// # Errors
    /// [`ImageError::Network`] for a row that there is not; [`ImageError::Model`] for what cannot be read.
    pub(crate) fn rows(&self, rows: &[u32]) -> Result<Vec<f32>, ImageError> {
        let bytes = self.width * self.entry.kind.bytes();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut raw = vec![0; bytes * rows.len()];
        for (row, place) in rows.iter().zip(raw.chunks_exact_mut(bytes.max(1))) {
            if *row as usize >= self.entry.shape[0] {
                return Err(ImageError::Network("the text encoder does not know a token".into()));
            }
            file.seek(SeekFrom::Start(self.entry.offset + u64::from(*row) * bytes as u64))
                .and_then(|_| file.read_exact(place))
                .map_err(|e| ImageError::model(&self.path, e.to_string()))?;
        }
        let none = || ImageError::model(&self.path, "its table of words holds no numbers".into());
        numbers(&raw, self.entry.kind).ok_or_else(none)
    }
}

/// Bytes as the numbers that they are; packed ones are none.
fn numbers(raw: &[u8], kind: Kind) -> Option<Vec<f32>> {
    Some(match kind {
        Kind::F32 => raw.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Kind::F16 => raw.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
        Kind::Bf16 => raw.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect(),
        Kind::U8 | Kind::I8 => return None,
    })
}

fn read_entry(entry: &Value, file: usize, start: u64, size: u64) -> Option<Option<Entry>> {
    let kind = match entry["dtype"].as_str()? {
        "F32" => Kind::F32,
        "F16" => Kind::F16,
        "BF16" => Kind::Bf16,
        "U8" => Kind::U8,
        _ => return Some(None),
    };
    let shape: Vec<usize> =
        entry["shape"].as_array()?.iter().map(|n| n.as_u64().map(|n| n as usize)).collect::<Option<_>>()?;
    let [from, to] = entry["data_offsets"].as_array()?.as_slice() else { return None };
    let (from, to) = (from.as_u64()?, to.as_u64()?);
    let count = shape.iter().try_fold(kind.bytes() as u64, |n, d| n.checked_mul(*d as u64))?;
    let fits = from <= to && to - from == count && start.checked_add(to)? <= size;
    fits.then_some(Some(Entry { file, shape, kind, offset: start + from, length: count }))
}

/// A GGUF file, or the one of a folder that holds no safetensors file.
fn quantised(path: &Path) -> Option<PathBuf> {
    let is = |path: &Path, end: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    if !path.is_dir() {
        return is(path, "gguf").then(|| path.to_owned());
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path).ok()?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.sort();
    if files.iter().any(|file| is(file, "safetensors")) {
        return None;
    }
    files.into_iter().find(|file| is(file, "gguf"))
}

/// The files that hold a model.
fn files(path: &Path) -> Result<Vec<PathBuf>, ImageError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let bad = |reason: String| ImageError::model(path, reason);
    let mut names: Vec<String> = std::fs::read_dir(path)
        .map_err(|e| bad(e.to_string()))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    for index in names.iter().filter(|name| name.ends_with(".safetensors.index.json")) {
        let text = std::fs::read(path.join(index)).map_err(|e| bad(e.to_string()))?;
        let json: Value = serde_json::from_slice(&text).map_err(|e| bad(e.to_string()))?;
        let mut shards: Vec<&str> =
            json["weight_map"].as_object().into_iter().flatten().filter_map(|(_, v)| v.as_str()).collect();
        shards.sort_unstable();
        shards.dedup();
        // A shard is a file of this folder, whatever the index says.
        if !shards.is_empty() && shards.iter().all(|shard| names.iter().any(|name| name == shard)) {
            return Ok(shards.into_iter().map(|shard| path.join(shard)).collect());
        }
    }
    let tensors: Vec<&String> = names.iter().filter(|name| name.ends_with(".safetensors")).collect();
    let plain = |name: &&&String| name.matches('.').count() == 1;
    let chosen = tensors.iter().find(plain).or_else(|| tensors.iter().find(|n| n.contains(".fp16.")));
    match chosen {
        Some(name) => Ok(vec![path.join(name.as_str())]),
        None => Err(bad("it holds no safetensors or GGUF file (PyTorch's .bin files are not read)".into())),
    }
}
