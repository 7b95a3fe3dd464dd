//! What kind of file it is, by its first bytes.

/// Bytes that are looked at.
pub(super) const HEAD: usize = 64;

/// A kind of file with sound in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// RIFF/WAVE, RF64 or BW64.
    Wav,
    /// MPEG audio layers 1 to 3, with or without ID3.
    Mp3,
    /// FLAC.
    Flac,
    /// Ogg: Vorbis, Opus, FLAC, Speex.
    Ogg,
    /// ISO base media: MP4, M4A, MOV, 3GP.
    Mp4,
    /// Matroska and WebM.
    Matroska,
    /// AAC in ADTS frames.
    Adts,
    /// AIFF and AIFF-C.
    Aiff,
    /// Core Audio.
    Caf,
    /// AMR, narrow and wide.
    Amr,
    /// Sun's and NeXT's.
    Au,
    /// Windows Media.
    Asf,
}

impl Container {
    /// Its demuxer in ffmpeg.
    pub(super) fn demuxer(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
            Self::Mp4 => "mov",
            Self::Matroska => "matroska",
            Self::Adts => "aac",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
            Self::Amr => "amr",
            Self::Au => "au",
            Self::Asf => "asf",
        }
    }
}

/// The kind of a file by its first 64 bytes; `None` for what is no sound.
pub fn sniff(head: &[u8]) -> Option<Container> {
    let at = |from: usize, what: &[u8]| head.get(from..from + what.len()) == Some(what);
    if (at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64")) && at(8, b"WAVE") {
        return Some(Container::Wav);
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(Container::Aiff);
    }
    let starts: [(&[u8], Container); 8] = [
        (b"fLaC", Container::Flac),
        (b"OggS", Container::Ogg),
        (b"\x1a\x45\xdf\xa3", Container::Matroska),
        (b"ID3", Container::Mp3),
        (b"caff", Container::Caf),
        (b"#!AMR", Container::Amr),
        (b".snd", Container::Au),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container::Asf),
    ];
    if let Some((_, container)) = starts.iter().find(|(start, _)| at(0, start)) {
        return Some(*container);
    }
    if [&b"ftyp"[..], b"moov", b"mdat", b"wide", b"free", b"skip"].iter().any(|name| at(4, name)) {
        return Some(Container::Mp4);
    }
    // Frames begin with eleven bits set; layer 0 is ADTS.
    match head {
        [0xff, second, third, ..] if second & 0xf6 == 0xf0 && (third >> 2) & 0xf != 0xf => {
            Some(Container::Adts)
        }
        [0xff, second, third, ..]
            if second & 0xe0 == 0xe0
                && second & 0x18 != 0x08
                && second & 0x06 != 0
                && third >> 4 != 0xf
                && third & 0x0c != 0x0c =>
        {
            Some(Container::Mp3)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_bytes() {
        assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt "), Some(Container::Wav));
        assert_eq!(sniff(b"RIFF\x24\0\0\0AVI LIST"), None);
        assert_eq!(sniff(&[0xff, 0xfb, 0x90, 0x00]), Some(Container::Mp3));
        assert_eq!(sniff(&[0xff, 0xf1, 0x50, 0x80]), Some(Container::Adts));
        assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xe0]), None, "a JPEG picture");
        assert_eq!(sniff(b"\0\0\0\x20ftypM4A "), Some(Container::Mp4));
        assert_eq!(sniff(b"#EXTM3U\nhttp://example.org/"), None);
        assert_eq!(sniff(b"ffconcat version 1.0"), None);
        assert_eq!(sniff(b""), None);
    }
}
