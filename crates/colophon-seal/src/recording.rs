//! Long sounds: the label goes before their content on the way into the encoder, because they are
//! never in memory as a whole.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ChildStdin;

use colophon_ffmpeg::{Ffmpeg, Pipes};
use colophon_types::{Cancel, Lang, Media, Pcm, SoundFormat, WorkId};
use colophon_watermark::Payload;
use colophon_watermark::sound::SoundMark;
use tempfile::{NamedTempFile, TempPath};

use crate::format::sound;
use crate::mark::marker;
use crate::{SealError, Sealer, SoundLabel, Step};

/// What a recording says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// Title.
    pub title: String,
    /// Who wrote what is read.
    pub author: Option<String>,
    /// Language: ISO 639-2 code such as `eng`.
    pub language: String,
    /// Chapters: their starts in seconds from the beginning of the content, and their titles.
    pub chapters: Vec<(f64, String)>,
    /// Length of the content in seconds.
    pub seconds: f64,
    /// The picture of the cover: a JPEG or PNG file.
    pub cover: Option<PathBuf>,
}

/// A recording of one channel that is being encoded into a private file.
pub struct Recording {
    process: Ffmpeg,
    input: BufWriter<ChildStdin>,
    path: TempPath,
    _notes: NamedTempFile,
    rate: u32,
    samples: u64,
    mark: SoundMark,
    payload: Payload,
    label: Option<SoundLabel>,
}

impl Recording {
    /// Begins a recording in `folder`, with the audible label before its content, at the level of
    /// speech of the root mean square `level`.
    ///
    /// # Errors
    /// [`SealError`]: the encoder cannot be started, the folder cannot be written, cancelled.
    #[allow(clippy::too_many_arguments, reason = "each is a fact of the recording")]
    pub fn begin(
        sealer: &Sealer,
        work: &WorkId,
        format: SoundFormat,
        rate: u32,
        level: f32,
        about: &About,
        folder: &Path,
        cancel: &Cancel,
    ) -> Result<Self, SealError> {
        let io = |e: std::io::Error| SealError::step(Step::Label, e);
        let labelled = sealer.label.hidden.is_none();
        let label = match labelled {
            true => sealer.sound_clip(about.lang(), rate, level)?.sound,
            false => Pcm { rate, samples: Vec::new() },
        };
        let mut notes = tempfile::Builder::new().suffix(".ffmeta").tempfile_in(folder).map_err(io)?;
        notes.write_all(about.notes(label.seconds()).as_bytes()).map_err(io)?;
        notes.flush().map_err(io)?;
        let suffix = format!(".{}", format.extension());
        let file = tempfile::Builder::new().prefix(".recording-").suffix(&suffix).tempfile_in(folder);
        let path = file.map_err(io)?.into_temp_path();
        let mut args = sound::input(rate, 1);
        let inputs = ["-f", "ffmetadata", "-i"].map(str::to_owned);
        args.extend(inputs.into_iter().chain([notes.path().display().to_string()]));
        let cover = about.cover.as_ref().filter(|_| format.holds_cover());
        if let Some(cover) = cover {
            args.extend(["-i".to_owned(), format!("file:{}", cover.display())]);
        }
        args.extend(["-map", "0:a", "-map_metadata", "1", "-map_chapters", "1"].map(str::to_owned));
        args.extend(sound::coding(format, rate, 1));
        if cover.is_some() {
            let picture = ["-map", "2:v:0", "-c:v", "copy", "-disposition:v:0", "attached_pic"];
            args.extend(picture.map(str::to_owned));
        }
        args.extend(sound::container(format, false));
        args.push(path.display().to_string());
        let pipes = Pipes { input: true, output: false };
        let mut process =
            Ffmpeg::start(&sealer.ffmpeg, &args, "encoding sound", pipes, cancel, &Cancel::new())
                .map_err(|e| SealError::from_ffmpeg(Step::Label, e))?;
        let input = process.take_input().ok_or_else(|| SealError::step(Step::Label, "no pipe"))?;
        let input = BufWriter::with_capacity(256 << 10, input);
        let payload = Payload::of(work);
        let mark = SoundMark::new(rate, 1, payload, &sealer.key);
        let mut recording = Self {
            process,
            input,
            path,
            _notes: notes,
            rate,
            samples: 0,
            mark,
            payload,
            label: labelled.then(|| sealer.sound_label.clone()),
        };
        // What an encoder that ended at once has to say is told by `finish`.
        let _ = recording.send(&label);
        Ok(recording)
    }

    /// Takes more of the content; whether the encoder still takes any. Why it does not is told by
    /// [`Self::finish`].
    pub fn write(&mut self, sound: &Pcm) -> bool {
        sound.rate == self.rate && self.send(sound).is_ok()
    }

    fn send(&mut self, sound: &Pcm) -> std::io::Result<()> {
        self.samples += sound.samples.len() as u64;
        let marked = self.mark.push(&[&sound.samples]);
        self.input.write_all(&sound::interleaved(&[marked.first().map(Vec::as_slice).unwrap_or_default()]))
    }

    /// Ends the recording; it can be sealed.
    ///
    /// # Errors
    /// What the encoder said; cancelled.
    pub fn finish(self, cancel: &Cancel) -> Result<Media, SealError> {
        let Self { process, mut input, path, rate, samples, mark, payload, label: as_labelled, _notes } =
            self;
        let (rest, _) = mark.finish();
        let rest = sound::interleaved(&[rest.first().map(Vec::as_slice).unwrap_or_default()]);
        let sent = input.write_all(&rest).and_then(|()| input.flush());
        drop(input);
        process.wait(cancel).map_err(|e| SealError::from_ffmpeg(Step::Label, e))?;
        sent.map_err(|e| SealError::step(Step::Label, e))?;
        let path = path.keep().map_err(|e| SealError::step(Step::Label, e))?;
        let seconds = samples as f64 / f64::from(rate);
        Ok(Media::Recording { path, marker: marker::recording_name(as_labelled.as_ref(), payload), seconds })
    }
}

impl About {
    /// The language in which the label is spoken.
    fn lang(&self) -> Lang {
        if ["zho", "chi", "cmn"].contains(&self.language.as_str()) { Lang::Zh } else { Lang::En }
    }

    /// In the form that ffmpeg reads, everything `later` seconds later.
    fn notes(&self, later: f64) -> String {
        let mut text = String::from(";FFMETADATA1\n");
        let mut field = |name: &str, value: &str| {
            text.push_str(&format!("{name}={}\n", escape(value)));
        };
        field("title", &self.title);
        field("album", &self.title);
        if let Some(author) = &self.author {
            field("artist", author);
            field("album_artist", author);
        }
        field("genre", "Audiobook");
        field("language", &self.language);
        let end = later + self.seconds;
        for (i, (start, title)) in self.chapters.iter().enumerate() {
            // The first chapter holds the label, so that a player starts with it.
            let from = if i == 0 { 0.0 } else { later + start };
            let to = self.chapters.get(i + 1).map_or(end, |(next, _)| later + next);
            let ms = |seconds: f64| (seconds * 1000.0).round() as u64;
            text.push_str(&format!(
                "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n",
                ms(from),
                ms(to),
                escape(title)
            ));
        }
        text
    }
}

fn escape(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars() {
        match c {
            '=' | ';' | '#' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
