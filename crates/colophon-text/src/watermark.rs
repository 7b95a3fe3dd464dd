//! placeholder until merged
#![allow(missing_docs, dead_code)]
pub const CONTEXT: usize = 4;
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: i32,
    pub p: f32,
}
#[derive(Clone, Debug)]
pub struct Keys;
#[derive(Clone, Debug)]
pub struct Marker;
impl Marker {
    pub fn new(_: &Keys) -> Self {
        Self
    }
    pub fn apply(&mut self, _: &[i32], _: &mut [Candidate]) -> bool {
        false
    }
}
