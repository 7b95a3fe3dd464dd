//! The binary format of CTranslate2 models (version 6), as far as Whisper needs it: where each
//! variable lies in the file. The numbers themselves are not read.
//!
//! Little-endian: version u32, name of the specification, revision u32, number of variables u32;
//! a variable is its name, rank u8, dimensions u32, type u8, number of bytes u32, bytes. Then
//! aliases: pairs of names. A name is its length u16, with a closing zero byte included.
//! Source: CTranslate2, `python/ctranslate2/specs/model_spec.py`.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek};

use colophon_hub::graph::Kind;

/// Longest name and highest rank that a file may have.
const LONGEST_NAME: usize = 1024;
const HIGHEST_RANK: u8 = 8;
/// Most variables.
const MOST: usize = 1 << 16;

/// A variable in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    pub(super) shape: Vec<usize>,
    pub(super) kind: Kind,
    /// Where it begins, in bytes.
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Variables by name.
pub(super) type Variables = BTreeMap<String, Variable>;

struct Bytes<R> {
    reader: BufReader<R>,
    at: u64,
    end: u64,
}

impl<R: Read + Seek> Bytes<R> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), String> {
        self.at += bytes.len() as u64;
        self.reader.read_exact(bytes).map_err(|_| "it ends too soon".into())
    }

    fn u8(&mut self) -> Result<u8, String> {
        Ok(self.take::<1>()?[0])
    }

    fn u32(&mut self) -> Result<usize, String> {
        Ok(u32::from_le_bytes(self.take()?) as usize)
    }

    fn name(&mut self) -> Result<String, String> {
        let length = usize::from(u16::from_le_bytes(self.take()?));
        if length > LONGEST_NAME {
            return Err("a name in it is too long".into());
        }
        let mut bytes = vec![0; length];
        self.fill(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_string())
    }

    fn skip(&mut self, length: u64) -> Result<(), String> {
        self.at = self.at.checked_add(length).filter(|at| *at <= self.end).ok_or("it ends too soon")?;
        let step = i64::try_from(length).map_err(|e| e.to_string())?;
        self.reader.seek_relative(step).map_err(|e| e.to_string())
    }
}

/// Finds every variable of floats or of 8-bit whole numbers in a file of `size` bytes.
pub(super) fn index(file: impl Read + Seek, size: u64) -> Result<Variables, String> {
    let mut bytes = Bytes { reader: BufReader::new(file), at: 0, end: size };
    let version = bytes.u32()?;
    if version != 6 {
        return Err(format!("its format is version {version}, not 6"));
    }
    let kind = bytes.name()?;
    if kind != "WhisperSpec" {
        return Err(format!("it is a {kind:?}, not a Whisper model"));
    }
    bytes.u32()?;
    let count = bytes.u32()?;
    if count > MOST {
        return Err("it has too many variables".into());
    }
    let mut out = Variables::new();
    for _ in 0..count {
        let name = bytes.name()?;
        let rank = bytes.u8()?;
        if rank > HIGHEST_RANK {
            return Err(format!("{name} has {rank} dimensions"));
        }
        let shape = (0..rank).map(|_| bytes.u32()).collect::<Result<Vec<_>, _>>()?;
        let kind = match bytes.u8()? {
            0 => Some(Kind::F32),
            1 => Some(Kind::I8),
            4 => Some(Kind::F16),
            5 => Some(Kind::Bf16),
            _ => None,
        };
        let length = bytes.u32()? as u64;
        let offset = bytes.at;
        bytes.skip(length)?;
        // Settings are scalars: activation, number of heads and so on.
        let Some(kind) = kind.filter(|_| !shape.is_empty()) else { continue };
        let elements =
            shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d)).ok_or("a shape is too large")?;
        if elements.checked_mul(kind.bytes()).map(|n| n as u64) != Some(length) {
            return Err(format!("{name} has {length} bytes for {elements} numbers"));
        }
        out.insert(name, Variable { shape, kind, offset, length });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_files_are_refused() {
        let mut file = Vec::new();
        file.extend(6u32.to_le_bytes());
        file.extend(12u16.to_le_bytes());
        file.extend(b"WhisperSpec\0");
        file.extend(3u32.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(2u16.to_le_bytes());
        file.extend(b"x\0");
        file.push(1);
        file.extend(2u32.to_le_bytes());
        file.push(0);
        file.extend(8u32.to_le_bytes());
        let offset = file.len() as u64;
        file.extend(1.5f32.to_le_bytes());
        file.extend(2.5f32.to_le_bytes());
        let read = |file: &[u8]| index(std::io::Cursor::new(file.to_vec()), file.len() as u64);
        let found = read(&file).expect("a whole file");
        assert_eq!(found["x"], Variable { shape: vec![2], kind: Kind::F32, offset, length: 8 });
        for n in 0..file.len() {
            assert!(read(&file[..n]).is_err(), "cut at {n}");
        }
        file[0] = 7;
        assert!(read(&file).is_err());
    }
}
