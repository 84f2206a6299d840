//! A real Prometheus that scrapes one server and evaluates rules, each second.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::http::Http;
use super::process::Ended;
use super::{PATIENCE, eventually, free_port};

/// A program that a test needs, and the Debian package that has it.
pub fn tool(name: &str, package: &str) -> Command {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|directory| directory.join(name).is_file()));
    assert!(
        found,
        "{name} is missing: `script/bootstrap test` installs what tests need ({name} is in the package {package})"
    );
    Command::new(name)
}

pub struct Prometheus {
    _child: Ended,
    http: Http,
    _dir: tempfile::TempDir,
}

impl Prometheus {
    /// Scrapes the server at `target` as the job `marquee`, like docker/prometheus.yml.
    pub fn start(target: &str, rules: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}
rule_files: [rules.yml]
scrape_configs: [{{ job_name: marquee, static_configs: [{{ targets: ['{target}'] }}] }}]
"
        );
        let file = |name: &str| dir.path().join(name);
        std::fs::write(file("rules.yml"), rules).unwrap();
        std::fs::write(file("prometheus.yml"), config).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let flag = |name: &str, value: &Path| format!("--{name}={}", value.display());
        let mut prometheus = tool("prometheus", "prometheus");
        prometheus.arg(flag("config.file", &file("prometheus.yml"))).arg(flag("storage.tsdb.path", &file("data")));
        prometheus.arg(format!("--web.listen-address={address}"));
        prometheus.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(file("log")).unwrap());
        let child = Ended(prometheus.spawn().unwrap());
        let prometheus = Self { _child: child, http: Http::new(&address), _dir: dir };
        // The first scrape comes 5 to 6 seconds after the start.
        eventually("Prometheus has scraped the server", PATIENCE, || {
            prometheus.http.try_send("GET", "/-/ready", None, Vec::new()).ok().filter(|answer| answer.status == 200)?;
            (prometheus.numbers("up == 1").unwrap() == [1.0]).then_some(())
        });
        prometheus
    }

    fn ask(&self, path: &str) -> Result<Value, String> {
        let answer = self.http.get(path);
        let json = answer.json();
        if json["status"] == "success" { Ok(json["data"].clone()) } else { Err(answer.text()) }
    }

    /// The value of each series that a query finds now.
    pub fn numbers(&self, expr: &str) -> Result<Vec<f64>, String> {
        let escaped: String = expr.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let data = self.ask(&format!("/api/v1/query?query={escaped}"))?;
        let series = data["result"].as_array().ok_or("no series")?;
        Ok(series.iter().map(|one| one["value"][1].as_str().unwrap().parse().unwrap()).collect())
    }

    /// Every alert rule, with how its last evaluation went.
    pub fn rules(&self) -> Vec<Value> {
        let groups = self.ask("/api/v1/rules?type=alert").unwrap()["groups"].take();
        groups.as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
    }

    /// Alerts that fire now.
    pub fn firing(&self) -> Vec<Value> {
        let alerts = self.ask("/api/v1/alerts").unwrap()["alerts"].take();
        alerts.as_array().unwrap().iter().filter(|alert| alert["state"] == "firing").cloned().collect()
    }
}
