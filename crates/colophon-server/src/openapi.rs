//! The routes and their OpenAPI document in one: what is served is described, from the types that
//! requests are read into.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodFilter;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::app::App;

/// Shapes of answers, which are written as they are sent and so have no types.
const SHAPES: &str = include_str!("shapes.json");

/// A schema that needs the generator.
type Of = fn(&mut SchemaGenerator) -> Schema;

/// What a request carries.
enum Content {
    Json(Of),
    Form(&'static str),
}

/// What one method of one route does.
pub(crate) struct Operation {
    summary: &'static str,
    parameters: Vec<Value>,
    query: Option<Of>,
    content: Vec<Content>,
    status: u16,
    answer: Value,
    headers: Value,
    open: bool,
    /// Whether errors are pages, too.
    page: bool,
}

/// Says what an operation does; it answers with a JSON object unless more is said.
pub(crate) fn does(summary: &'static str) -> Operation {
    Operation {
        summary,
        parameters: Vec::new(),
        query: None,
        content: Vec::new(),
        status: 200,
        answer: json!({"application/json": {"schema": {"type": "object"}}}),
        headers: Value::Null,
        open: false,
        page: false,
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

impl Operation {
    /// Parameters behind the question mark, a field each.
    pub(crate) fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(|generator| T::json_schema(generator));
        self
    }

    /// A header that is read.
    pub(crate) fn header(mut self, name: &str, description: &str) -> Self {
        self.parameters.push(json!({
            "name": name, "in": "header", "description": description, "schema": {"type": "string"},
        }));
        self
    }

    /// A body of JSON.
    pub(crate) fn json<T: JsonSchema>(mut self) -> Self {
        self.content.push(Content::Json(|generator| generator.subschema_for::<T>()));
        self
    }

    /// A form, by the name of its shape.
    pub(crate) fn form(mut self, shape: &'static str) -> Self {
        self.content.push(Content::Form(shape));
        self
    }

    /// Answers with one of the shapes.
    pub(crate) fn gives(mut self, shape: &str) -> Self {
        self.answer = json!({"application/json": {"schema": reference(shape)}});
        self
    }

    /// Answers with a list of one of the shapes.
    pub(crate) fn lists(mut self, shape: &str) -> Self {
        self.answer = json!({"application/json": {"schema": {
            "type": "object", "required": ["object", "data"],
            "properties": {
                "object": {"const": "list"},
                "data": {"type": "array", "items": reference(shape)},
                "has_more": {"type": "boolean"},
            },
        }}});
        self
    }

    /// Answers that something is gone.
    pub(crate) fn removes(mut self) -> Self {
        self.answer = json!({"application/json": {"schema": {
            "type": "object", "required": ["deleted"], "properties": {"deleted": {"const": true}},
        }}});
        self
    }

    /// Answers with a file of one of these media types.
    pub(crate) fn sends(mut self, media_types: &[&str]) -> Self {
        let any = |name: &&str| ((*name).to_owned(), json!({}));
        self.answer = media_types.iter().map(any).collect::<Map<_, _>>().into();
        self
    }

    /// May answer with server-sent events, too.
    pub(crate) fn or_events(mut self) -> Self {
        self.answer["text/event-stream"] = json!({"schema": {"type": "string"}});
        self
    }

    /// Names the work in a header.
    pub(crate) fn names_work(mut self) -> Self {
        self.headers = json!({"Colophon-Work-Id": {
            "description": "Number of the work, where there is one alone", "schema": {"type": "string"},
        }});
        self
    }

    /// Answers with this status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Answers with a page for people, and with its errors so.
    pub(crate) fn page(mut self) -> Self {
        self.page = true;
        self.sends(&["text/html"])
    }

    /// Needs no key.
    pub(crate) fn open(mut self) -> Self {
        self.open = true;
        self
    }

    fn describe(self, path: &str, generator: &mut SchemaGenerator) -> Value {
        let mut parameters: Vec<Value> = names(path)
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
            .collect();
        if let Some(query) = self.query {
            parameters.extend(query_parameters(query(generator).to_value()));
        }
        parameters.extend(self.parameters);
        let mut response = json!({"description": self.summary, "content": self.answer});
        if !self.headers.is_null() {
            response["headers"] = self.headers;
        }
        let mut operation = json!({
            "summary": self.summary,
            "responses": {
                (self.status.to_string()): response,
                "default": {"$ref": "#/components/responses/Error"},
            },
        });
        if self.page {
            operation["responses"]["default"] =
                json!({"description": "An error, as a page", "content": {"text/html": {}}});
        }
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if !self.content.is_empty() {
            let mut content = Map::new();
            for one in self.content {
                let (kind, schema) = match one {
                    Content::Json(of) => ("application/json", of(generator).to_value()),
                    Content::Form(shape) => ("multipart/form-data", reference(shape)),
                };
                content.insert(kind.to_owned(), json!({"schema": schema}));
            }
            operation["requestBody"] = json!({"required": true, "content": content});
        }
        if self.open {
            operation["security"] = json!([]);
        }
        operation
    }
}

/// Names of the parts of a path that are filled in.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.trim_start_matches('*')))
}

fn query_parameters(schema: Value) -> Vec<Value> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, schema)| {
            let mut schema = schema.clone();
            let description = schema.as_object_mut().and_then(|s| s.remove("description"));
            let mut parameter = json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema,
            });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            parameter
        })
        .collect()
}

/// Routes under way.
pub(crate) struct Api {
    router: Router<Arc<App>>,
    paths: Map<String, Value>,
    generator: SchemaGenerator,
}

impl Api {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self { router: Router::new(), paths: Map::new(), generator: settings.into_generator() }
    }

    pub(crate) fn get<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        self.on("get", MethodFilter::GET, path, handler, what)
    }

    pub(crate) fn post<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        self.on("post", MethodFilter::POST, path, handler, what)
    }

    pub(crate) fn put<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        self.on("put", MethodFilter::PUT, path, handler, what)
    }

    pub(crate) fn patch<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        self.on("patch", MethodFilter::PATCH, path, handler, what)
    }

    pub(crate) fn delete<H: Handler<T, Arc<App>>, T: 'static>(
        self,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        self.on("delete", MethodFilter::DELETE, path, handler, what)
    }

    fn on<H: Handler<T, Arc<App>>, T: 'static>(
        mut self,
        method: &str,
        filter: MethodFilter,
        path: &str,
        handler: H,
        what: Operation,
    ) -> Self {
        let operation = what.describe(path, &mut self.generator);
        let told = path.replace("{*", "{");
        let item = self.paths.entry(told).or_insert_with(|| json!({}));
        item[method] = operation;
        self.router = self.router.route(path, axum::routing::on(filter, handler));
        self
    }

    /// The routes, and what `/openapi.json` answers with.
    pub(crate) fn finish(mut self) -> (Router<Arc<App>>, Value) {
        let kinds = colophon_studio::job_schemas(&mut self.generator);
        let mut schemas: Map<String, Value> = serde_json::from_str(SHAPES).unwrap_or_default();
        schemas.extend(self.generator.take_definitions(true));
        // Which request belongs to which kind of job.
        if let Some(order) = schemas.get_mut("JobOrder") {
            order["oneOf"] = kinds
                .into_iter()
                .map(|(kind, schema)| json!({"properties": {"kind": {"const": kind}, "request": schema}}))
                .collect();
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Colophon",
                "description": "A studio that seals everything it makes: watermark, label, credential and log \
                    entry. Chat, pictures, sound and videos have OpenAI's shapes; `colophon` holds the marks. \
                    What takes longer than an instant is a job.",
                "license": {"name": "MIT OR Apache-2.0"},
                "version": env!("CARGO_PKG_VERSION"),
            },
            "security": [{"key": []}, {"session": []}],
            "paths": self.paths,
            "components": {
                "securitySchemes": {
                    "key": {"type": "http", "scheme": "bearer"},
                    "session": {
                        "type": "apiKey", "in": "cookie", "name": crate::gate::COOKIE,
                        "description": "With the header X-CSRF-Token on every change",
                    },
                },
                "responses": {"Error": {
                    "description": "An error; a 429 has the header Retry-After",
                    "content": {"application/json": {"schema": reference("Error")}},
                }},
                "schemas": schemas,
            },
        });
        (self.router, document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize, JsonSchema)]
    #[expect(dead_code, reason = "read by the generator alone")]
    struct Which {
        /// How many.
        limit: Option<u8>,
        name: String,
    }

    #[test]
    fn an_operation_is_described_by_its_types() {
        let mut generator = Api::new().generator;
        let what = does("Find").query::<Which>().lists("Job").open();
        let told = what.describe("/v1/a/{id}/{*path}", &mut generator);
        let of = |n: usize, field: &str| told["parameters"][n][field].clone();
        assert_eq!((of(0, "name"), of(1, "name")), (json!("id"), json!("path")));
        assert_eq!((of(2, "description"), of(2, "required")), (json!("How many."), json!(false)));
        assert_eq!((of(3, "name"), of(3, "required")), (json!("name"), json!(true)));
        assert_eq!(told["security"], json!([]));
    }

    /// Every reference leads somewhere, and every kind of job is told.
    #[test]
    fn references_lead_somewhere() {
        let (_, document) = crate::api::api().finish();
        let text = document.to_string();
        for part in text.split("\"#/components/").skip(1) {
            let path = part.split('"').next().unwrap();
            assert!(document.pointer(&format!("/components/{path}")).is_some(), "{path}");
        }
        assert_eq!(document["components"]["schemas"]["JobOrder"]["oneOf"].as_array().unwrap().len(), 12);
        let job = &document["paths"]["/v1/jobs"]["post"];
        assert_eq!(job["requestBody"]["content"]["application/json"]["schema"], reference("JobOrder"));
    }
}
