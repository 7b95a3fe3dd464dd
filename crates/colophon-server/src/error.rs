//! Errors in OpenAI's shape: `{"error": {"message", "type", "param", "code"}}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use colophon_studio::StudioError;
use colophon_studio::store::{JobFault, StoreError};
use colophon_types::{ErrorCode, Explain};
use serde_json::{Value, json};

use crate::patience::Refused;

/// An error of a request.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) kind: &'static str,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) param: Option<String>,
}

impl ApiError {
    pub(crate) fn bad(message: impl Into<String>, param: Option<&str>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: "bad_input",
            message: message.into(),
            param: param.map(str::to_owned),
        }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "not_found", ..Self::bad(what, None) }
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "request_too_large",
            ..Self::bad(format!("the request is larger than {limit} bytes"), None)
        }
    }

    pub(crate) fn slow() -> Self {
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            code: "request_timeout",
            ..Self::bad("the request came too slowly", None)
        }
    }

    /// Why a body could not be read to its end.
    pub(crate) fn of_body(error: &(dyn std::error::Error + 'static)) -> Self {
        match Refused::within(error) {
            Some(Refused::Slow) => Self::slow(),
            Some(Refused::Long(limit)) => Self::too_large(usize::try_from(limit).unwrap_or(usize::MAX)),
            None => Self::bad("the request ended before its time", None),
        }
    }

    pub(crate) fn unauthorised(message: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            kind: "authentication_error",
            code: "invalid_api_key",
            ..Self::bad(message, None)
        }
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "permission_error",
            code: "forbidden",
            ..Self::bad(message, None)
        }
    }

    pub(crate) fn too_many(message: &str) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            kind: "rate_limit_error",
            code: "busy",
            ..Self::bad(message, None)
        }
    }

    pub(crate) fn stopped() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "server_error",
            code: "failed",
            ..Self::bad("the request ended without a result", None)
        }
    }

    pub(crate) fn busy() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            kind: "server_error",
            code: "busy",
            ..Self::bad("too many files are being verified; try again in a minute", None)
        }
    }

    /// The error that ended a job.
    pub(crate) fn of_fault(fault: &JobFault) -> Self {
        let code = serde_json::from_value(fault.code.clone().into()).unwrap_or(ErrorCode::Failed);
        let (status, kind, name) = named(code);
        Self { status, kind, code: name, ..Self::bad(fault.message.clone(), None) }
    }

    /// The body.
    pub(crate) fn body(&self) -> Value {
        json!({"error": {
            "message": self.message, "type": self.kind, "param": self.param, "code": self.code,
        }})
    }
}

/// How a kind of error is told: its status, its type, its code.
fn named(code: ErrorCode) -> (StatusCode, &'static str, &'static str) {
    let status = StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, name) = match code {
        ErrorCode::BadInput => ("invalid_request_error", "bad_input"),
        ErrorCode::NotFound => ("invalid_request_error", "model_not_found"),
        ErrorCode::Refused => ("permission_error", "refused"),
        ErrorCode::Busy => ("rate_limit_error", "busy"),
        ErrorCode::ModelMissing => ("server_error", "model_missing"),
        ErrorCode::ToolMissing => ("server_error", "tool_missing"),
        ErrorCode::Cancelled => ("server_error", "cancelled"),
        ErrorCode::Tampered => ("invalid_request_error", "tampered"),
        ErrorCode::HashMismatch | ErrorCode::Io | ErrorCode::Failed => ("server_error", "failed"),
    };
    (status, kind, name)
}

impl From<StudioError> for ApiError {
    fn from(error: StudioError) -> Self {
        let code = error.code();
        let (status, kind, name) = named(code);
        let (name, param) = match &error {
            StudioError::Text(colophon_studio::TextError::TooLong { .. }) => {
                ("context_length_exceeded", Some("messages".to_owned()))
            }
            StudioError::Text(colophon_studio::TextError::Parameter { name: param, .. }) => {
                (name, Some((*param).to_owned()))
            }
            StudioError::Store(StoreError::Unknown { .. }) => ("not_found", None),
            _ => (name, None),
        };
        let message = match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        };
        Self { status, kind, code: name, message, param }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        StudioError::from(error).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}
