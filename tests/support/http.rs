//! A client for the REST door.

use serde_json::Value;

use super::PATIENCE;

#[derive(Clone)]
pub struct Http {
    agent: ureq::Agent,
    pub base: String,
}

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Http {
    pub fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Self { agent: config.build().into(), base: format!("http://{address}") }
    }

    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, Vec::new())
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, Some("application/json"), body.to_string().into_bytes())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some("application/json"), body.to_string().into_bytes())
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some("application/json"), body.to_string().into_bytes())
    }

    /// A file in a form, as a browser sends it.
    pub fn upload(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        let mut body = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.send("POST", path, Some("multipart/form-data; boundary=edge"), body)
    }

    /// Fails only when there is no answer at all.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let mut response = self.agent.run(request.body(body).unwrap())?;
        let body = response.body_mut().with_config().limit(64 << 20).read_to_vec()?;
        Ok(Answer { status: response.status().as_u16(), body })
    }

    #[track_caller]
    pub fn send(&self, method: &str, path: &str, content_type: Option<&str>, body: Vec<u8>) -> Answer {
        self.try_send(method, path, content_type, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// It worked.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self
    }

    /// It did not, in this way, and the error body has everything that it must.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let body = self.text();
        assert_eq!(self.status, status, "{body}");
        let json = self.json();
        assert_eq!(json["error"]["code"], code, "{body}");
        assert_eq!(json["status"], "error", "{body}");
        for field in ["message", "error_type", "request_id"] {
            assert!(json[field].as_str().is_some_and(|text| !text.is_empty()), "{field} in {body}");
        }
        // As a number in the envelope of music boxes.
        assert!(json["timestamp"].is_f64() || json["timestamp"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
        assert!(json.get("details").is_some() && json["error"]["message"] == json["message"], "{body}");
        self
    }
}
