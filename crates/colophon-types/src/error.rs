//! One table of error kinds, each with its exit status and HTTP status.

/// What kind of failure it was: stable, part of the outside contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request itself is wrong: bad usage or bad input.
    BadInput,
    /// What the request names does not exist.
    NotFound,
    /// Policy refuses the request.
    Refused,
    /// A model that the request needs is not there and could not be fetched.
    ModelMissing,
    /// A program that the request needs (ffmpeg, pip, npm) is not installed.
    ToolMissing,
    /// A credential does not match the bytes.
    Tampered,
    /// A file or package is not what its hash says.
    HashMismatch,
    /// Writing or reading files failed.
    Io,
    /// Too much is being asked at once.
    Busy,
    /// The work was stopped on request.
    Cancelled,
    /// An engine or a step of the seal failed.
    Failed,
}

impl ErrorCode {
    /// The exit status of the command line.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::BadInput | Self::NotFound => 2,
            Self::Refused => 3,
            Self::ModelMissing | Self::ToolMissing => 4,
            Self::Tampered => 5,
            Self::HashMismatch | Self::Io | Self::Busy | Self::Failed => 1,
            Self::Cancelled => 130,
        }
    }

    /// The status of an HTTP reply.
    pub fn http_status(self) -> u16 {
        match self {
            Self::BadInput => 400,
            Self::NotFound => 404,
            Self::Busy => 429,
            Self::Refused => 403,
            Self::ModelMissing | Self::ToolMissing => 503,
            Self::Tampered => 422,
            Self::Cancelled => 499,
            Self::HashMismatch | Self::Io | Self::Failed => 500,
        }
    }
}

/// An error that can explain itself: a code, one sentence (its `Display`), and what to try.
pub trait Explain: std::error::Error {
    /// The kind of failure.
    fn code(&self) -> ErrorCode;

    /// What the user can try, as a short sentence.
    fn hint(&self) -> Option<String> {
        None
    }
}
