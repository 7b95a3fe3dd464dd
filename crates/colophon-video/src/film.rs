//! The film writer: shots go in one by one as they become ready, frames are drawn and encoded at once,
//! and at the end sound, captions and cover are added without encoding the pictures again.
//!
//! Threading contract: one *director* thread owns the encoder's pipe. For each shot it starts
//! `render_threads` workers; worker *k* draws frames *k*, *k+n*, *k+2n*… and hands them over through
//! a channel of two frames, so memory stays bounded and the order of frames never depends on timing.

use std::collections::VecDeque;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use colophon_ffmpeg::{Ffmpeg, Pipes};
use colophon_scene::LayeredScene;
use colophon_scene::layers::Blend;
use colophon_types::{Cancel, Caption, Event, Progress, Raster, Stage};
use tempfile::TempDir;

use crate::captions::{self, FADE};
use crate::compositor::SceneRenderer;
use crate::error::VideoError;
pub use crate::film_config::FilmConfig;
use crate::mux::{self, Extras, FilmSound, Track};
use crate::pixels::{pixels_mut, scale};
use crate::scratch::{Scratch, stamp};
use crate::sheet::Sheet;
use crate::transition::{self, Transition};
use crate::yuv::{frame_bytes, to_yuv420};

/// Seconds of the fade from black at the start of a film.
const FADE_IN: f64 = 0.5;
/// Seconds of the fade to black at its end.
const FADE_OUT: f64 = 0.8;
/// Frames that a worker may be ahead.
const AHEAD: usize = 2;
/// Frames after which others may have the cores.
const TURN: u64 = 8;

/// One shot.
#[derive(Clone, Debug)]
pub struct Shot {
    /// The scene.
    pub scene: LayeredScene,
    /// How long it is shown. The transition into the next shot lies in the next shot's time.
    pub seconds: f64,
    /// How it takes over from the shot before.
    pub transition: Transition,
    /// Captions, times from the start of the shot.
    pub captions: Vec<Caption>,
    /// Whether it is the last one and fades to black.
    pub last: bool,
}

/// A finished film.
#[derive(Debug)]
pub struct EncodedFilm {
    /// The MP4 file.
    pub path: PathBuf,
    /// Length in seconds.
    pub seconds: f64,
    /// Frames.
    pub frames: u64,
    /// The captions as shown, times from the start of the film.
    pub captions: Vec<Caption>,
}

/// What the director hands back.
struct Reel {
    frames: u64,
    captions: Vec<Caption>,
}

/// A film being written. Dropping it stops the encoder and removes what was written.
pub struct FilmWriter {
    config: FilmConfig,
    cancel: Cancel,
    shots: Option<SyncSender<Shot>>,
    director: Option<JoinHandle<Result<Reel, VideoError>>>,
    /// Set when this writer is dropped.
    abandon: Cancel,
    dir: TempDir,
    reel: PathBuf,
}

impl FilmWriter {
    /// Starts the encoder.
    ///
    /// # Errors
    /// ffmpeg is missing, the folder cannot be written, or the size or rate make no sense.
    pub fn start(
        config: FilmConfig,
        cancel: &Cancel,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, VideoError> {
        let (w, h) = (config.width, config.height);
        if !(16..=4096).contains(&w) || !(16..=4096).contains(&h) || w % 2 + h % 2 != 0 {
            return Err(VideoError::BadFilm(format!(
                "a film of {w}×{h} pixels is not possible: both must be even and between 16 and 4096"
            )));
        }
        if !(1..=120).contains(&config.fps) {
            return Err(VideoError::BadFilm(format!(
                "{} frames a second is not between 1 and 120",
                config.fps
            )));
        }
        let folder = match config.output.parent() {
            Some(p) if !p.as_os_str().is_empty() => p,
            _ => Path::new("."),
        };
        let dir = tempfile::Builder::new()
            .prefix(".film-")
            .tempdir_in(folder)
            .map_err(|e| VideoError::io(format!("write in {}", folder.display()), e))?;
        let reel = dir.path().join("reel.mp4");
        let abandon = Cancel::new();
        let stop = abandon.clone();
        let args = mux::encode_args(&config, &reel);
        let pipes = Pipes { input: true, output: false };
        let mut ffmpeg = Ffmpeg::start(&config.ffmpeg, &args, "encoding", pipes, cancel, &stop)?;
        let pipe = ffmpeg.take_input();
        let (shots, queue) = sync_channel(2);
        let director = Director {
            config: config.clone(),
            cancel: cancel.clone(),
            abandon: stop,
            progress,
            pipe,
            frame: 0,
            seconds: 0.0,
            captions: Vec::new(),
            previous: None,
        };
        let director = std::thread::Builder::new()
            .name("film".into())
            .spawn(move || director.run(&queue, ffmpeg))
            .map_err(|e| VideoError::io("start the film's thread", e))?;
        Ok(Self {
            config,
            cancel: cancel.clone(),
            shots: Some(shots),
            director: Some(director),
            abandon,
            dir,
            reel,
        })
    }

    /// Adds a shot. Returns at once unless two shots are waiting already.
    ///
    /// # Errors
    /// Cancelled; or what stopped the encoder.
    pub fn shot(&mut self, shot: Shot) -> Result<(), VideoError> {
        let mut shot = shot;
        loop {
            self.cancel.check()?;
            let Some(shots) = &self.shots else { return Err(VideoError::Renderer) };
            match shots.try_send(shot) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(back)) => {
                    shot = back;
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TrySendError::Disconnected(_)) => {
                    return Err(self.join().err().unwrap_or(VideoError::Renderer));
                }
            }
        }
    }

    /// Ends the film: waits for its last frame, then adds sound, captions, cover and title.
    /// Sound is cut or filled with silence to the length of the pictures.
    ///
    /// # Errors
    /// Cancelled; ffmpeg failed; the disk is full; there was no shot.
    pub fn finish<'a>(
        mut self,
        sound: impl Into<FilmSound<'a>>,
        title: &str,
        cover: Option<&Raster>,
    ) -> Result<EncodedFilm, VideoError> {
        self.shots = None;
        let reel = self.join()?;
        if reel.frames == 0 {
            return Err(VideoError::BadFilm("a film needs at least one shot".into()));
        }
        let seconds = reel.frames as f64 / f64::from(self.config.fps);
        let sound: FilmSound<'_> = sound.into();
        let (rate, mut channels) = sound.channels();
        if let Some(marker) = &self.config.marker {
            let mut marked: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
            marker.mark_sound(&mut marked, rate);
        }
        let sound = Track { rate, channels };
        let extras =
            Extras { reel: &self.reel, seconds, sound: &sound, captions: &reel.captions, title, cover };
        let made = mux::mux(&self.config, self.dir.path(), &extras, &self.cancel)?;
        std::fs::rename(&made, &self.config.output)
            .map_err(|e| VideoError::io(format!("write {}", self.config.output.display()), e))?;
        let path = self.config.output.clone();
        Ok(EncodedFilm { path, seconds, frames: reel.frames, captions: reel.captions })
    }

    fn join(&mut self) -> Result<Reel, VideoError> {
        self.shots = None;
        let director = self.director.take().ok_or(VideoError::Renderer)?;
        director.join().unwrap_or(Err(VideoError::Renderer))
    }
}

impl Drop for FilmWriter {
    fn drop(&mut self) {
        self.abandon.cancel();
        if self.director.is_some() {
            let _ = self.join();
        }
    }
}

/// A shot made ready.
struct Ready {
    renderer: SceneRenderer,
    seconds: f64,
    plates: Vec<(f64, f64, Sheet, (f32, f32))>,
}

/// The thread that owns the encoder.
struct Director {
    config: FilmConfig,
    cancel: Cancel,
    abandon: Cancel,
    progress: Arc<dyn Progress>,
    pipe: Option<ChildStdin>,
    frame: u64,
    seconds: f64,
    captions: Vec<Caption>,
    previous: Option<Ready>,
}

/// All that a worker needs to draw the frames of one shot.
struct Take<'a> {
    config: &'a FilmConfig,
    shot: &'a Ready,
    previous: Option<&'a Ready>,
    transition: Transition,
    last: bool,
    /// Number of the shot's first frame in the film.
    first: u64,
    frames: u64,
    /// Time of the first frame after the start of the shot.
    offset: f64,
}

impl Director {
    fn run(mut self, shots: &Receiver<Shot>, ffmpeg: Ffmpeg) -> Result<Reel, VideoError> {
        let drawn = self.shoot(shots);
        self.pipe = None;
        match drawn {
            // The pipe broke: ffmpeg knows why.
            Err(VideoError::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => {
                ffmpeg.wait(&self.cancel)?;
                return Err(VideoError::Ffmpeg { doing: "encoding", last: source.to_string() });
            }
            Err(e) => return Err(e),
            Ok(()) => ffmpeg.wait(&self.cancel)?,
        }
        Ok(Reel { frames: self.frame, captions: self.captions })
    }

    fn check(&self) -> Result<(), VideoError> {
        self.cancel.check()?;
        self.abandon.check()?;
        Ok(())
    }

    fn shoot(&mut self, shots: &Receiver<Shot>) -> Result<(), VideoError> {
        loop {
            match shots.recv_timeout(Duration::from_millis(30)) {
                Ok(shot) => self.film(&shot)?,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => self.check()?,
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return self.check(),
            }
        }
    }

    fn film(&mut self, shot: &Shot) -> Result<(), VideoError> {
        self.check()?;
        let seconds = if shot.seconds.is_finite() { shot.seconds.clamp(0.0, 3600.0) } else { 0.0 };
        let fps = f64::from(self.config.fps);
        // Shots end at the frame nearest to their end, so that rounding never adds up.
        let end = self.seconds + seconds;
        let frames = ((end * fps).round() as u64).saturating_sub(self.frame);
        let captions = captions::fit(&shot.captions);
        let ready = self.ready(shot, seconds, &captions);
        self.captions.extend(captions.into_iter().map(|c| Caption {
            start: c.start + self.seconds,
            end: c.end + self.seconds,
            text: c.text,
        }));
        let take = Take {
            config: &self.config,
            shot: &ready,
            previous: self.previous.as_ref(),
            transition: shot.transition,
            last: shot.last,
            first: self.frame,
            frames,
            offset: self.frame as f64 / fps - self.seconds,
        };
        let Some(pipe) = self.pipe.as_mut() else { return Err(VideoError::Renderer) };
        let mut lease = match &self.config.cores {
            Some(cores) => Some(cores.lease(1, self.config.render_threads, &self.cancel)?),
            None => None,
        };
        let mut stop = |frame: u64| {
            self.cancel.check()?;
            self.abandon.check()?;
            match &mut lease {
                Some(lease) if frame.is_multiple_of(TURN) => lease.turn(&self.cancel),
                _ => Ok(()),
            }
        };
        take.shoot(pipe, &mut stop, self.progress.as_ref())?;
        self.frame += frames;
        self.seconds = end;
        self.previous = Some(ready);
        Ok(())
    }

    fn ready(&self, shot: &Shot, seconds: f64, captions: &[Caption]) -> Ready {
        let (w, h) = (self.config.width, self.config.height);
        let plate = |c: &Caption| {
            let typeset = self.config.typeset.as_ref()?;
            let plate = captions::plate(typeset, &c.text, w, h, shot.scene.palette[0])?;
            Some((c.start, c.end, Sheet::new(&plate.image, Blend::Over, 1.0, false)?, plate.at))
        };
        let lasts = seconds + if shot.last { 0.0 } else { transition::SECONDS };
        Ready {
            renderer: SceneRenderer::new(&shot.scene, lasts as f32),
            seconds,
            plates: captions.iter().filter_map(plate).collect(),
        }
    }
}

type Frame = Vec<u8>;

impl Take<'_> {
    /// Draws all frames and writes them to the encoder.
    fn shoot(
        &self,
        pipe: &mut ChildStdin,
        stop: &mut dyn FnMut(u64) -> Result<(), colophon_types::Cancelled>,
        progress: &dyn Progress,
    ) -> Result<(), VideoError> {
        let workers = self.config.render_threads.clamp(1, 64).min(self.frames.max(1) as usize);
        std::thread::scope(|scope| {
            let mut lanes: Vec<(Receiver<Frame>, Sender<Frame>)> = Vec::with_capacity(workers);
            for k in 0..workers {
                let (full, frames) = sync_channel::<Frame>(AHEAD);
                let (empty, spare) = channel::<Frame>();
                lanes.push((frames, empty));
                scope.spawn(move || self.draw(k as u64, workers as u64, &full, &spare));
            }
            for i in 0..self.frames {
                stop(i)?;
                let (frames, empty) = &lanes[(i % workers as u64) as usize];
                let frame = frames.recv().map_err(|_| VideoError::Renderer)?;
                pipe.write_all(&frame).map_err(|e| VideoError::io("send frames to ffmpeg", e))?;
                let _ = empty.send(frame);
                let (done, total) = (self.first + i + 1, self.config.expected_frames);
                if done % 15 == 0 || done == total {
                    progress.event(Event::Progress { stage: Stage::Encode, done, total, what: None });
                }
            }
            Ok(())
            // Lanes are dropped here: workers whose frames nobody takes end.
        })
    }

    /// One worker: frames `k`, `k + step`, … until done or nobody listens.
    fn draw(&self, k: u64, step: u64, full: &SyncSender<Frame>, spare: &Receiver<Frame>) {
        let (w, h) = (self.config.width, self.config.height);
        let mut canvas = Canvas::new(w, h);
        let mut pool: VecDeque<Frame> = VecDeque::new();
        let mut i = k;
        while i < self.frames {
            while let Ok(frame) = spare.try_recv() {
                pool.push_back(frame);
            }
            let mut out = pool.pop_front().unwrap_or_else(|| vec![0; frame_bytes(w, h)]);
            self.frame(i, &mut canvas);
            to_yuv420(&canvas.frame.rgba, w, h, &mut out);
            if full.send(out).is_err() {
                return;
            }
            i += step;
        }
    }

    /// Draws frame `i` of the shot into the canvas, marks included.
    fn frame(&self, i: u64, canvas: &mut Canvas) {
        let fps = f64::from(self.config.fps);
        let t = i as f64 / fps + self.offset;
        let (w, h) = (self.config.width, self.config.height);
        self.shot.renderer.render(t as f32, &mut canvas.frame, &mut canvas.scratch);
        fit_frame(&mut canvas.frame, w, h);
        let through = ((i as f64 + 0.5) / fps / transition::SECONDS) as f32;
        if let Some(previous) = self.previous
            && through < 1.0
            && self.transition != Transition::Cut
        {
            let before = previous.seconds + t;
            previous.renderer.render(before as f32, &mut canvas.other, &mut canvas.scratch);
            fit_frame(&mut canvas.other, w, h);
            previous.caption(before, canvas_other(canvas));
            self.transition.compose(through, &canvas.other, &mut canvas.frame);
        }
        self.shot.caption(t, (&mut canvas.frame, &mut canvas.scratch));
        let film = (self.first + i) as f64 / fps;
        let mut light = 1.0f64;
        if film < FADE_IN {
            light = light.min((film + 0.5 / fps) / FADE_IN);
        }
        if self.last {
            light = light.min(((self.frames - 1 - i) as f64 / fps / FADE_OUT).min(1.0));
        }
        if light < 1.0 {
            let px = pixels_mut(&mut canvas.frame.rgba);
            scale(px, (light * light * (3.0 - 2.0 * light) * 256.0).round() as u16);
            px.iter_mut().for_each(|p| p[3] = 255);
        }
        if let Some(marker) = &self.config.marker {
            marker.mark(self.first + i, self.config.fps, &mut canvas.frame);
            fit_frame(&mut canvas.frame, w, h);
        }
    }
}

fn canvas_other(canvas: &mut Canvas) -> (&mut Raster, &mut Scratch) {
    (&mut canvas.other, &mut canvas.scratch)
}

impl Ready {
    /// Lays the caption of time `t` over a frame.
    fn caption(&self, t: f64, (frame, scratch): (&mut Raster, &mut Scratch)) {
        for (start, end, sheet, at) in &self.plates {
            if t < *start || t >= *end {
                continue;
            }
            let shown = ((t - start) / FADE).min((end - t) / FADE).clamp(0.0, 1.0);
            stamp(frame, sheet, Blend::Over, *at, shown as f32, scratch);
        }
    }
}

struct Canvas {
    frame: Raster,
    other: Raster,
    scratch: Scratch,
}

impl Canvas {
    fn new(w: u32, h: u32) -> Self {
        let black = Raster::filled(w, h, [0, 0, 0, 255]);
        Self { frame: black.clone(), other: black, scratch: Scratch::default() }
    }
}

/// Cuts or pads a frame that has another size than the film (a scene drawn for another format).
fn fit_frame(frame: &mut Raster, w: u32, h: u32) {
    if frame.width == w && frame.height == h && frame.rgba.len() == w as usize * h as usize * 4 {
        return;
    }
    let mut out = Raster::filled(w, h, [0, 0, 0, 255]);
    let (fw, fh) = (frame.width as usize, frame.height as usize);
    if fw > 0 && fh > 0 && frame.rgba.len() == fw * fh * 4 {
        let n = fw.min(w as usize) * 4;
        for y in 0..fh.min(h as usize) {
            out.rgba[y * w as usize * 4..][..n].copy_from_slice(&frame.rgba[y * fw * 4..][..n]);
        }
    }
    *frame = out;
}
