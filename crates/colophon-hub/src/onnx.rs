//! The ONNX Runtime library, loaded once per process, and sessions on it.
//!
//! Threading contract: both functions may be called from any thread. A session starts
//! `threads - 1` worker threads of its own and uses the calling thread as the other one.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use ort::environment::Environment;
use ort::operator::OperatorDomain;
use ort::session::Session;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};

use crate::HubError;

/// The environment lives as long as the process: the runtime keeps only a weak reference to it.
static ENVIRONMENT: OnceLock<(PathBuf, Environment)> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// Loads the ONNX Runtime shared library `lib`. The first library wins; later calls do nothing.
///
/// # Errors
/// [`HubError::Runtime`] when the file is no ONNX Runtime of a version that we can use.
pub fn init(lib: &Path) -> Result<(), HubError> {
    let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if ENVIRONMENT.get().is_some() {
        return Ok(());
    }
    let problem = |problem: String| HubError::Runtime { path: lib.to_path_buf(), problem };
    // A bare name would make the loader search the system's library path.
    let lib = lib.canonicalize().map_err(|e| problem(e.to_string()))?;
    let environment = ort::init_from(&lib)
        .map_err(|e| problem(e.to_string()))?
        .with_name("colophon")
        .with_telemetry(false)
        .build()
        .map_err(|e| problem(e.to_string()))?;
    let _ = ENVIRONMENT.set((lib, environment));
    Ok(())
}

/// The library that [`init`] loaded, if it did.
pub fn library() -> Option<&'static Path> {
    ENVIRONMENT.get().map(|(lib, _)| lib.as_path())
}

/// Opens the ONNX model `path` for runs with `threads` threads (at least one) on the processor:
/// sequential execution, deterministic kernels, worker threads that sleep between runs.
///
/// # Errors
/// [`HubError::Runtime`] before [`init`]; [`HubError::Network`] when the file is no model that the
/// runtime can load.
pub fn session(path: &Path, threads: usize) -> Result<Session, HubError> {
    let open = |environment: &Environment| builder(environment, threads)?.commit_from_file(path);
    open(environment()?).map_err(|e| HubError::Network { path: path.to_path_buf(), problem: e.to_string() })
}

/// What a model in memory may need beside itself.
#[derive(Default)]
pub struct Needs<'a> {
    /// Where tensors are looked for that it says lie in files; they are mapped into memory.
    pub folder: Option<&'a Path>,
    /// Operators of our own that it uses.
    pub operators: Option<OperatorDomain>,
    /// Without VNNI the runtime cuts sums of products of bytes off at 16 bits where the weights have a sign, unless it is
    /// told to be exact, which is slower; it cannot be so where operators share their weights.
    pub exact: bool,
}

/// Opens an ONNX model that lies in memory, as [`session`].
///
/// # Errors
/// As [`session`].
pub fn session_of(model: &[u8], needs: Needs<'_>, threads: usize) -> Result<Session, HubError> {
    let Needs { folder, operators, exact } = needs;
    let open = |environment: &Environment| -> ort::Result<Session> {
        let mut builder = builder(environment, threads)?;
        if let Some(folder) = folder {
            builder = builder.with_config_entry(FILES_FOLDER, folder.to_string_lossy())?;
        }
        if exact {
            builder = builder.with_config_entry("session.x64quantprecision", "1")?;
        }
        if let Some(operators) = operators {
            builder = builder.with_operators(operators)?;
        }
        builder.commit_from_memory(model)
    };
    open(environment()?)
        .map_err(|e| HubError::Network { path: PathBuf::from("network"), problem: e.to_string() })
}

const FILES_FOLDER: &str = "session.model_external_initializers_file_folder_path";

fn environment() -> Result<&'static Environment, HubError> {
    ENVIRONMENT.get().map(|(_, environment)| environment).ok_or_else(|| HubError::Runtime {
        path: PathBuf::from("libonnxruntime"),
        problem: "no library has been loaded yet".into(),
    })
}

fn builder(environment: &Environment, threads: usize) -> ort::Result<SessionBuilder> {
    Ok(SessionBuilder::new(environment)?
        .with_intra_threads(threads.max(1))?
        .with_inter_threads(1)?
        .with_parallel_execution(false)?
        .with_deterministic_compute(true)?
        .with_optimization_level(GraphOptimizationLevel::Level3)?
        // Workers would otherwise spin on cores that the scheduler has given to another engine.
        .with_config_entry("session.force_spinning_stop", "1")?)
}
