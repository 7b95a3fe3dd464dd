//! What the program tells those who run it: a log on stderr, and traces (OpenTelemetry) that are sent to a
//! collector where the standard variables name one.

use std::env::var;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// What a log of JSON lines holds where `COLOPHON_LOG` says nothing.
const USUAL: &str = "warn,colophon=info";
/// Most bytes of a collector's answer.
const ANSWER: u64 = 1 << 20;

/// Whether messages are JSON lines.
static JSON: AtomicBool = AtomicBool::new(false);

/// What is to be ended with the program.
pub(crate) struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Starts the log when `COLOPHON_LOG` or JSON lines are asked for, and traces when
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector; otherwise nothing.
    pub(crate) fn start(json: bool) -> Self {
        JSON.store(json, Ordering::Relaxed);
        let filter = EnvFilter::try_from_env("COLOPHON_LOG").ok();
        let filter = filter.or_else(|| json.then(|| EnvFilter::new(USUAL)));
        let provider = provider();
        if filter.is_none() && provider.is_none() {
            return Self(None);
        }
        let log = filter.map(|filter| {
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
            // At that level the HTTP client tells whole addresses, and those of an object store are signed.
            let tells_all =
                |m: &Metadata<'_>| m.target().starts_with("ureq") && *m.level() == tracing::Level::TRACE;
            let filter = filter.and(filter_fn(move |m| !tells_all(m)));
            match json {
                true => lines.event_format(JsonLines).with_filter(filter).boxed(),
                false => lines.with_filter(filter).boxed(),
            }
        });
        let traces = provider.as_ref().map(|provider| {
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("colophon"));
            let layer = layer.with_location(false).with_threads(false).with_target(false);
            layer.with_tracked_inactivity(false).with_filter(filter_fn(is_ours))
        });
        tracing_subscriber::registry().with(log).with(traces).init();
        Self(provider)
    }

    /// Sends what waits.
    pub(crate) fn stop(self) {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown()) {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

/// Says something to whoever started the program, in the form of the log.
pub(crate) fn say(message: &str) {
    if JSON.load(Ordering::Relaxed) {
        tracing::info!("{message}");
    } else {
        eprintln!("{message}");
    }
}

/// Spans of this program; what libraries do is not told.
fn is_ours(meta: &Metadata<'_>) -> bool {
    meta.is_span() && meta.target().starts_with("colophon")
}

/// The text of a variable that is set.
fn set(name: &str) -> Option<String> {
    var(name).ok().filter(|value| !value.is_empty())
}

fn provider() -> Option<SdkTracerProvider> {
    let off = set("OTEL_SDK_DISABLED").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    if off || set("OTEL_TRACES_EXPORTER").is_some_and(|v| v == "none") {
        return None;
    }
    set("OTEL_EXPORTER_OTLP_ENDPOINT").or_else(|| set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))?;
    let built = SpanExporter::builder().with_http().with_http_client(Client::new()).build();
    let exporter = match built {
        Ok(exporter) => exporter,
        Err(error) => {
            eprintln!("warning: no traces are sent: {error}");
            return None;
        }
    };
    let mut resource =
        Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let named = set("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|v| v.contains("service.name="));
    if set("OTEL_SERVICE_NAME").is_none() && !named {
        resource = resource.with_service_name("colophon");
    }
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(provider.clone());
    Some(provider)
}

/// The exporter's way to the collector. It runs on a thread of the exporter's own, and may wait there.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let given = set("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT").or_else(|| set("OTEL_EXPORTER_OTLP_TIMEOUT"));
        let limit = given.and_then(|v| v.parse().ok()).unwrap_or(10_000);
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_millis(limit)))
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Self(ureq::Agent::new_with_config(config))
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.0.run(request.map(|body| body.to_vec()))?;
        let (parts, mut body) = answer.into_parts();
        let bytes = body.with_config().limit(ANSWER).read_to_vec()?;
        Ok(Response::from_parts(parts, bytes.into()))
    }
}

/// One JSON object a line, with the trace that it belongs to.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = Map::new();
        line.insert("time".into(), time.into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), event.metadata().target().into());
        event.record(&mut Fields(&mut line));
        let context = Context::current();
        let span = context.span();
        if span.span_context().is_valid() {
            line.insert("trace_id".into(), span.span_context().trace_id().to_string().into());
            line.insert("span_id".into(), span.span_context().span_id().to_string().into());
        }
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Takes the fields of an event; those of the line itself stay as they are.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        self.0.entry(field.name()).or_insert(value);
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }
}
