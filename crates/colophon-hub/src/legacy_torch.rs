//! Weights that PyTorch has saved in the form that it had before version 1.6: pickles one after the other,
//! then the numbers. The pickles are read as data; nothing in them is run.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use candle_core::pickle::{Object, Stack};

use crate::HubError;
use crate::torch::Weight;

/// The first pickle: PyTorch's magic number. The second: its protocol, 1001.
const START: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
/// Bytes of pickles that are read at most, and of one block of numbers.
const LARGEST_PICKLES: u64 = 16 << 20;
const LARGEST_BLOCK: u64 = 1 << 30;

/// Where the numbers of a tensor lie.
struct Place {
    name: String,
    block: String,
    offset: usize,
    shape: Vec<usize>,
}

/// The tensors of single precision of a state dictionary, by name. Tensors of other types, and those whose
/// numbers do not lie row by row, are left out.
///
/// # Errors
/// [`HubError::Network`] when the file is missing, damaged, or of another form.
pub fn read(path: &Path) -> Result<HashMap<String, Weight>, HubError> {
    let bad = |problem: String| HubError::Network { path: path.to_path_buf(), problem };
    let file = std::fs::File::open(path).map_err(|e| bad(e.to_string()))?;
    read_from(BufReader::new(file)).map_err(bad)
}

fn read_from(mut file: impl BufRead) -> Result<HashMap<String, Weight>, String> {
    let mut start = [0; START.len()];
    file.read_exact(&mut start).map_err(|e| e.to_string())?;
    if start != START {
        return Err("it was not saved by PyTorch, or by a later version".into());
    }
    let mut pickles = file.take(LARGEST_PICKLES);
    let mut next = || -> Result<Object, String> {
        let mut stack = Stack::empty();
        stack.read_loop(&mut pickles).and_then(|()| stack.finalize()).map_err(|e| e.to_string())
    };
    let _machine = next()?;
    let Object::Dict(entries) = next()? else { return Err("it holds no dictionary of tensors".into()) };
    let Object::List(keys) = next()? else { return Err("it does not say which numbers it holds".into()) };
    let places: Vec<Place> = entries.into_iter().filter_map(|(name, value)| place(name, value)).collect();
    let mut file = pickles.into_inner();
    let mut weights = HashMap::new();
    for key in keys {
        let key = key.unicode().map_err(|_| "the name of a block of numbers is no text")?;
        let mut count = [0; 8];
        file.read_exact(&mut count).map_err(|e| e.to_string())?;
        let wanted: Vec<&Place> = places.iter().filter(|p| p.block == key).collect();
        if wanted.is_empty() {
            return Err(format!("block {key} belongs to no tensor of single precision"));
        }
        let block = floats(&mut file, u64::from_le_bytes(count))?;
        for place in wanted {
            let size = place.shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
            let end = size.and_then(|n| place.offset.checked_add(n));
            let data = end.and_then(|end| block.get(place.offset..end));
            let data = data.ok_or_else(|| format!("{} reaches beyond its numbers", place.name))?.to_vec();
            weights.insert(place.name.clone(), Weight { shape: place.shape.clone(), data });
        }
    }
    Ok(weights)
}

/// A block of `count` numbers; memory grows only as they come.
fn floats(file: &mut impl Read, count: u64) -> Result<Vec<f32>, String> {
    let size = count
        .checked_mul(4)
        .filter(|size| *size <= LARGEST_BLOCK)
        .ok_or("a block of numbers is too large")?;
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 != size {
        return Err("it ends in the middle of its numbers".into());
    }
    Ok(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

/// Where a tensor lies: `_rebuild_tensor_v2(storage, offset, size, stride, …)`.
fn place(name: Object, value: Object) -> Option<Place> {
    let (callable, args) = value.reduce().ok()?;
    if callable.class().ok()? != ("torch._utils".into(), "_rebuild_tensor_v2".into()) {
        return None;
    }
    let mut args = args.tuple().ok()?.into_iter();
    // ("storage", type, key, place, count, view)
    let mut storage = args.next()?.persistent_load().ok()?.tuple().ok()?.into_iter().skip(1);
    if storage.next()?.class().ok()? != ("torch".into(), "FloatStorage".into()) {
        return None;
    }
    let block = storage.next()?.unicode().ok()?;
    let numbers = |object: Object| -> Option<Vec<usize>> {
        let number = |o: Object| usize::try_from(o.int_or_long().ok()?).ok();
        object.tuple().ok()?.into_iter().map(number).collect()
    };
    let offset = usize::try_from(args.next()?.int_or_long().ok()?).ok()?;
    let (shape, stride) = (numbers(args.next()?)?, numbers(args.next()?)?);
    let mut step = 1usize;
    for (size, stride) in shape.iter().zip(&stride).rev() {
        if *size != 1 && *stride != step {
            return None;
        }
        step = step.checked_mul(*size)?;
    }
    Some(Place { name: name.unicode().ok()?, block, offset, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `torch.save({"a": torch.arange(6.).reshape(2, 3), "b": torch.tensor([7.])}, f,
    /// _use_new_zipfile_serialization=False)` writes.
    const FILE: &[u8] = include_bytes!("../tests/legacy.pt");

    #[test]
    fn tensors_have_their_names_shapes_and_numbers() {
        let weights = read_from(FILE).expect("weights");
        assert_eq!(weights["a"], Weight { shape: vec![2, 3], data: vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0] });
        assert_eq!(weights["b"], Weight { shape: vec![1], data: vec![7.0] });
        assert_eq!(weights.len(), 2);
    }

    #[test]
    fn damage_is_an_error() {
        for cut in 0..FILE.len() {
            assert!(read_from(&FILE[..cut]).is_err(), "{cut}");
        }
        for at in 0..FILE.len() {
            let mut bytes = FILE.to_vec();
            bytes[at] ^= 0x55;
            // Some damage only changes a number or a name; none may do worse than fail.
            let _ = read_from(bytes.as_slice());
        }
    }
}
