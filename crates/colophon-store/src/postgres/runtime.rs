//! Where the driver may run: it has a loop of its own, which may not run inside another.

/// Runs where no asynchronous runtime is, as the driver must.
pub(crate) fn outside<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return act();
    }
    std::thread::scope(|scope| match scope.spawn(act).join() {
        Ok(made) => made,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
