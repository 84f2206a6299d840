//! What watches the server: rules, dashboards, container files and the unit, each held against the real thing.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::nginx::Nginx;
use crate::support::process::Ended;
use crate::support::prometheus::{Prometheus, tool};
use crate::support::redis::Redis;
use crate::support::server::{Server, binary};
use crate::support::{PATIENCE, eventually};

/// Panels that show nothing while all is well, and why.
const MAY_BE_EMPTY: [(&str, &str, &str); 1] = [("system", "Alerts", "an alert is there only while something is wrong")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Runs it in the project, and wants it to succeed.
#[track_caller]
fn succeeds(command: &mut Command) -> Output {
    let output = command.current_dir(root()).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&said));
    output
}

/// `MarqueeDown` and the others, as they stand in the file.
fn alert_names() -> Vec<String> {
    let rules = read("docker/alerts.yml");
    rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ").map(str::to_owned)).collect()
}

/// Every `marquee_…` in a query.
fn metrics_in(expr: &str) -> impl Iterator<Item = &str> {
    let words = expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("marquee_"))
}

struct Dashboard {
    name: String,
    json: Value,
}

impl Dashboard {
    fn all() -> Vec<Self> {
        let entries = std::fs::read_dir(root().join("grafana/dashboards")).unwrap();
        let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        let dashboard = |path: PathBuf| Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            json: serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{path:?}: {e}")),
        };
        paths.into_iter().map(dashboard).collect()
    }

    fn panels(&self) -> &[Value] {
        self.json["panels"].as_array().unwrap()
    }

    /// The title and query of each target of each panel, as Grafana would send them with everything selected.
    fn queries(&self) -> Vec<(String, String)> {
        let mut queries = Vec::new();
        for panel in self.panels() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let expr = target["expr"].as_str().unwrap();
                let expr = expr.replace("$__rate_interval", "5s").replace("$instance", ".*").replace("$destination", ".*");
                assert!(!expr.contains('$'), "{}: an unknown variable in {expr}", self.name);
                queries.push((panel["title"].as_str().unwrap().to_owned(), expr));
            }
        }
        queries
    }
}

/// A show on air to everyone: to nginx, into a file, copied to Redis, and somebody watches the preview.
struct Stage {
    server: Server,
    nginx: Nginx,
    redis: Redis,
    _watcher: Ended,
}

impl Stage {
    fn set() -> Self {
        let (nginx, redis) = (Nginx::start(), Redis::start());
        let server = Server::start(&["--redis", &redis.url()]);
        server.small();
        server.pattern_on_air();
        server.record("tape", "mkv");
        let url = nginx.url("live", "s1?key=sekret");
        server.http.put("/api/destinations/tv", &json!({"kind": "rtmp", "url": url})).ok();
        server.http.post("/api/stream/start", &json!({})).ok();
        server.wait_for_destination("tv", "live", PATIENCE);
        server.wait_for_destination("tape", "live", PATIENCE);
        let mut curl = tool("curl", "curl");
        curl.args(["-sN", "-o", "/dev/null", &format!("{}/api/preview.mjpeg", server.http.base)]);
        Self { _watcher: Ended(curl.stdin(Stdio::null()).spawn().unwrap()), server, nginx, redis }
    }

    fn watched_with(&self, rules: &str) -> Prometheus {
        Prometheus::start(self.server.http.address(), rules)
    }
}

#[test]
fn promtool_takes_rules_and_configuration_and_each_rule_fires_when_it_should() {
    let promtool = || tool("promtool", "prometheus");
    succeeds(promtool().args(["check", "rules", "docker/alerts.yml"]));
    succeeds(promtool().args(["check", "config", "docker/prometheus.yml"]));
    succeeds(promtool().args(["test", "rules", "docker/alerts.test.yml"]));
}

#[test]
fn every_alert_is_tested_firing_and_silent_and_has_advice() {
    let tests = read("docker/alerts.test.yml");
    let tests: Vec<_> = tests.split("\n  - name: ").skip(1).collect();
    let advice = read("docs/OPERATIONS.md");
    for name in alert_names() {
        let about = |test: &&&str| test.split([',', '\n']).next() == Some(name.as_str());
        let own: String = tests.iter().filter(about).copied().collect();
        assert!(own.contains(&format!("alertname=\"{name}\"")), "no test has {name} firing");
        let is_silent = |line: &str| line.contains("eval_time: ") && line.trim_end().ends_with("*firing }");
        assert!(own.contains("&firing") || own.lines().any(is_silent), "no test has {name} silent");
        assert!(advice.contains(&format!("`{name}`")), "docs/OPERATIONS.md says nothing of {name}");
    }
}

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    let stage = Stage::set();
    let metrics = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(metrics.path(), stage.server.http.get("/metrics").ok().body).unwrap();
    let mut promtool = tool("promtool", "prometheus");
    let output = promtool.args(["check", "metrics"]).stdin(metrics.reopen().unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_query_finds_something_in_a_running_show() {
    let mut stage = Stage::set();
    // Broken connections are counted from the first one on.
    stage.nginx.kill();
    stage.server.wait_for_destination("tv", "backing_off", PATIENCE);
    stage.nginx.go();
    stage.server.wait_for_destination("tv", "live", PATIENCE);
    // So are refusals.
    assert_eq!(stage.server.http.get("/api/scenes/nowhere").status, 404);
    let prometheus = stage.watched_with(&read("docker/alerts.yml"));
    let dashboards = Dashboard::all();
    assert_eq!(dashboards.len(), 4);

    let metrics = stage.server.http.get("/metrics").text();
    let types = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let known: BTreeSet<&str> = types.filter_map(|line| line.split(' ').next()).collect();
    let exists = |name: &str| {
        let part_of = ["_bucket", "_sum", "_count"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
        known.contains(name) || part_of.is_some_and(|histogram| known.contains(histogram))
    };

    for dashboard in &dashboards {
        for (title, expr) in dashboard.queries() {
            let what = format!("{} / {title}: {expr}", dashboard.name);
            for name in metrics_in(&expr) {
                assert!(exists(name), "{what}: there is no metric {name}");
            }
            let may_be_empty = MAY_BE_EMPTY.iter().any(|(name, panel, _)| *name == dashboard.name && *panel == title);
            // A rate needs a few scrapes, and a share something to be a share of: so somebody steers the show meanwhile.
            eventually(&what, PATIENCE, || {
                stage.server.http.patch("/api/scenes/pattern", &json!({"name": title})).ok();
                let numbers = prometheus.numbers(&expr).unwrap_or_else(|error| panic!("{what}: {error}"));
                (may_be_empty || numbers.iter().any(|number| number.is_finite())).then_some(())
            });
        }
    }

    let rules = eventually("all rules were evaluated", PATIENCE, || {
        let rules = prometheus.rules();
        rules.iter().all(|rule| rule["health"] != "unknown").then_some(rules)
    });
    assert_eq!(rules.len(), alert_names().len());
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        for name in metrics_in(rule["query"].as_str().unwrap()) {
            assert!(exists(name), "{}: there is no metric {name}", rule["name"]);
        }
    }
    assert_eq!(prometheus.firing(), Vec::<Value>::new(), "nothing is wrong, and nothing says so");
}

#[test]
fn who_goes_away_raises_an_alert_until_it_is_back() {
    let mut stage = Stage::set();
    let rules = read("docker/alerts.yml").replace("for: 1m", "for: 2s").replace("for: 2m", "for: 2s");
    let prometheus = stage.watched_with(&rules);
    // Until the first scrape there was no server to be seen.
    let is_silent = || prometheus.firing().is_empty().then_some(());
    eventually("nothing is wrong, and nothing says so", PATIENCE, is_silent);

    stage.nginx.kill();
    stage.redis.kill();
    let firing = eventually("two alerts fire", PATIENCE, || {
        let mut firing = prometheus.firing();
        firing.sort_by_key(|alert| alert["labels"]["alertname"].to_string());
        (firing.len() >= 2).then_some(firing)
    });
    let summaries: Vec<_> = firing.iter().map(|alert| alert["annotations"]["summary"].as_str().unwrap()).collect();
    let address = stage.server.http.address();
    assert_eq!(
        summaries,
        [format!("The destination tv of {address} gets no stream"), format!("The server {address} has lost Redis")],
        "these, and no other"
    );

    stage.nginx.go();
    stage.redis.go();
    stage.server.wait_for_destination("tv", "live", PATIENCE);
    eventually("both are over", PATIENCE, is_silent);
}

#[test]
fn dashboards_are_whole() {
    let advice = read("docs/OPERATIONS.md");
    let mut uids = BTreeSet::new();
    for dashboard in &Dashboard::all() {
        let Dashboard { name, json } = dashboard;
        assert!(uids.insert(json["uid"].as_str().unwrap()), "{name}: its uid is taken");
        assert!(advice.contains(&format!("`grafana/dashboards/{name}.json`")), "docs/OPERATIONS.md does not name {name}");
        let variables = json["templating"]["list"].as_array().unwrap();
        let chooses_datasource = |variable: &Value| variable["type"] == "datasource" && variable["name"] == "datasource";
        assert!(variables.iter().any(chooses_datasource), "{name} can not choose its data source");
        let mut ids = BTreeSet::new();
        for panel in dashboard.panels() {
            let what = format!("{name} / {}", panel["title"].as_str().unwrap());
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{what}: its id is taken");
            if panel["type"] == "row" {
                continue;
            }
            assert!(!panel["description"].as_str().unwrap_or_default().is_empty(), "{what} says nothing of itself");
            for place in panel["targets"].as_array().unwrap().iter().chain([panel]) {
                assert_eq!(place["datasource"]["uid"], "${datasource}", "{what}");
            }
        }
    }
}

#[test]
fn compose_takes_its_file_and_wants_passwords() {
    let compose = |environment: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), environment).unwrap();
        let mut compose = tool("docker-compose", "docker-compose");
        compose.arg("--env-file").arg(file.path()).args(["-f", "docker/compose.yml", "config"]);
        compose.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(root()).output().unwrap()
    };
    let example = read("docker/.env.example");
    let refused = compose(&example);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("set it in docker/.env"));

    let output = compose(&example.replace("PASSWORD=\n", "PASSWORD=choose-me\n"));
    let config = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let published: Vec<_> = config.lines().filter(|line| line.ends_with("/tcp")).map(str::trim).collect();
    assert_eq!(published.len(), 6, "a port without an address is shown in another way, and is open to everyone: {config}");
    for line in published {
        assert!(line.starts_with("- 127.0.0.1:"), "{line} is open to others");
    }
    let images: Vec<_> = config.lines().filter_map(|line| line.trim().strip_prefix("image: ")).collect();
    assert_eq!(images.len(), 5, "{images:?}");
    for image in images {
        assert!(image.split_once(':').is_some_and(|(_, tag)| tag != "latest"), "{image} is another one tomorrow");
    }
    // Grafana looks for dashboards where they are mounted.
    let provider = read("grafana/provisioning/dashboards/marquee.yml");
    let path = provider.split("path: ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(config.contains(&format!("grafana/dashboards:{path}:ro")), "{path} is not mounted");
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let unit = read("docker/marquee.service").replace("/usr/local/bin/marquee", binary().to_str().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("marquee.service");
    std::fs::write(&file, unit).unwrap();
    let output = succeeds(tool("systemd-analyze", "systemd").arg("verify").arg(&file));
    // What it does not understand it ignores, and says so.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("marquee.service"), "{said}");
}

/// A setting that was renamed would be ignored without a word.
#[test]
fn every_setting_that_these_files_give_is_one() {
    let help = Command::new(binary()).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for file in ["docker/Dockerfile", "docker/compose.yml", "docker/marquee.service", "docs/OPERATIONS.md"] {
        let text = read(file);
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        for name in words.filter(|word| word.len() > "MARQUEE_".len() && word.starts_with("MARQUEE_")) {
            assert!(help.contains(&format!("[{name}]")), "{file}: there is no setting {name}");
        }
    }
}

/// Files that the sources include must be sent to the image's builder.
fn told(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The packages that have the libraries which the server is linked with.
fn linked_packages() -> BTreeSet<String> {
    let binary = binary();
    let needed = told("readelf", &["-d", binary.to_str().unwrap()]);
    let names = needed.lines().filter(|line| line.contains("(NEEDED)")).filter_map(|line| line.split(['[', ']']).nth(1));
    let loaded = told("ldd", &[binary.to_str().unwrap()]);
    let path_of = |name: &str| {
        let line = loaded.lines().find(|line| line.trim_start().starts_with(name))?;
        std::fs::canonicalize(line.split("=> ").nth(1)?.split(' ').next()?).ok()
    };
    let owner = |path: PathBuf| told("dpkg", &["-S", path.to_str().unwrap()]).split(':').next().unwrap().to_owned();
    names.filter_map(path_of).map(owner).collect()
}

#[test]
fn the_image_has_all_that_the_server_is_linked_with() {
    let recipe = read("docker/Dockerfile");
    let (runtime, rest) = recipe.split_once("FROM runtime AS prebuilt").unwrap();
    let installed: BTreeSet<&str> = runtime.split_whitespace().collect();
    // What these need comes along.
    let needs = |package: &str| told("dpkg-query", &["-W", "-f=${Depends} ", package]);
    let along = installed.iter().filter(|word| word.starts_with("libgst") || word.starts_with("gstreamer1.0-plugins-base"));
    let along: String = along.map(|package| needs(package)).collect();
    let linked = linked_packages();
    assert!(linked.len() > 4 && linked.contains("libpcsclite1"), "{linked:?}");
    for package in linked {
        let is_always_there = ["libc6", "libgcc-s1"].contains(&package.as_str());
        let comes_along = along.split([' ', ',']).any(|word| word == package);
        assert!(is_always_there || comes_along || installed.contains(package.as_str()), "{package} is not in the image");
    }
    let bootstrap = read("script/bootstrap");
    let run = bootstrap.split("run=(").nth(1).unwrap().split("\n)").next().unwrap();
    let headers = run.split_whitespace().filter(|word| word.starts_with("lib") && word.ends_with("-dev"));
    // The compiler's own image has those of the C library.
    for package in headers.filter(|package| *package != "libc6-dev") {
        assert!(rest.contains(package), "the image is compiled without {package}");
    }
}

#[test]
fn the_image_is_built_from_all_that_the_sources_include() {
    let sent = read(".dockerignore");
    let sent: BTreeSet<&str> = sent.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let mut files = vec![root().join("src")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        // Tests and fuzzers may look at anything; the image has none.
        let is_kept_out =
            |part: Component| ["tests", "tests.rs", "fuzzing", "fuzz.rs"].iter().any(|name| part.as_os_str() == *name);
        if path.components().any(is_kept_out) || path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for part in
            text.split("include_").skip(1).filter(|part| part.starts_with("str!(\"") || part.starts_with("bytes!(\""))
        {
            let included = part.split('"').nth(1).unwrap();
            let included = path.parent().unwrap().join(included).canonicalize().unwrap();
            let top = included.strip_prefix(root()).unwrap().iter().next().unwrap().to_str().unwrap();
            assert!(sent.contains(top), "{path:?} includes {included:?}, but .dockerignore keeps {top} away");
        }
    }
}
