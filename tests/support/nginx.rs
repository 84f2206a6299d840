//! nginx with its RTMP module: the server that people push to.

use std::process::{Child, Command, Stdio};

use super::http::Http;
use super::{PATIENCE, eventually, free_port, process};

pub struct Nginx {
    dir: tempfile::TempDir,
    child: Option<Child>,
    rtmp: u16,
    http: Http,
}

impl Nginx {
    /// Application `live` wants the key `sekret`; `open` takes anyone.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("logs")).unwrap();
        let (rtmp, web) = (free_port(), free_port());
        let mut nginx = Self { dir, child: None, rtmp, http: Http::new(&format!("127.0.0.1:{web}")) };
        nginx.configure(web);
        nginx.go();
        nginx
    }

    fn configure(&self, web: u16) {
        let rtmp = self.rtmp;
        let text = format!(
            "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; user root; worker_processes 1; pid nginx.pid; error_log logs/error.log info;
events {{ worker_connections 256; }}
rtmp {{ server {{ listen 127.0.0.1:{rtmp}; chunk_size 4096; ping 5s; ping_timeout 5s; drop_idle_publisher 5s;
  application live {{ live on; wait_key on; notify_method get; on_publish http://127.0.0.1:{web}/auth; }}
  application open {{ live on; wait_key on; }} }} }}
http {{ access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server {{ listen 127.0.0.1:{web};
    location = /stat {{ rtmp_stat all; }}
    location = /auth {{ if ($arg_key = sekret) {{ return 200; }} return 403; }} }} }}
"
        );
        std::fs::write(self.dir.path().join("nginx.conf"), text).unwrap();
    }

    /// Starts, or starts again on the same ports.
    pub fn go(&mut self) {
        let prefix = format!("{}/", self.dir.path().display());
        let mut nginx = Command::new("/usr/sbin/nginx");
        nginx.args(["-p", &prefix, "-c", "nginx.conf"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(nginx.spawn().expect("nginx is installed"));
        eventually("nginx answers", PATIENCE, || self.stat());
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub fn signal(&self, name: &str) {
        process::signal(self.child.as_ref().expect("nginx runs").id(), name);
    }

    pub fn port(&self) -> u16 {
        self.rtmp
    }

    pub fn url(&self, application: &str, stream: &str) -> String {
        format!("rtmp://127.0.0.1:{}/{application}/{stream}", self.rtmp)
    }

    fn stat(&self) -> Option<String> {
        let answer = self.http.try_send("GET", "/stat", None, Vec::new()).ok()?;
        (answer.status == 200).then(|| answer.text())
    }

    /// Bytes that came in for the one stream that is published.
    pub fn bytes_in(&self) -> Option<u64> {
        let stat = self.stat()?;
        let stream = stat.split("<stream>").nth(1)?;
        if !stream.contains("<publishing/>") {
            return None;
        }
        let bytes = stream.split("<bytes_in>").nth(1)?.split('<').next()?;
        bytes.parse().ok()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.kill();
    }
}
