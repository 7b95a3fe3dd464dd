//! Progress on stderr: one bar a stage on a terminal, plain lines elsewhere, JSON on request.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use colophon_types::{Event, Progress, Stage};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};

use crate::args::ProgressStyle;

/// Plain lines are printed at most this often a stage.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// Makes the receiver that was asked for.
pub(crate) fn receiver(style: ProgressStyle) -> Arc<dyn Progress> {
    match style {
        ProgressStyle::None => Arc::new(colophon_types::NoProgress),
        ProgressStyle::Json => Arc::new(Json),
        ProgressStyle::Plain => Arc::new(Plain::default()),
        ProgressStyle::Bar => Arc::new(Bars::new()),
        ProgressStyle::Auto if std::io::stderr().is_terminal() => Arc::new(Bars::new()),
        ProgressStyle::Auto => Arc::new(Plain::default()),
    }
}

struct Json;

impl Progress for Json {
    fn event(&self, event: Event) {
        if let Ok(line) = serde_json::to_string(&event) {
            // A closed stderr must not stop the work.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

/// A stage, and what it works on.
type Key = (Stage, Option<String>);

/// When a line was last printed for a key, and the percentage it said.
#[derive(Default)]
struct Plain(Mutex<HashMap<Key, (Instant, u64)>>);

impl Progress for Plain {
    fn event(&self, event: Event) {
        let line = match event {
            Event::Note { message } => Some(message),
            Event::Done { stage, seconds } => Some(format!("{}: done in {seconds:.1} s", stage.label())),
            Event::Progress { stage, done, total, what } => {
                let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                let percent = (done.min(total) * 100).checked_div(total).unwrap_or(0);
                let label = what.as_deref().map(|w| format!(" {w}")).unwrap_or_default();
                let key = (stage, what);
                let due = shown.get(&key).is_none_or(|(when, last)| {
                    when.elapsed() >= LINE_EVERY && *last != percent || percent == 100 && *last != 100
                });
                due.then(|| {
                    shown.insert(key, (Instant::now(), percent));
                    match total {
                        0 => format!("{}:{label} {done}", stage.label()),
                        _ => format!("{}:{label} {percent} %", stage.label()),
                    }
                })
            }
        };
        if let Some(line) = line {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

struct Bars {
    all: MultiProgress,
    bars: Mutex<HashMap<Stage, ProgressBar>>,
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        Self { all, bars: Mutex::default() }
    }

    fn bar(&self, stage: Stage) -> ProgressBar {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let bar = self.all.add(ProgressBar::new(1));
            let template = match stage {
                Stage::Pull => "{prefix:>8} {bar:30} {bytes:>10}/{total_bytes:10} {eta:>4} {msg}",
                _ => "{prefix:>8} {bar:30} {percent:>3} % {eta:>4} {msg}",
            };
            if let Ok(style) = BarStyle::with_template(template) {
                bar.set_style(style.progress_chars("━╸─"));
            }
            bar.set_prefix(stage.label());
            bar
        };
        bars.entry(stage).or_insert_with(make).clone()
    }
}

impl Progress for Bars {
    fn event(&self, event: Event) {
        match event {
            Event::Progress { stage, done, total, what } => {
                let bar = self.bar(stage);
                bar.set_length(total.max(1));
                bar.set_position(done);
                bar.set_message(what.unwrap_or_default());
            }
            Event::Done { stage, seconds } => {
                let bar = self.bar(stage);
                bar.set_message("");
                bar.set_prefix(stage.label());
                bar.finish_with_message(format!("{seconds:.1} s"));
            }
            Event::Note { message } => {
                // Printed above the bars; a closed stderr must not stop the work.
                let _ = self.all.println(message);
            }
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in bars.values().filter(|b| !b.is_finished()) {
            bar.abandon();
        }
    }
}
