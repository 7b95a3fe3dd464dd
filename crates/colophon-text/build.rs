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
    let built =
        if wanted() { VARIANTS.iter().filter_map(|v| variant(&out, v)).collect() } else { Vec::new() };
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

/// Builds one variant; gives its line of the list. A compiler that does not know the flags, or
/// sources that lie elsewhere, cost speed and nothing else.
fn variant(out: &Path, (name, features, flags): &(&str, &[&str], &[&str])) -> Option<String> {
    let root = PathBuf::from(std::env::var_os("DEP_LLAMA_ROOT")?);
    let cache = std::fs::read_to_string(root.join("build/CMakeCache.txt")).ok()?;
    let ggml = cache.lines().find_map(|l| l.strip_prefix("ggml_SOURCE_DIR:STATIC="))?;
    let src = Path::new(ggml).join("src");
    let version = root.join("build/ggml/src");
    let base = [
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
    let mut files: Vec<PathBuf> = base.iter().map(|f| src.join(f)).filter(|f| f.is_file()).collect();
    for dir in ["ggml-cpu", "ggml-cpu/amx", "ggml-cpu/tiled", "ggml-cpu/llamafile", "ggml-cpu/arch/x86"] {
        let Ok(entries) = std::fs::read_dir(src.join(dir)) else { continue };
        let mut found: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
        found.sort();
        files.extend(found.into_iter().filter(|f| {
            let feats = f.file_name().is_some_and(|n| n == "cpu-feats.cpp");
            !feats && f.extension().is_some_and(|e| e == "c" || e == "cpp")
        }));
    }
    let folder = out.join(name);
    std::fs::create_dir_all(&folder).ok()?;
    // The kernels have a ggml of their own, which would write its messages to the standard error.
    let quiet = folder.join("quiet.c");
    std::fs::write(&quiet, QUIET).ok()?;
    files.push(quiet);
    let mut objects = Vec::new();
    let mut linker = None;
    for (language, standard) in [("c", "-std=gnu11"), ("cpp", "-std=gnu++17")] {
        let mut build = cc::Build::new();
        build
            .cpp(language == "cpp")
            .cargo_metadata(false)
            .cargo_warnings(false)
            .out_dir(&folder)
            .opt_level(3)
            .pic(true)
            .warnings(false)
            .flag(standard)
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
        ] {
            build.define(define, None);
        }
        build.define("GGML_USE_CPU_REPACK", None).define("GGML_SCHED_MAX_COPIES", "4");
        for flag in *flags {
            build.flag(flag);
        }
        for include in [&version, &Path::new(ggml).join("include"), &src, &src.join("ggml-cpu")] {
            build.include(include);
        }
        build.files(files.iter().filter(|f| f.extension().is_some_and(|e| e == language)));
        objects.extend(build.try_compile_intermediates().ok()?);
        linker = build.try_get_compiler().ok();
    }
    let object = folder.join("kernels.so");
    let linked = linker?
        .to_command()
        .args(["-shared", "-Wl,-Bsymbolic", "-s", "-o"])
        .arg(&object)
        .args(&objects)
        .args(["-lpthread", "-lm"])
        .status();
    if !linked.is_ok_and(|s| s.success()) {
        return None;
    }
    Some(format!("(\"{name}\", &{features:?}, include_bytes!({:?}))", object.display().to_string()))
}
