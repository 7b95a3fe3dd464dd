//! Which kernels llama.cpp computes with: those that fit the processor best.
//!
//! The build puts kernels for AVX-512 and VNNI into the program as shared objects (`build.rs`). The
//! one that fits is loaded from an anonymous file in memory and takes the place of the AVX2 kernels
//! that the program is linked with; when anything about it fails, these stay.

include!(concat!(env!("OUT_DIR"), "/variants.rs"));

/// Loads the best kernels; gives the name of what will be used. Called once, before any model.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
pub(super) fn load() -> &'static str {
    const LINKED: &str = "avx2";
    let wanted = std::env::var("COLOPHON_KERNELS").ok();
    let fits = |name: &str, features: &[&str]| match &wanted {
        Some(wanted) => wanted == name && has(features),
        None => has(features),
    };
    match VARIANTS.iter().find(|(name, features, _)| fits(name, features)) {
        Some((name, _, object)) if replace(object) => name,
        _ => LINKED,
    }
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
pub(super) fn load() -> &'static str {
    let _ = VARIANTS;
    "native"
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn has(features: &[&str]) -> bool {
    features.iter().all(|f| match *f {
        "avx512f" => is_x86_feature_detected!("avx512f"),
        "avx512cd" => is_x86_feature_detected!("avx512cd"),
        "avx512bw" => is_x86_feature_detected!("avx512bw"),
        "avx512dq" => is_x86_feature_detected!("avx512dq"),
        "avx512vl" => is_x86_feature_detected!("avx512vl"),
        "avx512vbmi" => is_x86_feature_detected!("avx512vbmi"),
        "avx512vnni" => is_x86_feature_detected!("avx512vnni"),
        "avxvnni" => is_x86_feature_detected!("avxvnni"),
        _ => false,
    })
}

/// Puts the kernels of a shared object in the place of the linked ones.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
#[allow(unsafe_code)]
fn replace(object: &[u8]) -> bool {
    use std::ffi::CString;
    use std::io::Write as _;
    use std::os::fd::{AsRawFd as _, FromRawFd as _};

    // SAFETY: the name is a C string; the result is checked, and owned by nobody else.
    let mut file = unsafe {
        let fd = libc::memfd_create(c"kernels".as_ptr(), libc::MFD_CLOEXEC);
        if fd < 0 {
            return false;
        }
        std::fs::File::from_raw_fd(fd)
    };
    if file.write_all(object).is_err() {
        return false;
    }
    let Ok(path) = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd())) else { return false };
    // SAFETY: ggml's registry is not used by any other thread yet (this runs once, before the first
    // model is loaded); the path is a C string that outlives the calls; the object was built from the
    // same sources as the registry it is entered in, for features that this processor has.
    unsafe {
        let linked = llama_cpp_sys_2::ggml_backend_reg_by_name(c"CPU".as_ptr());
        if !linked.is_null() {
            llama_cpp_sys_2::ggml_backend_unload(linked);
        }
        let loaded = !llama_cpp_sys_2::ggml_backend_load(path.as_ptr()).is_null();
        if !loaded {
            llama_cpp_sys_2::ggml_backend_register(llama_cpp_sys_2::ggml_backend_cpu_reg());
        }
        loaded
    }
}
