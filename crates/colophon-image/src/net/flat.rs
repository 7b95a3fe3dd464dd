//! A reader of FlatBuffers that never reads outside its bytes.
//!
//! A table starts with the distance back to its field list (`i32`); the list holds its own size, the
//! table's size, and for each field the distance from the table's start (`u16`, 0 for none).

/// A table inside a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Numbers at a place of a buffer.
fn bytes<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn word(buffer: &[u8], at: usize) -> Option<usize> {
    bytes(buffer, at).map(|b| u32::from_le_bytes(b) as usize)
}

impl<'a> Table<'a> {
    /// The outermost table.
    pub(super) fn root(bytes: &'a [u8]) -> Option<Self> {
        Some(Self { bytes, at: word(bytes, 0)? })
    }

    /// Where field `index` lies; `None` when it has its default.
    fn field(self, index: usize) -> Option<usize> {
        let back = i32::from_le_bytes(bytes(self.bytes, self.at)?);
        let list = usize::try_from(i64::try_from(self.at).ok()? - i64::from(back)).ok()?;
        let size = usize::from(u16::from_le_bytes(bytes(self.bytes, list)?));
        let entry = 4 + 2 * index;
        if entry + 2 > size {
            return None;
        }
        let distance = usize::from(u16::from_le_bytes(bytes(self.bytes, list.checked_add(entry)?)?));
        (distance > 0).then(|| self.at.checked_add(distance)).flatten()
    }

    /// A field that lies elsewhere.
    fn target(self, index: usize) -> Option<usize> {
        let at = self.field(index)?;
        at.checked_add(word(self.bytes, at)?)
    }

    pub(super) fn byte(self, index: usize) -> u8 {
        self.field(index).and_then(|at| self.bytes.get(at)).copied().unwrap_or(0)
    }

    pub(super) fn int(self, index: usize) -> i32 {
        self.field(index).and_then(|at| bytes(self.bytes, at)).map_or(0, i32::from_le_bytes)
    }

    pub(super) fn table(self, index: usize) -> Option<Self> {
        Some(Self { bytes: self.bytes, at: self.target(index)? })
    }

    /// Start and length of a list.
    fn list(self, index: usize) -> Option<(usize, usize)> {
        let at = self.target(index)?;
        Some((at.checked_add(4)?, word(self.bytes, at)?))
    }

    pub(super) fn tables(self, index: usize) -> Vec<Self> {
        let Some((start, count)) = self.list(index) else { return Vec::new() };
        let count = count.min(self.bytes.len() / 4);
        let table = |i: usize| {
            let at = start.checked_add(4 * i)?;
            Some(Self { bytes: self.bytes, at: at.checked_add(word(self.bytes, at)?)? })
        };
        (0..count).map_while(table).collect()
    }

    pub(super) fn ints(self, index: usize) -> Vec<i32> {
        let Some((start, count)) = self.list(index) else { return Vec::new() };
        let count = count.min(self.bytes.len() / 4);
        (0..count)
            .map_while(|i| bytes(self.bytes, start.checked_add(4 * i)?).map(i32::from_le_bytes))
            .collect()
    }

    pub(super) fn blob(self, index: usize) -> &'a [u8] {
        let Some((start, count)) = self.list(index) else { return &[] };
        start.checked_add(count).and_then(|end| self.bytes.get(start..end)).unwrap_or(&[])
    }
}
