//! Networks: read from the formats in which they are published, written down as one [`Graph`], run
//! by the ONNX Runtime.

mod flat;
mod grad;
pub(crate) mod keras;
pub(crate) mod ncnn;
pub(crate) mod products;
pub(crate) mod tflite;
pub(crate) mod torch;
pub(crate) mod winograd;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use colophon_hub::onnx::{self, Needs};
use colophon_types::Cancel;
use ort::session::{RunOptions, Session, SessionInputValue};
use ort::value::Value;

pub(crate) use colophon_hub::graph::{Attr, Conv, Graph, Kind, Stored, Var};
pub(crate) use grad::Gradient;

use crate::ImageError;

/// The runtime's name for giving memory back at the end of a run.
const SHRINK: &str = "memory.enable_memory_arena_shrinkage";

/// Numbers with a shape, the last dimension running fastest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<f32>,
}

impl Tensor {
    pub(crate) fn new(shape: &[usize], data: Vec<f32>) -> Self {
        Self { shape: shape.to_vec(), data }
    }
}

/// A network that is ready to run.
pub(crate) struct Net {
    session: Mutex<Session>,
    /// Whether a run gives back at its end the memory that it worked with.
    sparing: AtomicBool,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Net")
    }
}

impl Net {
    /// A network from a graph, to run with `threads` threads. The runtime must have been loaded.
    pub(crate) fn new(graph: &Graph, threads: usize) -> Result<Self, ImageError> {
        let operators = match graph.uses(winograd::DOMAIN) {
            true => Some(winograd::domain().map_err(|e| ImageError::Network(e.to_string()))?),
            false => None,
        };
        let needs = Needs { folder: graph.folder(), operators, ..Needs::default() };
        let session = onnx::session_of(&graph.encode(), needs, threads)?;
        Ok(Self { session: Mutex::new(session), sparing: AtomicBool::new(false) })
    }

    /// A network from an ONNX file.
    pub(crate) fn open(path: &Path, threads: usize) -> Result<Self, ImageError> {
        let session = Mutex::new(onnx::session(path, threads)?);
        Ok(Self { session, sparing: AtomicBool::new(false) })
    }

    /// Whether runs give back at their end the memory that they worked with, for a network that then waits. The
    /// next run has to ask for it again.
    pub(crate) fn sparing(&self, yes: bool) {
        self.sparing.store(yes, Ordering::Relaxed);
    }

    /// The names of its inputs.
    pub(crate) fn inputs(&self) -> Vec<String> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.inputs().iter().map(|input| input.name().to_owned()).collect()
    }

    /// Runs the network; results in the order in which it names them.
    ///
    /// # Errors
    /// [`ImageError::Cancelled`] within a layer of a stop; [`ImageError::Network`].
    pub(crate) fn run(
        &self,
        inputs: Vec<(&str, Tensor)>,
        cancel: &Cancel,
    ) -> Result<Vec<Tensor>, ImageError> {
        cancel.check()?;
        let fail = |e: ort::Error| ImageError::Network(e.to_string());
        let mut values: Vec<(String, SessionInputValue<'_>)> = Vec::new();
        for (name, tensor) in inputs {
            let value = Value::from_array((tensor.shape, tensor.data)).map_err(fail)?;
            values.push((name.to_owned(), value.into()));
        }
        let mut options = RunOptions::new().map_err(fail)?;
        if self.sparing.load(Ordering::Relaxed) {
            options.set(SHRINK, "cpu:0").map_err(fail)?;
        }
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let done = AtomicBool::new(false);
        let outcome = std::thread::scope(|scope| {
            let watch = scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if cancel.is_cancelled() {
                        // Should it fail the run merely goes on to its end.
                        let _ = options.terminate();
                        return;
                    }
                    std::thread::park_timeout(std::time::Duration::from_millis(20));
                }
            });
            let outcome = session.run_with_options(values, &options).map_err(fail).and_then(|outputs| {
                outputs
                    .values()
                    .map(|value| {
                        let (shape, data) = value.try_extract_tensor::<f32>().map_err(fail)?;
                        Ok(Tensor::new(
                            &shape.iter().map(|n| (*n).max(0) as usize).collect::<Vec<_>>(),
                            data.to_vec(),
                        ))
                    })
                    .collect()
            });
            done.store(true, Ordering::Relaxed);
            watch.thread().unpark();
            outcome
        });
        cancel.check()?;
        outcome
    }

    /// Runs a network of one input and one result.
    pub(crate) fn apply(&self, input: &str, tensor: Tensor, cancel: &Cancel) -> Result<Tensor, ImageError> {
        let none = || ImageError::Network("it gave nothing".into());
        self.run(vec![(input, tensor)], cancel)?.into_iter().next().ok_or_else(none)
    }
}
