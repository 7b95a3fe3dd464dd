//! Builds llama.cpp's processor kernels once more for newer x86-64 processors.
//!
//! The program itself is built for AVX2. Kernels that use AVX-512 and VNNI are put into it as shared
//! objects, and the one that fits the processor is loaded at run time (`src/llama/variants.rs`): one
//! program file, full speed everywhere. The sources are those that `llama-cpp-sys-2` was built from.

use std::path::{Path, PathBuf};

/// A variant: its name, the processor features it needs (as Rust names them), and the compiler's
/// flags for them.
const VARIANTS: [(&str, &[&str], &[&str]); 3] = [
    (
        "avx512-vnni",
        &["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl", "avx512vbmi", "avx512vnni"],
        &[
            "-mavx512f",
            "-mavx512cd",
            "-mavx512bw",
            "-mavx512dq",
            "-mavx512vl",
            "-mavx512vbmi",
            "-mavx512vnni",
        ],
    ),
    (
        "avx512",
        &["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"],
        &["-mavx512f", "-mavx512cd", "-mavx512bw", "-mavx512dq", "-mavx512vl"],
    ),
    ("avx-vnni", &["avxvnni"], &["-mavxvnni"]),
];

/// The kernels have a ggml of their own, which would write its messages to the standard error.
const QUIET: &str = r#"
#include "ggml.h"
static void silent(enum ggml_log_level level, const char * text, void * data) {
    (void) level; (void) text; (void) data;
}
__attribute__((constructor)) static void quiet(void) { ggml_log_set(silent, 0); }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DEP_LLAMA_ROOT");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let built = if wanted() { variants(&out).unwrap_or_default() } else { Vec::new() };
    let list = format!(
        "/// Name, processor features, shared object.\n\
         pub(super) const VARIANTS: &[(&str, &[&str], &[u8])] = &[{}];\n",
        built.join(", ")
    );
    std::fs::write(out.join("variants.rs"), list)?;
    Ok(())
}

fn wanted() -> bool {
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    target("ARCH") == "x86_64" && target("OS") == "linux"
}

/// Builds the variants; gives their lines of the list. A compiler that does not know the flags of one, or
/// sources that lie elsewhere, cost speed and nothing else.
fn variants(out: &Path) -> Option<Vec<String>> {
    let sources = Sources::find()?;
    // What stands around the kernels is the same for all, and no work is done in it.
    let common = out.join("common");
    std::fs::create_dir_all(&common).ok()?;
    let quiet = common.join("quiet.c");
    std::fs::write(&quiet, QUIET).ok()?;
    let mut around = sources.around();
    around.push(quiet);
    let around = sources.compile(&common, &around, &["-O1"])?;
    Some(VARIANTS.iter().filter_map(|v| variant(out, &sources, &around, v)).collect())
}

fn variant(
    out: &Path,
    sources: &Sources,
    around: &[PathBuf],
    (name, features, flags): &(&str, &[&str], &[&str]),
) -> Option<String> {
    let folder = out.join(name);
    std::fs::create_dir_all(&folder).ok()?;
    let kernels = sources.compile(&folder, &sources.kernels(), flags)?;
    let object = folder.join("kernels.so");
    let linked = sources
        .compiler("cpp", &folder, flags)
        .try_get_compiler()
        .ok()?
        .to_command()
        .args(["-shared", "-Wl,-Bsymbolic", "-s", "-o"])
        .arg(&object)
        .args(kernels.iter().chain(around))
        .args(["-lpthread", "-lm"])
        .status();
    if !linked.is_ok_and(|s| s.success()) {
        return None;
    }
    Some(format!("(\"{name}\", &{features:?}, include_bytes!({:?}))", object.display().to_string()))
}

/// Where the sources of ggml lie.
struct Sources {
    /// Its folder of sources.
    src: PathBuf,
    include: PathBuf,
    /// Where its build wrote what tells its version.
    version: PathBuf,
}

impl Sources {
    fn find() -> Option<Self> {
        let root = PathBuf::from(std::env::var_os("DEP_LLAMA_ROOT")?);
        let cache = std::fs::read_to_string(root.join("build/CMakeCache.txt")).ok()?;
        let ggml = Path::new(cache.lines().find_map(|l| l.strip_prefix("ggml_SOURCE_DIR:STATIC="))?);
        let version = root.join("build/ggml/src");
        Some(Self { src: ggml.join("src"), include: ggml.join("include"), version })
    }

    /// What is not a kernel. Each shared object has a ggml of its own.
    fn around(&self) -> Vec<PathBuf> {
        let files = [
            "ggml.c",
            "ggml-alloc.c",
            "ggml-quants.c",
            "ggml.cpp",
            "ggml-backend.cpp",
            "ggml-backend-meta.cpp",
            "ggml-opt.cpp",
            "ggml-threading.cpp",
            "gguf.cpp",
        ];
        files.iter().map(|f| self.src.join(f)).filter(|f| f.is_file()).collect()
    }

    fn kernels(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for dir in ["ggml-cpu", "ggml-cpu/amx", "ggml-cpu/tiled", "ggml-cpu/llamafile", "ggml-cpu/arch/x86"] {
            let Ok(entries) = std::fs::read_dir(self.src.join(dir)) else { continue };
            let mut found: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
            found.sort();
            files.extend(found.into_iter().filter(|f| {
                let feats = f.file_name().is_some_and(|n| n == "cpu-feats.cpp");
                !feats && f.extension().is_some_and(|e| e == "c" || e == "cpp")
            }));
        }
        files
    }

    fn compile(&self, folder: &Path, files: &[PathBuf], flags: &[&str]) -> Option<Vec<PathBuf>> {
        let mut objects = Vec::new();
        for language in ["c", "cpp"] {
            let mut build = self.compiler(language, folder, flags);
            build.files(files.iter().filter(|f| f.extension().is_some_and(|e| e == language)));
            objects.extend(build.try_compile_intermediates().ok()?);
        }
        Some(objects)
    }

    fn compiler(&self, language: &str, folder: &Path, flags: &[&str]) -> cc::Build {
        let mut build = cc::Build::new();
        build
            .cpp(language == "cpp")
            .cargo_metadata(false)
            .cargo_warnings(false)
            .out_dir(folder)
            .opt_level(3)
            .pic(true)
            .warnings(false)
            .flag(if language == "cpp" { "-std=gnu++17" } else { "-std=gnu11" })
            .flag("-fvisibility=hidden")
            .flag("-mavx2")
            .flag("-mfma")
            .flag("-mf16c")
            .flag("-mbmi2");
        for define in [
            "GGML_BACKEND_DL",
            "GGML_BACKEND_BUILD",
            "GGML_BACKEND_SHARED",
            "GGML_USE_LLAMAFILE",
            "_GNU_SOURCE",
            "NDEBUG",
            "GGML_USE_CPU_REPACK",
        ] {
            build.define(define, None);
        }
        build.define("GGML_SCHED_MAX_COPIES", "4");
        for flag in flags {
            build.flag(flag);
        }
        for include in [&self.version, &self.include, &self.src, &self.src.join("ggml-cpu")] {
            build.include(include);
        }
        build
    }
}
